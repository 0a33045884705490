//! Runs that are held against their archive, repeated, and corrected.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dateline::archive::Archive;
use dateline::{
    AnalyzeOptions, Analyzer, ArchiveOptions, Edits, Gazetteer, MergeOptions, Profile, Run, ScanOptions, analyze,
    changes, changes_by_gazetteer, check_inputs, check_sample, edit, rerun,
};
use proptest::prelude::*;
use tempfile::TempDir;

const GAZETTEER: &str = "\
iq   place.country  Iraq            -    cc=IQ
ir   place.country  Iran            -    cc=IR
ke   place.country  Kenya           -    cc=KE
os   place.city     Oslo            -    cc=NO
un   org.igo        United Nations  -
";

const NAMES: [&str; 6] = ["Iraq", "Iran", "Kenya", "Oslo", "the United Nations", "nobody"];

fn plain(gazetteer: &Gazetteer) -> Analyzer {
    Analyzer::builder().profile(Profile::Plain).build(gazetteer).unwrap()
}

/// Documents of names, by number, in two files; dates go through the days of a month.
struct News {
    folder: TempDir,
}

impl News {
    fn new(documents: &[Vec<usize>]) -> Self {
        let news = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(news.path("news")).unwrap();
        let mut files = [String::new(), String::new()];
        for (number, names) in documents.iter().enumerate() {
            let names: Vec<&str> = names.iter().map(|name| NAMES[*name]).collect();
            let day = number % 28 + 1;
            let text = format!("Then {}.", names.join(" and "));
            files[number % 2] += &format!(
                "{{\"id\":\"d{number}\",\"date\":\"2024-05-{day:02}\",\"section\":\"x\",\"text\":\"{text}\"}}\n"
            );
        }
        for (number, lines) in files.iter().enumerate() {
            fs::write(news.path(&format!("news/{number}.jsonl")), lines).unwrap();
        }
        news
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, gazetteer: &Gazetteer, out: &str) -> Run {
        let options = ArchiveOptions { keep: vec!["section".to_owned()], ..ArchiveOptions::default() };
        let archive = Archive::open(&[self.path("news")], options).unwrap();
        let options = AnalyzeOptions { is_part: true, ..AnalyzeOptions::default() };
        analyze(&plain(gazetteer), archive.batches(), &self.path(out), options).unwrap().run
    }
}

fn gazetteer() -> Gazetteer {
    Gazetteer::from_text(GAZETTEER, "mine.gaz").unwrap()
}

/// The mentions of a run as document, place and id of the entity, and its counts, both read from the files.
type Content = (BTreeSet<(u32, u32, u32, String)>, BTreeMap<(u32, String), u32>);

fn content(run: &Run) -> Content {
    let ids: Vec<String> = run
        .entities()
        .unwrap()
        .flat_map(|block| block.unwrap().id.iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut content = Content::default();
    for block in run.mentions().unwrap().unwrap() {
        for row in block.unwrap().iter() {
            content.0.insert((row.document, row.start, row.end, ids[row.entity as usize].clone()));
        }
    }
    for block in run.counts().unwrap() {
        for row in block.unwrap().iter() {
            content.1.insert((row.document, ids[row.entity as usize].clone()), row.count);
        }
    }
    content
}

fn counted(mentions: &BTreeSet<(u32, u32, u32, String)>) -> BTreeMap<(u32, String), u32> {
    let mut counts = BTreeMap::new();
    for (document, _, _, id) in mentions {
        *counts.entry((*document, id.clone())).or_default() += 1;
    }
    counts
}

fn pairs(run: &Run) -> BTreeMap<(String, String), u32> {
    let ids: Vec<String> = run
        .entities()
        .unwrap()
        .flat_map(|block| block.unwrap().id.iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let blocks = run.pairs().unwrap().map(|block| block.unwrap());
    let rows = blocks.flat_map(|block| block.iter().collect::<Vec<_>>());
    rows.map(|row| ((ids[row.a as usize].clone(), ids[row.b as usize].clone()), row.joint)).collect()
}

fn correct(news: &News, run: &Run, edits: &str, out: &str) -> (Run, Vec<String>) {
    let edits = Edits::parse(edits, "edits.gaz").unwrap();
    let edited = edit(run, &edits, &news.path(out), MergeOptions::default()).unwrap();
    let report = edited.summary.run.verify();
    assert!(report.is_ok(), "{report}");
    (edited.summary.run, edited.unknown)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// The run that is corrected has the rows of a run with a gazetteer that was corrected before, where no name covers another.
    #[test]
    fn a_corrected_run_is_that_of_a_corrected_gazetteer(documents in prop::collection::vec(prop::collection::vec(0..6_usize, 0..6), 1..12)) {
        let news = News::new(&documents);
        let run = news.run(&gazetteer(), "run");
        let edits = "\
iq  place.country  Iraq  -  cc=IQ
!merge ir iq  # one entity
!remove ke
!rename os  Christiania
";
        let (edited, _) = correct(&news, &run, edits, "edited");
        let corrected = "\
iq   place.country  Iraq            -    cc=IQ
+    alias          Iran            -
os   place.city     Christiania     -    cc=NO
+    alias          Oslo            -
un   org.igo        United Nations  -
";
        let again = news.run(&Gazetteer::from_text(corrected, "mine.gaz").unwrap(), "again");
        prop_assert_eq!(content(&edited), content(&again));
        prop_assert_eq!(pairs(&edited), pairs(&again));
        prop_assert_eq!(edited.manifest().totals, again.manifest().totals);
        prop_assert!(changes(&edited, &again).unwrap().is_empty());
        prop_assert_eq!(&edited.manifest().inputs, &again.manifest().inputs);
    }

    /// Mentions are divided by a condition on their documents, before and after other corrections, and nothing else changes.
    #[test]
    fn an_entity_is_divided_by_documents(documents in prop::collection::vec(prop::collection::vec(0..6_usize, 0..6), 1..30)) {
        let news = News::new(&documents);
        let run = news.run(&gazetteer(), "run");
        let edits = "\
xx  place.city  Other Oslo  -  cc=US
os  place.city  Oslo  -  cc=NO
un  org.igo  United Nations  -
!merge ke os
!split os xx date<2024-05-09
!split xx un date<2024-05-05
!remove xx
";
        let (edited, _) = correct(&news, &run, edits, "edited");
        let mut days = Vec::new();
        for block in run.documents().unwrap() {
            days.extend(block.unwrap().date.iter().map(|date| date[8..].parse::<u32>().unwrap()).collect::<Vec<_>>());
        }
        let mentions = content(&run).0.into_iter().filter_map(|(document, start, end, id)| {
            let day = days[document as usize];
            let id = match &*id {
                "ke" | "os" if day < 5 => "un".to_owned(),
                "ke" | "os" if day < 9 => return None,
                "ke" => "os".to_owned(),
                _ => id,
            };
            Some((document, start, end, id))
        });
        let expected: BTreeSet<_> = mentions.collect();
        let found = content(&edited);
        prop_assert_eq!(&found.1, &counted(&expected));
        prop_assert_eq!(found.0, expected);
    }
}

#[test]
fn what_cannot_be_corrected_is_said() {
    let news = News::new(&[vec![0, 1], vec![2]]);
    let run = news.run(&gazetteer(), "run");
    let refused = |edits: &str, expected: &str| {
        let edited = Edits::parse(edits, "edits.gaz")
            .and_then(|edits| edit(&run, &edits, &news.path("refused"), MergeOptions::default()));
        let error = edited.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!news.path("refused").exists());
    };
    refused("\n!merge iq\n", "edits.gaz:2: !merge needs the id");
    refused("!merge iq iq", "cannot be merged into itself");
    refused("!merge iq nobody", "who \"nobody\" is, the run does not say");
    refused("!split iq ir", "!split needs");
    refused("!split iq ir type=place", "must be on documents alone");
    refused("!split iq ir nothing=3", "there is no field");
    refused("!rename iq", "!rename needs");
    refused("!remove", "!remove needs");
    refused("!include other.gaz", "!include is not possible here");
    refused("what is this", "edits.gaz");
    let edits = "!extend iq\n+  alias  Babylon  -\n!remove ir  Persia\n!remove gone\nke  place.country  Kenia  -  cc=KE pop=9\n";
    let parsed = Edits::parse(edits, "edits.gaz").unwrap();
    assert_eq!(parsed.need_reading().len(), 3, "{:?}", parsed.need_reading());
    let (edited, unknown) = correct(&news, &run, edits, "edited");
    assert_eq!(unknown, ["gone"]);
    assert_eq!(content(&edited), content(&run));
    let kenya = edited.entities().unwrap().next().unwrap().unwrap();
    let kenya = kenya.iter().find(|row| row.id == "ke").map(|row| (row.name.to_owned(), row.population)).unwrap();
    assert_eq!(kenya, ("Kenia".to_owned(), 9));
    // It is no part of the run that it was made of.
    let error = dateline::merge(&[run, edited], &news.path("merged"), MergeOptions::default()).unwrap_err().to_string();
    assert!(error.contains("differ in the gazetteer"), "{error}");
}

#[test]
fn a_run_is_repeated_and_compared() {
    let news = News::new(&[vec![0, 1], vec![2, 2, 5], vec![], vec![3, 4]]);
    let gazetteer = gazetteer();
    // Named from the folder of the news, as its user would.
    let options = ArchiveOptions { keep: vec!["section".to_owned()], ..ArchiveOptions::default() };
    let archive = Archive::open(&[news.path("news")], options).unwrap();
    let run = analyze(&plain(&gazetteer), archive.batches(), &news.path("run"), AnalyzeOptions::default()).unwrap().run;
    let scan = ScanOptions::default();
    let root = Path::new("/");
    let again = rerun(&run, root, &gazetteer, &news.path("again"), false, scan).unwrap();
    assert_eq!(again.differences, [""; 0]);
    assert_eq!(again.run.manifest().digest(), run.manifest().digest());
    assert!(check_inputs(&run, root, None).unwrap().iter().all(|check| check.ok));
    for n in [0, 1, 3, 99] {
        let check = check_sample(&run, root, &gazetteer, (n, 7), scan).unwrap();
        assert!(check.ok, "{}", check.detail);
        assert!(check.detail.starts_with(&n.min(4).to_string()), "{}", check.detail);
    }
    let other = Gazetteer::from_text(&GAZETTEER.replace("Oslo", "Bergen"), "mine.gaz").unwrap();
    let error = check_sample(&run, root, &other, (1, 1), scan).unwrap_err().to_string();
    assert!(error.contains("another gazetteer"), "{error}");
    let changed = changes_by_gazetteer(&run, root, &other, &news.path("other"), scan).unwrap();
    assert_eq!(
        changed.iter().map(|change| (&*change.id, change.before, change.after)).collect::<Vec<_>>(),
        [("os", (1, 1), (0, 0))]
    );

    // The same length, so that every record is where it was.
    let input = news.path("news/0.jsonl");
    fs::write(&input, fs::read_to_string(&input).unwrap().replace("Iran", "Iraq")).unwrap();
    let checks = check_inputs(&run, root, None).unwrap();
    assert_eq!(checks.iter().map(|check| check.ok).collect::<Vec<_>>(), [false, true]);
    let check = check_sample(&run, root, &gazetteer, (99, 1), scan).unwrap();
    assert!(
        !check.ok && check.detail.contains("\"d0\" has a mention that is not stored: iq at byte"),
        "{}",
        check.detail
    );
    let again = rerun(&run, root, &gazetteer, &news.path("changed"), false, scan).unwrap();
    assert!(again.differences[0].contains("0.jsonl has changed"), "{:?}", again.differences);
    assert!(
        again.differences.iter().any(|difference| difference.starts_with("mentions.dln")),
        "{:?}",
        again.differences
    );
    fs::remove_file(&input).unwrap();
    let error = rerun(&run, root, &gazetteer, &news.path("gone"), false, scan).unwrap_err().to_string();
    assert!(error.contains("is not there any more") && error.contains("--root"), "{error}");
    assert!(!check_inputs(&run, root, None).unwrap()[0].ok);
}

/// A table of another run is refused, also one of the same size with the same gazetteer.
#[test]
fn files_are_bound_to_their_run() {
    let news = News::new(&[vec![0, 1], vec![2, 2, 5]]);
    let (gazetteer, input) = (gazetteer(), news.path("news/0.jsonl"));
    let run = news.run(&gazetteer, "run");
    fs::write(&input, fs::read_to_string(&input).unwrap().replace("d0", "e0")).unwrap();
    let other = news.run(&gazetteer, "other");
    let (ours, theirs) = (run.path().join("documents.dln"), other.path().join("documents.dln"));
    assert_eq!(fs::metadata(&ours).unwrap().len(), fs::metadata(&theirs).unwrap().len());
    assert_ne!(fs::read(&ours).unwrap(), fs::read(&theirs).unwrap());
    fs::copy(&theirs, &ours).unwrap();
    let error = run.documents().unwrap_err().to_string();
    assert!(error.contains("documents.dln") && error.contains("it is of another run"), "{error}");
}

/// A pipe in place of a table would wait for ever.
#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_refused() {
    let news = News::new(&[vec![0, 1]]);
    let run = news.run(&gazetteer(), "run");
    for name in ["documents.dln", "rejects.jsonl", "manifest.json"] {
        let path = run.path().join(name);
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let error = match name {
            "documents.dln" => run.documents().map(drop),
            "rejects.jsonl" => run.rejects().map(drop),
            _ => Run::open(run.path()).map(drop),
        };
        let error = error.unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("is not a plain file"), "{error}");
    }
}
