//! Selection: the longest accepted names, and the likeliest entity of each.

use super::Profile;
use super::evidence::pair;
use super::facts::Class;
use super::gathered::Gathered;
use super::rules::Rule;
use super::scene::{Scene, Site, Verdicts};
use crate::ids::AliasId;
use crate::matcher::Overlap;
use crate::mention::Mention;
use crate::span::Span;

/// Keeps the longest accepted names, picks the likeliest entity of each.
pub(super) fn select(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    gathered: &Gathered,
    overlap: Overlap,
    mentions: &mut Vec<Mention>,
) {
    let mut last_end = 0;
    let mut furthest = 0;
    let mut part = usize::MAX;
    let mut cover: Option<(Span, Class)> = None;
    for site in &scene.sites {
        if site.part != part {
            (part, last_end, furthest, cover) = (site.part, 0, 0, None);
        }
        let Some((alias, rule)) = likeliest(scene, verdicts, gathered, site) else { continue };
        let facts = scene.gazetteer.alias(alias);
        let keep = match overlap {
            Overlap::All => true,
            Overlap::NoNested => site.span.end > furthest,
            Overlap::Longest => site.span.start >= last_end,
        };
        // The wide convention also counts the places inside an organisation's name.
        let embedded = scene.profile == Profile::Wide
            && facts.class == Class::Place
            && cover.is_some_and(|(span, covering)| covering == Class::Organisation && span.contains(site.span));
        if !keep && !embedded {
            continue;
        }
        if keep {
            last_end = site.span.end;
            furthest = furthest.max(site.span.end);
            cover = Some((site.span, facts.class));
        }
        mentions.push(Mention {
            part: scene.parts[site.part].part,
            span: site.span,
            alias,
            entity: facts.entity,
            head: if facts.class == Class::Title { site.head } else { None },
            rule,
        });
    }
}

/// The best of the accepted aliases of a site: free names first, then the country the article is about, then what is
/// larger; equal candidates are decided by id, so that the result never depends on chance.
fn likeliest(scene: &Scene<'_>, verdicts: &Verdicts, gathered: &Gathered, site: &Site<'_>) -> Option<(AliasId, Rule)> {
    let accepted = site
        .aliases
        .iter()
        .zip(verdicts.of(site))
        .filter_map(|(alias, rule)| rule.filter(|rule| rule.accepts()).map(|rule| (*alias, rule)));
    let several = site.aliases.len() > 1;
    accepted.max_by_key(|(alias, rule)| {
        let look = scene.look(site, *alias);
        let near = several && (*rule == Rule::Pair || pair(scene, site, look.alias, look.entity) > 0);
        let known = gathered.has_long_form(look.alias.entity);
        let local = gathered.local(look.entity.country);
        let tier = std::cmp::Reverse(look.entity.tier);
        (near, known, !look.alias.weak, local, tier, look.entity.population, std::cmp::Reverse(*alias))
    })
}
