//! The reader: one file after the other, cut into records, in batches.
//!
//! The bytes of the record that is not yet complete (the *open* record) stand at the end of the batch's buffer; when a batch
//! is full they move to the next one. A record that grows too long is only counted from there on.

use std::mem;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::batch::{Batch, Record};
use super::decompress::{Content, End, Fault};
use super::rows::{Columns, RowEnds, has_stray_quote};
use super::sniff::{self, MARK, Verdict};
use super::{Archive, ArchiveOptions, Format, Input, compressed_name, warc};
use crate::diagnostics::{Reject, RejectReason};
use crate::error::Result;

/// Bytes read at a time. Fixed, so that nothing depends on the size of batches.
const CHUNK: usize = 64 << 10;
/// A batch is also full with so many records, however small, or with so many times `batch_bytes` read on disk for nothing.
const RECORDS: usize = 16 << 10;
const FRUITLESS: u64 = 32;
/// Buffers kept at most; more batches are seldom under way.
const SPARES: usize = 32;

/// Reads an archive from its first file to its last; made by [`Archive::batches`].
///
/// An item is an error only if the run cannot go on, which no fault of an input is: those are the rejects of the batches.
#[must_use = "batches are read only when they are asked for"]
pub struct Batches<'a> {
    archive: &'a Archive,
    next: usize,
    current: Option<Reading>,
    carry: Vec<u8>,
    /// Memory of batches that are done with.
    pub(super) spares: Vec<Vec<u8>>,
    summaries: Vec<InputSummary>,
}

/// One input that was read, for the manifest of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSummary {
    /// The path, as in [`Input::path`].
    pub path: String,
    /// Bytes read on disk.
    pub bytes: u64,
    /// SHA-256 of the file on disk, in hexadecimal; empty if the file could not be read to its end.
    pub sha256: String,
    /// Records seen: those in the batches and the rejects found while reading.
    pub records: u64,
    /// Records of a crawl that hold no page: requests, images, redirections, revisits. They are not among the records seen.
    pub passed_over: u64,
}

impl<'a> Batches<'a> {
    pub(super) fn new(archive: &'a Archive) -> Self {
        Self { archive, next: 0, current: None, carry: Vec::new(), spares: Vec::new(), summaries: Vec::new() }
    }

    /// What was read of each input, in their order. Inputs that were not read to their end are missing, so ask when there
    /// are no more batches.
    #[must_use]
    pub fn finish(self) -> Vec<InputSummary> {
        self.summaries
    }

    /// Takes the memory of a batch that is done with for one to come: new memory is cleared by the system page by page.
    ///
    /// What grew because of one long record is given back to the system, and so is more than is of use.
    pub fn recycle(&mut self, batch: Batch) {
        let mut buffer = batch.buffer;
        if self.spares.len() < SPARES && buffer.capacity() <= 2 * self.usual_room() {
            buffer.clear();
            self.spares.push(buffer);
        }
    }

    /// Bytes in a batch without long records.
    fn usual_room(&self) -> usize {
        self.archive.options.batch_bytes.max(1).saturating_add(CHUNK).min(64 << 20)
    }

    fn open(&mut self, batch: &mut Batch) -> Option<Reading> {
        let archive = self.archive;
        let (file, input) = (self.next, archive.inputs.get(self.next)?);
        self.next += 1;
        let reading = Reading::new(file, input, batch.buffer.len());
        Some(match input.open() {
            Ok(source) => Reading { content: Some(Content::new(source, input.path(), archive.promptly)), ..reading },
            Err(error) => {
                let mut reading = reading;
                let fault = Fault::unreadable(&error);
                reading.reject(batch, fault.reason, fault.message);
                reading
            }
        })
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let options = &self.archive.options;
        let full = options.batch_bytes.max(1);
        let mut batch = Batch { buffer: self.spares.pop().unwrap_or_default(), ..Batch::default() };
        batch.buffer.reserve(self.usual_room());
        batch.buffer.append(&mut self.carry);
        loop {
            let complete = self.current.as_ref().map_or(batch.buffer.len(), |reading| reading.start);
            if complete >= full
                || batch.records.len() + batch.rejects.len() >= RECORDS
                || batch.bytes_read >= FRUITLESS.saturating_mul(full.max(CHUNK) as u64)
                || self.archive.promptly && !batch.is_empty()
            {
                if let Some(reading) = &mut self.current {
                    self.carry = batch.buffer.split_off(mem::take(&mut reading.start));
                }
                return Some(Ok(batch));
            }
            let Some(mut reading) = self.current.take().or_else(|| self.open(&mut batch)) else {
                return (!batch.is_empty() || batch.bytes_read > 0).then_some(Ok(batch));
            };
            let before = reading.counted;
            let more = reading.step(&mut batch, self.archive);
            batch.bytes_read += reading.counted - before;
            match more {
                true => self.current = Some(reading),
                false => self.summaries.push(reading.summary()),
            }
        }
    }
}

/// A file that is being read.
struct Reading {
    file: u32,
    path: String,
    /// As asked for or promised by the name; settled by the first bytes.
    format: Option<Format>,
    /// The user said so.
    asked: bool,
    begun: bool,
    /// `None` if the file could not be opened.
    content: Option<Content>,
    /// Nothing more to expect from the content; the rest is read for the hash.
    given_up: bool,
    /// Where the open record begins in the batch's buffer, in the content, and as which line.
    start: usize,
    offset: u64,
    number: u64,
    /// Bytes of the open record that were dropped because it is too long.
    dropped: u64,
    records: u64,
    /// Bytes on disk that are accounted for.
    counted: u64,
    /// The table that is being read.
    table: Option<Table>,
    /// Bytes of a crawl's record that are passed over.
    skip: u64,
    /// No record of a crawl was found at the last place where one had to begin.
    lost: bool,
    /// Records of a crawl that hold no page: requests, images, redirections, revisits.
    passed_over: u64,
}

/// The state of a table while its rows are cut.
struct Table {
    ends: RowEnds,
    /// Once the header was read.
    columns: Option<Arc<Columns>>,
    /// Cells of the open row.
    n_cells: usize,
}

impl Reading {
    fn new(file: usize, input: &Input, start: usize) -> Self {
        Self {
            file: u32::try_from(file).expect("the archive counted its inputs"),
            path: input.path().to_owned(),
            format: input.format(),
            asked: input.is_asked(),
            begun: false,
            content: None,
            given_up: false,
            start,
            offset: 0,
            number: 1,
            dropped: 0,
            records: 0,
            counted: 0,
            table: None,
            skip: 0,
            lost: false,
            passed_over: 0,
        }
    }

    /// Reads on by one chunk, or `promptly` by what there is. Whether there is more.
    fn step(&mut self, batch: &mut Batch, archive: &Archive) -> bool {
        let (options, promptly) = (&archive.options, archive.promptly);
        let Some(content) = &mut self.content else { return false };
        if self.given_up {
            let ended = content.drain();
            self.counted = content.bytes();
            return !ended;
        }
        let mut from = if self.begun { batch.buffer.len() } else { self.start };
        let end = content.read(&mut batch.buffer, CHUNK, promptly);
        self.counted = content.bytes();
        if !self.begun {
            let head = &batch.buffer[from..];
            // Blanks say nothing, and more is to come.
            if promptly && end.is_none() && head.len() < CHUNK && head.trim_ascii().is_empty() {
                return true;
            }
            self.begun = true;
            let whole = end.is_some();
            match sniff::look(&sniff::Head { bytes: head, whole, path: &self.path }, self.format, self.asked) {
                Verdict::Read(format, skip) => {
                    self.format = Some(format);
                    self.start += skip;
                    self.offset += skip as u64;
                    from += skip;
                }
                Verdict::Refuse { reason, message, offset, line } => {
                    (self.offset, self.number) = (offset, line);
                    return self.give_up(batch, Fault { reason, message });
                }
            }
        }
        let whole = matches!(end, Some(End::Whole));
        match self.format {
            Some(Format::JsonLines) => self.cut_lines(batch, from, options),
            Some(Format::Table { separator }) => {
                if let Err((reason, message)) = self.cut_rows(batch, from, separator, whole, archive) {
                    return self.give_up(batch, Fault { reason, message });
                }
            }
            Some(Format::Crawl) => self.cut_crawl(batch, whole, options),
            Some(Format::Text | Format::Page) | None => {}
        }
        if self.format != Some(Format::Crawl) {
            self.drop_excess(batch, options);
        }
        match end {
            None => true,
            Some(End::Fault(fault)) => self.give_up(batch, fault),
            Some(End::Whole) => {
                self.close_last(batch, options);
                false
            }
        }
    }

    /// Cuts the rows of a table; all of them if the bytes are `last`.
    ///
    /// # Errors
    ///
    /// The fault of the whole file, if its header is of no use.
    fn cut_rows(
        &mut self,
        batch: &mut Batch,
        mut from: usize,
        separator: u8,
        last: bool,
        archive: &Archive,
    ) -> Result<(), super::batch::Fault> {
        let mut table =
            self.table.take().unwrap_or_else(|| Table { ends: RowEnds::new(separator), columns: None, n_cells: 0 });
        loop {
            let found = table.ends.next(&batch.buffer[from..], &mut table.n_cells);
            let end = match found {
                Some(length) => from + length,
                None if last && self.start < batch.buffer.len() => batch.buffer.len(),
                None => break,
            };
            if self.dropped == 0 {
                let blank =
                    batch.buffer[self.start..end].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                self.advance(blank);
            }
            // A row that spans lines and has not as many cells as the header: a quotation mark is open that should not be.
            let row = &batch.buffer[self.start..end];
            let expected = table.columns.as_ref().map(|columns| columns.len());
            let n_cells = table.n_cells + usize::from(found.is_none());
            let line_end = memchr::memchr(b'\n', row).filter(|line_end| line_end + 1 < row.len());
            let next = match line_end {
                Some(line_end)
                    if self.dropped == 0
                        && expected.is_some_and(|expected| expected != n_cells || has_stray_quote(row, separator)) =>
                {
                    let message = "a quotation mark in this row is not closed, or the row has another number of cells than the header";
                    self.reject(batch, RejectReason::InvalidRow, message.to_owned());
                    self.number += 1;
                    table.ends.restart();
                    self.start + line_end + 1
                }
                _ => {
                    self.close_row(batch, end, &mut table, archive)?;
                    end
                }
            };
            self.offset += (next - self.start) as u64 + mem::take(&mut self.dropped);
            self.start = next;
            from = next;
            table.n_cells = 0;
            if found.is_none() && next == batch.buffer.len() {
                break;
            }
        }
        self.table = Some(table);
        Ok(())
    }

    /// The open row ends before `end`.
    fn close_row(
        &mut self,
        batch: &mut Batch,
        end: usize,
        table: &mut Table,
        archive: &Archive,
    ) -> Result<(), super::batch::Fault> {
        let Some(Format::Table { separator }) = self.format else { return Ok(()) };
        let row = &batch.buffer[self.start..end];
        let trimmed = row.trim_ascii_end().len();
        // Blanks at the end may be those of a last cell.
        let trimmed = row.len()
            - row.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count().min(row.len() - trimmed);
        let length = self.dropped + row.len() as u64;
        if length > archive.options.max_record as u64 {
            self.reject_too_long(batch, "row", length, &archive.options);
            self.number += 1;
        } else if trimmed > 0 && !row[..trimmed].trim_ascii().is_empty() {
            match &table.columns {
                // Excel writes the separator into a line of its own.
                None if row.len() < 12 && row[..4.min(row.len())].eq_ignore_ascii_case(b"sep=") => {}
                None => table.columns = Some(Arc::new(Columns::new(&row[..trimmed], separator, &archive.fields)?)),
                Some(columns) => {
                    if batch.tables.last().is_none_or(|last| !Arc::ptr_eq(last, columns)) {
                        batch.tables.push(Arc::clone(columns));
                    }
                    self.push(batch, self.start + trimmed, false);
                    self.number += 1;
                }
            }
        }
        Ok(())
    }

    /// Cuts the records of a crawl; all of them if the bytes are `last`.
    fn cut_crawl(&mut self, batch: &mut Batch, last: bool, options: &ArchiveOptions) {
        loop {
            let held = batch.buffer.len() - self.start;
            let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(held);
            self.advance(passed);
            self.skip -= passed as u64;
            if last && self.skip > 0 {
                let message = "the file ends inside the record before; fetch it again".to_owned();
                self.reject(batch, RejectReason::Truncated, message);
            }
            let bytes = &batch.buffer[self.start..];
            if self.skip > 0 || bytes.is_empty() {
                break;
            }
            match warc::next(bytes, last) {
                warc::Next::Incomplete if last => {
                    self.reject(
                        batch,
                        RejectReason::Truncated,
                        "the file ends inside this record; fetch it again".to_owned(),
                    );
                    self.advance(held);
                    break;
                }
                warc::Next::Incomplete => break,
                warc::Next::Blank(length) => self.advance(length),
                warc::Next::Broken { skip, message } => {
                    if !mem::replace(&mut self.lost, true) {
                        self.reject(batch, RejectReason::InvalidRecord, message);
                        self.number += 1;
                    }
                    self.advance(skip);
                }
                warc::Next::Record { length, kind } => {
                    self.lost = false;
                    let at_hand = bytes.len() as u64;
                    if kind == warc::Kind::Other {
                        self.passed_over += 1;
                        self.skip = length;
                    } else if length > options.max_record as u64 {
                        self.reject_too_long(batch, "record", length, options);
                        self.skip = length;
                    } else if length <= at_hand {
                        self.push(batch, self.start + length as usize, false);
                        self.advance(length as usize);
                    } else if last {
                        self.reject(
                            batch,
                            RejectReason::Truncated,
                            "the file ends inside this record; fetch it again".to_owned(),
                        );
                        self.advance(at_hand as usize);
                    } else {
                        break;
                    }
                    self.number += 1;
                }
            }
        }
    }

    fn advance(&mut self, length: usize) {
        self.start += length;
        self.offset += length as u64;
    }

    fn cut_lines(&mut self, batch: &mut Batch, mut from: usize, options: &ArchiveOptions) {
        while let Some(length) = memchr::memchr(b'\n', &batch.buffer[from..]) {
            let end = from + length;
            self.close_line(batch, end, false, options);
            from = end + 1;
            self.start = from;
        }
    }

    /// The open record ends before `end`.
    fn close_line(&mut self, batch: &mut Batch, end: usize, unterminated: bool, options: &ArchiveOptions) {
        // Files that begin with a mark were joined.
        while self.dropped == 0 && batch.buffer[self.start..end].starts_with(MARK) {
            self.start += MARK.len();
            self.offset += MARK.len() as u64;
        }
        let line = &batch.buffer[self.start..end];
        let length = self.dropped + line.len() as u64;
        if length > options.max_record as u64 {
            self.reject_too_long(batch, "line", length, options);
        } else if !line.trim_ascii_start().is_empty() {
            let carriage_return = usize::from(line.ends_with(b"\r"));
            self.push(batch, end - carriage_return, unterminated);
        }
        self.offset += length + 1;
        self.number += 1;
        self.dropped = 0;
    }

    fn close_last(&mut self, batch: &mut Batch, options: &ArchiveOptions) {
        let end = batch.buffer.len();
        let length = self.dropped + (end - self.start) as u64;
        match self.format {
            Some(Format::JsonLines) if length > 0 => self.close_line(batch, end, true, options),
            Some(Format::JsonLines | Format::Table { .. } | Format::Crawl) => {}
            _ if length > options.max_record as u64 => self.reject_too_long(batch, "text", length, options),
            // What is not even an empty compressed file holds no text, not an empty one.
            _ if self.counted == 0 && compressed_name(&self.path) => {}
            _ => self.push(batch, end, false),
        }
    }

    /// Lets go of an open record once it is too long, and goes on counting it.
    fn drop_excess(&mut self, batch: &mut Batch, options: &ArchiveOptions) {
        let held = (batch.buffer.len() - self.start) as u64;
        if self.dropped + held > options.max_record as u64 {
            self.dropped += held;
            batch.buffer.truncate(self.start);
        }
    }

    /// The content ends here, and the open record with it.
    fn give_up(&mut self, batch: &mut Batch, fault: Fault) -> bool {
        batch.buffer.truncate(self.start);
        self.given_up = true;
        self.reject(batch, fault.reason, fault.message);
        true
    }

    fn push(&mut self, batch: &mut Batch, end: usize, unterminated: bool) {
        let format = self.format.unwrap_or(Format::Text);
        let Self { file, offset, number, start, .. } = *self;
        let table = batch.tables.len().saturating_sub(1) as u32;
        batch.records.push(Record { file, offset, number, start, end, format, unterminated, table });
        self.records += 1;
    }

    fn reject_too_long(&mut self, batch: &mut Batch, what: &str, length: u64, options: &ArchiveOptions) {
        let message = format!("the {what} is {length} bytes long, the limit is {} bytes", options.max_record);
        self.reject(batch, RejectReason::TooLong, message);
    }

    fn reject(&mut self, batch: &mut Batch, reason: RejectReason, message: String) {
        batch.rejects.push(Reject {
            file: self.path.clone(),
            offset: self.offset,
            record: self.number,
            reason,
            message,
        });
        self.records += 1;
    }

    fn summary(self) -> InputSummary {
        let sha256 = self.content.as_ref().map_or_else(String::new, Content::sha256);
        InputSummary {
            path: self.path,
            bytes: self.counted,
            sha256,
            records: self.records,
            passed_over: self.passed_over,
        }
    }
}
