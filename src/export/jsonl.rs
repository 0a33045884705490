//! JSON Lines: one object a row, keys in the order of the columns, `null` for unknown days and coordinates.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::table::{Batch, Cell, Field, Table, TableSink};
use crate::error::Result;
use crate::files::Writer;

/// One file of JSON Lines for each table.
pub(super) struct JsonTables<F> {
    path_of: F,
    /// As JSON.
    names: Vec<String>,
    file: Option<Writer>,
    line: String,
}

impl<F: Fn(Table) -> PathBuf> JsonTables<F> {
    pub(super) fn new(path_of: F) -> Self {
        Self { path_of, names: Vec::new(), file: None, line: String::new() }
    }
}

impl<F: Fn(Table) -> PathBuf> TableSink for JsonTables<F> {
    fn begin(&mut self, table: Table, fields: &[Field]) -> Result<()> {
        self.names = fields.iter().map(|field| json(&*field.name)).collect();
        self.file = Some(Writer::create(&(self.path_of)(table))?);
        Ok(())
    }

    fn write(&mut self, batch: &Batch<'_>) -> Result<()> {
        let file = self.file.as_mut().expect("a table was begun");
        for row in 0..batch.rows {
            self.line.clear();
            for (column, name) in self.names.iter().enumerate() {
                let begin = if column == 0 { '{' } else { ',' };
                let _ = write!(self.line, "{begin}{name}:");
                let _ = match batch.cell(column, row)? {
                    Cell::Unknown => write!(self.line, "null"),
                    Cell::Integer(number) => write!(self.line, "{number}"),
                    Cell::Float(number) => write!(self.line, "{}", json(&number)),
                    Cell::Day(day) => write!(self.line, "\"{day}\""),
                    Cell::Text(text) => write!(self.line, "{}", json(text)),
                };
            }
            self.line.push_str("}\n");
            file.put(&self.line)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.file.take().expect("a table was begun").finish()
    }
}

/// A text or number as JSON writes it.
pub(super) fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("texts and numbers always serialize")
}
