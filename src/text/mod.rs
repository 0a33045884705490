//! How a text is laid out: paragraphs, sentences, words; and how a count is written in one.
//!
//! Comes in: a text as it was delivered. Goes out: where its paragraphs and sentences begin, and how many words it has. Pure
//! functions of the text, without a model: lists of abbreviations and of words that begin sentences, for English news. Which
//! part of an article a line belongs to is for [`segments`](crate::segments).

mod abbreviations;
pub(crate) mod lanes;
mod paragraphs;
mod positions;
mod sentences;

pub use positions::Positions;

use crate::span::Span;

/// A count as people read it, with commas between thousands.
///
/// ```
/// use dateline::text::thousands;
/// assert_eq!([0, 999, 1_234_567].map(thousands), ["0", "999", "1,234,567"]);
/// ```
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where the paragraphs and sentences of a text begin. The buffers are used again for the next text.
///
/// ```
/// use dateline::text::Layout;
/// let text = "The U.S. Senate voted. Gen. Smith left.\n\nTalks resumed.";
/// let layout = Layout::of(text);
/// let sentences: Vec<&str> = layout.sentences(text).map(|span| span.of(text).trim_end()).collect();
/// assert_eq!(sentences, ["The U.S. Senate voted.", "Gen. Smith left.", "Talks resumed."]);
/// assert_eq!((layout.paragraph(45), layout.sentence(45)), (1, 2));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    paragraphs: Vec<usize>,
    sentences: Vec<usize>,
}

impl Layout {
    /// The layout of a text.
    ///
    /// # Complexity
    ///
    /// Linear in the text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut layout = Self::default();
        layout.read(text);
        layout
    }

    /// Becomes the layout of another text.
    pub fn read(&mut self, text: &str) {
        paragraphs::paragraph_starts(text, &mut self.paragraphs);
        self.sentences.clear();
        let ends = self.paragraphs.iter().skip(1).copied().chain(std::iter::once(text.len()));
        for (&start, end) in self.paragraphs.iter().zip(ends) {
            sentences::sentence_starts(text, start, end, &mut self.sentences);
        }
    }

    /// Number of paragraphs.
    #[must_use]
    pub fn n_paragraphs(&self) -> usize {
        self.paragraphs.len()
    }

    /// Number of sentences.
    #[must_use]
    pub fn n_sentences(&self) -> usize {
        self.sentences.len()
    }

    /// The sentences in order, each up to the next one or to the end of the text. No sentence goes on in another paragraph.
    pub fn sentences<'l>(&'l self, text: &str) -> impl Iterator<Item = Span> + 'l {
        let ends = self.sentences.iter().skip(1).copied().chain(std::iter::once(text.len()));
        self.sentences.iter().zip(ends).map(|(&start, end)| Span::new(start, end))
    }

    /// The number, from 0, of the paragraph that the byte at `position` is in; 0 before the first.
    ///
    /// # Complexity
    ///
    /// Logarithmic in the number of paragraphs.
    #[must_use]
    pub fn paragraph(&self, position: usize) -> usize {
        number(&self.paragraphs, position)
    }

    /// The number, from 0, of the sentence that the byte at `position` is in, counted through the text; 0 before the first.
    ///
    /// # Complexity
    ///
    /// Logarithmic in the number of sentences.
    #[must_use]
    pub fn sentence(&self, position: usize) -> usize {
        number(&self.sentences, position)
    }
}

fn number(starts: &[usize], position: usize) -> usize {
    starts.partition_point(|&start| start <= position).saturating_sub(1)
}
