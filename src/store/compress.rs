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
