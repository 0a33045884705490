//! The hash of one step of a name: a word with the signs before it, behind what came before.

/// Random odd constants.
const A: u64 = 0xA076_1D64_78BD_642F;
const B: u64 = 0xE703_7ED1_A0B4_28DB;
const C: u64 = 0x8EBC_6AF0_9C88_C6E3;

/// Bytes that must be readable behind a segment.
pub(super) const READ_AHEAD: usize = 16;

/// What a record adds to the record before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word with the signs before it.
    Word = 0,
    /// The signs behind the last word.
    Tail = 1,
    /// The signs before the first word.
    Lead = 2,
}

/// Eight bytes from `at` on; zero beyond the end.
#[inline(always)]
pub(super) fn load(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => u64::from_le_bytes(eight.try_into().expect("eight bytes")),
        None => 0,
    }
}

/// The lowest `n` bytes of `value`, the others zero.
#[inline(always)]
pub(super) fn low_bytes(value: u64, n: usize) -> u64 {
    if n >= 8 { value } else { value & ((1 << (8 * n)) - 1) }
}

#[inline(always)]
fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// What the record at offset `parent` and the kind of step contribute; 0 for the first word of a name.
#[inline(always)]
pub(super) fn seed(parent: u32, kind: Kind) -> u64 {
    (u64::from(parent) << 2 | kind as u64).wrapping_mul(C)
}

/// The hash of `bytes[start..start + length]`, behind which [`READ_AHEAD`] bytes can be read.
#[inline(always)]
pub(super) fn segment(seed: u64, bytes: &[u8], start: usize, length: usize) -> u64 {
    if length > 16 { long_segment(seed, bytes, start, length) } else { short_segment(seed, bytes, start, length) }
}

#[inline(always)]
fn short_segment(seed: u64, bytes: &[u8], start: usize, length: usize) -> u64 {
    let low = low_bytes(load(bytes, start), length);
    let high = low_bytes(load(bytes, start + 8), length.saturating_sub(8));
    multiply(low ^ A ^ seed, high ^ B ^ length as u64)
}

#[cold]
#[inline(never)]
fn long_segment(mut seed: u64, bytes: &[u8], mut start: usize, mut length: usize) -> u64 {
    while length > 16 {
        seed = multiply(load(bytes, start) ^ A ^ seed, load(bytes, start + 8) ^ C);
        start += 16;
        length -= 16;
    }
    short_segment(seed, bytes, start, length)
}
