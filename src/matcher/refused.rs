//! Names that occur in a text but are refused there by the flags of their alias: for explanations.

use std::collections::BTreeSet;

use super::automaton::Automaton;
use super::{Matcher, MatcherScratch};
use crate::error::Result;
use crate::ids::AliasId;
use crate::span::Span;

/// Why the matcher refuses an alias at a place where its letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The case of the letters.
    Case,
    /// The accents of the letters.
    Accents,
    /// The word goes on.
    Boundary,
    /// A hyphen is beside it.
    Hyphen,
    /// No comma is before it.
    Comma,
    /// A stop name takes its place.
    Stop,
}

impl Refusal {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Accents => "accents",
            Self::Boundary => "boundary",
            Self::Hyphen => "hyphen",
            Self::Comma => "comma",
            Self::Stop => "stop",
        }
    }

    /// What it means, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Case => "The letters are written in another case than the flags of the name allow.",
            Self::Accents => "The accents differ, and the flags of the name say that they matter.",
            Self::Boundary => "The word goes on where the name ends, or begins before it.",
            Self::Hyphen => "A hyphen is beside it, and the flags of the name refuse that.",
            Self::Comma => "The flags of the name want a comma before it.",
            Self::Stop => "A name with the flag stop has the same span: nothing is read there.",
        }
    }
}

impl Matcher {
    /// The names of a text that only one check refuses, in no particular order. Of names that go on beyond a word, those are
    /// given that begin or end with the word.
    ///
    /// # Errors
    ///
    /// If the names do not fit an automaton.
    ///
    /// # Complexity
    ///
    /// Linear in the text and in the names of the gazetteer; the names are folded the first time only.
    pub(crate) fn refused(&self, text: &str) -> Result<Vec<(Span, AliasId, Refusal)>> {
        let mut scratch = MatcherScratch::default();
        scratch.folded.fold(text);
        let prefixes = Prefixes::of(scratch.folded.bytes());
        let all_keys = self.keys.get_or_init(|| self.names.keys().collect());
        let (rows, keys): (Vec<usize>, Vec<&String>) =
            all_keys.iter().enumerate().filter(|(_, key)| prefixes.may_have(key.as_bytes())).unzip();
        let automaton = Automaton::new(keys)?;
        let (mut refused, mut passed) = (Vec::new(), Vec::new());
        let mut stopped = BTreeSet::new();
        for (span, row) in automaton.find_in(&scratch.folded) {
            for alias in self.names.aliases(rows[row]) {
                let Some(matched) = self.names.matched(alias, text, span, &mut scratch.pattern) else {
                    let refusal = self.names.refusal(alias, text, span, &mut scratch.pattern);
                    refused.extend(refusal.map(|refusal| (span, alias, refusal)));
                    continue;
                };
                passed.push((matched, alias));
                if self.names.is_stop(alias) {
                    stopped.insert((matched.start, matched.end));
                }
            }
        }
        let stopped = passed.into_iter().filter(|(span, _)| stopped.contains(&(span.start, span.end)));
        refused.extend(stopped.map(|(span, alias)| (span, alias, Refusal::Stop)));
        Ok(refused)
    }
}

/// The first bytes of all pieces of a text, as a filter: most names have others.
struct Prefixes(Vec<bool>);

impl Prefixes {
    const LENGTH: usize = 4;

    fn of(text: &[u8]) -> Self {
        let mut prefixes = Self(vec![false; 1 << 16]);
        for piece in text.windows(Self::LENGTH) {
            let piece = piece.first_chunk().expect("the length of a window");
            prefixes.0[Self::slot(piece)] = true;
        }
        prefixes
    }

    fn may_have(&self, key: &[u8]) -> bool {
        key.first_chunk().is_none_or(|first| self.0[Self::slot(first)])
    }

    fn slot(bytes: &[u8; Self::LENGTH]) -> usize {
        (u32::from_le_bytes(*bytes).wrapping_mul(0x9e37_79b1) >> 16) as usize
    }
}
