"""The kinds of blocks that this version knows, and what each row promises; see the table in docs/format.md."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

try:
    import numpy as _numpy
except ImportError:
    _numpy = None  # type: ignore[assignment, unused-ignore]

#: The module, or None where it is not installed.
numpy: Any = _numpy


#: A table or a part of it, by the names of its columns.
Columns = Dict[str, Sequence[Any]]


class Kind(NamedTuple):
    """What this version knows of a kind of block."""

    number: int
    file: str
    columns: List[str]
    #: Which of its columns are in order through all blocks, and whether a key may come twice.
    order: Tuple[str, ...]
    repeats: bool
    #: What no row may be, as conditions over the columns named; they work on numbers and on arrays.
    forbidden: Tuple[Tuple[str, Callable[..., Any]], ...]


def _kind(number: int, file: str, columns: str, order: str, repeats: bool, *forbidden: Any) -> Kind:
    return Kind(number, file, columns.split(), tuple(order.split()), repeats, forbidden)


def _off_the_globe(latitude: Any, longitude: Any) -> Any:
    known = (latitude >= -90) & (latitude <= 90) & (longitude >= -180) & (longitude <= 180)
    return (known | ((latitude != latitude) & (longitude != longitude))) == 0


KINDS = {
    "entities": _kind(
        1, "entities.dln",
        "id:str name:str kind:str country:str parent:str wikidata:str population:u64 latitude:f64 longitude:f64 mentions:u64 documents:u32",
        "", True, ("latitude longitude", _off_the_globe), ("documents mentions", lambda d, m: d > m),
    ),
    "documents": _kind(
        2, "documents.dln",
        "id:str date:str day:i32 source:str language:str file:u32 offset:u64 length:u64 characters:u32 words:u32 "
        "paragraphs:u32 sentences:u32 mentions:u32 notes:u32",
        "file", True,
    ),
    "counts": _kind(
        3, "counts.dln", "document:u32 entity:u32 count:u32", "document entity", False, ("count", lambda n: n == 0)
    ),
    "pairs": _kind(
        4, "cooccurrence.dln", "a:u32 b:u32 joint:u32", "a b", False,
        ("a b", lambda a, b: a >= b), ("joint", lambda n: n == 0),
    ),
    "marginals": _kind(5, "cooccurrence.dln", "entity:u32 contexts:u32", "entity", False, ("contexts", lambda n: n == 0)),
    "mentions": _kind(
        6, "mentions.dln",
        "document:u32 part:u32 start:u32 end:u32 start_char:u32 end_char:u32 section:u32 paragraph:u32 sentence:u32 word:u32 entity:u32",
        "document part start", True, ("part", lambda p: p > 1), ("section", lambda s: s > 5),
        ("start end start_char end_char", lambda s, e, sc, ec: (s >= e) | (sc >= ec) | (sc > s) | (ec - sc > e - s)),
    ),
    "field-values": _kind(7, "fields.dln", "field:u32 value:str", "", True, ("value", lambda v: v == "")),
    "fields": _kind(8, "fields.dln", "document:u32 field:u32 value:u32", "document field", False),
    "signatures": _kind(
        9, "signatures.dln",
        "content:u64 samples0:u64 samples1:u64 samples2:u64 samples3:u64 samples4:u64 samples5:u64 samples6:u64 samples7:u64", "", True,
    ),
}
NAMES = {kind.number: name for name, kind in KINDS.items()}


def any_row(is_wrong: Callable[..., Any], *columns: Sequence[Any]) -> bool:
    """Whether the condition holds in any row."""
    if numpy is not None:
        return bool(numpy.any(is_wrong(*map(numpy.asarray, columns))))
    return any(map(is_wrong, *columns))


def in_order(kind: Kind, columns: Columns) -> bool:
    """Whether the keys never fall, and rise where each may come once."""
    keys = [columns[key] for key in kind.order]
    if not keys:
        return True

    def falls(*pairs: Any) -> Any:
        before, after = pairs[: len(keys)], pairs[len(keys) :]
        wrong = (before[-1] > after[-1]) if kind.repeats else (before[-1] >= after[-1])
        for a, b in list(zip(before, after))[-2::-1]:
            wrong = (a > b) | ((a == b) & wrong)
        return wrong

    return not any_row(falls, *(key[:-1] for key in keys), *(key[1:] for key in keys))
