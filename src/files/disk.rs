//! The one place where the disk is changed: files, directories and names are made, written, forced to the disk and removed
//! here.
#![allow(clippy::disallowed_methods, reason = "this is their home")]

use std::fs;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Asked before each change of the disk below `path`; in tests it may be told to fail. Says how many bytes may be written.
fn permit(path: &Path) -> io::Result<usize> {
    #[cfg(all(test, feature = "interchange"))]
    let most = super::fault::check(path)?;
    #[cfg(not(all(test, feature = "interchange")))]
    let (_, most) = (path, usize::MAX);
    Ok(most)
}

/// Tells tests what has become of a file, so that they can lose what is not on the disk.
macro_rules! note {
    ($what:ident $(, $path:expr)+) => {
        #[cfg(all(test, feature = "interchange"))]
        super::fault::$what($($path),+);
    };
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    file: fs::File,
}

impl File {
    /// Makes a file where there is nothing yet.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = permit(path).and_then(|_| fs::File::create_new(path));
        note!(created, path);
        Ok(Self { path: path.to_owned(), file: file.map_err(|error| Error::io(path, "create", error))? })
    }

    /// A file without a name, for what does not fit in memory; the system removes it when it is closed, however the program
    /// ends. Can be read, too.
    pub(crate) fn temporary() -> io::Result<Self> {
        let path = std::env::temp_dir();
        permit(&path)?;
        Ok(Self { path, file: tempfile::tempfile()? })
    }

    /// Forces all that was written to the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        permit(&self.path)?;
        self.file.sync_all()?;
        note!(synced, &self.path);
        Ok(())
    }

    /// The file as the system knows it, for reading.
    pub(crate) fn as_read(&self) -> &fs::File {
        &self.file
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = permit(&self.path)?.min(bytes.len());
        note!(wrote, &self.path);
        self.file.write(&bytes[..most])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// The error of a file that [`File::temporary`] made.
pub(crate) fn temporary_failed(error: io::Error) -> Error {
    Error::io(std::env::temp_dir(), "write a temporary file", error)
}

/// Writes a new file through a buffer; errors name the file.
#[derive(Debug)]
pub(crate) struct Writer {
    /// How errors name the file.
    label: PathBuf,
    output: BufWriter<File>,
}

impl Writer {
    /// Makes a file where there is nothing yet.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        Self::labelled(path, path.to_owned())
    }

    /// Like [`create`](Self::create), for a file that will be called `label` in the end.
    pub(super) fn labelled(path: &Path, label: PathBuf) -> Result<Self> {
        Ok(Self { label, output: BufWriter::with_capacity(1 << 16, File::create(path)?) })
    }

    /// How errors name the file.
    pub(crate) fn label(&self) -> &Path {
        &self.label
    }

    pub(crate) fn put(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.output.write_all(bytes.as_ref()).map_err(|error| self.error(error))
    }

    /// Runs what writes to anything that can be written to.
    pub(crate) fn put_with(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) -> Result<()> {
        write(self).map_err(|error| self.error(error))
    }

    /// Makes sure that all of it is on the disk.
    pub(crate) fn finish(mut self) -> Result<()> {
        let synced = self.output.flush().and_then(|()| self.output.get_ref().sync());
        synced.map_err(|error| self.error(error))
    }

    /// Writes what is in the buffer; nobody needs the file once this program has ended.
    pub(crate) fn close(mut self) -> Result<()> {
        self.output.flush().map_err(|error| self.error(error))
    }

    fn error(&self, error: io::Error) -> Error {
        Error::io(&self.label, "write", error)
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Opens a file of dateline's own for reading, and says how long it is.
pub(crate) fn open(path: &Path) -> io::Result<(impl Read, u64)> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    Ok((io::BufReader::with_capacity(1 << 16, file), length))
}

/// Makes the directory, and those above it that are missing.
pub(crate) fn create_directories(path: &Path) -> io::Result<()> {
    permit(path)?;
    fs::create_dir_all(path)
}

/// Removes a file of dateline's own.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    permit(path)?;
    fs::remove_file(path)
}

/// Removes a directory of dateline's own with all that is in it.
pub(crate) fn remove_directory(path: &Path) -> io::Result<()> {
    permit(path)?;
    fs::remove_dir_all(path)
}

/// Makes an empty directory of a new name that begins with `prefix`, for the eyes of its owner only.
pub(super) fn new_directory(parent: &Path, prefix: &std::ffi::OsStr, suffix: &str) -> io::Result<tempfile::TempDir> {
    permit(parent)?;
    tempfile::Builder::new().prefix(prefix).suffix(suffix).tempdir_in(parent)
}

/// Gives a file or directory another name, replacing a file that has it.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    permit(to)?;
    fs::rename(from, to)?;
    note!(renamed, from, to);
    Ok(())
}

/// Lets two files or directories change their names in one step, so that neither name is ever without one; says whether the system can.
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    permit(other)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
            Ok(()) => {
                note!(exchanged, one, other);
                Ok(true)
            }
            // Old systems, and file systems that cannot do it.
            Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP | Errno::XDEV) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = one;
        Ok(false)
    }
}

/// Gives a file another name unless something has it.
pub(super) fn rename_file_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    permit(to)?;
    let named = tempfile::TempPath::try_from_path(from)?;
    named.persist_noclobber(to).map_err(|error| error.error)?;
    note!(renamed, from, to);
    Ok(())
}

/// Forces a finished file to the disk, whoever wrote it.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    permit(path)?;
    // Some systems sync only what could also be written.
    fs::File::options().read(true).write(true).open(path)?.sync_all()?;
    note!(synced, path);
    Ok(())
}

/// Forces the names in a directory to the disk, where the system has that.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    permit(path)?;
    if cfg!(unix) {
        fs::File::open(path)?.sync_all()?;
    }
    note!(synced_names, path);
    Ok(())
}
