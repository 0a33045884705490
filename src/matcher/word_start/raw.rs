//! Unchecked reads shared by the SIMD loops; bounds are checked once, up front.

// Each block states why it is sound.
#![allow(unsafe_code)]

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

use super::hash::{self, READ_AHEAD};
use super::layout::{Answer, Filter};
use super::search::{PossibleKey, Text, WordColumns};

/// Every x86-64 processor has this instruction.
#[inline(always)]
pub(super) fn prefetch(bytes: &[u8], at: usize) {
    // SAFETY: a prefetch reads nothing and never faults; `wrapping_add` does not require the address to be in bounds.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(at).cast()) }
}

/// A text whose bits and bytes may be read without checks at every position up to `last`.
#[derive(Clone, Copy)]
pub(super) struct Raw<'t> {
    pub(super) text: Text<'t>,
    pub(super) last: usize,
}

impl<'t> Raw<'t> {
    pub(super) fn new(text: &Text<'t>) -> Self {
        let (bits, bytes) = (text.bits.word.len(), text.bytes.len());
        assert!(bits >= 8 && bytes >= READ_AHEAD, "both are longer than the text");
        // A window of bits is eight bytes from `at / 8` on.
        Self { text: *text, last: (8 * (bits - 8)).min(bytes - READ_AHEAD) }
    }

    /// [`WINDOW`] bits of words from `at` on.
    ///
    /// # Safety
    ///
    /// `at` must not be greater than `last`.
    #[inline(always)]
    pub(super) unsafe fn words_from(self, at: usize) -> u64 {
        // SAFETY: `last` leaves eight bytes of bits to be read.
        unsafe { self.text.bits.word.as_ptr().add(at / 8).cast::<u64>().read_unaligned() >> (at % 8) }
    }

    /// [`hash::segment`] without bounds checks.
    ///
    /// # Safety
    ///
    /// `at` must not be greater than `last`.
    #[inline(always)]
    pub(super) unsafe fn segment(self, seed: u64, at: usize, length: usize) -> u64 {
        if length > READ_AHEAD {
            return hash::long_segment(seed, self.text.bytes, at, length);
        }
        // SAFETY: `last` leaves sixteen bytes to be read, and each length up to `READ_AHEAD` is in the table.
        unsafe {
            let low = self.text.bytes.as_ptr().add(at).cast::<u64>();
            let (low, high) = (low.read_unaligned(), low.add(1).read_unaligned());
            hash::short_segment(seed, low, high, hash::LENGTHS.get_unchecked(length))
        }
    }
}

/// A filter that is not empty.
#[derive(Clone, Copy)]
pub(super) struct RawFilter<'t> {
    words: &'t [[u8; 8]],
    pub(super) mask: usize,
}

impl<'t> RawFilter<'t> {
    pub(super) fn new(filter: Filter<'t>) -> Option<Self> {
        let mask = filter.0.len().checked_sub(1).filter(|_| filter.0.len().is_power_of_two())?;
        Some(Self { words: filter.0, mask })
    }

    #[inline(always)]
    fn index(self, hash: u64) -> usize {
        (hash >> Filter::INDEX) as usize & self.mask
    }

    #[inline(always)]
    pub(super) fn as_ptr(self) -> *const [u8; 8] {
        self.words.as_ptr()
    }

    /// Whether prefetching its words is worth while: not if the filter stays in the second-level cache anyway.
    pub(super) fn is_large(self) -> bool {
        self.words.len() > 1 << 15
    }

    #[inline(always)]
    pub(super) fn prefetch(self, hash: u64) {
        prefetch(self.words.as_flattened(), 8 * self.index(hash));
    }

    /// The word that holds the bits of a hash.
    #[inline(always)]
    pub(super) fn word(self, hash: u64) -> u64 {
        // SAFETY: the mask is less than the number of words.
        u64::from_le_bytes(unsafe { *self.words.get_unchecked(self.index(hash)) })
    }
}

/// Partitions `n` words without a branch: those that a key may continue move to the front of their columns, those with
/// which one may end are appended to `found`.
pub(super) struct Partition<'w> {
    words: &'w mut WordColumns,
    found: &'w mut Vec<PossibleKey>,
    n: usize,
    kept: usize,
}

impl<'w> Partition<'w> {
    pub(super) fn new(words: &'w mut WordColumns, found: &'w mut Vec<PossibleKey>, n: usize) -> Self {
        let WordColumns { starts, ends, hashes, next_lengths, next_hashes } = &*words;
        let lengths = [starts.len(), ends.len(), hashes.len(), next_lengths.len(), next_hashes.len()];
        assert!(lengths.iter().all(|length| *length >= n), "there are `n` words");
        // Room for one more than can be found: it is written to, and not kept.
        found.reserve(n + 1);
        Self { words, found, n, kept: 0 }
    }

    /// Start, end and hash of a word.
    ///
    /// # Safety
    ///
    /// `index` must be less than `n`.
    #[inline(always)]
    pub(super) unsafe fn word(&self, index: usize) -> (u32, u32, u64) {
        debug_assert!(index < self.n);
        // SAFETY: every column has `n` values.
        unsafe {
            let WordColumns { starts, ends, hashes, .. } = &*self.words;
            (*starts.get_unchecked(index), *ends.get_unchecked(index), *hashes.get_unchecked(index))
        }
    }

    /// The length of the next word.
    ///
    /// # Safety
    ///
    /// `index` must be less than `n`.
    #[inline(always)]
    pub(super) unsafe fn next_length(&self, index: usize) -> u32 {
        debug_assert!(index < self.n);
        // SAFETY: every column has `n` values.
        unsafe { *self.words.next_lengths.get_unchecked(index) }
    }

    /// The hash of the words and the next word.
    ///
    /// # Safety
    ///
    /// `index` must be less than `n`.
    #[inline(always)]
    pub(super) unsafe fn next_hash(&self, index: usize) -> u64 {
        debug_assert!(index < self.n);
        // SAFETY: every column has `n` values.
        unsafe { *self.words.next_hashes.get_unchecked(index) }
    }

    /// Moves a word to where the answer wants it.
    ///
    /// # Safety
    ///
    /// It must be called at most `n` times, and no word before the last one moved may be read after the call.
    #[inline(always)]
    pub(super) unsafe fn put(&mut self, longer: PossibleKey, answer: Answer) {
        // SAFETY: fewer words were moved than `n`, and no more were kept than moved; and `found` has room for `n` more.
        unsafe {
            let WordColumns { starts, ends, hashes, .. } = &mut *self.words;
            *starts.get_unchecked_mut(self.kept) = longer.start;
            *ends.get_unchecked_mut(self.kept) = longer.end;
            *hashes.get_unchecked_mut(self.kept) = longer.hash;
            let n_found = self.found.len();
            self.found.as_mut_ptr().add(n_found).write(longer);
            self.found.set_len(n_found + usize::from(answer.ends));
        }
        self.kept += usize::from(answer.goes_on);
    }

    /// How many words are in front.
    pub(super) fn finish(self) -> usize {
        self.kept
    }
}
