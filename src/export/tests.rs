//! Conditions, output paths and damage; `tests/peers` tests what the consumers read in every cell.

use std::fs;
use std::path::Path;

use super::*;
use crate::analyzer::Analyzer;
use crate::archive::{Archive, ArchiveOptions};
use crate::gazetteer::Gazetteer;
use crate::pipeline::{AnalyzeOptions, analyze};

const GAZETTEER: &str =
    "iq\tplace.country\tIraq\t-\tcc=IQ\nos\tplace.city\tOslo\t-\tcc=NO lat=59.9 lon=10.7\nun\torg.int\tUN\texact\n";

/// Three documents: Iraq and Oslo; Iraq, Oslo and the UN; the UN alone.
fn run(folder: &Path) -> Run {
    run_with(folder, AnalyzeOptions::default())
}

fn run_with(folder: &Path, options: AnalyzeOptions<'_>) -> Run {
    let lines = ["Iraq, Oslo. Oslo!", "The UN in Iraq and Oslo.", "The UN."];
    let lines = lines.iter().enumerate().map(|(id, text)| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n"));
    fs::write(folder.join("a.jsonl"), lines.collect::<String>()).unwrap();
    let gazetteer = Gazetteer::from_text(GAZETTEER, "mine.gaz").unwrap();
    let archive = Archive::open(&[folder.join("a.jsonl")], ArchiveOptions::default()).unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    analyze(&analyzer, archive.batches(), &folder.join("run"), options).unwrap().run
}

fn filter(kind: Option<&str>, with: Option<&str>, min_documents: u32) -> Filter {
    Filter { kind: kind.map(str::to_owned), with: with.map(str::to_owned), min_documents, ..Filter::default() }
}

/// Exports the edges under a filter and compares them.
fn check(filter: Filter, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let out = folder.path().join("edges.csv");
    export(&run, &ExportOptions { filter, ..ExportOptions::new(ExportFormat::Edges) }, &out, &|_| true).unwrap();
    let text = fs::read_to_string(out).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines, expected);
}

#[test]
fn conditions_choose_edges() {
    let [iraq_oslo, iraq_un, oslo_un] =
        ["iq,os,Undirected,2,Iraq,Oslo", "iq,un,Undirected,1,Iraq,UN", "os,un,Undirected,1,Oslo,UN"];
    check(Filter::default(), &[iraq_oslo, iraq_un, oslo_un]);
    check(filter(Some("place"), None, 1), &[iraq_oslo]);
    check(filter(Some("place.city"), None, 1), &[]);
    check(filter(None, Some("UN"), 1), &[iraq_un, oslo_un]);
    check(filter(None, Some("os"), 2), &[iraq_oslo]);
    check(filter(Some("organisation"), Some("UN"), 0), &[]);
}

#[test]
fn entities_without_a_pair_that_is_left_go() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let rows = |filter, table| {
        let options =
            ExportOptions { filter, table: Some(table), force: true, ..ExportOptions::new(ExportFormat::Csv) };
        export(&run, &options, folder.path().join("t.csv"), &|_| true).unwrap();
        fs::read_to_string(folder.path().join("t.csv")).unwrap().lines().count() - 1
    };
    for (filter, entities, counts) in [
        (Filter::default(), 3, 6),
        (filter(Some("place"), None, 1), 2, 4),
        (filter(None, None, 2), 2, 4),
        (filter(None, None, 9), 0, 0),
    ] {
        assert_eq!(rows(filter.clone(), Table::Entities), entities, "{filter:?}");
        assert_eq!(rows(filter.clone(), Table::Marginals), entities, "{filter:?}");
        assert_eq!(rows(filter.clone(), Table::Counts), counts, "{filter:?}");
        assert_eq!(rows(filter, Table::Documents), 3);
    }
}

#[track_caller]
fn refused(run: &Run, options: &ExportOptions, out: &Path, expected: &str) {
    let error = export(run, options, out, &|_| true).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn nothing_appears_unless_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let before = fs::read_dir(folder.path()).unwrap().count();
    for (_, format) in ExportFormat::ALL {
        let out = folder.path().join("out");
        if format.exporter().is_err() {
            continue;
        }
        let stopped = export(&run, &ExportOptions::new(format), &out, &|_| false).unwrap_err();
        assert_eq!(stopped.kind(), crate::ErrorKind::Interrupted, "{format}");
        let missing = folder.path().join("no/out");
        refused(&run, &ExportOptions::new(format), &missing, "is not an existing directory");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "{format}");
    }
}

#[test]
fn only_exports_are_replaced_and_only_with_force() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    for format in [ExportFormat::Csv, ExportFormat::Gexf] {
        let out = folder.path().join(format.name());
        let plain = ExportOptions::new(format);
        let forced = ExportOptions { force: true, ..plain.clone() };
        export(&run, &plain, &out, &|_| true).unwrap();
        refused(&run, &plain, &out, "it exists already; choose another name with --out, or add --force to replace");
        export(&run, &forced, &out, &|_| true).unwrap();
    }
    let forced = |format| ExportOptions { force: true, ..ExportOptions::new(format) };
    let csv = folder.path().join("csv");
    fs::write(csv.join("mine.txt"), "mine").unwrap();
    refused(&run, &forced(ExportFormat::Csv), &csv, "it holds mine.txt, which is not part of the export");
    refused(&run, &forced(ExportFormat::Jsonl), run.path(), "it exists already and is not an export");
    refused(&run, &forced(ExportFormat::Gexf), &csv, "it is a directory, and this export is one file");
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let out = folder.path().join("out");
    let table = |format, table| ExportOptions { table: Some(table), ..ExportOptions::new(format) };
    refused(&run, &table(ExportFormat::Gexf, Table::Pairs), &out, "gexf is always exported whole");
    let other = tempfile::tempdir().unwrap();
    let bare = run_with(other.path(), AnalyzeOptions { mentions: false, ..AnalyzeOptions::default() });
    refused(&bare, &table(ExportFormat::Csv, Table::Mentions), &out, "the run was made without mentions");
    let nobody = ExportOptions { filter: filter(None, Some("Atlantis"), 1), ..ExportOptions::new(ExportFormat::Csv) };
    refused(&run, &nobody, &out, "no entity of the run has the id or the name \"Atlantis\"");
    for (_, format) in ExportFormat::ALL.iter().filter(|(_, format)| format.exporter().is_err()) {
        refused(&run, &ExportOptions::new(*format), &out, "built without the cargo feature");
    }
}
