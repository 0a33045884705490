//! Slices of an archive: its months, its sources, the values of a field.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::kept::KeptField;
use super::period::Period;
use super::view::View;
use crate::association::wilson_interval;
use crate::error::{Error, Result};
use crate::store::DocumentRow;

/// What slices are made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SliceBy {
    /// The dates of the documents.
    Period(Period),
    /// The publishers of the documents.
    Source,
    /// The languages of the documents, by their codes.
    Language,
    /// The values of a field that the run kept, given by its name.
    Field(String),
}

impl SliceBy {
    /// The words that are not names of fields.
    pub const NAMES: [&str; 7] = ["day", "week", "month", "quarter", "year", "source", "language"];

    /// Whether the slices have an order.
    #[must_use]
    pub fn is_time(&self) -> bool {
        matches!(self, Self::Period(_))
    }
}

impl fmt::Display for SliceBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => period.fmt(f),
            Self::Source => f.pad("source"),
            Self::Language => f.pad("language"),
            Self::Field(name) => f.pad(name),
        }
    }
}

/// Every word is read: one that is not in [`SliceBy::NAMES`] is the name of a field, and only a run knows its fields.
impl FromStr for SliceBy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let period = Period::ALL.into_iter().find(|(name, _)| *name == text);
        Ok(match (period, text) {
            (Some((_, period)), _) => Self::Period(period),
            (None, "source") => Self::Source,
            (None, "language") => Self::Language,
            (None, "") => return Err(Error::usage("the name of a field is empty")),
            (None, name) => Self::Field(name.to_owned()),
        })
    }
}

/// More empty slices than this are not listed one by one: a single date that is wrong by a thousand years would make
/// hundreds of thousands.
const MOST_EMPTY: usize = 10_000;

/// Some of the documents of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// The period, the source or the value; `no date`, `no source`, ... for the documents without one.
    pub label: String,
    /// Its first day, and the day after its last, in days since 1970-01-01, if it is a period.
    pub days: Option<(i32, i32)>,
    /// Documents in it.
    pub articles: u64,
    /// Words of their titles and texts.
    pub words: u64,
}

impl Slice {
    fn named(label: impl Into<String>, days: Option<(i32, i32)>) -> Self {
        Self { label: label.into(), days, articles: 0, words: 0 }
    }
}

/// How often an entity occurs in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SliceCount {
    /// Mentions of it.
    pub mentions: u64,
    /// Documents that mention it.
    pub documents: u64,
}

impl SliceCount {
    /// Documents with the entity for each 1,000 documents of a slice with so many, and the 95 % interval of the rate
    /// ([`wilson_interval`]); `None` for a slice without documents.
    #[must_use]
    pub fn rate(self, articles: u64) -> Option<(f64, f64, f64)> {
        let (low, high) = wilson_interval(self.documents, articles);
        (articles > 0).then(|| (1000.0 * self.documents as f64 / articles as f64, 1000.0 * low, 1000.0 * high))
    }

    /// Mentions for each 100,000 words of a slice with so many; `None` for a slice without words.
    #[must_use]
    pub fn mention_rate(self, words: u64) -> Option<f64> {
        (words > 0).then(|| 100_000.0 * self.mentions as f64 / words as f64)
    }
}

/// The documents of a view, each in exactly one slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slices {
    /// In the order of time, or by name; the documents without date or value last.
    pub slices: Vec<Slice>,
    /// How many slices without a document between the others were left out, because there are too many.
    pub empty_left_out: u64,
    /// How many of the slices are a period or a value: all, or all but the last, which then has the documents without.
    pub n_named: usize,
    /// By document, its slice.
    slice_of: Vec<u32>,
}

/// A document that is not in the view.
const NO_SLICE: u32 = u32::MAX;

impl Slices {
    /// The slice of a document, by its row; `None` if it is not in the view.
    #[must_use]
    pub fn slice_of(&self, document: usize) -> Option<usize> {
        self.slice_of.get(document).filter(|slice| **slice != NO_SLICE).map(|slice| *slice as usize)
    }
}

impl<'r> View<'r> {
    /// Divides the documents. Periods without a document are slices, too.
    ///
    /// # Errors
    ///
    /// If the run kept no field of that name, cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// Reads the documents once; 8 bytes of memory for each, 12 if by a field.
    pub fn slices(&self, by: &SliceBy) -> Result<Slices> {
        let (mut slices, words) = match by {
            SliceBy::Period(period) => by_period(self, *period)?,
            SliceBy::Source => by_text(self, "no source", |document, _, values| values.push(document.source))?,
            SliceBy::Language => by_text(self, "no language", |document, _, values| values.push(document.language))?,
            SliceBy::Field(name) => {
                let field = KeptField::read(self.run(), name).map_err(|error| {
                    let names = SliceBy::NAMES.join(", ");
                    error.with_remedy(format!(
                        "write one of {names}, or keep the field with `dateline analyze --keep NAME`"
                    ))
                })?;
                by_text(self, &format!("no {name}"), |_, row, values| values.push(field.value(row)))?
            }
        };
        for (row, words) in words.into_iter().enumerate() {
            if let Some(slice) = slices.slice_of(row) {
                slices.slices[slice].articles += 1;
                slices.slices[slice].words += u64::from(words);
            }
        }
        Ok(slices)
    }

    /// The entities of each slice, by row. The slices sum to the view.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// Reads the counts once; memory for each entity in each slice that has it.
    pub fn counts_by(&self, slices: &Slices) -> Result<Vec<BTreeMap<u32, SliceCount>>> {
        let mut counts = vec![BTreeMap::<u32, SliceCount>::new(); slices.slices.len()];
        self.for_each_document(|document, entries| {
            if let Some(slice) = slices.slice_of(document as usize) {
                for (entity, count) in entries {
                    let cell = counts[slice].entry(entity.0).or_default();
                    cell.mentions += u64::from(*count);
                    cell.documents += 1;
                }
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// The documents of one slice as a view, with the counts of its entities from [`counts_by`](Self::counts_by).
    ///
    /// # Complexity
    ///
    /// Linear in documents and entities.
    #[must_use]
    pub fn of_slice(&self, slices: &Slices, slice: usize, counts: &BTreeMap<u32, SliceCount>) -> Self {
        let count = |row: u32| counts.get(&row).copied().unwrap_or_default();
        let counts = (0..self.entities().len() as u32).map(|row| (count(row).mentions, count(row).documents as u32));
        self.part(|document| slices.slice_of(document) == Some(slice), counts)
    }
}

/// The slices, still without sums, and the words of each document of the run.
fn by_period(view: &View<'_>, period: Period) -> Result<(Slices, Vec<u32>)> {
    // For now by document the first day of its period, or that it has no date or is not in the view.
    const NOT_IN_VIEW: i32 = i32::MAX;
    let mut starts: Vec<i32> = Vec::new();
    let mut words = Vec::new();
    let mut ranges: BTreeMap<i32, i32> = BTreeMap::new();
    for block in view.run().documents()? {
        let block = block?;
        words.extend_from_slice(&block.words);
        for day in block.day {
            if !view.has_document(starts.len()) {
                starts.push(NOT_IN_VIEW);
                continue;
            }
            let known = ranges.range(..=day).next_back().filter(|(_, after)| day < **after);
            starts.push(match known {
                _ if day == i32::MIN => i32::MIN,
                Some((first, _)) => *first,
                None => {
                    let range = period.around(day)?;
                    ranges.insert(range.first, range.after);
                    range.first
                }
            });
        }
    }
    let n_empty = |(after, next): (i32, i32)| -> Result<u64> {
        let (mut day, mut n) = (after, 0);
        while day < next {
            day = period.around(day)?.after;
            n += 1;
        }
        Ok(n)
    };
    let gaps = ranges.values().copied().zip(ranges.keys().copied().skip(1));
    let empty = gaps.map(n_empty).sum::<Result<u64>>()?;
    let lists_empty = empty <= MOST_EMPTY as u64;
    let mut slices = Vec::new();
    let mut number = BTreeMap::new();
    let mut expected = None;
    for (first, after) in ranges {
        while lists_empty && expected.is_some_and(|day| day < first) {
            let day = expected.unwrap_or(first);
            let next = period.around(day)?.after;
            slices.push(Slice::named(period.label(day)?, Some((day, next))));
            expected = Some(next);
        }
        number.insert(first, slices.len() as u32);
        slices.push(Slice::named(period.label(first)?, Some((first, after))));
        expected = Some(after);
    }
    let n_named = slices.len();
    if starts.contains(&i32::MIN) {
        number.insert(i32::MIN, slices.len() as u32);
        slices.push(Slice::named("no date", None));
    }
    number.insert(NOT_IN_VIEW, NO_SLICE);
    let slice_of = starts.iter().map(|start| number[start]).collect();
    Ok((Slices { slices, slice_of, empty_left_out: if lists_empty { 0 } else { empty }, n_named }, words))
}

/// As [`by_period`], by a text of each document; `push` adds the one of a document, which is given with its row.
fn by_text(
    view: &View<'_>,
    without: &str,
    push: impl Fn(DocumentRow<'_>, usize, &mut Numbered),
) -> Result<(Slices, Vec<u32>)> {
    let mut values = Numbered::default();
    let mut words = Vec::new();
    let mut row = 0;
    for block in view.run().documents()? {
        let block = block?;
        words.extend_from_slice(&block.words);
        for document in block.iter() {
            if view.has_document(row) {
                push(document, row, &mut values);
            } else {
                values.slice_of.push(NO_SLICE);
            }
            row += 1;
        }
    }
    Ok((values.slices(without), words))
}

/// Texts by the order in which they first appear.
#[derive(Default)]
struct Numbered {
    numbers: BTreeMap<String, u32>,
    slice_of: Vec<u32>,
}

impl Numbered {
    /// The value of the next document.
    fn push(&mut self, value: &str) {
        let next = self.numbers.len() as u32;
        self.slice_of.push(match self.numbers.get(value) {
            Some(number) => *number,
            None => {
                self.numbers.insert(value.to_owned(), next);
                next
            }
        });
    }

    /// In the order of the texts, the documents without any last.
    fn slices(mut self, without: &str) -> Slices {
        let mut names: Vec<(bool, String, u32)> =
            self.numbers.into_iter().map(|(name, number)| (name.is_empty(), name, number)).collect();
        names.sort();
        let mut renumbered = vec![0; names.len()];
        let mut slices = Vec::with_capacity(names.len());
        let n_named = names.iter().filter(|(is_empty, ..)| !is_empty).count();
        for (is_empty, name, number) in names {
            renumbered[number as usize] = slices.len() as u32;
            slices.push(Slice::named(if is_empty { without.to_owned() } else { name }, None));
        }
        for slice in self.slice_of.iter_mut().filter(|slice| **slice != NO_SLICE) {
            *slice = renumbered[*slice as usize];
        }
        Slices { slices, slice_of: self.slice_of, empty_left_out: 0, n_named }
    }
}
