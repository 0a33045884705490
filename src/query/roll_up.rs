//! Places counted for what they are part of.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::entity::{EntityNames, RunEntity};
use super::kinds::is_of;
use crate::error::{Error, Result};
use crate::gazetteer::{Gazetteer, LoadOptions};
use crate::ids::EntityId;
use crate::store::Run;

/// Which places are counted for a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RollUp {
    /// Places count for their country. A place that no country has (a continent, an ocean) counts for itself.
    Country,
    /// Places count for the state, province or other first-level division that they are in. Countries, and places whose division
    /// the gazetteer does not know, count for themselves.
    Admin1,
}

impl RollUp {
    /// Both, with their names.
    pub const ALL: [(&'static str, Self); 2] = [("country", Self::Country), ("admin1", Self::Admin1)];
}

impl fmt::Display for RollUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::ALL.iter().find(|(_, known)| known == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for RollUp {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|(known, _)| *known == name);
        let known = known.ok_or_else(|| Error::usage(format!("{name:?} is nothing that places can be counted for")));
        known.map(|(_, roll_up)| roll_up).map_err(|error| error.with_remedy("write country or admin1"))
    }
}

/// As which entity each counts.
#[derive(Debug, Clone)]
pub(super) struct Rolled {
    /// By row of the run's entities, the row that they count as: of the run, or after its rows one of those added.
    pub(super) to: Vec<u32>,
    /// Larger places that no document of the run mentions itself.
    pub(super) added: Vec<RunEntity>,
}

/// The gazetteer of the run, as far as it is still there.
fn gazetteer_of(run: &Run) -> EntityNames {
    EntityNames::of_run(run, |layers, without| {
        Gazetteer::load_with(layers, &LoadOptions { without: without.to_vec(), ..LoadOptions::default() })
    })
}

impl Rolled {
    /// Looks up where the places of a run are: in its own table, and for places that it does not mention in its gazetteer.
    ///
    /// # Errors
    ///
    /// If the entities cannot be read.
    pub(super) fn of(roll_up: RollUp, run: &Run, entities: &[RunEntity]) -> Result<Self> {
        let mut parents = Vec::with_capacity(entities.len());
        for block in run.entities()? {
            parents.extend(block?.parent.iter().map(str::to_owned));
        }
        let names = gazetteer_of(run);
        let mut added =
            Added { names: &names, entities: Vec::new(), rows: BTreeMap::new(), first: entities.len() as u32 };
        let by_id: BTreeMap<&str, u32> = entities.iter().map(|entity| (entity.id.as_str(), entity.row)).collect();
        let to = match roll_up {
            RollUp::Country => to_countries(entities, &mut added),
            RollUp::Admin1 => to_divisions(entities, &parents, &by_id, &mut added),
        };
        Ok(Self { to, added: added.entities })
    }
}

/// Entities that are not in the run, by their ids.
struct Added<'n> {
    names: &'n EntityNames,
    entities: Vec<RunEntity>,
    rows: BTreeMap<String, u32>,
    first: u32,
}

impl Added<'_> {
    fn row(&mut self, id: &str, name: &str, kind: &str, country: &str) -> u32 {
        if let Some(row) = self.rows.get(id) {
            return *row;
        }
        let row = self.first + self.entities.len() as u32;
        let [id, name, kind, country] = [id, name, kind, country].map(str::to_owned);
        self.rows.insert(id.clone(), row);
        self.entities.push(RunEntity { row, id, name, kind, country, mentions: 0, documents: 0 });
        row
    }

    fn row_of(&mut self, gazetteer: &Gazetteer, id: EntityId) -> u32 {
        let entity = gazetteer.entity(id);
        self.row(entity.id, entity.name, entity.kind, entity.country().unwrap_or_default())
    }
}

fn to_countries(entities: &[RunEntity], added: &mut Added<'_>) -> Vec<u32> {
    let mut countries: BTreeMap<String, u32> = BTreeMap::new();
    for entity in entities.iter().filter(|entity| is_of(&entity.kind, "place.country") && !entity.country.is_empty()) {
        // The country itself before whatever else is of that kind, such as a part of it.
        let is_itself = entity.id.eq_ignore_ascii_case(&entity.country);
        match countries.get_mut(entity.country.as_str()) {
            Some(row) if is_itself => *row = entity.row,
            Some(_) => {}
            None => _ = countries.insert(entity.country.clone(), entity.row),
        }
    }
    let mut row = |entity: &RunEntity| {
        if !is_of(&entity.kind, "place") || entity.country.is_empty() {
            return entity.row;
        }
        *countries.entry(entity.country.clone()).or_insert_with(|| {
            let names = added.names;
            let found = names.gazetteer().and_then(|gazetteer| {
                let is_it = |id: EntityId| {
                    let found = gazetteer.entity(id);
                    is_of(found.kind, "place.country") && found.country() == Some(entity.country.as_str())
                };
                let by_code = gazetteer.find(&entity.country.to_lowercase()).filter(|id| is_it(*id));
                let id = by_code.or_else(|| (0..gazetteer.n_entities()).map(EntityId::new).find(|id| is_it(*id)))?;
                Some(added.row_of(gazetteer, id))
            });
            // The code says which country it is even if no gazetteer has its name.
            found.unwrap_or_else(|| {
                added.row(&entity.country.to_lowercase(), &entity.country, "place.country", &entity.country)
            })
        })
    };
    entities.iter().map(&mut row).collect()
}

fn to_divisions(
    entities: &[RunEntity],
    parents: &[String],
    by_id: &BTreeMap<&str, u32>,
    added: &mut Added<'_>,
) -> Vec<u32> {
    const DIVISION: &str = "place.admin1";
    /// More levels than any country has; a gazetteer of the user might go in a circle.
    const DEEPEST: usize = 16;
    let names = added.names;
    let mut row = |entity: &RunEntity| {
        if !is_of(&entity.kind, "place") || is_of(&entity.kind, "place.country") || is_of(&entity.kind, DIVISION) {
            return entity.row;
        }
        let mut id = parents[entity.row as usize].clone();
        for _ in 0..DEEPEST {
            if let Some(row) = by_id.get(id.as_str()) {
                if is_of(&entities[*row as usize].kind, DIVISION) {
                    return *row;
                }
                id.clone_from(&parents[*row as usize]);
                continue;
            }
            let Some(gazetteer) = names.gazetteer() else { break };
            let Some(found) = gazetteer.find(&id) else { break };
            if is_of(gazetteer.entity(found).kind, DIVISION) {
                return added.row_of(gazetteer, found);
            }
            let Some(parent) = gazetteer.parent(found) else { break };
            id = gazetteer.entity(parent).id.to_owned();
        }
        entity.row
    };
    entities.iter().map(&mut row).collect()
}
