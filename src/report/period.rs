//! When: how the time of the documents is divided, and how often an entity occurs in each part.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::association::wilson_interval;
use crate::error::Result;
use crate::query::{DayRange, Period, Slice, SliceBy, SliceCount, View, trend};
use crate::store::DateTally;

/// The most days that are shown as days.
const DAYS: usize = 92;
/// The most months, and then quarters, that are shown.
const BINS: usize = 120;
/// The most years.
const YEARS: i32 = 300;
/// Changes listed in each direction.
const CHANGES: usize = 5;

/// A day, month, quarter or year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Bin {
    /// `2007-03-05`, `2007-03`, `2007-Q1` or `2007`.
    pub(super) label: String,
    /// Documents with a date in it.
    pub(super) documents: u64,
    /// Its first day, in days since 1970-01-01.
    #[serde(skip)]
    pub(super) first_day: i32,
}

/// The time that the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    period: Period,
    /// Whole periods.
    days: DayRange,
}

impl Shown {
    /// Chooses the days and their division for documents by day; `None` if there are none.
    ///
    /// A few documents with strange dates do not stretch the time: if it would more than double for the sake of the first
    /// or last half per cent of the documents, these are outside of it.
    fn of(days: &BTreeMap<i32, u64>) -> Option<Self> {
        let whole = (*days.first_key_value()?.0, *days.last_key_value()?.0);
        let dated: u64 = days.values().sum();
        let core = (day_at(days.iter(), dated / 200)?, day_at(days.iter().rev(), dated / 200)?);
        let length = |(first, last): (i32, i32)| last - first + 1;
        let (first, last) = if length(whole) > 2 * length(core).max(15) { core } else { whole };
        let divided = [(Period::Day, DAYS), (Period::Month, BINS), (Period::Quarter, BINS)];
        let few = divided.into_iter().find(|(period, most)| has_at_most(*most, *period, first, last));
        let (period, first) = match few {
            Some((period, _)) => (period, first),
            None => (Period::Year, first.max(last - 365 * YEARS)),
        };
        let (first, after) = (period.around(first).ok()?.first, period.around(last).ok()?.after);
        Some(Self { period, days: DayRange { first, after } })
    }

    fn has(&self, day: i32) -> bool {
        (self.days.first..self.days.after).contains(&day)
    }
}

/// The day before which `skipped` documents lie, in the order given.
fn day_at<'d>(mut days: impl Iterator<Item = (&'d i32, &'d u64)>, mut skipped: u64) -> Option<i32> {
    let (day, _) = days.find(|(_, documents)| match skipped.checked_sub(**documents) {
        Some(left) => {
            skipped = left;
            false
        }
        None => true,
    })?;
    Some(*day)
}

/// Whether so many periods reach from the first day to the last.
fn has_at_most(most: usize, period: Period, first: i32, last: i32) -> bool {
    let mut next = Some(first);
    for _ in 0..most {
        next = next.and_then(|day| period.around(day).ok()).map(|range| range.after);
    }
    next.is_some_and(|day| day > last)
}

/// When the documents were published, and the entities that occur in most of them.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    #[serde(serialize_with = "by_name")]
    pub(super) unit: Period,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_day: Option<String>,
    /// Documents without a readable date.
    pub(super) undated: u64,
    /// Documents with a date before or after the bins.
    pub(super) outside: u64,
    /// Without gaps.
    pub(super) bins: Vec<Bin>,
    /// The day after the last bin, in days since 1970-01-01.
    #[serde(skip)]
    pub(super) after: i32,
    pub(super) series: Vec<Series>,
    /// What changed most between the first and the second half: the greatest rises, then the greatest falls.
    pub(super) changes: Vec<Change>,
}

fn by_name<S: Serializer>(period: &Period, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(period)
}

impl Timeline {
    /// Counts entities, given by their positions on the page and their rows, in documents by day.
    pub(super) fn of(
        view: &View<'_>,
        dates: DateTally,
        mut days: BTreeMap<i32, u64>,
        entities: &[(usize, u32)],
    ) -> Result<Self> {
        let dated: u64 = days.values().sum();
        // What the calendar does not reach cannot be drawn.
        days.retain(|day, _| Period::Year.around(*day).is_ok());
        let label = |day: Option<(&i32, &u64)>| day.map(|(day, _)| Period::Day.label(*day)).transpose();
        let (first_day, last_day) = (label(days.first_key_value())?, label(days.last_key_value())?);
        let mut timeline = Self {
            unit: Period::Month,
            first_day,
            last_day,
            undated: dates.missing + dates.unreadable + dates.impossible,
            outside: dated,
            bins: Vec::new(),
            after: i32::MIN,
            series: entities.iter().map(|&(entity, _)| Series::empty(entity)).collect(),
            changes: Vec::new(),
        };
        let Some(shown) = Shown::of(&days) else { return Ok(timeline) };
        let inside: u64 = days.iter().filter(|(day, _)| shown.has(**day)).map(|(_, documents)| documents).sum();
        let part;
        let view = if inside == dated {
            view
        } else {
            part = View::of_documents(view.run(), |document| shown.has(document.day))?;
            &part
        };
        let rows: Vec<u32> = entities.iter().map(|&(_, row)| row).collect();
        let found = trend(view, &rows, &SliceBy::Period(shown.period))?;
        timeline.unit = shown.period;
        timeline.outside = dated - inside;
        let dated = found.slices.into_iter().take(found.n_named);
        let bin = |slice: Slice| {
            // Slices of time have days.
            let first_day = slice.days.map_or(i32::MIN, |(first, _)| first);
            Bin { label: slice.label, documents: slice.articles, first_day }
        };
        timeline.bins = dated.map(bin).collect();
        timeline.after = shown.days.after;
        for (series, counts) in timeline.series.iter_mut().zip(&found.counts) {
            series.fill(counts, &timeline.bins);
        }
        timeline.changes = Change::all(&timeline.series, &timeline.bins);
        Ok(timeline)
    }
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

impl Series {
    fn empty(entity: usize) -> Self {
        Self { entity, documents: Vec::new(), intervals: Vec::new() }
    }

    fn fill(&mut self, counts: &[SliceCount], bins: &[Bin]) {
        let interval = |(count, bin): (&SliceCount, &Bin)| {
            let (low, high) = wilson_interval(count.documents, bin.documents);
            ((low * 1e5).round() as u32, (high * 1e5).round() as u32)
        };
        self.intervals = counts.iter().zip(bins).map(interval).collect();
        self.documents = counts.iter().zip(bins).map(|(count, _)| count.documents).collect();
    }
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
    fn all(series: &[Series], bins: &[Bin]) -> Vec<Self> {
        let total: u64 = bins.iter().map(|bin| bin.documents).sum();
        let mut before = 0;
        let halves = bins.iter().position(|bin| {
            before += bin.documents;
            before * 2 >= total
        });
        let Some(middle) = halves.map(|at| at + 1).filter(|&middle| middle < bins.len()) else {
            return Vec::new();
        };
        let after = total - before;
        let mut changes: Vec<(f64, Self)> = Vec::new();
        for Series { entity, documents, .. } in series {
            let (first, second): (u64, u64) = (documents[..middle].iter().sum(), documents[middle..].iter().sum());
            let ((low, high), (low_after, high_after)) =
                (wilson_interval(first, before), wilson_interval(second, after));
            let rose = low_after > high;
            if rose || high_after < low {
                let gap = if rose { low_after - high } else { low - high_after };
                let from = bins[middle].label.clone();
                let (before, after) = ((first, before), (second, after));
                changes.push((gap, Self { entity: *entity, before, after, from, rose }));
            }
        }
        changes.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.entity.cmp(&y.entity)));
        let of = |rose: bool| changes.iter().filter(move |(_, change)| change.rose == rose).take(CHANGES);
        of(true).chain(of(false)).map(|(_, change)| change.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn day(year: i16, month: i8, of_month: i8) -> i32 {
        date(1970, 1, 1).until(date(year, month, of_month)).unwrap().get_days()
    }

    #[track_caller]
    fn check(days: &[(i32, u64)], period: Period, first: &str, last: &str) {
        let shown = Shown::of(&days.iter().copied().collect()).unwrap();
        let label = |day: i32| period.label(day).unwrap();
        assert_eq!(shown.period, period);
        assert_eq!((label(shown.days.first), label(shown.days.after - 1)), (first.to_owned(), last.to_owned()));
        assert_eq!(period.around(shown.days.first).unwrap().first, shown.days.first, "whole periods");
    }

    #[test]
    fn bins_are_as_long_as_the_period_asks() {
        check(&[(day(2024, 2, 28), 1), (day(2024, 3, 1), 2)], Period::Day, "2024-02-28", "2024-03-01");
        check(&[(day(2024, 1, 1), 1), (day(2024, 4, 1), 2)], Period::Day, "2024-01-01", "2024-04-01");
        check(&[(day(2024, 1, 1), 1), (day(2024, 4, 2), 2)], Period::Month, "2024-01", "2024-04");
        check(&[(day(2006, 10, 20), 1), (day(2013, 11, 26), 1)], Period::Month, "2006-10", "2013-11");
        check(&[(day(1987, 2, 1), 5), (day(2013, 11, 26), 5)], Period::Quarter, "1987-Q1", "2013-Q4");
        check(&[(day(1900, 2, 1), 5), (day(2013, 11, 26), 5)], Period::Year, "1900", "2013");
    }

    #[test]
    fn a_strange_date_does_not_stretch_the_period() {
        let days = [(day(1, 1, 1), 1), (day(2013, 1, 1), 500), (day(2013, 9, 1), 500)];
        check(&days, Period::Month, "2013-01", "2013-09");
        check(&[(day(-5000, 1, 1), 9), (day(2013, 1, 1), 9)], Period::Year, "1713", "2013");
    }

    #[test]
    fn nothing_dated_has_no_bins() {
        assert_eq!(Shown::of(&BTreeMap::new()), None);
    }

    #[test]
    fn only_changes_beyond_chance_are_listed() {
        let bin = |label: &str| Bin { label: label.to_owned(), documents: 100, first_day: 0 };
        let series = [(7, [5, 60]), (8, [40, 41]), (9, [70, 2])];
        let series =
            series.map(|(entity, documents)| Series { documents: documents.to_vec(), ..Series::empty(entity) });
        let changes = Change::all(&series, &[bin("2024-01"), bin("2024-02")]);
        let listed: Vec<(usize, bool)> = changes.iter().map(|change| (change.entity, change.rose)).collect();
        assert_eq!(listed, [(7, true), (9, false)]);
        assert_eq!((changes[0].before, changes[0].after), ((5, 100), (60, 100)));
        assert_eq!(changes[0].from, "2024-02");
    }
}
