//! The gazetteer: the entities that can be found, and their names.
//!
//! Input: text files in the native line format (`.gaz`), and the built-in layers. Output: an immutable [`Gazetteer`]
//! with entities sorted by id, each with its aliases, and a fingerprint of all of it. The reader tolerates no fault: it
//! reports every faulty line together, with file, line, column and remedy ([`crate::Error::diagnostics`]).
//!
//! A gazetteer is one compiled image of bytes (module `image`), on the heap, embedded in the program or mapped from a
//! file. Entities and names are decoded when they are requested, so that opening one takes the same time whatever its
//! size.
//!
//! The rules of a name (case, boundaries) are stored here and applied by the matcher; the resolver decides whether a
//! weak name has evidence.

mod compile;
mod core;
mod entity;
mod freshness;
pub(crate) mod image;
pub(crate) mod line;
mod rank;
mod reader;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use compile::{Compiler, Draft, DraftAlias, Meta, Position, Statement};
use image::{Image, refused};

use crate::builtin;
use crate::error::{Error, Result};
use crate::files::FileSummary;
use crate::files::wire::{Cursor, u16_at, u32_at, u64_at};
use crate::ids::{AliasId, EntityId};
use crate::normalize::{FoldedText, trim};

pub use crate::builtin::{DATA_DATE, builtin_names};
pub(crate) use compile::MAX_NAME;
pub use compile::Replaced;
pub use core::in_core;
pub use entity::{Alias, AliasKind, Boundary, CasePolicy, Entity, EntityType, Evidence, EvidenceSet, Fields, Flags};
pub(crate) use line::parse_evidence;
pub use line::parse_flags;
pub use rank::{kind_rank, prior};
pub(crate) use rank::{prior_of, rank_of};
pub(crate) use reader::{include_fault, removed_name};

/// The immutable set of entities and their aliases. Clones share the data.
///
/// Entities are sorted by id and aliases by entity and text, so that the order of lines in the files has no effect.
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
    image: Image,
    meta: Arc<Meta>,
    entities: Range<usize>,
    aliases: Range<usize>,
    names: Range<usize>,
    blobs: Range<usize>,
    /// Empty while the image is being built.
    parents: Range<usize>,
}

/// How layers become a gazetteer.
#[derive(Clone, Default)]
pub struct LoadOptions<'o> {
    /// Sources whose entities are excluded: values of `src=`, e.g. `geonames`. A source that no entity has is an error.
    pub without: Vec<String>,
    /// Called now and then while a large gazetteer is compiled.
    pub on_progress: Option<&'o dyn Fn(LoadProgress)>,
}

/// The progress of compiling a gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadProgress {
    /// The current stage.
    pub stage: LoadStage,
    /// Entities done (names, for [`LoadStage::Index`]).
    pub done: u64,
}

/// The stages of compiling, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadStage {
    /// Reading the layers.
    Read,
    /// Sorting the entities.
    Order,
    /// Sorting the names.
    Index,
}

/// Steps between two calls of [`LoadOptions::on_progress`].
const PROGRESS_STEP: u64 = 1 << 16;

impl LoadOptions<'_> {
    /// Reports progress, if it is time.
    pub(crate) fn tell(&self, stage: LoadStage, done: u64) {
        if let Some(on_progress) = self.on_progress
            && done.is_multiple_of(PROGRESS_STEP)
        {
            on_progress(LoadProgress { stage, done });
        }
    }
}

impl std::fmt::Debug for LoadOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadOptions").field("without", &self.without).finish_non_exhaustive()
    }
}

impl Gazetteer {
    /// The built-in gazetteer called `name`: `world` (the default), `core`, the small one, or `towns`, the towns under
    /// 15,000 inhabitants, as a layer over `world`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if there is no such gazetteer.
    pub fn builtin(name: &str) -> Result<Self> {
        match builtin::image(name) {
            Some(bytes) => Self::from_image(Image::embedded(bytes)).map_err(Error::usage),
            None => Err(Error::usage(format!("there is no built-in gazetteer {name:?}"))
                .with_remedy(format!("use {}", builtin_names().join(", ")))),
        }
    }

    /// Reads layers in order: built-in names, paths of `.gaz` files, or paths of compiled gazetteers. An entity of a later
    /// layer replaces the one with the same id of an earlier layer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gazetteer`](crate::ErrorKind::Gazetteer) with every faulty line,
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if a file cannot be read, or
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if a compiled gazetteer is damaged, of another version, or older than
    /// its sources.
    pub fn load<S: AsRef<str>>(layers: impl IntoIterator<Item = S>) -> Result<Self> {
        Self::load_with(layers, &LoadOptions::default())
    }

    /// Like [`Gazetteer::load`], with options.
    ///
    /// # Errors
    ///
    /// As [`Gazetteer::load`].
    ///
    /// # Complexity
    ///
    /// A single built-in or compiled layer without options takes one pass over its checksums; other layers are read,
    /// sorted and compiled, in bounded memory.
    pub fn load_with<S: AsRef<str>>(layers: impl IntoIterator<Item = S>, options: &LoadOptions<'_>) -> Result<Self> {
        let layers: Vec<S> = layers.into_iter().collect();
        if let [only] = layers.as_slice()
            && options.without.is_empty()
            && let Some(gazetteer) = Self::compiled_layer(only.as_ref())?
        {
            return Ok(gazetteer);
        }
        let mut reader = reader::Reader::new(options);
        for layer in &layers {
            let layer = layer.as_ref();
            match Self::compiled_layer(layer)? {
                Some(gazetteer) => reader.read_gazetteer(&gazetteer)?,
                None => reader.read_file(Path::new(layer))?,
            }
        }
        reader.finish()
    }

    /// A layer that is already compiled: built in, or a file that begins with the magic of one.
    pub(crate) fn compiled_layer(layer: &str) -> Result<Option<Self>> {
        if builtin::image(layer).is_some() {
            return Self::builtin(layer).map(Some);
        }
        let path = Path::new(layer);
        if reader::is_compiled(path) { Self::open(path).map(Some) } else { Ok(None) }
    }

    /// Opens a compiled gazetteer, mapping the file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be read,
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is damaged, of another version, or older than its sources.
    ///
    /// # Complexity
    ///
    /// One pass over the bytes, for the checksums.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let gazetteer = Self::from_image(Image::open(path)?).map_err(|reason| refused(path, &reason))?;
        gazetteer.check_program(path)?;
        gazetteer.check_sources(path)?;
        Ok(gazetteer)
    }

    /// Writes the gazetteer in its compiled form: whole under the final name, or not at all. What
    /// [`compile`](crate::compile) added is written too. With `force` it replaces an earlier compiled gazetteer, and nothing
    /// else.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if something is at `path` that may not be replaced,
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>, force: bool) -> Result<()> {
        self.image.save(path.as_ref(), force)
    }

    /// A hash of a layer's content: the fingerprint of a compiled one (and `true`), the SHA-256 of a text.
    pub(crate) fn layer_fingerprint(layer: &str) -> Result<(String, bool)> {
        if let Some(gazetteer) = Self::compiled_layer(layer)? {
            return Ok((gazetteer.fingerprint().to_owned(), true));
        }
        Ok((FileSummary::of(layer)?.sha256, false))
    }

    /// Reads one gazetteer from a string; `name` is the file name in messages.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gazetteer`](crate::ErrorKind::Gazetteer) with every faulty line.
    pub fn from_text(text: &str, name: &str) -> Result<Self> {
        let options = LoadOptions::default();
        let mut reader = reader::Reader::new(&options);
        reader.read_text(text, Path::new(name))?;
        reader.finish()
    }

    /// Reads several texts as one layer called `layer`; the built-in gazetteers are made so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Gazetteer`](crate::ErrorKind::Gazetteer) with every faulty line.
    pub fn from_texts(layer: &str, texts: &[(&str, &str)]) -> Result<Self> {
        let options = LoadOptions::default();
        let mut reader = reader::Reader::new(&options);
        reader.read_texts(layer, texts)?;
        reader.finish()
    }

    /// The entities for which `keep` holds, as a gazetteer whose only layer is `layer`.
    ///
    /// ```
    /// use dateline::Gazetteer;
    /// use dateline::gazetteer::EntityType;
    /// let core = Gazetteer::builtin("core")?;
    /// let titles = core.filtered("titles", |entity| entity.entity_type() == EntityType::Title)?;
    /// assert!(titles.find("us").is_none());
    /// # Ok::<(), dateline::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if a temporary file cannot be written.
    pub fn filtered(&self, layer: &str, keep: impl Fn(&Entity<'_>) -> bool) -> Result<Self> {
        let options = LoadOptions::default();
        let mut compiler = Compiler::new(&options);
        compiler.meta.layers = vec![layer.to_owned()];
        for (row, entity) in self.entities().enumerate() {
            if keep(&entity) {
                compiler.state(
                    Statement::Define,
                    Position { file: 0, line: 0, column: 0 },
                    &self.draft(EntityId::new(row)),
                )?;
            }
        }
        Self::from_image(compiler.finish()?).map_err(Error::usage)
    }

    /// A gazetteer of place names, each an entity of its own: for examples and tests.
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

    /// A gazetteer of entities from a program: `(id, kind, names)` with the canonical name first. Entities with equal
    /// ids are merged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if an entity has no name, or a name folds to nothing, contains a
    /// blank line or has more than 2,047 bytes.
    pub fn from_entities(
        entities: impl IntoIterator<Item = (String, String, Vec<(String, AliasKind, Flags)>)>,
    ) -> Result<Self> {
        let options = LoadOptions::default();
        let mut compiler = Compiler::new(&options);
        compiler.meta.layers = vec!["made by a program".to_owned()];
        let mut seen = std::collections::HashSet::new();
        for (id, kind, names) in entities {
            let mut aliases = Vec::new();
            for (text, alias_kind, flags) in &names {
                if let Some(fault) = name_fault(text) {
                    return Err(Error::usage(format!("the name {text:?} of {id:?} {fault}")));
                }
                let evidence = EvidenceSet::default();
                aliases.push(DraftAlias { text, kind: *alias_kind, flags: *flags, evidence, fields: Vec::new() });
            }
            let Some((first, _, _)) = names.first() else {
                return Err(Error::usage(format!("the entity {id:?} has no name")));
            };
            let statement = if seen.insert(id.clone()) { Statement::Define } else { Statement::Extend };
            let draft = Draft { id: &id, kind: &kind, name: first, fields: Vec::new(), aliases };
            compiler.state(statement, Position { file: 0, line: 0, column: 0 }, &draft)?;
        }
        Self::from_image(compiler.finish()?).map_err(Error::usage)
    }

    /// All entities, sorted by id; the row number is the [`EntityId`].
    pub fn entities(&self) -> impl ExactSizeIterator<Item = Entity<'_>> + Clone {
        (0..self.n_entities()).map(|row| self.entity(EntityId::new(row)))
    }

    /// All aliases, sorted by entity, then text; the row number is the [`AliasId`].
    pub fn aliases(&self) -> impl ExactSizeIterator<Item = Alias<'_>> + Clone {
        (0..self.n_aliases()).map(|row| self.alias(AliasId::new(row)))
    }

    /// Number of entities.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.entities.len() / compile::ENTITY_LEN
    }

    /// Number of aliases.
    #[must_use]
    pub fn n_aliases(&self) -> usize {
        self.aliases.len() / compile::ALIAS_LEN
    }

    /// One entity.
    ///
    /// # Panics
    ///
    /// If the id is of another gazetteer and out of range.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> Entity<'_> {
        let (row, record) = (id, self.entity_record(id));
        let mut blob = self.blob(record);
        let id = blob.str().unwrap_or_default();
        let first = u32_at(record, 4);
        let name = match blob.number() {
            Some(0) => blob.str().unwrap_or_default(),
            Some(number) => self.alias_text(first.saturating_add(number as u32 - 1)),
            None => "",
        };
        let fields = Fields::read(blob, &self.meta.keys);
        let bits = u32_at(record, 12);
        let coordinates = self.coordinates(row);
        Entity {
            id,
            kind: self.meta.kinds.get(usize::from(u16_at(record, 8))).map_or("", String::as_str),
            name,
            coordinates,
            country: self.country_code(u16_at(record, 10)),
            population: (bits & compile::HAS_POPULATION != 0).then(|| u64_at(record, 16)),
            fields,
        }
    }

    /// One alias.
    ///
    /// # Panics
    ///
    /// If the id is of another gazetteer and out of range.
    #[must_use]
    pub fn alias(&self, id: AliasId) -> Alias<'_> {
        let record = self.alias_record(id);
        let (kind, flags, evidence) = entity::unpack(u32_at(record, 8));
        Alias { entity: self.alias_entity(id), text: self.alias_text(id.0), kind, flags, evidence }
    }

    /// One alias without its text: entity, kind, flags, evidence.
    pub(crate) fn alias_rules(&self, id: AliasId) -> (EntityId, AliasKind, Flags, EvidenceSet) {
        let record = self.alias_record(id);
        let (kind, flags, evidence) = entity::unpack(u32_at(record, 8));
        let last = (self.n_entities() as u32).saturating_sub(1);
        (EntityId(u32_at(record, 0).min(last)), kind, flags, evidence)
    }

    /// Whether the text of an alias contains a blank.
    pub(crate) fn alias_has_blank(&self, id: AliasId) -> bool {
        self.alias_bytes(id.0).contains(&b' ')
    }

    /// The aliases of one entity, sorted by text.
    ///
    /// # Panics
    ///
    /// If the id is of another gazetteer and out of range.
    pub fn aliases_of(&self, id: EntityId) -> impl ExactSizeIterator<Item = Alias<'_>> + Clone {
        self.alias_ids_of(id).map(|row| self.alias(AliasId(row)))
    }

    /// The `key=value` fields of one alias, without `ctx=`, which is its evidence.
    ///
    /// # Panics
    ///
    /// If the id is of another gazetteer and out of range.
    #[must_use]
    pub fn alias_fields(&self, id: AliasId) -> Fields<'_> {
        let none = Fields::read(Cursor::new(&[]), &self.meta.keys);
        let record = self.entity_record(self.alias_entity(id));
        let number = u64::from(id.0.saturating_sub(u32_at(record, 4)));
        let mut rest = self.fields_of(record).rest();
        for _ in 0..rest.number().unwrap_or(0) {
            let Some(described) = rest.number() else { break };
            let fields = Fields::read(rest, &self.meta.keys);
            if described == number {
                return fields;
            }
            rest = fields.rest();
        }
        none
    }

    /// The entity with this external id. Logarithmic in the number of entities.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<EntityId> {
        let (mut low, mut high) = (0, self.n_entities());
        while low < high {
            let middle = low + (high - low) / 2;
            let row = EntityId::new(middle);
            match self.blob(self.entity_record(row)).str().unwrap_or_default().cmp(id) {
                std::cmp::Ordering::Equal => return Some(row),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// SHA-256 (hex) of everything that can change a result: entities, aliases, flags, fields.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.meta.fingerprint
    }

    /// The layers it was compiled from, in order: built-in names, or file names.
    #[must_use]
    pub fn layers(&self) -> &[String] {
        &self.meta.layers
    }

    /// The sources whose entities were excluded, as given in [`LoadOptions::without`].
    #[must_use]
    pub fn without(&self) -> &[String] {
        &self.meta.without
    }

    /// How many entities of earlier layers lost names because a later layer redefines their ids, and the first of them.
    /// An entity is not counted if `!remove ID` precedes the new definition, which shows the intention.
    #[must_use]
    pub fn replaced(&self) -> (u64, &[Replaced]) {
        (self.meta.replaced, &self.meta.replaced_first)
    }

    /// How many entities were excluded because of their source.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.meta.left_out
    }

    /// The kinds of its entities, numbered as [`Gazetteer::kind_number`] does.
    pub(crate) fn kinds(&self) -> &[String] {
        &self.meta.kinds
    }

    /// Whether any line has this key.
    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.meta.keys.iter().any(|known| known == key)
    }

    /// The number of the kind of an entity.
    pub(crate) fn kind_number(&self, id: EntityId) -> u16 {
        u16_at(self.entity_record(id), 8)
    }

    /// The number of the country of an entity: equal for equal `cc=`; 0 without one.
    pub(crate) fn country_number(&self, id: EntityId) -> u32 {
        u32::from(u16_at(self.entity_record(id), 10))
    }

    /// The code that a [`Gazetteer::country_number`] represents.
    fn country_code(&self, number: u16) -> Option<&str> {
        self.meta.countries.get(usize::from(number).checked_sub(1)?).map(String::as_str)
    }

    /// Kind number, country number, inhabitants (0 if unknown), and whether the entity has the field `capital`, all in
    /// one read of the record.
    pub(crate) fn entity_numbers(&self, id: EntityId) -> (u16, u32, u64, bool) {
        let record = self.entity_record(id);
        let capital = u32_at(record, 12) & compile::HAS_CAPITAL != 0;
        (u16_at(record, 8), u32::from(u16_at(record, 10)), u64_at(record, 16), capital)
    }

    /// Latitude and longitude in degrees, if both are known.
    pub(crate) fn coordinates(&self, id: EntityId) -> Option<(f64, f64)> {
        let record = self.entity_record(id);
        let bits = u32_at(record, 12);
        if bits & compile::HAS_COORDINATES == 0 {
            return None;
        }
        if bits & compile::LONG_COORDINATES == 0 {
            let degrees = |at| f64::from(u32_at(record, at) as i32) / 1e7;
            return Some((degrees(24), degrees(28)));
        }
        let fields = self.fields_of(record);
        let degrees = |key| {
            let (_, value) = fields.into_iter().find(|(name, _)| *name == key)?;
            value.parse::<f64>().ok()
        };
        degrees("lat").zip(degrees("lon"))
    }

    /// The entity of an alias.
    pub(crate) fn alias_entity(&self, id: AliasId) -> EntityId {
        let last = (self.n_entities() as u32).saturating_sub(1);
        EntityId(u32_at(self.alias_record(id), 0).min(last))
    }

    /// The entity that `parent=` names, if this gazetteer has it.
    ///
    /// # Complexity
    ///
    /// Constant: parents are looked up when a gazetteer is compiled.
    #[must_use]
    pub fn parent(&self, id: EntityId) -> Option<EntityId> {
        let parents = self.image.bytes().get(self.parents.clone())?;
        let number = u32_at(parents.get(4 * id.index()..)?, 0);
        ((number as usize) < self.n_entities()).then_some(EntityId(number))
    }

    /// The compiled image.
    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    /// Reads the sections of an image that belong to the gazetteer.
    pub(crate) fn from_image(image: Image) -> std::result::Result<Self, String> {
        let section = |tag: image::Tag| {
            let name = String::from_utf8_lossy(&tag).into_owned();
            image.section(tag).ok_or_else(|| format!("it lacks the section {name}"))
        };
        let meta = serde_json::from_slice(&image.bytes()[section(compile::META)?])
            .map_err(|error| format!("its description cannot be read: {error}"))?;
        let gazetteer = Self {
            meta: Arc::new(meta),
            entities: section(compile::ENTITIES)?,
            aliases: section(compile::ALIASES)?,
            names: section(compile::NAMES)?,
            blobs: section(compile::BLOBS)?,
            parents: image.section(compile::PARENTS).unwrap_or_default(),
            image,
        };
        let whole = gazetteer.entities.len().is_multiple_of(compile::ENTITY_LEN)
            && gazetteer.aliases.len().is_multiple_of(compile::ALIAS_LEN)
            && gazetteer.entities.len() / compile::ENTITY_LEN < u32::MAX as usize
            && gazetteer.aliases.len() / compile::ALIAS_LEN < u32::MAX as usize;
        if whole { Ok(gazetteer) } else { Err("a table does not have a whole number of rows".to_owned()) }
    }

    /// One entity as input for the compiler.
    fn draft(&self, id: EntityId) -> Draft<'_> {
        let entity = self.entity(id);
        let aliases = self.alias_ids_of(id).map(|row| {
            let alias = self.alias(AliasId(row));
            DraftAlias {
                text: alias.text,
                kind: alias.kind,
                flags: alias.flags,
                evidence: alias.evidence,
                fields: self.alias_fields(AliasId(row)).collect(),
            }
        });
        Draft {
            id: entity.id,
            kind: entity.kind,
            name: entity.name,
            fields: entity.fields().collect(),
            aliases: aliases.collect(),
        }
    }

    #[inline]
    fn entity_record(&self, id: EntityId) -> &[u8] {
        let rows = &self.image.bytes()[self.entities.clone()];
        &rows[id.index() * compile::ENTITY_LEN..][..compile::ENTITY_LEN]
    }

    #[inline]
    fn alias_record(&self, id: AliasId) -> &[u8] {
        let rows = &self.image.bytes()[self.aliases.clone()];
        &rows[id.index() * compile::ALIAS_LEN..][..compile::ALIAS_LEN]
    }

    pub(crate) fn alias_ids_of(&self, id: EntityId) -> Range<u32> {
        let n_aliases = self.n_aliases() as u32;
        let first = u32_at(self.entity_record(id), 4).min(n_aliases);
        let last = if id.index() + 1 < self.n_entities() {
            u32_at(self.entity_record(EntityId(id.0 + 1)), 4).min(n_aliases)
        } else {
            n_aliases
        };
        first..last.max(first)
    }

    /// The text of an alias; empty if damaged bytes refer outside the section.
    fn alias_text(&self, row: u32) -> &str {
        std::str::from_utf8(self.alias_bytes(row)).unwrap_or_default()
    }

    #[inline]
    fn alias_bytes(&self, row: u32) -> &[u8] {
        let rows = &self.image.bytes()[self.aliases.clone()];
        let record = rows.get(row as usize * compile::ALIAS_LEN..).unwrap_or_default();
        let (start, rules) = (u32_at(record, 4) as usize, u32_at(record, 8));
        let length = (rules >> compile::LENGTH_SHIFT) as usize;
        let names = &self.image.bytes()[self.names.clone()];
        names.get(start..start + length).unwrap_or_default()
    }

    /// The fields of an entity, which follow its id and its name.
    fn fields_of(&self, record: &[u8]) -> Fields<'_> {
        let mut blob = self.blob(record);
        let _ = blob.str();
        if blob.number() == Some(0) {
            let _ = blob.str();
        }
        Fields::read(blob, &self.meta.keys)
    }

    fn blob(&self, record: &[u8]) -> Cursor<'_> {
        let blobs = &self.image.bytes()[self.blobs.clone()];
        Cursor::new(blobs.get(u32_at(record, 0) as usize..).unwrap_or_default())
    }
}

/// Why a text cannot be a name, if it cannot.
pub(crate) fn name_fault(text: &str) -> Option<String> {
    name_fault_in(text, &mut FoldedText::default())
}

/// Like [`name_fault`], with a reusable buffer.
fn name_fault_in(text: &str, folded: &mut FoldedText) -> Option<String> {
    folded.fold(trim(text));
    if folded.bytes().is_empty() {
        Some("has no letter to match".to_owned())
    } else if memchr::memchr(b'\n', folded.bytes()).is_some() {
        Some("contains a blank line".to_owned())
    } else if text.len() > MAX_NAME {
        Some(format!("has {} bytes; {MAX_NAME} are allowed", text.len()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
