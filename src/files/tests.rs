//! Every writer of the library with each change of the disk failing in turn, or the program killed there; leftovers; and whose
//! files are replaced.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::fault::{EINTR, EIO, ENOSPC, Fault, Faults};
use super::*;
use crate::analyzer::Analyzer;
use crate::archive::{Archive, ArchiveOptions};
use crate::error::Result;
use crate::export::{self, ExportOptions, Table};
use crate::gazetteer::{Gazetteer, LoadOptions};
use crate::interchange::export as gazetteer_export;
use crate::interchange::import::{ImportFormat, ImportOptions, import};
use crate::pipeline::{AnalyzeOptions, analyze};
use crate::store::Run;

const GAZETTEER: &str = "iq\tplace.country\tIraq\t-\tcc=IQ\nos\tplace.city\tOslo\t-\tcc=NO lat=59.9 lon=10.7\n";
const OLDER: &str = "iq\tplace.country\tIrak\t-\tcc=IQ\n";

/// Something that writes a result to a path, with or without `force`; an older one or a newer one.
type Write<'a> = &'a dyn Fn(&Path, bool, Age) -> Result<()>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Older,
    Newer,
}

/// The files of a result by name; a result of one file has no name. `None` if there is nothing.
fn content(out: &Path) -> Option<BTreeMap<PathBuf, Vec<u8>>> {
    if out.is_file() {
        return Some([(PathBuf::new(), fs::read(out).unwrap())].into());
    }
    let entries = fs::read_dir(out).ok()?;
    let paths = entries.map(|entry| entry.unwrap().path());
    Some(paths.map(|path| (path.file_name().unwrap().into(), fs::read(path).unwrap())).collect())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Lets each change of the disk fail in turn: that is an error, the result is then the older one or the newer one as a whole,
/// and after the next command nothing else is left.
#[track_caller]
fn check_every_fault(name: &str, write: Write<'_>) {
    for is_replaced in [false, true] {
        check_every_fault_when(is_replaced, name, write);
    }
}

/// Like [`check_every_fault`], only where there is an older result, or only where there is none.
#[track_caller]
fn check_every_fault_when(is_replaced: bool, name: &str, write: Write<'_>) {
    check_faults(Fault::Error(EIO), is_replaced, name, write);
}

/// Like [`check_every_fault`], with every kind of fault, and says how many there were.
#[track_caller]
fn check_every_kind_of_fault(name: &str, write: Write<'_>) {
    let faults = [Fault::Error(EIO), Fault::Error(ENOSPC), Fault::Error(EINTR), Fault::Short, Fault::PowerCut];
    let mut n_faults = 0;
    for is_replaced in [false, true] {
        n_faults += faults.map(|fault| check_faults(fault, is_replaced, name, write)).iter().sum::<u64>();
    }
    println!("{name}: {n_faults} faults");
}

/// Lets each change of the disk go wrong in turn; returns how many there are.
#[track_caller]
fn check_faults(fault: Fault, is_replaced: bool, name: &str, write: Write<'_>) -> u64 {
    // What programs are to try again, or to go on with.
    let may_succeed = matches!(fault, Fault::Error(EINTR) | Fault::Short);
    let mut n_changes = 1;
    let mut n = 0;
    while n <= n_changes {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.x");
        if is_replaced {
            write(&out, false, Age::Older).unwrap();
        }
        let older = content(&out);
        let faults = Faults::at(n, fault, folder.path());
        let written = write(&out, is_replaced, Age::Newer);
        n_changes = if n == 0 { faults.changes() } else { n_changes };
        if fault == Fault::PowerCut {
            faults.lose()
        } else {
            drop(faults)
        }
        assert!(written.is_err() == (n > 0) || may_succeed, "{name}: {fault:?} {n} of {n_changes}: {written:?}");
        let found = content(&out);
        write(&out, true, Age::Newer).unwrap();
        let newer = content(&out);
        assert_ne!(older, newer, "{name}");
        // A part of a result may be complete when it is not.
        let said = written.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let is_said =
            said.contains("the run is complete") || said.contains("is complete") && !said.contains("out.x.partial");
        let is_complete = written.is_ok() || is_said;
        let expected = if is_complete { &newer } else { &older };
        // Where nothing can be changed any more, an older result that was moved aside comes back with the next command.
        let is_aside = fault == Fault::PowerCut && found.is_none() && is_replaced;
        assert!(&found == expected || is_aside, "{name}: {fault:?} {n} of {n_changes}: {written:?}");
        assert_eq!(names(folder.path()), ["out.x"], "{name}: {fault:?} {n} of {n_changes}");
        n += 1;
    }
    assert!(n_changes >= 6, "{name}: only {n_changes} changes were counted");
    n_changes
}

/// Articles in a folder, and what is found in them by the gazetteer.
fn write_run(folder: &Path, out: &Path, force: bool, age: Age) -> Result<Run> {
    let input = folder.join("a.jsonl");
    let lines =
        "{\"id\":\"1\",\"text\":\"Iraq, Oslo. Oslo!\"}\n{\"id\":\"2\",\"text\":\"Irak and Oslo\"}\n{\"id\":\"3\"}\n";
    fs::write(&input, lines).unwrap();
    let archive = Archive::open(&[input], ArchiveOptions::default())?;
    let gazetteer = gazetteer(age);
    let analyzer = Analyzer::new(&gazetteer)?;
    analyze(&analyzer, archive.batches(), out, AnalyzeOptions { force, ..AnalyzeOptions::default() })
        .map(|summary| summary.run)
}

fn gazetteer(age: Age) -> Gazetteer {
    Gazetteer::from_text(if age == Age::Newer { GAZETTEER } else { OLDER }, "mine.gaz").unwrap()
}

#[test]
fn no_fault_leaves_half_a_run() {
    let folder = tempfile::tempdir().unwrap();
    check_every_kind_of_fault("run", &|out, force, age| write_run(folder.path(), out, force, age).map(drop));
}

/// A folder with articles in two files, and a run of each of them and of both, with either gazetteer.
struct Parts {
    folder: tempfile::TempDir,
    /// Older and newer.
    runs: [[Run; 2]; 2],
}

impl Parts {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("a", "Iraq, Oslo."), ("b", "Irak and Oslo, Iraq")] {
            let line = format!("{{\"id\":\"{name}\",\"text\":\"{text}\"}}\n");
            fs::write(folder.path().join(format!("{name}.jsonl")), line).unwrap();
        }
        let run = |name: &str, age: Age| {
            let archive = Archive::open(&[folder.path().join(format!("{name}.jsonl"))], ArchiveOptions::default());
            let gazetteer = gazetteer(age);
            let out = folder.path().join(format!("{name}{age:?}"));
            analyze(&Analyzer::new(&gazetteer).unwrap(), archive.unwrap().batches(), &out, AnalyzeOptions::default())
                .unwrap()
                .run
        };
        let runs = [Age::Older, Age::Newer].map(|age| ["a", "b"].map(|name| run(name, age)));
        Self { folder, runs }
    }

    fn of(&self, age: Age) -> &[Run; 2] {
        &self.runs[usize::from(age == Age::Newer)]
    }
}

#[test]
fn no_fault_leaves_half_a_run_of_runs() {
    use crate::pipeline::{Edits, MergeOptions, edit, forget, merge};
    let parts = Parts::new();
    let options = |force: bool| MergeOptions { force, ..MergeOptions::default() };
    check_every_kind_of_fault("merge", &|out, force, age| merge(parts.of(age), out, options(force)).map(drop));
    check_every_fault("edit", &|out, force, age| {
        let edits = Edits::parse("!remove os\n", "edits.gaz").unwrap();
        edit(&parts.of(age)[0], &edits, out, options(force)).map(drop)
    });
    check_every_fault("forget", &|out, force, age| {
        forget(&parts.of(age)[1], ["b".to_owned()], out, options(force)).map(drop)
    });
}

/// A run that is extended, in parts that are kept: after a fault the same command goes on.
#[test]
fn no_fault_leaves_half_an_extended_run() {
    use crate::pipeline::extend;
    let parts = Parts::new();
    let files = ["a.jsonl", "b.jsonl"].map(|name| parts.folder.path().join(name));
    check_every_kind_of_fault("extend", &|out, force, age| {
        let archive = Archive::open(&files, ArchiveOptions::default())?;
        let gazetteer = gazetteer(age);
        let options = AnalyzeOptions { force, checkpoint: 1, ..AnalyzeOptions::default() };
        extend(&parts.of(age)[0], &Analyzer::new(&gazetteer)?, &archive, out, options).map(drop)
    });
}

/// Every format that this build has, with one table alone where that is possible.
fn export_options() -> Vec<ExportOptions> {
    let whole = export::ExportFormat::ALL.map(|(_, format)| ExportOptions::new(format));
    let tables = whole.clone().into_iter().map(|options| ExportOptions { table: Some(Table::Entities), ..options });
    whole.into_iter().chain(tables).collect()
}

#[test]
fn no_fault_leaves_half_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let runs = [Age::Older, Age::Newer].map(|age| {
        let out = folder.path().join(format!("{age:?}"));
        write_run(folder.path(), &out, false, age).unwrap()
    });
    let is_possible = |options: &ExportOptions| {
        let out = folder.path().join("probe");
        let written = export::export(&runs[0], options, &out, &|_| true).is_ok();
        let _ = fs::remove_file(&out).or_else(|_| fs::remove_dir_all(&out));
        written
    };
    let options: Vec<_> = export_options().into_iter().filter(is_possible).collect();
    assert!(options.len() >= 11);
    for options in options {
        let name = format!("{} {:?}", options.format, options.table);
        // Formats differ in what they write, and not in how it gets its place.
        let is_plain = matches!(options.format, export::ExportFormat::Csv | export::ExportFormat::Gexf);
        let check = |is_replaced, write| check_every_fault_when(is_replaced, &name, write);
        if options.format == export::ExportFormat::Csv && options.table.is_none() {
            check_every_kind_of_fault(&name, &|out, force, age| {
                let run = &runs[usize::from(age == Age::Newer)];
                export::export(run, &ExportOptions { force, ..options.clone() }, out, &|_| true).map(drop)
            });
        }
        let write: Write<'_> = &|out, force, age| {
            let run = &runs[usize::from(age == Age::Newer)];
            export::export(run, &ExportOptions { force, ..options.clone() }, out, &|_| true).map(drop)
        };
        check(true, write);
        if is_plain {
            check(false, write);
        }
    }
}

#[test]
fn no_fault_leaves_half_a_compiled_gazetteer() {
    check_every_fault("saved", &|out, force, age| gazetteer(age).save(out, force));
    check_every_kind_of_fault("compiled", &|out, force, age| {
        crate::compile_to(&gazetteer(age), &LoadOptions::default(), out, force)
    });
}

#[test]
fn no_fault_leaves_half_an_exported_gazetteer() {
    use gazetteer_export::ExportFormat as Format;
    for format in [Format::Gaz, Format::Jsonl, Format::Csv, Format::Spacy, Format::Gate, Format::Quanteda, Format::Skos]
    {
        check_every_fault(&format!("{format:?}"), &|out, force, age| {
            gazetteer_export::export(&gazetteer(age), format, out, force).map(drop)
        });
    }
}

#[test]
fn no_fault_leaves_half_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("names.txt");
    // The end of the name of the output says its format.
    check_every_fault("import", &|out, force, age| {
        fs::write(&input, if age == Age::Newer { "Acme\n" } else { "Ajax\n" }).unwrap();
        let gaz = out.with_extension("gaz");
        let options = ImportOptions { kind: Some("org.company".to_owned()), force, ..ImportOptions::default() };
        if out.exists() {
            fs::rename(out, &gaz).unwrap();
        }
        let imported = import(ImportFormat::List, std::slice::from_ref(&input), &gaz, &options);
        if gaz.exists() {
            fs::rename(&gaz, out).unwrap();
        }
        imported.map(drop)
    });
}

/// The writers that a program is killed in, by number.
fn write_number(number: usize, folder: &Path, out: &Path, force: bool, age: Age) -> Result<()> {
    match number {
        0 => write_run(folder, out, force, age).map(drop),
        1 => gazetteer(age).save(out, force),
        _ => gazetteer_export::export(&gazetteer(age), gazetteer_export::ExportFormat::Gate, out, force).map(drop),
    }
}

const KILLED: &str = "DATELINE_TEST_KILLED";

/// Not a test of its own, but what the next test starts and what is killed on the way.
#[test]
#[ignore = "killed by the next test"]
fn a_program_that_is_killed() {
    let Ok(order) = std::env::var(KILLED) else { return };
    let mut words = order.splitn(3, ' ');
    let [number, n] = [words.next().unwrap(), words.next().unwrap()].map(|word| word.parse::<u64>().unwrap());
    let folder = Path::new(words.next().unwrap());
    let _faults = Faults::at(n, Fault::Kill, &folder.join("there"));
    write_number(number as usize, folder, &folder.join("there/out.x"), true, Age::Newer).unwrap();
    std::process::exit(0);
}

/// While a directory is replaced, there is always one under its name, where the system can exchange two.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_is_exchanged_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    fs::create_dir(&one).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(one.join("map"), "old").unwrap();
    if !disk::exchange(&one, &other).unwrap() {
        return;
    }
    assert_eq!(names(&other), ["map"]);
    for n in 1.. {
        let (_, out) = (fs::remove_dir_all(folder.path().join("out")), folder.path().join("out"));
        write_atlas(&out, false).unwrap();
        let faults = Faults::at(n, Fault::PowerCut, folder.path());
        let written = write_atlas(&out, true);
        drop(faults);
        assert_eq!(names(&out), ["atlas.json"], "change {n}");
        if written.is_ok() {
            assert!(n > 5);
            break;
        }
    }
}

/// Wherever a program is killed, the older result or the newer one is there as a whole, at the latest after the next command,
/// which clears everything else away.
#[cfg(target_os = "linux")]
#[test]
fn a_killed_program_leaves_nothing_for_good() {
    for number in 0..3 {
        for n in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let there = folder.path().join("there");
            fs::create_dir(&there).unwrap();
            let out = there.join("out.x");
            write_number(number, folder.path(), &out, false, Age::Older).unwrap();
            let older = content(&out).unwrap();
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "files::tests::a_program_that_is_killed", "--ignored", "--nocapture"]);
            let done = command.env(KILLED, format!("{number} {n} {}", folder.path().display())).output().unwrap();
            let is_complete = done.status.success();
            let found = content(&out);
            // Any later command, also one that fails.
            let error = write_number(number, folder.path(), &out, false, Age::Newer).unwrap_err();
            assert!(error.to_string().contains("it exists already"), "{error}");
            assert_eq!(names(&there), ["out.x"], "writer {number}, killed at {n}");
            let cleared = content(&out).unwrap();
            write_number(number, folder.path(), &out, true, Age::Newer).unwrap();
            let newer = content(&out).unwrap();
            assert!(cleared == older || cleared == newer, "writer {number}, killed at {n}");
            assert!(found.is_none_or(|found| found == cleared), "writer {number}, killed at {n}");
            if is_complete {
                assert!(n > 8 && cleared == newer, "writer {number} was killed {n} times only");
                break;
            }
        }
    }
}

static SORT: DirectorySort = DirectorySort { noun: "atlas", marker: "atlas.json", format: "atlas" };
static FILE: FileSort =
    FileSort { noun: "map", is_own: |head, tail| head.starts_with(b"MAP") && tail.ends_with(b"END") };

/// Writes an atlas.
fn write_atlas(out: &Path, force: bool) -> Result<PathBuf> {
    let directory = StagedDirectory::create(out, force, &SORT)?;
    let mut file = directory.file("atlas.json")?;
    file.put("{\"format\":\"atlas\",\"files\":{\"map\":1}}")?;
    file.finish()?;
    directory.place()
}

/// What is in `folder` after an atlas was written there.
#[track_caller]
fn check_cleared(set: impl Fn(&Path), expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let set_up = |path: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    set(&set_up("x").with_file_name(""));
    write_atlas(&folder.path().join("atlas"), true).unwrap();
    assert_eq!(names(folder.path()), expected);
}

#[test]
fn leftovers_are_cleared_away_and_nothing_else() {
    let put = |folder: &Path, path: &str| {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), "x").unwrap();
    };
    // Of this result and of others, at any stage of their making.
    check_cleared(
        |folder| {
            put(folder, ".atlas.dateline-aaaaaa.partial/new/atlas/map");
            put(folder, ".globe.dateline-bbbbbb.partial/new/globe");
            fs::create_dir_all(folder.join(".globe.dateline-cccccc.partial/new")).unwrap();
            fs::create_dir(folder.join(".globe.dateline-dddddd.partial")).unwrap();
        },
        &["atlas"],
    );
    // One that was moved aside, and lost its place or has a successor there.
    check_cleared(
        |folder| {
            put(folder, ".globe.dateline-aaaaaa.partial/earlier/globe");
            put(folder, ".globe.dateline-aaaaaa.partial/new/globe");
            fs::create_dir_all(folder.join(".map.dateline-bbbbbb.partial/new")).unwrap();
            put(folder, ".map.dateline-bbbbbb.partial/earlier/map");
            put(folder, "map");
        },
        &["atlas", "globe", "map"],
    );
    // What somebody else may have made.
    let kept = [
        ".atlas.dateline-aaaaa.partial",
        ".atlas.dateline-aaaaaa.partial",
        ".atlas.partial",
        ".globe.dateline-bbbbbb.partial",
        "atlas",
        "atlas.dateline-cccccc.partial",
        "globe",
    ];
    check_cleared(
        |folder| {
            put(folder, ".atlas.dateline-aaaaaa.partial/mine");
            put(folder, ".atlas.dateline-aaaaa.partial/new/atlas");
            put(folder, ".atlas.partial");
            put(folder, "atlas.dateline-cccccc.partial/new/atlas");
            // Moved aside while something else took the place.
            put(folder, ".globe.dateline-bbbbbb.partial/earlier/globe");
            put(folder, ".globe.dateline-bbbbbb.partial/new/globe");
            put(folder, "globe");
        },
        &kept,
    );
}

#[test]
fn who_is_at_work_is_left_in_peace() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    let staged = StagedDirectory::create(&one, false, &SORT).unwrap();
    let file = AtomicFile::create(&folder.path().join("map"), false, &FILE).unwrap();
    write_atlas(&other, false).unwrap();
    assert_eq!(names(folder.path()).len(), 3);
    staged.place().unwrap();
    file.commit().unwrap();
    assert_eq!(names(folder.path()), ["map", "one", "other"]);
}

/// Names as long as the system allows have room for no more.
#[test]
fn long_names_are_names() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x".repeat(255));
    write_atlas(&out, false).unwrap();
    write_atlas(&out, true).unwrap();
    assert_eq!(names(folder.path()), ["x".repeat(255)]);
}

fn write_map(out: &Path, force: bool) -> Result<PathBuf> {
    let mut file = AtomicFile::create(out, force, &FILE)?;
    file.write(|out| std::io::Write::write_all(out, b"MAP newer END"))?;
    file.commit()
}

/// `out` is refused, and what is there stays.
#[track_caller]
fn check_refused(out: &Path, force: bool, expected: &str) {
    let before = (content(out), names(out.parent().unwrap()));
    let error = write_map(out, force).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    assert_eq!((content(out), names(out.parent().unwrap())), before);
}

#[test]
fn a_file_replaces_only_its_own_sort() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(&out, "my notes").unwrap();
    check_refused(&out, false, "out: it exists already; choose another name with --out, or add --force to replace it");
    check_refused(
        &out,
        true,
        "out: it is not recognisable as a map that dateline wrote, so --force does not replace it",
    );
    fs::write(&out, "MAP of mine").unwrap();
    check_refused(&out, true, "not recognisable as a map");
    for own in ["", "MAP older END", &format!("MAP{}END", " ".repeat(200_000))] {
        fs::write(&out, own).unwrap();
        check_refused(&out, false, "it exists already");
        write_map(&out, true).unwrap();
        assert_eq!(fs::read_to_string(&out).unwrap(), "MAP newer END");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&out, folder.path().join("link")).unwrap();
        check_refused(&folder.path().join("link"), true, "is not a plain file");
    }
    fs::remove_file(&out).unwrap();
    fs::create_dir(&out).unwrap();
    check_refused(&out, true, "it is a directory, and this map is one file");
}

#[test]
fn what_came_in_between_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for force in [false, true] {
        let file = AtomicFile::create(&out, force, &FILE).unwrap();
        fs::write(&out, "my notes").unwrap();
        let error = file.commit().unwrap_err().to_string();
        assert!(error.contains(if force { "not recognisable" } else { "it exists already" }), "{error}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "my notes");
        assert_eq!(names(folder.path()), ["out"]);
        fs::remove_file(&out).unwrap();
    }
}

/// With hashes in its marker, a directory is also kept if a file of it was edited.
#[test]
fn an_edited_file_is_somebodys_work_where_the_marker_knows_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (known, may_be_edited) in [("\"map\":{\"bytes\":3}", true), ("\"map\":\"SHA\"", false)] {
        let sha256 = crate::hash::hex(&<sha2::Sha256 as sha2::Digest>::digest("MAP"));
        let marker = format!("{{\"format\":\"atlas\",\"files\":{{{}}}}}", known.replace("SHA", &sha256));
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join("atlas.json"), marker).unwrap();
        fs::write(out.join("map"), "MAP").unwrap();
        drop(StagedDirectory::create(&out, true, &SORT).unwrap());
        fs::write(out.join("map"), "edited").unwrap();
        let created = StagedDirectory::create(&out, true, &SORT).map(drop);
        match created {
            Ok(()) => assert!(may_be_edited),
            Err(error) => assert!(!may_be_edited && error.to_string().contains("holds map, which was changed since")),
        }
    }
}
