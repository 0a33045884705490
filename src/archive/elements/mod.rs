//! Articles that are elements: of feeds (RSS, Atom), of NITF, and of SGML as the LDC, TREC and Reuters-21578 have it.
//!
//! A record is one such element, whose name determines how it is read. It becomes a [`Tree`]; what is the title, the text or the
//! date in it is decided by [`feed`], [`nitf`] or [`sgml`]. The room is a pure function of a record and of what its file says before
//! the first one ([`Frame`]).

mod feed;
mod nitf;
mod sgml;
mod tree;

pub(super) use feed::{decode_line, decode_prose};
use std::borrow::Cow;

use super::charset;
use super::parse::Fault;
use crate::diagnostics::RejectReason;
use crate::document::Document;
use tree::Tree;

/// The elements that are one article each, in lower case.
const RECORDS: [&str; 8] = ["item", "entry", "nitf", "doc", "reuters", "rss:item", "atom:entry", "nitf:nitf"];

/// Whether an element of this name, in lower case, is an article.
pub(super) fn is_record(name: &[u8]) -> bool {
    RECORDS.iter().any(|record| record.as_bytes() == name)
}

/// Whether an element of this name, in lower case, is a feed, which holds articles.
pub(super) fn is_feed(name: &[u8]) -> bool {
    matches!(name, b"rss" | b"feed" | b"rdf:rdf" | b"atom:feed")
}

/// Whether an article begins in `bytes`.
pub(super) fn holds_records(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'<', bytes).any(|at| {
        let rest = &bytes[at + 1..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b':').count();
        let ends = rest.get(length).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
        ends && length <= 10 && is_record(&rest[..length].to_ascii_lowercase())
    })
}

/// The part of a name after its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// What a file says before its first article.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The encoding in its XML declaration.
    charset: Option<Vec<u8>>,
    /// The title of the feed.
    title: String,
}

impl Frame {
    pub(super) fn new(before: &[u8]) -> Self {
        let charset = declared_charset(before).map(<[u8]>::to_vec);
        let (characters, _) = charset::decode(before, charset.as_deref().as_slice());
        let tree = Tree::read(&characters);
        Self { charset, title: feed::title(&tree) }
    }
}

/// `encoding="…"` of an XML declaration.
fn declared_charset(before: &[u8]) -> Option<&[u8]> {
    let declaration = before.trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr::memchr(b'>', declaration)?];
    let at = memchr::memmem::find(declaration, b"encoding")? + b"encoding".len();
    let value = declaration[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let value = &value[1..];
    Some(&value[..memchr::memchr(quote, value)?])
}

/// What an article says, as text; what it does not say is empty.
#[derive(Debug, Default, PartialEq, Eq)]
struct Article {
    id: String,
    title: String,
    text: String,
    date: String,
    source: String,
}

/// The document of a record; of each field in `keep`, under any of its names, the first element of that name that says something.
///
/// # Errors
///
/// If one of the elements that hold its parts is not closed, so that it may have swallowed others.
pub(super) fn parse(bytes: &[u8], frame: &Frame, keep: &[Vec<String>]) -> Result<Document<'static>, Fault> {
    let (characters, replaced) = charset::decode(bytes, frame.charset.as_deref().as_slice());
    let tree = Tree::read(&characters);
    let record = tree.children(Tree::ROOT).next();
    let record = record.filter(|record| tree.is_closed(*record)).ok_or_else(|| not_closed("article"))?;
    let name = tree.name(record);
    let article = match local(name) {
        "item" => feed::item(&tree, record),
        "entry" => feed::entry(&tree, record),
        "nitf" => nitf::article(&tree, record),
        _ => sgml::article(&tree, record),
    };
    let is_sgml = matches!(local(name), "doc" | "reuters");
    let is_part = |name: &str| if is_sgml { sgml::is_part(name) } else { name != "p" };
    if let Some(open) = tree.children(record).find(|child| !tree.is_closed(*child) && is_part(tree.name(*child))) {
        return Err(not_closed(tree.name(open)));
    }
    // `DOC` is also the root of XML that is no news.
    if is_sgml && article.text.is_empty() && !tree.descendants(record).any(|row| sgml::is_part(tree.name(row))) {
        return Err((RejectReason::NoText, "no text: none of the elements <TEXT>, <BODY> and <HEADLINE>".to_owned()));
    }
    let Article { id, mut title, mut text, date, mut source } = article;
    if source.is_empty() {
        source.clone_from(&frame.title);
    }
    // Marks of the wire before and after a text (`&#2;`) are not characters.
    for part in [&mut title, &mut text] {
        if part.contains(is_control) {
            *part = part.replace(is_control, "").trim().to_owned();
        }
    }
    let is_new = |part: &String| part.contains(char::REPLACEMENT_CHARACTER);
    let replaced =
        replaced > 0 || [&title, &text].into_iter().any(is_new) && !characters.contains(char::REPLACEMENT_CHARACTER);
    let known = |value: String| (!value.is_empty()).then_some(Cow::Owned(value));
    Ok(Document {
        id: Cow::Owned(id),
        title: known(title),
        text: Cow::Owned(text),
        date: known(date),
        source: known(source),
        kept: keep.iter().map(|names| known(kept(&tree, record, names))).collect(),
        replaced,
    })
}

/// What the first element says that has one of these names, with its prefix or without.
fn kept(tree: &Tree, record: usize, names: &[String]) -> String {
    let of_name = |wanted: &String| {
        let wanted = wanted.to_ascii_lowercase();
        let mut found = tree.descendants(record).filter(|row| {
            let name = tree.name(*row);
            name == wanted || local(name) == wanted
        });
        found.find_map(|row| Some(one_line(&tree.text(row))).filter(|text| !text.is_empty()))
    };
    names.iter().find_map(of_name).unwrap_or_default()
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t' | '\u{85}')
}

fn not_closed(name: &str) -> Fault {
    (RejectReason::InvalidRecord, format!("the element <{name}> in this record is not closed"))
}

/// Words with one blank between them.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text after its dateline, as articles print it: `PARIS, Jan 1 (AFP) - Talks ended.`
fn with_dateline(dateline: &str, text: String) -> String {
    const MARKS: [char; 5] = ['-', '—', '–', '―', ':'];
    if dateline.is_empty() || text.starts_with(dateline) {
        return text;
    }
    let mark = if dateline.ends_with(MARKS) || text.starts_with(MARKS) { "" } else { " -" };
    format!("{dateline}{mark} {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8], frame: &Frame) -> Result<Document<'static>, Fault> {
        super::parse(bytes, frame, &[])
    }

    #[test]
    fn elements_are_kept_by_their_names() {
        let record = b"<item><title>Talks</title><description>x</description><dc:creator>Ada
 Lovelace</dc:creator><Category/><category>World</category></item>";
        let keep =
            [vec!["Creator".to_owned()], vec!["section".to_owned(), "category".to_owned()], vec!["none".to_owned()]];
        let kept = super::parse(record, &Frame::default(), &keep).unwrap().kept;
        assert_eq!(kept, [Some("Ada Lovelace".into()), Some("World".into()), None]);
    }

    /// Id, title, text, date and source of the document of a record.
    #[track_caller]
    pub(super) fn check(record: &str, expected: [&str; 5]) {
        let document = parse(record.as_bytes(), &Frame::default()).unwrap();
        let field = |field: &Option<Cow<'_, str>>| field.as_deref().unwrap_or_default().to_owned();
        let found = [
            document.id.into_owned(),
            field(&document.title),
            document.text.into_owned(),
            field(&document.date),
            field(&document.source),
        ];
        assert_eq!(found, expected, "{record}");
    }

    #[test]
    fn the_frame_has_the_encoding_and_the_title_of_the_feed() {
        let frame = Frame::new(
            b"<?xml version='1.0' encoding = \"ISO-8859-1\"?>\n<rss><channel><image><title>Logo</title></image><title>Caf\xe9 News</title>",
        );
        assert_eq!((frame.charset.as_deref(), &*frame.title), (Some(&b"ISO-8859-1"[..]), "Café News"));
        let document = parse(b"<item><title>Caf\xe9</title><description/></item>", &frame).unwrap();
        assert_eq!((document.title.as_deref(), document.source.as_deref()), (Some("Café"), Some("Café News")));
        assert_eq!(Frame::new(b"<DOCS>").title, "");
    }

    #[test]
    fn a_part_that_is_not_closed_is_a_fault() {
        let fault = |record: &str| parse(record.as_bytes(), &Frame::default()).unwrap_err().1;
        assert!(fault("<item><title>Talks<description>Paris</description></item>").contains("<title>"));
        assert!(fault("<DOC><HEADLINE>Talks<TEXT>Paris</TEXT></DOC>").contains("<headline>"));
        assert!(fault("<item><a b='></item>").contains("not closed"));
        assert!(fault("<doc><members><member name='x'>Talks</member></members></doc>").contains("no text"));
    }

    #[test]
    fn characters_that_cannot_be_are_noted() {
        let document = parse(b"<item><description>a&#xD800;b</description></item>", &Frame::default()).unwrap();
        assert!(document.replaced);
        assert_eq!(document.text, "a\u{fffd}b");
    }
}
