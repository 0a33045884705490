"""Exported gazetteers, loaded by the tools they are written for."""

import csv
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

POOL = """\
us\tplace.country\tUnited States\t-\tcc=US wd=Q30
+\tabbr\tU.S.\texact
+\tadj\tAmerican\texact
zrh\tplace.city\tZürich\t-\tcc=CH lat=47.37 lon=8.54 parent=ch
+\tmisspelling\tZurych\tweak
pm\ttitle.gov\tPrime Minister\tany
acme\torg.company\tAcme, "Sons" & Co.\t-
+\talias\tYes\texact
+\talias\t1999\texact
+\talias\t- #: {odd}\texact
+\talias\tArrow => Head\texact
+\talias\tNever\tstop
"""

#: The names that match, by entity.
NAMES = {
    "us": ["United States", "U.S.", "American"],
    "zrh": ["Zürich", "Zurych"],
    "pm": ["Prime Minister"],
    "acme": ['Acme, "Sons" & Co.', "Yes", "1999", "- #: {odd}", "Arrow => Head"],
}


class Gazetteers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "pool.gaz").write_text(POOL, encoding="utf-8")

    def dateline(self, *args):
        command = [os.environ["DATELINE"], "gazetteer", *map(str, args)]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.folder).stderr

    def export(self, to, name):
        out = self.folder / name
        self.dateline("export", "-g", "pool.gaz", "--to", to, "--out", out)
        return out

    def test_spacy_finds_the_names(self):
        import spacy

        path = self.export("spacy", "patterns.jsonl")
        nlp = spacy.blank("en")
        ruler = nlp.add_pipe("entity_ruler")
        ruler.from_disk(path)
        self.assertEqual(set(ruler.labels), {"GPE", "ORG", "TITLE"})
        text = "The prime minister left ZÜRICH for the United States; an American praised Acme, \"Sons\" & Co. in the U.S. today."
        found = [(entity.text, entity.label_, entity.ent_id_) for entity in nlp(text).ents]
        self.assertEqual(
            found,
            [
                ("prime minister", "TITLE", "pm"),
                ("ZÜRICH", "GPE", "zrh"),
                ("United States", "GPE", "us"),
                ("American", "GPE", "us"),
                ('Acme, "Sons" & Co.', "ORG", "acme"),
                ("U.S.", "GPE", "us"),
            ],
        )
        self.assertEqual(list(nlp("zürich is american").ents), [])

    def test_spacy_takes_every_pattern(self):
        """Every name of the pool is found where it stands alone."""
        import spacy

        nlp = spacy.blank("en")
        nlp.add_pipe("entity_ruler").from_disk(self.export("spacy", "patterns.jsonl"))
        for entity, names in NAMES.items():
            for name in names:
                self.assertIn((name, entity), [(found.text, found.ent_id_) for found in nlp(name).ents], name)

    def test_flashtext_finds_the_names(self):
        from flashtext import KeywordProcessor

        lines = KeywordProcessor()
        lines.add_keyword_from_file(str(self.export("flashtext", "keywords.txt")))
        table = KeywordProcessor()
        table.add_keywords_from_dict(json.loads(self.export("flashtext", "keywords.json").read_text(encoding="utf-8")))
        text = "A zurych banker met the prime minister of the united states. Yes!"
        for processor in (lines, table):
            self.assertEqual(
                processor.extract_keywords(text),
                ["Zürich", "Prime Minister", "United States", 'Acme, "Sons" & Co.'],
            )
        self.assertEqual(table.get_keyword("Arrow => Head"), 'Acme, "Sons" & Co.')
        self.assertEqual(lines.get_keyword("Arrow => Head"), None)
        self.assertEqual(table.get_keyword("Never"), None)

    def test_quanteda_reads_as_yaml(self):
        import yaml

        found = yaml.safe_load(self.export("quanteda", "dictionary.yml").read_text(encoding="utf-8"))
        self.assertEqual(
            found,
            {
                "org.company": {
                    'Acme, "Sons" & Co.': ['Acme, "Sons" & Co.', "- #: {odd}", "1999", "Arrow => Head", "Yes"]
                },
                "place.city": {"Zürich": NAMES["zrh"]},
                "place.country": {"United States": ["United States", "American", "U.S."]},
                "title.gov": {"Prime Minister": ["Prime Minister"]},
            },
        )

    def test_skos_reads_as_triples(self):
        import rdflib
        from rdflib.namespace import SKOS

        graph = rdflib.Graph()
        graph.parse(self.export("skos", "pool.nt"), format="nt")
        for entity, names in NAMES.items():
            concept = rdflib.URIRef(f"urn:dateline:{entity}")
            self.assertEqual([str(label) for label in graph.objects(concept, SKOS.prefLabel)], names[:1])
            others = [*graph.objects(concept, SKOS.altLabel), *graph.objects(concept, SKOS.hiddenLabel)]
            self.assertEqual(sorted(map(str, others)), sorted(names[1:]))
        zurich = rdflib.URIRef("urn:dateline:zrh")
        self.assertEqual([str(label) for label in graph.objects(zurich, SKOS.hiddenLabel)], ["Zurych"])
        latitude = graph.value(zurich, rdflib.URIRef("http://www.w3.org/2003/01/geo/wgs84_pos#lat"))
        self.assertEqual(float(latitude), 47.37)
        self.assertEqual(graph.value(zurich, SKOS.broader), rdflib.URIRef("urn:dateline:ch"))

    def test_skos_of_rdflib_is_read(self):
        """The other way round: what another program writes."""
        import rdflib
        from rdflib.namespace import RDF, SKOS

        graph = rdflib.Graph()
        concept = rdflib.URIRef("http://example.org/lake/1")
        graph.add((concept, RDF.type, SKOS.Concept))
        graph.add((concept, SKOS.prefLabel, rdflib.Literal('Lake "Ü"\tO', lang="en")))
        graph.add((concept, SKOS.altLabel, rdflib.Literal("\U0001f30a Water", lang="en")))
        graph.serialize(self.folder / "lake.nt", format="nt", encoding="utf-8")
        report = self.dateline("import", "--from", "skos", "lake.nt", "--kind", "place.water", "--out", "lake.gaz", "--against", "none")
        self.assertIn("1 entity in lake.gaz", report)
        lines = (self.folder / "lake.gaz").read_text(encoding="utf-8").splitlines()
        self.assertEqual(lines[1], 'http://example.org/lake/1\tplace.water\tLake "Ü" O\t-')
        self.assertEqual(lines[2], "+\talias\t\U0001f30a Water\t-")

    def test_csv_reads_as_rows(self):
        import pandas

        path = self.export("csv", "pool.csv")
        with open(path, encoding="utf-8", newline="") as file:
            rows = {row["id"]: row for row in csv.DictReader(file)}
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False).set_index("id")
        self.assertEqual(set(rows), set(NAMES))
        for entity, names in NAMES.items():
            self.assertEqual([rows[entity]["name"], *filter(None, rows[entity]["aliases"].split("|"))][0], names[0])
            self.assertEqual(set(filter(None, rows[entity]["aliases"].split("|"))), set(names[1:]))
            self.assertEqual(frame.loc[entity, "name"], names[0])
        self.assertEqual(frame.loc["zrh", "lat"], "47.37")
        self.assertEqual(frame.loc["pm", "lat"], "")

    def test_the_twin_reads_as_json(self):
        lines = self.export("jsonl", "pool.jsonl").read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        self.assertEqual([record["id"] for record in records], sorted(NAMES))
        (country,) = [record for record in records if record["id"] == "us"]
        self.assertEqual(country["keys"], {"cc": "US", "wd": "Q30"})
        self.assertIn({"name": "U.S.", "kind": "abbr", "flags": "exact"}, country["names"])

    def test_solr_reads_by_its_rules(self):
        """Solr itself is Java; the rules of its parser for commas, backslashes and arrows are these."""
        def split(line, separator):
            parts, current, at = [], "", 0
            while at < len(line):
                if line[at] == "\\" and at + 1 < len(line):
                    current += line[at : at + 2]
                    at += 2
                elif line.startswith(separator, at):
                    parts.append(current)
                    current = ""
                    at += len(separator)
                else:
                    current += line[at]
                    at += 1
            return parts + [current]

        def unescape(text):
            out, at = "", 0
            while at < len(text):
                at += text[at] == "\\" and at + 1 < len(text)
                out += text[at]
                at += 1
            return out

        found = []
        for line in self.export("solr", "synonyms.txt").read_text(encoding="utf-8").splitlines():
            self.assertEqual(len(split(line, "=>")), 1, line)
            found.append(sorted(unescape(part.strip()) for part in split(line, ",")))
        self.assertEqual(sorted(found), sorted(sorted(names) for names in NAMES.values()))

    def test_gate_lists_read_by_their_rules(self):
        folder = self.export("gate", "gate")
        found = {}
        for line in (folder / "lists.def").read_text(encoding="utf-8").splitlines():
            name, major, minor, language, annotation = line.split(":")
            self.assertEqual((f"{major}.{minor}.lst", language, annotation), (name, "", "Lookup"))
            for entry in (folder / name).read_text(encoding="utf-8").splitlines():
                text, *features = entry.split("\t")
                features = dict(feature.split("=", 1) for feature in features)
                if features.get("flags") != "stop":
                    found.setdefault(features["id"], set()).add(text)
        self.assertEqual(found, {entity: set(names) for entity, names in NAMES.items()})


if __name__ == "__main__":
    unittest.main()
