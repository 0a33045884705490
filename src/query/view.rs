//! A run, or the part of it that some of its documents make up.

use std::cmp::Reverse;

use super::entity::{RunEntity, entities_of};
use super::joint::JointCounts;
use super::stories::stories_of;
use crate::cooccurrence::CooccurrenceBuilder;
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::store::{COUNTS_FILE, CountRows, DocumentRow, Run};

/// The entities of a run with their counts: of all its documents, or of some.
///
/// Everything that a view says is what a run of only its documents would say, except that entities keep the row numbers
/// of the whole run, and those that do not occur in the view are there with counts of 0.
#[derive(Debug, Clone)]
pub struct View<'r> {
    run: &'r Run,
    entities: Vec<RunEntity>,
    documents: Option<DocumentSet>,
    n_documents: u64,
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
        Ok(Self { run, entities: entities_of(run)?, documents: None, n_documents: run.manifest().totals.contexts })
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
        let mut documents = DocumentSet::default();
        for block in run.documents()? {
            block?.iter().for_each(|document| documents.push(test(document)));
        }
        let n_documents = documents.count();
        let mut view = Self { documents: Some(documents), n_documents, ..Self::whole(run)? };
        let mut counts = vec![(0_u64, 0_u32); view.entities.len()];
        view.for_each_document(|_, entries| {
            for (entity, count) in entries {
                let (mentions, documents) = &mut counts[entity.index()];
                *mentions += u64::from(*count);
                *documents += 1;
            }
            Ok(())
        })?;
        for (entity, (mentions, documents)) in view.entities.iter_mut().zip(counts) {
            (entity.mentions, entity.documents) = (mentions, documents);
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
    /// As [`stories_of`] and [`of_documents`](Self::of_documents).
    pub fn of_stories(run: &'r Run, mut test: impl FnMut(DocumentRow<'_>) -> bool) -> Result<Self> {
        let stories = stories_of(run)?;
        let mut chosen: Vec<Option<Copy>> = vec![None; stories.len()];
        let mut story_of = stories.by_article().iter();
        for block in run.documents()? {
            for document in block?.iter() {
                let (Some(story), row) = (story_of.next(), stories.by_article().len() - story_of.len()) else { break };
                if test(document) {
                    let copy = (document.day == i32::MIN, document.day, Reverse(document.words), row);
                    let best = &mut chosen[*story as usize];
                    *best = Some(best.map_or(copy, |best| best.min(copy)));
                }
            }
        }
        let mut row = 0;
        let mut story_of = stories.by_article().iter();
        Self::of_documents(run, |_| {
            row += 1;
            story_of.next().is_some_and(|story| chosen[*story as usize].is_some_and(|(.., chosen)| chosen == row))
        })
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &'r Run {
        self.run
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

    /// Whether it is the whole run.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.documents.is_none()
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

    /// In how many documents each two entities occur together: those stored, or counted anew for some of the documents.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// For the whole run, nothing but the marginals is read. For a part, reads the counts; memory as of a
    /// [`CooccurrenceBuilder`], two or three bytes for each distinct pair.
    pub fn joint_counts(&self) -> Result<JointCounts<'r>> {
        if self.is_whole() {
            return JointCounts::stored(self.run, self.entities.len());
        }
        let mut builder = CooccurrenceBuilder::default().round_ups(self.run.manifest().settings.round_ups);
        self.for_each_document(|_, entries| {
            builder.push(entries);
            Ok(())
        })?;
        // Documents without any entity are contexts, too; only their number matters.
        Ok(JointCounts::counted(builder.finish(), self.n_documents))
    }

    /// Calls `each` with every document of the view that has entities, in order: its row and its row of the matrix.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged, or as `each` says.
    pub(crate) fn for_each_document(&self, mut each: impl FnMut(u32, &[(EntityId, u32)]) -> Result<()>) -> Result<()> {
        let run = self.run;
        let n_entities = self.entities.len();
        let n_documents = self.documents.as_ref().map_or(self.n_documents, |documents| documents.len as u64);
        let mut of = None;
        let mut entries: Vec<(EntityId, u32)> = Vec::new();
        for_each_count(run, |document, entity, count| {
            if entity as usize >= n_entities || u64::from(document) >= n_documents {
                let fault =
                    format!("damaged: a count of entity {entity} in document {document}, which do not both exist");
                return Err(
                    Error::format(run.path().join(COUNTS_FILE), fault).with_remedy("`dateline verify` says more")
                );
            }
            let out_of_order = || {
                let fault = "damaged: the rows of counts are out of order from one block to the next";
                Error::format(run.path().join(COUNTS_FILE), fault).with_remedy("`dateline verify` says more")
            };
            if of != Some(document) {
                if of.is_some_and(|of| of > document) {
                    return Err(out_of_order());
                }
                if let Some(of) = of
                    && !entries.is_empty()
                {
                    each(of, &entries)?;
                }
                entries.clear();
                of = Some(document);
            }
            if self.has_document(document as usize) {
                // The order within a block was checked when it was read.
                if entries.last().is_some_and(|(last, _)| last.0 >= entity) {
                    return Err(out_of_order());
                }
                entries.push((EntityId(entity), count));
            }
            Ok(())
        })?;
        match of {
            Some(of) if !entries.is_empty() => each(of, &entries),
            _ => Ok(()),
        }
    }
}

/// How a document compares with the other copies of an article: the least stands for the story. Its day, if it has one; its words;
/// its row, from 1.
type Copy = (bool, i32, Reverse<u32>, usize);

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
