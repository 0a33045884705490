//! What an import read, kept and dropped.

use std::collections::BTreeMap;

/// The tallies of one import.
///
/// `records` are the units of the format (lines, rows, objects); `names` are those of the records that were kept. Both
/// balance: read = kept + dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Records of the inputs.
    pub records: Tally,
    /// Names.
    pub names: Tally,
    /// Entities written. Several records may form one.
    pub entities: u64,
    /// Values of keys that were omitted, by reason; their entities were kept.
    pub values: BTreeMap<&'static str, Dropped>,
    /// Changes that lost no name but that the user should know about, counted.
    pub notes: BTreeMap<&'static str, u64>,
    /// Inputs, or members of archives, that were not read, and why.
    pub passed_over: Vec<(String, &'static str)>,
    /// `!remove` lines written: entities or names removed from lower layers (JSON Lines twin only).
    pub removals: u64,
    /// Languages of labels that were omitted because they were not requested, with the number of labels (SKOS only).
    pub languages: BTreeMap<String, u64>,
    /// Entities whose id exists in the gazetteer compared with: in a layer over it, they replace those.
    pub replaced: Examples,
    /// Names shared by several of the imported entities.
    pub shared: Collisions,
    /// Names that also exist in the gazetteer compared with, if there was one.
    pub known: Option<Collisions>,
}

/// Balances: read = kept + dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number read.
    pub read: u64,
    /// The number in the output.
    pub kept: u64,
    /// The others by reason.
    pub dropped: BTreeMap<&'static str, Dropped>,
}

impl Tally {
    /// The number dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.values().map(|dropped| dropped.count).sum()
    }

    pub(super) fn drop(&mut self, reason: &'static str, count: u64, place: impl FnOnce() -> String) {
        if count > 0 {
            Dropped::add(&mut self.dropped, reason, count, place);
        }
    }
}

/// How many were dropped for one reason, and where the first was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    /// How many.
    pub count: u64,
    /// `file:line` of the first; a record number for formats without lines.
    pub first: String,
}

impl Dropped {
    pub(super) fn add(
        all: &mut BTreeMap<&'static str, Self>,
        reason: &'static str,
        count: u64,
        place: impl FnOnce() -> String,
    ) {
        let entry = all.entry(reason).or_insert_with(|| Self { count: 0, first: place() });
        entry.count += count;
    }
}

/// Names that collide. They are compared folded, as the matcher compares them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collisions {
    /// How many different names.
    pub names: u64,
    /// The names shared by the most entities, with the number of these; at most five.
    pub examples: Vec<(String, u64)>,
}

impl Collisions {
    /// Counts one more name; keeps the examples with the highest counts, and of equal ones the first.
    pub(super) fn add(&mut self, name: &str, entities: u64) {
        const SHOWN: usize = 5;
        self.names += 1;
        let rank = self.examples.iter().position(|(_, known)| *known < entities).unwrap_or(self.examples.len());
        if rank < SHOWN {
            self.examples.insert(rank, (name.to_owned(), entities));
            self.examples.truncate(SHOWN);
        }
    }
}

/// A number of things and the first few of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examples {
    /// How many.
    pub count: u64,
    /// The first, at most five.
    pub first: Vec<String>,
}

impl Examples {
    pub(super) fn add(&mut self, example: impl FnOnce() -> String) {
        const SHOWN: usize = 5;
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(example());
        }
    }
}

impl std::fmt::Display for Examples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.first.join(", "))?;
        f.write_str(if self.count > self.first.len() as u64 { ", ..." } else { "" })
    }
}
