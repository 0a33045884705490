//! Faults that do not stop a run immediately: faulty lines of a gazetteer, rejected records of an archive.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One fault in a text file that a person wrote, with its position and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of fault it is, for programs.
    pub code: FaultCode,
    /// The file, by the name it was given.
    pub path: PathBuf,
    /// Line number, from 1.
    pub line: u32,
    /// Column number in characters, from 1.
    pub column: u32,
    /// The fault, with the text found.
    pub message: String,
    /// The remedy.
    pub remedy: String,
}

/// The kind of a fault in a gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultCode {
    /// The line is not UTF-8.
    Encoding,
    /// The line contains a NUL byte.
    NulByte,
    /// The line has fewer than three fields.
    FewFields,
    /// The second field is not a kind.
    UnknownKind,
    /// The file defines the id twice.
    DuplicateId,
    /// A flag is unknown, or two exclude each other.
    UnknownFlag,
    /// A field after the flags is not `key=value`.
    NotKeyValue,
    /// A latitude, longitude or population is out of range or not a number.
    BadNumber,
    /// `ctx=` lists an unknown kind of evidence.
    UnknownEvidence,
    /// A `+` line has an unknown kind of name.
    UnknownAliasKind,
    /// A `+` line comes before any entity.
    AliasWithoutEntity,
    /// A directive is unknown, incomplete or cannot be followed.
    BadDirective,
    /// The name has no letter to match.
    NoLetter,
    /// There are so many faults that this and the following ones are only counted.
    NotShown,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, remedy, .. } = self;
        write!(f, "{}:{line}:{column}: {}; {remedy}", self.path.display(), shortened(message))
    }
}

/// Bytes of one line of a message that are shown; an id or a name that somebody else wrote may have millions.
const SHOWN: usize = 1500;

/// A message without the middle of lines that are too long to be read, and with the number of bytes left out in its place.
///
/// ```
/// use dateline::diagnostics::shortened;
/// assert_eq!(shortened("a short line\nand another"), "a short line\nand another");
/// let long = format!("no entity has the id {}; `dateline top` lists ids", "x".repeat(1 << 20));
/// let shown = shortened(&long);
/// assert!(shown.starts_with("no entity has the id xxx") && shown.ends_with("`dateline top` lists ids"));
/// assert!(shown.contains("xxx[... 10471") && shown.len() < 1600);
/// ```
#[must_use]
pub fn shortened(message: &str) -> Cow<'_, str> {
    if message.len() <= SHOWN || message.split('\n').all(|line| line.len() <= SHOWN) {
        return Cow::Borrowed(message);
    }
    let mut shown = String::new();
    for (number, line) in message.split('\n').enumerate() {
        if number > 0 {
            shown.push('\n');
        }
        if line.len() <= SHOWN {
            shown.push_str(line);
            continue;
        }
        // More of the beginning than of the end, where the remedy is.
        let head = line.floor_char_boundary(SHOWN * 2 / 3);
        let tail = line.ceil_char_boundary(line.len() - SHOWN / 3);
        shown.push_str(&line[..head]);
        shown.push_str(&format!("[... {} bytes ...]", tail - head));
        shown.push_str(&line[tail..]);
    }
    Cow::Owned(shown)
}

/// A skipped record of an archive, as `rejects.jsonl` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The input file, as the archive names it.
    pub file: String,
    /// Where the record begins: bytes from the start of the file's *decompressed* content.
    pub offset: u64,
    /// Number of the record in its file, from 1 (the line of a JSON Lines file).
    pub record: u64,
    /// The class of fault, a stable word for programs.
    pub reason: RejectReason,
    /// The exact fault, for people.
    pub message: String,
}

/// Why a record was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RejectReason {
    /// The line is not a JSON object.
    InvalidJson,
    /// The record has no text field, or it is not a string.
    NoText,
    /// The bytes are not UTF-8.
    InvalidUtf8,
    /// The file ends too early; what came before was counted.
    Truncated,
    /// The compressed stream is damaged; what came before was counted.
    Damaged,
    /// The file looks binary (it contains NUL bytes).
    Binary,
    /// The file has a format that is not read: XML of an unknown kind, a mailbox, a document of an office program.
    OtherFormat,
    /// A row of a table has more or fewer cells than its header, or a quotation mark in it is never closed.
    InvalidRow,
    /// A record of a crawl is broken, or its page cannot be decompressed; or the markup of an article in XML or SGML is broken.
    InvalidRecord,
    /// The record is longer than the limit in force.
    TooLong,
    /// The operating system could not read further.
    Unreadable,
}

impl RejectReason {
    /// The stable word used in files and summaries, e.g. `invalid-json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid-json",
            Self::NoText => "no-text",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::Binary => "binary",
            Self::OtherFormat => "other-format",
            Self::InvalidRow => "invalid-row",
            Self::InvalidRecord => "invalid-record",
            Self::TooLong => "too-long",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
