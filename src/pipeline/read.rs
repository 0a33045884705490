//! From a source of documents to one line of JSON for each: what the readers made of the inputs, before any name is looked for.

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;

use serde::{Serialize, Serializer};

use super::analyze::all_rejected;
use super::scan::{ScanOptions, pool, scan};
use crate::archive::{InputSummary, Record, Source, date_of};
use crate::collect::{Collector, InputNotes, ReadDocument, RejectTally};
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::progress::StopFlag;

/// What became of the records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ReadSummary {
    /// Lines written.
    pub documents: u64,
    /// Documents that do not meet the conditions on them.
    pub filtered: u64,
    /// Records skipped.
    pub rejected: u64,
    /// The first thousand of them, in order.
    pub rejects: Vec<Reject>,
    /// What is odd about records that were read nevertheless. Ids are not compared.
    pub notes: InputNotes,
    /// What was read of each input; empty if the reading ended before the inputs did.
    pub inputs: Vec<InputSummary>,
}

/// Rejects kept; beyond them only the number is known.
const REJECTS_KEPT: usize = 1000;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(flatten)]
    kept: Kept<'a>,
    file: &'a str,
    record: u64,
    offset: u64,
}

/// The fields that are kept, by name.
struct Kept<'a> {
    names: &'a [String],
    values: &'a [Option<Cow<'a, str>>],
}

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Keys that a line has anyway.
        const TAKEN: [&str; 10] =
            ["id", "title", "text", "date", "day", "source", "language", "file", "record", "offset"];
        let found = self.names.iter().zip(self.values).filter_map(|(name, value)| Some((name, value.as_deref()?)));
        serializer.collect_map(found.map(|(name, value)| match TAKEN.contains(&name.as_str()) {
            true => (Cow::Owned(format!("field_{name}")), value),
            false => (Cow::Borrowed(name.as_str()), value),
        }))
    }
}

/// Writes every document of a source to `out` as one line of JSON, in archive order; with `at_most`, only so many.
///
/// The lines are JSON Lines that dateline reads again: `id`, `title`, `text`, `date` and `source` as they were delivered, then
/// `day`, which is the date as it was understood (ISO 8601), `language`, which was detected (ISO 639-1), and where the record is: `file`, `record` (from 1) and `offset` (in
/// bytes of the decompressed content). Fields that are [kept](crate::ArchiveOptions::keep) come before that under their own names, or as
/// `field_NAME` if the line has a key of that name.
///
/// # Errors
///
/// If writing fails, if a field that was named is in no record, if every record is faulty, or if the scan was stopped.
pub fn read_documents(
    source: impl Source,
    at_most: Option<u64>,
    options: ScanOptions<'_>,
    out: &mut dyn Write,
) -> Result<ReadSummary> {
    let mut summary = ReadSummary::default();
    let mut rejects = RejectTally::default();
    let promptly = source.is_interactive();
    summary.inputs = scan(&pool(options)?, source, &Printer, options, |part| {
        let wanted = at_most.map_or(u64::MAX, |most| most - summary.documents);
        for line in
            part.lines.split_inclusive(|byte| *byte == b'\n').take(usize::try_from(wanted).unwrap_or(usize::MAX))
        {
            out.write_all(line).map_err(|error| Error::io("standard output", "write", error))?;
            summary.documents += 1;
        }
        if promptly {
            out.flush().map_err(|error| Error::io("standard output", "write", error))?;
        }
        summary.notes.add(part.notes);
        summary.filtered += part.filtered;
        rejects.append(part.rejects, REJECTS_KEPT);
        let enough = at_most.is_some_and(|most| summary.documents >= most);
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    out.flush().map_err(|error| Error::io("standard output", "write", error))?;
    (summary.rejected, summary.rejects) = (rejects.total, rejects.first);
    match summary.rejects.first() {
        Some(first) if summary.documents + summary.filtered == 0 && at_most != Some(0) => {
            Err(all_rejected(summary.rejected, first))
        }
        _ => Ok(summary),
    }
}

/// Writes documents as lines of JSON.
struct Printer;

#[derive(Default)]
struct PrintedLines {
    lines: Vec<u8>,
    filtered: u64,
    rejects: RejectTally,
    notes: InputNotes,
}

impl Collector for Printer {
    type Worker<'a> = ();
    type Partial = PrintedLines;

    fn worker(&self, _: Option<&StopFlag>) {}

    fn begin(&self) -> PrintedLines {
        PrintedLines::default()
    }

    fn document(&self, (): &mut (), read: &ReadDocument<'_>, into: &mut PrintedLines) -> Result<()> {
        let document = read.document;
        into.notes.look(read);
        let line = Line {
            id: &document.id,
            title: document.title.as_deref(),
            text: &document.text,
            date: document.date.as_deref(),
            day: read.day.map(date_of),
            source: document.source.as_deref(),
            language: read.language,
            kept: Kept { names: read.batch.kept_fields(), values: &document.kept },
            file: read.batch.path(read.record),
            record: read.record.number,
            offset: read.record.offset,
        };
        serde_json::to_writer(&mut into.lines, &line).expect("writing to memory does not fail");
        into.lines.push(b'\n');
        Ok(())
    }

    fn filtered(&self, _: &Record, into: &mut PrintedLines) {
        into.filtered += 1;
    }

    fn reject(&self, _: u32, reject: Reject, into: &mut PrintedLines) {
        into.rejects.add(reject, REJECTS_KEPT);
    }

    fn merge(&self, into: &mut PrintedLines, next: PrintedLines) -> Result<()> {
        into.lines.extend(next.lines);
        into.filtered += next.filtered;
        into.rejects.append(next.rejects, REJECTS_KEPT);
        into.notes.add(next.notes);
        Ok(())
    }
}
