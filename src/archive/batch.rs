//! A batch: whole records, cut but not yet parsed.

use std::borrow::Cow;

use std::sync::Arc;

use super::rows::Columns;
use super::{Archive, Format, charset, html, json_lines, text, warc};
use crate::diagnostics::{Reject, RejectReason};
use crate::document::Document;

/// Some records that follow each other in the archive, with their bytes.
///
/// Made by [`Batches`](super::Batches) in one thread; its documents can be made in others.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) buffer: Vec<u8>,
    pub(super) records: Vec<Record>,
    pub(super) rejects: Vec<Reject>,
    /// The headers of the tables whose rows are in the batch.
    pub(super) tables: Vec<Arc<Columns>>,
    /// Bytes consumed on disk since the batch before, for progress. Over all batches they add up to the size of the inputs.
    pub bytes_read: u64,
}

/// Where a record stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Row of the file in [`Archive::inputs`].
    pub file: u32,
    /// Where the record begins: bytes from the start of the file's decompressed content, a byte order mark counted.
    pub offset: u64,
    /// Line of a JSON Lines file, from 1, blank ones counted; row of a table, from 1 after its header; record of a crawl, from 1;
    /// 1 for a text file or a page.
    pub number: u64,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) format: Format,
    /// The file ended before the line did.
    pub(super) unterminated: bool,
    /// Row of its header in [`Batch::tables`].
    pub(super) table: u32,
}

/// What is wrong with a record.
pub(super) type Fault = (RejectReason, String);

impl Batch {
    /// The records in archive order. Each gives a document or a reject.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Faults found while reading, in archive order: of files, and of records that are not even held in memory.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// Whether there are neither records nor rejects: a stretch of blank lines, or of a record that is too long.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.rejects.is_empty()
    }

    /// Length of a record in bytes, without its line end.
    #[must_use]
    pub fn length(&self, record: &Record) -> u64 {
        (record.end - record.start) as u64
    }

    /// The bytes of a record as they stand in the decompressed file, without the line end.
    ///
    /// # Panics
    ///
    /// May panic if `record` is of another batch; so may [`document`](Self::document).
    #[must_use]
    pub fn bytes(&self, record: &Record) -> &[u8] {
        &self.buffer[record.start..record.end]
    }

    /// Parses a record. The document borrows from the batch wherever the record needs no unescaping.
    ///
    /// # Errors
    ///
    /// A [`Reject`] that says what is wrong with the record; other records are not concerned.
    pub fn document<'a>(&'a self, record: &Record, archive: &Archive) -> Result<Document<'a>, Reject> {
        let bytes = self.bytes(record);
        let path = archive.inputs[record.file as usize].path();
        let numbered = |mut document: Document<'a>| {
            if document.id.is_empty() {
                document.id = Cow::Owned(format!("{path}#{}", record.number));
            }
            document
        };
        let parsed = match record.format {
            Format::Text => text::parse(bytes).map(|text| Document::new(path.to_owned(), text)),
            Format::JsonLines => json_lines::parse(bytes, &archive.fields, record.unterminated).map(numbered),
            Format::Table { .. } => self.tables[record.table as usize].parse(bytes).map(numbered),
            Format::Page => Ok(page(path.to_owned(), bytes, None)),
            Format::Crawl => match warc::payload(bytes, archive.options.max_record) {
                Ok(payload) if payload.is_plain => {
                    let (text, replaced) = charset::decode(&payload.body, payload.charset.as_slice());
                    let document = Document::new(payload.address.into_owned(), text.into_owned());
                    Ok(numbered(Document { replaced: replaced > 0, ..document }))
                }
                Ok(payload) => Ok(numbered(page(payload.address.into_owned(), &payload.body, payload.charset))),
                Err(message) => Err((RejectReason::InvalidRecord, message)),
            },
        };
        parsed.map_err(|(reason, message)| Reject {
            file: path.to_owned(),
            offset: record.offset,
            record: record.number,
            reason,
            message,
        })
    }
}

/// The article of a web page.
fn page(id: String, bytes: &[u8], charset: Option<&[u8]>) -> Document<'static> {
    let declared: Vec<&[u8]> = charset.into_iter().chain(html::declared_charset(bytes)).collect();
    let (characters, replaced) = charset::decode(bytes, &declared);
    let page = html::read(&characters);
    let known = |value: String| (!value.is_empty()).then_some(Cow::Owned(value));
    Document {
        id: Cow::Owned(id),
        title: known(page.title),
        text: Cow::Owned(page.text),
        date: known(page.date),
        source: known(page.source),
        replaced: replaced > 0,
    }
}
