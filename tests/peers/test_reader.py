"""The reader in Python takes what is right and refuses whatever the reader in Rust refuses."""

import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import forge
from support import PROGRAM, ROOT, Case, dateline, mixed_run

FORMAT = ROOT / "tests" / "format"
GOLDEN = sorted([*(FORMAT / "v1").glob("*.dln"), *(FORMAT / "v1" / "run").glob("*.dln")])


def check(data):
    with dateline.DlnFile(io.BytesIO(data)) as file:
        file.verify()


class Golden(unittest.TestCase):
    def refused(self, data, what):
        try:
            check(data)
        except dateline.FormatError as error:
            self.assertGreater(len(str(error)), 20)
        else:
            self.fail(f"{what} was accepted")

    def test_golden_files_are_read(self):
        self.assertEqual(len(GOLDEN), 12)
        for path in GOLDEN:
            check(path.read_bytes())
        run = dateline.open_run(FORMAT / "v1" / "run")
        run.verify()
        self.assertEqual(run.table("entities")["name"], ["Genève", "Oslo", "World Health Organization"])
        self.assertEqual(list(run.table("documents")["day"]), [20_758, -(1 << 31), -61])
        self.assertEqual([list(column) for column in run.table("pairs").values()], [[0, 0, 1], [1, 2, 2], [2, 1, 1]])
        self.assertEqual(list(run.table("marginals")["contexts"]), [2, 3, 1])

    def test_every_flipped_bit_is_refused(self):
        for path in GOLDEN:
            data = bytearray(path.read_bytes())
            for position in range(len(data)):
                for bit in range(8):
                    data[position] ^= 1 << bit
                    self.refused(data, f"{path.name}: byte {position}, bit {bit}")
                    data[position] ^= 1 << bit

    def test_every_cut_and_addition_is_refused(self):
        for path in GOLDEN:
            data = path.read_bytes()
            for length in range(len(data)):
                self.refused(data[:length], f"{length} first bytes of {path.name}")
                self.refused(data[len(data) - length :], f"{length} last bytes of {path.name}")
                self.refused(data[:length] + b"\0" + data[length:], f"{path.name}: a byte more at {length}")
                self.refused(data[:length] + data[length + 1 :], f"{path.name}: a byte less at {length}")
            self.refused(data + b"\n", f"{path.name}: a byte more at its end")

    def test_every_change_of_a_manifest_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder) / "run"
            shutil.copytree(FORMAT / "v1" / "run", run)
            path = run / "manifest.json"
            right = path.read_bytes()
            changed = [right[:length] for length in range(len(right))]
            for position in range(len(right)):
                changed.append(right[:position] + bytes([right[position] ^ 1 << position % 8]) + right[position + 1 :])
            for data in changed:
                path.write_bytes(data)
                with self.assertRaises(dateline.FormatError):
                    dateline.open_run(run)

    def test_forgeries(self):
        wrong, right = forge.forgeries()
        for verdict, files in (("refused", wrong), ("accepted", right)):
            folder = FORMAT / "forged" / verdict
            self.assertEqual(sorted(path.stem for path in folder.iterdir()), sorted(files))
            for name, data in files.items():
                self.assertEqual((folder / f"{name}.dln").read_bytes(), data, f"{name}: run tests/peers/forge.py")
        for name, data in wrong.items():
            self.refused(data, name)
        for data in right.values():
            check(data)


class Runs(Case):
    def test_a_damaged_run_is_refused_as_by_rust(self):
        """Files cut, changed, missing, or of another run; both readers read all of it."""
        run, other = self.folder / "damaged", self.folder / "awkward"
        shutil.copytree(self.folder / "corpus", run)

        def check_refused(what):
            rust = subprocess.run([PROGRAM, "verify", str(run)], capture_output=True)
            self.assertIn(rust.returncode, (1, 2), what)
            with self.assertRaises(dateline.FormatError, msg=what):
                dateline.open_run(run).verify()

        dateline.open_run(run).verify()
        for path in sorted(run.iterdir()):
            right = path.read_bytes()
            for part in range(4):
                at = len(right) * part // 4
                if right:
                    path.write_bytes(right[:at] + bytes([right[at] ^ 0x10]) + right[at + 1 :])
                    check_refused(f"byte {at} of {path.name}")
            path.write_bytes(right[: len(right) // 2])
            if right:
                check_refused(f"half of {path.name}")
            path.write_bytes((other / path.name).read_bytes() + b" ")
            check_refused(f"{path.name} of another run")
            path.unlink()
            check_refused(f"{path.name} missing")
            path.write_bytes(right)
        dateline.open_run(run).verify()

    def test_a_file_of_another_run_is_refused_when_it_is_opened(self):
        run = mixed_run(self.folder / "mixed")
        with self.assertRaisesRegex(dateline.FormatError, "it is of another run"):
            dateline.open_run(run).documents()
        out = str(self.folder / "mixed" / "out")
        rust = subprocess.run([PROGRAM, "export", str(run), "--to", "csv", "--out", out], capture_output=True, text=True)
        self.assertEqual(rust.returncode, 2)
        self.assertIn("it is of another run", rust.stderr)

    def test_a_newer_run_is_refused_by_both(self):
        run = self.folder / "newer"
        shutil.copytree(self.folder / "corpus", run)
        manifest = dateline.open_run(run).manifest
        for version, is_read in (((1, 7), True), ((2, 0), False)):
            changed = {**manifest, "version": dict(zip(("major", "minor"), version)), "news": [1]}
            changed.pop("digest")
            (run / "manifest.json").write_bytes(forge.seal(changed))
            rust = subprocess.run([PROGRAM, "top", str(run)], capture_output=True, text=True)
            self.assertEqual(rust.returncode, 0 if is_read else 2)
            if is_read:
                dateline.open_run(run)
                continue
            self.assertIn("written by a newer dateline", rust.stderr)
            with self.assertRaisesRegex(dateline.FormatError, "written by a newer dateline"):
                dateline.open_run(run)

    def test_order_from_block_to_block_is_checked(self):
        for name, rows in (("pairs", [(0, 1, 1)]), ("counts", [(0, 1, 1)]), ("marginals", [(1, 1)])):
            tables = {name: [[]] for name in forge.KINDS}
            tables["entities"] = [[forge.row("entities", id=str(n), kind="place", mentions=1, documents=1) for n in range(3)]]
            tables["documents"] = [[forge.row("documents", id="a")]]
            tables[name] = [rows, rows]
            path = self.folder / f"twice-{name}"
            forge.write_run(path, tables)
            with self.assertRaisesRegex(dateline.FormatError, "out of order"):
                dateline.open_run(path).table(name)
            done = subprocess.run(
                [PROGRAM, "export", path, "--to", "csv", "--out", self.folder / "never"], capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 2)
            self.assertIn("out of order", done.stderr)
            self.assertFalse((self.folder / "never").exists())

    def test_with_and_without_numpy_the_same(self):
        script = (
            "import sys; sys.modules['numpy'] = None\n"
            "import dateline, pathlib\n"
            "run = dateline.open_run(sys.argv[1]); run.verify()\n"
            "print([list(column) for column in run.table('pairs').values()])\n"
            "for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):\n"
            "    try: dateline.DlnFile(path).verify()\n"
            "    except dateline.FormatError: continue\n"
            "    print(path, 'was accepted')\n"
        )
        args = [sys.executable, "-c", script, self.folder / "corpus", FORMAT / "forged" / "refused"]
        done = subprocess.run(args, capture_output=True, text=True, check=True, cwd=ROOT / "python")
        pairs = dateline.open_run(self.folder / "corpus").table("pairs")
        self.assertEqual(done.stdout, f"{[column.tolist() for column in pairs.values()]}\n")

    def test_the_same_numbers_as_the_program(self):
        import json

        done = subprocess.run([PROGRAM, "pairs", self.folder / "corpus", "-n0", "--all-pairs", "--format", "jsonl"], capture_output=True)
        run = dateline.open_run(self.folder / "corpus")
        ids, pairs = run.table("entities")["id"], run.table("pairs")
        expected = sorted((line["a"], line["b"], line["k11"]) for line in map(json.loads, done.stdout.splitlines()))
        found = sorted((ids[a], ids[b], joint) for a, b, joint in zip(*map(list, pairs.values())))
        self.assertEqual(found, expected)


if __name__ == "__main__":
    unittest.main()
