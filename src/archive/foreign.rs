//! Files that hold something else than articles in plain text or JSON Lines, known by their first bytes: binary formats,
//! tables, web pages and feeds, crawls, mailboxes. Each has a name that people know it by, and a remedy.

use super::sniff::Head;
use super::{Format, markup, table, warc};
use crate::files::Compression;

/// A format that is neither plain text nor JSON Lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// Completes "this is ...".
    pub(super) name: String,
    /// What to do about it.
    pub(super) remedy: String,
    /// How it is read, if it is.
    pub(super) format: Option<Format>,
}

impl Foreign {
    pub(super) fn new(name: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name: name.into(), remedy: remedy.into(), format: None }
    }

    /// A format that is read.
    pub(super) fn read(name: impl Into<String>, format: Format) -> Self {
        Self { name: name.into(), remedy: "read it by itself, without --input-format".to_owned(), format: Some(format) }
    }
}

/// What the name of a binary format is; no text begins like this.
pub(super) fn binary(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 37] = [
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\x1f\x9d", "compressed by `compress`"),
        (b"PAR1", "a Parquet file"),
        (b"PARE", "an encrypted Parquet file"),
        (b"ARROW1\0", "an Arrow file"),
        (b"FEA1", "a Feather file"),
        (b"ORC", "an ORC file"),
        (b"Obj\x01", "an Avro file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"\x80\x03", "a Python pickle"),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"\x80\x05\x95", "a Python pickle"),
        (b"%PDF-", "a PDF document"),
        (b"%!PS", "a PostScript document"),
        (b"{\\rtf", "an RTF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
        (b"AT&TFORM", "a DjVu document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF87a", "a GIF image"),
        (b"GIF89a", "a GIF image"),
        (b"II*\0", "a TIFF image"),
        (b"MM\0*", "a TIFF image"),
        (b"ID3", "an MP3 file"),
        (b"OggS", "an Ogg file"),
        (b"fLaC", "a FLAC file"),
        (b"\x1aE\xdf\xa3", "a Matroska or WebM file"),
        (b"\x7fELF", "a program"),
        (b"\xcf\xfa\xed\xfe", "a program"),
        (b"\xca\xfe\xba\xbe", "a program"),
        (b"\0asm", "a WebAssembly program"),
        (b"wOFF", "a font"),
        (b"wOF2", "a font"),
    ];
    // A few of these beginnings could be those of a text, which has no NUL.
    let with_nul =
        |magic: &[u8]| !matches!(magic, b"ORC" | b"PARE" | b"ID3" | b"FEA1" | b"fLaC" | b"OggS") || head.contains(&0);
    let known = KINDS.iter().find(|(magic, _)| head.starts_with(magic) && with_nul(magic));
    if let Some((_, name)) = known {
        return Some(name);
    }
    match head {
        _ if head.starts_with(b"MZ") && head.contains(&0) => Some("a program"),
        _ if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") => Some("a WebP image"),
        _ if head.starts_with(b"RIFF") && head.contains(&0) => Some("a sound or video file"),
        _ if head.get(4..8) == Some(b"ftyp") => Some("an MP4 file or a HEIC image"),
        _ if head.get(257..262) == Some(b"ustar") => Some("a tar archive"),
        // Compression of the file itself is undone before.
        _ => Compression::of(head).map(|_| "compressed twice"),
    }
}

/// What to do with a file of a binary format.
pub(super) fn remedy(head: &[u8]) -> &'static str {
    let is_columnar = head.starts_with(b"PAR1") || head.starts_with(b"ARROW1\0");
    match (is_columnar, cfg!(feature = "parquet")) {
        // Only those that are files by themselves come so far if their content decides.
        (true, true) => "it is read only if it is a file by itself, without --input-format; unpack it first",
        (true, false) => {
            "this program was built without the feature `parquet`, which reads it; build it with that, or convert it to CSV"
        }
        (false, _) if head.starts_with(b"FEA1") => {
            "it is of the first version; write it again as Feather version 2 or as Parquet"
        }
        (false, _) => "unpack or convert it first",
    }
}

/// Text that is no plain text: by its content, and where `by_name` also by what its name promises.
pub(super) fn structured(head: &Head<'_>, by_name: bool) -> Option<Foreign> {
    crawl(head.bytes)
        .or_else(|| mailbox(head.bytes))
        .or_else(|| markup::kind(head))
        .or_else(|| table::kind(head))
        .or_else(|| {
            let ending = head.ending().filter(|_| by_name)?;
            markup::promised(&ending).or_else(|| table::promised(&ending, head)).or_else(|| promised(&ending))
        })
}

fn crawl(head: &[u8]) -> Option<Foreign> {
    if warc::is_archive(head) {
        return Some(Foreign::read("a WARC or ARC file (a web crawl)", Format::Crawl));
    }
    (head.starts_with(b"HTTP/1.") || head.starts_with(b"HTTP/2 "))
        .then(|| Foreign::new("a saved HTTP response", "keep the article's text only"))
}

/// `From somebody date` and then a header.
fn mailbox(head: &[u8]) -> Option<Foreign> {
    let mut lines = head.strip_prefix(b"From ")?.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.next()?;
    let header = lines.next()?;
    let colon = memchr::memchr(b':', header)?;
    let is_header = colon > 0 && header[..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    // Tue May  9 01:33:00 2023
    let has_time =
        first.windows(5).any(|part| part[2] == b':' && [0, 1, 3, 4].iter().all(|at| part[*at].is_ascii_digit()));
    (is_header && has_time).then(|| {
        Foreign::new(
            "an mbox mailbox",
            "convert it to JSON Lines, one message a line, e.g. with Python's mailbox module; docs/input.md has a script",
        )
    })
}

fn promised(ending: &str) -> Option<Foreign> {
    let name = match ending {
        "warc" | "arc" | "wet" => return Some(Foreign::read("a web crawl, by its name", Format::Crawl)),
        "mbox" => "a mailbox, by its name",
        "yaml" | "yml" => "YAML, by its name",
        "sql" => "SQL, by its name",
        "bib" | "ris" => "bibliographic records, by its name",
        _ => return None,
    };
    Some(Foreign::new(name, "convert it to JSON Lines, or read it as it is with --input-format text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: Option<&str>) {
        let head = Head { bytes: content.as_bytes(), whole: true, path: "unknown" };
        let found = structured(&head, true).map(|foreign| foreign.name);
        match expected {
            None => assert_eq!(found, None, "{content}"),
            Some(part) => assert!(found.as_ref().is_some_and(|name| name.contains(part)), "{found:?}: {content}"),
        }
    }

    #[test]
    fn crawls_and_mailboxes_are_known_by_their_first_lines() {
        for version in ["0.17", "1.0", "1.1"] {
            check(&format!("WARC/{version}\r\nWARC-Type: warcinfo\r\n"), Some("WARC"));
        }
        check("filedesc://news.arc.gz 0.0.0.0 20060101000000 text/plain 76\n1 0 InternetArchive\n", Some("ARC"));
        check("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", Some("HTTP"));
        check("From ada@a.example Tue May  9 01:33:00 2023\nReceived: from b\nSubject: x\n\nTalks.\n", Some("mbox"));
        check("From MAILER-DAEMON Tue May 09 01:33:00 2023\r\nDate: 9 May\r\n\r\nTalks.\r\n", Some("mbox"));
        check("From London to Paris by train\nTalks: they resumed.\n", None);
        check("From Geneva, 2023\nTalks: they resumed.\n", None);
        check("WARCRAFT players met in Paris.\n", None);
        // A message by itself is a text with a header.
        check("From: ada@a.example\nSubject: talks\n\nTalks resumed in Geneva.\n", None);
    }

    #[test]
    fn binary_formats_are_named_and_words_are_not() {
        for (head, part) in [
            (&b"PK\x03\x04rest"[..], "zip"),
            (b"{\\rtf1\\ansi Talks}", "RTF"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
            (b"GIF89a\x01", "GIF"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
            (b"MZ\x90\0\x03\0", "program"),
            (b"\x7fELF\x02", "program"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
            (b"\0\0\0\x20ftypmp42", "MP4"),
        ] {
            assert!(binary(head).is_some_and(|name| name.contains(part)), "{head:?}");
        }
        for text in
            ["ORCA pods", "ID3 tags are", "MZ is Mozambique", "RIFF RAFF", "Obj", "GIF", "Rare earths", "PK said"]
        {
            assert_eq!(binary(text.as_bytes()), None, "{text}");
        }
    }
}
