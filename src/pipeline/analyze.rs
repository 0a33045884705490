//! From a source of documents to a run directory.

use std::ops::ControlFlow;
use std::path::Path;

use super::kept::REMEMBERED;
use super::memory::{PER_ENTITY, Shares};
use super::scan::{ScanOptions, pool, scan_within};
use super::sink::{Origin, RunSink, RunSummary};
use crate::analyzer::Analyzer;
use crate::archive::{InputSummary, Source};
use crate::collect::{RunCollector, RunPartial};
use crate::cooccurrence::RoundUps;
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::gazetteer::DATA_DATE;
use crate::store::{InputSettings, ManifestGazetteer, ManifestInput, RecordTally, RunSettings};

/// What to write, and how to scan.
#[derive(Debug, Clone, Copy)]
pub struct AnalyzeOptions<'a> {
    /// Threads, progress, stop.
    pub scan: ScanOptions<'a>,
    /// Store every mention with its place, as is the default.
    pub mentions: bool,
    /// Replace an earlier run of the same name.
    pub force: bool,
    /// Of an archive of more bytes than this, finished parts are kept while the others are read, so that an interrupted command can
    /// go on; 0 to keep nothing.
    pub checkpoint: u64,
    /// Which pairs count in a document with very many entities.
    pub round_ups: RoundUps,
    /// A ceiling on memory in bytes; `None` for none. What does not fit goes to temporary files, and the result is the same. The ceiling is for
    /// everything that grows with the archive, the gazetteer and the buffers of the threads; a record that is longer than a batch is read
    /// whole, with nothing beside it.
    pub memory: Option<u64>,
    /// This run is one part of a larger one, so it is no error if none of its records can be read.
    pub is_part: bool,
}

impl Default for AnalyzeOptions<'_> {
    fn default() -> Self {
        Self {
            scan: ScanOptions::default(),
            mentions: true,
            force: false,
            checkpoint: 0,
            round_ups: RoundUps::default(),
            memory: None,
            is_part: false,
        }
    }
}

/// Analyses a source of documents and writes the run directory `out`.
///
/// The directory appears when everything is in it, or not at all.
///
/// # Errors
///
/// If `out` exists and may not be replaced, if writing fails, if a field that was named is in no record, if every record is
/// faulty, if the memory allowed is less than is needed, or if the scan was stopped. Some faulty records are no error: they are in `rejects.jsonl`.
///
/// # Complexity
///
/// Time linear in the text plus `k²` for the `k` entities of a document; memory for the gazetteer and the distinct pairs, not for the archive.
pub fn analyze(
    analyzer: &Analyzer,
    source: impl Source,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<RunSummary> {
    let keeps_fields = source.options().is_some_and(|options| !options.keep.is_empty());
    let shares = shares(analyzer, options, keeps_fields)?;
    analyze_within(analyzer, source, out, options, shares)
}

/// What the parts of an analysis may keep.
///
/// # Errors
///
/// If the memory allowed is less than is needed.
pub(super) fn shares(analyzer: &Analyzer, options: AnalyzeOptions<'_>, keeps_fields: bool) -> Result<Shares> {
    let gazetteer = analyzer.gazetteer();
    // All of a compiled gazetteer may come to be in memory, though it is mapped.
    let entities = gazetteer.entities().len() as u64 * PER_ENTITY;
    let fields = if keeps_fields { REMEMBERED as u64 } else { 0 };
    Shares::of(options.memory, options.scan.n_threads(), gazetteer.image().bytes().len() as u64 + entities + fields)
}

/// Like [`analyze`], with these shares of the memory.
pub(super) fn analyze_within(
    analyzer: &Analyzer,
    source: impl Source,
    out: &Path,
    options: AnalyzeOptions<'_>,
    shares: Shares,
) -> Result<RunSummary> {
    let collector = RunCollector::new(analyzer).with_mentions(options.mentions).round_ups(options.round_ups);
    let input = source.options().map(InputSettings::from);
    let mut run = RunSink::create(analyzer.gazetteer(), origin(&collector, input), out, options.force, shares)?;
    let pool = pool(options.scan)?;
    let inputs = scan_within(&pool, source, &collector, options.scan, shares.batches, |part| {
        run.add(part)?;
        Ok(ControlFlow::Continue(()))
    })?;
    let (books, first_reject) = run.so_far();
    if !options.is_part {
        nothing_read(books, first_reject)?;
    }
    run.finish(inputs.into_iter().map(manifest_input).collect(), &pool, options.scan.stop)
}

/// Writes the run directory `out` from what a [`RunCollector`] gathered elsewhere: the files are those that [`analyze`] writes
/// for the same documents.
///
/// ```
/// use dateline::archive::Batch;
/// use dateline::collect::{Collector, RunCollector};
/// use dateline::{AnalyzeOptions, Analyzer, Document, Gazetteer, write_run};
/// # let folder = tempfile::tempdir()?;
/// # let out = folder.path().join("run");
/// let analyzer = Analyzer::new(&Gazetteer::builtin("core")?)?;
/// let collector = RunCollector::new(&analyzer);
/// let read = |id: &'static str| collector.read(&Batch::from_documents("mine", [Document::new(id, "GENEVA: Talks.")]));
/// let mut all = read("a1")?;
/// collector.merge(&mut all, read("a2")?)?;
/// let summary = write_run(&collector, all, "mine", &out, AnalyzeOptions::default())?;
/// assert_eq!(summary.books.counted, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`analyze`].
pub fn write_run(
    collector: &RunCollector<'_>,
    gathered: RunPartial,
    name: &str,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<RunSummary> {
    let bytes = gathered.documents.iter().map(|row| row.length).sum();
    let records = gathered.records().seen;
    let input =
        InputSummary { path: name.to_owned(), format: None, bytes, sha256: String::new(), records, passed_over: 0 };
    let gazetteer = collector.analyzer().gazetteer();
    let shares = shares(collector.analyzer(), options, false)?;
    let mut run = RunSink::create(gazetteer, origin(collector, None), out, options.force, shares)?;
    run.add(gathered)?;
    let (books, first_reject) = run.so_far();
    nothing_read(books, first_reject)?;
    run.finish(vec![manifest_input(input)], &pool(options.scan)?, options.scan.stop)
}

/// An input of which nothing could be read gives no results.
pub(super) fn nothing_read(books: RecordTally, first: Option<&Reject>) -> Result<()> {
    match first {
        Some(first) if books.counted + books.empty + books.filtered == 0 => Err(all_rejected(books.rejected, first)),
        _ => Ok(()),
    }
}

/// The error of an input whose records are all rejected.
pub(super) fn all_rejected(rejected: u64, first: &Reject) -> Error {
    let Reject { file, record, message, .. } = first;
    match rejected {
        1 if *record == 1 => Error::format(file, message.clone()),
        1 => Error::format(file, format!("record {record}: {message}")),
        n => {
            Error::format(file, format!("none of the {n} records could be read; the first, record {record}: {message}"))
        }
    }
}

/// What the manifest says of a run by this collector.
fn origin(collector: &RunCollector<'_>, input: Option<InputSettings>) -> Origin {
    let settings = RunSettings { input, ..collector.settings() };
    let gazetteer = manifest_gazetteer(collector.analyzer());
    Origin { settings, gazetteer, with_mentions: collector.keeps_mentions() }
}

fn manifest_gazetteer(analyzer: &Analyzer) -> ManifestGazetteer {
    let gazetteer = analyzer.gazetteer();
    ManifestGazetteer {
        names: gazetteer.layers().to_vec(),
        fingerprint: gazetteer.fingerprint().to_owned(),
        entities: gazetteer.entities().len() as u64,
        aliases: gazetteer.aliases().len() as u64,
        data_date: DATA_DATE.to_owned(),
    }
}

fn manifest_input(input: InputSummary) -> ManifestInput {
    let InputSummary { path, format, bytes, sha256, records, passed_over } = input;
    ManifestInput { path, format, bytes, sha256, records, passed_over, ..ManifestInput::default() }
}
