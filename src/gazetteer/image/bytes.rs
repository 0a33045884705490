//! Who owns the bytes of an image: the program itself, the heap, or a mapped file.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use memmap2::Mmap;

/// Immutable bytes that are shared, not copied, when cloned.
#[derive(Clone)]
pub(crate) enum Bytes {
    /// Embedded in the program.
    Static(&'static [u8]),
    /// Made by this process.
    Heap(Arc<Vec<u8>>),
    /// A mapped file: read by the system page by page, and shared between processes.
    Mapped(Arc<Mmap>),
}

impl Bytes {
    /// Maps a whole file.
    #[allow(unsafe_code)]
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: a mapping is undefined only while another process changes the file under it. Compiled gazetteers are
        // written under a temporary name and renamed when whole, and never changed afterwards; nothing here writes to a
        // mapped file. Reading one instead would cost more than the whole start-up may take.
        let map = unsafe { Mmap::map(file)? };
        Ok(Self::Mapped(Arc::new(map)))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Heap(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let owner = match self {
            Self::Static(_) => "embedded",
            Self::Heap(_) => "heap",
            Self::Mapped(_) => "mapped",
        };
        write!(f, "{} bytes ({owner})", self.len())
    }
}
