mod contexts;
mod lists;

use std::fs;

use super::{EntityNames, RunEntity, RunKinds, find_entity};
use crate::error::Result;
use crate::gazetteer::Gazetteer;
use crate::{AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Run, analyze};

const NAMES: &str = "\
us      place.country  United States   -      cc=US
+       abbr           US              exact
+       alias          Amerika         -
ge      place.country  Georgia         -      cc=GE
us/ga   place.admin1   State Georgia   -      cc=US
+       alias          Georgia         weak
fed     org.bank       Federal Bank    -
+       alias          Fed             -
sp      place.city     São Paulo       -      cc=BR
t/pm    title.gov      Prime Minister  any
";

/// A run of a text, with its gazetteer in a file beside it.
fn run(text: &str) -> (tempfile::TempDir, Run) {
    let folder = tempfile::tempdir().unwrap();
    let (gaz, article) = (folder.path().join("mine.gaz"), folder.path().join("a.txt"));
    fs::write(&gaz, NAMES).unwrap();
    fs::write(&article, text).unwrap();
    let gazetteer = Gazetteer::load([gaz.to_str().unwrap()]).unwrap();
    let archive = Archive::open(&[article], ArchiveOptions::default()).unwrap();
    let analyzer = Analyzer::builder().profile(crate::Profile::Plain).build(&gazetteer).unwrap();
    let summary = analyze(&analyzer, archive.batches(), &folder.path().join("run"), AnalyzeOptions::default()).unwrap();
    (folder, summary.run)
}

fn found(run: &Run, given: &str, of_kind: Option<&str>) -> Result<RunEntity> {
    find_entity(run, given, of_kind, || EntityNames::of_run(run, |layers, _| Gazetteer::load(layers)))
}

const TEXT: &str = "The United States, Georgia, State Georgia, the Federal Bank and São Paulo.";

#[test]
fn an_entity_has_many_names() {
    let (_folder, run) = run(TEXT);
    for (given, expected) in [
        ("us", "us"),
        ("US", "us"),
        ("United States", "us"),
        ("the united states", "us"),
        ("amerika", "us"),
        ("Sao Paulo", "sp"),
        ("the Fed", "fed"),
        (" Fed ", "fed"),
        ("us/ga", "us/ga"),
    ] {
        assert_eq!(found(&run, given, None).unwrap().id, expected, "{given}");
    }
}

#[test]
fn none_of_several_is_chosen() {
    let (_folder, run) = run(TEXT);
    let error = found(&run, "Georgia", None).unwrap_err().to_string();
    let both = "us/ga (State Georgia, place.admin1, 1 document)";
    assert!(error.contains("2 entities of the run have the name \"Georgia\"") && error.contains(both), "{error}");
    assert_eq!(found(&run, "Georgia", Some("place.country")).unwrap().id, "ge");
    let error = found(&run, "Fed", Some("place")).unwrap_err().to_string();
    assert!(error.contains("fed (Federal Bank, org.bank, 1 document), not of the type \"place\""), "{error}");
    let error = found(&run, "Federal Reserve", None).unwrap_err().to_string();
    assert!(error.contains("no entity of the run has the id or the name"), "{error}");
    let error = found(&run, "Federl Bank", None).unwrap_err().to_string();
    assert!(error.contains("it has fed (Federal Bank"), "{error}");
}

#[test]
fn names_that_cannot_be_looked_up_are_said() {
    let (folder, run) = run(TEXT);
    fs::remove_file(folder.path().join("mine.gaz")).unwrap();
    assert_eq!(found(&run, "Federal Bank", None).unwrap().id, "fed");
    let error = found(&run, "Amerika", None).unwrap_err().to_string();
    assert!(error.contains("mine.gaz is not here"), "{error}");
}

#[test]
fn types_that_no_entity_has_are_refused() {
    let (_folder, run) = run(TEXT);
    let kinds = RunKinds::of(&run).unwrap();
    assert_eq!(kinds.types(), ["place", "organisation"]);
    for known in ["place", "title", "place.city", "org", "organisation.bank", "place.admin1"] {
        assert!(kinds.check(known).is_ok(), "{known}");
    }
    for (wanted, meant) in [
        ("organization", "it has place and organisation; did you mean organisation?"),
        ("companies", "did you mean organisation?"),
        ("GPE", "did you mean place?"),
        ("city", "did you mean place.city?"),
        ("countries", "did you mean place.country?"),
        ("plce", "did you mean place?"),
        ("Organisation", "did you mean organisation?"),
        ("place.town", "of place it has place.admin1, place.city and place.country"),
        ("person", "`dateline holders`"),
        ("weather", "it has place and organisation"),
    ] {
        let error = kinds.check(wanted).unwrap_err().to_string();
        assert!(error.contains(meant), "{wanted}: {error}");
    }
}
