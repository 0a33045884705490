"""Fields that a run keeps: as dateline's reader in Python gives them, and in every export, they are those of the input."""

import csv
import json
import pathlib
import sqlite3
import tempfile

import duckdb
import pyarrow
import pyarrow.parquet
from support import NAMES, ROOT, Case, dateline

KEEP = ["section", "meta.author", "flag", "date", 'a "quoted" name']
COLUMNS = ["section", "meta.author", "flag", "field_date", 'a "quoted" name']


def records():
    """A record for each awkward name, and some without a value or with one that others have."""
    for n in range(3 * len(NAMES)):
        name = NAMES[n % len(NAMES)]
        record = {"id": f"r{n}", "text": f"Talks number {n} went on.", 'a "quoted" name': n}
        if n % 4:
            record["section"] = name
        if n % 3:
            record["meta"] = {"author": None if n % 5 == 0 else f"Author {n % 7}"}
        if n % 2:
            record["flag"] = n % 3 == 0
            record["date"] = "2024-03-02"
        yield record


def expected(record):
    values = [record.get("section"), (record.get("meta") or {}).get("author"), record.get("flag"), record.get("date"), record[KEEP[4]]]
    texts = ["" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return [text if text.strip() else "" for text in texts]


class Fields(Case):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        cls.run_program("analyze", "-q", ROOT / "corpus" / "news", "--out", cls.folder / "corpus")
        path = cls.folder / "records.jsonl"
        cls.rows = list(records())
        path.write_text("".join(json.dumps(row) + "\n" for row in cls.rows), encoding="utf-8")
        quoted = ",".join(KEEP)
        cls.runs = {"fields": cls.folder / "fields"}
        cls.run_program("analyze", "-q", path, "--out", cls.runs["fields"], "--keep", quoted)
        cls.expected = [expected(row) for row in cls.rows]

    def check(self, names, rows):
        at = [list(names).index(column) for column in COLUMNS]
        self.assertEqual([[row[column] for column in at] for row in rows], self.expected)

    def test_the_reader_in_python(self):
        run = dateline.open_run(self.runs["fields"])
        run.verify()
        documents = run.documents()
        self.check(documents, zip(*documents.values()))
        self.run_program("verify", self.runs["fields"])

    def test_a_run_that_keeps_nothing(self):
        documents = dateline.open_run(self.folder / "corpus").documents()
        self.assertEqual(list(documents), list(dateline.open_run(self.folder / "corpus").table("documents")))

    def test_csv(self):
        with open(self.export("fields", "csv") / "documents.csv", encoding="utf-8", newline="") as file:
            names, *rows = csv.reader(file, strict=True)
        self.check(names, rows)

    def test_json_lines(self):
        text = (self.export("fields", "jsonl") / "documents.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n")[:-1]]
        self.check(rows[0], [list(row.values()) for row in rows])

    def test_parquet_arrow_and_duckdb(self):
        parquet = pyarrow.parquet.read_table(self.export("fields", "parquet") / "documents.parquet")
        arrow = pyarrow.ipc.open_file(self.export("fields", "arrow") / "documents.arrow").read_all()
        for table in (parquet, arrow):
            self.check(table.column_names, list(zip(*(column.to_pylist() for column in table.columns))))
        found = duckdb.sql(f"SELECT * FROM '{self.export('fields', 'duckdb')}/documents.parquet' ORDER BY document")
        self.check(found.columns, found.fetchall())

    def test_sqlite(self):
        database = sqlite3.connect(self.export("fields", "sqlite"))
        found = database.execute("SELECT * FROM documents ORDER BY document")
        names = [column[0] for column in found.description]
        self.check(names, found.fetchall())
        database.close()
