"""The measures of `dateline pairs`, compared with scipy and with exact arithmetic."""

import json
import math
import random
import subprocess
import tempfile
import unittest
from decimal import Decimal, localcontext
from fractions import Fraction

import scipy.stats

import forge
import support

MEASURES = "g2 chi2 chi2_yates pmi ppmi npmi fisher jaccard dice cosine lift p_b_a p_a_b".split()


def forged(path, tables, total):
    """A run whose pair i is of the entities 2i and 2i + 1, with these (joint, a, b)."""
    n = 2 * len(tables)
    nan = float("nan")
    nowhere = dict(kind="thing", latitude=nan, longitude=nan)
    contexts = [contexts for _, a, b in tables for contexts in (a, b)]
    # Ids and names are in the order of the rows.
    entities = [
        forge.row("entities", id=f"e{row:06}", name=f"name {row:06}", mentions=found, documents=found, **nowhere)
        for row, found in enumerate(contexts)
    ]
    pairs = [(2 * i, 2 * i + 1, joint) for i, (joint, _, _) in enumerate(tables)]
    rows = dict(entities=entities, documents=[], counts=[], pairs=pairs, marginals=list(enumerate(contexts)))
    forge.write_run(path, {name: [rows] for name, rows in rows.items()}, contexts=total)


def values(tables, total, *more):
    """What the program says of each table."""
    with tempfile.TemporaryDirectory() as folder:
        forged(f"{folder}/run", tables, total)
        command = [support.PROGRAM, "pairs", f"{folder}/run", "--all-pairs", "-n", "0", "--format", "jsonl", *more]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = sorted((json.loads(line) for line in out.splitlines()), key=lambda row: row["a"])
    return {int(row["a"][1:]) // 2: row for row in found}


def random_tables(rng, n, total):
    """Tables of all sizes: rare and frequent, attracted, independent and avoiding, with empty cells."""
    tables = []
    while len(tables) < n:
        size = lambda most: min(most, int(math.exp(rng.uniform(0, math.log(most + 1)))))
        a, b = size(total), size(total)
        least = max(1, a + b - total)
        most = min(a, b)
        if most < least:
            continue
        expected = min(most, max(least, a * b // total))
        joint = rng.choice([least, most, expected, rng.randint(least, most), min(most, expected + size(most))])
        tables.append((joint, a, b))
    return tables


def cells(joint, a, b, total):
    return joint, a - joint, b - joint, total - a - b + joint


def exact(joint, a, b, total):
    """All measures but Fisher's, with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        k11, k12, k21, k22 = map(Decimal, cells(joint, a, b, total))
        n, a, b = Decimal(total), Decimal(a), Decimal(b)
        log2 = lambda x: x.ln() / Decimal(2).ln()
        parts = [(k11, a * b / n), (k12, a * (n - b) / n), (k21, (n - a) * b / n), (k22, (n - a) * (n - b) / n)]
        below = a * (n - a) * b * (n - b)
        det = abs(k11 * k22 - k12 * k21)
        pmi = log2(k11 * n / (a * b))
        return {
            "g2": 2 * sum(k * (k / e).ln() for k, e in parts if k),
            "chi2": n * det**2 / below if below else Decimal(0),
            "chi2_yates": n * max(Decimal(0), det - n / 2) ** 2 / below if below else Decimal(0),
            "pmi": pmi,
            "ppmi": max(pmi, Decimal(0)),
            "npmi": Decimal(0) if k11 == n else pmi / -log2(k11 / n),
            "jaccard": k11 / (a + b - k11),
            "dice": 2 * k11 / (a + b),
            "cosine": k11 / (a * b).sqrt(),
            "lift": k11 * n / (a * b),
            "p_b_a": k11 / a,
            "p_a_b": k11 / b,
        }


def exact_fisher(joint, a, b, total):
    """P(X > k11) + P(X = k11) / 2 as a fraction."""
    ways = [math.comb(b, k) * math.comb(total - b, a - k) for k in range(joint, min(a, b) + 1)]
    return Fraction(2 * sum(ways[1:]) + ways[0], 2 * math.comb(total, a))


class Association(unittest.TestCase):
    def close(self, found, right, where):
        # What is exactly 0 may be the rounding of a few last digits.
        self.assertTrue(math.isclose(found, float(right), rel_tol=1e-9, abs_tol=1e-15), f"{where}: {found}, not {right}")

    def test_all_measures_by_exact_arithmetic(self):
        rng = random.Random(20)
        for total in (1, 2, 7, 100, 5_000, 3_000_000, 4_294_967_295):
            tables = random_tables(rng, 80, total)
            found = values(tables, total, "--measure", ",".join(name for name in MEASURES if name != "fisher"))
            self.assertEqual(len(found), len(tables))
            for i, table in enumerate(tables):
                row = found[i]
                self.assertEqual(tuple(row[k] for k in ("k11", "k12", "k21", "k22")), cells(*table, total))
                for measure, right in exact(*table, total).items():
                    self.close(row[measure], right, (measure, table, total))

    def test_chi_square_and_g2_by_scipy(self):
        rng = random.Random(21)
        tables = [t for t in random_tables(rng, 300, 20_000) if 0 < t[1] < 20_000 and 0 < t[2] < 20_000]
        found = values(tables, 20_000, "--measure", "g2,chi2,chi2_yates")
        for i, table in enumerate(tables):
            k11, k12, k21, k22 = cells(*table, 20_000)
            by = lambda **how: scipy.stats.chi2_contingency([[k11, k12], [k21, k22]], **how).statistic
            self.close(found[i]["chi2"], by(correction=False), table)
            self.close(found[i]["chi2_yates"], by(correction=True), table)
            right = by(correction=False, lambda_="log-likelihood")
            # scipy sums terms that cancel.
            self.assertTrue(math.isclose(found[i]["g2"], right, rel_tol=1e-9, abs_tol=1e-9), (table, found[i]["g2"], right))

    def test_fisher_by_exact_arithmetic(self):
        rng = random.Random(22)
        for total, n in ((1, 2), (9, 40), (300, 80), (4_000, 60)):
            tables = random_tables(rng, n, total)
            found = values(tables, total, "--measure", "fisher")
            for i, table in enumerate(tables):
                self.close(found[i]["fisher"], exact_fisher(*table, total), (table, total))
        # Totals of millions, with marginals for which the exact sum can still be computed.
        total = 4_000_000_000
        tables = [(1, 1, 1), (1, 3, 2_000), (2, 40, 90_000_000), (12, 12, 12), (7, 300, 5_000_000), (1, 50, 3_900_000_000)]
        found = values(tables, total, "--measure", "fisher")
        for i, (joint, a, b) in enumerate(tables):
            choose = lambda n, k: math.prod(range(n - k + 1, n + 1)) // math.factorial(k)
            ways = [choose(b, k) * choose(total - b, a - k) for k in range(joint, min(a, b) + 1)]
            right = Fraction(2 * sum(ways[1:]) + ways[0], 2 * choose(total, a))
            self.close(found[i]["fisher"], right, (joint, a, b))

    def test_fisher_by_scipy(self):
        rng = random.Random(23)
        total = 200_000
        tables = random_tables(rng, 200, total)
        found = values(tables, total, "--measure", "fisher")
        for i, (joint, a, b) in enumerate(tables):
            law = scipy.stats.hypergeom(total, b, a)
            right = law.sf(joint) + law.pmf(joint) / 2
            # scipy itself is that far from the exact value.
            self.assertTrue(math.isclose(found[i]["fisher"], right, rel_tol=1e-7, abs_tol=1e-300), (joint, a, b, found[i], right))

    def test_false_discovery_rate_by_scipy(self):
        rng = random.Random(24)
        total = 2_000
        tables = random_tables(rng, 300, total)
        p_values = [float(exact_fisher(*table, total)) for table in tables]
        # Pairs of the 600 names that never met are tests, too; their p-values are at least a half.
        n_tests = 600 * 599 // 2
        right = scipy.stats.false_discovery_control(p_values + [1.0] * (n_tests - len(tables)))
        found = values(tables, total, "--fdr", "0.2")
        self.assertEqual(sorted(found), [i for i, q in enumerate(right[: len(tables)]) if q <= 0.2])
        self.assertTrue(0 < len(found) < len(tables))
        for i, row in found.items():
            self.close(row["q"], right[i], tables[i])


if __name__ == "__main__":
    unittest.main()
