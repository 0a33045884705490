//! Who and where a news archive is about.
#![allow(dead_code)]

// Foundations
pub mod diagnostics;
mod error;
mod ids;
pub mod normalize;
mod span;
// Sources
mod document;
pub mod gazetteer;
// Finding
mod matcher;
mod mention;
mod resolve;
// Counting
mod cooccurrence;
mod counts;

pub use cooccurrence::{CooccurrenceBuilder, CooccurrenceMatrix};
pub use counts::{CountMatrix, DocumentCounts};
pub use diagnostics::{Diagnostic, Reject, RejectReason};
pub use document::{Document, Part};
pub use error::{Error, ErrorKind, Result};
pub use gazetteer::Gazetteer;
pub use ids::{AliasId, DocumentIndex, EntityId};
pub use matcher::{Engine, Matcher, MatcherBuilder, MatcherScratch, Matches, Overlap};
pub use mention::Mention;
pub use resolve::{PartMatches, Profile, Resolver, Rule};
pub use span::Span;

/// Lower-case hexadecimal digits of a hash.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
