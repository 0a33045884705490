"""Analyzers: a gazetteer, ready to be found in texts."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from . import _engine
from .gazetteer import Gazetteer
from .mention import Mention, Mentions, Verdict
from .progress import Progress, watched
from .table import Table

__all__ = ["Analyzer"]


class Analyzer:
    """Finds the entities of a gazetteer in texts. Immutable, and may be used by any number of threads.

    It can be sent to other processes (multiprocessing, Dask, Ray). The gazetteer and the settings below are pickled, and each process builds
    one analyzer from them, however often it receives them.

    >>> analyzer = Analyzer("core")
    >>> analyzer.tag("GENEVA: The United Nations met.")
    [<Mention 'GENEVA' at 0:6: place Geneva (gn:2660646)>, <Mention 'United Nations' at 12:26: organisation United Nations (org/un)>]

    Args:
        gazetteer: a :class:`Gazetteer`, the name of a built-in one, or the path of a file.
        profile: ``"strict"`` counts neither a place inside an organisation's name nor a demonym as a place, ``"wide"`` both; ``"plain"``
            accepts every name that matches.
        overlap: which of overlapping names are kept: ``"longest"``, ``"all"`` or ``"no-nested"``.
        furniture: what becomes of mentions in page furniture: ``"skip"``, ``"mark"`` or ``"count"``.
        exclude: sections whose mentions are not counted in runs: headline, dateline, byline, lede, body.
        without_rules: rules of resolution to do without.

    Raises:
        UsageError: if a word is not known, or the plain profile is to apply rules.
    """

    __slots__ = ("_analyzer", "_gazetteer", "_words")

    def __init__(
        self,
        gazetteer: Union[Gazetteer, str] = "world",
        *,
        profile: str = "strict",
        overlap: str = "longest",
        furniture: str = "skip",
        exclude: Sequence[str] = (),
        without_rules: Sequence[str] = (),
    ) -> None:
        if not isinstance(gazetteer, Gazetteer):
            gazetteer = Gazetteer.load(gazetteer)
        self._gazetteer = gazetteer
        self._words = (profile, overlap, furniture, tuple(exclude), tuple(without_rules))
        self._analyzer = _engine.Analyzer(
            gazetteer._gazetteer, profile, overlap, furniture, list(exclude), list(without_rules)
        )

    def __reduce__(self) -> Tuple[Any, ...]:
        return of_this_process, (self._gazetteer, self._words)

    @property
    def profile(self) -> str:
        """The convention that it follows."""
        return self._words[0]

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer that it finds."""
        return self._gazetteer

    def tag(self, text: str, *, title: Optional[str] = None, date: Optional[str] = None) -> Mentions:
        """The mentions of one article, in order.

        Args:
            text: the article.
            title: its headline, if that is apart from the text.
            date: its publication date, for names that changed hands ("2024-03-05").

        Raises:
            ArgumentTypeError: if an argument is not a str.
            UsageError: if it holds half of a surrogate pair, or has more than 1 GiB.
        """
        return Mentions(self._analyzer.tag(text, title, date, Mention), text, title)

    def explain(
        self, text: str, at: Optional[int] = None, *, title: Optional[str] = None, date: Optional[str] = None
    ) -> List[Verdict]:
        """Every candidate with the rule that decided over it: why a name is a mention, or why not.

        Args:
            at: only candidates that contain this character of the text (from 0).

        Raises:
            ArgumentTypeError, UsageError: as :meth:`tag`.
        """
        verdicts = [Verdict(**verdict) for verdict in self._analyzer.explain(text, title, date)]
        if at is None:
            return verdicts
        return [verdict for verdict in verdicts if verdict.part == "text" and verdict.start <= at < verdict.end]

    def tag_table(
        self,
        data: Any,
        *,
        text: Optional[str] = None,
        id: Optional[str] = None,
        title: Optional[str] = None,
        date: Optional[str] = None,
        since: Optional[str] = None,
        until: Optional[str] = None,
        languages: Sequence[str] = (),
        threads: int = 0,
        progress: Progress = None,
    ) -> Table:
        """The mentions of all rows of a table, or of a column of texts, found on all cores while other threads of Python go on.

        Args:
            data: a DataFrame of pandas (2.2 or later, with pyarrow) or polars, a Series of polars, a table, record batch, array, chunked array or
                reader of pyarrow, a relation of DuckDB, or a list of str or None.
            text, id, title, date: the columns with these parts of the articles; if not given, they are found by their usual names
                (``text``, ``body``, ``content``, ...; ``id``, ``url``, ...), and none if there is no such column.
            since, until, languages: only articles of these days ("2024", "2024-03", "2024-03-05") or languages ("en").
            threads: 0 for one on each core.
            progress: a function that is called with bytes and rows done, or True for a bar of tqdm.

        Returns:
            One row for each mention, in the order of the rows: ``row`` (int64, from 0), ``id`` (str, if there is such a column), ``part``,
            ``start`` and ``end`` (int64, characters), ``surface``, ``entity``, ``name``, ``type``, ``kind``, ``country`` (str), ``lat``, ``lon`` (float64, degrees),
            ``demonym`` (bool), ``section``, ``rule`` (str). A text that is null has no mentions.

        Raises:
            ArgumentTypeError: if ``data`` has no Arrow columns.
            UsageError: if a column is missing or its type is not read.
        """
        reading = _engine_reading(text=text, id=id, title=title, date=date, since=since, until=until, languages=languages)
        with watched(progress) as on_progress:
            return Table(self._analyzer.tag_table(columns_of(data), reading, threads, on_progress))

    def __repr__(self) -> str:
        return f"<Analyzer of {self._gazetteer!r}, {self.profile} profile>"


#: What an analyzer is made with besides the gazetteer: profile, overlap, furniture, exclude, without_rules.
Words = Tuple[str, str, str, Tuple[str, ...], Tuple[str, ...]]

_OF_THIS_PROCESS: Dict[Tuple[str, Words], Analyzer] = {}


def of_this_process(gazetteer: Gazetteer, words: Words) -> Analyzer:
    """The analyzer that this process makes of what it receives from others; made once."""
    key = (gazetteer.fingerprint, words)
    if key not in _OF_THIS_PROCESS:
        profile, overlap, furniture, exclude, without_rules = words
        _OF_THIS_PROCESS[key] = Analyzer(
            gazetteer, profile=profile, overlap=overlap, furniture=furniture, exclude=exclude, without_rules=without_rules
        )
    return _OF_THIS_PROCESS[key]


def _engine_reading(
    *,
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
) -> "_engine.Reading":
    return {
        "id": id,
        "title": title,
        "text": text,
        "date": date,
        "source": source,
        "keep": list(keep),
        "since": since,
        "until": until,
        "languages": [languages] if isinstance(languages, str) else list(languages),
        "input_format": input_format,
        "include_files": list(include_files),
        "exclude_files": list(exclude_files),
        "follow_links": follow_links,
        "include_members": list(include_members),
        "exclude_members": list(exclude_members),
        "split_on": split_on,
        "header_lines": header_lines,
        "text_is": text_is,
        "preset": preset,
    }


def columns_of(data: Any) -> Any:
    """What the engine takes: an object with Arrow columns as it is, a list of texts as one."""
    if isinstance(data, (list, tuple)):
        return _engine.texts(list(data))
    return data


def is_columns(data: Any) -> bool:
    """Whether an object has Arrow columns."""
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


