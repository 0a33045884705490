//! Partial results: documents that a program holds, read batch by batch and merged, give what one reading of all gives.

use std::fs;
use std::path::Path;

use dateline::archive::{Batch, MemorySource, Source};
use dateline::collect::{Collector, RunCollector, RunPartial};
use dateline::{AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Document, Gazetteer, analyze, write_run};

use crate::support::Folder;

const RESULTS: [&str; 6] =
    ["entities.dln", "documents.dln", "counts.dln", "cooccurrence.dln", "mentions.dln", "rejects.jsonl"];

fn files(run: &Path) -> Vec<Vec<u8>> {
    RESULTS.iter().map(|name| fs::read(run.join(name)).unwrap()).collect()
}

/// Documents in batches from memory: read one by one, merged, and compared with one reading of the whole.
#[test]
fn two_batches_from_memory_merge_to_one_run() {
    let folder = Folder::new();
    let analyzer = Analyzer::new(&Gazetteer::builtin("world").unwrap()).unwrap();
    let collector = RunCollector::new(&analyzer);
    let first = Batch::from_documents("mine", [Document::new("1", "GENEVA: Talks between Iraq and Iran resumed.")]);
    let second = Batch::from_documents("mine", [Document::new("2", "Iran wrote to the Bank of England in London.")]);
    let mut merged = collector.read(&first).unwrap();
    collector.merge(&mut merged, collector.read(&second).unwrap()).unwrap();
    let options = AnalyzeOptions::default();
    write_run(&collector, merged, "mine", &folder.path("merged"), options).unwrap();

    let both = ["GENEVA: Talks between Iraq and Iran resumed.", "Iran wrote to the Bank of England in London."];
    let documents = both.iter().zip(["1", "2"]).map(|(text, id)| Document::new(id, *text));
    analyze(&analyzer, MemorySource::new("mine", documents), &folder.path("whole"), options).unwrap();
    for name in ["entities.dln", "counts.dln", "cooccurrence.dln", "mentions.dln"] {
        let read = |run: &str| fs::read(folder.path(run).join(name)).unwrap();
        assert_eq!(read("merged"), read("whole"), "{name}");
    }
    assert!(dateline::Run::open(folder.path("merged")).unwrap().verify().is_ok());
}

/// The batches of an archive, merged in several orders of grouping, give the files of the command.
#[test]
fn any_grouping_of_batches_gives_the_files_of_one_run() {
    let folder = Folder::new();
    let lines: Vec<String> = (0..60)
        .map(|n| match n % 7 {
            3 => "{\"id\": \"broken\"".to_owned(),
            5 => format!("{{\"id\": \"{n}\", \"text\": \"\"}}"),
            // Long enough for several chunks, as files are read.
            _ => format!(
                "{{\"id\": \"{n}\", \"date\": \"2024-05-{:02}\", \"text\": \"LONDON: Iraq and {} met the Bank of England. {}\"}}",
                n % 28 + 1,
                ["Iran", "Kenya", "Peru"][n % 3],
                "Nothing else happened. ".repeat(500)
            ),
        })
        .collect();
    folder.write("news.jsonl", lines.join("\n"));
    let analyzer = Analyzer::new(&Gazetteer::builtin("world").unwrap()).unwrap();
    let collector = RunCollector::new(&analyzer);
    let options = AnalyzeOptions::default();
    let small = ArchiveOptions { batch_bytes: 300, ..ArchiveOptions::default() };
    let archive = Archive::open(&[folder.path("news.jsonl")], small).unwrap();
    analyze(&analyzer, archive.batches(), &folder.path("whole"), options).unwrap();
    let expected = files(&folder.path("whole"));

    let partials = || -> Vec<RunPartial> {
        let mut source = archive.batches();
        let mut partials = Vec::new();
        while let Some(batch) = source.next_batch().unwrap() {
            partials.push(collector.read(&batch).unwrap());
        }
        assert!(partials.len() > 5, "only {} batches", partials.len());
        partials
    };
    let merged = |parts: Vec<RunPartial>| {
        parts.into_iter().fold(collector.begin(), |mut all, part| {
            collector.merge(&mut all, part).unwrap();
            all
        })
    };
    for group in [1, 2, 3, 100] {
        let mut groups = Vec::new();
        let mut parts = partials().into_iter().peekable();
        while parts.peek().is_some() {
            groups.push(merged(parts.by_ref().take(group).collect()));
        }
        let out = folder.path(&format!("grouped-{group}"));
        write_run(&collector, merged(groups), "news.jsonl", &out, options).unwrap();
        assert!(files(&out) == expected, "groups of {group}");
    }
}
