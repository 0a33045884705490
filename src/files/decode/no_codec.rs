//! What takes the place of the decoders in a build without the feature `compression`: nothing can be decompressed.

use std::convert::Infallible;
use std::io::{self, BufRead, Read};

use super::Compression;

/// Compressed content; there is none, because none can be made.
pub(super) struct Coded<R> {
    source: R,
    never: Infallible,
}

impl<R: BufRead> Coded<R> {
    /// # Errors
    ///
    /// Always; the source is given back.
    pub(super) fn new(compression: Compression, source: R) -> Result<Self, (R, io::Error)> {
        let message =
            format!("a {compression:?} file, and this dateline was built without the cargo feature `compression`");
        Err((source, io::Error::new(io::ErrorKind::Unsupported, message)))
    }

    pub(super) fn compression(&self) -> Compression {
        match self.never {}
    }

    pub(super) fn ends_with_member(&self) -> bool {
        match self.never {}
    }

    pub(super) fn is_cut(&self) -> bool {
        match self.never {}
    }

    pub(super) fn source(&self) -> &R {
        &self.source
    }

    pub(super) fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    pub(super) fn into_source(self) -> R {
        self.source
    }
}

impl<R: BufRead> Read for Coded<R> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.never {}
    }
}
