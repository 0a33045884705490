//! The plan of the house: data walks down the list of rooms and never back, and what leaks easily has one home.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order data walks through them; those on one line may know each other.
const ROOMS: [&[&str]; 35] = [
    &["error", "diagnostics"],
    &["progress"],
    &["parallel"],
    &["hash"],
    &["files"],
    &["ids"],
    &["span"],
    &["normalize"],
    &["text"],
    &["builtin"],
    &["gazetteer"],
    &["interchange"],
    &["lint"],
    &["document"],
    &["offsets"],
    &["archive"],
    &["segment"],
    &["copies"],
    &["matcher"],
    // A mention carries the rule that accepted it; the rules make mentions.
    &["mention", "resolve"],
    &["analyzer"],
    &["counts"],
    &["cooccurrence"],
    &["association"],
    &["evaluation"],
    &["focus"],
    &["holders"],
    &["network"],
    &["store"],
    &["collect"],
    &["query"],
    &["export"],
    &["report"],
    &["pipeline"],
    &["lib"],
];

/// Which line of [`ROOMS`] a room stands on.
fn level(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

/// One file of the library or the program, without its tests.
struct Source {
    /// From `src/`, with `/`.
    path: String,
    /// The lines as they stand.
    n_lines: usize,
    /// The code alone: no comments, no unit tests.
    code: String,
}

impl Source {
    fn read(path: &Path, root: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        Self { path, n_lines: text.lines().count(), code: code_of(&text) }
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    fn is_program(&self) -> bool {
        self.path.starts_with("bin/")
    }

    /// `matcher` for `matcher/naive.rs` and for `matcher.rs`.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

/// Leaves out comments and the module of unit tests at the foot of a file, and items that are there for tests only.
fn code_of(text: &str) -> String {
    let foot = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..foot].lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    let code = lines.map(|line| line.split(" // ").next().unwrap_or(line));
    code.collect::<Vec<_>>().join("\n")
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(Source::read(&path, &root));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 40, "only {} files were found", sources.len());
    sources
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The word at the beginning.
fn word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

/// Whether the code holds the word, as a word.
fn names(code: &str, wanted: &str) -> bool {
    code.match_indices(wanted)
        .any(|(at, _)| !code[..at].ends_with(is_word) && !code[at + wanted.len()..].starts_with(is_word))
}

/// What is named right behind each `prefix` of the code, also in `{a, b::{c, d}}`.
fn named_behind<'c>(code: &'c str, prefix: &str) -> Vec<&'c str> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices(prefix).filter(|(at, _)| !code[..*at].ends_with(|c| is_word(c) || c == ':')) {
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            named.push(word(rest));
            continue;
        };
        let (mut depth, mut expected) = (0, true);
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => expected = true,
                c if expected && is_word(c) => {
                    named.push(word(&list[at..]));
                    expected = false;
                }
                _ => {}
            }
        }
    }
    named
}

/// Which room each name that `lib.rs` re-exports comes from.
fn re_exports(lib: &str) -> BTreeMap<&str, &str> {
    let mut rooms = BTreeMap::new();
    for line in lib.split("pub use ").skip(1) {
        let (path, _) = line.split_once(';').unwrap();
        let (room, _) = path.split_once("::").unwrap();
        for name in named_behind(path, &format!("{room}::")) {
            rooms.insert(name, room);
        }
    }
    rooms
}

#[test]
fn data_walks_down_the_list_of_rooms_and_never_back() {
    let sources = sources();
    let lib = sources.iter().find(|source| source.path == "lib.rs").expect("the front door");
    let re_exports = re_exports(&lib.code);
    assert_eq!(re_exports.get("Mention"), Some(&"mention"));
    assert_eq!(re_exports.get("analyze"), Some(&"pipeline"));
    let mut backward = Vec::new();
    let mut n_imports = 0;
    for source in sources.iter().filter(|source| !source.is_test() && !source.is_program() && source.path != "lib.rs") {
        let own = level(source.room()).unwrap_or_else(|| panic!("{}: this test does not know the room", source.path));
        let mut imported = named_behind(&source.code, "crate::");
        // From the door of a room, or a room of one file, the way up leads out of it.
        if !source.path.contains('/') || source.path.matches('/').count() == 1 && source.path.ends_with("/mod.rs") {
            imported.extend(named_behind(&source.code, "super::"));
        }
        for name in imported {
            let room = re_exports.get(name).copied().unwrap_or(name);
            n_imports += 1;
            match level(room) {
                Some(level) if level > own => {
                    backward.push(format!("{}: {name} is of {room}, further down", source.path))
                }
                Some(_) => {}
                // A small helper of the whole crate, such as `crate::hex`.
                None if lib.code.contains(&format!("pub(crate) fn {name}(")) => {}
                None => backward.push(format!("{}: which room is {name} of?", source.path)),
            }
        }
    }
    assert!(backward.is_empty(), "\n{}", backward.join("\n"));
    assert!(n_imports > 80, "only {n_imports} imports were found");
}

/// Folders whose files still import each other in circles.
const CIRCLES: [&str; 3] = ["archive", "interchange", "matcher/word_start"];

/// Which files and folders of a folder name which others, by their names in it.
fn neighbours(sources: &[Source], folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let inside = |source: &Source| source.path.strip_prefix(&format!("{folder}/")).map(str::to_owned);
    let unit = |path: &str| path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
    let units: BTreeSet<String> = sources.iter().filter_map(inside).map(|path| unit(&path)).collect();
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let Some(path) = inside(source).filter(|path| path != "mod.rs") else { continue };
        // How far the file's module is below the folder's.
        let depth = path.matches('/').count() + usize::from(!path.ends_with("/mod.rs"));
        let mut named = named_behind(&source.code, &"super::".repeat(depth));
        named.extend(named_behind(&source.code, &format!("crate::{}::", folder.replace('/', "::"))));
        let own = unit(&path);
        let others = named.into_iter().filter(|name| units.contains(*name) && *name != own).map(str::to_owned);
        edges.entry(own.clone()).or_default().extend(others);
    }
    edges
}

/// A file that is reached from itself.
fn circle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<&str> {
    edges.keys().map(String::as_str).find(|start| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![*start]);
        while let Some(unit) = next.pop() {
            for other in edges.get(unit).into_iter().flatten() {
                if other == start {
                    return true;
                }
                if seen.insert(other.as_str()) {
                    next.push(other);
                }
            }
        }
        false
    })
}

/// Within a room, too, data flows one way: no file imports a file that imports it, directly or through others.
#[test]
fn files_of_a_room_do_not_know_each_other_in_circles() {
    let sources = sources();
    let folders: BTreeSet<&str> = sources
        .iter()
        .filter(|source| !source.is_program() && !source.is_test())
        .filter_map(|source| source.path.rsplit_once('/').map(|(folder, _)| folder))
        .collect();
    assert!(folders.len() > 15, "only {} folders were found", folders.len());
    for folder in folders {
        let edges = neighbours(&sources, folder);
        match circle(&edges) {
            Some(file) => assert!(CIRCLES.contains(&folder), "{folder}/{file} imports what imports it: {edges:?}"),
            None => assert!(!CIRCLES.contains(&folder), "{folder} has no circle any more: take it off the list"),
        }
    }
    let edges = |list: &[(&str, &str)]| -> BTreeMap<String, BTreeSet<String>> {
        list.iter().map(|(from, to)| ((*from).to_owned(), BTreeSet::from([(*to).to_owned()]))).collect()
    };
    assert_eq!(circle(&edges(&[("a", "b"), ("b", "c"), ("c", "a")])), Some("a"));
    assert_eq!(circle(&edges(&[("a", "b"), ("b", "c")])), None);
}

/// Every room is on the list of this test, in the order of `lib.rs`, but for those that know each other.
#[test]
fn the_front_door_lists_every_room() {
    let sources = sources();
    let lib = sources.iter().find(|source| source.path == "lib.rs").unwrap();
    let listed: Vec<&str> = lib
        .code
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod ")))
        .map(|name| name.trim_end_matches(';'))
        .collect();
    for room in &listed {
        assert!(level(room).is_some(), "{room} is not on the list of this test");
    }
    let mut rooms: Vec<&str> = sources.iter().filter(|source| !source.is_program()).map(Source::room).collect();
    rooms.dedup();
    rooms.retain(|room| *room != "lib");
    let mut listed = listed;
    listed.sort_unstable();
    rooms.sort_unstable();
    assert_eq!(listed, rooms);
}

/// Fails if the code outside of `homes` names one of the words.
#[track_caller]
fn check_home(words: &[&str], homes: &[&str]) {
    let at_home = |source: &Source| homes.iter().any(|home| source.path.starts_with(home));
    for source in sources().iter().filter(|source| !source.is_test() && !at_home(source)) {
        for word in words {
            assert!(!names(&source.code, word), "{} names {word}, which belongs to {homes:?}", source.path);
        }
    }
}

#[test]
fn the_byte_codec_is_named_in_one_file() {
    check_home(&["bincode"], &["store/codec.rs"]);
}

#[test]
fn threads_are_started_by_the_conductor_alone() {
    check_home(
        &["ThreadPoolBuilder", "crossbeam_channel", "thread", "spawn", "Mutex"],
        &["pipeline/", "files/fault.rs"],
    );
}

/// rayon's global pool, which would start threads that nobody asked for, is used nowhere.
#[test]
fn work_is_shared_out_in_one_place() {
    check_home(&["rayon"], &["pipeline/", "parallel.rs"]);
}

#[test]
fn files_are_opened_at_the_edges() {
    check_home(
        &["fs", "File", "net", "env"],
        &[
            "archive/",
            "files/",
            "gazetteer/",
            "interchange/",
            "lint/source.rs",
            "matcher/compiled.rs",
            "matcher/word_start/simd.rs",
            "store/",
            "export/",
            "bin/",
            "builtin.rs",
            // ".net" is an ending of web addresses.
            "resolve/addresses.rs",
        ],
    );
}

/// What changes the disk goes through one place, where tests make it fail.
#[test]
fn the_disk_is_changed_in_one_place() {
    let words =
        ["create_new", "create_dir", "create_dir_all", "remove_file", "remove_dir", "remove_dir_all", "tempfile"];
    let homes = ["files/", "matcher/compiled.rs", "pipeline/spool.rs", "store/journal.rs"];
    // Runs that are compared and thrown away.
    let thrown_away = ["bin/dateline/again.rs", "bin/dateline/gazetteer/diff.rs"];
    check_home(&words, &[&homes[..], &thrown_away[..]].concat());
    check_home(&["sync_all", "sync_data", "set_permissions", "hard_link", "TempDir"], &["files/"]);
    for wrong in ["fs::write", "fs::rename", "fs::copy", "fs::remove", "fs::create", "File::options", "OpenOptions"] {
        for source in sources().iter().filter(|source| !source.is_test() && source.room() != "files") {
            assert!(!source.code.contains(wrong), "{} names {wrong}, which belongs to files/", source.path);
        }
    }
}

#[test]
fn the_library_prints_nothing() {
    // "Print" is also what a button on a page says.
    check_home(
        &["println", "eprintln", "print", "eprint", "dbg", "exit"],
        &["bin/", "segment/phrases.rs", "archive/html/article.rs"],
    );
}

#[test]
fn unsafe_code_has_its_places() {
    check_home(
        &["unsafe"],
        &[
            "gazetteer/image/bytes.rs",
            "matcher/word_start/avx2.rs",
            "matcher/word_start/avx512.rs",
            "matcher/word_start/raw.rs",
        ],
    );
}

#[test]
fn no_file_is_longer_than_a_thousand_lines() {
    for source in sources() {
        assert!(source.n_lines <= 1000, "{} has {} lines", source.path, source.n_lines);
    }
}

/// The tests above see what they should see.
#[test]
fn imports_are_found_in_all_their_shapes() {
    let code = code_of(
        "//! [`crate::Comment`]\nuse crate::error::{Error, Result};\nuse crate::{ids, span::{Span, Other}, store};\n\
         fn f(x: &crate::Gazetteer) {} // crate::more\nuse macro_crate::no;\n    /// crate::doc\n\
         #[cfg(test)]\nmod tests {\n    use crate::pipeline;\n}\n",
    );
    assert_eq!(named_behind(&code, "crate::"), ["error", "ids", "span", "store", "Gazetteer"]);
    let re_exports = re_exports("pub use a::{B, c};\npub use d::E;\n");
    assert_eq!(re_exports, BTreeMap::from([("B", "a"), ("c", "a"), ("E", "d")]));
    assert!(names("let x = unsafe { 1 };", "unsafe"));
    assert!(!names("deny(unsafe_code)", "unsafe"));
}
