//! What the rules ask about aliases and entities, looked up once for a gazetteer.

use crate::gazetteer::{AliasKind, CasePolicy, EntityType, Evidence, Gazetteer};
use crate::ids::{AliasId, EntityId};

/// Everything the rules ask about a gazetteer.
#[derive(Debug)]
pub(super) struct GazetteerFacts {
    aliases: Vec<AliasFacts>,
    entities: Vec<EntityFacts>,
}

/// What the rules ask about an alias.
#[derive(Debug)]
pub(super) struct AliasFacts {
    pub(super) entity: EntityId,
    pub(super) class: Class,
    pub(super) demonym: bool,
    pub(super) weak: bool,
    pub(super) any_case: bool,
    /// More than one word.
    pub(super) long: bool,
    pub(super) honorific: bool,
    pub(super) evidence: Vec<Evidence>,
}

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
#[derive(Debug)]
pub(super) struct EntityFacts {
    /// Number of the country code; 0 without one.
    pub(super) country: u32,
    /// The division or country it lies in.
    pub(super) parent: Option<EntityId>,
    pub(super) tier: Tier,
    pub(super) population: u64,
    /// Latitude and longitude in degrees.
    pub(super) point: Option<(f64, f64)>,
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
            _ => Self::Other,
        }
    }
}

impl EntityFacts {
    pub(super) fn is_sovereign(&self) -> bool {
        self.tier == Tier::Sovereign
    }
}

impl GazetteerFacts {
    pub(super) fn new(gazetteer: &Gazetteer) -> Self {
        let kinds: Vec<Tier> = gazetteer.kinds().iter().map(|kind| Tier::of(kind)).collect();
        let entities = (0..gazetteer.n_entities()).map(|row| {
            let id = EntityId::new(row);
            let entity = gazetteer.entity(id);
            let tier = kinds.get(usize::from(gazetteer.kind_number(id))).copied().unwrap_or(Tier::Other);
            EntityFacts {
                country: gazetteer.country_number(id),
                parent: entity.field("parent").and_then(|parent| gazetteer.find(parent)),
                tier: if entity.kind == "place.city" && gazetteer.is_capital(id) { Tier::Capital } else { tier },
                population: gazetteer.population(id),
                point: entity.coordinates,
            }
        });
        let aliases = gazetteer.aliases().map(|alias| {
            let entity = gazetteer.entity(alias.entity);
            let class = match entity.entity_type() {
                EntityType::Place => Class::Place,
                EntityType::Organisation => Class::Organisation,
                EntityType::Title => Class::Title,
                EntityType::Other(_) => Class::Other,
            };
            let evidence = match (alias.evidence.is_empty(), class) {
                (false, _) => alias.evidence.iter().collect(),
                (true, Class::Place) => {
                    vec![Evidence::Preposition, Evidence::Dateline, Evidence::Pair, Evidence::LongForm]
                }
                (true, Class::Title) => vec![Evidence::Head],
                (true, _) => vec![Evidence::Country, Evidence::LongForm],
            };
            AliasFacts {
                entity: alias.entity,
                class,
                demonym: alias.kind.is_demonym(),
                weak: alias.flags.weak,
                any_case: alias.flags.case == CasePolicy::Any,
                long: alias.text.contains(' ') && alias.kind != AliasKind::Plural,
                honorific: entity.kind == "title.honorific",
                evidence,
            }
        });
        Self { entities: entities.collect(), aliases: aliases.collect() }
    }

    pub(super) fn alias(&self, alias: AliasId) -> &AliasFacts {
        &self.aliases[alias.index()]
    }

    pub(super) fn entity(&self, entity: EntityId) -> &EntityFacts {
        &self.entities[entity.index()]
    }

    pub(super) fn entity_of(&self, alias: AliasId) -> &EntityFacts {
        self.entity(self.alias(alias).entity)
    }
}
