"""The engine, as the rest of the package uses it. It has no promise of its own: use the classes of :mod:`dateline`."""

from os import PathLike
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, TypedDict, Union

__version__: str

_Path = Union[str, PathLike[str]]
_Progress = Optional[Callable[[int, int], object]]

class Reading(TypedDict):
    id: Optional[str]
    title: Optional[str]
    text: Optional[str]
    date: Optional[str]
    source: Optional[str]
    keep: List[str]
    since: Optional[str]
    until: Optional[str]
    languages: List[str]
    input_format: Optional[str]
    include_files: List[str]
    exclude_files: List[str]
    follow_links: bool
    include_members: List[str]
    exclude_members: List[str]
    split_on: Optional[str]
    header_lines: bool
    text_is: str
    preset: Optional[str]

class Writing(TypedDict):
    out: str
    mentions: bool
    force: bool
    threads: int
    checkpoint: int
    is_part: bool
    round_ups: str
    memory: Optional[int]

class Conditions(TypedDict):
    kind: Optional[str]
    condition: Optional[str]
    sections: List[str]
    roll_up: Optional[str]
    stories: bool
    cache: Optional[str]

PairList = TypedDict(
    "PairList",
    {
        "context": str,
        "measures": List[str],
        "order": str,
        "by": Optional[str],
        "with": Optional[str],
        "min_documents": int,
        "min_each": Optional[int],
        "fdr": Optional[float],
        "all_pairs": bool,
        "rows": int,
    },
)

class Told(TypedDict):
    counted: int
    empty: int
    filtered: int
    rejected: int
    mentions: int
    entities: int
    first_rejects: List[str]
    unreadable_dates: int
    mostly_not_english: bool
    markup: Tuple[int, Optional[str]]
    replaced: Tuple[int, Optional[str]]
    shared_ids: Tuple[int, Optional[str]]

class Table:
    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def __len__(self) -> int: ...
    @property
    def columns(self) -> List[Tuple[str, str]]: ...
    def cells(self, name: str, start: int, end: int) -> List[Any]: ...
    def numbers(self, name: str) -> bytes: ...

class Gazetteer:
    @staticmethod
    def builtin(name: str) -> "Gazetteer": ...
    @staticmethod
    def load(layers: List[str], without: List[str], cache: Optional[str]) -> "Gazetteer": ...
    @staticmethod
    def lines_of(records: List[str]) -> str: ...
    def save(self, path: str, force: bool) -> None: ...
    def entity(self, id: str) -> Optional[Dict[str, Any]]: ...
    def at(self, row: int) -> Dict[str, Any]: ...
    def named(self, name: str) -> List[Dict[str, Any]]: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def layers(self) -> List[str]: ...
    @property
    def n_entities(self) -> int: ...
    @property
    def n_names(self) -> int: ...

class Analyzer:
    def __init__(
        self,
        gazetteer: Gazetteer,
        profile: str,
        overlap: str,
        furniture: str,
        exclude: List[str],
        without_rules: List[str],
    ) -> None: ...
    def tag(self, text: str, title: Optional[str], date: Optional[str], make: Callable[..., Any]) -> List[Any]: ...
    def tag_table(self, columns: object, reading: Reading, threads: int, progress: _Progress) -> Table: ...
    def explain(self, text: str, title: Optional[str], date: Optional[str]) -> List[Dict[str, Any]]: ...

class Run:
    @staticmethod
    def open(path: str) -> "Run": ...
    @property
    def path(self) -> _Path: ...
    @property
    def manifest(self) -> str: ...
    def table(self, name: str) -> Table: ...
    def top(self, order: str, rows: int, by: Optional[str], conditions: Conditions) -> Table: ...
    def pairs(self, list: PairList, conditions: Conditions) -> Table: ...
    def trend(self, entities: List[str], by: str, rows: int, conditions: Conditions) -> Table: ...
    def passages(
        self,
        about: str,
        given: List[str],
        context: str,
        documents: int,
        seed: Optional[int],
        root: str,
        threads: int,
        conditions: Conditions,
    ) -> Table: ...
    def verify(self) -> Tuple[List[Tuple[str, str, bool]], List[str]]: ...

def program(arguments: List[str]) -> int: ...
def lint(files: List[str], over: List[str]) -> List[Tuple[str, int, int, str, str, str, str]]: ...
def texts(texts: Sequence[Any]) -> Table: ...
def analyze_files(
    analyzer: Analyzer,
    paths: List[str],
    reading: Reading,
    writing: Writing,
    recurring_lines: Optional[int],
    shard: Optional[Tuple[int, int]],
    progress: _Progress,
) -> Tuple[Run, Told]: ...
def analyze_rows(
    analyzer: Analyzer, columns: object, name: str, reading: Reading, writing: Writing, progress: _Progress
) -> Tuple[Run, Told]: ...
def analyze_lines(
    analyzer: Analyzer, lines: Iterator[bytes], name: str, reading: Reading, writing: Writing, progress: _Progress
) -> Tuple[Run, Told]: ...
def merge(runs: List[str], out: str, force: bool, threads: int, progress: _Progress) -> Tuple[Run, Told]: ...
