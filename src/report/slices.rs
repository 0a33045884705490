//! What a chosen period leaves: the names, countries and pairs of the page, counted in slices of its time.

use std::collections::BTreeMap;

use serde::Serialize;

use super::facts::{Facts, embedded};
use super::period::Timeline;
use crate::error::Result;
use crate::query::{View, is_of};

/// The most slices: three years of months. A longer time has slices of several bins.
const SLICES: usize = 36;
/// Numbers that are embedded for pairs; those of the pictures come first, the others by their strength.
const PAIR_NUMBERS: usize = 100_000;
/// A document that is in no slice, or an entity or pair that is not on the page.
const NONE: u32 = u32::MAX;

/// Numbers by slice. Slices without any are left out, so that rare names take little room.
#[derive(Debug, Default, Serialize)]
pub(super) struct Slices {
    /// The bin of the timeline with which each slice begins; none if there is no time to divide.
    pub(super) first_bins: Vec<usize>,
    /// For each entity of the page, one after the other: slice, documents, mentions.
    pub(super) entities: Vec<Vec<u64>>,
    /// For each country: slice, documents.
    pub(super) countries: Vec<Vec<u64>>,
    /// For pairs, by their position on the page: slice, documents with both.
    pub(super) pairs: BTreeMap<usize, Vec<u64>>,
}

impl Slices {
    /// Counts the names of the page in slices of the time that it shows. `first` are the pairs that must have numbers,
    /// by their positions; of the others, the first have them while there is room.
    ///
    /// # Complexity
    ///
    /// Reads documents and counts once. Memory: a byte for each document, four bytes for each two entities of the page, and
    /// its entities and pairs times the slices.
    pub(super) fn of(view: &View<'_>, facts: &Facts, first: impl Iterator<Item = usize>) -> Result<Self> {
        let timeline = &facts.timeline;
        if timeline.bins.len() < 2 {
            return Ok(Self::default());
        }
        let step = timeline.bins.len().div_ceil(SLICES);
        let first_bins: Vec<usize> = (0..timeline.bins.len()).step_by(step).collect();
        let n_slices = first_bins.len();
        let slice_of = slices_of_documents(view, timeline, step)?;
        let mut tally = Tally::new(view, facts, n_slices);
        let round_ups = view.run().manifest().settings.round_ups;
        view.for_each_document(|document, entries| {
            let Some(slice) = slice_of.get(document as usize).copied().flatten() else { return Ok(()) };
            tally.begin(document);
            for (entity, count) in entries {
                tally.add(entity.0, *count, slice.into());
            }
            // As the run counted the pairs of a document with very many names.
            match round_ups.paired(entries) {
                None => tally.pair(entries.iter().map(|(entity, _)| entity.0), slice.into()),
                Some(kept) => tally.pair(kept.iter().map(|(entity, _)| entity.0), slice.into()),
            }
            Ok(())
        })?;
        Ok(tally.finish(facts, first_bins, first))
    }
}

/// The slice of each document of the run, if it has one.
fn slices_of_documents(view: &View<'_>, timeline: &Timeline, step: usize) -> Result<Vec<Option<u8>>> {
    let mut slices = Vec::new();
    for block in view.run().documents()? {
        slices.extend(block?.iter().map(|document| {
            let bins = timeline.bins.partition_point(|bin| bin.first_day <= document.day);
            // There are at most 36.
            (bins > 0 && document.day < timeline.after).then(|| ((bins - 1) / step) as u8)
        }));
    }
    Ok(slices)
}

/// Counts while documents go by.
struct Tally {
    n_slices: usize,
    /// By row of the run, the position on the page, or [`NONE`].
    entity: Vec<u32>,
    /// By row of the run, the position of its country, or [`NONE`].
    country: Vec<u32>,
    n_entities: usize,
    /// By two positions on the page, that of their pair, or [`NONE`].
    pair: Vec<u32>,
    /// By position and slice: documents and mentions.
    entities: Vec<(u64, u64)>,
    countries: Vec<u64>,
    pairs: Vec<u64>,
    /// The last document that each country was counted in.
    last: Vec<u32>,
    document: u32,
    present: Vec<u32>,
}

impl Tally {
    fn new(view: &View<'_>, facts: &Facts, n_slices: usize) -> Self {
        let (n_entities, n_countries) = (facts.entities.len(), facts.countries.len());
        let mut entity = vec![NONE; view.entities().len()];
        for (at, shown) in facts.entities.iter().enumerate() {
            entity[shown.row as usize] = at as u32;
        }
        let codes: BTreeMap<&str, u32> =
            facts.countries.iter().zip(0..).map(|(country, at)| (country.code.as_str(), at)).collect();
        let country = view.entities().iter().map(|entity| {
            let is_placed = is_of(&entity.kind, "place") && !entity.country.is_empty();
            let code = is_placed.then(|| embedded(&entity.country));
            code.and_then(|code| codes.get(code.as_str()).copied()).unwrap_or(NONE)
        });
        let country = country.collect();
        let mut pair = vec![NONE; n_entities * n_entities];
        for (at, tie) in facts.pairs.iter().enumerate() {
            pair[tie.a * n_entities + tie.b] = at as u32;
            pair[tie.b * n_entities + tie.a] = at as u32;
        }
        Self {
            n_slices,
            entity,
            country,
            n_entities,
            pair,
            entities: vec![(0, 0); n_entities * n_slices],
            countries: vec![0; n_countries * n_slices],
            pairs: vec![0; facts.pairs.len() * n_slices],
            last: vec![NONE; n_countries],
            document: NONE,
            present: Vec::new(),
        }
    }

    fn begin(&mut self, document: u32) {
        self.document = document;
    }

    fn add(&mut self, row: u32, count: u32, slice: usize) {
        let at = self.entity[row as usize];
        if at != NONE {
            let (documents, mentions) = &mut self.entities[at as usize * self.n_slices + slice];
            *documents += 1;
            *mentions += u64::from(count);
        }
        let country = self.country[row as usize];
        if country != NONE && self.last[country as usize] != self.document {
            self.last[country as usize] = self.document;
            self.countries[country as usize * self.n_slices + slice] += 1;
        }
    }

    fn pair(&mut self, rows: impl Iterator<Item = u32>, slice: usize) {
        self.present.clear();
        self.present.extend(rows.map(|row| self.entity[row as usize]).filter(|at| *at != NONE));
        for (number, a) in self.present.iter().enumerate() {
            let pairs = &self.pair[*a as usize * self.n_entities..][..self.n_entities];
            for b in &self.present[number + 1..] {
                let pair = pairs[*b as usize];
                if pair != NONE {
                    self.pairs[pair as usize * self.n_slices + slice] += 1;
                }
            }
        }
    }

    fn finish(self, facts: &Facts, first_bins: Vec<usize>, first: impl Iterator<Item = usize>) -> Slices {
        let single = |counts: &[u64]| {
            let filled = counts.iter().zip(0..).filter(|(count, _)| **count > 0);
            filled.flat_map(|(count, slice): (&u64, u64)| [slice, *count]).collect::<Vec<u64>>()
        };
        let double = |counts: &[(u64, u64)]| {
            let filled = counts.iter().zip(0..).filter(|(count, _)| count.0 > 0);
            filled.flat_map(|(count, slice): (&(u64, u64), u64)| [slice, count.0, count.1]).collect::<Vec<u64>>()
        };
        let of_pair = |at: usize| single(&self.pairs[at * self.n_slices..][..self.n_slices]);
        let mut pairs: BTreeMap<usize, Vec<u64>> = first.map(|at| (at, of_pair(at))).collect();
        let mut numbers: usize = pairs.values().map(Vec::len).sum();
        for at in 0..facts.pairs_listed {
            if pairs.contains_key(&at) {
                continue;
            }
            let counts = of_pair(at);
            numbers += counts.len();
            if numbers > PAIR_NUMBERS {
                break;
            }
            pairs.insert(at, counts);
        }
        Slices {
            entities: self.entities.chunks_exact(self.n_slices).map(double).collect(),
            countries: self.countries.chunks_exact(self.n_slices).map(single).collect(),
            pairs,
            first_bins,
        }
    }
}
