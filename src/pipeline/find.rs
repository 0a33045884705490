//! One document of an archive by its id.

use super::scan::{ScanOptions, pool, scan};
use super::{Analyzer, Worker, check_length};
use crate::archive::{Archive, Batch};
use crate::document::Document;
use crate::error::Result;
use crate::gazetteer::Gazetteer;

/// Gives the first document with this id to `read`; `None` if there is none.
///
/// # Errors
///
/// If the scan was stopped.
///
/// # Complexity
///
/// Reads the whole archive.
pub fn find_document<T: Send>(
    archive: &Archive,
    id: &str,
    options: ScanOptions<'_>,
    read: impl Fn(&Document<'_>) -> T + Sync,
) -> Result<Option<T>> {
    // The analyzer only lends the scan its workers.
    let nothing = Gazetteer::from_names(["-a-"])?;
    let analyzer = Analyzer::new(&nothing)?;
    let look = |_: &mut Worker<'_>, batch: &Batch| -> Result<Option<T>> {
        for record in batch.records() {
            let Ok(document) = batch.document(record, archive) else { continue };
            if document.id == id {
                check_length(&document)?;
                return Ok(Some(read(&document)));
            }
        }
        Ok(None)
    };
    let mut found = None;
    scan(&pool(options)?, &analyzer, archive, options, look, |result| {
        if let Some(result) = result?
            && found.is_none()
        {
            found = Some(result);
        }
        Ok(())
    })?;
    Ok(found)
}
