//! Sorts more records than fit in memory: what exceeds the budget is sorted and written to temporary files, which are merged
//! at the end.
//!
//! A record is a key and a value, both bytes. Records come out by key; those with equal keys in the order they went in.
//! The order never depends on the budget.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use super::image::spill_failed;
use super::image::wire::{Cursor, put_number};
use crate::error::Result;

/// Memory for records that are not yet written, in bytes, if nobody says otherwise.
pub(crate) const DEFAULT_BUDGET: usize = 512 << 20;

/// Takes records; [`Sorter::finish`] gives them back in order.
#[derive(Debug)]
pub(crate) struct Sorter {
    budget: usize,
    /// Keys and values behind their lengths.
    arena: Vec<u8>,
    /// The first bytes of each key, as a number that sorts like them, and where its record begins.
    index: Vec<(u64, usize)>,
    runs: Vec<File>,
}

impl Sorter {
    /// `budget` is the memory in bytes; a single record may exceed it.
    pub(crate) fn new(budget: usize) -> Self {
        Self { budget, arena: Vec::new(), index: Vec::new(), runs: Vec::new() }
    }

    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let used = self.arena.len() + self.index.len() * size_of::<(u64, usize)>();
        if used + key.len() + value.len() > self.budget && !self.index.is_empty() {
            self.spill().map_err(spill_failed)?;
        }
        self.index.push((prefix(key), self.arena.len()));
        put_number(&mut self.arena, key.len() as u64);
        self.arena.extend_from_slice(key);
        put_number(&mut self.arena, value.len() as u64);
        self.arena.extend_from_slice(value);
        Ok(())
    }

    /// Temporary files written so far.
    #[cfg(test)]
    fn runs(&self) -> usize {
        self.runs.len()
    }

    fn sort(&mut self) {
        let arena = &self.arena;
        let key = |at: usize| Cursor::new(&arena[at..]).slice().expect("written by push");
        self.index.sort_unstable_by(|(a, a_at), (b, b_at)| {
            // Equal first bytes say nothing about the rest; equal keys keep the order of their records.
            a.cmp(b).then_with(|| key(*a_at).cmp(key(*b_at))).then(a_at.cmp(b_at))
        });
    }

    fn spill(&mut self) -> std::io::Result<()> {
        self.sort();
        let mut file = tempfile::tempfile()?;
        let mut out = BufWriter::with_capacity(1 << 20, &mut file);
        for (_, at) in &self.index {
            let mut cursor = Cursor::new(&self.arena[*at..]);
            for _ in 0..2 {
                let slice = cursor.slice().expect("written by push");
                out.write_all(&(slice.len() as u32).to_le_bytes())?;
                out.write_all(slice)?;
            }
        }
        out.flush()?;
        drop(out);
        file.seek(SeekFrom::Start(0))?;
        self.runs.push(file);
        self.arena.clear();
        self.index.clear();
        Ok(())
    }

    /// All records, in order.
    pub(crate) fn finish(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted { memory: Some((self.arena, self.index.into_iter())), ..Sorted::default() });
        }
        self.spill().map_err(spill_failed)?;
        let mut sorted = Sorted::default();
        for file in self.runs {
            let mut run = Run { input: BufReader::with_capacity(1 << 18, file), key: Vec::new(), value: Vec::new() };
            if run.advance().map_err(spill_failed)? {
                sorted.heads.push(Reverse((run.key.clone(), sorted.runs.len())));
            }
            sorted.runs.push(run);
        }
        Ok(sorted)
    }
}

/// The first eight bytes as a big-endian number: sorts like the bytes do, as far as it sees.
fn prefix(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = key.len().min(8);
    bytes[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(bytes)
}

#[derive(Debug)]
struct Run {
    input: BufReader<File>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Run {
    /// Reads the next record; `false` at the end.
    fn advance(&mut self) -> std::io::Result<bool> {
        let mut length = [0; 4];
        match self.input.read_exact(&mut length) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
            other => other?,
        }
        self.key.resize(u32::from_le_bytes(length) as usize, 0);
        self.input.read_exact(&mut self.key)?;
        self.input.read_exact(&mut length)?;
        self.value.resize(u32::from_le_bytes(length) as usize, 0);
        self.input.read_exact(&mut self.value)?;
        Ok(true)
    }
}

/// Sorted records. Not an iterator: a record is borrowed until the next one is asked for.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    memory: Option<(Vec<u8>, std::vec::IntoIter<(u64, usize)>)>,
    runs: Vec<Run>,
    /// The next key of each run that has one; equal keys by run, which is the order they went in.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    record: (Vec<u8>, Vec<u8>),
}

impl Sorted {
    /// The next key and value.
    pub(crate) fn next(&mut self) -> Result<Option<(&[u8], &[u8])>> {
        if let Some((arena, index)) = &mut self.memory {
            let Some((_, at)) = index.next() else { return Ok(None) };
            let mut cursor = Cursor::new(&arena[at..]);
            let key = cursor.slice().expect("written by push");
            return Ok(Some((key, cursor.slice().expect("written by push"))));
        }
        let Some(Reverse((key, number))) = self.heads.pop() else { return Ok(None) };
        let run = &mut self.runs[number];
        self.record = (key, std::mem::take(&mut run.value));
        if run.advance().map_err(spill_failed)? {
            self.heads.push(Reverse((std::mem::take(&mut run.key), number)));
        }
        Ok(Some((&self.record.0, &self.record.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(records: &[(Vec<u8>, u32)], budget: usize) -> (Vec<(Vec<u8>, u32)>, usize) {
        let mut sorter = Sorter::new(budget);
        for (key, value) in records {
            sorter.push(key, &value.to_le_bytes()).unwrap();
        }
        let runs = sorter.runs();
        let mut out = Vec::new();
        let mut sorted = sorter.finish().unwrap();
        while let Some((key, value)) = sorted.next().unwrap() {
            out.push((key.to_vec(), u32::from_le_bytes(value.try_into().unwrap())));
        }
        (out, runs)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        /// Sorting is the stable sort of the records, with and without temporary files.
        #[test]
        fn sorts_like_a_vector(keys in prop::collection::vec(prop::collection::vec(0..3u8, 0..12), 0..200)) {
            let records: Vec<(Vec<u8>, u32)> = keys.into_iter().zip(0..).collect();
            let mut expected = records.clone();
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            for budget in [usize::MAX, 1, 500] {
                let (found, runs) = sorted(&records, budget);
                prop_assert_eq!(&found, &expected);
                prop_assert!(budget > 1 || records.len() < 2 || runs > 0);
            }
        }
    }
}
