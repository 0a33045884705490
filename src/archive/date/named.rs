//! Days in addresses and file names, for records that have no date of their own.

use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::{day_of, since_epoch};

/// The day that an address or a path names, as days since 1970-01-01.
///
/// Read are a year, a month and a day with one of `/`, `-`, `_` and `.` between them (`/2021/03/05/`, `2021-3-5`), the month also by its
/// English name (`/2021/mar/05/`), and eight digits (`20210305`) of the years 1900 to 2099. They must end where the digits end. Of
/// several days in an address the first counts, as sites put the day before the title; in a path the last, as files are more special
/// than their folders.
///
/// ```
/// use dateline::archive::{date_of, day_in_name};
/// let day = |name| day_in_name(name).map(date_of);
/// assert_eq!(day("https://news.example/2021/03/05/talks-on-2020-01-01").as_deref(), Some("2021-03-05"));
/// assert_eq!(day("dump-20240101/2021-03-05.txt").as_deref(), Some("2021-03-05"));
/// assert_eq!(day("article-2021/talks-123456789.html"), None);
/// ```
#[must_use]
pub fn day_in_name(name: &str) -> Option<i32> {
    let is_address = name.contains("://");
    let mut found = None;
    let bytes = name.as_bytes();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|length| at + length) {
        let end = start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        at = end;
        let Some((day, length)) = day_at(&bytes[start..], end - start) else { continue };
        at = start + length;
        found = Some(day);
        if is_address {
            break;
        }
    }
    found
}

/// The day that begins here with `n_digits` digits, and its length.
fn day_at(bytes: &[u8], n_digits: usize) -> Option<(i32, usize)> {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<i16>().ok();
    let (year, month, day, length) = match n_digits {
        8 => {
            let year = number(&bytes[..4]).filter(|year| (1900..2100).contains(year))?;
            (year, number(&bytes[4..6])?, number(&bytes[6..8])?, 8)
        }
        4 => {
            let separator = *bytes.get(4).filter(|byte| matches!(byte, b'/' | b'-' | b'_' | b'.'))?;
            let month_end = 5 + bytes[5..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let month = month(&bytes[5..month_end])?;
            let rest = bytes[month_end..].strip_prefix(&[separator])?;
            let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=2).contains(&length) {
                return None;
            }
            (number(&bytes[..4])?, month, number(&rest[..length])?, month_end + 1 + length)
        }
        _ => return None,
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    // The years that dates have.
    let day = since_epoch(date)?;
    day_of(&date.to_string()).map(|_| (day, length))
}

/// One or two digits, or the name of a month or its first three letters.
fn month(word: &[u8]) -> Option<i16> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = std::str::from_utf8(word).ok()?.to_ascii_lowercase();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return if (1..=2).contains(&word.len()) { word.parse().ok() } else { None };
    }
    let at =
        NAMES.iter().position(|name| *name == word || name[..3] == word || word == "sept" && name[..3] == *"sep")?;
    i16::try_from(at + 1).ok()
}

/// The days of a year, a month or a day: `2021`, `2021-03`, `2021-03-05`.
///
/// ```
/// use dateline::archive::{date_of, days_of};
/// let days = days_of("2024-02").unwrap();
/// assert_eq!((date_of(*days.start()), date_of(*days.end())), ("2024-02-01".to_owned(), "2024-02-29".to_owned()));
/// assert_eq!(days_of("5 March"), None);
/// ```
#[must_use]
pub fn days_of(text: &str) -> Option<RangeInclusive<i32>> {
    let parts: Vec<&str> = text.split('-').collect();
    let well_formed = parts
        .iter()
        .zip([4, 2, 2])
        .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !well_formed || parts.len() > 3 {
        return None;
    }
    let number = |at: usize| parts.get(at).and_then(|part| part.parse::<i16>().ok());
    let narrow = |number: i16| i8::try_from(number).ok();
    let year = number(0)?;
    let first_month = narrow(number(1).unwrap_or(1))?;
    let first = Date::new(year, first_month, narrow(number(2).unwrap_or(1))?).ok()?;
    let last = match parts.len() {
        1 => Date::new(year, 12, 31).ok()?,
        2 => first.last_of_month(),
        _ => first,
    };
    Some(day_of(&first.to_string())?..=since_epoch(last)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::date_of;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(day_in_name(name).map(date_of).as_deref(), expected, "{name}");
    }

    #[test]
    fn days_in_names() {
        for name in [
            "https://news.example/2021/03/05/talks",
            "https://news.example/world/2021/3/5/talks-2020-01-01.html",
            "https://news.example/2021/mar/05/talks",
            "https://news.example/2021/March/05/talks",
            "https://news.example/talks-20210305.html",
            "news/2021-03-05.txt",
            "2021_03_05_talks.txt",
            "2021.03.05.txt",
            "dump-20240101/20210305/1.txt",
            "x2021-03-05T10:00.txt",
            "XYZ_ENG_20210305.0001",
        ] {
            check(name, Some("2021-03-05"));
        }
        for name in [
            "",
            "2021",
            "2021/03/talks",
            "2021/13/05",
            "2021-02-30.txt",
            "2021/03-05",
            "120210305",
            "2021-03-051",
            "32021-03-05",
            "18470305.html",
            "20211305.html",
            "1500-03-05.txt",
            "2021-marx-05",
            "a-2021-",
            "٢٠٢١-03-05",
        ] {
            check(name, None);
        }
        check("1847-03-05.txt", Some("1847-03-05"));
        check("2021-sept-30", Some("2021-09-30"));
    }

    #[test]
    fn parts_of_dates_are_ranges_of_days() {
        let days = |text: &str| days_of(text).map(|days| [date_of(*days.start()), date_of(*days.end())].join(" "));
        assert_eq!(days("2021").as_deref(), Some("2021-01-01 2021-12-31"));
        assert_eq!(days("2023-02").as_deref(), Some("2023-02-01 2023-02-28"));
        assert_eq!(days("2021-03-05").as_deref(), Some("2021-03-05 2021-03-05"));
        for text in ["", "21", "2021-3", "2021-13", "2021-03-32", "2021-03-05-1", "0021", "2021-", "+021", "2021/03"] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_is_safe(name in "\\PC{0,40}", digits in "[0-9/._-]{0,24}") {
            let _ = (day_in_name(&name), day_in_name(&digits), days_of(&digits));
        }
    }
}
