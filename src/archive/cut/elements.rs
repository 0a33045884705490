//! One record an element: the articles of a feed, of NITF, or of SGML.
//!
//! The cutter knows tags, and what only looks like tags: comments, CDATA sections and quoted values of attributes. Whether a record
//! is well formed is decided by its parser.

use std::sync::Arc;

use super::{Cutter, Open};
use crate::archive::elements::{Frame, is_feed, is_record};
use crate::archive::parse::{Element, Fault, Parser};
use crate::diagnostics::RejectReason;

#[derive(Default)]
pub(super) struct Elements {
    lexer: Lexer,
    /// The name of the element that is the open record.
    record: Option<Vec<u8>>,
    /// What comes before the first record.
    before: Vec<u8>,
    /// Known once the first record has begun.
    parser: Option<Arc<dyn Parser>>,
    /// Feeds that have begun and not ended.
    feeds: usize,
    /// The names of the fields that are kept.
    keep: Vec<Vec<String>>,
}

impl Elements {
    pub(super) fn new(keep: Vec<Vec<String>>) -> Self {
        Self { keep, ..Self::default() }
    }

    /// Bytes kept of what comes before the first record.
    const BEFORE: usize = 64 << 10;

    /// Lets go of what is outside of records, up to `end`.
    fn pass_over(&mut self, open: &mut Open<'_>, end: usize) {
        if self.parser.is_none() {
            let passed = &open.batch.buffer[open.at.start..end];
            let room = Self::BEFORE.saturating_sub(self.before.len());
            self.before.extend_from_slice(&passed[..passed.len().min(room)]);
        }
        open.advance(end - open.at.start);
    }

    /// The name of a tag that begins at `start` is known.
    fn look_at_name(&mut self, open: &mut Open<'_>, start: usize) {
        match &self.record {
            // Two records would become one.
            Some(record) if !self.lexer.closing && *record == self.lexer.name => {
                self.reject(open, start, "is not closed before the next one begins");
            }
            Some(_) => return,
            None => {}
        }
        let (name, closing) = (&*self.lexer.name, self.lexer.closing);
        if is_feed(name) {
            self.feeds = if closing { self.feeds.saturating_sub(1) } else { self.feeds + 1 };
        } else if is_record(name) {
            self.record = Some(name.to_owned());
            self.pass_over(open, start);
            if closing {
                self.reject(open, start, "is closed and was not opened");
            } else if self.parser.is_none() {
                self.parser = Some(Arc::new(Element { frame: Frame::new(&self.before), keep: self.keep.clone() }));
                self.before = Vec::new();
            }
        }
    }

    /// A tag ends before `end`.
    fn look_at_tag(&mut self, open: &mut Open<'_>, end: usize) {
        if !self.lexer.closing && !self.lexer.is_empty() {
            return;
        }
        match (&self.record, &self.parser) {
            (Some(record), Some(parser)) if *record == self.lexer.name => {
                let length = open.length(end);
                if open.is_too_long(length) {
                    open.reject_too_long("record", length);
                } else {
                    open.push(parser, end, false);
                }
                self.finish(open, end);
            }
            (None, _) if !self.lexer.closing && is_feed(&self.lexer.name) => self.feeds = self.feeds.saturating_sub(1),
            _ => {}
        }
    }

    /// The open record ends before `end` and is broken.
    fn reject(&mut self, open: &mut Open<'_>, end: usize, what: &str) {
        let length = open.length(end);
        if open.is_too_long(length) {
            open.reject_too_long("record", length);
        } else {
            let name = String::from_utf8_lossy(self.record.as_deref().unwrap_or_default()).into_owned();
            open.reject(RejectReason::InvalidRecord, format!("the element <{name}> {what}"));
        }
        self.finish(open, end);
    }

    fn finish(&mut self, open: &mut Open<'_>, end: usize) {
        open.at.offset += open.length(end);
        open.at.start = end;
        open.at.number += 1;
        open.at.dropped = 0;
        self.record = None;
    }

    /// The file ends. Where it does so in a comment or a CDATA section inside of a record, that one is broken, and the reading goes on
    /// after its closing tag: the place is returned.
    fn end(&mut self, open: &mut Open<'_>) -> Option<usize> {
        let message = match &self.record {
            Some(record) => {
                if open.at.dropped == 0 && self.lexer.give_up() {
                    let closing = [b"</", &**record].concat();
                    let bytes = open.bytes();
                    let found = memchr::memchr_iter(b'<', bytes)
                        .find(|at| {
                            let rest = &bytes[*at..];
                            rest.get(..closing.len()).is_some_and(|start| start.eq_ignore_ascii_case(&closing))
                        })
                        .map(|at| open.at.start + at + closing.len());
                    if let Some(end) = found {
                        let tag_end = memchr::memchr(b'>', &open.batch.buffer[end..]);
                        let end = tag_end.map_or(end, |length| end + length + 1);
                        self.reject(open, end, "holds a comment or a CDATA section that is not closed");
                        return Some(end);
                    }
                }
                "the file ends inside this record; fetch it again"
            }
            None if !self.lexer.is_between_tags() => "the file ends inside a tag or a comment; fetch it again",
            None if self.feeds > 0 => "the file ends before its feed does; fetch it again",
            None => return None,
        };
        open.reject(RejectReason::Truncated, message.to_owned());
        None
    }
}

impl Cutter for Elements {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        let mut at = open.unseen;
        loop {
            while let Some((length, token)) = self.lexer.next(&open.batch.buffer[at..]) {
                at += length;
                match token {
                    // A very long name is no longer in memory as a whole.
                    Token::Name => {
                        let start = at.saturating_sub(self.lexer.length).max(open.at.start);
                        self.look_at_name(open, start);
                    }
                    Token::Tag => self.look_at_tag(open, at),
                }
            }
            match if last { self.end(open) } else { None } {
                Some(next) => at = next,
                None => break,
            }
        }
        // The beginning of a tag may be that of a record.
        let kept = if last { 0 } else { self.lexer.open_name() };
        match self.record {
            Some(_) => open.drop_excess_before(kept),
            None => self.pass_over(open, open.batch.buffer.len() - kept),
        }
        Ok(())
    }
}

/// What the lexer has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// The end of a tag's name.
    Name,
    /// The end of a tag.
    Tag,
}

/// Finds tags, in bytes that come piece by piece.
#[derive(Debug, Default)]
struct Lexer {
    state: State,
    /// The name of the last tag, in lower case, as far as names are of interest.
    name: Vec<u8>,
    /// Whether that tag is a closing one.
    closing: bool,
    /// Bytes of the tag so far.
    length: usize,
    /// The last byte of the tag that is not blank.
    before: u8,
    /// No comment, or no CDATA section, that begins from here on is ever closed.
    no_comments: bool,
    no_cdata: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`.
    Open,
    /// After `</`.
    Closing,
    /// In the name of a tag.
    Name,
    /// After the name of a tag.
    Tag,
    /// In the value of an attribute, quoted by this byte.
    Value(u8),
    /// In `<!--` or `<![CDATA[`, of which so many bytes after `<!` were read.
    Mark(usize),
    /// In `<!…>` or `<?…>`.
    Declaration,
    /// After so many dashes, at most two.
    Comment(u8),
    /// After so many closing brackets, at most two.
    Cdata(u8),
}

const COMMENT: &[u8] = b"--";
const CDATA: &[u8] = b"[CDATA[";

impl Lexer {
    /// Longer names are of no interest.
    const LONGEST_NAME: usize = 16;

    /// How many of the next bytes lead up to the next token; `None` if there is none in them.
    fn next(&mut self, bytes: &[u8]) -> Option<(usize, Token)> {
        let mut at = 0;
        while at < bytes.len() {
            let mut byte = bytes[at];
            match self.state {
                State::Text => {
                    at += memchr::memchr(b'<', &bytes[at..])? + 1;
                    self.open();
                    continue;
                }
                State::Open => match byte {
                    b'/' => self.state = State::Closing,
                    b'!' => self.state = State::Mark(0),
                    b'?' => self.state = State::Declaration,
                    _ => self.begin_name(byte, false),
                },
                State::Closing => self.begin_name(byte, true),
                State::Name => {
                    if byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<') {
                        self.state = State::Tag;
                        return Some((at, Token::Name));
                    }
                    if self.name.len() <= Self::LONGEST_NAME {
                        self.name.push(byte.to_ascii_lowercase());
                    }
                }
                State::Tag => match byte {
                    b'>' => {
                        self.state = State::Text;
                        return Some((at + 1, Token::Tag));
                    }
                    b'"' | b'\'' if self.before == b'=' => self.state = State::Value(byte),
                    _ => {}
                },
                // A value seldom has several lines: at the end of its line, a quotation mark was not closed.
                State::Value(quote) => {
                    let length = memchr::memchr2(quote, b'\n', &bytes[at..]);
                    let Some(length) = length else {
                        self.length = self.length.saturating_add(bytes.len() - at);
                        return None;
                    };
                    self.length = self.length.saturating_add(length);
                    at += length;
                    byte = bytes[at];
                    self.state = State::Tag;
                }
                State::Mark(read) => {
                    let mark = if self.is_comment(read, byte) { COMMENT } else { CDATA };
                    self.state = match mark.get(read) {
                        Some(expected) if *expected != byte => State::Declaration,
                        _ if read + 1 < mark.len() => State::Mark(read + 1),
                        // `<!-->` is an empty comment.
                        _ if mark == COMMENT && !self.no_comments => State::Comment(2),
                        _ if mark == CDATA && !self.no_cdata => State::Cdata(0),
                        _ => State::Text,
                    };
                    if self.state == State::Declaration {
                        continue;
                    }
                }
                State::Declaration if byte == b'>' => self.state = State::Text,
                State::Declaration => {}
                State::Comment(0) | State::Cdata(0) => {
                    let is_comment = self.state == State::Comment(0);
                    at += memchr::memchr(if is_comment { b'-' } else { b']' }, &bytes[at..])?;
                    self.state = if is_comment { State::Comment(1) } else { State::Cdata(1) };
                }
                State::Comment(dashes) => {
                    self.state = match byte {
                        b'-' => State::Comment(2),
                        b'>' if dashes == 2 => State::Text,
                        _ => State::Comment(0),
                    }
                }
                State::Cdata(brackets) => {
                    self.state = match byte {
                        b']' => State::Cdata(2.min(brackets + 1)),
                        b'>' if brackets == 2 => State::Text,
                        _ => State::Cdata(0),
                    }
                }
            }
            // A tag that another one interrupts was not closed.
            if byte == b'<' && matches!(self.state, State::Text | State::Tag) {
                self.open();
            } else {
                self.length = self.length.saturating_add(1);
                if !byte.is_ascii_whitespace() {
                    self.before = byte;
                }
            }
            at += 1;
        }
        None
    }

    /// After a `<`.
    fn open(&mut self) {
        self.state = State::Open;
        self.length = 1;
        self.name.clear();
    }

    fn begin_name(&mut self, byte: u8, closing: bool) {
        if byte.is_ascii_alphabetic() || byte == b'_' {
            self.closing = closing;
            self.name.push(byte.to_ascii_lowercase());
            self.state = State::Name;
        } else {
            self.state = State::Text;
        }
    }

    fn is_comment(&self, read: usize, byte: u8) -> bool {
        if read == 0 { byte == b'-' } else { self.before == b'-' }
    }

    /// Whether the last tag is an empty element, `<item/>`.
    fn is_empty(&self) -> bool {
        self.before == b'/'
    }

    fn is_between_tags(&self) -> bool {
        self.state == State::Text
    }

    /// Bytes of a tag whose name is not yet known.
    fn open_name(&self) -> usize {
        match self.state {
            State::Open | State::Closing => self.length,
            State::Name if self.name.len() <= Self::LONGEST_NAME => self.length,
            _ => 0,
        }
    }

    /// Begins anew where no more bytes follow. Whether a comment or a CDATA section was open, which is not closed by any of them.
    fn give_up(&mut self) -> bool {
        match self.state {
            State::Comment(_) => self.no_comments = true,
            State::Cdata(_) => self.no_cdata = true,
            _ => return false,
        }
        self.state = State::Text;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::Position;
    use super::*;
    use crate::archive::batch::{Batch, Record};
    use crate::archive::{ArchiveOptions, Origin};

    /// Tags of a text, whatever the pieces in which it comes: their names, closing ones after a slash.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        for piece in 1..=text.len() {
            assert_eq!(in_pieces(text, piece), expected, "pieces of {piece}");
        }
    }

    fn in_pieces(text: &str, piece: usize) -> Vec<String> {
        let (mut lexer, mut found) = (Lexer::default(), Vec::new());
        for (number, bytes) in text.as_bytes().chunks(piece).enumerate() {
            let mut at = 0;
            while let Some((length, token)) = lexer.next(&bytes[at..]) {
                at += length;
                let closing = if lexer.closing { "/" } else { "" };
                let name = format!("{closing}{}", String::from_utf8_lossy(&lexer.name));
                match token {
                    Token::Name => {
                        let start = (number * piece + at).checked_sub(lexer.length).expect("a tag begins in the text");
                        assert!(text[start..].starts_with('<'), "{start}: {name}");
                        found.push(name);
                    }
                    Token::Tag if lexer.is_empty() && !lexer.closing => found.push(format!("{name}/")),
                    Token::Tag => {}
                }
            }
        }
        found
    }

    #[test]
    fn tags_are_found_whatever_is_around_them() {
        check("<?xml version='1.0'?><!DOCTYPE a><a>x</a >", &["a", "/a"]);
        check("<A b=\"</a>\" c = '>'>x</A>", &["a", "/a"]);
        check("<a/><b c=d/><e f='/'>", &["a", "a/", "b", "b/", "e"]);
        check("5 < 6 <7> <<a> </ a> <a:b.c-d>", &["a", "a:b.c-d"]);
        check("<!-- <a> -- > --- ></a>--><b>", &["b"]);
        check("<!--><a><!---->", &["a"]);
        check("<![CDATA[<a>]]]></a>]>]]]]><b>", &["/a", "b"]);
        check("<![CDATA[<a>] ]></a>]]><b>", &["b"]);
        check("<![CDATX[<a>]]><!- <b><c>", &["c"]);
    }

    #[test]
    fn what_is_not_closed_ends_with_its_line_or_the_next_tag() {
        check("<a b=\"c>\n<d>\n</a>", &["a", "d", "/a"]);
        check("<a b <c></a", &["a", "c"]);
        check("it's <a>'</a>", &["a", "/a"]);
    }

    /// What becomes of a content that comes in pieces: offset, number, and the record or the reason why there is none.
    fn cut_in_pieces(content: &[u8], piece: usize, max_record: usize) -> Vec<(u64, u64, String)> {
        let options = ArchiveOptions { max_record, ..ArchiveOptions::default() };
        let origin = Arc::new(Origin::in_memory("a.xml", options));
        let mut cutter = Elements::default();
        let mut at = Position { number: 1, ..Position::default() };
        let (mut found, mut carry) = (Vec::new(), Vec::new());
        let pieces = content.chunks(piece).map(Some).chain([None]);
        for (number, bytes) in pieces.enumerate() {
            let mut batch = Batch::new(Arc::clone(&origin), std::mem::take(&mut carry));
            let unseen = batch.buffer.len();
            batch.buffer.extend_from_slice(bytes.unwrap_or_default());
            let mut open = Open { batch: &mut batch, at: &mut at, options: &origin.options, unseen };
            cutter.cut(&mut open, bytes.is_none()).unwrap();
            let held = batch.buffer.len() - at.start;
            assert!(held <= max_record + 2 * piece + 40, "{held} bytes are held after piece {number}");
            let record = |record: &Record| {
                (record.offset, record.number, String::from_utf8_lossy(batch.bytes(record)).into_owned())
            };
            found.extend(batch.records.iter().map(record));
            found.extend(batch.rejects.iter().map(|r| (r.offset, r.record, format!("{}: {}", r.reason, r.message))));
            carry = batch.buffer.split_off(std::mem::take(&mut at.start));
        }
        found.sort();
        assert_eq!(at.records, found.len() as u64);
        found
    }

    /// Records and reasons of a content, whatever the pieces in which it comes. Each record is where its offset says.
    #[track_caller]
    fn check_records(content: &str, max_record: usize, expected: &[&str]) {
        let whole = cut_in_pieces(content.as_bytes(), content.len().max(1), max_record);
        for piece in 1..content.len() {
            assert_eq!(cut_in_pieces(content.as_bytes(), piece, max_record), whole, "pieces of {piece}: {content}");
        }
        assert_eq!(whole.len(), expected.len(), "{whole:?}: {content}");
        for (row, ((offset, number, record), expected)) in whole.iter().zip(expected).enumerate() {
            assert_eq!(*number, row as u64 + 1, "{whole:?}");
            match expected.strip_prefix('!') {
                Some(part) => assert!(record.contains(part), "{record}: {part}"),
                None => {
                    assert_eq!(record, expected);
                    assert!(content[*offset as usize..].starts_with(record), "{offset}: {content}");
                }
            }
        }
    }

    #[test]
    fn a_record_ends_with_its_element() {
        let all = usize::MAX >> 1;
        check_records(
            "<rss><item>a</item> b <ITEM x='</item>'>c</Item><item/></rss>",
            all,
            &["<item>a</item>", "<ITEM x='</item>'>c</Item>", "<item/>"],
        );
        check_records(
            "<item><![CDATA[</item>]]><!-- </item> --><entry/><items></items></item>",
            all,
            &["<item><![CDATA[</item>]]><!-- </item> --><entry/><items></items></item>"],
        );
        check_records("<!-- <DOC> --><DOC>1</DOC>\n<DOC >2</DOC\n><DOCS>", all, &["<DOC>1</DOC>", "<DOC >2</DOC\n>"]);
        check_records(
            "<feed><entry><feed><item/></feed></entry></feed>",
            all,
            &["<entry><feed><item/></feed></entry>"],
        );
    }

    #[test]
    fn a_fault_costs_one_record() {
        let all = usize::MAX >> 1;
        check_records(
            "<DOC>1<DOC>2</DOC></DOC><DOC>3</DOC>",
            all,
            &["!<doc> is not closed", "<DOC>2</DOC>", "!<doc> is closed and was not opened", "<DOC>3</DOC>"],
        );
        check_records(
            "<item>1<!-- </item><item>2<![CDATA[ </item ><item>3<!-- </item><item>4</item>",
            all,
            &["!comment", "!CDATA", "<item>3<!-- </item>", "<item>4</item>"],
        );
        check_records(
            "<item>123456789</item><item>1</item><item>1<item>123456789<item>2</item>",
            20,
            &["!too-long", "<item>1</item>", "!<item> is not closed", "!<item> is not closed", "<item>2</item>"],
        );
        check_records("<item>12345678901234567890<item>2</item>", 20, &["!too-long", "<item>2</item>"]);
    }

    #[test]
    fn every_cut_of_a_feed_is_noticed() {
        let content = "<?xml version='1.0'?><rss><item><a b='c'/>1</item>\n<item><![CDATA[2]]></item></rss>";
        let all = usize::MAX >> 1;
        let whole = cut_in_pieces(content.as_bytes(), 7, all);
        assert_eq!(whole.len(), 2);
        let begun = content.find("<rss>").unwrap() + "<rss".len();
        for end in begun + 1..content.len() {
            let found = cut_in_pieces(&content.as_bytes()[..end], 5, all);
            let (last, before) = found.split_last().unwrap();
            assert!(last.2.starts_with("truncated: "), "{end}: {found:?}");
            assert_eq!(before, &whole[..before.len()], "{end}");
        }
    }
}
