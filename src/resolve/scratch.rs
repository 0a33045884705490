//! Allocations and look-ups that a thread reuses from document to document, and a sort for nearly sorted lists.

use std::mem::take;

use super::facts::{Candidate, GazetteerFacts};
use crate::ids::AliasId;

/// An empty list with the allocation of a kept one.
pub(super) fn cleared<T>(list: &mut Vec<T>) -> Vec<T> {
    list.clear();
    take(list)
}

/// Reuses the allocation of a list for elements of another lifetime. The standard library collects in place: types of equal size
/// keep the allocation.
pub(super) fn emptied<A, B>(mut list: Vec<A>) -> Vec<B> {
    list.clear();
    list.into_iter().map(|_| unreachable!("the list is empty")).collect()
}

/// The aliases met last, in a table with one row for each end of an alias number. Articles repeat their names, and an archive has
/// the same few thousand; reading an alias from the image touches several cache lines.
#[derive(Debug)]
pub(super) struct KnownAliases(Vec<Option<Candidate>>);

impl KnownAliases {
    /// An empty table of so many rows, a power of two.
    pub(super) fn new(n_aliases: usize) -> Self {
        debug_assert!(n_aliases.is_power_of_two());
        Self(vec![None; n_aliases])
    }

    /// An alias that matched a surface, which may have a blank or not.
    pub(super) fn candidate(&mut self, gazetteer: &GazetteerFacts, alias: AliasId, blank: bool) -> Candidate {
        // What is known of an alias depends on whether the surface has a blank, so the two have rows of their own.
        let row = (2 * alias.index() + usize::from(blank)) & (self.0.len() - 1);
        match self.0[row] {
            Some(known) if known.id == alias => known,
            _ => *self.0[row].insert(gazetteer.candidate(alias, blank)),
        }
    }
}

/// Insertion sort for nearly sorted input; falls back to `sort_unstable`. Names seldom lie in each other, so their ends are
/// nearly in the order of their starts.
pub(super) fn sort_nearly_sorted(ends: &mut [(u64, u32)]) {
    let mut moves = 4 * ends.len();
    for row in 1..ends.len() {
        let mut at = row;
        while at > 0 && ends[at - 1] > ends[at] {
            if moves == 0 {
                ends.sort_unstable();
                return;
            }
            moves -= 1;
            ends.swap(at - 1, at);
            at -= 1;
        }
    }
}
