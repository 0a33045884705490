//! A first pass over an archive for the lines that recur in it.

use super::scan::{ScanOptions, gather};
use crate::archive::Archive;
use crate::collect::{Collector, ReadDocument};
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::segment::LineCounts;

/// Counts in how many documents of its source each short line of the archive occurs.
///
/// The counts are those of the whole archive, so results that use them depend on it: a part of it, read alone, can have
/// fewer recurring lines.
///
/// # Errors
///
/// If an input can be read only once (standard input, a pipe), or if the scan was stopped.
///
/// # Complexity
///
/// Linear in the text; memory for 12 bytes and some room for each different short line.
pub fn count_lines(archive: &Archive, options: ScanOptions<'_>) -> Result<LineCounts> {
    if archive.total_bytes().is_none() {
        return Err(Error::usage(
            "recurring lines need two readings, and standard input or a pipe can be read only once",
        )
        .with_remedy("name files, or leave out --recurring-lines"));
    }
    gather(archive.batches(), &LineCollector, options)
}

/// Counts the lines of documents.
struct LineCollector;

impl Collector for LineCollector {
    type Worker<'a> = ();
    type Partial = LineCounts;

    fn worker(&self, _: Option<&StopFlag>) {}

    fn begin(&self) -> LineCounts {
        LineCounts::default()
    }

    fn document(&self, (): &mut (), read: &ReadDocument<'_>, into: &mut LineCounts) -> Result<()> {
        into.add(&LineCounts::lines_of(read.document));
        Ok(())
    }

    fn reject(&self, _: u32, _: Reject, _: &mut LineCounts) {}

    fn merge(&self, into: &mut LineCounts, next: LineCounts) -> Result<()> {
        into.merge(next);
        Ok(())
    }
}
