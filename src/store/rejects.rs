//! Writes and reads `rejects.jsonl`: the records a run skipped, one JSON object a line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::reader::{damaged, open_plain};
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::files::{FileSummary, Hashing, Writer};

/// Writes rejects as JSON Lines, counting and hashing them.
#[derive(Debug)]
#[must_use = "the file is complete once it is finished"]
pub struct RejectsWriter {
    file: Hashing<Writer>,
    by_reason: BTreeMap<String, u64>,
}

/// A finished `rejects.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectsSummary {
    /// Size and hash.
    pub file: FileSummary,
    /// Number of records by the word for their reason.
    pub by_reason: BTreeMap<String, u64>,
}

impl RejectsSummary {
    /// Number of records.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.by_reason.values().sum()
    }
}

impl RejectsWriter {
    /// Begins a new file at `path`.
    ///
    /// # Errors
    ///
    /// If the file exists already or cannot be created.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self::from_writer(Writer::create(&path.into())?))
    }

    /// Begins in an empty file.
    pub(super) fn from_writer(file: Writer) -> Self {
        Self { file: Hashing::new(file), by_reason: BTreeMap::new() }
    }

    /// Writes one record.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn write(&mut self, reject: &Reject) -> Result<()> {
        let mut line = serde_json::to_vec(reject).expect("a reject has string keys only");
        line.push(b'\n');
        *self.by_reason.entry(reject.reason.as_str().to_owned()).or_default() += 1;
        self.file.put(&line)
    }

    /// Makes sure that all lines are on the disk.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(self) -> Result<RejectsSummary> {
        Ok(RejectsSummary { file: self.file.finish()?, by_reason: self.by_reason })
    }
}

/// The rejects of a `rejects.jsonl`, in its order; made by [`Run::rejects`](super::Run::rejects).
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    n_read: u64,
}

impl Rejects {
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let file = open_plain(&path)?;
        Ok(Self { path, lines: BufReader::new(file).lines(), n_read: 0 })
    }
}

impl Iterator for Rejects {
    type Item = Result<Reject>;

    fn next(&mut self) -> Option<Result<Reject>> {
        let line = self.lines.next()?;
        self.n_read += 1;
        Some(line.map_err(|error| Error::io(&self.path, "read", error)).and_then(|line| {
            serde_json::from_str(&line)
                .map_err(|error| damaged(&self.path, format!("damaged: line {} is not a reject: {error}", self.n_read)))
        }))
    }
}

/// Counts the lines of a `rejects.jsonl` by their reason, also reasons of a newer version.
pub(super) fn count_rejects(path: &Path) -> Result<BTreeMap<String, u64>> {
    #[derive(Deserialize)]
    struct Line {
        reason: String,
    }

    let mut by_reason = BTreeMap::new();
    let file = open_plain(path)?;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| Error::io(path, "read", error))?;
        let line: Line = serde_json::from_str(&line)
            .map_err(|error| damaged(path, format!("damaged: line {} is not a reject: {error}", index + 1)))?;
        *by_reason.entry(line.reason).or_default() += 1;
    }
    Ok(by_reason)
}
