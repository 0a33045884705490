"""Gazetteers: which entities can be found, and by which names."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _engine
from .errors import ArgumentTypeError, UsageError

__all__ = ["Entity", "Finding", "Gazetteer", "lint"]

PathLike = Union[str, "os.PathLike[str]"]

#: The names of the built-in gazetteers.
BUILT_IN = ("world", "core", "towns")

#: Keys of a record that have a meaning of their own, and the keys of the native format that they become.
_KEYS = {
    "country": "cc", "cc": "cc", "population": "pop", "pop": "pop", "lat": "lat", "lon": "lon", "wikidata": "wd", "wd": "wd",
    "parent": "parent",
}  # fmt: skip
_OWN = ("id", "kind", "name", "names", "aliases", "flags", "keys")


def cache_folder() -> Optional[str]:
    """Where the command line keeps what it compiled: ``$DATELINE_CACHE``, or ``dateline`` in the user's folder for caches."""
    chosen = os.environ.get("DATELINE_CACHE")
    if chosen:
        return chosen
    base = os.environ.get("XDG_CACHE_HOME")
    if not base and os.environ.get("HOME"):
        base = os.path.join(os.environ["HOME"], ".cache")
    base = base or os.environ.get("LOCALAPPDATA")
    return os.path.join(base, "dateline") if base else None


class Entity(NamedTuple):
    """An entity of a gazetteer with all its names. ``lat`` and ``lon`` are degrees; ``fields`` has every key of its line."""

    id: str
    name: str
    type: str
    kind: str
    country: Optional[str]
    population: Optional[int]
    lat: Optional[float]
    lon: Optional[float]
    names: List[str]
    fields: Dict[str, str]


class Finding(NamedTuple):
    """A fault of a gazetteer file. ``severity`` is ``"error"``, ``"warning"`` or ``"note"``; lines and columns count from 1."""

    path: str
    line: int
    column: int
    code: str
    severity: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}; {self.remedy}"


class Gazetteer:
    """The immutable set of entities and their names.

    >>> world = Gazetteer.builtin("world")
    >>> world.find("Ivory Coast")[0].id
    'ci'
    """

    __slots__ = ("_gazetteer",)

    def __init__(self, gazetteer: "_engine.Gazetteer") -> None:
        self._gazetteer = gazetteer

    @classmethod
    def builtin(cls, name: str = "world") -> "Gazetteer":
        """The built-in gazetteer ``"world"``, ``"core"`` (the small one) or ``"towns"``.

        Raises:
            UsageError: if there is no such gazetteer.
        """
        return cls(_engine.Gazetteer.builtin(name))

    @classmethod
    def load(cls, *layers: PathLike, without: Sequence[str] = (), cache: bool = True) -> "Gazetteer":
        """Layers, the later over the earlier: built-in names, ``.gaz`` files, compiled ``.dlz`` files.

        Args:
            without: sources whose entities are left out, e.g. ``["geonames"]``.
            cache: whether what had to be compiled is kept in the user's folder for caches, and taken from there the next time.

        Raises:
            GazetteerError: with every faulty line.
            FileError: if a file cannot be read.
            FormatError: if a compiled gazetteer is damaged, of another version, or older than its sources.
        """
        if not layers:
            raise UsageError("no layer", remedy='name built-in gazetteers or files: Gazetteer.load("world", "mine.gaz")')
        folder = cache_folder() if cache else None
        return cls(_engine.Gazetteer.load([os.fspath(layer) for layer in layers], list(without), folder))

    @classmethod
    def compile(cls, *layers: PathLike, out: PathLike, force: bool = False, without: Sequence[str] = ()) -> "Gazetteer":
        """Compiles layers to the file ``out`` (``.dlz``), which opens in milliseconds and is mapped, not read; returns it opened.

        Raises:
            UsageError: if ``out`` exists, unless ``force`` is true and it is a compiled gazetteer.
        """
        cls.load(*layers, without=without, cache=False).save(out, force=force)
        return cls.load(out, cache=False)

    @classmethod
    def from_records(cls, records: Any, *, over: Sequence[PathLike] = (), name: str = "records") -> "Gazetteer":
        """A gazetteer of data: a list of dicts, a dict from id to dict (or to a list of names), or a DataFrame of pandas or polars.

        A record has ``id``, ``kind`` (``"place.city"``, ``"org.company"``, ...; "thing" if it is missing), ``name``, and may have ``aliases``
        (a list of names, or of dicts with ``name``, ``kind`` and ``flags``, or one text with names between ``|``), ``flags`` (``"exact"``,
        ``"weak"``, ...), ``country`` (ISO 3166), ``population``, ``lat``, ``lon``, ``wikidata``, ``parent`` and, in ``keys``, any key of the native format.

        Args:
            over: layers that these records are put over, e.g. ``["world"]``.
            name: what runs call this layer.

        Raises:
            ArgumentTypeError: if there are no such records in it.
            UsageError: if a record lacks what it needs.
            GazetteerError: if a name or a value is not allowed.
        """
        lines = [json.dumps(_twin(number, record)) for number, record in enumerate(_records(records))]
        with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
            path = Path(folder) / f"{name}.gaz"
            path.write_text(_engine.Gazetteer.lines_of(lines), encoding="utf-8")
            return cls.load(*over, path, cache=False)

    def save(self, path: PathLike, *, force: bool = False) -> None:
        """Writes it compiled (``.dlz``): whole under the final name, or not at all."""
        self._gazetteer.save(os.fspath(path), force)

    def __reduce__(self) -> Tuple[Any, ...]:
        """Other processes get the name of a built-in gazetteer, and all of any other, compiled; each restores it once."""
        if len(self.layers) == 1 and self.layers[0] in BUILT_IN and Gazetteer.builtin(self.layers[0]).fingerprint == self.fingerprint:
            return _received, (self.fingerprint, self.layers[0], b"")
        with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
            path = Path(folder) / "gazetteer.dlz"
            self.save(path)
            return _received, (self.fingerprint, None, path.read_bytes())

    def find(self, name: str) -> List[Entity]:
        """The entity with this id, or the entities that the name may denote, the likeliest first; without regard to case and accents.

        Goes through all names: some milliseconds for the built-in gazetteer.
        """
        one = self._gazetteer.entity(name)
        found = [one] if one is not None else self._gazetteer.named(name)
        return [Entity(**entity) for entity in found]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that can change a result, in hexadecimal."""
        return self._gazetteer.fingerprint

    @property
    def layers(self) -> List[str]:
        """The layers that it was compiled from."""
        return self._gazetteer.layers

    @property
    def n_entities(self) -> int:
        """Number of entities."""
        return self._gazetteer.n_entities

    @property
    def n_names(self) -> int:
        """Number of names."""
        return self._gazetteer.n_names

    def __len__(self) -> int:
        return self.n_entities

    def __iter__(self) -> Iterator[Entity]:
        """The entities, sorted by id."""
        return (Entity(**self._gazetteer.at(row)) for row in range(self.n_entities))

    def __repr__(self) -> str:
        layers = " + ".join(self.layers)
        return f"<Gazetteer {layers}: {self.n_entities:,} entities, {self.n_names:,} names>"


#: Gazetteers that came from other processes, by fingerprint.
_RECEIVED: Dict[str, Gazetteer] = {}


def _received(fingerprint: str, built_in: Optional[str], compiled: bytes) -> Gazetteer:
    if fingerprint not in _RECEIVED:
        if built_in is not None:
            gazetteer = Gazetteer.builtin(built_in)
        else:
            with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
                path = Path(folder) / "gazetteer.dlz"
                path.write_bytes(compiled)
                # The file is mapped, and can be read on after the folder is removed.
                gazetteer = Gazetteer.load(path, cache=False)
        if gazetteer.fingerprint != fingerprint:
            raise UsageError(
                f"the gazetteer {gazetteer.layers} of this process is not that of the sender",
                remedy="install the same version of dateline everywhere",
            )
        _RECEIVED[fingerprint] = gazetteer
    return _RECEIVED[fingerprint]


def lint(*files: PathLike, over: Sequence[PathLike] = ("world",)) -> List[Finding]:
    """Checks gazetteer files as layers over others; ``docs/lint.md`` explains the codes.

    Raises:
        FileError: if a file cannot be read.
    """
    found = _engine.lint([os.fspath(file) for file in files], [os.fspath(layer) for layer in over])
    return [Finding(*finding) for finding in found]


def _records(records: Any) -> Iterable[Mapping[str, Any]]:
    if hasattr(records, "to_dict") and hasattr(records, "columns"):
        try:
            return list(records.to_dict("records"))
        except TypeError:
            return list(records.to_dicts())
    if hasattr(records, "to_dicts"):
        return list(records.to_dicts())
    if isinstance(records, Mapping):
        return [_of_item(key, value) for key, value in records.items()]
    if isinstance(records, (str, bytes)) or not isinstance(records, Iterable):
        raise ArgumentTypeError(
            f"records are a list of dicts, a dict or a DataFrame, not {type(records).__name__}",
            remedy="to read a file, use Gazetteer.load",
        )
    return records


def _of_item(key: Any, value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return {"id": key, **value}
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not names:
        raise ArgumentTypeError(f"the value of {key!r} is neither a dict nor a list of names", remedy="write {id: [name, ...]}")
    return {"id": key, "name": names[0], "aliases": list(names[1:])}


def _is_missing(value: Any) -> bool:
    # A cell without a value is None, NaN or NA in a data frame: the last two do not equal themselves.
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:
        return type(value).__name__ == "NAType"
    except ValueError:
        return False


def _twin(number: int, record: Any) -> Dict[str, Any]:
    """A record in the form of the JSON Lines twin of the native format."""
    if not isinstance(record, Mapping):
        raise ArgumentTypeError(f"record {number} is not a dict but {type(record).__name__}", remedy="give id, kind and name")
    record = {key: value for key, value in record.items() if not _is_missing(value)}
    for needed in ("id", "name"):
        if needed not in record:
            raise UsageError(f"record {number} has no {needed!r}", remedy="give every record an id and a name")
    unknown = [key for key in record if key not in _OWN and key not in _KEYS]
    if unknown:
        known = ", ".join((*_OWN, *_KEYS))
        raise UsageError(f"record {number} has the unknown key {unknown[0]!r}", remedy=f"use {known}; others go into keys")
    keys = {key: _text(value) for key, value in dict(record.get("keys", {})).items()}
    keys.update({_KEYS[key]: _text(value) for key, value in record.items() if key in _KEYS})
    aliases = record.get("aliases", record.get("names", []))
    if isinstance(aliases, str):
        aliases = [name for name in (part.strip() for part in aliases.split("|")) if name]
    names = [dict(alias) if isinstance(alias, Mapping) else {"name": _text(alias)} for alias in aliases]
    return {
        "id": _text(record["id"]),
        "kind": _text(record.get("kind", "thing")),
        "name": _text(record["name"]),
        "flags": _text(record.get("flags", "-")),
        "keys": keys,
        "names": names,
    }


def _text(value: Any) -> str:
    # A population that stood in a column with gaps has become a float.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
