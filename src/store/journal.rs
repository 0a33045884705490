//! What is finished of a run whose writing takes long: parts that a later program can go on from.
//!
//! The parts of `RUN` are in the directory `RUN.partial`: whole runs, `part-1`, `part-2` ..., which appear whole or not at all, and
//! `job.json`, which says what they are parts of. A program holds a lock on the directory as long as it is at work.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::reader::damaged;
use super::run::{MENTIONS_FILE, Run};
use super::settings::{RunSettings, first_difference};
use crate::error::{Error, Result};
use crate::files::{Lock, Writer, create_directories, list, lock, remove_directory};

const JOB_FILE: &str = "job.json";
const FORMAT: &str = "dateline-job";

/// Everything that decides what the parts are and what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    format: String,
    producer: String,
    /// The settings of the run.
    pub settings: RunSettings,
    /// Fingerprint of the gazetteer.
    pub gazetteer: String,
    /// Whether mentions are stored.
    pub mentions: bool,
    /// Digest of the run that is extended; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// The inputs of each part, in canonical order.
    pub parts: Vec<Vec<JobInput>>,
}

/// One input as it was when the job began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobInput {
    /// The path relative to what the user named.
    pub path: String,
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// When it was changed last, in nanoseconds since 1970.
    pub modified: Option<u64>,
}

impl Job {
    /// The job of this program.
    #[must_use]
    pub fn new(settings: RunSettings, gazetteer: &str, mentions: bool, parts: Vec<Vec<JobInput>>) -> Self {
        let (format, producer) = (FORMAT.to_owned(), super::frame::PRODUCER.to_owned());
        Self { format, producer, settings, gazetteer: gazetteer.to_owned(), mentions, extends: None, parts }
    }

    /// The first thing in which two jobs differ, in words.
    fn difference(&self, other: &Self) -> Option<String> {
        let inputs = |job: &Self| job.parts.concat().into_iter().map(|input| (input.path.clone(), input));
        let (ours, theirs): (std::collections::BTreeMap<_, _>, std::collections::BTreeMap<_, _>) =
            (inputs(self).collect(), inputs(other).collect());
        for (path, input) in &ours {
            match theirs.get(path) {
                None => return Some(format!("the input {path} is new")),
                Some(before) if before != input => return Some(format!("the input {path} has changed")),
                Some(_) => {}
            }
        }
        if let Some(path) = theirs.keys().find(|path| !ours.contains_key(*path)) {
            return Some(format!("the input {path} is missing"));
        }
        if let Some(difference) = other.settings.difference(&self.settings) {
            let (field, before, now) = (difference.field, difference.ours, difference.theirs);
            return Some(format!("the setting {field} was {before} and is {now}"));
        }
        let json = |job: &Self| serde_json::to_value(job).expect("a job has string keys only");
        first_difference("", &json(other), &json(self))
            .map(|difference| format!("{} is another than before", difference.field))
    }
}

/// The finished parts of a run, open for one program.
#[derive(Debug)]
#[must_use = "the parts stay until the journal is finished"]
pub struct Journal {
    directory: PathBuf,
    /// Kept for as long as the program is at work.
    _lock: Option<fs::File>,
}

impl Journal {
    /// Where the parts of the run `out` are.
    #[must_use]
    pub fn directory_of(out: &Path) -> PathBuf {
        let mut name = out.file_name().map(OsString::from).unwrap_or_default();
        name.push(".partial");
        out.with_file_name(name)
    }

    /// Whether there are parts of the run `out`.
    #[must_use]
    pub fn exists(out: &Path) -> bool {
        Self::directory_of(out).join(JOB_FILE).is_file()
    }

    /// Opens the journal of the run `out`, or begins it; with `anew` parts of an earlier job are removed.
    ///
    /// # Errors
    ///
    /// If another program is at work there, if the parts are of another job (the error says in what it differs), or if the directory
    /// holds something else and so is not a journal.
    pub fn open(out: &Path, job: &Job, anew: bool) -> Result<Self> {
        let directory = Self::directory_of(out);
        let failed = |error| Error::io(&directory, "create the directory", error);
        create_directories(&directory).map_err(failed)?;
        let lock = match lock(&directory) {
            Lock::Ours(file) => Some(file),
            Lock::Unknown => None,
            Lock::Theirs => {
                let message = format!("another dateline is writing {}", out.display());
                return Err(Error::usage(message).at(&directory).with_remedy("wait for it, or choose another --out"));
            }
        };
        let journal = Self { directory, _lock: lock };
        if anew {
            // Without a look at the job: it may be damaged.
            journal.clear()?;
        } else if let Some(earlier) = journal.earlier()? {
            if let Some(difference) = job.difference(&earlier) {
                let message = format!("an interrupted command left parts of {}, but {difference}", out.display());
                let remedy = "repeat the command as it was to go on, or add --force to begin anew";
                return Err(Error::usage(message).at(&journal.directory).with_remedy(remedy));
            }
            return Ok(journal);
        }
        let mut file = Writer::create(&journal.directory.join(JOB_FILE))?;
        file.put(serde_json::to_vec_pretty(job).expect("a job has string keys only"))?;
        file.finish()?;
        Ok(journal)
    }

    /// Removes the parts of a run that is complete: a program may have been killed after the run appeared and before it had
    /// removed them. Parts that the run `out` does not hold as they are stay.
    ///
    /// # Errors
    ///
    /// If a part is damaged or cannot be removed.
    pub fn discard_if_done(out: &Path) -> Result<()> {
        let directory = Self::directory_of(out);
        let Ok(run) = Run::open(out) else { return Ok(()) };
        let lock = match lock(&directory) {
            Lock::Ours(file) => Some(file),
            Lock::Unknown => None,
            Lock::Theirs => return Ok(()),
        };
        let journal = Self { directory, _lock: lock };
        let Some(job) = journal.earlier()? else { return Ok(()) };
        let done = run.manifest();
        let same_gazetteer = done.gazetteer.fingerprint == job.gazetteer;
        if !same_gazetteer || done.settings != job.settings || run.has(MENTIONS_FILE) != job.mentions {
            return Ok(());
        }
        for number in 1..=job.parts.len() {
            let Some(part) = journal.finished(number)? else { return Ok(()) };
            if !part.manifest().inputs.iter().all(|input| done.inputs.contains(input)) {
                return Ok(());
            }
        }
        journal.finish()
    }

    /// The job whose parts are here, if there is one. A `job.json` that was not written to its end has no parts yet.
    fn earlier(&self) -> Result<Option<Job>> {
        self.check_own()?;
        let path = self.directory.join(JOB_FILE);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(path, "read", error)),
        };
        match serde_json::from_slice::<Job>(&json) {
            Ok(job) if job.format == FORMAT => Ok(Some(job)),
            _ if self.parts()?.is_empty() => {
                self.clear()?;
                Ok(None)
            }
            _ => Err(damaged(&path, "damaged: it does not say what the parts beside it are of")
                .with_remedy("add --force to begin anew")),
        }
    }

    /// The directory must hold nothing but what a journal holds.
    fn check_own(&self) -> Result<()> {
        let entries = list(&self.directory)?;
        let foreign = entries.iter().map(|(name, _)| name.to_string_lossy()).find(|name| {
            let is_stage = name.starts_with(".part-") && name.ends_with(".partial");
            name != JOB_FILE && !name.starts_with("part-") && !is_stage
        });
        match foreign {
            Some(name) => {
                let message = format!("it holds {name}, which is no part of an interrupted run");
                Err(Error::usage(message).at(&self.directory).with_remedy("move it away, or choose another --out"))
            }
            None => Ok(()),
        }
    }

    fn parts(&self) -> Result<BTreeSet<String>> {
        let entries = list(&self.directory)?;
        let names = entries.into_iter().map(|(name, _)| name.to_string_lossy().into_owned());
        Ok(names.filter(|name| name.starts_with("part-")).collect())
    }

    /// Removes everything but the directory.
    fn clear(&self) -> Result<()> {
        self.check_own()?;
        let failed = |error| Error::io(&self.directory, "remove the parts in", error);
        // The job last: what was not removed before a kill is removed by the next program.
        for (name, is_file) in list(&self.directory)? {
            if !is_file {
                remove_directory(&self.directory.join(name)).map_err(failed)?;
            }
        }
        match crate::files::remove_file(&self.directory.join(JOB_FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// Where part number `number`, from 1, is or will be.
    #[must_use]
    pub fn part(&self, number: usize) -> PathBuf {
        self.directory.join(format!("part-{number}"))
    }

    /// Part number `number`, if it is finished.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn finished(&self, number: usize) -> Result<Option<Run>> {
        let path = self.part(number);
        if path.exists() { Run::open(path).map(Some) } else { Ok(None) }
    }

    /// Removes the parts and the directory.
    ///
    /// # Errors
    ///
    /// If something cannot be removed; the run is complete nevertheless.
    pub fn finish(self) -> Result<()> {
        self.clear()?;
        remove_directory(&self.directory).map_err(|error| Error::io(&self.directory, "remove", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(paths: &[&str]) -> Job {
        let input = |path: &&str| JobInput { path: (*path).to_owned(), bytes: Some(1), modified: None };
        Job::new(RunSettings::default(), "abc", true, vec![paths.iter().map(input).collect()])
    }

    #[test]
    fn a_journal_is_for_one_job_and_one_program() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let journal = Journal::open(&out, &job(&["a"]), false).unwrap();
        let refused = |job: &Job, expected: &str| {
            let error = Journal::open(&out, job, false).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        #[cfg(unix)]
        refused(&job(&["a"]), "another dateline is writing");
        drop(journal);
        Journal::open(&out, &job(&["a"]), false).map(drop).unwrap();
        refused(&job(&["a", "b"]), "the input b is new");
        refused(&job(&["b"]), "the input b is new");
        refused(&job(&[]), "the input a is missing");
        let mut grown = job(&["a"]);
        grown.parts[0][0].bytes = Some(2);
        refused(&grown, "the input a has changed");
        refused(&Job { gazetteer: "def".to_owned(), ..job(&["a"]) }, "gazetteer is another than before");
        let settings = RunSettings { exclude: vec![crate::segment::Section::Lede], ..RunSettings::default() };
        refused(&Job { settings, ..job(&["a"]) }, "the setting exclude was [] and is [\"lede\"]");
        let journal = Journal::open(&out, &job(&["b"]), true).unwrap();
        journal.finish().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// The remedy that the error names must help.
    #[test]
    fn a_damaged_job_can_be_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let journal = Journal::open(&out, &job(&["a"]), false).unwrap();
        fs::create_dir(journal.part(1)).unwrap();
        drop(journal);
        fs::write(Journal::directory_of(&out).join(JOB_FILE), "{").unwrap();
        let error = Journal::open(&out, &job(&["a"]), false).unwrap_err().to_string();
        assert!(error.contains("damaged") && error.contains("--force"), "{error}");
        Journal::open(&out, &job(&["a"]), true).map(drop).unwrap();
    }

    #[test]
    fn nothing_foreign_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        fs::create_dir(Journal::directory_of(&out)).unwrap();
        let mine = Journal::directory_of(&out).join("mine.txt");
        fs::write(&mine, "mine").unwrap();
        let error = Journal::open(&out, &job(&["a"]), true).unwrap_err().to_string();
        assert!(error.contains("it holds mine.txt"), "{error}");
        assert!(mine.exists());
    }
}
