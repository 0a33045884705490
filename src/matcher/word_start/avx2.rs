//! The steps of [`Simd`] with AVX2, and the whole search compiled for processors that have it.

// The blocks are loads, stores and calls of functions for a processor that was detected; each states why it is sound.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_setr_epi8, _mm256_and_si256, _mm256_blendv_epi8,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_cmpeq_epi16, _mm256_loadu_si256, _mm256_min_epu8,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_shuffle_epi8, _mm256_slli_epi16,
    _mm256_storeu_si256, _mm256_sub_epi8, _pext_u32,
};
use std::ops::Range;

use super::classes::{ByteClasses, WINDOW};
use super::hash::{self, Kind, low_bits};
use super::layout::{COMPARED, COMPARED_SHORT, Filter, LINE, View};
use super::raw::{Partition, Raw, RawFilter, prefetch};
use super::scalar::used;
use super::search::{self, FLAG, Hits, PossibleKey, Scratch, StepLimit, Text, WordColumns};
use super::segments::MAX_GAP;
use super::simd::{BlockClasses, Simd};
use crate::normalize::FoldedText;

/// Whether this processor has everything the functions below use.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

/// [`search::find`] with AVX2.
///
/// # Panics
///
/// If the processor lacks AVX2.
pub(super) fn find(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    step_limit: StepLimit,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    assert!(is_available(), "chosen only where it is available");
    // SAFETY: the processor has all features of the function.
    unsafe { find_with_avx2(view, text, folded, step_limit, scratch, hits) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_with_avx2(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    step_limit: StepLimit,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    search::find(Avx2(()), view, text, folded, step_limit, scratch, hits);
}

// Each step is a function of its own, so that it has all registers to itself.

/// [`ByteClasses::fold`].
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn fold(classes: &mut ByteClasses, folded: &mut FoldedText, text: &str) {
    classes.fold(Avx2(()), folded, text);
}

/// [`search::list_words`].
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn list_words(classes: &ByteClasses, chunk: Range<usize>, without_small: bool, words: &mut WordColumns) -> usize {
    search::list_words(Avx2(()), classes, chunk, without_small, words)
}

/// Proof that the processor has AVX2: created only in functions that are compiled for such processors.
#[derive(Debug, Clone, Copy)]
struct Avx2(());

impl Simd for Avx2 {
    #[inline(always)]
    fn fold(self, classes: &mut ByteClasses, folded: &mut FoldedText, text: &str) {
        // SAFETY: `self` proves that the processor has AVX2 and the features checked with it.
        unsafe { fold(classes, folded, text) }
    }

    #[inline(always)]
    fn list_words(
        self,
        classes: &ByteClasses,
        chunk: Range<usize>,
        without_small: bool,
        words: &mut WordColumns,
    ) -> usize {
        // SAFETY: `self` proves that the processor has AVX2 and the features checked with it.
        unsafe { list_words(classes, chunk, without_small, words) }
    }

    #[inline(always)]
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { block(input, out) }
    }

    #[inline(always)]
    fn positions<const FLAGS: bool>(self, positions: &mut [u32], n: usize, base: u32, mask: u64, flags: u64) -> usize {
        search::positions_in_groups::<FLAGS>(positions, n, base, mask, flags)
    }

    #[inline(always)]
    fn filter_first_words(
        self,
        text: &Text<'_>,
        words: &mut WordColumns,
        n: usize,
        found: &mut Vec<PossibleKey>,
    ) -> usize {
        // SAFETY: `self` proves that the processor has AVX2 and the features checked with it.
        unsafe { filter_first_words(text, words, n, found) }
    }

    #[inline(always)]
    fn extend_words(self, text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
        // SAFETY: `self` proves that the processor has AVX2 and the features checked with it.
        unsafe { extend_words(text, words, n, found) }
    }

    #[inline(always)]
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32 {
        // SAFETY: `self` proves that the processor has AVX2; the 32 bytes are within the line (ten tags and what
        // follows them), and the load needs no alignment.
        let pairs = unsafe {
            let tags = _mm256_loadu_si256(line.as_ptr().cast());
            _mm256_movemask_epi8(_mm256_cmpeq_epi16(tags, _mm256_set1_epi16(tag.cast_signed()))).cast_unsigned()
        };
        // Two bits for each tag, of which one is kept.
        // SAFETY: `self` proves that the processor has the bit instructions, too.
        unsafe { _pext_u32(pairs, 0x5555_5555) & used(line) }
    }

    #[inline(always)]
    fn equal(self, ours: &[u8; COMPARED], theirs: &[u8; COMPARED], length: usize) -> bool {
        // SAFETY: `self` proves that the processor has AVX2; the loads are of these 32 bytes and need no alignment.
        let equal = unsafe {
            if length <= COMPARED_SHORT {
                let (ours, theirs) = (_mm_loadu_si128(ours.as_ptr().cast()), _mm_loadu_si128(theirs.as_ptr().cast()));
                _mm_movemask_epi8(_mm_cmpeq_epi8(ours, theirs)).cast_unsigned()
            } else {
                let ours = _mm256_loadu_si256(ours.as_ptr().cast());
                let theirs = _mm256_loadu_si256(theirs.as_ptr().cast());
                _mm256_movemask_epi8(_mm256_cmpeq_epi8(ours, theirs)).cast_unsigned()
            }
        };
        low_bits(u64::from(!equal), length) == 0
    }

    #[inline(always)]
    fn prefetch(self, bytes: &[u8], at: usize) {
        prefetch(bytes, at);
    }
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn block(input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
    let mut block = BlockClasses::default();
    let (mut line_feeds, mut hyphens) = (0, 0);
    for half in 0..2 {
        // SAFETY: 32 bytes from 0 or 32 are within the 64; the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(input.as_ptr().add(32 * half).cast()) };
        let is_letter = in_range(_mm256_or_si256(bytes, splat(0x20)), b'a', 26);
        // The bit that distinguishes lower case from capitals, moved to the highest position.
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
        line_feeds |= mask(equal(bytes, b'\n')) << (32 * half);
        hyphens |= mask(equal(bytes, b'-')) << (32 * half);
    }
    block.breaks = line_feeds & ((hyphens << 1) | 1);
    block
}

/// For each value of the lowest four bits, the blank that has it; elsewhere a byte that equals no input with these
/// bits.
#[inline]
#[target_feature(enable = "avx2")]
fn blanks() -> __m256i {
    let none = 0x80_u8.cast_signed();
    let row = _mm_setr_epi8(0x20, none, none, none, none, none, none, none, none, 9, 10, 11, 12, 13, none, none);
    _mm256_broadcastsi128_si256(row)
}

/// [`search::filter_first_words`] without bounds checks in the loops.
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn filter_first_words(text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
    let Some(first_filter) = RawFilter::new(text.firsts) else { return 0 };
    match RawFilter::new(text.smalls) {
        None if first_filter.is_large() => filter_by::<false, true>(text, [first_filter; 2], words, n, found),
        None => filter_by::<false, false>(text, [first_filter; 2], words, n, found),
        Some(small_filter) => filter_by::<true, true>(text, [first_filter, small_filter], words, n, found),
    }
}

/// Looks up words in the first filter. If `SMALL` is set, words that begin with a lower-case letter are looked up in
/// the second one. If `LARGE` is set, all words are hashed first, so that the filter can be prefetched.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn filter_by<const SMALL: bool, const LARGE: bool>(
    text: &Text<'_>,
    filters: [RawFilter<'_>; 2],
    words: &mut WordColumns,
    n: usize,
    found: &mut Vec<PossibleKey>,
) -> usize {
    let raw = Raw::new(text);
    let (starts, ends, hashes) = (&mut words.starts[..n], &mut words.ends[..n], &mut words.hashes[..n]);
    let answers = &mut words.next_hashes[..n];
    let hash = |start: u32, end: u32| {
        let at = (start & !FLAG) as usize;
        assert!(at <= raw.last, "words begin in the text");
        // SAFETY: `at` was compared with `last`.
        unsafe { raw.segment(0, at, end as usize - at) }
    };
    if LARGE {
        for ((start, end), hashed) in starts.iter().zip(&*ends).zip(&mut *hashes) {
            *hashed = hash(*start, *end);
            filters[0].prefetch(*hashed);
        }
    }
    let mut kept = 0;
    for index in 0..n {
        // SAFETY: `index` is within the columns, and `kept` grew at most by one for each index before it.
        unsafe {
            let (start, end) = (*starts.get_unchecked(index), *ends.get_unchecked(index));
            let hash = if LARGE { *hashes.get_unchecked(index) } else { hash(start, end) };
            let filter = if SMALL && start & FLAG != 0 { filters[1] } else { filters[0] };
            let answer = filter.word(hash);
            // Written in any case, kept if it passes: this avoids a branch that would be mispredicted.
            *starts.get_unchecked_mut(kept) = start & !FLAG;
            *ends.get_unchecked_mut(kept) = end;
            *hashes.get_unchecked_mut(kept) = hash;
            *answers.get_unchecked_mut(kept) = answer;
            kept += usize::from(Filter::holds(answer, hash));
        }
    }
    let mut sorted = Partition::new(words, found, kept);
    for index in 0..kept {
        // SAFETY: there are `kept` words, and none is read twice.
        unsafe {
            let (start, end, hash) = sorted.word(index);
            let answer = sorted.next_hash(index);
            sorted.put(PossibleKey { start, end, hash }, Filter::answer(answer, hash));
        }
    }
    sorted.finish()
}

/// [`search::extend_words`] without bounds checks in the loops.
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn extend_words(text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
    let raw = Raw::new(text);
    let Some(filter) = RawFilter::new(text.nexts) else { return 0 };
    let (ends, hashes) = (&mut words.ends[..n], &words.hashes[..n]);
    let (next_lengths, next_hashes) = (&mut words.next_lengths[..n], &mut words.next_hashes[..n]);
    for index in 0..n {
        let (at, before) = (ends[index] as usize, hashes[index]);
        assert!(at <= raw.last, "words end in the text");
        // SAFETY: `at` was compared with `last`.
        let ahead = unsafe { raw.words_from(at) };
        let gap = ahead.trailing_zeros();
        let length = gap + (ahead >> (gap % 64)).trailing_ones();
        let (length, hash) = if gap > MAX_GAP as u32 || length >= WINDOW {
            text.next_word(at, before)
        } else {
            // SAFETY: `at` was compared with `last`.
            let hash = unsafe { raw.segment(hash::seed(before, Kind::Word), at, length as usize) };
            (length, hash)
        };
        filter.prefetch(hash);
        (next_lengths[index], next_hashes[index]) = (length, hash);
    }
    let mut sorted = Partition::new(words, found, n);
    for index in 0..n {
        // SAFETY: there are `n` words, and none is read twice.
        unsafe {
            let (start, end, _) = sorted.word(index);
            let (length, hash) = (sorted.next_length(index), sorted.next_hash(index));
            let mut answer = Filter::answer(filter.word(hash), hash);
            answer.ends &= length != 0;
            answer.goes_on &= length != 0;
            sorted.put(PossibleKey { start, end: end + length, hash }, answer);
        }
    }
    sorted.finish()
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

/// Which bytes are among the `n` values from `first` on.
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
    pub(in super::super) fn block(input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
        assert!(is_available());
        Avx2(()).block(input, out)
    }
}
