//! A damaged run is refused with a reason and never read as numbers.

use std::fs;

use dateline::Run;

use crate::support::{Folder, copy_tree};

const FILES: [&str; 8] = [
    "cooccurrence.dln",
    "counts.dln",
    "documents.dln",
    "entities.dln",
    "manifest.json",
    "mentions.dln",
    "rejects.jsonl",
    "signatures.dln",
];

/// A folder with a small whole run that has something in every file.
fn folder_with_run() -> Folder {
    let folder = Folder::new();
    folder.write("a.jsonl", "{\"id\":\"a\",\"text\":\"Iraq, York and the UN. Iraq!\"}\n{\"text\":\"York\"}\n{}\n");
    folder.run("analyze -q a.jsonl -g small.gaz --out run").expect(0);
    assert_eq!(folder.list("run"), FILES);
    assert!(faults(&folder).is_empty());
    folder
}

/// Why the run is not whole: it does not open, or checks fail.
fn faults(folder: &Folder) -> Vec<String> {
    match Run::open(folder.path("run")) {
        Err(error) => vec![error.to_string()],
        Ok(run) => run.verify().failures().map(|check| format!("{}: {}", check.name, check.detail)).collect(),
    }
}

#[track_caller]
fn expect_faults(folder: &Folder, what: &str) {
    let faults = faults(folder);
    assert!(!faults.is_empty(), "{what} was not noticed");
    // Each is more than the name of a check.
    assert!(faults.iter().all(|fault| fault.len() > 20), "{what}: {faults:?}");
}

#[test]
fn every_changed_byte_is_noticed() {
    let folder = folder_with_run();
    for name in FILES {
        let path = folder.path("run").join(name);
        let right = fs::read(&path).unwrap();
        assert!(!right.is_empty(), "{name}");
        for position in 0..right.len() {
            let mut wrong = right.clone();
            wrong[position] ^= 1 << (position % 8);
            fs::write(&path, &wrong).unwrap();
            expect_faults(&folder, &format!("byte {position} of {name}"));
        }
        fs::write(&path, &right).unwrap();
    }
    assert!(faults(&folder).is_empty());
}

#[test]
fn cut_lengthened_and_missing_files_are_noticed() {
    let folder = folder_with_run();
    for name in FILES {
        let path = folder.path("run").join(name);
        let right = fs::read(&path).unwrap();
        let length = right.len();
        for cut in [0, 1, 7, length / 4, length / 2, length * 3 / 4, length - 9, length - 1] {
            fs::write(&path, &right[..cut]).unwrap();
            expect_faults(&folder, &format!("{name} cut to {cut} of {length} bytes"));
        }
        for more in [&b"\n"[..], b"\0", &right] {
            fs::write(&path, [&right, more].concat()).unwrap();
            expect_faults(&folder, &format!("{name} with {} bytes more", more.len()));
        }
        fs::remove_file(&path).unwrap();
        expect_faults(&folder, &format!("{name} missing"));
        fs::create_dir(&path).unwrap();
        expect_faults(&folder, &format!("a directory called {name}"));
        fs::remove_dir(&path).unwrap();
        fs::write(&path, &right).unwrap();
    }
    assert!(faults(&folder).is_empty());
}

#[test]
fn files_of_another_run_are_noticed() {
    let folder = folder_with_run();
    folder.write("b.jsonl", "{\"id\":\"b\",\"text\":\"Iraq, Kyiv and the UN. Iraq!\"}\n{\"text\":\"Kyiv\"}\n{}\n");
    folder.run("analyze -q b.jsonl -g small.gaz --out other").expect(0);
    for name in FILES {
        let (path, other) = (folder.path("run").join(name), folder.path("other").join(name));
        let right = fs::read(&path).unwrap();
        if fs::read(&other).unwrap() == right {
            continue;
        }
        fs::copy(&other, &path).unwrap();
        expect_faults(&folder, &format!("{name} of another run"));
        fs::write(&path, right).unwrap();
    }
}

#[test]
fn a_file_more_is_only_a_note() {
    let folder = folder_with_run();
    folder.write("run/notes.txt", "mine");
    let report = Run::open(folder.path("run")).unwrap().verify();
    assert!(report.is_ok());
    assert_eq!(report.notes, ["notes.txt is not part of the run"]);
    folder.run("verify run").expect(0).says(&["note: notes.txt is not part of the run"]);
}

/// Commands that read a run, and which of its files.
const READERS: [(&str, &[&str]); 7] = [
    ("top run", &["manifest.json", "entities.dln"]),
    ("top run --format jsonl", &["manifest.json", "entities.dln"]),
    ("pairs run", &["manifest.json", "entities.dln", "cooccurrence.dln"]),
    ("pairs run --format csv", &["manifest.json", "entities.dln", "cooccurrence.dln"]),
    ("inspect run", &TABLES),
    ("inspect run --format jsonl", &TABLES),
    ("inspect run/counts.dln", &["counts.dln"]),
];

const TABLES: [&str; 7] = [
    "manifest.json",
    "entities.dln",
    "cooccurrence.dln",
    "counts.dln",
    "documents.dln",
    "mentions.dln",
    "signatures.dln",
];

/// Whatever is damaged, a command either refuses with a reason and prints nothing, or prints what is right.
#[test]
fn no_command_prints_numbers_of_a_damaged_run() {
    let folder = folder_with_run();
    let right: Vec<String> = READERS.iter().map(|(args, _)| folder.run(args).expect(0).stdout.clone()).collect();
    let check = |damaged: &str, what: &str, must_refuse: bool| {
        for ((args, files), right) in READERS.iter().zip(&right) {
            let outcome = folder.run(args);
            if outcome.code == Some(0) && outcome.stdout == *right {
                assert!(!(must_refuse && files.contains(&damaged)), "{args} did not notice {what}");
            } else {
                outcome.expect_refusal(&["dateline: run"]);
                assert!(files.contains(&damaged), "{args} needs no {damaged}, but says {}", outcome.stderr);
            }
        }
        let verified = folder.run("verify run");
        assert!(matches!(verified.code, Some(1 | 2)), "{what}: {verified:?}");
        verified.says(&["run"]);
        if verified.code == Some(1) {
            assert!(verified.stdout.contains("NO"), "{what}: {}", verified.stdout);
            verified.says(&["do not use this run"]);
        }
    };
    for name in FILES {
        let path = folder.path("run").join(name);
        let right = fs::read(&path).unwrap();
        for part in 0..8 {
            let position = right.len() * part / 8;
            let mut wrong = right.clone();
            wrong[position] ^= 0x10;
            fs::write(&path, &wrong).unwrap();
            check(name, &format!("byte {position} of {name}"), false);
        }
        fs::write(&path, &right[..right.len() / 2]).unwrap();
        check(name, &format!("half of {name}"), true);
        fs::write(&path, "").unwrap();
        check(name, &format!("nothing in {name}"), true);
        fs::remove_file(&path).unwrap();
        check(name, &format!("{name} missing"), true);
        fs::write(&path, &right).unwrap();
    }
}

/// The rows that `top` and `pairs` print are checked before they are printed.
#[test]
fn damaged_rows_are_not_printed() {
    let folder = folder_with_run();
    for (args, name) in [("top run", "entities.dln"), ("pairs run", "entities.dln"), ("pairs run", "cooccurrence.dln")]
    {
        let path = folder.path("run").join(name);
        let right = fs::read(&path).unwrap();
        // The first block follows the header, whose length stands behind the magic and the version.
        let block = 16 + u32::from_le_bytes(right[12..16].try_into().unwrap()) as usize + 4;
        for position in [block, block + 8, block + 40, block + 60] {
            let mut wrong = right.clone();
            wrong[position] ^= 0x01;
            fs::write(&path, &wrong).unwrap();
            folder.run(args).expect_refusal(&[&format!("run/{name}"), "damaged"]);
        }
        fs::write(&path, &right).unwrap();
    }
}

#[test]
fn a_run_can_be_moved_and_copied() {
    let folder = folder_with_run();
    copy_tree(&folder.path("run"), &folder.path("some/where/else"));
    let before = folder.run("top run --format csv").expect(0).stdout.clone();
    assert_eq!(folder.run("top some/where/else --format csv").expect(0).stdout, before);
    folder.run("verify some/where/else").expect(0);
}
