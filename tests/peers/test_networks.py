"""GEXF, GraphML, Pajek, VOSviewer, edge lists and GeoJSON: every node, edge and place as their readers see them."""

import csv
import json
import pathlib
import unittest
from collections import Counter

import geojson
import igraph
import lxml.etree
import networkx
import polars

from support import Case, rows_of, type_name


def in_xml(text):
    """XML 1.0 cannot hold some characters; they become U+FFFD."""
    can = lambda c: c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    return "".join(c if can(c) else "\ufffd" for c in text)


def nodes_of(run):
    """Attributes by node, as the formats of XML carry them; unknown ones are left out."""
    names, rows = rows_of(run, "entities")
    nodes = {}
    for row in rows:
        entity = dict(zip(names, row))
        number = entity.pop("entity")
        entity["type"] = type_name(entity["kind"])
        entity["entity"] = entity.pop("id")
        nodes[f"n{number}"] = {
            key: in_xml(value) if isinstance(value, str) else value
            for key, value in entity.items()
            if value is not None and (value != "" or key == "name") and (value != 0 or key != "population")
        }
    return nodes


def edges_of(run):
    return {(f"n{a}", f"n{b}"): joint for a, b, joint in rows_of(run, "pairs")[1]}


class Networks(Case):
    def check(self, run, graph, label="name"):
        self.assertFalse(graph.is_directed())
        found = {}
        for node, data in graph.nodes(data=True):
            data = dict(data)
            data["name"] = data.pop(label)
            found[node] = data
        self.assertEqual(found, nodes_of(run))
        self.assertEqual({tuple(sorted((a, b), key=lambda n: int(n[1:]))): data["weight"] for a, b, data in graph.edges(data=True)}, edges_of(run))

    def test_gexf_by_its_schema(self):
        schema = lxml.etree.XMLSchema(lxml.etree.parse(pathlib.Path(__file__).with_name("gexf-1.3.xsd")))
        for name, _ in self.each_run():
            parsed = lxml.etree.parse(self.export(name, "gexf"), lxml.etree.XMLParser(huge_tree=True))
            schema.assertValid(parsed)
            description = parsed.find(".//{*}description").text
            self.assertEqual("GeoNames" in description, name != "awkward")
        for wrong in ("version", "mode"):
            parsed.getroot().set("version", "9") if wrong == "version" else None
            parsed.find(".//{*}graph").set("mode", "other") if wrong == "mode" else None
            self.assertFalse(schema.validate(parsed), "the schema lets everything pass")

    def test_gexf_over_time(self):
        schema = lxml.etree.XMLSchema(lxml.etree.parse(pathlib.Path(__file__).with_name("gexf-1.3.xsd")))
        for name, run in self.each_counted_run():
            out = self.export(name, "gexf", "--by", "month")
            parsed = lxml.etree.parse(out, lxml.etree.XMLParser(huge_tree=True))
            schema.assertValid(parsed)
            expected = edges_of(run)
            for edge in parsed.iterfind(".//{*}edge"):
                pair = (edge.get("source"), edge.get("target"))
                weights = [v for v in edge.iterfind(".//{*}attvalue") if v.get("for") == "weight"]
                total = next(int(v.get("value")) for v in edge.iterfind(".//{*}attvalue") if v.get("for") == "total")
                self.assertEqual(total, expected.pop(pair))
                self.assertLessEqual(sum(int(v.get("value")) for v in weights), total)
                starts = [(v.get("start"), v.get("end")) for v in weights]
                self.assertEqual(starts, [(s.get("start"), s.get("end")) for s in edge.iterfind(".//{*}spell")])
                self.assertEqual(starts, sorted(starts))
                self.assertTrue(all(start[:7] == end[:7] and start.endswith("-01") for start, end in starts))
            if "without a date" not in self.said:
                self.assertEqual(expected, {})
            graph = networkx.read_gexf(out, version="1.3")
            self.assertEqual(graph.number_of_nodes(), len(nodes_of(run)))

    def each_counted_run(self):
        """The runs whose pairs are those of their counts, of which slices are counted: all but the forged one."""
        return ((name, run) for name, run in self.each_run() if name != "awkward")

    def test_edges_by_slice(self):
        for name, run in self.each_counted_run():
            for to in ("edges", "graphml"):
                out = self.export(name, to, "--by", "source")
                found = Counter()
                if to == "edges":
                    with open(out, encoding="utf-8", newline="") as file:
                        for row in csv.DictReader(file):
                            self.assertTrue(row["Slice"])
                            found[row["Source"], row["Target"]] += int(row["Weight"])
                    ids = run.table("entities")["id"]
                    self.assertEqual(dict(found), {(ids[int(a[1:])], ids[int(b[1:])]): joint for (a, b), joint in edges_of(run).items()})
                else:
                    for a, b, data in networkx.read_graphml(out, force_multigraph=True).edges(data=True):
                        found[tuple(sorted((a, b), key=lambda n: int(n[1:])))] += data["weight"]
                    self.assertEqual(dict(found), edges_of(run))

    def test_gexf_by_networkx(self):
        for name, run in self.each_run():
            out = self.export(name, "gexf")
            self.assertEqual("characters that XML cannot hold became U+FFFD" in self.said, name == "awkward")
            self.check(run, networkx.read_gexf(out, version="1.3"), "label")

    def test_graphml_by_networkx(self):
        for name, run in self.each_run():
            self.check(run, networkx.read_graphml(self.export(name, "graphml")))

    def test_graphml_by_igraph(self):
        for name, run in self.each_run():
            graph = igraph.Graph.Read_GraphML(str(self.export(name, "graphml")))
            self.assertFalse(graph.is_directed())
            nodes = list(nodes_of(run).items())
            self.assertEqual(graph.vs["id"], [node for node, _ in nodes])
            for key in ("name", "entity", "type", "kind", "country"):
                self.assertEqual(graph.vs[key], [node.get(key, "") for _, node in nodes])
            for key in ("mentions", "documents", "latitude", "longitude"):
                right = [node.get(key) for _, node in nodes]
                self.assertEqual([None if n != n else n for n in graph.vs[key]], [None if n is None else float(n) for n in right])
            found = {tuple(f"n{v}" for v in sorted(edge.tuple)): edge["weight"] for edge in graph.es}
            self.assertEqual(found, edges_of(run))

    def pajek_labels(self, run):
        """Labels as they are in the file; equal names are told apart by ids."""
        entities = run.table("entities")
        times = Counter(entities["name"])
        return [name if times[name] == 1 else f"{name} ({id})" for id, name in zip(entities["id"], entities["name"])]

    def test_pajek_by_networkx(self):
        for name, run in self.each_run():
            graph = networkx.read_pajek(self.export(name, "pajek"))
            self.assertFalse(graph.is_directed())
            labels = self.pajek_labels(run)
            self.assertEqual([html_unescape(node) for node in graph.nodes], labels)
            found = {tuple(sorted(map(html_unescape, edge[:2]), key=labels.index)): edge[2]["weight"] for edge in graph.edges(data=True)}
            self.assertEqual(found, {(labels[a], labels[b]): joint for a, b, joint in rows_of(run, "pairs")[1]})

    def test_pajek_by_igraph(self):
        for name, run in self.each_run():
            graph = igraph.Graph.Read_Pajek(str(self.export(name, "pajek")))
            self.assertFalse(graph.is_directed())
            key = "id" if "id" in graph.vs.attributes() else "name"
            self.assertEqual([html_unescape(label) for label in graph.vs[key]], self.pajek_labels(run))
            found = {tuple(sorted(edge.tuple)): edge["weight"] for edge in graph.es}
            self.assertEqual(found, {(a, b): joint for a, b, joint in rows_of(run, "pairs")[1]})

    def test_vosviewer(self):
        for name, run in self.each_run():
            with open(self.export(name, "vosviewer"), encoding="utf-8") as file:
                found = json.load(file)
            network, names = found["network"], rows_of(run, "entities")[0]
            items = [dict(zip(names, row)) for row in rows_of(run, "entities")[1]]
            right = [
                {
                    "id": item["entity"] + 1,
                    "label": item["name"],
                    "description": f"{item['id']} ({type_name(item['kind'])})",
                    "weights": {"Mentions": item["mentions"], "Documents": item["documents"]},
                }
                for item in items
            ]
            self.assertEqual(network["items"], right)
            links = [{"source_id": a + 1, "target_id": b + 1, "strength": joint} for a, b, joint in rows_of(run, "pairs")[1]]
            self.assertEqual(network["links"], links)
            self.assertEqual("info" in found, name != "awkward")

    def test_edge_list(self):
        for name, run in self.each_run():
            out = self.export(name, "edges")
            self.assertEqual("CC BY 4.0" in self.said, name != "awkward")
            entities = run.table("entities")
            ids, names = entities["id"], entities["name"]
            right = [(ids[a], ids[b], "Undirected", joint, names[a], names[b]) for a, b, joint in rows_of(run, "pairs")[1]]
            columns = ["Source", "Target", "Type", "Weight", "SourceLabel", "TargetLabel"]
            with open(out, encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file, strict=True)
            self.assertEqual(header, columns)
            self.assertEqual([(*row[:3], int(row[3]), *row[4:]) for row in rows], right)
            frame = polars.read_csv(out, empty_string_is_null=False, infer_schema_length=None)
            self.assertEqual(frame.rows(), right)
            graph = networkx.from_pandas_edgelist(frame.to_pandas(), "Source", "Target", "Weight")
            self.assertEqual(graph.number_of_edges(), len(right))

    def test_geojson(self):
        for name, run in self.each_run():
            with open(self.export(name, "geojson"), encoding="utf-8") as file:
                found = geojson.load(file)
            self.assertTrue(found.is_valid, found.errors())
            names = rows_of(run, "entities")[0]
            places = [dict(zip(names, row)) for row in rows_of(run, "entities")[1] if row[names.index("latitude")] is not None]
            self.assertEqual(len(found["features"]), len(places))
            for feature, place in zip(found["features"], places):
                self.assertEqual(feature["id"], place["entity"])
                properties = {key: place[key] for key in ("name", "kind", "mentions", "documents")}
                properties |= {"entity": place["id"], "country": place["country"] or None}
                self.assertEqual(feature["properties"], properties)
                for found_degrees, degrees in zip(feature["geometry"]["coordinates"], (place["longitude"], place["latitude"])):
                    self.assertAlmostEqual(found_degrees, degrees, places=6)
            self.assertEqual("attribution" in found, name != "awkward")


def html_unescape(label):
    """Pajek's references are `&#34;` and nothing else; a label never holds a bare ampersand."""
    import re

    assert "&" not in re.sub(r"&#\d+;", "", label)
    return re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), label)


if __name__ == "__main__":
    unittest.main()
