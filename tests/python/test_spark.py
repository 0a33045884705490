"""The engine inside Spark: the run is the command line's, whatever becomes of tasks and executors."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from typing import Any, Iterator

import dateline
import pyarrow
import pytest

pyspark = pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java, which is not here", allow_module_level=True)

from dateline import spark as dl  # noqa: E402
from pyspark.sql import DataFrame, SparkSession, functions as F  # noqa: E402

Path = pathlib.Path
ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {"text": "body", "id": "url", "title": "head", "date": "day", "source": "paper"}


def session(master: str, **settings: str) -> SparkSession:
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    builder = SparkSession.builder.master(master)
    common = {
        "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "1g", "spark.sql.execution.arrow.maxRecordsPerBatch": "100",
    }  # fmt: skip
    for name, value in {**common, **settings}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    made = session("local[2,3]")
    yield made
    made.stop()


def corpus() -> list[dict[str, Any]]:
    """The articles of the corpus as rows, many times over: with other ids, and so in another order."""
    lines = subprocess.run(
        [sys.executable, "-m", "dateline", "read", str(ROOT / "corpus" / "news")], check=True, capture_output=True
    ).stdout.splitlines()
    articles = [json.loads(line) for line in lines]
    return [
        {"url": f"{copy}-{article['id']}", "head": article.get("title"), "body": article["text"], "day": article.get("date"),
         "paper": article.get("source"), "section": f"s{copy}", "n": copy}
        for copy in range(6) for article in articles
    ]  # fmt: skip


@pytest.fixture(scope="module")
def articles(spark: SparkSession) -> DataFrame:
    schema = "url string, head string, body string, day string, paper string, section string, n long"
    return spark.createDataFrame(corpus(), schema).repartition(5)


def files(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(run.iterdir())}


def command(*arguments: str, cwd: Path) -> None:
    subprocess.run([sys.executable, "-m", "dateline", *arguments, "--quiet"], check=True, cwd=cwd, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def expected(articles: DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the command line makes of the same articles as files."""
    folder = tmp_path_factory.mktemp("expected")
    dl.write_articles(articles, folder / "articles", **COLUMNS, keep=["section", "n"], shards=3)
    assert sorted(path.name for path in (folder / "articles").iterdir()) == [f"{n:06}.jsonl" for n in range(3)]
    command("analyze", "articles", "--out", "run", "--keep", "section", "--keep", "n", cwd=folder)
    return files(folder / "run")


def analysis(articles: DataFrame, shards: int | None = 3) -> dl.Analysis:
    return dl.analyze(articles, "world", **COLUMNS, keep=["section", "n"], shards=shards)


def test_the_run_is_that_of_the_command_line(articles: DataFrame, expected: dict[str, bytes], tmp_path: Path) -> None:
    # In another number of partitions, and in another order.
    for given in (articles, articles.orderBy(F.desc("url")).coalesce(1)):
        run = analysis(given).write_run(tmp_path / "run", force=True)
        assert files(Path(run.path)) == expected
    assert os.listdir(tmp_path) == ["run"]


def test_partitions_as_they_are_give_the_same_numbers(articles: DataFrame, expected: dict[str, bytes], tmp_path: Path) -> None:
    run = analysis(articles, None).write_run(tmp_path / "run")
    whole = analysis(articles).write_run(tmp_path / "whole")
    assert run.manifest["totals"] == whole.manifest["totals"] and len(run.manifest["inputs"]) == 5
    top = [(row["entity"], row["mentions"], row["documents"]) for row in run.top(0)]
    assert sorted(top) == sorted((row["entity"], row["mentions"], row["documents"]) for row in whole.top(0))


def test_the_tables_are_those_of_the_run(articles: DataFrame, tmp_path: Path) -> None:
    found = analysis(articles)
    run = found.write_run(tmp_path / "run")
    documents = run.documents.to_arrow()
    rows = found.documents().orderBy("id").collect()
    assert len(rows) == len(documents) and {row["section"] for row in rows} == {f"s{n}" for n in range(6)}
    assert sorted(row["id"] for row in rows) == sorted(documents.column("id").to_pylist())
    assert sum(row["words"] for row in rows) == run.manifest["totals"]["words"]
    assert found.mentions().count() == len(run.mentions) == run.manifest["totals"]["mentions"]
    assert found.counts().agg(F.sum("mentions")).first()[0] == run.manifest["totals"]["mentions"]
    entities = {row["entity"]: (row["mentions"], row["documents"]) for row in found.entities().collect()}
    assert entities == {row["id"]: (row["mentions"], row["documents"]) for row in run.entities}
    ids = run.entities.column("id")
    pairs = {tuple(sorted((ids[row["a"]], ids[row["b"]]))): row["joint"] for row in run.cooccurrence}
    assert {(row["a"], row["b"]): row["documents"] for row in found.pairs().collect()} == pairs
    found.unpersist()


def test_a_task_that_dies_is_repeated_with_the_same_bytes(
    articles: DataFrame, expected: dict[str, bytes], tmp_path: Path
) -> None:
    marker = str(tmp_path / "died")

    def dies_once(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            yield batch
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            os._exit(1)

    found = analysis(articles)
    broken = dl.Analysis(found.parts.mapInArrow(dies_once, found.parts.schema), found._task)
    run = broken.write_run(tmp_path / "run")
    assert os.path.exists(marker) and files(Path(run.path)) == expected


def test_files_are_read_as_by_the_command_line(spark: SparkSession, tmp_path: Path) -> None:
    inputs = str(ROOT / "corpus" / "news")
    command("analyze", inputs, "--out", "run", cwd=tmp_path)
    for shards in (1, 4):
        run = dl.analyze_files(spark, inputs, shards=shards).write_run(tmp_path / f"spark-{shards}")
        assert files(Path(run.path)) == files(tmp_path / "run")


def test_an_own_gazetteer_is_sent_to_the_tasks(spark: SparkSession) -> None:
    own = dateline.Gazetteer.from_records([{"id": "x/zed", "kind": "org.company", "name": "Zedcorp"}])
    articles = spark.createDataFrame([("1", "Zedcorp met Zedcorp."), ("2", None)], "id string, text string")
    found = dl.tag(articles, own, id="id").collect()
    assert [(row["id"], row["entity"], row["start"]) for row in found] == [("1", "x/zed", 0), ("1", "x/zed", 12)]
    told = dl.analyze(articles, own, id="id")
    assert [row["reason"] for row in told.rejects().collect()] == ["no-text"]


def test_a_stream_is_tagged_batch_by_batch(spark: SparkSession, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "1.json").write_text('{"id": "a1", "text": "Iraq wrote to Iran."}\n', encoding="utf-8")

    def write(batch: DataFrame, number: int) -> None:
        dl.tag(batch, "core", id="id").write.mode("append").parquet(str(tmp_path / "mentions"))

    stream = spark.readStream.schema("id string, text string").json(str(articles))
    query = stream.writeStream.foreachBatch(write).option("checkpointLocation", str(tmp_path / "state"))
    query.trigger(availableNow=True).start().awaitTermination(120)
    names = [row["name"] for row in spark.read.parquet(str(tmp_path / "mentions")).orderBy("start").collect()]
    assert names == ["Iraq", "Iran"]


def test_a_kept_column_may_have_the_name_of_a_column(spark: SparkSession) -> None:
    rows = [("a1", "Iraq wrote to Iran.", "A 1", "front", "sport")]
    articles = spark.createDataFrame(rows, "url string, body string, paragraphs string, section string, day string")
    analysis = dl.analyze(articles, "core", text="body", id="url", keep=["paragraphs", "section", "day"])
    kept = analysis.documents().collect()[0].asDict()
    assert (kept["paragraphs"], kept["section"], kept["field_day"], kept["day"]) == ("A 1", "front", "sport", None)


def test_the_guide(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "spark.md").read_text(encoding="utf-8"), re.M | re.S)
    assert len(found) == 2
    names: dict[str, Any] = {"spark": spark}
    before = sorted(os.listdir(ROOT))
    for block in found:
        exec(compile(block, block, "exec"), names)  # noqa: S102
    assert sorted(os.listdir(ROOT)) == before, "the guide writes into the repository"


def test_what_cannot_be_read_is_refused_by_the_driver(articles: DataFrame, spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(dateline.UsageError, match="no column 'lede'"):
        dl.analyze(articles, "core", text="lede")
    with pytest.raises(dateline.ArgumentTypeError, match="is long"):
        dl.analyze(articles, "core", text="n")
    with pytest.raises(dateline.UsageError, match="shards"):
        dl.analyze(articles, "core", text="body", shards=2)
    with pytest.raises(dateline.UsageError, match="profile|strict"):
        dl.analyze(articles, "core", text="body", profile="narrow")
    with pytest.raises(dateline.ArgumentTypeError, match="not list"):
        dl.analyze([], "core")
    empty = spark.createDataFrame([], "text string")
    with pytest.raises(dateline.UsageError, match="no articles"):
        dl.analyze(empty, "core").write_run(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_executors_of_their_own_and_one_is_killed(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Two executors in processes of their own (`local-cluster`), of which one is killed while it works; in a process of its own, because Spark
    has one context in each."""
    folder = tmp_path / "run"
    script = Path(__file__).with_name("spark_cluster.py")
    finished = subprocess.run([sys.executable, str(script), str(folder)], capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr[-3000:]
    assert "killed an executor" in finished.stdout
    assert files(folder) == expected
