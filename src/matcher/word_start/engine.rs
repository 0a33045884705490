//! The word-start engine of a [`Matcher`](super::super::Matcher): tables for nearly all names, an automaton for the rest.

use super::super::MatcherScratch;
use super::super::automaton::Automaton;
use super::super::names::NameTable;
use super::{Hits, Layout, SimdLevel};
use crate::error::{Error, Result};

#[derive(Debug)]
pub(crate) struct WordStart {
    layout: Layout,
    level: SimdLevel,
    /// Over the keys that are not in the tables, with the number of each.
    leftovers: Option<(Automaton, Vec<u32>)>,
}

impl WordStart {
    /// Takes the tables of the names, for the given instructions; only the leftovers are compiled.
    pub(in super::super) fn new(names: &NameTable, level: SimdLevel) -> Result<Self> {
        let bytes = names.index().words();
        let layout = Layout::open(bytes)?;
        if layout.n_keys() as usize != names.index().len() {
            return Err(Error::usage("the tables of the compiled gazetteer do not belong together")
                .with_remedy("compile it again with `dateline gazetteer compile`"));
        }
        let keys: Vec<u32> = layout.view(bytes).leftovers().collect();
        let leftovers = if keys.is_empty() {
            None
        } else {
            Some((Automaton::new(keys.iter().map(|key| names.key(*key as usize)))?, keys))
        };
        Ok(Self { layout, level, leftovers })
    }

    /// Fills `scratch.hits` with every alias that passes, nearly in order.
    pub(in super::super) fn find(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        let MatcherScratch { folded, pattern, hits, word_start } = scratch;
        self.layout.view(names.index().words()).find(self.level, text, folded, word_start, hits);
        let Hits { sure, doubtful, stopped } = hits;
        if let Some((automaton, keys)) = &self.leftovers {
            for (span, found) in automaton.find_in(folded) {
                doubtful.extend(names.aliases(keys[found] as usize).map(|alias| (span, alias)));
            }
        }
        for (span, alias) in doubtful.drain(..) {
            if names.passes(alias, text, span, pattern) {
                *stopped |= names.is_stop(alias);
                sure.push((span, alias));
            }
        }
    }

    pub(in super::super) fn memory_usage(&self, names: &NameTable) -> usize {
        names.index().words().len() + self.leftovers.as_ref().map_or(0, |(automaton, _)| automaton.memory_usage())
    }
}
