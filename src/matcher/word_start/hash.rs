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

/// The lowest `n` bits of `value`, the others zero.
#[inline(always)]
pub(super) fn low_bits(value: u64, n: usize) -> u64 {
    if n >= 64 { value } else { value & ((1 << n) - 1) }
}

#[inline(always)]
fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ ((product >> 64) as u64)
}

/// What the steps so far and the kind of the next one contribute. `before` is the hash of the last step; 0 at the beginning.
#[inline(always)]
pub(super) fn seed(before: u64, kind: Kind) -> u64 {
    before.wrapping_add((kind as u64).wrapping_mul(C))
}

/// The hash of `bytes[start..start + length]`, behind which [`READ_AHEAD`] bytes can be read.
#[inline(always)]
pub(super) fn segment(seed: u64, bytes: &[u8], start: usize, length: usize) -> u64 {
    match (MASKS.get(length), bytes.get(start..start + READ_AHEAD)) {
        (Some(mask), Some(sixteen)) => short_segment(seed, load(sixteen, 0), load(sixteen, 8), mask, length),
        _ => long_segment(seed, bytes, start, length),
    }
}

/// The hash of the first `length` bytes, [`READ_AHEAD`] at most, of two numbers; `mask` is that of the length.
#[inline(always)]
pub(super) fn short_segment(seed: u64, low: u64, high: u64, mask: &[u64; 2], length: usize) -> u64 {
    multiply((low & mask[0]) ^ A ^ seed, (high & mask[1]) ^ B ^ length as u64)
}

/// The lowest bytes of two numbers, by how many.
pub(super) static MASKS: [[u64; 2]; READ_AHEAD + 1] = {
    let mut masks = [[0; 2]; READ_AHEAD + 1];
    let mut n = 1;
    while n <= READ_AHEAD {
        let mask = u128::MAX >> (128 - 8 * n);
        masks[n] = [mask as u64, (mask >> 64) as u64];
        n += 1;
    }
    masks
};

#[cold]
#[inline(never)]
pub(super) fn long_segment(mut seed: u64, bytes: &[u8], start: usize, length: usize) -> u64 {
    let (mut at, end) = (start, start + length);
    while end - at > 16 {
        seed = multiply(load(bytes, at) ^ A ^ seed, load(bytes, at + 8) ^ C);
        at += 16;
    }
    let [low, high] = [0, 8].map(|skip| low_bytes(load(bytes, at + skip), (end - at).saturating_sub(skip)));
    multiply(low ^ A ^ seed, high ^ B ^ length as u64)
}
