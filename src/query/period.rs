//! Days, and the weeks, months, quarters and years they are in.
//!
//! Days are counted from 1970-01-01, as in the table of documents; the calendar is the Gregorian one, also for dates
//! before its time, and weeks are those of ISO 8601: from Monday, and the first has the year's first Thursday.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use crate::archive::calendar_date;
use crate::error::{Error, Result};

/// A length of time that divides the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// `2024-03-05`.
    Day,
    /// `2024-W10`, from Monday to Sunday.
    Week,
    /// `2024-03`.
    Month,
    /// `2024-Q1`.
    Quarter,
    /// `2024`.
    Year,
}

impl Period {
    /// Every period with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];

    /// The days of the period that a day is in.
    ///
    /// # Errors
    ///
    /// If the day, or the end of its period, is outside the years −9999 to 9999.
    pub fn around(self, day: i32) -> Result<DayRange> {
        let date = date_of(day)?;
        let start = match self {
            Self::Day => date,
            Self::Week => {
                let back = i64::from(date.weekday().to_monday_zero_offset());
                date.checked_sub(back.days()).map_err(|_| outside(day))?
            }
            Self::Month => date.first_of_month(),
            Self::Quarter => first_of(date.year(), (date.month() - 1) / 3 * 3 + 1).ok_or_else(|| outside(day))?,
            Self::Year => date.first_of_year(),
        };
        self.beginning(start).ok_or_else(|| outside(day))
    }

    /// The period that begins on this date.
    fn beginning(self, start: Date) -> Option<DayRange> {
        let length = match self {
            Self::Day => 1.day(),
            Self::Week => 7.days(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::Year => 1.year(),
        };
        Some(DayRange { first: day_of(start), after: day_of(start.checked_add(length).ok()?) })
    }

    /// How the period around a day is written: `2024-03-05`, `2024-W10`, `2024-03`, `2024-Q1`, `2024`.
    ///
    /// # Errors
    ///
    /// If the day is outside the years −9999 to 9999.
    pub fn label(self, day: i32) -> Result<String> {
        let date = date_of(day)?;
        Ok(match self {
            Self::Day => date.to_string(),
            Self::Week => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{:04}-{:02}", date.year(), date.month()),
            Self::Quarter => format!("{:04}-Q{}", date.year(), (date.month() - 1) / 3 + 1),
            Self::Year => format!("{:04}", date.year()),
        })
    }
}

/// The name.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::ALL.iter().find(|(_, period)| period == self).map_or("", |(name, _)| name))
    }
}

/// Days from the first to the one before `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayRange {
    /// The first day.
    pub first: i32,
    /// The day after the last.
    pub after: i32,
}

/// A day, week, month, quarter or year as [`Period::label`] writes it.
///
/// ```
/// use dateline::query::DayRange;
/// let days = |text: &str| text.parse::<DayRange>().map(|range| range.after - range.first).unwrap();
/// assert_eq!(["2024", "2024-02", "2024-Q1", "2024-W09", "2024-02-29"].map(days), [366, 29, 91, 7, 1]);
/// assert!("2024-13".parse::<DayRange>().is_err() && "2023-02-29".parse::<DayRange>().is_err());
/// ```
impl FromStr for DayRange {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let range = || {
            let mut parts = text.split('-');
            let year = number(parts.next()?, 4)? as i16;
            let second = parts.next();
            let third = parts.next();
            if parts.next().is_some() {
                return None;
            }
            match (second, third) {
                (None, None) => Period::Year.beginning(first_of(year, 1)?),
                (Some(week), None) if week.starts_with(['W', 'w']) => {
                    let week = number(&week[1..], 2)? as i8;
                    Period::Week.beginning(ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date())
                }
                (Some(quarter), None) if quarter.starts_with(['Q', 'q']) => {
                    let quarter = number(&quarter[1..], 1).filter(|number| (1..=4).contains(number))?;
                    Period::Quarter.beginning(first_of(year, quarter as i8 * 3 - 2)?)
                }
                (Some(month), None) => Period::Month.beginning(first_of(year, number(month, 2)? as i8)?),
                (Some(month), Some(day)) => {
                    Period::Day.beginning(Date::new(year, number(month, 2)? as i8, number(day, 2)? as i8).ok()?)
                }
                (None, Some(_)) => None,
            }
        };
        range().ok_or_else(|| {
            let error = Error::usage(format!("{text:?} is not a date"));
            error.with_remedy("write 2024, 2024-03, 2024-03-05, 2024-Q1 or 2024-W10")
        })
    }
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn first_of(year: i16, month: i8) -> Option<Date> {
    Date::new(year, month, 1).ok()
}

/// The date of a day since 1970-01-01.
pub(crate) fn date_of(day: i32) -> Result<Date> {
    calendar_date(day).ok_or_else(|| outside(day))
}

/// Days since 1970-01-01; all dates of the calendar fit.
fn day_of(date: Date) -> i32 {
    (date - Date::constant(1970, 1, 1)).get_days()
}

fn outside(day: i32) -> Error {
    Error::limit(format!("day {day} (since 1970-01-01) is outside the years -9999 to 9999"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_those_of_the_calendar() {
        let check = |day: &str, labels: [&str; 5]| {
            let day = day.parse::<DayRange>().unwrap().first;
            assert_eq!(Period::ALL.map(|(_, period)| period.label(day).unwrap()), labels);
        };
        check("2024-03-05", ["2024-03-05", "2024-W10", "2024-03", "2024-Q1", "2024"]);
        // The first days of 2021 are in the last week of 2020, the last of 2024 in the first of 2025.
        check("2021-01-03", ["2021-01-03", "2020-W53", "2021-01", "2021-Q1", "2021"]);
        check("2024-12-30", ["2024-12-30", "2025-W01", "2024-12", "2024-Q4", "2024"]);
        check("1969-12-31", ["1969-12-31", "1970-W01", "1969-12", "1969-Q4", "1969"]);
    }

    #[test]
    fn labels_are_read_back_and_periods_join_without_gaps() {
        for (_, period) in Period::ALL {
            let mut next = None;
            for day in -1000..1000 {
                let range = period.around(day).unwrap();
                assert!(range.first <= day && day < range.after);
                assert_eq!(period.label(day).unwrap().parse::<DayRange>().unwrap(), range);
                if next.is_some_and(|next| next == day) || next.is_none() {
                    assert!(next.is_none_or(|next| next == range.first));
                    next = Some(range.after);
                }
            }
        }
        assert!(Period::Day.around(i32::MIN).is_err());
    }
}
