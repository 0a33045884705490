//! The finished results of a run: a directory with a manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::manifest::RunManifest;
use super::reader::{Blocks, FileReader, damaged};
use super::rejects::Rejects;
use super::wire::{
    Block, CountRows, DocumentRows, EntityRows, FieldRows, FieldValueRows, MarginalRows, MentionRows, PairRows,
    SignatureRows,
};
use crate::error::{Error, Result};

/// The file that makes a directory a finished run.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The entities found, [`EntityRows`].
pub const ENTITIES_FILE: &str = "entities.dln";
/// The documents counted, [`DocumentRows`].
pub const DOCUMENTS_FILE: &str = "documents.dln";
/// The document × entity matrix, [`CountRows`].
pub const COUNTS_FILE: &str = "counts.dln";
/// The entity × entity matrix, [`PairRows`] and [`MarginalRows`].
pub const COOCCURRENCE_FILE: &str = "cooccurrence.dln";
/// Every mention, [`MentionRows`], if the run was asked to store them.
pub const MENTIONS_FILE: &str = "mentions.dln";
/// The values of fields that were kept, [`FieldValueRows`] and [`FieldRows`], if the run was asked to keep some.
pub const FIELDS_FILE: &str = "fields.dln";
/// The signature of each document, [`SignatureRows`].
pub const SIGNATURES_FILE: &str = "signatures.dln";
/// The records skipped, as JSON Lines.
pub const REJECTS_FILE: &str = "rejects.jsonl";

/// What the header of a file of a run says it holds, e.g. `dateline-counts` for `counts.dln`.
///
/// ```
/// assert_eq!(dateline::store::format_of("counts.dln").as_deref(), Some("dateline-counts"));
/// assert_eq!(dateline::store::format_of("rejects.jsonl"), None);
/// ```
#[must_use]
pub fn format_of(file: &str) -> Option<String> {
    file.strip_suffix(".dln").map(|stem| format!("dateline-{stem}"))
}

/// A finished run, as `dateline analyze` leaves it.
///
/// Opening reads the manifest only; tables are read block by block as they are asked for.
#[derive(Debug, Clone)]
pub struct Run {
    path: PathBuf,
    manifest: RunManifest,
}

impl Run {
    /// Opens the run in the directory `path`.
    ///
    /// # Errors
    ///
    /// If there is no such directory, it holds no finished run, its manifest was damaged, or it is of a newer major version.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let metadata = fs::metadata(&path).map_err(|error| Error::io(&path, "open", error))?;
        if !metadata.is_dir() {
            let error = Error::usage("not a directory, so not a run").at(path);
            return Err(error.with_remedy("name the directory that `dateline analyze --out` wrote"));
        }
        let manifest_path = path.join(MANIFEST_FILE);
        if manifest_path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(damaged(&manifest_path, "it is not a plain file"));
        }
        let json = match fs::read(&manifest_path) {
            Ok(json) => json,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let error = Error::format(path, format!("not a finished run: it has no {MANIFEST_FILE}"));
                return Err(error.with_remedy("name the directory that `dateline analyze --out` wrote"));
            }
            Err(error) => return Err(Error::io(manifest_path, "read", error)),
        };
        let json = String::from_utf8(json).map_err(|_| damaged(&manifest_path, "damaged: it is not UTF-8"))?;
        let manifest = RunManifest::from_json(&json, &manifest_path)?;
        Ok(Self { path, manifest })
    }

    pub(super) fn new(path: PathBuf, manifest: RunManifest) -> Self {
        Self { path, manifest }
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the run did and with what.
    #[must_use]
    pub fn manifest(&self) -> &RunManifest {
        &self.manifest
    }

    /// When the run was written, as the file system says; `None` if it does not.
    #[must_use]
    pub fn written_at(&self) -> Option<SystemTime> {
        fs::metadata(self.path.join(MANIFEST_FILE)).and_then(|metadata| metadata.modified()).ok()
    }

    /// Whether the run has a file of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.manifest.files.contains_key(name)
    }

    /// Opens one of the run's `.dln` files.
    ///
    /// # Errors
    ///
    /// If the run has no such file, or the file is damaged or of another run.
    pub fn file(&self, name: &str) -> Result<FileReader> {
        let path = self.path.join(name);
        let Some(summary) = self.manifest.files.get(name) else {
            return Err(Error::format(path, "the run was made without this file"));
        };
        if !path.exists() {
            return Err(damaged(&path, "missing, though the manifest lists it"));
        }
        let reader = FileReader::open(&path)?;
        if reader.bytes() != summary.bytes {
            let message = format!("damaged: it has {} bytes, the manifest says {}", reader.bytes(), summary.bytes);
            return Err(damaged(&path, message));
        }
        if let Some(frame) = summary.frame.as_deref().filter(|frame| *frame != reader.frame()) {
            let message = format!("it is of another run: its frame is {}, the manifest says {frame}", reader.frame());
            return Err(damaged(&path, message));
        }
        let header = reader.header();
        if format_of(name).is_none_or(|format| header.format != format) {
            return Err(Error::format(path, format!("it holds {}, not what its name says", header.format)));
        }
        if header.gazetteer != self.manifest.gazetteer.fingerprint {
            return Err(Error::format(path, "it belongs to another run: it was made with another gazetteer"));
        }
        Ok(reader)
    }

    /// The blocks of kind `B` in one of the run's files.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn blocks<B: Block>(&self, name: &str) -> Result<Blocks<B>> {
        Ok(self.file(name)?.into_blocks())
    }

    /// The entities, in blocks.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn entities(&self) -> Result<Blocks<EntityRows>> {
        self.blocks(ENTITIES_FILE)
    }

    /// The documents, in blocks.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn documents(&self) -> Result<Blocks<DocumentRows>> {
        self.blocks(DOCUMENTS_FILE)
    }

    /// The document × entity matrix, in blocks.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn counts(&self) -> Result<Blocks<CountRows>> {
        self.blocks(COUNTS_FILE)
    }

    /// The upper triangle of the entity × entity matrix, in blocks.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn pairs(&self) -> Result<Blocks<PairRows>> {
        self.blocks(COOCCURRENCE_FILE)
    }

    /// The contexts of each entity, in blocks.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn marginals(&self) -> Result<Blocks<MarginalRows>> {
        self.blocks(COOCCURRENCE_FILE)
    }

    /// The signatures of the documents, in blocks.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn signatures(&self) -> Result<Blocks<SignatureRows>> {
        self.blocks(SIGNATURES_FILE)
    }

    /// The records that were skipped, in the order of the inputs.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened.
    pub fn rejects(&self) -> Result<Rejects> {
        Rejects::open(self.path.join(REJECTS_FILE))
    }

    /// The names of the fields that were kept, in the order in which they are numbered.
    #[must_use]
    pub fn kept_fields(&self) -> &[String] {
        self.manifest.settings.input.as_ref().map_or(&[], |input| &input.keep)
    }

    /// The values of the fields that were kept, in blocks; the run must have kept some.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn field_values(&self) -> Result<Blocks<FieldValueRows>> {
        self.blocks(FIELDS_FILE)
    }

    /// Which document has which value, in blocks; the run must have kept fields.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn fields(&self) -> Result<Blocks<FieldRows>> {
        self.blocks(FIELDS_FILE)
    }

    /// Every mention, in blocks, for those who cannot do without.
    ///
    /// # Errors
    ///
    /// If the run did not store them, and as [`file`](Self::file).
    pub fn stored_mentions(&self) -> Result<Blocks<MentionRows>> {
        self.mentions()?.ok_or_else(|| {
            let error = Error::usage("the run was made without mentions").at(&self.path);
            error.with_remedy("repeat `dateline analyze` without --no-mentions")
        })
    }

    /// Every mention, in blocks; `None` if the run did not store them.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file).
    pub fn mentions(&self) -> Result<Option<Blocks<MentionRows>>> {
        if self.has(MENTIONS_FILE) { self.blocks(MENTIONS_FILE).map(Some) } else { Ok(None) }
    }
}
