//! Which documents of a run are copies of one article.

use crate::copies::{Signature, Stories};
use crate::error::{Error, Result};
use crate::store::{Run, SIGNATURES_FILE};

/// The stories of a run, by the [rule](crate::copies) of copies. They are computed from stored signatures, so a merged run has the
/// stories of one reading of everything.
///
/// # Errors
///
/// If the signatures cannot be read, or are not as many as the documents.
///
/// # Complexity
///
/// As [`Stories::of`], and 72 bytes of memory for each document.
pub fn stories_of(run: &Run) -> Result<Stories> {
    let mut signatures: Vec<Signature> = Vec::new();
    for block in run.signatures()? {
        signatures.extend(block?.iter().map(Signature::from));
    }
    let n_documents = run.manifest().books.counted;
    if signatures.len() as u64 != n_documents {
        let message = format!("damaged: {} signatures of {n_documents} documents", signatures.len());
        let error = Error::format(run.path().join(SIGNATURES_FILE), message);
        return Err(error.with_remedy("`dateline verify` says more"));
    }
    Ok(Stories::of(&signatures))
}
