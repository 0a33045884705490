"""Checks the committed layers: python3 -m unittest discover gazetteer. Needs no inputs and no network."""
import collections
import hashlib
import json
import re
import unicodedata
import unittest
from pathlib import Path

import build
import rules

WRITTEN = json.loads((build.HERE / "counts.json").read_text(encoding="utf-8"))
COUNTS = WRITTEN["layers"]
LINE = re.compile(
    r"(?P<id>gn:[1-9]\d*|[a-z]{2}/[a-z0-9]+|\+)  (?P<kind>place\.city|place\.admin[12]|alias)  (?P<name>\S+(?: \S+)*)"
    r"  (?P<flags>-|weak|exact|exact,weak)(?P<keys>(?:  [a-z0-9]+=\S+)*)")
KEYS = {"cc", "parent", "lat", "lon", "pop", "ctx", "src"}
EVIDENCE = {"kind", "region", "prep", "dateline", "pair", "long", "cc"}


def body(name):
    text = (build.BUILTIN / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line[0] not in "#!"]


class Committed(unittest.TestCase):
    def test_bytes_are_those_that_were_counted(self):
        for name, row in COUNTS.items():
            data = (build.BUILTIN / name).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), row["sha256"], name)
            self.assertNotIn(b"\r", data)
            text = data.decode("utf-8")
            self.assertEqual(unicodedata.normalize("NFC", text), text, name)

    def test_word_lists_are_those_that_were_counted(self):
        for name, row in WRITTEN["lists"].items():
            data = (build.LISTS / name).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), row["sha256"], name)
            rows = [line for line in data.decode("utf-8").splitlines() if not line.startswith("#")]
            self.assertEqual(len(rows), row["rows"], name)
            self.assertEqual(rows, sorted(set(rows)), name)

    def test_counts(self):
        for name, row in COUNTS.items():
            entities = build.read_layer(build.BUILTIN / name)
            self.assertEqual(len(entities), row["entities"], name)
            self.assertEqual(sum(len(entity.names) for entity in entities), row["names"], name)
            self.assertEqual({entity.kind for entity in entities}, {row["kind"]})

    def test_every_line_has_the_format(self):
        for name in COUNTS:
            for line in body(name):
                match = LINE.fullmatch(line)
                self.assertIsNotNone(match, f"{name}: {line}")
                keys = dict(field.split("=", 1) for field in match["keys"].split("  ")[1:])
                self.assertLessEqual(set(keys), KEYS, line)
                self.assertLessEqual(set(keys.get("ctx", "prep").split(",")), EVIDENCE, line)
                if match["id"] != "+":
                    self.assertRegex(keys["cc"], "^[A-Z]{2}$")
                if "lat" in keys:
                    self.assertTrue(abs(float(keys["lat"])) <= 90 and abs(float(keys["lon"])) <= 180, line)

    def test_sorted_by_id(self):
        numbers = [int(line.split("  ")[0][3:]) for line in body(build.CITIES) if not line.startswith("+")]
        self.assertEqual(numbers, sorted(set(numbers)))
        ids = [line.split("  ")[0] for line in body(build.ADMIN1) if not line.startswith("+")]
        self.assertEqual(ids, sorted(set(ids)))

    def test_ids_are_unique_and_parents_exist_over_all_layers(self):
        entities = [entity for path in sorted(build.BUILTIN.glob("*.gaz")) for entity in build.read_layer(path)]
        ids = collections.Counter(entity.id for entity in entities)
        self.assertEqual([ident for ident, count in ids.items() if count > 1], [])
        missing = [entity.id for entity in entities if entity.keys.get("parent", entity.id) not in ids]
        self.assertEqual(missing, [])

    def test_no_stop_names_and_no_free_small_towns(self):
        for name in COUNTS:
            for entity in build.read_layer(build.BUILTIN / name):
                for alias, flags, _ in entity.names:
                    self.assertNotIn(build.fold(alias), rules.STOP_NAMES)
                    if name == build.CITIES and entity.population < build.FREE_POPULATION:
                        self.assertIn("weak", flags, entity.id)


class Rules(unittest.TestCase):
    def forms(self, name, country="US"):
        return build.city_forms({"geonameid": 0, "name": name, "countrycode": country})

    def test_forms_of_a_name(self):
        self.assertEqual(self.forms("Donostia / San Sebastián"), ["Donostia", "San Sebastián"])
        self.assertEqual(self.forms("Halle (Saale)"), ["Halle", "Halle (Saale)"])
        self.assertEqual(self.forms("City of Milford (balance)"), ["Milford"])
        self.assertEqual(self.forms("Zürich (Kreis 11) / Oerlikon", "CH"), ["Oerlikon"])
        self.assertEqual(self.forms("Zürich (Kreis 11)", "CH"), [])
        self.assertEqual(self.forms("Lyon 03", "FR"), [])
        self.assertEqual(self.forms("‘Ajlūn", "JO"), ["Ajlūn"])
        self.assertEqual(self.forms("Sa‘īr", "PS"), ["Sa’īr", "Saīr"])
        self.assertEqual(self.forms("el Raval", "ES"), ["El Raval"])
        self.assertEqual(self.forms("'s-Gravenzande", "NL"), ["'s-Gravenzande"])

    def test_folding(self):
        self.assertEqual(build.fold("Ōsaka-Fu"), "osaka-fu")
        self.assertEqual(build.fold("Łódź"), "lodz")
        self.assertEqual(build.fold("Xi’an"), "xi'an")
        self.assertEqual(build.loose("Deir ez-Zor Governorate"), build.loose("Deir ez Zor"))

    def test_long_forms(self):
        self.assertEqual(rules.long_forms("TR", "Bursa"), ["Bursa Province"])
        self.assertEqual(rules.long_forms("IE", "Mayo"), ["County Mayo"])
        self.assertEqual(rules.long_forms("IL", "Northern District"), [])
        self.assertEqual(rules.long_forms("CH", "Uri"), [])

    def test_three_letters_are_never_matched_in_capitals(self):
        self.assertEqual(build.flags("Wa", "short"), "exact,weak")
        self.assertEqual(build.flags("Bursa", None), "-")


if __name__ == "__main__":
    unittest.main()
