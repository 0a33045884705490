//! The reference engine: one Aho-Corasick automaton over the folded names, run over the folded text.
//!
//! Every overlapping hit is looked at, because selection must happen among the hits that pass their checks: the
//! automaton's own leftmost-longest would let a long hit that fails hide a shorter one that passes.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::names::NameTable;
use super::{MatcherScratch, too_many_names};
use crate::error::Result;

#[derive(Debug)]
pub(super) struct Automaton {
    automaton: AhoCorasick,
}

impl Automaton {
    pub(super) fn new(names: &NameTable) -> Result<Self> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // A DFA is no faster on text this rich in names and takes sixty times the memory.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .prefilter(false)
            .build(names.keys())
            .map_err(|error| too_many_names(&error))?;
        Ok(Self { automaton })
    }

    /// Fills `scratch.hits` with every alias that passes, in no particular order.
    pub(super) fn find(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        let MatcherScratch { folded, pattern, hits } = scratch;
        hits.clear();
        folded.fold(text);
        for found in self.automaton.find_overlapping_iter(folded.bytes()) {
            let Some(span) = folded.original(found.start(), found.end()) else { continue };
            for alias in names.aliases(found.pattern().as_usize()) {
                if names.passes(alias, text, span, pattern) {
                    hits.push((span, alias));
                }
            }
        }
    }

    pub(super) fn memory_usage(&self) -> usize {
        self.automaton.memory_usage()
    }
}
