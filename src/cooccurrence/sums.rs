//! Pairs that are counted one by one, where a context is not a set of entities.

use super::CooccurrenceMatrix;
use super::triangle::{Triangle, Writer};
use crate::ids::EntityId;

/// Pairs that are kept before they are summed; 12 bytes each.
const BUFFER: usize = 1 << 20;

/// Sums joint counts that are given pair by pair, such as the mentions that are near each other.
///
/// ```
/// use dateline::{EntityId, PairSums};
/// let mut sums = PairSums::default();
/// sums.add(EntityId(2), EntityId(0), 3);
/// sums.add(EntityId(0), EntityId(2), 1);
/// assert_eq!(sums.finish().pairs().collect::<Vec<_>>(), [(EntityId(0), EntityId(2), 4)]);
/// ```
#[derive(Debug)]
pub struct PairSums {
    buffer: Vec<(EntityId, EntityId, u32)>,
    buffer_size: usize,
    /// Each at least twice as large as the next, so that every pair is summed a logarithmic number of times.
    triangles: Vec<Triangle>,
}

impl Default for PairSums {
    fn default() -> Self {
        Self::with_buffer(BUFFER)
    }
}

impl PairSums {
    /// Sums whenever so many pairs were given, at least one. Many sums at the same time need small buffers.
    #[must_use]
    pub fn with_buffer(pairs: usize) -> Self {
        Self { buffer: Vec::new(), buffer_size: pairs.max(1), triangles: Vec::new() }
    }

    /// Adds to the joint count of two different entities, in any order. A sum that does not fit into 32 bits stays at the greatest
    /// such number.
    ///
    /// # Complexity
    ///
    /// Amortised `log p` for `p` pairs.
    pub fn add(&mut self, a: EntityId, b: EntityId, count: u32) {
        debug_assert!(a != b);
        if count > 0 {
            self.buffer.push((a.min(b), a.max(b), count));
            if self.buffer.len() >= self.buffer_size {
                self.sum_buffer();
            }
        }
    }

    /// The matrix of the sums. It has no marginals and no contexts, which pairs alone do not determine.
    #[must_use]
    pub fn finish(mut self) -> CooccurrenceMatrix {
        self.sum_buffer();
        let mut triangle = self.triangles.pop().unwrap_or_default();
        while let Some(larger) = self.triangles.pop() {
            triangle = Triangle::sum(&larger, &triangle);
        }
        CooccurrenceMatrix { triangle, marginals: Vec::new(), n_contexts: 0 }
    }

    fn sum_buffer(&mut self) {
        if self.buffer.is_empty() {
            return;
        }
        self.buffer.sort_unstable_by_key(|&(a, b, _)| (a, b));
        let mut writer = Writer::default();
        for row in self.buffer.chunk_by(|left, right| left.0 == right.0) {
            for pair in row.chunk_by(|left, right| left.1 == right.1) {
                writer.push(pair[0].1, pair.iter().fold(0, |sum: u32, (.., count)| sum.saturating_add(*count)));
            }
            writer.end_row(row[0].0);
        }
        self.buffer.clear();
        let mut triangle = writer.finish();
        while self.triangles.last().is_some_and(|last| last.size() < 2 * triangle.size()) {
            let last = self.triangles.pop().expect("there is a last one");
            triangle = Triangle::sum(&last, &triangle);
        }
        self.triangles.push(triangle);
    }
}
