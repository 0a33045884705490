//! How many documents share their id with another one, whatever the size of the archive.

use std::hash::Hasher;
use std::path::Path;

use super::Noted;
use crate::error::Result;
use crate::files::Sorter;
use crate::store::{DocumentRows, FileReader};

/// Takes the ids of all documents in their order, as 64-bit hashes: about 40 bytes a document, in temporary files beyond what may be kept
/// in memory. Two ids of the same hash count as one id, which in an archive of a hundred million documents has a
/// probability of 1 in 3,700.
#[derive(Debug)]
pub(crate) struct SharedIds {
    hashes: Sorter,
    documents: u32,
}

/// Documents with one id.
struct Group {
    id: [u8; 8],
    content: [u8; 8],
    first: u32,
    documents: u64,
    /// Whether not all have the same content.
    differs: bool,
}

/// Documents, and the first of them.
struct Found {
    documents: u64,
    first: u32,
}

impl Found {
    fn add(&mut self, group: &Group) {
        self.documents += group.documents;
        self.first = self.first.min(group.first);
    }
}

impl SharedIds {
    /// `memory` is what the hashes may take, in bytes; beyond it they are sorted in temporary files.
    pub(crate) fn new(memory: usize) -> Self {
        Self { hashes: Sorter::new(memory), documents: 0 }
    }

    /// `content` is a hash of the document's title and text.
    pub(crate) fn push(&mut self, id: &str, content: u64) -> Result<()> {
        // Fixed keys: the same everywhere.
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write(id.as_bytes());
        let mut value = [0; 12];
        value[..4].copy_from_slice(&self.documents.to_be_bytes());
        value[4..].copy_from_slice(&content.to_be_bytes());
        self.hashes.push(&hasher.finish().to_be_bytes(), &value)?;
        self.documents = self.documents.saturating_add(1);
        Ok(())
    }

    /// Documents that share an id, and those that share it with a document of another content; each with the first such id, which
    /// is looked up among the documents of the run.
    pub(crate) fn finish(self, documents: &Path) -> Result<(Noted, Noted)> {
        let mut sorted = self.hashes.finish()?;
        let nothing = || Found { documents: 0, first: u32::MAX };
        let (mut shared, mut differing) = (nothing(), nothing());
        let mut end = |group: Group| {
            if group.documents > 1 {
                shared.add(&group);
            }
            if group.differs {
                differing.add(&group);
            }
        };
        let mut group: Option<Group> = None;
        while let Some((id, value)) = sorted.next()? {
            let id: [u8; 8] = id.try_into().expect("written by push");
            let (document, content) = value.split_at(4);
            let first = u32::from_be_bytes(document.try_into().expect("written by push"));
            let content: [u8; 8] = content.try_into().expect("written by push");
            match &mut group {
                Some(group) if group.id == id => {
                    group.documents += 1;
                    group.first = group.first.min(first);
                    group.differs |= group.content != content;
                }
                _ => {
                    let next = Group { id, content, first, documents: 1, differs: false };
                    group.replace(next).into_iter().for_each(&mut end);
                }
            }
        }
        group.into_iter().for_each(&mut end);
        Ok((noted(shared, documents)?, noted(differing, documents)?))
    }
}

/// Looks up the id of the first document.
fn noted(found: Found, documents: &Path) -> Result<Noted> {
    if found.documents == 0 {
        return Ok(Noted::default());
    }
    let mut row = found.first as usize;
    for block in FileReader::open(documents)?.into_blocks::<DocumentRows>() {
        let block = block?;
        match block.iter().nth(row) {
            Some(document) => return Ok(Noted { documents: found.documents, first: Some(document.id.to_owned()) }),
            None => row -= block.iter().count(),
        }
    }
    Ok(Noted { documents: found.documents, first: None })
}
