//! The line that contains a name: how its letters are used, and whether it begins with a dateline.

use super::lexicon::{Classes, Lexicon};
use super::steps;
use crate::normalize::is_invisible;
use crate::span::Span;

/// How the letters of a line are used; capitals mean little where all words have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineCase {
    /// Running text: a capital marks a name or a sentence.
    Sentence,
    /// A headline in Which Most Words Are Capitalised.
    Title,
    /// ALL CAPITALS.
    Upper,
}

/// The lines of a text, asked for from left to right; each is judged once.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    /// The lines asked for.
    judged: Vec<(Span, LineCase)>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self::in_memory(text, Vec::new())
    }

    /// Like `new`, in the allocation of a list.
    pub(super) fn in_memory(text: &'t str, mut judged: Vec<(Span, LineCase)>) -> Self {
        judged.clear();
        Self { text, judged }
    }

    /// The kind of the line that holds `at`.
    pub(super) fn case_at(&mut self, at: usize) -> LineCase {
        match self.judged.last() {
            Some((line, case)) if (line.start..=line.end).contains(&at) => *case,
            _ => {
                let start = memchr::memrchr(b'\n', &self.text.as_bytes()[..at]).map_or(0, |end| end + 1);
                let line = Span::new(start, line_end(self.text, at));
                steps::count(line.len());
                let case = line_case(line.of(self.text));
                self.judged.push((line, case));
                case
            }
        }
    }

    /// The lines that were asked for, in order.
    pub(super) fn into_judged(self) -> Vec<(Span, LineCase)> {
        self.judged
    }
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

/// Lines longer than a headline can be are running text.
fn line_case(line: &str) -> LineCase {
    const LONGEST_HEADLINE: usize = 300;
    let line = line.trim();
    if line.len() > LONGEST_HEADLINE {
        return LineCase::Sentence;
    }
    // No line has more words with capitals than bytes that may begin one.
    let may_begin_word = |byte: &u8| u8::from(byte.is_ascii_uppercase() || *byte >= 0xC0);
    // Sums of bytes, which the processor adds many at a time.
    let counts = line.as_bytes().chunks(255).map(|bytes| bytes.iter().map(may_begin_word).sum::<u8>());
    let most: usize = counts.map(usize::from).sum();
    // A few long lower-case words after blanks decide nearly every line.
    let mut others = 0;
    for window in line.as_bytes().windows(1 + LONGEST_SMALL + 1) {
        let [b' ', first, rest @ ..] = window else { continue };
        others += usize::from(first.is_ascii_lowercase() && rest.iter().all(u8::is_ascii_graphic));
        if 3 * others > most {
            return LineCase::Sentence;
        }
    }
    let (mut words, mut capitals, mut upper, mut short, mut others) = (0, 0, 0, 0, 0);
    for word in line.split_whitespace() {
        match Letters::of(word) {
            Letters::None => {}
            Letters::Small if word.len() <= LONGEST_SMALL => short += 1,
            letters => {
                words += 1;
                let capital = matches!(letters, Letters::Capital | Letters::Upper);
                capitals += u32::from(capital);
                upper += u32::from(letters == Letters::Upper);
                others += usize::from(!capital);
                // Three words of four have capitals on a line of capitals, and more in a headline.
                if 3 * others > most {
                    return LineCase::Sentence;
                }
            }
        }
    }
    let is_upper = |words: u32| upper * 4 >= words * 3;
    let is_title = |words: u32| capitals * 7 >= words * 6 && !line.ends_with('.');
    // More words only make it likelier that the line is running text: the lexicon is asked where it decides.
    if short > 0 && (is_upper(words) || is_title(words)) {
        let short =
            line.split_whitespace().filter(|word| word.len() <= LONGEST_SMALL && Letters::of(word) == Letters::Small);
        words += short.filter(|word| !Lexicon::shared().classes(word).any(Classes::SMALL_IN_HEADLINE)).count() as u32;
    }
    match words {
        0..=2 => LineCase::Sentence,
        _ if is_upper(words) => LineCase::Upper,
        _ if is_title(words) => LineCase::Title,
        _ => LineCase::Sentence,
    }
}

/// The longest word that may stay small in a headline, in bytes.
const LONGEST_SMALL: usize = 5;

/// How the letters of a word are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// It has none.
    None,
    /// It begins with a small one.
    Small,
    /// It begins with a capital.
    Capital,
    /// All are capitals.
    Upper,
    /// It begins with a letter that is neither.
    Other,
}

impl Letters {
    fn of(word: &str) -> Self {
        if word.is_ascii() {
            let mut letters = word.bytes().filter(u8::is_ascii_alphabetic);
            return match letters.next() {
                None => Self::None,
                Some(first) if first.is_ascii_lowercase() => Self::Small,
                Some(_) if letters.all(|letter| letter.is_ascii_uppercase()) => Self::Upper,
                Some(_) => Self::Capital,
            };
        }
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        match letters.next() {
            None => Self::None,
            Some(first) if first.is_lowercase() => Self::Small,
            Some(first) if !first.is_uppercase() => Self::Other,
            Some(_) if letters.all(char::is_uppercase) => Self::Upper,
            Some(_) => Self::Capital,
        }
    }
}

/// Whether only blanks come before `at` on its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    text[..at].chars().rev().find(|c| *c == '\n' || !c.is_whitespace() && !is_invisible(*c)).is_none_or(|c| c == '\n')
}

/// "By Ada Lee NEW YORK (Reuters) -": a dateline in capitals right after the byline, on one line.
pub(super) fn follows_byline(text: &str, span: Span) -> bool {
    const LONGEST_BYLINE: usize = 120;
    let upper = |word: &str| !word.chars().any(char::is_lowercase);
    if !upper(span.of(text)) {
        return false;
    }
    let from = span.start.saturating_sub(LONGEST_BYLINE + 8);
    let line = match memchr::memrchr(b'\n', &text.as_bytes()[from..span.start]) {
        Some(end) => from + end + 1,
        None if from == 0 => 0,
        None => return false,
    };
    let Some(names) = text[line..span.start].trim_start().strip_prefix("By ") else { return false };
    let is_name = |word: &str| {
        let name = word.trim_end_matches([',', '.']);
        matches!(word, "and" | "de" | "van" | "von" | "al")
            || name.starts_with(char::is_uppercase) && (!upper(name) || name.chars().count() == 1)
    };
    names.len() <= LONGEST_BYLINE && names.ends_with(' ') && names.split_whitespace().all(is_name)
}

/// Whether `span` is a dateline: at the start of a line and followed, perhaps after ", Country" or a date, by
/// a colon, a bracketed agency or a spaced dash.
pub(super) fn in_dateline(text: &str, span: Span) -> bool {
    if !begins_line(text, span.start) && !follows_byline(text, span) {
        return false;
    }
    let mut rest = text[span.end..].chars().take(40).peekable();
    let mut after_comma = false;
    let mut blank = false;
    while let Some(c) = rest.next() {
        match c {
            ':' => return true,
            '(' | '—' | '–' | '―' => return true,
            // "PARIS, March 3 -The": a dash that touches what follows; "Paris, Texas-based" is a compound.
            '-' => return blank && after_comma || rest.peek().is_some_and(|next| next.is_whitespace() || *next == '-'),
            // "LONDON/PARIS (Reuters)": two towns share a dateline.
            ',' | '/' => after_comma = true,
            ' ' | '\u{A0}' | '.' => {}
            '\n' => return false,
            _ if c.is_alphanumeric() && after_comma => {}
            // "GENEVA March 3 -": a date without a comma.
            _ if c.is_ascii_digit() => after_comma = true,
            _ => return false,
        }
        blank = c.is_whitespace();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span_of(text: &str, name: &str) -> Span {
        let start = text.find(name).unwrap();
        Span::new(start, start + name.len())
    }

    #[test]
    fn lines_tell_headlines_from_text() {
        let text = "Pentagon Says Not Planning Troops Withdrawal From Iraq\nThe Pentagon said on Monday it was.\nOIL PRICES RISE IN IRAQ\n";
        let mut lines = Lines::new(text);
        let mut kind = |name: &str| lines.case_at(span_of(text, name).start);
        assert_eq!(kind("Withdrawal"), LineCase::Title);
        assert_eq!(kind("Monday"), LineCase::Sentence);
        assert_eq!(kind("RISE"), LineCase::Upper);
    }

    #[test]
    fn datelines() {
        for text in [
            "PARIS: x",
            "PARIS (Reuters) - x",
            "PARIS, France — x",
            "PARIS, March 3 - x",
            "  PARIS – x",
            "x\nPARIS, March 3: x",
            "By Ada Lee PARIS (Reuters) - x",
            "By Ada N. Lee and Kofi Example PARIS, March 3 (Reuters) - x",
        ] {
            assert!(in_dateline(text, span_of(text, "PARIS")), "{text}");
        }
        for text in [
            "Paris said: x",
            "in Paris: x",
            "Paris, where it rained",
            "Paris-based",
            "Paris, Texas-based x",
            "By Ada Lee Paris (Reuters) - x",
        ] {
            assert!(!in_dateline(text, span_of(text, "Paris")), "{text}");
        }
    }
}
