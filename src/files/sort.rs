//! Sorts more records than fit in memory: what exceeds the budget is sorted and written to temporary files, which are merged
//! at the end.
//!
//! A record is a key and a value, both bytes. Records come out by key; those with equal keys in the order they went in.
//! The order never depends on the budget.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use super::wire::{Cursor, put_number};
use super::{File, temporary_failed};
use crate::error::Result;

/// Memory for records that are not yet written, in bytes, if nobody says otherwise.
pub(crate) const DEFAULT_BUDGET: usize = 512 << 20;

/// So many temporary files are merged into one as soon as there are as many: all are open at the end, and each needs a buffer.
const FAN_IN: usize = 32;

/// Takes records; [`Sorter::finish`] gives them back in order.
#[derive(Debug)]
pub(crate) struct Sorter {
    budget: usize,
    /// Keys and values behind their lengths.
    arena: Vec<u8>,
    index: Vec<Entry>,
    /// In the order in which their records came, each with the number of merges that made it.
    runs: Vec<(u32, File)>,
}

impl Sorter {
    /// `budget` is the memory in bytes; a single record may exceed it.
    pub(crate) fn new(budget: usize) -> Self {
        // No record begins beyond the budget, so 32 bits say where.
        let budget = budget.min(u32::MAX as usize);
        Self { budget, arena: Vec::new(), index: Vec::new(), runs: Vec::new() }
    }

    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let used = self.arena.len() + self.index.len() * size_of::<Entry>();
        if used + key.len() + value.len() > self.budget && !self.index.is_empty() {
            self.spill().map_err(temporary_failed)?;
        }
        self.index.push(Entry::new(key, self.arena.len()));
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
        let key = |entry: &Entry| Cursor::new(&arena[entry.at()..]).slice().expect("written by push");
        self.index.sort_unstable_by(|a, b| {
            // Equal first bytes say nothing about the rest; equal keys keep the order of their records.
            let starts = (a.start, a.more).cmp(&(b.start, b.more));
            starts.then_with(|| key(a).cmp(key(b))).then(a.at.cmp(&b.at))
        });
    }

    fn spill(&mut self) -> std::io::Result<()> {
        self.sort();
        let mut file = File::temporary()?;
        let mut out = BufWriter::with_capacity(1 << 20, &mut file);
        for entry in &self.index {
            let mut cursor = Cursor::new(&self.arena[entry.at()..]);
            for _ in 0..2 {
                write_slice(&mut out, cursor.slice().expect("written by push"))?;
            }
        }
        out.flush()?;
        drop(out);
        file.seek(SeekFrom::Start(0))?;
        self.runs.push((0, file));
        self.arena.clear();
        self.index.clear();
        self.merge_last()
    }

    /// Merges the last files while there are many of the same number of merges, so that a record is copied a logarithmic number of times.
    fn merge_last(&mut self) -> std::io::Result<()> {
        while let Some(first) = self.runs.len().checked_sub(FAN_IN)
            && self.runs[first].0 == self.runs[self.runs.len() - 1].0
        {
            let level = self.runs[first].0;
            let mut sorted = Sorted::default();
            for (_, file) in self.runs.split_off(first) {
                sorted.add(file, self.buffer())?;
            }
            let mut file = File::temporary()?;
            let mut out = BufWriter::with_capacity(1 << 18, &mut file);
            while sorted.advance()? {
                write_slice(&mut out, &sorted.record.0)?;
                write_slice(&mut out, &sorted.record.1)?;
            }
            out.flush()?;
            drop(out);
            file.seek(SeekFrom::Start(0))?;
            self.runs.push((level + 1, file));
        }
        Ok(())
    }

    /// Bytes that are read at a time from each of the files that are merged.
    fn buffer(&self) -> usize {
        (self.budget / (2 * FAN_IN)).clamp(1 << 12, 1 << 18)
    }

    /// All records, in order.
    pub(crate) fn finish(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted { memory: Some((self.arena, self.index.into_iter())), ..Sorted::default() });
        }
        if !self.index.is_empty() {
            self.spill().map_err(temporary_failed)?;
        }
        let buffer = self.buffer();
        (self.arena, self.index) = (Vec::new(), Vec::new());
        let mut sorted = Sorted::default();
        for (_, file) in self.runs {
            sorted.add(file, buffer).map_err(temporary_failed)?;
        }
        Ok(sorted)
    }
}

/// Writes the length of a key or a value, and the key or value.
fn write_slice(out: &mut impl Write, slice: &[u8]) -> std::io::Result<()> {
    out.write_all(&(slice.len() as u32).to_le_bytes())?;
    out.write_all(slice)
}

/// One record, in the sixteen bytes that sorting moves.
#[derive(Debug)]
struct Entry {
    /// The first twelve bytes of the key as big-endian numbers, which sort like the bytes do, as far as they see.
    start: u64,
    more: u32,
    /// Where the record begins.
    at: u32,
}

impl Entry {
    fn new(key: &[u8], at: usize) -> Self {
        let mut bytes = [0; 16];
        let length = key.len().min(12);
        bytes[..length].copy_from_slice(&key[..length]);
        let number = u128::from_be_bytes(bytes);
        Self { start: (number >> 64) as u64, more: (number >> 32) as u32, at: at as u32 }
    }

    fn at(&self) -> usize {
        self.at as usize
    }
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

/// The records of a sorter that never spilled: its arena, and where each begins, in order.
type InMemory = (Vec<u8>, std::vec::IntoIter<Entry>);

/// Sorted records. Not an iterator: a record is borrowed until the next one is asked for.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    memory: Option<InMemory>,
    runs: Vec<Run>,
    /// The next key of each run that has one; equal keys by run, which is the order they went in.
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    record: (Vec<u8>, Vec<u8>),
}

impl Sorted {
    /// The next key and value.
    pub(crate) fn next(&mut self) -> Result<Option<(&[u8], &[u8])>> {
        if self.memory.is_none() {
            return Ok(self.advance().map_err(temporary_failed)?.then_some((&*self.record.0, &*self.record.1)));
        }
        let Some((arena, index)) = &mut self.memory else { return Ok(None) };
        let Some(entry) = index.next() else { return Ok(None) };
        let mut cursor = Cursor::new(&arena[entry.at()..]);
        let key = cursor.slice().expect("written by push");
        Ok(Some((key, cursor.slice().expect("written by push"))))
    }

    /// Takes in a sorted file, whose records come after equal ones of those before it.
    fn add(&mut self, file: File, buffer: usize) -> std::io::Result<()> {
        let mut run = Run { input: BufReader::with_capacity(buffer, file), key: Vec::new(), value: Vec::new() };
        if run.advance()? {
            self.heads.push(Reverse((run.key.clone(), self.runs.len())));
        }
        self.runs.push(run);
        Ok(())
    }

    /// Reads the next record of the files; `false` at the end.
    fn advance(&mut self) -> std::io::Result<bool> {
        let Some(Reverse((key, number))) = self.heads.pop() else { return Ok(false) };
        let run = &mut self.runs[number];
        self.record = (key, std::mem::take(&mut run.value));
        if run.advance()? {
            self.heads.push(Reverse((std::mem::take(&mut run.key), number)));
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// So many files that they are merged twice over on the way.
    #[test]
    fn few_files_are_open_however_many_were_written() {
        let keys = (0..5000_u32).map(|n| n.wrapping_mul(2_654_435_761) % 700);
        let records: Vec<(Vec<u8>, u32)> = keys.zip(0..).map(|(key, n)| (key.to_be_bytes().to_vec(), n)).collect();
        let mut expected = records.clone();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        // A file for each record or two.
        let (found, runs) = sorted(&records, 1);
        assert_eq!(found, expected);
        assert!(runs < 3 * FAN_IN, "{runs}");
    }

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

    prop_compose! {
        /// Keys that often begin alike, about as far as an [`Entry`] sees.
        fn key()(alike in prop::sample::select(vec![0, 7, 8, 11, 12, 13]), rest in prop::collection::vec(0..3u8, 0..5)) -> Vec<u8> {
            [vec![1; alike], rest].concat()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        /// Sorting is the stable sort of the records, with and without temporary files.
        #[test]
        fn sorts_like_a_vector(keys in prop::collection::vec(key(), 0..200)) {
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
