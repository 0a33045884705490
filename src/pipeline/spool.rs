//! Rows that are read again once the last of them is known: in memory while they are few, in a temporary file beyond that.

use std::mem;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::files::remove_file;
use crate::store::{Block, Codec, FileHeader, FileReader, FileWriter};

/// Blocks kept in memory, of 2 MiB each.
const KEPT: usize = 4;

/// Takes rows in.
pub(super) struct Spool<B> {
    path: PathBuf,
    header: FileHeader,
    rows: B,
    kept: Vec<B>,
    /// Holds everything once there is too much.
    file: Option<FileWriter>,
}

/// Gives rows out.
pub(super) struct Spooled<B> {
    kept: Vec<B>,
    path: Option<PathBuf>,
}

impl<B: Block + Default> Spool<B> {
    /// A file at `path` is written only if it is needed.
    pub(super) fn new(path: PathBuf, header: FileHeader) -> Self {
        Self { path, header, rows: B::default(), kept: Vec::new(), file: None }
    }

    /// Adds a row by `push`, which must add one.
    pub(super) fn push(&mut self, push: impl FnOnce(&mut B)) -> Result<()> {
        push(&mut self.rows);
        if self.rows.is_full() { self.keep(KEPT) } else { Ok(()) }
    }

    /// Puts the rows away, in memory unless that holds `most` blocks.
    fn keep(&mut self, most: usize) -> Result<()> {
        let rows = mem::take(&mut self.rows);
        if self.file.is_none() && self.kept.len() < most {
            self.kept.push(rows);
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(FileWriter::with_codec(&self.path, &self.header, Codec::None)?),
        };
        self.kept.drain(..).chain([rows]).try_for_each(|rows| file.write_block(&rows))
    }

    pub(super) fn finish(mut self) -> Result<Spooled<B>> {
        if self.rows.rows() > 0 {
            self.keep(KEPT)?;
        }
        let path = match self.file {
            Some(file) => file.finish().map(|_| Some(self.path))?,
            None => None,
        };
        Ok(Spooled { kept: self.kept, path })
    }
}

impl<B: Block> Spooled<B> {
    /// Calls `each` with all blocks, in order.
    pub(super) fn for_each(&self, mut each: impl FnMut(&B) -> Result<()>) -> Result<()> {
        self.kept.iter().try_for_each(&mut each)?;
        if let Some(path) = &self.path {
            for block in FileReader::open(path)?.into_blocks::<B>() {
                each(&block?)?;
            }
        }
        Ok(())
    }

    /// Removes the file, if there is one.
    pub(super) fn remove(&self) -> Result<()> {
        match &self.path {
            Some(path) => remove_file(path).map_err(|error| Error::io(path, "remove the temporary file", error)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{CountRow, CountRows};

    /// What is put in comes out, in memory and from a file.
    #[test]
    fn what_goes_in_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        for (most, has_file) in [(0, true), (2, true), (3, false)] {
            let path = folder.path().join(format!("{most}.spool"));
            let header = FileHeader::new("dateline-counts", "0".repeat(64)).describe::<CountRows>();
            let mut spool = Spool::<CountRows>::new(path.clone(), header);
            let all: Vec<CountRow> = (0..9).map(|n| CountRow { document: n, entity: n % 4, count: 1 + n }).collect();
            for three in all.chunks(3) {
                three.iter().for_each(|row| spool.rows.push(*row));
                spool.keep(most).unwrap();
            }
            let spooled = spool.finish().unwrap();
            let mut found = Vec::new();
            let taken = spooled.for_each(|rows| {
                found.extend(rows.iter());
                Ok(())
            });
            taken.unwrap();
            assert_eq!(found, all);
            assert_eq!(path.exists(), has_file);
            spooled.remove().unwrap();
            assert!(!path.exists());
        }
    }
}
