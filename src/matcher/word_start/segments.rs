//! How a folded name is cut: what precedes its first word, its words each with the punctuation before it, and what
//! follows.

use crate::matcher::boundary::Script;
use crate::normalize::is_word_char;

/// The longest separator between two words of a name, in bytes.
pub(super) const MAX_GAP: usize = 31;
/// The longest word with the punctuation before it, in bytes: its length is one byte of a record.
pub(super) const MAX_SEGMENT: usize = 255;
/// The most bytes of punctuation before the first word or after the last one.
pub(super) const MAX_EDGE: usize = 4;

/// Whether a folded character belongs to a word, as far as the tables are concerned.
///
/// A few symbols, the notes of music, fold to a symbol and a combining mark, which is a word character. Where a text
/// has such a note, the mark must not hide the boundary after it. So these marks do not count as word characters here,
/// and names that contain them are leftovers. The same holds for the characters of scripts that end a word where they
/// begin ([`Script`]).
pub(super) fn is_word(folded: char) -> bool {
    is_word_char(folded) && !is_mark_of_note(folded) && !ends_words(folded)
}

/// Whether a character is of a script whose letters end the words of other scripts.
pub(crate) fn ends_words(c: char) -> bool {
    Script::of(c) != Script::Spaced
}

pub(super) fn is_mark_of_note(folded: char) -> bool {
    matches!(folded, '\u{1D165}' | '\u{1D16E}'..='\u{1D172}')
}

/// A folded name as the tables see it; all positions are bytes.
///
/// `'s-hertogenbosch`: the first word begins at 1, the words end at 2 and 16, and nothing follows.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Where the first word begins.
    pub(super) first: usize,
    /// Where each word ends.
    pub(super) ends: Vec<usize>,
}

impl Segments {
    /// Cuts `name`; false if the tables cannot hold it.
    pub(super) fn cut(&mut self, name: &str) -> bool {
        self.first = 0;
        self.ends.clear();
        let mut fits = true;
        let mut in_word = false;
        // Where the current word with the punctuation before it begins.
        let mut start = 0;
        for (at, c) in name.char_indices() {
            if is_mark_of_note(c) || ends_words(c) {
                return false;
            }
            let is_word = is_word_char(c);
            if is_word && !in_word {
                if self.ends.is_empty() {
                    (self.first, start) = (at, at);
                }
                fits &= at - start <= MAX_GAP;
            } else if in_word && !is_word {
                fits &= at - start <= MAX_SEGMENT;
                self.ends.push(at);
                start = at;
            }
            in_word = is_word;
        }
        if in_word {
            fits &= name.len() - start <= MAX_SEGMENT;
            self.ends.push(name.len());
        }
        let is_edge = |length: usize| length <= MAX_EDGE;
        // Names are trimmed, so the search does not look for punctuation that begins or ends with a blank.
        let has_blank_edge = name.starts_with(' ') || name.ends_with(' ');
        fits && !has_blank_edge
            && is_edge(self.first)
            && self.ends.last().is_some_and(|last| is_edge(name.len() - last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, first: usize, ends: &[usize]) {
        let mut segments = Segments::default();
        assert!(segments.cut(name), "{name:?}");
        assert_eq!((segments.first, segments.ends.as_slice()), (first, ends), "{name:?}");
    }

    #[test]
    fn words_and_edges() {
        check("new york", 0, &[3, 8]);
        check("'s-hertogenbosch", 1, &[2, 16]);
        check("u.s.", 0, &[1, 3]);
        check("yahoo!", 0, &[5]);
    }

    #[test]
    fn the_longest_of_each() {
        let [word, gap] = ["x".repeat(MAX_SEGMENT), "-".repeat(MAX_GAP)];
        check(&word, 0, &[MAX_SEGMENT]);
        check(&format!("a{gap}b"), 0, &[1, MAX_GAP + 2]);
        check("!!!!a!!!!", 4, &[5]);
        assert!(!Segments::default().cut(&format!("a{gap}-b")));
        assert!(!Segments::default().cut(&format!("a {word}")));
    }

    #[test]
    fn leftovers() {
        let long = "x".repeat(MAX_SEGMENT + 1);
        let apart = format!("a{}b", " -".repeat(MAX_GAP));
        for name in ["", "-", " a", "a ", "!!!!!a", "a!!!!!", &long, &apart, "a\u{1D165}", "ｘ東京", "서울"] {
            assert!(!Segments::default().cut(name), "{name:?}");
        }
    }
}
