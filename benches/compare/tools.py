"""One tool of Python, in a process of its own: `tools.py TOOL NAMES TEXT`.

Prints a line of JSON when it is built (`build` seconds, `bytes` of text), then for each line read makes one pass over the
text, line by line, and prints `seconds` of processor time and `matches`.

Matches are whole words where the tool can say so or tells places to filter: all but polars, which has neither.
"""

import json
import os
import sys
import time

# Read when polars is imported.
os.environ["POLARS_MAX_THREADS"] = "1"


def is_whole_word(text, start, end):
    def is_word(at):
        return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")

    return not is_word(start - 1) and not is_word(end)


def of_polars(names, lines):
    import polars

    series = polars.Series("text", lines)
    names = polars.Series(names).implode()

    def search():
        # The automaton is built anew in each call; there is no other way.
        frame = polars.select(series.alias("text"))
        found = frame.select(polars.col("text").str.find_many(names, leftmost=True).list.len().sum())
        return found.item()

    return search


def of_pyahocorasick(names, lines):
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name, len(name))
    automaton.make_automaton()

    def search():
        return sum(
            is_whole_word(line, end + 1 - length, end + 1) for line in lines for end, length in automaton.iter_long(line)
        )

    return search


def of_ahocorasick_rs(names, lines):
    from ahocorasick_rs import AhoCorasick, MatchKind

    automaton = AhoCorasick(names, matchkind=MatchKind.LeftmostLongest)

    def search():
        return sum(
            is_whole_word(line, start, end) for line in lines for _, start, end in automaton.find_matches_as_indexes(line)
        )

    return search


def of_flashtext(names, lines):
    from flashtext import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=True)
    for name in names:
        processor.add_keyword(name)
    return lambda: sum(len(processor.extract_keywords(line)) for line in lines)


def of_spacy(names, lines):
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.util import filter_spans

    language = spacy.blank("en")
    language.max_length = 1 << 30
    matcher = PhraseMatcher(language.vocab)
    matcher.add("name", list(language.tokenizer.pipe(names)))
    return lambda: sum(len(filter_spans(matcher(language.make_doc(line), as_spans=True))) for line in lines)


TOOLS = {
    "polars": of_polars,
    "pyahocorasick": of_pyahocorasick,
    "ahocorasick_rs": of_ahocorasick_rs,
    "flashtext": of_flashtext,
    "spacy": of_spacy,
}


def main():
    tool, names, text = sys.argv[1:]
    with open(names, encoding="utf-8") as file:
        names = file.read().splitlines()
    with open(text, encoding="utf-8") as file:
        lines = file.read().split("\n")
    start = time.process_time()
    search = TOOLS[tool](names, lines)
    build = time.process_time() - start
    print(json.dumps({"build": build, "bytes": sum(len(line.encode()) + 1 for line in lines) - 1}), flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        matches = search()
        print(json.dumps({"seconds": time.process_time() - start, "matches": matches}), flush=True)


if __name__ == "__main__":
    main()
