//! How accurate are the mentions? Compares predicted spans with those of a hand-annotated (gold) file.
//!
//! Input: two files of JSON Lines as text ([`SpanFile`]). Output: for each type, a [`Score`] over the documents, with
//! intervals from a bootstrap over documents. Pure functions; nothing is read or run here.
//!
//! Measures, for one type:
//!
//! - *exact*: same start and end. *overlap*: one-to-one pairs that share a character, exact pairs first. *docset*: the
//!   set of surface forms of each document, in lower case. Each as precision, recall and F1.
//! - *docmac*: the mean over documents of the F1 of *docset*, without documents that have nothing on either side.
//! - *acc@161*: of the exactly found spans that have coordinates on both sides, the share located within 161 km (100
//!   miles). *end@161*: of all gold spans with coordinates, the share both found and so located.

mod bootstrap;
mod labels;
mod sheet;
mod spans;

use std::collections::{BTreeMap, BTreeSet};

pub use bootstrap::{Interval, differences, intervals};
pub use labels::{Compared, Renaming, compared};
pub use sheet::{LabelledEntity, Precision, labelled, pooled};
pub use spans::{SpanDocument, SpanFile, SpanLine, SpanUnit};

/// The distance of `acc@161`, in kilometres.
const NEAR: f64 = 161.0;

/// What a measure compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Same start and end.
    Exact,
    /// Pairs that share a character.
    Overlap,
    /// Sets of surface forms by document.
    DocumentSet,
    /// Mean of the F1 of [`DocumentSet`](Self::DocumentSet) over documents.
    DocumentMean,
    /// Share of the exactly found spans located within 161 km.
    AccuracyAt161,
    /// Share of all gold spans located within 161 km.
    EndToEndAt161,
}

impl Measure {
    /// All measures, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Exact, Self::Overlap, Self::DocumentSet, Self::DocumentMean, Self::AccuracyAt161, Self::EndToEndAt161];

    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Overlap => "overlap",
            Self::DocumentSet => "docset",
            Self::DocumentMean => "docmac",
            Self::AccuracyAt161 => "acc@161",
            Self::EndToEndAt161 => "end@161",
        }
    }
}

/// Precision, recall and F1; or a single share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Of what was predicted, the share that is right; none for a single share.
    pub precision: Option<f64>,
    /// Of what is right, the share that was predicted; none for a single share.
    pub recall: Option<f64>,
    /// F1, or the share.
    pub value: f64,
}

/// The counts of one document, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// Gold spans.
    pub gold: u64,
    /// Predicted spans, except those that touch an ignored one.
    pub predicted: u64,
    exact: u64,
    overlap: u64,
    set_gold: u64,
    set_predicted: u64,
    set_both: u64,
    means: u64,
    mean_sum: f64,
    geo_gold: u64,
    geo_both: u64,
    geo_near: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.gold += other.gold;
        self.predicted += other.predicted;
        self.exact += other.exact;
        self.overlap += other.overlap;
        self.set_gold += other.set_gold;
        self.set_predicted += other.set_predicted;
        self.set_both += other.set_both;
        self.means += other.means;
        self.mean_sum += other.mean_sum;
        self.geo_gold += other.geo_gold;
        self.geo_both += other.geo_both;
        self.geo_near += other.geo_near;
    }

    /// The value of a measure; `None` where there is nothing to measure.
    #[must_use]
    pub fn value(&self, measure: Measure) -> Option<Value> {
        let share = |value| Value { precision: None, recall: None, value };
        match measure {
            Measure::Exact => Some(f1(self.exact, self.predicted, self.gold)),
            Measure::Overlap => Some(f1(self.overlap, self.predicted, self.gold)),
            Measure::DocumentSet => Some(f1(self.set_both, self.set_predicted, self.set_gold)),
            Measure::DocumentMean if self.means == 0 => Some(share(1.0)),
            Measure::DocumentMean => Some(share(self.mean_sum / self.means as f64)),
            Measure::AccuracyAt161 => (self.geo_both > 0).then(|| share(self.geo_near as f64 / self.geo_both as f64)),
            Measure::EndToEndAt161 => (self.geo_both > 0).then(|| share(self.geo_near as f64 / self.geo_gold as f64)),
        }
    }

    /// The number of items a measure rests on: gold spans, surface forms, documents.
    #[must_use]
    pub fn basis(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Exact | Measure::Overlap => self.gold,
            Measure::DocumentSet => self.set_gold,
            Measure::DocumentMean => self.means,
            Measure::AccuracyAt161 => self.geo_both,
            Measure::EndToEndAt161 => self.geo_gold,
        }
    }
}

/// Precision, recall and F1. Predicting nothing where nothing is right counts as perfect.
fn f1(both: u64, predicted: u64, gold: u64) -> Value {
    let share = |whole: u64, otherwise: f64| if whole == 0 { otherwise } else { both as f64 / whole as f64 };
    let precision = share(predicted, f64::from(u8::from(gold == 0)));
    let recall = share(gold, 1.0);
    let sum = precision + recall;
    let value = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
    Value { precision: Some(precision), recall: Some(recall), value }
}

/// The result for one type.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Score {
    /// The counts of each document, in the order of the gold file.
    pub documents: Vec<Tally>,
    /// The sum over all documents.
    pub total: Tally,
    /// Surface forms predicted that are not gold, with their number.
    pub false_positives: BTreeMap<String, u64>,
    /// Gold surface forms not exactly predicted, with their number.
    pub missed: BTreeMap<String, u64>,
}

/// What to compare.
#[derive(Debug, Clone, Default)]
pub struct Comparison<'a> {
    /// Only gold documents of this split.
    pub split: Option<&'a str>,
    /// Types of gold spans that are neutral: a prediction that touches one is not an error.
    pub ignore: &'a [String],
}

/// Scores predictions of one type against the gold. A document without a row in the predictions has none.
///
/// ```
/// use dateline::evaluation::{Comparison, Measure, SpanFile, SpanUnit, score};
/// let gold = r#"{"id":"a","text":"Accra and Kumasi","spans":[{"start":0,"end":5,"type":"place"},{"start":10,"end":16,"type":"place"}]}"#;
/// let gold = SpanFile::gold(gold, "gold.jsonl")?;
/// let predicted = r#"{"id":"a","spans":[{"start":0,"end":5,"type":"place"}]}"#;
/// let predicted = SpanFile::predicted(predicted, "pred.jsonl", &gold, SpanUnit::Char)?;
/// let score = score(&gold, &predicted, "place", &Comparison::default());
/// let exact = score.total.value(Measure::Exact).unwrap();
/// assert_eq!((exact.precision, exact.recall), (Some(1.0), Some(0.5)));
/// # Ok::<(), dateline::Error>(())
/// ```
#[must_use]
pub fn score(gold: &SpanFile, predicted: &SpanFile, of_type: &str, comparison: &Comparison<'_>) -> Score {
    let by_id: BTreeMap<&str, &SpanDocument> =
        predicted.documents().iter().map(|document| (document.id.as_str(), document)).collect();
    let mut score = Score::default();
    for document in gold.documents() {
        if comparison.split.is_some() && document.split.as_deref() != comparison.split {
            continue;
        }
        let spans = by_id.get(document.id.as_str()).map_or(&[][..], |predicted| &predicted.spans);
        let tally = score.compare(document, spans, of_type, comparison.ignore);
        score.total.add(&tally);
        score.documents.push(tally);
    }
    score
}

impl Score {
    fn compare(&mut self, document: &SpanDocument, spans: &[SpanLine], of_type: &str, ignore: &[String]) -> Tally {
        let gold = spans::of_type(&document.spans, of_type);
        let mut predicted = spans::of_type(spans, of_type);
        let gold_keys: BTreeSet<(usize, usize)> = gold.iter().map(|span| (span.start, span.end)).collect();
        let neutral: Vec<&SpanLine> = document.spans.iter().filter(|span| ignore.contains(&span.kind)).collect();
        predicted.retain(|span| {
            gold_keys.contains(&(span.start, span.end))
                || !neutral.iter().any(|other| other.start < span.end && span.start < other.end)
        });
        let predicted_by_key: BTreeMap<(usize, usize), &SpanLine> =
            predicted.iter().map(|span| ((span.start, span.end), *span)).collect();

        let mut tally = Tally { gold: gold.len() as u64, predicted: predicted.len() as u64, ..Tally::default() };
        for span in &gold {
            let found = predicted_by_key.get(&(span.start, span.end));
            if let Some(place) = span.coordinates() {
                tally.geo_gold += 1;
                if let Some(found) = found.and_then(|found| found.coordinates()) {
                    tally.geo_both += 1;
                    tally.geo_near += u64::from(kilometres(place, found) <= NEAR);
                }
            }
            match found {
                Some(_) => tally.exact += 1,
                None => *self.missed.entry(document.surface(span)).or_default() += 1,
            }
        }
        for span in predicted.iter().filter(|span| !gold_keys.contains(&(span.start, span.end))) {
            *self.false_positives.entry(document.surface(span)).or_default() += 1;
        }
        tally.overlap = overlapping(&gold, &predicted);
        let surfaces =
            |spans: &[&SpanLine]| -> BTreeSet<String> { spans.iter().map(|span| document.surface(span)).collect() };
        let (gold_set, predicted_set) = (surfaces(&gold), surfaces(&predicted));
        tally.set_gold = gold_set.len() as u64;
        tally.set_predicted = predicted_set.len() as u64;
        tally.set_both = gold_set.intersection(&predicted_set).count() as u64;
        if tally.set_gold + tally.set_predicted > 0 {
            tally.means = 1;
            tally.mean_sum = f1(tally.set_both, tally.set_predicted, tally.set_gold).value;
        }
        tally
    }
}

/// One-to-one pairs of spans that share a character, both sorted by start: exact pairs first, then from the left.
fn overlapping(gold: &[&SpanLine], predicted: &[&SpanLine]) -> u64 {
    let exact: BTreeMap<(usize, usize), usize> =
        gold.iter().enumerate().map(|(index, span)| ((span.start, span.end), index)).collect();
    let mut used = vec![false; gold.len()];
    let mut pairs = 0;
    let mut open = Vec::new();
    for span in predicted {
        match exact.get(&(span.start, span.end)) {
            Some(index) if !used[*index] => {
                used[*index] = true;
                pairs += 1;
            }
            _ => open.push(span),
        }
    }
    for span in open {
        let candidates = gold.iter().enumerate().take_while(|(_, gold)| gold.start < span.end);
        let free =
            candidates.filter(|(index, gold)| !used[*index] && gold.end > span.start).map(|(index, _)| index).next();
        if let Some(index) = free {
            used[index] = true;
            pairs += 1;
        }
    }
    pairs
}

/// Great-circle distance (haversine, a sphere of radius 6371 km) of two points in degrees.
fn kilometres((lat_a, lon_a): (f64, f64), (lat_b, lon_b): (f64, f64)) -> f64 {
    let (la, lo, lb, lp) = (lat_a.to_radians(), lon_a.to_radians(), lat_b.to_radians(), lon_b.to_radians());
    let half = ((lb - la) / 2.0).sin().powi(2) + la.cos() * lb.cos() * ((lp - lo) / 2.0).sin().powi(2);
    12742.0 * half.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests;
