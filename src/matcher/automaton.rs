//! The reference engine: one Aho-Corasick automaton over the folded names, run over the folded text.
//!
//! Every overlapping hit is looked at, because selection must happen among the hits that pass their checks: the
//! automaton's own leftmost-longest would let a long hit that fails hide a shorter one that passes.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::names::NameTable;
use super::{MatcherScratch, too_many_names};
use crate::error::Result;
use crate::normalize::FoldedText;
use crate::span::Span;

#[derive(Debug)]
pub(super) struct Automaton {
    automaton: AhoCorasick,
}

impl Automaton {
    /// Compiles folded names; their order numbers them.
    pub(super) fn new(keys: impl IntoIterator<Item: AsRef<[u8]>>) -> Result<Self> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // A DFA is not faster on text this rich in names and takes sixty times the memory.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .prefilter(false)
            .build(keys)
            .map_err(|error| too_many_names(&error))?;
        Ok(Self { automaton })
    }

    /// Fills `scratch.hits` with every alias that passes, in no particular order.
    pub(super) fn find(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        scratch.folded.fold(text);
        self.find_folded(names, text, scratch);
    }

    /// Like [`find`](Self::find), for a text that `scratch.folded` holds already.
    pub(super) fn find_folded(&self, names: &NameTable, text: &str, scratch: &mut MatcherScratch) {
        let MatcherScratch { folded, pattern, hits, .. } = scratch;
        let hits = hits.cleared();
        for (span, key) in self.find_in(folded) {
            for alias in names.aliases(key) {
                if let Some(span) = names.matched(alias, text, span, pattern) {
                    hits.push(span, alias);
                }
            }
        }
    }

    /// Every occurrence of a name in a folded text, as its original span, with the number of the name.
    pub(super) fn find_in(&self, folded: &FoldedText) -> impl Iterator<Item = (Span, usize)> {
        let found = self.automaton.find_overlapping_iter(folded.bytes());
        found.filter_map(|found| Some((folded.original(found.start(), found.end())?, found.pattern().as_usize())))
    }

    pub(super) fn memory_usage(&self) -> usize {
        self.automaton.memory_usage()
    }
}
