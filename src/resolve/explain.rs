//! Why, or why not: the verdict over every candidate.

use super::{PartMatches, Resolution, Resolver, ResolverScratch, Rule, Wanted};
use crate::document::Part;
use crate::ids::{AliasId, EntityId};
use crate::span::Span;

/// One alias at one place, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The text the span points into.
    pub part: Part,
    /// The bytes of the name.
    pub span: Span,
    /// The alias that matched.
    pub alias: AliasId,
    /// The entity it would stand for.
    pub entity: EntityId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is a mention, by this rule.
    Mention(Rule),
    /// This rule rejected it.
    Rejected(Rule),
    /// A rule accepted it, but this other mention covers or crosses it.
    Covered(Span),
    /// A rule accepted it, but another entity of the same name is likelier.
    LessLikely(EntityId),
}

impl Outcome {
    /// Whether the candidate is a mention.
    #[must_use]
    pub fn is_mention(self) -> bool {
        matches!(self, Self::Mention(_))
    }

    /// The name of the rule that decided.
    #[must_use]
    pub fn rule_name(self) -> &'static str {
        match self {
            Self::Mention(rule) | Self::Rejected(rule) => rule.name(),
            Self::Covered(_) => Rule::Covered.name(),
            Self::LessLikely(_) => "less-likely",
        }
    }

    /// What it means, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Mention(rule) | Self::Rejected(rule) => rule.meaning(),
            Self::Covered(_) => Rule::Covered.meaning(),
            Self::LessLikely(_) => "Another entity of the same name is likelier here.",
        }
    }
}

impl Resolver {
    /// The verdict over every candidate of one document, in order of part and span. What [`resolve`](Self::resolve) accepts
    /// is exactly what has [`Outcome::Mention`] here.
    #[must_use]
    pub fn explain(&self, parts: &[PartMatches<'_>]) -> Vec<Verdict> {
        let mut resolution = Resolution::default();
        let mut scratch = ResolverScratch::for_one();
        let scene = self.judged(parts, Wanted::All, &mut scratch, &mut resolution);
        let mut verdicts = Vec::new();
        for site in &scene.sites {
            let part = parts[site.part].part;
            for (candidate, rule) in scene.candidates(site).iter().zip(scratch.verdicts.of(site)) {
                let rule = rule.unwrap_or(Rule::NoEvidence);
                let outcome = outcome(&resolution, part, site.span, candidate.id, rule);
                let entity = candidate.alias.entity;
                verdicts.push(Verdict { part, span: site.span, alias: candidate.id, entity, outcome });
            }
        }
        verdicts
    }
}

/// Compares the rule's verdict with what was selected.
fn outcome(resolution: &Resolution, part: Part, span: Span, alias: AliasId, rule: Rule) -> Outcome {
    if !rule.accepts() {
        return Outcome::Rejected(rule);
    }
    let mentions = &resolution.mentions;
    let at = mentions.partition_point(|mention| (mention.part, mention.span.start) < (part, span.start));
    let here = mentions[at..].iter().take_while(|mention| mention.part == part && mention.span.start == span.start);
    if let Some(mention) = here.clone().find(|mention| mention.span == span) {
        return if mention.alias == alias {
            Outcome::Mention(mention.rule)
        } else {
            Outcome::LessLikely(mention.entity)
        };
    }
    let before = mentions[..at].iter().rev().take_while(|mention| mention.part == part).take(8);
    let listed = here.chain(before).map(|mention| mention.span).find(|other| other.overlaps(span));
    let unlisted = || {
        let mut spans = resolution.unlisted.iter().filter(|other| other.part == part).map(|other| other.span);
        spans.find(|other| other.overlaps(span))
    };
    listed.or_else(unlisted).map_or(Outcome::Rejected(Rule::Covered), Outcome::Covered)
}
