//! What the document as a whole says, gathered between the passes.

use super::cues::Cues;
use super::facts::{Class, Tier};
use super::firms::{self, Firms};
use super::lexicon::FoldedNames;
use super::rules::Rule;
use super::scene::{Look, Scene, Verdicts};
use crate::ids::EntityId;

#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Last words of persons' names.
    surnames: FoldedNames,
    /// Those surnames that follow a preposition of place somewhere.
    located: FoldedNames,
    /// Entities with an accepted mention that needed no evidence from elsewhere; sorted, as the next list.
    entities: Vec<EntityId>,
    /// The countries of accepted mentions: few, in the order in which they are met.
    countries: Vec<Country>,
    /// Entities mentioned under a long name.
    long_forms: Vec<EntityId>,
    /// Entities with a mention that leaves no doubt, which may speak for doubtful ones.
    sure: Vec<EntityId>,
    /// Names that mean a firm.
    pub(super) firms: Firms,
    /// The towns that are sure, as pairs of the division and the town; sorted.
    towns: Vec<(EntityId, EntityId)>,
    /// Divisions of the towns in the dateline, sorted.
    homes: Vec<EntityId>,
}

#[derive(Debug)]
struct Country {
    number: u32,
    /// Mentions of its towns, divisions and organisations, which are evidence between namesakes.
    local: usize,
    /// Mentions of it and of what is in it.
    total: usize,
    /// Whether it is mentioned itself.
    nation: bool,
}

impl Gathered {
    /// Gathers the names of persons and firms that the first pass found; forgets what it had from another document.
    pub(super) fn gather_names(&mut self, scene: &Scene<'_>, verdicts: &Verdicts) {
        self.clear();
        for site in &scene.sites {
            if let Some(head) = site.head {
                self.remember_person(head.of(site.text));
            }
            let may_be_person = site.cues.any(Cues::NAME_BEFORE | Cues::CAPITAL_BEFORE);
            if may_be_person
                && verdicts.of(site).iter().any(|rule| matches!(rule, Some(Rule::AfterFirstName | Rule::AfterTitle)))
            {
                self.remember_person(site.surface());
            }
        }
        self.surnames.close();
        if !self.surnames.is_empty() {
            let named =
                scene.sites.iter().filter(|site| verdicts.of(site).iter().any(|rule| rule.is_some_and(is_named)));
            for site in named.filter(|site| self.surnames.contains(site.surface()) && site.has_locative()) {
                self.located.insert(site.surface());
            }
        }
        self.located.close();
        self.firms.gather(scene, verdicts);
    }

    /// Gathers the entities that are accepted so far.
    pub(super) fn gather_entities(&mut self, scene: &Scene<'_>, verdicts: &Verdicts) {
        verdicts.each(scene, |look, rule| {
            if let Some(rule) = rule.filter(|rule| is_named(*rule)) {
                self.note(look, rule);
            }
        });
        self.towns.sort_unstable();
        self.towns.dedup();
        self.homes.sort_unstable();
        self.entities.sort_unstable();
        self.long_forms.sort_unstable();
        self.sure.sort_unstable();
    }

    fn clear(&mut self) {
        let Self { surnames, located, entities, countries, long_forms, sure, firms, towns, homes } = self;
        towns.clear();
        homes.clear();
        surnames.clear();
        located.clear();
        entities.clear();
        countries.clear();
        long_forms.clear();
        sure.clear();
        firms.clear();
    }

    /// Adds an accepted alias.
    fn note(&mut self, look: &Look<'_, '_>, rule: Rule) {
        if look.alias.class == Class::Title {
            return;
        }
        self.entities.push(look.alias.entity);
        if rule != Rule::Preposition || firms::is_surely_located(look.site) {
            self.sure.push(look.alias.entity);
        }
        if look.alias.long || rule == Rule::LegalForm {
            self.long_forms.push(look.alias.entity);
        }
        if look.entity.country != 0 {
            let nation = look.entity.is_sovereign();
            let local = !nation && is_one_or_of_one_country(look);
            self.note_country(look.entity.country, usize::from(local), nation);
            if local
                && matches!(look.entity.tier, Tier::Town | Tier::Capital | Tier::County | Tier::Other)
                && look.alias.class == Class::Place
            {
                self.note_town(look);
            }
        }
    }

    fn note_country(&mut self, number: u32, local: usize, nation: bool) {
        match self.countries.iter_mut().find(|country| country.number == number) {
            Some(known) => {
                known.local += local;
                known.total += 1;
                known.nation |= nation;
            }
            None => self.countries.push(Country { number, local, total: 1, nation }),
        }
    }

    fn note_town(&mut self, look: &Look<'_, '_>) {
        let entity = look.alias.entity;
        let Some(division) = look.scene.gazetteer.parent(entity) else { return };
        self.towns.push((division, entity));
        if look.scene.is_in_dateline(look.site) {
            self.homes.push(division);
        }
    }

    fn remember_person(&mut self, name: &str) {
        if let Some(last) = name.split_whitespace().next_back() {
            self.surnames.insert(last);
        }
    }

    pub(super) fn has_no_persons(&self) -> bool {
        self.surnames.is_empty()
    }

    pub(super) fn is_surname(&self, word: &str) -> bool {
        self.surnames.contains(word)
    }

    /// Whether the name follows a preposition of place somewhere.
    pub(super) fn is_located(&self, name: &str) -> bool {
        self.located.contains(name)
    }

    pub(super) fn mentions(&self, entity: EntityId) -> bool {
        self.entities.binary_search(&entity).is_ok()
    }

    /// Whether a mention leaves no doubt that the entity is meant.
    pub(super) fn is_sure(&self, entity: EntityId) -> bool {
        self.sure.binary_search(&entity).is_ok()
    }

    pub(super) fn mentions_country(&self, country: u32) -> bool {
        self.countries.iter().any(|known| known.number == country)
    }

    pub(super) fn has_long_form(&self, entity: EntityId) -> bool {
        self.long_forms.binary_search(&entity).is_ok()
    }

    /// How much of the article is about a country, in quarters of what is about the country mentioned most.
    pub(super) fn quarters(&self, country: u32) -> usize {
        let most = self.countries.iter().map(|known| known.total).max().unwrap_or(0);
        self.countries.iter().find(|known| known.number == country).map_or(0, |known| 4 * known.total / most.max(1))
    }

    /// Whether the country itself is mentioned.
    pub(super) fn mentions_nation(&self, country: u32) -> bool {
        self.countries.iter().any(|known| known.number == country && known.nation)
    }

    /// Whether the dateline names a town of the division.
    pub(super) fn is_home(&self, division: EntityId) -> bool {
        self.homes.binary_search(&division).is_ok()
    }

    /// How many different towns of the division are in the article, up to two.
    pub(super) fn n_towns(&self, division: EntityId) -> usize {
        let first = self.towns.partition_point(|(other, _)| *other < division);
        self.towns[first..].iter().take(2).filter(|(other, _)| *other == division).count()
    }

    /// Accepted towns, divisions and bodies of a country.
    pub(super) fn local(&self, country: u32) -> usize {
        self.countries.iter().find(|known| known.number == country).map_or(0, |known| known.local)
    }
}

/// Whether a rule names an entity. A demonym names its country even where the profile does not count it.
fn is_named(rule: Rule) -> bool {
    rule.accepts() || rule == Rule::DemonymInStrict
}

/// Whether a name has one entity, or this is the first of several in one country: "Lagos" and the state around it.
fn is_one_or_of_one_country(look: &Look<'_, '_>) -> bool {
    let candidates = look.scene.candidates(look.site);
    candidates.len() == 1
        || candidates.iter().all(|other| other.entity.country == look.entity.country)
            && candidates.iter().find(|other| other.entity.tier != Tier::Division).map(|first| first.alias.entity)
                == Some(look.alias.entity)
}
