//! From a source of documents to a run directory.
//!
//! The scan writes documents in their final form and puts counts under gazetteer ids away (`spool`), beyond 8 MiB to a temporary
//! file; besides these, what stays in memory is one number for each entity. Then the entities that occur are numbered; one pass
//! over the counts writes them under their final ids, and another, beside it, counts the pairs. So memory depends on the
//! gazetteer and the distinct pairs, not on the archive.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use rayon::ThreadPool;

use super::scan::{ScanOptions, pool, scan};
use super::spool::{Spool, Spooled};
use crate::analyzer::Analyzer;
use crate::archive::{InputSummary, Source};
use crate::collect::{InputNotes, RunCollector, RunPartial, SharedIds, too_many_documents};
use crate::cooccurrence::{CooccurrenceBuilder, CooccurrenceMatrix};
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::gazetteer::DATA_DATE;
use crate::ids::EntityId;
use crate::progress::StopFlag;
use crate::store::{
    Block, COOCCURRENCE_FILE, COUNTS_FILE, CountRow, CountRows, DOCUMENTS_FILE, DocumentRows, ENTITIES_FILE, EntityRow,
    EntityRows, FileHeader, FileSummary, FileWriter, InputSettings, MENTIONS_FILE, ManifestGazetteer, ManifestInput,
    MarginalRow, MarginalRows, MentionRow, MentionRows, PairRow, PairRows, REJECTS_FILE, RecordTally, RejectsWriter,
    Run, RunManifest, RunSettings, RunWriter, Totals,
};

/// What to write, and how to scan.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnalyzeOptions<'a> {
    /// Threads, progress, stop.
    pub scan: ScanOptions<'a>,
    /// Store every mention with its place.
    pub mentions: bool,
    /// Replace an earlier run of the same name.
    pub force: bool,
}

/// A finished run and what became of its records.
#[derive(Debug)]
pub struct RunSummary {
    /// The run, under its final name.
    pub run: Run,
    /// Records seen, counted, empty, rejected.
    pub books: RecordTally,
    /// Sums over the run.
    pub totals: Totals,
    /// Rejected records by reason.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// The first few rejects, to show.
    pub first_rejects: Vec<Reject>,
    /// What is odd about records that were read nevertheless.
    pub notes: InputNotes,
}

/// Most blocks of pairs in memory at a time, of 2 MiB each and as much again for what they become in the file.
const BLOCKS: usize = 16;

/// Rejects kept to be shown; all are in `rejects.jsonl`.
const REJECTS_SHOWN: usize = 5;

/// Analyses a source of documents and writes the run directory `out`.
///
/// The directory appears when everything is in it, or not at all.
///
/// # Errors
///
/// If `out` exists and may not be replaced, if writing fails, if a field that was named is in no record, if every record is
/// faulty, or if the scan was stopped. Some faulty records are no error: they are in `rejects.jsonl`.
///
/// # Complexity
///
/// Time linear in the text plus `k²` for the `k` entities of a document; memory as described at the top of this module.
pub fn analyze(
    analyzer: &Analyzer,
    source: impl Source,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<RunSummary> {
    let collector = RunCollector::new(analyzer).with_mentions(options.mentions);
    let input = source.options().map(InputSettings::from);
    let mut run = RunSink::create(&collector, out, options.force)?;
    let pool = pool(options.scan)?;
    let inputs = scan(&pool, source, &collector, options.scan, |part| {
        run.add(part)?;
        Ok(ControlFlow::Continue(()))
    })?;
    run.finish(inputs, input, &pool, options.scan.stop)
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
    let mut run = RunSink::create(collector, out, options.force)?;
    run.add(gathered)?;
    run.finish(vec![input], None, &pool(options.scan)?, options.scan.stop)
}

/// An input of which nothing could be read gives no results.
fn nothing_read(books: RecordTally, first: Option<&Reject>) -> Result<()> {
    match first {
        Some(first) if books.counted + books.empty == 0 => Err(all_rejected(books.rejected, first)),
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
    ManifestInput { path, format, bytes, sha256, records, passed_over }
}

/// Writes rows in blocks.
struct BlockWriter<B> {
    file: FileWriter,
    rows: B,
}

impl<B: Block + Default> BlockWriter<B> {
    fn new(file: FileWriter) -> Self {
        Self { file, rows: B::default() }
    }

    /// Adds rows by `push`, which must add one; writes a block when it is full.
    fn push(&mut self, push: impl FnOnce(&mut B)) -> Result<()> {
        push(&mut self.rows);
        if self.rows.is_full() {
            self.file.write_block(&self.rows)?;
            self.rows = B::default();
        }
        Ok(())
    }

    /// Writes what is left, and gives the file back for blocks of other kinds.
    fn finish(mut self) -> Result<FileWriter> {
        if self.rows.rows() > 0 {
            self.file.write_block(&self.rows)?;
        }
        Ok(self.file)
    }
}

/// What the scan leaves behind.
struct Counted {
    /// Per gazetteer entity.
    entities: Vec<Tally>,
    characters: u64,
    books: RecordTally,
    rejected_by_reason: BTreeMap<String, u64>,
}

/// How often an entity stands where.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    mentions: u64,
    documents: u32,
}

/// What is written anew once the entities are numbered.
struct Spools {
    counts: Spooled<CountRows>,
    mentions: Option<Spooled<MentionRows>>,
}

/// A run that is being written: takes partial results in order.
struct RunSink<'a> {
    analyzer: &'a Analyzer,
    settings: RunSettings,
    run: RunWriter,
    documents: BlockWriter<DocumentRows>,
    counts: Spool<CountRows>,
    mentions: Option<Spool<MentionRows>>,
    rejects: RejectsWriter,
    first_rejects: Vec<Reject>,
    notes: InputNotes,
    ids: SharedIds,
    counted: Counted,
}

impl<'a> RunSink<'a> {
    fn create(collector: &RunCollector<'a>, out: &Path, force: bool) -> Result<Self> {
        let analyzer = collector.analyzer();
        let run = RunWriter::create(out, force)?;
        let header = |format: &str| FileHeader::new(format, analyzer.gazetteer().fingerprint());
        let documents = run.file(DOCUMENTS_FILE, &header("dateline-documents").describe::<DocumentRows>())?;
        let counts = header("dateline-counts").describe::<CountRows>();
        let mentions = header("dateline-mentions").describe::<MentionRows>();
        Ok(Self {
            analyzer,
            settings: collector.settings(),
            documents: BlockWriter::new(documents),
            counts: Spool::new(run.path("counts.spool"), counts),
            mentions: collector.keeps_mentions().then(|| Spool::new(run.path("mentions.spool"), mentions)),
            rejects: run.rejects()?,
            run,
            first_rejects: Vec::new(),
            notes: InputNotes::default(),
            ids: SharedIds::new(),
            counted: Counted {
                entities: vec![Tally::default(); analyzer.gazetteer().entities().len()],
                characters: 0,
                books: RecordTally::default(),
                rejected_by_reason: BTreeMap::new(),
            },
        })
    }

    fn add(&mut self, part: RunPartial) -> Result<()> {
        let first = self.counted.books.counted;
        let number = |row: u32| u32::try_from(first + u64::from(row)).map_err(|_| too_many_documents());
        for document in part.documents.iter() {
            self.counted.characters += u64::from(document.characters);
            self.ids.push(document.id)?;
            self.documents.push(|rows| rows.push(document))?;
        }
        for row in part.counts.iter() {
            let tally = &mut self.counted.entities[row.entity as usize];
            tally.mentions += u64::from(row.count);
            tally.documents += 1;
            let document = number(row.document)?;
            self.counts.push(|rows| rows.push(CountRow { document, ..row }))?;
        }
        if let Some(mentions) = &mut self.mentions {
            for row in part.mentions.iter() {
                let document = number(row.document)?;
                mentions.push(|rows| rows.push(MentionRow { document, ..row }))?;
            }
        }
        for reject in &part.rejects {
            self.rejects.write(reject)?;
        }
        self.counted.books.add(part.records());
        let free = REJECTS_SHOWN.saturating_sub(self.first_rejects.len());
        self.first_rejects.extend(part.rejects.into_iter().take(free));
        self.notes.add(part.notes);
        Ok(())
    }

    /// Everything was taken in: writes what needs to know the whole, and makes the run appear.
    fn finish(
        mut self,
        inputs: Vec<InputSummary>,
        input: Option<InputSettings>,
        pool: &ThreadPool,
        stop: Option<&StopFlag>,
    ) -> Result<RunSummary> {
        let mut run = self.run;
        run.add(DOCUMENTS_FILE, self.documents.finish()?.finish()?);
        self.notes.shared_ids = self.ids.finish(&run.path(DOCUMENTS_FILE))?;
        let spools = Spools { counts: self.counts.finish()?, mentions: self.mentions.map(Spool::finish).transpose()? };
        let rejects = self.rejects.finish()?;
        run.add(REJECTS_FILE, rejects.file);
        self.counted.rejected_by_reason = rejects.by_reason;
        let (counted, notes) = (self.counted, self.notes);
        nothing_read(counted.books, self.first_rejects.first())?;
        let analyzer = self.analyzer;
        let pairs = Finisher { analyzer, counted: &counted, spools: &spools, stop }.write(&mut run, pool)?;
        let totals = Totals {
            mentions: counted.entities.iter().map(|tally| tally.mentions).sum(),
            entities: counted.entities.iter().filter(|tally| tally.documents > 0).count() as u64,
            pairs,
            contexts: counted.books.counted,
            characters: counted.characters,
        };
        let settings = RunSettings { input, ..self.settings };
        let mut manifest = RunManifest::new(settings, manifest_gazetteer(analyzer));
        manifest.inputs = inputs.into_iter().map(manifest_input).collect();
        manifest.books = counted.books;
        manifest.rejected_by_reason.clone_from(&counted.rejected_by_reason);
        manifest.dates = notes.dates;
        manifest.notes = notes.numbers();
        manifest.totals = totals;
        if let Some(stop) = stop {
            stop.check()?;
        }
        let run = run.commit(manifest)?;
        let Counted { books, rejected_by_reason, .. } = counted;
        Ok(RunSummary { run, books, totals, rejected_by_reason, first_rejects: self.first_rejects, notes })
    }
}

/// Numbers the entities that occur and writes what depends on it.
struct Finisher<'a> {
    analyzer: &'a Analyzer,
    counted: &'a Counted,
    spools: &'a Spools,
    stop: Option<&'a StopFlag>,
}

impl Finisher<'_> {
    /// Writes everything but the documents; returns the number of pairs. These are counted and written in the threads of the
    /// pool, which have nothing else to do now, the rest on this one.
    fn write(&self, run: &mut RunWriter, pool: &ThreadPool) -> Result<u64> {
        let rows = self.rows();
        let mut pairs = Ok(None);
        let tables = pool.in_place_scope(|tasks| {
            let (run, rows, pairs) = (&*run, &rows, &mut pairs);
            tasks.spawn(move |_| {
                *pairs = self.count_pairs(rows).and_then(|pairs| self.write_cooccurrence(run, &pairs)).map(Some);
            });
            Ok::<_, Error>((self.write_entities(run)?, self.write_counts(run, rows)?, self.write_mentions(run, rows)?))
        });
        let (entities, counts, mentions) = tables?;
        let (cooccurrence, n_pairs) = pairs?.expect("the scope has waited for it");
        run.add(ENTITIES_FILE, entities);
        run.add(COUNTS_FILE, counts);
        run.add(COOCCURRENCE_FILE, cooccurrence);
        if let Some(mentions) = mentions {
            run.add(MENTIONS_FILE, mentions);
        }
        self.spools.counts.remove()?;
        self.spools.mentions.iter().try_for_each(Spooled::remove)?;
        Ok(n_pairs)
    }

    fn header(&self, format: &str) -> FileHeader {
        FileHeader::new(format, self.analyzer.gazetteer().fingerprint())
    }

    fn check(&self) -> Result<()> {
        self.stop.map_or(Ok(()), StopFlag::check)
    }

    /// The entities that occur, by gazetteer id, in order.
    fn occurring(&self) -> impl Iterator<Item = usize> {
        self.counted.entities.iter().enumerate().filter(|(_, tally)| tally.documents > 0).map(|(index, _)| index)
    }

    /// The row of each gazetteer entity in the result; `u32::MAX` for those that do not occur. Order is kept, so what was
    /// sorted by one id is sorted by the other.
    fn rows(&self) -> Vec<u32> {
        let mut rows = vec![u32::MAX; self.counted.entities.len()];
        for (row, index) in self.occurring().enumerate() {
            rows[index] = row as u32;
        }
        rows
    }

    fn write_entities(&self, run: &RunWriter) -> Result<FileSummary> {
        let file = run.file(ENTITIES_FILE, &self.header("dateline-entities").describe::<EntityRows>())?;
        let mut writer = BlockWriter::<EntityRows>::new(file);
        for index in self.occurring() {
            let entity = self.analyzer.gazetteer().entity(EntityId::new(index));
            let tally = self.counted.entities[index];
            let (latitude, longitude) = entity.coordinates.unwrap_or((f64::NAN, f64::NAN));
            writer.push(|rows| {
                rows.push(EntityRow {
                    id: entity.id,
                    name: entity.name,
                    kind: entity.kind,
                    country: entity.country().unwrap_or_default(),
                    latitude,
                    longitude,
                    mentions: tally.mentions,
                    documents: tally.documents,
                });
            })?;
        }
        writer.finish()?.finish()
    }

    /// Writes the counts of the spool under their final ids.
    fn write_counts(&self, run: &RunWriter, rows: &[u32]) -> Result<FileSummary> {
        let file = run.file(COUNTS_FILE, &self.header("dateline-counts").describe::<CountRows>())?;
        let mut writer = BlockWriter::<CountRows>::new(file);
        self.spools.counts.for_each(|block| {
            self.check()?;
            block.iter().try_for_each(|row| {
                let entity = rows[row.entity as usize];
                writer.push(|rows| rows.push(CountRow { entity, ..row }))
            })
        })?;
        writer.finish()?.finish()
    }

    /// Counts the pairs of the documents in the spool, by final ids.
    fn count_pairs(&self, rows: &[u32]) -> Result<CooccurrenceMatrix> {
        let mut builder = CooccurrenceBuilder::default();
        let mut context: Vec<(EntityId, u32)> = Vec::new();
        let mut document = 0;
        self.spools.counts.for_each(|block| {
            self.check()?;
            for row in block.iter() {
                while document < row.document {
                    builder.push(&context);
                    context.clear();
                    document += 1;
                }
                context.push((EntityId(rows[row.entity as usize]), row.count));
            }
            Ok(())
        })?;
        while u64::from(document) < self.counted.books.counted {
            builder.push(&context);
            context.clear();
            document += 1;
        }
        Ok(builder.finish())
    }

    /// Writes the matrix; returns the number of pairs too.
    fn write_cooccurrence(&self, run: &RunWriter, matrix: &CooccurrenceMatrix) -> Result<(FileSummary, u64)> {
        self.check()?;
        let header = self
            .header("dateline-cooccurrence")
            .describe::<PairRows>()
            .describe::<MarginalRows>()
            .with_property("context", "document")
            .with_property("contexts", matrix.n_contexts())
            .with_property("counting", "boolean")
            .with_property("diagonal", "document frequency, in the marginals")
            .with_property("duplicates", "counted")
            .with_property("triangle", "upper");
        let mut file = run.file(COOCCURRENCE_FILE, &header)?;
        let mut pairs = matrix.pairs().peekable();
        let mut blocks = vec![PairRows::default(); (2 * rayon::current_num_threads()).min(BLOCKS)];
        while pairs.peek().is_some() {
            self.check()?;
            let mut n_filled = 0;
            for block in &mut blocks {
                block.clear();
                // Pulled by the iterator itself, which then need not find its place again for each pair.
                let _ = pairs.try_for_each(|(a, b, joint)| {
                    block.push(PairRow { a: a.0, b: b.0, joint });
                    if block.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
                n_filled += usize::from(block.rows() > 0);
            }
            file.write_blocks(&blocks[..n_filled])?;
        }
        let mut marginals = BlockWriter::<MarginalRows>::new(file);
        for (entity, contexts) in matrix.marginals().iter().enumerate() {
            marginals.push(|rows| rows.push(MarginalRow { entity: entity as u32, contexts: *contexts }))?;
        }
        Ok((marginals.finish()?.finish()?, matrix.nnz() as u64))
    }

    fn write_mentions(&self, run: &RunWriter, rows: &[u32]) -> Result<Option<FileSummary>> {
        let Some(spooled) = &self.spools.mentions else { return Ok(None) };
        let file = run.file(MENTIONS_FILE, &self.header("dateline-mentions").describe::<MentionRows>())?;
        let mut writer = BlockWriter::<MentionRows>::new(file);
        spooled.for_each(|block| {
            self.check()?;
            block.iter().try_for_each(|row| {
                let entity = rows[row.entity as usize];
                writer.push(|rows| rows.push(MentionRow { entity, ..row }))
            })
        })?;
        Ok(Some(writer.finish()?.finish()?))
    }
}
