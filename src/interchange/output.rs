//! What imports and exports write: a file, a gazetteer as text, or a folder; and which of them `--force` may replace.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::record::{Record, Removal, write_gaz};
use crate::error::{Error, Result};
use crate::files::{AtomicFile, DirectorySort, FileSort, Hashing, StagedDirectory, Writer};

static FILE: FileSort = FileSort { noun: "gazetteer", is_own };

/// Begins a file that an import or an export writes.
pub(super) fn create_file(out: &Path, force: bool) -> Result<AtomicFile> {
    AtomicFile::create(out, force, &FILE)
}

/// Whether a file is one that an import or an export of a gazetteer wrote, as far as its format shows it: FlashText's lines and
/// Solr's could be anybody's.
fn is_own(head: &[u8], _tail: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let (first, second, third) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    let is_concept = |line: &str| line.ends_with("> <http://www.w3.org/2004/02/skos/core#Concept> .");
    first == "# dateline gazetteer"
        // JSON Lines, spaCy, CSV.
        || first.starts_with("{\"id\":\"") && first.contains("\",\"kind\":\"")
        || first.starts_with("{\"remove\":\"")
        || first.starts_with("{\"label\":\"") && first.contains("\",\"pattern\":")
        || first.starts_with("id,kind,name,flags,aliases")
        // SKOS, quanteda, FlashText as JSON.
        || is_concept(first) && second.contains("#inScheme> <urn:dateline:kind:")
        || first.starts_with('"') && second.starts_with("  \"") && third.starts_with("    - \"")
        || first == "{" && second.starts_with('"') && second.contains("\": [\"")
        || text == "{}\n"
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
        let mut output = Self { file: create_file(out, force)?, format };
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
        self.file.commit().map(drop)
    }
}

/// The file by which a folder is recognised as an export; it lists the files written and their hashes.
const MARK: &str = "export.json";
/// The value of `format` in this file.
const MARK_FORMAT: &str = "dateline-gazetteer-export";

static DIRECTORY: DirectorySort = DirectorySort { noun: "export", marker: MARK, format: MARK_FORMAT };

/// The content of [`MARK`].
#[derive(Serialize)]
struct Mark {
    format: &'static str,
    /// SHA-256 of each other file, by its name.
    files: BTreeMap<String, String>,
}

/// A folder of files that has its name once [`commit`](Self::commit) was called.
pub(super) struct Folder {
    directory: StagedDirectory,
    files: BTreeMap<String, String>,
}

impl Folder {
    /// # Errors
    ///
    /// If something exists at `out`, unless `force` is set and it is an empty folder or contains only what an earlier
    /// export wrote there; if the parent folder does not exist or is not writable.
    pub(super) fn create(out: &Path, force: bool) -> Result<Self> {
        Ok(Self { directory: StagedDirectory::create(out, force, &DIRECTORY)?, files: BTreeMap::new() })
    }

    pub(super) fn write_file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Hashing<Writer>) -> io::Result<()>,
    ) -> Result<()> {
        let mut file = Hashing::new(self.directory.file(name)?);
        file.put_with(write)?;
        self.files.insert(name.to_owned(), file.finish()?.sha256);
        Ok(())
    }

    /// Gives the folder its name; an earlier one is removed only when the new one is complete.
    pub(super) fn commit(self) -> Result<()> {
        let mark = Mark { format: MARK_FORMAT, files: self.files };
        let mut file = self.directory.file(MARK)?;
        file.put_with(|out| {
            serde_json::to_writer_pretty(&mut *out, &mark)?;
            out.write_all(b"\n")
        })?;
        file.finish()?;
        self.directory.place().map(drop)
    }
}
