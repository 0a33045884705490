//! The word-start engine of a [`Matcher`](super::super::Matcher): tables for nearly all names, an automaton for the rest.

use std::sync::OnceLock;

use super::super::MatcherScratch;
use super::super::automaton::Automaton;
use super::super::names::NameTable;
use super::{Hits, Layout, Patience, SimdLevel};
use crate::error::{Error, Result};

#[derive(Debug)]
pub(crate) struct WordStart {
    layout: Layout,
    level: SimdLevel,
    /// Over the keys that are not in the tables, with the number of each.
    leftovers: Option<(Automaton, Vec<u32>)>,
    /// Over all keys, for texts that would take the word starts too long; made for the first of them, if it can be.
    fallback: OnceLock<Option<Automaton>>,
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
        Ok(Self { layout, level, leftovers, fallback: OnceLock::new() })
    }

    /// Fills `scratch.hits` with every alias that passes, nearly in order.
    pub(in super::super) fn find(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        self.search(names, text, Patience::Short, scratch);
        if scratch.hits.gave_up {
            match self.fallback.get_or_init(|| Automaton::new(names.keys()).ok()) {
                Some(automaton) => return automaton.find_folded(names, text, scratch),
                None => self.search(names, text, Patience::Endless, scratch),
            }
        }
        let MatcherScratch { folded, pattern, hits, .. } = scratch;
        let Hits { sure, doubtful, stopped, .. } = hits;
        if let Some((automaton, keys)) = &self.leftovers {
            for (span, found) in automaton.find_in(folded) {
                doubtful.extend(names.aliases(keys[found] as usize).map(|alias| (span, alias)));
            }
        }
        for (span, alias) in doubtful.drain(..) {
            if let Some(span) = names.matched(alias, text, span, pattern) {
                *stopped |= names.is_stop(alias);
                sure.push(span, alias);
            }
        }
    }

    fn search(&self, names: &NameTable, text: &str, patience: Patience, scratch: &mut MatcherScratch) {
        let MatcherScratch { folded, hits, word_start, .. } = scratch;
        self.layout.view(names.index().words()).find(self.level, text, folded, patience, word_start, hits);
    }

    pub(in super::super) fn memory_usage(&self, names: &NameTable) -> usize {
        let leftovers = self.leftovers.iter().map(|(automaton, _)| automaton);
        let automata = leftovers.chain(self.fallback.get().into_iter().flatten());
        names.index().words().len() + automata.map(Automaton::memory_usage).sum::<usize>()
    }
}
