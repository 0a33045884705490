//! Which entities are mentioned together.
//!
//! Input: the entities of each context. Output: a [`CooccurrenceMatrix`] with the number of contexts that two entities
//! share, each pair once (upper triangle), and the marginals. Counting is boolean: a context counts once, however often
//! the two entities are mentioned in it.
//!
//! Pairs are counted row by row from the inverted index, never in a hash map of pairs: a row needs one array over the
//! entities of a chunk, rows are independent, and the result is sorted whatever the number of threads. Contexts are
//! counted in chunks, so memory grows with the number of distinct pairs (two or three bytes each) and, for the
//! marginals, with the vocabulary, but not with the archive.

mod chunk;
mod count;
mod round_up;
mod spilled;
mod sums;
#[cfg(test)]
mod tests;
mod triangle;

use crate::ids::EntityId;

pub use round_up::RoundUps;
pub(crate) use spilled::{JointSums, PairCounter};
pub use sums::PairSums;

use chunk::{Chunk, Renumbered};
use count::{Counting, Strategy};
use triangle::Triangle;

/// Entity × entity joint counts: sparse, upper triangle, with marginals and the number of contexts.
///
/// The diagonal is the document frequency, which the marginals hold.
#[derive(Debug, Default, Clone)]
pub struct CooccurrenceMatrix {
    triangle: Triangle,
    marginals: Vec<u32>,
    n_contexts: u64,
}

impl CooccurrenceMatrix {
    /// Number of contexts counted, including those without any entity.
    #[must_use]
    pub fn n_contexts(&self) -> u64 {
        self.n_contexts
    }

    /// By entity, the number of contexts it occurs in, up to the last entity that occurs.
    #[must_use]
    pub fn marginals(&self) -> &[u32] {
        &self.marginals
    }

    /// Memory of the pairs, in bytes.
    #[must_use]
    pub fn memory_usage(&self) -> usize {
        self.triangle.size()
    }

    /// Number of pairs that occur.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.triangle.nnz()
    }

    /// Every pair that occurs, sorted: first entity, second entity (greater), contexts with both.
    pub fn pairs(&self) -> impl Iterator<Item = (EntityId, EntityId, u32)> {
        self.triangle.iter()
    }

    /// Adds the pairs, marginals and contexts of other documents, whose entities have the same ids.
    ///
    /// ```
    /// use dateline::{CooccurrenceBuilder, EntityId};
    /// let of = |entities: &[u32]| {
    ///     let mut builder = CooccurrenceBuilder::default();
    ///     builder.push(&entities.iter().map(|entity| (EntityId(*entity), 1)).collect::<Vec<_>>());
    ///     builder.finish()
    /// };
    /// let mut sum = of(&[0, 2]);
    /// sum.merge(&of(&[0, 1, 2]));
    /// assert_eq!((sum.joint(EntityId(0), EntityId(2)), sum.n_contexts()), (2, 2));
    /// ```
    ///
    /// # Complexity
    ///
    /// Linear in the pairs of both.
    pub fn merge(&mut self, other: &Self) {
        self.triangle = Triangle::sum(&self.triangle, &other.triangle);
        self.marginals.resize(self.marginals.len().max(other.marginals.len()), 0);
        self.marginals.iter_mut().zip(&other.marginals).for_each(|(own, other)| *own += other);
        self.n_contexts += other.n_contexts;
    }

    /// This matrix with other ids for its entities: `new_id` of each that occurs. Different entities need different ids.
    ///
    /// ```
    /// use dateline::{CooccurrenceBuilder, EntityId};
    /// let mut builder = CooccurrenceBuilder::default();
    /// builder.push(&[(EntityId(0), 1), (EntityId(2), 1)]);
    /// let matrix = builder.finish().renumber(|old| EntityId(9 - old.0));
    /// assert_eq!(matrix.pairs().collect::<Vec<_>>(), [(EntityId(7), EntityId(9), 1)]);
    /// ```
    ///
    /// # Complexity
    ///
    /// Sorts the pairs: `p log p` for `p` of them, and 12 bytes of memory each.
    #[must_use]
    pub fn renumber(&self, new_id: impl Fn(EntityId) -> EntityId) -> Self {
        let mut pairs: Vec<(EntityId, EntityId, u32)> = self
            .pairs()
            .map(|(a, b, joint)| {
                let (a, b) = (new_id(a), new_id(b));
                (a.min(b), a.max(b), joint)
            })
            .collect();
        pairs.sort_unstable();
        let mut writer = triangle::Writer::default();
        for row in pairs.chunk_by(|left, right| left.0 == right.0) {
            row.iter().for_each(|(_, second, joint)| writer.push(*second, *joint));
            writer.end_row(row[0].0);
        }
        let mut marginals = Vec::new();
        for (old, contexts) in self.marginals.iter().enumerate().filter(|(_, contexts)| **contexts > 0) {
            let new = new_id(EntityId::new(old)).index();
            marginals.resize(marginals.len().max(new + 1), 0);
            marginals[new] = *contexts;
        }
        Self { triangle: writer.finish(), marginals, n_contexts: self.n_contexts }
    }

    /// The matrix of the next `most` of these pairs, which must be sorted, each with its lesser entity first and a joint count that is not
    /// 0; `last` is the pair before them, and then the last of them. It has no marginals and no contexts yet.
    ///
    /// # Errors
    ///
    /// The first pair that is out of order, or the first error of `pairs`.
    pub(crate) fn from_sorted<E>(
        pairs: &mut impl Iterator<Item = Result<(EntityId, EntityId, u32), E>>,
        most: usize,
        before: &mut Option<(EntityId, EntityId)>,
    ) -> Result<Self, Unsorted<E>> {
        let mut writer = triangle::Writer::default();
        let mut last: Option<(EntityId, EntityId)> = None;
        for pair in pairs.take(most) {
            let (a, b, joint) = pair.map_err(Unsorted::Other)?;
            if a >= b || joint == 0 || before.is_some_and(|before| before >= (a, b)) {
                return Err(Unsorted::Pair(a, b));
            }
            *before = Some((a, b));
            if let Some((row, _)) = last.filter(|(row, _)| *row != a) {
                writer.end_row(row);
            }
            writer.push(b, joint);
            last = Some((a, b));
        }
        if let Some((row, _)) = last {
            writer.end_row(row);
        }
        Ok(Self { triangle: writer.finish(), ..Self::default() })
    }

    /// These pairs with the marginals and the number of contexts, where they are known from elsewhere.
    pub(crate) fn of_contexts(self, marginals: Vec<u32>, n_contexts: u64) -> Self {
        Self { triangle: self.triangle, marginals, n_contexts }
    }

    /// Contexts with both entities.
    ///
    /// # Complexity
    ///
    /// Linear in the pairs of the lesser entity; to read all pairs, use [`CooccurrenceMatrix::pairs`].
    #[must_use]
    pub fn joint(&self, a: EntityId, b: EntityId) -> u32 {
        match a.cmp(&b) {
            std::cmp::Ordering::Equal => self.marginals.get(a.index()).copied().unwrap_or(0),
            std::cmp::Ordering::Less => self.triangle.get(a, b),
            std::cmp::Ordering::Greater => self.triangle.get(b, a),
        }
    }
}

/// Why pairs make no matrix.
#[derive(Debug)]
pub(crate) enum Unsorted<E> {
    /// This one is not after the one before it, is not of a lesser and a greater entity, or never occurs.
    Pair(EntityId, EntityId),
    /// They could not be read.
    Other(E),
}

/// Collects contexts and counts their pairs, chunk by chunk.
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
    /// Triangles counted so far, each at least twice as large as the next, so that every pair is summed a logarithmic
    /// number of times.
    triangles: Vec<Triangle>,
    chunk: Chunk,
    chunk_entries: usize,
    /// Overrides the choice by the size of the chunk.
    strategy: Option<Strategy>,
    round_ups: RoundUps,
}

impl Default for CooccurrenceBuilder {
    fn default() -> Self {
        Self::with_chunk(1 << 19)
    }
}

impl CooccurrenceBuilder {
    /// A builder that counts whenever its contexts hold `entries` entries; each takes about 20 bytes of memory. The
    /// default is half a million, the maximum 2^31.
    #[must_use]
    pub fn with_chunk(entries: usize) -> Self {
        Self {
            marginals: Vec::new(),
            n_contexts: 0,
            triangles: Vec::new(),
            chunk: Chunk::default(),
            chunk_entries: entries.clamp(1, 1 << 31),
            strategy: None,
            round_ups: RoundUps::Keep,
        }
    }

    /// What becomes of the pairs of contexts with very many entities; by default they are all counted.
    #[must_use]
    pub fn round_ups(self, round_ups: RoundUps) -> Self {
        Self { round_ups, ..self }
    }

    /// Adds one context: its entities, sorted, without duplicates. A pair counts once (boolean counting); how often an entity is
    /// mentioned matters only to [`RoundUps::Cap`].
    ///
    /// # Complexity
    ///
    /// Amortised `k²` for `k` entities.
    pub fn push(&mut self, entries: &[(EntityId, u32)]) {
        if self.take(entries) {
            self.count_chunk();
        }
    }

    /// Adds one context to those that are not counted yet; says whether it is time to count them.
    fn take(&mut self, entries: &[(EntityId, u32)]) -> bool {
        self.n_contexts += 1;
        match self.round_ups.paired(entries) {
            None => self.chunk.push(entries),
            Some(paired) => {
                // The chunk adds its entities to the marginals; the others are in the context, too.
                let is_paired = |entity: &EntityId| paired.binary_search_by_key(entity, |entry| entry.0).is_ok();
                let unpaired = entries.iter().map(|entry| entry.0).filter(|entity| !is_paired(entity));
                unpaired.for_each(|entity| *self.marginal(entity) += 1);
                self.chunk.push(&paired);
            }
        }
        self.chunk.len() >= self.chunk_entries
    }

    /// This builder with smaller chunks, if they are not small enough.
    fn chunked(self, entries: usize) -> Self {
        Self { chunk_entries: self.chunk_entries.min(entries.max(1)), ..self }
    }

    /// Adds contexts that were counted before, but not their pairs, which it returns.
    fn add_contexts(&mut self, counted: CooccurrenceMatrix) -> Triangle {
        let CooccurrenceMatrix { triangle, marginals, n_contexts } = counted;
        if self.marginals.len() < marginals.len() {
            self.marginals.resize(marginals.len(), 0);
        }
        self.marginals.iter_mut().zip(&marginals).for_each(|(sum, contexts)| *sum = sum.saturating_add(*contexts));
        self.n_contexts += n_contexts;
        triangle
    }

    /// Counts the remaining contexts and returns the matrix.
    #[must_use]
    pub fn finish(mut self) -> CooccurrenceMatrix {
        self.count_chunk();
        let mut triangle = self.triangles.pop().unwrap_or_default();
        while let Some(larger) = self.triangles.pop() {
            triangle = Triangle::sum(&larger, &triangle);
        }
        CooccurrenceMatrix { triangle, marginals: self.marginals, n_contexts: self.n_contexts }
    }

    fn count_chunk(&mut self) {
        if let Some(counting) = self.counting(None) {
            counting.whole().into_iter().for_each(|triangle| self.add_triangle(triangle));
        }
    }

    /// The contexts that are not counted yet, ready to be, their marginals taken in; `None` if they have no entities.
    fn counting(&mut self, most: Option<usize>) -> Option<Counting> {
        let chunk = Renumbered::new(std::mem::take(&mut self.chunk));
        let last = chunk.ids.last()?;
        self.marginal(*last);
        for (entity, frequency) in chunk.ids.iter().zip(&chunk.frequencies) {
            self.marginals[entity.index()] += frequency;
        }
        let strategy = self.strategy.unwrap_or_else(|| Strategy::of(&chunk));
        Some(Counting { chunk, strategy, most })
    }

    /// Bytes of the sums so far.
    fn size(&self) -> usize {
        self.triangles.iter().map(Triangle::size).sum()
    }

    fn take_triangles(&mut self) -> Vec<Triangle> {
        std::mem::take(&mut self.triangles)
    }

    fn marginal(&mut self, entity: EntityId) -> &mut u32 {
        if self.marginals.len() <= entity.index() {
            self.marginals.reserve_exact(entity.index() + 1 - self.marginals.len());
            self.marginals.resize(entity.index() + 1, 0);
        }
        &mut self.marginals[entity.index()]
    }

    fn add_triangle(&mut self, mut triangle: Triangle) {
        while self.triangles.last().is_some_and(|last| last.size() < 2 * triangle.size()) {
            let last = self.triangles.pop().expect("there is a last one");
            triangle = Triangle::sum(&last, &triangle);
        }
        self.triangles.push(triangle);
    }
}
