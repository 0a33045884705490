//! When: the documents divided into days, months, quarters or years, and how often an entity occurs in each.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::date;
use serde::Serialize;

use crate::store::DateTally;

/// The most days that are shown as days.
const DAYS: i64 = 92;
/// The most months, and then quarters, that are shown.
const BINS: i32 = 120;
/// The most years.
const YEARS: i32 = 300;
/// 1.96 standard deviations: 95 % of a normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Changes listed in each direction.
const CHANGES: usize = 5;

/// How long a bin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    Day,
    Month,
    Quarter,
    Year,
}

/// A day, month, quarter or year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Bin {
    /// `2007-03-05`, `2007-03`, `2007-Q1` or `2007`.
    pub(super) label: String,
    /// Documents with a date in it.
    pub(super) documents: u64,
}

/// The time that the documents cover, in bins without gaps.
#[derive(Debug)]
pub(super) struct Period {
    unit: Unit,
    /// Number of the first bin: days since 1970-01-01, or months, quarters or years since year 0.
    first: i32,
    pub(super) bins: Vec<Bin>,
    /// The first and last day of any document.
    days: Option<(i32, i32)>,
    /// Documents with a date before or after the bins.
    outside: u64,
}

impl Period {
    /// Chooses the bins for documents by day.
    ///
    /// A few documents with strange dates do not stretch the period: if it would more than double for the sake of the first
    /// or last half per cent of the documents, these are counted as outside of it.
    pub(super) fn of(days: &BTreeMap<i32, u64>) -> Self {
        let whole = days.first_key_value().zip(days.last_key_value()).map(|((first, _), (last, _))| (*first, *last));
        let Some(whole) = whole else {
            return Self { unit: Unit::Month, first: 0, bins: Vec::new(), days: None, outside: 0 };
        };
        let dated: u64 = days.values().sum();
        let core = (day_at(days.iter(), dated / 200), day_at(days.iter().rev(), dated / 200));
        let length = |(first, last): (i32, i32)| i64::from(last) - i64::from(first) + 1;
        let (first, last) = if length(whole) > 2 * length(core).max(15) { core } else { whole };
        let span = |unit| number_of(unit, last) - number_of(unit, first) + 1;
        let unit = match (length((first, last)), span(Unit::Month), span(Unit::Quarter)) {
            (days, ..) if days <= DAYS => Unit::Day,
            (_, months, _) if months <= BINS => Unit::Month,
            (_, _, quarters) if quarters <= BINS => Unit::Quarter,
            _ => Unit::Year,
        };
        let last = number_of(unit, last);
        let first = number_of(unit, first).max(last.saturating_sub(YEARS - 1));
        let mut bins: Vec<Bin> =
            (first..=last).map(|number| Bin { label: label_of(unit, number), documents: 0 }).collect();
        let mut outside = 0;
        for (&day, documents) in days {
            let bin = number_of(unit, day).checked_sub(first).and_then(|at| bins.get_mut(usize::try_from(at).ok()?));
            match bin {
                Some(bin) => bin.documents += documents,
                None => outside += documents,
            }
        }
        Self { unit, first, bins, days: Some(whole), outside }
    }

    /// The bin of a day; `None` for a document without a date, or with one outside of the period.
    pub(super) fn bin_of(&self, day: i32) -> Option<usize> {
        if day == i32::MIN || self.bins.is_empty() {
            return None;
        }
        let at = usize::try_from(number_of(self.unit, day).checked_sub(self.first)?).ok()?;
        (at < self.bins.len()).then_some(at)
    }

    pub(super) fn into_timeline(
        self,
        dates: DateTally,
        series: Vec<usize>,
        rows: Vec<Vec<u64>>,
        changes: Vec<Change>,
    ) -> Timeline {
        let of_entity = |(entity, documents): (usize, Vec<u64>)| {
            let intervals =
                documents.iter().zip(&self.bins).map(|(&documents, bin)| interval(documents, bin.documents));
            Series { entity, intervals: intervals.collect(), documents }
        };
        let series = series.into_iter().zip(rows).map(of_entity).collect();
        let (first_day, last_day) =
            self.days.map(|(a, b)| (crate::archive::date_of(a), crate::archive::date_of(b))).unzip();
        let undated = dates.missing + dates.unreadable;
        let Self { unit, bins, outside, .. } = self;
        Timeline { unit, first_day, last_day, undated, outside, bins, series, changes }
    }
}

/// The day before which `skipped` documents lie, in the order given.
fn day_at<'d>(mut days: impl Iterator<Item = (&'d i32, &'d u64)>, mut skipped: u64) -> i32 {
    days.find(|(_, documents)| match skipped.checked_sub(**documents) {
        Some(left) => {
            skipped = left;
            false
        }
        None => true,
    })
    .map_or(0, |(day, _)| *day)
}

/// The number of the bin of a day.
fn number_of(unit: Unit, day: i32) -> i32 {
    if unit == Unit::Day {
        return day;
    }
    // A day that the calendar does not reach is at its end.
    let end = if day < 0 { date(-9999, 1, 1) } else { date(9999, 12, 31) };
    let span = Span::new().try_days(day);
    let civil = span.and_then(|days| date(1970, 1, 1).checked_add(days)).unwrap_or(end);
    let month = i32::from(civil.year()) * 12 + i32::from(civil.month()) - 1;
    match unit {
        Unit::Day | Unit::Month => month,
        Unit::Quarter => month.div_euclid(3),
        Unit::Year => i32::from(civil.year()),
    }
}

fn label_of(unit: Unit, number: i32) -> String {
    match unit {
        Unit::Day => crate::archive::date_of(number),
        Unit::Month => format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1),
        Unit::Quarter => format!("{:04}-Q{}", number.div_euclid(4), number.rem_euclid(4) + 1),
        Unit::Year => format!("{number:04}"),
    }
}

/// When the documents were published, and the entities that occur in most of them.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    pub(super) unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_day: Option<String>,
    /// Documents without a readable date.
    pub(super) undated: u64,
    /// Documents with a date before or after the bins.
    pub(super) outside: u64,
    pub(super) bins: Vec<Bin>,
    pub(super) series: Vec<Series>,
    /// What changed most between the first and the second half: the greatest rises, then the greatest falls.
    pub(super) changes: Vec<Change>,
}

/// An entity over time.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Series {
    pub(super) entity: usize,
    /// Documents that mention it, for each bin.
    pub(super) documents: Vec<u64>,
    /// The 95 % interval of its share in each bin, in thousandths of a per cent.
    pub(super) intervals: Vec<(u32, u32)>,
}

/// How an entity's share of the documents differs between the two halves of the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Change {
    pub(super) entity: usize,
    /// Documents that mention it in the first half, and all of that half.
    pub(super) before: (u64, u64),
    /// And in the second half.
    pub(super) after: (u64, u64),
    /// The bin with which the second half begins.
    pub(super) from: String,
    /// Whether its share rose.
    pub(super) rose: bool,
}

impl Change {
    /// The changes that are too great to be chance: the intervals of the two halves do not overlap. The halves have about
    /// as many documents each.
    pub(super) fn all(series: &[usize], rows: &[Vec<u64>], period: &Period) -> Vec<Self> {
        let total: u64 = period.bins.iter().map(|bin| bin.documents).sum();
        let mut before = 0;
        let halves = period.bins.iter().position(|bin| {
            before += bin.documents;
            before * 2 >= total
        });
        let Some(middle) = halves.map(|at| at + 1).filter(|&middle| middle < period.bins.len()) else {
            return Vec::new();
        };
        let after = total - before;
        let mut changes: Vec<(f64, Self)> = Vec::new();
        for (&entity, row) in series.iter().zip(rows) {
            let (first, second): (u64, u64) = (row[..middle].iter().sum(), row[middle..].iter().sum());
            let ((low, high), (low_after, high_after)) = (wilson(first, before), wilson(second, after));
            let rose = low_after > high;
            if rose || high_after < low {
                let gap = if rose { low_after - high } else { low - high_after };
                let from = period.bins[middle].label.clone();
                changes.push((gap, Self { entity, before: (first, before), after: (second, after), from, rose }));
            }
        }
        changes.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.entity.cmp(&y.entity)));
        let of = |rose: bool| changes.iter().filter(move |(_, change)| change.rose == rose).take(CHANGES);
        of(true).chain(of(false)).map(|(_, change)| change.clone()).collect()
    }
}

/// The 95 % interval of a share of which `successes` of `trials` were seen (Wilson 1927).
pub(super) fn wilson(successes: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (trials as f64, successes as f64 / trials as f64);
    let center = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((center - half).max(0.0), (center + half).min(1.0))
}

/// As [`wilson`], in thousandths of a per cent.
fn interval(documents: u64, all: u64) -> (u32, u32) {
    let (low, high) = wilson(documents, all);
    ((low * 1e5).round() as u32, (high * 1e5).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i16, month: i8, of_month: i8) -> i32 {
        date(1970, 1, 1).until(date(year, month, of_month)).unwrap().get_days()
    }

    #[track_caller]
    fn check(days: &[(i32, u64)], unit: Unit, first: &str, last: &str, outside: u64) {
        let period = Period::of(&days.iter().copied().collect());
        let labels: Vec<&str> = period.bins.iter().map(|bin| bin.label.as_str()).collect();
        assert_eq!((period.unit, labels[0], labels[labels.len() - 1]), (unit, first, last));
        assert_eq!(period.outside, outside);
        let total: u64 = days.iter().map(|(_, documents)| documents).sum();
        assert_eq!(period.bins.iter().map(|bin| bin.documents).sum::<u64>() + outside, total);
        for &(day, _) in days {
            let bin = period.bin_of(day).map(|bin| period.bins[bin].label.clone());
            // A day that the calendar does not reach has no date.
            let date = crate::archive::date_of(day);
            assert!(date.is_empty() || bin.is_none_or(|label| date.starts_with(&label[..4])));
        }
    }

    #[test]
    fn bins_are_as_long_as_the_period_asks() {
        check(&[(day(2024, 2, 28), 1), (day(2024, 3, 1), 2)], Unit::Day, "2024-02-28", "2024-03-01", 0);
        check(&[(day(2006, 10, 20), 1), (day(2013, 11, 26), 1)], Unit::Month, "2006-10", "2013-11", 0);
        check(&[(day(1987, 2, 1), 5), (day(2013, 11, 26), 5)], Unit::Quarter, "1987-Q1", "2013-Q4", 0);
        check(&[(day(1900, 2, 1), 5), (day(2013, 11, 26), 5)], Unit::Year, "1900", "2013", 0);
    }

    #[test]
    fn a_strange_date_does_not_stretch_the_period() {
        check(
            &[(day(1, 1, 1), 1), (day(2013, 1, 1), 500), (day(2013, 9, 1), 500)],
            Unit::Month,
            "2013-01",
            "2013-09",
            1,
        );
        check(&[(day(-5000, 1, 1), 9), (day(2013, 1, 1), 9)], Unit::Year, "1714", "2013", 9);
        check(&[(i32::MIN + 1, 9), (i32::MAX, 9)], Unit::Year, "9700", "9999", 9);
    }

    #[test]
    fn nothing_dated_has_no_bins() {
        let period = Period::of(&BTreeMap::new());
        assert!(period.bins.is_empty());
        assert_eq!(period.bin_of(3), None);
    }

    /// Values of SciPy 1.17.1, `binomtest(...).proportion_ci(method="wilson")`.
    #[test]
    fn wilson_is_that_of_scipy() {
        let values = [
            ((0, 10), (0.0, 0.277_532_799_9)),
            ((5, 10), (0.236_593_090_5, 0.763_406_909_5)),
            ((37, 420), (0.064_588_035_8, 0.119_068_983_1)),
        ];
        for ((successes, trials), (low, high)) in values {
            let interval = wilson(successes, trials);
            assert!((interval.0 - low).abs() < 1e-9 && (interval.1 - high).abs() < 1e-9, "{interval:?}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn only_changes_beyond_chance_are_listed() {
        let days = BTreeMap::from([(day(2024, 1, 1), 100), (day(2024, 1, 2), 100)]);
        let rows = [vec![5, 60], vec![40, 41], vec![70, 2]];
        let changes = Change::all(&[7, 8, 9], &rows, &Period::of(&days));
        let listed: Vec<(usize, bool)> = changes.iter().map(|change| (change.entity, change.rose)).collect();
        assert_eq!(listed, [(7, true), (9, false)]);
        assert_eq!((changes[0].before, changes[0].after), ((5, 100), (60, 100)));
    }
}
