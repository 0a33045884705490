//! Writes the results of a run so that they appear whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::frame::{Codec, FileHeader};
use super::manifest::{RUN_FORMAT, RunManifest};
use super::reader::FileReader;
use super::rejects::RejectsWriter;
use super::run::{MANIFEST_FILE, REJECTS_FILE, Run};
use super::writer::FileWriter;
use crate::error::{Error, Result};
use crate::files::{DirectorySort, FileSummary, StagedDirectory, list, sync_file};

static RUN: DirectorySort = DirectorySort { noun: "run", marker: MANIFEST_FILE, format: RUN_FORMAT };

/// A run being written, in a temporary directory beside its final place.
///
/// The final name appears with [`commit`](Self::commit), by one rename of a complete directory. Dropping the writer before
/// removes what was written.
#[derive(Debug)]
#[must_use = "nothing appears under the final name until the run is committed"]
pub struct RunWriter {
    directory: StagedDirectory,
    files: BTreeMap<String, FileSummary>,
}

impl RunWriter {
    /// Begins a run that will stand at `out`.
    ///
    /// With `force` an empty directory or an earlier run may stand there already; it is kept until the new run is complete.
    /// Nothing else is ever replaced, nor a run beside whose files somebody put others.
    ///
    /// # Errors
    ///
    /// If `out` exists and may not be replaced, or the directory it is to stand in does not exist or cannot be written to.
    pub fn create(out: impl AsRef<Path>, force: bool) -> Result<Self> {
        let directory = StagedDirectory::create(out.as_ref(), force, &RUN)?;
        Ok(Self { directory, files: BTreeMap::new() })
    }

    /// Where the run will stand.
    #[must_use]
    pub fn out(&self) -> &Path {
        self.directory.out()
    }

    /// Where to write the file `name` of the run for now.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Begins the `.dln` file `name`.
    ///
    /// # Errors
    ///
    /// If it cannot be created, for one because the run has it already.
    pub fn file(&self, name: &str, header: &FileHeader) -> Result<FileWriter> {
        FileWriter::from_writer(self.directory.file(name)?, header, Codec::default())
    }

    /// Begins `rejects.jsonl`.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn rejects(&self) -> Result<RejectsWriter> {
        Ok(RejectsWriter::from_writer(self.directory.file(REJECTS_FILE)?))
    }

    /// Notes size and hash of a finished file, which [`commit`](Self::commit) would otherwise compute by reading it.
    pub fn add(&mut self, name: impl Into<String>, summary: FileSummary) {
        self.files.insert(name.into(), summary);
    }

    /// Completes the run: the manifest gets the list of `files` and is written last, everything is forced to the disk, and
    /// the directory takes its final name.
    ///
    /// # Errors
    ///
    /// If the books do not balance, something is written wrongly, or what stands at the final name may not be replaced
    /// any more. Unless the error says that the new run is complete, nothing has changed there.
    pub fn commit(self, mut manifest: RunManifest) -> Result<Run> {
        if !manifest.books.balanced() {
            let message = format!("the books of the run do not balance: {:?}", manifest.books);
            return Err(Error::format(self.out(), message).with_remedy("please report this as a bug of dateline"));
        }
        manifest.files = self.summaries()?;
        let mut file = self.directory.file(MANIFEST_FILE)?;
        file.put(manifest.to_json())?;
        file.finish()?;
        Ok(Run::new(self.directory.place()?, manifest))
    }

    /// Size and hash of every file, all of them on the disk.
    fn summaries(&self) -> Result<BTreeMap<String, FileSummary>> {
        let directory = self.directory.path();
        let mut summaries = BTreeMap::new();
        for (name, is_file) in list(directory)? {
            let path = directory.join(&name);
            let Some(name) = name.to_str().filter(|_| is_file) else {
                return Err(Error::format(path, "a run holds plain files only"));
            };
            let summary = match self.files.get(name) {
                Some(summary) => summary.clone(),
                None => {
                    sync_file(&path).map_err(|error| Error::io(&path, "write", error))?;
                    let frame = match name.ends_with(".dln") {
                        true => Some(FileReader::open(&path)?.frame().to_owned()),
                        false => None,
                    };
                    FileSummary { frame, ..FileSummary::of(&path)? }
                }
            };
            let bytes = fs::metadata(&path).map_err(|error| Error::io(&path, "read", error))?.len();
            if bytes != summary.bytes {
                return Err(Error::format(path, format!("it has {bytes} bytes, {} were written", summary.bytes)));
            }
            summaries.insert(name.to_owned(), summary);
        }
        match self.files.keys().find(|name| !summaries.contains_key(*name)) {
            Some(name) => Err(Error::format(self.path(name), "it disappeared before the run was complete")),
            None => Ok(summaries),
        }
    }
}
