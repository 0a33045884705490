//! A name in a text with the entity it was read as.

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
    /// How the entity was chosen, where the name may mean several.
    pub contest: Option<Contest>,
    /// The part of the article it stands in.
    pub section: Section,
    /// Whether it stands in a line that says again what the title says: it counts once, in the title.
    pub repeated: bool,
}

/// The points of the chosen entity and of the best other one; their difference says how sure the choice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contest {
    /// Points of the chosen entity.
    pub score: i32,
    /// The next best entity.
    pub runner_up: EntityId,
    /// Its points.
    pub runner_up_score: i32,
}

/// A mention of something no list has, read by the look of its name: "Harale Trading Corp", "the village of Harale".
///
/// It has no entity, so counts and matrices leave it out; `tag` prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnlistedMention {
    /// The text the span points into.
    pub part: Part,
    /// The bytes of the name.
    pub span: Span,
    /// Organisation or place.
    pub entity_type: EntityType<'static>,
    /// Part and bytes of the name it stands for: its own, or the long form of an acronym.
    pub named: (Part, Span),
    /// The rule that accepted it.
    pub rule: Rule,
    /// The part of the article it stands in.
    pub section: Section,
    /// Whether it stands in a line that says again what the title says.
    pub repeated: bool,
}

impl UnlistedMention {
    /// The full name, as the document writes it.
    #[must_use]
    pub fn name<'d>(&self, document: &'d Document<'_>) -> &'d str {
        self.named.1.of(document.part(self.named.0))
    }

    /// An id made of the type and the folded full name: the same for the same name in any document.
    ///
    /// "Harale Trading Corp" is `unlisted:organisation/harale-trading-corp`.
    #[must_use]
    pub fn id(&self, document: &Document<'_>) -> String {
        let folded = fold(self.name(document));
        let words: Vec<&str> = folded.split_whitespace().collect();
        format!("unlisted:{}/{}", self.entity_type.as_str(), words.join("-"))
    }
}
