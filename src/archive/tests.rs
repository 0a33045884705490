//! The reader against a naive reading of the whole text, whatever the cuts, sizes, compressions and damages.

mod mutations;
mod pieces;

use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::diagnostics::RejectReason;

/// What came of one record: file, number and offset, then the document or why there is none.
type Outcome = (String, u64, u64, Result<(String, String), RejectReason>);

/// An archive of files in memory.
fn archive(files: &[(&str, Vec<u8>)], options: ArchiveOptions) -> Archive {
    let input = |(path, bytes): &(&str, Vec<u8>)| {
        let bytes: Arc<[u8]> = bytes.as_slice().into();
        Input::made(path, move || Box::new(Cursor::new(bytes.clone())))
    };
    of_inputs(files.iter().map(input).collect(), options)
}

fn of_inputs(inputs: Vec<Input>, options: ArchiveOptions) -> Archive {
    Archive::of(Origin::new(inputs, options))
}

/// Reads an archive to its end; checks what must hold of any.
fn read(archive: &Archive) -> (Vec<Outcome>, Vec<InputSummary>) {
    let mut outcomes = Vec::new();
    let mut bytes_read = 0;
    let mut batches = archive.batches();
    while let Some(batch) = batches.next() {
        let batch = batch.unwrap();
        bytes_read += batch.bytes_read;
        let mut of_batch: Vec<Outcome> = Vec::new();
        for record in batch.records() {
            assert_eq!(batch.length(record), batch.bytes(record).len() as u64);
            let parsed = batch.document(record);
            let path = archive.inputs()[record.file as usize].path().to_owned();
            let parsed =
                parsed.map(|document| (document.id.into_owned(), document.text.into_owned())).map_err(|reject| {
                    assert_eq!((&reject.file, reject.record, reject.offset), (&path, record.number, record.offset));
                    reject.reason
                });
            of_batch.push((path, record.number, record.offset, parsed));
        }
        of_batch.extend(batch.rejects().iter().map(|r| (r.file.clone(), r.record, r.offset, Err(r.reason))));
        // Records and rejects each come in order, and together they do across batches.
        of_batch.sort_by_key(|outcome| (archive.inputs().iter().position(|i| i.path() == outcome.0), outcome.1));
        outcomes.extend(of_batch);
        batches.recycle(batch);
    }
    let summaries = batches.finish();
    assert_eq!(
        summaries.iter().map(|s| s.path.clone()).collect::<Vec<_>>(),
        archive.inputs().iter().map(|i| i.path().to_owned()).collect::<Vec<_>>()
    );
    assert_eq!(summaries.iter().map(|summary| summary.records).sum::<u64>(), outcomes.len() as u64);
    assert_eq!(summaries.iter().map(|summary| summary.bytes).sum::<u64>(), bytes_read);
    (outcomes, summaries)
}

fn read_one(path: &str, bytes: &[u8]) -> Vec<Outcome> {
    read(&archive(&[(path, bytes.to_vec())], ArchiveOptions::default())).0
}

/// The number, the offset and the text or the reason of each record of one file.
#[track_caller]
fn check(path: &str, bytes: &[u8], expected: &[(u64, u64, &str)]) {
    let found: Vec<(u64, u64, String)> = read_one(path, bytes)
        .into_iter()
        .map(|(_, number, offset, parsed)| {
            (number, offset, parsed.map_or_else(|reason| reason.to_string(), |(_, text)| text))
        })
        .collect();
    let expected: Vec<(u64, u64, String)> = expected.iter().map(|(n, o, text)| (*n, *o, (*text).to_owned())).collect();
    assert_eq!(found, expected);
}

/// JSON Lines in the most obvious way: the whole content at once, line by line.
fn naive(path: &str, content: &[u8], max_record: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut offset = 0;
    for (index, line) in content.split(|&byte| byte == b'\n').enumerate() {
        let number = index as u64 + 1;
        let parsed = match serde_json::from_slice::<serde_json::Value>(line) {
            _ if line.len() > max_record => Some(Err(RejectReason::TooLong)),
            _ if line.trim_ascii().is_empty() => None,
            Ok(value) if value.is_object() => Some(match value["text"].as_str() {
                Some(text) => {
                    let id = value["id"].as_str().map_or_else(|| format!("{path}#{number}"), str::to_owned);
                    Ok((id, text.to_owned()))
                }
                None => Err(RejectReason::NoText),
            }),
            _ => Some(Err(RejectReason::InvalidJson)),
        };
        outcomes.extend(parsed.map(|parsed| (path.to_owned(), number, offset, parsed)));
        offset += line.len() as u64 + 1;
    }
    outcomes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

const SKIPPABLE_FRAME: &[u8] = b"\x50\x2a\x4d\x18\x03\0\0\0abc";

/// `content` compressed in pieces that end at the `cuts`.
fn in_pieces(content: &[u8], cuts: &[prop::sample::Index], compress: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(content.len() + 1)).collect();
    cuts.extend([0, content.len()]);
    cuts.sort_unstable();
    cuts.windows(2).flat_map(|cut| compress(&content[cut[0]..cut[1]])).collect()
}

fn sha256(bytes: &[u8]) -> String {
    crate::hash::hex(&Sha256::digest(bytes))
}

fn a_line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => ("[a-z]{1,3}", "[ -~éß\u{4e00}\\n\"\\\\]{0,60}").prop_map(|(id, text)| serde_json::json!({"id": id, "text": text}).to_string()),
        2 => "[ -~]{0,30}".prop_map(|text| serde_json::json!({"x": [1, {"text": null}], "text": text}).to_string()),
        1 => Just(r#"{"id":"no text"}"#.to_owned()),
        1 => Just(r#"{"text":"#.to_owned()),
        1 => "[ \t]{0,3}",
    ]
}

proptest! {
    #[test]
    fn any_cut_size_and_compression_reads_as_the_whole(
        lines in prop::collection::vec((a_line(), prop::bool::ANY), 0..30),
        last_line_ends in prop::bool::ANY,
        batch_bytes in 1_usize..2000,
        max_record in prop_oneof![Just(1_usize << 20), 20_usize..80],
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        // A file that begins with a bare `{` or `[` is another matter.
        let mut content = "{\"text\":\"first\"}\n".to_owned();
        for (line, carriage_return) in lines {
            content.push_str(&line);
            content.push_str(if carriage_return { "\r\n" } else { "\n" });
        }
        if !last_line_ends {
            content.truncate(content.trim_end().len());
        }
        let content = content.as_bytes();
        let mut gz = in_pieces(content, &cuts, gzip);
        gz.extend([0; 7]);
        let mut zst = SKIPPABLE_FRAME.to_vec();
        zst.extend(in_pieces(content, &cuts, zstd));
        zst.extend(SKIPPABLE_FRAME);
        let files = [("a.jsonl", content.to_vec()), ("b.jsonl.gz", gz), ("c.jsonl.zst", zst), ("d", content.to_vec())];
        let options = ArchiveOptions { batch_bytes, max_record, ..ArchiveOptions::default() };
        let (outcomes, summaries) = read(&archive(&files, options));
        let expected: Vec<Outcome> = files.iter().flat_map(|(path, _)| naive(path, content, max_record)).collect();
        // A last line that is cut short is the file's fault, not the line's.
        let cut_short = |outcome: &Outcome| !last_line_ends && outcome.3 == Err(RejectReason::Truncated);
        prop_assert_eq!(outcomes.len(), expected.len());
        for (outcome, expected) in outcomes.iter().zip(&expected) {
            if cut_short(outcome) {
                prop_assert_eq!(&expected.3, &Err(RejectReason::InvalidJson));
            } else {
                prop_assert_eq!(outcome, expected);
            }
        }
        for ((path, bytes), summary) in files.iter().zip(summaries) {
            prop_assert_eq!((*path, bytes.len() as u64, sha256(bytes)), (&*summary.path, summary.bytes, summary.sha256));
        }
    }

    #[test]
    fn a_cut_or_a_flipped_byte_gives_the_records_before_and_one_reject(
        texts in prop::collection::vec("[a-z ]{0,40}", 1..8),
        at in any::<prop::sample::Index>(),
        flip in prop::bool::ANY,
        batch_bytes in 1_usize..200,
    ) {
        let lines: Vec<String> = texts.iter().map(|text| format!("{{\"text\":\"{text}\"}}\n")).collect();
        for (path, compress) in [("a.jsonl.gz", gzip as fn(&[u8]) -> Vec<u8>), ("a.jsonl.zst", zstd)] {
            let mut bytes: Vec<u8> = lines.iter().flat_map(|line| compress(line.as_bytes())).collect();
            let at = at.index(bytes.len());
            if flip { bytes[at] ^= 1 << (at % 8) } else { bytes.truncate(at) }
            let options = ArchiveOptions { batch_bytes, ..ArchiveOptions::default() };
            let (outcomes, summaries) = read(&archive(&[(path, bytes.clone())], options));
            prop_assert_eq!(&summaries[0].sha256, &sha256(&bytes));
            prop_assert_eq!(&outcomes, &read_one(path, &bytes));
            if !flip {
                let documents = outcomes.iter().filter(|outcome| outcome.3.is_ok()).count();
                prop_assert!(outcomes.len() - documents <= 1);
                for (outcome, text) in outcomes.iter().zip(&texts) {
                    prop_assert!(matches!(&outcome.3, Ok((_, found)) if found == text) || outcome.3 == Err(RejectReason::Truncated));
                }
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_safe_and_counted(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'{'), Just(b'"'), Just(b'}')], 0..300),
        prefix in prop::sample::select(vec![&b""[..], b"{}\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"]),
        batch_bytes in 1_usize..400,
        max_record in 0_usize..400,
    ) {
        let bytes = [prefix, &bytes].concat();
        let options = ArchiveOptions { batch_bytes, max_record, ..ArchiveOptions::default() };
        let files = ["a.jsonl", "b.jsonl.gz", "c.txt", "d.txt.zst", "e"].map(|path| (path, bytes.clone()));
        // `read` checks that what was seen is what came out.
        read(&archive(&files, options));
    }
}

const LINES: &[u8] = b"{\"text\":\"one\"}\n{\"text\":\"two\"}\n";

#[test]
fn every_cut_of_a_compressed_file_is_told() {
    for (path, whole) in [("a.jsonl.gz", gzip(LINES)), ("a.jsonl.zst", zstd(LINES)), ("-", gzip(LINES))] {
        check(path, &whole, &[(1, 0, "one"), (2, 15, "two")]);
        let shortest = if path == "-" { 2 } else { 1 };
        for length in shortest..whole.len() {
            let outcomes = read_one(path, &whole[..length]);
            let (last, before) = outcomes.split_last().unwrap();
            assert_eq!(last.3, Err(RejectReason::Truncated), "{path} {length}");
            assert!(before.iter().all(|outcome| outcome.3.is_ok()));
        }
        check(path, &[], &[]);
    }
    check("a.jsonl.gz", &gzip(LINES)[..1], &[(1, 0, "truncated")]);
    // The cut lies between two records, or within one.
    check("a.jsonl.gz", &[&gzip(LINES)[..], b"\x1f"].concat(), &[(1, 0, "one"), (2, 15, "two"), (3, 30, "truncated")]);
    check(
        "a.jsonl.zst",
        &[&zstd(LINES)[..], b"\x28\xb5"].concat(),
        &[(1, 0, "one"), (2, 15, "two"), (3, 30, "truncated")],
    );
    check(
        "a.jsonl.gz",
        &[gzip(&LINES[..20]), gzip(b"x")[..9].to_vec()].concat(),
        &[(1, 0, "one"), (2, 15, "truncated")],
    );
    check("a.txt.gz", &[gzip(b"GENEVA"), gzip(b"x")[..9].to_vec()].concat(), &[(1, 0, "truncated")]);
}

#[test]
fn damage_is_one_reject_and_the_rest_is_hashed() {
    for (path, whole) in [("a.jsonl.gz", gzip(LINES)), ("a.jsonl.zst", zstd(LINES))] {
        let garbage = [&whole[..], &b"garbage ".repeat(100_000)].concat();
        check(path, &garbage, &[(1, 0, "one"), (2, 15, "two"), (3, 30, "damaged")]);
        let (_, summaries) = read(&archive(&[(path, garbage.clone())], ArchiveOptions::default()));
        assert_eq!(summaries[0].sha256, sha256(&garbage));
    }
    let mut wrong_checksum = gzip(LINES);
    let at = wrong_checksum.len() - 6;
    wrong_checksum[at] ^= 1;
    check("a.jsonl.gz", &wrong_checksum, &[(1, 0, "one"), (2, 15, "two"), (3, 30, "damaged")]);
    check("a.jsonl.gz", LINES, &[(1, 0, "damaged")]);
    check("a.txt.zst", b"text", &[(1, 0, "damaged")]);
    // The content decides, not the name.
    check("a.jsonl", &gzip(LINES), &[(1, 0, "one"), (2, 15, "two")]);
    check("a.jsonl.gz", &zstd(LINES), &[(1, 0, "one"), (2, 15, "two")]);
}

#[test]
fn lines_are_counted_and_blank_ones_are_no_records() {
    check("a.jsonl", b"\n\r\n {\"text\":\"x\"}\r\n \n\n{\"text\":\"y\"}", &[(3, 3, "x"), (6, 21, "y")]);
    check("a.jsonl", b"\xef\xbb\xbf{\"text\":\"x\"}\n{\"text\":\"y\"}\n", &[(1, 3, "x"), (2, 16, "y")]);
    check(
        "a.jsonl",
        b"{\"text\":\"x\"}\nnot json\n{\"text\":\"y\"}\n{\"te",
        &[(1, 0, "x"), (2, 13, "invalid-json"), (3, 22, "y"), (4, 35, "truncated")],
    );
    check("a.jsonl", b"\n", &[]);
    check("a.json", b"[\n{\"text\":\"x\"},\n{\"text\":\"y\"}\n]\n", &[(1, 2, "x"), (2, 16, "y")]);
    check("a.json", b"\n{\n\"text\":\"x\"\n}\n", &[(1, 1, "x")]);
}

#[test]
fn a_text_file_is_one_document() {
    check("a.txt", "GENEVA:\n\nTalks.\n".as_bytes(), &[(1, 0, "GENEVA:\n\nTalks.\n")]);
    check("a.txt.gz", &[gzip("GEN".as_bytes()), gzip(b"EVA")].concat(), &[(1, 0, "GENEVA")]);
    check("a.txt", b"", &[(1, 0, "")]);
    check("a.txt", &gzip(b""), &[(1, 0, "")]);
    check("a.txt.gz", b"", &[]);
    check("unknown", b"", &[]);
    check("unknown", b"GENEVA", &[(1, 0, "GENEVA")]);
    check("unknown", LINES, &[(1, 0, "one"), (2, 15, "two")]);
    check("a.txt", b"\0\x01", &[(1, 0, "binary")]);
    check("a.txt", &[&b"a".repeat(1 << 20)[..], b"\0"].concat(), &[(1, 0, "binary")]);
    check("a.txt", b"Z\xfcrich", &[(1, 0, "invalid-utf8")]);
    let long = b"a".repeat(300_000);
    let options = ArchiveOptions { max_record: 200_000, ..ArchiveOptions::default() };
    let (outcomes, _) = read(&archive(&[("a.txt", long), ("b.txt", b"b".to_vec())], options));
    assert_eq!(outcomes[0].3, Err(RejectReason::TooLong));
    assert_eq!(outcomes[1].3, Ok(("b.txt".to_owned(), "b".to_owned())));
}

#[test]
fn a_reader_thread_can_feed_workers() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Archive>();
    shared::<Batch>();
    sent::<Batches>();
}

#[test]
fn documents_carry_all_their_fields() {
    let line = br#"{"id":7,"title":"T","text":"x","date":"2006-10-21","source":"S"}"#;
    let archive = archive(&[("a.jsonl", line.to_vec())], ArchiveOptions::default());
    let batch = archive.batches().next().unwrap().unwrap();
    let document = batch.document(&batch.records()[0]).unwrap();
    let fields = (&*document.id, document.title.as_deref(), document.date.as_deref(), document.source.as_deref());
    assert_eq!(fields, ("7", Some("T"), Some("2006-10-21"), Some("S")));
}

#[test]
fn a_disk_that_fails_ends_one_file_only() {
    struct Failing(Cursor<&'static [u8]>);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::from_raw_os_error(5)),
                read => Ok(read),
            }
        }
    }
    let failing = Input::made("a.jsonl", || Box::new(Failing(Cursor::new(b"{\"text\":\"x\"}\n{\"te"))));
    let whole = Input::made("b.jsonl", || Box::new(Cursor::new(LINES)));
    let archive = of_inputs(vec![failing, whole], ArchiveOptions::default());
    let (outcomes, summaries) = read(&archive);
    let reasons: Vec<_> = outcomes.iter().map(|outcome| (outcome.1, outcome.2, outcome.3.clone().err())).collect();
    assert_eq!(reasons, [(1, 0, None), (2, 13, Some(RejectReason::Unreadable)), (1, 0, None), (2, 15, None)]);
    assert_eq!(summaries[0].sha256, "");
}

#[test]
fn an_input_that_vanished_is_one_reject() {
    let directory = tempfile::tempdir().unwrap();
    let paths = ["a.txt", "b.txt"].map(|name| directory.path().join(name));
    paths.iter().for_each(|path| std::fs::write(path, "x").unwrap());
    let archive = Archive::open(&paths, ArchiveOptions::default()).unwrap();
    assert_eq!(archive.total_bytes(), Some(2));
    std::fs::remove_file(&paths[0]).unwrap();
    let (outcomes, _) = read(&archive);
    assert_eq!(outcomes[0].3, Err(RejectReason::Unreadable));
    assert!(outcomes[1].3.is_ok());
}

#[test]
fn a_line_of_200_megabytes_is_never_held() {
    const LINE: u64 = 200 << 20;
    let make = || -> Box<dyn Read + Send> {
        let long = io::repeat(b'x').take(LINE);
        Box::new(Cursor::new(LINES).chain(long).chain(Cursor::new(b"\n")).chain(Cursor::new(LINES)))
    };
    let options = ArchiveOptions { max_record: 1 << 20, ..ArchiveOptions::default() };
    let archive = of_inputs(vec![Input::made("a.jsonl", make)], options);
    let mut batches = archive.batches();
    let mut rejects = Vec::new();
    let mut records = Vec::new();
    for batch in &mut batches {
        let batch = batch.unwrap();
        assert!(batch.buffer.capacity() < 4 << 20);
        rejects.extend(batch.rejects().to_vec());
        records.extend(batch.records().iter().map(|record| (record.number, record.offset)));
    }
    assert_eq!(records, [(1, 0), (2, 15), (4, 31 + LINE), (5, 46 + LINE)]);
    assert_eq!((rejects.len(), rejects[0].record, rejects[0].offset), (1, 3, 30));
    assert_eq!(rejects[0].message, "the line is 209715200 bytes long, the limit is 1048576 bytes");
}

#[test]
fn usual_buffers_are_used_again_and_large_ones_are_not() {
    let line = |length: usize| format!("{{\"text\":\"{}\"}}\n", "x".repeat(length));
    let content = [line(100_000), line(100_000), line(1 << 20), line(100_000)].concat();
    let options = ArchiveOptions { batch_bytes: 1, ..ArchiveOptions::default() };
    let archive = archive(&[("a.jsonl", content.into())], options);
    let mut batches = archive.batches();
    let usual = batches.next().unwrap().unwrap();
    batches.recycle(usual);
    assert_eq!(batches.spares.len(), 1);
    batches.next().unwrap().unwrap();
    assert_eq!(batches.spares.len(), 0);
    let large = batches.next().unwrap().unwrap();
    assert!(large.buffer.capacity() > 1 << 20);
    batches.recycle(large);
    assert_eq!(batches.spares.len(), 0);
    assert!(batches.next().unwrap().unwrap().buffer.capacity() < 1 << 20);
}

#[test]
fn line_ends_may_be_missing_at_the_end_of_a_crawl() {
    let record = |missing: usize| {
        let head = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://e/a\r\nContent-Type: text/plain\r\n";
        format!("{head}Content-Length: {}\r\n\r\nTalks.", 6 + missing).into_bytes()
    };
    check("a.warc", &record(0), &[(1, 0, "Talks.")]);
    check("a.warc", &record(4), &[(1, 0, "Talks.")]);
    check("a.warc", &record(5), &[(1, 0, "truncated")]);
}

/// Pieces of which files of each format are made, sound and broken.
const PIECES: [(&str, &[&str]); 6] = [
    (
        "a.jsonl",
        &[
            "{\"text\":\"x\"}",
            "{",
            "}",
            "\n",
            "\"",
            "\\",
            "\r\n",
            "{\"id\":1,\"text\":\"é\"}",
            "\u{feff}",
            "[",
            "]",
            ",",
            "7",
        ],
    ),
    ("a.json", &["[", "]", "{\"text\":\"x\"}", ",", "\n", "{\n\"text\": \"y\"\n}", "\"", "{", "}", "\\", "null"]),
    ("a.csv", &["id,text\n", "1,x\n", "\"a\n\"\"b\"", "\"", ",", "\n", "\r\n", "2,\"y\"\n", ";", "\t"]),
    (
        "a.html",
        &["<p>", "</p>", "<html><body>", "x is a text. ", "&amp;", "<", "<script>", "</script>", "<!--", "-->", "\n"],
    ),
    (
        "a.warc",
        &[
            "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://e/\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: request\r\nContent-Length: 9\r\n\r\n",
            "WARC/1.0\r\n",
            "\r\n",
            "Content-Length: 2500\r\n",
            "abc",
            "http://e/ 1.2.3.4 20140216050221 text/html 3\n",
        ],
    ),
    ("a.txt", &["GENEVA: Talks.\n", "\0", "\u{feff}", "é", "<a>", "x,y\n"]),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Files of every format, well formed or not, give the same records however they come in.
    #[test]
    fn any_file_is_read_alike_in_any_pieces(format in 0..PIECES.len(), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..30), cut in any::<prop::sample::Index>(), is_cut: bool) {
        let (path, pieces) = PIECES[format];
        let content: String = picks.iter().map(|pick| *pick.get(pieces)).collect();
        let mut bytes = content.into_bytes();
        if is_cut && !bytes.is_empty() {
            bytes.truncate(cut.index(bytes.len()));
        }
        check_reading(path, &bytes);
        check_reading("unknown", &bytes);
    }
}
