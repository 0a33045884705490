//! Files of columns: Parquet, and Arrow IPC files (Feather) and streams. Each row is a document.
//!
//! Such a file says itself which columns it has, so they are chosen once, and only those are decoded ([`parquet`], [`arrow`]), some
//! rows at a time; columns that a program holds are taken as they are ([`memory`]). The cells of a row are copied into the batch one after
//! the other, each with its length before it, and [`Rows`] makes a document of them in any thread. A cell that is no text is written as
//! one (`cells`).

mod arrow;
mod cells;
mod memory;
mod parquet;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::charset;
use super::columns::ColumnMap;
use super::cut::{Open, Position};
use super::decompress::{Content, End, Fault as ContentFault};
use super::fields::Fields;
use super::parse::{Fault, Mapping, Parser, RawRecord};
use super::{ArchiveOptions, Batch, FileFormat};
use crate::diagnostics::RejectReason;
use crate::document::Document;
use arrow::ArrowStream;
use cells::Cells;
pub use memory::ArrowSource;
use parquet::ParquetFile;

/// The formats of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Read only from a file in which one can go back and forth.
    Parquet,
    /// Read from its beginning to its end, with the magic of a file or without.
    Arrow { is_file: bool },
}

impl Kind {
    /// What the file is whose content begins like this, if it is one of columns.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            _ if head.starts_with(b"PAR1") => Some(Self::Parquet),
            _ if head.starts_with(arrow::MAGIC) => Some(Self::Arrow { is_file: true }),
            _ => arrow::is_stream(head).then_some(Self::Arrow { is_file: false }),
        }
    }

    pub(super) fn format(self) -> FileFormat {
        match self {
            Self::Parquet => FileFormat::Parquet,
            Self::Arrow { .. } => FileFormat::Arrow,
        }
    }
}

/// A file of columns that is being read.
pub(super) struct Columnar {
    source: Source,
    rows: Arc<dyn Parser>,
    /// Of the columns that are needed, in the order in which [`Rows`] expects them: their names from the outermost structure inward.
    paths: Vec<Vec<String>>,
    current: Option<Current>,
}

enum Source {
    Parquet(Box<ParquetFile>),
    Arrow(Box<ArrowStream>),
}

/// Rows that were decoded.
struct Current {
    columns: Vec<Cells>,
    n_rows: usize,
    next: usize,
}

/// What the sources give.
enum Next {
    /// Rows of the row group or record batch that begins at this byte of the file.
    Rows(RecordBatch, u64),
    /// Rows that cannot be read; the reading goes on after them.
    Lost {
        n_rows: u64,
        offset: u64,
        fault: Fault,
    },
    End,
}

impl Columnar {
    /// The file of which `head` was read already, and its `end` if that is all; `file` is the same file, if it is one in which one
    /// can go back and forth.
    ///
    /// # Errors
    ///
    /// Why nothing can be read of it; the content is given back.
    pub(super) fn open(
        kind: Kind,
        content: Content,
        (head, end): (Vec<u8>, Option<End>),
        file: Option<File>,
        fields: &Fields,
    ) -> Result<Self, Box<(Content, Fault)>> {
        match kind {
            Kind::Parquet => match ParquetFile::open(file, fields) {
                Ok((opened, chosen)) => Ok(Self::new(Source::Parquet(Box::new(opened.hashing(content))), chosen)),
                Err(fault) => Err(Box::new((content, fault))),
            },
            Kind::Arrow { is_file } => {
                let mut stream = ArrowStream::new(content, head, end, is_file);
                match stream.begin(file.as_ref(), fields) {
                    Ok(chosen) => Ok(Self::new(Source::Arrow(Box::new(stream)), chosen)),
                    Err(fault) => Err(Box::new((stream.into_content(), fault))),
                }
            }
        }
    }

    fn new(source: Source, Chosen { rows, paths }: Chosen) -> Self {
        Self { source, rows: Arc::new(rows), paths, current: None }
    }

    pub(super) fn content(&self) -> &Content {
        match &self.source {
            Source::Parquet(file) => file.content(),
            Source::Arrow(stream) => stream.content(),
        }
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        match &mut self.source {
            Source::Parquet(file) => file.content_mut(),
            Source::Arrow(stream) => stream.content_mut(),
        }
    }

    /// Adds some rows to the batch; says whether there are more.
    ///
    /// # Errors
    ///
    /// The fault of the file, after which nothing more can be read of it.
    pub(super) fn step(
        &mut self,
        batch: &mut Batch,
        at: &mut Position,
        options: &ArchiveOptions,
    ) -> Result<bool, Fault> {
        /// Bytes and rows added at a time, about.
        const BYTES: usize = 64 << 10;
        const ROWS: usize = 1024;
        let Some(Current { columns, n_rows, next }) = &mut self.current else {
            return self.go_on(batch, at, options);
        };
        let full = batch.buffer.len() + BYTES;
        let last = (*next + ROWS).min(*n_rows);
        while *next < last && batch.buffer.len() < full {
            at.start = batch.buffer.len();
            let mut left_out = 0;
            for column in &*columns {
                left_out += column.append(*next, options.max_record, &mut batch.buffer) as u64;
            }
            let end = batch.buffer.len();
            let mut open = Open { batch: &mut *batch, at: &mut *at, options, unseen: end };
            let length = open.length(end) + left_out;
            if open.is_too_long(length) {
                open.reject_too_long("row", length);
                batch.buffer.truncate(at.start);
            } else {
                open.push(&self.rows, end, false);
            }
            at.number += 1;
            *next += 1;
        }
        at.start = batch.buffer.len();
        if *next == *n_rows {
            self.current = None;
        }
        Ok(true)
    }

    /// Decodes the next rows.
    fn go_on(&mut self, batch: &mut Batch, at: &mut Position, options: &ArchiveOptions) -> Result<bool, Fault> {
        let next = match &mut self.source {
            Source::Parquet(file) => file.next(),
            Source::Arrow(stream) => stream.next(),
        };
        match next? {
            Next::End => return Ok(false),
            Next::Rows(rows, offset) => {
                let columns = self.paths.iter().map(|path| Cells::find(&rows, path)).collect::<Option<Vec<_>>>();
                let columns = columns.ok_or_else(|| damaged("a column of its schema is missing"))?;
                at.offset = offset;
                self.current = Some(Current { columns, n_rows: rows.num_rows(), next: 0 });
            }
            Next::Lost { n_rows, offset, fault: (reason, message) } => {
                at.offset = offset;
                let unseen = at.start;
                Open { batch, at: &mut *at, options, unseen }.reject(reason, message);
                at.number = at.number.saturating_add(n_rows);
            }
        }
        Ok(true)
    }
}

/// What of a file is needed.
struct Chosen {
    rows: Rows,
    /// As in [`Columnar::paths`].
    paths: Vec<Vec<String>>,
}

impl Chosen {
    /// Chooses columns by the schema of the file.
    fn of(schema: &SchemaRef, fields: &Fields) -> Result<Self, Fault> {
        let leaves = cells::leaves(schema);
        let names = leaves.iter().map(|leaf| leaf.path.join(".")).collect();
        let map = ColumnMap::new(names, fields, "file", |column, role| {
            let kind = &leaves[column].kind;
            (!cells::will_do(kind, role)).then(|| kind.to_string())
        })?;
        let wanted = [map.id, map.title, map.date, map.source];
        let paths = wanted.iter().chain(&map.kept).copied().flatten().chain(map.text.iter().copied());
        let paths = paths.map(|column| leaves[column].path.clone()).collect();
        Ok(Self { rows: Rows { map }, paths })
    }

    /// The names of the outermost columns.
    fn roots(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(|path| path[0].as_str())
    }
}

/// Makes documents of rows.
#[derive(Debug)]
struct Rows {
    map: ColumnMap,
}

impl Parser for Rows {
    fn may_hold_html(&self) -> bool {
        true
    }

    fn parse<'a>(&'a self, record: RawRecord<'a>) -> Result<Document<'a>, Fault> {
        let mut cells = cells::read(record.bytes);
        let mut n_replaced = 0;
        let mut next = || {
            let (text, replaced) = charset::decode(cells.next()??, &[]);
            n_replaced += replaced;
            (!text.trim().is_empty()).then_some(text)
        };
        let mut field = |column: Option<usize>| column.and_then(|_| next());
        let ColumnMap { id, title, date, source, .. } = &self.map;
        let (id, title, date, source) = (field(*id), field(*title), field(*date), field(*source));
        let kept = self.map.kept.iter().map(|column| field(*column)).collect();
        let mut parts: Vec<Cow<'a, str>> = self.map.text.iter().filter_map(|_| next()).collect();
        let text = match parts.len() {
            0 | 1 => parts.pop().unwrap_or_default(),
            _ => Cow::Owned(parts.join("\n\n")),
        };
        Ok(Document { id: id.unwrap_or_default(), title, text, date, source, kept, replaced: n_replaced > 0 })
    }

    fn mapping(&self, _: RawRecord<'_>) -> Option<Mapping> {
        Some(self.map.mapping())
    }
}

fn damaged(what: impl std::fmt::Display) -> Fault {
    (RejectReason::Damaged, format!("the file is damaged: {what}; fetch it again"))
}

/// Calls a decoder, which may panic on a damaged file although it should not; that is a fault of the file.
fn unharmed<T>(decode: impl FnOnce() -> T) -> Result<T, Fault> {
    // What it leaves behind is not used again.
    catch_unwind(AssertUnwindSafe(decode)).map_err(|_| damaged("it cannot be decoded"))
}

fn truncated(what: &str) -> Fault {
    (RejectReason::Truncated, format!("{what}; fetch it again"))
}

fn of_content(ContentFault { reason, message }: ContentFault) -> Fault {
    (reason, message)
}
