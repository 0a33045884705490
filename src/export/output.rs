//! Where an export goes: a file or a directory that appears whole or not at all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use super::Filter;
use crate::error::{Error, Result};
use crate::store::{Marker, PRODUCER, StagedDirectory, parent_and_name, sync_directory};

/// Name of the file that describes what the directory of an export holds.
pub const EXPORT_FILE: &str = "export.json";

static MARKER: Marker = Marker { file: EXPORT_FILE, format: "dateline-export", noun: "export" };

/// The content of `export.json`; formats that have metadata carry it inside, too.
#[derive(Debug, Serialize)]
pub(super) struct About<'a> {
    pub(super) format: &'static str,
    pub(super) producer: &'static str,
    pub(super) to: &'static str,
    /// Fingerprint of the gazetteer.
    pub(super) gazetteer: &'a str,
    pub(super) filter: &'a Filter,
    pub(super) attribution: Option<&'static str>,
    /// Rows of each file, by its name.
    pub(super) files: BTreeMap<String, u64>,
}

impl<'a> About<'a> {
    pub(super) fn new(
        to: &'static str,
        gazetteer: &'a str,
        filter: &'a Filter,
        attribution: Option<&'static str>,
    ) -> Self {
        Self { format: MARKER.format, producer: PRODUCER, to, gazetteer, filter, attribution, files: BTreeMap::new() }
    }

    /// Key and value, for formats that carry metadata.
    #[cfg_attr(
        not(any(feature = "parquet", feature = "sqlite")),
        allow(dead_code, reason = "only these formats carry metadata")
    )]
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let filter = serde_json::to_string(self.filter).expect("a filter has string keys only");
        let mut pairs =
            vec![("producer", self.producer.to_owned()), ("gazetteer", self.gazetteer.to_owned()), ("filter", filter)];
        pairs.extend(self.attribution.map(|notice| ("attribution", notice.to_owned())));
        pairs
    }
}

/// An export being written under a temporary name.
#[derive(Debug)]
pub(super) enum Output {
    File { out: PathBuf, parent: PathBuf, force: bool, file: NamedTempFile },
    Directory(StagedDirectory),
}

impl Output {
    pub(super) fn file(out: &Path, force: bool) -> Result<Self> {
        let (parent, name) = parent_and_name(out)?;
        let out = parent.join(name);
        check_free(&out, force)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dateline.").suffix(".partial");
        // The permissions of any other new file; the crate's default is for secrets.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(&parent).map_err(|error| Error::io(&parent, "create a file in", error))?;
        Ok(Self::File { out, parent, force, file })
    }

    pub(super) fn directory(out: &Path, force: bool) -> Result<Self> {
        StagedDirectory::create(out, force, &MARKER).map(Self::Directory)
    }

    /// Where to write until then: the file itself, or the directory.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File { file, .. } => file.path(),
            Self::Directory(directory) => directory.path(),
        }
    }

    /// Gives the export its final name; all its files must have been flushed to disk.
    pub(super) fn place(self, about: &About<'_>) -> Result<PathBuf> {
        match self {
            Self::File { out, parent, force, file } => {
                file.as_file().sync_all().map_err(|error| Error::io(&out, "write", error))?;
                check_free(&out, force)?;
                let persisted = if force { file.persist(&out) } else { file.persist_noclobber(&out) };
                persisted.map_err(|error| Error::io(&out, "give the export its final name", error.error))?;
                sync_directory(&parent, "write the name of the new export, which is complete, in")?;
                Ok(out)
            }
            Self::Directory(directory) => {
                let mut json = serde_json::to_string_pretty(about).expect("string keys only");
                json.push('\n');
                let mut file = TextFile::create(&directory.path().join(EXPORT_FILE))?;
                file.put(&json)?;
                file.finish()?;
                directory.place()
            }
        }
    }
}

fn check_free(out: &Path, force: bool) -> Result<()> {
    match std::fs::symlink_metadata(out) {
        Ok(metadata) if metadata.is_dir() => {
            let error = Error::usage("it is a directory, and this export is one file").at(out);
            Err(error.with_remedy("choose another name with --out"))
        }
        Ok(_) if !force => {
            let error = Error::usage("it exists already").at(out);
            Err(error.with_remedy("choose another name with --out, or add --force to replace it"))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(out, "look at", error)),
        _ => Ok(()),
    }
}

/// A file being written, whose errors name it.
pub(super) struct TextFile {
    path: PathBuf,
    output: BufWriter<File>,
}

impl TextFile {
    /// Creates the file, or truncates it.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|error| Error::io(path, "create", error))?;
        Ok(Self { path: path.to_owned(), output: BufWriter::with_capacity(1 << 16, file) })
    }

    pub(super) fn put(&mut self, text: &str) -> Result<()> {
        self.output.write_all(text.as_bytes()).map_err(|error| self.error(error))
    }

    pub(super) fn put_with(&mut self, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
        write(&mut self.output).map_err(|error| self.error(error))
    }

    /// Flushes the file to disk.
    pub(super) fn finish(mut self) -> Result<()> {
        let synced = self.output.flush().and_then(|()| self.output.get_ref().sync_all());
        synced.map_err(|error| self.error(error))
    }

    fn error(&self, error: io::Error) -> Error {
        Error::io(&self.path, "write", error)
    }
}
