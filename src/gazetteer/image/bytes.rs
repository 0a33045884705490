//! The owner of an image's bytes: the program itself, the heap, or a mapped file.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use memmap2::Mmap;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Immutable bytes that are shared, not copied, when cloned.
#[derive(Clone)]
pub(crate) enum Bytes {
    /// Embedded in the program.
    Static(&'static [u8]),
    /// On the heap; the image begins at this offset.
    Heap(Arc<Vec<u8>>, usize),
    /// A mapped file: read by the system page by page, and shared between processes.
    Mapped(Arc<Mmap>),
}

impl Bytes {
    /// The `length` bytes that `write` writes, aligned to a cache line, which makes tables faster.
    pub(crate) fn written(length: usize, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<Self> {
        let mut bytes = Vec::<u8>::with_capacity(length + LINE);
        let start = bytes.as_ptr().align_offset(LINE).min(LINE);
        bytes.resize(start, 0);
        write(&mut bytes)?;
        Ok(Self::Heap(Arc::new(bytes), start))
    }

    /// Bytes on the heap.
    #[cfg(test)]
    pub(crate) fn heap(bytes: &[u8]) -> Self {
        Self::written(bytes.len(), |out| io::Write::write_all(out, bytes)).unwrap()
    }

    /// Maps a whole file.
    #[allow(unsafe_code)]
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: a mapping is undefined only if another process changes the file. Compiled gazetteers are written
        // under a temporary name, renamed when complete, and never changed afterwards; nothing here writes to a mapped
        // file. Reading the file instead would take longer than the whole start may.
        let map = unsafe { Mmap::map(file)? };
        // Tables of a hundred megabytes are accessed at random, which is a tenth faster with large pages. A failure is
        // harmless.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self::Mapped(Arc::new(map)))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Heap(bytes, start) => &bytes[*start..],
            Self::Mapped(map) => map,
        }
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let owner = match self {
            Self::Static(_) => "embedded",
            Self::Heap(..) => "heap",
            Self::Mapped(_) => "mapped",
        };
        write!(f, "{} bytes ({owner})", self.len())
    }
}
