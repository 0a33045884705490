//! Whatever comes in, a user gets an answer: the record that is at fault, or one line that says what to do.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, bzip2, gzip, in_members, json_lines, lz4, tar, xz, zip, zstd};

/// Fails if the folder holds anything but these: no result, and nothing temporary, is left behind.
#[track_caller]
fn expect_only(folder: &Folder, names: &[&str]) {
    let mut expected: Vec<&str> = names.iter().copied().chain(["small.gaz"]).collect();
    expected.sort_unstable();
    assert_eq!(folder.list("."), expected);
}

/// The balance of a run, in short.
fn books(folder: &Folder, run: &str) -> [u64; 4] {
    let books = &folder.manifest(run)["books"];
    let [seen, counted, empty, rejected] =
        ["seen", "counted", "empty", "rejected"].map(|key| books[key].as_u64().unwrap());
    assert_eq!(seen, counted + empty + rejected, "{books}");
    assert_eq!(books["duplicate"], 0);
    [seen, counted, empty, rejected]
}

/// Analyses an archive and checks what was skipped: `(file, record, offset, reason, part of the message)`.
///
/// Whatever is wrong with the records, the run is whole, and its books balance. Exit code 3 says that an input was lost, in part or
/// whole; with `--strict` every reject makes it 1.
#[track_caller]
fn check_rejects(folder: &Folder, input: &str, expected_books: [u64; 4], expected: &[(&str, u64, u64, &str, &str)]) {
    let outcome = folder.run(&format!("analyze {input} -g small.gaz --out run --force"));
    let found = folder.rejects("run");
    let of_files = ["truncated", "damaged", "unreadable", "binary", "other-format"];
    let is_lost = expected.iter().any(|(.., reason, _)| of_files.contains(reason));
    // Else a file may be lost of which no record could be read.
    let is_said = outcome.stderr.contains("(exit code 3)");
    outcome.expect(if is_lost || is_said { 3 } else { 0 });
    let places: Vec<Value> = found
        .iter()
        .map(|reject| json!([reject["file"], reject["record"], reject["offset"], reject["reason"]]))
        .collect();
    let wanted: Vec<Value> =
        expected.iter().map(|(file, record, offset, reason, _)| json!([file, record, offset, reason])).collect();
    assert_eq!(places, wanted, "{found:#?}");
    for (reject, (.., part)) in found.iter().zip(expected) {
        let message = reject["message"].as_str().unwrap();
        assert!(message.contains(part), "no {part:?} in {message:?}");
    }
    assert_eq!(books(folder, "run"), expected_books);
    let by_reason = folder.manifest("run")["rejected_by_reason"].clone();
    let n_by_reason: u64 = by_reason.as_object().unwrap().values().map(|number| number.as_u64().unwrap()).sum();
    assert_eq!(n_by_reason, expected.len() as u64);
    folder.run("verify run").expect(0);
    if expected.is_empty() {
        assert_eq!(outcome.stderr, "");
    } else {
        let (file, record, ..) = expected[0];
        outcome.says(&["skipped ", "run/rejects.jsonl", &format!("{file}:{record}: ")]);
    }

    let strict = folder.run(&format!("analyze {input} -g small.gaz --out strict --force --strict"));
    strict.expect(i32::from(!expected.is_empty()));
    assert_eq!(folder.hashes("run"), folder.hashes("strict"), "--strict changed the results");

    let tagged = folder.run(&format!("tag {input} -g small.gaz"));
    tagged.expect(0);
    assert_eq!(json_lines(&tagged.stdout).len() as u64, expected_books[1] + expected_books[2]);
    folder.run(&format!("tag {input} -g small.gaz --strict")).expect(i32::from(!expected.is_empty()));
}

/// Fails unless an archive of which nothing can be read is refused in one line, by both commands, and leaves no results.
#[track_caller]
fn check_refused(folder: &Folder, input: &str, parts: &[&str]) {
    folder.run(&format!("analyze {input} -g small.gaz --out refused")).expect_refusal(parts);
    folder.run(&format!("tag {input} -g small.gaz")).expect_refusal(parts);
    assert!(!folder.path("refused").exists());
}

#[test]
fn missing_and_empty_inputs_are_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).unwrap();
    folder.write("others/a.xlsx", "id,text\n");
    folder.write("others/b.docx", "");
    for command in ["analyze --out run", "tag"] {
        let refused = |input: &str, parts: &[&str]| {
            folder.run(&format!("{command} {input} -g small.gaz")).expect_refusal(parts);
        };
        refused("no/such.jsonl", &["dateline: no/such.jsonl: cannot open: no such file", "check the spelling"]);
        refused("small.gaz no/such", &["dateline: no/such: cannot open"]);
        refused("empty", &["empty: the directory holds no files", ".jsonl"]);
        refused("others", &["others: the directory holds no article files, only 2 of other kinds", ".jsonl"]);
    }
    folder.run("tag").expect(2);
    folder.run("analyze small.gaz").expect(2).says(&["--out"]);
    expect_only(&folder, &["empty", "others"]);
}

#[test]
fn other_files_in_a_tree_are_passed_over_and_counted() {
    let folder = Folder::new();
    folder.write("in/a.txt", "Iraq");
    folder.write("in/b.story", "Iraq");
    folder.write("in/.hidden.txt", "Iraq");
    let outcome = folder.run("analyze in -g small.gaz --out run");
    outcome.expect(0).says(&["passed over 1 file of unknown type", "in/b.story"]);
    assert_eq!(books(&folder, "run"), [1, 1, 0, 0]);
    assert_eq!(folder.run("analyze in -g small.gaz --out run2 -q").expect(0).stderr, "");
    // Named by itself it is read.
    folder.run("analyze in/b.story -g small.gaz --out run3").expect(0);
    assert_eq!(books(&folder, "run3"), [1, 1, 0, 0]);
}

#[test]
fn a_gazetteer_that_cannot_be_read_is_refused() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    folder.write("empty.gaz", "# nothing\n\n");
    fs::create_dir(folder.path("folder.gaz")).unwrap();
    for (gazetteer, parts) in [
        ("wurld", &["wurld: cannot read the gazetteer: no such file", "world", "core"][..]),
        ("no/such.gaz", &["no/such.gaz: cannot read the gazetteer"]),
        ("folder.gaz", &["folder.gaz: cannot read the gazetteer"]),
        ("empty.gaz", &["empty.gaz: the gazetteer has no entity"]),
    ] {
        folder.run(&format!("analyze a.txt --out run -g {gazetteer}")).expect_refusal(parts);
        folder.run(&format!("tag a.txt -g small.gaz -g {gazetteer}")).expect(if gazetteer == "empty.gaz" {
            0
        } else {
            2
        });
    }
    expect_only(&folder, &["a.txt", "empty.gaz", "folder.gaz"]);
}

#[test]
fn every_fault_of_a_gazetteer_is_shown_with_its_place() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    let gazetteer = b"iq  place.country  Iraq  -\n\
        x  place.city\n\
        y  place.city  Ypres  loud\n\
        \n\
        z  place.city  Z\xfcrich  -\n\
        +  alias  Zurich  -\n\
        iq  place.country  Irak  -\r\n\
        w  place.city  Wick  -  lat=91\n\
        !includ more.gaz\n";
    folder.write("faulty.gaz", gazetteer);
    folder.write("more.gaz", "+  alias  Nobody  -\n");
    for command in ["analyze --out run", "tag"] {
        let outcome = folder.run(&format!("{command} a.txt -g faulty.gaz -g more.gaz"));
        outcome.expect(2);
        assert_eq!(outcome.stdout, "");
        let places: Vec<&str> = outcome.stderr.lines().collect();
        let expected = [
            "faulty.gaz:2:1: ",
            "faulty.gaz:3:23: ",
            "faulty.gaz:5:17: ",
            "faulty.gaz:7:1: ",
            "faulty.gaz:8:25: ",
            "faulty.gaz:9:1: ",
            "more.gaz:1:1: ",
        ];
        assert_eq!(places.len(), expected.len(), "{}", outcome.stderr);
        for (line, place) in places.iter().zip(expected) {
            assert!(line.trim_start_matches("dateline: ").starts_with(place), "{line}, expected {place}");
            assert!(line.contains("; "), "no remedy in {line}");
        }
        outcome.says(&["not UTF-8", "already defined on line 1", "unknown flag `loud`", "unknown directive `!includ`"]);
    }
    expect_only(&folder, &["a.txt", "faulty.gaz", "more.gaz"]);
}

#[test]
fn an_output_that_exists_is_kept() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    folder.write("b.txt", "York");
    folder.write("foreign/thesis.txt", "years of work");
    folder.write("note", "a file");
    fs::create_dir(folder.path("empty")).unwrap();
    folder.run("analyze a.txt -g small.gaz --out run").expect(0);
    let before = folder.hashes("run");
    let refused = |args: &str, parts: &[&str]| {
        folder.run(&format!("analyze b.txt -g small.gaz --out {args}")).expect_refusal(parts);
    };
    refused("run", &["run: it exists already", "--force"]);
    refused("run/", &["it exists already"]);
    refused("empty", &["it exists already"]);
    refused("note", &["it exists already"]);
    refused("note --force", &["note: it exists already and is not a directory"]);
    refused("foreign --force", &["foreign: it exists already and is not a run (it holds thesis.txt)"]);
    refused(". --force", &["choose"]);
    folder.write("run/my-notes.txt", "x");
    refused("run --force", &["my-notes.txt, which is not part of the run"]);
    fs::remove_file(folder.path("run/my-notes.txt")).unwrap();
    assert_eq!(before, folder.hashes("run"));
    assert_eq!(folder.list("foreign"), ["thesis.txt"]);
    assert_eq!(fs::read_to_string(folder.path("note")).unwrap(), "a file");

    folder.run("analyze b.txt -g small.gaz --out run --force").expect(0);
    assert_ne!(before, folder.hashes("run"));
    assert_eq!(folder.rows("top", "run")[0]["name"], "York");
    folder.run("analyze a.txt -g small.gaz --out empty --force").expect(0);
    assert_eq!(before, folder.hashes("empty"));
    folder.run("analyze a.txt -g small.gaz --out new --force").expect(0);
    // A damaged run is still one.
    fs::write(folder.path("new/counts.dln"), "x").unwrap();
    folder.run("analyze a.txt -g small.gaz --out new/ --force").expect(0);
    assert_eq!(before, folder.hashes("new"));
    expect_only(&folder, &["a.txt", "b.txt", "empty", "foreign", "new", "note", "run"]);
}

#[test]
fn a_failed_run_leaves_the_earlier_one_and_nothing_else() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    folder.run("analyze a.txt -g small.gaz --out run").expect(0);
    let before = folder.hashes("run");
    folder.run("analyze no.txt -g small.gaz --out run --force").expect_refusal(&["no.txt"]);
    limited(&folder, &["a.txt", "--out", "run", "--force"]).expect_refusal(&["cannot write"]);
    assert_eq!(before, folder.hashes("run"));
    expect_only(&folder, &["a.txt", "run"]);
}

#[test]
fn an_output_where_nothing_can_be_written_is_refused() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    let refused = |out: &str, parts: &[&str]| {
        folder.run(&format!("analyze a.txt -g small.gaz --out {out}")).expect_refusal(parts);
    };
    refused("no/parent/run", &["no/parent is not an existing directory", "create it first or choose another name"]);
    refused("a.txt/run", &["a.txt is not an existing directory"]);
    if cfg!(target_os = "linux") {
        // Nobody can make directories there, not even root.
        refused("/proc/dateline-run", &["/proc", "cannot create a directory"]);
    }
    expect_only(&folder, &["a.txt"]);
}

/// Runs `analyze` where no file can grow beyond a kilobyte: to a program that writes, a disk that is full.
#[cfg(unix)]
fn limited(folder: &Folder, args: &[&str]) -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" analyze -g small.gaz \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_dateline")).args(args).current_dir(folder.path(".")).stdin(Stdio::null());
    Outcome::of(&mut command)
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let folder = Folder::new();
    let mut lines = String::new();
    for number in 0..30_000 {
        writeln!(lines, r#"{{"id":"a rather long name of a document {number}","text":"Iraq and York"}}"#).unwrap();
    }
    folder.write("a.jsonl", lines);
    limited(&folder, &["a.jsonl", "--out", "run"]).expect_refusal(&[".dln", "cannot write"]);
    expect_only(&folder, &["a.jsonl"]);
}

/// A line of JSON Lines and what should become of it: the reason it is rejected for, and a part of the message.
type Line<'a> = (&'a [u8], Option<(&'a str, &'a str)>);

#[test]
fn each_faulty_record_is_rejected_with_its_place() {
    let folder = Folder::new();
    let lines: [Line<'_>; 25] = [
        (b"{\"id\":\"a\",\"text\":\"Iraq\"}", None),
        (b"GENEVA: no JSON", Some(("invalid-json", "must be a JSON object"))),
        (b"{\"id\":\"b\",\"text\":\"Iraq\"", Some(("invalid-json", "EOF while parsing"))),
        (b"", None),
        (b"{\"id\":\"c\"}", Some(("no-text", "the record has the fields id"))),
        // Empty, like g and h.
        (b"{\"id\":\"d\",\"text\":null}", None),
        (b"{\"id\":\"e\",\"text\":17}\r", Some(("no-text", "`text` is a number"))),
        (b"{\"id\":\"f\",\"text\":[\"Iraq\"]}", Some(("no-text", "`text` is an array"))),
        // Empty, which is no fault.
        (b"{\"id\":\"g\",\"text\":\"\"}", None),
        (b"{\"id\":\"h\",\"text\":\" \\n\"}", None),
        (b"{\"id\":\"i\",\"text\":\"Z\xfcrich\"}", Some(("invalid-utf8", "byte 0xfc at byte 19"))),
        // The last of two equal keys wins, as it does in Python and with jq.
        (b"{\"id\":\"j\",\"text\":\"Iraq\",\"text\":\"York\"}", None),
        (b"[1, 2]", Some(("invalid-json", "begins with '['"))),
        (b"\"Iraq\"", Some(("invalid-json", "must be a JSON object"))),
        (b"{\"id\":\"k\",\"text\":\"Iraq\0\"}", Some(("invalid-json", "NUL bytes"))),
        (b"\0\0\0\0", Some(("invalid-json", "must be a JSON object"))),
        (b"{\"id\":\"l\",\"text\":\"Iraq\\u0000Iraq\"}", None),
        (b"   \t \r", None),
        (b"{\"id\":\"m\",\"text\":\"Iraq\"} {\"id\":\"n\"}", Some(("invalid-json", "trailing characters"))),
        (b"{\"id\":\"o\",\"text\":\"\\ud83d\"}", None),
        (b"{\"id\":\"p\",\"text\":\"tab\there\"}", Some(("invalid-json", "control character"))),
        (b"{}", Some(("no-text", "no fields"))),
        (b"{\"id\":\"\",\"text\":\"Iraq\"}", None),
        (b"{'id':'q','text':'Iraq'}", Some(("invalid-json", "at byte 1"))),
        (b"{\"id\":\"z\",\"text\":\"Iraq\"}\r", None),
    ];
    let mut content = b"\xef\xbb\xbf".to_vec();
    let mut expected: Vec<(&str, u64, u64, &str, &str)> = Vec::new();
    for (number, (line, fault)) in (1..).zip(lines) {
        if let Some((reason, part)) = fault {
            expected.push(("in/a.jsonl", number, content.len() as u64, reason, part));
        }
        content.extend([line, b"\n"].concat());
    }
    // The file ends inside a record.
    expected.push(("in/a.jsonl", 26, content.len() as u64, "truncated", "fetch it again"));
    content.extend(b"{\"id\":\"cut\",\"text\":\"Ira");
    folder.write("in/a.jsonl", &content);
    folder.write("in/b.txt", "Iraq");
    let n_rejects = expected.len() as u64;
    let expected_books = [10 + n_rejects, 7, 3, n_rejects];
    check_rejects(&folder, "in", expected_books, &expected);

    // The other records are counted as if the faulty ones were not there.
    let rows = folder.rows("top", "run");
    let counts: Vec<(&str, u64)> =
        rows.iter().map(|row| (row["name"].as_str().unwrap(), row["mentions"].as_u64().unwrap())).collect();
    assert_eq!(counts, [("Iraq", 6), ("York", 1)]);
    let tagged = json_lines(&folder.run("tag in -g small.gaz").stdout);
    let ids: Vec<&str> = tagged.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a", "d", "g", "h", "j", "l", "o", "in/a.jsonl#23", "z", "in/b.txt"]);

    // Compressed, the offsets are the same: they count decompressed bytes.
    let named = |name: &'static str| expected.iter().map(|(_, a, b, c, d)| (name, *a, *b, *c, *d)).collect::<Vec<_>>();
    folder.write("gz/a.jsonl.gz", in_members(&content, 3, gzip));
    check_rejects(&folder, "gz", [9 + n_rejects, 6, 3, n_rejects], &named("gz/a.jsonl.gz"));
    folder.write("zst/a.jsonl.zst", in_members(&content, 3, zstd));
    check_rejects(&folder, "zst", [9 + n_rejects, 6, 3, n_rejects], &named("zst/a.jsonl.zst"));
}

#[test]
fn text_that_is_no_text_is_rejected() {
    let folder = Folder::new();
    folder.write("in/binary.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    folder.write("in/empty.txt", "");
    folder.write("in/good.txt", "Iraq");
    folder.write("in/latin.txt", b"in Z\xfcrich");
    folder.write("in/nul.txt", [&b"Iraq ".repeat(40_000)[..], b"\0"].concat());
    folder.write("in/pdf.txt", "%PDF-1.7\n");
    folder.write("in/utf16.txt", b"\xff\xfeI\0r\0a\0q\0");
    folder.write("in/zip.txt", b"PK\x03\x04more");
    check_rejects(
        &folder,
        "in",
        [8, 1, 1, 6],
        &[
            ("in/binary.txt", 1, 0, "binary", "a PNG image"),
            ("in/latin.txt", 1, 0, "invalid-utf8", "0xfc at byte 4; perhaps Latin-1"),
            ("in/nul.txt", 1, 0, "binary", "NUL byte at byte 200000"),
            ("in/pdf.txt", 1, 0, "binary", "PDF"),
            ("in/utf16.txt", 1, 0, "invalid-utf8", "iconv -f UTF-16"),
            ("in/zip.txt", 1, 0, "truncated", "the zip archive is cut"),
        ],
    );
    // Named by themselves such files are looked into as well, and nothing is guessed.
    folder.write("photo", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    check_refused(&folder, "photo", &["photo: this is a PNG image"]);
    folder.write("data", b"ab\0");
    check_refused(&folder, "data", &["data: NUL byte at byte 2"]);
}

#[test]
fn json_is_read_in_any_layout_and_a_fault_in_it_is_one_reject() {
    let folder = Folder::new();
    folder.write("array.json", "[\n{\"text\": \"Iraq\"},\n{\"text\": \"Ir]aq\"}\n]\n");
    folder.write("pretty.json", "{\n  \"text\": \"Iraq\",\n  \"tags\": [{}, []]\n}\n{\n  \"text\": \"York\"\n}\n");
    folder.write("minified.json", "[{\"text\":\"Iraq\"},{\"text\":\"York\"}]");
    for name in ["array", "pretty", "minified"] {
        folder.run(&format!("analyze {name}.json -g small.gaz --out {name}")).expect(0);
        assert_eq!(folder.manifest(name)["books"]["counted"], 2, "{name}");
    }
    // A string that is not closed, an element that is not an object, and a cut inside the last one.
    folder.write(
        "in/bad.json",
        "[\n{\"text\": \"Iraq\n},\n{\"text\": \"York\"},\n7,\n{\"text\": \"Bath, Iraq\"},\n{\"text\": \"Yo",
    );
    folder.write("in/open.json", "[{\"text\": \"Iraq\"},\n");
    check_rejects(
        &folder,
        "in",
        [7, 3, 0, 4],
        &[
            ("in/bad.json", 1, 2, "invalid-json", "invalid JSON"),
            ("in/bad.json", 3, 38, "invalid-json", "must be a JSON object"),
            ("in/bad.json", 5, 65, "truncated", "ends inside this record"),
            ("in/open.json", 2, 19, "truncated", "before its array is closed"),
        ],
    );
}

#[test]
fn fields_are_named_by_pointers_alternatives_and_parts() {
    let folder = Folder::new();
    folder.write(
        "a.jsonl",
        "{\"id\": 1, \"content\": [{\"text\": \"Iraq\"}], \"lead\": \"York.\", \"body\": \"Bath.\"}\n\
         {\"id\": 2, \"content\": [{\"text\": \"Baghdad\"}], \"body\": \"Iraq.\"}\n",
    );
    let text_of = |field: &str| {
        let outcome = folder.run(&format!("tag a.jsonl -g small.gaz --text-field {field}"));
        outcome.expect(0);
        let spans = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["spans"].as_array().unwrap().iter().map(|span| span["surface"].as_str().unwrap().to_owned()).collect()
        };
        outcome.stdout.lines().map(spans).collect::<Vec<Vec<String>>>()
    };
    assert_eq!(text_of("/content/0/text"), [["Iraq"], ["Baghdad"]]);
    assert_eq!(text_of("content.0.text"), [["Iraq"], ["Baghdad"]]);
    assert_eq!(text_of("lead|body"), [["York"], ["Iraq"]]);
    assert_eq!(text_of("lead,/content/0/text"), [vec!["York", "Iraq"], vec!["Baghdad"]]);
    folder.write("a.csv", "id,lead,body\n1,York.,Iraq.\n2,,Baghdad.\n");
    folder.run("analyze a.csv -g small.gaz --text-field lead,body --out run").expect(0);
    assert_eq!(folder.rows("top", "run").len(), 3);
    folder.run("analyze a.jsonl -g small.gaz --text-field led|bdy --out other").expect(2);
}

#[test]
fn compressed_files_that_end_early_are_never_called_complete() {
    let folder = Folder::new();
    let mut random = crate::support::Random::new(1);
    let mut content = String::new();
    for number in 0..1200 {
        let noise: String = (0..40).map(|_| random.pick(&["a", "b", "c", "d", "e ", "f", "g"])).collect();
        writeln!(content, r#"{{"id":"{number}","text":"Iraq {noise}"}}"#).unwrap();
    }
    for (name, compress, members) in [
        ("a.jsonl.gz", gzip as fn(&[u8]) -> Vec<u8>, 1),
        ("b.jsonl.gz", gzip, 4),
        ("c.jsonl.zst", zstd, 1),
        ("d.jsonl.zst", zstd, 4),
        ("e.jsonl.bz2", bzip2, 4),
        ("f.jsonl.xz", xz, 1),
        ("g.jsonl.xz", xz, 4),
        ("h.jsonl.lz4", lz4, 1),
        ("i.jsonl.lz4", lz4, 4),
    ] {
        let whole = in_members(content.as_bytes(), members, compress);
        folder.write(name, &whole);
        check_rejects(&folder, name, [1200, 1200, 0, 0], &[]);
        let half = format!("half-{name}");
        folder.write(&half, &whole[..whole.len() / 2]);
        let outcome = folder.run(&format!("analyze {half} -g small.gaz --out half --force"));
        if outcome.code == Some(2) {
            // One block of zstd or lz4, of which nothing can be read.
            assert!(["c.jsonl.zst", "h.jsonl.lz4"].contains(&name), "{name}");
            outcome.expect_refusal(&["ends too early"]);
            continue;
        }
        outcome.expect(3).says(&["skipped 1 record", "truncated", "1 input could not be read to the end"]);
        folder.run(&format!("analyze {half} -g small.gaz --out strict --force --strict")).expect(1);
        folder.run(&format!("tag {half} -g small.gaz --strict")).expect(1);
        let [seen, counted, empty, rejected] = books(&folder, "half");
        assert_eq!((seen, empty, rejected), (counted + 1, 0, 1), "{name}");
        // What was whole before the cut is counted: something, if there was a member or block, and never all.
        assert!((300..900).contains(&counted) || members == 1 && counted < 1200, "{name}: {counted}");
        let reject = &folder.rejects("half")[0];
        assert_eq!((reject["file"].as_str(), reject["reason"].as_str()), (Some(&half[..]), Some("truncated")));
        let at = reject["offset"].as_u64().unwrap() as usize;
        assert!(at == 0 || content.as_bytes()[at - 1] == b'\n', "{at} is not where a record begins");
        assert_eq!(reject["record"], content[..at].lines().count() + 1);
        assert_eq!(counted as usize, content[..at].lines().count(), "{name}");
        folder.run("verify half").expect(0);

        // A byte that was changed is noticed as well.
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 0x55;
        folder.write(&half, &changed);
        let outcome = folder.run(&format!("analyze {half} -g small.gaz --out half --force --strict"));
        if outcome.code == Some(2) {
            // A short file of xz, which gives nothing once it is found to be damaged.
            assert!(name.ends_with(".xz"), "{name}");
            outcome.expect_refusal(&["data is damaged"]);
            continue;
        }
        outcome.expect(1);
        let rejects = folder.rejects("half");
        assert!(rejects.iter().any(|reject| reject["reason"] == "damaged"), "{name}: {rejects:?}");
    }
}

#[test]
fn each_fault_of_a_container_is_one_reject() {
    let folder = Folder::new();
    let line = |id: u32| format!("{{\"id\":\"{id}\",\"text\":\"Iraq\"}}\n");
    let lines = |ids: std::ops::Range<u32>| ids.map(line).collect::<String>().into_bytes();
    let whole = tar(&[("a.jsonl", lines(0..20)), ("b.jsonl", lines(20..60)), ("c.jsonl", lines(60..70))]);
    folder.write("whole.tar", &whole);
    check_rejects(&folder, "whole.tar", [70, 70, 0, 0], &[]);
    // Two lines and a half of the second member.
    let start = 512 + 512 + 512;
    let length = line(20).len();
    folder.write("cut.tar", &whole[..start + 2 * length + 9]);
    let at = 2 * length as u64;
    check_rejects(&folder, "cut.tar", [23, 22, 0, 1], &[("cut.tar/b.jsonl", 3, at, "truncated", "is cut")]);
    folder.write("end.tar", &whole[..whole.len() - 1024]);
    let end = whole.len() as u64 - 1024;
    check_rejects(&folder, "end.tar", [71, 70, 0, 1], &[("end.tar", 1, end, "truncated", "is cut")]);
    let compressed = gzip(&whole);
    folder.write("cut.tar.gz", &compressed[..compressed.len() - 4]);
    check_rejects(&folder, "cut.tar.gz", [71, 70, 0, 1], &[("cut.tar.gz", 1, end + 1024, "truncated", "too early")]);
    let mut header = whole.clone();
    header[start - 512] = b'B';
    folder.write("header.tar", &header);
    let at = start as u64 - 512;
    check_rejects(&folder, "header.tar", [21, 20, 0, 1], &[("header.tar", 1, at, "damaged", "checksum")]);

    let files = [
        ("z.jsonl", lines(0..3)),
        ("y.txt", b"a\0b".to_vec()),
        ("x.jsonl.gz", gzip(&lines(0..3))[..20].to_vec()),
        ("w.jsonl", b"{]\n".to_vec()),
        ("v.txt", tar(&[("a.txt", b"Iraq".to_vec())])),
        ("u.csv", b"number,lede\n1,Talks\n".to_vec()),
        ("t.txt", b"Iraq".to_vec()),
    ];
    folder.write("members.tar", tar(&files));
    check_rejects(
        &folder,
        "members.tar",
        [9, 4, 0, 5],
        &[
            ("members.tar/y.txt", 1, 0, "binary", "NUL byte"),
            ("members.tar/x.jsonl.gz", 1, 0, "truncated", "too early"),
            ("members.tar/w.jsonl", 1, 0, "invalid-json", ""),
            ("members.tar/v.txt", 1, 0, "binary", "a tar archive"),
            ("members.tar/u.csv", 1, 0, "no-text", "`lede`"),
        ],
    );
    // What the user says is said of the members; binary ones are left out, as in a directory.
    folder.write("any.tar", tar(&[("a.story", b"Iraq".to_vec()), ("b.png", b"\x89PNG\r\n\x1a\n\0".to_vec())]));
    check_refused_or_empty(&folder, "any.tar");
    folder.run("analyze any.tar -g small.gaz --out run --force --input-format text").expect(0);
    assert_eq!(books(&folder, "run"), [1, 1, 0, 0]);
    assert_eq!(folder.manifest("run")["inputs"][0]["passed_over"], 1);
}

#[test]
fn each_fault_of_a_zip_archive_is_one_reject() {
    let folder = Folder::new();
    let text = |word: &str| format!("Talks in {word} went on. ").repeat(20).into_bytes();
    let files =
        [("a.txt", text("Iraq")), ("b.txt", text("York")), ("c.txt", text("Kyiv")), ("d/e.txt", b"Iraq".to_vec())];
    let whole = zip(&files);
    folder.write("whole.zip", &whole);
    check_rejects(&folder, "whole.zip", [4, 4, 0, 0], &[]);
    // Something in front of it and after it changes nothing.
    folder.write("framed.zip", [&b"PK\x03\x04program"[..], &whole, b"more"].concat());
    check_rejects(&folder, "framed.zip", [4, 4, 0, 0], &[]);
    for length in [4, 30, whole.len() / 2, whole.len() - 1] {
        folder.write("cut.zip", &whole[..length]);
        check_refused(&folder, "cut.zip", &["the zip archive is cut", "fetch it again"]);
    }
    // The entries of the directory, in their order.
    let entries: Vec<usize> = memchr::memmem::find_iter(&whole, b"PK\x01\x02").collect();
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes
    };
    for (name, bytes, reason, part) in [
        ("locked.zip", changed(entries[1] + 8, 1), "other-format", "encrypted"),
        ("method.zip", changed(entries[1] + 10, 14), "other-format", "method 14"),
        ("sum.zip", changed(entries[1] + 16, whole[entries[1] + 16] ^ 1), "damaged", "checksum"),
        ("place.zip", changed(entries[1] + 42, whole[entries[1] + 42] ^ 1), "damaged", "not where"),
    ] {
        folder.write(name, bytes);
        check_rejects(&folder, name, [4, 3, 0, 1], &[(&format!("{name}/b.txt"), 1, 0, reason, part)]);
    }
    let binary = [("a.txt", b"Iraq".to_vec()), ("b.txt", b"a\0b".to_vec()), ("c.txt", zip(&files))];
    folder.write("binary.zip", zip(&binary));
    let name = |member: &str| format!("binary.zip/{member}");
    check_rejects(
        &folder,
        "binary.zip",
        [3, 1, 0, 2],
        &[(&name("b.txt"), 1, 0, "binary", "NUL byte"), (&name("c.txt"), 1, 0, "binary", "a zip archive")],
    );
    let document = [("[Content_Types].xml", b"<Types/>".to_vec()), ("word/document.xml", b"<w/>".to_vec())];
    folder.write("letter.docx", zip(&document));
    check_refused(&folder, "letter.docx", &["an office document"]);
    folder.write("late.zip", zip(&[("a.txt", b"Iraq".to_vec()), ("META-INF/MANIFEST.MF", Vec::new())]));
    check_refused(&folder, "late.zip", &["a Java archive"]);
    folder.write("whole.zip.gz", gzip(&whole));
    check_refused(&folder, "whole.zip.gz", &["its directory at its end"]);
    folder
        .run_with_input("tag - -g small.gaz", &whole)
        .expect_refusal(&["its directory at its end", "write it to a file"]);
    folder.write("bomb.zip", zip(&[("a.jsonl", vec![b'\n'; 80 << 20]), ("b.txt", b"Iraq".to_vec())]));
    let outcome = folder.run("analyze bomb.zip -g small.gaz --out run --force");
    outcome.expect(3);
    assert_eq!(books(&folder, "run"), [2, 1, 0, 1]);
    assert!(folder.rejects("run")[0]["message"].as_str().unwrap().contains("zip bomb"));
}

/// An archive of which nothing is read.
#[track_caller]
fn check_refused_or_empty(folder: &Folder, input: &str) {
    folder.run(&format!("analyze {input} -g small.gaz --out run --force")).expect(0);
    assert_eq!(books(folder, "run"), [0, 0, 0, 0]);
}

/// An input is lost also if the reject that says so comes after so many that it is not listed; and a run that has it from another run says so,
/// too.
#[test]
fn lost_inputs_are_lost_in_every_run_that_has_them() {
    let folder = Folder::new();
    let mut lines: Vec<u8> = b"{\"id\":\"a\",\"text\":\"Iraq\"}\n".to_vec();
    // Numbers that do not compress away, so that there is a cut far behind the first lines.
    (0..40_000_u64).for_each(|n| lines.extend(format!("{:x}\n", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).as_bytes()));
    let whole = gzip(&lines);
    folder.write("cut.jsonl.gz", &whole[..whole.len() * 3 / 4]);
    folder.write("b.jsonl", "{\"id\":\"b\",\"text\":\"Iraq and the UN\"}\n");
    let lost = ["1 input could not be read to the end", "cut.jsonl.gz", "(exit code 3)"];
    folder.run("analyze cut.jsonl.gz -g small.gaz --out cut").expect(3).says(&lost).says(&["the first 1,000 of each"]);
    assert_eq!(folder.rejects("cut").len(), 1000);
    assert!(folder.rejects("cut").iter().all(|reject| reject["reason"] == "invalid-json"));
    assert_eq!(folder.manifest("cut")["inputs"][0]["unlisted"]["truncated"], 1);
    folder.run("analyze b.jsonl -g small.gaz --out whole").expect(0);
    folder.run("merge whole cut --out both").expect(3).says(&lost);
    folder.run("extend cut b.jsonl -g small.gaz --out extended").expect(3).says(&lost);
    assert_eq!(folder.hashes("both"), folder.hashes("extended"));
    folder.run("retry cut --out again").expect(3).says(&lost);
    folder.run("verify both").expect(0);
    folder.write("cut.jsonl.gz", gzip(b"{\"id\":\"a\",\"text\":\"Iraq\"}\n"));
    folder.run("retry cut --out again --force").expect(0);
    folder.run("merge whole again --out both --force").expect(0);
}

/// Names and ids that fill screens are not printed whole.
#[test]
fn messages_do_not_repeat_long_names() {
    let folder = Folder::new();
    let long = "x".repeat(2 << 20);
    folder.write("a.jsonl", format!("{{\"id\":\"{long}\",\"text\":\"Iraq\"}}\n").repeat(2));
    let outcome = folder.run("analyze a.jsonl -g small.gaz --out run");
    outcome.expect(0).says(&["2 documents share their id with another", "bytes ...]", "--id-field"]);
    assert!(outcome.stderr.len() < 10_000, "{} bytes", outcome.stderr.len());
    folder.write("named.gaz", format!("iq  place.country  Iraq  -\n{long}  place.nowhere  Nowhere  sometimes\n"));
    let outcome = folder.run("tag a.jsonl -g named.gaz");
    outcome.expect(2);
    assert!(outcome.stderr.contains("named.gaz:2") && outcome.stderr.len() < 10_000, "{} bytes", outcome.stderr.len());
    let name = &long[..100_000];
    let outcome = folder.run(&format!("neighbours run {name}"));
    outcome.expect_refusal(&["bytes ...]"]);
    assert!(outcome.stderr.len() < 10_000, "{} bytes", outcome.stderr.len());
}

#[test]
fn what_decompresses_without_end_is_refused() {
    let folder = Folder::new();
    let zeros = vec![b'\n'; 100 << 20];
    let bomb = zstd(&zeros);
    folder.write("bomb.tar", tar(&[("a.jsonl.zst", bomb), ("b.txt", b"Iraq".to_vec())]));
    let outcome = folder.run("analyze bomb.tar -g small.gaz --out run");
    outcome.expect(3);
    let rejects = folder.rejects("run");
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert_eq!((&rejects[0]["file"], &rejects[0]["reason"]), (&json!("bomb.tar/a.jsonl.zst"), &json!("damaged")));
    assert!(rejects[0]["message"].as_str().unwrap().contains("zip bomb"));
    assert_eq!(books(&folder, "run"), [2, 1, 0, 1]);
    folder.write("bomb.tar.zst", zstd(&tar(&[("b.txt", b"Iraq".to_vec()), ("a.jsonl", zeros)])));
    folder.run("analyze bomb.tar.zst -g small.gaz --out run --force").expect(3);
    assert_eq!(books(&folder, "run"), [2, 1, 0, 1]);
}

#[test]
fn a_name_that_promises_compression_must_keep_its_promise() {
    let folder = Folder::new();
    folder.write("in/a.jsonl.gz", "{\"id\":\"a\",\"text\":\"Iraq\"}\n");
    folder.write("in/b.txt.zst", "Iraq");
    folder.write("in/c.txt.gz", "");
    folder.write("in/d.txt.gz", gzip(&gzip(b"Iraq")));
    folder.write("in/e.jsonl", gzip(b"{\"id\":\"e\",\"text\":\"Iraq\"}\n"));
    folder.write("in/f.jsonl.gz", [gzip(b"{\"id\":\"f\",\"text\":\"Iraq\"}\n"), b"garbage".to_vec()].concat());
    folder.write("in/g.txt.gz", &gzip(b"Iraq")[..5]);
    check_rejects(
        &folder,
        "in",
        [7, 2, 0, 5],
        &[
            ("in/a.jsonl.gz", 1, 0, "damaged", "but the content is not"),
            ("in/b.txt.zst", 1, 0, "damaged", "but the content is not"),
            ("in/d.txt.gz", 1, 0, "binary", "compressed twice"),
            ("in/f.jsonl.gz", 2, 25, "damaged", "not compressed follows"),
            ("in/g.txt.gz", 1, 0, "truncated", "ends too early"),
        ],
    );
}

#[test]
fn a_record_may_be_as_long_as_the_limit_and_no_longer() {
    let folder = Folder::new();
    let record = |id: &str, length: usize| {
        let head = format!(r#"{{"id":"{id}","text":"Iraq "#);
        format!("{head}{}\"}}", "x".repeat(length - head.len() - 2))
    };
    let (fits, too_long) = (record("a", 1024), record("b", 1025));
    folder.write("a.jsonl", format!("{fits}\n{too_long}\n{fits}"));
    check_rejects(
        &folder,
        "a.jsonl --max-record 1K",
        [3, 2, 0, 1],
        &[("a.jsonl", 2, 1025, "too-long", "1025 bytes long, the limit is 1024")],
    );
    folder.write("in/a.txt", "Iraq ".repeat(204) + "Iraq");
    folder.write("in/b.txt", "Iraq ".repeat(205));
    check_rejects(&folder, "in --max-record 1024", [2, 1, 0, 1], &[("in/b.txt", 1, 0, "too-long", "1025 bytes")]);
    for size in ["0", "x", "1X", "-1", "99999999999999999999G"] {
        folder.run(&format!("tag in --max-record={size}")).expect(2);
    }
}

/// The most memory the process has held so far, in bytes, as the system tells.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// One line of 200 MB among good ones costs one reject, and not its length in memory.
#[test]
fn an_endless_line_costs_one_reject_and_little_memory() {
    const LENGTH: usize = 200_000_000;
    let folder = Folder::new();
    let mut command = folder.command("analyze - -g small.gaz -j 2 --out run".split(' '));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        let good = "{\"id\":\"good\",\"text\":\"Iraq\"}\n";
        let head = "{\"id\":\"endless\",\"text\":\"";
        stdin.write_all(format!("{good}{head}").as_bytes()).unwrap();
        let piece = "Iraq and so on. ".repeat(1 << 14);
        let mut left = LENGTH - head.len() - 3;
        while left > 0 {
            let length = left.min(piece.len());
            stdin.write_all(&piece.as_bytes()[..length]).unwrap();
            left -= length;
        }
        stdin.write_all(format!("\"}}\n{good}").as_bytes()).unwrap();
    });
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        peak = peak_memory(&child).or(peak);
        thread::sleep(Duration::from_millis(5));
    }
    writer.join().unwrap();
    Outcome::from(child.wait_with_output().unwrap()).expect(0).says(&["skipped 1 record", "-:2: the line is 19999999"]);
    assert_eq!(books(&folder, "run"), [3, 2, 0, 1]);
    let reject = &folder.rejects("run")[0];
    assert_eq!([&reject["record"], &reject["offset"]], [&json!(2), &json!(28)]);
    assert_eq!(reject["reason"], "too-long");
    if cfg!(target_os = "linux") {
        let peak = peak.expect("the system tells");
        assert!(peak < 400 << 20, "{} MiB", peak >> 20);
    }
}

#[test]
fn an_empty_standard_input_is_an_archive_of_nothing() {
    let folder = Folder::new();
    for input in [&b""[..], b"\n\n"] {
        folder.run_with_input("analyze - -g small.gaz --out run --force --strict", input).expect(0);
        let [_, counted, _, rejected] = books(&folder, "run");
        assert_eq!((counted, rejected), (0, 0));
        folder.run("verify run").expect(0);
        assert!(folder.rows("top", "run").is_empty());
        assert!(folder.rows("pairs", "run").is_empty());
        for command in ["top run", "pairs run", "inspect run", "top run --format csv"] {
            folder.run(command).expect(0);
        }
    }
    let tagged = folder.run_with_input("tag - -g small.gaz", b"");
    assert_eq!((tagged.expect(0).stdout.as_str(), tagged.stderr.as_str()), ("", ""));
}

#[test]
fn what_is_typed_wrongly_is_refused() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    for args in [
        "",
        "analyse a.txt --out run",
        "tag a.txt --offset char",
        "tag a.txt --offsets words",
        "tag a.txt --profile loose",
        "tag a.txt -j many",
        "tag a.txt -q -v",
        "top",
        "top run -n -1",
        "pairs run --context sentences",
    ] {
        let outcome = folder.run(args);
        outcome.expect(2);
        assert_eq!(outcome.stdout, "", "{args}");
        assert!(!outcome.stderr.is_empty());
    }
    folder.run("analyse a.txt --out run").says(&["analyze"]);
    for args in [
        "tag a.txt --segments",
        "tag a.txt --furniture mark",
        "tag a.txt --recurring-lines 2",
        "explain a.txt --doc a.txt",
        "analyze a.txt --out run --exclude dateline",
    ] {
        folder.run(&format!("{args} -g small.gaz --profile plain")).expect_refusal(&["dateline: the plain profile"]);
    }
    for command in ["top", "pairs", "inspect", "verify"] {
        folder.run(&format!("{command} no/run")).expect_refusal(&["dateline: no/run: cannot open: no such file"]);
        folder.run(&format!("{command} a.txt")).expect_refusal(&["a.txt: not a"]);
        folder.run(&format!("{command} .")).expect_refusal(&["not a finished run: it has no manifest.json"]);
    }
    expect_only(&folder, &["a.txt"]);
}

/// Waits for the end of a process, but not for ever.
#[track_caller]
fn wait(mut child: Child, patience: Duration) -> Outcome {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > patience {
            child.kill().unwrap();
            let outcome = Outcome::from(child.wait_with_output().unwrap());
            panic!("still at work after {patience:?}: {outcome:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
    Outcome::from(child.wait_with_output().unwrap())
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Begins an `analyze` of standard input and waits until it is at work.
#[cfg(unix)]
fn analysis_of_a_pipe(folder: &Folder, args: &str) -> Child {
    let mut command = folder.command("analyze - -g small.gaz".split(' '));
    command.args(args.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    while !folder.list(".").iter().any(|name| name.ends_with(".partial")) {
        thread::sleep(Duration::from_millis(2));
    }
    child
}

#[cfg(unix)]
#[test]
fn an_interrupted_analysis_leaves_nothing_behind() {
    let folder = Folder::new();
    let mut child = analysis_of_a_pipe(&folder, "--out run");
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        // Articles keep coming, for a minute at most, until nobody reads them.
        let articles = "{\"text\":\"Iraq\"}\n".repeat(1000);
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) && stdin.write_all(articles.as_bytes()).is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
    });
    thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let outcome = wait(child, Duration::from_secs(20));
    writer.join().unwrap();
    outcome.expect(130).says(&["stopped; nothing was written"]);
    expect_only(&folder, &[]);
}

/// The same while the program waits for articles that do not come, as behind a download that has stalled.
#[cfg(unix)]
#[test]
fn an_analysis_that_waits_for_input_can_be_interrupted() {
    let folder = Folder::new();
    folder.write("a.txt", "York");
    folder.run("analyze a.txt -g small.gaz --out run").expect(0);
    let before = folder.hashes("run");
    let mut child = analysis_of_a_pipe(&folder, "--out run --force");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"text\":\"Iraq\"}\n").unwrap();
    thread::sleep(Duration::from_millis(100));
    interrupt(&child);
    let outcome = wait(child, Duration::from_secs(5));
    drop(stdin);
    outcome.expect(130).says(&["stopped; nothing was written"]);
    assert_eq!(before, folder.hashes("run"));
    expect_only(&folder, &["a.txt", "run"]);
}

/// A killed program cannot clear away after itself; the next one that writes there does, but not after one that is at work.
#[cfg(unix)]
#[test]
fn what_a_killed_analysis_leaves_is_cleared_away() {
    let folder = Folder::new();
    folder.write("a.txt", "York");
    let n_hidden = || folder.list(".").iter().filter(|name| name.ends_with(".partial")).count();
    let mut killed = analysis_of_a_pipe(&folder, "--out killed");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(n_hidden(), 1);
    let mut at_work = folder.command("analyze - -g small.gaz --out slow".split(' '));
    let mut at_work = at_work.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !folder.list(".").iter().any(|name| name.starts_with(".slow.")) {
        thread::sleep(Duration::from_millis(2));
    }
    folder.run("analyze a.txt -g small.gaz --out run").expect(0);
    assert_eq!(n_hidden(), 1);
    at_work.stdin.take().unwrap().write_all(b"{\"text\":\"Iraq\"}\n").unwrap();
    wait(at_work, Duration::from_secs(20)).expect(0);
    expect_only(&folder, &["a.txt", "run", "slow"]);
}

/// Nothing that a user did not make with dateline is replaced, also with `--force`.
#[test]
fn force_replaces_nothing_of_the_users() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq and York");
    folder.run("analyze a.txt -g small.gaz --out run").expect(0);
    let gate = "gazetteer export -g small.gaz --to gate --out lists --force";
    folder.run(gate).expect(0);
    folder.run(gate).expect(0);
    folder.write("lists/notes.txt", "mine");
    folder.run(gate).expect_refusal(&["lists: it holds notes.txt", "--force does not replace it"]);
    folder.write("hand/lists.def", "notes.txt:place\n");
    folder.write("hand/notes.txt", "mine");
    folder
        .run(&gate.replace("lists", "hand"))
        .expect_refusal(&["hand: it exists already and is not an export", "lists.def"]);
    for export in
        ["export run --to gexf", "export run --to csv --table pairs", "gazetteer export -g small.gaz --to csv"]
    {
        folder.run(&format!("{export} --out file --force")).expect(0);
        folder.run(&format!("{export} --out file --force")).expect(0);
        folder.write("file", "my thesis");
        folder
            .run(&format!("{export} --out file --force"))
            .expect_refusal(&["file: it is not recognisable", "--force"]);
        assert_eq!(fs::read_to_string(folder.path("file")).unwrap(), "my thesis");
        fs::remove_file(folder.path("file")).unwrap();
    }
    assert_eq!(fs::read_to_string(folder.path("lists/notes.txt")).unwrap(), "mine");
    assert_eq!(folder.list("hand"), ["lists.def", "notes.txt"]);
    folder.write("names.txt", "Acme\n");
    folder.write("mine.gaz", "x  place.city  Bath  -\n");
    let import = folder.run("gazetteer import --from list names.txt --kind org.company --out mine.gaz --force");
    import.expect_refusal(&["mine.gaz: it is not recognisable as a gazetteer that dateline wrote"]);
    expect_only(&folder, &["a.txt", "hand", "lists", "mine.gaz", "names.txt", "run"]);
}

#[cfg(unix)]
#[test]
fn tagging_can_be_interrupted_while_it_waits() {
    let folder = Folder::new();
    let mut command = folder.command("tag - -g small.gaz".split(' '));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"text\":\"Iraq\"}\n").unwrap();
    // There is nothing to see from outside once it listens.
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    wait(child, Duration::from_secs(5)).expect(130);
}

#[test]
fn a_closed_pipe_is_a_quiet_exit() {
    let folder = Folder::new();
    let line = |number| format!("{{\"id\":\"a{number}\",\"text\":\"Iraq, York, New York and Zürich\"}}\n");
    folder.write("a.jsonl", (0..5000).map(line).collect::<String>());
    let mut command = folder.command("tag a.jsonl -g small.gaz".split(' '));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"id\":\"a0\""), "{line}");
    drop(stdout);
    let outcome = wait(child, Duration::from_secs(60));
    assert_eq!((outcome.expect(0).stderr.as_str(), outcome.code), ("", Some(0)));

    // Nobody listens from the beginning.
    folder.run("analyze a.jsonl -g small.gaz --out run").expect(0);
    for args in [
        "top run",
        "top run --format jsonl",
        "top run --format csv",
        "pairs run --order documents",
        "inspect run",
        "inspect run --format jsonl",
        "verify run -q",
        "analyze a.jsonl -g small.gaz --out other",
        "--help",
        "--version",
    ] {
        let outcome = unheard(&folder, args);
        outcome.expect(0);
        assert_eq!(outcome.stderr, "", "{args}");
    }
    folder.run("verify other").expect(0);
}

/// Runs the program with its standard output closed on the other side.
fn unheard(folder: &Folder, args: &str) -> Outcome {
    let mut child = folder.command(args.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    Outcome { code: child.wait().unwrap().code(), stdout: String::new(), stderr }
}

/// Under `pipefail`, `dateline analyze --strict ... | head -1` must not hide that records were skipped.
#[test]
fn a_closed_pipe_hides_no_skipped_record() {
    let folder = Folder::new();
    folder.write("a.jsonl", "{\"text\":\"Iraq\"}\n{}\n");
    unheard(&folder, "analyze a.jsonl -g small.gaz --out run --strict").expect(1).says(&["skipped 1 record"]);
}

/// Nor must `dateline verify run | grep -q NO` hide that a check has failed.
#[test]
fn a_closed_pipe_hides_no_failed_check() {
    let folder = Folder::new();
    folder.write("a.jsonl", "{\"text\":\"Iraq\"}\n{}\n");
    folder.run("analyze a.jsonl -g small.gaz --out run").expect(0);
    folder.write("run/rejects.jsonl", "");
    unheard(&folder, "verify run").expect(1);
}
