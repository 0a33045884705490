//! Files: written whole or not at all, hashed, decompressed, sorted on the disk.
//!
//! Every result of dateline is an [`AtomicFile`] or a [`StagedDirectory`]: it is built under a hidden name beside its final
//! place, forced to the disk, and takes its final name by one rename. Who writes one says what dateline's own files of that
//! sort look like ([`FileSort`], [`DirectorySort`]); nothing else is ever replaced.
//!
//! All that changes the disk goes through [`File`] and the few functions in `disk`, where tests make the n-th call fail
//! (`fault`). What the files hold is for other rooms.

mod decode;
mod disk;
#[cfg(all(test, feature = "interchange"))]
mod fault;
mod hash;
mod heap;
mod sort;
mod staged;
#[cfg(all(test, feature = "interchange"))]
mod tests;
pub(crate) mod wire;

pub(crate) use decode::{Compression, Decoder, TrailingGarbage};
pub(crate) use disk::{
    File, Writer, create_directories, open, remove_directory, remove_file, sync_file, temporary_failed,
};
pub use hash::FileSummary;
pub(crate) use hash::Hashing;
pub(crate) use heap::heap_in_use;
pub(crate) use sort::{DEFAULT_BUDGET, Sorted, Sorter};
pub(crate) use staged::{AtomicFile, DirectorySort, FileSort, Lock, StagedDirectory, StagedFile, list, lock};
