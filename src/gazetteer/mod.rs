//! The gazetteer: who and what can be found, under which names.
//!
//! In come text files in the native line format (`.gaz`) and the built-in layers; out comes an immutable [`Gazetteer`]:
//! entities sorted by id, each with its aliases, and a fingerprint of all of it. Reading is tolerant of nothing: every
//! faulty line is reported with file, line, column and remedy, all of them at once ([`crate::Error::diagnostics`]).
//!
//! What a name may match in a text (case, boundaries) is stored here and judged by the matcher; whether a weak name has
//! evidence is judged by the resolver.

mod builtin;
mod core;
mod filter;
mod line;
mod lint;
mod notices;
mod rank;
mod reader;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::ids::{AliasId, EntityId};
use crate::normalize::{fold, trim};

pub use builtin::{DATA_DATE, builtin_names};
pub use core::{CORE_POPULATION, in_core};
pub use line::parse_flags;
pub use lint::{Code, Finding, Severity, lint};
pub use notices::NOTICES;
pub use rank::kind_rank;

/// The immutable set of entities and their aliases.
///
/// Entities are sorted by id and aliases by entity and text, so that the order of lines in the files changes nothing.
///
/// ```
/// use dateline::Gazetteer;
/// let gazetteer = Gazetteer::from_text(
///     "us  place.country  United States  -      cc=US\n\
///      +   abbr           U.S.           exact\n",
///     "mine.gaz",
/// )?;
/// assert_eq!(gazetteer.entities().len(), 1);
/// assert_eq!(gazetteer.aliases().len(), 2);
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Gazetteer {
    entities: Vec<Entity>,
    aliases: Vec<Alias>,
    fingerprint: String,
    layers: Vec<String>,
}

/// One referent: an id that is stable across runs, a canonical name, a kind, and what else its line says.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// The external id, e.g. `us` or `gn:4140963`.
    pub id: String,
    /// Dotted kind, e.g. `place.city`.
    pub kind: String,
    /// The name shown in output.
    pub name: String,
    /// The remaining `key=value` fields in file order, unknown keys included.
    pub fields: Vec<(String, String)>,
    /// Latitude and longitude in degrees, if both are known.
    pub coordinates: Option<(f64, f64)>,
    /// Rows of this entity in [`Gazetteer::aliases`].
    aliases: Range<u32>,
}

/// The three types of mention the tool knows, and whatever else a gazetteer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType<'a> {
    /// Kinds `place.*`.
    Place,
    /// Kinds `org.*`.
    Organisation,
    /// Kinds `title.*`.
    Title,
    /// Any other first part of a kind, as written.
    Other(&'a str),
}

impl<'a> EntityType<'a> {
    /// The type of a dotted kind.
    #[must_use]
    pub fn of_kind(kind: &'a str) -> Self {
        match kind.split('.').next().unwrap_or(kind) {
            "place" => Self::Place,
            "org" | "organisation" => Self::Organisation,
            "title" => Self::Title,
            other => Self::Other(other),
        }
    }

    /// The word used in output: `place`, `organisation`, `title`, or the kind's own first part.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Place => "place",
            Self::Organisation => "organisation",
            Self::Title => "title",
            Self::Other(kind) => kind,
        }
    }
}

impl Entity {
    /// Place, organisation, title or another type.
    #[must_use]
    pub fn entity_type(&self) -> EntityType<'_> {
        EntityType::of_kind(&self.kind)
    }

    /// The value of a `key=value` field.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// ISO 3166 code of the country the entity belongs to, if its line has `cc=`.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.field("cc")
    }

    /// Inhabitants, if its line has `pop=`.
    #[must_use]
    pub fn population(&self) -> Option<u64> {
        self.field("pop").and_then(|value| value.parse().ok())
    }
}

/// One name of one entity, with the rules under which it may match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias {
    /// The entity named.
    pub entity: EntityId,
    /// The name as its line writes it.
    pub text: String,
    /// How the name relates to the entity.
    pub kind: AliasKind,
    /// Case, boundary, strength and vetoes.
    pub flags: Flags,
    /// Evidence that a weak name accepts (`ctx=`); empty means the default of its type.
    pub evidence: Vec<Evidence>,
}

/// How a name relates to its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AliasKind {
    /// The canonical name.
    Name,
    /// Another name.
    Alias,
    /// An abbreviation or acronym.
    Abbreviation,
    /// An adjective made from a place ("Iraqi").
    Adjective,
    /// A name of the inhabitants ("Iraqis").
    Demonym,
    /// A plural.
    Plural,
    /// A name no longer in use.
    Former,
    /// The name in a local language.
    Native,
    /// A common misspelling.
    Misspelling,
    /// A nickname.
    Nickname,
}

impl AliasKind {
    /// The words of the native format.
    pub(crate) const WORDS: [(&'static str, Self); 9] = [
        ("alias", Self::Alias),
        ("abbr", Self::Abbreviation),
        ("adj", Self::Adjective),
        ("demonym", Self::Demonym),
        ("plural", Self::Plural),
        ("former", Self::Former),
        ("native", Self::Native),
        ("misspelling", Self::Misspelling),
        ("nick", Self::Nickname),
    ];

    /// The word of the native format; `name` for the canonical name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("name", |(word, _)| word)
    }

    /// Whether the name is an adjective or a demonym: a place in the wide profile, none in the strict one.
    #[must_use]
    pub fn is_demonym(self) -> bool {
        matches!(self, Self::Adjective | Self::Demonym)
    }
}

/// When the letters of a hit must be upper or lower case as in the name. Checked on the original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum CasePolicy {
    /// Every letter as written: `US` is not "us".
    Exact,
    /// As written, or without any lower-case letter: `Washington` is "WASHINGTON" too.
    #[default]
    Title,
    /// Any case.
    Any,
}

/// Where a name may begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Boundary {
    /// On word boundaries; a hyphen, slash, quote or apostrophe ends a name.
    #[default]
    Word,
    /// On word boundaries, and not beside a hyphen.
    NoHyphen,
    /// Anywhere.
    Open,
}

/// The rules of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Flags {
    /// Case policy.
    pub case: CasePolicy,
    /// Boundary policy.
    pub boundary: Boundary,
    /// Fires only with evidence.
    pub weak: bool,
    /// Fires only directly after ", ".
    pub after_comma: bool,
    /// Accents must be equal.
    pub accents_matter: bool,
    /// Never reported: where it wins, nothing is.
    pub stop: bool,
}

impl std::fmt::Display for Flags {
    /// The comma list of the native format; `-` without flags.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = line::FLAG_WORDS.iter().filter(|(_, sets, _)| sets(self));
        let list: Vec<&str> = words.map(|(word, _, _)| *word).collect();
        f.write_str(if list.is_empty() { "-" } else { "" })?;
        f.write_str(&list.join(","))
    }
}

/// Evidence that lets a weak name stand; the words of `ctx=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// A locative preposition before it.
    Preposition,
    /// It stands in the dateline of the article.
    Dateline,
    /// "City, State" or "City, Country".
    Pair,
    /// Another entity of the same country in the document.
    Country,
    /// A longer name of the same entity in the document.
    LongForm,
    /// A capitalised run follows.
    Head,
}

impl Evidence {
    pub(crate) const WORDS: [(&'static str, Self); 6] = [
        ("prep", Self::Preposition),
        ("dateline", Self::Dateline),
        ("pair", Self::Pair),
        ("cc", Self::Country),
        ("long", Self::LongForm),
        ("head", Self::Head),
    ];

    /// The word of `ctx=`.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

impl Gazetteer {
    /// The built-in gazetteer called `name`: `world` (the default) or `core`, the small one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if there is none of that name.
    pub fn builtin(name: &str) -> Result<Self> {
        Self::load([name])
    }

    /// Reads layers in order: built-in names or paths of `.gaz` files. An entity of a later layer replaces the one with the
    /// same id of an earlier layer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gazetteer`](crate::ErrorKind::Gazetteer) with every faulty line, or
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if a file cannot be read.
    pub fn load<S: AsRef<str>>(layers: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut reader = reader::Reader::default();
        for layer in layers {
            let layer = layer.as_ref();
            match builtin::texts(layer) {
                Some(files) => reader.read_builtin(layer, &files),
                None => reader.read_file(Path::new(layer))?,
            }
        }
        reader.finish()
    }

    /// Reads one gazetteer from a string; `name` stands for the file in messages.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gazetteer`](crate::ErrorKind::Gazetteer) with every faulty line.
    pub fn from_text(text: &str, name: &str) -> Result<Self> {
        let mut reader = reader::Reader::default();
        reader.read_text(text, Path::new(name));
        reader.finish()
    }

    /// A gazetteer of plain place names, each its own entity: for examples and tests.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if a name folds to nothing.
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        let names = names.into_iter().map(|name| {
            let name = name.as_ref().to_owned();
            (name.clone(), "place".to_owned(), vec![(name, AliasKind::Name, Flags::default())])
        });
        Self::from_entities(names)
    }

    /// A gazetteer of entities made by a program: `(id, kind, names)` with the canonical name first. Entities with the same
    /// id are one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if an entity has no name, or a name folds to nothing or holds a blank line.
    pub fn from_entities(
        entities: impl IntoIterator<Item = (String, String, Vec<(String, AliasKind, Flags)>)>,
    ) -> Result<Self> {
        let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
        for (id, kind, names) in entities {
            let mut aliases = Vec::new();
            for (text, alias_kind, flags) in names {
                let folded = fold(trim(&text));
                if folded.is_empty() {
                    return Err(Error::usage(format!("the name {text:?} of {id:?} has no letter to match")));
                }
                if folded.contains('\n') {
                    return Err(Error::usage(format!("the name {text:?} of {id:?} holds a blank line")));
                }
                aliases.push(DraftAlias { text, kind: alias_kind, flags, evidence: Vec::new() });
            }
            let Some(first) = aliases.first() else {
                return Err(Error::usage(format!("the entity {id:?} has no name")));
            };
            let name = first.text.clone();
            match drafts.get_mut(&id) {
                Some(draft) => draft.aliases.extend(aliases),
                None => {
                    drafts.insert(id.clone(), Draft { id, kind, name, fields: Vec::new(), aliases });
                }
            }
        }
        Ok(Self::assemble(drafts.into_values().collect(), vec!["made by a program".to_owned()]))
    }

    /// All entities, sorted by id; the row number is the [`EntityId`].
    #[must_use]
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// All aliases, sorted by entity, then text; the row number is the [`AliasId`].
    #[must_use]
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// One entity.
    ///
    /// # Panics
    ///
    /// If the id is of another gazetteer and out of range.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.index()]
    }

    /// One alias.
    ///
    /// # Panics
    ///
    /// If the id is of another gazetteer and out of range.
    #[must_use]
    pub fn alias(&self, id: AliasId) -> &Alias {
        &self.aliases[id.index()]
    }

    /// The aliases of one entity.
    #[must_use]
    pub fn aliases_of(&self, id: EntityId) -> &[Alias] {
        let range = &self.entity(id).aliases;
        &self.aliases[range.start as usize..range.end as usize]
    }

    /// The entity with this external id. Logarithmic in the number of entities.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<EntityId> {
        self.entities.binary_search_by(|entity| entity.id.as_str().cmp(id)).ok().map(EntityId::new)
    }

    /// SHA-256 (hex) of everything that can change a result: entities, aliases, flags, fields.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The layers it was made from, in order: built-in names, or file names.
    #[must_use]
    pub fn layers(&self) -> &[String] {
        &self.layers
    }

    /// Sorts, numbers and fingerprints what a reader gathered.
    fn assemble(mut drafts: Vec<Draft>, layers: Vec<String>) -> Self {
        drafts.sort_by(|a, b| a.id.cmp(&b.id));
        let mut entities = Vec::with_capacity(drafts.len());
        let mut aliases = Vec::new();
        for (row, draft) in drafts.into_iter().enumerate() {
            let entity = EntityId::new(row);
            let first = aliases.len();
            aliases.extend(draft.aliases.into_iter().map(|alias| Alias {
                entity,
                text: trim(&alias.text).to_owned(),
                kind: alias.kind,
                flags: alias.flags,
                evidence: alias.evidence,
            }));
            let own = &mut aliases[first..];
            own.sort();
            let mut kept = first;
            for index in first..aliases.len() {
                if index == first || aliases[index] != aliases[kept - 1] {
                    aliases.swap(kept, index);
                    kept += 1;
                }
            }
            aliases.truncate(kept);
            let coordinate = |key: &str| {
                let field = draft.fields.iter().find(|(name, _)| name == key);
                field.and_then(|(_, value)| value.parse::<f64>().ok())
            };
            entities.push(Entity {
                coordinates: coordinate("lat").zip(coordinate("lon")),
                id: draft.id,
                kind: draft.kind,
                name: draft.name,
                fields: draft.fields,
                aliases: first as u32..AliasId::new(aliases.len()).0,
            });
        }
        let fingerprint = fingerprint(&entities, &aliases);
        Self { entities, aliases, fingerprint, layers }
    }
}

/// An entity while its lines are being read.
#[derive(Debug, Clone)]
struct Draft {
    id: String,
    kind: String,
    name: String,
    fields: Vec<(String, String)>,
    aliases: Vec<DraftAlias>,
}

#[derive(Debug, Clone)]
struct DraftAlias {
    text: String,
    kind: AliasKind,
    flags: Flags,
    evidence: Vec<Evidence>,
}

/// Hashes every field with its length, so that no two gazetteers share a byte stream.
fn fingerprint(entities: &[Entity], aliases: &[Alias]) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for entity in entities {
        add("entity");
        add(&entity.id);
        add(&entity.kind);
        add(&entity.name);
        let mut fields: Vec<_> = entity.fields.iter().collect();
        fields.sort();
        for (key, value) in fields {
            add(key);
            add(value);
        }
        for alias in &aliases[entity.aliases.start as usize..entity.aliases.end as usize] {
            add("alias");
            add(&alias.text);
            add(alias.kind.as_str());
            add(&alias.flags.to_string());
            add(&format!("{:?}", alias.evidence));
        }
    }
    crate::hex(&hash.finalize())
}

#[cfg(test)]
mod tests;
