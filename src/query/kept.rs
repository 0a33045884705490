//! The fields of the records that a run kept beside those it understands: a section, an author, a desk.

use crate::error::{Error, Result};
use crate::store::Run;

/// A document without a value.
const NONE: u32 = u32::MAX;

/// The values of one kept field, by document.
#[derive(Debug, Clone)]
pub(super) struct KeptField {
    values: Vec<String>,
    /// By row of the documents, the row of its value.
    of_document: Vec<u32>,
}

impl KeptField {
    /// Reads a field by its name, as written or else without regard to case.
    ///
    /// # Errors
    ///
    /// If the run kept no such field, cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// Reads all kept fields; 4 bytes of memory for each document, and the different values.
    pub(super) fn read(run: &Run, name: &str) -> Result<Self> {
        let kept = run.kept_fields();
        let number = position(kept, name).ok_or_else(|| {
            let has = match kept {
                [] => "the run kept no fields of its records".to_owned(),
                kept => format!("the run kept {}", kept.join(", ")),
            };
            let error = Error::usage(format!("there is no field {name:?}: {has}")).at(run.path());
            error.with_remedy("`dateline analyze --keep NAME` keeps a field")
        })?;
        let mut field = Self { values: Vec::new(), of_document: Vec::new() };
        // Without a single value there is no file.
        if !run.has(crate::store::FIELDS_FILE) {
            return Ok(field);
        }
        for block in run.field_values()? {
            field.values.extend(block?.value.iter().map(str::to_owned));
        }
        for block in run.fields()? {
            for row in block?.iter().filter(|row| row.field as usize == number) {
                let document = row.document as usize;
                if u64::from(row.document) >= run.manifest().books.counted || row.value as usize >= field.values.len() {
                    let error = Error::format(run.path(), "damaged: a row of fields refers to nothing");
                    return Err(error.with_remedy("`dateline verify` says more"));
                }
                field.of_document.resize(field.of_document.len().max(document + 1), NONE);
                field.of_document[document] = row.value;
            }
        }
        Ok(field)
    }

    /// The value of a document, by its row; empty if it has none.
    pub(super) fn value(&self, document: usize) -> &str {
        let value = self.of_document.get(document).copied().unwrap_or(NONE);
        self.values.get(value as usize).map_or("", String::as_str)
    }
}

/// Where a name is among those of the kept fields: as written, or else without regard to case. `field_` before a name is that of a
/// field whose name a column of the documents has.
pub(super) fn position(kept: &[String], name: &str) -> Option<usize> {
    let find = |name: &str| {
        let same = kept.iter().position(|known| known == name);
        same.or_else(|| kept.iter().position(|known| known.eq_ignore_ascii_case(name)))
    };
    find(name).or_else(|| find(name.strip_prefix("field_")?))
}
