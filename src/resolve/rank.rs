//! Which entity a name means: candidates ranked by what the article says around and beside them.
//!
//! Each candidate gets points; the sum decides, and the runner-up is kept. The weights are round numbers whose order is what
//! matters: a pair ("Paris, Texas") before the long form met elsewhere, before the division, before the country, before
//! neighbours on the map, before what is large.

use std::cell::{OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cues::Cues;
use super::distance::distance_km;
use super::divisions;
use super::evidence::pair;
use super::facts::{Candidate, Class, Tier};
use super::gathered::Gathered;
use super::lexicon::with_folded;
use super::lines::in_dateline;
use super::rules::{Rule, RuleSet};
use super::scene::{Look, Scene, Site, Verdicts};
use super::steps;
use super::traits::Traits;
use crate::ids::EntityId;
use crate::mention::Contest;
use crate::span::Span;

/// "City, State" with the very state it lies in; with one of the same country; the same pair elsewhere in the article.
const PAIRED: i32 = 600;
const PAIRED_COUNTRY: i32 = 350;
const PAIRED_ELSEWHERE: i32 = 300;
/// A division with a word for its kind beside it, or in a list of divisions ("New Mexico, New York and Ohio").
const CALLED_DIVISION: i32 = 400;
/// A country in a list of countries.
const IN_LIST: i32 = 300;
/// A division that shares its name with a country, and the dateline, or each of up to two of its towns, is in the article.
const HOME: i32 = 200;
const OWN_TOWN: i32 = 120;
/// A longer name of it is in the article.
const LONG_FORM: i32 = 300;
/// Its division, its country, and each of up to four other places and bodies of its country are in the article.
const DIVISION: i32 = 120;
const COUNTRY: i32 = 120;
const COMPATRIOT: i32 = 60;
/// Each of up to three places nearby.
const NEIGHBOUR: i32 = 40;
const MOST_NEIGHBOURS: usize = 3;

/// What one site was read as.
pub(super) enum Reading<'s> {
    /// An entity of the gazetteer.
    Listed { candidate: &'s Candidate, rule: Rule, contest: Option<Contest> },
    /// A place that no list has: part and span of its full name ("Paris, Ky.").
    Elsewhere { named: (usize, Span) },
}

/// Ranks the candidates of one document.
pub(super) struct Ranking<'s, 'a> {
    scene: &'s Scene<'a>,
    verdicts: &'s Verdicts,
    gathered: &'s Gathered,
    /// Points of the places that have one candidate only, by latitude, once they are asked for.
    anchors: OnceCell<Vec<(f64, f64)>>,
    /// How many places are near each entity for which that was asked.
    neighbours: RefCell<BTreeMap<EntityId, i32>>,
    /// Entities that some pair in the article names, sorted.
    paired: Vec<EntityId>,
    /// Folded names that a pair puts where no candidate lies, with part and span of the pair.
    elsewhere: BTreeMap<String, (usize, Span)>,
}

impl<'s, 'a> Ranking<'s, 'a> {
    pub(super) fn new(scene: &'s Scene<'a>, verdicts: &'s Verdicts, gathered: &'s Gathered, rules: RuleSet) -> Self {
        let mut ranking = Self {
            scene,
            verdicts,
            gathered,
            anchors: OnceCell::new(),
            neighbours: RefCell::default(),
            paired: Vec::new(),
            elsewhere: BTreeMap::new(),
        };
        for site in scene.sites.iter().filter(|site| site.cues.any(Cues::COMMA)) {
            ranking.note_pair(site, rules);
        }
        ranking.paired.sort_unstable();
        ranking.paired.dedup();
        ranking
    }

    fn note_pair(&mut self, site: &'s Site<'a>, rules: RuleSet) {
        if !self.verdicts.accepted(site) {
            return;
        }
        if site.n_candidates() > 1 {
            let paired: Vec<EntityId> = self
                .candidates(site)
                .filter(|(look, _)| pair(self.scene, site, look.alias, look.entity) == 2)
                .map(|(look, _)| look.alias.entity)
                .collect();
            self.paired.extend(paired);
        }
        if rules.contains(Rule::PairElsewhere)
            && let Some(named) = self.contradiction(site)
        {
            let name = with_folded(site.surface(), str::to_owned);
            self.elsewhere.entry(name).or_insert((site.part, named));
        }
    }

    /// The accepted candidates of a site.
    fn candidates(&self, site: &'s Site<'a>) -> impl Iterator<Item = (Look<'s, 'a>, Rule)> + use<'s, 'a> {
        let scene = self.scene;
        self.accepted(site).map(move |(candidate, rule)| (scene.look(site, candidate), rule))
    }

    fn accepted(&self, site: &'s Site<'a>) -> impl Iterator<Item = (&'s Candidate, Rule)> + use<'s, 'a> {
        let judged = self.scene.candidates(site).iter().zip(self.verdicts.of(site));
        judged.filter_map(|(candidate, rule)| rule.filter(|rule| rule.accepts()).map(|rule| (candidate, rule)))
    }

    /// What the site means; `None` if no rule accepted it.
    pub(super) fn read(&self, site: &'s Site<'a>) -> Option<Reading<'s>> {
        let mut candidates = self.accepted(site);
        // Most names have one meaning, or none here.
        let (first, rule) = match (self.scene.candidates(site), self.verdicts.of(site)) {
            ([only], [rule]) => (only, rule.filter(|rule| rule.accepts())?),
            _ => candidates.next()?,
        };
        if let Some(named) = self.elsewhere(site) {
            return Some(Reading::Elsewhere { named });
        }
        let second = if site.n_candidates() > 1 { candidates.next() } else { None };
        let Some(second) = second else {
            return Some(Reading::Listed { candidate: first, rule, contest: None });
        };
        let ranked = |(candidate, rule)| (self.points(&self.scene.look(site, candidate), rule), candidate, rule);
        // Equal candidates are decided by size, then by id, so that the result never depends on chance.
        let order = |(points, candidate, _): &(i32, &Candidate, Rule)| {
            (Reverse(*points), Reverse(candidate.entity.population), candidate.id)
        };
        let is_other =
            |one: &(i32, &Candidate, Rule), other: &(i32, &Candidate, Rule)| one.1.alias.entity != other.1.alias.entity;
        let mut best = ranked((first, rule));
        let mut runner_up: Option<(i32, &Candidate, Rule)> = None;
        for candidate in std::iter::once(second).chain(candidates).map(ranked) {
            if order(&candidate) < order(&best) {
                runner_up = if is_other(&candidate, &best) { Some(best) } else { runner_up };
                best = candidate;
            } else if is_other(&candidate, &best) && runner_up.is_none_or(|known| order(&candidate) < order(&known)) {
                runner_up = Some(candidate);
            }
        }
        let (score, candidate, rule) = best;
        let contest = runner_up.map(|(points, other, _)| Contest {
            score,
            runner_up: other.alias.entity,
            runner_up_score: points,
        });
        Some(Reading::Listed { candidate, rule, contest })
    }

    fn points(&self, look: &Look<'s, 'a>, rule: Rule) -> i32 {
        let entity = look.entity;
        // What its kind says makes up for a weak name.
        let mut points = entity.prior(look.alias.weak && rule != Rule::Division);
        points += match pair(self.scene, look.site, look.alias, entity) {
            2 => PAIRED,
            1 => PAIRED_COUNTRY,
            _ if rule == Rule::Pair => PAIRED_COUNTRY,
            _ if self.paired.binary_search(&look.alias.entity).is_ok() => PAIRED_ELSEWHERE,
            _ => 0,
        };
        if self.gathered.has_long_form(look.alias.entity) {
            points += LONG_FORM;
        }
        // The division must be mentioned elsewhere: "New York" itself may be either.
        let own = self.scene.candidates(look.site);
        let elsewhere = |parent| own.iter().all(|candidate| candidate.alias.entity != parent);
        let parent = self.scene.gazetteer.parent(look.alias.entity);
        if parent.is_some_and(|parent| self.gathered.mentions(parent) && !self.is_country(parent) && elsewhere(parent))
        {
            points += DIVISION;
        }
        if entity.tier == Tier::Division {
            if divisions::is_called_division(look) {
                points += CALLED_DIVISION;
            }
            points += self.own_towns(look);
        } else if divisions::is_in_list_of_countries(look) {
            points += IN_LIST;
        }
        if !entity.is_sovereign() && self.gathered.mentions_country(entity.country) {
            points += COUNTRY;
        }
        points += COMPATRIOT
            * match entity.tier {
                // "the Treasury" is of the country that the article is about.
                Tier::Organisation => self.gathered.quarters(entity.country),
                _ => self.gathered.local(entity.country).min(4),
            } as i32;
        points + NEIGHBOUR * self.neighbours(look)
    }

    /// What towns of a division say for it, where its name may also be that of a country or a capital far away. A town of
    /// the same name in the division itself (New York) is as likely among its neighbours as the division is.
    fn own_towns(&self, look: &Look<'s, 'a>) -> i32 {
        let division = look.alias.entity;
        let rivals = || self.scene.candidates(look.site).iter().filter(|other| other.alias.entity != division);
        let inside = |other: &Candidate| self.scene.gazetteer.parent(other.alias.entity) == Some(division);
        if rivals().any(inside) {
            return 0;
        }
        let home = if self.gathered.is_home(division) { HOME } else { 0 };
        // Whoever writes from Seattle may well write about Washington, D.C.
        let capital =
            |other: &Candidate| other.entity.tier == Tier::Capital && other.entity.country == look.entity.country;
        if rivals().any(capital) {
            return if self.gathered.mentions_nation(look.entity.country) { 0 } else { home };
        }
        home + OWN_TOWN * self.gathered.n_towns(division) as i32
    }

    fn is_country(&self, entity: EntityId) -> bool {
        self.scene.gazetteer.is_sovereign(entity)
    }

    /// Where a town is; what is larger has no point.
    fn point(&self, look: &Look<'s, 'a>) -> Option<(f64, f64)> {
        look.alias.traits.any(Traits::POINT).then(|| self.scene.gazetteer.point(look.alias.entity))?
    }

    fn anchors(&self) -> Vec<(f64, f64)> {
        let alone = self.scene.sites.iter().filter(|site| site.n_candidates() == 1 && site.traits.any(Traits::POINT));
        let mut anchors: Vec<(f64, f64)> =
            alone.flat_map(|site| self.candidates(site)).filter_map(|(look, _)| self.point(&look)).collect();
        anchors.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        // More mentions of one place change nothing.
        let mut same = 0;
        let mut last = None;
        anchors.retain(|anchor| {
            same = if last == Some(*anchor) { same + 1 } else { 1 };
            last = Some(*anchor);
            same <= MOST_NEIGHBOURS
        });
        anchors
    }

    fn neighbours(&self, look: &Look<'s, 'a>) -> i32 {
        const NEAR_KM: f64 = 250.0;
        // A little more than so many kilometres are north and south.
        const NEAR_DEGREES: f64 = 2.26;
        let Some(point) = self.point(look) else { return 0 };
        if let Some(known) = self.neighbours.borrow().get(&look.alias.entity) {
            return *known;
        }
        let anchors = self.anchors.get_or_init(|| self.anchors());
        let first = anchors.partition_point(|anchor| anchor.0 < point.0 - NEAR_DEGREES);
        let around = anchors[first..]
            .iter()
            .inspect(|_| steps::count(1))
            .take_while(|anchor| anchor.0 <= point.0 + NEAR_DEGREES);
        let near = around.filter(|anchor| distance_km(point, **anchor) < NEAR_KM).take(MOST_NEIGHBOURS).count() as i32;
        self.neighbours.borrow_mut().insert(look.alias.entity, near);
        near
    }

    /// The full name of a place that its pair, here or elsewhere in the article, puts where no candidate lies.
    fn elsewhere(&self, site: &'s Site<'a>) -> Option<(usize, Span)> {
        if self.elsewhere.is_empty() || site.has_other_than(Class::Place) {
            return None;
        }
        let named = with_folded(site.surface(), |name| self.elsewhere.get(name).copied())?;
        let supported = |(look, _): (Look<'s, 'a>, Rule)| {
            let paired = pair(self.scene, site, look.alias, look.entity);
            let parent = self.scene.gazetteer.parent(look.alias.entity);
            let elsewhere = parent.is_some_and(|parent| !self.is_country(parent));
            paired == 2 || paired == 1 && !elsewhere || look.entity.tier < Tier::Capital
        };
        (!self.candidates(site).any(supported)).then_some(named)
    }

    /// "Paris, Ky.": a division follows the comma, and no candidate lies in it. A list ("Boston, Texas and Ohio") is not a
    /// pair, and a metropolis needs more than a comma.
    fn contradiction(&self, site: &'s Site<'a>) -> Option<Span> {
        const METROPOLIS: u64 = 1_000_000;
        if site.has_other_than(Class::Place) || !site.text[site.span.end..].starts_with(", ") {
            return None;
        }
        let division = self.scene.sites_at(site.part, site.span.end + 2).find(|other| {
            other.n_candidates() == 1
                && self.candidates(other).any(|(look, _)| look.entity.tier == Tier::Division && !look.alias.demonym)
        })?;
        let state = self.scene.candidates(division)[0].alias.entity;
        let country = self.scene.gazetteer.country(state);
        let text = site.text;
        let abbreviated = division.surface().ends_with('.');
        let closed = abbreviated
            || text[division.span.end..].starts_with([',', '.', ';', ')', '\n', ' ']) && {
                let rest = &text[division.span.end..];
                !rest.starts_with(" and ") && !rest.starts_with(" or ")
            };
        if !closed || text[..site.span.start].ends_with(", ") || text[..site.span.start].ends_with(" and ") {
            return None;
        }
        let sure = abbreviated || site.is_in() || site.has_locative() || in_dateline(text, site.span);
        let lies_elsewhere = |look: &Look<'s, 'a>| {
            let entity = look.entity;
            let parent = self.scene.gazetteer.parent(look.alias.entity).filter(|parent| !self.is_country(*parent));
            let apart = entity.country != country || parent.is_some_and(|parent| parent != state);
            apart
                && entity.tier >= Tier::Capital
                && look.alias.entity != state
                && (sure || entity.population < METROPOLIS)
        };
        let mut candidates = self.candidates(site).peekable();
        candidates.peek()?;
        let all = candidates.all(|(look, _)| lies_elsewhere(&look));
        all.then(|| Span::new(site.span.start, division.span.end))
    }
}
