//! The values of the fields that a run keeps, as they are written: each value once, and rows that point at it.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::store::{
    Block, FIELDS_FILE, FieldRow, FieldRows, FieldValueRow, FieldValueRows, FileHeader, FileSummary, FileWriter,
    RunWriter,
};

/// Bytes of values that are remembered, to be written once. Beyond them a new value is written wherever it occurs: fields of so
/// many values are addresses and the like, of which each occurs once anyway, and memory does not grow with the archive.
pub(super) const REMEMBERED: usize = 32 << 20;
/// What remembering a value costs besides its text.
const ENTRY: usize = 64;

/// Writes `fields.dln` in the order of the documents.
pub(super) struct KeptWriter {
    file: FileWriter,
    values: FieldValueRows,
    fields: FieldRows,
    /// By field, the row of each value.
    known: Vec<HashMap<String, u32>>,
    room: usize,
    n_values: u32,
}

impl KeptWriter {
    pub(super) fn create(run: &RunWriter, header: FileHeader, n_fields: usize) -> Result<Self> {
        let header = header.describe::<FieldValueRows>().describe::<FieldRows>();
        Ok(Self {
            file: run.file(FIELDS_FILE, &header)?,
            values: FieldValueRows::default(),
            fields: FieldRows::default(),
            known: vec![HashMap::new(); n_fields],
            room: REMEMBERED,
            n_values: 0,
        })
    }

    /// Adds the value of a field of a document; documents come in order, and the fields of each, too.
    pub(super) fn push(&mut self, document: u32, field: u32, value: &str) -> Result<()> {
        let known = &mut self.known[field as usize];
        let row = match known.get(value) {
            Some(row) => *row,
            None => {
                let row = self.n_values;
                let too_many = || Error::limit("more than 2^32 - 1 different values of fields are kept");
                self.n_values = row.checked_add(1).ok_or_else(|| too_many().with_remedy("keep fewer fields"))?;
                if let Some(room) = self.room.checked_sub(value.len() + ENTRY) {
                    self.room = room;
                    known.insert(value.to_owned(), row);
                }
                self.values.push(FieldValueRow { field, value });
                if self.values.is_full() {
                    self.file.write_block(&self.values)?;
                    self.values.clear();
                }
                row
            }
        };
        self.fields.push(FieldRow { document, field, value: row });
        if self.fields.is_full() {
            self.file.write_block(&self.fields)?;
            self.fields.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<FileSummary> {
        if self.values.rows() > 0 {
            self.file.write_block(&self.values)?;
        }
        if self.fields.rows() > 0 {
            self.file.write_block(&self.fields)?;
        }
        self.file.finish()
    }
}
