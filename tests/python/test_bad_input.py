"""What cannot be read is a clear exception with a remedy: never a panic, an abort or a hang."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from typing import Any

import dateline
import pandas
import polars
import pyarrow
import pytest

NEVER_ENDS = 60


@pytest.mark.parametrize("text", [None, 5, b"Iraq", ["Iraq"]])
def test_a_text_that_is_none(analyzer: dateline.Analyzer, text: Any) -> None:
    with pytest.raises(dateline.ArgumentTypeError, match="text must be a str") as caught:
        analyzer.tag(text)
    assert isinstance(caught.value, TypeError) and caught.value.remedy


def test_half_of_a_surrogate_pair(analyzer: dateline.Analyzer) -> None:
    for call in (lambda: analyzer.tag("Iraq \ud800"), lambda: analyzer.explain("\udfff"), lambda: analyzer.tag_table(["ok", "\ud800"])):
        with pytest.raises(dateline.UsageError, match="surrogate") as caught:
            call()
        assert "encode" in str(caught.value.remedy)
    repaired = "Iraq \ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert analyzer.tag(repaired)[0].entity == "iq"


def test_empty_and_odd_texts(analyzer: dateline.Analyzer) -> None:
    for text in ("", "\0", "\n\n\n", "a" * 100_000, "\u202e" * 50, "🇮🇶" * 1000, "(" * 5000):
        assert isinstance(analyzer.tag(text), list)


@pytest.mark.parametrize(
    "data",
    [
        5,
        object(),
        {"text": ["Iraq"]},
        pyarrow.array([1, 2]),
        pyarrow.table({"text": [1.5]}),
        pyarrow.table({"text": [["Iraq"]]}),
        pyarrow.table({"other": ["Iraq"]}),
        [1, 2],
        [b"Iraq"],
        pandas.DataFrame({"text": ["Iraq", 5]}, dtype=object),
        pandas.DataFrame({"text": ["Iraq", "\ud800"]}, dtype=object),
        polars.DataFrame({"text": [1]}),
    ],
    ids=lambda data: type(data).__name__,
)
def test_columns_that_are_none(analyzer: dateline.Analyzer, tmp_path: pathlib.Path, data: Any) -> None:
    with pytest.raises((dateline.ArgumentTypeError, dateline.UsageError)) as caught:
        analyzer.tag_table(data)
    assert caught.value.remedy or "text=" in str(caught.value), str(caught.value)
    if not isinstance(data, list):
        with pytest.raises((dateline.ArgumentTypeError, dateline.UsageError)):
            dateline.analyze(data, tmp_path / "run", gazetteer=analyzer)
    assert not list(tmp_path.iterdir())


def test_a_named_column_that_is_not_there(analyzer: dateline.Analyzer, tmp_path: pathlib.Path) -> None:
    table = pyarrow.table({"text": ["Iraq"]})
    for call in (
        lambda: analyzer.tag_table(table, text="body"),
        lambda: dateline.analyze(table, tmp_path / "a", gazetteer=analyzer, keep=["section"]),
        lambda: dateline.analyze([{"text": "Iraq"}], tmp_path / "b", gazetteer=analyzer, id="key"),
    ):
        with pytest.raises(dateline.UsageError, match="text|key"):
            call()
    assert not list(tmp_path.iterdir())


def test_an_empty_frame(analyzer: dateline.Analyzer, tmp_path: pathlib.Path) -> None:
    run = dateline.analyze(pyarrow.table({"text": pyarrow.array([], pyarrow.string())}), tmp_path / "run", gazetteer=analyzer)
    assert run.manifest["books"]["seen"] == 0 and len(run.entities) == 0 and run.verify()
    assert run.counts_matrix().matrix.shape == (0, 0) and len(run.pairs()) == 0


@pytest.mark.parametrize("record", [5, "text", {"id": "1", "text": object()}, {"id": "1", "text": {1, 2}}])
def test_records_that_are_none(analyzer: dateline.Analyzer, tmp_path: pathlib.Path, record: Any) -> None:
    records = iter([{"id": "0", "text": "Iraq."}, record])
    with pytest.raises(dateline.ArgumentTypeError, match="record 1") as caught:
        dateline.analyze(records, tmp_path / "run", gazetteer=analyzer)
    assert caught.value.remedy and not list(tmp_path.iterdir())


def test_settings_that_are_none(analyzer: dateline.Analyzer, tmp_path: pathlib.Path, run: dateline.Run) -> None:
    for call in (
        lambda: dateline.Analyzer("core", profile="loose"),
        lambda: dateline.Analyzer("core", furniture="burn"),
        lambda: dateline.Analyzer("core", exclude=["moon"]),
        lambda: dateline.Analyzer("core", without_rules=["no-such-rule"]),
        lambda: analyzer.tag_table(["Iraq"], since="yesterday"),
        lambda: dateline.analyze([], tmp_path / "run", gazetteer=analyzer, shard=(1, 2)),
        lambda: dateline.analyze([tmp_path], tmp_path / "run", gazetteer=analyzer, shard=(3, 2)),
        lambda: run.pairs(context="page"),
        lambda: run.pairs(measure="luck"),
        lambda: run.trend(by="minute"),
        lambda: run.top(by="size"),
        lambda: run.top(where="colour=red"),
        lambda: run.top(section=["end"]),
        lambda: run.top(roll_up="continent"),
        lambda: run.pairs(count="words"),
        lambda: run.entities.column("colour"),
        lambda: run.trend("no such entity"),
    ):
        with pytest.raises(dateline.UsageError) as caught:
            call()
        assert caught.value.remedy or len(str(caught.value)) > 30
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_not_replaced(analyzer: dateline.Analyzer, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "run"
    dateline.analyze([{"text": "Iraq."}], out, gazetteer=analyzer)
    with pytest.raises(dateline.UsageError, match="force=True"):
        dateline.analyze([{"text": "Iran."}], out, gazetteer=analyzer)
    assert dateline.analyze([{"text": "Iran."}], out, gazetteer=analyzer, force=True).entities.column("id") == ["ir"]
    with pytest.raises(dateline.FormatError):
        dateline.Run.open(tmp_path)
    with pytest.raises(dateline.FileError):
        dateline.Run.open(tmp_path / "none")


class Wrong(Exception):
    """Raised by a caller's own code."""


def endless() -> Iterator[dict[str, str]]:
    while True:
        yield {"text": "Iraq and Iran met. " * 50}


def test_a_callback_that_raises(analyzer: dateline.Analyzer, tmp_path: pathlib.Path) -> None:
    def raises(*_: int) -> None:
        raise Wrong("enough")

    for call in (
        lambda: analyzer.tag_table(["Iraq " * 1000] * 100, progress=raises),
        lambda: dateline.analyze(endless(), tmp_path / "run", gazetteer=analyzer, progress=raises),
    ):
        with pytest.raises(Wrong, match="enough"):
            call()
    assert not list(tmp_path.iterdir())


def test_an_iterator_that_raises(analyzer: dateline.Analyzer, tmp_path: pathlib.Path) -> None:
    def records() -> Iterator[dict[str, str]]:
        for _ in range(1000):
            yield {"text": "Iraq."}
        raise Wrong("the source is gone")

    def batches() -> Iterator[pyarrow.RecordBatch]:
        yield pyarrow.record_batch({"text": ["Iraq"]})
        raise Wrong("the source is gone")

    def reader() -> pyarrow.RecordBatchReader:
        return pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"text": pyarrow.string()}), batches())

    with pytest.raises(Wrong, match="gone"):
        dateline.analyze(records(), tmp_path / "a", gazetteer=analyzer)
    with pytest.raises(dateline.UsageError, match="gone"):
        dateline.analyze(reader(), tmp_path / "b", gazetteer=analyzer)
    with pytest.raises(dateline.UsageError, match="cannot be read"):
        analyzer.tag_table(reader())
    assert not list(tmp_path.iterdir())


def test_ctrl_c(analyzer: dateline.Analyzer, tmp_path: pathlib.Path) -> None:
    for call in (
        lambda: dateline.analyze(endless(), tmp_path / "run", gazetteer=analyzer),
        lambda: analyzer.tag_table(["Iraq and Iran met in Geneva. " * 20_000] * 400),
    ):
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            call()
        assert time.monotonic() - started < NEVER_ENDS
    assert not list(tmp_path.iterdir())


def test_threads_of_python_go_on(analyzer: dateline.Analyzer) -> None:
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1

    other = threading.Thread(target=count)
    other.start()
    before = counted
    analyzer.tag_table(["Iraq and Iran met in Geneva. " * 500] * 100)
    during = counted - before
    done.set()
    other.join()
    assert during > 0


def tag_in_child(texts: list[str]) -> int:
    return len(CHILD.tag_table(texts)) + len(CHILD.tag(texts[0]))


CHILD: dateline.Analyzer


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_after_use(analyzer: dateline.Analyzer, method: str) -> None:
    global CHILD
    CHILD = analyzer
    assert len(analyzer.tag_table(["Iraq"] * 50)) == 50
    context = multiprocessing.get_context(method)
    start = (make_child, ()) if method == "spawn" else (None, ())
    with context.Pool(2, *start) as pool:
        assert pool.map_async(tag_in_child, [["Iraq"] * 50] * 4).get(timeout=NEVER_ENDS) == [51] * 4


def make_child() -> None:
    global CHILD
    CHILD = dateline.Analyzer("world")


def test_subinterpreters() -> None:
    script = textwrap.dedent(
        """
        import dateline
        assert dateline.Analyzer("core").tag("Iraq")[0].entity == "iq"
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            import _interpreters as interpreters
        other = interpreters.create()
        code = "try:\\n    import dateline; dateline.Analyzer('core').tag('Iraq')\\nexcept ImportError as error:\\n    print('refused', error)\\nelse:\\n    print('works')"
        interpreters.run_string(other, code)
        assert dateline.Analyzer("core").tag("Iraq")[0].entity == "iq"
        """
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=NEVER_ENDS)
    assert done.returncode == 0 and ("refused" in done.stdout or "works" in done.stdout), done.stdout + done.stderr


def test_many_calls_keep_no_memory(analyzer: dateline.Analyzer) -> None:
    import resource

    table = pyarrow.table({"text": ["Iraq and Iran met in Geneva."] * 100})
    for _ in range(200):
        analyzer.tag_table(table)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2000):
        pyarrow.table(analyzer.tag_table(table, threads=1))
        analyzer.tag("Iraq")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000
