//! What a run holds of each document: its row, its counts and its mentions.

use std::collections::BTreeMap;

use super::places::{Extent, Places};
use super::{Collector, InputNotes, ReadDocument};
use crate::analyzer::{Analyzer, Worker};
use crate::archive::Record;
use crate::cooccurrence::{CooccurrenceBuilder, CooccurrenceMatrix, RoundUps};
use crate::copies::Signer;
use crate::counts::DocumentCounts;
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::progress::StopFlag;
use crate::store::{
    Block, CountRow, CountRows, DocumentRow, DocumentRows, FieldValueRow, FieldValueRows, MentionRow, MentionRows,
    RecordTally, RunSettings, SignatureRows,
};

/// Gathers what [`analyze`](crate::analyze) writes.
#[derive(Debug, Clone, Copy)]
pub struct RunCollector<'a> {
    analyzer: &'a Analyzer,
    with_mentions: bool,
    round_ups: RoundUps,
}

/// Documents, counts and mentions of some documents of one source: documents are numbered from 0, entities have the ids of the
/// gazetteer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunPartial {
    pub(crate) documents: DocumentRows,
    /// One for each document.
    pub(crate) signatures: SignatureRows,
    pub(crate) counts: CountRows,
    pub(crate) mentions: MentionRows,
    /// Values of fields that are kept, and of which document each is.
    pub(crate) kept: FieldValueRows,
    pub(crate) kept_by: Vec<u32>,
    pub(crate) rejects: Vec<Reject>,
    /// The input of each of them.
    pub(crate) rejects_of: Vec<u32>,
    /// Faulty records that are counted only, by input and by the word for their reason.
    pub(crate) unlisted: BTreeMap<u32, BTreeMap<String, u64>>,
    /// Records without text, by input.
    pub(crate) empty: BTreeMap<u32, u64>,
    /// Documents that do not meet the conditions, by input.
    pub(crate) filtered: BTreeMap<u32, u64>,
    pub(crate) notes: InputNotes,
}

/// The buffers of one thread.
#[derive(Debug)]
pub struct RunWorker<'a> {
    worker: Worker<'a>,
    counts: DocumentCounts,
    places: Places,
    signer: Signer,
}

impl<'a> RunCollector<'a> {
    /// Gathers documents, counts and mentions.
    #[must_use]
    pub fn new(analyzer: &'a Analyzer) -> Self {
        Self { analyzer, with_mentions: true, round_ups: RoundUps::default() }
    }

    /// Whether to gather every mention with its place; without them a run has no contexts but documents, and no way back to
    /// the text.
    #[must_use]
    pub fn with_mentions(self, with_mentions: bool) -> Self {
        Self { with_mentions, ..self }
    }

    /// Which pairs count in a document with very many entities; usually those of the thousand that it mentions most.
    #[must_use]
    pub fn round_ups(self, round_ups: RoundUps) -> Self {
        Self { round_ups, ..self }
    }

    /// Takes in one document, with a worker of any such collector.
    pub(crate) fn gather(
        &self,
        worker: &mut RunWorker<'_>,
        read: &ReadDocument<'_>,
        into: &mut RunPartial,
    ) -> Result<()> {
        let document = read.document;
        if document.is_empty() {
            *into.empty.entry(read.record.file).or_default() += 1;
            return Ok(());
        }
        let row = into.documents.rows() as u32;
        let RunWorker { worker, counts, places, signer } = worker;
        let mentions = worker.counted(document);
        counts.count(mentions.iter().map(|mention| mention.entity));
        for (entity, count) in counts.entries() {
            into.counts.push(CountRow { document: row, entity: entity.0, count: *count });
        }
        let n_mentions = mentions.len() as u32;
        places.read(document);
        if self.with_mentions {
            for mention in mentions {
                let place = places.of(mention.part, mention.span);
                into.mentions.push(MentionRow {
                    document: row,
                    part: mention.part.number(),
                    start: mention.span.start as u32,
                    end: mention.span.end as u32,
                    start_char: place.characters.start as u32,
                    end_char: place.characters.end as u32,
                    section: mention.section as u32,
                    paragraph: place.paragraph,
                    sentence: place.sentence,
                    word: place.word,
                    entity: mention.entity.0,
                });
            }
        }
        for (field, value) in document.kept.iter().enumerate() {
            if let Some(value) = value {
                into.kept.push(FieldValueRow { field: field as u32, value });
                into.kept_by.push(row);
            }
        }
        let Extent { characters, paragraphs, sentences, words } = places.extent();
        worker.article(document, |part, stretch| signer.push(part, stretch));
        into.signatures.push(signer.finish(document.title.as_deref(), &document.text).into());
        let notes = into.notes.look(read);
        into.documents.push(DocumentRow {
            id: &document.id,
            date: document.date.as_deref().unwrap_or_default(),
            day: read.day.unwrap_or(i32::MIN),
            source: document.source.as_deref().unwrap_or_default(),
            file: read.record.file,
            offset: read.record.offset,
            length: read.batch.length(read.record),
            language: read.language.unwrap_or_default(),
            characters,
            words,
            paragraphs,
            sentences,
            mentions: n_mentions,
            notes,
        });
        Ok(())
    }

    pub(crate) fn analyzer(&self) -> &'a Analyzer {
        self.analyzer
    }

    pub(crate) fn keeps_mentions(&self) -> bool {
        self.with_mentions
    }

    /// The settings of the analyzer that change a result, as a manifest stores them; those of the inputs are not among them.
    #[must_use]
    pub fn settings(&self) -> RunSettings {
        RunSettings {
            profile: self.analyzer.profile(),
            round_ups: self.round_ups,
            overlap: self.analyzer.overlap(),
            // Marked furniture is not counted, so the counts are those of skipped furniture.
            furniture: match self.analyzer.furniture() {
                crate::segment::Furniture::Mark => crate::segment::Furniture::Skip,
                furniture => furniture,
            },
            exclude: self.analyzer.excluded().iter().collect(),
            recurring_lines: self.analyzer.recurring_lines().map(crate::segment::RecurringLines::at_least),
            without: self.analyzer.gazetteer().without().to_vec(),
            without_rules: self.analyzer.rules_left_out().map(|rule| rule.name().to_owned()).collect(),
            ..RunSettings::default()
        }
    }
}

impl RunPartial {
    /// Number of documents counted.
    #[must_use]
    pub fn n_documents(&self) -> u64 {
        self.documents.rows() as u64
    }

    /// What became of the records.
    #[must_use]
    pub fn records(&self) -> RecordTally {
        let (empty, filtered) = (self.empty.values().sum(), self.filtered.values().sum());
        let unlisted: u64 = self.unlisted.values().flat_map(BTreeMap::values).sum();
        let (counted, rejected) = (self.n_documents(), self.rejects.len() as u64 + unlisted);
        RecordTally { seen: counted + empty + rejected + filtered, counted, empty, duplicate: 0, rejected, filtered }
    }

    /// What is odd about documents that were read. Ids are not compared.
    #[must_use]
    pub fn notes(&self) -> &InputNotes {
        &self.notes
    }

    /// Bytes of the rows before compression. A run of them takes at most as much, not counting its pairs.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.documents.raw_len()
            + self.signatures.raw_len()
            + self.counts.raw_len()
            + self.mentions.raw_len()
            + self.kept.raw_len()) as u64
    }

    /// The faulty records, in order; of those that came from a stored run, only the ones that it lists.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// How often each entity occurs in each document: document, entity, count; sorted.
    pub fn counts(&self) -> impl Iterator<Item = (u32, EntityId, u32)> {
        self.counts.iter().map(|row| (row.document, EntityId(row.entity), row.count))
    }

    /// In how many documents each two entities occur together, whatever the number of entities in a document.
    #[must_use]
    pub fn cooccurrence(&self) -> CooccurrenceMatrix {
        let mut contexts: BTreeMap<u32, Vec<(EntityId, u32)>> = BTreeMap::new();
        for (document, entity, count) in self.counts() {
            contexts.entry(document).or_default().push((entity, count));
        }
        let mut builder = CooccurrenceBuilder::default();
        for document in 0..self.documents.rows() as u32 {
            builder.push(contexts.get(&document).map_or(&[], Vec::as_slice));
        }
        builder.finish()
    }
}

impl Collector for RunCollector<'_> {
    type Worker<'a>
        = RunWorker<'a>
    where
        Self: 'a;
    type Partial = RunPartial;

    fn worker(&self, stop: Option<&StopFlag>) -> RunWorker<'_> {
        RunWorker {
            worker: self.analyzer.stoppable_worker(stop),
            counts: DocumentCounts::default(),
            places: Places::default(),
            signer: Signer::default(),
        }
    }

    fn begin(&self) -> RunPartial {
        RunPartial::default()
    }

    fn document(&self, worker: &mut RunWorker<'_>, read: &ReadDocument<'_>, into: &mut RunPartial) -> Result<()> {
        self.gather(worker, read, into)
    }

    fn filtered(&self, record: &Record, into: &mut RunPartial) {
        *into.filtered.entry(record.file).or_default() += 1;
    }

    fn reject(&self, file: u32, reject: Reject, into: &mut RunPartial) {
        into.rejects.push(reject);
        into.rejects_of.push(file);
    }

    fn merge(&self, into: &mut RunPartial, next: RunPartial) -> Result<()> {
        let first = u32::try_from(into.n_documents() + next.n_documents())
            .map(|_| into.documents.rows() as u32)
            .map_err(|_| too_many_documents())?;
        let renumber = |documents: &mut [u32]| documents.iter_mut().for_each(|document| *document += first);
        let (n_counts, n_mentions) = (into.counts.rows(), into.mentions.rows());
        into.documents.append(&next.documents, 0..next.documents.rows());
        into.signatures.append(&next.signatures, 0..next.signatures.rows());
        into.counts.append(&next.counts, 0..next.counts.rows());
        into.mentions.append(&next.mentions, 0..next.mentions.rows());
        into.kept.append(&next.kept, 0..next.kept.rows());
        renumber(&mut into.counts.document[n_counts..]);
        renumber(&mut into.mentions.document[n_mentions..]);
        into.kept_by.extend(next.kept_by.iter().map(|document| first + document));
        into.rejects.extend(next.rejects);
        into.rejects_of.extend(next.rejects_of);
        for (file, reasons) in next.unlisted {
            let sums = into.unlisted.entry(file).or_default();
            reasons.into_iter().for_each(|(reason, records)| *sums.entry(reason).or_default() += records);
        }
        for (file, empty) in next.empty {
            *into.empty.entry(file).or_default() += empty;
        }
        for (file, filtered) in next.filtered {
            *into.filtered.entry(file).or_default() += filtered;
        }
        into.notes.add(next.notes);
        Ok(())
    }
}

pub(crate) fn too_many_documents() -> Error {
    Error::limit("a run holds at most 2^32 - 1 documents").with_remedy("split the archive")
}
