//! Writes the results of a run so that they appear whole or not at all.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use tempfile::TempDir;

use super::frame::FileHeader;
use super::manifest::{RUN_FORMAT, RunManifest};
use super::rejects::RejectsWriter;
use super::run::{MANIFEST_FILE, REJECTS_FILE, Run};
use super::writer::{FileSummary, FileWriter};
use crate::error::{Error, Result};

/// A run being written, in a temporary directory beside its final place.
///
/// The final name appears with [`commit`](Self::commit), by one rename of a complete directory. Dropping the writer before
/// removes what was written.
#[derive(Debug)]
#[must_use = "nothing appears under the final name until the run is committed"]
pub struct RunWriter {
    out: PathBuf,
    parent: PathBuf,
    force: bool,
    directory: TempDir,
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
        let out = out.as_ref();
        let Some(name) = out.file_name() else {
            return Err(Error::usage("not a name for a new directory").at(out).with_remedy("choose one with --out"));
        };
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if !parent.is_dir() {
            let message = format!("{} is not an existing directory", parent.display());
            return Err(Error::usage(message).at(out).with_remedy("create it first or choose another name with --out"));
        }
        check_replaceable(out, force)?;
        let directory = temporary_directory(&parent, name, ".partial")?;
        // Without a trailing slash or dot, which would make `rename` insist on an existing directory.
        let out = match out.parent() {
            Some(parent) => parent.join(name),
            None => PathBuf::from(name),
        };
        Ok(Self { out, parent, force, directory, files: BTreeMap::new() })
    }

    /// Where the run will stand.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
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
        FileWriter::create(self.path(name), header)
    }

    /// Begins `rejects.jsonl`.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn rejects(&self) -> Result<RejectsWriter> {
        RejectsWriter::create(self.path(REJECTS_FILE))
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
            return Err(Error::format(self.out, message).with_remedy("please report this as a bug of dateline"));
        }
        manifest.files = self.summaries()?;
        let manifest_path = self.path(MANIFEST_FILE);
        File::create_new(&manifest_path)
            .and_then(|mut file| file.write_all(manifest.to_json().as_bytes()).and_then(|()| file.sync_all()))
            .map_err(|error| Error::io(manifest_path, "write", error))?;
        sync_directory(self.directory.path(), "write")?;

        let replaced = match check_replaceable(&self.out, self.force)? {
            Standing::Nothing => None,
            Standing::Replaceable => Some(self.move_aside()?),
        };
        let renamed = fs::rename(self.directory.path(), &self.out);
        if let Err(error) = renamed {
            if let Some(aside) = replaced {
                // Best effort: if even this fails, the earlier run is safe where it is.
                match fs::rename(earlier(&aside), &self.out) {
                    Ok(()) => drop(aside.close()),
                    Err(_) => drop(aside.keep()),
                }
            }
            return Err(Error::io(self.out, "give the run its final name", error));
        }
        let _renamed_away = self.directory.keep();
        sync_directory(&self.parent, "write the name of the new run, which is complete, in")?;
        if let Some(aside) = replaced {
            let path = aside.path().to_path_buf();
            aside
                .close()
                .map_err(|error| Error::io(path, "remove the earlier run (the new one is complete)", error))?;
        }
        Ok(Run::new(self.out, manifest))
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
                    File::open(&path).and_then(|file| file.sync_all()).map_err(|e| Error::io(&path, "write", e))?;
                    FileSummary::of(&path)?
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

    /// Moves what stands at the final name into a new directory beside it.
    fn move_aside(&self) -> Result<TempDir> {
        let name = self.out.file_name().expect("checked when the run was begun");
        let aside = temporary_directory(&self.parent, name, ".replaced")?;
        fs::rename(&self.out, earlier(&aside)).map_err(|error| Error::io(&self.out, "replace", error))?;
        Ok(aside)
    }
}

/// Where the earlier run stands within the directory it was moved aside to.
fn earlier(aside: &TempDir) -> PathBuf {
    aside.path().join("run")
}

/// What is at the final name.
enum Standing {
    Nothing,
    Replaceable,
}

/// Whether a run may take the name `out`.
fn check_replaceable(out: &Path, force: bool) -> Result<Standing> {
    let refuse = |message: &str| {
        Err(Error::usage(message).at(out).with_remedy("remove it yourself or choose another name with --out"))
    };
    let metadata = match fs::symlink_metadata(out) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Standing::Nothing),
        Err(error) => return Err(Error::io(out, "look at", error)),
    };
    if !force {
        let error = Error::usage("it exists already").at(out);
        return Err(error.with_remedy("choose another name with --out, or add --force to replace an earlier run"));
    }
    if !metadata.is_dir() {
        return refuse("it exists already and is not a directory");
    }
    let entries = list(out)?;
    if entries.is_empty() {
        return Ok(Standing::Replaceable);
    }
    let Some(marker) = fs::read(out.join(MANIFEST_FILE)).ok().and_then(|json| Marker::read(&json)) else {
        return refuse("it exists already and is not a run, so --force does not replace it");
    };
    let is_known =
        |name: &OsString| name.to_str().is_some_and(|name| name == MANIFEST_FILE || marker.files.contains_key(name));
    match entries.iter().find(|(name, is_file)| !is_file || !is_known(name)) {
        Some((name, _)) => {
            let name = name.display();
            refuse(&format!("it holds {name}, which is not part of the run, so --force does not replace it"))
        }
        None => Ok(Standing::Replaceable),
    }
}

/// What of a manifest tells the files of a run, also of a damaged or newer one.
#[derive(Deserialize)]
struct Marker {
    format: String,
    files: BTreeMap<String, IgnoredAny>,
}

impl Marker {
    fn read(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().filter(|marker: &Self| marker.format == RUN_FORMAT)
    }
}

/// The names in a directory, sorted, and whether each is a plain file.
pub(super) fn list(directory: &Path) -> Result<Vec<(OsString, bool)>> {
    let read = || -> std::io::Result<_> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            entries.push((entry.file_name(), entry.file_type()?.is_file()));
        }
        entries.sort();
        Ok(entries)
    };
    read().map_err(|error| Error::io(directory, "list", error))
}

fn temporary_directory(parent: &Path, name: &OsStr, suffix: &str) -> Result<TempDir> {
    let mut prefix = OsString::from(".");
    // A name may be as long as the system allows; with more around it, it must not become longer.
    prefix.push(if name.len() <= 200 { name } else { OsStr::new("run") });
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(suffix);
    // What any other new directory has; the default is for secrets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(parent).map_err(|error| Error::io(parent, "create a directory in", error))
}

/// Forces the names in a directory to the disk, where the system has that.
fn sync_directory(path: &Path, action: &str) -> Result<()> {
    if cfg!(unix) {
        File::open(path).and_then(|file| file.sync_all()).map_err(|error| Error::io(path, action, error))?;
    }
    Ok(())
}
