//! One document while the rules judge it: the sites, where names match, and the words beside each.

use std::mem::take;
use std::ops::Range;

use super::cues::Cues;
use super::facts::{AliasFacts, Candidate, Class, EntityFacts, GazetteerFacts, may_have_blank};
use super::lines::{LineCase, Lines, in_dateline};
use super::rules::Rule;
use super::scratch::{KnownAliases, cleared, emptied, sort_nearly_sorted};
use super::steps;
use super::traits::Traits;
use super::words::{Word, gap_before, is_all_caps, word_after, word_before_gap};
use super::{PartMatches, Profile};
use crate::document::Part;
use crate::ids::EntityId;
use crate::progress::StopFlag;
use crate::span::Span;

/// All sites of a document, in order of part and span (start, then longer first).
pub(super) struct Scene<'a> {
    pub(super) gazetteer: &'a GazetteerFacts,
    pub(super) profile: Profile,
    pub(super) parts: &'a [PartMatches<'a>],
    pub(super) sites: Vec<Site<'a>>,
    /// The day of the document, since 1970-01-01.
    pub(super) day: Option<i32>,
    /// The lines of each part that contain sites, in order.
    lines: Vec<Vec<(Span, LineCase)>>,
    /// The aliases of all sites: each is read from the gazetteer once.
    candidates: Vec<Candidate>,
    /// The row of the site of each.
    owners: Vec<u32>,
    /// [`place`] of the start of each site.
    starts: Vec<u64>,
    begins: Begins,
    /// [`place`] of the end, and row, of each site, sorted.
    ends: Vec<(u64, u32)>,
    stop: StopFlag,
}

/// A filter over where sites begin: a bit for the end of the number of each [`place`]. It avoids most searches, because no site
/// begins at most words.
#[derive(Debug, Clone, Copy)]
struct Begins([u64; 64]);

impl Begins {
    fn of(starts: &[u64]) -> Self {
        let mut begins = Self([0; 64]);
        for start in starts {
            begins.0[*start as usize / 64 % 64] |= 1 << (start % 64);
        }
        begins
    }

    fn may_hold(&self, start: u64) -> bool {
        self.0[start as usize / 64 % 64] & 1 << (start % 64) != 0
    }
}

/// What is kept of a scene for the next one: the memory of its lists, and the aliases met last.
#[derive(Debug)]
pub(super) struct Memory {
    aliases: KnownAliases,
    sites: Vec<Site<'static>>,
    lines: Vec<Vec<(Span, LineCase)>>,
    candidates: Vec<Candidate>,
    owners: Vec<u32>,
    gaps: Vec<Option<u64>>,
    starts: Vec<u64>,
    ends: Vec<(u64, u32)>,
}

impl Memory {
    /// Nothing yet, and room for so many aliases, a power of two.
    pub(super) fn new(n_aliases: usize) -> Self {
        Self {
            aliases: KnownAliases::new(n_aliases),
            sites: Vec::new(),
            lines: Vec::new(),
            candidates: Vec::new(),
            owners: Vec::new(),
            gaps: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
        }
    }
}

/// Puts the candidates that are teams, which only scores allow, after the other candidates of a name: elsewhere "Leeds" has one
/// meaning less.
fn split_teams(candidates: &mut [Candidate], rows: Range<usize>) -> (Range<usize>, Range<usize>) {
    let here = &mut candidates[rows.clone()];
    let n_teams = here.iter().filter(|candidate| candidate.alias.only_in_scores).count();
    if n_teams == 0 {
        return (rows.clone(), rows.end..rows.end);
    }
    here.sort_by_key(|candidate| candidate.alias.only_in_scores);
    let first = rows.end - n_teams;
    (rows.start..first, first..rows.end)
}

/// Part and offset in one number, in their order: parts are shorter than 2^32 bytes.
fn place(part: usize, at: usize) -> u64 {
    (part as u64) << 32 | at as u64
}

/// Notes for each site which others end where the gap before it begins. The gaps come in the order of the sites.
fn note_neighbours(sites: &mut [Site<'_>], gaps: &[Option<u64>], ends: &[(u64, u32)]) {
    let (mut before, mut last) = (0..0, None);
    for (site, gap) in sites.iter_mut().zip(gaps).filter_map(|(site, gap)| Some((site, (*gap)?))) {
        if last != Some(gap) {
            let first = before.end + ends[before.end..].iter().take_while(|(end, _)| *end < gap).count();
            before = first..first + ends[first..].iter().take_while(|(end, _)| *end == gap).count();
            last = Some(gap);
        }
        site.before = before.start as u32..before.end as u32;
        if !before.is_empty() {
            site.cues.add(Cues::NAME_BEFORE);
        }
    }
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
    /// The rows of its candidates and of their verdicts.
    rows: Range<usize>,
    /// The rows of those that are candidates in scores only, after the rest.
    teams: Range<usize>,
    /// Classes of its aliases, a bit each.
    classes: u8,
    /// What one of its aliases is.
    pub(super) traits: Traits,
    /// A name that certainly is not a person's: several words of an organisation, a country or a title.
    pub(super) solid: bool,
    /// A courtesy title ("Mr.").
    pub(super) honorific: bool,
    /// Capitals only in running text: an abbreviation.
    acronym: bool,
    /// Nothing but places that need evidence.
    pub(super) only_weak_places: bool,
    /// The rows of [`Scene::ends`] that end where the blanks before it begin.
    before: Range<u32>,
    /// For a title, the person's name after it.
    pub(super) head: Option<Span>,
    /// Cheap facts about it, so that rules which cannot apply are skipped.
    pub(super) cues: Cues,
    /// Whether it lies inside the longer name of an organisation.
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
        self.acronym
    }

    /// How many aliases match here.
    pub(super) fn n_candidates(&self) -> usize {
        self.rows.len()
    }

    /// Whether it may mean a team, which only scores allow.
    pub(super) fn has_teams(&self) -> bool {
        !self.teams.is_empty()
    }

    /// Whether it follows a preposition of place.
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
    pub(super) scene: &'s Scene<'a>,
    pub(super) site: &'s Site<'a>,
    pub(super) alias: &'s AliasFacts,
    pub(super) entity: &'s EntityFacts,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        gazetteer: &'a GazetteerFacts,
        profile: Profile,
        parts: &'a [PartMatches<'a>],
        memory: &mut Memory,
        stop: &StopFlag,
        cues_of: impl Fn(&Site<'_>) -> Cues,
    ) -> Self {
        let mut sites: Vec<Site<'a>> = emptied(take(&mut memory.sites));
        // Read in one loop, so that the processor fetches several parts of the image at the same time.
        let mut candidates = cleared(&mut memory.candidates);
        for input in parts {
            for (span, aliases) in input.matches.iter() {
                let blank = may_have_blank(span.of(input.text));
                candidates.extend(aliases.iter().map(|alias| memory.aliases.candidate(gazetteer, *alias, blank)));
            }
        }
        let mut line_cases = Vec::with_capacity(parts.len());
        let mut row = 0;
        let mut owners = cleared(&mut memory.owners);
        let (mut starts, mut ends) = (cleared(&mut memory.starts), cleared(&mut memory.ends));
        memory.gaps.clear();
        for (part, input) in parts.iter().enumerate() {
            let mut organisation_end = 0;
            let mut lines = Lines::in_memory(input.text, memory.lines.pop().unwrap_or_default());
            for (span, aliases) in input.matches.iter().take_while(|_| !stop.is_stopped()) {
                let (rows, teams) = split_teams(&mut candidates, row..row + aliases.len());
                row = teams.end;
                owners.resize(row, sites.len() as u32);
                let gap_before = gap_before(input.text, span.start);
                let mut site = Site {
                    part,
                    span,
                    text: input.text,
                    line: lines.case_at(span.start),
                    left: gap_before.and_then(|gap| word_before_gap(input.text, gap)),
                    right: word_after(input.text, span.end),
                    rows: rows.clone(),
                    teams,
                    classes: 0,
                    traits: Traits::default(),
                    solid: false,
                    honorific: false,
                    acronym: false,
                    only_weak_places: true,
                    before: 0..0,
                    head: None,
                    cues: Cues::ANY,
                    embedded: span.end <= organisation_end,
                };
                site.summarise(&candidates[rows]);
                site.cues = cues_of(&site);
                if site.has(Class::Organisation) {
                    organisation_end = organisation_end.max(span.end);
                }
                starts.push(place(part, span.start));
                ends.push((place(part, span.end), sites.len() as u32));
                memory.gaps.push(gap_before.map(|gap| place(part, gap)));
                sites.push(site);
            }
            line_cases.push(lines.into_judged());
        }
        sort_nearly_sorted(&mut ends);
        note_neighbours(&mut sites, &memory.gaps, &ends);
        let (stop, begins) = (stop.clone(), Begins::of(&starts));
        let lines = line_cases;
        Self { gazetteer, profile, parts, sites, day: None, lines, candidates, owners, starts, begins, ends, stop }
    }

    /// Whether nobody wants the document any more: what is found then has no meaning.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// Gives back the memory of its lists.
    pub(super) fn give_back(self, memory: &mut Memory) {
        memory.sites = emptied(self.sites);
        memory.lines = self.lines;
        memory.candidates = self.candidates;
        memory.owners = self.owners;
        memory.starts = self.starts;
        memory.ends = self.ends;
    }

    /// The kind of the line that holds a place. `others` are lines of the part without sites, asked for from left to right.
    pub(super) fn case_at(&self, part: usize, at: usize, others: &mut Lines<'a>) -> LineCase {
        let lines = &self.lines[part];
        let line = lines.get(lines.partition_point(|(line, _)| line.end < at));
        match line.filter(|(line, _)| line.start <= at) {
            Some((_, case)) => *case,
            None => others.case_at(at),
        }
    }

    /// Whether the name is in the dateline. In a title the name before a colon is the person who speaks, or the subject
    /// ("Obama: taxes must rise").
    pub(super) fn is_in_dateline(&self, site: &Site<'_>) -> bool {
        let heads_title = || self.parts[site.part].part == Part::Title && site.text[site.span.end..].starts_with(':');
        in_dateline(site.text, site.span) && !heads_title()
    }

    /// The aliases that match at a site, in order.
    pub(super) fn candidates(&self, site: &Site<'_>) -> &[Candidate] {
        &self.candidates[site.rows.clone()]
    }

    /// The aliases that match at a site and mean a team, which only scores allow.
    pub(super) fn teams(&self, site: &Site<'_>) -> &[Candidate] {
        &self.candidates[site.teams.clone()]
    }

    /// The alias with a verdict, as a rule looks at it.
    pub(super) fn look_at(&self, row: usize) -> Look<'_, 'a> {
        self.look(&self.sites[self.owners[row] as usize], &self.candidates[row])
    }

    /// One alias of a site, as a rule looks at it.
    pub(super) fn look<'s>(&'s self, site: &'s Site<'a>, candidate: &'s Candidate) -> Look<'s, 'a> {
        Look { scene: self, site, alias: &candidate.alias, entity: &candidate.entity }
    }

    /// The row of the first site at or after `start`.
    pub(super) fn first_at(&self, part: usize, start: usize) -> usize {
        let start = place(part, start);
        self.starts.partition_point(|other| *other < start)
    }

    /// The sites of a part.
    pub(super) fn sites_of(&self, part: usize) -> &[Site<'a>] {
        &self.sites[self.first_at(part, 0)..self.first_at(part + 1, 0)]
    }

    /// The sites of a part that begin at `start`.
    pub(super) fn sites_at(&self, part: usize, start: usize) -> impl Iterator<Item = &Site<'a>> {
        let start = place(part, start);
        let may_begin = self.begins.may_hold(start);
        let first = if may_begin { self.starts.partition_point(|other| *other < start) } else { self.starts.len() };
        let here = self.starts[first..].iter().take_while(move |other| **other == start);
        here.zip(&self.sites[first..]).map(|(_, site)| site)
    }

    /// The sites of a part that end at `end`, the longest first.
    pub(super) fn sites_ending(&self, part: usize, end: usize) -> impl Iterator<Item = &Site<'a>> {
        let end = place(part, end);
        let first = self.ends.partition_point(|(other, _)| *other < end);
        let ending = self.ends[first..].iter().take_while(move |(other, _)| *other == end);
        ending.inspect(|_| steps::count(1)).map(|(_, row)| &self.sites[*row as usize])
    }

    /// The sites that end where the blanks before this one begin.
    pub(super) fn sites_before<'s>(&'s self, site: &Site<'a>) -> impl Iterator<Item = &'s Site<'a>> {
        let before = site.before.start as usize..site.before.end as usize;
        self.ends[before].iter().map(|(_, row)| &self.sites[*row as usize])
    }

    /// The sites that begin where the word after this one does.
    pub(super) fn sites_after<'s>(&'s self, site: &Site<'a>) -> impl Iterator<Item = &'s Site<'a>> {
        let part = site.part;
        site.right.into_iter().flat_map(move |right| self.sites_at(part, right.span.start))
    }

    /// The sites that lie in `span`.
    pub(super) fn sites_in(&self, part: usize, span: Span) -> impl Iterator<Item = &Site<'a>> {
        let first = self.first_at(part, span.start);
        let near = self.sites[first..]
            .iter()
            .inspect(|_| steps::count(1))
            .take_while(move |site| site.part == part && site.span.start < span.end);
        near.filter(move |site| span.contains(site.span))
    }
}

impl Site<'_> {
    fn summarise(&mut self, candidates: &[Candidate]) {
        let capitals = is_all_caps(self.span.of(self.text));
        self.acronym = self.line == LineCase::Sentence && self.span.len() <= 6 && capitals;
        for Candidate { alias: facts, entity, .. } in candidates {
            self.classes |= facts.class.bit();
            self.traits = self.traits | facts.traits;
            self.honorific |= facts.honorific;
            self.only_weak_places &= facts.class == Class::Place && facts.weak;
            self.solid |= !facts.weak
                && match facts.class {
                    Class::Organisation => facts.long || capitals,
                    Class::Place => facts.demonym || entity.is_sovereign() && facts.long,
                    Class::Title | Class::Other => false,
                };
        }
    }
}

/// The rules' answers, one row for each alias at each site; `None` while it is open.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Vec<Option<Rule>>);

impl Verdicts {
    /// Opens those of another scene.
    pub(super) fn open(&mut self, scene: &Scene<'_>) {
        self.0.clear();
        self.0.resize(scene.candidates.len(), None);
    }

    /// The verdicts over a site's aliases, in their order.
    pub(super) fn of(&self, site: &Site<'_>) -> &[Option<Rule>] {
        &self.0[site.rows.clone()]
    }

    /// Calls `look` with all of them, each beside its alias.
    pub(super) fn each<'s, 'a>(&self, scene: &'s Scene<'a>, mut look: impl FnMut(&Look<'s, 'a>, Option<Rule>)) {
        let mut rows = self.0.iter().zip(&scene.candidates);
        for site in &scene.sites {
            for (rule, candidate) in rows.by_ref().take(site.rows.len() + site.teams.len()) {
                look(&scene.look(site, candidate), *rule);
            }
        }
    }

    /// Calls `rule` for every alias, with what `of_site` computes once for each site.
    pub(super) fn judge_all<'s, 'a, T>(
        &mut self,
        scene: &'s Scene<'a>,
        of_site: impl Fn(&Site<'a>) -> T,
        rule: impl Fn(&T, &Look<'s, 'a>) -> Option<Rule>,
    ) {
        let mut rows = self.0.iter_mut().zip(&scene.candidates);
        for site in &scene.sites {
            if scene.is_stopped() {
                return;
            }
            let shared = of_site(site);
            for (verdict, candidate) in rows.by_ref().take(site.rows.len() + site.teams.len()) {
                *verdict = rule(&shared, &scene.look(site, candidate));
            }
        }
    }

    /// Asks `rule` for every one that is still `open`.
    pub(super) fn judge<'s, 'a>(
        &mut self,
        scene: &'s Scene<'a>,
        open: Option<Rule>,
        rule: impl Fn(&Look<'s, 'a>) -> Option<Rule>,
    ) {
        for (row, verdict) in self.0.iter_mut().enumerate().filter(|(_, verdict)| **verdict == open) {
            if scene.is_stopped() {
                return;
            }
            *verdict = rule(&scene.look_at(row));
        }
    }

    pub(super) fn of_mut(&mut self, site: &Site<'_>) -> &mut [Option<Rule>] {
        &mut self.0[site.rows.clone()]
    }

    /// Whether a rule decided anywhere.
    pub(super) fn any(&self, rule: Rule) -> bool {
        self.0.contains(&Some(rule))
    }

    /// The entities accepted anywhere, sorted.
    pub(super) fn accepted_entities(&self, scene: &Scene<'_>) -> Vec<EntityId> {
        let accepted = scene.candidates.iter().zip(&self.0).filter(|(_, rule)| rule.is_some_and(Rule::accepts));
        let mut entities: Vec<EntityId> = accepted.map(|(candidate, _)| candidate.alias.entity).collect();
        entities.sort_unstable();
        entities
    }

    /// Whether a rule has accepted one of the site's aliases.
    pub(super) fn accepted(&self, site: &Site<'_>) -> bool {
        self.of(site).iter().any(|rule| rule.is_some_and(Rule::accepts))
    }
}
