//! Dates with a written month, as people and web pages write them.

use jiff::civil::Date;

/// The months by the beginnings of their names, which must be whole names or usual abbreviations.
const MONTHS: [(&str, &[&str]); 12] = [
    ("january", &["jan"]),
    ("february", &["feb"]),
    ("march", &["mar"]),
    ("april", &["apr"]),
    ("may", &[]),
    ("june", &["jun"]),
    ("july", &["jul"]),
    ("august", &["aug"]),
    ("september", &["sep", "sept"]),
    ("october", &["oct"]),
    ("november", &["nov"]),
    ("december", &["dec"]),
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Words that web pages put around a date.
const AROUND: [&str; 19] = [
    "published",
    "posted",
    "updated",
    "modified",
    "first",
    "last",
    "date",
    "on",
    "at",
    "of",
    "the",
    "from",
    "time",
    "hrs",
    "hours",
    "noon",
    "midnight",
    "local",
    "th",
];

/// The date that a text names with a month in letters; `None` unless every part of the text is understood and there is one month,
/// at most one day and exactly one year. Without a day it is the first of the month.
///
/// The year has four digits, or two in the form of the standards, `09-May-06`, where RFC 2822 says which century is meant.
pub(super) fn date(text: &str) -> Option<Date> {
    if text.len() > 128 || !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let mut found = Found::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let months = found.month;
        let mut kind = Kind::Other;
        rest = match c {
            'a'..='z' | 'A'..='Z' => found.word(rest)?,
            '0'..='9' => found.number(rest)?,
            '+' | '-' | '\u{2212}' => {
                kind = Kind::Sign;
                found.sign(rest)?
            }
            '(' => rest.split_once(')')?.1,
            _ if c.is_whitespace() || matches!(c, ',' | '.' | '/' | '\'' | '|' | '·' | '•' | '–' | '—' | ':' | ';') => {
                &rest[c.len_utf8()..]
            }
            _ => return None,
        };
        if months != found.month {
            kind = Kind::Month;
        }
        found.before = [found.before[1], kind];
    }
    found.date()
}

/// What a part of the text was, as far as the next part depends on it.
#[derive(Clone, Copy, Default, PartialEq)]
enum Kind {
    Month,
    Sign,
    #[default]
    Other,
}

/// What has been understood so far.
#[derive(Default)]
struct Found {
    month: Option<i8>,
    day: Option<i8>,
    year: Option<i16>,
    /// A time of day has been met, so that `-0500` is its zone.
    time: bool,
    /// The two parts before.
    before: [Kind; 2],
}

impl Found {
    fn word<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let length = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (word, rest) = text.split_at(length);
        let lower = word.to_ascii_lowercase();
        let month = MONTHS.iter().position(|(name, short)| *name == lower || short.contains(&lower.as_str()));
        if let Some(month) = month {
            let month = i8::try_from(month + 1).ok()?;
            if self.month.replace(month).is_some() {
                return None;
            }
            return Some(rest);
        }
        let weekday = lower.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(&lower));
        // The rest of `a.m.`; `T` and `Z` of ISO times; GMT, CEST and the like are capitals.
        let known =
            weekday || AROUND.contains(&lower.as_str()) || matches!(&*lower, "am" | "pm" | "a" | "p" | "m" | "et");
        let zone = word.len() <= 5 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        (known || zone).then_some(rest)
    }

    fn number<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let length = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(length);
        let after = rest.as_bytes();
        // 1:33, 01:33:00.123
        if length <= 2 && after.first() == Some(&b':') && after.get(1).is_some_and(u8::is_ascii_digit) {
            self.time = true;
            let length = rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(rest.len());
            return Some(&rest[length..]);
        }
        // 19.34, once day and year are known
        let dotted =
            after.first() == Some(&b'.') && after.get(1..3).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
        if length <= 2 && dotted && self.day.is_some() && self.year.is_some() {
            self.time = true;
            return Some(&rest[3..]);
        }
        let next = rest.trim_start();
        let says_time = |words: &[&str]| {
            let word: String =
                next.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
            words.contains(&word.as_str())
        };
        // 9 AM, 9 a.m., 1.30 pm
        if length <= 2 && (says_time(&["am", "pm"]) || says_time(&["a", "p"]) && next[1..].starts_with('.')) {
            self.time = true;
            return Some(rest);
        }
        // 0133 GMT, 1330 hrs
        if length == 4 && self.year.is_some() && says_time(&["gmt", "utc", "hrs", "hours", "et", "est", "edt", "bst"]) {
            self.time = true;
            return Some(rest);
        }
        match length {
            4 if self.year.is_none() => {
                self.year = Some(digits.parse().ok().filter(|year| (1000..3000).contains(year))?)
            }
            1 | 2 if self.day.is_none() => {
                self.day = Some(digits.parse().ok()?);
                let suffix = ["st", "nd", "rd", "th"].iter().find(|suffix| {
                    rest.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(suffix))
                        && !rest[2..].starts_with(|c: char| c.is_ascii_alphanumeric())
                });
                if suffix.is_some() {
                    return Some(&rest[2..]);
                }
            }
            // 09-May-06: RFC 850 and RFC 2822.
            2 if self.before == [Kind::Month, Kind::Sign] && self.year.is_none() => {
                let year: i16 = digits.parse().ok()?;
                self.year = Some(if year < 50 { 2000 + year } else { 1900 + year });
            }
            _ => return None,
        }
        Some(rest)
    }

    /// `-0500` and `+2` after a time or a zone; between parts of a date `-` only separates them.
    fn sign<'t>(&self, text: &'t str) -> Option<&'t str> {
        let sign = text.chars().next()?;
        let rest = &text[sign.len_utf8()..];
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let zone = digits && (sign == '+' || self.time && self.before[1] != Kind::Month);
        if sign == '+' && !digits {
            return None;
        }
        if !zone {
            return Some(rest);
        }
        let length = rest.find(|c: char| !matches!(c, '0'..='9' | ':')).unwrap_or(rest.len());
        Some(&rest[length..])
    }

    fn date(self) -> Option<Date> {
        Date::new(self.year?, self.month?, self.day.unwrap_or(1)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(date(text), expected.map(|day| day.parse().unwrap()), "{text}");
    }

    #[test]
    fn a_written_month_is_read_in_any_order() {
        for text in [
            "May 9, 2023 1:33 AM",
            "9 May 2023",
            "Tuesday, May 9, 2023",
            "May 9th, 2023",
            "9th of May, 2023",
            "the 9th May 2023 at 01:33",
            "Tue, 9 May 2023 01:33:00 GMT",
            "Tue May  9 01:33:00 2023",
            "Tue May 09 01:33:00 +0000 2023",
            "Tue May 09 01:33:00 GMT 2023",
            "Tue May 09 2023 01:33:00 GMT+0200 (Central European Summer Time)",
            "2023 May 9",
            "2023-May-09",
            "09-May-2023",
            "09-MAY-23",
            "Tuesday, 09-May-23 01:33:00 GMT",
            "09/May/2023:01:33:00 -0500",
            "9 May 2023 01:33 -0500",
            "Tue May 09 01:33:00 -0500 2023",
            "May 9, 2023, 1:33 p.m. ET",
            "May 9, 2023 9 am EDT",
            "MAY 9, 2023 · 1:33\u{202f}PM",
            "Published May 9, 2023",
            "Posted on: 9 May 2023 | 13:33 BST",
            "9 May 2023 0133 GMT",
            "01:33 9 May 2023",
            "Tuesday 9 May 2023 19.34 BST",
            "9th May 2023 10.30am",
            "09 May 2023 - 14:32",
            "Last Updated : May 09, 2023 10:02 IST",
        ] {
            check(text, Some("2023-05-09"));
        }
        check("Sept. 11, 2001", Some("2001-09-11"));
        check("Dec 1st 1999", Some("1999-12-01"));
        check("31-Dec-99", Some("1999-12-31"));
        check("May 2023", Some("2023-05-01"));
        check("2nd February 2024", Some("2024-02-02"));
    }

    #[test]
    fn no_day_rather_than_a_wrong_one() {
        for text in [
            "May 9",
            "9 May",
            "May 9, 23",
            "May 9, 2023 and May 10, 2023",
            "May 9-10, 2023",
            "May 9-10",
            "May 32, 2023",
            "30 Feb 2023",
            "Mayor 9 2023",
            "in May 2023 or so",
            "next May",
            "May 9 2023 2024",
            "9 mai 2023",
            "Marching 9 2023",
            "05/09/2023",
            "May 9, 2023 (",
            "",
        ] {
            check(text, None);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_safe(text in "(\\PC{0,4}|May |[0-9]{1,4}|[,:+( -]|Tue|[apAP]\\.?m|th){0,12}") {
            let _ = date(&text);
        }
    }
}
