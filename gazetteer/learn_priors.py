#!/usr/bin/env python3
"""Learns how place-like the one-word names of the gazetteer are, from any archive of news.

    zstdcat news.jsonl.zst | gazetteer/learn_priors.py > src/resolve/data/priors.txt

Reads JSON Lines with "text" on standard input, writes a table: name, how often it stood directly behind "in", "at" or
"near", how often directly behind a given name, an initial or "Mr.". "Jones 7 2985" is a surname, "Paris 527 25" a city. Counts of single words only: nothing of the text is kept. Words seen fewer than LEAST times, and words that
are places in most cases, are left out: the rules need to know only the others. Standard library only.
"""

import collections
import json
import pathlib
import re
import sys
import unicodedata

LEAST = 20
# Names at least this often behind a preposition need no row.
PLACE_LIKE = 0.5
LAYERS = pathlib.Path(__file__).resolve().parent.parent / "src" / "gazetteer" / "builtin"
GIVEN_NAMES = LAYERS.parent.parent / "resolve" / "data" / "first_names.txt"
COURTESY = frozenset("mr mrs ms miss dr sir lord lady".split())
# A word, what stands before it on the same line or the one before, and the name.
PATTERN = re.compile(r"(?<![\w’'-])([^\W\d_][\w’'-]*\.?)[ \n]([^\W\d_][\w-]+)(?![\w-])")


def fold(name):
    """Lower case without accents, as the program compares names."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def place_names(layers=LAYERS):
    """Folded one-word names of places, countries and adjectives left out; and the pairs of words inside longer names."""
    names, pairs, kind = set(), set(), ""
    for path in sorted(layers.glob("*.gaz")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = re.split(r"\t| {2,}", line.strip())
            if len(fields) < 3 or line.startswith(("#", "!")):
                continue
            if fields[0] != "+":
                kind = fields[1]
            elif fields[1] in ("adj", "demonym"):
                continue
            words = fold(fields[2]).split(" ")
            if kind.startswith("place."):
                pairs.update(zip(words, words[1:]))
                if kind != "place.country" and len(words) == 1:
                    names.add(words[0])
    return names, pairs


def given_names_of(path=GIVEN_NAMES):
    """Folded given names."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {fold(line.strip()) for line in lines if line.strip() and not line.startswith("#")}


def is_persons(word, given_names):
    """Whether a person's surname follows: a given name, an initial, "Mr."."""
    bare = fold(word.rstrip("."))
    return bare in given_names or bare in COURTESY or len(bare) == 1 and word.endswith(".")


def learn(texts, names, pairs, given_names):
    """Counts (located, joined) of each name over the texts; "York" in "New York" is no occurrence of "York"."""
    counts = collections.defaultdict(lambda: [0, 0])
    for text in texts:
        at = 0
        while match := PATTERN.search(text, at):
            before, word = match.groups()
            at = match.start(2)
            if not word[0].isupper() or word.isupper():
                continue
            key = fold(word)
            if key not in names or (fold(before), key) in pairs:
                continue
            if before in ("in", "at", "near", "In", "At", "Near"):
                counts[key][0] += 1
            elif before[0].isupper() and is_persons(before, given_names):
                counts[key][1] += 1
    return counts


def table(counts):
    """The rows worth keeping, sorted by name."""
    for name, (located, joined) in sorted(counts.items()):
        if located + joined >= LEAST and located < PLACE_LIKE * (located + joined):
            yield f"{name} {located} {joined}"


def main():
    texts = (json.loads(line).get("text") or "" for line in sys.stdin if line.strip())
    print("# How place-like a word is in news: folded name, times behind in/at/near, times behind a given name, an initial or Mr.")
    print("# Counts of single words, made by gazetteer/learn_priors.py; places in most cases are left out.")
    for row in table(learn(texts, *place_names(), given_names_of())):
        print(row)


if __name__ == "__main__":
    main()
