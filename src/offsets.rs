//! Byte spans in the units of other programs.

use crate::document::{Document, Part};
use crate::span::Span;

/// In which unit offsets are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Unicode code points, as Python counts.
    #[default]
    Char,
    /// Bytes of UTF-8, as Rust and Go count.
    Byte,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
}

impl OffsetUnit {
    /// How long a text is in this unit.
    #[must_use]
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Char => text.chars().count(),
            Self::Byte => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// Turns the byte spans of one document into another unit. Spans come in order, so each part is walked only once.
#[derive(Debug, Default)]
pub(crate) struct OffsetCursor {
    pub(crate) unit: OffsetUnit,
    part: Option<Part>,
    byte: usize,
    count: usize,
}

impl OffsetCursor {
    pub(crate) fn new(unit: OffsetUnit) -> Self {
        Self { unit, ..Self::default() }
    }

    /// Start and end of a span that begins no earlier than the one before.
    pub(crate) fn convert(&mut self, document: &Document<'_>, part: Part, span: Span) -> (usize, usize) {
        if self.part != Some(part) {
            (self.part, self.byte, self.count) = (Some(part), 0, 0);
        }
        let text = document.part(part);
        self.count += self.unit.length(&text[self.byte..span.start]);
        self.byte = span.start;
        (self.count, self.count + self.unit.length(span.of(text)))
    }
}
