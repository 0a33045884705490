//! What stands around a span: neighbouring words, the kind of line, the place in the paragraph.

use crate::normalize::{is_invisible, is_word_char};
use crate::span::Span;

/// A word beside a span, reached over blanks and at most one line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) span: Span,
    pub(super) text: &'t str,
}

impl Token<'_> {
    /// Whether it begins with a capital letter.
    pub(super) fn is_capitalised(self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether it is an acronym: two or more letters, none of them small.
    pub(super) fn is_acronym(self) -> bool {
        is_all_caps(self.text) && self.text.chars().filter(|c| c.is_alphabetic()).count() > 1
    }

    /// A single capital letter, with or without a point: an initial.
    pub(super) fn is_initial(self) -> bool {
        let mut chars = self.text.chars();
        chars.next().is_some_and(char::is_uppercase) && matches!(chars.as_str(), "" | ".")
    }
}

/// Whether a text has letters and none of them is small.
pub(super) fn is_all_caps(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

fn joins_word(c: char) -> bool {
    is_word_char(c) || is_invisible(c) || matches!(c, '-' | '‐' | '‑' | '\'' | '’' | '&')
}

/// The blank gap before `at`: where it begins, or `None` if there is none or a blank line.
pub(super) fn gap_before(text: &str, at: usize) -> Option<usize> {
    let before = text[..at].trim_end();
    let gap = &text[before.len()..at];
    (!gap.is_empty() && !is_blank_line(gap)).then_some(before.len())
}

fn gap_after(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let gap = &rest[..rest.len() - rest.trim_start().len()];
    (!gap.is_empty() && !is_blank_line(gap)).then_some(at + gap.len())
}

fn is_blank_line(gap: &str) -> bool {
    gap.bytes().filter(|byte| *byte == b'\n').count() > 1
}

/// The word directly before `at`, if only blanks lie between. A point belongs to it when it looks like an abbreviation
/// ("Gen.", "J."); a point after a longer word ends a sentence, and there is no word.
pub(super) fn word_before(text: &str, at: usize) -> Option<Token<'_>> {
    let end = gap_before(text, at)?;
    let before = &text[..end];
    let (body, pointed) = match before.strip_suffix('.') {
        Some(body) => (body, true),
        None => (before, false),
    };
    let start = body.char_indices().rev().take_while(|(_, c)| joins_word(*c) || *c == '.').last().map(|(at, _)| at)?;
    let token = Token { span: Span::new(start, end), text: &text[start..end] };
    let letters = body[start..].chars().count();
    let abbreviated = letters <= 3 || body[start..].contains('.');
    if pointed && !(abbreviated && token.is_capitalised()) {
        return None;
    }
    token.text.chars().any(is_word_char).then_some(token)
}

/// The word directly after `at`, if only blanks lie between. A possessive ending is left out.
pub(super) fn word_after(text: &str, at: usize) -> Option<Token<'_>> {
    let start = gap_after(text, at)?;
    let rest = &text[start..];
    let length = rest.char_indices().find(|(_, c)| !joins_word(*c)).map_or(rest.len(), |(at, _)| at);
    let mut word = rest[..length].trim_end_matches(['\'', '’', '-']);
    for possessive in ["'s", "’s"] {
        word = word.strip_suffix(possessive).unwrap_or(word);
    }
    // An initial keeps its point.
    let initial = word.chars().count() == 1 && rest[word.len()..].starts_with('.');
    let end = start + word.len() + usize::from(initial);
    (!word.is_empty()).then_some(Token { span: Span::new(start, end), text: &text[start..end] })
}

/// Words that stand inside a person's name without a capital.
const PARTICLES: [&str; 22] = [
    "al", "el", "bin", "ibn", "bint", "ben", "de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le",
    "van", "von", "der", "den", "ter",
];

/// The capitalised run that begins right after `at`: a person's name behind a title. `is_name_word` refuses words that
/// end the run (days, common words).
pub(super) fn capitalised_run(text: &str, at: usize, is_name_word: impl Fn(Token<'_>) -> bool) -> Option<Span> {
    let mut end = at;
    let mut run: Option<Span> = None;
    for _ in 0..8 {
        let Some(token) = word_after(text, end) else { break };
        // A line break inside a name is a wrapped line; behind a finished run it is more likely the next line.
        if token.is_capitalised() && is_name_word(token) || starts_with_particle(token.text) {
            run = Some(Span::new(run.map_or(token.span.start, |run| run.start), token.span.end));
        } else if !(run.is_some() && PARTICLES.contains(&token.text)) {
            break;
        }
        end = token.span.end;
    }
    run
}

/// "al-Sudani", "el-Sisi", "d'Estaing": a small particle joined to a capitalised word.
fn starts_with_particle(word: &str) -> bool {
    let Some((particle, rest)) = word.split_once(['-', '\'', '’']) else { return false };
    rest.chars().next().is_some_and(char::is_uppercase)
        && (PARTICLES.contains(&particle) || particle == "d" || particle == "as")
}

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

/// Words that stay small where all others have a capital.
const SMALL_IN_HEADLINES: [&str; 24] = [
    "a", "an", "the", "of", "in", "on", "at", "to", "by", "for", "and", "or", "nor", "but", "as", "from", "with",
    "over", "into", "vs", "vs.", "via", "up", "off",
];

/// The kind of the line around `span`. Lines longer than a headline can be are running text.
pub(super) fn line_case(text: &str, span: Span) -> LineCase {
    const LONGEST_HEADLINE: usize = 200;
    let from = span.start.saturating_sub(LONGEST_HEADLINE);
    let start = memchr::memrchr(b'\n', &text.as_bytes()[from..span.start]).map(|at| from + at + 1);
    let Some(start) = start.or((from == 0).then_some(0)) else { return LineCase::Sentence };
    let to = (span.end + LONGEST_HEADLINE).min(text.len());
    let end = memchr::memchr(b'\n', &text.as_bytes()[span.end..to]).map(|at| span.end + at);
    let Some(end) = end.or((to == text.len()).then_some(to)) else { return LineCase::Sentence };
    let line = text[start..end].trim();
    let (mut words, mut capitals, mut upper) = (0, 0, 0);
    for word in line.split_whitespace() {
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let Some(first) = letters.next() else { continue };
        if !SMALL_IN_HEADLINES.contains(&word) {
            words += 1;
            capitals += u32::from(first.is_uppercase());
            upper += u32::from(first.is_uppercase() && letters.all(char::is_uppercase));
        }
    }
    match words {
        0..=2 => LineCase::Sentence,
        _ if upper * 4 >= words * 3 => LineCase::Upper,
        _ if capitals * 7 >= words * 6 && !line.ends_with('.') => LineCase::Title,
        _ => LineCase::Sentence,
    }
}

/// Whether only blanks stand before `at` on its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    text[..at].chars().rev().find(|c| *c == '\n' || !c.is_whitespace() && !is_invisible(*c)).is_none_or(|c| c == '\n')
}

/// Whether `span` stands in the dateline slot: at the start of a line and followed, perhaps after ", Country" or a date, by
/// a colon, a bracketed agency or a spaced dash.
pub(super) fn in_dateline(text: &str, span: Span) -> bool {
    if !begins_line(text, span.start) {
        return false;
    }
    let mut rest = text[span.end..].chars().take(40).peekable();
    let mut after_comma = false;
    while let Some(c) = rest.next() {
        match c {
            ':' => return true,
            '(' | '—' | '–' | '―' => return true,
            '-' => return after_comma || rest.peek().is_some_and(|next| next.is_whitespace() || *next == '-'),
            ',' => after_comma = true,
            ' ' | '\u{A0}' | '.' => {}
            '\n' => return false,
            _ if c.is_alphanumeric() && after_comma => {}
            // "GENEVA March 3 -": a date without a comma.
            _ if c.is_ascii_digit() => after_comma = true,
            _ => return false,
        }
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
    fn words_around() {
        let text = "He met Gen. J. Smith. Austin’s plan, Paris";
        let before = |name: &str| word_before(text, span_of(text, name).start).map(|token| token.text);
        assert_eq!(before("Smith"), Some("J."));
        assert_eq!(before("J."), Some("Gen."));
        assert_eq!(before("Austin"), None);
        assert_eq!(before("Paris"), None);
        assert_eq!(word_after("near Austin’s", 4).unwrap().text, "Austin");
    }

    #[test]
    fn runs_hold_particles_and_initials() {
        let run = |text: &str| capitalised_run(text, 0, |_| true).map(|run| run.of(text).to_owned());
        assert_eq!(run(" Mohammed Shia al-Sudani’s office").as_deref(), Some("Mohammed Shia al-Sudani"));
        assert_eq!(run(" Ursula von der Leyen said").as_deref(), Some("Ursula von der Leyen"));
        assert_eq!(run(" J. D. Vance, who").as_deref(), Some("J. D. Vance"));
        assert_eq!(run(" said"), None);
    }

    #[test]
    fn lines_tell_headlines_from_text() {
        let text = "Pentagon Says Not Planning Troops Withdrawal From Iraq\nThe Pentagon said on Monday it was.\nOIL PRICES RISE IN IRAQ\n";
        let kind = |name: &str| line_case(text, span_of(text, name));
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
        ] {
            assert!(in_dateline(text, span_of(text, "PARIS")), "{text}");
        }
        for text in ["Paris said: x", "in Paris: x", "Paris, where it rained", "Paris-based"] {
            assert!(!in_dateline(text, span_of(text, "Paris")), "{text}");
        }
    }
}
