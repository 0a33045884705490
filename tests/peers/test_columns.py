"""Parquet and Arrow files as pyarrow, pandas and polars write them, and what dateline reads of them."""

import datetime
import json
import pathlib
import subprocess
import tempfile
import unittest

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
from support import PROGRAM

N = 500
TEXTS = [None if n % 11 == 5 else f"Officials in York said that talks number {n} would go on. " * (n % 7) for n in range(N)]
TITLES = [f"Talks {n % 20}" for n in range(N)]
DAYS = [None if n % 13 == 3 else datetime.datetime(2024, 3, 2) + datetime.timedelta(hours=7 * n) for n in range(N)]
SOURCES = [f"paper {n % 3}.example" for n in range(N)]


def table():
    return pa.table({
        "score": pa.array([n / 3 for n in range(N)]),
        "id": pa.array(range(1000, 1000 + N)),
        "headline": pa.array(TITLES).dictionary_encode(),
        "body": pa.array(TEXTS, pa.large_string()),
        "published": pa.array(DAYS, pa.timestamp("us", "UTC")),
        "source": pa.StructArray.from_arrays([pa.array(SOURCES)], ["name"]),
        "tags": pa.array([["a", "b"]] * N),
    })  # fmt: skip


def flat():
    return {"id": range(1000, 1000 + N), "headline": TITLES, "body": TEXTS, "published": DAYS, "source": SOURCES}


class Columns(unittest.TestCase):
    def read(self, path):
        output = subprocess.run([PROGRAM, "read", str(path)], capture_output=True, check=True).stdout
        return [json.loads(line) for line in output.splitlines()]

    def check(self, path):
        documents = self.read(path)
        with self.subTest(path.name):
            self.assertEqual([document["id"] for document in documents], [str(n) for n in range(1000, 1000 + N)])
            # A text of blanks, or of nothing, is an empty text.
            self.assertEqual([document["text"].strip() for document in documents], [(text or "").strip() for text in TEXTS])
            self.assertEqual([document["title"] for document in documents], TITLES)
            self.assertEqual([document["source"] for document in documents], SOURCES)
            days = [day and day.date().isoformat() for day in DAYS]
            self.assertEqual([document.get("day") for document in documents], days)
            self.assertEqual([document["record"] for document in documents], list(range(1, N + 1)))

    def test_files_of_every_writer(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for codec in ("none", "snappy", "gzip", "zstd", "lz4"):
                for version in ("1.0", "2.0"):
                    path = folder / f"pyarrow-{codec}-{version}.parquet"
                    pa.parquet.write_table(table(), path, compression=codec, row_group_size=70, data_page_version=version)
                    self.check(path)
            for codec in ("uncompressed", "lz4", "zstd"):
                path = folder / f"pyarrow-{codec}.feather"
                pa.feather.write_feather(table(), path, compression=codec, chunksize=70)
                self.check(path)
            path = folder / "stream.arrows"
            with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table().schema) as writer:
                writer.write_table(table(), max_chunksize=70)
            self.check(path)
            frame = pd.DataFrame({**flat(), "headline": pd.Categorical(TITLES)})
            frame.to_parquet(folder / "pandas.parquet")
            frame.to_feather(folder / "pandas.feather")
            polars = pl.DataFrame(flat()).with_columns(pl.col("headline").cast(pl.Categorical))
            polars.write_parquet(folder / "polars.parquet", row_group_size=70)
            polars.write_ipc(folder / "polars.arrow", compression="lz4")
            polars.write_ipc_stream(folder / "polars.arrows")
            for name in ("pandas.parquet", "pandas.feather", "polars.parquet", "polars.arrow", "polars.arrows"):
                self.check(folder / name)

    def test_what_is_not_read_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            pa.parquet.write_table(table(), folder / "brotli.parquet", compression="brotli")
            pa.feather.write_feather(table().drop_columns(["source", "tags", "headline"]), folder / "old.feather", version=1)
            for name, part in (("brotli.parquet", "zstd"), ("old.feather", "version 2")):
                refused = subprocess.run([PROGRAM, "read", str(folder / name)], capture_output=True, text=True)
                self.assertEqual(refused.returncode, 2)
                self.assertIn(part, refused.stderr)


if __name__ == "__main__":
    unittest.main()
