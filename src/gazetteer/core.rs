//! What `core` is: the part of `world` that world news cannot do without.

use super::Entity;

/// Smallest number of inhabitants of a city of `core` that is no capital.
pub const CORE_POPULATION: u64 = 100_000;

/// Whether an entity of `world` belongs to `core`: all but the cities under [`CORE_POPULATION`] that are no capital of a
/// country, and the counties.
///
/// ```
/// use dateline::Gazetteer;
/// use dateline::gazetteer::in_core;
/// let gazetteer = Gazetteer::from_text(
///     "basra  place.city    Basra       -  pop=1326564\n\
///      vaduz  place.city    Vaduz       -  pop=5197 capital=li\n\
///      cowes  place.city    Cowes       -  pop=14506\n\
///      pm     title.gov     Premier     -\n",
///     "mine.gaz",
/// )?;
/// let core: Vec<&str> = gazetteer.entities().iter().filter(|entity| in_core(entity)).map(|entity| &*entity.id).collect();
/// assert_eq!(core, ["basra", "pm", "vaduz"]);
/// # Ok::<(), dateline::Error>(())
/// ```
#[must_use]
pub fn in_core(entity: &Entity) -> bool {
    belongs(&entity.kind, |key| entity.field(key))
}

/// [`in_core`] from a kind and its keys.
pub(super) fn belongs<'a>(kind: &str, field: impl Fn(&str) -> Option<&'a str>) -> bool {
    match kind {
        "place.city" => {
            let people = field("pop").and_then(|value| value.parse::<u64>().ok());
            field("capital").is_some() || people.is_some_and(|people| people >= CORE_POPULATION)
        }
        kind => kind != "place.admin2",
    }
}
