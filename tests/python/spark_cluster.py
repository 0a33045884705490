"""Analyses the articles of `test_spark` with two executors, kills one of them at work, and writes the run to the folder that is named."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from typing import Iterator

import pyarrow
import test_spark
from dateline import spark as dl


def parent_of(process: int) -> int:
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        return int(file.read().rsplit(")", 1)[1].split()[1])


def executor_of(process: int) -> int:
    """The Java process above a worker of Python."""
    while True:
        process = parent_of(process)
        with open(f"/proc/{process}/comm", encoding="utf-8") as file:
            if file.read().strip() == "java":
                return process


def main(out: str) -> None:
    marker = os.path.join(tempfile.mkdtemp(), "killed")
    spark = test_spark.session("local-cluster[2,1,1024]")
    schema = "url string, head string, body string, day string, paper string, section string, n long"
    articles = spark.createDataFrame(test_spark.corpus(), schema).repartition(5)

    def kills_once(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                yield batch
                continue
            os.kill(executor_of(os.getpid()), signal.SIGKILL)

    found = test_spark.analysis(articles)
    broken = dl.Analysis(found.parts.mapInArrow(kills_once, found.parts.schema), found._task)
    broken.write_run(out)
    print("killed an executor" if os.path.exists(marker) else "nothing was killed")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
