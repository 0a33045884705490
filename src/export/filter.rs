//! Which rows of a run are wanted: the one set of conditions for `pairs` and for every export.

use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::gazetteer::{Gazetteer, LoadOptions};
use crate::query::{EntityNames, RunKinds, find_entity, is_of};
use crate::store::{PairRow, Run};

/// Conditions on entities and pairs; the default wants everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Only entities of this type (`place`, `organisation`, `title`) or kind (`place.city`); of pairs, both.
    pub kind: Option<String>,
    /// Only pairs with this entity, by its id or by any of its names ([`find_entity`]).
    pub with: Option<String>,
    /// Only pairs with at least this many documents together.
    pub min_documents: u32,
}

impl Filter {
    /// Whether every row passes.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.kind.is_none() && !self.is_of_pairs()
    }

    /// Whether there is a condition that only a pair can meet.
    pub(super) fn is_of_pairs(&self) -> bool {
        self.with.is_some() || self.min_documents > 1
    }

    /// Looks up the conditions in a run.
    ///
    /// # Errors
    ///
    /// If the entities cannot be read, none has the type wanted, or `with` names no entity or several.
    ///
    /// # Complexity
    ///
    /// Reads the entities; keeps a byte for each. For a name that is not an id, the run's gazetteer is loaded, which is
    /// slow if it contains files of the user: find the id first, with a cache ([`load_cached`](crate::load_cached)).
    pub fn select(&self, run: &Run) -> Result<Selection> {
        let mut of_kind = Vec::new();
        let mut kinds = RunKinds::default();
        for block in run.entities()? {
            for entity in block?.iter() {
                of_kind.push(self.kind.as_deref().is_none_or(|wanted| is_of(entity.kind, wanted)));
                kinds.add(entity.kind);
            }
        }
        if let Some(wanted) = &self.kind {
            kinds.check(wanted).map_err(|error| error.at(run.path()))?;
        }
        let load = |layers: &[String], without: &[String]| {
            Gazetteer::load_with(layers, &LoadOptions { without: without.to_vec(), ..LoadOptions::default() })
        };
        let find = |given: &String| find_entity(run, given, self.kind.as_deref(), || EntityNames::of_run(run, load));
        let with = self.with.as_ref().map(find).transpose()?.map(|entity| entity.row);
        Ok(Selection { of_kind, with, min_documents: self.min_documents })
    }
}

/// The conditions as options of the command line.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_ref().map(|kind| format!("--type {kind}"));
        let with = self.with.as_ref().map(|with| format!("--with {with:?}"));
        let documents = (self.min_documents > 1).then(|| format!("--min-documents {}", self.min_documents));
        f.write_str(&kind.into_iter().chain(with).chain(documents).collect::<Vec<_>>().join(" "))
    }
}

/// A [`Filter`] looked up in a run: entities and pairs by row.
#[derive(Debug, Clone)]
pub struct Selection {
    of_kind: Vec<bool>,
    with: Option<u32>,
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
        pair.joint >= self.min_documents
            && self.entity(pair.a)
            && self.entity(pair.b)
            && self.with.is_none_or(|entity| pair.a == entity || pair.b == entity)
    }
}
