"""CSV, JSON Lines, Parquet, Arrow, DuckDB and SQLite: every cell as the consumer sees it is that of the run."""

import csv
import json
import os
import sqlite3
import unittest
from datetime import date

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet

import forge
from support import Case, dateline, rows_of

# Signatures are what stories are computed from, and are not exported.
TABLES = [kind for kind in forge.KINDS if kind != "signatures"]


def none_for_nan(rows):
    return [[None if value is pandas.NaT or value is pandas.NA or value != value else value for value in row] for row in rows]


class Tables(Case):
    def check(self, run, table, names, rows):
        expected_names, expected = rows_of(run, table)
        self.assertEqual(list(names), expected_names)
        self.assertEqual(len(rows), len(expected))
        for found, right in zip(rows, expected):
            self.assertEqual(list(found), right, table)

    def each_table(self, to, extension):
        for name, run in self.each_run():
            out = self.export(name, to)
            written = json.loads((out / "export.json").read_text())
            self.assertEqual(set(written["files"]), {f"{table}.{extension}" for table in TABLES})
            self.assertEqual("GeoNames" in (written["attribution"] or ""), name != "awkward")
            for table in TABLES:
                yield run, table, out / f"{table}.{extension}"

    def from_text(self, row, names):
        """A row of texts with the types of its columns."""
        kinds = dict(c.split(":") for _, columns in forge.KINDS.values() for c in columns.split())
        types = {"f64": lambda t: float(t) if t else None, "str": str, "i32": lambda t: date.fromisoformat(t) if t else None}
        own = {"entity": "u32", "document": "u32", "story": "u32"}
        return [types.get(own.get(name) or kinds[name], int)(text) for name, text in zip(names, row)]

    def test_csv_by_python(self):
        for run, table, path in self.each_table("csv", "csv"):
            with open(path, encoding="utf-8", newline="") as file:
                names, *rows = csv.reader(file, strict=True)
            self.check(run, table, names, [self.from_text(row, names) for row in rows])

    def test_csv_by_pandas(self):
        for run, table, path in self.each_table("csv", "csv"):
            numbers = {"latitude": [""], "longitude": [""], "day": [""]}
            # pandas would make a number of an id or a date that looks like one.
            texts = dict.fromkeys("id name kind country date source".split(), str)
            frame = pandas.read_csv(path, keep_default_na=False, na_values=numbers, dtype=texts, float_precision="round_trip")
            if "day" in frame:
                frame["day"] = [None if day != day else date.fromisoformat(day) for day in frame["day"]]
            self.check(run, table, frame.columns, none_for_nan(frame.astype(object).values.tolist()))

    def test_csv_safe(self):
        out = self.export("awkward", "csv", "--csv-safe", "--table", "entities")
        with open(out, encoding="utf-8", newline="") as file:
            found = [row["name"] for row in csv.DictReader(file)]
        names = [row[2] for row in rows_of(dateline.open_run(self.runs["awkward"]), "entities")[1]]
        self.assertEqual(found, [f"'{name}" if name[:1] in tuple("=+-@\t\r\n") else name for name in names])
        self.assertEqual(sum(a != b for a, b in zip(found, names)), 4)

    def test_json_lines_by_python(self):
        for run, table, path in self.each_table("jsonl", "jsonl"):
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
            for row in rows:
                if row.get("day"):
                    row["day"] = date.fromisoformat(row["day"])
            self.check(run, table, rows_of(run, table)[0], [list(row.values()) for row in rows])

    def test_json_lines_by_polars(self):
        for run, table, path in self.each_table("jsonl", "jsonl"):
            frame = polars.read_ndjson(path, infer_schema_length=None)
            if "day" in frame.columns:
                frame = frame.with_columns(polars.col("day").cast(polars.String).str.to_date())
            self.check(run, table, frame.columns, frame.rows())

    def test_parquet_by_pyarrow(self):
        for run, table, path in self.each_table("parquet", "parquet"):
            found = pyarrow.parquet.read_table(path)
            self.check(run, table, found.column_names, list(zip(*(c.to_pylist() for c in found.columns))))
            notice = pyarrow.parquet.read_metadata(path).metadata.get(b"dateline.attribution")
            self.assertEqual(notice is None, run.path.endswith("awkward"))

    def test_parquet_by_pandas(self):
        for run, table, path in self.each_table("parquet", "parquet"):
            frame = pandas.read_parquet(path)
            self.check(run, table, frame.columns, none_for_nan(frame.astype(object).values.tolist()))

    def test_parquet_by_polars(self):
        for run, table, path in self.each_table("parquet", "parquet"):
            frame = polars.read_parquet(path)
            self.check(run, table, frame.columns, frame.rows())

    def test_arrow_by_pyarrow(self):
        for run, table, path in self.each_table("arrow", "arrow"):
            found = pyarrow.ipc.open_file(pyarrow.memory_map(str(path))).read_all()
            found.validate(full=True)
            self.check(run, table, found.column_names, list(zip(*(c.to_pylist() for c in found.columns))))
            self.assertEqual(pyarrow.feather.read_table(path), found)

    def test_arrow_by_polars(self):
        for run, table, path in self.each_table("arrow", "arrow"):
            frame = polars.read_ipc(path)
            self.check(run, table, frame.columns, frame.rows())

    def test_duckdb(self):
        for name, run in self.each_run():
            out = self.export(name, "duckdb")
            with duckdb.connect() as database:
                database.execute(f"SET file_search_path = '{out}'")
                database.execute((out / "load.sql").read_text(encoding="utf-8"))
                self.check_sql(run, database)

    def test_sqlite(self):
        for name, run in self.each_run():
            out = self.export(name, "sqlite")
            database = sqlite3.connect(out)
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            about = dict(database.execute("SELECT * FROM about"))
            self.assertEqual("attribution" in about, name != "awkward")
            self.check_sql(run, database)
            database.close()

    def check_sql(self, run, database):
        for table in TABLES:
            order = "" if table == "mentions" else " ORDER BY 1, 2"
            found = database.execute(f"SELECT * FROM {table}{order}")
            names = [column[0] for column in found.description]
            rows = [list(row) for row in found.fetchall()]
            if table == "documents":
                day = names.index("day")
                for row in rows:
                    row[day] = date.fromisoformat(row[day]) if isinstance(row[day], str) else row[day]
            self.check(run, table, names, rows)
        entities = run.table("entities")
        pairs = [
            (entities["id"][a], entities["name"][a], entities["id"][b], entities["name"][b], int(joint))
            for a, b, joint in zip(*run.table("pairs").values())
        ]
        self.assertEqual(sorted(database.execute("SELECT * FROM named_pairs").fetchall()), sorted(pairs))
        documents = run.table("documents")["id"]
        counts = [
            (documents[d], entities["id"][e], entities["name"][e], int(count)) for d, e, count in zip(*run.table("counts").values())
        ]
        self.assertEqual(sorted(database.execute("SELECT * FROM named_counts").fetchall()), sorted(counts))

    def test_conditions(self):
        """What is left under conditions is what a hand-written filter leaves, in every table."""
        conditions = [
            (["--type", "place"], lambda kinds, a, b, joint: kinds[a] == kinds[b] == "place", "place"),
            (["--min-documents", "3"], lambda kinds, a, b, joint: joint >= 3, None),
            (["--with", "日本", "--type", "place"], lambda kinds, a, b, joint: kinds[a] == kinds[b] == "place" and 33 in (a, b), "place"),
        ]
        run = dateline.open_run(self.runs["awkward"])
        kinds = [kind.split(".")[0] for kind in run.table("entities")["kind"]]
        for args, wanted, kind in conditions:
            out = self.export("awkward", "jsonl", *args)
            read = lambda table: [tuple(json.loads(line).values()) for line in (out / f"{table}.jsonl").read_bytes().splitlines()]
            pairs = [tuple(row) for row in rows_of(run, "pairs")[1] if wanted(kinds, *row)]
            self.assertEqual(read("pairs"), pairs)
            self.assertTrue(pairs)
            kept = {e for e in range(len(kinds)) if kind in (None, kinds[e])}
            if len(args) > 2 or "--min-documents" in args:
                kept = {entity for a, b, _ in pairs for entity in (a, b)}
            self.assertEqual([row[0] for row in read("entities")], sorted(kept))
            for table, column in (("counts", 1), ("marginals", 0), ("mentions", 10)):
                self.assertEqual(read(table), [tuple(row) for row in rows_of(run, table)[1] if row[column] in kept])
            self.assertEqual(len(read("documents")), 4)

    def test_the_same_bytes_every_time(self):
        for to in ("parquet", "arrow", "csv", "jsonl", "mtx", "npz", "duckdb", "sqlite", "gexf", "graphml", "pajek", "edges"):
            first, second = self.export("corpus", to), self.export("corpus", to)
            files = sorted(os.listdir(first)) if first.is_dir() else [""]
            self.assertEqual(files, sorted(os.listdir(second)) if second.is_dir() else [""])
            for file in files:
                a, b = [(out / file if file else out).read_bytes() for out in (first, second)]
                self.assertTrue(a == b, f"{to} {file}")


if __name__ == "__main__":
    unittest.main()
