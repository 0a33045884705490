//! Blocks as zstd frames: one frame a block.
//!
//! Without the feature `compression` blocks are written as they are, and a compressed block cannot be read.

#[cfg(feature = "compression")]
mod frames {
    use std::io;

    const LEVEL: i32 = 3;

    /// Compresses blocks; keeps its memory between them.
    pub(in crate::store) struct Compressor(zstd::bulk::Compressor<'static>);

    impl Compressor {
        pub(in crate::store) fn new() -> io::Result<Self> {
            zstd::bulk::Compressor::new(LEVEL).map(Self)
        }

        pub(in crate::store) fn compress(&mut self, block: &[u8]) -> io::Result<Vec<u8>> {
            self.0.compress(block)
        }
    }

    /// Decompresses a frame that holds at most `length` bytes.
    pub(in crate::store) fn decompress(frame: &[u8], length: usize) -> io::Result<Vec<u8>> {
        zstd::bulk::decompress(frame, length)
    }
}

#[cfg(not(feature = "compression"))]
mod frames {
    use std::convert::Infallible;
    use std::io;

    /// What would compress blocks.
    pub(in crate::store) struct Compressor(Infallible);

    impl Compressor {
        pub(in crate::store) fn new() -> io::Result<Self> {
            Err(not_built())
        }

        pub(in crate::store) fn compress(&mut self, _: &[u8]) -> io::Result<Vec<u8>> {
            match self.0 {}
        }
    }

    pub(in crate::store) fn decompress(_: &[u8], _: usize) -> io::Result<Vec<u8>> {
        Err(not_built())
    }

    fn not_built() -> io::Error {
        io::Error::new(io::ErrorKind::Unsupported, "this dateline was built without the cargo feature `compression`")
    }
}

pub(super) use frames::{Compressor, decompress};

/// Reorders bytes: the first of every four, then the second of every four, the third, the fourth. Up to three bytes that are left over come last.
pub(super) fn split(bytes: &[u8]) -> Vec<u8> {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut rows = vec![0; bytes.len()];
    for (row, part) in rows.chunks_exact_mut(words.len().max(1)).take(4).enumerate() {
        // Shifting and truncating a number compiles to vector instructions; `word[row]` does not.
        part.iter_mut().zip(words).for_each(|(byte, word)| *byte = (u32::from_le_bytes(*word) >> (8 * row)) as u8);
    }
    rows[4 * words.len()..].copy_from_slice(rest);
    rows
}

/// The reverse of [`split`].
pub(super) fn join(rows: &[u8]) -> Vec<u8> {
    let n = rows.len() / 4;
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|row| &rows[row * n..(row + 1) * n]);
    let mut bytes = vec![0; rows.len()];
    let (words, rest) = bytes.as_chunks_mut::<4>();
    for (word, ((a, b), (c, d))) in words.iter_mut().zip(first.iter().zip(second).zip(third.iter().zip(fourth))) {
        let low = u32::from(*a) | u32::from(*b) << 8;
        *word = (low | u32::from(*c) << 16 | u32::from(*d) << 24).to_le_bytes();
    }
    rest.copy_from_slice(&rows[4 * n..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_laid_in_rows_and_back() {
        assert_eq!(split(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 5, 2, 6, 3, 7, 4, 8, 9]);
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).collect();
            assert_eq!(join(&split(&bytes)), bytes);
        }
    }
}
