//! The oracle: slow, obvious, and what every other engine must agree with.
//!
//! It cuts the text into units as the contract words them, then tries every name at every unit; and again in the text without what
//! another reading leaves out. It shares with the other engines what is known of one character or two neighbours, and nothing else:
//! no folded buffer, no edges, no automaton, no rule table.

use std::collections::BTreeMap;

use super::Matches;
use super::boundary::is_boundary;
use super::gathered::Gathered;
use super::readings::{Reading, is_before, is_droppable, is_line_hyphen};
use crate::gazetteer::{Boundary, CasePolicy, Flags, Gazetteer};
use crate::ids::AliasId;
use crate::normalize::{FoldedChar, fold_char, is_hyphen, is_invisible, is_mark, is_word_char};
use crate::span::Span;

#[derive(Debug)]
pub(super) struct Naive {
    /// The names by the first letter of what they fold to; trying the others would change nothing but the time.
    names: BTreeMap<char, Vec<Name>>,
}

#[derive(Debug)]
struct Name {
    alias: AliasId,
    folded: String,
    text: String,
    flags: Flags,
}

/// One original character, or a run of blanks, with what belongs to it.
#[derive(Debug, Clone)]
struct Unit {
    folded: String,
    start: usize,
    end: usize,
}

impl Naive {
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let mut names: BTreeMap<char, Vec<Name>> = BTreeMap::new();
        for (row, alias) in gazetteer.aliases().enumerate() {
            let folded: String = units(alias.text).iter().map(|unit| unit.folded.as_str()).collect();
            let name = Name { alias: AliasId::new(row), text: alias.text.to_owned(), flags: alias.flags, folded };
            let first = name.folded.chars().next().expect("a name has a letter");
            names.entry(first).or_default().push(name);
        }
        Self { names }
    }

    pub(super) fn find(&self, text: &str, hits: &mut Gathered) {
        hits.clear();
        self.find_as_it_stands(text, hits);
        for reading in Reading::ALL {
            let other = reread(text, reading);
            let mut found = Gathered::default();
            self.find_as_it_stands(&other.text, &mut found);
            let mut matches = Matches::default();
            found.take(&mut matches);
            for (span, aliases) in matches.iter() {
                if other.cuts.iter().any(|cut| span.start < *cut && *cut < span.end) {
                    let original = Span::new(other.places[span.start], other.places[span.end - 1] + 1);
                    aliases.iter().for_each(|alias| hits.push(original, *alias));
                }
            }
        }
    }

    fn find_as_it_stands(&self, text: &str, hits: &mut Gathered) {
        let units = units(text);
        for first in 0..units.len() {
            let letter = units[first].folded.chars().next().expect("a unit folds to something");
            for name in self.names.get(&letter).into_iter().flatten() {
                let mut rest = name.folded.as_str();
                for last in first..units.len() {
                    match rest.strip_prefix(&units[last].folded) {
                        None => break,
                        Some(left) => rest = left,
                    }
                    if rest.is_empty() {
                        let span = Span::new(units[first].start, units[last].end);
                        if let Some(span) = matched(name, text, span) {
                            hits.push(span, name.alias);
                        }
                        break;
                    }
                }
            }
        }
    }
}

/// A text from which something is left out.
#[derive(Debug, Default)]
struct OtherText {
    text: String,
    /// Where each of its bytes is in the original.
    places: Vec<usize>,
    /// Where something is missing.
    cuts: Vec<usize>,
}

/// The whole text without what the reading leaves out.
fn reread(text: &str, reading: Reading) -> OtherText {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut other = OtherText::default();
    let mut index = 0;
    while index < chars.len() {
        let (place, c) = chars[index];
        let within_word = index > 0 && is_before(chars[index - 1].1);
        let n_blanks = blanks_with_break(&chars[index + 1..]);
        let letter_at = |index: usize| chars.get(index).is_some_and(|(_, c)| c.is_alphabetic());
        let breaks = within_word && is_line_hyphen(c) && n_blanks > 0 && letter_at(index + 1 + n_blanks);
        let marks = within_word && is_droppable(c) && letter_at(index + 1);
        let (keep, skip) = match reading {
            Reading::Hyphen if breaks => (true, n_blanks),
            Reading::Joined if breaks => (false, n_blanks),
            Reading::Unmarked if marks => (false, 0),
            _ => (true, 0),
        };
        if keep {
            other.text.push(c);
            other.places.extend(place..place + c.len_utf8());
        }
        if skip > 0 || !keep {
            other.cuts.push(other.text.len());
        }
        index += 1 + skip;
    }
    other
}

/// How many of these characters are blanks around one line break; 0 if it is not one.
fn blanks_with_break(chars: &[(usize, char)]) -> usize {
    let mut rest = chars.iter().map(|(_, c)| *c).peekable();
    let mut n = 0;
    let mut skip = |wanted: &[char], many: bool| {
        let before = n;
        while (many || n == before) && rest.next_if(|c| wanted.contains(c)).is_some() {
            n += 1;
        }
        n
    };
    let blanks = skip(&[' ', '\t'], true);
    let with_return = skip(&['\r'], false);
    if skip(&['\n'], false) == with_return.max(blanks) {
        return 0;
    }
    skip(&[' ', '\t'], true)
}

/// Cuts a text into units. Accents join the unit before them, over invisible characters; invisible characters otherwise
/// belong to no unit; blanks with their line breaks are one unit.
fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut previous_was_return = false;
    let mut breaks = 0;
    let mut in_blanks = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        match fold_char(c) {
            FoldedChar::Invisible => {
                previous_was_return = false;
                continue;
            }
            FoldedChar::Accent => {
                if let Some(unit) = units.last_mut() {
                    unit.end = end;
                }
                in_blanks = false;
            }
            FoldedChar::Text(folded) => {
                units.push(Unit { folded: folded.as_str().to_owned(), start, end });
                in_blanks = false;
            }
            kind => {
                if !in_blanks {
                    units.push(Unit { folded: " ".to_owned(), start, end });
                    in_blanks = true;
                    breaks = 0;
                }
                match kind {
                    FoldedChar::LineBreak if previous_was_return && c == '\n' => {}
                    FoldedChar::LineBreak => breaks += 1,
                    FoldedChar::ParagraphBreak => breaks = 2,
                    _ => {}
                }
                let unit = units.last_mut().expect("a blank unit was begun");
                unit.end = end;
                if breaks >= 2 {
                    "\n".clone_into(&mut unit.folded);
                }
            }
        }
        previous_was_return = c == '\r';
    }
    units
}

/// What the hit `span` matches, if it passes.
fn matched(name: &Name, text: &str, span: Span) -> Option<Span> {
    let visible: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !is_invisible(*c)).collect();
    let mut whole = span;
    if matches!(name.flags.boundary, Boundary::Prefix | Boundary::Infix) {
        let mut previous = visible.iter().rev().find(|(at, _)| *at < span.end).map(|(_, c)| *c);
        for (at, c) in visible.iter().filter(|(at, _)| *at >= span.end) {
            let crosses = previous.is_some_and(is_word) && previous.is_some_and(|previous| ends_word(previous, *c));
            if !is_word(*c) || crosses {
                break;
            }
            (whole.end, previous) = (at + c.len_utf8(), Some(*c));
        }
    }
    if matches!(name.flags.boundary, Boundary::Suffix | Boundary::Infix) {
        let mut next = visible.iter().find(|(at, _)| *at >= span.start).map(|(_, c)| *c);
        for (at, c) in visible.iter().rev().filter(|(at, _)| *at < span.start) {
            let crosses = next.is_some_and(is_word) && next.is_some_and(|next| ends_word(*c, next));
            if !is_word(*c) || crosses {
                break;
            }
            (whole.start, next) = (*at, Some(*c));
        }
    }
    (stands(name, text, whole, &visible) && passes_case(name, span.of(text))).then_some(whole)
}

/// Whether the first of two characters ends a word.
fn ends_word(left: char, right: char) -> bool {
    let both = is_word(left) && is_word(right);
    !both || is_boundary(left, right)
}

fn is_word(c: char) -> bool {
    let is_apostrophe = matches!(fold_char(c), FoldedChar::Text(folded) if folded.as_str() == "'");
    is_word_char(c) && !is_apostrophe
}

/// Whether the text around a match is as the name wants it.
fn stands(name: &Name, text: &str, span: Span, visible: &[(usize, char)]) -> bool {
    let before = visible.iter().rev().find(|(at, _)| *at < span.start).map(|(_, c)| *c);
    let after = visible.iter().find(|(at, _)| *at >= span.end).map(|(_, c)| *c);
    let inside: Vec<char> =
        visible.iter().filter(|(at, _)| (span.start..span.end).contains(at)).map(|(_, c)| *c).collect();
    let starts_inside_word = before.zip(inside.first()).is_some_and(|(left, right)| !ends_word(left, *right));
    let ends_inside_word = inside.last().zip(after).is_some_and(|(left, right)| !ends_word(*left, right));
    if name.flags.boundary != Boundary::Open && (starts_inside_word || ends_inside_word) {
        return false;
    }
    let is_mark = |c: Option<&char>| c.is_some_and(|c| is_mark(*c));
    if name.flags.boundary == Boundary::Open && (is_mark(after.as_ref()) || before.is_some() && is_mark(inside.first()))
    {
        return false;
    }
    let is_hyphen = |c: Option<char>| c.is_some_and(is_hyphen);
    if name.flags.boundary == Boundary::NoHyphen && (is_hyphen(before) || is_hyphen(after)) {
        return false;
    }
    if name.flags.after_comma {
        let folded: String = units(&text[..span.start]).iter().map(|unit| unit.folded.as_str()).collect();
        if !folded.ends_with(", ") {
            return false;
        }
    }
    true
}

fn passes_case(name: &Name, hit: &str) -> bool {
    if name.flags.accents_matter && accented(hit) != accented(&name.text) {
        return false;
    }
    let (hit_letters, name_letters) = (cased(hit), cased(&name.text));
    let mut letters = hit_letters.iter().zip(&name_letters);
    let as_written = hit_letters.len() == name_letters.len()
        && letters.all(|((_, hit), (_, name))| hit.is_none() || name.is_none() || hit == name);
    // Equal but for the first letter, which is lower case in the name.
    let first = name_letters.iter().position(|(letter, _)| is_word_char(*letter));
    let capitalised = hit_letters.len() == name_letters.len()
        && hit_letters.iter().zip(&name_letters).enumerate().all(|(at, ((_, hit), (_, name)))| {
            match Some(at) == first {
                true => *hit == Some(true) && *name == Some(false),
                false => hit.is_none() || name.is_none() || hit == name,
            }
        });
    match name.flags.case {
        CasePolicy::Exact => as_written,
        CasePolicy::Title => as_written || capitalised || !hit.chars().any(char::is_lowercase),
        CasePolicy::Any => true,
    }
}

/// The folded letters, each with whether it was upper case; unknown after a capital that folds to several letters.
fn cased(text: &str) -> Vec<(char, Option<bool>)> {
    let mut letters = Vec::new();
    for c in text.chars() {
        if let FoldedChar::Text(folded) = fold_char(c) {
            let title_case = c.to_uppercase().ne(std::iter::once(c)) && c.to_lowercase().ne(std::iter::once(c));
            let upper = c.is_uppercase() || title_case;
            for (index, letter) in folded.as_str().chars().enumerate() {
                letters.push((letter, (!upper || index == 0).then_some(upper)));
            }
        }
    }
    letters
}

/// The letters without case but with their accents, decomposed.
fn accented(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let visible = text.chars().filter(|c| !is_invisible(*c));
    let mut out = String::new();
    for c in visible.nfd() {
        match fold_char(c) {
            FoldedChar::Accent => out.push(c),
            // A modifier letter may fold to a quote, which has no accent.
            FoldedChar::Text(folded) if c.is_alphabetic() && !matches!(folded.as_str(), "'" | "\"") => {
                out.extend(c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase));
            }
            FoldedChar::Text(folded) => out.push_str(folded.as_str()),
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out
}
