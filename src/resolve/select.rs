//! Selection: the longest accepted names, and the likeliest entity of each.

use super::facts::Class;
use super::gathered::Gathered;
use super::rank::{Ranking, Reading};
use super::rules::{Rule, RuleSet};
use super::scene::{Scene, Verdicts};
use super::unlisted::Found;
use super::{Profile, Resolution};
use crate::gazetteer::EntityType;
use crate::matcher::Overlap;
use crate::mention::{Mention, UnlistedMention};
use crate::segment::Section;
use crate::span::Span;

/// Keeps the longest accepted names, picks the likeliest entity of each; a listed name goes before an unlisted one.
pub(super) fn select(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    gathered: &Gathered,
    found: &[Found],
    (overlap, rules): (Overlap, RuleSet),
    resolution: &mut Resolution,
) {
    let ranking = Ranking::new(scene, verdicts, gathered, rules);
    let mut cover = Cover { part: usize::MAX, last_end: 0, furthest: 0, top: None };
    let mut found = found.iter().peekable();
    for site in &scene.sites {
        let Some(reading) = ranking.read(site) else { continue };
        let place = (site.part, site.span.start, std::cmp::Reverse(site.span.end));
        while let Some(found) = found.next_if(|found| found.place() < place) {
            take_unlisted(scene, found, overlap, &mut cover, resolution);
        }
        found.next_if(|found| found.place() == place);
        match reading {
            Reading::Listed { candidate, rule, contest } => {
                let facts = &candidate.alias;
                if cover.takes(scene.profile, overlap, site.part, site.span, facts.class) {
                    resolution.mentions.push(Mention {
                        part: scene.parts[site.part].part,
                        span: site.span,
                        alias: candidate.id,
                        entity: facts.entity,
                        head: if facts.class == Class::Title { site.head } else { None },
                        rule,
                        contest,
                        section: Section::Body,
                        repeated: false,
                    });
                }
            }
            Reading::Elsewhere { named } => {
                let mut found = Found::new(site.part, site.span, Class::Place, Rule::PairElsewhere);
                found.named = named;
                take_unlisted(scene, &found, overlap, &mut cover, resolution);
            }
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
        Some((alias, entity)) => {
            resolution.mentions.push(Mention {
                part,
                span: found.span,
                alias,
                entity,
                head: None,
                rule: found.rule,
                contest: None,
                section: Section::Body,
                repeated: false,
            });
        }
        None => resolution.unlisted.push(UnlistedMention {
            part,
            span: found.span,
            entity_type: if found.class == Class::Place { EntityType::Place } else { EntityType::Organisation },
            named: (scene.parts[found.named.0].part, found.named.1),
            rule: found.rule,
            section: Section::Body,
            repeated: false,
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
