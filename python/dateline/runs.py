"""Runs of articles: files, data frames, records; and runs of runs."""

from __future__ import annotations

import json
import logging
import os
from typing import Any, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from . import _engine
from .analyzer import Analyzer, _engine_reading, is_columns
from .errors import ArgumentTypeError, UsageError
from .gazetteer import Gazetteer, PathLike
from .progress import Progress, watched
from .run import Run

__all__ = ["analyze", "merge"]

_LOG = logging.getLogger("dateline")
#: Records that become lines of JSON at a time.
_PIECE = 256


def analyze(
    data: Any,
    out: PathLike,
    *,
    gazetteer: Union[Gazetteer, Analyzer, str] = "world",
    profile: str = "strict",
    overlap: str = "longest",
    furniture: str = "skip",
    exclude: Sequence[str] = (),
    without_rules: Sequence[str] = (),
    recurring_lines: Optional[int] = None,
    id: Optional[str] = None,
    title: Optional[str] = None,
    text: Optional[str] = None,
    date: Optional[str] = None,
    source: Optional[str] = None,
    keep: Sequence[str] = (),
    since: Optional[str] = None,
    until: Optional[str] = None,
    languages: Sequence[str] = (),
    input_format: Optional[str] = None,
    include_files: Sequence[str] = (),
    exclude_files: Sequence[str] = (),
    follow_links: bool = False,
    include_members: Sequence[str] = (),
    exclude_members: Sequence[str] = (),
    split_on: Optional[str] = None,
    header_lines: bool = False,
    text_is: str = "plain",
    preset: Optional[str] = None,
    mentions: bool = True,
    force: bool = False,
    threads: int = 0,
    checkpoint: int = 256 << 20,
    round_ups: str = "cap:1000",
    memory: Optional[int] = None,
    shard: Optional[Tuple[int, int]] = None,
    name: str = "records",
    progress: Progress = None,
) -> Run:
    """Analyses articles and writes the run directory ``out``: the same files as ``dateline analyze``, whole or not at all.

    Args:
        data: a path or a list of paths (files, directories, globs), a DataFrame of pandas or polars or another object with Arrow columns, or
            an iterable of dicts, one for each article, which is read once and not held in memory.
        out: the directory to write.
        gazetteer: a gazetteer, or an analyzer, which then has its own profile, overlap, furniture, exclude and without_rules.
        profile, overlap, furniture, exclude, without_rules: as for :class:`Analyzer`.
        recurring_lines: lines that so many documents have are page furniture; files only, which are then read twice.
        id, title, text, date, source: names of fields or columns; found by their usual names if not given.
        keep: further fields that documents keep.
        since, until, languages: only articles of these days or languages.
        input_format, include_files, exclude_files: how files are read, and which files of directories.
        follow_links: whether links that lead out of a directory are followed.
        include_members, exclude_members: which members of tar and zip archives.
        split_on: the line between two articles of a plain text file, or a regular expression ``"/.../"`` that matches in it.
        header_lines: whether lines like "Title: ..." at the beginning of plain texts are fields.
        text_is: ``"html"`` if texts and titles of records are written in HTML, whose tags are then left out.
        preset: the name of a kind of archive that many people have, as ``dateline plan --presets`` lists them; other arguments go before it.
        mentions: whether every mention is stored with its place.
        force: whether an earlier run of the same name is replaced.
        threads: 0 for one on each core. The result is the same for any number.
        checkpoint: of files with more bytes than this, finished parts are kept, so that an interrupted call goes on; 0 to keep nothing.
        round_ups: which pairs count in an article that mentions very many entities: ``"cap:N"``, those of the N that it mentions most;
            ``"skip:N"``, none if it has more than N; ``"keep"``, all.
        memory: a ceiling in bytes for the whole process, with what Python holds already; what does not fit goes to temporary files, and the
            result is the same.
        shard: ``(i, n)``, the share ``i`` of ``n`` of the files, from 1; :func:`merge` makes one run of all shares.
        name: what the run calls its input, if ``data`` is not files.
        progress: a function that is called with bytes and records done, or True for a bar of tqdm.

    Returns:
        The finished run. Records that cannot be read are counted, listed in ``rejects.jsonl`` (the first 1,000 of each input), and logged as a warning to the logger ``dateline``.

    Raises:
        UsageError: if ``out`` exists and may not be replaced, or a field that was named is in no record.
        FormatError: if no record can be read.
        FileError: if an input or the output cannot be opened.
        ArgumentTypeError: if ``data`` is none of these.
        KeyboardInterrupt: on Ctrl-C; nothing is written.
    """
    analyzer = gazetteer
    if not isinstance(analyzer, Analyzer):
        analyzer = Analyzer(
            analyzer, profile=profile, overlap=overlap, furniture=furniture, exclude=exclude, without_rules=without_rules
        )
    reading = _engine_reading(
        id=id, title=title, text=text, date=date, source=source, keep=keep, since=since, until=until, languages=languages,
        input_format=input_format, include_files=include_files, exclude_files=exclude_files, follow_links=follow_links,
        include_members=include_members, exclude_members=exclude_members, split_on=split_on, header_lines=header_lines,
        text_is=text_is, preset=preset,
    )  # fmt: skip
    writing: _engine.Writing = {
        "out": os.fspath(out),
        "mentions": mentions,
        "force": force,
        "threads": threads,
        "checkpoint": checkpoint,
        "is_part": shard is not None,
        "round_ups": round_ups,
        "memory": memory,
    }
    engine = analyzer._analyzer
    paths = _paths(data)
    if paths is None and (recurring_lines is not None or shard is not None):
        raise UsageError("recurring_lines and shard are for files", remedy="give paths, or leave them out")
    if shard is not None and (recurring_lines is not None or not 1 <= shard[0] <= shard[1]):
        raise UsageError(
            f"shard={shard!r} is not a share of the files" if recurring_lines is None else "recurring_lines needs all files",
            remedy="write shard=(i, n) with i from 1 to n, without recurring_lines",
        )
    with watched(progress) as on_progress:
        if paths is not None:
            run, told = _engine.analyze_files(engine, paths, reading, writing, recurring_lines, shard, on_progress)
        elif is_columns(data):
            run, told = _engine.analyze_rows(engine, data, name, reading, writing, on_progress)
        else:
            run, told = _engine.analyze_lines(engine, _lines(_records(data)), name, reading, writing, on_progress)
    _tell(told, os.fspath(out))
    return Run(run)


def merge(
    runs: Iterable[Union[Run, PathLike]],
    out: PathLike,
    *,
    force: bool = False,
    threads: int = 0,
    progress: Progress = None,
) -> Run:
    """Merges runs over different inputs into the run of all of them, byte for byte that of one reading, in whatever order they are named.

    Raises:
        UsageError: if the runs differ in gazetteer or settings, or two hold the same input.
    """
    paths = [run.path if isinstance(run, Run) else os.fspath(run) for run in runs]
    with watched(progress) as on_progress:
        run, told = _engine.merge(paths, os.fspath(out), force, threads, on_progress)
    _tell(told, os.fspath(out))
    return Run(run)


def _paths(data: Any) -> Optional[List[str]]:
    if isinstance(data, (str, os.PathLike)):
        return [os.fspath(data)]
    if isinstance(data, (list, tuple)) and data and all(isinstance(item, (str, os.PathLike)) for item in data):
        return [os.fspath(item) for item in data]
    return None


def _records(data: Any) -> Iterator[Any]:
    if isinstance(data, (Mapping, bytes)) or not isinstance(data, Iterable):
        raise ArgumentTypeError(
            f"articles are paths, a table or an iterable of dicts, not {type(data).__name__}",
            remedy="give a list of dicts, e.g. [{'id': 'a1', 'text': '...'}]",
        )
    return iter(data)


def _lines(records: Iterator[Any]) -> Iterator[bytes]:
    """Records as lines of JSON, some at a time."""
    lines: List[str] = []
    for number, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise ArgumentTypeError(
                f"record {number} is not a dict but {type(record).__name__}", remedy="give dicts, e.g. {'id': 'a1', 'text': '...'}"
            )
        try:
            lines.append(json.dumps(dict(record), default=_plain))
        except (TypeError, ValueError) as error:
            raise ArgumentTypeError(f"record {number} cannot be read: {error}", remedy="give texts, numbers and dates") from error
        if len(lines) == _PIECE:
            yield ("\n".join(lines) + "\n").encode()
            lines.clear()
    if lines:
        yield ("\n".join(lines) + "\n").encode()


def _plain(value: Any) -> Any:
    """Dates as texts, and numbers of numpy as numbers."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a {type(value).__name__} is no text, number or date")


def _tell(told: "_engine.Told", out: str) -> None:
    """What a user should know of the records, to the logger."""
    _LOG.info(
        "%s: counted %d documents with %d mentions of %d entities", out, told["counted"], told["mentions"], told["entities"]
    )
    if told["rejected"]:
        first = "; ".join(told["first_rejects"][:3])
        _LOG.warning("%s: skipped %d records, listed in rejects.jsonl, the first: %s", out, told["rejected"], first)
    if told["empty"]:
        _LOG.info("%s: %d records without text", out, told["empty"])
    if told["unreadable_dates"]:
        _LOG.warning("%s: the date of %d documents cannot be read and counts as unknown", out, told["unreadable_dates"])
    for (count, example), what in (
        (told["markup"], "hold HTML or XML markup, which was read as text"),
        (told["replaced"], "hold what is no character, read as U+FFFD"),
        (told["shared_ids"], "share their id with another; all are counted"),
    ):
        if count:
            _LOG.warning("%s: %d documents %s, e.g. %s", out, count, what, example)
    if told["mostly_not_english"]:
        _LOG.warning("%s: most of these articles are not in English; the built-in rules and names are", out)
