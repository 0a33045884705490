//! Selection: the longest accepted names, and the likeliest entity of each.

use super::evidence::pair;
use super::facts::Class;
use super::gathered::Gathered;
use super::rules::Rule;
use super::scene::{Scene, Site, Verdicts};
use super::unlisted::Found;
use super::{Profile, Resolution};
use crate::gazetteer::EntityType;
use crate::ids::AliasId;
use crate::matcher::Overlap;
use crate::mention::{Mention, UnlistedMention};
use crate::span::Span;

/// Keeps the longest accepted names, picks the likeliest entity of each; a listed name goes before an unlisted one.
pub(super) fn select(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    gathered: &Gathered,
    found: &[Found],
    overlap: Overlap,
    resolution: &mut Resolution,
) {
    let mut cover = Cover { part: usize::MAX, last_end: 0, furthest: 0, top: None };
    let mut found = found.iter().peekable();
    for site in &scene.sites {
        let Some((alias, rule)) = likeliest(scene, verdicts, gathered, site) else { continue };
        let place = (site.part, site.span.start, std::cmp::Reverse(site.span.end));
        while let Some(found) = found.next_if(|found| found.place() < place) {
            take_unlisted(scene, found, overlap, &mut cover, resolution);
        }
        found.next_if(|found| found.place() == place);
        let facts = scene.gazetteer.alias(alias);
        if cover.takes(scene.profile, overlap, site.part, site.span, facts.class) {
            resolution.mentions.push(Mention {
                part: scene.parts[site.part].part,
                span: site.span,
                alias,
                entity: facts.entity,
                head: if facts.class == Class::Title { site.head } else { None },
                rule,
            });
        }
    }
    for found in found {
        take_unlisted(scene, found, overlap, &mut cover, resolution);
    }
}

fn take_unlisted(scene: &Scene<'_>, found: &Found, overlap: Overlap, cover: &mut Cover, resolution: &mut Resolution) {
    if !cover.takes(scene.profile, overlap, found.part, found.span, found.class) {
        return;
    }
    let part = scene.parts[found.part].part;
    match found.alias {
        Some(alias) => {
            let entity = scene.gazetteer.alias(alias).entity;
            resolution.mentions.push(Mention { part, span: found.span, alias, entity, head: None, rule: found.rule });
        }
        None => resolution.unlisted.push(UnlistedMention {
            part,
            span: found.span,
            entity_type: if found.class == Class::Place { EntityType::Place } else { EntityType::Organisation },
            named: (scene.parts[found.named.0].part, found.named.1),
            rule: found.rule,
        }),
    }
}

/// How far the names kept so far reach.
struct Cover {
    part: usize,
    last_end: usize,
    furthest: usize,
    top: Option<(Span, Class)>,
}

impl Cover {
    /// Whether the policy keeps the next name; if so, it covers what follows.
    fn takes(&mut self, profile: Profile, overlap: Overlap, part: usize, span: Span, class: Class) -> bool {
        if part != self.part {
            *self = Self { part, last_end: 0, furthest: 0, top: None };
        }
        let keep = match overlap {
            Overlap::All => true,
            Overlap::NoNested => span.end > self.furthest,
            Overlap::Longest => span.start >= self.last_end,
        };
        if keep {
            self.last_end = span.end;
            self.furthest = self.furthest.max(span.end);
            self.top = Some((span, class));
            return true;
        }
        // The wide convention also counts the places inside an organisation's name.
        profile == Profile::Wide
            && class == Class::Place
            && self.top.is_some_and(|(top, covering)| covering == Class::Organisation && top.contains(span))
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
