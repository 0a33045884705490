//! Teams that are called like their town: in tables of scores, in fixtures and in reports of matches.
//!
//! The name of a town on a line of scores is an organisation's: the listed team where there is one, and a team that no list has
//! elsewhere. A country stays a place, as annotators have it, and so does what "at" names as the ground of a game.

use std::cell::OnceCell;

use super::Profile;
use super::facts::{Candidate, Class, Tier};
use super::lexicon::{Classes, FoldedNames};
use super::lines::in_dateline;
use super::rules::{Rule, RuleSet};
use super::scene::{Scene, Site, Verdicts};
use super::sport::{self, Sport};
use super::tables::{self, Form, Row};
use super::traits::Traits;
use super::unlisted::Found;
use super::words::{Word, word_after};
use crate::ids::{AliasId, EntityId};
use crate::span::Span;

/// The name of a team at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Team {
    part: usize,
    span: Span,
}

/// What a name in a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A country or what news uses like one.
    Nation,
    Person,
    /// A town, a division or an organisation that the gazetteer has.
    Known,
    Unknown,
    /// A heading, a total, a month.
    Furniture,
}

struct Reader<'s, 'a> {
    scene: &'s Scene<'a>,
    verdicts: &'s Verdicts,
    sport: OnceCell<Sport>,
    persons: OnceCell<FoldedNames>,
    teams: Vec<Team>,
}

/// Finds the teams of a document, in order of part and span. Places keep what the wide profile counts inside of names.
pub(super) fn find(scene: &Scene<'_>, verdicts: &Verdicts) -> Vec<Team> {
    if scene.profile == Profile::Wide {
        return Vec::new();
    }
    let mut reader = Reader { scene, verdicts, sport: OnceCell::new(), persons: OnceCell::new(), teams: Vec::new() };
    for (part, input) in scene.parts.iter().enumerate() {
        for table in tables::groups(input.text) {
            reader.read_table(part, &table);
        }
    }
    let n_in_tables = reader.teams.len();
    reader.read_reports();
    if !reader.teams.is_empty() {
        reader.repeat(n_in_tables);
    }
    let mut teams = reader.teams;
    teams.sort_unstable();
    teams.dedup();
    teams
}

/// Rejects the places that teams are called like.
pub(super) fn reject_places(scene: &Scene<'_>, verdicts: &mut Verdicts, teams: &[Team], rules: RuleSet) {
    if !rules.contains(Rule::TeamName) {
        return;
    }
    for team in teams {
        for site in scene.sites_in(team.part, team.span) {
            for (candidate, verdict) in scene.candidates(site).iter().zip(verdicts.of_mut(site)) {
                if candidate.alias.class == Class::Place && verdict.is_none_or(Rule::accepts) {
                    *verdict = Some(Rule::TeamName);
                }
            }
        }
    }
}

/// Adds the teams to the names that no list has; they go before others that overlap them.
pub(super) fn join(scene: &Scene<'_>, verdicts: &Verdicts, teams: Vec<Team>, rules: RuleSet, found: &mut Vec<Found>) {
    if teams.is_empty() || !rules.contains(Rule::Team) {
        return;
    }
    found.retain(|found| {
        let first = teams.partition_point(|team| (team.part, team.span.end) <= (found.part, found.span.start));
        teams.get(first).is_none_or(|team| team.part != found.part || !team.span.overlaps(found.span))
    });
    let is_listed = |team: &Team| {
        scene.sites_at(team.part, team.span.start).any(|site| site.span.end >= team.span.end && verdicts.accepted(site))
    };
    let mut accepted: Option<Vec<EntityId>> = None;
    for team in teams.into_iter().filter(|team| !is_listed(team)) {
        let accepted = accepted.get_or_insert_with(|| verdicts.accepted_entities(scene));
        let alias = club(scene, team, accepted);
        found.push(Found { alias, ..Found::new(team.part, team.span, Class::Organisation, Rule::Team) });
    }
    found.sort_by_key(|found| (found.place(), found.rule));
}

/// The listed club of a town: the only one, or the only one that the article names elsewhere.
fn club(scene: &Scene<'_>, team: Team, accepted: &[EntityId]) -> Option<(AliasId, EntityId)> {
    let site = scene.sites_at(team.part, team.span.start).find(|site| site.span == team.span)?;
    let clubs = || {
        scene
            .candidates(site)
            .iter()
            .chain(scene.teams(site))
            .filter(|candidate| candidate.alias.traits.any(Traits::CLUB))
    };
    let mut all = clubs();
    let first = all.next()?;
    let one = if all.any(|other| other.alias.entity != first.alias.entity) {
        let mut named = clubs().filter(|club| accepted.binary_search(&club.alias.entity).is_ok());
        let first = named.next()?;
        named.all(|other| other.alias.entity == first.alias.entity).then_some(first)?
    } else {
        first
    };
    Some((one.id, one.alias.entity))
}

impl<'a> Reader<'_, 'a> {
    fn sport(&self) -> Sport {
        *self.sport.get_or_init(|| sport::of(self.scene))
    }

    fn text(&self, part: usize) -> &'a str {
        self.scene.parts[part].text
    }

    /// The teams in a table, if it is one of teams.
    fn read_table(&mut self, part: usize, rows: &[Row]) {
        let kinds: Vec<Vec<Kind>> =
            rows.iter().map(|row| row.names.iter().map(|name| self.kind(part, name.span)).collect()).collect();
        let count = |kind: Kind| kinds.iter().flatten().filter(|known| **known == kind).count();
        let n_names = kinds.iter().flatten().count() - count(Kind::Furniture);
        let sure = |form: Form| rows.iter().filter(|row| row.form == form && row.sure).count();
        let n_placings = rows.iter().filter(|row| row.form == Form::Placing).count();
        if n_names == 0 || count(Kind::Person) * 3 > n_names {
            return;
        }
        // Most of what a table of teams names is known; a sport report may have others.
        let known = (count(Kind::Known) + count(Kind::Nation)) * 2 >= n_names;
        let table = known && (sure(Form::Score) >= 3 || sure(Form::Fixture) >= 3) || sure(Form::Standing) >= 3;
        let placings = n_placings >= 2;
        if !table && !placings && self.sport() == Sport::None {
            return;
        }
        let national = count(Kind::Nation) * 2 >= n_names;
        for (row, kinds) in rows.iter().zip(&kinds) {
            let trusted = match row.form {
                Form::Placing => placings,
                Form::Standing => table || rows.len() >= 2,
                Form::Score | Form::Fixture => true,
            };
            let with_nation = row.names.len() > 1 && kinds.contains(&Kind::Nation);
            let heading = row.form == Form::Fixture && kinds.contains(&Kind::Furniture);
            if !trusted || heading || (with_nation || national) && row.form != Form::Placing {
                continue;
            }
            for (name, kind) in row.names.iter().zip(kinds) {
                let is_team = match kind {
                    Kind::Known => true,
                    Kind::Unknown => row.form == Form::Placing || table || self.sport() != Sport::Persons,
                    Kind::Nation | Kind::Person | Kind::Furniture => false,
                };
                if is_team && !name.venue {
                    self.teams.push(Team { part, span: name.span });
                }
            }
        }
    }

    fn kind(&self, part: usize, span: Span) -> Kind {
        let text = self.text(part);
        let name = span.of(text);
        let mut here = self.scene.sites_at(part, span.start).filter(|site| site.span == span);
        if let Some(site) = here.find(|site| site.has(Class::Place) || site.has(Class::Organisation)) {
            let organisation = self.has_listed_team(site);
            if !organisation && self.is_nation(site) {
                return Kind::Nation;
            }
            return if organisation || site.has(Class::Place) { Kind::Known } else { Kind::Unknown };
        }
        if self.scene.sites_at(part, span.start).any(|site| site.span == span && site.has_teams()) {
            return Kind::Known;
        }
        let first = &name[..name.find(' ').unwrap_or(name.len())];
        let first = Word::new(text, Span::new(span.start, span.start + first.len()));
        if first.is(Classes::CALENDAR | Classes::NO_TEAM | Classes::SPORT)
            || first.is(Classes::COMMON) && !name.contains(' ')
        {
            return Kind::Furniture;
        }
        let last = name.rsplit(' ').next().unwrap_or(name);
        if is_club_word(last) {
            return Kind::Known;
        }
        // "Bristol Rovers", "Hansa Rostock": a known place begins or ends it.
        let has_place = self.scene.sites_in(part, span).any(|site| {
            (site.span.start == span.start || site.span.end == span.end)
                && site.has(Class::Place)
                && !first.is(Classes::FIRST_NAME)
        });
        if has_place {
            return Kind::Known;
        }
        if name.contains(' ') && (first.is(Classes::FIRST_NAME) || first.is_initial()) {
            return Kind::Person;
        }
        Kind::Unknown
    }

    /// Whether a free name of an organisation is there.
    fn has_listed_team(&self, site: &Site<'_>) -> bool {
        let mut candidates = self.scene.candidates(site).iter();
        candidates.any(|Candidate { alias, .. }| alias.class == Class::Organisation && !alias.weak)
    }

    /// Whether a name may be that of a country, of a part of one that has a team of its own, or of a continent.
    fn is_nation(&self, site: &Site<'_>) -> bool {
        let gazetteer = self.scene.gazetteer;
        self.scene.candidates(site).iter().any(|Candidate { alias, entity, .. }| {
            // "England", but neither "New England" nor "Chelsea".
            let large = || gazetteer.parent(alias.entity).is_none_or(|parent| gazetteer.is_sovereign(parent));
            let nation = entity.is_sovereign() || entity.tier == Tier::Region && !site.has_teams() && large();
            alias.class == Class::Place && (alias.demonym || nation)
        })
    }

    /// Whether the name may be that of a town, a county or a division here.
    fn is_town(&self, site: &Site<'_>) -> bool {
        let mut judged = self.scene.candidates(site).iter().zip(self.verdicts.of(site));
        let town = judged.any(|(Candidate { alias, entity, .. }, rule)| {
            let open = rule.is_none_or(|rule| rule.accepts() || rule == Rule::LowPrior);
            let region = entity.tier == Tier::Region && site.has_teams();
            (alias.traits.any(Traits::HOME_OF_CLUB) || region) && open
        });
        town && !self.is_nation(site) && !self.persons().contains(site.surface())
    }

    /// Last words of the persons met.
    fn persons(&self) -> &FoldedNames {
        self.persons.get_or_init(|| {
            let mut persons = FoldedNames::default();
            for site in &self.scene.sites {
                let rejected = |rule: &Option<Rule>| {
                    matches!(rule, Some(Rule::AfterFirstName | Rule::AfterTitle | Rule::TitleHead))
                };
                if self.verdicts.of(site).iter().any(rejected) {
                    persons.insert(site.surface());
                }
            }
            persons.close();
            persons
        })
    }

    /// The teams that the words beside a name show.
    fn read_reports(&mut self) {
        for site in &self.scene.sites {
            // "Tigers" in the report of a match: no town, country or the like is called so.
            let nickname = (site.has_teams() || site.traits.any(Traits::CLUB)) && !site.traits.any(Traits::SETTLED);
            if nickname && sport::may_be_nickname(site) && self.sport() == Sport::Teams {
                self.teams.push(Team { part: site.part, span: site.span });
                continue;
            }
            // News also names the capital of a country for its government.
            if (site.traits.any(Traits::HOME_OF_CLUB) || site.has_teams())
                && sport::is_beside(site, site.traits.any(Traits::CAPITAL))
                && self.is_town(site)
                && self.sport() == Sport::Teams
                && !is_located(site)
            {
                self.teams.push(Team { part: site.part, span: site.span });
            }
        }
    }

    /// Adds the names of the teams wherever else they appear; of names in tables also those that no list has.
    fn repeat(&mut self, n_in_tables: usize) {
        const MOST_NAMES: usize = 32;
        let mut names = FoldedNames::default();
        for team in &self.teams {
            names.insert(team.span.of(self.text(team.part)));
        }
        names.close();
        let mut repeated: Vec<Team> = Vec::new();
        for site in &self.scene.sites {
            if (site.traits.any(Traits::HOME_OF_CLUB) || site.has_teams())
                && names.contains(site.surface())
                && self.is_town(site)
                && !is_located(site)
            {
                repeated.push(Team { part: site.part, span: site.span });
            }
        }
        repeated.sort_unstable();
        repeated.dedup();
        self.read_lists(&mut repeated);
        let mut unlisted: Vec<&str> = Vec::new();
        for team in &self.teams[..n_in_tables] {
            let name = team.span.of(self.text(team.part));
            let listed = self.scene.sites_at(team.part, team.span.start).any(|site| site.span == team.span);
            if !listed && name.len() >= 4 && unlisted.len() < MOST_NAMES && !unlisted.contains(&name) {
                unlisted.push(name);
            }
        }
        for name in unlisted {
            let finder = memchr::memmem::Finder::new(name);
            for (part, input) in self.scene.parts.iter().enumerate() {
                let text = input.text;
                for start in finder.find_iter(text.as_bytes()) {
                    let span = Span::new(start, start + name.len());
                    let apart = !text[..start].ends_with(char::is_alphanumeric)
                        && !text[span.end..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
                    let joined = word_after(text, span.end)
                        .is_some_and(|word| word.is_capitalised() && !word.is_acronym())
                        && text[span.end..].starts_with(' ');
                    if apart && !joined {
                        repeated.push(Team { part, span });
                    }
                }
            }
        }
        self.teams.extend(repeated);
    }
}

impl Reader<'_, '_> {
    /// The towns in a list with a team: "title rivals Essex, Derbyshire and Surrey".
    fn read_lists(&self, teams: &mut Vec<Team>) {
        let sites: Vec<&Site<'_>> = self.scene.sites.iter().filter(|site| site.has(Class::Place)).collect();
        let known = |site: &&Site<'_>| teams.binary_search(&Team { part: site.part, span: site.span }).is_ok();
        let mut is_team: Vec<bool> = sites.iter().map(known).collect();
        let is_pair = |one: &Site<'_>, other: &Site<'_>| {
            one.part == other.part
                && one.span.end <= other.span.start
                && is_list(&one.text[one.span.end..other.span.start])
        };
        let joins = |from: usize, to: usize, is_team: &mut [bool]| {
            if is_team[from] && !is_team[to] && self.is_town(sites[to]) && !is_located(sites[to]) {
                is_team[to] = true;
                return Some(Team { part: sites[to].part, span: sites[to].span });
            }
            None
        };
        let pairs: Vec<usize> = (1..sites.len()).filter(|row| is_pair(sites[row - 1], sites[*row])).collect();
        teams.extend(pairs.iter().filter_map(|row| joins(row - 1, *row, &mut is_team)));
        teams.extend(pairs.iter().rev().filter_map(|row| joins(*row, row - 1, &mut is_team)));
    }
}

/// Whether nothing but what joins a list lies between two names: "Essex, Kent and Surrey".
fn is_list(gap: &str) -> bool {
    matches!(gap, ", " | " and " | " or " | " AND " | ", and ")
}

/// Whether the words beside a name say that it is a place, even of a team's town: "in Leeds", "Leeds, England".
fn is_located(site: &Site<'_>) -> bool {
    let at = |word: Word<'_>| matches!(word.text, "AT" | "IN" | "near" | "outside" | "around" | "of" | "OF" | "NEAR");
    site.is_in()
        || site.left.is_some_and(at)
        || in_dateline(site.text, site.span)
        || site.text[site.span.end..].starts_with("-based")
}

/// Words that end the names of clubs and no others.
fn is_club_word(word: &str) -> bool {
    matches!(
        word,
        "United"
            | "Rovers"
            | "Wanderers"
            | "Athletic"
            | "Rangers"
            | "Albion"
            | "FC"
            | "AFC"
            | "SC"
            | "CF"
            | "Thistle"
            | "XI"
    )
}
