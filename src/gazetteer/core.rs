//! Selects the entities of `world` that are in `core`.

use super::{Entity, EntityType};

/// A town is in `core` if it has at least this many inhabitants.
const LARGE: u64 = 100_000;

/// Whether an entity of `world` is in `core`, the small gazetteer: all except American counties, and towns under
/// 100,000 inhabitants that are not capitals.
#[must_use]
pub fn in_core(entity: &Entity<'_>) -> bool {
    if entity.entity_type() != EntityType::Place {
        return true;
    }
    match entity.kind {
        "place.city" => entity.field("capital").is_some() || entity.population().is_some_and(|people| people >= LARGE),
        "place.admin2" => false,
        _ => true,
    }
}
