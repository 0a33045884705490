"""The examples in the documentation do what they say."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest
from conftest import ROOT


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def blocks(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(python|sh)\n(.*?)^```$", text, re.M | re.S)


def run_all(found: list[tuple[str, str]]) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for language, code in found:
        if language == "sh":
            done = subprocess.run(["sh", "-e", "-c", code], capture_output=True, text=True)
            assert done.returncode == 0, f"{code}\n{done.stderr}"
        else:
            exec(compile(code, code, "exec"), names)  # noqa: S102


def test_the_guide(folder: pathlib.Path) -> None:
    found = blocks((ROOT / "docs" / "python.md").read_text(encoding="utf-8"))
    assert len(found) >= 14
    run_all(found)


def test_the_guide_in_ray(folder: pathlib.Path) -> None:
    pytest.importorskip("ray")
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    of_ray = re.findall(r"^```py\n(.*?)^```$", text, re.M | re.S)
    assert len(of_ray) == 1
    run_all([*blocks(text), ("python", of_ray[0])])


def test_the_readme(folder: pathlib.Path) -> None:
    section = re.search(r"^## In Python\n(.*?)^## ", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert section
    found = blocks(section[1])
    assert len(found) == 1 and found[0][1].count("\n") == 5
    run_all(found)


def test_docstrings() -> None:
    import doctest

    import dateline
    import dateline.analyzer
    import dateline.gazetteer

    for module, least in ((dateline, 2), (dateline.analyzer, 2), (dateline.gazetteer, 2)):
        failed, tried = doctest.testmod(module)
        assert failed == 0 and tried >= least, module


def test_the_program(folder: pathlib.Path) -> None:
    program = pathlib.Path(sys.executable).with_name("dateline")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    import dateline

    assert version.startswith(f"dateline {dateline.__version__}")
    as_module = subprocess.run([sys.executable, "-m", "dateline", "top", "none"], capture_output=True, text=True)
    assert as_module.returncode == 2 and as_module.stderr.startswith("dateline: none: cannot open")


def test_the_reader_needs_no_engine(folder: pathlib.Path) -> None:
    script = (
        "import sys; sys.modules['dateline._engine'] = None; import dateline, dateline.reader as reader\n"
        "assert dateline.open_run is reader.open_run and issubclass(dateline.FormatError, ValueError)\n"
        "try: dateline.Analyzer\nexcept ImportError: print('no engine')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "no engine\n"
