//! The fields that a run kept, as columns of its documents.

use crate::error::{Error, Result};
use crate::store::{Block, Blocks, DocumentRows, FIELDS_FILE, FieldRows, Run, StringColumn};

/// The column of documents that says which story a document is a copy of.
pub(super) const STORY: &str = "story";

/// The values of kept fields, document by document.
///
/// All different values are in memory: usually the names of some sections and authors.
pub(super) struct KeptFields {
    values: Vec<String>,
    names: Vec<String>,
    blocks: Blocks<FieldRows>,
    /// The rows that were read, and how many of them were used.
    current: FieldRows,
    next: usize,
}

impl KeptFields {
    /// `None` if the run kept no fields.
    pub(super) fn open(run: &Run) -> Result<Option<Self>> {
        if !run.has(FIELDS_FILE) {
            return Ok(None);
        }
        let mut values = Vec::new();
        for block in run.field_values()? {
            values.extend(block?.value.iter().map(str::to_owned));
        }
        let (names, blocks) = (column_names(run.kept_fields()), run.fields()?);
        Ok(Some(Self { values, names, blocks, current: FieldRows::default(), next: 0 }))
    }

    /// The names of the columns: those of the fields, but `field_NAME` for one that documents have a column of.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns of the documents with these rows, which ascend and follow those of the call before; without a value, the text is empty.
    pub(super) fn columns(&mut self, run: &Run, documents: &[u32]) -> Result<Vec<StringColumn>> {
        let mut columns = vec![StringColumn::new(); self.names.len()];
        for (at, &document) in documents.iter().enumerate() {
            while let Some((field, value)) = self.take(document)? {
                let cell = self.values.get(value as usize).map(String::as_str);
                // Two values of one field for a document would move those that follow.
                let column = columns.get_mut(field as usize).filter(|column| column.len() == at);
                let (Some(cell), Some(column)) = (cell, column) else {
                    let error =
                        Error::format(run.path().join(FIELDS_FILE), "damaged: a row of fields refers to nothing");
                    return Err(error.with_remedy("`dateline verify` says more"));
                };
                column.push(cell);
            }
            columns.iter_mut().filter(|column| column.len() <= at).for_each(|column| column.push(""));
        }
        Ok(columns)
    }

    /// The next value of this document.
    fn take(&mut self, document: u32) -> Result<Option<(u32, u32)>> {
        loop {
            while self.next == self.current.rows() {
                match self.blocks.next() {
                    Some(block) => (self.current, self.next) = (block?, 0),
                    None => return Ok(None),
                }
            }
            let row = self.current.row(self.next);
            if row.document > document {
                return Ok(None);
            }
            self.next += 1;
            // Documents that are not in the export have values, too.
            if row.document == document {
                return Ok(Some((row.field, row.value)));
            }
        }
    }
}

fn column_names(fields: &[String]) -> Vec<String> {
    let is_taken = |name: &str| {
        let columns = DocumentRows::COLUMNS.iter().filter_map(|column| column.split_once(':'));
        ["document", STORY]
            .into_iter()
            .chain(columns.map(|(name, _)| name))
            .any(|column| column.eq_ignore_ascii_case(name))
    };
    fields.iter().map(|name| if is_taken(name) { format!("field_{name}") } else { name.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_documents_have_get_a_prefix() {
        let names = ["section", "Date", "document", "story", "source.country"].map(str::to_owned);
        assert_eq!(column_names(&names), ["section", "field_Date", "field_document", "field_story", "source.country"]);
    }
}
