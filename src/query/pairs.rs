//! The pairs of a view in the order of a measure.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::entity::RunEntity;
use super::filter::{Filter, Selection};
use super::joint::JointCounts;
use super::view::View;
use crate::association::{ContingencyTable, Measure, QValues};
use crate::error::{Error, Result};
use crate::network::Edge;
use crate::store::PairRow;

/// What to list pairs by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairOrder {
    /// The number of contexts with both, the greatest first.
    Joint,
    /// A measure, the strongest association first.
    Measure(Measure),
}

/// How to list pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairOptions {
    /// The order; equal pairs by joint count and by names.
    pub order: PairOrder,
    /// How many pairs; 0 for all.
    pub rows: usize,
    /// Only pairs that occur together more often than if they were independent.
    pub attracted: bool,
    /// Only pairs with a q-value of at most this, which must be between 0 and 0.5.
    pub max_false_discovery_rate: Option<f64>,
}

impl PairOptions {
    /// The order that a reader wants to see first: the log-likelihood ratio of the pairs that attract each other.
    ///
    /// Of the measures it is the one that needs no minimum to be reliable: a pair of rare names that met by chance is not
    /// above pairs with a hundred documents, as it is by PMI; and a pair of names that are everywhere is not above those
    /// that belong together, as it is by documents.
    #[must_use]
    pub fn usual(rows: usize) -> Self {
        Self {
            order: PairOrder::Measure(Measure::LogLikelihood),
            rows,
            attracted: true,
            max_false_discovery_rate: None,
        }
    }

    /// The usual minimum for the contexts of each of two names: 5, or one of a hundred contexts if that is fewer, and at
    /// least 1.
    ///
    /// ```
    /// use dateline::query::PairOptions;
    /// assert_eq!([46, 250, 1_000_000].map(PairOptions::usual_minimum), [1, 3, 5]);
    /// ```
    #[must_use]
    pub fn usual_minimum(n_contexts: u64) -> u32 {
        n_contexts.div_ceil(100).clamp(1, 5) as u32
    }
}

impl Filter {
    /// Leaves out, too, what a list of pairs has no use for unless somebody asks for it: news agencies, pairs of two titles,
    /// and entities in fewer contexts than the [usual minimum](PairOptions::usual_minimum) of so many.
    ///
    /// ```
    /// use dateline::query::Filter;
    /// let filter = Filter::default().for_pairs(250);
    /// assert!(filter.without_agencies && filter.without_title_pairs && filter.min_each == 3);
    /// ```
    #[must_use]
    pub fn for_pairs(self, n_contexts: u64) -> Self {
        let min_each = PairOptions::usual_minimum(n_contexts);
        Self { min_each, without_agencies: true, without_title_pairs: true, ..self }
    }

    /// As [`for_pairs`](Self::for_pairs), for a list in an order: the usual minimum holds only for measures, which are unreliable for rare
    /// names, and not if another one was given.
    #[must_use]
    pub fn for_pairs_by(self, order: PairOrder, n_contexts: u64, min_each: Option<u32>) -> Self {
        let usual = self.for_pairs(n_contexts);
        let least = min_each.unwrap_or(if order == PairOrder::Joint { 0 } else { usual.min_each });
        Self { min_each: least, ..usual }
    }
}

/// Two entities with the counts that say how they belong together.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'v> {
    /// The first.
    pub a: &'v RunEntity,
    /// The second.
    pub b: &'v RunEntity,
    /// Contexts with both, with each, and with neither.
    pub table: ContingencyTable,
    /// The lowest false discovery rate at which the pair counts as a discovery, if
    /// [`max_false_discovery_rate`](PairOptions::max_false_discovery_rate) was given.
    pub q: Option<f64>,
    /// In single precision, so that pairs with equal values are equal, whatever the last digits of a logarithm are.
    strength: f32,
}

impl Pair<'_> {
    /// The pair with this entity, by its row, as the first.
    #[must_use]
    pub fn seen_from(self, row: u32) -> Self {
        if self.b.row != row {
            return self;
        }
        let ContingencyTable { k11, k12, k21, k22 } = self.table;
        Self { a: self.b, b: self.a, table: ContingencyTable { k11, k12: k21, k21: k12, k22 }, ..self }
    }

    fn key(&self) -> (Reverse<u64>, [&str; 4]) {
        (Reverse(self.table.k11), [&self.a.name, &self.b.name, &self.a.id, &self.b.id])
    }
}

/// The order of the list: the first pair is the least.
impl Ord for Pair<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.strength.total_cmp(&self.strength).then_with(|| self.key().cmp(&other.key()))
    }
}

impl PartialOrd for Pair<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair<'_> {}

/// The first pairs of the list, in order.
///
/// # Errors
///
/// If the run cannot be read or is damaged, or the false discovery rate is not between 0 and 0.5.
///
/// # Complexity
///
/// Reads the pairs once, and once more for the false discovery rate. Memory: the rows asked for, and 16 bytes for each
/// pair whose p-value is at most the false discovery rate.
pub fn strongest_pairs<'v>(
    view: &'v View<'_>,
    joint: &JointCounts<'_>,
    selection: &Selection,
    options: PairOptions,
) -> Result<Vec<Pair<'v>>> {
    let q_values = options.max_false_discovery_rate.map(|level| q_values(joint, selection, level)).transpose()?;
    let limit = if options.rows == 0 { usize::MAX } else { options.rows };
    let entities = view.entities();
    // The greatest element of the heap is the last of the list.
    let mut first: BinaryHeap<Pair<'v>> = BinaryHeap::new();
    joint.for_each(|row| {
        // Most pairs are weaker than the weakest on the list. They are passed over before their cells are computed or their names compared.
        let is_after_the_last = |first: &BinaryHeap<Pair<'v>>, strength: f32| {
            first.len() == limit && first.peek().is_some_and(|last| strength < last.strength)
        };
        let by_joint = options.order == PairOrder::Joint;
        if by_joint && is_after_the_last(&first, row.joint as f32) || !selection.pair(row) {
            return Ok(());
        }
        let table = joint.table(row)?;
        if options.attracted && !table.is_attracted() {
            return Ok(());
        }
        let strength = match options.order {
            PairOrder::Joint => table.k11 as f32,
            PairOrder::Measure(measure) => measure.strength(table) as f32,
        };
        if is_after_the_last(&first, strength) {
            return Ok(());
        }
        let q = q_values.as_ref().map(|q_values| q_values.q(Measure::Fisher.of(table)));
        if q.is_some_and(|q| options.max_false_discovery_rate.is_some_and(|level| q > level)) {
            return Ok(());
        }
        let pair = Pair { a: &entities[row.a as usize], b: &entities[row.b as usize], table, q, strength };
        if first.len() < limit {
            first.push(pair);
        } else if first.peek().is_some_and(|last| pair < *last) {
            first.pop();
            first.push(pair);
        }
        Ok(())
    })?;
    Ok(first.into_sorted_vec())
}

/// The selected pairs as edges between the rows of the entities, weighted by the contexts with both.
///
/// # Errors
///
/// If the run cannot be read or is damaged.
///
/// # Complexity
///
/// Reads the pairs; 12 bytes of memory for each edge.
pub fn edges(joint: &JointCounts<'_>, selection: &Selection, attracted: bool) -> Result<Vec<Edge>> {
    let mut edges = Vec::new();
    joint.for_each(|row| {
        if selection.pair(row) && (!attracted || joint.table(row)?.is_attracted()) {
            edges.push(Edge { a: row.a, b: row.b, weight: row.joint });
        }
        Ok(())
    })?;
    Ok(edges)
}

/// The q-values of all pairs that the selected entities could make, whether they ever occur together or not. Those that
/// do not have p-values of at least ½, so that they only raise the number of tests.
fn q_values(joint: &JointCounts<'_>, selection: &Selection, level: f64) -> Result<QValues> {
    if !(level > 0.0 && level <= 0.5) {
        let error = Error::usage(format!("{level} is not a false discovery rate"));
        return Err(error.with_remedy("give one above 0 and up to 0.5, such as 0.05"));
    }
    let mut p_values = Vec::new();
    joint.for_each(|row| {
        if selection.pair(PairRow { joint: u32::MAX, ..row }) {
            let p = Measure::Fisher.of(joint.table(row)?);
            // A p-value above the level is never a discovery: q is at least p.
            if p <= level {
                p_values.push(p);
            }
        }
        Ok(())
    })?;
    Ok(QValues::new(p_values, selection.n_possible_pairs()))
}
