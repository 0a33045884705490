//! A database of SQLite 3: the tables of the run, keys to join them by, and views with names.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::source::Source;
use super::table::{Batch, Cell, Field, FieldKind, NAMED_VIEWS, Table, TableSink, write_tables};
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::{Error, Result};

pub(super) struct Sqlite;

impl Exporter for Sqlite {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn has_documents(&self) -> bool {
        true
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let about = source.about("sqlite").pairs();
        let tables: Vec<Table> = Table::ALL.into_iter().filter(|table| table.is_in(source)).collect();
        let mut database = Database {
            path,
            connection: Connection::open(path).map_err(|e| cannot_write(path, e))?,
            insert: String::new(),
        };
        // The file has no final name until it is complete, so a journal is of no use.
        database.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")?;
        database.run("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;")?;
        for (key, value) in about {
            let added = database.connection.execute("INSERT INTO about VALUES (?, ?)", (key, value));
            added.map_err(|error| cannot_write(path, error))?;
        }
        let written = write_tables(source, &tables, Some(options), &mut database)?;
        database.run("CREATE INDEX counts_by_entity ON counts (entity);")?;
        database.run("CREATE INDEX pairs_by_b ON pairs (b);")?;
        database.run(NAMED_VIEWS)?;
        database.run("COMMIT;")?;
        database.connection.close().map_err(|(_, error)| cannot_write(path, error))?;
        Ok(written.into_iter().map(|(table, n_rows)| (table.name().to_owned(), n_rows)).collect())
    }
}

struct Database<'p> {
    path: &'p Path,
    connection: Connection,
    insert: String,
}

impl Database<'_> {
    fn run(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| cannot_write(self.path, error))
    }
}

impl TableSink for Database<'_> {
    fn begin(&mut self, table: Table, fields: &[Field]) -> Result<()> {
        let columns: Vec<String> = fields
            .iter()
            .map(|field| format!("\"{}\" {}", field.name.replace('"', "\"\""), sql_type(field.kind)))
            .collect();
        let (key, options) = match table {
            Table::Entities => (", PRIMARY KEY (entity)", ""),
            Table::Documents => (", PRIMARY KEY (document)", ""),
            Table::Counts => (", PRIMARY KEY (document, entity)", " WITHOUT ROWID"),
            Table::Pairs => (", PRIMARY KEY (a, b)", " WITHOUT ROWID"),
            Table::Marginals => (", PRIMARY KEY (entity)", ""),
            Table::Mentions => ("", ""),
        };
        let name = table.name();
        self.run(&format!("CREATE TABLE {name} ({}{key}){options};", columns.join(", ")))?;
        self.insert = format!("INSERT INTO {name} VALUES ({})", vec!["?"; fields.len()].join(", "));
        Ok(())
    }

    fn write(&mut self, batch: &Batch<'_>) -> Result<()> {
        let insert = |error| cannot_write(self.path, error);
        let mut statement = self.connection.prepare(&self.insert).map_err(insert)?;
        for row in 0..batch.rows {
            let cells = (0..batch.columns.len()).map(|column| batch.cell(column, row)).collect::<Result<Vec<_>>>()?;
            statement.execute(params_from_iter(cells)).map_err(insert)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match *self {
            Cell::Unknown => ToSqlOutput::Owned(Value::Null),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(number)),
            Cell::Float(number) => ToSqlOutput::Owned(Value::Real(number)),
            Cell::Day(day) => ToSqlOutput::Owned(Value::Text(day.to_string())),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn sql_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::U32 | FieldKind::U64 => "INTEGER NOT NULL",
        FieldKind::Day => "TEXT",
        FieldKind::F64 => "REAL",
        FieldKind::Text => "TEXT NOT NULL",
    }
}

fn cannot_write(path: &Path, error: rusqlite::Error) -> Error {
    Error::io(path, "write", std::io::Error::other(error))
}
