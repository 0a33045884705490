"""Mentions in texts and in columns of every kind."""

from __future__ import annotations

import multiprocessing
import pickle
from datetime import date

import dateline
import pandas
import polars
import pyarrow
import pytest
from conftest import ARTICLES

TEXTS = [article["text"] for article in ARTICLES]


def rows(table: dateline.Table) -> list[tuple[int, str, int, int]]:
    return list(zip(table.column("row"), table.column("surface"), table.column("start"), table.column("end")))


@pytest.fixture(scope="module")
def expected(analyzer: dateline.Analyzer) -> list[tuple[int, str, int, int]]:
    found = [(row, m.surface, m.start, m.end) for row, text in enumerate(TEXTS) for m in analyzer.tag(text)]
    assert len(found) > 7
    return found


def test_a_text(analyzer: dateline.Analyzer) -> None:
    text = "Zoë left GENEVA for Iraq."
    mentions = analyzer.tag(text)
    assert [(text[m.start : m.end], m.name, m.type, m.country) for m in mentions] == [
        ("GENEVA", "Geneva", "place", "CH"),
        ("Iraq", "Iraq", "place", "IQ"),
    ]
    assert repr(mentions[1]) == "<Mention 'Iraq' at 20:24: place Iraq (iq)>"
    assert not hasattr(mentions[0], "__dict__")
    assert pickle.loads(pickle.dumps(mentions[0])) == mentions[0]
    assert mentions[0].as_dict()["kind"].startswith("place.city")


def test_title_and_date(analyzer: dateline.Analyzer) -> None:
    mentions = analyzer.tag("Talks resumed.", title="Iraq and Iran", date="2024-03-05")
    assert {m.part for m in mentions} == {"title"}


def test_the_html_of_a_text_is_escaped(analyzer: dateline.Analyzer) -> None:
    html = analyzer.tag("<script>alert(1)</script> in Iraq & Iran")._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html and "&amp;" in html
    assert html.count("<mark") == 2 and ">Iraq</mark>" in html


def test_explain(analyzer: dateline.Analyzer) -> None:
    text = "Reading is fun; Iraq is far."
    verdicts = analyzer.explain(text, at=text.index("Iraq"))
    assert any(v.mention and v.entity == "iq" and v.surface == "Iraq" for v in verdicts)
    assert all(v.rule and v.meaning for v in verdicts)
    assert all(not v.mention for v in analyzer.explain(text, at=0))


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "dictionary", "chunked", "sliced", "binary"])
def test_columns_of_every_kind(analyzer: dateline.Analyzer, expected: list[tuple[int, str, int, int]], kind: str) -> None:
    array = pyarrow.array(TEXTS)
    column = {
        "string": lambda: array,
        "large_string": lambda: array.cast(pyarrow.large_string()),
        "string_view": lambda: array.cast(pyarrow.string_view()),
        "dictionary": lambda: array.dictionary_encode(),
        "chunked": lambda: pyarrow.chunked_array([array[:1], array[1:1], array[1:]]),
        "sliced": lambda: pyarrow.array(["Oslo", *TEXTS, "Oslo"]).slice(1, len(TEXTS)),
        "binary": lambda: array.cast(pyarrow.binary()),
    }[kind]()
    assert rows(analyzer.tag_table(column)) == expected
    assert rows(analyzer.tag_table(pyarrow.table({"body": column}))) == expected


def test_data_frames_and_other_makers_of_columns(analyzer: dateline.Analyzer, expected: list[tuple[int, str, int, int]]) -> None:
    import duckdb

    table = pyarrow.table({"url": ["u1", "u2", "u3", "u4"], "body": TEXTS})
    for data in (
        table,
        table.to_batches()[0],
        pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1)),
        table.to_pandas(),
        polars.DataFrame(table),
        duckdb.from_arrow(table),
    ):
        found = analyzer.tag_table(data)
        assert rows(found) == expected, type(data)
        assert found.column("id") == [f"u{row + 1}" for row, *_ in expected]
    assert rows(analyzer.tag_table(polars.Series("x", TEXTS))) == expected
    assert rows(analyzer.tag_table(TEXTS)) == expected


def test_ids_and_dates_of_other_types(analyzer: dateline.Analyzer) -> None:
    table = pyarrow.table({"key": [7, 8], "text": ["Iraq", "Iran"], "date": [date(2024, 3, 5), date(2025, 1, 1)]})
    found = analyzer.tag_table(table, id="key", since="2025")
    assert (found.column("id"), found.column("row"), found.column("surface")) == (["8"], [1], ["Iran"])


def test_nulls_and_nothing(analyzer: dateline.Analyzer) -> None:
    assert rows(analyzer.tag_table(pyarrow.array([None, "Iraq", None]))) == [(1, "Iraq", 0, 4)]
    for nothing in (pyarrow.array([], pyarrow.string()), pandas.DataFrame({"text": pandas.Series([], dtype="str")}), []):
        found = analyzer.tag_table(nothing)
        assert len(found) == 0 and pyarrow.table(found).num_rows == 0
    assert len(analyzer.tag_table(pyarrow.nulls(3))) == 0


def test_any_number_of_threads_gives_the_same(analyzer: dateline.Analyzer) -> None:
    texts = [f"{n} {text}" * (n % 9 + 1) for n in range(300) for text in TEXTS]
    one = pyarrow.table(analyzer.tag_table(texts, threads=1))
    assert one.num_rows > 3000
    for threads in (2, 3, 0):
        assert pyarrow.table(analyzer.tag_table(texts, threads=threads)).equals(one)


def test_what_comes_out(analyzer: dateline.Analyzer) -> None:
    found = analyzer.tag_table(TEXTS)
    frame = found.to_pandas()
    assert frame.columns.tolist() == found.columns == list(found.dtypes)
    assert found.to_polars().height == len(found) == len(frame)
    schema = pyarrow.table(found).schema
    assert schema.field("row").type == pyarrow.int64() and all(field.nullable for field in schema)
    assert list(found)[0] == next(found.rows())
    assert "<Table of" in repr(found) and "<mark" in found._repr_html_()
    import duckdb

    assert duckdb.from_arrow(pyarrow.table(found)).aggregate("count(*)").fetchall() == [(len(found),)]


def test_progress(analyzer: dateline.Analyzer) -> None:
    seen: list[tuple[int, int]] = []
    texts = ["Iraq " * 5000] * 40
    analyzer.tag_table(texts, progress=lambda n_bytes, rows: seen.append((n_bytes, rows)))
    assert seen and max(seen)[1] == 40
    analyzer.tag_table(texts, progress=True)


def test_an_analyzer_is_sent_to_other_processes() -> None:
    mine = dateline.Gazetteer.from_records([{"id": "x:acme", "name": "Acme Widgets"}], over=["core"])
    for given, least in ((dateline.Analyzer("core", profile="wide"), 0), (dateline.Analyzer(mine, exclude=["lede"]), 10_000)):
        sent = pickle.dumps(given)
        assert least < len(sent) < (300 if least == 0 else 10_000_000)
        received = pickle.loads(sent)
        assert received is pickle.loads(sent), "each process makes it once"
        assert (received.profile, received.gazetteer.fingerprint) == (given.profile, given.gazetteer.fingerprint)
        assert received.tag("Acme Widgets left Iraq.") == given.tag("Acme Widgets left Iraq.")
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            assert pool.map_async(given.tag, ["Acme Widgets left Iraq."] * 3).get(120) == [given.tag("Acme Widgets left Iraq.")] * 3
    reduced = dateline.Gazetteer.builtin("core").__reduce__()
    with pytest.raises(dateline.UsageError, match="same version"):
        reduced[0]("0" * 64, *reduced[1][1:])
