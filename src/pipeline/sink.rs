//! A run while it is written: takes partial results in order, and writes what needs to know the whole at the end.
//!
//! Documents are written in their final form as they come. Counts and mentions are put away (`spool`) under the numbers of the
//! catalogue, beyond 8 MiB to a temporary file; besides these, what stays in memory is one number for each entity. Then the
//! entities that occur are numbered; one pass over the counts writes them under their final ids, and another, beside it, counts
//! the pairs. So memory depends on the catalogue and the distinct pairs, not on the documents; with a ceiling (`memory`) not on the pairs either.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::ThreadPool;

use super::kept::KeptWriter;
use super::memory::Shares;
use super::spool::{Spool, Spooled, append};
use crate::collect::{InputNotes, RunPartial, SharedIds, too_many_documents};
use crate::cooccurrence::{CooccurrenceBuilder, CooccurrenceMatrix, JointSums, PairCounter, RoundUps};
use crate::diagnostics::{Reject, RejectReason};
use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;
use crate::ids::EntityId;
use crate::progress::StopFlag;
use crate::store::{
    Block, COOCCURRENCE_FILE, COUNTS_FILE, CountRows, DOCUMENTS_FILE, DocumentRows, ENTITIES_FILE, EntityRow,
    EntityRows, FIELDS_FILE, FileHeader, FileSummary, FileWriter, MENTIONS_FILE, ManifestGazetteer, ManifestInput,
    MarginalRow, MarginalRows, MentionRows, PairRow, PairRows, REJECTS_FILE, RecordTally, RejectsWriter, Run,
    RunManifest, RunSettings, RunWriter, SIGNATURES_FILE, SignatureRows, Totals,
};

/// Most blocks of pairs in memory at a time, of 2 MiB each and as much again for what they become in the file.
const BLOCKS: usize = 16;

/// Rejects kept to be shown; more are in `rejects.jsonl`.
const REJECTS_SHOWN: usize = 5;

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
    /// Inputs that could not be read to their end, or of which nothing was understood.
    pub lost: LostInputs,
    /// Inputs that an interrupted command had finished, and which were not read again.
    pub kept_inputs: u64,
}

/// Rejects of these reasons are of a whole input, or of all the rest of it.
const LOSSES: [RejectReason; 5] = [
    RejectReason::Truncated,
    RejectReason::Damaged,
    RejectReason::Unreadable,
    RejectReason::Binary,
    RejectReason::OtherFormat,
];

/// Inputs that a run lacks, in part or whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LostInputs {
    /// The files, or members of containers.
    pub files: BTreeSet<String>,
    /// The first of them, and why.
    pub first: Option<String>,
}

impl LostInputs {
    /// Takes in a reject.
    fn see(&mut self, reject: &Reject) {
        if LOSSES.contains(&reject.reason) {
            self.add(&reject.file, &reject.message);
        }
    }

    fn add(&mut self, file: &str, why: &str) {
        if !self.files.contains(file) {
            self.files.insert(file.to_owned());
            self.first.get_or_insert_with(|| format!("{file}: {why}"));
        }
    }
}

/// The entities that partial results refer to by number, in the order in which a run lists them.
pub(super) trait Catalogue: Sync {
    /// How many there are.
    fn n_entities(&self) -> usize;

    /// Entity number `index`; the sums in the row are 0.
    fn entity_row(&self, index: usize) -> EntityRow<'_>;

    /// What a catalogue of exactly the entities that will occur has: the pairs of all documents, counted before. Its numbers are those
    /// of the result, so rows are final when they come.
    fn counted(&self) -> Option<&dyn CountedPairs> {
        None
    }
}

/// Pairs that were counted before, in one or several parts, under the numbers of a catalogue.
pub(super) trait CountedPairs: Sync {
    /// Calls `add` with each part, or with pieces of at most `most` pairs. Marginals and contexts are not in it.
    fn for_each(&self, most: usize, add: &mut dyn FnMut(CooccurrenceMatrix) -> Result<()>) -> Result<()>;
}

impl Catalogue for Gazetteer {
    fn n_entities(&self) -> usize {
        self.entities().len()
    }

    fn entity_row(&self, index: usize) -> EntityRow<'_> {
        let entity = self.entity(EntityId::new(index));
        let (latitude, longitude) = entity.coordinates.unwrap_or((f64::NAN, f64::NAN));
        EntityRow {
            id: entity.id,
            name: entity.name,
            kind: entity.kind,
            country: entity.country().unwrap_or_default(),
            parent: entity.field("parent").unwrap_or_default(),
            wikidata: entity.field("wd").unwrap_or_default(),
            population: entity.population().unwrap_or(0),
            latitude,
            longitude,
            mentions: 0,
            documents: 0,
        }
    }
}

/// What a run is made with, for its manifest.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) settings: RunSettings,
    pub(super) gazetteer: ManifestGazetteer,
    pub(super) with_mentions: bool,
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

/// What was counted of the parts that were taken.
struct Counted {
    /// By number in the catalogue.
    entities: Vec<Tally>,
    extent: Extent,
    books: RecordTally,
    rejected_by_reason: BTreeMap<String, u64>,
    /// Documents with so many entities that not all of their pairs are counted.
    round_ups: u64,
    /// The one whose counts were taken last, and how many entities it has so far.
    last: (u32, usize),
}

impl Counted {
    /// Takes in one more entity of a document; documents come one after the other.
    fn see(&mut self, document: u32, policy: RoundUps) {
        let (last, n_entities) = self.last;
        let n_entities = if last == document { n_entities } else { 0 };
        self.last = (document, n_entities + 1);
        self.round_ups += u64::from(policy.applies_to(n_entities + 1) && !policy.applies_to(n_entities));
    }
}

/// How much text there is.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    characters: u64,
    words: u64,
    paragraphs: u64,
    sentences: u64,
}

/// How often an entity is mentioned, and in how many documents.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    mentions: u64,
    documents: u32,
}

/// A table whose rows get their final form as they come or, if it depends on what is yet to come, at the end.
enum Table<B> {
    Final(Box<BlockWriter<B>>),
    Spooled(Spool<B>),
}

impl<B: Block + Default> Table<B> {
    /// Appends rows. `change` may edit them once they are appended: it gets the block and the number of its first new row.
    fn append(&mut self, rows: &B, change: impl Fn(&mut B, usize)) -> Result<()> {
        match self {
            Self::Final(writer) => {
                let BlockWriter { file, rows: open } = &mut **writer;
                append(open, rows, change, |full| file.write_block(&full))
            }
            Self::Spooled(spool) => spool.append(rows, change),
        }
    }

    fn finish(self) -> Result<Taken<B>> {
        match self {
            Self::Final(writer) => Ok(Taken::Written(writer.finish()?.finish()?)),
            Self::Spooled(spool) => spool.finish().map(Taken::Spooled),
        }
    }
}

/// A table of which all rows have come.
enum Taken<B> {
    Written(FileSummary),
    Spooled(Spooled<B>),
}

/// A run that is being written: takes partial results in order.
pub(super) struct RunSink<'a> {
    catalogue: &'a dyn Catalogue,
    origin: Origin,
    shares: Shares,
    run: RunWriter,
    documents: BlockWriter<DocumentRows>,
    signatures: BlockWriter<SignatureRows>,
    counts: Table<CountRows>,
    mentions: Option<Table<MentionRows>>,
    kept: Option<KeptWriter>,
    rejects: RejectsWriter,
    first_rejects: Vec<Reject>,
    notes: InputNotes,
    lost: LostInputs,
    /// By input, whether it has a record that was understood.
    understood: Vec<bool>,
    /// Why inputs of stored runs are lost, where the reject that says so is not listed.
    lost_before: BTreeMap<u32, RejectReason>,
    ids: SharedIds,
    /// Records without text, by input.
    empty: BTreeMap<u32, u64>,
    /// Documents that do not meet the conditions, by input.
    filtered: BTreeMap<u32, u64>,
    counted: Counted,
}

impl<'a> RunSink<'a> {
    /// Begins the run that is to be `out`.
    pub(super) fn create(
        catalogue: &'a dyn Catalogue,
        origin: Origin,
        out: &Path,
        force: bool,
        shares: Shares,
    ) -> Result<Self> {
        let run = RunWriter::create(out, force)?;
        let header = |format: &str| FileHeader::new(format, &origin.gazetteer.fingerprint);
        let documents = run.file(DOCUMENTS_FILE, &header("dateline-documents").describe::<DocumentRows>())?;
        let signatures = run.file(SIGNATURES_FILE, &header("dateline-signatures").describe::<SignatureRows>())?;
        let counts = match catalogue.counted().is_some() {
            true => Table::Final(Box::new(BlockWriter::new(counts_file(&run, &origin.gazetteer.fingerprint)?))),
            false => Table::Spooled(Spool::new(run.path("counts.spool"), shares.blocks)),
        };
        let mentions = match catalogue.counted().is_some() {
            _ if !origin.with_mentions => None,
            true => Some(Table::Final(Box::new(BlockWriter::new(mentions_file(&run, &origin.gazetteer.fingerprint)?)))),
            false => Some(Table::Spooled(Spool::new(run.path("mentions.spool"), shares.blocks))),
        };
        let n_fields = origin.settings.input.as_ref().map_or(0, |input| input.keep.len());
        let kept = (n_fields > 0).then(|| KeptWriter::create(&run, header("dateline-fields"), n_fields)).transpose()?;
        Ok(Self {
            catalogue,
            documents: BlockWriter::new(documents),
            signatures: BlockWriter::new(signatures),
            counts,
            mentions,
            kept,
            rejects: run.rejects()?,
            run,
            origin,
            shares,
            first_rejects: Vec::new(),
            notes: InputNotes::default(),
            lost: LostInputs::default(),
            understood: Vec::new(),
            lost_before: BTreeMap::new(),
            ids: SharedIds::new(shares.ids),
            empty: BTreeMap::new(),
            filtered: BTreeMap::new(),
            counted: Counted {
                entities: vec![Tally::default(); catalogue.n_entities()],
                extent: Extent::default(),
                books: RecordTally::default(),
                rejected_by_reason: BTreeMap::new(),
                round_ups: 0,
                last: (0, 0),
            },
        })
    }

    /// Takes the next documents, whose entities are numbered as in the catalogue.
    pub(super) fn add(&mut self, part: RunPartial) -> Result<()> {
        // A part numbers its documents from 0; in the run they come after the documents of the parts before it.
        let n_documents = part.documents.rows() as u32;
        let after = u32::try_from(self.counted.books.counted + u64::from(n_documents));
        let before = after.map_err(|_| too_many_documents())? - n_documents;
        for (document, signature) in part.documents.iter().zip(part.signatures.iter()) {
            let extent = &mut self.counted.extent;
            extent.characters += u64::from(document.characters);
            extent.words += u64::from(document.words);
            extent.paragraphs += u64::from(document.paragraphs);
            extent.sentences += u64::from(document.sentences);
            self.ids.push(document.id, signature.content)?;
            understand(&mut self.understood, document.file);
            self.documents.push(|rows| rows.push(document))?;
            self.signatures.push(|rows| rows.push(signature))?;
        }
        let renumber = |documents: &mut [u32]| documents.iter_mut().for_each(|document| *document += before);
        for row in part.counts.iter() {
            let tally = &mut self.counted.entities[row.entity as usize];
            tally.mentions += u64::from(row.count);
            tally.documents += 1;
            self.counted.see(before + row.document, self.origin.settings.round_ups);
        }
        self.counts.append(&part.counts, |rows, first| renumber(&mut rows.document[first..]))?;
        if let Some(mentions) = &mut self.mentions {
            mentions.append(&part.mentions, |rows, first| renumber(&mut rows.document[first..]))?;
        }
        if let Some(kept) = &mut self.kept {
            for (row, document) in part.kept.iter().zip(&part.kept_by) {
                kept.push(before + *document, row.field, row.value)?;
            }
        }
        for (reject, file) in part.rejects.iter().zip(&part.rejects_of) {
            self.rejects.write(*file, reject)?;
            self.lost.see(reject);
        }
        for (file, reasons) in &part.unlisted {
            reasons.iter().for_each(|(reason, records)| self.rejects.count(*file, reason, *records));
            let loss = LOSSES.into_iter().find(|loss| reasons.contains_key(loss.as_str()));
            self.lost_before.extend(loss.map(|loss| (*file, loss)));
        }
        part.empty.keys().chain(part.filtered.keys()).for_each(|file| understand(&mut self.understood, *file));
        self.counted.books.add(part.records());
        for (file, empty) in part.empty {
            *self.empty.entry(file).or_default() += empty;
        }
        for (file, filtered) in part.filtered {
            *self.filtered.entry(file).or_default() += filtered;
        }
        let free = REJECTS_SHOWN.saturating_sub(self.first_rejects.len());
        self.first_rejects.extend(part.rejects.into_iter().take(free));
        self.notes.add(part.notes);
        Ok(())
    }

    /// What became of the records so far, and the first that was rejected.
    pub(super) fn so_far(&self) -> (RecordTally, Option<&Reject>) {
        (self.counted.books, self.first_rejects.first())
    }

    /// Everything was taken in: writes what needs to know the whole, and makes the run appear.
    pub(super) fn finish(
        mut self,
        mut inputs: Vec<ManifestInput>,
        pool: &ThreadPool,
        stop: Option<&StopFlag>,
    ) -> Result<RunSummary> {
        let mut run = self.run;
        run.add(DOCUMENTS_FILE, self.documents.finish()?.finish()?);
        run.add(SIGNATURES_FILE, self.signatures.finish()?.finish()?);
        (self.notes.shared_ids, self.notes.differing_ids) = self.ids.finish(&run.path(DOCUMENTS_FILE))?;
        if let Some(kept) = self.kept {
            run.add(FIELDS_FILE, kept.finish()?);
        }
        let (taken, mentions) = (self.counts.finish()?, self.mentions.map(Table::finish).transpose()?);
        let rejects = self.rejects.finish()?;
        run.add(REJECTS_FILE, rejects.file);
        self.counted.rejected_by_reason = rejects.by_reason;
        let mut unlisted = rejects.unlisted;
        let (counted, notes) = (self.counted, self.notes);
        let Origin { settings, gazetteer, .. } = self.origin;
        let (catalogue, fingerprint) = (self.catalogue, &*gazetteer.fingerprint);
        let round_ups = settings.round_ups;
        let memory = self.shares.pairs;
        let finisher = Finisher { catalogue, fingerprint, round_ups, memory, counted: &counted, counts: &taken, stop };
        let pairs = finisher.write(&mut run, mentions, pool)?;
        let Extent { characters, words, paragraphs, sentences } = counted.extent;
        let totals = Totals {
            mentions: counted.entities.iter().map(|tally| tally.mentions).sum(),
            entities: counted.entities.iter().filter(|tally| tally.documents > 0).count() as u64,
            pairs,
            contexts: counted.books.counted,
            round_ups: counted.round_ups,
            characters,
            words,
            paragraphs,
            sentences,
        };
        let mut manifest = RunManifest::new(settings, gazetteer);
        for (input, file) in inputs.iter_mut().zip(0..) {
            input.empty = self.empty.get(&file).copied().unwrap_or(0);
            input.filtered = self.filtered.get(&file).copied().unwrap_or(0);
            input.unlisted = unlisted.remove(&file).unwrap_or_default();
            if let Some(loss) = self.lost_before.get(&file) {
                self.lost.add(&input.path, &format!("a record of it is rejected as {loss}"));
            }
        }
        for (index, input) in inputs.iter().enumerate() {
            if input.records > 0 && !self.understood.get(index).is_some_and(|understood| *understood) {
                self.lost.add(&input.path, "none of its records could be read");
            }
        }
        manifest.inputs = inputs;
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
        Ok(RunSummary {
            run,
            books,
            totals,
            rejected_by_reason,
            first_rejects: self.first_rejects,
            notes,
            lost: self.lost,
            kept_inputs: 0,
        })
    }
}

/// Notes that an input has a record that was understood.
fn understand(inputs: &mut Vec<bool>, file: u32) {
    let file = file as usize;
    if inputs.len() <= file {
        inputs.resize(file + 1, false);
    }
    inputs[file] = true;
}

fn counts_file(run: &RunWriter, fingerprint: &str) -> Result<FileWriter> {
    run.file(COUNTS_FILE, &FileHeader::new("dateline-counts", fingerprint).describe::<CountRows>())
}

fn mentions_file(run: &RunWriter, fingerprint: &str) -> Result<FileWriter> {
    run.file(MENTIONS_FILE, &FileHeader::new("dateline-mentions", fingerprint).describe::<MentionRows>())
}

/// Numbers the entities that occur and writes what depends on it.
struct Finisher<'a> {
    catalogue: &'a dyn Catalogue,
    fingerprint: &'a str,
    round_ups: RoundUps,
    /// Bytes that the sums of pairs may take.
    memory: Option<usize>,
    counted: &'a Counted,
    counts: &'a Taken<CountRows>,
    stop: Option<&'a StopFlag>,
}

impl Finisher<'_> {
    /// Writes everything but the documents; returns the number of pairs. These are counted and written in the threads of the
    /// pool, which have nothing else to do now, the rest on this one.
    fn write(&self, run: &mut RunWriter, mentions: Option<Taken<MentionRows>>, pool: &ThreadPool) -> Result<u64> {
        let rows = self.rows();
        let mut pairs = Ok(None);
        let tables = pool.in_place_scope(|tasks| {
            let (run, rows, pairs) = (&*run, &rows, &mut pairs);
            tasks.spawn(move |_| {
                *pairs = self.count_pairs(rows).and_then(|pairs| self.write_cooccurrence(run, pairs)).map(Some);
            });
            let mentions = mentions.map(|mentions| self.write_mentions(run, mentions, rows));
            Ok::<_, Error>((self.write_entities(run)?, self.write_counts(run, rows)?, mentions.transpose()?))
        });
        let (entities, counts, mentions) = tables?;
        let (cooccurrence, n_pairs) = pairs?.expect("the scope has waited for it");
        run.add(ENTITIES_FILE, entities);
        run.add(COUNTS_FILE, counts);
        run.add(COOCCURRENCE_FILE, cooccurrence);
        if let Some(mentions) = mentions {
            run.add(MENTIONS_FILE, mentions);
        }
        if let Taken::Spooled(counts) = self.counts {
            counts.remove()?;
        }
        Ok(n_pairs)
    }

    fn header(&self, format: &str) -> FileHeader {
        FileHeader::new(format, self.fingerprint)
    }

    fn check(&self) -> Result<()> {
        self.stop.map_or(Ok(()), StopFlag::check)
    }

    /// The entities that occur, by number in the catalogue, in order.
    fn occurring(&self) -> impl Iterator<Item = usize> {
        self.counted.entities.iter().enumerate().filter(|(_, tally)| tally.documents > 0).map(|(index, _)| index)
    }

    /// The row of each entity of the catalogue in the result; `u32::MAX` for those that do not occur. Order is kept, so what was
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
            let Tally { mentions, documents } = self.counted.entities[index];
            let row = EntityRow { mentions, documents, ..self.catalogue.entity_row(index) };
            writer.push(|rows| rows.push(row))?;
        }
        writer.finish()?.finish()
    }

    /// Writes the counts of the spool under their final ids.
    fn write_counts(&self, run: &RunWriter, rows: &[u32]) -> Result<FileSummary> {
        let spooled = match self.counts {
            Taken::Written(summary) => return Ok(summary.clone()),
            Taken::Spooled(spooled) => spooled,
        };
        let mut file = counts_file(run, self.fingerprint)?;
        let mut block = CountRows::default();
        spooled.for_each(|counts| {
            self.check()?;
            block.clone_from(counts);
            block.entity.iter_mut().for_each(|entity| *entity = rows[*entity as usize]);
            file.write_block(&block)
        })?;
        file.finish()
    }

    /// The pairs of all documents, by final ids.
    fn count_pairs(&self, rows: &[u32]) -> Result<JointSums> {
        let mut counter = PairCounter::new(CooccurrenceBuilder::default().round_ups(self.round_ups), self.memory);
        let Taken::Spooled(spooled) = self.counts else { return self.sum_pairs(counter) };
        let mut context: Vec<(EntityId, u32)> = Vec::new();
        let mut document = 0;
        spooled.for_each(|block| {
            self.check()?;
            for row in block.iter() {
                while document < row.document {
                    counter.push(&context)?;
                    context.clear();
                    document += 1;
                }
                context.push((EntityId(rows[row.entity as usize]), row.count));
            }
            Ok(())
        })?;
        while u64::from(document) < self.counted.books.counted {
            counter.push(&context)?;
            context.clear();
            document += 1;
        }
        counter.finish()
    }

    /// The pairs that were counted before.
    fn sum_pairs(&self, mut counter: PairCounter) -> Result<JointSums> {
        let entities = &self.counted.entities;
        if let Some(absent) = entities.iter().position(|tally| tally.documents == 0) {
            let id = self.catalogue.entity_row(absent).id;
            let error = Error::usage(format!("damaged: no document mentions the entity {id:?}, which a run lists"));
            return Err(error.with_remedy("`dateline verify` says which run is damaged"));
        }
        if let Some(counted) = self.catalogue.counted() {
            // Of the pairs of a piece, each takes at most ten bytes.
            let most = self.memory.map_or(usize::MAX, |memory| (memory / 64).max(1));
            counted.for_each(most, &mut |matrix| counter.add(matrix))?;
        }
        let marginals = entities.iter().map(|tally| tally.documents).collect();
        Ok(counter.finish()?.of_contexts(marginals, self.counted.books.counted))
    }

    /// Writes the matrix; returns the number of pairs too.
    fn write_cooccurrence(&self, run: &RunWriter, sums: JointSums) -> Result<(FileSummary, u64)> {
        self.check()?;
        let header = self
            .header("dateline-cooccurrence")
            .describe::<PairRows>()
            .describe::<MarginalRows>()
            .with_property("context", "document")
            .with_property("contexts", sums.contexts().n_contexts())
            .with_property("counting", "boolean")
            .with_property("diagonal", "document frequency, in the marginals")
            .with_property("duplicates", "counted")
            .with_property("round_ups", self.round_ups.to_string())
            .with_property("triangle", "upper");
        let mut file = run.file(COOCCURRENCE_FILE, &header)?;
        // As many as are compressed at a time.
        let mut blocks = vec![PairRows::default(); (2 * rayon::current_num_threads()).min(BLOCKS)];
        let mut current = 0;
        let (matrix, n_pairs) = sums.into_pairs(&mut |a, b, joint| {
            let block = &mut blocks[current];
            block.push(PairRow { a: a.0, b: b.0, joint });
            if block.is_full() {
                current += 1;
                if current == blocks.len() {
                    self.check()?;
                    file.write_blocks(&blocks)?;
                    blocks.iter_mut().for_each(PairRows::clear);
                    current = 0;
                }
            }
            Ok(())
        })?;
        blocks.retain(|block| block.rows() > 0);
        file.write_blocks(&blocks)?;
        drop(blocks);
        let mut marginals = BlockWriter::<MarginalRows>::new(file);
        for (entity, contexts) in matrix.marginals().iter().enumerate() {
            marginals.push(|rows| rows.push(MarginalRow { entity: entity as u32, contexts: *contexts }))?;
        }
        Ok((marginals.finish()?.finish()?, n_pairs))
    }

    fn write_mentions(&self, run: &RunWriter, mentions: Taken<MentionRows>, rows: &[u32]) -> Result<FileSummary> {
        let spooled = match mentions {
            Taken::Written(summary) => return Ok(summary),
            Taken::Spooled(spooled) => spooled,
        };
        let mut file = mentions_file(run, self.fingerprint)?;
        spooled.take_each(|mut block| {
            self.check()?;
            block.entity.iter_mut().for_each(|entity| *entity = rows[*entity as usize]);
            file.write_block(&block)
        })?;
        file.finish()
    }
}
