//! Finds types and kinds by the words that users type.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::gazetteer::EntityType;
use crate::store::Run;

/// The types that dateline knows. If a run lacks one of these, the answer is empty; any other unknown word is an error.
const KNOWN: [&str; 3] = ["place", "organisation", "title"];

/// Words of other programs and people for these types.
const SYNONYMS: [(&str, &[&str]); 3] = [
    ("place", &["places", "location", "locations", "loc", "gpe", "toponym", "toponyms"]),
    (
        "organisation",
        &["organisations", "organization", "organizations", "orgs", "company", "companies", "firm", "firms"],
    ),
    ("title", &["titles", "office", "offices", "role", "roles"]),
];

const PERSONS: [&str; 5] = ["person", "persons", "people", "per", "human"];

/// Whether an entity with the dotted `kind` has the type or kind `wanted`.
///
/// ```
/// use dateline::query::is_of;
/// assert!(is_of("place.city", "place") && is_of("place.city", "place.city"));
/// assert!(is_of("org.media", "organisation") && is_of("org.media", "organisation.media") && is_of("org.media", "org"));
/// assert!(!is_of("place.cityscape", "place.city"));
/// ```
#[must_use]
pub fn is_of(kind: &str, wanted: &str) -> bool {
    let (first, rest) = divided(kind);
    let (wanted_first, wanted_rest) = divided(wanted);
    let below = rest.strip_prefix(wanted_rest).is_some_and(|more| more.is_empty() || more.starts_with('.'));
    first == wanted_first && (wanted_rest.is_empty() || below)
}

/// The type of a kind, and the rest of the kind from its first dot.
fn divided(kind: &str) -> (&str, &str) {
    let rest = kind.find('.').map_or("", |dot| &kind[dot..]);
    (EntityType::of_kind(kind).as_str(), rest)
}

/// The kinds of the entities of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunKinds {
    /// By kind, the number of entities.
    kinds: BTreeMap<String, u64>,
}

impl RunKinds {
    /// Reads the kinds of a run.
    ///
    /// # Errors
    ///
    /// If the entities cannot be read.
    ///
    /// # Complexity
    ///
    /// Reads the entities; keeps one entry for each kind.
    pub fn of(run: &Run) -> Result<Self> {
        let mut kinds = Self::default();
        for block in run.entities()? {
            block?.iter().for_each(|entity| kinds.add(entity.kind));
        }
        Ok(kinds)
    }

    /// Counts one entity of this kind.
    pub(crate) fn add(&mut self, kind: &str) {
        match self.kinds.get_mut(kind) {
            Some(count) => *count += 1,
            None => _ = self.kinds.insert(kind.to_owned(), 1),
        }
    }

    /// The types of these entities: place, organisation and title first, then others by name.
    #[must_use]
    pub fn types(&self) -> Vec<&str> {
        let has = |name: &str| self.kinds.keys().any(|kind| divided(kind).0 == name);
        let mut types: Vec<&str> = KNOWN.into_iter().filter(|name| has(name)).collect();
        for kind in self.kinds.keys() {
            let name = divided(kind).0;
            if !types.contains(&name) {
                types.push(name);
            }
        }
        types
    }

    /// Refuses a type or kind that no entity has, unless it is one of the three that dateline knows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) with the types of the run, and the one that was probably meant.
    pub fn check(&self, wanted: &str) -> Result<()> {
        if KNOWN.contains(&wanted) || self.kinds.keys().any(|kind| is_of(kind, wanted)) {
            return Ok(());
        }
        Err(Error::usage(format!("no entity of the run has the type {wanted:?}")).with_remedy(self.remedy(wanted)))
    }

    fn remedy(&self, wanted: &str) -> String {
        let of_type = |name: &str| self.kinds.keys().filter(|kind| divided(kind).0 == name).cloned().collect();
        let mut remedy = match divided(wanted) {
            (name, rest) if !rest.is_empty() && self.types().contains(&name) => {
                let kinds: Vec<String> = of_type(name);
                format!("of {name} it has {}", listed(&kinds))
            }
            _ if self.kinds.is_empty() => "the run has no entity at all".to_owned(),
            _ => format!("it has {}", listed(&self.types())),
        };
        if PERSONS.contains(&wanted.to_lowercase().as_str()) {
            remedy += "; persons are not counted, but `dateline holders` lists those who are named with a title";
        } else if let Some(meant) = self.meant(wanted) {
            remedy += &format!("; did you mean {meant}?");
        }
        remedy
    }

    /// The type or kind that the user probably meant.
    fn meant(&self, wanted: &str) -> Option<String> {
        let wanted = wanted.to_lowercase();
        let called = |(name, others): &(&'static str, &[&str])| {
            (*name == wanted || others.contains(&wanted.as_str())).then(|| (*name).to_owned())
        };
        if let Some(name) = SYNONYMS.iter().find_map(called) {
            return Some(name);
        }
        let singular = match wanted.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => wanted.strip_suffix('s').unwrap_or(&wanted).to_owned(),
        };
        let is_called = |kind: &&String| kind.split('.').skip(1).any(|part| part == wanted || part == singular);
        if let Some(kind) = self.kinds.keys().find(is_called) {
            return Some(kind.clone());
        }
        let near = |word: &str| strsim::osa_distance(word, &wanted);
        let types = KNOWN.into_iter().map(|name| (near(name), name.to_owned()));
        let kinds = self.kinds.keys().flat_map(|kind| {
            let parts = kind.split('.').skip(1).map(near);
            parts.chain([near(kind)]).map(move |distance| (distance, kind.clone()))
        });
        let (distance, name) = types.chain(kinds).min()?;
        (distance <= 2 && distance * 3 <= wanted.chars().count()).then_some(name)
    }
}

/// "place, organisation and title".
fn listed<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}
