//! The names of a gazetteer by folded form, with the checks a hit must pass on the original text.

use super::index::NameIndex;
use super::word_start::KeyTraits;
use crate::error::Result;
use crate::gazetteer::{Alias, Boundary, CasePolicy, Flags, Gazetteer};
use crate::ids::AliasId;
use crate::normalize::{
    CasePattern, FoldedChar, fold, fold_char, fold_keeping_accents, is_hyphen, is_invisible, is_mark, is_upper,
    is_word_char,
};
use crate::span::Span;

/// Distinct folded names, each with the aliases that fold to it, and the rules of each alias.
#[derive(Debug)]
pub(super) struct NameTable {
    gazetteer: Gazetteer,
    index: NameIndex,
}

impl NameTable {
    pub(super) fn new(gazetteer: &Gazetteer) -> Result<Self> {
        Ok(Self { gazetteer: gazetteer.clone(), index: NameIndex::of(gazetteer)? })
    }

    pub(super) fn index(&self) -> &NameIndex {
        &self.index
    }

    /// The folded names; their row is the key number. Folded anew: only the automaton needs them, which is built at start.
    pub(super) fn keys(&self) -> impl Iterator<Item = String> {
        (0..self.index.len()).map(|key| self.key(key))
    }

    /// The folded name number `key`.
    pub(super) fn key(&self, key: usize) -> String {
        fold(self.index.aliases(key).next().map_or("", |alias| self.gazetteer.alias(alias).text))
    }

    /// The aliases that fold to key number `key`.
    pub(super) fn aliases(&self, key: usize) -> impl Iterator<Item = AliasId> {
        self.index.aliases(key)
    }

    pub(super) fn is_stop(&self, alias: AliasId) -> bool {
        self.gazetteer.alias(alias).flags.stop
    }

    /// Whether the folded hit `span` of `alias` may stand in `text`. `pattern` is a buffer.
    pub(super) fn passes(&self, alias: AliasId, text: &str, span: Span, pattern: &mut CasePattern) -> bool {
        let alias = self.gazetteer.alias(alias);
        passes_boundary(alias.flags, text, span) && passes_case(&alias, span.of(text), pattern)
    }
}

/// What the word-start tables must know of an alias.
pub(super) fn traits(alias: &Alias<'_>) -> KeyTraits {
    KeyTraits { lower_start: may_start_small(alias), open: alias.flags.boundary == Boundary::Open }
}

/// Whether a hit whose first word begins with a small letter can pass. A capital there forbids it: the hit is neither as
/// written nor in capitals.
fn may_start_small(alias: &Alias<'_>) -> bool {
    let is_word = |c: &char| match fold_char(*c) {
        FoldedChar::Text(folded) => folded.as_str().chars().any(is_word_char),
        _ => false,
    };
    alias.flags.case == CasePolicy::Any || !alias.text.chars().find(is_word).is_some_and(is_upper)
}

/// Whether the letters of `hit` are written as the case policy of the alias wants them.
fn passes_case(alias: &Alias<'_>, hit: &str, pattern: &mut CasePattern) -> bool {
    if hit == alias.text {
        return true;
    }
    if alias.flags.accents_matter && fold_keeping_accents(hit) != fold_keeping_accents(alias.text) {
        return false;
    }
    match alias.flags.case {
        CasePolicy::Any => true,
        CasePolicy::Title if !hit.chars().any(char::is_lowercase) => true,
        // Plain letters that fold alike differ in nothing but case, and here they differ.
        _ if hit.len() == alias.text.len() && is_plain(hit) && is_plain(alias.text) => false,
        CasePolicy::Title | CasePolicy::Exact => {
            pattern.set(hit);
            pattern.agrees(&CasePattern::of(alias.text))
        }
    }
}

/// Whether a text holds only ASCII letters and digits.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn passes_boundary(flags: Flags, text: &str, span: Span) -> bool {
    let before = || visible_before(text, span.start);
    let after = || visible_after(text, span.end);
    let hit = span.of(text);
    let word_at = |c: Option<char>| c.is_some_and(is_word_char);
    let inside_word = |outside: Option<char>, inside: Option<char>| word_at(outside) && word_at(inside);
    // An open name may begin and end inside a word, but not between a letter and its mark.
    let mark_at = |c: Option<char>| c.is_some_and(is_mark);
    if flags.boundary == Boundary::Open && (mark_at(after()) || mark_at(visible_after(hit, 0)) && before().is_some()) {
        return false;
    }
    if flags.boundary != Boundary::Open
        && (inside_word(before(), visible_after(hit, 0)) || inside_word(after(), visible_before(hit, hit.len())))
    {
        return false;
    }
    let hyphen_at = |c: Option<char>| c.is_some_and(is_hyphen);
    if flags.boundary == Boundary::NoHyphen && (hyphen_at(before()) || hyphen_at(after())) {
        return false;
    }
    !flags.after_comma || follows_comma(text, span.start)
}

/// The last visible character before `at`.
fn visible_before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().rev().find(|c| !is_invisible(*c))
}

/// The first visible character from `at` on.
fn visible_after(text: &str, at: usize) -> Option<char> {
    text[at..].chars().find(|c| !is_invisible(*c))
}

/// Whether a comma and what folds to one blank stand before `at`. Looks no further than the first character that folds to
/// a letter or a sign.
fn follows_comma(text: &str, at: usize) -> bool {
    let signs = text[..at].char_indices().rev().find(|(_, c)| matches!(fold_char(*c), FoldedChar::Text(_)));
    signs.is_some_and(|(comma, c)| c == ',' && fold(&text[comma..at]) == ", ")
}
