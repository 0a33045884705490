//! Rows of the upper triangle from the inverted index.

use std::ops::Range;

use crate::counts::CountMatrix;
use crate::ids::EntityId;

/// Compressed rows of an upper triangle: for each first entity, the second ones and their joint counts, sorted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Rows {
    /// First entities that have a row, sorted.
    firsts: Vec<EntityId>,
    /// Where each row begins, and where the last one ends.
    offsets: Vec<usize>,
    seconds: Vec<EntityId>,
    joints: Vec<u32>,
}

impl Rows {
    /// Number of pairs.
    pub(super) fn nnz(&self) -> usize {
        self.seconds.len()
    }

    /// Every pair with its joint count, sorted.
    pub(super) fn iter(&self) -> impl Iterator<Item = (EntityId, EntityId, u32)> {
        self.firsts
            .iter()
            .zip(self.offsets.windows(2))
            .flat_map(|(first, ends)| (ends[0]..ends[1]).map(|index| (*first, self.seconds[index], self.joints[index])))
    }

    /// The joint count of a pair, 0 if it does not occur. Logarithmic.
    pub(super) fn get(&self, first: EntityId, second: EntityId) -> u32 {
        let Ok(row) = self.firsts.binary_search(&first) else { return 0 };
        let start = self.offsets[row];
        let seconds = &self.seconds[start..self.offsets[row + 1]];
        seconds.binary_search(&second).map_or(0, |index| self.joints[start + index])
    }

    fn push(&mut self, first: EntityId, pairs: impl IntoIterator<Item = (EntityId, u32)>) {
        let before = self.seconds.len();
        for (second, joint) in pairs {
            self.seconds.push(second);
            self.joints.push(joint);
        }
        if self.seconds.len() > before {
            if self.offsets.is_empty() {
                self.offsets.push(0);
            }
            self.firsts.push(first);
            self.offsets.push(self.seconds.len());
        }
    }

    /// Joins rows of consecutive ranges of first entities.
    pub(super) fn concatenate(parts: Vec<Self>) -> Self {
        let mut whole = Self::default();
        for part in parts {
            for (row, first) in part.firsts.iter().enumerate() {
                let range = part.offsets[row]..part.offsets[row + 1];
                let pairs = part.seconds[range.clone()].iter().copied().zip(part.joints[range].iter().copied());
                whole.push(*first, pairs);
            }
        }
        whole
    }

    /// The sum of two triangles. Linear in both.
    pub(super) fn sum(left: &Self, right: &Self) -> Self {
        let mut sum = Self::default();
        let (mut i, mut j) = (left.iter().peekable(), right.iter().peekable());
        let mut row: Vec<(EntityId, u32)> = Vec::new();
        let mut first = None;
        loop {
            let key = |pair: &(EntityId, EntityId, u32)| (pair.0, pair.1);
            let next = match (i.peek(), j.peek()) {
                (None, None) => None,
                (Some(a), Some(b)) if key(a) == key(b) => {
                    let joint = a.2 + b.2;
                    j.next();
                    i.next().map(|pair| (pair.0, pair.1, joint))
                }
                (Some(a), Some(b)) if key(b) < key(a) => j.next(),
                (None, Some(_)) => j.next(),
                _ => i.next(),
            };
            if let Some(entity) = first
                && next.is_none_or(|pair| pair.0 != entity)
            {
                sum.push(entity, row.drain(..));
            }
            let Some((a, b, joint)) = next else { return sum };
            first = Some(a);
            row.push((b, joint));
        }
    }
}

/// For each entity, where it occurs: the transpose of a chunk of contexts.
pub(super) struct InvertedIndex<'a> {
    matrix: &'a CountMatrix,
    /// Postings of entity `e` are `postings[starts[e]..starts[e + 1]]`.
    starts: Vec<usize>,
    /// Context number and position of the entity in it, by entity and context.
    postings: Vec<(u32, u32)>,
}

impl<'a> InvertedIndex<'a> {
    /// A counting sort by entity: linear.
    pub(super) fn new(matrix: &'a CountMatrix) -> Self {
        let n_entities = matrix.rows().flat_map(|row| row.last()).max().map_or(0, |entity| entity.index() + 1);
        let mut starts = vec![0_usize; n_entities + 1];
        for entity in matrix.rows().flatten() {
            starts[entity.index() + 1] += 1;
        }
        for entity in 0..n_entities {
            starts[entity + 1] += starts[entity];
        }
        let mut next = starts.clone();
        let mut postings = vec![(0, 0); matrix.nnz()];
        for (context, row) in matrix.rows().enumerate() {
            for (position, entity) in row.iter().enumerate() {
                postings[next[entity.index()]] = (context as u32, position as u32);
                next[entity.index()] += 1;
            }
        }
        Self { matrix, starts, postings }
    }

    /// One past the greatest entity that occurs.
    pub(super) fn n_entities(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of contexts of each entity.
    pub(super) fn frequencies(&self) -> impl Iterator<Item = u32> {
        self.starts.windows(2).map(|ends| (ends[1] - ends[0]) as u32)
    }

    /// At most `n` ranges of entities with about the same number of postings each.
    pub(super) fn equal_ranges(&self, n: usize) -> Vec<Range<usize>> {
        let goal = self.postings.len().div_ceil(n.max(1)).max(1);
        let mut ranges = Vec::new();
        let mut begin = 0;
        for entity in 0..self.n_entities() {
            if self.starts[entity + 1] - self.starts[begin] >= goal || entity + 1 == self.n_entities() {
                ranges.push(begin..entity + 1);
                begin = entity + 1;
            }
        }
        ranges
    }

    /// The rows of a range of first entities: each walks its contexts and adds up what stands behind it there.
    pub(super) fn count(&self, entities: Range<usize>) -> Rows {
        let mut rows = Rows::default();
        let mut joint = vec![0_u32; self.n_entities()];
        let mut touched: Vec<EntityId> = Vec::new();
        for entity in entities {
            for (context, position) in &self.postings[self.starts[entity]..self.starts[entity + 1]] {
                let (row, _) = self.matrix.row(*context as usize);
                for second in &row[*position as usize + 1..] {
                    let cell = &mut joint[second.index()];
                    if *cell == 0 {
                        touched.push(*second);
                    }
                    *cell += 1;
                }
            }
            touched.sort_unstable();
            rows.push(EntityId::new(entity), touched.iter().map(|second| (*second, joint[second.index()])));
            for second in touched.drain(..) {
                joint[second.index()] = 0;
            }
        }
        rows
    }
}
