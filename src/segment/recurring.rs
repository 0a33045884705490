//! Lines that occur in many documents of one source: a line on every page is part of the site, not of the article.
//!
//! A first pass over the archive counts, for each source, in how many documents each short line occurs
//! ([`LineCounts`]); lines that reach the threshold are kept ([`RecurringLines`]). Counts are sums, so neither threads
//! nor the order of the inputs matter. Lines are held as 64-bit hashes, 12 bytes for each different short line of the
//! archive.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::lines::lines;
use crate::document::Document;

/// Longer lines are paragraphs; a paragraph in many documents means that these are duplicates.
const LONGEST_LINE: usize = 200;

/// In how many documents of its source each short line occurs.
#[derive(Debug, Default, Clone)]
pub struct LineCounts {
    documents: HashMap<u64, u32>,
}

/// The lines that occur in at least a given number of documents of their source.
///
/// ```
/// use dateline::{Document, LineCounts};
/// let mut counts = LineCounts::default();
/// for text in ["Mud on the road.\nA friend of the valley since 1902", "A friend of the valley since 1902\nIt snowed."] {
///     counts.add(&LineCounts::lines_of(&Document::new("x", text)));
/// }
/// let recurring = counts.recurring(2);
/// assert!(recurring.contains("", "A friend of the valley since 1902"));
/// assert!(!recurring.contains("", "It snowed."));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecurringLines {
    at_least: u32,
    lines: HashSet<u64>,
}

impl LineCounts {
    /// The hashes of the different short lines of one document's text, for [`add`](Self::add).
    #[must_use]
    pub fn lines_of(document: &Document<'_>) -> Vec<u64> {
        let source = document.source.as_deref().unwrap_or_default();
        let text: &str = &document.text;
        let short = lines(text).into_iter().map(|line| line.span.of(text)).filter(|line| line.len() <= LONGEST_LINE);
        let mut hashes: Vec<u64> = short.map(|line| hash(source, line)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// Counts the lines of one document.
    pub fn add(&mut self, lines: &[u64]) {
        for line in lines {
            let documents = self.documents.entry(*line).or_default();
            *documents = documents.saturating_add(1);
        }
    }

    /// Adds what was counted in other documents.
    pub fn merge(&mut self, other: Self) {
        if self.documents.is_empty() {
            *self = other;
            return;
        }
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (line, documents) in other.documents {
            let sum = self.documents.entry(line).or_default();
            *sum = sum.saturating_add(documents);
        }
    }

    /// The lines of at least `at_least` documents.
    #[must_use]
    pub fn recurring(&self, at_least: u32) -> RecurringLines {
        let lines = self.documents.iter().filter(|(_, documents)| **documents >= at_least).map(|(line, _)| *line);
        RecurringLines { at_least, lines: lines.collect() }
    }
}

impl RecurringLines {
    /// The threshold, in documents.
    #[must_use]
    pub fn at_least(&self) -> u32 {
        self.at_least
    }

    /// Number of lines kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether no line recurs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether the line, without blanks at its ends, recurs in the documents of the source.
    #[must_use]
    pub fn contains(&self, source: &str, line: &str) -> bool {
        !self.lines.is_empty() && line.len() <= LONGEST_LINE && self.lines.contains(&hash(source, line))
    }
}

/// A hash that is equal in every run and on every machine.
fn hash(source: &str, line: &str) -> u64 {
    let digest = Sha256::new().chain_update(source).chain_update([0]).chain_update(line).finalize();
    u64::from_le_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}
