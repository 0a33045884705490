//! From the statements of layers to an image: definitions, extensions and removals, in any order of ids, become
//! entities sorted by id.
//!
//! The gazetteer is never in memory as a whole: statements go through a [`Sorter`] keyed by id, and sections spill to
//! temporary files, so memory is bounded by the sorter's budget.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::entity::{AliasKind, EvidenceSet, Flags, pack, unpack};
use super::image::{Image, ImageWriter, Section, Tag};
use super::{Gazetteer, LoadOptions, LoadStage};
use crate::diagnostics::{Diagnostic, FaultCode};
use crate::error::{Error, Result};
use crate::files::wire::{Cursor, put_number, put_str};
use crate::files::{DEFAULT_BUDGET, Sorter};
use crate::hash::hex;
use crate::ids::EntityId;
use crate::normalize::{fold, trim};

pub(super) const META: Tag = *b"META";
pub(super) const ENTITIES: Tag = *b"ENTS";
pub(super) const ALIASES: Tag = *b"ALIA";
pub(super) const NAMES: Tag = *b"TEXT";
pub(super) const BLOBS: Tag = *b"BLOB";
/// For each entity the number of its parent (4 bytes); all ones if it has none.
pub(super) const PARENTS: Tag = *b"PARE";
/// Bytes of one entity: blob offset (4), first alias (4), kind (2), country + 1 (2), bits (4), population (8), latitude
/// and longitude in units of 1e-7 degrees (4 + 4).
pub(super) const ENTITY_LEN: usize = 32;
/// Bytes of one alias: entity (4), offset of the text (4), rules (21 bits) and length (11 bits).
pub(super) const ALIAS_LEN: usize = 12;
pub(super) const LENGTH_SHIFT: u32 = 21;
pub(super) const HAS_POPULATION: u32 = 1;
pub(super) const HAS_COORDINATES: u32 = 2;
/// The coordinates have more digits than the fixed form can store: read them from the fields.
pub(super) const LONG_COORDINATES: u32 = 4;
pub(super) const HAS_CAPITAL: u32 = 8;

/// The field that names the parent of an entity.
const PARENT: &str = "parent";

/// Version of this program, as [`Meta`] keeps it.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The longest name, in bytes.
pub(crate) const MAX_NAME: usize = (1 << (32 - LENGTH_SHIFT)) - 1;

/// The content of the section META, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// Version of the program that compiled it: another version may fold differently, or have other rules and tables.
    pub(super) program: String,
    pub(super) fingerprint: String,
    pub(super) layers: Vec<String>,
    pub(super) sources: Vec<Source>,
    /// Values of `src=` whose entities were excluded, and the number of these entities.
    pub(super) without: Vec<String>,
    pub(super) left_out: u64,
    /// The number of entities that later layers redefine without all of their names, and the first of them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) replaced: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) replaced_first: Vec<Replaced>,
    pub(super) kinds: Vec<String>,
    pub(super) countries: Vec<String>,
    pub(super) keys: Vec<String>,
}

/// An entity of an earlier layer whose names are lost because a later layer redefines its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replaced {
    /// The id.
    pub id: String,
    /// The canonical name in the earlier layer.
    pub name: String,
    /// The earlier layer.
    pub of: String,
    /// The later one.
    pub by: String,
    /// How many of its names the later layer lacks.
    pub lost: u64,
    /// The first of these names.
    pub lost_first: Vec<String>,
}

/// A file that the gazetteer was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    /// The path as given.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// A list of `key=value`.
pub(super) type Keys<'t> = Vec<(&'t str, &'t str)>;

/// A name before it is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftAlias<'t> {
    pub(super) text: &'t str,
    pub(super) kind: AliasKind,
    pub(super) flags: Flags,
    pub(super) evidence: EvidenceSet,
    pub(super) fields: Keys<'t>,
}

/// An entity before it is compiled. `aliases` include the canonical name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft<'t> {
    pub(super) id: &'t str,
    pub(super) kind: &'t str,
    pub(super) name: &'t str,
    pub(super) fields: Keys<'t>,
    pub(super) aliases: Vec<DraftAlias<'t>>,
}

/// The kinds of statements that a layer makes about an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statement {
    /// Defines the entity, replacing earlier definitions.
    Define,
    /// Adds these names.
    Extend,
    /// Removes the entity.
    Remove,
    /// Removes these names.
    RemoveNames,
}

/// Where a statement was made; faults are reported in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Number of the file, from [`Compiler::add_file`]; 0 means no file.
    pub(super) file: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Collects statements and faults; [`Compiler::finish`] makes the image or reports every fault.
pub(super) struct Compiler<'o> {
    options: &'o LoadOptions<'o>,
    n_statements: u64,
    statements: Sorter,
    /// The id of the current statement, and the rest of it.
    id: Vec<u8>,
    body: Vec<u8>,
    files: Vec<PathBuf>,
    pub(super) meta: Meta,
    /// Values of `src=` found, recorded if some are to be excluded.
    sources: BTreeSet<String>,
    faults: Vec<(Position, Diagnostic)>,
    unshown: usize,
}

/// Faults shown for one load: a file of another format would give one for each line.
const MAX_SHOWN: usize = 100;

impl<'o> Compiler<'o> {
    pub(super) fn new(options: &'o LoadOptions<'o>) -> Self {
        Self {
            options,
            n_statements: 0,
            statements: Sorter::new(DEFAULT_BUDGET),
            id: Vec::new(),
            body: Vec::new(),
            files: Vec::new(),
            meta: Meta { program: PROGRAM.to_owned(), without: options.without.clone(), ..Meta::default() },
            sources: BTreeSet::new(),
            faults: Vec::new(),
            unshown: 0,
        }
    }

    /// Registers a file; its number goes into every [`Position`].
    pub(super) fn add_file(&mut self, path: PathBuf) -> u32 {
        self.files.push(path);
        self.files.len() as u32
    }

    pub(super) fn fault(
        &mut self,
        code: FaultCode,
        position: Position,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.faults.len() >= MAX_SHOWN {
            self.unshown += 1;
            return;
        }
        let path = (position.file as usize).checked_sub(1).map_or_else(PathBuf::new, |file| self.files[file].clone());
        let Position { line, column, .. } = position;
        let (message, remedy) = (message.into(), remedy.into());
        self.faults.push((position, Diagnostic { code, path, line, column, message, remedy }));
    }

    /// Adds a statement about `draft.id`. Later statements override earlier ones.
    pub(super) fn state(&mut self, statement: Statement, position: Position, draft: &Draft<'_>) -> Result<()> {
        self.begin(statement, position, draft);
        self.end()
    }

    /// Like [`Compiler::state`], but more names may follow with [`Compiler::add_alias`], and then [`Compiler::end`].
    pub(super) fn begin(&mut self, statement: Statement, position: Position, draft: &Draft<'_>) {
        self.id.clear();
        self.id.extend_from_slice(draft.id.as_bytes());
        let out = &mut self.body;
        out.clear();
        out.push(statement as u8);
        for number in [position.file, position.line, position.column] {
            put_number(out, u64::from(number));
        }
        put_str(out, draft.kind);
        put_name(out, draft);
        put_fields(out, &draft.fields);
        draft.aliases.iter().for_each(|alias| self.add_alias(alias));
    }

    /// Adds one more name of the current entity.
    pub(super) fn add_alias(&mut self, alias: &DraftAlias<'_>) {
        put_alias(&mut self.body, alias);
    }

    /// Completes the current entity.
    pub(super) fn end(&mut self) -> Result<()> {
        self.n_statements += 1;
        self.options.tell(LoadStage::Read, self.n_statements);
        self.statements.push(&self.id, &self.body)
    }

    /// The image of all entities, or every fault.
    ///
    /// # Complexity
    ///
    /// Sorts the statements by id, then linear.
    pub(super) fn finish(mut self) -> Result<Image> {
        let sorter = std::mem::replace(&mut self.statements, Sorter::new(0));
        let mut sorted = sorter.finish()?;
        let mut sections = Sections::new();
        // The statements about one id.
        let (mut id, mut statements) = (Vec::new(), Vec::new());
        while let Some((key, value)) = sorted.next()? {
            if key != id {
                self.close(&id, &statements, &mut sections)?;
                id.clear();
                id.extend_from_slice(key);
                statements.clear();
            }
            put_number(&mut statements, value.len() as u64);
            statements.extend_from_slice(value);
        }
        self.close(&id, &statements, &mut sections)?;
        // The image needs its memory.
        drop(sorted);
        self.report()?;
        self.check_sources()?;
        sections.finish(self.meta)
    }

    /// Resolves all statements about one id into at most one entity.
    fn close(&mut self, id: &[u8], statements: &[u8], sections: &mut Sections) -> Result<()> {
        let mut statements = Cursor::new(statements);
        let mut current: Option<Draft<'_>> = None;
        let mut defined: Option<Position> = None;
        while let Some(value) = statements.slice() {
            let (statement, position, draft) = read_statement(id, value).expect("written by `state`");
            match (statement, &mut current) {
                (Statement::Define, current) => {
                    let earlier = defined.filter(|earlier| earlier.file == position.file && position.file != 0);
                    if let Some(earlier) = earlier {
                        let message = format!("the id `{}` is already defined on line {}", draft.id, earlier.line);
                        self.fault(
                            FaultCode::DuplicateId,
                            position,
                            message,
                            "give it another id, or make this line an alias with `+`",
                        );
                    } else {
                        if let (Some(earlier), Some(defined)) = (current.as_ref(), defined) {
                            self.replaces(earlier, defined, &draft, position);
                        }
                        *current = Some(draft);
                        defined = Some(position);
                    }
                }
                (Statement::RemoveNames, Some(current)) => {
                    for removed in &draft.aliases {
                        if let Err((message, remedy)) = remove_name(current, removed.text) {
                            self.fault(FaultCode::BadDirective, position, message, remedy);
                        }
                    }
                }
                (Statement::Extend, Some(current)) => current.aliases.extend(draft.aliases),
                (Statement::Remove, current @ Some(_)) => *current = None,
                (_, None) => {
                    let verb = match statement {
                        Statement::Extend => "extend",
                        Statement::RemoveNames => "remove a name of",
                        _ => "remove",
                    };
                    let message = format!("there is no entity `{}` to {verb}", draft.id);
                    self.fault(
                        FaultCode::BadDirective,
                        position,
                        message,
                        "load the layer that defines it before this one",
                    );
                }
            }
        }
        let Some(draft) = current else { return Ok(()) };
        let source = draft.fields.iter().find(|(key, _)| *key == "src").map(|(_, value)| *value);
        if source.is_some_and(|source| self.leaves_out(source)) {
            self.meta.left_out += 1;
            return Ok(());
        }
        sections.push(draft)?;
        self.options.tell(LoadStage::Order, u64::from(sections.n_entities));
        Ok(())
    }

    /// Records an entity that replaces one of an earlier layer and lacks some of its names.
    fn replaces(&mut self, earlier: &Draft<'_>, earlier_position: Position, later: &Draft<'_>, position: Position) {
        if earlier_position.file == position.file {
            return;
        }
        let has = |name: &str| later.aliases.iter().any(|alias| alias.text == name);
        let mut lost: Vec<&DraftAlias<'_>> = earlier.aliases.iter().filter(|alias| !has(alias.text)).collect();
        // "U.S." is more informative than "Americans".
        lost.sort_by_key(|alias| alias.kind.is_demonym());
        if lost.is_empty() {
            return;
        }
        const SHOWN: usize = 5;
        self.meta.replaced += 1;
        if self.meta.replaced_first.len() < SHOWN {
            let layer = |position: Position| {
                let path = (position.file as usize).checked_sub(1).map(|file| self.files[file].as_path());
                path.and_then(|path| path.file_name()).map_or("an earlier layer".into(), |name| name.to_string_lossy())
            };
            self.meta.replaced_first.push(Replaced {
                id: later.id.to_owned(),
                name: earlier.name.to_owned(),
                of: layer(earlier_position).into_owned(),
                by: layer(position).into_owned(),
                lost: lost.len() as u64,
                lost_first: lost.iter().take(3).map(|alias| alias.text.to_owned()).collect(),
            });
        }
    }

    /// Refuses to exclude a source that does not exist: after a misspelling, all entities would be kept.
    fn check_sources(&self) -> Result<()> {
        let Some(unknown) = self.meta.without.iter().find(|without| !self.sources.contains(*without)) else {
            return Ok(());
        };
        let known: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        let remedy = match known.as_slice() {
            [] => "remove `--without`: no entity of this gazetteer names its source (`src=`)".to_owned(),
            known => format!("the sources of this gazetteer are {}", known.join(", ")),
        };
        Err(Error::usage(format!("no entity is of the source `{unknown}`, so none can be left out"))
            .with_remedy(remedy))
    }

    /// Whether the entities of a source are excluded; records the source. `cldr+geonames` belongs to both.
    fn leaves_out(&mut self, source: &str) -> bool {
        if self.meta.without.is_empty() {
            return false;
        }
        self.sources.extend(source.split('+').map(str::to_owned));
        source.split('+').any(|source| self.meta.without.iter().any(|without| without == source))
    }

    /// Returns the faults, if there are any, in the order of files and lines.
    fn report(&mut self) -> Result<()> {
        let mut faults = std::mem::take(&mut self.faults);
        faults.sort_by_key(|(position, _)| *position);
        let mut diagnostics: Vec<Diagnostic> = faults.into_iter().map(|(_, diagnostic)| diagnostic).collect();
        if self.unshown > 0
            && let Some(last) = diagnostics.last().cloned()
        {
            diagnostics.push(Diagnostic {
                code: FaultCode::NotShown,
                message: format!("{} more faults are not shown", self.unshown),
                remedy: "is this a .gaz file at all?".to_owned(),
                ..last
            });
        }
        if diagnostics.is_empty() { Ok(()) } else { Err(Error::gazetteer(diagnostics)) }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde requires a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Removes a name, or explains why it cannot be removed: message and remedy.
fn remove_name(draft: &mut Draft<'_>, name: &str) -> Result<(), (String, String)> {
    if name == draft.name {
        let message = format!("`{name}` is the canonical name of `{}`, which an entity cannot be without", draft.id);
        let remedy =
            format!("redefine {} with another name, or write !remove {} to remove it altogether", draft.id, draft.id);
        return Err((message, remedy));
    }
    let before = draft.aliases.len();
    draft.aliases.retain(|alias| alias.text != name);
    if draft.aliases.len() < before {
        return Ok(());
    }
    let folded = fold(name);
    let remedy = match draft.aliases.iter().find(|alias| fold(alias.text) == folded) {
        Some(alias) => format!("write it as the layer has it: {}", alias.text),
        None => format!("dateline gazetteer show {} lists its names", draft.id),
    };
    Err((format!("`{}` has no name `{name}` to remove", draft.id), remedy))
}

/// Appends the canonical name: the number of its alias plus one, or 0 and the text.
fn put_name(out: &mut Vec<u8>, draft: &Draft<'_>) {
    match draft.aliases.iter().position(|alias| alias.text == draft.name) {
        Some(number) => put_number(out, number as u64 + 1),
        None => {
            put_number(out, 0);
            put_str(out, draft.name);
        }
    }
}

/// Appends a name with its rules and fields.
fn put_alias(out: &mut Vec<u8>, alias: &DraftAlias<'_>) {
    put_str(out, alias.text);
    put_number(out, u64::from(pack(alias.kind, alias.flags, alias.evidence)));
    put_fields(out, &alias.fields);
}

fn put_fields(out: &mut Vec<u8>, fields: &[(&str, &str)]) {
    put_number(out, fields.len() as u64);
    for (key, value) in fields {
        put_str(out, key);
        put_str(out, value);
    }
}

fn read_fields<'t>(cursor: &mut Cursor<'t>) -> Option<Keys<'t>> {
    let count = cursor.number()?;
    (0..count).map(|_| Some((cursor.str()?, cursor.str()?))).collect()
}

fn read_statement<'t>(id: &'t [u8], value: &'t [u8]) -> Option<(Statement, Position, Draft<'t>)> {
    let mut cursor = Cursor::new(value);
    let statement = match cursor.byte()? {
        0 => Statement::Define,
        1 => Statement::Extend,
        2 => Statement::Remove,
        _ => Statement::RemoveNames,
    };
    let mut number = || cursor.number().map(|number| number as u32);
    let position = Position { file: number()?, line: number()?, column: number()? };
    let id = std::str::from_utf8(id).ok()?;
    let kind = cursor.str()?;
    let number = cursor.number()?;
    let text = if number == 0 { cursor.str()? } else { "" };
    let fields = read_fields(&mut cursor)?;
    let mut aliases = Vec::new();
    while !cursor.is_empty() {
        let text = cursor.str()?;
        let (kind, flags, evidence) = unpack(cursor.number()? as u32);
        aliases.push(DraftAlias { text, kind, flags, evidence, fields: read_fields(&mut cursor)? });
    }
    let name = if number == 0 { text } else { aliases.get(number as usize - 1)?.text };
    Some((statement, position, Draft { id, kind, name, fields, aliases }))
}

/// Repeated words, numbered.
#[derive(Default)]
struct NumberedWords {
    numbers: HashMap<String, u16>,
    words: Vec<String>,
}

impl NumberedWords {
    fn number(&mut self, word: &str, what: &str) -> Result<u16> {
        if let Some(number) = self.numbers.get(word) {
            return Ok(*number);
        }
        // One number is kept free: countries are stored plus one.
        let number = u16::try_from(self.words.len()).ok().filter(|number| *number < u16::MAX);
        let number = number.ok_or_else(|| Error::limit(format!("the gazetteer has more than 65,535 {what}")))?;
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        Ok(number)
    }
}

/// The sections of the image while entities are written, in the order of their ids.
struct Sections {
    entities: Section,
    aliases: Section,
    names: Section,
    blobs: Section,
    kinds: NumberedWords,
    countries: NumberedWords,
    keys: NumberedWords,
    n_entities: u32,
    n_aliases: u32,
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Sections {
    fn new() -> Self {
        Self {
            entities: Section::new(ENTITIES),
            aliases: Section::new(ALIASES),
            names: Section::new(NAMES),
            blobs: Section::new(BLOBS),
            kinds: NumberedWords::default(),
            countries: NumberedWords::default(),
            keys: NumberedWords::default(),
            n_entities: 0,
            n_aliases: 0,
            hash: Sha256::new(),
            buffer: Vec::new(),
        }
    }

    fn push(&mut self, mut draft: Draft<'_>) -> Result<()> {
        let aliases = &mut draft.aliases;
        aliases.iter_mut().for_each(|alias| alias.text = trim(alias.text));
        aliases.sort_by(|a, b| (a.text, a.kind, a.flags, a.evidence).cmp(&(b.text, b.kind, b.flags, b.evidence)));
        aliases.dedup_by(|b, a| (a.text, a.kind, a.flags, a.evidence) == (b.text, b.kind, b.flags, b.evidence));
        self.add_to_fingerprint(&draft);

        let aliases = &draft.aliases;
        let field = |key: &str| draft.fields.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let mut bits = 0;
        let population = field("pop").and_then(|value| value.parse::<u64>().ok());
        bits |= if population.is_some() { HAS_POPULATION } else { 0 };
        bits |= if field("capital").is_some() { HAS_CAPITAL } else { 0 };
        let degrees = |key| field(key).and_then(|value| value.parse::<f64>().ok());
        let mut fixed = (0, 0);
        if let Some((latitude, longitude)) = degrees("lat").zip(degrees("lon")) {
            fixed = ((latitude * 1e7).round() as i32, (longitude * 1e7).round() as i32);
            let exact = (f64::from(fixed.0) / 1e7, f64::from(fixed.1) / 1e7) == (latitude, longitude);
            bits |= HAS_COORDINATES | if exact { 0 } else { LONG_COORDINATES };
        }
        let kind = self.kinds.number(draft.kind, "kinds")?;
        let country = match field("cc") {
            Some(code) => self.countries.number(code, "country codes")? + 1,
            None => 0,
        };
        let mut record = [0; ENTITY_LEN];
        record[..4].copy_from_slice(&offset(&self.blobs)?.to_le_bytes());
        record[4..8].copy_from_slice(&self.n_aliases.to_le_bytes());
        record[8..10].copy_from_slice(&kind.to_le_bytes());
        record[10..12].copy_from_slice(&country.to_le_bytes());
        record[12..16].copy_from_slice(&bits.to_le_bytes());
        record[16..24].copy_from_slice(&population.unwrap_or(0).to_le_bytes());
        record[24..28].copy_from_slice(&fixed.0.to_le_bytes());
        record[28..].copy_from_slice(&fixed.1.to_le_bytes());
        self.entities.push(&record)?;

        // The blob: id, the canonical name (see `put_name`), fields, and the fields of names. These are the number of
        // names that have any, then for each the number of the name and its fields.
        let mut blob = std::mem::take(&mut self.buffer);
        blob.clear();
        put_str(&mut blob, draft.id);
        put_name(&mut blob, &draft);
        self.put_fields(&mut blob, &draft.fields)?;
        let described = aliases.iter().enumerate().filter(|(_, alias)| !alias.fields.is_empty());
        put_number(&mut blob, described.clone().count() as u64);
        for (number, alias) in described {
            put_number(&mut blob, number as u64);
            self.put_fields(&mut blob, &alias.fields)?;
        }
        self.blobs.push(&blob)?;
        self.buffer = blob;

        for alias in aliases {
            let length = alias.text.len();
            if length > MAX_NAME {
                let message = format!("a name of {:?} has {length} bytes; {MAX_NAME} are allowed", draft.id);
                return Err(Error::limit(message));
            }
            let rules = pack(alias.kind, alias.flags, alias.evidence) | (length as u32) << LENGTH_SHIFT;
            let mut record = [0; ALIAS_LEN];
            record[..4].copy_from_slice(&self.n_entities.to_le_bytes());
            record[4..8].copy_from_slice(&offset(&self.names)?.to_le_bytes());
            record[8..].copy_from_slice(&rules.to_le_bytes());
            self.aliases.push(&record)?;
            self.names.push(alias.text.as_bytes())?;
        }
        let too_many = || Error::limit("the gazetteer has more than 4,294,967,294 entities or names");
        self.n_aliases = self.n_aliases.checked_add(aliases.len() as u32).ok_or_else(too_many)?;
        self.n_entities = self.n_entities.checked_add(1).ok_or_else(too_many)?;
        Ok(())
    }

    fn put_fields(&mut self, out: &mut Vec<u8>, fields: &[(&str, &str)]) -> Result<()> {
        put_number(out, fields.len() as u64);
        for (key, value) in fields {
            put_number(out, u64::from(self.keys.number(key, "different keys")?));
            put_str(out, value);
        }
        Ok(())
    }

    /// Hashes every field with its length, so that different gazetteers never give the same byte stream.
    fn add_to_fingerprint(&mut self, draft: &Draft<'_>) {
        let bytes = &mut self.buffer;
        bytes.clear();
        [draft.id, draft.kind, draft.name].iter().for_each(|text| put_str(bytes, text));
        let mut sorted = draft.fields.clone();
        sorted.sort_unstable();
        put_fields(bytes, &sorted);
        put_number(bytes, draft.aliases.len() as u64);
        for alias in &draft.aliases {
            let mut fields = alias.fields.clone();
            fields.sort_unstable();
            put_alias(bytes, &DraftAlias { fields, ..*alias });
        }
        self.hash.update(bytes);
    }

    fn finish(self, mut meta: Meta) -> Result<Image> {
        meta.fingerprint = hex(&self.hash.finalize());
        (meta.kinds, meta.countries, meta.keys) = (self.kinds.words, self.countries.words, self.keys.words);
        let mut section = Section::new(META);
        section.push(&serde_json::to_vec(&meta).expect("strings are always JSON"))?;
        let mut writer = ImageWriter::default();
        for section in [section, self.entities, self.aliases, self.names, self.blobs] {
            writer.add(section);
        }
        if meta.keys.iter().any(|key| key == PARENT) {
            return with_parents(writer.finish()?);
        }
        writer.add(parents((0..self.n_entities).map(|_| None))?);
        writer.finish()
    }
}

/// Adds the parents, which are known only when all entities have their numbers.
fn with_parents(image: Image) -> Result<Image> {
    let mut writer = ImageWriter::default();
    writer.copy_all(&image);
    let gazetteer = Gazetteer::from_image(image).map_err(Error::usage)?;
    writer.add(parents(gazetteer.entities().map(|entity| gazetteer.find(entity.field(PARENT)?)))?);
    writer.finish()
}

/// The section of the parent of each entity.
fn parents(parents: impl Iterator<Item = Option<EntityId>>) -> Result<Section> {
    let mut section = Section::new(PARENTS);
    for parent in parents {
        section.push(&parent.map_or(u32::MAX, |parent| parent.0).to_le_bytes())?;
    }
    Ok(section)
}

/// The position of the next bytes of a section, as records store it.
fn offset(section: &Section) -> Result<u32> {
    u32::try_from(section.len()).map_err(|_| Error::limit("the names and fields of the gazetteer exceed 4 GiB"))
}
