//! Runs: of files, of rows, of records, and of other runs.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use dateline::archive::ArrowSource;
use dateline::{AnalyzeOptions, Archive, InputFormat, MergeOptions, Progress, RunSummary, ScanOptions, StopFlag};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator};

use crate::analyzer::Analyzer;
use crate::arrow::Columns;
use crate::errors;
use crate::run::Run;
use crate::settings::{Reading, Writing};
use crate::work::{self, Raised};

/// The articles of files, directories and globs; returns the run and what became of the records.
#[pyfunction]
#[pyo3(signature = (analyzer, paths, reading, writing, recurring_lines, shard, progress))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn analyze_files<'py>(
    py: Python<'py>,
    analyzer: &Bound<'py, Analyzer>,
    paths: Vec<PathBuf>,
    reading: Reading,
    writing: Writing,
    recurring_lines: Option<u32>,
    shard: Option<(usize, usize)>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Run, Bound<'py, PyDict>)> {
    let (raised, stop) = (Raised::default(), StopFlag::default());
    let options = reading.options(py)?;
    let archive = work::released(py, || {
        let archive = Archive::open(&paths, options)?;
        Ok(shard.map_or_else(|| archive.clone(), |(number, of)| archive.shard(number, of)))
    })?;
    let Analyzer { builder, analyzer, .. } = analyzer.get();
    let Some(at_least) = recurring_lines else {
        return analyze_archive(py, analyzer, &archive, &writing, progress, (&raised, &stop));
    };
    let analyzer = work::run(py, None, &raised, &stop, |_| {
        let scan = ScanOptions { threads: writing.threads, on_progress: None, stop: Some(&stop) };
        let counts = dateline::count_lines(&archive, scan)?;
        Ok(builder.build(analyzer.gazetteer())?.with_recurring_lines(counts.recurring(at_least)))
    })?;
    analyze_archive(py, &analyzer, &archive, &writing, progress, (&raised, &stop))
}

/// The rows of some columns as the input `name`; returns the run and what became of the rows.
#[pyfunction]
#[pyo3(signature = (analyzer, columns, name, reading, writing, progress))]
pub(crate) fn analyze_rows<'py>(
    py: Python<'py>,
    analyzer: &Bound<'py, Analyzer>,
    columns: &Bound<'py, PyAny>,
    name: &str,
    reading: Reading,
    writing: Writing,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Run, Bound<'py, PyDict>)> {
    let (raised, stop) = (Raised::default(), StopFlag::default());
    let options = reading.options(py)?;
    let columns = Columns::of(columns)?;
    let schema = Arc::clone(&columns.schema);
    let batches = columns.until_error(raised.clone(), stop.clone());
    let source = ArrowSource::new(name, &schema, batches, options).map_err(|error| errors::exception(py, &error))?;
    let analyzer = &analyzer.get().analyzer;
    let summary = work::run(py, progress, &raised, &stop, |on_progress| {
        dateline::analyze(analyzer, source, &writing.out, writing.options(on_progress, &stop)?)
    })?;
    finished(py, summary)
}

/// Records that an iterator of Python gives as lines of JSON, in pieces; returns the run and what became of the records.
#[pyfunction]
#[pyo3(signature = (analyzer, lines, name, reading, writing, progress))]
pub(crate) fn analyze_lines<'py>(
    py: Python<'py>,
    analyzer: &Bound<'py, Analyzer>,
    lines: &Bound<'py, PyIterator>,
    name: &str,
    reading: Reading,
    writing: Writing,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Run, Bound<'py, PyDict>)> {
    let (raised, stop) = (Raised::default(), StopFlag::default());
    let mut options = reading.options(py)?;
    // A name that says so is enough: then the run is that of a file with this name.
    if !name.ends_with(".jsonl") {
        options.input_format = InputFormat::JsonLines;
    }
    let lines = Arc::new(lines.clone().unbind());
    let (kept, flag) = (raised.clone(), stop.clone());
    let open = move || {
        let (lines, raised, stop) = (Arc::clone(&lines), kept.clone(), flag.clone());
        Box::new(Lines { lines, piece: Vec::new(), read: 0, raised, stop }) as Box<dyn Read + Send>
    };
    let archive = Archive::of_reader(name, open, options);
    analyze_archive(py, &analyzer.get().analyzer, &archive, &writing, progress, (&raised, &stop))
}

/// What an iterator of Python gives, one piece after the other.
struct Lines {
    lines: Arc<Py<PyIterator>>,
    piece: Vec<u8>,
    read: usize,
    raised: Raised,
    stop: StopFlag,
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() {
            let next = Python::attach(|py| -> PyResult<Option<Vec<u8>>> {
                let next = self.lines.bind(py).clone().next().transpose()?;
                next.map(|piece| Ok(piece.cast::<PyBytes>()?.as_bytes().to_vec())).transpose()
            });
            match next {
                Ok(Some(piece)) => (self.piece, self.read) = (piece, 0),
                Ok(None) => return Ok(0),
                Err(error) => {
                    // Stopped before the end: else what came so far would be taken for all.
                    self.stop.stop();
                    self.raised.keep(error);
                    return Ok(0);
                }
            }
        }
        let length = into.len().min(self.piece.len() - self.read);
        into[..length].copy_from_slice(&self.piece[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}

fn analyze_archive<'py>(
    py: Python<'py>,
    analyzer: &dateline::Analyzer,
    archive: &Archive,
    writing: &Writing,
    progress: Option<&Bound<'py, PyAny>>,
    (raised, stop): (&Raised, &StopFlag),
) -> PyResult<(Run, Bound<'py, PyDict>)> {
    let summary = work::run(py, progress, raised, stop, |on_progress| {
        dateline::analyze_archive(analyzer, archive, &writing.out, writing.options(on_progress, stop)?)
    })?;
    finished(py, summary)
}

/// Merges runs over different inputs into the run of all of them.
#[pyfunction]
#[pyo3(signature = (runs, out, force, threads, progress))]
pub(crate) fn merge<'py>(
    py: Python<'py>,
    runs: Vec<PathBuf>,
    out: PathBuf,
    force: bool,
    threads: usize,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Run, Bound<'py, PyDict>)> {
    let (raised, stop) = (Raised::default(), StopFlag::default());
    let summary = work::run(py, progress, &raised, &stop, |on_progress| {
        let runs = runs.iter().map(dateline::Run::open).collect::<dateline::Result<Vec<_>>>()?;
        let scan = ScanOptions { threads, on_progress: Some(on_progress), stop: Some(&stop) };
        dateline::merge(&runs, &out, MergeOptions { scan, force, memory: None })
    })?;
    finished(py, summary)
}

impl Writing {
    fn options<'a>(
        &self,
        on_progress: &'a dyn Fn(Progress),
        stop: &'a StopFlag,
    ) -> dateline::Result<AnalyzeOptions<'a>> {
        Ok(AnalyzeOptions {
            scan: ScanOptions { threads: self.threads, on_progress: Some(on_progress), stop: Some(stop) },
            mentions: self.mentions,
            force: self.force,
            checkpoint: self.checkpoint,
            is_part: self.is_part,
            memory: self.memory,
            round_ups: self.round_ups.parse()?,
        })
    }
}

/// The run, and what there is to tell about its records.
fn finished(py: Python<'_>, summary: RunSummary) -> PyResult<(Run, Bound<'_, PyDict>)> {
    let told = PyDict::new(py);
    let books = summary.books;
    told.set_item("counted", books.counted)?;
    told.set_item("empty", books.empty)?;
    told.set_item("filtered", books.filtered)?;
    told.set_item("rejected", books.rejected)?;
    told.set_item("mentions", summary.totals.mentions)?;
    told.set_item("entities", summary.totals.entities)?;
    let reject = |reject: &dateline::Reject| {
        format!("{}:{}: {} ({})", reject.file, reject.record, reject.message, reject.reason)
    };
    told.set_item("first_rejects", summary.first_rejects.iter().map(reject).collect::<Vec<_>>())?;
    let notes = &summary.notes;
    told.set_item("unreadable_dates", notes.dates.unreadable + notes.dates.impossible)?;
    told.set_item("mostly_not_english", notes.mostly_not_english())?;
    for (name, noted) in [("markup", &notes.markup), ("replaced", &notes.replaced), ("shared_ids", &notes.shared_ids)] {
        told.set_item(name, (noted.documents, noted.first.as_deref()))?;
    }
    Ok((Run::of(summary.run), told))
}
