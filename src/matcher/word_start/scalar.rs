//! The steps of [`Simd`] in plain Rust, written so that the compiler can vectorise them for the target.

use std::ops::Range;

use super::classes::ByteClasses;
use super::hash::{load, low_bytes};
use super::layout::{COMPARED, COMPARED_SHORT, LINE, SLOTS, USED_AT};
use super::search::{self, PossibleKey, Text, WordColumns};
use super::simd::{BlockClasses, Simd};
use crate::normalize::{FoldedText, is_ascii_blank};

#[derive(Debug, Clone, Copy)]
pub(super) struct Scalar;

/// Classes of a byte, one bit each.
const WORD: u8 = 1;
const SMALL: u8 = 2;
const BLANK: u8 = 4;
const OTHER: u8 = 8;

impl Simd for Scalar {
    #[inline(never)]
    fn fold(self, classes: &mut ByteClasses, folded: &mut FoldedText, text: &str) {
        classes.fold(self, folded, text);
    }

    #[inline(never)]
    fn list_words(
        self,
        classes: &ByteClasses,
        chunk: Range<usize>,
        without_small: bool,
        words: &mut WordColumns,
    ) -> usize {
        search::list_words(self, classes, chunk, without_small, words)
    }

    #[inline(always)]
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses {
        let mut classes = [0_u8; 64];
        for ((byte, out), class) in input.iter().zip(out).zip(&mut classes) {
            let byte = *byte;
            let is_small = byte.wrapping_sub(b'a') < 26;
            let is_capital = byte.wrapping_sub(b'A') < 26;
            let is_digit = byte.wrapping_sub(b'0') < 10;
            let is_blank = byte == b' ' || byte.wrapping_sub(b'\t') < 5;
            let folded = if is_capital { byte | 0x20 } else { byte };
            let folded = if byte == b'`' { b'\'' } else { folded };
            *out = if is_blank { b' ' } else { folded };
            debug_assert_eq!(is_blank, is_ascii_blank(byte));
            let class_if = |is: bool, class: u8| if is { class } else { 0 };
            *class = class_if(is_small || is_capital || is_digit || byte == b'_', WORD)
                | class_if(is_small, SMALL)
                | class_if(is_blank, BLANK)
                | class_if(byte >= 0x80, OTHER);
        }
        let gather = |bit: u8| {
            let eights = classes.chunks_exact(8).map(|eight| {
                let eight = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
                // The lowest bits of the eight bytes are collected in the highest byte, that of the first byte lowest.
                ((eight / u64::from(bit)) & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
            });
            eights.enumerate().fold(0, |bits, (index, eight)| bits | (eight << (8 * index)))
        };
        let pairs = input.iter().zip(&input[1..]);
        let has_break = pairs.fold(0, |any, (left, right)| any | (u8::from(*left == b'-') & u8::from(*right == b'\n')));
        let breaks = u64::from(has_break) << 1 | u64::from(input[0] == b'\n');
        BlockClasses { word: gather(WORD), small: gather(SMALL), blank: gather(BLANK), other: gather(OTHER), breaks }
    }

    #[inline(always)]
    fn positions<const FLAGS: bool>(self, positions: &mut [u32], n: usize, base: u32, mask: u64, flags: u64) -> usize {
        search::positions_in_groups::<FLAGS>(positions, n, base, mask, flags)
    }

    #[inline(never)]
    fn filter_first_words(
        self,
        text: &Text<'_>,
        words: &mut WordColumns,
        n: usize,
        found: &mut Vec<PossibleKey>,
    ) -> usize {
        search::filter_first_words(text, words, n, found)
    }

    #[inline(never)]
    fn extend_words(self, text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize {
        search::extend_words(self, text, words, n, found)
    }

    #[inline(always)]
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32 {
        let tags = line[..2 * SLOTS].chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
        let equal = tags.enumerate().fold(0, |slots, (slot, other)| slots | (u32::from(other == tag) << slot));
        equal & used(line)
    }

    #[inline(always)]
    fn equal(self, ours: &[u8; COMPARED], theirs: &[u8; COMPARED], length: usize) -> bool {
        let differs = |at: usize| low_bytes(load(ours, at) ^ load(theirs, at), length.saturating_sub(at));
        differs(0) | differs(8) == 0 && (length <= COMPARED_SHORT || differs(16) | differs(24) == 0)
    }

    #[inline(always)]
    fn prefetch(self, _: &[u8], _: usize) {}
}

/// The slots in use.
#[inline(always)]
pub(super) fn used(line: &[u8; LINE]) -> u32 {
    (1 << usize::from(line[USED_AT]).min(SLOTS)) - 1
}
