//! A name in a text, and the entity it denotes.

use crate::document::{Document, Part};
use crate::gazetteer::EntityType;
use crate::ids::{AliasId, EntityId};
use crate::normalize::fold;
use crate::resolve::Rule;
use crate::segment::Section;
use crate::span::Span;

/// One accepted mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The text that the span refers to.
    pub part: Part,
    /// The bytes of the name.
    pub span: Span,
    /// The alias that matched.
    pub alias: AliasId,
    /// The entity it was resolved to.
    pub entity: EntityId,
    /// For a title, the person's name after it, if there is one.
    pub head: Option<Span>,
    /// The rule that accepted it.
    pub rule: Rule,
    /// How the entity was chosen, if the name may denote several.
    pub contest: Option<Contest>,
    /// The section of the article in which it occurs.
    pub section: Section,
    /// Whether it occurs in a line that repeats the title; then it counts once, in the title.
    pub repeated: bool,
}

/// The points of the chosen entity and of the next best one; a large difference means a sure choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contest {
    /// Points of the chosen entity.
    pub score: i32,
    /// The next best entity.
    pub runner_up: EntityId,
    /// Its points.
    pub runner_up_score: i32,
}

/// A mention of something in no list, recognised by the form of its name: "Harale Trading Corp", "the village of
/// Harale".
///
/// It has no entity, so counts and matrices leave it out; `tag` prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnlistedMention {
    /// The text that the span refers to.
    pub part: Part,
    /// The bytes of the name.
    pub span: Span,
    /// Organisation or place.
    pub entity_type: EntityType<'static>,
    /// Part and bytes of the full name: its own, or the long form of an acronym.
    pub named: (Part, Span),
    /// The rule that accepted it.
    pub rule: Rule,
    /// The section of the article in which it occurs.
    pub section: Section,
    /// Whether it occurs in a line that repeats the title.
    pub repeated: bool,
}

impl UnlistedMention {
    /// The full name, as the document writes it.
    #[must_use]
    pub fn name<'d>(&self, document: &'d Document<'_>) -> &'d str {
        self.named.1.of(document.part(self.named.0))
    }

    /// An id made of the type and the folded full name, equal for equal names in all documents.
    ///
    /// "Harale Trading Corp" is `unlisted:organisation/harale-trading-corp`.
    #[must_use]
    pub fn id(&self, document: &Document<'_>) -> String {
        let folded = fold(self.name(document));
        let words: Vec<&str> = folded.split_whitespace().collect();
        format!("unlisted:{}/{}", self.entity_type.as_str(), words.join("-"))
    }
}
