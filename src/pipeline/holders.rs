//! From an archive to its office-holders.

use super::scan::{ScanOptions, gather};
use crate::analyzer::{Analyzer, Worker};
use crate::archive::Archive;
use crate::collect::{Collector, ReadDocument, RejectTally};
use crate::diagnostics::Reject;
use crate::error::Result;
use crate::holders::{Holder, HolderCounts, offices};
use crate::progress::StopFlag;

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
pub fn holders(analyzer: &Analyzer, archive: &Archive, options: ScanOptions<'_>) -> Result<HolderSummary> {
    let (counts, rejects) = gather(archive.batches(), &HolderCollector { analyzer }, options)?;
    let holders = counts.finish(analyzer.gazetteer());
    Ok(HolderSummary { holders, rejected: rejects.total, first_rejects: rejects.first })
}

/// Counts who is introduced with which title.
struct HolderCollector<'a> {
    analyzer: &'a Analyzer,
}

impl Collector for HolderCollector<'_> {
    type Worker<'a>
        = Worker<'a>
    where
        Self: 'a;
    type Partial = (HolderCounts, RejectTally);

    fn worker(&self, stop: Option<&StopFlag>) -> Worker<'_> {
        self.analyzer.stoppable_worker(stop)
    }

    fn begin(&self) -> Self::Partial {
        Self::Partial::default()
    }

    fn document(
        &self,
        worker: &mut Worker<'_>,
        read: &ReadDocument<'_>,
        (counts, _): &mut Self::Partial,
    ) -> Result<()> {
        let offices = offices(self.analyzer.gazetteer(), read.document, worker.counted(read.document));
        counts.add(offices, read.day);
        Ok(())
    }

    fn reject(&self, _: u32, reject: Reject, (_, rejects): &mut Self::Partial) {
        rejects.add(reject, REJECTS_SHOWN);
    }

    fn merge(&self, (counts, rejects): &mut Self::Partial, next: Self::Partial) -> Result<()> {
        counts.merge(next.0);
        rejects.append(next.1, REJECTS_SHOWN);
        Ok(())
    }
}
