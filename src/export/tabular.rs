//! The formats with one file for each table.

use std::path::{Path, PathBuf};

use super::csv::CsvTables;
use super::jsonl::JsonTables;
use super::source::Source;
use super::table::{Table, TableSink, write_tables};
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::{Error, Result};

pub(super) struct Csv;

impl Exporter for Csv {
    fn layout(&self, options: &ExportOptions) -> Layout {
        layout(options)
    }

    fn has_tables(&self) -> bool {
        true
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        write_files(source, options, "csv", &mut CsvTables::new(path_of(options, path, "csv"), options.csv_safe))
    }
}

pub(super) struct Jsonl;

impl Exporter for Jsonl {
    fn layout(&self, options: &ExportOptions) -> Layout {
        layout(options)
    }

    fn has_tables(&self) -> bool {
        true
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        write_files(source, options, "jsonl", &mut JsonTables::new(path_of(options, path, "jsonl")))
    }
}

/// One table is a file, all are a directory of files.
pub(super) fn layout(options: &ExportOptions) -> Layout {
    if options.table.is_some() { Layout::File } else { Layout::Directory }
}

/// Where the file of a table goes.
pub(super) fn path_of(options: &ExportOptions, path: &Path, extension: &'static str) -> impl Fn(Table) -> PathBuf {
    let (only, path) = (options.table.is_some(), path.to_owned());
    move |table| if only { path.clone() } else { path.join(format!("{}.{extension}", table.name())) }
}

/// Writes the table asked for, or all that the run has.
pub(super) fn write_files(
    source: &mut Source<'_>,
    options: &ExportOptions,
    extension: &str,
    sink: &mut impl TableSink,
) -> Result<Written> {
    let tables: Vec<Table> = match options.table {
        Some(table) if !table.is_in(source) => {
            let error = Error::usage(format!("the run was made without {}", table.name())).at(source.run.path());
            return Err(error.with_remedy("repeat `dateline analyze` without --no-mentions"));
        }
        Some(table) => vec![table],
        None => Table::ALL.into_iter().filter(|table| table.is_in(source)).collect(),
    };
    let written = write_tables(source, &tables, Some(options), sink)?;
    if options.table == Some(Table::Entities)
        && let Some(notice) = source.attribution()
        && matches!(extension, "csv" | "jsonl")
    {
        source.notes.push(format!("keep with the file, which cannot hold it: {notice}"));
    }
    Ok(written.into_iter().map(|(table, n_rows)| (format!("{}.{extension}", table.name()), n_rows)).collect())
}
