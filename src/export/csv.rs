//! CSV: RFC 4180, UTF-8, `\n` between rows, quotes where needed. Unknown days and coordinates are empty cells.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::table::{Batch, Cell, Field, Table, TableSink};
use crate::error::{Error, Result};
use crate::files::Writer;

/// Rows of CSV in a file.
pub(super) struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<Vec<u8>>,
    file: Writer,
    safe: bool,
}

impl CsvFile {
    /// If `safe` is set, cells that a spreadsheet would read as a formula get an apostrophe in front.
    pub(super) fn create(path: &Path, safe: bool) -> Result<Self> {
        let writer = csv::Writer::from_writer(Vec::with_capacity(1 << 16));
        Ok(Self { path: path.to_owned(), writer, file: Writer::create(path)?, safe })
    }

    /// Adds a number or another cell that needs no protection.
    pub(super) fn plain(&mut self, cell: impl ToString) -> Result<()> {
        self.cell(&cell.to_string())
    }

    pub(super) fn text(&mut self, cell: &str) -> Result<()> {
        let cell = if self.safe { without_formula(cell) } else { Cow::Borrowed(cell) };
        self.cell(&cell)
    }

    fn cell(&mut self, cell: &str) -> Result<()> {
        self.writer.write_field(cell).map_err(|error| self.error(error))
    }

    pub(super) fn end_row(&mut self) -> Result<()> {
        self.writer.write_record(None::<&[u8]>).map_err(|error| self.error(error))?;
        if self.writer.get_ref().len() >= 1 << 16 { self.drain() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.drain()?;
        self.file.finish()
    }

    /// Writes the rows so far to the file. The CSV writer itself writes to memory, where nothing can fail.
    fn drain(&mut self) -> Result<()> {
        let fresh = csv::Writer::from_writer(Vec::with_capacity(1 << 16));
        let rows = std::mem::replace(&mut self.writer, fresh).into_inner();
        let rows = rows.map_err(|error| Error::io(&self.path, "write", error.into_error()))?;
        self.file.put_with(|output| std::io::Write::write_all(output, &rows))
    }

    fn error(&self, error: csv::Error) -> Error {
        Error::io(&self.path, "write", error.into())
    }
}

/// CSV injection, as OWASP calls it: to a spreadsheet, a cell that begins with one of these is a formula.
fn without_formula(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}").into() } else { cell.into() }
}

/// One CSV file for each table.
pub(super) struct CsvTables<F> {
    path_of: F,
    safe: bool,
    file: Option<CsvFile>,
}

impl<F: Fn(Table) -> PathBuf> CsvTables<F> {
    pub(super) fn new(path_of: F, safe: bool) -> Self {
        Self { path_of, safe, file: None }
    }
}

impl<F: Fn(Table) -> PathBuf> TableSink for CsvTables<F> {
    fn begin(&mut self, table: Table, fields: &[Field]) -> Result<()> {
        let mut file = CsvFile::create(&(self.path_of)(table), self.safe)?;
        fields.iter().try_for_each(|field| file.text(&field.name))?;
        file.end_row()?;
        self.file = Some(file);
        Ok(())
    }

    fn write(&mut self, batch: &Batch<'_>) -> Result<()> {
        let file = self.file.as_mut().expect("a table was begun");
        for row in 0..batch.rows {
            for column in 0..batch.columns.len() {
                match batch.cell(column, row)? {
                    Cell::Unknown => file.plain("")?,
                    Cell::Integer(number) => file.plain(number)?,
                    Cell::Float(number) => file.plain(number)?,
                    Cell::Day(day) => file.plain(day)?,
                    Cell::Text(text) => file.text(text)?,
                }
            }
            file.end_row()?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.file.take().expect("a table was begun").finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, expected: &str) {
        assert_eq!(without_formula(cell), expected);
    }

    #[test]
    fn formulas_are_distinguished_from_names() {
        check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
        check("@home", "'@home");
        check("\t=1", "'\t=1");
        check("Côte d'Ivoire", "Côte d'Ivoire");
        check("'s-Hertogenbosch", "'s-Hertogenbosch");
        check("", "");
    }
}
