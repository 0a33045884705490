//! Selection: which of the accepted names are kept where they overlap, and the likeliest entity of each.

use std::cmp::Reverse;

use super::cover::{Rival, Strength, keep, weight};
use super::facts::{Candidate, Class};
use super::gathered::Gathered;
use super::rank::{Ranking, Reading};
use super::rules::{Rule, RuleSet};
use super::scene::{Scene, Site, Verdicts};
use super::unlisted::Found;
use super::{Profile, Resolution};
use crate::gazetteer::EntityType;
use crate::matcher::Overlap;
use crate::mention::{Contest, Mention, UnlistedMention};
use crate::segment::Section;
use crate::span::Span;

/// Picks the likeliest entity of each accepted name, and keeps the names that the policy wants ([`keep`]). Where a listed and an
/// unlisted name have the same span, the listed one is taken.
pub(super) fn select(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    gathered: &Gathered,
    found: &[Found],
    (overlap, rules): (Overlap, RuleSet),
    resolution: &mut Resolution,
) {
    let ranking = Ranking::new(scene, verdicts, gathered, rules);
    let mut selection = Selection { scene, overlap, resolution, cluster: Vec::new(), part: 0, reach: 0 };
    let mut found = found.iter().peekable();
    for site in scene.sites.iter().take_while(|_| !scene.is_stopped()) {
        let Some(reading) = ranking.read(site) else { continue };
        let place = (site.part, site.span.start, Reverse(site.span.end));
        while let Some(found) = found.next_if(|found| found.place() < place) {
            selection.add(found.part, found.span, Name::Unlisted(found.clone()));
        }
        found.next_if(|found| found.place() == place);
        let name = match reading {
            Reading::Listed { candidate, rule, contest } => Name::Listed { site, candidate, rule, contest },
            Reading::Elsewhere { named } => {
                let found = Found::new(site.part, site.span, Class::Place, Rule::PairElsewhere);
                Name::Unlisted(Found { named, ..found })
            }
        };
        selection.add(site.part, site.span, name);
    }
    for found in found {
        selection.add(found.part, found.span, Name::Unlisted(found.clone()));
    }
    selection.close();
}

/// One accepted name.
enum Name<'s, 'a> {
    Listed { site: &'s Site<'a>, candidate: &'s Candidate, rule: Rule, contest: Option<Contest> },
    Unlisted(Found),
}

impl Name<'_, '_> {
    fn class(&self) -> Class {
        match self {
            Self::Listed { candidate, .. } => candidate.alias.class,
            Self::Unlisted(found) => found.class,
        }
    }

    fn strength(&self) -> Strength {
        match self {
            Self::Listed { candidate, .. } if candidate.alias.weak => Strength::Weak,
            Self::Listed { .. } => Strength::Free,
            // A short form of a listed name, or a listed name that means another place here.
            Self::Unlisted(Found { alias: Some(_), .. } | Found { rule: Rule::PairElsewhere, .. }) => Strength::Weak,
            Self::Unlisted(_) => Strength::Unlisted,
        }
    }
}

/// The accepted names on their way to the resolution, in order of part and span. Those that overlap, directly or through
/// others, form a cluster, which is decided as a whole.
struct Selection<'s, 'a, 'r> {
    scene: &'s Scene<'a>,
    overlap: Overlap,
    resolution: &'r mut Resolution,
    cluster: Vec<(Span, Name<'s, 'a>)>,
    part: usize,
    /// The furthest end in the cluster.
    reach: usize,
}

impl<'s, 'a> Selection<'s, 'a, '_> {
    fn add(&mut self, part: usize, span: Span, name: Name<'s, 'a>) {
        if part != self.part || span.start >= self.reach {
            self.close();
            (self.part, self.reach) = (part, 0);
        }
        self.reach = self.reach.max(span.end);
        self.cluster.push((span, name));
    }

    /// Decides over the names of the cluster.
    fn close(&mut self) {
        let mut cluster = std::mem::take(&mut self.cluster);
        // Nearly always one name, or a long one with others in it, which are counted beside it only inside an organisation's.
        if let [(span, name), others @ ..] = cluster.as_slice()
            && (others.is_empty() || self.covers(*span, name, others))
        {
            debug_assert!(self.kept(&cluster).into_iter().enumerate().all(|(row, kept)| kept == (row == 0)));
            self.keep(*span, name);
        } else if !cluster.is_empty() {
            for ((span, name), _) in cluster.iter().zip(self.kept(&cluster)).filter(|(_, kept)| *kept) {
                self.keep(*span, name);
            }
        }
        cluster.clear();
        self.cluster = cluster;
    }

    /// Tells which names of the cluster the policy and the profile keep.
    fn kept(&self, cluster: &[(Span, Name<'s, 'a>)]) -> Vec<bool> {
        let rows: Vec<usize> = (0..cluster.len()).collect();
        let mut kept = vec![false; cluster.len()];
        self.choose(cluster, &rows, &mut kept);
        if self.scene.profile == Profile::Wide {
            self.choose_inside_organisations(cluster, &mut kept);
        }
        kept
    }

    /// Whether only the first name of a cluster is kept, because it covers all others.
    fn covers(&self, first: Span, name: &Name<'s, 'a>, others: &[(Span, Name<'s, 'a>)]) -> bool {
        self.overlap != Overlap::All
            && (self.scene.profile != Profile::Wide || name.class() != Class::Organisation)
            && others.iter().all(|(other, _)| other.end <= first.end)
    }

    /// Marks those of some names that the policy keeps.
    fn choose(&self, cluster: &[(Span, Name<'s, 'a>)], rows: &[usize], kept: &mut [bool]) {
        let text = self.scene.parts[self.part].text;
        let rival = |row: &usize| {
            let (span, name) = &cluster[*row];
            let strength = name.strength();
            Rival { span: *span, weight: weight(span.of(text), strength), strength }
        };
        let rivals: Vec<Rival> = rows.iter().map(rival).collect();
        for (row, keeps) in rows.iter().zip(keep(self.overlap, &rivals)) {
            kept[*row] |= keeps;
        }
    }

    /// The wide convention also counts the places inside an organisation's name.
    fn choose_inside_organisations(&self, cluster: &[(Span, Name<'s, 'a>)], kept: &mut [bool]) {
        for row in 0..cluster.len() {
            let (covering, name) = &cluster[row];
            if !kept[row] || name.class() != Class::Organisation {
                continue;
            }
            let after = cluster[row + 1..].iter().take_while(|(span, _)| span.start < covering.end);
            let inside: Vec<usize> = after
                .enumerate()
                .map(|(offset, (span, name))| (row + 1 + offset, span, name))
                .filter(|(at, span, name)| !kept[*at] && name.class() == Class::Place && covering.contains(**span))
                .map(|(at, ..)| at)
                .collect();
            self.choose(cluster, &inside, kept);
        }
    }

    fn keep(&mut self, span: Span, name: &Name<'s, 'a>) {
        let part = self.scene.parts[self.part].part;
        let mention = |alias, entity, rule| Mention {
            part,
            span,
            alias,
            entity,
            head: None,
            rule,
            contest: None,
            section: Section::Body,
            repeated: false,
        };
        match name {
            Name::Listed { site, candidate, rule, contest } => {
                let facts = &candidate.alias;
                self.resolution.mentions.push(Mention {
                    head: if facts.class == Class::Title { site.head } else { None },
                    contest: *contest,
                    ..mention(candidate.id, facts.entity, *rule)
                });
            }
            Name::Unlisted(Found { alias: Some((alias, entity)), rule, .. }) => {
                self.resolution.mentions.push(mention(*alias, *entity, *rule));
            }
            Name::Unlisted(found) => self.resolution.unlisted.push(UnlistedMention {
                part,
                span,
                entity_type: if found.class == Class::Place { EntityType::Place } else { EntityType::Organisation },
                named: (self.scene.parts[found.named.0].part, found.named.1),
                rule: found.rule,
                section: Section::Body,
                repeated: false,
            }),
        }
    }
}
