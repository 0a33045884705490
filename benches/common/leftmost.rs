//! What people would take instead of the matcher: two crates over the names as they are written.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};
use dateline::{Gazetteer, Span};

/// Leftmost-longest matches with a filter for word boundaries and nothing else: no folding, no case policies. A long hit that
/// the filter drops hides a shorter one, so the spans are not quite those of whole words.
pub(crate) struct Leftmost {
    aho_corasick: AhoCorasick,
    daachorse: DoubleArrayAhoCorasick<u32>,
}

impl Leftmost {
    pub(crate) fn new(gazetteer: &Gazetteer) -> Self {
        let names = names(gazetteer);
        Self { aho_corasick: build_aho_corasick(&names), daachorse: build_daachorse(&names) }
    }

    /// The spans of the `aho-corasick` crate's contiguous NFA.
    pub(crate) fn aho_corasick(&self, text: &str) -> impl Iterator<Item = Span> {
        let found = self.aho_corasick.find_iter(text).map(|found| Span { start: found.start(), end: found.end() });
        found.filter(|span| is_whole_word(text, *span))
    }

    /// The spans of the `daachorse` crate's double array.
    pub(crate) fn daachorse(&self, text: &str) -> impl Iterator<Item = Span> {
        let found = self.daachorse.leftmost_find_iter(text);
        found.map(|found| Span { start: found.start(), end: found.end() }).filter(|span| is_whole_word(text, *span))
    }
}

/// The names of a gazetteer as they are written, each once.
pub(crate) fn names(gazetteer: &Gazetteer) -> BTreeSet<&str> {
    gazetteer.aliases().map(|alias| alias.text).collect()
}

pub(crate) fn build_aho_corasick(names: &BTreeSet<&str>) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(names)
        .expect("the names fit")
}

pub(crate) fn build_daachorse(names: &BTreeSet<&str>) -> DoubleArrayAhoCorasick<u32> {
    let builder = DoubleArrayAhoCorasickBuilder::new().match_kind(daachorse::MatchKind::LeftmostLongest);
    builder.build(names).expect("the names fit")
}

fn is_whole_word(text: &str, span: Span) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !is_word(text[..span.start].chars().next_back()) && !is_word(text[span.end..].chars().next())
}
