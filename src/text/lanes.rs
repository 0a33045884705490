//! Sixteen bytes of a text at a time, as bits.

use wide::u8x16;

/// Bytes that are judged together: one bit each.
pub(crate) const BLOCK: usize = 64;

/// The blocks of a text; the last, which there always is, is filled up with blanks.
pub(crate) struct Blocks<'t> {
    whole: &'t [[u8; BLOCK]],
    last: [u8; BLOCK],
}

impl<'t> Blocks<'t> {
    pub(crate) fn of(text: &'t [u8]) -> Self {
        let (whole, rest) = text.as_chunks::<BLOCK>();
        let mut last = [b' '; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        Self { whole, last }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8; BLOCK]> {
        self.whole.iter().chain(std::iter::once(&self.last))
    }
}

/// Gives each sixteen bytes of a block to `judge`, and lays side by side the bits of each of the masks it returns.
#[inline(always)]
pub(crate) fn masks<const N: usize>(block: &[u8; BLOCK], judge: impl Fn(u8x16) -> [u8x16; N]) -> [u64; N] {
    let mut masks = [0; N];
    for (index, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
        // The bit of a lane is its highest one.
        for (mask, lanes) in masks.iter_mut().zip(judge(u8x16::new(*bytes))) {
            *mask |= u64::from(lanes.to_bitmask()) << (16 * index);
        }
    }
    masks
}

/// Which bytes are among the `n` from `first` on.
#[inline(always)]
pub(crate) fn among(bytes: u8x16, first: u8, n: u8) -> u8x16 {
    (bytes - u8x16::splat(first)).simd_lt(u8x16::splat(n))
}

/// Which bytes are ASCII digits.
#[inline(always)]
pub(crate) fn digits(bytes: u8x16) -> u8x16 {
    among(bytes, b'0', 10)
}

/// Which bytes are ASCII letters.
#[inline(always)]
pub(crate) fn letters(bytes: u8x16) -> u8x16 {
    among(bytes | u8x16::splat(0x20), b'a', 26)
}
