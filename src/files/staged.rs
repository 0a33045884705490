//! Files and directories that appear whole or not at all, and replace nothing but what dateline made.
//!
//! What is written to `out/RESULT` is built as `out/.RESULT.dateline-XXXXXX.partial/new/RESULT`:
//!
//! 1. All files are written and forced to the disk; in a directory the one that marks it as finished comes last.
//! 2. The names in the new directory are forced to the disk.
//! 3. The new file or directory takes its final name by one rename. A directory that is to be replaced exchanges its place with the new
//!    one in the same step; where the system cannot do that, it moves to `earlier/` beside `new/` before, and comes back if the rename fails.
//! 4. The names in `out` are forced to the disk.
//! 5. The hidden directory is removed, with the earlier result if there is one.
//!
//! A program that is killed on the way leaves the hidden directory. It holds a lock on it as long as it lives, so the next
//! one that writes to `out` can see that nobody is at work there: it puts an earlier result that has lost its place back, and
//! removes the rest.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{FileSummary, Writer, disk};
use crate::error::{Error, Result};
use crate::hash::hex;

/// What results of one sort look like that are one file.
#[derive(Debug)]
pub(crate) struct FileSort {
    /// What people call them.
    pub(crate) noun: &'static str,
    /// Whether a file that begins and ends like this is one that dateline wrote. Both are up to 64 KiB and may overlap. A
    /// format that does not show who wrote a file is nobody's.
    pub(crate) is_own: fn(head: &[u8], tail: &[u8]) -> bool,
}

/// What finished results of one sort look like that are a directory.
///
/// One file marks the directory: JSON with its `format` and, by name, the other `files`. A marker may give the SHA-256 of each
/// file in place of other numbers; then a file that was changed since is somebody's work, and the directory is not replaced.
#[derive(Debug)]
pub(crate) struct DirectorySort {
    /// What people call them.
    pub(crate) noun: &'static str,
    /// Name of the file that marks the directory.
    pub(crate) marker: &'static str,
    /// What its `format` says.
    pub(crate) format: &'static str,
}

/// A file being written by whoever opens its [`path`](Self::path).
///
/// It takes its final name with [`place`](Self::place). Dropping it before removes what was written.
#[derive(Debug)]
#[must_use = "nothing appears under the final name until the file is placed"]
pub(crate) struct StagedFile {
    stage: Stage,
    force: bool,
    sort: &'static FileSort,
}

impl StagedFile {
    /// Begins a file that will be called `out`; nothing is at its temporary [`path`](Self::path) yet.
    ///
    /// With `force` it may replace a file that is empty or that dateline wrote, which stays until the new one is complete.
    pub(crate) fn create(out: &Path, force: bool, sort: &'static FileSort) -> Result<Self> {
        let stage = Stage::beside(out, |out| check_file(out, force, sort).map(drop))?;
        Ok(Self { stage, force, sort })
    }

    /// Where it is for now.
    pub(crate) fn path(&self) -> &Path {
        &self.stage.path
    }

    /// Forces the complete file to the disk and gives it its final name.
    pub(crate) fn place(self) -> Result<PathBuf> {
        let Stage { out, path, .. } = &self.stage;
        disk::sync_file(path).map_err(|error| Error::io(out, "write", error))?;
        let placed = match check_file(out, self.force, self.sort)? {
            Standing::Nothing => disk::rename_file_to_free_name(path, out),
            Standing::Replaceable => disk::rename(path, out),
        };
        placed.map_err(|error| self.stage.not_placed(self.sort.noun, error))?;
        self.stage.finish(self.sort.noun)
    }
}

/// A [`StagedFile`] with the writer that fills it.
#[derive(Debug)]
#[must_use = "nothing appears under the final name until the file is committed"]
pub(crate) struct AtomicFile {
    staged: StagedFile,
    writer: Writer,
}

impl AtomicFile {
    /// Like [`StagedFile::create`].
    pub(crate) fn create(out: &Path, force: bool, sort: &'static FileSort) -> Result<Self> {
        let staged = StagedFile::create(out, force, sort)?;
        let writer = Writer::labelled(staged.path(), staged.stage.out.clone())?;
        Ok(Self { staged, writer })
    }

    /// Runs one write; its error names the file.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut Writer) -> io::Result<()>) -> Result<()> {
        self.writer.put_with(write)
    }

    /// Like [`StagedFile::place`].
    pub(crate) fn commit(self) -> Result<PathBuf> {
        self.writer.finish()?;
        self.staged.place()
    }
}

/// A directory being filled.
///
/// It takes its final name with [`place`](Self::place). Dropping it before removes what was written.
#[derive(Debug)]
#[must_use = "nothing appears under the final name until the directory is placed"]
pub(crate) struct StagedDirectory {
    stage: Stage,
    force: bool,
    sort: &'static DirectorySort,
}

impl StagedDirectory {
    /// Begins a directory that will be called `out`.
    ///
    /// With `force` it may replace an empty directory or an earlier one of its sort, which stays until the new one is complete.
    /// Nothing else is ever replaced, nor one that somebody has put other files in.
    pub(crate) fn create(out: &Path, force: bool, sort: &'static DirectorySort) -> Result<Self> {
        let stage = Stage::beside(out, |out| check_directory(out, out, force, sort).map(drop))?;
        disk::create_directories(&stage.path)
            .map_err(|error| Error::io(&stage.parent, "create a directory in", error))?;
        Ok(Self { stage, force, sort })
    }

    /// Where it will be.
    pub(crate) fn out(&self) -> &Path {
        &self.stage.out
    }

    /// Where it is for now.
    pub(crate) fn path(&self) -> &Path {
        &self.stage.path
    }

    /// Begins a file in it.
    pub(crate) fn file(&self, name: &str) -> Result<Writer> {
        Writer::labelled(&self.path().join(name), self.out().join(name))
    }

    /// Gives the directory, all of whose files are on the disk, its final name.
    pub(crate) fn place(self) -> Result<PathBuf> {
        let Self { stage, force, sort } = self;
        let Stage { out, path, .. } = &stage;
        disk::sync_directory(path).map_err(|error| Error::io(out, "write", error))?;
        match check_directory(out, out, force, sort)? {
            Standing::Nothing => disk::rename(path, out).map_err(|error| stage.not_placed(sort.noun, error))?,
            Standing::Replaceable
                if disk::exchange(path, out).map_err(|error| stage.not_placed(sort.noun, error))? =>
            {
                // The earlier one is now where the new one was. Looked at again there, where nobody can find it: somebody may just
                // have put a file in.
                if let Err(error) = check_directory(path, out, force, sort) {
                    return Err(stage.exchange_back(error));
                }
            }
            Standing::Replaceable => {
                let earlier = stage.move_aside()?;
                // Looked at again where nobody can find it: somebody may just have put a file in.
                let placed = check_directory(&earlier, out, force, sort)
                    .and_then(|_| disk::rename(path, out).map_err(|error| stage.not_placed(sort.noun, error)));
                if let Err(error) = placed {
                    return Err(stage.put_back(&earlier, error));
                }
            }
        }
        stage.finish(sort.noun)
    }
}

/// What begins and ends the name of a stage, around six letters and digits.
const STAGE: &str = ".dateline-";
const STAGE_END: &str = ".partial";
const NEW: &str = "new";
const EARLIER: &str = "earlier";

/// The hidden directory beside `out` in which it is built.
#[derive(Debug)]
struct Stage {
    out: PathBuf,
    parent: PathBuf,
    name: OsString,
    /// What will become `out`.
    path: PathBuf,
    directory: TempDir,
    /// Locked; after `directory`, so that it is closed after that is removed. Some file systems have no locks.
    _lock: Option<fs::File>,
}

impl Stage {
    /// Clears away what killed programs left, asks whether `out` may be written, and makes the hidden directory.
    fn beside(out: &Path, check: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let Some(name) = out.file_name() else {
            return Err(Error::usage("not a name for something new").at(out).with_remedy("choose one with --out"));
        };
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if !parent.is_dir() {
            let message = format!("{} is not an existing directory", parent.display());
            return Err(Error::usage(message).at(out).with_remedy("create it first or choose another name with --out"));
        }
        // Without a trailing slash or dot, which would make `rename` insist on an existing directory.
        let out = out.parent().map_or_else(|| PathBuf::from(name), |parent| parent.join(name));
        clear_leftovers(&parent);
        check(&out)?;
        let failed = |error| Error::io(&parent, "create a directory in", error);
        let (directory, lock) = locked_directory(&parent, &prefix(name)).map_err(failed)?;
        let new = directory.path().join(NEW);
        disk::create_directories(&new).map_err(failed)?;
        Ok(Self { path: new.join(name), name: name.to_owned(), out, parent, directory, _lock: lock })
    }

    /// Moves what is at the final name into the stage, and says where it is now.
    fn move_aside(&self) -> Result<PathBuf> {
        let folder = self.directory.path().join(EARLIER);
        let earlier = folder.join(&self.name);
        let moved = disk::create_directories(&folder).and_then(|()| disk::rename(&self.out, &earlier));
        moved.map_err(|error| Error::io(&self.out, "replace", error))?;
        Ok(earlier)
    }

    /// Moves it back because of an error, to which it adds where the earlier result is if even that fails.
    fn put_back(self, earlier: &Path, error: Error) -> Error {
        match disk::rename(earlier, &self.out) {
            Ok(()) => error,
            Err(_) => {
                let _kept = self.directory.keep();
                error.with_remedy(format!("what was there is safe in {}", earlier.display()))
            }
        }
    }

    /// Undoes an exchange because of an error, to which it adds where the earlier result is if even that fails.
    fn exchange_back(self, error: Error) -> Error {
        match disk::exchange(&self.path, &self.out) {
            Ok(true) => error,
            Ok(false) | Err(_) => {
                let path = self.path.display().to_string();
                let _kept = self.directory.keep();
                error.with_remedy(format!("what was there is safe in {path}"))
            }
        }
    }

    fn not_placed(&self, noun: &str, error: io::Error) -> Error {
        Error::io(&self.out, &format!("give the {noun} its final name"), error)
    }

    /// Makes the final name last, and removes the stage.
    fn finish(self, noun: &str) -> Result<PathBuf> {
        disk::sync_directory(&self.parent).map_err(|error| {
            Error::io(&self.parent, &format!("write the name of the new {noun}, which is complete, in"), error)
        })?;
        let path = self.directory.keep();
        disk::remove_directory(&path).map_err(|error| {
            Error::io(path, &format!("remove a temporary directory (the new {noun} is complete)"), error)
        })?;
        Ok(self.out)
    }
}

/// How the name of a stage for `name` begins. A name may be as long as the system allows; with more around it, it must not
/// become longer.
fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    if name.len() <= 200 {
        prefix.push(name);
    } else {
        prefix.push(&hex(&Sha256::digest(name.as_encoded_bytes()))[..16]);
    }
    prefix.push(STAGE);
    prefix
}

/// Makes a new hidden directory that nobody clears away as long as the lock is held.
fn locked_directory(parent: &Path, prefix: &OsStr) -> io::Result<(TempDir, Option<fs::File>)> {
    loop {
        let directory = disk::new_directory(parent, prefix, STAGE_END)?;
        match lock(directory.path()) {
            Lock::Ours(lock) if directory.path().exists() => return Ok((directory, Some(lock))),
            // Another program took it for a leftover before it was locked.
            Lock::Ours(_) | Lock::Theirs => {}
            Lock::Unknown => return Ok((directory, None)),
        }
    }
}

/// Whether a program is at work in a directory.
pub(crate) enum Lock {
    /// Nobody was; as long as this is open, others see that somebody is.
    Ours(fs::File),
    /// Another program is.
    Theirs,
    /// The system or the file system cannot tell.
    Unknown,
}

/// Says that this program is at work in a directory, unless another one is.
pub(crate) fn lock(stage: &Path) -> Lock {
    // Elsewhere a directory cannot be opened like a file.
    let Some(directory) = cfg!(unix).then(|| fs::File::open(stage).ok()).flatten() else { return Lock::Unknown };
    match directory.try_lock() {
        Ok(()) => Lock::Ours(directory),
        Err(fs::TryLockError::WouldBlock) => Lock::Theirs,
        Err(fs::TryLockError::Error(_)) => Lock::Unknown,
    }
}

/// Clears away the stages in `parent` whose programs were killed. What cannot be cleared away stays, for the next time.
fn clear_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if is_stage(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = clear_leftover(&entry.path(), parent);
        }
    }
}

fn is_stage(name: &OsStr) -> bool {
    let Some(name) = name.as_encoded_bytes().strip_suffix(STAGE_END.as_bytes()) else { return false };
    let Some((start, random)) = name.split_last_chunk::<6>() else { return false };
    name.starts_with(b".") && start.ends_with(STAGE.as_bytes()) && random.iter().all(u8::is_ascii_alphanumeric)
}

fn clear_leftover(stage: &Path, parent: &Path) -> io::Result<()> {
    let Lock::Ours(_lock) = lock(stage) else { return Ok(()) };
    let names = |folder: &Path| -> io::Result<Vec<OsString>> {
        match fs::read_dir(folder) {
            Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    };
    if names(stage)?.iter().any(|name| name != NEW && name != EARLIER) {
        // Somebody put something in.
        return Ok(());
    }
    let is_placed = names(&stage.join(NEW))?.is_empty();
    for name in names(&stage.join(EARLIER))? {
        let (earlier, home) = (stage.join(EARLIER).join(&name), parent.join(&name));
        match home.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => disk::rename(&earlier, &home)?,
            // What took its place is the new one.
            Ok(_) if is_placed => {}
            _ => return Ok(()),
        }
    }
    disk::remove_directory(stage)
}

/// What is at the final name.
enum Standing {
    Nothing,
    Replaceable,
}

/// What every sort of result has in common: `None` if something is there that may perhaps be replaced.
fn check_free(at: &Path, out: &Path, force: bool, to_replace: &str) -> Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(at) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(out, "look at", error)),
        Ok(_) if !force => {
            let remedy = format!("choose another name with --out, or add --force to replace {to_replace}");
            Err(Error::usage("it exists already").at(out).with_remedy(remedy))
        }
        Ok(metadata) => Ok(Some(metadata)),
    }
}

fn refuse<T>(out: &Path, message: impl Into<String>) -> Result<T> {
    let error = Error::usage(message.into()).at(out);
    Err(error.with_remedy("remove it yourself or choose another name with --out"))
}

/// Whether a file may take the name `out`.
fn check_file(out: &Path, force: bool, sort: &FileSort) -> Result<Standing> {
    let noun = sort.noun;
    if fs::symlink_metadata(out).is_ok_and(|metadata| metadata.is_dir()) {
        let error = Error::usage(format!("it is a directory, and this {noun} is one file")).at(out);
        return Err(error.with_remedy("choose another name with --out"));
    }
    let Some(metadata) = check_free(out, out, force, "it")? else { return Ok(Standing::Nothing) };
    if !metadata.is_file() {
        return refuse(out, "it exists already and is not a plain file, so --force does not replace it");
    }
    let (head, tail) = ends(out).map_err(|error| Error::io(out, "look at", error))?;
    if !head.is_empty() && !(sort.is_own)(&head, &tail) {
        let article = article(noun);
        let message =
            format!("it is not recognisable as {article} {noun} that dateline wrote, so --force does not replace it");
        return refuse(out, message);
    }
    Ok(Standing::Replaceable)
}

/// How a file begins and ends.
fn ends(path: &Path) -> io::Result<(Vec<u8>, Vec<u8>)> {
    const LENGTH: u64 = 1 << 16;
    let mut file = fs::File::open(path)?;
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    file.by_ref().take(LENGTH).read_to_end(&mut head)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LENGTH)))?;
    file.take(LENGTH).read_to_end(&mut tail)?;
    Ok((head, tail))
}

/// Whether a directory may take the name `out`, where now lies what is found `at` this path.
fn check_directory(at: &Path, out: &Path, force: bool, sort: &DirectorySort) -> Result<Standing> {
    let noun = sort.noun;
    let Some(metadata) = check_free(at, out, force, &format!("an earlier {noun}"))? else {
        return Ok(Standing::Nothing);
    };
    if !metadata.is_dir() {
        return refuse(out, "it exists already and is not a directory");
    }
    let entries = list(at)?;
    let Some((first, _)) = entries.first() else { return Ok(Standing::Replaceable) };
    let marked = fs::read(at.join(sort.marker)).ok().and_then(|json| Marked::read(&json, sort));
    let Some(Marked { files, .. }) = marked else {
        let (article, first) = (article(noun), first.display());
        let message =
            format!("it exists already and is not {article} {noun} (it holds {first}), so --force does not replace it");
        return refuse(out, message);
    };
    for (name, is_file) in &entries {
        if *is_file && name == sort.marker {
            continue;
        }
        let shown = name.display();
        let Some(known) = name.to_str().and_then(|name| files.get(name)).filter(|_| *is_file) else {
            let message = format!("it holds {shown}, which is not part of the {noun}, so --force does not replace it");
            return refuse(out, message);
        };
        if let Value::String(sha256) = known
            && FileSummary::of(at.join(name))?.sha256 != *sha256
        {
            let message = format!("it holds {shown}, which was changed since, so --force does not replace it");
            return refuse(out, message);
        }
    }
    Ok(Standing::Replaceable)
}

/// What of a marker tells the files of its directory, also of a damaged or newer one.
#[derive(Deserialize)]
struct Marked {
    format: String,
    files: BTreeMap<String, Value>,
}

impl Marked {
    fn read(json: &[u8], sort: &DirectorySort) -> Option<Self> {
        serde_json::from_slice(json).ok().filter(|marked: &Self| marked.format == sort.format)
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The names in a directory, sorted, and whether each is a plain file.
pub(crate) fn list(directory: &Path) -> Result<Vec<(OsString, bool)>> {
    let read = || -> io::Result<_> {
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
