//! Corrections, and what the mentions of a run mean once they are made: entities are merged, divided, removed or described anew.
//!
//! A run knows which entity each mention means, and not which names would have been found besides. So what changes the meaning of
//! mentions can be done here, and what changes the names cannot: that is listed ([`Edits::need_reading`]).

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::sink::Catalogue;
use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;
use crate::hash::hex;
use crate::query::{Condition, Filter, View};
use crate::store::{EntityRow, EntityRows, Run};

/// Corrections in the order in which they are made.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    pub(super) name: String,
    /// SHA-256 of the text, in hexadecimal.
    pub(super) digest: String,
    steps: Vec<Step>,
    need_reading: Vec<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Remove { id: String },
    Merge { from: String, into: String },
    Split { from: String, into: String, condition: Condition },
    Rename { id: String, name: String },
    Describe(Box<Description>),
}

/// An entity as a line of a gazetteer describes it.
#[derive(Debug, Clone)]
struct Description {
    id: String,
    name: String,
    kind: String,
    country: String,
    parent: String,
    wikidata: String,
    population: u64,
    coordinates: (f64, f64),
}

impl Description {
    fn row(&self) -> EntityRow<'_> {
        EntityRow {
            id: &self.id,
            name: &self.name,
            kind: &self.kind,
            country: &self.country,
            parent: &self.parent,
            wikidata: &self.wikidata,
            population: self.population,
            latitude: self.coordinates.0,
            longitude: self.coordinates.1,
            mentions: 0,
            documents: 0,
        }
    }
}

impl Edits {
    /// Reads corrections, one a line; `name` is what errors and the manifest call them. Words are separated by blanks:
    ///
    /// ```text
    /// !merge ID INTO                mentions of the one mean the other
    /// !split ID NEW CONDITION       mentions in documents that meet the condition mean another entity
    /// !remove ID                    mentions of it do not count
    /// !rename ID NAME               its canonical name
    /// ```
    ///
    /// All other lines are those of a `.gaz` file. A line of an entity describes it anew, and says who an entity is that mentions are merged
    /// into. What such lines say of names needs a new reading.
    ///
    /// ```
    /// use dateline::Edits;
    /// let edits = Edits::parse("!merge gn:5 us/ga   # the same place\n!split tbilisi tbilisi-us source=AJC\n", "mine.gaz")?;
    /// assert!(edits.need_reading().is_empty());
    /// let error = Edits::parse("!merge gn:5\n", "mine.gaz").unwrap_err().to_string();
    /// assert!(error.starts_with("mine.gaz:1: !merge needs the id of an entity and the one that it is merged into"));
    /// # Ok::<(), dateline::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names the first line that is not understood.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let mut edits =
            Self { name: name.to_owned(), digest: hex(&Sha256::digest(text.as_bytes())), ..Self::default() };
        // What is left keeps its line numbers.
        let mut rest = String::new();
        let mut of_extended: Option<String> = None;
        for (number, line) in (1..).zip(text.lines()) {
            let fault = |message: &str| {
                let error = Error::format(format!("{name}:{number}"), message.to_owned());
                error.with_remedy("`dateline edit --help` shows the lines that there are")
            };
            let code = line.split_once(" #").map_or(line, |(code, _)| code).trim();
            let (word, arguments) = code.split_once(char::is_whitespace).unwrap_or((code, ""));
            let arguments = arguments.trim();
            let two = || arguments.split_once(char::is_whitespace).map(|(first, rest)| (first, rest.trim()));
            let is_name = line.trim_start().starts_with('+');
            if !is_name && !code.is_empty() && !code.starts_with('#') {
                of_extended = None;
            }
            match word {
                "!merge" => match two().filter(|(_, into)| !into.contains(char::is_whitespace)) {
                    Some((from, into)) if from == into => return Err(fault("an entity cannot be merged into itself")),
                    Some((from, into)) => {
                        edits.steps.push(Step::Merge { from: from.to_owned(), into: into.to_owned() })
                    }
                    None => {
                        return Err(fault("!merge needs the id of an entity and the one that it is merged into"));
                    }
                },
                "!split" => {
                    let parts = two().and_then(|(from, rest)| {
                        rest.split_once(char::is_whitespace).map(|(into, condition)| (from, into, condition.trim()))
                    });
                    let Some((from, into, condition)) = parts else {
                        return Err(fault("!split needs the id of an entity, that of another one, and a condition"));
                    };
                    let condition: Condition = condition.parse().map_err(|error: Error| fault(&error.to_string()))?;
                    if condition.is_of_entities() {
                        return Err(fault("the condition of !split must be on documents alone, as on date or source"));
                    }
                    edits.steps.push(Step::Split { from: from.to_owned(), into: into.to_owned(), condition });
                }
                "!rename" => match two() {
                    Some((id, name)) => edits.steps.push(Step::Rename { id: id.to_owned(), name: name.to_owned() }),
                    None => return Err(fault("!rename needs the id of an entity and its new name")),
                },
                "!remove" if arguments.is_empty() => return Err(fault("!remove needs the id of an entity")),
                "!remove" => match two() {
                    None => edits.steps.push(Step::Remove { id: arguments.to_owned() }),
                    Some((id, name)) => {
                        edits.need_reading.push(format!("line {number}: {id} without the name {name:?}"));
                    }
                },
                "!extend" => {
                    of_extended = Some(arguments.to_owned());
                }
                "!include" => return Err(fault("!include is not possible here: name the file itself with --with")),
                _ if is_name && of_extended.is_some() => {
                    let id = of_extended.as_deref().unwrap_or_default();
                    edits.need_reading.push(format!("line {number}: another name of {id}"));
                }
                _ => rest.push_str(line),
            }
            rest.push('\n');
        }
        // A gazetteer without an entity is refused.
        let has_lines = rest.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let described = has_lines.then(|| Gazetteer::from_text(&rest, name)).transpose()?;
        for entity in described.iter().flat_map(Gazetteer::entities) {
            let id = entity.id.to_owned();
            edits.need_reading.push(format!("the names of {id}, which its line lists"));
            edits.steps.push(Step::Describe(Box::new(Description {
                id,
                name: entity.name.to_owned(),
                kind: entity.kind.to_owned(),
                country: entity.country().unwrap_or_default().to_owned(),
                parent: entity.field("parent").unwrap_or_default().to_owned(),
                wikidata: entity.field("wd").unwrap_or_default().to_owned(),
                population: entity.population().unwrap_or(0),
                coordinates: entity.coordinates.unwrap_or((f64::NAN, f64::NAN)),
            })));
        }
        Ok(edits)
    }

    /// What of the corrections changes which names are found, so that only a new analysis can show it: one sentence each.
    #[must_use]
    pub fn need_reading(&self) -> &[String] {
        &self.need_reading
    }
}

/// What the mentions of a run mean once it is corrected.
pub(super) struct Edition<'r> {
    /// Those of the run and those that are new, sorted by id.
    entities: EntityRows,
    meanings: Vec<Meaning>,
    changes: Vec<Change>,
    /// The documents that meet the condition of each step that divides an entity.
    views: Vec<View<'r>>,
    pub(super) unknown: BTreeSet<String>,
}

/// What mentions of an entity of the run mean.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// The entity of this number here; none if they do not count.
    Always(Option<u32>),
    /// It depends on the document: all steps are followed from this number.
    ByDocument(u32),
}

/// Mentions of one entity mean another one, or nothing; everywhere or, with the number of a view, in its documents.
type Change = (u32, Option<u32>, Option<usize>);

impl<'r> Edition<'r> {
    pub(super) fn new(run: &'r Run, edits: &Edits) -> Result<Self> {
        let mut stored = EntityRows::default();
        for block in run.entities()? {
            block?.iter().for_each(|row| stored.push(EntityRow { mentions: 0, documents: 0, ..row }));
        }
        let mut rows: BTreeMap<&str, EntityRow<'_>> = stored.iter().map(|row| (row.id, row)).collect();
        if rows.len() != stored.id.len() {
            let error = Error::format(run.path(), "damaged: two of its entities have one id");
            return Err(error.with_remedy("`dateline verify` says more"));
        }
        let in_run: BTreeSet<&str> = rows.keys().copied().collect();
        let mut unknown = BTreeSet::new();
        let mut renamed: BTreeMap<&str, &str> = BTreeMap::new();
        for step in &edits.steps {
            match step {
                Step::Describe(description) => {
                    rows.insert(&description.id, description.row());
                }
                Step::Rename { id, name } => {
                    renamed.insert(id, name);
                }
                Step::Remove { .. } | Step::Merge { .. } | Step::Split { .. } => {}
            }
        }
        for (id, name) in renamed {
            match rows.get_mut(id) {
                Some(row) => row.name = name,
                None => {
                    unknown.insert(id.to_owned());
                }
            }
        }
        let mut entities = EntityRows::default();
        rows.values().for_each(|row| entities.push(*row));
        let numbers: BTreeMap<&str, u32> = rows.keys().copied().zip(0..).collect();
        let mut changes: Vec<Change> = Vec::new();
        let mut views: Vec<View<'r>> = Vec::new();
        let known = |id: &str| {
            numbers.get(id).copied().ok_or_else(|| {
                let error = Error::usage(format!("{}: who {id:?} is, the run does not say", edits.name));
                error.with_remedy("add a line that describes the entity, as in a .gaz file")
            })
        };
        for step in &edits.steps {
            let (Step::Remove { id: from } | Step::Merge { from, .. } | Step::Split { from, .. }) = step else {
                continue;
            };
            let Some(number) = numbers.get(&**from) else {
                unknown.insert(from.clone());
                continue;
            };
            let (into, view) = match step {
                Step::Merge { into, .. } => (Some(known(into)?), None),
                Step::Split { into, condition, .. } => {
                    let into = Some(known(into)?);
                    views.push(Filter { condition: Some(condition.clone()), ..Filter::default() }.view(run)?);
                    (into, Some(views.len() - 1))
                }
                Step::Remove { .. } | Step::Rename { .. } | Step::Describe(_) => (None, None),
            };
            if !in_run.contains(&**from) {
                unknown.insert(from.clone());
            }
            changes.push((*number, into, view));
        }
        let meanings = stored.iter().map(|row| meaning_of(numbers[row.id], &changes)).collect();
        Ok(Self { entities, meanings, changes, views, unknown })
    }

    /// What a mention of an entity of the run means in a document, both by row: a number here, or nothing.
    ///
    /// `None` if the run has no such entity.
    pub(super) fn meaning(&self, document: u32, entity: u32) -> Option<Option<u32>> {
        match *self.meanings.get(entity as usize)? {
            Meaning::Always(number) => Some(number),
            Meaning::ByDocument(first) => {
                let mut number = Some(first);
                for (from, into, view) in &self.changes {
                    let is_there = view.is_none_or(|view| self.views[view].has_document(document as usize));
                    if number == Some(*from) && is_there {
                        number = *into;
                    }
                }
                Some(number)
            }
        }
    }
}

/// What mentions of the entity `first` mean after all changes.
fn meaning_of(first: u32, changes: &[Change]) -> Meaning {
    let mut number = Some(first);
    for (from, into, view) in changes {
        match (number == Some(*from), view) {
            (true, Some(_)) => return Meaning::ByDocument(first),
            (true, None) => number = *into,
            (false, _) => {}
        }
    }
    Meaning::Always(number)
}

impl Catalogue for Edition<'_> {
    fn n_entities(&self) -> usize {
        self.entities.id.len()
    }

    fn entity_row(&self, index: usize) -> EntityRow<'_> {
        self.entities.row(index)
    }
}
