//! The fast engine: looks only at words that may begin a name.
//!
//! Input: folded names, once, and then texts. Output: the places in each text where a name occurs between word
//! boundaries. These are exactly the hits of the automaton that pass its boundary check, and some more that fail one of
//! the other checks. The steps:
//!
//! 1. The text is folded and classified 64 bytes at a time.
//! 2. Each word that may begin a name is hashed and looked up in a filter. It begins with a capital or a digit, or with
//!    a lower-case letter if some name allows that.
//! 3. The search extends these words by the next word, as long as a filter of the beginnings of names allows.
//! 4. Where a name may end, its record is found by the hash of all its words, and compared byte by byte. Nothing is
//!    reported without this comparison.
//!
//! The tables cannot hold every name. *Leftovers* are names that may begin or end inside a word, names in scripts whose
//! letters end the words of other scripts (Han, Hangul, Thai), names without any word, and names with unusually long
//! words or punctuation. The caller searches for them by other means.
//!
//! The tables are plain bytes that can be mapped from a file (module `layout`). `README.md` in this folder follows one
//! name through them.

#[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
mod avx512;
mod build;
mod classes;
mod hash;
mod layout;
mod probe;
#[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
mod raw;
mod scalar;
mod search;
mod segments;
mod simd;

use crate::normalize::FoldedText;

pub(crate) use build::{Builder, KeyTraits};
pub(crate) use layout::{Layout, Policy, Sense, View};
pub(crate) use search::{Hits, Scratch, StepLimit};
pub(crate) use segments::ends_words;
pub use simd::SimdLevel;

impl View<'_> {
    /// Finds every occurrence of every key in the tables between word boundaries, overlapping ones included: the
    /// original span and the alias, in the order of their first words. Leaves the folded text in `folded`.
    ///
    /// A search with a [`StepLimit`] may stop early ([`Hits::gave_up`]); its hits are then incomplete and must not be
    /// used.
    ///
    /// Certain hits are separated from those that need a check on the original text, because of what the tables do not
    /// show: accents, an adjacent hyphen, a combining mark before the name; see [`Hits`].
    ///
    /// # Complexity
    ///
    /// Linear in the text, with few operations a byte and some more a capitalised word; then linear in the words of the
    /// names begun there, whose number [`StepLimit`] bounds.
    pub(crate) fn find(
        &self,
        level: SimdLevel,
        text: &str,
        folded: &mut FoldedText,
        step_limit: StepLimit,
        scratch: &mut Scratch,
        hits: &mut Hits,
    ) {
        match level {
            SimdLevel::Scalar => search::find(scalar::Scalar, *self, text, folded, step_limit, scratch, hits),
            #[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
            SimdLevel::Avx2 => avx2::find(*self, text, folded, step_limit, scratch, hits),
            #[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
            SimdLevel::Avx512 => avx512::find(*self, text, folded, step_limit, scratch, hits),
            #[cfg(any(not(target_arch = "x86_64"), dateline_portable))]
            _ => unreachable!("chosen only where it is available"),
        }
    }
}

/// Whether this processor has the instructions of a level.
fn has(level: SimdLevel) -> bool {
    match level {
        SimdLevel::Scalar => true,
        #[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
        SimdLevel::Avx2 => avx2::is_available(),
        #[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
        SimdLevel::Avx512 => avx512::is_available(),
        #[cfg(any(not(target_arch = "x86_64"), dateline_portable))]
        _ => false,
    }
}

#[cfg(test)]
mod tests;
