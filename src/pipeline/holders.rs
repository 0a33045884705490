//! From an archive to its office-holders.

use super::scan::{ScanOptions, pool, scan};
use super::{Analyzer, Worker, check_length};
use crate::archive::{Archive, Batch, day_of};
use crate::diagnostics::Reject;
use crate::error::Result;
use crate::holders::{Holder, HolderCounts, Office, offices};

/// The holders found, and what was skipped.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HolderSummary {
    /// Most documents first, then by name.
    pub holders: Vec<Holder>,
    /// Records skipped.
    pub rejected: u64,
    /// The first few of them, in order.
    pub first_rejects: Vec<Reject>,
}

/// Rejects kept to be shown.
const REJECTS_SHOWN: usize = 5;

/// Reads the archive for who holds which office. The analyzer should follow the wide profile: demonyms say of what.
///
/// # Errors
///
/// If the scan was stopped.
///
/// # Complexity
///
/// Linear in the text; memory for each different office and name.
pub fn holders(analyzer: &Analyzer<'_>, archive: &Archive, options: ScanOptions<'_>) -> Result<HolderSummary> {
    type Found = (Vec<(Vec<Office>, Option<i32>)>, Vec<Reject>);
    let read = |worker: &mut Worker<'_>, batch: &Batch| -> Result<Found> {
        let mut rejects = batch.rejects().to_vec();
        let mut found = Vec::new();
        for record in batch.records() {
            match batch.document(record, archive) {
                Ok(document) => {
                    check_length(&document)?;
                    let offices = offices(analyzer.gazetteer(), &document, worker.counted(&document));
                    found.push((offices, document.date.as_deref().and_then(day_of)));
                }
                Err(reject) => rejects.push(reject),
            }
        }
        Ok((found, rejects))
    };
    let mut counts = HolderCounts::default();
    let mut summary = HolderSummary::default();
    scan(&pool(options)?, analyzer, archive, options, read, |found| {
        let (found, rejects) = found?;
        found.into_iter().for_each(|(offices, day)| counts.add(offices, day));
        summary.rejected += rejects.len() as u64;
        let free = REJECTS_SHOWN.saturating_sub(summary.first_rejects.len());
        summary.first_rejects.extend(rejects.into_iter().take(free));
        Ok(())
    })?;
    summary.holders = counts.finish(analyzer.gazetteer());
    Ok(summary)
}
