//! Where mentions are in a document: paragraph, sentence, word.

use crate::document::{Document, Part};
use crate::span::Span;
use crate::text::{Layout, WordCounter};

/// The places of one document after the other; the buffers are used again.
///
/// Paragraphs, sentences and words are counted through the document. The title, if there is one, is the first paragraph and the
/// first sentence.
#[derive(Debug, Default)]
pub(super) struct Places {
    layout: Layout,
    has_title: bool,
    words: WordCounter,
    /// What was counted last.
    part: Option<Part>,
    position: usize,
}

/// Where a mention begins; numbers from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) paragraph: u32,
    pub(super) sentence: u32,
    pub(super) word: u32,
}

/// How much text a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) paragraphs: u32,
    pub(super) sentences: u32,
    pub(super) words: u32,
}

impl Places {
    /// Turns to another document.
    pub(super) fn read(&mut self, document: &Document<'_>) {
        self.layout.read(&document.text);
        self.has_title = document.title.is_some();
        (self.words, self.part, self.position) = (WordCounter::default(), None, 0);
    }

    /// The place of a mention that begins no earlier than the one before.
    pub(super) fn of(&mut self, document: &Document<'_>, part: Part, span: Span) -> Place {
        self.count_to(document, part, span.start);
        let word = self.words.current() as u32;
        match part {
            Part::Title => Place { paragraph: 0, sentence: 0, word },
            Part::Text => {
                let title = u32::from(self.has_title);
                Place {
                    paragraph: title + self.layout.paragraph(span.start) as u32,
                    sentence: title + self.layout.sentence(span.start) as u32,
                    word,
                }
            }
        }
    }

    /// The extent of the document; no place can be asked for after this.
    pub(super) fn finish(&mut self, document: &Document<'_>) -> Extent {
        self.count_to(document, Part::Text, document.text.len());
        let title = u32::from(self.has_title);
        Extent {
            paragraphs: title + self.layout.n_paragraphs() as u32,
            sentences: title + self.layout.n_sentences() as u32,
            words: self.words.words() as u32,
        }
    }

    fn count_to(&mut self, document: &Document<'_>, part: Part, position: usize) {
        if self.part != Some(part) {
            let unread = match (self.part, part) {
                (None, Part::Text) => document.part(Part::Title),
                (Some(Part::Title), Part::Text) => &document.part(Part::Title)[self.position..],
                _ => "",
            };
            self.words.push(unread);
            self.words.end_part();
            (self.part, self.position) = (Some(part), 0);
        }
        self.words.push(&document.part(part)[self.position..position]);
        self.position = position;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_through_the_document() {
        let text = "GENEVA: Talks resumed. Iraq agreed.\n\nIran did not.";
        let document = Document { title: Some("Iraq and Iran".into()), ..Document::new("a", text) };
        let mut places = Places::default();
        places.read(&document);
        let mut place = |part, name: &str| {
            let start = document.part(part).find(name).unwrap();
            let Place { paragraph, sentence, word } = places.of(&document, part, Span::new(start, start + name.len()));
            (paragraph, sentence, word)
        };
        assert_eq!(place(Part::Title, "Iran"), (0, 0, 2));
        assert_eq!(place(Part::Text, "GENEVA"), (1, 1, 3));
        assert_eq!(place(Part::Text, "Iraq"), (1, 2, 6));
        assert_eq!(place(Part::Text, "Iran"), (2, 3, 8));
        assert_eq!(places.finish(&document), Extent { paragraphs: 3, sentences: 4, words: 11 });
    }

    #[test]
    fn the_extent_needs_no_mention() {
        for (title, expected) in [(None, (1, 1, 2)), (Some("Peace at last"), (2, 2, 5))] {
            let document = Document { title: title.map(Into::into), ..Document::new("a", "Talks resumed.") };
            let mut places = Places::default();
            places.read(&document);
            let Extent { paragraphs, sentences, words } = places.finish(&document);
            assert_eq!((paragraphs, sentences, words), expected);
        }
    }
}
