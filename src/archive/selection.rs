//! Which documents are wanted.

use std::ops::RangeInclusive;

/// Conditions on documents. Those that do not meet them are counted as filtered, and nothing else is done with them.
///
/// ```
/// use dateline::archive::{Selection, day_of};
/// let selection = Selection { since: day_of("2024-03-01"), ..Selection::default() };
/// assert!(selection.takes(day_of("2024-03-01"), None) && !selection.takes(day_of("2024-02-29"), None));
/// assert!(!selection.takes(None, None));
/// let selection = Selection { languages: vec!["en".to_owned()], ..Selection::default() };
/// assert!(selection.takes(None, Some("en")) && !selection.takes(None, Some("de")));
/// // A short text may be in any language.
/// assert!(selection.takes(None, None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The first day, in days since 1970-01-01.
    pub since: Option<i32>,
    /// The last day.
    pub until: Option<i32>,
    /// The languages of the documents, as ISO 639-1 codes; none if it does not matter.
    pub languages: Vec<String>,
}

impl Selection {
    /// Whether every document is wanted.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a document of this day and language is wanted. One whose language is not known is, one whose day is not known is not.
    #[must_use]
    pub fn takes(&self, day: Option<i32>, language: Option<&str>) -> bool {
        let Self { since, until, ref languages } = *self;
        let days: RangeInclusive<i32> = since.unwrap_or(i32::MIN)..=until.unwrap_or(i32::MAX);
        let of_days = since.is_none() && until.is_none() || day.is_some_and(|day| days.contains(&day));
        let of_languages =
            languages.is_empty() || language.is_none_or(|found| languages.iter().any(|known| known == found));
        of_days && of_languages
    }
}
