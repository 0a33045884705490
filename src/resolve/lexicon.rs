//! Words the rules know, by class. Compiled by hand; no statistics.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::normalize::fold;

/// Classes of one word, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Classes(u32);

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $section:literal,)*) => {
        impl Classes {
            $($(#[$doc])* pub(super) const $name: Self = Self(1 << Section::$name as u32);)*
        }

        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the numbers of the constants above")]
        enum Section { $($name),* }

        /// The sections of `data/words.txt`.
        const SECTIONS: &[(&str, Classes)] = &[$(($section, Classes::$name)),*];
    };
}

classes! {
    /// A given name and little else.
    FIRST_NAME = "first names",
    /// Capitalised only because it opens a sentence or a headline.
    COMMON = "common words",
    /// Days, months, festivals.
    CALENDAR = "calendar",
    /// Directions and sizes that stand before a place without changing it.
    DIRECTION = "directions",
    /// Prepositions of place.
    LOCATIVE = "locatives",
    /// The second half of compounds that make a place an adjective.
    ADJECTIVE_ENDING = "adjective endings",
    /// Words that stand capitalised behind a name without being part of it.
    BEHIND_NAME = "behind names",
    /// First words of "X of PLACE" and "X for Y".
    ORGANISATION_FIRST = "organisations, first",
    /// Last words of organisations' names.
    ORGANISATION_LAST = "organisations, last",
    /// The part of a firm's name that news drops: "Harale Group", then "Harale".
    COMPANY = "companies",
    /// Last words of names of buildings and grounds.
    FACILITY = "facilities",
    /// What else stands behind a place in the name of something there.
    INSTITUTION = "institutions",
    /// Streets and roads.
    STREET = "streets",
    /// Last words of names of rivers, parks, provinces.
    FEATURE_LAST = "features, last",
    /// First words of names of lakes and mountains.
    FEATURE_FIRST = "features, first",
    /// "village", "town", "district": the small words that say what a place is.
    SETTLEMENT = "settlements",
    /// Money.
    CURRENCY = "currencies",
    /// Small words inside persons' names.
    PARTICLE = "particles",
    /// Words that stay small where all others have a capital.
    SMALL_IN_HEADLINE = "small in headlines",
    /// Last words of long names that are no bodies: laws, cups, diseases, offices.
    WORK = "works",
    /// Acronyms of things that are no organisations.
    COMMON_ACRONYM = "common acronyms",
}

impl Classes {
    /// Whether the word is of any of these classes.
    pub(super) fn any(self, classes: Self) -> bool {
        self.0 & classes.0 != 0
    }
}

impl std::ops::BitOr for Classes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Word lists, folded; built once for the process.
#[derive(Debug)]
pub(super) struct Lexicon {
    words: HashMap<Box<[u8]>, Classes, FixedState>,
    /// How often a name stood behind "in" or the like, and behind a given name, in an archive of news.
    priors: HashMap<&'static str, (u32, u32), FixedState>,
}

impl Lexicon {
    pub(super) fn shared() -> &'static Self {
        static SHARED: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);
        &SHARED
    }

    fn read() -> Self {
        let mut lexicon = Self { words: HashMap::default(), priors: priors(include_str!("data/priors.txt")) };
        lexicon.add_lines(include_str!("data/first_names.txt"), Classes::FIRST_NAME);
        lexicon.add_lines(include_str!("data/common_words.txt"), Classes::COMMON);
        lexicon.add_lines(include_str!("data/calendar.txt"), Classes::CALENDAR);
        let mut section = Classes::default();
        for line in include_str!("data/words.txt").lines().map(str::trim) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => {
                    let known = SECTIONS.iter().find(|(known, _)| *known == name);
                    section = known.expect("a section of words.txt is a class").1;
                }
                None if line.starts_with('#') => {}
                None => line.split_whitespace().for_each(|word| lexicon.add(word, section)),
            }
        }
        lexicon
    }

    fn add_lines(&mut self, text: &'static str, class: Classes) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.for_each(|word| self.add(word, class));
    }

    fn add(&mut self, word: &str, class: Classes) {
        let folded = fold(word);
        let entry = self.words.entry(folded.trim_end_matches('.').as_bytes().into()).or_default();
        *entry = *entry | class;
    }

    /// The classes of a word, whatever its case, accents and final point.
    pub(super) fn classes(&self, word: &str) -> Classes {
        with_folded_bytes(word.trim_end_matches('.'), |word| self.words.get(word).copied().unwrap_or_default())
    }

    /// How place-like the name is in news, in per cent: 0 is a surname; `None` where it is a place in most cases.
    pub(super) fn prior(&self, name: &str) -> Option<u32> {
        let (located, joined) = with_folded(name, |name| self.priors.get(name).copied())?;
        Some(located * 100 / (located + joined).max(1))
    }
}

fn priors(table: &'static str) -> HashMap<&'static str, (u32, u32), FixedState> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let rows = rows.map(|row| {
        let mut fields = row.split(' ');
        let mut next = || fields.next().expect("three fields in a row of priors.txt");
        let name = next();
        let mut number = || next().parse().expect("a count in priors.txt");
        (name, (number(), number()))
    });
    rows.collect()
}

/// Calls `read` with the folded word; allocates only for a word with other letters than those of English, or a long one.
pub(super) fn with_folded<T>(word: &str, read: impl FnOnce(&str) -> T) -> T {
    with_folded_bytes(word, |folded| read(std::str::from_utf8(folded).expect("folding gives UTF-8")))
}

fn with_folded_bytes<T>(word: &str, read: impl FnOnce(&[u8]) -> T) -> T {
    let mut small = [0_u8; 32];
    // Folding turns more than letters: blanks and signs are left to it.
    if word.len() > small.len()
        || !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'\''))
    {
        return read(fold(word).as_bytes());
    }
    let small = &mut small[..word.len()];
    small.copy_from_slice(word.as_bytes());
    small.make_ascii_lowercase();
    read(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_in_any_dress() {
        let lexicon = Lexicon::shared();
        for word in ["Jan.", "jan", "JAN"] {
            assert!(lexicon.classes(word).any(Classes::CALENDAR), "{word}");
        }
        assert!(lexicon.classes("José").any(Classes::FIRST_NAME));
        assert!(!lexicon.classes("Xyzzy").any(Classes::FIRST_NAME | Classes::COMMON));
    }

    #[test]
    fn every_class_has_words() {
        let lexicon = Lexicon::shared();
        for (section, class) in SECTIONS {
            assert!(lexicon.words.values().any(|classes| classes.any(*class)), "{section}");
        }
    }
}
