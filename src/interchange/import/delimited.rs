//! CSV and TSV with a header line. Rows with the same id are one entity; without an id column, rows with the same name are.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;

use csv::{ByteRecord, ReaderBuilder};

use super::sink::{Fragment, Role};
use super::source::{self, Content, Guarded};
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, Flags, parse_flags};
use crate::interchange::name_list::{self as list, looks_like_list};

pub(super) enum Delimited {
    Commas,
    Tabs,
}

/// Headers that need no mapping, and the role of their column.
const KNOWN: [(&str, &[&str]); 10] = [
    ("id", &["id", "entity", "identifier"]),
    ("name", &["name", "label", "canonical", "title"]),
    ("kind", &["kind", "type", "category"]),
    ("aliases", &["aliases", "alias", "synonyms", "alternate_names", "alternatenames"]),
    ("flags", &["flags"]),
    ("cc", &["cc", "country_code", "countrycode", "country", "country_name"]),
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

    fn is_catalogue(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| self.read_table(content, sink))?;
        }
        Ok(())
    }
}

/// Rows that are read ahead to detect how the column of aliases separates names.
const SAMPLE: usize = 1000;
/// Bytes after which the sample ends, however few rows it has.
const SAMPLE_BYTES: usize = 4 << 20;

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
        // In TSV a quotation mark is a character: in files written without quoting it would otherwise swallow lines.
        let quoted = delimiter != b'\t' || sink.options.quote;
        let watched = Quoting::new(guarded, delimiter, quoted);
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true).quoting(quoted);
        let mut reader = builder.from_reader(watched);
        let failed = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<OpenQuote>()) {
                Some(OpenQuote { line }) => {
                    let message =
                        format!("the quotation mark that opens in line {line} is not closed before the next field");
                    Error::format(&label, message).with_remedy(if delimiter == b'\t' {
                        "without --quote it is a character"
                    } else {
                        "close it, or double it and enclose the whole field, as in \"the \"\"A\"\" team\""
                    })
                }
                None => source::failed(&label, &error),
            },
            other => Error::format(&label, format!("{other:?}")),
        };
        let mut row = ByteRecord::new();
        if !reader.read_byte_record(&mut row).map_err(failed)? {
            return Err(Error::usage("the file is empty").at(&label).with_remedy("its first line names the columns"));
        }
        let header: Vec<String> = row.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let columns = map_columns(&header, &label, sink)?;
        left.set(limit);
        let mut sample: Vec<ByteRecord> = Vec::new();
        let mut bytes = 0;
        while sample.len() < SAMPLE && bytes < SAMPLE_BYTES && reader.read_byte_record(&mut row).map_err(failed)? {
            left.set(limit);
            bytes += row.as_slice().len();
            sample.push(row.clone());
        }
        let aliases = columns.iter().position(|role| role.as_deref() == Some("aliases"));
        let cells = sample.iter().filter_map(|row| std::str::from_utf8(row.get(aliases?)?).ok());
        let separator = match &sink.options.alias_separator {
            Some(text) => Separator::Text(text.clone()),
            None => Separator::of_column(cells),
        };
        let table = Table { header, columns, separator, delimiter, quoted };
        for row in &sample {
            table.read_row(row, sink)?;
        }
        drop(sample);
        while reader.read_byte_record(&mut row).map_err(failed)? {
            left.set(limit);
            table.read_row(&row, sink)?;
        }
        Ok(())
    }
}

/// Follows the quotation marks of a table. A quoted field that never ends, or that spans lines and ends within another
/// field, was opened by a mark that is an ordinary character: the lines in between would become one field.
struct Quoting<R> {
    inner: R,
    delimiter: u8,
    watched: bool,
    state: State,
    line: u64,
    opened: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quotation mark in a quoted field: the end of the field, or the first half of an escaped mark.
    QuoteInQuoted,
}

impl<R> Quoting<R> {
    fn new(inner: R, delimiter: u8, watched: bool) -> Self {
        Self { inner, delimiter, watched, state: State::FieldStart, line: 1, opened: 0 }
    }

    fn take(&mut self, byte: u8) -> bool {
        let ends_line = matches!(byte, b'\n' | b'\r');
        let ends_field = ends_line || byte == self.delimiter;
        self.state = match (self.state, byte) {
            (State::FieldStart, b'"') => {
                self.opened = self.line;
                State::Quoted
            }
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, _) | (State::QuoteInQuoted, b'"') => State::Quoted,
            (_, _) if ends_field => State::FieldStart,
            // Blanks may follow a quoted field; within one line the mark certainly closes it.
            (State::QuoteInQuoted, b' ') => State::QuoteInQuoted,
            (State::QuoteInQuoted, _) if self.line != self.opened => return false,
            _ => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
        true
    }
}

impl<R: Read> Read for Quoting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if !self.watched {
            return Ok(read);
        }
        let is_closed = read > 0 || buffer.is_empty() || self.state != State::Quoted;
        if is_closed && buffer[..read].iter().all(|byte| self.take(*byte)) {
            return Ok(read);
        }
        Err(io::Error::other(OpenQuote { line: self.opened }))
    }
}

#[derive(Debug)]
struct OpenQuote {
    line: u64,
}

impl fmt::Display for OpenQuote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a quotation mark is not closed")
    }
}

impl std::error::Error for OpenQuote {}

/// The role of each column; `None` for those that are not used.
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

/// A table whose header has been read.
struct Table {
    header: Vec<String>,
    columns: Vec<Option<String>>,
    separator: Separator,
    delimiter: u8,
    quoted: bool,
}

impl Table {
    fn read_row(&self, row: &ByteRecord, sink: &mut Sink<'_>) -> Result<()> {
        sink.at(row.position().map_or(0, csv::Position::line));
        sink.read_record();
        if row.len() != self.header.len() {
            sink.drop_record("another number of fields than the header has");
            return Ok(());
        }
        match row.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>() {
            Ok(cells) => self.read_cells(&cells, sink),
            Err(_) => {
                sink.drop_record("not UTF-8");
                Ok(())
            }
        }
    }

    fn read_cells(&self, cells: &[&str], sink: &mut Sink<'_>) -> Result<()> {
        let cell = |role: &str| {
            let index = self.columns.iter().position(|column| column.as_deref() == Some(role))?;
            Some(cells[index].trim()).filter(|cell| !cell.is_empty())
        };
        let Some(name) = cell("name") else {
            sink.drop_record("an empty name");
            return Ok(());
        };
        if name.contains('\n') {
            // Two rows between an opening mark and one that closes it by chance look like this.
            if name.contains(char::from(self.delimiter)) {
                sink.drop_record(
                    "a name over several lines with separators in it, as if a quotation mark were not closed",
                );
                return Ok(());
            }
            sink.note("names with a line break, which became a blank");
        }
        if !self.quoted && name.len() > 1 && name.starts_with('"') && name.ends_with('"') {
            sink.note("names within quotation marks, which are kept as part of them; --quote removes them");
        }
        let flags = match parse_flags(cell("flags").unwrap_or("-")) {
            Ok(flags) => flags,
            Err(_) => {
                sink.drop_record("an unknown flag");
                return Ok(());
            }
        };
        let id = cell("id").map_or_else(|| sink.id(name), |id| sink.stated_id(id));
        let mut fragment = Fragment::new(Role::Part, id);
        fragment.kind = cell("kind").map(|label| sink.options.kind_of(label).unwrap_or(label).to_owned());
        fragment.name(name, AliasKind::Name, flags);
        let aliases = cell("aliases").map(|cell| self.separator.split(cell)).unwrap_or_default();
        if aliases.len() > 1
            && let Some(note) = self.separator.note()
        {
            sink.note(note);
        }
        for alias in aliases.iter().map(|alias| alias.trim()).filter(|alias| !alias.is_empty()) {
            if looks_like_list(alias).is_some() && !cell("aliases").is_some_and(|cell| cell.contains('\\')) {
                sink.note("aliases that look like a list of names; --alias-separator says what separates them");
            }
            fragment.name(alias, AliasKind::Alias, Flags::default());
        }
        for (role, cell) in self.columns.iter().zip(cells) {
            match role.as_deref() {
                Some("parent") if !cell.trim().is_empty() => fragment.key("parent", &sink.parent_id(cell.trim())),
                Some(key) if !ROLES.contains(&key) => fragment.key(key, cell.trim()),
                _ => {}
            }
        }
        sink.accept(fragment)
    }
}

/// What separates the names in the column of aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Separator {
    /// `a|b`, as the export of this program writes it.
    Bar,
    /// `a; b`.
    Semicolon,
    /// One name a line, as in cells of spreadsheets.
    Line,
    /// Lists as JSON and Python write them; a cell that is not a list is one name.
    List,
    /// A separator that the user gives.
    Text(String),
}

impl Separator {
    /// Detects the separator from the cells of a column.
    fn of_column<'c>(cells: impl Iterator<Item = &'c str>) -> Self {
        let (mut lists, mut others, mut semicolons, mut lines) = (0, 0, 0, 0);
        for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
            if list::parse(cell).is_some() {
                lists += 1;
            } else if split(cell, "|").len() > 1 {
                return Self::Bar;
            } else {
                others += 1;
                semicolons += usize::from(split(cell, ";").len() > 1);
                lines += usize::from(cell.contains('\n'));
            }
        }
        match (lists, semicolons) {
            (lists, _) if lists > 0 && (lists >= others || semicolons == 0) => Self::List,
            (_, 0) if lines > 0 => Self::Line,
            (_, 0) => Self::Bar,
            _ => Self::Semicolon,
        }
    }

    fn split(&self, cell: &str) -> Vec<String> {
        match self {
            Self::Bar => split(cell, "|"),
            Self::Semicolon => split(cell, ";"),
            Self::Line => split(cell, "\n"),
            Self::List => list::parse(cell).unwrap_or_else(|| split(cell, "|")),
            Self::Text(text) => split(cell, text),
        }
    }

    /// A note for the user if the separator is neither the documented one nor given.
    fn note(&self) -> Option<&'static str> {
        match self {
            Self::Bar | Self::Text(_) => None,
            Self::Line => Some("cells of aliases split at line breaks (--alias-separator sets another)"),
            Self::Semicolon => Some("cells of aliases split at ; (--alias-separator sets another)"),
            Self::List => Some("cells of aliases read as lists of JSON or Python (--alias-separator sets another)"),
        }
    }
}

/// Splits at unescaped separators; `\|`, `\;` and `\[` are those characters, `\\` is a backslash. A semicolon that ends
/// an HTML entity does not separate.
fn split(cell: &str, separator: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut rest = cell;
    while let Some(c) = rest.chars().next() {
        let last = names.last_mut().expect("never empty");
        let after = &rest[c.len_utf8()..];
        if c == '\\' && separator != "\\" {
            let escaped = after
                .chars()
                .next()
                .filter(|next| matches!(next, '|' | ';' | '[' | '\\') || separator.starts_with(*next));
            last.push(escaped.unwrap_or('\\'));
            rest = escaped.map_or(after, |next| &after[next.len_utf8()..]);
        } else if let Some(after) = rest.strip_prefix(separator)
            && !separator.is_empty()
            && !(separator == ";" && ends_in_entity(last))
        {
            names.push(String::new());
            rest = after;
        } else {
            last.push(c);
            rest = after;
        }
    }
    names
}

/// Whether the text ends in an HTML entity without its semicolon: "Exa &amp".
fn ends_in_entity(text: &str) -> bool {
    let name = text.rsplit_once('&').map_or("", |(_, name)| name.trim_start_matches('#'));
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_separate_names_unless_escaped() {
        assert_eq!(split(r"a|b\|c|\\|d\e\", "|"), ["a", "b|c", r"\", r"d\e\"]);
        assert_eq!(split("a, b,c", ", "), ["a", "b,c"]);
    }

    #[test]
    fn the_separator_is_seen_in_the_column() {
        let of = |cells: &[&str]| Separator::of_column(cells.iter().copied());
        assert_eq!(of(&["UEX; U.E.X.; Uniex"]), Separator::Semicolon);
        assert_eq!(of(&["", "Exa &amp; Ple", "One"]), Separator::Bar);
        assert_eq!(of(&["a; b", "c|d"]), Separator::Bar);
        assert_eq!(of(&[r#"["TH Works", "Thrd"]"#, "['x']", ""]), Separator::List);
        assert_eq!(of(&[r"One\; Two"]), Separator::Bar);
        assert_eq!(of(&["One", "Exa\nPle"]), Separator::Line);
        assert_eq!(Separator::Semicolon.split("Exa &amp; Ple; One"), ["Exa &amp; Ple", " One"]);
        assert_eq!(Separator::List.split("['Ex\\'s', \"Y\", None]"), ["Ex's", "Y"]);
        assert_eq!(Separator::List.split("[Exa] Works"), ["[Exa] Works"]);
    }
}
