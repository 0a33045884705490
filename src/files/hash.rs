//! Sizes and hashes of files, computed in one way.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Writer;
use crate::error::{Error, Result};
use crate::hash::hex;

/// Size and hash of a finished file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of all bytes, in hexadecimal as `sha256sum` prints it.
    pub sha256: String,
    /// Of a `.dln` file a checksum that is compared whenever the file is opened, in eight hexadecimal digits
    /// ([`FileReader::frame`](crate::store::FileReader::frame)). So files of two runs of equal sizes are not mixed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
}

impl FileSummary {
    /// Reads the file at `path` through.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
        Self::read(file).map_err(|error| Error::io(path, "read", error))
    }

    /// Size and hash of what is left to read.
    pub(crate) fn read(input: impl Read) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(1 << 18, Hashing::new(input));
        io::copy(&mut input, &mut io::sink())?;
        Ok(input.get_ref().summary())
    }
}

/// Passes bytes on, to where they are written or from where they are read, counting and hashing them.
#[derive(Debug)]
pub(crate) struct Hashing<T> {
    inner: T,
    sha: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, sha: Sha256::new(), bytes: 0 }
    }

    /// Bytes that went through.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.bytes
    }

    /// Size and hash of what went through.
    pub(crate) fn summary(&self) -> FileSummary {
        FileSummary { bytes: self.bytes, sha256: hex(&self.sha.clone().finalize()), frame: None }
    }

    fn see(&mut self, bytes: &[u8]) {
        self.sha.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl Hashing<Writer> {
    /// How errors name the file.
    pub(crate) fn label(&self) -> &Path {
        self.inner.label()
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.see(bytes);
        self.inner.put(bytes)
    }

    /// Runs what writes to anything that can be written to.
    #[cfg(feature = "interchange")]
    pub(crate) fn put_with(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) -> Result<()> {
        write(self).map_err(|error| Error::io(self.label(), "write", error))
    }

    /// Makes sure that all of the file is on the disk.
    pub(crate) fn finish(self) -> Result<FileSummary> {
        let summary = self.summary();
        self.inner.finish()?;
        Ok(summary)
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.see(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.see(&buffer[..read]);
        Ok(read)
    }
}
