//! Why, or why not: the verdict over every candidate.

use std::cmp::Reverse;

use super::{PartMatches, Resolution, Resolver, ResolverScratch, Rule, Wanted};
use crate::document::{Document, Part};
use crate::gazetteer::Gazetteer;
use crate::ids::{AliasId, EntityId};
use crate::matcher::Refusal;
use crate::mention::{Contest, UnlistedMention};
use crate::span::Span;

/// One name at one place, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The text the span points into.
    pub part: Part,
    /// The bytes of the name.
    pub span: Span,
    /// What it would mean.
    pub meant: Meant,
    /// What became of it.
    pub outcome: Outcome,
    /// For a mention whose name may mean several entities, how its entity was chosen.
    pub contest: Option<Contest>,
}

impl Verdict {
    /// What the outcome means, with the name or the entity that was preferred.
    #[must_use]
    pub fn meaning(&self, document: &Document<'_>, gazetteer: &Gazetteer) -> String {
        let text = document.part(self.part);
        let meaning = self.outcome.meaning();
        let preferred = match self.outcome {
            Outcome::Covered(other) | Outcome::Crossed(other) => {
                Some(other.of(text).split_whitespace().collect::<Vec<_>>().join(" "))
            }
            Outcome::LessLikely(entity) => Some(gazetteer.entity(entity).id.to_owned()),
            Outcome::SameEntity(alias) => Some(gazetteer.alias(alias).text.to_owned()),
            _ => self.contest.map(|contest| {
                let runner_up = gazetteer.entity(contest.runner_up).id;
                format!("{} points, {runner_up} has {}", contest.score, contest.runner_up_score)
            }),
        };
        match preferred {
            Some(preferred) => format!("{} ({preferred}).", meaning.trim_end_matches('.')),
            None => meaning.to_owned(),
        }
    }
}

/// What a name would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// An entity of the gazetteer, by the alias that matched or that the name is short for.
    Listed {
        /// The alias.
        alias: AliasId,
        /// Its entity.
        entity: EntityId,
    },
    /// Something that no list has.
    Unlisted(UnlistedMention),
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is a mention, by this rule.
    Mention(Rule),
    /// This rule rejected it.
    Rejected(Rule),
    /// A rule accepted it, but it lies inside this other mention.
    Covered(Span),
    /// A rule accepted it, but it shares characters with this other mention, and the names kept cover more of the text.
    Crossed(Span),
    /// A rule accepted it, but another entity of the same name is likelier.
    LessLikely(EntityId),
    /// A rule accepted it, but the mention is counted under another alias of the same entity.
    SameEntity(AliasId),
    /// The letters are those of the name, but the flags of the alias refuse it here.
    Refused(Refusal),
    /// It is in page furniture, which is not read.
    Furniture,
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
            Self::Crossed(_) => Rule::Crossed.name(),
            Self::LessLikely(_) => "less-likely",
            Self::SameEntity(_) => "same-entity",
            Self::Refused(refusal) => refusal.name(),
            Self::Furniture => "furniture",
        }
    }

    /// What it means, in one line.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Mention(rule) | Self::Rejected(rule) => rule.meaning(),
            Self::Covered(_) => Rule::Covered.meaning(),
            Self::Crossed(_) => Rule::Crossed.meaning(),
            Self::LessLikely(_) => "Another entity of the same name is likelier here.",
            Self::SameEntity(_) => "The mention is counted under another name of the same entity.",
            Self::Refused(refusal) => refusal.meaning(),
            Self::Furniture => "The name is in page furniture, which is not read.",
        }
    }
}

impl Resolver {
    /// The verdict over every candidate of one document, in order of part and span. What [`resolve`](Self::resolve) gives, listed
    /// or not, is exactly what has [`Outcome::Mention`] here.
    #[must_use]
    pub fn explain(&self, parts: &[PartMatches<'_>]) -> Vec<Verdict> {
        let mut resolution = Resolution::default();
        self.resolve(parts, &mut resolution);
        self.explain_as(parts, None, &resolution)
    }

    /// The same, compared with what was kept of the resolution of these parts.
    pub(crate) fn explain_as(
        &self,
        parts: &[PartMatches<'_>],
        day: Option<i32>,
        resolution: &Resolution,
    ) -> Vec<Verdict> {
        let mut scratch = ResolverScratch::for_one();
        let scene = self.judged(parts, day, Wanted::All, &mut scratch, &mut Resolution::default());
        let kept = Kept::of(resolution);
        let mut verdicts = Vec::new();
        for site in &scene.sites {
            let part = parts[site.part].part;
            for (candidate, rule) in scene.candidates(site).iter().zip(scratch.verdicts.of(site)) {
                let meant = Meant::Listed { alias: candidate.id, entity: candidate.alias.entity };
                let outcome = match rule.unwrap_or(Rule::NoEvidence) {
                    rule if rule.accepts() => kept.outcome(part, site.span, candidate.id, candidate.alias.entity),
                    rule => Outcome::Rejected(rule),
                };
                verdicts.push(Verdict { part, span: site.span, meant, outcome, contest: None });
            }
            for candidate in scene.teams(site) {
                if !kept.is_mention(part, site.span, candidate.id) {
                    let meant = Meant::Listed { alias: candidate.id, entity: candidate.alias.entity };
                    let outcome = Outcome::Rejected(Rule::NoEvidence);
                    verdicts.push(Verdict { part, span: site.span, meant, outcome, contest: None });
                }
            }
        }
        kept.add_to(&mut verdicts);
        verdicts
    }
}

/// Sorts verdicts by part and span, longer spans first, then by alias; mentions that no list has come last.
pub(crate) fn sort(verdicts: &mut [Verdict]) {
    verdicts.sort_by_key(|verdict| {
        let alias = match verdict.meant {
            Meant::Listed { alias, .. } => alias.index(),
            Meant::Unlisted(_) => usize::MAX,
        };
        (place(verdict.part, verdict.span), alias)
    });
}

fn place(part: Part, span: Span) -> (Part, usize, Reverse<usize>) {
    (part, span.start, Reverse(span.end))
}

/// The names that were kept, by place.
struct Kept<'r> {
    resolution: &'r Resolution,
    /// Part and span of each mention, listed or not, in order.
    spans: Vec<(Part, Span)>,
    /// The furthest end up to each of them, in its part.
    reach: Vec<usize>,
}

impl<'r> Kept<'r> {
    fn of(resolution: &'r Resolution) -> Self {
        let listed = resolution.mentions.iter().map(|mention| (mention.part, mention.span));
        let unlisted = resolution.unlisted.iter().map(|mention| (mention.part, mention.span));
        let mut spans: Vec<(Part, Span)> = listed.chain(unlisted).collect();
        spans.sort_by_key(|(part, span)| place(*part, *span));
        let mut reach: Vec<usize> = Vec::with_capacity(spans.len());
        for (row, (part, span)) in spans.iter().enumerate() {
            let before = if row > 0 && spans[row - 1].0 == *part { reach[row - 1] } else { 0 };
            reach.push(before.max(span.end));
        }
        Self { resolution, spans, reach }
    }

    /// Whether a mention was kept there under this alias.
    fn is_mention(&self, part: Part, span: Span, alias: AliasId) -> bool {
        let mentions = &self.resolution.mentions;
        let here = mentions.binary_search_by_key(&place(part, span), |mention| place(mention.part, mention.span));
        here.is_ok_and(|row| mentions[row].alias == alias)
    }

    /// What became of an accepted alias.
    fn outcome(&self, part: Part, span: Span, alias: AliasId, entity: EntityId) -> Outcome {
        let mentions = &self.resolution.mentions;
        let here = mentions.binary_search_by_key(&place(part, span), |mention| place(mention.part, mention.span));
        if let Ok(row) = here {
            let mention = &mentions[row];
            return match mention.alias == alias {
                true => Outcome::Mention(mention.rule),
                false if mention.entity == entity => Outcome::SameEntity(mention.alias),
                false => Outcome::LessLikely(mention.entity),
            };
        }
        let unlisted = &self.resolution.unlisted;
        let here = unlisted.binary_search_by_key(&place(part, span), |mention| place(mention.part, mention.span));
        if let Ok(row) = here {
            return Outcome::Rejected(unlisted[row].rule);
        }
        let overlapping = || self.overlapping(part, span);
        match overlapping().find(|other| other.contains(span)).or_else(|| overlapping().next()) {
            Some(other) if other.contains(span) => Outcome::Covered(other),
            Some(other) => Outcome::Crossed(other),
            // What covered it was left out later.
            None => Outcome::Furniture,
        }
    }

    /// The names kept that share characters with a span, the last first.
    fn overlapping(&self, part: Part, span: Span) -> impl Iterator<Item = Span> {
        let end = self.spans.partition_point(|(other, kept)| (*other, kept.start) < (part, span.end));
        let rows = (0..end).rev();
        rows.take_while(move |row| self.spans[*row].0 == part && self.reach[*row] > span.start)
            .map(|row| self.spans[row].1)
            .filter(move |kept| kept.overlaps(span))
    }

    /// Adds the mentions that no candidate accounts for: names that no list has, and short forms of listed ones. Tells of each
    /// mention how its entity was chosen.
    fn add_to(&self, verdicts: &mut Vec<Verdict>) {
        let mentions = &self.resolution.mentions;
        let mut explained = vec![false; mentions.len()];
        for verdict in verdicts.iter_mut().filter(|verdict| verdict.outcome.is_mention()) {
            let place = place(verdict.part, verdict.span);
            if let Ok(row) = mentions.binary_search_by_key(&place, |mention| self::place(mention.part, mention.span)) {
                explained[row] = true;
                verdict.contest = mentions[row].contest;
            }
        }
        let others = mentions.iter().zip(explained).filter(|(_, explained)| !explained).map(|(mention, _)| Verdict {
            part: mention.part,
            span: mention.span,
            meant: Meant::Listed { alias: mention.alias, entity: mention.entity },
            outcome: Outcome::Mention(mention.rule),
            contest: mention.contest,
        });
        let unlisted = self.resolution.unlisted.iter().map(|mention| Verdict {
            part: mention.part,
            span: mention.span,
            meant: Meant::Unlisted(*mention),
            outcome: Outcome::Mention(mention.rule),
            contest: None,
        });
        verdicts.extend(others.chain(unlisted));
        sort(verdicts);
    }
}
