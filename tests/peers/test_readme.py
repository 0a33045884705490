"""The snippets of the README's section "Load it in …" do what they say, one after the other, in one folder."""

import os
import re
import subprocess
import sys
import unittest

from support import PROGRAM, ROOT, Case
from test_r import HAS_R


class Readme(Case):
    def test_every_snippet_runs(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        section = re.search(r"^## Load it in …\n(.*?)^## ", text, re.M | re.S)[1]
        blocks = re.findall(r"^```([a-z,_]+)\n(.*?)^```$", section, re.M | re.S)
        self.assertGreaterEqual(len(blocks), 18)
        folder = self.folder / "readme"
        folder.mkdir()
        os.symlink(self.folder / "corpus", folder / "results")
        environment = {**os.environ, "PATH": f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "python")}
        commands = {"sh": ["sh", "-e", "-c"], "python": [sys.executable, "-W", "error", "-c"], "r": ["Rscript", "--vanilla", "-e"]}
        n_run = 0
        for language, code in blocks:
            if language not in commands or language == "r" and not HAS_R:
                continue
            if language != "sh":
                self.assertEqual(code.count("\n"), 3, f"not three lines:\n{code}")
            done = subprocess.run([*commands[language], code], cwd=folder, env=environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{code}\n{done.stderr}")
            if "print(" in code:
                self.assertGreater(len(done.stdout), 5, code)
            n_run += 1
        self.assertGreaterEqual(n_run, 17)


if __name__ == "__main__":
    unittest.main()
