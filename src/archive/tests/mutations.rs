//! Damaged files of every format: sound ones, changed at random, are read alike in any pieces, with all bytes accounted for.
//!
//! `DATELINE_MUTATIONS=N` tries so many changes of each file instead of 60, and `DATELINE_MUTATIONS_SEED=N` others than the usual;
//! `tests/fuzz/README.md` has the commands. A file that once failed is kept in `tests/fuzz/found/` and read by the second test.

use std::env;
use std::fs;
use std::io::{Cursor, Write};
use std::panic::catch_unwind;
use std::path::Path;

use crate::archive::check_reading;

const RSS: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Wire</title>\n<item><guid>1</guid>\
    <title>Talks</title><description><![CDATA[<p>GENEVA: Talks &amp; more.</p>]]></description><pubDate>Tue, 09 May 2023 01:33:00 GMT\
    </pubDate></item>\n<item><link>http://e/2</link><title>Rain &lt;b&gt;</title><description>Oslo is wet.</description></item></channel></rss>\n";
const NITF: &str = "<?xml version=\"1.0\"?><nitf><head><title>Talks</title><docdata><doc-id id-string=\"7\"/><date.issue norm=\"20230509\"/>\
    </docdata></head><body><body.head><hedline><hl1>Talks</hl1></hedline></body.head><body.content><p>GENEVA: Talks.</p><p>Oslo.</p>\
    </body.content></body></nitf>\n";
const SGML: &str = "<DOC id=\"AFP_ENG_20100101.0001\" type=\"story\" >\n<HEADLINE>\nTalks resume\n</HEADLINE>\n<DATELINE>\nGeneva, Jan 1, 2010 (AFP)\n\
    </DATELINE>\n<TEXT>\n<P>\nTalks resumed.\n</P>\n<P>\nOslo &AMP; Bath.\n</P>\n</TEXT>\n</DOC>\n<DOC id=\"2\">\n<TEXT>\nShort.\n</TEXT>\n</DOC>\n";
const HTML: &str = "<!DOCTYPE html><html lang=en><head><meta charset=\"iso-8859-1\"><title>Talks - Wire</title>\
    <script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"Talks\",\"datePublished\":\"2023-05-09\"}</script></head>\
    <body><nav><a href=/>Home</a></nav><article><h1>Talks</h1><p>GENEVA: Talks resumed on Tuesday after a long break, officials said.</p>\
    <p>Nobody knew when they would end, or what they were about.</p></article></body></html>";
const JSON: &str = "[\n {\"id\": 1, \"title\": \"Talks\", \"text\": \"GENEVA: \\u201cTalks\\u201d.\", \"date\": 1683595980},\n {\"id\": \"2\", \
    \"text\": [\"Oslo\", \"Bath\"], \"n\": {\"x\": [1, null, true]}}\n]\n";
const TABLE: &str =
    "id;title;text;date\n1;Talks;\"GENEVA: \"\"Talks\"\";\nresumed\";2023-05-09\n2;Rain;Oslo is wet;\n3;Short\n";

fn lines() -> Vec<u8> {
    let line = |n: u32| {
        format!(
            "{{\"id\":{n},\"title\":\"Talks\",\"text\":\"GENEVA: talks no. {n}\",\"date\":\"2023-05-0{}\"}}\n",
            n % 9 + 1
        )
    };
    (1..9).map(line).collect::<String>().into_bytes()
}

fn crawl() -> Vec<u8> {
    let page = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{HTML}\r\n0\r\n\r\n",
        HTML.len()
    );
    let record = |kind: &str, media: &str, body: &str| {
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://e.example/a\r\nWARC-Date: 2023-05-09T01:33:00Z\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    let request = record("request", "application/http; msgtype=request", "GET / HTTP/1.1\r\n\r\n");
    let text = record("conversion", "text/plain", "Oslo is wet.");
    [request, record("response", "application/http; msgtype=response", &page), text].concat().into_bytes()
}

fn tar() -> Vec<u8> {
    let mut tar = ::tar::Builder::new(Vec::new());
    for (path, content) in [
        ("a.jsonl", lines()),
        ("b/c.html", HTML.into()),
        ("d.txt.gz", packed("gz", b"Oslo is wet.")),
        ("e.csv", TABLE.into()),
    ] {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, &content[..]).unwrap();
    }
    tar.into_inner().unwrap()
}

fn zip() -> Vec<u8> {
    let mut zip = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content, method) in [
        ("a.jsonl", lines(), ::zip::CompressionMethod::Deflated),
        ("b.txt", b"Oslo is wet.".to_vec(), ::zip::CompressionMethod::Stored),
        ("c.xml", RSS.into(), ::zip::CompressionMethod::Deflated),
    ] {
        let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(path, options).unwrap();
        zip.write_all(&content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn packed(ending: &str, bytes: &[u8]) -> Vec<u8> {
    match ending {
        "gz" => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(bytes).unwrap();
            gzip.finish().unwrap()
        }
        "zst" => zstd::encode_all(bytes, 1).unwrap(),
        "bz2" => {
            let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            bzip2.write_all(bytes).unwrap();
            bzip2.finish().unwrap()
        }
        "xz" => {
            let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
            xz.write_all(bytes).unwrap();
            xz.finish().unwrap()
        }
        _ => {
            let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
            lz4.write_all(bytes).unwrap();
            lz4.finish().unwrap()
        }
    }
}

/// A sound file of each format.
fn files() -> Vec<(String, Vec<u8>)> {
    let named = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    let mut files = vec![
        named("a.jsonl", lines()),
        named("a.json", JSON.into()),
        named("a.csv", TABLE.into()),
        named("a.html", HTML.into()),
        named("a.rss", RSS.into()),
        named("a.nitf", NITF.into()),
        named("a.sgml", SGML.into()),
        named("a.warc", crawl()),
        named("a.txt", "GENEVA: Talks “resumed”.\n\nOslo.\n".into()),
        named("a.tar", tar()),
        named("a.zip", zip()),
    ];
    for ending in ["gz", "zst", "bz2", "xz", "lz4"] {
        files.push((format!("a.jsonl.{ending}"), packed(ending, &lines())));
    }
    files.push(named("a.warc.gz", [packed("gz", &crawl()), packed("gz", &crawl())].concat()));
    files.push(named("a.tar.zst", packed("zst", &tar())));
    files
}

/// Numbers that follow no pattern (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % n.max(1) as u64) as usize
    }
}

/// Up to four changes: a bit turned, a byte set, a stretch cut out, doubled or moved, the end cut off.
fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        let end = bytes.len().min(at + 1 + random.below(40));
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 0xff, b'<', b'"', b'\n', b'{', b'0', 0x80][random.below(8)],
            2 => drop(bytes.drain(at..end)),
            3 => {
                let stretch = bytes[at..end].to_vec();
                bytes.splice(at..at, stretch);
            }
            4 => {
                let stretch: Vec<u8> = bytes.drain(at..end).collect();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, stretch);
            }
            5 => bytes.truncate(at),
            // A number in a header, of 2 or 4 bytes.
            _ => {
                let width = [2, 4][random.below(2)].min(bytes.len() - at);
                let fill = [0, 0xff, 0x7f][random.below(3)];
                bytes[at..at + width].fill(fill);
            }
        }
    }
}

fn number(variable: &str, usual: u64) -> u64 {
    env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

#[test]
fn changed_files_of_every_format_are_read_alike_in_any_pieces() {
    let (times, seed) = (number("DATELINE_MUTATIONS", 60), number("DATELINE_MUTATIONS_SEED", 1));
    for (format, (name, sound)) in files().into_iter().enumerate() {
        check_reading(&name, &sound);
        for time in 0..times {
            let mut random = Random(seed << 40 ^ (format as u64) << 32 ^ time);
            let mut bytes = sound.clone();
            change(&mut bytes, &mut random);
            let path = if random.below(4) == 0 { "unknown" } else { &name };
            if let Err(panic) = catch_unwind(|| check_reading(path, &bytes)) {
                let kept = env::temp_dir().join(format!("{seed}-{time}-{path}"));
                fs::write(&kept, &bytes).unwrap();
                eprintln!("change {time} of {name} (seed {seed}), read as {path}: kept as {}", kept.display());
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// Files that once were read wrongly. A name is what was found, a hyphen, and the name under which the file was read.
#[test]
fn files_that_were_found_are_read_rightly_since() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/found");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if let Some((_, read_as)) = name.split_once('-') {
            check_reading(read_as, &fs::read(&path).unwrap());
        }
    }
}
