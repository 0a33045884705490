//! The plain profile: what a dictionary counts.

use std::cmp::Reverse;

use super::facts::{GazetteerFacts, Standing};
use super::rules::Rule;
use super::{PartMatches, Resolution};
use crate::document::Part;
use crate::ids::{AliasId, EntityId};
use crate::mention::Mention;
use crate::segment::Section;

/// Takes every match for a mention. A shared name means the likeliest of its entities ([`prior`](crate::gazetteer::prior)).
pub(super) fn read(gazetteer: &GazetteerFacts, parts: &[PartMatches<'_>], resolution: &mut Resolution) {
    for part in parts {
        let section = if part.part == Part::Title { Section::Headline } else { Section::Body };
        // Read in one loop, so that the processor fetches several parts of the image at the same time.
        let first = |aliases: &[AliasId]| aliases.first().map(|alias| (*alias, gazetteer.entity_of(*alias)));
        let firsts: Vec<Option<(AliasId, EntityId)>> = part.matches.iter().map(|(_, aliases)| first(aliases)).collect();
        resolution.mentions.reserve(firsts.len());
        for ((span, aliases), first) in part.matches.iter().zip(firsts) {
            let likeliest = match aliases {
                [_] => first,
                _ => {
                    let candidates = aliases.iter().map(|alias| (*alias, gazetteer.standing(*alias)));
                    let likeliest = candidates.min_by_key(|(_, Standing { entity, prior, population })| {
                        (Reverse(*prior), Reverse(*population), *entity)
                    });
                    likeliest.map(|(alias, standing)| (alias, standing.entity))
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
