//! Documents of an archive by their id.

use super::scan::{ScanOptions, pool, scan};
use super::{Analyzer, Worker, check_length};
use crate::archive::{Archive, Batch};
use crate::diagnostics::Reject;
use crate::document::Document;
use crate::error::Result;
use crate::gazetteer::Gazetteer;

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
    /// All documents of the archive.
    pub documents: u64,
    /// The ids of the first few.
    pub first_ids: Vec<String>,
    /// Records that are not documents.
    pub rejected: u64,
    /// The first of them.
    pub first_reject: Option<Reject>,
}

/// Gives every document with this id to `read`; without an id, the only document of the archive, if it has only one.
///
/// Ids need not be unique: archives number from 1 in each file.
///
/// # Errors
///
/// If the scan was stopped.
///
/// # Complexity
///
/// Reads the whole archive.
pub fn find_documents<T: Send>(
    archive: &Archive,
    id: Option<&str>,
    options: ScanOptions<'_>,
    read: impl Fn(&Document<'_>) -> T + Sync,
) -> Result<FoundDocuments<T>> {
    // The analyzer only lends the scan its workers.
    let nothing = Gazetteer::from_names(["-a-"])?;
    let analyzer = Analyzer::new(&nothing)?;
    let look = |_: &mut Worker<'_>, batch: &Batch| -> Result<FoundDocuments<T>> {
        let mut part = FoundDocuments::empty();
        for reject in batch.rejects() {
            part.add_reject(reject.clone());
        }
        for record in batch.records() {
            let document = match batch.document(record, archive) {
                Ok(document) => document,
                Err(reject) => {
                    part.add_reject(reject);
                    continue;
                }
            };
            part.documents += 1;
            // Without an id only the first can be the only one.
            if id.map_or(part.documents == 1, |id| document.id == id) {
                check_length(&document)?;
                part.found.push(FoundDocument {
                    id: document.id.clone().into_owned(),
                    file: archive.inputs()[record.file as usize].path().to_owned(),
                    record: record.number,
                    read: read(&document),
                });
            }
            if part.first_ids.len() < IDS_SHOWN {
                part.first_ids.push(document.id.into_owned());
            }
        }
        Ok(part)
    };
    let mut all = FoundDocuments::empty();
    scan(&pool(options)?, &analyzer, archive, options, look, |part| {
        all.append(part?);
        Ok(())
    })?;
    if id.is_none() && all.documents > 1 {
        all.found.clear();
    }
    Ok(all)
}

impl<T> FoundDocuments<T> {
    fn empty() -> Self {
        Self { found: Vec::new(), documents: 0, first_ids: Vec::new(), rejected: 0, first_reject: None }
    }

    fn add_reject(&mut self, reject: Reject) {
        self.rejected += 1;
        self.first_reject.get_or_insert(reject);
    }

    fn append(&mut self, later: Self) {
        self.found.extend(later.found);
        self.documents += later.documents;
        self.first_ids.extend(later.first_ids);
        self.first_ids.truncate(IDS_SHOWN);
        self.rejected += later.rejected;
        self.first_reject = self.first_reject.take().or(later.first_reject);
    }
}
