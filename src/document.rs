//! One news article: identity, date, source and text parts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One article as it came from an archive or from a caller.
///
/// The fields borrow from the input where they can; nothing in a document is changed, so that spans slice the text as it
/// was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document<'a> {
    /// Stable external id: a field of the record, or file and record number.
    pub id: Cow<'a, str>,
    /// The headline, if the record has one apart from the text.
    pub title: Option<Cow<'a, str>>,
    /// The body.
    pub text: Cow<'a, str>,
    /// Publication date as delivered.
    pub date: Option<Cow<'a, str>>,
    /// Publisher or site, as delivered.
    pub source: Option<Cow<'a, str>>,
    /// The values of the fields that are to be kept, in the order in which they were asked for
    /// ([`ArchiveOptions::keep`](crate::ArchiveOptions::keep)); empty if none were.
    pub kept: Vec<Option<Cow<'a, str>>>,
    /// Whether something in the record could not be read and became U+FFFD: an escape of half a surrogate pair, or bytes
    /// that are no characters of their encoding.
    pub replaced: bool,
}

impl<'a> Document<'a> {
    /// A document of an id and a text, for callers that have no archive.
    ///
    /// ```
    /// use dateline::Document;
    /// let document = Document::new("a1", "GENEVA: Talks resumed.");
    /// assert_eq!(document.parts().count(), 1);
    /// ```
    pub fn new(id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The text parts in reading order: the title, if there is one, then the text.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        let title = self.title.as_deref().map(|title| (Part::Title, title));
        title.into_iter().chain(std::iter::once((Part::Text, self.text.as_ref())))
    }

    /// One part; empty if the document has none of it.
    #[must_use]
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Title => self.title.as_deref().unwrap_or_default(),
            Part::Text => &self.text,
        }
    }

    /// Whether no part holds anything but blanks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts().all(|(_, text)| text.trim().is_empty())
    }
}

/// Which text of a document a span points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The headline field.
    Title,
    /// The body.
    Text,
}

impl Part {
    /// `title` or `text`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
        }
    }

    /// Its number in result files.
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Title => 0,
            Self::Text => 1,
        }
    }
}
