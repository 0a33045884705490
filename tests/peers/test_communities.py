"""Communities and backbone, compared with igraph and networkx on the network of the sample corpus."""

import json
import re
import subprocess
import unittest

import igraph
import networkx

from support import PROGRAM, Case


def run(*args):
    done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


class Communities(Case):
    def network(self, pairs):
        graph = networkx.Graph()
        graph.add_weighted_edges_from((pair["a"], pair["b"], pair["k11"]) for pair in pairs)
        return graph

    def check(self, graph, nodes, said):
        self.assertEqual({node["entity"] for node in nodes}, set(graph))
        for node in nodes:
            self.assertEqual(node["degree"], graph.degree(node["entity"]))
            self.assertEqual(node["strength"], graph.degree(node["entity"], weight="weight"))
        groups = {}
        for node in nodes:
            groups.setdefault(node["community"], set()).add(node["entity"])
        sizes = [len(groups[number]) for number in sorted(groups)]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        modularity = networkx.community.modularity(graph, groups.values())
        self.assertAlmostEqual(float(re.search(r"modularity (-?[\d.]+)", said)[1]), modularity, delta=0.0006)
        other = igraph.Graph.from_networkx(graph)
        best = other.community_multilevel(weights="weight").modularity
        self.assertGreater(modularity, 0.97 * best)

    def test_communities_by_igraph(self):
        pairs, _ = run("pairs", self.runs["corpus"], "-n", 0, "--format", "jsonl")
        nodes, said = run("communities", self.runs["corpus"], "--format", "jsonl")
        self.check(self.network(pairs), nodes, said)

    def test_backbone_by_its_formula(self):
        pairs, _ = run("pairs", self.runs["corpus"], "-n", 0, "--format", "jsonl")
        whole = self.network(pairs)
        level = 0.2

        def value(a, b, weight):
            at = lambda end: (1 - weight / whole.degree(end, weight="weight")) ** (whole.degree(end) - 1)
            return min([at(end) for end in (a, b) if whole.degree(end) > 1], default=1.0)

        backbone = networkx.Graph()
        for a, b, weight in whole.edges(data="weight"):
            if value(a, b, weight) < level:
                backbone.add_edge(a, b, weight=weight)
        self.assertTrue(0 < backbone.number_of_edges() < whole.number_of_edges())
        nodes, said = run("communities", self.runs["corpus"], "--backbone", level, "--format", "jsonl")
        self.check(backbone, nodes, said)


if __name__ == "__main__":
    unittest.main()
