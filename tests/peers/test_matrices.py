"""Matrix Market and SciPy's .npz: every entry, and the names of rows and columns."""

import csv
import unittest

import numpy
import scipy.io
import scipy.sparse

from support import Case, rows_of


def expected(run, kept=None, pair=lambda a, b, joint: True):
    """Both matrices as dense arrays, from the run."""
    n = len(run.table("entities")["id"])
    kept = list(range(n)) if kept is None else kept
    number = {entity: index for index, entity in enumerate(kept)}
    counts = numpy.zeros((len(run.table("documents")["id"]), len(kept)), dtype=int)
    for document, entity, count in rows_of(run, "counts")[1]:
        if entity in number:
            counts[document, number[entity]] = count
    together = numpy.zeros((len(kept), len(kept)), dtype=int)
    for entity, contexts in rows_of(run, "marginals")[1]:
        if entity in number:
            together[number[entity], number[entity]] = contexts
    for a, b, joint in rows_of(run, "pairs")[1]:
        if a in number and b in number and pair(a, b, joint):
            together[number[a], number[b]] = together[number[b], number[a]] = joint
    return counts, together


class Matrices(Case):
    def check_names(self, run, out, kept=None):
        for table in ("documents", "entities"):
            with open(out / f"{table}.csv", encoding="utf-8", newline="") as file:
                found = [(int(row[table[:-1] if table == "documents" else "entity"]), row["id"]) for row in csv.DictReader(file)]
            right = list(enumerate(run.table(table)["id"]))
            self.assertEqual(found, [row for row in right if kept is None or table == "documents" or row[0] in kept])

    def test_matrix_market_by_scipy(self):
        for name, run in self.each_run():
            out = self.export(name, "mtx")
            self.check_names(run, out)
            for matrix, right in zip(("counts", "cooccurrence"), expected(run)):
                found = scipy.io.mmread(out / f"{matrix}.mtx")
                self.assertEqual(found.dtype.kind, "i")
                numpy.testing.assert_array_equal(found.toarray(), right)
            first = (out / "counts.mtx").read_text().split("\n")[1]
            self.assertEqual("GeoNames" in first, name != "awkward")

    def test_npz_by_scipy(self):
        for name, run in self.each_run():
            out = self.export(name, "npz")
            self.check_names(run, out)
            counts, together = expected(run)
            found = scipy.sparse.load_npz(out / "counts.npz")
            self.assertIsInstance(found, scipy.sparse.csr_matrix)
            self.assertTrue(found.has_canonical_format)
            numpy.testing.assert_array_equal(found.toarray(), counts)
            found = scipy.sparse.load_npz(out / "cooccurrence.npz")
            found.check_format(full_check=True)
            numpy.testing.assert_array_equal(found.toarray(), numpy.triu(together))
            numpy.testing.assert_array_equal((found + scipy.sparse.triu(found, 1).T).toarray(), together)

    def test_conditions(self):
        for name, run in self.each_run():
            pairs = [row for row in rows_of(run, "pairs")[1] if row[2] >= 2]
            kept = sorted({entity for a, b, _ in pairs for entity in (a, b)})
            for to in ("mtx", "npz"):
                out = self.export(name, to, "--min-documents", "2")
                self.check_names(run, out, kept)
                read = (lambda m: scipy.io.mmread(out / f"{m}.mtx")) if to == "mtx" else (lambda m: scipy.sparse.load_npz(out / f"{m}.npz"))
                counts, together = expected(run, kept, lambda a, b, joint: joint >= 2)
                numpy.testing.assert_array_equal(read("counts").toarray(), counts)
                right = together if to == "mtx" else numpy.triu(together)
                numpy.testing.assert_array_equal(read("cooccurrence").toarray(), right)


if __name__ == "__main__":
    unittest.main()
