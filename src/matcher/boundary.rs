//! Where words begin and end, and how far a word goes on around a name.

use crate::gazetteer::Boundary;
use crate::normalize::{is_invisible, is_word_char};
use crate::span::Span;

/// Whether a word ends between two visible characters that follow each other.
pub(super) fn is_boundary(left: char, right: char) -> bool {
    !(is_word_char(left) && is_word_char(right))
}

/// What a hit at `span` matches: the name alone, or all of the word on the sides where it may be longer than the name.
pub(super) fn whole(boundary: Boundary, text: &str, span: Span) -> Span {
    let start = if boundary.begins_earlier() { word_start(text, span.start) } else { span.start };
    let end = if boundary.goes_on() { word_end(text, span.end) } else { span.end };
    Span::new(start, end)
}

/// Where the word begins that goes on at `at`.
fn word_start(text: &str, mut at: usize) -> usize {
    let mut right = visible_after(text, at).map(|(_, c)| c);
    while let Some((start, left)) = visible_before(text, at) {
        if !right.is_some_and(|right| goes_on(left, right, left)) {
            break;
        }
        (at, right) = (start, Some(left));
    }
    at
}

/// Where the word ends that came as far as `at`.
fn word_end(text: &str, mut at: usize) -> usize {
    let mut left = visible_before(text, at).map(|(_, c)| c);
    while let Some((start, right)) = visible_after(text, at) {
        if !left.is_some_and(|left| goes_on(left, right, right)) {
            break;
        }
        (at, left) = (start + right.len_utf8(), Some(right));
    }
    at
}

/// Whether the word that a name is in holds both characters; `outer` is the one further from the name. A sign at the edge of the
/// name ("anti-") belongs to the word beside it.
fn goes_on(left: char, right: char, outer: char) -> bool {
    !is_boundary(left, right) || is_word_char(outer) && !(is_word_char(left) && is_word_char(right))
}

/// The last visible character before `at`, with its place.
pub(super) fn visible_before(text: &str, at: usize) -> Option<(usize, char)> {
    text[..at].char_indices().rev().find(|(_, c)| !is_invisible(*c))
}

/// The first visible character from `at` on, with its place.
pub(super) fn visible_after(text: &str, at: usize) -> Option<(usize, char)> {
    let (place, c) = text[at..].char_indices().find(|(_, c)| !is_invisible(*c))?;
    Some((at + place, c))
}
