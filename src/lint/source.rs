//! The lines of the files with their positions, as input of the checks.
//!
//! Lines that the loader refuses are skipped here; the loader has reported them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::gazetteer::line::{Field, parse_evidence, parse_flags, split_fields};
use crate::gazetteer::{AliasKind, EvidenceSet, Flags, Gazetteer, include_fault, removed_name};
use crate::ids::EntityId;
use crate::normalize::{fold, trim};

/// A position in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Row of [`Sources::files`].
    pub(super) file: usize,
    pub(super) line: u32,
    /// In characters, from 1.
    pub(super) column: u32,
}

/// A key, its value, and the column of its field.
pub(super) type KeyField = (String, String, u32);

/// An entity line, or an `!extend` of an entity of the base.
#[derive(Debug)]
pub(super) struct EntityLine {
    pub(super) at: Position,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    /// Keys with their values and columns; those of `!default` have the column of the id.
    pub(super) fields: Vec<KeyField>,
    /// Rows of [`Sources::names`].
    pub(super) names: Vec<usize>,
    /// Whether it only adds names to an entity of the base.
    pub(super) extends: bool,
    /// Whether a later line replaces or removes the entity.
    pub(super) dead: bool,
}

impl EntityLine {
    pub(super) fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _, _)| name == key).map(|(_, value, _)| value.as_str())
    }

    /// The position of a key of this line.
    pub(super) fn position_of(&self, key: &str) -> Position {
        let column =
            self.fields.iter().find(|(name, _, _)| name == key).map_or(self.at.column, |(_, _, column)| *column);
        Position { column, ..self.at }
    }
}

/// One name of one entity.
#[derive(Debug)]
pub(super) struct NameLine {
    pub(super) at: Position,
    /// Column of the flags, or of the name if there are none.
    pub(super) flags_column: u32,
    /// Row of [`Sources::entities`].
    pub(super) entity: usize,
    /// As the field writes it.
    pub(super) text: String,
    pub(super) folded: String,
    pub(super) kind: AliasKind,
    pub(super) flags: Flags,
    /// The content of `ctx=`.
    pub(super) evidence: EvidenceSet,
    /// Keys of a `+` line with their values and columns; those of an entity line are the entity's.
    pub(super) fields: Vec<KeyField>,
    /// Whether a later `!remove` removes it.
    pub(super) removed: bool,
}

/// The files that are checked, with the files they include.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) files: Vec<PathBuf>,
    pub(super) entities: Vec<EntityLine>,
    pub(super) names: Vec<NameLine>,
    /// The entity of each id that remains after all files are read.
    pub(super) by_id: BTreeMap<String, usize>,
    /// Ids of the base that a file replaces or removes.
    pub(super) gone: BTreeSet<String>,
    /// Names of the base that a file removes, with the id of their entity.
    pub(super) gone_names: BTreeSet<(String, String)>,
    /// Later definitions of an id with the row they replace.
    pub(super) replaced: Vec<(usize, usize)>,
    /// Rows that redefine an id of the base without removing it first.
    pub(super) over_base: Vec<usize>,
    open: Vec<PathBuf>,
}

impl Sources {
    /// Whether a name still exists when all files are read.
    pub(super) fn is_alive(&self, name: &NameLine) -> bool {
        !name.removed && !self.entities[name.entity].dead
    }

    /// Adds the entities of a compiled gazetteer. It has no lines, so their positions have line 0.
    pub(super) fn read_compiled(&mut self, layer: &str, gazetteer: &Gazetteer) {
        let at = Position { file: self.files.len(), line: 0, column: 0 };
        self.files.push(PathBuf::from(layer));
        for (number, entity) in gazetteer.entities().enumerate() {
            let row = self.entities.len();
            let id = entity.id.to_owned();
            let first = self.names.len();
            self.names.extend(gazetteer.aliases_of(EntityId::new(number)).map(|alias| NameLine {
                at,
                flags_column: 0,
                entity: row,
                text: alias.text.to_owned(),
                folded: fold(trim(alias.text)),
                kind: alias.kind,
                flags: alias.flags,
                evidence: alias.evidence,
                fields: Vec::new(),
                removed: false,
            }));
            self.entities.push(EntityLine {
                at,
                id: id.clone(),
                kind: entity.kind.to_owned(),
                name: entity.name.to_owned(),
                // A column different from that of the id: the keys are the entity's own.
                fields: entity.fields().map(|(key, value)| (key.to_owned(), value.to_owned(), 1)).collect(),
                names: (first..self.names.len()).collect(),
                extends: false,
                dead: false,
            });
            self.define(id, row);
        }
    }

    /// Makes the row the current definition of its id.
    fn define(&mut self, id: String, row: usize) {
        if let Some(earlier) = self.by_id.insert(id.clone(), row) {
            self.entities[earlier].dead = true;
            self.replaced.push((row, earlier));
        }
        self.gone.insert(id);
    }

    /// Reads one file and the files it includes.
    pub(super) fn read_file(&mut self, path: &Path, faulty: &Faulty, base: Option<&Gazetteer>) -> Result<()> {
        let bytes = fs::read(path).map_err(|error| crate::Error::io(path, "read the gazetteer", error))?;
        self.open.push(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        self.read_bytes(&bytes, path, faulty, base);
        self.open.pop();
        Ok(())
    }

    fn read_bytes(&mut self, bytes: &[u8], path: &Path, faulty: &Faulty, base: Option<&Gazetteer>) {
        let file = self.files.len();
        self.files.push(path.to_owned());
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut reading = Reading { sources: self, file, defaults: Vec::new(), current: None, faulty, base };
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            reading.read_line(line.strip_suffix('\r').unwrap_or(line), index as u32 + 1);
        }
    }
}

/// Lines that the loader refuses: file and line.
pub(super) type Faulty = BTreeSet<(PathBuf, u32)>;

/// One file while its lines are read.
struct Reading<'a> {
    sources: &'a mut Sources,
    file: usize,
    defaults: Vec<(String, String)>,
    current: Option<usize>,
    faulty: &'a Faulty,
    base: Option<&'a Gazetteer>,
}

impl Reading<'_> {
    fn read_line(&mut self, line: &str, number: u32) {
        if line.starts_with('#') || line.trim().is_empty() {
            return;
        }
        let fields = split_fields(line);
        let first = fields[0].text;
        let directive = first.starts_with('!');
        if self.faulty.contains(&(self.sources.files[self.file].clone(), number)) {
            if first != "+" {
                self.current = None;
            }
            return;
        }
        match first {
            _ if directive => self.read_directive(line.trim(), number, fields[0].column),
            "+" => {
                let kind =
                    fields.get(1).and_then(|field| AliasKind::WORDS.iter().find(|(word, _)| *word == field.text));
                if let (Some(entity), Some((_, kind))) = (self.current, kind) {
                    self.read_name(&fields, *kind, entity, number);
                }
            }
            _ => self.read_entity(&fields, number),
        }
    }

    fn read_directive(&mut self, line: &str, number: u32, column: u32) {
        if let Some((id, name)) = removed_name(line) {
            self.current = None;
            if let Some(row) = self.sources.by_id.get(id) {
                for row in &self.sources.entities[*row].names {
                    self.sources.names[*row].removed |= self.sources.names[*row].text == name;
                }
            }
            self.sources.gone_names.insert((id.to_owned(), name.to_owned()));
            return;
        }
        let mut words = line.split_whitespace();
        let directive = words.next().unwrap_or_default();
        let at = Position { file: self.file, line: number, column };
        match (directive, words.next()) {
            ("!default", first) => {
                for (key, value) in first.into_iter().chain(words).filter_map(|word| word.split_once('=')) {
                    self.defaults.retain(|(name, _)| name != key);
                    self.defaults.push((key.to_owned(), value.to_owned()));
                }
            }
            ("!include", Some(_)) => {
                let target = line["!include".len()..].trim();
                let path = self.sources.files[self.file].parent().unwrap_or(Path::new("")).join(target);
                let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
                let (depth, n_included) = (self.sources.open.len(), self.sources.files.len());
                let is_refused = include_fault(&self.sources.files[self.file], &path, depth, n_included).is_some();
                if !is_refused && !self.sources.open.contains(&identity) {
                    // The loader has reported it if the file cannot be read.
                    let _ = self.sources.read_file(&path, self.faulty, self.base);
                }
            }
            ("!remove", Some(id)) => {
                self.current = None;
                if let Some(row) = self.sources.by_id.remove(id) {
                    self.sources.entities[row].dead = true;
                }
                self.sources.gone.insert(id.to_owned());
            }
            ("!extend", Some(id)) => self.current = self.extend(id, at),
            _ => {}
        }
    }

    /// The row that the `+` lines after `!extend` belong to.
    fn extend(&mut self, id: &str, at: Position) -> Option<usize> {
        if let Some(row) = self.sources.by_id.get(id) {
            return Some(*row);
        }
        let base = self.base?;
        let entity = base.entity(base.find(id)?);
        let fields = entity.fields().map(|(key, value)| (key.to_owned(), value.to_owned(), at.column)).collect();
        let (kind, name) = (entity.kind.to_owned(), entity.name.to_owned());
        let row = self.sources.entities.len();
        let id = id.to_owned();
        self.sources.by_id.insert(id.clone(), row);
        let entity = EntityLine { at, id, kind, name, fields, names: Vec::new(), extends: true, dead: false };
        self.sources.entities.push(entity);
        Some(row)
    }

    fn read_entity(&mut self, fields: &[Field<'_>], number: u32) {
        self.current = None;
        let (Some(kind), Some(name)) = (fields.get(1), fields.get(2)) else { return };
        let at = Position { file: self.file, line: number, column: fields[0].column };
        let row = self.sources.entities.len();
        let mut keys = keys_of(fields);
        for (key, value) in &self.defaults {
            if !keys.iter().any(|(name, _, _)| name == key) {
                keys.push((key.clone(), value.clone(), at.column));
            }
        }
        let id = fields[0].text.to_owned();
        self.sources.entities.push(EntityLine {
            at,
            id: id.clone(),
            kind: kind.text.to_owned(),
            name: name.text.to_owned(),
            fields: keys,
            names: Vec::new(),
            extends: false,
            dead: false,
        });
        if !self.read_name(fields, AliasKind::Name, row, number) {
            self.sources.entities.pop();
            return;
        }
        if self.base.is_some_and(|base| base.find(&id).is_some()) && !self.sources.gone.contains(&id) {
            self.sources.over_base.push(row);
        }
        self.sources.define(id, row);
        self.current = Some(row);
    }

    /// Whether the name could be read.
    fn read_name(&mut self, fields: &[Field<'_>], kind: AliasKind, entity: usize, number: u32) -> bool {
        let Some(name) = fields.get(2) else { return false };
        let Ok(flags) = fields.get(3).map_or(Ok(Flags::default()), |field| parse_flags(field.text)) else {
            return false;
        };
        let keys = keys_of(fields);
        let evidence = keys.iter().rev().find(|(key, _, _)| key == "ctx");
        let Ok(evidence) = evidence.map_or(Ok(Vec::new()), |(_, list, _)| parse_evidence(list)) else { return false };
        self.sources.entities[entity].names.push(self.sources.names.len());
        self.sources.names.push(NameLine {
            at: Position { file: self.file, line: number, column: name.column },
            flags_column: fields.get(3).map_or(name.column, |field| field.column),
            entity,
            text: name.text.to_owned(),
            folded: fold(trim(name.text)),
            kind,
            flags,
            evidence: evidence.into_iter().collect(),
            fields: if kind == AliasKind::Name { Vec::new() } else { keys },
            removed: false,
        });
        true
    }
}

/// The `key=value` words after the flags.
fn keys_of(fields: &[Field<'_>]) -> Vec<KeyField> {
    let words = fields.iter().skip(4).flat_map(|field| field.text.split(' ').map(|word| (word, field.column)));
    let keys = words.filter_map(|(word, column)| word.split_once('=').map(|(key, value)| (key, value, column)));
    keys.map(|(key, value, column)| (key.to_owned(), value.to_owned(), column)).collect()
}
