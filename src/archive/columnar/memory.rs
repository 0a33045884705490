//! Columns that a program holds, or receives piece by piece.

use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::{Cells, Chosen, Current};
use crate::archive::cut::{Open, Position};
use crate::archive::parse::{Mapping, Parser, RawRecord};
use crate::archive::{ArchiveOptions, Batch, InputSummary, Origin, Source};
use crate::error::{Error, Result};

/// Rows of record batches as the records of one input: a data frame, the result of a query, a partition of a larger table.
///
/// Columns are found as in a Parquet or Arrow file: by the usual names ([`FieldMap`](crate::FieldMap)), or by those in the options; each
/// may be of any type that is read from such files. Records are numbered from 1, and their offsets are sums of the lengths of their cells,
/// so that results do not depend on how the rows are divided into batches.
///
/// ```
/// use std::sync::Arc;
/// use dateline::archive::{ArrowSource, Source};
/// use dateline::ArchiveOptions;
/// use arrow_array::{RecordBatch, StringArray};
/// let rows = RecordBatch::try_from_iter([
///     ("url", Arc::new(StringArray::from(vec!["a1"])) as _),
///     ("body", Arc::new(StringArray::from(vec!["GENEVA: Talks resumed."])) as _),
/// ])?;
/// let mut source = ArrowSource::new("mine", &rows.schema(), [rows], ArchiveOptions::default())?;
/// let batch = source.next_batch()?.expect("it has a row");
/// let document = batch.document(&batch.records()[0]).unwrap();
/// assert_eq!((&*document.id, &*document.text), ("a1", "GENEVA: Talks resumed."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ArrowSource {
    origin: Arc<Origin>,
    rows: Arc<dyn Parser>,
    paths: Vec<Vec<String>>,
    batches: Box<dyn Iterator<Item = RecordBatch> + Send>,
    current: Option<Current>,
    at: Position,
}

impl ArrowSource {
    /// The rows of `batches`, which all have the schema, as the input called `name`. Batches are taken as they are needed.
    ///
    /// # Errors
    ///
    /// If no column is the text, or one that the options name is missing or of a type that is not read.
    pub fn new<I>(name: &str, schema: &SchemaRef, batches: I, options: ArchiveOptions) -> Result<Self>
    where
        I: IntoIterator<Item = RecordBatch>,
        I::IntoIter: Send + 'static,
    {
        let origin = Origin::in_memory(name, options);
        let Chosen { rows, paths } =
            Chosen::of(schema, &origin.fields).map_err(|(_, message)| Error::usage(message).at(name))?;
        let at = Position { path: name.into(), number: 1, ..Position::default() };
        let (rows, batches) = (Arc::new(rows), Box::new(batches.into_iter()));
        Ok(Self { origin: Arc::new(origin), rows, paths, batches, current: None, at })
    }

    /// Which column is which.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        let record = RawRecord { bytes: &[], path: "", number: 0, unterminated: false };
        self.rows.mapping(record).unwrap_or_default()
    }
}

impl Source for ArrowSource {
    fn next_batch(&mut self) -> Result<Option<Batch>> {
        let options = &self.origin.options;
        let mut batch = Batch::new(Arc::clone(&self.origin), Vec::new());
        self.at.start = 0;
        while batch.buffer.len() < options.batch_bytes && batch.records.len() < MOST_ROWS {
            let Some(Current { columns, n_rows, next }) = &mut self.current else {
                let Some(rows) = self.batches.next() else { break };
                let columns = self.paths.iter().map(|path| Cells::find(&rows, path)).collect::<Option<Vec<_>>>();
                let columns = columns.ok_or_else(|| {
                    let error =
                        Error::usage("a batch of rows lacks a column of the schema").at(self.origin.inputs[0].path());
                    error.with_remedy("give all batches the same columns")
                })?;
                self.current = (rows.num_rows() > 0).then(|| Current { columns, n_rows: rows.num_rows(), next: 0 });
                continue;
            };
            let mut open = Open { unseen: 0, batch: &mut batch, at: &mut self.at, options };
            let mut left_out = 0;
            for column in &*columns {
                left_out += column.append(*next, options.max_record, &mut open.batch.buffer) as u64;
            }
            let end = open.batch.buffer.len();
            let length = open.length(end) + left_out;
            if open.is_too_long(length) {
                open.reject_too_long("row", length);
                let start = open.at.start;
                open.batch.buffer.truncate(start);
                open.at.offset += length;
            } else {
                open.push(&self.rows, end, false);
                open.advance(length as usize);
            }
            self.at.number += 1;
            *next += 1;
            if next == n_rows {
                self.current = None;
            }
        }
        batch.bytes_read = self.at.offset - self.at.bytes_read;
        self.at.bytes_read = self.at.offset;
        Ok((!batch.is_empty()).then_some(batch))
    }

    fn inputs(self) -> Vec<InputSummary> {
        vec![InputSummary {
            path: self.origin.inputs[0].path().to_owned(),
            format: None,
            bytes: self.at.bytes_read,
            sha256: String::new(),
            records: self.at.records,
            passed_over: 0,
        }]
    }

    fn options(&self) -> Option<&ArchiveOptions> {
        Some(&self.origin.options)
    }
}

/// Rows of one batch, however short they are.
const MOST_ROWS: usize = 1 << 16;

impl fmt::Debug for ArrowSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowSource").field("mapping", &self.mapping()).field("at", &self.at).finish_non_exhaustive()
    }
}
