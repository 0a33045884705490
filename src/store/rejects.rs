//! Writes and reads `rejects.jsonl`: the records a run skipped, one JSON object a line; of each input only the first
//! [`REJECTS_LISTED`], so that a large file that is no news archive does not become an even larger list.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::manifest::ManifestInput;
use super::reader::{damaged, open_plain};
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::files::{FileSummary, Hashing, Writer};

/// Rejects that `rejects.jsonl` lists of one input: the first ones. Of the others the manifest has the number.
pub const REJECTS_LISTED: u64 = 1000;

/// Writes rejects as JSON Lines, counting and hashing them.
///
/// ```
/// use dateline::store::{REJECTS_LISTED, RejectsWriter};
/// use dateline::{Reject, RejectReason};
/// # let folder = tempfile::tempdir()?;
/// let mut rejects = RejectsWriter::create(folder.path().join("rejects.jsonl"))?;
/// for record in 1..=REJECTS_LISTED + 7 {
///     let (file, message) = ("a.jsonl".to_owned(), "not a JSON object".to_owned());
///     rejects.write(0, &Reject { file, offset: 2 * record - 2, record, reason: RejectReason::InvalidJson, message })?;
/// }
/// let summary = rejects.finish()?;
/// assert_eq!((summary.rejected(), summary.unlisted[&0]["invalid-json"]), (REJECTS_LISTED + 7, 7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "the file is complete once it is finished"]
pub struct RejectsWriter {
    file: Hashing<Writer>,
    by_reason: BTreeMap<String, u64>,
    /// By input, how many are listed.
    listed: BTreeMap<u32, u64>,
    unlisted: BTreeMap<u32, BTreeMap<String, u64>>,
}

/// A finished `rejects.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectsSummary {
    /// Size and hash.
    pub file: FileSummary,
    /// Number of records by the word for their reason, whether listed or not.
    pub by_reason: BTreeMap<String, u64>,
    /// By input, the number of records that are not listed, by the word for their reason.
    pub unlisted: BTreeMap<u32, BTreeMap<String, u64>>,
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
        Self {
            file: Hashing::new(file),
            by_reason: BTreeMap::new(),
            listed: BTreeMap::new(),
            unlisted: BTreeMap::new(),
        }
    }

    /// Writes a record of input number `input`, or only counts it, if so many of the input are [listed](REJECTS_LISTED) already.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn write(&mut self, input: u32, reject: &Reject) -> Result<()> {
        let listed = self.listed.entry(input).or_default();
        if *listed >= REJECTS_LISTED {
            self.count(input, reject.reason.as_str(), 1);
            return Ok(());
        }
        *listed += 1;
        let mut line = serde_json::to_vec(reject).expect("a reject has string keys only");
        line.push(b'\n');
        *self.by_reason.entry(reject.reason.as_str().to_owned()).or_default() += 1;
        self.file.put(&line)
    }

    /// Counts records that are not listed: those of an input of a run that becomes part of this one.
    pub fn count(&mut self, input: u32, reason: &str, records: u64) {
        for sums in [&mut self.by_reason, self.unlisted.entry(input).or_default()] {
            *sums.entry(reason.to_owned()).or_default() += records;
        }
    }

    /// Makes sure that all lines are on the disk.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(self) -> Result<RejectsSummary> {
        Ok(RejectsSummary { file: self.file.finish()?, by_reason: self.by_reason, unlisted: self.unlisted })
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

/// Whether a reject that names `file` is of the input `path` or of a member of it.
pub(crate) fn is_of_input(file: &str, path: &str) -> bool {
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Counts the lines of a `rejects.jsonl` by their reason, also reasons of a newer version, and by input.
pub(super) fn count_rejects(path: &Path, inputs: &[ManifestInput]) -> Result<(BTreeMap<String, u64>, Vec<u64>)> {
    #[derive(Deserialize)]
    struct Line {
        file: String,
        reason: String,
    }

    let (mut by_reason, mut by_input) = (BTreeMap::new(), vec![0; inputs.len()]);
    // Lines are in the order of the inputs.
    let mut input = 0;
    let file = open_plain(path)?;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| Error::io(path, "read", error))?;
        let line: Line = serde_json::from_str(&line)
            .map_err(|error| damaged(path, format!("damaged: line {} is not a reject: {error}", index + 1)))?;
        while inputs.get(input).is_some_and(|input| !is_of_input(&line.file, &input.path)) {
            input += 1;
        }
        let Some(listed) = by_input.get_mut(input) else {
            let fault =
                format!("damaged: line {} is of no input of the run, or out of order: {:?}", index + 1, line.file);
            return Err(damaged(path, fault));
        };
        *listed += 1;
        *by_reason.entry(line.reason).or_default() += 1;
    }
    Ok((by_reason, by_input))
}
