//! Small word lists about the language, not about entities.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::normalize::fold;

/// Given names, words that open sentences, and the calendar; all folded.
#[derive(Debug)]
pub(super) struct Lexicon {
    first_names: HashSet<String>,
    common_words: HashSet<String>,
    calendar: HashSet<String>,
}

fn lines(text: &'static str) -> HashSet<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(fold).collect()
}

impl Lexicon {
    pub(super) fn shared() -> &'static Self {
        static SHARED: LazyLock<Lexicon> = LazyLock::new(|| Lexicon {
            first_names: lines(include_str!("data/first_names.txt")),
            common_words: lines(include_str!("data/common_words.txt")),
            calendar: lines(include_str!("data/calendar.txt")),
        });
        &SHARED
    }

    /// Whether the word is a given name and little else.
    pub(super) fn is_first_name(&self, word: &str) -> bool {
        self.first_names.contains(fold(word).as_str())
    }

    /// Whether the word is capitalised only because it opens a sentence or a headline.
    pub(super) fn is_common(&self, word: &str) -> bool {
        self.common_words.contains(fold(word).as_str())
    }

    /// Days, months, festivals.
    pub(super) fn is_calendar(&self, word: &str) -> bool {
        let word = fold(word);
        self.calendar.contains(&word) || self.calendar.contains(word.trim_end_matches('.'))
    }
}
