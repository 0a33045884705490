//! How many documents share their id with another one, whatever the size of the archive.

use std::hash::Hasher;

use super::Noted;
use crate::error::Result;
use crate::files::Sorter;
use crate::store::{DocumentRows, FileReader};
use std::path::Path;

/// Memory for the hashes; beyond it they are sorted in temporary files.
const BUDGET: usize = 16 << 20;

/// Takes the ids of all documents in their order, as 64-bit hashes: about 30 bytes a document, in temporary files beyond half a
/// million documents. Two ids of the same hash count as one id, which in an archive of a hundred million documents has a
/// probability of 1 in 3,700.
#[derive(Debug)]
pub(crate) struct SharedIds {
    hashes: Sorter,
    documents: u32,
}

impl SharedIds {
    pub(crate) fn new() -> Self {
        Self { hashes: Sorter::new(BUDGET), documents: 0 }
    }

    pub(crate) fn push(&mut self, id: &str) -> Result<()> {
        // Fixed keys: the same everywhere.
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write(id.as_bytes());
        self.hashes.push(&hasher.finish().to_be_bytes(), &self.documents.to_be_bytes())?;
        self.documents = self.documents.saturating_add(1);
        Ok(())
    }

    /// Documents that share an id, and the first such id, which is looked up among the documents of the run.
    pub(crate) fn finish(self, documents: &Path) -> Result<Noted> {
        let mut sorted = self.hashes.finish()?;
        let (mut shared, mut first) = (0_u64, u32::MAX);
        let mut last: Option<([u8; 8], u32)> = None;
        let mut repeated = false;
        while let Some((hash, document)) = sorted.next()? {
            let hash: [u8; 8] = hash.try_into().expect("written by push");
            let document = u32::from_be_bytes(document.try_into().expect("written by push"));
            match last {
                Some((before, begun)) if before == hash => {
                    shared += if repeated { 1 } else { 2 };
                    repeated = true;
                    first = first.min(begun);
                }
                _ => {
                    repeated = false;
                    last = Some((hash, document));
                }
            }
        }
        if shared == 0 {
            return Ok(Noted::default());
        }
        let mut row = first as usize;
        for block in FileReader::open(documents)?.into_blocks::<DocumentRows>() {
            let block = block?;
            match block.iter().nth(row) {
                Some(document) => return Ok(Noted { documents: shared, first: Some(document.id.to_owned()) }),
                None => row -= block.iter().count(),
            }
        }
        Ok(Noted { documents: shared, first: None })
    }
}
