"""The engine inside Spark: articles in a DataFrame, results as DataFrames, and an ordinary run at the end.

>>> from dateline import spark as dl                                           # doctest: +SKIP
>>> analysis = dl.analyze(articles, "world", text="body", id="url")           # doctest: +SKIP
>>> analysis.pairs().orderBy("documents", ascending=False).show()             # doctest: +SKIP
>>> run = analysis.write_run("results")                                       # doctest: +SKIP

Every task analyses its articles with the engine of this package and gives a small run of them (a *part*), a few per cent of the size of
the articles. The tables of :class:`Analysis` are read from the parts where they are; :meth:`Analysis.write_run` brings the parts to the driver's disk and merges
them, which gives the same bytes in whatever order tasks end, fail and are repeated.

Needs PySpark 3.5 or later with pyarrow, and this package on the driver and on all executors.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from . import _engine
from .runs import _lines, _tell, merge
from .analyzer import Analyzer, Words, _engine_reading, of_this_process
from .errors import ArgumentTypeError, UsageError
from .gazetteer import BUILT_IN, Gazetteer, PathLike
from .run import Run

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Analysis", "analyze", "analyze_files", "tag", "write_articles"]

#: Bytes of a part in one row, so that no row is large.
_CHUNK = 1 << 20
_PARTS = "shard INT, file STRING, offset BIGINT, bytes BINARY"
#: The parts of an article, as the engine calls them.
_ROLES = ("id", "title", "text", "date", "source")

_MENTIONS = (
    "document STRING, entity STRING, name STRING, type STRING, part STRING, section STRING, start BIGINT, `end` BIGINT, "
    "paragraph BIGINT, sentence BIGINT, word BIGINT"
)
_COUNTS = "document STRING, entity STRING, name STRING, type STRING, mentions BIGINT"
_PAIRS = "a STRING, name_a STRING, b STRING, name_b STRING, documents BIGINT"
_ENTITIES = "entity STRING, name STRING, type STRING, kind STRING, country STRING, mentions BIGINT, documents BIGINT"
_REJECTS = "file STRING, record BIGINT, reason STRING, message STRING"
_DOCUMENTS = (
    "id STRING, date STRING, day DATE, source STRING, language STRING, characters BIGINT, words BIGINT, sentences BIGINT, mentions BIGINT"
)
_TAGS = (
    "id STRING, part STRING, start BIGINT, `end` BIGINT, surface STRING, entity STRING, name STRING, type STRING, kind STRING, "
    "country STRING, lat DOUBLE, lon DOUBLE, demonym BOOLEAN, section STRING, rule STRING"
)


def analyze(
    articles: "DataFrame",
    gazetteer: Union[Gazetteer, str] = "world",
    *,
    text: str = "text",
    id: Optional[str] = None,
    title: Optional[str] = None,
    date: Optional[str] = None,
    source: Optional[str] = None,
    keep: Sequence[str] = (),
    shards: Optional[int] = None,
    name: str = "articles",
    mentions: bool = True,
    round_ups: str = "cap:1000",
    profile: str = "strict",
    overlap: str = "longest",
    furniture: str = "skip",
    exclude: Sequence[str] = (),
    without_rules: Sequence[str] = (),
    languages: Sequence[str] = (),
    since: Optional[str] = None,
    until: Optional[str] = None,
) -> "Analysis":
    """Analyses the articles of a DataFrame, one in each row. Nothing is computed before a result is asked for.

    Args:
        articles: one article a row.
        gazetteer: the name of a built-in gazetteer, the path of a file on the driver, or a :class:`~dateline.Gazetteer`; what is not built in is
            sent to each executor once, compiled, and mapped there.
        text, id, title, date, source: the columns of the parts of an article. Texts are strings; ids may be numbers; dates may be strings,
            dates or timestamps.
        keep: further columns that the documents keep, as strings.
        shards: how the articles are cut and ordered. ``None`` takes the partitions of the DataFrame as they are, without a shuffle: the bytes
            of the run are the same if the partitions are. A number distributes the articles by their ids over so many shards and sorts each
            by id, so that the bytes depend on the articles alone; it shuffles the texts once and needs ``id``.
        name: what the run calls the articles; its inputs are ``NAME/000000.jsonl`` and so on, the files that :func:`write_articles` writes.
        mentions: whether the places of mentions are stored.
        round_ups: as for :func:`dateline.analyze`.
        profile, overlap, furniture, exclude, without_rules: as for :class:`~dateline.Analyzer`.
        languages, since, until: only articles in these languages or of these days.

    Raises:
        UsageError: if a column is missing, ``shards`` is less than 1 or given without ``id``, or a setting is not known.
        ArgumentTypeError: if a column has a type that cannot be read, or ``articles`` is not a DataFrame of Spark.
    """
    task = _Task.of(
        _session(articles), gazetteer, profile=profile, overlap=overlap, furniture=furniture, exclude=exclude,
        without_rules=without_rules, keep=keep, languages=languages, since=since, until=until, mentions=mentions, round_ups=round_ups, name=name,
    )  # fmt: skip
    ordered = _articles(articles, {"id": id, "title": title, "text": text, "date": date, "source": source}, keep, shards)
    return Analysis(_kept(ordered.mapInArrow(task.parts_of_rows, _PARTS)), task)


def analyze_files(
    session: "SparkSession",
    paths: Union[PathLike, Sequence[PathLike]],
    gazetteer: Union[Gazetteer, str] = "world",
    *,
    shards: int,
    keep: Sequence[str] = (),
    mentions: bool = True,
    round_ups: str = "cap:1000",
    profile: str = "strict",
    overlap: str = "longest",
    furniture: str = "skip",
    exclude: Sequence[str] = (),
    without_rules: Sequence[str] = (),
    languages: Sequence[str] = (),
    since: Optional[str] = None,
    until: Optional[str] = None,
) -> "Analysis":
    """Analyses files that every executor sees under the same paths (a shared or mounted file system), in all formats that the program reads.

    The files are divided into ``shards`` tasks. The run is byte for byte that of ``dateline analyze PATHS``, whatever the number of shards.

    Raises:
        UsageError: if ``shards`` is less than 1, or a setting is not known.
    """
    if shards < 1:
        raise UsageError(f"{shards} shards", remedy="give the number of tasks, at least 1")
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    task = _Task.of(
        session, gazetteer, profile=profile, overlap=overlap, furniture=furniture, exclude=exclude, without_rules=without_rules,
        keep=keep, languages=languages, since=since, until=until, mentions=mentions, round_ups=round_ups, name="files",
        paths=[os.fspath(path) for path in listed], n_shards=shards,
    )  # fmt: skip
    numbers = session.range(1, shards + 1, 1, numPartitions=shards)
    return Analysis(_kept(numbers.mapInArrow(task.parts_of_files, _PARTS)), task)


def tag(
    articles: "DataFrame",
    gazetteer: Union[Gazetteer, str] = "world",
    *,
    text: str = "text",
    id: Optional[str] = None,
    title: Optional[str] = None,
    date: Optional[str] = None,
    profile: str = "strict",
) -> "DataFrame":
    """The mentions of all articles, one a row, without a run: for streams (in ``foreachBatch``) and for joins with one's own tables.

    Returns:
        ``id``, ``part``, ``start``, ``end`` (characters), ``surface``, ``entity``, ``name``, ``type``, ``kind``, ``country``, ``lat``, ``lon`` (degrees), ``demonym``, ``section``,
        ``rule``. Articles whose text is null have no mentions.
    """
    task = _Task.of(_session(articles), gazetteer, profile=profile)
    columns = _articles(articles, {"id": id, "title": title, "text": text, "date": date, "source": None}, (), None)
    return columns.mapInArrow(task.tags, _TAGS)


def write_articles(
    articles: "DataFrame",
    folder: PathLike,
    *,
    text: str = "text",
    id: Optional[str] = None,
    title: Optional[str] = None,
    date: Optional[str] = None,
    source: Optional[str] = None,
    keep: Sequence[str] = (),
    shards: Optional[int] = None,
) -> None:
    """Writes the articles as the files that :func:`analyze` with the same arguments says it has read, into a new folder that all executors see.

    ``dateline analyze FOLDER`` then gives the same run, byte for byte, if it is called with the same relative path as ``name``. For checks, and to
    hand an archive to people without Spark.
    """
    out = Path(folder)
    out.mkdir(parents=True)
    target = os.fspath(out.resolve())
    ordered = _articles(articles, {"id": id, "title": title, "text": text, "date": date, "source": source}, keep, shards)

    def write(batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        for shard, lines in _by_shard(batches):
            # Whole or not at all: a task that is repeated replaces the file.
            part = os.path.join(target, f".{_file_name(shard)}.{os.getpid()}")
            with open(part, "wb") as file:
                file.writelines(lines)
            os.replace(part, os.path.join(target, _file_name(shard)))
            yield _rows({"shard": [shard]}, "shard INT")

    ordered.mapInArrow(write, "shard INT").count()


class Analysis:
    """The results of an analysis in Spark. Every table is a DataFrame; the parts they come from are kept on the executors' disks."""

    def __init__(self, parts: "DataFrame", task: "_Task") -> None:
        self._parts = parts
        self._task = task

    @property
    def parts(self) -> "DataFrame":
        """The runs of the shards, in pieces: ``shard``, ``file``, ``offset``, ``bytes``."""
        return self._parts

    def documents(self) -> "DataFrame":
        """The articles counted: ``id``, ``date`` (as delivered), ``day``, ``source``, ``language``, ``characters``, ``words``, ``sentences``, ``mentions``, and the kept columns."""
        own = [column.rsplit(" ", 1)[0] for column in _columns_of(_DOCUMENTS)]
        kept = [f"field_{name}" if name in own else name for name in self._task.keep]

        def documents(run: Run) -> "pyarrow.Table":
            # By position: a field may have the name of a column that is left out here.
            table = run.documents.to_arrow()
            fields = table.columns[table.num_columns - len(kept) :]
            return table.from_arrays(table.select(own).columns + fields, names=own + kept)

        schema = ", ".join([_DOCUMENTS] + [f"{_quoted(name)} STRING" for name in kept])
        return self._table(schema, documents)

    def mentions(self) -> "DataFrame":
        """Every mention: ``document`` (the article's id), ``entity``, ``name``, ``type``, ``part``, ``section``, ``start``, ``end`` (characters of the part), ``paragraph``, ``sentence``, ``word``."""
        return self._table(_MENTIONS, _mentions)

    def counts(self) -> "DataFrame":
        """How often each entity is mentioned in each article: ``document`` (the article's id), ``entity``, ``name``, ``type``, ``mentions``."""
        return self._table(_COUNTS, _counts)

    def pairs(self) -> "DataFrame":
        """In how many articles each two entities are mentioned together: ``a``, ``name_a``, ``b``, ``name_b``, ``documents``.

        The engine sums the pairs of each shard and Spark sums those: what is shuffled is one row for each pair of a shard, not of an article.
        """
        from pyspark.sql import functions as F

        pairs = self._table(_PAIRS, _pairs)
        return pairs.groupBy("a", "b").agg(
            F.first("name_a").alias("name_a"), F.first("name_b").alias("name_b"), F.sum("documents").alias("documents")
        )

    def entities(self) -> "DataFrame":
        """The entities found: ``entity``, ``name``, ``type``, ``kind``, ``country``, ``mentions``, ``documents``."""
        from pyspark.sql import functions as F

        found = self._table(_ENTITIES, _entities)
        first = [F.first(column).alias(column) for column in ("name", "type", "kind", "country")]
        sums = [F.sum(column).alias(column) for column in ("mentions", "documents")]
        return found.groupBy("entity").agg(*first, *sums)

    def rejects(self) -> "DataFrame":
        """The articles that could not be read: ``file`` (the shard), ``record`` (its row there, from 1), ``reason``, ``message``."""
        return self._table(_REJECTS, _rejects)

    def write_run(self, out: PathLike, *, force: bool = False) -> Run:
        """Merges the parts into an ordinary run on the driver's disk, which all commands and :class:`~dateline.Run` open.

        The parts pass through the driver one after the other; its memory does not grow with the number of articles. Needs free disk beside
        ``out`` for the parts and the run.

        Raises:
            UsageError: if ``out`` exists and may not be replaced, or there are no articles.
        """
        target = Path(out)
        if target.exists() and not force:
            raise UsageError(f"{target} exists already", remedy="choose another name, or replace it with force=True")
        target.parent.mkdir(parents=True, exist_ok=True)
        # All tasks run side by side now; the loop below would ask for one after the other.
        self._parts.count()
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.parts-", dir=target.parent) as folder:
            shards = set()
            for row in self._parts.toLocalIterator():
                shards.add(row["shard"])
                _put(os.path.join(folder, f"{row['shard']:06}"), row["file"], row["offset"], row["bytes"])
            if not shards:
                raise UsageError("no articles", remedy="look at the DataFrame: it has no rows")
            return merge([os.path.join(folder, f"{shard:06}") for shard in sorted(shards)], target, force=force)

    def unpersist(self) -> None:
        """Frees the disk that the parts take on the executors. A table that is asked for later is computed anew."""
        self._parts.unpersist()

    def _table(self, schema: str, table: Any) -> "DataFrame":
        return self._parts.mapInArrow(_TableOfParts(schema, table), schema)


@dataclasses.dataclass(frozen=True)
class _Task:
    """What executors need; only plain values, which are pickled."""

    version: str
    #: ``builtin`` and a name, or ``file`` and the name under which Spark distributes it.
    gazetteer: Tuple[str, str]
    fingerprint: str
    words: Words
    keep: Tuple[str, ...] = ()
    languages: Tuple[str, ...] = ()
    since: Optional[str] = None
    until: Optional[str] = None
    stores_mentions: bool = True
    round_ups: str = "cap:1000"
    name: str = "articles"
    paths: Tuple[str, ...] = ()
    n_shards: int = 0

    @classmethod
    def of(
        cls,
        session: "SparkSession",
        gazetteer: Union[Gazetteer, str],
        *,
        profile: str,
        overlap: str = "longest",
        furniture: str = "skip",
        exclude: Sequence[str] = (),
        without_rules: Sequence[str] = (),
        keep: Sequence[str] = (),
        languages: Sequence[str] = (),
        since: Optional[str] = None,
        until: Optional[str] = None,
        mentions: bool = True,
        round_ups: str = "cap:1000",
        name: str = "articles",
        paths: Sequence[str] = (),
        n_shards: int = 0,
    ) -> "_Task":
        words = (profile, overlap, furniture, tuple(exclude), tuple(without_rules))
        loaded = gazetteer if isinstance(gazetteer, Gazetteer) else Gazetteer.load(gazetteer)
        # A setting that is not known is an error here, not in a task.
        of_this_process(loaded, words)
        is_builtin = isinstance(gazetteer, str) and gazetteer in BUILT_IN
        reference = ("builtin", str(gazetteer)) if is_builtin else ("file", _sent(session, loaded))
        return cls(
            version=_engine.__version__, gazetteer=reference, fingerprint=loaded.fingerprint, words=words, keep=tuple(keep),
            languages=(languages,) if isinstance(languages, str) else tuple(languages), since=since, until=until,
            stores_mentions=mentions, round_ups=round_ups, name=name, paths=tuple(paths), n_shards=n_shards,
        )  # fmt: skip

    def analyzer(self) -> Analyzer:
        """The analyzer of this process, made once."""
        if self.version != _engine.__version__:
            raise UsageError(
                f"dateline {_engine.__version__} on this executor and {self.version} on the driver",
                remedy="install the same version everywhere",
            )
        if self.gazetteer not in _GAZETTEERS:
            kind, name = self.gazetteer
            gazetteer = Gazetteer.builtin(name) if kind == "builtin" else _received(name)
            if gazetteer.fingerprint != self.fingerprint:
                raise UsageError(
                    f"the gazetteer {name} of this executor is not the driver's", remedy="install the same version of dateline everywhere"
                )
            _GAZETTEERS[self.gazetteer] = gazetteer
        return of_this_process(_GAZETTEERS[self.gazetteer], self.words)

    def parts_of_rows(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        """Analyses the rows of each shard and gives the run of it in pieces."""
        analyzer = self.analyzer()
        for shard, lines in _by_shard(batches):
            with tempfile.TemporaryDirectory(prefix="dateline-spark-") as folder:
                out = os.path.join(folder, "run")
                reading = _engine_reading(keep=self.keep, languages=self.languages, since=self.since, until=self.until)
                name = f"{self.name}/{_file_name(shard)}"
                _, told = _engine.analyze_lines(analyzer._analyzer, lines, name, reading, self._writing(out), None)
                _tell(told, name)
                yield from _pieces(shard, out)

    def parts_of_files(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        """Analyses the files of each shard and gives the run of it in pieces."""
        analyzer = self.analyzer()
        for batch in batches:
            for number in batch.column(0).to_pylist():
                with tempfile.TemporaryDirectory(prefix="dateline-spark-") as folder:
                    out = os.path.join(folder, "run")
                    reading = _engine_reading(keep=self.keep, languages=self.languages, since=self.since, until=self.until)
                    shard, writing = (number, self.n_shards), self._writing(out)
                    _, told = _engine.analyze_files(analyzer._analyzer, list(self.paths), reading, writing, None, shard, None)
                    _tell(told, f"shard {number}")
                    yield from _pieces(number, out)

    def tags(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        """Tags the rows of each batch."""
        analyzer = self.analyzer()
        for batch in batches:
            columns = set(batch.schema.names)
            id, title, date = (role if role in columns else None for role in ("id", "title", "date"))
            found = analyzer.tag_table(batch, text="text", id=id, title=title, date=date, threads=1).to_arrow()
            yield from _conformed(found, _TAGS)

    def _writing(self, out: str) -> "_engine.Writing":
        return {
            "out": out,
            "mentions": self.stores_mentions,
            "force": False,
            "threads": 1,
            "checkpoint": 0,
            "is_part": True,
            "round_ups": self.round_ups,
            "memory": None,
        }


#: Of this process, which serves many tasks.
_GAZETTEERS: Dict[Tuple[str, str], Gazetteer] = {}


class _TableOfParts:
    """Restores the runs of the parts that come, and gives a table of each."""

    def __init__(self, schema: str, table: Any) -> None:
        self._schema = schema
        self._table = table

    def __call__(self, batches: "Iterator[pyarrow.RecordBatch]") -> "Iterator[pyarrow.RecordBatch]":
        with tempfile.TemporaryDirectory(prefix="dateline-spark-") as folder:
            shards = set()
            for batch in batches:
                for row in batch.to_pylist():
                    shards.add(row["shard"])
                    _put(os.path.join(folder, f"{row['shard']:06}"), row["file"], row["offset"], row["bytes"])
            for shard in sorted(shards):
                run = Run.open(os.path.join(folder, f"{shard:06}"))
                yield from _conformed(self._table(run), self._schema)


def _mentions(run: Run) -> "pyarrow.Table":
    import pyarrow

    mentions = run.mentions.to_arrow()
    columns = {name: mentions.column(name) for name in ("part", "section", "start", "end", "paragraph", "sentence", "word")}
    return pyarrow.table({**_document_ids(run, mentions), **_entity_names(run, mentions), **columns})


def _counts(run: Run) -> "pyarrow.Table":
    import pyarrow

    counts = run.counts.to_arrow()
    named = {**_document_ids(run, counts), **_entity_names(run, counts)}
    return pyarrow.table({**named, "mentions": counts.column("count")})


def _pairs(run: Run) -> "pyarrow.Table":
    import pyarrow
    import pyarrow.compute as pc

    pairs, entities = run.cooccurrence.to_arrow(), run.entities.to_arrow()
    first, second = ({name: entities.column(name).take(pairs.column(side)) for name in ("id", "name")} for side in ("a", "b"))
    # Rows of entities are numbered by each part; ids are the same everywhere, so the pair is put in their order.
    ordered = pc.less_equal(first["id"], second["id"])
    columns = {}
    for side, one, other in (("a", first, second), ("b", second, first)):
        columns[side] = pc.if_else(ordered, one["id"], other["id"])
        columns[f"name_{side}"] = pc.if_else(ordered, one["name"], other["name"])
    return pyarrow.table({**columns, "documents": pairs.column("joint")})


def _entities(run: Run) -> "pyarrow.Table":
    entities = run.entities.to_arrow()
    return entities.rename_columns(["entity" if name == "id" else name for name in entities.column_names])


def _rejects(run: Run) -> "pyarrow.Table":
    import pyarrow

    path = Path(run.path) / "rejects.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rejects = [json.loads(line) for line in lines]
    names = ("file", "record", "reason", "message")
    return pyarrow.table({name: pyarrow.array([reject.get(name) for reject in rejects]) for name in names})


def _document_ids(run: Run, table: "pyarrow.Table") -> Dict[str, Any]:
    return {"document": run.documents.to_arrow().column("id").take(table.column("document"))}


def _entity_names(run: Run, table: "pyarrow.Table") -> Dict[str, Any]:
    entities, rows = run.entities.to_arrow(), table.column("entity")
    return {"entity": entities.column("id").take(rows), **{name: entities.column(name).take(rows) for name in ("name", "type")}}


def _articles(
    articles: "DataFrame", roles: Mapping[str, Optional[str]], keep: Sequence[str], shards: Optional[int]
) -> "DataFrame":
    """The columns that are read, by the names that the engine knows, cut into shards and ordered if that is asked for."""
    from pyspark.sql import functions as F

    if not (hasattr(articles, "mapInArrow") and hasattr(articles, "schema")):
        raise ArgumentTypeError(
            f"articles are a DataFrame of Spark, not {type(articles).__name__}", remedy="use dateline.analyze for other data"
        )
    types = {field.name: field.dataType.typeName() for field in articles.schema.fields}
    wanted = [(role, column) for role, column in roles.items() if column is not None] + [(name, name) for name in keep]
    selected = []
    for role, column in wanted:
        if column not in types:
            raise UsageError(f"no column {column!r}", remedy=f"the columns are {', '.join(sorted(types))}")
        if role in keep and role in _ROLES:
            raise UsageError(f"the column {role!r} cannot be kept beside the {role} of articles", remedy="rename it")
        allowed = _ALLOWED.get(role, _ATOMIC)
        if types[column] not in allowed:
            raise ArgumentTypeError(
                f"the column {column!r} for {role} is {types[column]}", remedy=f"cast it to one of {', '.join(allowed)}"
            )
        selected.append(F.col(_quoted(column)).alias(role))
    chosen = articles.select(*selected)
    if shards is None:
        return chosen
    if shards < 1 or roles["id"] is None:
        raise UsageError(
            "shards needs a number of at least 1, and the column of ids", remedy="give id=, or leave out shards to take partitions"
        )
    numbered = chosen.withColumn(_SHARD, F.pmod(F.xxhash64(F.col("id").cast("string")), F.lit(shards)).cast("int"))
    order = [role for role, _ in wanted]
    return numbered.repartition(shards, _SHARD).sortWithinPartitions(_SHARD, *[_quoted(column) for column in order])


_SHARD = "__shard"
_ATOMIC = ("string", "varchar", "char", "byte", "short", "integer", "long", "float", "double", "decimal", "boolean", "date", "timestamp", "timestamp_ntz")  # fmt: skip
_STRINGS = ("string", "varchar", "char")
_ALLOWED = {
    "text": _STRINGS,
    "title": _STRINGS,
    "source": _STRINGS,
    "id": (*_STRINGS, "byte", "short", "integer", "long", "decimal"),
    "date": (*_STRINGS, "date", "timestamp", "timestamp_ntz"),
}


def _by_shard(batches: "Iterable[pyarrow.RecordBatch]") -> Iterator[Tuple[int, Iterator[bytes]]]:
    """The rows of each shard as pieces of JSON Lines. The pieces of a shard must be used up before the next is asked for."""
    rows = _numbered_rows(iter(batches))
    held = next(rows, None)
    while held is not None:
        shard, pending = held[0], [held]
        held = None

        def records() -> Iterator[Dict[str, Any]]:
            nonlocal held
            yield pending[0][1]
            for row in rows:
                if row[0] != shard:
                    held = row
                    return
                yield row[1]

        yield shard, _lines(records())


def _numbered_rows(batches: "Iterator[pyarrow.RecordBatch]") -> Iterator[Tuple[int, Dict[str, Any]]]:
    from pyspark import TaskContext

    context = TaskContext.get()
    partition = context.partitionId() if context is not None else 0
    for batch in batches:
        for row in batch.to_pylist():
            shard = row.pop(_SHARD, partition)
            yield shard, {name: value for name, value in row.items() if value is not None}


def _file_name(shard: int) -> str:
    return f"{shard:06}.jsonl"


def _pieces(shard: int, run: str) -> "Iterator[pyarrow.RecordBatch]":
    """The files of a run in rows."""
    for name in sorted(os.listdir(run)):
        with open(os.path.join(run, name), "rb") as file:
            offset = 0
            while True:
                piece = file.read(_CHUNK)
                if piece or offset == 0:
                    row: Dict[str, List[Any]] = {"shard": [shard], "file": [name], "offset": [offset], "bytes": [piece]}
                    yield _rows(row, _PARTS)
                if len(piece) < _CHUNK:
                    break
                offset += len(piece)


def _put(folder: str, name: str, offset: int, piece: bytes) -> None:
    """Writes a piece where it belongs, in whatever order the pieces come."""
    if os.path.basename(name) != name:
        raise UsageError(f"{name!r} is not a file of a run", remedy="these are not the parts of an analysis")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(path, "r+b" if os.path.exists(path) else "w+b") as file:
        file.seek(offset)
        file.write(piece)


def _rows(columns: Dict[str, List[Any]], schema: str) -> "pyarrow.RecordBatch":
    import pyarrow

    return pyarrow.RecordBatch.from_pydict(columns, schema=_arrow_schema(schema))


def _conformed(table: "pyarrow.Table", schema: str) -> "Iterator[pyarrow.RecordBatch]":
    """The columns of the schema in its order and types, which have no unsigned numbers; null where the table has no such column."""
    import pyarrow

    wanted = _arrow_schema(schema)
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pyarrow.chunked_array([pyarrow.nulls(len(table), field.type)])
        for field in wanted
    ]
    yield from pyarrow.Table.from_arrays(columns, schema=wanted).combine_chunks().to_batches(max_chunksize=65536)


def _arrow_schema(schema: str) -> "pyarrow.Schema":
    import pyarrow

    types = {
        "STRING": pyarrow.string(), "INT": pyarrow.int32(), "BIGINT": pyarrow.int64(), "DOUBLE": pyarrow.float64(),
        "BINARY": pyarrow.binary(), "BOOLEAN": pyarrow.bool_(), "DATE": pyarrow.date32(),
    }  # fmt: skip
    fields = []
    for column in _columns_of(schema):
        name, kind = column.rsplit(" ", 1)
        fields.append(pyarrow.field(name.strip("`").replace("``", "`"), types[kind]))
    return pyarrow.schema(fields)


def _columns_of(schema: str) -> List[str]:
    """The columns of a list of names and types; a name in backticks may hold a comma."""
    columns, begin, is_quoted = [], 0, False
    for at, character in enumerate(schema):
        is_quoted ^= character == "`"
        if character == "," and not is_quoted:
            columns.append(schema[begin:at].strip())
            begin = at + 1
    return [*columns, schema[begin:].strip()]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _session(articles: "DataFrame") -> "SparkSession":
    session: Optional["SparkSession"] = getattr(articles, "sparkSession", None)
    if session is None:
        raise ArgumentTypeError(
            f"articles are a DataFrame of Spark, not {type(articles).__name__}", remedy="use dateline.analyze for other data"
        )
    return session


def _sent(session: "SparkSession", gazetteer: Gazetteer) -> str:
    """Sends a gazetteer, compiled, to all executors; returns the name under which they find it."""
    name = f"dateline-{gazetteer.fingerprint[:32]}.dlz"
    path = os.path.join(tempfile.mkdtemp(prefix="dateline-spark-"), name)
    gazetteer.save(path)
    try:
        session.sparkContext.addFile(path)
    except AttributeError:
        # Spark Connect has no context.
        session.addArtifacts(path, file=True)
    return name


def _received(name: str) -> Gazetteer:
    from pyspark import SparkFiles

    path = SparkFiles.get(name)
    if not os.path.exists(path):
        raise UsageError(
            f"the gazetteer {name} did not reach this executor", remedy="give a Gazetteer, or a path on the driver, which is then sent"
        )
    return Gazetteer.load(path, cache=False)


def _kept(parts: "DataFrame") -> "DataFrame":
    from pyspark import StorageLevel

    return parts.persist(StorageLevel.DISK_ONLY)
