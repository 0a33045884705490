//! A chunk of contexts, and its inverted index.

use std::ops::Range;

use crate::ids::EntityId;

/// Contexts, concatenated.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    entities: Vec<EntityId>,
    /// Where each context ends, except those without entities.
    ends: Vec<u32>,
}

impl Chunk {
    pub(super) fn push(&mut self, entries: &[(EntityId, u32)]) {
        debug_assert!(entries.is_sorted_by(|a, b| a.0 < b.0));
        if !entries.is_empty() {
            self.entities.extend(entries.iter().map(|(entity, _)| *entity));
            self.ends.push(self.entities.len() as u32);
        }
    }

    /// Number of entities in all contexts together.
    pub(super) fn len(&self) -> usize {
        self.entities.len()
    }
}

/// A chunk whose entities are renumbered from 0 in their order, so that no array need be as large as the vocabulary.
pub(super) struct Renumbered {
    /// The entities that occur, sorted.
    pub(super) ids: Vec<EntityId>,
    /// By number, how many contexts have the entity.
    pub(super) frequencies: Vec<u32>,
    /// By number, how many pairs are counted in the row of the entity: the sum of what follows it in its contexts.
    pub(super) work: Vec<u32>,
    /// The contexts in terms of the numbers.
    pub(super) entities: Vec<u32>,
    ends: Vec<u32>,
}

impl Renumbered {
    pub(super) fn new(chunk: Chunk) -> Self {
        let Chunk { entities, ends } = chunk;
        let ids = occurring(&entities);
        let mut entities: Vec<u32> = entities.into_iter().map(|entity| entity.0).collect();
        renumber(&ids, &mut entities);
        let mut frequencies = vec![0; ids.len()];
        let mut work = vec![0; ids.len()];
        let mut renumbered = Self { ids, frequencies: Vec::new(), work: Vec::new(), entities, ends };
        for context in renumbered.contexts() {
            for (entity, following) in renumbered.entities[context.clone()].iter().zip((0..context.len() as u32).rev())
            {
                frequencies[*entity as usize] += 1;
                work[*entity as usize] += following;
            }
        }
        (renumbered.frequencies, renumbered.work) = (frequencies, work);
        renumbered
    }

    /// The range of each context in `entities`.
    pub(super) fn contexts(&self) -> impl Iterator<Item = Range<usize>> {
        let begins = [0].into_iter().chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| begin as usize..*end as usize)
    }

    /// At most `n` ranges of entities with about equal work.
    pub(super) fn equal_ranges(&self, n: usize) -> Vec<Range<usize>> {
        let work = |entity: usize| u64::from(self.work[entity]) + u64::from(self.frequencies[entity]);
        let goal = (0..self.ids.len()).map(work).sum::<u64>().div_ceil(n.max(1) as u64);
        let (mut ranges, mut begin, mut sum) = (Vec::new(), 0, 0);
        for entity in 0..self.ids.len() {
            sum += work(entity);
            if sum >= goal || entity + 1 == self.ids.len() {
                ranges.push(begin..entity + 1);
                (begin, sum) = (entity + 1, 0);
            }
        }
        ranges
    }
}

/// Whether a table over all entities up to the last one is worth its memory.
fn fits_table(entities: usize, last: u32) -> bool {
    last as usize / 8 <= entities
}

/// The entities that occur, sorted, without duplicates.
fn occurring(entities: &[EntityId]) -> Vec<EntityId> {
    let Some(last) = entities.iter().max() else { return Vec::new() };
    if fits_table(entities.len(), last.0) {
        let mut occurs = vec![false; last.index() + 1];
        entities.iter().for_each(|entity| occurs[entity.index()] = true);
        return (0..occurs.len()).filter(|index| occurs[*index]).map(EntityId::new).collect();
    }
    let mut ids = entities.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.shrink_to_fit();
    ids
}

/// Turns entities into their positions among `ids`.
fn renumber(ids: &[EntityId], entities: &mut [u32]) {
    let Some(last) = ids.last() else { return };
    if fits_table(entities.len(), last.0) {
        let mut numbers = vec![0; last.index() + 1];
        ids.iter().zip(0..).for_each(|(entity, number)| numbers[entity.index()] = number);
        entities.iter_mut().for_each(|entity| *entity = numbers[*entity as usize]);
        return;
    }
    // Buckets by the high bits, with about one entity each if the ids are spread evenly, leave few steps to the search.
    let shift = (last.0 / ids.len() as u32).max(1).ilog2();
    let bucket = |entity: u32| (entity >> shift) as usize;
    let mut begins = vec![0_u32; bucket(last.0) + 2];
    ids.iter().for_each(|entity| begins[bucket(entity.0) + 1] += 1);
    for index in 1..begins.len() {
        begins[index] += begins[index - 1];
    }
    for entity in entities {
        let (begin, end) = (begins[bucket(*entity)], begins[bucket(*entity) + 1]);
        let offset = ids[begin as usize..end as usize].partition_point(|id| id.0 < *entity);
        *entity = begin + offset as u32;
    }
}

/// For each entity, what follows it in its contexts: the transpose of a chunk.
pub(super) struct InvertedIndex<'a> {
    chunk: &'a Renumbered,
    /// Postings of entity `e` are `postings[starts[e]..starts[e + 1]]`.
    starts: Vec<u32>,
    /// Ranges of the chunk's entities.
    postings: Vec<(u32, u32)>,
}

impl<'a> InvertedIndex<'a> {
    /// A counting sort by entity: linear.
    pub(super) fn new(chunk: &'a Renumbered) -> Self {
        let mut starts = Vec::with_capacity(chunk.ids.len() + 1);
        let mut start = 0;
        for frequency in &chunk.frequencies {
            starts.push(start);
            start += frequency;
        }
        starts.push(start);
        // Filling moves each start to that of the next entity, so the starts are shifted back afterwards.
        let mut postings = vec![(0, 0); chunk.entities.len()];
        for context in chunk.contexts() {
            for position in context.clone() {
                let next = &mut starts[chunk.entities[position] as usize];
                postings[*next as usize] = (position as u32 + 1, context.end as u32);
                *next += 1;
            }
        }
        starts.rotate_right(1);
        starts[0] = 0;
        Self { chunk, starts, postings }
    }

    /// The rest of each context after an entity, in the order of contexts.
    pub(super) fn tails(&self, entity: usize) -> impl Iterator<Item = &'a [u32]> {
        let range = self.starts[entity] as usize..self.starts[entity + 1] as usize;
        let chunk = self.chunk;
        self.postings[range].iter().map(move |(begin, end)| &chunk.entities[*begin as usize..*end as usize])
    }
}
