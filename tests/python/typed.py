"""What a program of a user looks like to ``mypy --strict``; it is checked, and run as a test."""

from __future__ import annotations

import dateline
from dateline import Analyzer, Gazetteer, Mention, Run, Table


def names(text: str) -> list[str]:
    analyzer = Analyzer(Gazetteer.builtin("core"), profile="wide")
    mentions: list[Mention] = analyzer.tag(text)
    return [mention.name for mention in mentions]


def ids(texts: list[str]) -> list[str]:
    table: Table = Analyzer("core").tag_table(texts)
    return [str(entity) for entity in table.column("entity")]


def strongest(out: str, articles: list[dict[str, str]]) -> tuple[int, list[str]]:
    run: Run = dateline.analyze(articles, out, gazetteer="core")
    pairs: Table = run.pairs(3, measure="npmi", all_pairs=True)
    return len(run.entities), [pair["name_a"] for pair in pairs]
