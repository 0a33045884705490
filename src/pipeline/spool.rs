//! Rows that are read again once the last of them is known: in memory while they are few, in a temporary file beyond that.

use std::io::Read;
use std::mem;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files::{Writer, open, remove_file};
use crate::store::{Block, payload_of};

/// Takes rows in.
pub(super) struct Spool<B> {
    path: PathBuf,
    rows: B,
    kept: Vec<B>,
    /// Blocks kept at most.
    most: usize,
    /// Holds everything once there is too much: of each block the length of its payload and the payload.
    file: Option<Writer>,
}

/// Gives rows out, in the blocks that a file of them has.
pub(super) struct Spooled<B> {
    kept: Vec<B>,
    path: Option<PathBuf>,
}

impl<B: Block + Default> Spool<B> {
    /// Keeps `most` blocks in memory, of 2 MiB each. A file at `path` is written only if it is needed.
    pub(super) fn new(path: PathBuf, most: usize) -> Self {
        Self { path, rows: B::default(), kept: Vec::new(), most, file: None }
    }

    /// Appends rows; see [`append`] for `change`.
    pub(super) fn append(&mut self, rows: &B, change: impl Fn(&mut B, usize)) -> Result<()> {
        let mut open = mem::take(&mut self.rows);
        let appended = append(&mut open, rows, change, |full| self.keep(full));
        self.rows = open;
        appended
    }

    /// Puts the rows away, in memory unless that holds `most` blocks.
    fn keep(&mut self, rows: B) -> Result<()> {
        if self.file.is_none() && self.kept.len() < self.most {
            self.kept.push(rows);
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(Writer::create(&self.path)?),
        };
        self.kept.drain(..).chain([rows]).try_for_each(|rows| {
            let payload = payload_of(&rows);
            file.put((payload.len() as u64).to_le_bytes())?;
            file.put(payload)
        })
    }

    pub(super) fn finish(mut self) -> Result<Spooled<B>> {
        let rows = mem::take(&mut self.rows);
        if rows.rows() > 0 {
            self.keep(rows)?;
        }
        let path = match self.file {
            Some(file) => file.close().map(|()| Some(self.path))?,
            None => None,
        };
        Ok(Spooled { kept: self.kept, path })
    }
}

impl<B: Block> Spooled<B> {
    /// Calls `each` with all blocks, in order.
    pub(super) fn for_each(&self, mut each: impl FnMut(&B) -> Result<()>) -> Result<()> {
        self.kept.iter().try_for_each(&mut each)?;
        self.path.iter().try_for_each(|path| for_each_in(path, |block| each(&block)))
    }

    /// Gives all blocks to `each`, in order, and removes the file, if there is one.
    pub(super) fn take_each(mut self, mut each: impl FnMut(B) -> Result<()>) -> Result<()> {
        self.kept.drain(..).try_for_each(&mut each)?;
        self.path.iter().try_for_each(|path| for_each_in(path, &mut each))?;
        self.remove()
    }

    /// Removes the file, if there is one.
    pub(super) fn remove(&self) -> Result<()> {
        match &self.path {
            Some(path) => remove_file(path).map_err(|error| Error::io(path, "remove the temporary file", error)),
            None => Ok(()),
        }
    }
}

/// Appends rows to the block `open`. Whenever it is full, `full` gets it and a new one is begun.
///
/// Rows may be edited once they are appended: `change` gets the block and the number of its first new row.
pub(super) fn append<B: Block + Default>(
    open: &mut B,
    rows: &B,
    change: impl Fn(&mut B, usize),
    mut full: impl FnMut(B) -> Result<()>,
) -> Result<()> {
    let mut taken = 0;
    while taken < rows.rows() {
        let first = open.rows();
        taken += open.append_until_full(rows, taken);
        change(open, first);
        if open.is_full() {
            full(mem::take(open))?;
        }
    }
    Ok(())
}

/// Reads the blocks of a file again.
fn for_each_in<B: Block>(path: &Path, mut each: impl FnMut(B) -> Result<()>) -> Result<()> {
    let failed = |error| Error::io(path, "read the temporary file", error);
    let (mut file, mut left) = open(path).map_err(failed)?;
    let mut payload = Vec::new();
    while left > 0 {
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(failed)?;
        let length = u64::from_le_bytes(length);
        left = left.saturating_sub(8);
        let changed = || Error::format(path, "the temporary file was changed by another program");
        if length > left {
            return Err(changed());
        }
        left -= length;
        payload.resize(length as usize, 0);
        file.read_exact(&mut payload).map_err(failed)?;
        each(B::decode(&payload).map_err(|_| changed())?)?;
    }
    Ok(())
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
            let mut spool = Spool::<CountRows>::new(path.clone(), most);
            let all: Vec<CountRow> = (0..9).map(|n| CountRow { document: n, entity: n % 4, count: 1 + n }).collect();
            for three in all.chunks(3) {
                three.iter().for_each(|row| spool.rows.push(*row));
                let rows = mem::take(&mut spool.rows);
                spool.keep(rows).unwrap();
            }
            let spooled = spool.finish().unwrap();
            let mut found = Vec::new();
            let taken = spooled.for_each(|rows| {
                found.extend(rows.iter());
                Ok(())
            });
            taken.unwrap();
            assert_eq!(found, all);
            let mut owned = Vec::new();
            assert_eq!(path.exists(), has_file);
            let taken = spooled.take_each(|rows| {
                owned.extend(rows.iter());
                Ok(())
            });
            taken.unwrap();
            assert_eq!(owned, all);
            assert!(!path.exists());
        }
    }
}
