//! The plain profile: what a dictionary counts.

use std::cmp::Reverse;

use super::facts::GazetteerFacts;
use super::rules::Rule;
use super::{PartMatches, Resolution};
use crate::document::Part;
use crate::mention::Mention;
use crate::segment::Section;

/// Takes every match for a mention. A shared name means the likeliest of its entities by kind, then by population.
pub(super) fn read(gazetteer: &GazetteerFacts, parts: &[PartMatches<'_>], resolution: &mut Resolution) {
    for part in parts {
        let section = if part.part == Part::Title { Section::Headline } else { Section::Body };
        for (span, aliases) in part.matches.iter() {
            let likeliest = match aliases {
                [alias] => Some((*alias, gazetteer.entity_of(*alias))),
                _ => {
                    let surface = span.of(part.text);
                    let candidates = aliases.iter().map(|alias| gazetteer.candidate(*alias, surface));
                    let order = candidates.map(|candidate| (candidate.id, candidate.alias.entity, candidate.entity));
                    let likeliest = order.min_by_key(|(_, id, entity)| (entity.tier, Reverse(entity.population), *id));
                    likeliest.map(|(alias, id, _)| (alias, id))
                }
            };
            resolution.mentions.extend(likeliest.map(|(alias, entity)| Mention {
                part: part.part,
                span,
                alias,
                entity,
                head: None,
                rule: Rule::Listed,
                contest: None,
                section,
                repeated: false,
            }));
        }
    }
}
