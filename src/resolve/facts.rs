//! What the rules ask about aliases and entities.

use super::order::{Rows, rows_of};
use super::periods::Period;
use super::traits::Traits;
use crate::gazetteer::{AliasKind, CasePolicy, EntityType, Evidence, EvidenceSet, Gazetteer, prior_of, rank_of};
use crate::ids::{AliasId, EntityId};

/// Everything the rules ask about a gazetteer, read from its image when it is asked: nothing is made for each entity at start.
#[derive(Debug)]
pub(super) struct GazetteerFacts {
    gazetteer: Gazetteer,
    kinds: Vec<KindFacts>,
    /// Whether a line names a period.
    has_periods: bool,
}

/// What the rules ask about a kind of entity.
#[derive(Debug, Clone, Copy)]
struct KindFacts {
    class: Class,
    tier: Tier,
    city: bool,
    honorific: bool,
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
    /// A name of a firm.
    pub(super) firm: bool,
    /// The main name of its entity.
    pub(super) canonical: bool,
    /// When the name is in use.
    pub(super) period: Period,
    /// An organisation's name that only scores and reports of matches let stand.
    pub(super) only_in_scores: bool,
    pub(super) evidence: EvidenceSet,
    /// What the above and its entity tell at once.
    pub(super) traits: Traits,
    /// The rules that these allow.
    pub(super) rows: Rows,
}

/// Whether a surface has a blank, or a sign that may fold to one: nothing else matches a name with a blank.
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

/// What tells the likeliest entity of a name where nothing of the text is read.
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
    /// The tier of a kind; capitals are told from other towns elsewhere.
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

impl GazetteerFacts {
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let kinds = gazetteer.kinds().iter().map(|kind| KindFacts::of(kind)).collect();
        let has_periods = gazetteer.has_key("from") || gazetteer.has_key("to");
        Self { gazetteer: gazetteer.clone(), kinds, has_periods }
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
        alias.traits = Traits::of(&alias, &entity);
        alias.rows = rows_of(alias.class, alias.traits);
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
