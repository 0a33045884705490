//! The names of a gazetteer by what they fold to: which aliases a folded hit may stand for.
//!
//! Two tables of numbers in an image, beside the gazetteer they belong to: row `key` of the postings lists the aliases that
//! fold to the key; keys are numbered in the order of their bytes. A key with hundreds of aliases costs four bytes for each.

use std::ops::Range;

use crate::error::Result;
use crate::gazetteer::Gazetteer;
use crate::gazetteer::image::wire::u32_at;
use crate::gazetteer::image::{Image, ImageWriter, Section, Tag};
use crate::gazetteer::sorter::{DEFAULT_BUDGET, Sorter};
use crate::ids::AliasId;
use crate::normalize::FoldedText;

const ROWS: Tag = *b"ROWS";
const POSTINGS: Tag = *b"POST";

/// The tables, in whatever image holds them.
#[derive(Debug)]
pub(super) struct NameIndex {
    image: Image,
    rows: Range<usize>,
    postings: Range<usize>,
}

impl NameIndex {
    /// The tables of a compiled gazetteer, or tables made now.
    pub(super) fn of(gazetteer: &Gazetteer) -> Result<Self> {
        if let Some(index) = Self::in_image(gazetteer.image()) {
            return Ok(index);
        }
        let mut writer = ImageWriter::default();
        build(gazetteer, &mut writer)?;
        Ok(Self::in_image(&writer.finish()?).expect("the tables were just written"))
    }

    fn in_image(image: &Image) -> Option<Self> {
        Some(Self { rows: image.section(ROWS)?, postings: image.section(POSTINGS)?, image: image.clone() })
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
pub(super) fn build(gazetteer: &Gazetteer, writer: &mut ImageWriter) -> Result<()> {
    let mut sorter = Sorter::new(DEFAULT_BUDGET);
    let mut folded = FoldedText::default();
    for (row, alias) in gazetteer.aliases().enumerate() {
        folded.fold(alias.text);
        sorter.push(folded.bytes(), &AliasId::new(row).0.to_le_bytes())?;
    }
    let (mut rows, mut postings) = (Section::new(ROWS), Section::new(POSTINGS));
    let mut sorted = sorter.finish()?;
    let mut key: Option<Vec<u8>> = None;
    while let Some((name, alias)) = sorted.next()? {
        if key.as_deref() != Some(name) {
            rows.push(&((postings.len() / 4) as u32).to_le_bytes())?;
            let key = key.get_or_insert_default();
            key.clear();
            key.extend_from_slice(name);
        }
        postings.push(alias)?;
    }
    rows.push(&((postings.len() / 4) as u32).to_le_bytes())?;
    writer.add(rows);
    writer.add(postings);
    Ok(())
}
