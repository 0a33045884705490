"""Reads the results of dateline without Rust: the format of docs/format.md, with every check it asks for.

Needs Python 3.9 and nothing else; zstd comes from the standard library (3.14) or from the package ``zstandard``. With numpy
installed, columns of numbers are numpy arrays, else memoryviews; columns of text are lists of str.

    >>> import dateline
    >>> run = dateline.open_run("results")
    >>> pairs = run.table("pairs")
    >>> pairs["a"], pairs["b"], pairs["joint"]
"""

from __future__ import annotations

import hashlib
import os
from typing import Any, Iterator, List, Union

from .dln import MAJOR, REMEDY, Block, DlnFile, FormatError, read_json
from .kinds import KINDS, Columns, in_order, numpy

__all__ = ["Block", "DlnFile", "FormatError", "Run", "open_run"]

_MANIFEST = {
    "producer": str,
    "settings": None,
    "gazetteer": {"names": [str], "fingerprint": str, "entities": int, "aliases": int, "data_date": str},
    "inputs": [{"path": str, "bytes": int, "sha256": str, "records": int}],
    "books": dict.fromkeys(("seen", "counted", "empty", "duplicate", "rejected"), int),
    "rejected_by_reason": {"*": int},
    "dates": dict.fromkeys(("read", "missing", "unreadable"), int),
    "notes": {"*": int},
    "totals": dict.fromkeys(("mentions", "entities", "pairs", "contexts", "characters", "words", "paragraphs", "sentences"), int),
    "files": {"*": {"bytes": int, "sha256": str}},
}



class Run:
    """The results of one ``dateline analyze``."""

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        self.path = os.fspath(path)
        name = os.path.join(self.path, "manifest.json")
        try:
            with open(name, "rb") as file:
                text = file.read()
        except (FileNotFoundError, NotADirectoryError):
            raise FormatError(f"{self.path}: not a finished run: it has no manifest.json") from None
        opening = read_json(text, {"format": str, "version": {"major": int, "minor": int}}, name)
        if opening["format"] != "dateline-run":
            raise FormatError(f"{name}: not the manifest of a run: its format is {opening['format']!r}")
        if opening["version"]["major"] != MAJOR:
            raise FormatError(f"{name}: written by a newer dateline (run {opening['version']}, this one reads {MAJOR}.x)")
        at = text.rfind(b'"digest": "') + len(b'"digest": "')
        if at < 11 or hashlib.sha256(text[:at] + text[at + 64 :]).hexdigest().encode() != text[at : at + 64]:
            raise FormatError(f"{name}: damaged: it was changed after the run was finished{REMEDY}")
        self.manifest = read_json(text, _MANIFEST, name)
        for file_name in self.manifest["files"]:
            if file_name in ("", ".", "..") or any(c in file_name for c in "/\\\0"):
                raise FormatError(f"{name}: {file_name!r} is not the name of a file of the run")

    def file(self, name: str) -> DlnFile:
        """Opens one of the run's ``.dln`` files and checks that it is of this run."""
        path = os.path.join(self.path, name)
        summary = self.manifest["files"].get(name)
        if summary is None:
            raise FormatError(f"{path}: the run was made without this file")
        if not os.path.isfile(path):
            raise FormatError(f"{path}: missing, though the manifest lists it{REMEDY}")
        file = DlnFile(path)
        header = file.header
        if file.bytes != summary["bytes"]:
            fault = f"damaged: it has {file.bytes} bytes, the manifest says {summary['bytes']}"
        elif summary.get("frame", file.frame) != file.frame:
            fault = f"it is of another run: its frame is {file.frame}, the manifest says {summary['frame']}"
        elif header["format"] != "dateline-" + name[: -len(".dln")]:
            fault = f"it holds {header['format']}, not what its name says"
        elif header["gazetteer"] != self.manifest["gazetteer"]["fingerprint"]:
            fault = "it belongs to another run: it was made with another gazetteer"
        else:
            return file
        file.close()
        raise FormatError(f"{path}: {fault}")

    def blocks(self, table: str) -> Iterator[Columns]:
        """The blocks of a table one after the other: ``entities``, ``documents``, ``counts``, ``pairs``, ``marginals``,
        ``mentions``, ``signatures``, ``field-values``, ``fields``. Memory is bounded by one block."""
        kind = KINDS[table]
        with self.file(kind.file) as file:
            last: Columns = {}
            for block in file.blocks:
                if block.kind == kind.number:
                    columns = file.read(block)
                    if not in_order(kind, {key: [*last.get(key, ()), *columns[key][:1]] for key in kind.order}):
                        file._damaged("its rows are out of order after the block before", block)
                    last = {key: columns[key][-1:] for key in kind.order} if block.rows else last
                    yield columns

    def table(self, table: str) -> Columns:
        """All rows of a table in one piece."""
        names = [column.partition(":")[0] for column in KINDS[table].columns]
        parts = list(self.blocks(table))
        if len(parts) == 1:
            return parts[0]
        return {name: _join([part[name] for part in parts]) for name in names}

    def documents(self) -> Columns:
        """The documents, with the fields that ``--keep`` kept as further columns of text (empty where there is none). One that
        documents have a column of is called ``field_NAME``."""
        documents = dict(self.table("documents"))
        if "fields.dln" not in self.manifest["files"]:
            return documents
        kept = self.manifest["settings"]["input"]["keep"]
        rows = len(documents["id"])
        columns: List[List[str]] = [[""] * rows for _ in kept]
        values = self.table("field-values")["value"]
        fields = self.table("fields")
        for document, field, value in zip(fields["document"], fields["field"], fields["value"]):
            if not (document < rows and field < len(kept) and value < len(values)):
                raise FormatError(f"{self.path}: damaged: a row of fields refers to nothing{REMEDY}")
            columns[field][document] = values[value]
        taken = {"document", *documents}
        for name, column in zip(kept, columns):
            documents[f"field_{name}" if name.lower() in taken else name] = column
        return documents

    def verify(self) -> None:
        """Reads all of the run: every hash, checksum and row."""
        for name, summary in self.manifest["files"].items():
            path, sha = os.path.join(self.path, name), hashlib.sha256()
            if not os.path.isfile(path):
                raise FormatError(f"{path}: missing, though the manifest lists it{REMEDY}")
            with open(path, "rb") as file:
                for part in iter(lambda: file.read(1 << 20), b""):
                    sha.update(part)
            if sha.hexdigest() != summary["sha256"]:
                raise FormatError(f"{path}: damaged: its SHA-256 is not that of the manifest{REMEDY}")
            if name.endswith(".dln"):
                with self.file(name) as dln:
                    dln.verify()
        for table, kind in KINDS.items():
            if kind.file in self.manifest["files"]:
                for _ in self.blocks(table):
                    pass


def _join(parts: List[Any]) -> Any:
    if parts and numpy is not None and not isinstance(parts[0], list):
        return numpy.concatenate(parts)
    return [value for part in parts for value in part]


def open_run(path: Union[str, "os.PathLike[str]"]) -> Run:
    """Opens the directory that ``dateline analyze --out`` wrote."""
    return Run(path)
