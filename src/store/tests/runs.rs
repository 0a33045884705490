//! Runs appear whole or not at all, replace nothing but runs, and tell what is wrong with them.

use std::ffi::OsString;

use super::*;

fn names(directory: &Path) -> Vec<OsString> {
    let mut names: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn a_run_appears_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("run");
    let mut writer = RunWriter::create(&out, false).unwrap();
    sample().write_files(&mut writer).unwrap();
    assert!(!out.exists());
    assert_eq!(names(directory.path()).len(), 1);
    drop(writer);
    assert_eq!(names(directory.path()).len(), 0);

    let run = sample().write(&out, false).unwrap();
    assert_eq!(names(directory.path()), ["run"]);
    assert_eq!(Run::open(&out).unwrap().manifest(), run.manifest());
    assert_eq!(run.mentions().unwrap().unwrap().count(), 1);
    assert_eq!(run.pairs().unwrap().next().unwrap().unwrap(), sample().pairs);
    let report = run.verify();
    assert!(report.is_ok() && report.notes.is_empty(), "{report}");
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| directory.path().join(name));
    sample().write(&one, false).unwrap();
    sample().write(&two, true).unwrap();
    for name in names(&one) {
        assert_eq!(fs::read(one.join(&name)).unwrap(), fs::read(two.join(&name)).unwrap(), "{name:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_may_be_read_by_whom_other_directories_may() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let [usual, out] = ["usual", "run"].map(|name| directory.path().join(name));
    fs::create_dir(&usual).unwrap();
    sample().write(&out, false).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&out), mode(&usual));
}

/// `out` is refused, and nothing is lost or left behind.
fn check_refused(out: &Path, force: bool, expected: &str) {
    let parent = out.parent().unwrap();
    let before = parent.exists().then(|| names(parent));
    let reason = RunWriter::create(out, force).unwrap_err().to_string();
    assert!(reason.contains(expected), "{reason}");
    assert_eq!(parent.exists().then(|| names(parent)), before);
}

#[test]
fn nothing_is_replaced_but_a_run() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    check_refused(&directory.path().join("missing/out"), false, "is not an existing directory; create it first");
    fs::write(&out, "mine").unwrap();
    check_refused(&out, false, "it exists already; choose another name with --out, or add --force");
    check_refused(&out, true, "it exists already and is not a directory");
    fs::remove_file(&out).unwrap();

    fs::create_dir(&out).unwrap();
    check_refused(&out, false, "it exists already");
    fs::write(out.join("novel.txt"), "mine").unwrap();
    check_refused(
        &out,
        true,
        "it exists already and is not a run (it holds novel.txt), so --force does not replace it",
    );
    fs::write(out.join(MANIFEST_FILE), r#"{"format": "web-extension", "files": {"novel.txt": 1}}"#).unwrap();
    check_refused(&out, true, "is not a run");
    fs::remove_dir_all(&out).unwrap();

    sample().write(&out, false).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    check_refused(&out, true, "it holds notes.txt, which is not part of the run");
    fs::remove_file(out.join("notes.txt")).unwrap();
    fs::create_dir(out.join("plots")).unwrap();
    check_refused(&out, true, "it holds plots, which is not part of the run");
    for no_name in [".", "..", "/", ""] {
        assert!(RunWriter::create(no_name, true).is_err(), "{no_name:?}");
    }
}

#[test]
fn force_replaces_an_earlier_run_or_an_empty_directory() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    fs::create_dir(&out).unwrap();
    sample().write(&out, true).unwrap();
    let without = Sample { mentions: None, ..sample() };
    let run = without.write(&out.join("."), true).unwrap();
    assert!(run.mentions().unwrap().is_none());
    assert!(run.verify().is_ok(), "{}", run.verify());
    assert_eq!(names(directory.path()), ["out"]);
    // A damaged run is a run still.
    fs::write(out.join(COUNTS_FILE), "").unwrap();
    sample().write(&out, true).unwrap();
    assert_eq!(names(directory.path()), ["out"]);
}

#[test]
fn what_came_in_between_is_not_replaced_either() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    for force in [false, true] {
        let mut writer = RunWriter::create(&out, force).unwrap();
        sample().write_files(&mut writer).unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("novel.txt"), "mine").unwrap();
        assert!(writer.commit(sample().manifest).is_err());
        assert_eq!(names(directory.path()), ["out"]);
        assert_eq!(names(&out), ["novel.txt"]);
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn a_run_that_does_not_add_up_is_not_committed() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let mut unbalanced = sample();
    unbalanced.manifest.books.seen += 1;
    assert!(unbalanced.write(&out, false).unwrap_err().to_string().contains("do not balance"));

    let writer = RunWriter::create(&out, false).unwrap();
    fs::create_dir(writer.path("spill")).unwrap();
    assert!(writer.commit(sample().manifest).unwrap_err().to_string().contains("a run holds plain files only"));

    let mut writer = RunWriter::create(&out, false).unwrap();
    writer.add("counts.dln", FileSummary { bytes: 1, sha256: String::new(), frame: None });
    assert!(writer.commit(sample().manifest).unwrap_err().to_string().contains("it disappeared"));
    assert_eq!(names(directory.path()).len(), 0);
}

#[test]
fn what_is_no_run_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let check = |path: &Path, expected: &str| {
        let reason = Run::open(path).unwrap_err().to_string();
        assert!(reason.contains(expected), "{reason}");
    };
    let path = directory.path().join("x");
    check(&path, "cannot open: no such file or directory");
    fs::write(&path, "").unwrap();
    check(&path, "not a directory, so not a run");
    check(directory.path(), "not a finished run: it has no manifest.json");

    let out = directory.path().join("out");
    let run = sample().write(&out, false).unwrap();
    fs::remove_file(out.join(COUNTS_FILE)).unwrap();
    assert!(run.counts().unwrap_err().to_string().contains("missing, though the manifest lists it"));
    fs::copy(out.join(ENTITIES_FILE), out.join(COUNTS_FILE)).unwrap();
    assert!(run.counts().unwrap_err().to_string().contains("the manifest says"));
    fs::write(out.join(MANIFEST_FILE), "{").unwrap();
    check(&out, "damaged, or not the manifest of a run");
}

/// Changes the sample, writes a run of it and expects exactly these checks to fail.
fn check_verify(change: impl FnOnce(&mut Sample), expected: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let mut sample = sample();
    change(&mut sample);
    let report = sample.write(&directory.path().join("run"), false).unwrap().verify();
    let failed: Vec<_> = report.failures().map(|check| check.name.as_str()).collect();
    assert_eq!(failed, expected, "{report}");
    assert!(report.failures().all(|check| !check.detail.is_empty()));
}

#[test]
fn sums_that_disagree_are_found() {
    check_verify(|_| {}, &[]);
    check_verify(|sample| sample.manifest.inputs[0].records = 4, &["records of the inputs"]);
    check_verify(|sample| sample.manifest.totals.mentions = 8, &["mentions"]);
    check_verify(
        |sample| sample.entities.mentions = vec![u64::MAX; 3],
        &["mentions of each entity", "stored mentions of each entity", "mentions"],
    );
    check_verify(|sample| sample.manifest.totals.characters = 8, &["characters"]);
    check_verify(|sample| sample.manifest.totals.words = 8, &["words"]);
    check_verify(|sample| sample.manifest.totals.sentences = 8, &["sentences"]);
    check_verify(|sample| sample.documents.notes[0] = 1, &["notes"]);
    check_verify(|sample| sample.mentions.as_mut().unwrap().word[1] = 200, &["rows of mentions"]);
    check_verify(|sample| sample.manifest.dates.missing = 2, &["dates"]);
    check_verify(|sample| sample.documents.day[2] = i32::MIN, &["dates"]);
    check_verify(|sample| sample.manifest.totals.entities = 4, &["number of entities"]);
    check_verify(|sample| sample.manifest.totals.pairs = 2, &["number of pairs"]);
    check_verify(|sample| sample.manifest.totals.contexts = 4, &["number of contexts"]);
    check_verify(|sample| sample.contexts = 2, &["number of contexts", "marginals at most the contexts"]);
    check_verify(|sample| sample.rejects.push(sample.rejects[0].clone()), &["rejected records"]);
    check_verify(
        |sample| (sample.manifest.books.counted, sample.manifest.books.empty) = (4, 0),
        &["records without text", "number of documents"],
    );
    check_verify(
        |sample| sample.counts.count[0] = 5,
        &["mentions of each entity", "mentions in each document", "mentions"],
    );
    check_verify(|sample| sample.counts.entity[3] = 0, &["mentions of each entity", "documents of each entity"]);
    check_verify(|sample| sample.mentions.as_mut().unwrap().entity[4] = 0, &["stored mentions of each entity"]);
    let moved = |sample: &mut Sample| {
        let mentions = sample.mentions.as_mut().unwrap();
        mentions.document[4] = 0;
        (mentions.start[4], mentions.end[4], mentions.word[4]) = (60, 64, 112);
    };
    check_verify(moved, &["stored mentions in each document"]);
    check_verify(|sample| sample.marginals.contexts[2] = 2, &["marginals"]);
    check_verify(|sample| sample.pairs.joint[0] = 1, &["joint counts of each entity"]);
    check_verify(|sample| sample.pairs.joint[1] = 2, &["rows of cooccurrence"]);
    check_verify(
        |sample| sample.entities.mentions[1] = 4,
        &["mentions of each entity", "stored mentions of each entity", "mentions"],
    );
}

/// Rejects that are said not to be listed, though fewer are listed than may be, or of a reason that the sums do not have.
#[test]
fn unlisted_rejects_must_add_up() {
    let unlist = |sample: &mut Sample| {
        sample.manifest.inputs[0].unlisted.insert("invalid-json".to_owned(), 4);
        sample.manifest.inputs[0].records += 4;
        sample.manifest.books.seen += 4;
        sample.manifest.books.rejected += 4;
        *sample.manifest.rejected_by_reason.get_mut("invalid-json").unwrap() += 4;
    };
    check_verify(unlist, &["rejected records"]);
    let fill = |sample: &mut Sample| {
        unlist(sample);
        let more = REJECTS_LISTED - 1;
        sample.rejects = vec![sample.rejects[0].clone(); REJECTS_LISTED as usize];
        sample.manifest.inputs[0].records += more;
        sample.manifest.books.seen += more;
        sample.manifest.books.rejected += more;
        *sample.manifest.rejected_by_reason.get_mut("invalid-json").unwrap() += more;
    };
    check_verify(fill, &[]);
    let wrong = |sample: &mut Sample| {
        fill(sample);
        sample.manifest.inputs[0].unlisted.insert("no-text".to_owned(), 1);
    };
    check_verify(wrong, &["rejected records"]);
    let foreign = |sample: &mut Sample| sample.rejects[0].file = "other.jsonl".to_owned();
    check_verify(foreign, &["rejected records"]);
}

#[test]
fn ids_out_of_range_or_twice_are_found() {
    check_verify(|sample| sample.counts.entity[2] = 3, &["rows of counts"]);
    check_verify(|sample| sample.counts.document[5] = 3, &["rows of counts"]);
    check_verify(|sample| sample.pairs.b[2] = 3, &["rows of cooccurrence"]);
    check_verify(|sample| sample.marginals.entity[2] = 3, &["rows of cooccurrence"]);
    check_verify(|sample| sample.mentions.as_mut().unwrap().entity[2] = 3, &["rows of mentions"]);
    check_verify(|sample| sample.documents.file[2] = 1, &["rows of documents"]);
    check_verify(|sample| sample.entities.id = ["a", "b", "a"].into_iter().collect(), &["rows of entities"]);
}

#[test]
fn order_holds_from_block_to_block() {
    let directory = tempfile::tempdir().unwrap();
    for (name, blocks) in [("again", [0, 0]), ("split", [0, 1])] {
        let mut writer = RunWriter::create(directory.path().join(name), false).unwrap();
        sample().write_files(&mut writer).unwrap();
        let header = header("dateline-counts").describe::<CountRows>();
        let path = writer.path(COUNTS_FILE);
        fs::remove_file(&path).unwrap();
        let mut file = writer.file(COUNTS_FILE, &header).unwrap();
        for half in blocks {
            let mut rows = CountRows::default();
            sample().counts.iter().skip(3 * half).take(3).for_each(|row| rows.push(row));
            file.write_block(&rows).unwrap();
        }
        let summary = file.finish().unwrap();
        writer.add(COUNTS_FILE, summary);
        let report = writer.commit(sample().manifest).unwrap().verify();
        assert_eq!(report.is_ok(), name == "split", "{report}");
        assert!(report.is_ok() || report.to_string().contains("row 3: out of order"), "{report}");
    }
}

#[test]
fn verify_goes_on_after_a_failure_and_notes_what_is_not_of_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("run");
    let run = sample().write(&out, false).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    assert_eq!(run.verify().notes, ["notes.txt is not part of the run"]);
    assert!(run.verify().is_ok());

    fs::remove_file(out.join(MENTIONS_FILE)).unwrap();
    let mut counts = fs::read(out.join(COUNTS_FILE)).unwrap();
    let middle = counts.len() / 2;
    counts[middle] ^= 1;
    fs::write(out.join(COUNTS_FILE), counts).unwrap();
    fs::write(out.join(REJECTS_FILE), "{}\n").unwrap();
    let report = run.verify();
    let failed: Vec<_> = report.failures().map(|check| check.name.as_str()).collect();
    assert_eq!(
        failed,
        [
            "file counts.dln",
            "blocks of counts.dln",
            "file mentions.dln",
            "blocks of mentions.dln",
            "file rejects.jsonl",
            "rejected records",
            "rows of counts",
            "rows of mentions",
        ],
        "{report}"
    );
}

#[test]
fn every_damaged_byte_of_a_run_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("run");
    sample().write(&out, false).unwrap();
    for name in names(&out) {
        let path = out.join(&name);
        let right = fs::read(&path).unwrap();
        for position in (0..right.len()).step_by(23) {
            let mut wrong = right.clone();
            wrong[position] ^= 4;
            fs::write(&path, wrong).unwrap();
            let whole = Run::open(&out).is_ok_and(|run| run.verify().is_ok());
            assert!(!whole, "{name:?}, byte {position}");
        }
        fs::write(&path, &right).unwrap();
    }
    assert!(Run::open(&out).unwrap().verify().is_ok());
}
