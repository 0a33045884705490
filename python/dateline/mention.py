"""Mentions, and texts with their mentions marked."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Protocol, Tuple

__all__ = ["Mention", "Mentions", "Verdict", "highlight"]

#: Background colours by type, light enough for black text.
COLOURS = {"place": "#cfe8cf", "organisation": "#cfdcf5", "title": "#f3e3c3"}
OTHER = "#e3e3e3"


class Mention:
    """A name in a text and the entity that it denotes.

    Attributes:
        start, end: characters of the part that it is in, as Python counts: ``text[start:end] == surface``.
        surface: the characters of the name.
        entity: id of the entity, e.g. ``"iq"``; ``"unlisted:..."`` for a name that no list has, recognised by its form.
        name: canonical name of the entity.
        type: ``"place"``, ``"organisation"`` or ``"title"``.
        kind: dotted kind, e.g. ``"place.city"``; None for a name that no list has.
        country: ISO 3166 code, or None.
        lat, lon: degrees, or None.
        demonym: whether the name is one of inhabitants ("Iraqi").
        head: the person's name after a title, or None.
        part: ``"title"`` or ``"text"``.
        section: the section of the article: headline, dateline, byline, lede, body or furniture.
        furniture: whether it is in page furniture (only with ``furniture="mark"``).
        repeated: whether it is in a line that repeats the title, so that it counts once.
        rule: the rule that accepted it; ``dateline explain --rules`` lists all.
        score, runner_up: points of the entity, and id of the next best one, if the name may denote several.
    """

    __slots__ = (
        "part", "start", "end", "surface", "entity", "name", "type",
        "kind", "country", "lat", "lon", "demonym", "head",
        "section", "furniture", "repeated", "rule", "score", "runner_up",
    )  # fmt: skip

    part: str
    start: int
    end: int
    surface: str
    entity: str
    name: str
    type: str
    kind: Optional[str]
    country: Optional[str]
    lat: Optional[float]
    lon: Optional[float]
    demonym: bool
    head: Optional[str]
    section: str
    furniture: bool
    repeated: bool
    rule: str
    score: Optional[int]
    runner_up: Optional[str]

    def __init__(
        self,
        where: Tuple[str, int, int, str, str, str, str],
        about: Tuple[Optional[str], Optional[str], Optional[float], Optional[float], bool, Optional[str]],
        why: Tuple[str, bool, bool, str, Optional[int], Optional[str]],
    ) -> None:
        self.part, self.start, self.end, self.surface, self.entity, self.name, self.type = where
        self.kind, self.country, self.lat, self.lon, self.demonym, self.head = about
        self.section, self.furniture, self.repeated, self.rule, self.score, self.runner_up = why

    def _values(self) -> Tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def as_dict(self) -> Dict[str, Any]:
        """All attributes by name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mention) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __reduce__(self) -> Tuple[Any, ...]:
        values = self._values()
        return (Mention, (values[:7], values[7:13], values[13:]))

    def __repr__(self) -> str:
        where = f"{self.start}:{self.end}" + (" of the title" if self.part == "title" else "")
        return f"<Mention {self.surface!r} at {where}: {self.type} {self.name} ({self.entity})>"


class Mentions(List[Mention]):
    """The mentions of one text, in order. A list, which a notebook shows as the text with its mentions marked."""

    def __init__(self, mentions: Iterable[Mention] = (), text: str = "", title: Optional[str] = None) -> None:
        super().__init__(mentions)
        self.text = text
        self.title = title

    def _repr_html_(self) -> str:
        parts = [] if self.title is None else [f"<b>{highlight(self.title, self, part='title')}</b>"]
        parts.append(highlight(self.text, self))
        return f'<div style="line-height:1.8;white-space:pre-wrap">{"<br>".join(parts)}</div>'


class Verdict(NamedTuple):
    """What became of one candidate: a name at one place, for one entity that it may denote.

    ``mention`` says whether it was accepted; ``rule`` and ``meaning`` why, or why not. Offsets are characters.
    """

    part: str
    start: int
    end: int
    surface: str
    mention: bool
    entity: str
    name: str
    kind: str
    alias: Optional[str]
    rule: str
    meaning: str


class _Placed(Protocol):
    part: str
    start: int
    end: int
    type: str
    name: str
    entity: str


def highlight(text: str, mentions: Iterable[_Placed], part: str = "text") -> str:
    """The text as HTML, escaped, with each mention in the colour of its type. Of overlapping mentions the first is marked."""
    pieces, at = [], 0
    for mention in sorted((m for m in mentions if m.part == part), key=lambda m: (m.start, -m.end)):
        if mention.start < at:
            continue
        hint = escape(f"{mention.name} ({mention.entity})", quote=True)
        style = f"background:{COLOURS.get(mention.type, OTHER)};color:#000;border-radius:3px;padding:0 2px"
        name = escape(text[mention.start : mention.end])
        pieces += [escape(text[at : mention.start]), f'<mark style="{style}" title="{hint}">{name}</mark>']
        at = mention.end
    return "".join(pieces) + escape(text[at:])
