//! The steps of [`Simd`] with AVX2, and the whole search compiled for processors that have it.

// Loads, stores and calls of functions for a processor that was asked whether it has them; each block says why it is sound.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _mm_prefetch, _mm256_and_si256, _mm256_blendv_epi8, _mm256_cmpeq_epi8, _mm256_cmpeq_epi16,
    _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_storeu_si256, _mm256_sub_epi8,
};

use super::layout::{LINE, View};
use super::scalar::used;
use super::search::{self, Scratch};
use super::simd::{Block, Simd};
use crate::normalize::FoldedText;
use crate::span::Span;

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
    scratch: &mut Scratch,
    hits: &mut Vec<(Span, u32)>,
) {
    assert!(is_available(), "chosen only where it is available");
    // SAFETY: the processor has all features of the function.
    unsafe { find_with_avx2(view, text, folded, scratch, hits) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn find_with_avx2(
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    scratch: &mut Scratch,
    hits: &mut Vec<(Span, u32)>,
) {
    search::find(Avx2(()), view, text, folded, scratch, hits);
}

/// Proof that the processor has AVX2: made in `find_with_avx2` only.
#[derive(Debug, Clone, Copy)]
struct Avx2(());

impl Simd for Avx2 {
    #[inline(always)]
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> Block {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { block(input, out) }
    }

    #[inline(always)]
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32 {
        // SAFETY: `self` proves that the processor has AVX2.
        unsafe { slots(line, tag) }
    }

    #[inline(always)]
    fn prefetch(self, bytes: &[u8], at: usize) {
        // SAFETY: a prefetch reads nothing and faults nowhere; the address is computed without the promise to be inside.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().wrapping_add(at).cast()) }
    }
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn block(input: &[u8; 64], out: &mut [u8; 64]) -> Block {
    let mut block = Block::default();
    for half in 0..2 {
        // SAFETY: 32 bytes from 0 or 32 are within the 64; the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(input.as_ptr().add(32 * half).cast()) };
        let is_small = in_range(bytes, b'a', 26);
        let is_capital = in_range(bytes, b'A', 26);
        let is_digit = in_range(bytes, b'0', 10);
        let is_blank = _mm256_or_si256(equal(bytes, b' '), in_range(bytes, b'\t', 5));
        let letters = _mm256_or_si256(is_small, is_capital);
        let word = _mm256_or_si256(_mm256_or_si256(letters, is_digit), equal(bytes, b'_'));
        let folded = _mm256_or_si256(bytes, _mm256_and_si256(is_capital, splat(0x20)));
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

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn slots(line: &[u8; LINE], tag: u16) -> u32 {
    // SAFETY: 32 bytes are within the line; the load needs no alignment. They are 16 tags or what follows ten of them.
    let tags = unsafe { _mm256_loadu_si256(line.as_ptr().cast()) };
    let equal = _mm256_cmpeq_epi16(tags, _mm256_set1_epi16(tag.cast_signed()));
    // Two bits for each tag, of which one is kept.
    let pairs = _mm256_movemask_epi8(equal).cast_unsigned();
    pext_even(pairs) & used(line)
}

/// The bits 0, 2, 4, ... side by side.
#[inline]
#[target_feature(enable = "bmi2")]
fn pext_even(pairs: u32) -> u32 {
    std::arch::x86_64::_pext_u32(pairs, 0x5555_5555)
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
