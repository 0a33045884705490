//! Which part of `world` is `core`.

use super::{Entity, EntityType};

/// A town is in `core` from this many inhabitants on.
const LARGE: u64 = 100_000;

/// Whether an entity of `world` is in `core`, the small gazetteer: everything but the towns under 100,000 inhabitants that
/// are no capital, and the American counties.
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
