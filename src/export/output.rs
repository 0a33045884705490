//! Where an export goes: a file or a directory that appears whole or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Table;
use crate::error::Result;
use crate::files::{DirectorySort, FileSort, StagedDirectory, StagedFile};
use crate::query::Filter;
use crate::store::PRODUCER;

/// The first line of a file of Pajek, by which ours are recognised: the format has no other place for it.
pub(super) const PAJEK_LINE: &str = "% Made by dateline.\n";

/// Name of the file that describes what the directory of an export holds.
pub const EXPORT_FILE: &str = "export.json";

/// The notice that GeoNames requires wherever its data goes.
pub(super) const GEONAMES: &str = "Contains place data from GeoNames (https://www.geonames.org/), licensed under CC BY 4.0 \
     (https://creativecommons.org/licenses/by/4.0/), filtered, renamed and merged.";

static DIRECTORY: DirectorySort = DirectorySort { noun: "export", marker: EXPORT_FILE, format: "dateline-export" };
static FILE: FileSort = FileSort { noun: "export", is_own };

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
        Self {
            format: DIRECTORY.format,
            producer: PRODUCER,
            to,
            gazetteer,
            filter,
            attribution,
            files: BTreeMap::new(),
        }
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
    File(StagedFile),
    Directory(StagedDirectory),
}

impl Output {
    pub(super) fn file(out: &Path, force: bool) -> Result<Self> {
        StagedFile::create(out, force, &FILE).map(Self::File)
    }

    pub(super) fn directory(out: &Path, force: bool) -> Result<Self> {
        StagedDirectory::create(out, force, &DIRECTORY).map(Self::Directory)
    }

    /// Where to write for now: a file that is not there yet, or the empty directory.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(file) => file.path(),
            Self::Directory(directory) => directory.path(),
        }
    }

    /// Gives the export its final name; the files of a directory must be on the disk.
    pub(super) fn place(self, about: &About<'_>) -> Result<PathBuf> {
        match self {
            Self::File(file) => file.place(),
            Self::Directory(directory) => {
                let mut json = serde_json::to_string_pretty(about).expect("string keys only");
                json.push('\n');
                let mut file = directory.file(EXPORT_FILE)?;
                file.put(json)?;
                file.finish()?;
                directory.place()
            }
        }
    }
}

/// Whether a file is one that an export of any format wrote, as far as the format shows it.
fn is_own(head: &[u8], tail: &[u8]) -> bool {
    let holds = |bytes: &[u8], text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let begins = |text: &str| head.starts_with(text.as_bytes());
    let is_table = |table: Table| {
        let fields = table.fields();
        let names: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
        let header = names.join(",");
        // More columns follow if the run kept fields.
        begins(&format!("{header}\n"))
            || table == Table::Documents && begins(&format!("{header},"))
            || begins(&format!("{{\"{}\":", names[0])) && holds(head, names[1])
    };
    begins("PAR1") && holds(tail, "dateline.producer")
        || begins("ARROW1") && holds(head, "dateline.producer")
        || begins("SQLite format 3\0") && holds(head, "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        || begins("<?xml") && (holds(head, "<creator>dateline ") || holds(head, "<graph id=\"cooccurrence\""))
        || begins("{\n\"network\": {\n\"items\": [\n")
        || begins("{\n\"type\": \"FeatureCollection\",\n")
        || begins("Source,Target,Type,Weight,SourceLabel,TargetLabel\n")
        || begins(PAJEK_LINE)
        || Table::ALL.into_iter().any(is_table)
}
