//! Words beside a span: found in the text, with their shape and what the lexicon knows of them.

use super::lexicon::{Classes, Lexicon};
use crate::normalize::{is_invisible, is_word_char};
use crate::span::Span;

/// A word beside a span, reached over blanks and at most one line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'t> {
    pub(super) span: Span,
    pub(super) text: &'t str,
    /// Looked up in advance for a word that begins with a capital, which many rules ask for; few ask for other words.
    classes: Option<Classes>,
}

impl<'t> Word<'t> {
    pub(super) fn new(text: &'t str, span: Span) -> Self {
        let word = span.of(text);
        let capital = match word.as_bytes().first() {
            Some(first) if first.is_ascii() => first.is_ascii_uppercase(),
            _ => word.starts_with(char::is_uppercase),
        };
        if capital {
            return Self::capitalised(text, span);
        }
        Self { span, text: word, classes: None }
    }

    /// A word that is known to begin with a capital letter.
    pub(super) fn capitalised(text: &'t str, span: Span) -> Self {
        Self { span, text: span.of(text), classes: Some(Lexicon::shared().classes_in(text, span)) }
    }

    /// Whether it is of one of these classes.
    pub(super) fn is(self, classes: Classes) -> bool {
        self.classes.map_or_else(|| Lexicon::shared().is(self.text, classes), |known| known.any(classes))
    }

    /// Whether the lexicon knows nothing of it.
    pub(super) fn is_unknown(self) -> bool {
        self.classes.unwrap_or_else(|| Lexicon::shared().classes(self.text)) == Classes::default()
    }

    /// Whether it begins with a capital letter.
    pub(super) fn is_capitalised(self) -> bool {
        self.classes.is_some()
    }

    /// Whether it is an acronym: two or more letters, none of them small.
    #[inline]
    pub(super) fn is_acronym(self) -> bool {
        // Decides nearly every word.
        let small = self.text.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
        !small && is_all_caps(self.text) && self.text.chars().filter(|c| c.is_alphabetic()).count() > 1
    }

    /// A single capital letter, with or without a period: an initial.
    pub(super) fn is_initial(self) -> bool {
        let mut chars = self.text.chars();
        chars.next().is_some_and(char::is_uppercase) && matches!(chars.as_str(), "" | ".")
    }
}

/// Whether a text has letters and none of them is small.
pub(super) fn is_all_caps(text: &str) -> bool {
    let mut upper = false;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        upper |= c.is_uppercase();
    }
    upper
}

/// Whether a character continues a word, as people read: "al-Sudani", "O’Leary", "AT&T".
pub(super) fn joins_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '-' | '‐' | '‑' | '\'' | '’' | '&')
        || !c.is_ascii() && (is_word_char(c) || is_invisible(c))
        || c == '_'
}

/// The end of the characters from `at` on that continue a word.
#[inline]
pub(super) fn joined_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii() {
            if !JOINS[usize::from(*byte)] {
                break;
            }
            at += 1;
        } else {
            match text[at..].chars().next() {
                Some(c) if joins_word(c) => at += c.len_utf8(),
                _ => break,
            }
        }
    }
    at
}

/// [`joins_word`] of the ASCII characters.
const JOINS: [bool; 128] = {
    let mut joins = [false; 128];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        joins[byte] = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'\'' | b'&' | b'_');
        byte += 1;
    }
    joins
};

/// [`JOINS`] and the period, for all bytes.
const ABBREVIATES: [bool; 256] = {
    let mut abbreviates = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        abbreviates[byte] = JOINS[byte] || byte == b'.' as usize;
        byte += 1;
    }
    abbreviates
};

/// The blank gap before `at`: where it begins, or `None` if there is none or a blank line.
pub(super) fn gap_before(text: &str, at: usize) -> Option<usize> {
    // One blank after a letter or punctuation: nearly every gap.
    match text.as_bytes()[..at] {
        [.., last] if last.is_ascii_graphic() => return None,
        [.., before, b' '] if before.is_ascii_graphic() => return Some(at - 1),
        _ => {}
    }
    let before = text[..at].trim_end();
    let gap = &text[before.len()..at];
    (!gap.is_empty() && !is_break(text, before.len(), gap)).then_some(before.len())
}

fn gap_after(text: &str, at: usize) -> Option<usize> {
    match text.as_bytes()[at..] {
        [first, ..] if first.is_ascii_graphic() => return None,
        [b' ', after, ..] if after.is_ascii_graphic() => return Some(at + 1),
        _ => {}
    }
    let rest = &text[at..];
    let gap = &rest[..rest.len() - rest.trim_start().len()];
    (!gap.is_empty() && !is_break(text, at, gap)).then_some(at + gap.len())
}

/// Where the word or the abbreviation begins with which the text ends.
fn joined_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let plain = |byte: u8| ABBREVIATES[usize::from(byte)];
    let mut start = bytes.len() - bytes.iter().rev().take_while(|byte| plain(**byte)).count();
    if start > 0 && !bytes[start - 1].is_ascii() {
        let before = text[..start].char_indices().rev();
        start = before.take_while(|(_, c)| joins_word(*c) || *c == '.').last().map_or(start, |(at, _)| at);
    }
    (start < bytes.len()).then_some(start)
}

/// Whether a gap separates the words before and after it: a blank line, or the end of a line that is too short to go on in
/// the next (a byline, a heading, a row of a table).
pub(super) fn is_break(text: &str, at: usize, gap: &str) -> bool {
    const SHORTEST_WRAPPED: usize = 25;
    match gap.bytes().filter(|byte| *byte == b'\n').count() {
        0 => false,
        1 => {
            let line = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
            at - line < SHORTEST_WRAPPED && at - line > 0
        }
        _ => true,
    }
}

/// The word directly before `at`, if only blanks lie between. A period belongs to it when it looks like an abbreviation
/// ("Gen.", "J."); a period after a longer word ends a sentence, and there is no word.
pub(super) fn word_before(text: &str, at: usize) -> Option<Word<'_>> {
    word_before_gap(text, gap_before(text, at)?)
}

/// Like [`word_before`], given where the blanks begin.
pub(super) fn word_before_gap(text: &str, end: usize) -> Option<Word<'_>> {
    let before = &text[..end];
    // Nearly always a word of English, and a blank before it.
    let length = before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    if length > 0 && before.as_bytes()[..end - length].last().is_none_or(|byte| matches!(byte, b' ' | b'\n')) {
        return Some(Word::new(text, Span::new(end - length, end)));
    }
    any_word_before_gap(text, end)
}

/// Like [`word_before_gap`], for any word.
fn any_word_before_gap(text: &str, end: usize) -> Option<Word<'_>> {
    let before = &text[..end];
    let (body, pointed) = match before.strip_suffix('.') {
        Some(body) => (body, true),
        None => (before, false),
    };
    let start = joined_start(body)?;
    if pointed {
        let letters = body[start..].chars().take(4).count();
        let abbreviated = letters <= 3 || body[start..].contains('.');
        if !(abbreviated && text[start..].starts_with(char::is_uppercase)) {
            return None;
        }
    }
    let word = &text[start..end];
    word.chars().any(is_word_char).then(|| Word::new(text, Span::new(start, end)))
}

/// The word directly after `at`, if only blanks lie between. A possessive ending is left out.
pub(super) fn word_after(text: &str, at: usize) -> Option<Word<'_>> {
    let start = gap_after(text, at)?;
    let end = word_end(text, start);
    (end > start).then(|| Word::new(text, Span::new(start, end)))
}

/// The end of the word that begins at `start`, without possessive ending and trailing hyphens; an initial keeps its period.
#[inline]
pub(super) fn word_end(text: &str, start: usize) -> usize {
    let joined = joined_end(text, start);
    // Most words have several letters and end with one that belongs to them.
    match text.as_bytes()[start..joined] {
        [first, .., last] if first.is_ascii() && last.is_ascii_alphanumeric() && last != b's' => return joined,
        [first, .., before, b's'] if first.is_ascii() && before.is_ascii_alphanumeric() => return joined,
        _ => {}
    }
    let rest = &text[start..];
    let mut word = text[start..joined].trim_end_matches(['\'', '’', '-']);
    for possessive in ["'s", "’s"] {
        word = word.strip_suffix(possessive).unwrap_or(word);
    }
    let single = word.chars().nth(1).is_none() && !word.is_empty();
    start + word.len() + usize::from(single && rest[word.len()..].starts_with('.'))
}

/// The capitalised run that begins right after `at`: a person's name after a title. `is_name_word` refuses words that
/// end the run (days, common words).
pub(super) fn capitalised_run(text: &str, at: usize, is_name_word: impl Fn(Word<'_>) -> bool) -> Option<Span> {
    const LONGEST_NAME: usize = 8;
    let mut end = at;
    let mut run: Option<Span> = None;
    for _ in 0..LONGEST_NAME {
        let Some(word) = word_after(text, end) else { break };
        if word.is_capitalised() && is_name_word(word) || starts_with_particle(word.text) {
            run = Some(Span::new(run.map_or(word.span.start, |run| run.start), word.span.end));
        } else if !(run.is_some() && word.is(Classes::PARTICLE) && !word.is_capitalised()) {
            break;
        }
        end = word.span.end;
    }
    run
}

/// "al-Sudani", "el-Sisi", "d'Estaing": a small particle joined to a capitalised word.
fn starts_with_particle(word: &str) -> bool {
    let Some((particle, rest)) = word.split_once(['-', '\'', '’']) else { return false };
    rest.starts_with(char::is_uppercase)
        && particle.starts_with(char::is_lowercase)
        && (Lexicon::shared().is(particle, Classes::PARTICLE) || particle == "d" || particle == "as")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span_of(text: &str, name: &str) -> Span {
        let start = text.find(name).unwrap();
        Span::new(start, start + name.len())
    }

    #[test]
    fn words_around() {
        let text = "He met Gen. J. Smith. Austin’s plan, Paris";
        let before = |name: &str| word_before(text, span_of(text, name).start).map(|word| word.text);
        assert_eq!(before("Smith"), Some("J."));
        assert_eq!(before("J."), Some("Gen."));
        assert_eq!(before("Austin"), None);
        assert_eq!(before("Paris"), None);
        assert_eq!(word_after("near Austin’s", 4).unwrap().text, "Austin");
    }

    #[test]
    fn plain_words_are_read_as_any_other() {
        let text =
            "He met Gen. J. Smith_2 on\n3 May, in Évian-les-Bains's Hôtel du Parc. a2 U.S. x\u{301}y (AT&T) bé3 fin";
        for end in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(word_before_gap(text, end), any_word_before_gap(text, end), "{:?}", &text[..end]);
        }
    }

    #[test]
    fn ascii_joins_as_characters_do() {
        for byte in 0..128_u8 {
            assert_eq!(JOINS[usize::from(byte)], joins_word(char::from(byte)), "{byte}");
        }
    }

    #[test]
    fn runs_hold_particles_and_initials() {
        let run = |text: &str| capitalised_run(text, 0, |_| true).map(|run| run.of(text).to_owned());
        assert_eq!(run(" Mohammed Shia al-Sudani’s office").as_deref(), Some("Mohammed Shia al-Sudani"));
        assert_eq!(run(" Ursula von der Leyen said").as_deref(), Some("Ursula von der Leyen"));
        assert_eq!(run(" J. D. Vance, who").as_deref(), Some("J. D. Vance"));
        assert_eq!(run(" said"), None);
    }
}
