//! Stored runs as a source of partial results: their documents are read again, not the archive.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::edition::Edition;
use super::sink::{Catalogue, CountedPairs, RunSink};
use crate::collect::RunPartial;
use crate::cooccurrence::{CooccurrenceMatrix, Unsorted};
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::progress::StopFlag;
use crate::store::{
    Block, Blocks, COOCCURRENCE_FILE, CountRow, CountRows, DocumentRow, DocumentRows, EntityRow, EntityRows,
    FIELDS_FILE, FieldRow, FieldRows, FieldValueRow, ManifestInput, MentionRow, MentionRows, PairRow, PairRows,
    Rejects, Run, SIGNATURES_FILE, SignatureRows, is_of_input,
};

/// Rows of a partial result, in bytes, after which it is handed on.
const FULL: u64 = 2 << 20;

/// The entities of several runs, each once, by id.
pub(super) struct Union<'r> {
    entities: EntityRows,
    /// For each run, the number of each of its entities here.
    numbers: Vec<Vec<u32>>,
    counted: Option<StoredPairs<'r>>,
}

impl<'r> Union<'r> {
    /// `stop` ends the sum of their pairs.
    ///
    /// # Errors
    ///
    /// If an entity cannot be read, or is not the same in two runs.
    pub(super) fn of(runs: &[&'r Run], stop: Option<&StopFlag>) -> Result<Self> {
        let tables = runs.iter().map(|run| run.entities()?.collect::<Result<Vec<EntityRows>>>());
        let tables: Vec<Vec<EntityRows>> = tables.collect::<Result<_>>()?;
        let rows = |table: usize| tables[table].iter().flat_map(EntityRows::iter);
        let mut order: Vec<(usize, u32, EntityRow<'_>)> = Vec::new();
        for table in 0..tables.len() {
            order.extend(rows(table).zip(0..).map(|(row, number)| (table, number, row)));
        }
        order.sort_by(|a, b| a.2.id.cmp(b.2.id));
        let mut union = Self { entities: EntityRows::default(), numbers: Vec::new(), counted: None };
        union.numbers = (0..tables.len()).map(|table| vec![0; rows(table).count()]).collect();
        for (table, number, row) in order {
            let row = EntityRow { mentions: 0, documents: 0, ..row };
            let last = union.entities.rows().checked_sub(1).map(|last| union.entities.row(last));
            match last.filter(|last| last.id == row.id) {
                Some(last) if !same_entity(last, row) => {
                    let message = format!("the entity {:?} is not the same as in another of the runs", row.id);
                    return Err(Error::format(runs[table].path(), message));
                }
                Some(_) => {}
                None => union.entities.push(row),
            }
            union.numbers[table][number as usize] = union.entities.rows() as u32 - 1;
        }
        // Pairs keep their order only where entities do, as in every run that the present program wrote.
        if union.numbers.iter().all(|numbers| numbers.is_sorted()) {
            let runs = runs.iter().copied().zip(union.numbers.iter().cloned()).collect();
            union.counted = Some(StoredPairs { runs, stop: stop.cloned() });
        }
        Ok(union)
    }

    /// The union for a result without some of the documents, whose pairs must be counted anew.
    pub(super) fn of_some_documents(self) -> Self {
        Self { counted: None, ..self }
    }
}

/// The pairs of whole runs.
struct StoredPairs<'r> {
    /// With the number of each entity in the union.
    runs: Vec<(&'r Run, Vec<u32>)>,
    stop: Option<StopFlag>,
}

impl CountedPairs for StoredPairs<'_> {
    fn for_each(&self, add: &mut dyn FnMut(CooccurrenceMatrix)) -> Result<()> {
        for (run, numbers) in &self.runs {
            let rows = run.pairs()?.flat_map(|block| {
                let block = self.stop.as_ref().map_or(Ok(()), StopFlag::check).and(block);
                let (block, error) = match block {
                    Ok(block) => (block, None),
                    Err(error) => (PairRows::default(), Some(Err(error))),
                };
                (0..block.rows()).map(move |row| Ok(block.row(row))).chain(error)
            });
            let pairs = rows.map(|row: Result<PairRow>| {
                let PairRow { a, b, joint } = row?;
                Ok((EntityId(number(run, numbers, a)?), EntityId(number(run, numbers, b)?), joint))
            });
            add(CooccurrenceMatrix::from_sorted(pairs).map_err(|error| match error {
                Unsorted::Other(error) => error,
                Unsorted::Pair(a, b) => {
                    let (path, message) = (run.path().join(COOCCURRENCE_FILE), "damaged: its pairs are out of order");
                    let error = Error::format(path, format!("{message} at ({}, {})", a.0, b.0));
                    error.with_remedy("`dateline verify` says more")
                }
            })?);
        }
        Ok(())
    }
}

/// Whether two rows describe one entity; coordinates that are unknown are equal.
fn same_entity(a: EntityRow<'_>, b: EntityRow<'_>) -> bool {
    let words = |row: EntityRow<'_>| [row.name, row.kind, row.country, row.parent, row.wikidata].map(str::to_owned);
    let bits = |row: EntityRow<'_>| [row.latitude.to_bits(), row.longitude.to_bits(), row.population];
    words(a) == words(b) && bits(a) == bits(b)
}

impl Catalogue for Union<'_> {
    fn n_entities(&self) -> usize {
        self.entities.rows()
    }

    fn entity_row(&self, index: usize) -> EntityRow<'_> {
        self.entities.row(index)
    }

    fn counted(&self) -> Option<&dyn CountedPairs> {
        self.counted.as_ref().map(|counted| counted as &dyn CountedPairs)
    }
}

/// The rows of a table, one after the other.
struct Rows<B: Block> {
    blocks: Blocks<B>,
    block: B,
    at: usize,
}

impl<B: Block + Default> Rows<B> {
    fn new(blocks: Blocks<B>) -> Self {
        Self { blocks, block: B::default(), at: 0 }
    }

    /// Whether there is a row at `at` in `block`; fetches the next block if need be.
    fn has_row(&mut self) -> Result<bool> {
        while self.at >= self.block.rows() {
            match self.blocks.next() {
                Some(block) => (self.block, self.at) = (block?, 0),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// The values of the fields that a run kept: all different values, and the rows that point at them.
struct Kept {
    values: Vec<String>,
    rows: Rows<FieldRows>,
}

impl Kept {
    fn open(run: &Run) -> Result<Self> {
        let mut values = Vec::new();
        for block in run.field_values()? {
            values.extend(block?.value.iter().map(str::to_owned));
        }
        Ok(Self { values, rows: Rows::new(run.fields()?) })
    }
}

/// What the entities of a run are in the result.
#[derive(Clone, Copy)]
enum Numbers<'r> {
    /// Others of the same order.
    Union(&'r [u32]),
    /// Corrected ones, of which several may be one.
    Edition(&'r Edition<'r>),
}

/// A run that is read once, from its first document to its last.
pub(super) struct Stored<'r> {
    run: &'r Run,
    numbers: Numbers<'r>,
    documents: Rows<DocumentRows>,
    signatures: Rows<SignatureRows>,
    counts: Rows<CountRows>,
    mentions: Option<Rows<MentionRows>>,
    kept: Option<Kept>,
    rejects: Peekable<Rejects>,
    /// The row of the next document.
    next: u32,
}

impl<'r> Stored<'r> {
    /// The run that is number `index` in the union.
    pub(super) fn open(run: &'r Run, union: &'r Union<'r>, index: usize) -> Result<Self> {
        Self::with_numbers(run, Numbers::Union(&union.numbers[index]))
    }

    /// A run whose mentions get other meanings.
    pub(super) fn open_edited(run: &'r Run, edition: &'r Edition<'r>) -> Result<Self> {
        Self::with_numbers(run, Numbers::Edition(edition))
    }

    fn with_numbers(run: &'r Run, numbers: Numbers<'r>) -> Result<Self> {
        Ok(Self {
            run,
            numbers,
            documents: Rows::new(run.documents()?),
            signatures: Rows::new(run.signatures()?),
            counts: Rows::new(run.counts()?),
            mentions: run.mentions()?.map(Rows::new),
            kept: run.has(FIELDS_FILE).then(|| Kept::open(run)).transpose()?,
            rejects: run.rejects()?.peekable(),
            next: 0,
        })
    }

    /// Gives the documents and rejects of the next input, which is the run's number `input`, to the sink, as those of its input
    /// number `file`; inputs before it are passed over. Documents that `keep` does not want are left out; returns
    /// how many.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or the sink cannot write.
    pub(super) fn copy_input(
        &mut self,
        input: usize,
        file: u32,
        keep: &dyn Fn(DocumentRow<'_>) -> bool,
        sink: &mut RunSink<'_>,
    ) -> Result<u64> {
        let mut part = RunPartial::default();
        let mut left_out = 0;
        let mut edited: BTreeMap<u32, u32> = BTreeMap::new();
        while self.documents.has_row()? && self.documents.block.file[self.documents.at] as usize <= input {
            let document = self.documents.block.row(self.documents.at);
            let wanted = document.file as usize == input;
            let kept = wanted && keep(document);
            left_out += u64::from(wanted && !kept);
            let row = part.documents.rows() as u32;
            let mut n_mentions = document.mentions;
            edited.clear();
            while self.counts.has_row()? && self.counts.block.document[self.counts.at] == self.next {
                let count = self.counts.block.row(self.counts.at);
                match self.numbers {
                    _ if !kept => {}
                    Numbers::Union(numbers) => {
                        let entity = number(self.run, numbers, count.entity)?;
                        part.counts.push(CountRow { document: row, entity, ..count });
                    }
                    Numbers::Edition(_) => match self.numbers.of(self.run, self.next, count.entity)? {
                        Some(entity) => {
                            let sum: &mut u32 = edited.entry(entity).or_default();
                            *sum = sum.saturating_add(count.count);
                        }
                        None => n_mentions = n_mentions.saturating_sub(count.count),
                    },
                }
                self.counts.at += 1;
            }
            for (&entity, &count) in &edited {
                part.counts.push(CountRow { document: row, entity, count });
            }
            if let Some(mentions) = &mut self.mentions {
                while mentions.has_row()? && mentions.block.document[mentions.at] == self.next {
                    if kept {
                        let mention = mentions.block.row(mentions.at);
                        if let Some(entity) = self.numbers.of(self.run, self.next, mention.entity)? {
                            part.mentions.push(MentionRow { document: row, entity, ..mention });
                        }
                    }
                    mentions.at += 1;
                }
            }
            if let Some(values) = &mut self.kept {
                while values.rows.has_row()? && values.rows.block.document[values.rows.at] == self.next {
                    let FieldRow { field, value, .. } = values.rows.block.row(values.rows.at);
                    let is_field = (field as usize) < self.run.kept_fields().len();
                    let Some(value) = values.values.get(value as usize).filter(|_| is_field) else {
                        let message = "damaged: a document has a value of a field that is not there";
                        let error = Error::format(self.run.path().join(FIELDS_FILE), message);
                        return Err(error.with_remedy("`dateline verify` says more"));
                    };
                    if kept {
                        part.kept.push(FieldValueRow { field, value });
                        part.kept_by.push(row);
                    }
                    values.rows.at += 1;
                }
            }
            if !self.signatures.has_row()? {
                let message = "damaged: there are fewer signatures than documents";
                let error = Error::format(self.run.path().join(SIGNATURES_FILE), message);
                return Err(error.with_remedy("`dateline verify` says more"));
            }
            if kept {
                part.signatures.push(self.signatures.block.row(self.signatures.at));
                let place = || format!("{}, {}", self.run.manifest().inputs[input].path, document.id);
                part.notes.note(document.notes, document.date, document.day != i32::MIN, place);
                part.documents.push(DocumentRow { file, mentions: n_mentions, ..document });
            }
            self.next += 1;
            self.documents.at += 1;
            self.signatures.at += 1;
            if part.size() >= FULL {
                sink.add(std::mem::take(&mut part))?;
            }
        }
        let ManifestInput { path, unlisted, .. } = &self.run.manifest().inputs[input];
        while let Some(reject) = self.rejects.next_if(|reject| match reject {
            Ok(reject) => is_of_input(&reject.file, path),
            Err(_) => true,
        }) {
            part.rejects.push(reject?);
            part.rejects_of.push(file);
        }
        if !unlisted.is_empty() {
            part.unlisted.insert(file, unlisted.clone());
        }
        sink.add(part)?;
        Ok(left_out)
    }

    /// Passes over the rejects of an input that is not copied.
    pub(super) fn skip_rejects(&mut self, input: usize) {
        let path = &self.run.manifest().inputs[input].path;
        while self
            .rejects
            .next_if(|reject| reject.as_ref().is_ok_and(|reject| is_of_input(&reject.file, path)))
            .is_some()
        {}
    }

    /// Every reject must be of an input of the run.
    ///
    /// # Errors
    ///
    /// If one is left after the last input.
    pub(super) fn finish(mut self) -> Result<()> {
        match self.rejects.next() {
            Some(reject) => {
                let message = format!("damaged: a reject is of {:?}, which is no input of the run", reject?.file);
                Err(Error::format(self.run.path(), message))
            }
            None => Ok(()),
        }
    }
}

impl Numbers<'_> {
    /// The number in the result of an entity that a document of the run mentions, both by row; none if its mentions do not count.
    fn of(self, run: &Run, document: u32, entity: u32) -> Result<Option<u32>> {
        match self {
            Self::Union(numbers) => number(run, numbers, entity).map(Some),
            Self::Edition(edition) => edition.meaning(document, entity).ok_or_else(|| no_entity(run, entity)),
        }
    }
}

fn no_entity(run: &Run, entity: u32) -> Error {
    Error::format(run.path(), format!("damaged: a row is of entity {entity}, which the run does not have"))
        .with_remedy("`dateline verify` says which file is damaged")
}

fn number(run: &Run, numbers: &[u32], entity: u32) -> Result<u32> {
    numbers.get(entity as usize).copied().ok_or_else(|| no_entity(run, entity))
}
