//! A run, or a part of it: some of its documents, some of their mentions, places counted for their countries.

use super::entity::{EntityNames, RunEntity, entities_of, find_entity};
use super::mentions::{DocumentTest, MentionTest, without_nested};
use super::roll_up::{RollUp, Rolled};
use super::stories::chosen_copies;
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::store::{COUNTS_FILE, CountRows, DocumentRow, MENTIONS_FILE, MentionRow, Run};

/// The entities of a run with their counts: of all its documents and mentions, or of some.
///
/// Everything that a view says is what a run of only its documents and mentions would say, except that entities keep the row numbers
/// of the whole run, and those that do not occur in the view are there with counts of 0. Places that count for their country
/// have counts of 0, too; a country that the run does not mention itself has a row after those of the run.
#[derive(Debug, Clone)]
pub struct View<'r> {
    run: &'r Run,
    entities: Vec<RunEntity>,
    /// The documents, if not all of them.
    documents: Option<DocumentSet>,
    n_documents: u64,
    mentions: MentionTest,
    /// By row of the run's entities, the row here that they count as, if not their own.
    counts_as: Option<Vec<u32>>,
}

impl<'r> View<'r> {
    /// The whole run.
    ///
    /// # Errors
    ///
    /// If the entities cannot be read.
    ///
    /// # Complexity
    ///
    /// Reads the entities and keeps them.
    pub fn whole(run: &'r Run) -> Result<Self> {
        Self::without_counts(run, None, MentionTest::default(), None)
    }

    /// The documents that pass a test.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// Reads entities, documents and counts; keeps the entities, and a bit for each document.
    pub fn of_documents(run: &'r Run, mut test: impl FnMut(DocumentRow<'_>) -> bool) -> Result<Self> {
        Self::new(run, Some(&mut |_, document| test(document)), MentionTest::default(), None)
    }

    /// The documents that pass a test, which receives their row, too; their mentions that pass another; and these counted for
    /// larger places.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged, or stores no mentions although only some are wanted.
    ///
    /// # Complexity
    ///
    /// Reads entities and documents, and the counts, or the mentions if only some are wanted.
    pub(super) fn new(
        run: &'r Run,
        documents: Option<DocumentTest<'_>>,
        mentions: MentionTest,
        roll_up: Option<RollUp>,
    ) -> Result<Self> {
        let mut set = None;
        if let Some(test) = documents {
            let documents: &mut DocumentSet = set.get_or_insert_default();
            for block in run.documents()? {
                block?.iter().for_each(|document| documents.push(test(documents.len, document)));
            }
        }
        let mut view = Self::without_counts(run, set, mentions, roll_up)?;
        if !view.is_whole() {
            let mut counts = vec![(0_u64, 0_u32); view.entities.len()];
            view.for_each_document(|_, entries| {
                for (entity, count) in entries {
                    let (mentions, documents) = &mut counts[entity.index()];
                    *mentions += u64::from(*count);
                    *documents += 1;
                }
                Ok(())
            })?;
            view.set_counts(counts.into_iter());
        }
        Ok(view)
    }

    /// One document for each story among the documents that pass a test: of copies of an article, the one with the earliest day; of
    /// these the longest, by words; of these the first of the run. Copies without a day come last.
    ///
    /// # Errors
    ///
    /// As [`of_documents`](Self::of_documents), and if the signatures cannot be read.
    ///
    /// # Complexity
    ///
    /// As [`stories_of`](super::stories_of) and [`of_documents`](Self::of_documents).
    pub fn of_stories(run: &'r Run, mut test: impl FnMut(DocumentRow<'_>) -> bool) -> Result<Self> {
        let chosen = chosen_copies(run, &mut |_, document| test(document))?;
        Self::new(run, Some(&mut |row, _| chosen[row]), MentionTest::default(), None)
    }

    /// A view whose entities have the counts of the run for now.
    fn without_counts(
        run: &'r Run,
        documents: Option<DocumentSet>,
        mentions: MentionTest,
        roll_up: Option<RollUp>,
    ) -> Result<Self> {
        let mut entities = entities_of(run)?;
        let mut counts_as = None;
        if let Some(roll_up) = roll_up {
            let Rolled { to, added } = Rolled::of(roll_up, run, &entities)?;
            entities.extend(added);
            counts_as = Some(to);
        }
        let n_documents = documents.as_ref().map_or(run.manifest().totals.contexts, DocumentSet::count);
        Ok(Self { run, entities, documents, n_documents, mentions, counts_as })
    }

    /// Finds an entity as [`find_entity`] does, but what it counts as here; and by its id also a country or division that no document
    /// mentions itself, if places count for it.
    ///
    /// # Errors
    ///
    /// As [`find_entity`].
    ///
    /// # Complexity
    ///
    /// As [`find_entity`].
    pub fn find_entity(
        &self,
        given: &str,
        of_kind: Option<&str>,
        names: impl FnOnce() -> EntityNames,
    ) -> Result<RunEntity> {
        let is_given = |entity: &&RunEntity| entity.id == given && self.counts_as(entity.row) == entity.row;
        if let Some(entity) = self.entities.iter().find(is_given).filter(|_| of_kind.is_none()) {
            return Ok(entity.clone());
        }
        let found = find_entity(self.run, given, of_kind, names)?;
        Ok(self.entities[self.counts_as(found.row) as usize].clone())
    }

    /// Those of the view's documents that pass a test of their rows, with these mentions and documents of its entities.
    pub(super) fn part(&self, test: impl Fn(usize) -> bool, counts: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut documents = DocumentSet::default();
        let n = self.documents.as_ref().map_or(self.run.manifest().totals.contexts as usize, |documents| documents.len);
        (0..n).for_each(|row| documents.push(self.has_document(row) && test(row)));
        let n_documents = documents.count();
        let mut part = Self { documents: Some(documents), n_documents, ..self.clone() };
        part.set_counts(counts);
        part
    }

    fn set_counts(&mut self, counts: impl Iterator<Item = (u64, u32)>) {
        for (entity, (mentions, documents)) in self.entities.iter_mut().zip(counts) {
            (entity.mentions, entity.documents) = (mentions, documents);
        }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &'r Run {
        self.run
    }

    /// The row that an entity of the run counts as: its own, or that of its country.
    #[must_use]
    pub fn counts_as(&self, row: u32) -> u32 {
        self.counts_as.as_ref().and_then(|rows| rows.get(row as usize)).copied().unwrap_or(row)
    }

    /// Every entity of the run by its row, with its mentions and documents in the view.
    #[must_use]
    pub fn entities(&self) -> &[RunEntity] {
        &self.entities
    }

    /// Number of documents in the view.
    #[must_use]
    pub fn n_documents(&self) -> u64 {
        self.n_documents
    }

    /// Number of entities that occur in the view.
    #[must_use]
    pub fn n_entities(&self) -> u64 {
        self.entities.iter().filter(|entity| entity.documents > 0).count() as u64
    }

    /// Whether it is the whole run, as it was counted.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.documents.is_none() && self.counts_as.is_none() && self.mentions.is_everything()
    }

    /// Whether a document, by its row, is in the view.
    #[must_use]
    pub fn has_document(&self, row: usize) -> bool {
        self.documents.as_ref().is_none_or(|documents| documents.contains(row))
    }

    /// Number of documents that are in another view of the run, too.
    #[must_use]
    pub fn common_documents(&self, other: &Self) -> u64 {
        match (&self.documents, &other.documents) {
            (Some(own), Some(others)) => own.common(others),
            (Some(_), None) => self.n_documents,
            (None, _) => other.n_documents,
        }
    }

    /// Calls `each` with every document of the view that has entities, in order: its row and its row of the matrix.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged, or as `each` says.
    pub(crate) fn for_each_document(&self, mut each: impl FnMut(u32, &[(EntityId, u32)]) -> Result<()>) -> Result<()> {
        if !self.mentions.is_everything() {
            let mut entries: Vec<(EntityId, u32)> = Vec::new();
            return self.for_each_text(|document, mentions| {
                entries.clear();
                entries.extend(mentions.iter().map(|mention| (EntityId(mention.entity), 1)));
                sum_entries(&mut entries);
                each(document, &entries)
            });
        }
        let run = self.run;
        let n_entities = run.manifest().totals.entities;
        let n_documents =
            self.documents.as_ref().map_or(run.manifest().totals.contexts, |documents| documents.len as u64);
        let mut of = None;
        let mut entries: Vec<(EntityId, u32)> = Vec::new();
        let mut last = None;
        let mut end = |of: Option<u32>, entries: &mut Vec<(EntityId, u32)>| {
            let Some(of) = of.filter(|_| !entries.is_empty()) else { return Ok(()) };
            if self.counts_as.is_some() {
                entries.iter_mut().for_each(|(entity, _)| entity.0 = self.counts_as(entity.0));
                sum_entries(entries);
            }
            each(of, entries)?;
            entries.clear();
            Ok(())
        };
        for_each_count(run, |document, entity, count| {
            if u64::from(entity) >= n_entities || u64::from(document) >= n_documents {
                let fault =
                    format!("damaged: a count of entity {entity} in document {document}, which do not both exist");
                return Err(
                    Error::format(run.path().join(COUNTS_FILE), fault).with_remedy("`dateline verify` says more")
                );
            }
            // The order within a block was checked when it was read.
            if last.is_some_and(|last| last >= (document, entity)) {
                let fault = "damaged: the rows of counts are out of order from one block to the next";
                let error = Error::format(run.path().join(COUNTS_FILE), fault);
                return Err(error.with_remedy("`dateline verify` says more"));
            }
            last = Some((document, entity));
            if of != Some(document) {
                end(of, &mut entries)?;
                of = Some(document);
            }
            if self.has_document(document as usize) {
                entries.push((EntityId(entity), count));
            }
            Ok(())
        })?;
        end(of, &mut entries)
    }

    /// Calls `each` with every document of the view that has mentions, in order: its row, and those of its mentions that count, each
    /// with the row here that it counts as. Mentions keep the order of the run: by part and start.
    ///
    /// # Errors
    ///
    /// If the run stores no mentions, cannot be read or is damaged, or as `each` says.
    pub(crate) fn for_each_text(&self, mut each: impl FnMut(u32, &[MentionRow]) -> Result<()>) -> Result<()> {
        let run = self.run;
        let n_entities = run.manifest().totals.entities;
        let mut mentions: Vec<MentionRow> = Vec::new();
        let mut end = |mentions: &mut Vec<MentionRow>| {
            if self.mentions.without_nested {
                without_nested(mentions);
            }
            mentions.retain(|mention| self.mentions.has_section(mention.section));
            mentions.iter_mut().for_each(|mention| mention.entity = self.counts_as(mention.entity));
            let ended = mentions.first().map_or(Ok(()), |first| each(first.document, mentions));
            mentions.clear();
            ended
        };
        let mut last = None;
        for block in run.stored_mentions()? {
            for mention in block?.iter() {
                let place = (mention.document, mention.sentence);
                if last.is_some_and(|last| last > place) || u64::from(mention.entity) >= n_entities {
                    let fault = "damaged: mentions are out of order, or of an entity that the run does not have";
                    let error = Error::format(run.path().join(MENTIONS_FILE), fault);
                    return Err(error.with_remedy("`dateline verify` says more"));
                }
                last = Some(place);
                if mentions.first().is_some_and(|first| first.document != mention.document) {
                    end(&mut mentions)?;
                }
                if self.has_document(mention.document as usize) {
                    mentions.push(mention);
                }
            }
        }
        end(&mut mentions)
    }
}

/// Sorts by entity, and sums the counts of each.
pub(super) fn sum_entries(entries: &mut Vec<(EntityId, u32)>) {
    entries.sort_unstable_by_key(|(entity, _)| *entity);
    entries.dedup_by(|next, first| {
        let same = next.0 == first.0;
        if same {
            first.1 += next.1;
        }
        same
    });
}

/// Some of the documents of a run: a bit for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DocumentSet {
    words: Vec<u64>,
    len: usize,
}

impl DocumentSet {
    fn push(&mut self, is_in: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.words[self.len / 64] |= u64::from(is_in) << (self.len % 64);
        self.len += 1;
    }

    fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    fn common(&self, other: &Self) -> u64 {
        self.words.iter().zip(&other.words).map(|(own, other)| u64::from((own & other).count_ones())).sum()
    }

    fn contains(&self, document: usize) -> bool {
        document < self.len && self.words[document / 64] >> (document % 64) & 1 == 1
    }
}

/// Calls `each` with document, entity and count of every entry of the document × entity matrix.
pub(super) fn for_each_count(run: &Run, mut each: impl FnMut(u32, u32, u32) -> Result<()>) -> Result<()> {
    for block in run.blocks::<CountRows>(COUNTS_FILE)? {
        let block = block?;
        for row in block.iter() {
            each(row.document, row.entity, row.count)?;
        }
    }
    Ok(())
}
