"""Runs: made of files, tables and records; opened, listed, merged, verified."""

from __future__ import annotations

import json
import logging
import pathlib
import subprocess
import sys
from typing import Any

import dateline
import pandas
import polars
import pyarrow
import pytest
from conftest import ARTICLES, ROOT

Path = pathlib.Path
TABLES = ["entities.dln", "documents.dln", "counts.dln", "cooccurrence.dln", "mentions.dln"]


def parts(run: dateline.Run, names: list[str] = TABLES) -> list[bytes]:
    return [(Path(run.path) / name).read_bytes() for name in names]


def test_tables(run: dateline.Run) -> None:
    documents = run.documents.to_pandas()
    assert documents["id"].tolist() == ["a1", "a2", "a3", "a4"]
    assert documents["section"].fillna("").tolist() == ["World", "", "Home", ""]
    assert str(documents["day"][0]) == "2024-03-05" and documents["day"].isna().tolist() == [False] * 3 + [True]
    entities = run.entities.to_pandas()
    assert set(entities["name"]) >= {"Iraq", "Iran", "Geneva", "United Nations", "Bank of England", "Kenya", "London"}
    assert entities["mentions"].sum() == documents["mentions"].sum() == len(run.mentions) == run.counts.numpy("count").sum()
    for mention in run.mentions:
        article = ARTICLES[mention["document"]]
        surface = str(article["title" if mention["part"] == "title" else "text"])[mention["start"] : mention["end"]]
        assert surface and surface == surface.strip()
    assert polars.DataFrame(run.cooccurrence).columns == ["a", "b", "joint"]
    assert "4 documents" in repr(run) and "<table>" in run._repr_html_()


def test_matrices(run: dateline.Run) -> None:
    counts = run.counts_matrix()
    assert counts.matrix.shape == (4, len(counts.columns)) and counts.rows == ["a1", "a2", "a3", "a4"]
    iraq, iran = counts.columns.index("iq"), counts.columns.index("ir")
    assert counts.matrix[:, [iraq]].toarray().ravel().tolist() == [1, 1, 1, 0]
    together = run.cooccurrence_matrix()
    assert together.matrix[iraq, iran] == together.matrix[iran, iraq] == 2 and together.matrix[iraq, iraq] == 3
    dense = (counts.matrix.toarray() > 0).astype(int)
    assert (together.matrix.toarray() == dense.T @ dense).all()


def test_pairs_are_those_of_the_command(corpus_run: dateline.Run) -> None:
    for arguments, keywords in (
        ([], {}),
        (["--context", "sentence", "--measure", "npmi,g2"], {"context": "sentence", "measure": ["npmi", "g2"]}),
        (["--all-pairs", "--order", "documents"], {"all_pairs": True, "order": "documents"}),
        (["--with", "United Kingdom", "--min-each", "2"], {"with_": "United Kingdom", "min_each": 2}),
        (["--type", "place", "--where", "country=GB", "--fdr", "0.4"], {"type": "place", "where": "country=GB", "fdr": 0.4}),
        (["--by", "year", "--min-each", "2"], {"by": "year", "min_each": 2}),
        (["--roll-up", "country", "--section", "headline,lede"], {"roll_up": "country", "section": ["headline", "lede"]}),
        (["--count", "stories", "--with", "London"], {"count": "stories", "with_": "London"}),
    ):
        rows = command("pairs", corpus_run.path, "-n", "0", *arguments)
        found: dict[str, Any] = dict(keywords)
        assert [clean(row) for row in corpus_run.pairs(**found)] == rows and (rows or "--fdr" in arguments)


def test_trends_and_tops_are_those_of_the_command(corpus_run: dateline.Run) -> None:
    assert [clean(row) for row in corpus_run.trend(by="quarter")] == command("trend", corpus_run.path, "--by", "quarter")
    assert [clean(row) for row in corpus_run.trend("London", by="source")] == command(
        "trend", corpus_run.path, "London", "--by", "source"
    )
    listed: list[tuple[list[str], dict[str, Any]]] = [
        ([], {}),
        (["--count", "articles", "--by", "year"], {"count": "articles", "by": "year"}),
        (["--count", "stories", "--roll-up", "country"], {"count": "stories", "roll_up": "country"}),
        (["--section", "dateline,headline", "--type", "place"], {"section": ["dateline", "headline"], "type": "place"}),
    ]
    for arguments, keywords in listed:
        rows = command("top", corpus_run.path, "-n", "5", *arguments)
        assert [clean(row) for row in corpus_run.top(5, **keywords)] == rows and rows, arguments
    rows = command("trend", corpus_run.path, "gb", "--by", "year", "--roll-up", "country", "--count", "stories")
    assert [clean(row) for row in corpus_run.trend("gb", by="year", roll_up="country", count="stories")] == rows


def test_sentences(corpus_run: dateline.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = corpus_run.kwic("London", 3)
    assert 0 < len(set(found.column("document"))) <= 3 and "<mark" in found._repr_html_()
    assert all("London" in row["surface"] or row["surface"].isupper() for row in found)
    document = corpus_run.documents.column("id")[0]
    assert set(corpus_run.show(document=document).column("document")) == {document}
    every = set(corpus_run.kwic("London", 0).column("document"))
    words = dict(zip(corpus_run.documents.column("id"), corpus_run.documents.column("words")))
    longest = max(every, key=lambda document: (words[document], document))
    assert len(every) > 1
    some = corpus_run.kwic("London", 0, where=f"words>={words[longest]}")
    assert set(some.column("document")) == {document for document in every if words[document] == words[longest]}
    with pytest.raises(dateline.UsageError, match="one of entity="):
        corpus_run.show()
    with pytest.raises(dateline.UsageError):
        corpus_run.kwic("no such entity")


def test_graph(corpus_run: dateline.Run) -> None:
    graph = corpus_run.graph(10, all_pairs=True)
    assert graph.number_of_edges() == 10
    a, b, edge = next(iter(graph.edges(data=True)))
    assert edge["weight"] == edge["k11"] > 0 and graph.nodes[a]["name"]


def test_rows_and_records_give_the_same_counts(tmp_path: Path, analyzer: dateline.Analyzer, run: dateline.Run) -> None:
    frame = pandas.DataFrame(ARTICLES)
    made = [
        dateline.analyze(frame, tmp_path / "pandas", gazetteer=analyzer, keep=["section"]),
        dateline.analyze(polars.from_pandas(frame), tmp_path / "polars", gazetteer=analyzer, keep=["section"]),
        dateline.analyze(pyarrow.Table.from_pandas(frame), tmp_path / "arrow", gazetteer=analyzer, keep=["section"]),
        dateline.analyze(iter(ARTICLES), tmp_path / "records", gazetteer=analyzer, keep=["section"]),
    ]
    same = ["entities.dln", "counts.dln", "cooccurrence.dln", "mentions.dln"]
    for one in made:
        assert parts(one, same) == parts(run, same), one.path
        assert one.verify() and one.documents.column("section") == run.documents.column("section")
    assert parts(made[0]) == parts(made[1]) == parts(made[2])


def test_chunks_change_nothing(tmp_path: Path, analyzer: dateline.Analyzer) -> None:
    table = pyarrow.table({"id": [str(n) for n in range(200)], "text": ["Iraq and Iran. " * (n % 40 + 1) for n in range(200)]})
    whole = dateline.analyze(table, tmp_path / "whole", gazetteer=analyzer, threads=1)
    for size in (1, 7, 64):
        reader = pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=size))
        chunked = dateline.analyze(reader, tmp_path / f"by-{size}", gazetteer=analyzer, threads=2)
        assert parts(chunked) == parts(whole)


def test_files_are_those_of_the_command(tmp_path: Path, corpus_run: dateline.Run) -> None:
    out = tmp_path / "command"
    program("analyze", str(ROOT / "corpus" / "news"), "--out", str(out), "--quiet")
    for file in sorted(out.iterdir()):
        assert (Path(corpus_run.path) / file.name).read_bytes() == file.read_bytes(), file.name
    assert corpus_run.verify()


def test_archives_are_read_as_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text("Title: One\n\nIraq <b>slept</b>.\n#####\nTitle: Two\n\nIran &amp; Kenya woke.\n", encoding="utf-8")
    run = dateline.analyze(tmp_path / "day.txt", tmp_path / "py", split_on="#####", header_lines=True, text_is="html", memory=4 << 30)
    options = ["--split-on", "#####", "--header-lines", "--text-is", "html"]
    program("analyze", str(tmp_path / "day.txt"), "--out", str(tmp_path / "cli"), "--quiet", *options)
    assert parts(run) == parts(dateline.Run.open(tmp_path / "cli"))
    assert len(run.documents) == 2 and {"Iraq", "Iran", "Kenya"} == set(run.entities.to_pandas()["name"])
    with pytest.raises(dateline.UsageError, match='preset="ccc" is not known') as raised:
        dateline.analyze(tmp_path / "day.txt", tmp_path / "no", preset="ccc")
    assert "cc-news" in str(raised.value.remedy)


def test_lines_are_those_of_a_file(tmp_path: Path, analyzer: dateline.Analyzer) -> None:
    records = [*ARTICLES, {"id": 9, "nothing": "here"}, {"id": 10, "text": "Half \ud800 of Iraq."}]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "news.jsonl").write_text(lines)
    of_file = dateline.analyze(tmp_path / "news.jsonl", tmp_path / "file", gazetteer=analyzer)
    of_records = dateline.analyze(iter(records), tmp_path / "records", gazetteer=analyzer)
    assert parts(of_records) == parts(of_file)
    assert of_records.manifest["books"]["rejected"] == 1


def test_merge(tmp_path: Path, analyzer: dateline.Analyzer) -> None:
    news = ROOT / "corpus" / "news"
    shards = [dateline.analyze(news, tmp_path / f"{n}", gazetteer=analyzer, shard=(n, 3)) for n in (1, 2, 3)]
    merged = dateline.merge([shards[2], shards[0], shards[1].path], tmp_path / "merged")
    whole = dateline.analyze(news, tmp_path / "whole", gazetteer=analyzer)
    assert parts(merged, [*TABLES, "manifest.json"]) == parts(whole, [*TABLES, "manifest.json"])
    with pytest.raises(dateline.UsageError, match="both hold the input"):
        dateline.merge([shards[0], shards[0]], tmp_path / "twice")


def test_logging(tmp_path: Path, analyzer: dateline.Analyzer, caplog: pytest.LogCaptureFixture) -> None:
    records = [{"id": "1", "text": "Iraq."}, {"id": "2"}, {"id": "1", "text": "Iran.", "date": "soon"}]
    with caplog.at_level(logging.INFO, logger="dateline"):
        dateline.analyze(records, tmp_path / "run", gazetteer=analyzer)
    said = caplog.text
    assert "counted 2 documents" in said and "skipped 1 records" in said and "no text" in said
    assert "share their id" in said and "date of 1 documents" in said


def test_damage_is_found(tmp_path: Path, analyzer: dateline.Analyzer) -> None:
    run = dateline.analyze(ARTICLES, tmp_path / "run", gazetteer=analyzer)
    counts = tmp_path / "run" / "counts.dln"
    data = bytearray(counts.read_bytes())
    data[len(data) // 2] ^= 1
    counts.write_bytes(data)
    report = run.verify()
    assert not report and any("counts.dln" in check.name + check.detail for check in report.failures)
    with pytest.raises(dateline.FormatError):
        run.counts.column("count")


def test_typed(tmp_path: Path) -> None:
    import typed

    assert typed.names("GENEVA: Talks.") == ["Geneva"]
    assert typed.ids(["Iraq"]) == ["iq"]
    n_entities, first = typed.strongest(str(tmp_path / "run"), [{"id": "1", "text": "Iraq and Iran"}])
    assert n_entities == 2 and len(first) <= 1


def program(*arguments: str) -> str:
    done = subprocess.run([Path(sys.executable).with_name("dateline"), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def command(*arguments: str) -> list[dict[str, Any]]:
    lines = program(*arguments, "--format", "jsonl").splitlines()
    return [clean(json.loads(line)) for line in lines]


def clean(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers as JSON rounds them, without what is missing."""
    return {key: round(value, 9) if isinstance(value, float) else value for key, value in row.items() if value is not None}


def test_names_are_what_they_are_called_in_any_order() -> None:
    """A module of the package must not take the name of a function."""
    for first in ("merge", "analyze", "spark"):
        code = f"from dateline import {first}; import dateline; print(callable(dateline.analyze), callable(dateline.merge))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["True", "True"], first
