//! Finds an entity of a run by its id or by any of its names.

use std::cmp::Reverse;

use super::kinds::is_of;
use crate::error::{Error, Result};
use crate::gazetteer::{EntityType, Gazetteer, builtin_names};
use crate::normalize::fold;
use crate::store::Run;

/// Candidates that an error lists.
const LISTED: usize = 8;

/// One entity of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEntity {
    /// Its row in the run's tables.
    pub row: u32,
    /// Its id in the gazetteer.
    pub id: String,
    /// Its canonical name.
    pub name: String,
    /// Its dotted kind.
    pub kind: String,
    /// ISO 3166-1 alpha-2 code of its country; empty if unknown.
    pub country: String,
    /// Mentions of it.
    pub mentions: u64,
    /// Documents that mention it.
    pub documents: u32,
}

impl RunEntity {
    /// `place`, `organisation`, `title`, or the first part of another kind.
    #[must_use]
    pub fn type_name(&self) -> &str {
        EntityType::of_kind(&self.kind).as_str()
    }
}

/// All entities of a run, by row.
pub(super) fn entities_of(run: &Run) -> Result<Vec<RunEntity>> {
    let mut entities = Vec::new();
    for block in run.entities()? {
        for entity in block?.iter() {
            entities.push(RunEntity {
                row: entities.len() as u32,
                id: entity.id.to_owned(),
                name: entity.name.to_owned(),
                kind: entity.kind.to_owned(),
                country: entity.country.to_owned(),
                mentions: entity.mentions,
                documents: entity.documents,
            });
        }
    }
    Ok(entities)
}

/// The names of a run's entities. A run stores canonical names only; the others are in the gazetteer it was made with.
#[derive(Debug, Default)]
pub struct EntityNames {
    gazetteer: Option<Gazetteer>,
    missing: Vec<String>,
}

impl EntityNames {
    /// The names in those layers of the run's gazetteer that can still be read: the built-in ones, and files with the
    /// recorded names in the current folder or beside the run. `load` receives the layers and the sources that the run
    /// excluded.
    ///
    /// A gazetteer that has changed since can be used, too: entities are identified by their ids.
    #[must_use]
    pub fn of_run(run: &Run, load: impl Fn(&[String], &[String]) -> Result<Gazetteer>) -> Self {
        let manifest = run.manifest();
        let without = &manifest.settings.without;
        let beside = run.path().parent().unwrap_or(run.path());
        let is_built_in = |name: &str| builtin_names().contains(&name);
        let (mut layers, mut missing) = (Vec::new(), Vec::new());
        for name in &manifest.gazetteer.names {
            let places = [name.into(), beside.join(name)];
            match places.iter().find(|path| is_built_in(name) || path.is_file()) {
                Some(path) => layers.push(path.to_string_lossy().into_owned()),
                None => missing.push(name.clone()),
            }
        }
        let mut gazetteer = if layers.is_empty() { None } else { load(&layers, without).ok() };
        if gazetteer.is_none() {
            // A file that can no longer be read must not prevent the use of built-in names.
            let (built_in, files): (Vec<String>, Vec<String>) = layers.into_iter().partition(|name| is_built_in(name));
            gazetteer = if built_in.is_empty() { None } else { load(&built_in, &[]).ok() };
            missing.extend(files);
        }
        Self { gazetteer, missing }
    }

    /// The layers that could be read, together.
    pub(super) fn gazetteer(&self) -> Option<&Gazetteer> {
        self.gazetteer.as_ref()
    }

    /// The names that an entity is counted by, as far as they could be looked up, with or without demonyms.
    pub(super) fn counted(&self, id: &str, demonyms: bool) -> Vec<&str> {
        let found = self.gazetteer.as_ref().and_then(|gazetteer| Some((gazetteer, gazetteer.find(id)?)));
        let Some((gazetteer, entity)) = found else { return Vec::new() };
        let aliases = gazetteer.aliases_of(entity);
        let counted = aliases.filter(|alias| !alias.flags.stop && (demonyms || !alias.kind.is_demonym()));
        counted.map(|alias| alias.text).collect()
    }

    /// Whether a name of the entity passes, other than the canonical one.
    fn any(&self, id: &str, test: impl Fn(&str) -> bool) -> bool {
        let Some(gazetteer) = &self.gazetteer else { return false };
        let Some(entity) = gazetteer.find(id) else { return false };
        gazetteer.aliases_of(entity).any(|alias| !alias.flags.stop && test(alias.text))
    }

    /// What an error should say about names that could not be looked up.
    fn remark(&self) -> String {
        match self.missing.as_slice() {
            [] => String::new(),
            missing => format!(
                " (only canonical names were compared, because {} is not here: run the command in its folder)",
                missing.join(", ")
            ),
        }
    }
}

/// Finds an entity of a run by its id or by any of its names: as written, or else ignoring case, accents and a leading
/// "the".
///
/// `of_kind` is the type or kind it must have. `names` is used only if the id is not enough.
///
/// # Errors
///
/// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if no entity or more than one matches; the error lists those found,
/// the most frequent first. One of several is never chosen silently.
///
/// # Complexity
///
/// Reads the entities of the run once, and all names of each.
pub fn find_entity(
    run: &Run,
    given: &str,
    of_kind: Option<&str>,
    names: impl FnOnce() -> EntityNames,
) -> Result<RunEntity> {
    let entities = entities_of(run)?;
    let fits = |entity: &RunEntity| of_kind.is_none_or(|wanted| is_of(&entity.kind, wanted));
    // An id may begin or end with blanks; a typed name may do so by mistake.
    let given = if entities.iter().any(|entity| entity.id == given) { given } else { given.trim() };
    let refuse = |message: String, remedy: &str| Err(Error::usage(message).at(run.path()).with_remedy(remedy));
    if let Some(entity) = entities.iter().find(|entity| entity.id == given) {
        return match of_kind {
            Some(wanted) if !fits(entity) => refuse(not_of(given, wanted, &[entity]), "leave out the type"),
            _ => Ok(entity.clone()),
        };
    }
    let names = names();
    let folded = fold(given);
    let bare = folded.strip_prefix("the ").unwrap_or(&folded);
    let named = |test: &dyn Fn(&str) -> bool| -> Vec<&RunEntity> {
        let mut found: Vec<&RunEntity> =
            entities.iter().filter(|entity| test(&entity.name) || names.any(&entity.id, test)).collect();
        found.sort_by_key(|entity| (Reverse(entity.documents), entity.row));
        found
    };
    let mut found = named(&|name| name == given);
    if !found.iter().any(|entity| fits(entity)) {
        found = named(&|name| fold(name) == folded);
    }
    if found.is_empty() && bare != folded {
        found = named(&|name| fold(name) == bare);
    }
    let fitting: Vec<&RunEntity> = found.iter().copied().filter(|entity| fits(entity)).collect();
    match (fitting.as_slice(), of_kind) {
        ([only], _) => Ok((*only).clone()),
        ([], Some(wanted)) if !found.is_empty() => refuse(not_of(given, wanted, &found), "leave out the type"),
        ([], _) => {
            let message = format!("no entity of the run has the id or the name {given:?}{}", like(bare, &entities));
            refuse(message + &names.remark(), "`dateline top` lists them, with -n 0 all")
        }
        (several, _) => {
            let n = several.len();
            let message = format!("{n} entities of the run have the name {given:?}: {}", listed(several));
            refuse(message, &format!("give the id of one, e.g. {}", several[0].id))
        }
    }
}

/// "Reuters" is org/reuters (...), not of the type "place".
fn not_of(given: &str, wanted: &str, found: &[&RunEntity]) -> String {
    format!("{given:?} is {}, not of the type {wanted:?}", listed(found))
}

/// Each entity with its id, name, kind and documents.
fn listed(entities: &[&RunEntity]) -> String {
    let shown = entities.iter().take(LISTED).map(|entity| {
        let documents = if entity.documents == 1 { "document" } else { "documents" };
        format!("{} ({}, {}, {} {documents})", entity.id, entity.name, entity.kind, entity.documents)
    });
    let mut list = shown.collect::<Vec<_>>().join(", ");
    if entities.len() > LISTED {
        list += &format!(" and {} more", entities.len() - LISTED);
    }
    list
}

/// Names of the run that have a word beginning with the given text, or that are similar to it.
fn like(folded: &str, entities: &[RunEntity]) -> String {
    let limit = 1 + folded.chars().count() / 8;
    let mut found: Vec<&RunEntity> = entities
        .iter()
        .filter(|entity| {
            let name = fold(&entity.name);
            let begins = name.match_indices(folded).any(|(at, _)| !name[..at].ends_with(char::is_alphanumeric));
            folded.chars().count() >= 3 && (begins || strsim::osa_distance(&name, folded) <= limit)
        })
        .collect();
    found.sort_by_key(|entity| (Reverse(entity.documents), entity.row));
    found.truncate(3);
    if found.is_empty() { String::new() } else { format!(" (it has {})", listed(&found)) }
}
