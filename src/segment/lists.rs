//! The lists of phrases as look-up tables: one look-up finds the lists that contain a text, another the phrases that
//! begin it.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use foldhash::fast::FixedState;

use super::phrases::{
    ADVERTISEMENTS, BUTTONS, CREDIT_PARTS, CREDITS, LINK_LABELS, LIST_LABELS, MORE_BUTTONS, MORE_NOTICES, NETWORKS,
    NOTICE_PARTS, NOTICES, PLAIN_LABELS, REPORTERS, SHARE_WORDS, TAG_LABELS, TIME_WORDS,
};

/// The lists that contain one phrase, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lists(u16);

impl Lists {
    pub(super) const NETWORK: Self = Self(1);
    pub(super) const SHARE_WORD: Self = Self(1 << 1);
    pub(super) const LINK_LABEL: Self = Self(1 << 2);
    pub(super) const PLAIN_LABEL: Self = Self(1 << 3);
    pub(super) const LIST_LABEL: Self = Self(1 << 4);
    pub(super) const TAG_LABEL: Self = Self(1 << 5);
    pub(super) const BUTTON: Self = Self(1 << 6);
    pub(super) const ADVERTISEMENT: Self = Self(1 << 7);
    pub(super) const TIME_WORD: Self = Self(1 << 8);
    /// The first letters of a label: "editor" of "editor's choice".
    const LABEL_BEGINNING: Self = Self(1 << 9);

    /// The lists that contain the whole text, which is in lower case.
    pub(super) fn of(text: &str) -> Self {
        if text.len() > SHARED.longest {
            Self::default()
        } else {
            SHARED.phrases.get(text).copied().unwrap_or_default()
        }
    }

    /// Whether the two sets have a list in common.
    pub(super) fn any(self, lists: Self) -> bool {
        self.0 & lists.0 != 0
    }
}

impl std::ops::BitOr for Lists {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether a line in lower case may begin with a label: its first letters are those of some label.
pub(super) fn may_be_labelled(lower: &str) -> bool {
    Lists::of(first_letters(lower)).any(Lists::LABEL_BEGINNING)
}

/// The labels of several words that begin a line and are not ordinary words.
pub(super) fn labels_beginning(lower: &str) -> impl Iterator<Item = &'static str> {
    SHARED.labels.of(lower)
}

/// Whether a notice begins the line.
pub(super) fn begins_notice(lower: &str) -> bool {
    SHARED.notices.of(lower).next().is_some()
}

/// Whether a credit of a picture begins the line.
pub(super) fn begins_credit(lower: &str) -> bool {
    SHARED.credits.of(lower).next().is_some()
}

/// Whether a phrase that names reporters begins the line.
pub(super) fn begins_reporters(lower: &str) -> bool {
    SHARED.reporters.of(lower).next().is_some()
}

/// Whether one of [`CREDIT_PARTS`] or [`NOTICE_PARTS`] occurs anywhere in the line; hardly any line has one.
pub(super) fn has_part(lower: &str) -> bool {
    SHARED.parts.is_match(lower)
}

fn first_letters(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// Phrases by their first byte.
#[derive(Debug)]
struct Beginnings(Vec<Vec<&'static str>>);

impl Beginnings {
    fn new(phrases: impl Iterator<Item = &'static str>) -> Self {
        let mut by_byte = vec![Vec::new(); 256];
        phrases.for_each(|phrase| by_byte[usize::from(phrase.as_bytes()[0])].push(phrase));
        Self(by_byte)
    }

    /// The phrases that begin the text.
    fn of(&self, text: &str) -> impl Iterator<Item = &'static str> {
        let near = text.as_bytes().first().map_or(&[][..], |byte| &self.0[usize::from(*byte)]);
        near.iter().copied().filter(move |phrase| text.starts_with(phrase))
    }
}

/// All lists; built once for the process.
#[derive(Debug)]
struct Shared {
    phrases: HashMap<&'static str, Lists, FixedState>,
    /// Bytes of the longest phrase.
    longest: usize,
    labels: Beginnings,
    notices: Beginnings,
    credits: Beginnings,
    reporters: Beginnings,
    parts: AhoCorasick,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let lists: [(Lists, &[&str]); 10] = [
        (Lists::NETWORK, NETWORKS),
        (Lists::SHARE_WORD, SHARE_WORDS),
        (Lists::LINK_LABEL, LINK_LABELS),
        (Lists::PLAIN_LABEL, PLAIN_LABELS),
        (Lists::LIST_LABEL, LIST_LABELS),
        (Lists::TAG_LABEL, TAG_LABELS),
        (Lists::BUTTON, BUTTONS),
        (Lists::BUTTON, MORE_BUTTONS),
        (Lists::ADVERTISEMENT, ADVERTISEMENTS),
        (Lists::TIME_WORD, TIME_WORDS),
    ];
    let mut phrases: HashMap<&str, Lists, FixedState> = HashMap::default();
    let mut add = |phrase: &'static str, list: Lists| {
        let known = phrases.entry(phrase).or_default();
        *known = *known | list;
    };
    for (list, members) in lists {
        members.iter().for_each(|phrase| add(phrase, list));
    }
    let labels = [TAG_LABELS, LIST_LABELS, LINK_LABELS, &["more from"]].into_iter().flatten();
    labels.for_each(|label| add(first_letters(label), Lists::LABEL_BEGINNING));
    let longest = phrases.keys().map(|phrase| phrase.len()).max().unwrap_or(0);
    let labels = LINK_LABELS.iter().chain(LIST_LABELS).copied();
    let several = labels.filter(|label| label.contains(' ') && !PLAIN_LABELS.contains(label));
    let parts =
        AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(CREDIT_PARTS.iter().chain(NOTICE_PARTS));
    Shared {
        phrases,
        longest,
        labels: Beginnings::new(several),
        notices: Beginnings::new(NOTICES.iter().chain(MORE_NOTICES).copied()),
        credits: Beginnings::new(CREDITS.iter().copied()),
        reporters: Beginnings::new(REPORTERS.iter().copied()),
        parts: parts.expect("fifteen phrases fit an automaton"),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_up_answers_as_all_lists_do() {
        assert!(Lists::of("share").any(Lists::BUTTON) && Lists::of("share").any(Lists::SHARE_WORD));
        assert_eq!(Lists::of("bridge"), Lists::default());
        assert_eq!(Lists::of(&"x".repeat(200)), Lists::default());
        for label in TAG_LABELS.iter().chain(LIST_LABELS).chain(LINK_LABELS) {
            assert!(may_be_labelled(&format!("{label}: the bridge")), "{label}");
            assert!(may_be_labelled(&format!("{label} the bridge")), "{label}");
        }
        assert!(may_be_labelled("more from the coast") && !may_be_labelled("the bridge") && !may_be_labelled(""));
    }

    #[test]
    fn beginnings_are_found_by_their_first_byte() {
        let text = "read more about the bridge";
        assert_eq!(labels_beginning(text).collect::<Vec<_>>(), ["read more", "read more about"]);
        for notice in NOTICES.iter().chain(MORE_NOTICES) {
            assert!(begins_notice(&format!("{notice} x")), "{notice}");
        }
        assert!(!begins_notice("the bridge") && !begins_notice(""));
        assert!(has_part("2024, all rights reserved.") && !has_part("all rights"));
    }
}
