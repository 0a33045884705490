//! Sorts more pairs of bytes than memory holds: sorted runs in temporary files, merged at the end.
//!
//! The files have no name, so nothing is left behind however the program ends.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Runs that are merged into one when there are so many, so that a small budget does not use up the file handles.
const MAX_RUNS: usize = 64;
const BUFFER: usize = 256 << 10;

/// Takes pairs in any order; gives them by key, and equal keys by value.
///
/// # Complexity
///
/// `n log n` comparisons; `budget` bytes of memory (more only for a single pair that is larger), the rest on disk.
pub(super) struct Sorter {
    budget: usize,
    /// Where the temporary files are made.
    folder: PathBuf,
    arena: Vec<u8>,
    /// Beginning, length of the key and length of the value in the arena.
    entries: Vec<(usize, u32, u32)>,
    runs: Vec<File>,
}

impl Sorter {
    pub(super) fn new(budget: usize, folder: &Path) -> Self {
        Self { budget, folder: folder.to_owned(), arena: Vec::new(), entries: Vec::new(), runs: Vec::new() }
    }

    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| Error::limit("an entry of more than 4 GiB"));
        let entry = (self.arena.len(), size(key)?, size(value)?);
        let held = self.arena.len() + self.entries.len() * size_of::<(usize, u32, u32)>();
        if held + key.len() + value.len() > self.budget && !self.entries.is_empty() {
            self.spill()?;
            return self.push(key, value);
        }
        self.arena.extend_from_slice(key);
        self.arena.extend_from_slice(value);
        self.entries.push(entry);
        Ok(())
    }

    /// All pairs in order.
    pub(super) fn finish(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted::Memory { arena: self.arena, entries: self.entries.into_iter(), current: (0, 0, 0) });
        }
        if !self.entries.is_empty() {
            self.spill()?;
        }
        self.arena = Vec::new();
        self.entries = Vec::new();
        let merge = Merge::new(std::mem::take(&mut self.runs)).map_err(|error| self.failed(error))?;
        Ok(Sorted::Merge { merge, folder: self.folder })
    }

    fn sort(&mut self) {
        let arena = &self.arena;
        let pair = |&(at, key, value): &(usize, u32, u32)| {
            let middle = at + key as usize;
            (&arena[at..middle], &arena[middle..middle + value as usize])
        };
        self.entries.sort_unstable_by(|a, b| pair(a).cmp(&pair(b)));
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self) -> Result<()> {
        self.sort();
        if self.runs.len() >= MAX_RUNS {
            let runs = std::mem::take(&mut self.runs);
            let merged = merge_runs(runs, &self.folder).map_err(|error| self.failed(error))?;
            self.runs.push(merged);
        }
        let run = write_run(&self.arena, &self.entries, &self.folder).map_err(|error| self.failed(error))?;
        self.runs.push(run);
        self.arena.clear();
        self.entries.clear();
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::io(&self.folder, "write temporary files in", error)
    }
}

fn write_run(arena: &[u8], entries: &[(usize, u32, u32)], folder: &Path) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?);
    for &(at, key, value) in entries {
        write_pair(&mut out, &arena[at..at + key as usize], &arena[at + key as usize..][..value as usize])?;
    }
    rewound(out)
}

fn merge_runs(runs: Vec<File>, folder: &Path) -> io::Result<File> {
    let mut merge = Merge::new(runs)?;
    let mut out = BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?);
    while merge.advance()? {
        write_pair(&mut out, &merge.current.key, &merge.current.value)?;
    }
    rewound(out)
}

fn write_pair(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
    out.write_all(&(key.len() as u32).to_le_bytes())?;
    out.write_all(&(value.len() as u32).to_le_bytes())?;
    out.write_all(key)?;
    out.write_all(value)
}

fn rewound(out: BufWriter<File>) -> io::Result<File> {
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// The pairs of a [`Sorter`] in order.
pub(super) enum Sorted {
    Memory { arena: Vec<u8>, entries: std::vec::IntoIter<(usize, u32, u32)>, current: (usize, u32, u32) },
    Merge { merge: Merge, folder: PathBuf },
}

impl Sorted {
    /// The next key and value; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], &[u8])>> {
        match self {
            Self::Memory { arena, entries, current } => {
                let Some(entry) = entries.next() else { return Ok(None) };
                *current = entry;
                let (at, key, value) = entry;
                let middle = at + key as usize;
                Ok(Some((&arena[at..middle], &arena[middle..middle + value as usize])))
            }
            Self::Merge { merge, folder } => match merge.advance() {
                Ok(true) => Ok(Some((&merge.current.key, &merge.current.value))),
                Ok(false) => Ok(None),
                Err(error) => Err(Error::io(&*folder, "read temporary files in", error)),
            },
        }
    }
}

pub(super) struct Merge {
    runs: Vec<BufReader<File>>,
    /// The next pair of every run that is not at its end.
    heads: BinaryHeap<Head>,
    current: Head,
}

#[derive(Default, PartialEq, Eq)]
struct Head {
    key: Vec<u8>,
    value: Vec<u8>,
    run: usize,
}

impl Ord for Head {
    /// The smallest pair is the greatest head, as a heap gives its greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (&other.key, &other.value, other.run).cmp(&(&self.key, &self.value, self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Merge {
    fn new(runs: Vec<File>) -> io::Result<Self> {
        let runs: Vec<_> = runs.into_iter().map(|run| BufReader::with_capacity(BUFFER, run)).collect();
        let mut merge = Self { heads: BinaryHeap::with_capacity(runs.len()), runs, current: Head::default() };
        for run in 0..merge.runs.len() {
            merge.refill(Head { run, ..Head::default() })?;
        }
        Ok(merge)
    }

    /// Moves to the next pair; whether there is one.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(head) = self.heads.pop() else { return Ok(false) };
        let spent = std::mem::replace(&mut self.current, head);
        let run = self.current.run;
        self.refill(Head { run, ..spent })?;
        Ok(true)
    }

    /// Reads the next pair of a run into a head whose buffers are free.
    fn refill(&mut self, mut head: Head) -> io::Result<()> {
        let source = &mut self.runs[head.run];
        let mut lengths = [0; 8];
        match source.read_exact(&mut lengths) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let length = |at: usize| u32::from_le_bytes([lengths[at], lengths[at + 1], lengths[at + 2], lengths[at + 3]]);
        head.key.resize(length(0) as usize, 0);
        source.read_exact(&mut head.key)?;
        head.value.resize(length(4) as usize, 0);
        source.read_exact(&mut head.value)?;
        self.heads.push(head);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_come_in_order_whatever_fits_into_memory(
            pairs in prop::collection::vec((prop::collection::vec(0u8..3, 0..4), prop::collection::vec(0u8..3, 0..3)), 0..200),
            budget in prop::sample::select(vec![0, 60, 500, 1 << 20]),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(budget, folder.path());
            for (key, value) in &pairs {
                sorter.push(key, value).unwrap();
            }
            let mut sorted = sorter.finish().unwrap();
            let mut found = Vec::new();
            while let Some((key, value)) = sorted.next().unwrap() {
                found.push((key.to_vec(), value.to_vec()));
            }
            let mut expected = pairs;
            expected.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
