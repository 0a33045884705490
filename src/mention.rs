//! A name in a text with the entity it was read as.

use crate::document::Part;
use crate::ids::{AliasId, EntityId};
use crate::resolve::Rule;
use crate::segment::Section;
use crate::span::Span;

/// One accepted mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The text the span points into.
    pub part: Part,
    /// The bytes of the name.
    pub span: Span,
    /// The alias that matched.
    pub alias: AliasId,
    /// The entity it was resolved to.
    pub entity: EntityId,
    /// For a title, the person's name behind it, if there is one.
    pub head: Option<Span>,
    /// The rule that accepted it.
    pub rule: Rule,
    /// The part of the article it stands in.
    pub section: Section,
    /// Whether it stands in a line that says again what the title says: it counts once, in the title.
    pub repeated: bool,
}
