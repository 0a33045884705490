//! Documents of an archive by their id.

use std::ops::ControlFlow;

use super::scan::{ScanOptions, pool, scan};
use crate::archive::Archive;
use crate::collect::{Collector, ReadDocument};
use crate::diagnostics::Reject;
use crate::document::Document;
use crate::error::Result;
use crate::progress::StopFlag;

/// Ids kept to be shown.
const IDS_SHOWN: usize = 5;

/// A document that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDocument<T> {
    /// Its id.
    pub id: String,
    /// Its file, as results name it.
    pub file: String,
    /// The number of its record in the file, from 1.
    pub record: u64,
    /// What was made of it.
    pub read: T,
}

/// What a search for documents found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDocuments<T> {
    /// The documents, in archive order.
    pub found: Vec<FoundDocument<T>>,
    /// Documents read: all of the archive, unless enough were found before its end.
    pub documents: u64,
    /// The ids of the first few.
    pub first_ids: Vec<String>,
    /// Records that are not documents.
    pub rejected: u64,
    /// The first of them.
    pub first_reject: Option<Reject>,
}

/// Gives documents with this id to `read`, at most so many; without an id, the only document of the archive, if it has only one.
///
/// Ids need not be unique: archives number from 1 in each file.
///
/// # Errors
///
/// If the scan was stopped.
///
/// # Complexity
///
/// Reads the archive as far as the last of the documents; the whole if there are fewer than `at_most`.
pub fn find_documents<T: Send>(
    archive: &Archive,
    id: Option<&str>,
    at_most: usize,
    options: ScanOptions<'_>,
    read: impl Fn(&Document<'_>) -> T + Sync,
) -> Result<FoundDocuments<T>> {
    let finder = Finder { id, read };
    let mut all = finder.begin();
    scan(&pool(options)?, archive.batches(), &finder, options, |part| {
        finder.merge(&mut all, part)?;
        let enough = id.is_some() && all.found.len() >= at_most;
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if id.is_none() && all.documents > 1 {
        all.found.clear();
    }
    all.found.truncate(at_most);
    Ok(all)
}

/// Looks for the documents of an id.
struct Finder<'a, F> {
    id: Option<&'a str>,
    read: F,
}

impl<T: Send, F: Fn(&Document<'_>) -> T + Sync> Collector for Finder<'_, F> {
    type Worker<'a>
        = ()
    where
        Self: 'a;
    type Partial = FoundDocuments<T>;

    fn worker(&self, _: Option<&StopFlag>) {}

    fn begin(&self) -> FoundDocuments<T> {
        FoundDocuments { found: Vec::new(), documents: 0, first_ids: Vec::new(), rejected: 0, first_reject: None }
    }

    fn document(&self, (): &mut (), read: &ReadDocument<'_>, into: &mut FoundDocuments<T>) -> Result<()> {
        let document = read.document;
        into.documents += 1;
        // Without an id only the first can be the only one.
        if self.id.map_or(into.documents == 1, |id| document.id == id) {
            into.found.push(FoundDocument {
                id: document.id.clone().into_owned(),
                file: read.batch.path(read.record).to_owned(),
                record: read.record.number,
                read: (self.read)(document),
            });
        }
        if into.first_ids.len() < IDS_SHOWN {
            into.first_ids.push(document.id.clone().into_owned());
        }
        Ok(())
    }

    fn reject(&self, _: u32, reject: Reject, into: &mut FoundDocuments<T>) {
        into.rejected += 1;
        into.first_reject.get_or_insert(reject);
    }

    fn merge(&self, into: &mut FoundDocuments<T>, next: FoundDocuments<T>) -> Result<()> {
        into.found.extend(next.found);
        into.documents += next.documents;
        into.first_ids.extend(next.first_ids);
        into.first_ids.truncate(IDS_SHOWN);
        into.rejected += next.rejected;
        into.first_reject = into.first_reject.take().or(next.first_reject);
        Ok(())
    }
}
