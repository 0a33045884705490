//! The word-start engine of a [`Matcher`](super::Matcher): the tables of [`word_start`](super::word_start) for nearly all names, an
//! automaton for the rest.

use std::sync::OnceLock;

use super::MatcherScratch;
use super::automaton::Automaton;
use super::names::NameTable;
use super::word_start::{Hits, Layout, SimdLevel, StepLimit, ends_words};
use crate::error::{Error, Result};

#[derive(Debug)]
pub(super) struct WordStart {
    layout: Layout,
    level: SimdLevel,
    /// The keys that are not in the tables and may occur in any text.
    leftovers: Option<Leftovers>,
    /// The keys that are not in the tables and have a character of [`ends_words`].
    of_other_scripts: Option<Leftovers>,
    /// An automaton over all keys, for texts on which the tables would take too many steps. Built for the first such
    /// text; `None` if it cannot be built.
    fallback: OnceLock<Option<Automaton>>,
}

/// Keys that are not in the tables.
#[derive(Debug)]
struct Leftovers {
    automaton: Automaton,
    /// The number of each key.
    keys: Vec<u32>,
}

impl Leftovers {
    fn new(names: &NameTable, keys: Vec<u32>) -> Result<Option<Self>> {
        if keys.is_empty() {
            return Ok(None);
        }
        let automaton = Automaton::new(keys.iter().map(|key| names.key(*key as usize)))?;
        Ok(Some(Self { automaton, keys }))
    }
}

impl WordStart {
    /// Opens the tables of the names for the given instructions; only the leftovers are compiled.
    pub(super) fn new(names: &NameTable, level: SimdLevel) -> Result<Self> {
        let bytes = names.index().words();
        let layout = Layout::open(bytes)?;
        if layout.n_keys() as usize != names.index().len() {
            return Err(Error::usage("the tables of the compiled gazetteer do not belong together")
                .with_remedy("compile it again with `dateline gazetteer compile`"));
        }
        let is_of_others = |key: &u32| names.key(*key as usize).contains(ends_words);
        let (others, keys) = layout.view(bytes).leftovers().partition(is_of_others);
        Ok(Self {
            layout,
            level,
            leftovers: Leftovers::new(names, keys)?,
            of_other_scripts: Leftovers::new(names, others)?,
            fallback: OnceLock::new(),
        })
    }

    /// Fills `scratch.hits` with every alias that passes, nearly in order.
    pub(super) fn find(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        self.search(names, text, StepLimit::Bounded, scratch);
        if scratch.hits.gave_up {
            match self.fallback.get_or_init(|| Automaton::new(names.keys()).ok()) {
                Some(automaton) => return automaton.find_folded(names, text, scratch),
                None => self.search(names, text, StepLimit::Unbounded, scratch),
            }
        }
        let MatcherScratch { folded, pattern, hits, word_start } = scratch;
        let Hits { sure, doubtful, stopped, .. } = hits;
        let of_other_scripts = self.of_other_scripts.iter().filter(|_| word_start.has_other_scripts());
        for Leftovers { automaton, keys } in self.leftovers.iter().chain(of_other_scripts) {
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

    fn search(&self, names: &NameTable, text: &str, step_limit: StepLimit, scratch: &mut MatcherScratch) {
        let MatcherScratch { folded, hits, word_start, .. } = scratch;
        self.layout.view(names.index().words()).find(self.level, text, folded, step_limit, word_start, hits);
    }

    pub(super) fn memory_usage(&self, names: &NameTable) -> usize {
        let leftovers = self.leftovers.iter().chain(&self.of_other_scripts).map(|leftovers| &leftovers.automaton);
        let automata = leftovers.chain(self.fallback.get().into_iter().flatten());
        names.index().words().len() + automata.map(Automaton::memory_usage).sum::<usize>()
    }
}
