"""What the tests share."""

from __future__ import annotations

import pathlib

import dateline
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

ARTICLES = [
    {"id": "a1", "title": "Talks resume", "date": "2024-03-05", "source": "daily.example", "section": "World",
     "text": "GENEVA: Talks between Iraq and Iran resumed at the United Nations."},
    {"id": "a2", "date": "2024-03-06", "source": "daily.example", "text": "Iran wrote to Iraq. The Bank of England kept its rate."},
    {"id": "a3", "date": "2024-04-01", "source": "weekly.example", "section": "Home", "text": "Zoë saw Kenya’s team beat Iraq in London."},
    {"id": "a4", "date": None, "source": None, "text": "Nothing happened."},
]  # fmt: skip


@pytest.fixture(scope="session")
def analyzer() -> dateline.Analyzer:
    return dateline.Analyzer("world")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, analyzer: dateline.Analyzer) -> dateline.Run:
    out = tmp_path_factory.mktemp("runs") / "articles"
    return dateline.analyze(ARTICLES, out, gazetteer=analyzer, keep=["section"])


@pytest.fixture(scope="session")
def corpus_run(tmp_path_factory: pytest.TempPathFactory, analyzer: dateline.Analyzer) -> dateline.Run:
    return dateline.analyze(ROOT / "corpus" / "news", tmp_path_factory.mktemp("runs") / "corpus", gazetteer=analyzer)
