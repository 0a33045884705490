//! Cutting: the bytes of one file become records, in order, on the thread that reads.
//!
//! The bytes of the record that is not yet complete (the *open* record) are the last of the batch's buffer. A [`Cutter`] sees
//! them after each chunk that was read and ends as many records as it can; what a record means is left to its
//! [`Parser`](super::parse::Parser), which works in any thread.

mod crawl;
mod elements;
mod json_values;
mod lines;
mod pieces;
mod rows;
mod whole;

use std::sync::Arc;

pub(super) use json_values::first_value_end;
pub(super) use pieces::Separator;

use super::batch::{Batch, NO_MEMBER, Record};
use super::parse::{Fault, JsonLines, Page, Parser, PlainText, TextOf};
use super::{ArchiveOptions, Format, Origin};
use crate::diagnostics::{Reject, RejectReason, shortened};

/// Cuts the content of one file into records.
pub(super) trait Cutter: Send {
    /// Ends every record that is complete; with `last`, no more bytes follow.
    ///
    /// # Errors
    ///
    /// The fault of the whole file, of which nothing more can be read.
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault>;
}

/// The cutter for files of one format.
pub(super) fn cutter(format: Format, origin: &Arc<Origin>) -> Box<dyn Cutter> {
    match format {
        Format::Text => {
            let text = |what| Arc::new(PlainText { header: origin.header.clone(), what });
            match &origin.separator {
                None => Box::new(whole::Whole(text(TextOf::File))),
                Some(separator) => {
                    let (piece, undivided) = (text(TextOf::Piece), text(TextOf::UndividedFile));
                    Box::new(pieces::Pieces::new(Arc::clone(separator), piece, undivided))
                }
            }
        }
        Format::Page => Box::new(whole::Whole(Arc::new(Page { keep: origin.fields.kept_names() }))),
        Format::JsonLines => Box::new(lines::Lines(Arc::new(JsonLines(Arc::clone(origin))))),
        Format::JsonValues => Box::new(json_values::JsonValues::new(Arc::new(JsonLines(Arc::clone(origin))))),
        Format::Table { separator } => Box::new(rows::Rows::new(separator, Arc::clone(origin))),
        Format::Xml => Box::new(elements::Elements::new(origin.fields.kept_names())),
        Format::Crawl => Box::new(crawl::Crawl::new(origin.options.max_record, origin.fields.kept_names())),
    }
}

/// Where the reading of a file has come to.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// Row of the file in the archive.
    pub(super) file: u32,
    pub(super) path: Arc<str>,
    /// Whether that is the path of a member of a container, in which the offset and the number are then counted.
    pub(super) is_member: bool,
    /// Where the open record begins: in the batch's buffer, in the file's content, and as which record.
    pub(super) start: usize,
    pub(super) offset: u64,
    pub(super) number: u64,
    /// Bytes of the open record that were dropped because it is too long.
    pub(super) dropped: u64,
    /// Records cut and rejects so far.
    pub(super) records: u64,
    /// Records of a crawl that hold no page (requests, images, redirections, revisits), and members of a container that are not read.
    pub(super) passed_over: u64,
    /// Bytes on disk read so far.
    pub(super) bytes_read: u64,
}

/// The open record and the batch that it will be part of.
pub(super) struct Open<'a> {
    pub(super) batch: &'a mut Batch,
    pub(super) at: &'a mut Position,
    pub(super) options: &'a ArchiveOptions,
    /// Where in the batch's buffer the bytes begin that no cutter has seen.
    pub(super) unseen: usize,
}

impl Open<'_> {
    /// The bytes of the open record that are in memory, and all that follow them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.batch.buffer[self.at.start..]
    }

    /// Moves the beginning of the open record on.
    pub(super) fn advance(&mut self, length: usize) {
        self.at.start += length;
        self.at.offset += length as u64;
    }

    /// Length of the open record if it ends before `end` in the buffer, the dropped bytes included.
    pub(super) fn length(&self, end: usize) -> u64 {
        self.at.dropped + (end - self.at.start) as u64
    }

    /// Whether a record of this length is one byte too long or more.
    pub(super) fn is_too_long(&self, length: u64) -> bool {
        length > self.options.max_record as u64
    }

    /// Adds the open record to the batch; it ends before `end` in the buffer.
    pub(super) fn push(&mut self, parser: &Arc<dyn Parser>, end: usize, unterminated: bool) {
        let parsers = &mut self.batch.parsers;
        if parsers.last().is_none_or(|last| !Arc::ptr_eq(last, parser)) {
            parsers.push(Arc::clone(parser));
        }
        let parser = (parsers.len() - 1) as u32;
        let members = &mut self.batch.members;
        if self.at.is_member && members.last().is_none_or(|last| !Arc::ptr_eq(last, &self.at.path)) {
            members.push(Arc::clone(&self.at.path));
        }
        let member = if self.at.is_member { (members.len() - 1) as u32 } else { NO_MEMBER };
        let Position { file, offset, number, start, .. } = *self.at;
        self.batch.records.push(Record { file, offset, number, start, end, unterminated, parser, member });
        self.at.records += 1;
    }

    /// Lets go of an open record once it is too long; its bytes are only counted from there on.
    pub(super) fn drop_excess(&mut self) {
        self.drop_excess_before(0);
    }

    /// Like [`drop_excess`](Self::drop_excess), and keeps the last bytes.
    pub(super) fn drop_excess_before(&mut self, kept: usize) {
        let held = self.batch.buffer.len() - self.at.start - kept;
        if self.is_too_long(self.at.dropped + held as u64) {
            self.at.dropped += held as u64;
            self.batch.buffer.drain(self.at.start..self.at.start + held);
        }
    }

    pub(super) fn reject_too_long(&mut self, what: &str, length: u64) {
        let message = format!("the {what} is {length} bytes long, the limit is {} bytes", self.options.max_record);
        self.reject(RejectReason::TooLong, message);
    }

    /// Rejects the open record.
    pub(super) fn reject(&mut self, reason: RejectReason, message: String) {
        let Position { file, offset, number, .. } = *self.at;
        let message = shortened(&message).into_owned();
        self.batch.reject_places.push(self.batch.records.len());
        self.batch.reject_files.push(file);
        self.batch.rejects.push(Reject { file: self.at.path.to_string(), offset, record: number, reason, message });
        self.at.records += 1;
    }
}
