"""What the tests share: the program, folders, and two runs, one of the sample corpus and one with awkward names."""

import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
from datetime import date, timedelta

import forge

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
import dateline  # noqa: E402

PROGRAM = os.environ["DATELINE"]


def mixed_run(folder):
    """A run with the documents of another one, whose file has the same size."""
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.jsonl").write_text(json.dumps({"id": "id-" + name, "text": "In Iraq and Iran."}) + "\n")
        subprocess.run([PROGRAM, "analyze", "a.jsonl", "-g", "core", "-q", "--out", "run"], check=True, cwd=folder / name)
    right, wrong = (folder / name / "run" / "documents.dln" for name in ("one", "two"))
    assert right.stat().st_size == wrong.stat().st_size and right.read_bytes() != wrong.read_bytes()
    right.write_bytes(wrong.read_bytes())
    return folder / "one" / "run"
UNKNOWN_DAY = -(1 << 31)

#: Names that break formats.
NAMES = [
    "tab\there", "quotes \"a\" 'b' `c`", "line\nbreak", "return\rand\r\nboth", "emoji 👩‍🚀 🇮🇶", "cdata ]]> end",
    "=cmd|' /C calc'!A0", "+1", "-1", "@here", "back\\slash \\n", "comma, semicolon; pipe|", "nothing \0 inside",
    "control \x01\x0b\x1f\x7f\x85", "separators \u2028\u2029", "\ufeffmark", "  blanks  ", "", "NA", "null", "nan", "1e5",
    "é and e\u0301", "right \u202eleft", "&amp; <b>&lt;", "%comment", "*Vertices 3", "#hash", "Georgia", "Georgia",
    "none \ufffe\uffff\ufffd", "true", "'s-Hertogenbosch", "日本", "long " * 200, "{\"json\": [1]}", "${x} $(y) %s",
]  # fmt: skip


def awkward_run(path):
    rng = random.Random(6)
    n = len(NAMES)
    kinds = ["place.city", "org.media", "title.gov", "place.country", "thing", ""]
    document = lambda *values: forge.row(
        "documents", **dict(zip(("id", "date", "day", "source", "file", "offset", "length", "characters", "mentions"), values))
    )
    documents = [
        document("a\tb", "2026-11-01", 20_758, "daily.example", 0, 0, 210, 140, 4),
        document('"a2"', "", UNKNOWN_DAY, "", 0, 211, 90, 61, 1),
        document("=a3", "1 Nov 1969\n", -61, "源, \"x\"", 1, 302, 1 << 40, 72, 2),
        document("", "far", 2_932_896, "=1+1", 1, 1 << 41, 1, 4_294_967_295, 4_294_967_295),
    ]
    counts = [(d, e, rng.randint(1, 9)) for d in range(4) for e in range(n) if rng.random() < 0.5]
    counts[3] = (*counts[3][:2], 4_294_967_295)
    pairs = [(a, b, rng.randint(1, 4)) for a in range(n) for b in range(a + 1, n) if rng.random() < 0.3]
    pairs[5] = (*pairs[5][:2], 4_294_967_295)
    marginals = [(e, rng.randint(1, 4)) for e in range(n) if e != 7]
    entities = []
    for row, name in enumerate(NAMES):
        place = (46.202_22 + row / 7, -0.1 - row * 2.5) if row % 3 else (float("nan"), float("nan"))
        country = ["NA", "CH", ""][row % 3]
        mentions = (1 << 53) + 1 if row == 4 else 10 + row
        latitude, longitude = place
        given = dict(id=f"id {row} \"'<&\t", name=name, kind=kinds[row % len(kinds)], country=country, mentions=mentions)
        given |= dict(latitude=latitude, longitude=longitude, documents=row % 5, parent=name[:3], population=mentions)
        entities.append(forge.row("entities", **given))
    mention = lambda d, k: dict(
        document=d, part=d % 2, start=7 * k, end=7 * k + 7, start_char=5 * k, end_char=5 * k + 3, entity=(d + k) % n
    )
    place = lambda k: dict(section=k % 6, paragraph=k // 5, sentence=k // 2, word=3 * k)
    mentions = [forge.row("mentions", **mention(d, k), **place(k)) for d in range(4) for k in range(20)]
    cut = lambda rows: [rows[: len(rows) // 3], [], rows[len(rows) // 3 :]]
    tables = dict(entities=entities, documents=documents, counts=counts, pairs=pairs, marginals=marginals)
    forge.write_run(path, {name: cut(rows) for name, rows in {**tables, "mentions": mentions}.items()}, inputs=2)


class Case(unittest.TestCase):
    """A test with a folder, in which both runs are exported."""

    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        awkward_run(cls.folder / "awkward")
        cls.run_program("analyze", "-q", ROOT / "corpus" / "news", "--out", cls.folder / "corpus")
        cls.runs = {name: cls.folder / name for name in ("awkward", "corpus")}
        if os.environ.get("DATELINE_PEERS_RUN"):
            cls.runs["other"] = pathlib.Path(os.environ["DATELINE_PEERS_RUN"])

    @classmethod
    def run_program(cls, *args):
        done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{args}: {done.stderr}")
        return done.stderr

    def export(self, run, to, *more):
        """Exports a run anew and tells where to."""
        out = self.folder / f"{run}-{len(list(self.folder.iterdir()))}.{to}"
        self.said = self.run_program("export", self.runs[run], "--to", to, "--out", out, *more)
        return out

    def each_run(self):
        for name, path in self.runs.items():
            yield name, dateline.open_run(path)


def rows_of(run, table):
    """The rows of a table as Python values, numbered as exports number them, unknown values as None."""
    columns = run.table(table)
    first = {"entities": "entity", "documents": "document"}.get(table)
    names = ([first] if first else []) + list(columns)
    values = [[cell(name, value) for value in (c.tolist() if hasattr(c, "tolist") else c)] for name, c in columns.items()]
    if first:
        values.insert(0, range(len(values[0])))
    if table == "documents":
        names.append("story")
        values.append(stories_of(run))
    return names, [list(row) for row in zip(*values)]


def stories_of(run):
    """The story of each document where copies are copies to the letter, as they are in these runs."""
    stories = {}
    return [stories.setdefault(int(content), len(stories)) for content in run.table("signatures")["content"]]


def cell(name, value):
    if name == "day":
        return None if value == UNKNOWN_DAY else date(1970, 1, 1) + timedelta(days=value)
    return None if isinstance(value, float) and math.isnan(value) else value


def type_name(kind):
    return {"org": "organisation"}.get(kind.split(".")[0], kind.split(".")[0])
