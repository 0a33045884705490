//! Entities in slices of an archive: how often in each month, in each source.

use std::collections::BTreeMap;

use super::entity::RunEntity;
use super::period::Period;
use super::view::{View, for_each_count};
use crate::association::{ContingencyTable, Measure, wilson_interval};
use crate::error::{Error, Result};

/// What slices are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SliceBy {
    /// The dates of the documents.
    Period(Period),
    /// The publishers of the documents.
    Source,
}

/// More empty slices than this are not listed one by one: a single date that is wrong by a thousand years would make
/// hundreds of thousands.
const MOST_EMPTY: usize = 10_000;

/// Some of the documents of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// The period or the source; `no date` or `no source` for the documents without one.
    pub label: String,
    /// Documents in it.
    pub articles: u64,
    /// Words of their titles and texts.
    pub words: u64,
}

impl Slice {
    fn named(label: impl Into<String>) -> Self {
        Self { label: label.into(), articles: 0, words: 0 }
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
}

/// Entities in the slices of a view. The slices sum to the whole: every document is in exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// In the order of time, or by name; the documents without date or source last.
    pub slices: Vec<Slice>,
    /// For each entity asked for, its counts in each slice.
    pub counts: Vec<Vec<SliceCount>>,
    /// How many slices without a document between the others were left out, because there are too many.
    pub empty_left_out: u64,
    /// How many of the slices are a period or a source: all, or all but the last, which then has the documents without.
    pub n_named: usize,
}

/// Counts entities, by their rows, in the slices of a view. Periods without a document are slices, too.
///
/// # Errors
///
/// If the run cannot be read or is damaged.
///
/// # Complexity
///
/// Reads documents twice and counts once; 4 bytes of memory for each document.
pub fn trend(view: &View<'_>, entities: &[u32], by: SliceBy) -> Result<Trend> {
    let Slices { mut slices, slice_of, empty_left_out, n_named } = match by {
        SliceBy::Period(period) => slices_by_period(view, period)?,
        SliceBy::Source => slices_by_source(view)?,
    };
    let mut row = 0;
    for block in view.run().documents()? {
        for words in block?.words {
            if let Some(slice) = slices.get_mut(slice_of[row] as usize) {
                slice.articles += 1;
                slice.words += u64::from(words);
            }
            row += 1;
        }
    }
    let mut position = vec![NO_SLICE; view.entities().len()];
    for (at, entity) in entities.iter().enumerate() {
        position[*entity as usize] = at as u32;
    }
    let mut counts = vec![vec![SliceCount::default(); slices.len()]; entities.len()];
    for_each_count(view.run(), |document, entity, count| {
        let (Some(slice), Some(at)) = (slice_of.get(document as usize), position.get(entity as usize)) else {
            let message =
                format!("damaged: a count of entity {entity} in document {document}, which do not both exist");
            return Err(Error::format(view.run().path(), message).with_remedy("`dateline verify` says more"));
        };
        if *slice != NO_SLICE && *at != NO_SLICE {
            let cell = &mut counts[*at as usize][*slice as usize];
            cell.mentions += u64::from(count);
            cell.documents += 1;
        }
        Ok(())
    })?;
    // An entity that is asked for twice has the same counts twice.
    let counts = entities.iter().map(|entity| counts[position[*entity as usize] as usize].clone()).collect();
    Ok(Trend { slices, counts, empty_left_out, n_named })
}

/// A document that is not in the view, and an entity that was not asked for.
const NO_SLICE: u32 = u32::MAX;

struct Slices {
    slices: Vec<Slice>,
    /// By document, its slice.
    slice_of: Vec<u32>,
    empty_left_out: u64,
    n_named: usize,
}

fn slices_by_period(view: &View<'_>, period: Period) -> Result<Slices> {
    // For now by document the first day of its period, or that it has no date or is not in the view.
    const NOT_IN_VIEW: i32 = i32::MAX;
    let mut starts: Vec<i32> = Vec::new();
    let mut ranges = BTreeMap::new();
    let mut last = None;
    for block in view.run().documents()? {
        for document in block?.iter() {
            if !view.has_document(starts.len()) {
                starts.push(NOT_IN_VIEW);
                continue;
            }
            let range = match last {
                Some((day, range)) if day == document.day => range,
                _ if document.day == i32::MIN => None,
                _ => Some(period.around(document.day)?),
            };
            last = Some((document.day, range));
            starts.push(range.map_or(i32::MIN, |range| range.first));
            if let Some(range) = range {
                ranges.insert(range.first, range.after);
            }
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
            slices.push(Slice::named(period.label(day)?));
            expected = Some(period.around(day)?.after);
        }
        number.insert(first, slices.len() as u32);
        slices.push(Slice::named(period.label(first)?));
        expected = Some(after);
    }
    let n_named = slices.len();
    if starts.contains(&i32::MIN) {
        number.insert(i32::MIN, slices.len() as u32);
        slices.push(Slice::named("no date"));
    }
    number.insert(NOT_IN_VIEW, NO_SLICE);
    let slice_of = starts.iter().map(|start| number[start]).collect();
    Ok(Slices { slices, slice_of, empty_left_out: if lists_empty { 0 } else { empty }, n_named })
}

fn slices_by_source(view: &View<'_>) -> Result<Slices> {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut slice_of: Vec<u32> = Vec::new();
    for block in view.run().documents()? {
        for document in block?.iter() {
            let next = numbers.len() as u32;
            slice_of.push(match numbers.get(document.source) {
                _ if !view.has_document(slice_of.len()) => NO_SLICE,
                Some(number) => *number,
                None => {
                    numbers.insert(document.source.to_owned(), next);
                    next
                }
            });
        }
    }
    // From the order in which sources first appear to that of their names, none last.
    let mut names: Vec<(bool, String, u32)> =
        numbers.into_iter().map(|(name, number)| (name.is_empty(), name, number)).collect();
    names.sort();
    let mut renumbered = vec![0; names.len()];
    let mut slices = Vec::with_capacity(names.len());
    let n_named = names.iter().filter(|(is_empty, ..)| !is_empty).count();
    for (is_empty, name, number) in names {
        renumbered[number as usize] = slices.len() as u32;
        let label = if is_empty { "no source".to_owned() } else { name };
        slices.push(Slice::named(label));
    }
    for slice in slice_of.iter_mut().filter(|slice| **slice != NO_SLICE) {
        *slice = renumbered[*slice as usize];
    }
    Ok(Slices { slices, slice_of, empty_left_out: 0, n_named })
}

/// An entity in two groups of documents.
#[derive(Debug, Clone, Copy)]
pub struct Keyness<'v> {
    /// The entity.
    pub entity: &'v RunEntity,
    /// `k11` documents of the first group and `k12` of the second mention it, `k21` and `k22` do not. Its
    /// [G²](Measure::LogLikelihood) says how sure a difference is, its [log ratio](ContingencyTable::log_ratio) how large.
    pub table: ContingencyTable,
}

/// Compares two groups of documents: which entities are in relatively more documents of one than of the other? The
/// surest difference first, by G²; equal ones by name and id.
///
/// `views` are of the same run; `wanted` says which entities to compare. An entity in no document of either is left out.
///
/// # Errors
///
/// If a document is in both groups: the test assumes that they are independent.
///
/// # Complexity
///
/// Sorts the entities.
pub fn keyness<'v>(views: [&'v View<'_>; 2], wanted: impl Fn(u32) -> bool, rows: usize) -> Result<Vec<Keyness<'v>>> {
    let both = views[0].common_documents(views[1]);
    if both > 0 {
        let documents = if both == 1 { "document is" } else { "documents are" };
        let error = Error::usage(format!("{both} {documents} in both groups")).at(views[0].run().path());
        return Err(
            error.with_remedy("compare groups that have no document in common, such as date<2024 and date>=2024")
        );
    }
    let [n_first, n_second] = views.map(View::n_documents);
    let compared = views[0].entities().iter().zip(views[1].entities()).filter_map(|(first, second)| {
        let (k11, k12) = (u64::from(first.documents), u64::from(second.documents));
        let table = ContingencyTable { k11, k12, k21: n_first - k11, k22: n_second - k12 };
        (k11 + k12 > 0 && wanted(first.row))
            .then(|| (Measure::LogLikelihood.of(table), Keyness { entity: first, table }))
    });
    let mut compared: Vec<(f64, Keyness<'v>)> = compared.collect();
    compared.sort_by(|(left, a), (right, b)| {
        let names = |of: &Keyness<'v>| (of.entity.name.as_str(), of.entity.id.as_str());
        right.total_cmp(left).then_with(|| names(a).cmp(&names(b)))
    });
    compared.truncate(if rows == 0 { usize::MAX } else { rows });
    Ok(compared.into_iter().map(|(_, keyness)| keyness).collect())
}
