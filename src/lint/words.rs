//! Word lists that names are compared with: English words, frequent surnames, given names, the calendar. All folded.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::normalize::fold;

/// The lists, for single words.
#[derive(Debug)]
pub(crate) struct Words {
    ordinary: HashSet<&'static str>,
    surnames: HashSet<&'static str>,
    first_names: HashSet<String>,
    calendar: HashSet<String>,
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Words {
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Words> = LazyLock::new(|| Words {
            // Written folded by gazetteer/build.py.
            ordinary: lines(include_str!("data/words.txt")).collect(),
            surnames: lines(include_str!("data/surnames.txt")).collect(),
            // The resolver's own lists.
            first_names: lines(include_str!("../resolve/data/first_names.txt")).map(fold).collect(),
            calendar: lines(include_str!("../resolve/data/calendar.txt")).map(fold).collect(),
        });
        &SHARED
    }

    /// Whether the folded word is an English word that is written in lower case.
    pub(crate) fn is_ordinary(&self, word: &str) -> bool {
        self.ordinary.contains(word)
    }

    /// Whether the folded word is one of the 5,000 most frequent surnames.
    pub(crate) fn is_surname(&self, word: &str) -> bool {
        self.surnames.contains(word)
    }

    /// Whether the folded word is a given name.
    pub(crate) fn is_first_name(&self, word: &str) -> bool {
        self.first_names.contains(word)
    }

    /// Whether the folded word is a day, a month or a festival.
    pub(crate) fn is_calendar(&self, word: &str) -> bool {
        self.calendar.contains(word)
    }
}
