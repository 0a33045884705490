//! Where mentions are in a document: paragraph, sentence, word, characters.

use crate::document::{Document, Part};
use crate::span::Span;
use crate::text::{Layout, Positions};

/// The places of one document after the other; the buffers are used again.
///
/// Paragraphs, sentences and words are counted through the document. The title, if there is one, is the first paragraph and the
/// first sentence.
#[derive(Debug, Default)]
pub(super) struct Places {
    layout: Layout,
    has_title: bool,
    title: Positions,
    text: Positions,
}

/// Where a mention is; numbers from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// In characters of the part.
    pub(super) characters: Span,
    /// Where it begins.
    pub(super) paragraph: u32,
    pub(super) sentence: u32,
    pub(super) word: u32,
}

/// How much text a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) characters: u32,
    pub(super) paragraphs: u32,
    pub(super) sentences: u32,
    pub(super) words: u32,
}

impl Places {
    /// Turns to another document.
    pub(super) fn read(&mut self, document: &Document<'_>) {
        self.layout.read(&document.text);
        self.has_title = document.title.is_some();
        self.title.read(document.part(Part::Title));
        self.text.read(&document.text);
    }

    /// The place of a mention in the document.
    pub(super) fn of(&self, part: Part, span: Span) -> Place {
        let positions = match part {
            Part::Title => &self.title,
            Part::Text => &self.text,
        };
        let characters = Span::new(positions.characters_before(span.start), positions.characters_before(span.end));
        let word = positions.word(span.start) as u32;
        match part {
            Part::Title => Place { characters, paragraph: 0, sentence: 0, word },
            Part::Text => {
                let title = u32::from(self.has_title);
                Place {
                    characters,
                    paragraph: title + self.layout.paragraph(span.start) as u32,
                    sentence: title + self.layout.sentence(span.start) as u32,
                    word: self.title.words() as u32 + word,
                }
            }
        }
    }

    /// The extent of the document.
    pub(super) fn extent(&self) -> Extent {
        let title = u32::from(self.has_title);
        Extent {
            characters: (self.title.characters() + self.text.characters()) as u32,
            paragraphs: title + self.layout.n_paragraphs() as u32,
            sentences: title + self.layout.n_sentences() as u32,
            words: (self.title.words() + self.text.words()) as u32,
        }
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
        let place = |part, name: &str| {
            let start = document.part(part).find(name).unwrap();
            let place = places.of(part, Span::new(start, start + name.len()));
            assert_eq!(place.characters, Span::new(start, start + name.len()), "all of it is ASCII");
            (place.paragraph, place.sentence, place.word)
        };
        assert_eq!(place(Part::Title, "Iran"), (0, 0, 2));
        assert_eq!(place(Part::Text, "GENEVA"), (1, 1, 3));
        assert_eq!(place(Part::Text, "Iraq"), (1, 2, 6));
        assert_eq!(place(Part::Text, "Iran"), (2, 3, 8));
        assert_eq!(places.extent(), Extent { characters: 63, paragraphs: 3, sentences: 4, words: 11 });
    }

    #[test]
    fn the_extent_needs_no_mention() {
        for (title, expected) in [(None, (1, 1, 2)), (Some("Peace at last"), (2, 2, 5))] {
            let document = Document { title: title.map(Into::into), ..Document::new("a", "Talks resumed.") };
            let mut places = Places::default();
            places.read(&document);
            let Extent { paragraphs, sentences, words, .. } = places.extent();
            assert_eq!((paragraphs, sentences, words), expected);
        }
    }
}
