//! Where batches come from: an archive on disk, or documents that a program holds.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{ArchiveOptions, Batch, Batches, InputSummary, Origin};
use crate::document::Document;
use crate::error::Result;

/// A sequence of batches that can be analysed.
///
/// It is read in a thread of its own, so it owns what it reads. [`Archive::batches`](super::Archive::batches) gives the one of
/// files, [`MemorySource`] is that of documents in memory.
pub trait Source: Send + 'static {
    /// The next batch, in canonical order.
    ///
    /// # Errors
    ///
    /// If nothing that was or will be read is of use; the fault of a record is a reject of its batch.
    fn next_batch(&mut self) -> Result<Option<Batch>>;

    /// Takes back the memory of a batch that is no longer needed.
    fn recycle(&mut self, batch: Batch) {
        drop(batch);
    }

    /// What was read of each input, in order; complete once there are no more batches.
    fn inputs(self) -> Vec<InputSummary>;

    /// How the inputs are read, as a run's settings say; `None` if there is nothing to choose.
    fn options(&self) -> Option<&ArchiveOptions> {
        None
    }

    /// Whether somebody may write a record and wait for the answer.
    fn is_interactive(&self) -> bool {
        false
    }
}

impl Source for Batches {
    fn next_batch(&mut self) -> Result<Option<Batch>> {
        self.next().transpose()
    }

    fn recycle(&mut self, batch: Batch) {
        Batches::recycle(self, batch);
    }

    fn inputs(self) -> Vec<InputSummary> {
        self.finish()
    }

    fn options(&self) -> Option<&ArchiveOptions> {
        Some(&self.origin.options)
    }

    fn is_interactive(&self) -> bool {
        self.promptly
    }
}

/// Documents that a program holds, as the records of one input.
#[derive(Debug)]
pub struct MemorySource {
    origin: Arc<Origin>,
    documents: VecDeque<Document<'static>>,
    given: u64,
    bytes: u64,
}

impl MemorySource {
    /// Documents in the order in which they are to be numbered, as the input called `name`.
    pub fn new(name: &str, documents: impl IntoIterator<Item = Document<'static>>) -> Self {
        let origin = Arc::new(Origin::in_memory(name, ArchiveOptions::default()));
        Self { origin, documents: documents.into_iter().collect(), given: 0, bytes: 0 }
    }
}

impl Source for MemorySource {
    fn next_batch(&mut self) -> Result<Option<Batch>> {
        let mut room = self.origin.options.batch_bytes;
        let n_documents = self.documents.iter().take_while(|document| {
            let fits = room > 0;
            room = room.saturating_sub(document.text.len().max(1));
            fits
        });
        let n_documents = n_documents.count();
        if n_documents == 0 {
            return Ok(None);
        }
        let documents = self.documents.drain(..n_documents);
        let batch = Batch::of_documents(Arc::clone(&self.origin), self.given, &mut self.bytes, documents);
        self.given += n_documents as u64;
        Ok(Some(batch))
    }

    fn inputs(self) -> Vec<InputSummary> {
        let path = self.origin.inputs[0].path().to_owned();
        vec![InputSummary {
            path,
            format: None,
            bytes: self.bytes,
            sha256: String::new(),
            records: self.given,
            passed_over: 0,
        }]
    }
}
