//! The word-start engine of a [`Matcher`](super::super::Matcher): tables for nearly all names, an automaton for the rest.

use super::super::MatcherScratch;
use super::super::automaton::Automaton;
use super::super::names::NameTable;
use super::{Builder, Layout, SimdLevel};
use crate::error::Result;

#[derive(Debug)]
pub(crate) struct WordStart {
    bytes: Vec<u8>,
    layout: Layout,
    level: SimdLevel,
    /// Over the keys that are not in the tables, with the number of each.
    leftovers: Option<(Automaton, Vec<u32>)>,
}

impl WordStart {
    /// Compiles the names for the given instructions.
    pub(in super::super) fn new(names: &NameTable, level: SimdLevel) -> Result<Self> {
        let mut builder = Builder::new();
        for (row, key) in names.keys().iter().enumerate() {
            builder.push(key, names.traits(row));
        }
        let bytes = builder.finish()?;
        let layout = Layout::open(&bytes)?;
        let keys: Vec<u32> = layout.view(&bytes).leftovers().collect();
        let leftovers = if keys.is_empty() {
            None
        } else {
            Some((Automaton::new(keys.iter().map(|key| &names.keys()[*key as usize]))?, keys))
        };
        Ok(Self { bytes, layout, level, leftovers })
    }

    /// Fills `scratch.hits` with every alias that passes, in no particular order.
    pub(in super::super) fn find(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        let MatcherScratch { folded, pattern, hits, found, word_start } = scratch;
        hits.clear();
        self.layout.view(&self.bytes).find(self.level, text, folded, word_start, found);
        let leftovers = self
            .leftovers
            .iter()
            .flat_map(|(automaton, keys)| automaton.find_in(folded).map(|(span, pattern)| (span, keys[pattern])));
        for (span, key) in found.iter().copied().chain(leftovers) {
            for &alias in names.aliases(key as usize) {
                if names.passes(alias, text, span, pattern) {
                    hits.push((span, alias));
                }
            }
        }
    }

    pub(in super::super) fn memory_usage(&self) -> usize {
        self.bytes.len() + self.leftovers.as_ref().map_or(0, |(automaton, _)| automaton.memory_usage())
    }
}
