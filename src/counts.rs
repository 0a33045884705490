//! Entity counts: of one document, and the sparse document × entity matrix.

use crate::ids::EntityId;

/// How often each entity is mentioned in one document: sorted by entity, every count at least 1.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct DocumentCounts {
    entries: Vec<(EntityId, u32)>,
}

impl DocumentCounts {
    /// Counts the entities of one document's mentions, in any order.
    ///
    /// # Complexity
    ///
    /// Sorting: `n log n` in the number of mentions.
    #[must_use]
    pub fn of_entities(entities: impl IntoIterator<Item = EntityId>) -> Self {
        let mut counts = Self::default();
        counts.count(entities);
        counts
    }

    /// Like [`of_entities`](Self::of_entities), for another document, reusing the memory.
    pub fn count(&mut self, entities: impl IntoIterator<Item = EntityId>) {
        let Self { entries } = self;
        entries.clear();
        entries.extend(entities.into_iter().map(|entity| (entity, 1)));
        entries.sort_unstable_by_key(|(entity, _)| *entity);
        entries.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += u32::from(same) * next.1;
            same
        });
    }

    /// Entity and count, sorted by entity.
    #[must_use]
    pub fn entries(&self) -> &[(EntityId, u32)] {
        &self.entries
    }

    /// The sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.entries.iter().map(|(_, count)| u64::from(*count)).sum()
    }
}

/// A sparse document × entity matrix in compressed rows (CSR): one row for each document, sorted by entity.
///
/// quanteda users know it as a document-feature matrix.
///
/// ```
/// use dateline::{CountMatrix, DocumentCounts, EntityId};
/// let mut matrix = CountMatrix::default();
/// matrix.push(DocumentCounts::of_entities([EntityId(7), EntityId(2), EntityId(7)]).entries());
/// matrix.push(&[]);
/// assert_eq!((matrix.n_documents(), matrix.nnz()), (2, 2));
/// assert_eq!(matrix.row(0), (&[EntityId(2), EntityId(7)][..], &[1, 2][..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountMatrix {
    offsets: Vec<usize>,
    entities: Vec<EntityId>,
    counts: Vec<u32>,
}

impl Default for CountMatrix {
    fn default() -> Self {
        Self { offsets: vec![0], entities: Vec::new(), counts: Vec::new() }
    }
}

impl CountMatrix {
    /// Adds the row of the next document; entries must be sorted by entity.
    pub fn push(&mut self, entries: &[(EntityId, u32)]) {
        debug_assert!(entries.is_sorted_by(|a, b| a.0 < b.0));
        self.entities.extend(entries.iter().map(|(entity, _)| *entity));
        self.counts.extend(entries.iter().map(|(_, count)| *count));
        self.offsets.push(self.entities.len());
    }

    /// Number of rows.
    #[must_use]
    pub fn n_documents(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of stored entries.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.entities.len()
    }

    /// The entities of one document and their counts.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, document: usize) -> (&[EntityId], &[u32]) {
        let range = self.offsets[document]..self.offsets[document + 1];
        (&self.entities[range.clone()], &self.counts[range])
    }

    /// Every row's entities.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[EntityId]> {
        self.offsets.windows(2).map(|ends| &self.entities[ends[0]..ends[1]])
    }

    /// Removes all rows, keeping the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.entities.clear();
        self.counts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_sorted_and_complete() {
        let counts = DocumentCounts::of_entities([5, 1, 5, 5, 3].map(EntityId));
        assert_eq!(counts.entries(), [(EntityId(1), 1), (EntityId(3), 1), (EntityId(5), 3)]);
        assert_eq!(counts.total(), 5);
    }
}
