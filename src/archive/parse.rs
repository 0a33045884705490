//! Parsing: the bytes of one record become a document, in any thread.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use super::elements::{self, Frame};
use super::header::HeaderNames;
use super::rows::Columns;
use super::{FieldMap, Origin, charset, html, json_lines, text, warc};
use crate::diagnostics::RejectReason;
use crate::document::Document;

/// What is wrong with a record or a file.
pub(super) type Fault = (RejectReason, String);

/// One record as it was cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawRecord<'a> {
    /// Its bytes in the file's decompressed content, without the line end.
    pub(super) bytes: &'a [u8],
    /// The file, and which record of it this is.
    pub(super) path: &'a str,
    pub(super) number: u64,
    /// The file ended before the record was terminated.
    pub(super) unterminated: bool,
}

/// Which fields of a record became which parts of its document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// The names of the fields that were used; several of a text in parts are joined by a comma.
    pub used: FieldMap,
    /// The names of all fields of the record.
    pub fields: Vec<String>,
}

/// Makes documents of the records of one format.
pub(super) trait Parser: Debug + Send + Sync {
    /// The document of a record; one without an id of its own has an empty id. It borrows from the record where it can.
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault>;

    /// Whether title and text are as somebody stored them, so that they may be written in HTML ([`TextIs`](super::TextIs)).
    fn may_hold_html(&self) -> bool {
        false
    }

    /// Whether the record is a whole file in which a separator of articles was looked for in vain.
    fn is_undivided(&self) -> bool {
        false
    }

    /// Whether the records are JSON objects, whose fields have names.
    fn is_json(&self) -> bool {
        false
    }

    /// Which fields of the record are which, and the names of all its fields; `None` if its fields have no names.
    fn mapping(&self, record: RawRecord<'_>) -> Option<Mapping> {
        let _ = record;
        None
    }
}

/// A text file, or an article in one.
#[derive(Debug)]
pub(super) struct PlainText {
    /// If header lines are to be read.
    pub(super) header: Option<Arc<HeaderNames>>,
    pub(super) what: TextOf,
}

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextOf {
    File,
    /// One of the articles between the separators of a file.
    Piece,
    /// A file in which a separator was looked for in vain.
    UndividedFile,
}

impl Parser for PlainText {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        let text = text::parse(record.bytes)?;
        let document = match &self.header {
            Some(header) => header.document(text),
            None => Document::new("", text),
        };
        let is_named = !document.id.is_empty() || self.what == TextOf::Piece;
        Ok(if is_named { document } else { Document { id: record.path.into(), ..document } })
    }

    fn is_undivided(&self) -> bool {
        self.what == TextOf::UndividedFile
    }

    fn mapping(&self, record: RawRecord<'_>) -> Option<Mapping> {
        self.header.as_ref()?.mapping(text::parse(record.bytes).ok()?)
    }

    fn may_hold_html(&self) -> bool {
        true
    }
}

/// A line of JSON.
#[derive(Debug)]
pub(super) struct JsonLines(pub(super) Arc<Origin>);

impl Parser for JsonLines {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        json_lines::parse(record.bytes, &self.0.fields, record.unterminated)
    }

    fn is_json(&self) -> bool {
        true
    }

    fn may_hold_html(&self) -> bool {
        true
    }

    fn mapping(&self, record: RawRecord<'_>) -> Option<Mapping> {
        json_lines::mapping(record.bytes, &self.0.fields)
    }
}

impl Parser for Columns {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        self.parse_row(record.bytes)
    }

    fn may_hold_html(&self) -> bool {
        true
    }

    fn mapping(&self, _: RawRecord<'_>) -> Option<Mapping> {
        Some(self.mapping_of_columns())
    }
}

/// A web page that is a file.
#[derive(Debug)]
pub(super) struct Page {
    /// The names of the fields that are kept.
    pub(super) keep: Vec<Vec<String>>,
}

impl Parser for Page {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        Ok(article(record.path.to_owned(), record.bytes, None, &self.keep))
    }
}

/// An article of a feed, of NITF or of SGML.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) frame: Frame,
    /// The names of the fields that are kept.
    pub(super) keep: Vec<Vec<String>>,
}

impl Parser for Element {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        elements::parse(record.bytes, &self.frame, &self.keep)
    }
}

/// A record of a crawl: a page or a text as a server sent it.
#[derive(Debug)]
pub(super) struct CrawledPage {
    /// Bytes of a page when its compression is undone.
    pub(super) max_page: usize,
    /// The names of the fields that are kept.
    pub(super) keep: Vec<Vec<String>>,
}

impl Parser for CrawledPage {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        let payload =
            warc::payload(record.bytes, self.max_page).map_err(|message| (RejectReason::InvalidRecord, message))?;
        let address = payload.address.into_owned();
        if !payload.is_plain {
            return Ok(article(address, &payload.body, payload.charset, &self.keep));
        }
        let (text, replaced) = charset::decode(&payload.body, payload.charset.as_slice());
        Ok(Document { replaced: replaced > 0, ..Document::new(address, text.into_owned()) })
    }
}

/// The article of a web page.
fn article(id: String, bytes: &[u8], charset: Option<&[u8]>, keep: &[Vec<String>]) -> Document<'static> {
    let declared: Vec<&[u8]> = charset.into_iter().chain(html::declared_charset(bytes)).collect();
    let (characters, replaced) = charset::decode(bytes, &declared);
    let page = html::read(&characters, keep);
    let known = |value: String| (!value.is_empty()).then_some(Cow::Owned(value));
    Document {
        id: Cow::Owned(id),
        title: known(page.title),
        text: Cow::Owned(page.text),
        date: known(page.date),
        source: known(page.source),
        kept: page.kept.into_iter().map(known).collect(),
        replaced: replaced > 0,
    }
}

/// Documents that a program holds: all but their texts, which are the records.
#[derive(Debug)]
pub(super) struct Held {
    /// The record number of the first.
    pub(super) first: u64,
    pub(super) documents: Vec<Document<'static>>,
}

impl Parser for Held {
    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        let Document { id, title, text: _, date, source, kept, replaced } =
            &self.documents[(record.number - self.first) as usize];
        let borrowed = |field: &'a Option<Cow<'static, str>>| field.as_deref().map(Cow::Borrowed);
        Ok(Document {
            id: Cow::Borrowed(id),
            title: borrowed(title),
            text: Cow::Borrowed(text::parse(record.bytes)?),
            date: borrowed(date),
            source: borrowed(source),
            kept: kept.iter().map(borrowed).collect(),
            replaced: *replaced,
        })
    }
}
