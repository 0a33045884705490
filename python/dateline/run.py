"""Finished runs: tables, lists, matrices, graphs, sentences."""

from __future__ import annotations

import json
import os
from html import escape
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from . import _engine
from .errors import UsageError
from .gazetteer import PathLike, cache_folder
from .table import PassageTable, Table, numbers_of

if TYPE_CHECKING:
    import networkx
    import scipy.sparse

__all__ = ["Check", "LabelledMatrix", "Run", "Verification"]


class Check(NamedTuple):
    """One check of a run: what was checked, what was found, and whether all is well."""

    name: str
    detail: str
    ok: bool


class Verification(NamedTuple):
    """All checks of a run. True if every one passed."""

    checks: List[Check]
    notes: List[str]

    @property
    def failures(self) -> List[Check]:
        """The checks that failed."""
        return [check for check in self.checks if not check.ok]

    def __bool__(self) -> bool:
        return not self.failures


class LabelledMatrix(NamedTuple):
    """A sparse matrix with the ids of its rows and columns, and the names of the entities in the columns."""

    matrix: "scipy.sparse.csr_array"
    rows: List[str]
    columns: List[str]
    names: List[str]


class Run:
    """The results of one analysis on the disk. Opening reads the manifest only; tables are read when they are used.

    >>> run = Run.open("results")  # doctest: +SKIP
    >>> run.pairs(rows=3).to_pandas()  # doctest: +SKIP
    """

    __slots__ = ("_run", "_manifest")

    def __init__(self, run: "_engine.Run") -> None:
        self._run = run
        self._manifest: Optional[Dict[str, Any]] = None

    @classmethod
    def open(cls, path: PathLike) -> "Run":
        """Opens the directory that :func:`dateline.analyze` or ``dateline analyze --out`` wrote.

        Raises:
            FormatError: if it holds no finished run, or one that is damaged or of a newer major version.
            FileError: if there is no such directory.
        """
        return cls(_engine.Run.open(os.fspath(path)))

    @property
    def path(self) -> str:
        """The directory."""
        return os.fspath(self._run.path)

    @property
    def manifest(self) -> Dict[str, Any]:
        """What the run did and with what: settings, gazetteer, inputs, books (records seen, counted, rejected), totals."""
        if self._manifest is None:
            self._manifest = json.loads(self._run.manifest)
        return self._manifest

    @property
    def entities(self) -> Table:
        """The entities found, one a row; the row number is what other tables call ``entity``.

        ``id``, ``name``, ``type``, ``kind``, ``country``, ``parent``, ``wikidata`` (str), ``population`` (uint64), ``lat``, ``lon`` (float64, degrees), ``mentions`` (uint64),
        ``documents`` (uint32). What is unknown is null.
        """
        return Table(self._run.table("entities"))

    @property
    def documents(self) -> Table:
        """The documents counted, one a row in the order of the archive; the row number is what other tables call ``document``.

        ``id``, ``date`` (str, as delivered), ``day`` (date32), ``source``, ``language`` (str), ``input`` (uint32, row of ``manifest["inputs"]``), ``offset``,
        ``length`` (uint64, bytes of the record), ``characters``, ``words``, ``paragraphs``, ``sentences``, ``mentions`` (uint32), and a column of str for each field
        that was kept (``field_NAME`` if the name is one of these).
        """
        return Table(self._run.table("documents"))

    @property
    def counts(self) -> Table:
        """How often each entity is mentioned in each document: ``document``, ``entity``, ``count`` (uint32), sorted."""
        return Table(self._run.table("counts"))

    @property
    def cooccurrence(self) -> Table:
        """In how many documents each two entities are mentioned together: ``a`` < ``b``, ``joint`` (uint32), sorted."""
        return Table(self._run.table("cooccurrence"))

    @property
    def mentions(self) -> Table:
        """Every mention with its place, in order: ``document``, ``entity`` (uint32, rows), ``part``, ``section`` (str), ``start``, ``end`` (uint32, characters of the
        part), ``start_byte``, ``end_byte``, ``paragraph``, ``sentence``, ``word`` (uint32, from 0).

        Raises:
            UsageError: if the run was made without mentions.
        """
        return Table(self._run.table("mentions"))

    def top(
        self,
        rows: int = 20,
        *,
        count: str = "mentions",
        by: Optional[str] = None,
        type: Optional[str] = None,
        where: Optional[str] = None,
        section: Sequence[str] = (),
        roll_up: Optional[str] = None,
    ) -> Table:
        """The entities with most mentions, or in most documents: ``entity``, ``name``, ``type`` (str), ``mentions``, ``documents`` (uint64).

        Args:
            rows: how many (of each slice, with ``by``); 0 for all.
            count: ``"mentions"``; ``"articles"``, which orders by documents; or ``"stories"``, which also counts the copies of an article as
                one document.
            by: lists each slice of the archive by itself: ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"year"``, ``"source"``,
                ``"language"`` or a field that was kept. Adds ``slice`` and the rates of :meth:`trend`.
            type: only a type or kind: ``"place"``, ``"org.company"``.
            where: a condition, e.g. ``"country=IQ & date>=2024-01"``; ``dateline top --help`` lists the fields.
            section: only mentions in these sections: ``"headline"``, ``"dateline"``, ``"byline"``, ``"lede"``, ``"body"``.
            roll_up: counts places for the ``"country"`` or the first-level division (``"admin1"``) that they are in, once a document.

        Raises:
            UsageError: if the condition is not understood, no entity has the type, or a word is not known.
        """
        order = "mentions" if count == "mentions" else "documents"
        return Table(self._run.top(order, rows, by, _conditions(type, where, section, roll_up, count)))

    def pairs(
        self,
        rows: int = 0,
        *,
        context: str = "document",
        measure: Union[str, Sequence[str]] = ("g2", "npmi"),
        order: str = "measure",
        count: str = "mentions",
        by: Optional[str] = None,
        type: Optional[str] = None,
        where: Optional[str] = None,
        section: Sequence[str] = (),
        roll_up: Optional[str] = None,
        with_: Optional[str] = None,
        min_documents: int = 0,
        min_each: Optional[int] = None,
        fdr: Optional[float] = None,
        all_pairs: bool = False,
    ) -> Table:
        """The pairs of entities that are mentioned together, the strongest association first, as ``dateline pairs`` lists them.

        Args:
            rows: how many (of each slice, with ``by``); 0 for all.
            context: what both must share: ``"document"``, ``"paragraph"``, ``"sentence"`` or ``"window:N"`` (words apart).
            measure: the measures to give, of which the first orders the pairs; ``dateline pairs --help`` lists formulas and sources.
            order: ``"measure"`` or ``"documents"``.
            count, by, type, where, section, roll_up: as for :meth:`top`; ``by`` adds the column ``slice``.
            with_: only pairs with this entity, by its id or any of its names.
            min_documents, min_each: least documents of both together, and of each.
            fdr: only pairs that are discoveries at this false discovery rate; adds the column ``q``.
            all_pairs: also pairs of titles, news agencies, rare names, and pairs that are not together more often than by chance.

        Returns:
            ``a``, ``name_a``, ``b``, ``name_b`` (str), ``k11``, ``k12``, ``k21``, ``k22`` (uint64, contexts with both, only a, only b, neither), and a column of
            float64 for each measure.

        Raises:
            UsageError: if a word is not known, an entity is none or several, or the run has no mentions for the context.
        """
        listed: _engine.PairList = {
            "context": context,
            "measures": [measure] if isinstance(measure, str) else list(measure),
            "order": order,
            "by": by,
            "with": with_,
            "min_documents": min_documents,
            "min_each": min_each,
            "fdr": fdr,
            "all_pairs": all_pairs,
            "rows": rows,
        }
        return Table(self._run.pairs(listed, _conditions(type, where, section, roll_up, count)))

    def trend(
        self,
        *entities: str,
        by: str = "month",
        rows: int = 5,
        count: str = "mentions",
        type: Optional[str] = None,
        where: Optional[str] = None,
        section: Sequence[str] = (),
        roll_up: Optional[str] = None,
    ) -> Table:
        """Entities in each day, week, month, quarter or year, or in each source, language or value of a kept field (``by``); without any, the ``rows`` places and organisations in most documents.

        Args:
            count, type, where, section, roll_up: as for :meth:`top`.

        Returns:
            ``entity``, ``name``, ``slice`` (str), ``mentions``, ``documents``, ``articles``, ``words`` (uint64), ``rate``, ``low``, ``high`` (float64: documents for each
            1,000 articles of the slice, and its 95 % interval; null where there is no article), ``mention_rate``
            (float64: mentions for each 100,000 words).
        """
        conditions = _conditions(type, where, section, roll_up, count)
        return Table(self._run.trend(list(entities), by, rows, conditions))

    def kwic(
        self, entity: str, documents: int = 20, *, where: Optional[str] = None, seed: Optional[int] = None, root: PathLike = "."
    ) -> PassageTable:
        """An entity in its sentences: one row for each mention, with the sentence ``left`` and ``right`` of it.

        The articles are read again from the files that were analysed, so these must not have changed.

        Args:
            documents: at most so many documents; 0 for all.
            where: only documents that meet a condition, as for :meth:`top`.
            seed: a random choice of documents, the same for the same number, instead of the first.
            root: where relative paths of the inputs begin.

        Returns:
            ``document``, ``date``, ``source``, ``part`` (str), ``sentence``, ``start``, ``end`` (uint32, characters of the part), ``left``, ``surface``, ``right``, ``entity`` (str).

        Raises:
            UsageError: if the articles did not come from files, or have changed.
            FileError: if a file is missing.
        """
        return self.show(entity=entity, documents=documents, where=where, seed=seed, root=root)

    def show(
        self,
        *,
        entity: Optional[str] = None,
        pair: Optional[Tuple[str, str]] = None,
        document: Optional[str] = None,
        context: str = "document",
        documents: int = 20,
        where: Optional[str] = None,
        section: Sequence[str] = (),
        roll_up: Optional[str] = None,
        seed: Optional[int] = None,
        root: PathLike = ".",
        threads: int = 0,
    ) -> PassageTable:
        """The sentences behind a number: of an entity, of a pair within a ``context``, or of the document with an id. Columns as for :meth:`kwic`.

        With the same ``where``, ``section`` and ``roll_up`` as the list that has the number.
        """
        asked = [given for given in (entity, pair, document) if given is not None]
        if len(asked) != 1:
            raise UsageError("nothing, or several things, to show", remedy="give one of entity=, pair=(a, b) and document=")
        if pair is not None:
            about, given = "pair", list(pair)
        else:
            about, given = ("document", [document or ""]) if entity is None else ("entity", [entity])
        conditions = _conditions(None, where, section, roll_up)
        found = self._run.passages(about, given, context, documents, seed, os.fspath(root), threads, conditions)
        return PassageTable(found)

    def counts_matrix(self) -> LabelledMatrix:
        """Documents × entities as a CSR matrix of uint32 in scipy: how often each entity is mentioned in each document.

        Holds 12 bytes for each cell that is not 0, and the labels.

        Raises:
            UsageError: if numpy or scipy is not installed.
        """
        row, column, value = numbers_of(self.counts, ["document", "entity", "count"])
        entities = self.entities
        documents = self.documents.column("id")
        matrix = _csr(value, row, column, (len(documents), len(entities)))
        return LabelledMatrix(matrix, documents, entities.column("id"), entities.column("name"))

    def cooccurrence_matrix(self) -> LabelledMatrix:
        """Entities × entities as a symmetric CSR matrix of uint32: documents that mention both; on the diagonal, documents that mention the entity.

        Raises:
            UsageError: if numpy or scipy is not installed.
        """
        a, b, joint = numbers_of(self.cooccurrence, ["a", "b", "joint"])
        entities = self.entities
        (alone,) = numbers_of(entities, ["documents"])
        import numpy

        every = numpy.arange(len(entities), dtype=a.dtype)
        row, column = numpy.concatenate([a, b, every]), numpy.concatenate([b, a, every])
        matrix = _csr(numpy.concatenate([joint, joint, alone]), row, column, (len(entities), len(entities)))
        ids = entities.column("id")
        return LabelledMatrix(matrix, ids, ids, entities.column("name"))

    def graph(self, rows: int = 200, **conditions: Any) -> "networkx.Graph[str]":
        """The strongest pairs as a graph of networkx: nodes are ids with ``name``, edges have ``k11`` as ``weight`` and the measures of :meth:`pairs`.

        Args:
            rows: how many edges; 0 for all.
            conditions: as for :meth:`pairs`.
        """
        try:
            import networkx
        except ImportError as error:
            raise UsageError("graph() needs networkx", remedy="pip install networkx") from error
        graph: "networkx.Graph[str]" = networkx.Graph()
        for pair in self.pairs(rows, **conditions):
            graph.add_node(pair["a"], name=pair["name_a"])
            graph.add_node(pair["b"], name=pair["name_b"])
            measures = {name: value for name, value in pair.items() if name not in ("a", "b", "name_a", "name_b")}
            graph.add_edge(pair["a"], pair["b"], weight=pair["k11"], **measures)
        return graph

    def verify(self) -> Verification:
        """Reads all of the run and recomputes every sum; a false result names the failures."""
        checks, notes = self._run.verify()
        return Verification([Check(*check) for check in checks], notes)

    def __repr__(self) -> str:
        books, totals = self.manifest["books"], self.manifest["totals"]
        return (
            f"<Run {self.path}: {books['counted']:,} documents, {totals['mentions']:,} mentions of {totals['entities']:,} entities, "
            f"{totals['pairs']:,} pairs>"
        )

    def _repr_html_(self) -> str:
        books, totals = self.manifest["books"], self.manifest["totals"]
        facts = {
            "documents": f"{books['counted']:,}",
            "records skipped": f"{books['rejected']:,}",
            "mentions": f"{totals['mentions']:,}",
            "entities": f"{totals['entities']:,}",
            "pairs": f"{totals['pairs']:,}",
            "gazetteer": " + ".join(self.manifest["gazetteer"]["names"]),
        }
        rows = "".join(f"<tr><th>{escape(key)}</th><td>{escape(value)}</td></tr>" for key, value in facts.items())
        return f"<p><b>{escape(self.path)}</b></p><table>{rows}</table>{self.top(10, count='articles')._repr_html_()}"


def _conditions(
    type: Optional[str],
    where: Optional[str],
    section: Sequence[str] = (),
    roll_up: Optional[str] = None,
    count: str = "mentions",
) -> "_engine.Conditions":
    if count not in ("mentions", "articles", "stories"):
        raise UsageError(f"count={count!r} is not known", remedy='use "mentions", "articles" or "stories"')
    sections = [section] if isinstance(section, str) else list(section)
    return {
        "kind": type,
        "condition": where,
        "sections": sections,
        "roll_up": roll_up,
        "stories": count == "stories",
        "cache": cache_folder(),
    }


def _csr(value: Any, row: Any, column: Any, shape: Tuple[int, int]) -> "scipy.sparse.csr_array":
    try:
        import scipy.sparse
    except ImportError as error:
        raise UsageError("matrices need numpy and scipy", remedy="pip install 'dateline[matrix]'") from error
    return scipy.sparse.coo_array((value, (row, column)), shape=shape).tocsr()
