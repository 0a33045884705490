//! Workers between two documents, for programs that cannot keep a borrow of their analyzer.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Analyzer, Buffers, Worker};

/// The buffers of a [`Worker`] that does not borrow its analyzer: what a program keeps that is called for one text after the other.
///
/// ```
/// use dateline::{Analyzer, Document, Gazetteer};
/// let analyzer = Analyzer::new(&Gazetteer::builtin("core")?)?;
/// let idle = analyzer.worker().into_idle();
/// let mut worker = analyzer.resume(idle);
/// assert_eq!(worker.mentions(&Document::new("a1", "Talks in Iraq.")).len(), 1);
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug)]
pub struct IdleWorker {
    /// The number of its analyzer: what it remembers of names is true of no other.
    analyzer: u64,
    buffers: Buffers,
}

impl Worker<'_> {
    /// Gives back the borrow of the analyzer and keeps the buffers.
    #[must_use]
    pub fn into_idle(self) -> IdleWorker {
        IdleWorker { analyzer: self.analyzer.number, buffers: self.buffers }
    }
}

impl Analyzer {
    /// A worker with these buffers; with new ones if they are those of another analyzer.
    #[must_use]
    pub fn resume(&self, idle: IdleWorker) -> Worker<'_> {
        if idle.analyzer == self.number { Worker { analyzer: self, buffers: idle.buffers } } else { self.worker() }
    }
}

/// A number that no other analyzer of the process has.
pub(super) fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use crate::{Analyzer, Document, Gazetteer};

    #[test]
    fn buffers_are_used_by_their_own_analyzer_only() {
        let analyzer = |names: [&str; 2]| Analyzer::new(&Gazetteer::from_names(names).unwrap()).unwrap();
        let (first, second) = (analyzer(["Oslo", "York"]), analyzer(["Bergen", "Oslo"]));
        let document = Document::new("a", "From Bergen to Oslo, from Oslo to York. ".repeat(20));
        let found = |analyzer: &Analyzer| analyzer.worker().mentions(&document).to_vec();
        let mut idle = first.worker().into_idle();
        for analyzer in [&first, &second, &second, &first] {
            let mut worker = analyzer.resume(idle);
            assert_eq!(worker.mentions(&document), found(analyzer));
            assert_eq!(worker.mentions(&document).len(), found(analyzer).len());
            idle = worker.into_idle();
        }
        assert_ne!(found(&first), found(&second));
    }
}
