//! Stored runs as a source of partial results: their documents are read again, not the archive.

use std::collections::{BTreeMap, HashMap};
use std::iter::Peekable;
use std::sync::Arc;

use super::edition::Edition;
use super::kept::REMEMBERED;
use super::sink::{Catalogue, CountedPairs, RunSink};
use crate::collect::RunPartial;
use crate::cooccurrence::{CooccurrenceMatrix, Unsorted};
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::progress::StopFlag;
use crate::store::{
    Block, Blocks, COOCCURRENCE_FILE, CountRow, CountRows, DocumentRow, DocumentRows, EntityRow, EntityRows,
    FIELDS_FILE, FieldRow, FieldRows, FieldValueRow, FieldValueRows, FileReader, ManifestInput, MentionRow,
    MentionRows, PairRow, PairRows, Rejects, Run, SIGNATURES_FILE, SignatureRows, is_of_input,
};

/// Rows of a partial result, in bytes, after which it is handed on.
const FULL: u64 = 2 << 20;

/// The entities of several runs, each once, by id.
pub(super) struct Union<'r> {
    /// In the order in which the runs list them, and the order by id.
    entities: EntityRows,
    order: Vec<u32>,
    /// For each run, the number of each of its entities here.
    numbers: Vec<Arc<[u32]>>,
    counted: Option<StoredPairs<'r>>,
}

impl<'r> Union<'r> {
    /// `stop` ends the sum of their pairs.
    ///
    /// # Errors
    ///
    /// If an entity cannot be read, or is not the same in two runs.
    pub(super) fn of(runs: &[&'r Run], stop: Option<&StopFlag>) -> Result<Self> {
        // In the order in which they are met first, one run after the other: memory for the different entities and a block.
        let mut met = EntityRows::default();
        let mut rows_of: HashMap<Box<str>, u32> = HashMap::new();
        let mut numbers: Vec<Vec<u32>> = Vec::new();
        for run in runs {
            let mut numbers_of =
                Vec::with_capacity(usize::try_from(run.manifest().totals.entities).unwrap_or(0).min(1 << 20));
            for block in run.entities()? {
                for row in block?.iter() {
                    let row = EntityRow { mentions: 0, documents: 0, ..row };
                    match rows_of.get(row.id) {
                        Some(number) if !same_entity(met.row(*number as usize), row) => {
                            let message = format!("the entity {:?} is not the same as in another of the runs", row.id);
                            return Err(Error::format(run.path(), message));
                        }
                        Some(number) => numbers_of.push(*number),
                        None => {
                            let number = met.rows() as u32;
                            rows_of.insert(row.id.into(), number);
                            met.push(row);
                            numbers_of.push(number);
                        }
                    }
                }
            }
            numbers.push(numbers_of);
        }
        drop(rows_of);
        let mut order: Vec<u32> = (0..met.rows() as u32).collect();
        order.sort_unstable_by_key(|number| met.id.get(*number as usize));
        let mut final_number = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(number, place)| final_number[*number as usize] = place);
        let numbers = numbers.into_iter();
        let numbers = numbers.map(|numbers| numbers.iter().map(|number| final_number[*number as usize]).collect());
        let mut union = Self { entities: met, order, numbers: numbers.collect(), counted: None };
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
    runs: Vec<(&'r Run, Arc<[u32]>)>,
    stop: Option<StopFlag>,
}

impl CountedPairs for StoredPairs<'_> {
    fn for_each(&self, most: usize, add: &mut dyn FnMut(CooccurrenceMatrix) -> Result<()>) -> Result<()> {
        for (run, numbers) in &self.runs {
            let rows = run.pairs()?.flat_map(|block| {
                let block = self.stop.as_ref().map_or(Ok(()), StopFlag::check).and(block);
                let (block, error) = match block {
                    Ok(block) => (block, None),
                    Err(error) => (PairRows::default(), Some(Err(error))),
                };
                (0..block.rows()).map(move |row| Ok(block.row(row))).chain(error)
            });
            let mut pairs = rows.map(|row: Result<PairRow>| {
                let PairRow { a, b, joint } = row?;
                Ok((EntityId(number(run, numbers, a)?), EntityId(number(run, numbers, b)?), joint))
            });
            let mut last = None;
            loop {
                let piece =
                    CooccurrenceMatrix::from_sorted(&mut pairs, most, &mut last).map_err(|error| match error {
                        Unsorted::Other(error) => error,
                        Unsorted::Pair(a, b) => {
                            let path = run.path().join(COOCCURRENCE_FILE);
                            let error = Error::format(
                                path,
                                format!("damaged: its pairs are out of order at ({}, {})", a.0, b.0),
                            );
                            error.with_remedy("`dateline verify` says more")
                        }
                    })?;
                if piece.nnz() == 0 {
                    break;
                }
                add(piece)?;
            }
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
        self.entities.row(self.order[index] as usize)
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
            // Let go before the next is read, and at the end.
            (self.block, self.at) = (B::default(), 0);
            match self.blocks.next() {
                Some(block) => self.block = block?,
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// The values of the fields that a run kept, and the rows that point at them.
///
/// Values that occur again are in the first blocks ([`REMEMBERED`]), each of the others is used once, in their order. So with as many blocks
/// in memory and one more, no block is read twice.
struct Kept {
    values: FileReader,
    /// Of each block of values its number in the file, and its first row.
    blocks: Vec<(usize, u32)>,
    /// Blocks that were read, each with the time of its last use.
    read: BTreeMap<usize, (u64, FieldValueRows)>,
    time: u64,
    rows: Rows<FieldRows>,
}

/// Blocks of values in memory, of 2 MiB each.
const VALUE_BLOCKS: usize = (REMEMBERED >> 21) + 2;

impl Kept {
    fn open(run: &Run) -> Result<Self> {
        let values = run.file(FIELDS_FILE)?;
        let (mut blocks, mut first) = (Vec::new(), 0_u64);
        for (number, entry) in values.index().iter().enumerate().filter(|(_, entry)| entry.kind == FieldValueRows::KIND)
        {
            // Rows are numbered with 32 bits; a forged one beyond has no number.
            blocks.extend(u32::try_from(first).ok().map(|first| (number, first)));
            first = first.saturating_add(entry.rows);
        }
        Ok(Self { values, blocks, read: BTreeMap::new(), time: 0, rows: Rows::new(run.fields()?) })
    }

    /// The next row, if it is of this document.
    fn row_of(&mut self, document: u32) -> Result<Option<FieldRow>> {
        if !self.rows.has_row()? {
            self.read.clear();
            return Ok(None);
        }
        Ok(Some(self.rows.block.row(self.rows.at)).filter(|row| row.document == document))
    }

    /// Value number `row`, if there is one.
    fn value(&mut self, row: u32) -> Result<Option<&str>> {
        let after = self.blocks.partition_point(|(_, first)| *first <= row);
        let Some(&(number, first)) = after.checked_sub(1).and_then(|at| self.blocks.get(at)) else { return Ok(None) };
        if !self.read.contains_key(&number) {
            if self.read.len() >= VALUE_BLOCKS {
                let oldest = self.read.iter().min_by_key(|(_, (time, _))| *time).map(|(number, _)| *number);
                oldest.and_then(|number| self.read.remove(&number));
            }
            self.read.insert(number, (0, self.values.read(number)?));
        }
        self.time += 1;
        let Some((time, block)) = self.read.get_mut(&number) else { return Ok(None) };
        *time = self.time;
        let row = (row - first) as usize;
        Ok((row < block.rows()).then(|| block.value.get(row)))
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
                    let documents = &mentions.block.document[mentions.at..];
                    let end = mentions.at + documents.iter().take_while(|document| **document == self.next).count();
                    let rows = mentions.at..end;
                    mentions.at = end;
                    match self.numbers {
                        _ if !kept => {}
                        Numbers::Union(numbers) => {
                            let first = part.mentions.rows();
                            part.mentions.append(&mentions.block, rows);
                            part.mentions.document[first..].fill(row);
                            for entity in &mut part.mentions.entity[first..] {
                                *entity = number(self.run, numbers, *entity)?;
                            }
                        }
                        Numbers::Edition(_) => {
                            for mention in rows.map(|row| mentions.block.row(row)) {
                                if let Some(entity) = self.numbers.of(self.run, self.next, mention.entity)? {
                                    part.mentions.push(MentionRow { document: row, entity, ..mention });
                                }
                            }
                        }
                    }
                }
            }
            if let Some(values) = &mut self.kept {
                while let Some(FieldRow { field, value, .. }) = values.row_of(self.next)? {
                    let is_field = (field as usize) < self.run.kept_fields().len();
                    let Some(value) = values.value(value)?.filter(|_| is_field) else {
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
