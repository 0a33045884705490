//! What the rules ask about aliases and entities.

use crate::gazetteer::{AliasKind, CasePolicy, EntityType, Evidence, EvidenceSet, Gazetteer};
use crate::ids::{AliasId, EntityId};

/// Everything the rules ask about a gazetteer, read from its image when it is asked: nothing is made for each entity at start.
#[derive(Debug)]
pub(super) struct GazetteerFacts {
    gazetteer: Gazetteer,
    kinds: Vec<KindFacts>,
}

/// What the rules ask about a kind of entity.
#[derive(Debug, Clone, Copy)]
struct KindFacts {
    class: Class,
    tier: Tier,
    city: bool,
    honorific: bool,
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
    /// An organisation's name that only scores and reports of matches let stand.
    pub(super) only_in_scores: bool,
    pub(super) evidence: EvidenceSet,
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
        match kind {
            "place.country" | "place.territory" | "place.former" => Self::Sovereign,
            "place.region" => Self::Region,
            kind if kind.starts_with("org") => Self::Organisation,
            "place.admin1" => Self::Division,
            "place.city" => Self::Town,
            "place.admin2" => Self::County,
            _ => Self::Other,
        }
    }
}

impl EntityFacts {
    pub(super) fn is_sovereign(&self) -> bool {
        self.tier == Tier::Sovereign
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
        Self { class, tier: Tier::of(kind), city: kind == "place.city", honorific: kind == "title.honorific" }
    }
}

impl GazetteerFacts {
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let kinds = gazetteer.kinds().iter().map(|kind| KindFacts::of(kind)).collect();
        Self { gazetteer: gazetteer.clone(), kinds }
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
        let alias = AliasFacts {
            entity,
            class: kind.class,
            demonym: alias_kind.is_demonym(),
            weak: flags.weak,
            any_case: flags.case == CasePolicy::Any,
            // Another place of a large image.
            long: alias_kind != AliasKind::Plural && blank && self.gazetteer.alias_has_blank(id),
            honorific: kind.honorific,
            only_in_scores: flags.weak
                && kind.class == Class::Organisation
                && evidence == EvidenceSet::of(&[Evidence::Score]),
            evidence,
        };
        let entity =
            EntityFacts { country, tier: if kind.city && capital { Tier::Capital } else { kind.tier }, population };
        Candidate { id, alias, entity }
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
}
