//! Three ways to count the pairs of a chunk: a triangle of cells, an array for a row, a sorted list for a short row.

use std::ops::Range;

use super::chunk::{InvertedIndex, Renumbered};
use super::triangle::{Triangle, Writer};
use crate::error::Result;
use crate::ids::EntityId;
use crate::parallel;

/// Rows of at most this many pairs, repetitions included, are sorted: any limit from 32 to 256 is as good.
const SHORT: u32 = 96;

/// A triangle of cells is used for at most this many entities. With 500 it is 1.5 to 2.5 times as fast as rows; with
/// 5,000 it is no faster and takes 50 MB for each thread.
const DENSE: usize = 1 << 10;

/// How the pairs of a chunk are counted; the result does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// A cell for each possible pair, for vocabularies so small that there are fewer cells than pairs to be counted.
    Dense,
    /// Row by row from the inverted index.
    Rows,
}

impl Strategy {
    pub(super) fn of(chunk: &Renumbered) -> Self {
        let work: u64 = chunk.work.iter().map(|work| u64::from(*work)).sum();
        let n = chunk.ids.len();
        if n <= DENSE && (n * n / 2) as u64 <= work { Self::Dense } else { Self::Rows }
    }
}

/// A pair takes hardly more in a triangle.
const PAIR_BYTES: u64 = 3;

/// A chunk that is ready to be counted, in the threads of the current pool.
pub(super) struct Counting {
    pub(super) chunk: Renumbered,
    pub(super) strategy: Strategy,
    /// Bytes that each of the triangles should have at most; `None` for one of all pairs.
    pub(super) most: Option<usize>,
}

impl Counting {
    /// One triangle of all pairs, or several of consecutive rows if one would be too large.
    pub(super) fn for_each(self, each: &mut dyn FnMut(Triangle) -> Result<()>) -> Result<()> {
        let Self { chunk, strategy, most } = &self;
        let work: u64 = chunk.work.iter().map(|work| u64::from(*work)).sum();
        let stages = most.map_or(1, |most| (work * PAIR_BYTES).div_ceil(most.max(1) as u64)).max(1) as usize;
        if *strategy == Strategy::Dense {
            return each(count_dense(chunk));
        }
        let index = InvertedIndex::new(chunk);
        let in_parallel = 4 * parallel::n_threads();
        let ranges = chunk.equal_ranges(in_parallel.saturating_mul(stages));
        ranges.chunks(in_parallel).try_for_each(|ranges| each(count_rows(chunk, &index, ranges.to_vec())))
    }

    /// The triangle of all pairs.
    pub(super) fn whole(self) -> Option<Triangle> {
        let mut triangles = Vec::new();
        let counted = Self { most: None, ..self }.for_each(&mut |triangle| {
            triangles.push(triangle);
            Ok(())
        });
        debug_assert!(counted.is_ok() && triangles.len() <= 1);
        triangles.pop()
    }
}

fn count_rows(chunk: &Renumbered, index: &InvertedIndex<'_>, ranges: Vec<Range<usize>>) -> Triangle {
    let parts = parallel::map(ranges, Accumulator::default, |accumulator, range| {
        let mut writer = Writer::default();
        for entity in range {
            accumulator.count_row(chunk, index, entity, &mut writer);
            writer.end_row(chunk.ids[entity]);
        }
        writer.finish()
    });
    Triangle::concatenate(parts)
}

/// The buffers in which one thread counts rows.
#[derive(Debug, Default)]
struct Accumulator {
    /// A cell for each entity; zero between rows.
    joint: Vec<u32>,
    /// A bit for each cell that is not zero, and in `words` a bit for each `u64` of these that is not zero.
    touched: Vec<u64>,
    words: Vec<u64>,
    short: Vec<u32>,
}

impl Accumulator {
    fn count_row(&mut self, chunk: &Renumbered, index: &InvertedIndex<'_>, entity: usize, writer: &mut Writer) {
        let ids = &chunk.ids;
        if chunk.frequencies[entity] == 1 {
            index.tails(entity).flatten().for_each(|second| writer.push(ids[*second as usize], 1));
        } else if chunk.work[entity] <= SHORT {
            self.short.clear();
            index.tails(entity).for_each(|tail| self.short.extend_from_slice(tail));
            self.short.sort_unstable();
            for same in self.short.chunk_by(|a, b| a == b) {
                writer.push(ids[same[0] as usize], same.len() as u32);
            }
        } else {
            self.count_long_row(ids, index.tails(entity), writer);
        }
    }

    fn count_long_row<'a>(&mut self, ids: &[EntityId], tails: impl Iterator<Item = &'a [u32]>, writer: &mut Writer) {
        if self.joint.is_empty() {
            self.joint.resize(ids.len(), 0);
            self.touched.resize(ids.len().div_ceil(64), 0);
            self.words.resize(ids.len().div_ceil(64 * 64), 0);
        }
        for second in tails.flatten().map(|second| *second as usize) {
            let cell = &mut self.joint[second];
            if *cell == 0 {
                self.touched[second / 64] |= 1 << (second % 64);
                self.words[second / (64 * 64)] |= 1 << (second / 64 % 64);
            }
            *cell += 1;
        }
        for (index, words) in self.words.iter_mut().enumerate() {
            for word in bits(std::mem::take(words)).map(|bit| index * 64 + bit) {
                for second in bits(std::mem::take(&mut self.touched[word])).map(|bit| word * 64 + bit) {
                    writer.push(ids[second], std::mem::take(&mut self.joint[second]));
                }
            }
        }
    }
}

/// The positions of the bits that are set.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros() as usize;
        word &= word.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}

fn count_dense(chunk: &Renumbered) -> Triangle {
    let n = chunk.ids.len();
    let contexts: Vec<_> = chunk.contexts().collect();
    let share = contexts.len().div_ceil(parallel::n_threads()).max(1);
    let parts = parallel::map(
        contexts.chunks(share).collect(),
        || (),
        |(), contexts: &[_]| {
            let mut cells = vec![0_u32; n * n.saturating_sub(1) / 2];
            for context in contexts {
                let mut tail = &chunk.entities[context.clone()];
                while let Some((first, after)) = tail.split_first() {
                    let row = &mut cells[row_begin(n, *first as usize)..][..n - 1 - *first as usize];
                    after.iter().for_each(|second| row[(second - first - 1) as usize] += 1);
                    tail = after;
                }
            }
            cells
        },
    );
    let add = |mut sum: Vec<u32>, part: Vec<u32>| {
        sum.iter_mut().zip(&part).for_each(|(sum, part)| *sum += part);
        sum
    };
    let cells = parts.into_iter().reduce(add).unwrap_or_default();
    let mut writer = Writer::default();
    for first in 0..n {
        let row = &cells[row_begin(n, first)..][..n - 1 - first];
        for (joint, second) in row.iter().zip(&chunk.ids[first + 1..]).filter(|(joint, _)| **joint > 0) {
            writer.push(*second, *joint);
        }
        writer.end_row(chunk.ids[first]);
    }
    writer.finish()
}

/// Where the row of an entity begins among the cells of a triangle of `n` entities.
fn row_begin(n: usize, first: usize) -> usize {
    // The first row has n - 1 cells, and each later row one less.
    first * (2 * n - first - 1) / 2
}
