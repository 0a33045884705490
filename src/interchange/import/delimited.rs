//! CSV and TSV with a header line. Rows with the same id are one entity; without an id column, rows with the same name are.

use std::cell::Cell;
use std::path::PathBuf;

use csv::{ByteRecord, ReaderBuilder};

use super::sink::{Fragment, Role};
use super::source::{self, Content, Guarded};
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, Flags, parse_flags};

pub(super) enum Delimited {
    Commas,
    Tabs,
}

/// Headers that need no mapping, and what their column is.
const KNOWN: [(&str, &[&str]); 10] = [
    ("id", &["id", "entity", "identifier"]),
    ("name", &["name", "label", "canonical", "title"]),
    ("kind", &["kind", "type", "category"]),
    ("aliases", &["aliases", "alias", "synonyms", "alternate_names", "alternatenames"]),
    ("flags", &["flags"]),
    ("cc", &["cc", "country_code", "countrycode", "country"]),
    ("lat", &["lat", "latitude"]),
    ("lon", &["lon", "lng", "long", "longitude"]),
    ("pop", &["pop", "population"]),
    ("parent", &["parent"]),
];
/// Columns that are not keys.
const ROLES: [&str; 5] = ["id", "name", "kind", "aliases", "flags"];

impl Importer for Delimited {
    fn prefix(&self) -> &'static str {
        "csv:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| self.read_table(content, sink))?;
        }
        Ok(())
    }
}

impl Delimited {
    fn read_table(&self, content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
        sink.enter(&content.label);
        let label = content.label;
        let default = match self {
            Self::Commas => b',',
            Self::Tabs => b'\t',
        };
        let left = Cell::new(0);
        let limit = sink.options.max_record;
        let guarded = Guarded::new(content.reader, limit, &left);
        let delimiter = sink.options.delimiter.unwrap_or(default);
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(guarded);
        let failed = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => source::failed(&label, &error),
            other => Error::format(&label, format!("{other:?}")),
        };
        let mut row = ByteRecord::new();
        if !reader.read_byte_record(&mut row).map_err(failed)? {
            return Err(Error::usage("the file is empty").at(&label).with_remedy("its first line names the columns"));
        }
        let header: Vec<String> = row.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let columns = map_columns(&header, &label, sink)?;
        left.set(limit);
        while reader.read_byte_record(&mut row).map_err(failed)? {
            left.set(limit);
            sink.at(row.position().map_or(0, csv::Position::line));
            sink.read_record();
            if row.len() != header.len() {
                sink.drop_record("another number of fields than the header has");
                continue;
            }
            let Ok(cells) = row.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>() else {
                sink.drop_record("not UTF-8");
                continue;
            };
            read_row(&cells, &columns, sink)?;
        }
        Ok(())
    }
}

/// What each column is; `None` for those that are not used.
fn map_columns(header: &[String], label: &str, sink: &mut Sink<'_>) -> Result<Vec<Option<String>>> {
    let mut columns: Vec<Option<String>> = vec![None; header.len()];
    for (role, wanted) in &sink.options.columns {
        let Some(index) = header.iter().position(|name| name == wanted) else {
            return Err(Error::usage(format!("there is no column {wanted:?}"))
                .at(label)
                .with_remedy(format!("the columns are {}", header.join(", "))));
        };
        columns[index] = Some(role.clone());
    }
    for (role, names) in KNOWN {
        if columns.iter().flatten().any(|taken| taken == role) {
            continue;
        }
        let found = names.iter().find_map(|name| header.iter().position(|cell| cell.eq_ignore_ascii_case(name)));
        if let Some(index) = found
            && columns[index].is_none()
        {
            columns[index] = Some(role.to_owned());
        }
    }
    if !columns.iter().flatten().any(|role| role == "name") {
        return Err(Error::usage("no column is the name")
            .at(label)
            .with_remedy(format!("say which with --column name=HEADER; the columns are {}", header.join(", "))));
    }
    for (name, _) in header.iter().zip(&columns).filter(|(_, role)| role.is_none()) {
        sink.pass_over(&format!("{label}, column {name:?}"), "keep it with --column KEY=HEADER");
    }
    Ok(columns)
}

fn read_row(cells: &[&str], columns: &[Option<String>], sink: &mut Sink<'_>) -> Result<()> {
    let cell = |role: &str| {
        let index = columns.iter().position(|column| column.as_deref() == Some(role))?;
        Some(cells[index].trim()).filter(|cell| !cell.is_empty())
    };
    let Some(name) = cell("name") else {
        sink.drop_record("an empty name");
        return Ok(());
    };
    let flags = match parse_flags(cell("flags").unwrap_or("-")) {
        Ok(flags) => flags,
        Err(_) => {
            sink.drop_record("an unknown flag");
            return Ok(());
        }
    };
    let id = cell("id").map_or_else(|| sink.id(name), str::to_owned);
    let mut fragment = Fragment::new(Role::Part, id);
    fragment.kind = cell("kind").map(|label| sink.options.kind_of(label).unwrap_or(label).to_owned());
    fragment.name(name, AliasKind::Name, flags);
    for alias in cell("aliases").map(split_names).unwrap_or_default() {
        if !alias.trim().is_empty() {
            fragment.name(&alias, AliasKind::Alias, Flags::default());
        }
    }
    for (role, cell) in columns.iter().zip(cells) {
        if let Some(key) = role
            && !ROLES.contains(&key.as_str())
        {
            fragment.key(key, cell.trim());
        }
    }
    sink.accept(fragment)
}

/// Splits `a|b`; `\|` is a bar and `\\` a backslash.
fn split_names(cell: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        let taken = match c {
            '|' => {
                names.push(String::new());
                continue;
            }
            '\\' => match chars.next() {
                Some(escaped @ ('|' | '\\')) => escaped,
                Some(other) => {
                    names.last_mut().expect("never empty").push('\\');
                    other
                }
                None => '\\',
            },
            other => other,
        };
        names.last_mut().expect("never empty").push(taken);
    }
    names
}

#[cfg(test)]
mod tests {
    #[test]
    fn bars_separate_names_unless_escaped() {
        assert_eq!(super::split_names(r"a|b\|c|\\|d\e\"), ["a", "b|c", r"\", r"d\e\"]);
    }
}
