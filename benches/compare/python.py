"""The Python package beside other packages that find names in texts, in one process and in turn; and beside the program.

    python benches/compare/python.py NEWS.jsonl [--rounds 5] [--articles 5000] [--only flashtext,...] [--out FILE.json]

Needs the package with its engine (`pip install ./python`, a release build) and pyarrow; of flashtext, ahocorasick_rs and spaCy those that
are installed (benches/compare/requirements.txt). All are given the names of the gazetteer `world` and one thread; what is timed is the
processor time of this process in user mode, or that of the program. The others find strings: they tell neither case nor sense.

Figures: megabytes of text (10^6 bytes of UTF-8) a second, median of the rounds, and how many times as long as the line `strict` each takes
(median of the ratios, round by round); names found; and what one call of `tag` costs for a text of one letter.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable

import dateline
import pyarrow


def user(who: int = resource.RUSAGE_SELF) -> float:
    return resource.getrusage(who).ru_utime


def ways(texts: list[str], names: list[str], news: Path) -> dict[str, Callable[[], int]]:
    """What finds names, and returns how many it found."""
    column = pyarrow.array(texts)
    strict, plain = dateline.Analyzer("world"), dateline.Analyzer("world", profile="plain")
    program = [str(Path(sys.executable).with_name("dateline")), "tag", "-j", "1", "--quiet", str(news)]

    def by_program() -> int:
        done = subprocess.run(program, capture_output=True, check=True)
        return done.stdout.count(b'"part"')

    found: dict[str, Callable[[], int]] = {
        "strict": lambda: len(strict.tag_table(column, threads=1)),
        "strict, text by text": lambda: sum(len(strict.tag(text)) for text in texts),
        "plain": lambda: len(plain.tag_table(column, threads=1)),
        "the program, strict": by_program,
    }
    if importlib.util.find_spec("flashtext"):
        from flashtext import KeywordProcessor

        keywords = KeywordProcessor(case_sensitive=True)
        keywords.add_keywords_from_list(names)
        found["flashtext"] = lambda: sum(len(keywords.extract_keywords(text)) for text in texts)
    if importlib.util.find_spec("ahocorasick_rs"):
        import ahocorasick_rs

        automaton = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
        found["ahocorasick_rs"] = lambda: sum(len(automaton.find_matches_as_indexes(text)) for text in texts)
    if importlib.util.find_spec("spacy"):
        import spacy
        from spacy.matcher import PhraseMatcher

        language: Any = spacy.blank("en")
        matcher = PhraseMatcher(language.vocab)
        matcher.add("NAME", list(language.tokenizer.pipe(names)))
        found["spaCy PhraseMatcher"] = lambda: sum(len(matcher(language.make_doc(text))) for text in texts)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--only", help="of the other packages, these")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    lines = args.news.read_text(encoding="utf-8").splitlines()[: args.articles]
    texts = [json.loads(line)["text"] for line in lines]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    folder = tempfile.TemporaryDirectory()
    short = Path(folder.name) / "news.jsonl"
    short.write_text("".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts)), encoding="utf-8")
    world = dateline.Gazetteer.builtin("world")
    names = sorted({name for entity in world for name in entity.names if len(name) > 2})
    tools = ways(texts, names, short)
    if args.only is not None:
        own = ("strict", "strict, text by text", "plain", "the program, strict")
        tools = {name: tool for name, tool in tools.items() if name in own or name in args.only.split(",")}
    times: dict[str, list[float]] = {name: [] for name in tools}
    counts: dict[str, int] = {}
    for _ in range(args.rounds):
        for name, tool in tools.items():
            who = resource.RUSAGE_CHILDREN if name == "the program, strict" else resource.RUSAGE_SELF
            before = user(who)
            counts[name] = tool()
            times[name].append(user(who) - before)
    folder.cleanup()
    strict = dateline.Analyzer("world")
    before = user()
    for _ in range(100_000):
        strict.tag("x")
    call = (user() - before) / 100_000 * 1e6
    rows = {}
    print(f"{len(texts)} articles, {megabytes:.1f} MB, {len(names)} names, {args.rounds} rounds; tag('x') takes {call:.1f} us")
    for name, taken in times.items():
        ratio = statistics.median(one / base for one, base in zip(taken, times["strict"]))
        rate = megabytes / statistics.median(taken)
        rows[name] = {"MB/s": rate, "times strict": ratio, "found": counts[name]}
        print(f"{name:24} {rate:8.1f} MB/s  {ratio:6.2f} x  {counts[name]:9} found")
    if args.out:
        args.out.write_text(json.dumps({"articles": len(texts), "megabytes": megabytes, "call_us": call, "tools": rows}, indent=1))


if __name__ == "__main__":
    main()
