//! Other readings of a text: names that are broken at the end of a line, or written with a mark that others leave out.
//!
//! A hyphen at the end of a line, between letters, is read in three ways: as it is folded (a hyphen and a blank), as the hyphen of
//! a name ("Al-\nQaeda"), and as no part of the name ("Wash-\nington"). The marks for ʻokina, ayin and hamza between letters are read
//! as apostrophes and not at all ("Oʻahu" is "Oahu"). Within one match, all that may be read otherwise is read in the same way.
//!
//! Few texts hold such places. Around each, as far as a name may reach, the text is written out as the reading has it and searched
//! like any other; what is found across a place where something was left out is taken back to the original text.

use std::ops::Range;

use super::boundary;
use crate::normalize::{FoldedChar, fold_char, is_mark};
use crate::span::Span;

/// What is left out of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The line break and the blanks after a hyphen at the end of a line.
    Hyphen,
    /// The hyphen, too.
    Joined,
    /// Marks that others leave out.
    Unmarked,
}

impl Reading {
    pub(super) const ALL: [Self; 3] = [Self::Hyphen, Self::Joined, Self::Unmarked];
}

/// Whether a character may break a word at the end of a line: hyphens, the soft one, and the character that scanned pages have instead.
pub(super) fn is_line_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{AD}' | '\u{AC}' | '\u{2010}' | '\u{2011}')
}

/// Whether a character is a mark that others leave out between letters: ʻokina, ayin, hamza.
pub(super) fn is_droppable(c: char) -> bool {
    matches!(c, '\u{2BB}' | '\u{2BD}'..='\u{2BF}')
}

/// Whether a character before a hyphen or mark shows that it is within a word.
pub(super) fn is_before(c: char) -> bool {
    c.is_alphabetic() || is_mark(c)
}

/// A hyphen at the end of a line.
#[derive(Debug, Clone, Copy)]
struct Break {
    hyphen: usize,
    /// Where the blanks with the line break begin and end.
    blanks: usize,
    end: usize,
}

/// The places of a text that may be read otherwise.
#[derive(Debug, Default)]
pub(super) struct Places {
    breaks: Vec<Break>,
    marks: Vec<usize>,
}

impl Places {
    /// Linear in the text, and quick where there are few line breaks.
    pub(super) fn of(text: &str) -> Self {
        let mut places = Self::default();
        for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
            // What nearly all lines end with.
            if let Some(b'.' | b'a'..=b'z' | b'\n') = at.checked_sub(1).map(|at| text.as_bytes()[at]) {
                continue;
            }
            places.breaks.extend(break_at(text, at));
        }
        // What these marks begin with.
        let candidates = memchr::memchr_iter(0xCA, text.as_bytes());
        places.marks.extend(candidates.filter(|at| is_inner_mark(text, *at)));
        places
    }

    pub(super) fn is_empty(&self) -> bool {
        self.breaks.is_empty() && self.marks.is_empty()
    }

    /// The text around the places as `reading` has it, so that every name of up to `longest` bytes that it makes is whole in it;
    /// `None` if it leaves nothing out.
    pub(super) fn read(&self, text: &str, reading: Reading, longest: usize) -> Option<OtherText> {
        let cuts: Vec<Range<usize>> = match reading {
            Reading::Hyphen => self.breaks.iter().map(|found| found.blanks..found.end).collect(),
            Reading::Joined => self.breaks.iter().map(|found| found.hyphen..found.end).collect(),
            Reading::Unmarked => self.marks.iter().map(|at| *at..at + 2).collect(),
        };
        if cuts.is_empty() {
            return None;
        }
        let mut other = OtherText::default();
        let mut cuts = cuts.into_iter().peekable();
        let mut last_end = 0;
        while let Some(cut) = cuts.next() {
            // Looks no further than to the cuts beside it, so that all looks together take no more than a look at the text.
            let (end, next) = (cut.end, cuts.peek().map_or(text.len(), |next| next.start));
            match before(text, last_end, cut.start, longest) {
                from if from > last_end || other.text.is_empty() => other.begin(text, from, cut),
                _ => other.leave_out(text, cut),
            }
            let to = behind(text, end, next, longest);
            if to < next || cuts.peek().is_none() {
                other.end(text, to);
            }
            last_end = to;
        }
        Some(other)
    }
}

/// The broken word whose line ends with the line feed at `at`.
fn break_at(text: &str, at: usize) -> Option<Break> {
    let line = text[..at].strip_suffix('\r').unwrap_or(&text[..at]).trim_end_matches([' ', '\t']);
    let hyphen = line.chars().next_back().filter(|c| is_line_hyphen(*c))?;
    let word = &line[..line.len() - hyphen.len_utf8()];
    let rest = text[at + 1..].trim_start_matches([' ', '\t']);
    let is_inside = word.chars().next_back().is_some_and(is_before) && rest.starts_with(char::is_alphabetic);
    is_inside.then_some(Break { hyphen: word.len(), blanks: line.len(), end: text.len() - rest.len() })
}

/// Whether a mark begins at `at`, where a character begins, with letters on both sides.
fn is_inner_mark(text: &str, at: usize) -> bool {
    let mut rest = text[at..].chars();
    rest.next().is_some_and(is_droppable)
        && rest.next().is_some_and(char::is_alphabetic)
        && text[..at].chars().next_back().is_some_and(is_before)
}

/// More letters than there are between a name and the furthest character that its checks read.
const AROUND: usize = 8;

/// The beginning of a line, so far before `at` that no name of `longest` bytes that begins earlier reaches it; `first` if that is
/// further away.
fn before(text: &str, first: usize, at: usize, longest: usize) -> usize {
    let mut left = longest + AROUND;
    for (place, c) in text[first..at].char_indices().rev() {
        match c {
            '\n' if left == 0 => return first + place + 1,
            _ if is_surely_folded(c) => left = left.saturating_sub(1),
            _ => {}
        }
    }
    first
}

/// The end of a line, so far after `at` that no name of `longest` bytes that ends later reaches back to it; `last` if that is
/// further away.
fn behind(text: &str, at: usize, last: usize, longest: usize) -> usize {
    let mut left = longest + AROUND;
    for (place, c) in text[at..last].char_indices() {
        match c {
            '\n' if left == 0 => return at + place + 1,
            _ if is_surely_folded(c) => left = left.saturating_sub(1),
            _ => {}
        }
    }
    last
}

/// Whether a character takes at least a byte of a name under every reading.
fn is_surely_folded(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && boundary::is_word(c) && matches!(fold_char(c), FoldedChar::Text(_))
}

/// Pieces of a text as a reading has them.
#[derive(Debug, Default)]
pub(super) struct OtherText {
    text: String,
    /// Where in `text` the pieces begin, and where in the original.
    pieces: Vec<(usize, usize)>,
    /// Where in `text` something is left out.
    cuts: Vec<usize>,
    /// Up to where the original has been copied.
    read: usize,
}

impl OtherText {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The original span of a match; `None` if nothing is left out in it.
    pub(super) fn original(&self, span: Span) -> Option<Span> {
        let next_cut = self.cuts.partition_point(|cut| *cut <= span.start);
        if self.cuts.get(next_cut).is_none_or(|cut| *cut >= span.end) {
            return None;
        }
        let original = |place: usize| {
            let (at, from) = self.pieces[self.pieces.partition_point(|(at, _)| *at <= place) - 1];
            from + (place - at)
        };
        Some(Span::new(original(span.start), original(span.end - 1) + 1))
    }

    /// Begins a stretch of its own, with its first cut.
    fn begin(&mut self, text: &str, from: usize, cut: Range<usize>) {
        // No name goes on after a blank line.
        self.text.push_str("\n\n");
        self.pieces.push((self.text.len(), from));
        self.read = from;
        self.leave_out(text, cut);
    }

    fn leave_out(&mut self, text: &str, cut: Range<usize>) {
        self.end(text, cut.start);
        self.cuts.push(self.text.len());
        self.pieces.push((self.text.len(), cut.end));
        self.read = cut.end;
    }

    fn end(&mut self, text: &str, to: usize) {
        self.text.push_str(&text[self.read..to]);
        self.read = to;
    }
}
