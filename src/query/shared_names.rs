//! Names that several entities of a run share.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::entity::{EntityNames, RunEntity};
use crate::resolve::Profile;

/// Names, and the entities that have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedName<'v> {
    /// The names that these entities share and no other has, in alphabetic order.
    pub names: Vec<String>,
    /// Two or more entities that were counted, those in most documents first.
    pub entities: Vec<&'v RunEntity>,
}

/// The names that two or more of these entities share, as written, and are counted by: those first whose second entity is in
/// most documents, because there a wrong choice matters most. `rows` is how many; 0 is all. Several names of the same entities are together.
///
/// The canonical names are those of the entities; the others are looked up in `names`. Demonyms are names under the wide profile only.
/// A run does not say by which name an entity was counted, so this says what can be confused and not what was: `dateline audit
/// --ambiguous` reads the articles for that.
///
/// # Complexity
///
/// Linear in the names of the entities, which are kept.
#[must_use]
pub fn shared_names<'v>(
    entities: &'v [RunEntity],
    names: &EntityNames,
    profile: Profile,
    rows: usize,
) -> Vec<SharedName<'v>> {
    let mut by_name: BTreeMap<&str, Vec<&'v RunEntity>> = BTreeMap::new();
    for entity in entities.iter().filter(|entity| entity.documents > 0) {
        let mut own = names.counted(&entity.id, profile == Profile::Wide);
        own.push(&entity.name);
        own.sort_unstable();
        own.dedup();
        own.into_iter().for_each(|name| by_name.entry(name).or_default().push(entity));
    }
    // By rows, which say what the entities are, so that other ways of writing a name do not repeat them.
    let mut by_entities: BTreeMap<Vec<u32>, SharedName<'v>> = BTreeMap::new();
    for (name, mut entities) in by_name.into_iter().filter(|(_, entities)| entities.len() > 1) {
        entities.sort_by_key(|entity| (Reverse(entity.documents), entity.row));
        let rows = entities.iter().map(|entity| entity.row).collect();
        let shared = by_entities.entry(rows).or_insert_with(|| SharedName { names: Vec::new(), entities });
        shared.names.push(name.to_owned());
    }
    let mut shared: Vec<SharedName<'v>> = by_entities.into_values().collect();
    shared.sort_by(|a, b| {
        let weight = |of: &SharedName<'_>| Reverse((of.entities[1].documents, of.entities[0].documents));
        weight(a).cmp(&weight(b)).then_with(|| a.names.cmp(&b.names))
    });
    shared.truncate(if rows == 0 { usize::MAX } else { rows });
    shared
}
