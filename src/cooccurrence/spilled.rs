//! Counting the pairs of more contexts than fit in memory: sums of parts of them go to temporary files, row by row and sorted, and are added
//! up when they are read.
//!
//! What comes out does not depend on how much fits: counts are whole numbers, and pairs are sorted.

use super::triangle::{Pairs, Triangle};
use super::{CooccurrenceBuilder, CooccurrenceMatrix};
use crate::error::Result;
use crate::files::{Sorted, Sorter};
use crate::ids::EntityId;

/// Counts the pairs of contexts, like a [`CooccurrenceBuilder`], in bounded memory if that is asked for.
#[derive(Debug)]
pub(crate) struct PairCounter {
    builder: CooccurrenceBuilder,
    /// Bytes of sums that are kept in memory; `None` for as many as there are.
    most: Option<usize>,
    /// What did not fit: rows by their first entity.
    spilled: Option<Sorter>,
    /// Bytes that the sorter may keep.
    sorting: usize,
}

impl PairCounter {
    /// `memory` is what the sums may take, in bytes; a single row may exceed it. Besides them there is a number for each entity.
    pub(crate) fn new(builder: CooccurrenceBuilder, memory: Option<usize>) -> Self {
        // The sum of two parts takes as much as both, and what was counted last is beside it.
        let most = memory.map(|memory| memory / 5);
        let builder = match most {
            // A chunk takes about 40 bytes for each of its entries while it is counted.
            Some(most) => builder.chunked(most / 40),
            None => builder,
        };
        Self { builder, most, spilled: None, sorting: memory.unwrap_or(0) / 3 }
    }

    /// Adds one context, as [`CooccurrenceBuilder::push`] does.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be written.
    pub(crate) fn push(&mut self, entries: &[(EntityId, u32)]) -> Result<()> {
        if self.builder.take(entries) { self.count() } else { Ok(()) }
    }

    /// Adds contexts that were counted before.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be written.
    pub(crate) fn add(&mut self, counted: CooccurrenceMatrix) -> Result<()> {
        let triangle = self.builder.add_contexts(counted);
        self.keep(triangle)
    }

    /// All pairs, sorted and summed.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be written.
    pub(crate) fn finish(mut self) -> Result<JointSums> {
        self.count()?;
        if self.spilled.is_none() {
            return Ok(JointSums::InMemory(self.builder.finish()));
        }
        self.spill(None)?;
        let rest = self.builder.finish();
        let rows = self.spilled.unwrap_or_else(|| Sorter::new(self.sorting)).finish()?;
        Ok(JointSums::Spilled { rows: Box::new(rows), rest })
    }

    fn count(&mut self) -> Result<()> {
        let most = self.most;
        let Some(counting) = self.builder.counting(most) else { return Ok(()) };
        counting.for_each(&mut |triangle| self.keep(triangle))
    }

    /// Takes a sum of some contexts in.
    fn keep(&mut self, triangle: Triangle) -> Result<()> {
        if self.most.is_some_and(|most| self.builder.size() + triangle.size() > most) {
            return self.spill(Some(triangle));
        }
        self.builder.add_triangle(triangle);
        Ok(())
    }

    /// Moves all sums to the temporary files.
    fn spill(&mut self, last: Option<Triangle>) -> Result<()> {
        let sorter = self.spilled.get_or_insert_with(|| Sorter::new(self.sorting));
        for triangle in self.builder.take_triangles().into_iter().chain(last) {
            // Each block is let go once its rows are with the sorter.
            triangle.into_rows(&mut |first, body| sorter.push(&first.0.to_be_bytes(), body))?;
        }
        Ok(())
    }
}

/// The pairs of all contexts.
pub(crate) enum JointSums {
    /// They fit.
    InMemory(CooccurrenceMatrix),
    /// They did not.
    Spilled {
        /// Bodies of rows by first entity; those of one entity are to be summed.
        rows: Box<Sorted>,
        /// Marginals and number of contexts, and no pairs.
        rest: CooccurrenceMatrix,
    },
}

impl JointSums {
    /// These pairs with the marginals and the number of contexts, where they are known from elsewhere.
    pub(crate) fn of_contexts(self, marginals: Vec<u32>, n_contexts: u64) -> Self {
        match self {
            Self::InMemory(matrix) => Self::InMemory(matrix.of_contexts(marginals, n_contexts)),
            Self::Spilled { rows, rest } => Self::Spilled { rows, rest: rest.of_contexts(marginals, n_contexts) },
        }
    }

    /// The marginals and the number of contexts; the pairs of this matrix are not complete.
    pub(crate) fn contexts(&self) -> &CooccurrenceMatrix {
        match self {
            Self::InMemory(matrix) | Self::Spilled { rest: matrix, .. } => matrix,
        }
    }

    /// Calls `each` with every pair that occurs, sorted, and returns the matrix without the pairs, and their number.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be read, and the first error of `each`.
    pub(crate) fn into_pairs(
        self,
        each: &mut dyn FnMut(EntityId, EntityId, u32) -> Result<()>,
    ) -> Result<(CooccurrenceMatrix, u64)> {
        let (mut rows, rest) = match self {
            Self::InMemory(matrix) => {
                // Pulled by the iterator itself, which then need not find its place again for each pair.
                matrix.pairs().try_for_each(|(a, b, joint)| each(a, b, joint))?;
                let n_pairs = matrix.nnz() as u64;
                return Ok((matrix, n_pairs));
            }
            Self::Spilled { rows, rest } => (rows, rest),
        };
        let mut n_pairs = 0;
        let mut row = Row { first: EntityId(0), pairs: Vec::new(), before: Vec::new() };
        while let Some((first, body)) = rows.next()? {
            let first = EntityId(u32::from_be_bytes(first.try_into().expect("written by spill")));
            if row.first != first {
                n_pairs += row.give(each)?;
                row.first = first;
            }
            row.add(body);
        }
        n_pairs += row.give(each)?;
        Ok((rest, n_pairs))
    }
}

/// A row that is being summed.
struct Row {
    first: EntityId,
    pairs: Vec<(EntityId, u32)>,
    /// The sum so far, while it is added to.
    before: Vec<(EntityId, u32)>,
}

impl Row {
    /// Adds a sorted part of the row.
    fn add(&mut self, body: &[u8]) {
        if self.pairs.is_empty() {
            self.pairs.extend(Pairs::new(body));
            return;
        }
        std::mem::swap(&mut self.pairs, &mut self.before);
        let mut before = self.before.drain(..).peekable();
        for (second, joint) in Pairs::new(body) {
            while let Some(pair) = before.next_if(|pair| pair.0 < second) {
                self.pairs.push(pair);
            }
            let earlier = before.next_if(|pair| pair.0 == second).map_or(0, |pair| pair.1);
            self.pairs.push((second, joint.saturating_add(earlier)));
        }
        self.pairs.extend(before);
    }

    /// Gives the pairs out and forgets them; returns their number.
    fn give(&mut self, each: &mut dyn FnMut(EntityId, EntityId, u32) -> Result<()>) -> Result<u64> {
        let n_pairs = self.pairs.len() as u64;
        self.pairs.drain(..).try_for_each(|(second, joint)| each(self.first, second, joint))?;
        Ok(n_pairs)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::RoundUps;
    use super::*;

    type Counted = (Vec<(EntityId, EntityId, u32)>, Vec<u32>, u64);

    /// Pairs, marginals and contexts; and whether they went through files.
    fn counted(
        contexts: &[Vec<(EntityId, u32)>],
        before: &[CooccurrenceMatrix],
        policy: RoundUps,
        memory: Option<usize>,
    ) -> (Counted, bool) {
        let mut counter = PairCounter::new(CooccurrenceBuilder::default().round_ups(policy), memory);
        contexts.iter().for_each(|context| counter.push(context).unwrap());
        before.iter().for_each(|matrix| counter.add(matrix.clone()).unwrap());
        let sums = counter.finish().unwrap();
        let spilled = matches!(sums, JointSums::Spilled { .. });
        let mut pairs = Vec::new();
        let taken = sums.into_pairs(&mut |a, b, joint| {
            pairs.push((a, b, joint));
            Ok(())
        });
        let (rest, n_pairs) = taken.unwrap();
        assert_eq!(n_pairs, pairs.len() as u64);
        ((pairs, rest.marginals().to_vec(), rest.n_contexts()), spilled)
    }

    fn contexts() -> impl Strategy<Value = Vec<Vec<(EntityId, u32)>>> {
        let context = prop::collection::btree_map(0..60_u32, 1..4_u32, 0..12);
        let context =
            context.prop_map(|entries| entries.into_iter().map(|(entity, count)| (EntityId(entity), count)).collect());
        prop::collection::vec(context, 0..80)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

        /// Whatever fits, and however many threads count, the sums are those of the builder that keeps everything.
        #[test]
        fn sums_do_not_depend_on_the_memory(
            contexts in contexts(),
            counted_before in contexts(),
            policy in prop::sample::select(vec![RoundUps::Keep, RoundUps::Cap(3), RoundUps::Skip(4)]),
            threads in 1..4_usize,
        ) {
            let mut before = CooccurrenceBuilder::default();
            counted_before.iter().for_each(|context| before.push(context));
            let before = [before.finish()];
            let mut all = CooccurrenceBuilder::default().round_ups(policy);
            contexts.iter().for_each(|context| all.push(context));
            let mut all = all.finish();
            all.merge(&before[0]);
            let expected = (all.pairs().collect::<Vec<_>>(), all.marginals().to_vec(), all.n_contexts());
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            for memory in [None, Some(1 << 20), Some(20_000), Some(900), Some(1)] {
                let (found, spilled) = pool.install(|| counted(&contexts, &before, policy, memory));
                prop_assert_eq!(&found, &expected, "{:?}", memory);
                match memory {
                    None => prop_assert!(!spilled),
                    Some(1) => prop_assert_eq!(spilled, !expected.0.is_empty()),
                    Some(_) => {}
                }
            }
        }
    }

    /// One context whose pairs alone are many times what fits is counted in stages.
    #[test]
    fn one_context_may_have_more_pairs_than_fit() {
        let context: Vec<(EntityId, u32)> = (0..1500).map(|entity| (EntityId(2 * entity), 1)).collect();
        let (found, spilled) = counted(&[context], &[], RoundUps::Keep, Some(300_000));
        assert!(spilled);
        assert_eq!(found.0.len(), 1500 * 1499 / 2);
        assert!(found.0.iter().all(|(a, b, joint)| a < b && *joint == 1) && found.0.is_sorted());
    }
}
