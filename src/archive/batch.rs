//! A batch: whole records, cut but not yet parsed.

use std::borrow::Cow;
use std::sync::Arc;

use super::elements::{decode_line, decode_prose};
use super::parse::{Held, Mapping, Parser, RawRecord};
use super::{ArchiveOptions, Origin, Selection, TextIs, day_in_name, day_of};
use crate::diagnostics::{Reject, shortened};
use crate::document::Document;

/// Some records that follow each other in an archive, with all that is needed to read them.
///
/// Made by [`Batches`](super::Batches) in one thread, or [from documents](Self::from_documents) in memory; its documents can be
/// made in any thread.
#[derive(Debug)]
pub struct Batch {
    pub(super) origin: Arc<Origin>,
    pub(super) buffer: Vec<u8>,
    pub(super) records: Vec<Record>,
    pub(super) rejects: Vec<Reject>,
    /// How many records each reject comes after.
    pub(super) reject_places: Vec<usize>,
    /// Row of the file of each reject in the inputs.
    pub(super) reject_files: Vec<u32>,
    /// What makes documents of the records, by [`Record::parser`].
    pub(super) parsers: Vec<Arc<dyn Parser>>,
    /// Paths of the members of containers that records are in, by [`Record::member`].
    pub(super) members: Vec<Arc<str>>,
    /// Bytes consumed on disk since the batch before, for progress. Over all batches they add up to the size of the inputs.
    pub bytes_read: u64,
}

/// Where a record is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Row of the file in [`Archive::inputs`](super::Archive::inputs).
    pub file: u32,
    /// Where the record begins: bytes from the start of the file's decompressed content, a byte order mark counted; in a container,
    /// from the start of the member's content.
    pub offset: u64,
    /// Line of a JSON Lines file, from 1, blank ones counted; row of a table, from 1 after its header; record of a crawl, from 1; article of
    /// a text file that is [divided](super::ArchiveOptions::split_on), from 1; 1 for a text file or a page.
    pub number: u64,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The file ended before the line did.
    pub(super) unterminated: bool,
    /// Row in [`Batch::parsers`].
    pub(super) parser: u32,
    /// Row in [`Batch::members`], or [`NO_MEMBER`].
    pub(super) member: u32,
}

/// The record is in no container.
pub(super) const NO_MEMBER: u32 = u32::MAX;

impl Batch {
    pub(super) fn new(origin: Arc<Origin>, buffer: Vec<u8>) -> Self {
        Self {
            origin,
            buffer,
            records: Vec::new(),
            rejects: Vec::new(),
            reject_places: Vec::new(),
            reject_files: Vec::new(),
            parsers: Vec::new(),
            members: Vec::new(),
            bytes_read: 0,
        }
    }

    /// A batch of documents that are in memory, as the records of one input that is called `name`.
    ///
    /// ```
    /// use dateline::Document;
    /// use dateline::archive::Batch;
    /// let batch = Batch::from_documents("mine", [Document::new("a1", "GENEVA: Talks resumed.")]);
    /// let document = batch.document(&batch.records()[0]).unwrap();
    /// assert_eq!((&*document.id, &*document.text), ("a1", "GENEVA: Talks resumed."));
    /// ```
    pub fn from_documents(name: &str, documents: impl IntoIterator<Item = Document<'static>>) -> Self {
        let origin = Origin::in_memory(name, ArchiveOptions::default());
        Self::of_documents(Arc::new(origin), 0, &mut 0, documents)
    }

    /// A batch of documents that come after `before` others, whose texts were `offset` bytes long together.
    pub(super) fn of_documents(
        origin: Arc<Origin>,
        before: u64,
        offset: &mut u64,
        documents: impl IntoIterator<Item = Document<'static>>,
    ) -> Self {
        let mut batch = Self::new(origin, Vec::new());
        let mut held = Vec::new();
        for document in documents {
            let start = batch.buffer.len();
            batch.buffer.extend_from_slice(document.text.as_bytes());
            let end = batch.buffer.len();
            let number = before + batch.records.len() as u64 + 1;
            batch.records.push(Record {
                file: 0,
                offset: *offset,
                number,
                start,
                end,
                unterminated: false,
                parser: 0,
                member: NO_MEMBER,
            });
            *offset += (end - start) as u64;
            held.push(Document { text: Cow::Borrowed(""), ..document });
        }
        batch.parsers.push(Arc::new(Held { first: before + 1, documents: held }));
        batch
    }

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

    /// The [`rejects`](Self::rejects) that come directly after so many records, and the row of their file in the inputs.
    pub(crate) fn rejects_after(&self, n_records: usize) -> impl Iterator<Item = (u32, Reject)> {
        let start = self.reject_places.partition_point(|place| *place < n_records);
        let end = self.reject_places.partition_point(|place| *place <= n_records);
        self.reject_files[start..end].iter().copied().zip(self.rejects[start..end].iter().cloned())
    }

    /// Bytes of memory for the content.
    pub(crate) fn memory(&self) -> u64 {
        self.buffer.capacity() as u64
    }

    /// Whether there are neither records nor rejects: a stretch of blank lines, or of a record that is too long.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.rejects.is_empty()
    }

    /// Path of the file that a record is in, as results name it; that of a member of a container follows after the container's.
    ///
    /// # Panics
    ///
    /// May panic if `record` is of another batch, as all methods that take one.
    #[must_use]
    pub fn path(&self, record: &Record) -> &str {
        match self.members.get(record.member as usize) {
            Some(member) => member,
            None => self.origin.inputs[record.file as usize].path(),
        }
    }

    /// Length of a record in bytes, without its line end.
    #[must_use]
    pub fn length(&self, record: &Record) -> u64 {
        (record.end - record.start) as u64
    }

    /// The bytes of a record in the decompressed file, without the line end.
    #[must_use]
    pub fn bytes(&self, record: &Record) -> &[u8] {
        &self.buffer[record.start..record.end]
    }

    /// The names of the fields that documents [keep](Document::kept).
    #[must_use]
    pub fn kept_fields(&self) -> &[String] {
        &self.origin.options.keep
    }

    /// The conditions that documents must meet to be wanted.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.origin.options.select
    }

    /// The day of a document of this batch, in days since 1970-01-01: that of its date, or, if it has none, the one that its id
    /// (an address) or the path of its file names. `None` if there is none, or it is not understood.
    #[must_use]
    pub fn day(&self, record: &Record, document: &Document<'_>) -> Option<i32> {
        match document.date.as_deref() {
            Some(date) if !date.trim().is_empty() => day_of(date),
            _ => day_in_name(&document.id).or_else(|| day_in_name(self.path(record))),
        }
    }

    /// Which fields of a record are which; `None` if they have no names, or the record is faulty.
    #[must_use]
    pub fn mapping(&self, record: &Record) -> Option<Mapping> {
        self.parsers[record.parser as usize].mapping(self.raw(record))
    }

    /// Whether the record is a whole text file although [`ArchiveOptions::split_on`] asks for its articles: the separator is not in it.
    #[must_use]
    pub fn is_undivided(&self, record: &Record) -> bool {
        self.parsers[record.parser as usize].is_undivided()
    }

    fn raw(&self, record: &Record) -> RawRecord<'_> {
        RawRecord {
            bytes: self.bytes(record),
            path: self.path(record),
            number: record.number,
            unterminated: record.unterminated,
        }
    }

    /// Parses a record. The document borrows from the batch wherever the record needs no unescaping.
    ///
    /// # Errors
    ///
    /// A [`Reject`] that says what is wrong with the record; other records are not concerned.
    pub fn document(&self, record: &Record) -> Result<Document<'_>, Reject> {
        let raw = self.raw(record);
        let parser = &self.parsers[record.parser as usize];
        let is_html = self.origin.options.text_is == TextIs::Html && parser.may_hold_html();
        let parsed = parser.parse(raw).map(|document| if is_html { without_markup(document) } else { document });
        match parsed {
            Ok(document) if !document.id.is_empty() => Ok(document),
            Ok(document) => Ok(Document { id: Cow::Owned(format!("{}#{}", raw.path, record.number)), ..document }),
            Err((reason, message)) => {
                let message = shortened(&message).into_owned();
                Err(Reject { file: raw.path.to_owned(), offset: record.offset, record: record.number, reason, message })
            }
        }
    }
}

/// The document whose title and text are written in HTML as plain text.
fn without_markup(document: Document<'_>) -> Document<'_> {
    let title = document.title.map(|title| Cow::Owned(decode_line(&title)));
    Document { title, text: Cow::Owned(decode_prose(&document.text)), ..document }
}
