//! The sentences that a number counts: as many documents as the cell says, and the names in every sentence.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dateline::query::{Counting, Together, View, Window, Within};
use dateline::text::Layout;
use dateline::{
    About, AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Gazetteer, PassageOrder, PassageQuery, Passages, Run,
    ScanOptions, analyze, passages,
};
use proptest::prelude::*;

use crate::support::Folder;

const GAZETTEER: &str = "\
iq   place.country  Iraq            -
ir   place.country  Iran            -
ke   place.country  Kenya           -
un   org.igo        United Nations  -
";

const SENTENCES: [&str; 7] = [
    "Iraq agreed.",
    "The U.S. Congress heard of Iran and Kenya.",
    "Nobody came!",
    "Iraq and Iran met the United Nations.",
    "\\n\\nIn Kenya, it rained.",
    "He asked: “Is Iran ready?”",
    "Zoë – of Kenya – left.",
];

fn run_of(folder: &Folder, name: &str) -> Run {
    run_with(folder, name, AnalyzeOptions::default())
}

fn run_with(folder: &Folder, name: &str, options: AnalyzeOptions<'_>) -> Run {
    let analyzer = Analyzer::new(&Gazetteer::from_text(GAZETTEER, "mine.gaz").unwrap()).unwrap();
    let archive = Archive::open(&[folder.path(name)], ArchiveOptions::default()).unwrap();
    analyze(&analyzer, archive.batches(), &folder.path("run"), options).unwrap().run
}

fn ask(run: &Run, about: About, together: impl Into<Together>) -> dateline::Result<Passages> {
    ask_view(&View::whole(run)?, about, together.into())
}

fn ask_view(view: &View<'_>, about: About, together: Together) -> dateline::Result<Passages> {
    let query = PassageQuery { about, together, documents: 0, order: PassageOrder::Archive };
    passages(view, Path::new("."), &query, ScanOptions::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// For every cell of the matrix as many documents are found as it says; of sentences, as many as hold both names.
    #[test]
    fn as_many_as_the_cell_says(
        documents in prop::collection::vec((any::<bool>(), prop::collection::vec(0..7_usize, 0..6)), 1..8),
    ) {
        let folder = Folder::new();
        let record = |(number, (has_title, sentences)): (usize, &(bool, Vec<usize>))| {
            let text: Vec<&str> = sentences.iter().map(|&sentence| SENTENCES[sentence]).collect();
            let title = if *has_title { "\"title\":\"Iraq votes\"," } else { "" };
            format!("{{\"id\":\"d{number}\",{title}\"text\":\"{}\"}}\n", text.join(" "))
        };
        folder.write("a.jsonl", documents.iter().enumerate().map(record).collect::<String>());
        let run = run_of(&folder, "a.jsonl");
        let mut names = Vec::new();
        for block in run.entities().unwrap() {
            names.extend(block.unwrap().iter().map(|entity| entity.name.to_owned()));
        }
        for block in run.pairs().unwrap() {
            for pair in block.unwrap().iter() {
                let about = About::Pair(pair.a, pair.b);
                let found = ask(&run, about.clone(), Within::Document).unwrap();
                prop_assert_eq!((found.contexts, found.documents), (pair.joint.into(), pair.joint.into()));
                let both = [&names[pair.a as usize], &names[pair.b as usize]];
                for passage in &found.sentences {
                    for name in &passage.names {
                        prop_assert_eq!(name.span.of(&passage.text), names[name.entity as usize].as_str());
                    }
                }
                // By the texts alone.
                let in_sentences: usize = documents.iter().map(|(has_title, sentences)| {
                    let text: Vec<&str> = sentences.iter().map(|&sentence| SENTENCES[sentence]).collect();
                    let text = text.join(" ").replace("\\n", "\n");
                    let title = has_title.then_some("Iraq votes");
                    let layout = Layout::of(&text);
                    let sentences = layout.sentences(&text).map(|span| span.of(&text)).chain(title);
                    sentences.filter(|sentence| both.iter().all(|name| sentence.contains(name.as_str()))).count()
                }).sum();
                let windows = [(1, false), (4, false), (30, false), (12, true), (60, true)];
                let windows = windows.map(|(size, characters)| Within::Window(Window { size, characters }));
                let all = Within::ALL.into_iter().chain(windows);
                for together in all.flat_map(|within| Counting::ALL.map(|(_, counting)| Together { within, counting })) {
                    let Together { within, counting } = together;
                    let found = ask(&run, about.clone(), together).unwrap();
                    let mut cell = 0;
                    let counts = View::whole(&run).unwrap().joint_counts_within(together).unwrap();
                    counts
                        .for_each(|row| {
                            cell += u64::from(row.joint) * u64::from((row.a, row.b) == (pair.a, pair.b));
                            Ok(())
                        })
                        .unwrap();
                    prop_assert_eq!(found.contexts, cell, "{} {}", within, counting);
                    if matches!(within, Within::Window(_)) && counting == Counting::Boolean {
                        prop_assert_eq!(found.documents, cell);
                    }
                    // Something is shown of every document that counts.
                    let mut shown: Vec<u32> = found.sentences.iter().map(|passage| passage.document).collect();
                    shown.dedup();
                    prop_assert_eq!(shown.len() as u64, found.documents);
                    if within == Within::Sentence && counting == Counting::Boolean {
                        prop_assert_eq!(found.sentences.len() as u64, cell);
                        prop_assert_eq!(found.contexts, in_sentences as u64);
                        prop_assert_eq!(counts.n_contexts(), run.manifest().totals.sentences);
                    }
                }
            }
        }
    }
}

/// Members of containers can have the same offsets; compressed files are read again, too.
#[test]
fn documents_are_found_wherever_they_lie() {
    for name in ["a.jsonl", "a.jsonl.gz", "a.tar"] {
        let folder = Folder::new();
        let lines = |file: usize| {
            (0..40).map(move |n| {
                format!("{{\"id\":\"{file}/{n}\",\"text\":\"{} Iraq and Iran met.\"}}\n", "So. ".repeat(n % 3))
            })
        };
        match name {
            "a.tar" => {
                let mut tar = tar_of(&[("x.jsonl", lines(0).collect()), ("y.jsonl", lines(1).collect())]);
                tar.extend([0; 1024]);
                folder.write(name, tar);
            }
            "a.jsonl.gz" => {
                folder.write("a.jsonl", lines(0).collect::<String>());
                let status = std::process::Command::new("gzip").arg(folder.path("a.jsonl")).status().unwrap();
                assert!(status.success());
            }
            _ => folder.write(name, lines(0).collect::<String>()),
        }
        let run = run_of(&folder, name);
        let found = ask(&run, About::Pair(0, 1), Within::Sentence).unwrap();
        assert_eq!(found.contexts, run.manifest().books.counted, "{name}");
        assert_eq!(found.sentences.len() as u64, found.contexts);
        assert!(found.sentences.iter().all(|passage| passage.text == "Iraq and Iran met."), "{name}");
        let mut ids: BTreeMap<&str, u32> = BTreeMap::new();
        found.sentences.iter().for_each(|passage| *ids.entry(&passage.id).or_default() += 1);
        assert_eq!(ids.len() as u64, run.manifest().books.counted);
    }
}

/// A tar archive of plain files, without the end.
fn tar_of(files: &[(&str, String)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in files {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        tar.extend(header);
        tar.extend(content.as_bytes());
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar
}

#[test]
fn what_cannot_be_shown_is_said() {
    let folder = Folder::new();
    folder.write("a.jsonl", "{\"id\":\"a1\",\"text\":\"Iraq and Iran met.\"}\n");
    let bare = run_with(&folder, "a.jsonl", AnalyzeOptions { mentions: false, ..AnalyzeOptions::default() });
    let error = ask(&bare, About::Entity(0), Within::Document).unwrap_err().to_string();
    assert!(error.contains("the run was made without mentions"), "{error}");
    fs::remove_dir_all(bare.path()).unwrap();
    let run = run_of(&folder, "a.jsonl");
    let refused = |about: About, expected: &str| {
        let error = ask(&run, about, Within::Document).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(About::Document("b".to_owned()), "no document of the run has the id \"b\"");
    assert_eq!(ask(&run, About::Entity(0), Within::Document).unwrap().sentences[0].text, "Iraq and Iran met.");
    // Of the same length, so that only the hash tells.
    folder.write("a.jsonl", "{\"id\":\"a1\",\"text\":\"Iraq and Oman met.\"}\n");
    refused(About::Entity(0), "the file has changed since");
    fs::remove_file(folder.path("a.jsonl")).unwrap();
    refused(About::Entity(0), "is not there any more");
}
