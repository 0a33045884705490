//! Where words begin and end, and how far a word goes on around a name.

use crate::gazetteer::Boundary;
use crate::normalize::{is_apostrophe, is_invisible, is_mark, is_word_char};
use crate::span::Span;

/// How words of a script are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// By characters that do not belong to words; every script that is not below.
    Spaced,
    /// Not at all: Han, Hiragana, Thai, Lao, Khmer, Myanmar. A word may begin and end at each character.
    Unspaced,
    /// By other scripts: a run of Katakana is one word.
    Katakana,
    /// By blanks, but words of other scripts take Korean endings: "NATO는".
    Hangul,
}

impl Script {
    #[inline]
    pub(super) fn of(c: char) -> Self {
        if c < '\u{E00}' { Self::Spaced } else { Self::of_later(c) }
    }

    /// [`Script::of`] from U+0E00 on. Rare where speed matters.
    #[cold]
    #[inline(never)]
    fn of_later(c: char) -> Self {
        match c {
            '\u{E00}'..='\u{EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{A9E0}'..='\u{A9FF}'
            | '\u{AA60}'..='\u{AA7F}'
            | '\u{2E80}'..='\u{2FDF}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3021}'..='\u{3029}'
            | '\u{3038}'..='\u{303B}'
            | '\u{3041}'..='\u{309F}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{1B001}'..='\u{1B11F}'
            | '\u{1B150}'..='\u{1B152}'
            | '\u{20000}'..='\u{3FFFF}' => Self::Unspaced,
            '\u{30A0}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => Self::Katakana,
            '\u{1100}'..='\u{11FF}'
            | '\u{3131}'..='\u{318E}'
            | '\u{A960}'..='\u{A97C}'
            | '\u{AC00}'..='\u{D7FB}'
            | '\u{FFA0}'..='\u{FFDC}' => Self::Hangul,
            _ => Self::Spaced,
        }
    }
}

/// Whether a word ends between two visible characters that follow each other: unless both are word characters, where the script
/// changes to or from one of [`Script::Unspaced`], [`Script::Katakana`] and [`Script::Hangul`], and between two of the first.
pub(super) fn is_boundary(left: char, right: char) -> bool {
    if !(is_word(left) && is_word(right)) {
        return true;
    }
    if left.is_ascii() && right.is_ascii() || belongs_to_left(right) {
        return false;
    }
    match (Script::of(left), Script::of(right)) {
        (Script::Unspaced, Script::Unspaced) => !belongs_to_right(left),
        (left, right) => left != right,
    }
}

/// A word character that is not written as an apostrophe: "ʿAden" begins with such a mark.
pub(super) fn is_word(c: char) -> bool {
    is_word_char(c) && !is_apostrophe(c)
}

/// Whether a character is written as part of the one before it: marks and joiners, the vowels after a consonant of Thai and Lao,
/// and marks of repetition.
fn belongs_to_left(c: char) -> bool {
    is_mark(c)
        || matches!(
            c,
            '\u{200C}'
                | '\u{200D}'
                | '\u{E30}'
                | '\u{E32}'
                | '\u{E33}'
                | '\u{E45}'
                | '\u{E46}'
                | '\u{EB0}'
                | '\u{EB2}'
                | '\u{EB3}'
                | '\u{EBD}'
                | '\u{EC6}'
                | '\u{3005}'
                | '\u{303B}'
                | '\u{309D}'
                | '\u{309E}'
                | '\u{30FD}'
                | '\u{30FE}'
        )
}

/// Whether a character is written as part of the one after it: the vowels before a consonant of Thai and Lao, and what joins the
/// consonants of Khmer and Myanmar.
fn belongs_to_right(c: char) -> bool {
    matches!(c, '\u{E40}'..='\u{E44}' | '\u{EC0}'..='\u{EC4}' | '\u{17D2}' | '\u{1039}')
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
    !is_boundary(left, right) || is_word(outer) && !(is_word(left) && is_word(right))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_the_script_does() {
        let check = |text: &str, expected: &str| {
            let mut found = String::new();
            let mut last = None;
            for c in text.chars() {
                if last.is_some_and(|last| is_boundary(last, c)) {
                    found.push('|');
                }
                found.push(c);
                last = Some(c);
            }
            assert_eq!(found, expected);
        };
        check("NATO는", "NATO|는");
        check("서울에서", "서울에서");
        check("在Paris的", "在|Paris|的");
        check("2008年", "2008|年");
        check("Ω東", "Ω|東");
        check("Москва에서", "Москва|에서");
        check("訪問北京", "訪|問|北|京");
        check("首相はローマで", "首|相|は|ローマ|で");
        check("佐々木", "佐々|木");
        check("ไปกรุงเทพ", "ไป|ก|รุ|ง|เท|พ");
        check("กAก\u{E31}A", "ก|A|ก\u{E31}|A");
        check("Hawaiʻi", "Hawai|ʻ|i");
        check("naïve نيو", "naïve| |نيو");
    }
}
