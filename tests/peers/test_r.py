"""R: the reader docs/readers/read_dln.R, and Matrix's own readMM on the export. Not run where R is not installed."""

import shutil
import subprocess
import unittest

import numpy
import scipy.io

import forge
from support import ROOT, Case, dateline, mixed_run
from test_matrices import expected

READER = ROOT / "docs" / "readers" / "read_dln.R"
HAS_R = shutil.which("Rscript") and not subprocess.run(["Rscript", "-e", "library(Matrix)"], capture_output=True).returncode


@unittest.skipUnless(HAS_R, "not run: R with Matrix is not installed")
class R(Case):
    def r(self, script, *args):
        """What R prints."""
        path = self.folder / "script.R"
        path.write_text("suppressMessages(library(Matrix)); args <- commandArgs(TRUE)\n" + script, encoding="utf-8")
        done = subprocess.run(["Rscript", "--vanilla", path, *map(str, args)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_matrix_market_by_matrix(self):
        script = (
            "for (name in c('counts', 'cooccurrence')) {\n"
            "  m <- readMM(file.path(args[1], paste0(name, '.mtx'))); cat(class(m), '')\n"
            "  m <- as(as(m, 'generalMatrix'), 'TsparseMatrix')\n"
            "  writeMM(m, file.path(args[2], paste0(name, '.mtx')))\n}\n"
        )
        for name, run in self.each_run():
            back = self.folder / f"back-{name}"
            back.mkdir()
            self.assertEqual(self.r(script, self.export(name, "mtx"), back), "dgTMatrix dsTMatrix ")
            for matrix, right in zip(("counts", "cooccurrence"), expected(run)):
                numpy.testing.assert_array_equal(scipy.io.mmread(back / f"{matrix}.mtx").toarray(), right)

    def test_the_reader_gives_the_same_matrices(self):
        script = (
            "source(args[1]); counts <- read_dln_counts(args[2]); together <- read_dln_cooccurrence(args[2])\n"
            "stopifnot(isSymmetric(together), identical(colnames(counts), rownames(together)))\n"
            "writeMM(counts, file.path(args[3], 'counts.mtx'))\n"
            "writeMM(as(together, 'generalMatrix'), file.path(args[3], 'cooccurrence.mtx'))\n"
            "writeLines(colnames(counts), file.path(args[3], 'names'), useBytes = TRUE)\n"
        )
        for name, run in self.each_run():
            back = self.folder / f"read-{name}"
            back.mkdir()
            self.r(script, READER, self.runs[name], back)
            for matrix, right in zip(("counts", "cooccurrence"), expected(run)):
                numpy.testing.assert_array_equal(scipy.io.mmread(back / f"{matrix}.mtx").toarray(), right)
            names = "".join(name.replace("\0", "") + "\n" for name in run.table("entities")["name"])
            self.assertEqual((back / "names").read_bytes().decode(), names)

    def test_the_reader_refuses_what_rust_refuses(self):
        """Every cut, and a flipped bit in every byte, of every golden file; and the forgeries."""
        script = (
            "source(args[1]); accepted <- function(path) !inherits(try(verify_dln(path), silent = TRUE), 'try-error')\n"
            "changed <- tempfile(fileext = '.dln'); n <- 0\n"
            "put <- function(bytes) { writeBin(bytes, changed); n <<- n + 1; accepted(changed) }\n"
            "for (path in list.files(args[2], '[.]dln$', full.names = TRUE)) {\n"
            "  right <- readBin(path, 'raw', file.size(path)); stopifnot(put(right))\n"
            "  for (at in seq_along(right)) {\n"
            "    wrong <- right; wrong[at] <- xor(wrong[at], as.raw(2^(at %% 8)))\n"
            "    if (put(wrong)) cat('accepted: flip', at, path, '\\n')\n"
            "    if (put(right[seq_len(at - 1)])) cat('accepted: cut', at, path, '\\n')\n  }\n"
            "  if (put(c(right, as.raw(10)))) cat('accepted: longer', path, '\\n')\n}\n"
            "for (path in list.files(file.path(args[3], 'refused'), full.names = TRUE))\n"
            "  if (accepted(path)) cat('accepted:', path, '\\n')\n"
            "for (path in list.files(file.path(args[3], 'accepted'), full.names = TRUE))\n"
            "  if (!accepted(path)) cat('refused:', path, '\\n')\n"
            "cat(n, 'files\\n')\n"
        )
        said = self.r(script, READER, ROOT / "tests" / "format" / "v1", ROOT / "tests" / "format" / "forged")
        sizes = [path.stat().st_size for path in (ROOT / "tests" / "format" / "v1").glob("*.dln")]
        self.assertEqual(said, f"{sum(2 * size + 2 for size in sizes)} files\n")

    def test_the_reader_refuses_runs(self):
        script = (
            "source(args[1]); for (run in args[-1]) {\n"
            "  error <- try(read_dln_counts(run), silent = TRUE); cat(sub('.*: ', '', sub(';.*', '', error[1])))\n}\n"
        )
        runs = [self.folder / f"wrong-{n}" for n in range(4)]
        for run in runs:
            shutil.copytree(self.folder / "corpus", run)
        (runs[0] / "manifest.json").unlink()
        manifest = dateline.open_run(runs[1]).manifest
        newer = {**manifest, "version": {"major": 2, "minor": 0}}
        newer.pop("digest")
        (runs[1] / "manifest.json").write_bytes(forge.seal(newer))
        (runs[2] / "counts.dln").write_bytes((runs[2] / "counts.dln").read_bytes()[:-1])
        (runs[3] / "documents.dln").unlink()
        said = self.r(script, READER, *runs, mixed_run(self.folder / "mixed-r"))
        for part in ("it is of another run", "has no manifest.json", "written by a newer dateline", "the manifest says", "the manifest lists it"):
            self.assertIn(part, said)


if __name__ == "__main__":
    unittest.main()
