//! What is gathered from documents, and how partial results become one.
//!
//! A [`Collector`] says what to take from a document. It is shared by all threads and owns no result: each batch of documents
//! gives a partial result, and partial results [merge](Collector::merge). So a batch can be read here or elsewhere, now or
//! later, and the sum is that of one reading. [`RunCollector`] gathers what a run holds; other questions (who held which
//! office, which lines recur) have collectors beside their commands.
//!
//! Nothing here starts a thread or opens a file.

mod notes;
mod places;
mod run;

use crate::analyzer::check_length;
use crate::archive::{Batch, Record, language_of};
use crate::diagnostics::Reject;
use crate::document::Document;
use crate::error::Result;
use crate::progress::StopFlag;

pub(crate) use notes::SharedIds;
pub use notes::{InputNotes, Noted};
pub(crate) use run::too_many_documents;
pub use run::{RunCollector, RunPartial, RunWorker};

/// Takes something from every document of a source.
///
/// ```
/// use dateline::archive::Batch;
/// use dateline::collect::{Collector, RunCollector};
/// use dateline::{Analyzer, Document, EntityId, Gazetteer};
/// let gazetteer = Gazetteer::builtin("core")?;
/// let analyzer = Analyzer::new(&gazetteer)?;
/// let collector = RunCollector::new(&analyzer);
/// let batch = |id: &'static str, text| Batch::from_documents("mine", [Document::new(id, text)]);
/// let mut all = collector.read(&batch("a1", "GENEVA: Talks between Iraq and Iran resumed."))?;
/// collector.merge(&mut all, collector.read(&batch("a2", "Iran and Iraq agreed."))?)?;
/// let matrix = all.cooccurrence();
/// let id = |key| gazetteer.find(key).unwrap();
/// assert_eq!((all.n_documents(), matrix.joint(id("iq"), id("ir"))), (2, 2));
/// # Ok::<(), dateline::Error>(())
/// ```
pub trait Collector: Sync {
    /// The buffers of one thread.
    type Worker<'a>: Send
    where
        Self: 'a;
    /// What some documents give.
    type Partial: Send;

    /// Buffers for one thread, which leaves long documents in the middle once `stop` is set.
    fn worker(&self, stop: Option<&StopFlag>) -> Self::Worker<'_>;

    /// The result of no documents.
    fn begin(&self) -> Self::Partial;

    /// Takes what is wanted from one document.
    ///
    /// # Errors
    ///
    /// If no result can come of it, whatever the other documents are.
    fn document(&self, worker: &mut Self::Worker<'_>, read: &ReadDocument<'_>, into: &mut Self::Partial) -> Result<()>;

    /// Notes a document that is not wanted.
    fn filtered(&self, record: &Record, into: &mut Self::Partial) {
        let _ = (record, into);
    }

    /// Counts a record of input number `file` that is not a document.
    fn reject(&self, file: u32, reject: Reject, into: &mut Self::Partial);

    /// Adds the result of later documents. Associative: whatever is merged first, the result is the same.
    ///
    /// # Errors
    ///
    /// If both together are more than a result can hold.
    fn merge(&self, into: &mut Self::Partial, next: Self::Partial) -> Result<()>;

    /// Reads one batch on the calling thread.
    ///
    /// # Errors
    ///
    /// As [`document`](Self::document).
    fn read(&self, batch: &Batch) -> Result<Self::Partial> {
        read_batch(self, &mut self.worker(None), batch)
    }
}

/// A document with the place it comes from.
#[derive(Debug, Clone, Copy)]
pub struct ReadDocument<'a> {
    /// The document.
    pub document: &'a Document<'a>,
    /// Its [day](Batch::day), in days since 1970-01-01; `None` if it has none or it is not understood.
    pub day: Option<i32>,
    /// The ISO 639-1 code of the language of its text; `None` if the text is too short to tell, or the language is not known for sure.
    pub language: Option<&'static str>,
    /// Its record.
    pub record: &'a Record,
    /// The batch of the record.
    pub batch: &'a Batch,
}

impl ReadDocument<'_> {
    /// File and record number, to be shown to people.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.batch.path(self.record), self.record.number)
    }
}

/// What a collector takes from the records of one batch, in order: first the documents, then the rejects.
pub(crate) fn read_batch<C: Collector + ?Sized>(
    collector: &C,
    worker: &mut C::Worker<'_>,
    batch: &Batch,
) -> Result<C::Partial> {
    let mut partial = collector.begin();
    let mut rejects = Vec::new();
    for (index, record) in batch.records().iter().enumerate() {
        rejects.extend(batch.rejects_after(index));
        match batch.document(record) {
            Ok(document) => {
                check_length(&document)?;
                let day = batch.day(record, &document);
                let language = language_of(&document.text);
                if !batch.selection().takes(day, language) {
                    collector.filtered(record, &mut partial);
                    continue;
                }
                collector.document(
                    worker,
                    &ReadDocument { document: &document, day, language, record, batch },
                    &mut partial,
                )?;
            }
            Err(reject) => rejects.push((record.file, reject)),
        }
    }
    rejects.extend(batch.rejects_after(batch.records().len()));
    rejects.into_iter().for_each(|(file, reject)| collector.reject(file, reject, &mut partial));
    Ok(partial)
}

/// Rejected records: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RejectTally {
    pub(crate) total: u64,
    pub(crate) first: Vec<Reject>,
}

impl RejectTally {
    pub(crate) fn add(&mut self, reject: Reject, most: usize) {
        self.total += 1;
        if self.first.len() < most {
            self.first.push(reject);
        }
    }

    pub(crate) fn append(&mut self, later: Self, most: usize) {
        self.total += later.total;
        let free = most.saturating_sub(self.first.len());
        self.first.extend(later.first.into_iter().take(free));
    }
}
