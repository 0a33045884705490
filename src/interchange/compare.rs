//! In what two gazetteers differ.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::gazetteer::Gazetteer;
use crate::ids::EntityId;

/// One entity in which two gazetteers differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityDifference {
    /// Its id.
    pub id: String,
    /// Its canonical name in the newer gazetteer, or else in the older one.
    pub name: String,
    /// What became of it.
    pub change: Change,
}

/// What became of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only the newer gazetteer has it.
    Added,
    /// Only the older gazetteer has it.
    Removed,
    /// Both have it, and these things differ.
    Changed {
        /// Kind, canonical name and `key=value` fields, before and after, as `key: old → new`.
        fields: Vec<String>,
        /// Names that only the newer one has, or has with other rules.
        new_names: Vec<String>,
        /// Names that only the older one has, or has with other rules.
        lost_names: Vec<String>,
    },
}

/// The entities in which two gazetteers differ, by id.
///
/// ```
/// use dateline::Gazetteer;
/// use dateline::interchange::{Change, compare};
/// let of = |text: &str| Gazetteer::from_text(text, "mine.gaz").unwrap();
/// let old = of("ke\tplace.country\tKenya\t-\tcc=KE\nos\tplace.city\tOslo\n");
/// let new = of("ke\tplace.country\tKenya\t-\tcc=KE pop=5\n+\talias\tRepublic of Kenya\t-\n");
/// let differences = compare(&old, &new);
/// assert_eq!(differences[0].id, "ke");
/// let expected = Change::Changed {
///     fields: vec!["pop: - → 5".to_owned()],
///     new_names: vec!["Republic of Kenya".to_owned()],
///     lost_names: vec![],
/// };
/// assert_eq!(differences[0].change, expected);
/// assert_eq!((differences[1].id.as_str(), &differences[1].change), ("os", &Change::Removed));
/// ```
///
/// # Complexity
///
/// Linear in the names of both.
#[must_use]
pub fn compare(old: &Gazetteer, new: &Gazetteer) -> Vec<EntityDifference> {
    let mut differences = Vec::new();
    let (mut left, mut right) = (0, 0);
    let difference = |gazetteer: &Gazetteer, index: usize, change: Change| {
        let entity = gazetteer.entity(EntityId::new(index));
        EntityDifference { id: entity.id.to_owned(), name: entity.name.to_owned(), change }
    };
    while left < old.n_entities() || right < new.n_entities() {
        let order = match (left < old.n_entities(), right < new.n_entities()) {
            (true, true) => old.entity(EntityId::new(left)).id.cmp(new.entity(EntityId::new(right)).id),
            (true, false) => Ordering::Less,
            (false, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => differences.push(difference(old, left, Change::Removed)),
            Ordering::Greater => differences.push(difference(new, right, Change::Added)),
            Ordering::Equal => {
                if let Some(change) = changed(old, EntityId::new(left), new, EntityId::new(right)) {
                    differences.push(difference(new, right, change));
                }
            }
        }
        left += usize::from(order != Ordering::Greater);
        right += usize::from(order != Ordering::Less);
    }
    differences
}

fn changed(old: &Gazetteer, in_old: EntityId, new: &Gazetteer, in_new: EntityId) -> Option<Change> {
    let (before, after) = (old.entity(in_old), new.entity(in_new));
    let mut fields = Vec::new();
    let mut see = |key: &str, old: Option<&str>, new: Option<&str>| {
        if old != new {
            fields.push(format!("{key}: {} → {}", old.unwrap_or("-"), new.unwrap_or("-")));
        }
    };
    see("name", Some(before.name), Some(after.name));
    see("kind", Some(before.kind), Some(after.kind));
    let keys: BTreeSet<&str> = before.fields().chain(after.fields()).map(|(key, _)| key).collect();
    keys.into_iter().for_each(|key| see(key, before.field(key), after.field(key)));
    // A name is the same if it may match in the same places and then means the entity in the same way.
    let names = |gazetteer: &Gazetteer, id: EntityId| -> BTreeSet<(String, String)> {
        let aliases = gazetteer.aliases_of(id);
        let rules = aliases.map(|alias| {
            let rules = format!("{:?} {:?} {:?}", alias.kind, alias.flags, alias.evidence);
            (alias.text.to_owned(), rules)
        });
        rules.collect()
    };
    let (had, has) = (names(old, in_old), names(new, in_new));
    let only = |these: &BTreeSet<(String, String)>, those: &BTreeSet<(String, String)>| -> Vec<String> {
        these.difference(those).map(|(name, _)| name.clone()).collect()
    };
    let (new_names, lost_names) = (only(&has, &had), only(&had, &has));
    let is_same = fields.is_empty() && new_names.is_empty() && lost_names.is_empty();
    (!is_same).then_some(Change::Changed { fields, new_names, lost_names })
}
