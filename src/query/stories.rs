//! Which documents of a run are copies of one article.

use std::cmp::Reverse;

use super::mentions::DocumentTest;
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

/// How a document compares with the other copies of an article: the least represents the story. Its day, if it has one; its words;
/// its row.
type Copy = (bool, i32, Reverse<u32>, usize);

/// By row, whether a document represents its story among the documents that pass a test: the one with the earliest day; of these the
/// longest, by words; of these the first of the run. Copies without a day come last.
pub(super) fn chosen_copies(run: &Run, test: DocumentTest<'_>) -> Result<Vec<bool>> {
    let stories = stories_of(run)?;
    let by_article = stories.by_article();
    let mut chosen: Vec<Option<Copy>> = vec![None; stories.len()];
    let mut row = 0;
    for block in run.documents()? {
        for document in block?.iter() {
            let Some(story) = by_article.get(row) else { break };
            let copy = (document.day == i32::MIN, document.day, Reverse(document.words), row);
            if test(row, document) {
                let best = &mut chosen[*story as usize];
                *best = Some(best.map_or(copy, |best| best.min(copy)));
            }
            row += 1;
        }
    }
    let mut represents = vec![false; row];
    chosen.into_iter().flatten().for_each(|(.., row)| represents[row] = true);
    Ok(represents)
}
