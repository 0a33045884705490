//! The hash of one step of a name, a word with the punctuation before it, chained to the hash of the steps before.
//!
//! Sixteen bytes are read as four numbers of 32 bits. A constant is added to each; the first two are multiplied, and
//! the last two. This is the family NH of UMAC (RFC 4418). Wide instructions multiply numbers of 32 bits much faster
//! than longer ones.

/// Added to the four numbers. A number that a constant turns into zero, which would cancel its partner, is not UTF-8.
pub(super) const KEYS: [u32; 4] = [0x6A09_E668, 0xBB04_6786, 0x3C06_F26F, 0x08A5_4FF4];
/// Random constants for the length, the finish (even) and the kind.
pub(super) const C: u64 = 0x9C88_C6E3;
pub(super) const M: u64 = 0x6659_FD92;
const D: u64 = 0x5899_65CC_7537_4CC3;

/// Bytes that must be readable after the start of a segment.
pub(super) const READ_AHEAD: usize = 16;

/// What the next step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word with the punctuation before it.
    Word = 0,
    /// The punctuation after the last word.
    Tail = 1,
    /// The punctuation before the first word.
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

/// The lowest `n` bits of `value`, the others zero.
#[inline(always)]
pub(super) fn low_bits(value: u64, n: usize) -> u64 {
    if n >= 64 { value } else { value & ((1 << n) - 1) }
}

const LOW: u64 = u32::MAX as u64;

/// The NH sum of two numbers of eight bytes.
#[inline(always)]
fn products(low: u64, high: u64) -> u64 {
    let product = |number: u64, keys: [u32; 2]| {
        let [first, second] = [number as u32, (number >> 32) as u32];
        u64::from(first.wrapping_add(keys[0])) * u64::from(second.wrapping_add(keys[1]))
    };
    let [a, b, c, d] = KEYS;
    product(low, [a, b]).wrapping_add(product(high, [c, d]))
}

/// Spreads every bit of a sum over the whole number.
#[inline(always)]
fn finish(sum: u64) -> u64 {
    let folded = sum ^ (sum >> 32);
    // Injective, since the lower half is multiplied by an odd number.
    let mixed = folded.wrapping_add((folded & LOW) * M);
    mixed ^ (mixed >> 29)
}

/// Combines `before`, the hash of the steps so far (0 at the beginning), with the kind of the next step.
#[inline(always)]
pub(super) fn seed(before: u64, kind: Kind) -> u64 {
    before.wrapping_add((kind as u64).wrapping_mul(D))
}

/// The hash of `bytes[start..start + length]`. Fast if [`READ_AHEAD`] bytes can be read from `start` on.
#[inline(always)]
pub(super) fn segment(seed: u64, bytes: &[u8], start: usize, length: usize) -> u64 {
    match (LENGTHS.get(length), bytes.get(start..start + READ_AHEAD)) {
        (Some(length), Some(sixteen)) => short_segment(seed, load(sixteen, 0), load(sixteen, 8), length),
        _ => long_segment(seed, bytes, start, length),
    }
}

/// The hash of the first `length` of sixteen bytes, given as two numbers.
#[inline(always)]
pub(super) fn short_segment(seed: u64, low: u64, high: u64, length: &Length) -> u64 {
    let (low, high) = (low & length.low, high & length.high);
    finish(products(low, high).wrapping_add(length.share.wrapping_add(seed)))
}

/// What a length of at most [`READ_AHEAD`] bytes means for a hash.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    /// Masks of the bytes that count, in the first eight and the second eight.
    low: u64,
    high: u64,
    /// What the length itself adds.
    share: u64,
}

/// Indexed by the length.
pub(super) static LENGTHS: [Length; READ_AHEAD + 1] = {
    let mut lengths = [Length { low: 0, high: 0, share: 0 }; READ_AHEAD + 1];
    let mut n = 1;
    while n <= READ_AHEAD {
        let mask = u128::MAX >> (128 - 8 * n);
        lengths[n] = Length { low: mask as u64, high: (mask >> 64) as u64, share: (n as u64).wrapping_mul(C) };
        n += 1;
    }
    lengths
};

#[cold]
#[inline(never)]
pub(super) fn long_segment(mut seed: u64, bytes: &[u8], start: usize, length: usize) -> u64 {
    let (mut at, end) = (start, start + length);
    while end - at > 16 {
        seed = finish(products(load(bytes, at), load(bytes, at + 8)).wrapping_add(seed));
        at += 16;
    }
    let [low, high] = [0, 8].map(|skip| low_bytes(load(bytes, at + skip), (end - at).saturating_sub(skip)));
    finish(products(low, high).wrapping_add(seed).wrapping_add((length as u64).wrapping_mul(C)))
}
