//! The algebra of runs: parts merge to the bytes of one run, whatever the parts, the grouping, the interruptions; a run grows by what is
//! new, and forgets what is taken out.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dateline::archive::{Selection, day_of};
use dateline::{
    AnalyzeOptions, Analyzer, Archive, ArchiveOptions, ErrorKind, Gazetteer, MergeOptions, Profile, RoundUps, Run,
    ScanOptions, StopFlag, analyze, analyze_archive, extend, forget, merge, retry,
};
use proptest::prelude::*;
use tempfile::TempDir;

const GAZETTEER: &str = "\
iq   place.country  Iraq            -    cc=IQ wd=Q796
ir   place.country  Iran            -    cc=IR
ke   place.country  Kenya           -    cc=KE
gva  place.city     Geneva          -    cc=CH parent=ch pop=200000 lat=46.2 lon=6.1
un   org.igo        United Nations  -
pm   title.gov      Prime Minister  any
";

fn analyzer(profile: Profile) -> Analyzer {
    Analyzer::builder().profile(profile).build(&Gazetteer::from_text(GAZETTEER, "mine.gaz").unwrap()).unwrap()
}

/// Records of one file: ids are given out by [`Files::new`].
#[derive(Debug, Clone)]
enum Written {
    /// Names, by number.
    Text(Vec<usize>),
    Empty,
    Broken,
    /// A text with markup and a date that nobody understands.
    Odd,
}

fn written() -> impl Strategy<Value = Written> {
    prop_oneof![
        8 => prop::collection::vec(0..8_usize, 0..6).prop_map(Written::Text),
        1 => Just(Written::Empty),
        1 => Just(Written::Broken),
        1 => Just(Written::Odd),
    ]
}

const NAMES: [&str; 8] = [
    "Iraq.",
    "Iran and Kenya.",
    "Geneva!",
    "The prime minister of Kenya",
    "the United Nations",
    "nothing",
    "\\n\\n",
    "Oslo",
];

/// The lines of one file, with ids that occur nowhere else.
fn lines(file: usize, records: &[Written]) -> Vec<String> {
    let line = |(number, record): (usize, &Written)| match record {
        Written::Text(names) => {
            let text: Vec<&str> = names.iter().map(|&name| NAMES[name]).collect();
            format!(
                "{{\"id\":\"{file}-{number}\",\"date\":\"2024-05-0{}\",\"section\":{},\"text\":\"In {}\"}}",
                number % 9 + 1,
                ["null", "\"World\"", "\"Home\""][names.len() % 3],
                text.join(" ")
            )
        }
        Written::Empty => format!("{{\"id\":\"{file}-{number}\",\"section\":\"None\",\"date\":null,\"text\":\"\"}}"),
        Written::Broken => format!("{{\"id\":\"{file}-{number}\""),
        Written::Odd => {
            let text = "<p>Iraq</p> <a href=x>Iran</a>";
            format!("{{\"id\":\"twice\",\"section\":\"Odd\",\"date\":\"last week\",\"text\":\"{text}\"}}")
        }
    };
    records.iter().enumerate().map(line).collect()
}

/// An archive on the disk, and where runs of it go.
struct Files {
    folder: TempDir,
    /// The first day that is wanted.
    since: Option<i32>,
    round_ups: RoundUps,
    analyzer: Analyzer,
}

impl Files {
    fn new(files: &[Vec<Written>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("news")).unwrap();
        let (round_ups, analyzer) = (RoundUps::default(), analyzer(Profile::Strict));
        Self { folder, since: None, round_ups, analyzer }.with(files)
    }

    fn with(self, files: &[Vec<Written>]) -> Self {
        for (number, records) in files.iter().enumerate() {
            fs::write(self.file(number), lines(number, records).join("\n")).unwrap();
        }
        self
    }

    /// Names whose order as bytes is not that of the numbers.
    fn file(&self, number: usize) -> PathBuf {
        self.path(&format!("news/{}-{number}.jsonl", ["b", "a", "c"][number % 3]))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn archive(&self) -> Archive {
        let select = Selection { since: self.since, ..Selection::default() };
        let keep = vec!["section".to_owned(), "date".to_owned()];
        let options = ArchiveOptions { keep, select, ..ArchiveOptions::default() };
        Archive::open(&[self.path("news")], options).unwrap()
    }

    /// A run of some inputs; without any that can be read there is none to compare with.
    fn run(&self, inputs: &[usize], name: &str) -> Run {
        let options = AnalyzeOptions { is_part: true, round_ups: self.round_ups, ..AnalyzeOptions::default() };
        analyze(&self.analyzer, self.archive().select(inputs).batches(), &self.path(name), options).unwrap().run
    }

    fn whole(&self) -> Run {
        let all: Vec<usize> = (0..self.archive().inputs().len()).collect();
        self.run(&all, "whole")
    }
}

/// All files of a run by name.
fn bytes(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(run).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect()
}

fn assert_same(run: &Path, expected: &Path) {
    let (found, expected) = (bytes(run), bytes(expected));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, expected) in expected {
        if name.ends_with(".json") || name.ends_with(".jsonl") {
            assert_eq!(String::from_utf8_lossy(&found[&name]), String::from_utf8_lossy(&expected), "{name}");
        }
        assert!(found[&name] == expected, "{name} differs");
    }
}

/// Also with limits that these short texts exceed.
fn round_ups() -> impl Strategy<Value = RoundUps> {
    prop::sample::select(vec![RoundUps::default(), RoundUps::Keep, RoundUps::Cap(2), RoundUps::Skip(3)])
}

fn cases(number: u32) -> ProptestConfig {
    let scale = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(256_u32);
    ProptestConfig { cases: (number * scale / 256).max(1), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(32))]

    /// Any partition of the inputs, merged in any order and grouping.
    #[test]
    fn shards_merge_to_the_bytes_of_one_run(
        files in prop::collection::vec(prop::collection::vec(written(), 0..6), 1..6),
        shard_of in prop::collection::vec(0..4_usize, 6),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
        nested in any::<bool>(),
        since in prop::option::of(2..4_u32),
        round_ups in round_ups(),
    ) {
        let since = since.and_then(|day| day_of(&format!("2024-05-0{day}")));
        let files = Files { since, round_ups, ..Files::new(&files) };
        let n_inputs = files.archive().inputs().len();
        let shards: Vec<Run> = order.iter().map(|&shard| {
            let inputs: Vec<usize> = (0..n_inputs).filter(|&input| shard_of[input] == shard).collect();
            files.run(&inputs, &format!("shard-{shard}"))
        }).collect();
        let options = MergeOptions::default();
        if nested {
            let left = merge(&shards[..2], &files.path("left"), options).unwrap().run;
            let right = merge(&shards[2..], &files.path("right"), options).unwrap().run;
            merge(&[right, left], &files.path("merged"), options).unwrap();
        } else {
            merge(&shards, &files.path("merged"), options).unwrap();
        }
        files.whole();
        assert_same(&files.path("merged"), &files.path("whole"));
        prop_assert!(Run::open(files.path("merged")).unwrap().verify().is_ok());
    }

    /// An analysis that is stopped again and again, and goes on each time.
    #[test]
    fn an_interrupted_analysis_goes_on_to_the_same_bytes(
        files in prop::collection::vec(prop::collection::vec(written(), 1..5), 2..6),
        stops in prop::collection::vec(0..3_u32, 0..4),
        checkpoint in 1..400_u64,
    ) {
        let files = Files::new(&files);
        for patience in stops {
            let (stop, left) = (StopFlag::default(), Cell::new(patience));
            let on_progress = |_| {
                if left.get() == 0 {
                    stop.stop();
                }
                left.set(left.get().saturating_sub(1));
            };
            let scan = ScanOptions { threads: 1, on_progress: Some(&on_progress), stop: Some(&stop) };
            let options = AnalyzeOptions { scan, checkpoint, is_part: true, ..AnalyzeOptions::default() };
            match analyze_archive(&files.analyzer, &files.archive(), &files.path("run"), options) {
                Ok(_) => break,
                Err(error) => prop_assert_eq!(error.kind(), ErrorKind::Interrupted, "{}", error),
            }
        }
        if !files.path("run").exists() {
            let options = AnalyzeOptions { checkpoint, is_part: true, ..AnalyzeOptions::default() };
            analyze_archive(&files.analyzer, &files.archive(), &files.path("run"), options).unwrap();
        }
        files.whole();
        assert_same(&files.path("run"), &files.path("whole"));
        let names: Vec<_> = fs::read_dir(files.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        prop_assert_eq!(names.len(), 3, "{:?}", names);
    }

    /// A run of some inputs grows by the others, of which some have changed.
    #[test]
    fn an_extended_run_is_the_run_of_everything(
        files in prop::collection::vec(prop::collection::vec(written(), 1..5), 2..6),
        known in prop::collection::vec(any::<bool>(), 6),
        changed in prop::collection::vec(any::<bool>(), 6),
        later in prop::collection::vec(written(), 1..4),
        round_ups in round_ups(),
    ) {
        let all = Files { round_ups, ..Files::new(&files) };
        let inputs: Vec<usize> = (0..all.archive().inputs().len()).filter(|&input| known[input]).collect();
        let base = all.run(&inputs, "base");
        for (number, records) in files.iter().enumerate().filter(|(number, _)| changed[*number]) {
            let records: Vec<Written> = records.iter().chain(&later).cloned().collect();
            fs::write(all.file(number), lines(number, &records).join("\n")).unwrap();
        }
        let options = AnalyzeOptions { is_part: true, round_ups, ..AnalyzeOptions::default() };
        let extended = extend(&base, &all.analyzer, &all.archive(), &all.path("extended"), options).unwrap();
        prop_assert_eq!(extended.unchanged + extended.changed, inputs.len() as u64);
        all.whole();
        assert_same(&all.path("extended"), &all.path("whole"));
    }

    /// Inputs whose broken records are mended are read again, and no others.
    #[test]
    fn a_retried_run_is_the_run_of_the_mended_inputs(
        files in prop::collection::vec(prop::collection::vec(written(), 1..5), 2..6),
        mended in prop::collection::vec(any::<bool>(), 30),
    ) {
        let all = Files::new(&files);
        let before = all.whole();
        let is_broken = |records: &Vec<Written>| records.iter().any(|record| matches!(record, Written::Broken));
        for (file, records) in files.iter().enumerate() {
            let mut lines = lines(file, records);
            for (number, record) in records.iter().enumerate().filter(|(number, _)| mended[5 * file + number]) {
                if matches!(record, Written::Broken) {
                    lines[number] = format!(
                        "{{\"id\":\"{file}-{number}\",\"date\":null,\"section\":\"World\",\"text\":\"Iraq and Oslo\"}}"
                    );
                }
            }
            fs::write(all.file(file), lines.join("\n")).unwrap();
        }
        let options = AnalyzeOptions { is_part: true, ..AnalyzeOptions::default() };
        let retried = retry(&before, &all.analyzer, None, &all.path("retried"), options);
        let n_inputs = files.iter().filter(|records| is_broken(records)).count() as u64;
        if n_inputs == 0 {
            refused(retried, &["rejected no record"]);
            return Ok(());
        }
        let retried = retried.unwrap();
        let again = all.run(&(0..files.len()).collect::<Vec<_>>(), "again").manifest().books;
        prop_assert_eq!((retried.inputs, retried.rejected_before), (n_inputs, before.manifest().books.rejected));
        prop_assert_eq!(retried.summary.books, again);
        assert_same(&all.path("retried"), &all.path("again"));
    }

    /// What is forgotten might never have been there: its records become blank lines of the same length.
    #[test]
    fn what_is_forgotten_was_never_read(
        files in prop::collection::vec(prop::collection::vec(written(), 1..5), 1..4),
        unwanted in prop::collection::vec(any::<bool>(), 20),
        round_ups in round_ups(),
    ) {
        let all = Files { round_ups, ..Files::new(&files) };
        let run = all.whole();
        let is_unwanted = |file: usize, record: usize| unwanted[5 * file + record];
        let mut ids = vec!["nobody".to_owned()];
        for (file, records) in files.iter().enumerate() {
            let mut kept = lines(file, records);
            for (number, record) in records.iter().enumerate().filter(|(number, _)| is_unwanted(file, *number)) {
                if matches!(record, Written::Text(_)) {
                    ids.push(format!("{file}-{number}"));
                    kept[number] = " ".repeat(kept[number].len());
                }
            }
            fs::write(all.file(file), kept.join("\n")).unwrap();
        }
        let n_ids = ids.len() as u64 - 1;
        if n_ids == 0 {
            refused(forget(&run, ids, &all.path("forgotten"), MergeOptions::default()), &["no document of the run"]);
            prop_assert!(!all.path("forgotten").exists());
            return Ok(());
        }
        let forgotten = forget(&run, ids, &all.path("forgotten"), MergeOptions::default()).unwrap();
        prop_assert_eq!((forgotten.documents, forgotten.unknown), (n_ids, vec!["nobody".to_owned()]));
        let inputs: Vec<usize> = (0..files.len()).collect();
        all.run(&inputs, "never");
        let (mut found, mut expected) = (bytes(&all.path("forgotten")), bytes(&all.path("never")));
        // The manifest knows that the inputs were others.
        found.remove("manifest.json");
        expected.remove("manifest.json");
        prop_assert!(found == expected);
        let (found, expected) = (forgotten.summary.run, Run::open(all.path("never")).unwrap());
        prop_assert_eq!(&found.manifest().books, &expected.manifest().books);
        prop_assert_eq!(&found.manifest().notes, &expected.manifest().notes);
        prop_assert_eq!(&found.manifest().totals, &expected.manifest().totals);
        prop_assert!(found.verify().is_ok());
    }
}

/// Of each input the first thousand rejects are listed and the others counted, however the run came to be; the books balance.
#[test]
fn rejects_are_listed_up_to_a_limit_for_each_input() {
    let files = Files::new(&[vec![Written::Text(vec![0])], vec![Written::Text(vec![1])], vec![Written::Text(vec![2])]]);
    let junk = |lines: usize| {
        format!("{}{{\"id\":\"x\",\"date\":\"2024-05-01\",\"section\":\"World\"}}\n[\n", "junk\n".repeat(lines))
    };
    fs::write(files.file(0), junk(1500)).unwrap();
    fs::write(files.file(1), junk(998)).unwrap();
    let whole = files.whole();
    let manifest = whole.manifest();
    assert_eq!(manifest.books.rejected, 1502 + 1000);
    let unlisted: Vec<u64> = manifest.inputs.iter().map(|input| input.unlisted.values().sum()).collect();
    // In the order of the inputs: a-1, b-0, c-2.
    assert_eq!(unlisted, [0, 502, 0]);
    assert_eq!(manifest.inputs[1].unlisted["no-text"], 1);
    assert_eq!(whole.rejects().unwrap().count(), 2000);
    let report = whole.verify();
    assert!(report.is_ok(), "{report}");
    assert!(report.to_string().contains("of which 502 are not listed"), "{report}");

    let parts = [files.run(&[1], "second"), files.run(&[0, 2], "others")];
    merge(&parts, &files.path("merged"), MergeOptions::default()).unwrap();
    assert_same(&files.path("merged"), &files.path("whole"));
    let options = AnalyzeOptions { is_part: true, ..AnalyzeOptions::default() };
    extend(&parts[1], &files.analyzer, &files.archive(), &files.path("extended"), options).unwrap();
    assert_same(&files.path("extended"), &files.path("whole"));
    let options = AnalyzeOptions { checkpoint: 1, ..options };
    analyze_archive(&files.analyzer, &files.archive(), &files.path("in-parts"), options).unwrap();
    assert_same(&files.path("in-parts"), &files.path("whole"));

    fs::write(files.file(0), "{\"id\":\"mended\",\"text\":\"Iraq\"}\n").unwrap();
    let retried = retry(&whole, &files.analyzer, None, &files.path("retried"), options).unwrap();
    assert_eq!((retried.inputs, retried.rejected_before, retried.summary.books.rejected), (2, 2502, 1000));
    files.run(&[0, 1, 2], "again");
    assert_same(&files.path("retried"), &files.path("again"));
}

/// A record that was too long is read if longer ones are allowed; the result says so, as that of one reading does.
#[test]
fn longer_records_can_be_allowed_later() {
    let files =
        Files::new(&[vec![Written::Text(vec![0])], vec![Written::Text(vec![1, 2, 3, 4]), Written::Text(vec![])]]);
    let analyzed = |max_record: usize, name: &str| {
        let options = ArchiveOptions { max_record, ..ArchiveOptions::default() };
        let archive = Archive::open(&[files.path("news")], options).unwrap();
        analyze(&files.analyzer, archive.batches(), &files.path(name), AnalyzeOptions::default()).unwrap().run
    };
    let short = analyzed(100, "short");
    assert_eq!(short.manifest().books.rejected, 1);
    let retried = |max_record: Option<usize>, name: &str| {
        retry(&short, &files.analyzer, max_record, &files.path(name), AnalyzeOptions::default())
    };
    refused(retried(Some(99), "less"), &["allowed records of 100 bytes", "a greater one"]);
    assert_eq!(retried(None, "same").unwrap().summary.books, short.manifest().books);
    assert_same(&files.path("same"), &files.path("short"));
    let long = retried(Some(1000), "long").unwrap();
    assert_eq!((long.inputs, long.rejected_before, long.counted_before, long.summary.books.rejected), (1, 1, 2, 0));
    analyzed(1000, "once");
    assert_same(&files.path("long"), &files.path("once"));
    let wide = analyzer(Profile::Wide);
    refused(retry(&short, &wide, None, &files.path("wide"), AnalyzeOptions::default()), &["another setting: profile"]);
    fs::remove_file(files.file(1)).unwrap();
    refused(retried(None, "gone"), &["not there any more"]);
}

fn refused(result: dateline::Result<impl std::fmt::Debug>, expected: &[&str]) {
    let error = result.unwrap_err().to_string();
    for expected in expected {
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn runs_that_are_no_parts_of_one_are_refused() {
    let files = Files::new(&[vec![Written::Text(vec![0])], vec![Written::Text(vec![1])]]);
    let (first, second) = (files.run(&[0], "first"), files.run(&[1], "second"));
    let out = files.path("out");
    let merged = |runs: &[&Run]| {
        let runs: Vec<Run> = runs.iter().map(|run| (*run).clone()).collect();
        merge(&runs, &out, MergeOptions::default())
    };
    refused(merged(&[]), &["nothing to merge"]);
    refused(merged(&[&first, &first]), &["both hold the input", "a-1.jsonl", "counted twice"]);
    let again = files.run(&[0, 1], "again");
    refused(merged(&[&second, &again]), &["second", "again", "both hold the input"]);

    let analyzed = |analyzer: &Analyzer, name: &str, options| {
        analyze(analyzer, files.archive().select(&[1]).batches(), &files.path(name), options).unwrap().run
    };
    let wide = analyzed(&analyzer(Profile::Wide), "wide", AnalyzeOptions::default());
    refused(merged(&[&first, &wide]), &["the setting profile: \"strict\" in", "\"wide\" in"]);
    let options = AnalyzeOptions { mentions: false, ..AnalyzeOptions::default() };
    let bare = analyzed(&files.analyzer, "bare", options);
    refused(merged(&[&first, &bare]), &["their mentions: stored in", "not stored in"]);
    let other = Gazetteer::from_text("iq  place.country  Iraq  -\n", "mine.gaz").unwrap();
    let other = analyzed(&Analyzer::new(&other).unwrap(), "other", AnalyzeOptions::default());
    refused(merged(&[&first, &other]), &["the gazetteer: mine.gaz ("]);
    let extended = extend(&first, &analyzer(Profile::Wide), &files.archive(), &out, AnalyzeOptions::default());
    refused(extended, &["another setting: profile is \"strict\" there and \"wide\" here"]);
    assert!(!out.exists());
    merged(&[&second, &first]).unwrap();
    refused(merged(&[&second, &first]), &["exists already"]);
}

/// Inputs that have changed between two attempts are not mixed.
#[test]
fn a_changed_job_is_refused_until_it_is_begun_anew() {
    let files = Files::new(&[vec![Written::Text(vec![0])], vec![Written::Text(vec![1])], vec![Written::Text(vec![4])]]);
    let out = files.path("run");
    let attempt = |analyzer: &Analyzer, stop: bool, force: bool| {
        let flag = StopFlag::default();
        let on_progress = |_| {
            if stop {
                flag.stop()
            }
        };
        let scan = ScanOptions { threads: 1, on_progress: Some(&on_progress), stop: Some(&flag) };
        let options = AnalyzeOptions { scan, checkpoint: 1, force, ..AnalyzeOptions::default() };
        analyze_archive(analyzer, &files.archive(), &out, options)
    };
    assert_eq!(attempt(&files.analyzer, true, false).unwrap_err().kind(), ErrorKind::Interrupted);
    refused(
        attempt(&analyzer(Profile::Wide), false, false),
        &["the setting profile was \"strict\" and is \"wide\"", "--force"],
    );
    fs::write(files.file(2), lines(2, &[Written::Text(vec![4, 5])]).join("\n")).unwrap();
    refused(attempt(&files.analyzer, false, false), &["c-2.jsonl has changed", "--force"]);
    assert!(!out.exists());
    attempt(&files.analyzer, false, true).unwrap();
    files.whole();
    assert_same(&out, &files.path("whole"));
    assert!(!files.path("run.partial").exists());
}

/// A program that was killed after its run appeared, and before it had removed the parts.
#[test]
fn parts_of_a_finished_run_are_removed() {
    let files = Files::new(&[vec![Written::Text(vec![0])], vec![Written::Text(vec![1])], vec![Written::Text(vec![4])]]);
    let out = files.path("run");
    let attempt = |in_the_way: bool| {
        // Somebody's directory, which appears while the inputs are read, so that all parts are finished and the run is not.
        let on_progress = |_| {
            if in_the_way && !out.exists() {
                fs::create_dir(&out).unwrap();
                fs::write(out.join("mine.txt"), "mine").unwrap();
            }
        };
        let scan = ScanOptions { threads: 1, on_progress: Some(&on_progress), stop: None };
        let options = AnalyzeOptions { scan, checkpoint: 1, ..AnalyzeOptions::default() };
        analyze_archive(&files.analyzer, &files.archive(), &out, options)
    };
    refused(attempt(true), &["run"]);
    assert!(files.path("run.partial/part-3").exists());
    fs::remove_dir_all(&out).unwrap();
    // Another run in that place has nothing to do with the parts.
    fs::rename(files.run(&[0], "first").path(), &out).unwrap();
    refused(attempt(false), &["exists already"]);
    assert!(files.path("run.partial/part-3").exists());
    fs::remove_dir_all(&out).unwrap();
    fs::rename(files.whole().path(), &out).unwrap();
    refused(attempt(false), &["exists already"]);
    assert!(!files.path("run.partial").exists());
}

#[test]
fn shards_share_the_inputs() {
    let records = vec![Written::Text(vec![0])];
    let files = Files::new(&vec![records; 5]);
    let archive = files.archive();
    let mut paths: Vec<String> = Vec::new();
    for number in 1..=3 {
        paths.extend(archive.shard(number, 3).inputs().iter().map(|input| input.path().to_owned()));
    }
    paths.sort();
    let all: Vec<String> = archive.inputs().iter().map(|input| input.path().to_owned()).collect();
    assert_eq!(paths, all);
    assert_eq!(archive.shard(3, 9).inputs().len(), 1);
    assert_eq!(archive.shard(9, 9).inputs().len(), 0);
}

/// One document that names very many entities does not make all their pairs unless that is asked for; a part of the run is
/// counted by the same policy.
#[test]
fn a_round_up_does_not_fill_the_matrix() {
    let n = 1200_u64;
    let name = |number: u64| {
        format!("Xa{}", number.to_string().chars().map(|c| (b'a' + c as u8 - b'0') as char).collect::<String>())
    };
    let gazetteer: String = (0..n).map(|number| format!("x:{number:04}\torg.igo\t{}\t-\n", name(number))).collect();
    let analyzer = Analyzer::builder()
        .profile(Profile::Plain)
        .build(&Gazetteer::from_text(&gazetteer, "many.gaz").unwrap())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (input, all) = (folder.path().join("a.jsonl"), (0..n).map(name).collect::<Vec<_>>().join(", "));
    let twice = format!("{}, {}", name(1100), name(1199));
    let text = format!("{{\"id\":\"all\",\"text\":\"{all}. {twice}\"}}\n{{\"id\":\"two\",\"text\":\"{twice}\"}}\n");
    fs::write(&input, text).unwrap();
    let archive = Archive::open(&[input], ArchiveOptions::default()).unwrap();
    let pairs_of = |k: u64| k * (k - 1) / 2;
    // The one pair that is named twice is among those kept; the second document has it, too.
    let cases = [
        ("keep", pairs_of(n), 0),
        ("cap", pairs_of(1000), 1),
        ("skip", 1, 1),
        ("cap:2", 1, 1),
        ("skip:1200", pairs_of(n), 0),
    ];
    for (given, n_pairs, n_round_ups) in cases {
        let options = AnalyzeOptions { round_ups: given.parse().unwrap(), ..AnalyzeOptions::default() };
        let out = folder.path().join(given.replace(':', "-"));
        let run = analyze(&analyzer, archive.batches(), &out, options).unwrap().run;
        let totals = run.manifest().totals;
        assert_eq!((totals.pairs, totals.round_ups, totals.entities), (n_pairs, n_round_ups, n), "{given}");
        assert!(run.verify().is_ok(), "{given}: {}", run.verify());
        let view = dateline::query::View::of_documents(&run, |document| document.id == "all").unwrap();
        let expected = if given == "skip" { 0 } else { n_pairs };
        assert_eq!(view.joint_counts().unwrap().n_pairs().unwrap(), expected, "{given}");
    }
}
