//! Which documents are wanted.

use std::ops::RangeInclusive;

/// Conditions on documents. Those that do not meet them are counted as filtered, and nothing else is done with them.
///
/// ```
/// use dateline::archive::{Selection, day_of};
/// let selection = Selection { since: day_of("2024-03-01"), ..Selection::default() };
/// assert!(selection.takes(day_of("2024-03-01")) && !selection.takes(day_of("2024-02-29")));
/// // Of a document without a day nobody knows.
/// assert!(!selection.takes(None));
/// assert!(Selection::default().takes(None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The first day, in days since 1970-01-01.
    pub since: Option<i32>,
    /// The last day.
    pub until: Option<i32>,
}

impl Selection {
    /// Whether every document is wanted.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a document of this day is wanted.
    #[must_use]
    pub fn takes(&self, day: Option<i32>) -> bool {
        let Self { since, until } = *self;
        let days: RangeInclusive<i32> = since.unwrap_or(i32::MIN)..=until.unwrap_or(i32::MAX);
        since.is_none() && until.is_none() || day.is_some_and(|day| days.contains(&day))
    }
}
