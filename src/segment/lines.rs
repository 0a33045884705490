//! Lines of a text with facts from their neighbours.

use crate::span::Span;

/// A line that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Its bytes, without blanks at the ends.
    pub(super) span: Span,
    /// Whether the line before is blank, or there is none.
    pub(super) blank_before: bool,
    /// Whether it continues the sentence of the line before, as in wrapped text.
    pub(super) continues: bool,
    /// Whether the next line continues it in lower case.
    wrapped: bool,
}

/// Shorter lines are not wrapped text: nobody wraps so narrowly.
const LEAST_WRAPPED: usize = 45;
/// A paragraph is longer than any headline.
const LONGEST_HEADLINE: usize = 120;

/// The lines of a text that are not blank.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    let mut blank_before = true;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len())) {
        let span = super::trimmed(text, Span::new(start, end));
        start = end + 1;
        if span.is_empty() {
            blank_before = true;
            continue;
        }
        let mut continues = false;
        if let Some(before) = lines.last_mut().filter(|_| !blank_before) {
            let above = before.span.of(text);
            continues = above.len() >= LEAST_WRAPPED && !ends_sentence(above);
            before.wrapped = continues && span.of(text).starts_with(char::is_lowercase);
        }
        lines.push(Line { span, blank_before, continues, wrapped: false });
        blank_before = false;
    }
    lines
}

impl Line {
    /// Running text: a sentence that ends or continues below, or a line longer than any headline.
    pub(super) fn is_prose(self, text: &str) -> bool {
        let line = self.span.of(text);
        line.len() > LONGEST_HEADLINE || self.wrapped || ends_sentence(line) && line.split_whitespace().nth(2).is_some()
    }

    /// Whether the next line continues it in lower case.
    pub(super) fn is_wrapped(self) -> bool {
        self.wrapped
    }

    /// Whether the line can be part of a list of links: a headline, a number, a date.
    pub(super) fn is_item(self, text: &str) -> bool {
        let line = self.span.of(text);
        let speech = line.starts_with(['"', '“', '«']) && line.ends_with(['"', '”', '»']);
        line.len() <= LONGEST_HEADLINE
            && !line.ends_with(['.', ':', ';', ','])
            && !speech
            && !ends_quoted_sentence(line)
    }
}

/// Whether a line ends where a sentence can end.
pub(super) fn ends_sentence(line: &str) -> bool {
    let bare = line.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']']);
    bare.ends_with(['.', '!', '?', '…', ':', ';', '。', '।', '؟'])
}

fn ends_quoted_sentence(line: &str) -> bool {
    let bare = line.trim_end_matches(['"', '”', '’', '»', ')']);
    bare.len() < line.len() && bare.ends_with(['.', ','])
}
