//! The names of a gazetteer by folded form, with the checks a hit must pass on the original text.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::gazetteer::{Boundary, CasePolicy, Flags, Gazetteer};
use crate::ids::AliasId;
use crate::normalize::{
    CasePattern, FoldedChar, fold, fold_char, fold_keeping_accents, is_hyphen, is_invisible, is_mark, is_upper,
    is_word_char,
};
use crate::span::Span;

use super::word_start::KeyTraits;

/// Distinct folded names, each with the aliases that fold to it.
#[derive(Debug)]
pub(super) struct NameTable {
    keys: Vec<String>,
    /// Row `key` of `postings` lists the aliases of the key.
    rows: Vec<Range<u32>>,
    postings: Vec<AliasId>,
    /// Per alias of the gazetteer.
    rules: Vec<Rule>,
}

/// What a hit of one alias must satisfy.
#[derive(Debug)]
struct Rule {
    flags: Flags,
    /// The name as written, for the check that nearly always decides.
    text: Box<str>,
    /// The case of its letters; empty when the policy does not look at case.
    case: CasePattern,
    /// The name folded but for accents; empty when accents do not matter.
    accented: Box<str>,
}

impl NameTable {
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let mut by_key: BTreeMap<String, Vec<AliasId>> = BTreeMap::new();
        let mut rules = Vec::with_capacity(gazetteer.aliases().len());
        for (row, alias) in gazetteer.aliases().iter().enumerate() {
            by_key.entry(fold(&alias.text)).or_default().push(AliasId::new(row));
            let flags = alias.flags;
            rules.push(Rule {
                flags,
                case: if flags.case == CasePolicy::Any { CasePattern::default() } else { CasePattern::of(&alias.text) },
                accented: if flags.accents_matter { fold_keeping_accents(&alias.text).into() } else { Box::default() },
                text: alias.text.clone().into_boxed_str(),
            });
        }
        let mut table = Self { keys: Vec::new(), rows: Vec::new(), postings: Vec::new(), rules };
        for (key, aliases) in by_key {
            let start = table.postings.len() as u32;
            table.postings.extend(aliases);
            table.rows.push(start..table.postings.len() as u32);
            table.keys.push(key);
        }
        table
    }

    /// The folded names; their row is the pattern number of the automaton.
    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The aliases that fold to key number `key`.
    pub(super) fn aliases(&self, key: usize) -> &[AliasId] {
        let row = &self.rows[key];
        &self.postings[row.start as usize..row.end as usize]
    }

    /// What the word-start tables must know of the aliases that fold to key number `key`.
    pub(super) fn traits(&self, key: usize) -> KeyTraits {
        let rules = || self.aliases(key).iter().map(|alias| &self.rules[alias.index()]);
        KeyTraits {
            lower_start: rules().any(Rule::may_start_small),
            open: rules().any(|rule| rule.flags.boundary == Boundary::Open),
        }
    }

    pub(super) fn is_stop(&self, alias: AliasId) -> bool {
        self.rules[alias.index()].flags.stop
    }

    /// Whether the folded hit `span` of `alias` may stand in `text`. `pattern` is a buffer.
    pub(super) fn passes(&self, alias: AliasId, text: &str, span: Span, pattern: &mut CasePattern) -> bool {
        let rule = &self.rules[alias.index()];
        passes_boundary(rule.flags, text, span) && rule.passes_case(span.of(text), pattern)
    }
}

impl Rule {
    /// Whether a hit whose first word begins with a small letter can pass. A capital there forbids it: the hit is neither
    /// as written nor in capitals.
    fn may_start_small(&self) -> bool {
        let is_word = |c: &char| match fold_char(*c) {
            FoldedChar::Text(folded) => folded.as_str().chars().any(is_word_char),
            _ => false,
        };
        self.flags.case == CasePolicy::Any || !self.text.chars().find(is_word).is_some_and(is_upper)
    }

    fn passes_case(&self, hit: &str, pattern: &mut CasePattern) -> bool {
        if hit == &*self.text || self.flags.case == CasePolicy::Any && !self.flags.accents_matter {
            return true;
        }
        if self.flags.accents_matter && fold_keeping_accents(hit) != *self.accented {
            return false;
        }
        match self.flags.case {
            CasePolicy::Any => true,
            CasePolicy::Title if !hit.chars().any(char::is_lowercase) => true,
            CasePolicy::Title | CasePolicy::Exact => CasePattern::ascii_agrees(hit, &self.text).unwrap_or_else(|| {
                pattern.set(hit);
                pattern.agrees(&self.case)
            }),
        }
    }
}

fn passes_boundary(flags: Flags, text: &str, span: Span) -> bool {
    let around = Around::ascii(text, span).unwrap_or_else(|| Around::visible(text, span));
    around.passes(flags.boundary) && (!flags.after_comma || follows_comma(text, span.start))
}

/// The visible characters before and behind the two ends of a hit.
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
            before: visible_before(text, span.start),
            first: visible_after(hit, 0),
            last: visible_before(hit, hit.len()),
            after: visible_after(text, span.end),
        }
    }

    fn passes(&self, boundary: Boundary) -> bool {
        let Self { before, first, last, after } = *self;
        let is_word = |c: Option<char>| c.is_some_and(is_word_char);
        let is_mark = |c: Option<char>| c.is_some_and(is_mark);
        let is_hyphen = |c: Option<char>| c.is_some_and(is_hyphen);
        match boundary {
            // An open name may begin and end inside a word, but not between a letter and its mark.
            Boundary::Open => !is_mark(after) && !(is_mark(first) && before.is_some()),
            Boundary::Word | Boundary::NoHyphen => {
                let inside_word = is_word(before) && is_word(first) || is_word(after) && is_word(last);
                !inside_word && !(boundary == Boundary::NoHyphen && (is_hyphen(before) || is_hyphen(after)))
            }
        }
    }
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
