//! Which entities are mentioned together.
//!
//! In come rows of a [`CountMatrix`], one for each context; out comes a [`CooccurrenceMatrix`]: for each pair of entities the
//! number of contexts with both, each pair once (upper triangle), with the marginals. Counting is boolean: however often two
//! entities are mentioned in a context, it counts once.
//!
//! Pairs are counted row by row from the inverted index, never in a hash map of pairs: each row needs one array over the
//! entities, rows are independent, and the result is sorted whatever the number of threads. Contexts are taken in chunks,
//! so that memory grows with the number of distinct pairs and not with the archive.

mod rows;

use rayon::prelude::*;

use crate::counts::CountMatrix;
use crate::ids::EntityId;

use rows::Rows;

/// Entity × entity joint counts: sparse, upper triangle, with marginals and the number of contexts.
///
/// The diagonal is the document frequency and stands in the marginals.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CooccurrenceMatrix {
    rows: Rows,
    marginals: Vec<u32>,
    n_contexts: u64,
}

impl CooccurrenceMatrix {
    /// Number of contexts counted, those without any entity included.
    #[must_use]
    pub fn n_contexts(&self) -> u64 {
        self.n_contexts
    }

    /// Number of contexts each entity occurs in, by entity; entities behind the last one that occurs are left out.
    #[must_use]
    pub fn marginals(&self) -> &[u32] {
        &self.marginals
    }

    /// Number of pairs that occur.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.rows.nnz()
    }

    /// Every pair that occurs, sorted: first entity, second entity (greater), contexts with both.
    pub fn pairs(&self) -> impl Iterator<Item = (EntityId, EntityId, u32)> {
        self.rows.iter()
    }

    /// Contexts with both entities.
    #[must_use]
    pub fn joint(&self, a: EntityId, b: EntityId) -> u32 {
        match a.cmp(&b) {
            std::cmp::Ordering::Equal => self.marginals.get(a.index()).copied().unwrap_or(0),
            std::cmp::Ordering::Less => self.rows.get(a, b),
            std::cmp::Ordering::Greater => self.rows.get(b, a),
        }
    }
}

/// Gathers contexts and counts their pairs, chunk by chunk.
///
/// ```
/// use dateline::{CooccurrenceBuilder, EntityId};
/// let mut builder = CooccurrenceBuilder::default();
/// builder.push(&[(EntityId(0), 5), (EntityId(2), 1)]);
/// builder.push(&[(EntityId(0), 1), (EntityId(1), 1), (EntityId(2), 1)]);
/// let matrix = builder.finish();
/// assert_eq!(matrix.joint(EntityId(2), EntityId(0)), 2);
/// assert_eq!(matrix.pairs().count(), 3);
/// assert_eq!(matrix.marginals(), [2, 1, 2]);
/// ```
#[derive(Debug)]
pub struct CooccurrenceBuilder {
    marginals: Vec<u32>,
    n_contexts: u64,
    /// Triangles counted so far, each at least twice as large as the next: every pair is summed a logarithmic number of
    /// times.
    triangles: Vec<Rows>,
    chunk: CountMatrix,
    chunk_entries: usize,
}

impl Default for CooccurrenceBuilder {
    fn default() -> Self {
        Self::with_chunk(1 << 17)
    }
}

impl CooccurrenceBuilder {
    /// A builder that counts whenever its contexts hold `entries` entries; about 24 bytes of memory each.
    #[must_use]
    pub fn with_chunk(entries: usize) -> Self {
        Self {
            marginals: Vec::new(),
            n_contexts: 0,
            triangles: Vec::new(),
            chunk: CountMatrix::default(),
            chunk_entries: entries.max(1),
        }
    }

    /// Adds one context: its entities, sorted; counts are ignored (boolean counting).
    ///
    /// # Complexity
    ///
    /// Amortised `k²` for `k` entities.
    pub fn push(&mut self, entries: &[(EntityId, u32)]) {
        self.chunk.push(entries);
        self.n_contexts += 1;
        if self.chunk.nnz() >= self.chunk_entries {
            self.count_chunk();
        }
    }

    /// Counts what is left.
    #[must_use]
    pub fn finish(mut self) -> CooccurrenceMatrix {
        self.count_chunk();
        let mut rows = self.triangles.pop().unwrap_or_default();
        while let Some(larger) = self.triangles.pop() {
            rows = Rows::sum(&larger, &rows);
        }
        CooccurrenceMatrix { rows, marginals: self.marginals, n_contexts: self.n_contexts }
    }

    fn count_chunk(&mut self) {
        let index = rows::InvertedIndex::new(&self.chunk);
        let marginals = &mut self.marginals;
        if marginals.len() < index.n_entities() {
            marginals.resize(index.n_entities(), 0);
        }
        for (marginal, count) in marginals.iter_mut().zip(index.frequencies()) {
            *marginal += count;
        }
        let ranges = index.equal_ranges(4 * rayon::current_num_threads());
        let parts: Vec<Rows> = ranges.into_par_iter().map(|range| index.count(range)).collect();
        let mut triangle = Rows::concatenate(parts);
        while self.triangles.last().is_some_and(|last| last.nnz() < 2 * triangle.nnz()) {
            let last = self.triangles.pop().expect("there is a last one");
            triangle = Rows::sum(&last, &triangle);
        }
        self.triangles.push(triangle);
        self.chunk.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// The oracle: every pair of every context in one map.
    fn naive(contexts: &[BTreeSet<u32>]) -> (BTreeMap<(u32, u32), u32>, BTreeMap<u32, u32>) {
        let (mut pairs, mut marginals) = (BTreeMap::new(), BTreeMap::new());
        for context in contexts {
            for a in context {
                *marginals.entry(*a).or_default() += 1;
                for b in context.iter().filter(|b| *b > a) {
                    *pairs.entry((*a, *b)).or_default() += 1;
                }
            }
        }
        (pairs, marginals)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_the_oracle(
            contexts in prop::collection::vec(prop::collection::btree_set(0..40u32, 0..12), 0..60),
            chunk in 1..200usize,
        ) {
            let mut builder = CooccurrenceBuilder::with_chunk(chunk);
            for context in &contexts {
                builder.push(&context.iter().map(|entity| (EntityId(*entity), 3)).collect::<Vec<_>>());
            }
            let matrix = builder.finish();
            let (pairs, marginals) = naive(&contexts);
            let found: Vec<((u32, u32), u32)> = matrix.pairs().map(|(a, b, joint)| ((a.0, b.0), joint)).collect();
            prop_assert_eq!(found, pairs.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(matrix.n_contexts(), contexts.len() as u64);
            for entity in 0..40 {
                let expected = marginals.get(&entity).copied().unwrap_or(0);
                prop_assert_eq!(matrix.joint(EntityId(entity), EntityId(entity)), expected);
            }
            for ((a, b), joint) in pairs {
                prop_assert_eq!(matrix.joint(EntityId(b), EntityId(a)), joint);
            }
        }
    }
}
