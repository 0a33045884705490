//! What is odd about an archive although it can be read: dates nobody understands, markup inside texts, ids that documents share,
//! another language. Counted in every run, so that no number misleads silently.

mod shared_ids;

use super::ReadDocument;
use crate::archive::{holds_markup, is_impossible};
use crate::store::{DateTally, DocumentNote, ManifestNotes};

pub(crate) use shared_ids::SharedIds;

/// Oddities of records that were read nevertheless.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputNotes {
    /// Documents by what became of their dates.
    pub dates: DateTally,
    /// The first document whose date is not understood or impossible, as `file:record`, and the date.
    pub unreadable_date: Option<(String, String)>,
    /// Documents that hold HTML or XML markup.
    pub markup: Noted,
    /// Documents in which half a surrogate pair, or bytes that are no characters of their encoding, became U+FFFD.
    pub replaced: Noted,
    /// Whole text files in which a separator of articles was looked for in vain.
    pub undivided: Noted,
    /// Documents whose id another one has; the example is such an id.
    pub shared_ids: Noted,
    /// Those of them whose id a document with another title or text has; the example is such an id.
    pub differing_ids: Noted,
    /// Documents long enough for their language to be judged.
    pub language_judged: u64,
    /// Those of them that are not in English.
    pub not_english: u64,
}

/// How many documents something is odd about, and the first of them as `file:record`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// Documents.
    pub documents: u64,
    /// The first.
    pub first: Option<String>,
}

impl Noted {
    fn note(&mut self, first: impl FnOnce() -> String) {
        self.documents += 1;
        self.first.get_or_insert_with(first);
    }

    fn add(&mut self, later: Self) {
        self.documents += later.documents;
        self.first = self.first.take().or(later.first);
    }
}

impl InputNotes {
    /// Looks at a document that was read, and returns the bits of what is odd about it ([`DocumentNote`]).
    ///
    /// # Complexity
    ///
    /// Two searches for single characters in the text, and its first words.
    pub(crate) fn look(&mut self, read: &ReadDocument<'_>) -> u32 {
        let document = read.document;
        let found = DocumentNote::ALL.into_iter().filter(|note| match note {
            DocumentNote::Markup => document.parts().any(|(_, text)| holds_markup(text)),
            DocumentNote::Replaced => document.replaced,
            DocumentNote::LanguageJudged => read.language.is_some(),
            DocumentNote::NotEnglish => read.language.is_some_and(|language| language != "en"),
            DocumentNote::Undivided => read.batch.is_undivided(read.record),
        });
        let bits = found.map(DocumentNote::bit).sum();
        self.note(bits, document.date.as_deref().unwrap_or_default(), read.day.is_some(), || read.place());
        bits
    }

    /// Notes a document by what its row says: the bits, the date as delivered, and whether its day is known.
    pub(crate) fn note(&mut self, bits: u32, date: &str, has_day: bool, place: impl Fn() -> String) {
        match date.trim() {
            "" if has_day => self.dates.named += 1,
            "" => self.dates.missing += 1,
            _ if has_day => self.dates.read += 1,
            date => {
                match is_impossible(date) {
                    true => self.dates.impossible += 1,
                    false => self.dates.unreadable += 1,
                }
                if self.unreadable_date.is_none() {
                    self.unreadable_date = Some((place(), date.chars().take(60).collect()));
                }
            }
        }
        if DocumentNote::Markup.is_in(bits) {
            self.markup.note(&place);
        }
        if DocumentNote::Replaced.is_in(bits) {
            self.replaced.note(&place);
        }
        if DocumentNote::Undivided.is_in(bits) {
            self.undivided.note(&place);
        }
        self.language_judged += u64::from(DocumentNote::LanguageJudged.is_in(bits));
        self.not_english += u64::from(DocumentNote::NotEnglish.is_in(bits));
    }

    /// Adds what was noted of later records.
    pub fn add(&mut self, later: Self) {
        self.dates.read += later.dates.read;
        self.dates.missing += later.dates.missing;
        self.dates.unreadable += later.dates.unreadable;
        self.dates.named += later.dates.named;
        self.dates.impossible += later.dates.impossible;
        self.unreadable_date = self.unreadable_date.take().or(later.unreadable_date);
        self.markup.add(later.markup);
        self.replaced.add(later.replaced);
        self.undivided.add(later.undivided);
        self.shared_ids.add(later.shared_ids);
        self.differing_ids.add(later.differing_ids);
        self.language_judged += later.language_judged;
        self.not_english += later.not_english;
    }

    /// The numbers, as the manifest stores them.
    pub(crate) fn numbers(&self) -> ManifestNotes {
        ManifestNotes {
            shared_ids: self.shared_ids.documents,
            differing_ids: self.differing_ids.documents,
            markup: self.markup.documents,
            replaced: self.replaced.documents,
            undivided: self.undivided.documents,
            language_judged: self.language_judged,
            not_english: self.not_english,
        }
    }

    /// Whether most documents whose language could be judged are not in English.
    #[must_use]
    pub fn mostly_not_english(&self) -> bool {
        2 * self.not_english > self.language_judged
    }
}
