//! What the first bytes of a file's content say about all of it.

use std::path::Path;

use super::cut::first_value_end;
use super::{Format, compressed_name, elements, foreign, table, text};
use crate::diagnostics::RejectReason;

/// The UTF-8 byte order mark.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// The beginning of a file's decompressed content.
#[derive(Debug)]
pub(super) struct Head<'a> {
    /// Its first 64 KiB.
    pub(super) bytes: &'a [u8],
    /// That is all of it.
    pub(super) whole: bool,
    pub(super) path: &'a str,
}

impl<'a> Head<'a> {
    /// The content from its first byte that is neither blank nor a byte order mark.
    pub(super) fn text(&self) -> &'a [u8] {
        self.bytes.strip_prefix(MARK).unwrap_or(self.bytes).trim_ascii_start()
    }

    /// The ending of the name in lower case, without those of compressions.
    pub(super) fn ending(&self) -> Option<String> {
        let path = Path::new(self.path);
        let path = if compressed_name(self.path) { Path::new(path.file_stem()?) } else { path };
        Some(path.extension()?.to_str()?.to_ascii_lowercase())
    }
}

/// The verdict on a file from its first 64 KiB.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Read it so, after leaving out some bytes (a byte order mark).
    Read(Format, usize),
    /// One reject for the whole file, at this offset and line.
    Refuse { reason: RejectReason, message: String, offset: u64, line: u64 },
}

/// Looks at the beginning of the content of a file whose format may be known, because the user `asked` for it or by its name.
///
/// Content that is plainly something else is refused by its name, unless the user asked for it to be read as text.
pub(super) fn look(head: &Head<'_>, format: Option<Format>, asked: bool) -> Verdict {
    if let Some(name) = foreign::binary(head.bytes) {
        let remedy = foreign::remedy(head.bytes);
        let message = format!("this is {name}, not text; {remedy}");
        return Verdict::refuse(RejectReason::Binary, message);
    }
    if let Some((reason, message)) = text::utf16(head.bytes) {
        return Verdict::refuse(reason, message);
    }
    // What the user calls a table, a page or a crawl is read so.
    match format {
        Some(Format::Table { .. }) if asked => {
            let separator = table::separator(head);
            return Verdict::Read(Format::Table { separator }, mark(head.bytes));
        }
        Some(format @ (Format::Page | Format::Crawl)) if asked => return Verdict::Read(format, mark(head.bytes)),
        Some(Format::Xml) if asked && elements::holds_records(head.bytes) => {
            return Verdict::Read(Format::Xml, mark(head.bytes));
        }
        _ => {}
    }
    let is_json = matches!(head.text(), [b'{' | b'[', ..]);
    let wanted = asked && format == Some(Format::Text);
    if !is_json
        && !wanted
        && let Some(foreign) = foreign::structured(head, !matches!(format, Some(Format::Text | Format::JsonLines)))
    {
        if let Some(found) = foreign.format
            && (!asked || format == Some(found))
        {
            return Verdict::Read(found, mark(head.bytes));
        }
        let remedy = match format {
            Some(Format::JsonLines) => foreign.remedy,
            _ => format!("{} (or read it as one plain text with --input-format text)", foreign.remedy),
        };
        return Verdict::refuse(RejectReason::OtherFormat, format!("this is {}; {remedy}", foreign.name));
    }
    let head = head.bytes;
    match format.unwrap_or_else(|| guess(head)) {
        Format::Text => match text::binary(head) {
            Some((reason, message)) => Verdict::refuse(reason, message),
            None => Verdict::Read(Format::Text, 0),
        },
        Format::Xml => Verdict::refuse(
            RejectReason::OtherFormat,
            "this is not RSS, Atom, NITF or SGML: no <item>, <entry>, <nitf>, <DOC> or <REUTERS> is in its beginning; read it without \
             --input-format",
        ),
        // Named like one, and nothing in it says so.
        Format::Table { .. } | Format::Page | Format::Crawl => match text::binary(head) {
            Some((reason, message)) => Verdict::refuse(reason, message),
            None => Verdict::Read(Format::Text, 0),
        },
        Format::JsonLines | Format::JsonValues => Verdict::Read(json_layout(head), mark(head)),
    }
}

impl Verdict {
    fn refuse(reason: RejectReason, message: impl Into<String>) -> Self {
        Self::Refuse { reason, message: message.into(), offset: 0, line: 1 }
    }
}

/// Length of the UTF-8 byte order mark, if there is one.
fn mark(head: &[u8]) -> usize {
    if head.starts_with(MARK) { MARK.len() } else { 0 }
}

fn guess(head: &[u8]) -> Format {
    match head[mark(head)..].trim_ascii_start() {
        [b'{', ..] => Format::JsonLines,
        // An array of objects is not prose either.
        [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => Format::JsonLines,
        // Nothing at all holds no document, whereas an empty file that is known as text is an empty text.
        [] if head.is_empty() => Format::JsonLines,
        _ => Format::Text,
    }
}

/// Whether JSON is one object a line, or laid out in another way: in an array, with objects over several lines or with several
/// objects a line.
fn json_layout(head: &[u8]) -> Format {
    let head = head[mark(head)..].trim_ascii_start();
    let line_end = memchr::memchr(b'\n', head);
    let line = head[..line_end.unwrap_or(head.len())].trim_ascii_end();
    let next = line_end.and_then(|end| head[end..].trim_ascii_start().first());
    let is_lines = match (line.first(), line.get(1..).unwrap_or_default().trim_ascii_start()) {
        // A log line such as `[2006-10-21 10:00] done` is only a bad line.
        (Some(b'['), rest) => !matches!(rest, [] | [b'{' | b'[' | b'"' | b']', ..]),
        (Some(b'{'), _) => match first_value_end(line) {
            Some(end) => !line[end..].trim_ascii_start().starts_with(b"{"),
            // An object that goes on after its line, unless the line was cut and another object begins in the next one.
            None => match (line.last(), next) {
                (Some(b'[' | b':'), Some(_)) => false,
                (Some(b',' | b'{'), Some(next)) => *next == b'{',
                _ => true,
            },
        },
        _ => true,
    };
    if is_lines { Format::JsonLines } else { Format::JsonValues }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(bytes: &[u8], format: Option<Format>) -> Verdict {
        super::look(&Head { bytes, whole: true, path: "unknown" }, format, false)
    }

    #[track_caller]
    fn check(head: &str, expected: Format) {
        assert_eq!(
            look(head.as_bytes(), None),
            Verdict::Read(expected, mark(head.as_bytes()) * usize::from(expected == Format::JsonLines))
        );
    }

    #[track_caller]
    fn check_refused(head: &[u8], format: Option<Format>, part: &str, place: (u64, u64)) {
        match look(head, format) {
            Verdict::Refuse { message, offset, line, .. } => {
                assert!(message.contains(part), "{message}");
                assert_eq!((offset, line), place);
            }
            verdict => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn formats_are_guessed_from_the_first_byte_that_is_not_blank() {
        check("{\"text\": \"x\"}", Format::JsonLines);
        check(" \r\n\n {", Format::JsonLines);
        check("\u{feff}{}", Format::JsonLines);
        check("", Format::JsonLines);
        check("\n", Format::Text);
        check("[Reuters] GENEVA", Format::Text);
        check("\u{feff}GENEVA", Format::Text);
    }

    #[test]
    fn json_is_read_in_every_layout() {
        let layout = |text: &str| match look(text.as_bytes(), Some(Format::JsonLines)) {
            Verdict::Read(format, _) => format,
            refused => panic!("{refused:?}"),
        };
        for values in [
            "[",
            "[\n",
            "[{\"text\"",
            "[ [",
            "[]",
            "[\"a\",",
            "\n \n  [\n{",
            "{ \r\n\"text\": 1\n}",
            "{\"id\": 1,\n \"text\": \"x\"}",
            "{\"parts\": [\n{\"text\": \"x\"}]}",
            "{\"text\": \"x\"} {\"text\": \"y\"}",
        ] {
            assert_eq!(layout(values), Format::JsonValues, "{values}");
        }
        for lines in [
            "[2006-10-21] start\n{}",
            "{",
            "{}\n",
            "{ }",
            "x",
            "{\"text\": \"x\"} z\n{}",
            // The first line was cut.
            "{\"id\": 1, \"te\n{\"text\": \"x\"}",
            "{\"id\": 1,\n{\"text\": \"x\"}",
        ] {
            assert_eq!(layout(lines), Format::JsonLines, "{lines}");
        }
    }

    #[test]
    fn files_of_other_kinds_are_named() {
        check_refused(b"PK\x03\x04rest", None, "zip", (0, 1));
        check_refused(b"BZh91AY&SYrest", Some(Format::JsonLines), "twice", (0, 1));
        check_refused(b"\x1f\x8b", Some(Format::Text), "twice", (0, 1));
        check_refused(b"\xff\xfe{\0", Some(Format::JsonLines), "iconv -f UTF-16", (0, 1));
        check_refused(b"ab\0", None, "NUL byte at byte 2", (0, 1));
    }

    #[test]
    fn a_file_is_read_as_what_it_is_whatever_its_name_says() {
        let csv = "id,title,text\n1,T,Talks\n";
        let table = Verdict::Read(Format::Table { separator: b',' }, 0);
        for format in [None, Some(Format::Text), Some(Format::JsonLines), Some(Format::Page)] {
            assert_eq!(look(csv.as_bytes(), format), table);
        }
        assert_eq!(look(b"<html><body>Talks</body></html>", Some(Format::JsonLines)), Verdict::Read(Format::Page, 0));
        assert_eq!(look(b"<!-- x --><p>Talks</p>", Some(Format::Text)), Verdict::Read(Format::Page, 0));
        assert_eq!(look(b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", None), Verdict::Read(Format::Crawl, 0));
        for feed in ["<rss version='2.0'><channel>", "<nitf><body></body></nitf>", "<DOC>\n<DOCNO>1</DOCNO>"] {
            assert_eq!(look(feed.as_bytes(), Some(Format::Text)), Verdict::Read(Format::Xml, 0), "{feed}");
        }
        check_refused(b"<news><story>Talks</story></news>", Some(Format::Text), "--input-format text", (0, 1));
        check_refused(b"<rdf:RDF xmlns='x'><a/></rdf:RDF>", Some(Format::Xml), "this is XML", (0, 1));
        let asked = |bytes: &[u8], format| super::look(&Head { bytes, whole: true, path: "a.csv" }, Some(format), true);
        assert_eq!(asked(csv.as_bytes(), Format::Text), Verdict::Read(Format::Text, 0));
        assert_eq!(
            asked(b"a;b\n1;2\n", Format::Table { separator: b',' }),
            Verdict::Read(Format::Table { separator: b';' }, 0)
        );
        assert_eq!(asked(b"Talks", Format::Page), Verdict::Read(Format::Page, 0));
        assert!(matches!(asked(csv.as_bytes(), Format::JsonLines), Verdict::Refuse { .. }));
        assert!(matches!(asked(b"%PDF-1.7", Format::Text), Verdict::Refuse { .. }));
        assert_eq!(asked(b"<news><item>Talks</item></news>", Format::Xml), Verdict::Read(Format::Xml, 0));
        for other in [&b"<news>Talks</news>"[..], b"Talks", b"{}"] {
            assert!(matches!(asked(other, Format::Xml), Verdict::Refuse { .. }));
        }
        assert!(matches!(asked(b"<rss><item/></rss>", Format::JsonLines), Verdict::Refuse { .. }));
        // By its name, where nothing else says what it is.
        let named = |path| super::look(&Head { bytes: b"Talks", whole: true, path }, None, false);
        assert_eq!(named("a.TSV.gz"), Verdict::Read(Format::Table { separator: b'\t' }, 0));
        assert_eq!(named("b/c.html"), Verdict::Read(Format::Page, 0));
        assert!(matches!(named("feed.xml.zst"), Verdict::Refuse { .. }));
        for path in ["a", "a.story", "a.csv.txt", "csv", "a.1"] {
            assert_eq!(named(path), Verdict::Read(Format::Text, 0), "{path}");
        }
    }
}
