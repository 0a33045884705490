//! The names of a gazetteer by what they fold to: which aliases a folded hit may mean.
//!
//! Tables in an image, beside the gazetteer they belong to. Row `key` of the postings lists the aliases that fold to the key;
//! keys are numbered in the order of their bytes; a key with hundreds of aliases costs four bytes for each. And the tables of
//! the word-start engine, which finds keys.

use std::ops::Range;

use super::senses;
use super::word_start::{self, KeyTraits, Sense};
use crate::error::Result;
use crate::files::wire::u32_at;
use crate::files::{DEFAULT_BUDGET, Sorted, Sorter};
use crate::gazetteer::image::{Image, ImageWriter, Section, Tag};
use crate::gazetteer::{Gazetteer, LoadOptions, LoadStage};
use crate::ids::AliasId;
use crate::normalize::{CasePattern, FoldedText};

const ROWS: Tag = *b"ROWS";
const POSTINGS: Tag = *b"POST";
const WORDS: Tag = *b"WORD";

/// The tables, in whatever image holds them.
#[derive(Debug)]
pub(super) struct NameIndex {
    image: Image,
    rows: Range<usize>,
    postings: Range<usize>,
    words: Range<usize>,
}

impl NameIndex {
    /// The tables of a compiled gazetteer, or tables made now.
    pub(super) fn of(gazetteer: &Gazetteer) -> Result<Self> {
        if let Some(index) = Self::in_image(gazetteer.image()) {
            return Ok(index);
        }
        let mut writer = ImageWriter::default();
        build(gazetteer, &LoadOptions::default(), &mut writer)?;
        Ok(Self::in_image(&writer.finish()?).expect("the tables were just written"))
    }

    fn in_image(image: &Image) -> Option<Self> {
        Some(Self {
            rows: image.section(ROWS)?,
            postings: image.section(POSTINGS)?,
            words: image.section(WORDS)?,
            image: image.clone(),
        })
    }

    /// Whether the image of a compiled gazetteer holds tables this program reads.
    pub(super) fn is_ready(gazetteer: &Gazetteer) -> bool {
        Self::in_image(gazetteer.image()).is_some_and(|index| word_start::Layout::open(index.words()).is_ok())
    }

    /// The tables of the word-start engine.
    pub(super) fn words(&self) -> &[u8] {
        &self.image.bytes()[self.words.clone()]
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        (self.rows.len() / 4).saturating_sub(1)
    }

    /// The aliases that fold to key number `key`, sorted.
    pub(super) fn aliases(&self, key: usize) -> impl Iterator<Item = AliasId> {
        let rows = &self.image.bytes()[self.rows.clone()];
        let postings = &self.image.bytes()[self.postings.clone()];
        let range = u32_at(rows, 4 * key) as usize * 4..u32_at(rows, 4 * key + 4) as usize * 4;
        let row = postings.get(range).unwrap_or_default();
        row.chunks_exact(4).map(|number| AliasId(u32_at(number, 0)))
    }
}

/// Adds the tables of a gazetteer to an image.
///
/// # Complexity
///
/// Sorts the folded names, in bounded memory.
pub(super) fn build(gazetteer: &Gazetteer, options: &LoadOptions<'_>, writer: &mut ImageWriter) -> Result<()> {
    let mut sorted = sorted_names(gazetteer, options)?;
    let mut tables = Tables::new()?;
    let mut key: Option<Vec<u8>> = None;
    while let Some((name, value)) = sorted.next()? {
        if key.as_deref() != Some(name) {
            if let Some(key) = &key {
                tables.end_key(key)?;
            }
            let key = key.get_or_insert_default();
            key.clear();
            key.extend_from_slice(name);
        }
        let (sense, traits) = read_rules(value);
        tables.postings.push(&sense.alias.to_le_bytes())?;
        tables.traits.lower_start |= traits.lower_start;
        tables.traits.open |= traits.open;
        tables.senses.push(sense);
    }
    if let Some(key) = &key {
        tables.end_key(key)?;
    }
    drop(sorted);
    let words = Section::of(WORDS, tables.words.finish()?);
    [tables.rows, tables.postings, words].into_iter().for_each(|section| writer.add(section));
    Ok(())
}

/// The aliases by what they fold to, with what the tables must know of them.
///
/// The fields are read here, before the sorter: after it, aliases no longer come in the order in which they lie in memory.
fn sorted_names(gazetteer: &Gazetteer, options: &LoadOptions<'_>) -> Result<Sorted> {
    let mut sorter = Sorter::new(DEFAULT_BUDGET);
    let mut folded = FoldedText::default();
    let mut pattern = CasePattern::default();
    for (row, alias) in gazetteer.aliases().enumerate() {
        options.tell(LoadStage::Index, row as u64 + 1);
        folded.fold(alias.text);
        let sense = senses::sense(AliasId::new(row), &alias, folded.bytes(), &mut pattern);
        sorter.push(folded.bytes(), &rules(sense, senses::traits(&alias)))?;
    }
    sorter.finish()
}

/// What the tables must know of an alias, in the bytes of a sorted record.
fn rules(sense: Sense, traits: KeyTraits) -> [u8; Sense::MAX_LEN + 1] {
    let mut bytes = [0; Sense::MAX_LEN + 1];
    bytes[..Sense::MAX_LEN].copy_from_slice(&sense.to_bytes());
    bytes[Sense::MAX_LEN] = u8::from(traits.lower_start) | u8::from(traits.open) << 1;
    bytes
}

/// The way back.
fn read_rules(bytes: &[u8]) -> (Sense, KeyTraits) {
    let (sense, traits) = bytes.split_first_chunk().expect("written by `rules`");
    (Sense::from_bytes(sense), KeyTraits { lower_start: traits[0] & 1 != 0, open: traits[0] & 2 != 0 })
}

/// The tables while keys come in order.
struct Tables {
    rows: Section,
    postings: Section,
    words: word_start::Builder,
    /// Of the key whose aliases are being read.
    traits: KeyTraits,
    senses: Vec<Sense>,
}

impl Tables {
    fn new() -> Result<Self> {
        let mut rows = Section::new(ROWS);
        rows.push(&[0; 4])?;
        Ok(Self {
            rows,
            postings: Section::new(POSTINGS),
            words: word_start::Builder::new(),
            traits: KeyTraits::default(),
            senses: Vec::new(),
        })
    }

    fn end_key(&mut self, key: &[u8]) -> Result<()> {
        let key = std::str::from_utf8(key).expect("folding pushes whole characters");
        self.words.push(key, std::mem::take(&mut self.traits), &self.senses);
        self.senses.clear();
        self.rows.push(&((self.postings.len() / 4) as u32).to_le_bytes())
    }
}
