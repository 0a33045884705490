//! Which rows of a run are wanted: one set of conditions for `pairs` and for every export.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::gazetteer::EntityType;
use crate::store::{PairRow, Run};

/// Conditions on entities and pairs; the default wants everything.
///
/// ```
/// use dateline::export::Filter;
/// assert!(Filter::is_of("place.city", "place") && Filter::is_of("place.city", "place.city"));
/// assert!(Filter::is_of("org.media", "organisation"));
/// assert!(!Filter::is_of("place.cityscape", "place.city"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Only entities of this type (`place`, `organisation`, `title`) or kind (`place.city`); of pairs, both.
    pub kind: Option<String>,
    /// Only pairs with this entity, by id or exact name.
    pub with: Option<String>,
    /// Only pairs with at least this many documents together.
    pub min_documents: u32,
}

impl Filter {
    /// Whether an entity of the dotted `kind` is of the type or kind that the user typed.
    #[must_use]
    pub fn is_of(kind: &str, wanted: &str) -> bool {
        let below = kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        below || EntityType::of_kind(kind).as_str() == wanted
    }

    /// Whether every row passes.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.kind.is_none() && !self.is_of_pairs()
    }

    /// Whether there is a condition that only a pair can meet.
    pub(super) fn is_of_pairs(&self) -> bool {
        self.with.is_some() || self.min_documents > 1
    }

    /// Looks up what the conditions mean in a run.
    ///
    /// # Errors
    ///
    /// If the entities cannot be read, or none of them is the one that pairs should be with.
    ///
    /// # Complexity
    ///
    /// Reads the entities; keeps two bytes for each.
    pub fn select(&self, run: &Run) -> Result<Selection> {
        let mut selection = Selection { of_kind: Vec::new(), with: None, min_documents: self.min_documents };
        let mut named = Vec::new();
        for block in run.entities()? {
            for entity in block?.iter() {
                selection.of_kind.push(self.kind.as_deref().is_none_or(|wanted| Self::is_of(entity.kind, wanted)));
                named.push(self.with.as_deref().is_some_and(|name| entity.id == name || entity.name == name));
            }
        }
        if let Some(name) = &self.with {
            if !named.contains(&true) {
                let error = Error::usage(format!("no entity of the run has the id or the name {name:?}"));
                return Err(error.at(run.path()).with_remedy("`dateline top` lists them, with -n 0 all"));
            }
            selection.with = Some(named);
        }
        Ok(selection)
    }
}

/// A [`Filter`] looked up in a run: entities and pairs by row.
#[derive(Debug, Clone)]
pub struct Selection {
    of_kind: Vec<bool>,
    with: Option<Vec<bool>>,
    min_documents: u32,
}

impl Selection {
    /// Number of entities in the run.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.of_kind.len()
    }

    /// Whether the entity is of the kind wanted; `false` if there is no such row.
    #[must_use]
    pub fn entity(&self, row: u32) -> bool {
        self.of_kind.get(row as usize).copied().unwrap_or(false)
    }

    /// Whether the pair meets all conditions.
    #[must_use]
    pub fn pair(&self, pair: PairRow) -> bool {
        let is_named = |named: &Vec<bool>| named[pair.a as usize] || named[pair.b as usize];
        pair.joint >= self.min_documents
            && self.entity(pair.a)
            && self.entity(pair.b)
            && self.with.as_ref().is_none_or(is_named)
    }
}
