//! What a run did and with what: `manifest.json`.
//!
//! A manifest depends on the inputs and the settings alone: no clock, host, thread count or absolute path is in it, so that
//! the same run gives the same bytes everywhere.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::frame::PRODUCER;
use super::reader::damaged;
use super::settings::RunSettings;
use super::writer::sha256;
use crate::archive::FileFormat;
use crate::error::{Error, Result};
use crate::files::FileSummary;

/// What the `format` of a manifest says.
pub(super) const RUN_FORMAT: &str = "dateline-run";
/// Major and minor version of the manifest that this library writes.
const RUN_VERSION: RunVersion = RunVersion { major: 1, minor: 0 };
/// Before the seal's value, which is the last in the file.
const SEAL: &str = "\"digest\": \"";
const DIGEST_LEN: usize = 64;

/// Settings, versions, inputs and sums of one run, as they stand in its `manifest.json`.
///
/// In the file a last field `digest` seals the manifest: the SHA-256 of the file's bytes without the digest's 64 digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunManifest {
    /// Always `dateline-run`.
    pub format: String,
    /// Version of the layout of the run.
    pub version: RunVersion,
    /// Program and version that wrote the run.
    pub producer: String,
    /// The settings of the run.
    pub settings: RunSettings,
    /// The gazetteer that was matched.
    pub gazetteer: ManifestGazetteer,
    /// The input files in canonical order; documents point here by row.
    pub inputs: Vec<ManifestInput>,
    /// What became of the records.
    pub books: RecordTally,
    /// Rejected records by the word for their reason.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// The documents counted by what became of their dates.
    pub dates: DateTally,
    /// What is odd about documents that were counted nevertheless.
    pub notes: ManifestNotes,
    /// Sums over the run.
    pub totals: Totals,
    /// All other files of the run with size and hash, by name; filled in when the run is committed.
    pub files: BTreeMap<String, FileSummary>,
}

/// Version of the layout of a run. Another major version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunVersion {
    /// Changes when older readers would misunderstand.
    pub major: u32,
    /// Changes when something is added.
    pub minor: u32,
}

/// Which gazetteer a run matched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ManifestGazetteer {
    /// Built-in names or file names, without directories, in the order given.
    pub names: Vec<String>,
    /// SHA-256 over entities and aliases, in hexadecimal.
    pub fingerprint: String,
    /// Number of entities.
    pub entities: u64,
    /// Number of aliases.
    pub aliases: u64,
    /// Date of the data, e.g. `2026-11-01`; empty if unknown.
    pub data_date: String,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ManifestInput {
    /// The path relative to what the user named, with `/` between its parts.
    pub path: String,
    /// What the file was read as; absent if it could not be opened or was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<FileFormat>,
    /// Size of the file as it is, in bytes.
    pub bytes: u64,
    /// SHA-256 of the file as it is, in hexadecimal.
    pub sha256: String,
    /// Records seen in the file, whatever became of them.
    pub records: u64,
    /// Those of them without any text.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub empty: u64,
    /// Documents of the file that do not meet the conditions of the run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub filtered: u64,
    /// Documents of the file that were taken out of the run again; not among the records seen.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub forgotten: u64,
    /// Rejected records of the file that `rejects.jsonl` does not list, by the word for their reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unlisted: BTreeMap<String, u64>,
    /// Records of a crawl that hold no page: requests, images, redirections, revisits; not among those seen.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub passed_over: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What became of the records: every one seen is in exactly one of the other columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecordTally {
    /// Records met in the inputs.
    pub seen: u64,
    /// Documents counted; the rows of `documents.dln`.
    pub counted: u64,
    /// Records without any text.
    pub empty: u64,
    /// Records left out as duplicates.
    pub duplicate: u64,
    /// Records skipped as faulty; `rejects.jsonl` lists the first of each input.
    pub rejected: u64,
    /// Documents that do not meet the conditions of the run, as on their days.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub filtered: u64,
}

impl RecordTally {
    /// Adds the records of another part of the archive.
    pub fn add(&mut self, other: Self) {
        let Self { seen, counted, empty, duplicate, rejected, filtered } = other;
        self.seen += seen;
        self.counted += counted;
        self.empty += empty;
        self.duplicate += duplicate;
        self.rejected += rejected;
        self.filtered += filtered;
    }

    /// Whether seen = counted + empty + duplicate + rejected + filtered.
    ///
    /// ```
    /// use dateline::store::RecordTally;
    /// let books = RecordTally { seen: 6, counted: 3, empty: 1, duplicate: 0, rejected: 1, filtered: 1 };
    /// assert!(books.balanced());
    /// assert!(!RecordTally { seen: 5, ..books }.balanced());
    /// ```
    #[must_use]
    pub fn balanced(&self) -> bool {
        let parts = [self.counted, self.empty, self.duplicate, self.rejected, self.filtered];
        parts.into_iter().try_fold(0_u64, u64::checked_add) == Some(self.seen)
    }
}

/// `6 seen = 3 counted + 1 empty + 0 duplicate + 1 rejected + 1 filtered`; the last is left out if it is 0.
impl fmt::Display for RecordTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seen, counted, empty, duplicate, rejected, filtered } = self;
        write!(f, "{seen} seen = {counted} counted + {empty} empty + {duplicate} duplicate + {rejected} rejected")?;
        if *filtered > 0 { write!(f, " + {filtered} filtered") } else { Ok(()) }
    }
}

/// Documents by what became of their dates; together they are the documents counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DateTally {
    /// Documents whose date is understood.
    pub read: u64,
    /// Documents without a date whose address or file names their day.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub named: u64,
    /// Documents without a date, and without a day.
    pub missing: u64,
    /// Documents with a date that is not understood.
    pub unreadable: u64,
    /// Documents with a date before 1600 or after 2199, which is a placeholder or an error.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub impossible: u64,
}

/// `2 read + 1 missing + 0 unreadable + 4 named`; the last two kinds are left out if there are none.
impl fmt::Display for DateTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, named, missing, unreadable, impossible } = self;
        write!(f, "{read} read + {missing} missing + {unreadable} unreadable")?;
        if *named > 0 {
            write!(f, " + {named} named")?;
        }
        if *impossible > 0 { write!(f, " + {impossible} impossible") } else { Ok(()) }
    }
}

impl DateTally {
    /// All documents.
    #[must_use]
    pub fn documents(&self) -> u64 {
        let Self { read, named, missing, unreadable, impossible } = *self;
        [named, missing, unreadable, impossible].into_iter().fold(read, u64::saturating_add)
    }
}

/// Documents that were counted although something is odd about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ManifestNotes {
    /// Documents whose id another one has.
    pub shared_ids: u64,
    /// Those of them whose id a document with another title or text has.
    pub differing_ids: u64,
    /// Documents that hold HTML or XML markup.
    pub markup: u64,
    /// Documents in which half a surrogate pair, or bytes that are no characters of their encoding, became U+FFFD.
    pub replaced: u64,
    /// Documents long enough for their language to be judged.
    pub language_judged: u64,
    /// Those of them that are not in English.
    pub not_english: u64,
    /// Documents that are whole text files, in which a separator of articles was looked for in vain.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub undivided: u64,
}

/// Sums over a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Mentions in all documents.
    pub mentions: u64,
    /// Entities mentioned at least once; the rows of `entities.dln`.
    pub entities: u64,
    /// Pairs of entities with at least one context in common.
    pub pairs: u64,
    /// Contexts in which entities could meet.
    pub contexts: u64,
    /// Those of them with so many entities that not all of their pairs are counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub round_ups: u64,
    /// Characters of title and text in all documents counted.
    pub characters: u64,
    /// Their words.
    pub words: u64,
    /// Their paragraphs.
    pub paragraphs: u64,
    /// Their sentences.
    pub sentences: u64,
}

#[derive(Serialize)]
struct Sealed<'a> {
    #[serde(flatten)]
    manifest: &'a RunManifest,
    digest: &'a str,
}

#[derive(Deserialize)]
struct Opening {
    format: String,
    version: RunVersion,
}

impl RunManifest {
    /// A manifest of this program and version, with empty books.
    #[must_use]
    pub fn new(settings: RunSettings, gazetteer: ManifestGazetteer) -> Self {
        Self {
            format: RUN_FORMAT.to_owned(),
            version: RUN_VERSION,
            producer: PRODUCER.to_owned(),
            settings,
            gazetteer,
            inputs: Vec::new(),
            books: RecordTally::default(),
            rejected_by_reason: BTreeMap::new(),
            dates: DateTally::default(),
            notes: ManifestNotes::default(),
            totals: Totals::default(),
            files: BTreeMap::new(),
        }
    }

    /// The text of `manifest.json`, sealed.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(&Sealed { manifest: self, digest: "" })
            .expect("a manifest has string keys only");
        json.push('\n');
        let digest = sha256(json.as_bytes());
        let at = json.rfind(SEAL).expect("the digest was just written") + SEAL.len();
        json.insert_str(at, &digest);
        json
    }

    /// The digest that seals it: 64 hexadecimal digits that are those of this run alone.
    #[must_use]
    pub fn digest(&self) -> String {
        let json = self.to_json();
        let at = json.rfind(SEAL).expect("the manifest is sealed") + SEAL.len();
        json[at..at + DIGEST_LEN].to_owned()
    }

    /// Reads the text of a `manifest.json`; errors name `path`.
    ///
    /// # Errors
    ///
    /// If it is not the manifest of a run, of a newer major version, or was changed after the run was finished.
    pub fn from_json(json: &str, path: &Path) -> Result<Self> {
        let opening: Opening = serde_json::from_str(json)
            .map_err(|error| damaged(path, format!("damaged, or not the manifest of a run: {error}")))?;
        if opening.format != RUN_FORMAT {
            return Err(Error::format(path, format!("not the manifest of a run: its format is {:?}", opening.format)));
        }
        let RunVersion { major, minor } = opening.version;
        if major != RUN_VERSION.major {
            let ours = RUN_VERSION.major;
            let message = format!("written by a newer dateline (run {major}.{minor}, this one reads {ours}.x)");
            return Err(Error::format(path, message).with_remedy("install a newer dateline"));
        }
        if !is_sealed(json) {
            return Err(damaged(path, "damaged: it was changed after the run was finished"));
        }
        let manifest: Self = serde_json::from_str(json)
            .map_err(|error| damaged(path, format!("damaged, or not the manifest of a run: {error}")))?;
        match manifest.files.keys().find(|name| !is_plain(name)) {
            Some(name) => Err(Error::format(path, format!("{name:?} is not the name of a file of the run"))),
            None => Ok(manifest),
        }
    }
}

/// Whether `name` names a file in a directory and nothing else.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

/// Whether the digest at the end is that of everything else.
fn is_sealed(json: &str) -> bool {
    let Some(at) = json.rfind(SEAL).map(|at| at + SEAL.len()) else { return false };
    let Some(digest) = json.get(at..at + DIGEST_LEN) else { return false };
    sha256([&json[..at], &json[at + DIGEST_LEN..]].concat().as_bytes()) == digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> RunManifest {
        let gazetteer = ManifestGazetteer { names: vec!["core".to_owned()], ..ManifestGazetteer::default() };
        let without = vec!["digest".to_owned()];
        RunManifest::new(RunSettings { without, ..RunSettings::default() }, gazetteer)
    }

    fn check(json: &str, expected: &str) {
        let error = RunManifest::from_json(json, Path::new("manifest.json")).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn comes_back_as_it_was() {
        let json = manifest().to_json();
        assert!(json.starts_with("{\n  \"format\": \"dateline-run\",\n  \"version\": {"));
        assert_eq!(RunManifest::from_json(&json, Path::new("manifest.json")).unwrap(), manifest());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let json = manifest().to_json().into_bytes();
        for position in 0..json.len() {
            for mask in [1, 2, 4, 8, 0x10, 0x20, 0x40] {
                let mut changed = json.clone();
                changed[position] ^= mask;
                let changed = String::from_utf8(changed).unwrap();
                assert!(RunManifest::from_json(&changed, Path::new("m")).is_err(), "byte {position} ^ {mask}");
            }
            let cut = std::str::from_utf8(&json[..position]).unwrap();
            assert!(RunManifest::from_json(cut, Path::new("m")).is_err(), "cut at {position}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_manifest() {
        check("", "damaged, or not the manifest of a run");
        check(r#"{"name": "my extension", "version": 3}"#, "damaged, or not the manifest of a run");
        check(r#"{"format": "npm", "version": {"major": 1, "minor": 0}}"#, "not the manifest of a run: its format is");
        check(r#"{"format": "dateline-run", "version": {"major": 2, "minor": 0}}"#, "written by a newer dateline");
        let mut wandering = manifest();
        wandering.files.insert("../x".to_owned(), FileSummary { bytes: 0, sha256: String::new(), frame: None });
        check(&wandering.to_json(), "\"../x\" is not the name of a file");
    }
}
