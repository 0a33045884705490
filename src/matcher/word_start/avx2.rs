//! The steps of [`Simd`] with AVX2, and the whole search compiled for processors that have it.

// Loads, stores and calls of functions for a processor that was asked whether it has them; each block says why it is sound.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _mm_prefetch, _mm_setr_epi8, _mm256_and_si256, _mm256_blendv_epi8,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_cmpeq_epi16, _mm256_loadu_si256, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_shuffle_epi8, _mm256_slli_epi16,
    _mm256_storeu_si256, _mm256_sub_epi8, _pext_u32,
};

use super::classes::{WINDOW, long_word_length};
use super::hash::{self, Kind, READ_AHEAD};
use super::layout::{Filter, LINE, View};
use super::scalar::used;
use super::search::{self, First, Hits, Patience, Scratch, Text, Word};
use super::segments::MAX_GAP;
use super::simd::{Block, Simd};
use crate::normalize::FoldedText;

/// Whether this processor has everything the functions below use.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// [`search::find`]; see there.
///
/// # Panics
///
/// If the processor lacks AVX2.
pub(super) fn find(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    patience: Patience,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    assert!(is_available(), "chosen only where it is available");
    // SAFETY: the processor has all features of the function.
    unsafe { find_with_avx2(view, text, folded, patience, scratch, hits) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_with_avx2(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    patience: Patience,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    search::find(Avx2(()), view, text, folded, patience, scratch, hits);
}

/// Proof that the processor has AVX2: made only in functions that are compiled for such processors.
#[derive(Debug, Clone, Copy)]
struct Avx2(());

impl Simd for Avx2 {
    #[inline(always)]
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> Block {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { block(input, out) }
    }

    #[inline(always)]
    fn pass(self, text: &Text<'_>, starts: &[u32], firsts: &mut [First]) -> usize {
        // SAFETY: `self` proves that the processor has AVX2 and what is asked for with it.
        unsafe { pass(text, starts, firsts) }
    }

    #[inline(always)]
    fn go_on(self, text: &Text<'_>, firsts: &[First], words: &mut [Word]) -> usize {
        // SAFETY: `self` proves that the processor has AVX2 and what is asked for with it.
        unsafe { go_on(text, firsts, words) }
    }

    #[inline(always)]
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32 {
        // SAFETY: `self` proves that the processor has AVX2; 32 bytes are within the line, 16 tags or what follows ten of them,
        // and the load needs no alignment.
        let pairs = unsafe {
            let tags = _mm256_loadu_si256(line.as_ptr().cast());
            _mm256_movemask_epi8(_mm256_cmpeq_epi16(tags, _mm256_set1_epi16(tag.cast_signed()))).cast_unsigned()
        };
        // Two bits for each tag, of which one is kept.
        // SAFETY: `self` proves that the processor has the instructions for bits, too.
        unsafe { _pext_u32(pairs, 0x5555_5555) & used(line) }
    }

    #[inline(always)]
    fn prefetch(self, bytes: &[u8], at: usize) {
        prefetch(bytes, at);
    }
}

/// Every x86-64 processor has this instruction.
#[inline(always)]
fn prefetch(bytes: &[u8], at: usize) {
    // SAFETY: a prefetch reads nothing and faults nowhere; the address is computed without the promise to be inside.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn block(input: &[u8; 64], out: &mut [u8; 64]) -> Block {
    let mut block = Block::default();
    for half in 0..2 {
        // SAFETY: 32 bytes from 0 or 32 are within the 64; the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(input.as_ptr().add(32 * half).cast()) };
        let is_letter = in_range(_mm256_or_si256(bytes, splat(0x20)), b'a', 26);
        // The bit by which small letters differ from capitals, moved to the highest place.
        let is_small = _mm256_and_si256(is_letter, _mm256_slli_epi16::<2>(bytes));
        let is_digit = in_range(bytes, b'0', 10);
        let is_blank = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(blanks(), bytes), bytes);
        let word = _mm256_or_si256(_mm256_or_si256(is_letter, is_digit), equal(bytes, b'_'));
        let folded = _mm256_or_si256(bytes, _mm256_and_si256(is_letter, splat(0x20)));
        let folded = _mm256_blendv_epi8(folded, splat(b'\''), equal(bytes, b'`'));
        let folded = _mm256_blendv_epi8(folded, splat(b' '), is_blank);
        // SAFETY: 32 bytes from 0 or 32 are within the 64; the store needs no alignment.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().add(32 * half).cast(), folded) };
        block.word |= mask(word) << (32 * half);
        block.small |= mask(is_small) << (32 * half);
        block.blank |= mask(is_blank) << (32 * half);
        block.other |= mask(bytes) << (32 * half);
    }
    block
}

/// The blank whose lowest four bits are those of its place; elsewhere a byte of other such bits, which none there equals.
#[inline]
#[target_feature(enable = "avx2")]
fn blanks() -> __m256i {
    let none = 0x80_u8.cast_signed();
    let row = _mm_setr_epi8(0x20, none, none, none, none, none, none, none, none, 9, 10, 11, 12, 13, none, none);
    _mm256_broadcastsi128_si256(row)
}

/// A text whose bits and bytes may be read without asking at every place up to `last`.
#[derive(Clone, Copy)]
struct Raw<'t> {
    text: Text<'t>,
    last: usize,
}

impl<'t> Raw<'t> {
    fn new(text: &Text<'t>) -> Self {
        let (bits, bytes) = (text.bits.word.len(), text.bytes.len());
        assert!(bits >= 8 && bytes >= READ_AHEAD, "both are longer than the text");
        // A window of bits is eight bytes from `at / 8` on.
        Self { text: *text, last: (8 * (bits - 8)).min(bytes - READ_AHEAD) }
    }

    /// [`WINDOW`] bits of words from `at` on.
    ///
    /// # Safety
    ///
    /// `at` must not be behind `last`.
    #[inline(always)]
    unsafe fn words_from(self, at: usize) -> u64 {
        // SAFETY: `last` leaves eight bytes of bits to be read.
        unsafe { self.text.bits.word.as_ptr().add(at / 8).cast::<u64>().read_unaligned() >> (at % 8) }
    }

    /// [`hash::segment`].
    ///
    /// # Safety
    ///
    /// `at` must not be behind `last`.
    #[inline(always)]
    unsafe fn segment(self, seed: u64, at: usize, length: usize) -> u64 {
        if length > READ_AHEAD {
            return hash::long_segment(seed, self.text.bytes, at, length);
        }
        // SAFETY: `last` leaves sixteen bytes to be read, and there is a mask for each length up to `READ_AHEAD`.
        unsafe {
            let low = self.text.bytes.as_ptr().add(at).cast::<u64>();
            let (low, high) = (low.read_unaligned(), low.add(1).read_unaligned());
            hash::short_segment(seed, low, high, hash::MASKS.get_unchecked(length), length)
        }
    }
}

/// A filter that holds something.
#[derive(Clone, Copy)]
struct RawFilter<'t> {
    words: &'t [[u8; 8]],
    mask: usize,
}

impl<'t> RawFilter<'t> {
    fn new(filter: Filter<'t>) -> Option<Self> {
        let mask = filter.0.len().checked_sub(1).filter(|_| filter.0.len().is_power_of_two())?;
        Some(Self { words: filter.0, mask })
    }

    #[inline(always)]
    fn prefetch(self, hash: u64) {
        prefetch(self.words.as_flattened(), 8 * (Filter::index(hash) & self.mask));
    }

    /// The word that tells of a hash.
    #[inline(always)]
    fn word(self, hash: u64) -> u64 {
        // SAFETY: the mask is less than the number of words.
        u64::from_le_bytes(unsafe { *self.words.get_unchecked(Filter::index(hash) & self.mask) })
    }
}

/// [`search::pass`] without bounds to be checked in the loops.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn pass(text: &Text<'_>, starts: &[u32], firsts: &mut [First]) -> usize {
    let Some(first_filter) = RawFilter::new(text.firsts) else { return 0 };
    match RawFilter::new(text.smalls) {
        None => pass_by::<false>(text, [first_filter; 2], starts, firsts),
        Some(small_filter) => pass_by::<true>(text, [first_filter, small_filter], starts, firsts),
    }
}

/// Holds the words against the first filter, or if they begin with a small letter and `SMALL` is set against the second.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn pass_by<const SMALL: bool>(
    text: &Text<'_>,
    filters: [RawFilter<'_>; 2],
    starts: &[u32],
    firsts: &mut [First],
) -> usize {
    let raw = Raw::new(text);
    let small = text.bits.small;
    assert!(small.len() == text.bits.word.len());
    let firsts = &mut firsts[..starts.len()];
    for (&start, first) in starts.iter().zip(&mut *firsts) {
        let at = start as usize;
        assert!(at <= raw.last, "words begin in the text");
        // SAFETY: `at` was compared with `last`.
        let (length, hash) = unsafe {
            let length = match raw.words_from(at).trailing_ones() {
                WINDOW.. => long_word_length(text.bits.word, at),
                length => length as usize,
            };
            (length, raw.segment(0, at, length))
        };
        filters[0].prefetch(hash);
        *first = First { start, length: length as u32, hash };
    }
    let mut n = 0;
    for index in 0..firsts.len() {
        // SAFETY: `index` is one of `firsts`, and `n` has moved on at most once for each before it; the start was compared with
        // `last`, and there are as many bits of small letters as of words.
        unsafe {
            let first = *firsts.get_unchecked(index);
            let at = first.start as usize;
            let is_small = SMALL && (small.get_unchecked(at / 8) >> (at % 8)) & 1 != 0;
            let filter = if is_small { filters[1] } else { filters[0] };
            // Written in any case, kept if it passes: no branch to be mispredicted.
            *firsts.get_unchecked_mut(n) = first;
            n += usize::from(Filter::holds(filter.word(first.hash), first.hash));
        }
    }
    n
}

/// [`search::go_on`] without bounds to be checked in the loops.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn go_on(text: &Text<'_>, firsts: &[First], words: &mut [Word]) -> usize {
    let raw = Raw::new(text);
    let filters = (RawFilter::new(text.firsts), RawFilter::new(text.nexts));
    let (Some(first_filter), Some(next_filter)) = filters else { return search::go_on(Avx2(()), text, firsts, words) };
    let words = &mut words[..firsts.len()];
    for (first, word) in firsts.iter().zip(&mut *words) {
        let at = first.start as usize + first.length as usize;
        assert!(at <= raw.last, "words end in the text");
        // SAFETY: `at` was compared with `last`.
        let ahead = unsafe { raw.words_from(at) };
        let gap = ahead.trailing_zeros();
        let length = gap + (ahead >> (gap % 64)).trailing_ones();
        let (next_length, next_hash) = if gap > MAX_GAP as u32 || length >= WINDOW {
            text.next_word(at, first.hash)
        } else {
            // SAFETY: as above.
            let hash = unsafe { raw.segment(hash::seed(first.hash, Kind::Word), at, length as usize) };
            (length, hash)
        };
        next_filter.prefetch(next_hash);
        *word = Word { first: *first, next_length, next_hash };
    }
    let mut n = 0;
    for index in 0..words.len() {
        // SAFETY: `index` is one of `words`, and `n` has moved on at most once for each before it.
        unsafe {
            let mut word = *words.get_unchecked(index);
            let goes_on = Filter::holds(next_filter.word(word.next_hash), word.next_hash);
            word.next_length = if goes_on { word.next_length } else { 0 };
            *words.get_unchecked_mut(n) = word;
            let may_end = Filter::is_marked(first_filter.word(word.first.hash), word.first.hash);
            n += usize::from(may_end | (word.next_length != 0));
        }
    }
    n
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal(bytes: __m256i, byte: u8) -> __m256i {
    _mm256_cmpeq_epi8(bytes, splat(byte))
}

/// Which bytes are one of the `n` from `first` on.
#[inline]
#[target_feature(enable = "avx2")]
fn in_range(bytes: __m256i, first: u8, n: u8) -> __m256i {
    let from_zero = _mm256_sub_epi8(bytes, splat(first));
    _mm256_cmpeq_epi8(_mm256_min_epu8(from_zero, splat(n - 1)), from_zero)
}

/// The highest bit of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn mask(bytes: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(bytes).cast_unsigned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One block, for comparison with the other levels.
    pub(in super::super) fn block(input: &[u8; 64], out: &mut [u8; 64]) -> Block {
        assert!(is_available());
        Avx2(()).block(input, out)
    }
}
