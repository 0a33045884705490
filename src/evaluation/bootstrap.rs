//! Intervals by resampling documents (Efron's percentile bootstrap): how much would the figure vary with other
//! articles?

use super::{Measure, Score, Tally, Value};

/// The middle 95 % of the resampled values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// 2.5 % of the values are below.
    pub low: f64,
    /// 2.5 % of the values are above.
    pub high: f64,
}

/// Fixed, so that every run draws the same samples.
const SEED: u64 = 20_261_122;

/// The interval of each measure over `draws` samples of documents, in the order of [`Measure::ALL`]; `None` where a
/// sample has nothing to measure.
#[must_use]
pub fn intervals(score: &Score, draws: usize) -> [Option<Interval>; 6] {
    over_draws(score.documents.len(), draws, |drawn, measure| value(&total(&score.documents, drawn), measure))
}

/// The interval of the difference (second less first) of each measure, both measured on the same samples. The scores
/// must be of the same documents.
///
/// # Panics
///
/// If the numbers of documents differ.
#[must_use]
pub fn differences(first: &Score, second: &Score, draws: usize) -> [Option<Interval>; 6] {
    assert_eq!(first.documents.len(), second.documents.len(), "scores of the same documents");
    over_draws(first.documents.len(), draws, |drawn, measure| {
        let (first, second) = (total(&first.documents, drawn), total(&second.documents, drawn));
        Some(value(&second, measure)? - value(&first, measure)?)
    })
}

fn value(tally: &Tally, measure: Measure) -> Option<f64> {
    tally.value(measure).map(|Value { value, .. }| value)
}

fn total(documents: &[Tally], drawn: &[usize]) -> Tally {
    let mut total = Tally::default();
    drawn.iter().for_each(|index| total.add(&documents[*index]));
    total
}

fn over_draws(
    n_documents: usize,
    draws: usize,
    measured: impl Fn(&[usize], Measure) -> Option<f64>,
) -> [Option<Interval>; 6] {
    let mut values: [Vec<f64>; 6] = Default::default();
    let mut random = SplitMix(SEED);
    let mut drawn = vec![0; n_documents];
    for _ in 0..draws {
        drawn.iter_mut().for_each(|index| *index = random.below(n_documents as u64) as usize);
        for (values, measure) in values.iter_mut().zip(Measure::ALL) {
            values.extend(measured(&drawn, measure));
        }
    }
    values.map(|mut values| {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(((values.len().checked_sub(1)?) as f64 * share).round() as usize).copied();
        let whole = values.len() == draws;
        whole.then(|| Some(Interval { low: at(0.025)?, high: at(0.975)? })).flatten()
    })
}

/// SplitMix64 (Steele, Lea and Flood 2014): a few lines, so that no new version of a crate changes a published
/// interval.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The upper half of the product is spread over the range; its bias is too small to matter here.
        ((u128::from(z) * u128::from(limit)) >> 64) as u64
    }
}
