//! The names of a gazetteer by folded form, with the checks a hit must pass on the original text.

use super::Refusal;
use super::boundary::{self, is_boundary};
use super::index::NameIndex;
use super::senses::small_first;
use super::word_start::Layout;
use crate::error::Result;
use crate::gazetteer::{Alias, Boundary, CasePolicy, Flags, Gazetteer};
use crate::ids::AliasId;
use crate::normalize::{CasePattern, FoldedChar, fold, fold_char, fold_keeping_accents, is_hyphen, is_mark};
use crate::span::Span;

/// Distinct folded names, each with the aliases that fold to it, and the rules of each alias.
#[derive(Debug)]
pub(super) struct NameTable {
    gazetteer: Gazetteer,
    index: NameIndex,
    longest: usize,
}

impl NameTable {
    pub(super) fn new(gazetteer: &Gazetteer) -> Result<Self> {
        let index = NameIndex::of(gazetteer)?;
        let longest = Layout::open(index.words())?.longest();
        Ok(Self { gazetteer: gazetteer.clone(), index, longest })
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

    /// Bytes of the longest folded name.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The aliases that fold to key number `key`.
    pub(super) fn aliases(&self, key: usize) -> impl Iterator<Item = AliasId> {
        self.index.aliases(key)
    }

    pub(super) fn is_stop(&self, alias: AliasId) -> bool {
        self.gazetteer.alias(alias).flags.stop
    }

    /// The match that the folded hit `span` of `alias` makes in `text`, if it passes: the same span, or the whole word if the
    /// name may go on or begin earlier. `pattern` is a buffer.
    pub(super) fn matched(&self, alias: AliasId, text: &str, span: Span, pattern: &mut CasePattern) -> Option<Span> {
        let alias = self.gazetteer.alias(alias);
        let whole = boundary::whole(alias.flags.boundary, text, span);
        (passes_boundary(alias.flags, text, whole) && passes_case(&alias, span.of(text), pattern)).then_some(whole)
    }

    /// The only check that refuses a folded hit; `None` if there are several, or the hit is in the middle of a word.
    pub(super) fn refusal(&self, alias: AliasId, text: &str, span: Span, pattern: &mut CasePattern) -> Option<Refusal> {
        let alias = self.gazetteer.alias(alias);
        let around = Around::visible(text, boundary::whole(alias.flags.boundary, text, span));
        let is_inside = |left: Option<char>, right: Option<char>| {
            left.zip(right).is_some_and(|(left, right)| !is_boundary(left, right))
        };
        let begins_inside = is_inside(around.before, around.first);
        let ends_inside = is_inside(around.last, around.after);
        let by_case = match passes_case(&alias, span.of(text), pattern) {
            true => None,
            false => {
                let mut plain = alias;
                plain.flags.accents_matter = false;
                let by_accents = passes_case(&plain, span.of(text), pattern);
                Some(if by_accents { Refusal::Accents } else { Refusal::Case })
            }
        };
        let by_boundary = match alias.flags.boundary {
            boundary if around.passes(boundary) => None,
            Boundary::NoHyphen if !begins_inside && !ends_inside => Some(Refusal::Hyphen),
            _ if begins_inside && ends_inside => return None,
            _ => Some(Refusal::Boundary),
        };
        let by_comma = (alias.flags.after_comma && !follows_comma(text, span.start)).then_some(Refusal::Comma);
        let mut refusals = [by_case, by_boundary, by_comma].into_iter().flatten();
        refusals.next().filter(|_| refusals.next().is_none())
    }
}

/// Whether the letters of `hit` are written as the case policy of the alias wants them.
fn passes_case(alias: &Alias<'_>, hit: &str, pattern: &mut CasePattern) -> bool {
    if hit == alias.text || alias.flags.case == CasePolicy::Any && !alias.flags.accents_matter {
        return true;
    }
    if alias.flags.accents_matter && fold_keeping_accents(hit) != fold_keeping_accents(alias.text) {
        return false;
    }
    match alias.flags.case {
        CasePolicy::Any => true,
        CasePolicy::Title if !hit.chars().any(char::is_lowercase) => true,
        CasePolicy::Title | CasePolicy::Exact => {
            CasePattern::ascii_agrees(hit, alias.text).unwrap_or_else(|| {
                pattern.set(hit);
                pattern.agrees(&CasePattern::of(alias.text))
            }) || alias.flags.case == CasePolicy::Title
                && small_first(alias.text).is_some_and(|first| {
                    pattern.set(hit);
                    pattern.agrees_but_for_a_capital(&CasePattern::of(alias.text), first)
                })
        }
    }
}

fn passes_boundary(flags: Flags, text: &str, span: Span) -> bool {
    let around = Around::ascii(text, span).unwrap_or_else(|| Around::visible(text, span));
    around.passes(flags.boundary) && (!flags.after_comma || follows_comma(text, span.start))
}

/// The visible characters before and after the two ends of a hit.
#[derive(Debug)]
struct Around {
    before: Option<char>,
    first: Option<char>,
    last: Option<char>,
    after: Option<char>,
}

impl Around {
    /// What nearly all hits have around them, which needs no decoding; `None` if something is not ASCII.
    fn ascii(text: &str, span: Span) -> Option<Self> {
        let bytes = text.as_bytes();
        let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).map(|byte| char::from(*byte));
        let around = Self {
            before: byte(span.start.checked_sub(1)),
            first: byte(Some(span.start)),
            last: byte(span.end.checked_sub(1)),
            after: byte(Some(span.end)),
        };
        let Self { before, first, last, after } = around;
        [before, first, last, after].into_iter().flatten().all(|c| c.is_ascii()).then_some(around)
    }

    fn visible(text: &str, span: Span) -> Self {
        let hit = span.of(text);
        Self {
            before: boundary::visible_before(text, span.start).map(|(_, c)| c),
            first: boundary::visible_after(hit, 0).map(|(_, c)| c),
            last: boundary::visible_before(hit, hit.len()).map(|(_, c)| c),
            after: boundary::visible_after(text, span.end).map(|(_, c)| c),
        }
    }

    fn passes(&self, boundary: Boundary) -> bool {
        let Self { before, first, last, after } = *self;
        let is_edge = |left: Option<char>, right: Option<char>| {
            left.zip(right).is_none_or(|(left, right)| is_boundary(left, right))
        };
        let is_mark = |c: Option<char>| c.is_some_and(is_mark);
        let is_hyphen = |c: Option<char>| c.is_some_and(is_hyphen);
        match boundary {
            // An open name may begin and end inside a word, but not between a letter and its mark.
            Boundary::Open => !(is_mark(after) || is_mark(first) && before.is_some()),
            Boundary::NoHyphen if is_hyphen(before) || is_hyphen(after) => false,
            _ => is_edge(before, first) && is_edge(last, after),
        }
    }
}

/// Whether a comma and something that folds to one blank come before `at`. Looks no further than the first character that folds to
/// a letter or punctuation.
fn follows_comma(text: &str, at: usize) -> bool {
    let signs = text[..at].char_indices().rev().find(|(_, c)| matches!(fold_char(*c), FoldedChar::Text(_)));
    signs.is_some_and(|(comma, c)| c == ',' && fold(&text[comma..at]) == ", ")
}
