//! The fast engine: looks at the words where a name may begin, and at nothing else.
//!
//! In come folded names, once, and texts; out come the places in each text where a name stands between word boundaries:
//! exactly those at which the automaton finds it and its boundary check passes, and some more that fail one of the other
//! checks. Every byte of the text is folded and classified 64 at a time; a word that may begin a name (capital or digit
//! first, or a small letter where some name allows it) is hashed, and a filter is asked for it; from what passes the search goes
//! on word by word, as far as a filter of the beginnings of names says yes. Where a name may end, it is looked up by the hash of
//! all its words. Nothing is reported whose bytes were not compared.
//!
//! Names that may begin or end inside a word, names in scripts beside whose letters the words of others end (Han, Hangul, Thai),
//! names without any word, and words or signs of unusual length are *leftovers*: the caller searches for them by other means.
//!
//! The tables are plain bytes that can be mapped from a file (module `layout`).

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod build;
mod classes;
mod engine;
mod hash;
mod layout;
mod probe;
#[cfg(target_arch = "x86_64")]
mod raw;
mod scalar;
mod search;
mod segments;
mod simd;

use crate::normalize::FoldedText;

pub(crate) use build::{Builder, KeyTraits};
pub(crate) use engine::WordStart;
pub(crate) use layout::{Layout, Policy, Sense, View};
pub(crate) use search::{Hits, Patience, Scratch};
pub use simd::SimdLevel;

impl View<'_> {
    /// Finds every occurrence of every key in the tables between word boundaries, overlapping ones too, in the order of their
    /// first words: the original span and the alias. Leaves the folded text in `folded`.
    ///
    /// A search without patience may be broken off ([`Hits::gave_up`]); then the hits are of no use.
    ///
    /// Those that pass are told from those that may yet fail what the tables do not show: accents, a hyphen beside it, a mark
    /// before it; see [`Hits`].
    ///
    /// # Complexity
    ///
    /// Linear in the text, with few operations for each byte and some for each capitalised word; then linear in the words of
    /// the names begun there, whose number [`Patience`] limits.
    pub(crate) fn find(
        &self,
        level: SimdLevel,
        text: &str,
        folded: &mut FoldedText,
        patience: Patience,
        scratch: &mut Scratch,
        hits: &mut Hits,
    ) {
        match level {
            SimdLevel::Scalar => search::find(scalar::Scalar, *self, text, folded, patience, scratch, hits),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => avx2::find(*self, text, folded, patience, scratch, hits),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => avx512::find(*self, text, folded, patience, scratch, hits),
            #[cfg(not(target_arch = "x86_64"))]
            _ => unreachable!("chosen only where it is available"),
        }
    }
}

/// Whether this processor has the instructions of a level.
fn has(level: SimdLevel) -> bool {
    match level {
        SimdLevel::Scalar => true,
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2 => avx2::is_available(),
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512 => avx512::is_available(),
        #[cfg(not(target_arch = "x86_64"))]
        _ => false,
    }
}

#[cfg(test)]
mod tests;
