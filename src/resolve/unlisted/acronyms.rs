//! Acronyms: "Long Name (LN)", then "LN".

use super::Found;
use super::capitals::{Capital, Joint};
use crate::resolve::facts::Class;
use crate::resolve::lexicon::Classes;
use crate::resolve::rules::Rule;
use crate::resolve::words::{Word, word_end};
use crate::span::Span;

/// The acronym in brackets after `end`: "( LN )" and "(LN)".
pub(super) fn in_brackets(text: &str, end: usize) -> Option<Word<'_>> {
    // Decides nearly every run.
    let may_open = match text.as_bytes()[end..] {
        [b' ', bracket, ..] => bracket == b'(',
        [first, ..] => first == b'\'' || !first.is_ascii(),
        [] => false,
    };
    if !may_open {
        return None;
    }
    // "the Harale Board's (HB) chief".
    let rest = text[end..].strip_prefix("'s").or_else(|| text[end..].strip_prefix("’s")).unwrap_or(&text[end..]);
    let rest = rest.strip_prefix(' ')?.strip_prefix('(')?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let start = text.len() - rest.len();
    let word = Word::new(text, Span::new(start, word_end(text, start).max(start)));
    let after = text[word.span.end..].trim_start_matches(' ');
    (looks_like_acronym(word) && after.starts_with([')', ','])).then_some(word)
}

/// Two to eight letters, two capitals or more: "LN", "IISc", "R&D".
pub(super) fn looks_like_acronym(word: Word<'_>) -> bool {
    let letters = word.text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = word.text.chars().filter(|c| c.is_uppercase()).count();
    (2..=8).contains(&letters) && capitals >= 2 && capitals * 2 > letters && word.text.starts_with(char::is_uppercase)
}

/// The longest end of the run whose first letters spell the acronym: its first word.
pub(super) fn spelled_by(run: &[Capital<'_>], acronym: Word<'_>) -> Option<usize> {
    let letters: Vec<char> = acronym.text.chars().filter(|c| c.is_uppercase()).collect();
    (0..run.len().saturating_sub(1)).find(|first| {
        let mut initials = run[*first..].iter().filter_map(|capital| capital.word.text.chars().next());
        let n_words = run.len() - first;
        run[*first].word.text.starts_with(letters[0])
            && n_words.abs_diff(letters.len()) <= 1
            && run[first + 1..].iter().all(|capital| capital.joint != Joint::Comma)
            // Letters may skip small words, and one word may give two letters.
            && letters.iter().filter(|letter| initials.any(|initial| initial == **letter)).count() + 1 >= letters.len()
    })
}

/// Acronyms that no list has and nothing explains, used like the name of a body: "the LNX said", "LNX’s chief".
pub(super) fn is_used_like_a_body(text: &str, word: Word<'_>) -> bool {
    // Decides nearly every word.
    if !(3..=6).contains(&word.text.len()) || !word.text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return false;
    }
    let (before, after) = (&text[..word.span.start], &text[word.span.end..]);
    let possessive = after.starts_with("'s ") || after.starts_with("’s ");
    let alone =
        !after.strip_prefix(' ').is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase() || c.is_numeric()));
    !word.is(Classes::COMMON_ACRONYM) && alone && (possessive || before.ends_with("the ") || before.ends_with("The "))
}

/// An acronym as a found organisation.
pub(super) fn found(part: usize, word: Word<'_>, rule: Rule) -> Found {
    Found::new(part, word.span, Class::Organisation, rule)
}
