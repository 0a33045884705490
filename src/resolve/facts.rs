//! What the rules ask about aliases and entities.

use super::periods::Period;
use super::traits::{Rows, Traits};
use crate::gazetteer::{AliasKind, CasePolicy, EntityType, Evidence, EvidenceSet, Gazetteer, prior_of, rank_of};
use crate::ids::{AliasId, EntityId};

/// Everything the rules ask about a gazetteer, read from its image when it is asked: nothing is made for each entity at start.
#[derive(Debug)]
pub(super) struct GazetteerFacts {
    gazetteer: Gazetteer,
    kinds: Vec<KindFacts>,
    /// Whether a line names a period.
    has_periods: bool,
    /// The rules that a class and traits allow. The list of rules comes after the facts that rules use, hence a function.
    rows_of: fn(Class, Traits) -> Rows,
}

/// What the rules ask about a kind of entity.
#[derive(Debug, Clone, Copy)]
struct KindFacts {
    class: Class,
    tier: Tier,
    city: bool,
    honorific: bool,
    armed: bool,
    /// An organisation that may have a legal form: a company, a bank, a paper; no state's, party's or army's.
    firm: bool,
}

/// What the rules ask about an alias.
#[derive(Debug, Clone, Copy)]
pub(super) struct AliasFacts {
    pub(super) entity: EntityId,
    pub(super) class: Class,
    pub(super) demonym: bool,
    pub(super) weak: bool,
    pub(super) any_case: bool,
    /// More than one word.
    pub(super) long: bool,
    pub(super) honorific: bool,
    /// A name of an armed group.
    pub(super) armed: bool,
    /// A name of a firm.
    pub(super) firm: bool,
    /// The main name of its entity.
    pub(super) canonical: bool,
    /// When the name is in use.
    pub(super) period: Period,
    /// An organisation's name that is accepted only in scores and reports of matches.
    pub(super) only_in_scores: bool,
    pub(super) evidence: EvidenceSet,
    /// What follows from the fields above and from the entity.
    pub(super) traits: Traits,
    /// The rules that these allow.
    pub(super) rows: Rows,
}

/// Whether a surface has a blank, or a character that may fold to one: nothing else matches a name with a blank.
pub(super) fn may_have_blank(surface: &str) -> bool {
    !surface.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The evidence that weak names accept when their line names none.
const PLACES_BY_DEFAULT: EvidenceSet =
    EvidenceSet::of(&[Evidence::Preposition, Evidence::Dateline, Evidence::Pair, Evidence::LongForm]);
const TITLES_BY_DEFAULT: EvidenceSet = EvidenceSet::of(&[Evidence::Head]);
const OTHERS_BY_DEFAULT: EvidenceSet = EvidenceSet::of(&[Evidence::Country, Evidence::LongForm]);

/// The types of entity, as the rules see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Place,
    Organisation,
    Title,
    Other,
}

impl Class {
    /// One bit for each class.
    pub(super) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What the rules ask about an entity.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntityFacts {
    /// Number of the country code; 0 without one.
    pub(super) country: u32,
    pub(super) tier: Tier,
    pub(super) population: u64,
}

/// An alias and its entity, as the rules see them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) id: AliasId,
    pub(super) alias: AliasFacts,
    pub(super) entity: EntityFacts,
}

/// What decides which entity is the likeliest where nothing of the text is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) entity: EntityId,
    /// [`EntityFacts::prior`] of it under this name.
    pub(super) prior: i32,
    pub(super) population: u64,
}

/// How likely an entity is when nothing else decides; the first is likeliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// A country or what news uses like one: exempt from rules about small places.
    Sovereign,
    Region,
    Organisation,
    Capital,
    Division,
    Town,
    County,
    Other,
}

impl Tier {
    /// The tier of a kind; [`KindFacts::tier_of`] separates capitals from other towns.
    fn of(kind: &str) -> Self {
        match rank_of(kind, false) {
            0 => Self::Sovereign,
            1 => Self::Region,
            2 => Self::Organisation,
            4 => Self::Division,
            _ if kind == "place.city" => Self::Town,
            _ if kind == "place.admin2" => Self::County,
            _ => Self::Other,
        }
    }
}

impl EntityFacts {
    pub(super) fn is_sovereign(&self) -> bool {
        self.tier == Tier::Sovereign
    }

    /// How likely a name means it when the article says nothing ([`prior`](crate::gazetteer::prior)).
    pub(super) fn prior(&self, weak: bool) -> i32 {
        prior_of(self.tier as u8, self.population, weak)
    }
}

impl KindFacts {
    fn of(kind: &str) -> Self {
        let class = match EntityType::of_kind(kind) {
            EntityType::Place => Class::Place,
            EntityType::Organisation => Class::Organisation,
            EntityType::Title => Class::Title,
            EntityType::Other(_) => Class::Other,
        };
        const PUBLIC: [&str; 16] = [
            "armed",
            "court",
            "culture",
            "gov",
            "igo",
            "intelligence",
            "legislature",
            "military",
            "ngo",
            "party",
            "police",
            "religious",
            "sport",
            "thinktank",
            "union",
            "university",
        ];
        let public = kind.split('.').nth(1).is_some_and(|kind| PUBLIC.contains(&kind));
        Self {
            class,
            tier: Tier::of(kind),
            city: kind == "place.city",
            honorific: kind == "title.honorific",
            armed: kind == "org.armed",
            firm: class == Class::Organisation && !public,
        }
    }
}

impl KindFacts {
    /// The tier of an entity of the kind that is the capital of a country, or is not.
    fn tier_of(self, capital: bool) -> Tier {
        if self.city && capital { Tier::Capital } else { self.tier }
    }
}

impl AliasFacts {
    /// Whether this is the name of a town, of one word.
    fn is_town(&self, entity: &EntityFacts) -> bool {
        matches!(entity.tier, Tier::Capital | Tier::Town) && !self.long && !self.demonym
    }

    /// Whether this is a weak name of a division, for which a word for its kind is evidence.
    pub(super) fn may_be_division(&self, entity: &EntityFacts) -> bool {
        self.weak && self.evidence.contains(Evidence::Kind) && entity.tier == Tier::Division
    }

    /// Whether the name gives way to a firm that the article has under the same name: a weak name of a place or of a public
    /// body, or a short name of a place.
    fn gives_way(&self, entity: &EntityFacts) -> bool {
        match self.class {
            Class::Place => {
                !self.demonym
                    && !self.long
                    && !matches!(entity.tier, Tier::Sovereign | Tier::Capital)
                    && (self.weak || !self.canonical && entity.tier == Tier::Town)
            }
            Class::Organisation => self.weak && !self.long && !self.firm,
            Class::Title | Class::Other => false,
        }
    }

    /// Whether the name may mean a club in scores and reports of matches.
    fn is_club(&self) -> bool {
        self.class == Class::Organisation && self.evidence.contains(Evidence::Score)
    }
}

/// The traits of an alias.
fn traits_of(alias: &AliasFacts, entity: &EntityFacts) -> Traits {
    let place = alias.class == Class::Place;
    let by = |evidence: Evidence| alias.evidence.contains(evidence);
    let found = [
        Traits::PLACE.when(place),
        Traits::DEMONYM.when(alias.demonym),
        Traits::NO_DEMONYM.when(!alias.demonym),
        Traits::FREE.when(!alias.weak),
        Traits::BY_PREPOSITION.when(by(Evidence::Preposition)),
        Traits::BY_DATELINE.when(by(Evidence::Dateline)),
        Traits::BY_PAIR.when(by(Evidence::Pair)),
        Traits::BY_HEAD.when(by(Evidence::Head)),
        Traits::BY_KIND.when(alias.may_be_division(entity)),
        Traits::PERIOD.when(alias.period.ends()),
        Traits::FIRM.when(alias.firm),
        Traits::TOWN.when(alias.is_town(entity)),
        Traits::GIVES_WAY.when(alias.gives_way(entity)),
        Traits::CLUB.when(alias.is_club()),
        // Clubs are called after towns, counties and divisions.
        Traits::HOME_OF_CLUB.when(place && (Tier::Capital..=Tier::County).contains(&entity.tier)),
        Traits::SETTLED.when(place && entity.tier != Tier::Other),
        Traits::CAPITAL.when(entity.tier == Tier::Capital),
        Traits::POINT.when(entity.tier >= Tier::Capital),
    ];
    found.into_iter().fold(Traits::ANY, |traits, found| traits | found)
}

impl GazetteerFacts {
    pub(super) fn new(gazetteer: &Gazetteer, rows_of: fn(Class, Traits) -> Rows) -> Self {
        let kinds = gazetteer.kinds().iter().map(|kind| KindFacts::of(kind)).collect();
        let has_periods = gazetteer.has_key("from") || gazetteer.has_key("to");
        Self { gazetteer: gazetteer.clone(), kinds, has_periods, rows_of }
    }

    fn kind(&self, number: u16) -> KindFacts {
        self.kinds.get(usize::from(number)).copied().unwrap_or_else(|| KindFacts::of(""))
    }

    /// What the rules ask about an alias that matched a surface, which [may have a blank](may_have_blank) or not, read from the
    /// image: ask once and keep it.
    pub(super) fn candidate(&self, id: AliasId, blank: bool) -> Candidate {
        let (entity, alias_kind, flags, evidence) = self.gazetteer.alias_rules(id);
        let (kind, country, population, capital) = self.gazetteer.entity_numbers(entity);
        let kind = self.kind(kind);
        let evidence = match (evidence.is_empty(), kind.class) {
            (false, _) => evidence,
            (true, Class::Place) => PLACES_BY_DEFAULT,
            (true, Class::Title) => TITLES_BY_DEFAULT,
            (true, _) => OTHERS_BY_DEFAULT,
        };
        let mut alias = AliasFacts {
            entity,
            class: kind.class,
            demonym: alias_kind.is_demonym(),
            weak: flags.weak,
            any_case: flags.case == CasePolicy::Any,
            // Another place of a large image.
            long: alias_kind != AliasKind::Plural && blank && self.gazetteer.alias_has_blank(id),
            honorific: kind.honorific,
            armed: kind.armed,
            firm: kind.firm,
            canonical: alias_kind == AliasKind::Name,
            period: if self.has_periods { Period::of(&self.gazetteer, id) } else { Period::ALWAYS },
            only_in_scores: flags.weak
                && kind.class == Class::Organisation
                && evidence == EvidenceSet::of(&[Evidence::Score]),
            evidence,
            traits: Traits::default(),
            rows: 0,
        };
        let entity = EntityFacts { country, tier: kind.tier_of(capital), population };
        alias.traits = traits_of(&alias, &entity);
        alias.rows = (self.rows_of)(alias.class, alias.traits);
        Candidate { id, alias, entity }
    }

    /// What an alias means and how likely, without the rest of what the rules ask.
    pub(super) fn standing(&self, id: AliasId) -> Standing {
        let (entity, _, flags, _) = self.gazetteer.alias_rules(id);
        let (kind, country, population, capital) = self.gazetteer.entity_numbers(entity);
        let facts = EntityFacts { country, tier: self.kind(kind).tier_of(capital), population };
        Standing { entity, prior: facts.prior(flags.weak), population }
    }

    /// The entity of an alias.
    pub(super) fn entity_of(&self, alias: AliasId) -> EntityId {
        self.gazetteer.alias_entity(alias)
    }

    /// Whether an entity is a country or used like one.
    pub(super) fn is_sovereign(&self, entity: EntityId) -> bool {
        self.kind(self.gazetteer.kind_number(entity)).tier == Tier::Sovereign
    }

    /// The division or country an entity lies in.
    pub(super) fn parent(&self, entity: EntityId) -> Option<EntityId> {
        self.gazetteer.parent(entity)
    }

    /// Latitude and longitude in degrees.
    pub(super) fn point(&self, entity: EntityId) -> Option<(f64, f64)> {
        self.gazetteer.coordinates(entity)
    }

    pub(super) fn country(&self, entity: EntityId) -> u32 {
        self.gazetteer.country_number(entity)
    }

    /// The ISO code of the country.
    pub(super) fn country_code(&self, entity: EntityId) -> Option<&str> {
        self.gazetteer.entity(entity).country()
    }
}
