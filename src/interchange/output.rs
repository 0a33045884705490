//! Files that appear whole or not at all: written under a temporary name, synced, renamed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir};

use super::record::{Record, Removal, write_gaz};
use crate::error::{Error, Result};
use crate::hash::hex;

/// A file that gets its name when [`commit`](Self::commit) is called.
pub(super) struct AtomicFile {
    out: PathBuf,
    folder: PathBuf,
    writer: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// # Errors
    ///
    /// If `out` exists and `force` is not set, or is not a file; if the folder does not exist or is not writable.
    pub(super) fn create(out: &Path, force: bool) -> Result<Self> {
        if out.file_name().is_none() {
            return Err(Error::usage("not a name for a file").at(out).with_remedy("choose one with --out"));
        }
        match out.symlink_metadata() {
            Ok(found) if found.is_dir() => {
                return Err(Error::usage("it is a directory").at(out).with_remedy("choose another name with --out"));
            }
            Ok(_) if !force => {
                let remedy = "choose another name with --out, or add --force to replace it";
                return Err(Error::usage("it exists already").at(out).with_remedy(remedy));
            }
            _ => {}
        }
        let folder = folder_of(out);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dateline-").suffix(".partial");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The permissions of any new file; the process's umask still applies.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(&folder).map_err(|error| Error::io(&folder, "write a file in", error))?;
        Ok(Self { out: out.to_owned(), folder, writer: BufWriter::with_capacity(256 << 10, file) })
    }

    /// Runs one write; its error names the file.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut BufWriter<NamedTempFile>) -> io::Result<()>) -> Result<()> {
        write(&mut self.writer).map_err(|error| Error::io(&self.out, "write", error))
    }

    /// Gives the file its name.
    pub(super) fn commit(self) -> Result<()> {
        let failed = |error| Error::io(&self.out, "write", error);
        let file = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.out).map_err(|error| failed(error.error))?;
        // The rename should survive a crash, too; if the folder cannot be synced, nothing can be done about it.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// The folder that contains the path.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// The two text forms of a gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    Gaz,
    JsonLines,
}

impl TextFormat {
    /// The format by the ending of the name.
    pub(super) fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gaz") => Ok(Self::Gaz),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            _ => {
                let message = "the name of the output ends neither in .gaz nor in .jsonl";
                Err(Error::usage(message).at(path).with_remedy("its ending determines the format"))
            }
        }
    }
}

/// A gazetteer being written as text.
pub(super) struct Output {
    file: AtomicFile,
    format: TextFormat,
}

impl Output {
    pub(super) fn create(out: &Path, force: bool, format: TextFormat) -> Result<Self> {
        let mut output = Self { file: AtomicFile::create(out, force)?, format };
        output.comment("dateline gazetteer")?;
        Ok(output)
    }

    /// Writes a comment line, if the format has comments.
    pub(super) fn comment(&mut self, text: &str) -> Result<()> {
        match self.format {
            TextFormat::Gaz => self.file.write(|out| writeln!(out, "# {text}")),
            TextFormat::JsonLines => Ok(()),
        }
    }

    pub(super) fn write(&mut self, record: &Record) -> Result<()> {
        let format = self.format;
        self.file.write(|out| match format {
            TextFormat::Gaz => write_gaz(record, out),
            TextFormat::JsonLines => {
                serde_json::to_writer(&mut *out, record)?;
                out.write_all(b"\n")
            }
        })
    }

    /// Writes that an entity of a lower layer, or one name of it, is removed.
    pub(super) fn remove(&mut self, id: &str, name: Option<&str>) -> Result<()> {
        let removal = Removal { remove: id.to_owned(), name: name.map(str::to_owned) };
        let format = self.format;
        self.file.write(|out| match (format, name) {
            (TextFormat::Gaz, Some(name)) => writeln!(out, "!remove\t{id}\t{name}"),
            (TextFormat::Gaz, None) => writeln!(out, "!remove\t{id}"),
            (TextFormat::JsonLines, _) => {
                serde_json::to_writer(&mut *out, &removal)?;
                out.write_all(b"\n")
            }
        })
    }

    pub(super) fn commit(self) -> Result<()> {
        self.file.commit()
    }
}

/// The file by which a folder is recognised as an export; it lists the files written and their hashes.
const MARK: &str = "export.json";
/// The value of `format` in this file.
const MARK_FORMAT: &str = "dateline-gazetteer-export";

/// The content of [`MARK`].
#[derive(Serialize, Deserialize)]
struct Mark {
    format: String,
    /// SHA-256 of each other file, by its name.
    files: BTreeMap<String, String>,
}

/// A folder of files that gets its name when [`commit`](Self::commit) is called.
pub(super) struct AtomicFolder {
    out: PathBuf,
    folder: PathBuf,
    force: bool,
    temporary: TempDir,
    files: BTreeMap<String, String>,
}

impl AtomicFolder {
    /// # Errors
    ///
    /// If something exists at `out`, unless `force` is set and it is an empty folder or contains only what an earlier
    /// export wrote there; if the parent folder does not exist or is not writable.
    pub(super) fn create(out: &Path, force: bool) -> Result<Self> {
        if out.file_name().is_none() {
            return Err(Error::usage("not a name for a folder").at(out).with_remedy("choose one with --out"));
        }
        is_replaceable(out, force)?;
        let folder = folder_of(out);
        let temporary = temporary_folder(&folder)?;
        Ok(Self { out: out.to_owned(), folder, force, temporary, files: BTreeMap::new() })
    }

    pub(super) fn write_file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Hashing<BufWriter<File>>) -> io::Result<()>,
    ) -> Result<()> {
        let write = || {
            let file = BufWriter::new(File::create(self.temporary.path().join(name))?);
            let mut out = Hashing { inner: file, hash: Sha256::new() };
            write(&mut out)?;
            let Hashing { inner, hash } = out;
            inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            Ok(hex(&hash.finalize()))
        };
        let sha256 = write().map_err(|error| Error::io(self.out.join(name), "write", error))?;
        self.files.insert(name.to_owned(), sha256);
        Ok(())
    }

    /// Gives the folder its name; an earlier folder is removed only when the new one is complete.
    pub(super) fn commit(mut self) -> Result<()> {
        let mark = Mark { format: MARK_FORMAT.to_owned(), files: self.files.clone() };
        self.write_file(MARK, |out| {
            serde_json::to_writer_pretty(&mut *out, &mark)?;
            out.write_all(b"\n")
        })?;
        let failed = |error| Error::io(&self.out, "write", error);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The permissions of the parent folder, which the user can read.
            let mode = std::fs::metadata(&self.folder).map_or(0o755, |folder| folder.permissions().mode() & 0o777);
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(self.temporary.path(), permissions).map_err(failed)?;
        }
        let aside = temporary_folder(&self.folder)?;
        // Checked again: files may have been added since the export began.
        if is_replaceable(&self.out, self.force)? {
            std::fs::rename(&self.out, aside.path().join("earlier")).map_err(failed)?;
        }
        std::fs::rename(self.temporary.path(), &self.out).map_err(|error| {
            // Restore the earlier folder.
            let _ = std::fs::rename(aside.path().join("earlier"), &self.out);
            failed(error)
        })?;
        let _moved_away = self.temporary.keep();
        Ok(())
    }
}

/// A writer that passes bytes on and hashes them.
pub(super) struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Whether there is a folder at `out` that may be replaced; `false` if there is nothing.
///
/// # Errors
///
/// If there is anything else: something without `force`, something other than a folder, or a folder with a file that no
/// export of this program wrote or that was changed since.
fn is_replaceable(out: &Path, force: bool) -> Result<bool> {
    let refuse = |message: String| {
        Err(Error::usage(message).at(out).with_remedy("remove it yourself or choose another name with --out"))
    };
    match out.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::io(out, "look at", error)),
        Ok(_) if !force => {
            let remedy = "choose another name with --out, or add --force to replace an earlier export";
            return Err(Error::usage("it exists already").at(out).with_remedy(remedy));
        }
        Ok(found) if !found.is_dir() => return refuse("it exists already and is not a folder".to_owned()),
        Ok(_) => {}
    }
    let failed = |error| Error::io(out, "list", error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(out).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    names.sort();
    if names.is_empty() {
        return Ok(true);
    }
    let mark = std::fs::read(out.join(MARK)).ok().and_then(|json| serde_json::from_slice::<Mark>(&json).ok());
    let known = mark.filter(|mark| mark.format == MARK_FORMAT).map(|mark| mark.files).unwrap_or_default();
    let is_mark = |name: &OsString| !known.is_empty() && name.as_os_str() == MARK;
    let hash = |name: &OsString| name.to_str().and_then(|name| known.get(name));
    let foreign: Vec<String> = names
        .iter()
        .filter(|name| !is_mark(name) && hash(name).is_none())
        .map(|name| name.display().to_string())
        .collect();
    if !foreign.is_empty() {
        const SHOWN: usize = 5;
        let more = if foreign.len() > SHOWN { ", ..." } else { "" };
        let list = foreign.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        return refuse(format!("it holds {list}{more}, which no export wrote, so --force does not replace it"));
    }
    for name in names.iter().filter(|name| !is_mark(name)) {
        let path = out.join(name);
        let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
        if !is_file || hash_of(&path).ok().as_ref() != hash(name) {
            let name = name.display();
            return refuse(format!(
                "it holds {name}, which was changed since an export wrote it, so --force does not replace it"
            ));
        }
    }
    Ok(true)
}

/// SHA-256 of a file.
fn hash_of(path: &Path) -> io::Result<String> {
    let mut out = Hashing { inner: io::sink(), hash: Sha256::new() };
    io::copy(&mut File::open(path)?, &mut out)?;
    Ok(hex(&out.hash.finalize()))
}

fn temporary_folder(parent: &Path) -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix(".dateline-").suffix(".partial").tempdir_in(parent);
    made.map_err(|error| Error::io(parent, "write a folder in", error))
}
