//! Files that appear whole or not at all: written under a temporary name, synced, renamed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use super::record::{Record, write_gaz};
use crate::error::{Error, Result};

/// A file that has its name once [`commit`](Self::commit) was called.
pub(super) struct AtomicFile {
    out: PathBuf,
    folder: PathBuf,
    writer: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// # Errors
    ///
    /// If something stands at `out` and `force` is not set, or is no file; if the folder does not exist or is not writable.
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
            // Like any new file; the process's mask takes away from it.
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
        // The rename itself should last too; where a folder cannot be synced there is nothing to do about it.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// The folder a path lies in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// The two forms of a gazetteer as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    Gaz,
    JsonLines,
}

impl TextFormat {
    /// By the end of the name.
    pub(super) fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gaz") => Ok(Self::Gaz),
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            _ => {
                let message = "the name of the output ends neither in .gaz nor in .jsonl";
                Err(Error::usage(message).at(path).with_remedy("its end tells the format to write"))
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

    /// A comment line, where the format has comments.
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

    pub(super) fn commit(self) -> Result<()> {
        self.file.commit()
    }
}

/// A folder of files that has its name once [`commit`](Self::commit) was called.
pub(super) struct AtomicFolder {
    out: PathBuf,
    folder: PathBuf,
    temporary: TempDir,
    /// The file by which such a folder is known; without it nothing is replaced.
    mark: &'static str,
}

impl AtomicFolder {
    pub(super) fn create(out: &Path, force: bool, mark: &'static str) -> Result<Self> {
        if out.file_name().is_none() {
            return Err(Error::usage("not a name for a folder").at(out).with_remedy("choose one with --out"));
        }
        if out.symlink_metadata().is_ok() {
            if !force {
                let remedy = "choose another name with --out, or add --force to replace it";
                return Err(Error::usage("it exists already").at(out).with_remedy(remedy));
            }
            if !out.join(mark).is_file() {
                let message = format!("it holds no {mark}, so --force does not replace it");
                let remedy = "remove it yourself or choose another name with --out";
                return Err(Error::usage(message).at(out).with_remedy(remedy));
            }
        }
        let folder = folder_of(out);
        let temporary = temporary_folder(&folder)?;
        Ok(Self { out: out.to_owned(), folder, temporary, mark })
    }

    pub(super) fn write_file(
        &self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<()> {
        let write = || {
            let mut out = BufWriter::new(File::create(self.temporary.path().join(name))?);
            write(&mut out)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
        };
        write().map_err(|error| Error::io(self.out.join(name), "write", error))
    }

    /// Gives the folder its name; an earlier one is taken away only when the new one is complete.
    pub(super) fn commit(self) -> Result<()> {
        let failed = |error| Error::io(&self.out, "write", error);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Like the folder it stands in, which the user can read.
            let mode = std::fs::metadata(&self.folder).map_or(0o755, |folder| folder.permissions().mode() & 0o777);
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(self.temporary.path(), permissions).map_err(failed)?;
        }
        let aside = temporary_folder(&self.folder)?;
        if self.out.join(self.mark).is_file() {
            std::fs::rename(&self.out, aside.path().join("earlier")).map_err(failed)?;
        }
        std::fs::rename(self.temporary.path(), &self.out).map_err(|error| {
            // Whatever stood there comes back.
            let _ = std::fs::rename(aside.path().join("earlier"), &self.out);
            failed(error)
        })?;
        let _moved_away = self.temporary.keep();
        Ok(())
    }
}

fn temporary_folder(parent: &Path) -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix(".dateline-").suffix(".partial").tempdir_in(parent);
    made.map_err(|error| Error::io(parent, "write a folder in", error))
}
