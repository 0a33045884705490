//! Publication dates as days.

mod named;
mod written;

pub use named::{day_in_name, days_of};

use jiff::Unit;
use jiff::civil::{Date, date};
use jiff::fmt::rfc2822;

/// The day a date names, as days since 1970-01-01; `None` if it cannot be determined for sure.
///
/// Read are ISO dates with or without a time (`2006-10-21T09:00:00Z`, `2006/10/21`, `2006.10.21`, `2006-5-9`), digits only
/// (`20061021`, also with hours, minutes and seconds), RFC 2822 (`Sat, 21 Oct 2006 09:00:00 +0200`), dates with a written English
/// month in any order (`Saturday, October 21st, 2006 9:00 AM EDT`, `21-Oct-2006`, `Sat Oct 21 09:00:00 2006`), years and months
/// (their first day), and the time since 1970 in seconds (9 or 10 digits, with or without a fraction), milliseconds,
/// microseconds or nanoseconds (13, 16 or 19 digits). The day is the one that was written: a time zone does not move it.
///
/// Numbers that end in the year (`05/09/2023`) are not read, not even if only one reading is possible: of an archive of such
/// dates only the days after the twelfth would be known.
///
/// ```
/// use dateline::archive::day_of;
/// assert_eq!(day_of("1970-01-02"), Some(1));
/// assert_eq!(day_of("2006-10-21T23:30:00-05:00"), day_of("Sat, 21 Oct 2006 01:00:00 +0900"));
/// assert_eq!(day_of("2024"), day_of("2024-01-01"));
/// assert_eq!(day_of("02/03/2004"), None); // February or March?
/// ```
///
/// Years before 1600, when no newspaper existed, and from 2200 on are placeholders (`0001-01-01`) or errors, and are not read. The limit
/// is not today's date, because the same archive must give the same results tomorrow.
#[must_use]
pub fn day_of(date: &str) -> Option<i32> {
    /// 1600-01-01 to 2199-12-31.
    const PLAUSIBLE: std::ops::Range<i32> = -135_140..84_006;
    read_day(date).filter(|day| PLAUSIBLE.contains(day))
}

/// Whether a date is understood and lies in a year that no newspaper can have.
pub(crate) fn is_impossible(date: &str) -> bool {
    day_of(date).is_none() && read_day(date).is_some()
}

fn read_day(date: &str) -> Option<i32> {
    let text = date.trim();
    let day = match text.len() {
        _ if !text.is_ascii() => written::date(text),
        0..4 | 128.. => None,
        length if text.bytes().all(|byte| byte.is_ascii_digit()) => return from_digits(text, length),
        _ => from_iso(text).or_else(|| from_rfc2822(text)),
    };
    match day {
        Some(day) => since_epoch(day),
        None => written::date(text).and_then(since_epoch).or_else(|| from_seconds(text)),
    }
}

/// The ISO date of a day since 1970-01-01, as [`day_of`] gives it.
///
/// ```
/// use dateline::archive::{date_of, day_of};
/// assert_eq!(day_of("21 Oct 2006 01:00:00 +0900").map(date_of).as_deref(), Some("2006-10-21"));
/// ```
#[must_use]
pub fn date_of(day: i32) -> String {
    calendar_date(day).map(|date| date.to_string()).unwrap_or_default()
}

/// The date of a day since 1970-01-01; `None` outside the years -9999 to 9999.
pub(crate) fn calendar_date(day: i32) -> Option<Date> {
    let days = jiff::Span::new().try_days(day).ok()?;
    date(1970, 1, 1).checked_add(days).ok()
}

fn since_epoch(day: Date) -> Option<i32> {
    Some(day.since((Unit::Day, date(1970, 1, 1))).ok()?.get_days())
}

fn from_digits(text: &str, length: usize) -> Option<i32> {
    let compact = |text: &str| since_epoch(civil(&text[..4], &text[4..6], &text[6..8])?);
    let below = |range: std::ops::Range<usize>, limit: u32| text[range].parse().is_ok_and(|value: u32| value < limit);
    let instant = |per_day: i64| i32::try_from(text.parse::<i64>().ok()? / per_day).ok();
    match length {
        4 => since_epoch(civil(text, "01", "01")?),
        6 => since_epoch(civil(&text[..4], &text[4..], "01")?),
        8 => compact(text),
        // Seconds since 1970 that also read as a date and an hour lie after 2030.
        10 if text.starts_with("19") || text.starts_with("20") => {
            compact(text).filter(|_| below(8..10, 24)).or_else(|| instant(86_400))
        }
        9 | 10 => instant(86_400),
        12 if below(8..10, 24) && below(10..12, 60) => compact(text),
        13 => instant(86_400_000),
        16 => instant(86_400_000_000),
        19 => instant(86_400_000_000_000),
        14 if below(8..10, 24) && below(10..12, 60) && below(12..14, 61) => compact(text),
        _ => None,
    }
}

/// Seconds since 1970 with a fraction, as Python's `time.time()` gives them.
fn from_seconds(text: &str) -> Option<i32> {
    let (seconds, fraction) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let length = seconds.len();
    if !digits(seconds) || !digits(fraction) || !(9..=10).contains(&length) {
        return None;
    }
    i32::try_from(seconds.parse::<i64>().ok()? / 86_400).ok()
}

/// `2006-10-21` or `2006-5-9`, alone or before a time; `2006-10`.
fn from_iso(text: &str) -> Option<Date> {
    let separator = *text.as_bytes().get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.') {
        // `20061021T090000Z`.
        let (day, _) = text.split_once(['T', 't', ' '])?;
        return if day.len() == 8 { civil(&day[..4], &day[4..6], &day[6..]) } else { None };
    }
    if text.len() == 7 && separator != b'.' {
        return civil(&text[..4], &text[5..], "01");
    }
    let (month, rest) = text[5..].split_once(char::from(separator))?;
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, rest) = rest.split_at(length);
    let alone = rest.is_empty() || rest.starts_with(['T', 't', ' ', ',']);
    if !alone || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
        return None;
    }
    civil(&text[..4], month, day)
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn from_rfc2822(text: &str) -> Option<Date> {
    // Feeds get the weekday wrong more often than the date.
    const PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    Some(PARSER.parse_zoned(text).ok()?.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let day: Date = expected.parse().unwrap();
        assert_eq!(day_of(text), since_epoch(day), "{text}");
    }

    #[test]
    fn the_shapes_feeds_use() {
        for text in [
            "2006-10-21",
            " 2006-10-21\n",
            "2006/10/21",
            "2006-10-21T23:59:59",
            "2006-10-21T23:59:59.123456Z",
            "2006-10-21T23:59:59-11:00",
            "2006-10-21 00:00:00+00:00",
            "2006-10-21 09:00 UTC",
            "20061021",
            "20061021T090000Z",
            "2006102109",
            "200610210930",
            "20061021093059",
            "Sat, 21 Oct 2006 23:59:59 GMT",
            "Sat, 21 Oct 2006 23:59:59 -0800",
            "Mon, 21 Oct 2006 09:00:00 +0000",
            "21 Oct 2006 09:00:00 EST",
            "1161388800",
            "1161388800000",
            "1161388800000000",
            "1161388800000000000",
            "1161388800.25",
            "1161388800.0",
            "2006.10.21",
            "2006-10-21, 9:00",
            "20061021 09:00",
        ] {
            check(text, "2006-10-21");
        }
        check("2006-5-9", "2006-05-09");
        check("2006/5/19 1:33", "2006-05-19");
        check("946684799", "1999-12-31");
        check("1999", "1999-01-01");
        check("2024-05", "2024-05-01");
        check("202405", "2024-05-01");
        check("1850-02-28", "1850-02-28");
        check("1600-01-01", "1600-01-01");
        check("2199-12-31", "2199-12-31");
        check("2024-02-29", "2024-02-29");
        assert_eq!(day_of("1970-01-01"), Some(0));
        assert_eq!(day_of("1969-12-31"), Some(-1));
    }

    #[test]
    fn no_day_rather_than_a_wrong_one() {
        for text in [
            "",
            "x",
            "21",
            "2023-02-29",
            "2024-13",
            "05/09/2023",
            "25/12/2023",
            "5.9.2023",
            "2024-1-",
            "2024-001-1",
            "2024.05",
            "2024-05-01/02",
            "20241301",
            "02/03/2004",
            "20241",
            "2024-00-00",
            "+123",
            "yesterday",
            "２００６",
            "2006-1x-21",
            "2006 10 21",
            "2006100",
            "20061021250000",
            "----",
            "T000",
            // Placeholders.
            "0001-01-01",
            "0000-00-00",
            "1599-12-31",
            "2200-01-01",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_safe(text in "\\PC{0,40}", digits in "[0-9TZ:/ -]{0,20}") {
            let _ = (day_of(&text), day_of(&digits));
        }
    }
}
