//! A first pass over an archive for the lines that recur in it.

use super::scan::{ScanOptions, pool, scan};
use super::{Analyzer, Worker};
use crate::archive::{Archive, Batch};
use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;
use crate::segment::LineCounts;

/// Counts in how many documents of its source each short line of the archive stands.
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
    // The analyzer only lends the scan its workers.
    let nothing = Gazetteer::from_names(["-a-"])?;
    let analyzer = Analyzer::new(&nothing)?;
    let read = |_: &mut Worker<'_>, batch: &Batch| -> Vec<Vec<u64>> {
        let documents = batch.records().iter().filter_map(|record| batch.document(record, archive).ok());
        documents.map(|document| LineCounts::lines_of(&document)).collect()
    };
    let mut counts = LineCounts::default();
    scan(&pool(options)?, &analyzer, archive, options, read, |documents| {
        documents.iter().for_each(|lines| counts.add(lines));
        Ok(())
    })?;
    Ok(counts)
}
