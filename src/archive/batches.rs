//! The reader: one file after the other, cut into records, in batches.
//!
//! The bytes of the record that is not yet complete (the *open* record) are the last of the batch's buffer; when a batch
//! is full they move to the next one. A record that grows too long is only counted from there on.

use std::collections::VecDeque;
use std::fs::File;
use std::mem;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::batch::Batch;
#[cfg(feature = "parquet")]
use super::columnar::{self, Columnar};
use super::container::{Container, Ended, Kind, Step, Wanted};
use super::cut::{Cutter, Open, Position, cutter};
use super::decompress::{Content, End, Fault as ContentFault};
use super::named_fields::NamedFields;
use super::parse::Fault;
use super::sniff::{self, Verdict};
use super::walk::known_format;
use super::{Archive, FileFormat, Format, Input, Origin};
use crate::diagnostics::RejectReason;
use crate::error::{Error, Result};

/// Bytes read at a time. Fixed, so that nothing depends on the size of batches.
const CHUNK: usize = 64 << 10;
/// A batch is also full with so many records, however small, or with so many times `batch_bytes` read on disk for nothing.
const RECORDS: usize = 16 << 10;
const FRUITLESS: u64 = 32;
/// Bytes of batches held back at most, until it is known whether the fields that the user named occur.
const HELD: u64 = 16 << 20;
/// Buffers kept at most; more batches are seldom under way.
const SPARES: usize = 32;

/// Reads an archive from its first file to its last; made by [`Archive::batches`].
///
/// An item is an error only if a field that the user named is in no record: a slip, after which the run would quietly go on
/// without dates or ids. Batches are held back until that is known, unless standard input is read. A fault of an input is no
/// error but a reject of a batch.
#[must_use = "batches are read only when they are asked for"]
pub struct Batches {
    pub(super) origin: Arc<Origin>,
    pub(super) promptly: bool,
    /// Fields that the user named and no record has had yet.
    named: Option<NamedFields>,
    /// Whether batches are held back for them.
    may_hold: bool,
    held: VecDeque<Batch>,
    /// A setting that is not understood.
    fault: Option<Error>,
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
    /// What it was read as; `None` if it could not be opened or was refused.
    pub format: Option<FileFormat>,
    /// Bytes read on disk.
    pub bytes: u64,
    /// SHA-256 of the file on disk, in hexadecimal; empty if the file could not be read to its end.
    pub sha256: String,
    /// Records seen: those in the batches and the rejects found while reading.
    pub records: u64,
    /// Records of a crawl that hold no page: requests, images, redirections, revisits; members of a container that are not read. They are
    /// not among the records seen.
    pub passed_over: u64,
}

impl Batches {
    pub(super) fn new(archive: &Archive) -> Self {
        let origin = Arc::clone(&archive.origin);
        Self {
            promptly: archive.promptly,
            named: NamedFields::of(&origin).filter(|_| !archive.continues),
            may_hold: !archive.reads_stdin(),
            held: VecDeque::new(),
            fault: Origin::check(&origin.options).err(),
            origin,
            next: 0,
            current: None,
            carry: Vec::new(),
            spares: Vec::new(),
            summaries: Vec::new(),
        }
    }

    /// What the input that is being read is; `None` before its first bytes.
    #[must_use]
    pub fn current_format(&self) -> Option<FileFormat> {
        self.current.as_ref().and_then(|reading| reading.read_as)
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
        self.origin.options.batch_bytes.max(1).saturating_add(CHUNK).min(64 << 20)
    }

    fn open(&mut self, batch: &mut Batch) -> Option<Reading> {
        let (file, input) = (self.next, self.origin.inputs.get(self.next)?);
        self.next += 1;
        let mut reading = Reading::new(file, input, batch.buffer.len());
        match input.open() {
            Ok(source) => reading.body = Some(Body::File(Box::new(Content::new(source, input.path(), self.promptly)))),
            Err(error) => {
                let ContentFault { reason, message } = ContentFault::unreadable(&error);
                reading.give_up(batch, &self.origin, (reason, message));
            }
        }
        Some(reading)
    }

    /// Reads the next batch, whatever fields are in it.
    fn read(&mut self) -> Option<Batch> {
        let origin = Arc::clone(&self.origin);
        let full = origin.options.batch_bytes.max(1);
        let mut batch = Batch::new(Arc::clone(&origin), self.spares.pop().unwrap_or_default());
        batch.buffer.reserve(self.usual_room());
        batch.buffer.append(&mut self.carry);
        loop {
            let complete = self.current.as_ref().map_or(batch.buffer.len(), |reading| reading.at.start);
            if complete >= full
                || batch.records.len() + batch.rejects.len() >= RECORDS
                || batch.bytes_read >= FRUITLESS.saturating_mul(full.max(CHUNK) as u64)
                || self.promptly && !batch.is_empty()
            {
                if let Some(reading) = &mut self.current {
                    self.carry = batch.buffer.split_off(mem::take(&mut reading.at.start));
                }
                return Some(batch);
            }
            let Some(mut reading) = self.current.take().or_else(|| self.open(&mut batch)) else {
                return (!batch.is_empty() || batch.bytes_read > 0).then_some(batch);
            };
            let before = reading.at.bytes_read;
            let more = reading.step(&mut batch, &origin, self.promptly);
            batch.bytes_read += reading.at.bytes_read - before;
            match more {
                true => self.current = Some(reading),
                false => self.summaries.push(reading.summary(&origin)),
            }
        }
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(fault) = self.fault.take() {
            self.next = self.origin.inputs.len();
            return Some(Err(fault));
        }
        loop {
            let hold = self.may_hold
                && self.named.as_ref().is_some_and(NamedFields::is_early)
                && self.held.iter().map(Batch::memory).sum::<u64>() < HELD;
            if !hold && let Some(batch) = self.held.pop_front() {
                return Some(Ok(batch));
            }
            let Some(batch) = self.read() else {
                match self.named.take().map(|named| named.finish(&self.origin)) {
                    Some(Err(error)) => return Some(Err(error)),
                    _ if self.held.is_empty() => return None,
                    _ => continue,
                }
            };
            if let Some(named) = &mut self.named {
                match named.look(&batch) {
                    Ok(all_met) if all_met => self.named = None,
                    Ok(_) => {}
                    Err(error) => {
                        self.named = None;
                        return Some(Err(error));
                    }
                }
            }
            self.held.push_back(batch);
        }
    }
}

/// A file that is being read, or a container member by member.
struct Reading {
    at: Position,
    /// As asked for or promised by the name; the first bytes decide.
    format: Option<Format>,
    /// The user said so.
    asked: bool,
    /// Known once the first bytes were read.
    cutter: Option<Box<dyn Cutter>>,
    /// `None` if the file could not be opened.
    body: Option<Body>,
    /// Whether no member of the container is being read.
    between: bool,
    /// Nothing more to expect from the content; the rest is read for the hash.
    given_up: bool,
    read_as: Option<FileFormat>,
}

enum Body {
    File(Box<Content>),
    Container(Box<Container>),
    #[cfg(feature = "parquet")]
    Columnar(Box<Columnar>),
}

impl Body {
    fn content(&self) -> &Content {
        match self {
            Self::File(content) => content,
            Self::Container(container) => container.content(),
            #[cfg(feature = "parquet")]
            Self::Columnar(columnar) => columnar.content(),
        }
    }

    fn content_mut(&mut self) -> &mut Content {
        match self {
            Self::File(content) => content,
            Self::Container(container) => container.content_mut(),
            #[cfg(feature = "parquet")]
            Self::Columnar(columnar) => columnar.content_mut(),
        }
    }

    fn read(&mut self, buffer: &mut Vec<u8>, promptly: bool) -> Option<Ended> {
        match self {
            Self::File(content) => content.read(buffer, CHUNK, promptly).map(Ended::Member),
            Self::Container(container) => container.read(buffer, CHUNK),
            // It gives rows, and no bytes.
            #[cfg(feature = "parquet")]
            Self::Columnar(_) => Some(Ended::Member(End::Whole)),
        }
    }
}

impl Reading {
    fn new(file: usize, input: &Input, start: usize) -> Self {
        let file = u32::try_from(file).expect("the archive counted its inputs");
        let at = Position { file, path: input.path().into(), start, number: 1, ..Position::default() };
        let (format, asked) = (input.format(), input.is_asked());
        Self { at, format, asked, cutter: None, body: None, between: false, given_up: false, read_as: None }
    }

    /// Reads on by one chunk, or `promptly` by what there is. Whether there is more.
    fn step(&mut self, batch: &mut Batch, origin: &Arc<Origin>, promptly: bool) -> bool {
        let Some(body) = &mut self.body else { return false };
        if self.given_up {
            let ended = body.content_mut().drain();
            self.at.bytes_read = body.content().bytes();
            return !ended;
        }
        if self.between {
            return self.next_member(batch, origin);
        }
        #[cfg(feature = "parquet")]
        if let Body::Columnar(columnar) = body {
            let step = columnar.step(batch, &mut self.at, &origin.options);
            self.at.bytes_read = columnar.content().bytes();
            return match step {
                Ok(more) => {
                    self.given_up = !more;
                    true
                }
                Err(fault) => self.give_up(batch, origin, fault),
            };
        }
        let mut unseen = if self.cutter.is_some() { batch.buffer.len() } else { self.at.start };
        let end = body.read(&mut batch.buffer, promptly);
        self.at.bytes_read = body.content().bytes();
        let cutter = match &mut self.cutter {
            Some(cutter) => cutter,
            unknown => {
                let head = &batch.buffer[unseen..];
                // Blanks say nothing, and more is to come.
                if promptly && end.is_none() && head.len() < CHUNK && head.trim_ascii().is_empty() {
                    return true;
                }
                if !self.at.is_member
                    && let Some(kind) = Kind::of(head, &self.at.path)
                {
                    let head = batch.buffer.split_off(unseen);
                    return match self.enter(kind, head, end, origin) {
                        Ok(()) => true,
                        Err(ContentFault { reason, message }) => self.give_up(batch, origin, (reason, message)),
                    };
                }
                #[cfg(feature = "parquet")]
                if !self.at.is_member
                    && !self.asked
                    && let Some(kind) = columnar::Kind::of(head)
                {
                    let head = batch.buffer.split_off(unseen);
                    return match self.enter_columns(kind, head, end, origin) {
                        Ok(()) => true,
                        Err(fault) => self.give_up(batch, origin, fault),
                    };
                }
                let head = sniff::Head { bytes: head, whole: end.is_some(), path: &self.at.path };
                match sniff::look(&head, self.format, self.asked) {
                    Verdict::Read(format, skip) => {
                        self.at.start += skip;
                        self.at.offset += skip as u64;
                        unseen += skip;
                        self.read_as.get_or_insert(format.into());
                        unknown.insert(cutter(format, origin))
                    }
                    // Of files that are read whatever they are called, the binary ones are left out, as in a directory.
                    Verdict::Refuse { reason: RejectReason::Binary, .. }
                        if self.at.is_member && self.asked && known_format(&self.at.path).is_none() =>
                    {
                        batch.buffer.truncate(self.at.start);
                        self.at.passed_over += 1;
                        self.between = true;
                        return true;
                    }
                    Verdict::Refuse { reason, message, offset, line } => {
                        (self.at.offset, self.at.number) = (offset, line);
                        return self.give_up(batch, origin, (reason, message));
                    }
                }
            }
        };
        let mut open = Open { batch, at: &mut self.at, options: &origin.options, unseen };
        if let Err(fault) = cutter.cut(&mut open, matches!(end, Some(Ended::Member(End::Whole)))) {
            return self.give_up(batch, origin, fault);
        }
        match end {
            None => true,
            Some(Ended::Member(End::Whole)) => {
                // No record is open, so the bytes of the last one stay in this batch.
                self.at.start = batch.buffer.len();
                self.between = self.at.is_member;
                self.between
            }
            Some(Ended::Member(End::Fault(ContentFault { reason, message }))) => {
                self.give_up(batch, origin, (reason, message))
            }
            Some(Ended::Container(ContentFault { reason, message })) => {
                self.given_up = true;
                self.give_up(batch, origin, (reason, message))
            }
        }
    }

    /// The file is a container that begins like this, with its `end` if that is all.
    fn enter(&mut self, kind: Kind, head: Vec<u8>, end: Option<Ended>, origin: &Origin) -> Result<(), ContentFault> {
        let end = end.map(Ended::of_file);
        let Some(Body::File(content)) = self.body.take() else { return Ok(()) };
        let wanted = Wanted {
            path: self.at.path.to_string(),
            reads_all: self.asked,
            members: origin.members.as_ref().map(Arc::clone),
        };
        let container = match kind {
            Kind::Tar => Container::tar(wanted, *content, head, end),
            Kind::Zip => {
                let file = self.seekable(&content, origin);
                let opened = match file {
                    Some(file) => Container::zip(wanted, *content, file),
                    None => Err(Box::new((
                        *content,
                        ContentFault::not_a_file("a zip archive", "write it to a file, or pack it as .tar.gz"),
                    ))),
                };
                match opened {
                    Ok(container) => container,
                    Err(refused) => {
                        let (content, fault) = *refused;
                        self.body = Some(Body::File(Box::new(content)));
                        return Err(fault);
                    }
                }
            }
        };
        self.body = Some(Body::Container(Box::new(container)));
        self.read_as = Some(if kind == Kind::Tar { FileFormat::Tar } else { FileFormat::Zip });
        self.between = true;
        Ok(())
    }

    /// The file is one of columns that begins like this, with its `end` if that is all.
    #[cfg(feature = "parquet")]
    fn enter_columns(
        &mut self,
        kind: columnar::Kind,
        head: Vec<u8>,
        end: Option<Ended>,
        origin: &Origin,
    ) -> Result<(), Fault> {
        let end = end.map(Ended::of_file);
        let Some(Body::File(content)) = self.body.take() else { return Ok(()) };
        self.read_as = Some(kind.format());
        let file = self.seekable(&content, origin);
        match Columnar::open(kind, *content, (head, end), file, &origin.fields) {
            Ok(columnar) => {
                self.body = Some(Body::Columnar(Box::new(columnar)));
                Ok(())
            }
            Err(refused) => {
                let (content, fault) = *refused;
                self.body = Some(Body::File(Box::new(content)));
                Err(fault)
            }
        }
    }

    /// The file itself, if one can go back and forth in its content.
    fn seekable(&self, content: &Content, origin: &Origin) -> Option<File> {
        origin.inputs[self.at.file as usize].open_file().filter(|_| !content.is_compressed())
    }

    /// Goes on to the next member of the container.
    fn next_member(&mut self, batch: &mut Batch, origin: &Origin) -> bool {
        let Some(Body::Container(container)) = &mut self.body else { return false };
        let step = container.next();
        let at = container.at();
        self.at.bytes_read = container.content().bytes();
        // Blanks may be left of the member before.
        self.at.start = batch.buffer.len();
        match step {
            Ok(Step::Busy) => true,
            Ok(Step::PassedOver) => {
                self.at.passed_over += 1;
                true
            }
            Ok(Step::Member(path)) => {
                self.begin(path, origin);
                true
            }
            Ok(Step::Refused(path, ContentFault { reason, message })) => {
                self.begin(path, origin);
                self.give_up(batch, origin, (reason, message))
            }
            Ok(Step::End) => {
                self.given_up = true;
                true
            }
            Err(ContentFault { reason, message }) => {
                self.given_up = true;
                let path = origin.inputs[self.at.file as usize].path();
                self.at = Position { path: path.into(), offset: at, number: 1, ..mem::take(&mut self.at) };
                self.give_up(batch, origin, (reason, message))
            }
        }
    }

    /// Begins with a member.
    fn begin(&mut self, path: Arc<str>, origin: &Origin) {
        let asked = self.asked.then(|| origin.inputs[self.at.file as usize].format()).flatten();
        self.format = asked.or_else(|| known_format(&path));
        self.cutter = None;
        self.between = false;
        self.at = Position { path, is_member: true, offset: 0, number: 1, dropped: 0, ..mem::take(&mut self.at) };
    }

    /// The content of the file or the member ends here, and the open record with it.
    fn give_up(&mut self, batch: &mut Batch, origin: &Origin, (reason, message): Fault) -> bool {
        batch.buffer.truncate(self.at.start);
        match self.at.is_member {
            true => self.between = true,
            false => self.given_up = true,
        }
        let unseen = self.at.start;
        Open { batch, at: &mut self.at, options: &origin.options, unseen }.reject(reason, message);
        true
    }

    fn summary(self, origin: &Origin) -> InputSummary {
        let sha256 = self.body.as_ref().map_or_else(String::new, |body| body.content().sha256());
        let Position { file, bytes_read, records, passed_over, .. } = self.at;
        let path = origin.inputs[file as usize].path().to_owned();
        InputSummary { path, format: self.read_as, bytes: bytes_read, sha256, records, passed_over }
    }
}
