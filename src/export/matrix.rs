//! The two matrices of a run: documents × entities, and entities × entities with the diagonal.
//!
//! Rows and columns are numbered from 0 without gaps: the documents and the entities in the export. The
//! files `documents.csv` and `entities.csv` name them, in order.

use std::path::Path;

use super::csv::CsvTables;
use super::source::Source;
use super::table::{Table, write_tables};
use crate::error::Result;
use crate::store::{COUNTS_FILE, CountRows, PairRows};

/// Which matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matrix {
    /// Documents × entities: mentions.
    Counts,
    /// Entities × entities: common contexts; on the diagonal the contexts of each entity.
    Cooccurrence,
}

impl Matrix {
    pub(super) const ALL: [Self; 2] = [Self::Counts, Self::Cooccurrence];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Cooccurrence => "cooccurrence",
        }
    }

    /// Number of rows, columns and entries.
    pub(super) fn shape(self, source: &mut Source<'_>) -> Result<[u64; 3]> {
        let (_, n_entities) = source.renumbered();
        let n_rows = if self == Self::Counts { source.n_documents() } else { u64::from(n_entities) };
        let mut entries = 0;
        if source.filter.is_everything() && self == Self::Counts {
            entries = source.n_rows::<CountRows>(COUNTS_FILE)?;
        } else {
            self.entries(source, |_, _, _| {
                entries += 1;
                Ok(())
            })?;
        }
        Ok([n_rows, u64::from(n_entities), entries])
    }

    /// The entries, row by row, columns ascending; for [`Cooccurrence`](Self::Cooccurrence) the upper triangle.
    pub(super) fn entries(
        self,
        source: &mut Source<'_>,
        mut each: impl FnMut(u32, u32, u32) -> Result<()>,
    ) -> Result<()> {
        let (numbers, n_entities) = source.renumbered();
        if self == Self::Counts {
            let documents = source.document_numbers();
            return source.counts(|rows: &CountRows| {
                rows.iter()
                    .try_for_each(|row| each(documents[row.document as usize], numbers[row.entity as usize], row.count))
            });
        }
        let mut diagonal = vec![0; n_entities as usize];
        source.marginals(|rows| {
            rows.iter().for_each(|row| diagonal[numbers[row.entity as usize] as usize] = row.contexts);
            Ok(())
        })?;
        // The diagonal's entry of a row comes before its pairs.
        let mut next = 0;
        let mut diagonal_up_to = |end: u32, each: &mut dyn FnMut(u32, u32, u32) -> Result<()>| -> Result<()> {
            let first = next;
            next = end.max(first);
            for entity in first..end {
                if diagonal[entity as usize] > 0 {
                    each(entity, entity, diagonal[entity as usize])?;
                }
            }
            Ok(())
        };
        source.pairs(|rows: &PairRows| {
            rows.iter().try_for_each(|row| {
                let (a, b) = (numbers[row.a as usize], numbers[row.b as usize]);
                diagonal_up_to(a + 1, &mut each)?;
                each(a, b, row.joint)
            })
        })?;
        diagonal_up_to(n_entities, &mut each)
    }
}

/// Writes `documents.csv` and `entities.csv` into a directory.
pub(super) fn write_names(source: &mut Source<'_>, directory: &Path, csv_safe: bool) -> Result<Vec<(String, u64)>> {
    let path_of = |table: Table| directory.join(format!("{}.csv", table.name()));
    let written =
        write_tables(source, &[Table::Documents, Table::Entities], None, &mut CsvTables::new(path_of, csv_safe))?;
    Ok(written.into_iter().map(|(table, n_rows)| (format!("{}.csv", table.name()), n_rows)).collect())
}
