"""Tables: columns of Arrow that pandas, polars, pyarrow and DuckDB take without copying them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional

from .errors import UsageError
from .mention import COLOURS, OTHER

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow

    from . import _engine

__all__ = ["PassageTable", "Table"]

_NUMBERS = {"Int64": "int64", "Int32": "int32", "UInt32": "uint32", "UInt64": "uint64", "Float64": "float64"}
_SHOWN = 10


class Table:
    """Columns of equal length with names.

    It has the Arrow PyCapsule interface, so ``pyarrow.table(t)``, ``polars.DataFrame(t)`` and ``duckdb.sql("from t")`` take it as it is.
    A table of a run is read from the disk block by block whenever it is used: converting it holds what the converted table needs.
    """

    __slots__ = ("_columns",)

    def __init__(self, columns: "_engine.Table") -> None:
        self._columns = columns

    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object:
        return self._columns.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._columns.__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def dtypes(self) -> Dict[str, str]:
        """The type of each column by its name, as Arrow calls it."""
        return dict(self._columns.columns)

    @property
    def columns(self) -> List[str]:
        """The names of the columns."""
        return [name for name, _ in self._columns.columns]

    def column(self, name: str) -> List[Any]:
        """A column as a list of int, float, str, bool, date or None.

        Raises:
            UsageError: if there is no such column.
        """
        return self._columns.cells(name, 0, len(self))

    def rows(self, start: int = 0, stop: Optional[int] = None) -> Iterator[Dict[str, Any]]:
        """The rows from ``start`` to ``stop`` as dicts."""
        stop = len(self) if stop is None else min(stop, len(self))
        columns = {name: self._columns.cells(name, start, stop) for name in self.columns}
        for index in range(max(stop - start, 0)):
            yield {name: cells[index] for name, cells in columns.items()}

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        return self.rows()

    def numpy(self, name: str) -> "numpy.ndarray[Any, Any]":
        """A column of numbers without nulls as an array, copied once.

        Raises:
            ArgumentTypeError: if the column is not one of numbers alone.
            ImportError: if numpy is not installed.
        """
        import numpy

        dtype = _NUMBERS.get(self.dtypes.get(name, ""), "u1")
        return numpy.frombuffer(self._columns.numbers(name), dtype=dtype)

    def to_arrow(self) -> "pyarrow.Table":
        """As a table of pyarrow, which must be installed."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """As a DataFrame of pandas; pandas and pyarrow must be installed."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> "polars.DataFrame":
        """As a DataFrame of polars, which must be installed."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        lines = [f"<Table of {len(self)} rows: {', '.join(self.columns)}>"]
        for row in self.rows(0, _SHOWN):
            lines.append("  " + "  ".join(_short(cell) for cell in row.values()))
        if len(self) > _SHOWN:
            lines.append(f"  ... and {len(self) - _SHOWN} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = []
        for row in self.rows(0, _SHOWN):
            cells = []
            for name, cell in row.items():
                text = escape(_short(cell))
                if name == "surface":
                    colour = COLOURS.get(str(row.get("type")), OTHER)
                    text = f'<mark style="background:{colour};color:#000">{text}</mark>'
                cells.append(f"<td>{text}</td>")
            body.append(f"<tr>{''.join(cells)}</tr>")
        more = f"<p>{len(self)} rows</p>" if len(self) > _SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{more}"


class PassageTable(Table):
    """Names in their sentences, one row each: ``left``, ``surface`` and ``right`` are the sentence."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        body = []
        for row in self.rows(0, _SHOWN):
            place = " ".join(str(cell) for cell in (row["date"], row["document"]) if cell)
            name = f'<mark style="background:{OTHER};color:#000">{escape(row["surface"])}</mark>'
            cells = [escape(row["left"]), name, escape(row["right"]), escape(place)]
            sides = ["right", "center", "left", "left"]
            body.append("<tr>" + "".join(f'<td style="text-align:{s}">{c}</td>' for s, c in zip(sides, cells)) + "</tr>")
        more = f"<p>{len(self)} rows</p>" if len(self) > _SHOWN else ""
        return f"<table><tbody>{''.join(body)}</tbody></table>{more}"


def _short(cell: object) -> str:
    text = "" if cell is None else f"{cell:.4g}" if isinstance(cell, float) else str(cell)
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def numbers_of(table: Table, names: List[str]) -> List["numpy.ndarray[Any, Any]"]:
    """Columns of numbers of a table.

    Raises:
        UsageError: if numpy is not installed.
    """
    try:
        return [table.numpy(name) for name in names]
    except ImportError as error:
        raise UsageError("matrices need numpy and scipy", remedy="pip install 'dateline[matrix]'") from error
