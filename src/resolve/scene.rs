//! One document while it is being judged: the places where names match, and what stands beside each.

use std::collections::BTreeSet;

use super::facts::{AliasFacts, Class, EntityFacts, GazetteerFacts};
use super::lines::{LineCase, Lines};
use super::rules::Rule;
use super::words::{Word, gap_before, is_all_caps, word_after, word_before};
use super::{PartMatches, Profile};
use crate::ids::{AliasId, EntityId};
use crate::span::Span;

/// All sites of a document, in order of part and span (start, then longer first).
pub(super) struct Scene<'a> {
    pub(super) gazetteer: &'a GazetteerFacts,
    pub(super) profile: Profile,
    pub(super) parts: &'a [PartMatches<'a>],
    pub(super) sites: Vec<Site<'a>>,
    /// Part, end and row of each site, sorted.
    ends: Vec<(usize, usize, usize)>,
}

/// One place in the text where aliases match.
#[derive(Debug)]
pub(super) struct Site<'a> {
    pub(super) part: usize,
    pub(super) span: Span,
    /// The text of the part.
    pub(super) text: &'a str,
    pub(super) line: LineCase,
    /// The words beside it.
    pub(super) left: Option<Word<'a>>,
    pub(super) right: Option<Word<'a>>,
    pub(super) aliases: &'a [AliasId],
    /// The row of its first verdict.
    pub(super) first_verdict: usize,
    /// Classes of its aliases, a bit each.
    classes: u8,
    /// A name that certainly is no person's: several words of an organisation, a country or a title.
    pub(super) solid: bool,
    /// A courtesy title ("Mr.").
    pub(super) honorific: bool,
    /// Nothing but places that need evidence.
    pub(super) only_weak_places: bool,
    /// Where the blanks before it begin.
    gap_before: Option<usize>,
    /// For a title, the person's name behind it.
    pub(super) head: Option<Span>,
    /// Whether it stands in the name behind a title.
    pub(super) in_head: bool,
    /// Whether it stands inside the longer name of an organisation.
    pub(super) embedded: bool,
}

impl<'a> Site<'a> {
    pub(super) fn surface(&self) -> &'a str {
        self.span.of(self.text)
    }

    pub(super) fn has(&self, class: Class) -> bool {
        self.classes & class.bit() != 0
    }

    /// Whether it has an alias of another class.
    pub(super) fn has_other_than(&self, class: Class) -> bool {
        self.classes & !class.bit() != 0
    }

    /// Capitals only in running text: an abbreviation.
    pub(super) fn is_acronym(&self) -> bool {
        self.line == LineCase::Sentence && self.span.len() <= 6 && is_all_caps(self.surface())
    }

    /// Whether it stands behind a preposition of place.
    pub(super) fn has_locative(&self) -> bool {
        self.left.is_some_and(|left| left.is(super::lexicon::Classes::LOCATIVE))
    }

    /// "in", "at" or "near": what no person's name follows.
    pub(super) fn is_in(&self) -> bool {
        self.left.is_some_and(|left| matches!(left.text, "in" | "at" | "near" | "In" | "At" | "Near"))
    }
}

/// One alias at one site, as a rule looks at it.
#[derive(Clone, Copy)]
pub(super) struct Look<'s, 'a> {
    pub(super) id: AliasId,
    pub(super) scene: &'s Scene<'a>,
    pub(super) site: &'s Site<'a>,
    pub(super) alias: &'a AliasFacts,
    pub(super) entity: &'a EntityFacts,
}

impl<'a> Scene<'a> {
    pub(super) fn new(gazetteer: &'a GazetteerFacts, profile: Profile, parts: &'a [PartMatches<'a>]) -> Self {
        let mut sites = Vec::with_capacity(parts.iter().map(|part| part.matches.len()).sum());
        let mut first_verdict = 0;
        for (part, input) in parts.iter().enumerate() {
            let mut organisation_end = 0;
            let mut lines = Lines::new(input.text);
            for (span, aliases) in input.matches.iter() {
                let mut site = Site {
                    part,
                    span,
                    text: input.text,
                    line: lines.case_at(span.start),
                    left: word_before(input.text, span.start),
                    right: word_after(input.text, span.end),
                    aliases,
                    first_verdict,
                    classes: 0,
                    solid: false,
                    honorific: false,
                    only_weak_places: true,
                    gap_before: gap_before(input.text, span.start),
                    head: None,
                    in_head: false,
                    embedded: span.end <= organisation_end,
                };
                site.summarise(gazetteer);
                if site.has(Class::Organisation) {
                    organisation_end = organisation_end.max(span.end);
                }
                first_verdict += aliases.len();
                sites.push(site);
            }
        }
        let mut ends: Vec<_> = sites.iter().enumerate().map(|(row, site)| (site.part, site.span.end, row)).collect();
        ends.sort_unstable();
        Self { gazetteer, profile, parts, sites, ends }
    }

    /// The number of aliases at all sites.
    pub(super) fn n_verdicts(&self) -> usize {
        self.sites.last().map_or(0, |site| site.first_verdict + site.aliases.len())
    }

    /// One alias of a site, as a rule looks at it.
    pub(super) fn look<'s>(&'s self, site: &'s Site<'a>, alias: AliasId) -> Look<'s, 'a> {
        let facts = self.gazetteer.alias(alias);
        Look { id: alias, scene: self, site, alias: facts, entity: self.gazetteer.entity(facts.entity) }
    }

    /// The row of the first site at or behind `start`.
    pub(super) fn first_at(&self, part: usize, start: usize) -> usize {
        self.sites.partition_point(|site| (site.part, site.span.start) < (part, start))
    }

    /// The sites of a part that begin at `start`.
    pub(super) fn sites_at(&self, part: usize, start: usize) -> impl Iterator<Item = &Site<'a>> {
        let first = self.first_at(part, start);
        self.sites[first..].iter().take_while(move |site| (site.part, site.span.start) == (part, start))
    }

    /// The sites of a part that end at `end`, the longest first.
    pub(super) fn sites_ending(&self, part: usize, end: usize) -> impl Iterator<Item = &Site<'a>> {
        let first = self.ends.partition_point(|(a, b, _)| (*a, *b) < (part, end));
        let ending = self.ends[first..].iter().take_while(move |(a, b, _)| (*a, *b) == (part, end));
        ending.map(|(_, _, row)| &self.sites[*row])
    }

    /// The sites that end where the blanks before this one begin.
    pub(super) fn sites_before<'s>(&'s self, site: &Site<'a>) -> impl Iterator<Item = &'s Site<'a>> {
        let part = site.part;
        site.gap_before.into_iter().flat_map(move |end| self.sites_ending(part, end))
    }

    /// The sites that begin where the word behind this one does.
    pub(super) fn sites_behind<'s>(&'s self, site: &Site<'a>) -> impl Iterator<Item = &'s Site<'a>> {
        let part = site.part;
        site.right.into_iter().flat_map(move |right| self.sites_at(part, right.span.start))
    }

    /// The sites that lie in `span`.
    pub(super) fn sites_in(&self, part: usize, span: Span) -> impl Iterator<Item = &Site<'a>> {
        let first = self.first_at(part, span.start);
        let near = self.sites[first..].iter().take_while(move |site| site.part == part && site.span.start < span.end);
        near.filter(move |site| span.contains(site.span))
    }
}

impl Site<'_> {
    fn summarise(&mut self, gazetteer: &GazetteerFacts) {
        let capitals = is_all_caps(self.span.of(self.text));
        for alias in self.aliases {
            let facts = gazetteer.alias(*alias);
            self.classes |= facts.class.bit();
            self.honorific |= facts.honorific;
            self.only_weak_places &= facts.class == Class::Place && facts.weak;
            self.solid |= !facts.weak
                && match facts.class {
                    Class::Organisation => facts.long || capitals,
                    Class::Place => facts.demonym || gazetteer.entity(facts.entity).is_sovereign() && facts.long,
                    Class::Title | Class::Other => false,
                };
        }
    }
}

/// The rules' answers, one row for each alias at each site; `None` while it is open.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Vec<Option<Rule>>);

impl Verdicts {
    pub(super) fn new(scene: &Scene<'_>) -> Self {
        Self(vec![None; scene.n_verdicts()])
    }

    /// The verdicts over a site's aliases, in their order.
    pub(super) fn of(&self, site: &Site<'_>) -> &[Option<Rule>] {
        &self.0[site.first_verdict..site.first_verdict + site.aliases.len()]
    }

    pub(super) fn of_mut(&mut self, site: &Site<'_>) -> &mut [Option<Rule>] {
        &mut self.0[site.first_verdict..site.first_verdict + site.aliases.len()]
    }

    /// Whether a rule decided anywhere.
    pub(super) fn any(&self, rule: Rule) -> bool {
        self.0.contains(&Some(rule))
    }

    /// The entities accepted anywhere.
    pub(super) fn accepted_entities(&self, scene: &Scene<'_>) -> BTreeSet<EntityId> {
        let pairs = scene.sites.iter().flat_map(|site| site.aliases.iter().zip(self.of(site)));
        let accepted = pairs.filter(|(_, rule)| rule.is_some_and(Rule::accepts));
        accepted.map(|(alias, _)| scene.gazetteer.alias(*alias).entity).collect()
    }

    /// Whether a rule has accepted one of the site's aliases.
    pub(super) fn accepted(&self, site: &Site<'_>) -> bool {
        self.of(site).iter().any(|rule| rule.is_some_and(Rule::accepts))
    }
}
