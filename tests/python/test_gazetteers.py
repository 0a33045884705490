"""Gazetteers: built in, of files, of data."""

from __future__ import annotations

import pathlib

import dateline
import pandas
import polars
import pytest
from dateline import Gazetteer

RECORDS = [
    {"id": "x:acme", "kind": "org.company", "name": "Acme Widgets", "aliases": ["Acme", {"name": "ACMW", "kind": "abbr", "flags": "exact"}], "country": "US"},
    {"id": "x:mira", "kind": "place.city", "name": "Mirandola Bay", "lat": 10.5, "lon": -3.25, "population": 1200},
]  # fmt: skip


def test_built_in() -> None:
    world = Gazetteer.builtin("world")
    assert repr(world).startswith("<Gazetteer world: ") and len(world) == world.n_entities > 1000
    assert [entity.id for entity in world.find("CÔTE D'IVOIRE")] == ["ci"]
    (iraq,) = world.find("iq")
    assert (iraq.name, iraq.type, iraq.country) == ("Iraq", "place", "IQ") and "Iraq" in iraq.names and iraq.fields["cc"] == "IQ"
    assert world.find("no such name") == []
    core = Gazetteer.builtin("core")
    ids = [entity.id for entity in core]
    assert len(ids) == len(core) and ids == sorted(ids) and "iq" in ids
    assert len(world.find("Georgia")) > 1
    with pytest.raises(dateline.UsageError, match="there is no built-in gazetteer"):
        Gazetteer.builtin("wrold")


@pytest.mark.parametrize("make", [lambda: RECORDS, lambda: {r["id"]: r for r in RECORDS}, lambda: pandas.DataFrame(RECORDS), lambda: iter(RECORDS)])
def test_records(make: object) -> None:
    gazetteer = Gazetteer.from_records(make())  # type: ignore[operator]
    assert len(gazetteer) == 2 and gazetteer.layers == ["records.gaz"]
    mentions = dateline.Analyzer(gazetteer).tag("Acme Widgets (ACMW) moved to Mirandola Bay.")
    assert [m.entity for m in mentions] == ["x:acme", "x:acme", "x:mira"]
    assert (mentions[2].lat, mentions[2].lon) == (10.5, -3.25)


def test_names_alone_and_layers() -> None:
    gazetteer = Gazetteer.from_records({"k1": ["Northfold", "New Northfold"]})
    assert gazetteer.find("new northfold")[0].id == "k1"
    frame = polars.DataFrame({"id": ["k2"], "name": ["Harlow Institute"], "kind": ["org.research"], "aliases": ["HI Harlow|Harlow Inst"]})
    both = Gazetteer.from_records(frame, over=["core"])
    assert both.find("Harlow Inst")[0].id == "k2" and both.find("Iraq")


def test_compiled(tmp_path: pathlib.Path) -> None:
    (tmp_path / "mine.gaz").write_text("x  place.city  Xanthopolis  -  cc=GR\n")
    compiled = Gazetteer.compile("core", tmp_path / "mine.gaz", out=tmp_path / "mine.dlz")
    assert compiled.find("Xanthopolis") and Gazetteer.load(tmp_path / "mine.dlz").fingerprint == compiled.fingerprint
    with pytest.raises(dateline.UsageError, match="force=True"):
        Gazetteer.compile("core", out=tmp_path / "mine.dlz")
    Gazetteer.compile("core", out=tmp_path / "mine.dlz", force=True)


def test_faults(tmp_path: pathlib.Path) -> None:
    (tmp_path / "bad.gaz").write_text("x  place.city\nus  place.country  Us  -\n")
    with pytest.raises(dateline.GazetteerError) as caught:
        Gazetteer.load(tmp_path / "bad.gaz")
    path, line, _, message, remedy = caught.value.diagnostics[0]
    assert path.endswith("bad.gaz") and line == 1 and message and remedy and "bad.gaz:1" in str(caught.value)
    findings = dateline.lint(tmp_path / "bad.gaz")
    assert findings and findings[0].severity == "error" and "bad.gaz:1" in str(findings[0])
    with pytest.raises(dateline.FileError) as missing:
        Gazetteer.load(tmp_path / "none.gaz")
    assert isinstance(missing.value, OSError) and missing.value.remedy


@pytest.mark.parametrize(
    "records",
    [5, "world", [1], [{"id": "a"}], [{"name": "b"}], [{"id": "a", "name": "b", "colour": "red"}], {"a": 5}, [{"id": "a b", "name": "x", "flags": "loud"}]],
)
def test_records_that_are_none(records: object) -> None:
    with pytest.raises((dateline.UsageError, dateline.ArgumentTypeError)) as caught:
        Gazetteer.from_records(records)
    assert caught.value.remedy
