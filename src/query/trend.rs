//! Entities in slices of an archive: how often in each month, in each source.

use std::collections::BTreeMap;

use super::entity::RunEntity;
use super::slices::{Slice, SliceBy, SliceCount, Slices};
use super::view::View;
use crate::association::{ContingencyTable, Measure};
use crate::error::{Error, Result};

/// Entities in the slices of a view. The slices sum to the whole: every document is in exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// In the order of time, or by name; the documents without date or value last.
    pub slices: Vec<Slice>,
    /// For each entity asked for, its counts in each slice.
    pub counts: Vec<Vec<SliceCount>>,
    /// How many slices without a document between the others were left out, because there are too many.
    pub empty_left_out: u64,
    /// How many of the slices are a period or a value: all, or all but the last, which then has the documents without.
    pub n_named: usize,
}

/// Counts entities, by their rows, in the slices of a view. Periods without a document are slices, too.
///
/// # Errors
///
/// If the run kept no field of that name, cannot be read or is damaged.
///
/// # Complexity
///
/// Reads documents twice and counts once; 4 bytes of memory for each document.
pub fn trend(view: &View<'_>, entities: &[u32], by: &SliceBy) -> Result<Trend> {
    const NOT_WANTED: u32 = u32::MAX;
    let slices = view.slices(by)?;
    let mut position = vec![NOT_WANTED; view.entities().len()];
    for (at, entity) in entities.iter().enumerate() {
        position[*entity as usize] = at as u32;
    }
    let mut counts = vec![vec![SliceCount::default(); slices.slices.len()]; entities.len()];
    view.for_each_document(|document, entries| {
        let Some(slice) = slices.slice_of(document as usize) else { return Ok(()) };
        for (entity, count) in entries {
            let at = position[entity.index()];
            if at != NOT_WANTED {
                let cell = &mut counts[at as usize][slice];
                cell.mentions += u64::from(*count);
                cell.documents += 1;
            }
        }
        Ok(())
    })?;
    // An entity that is asked for twice has the same counts twice.
    let counts = entities.iter().map(|entity| counts[position[*entity as usize] as usize].clone()).collect();
    let Slices { slices, empty_left_out, n_named, .. } = slices;
    Ok(Trend { slices, counts, empty_left_out, n_named })
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
    let both = views[0].entities().iter().zip(views[1].entities());
    let counts = both.map(|(first, second)| (first, [first.documents, second.documents]));
    Ok(surest(views.map(View::n_documents), counts.filter(|(entity, _)| wanted(entity.row)), rows))
}

/// As [`keyness`], for views of two runs: entities are the same if their ids are, and one that only the second run has is described as
/// there. Whether the runs have documents in common cannot be asked here.
///
/// # Complexity
///
/// Sorts the entities of both runs.
#[must_use]
pub fn keyness_of_runs<'v>(
    views: [&'v View<'_>; 2],
    wanted: impl Fn(&RunEntity) -> bool,
    rows: usize,
) -> Vec<Keyness<'v>> {
    let mut documents: BTreeMap<&str, (&'v RunEntity, [u32; 2])> = BTreeMap::new();
    for (view, group) in views.into_iter().zip(0..) {
        for entity in view.entities() {
            documents.entry(&entity.id).or_insert((entity, [0, 0])).1[group] += entity.documents;
        }
    }
    let counts = documents.into_values().filter(|(entity, _)| wanted(entity));
    surest(views.map(View::n_documents), counts, rows)
}

/// Entities with the documents of each group that mention them, the surest difference first.
fn surest<'v>(
    [n_first, n_second]: [u64; 2],
    counts: impl Iterator<Item = (&'v RunEntity, [u32; 2])>,
    rows: usize,
) -> Vec<Keyness<'v>> {
    let compared = counts.filter(|(_, counts)| *counts != [0, 0]).map(|(entity, counts)| {
        let [k11, k12] = counts.map(u64::from);
        // Of a run whose ids are not different, an entity could have more documents than there are.
        let (k21, k22) = (n_first.saturating_sub(k11), n_second.saturating_sub(k12));
        let table = ContingencyTable { k11, k12, k21, k22 };
        (Measure::LogLikelihood.of(table), Keyness { entity, table })
    });
    let mut compared: Vec<(f64, Keyness<'v>)> = compared.collect();
    compared.sort_by(|(left, a), (right, b)| {
        let names = |of: &Keyness<'v>| (of.entity.name.as_str(), of.entity.id.as_str());
        right.total_cmp(left).then_with(|| names(a).cmp(&names(b)))
    });
    compared.truncate(if rows == 0 { usize::MAX } else { rows });
    compared.into_iter().map(|(_, keyness)| keyness).collect()
}
