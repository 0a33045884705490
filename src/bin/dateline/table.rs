//! Rows for people and for programs: aligned tables, JSON Lines, CSV.
//!
//! On a terminal a table is fitted to the width: long names are cut with an ellipsis, sentences are broken into lines,
//! numbers are never cut. If that is not enough, columns marked as spare are omitted and named. Files and pipes always
//! get everything.

mod fit;

use std::error::Error as StdError;
use std::io::{self, BufWriter, IsTerminal, Write};

use comfy_table::{CellAlignment, Table, presets};
use dateline::text::thousands;
use serde_json::Value;

use crate::args::Format;
use crate::terminal::{safe, safe_line};

/// A column: its name (the key in JSON), and how it is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
    /// If the terminal is too narrow, all columns with the highest number are omitted first; those with 0 are never
    /// omitted.
    pub(crate) spare: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// Aligned to the right, never cut.
    Number,
    /// Cut first.
    Text,
    /// Something to copy: cut only when all texts are cut as far as possible.
    Id,
    /// One of a few words: never cut.
    Word,
    /// A sentence: not cut, but broken into lines.
    Prose,
}

/// A column of text.
pub(crate) const fn text(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Text, spare: 0 }
}

/// A column of numbers, aligned to the right.
pub(crate) const fn number(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Number, spare: 0 }
}

/// A column of ids.
pub(crate) const fn id(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Id, spare: 0 }
}

/// A column of words from a short list.
pub(crate) const fn word(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Word, spare: 0 }
}

/// A column of sentences.
pub(crate) const fn prose(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Prose, spare: 0 }
}

impl Column {
    /// The column with a `spare` number; see [`Column::spare`].
    pub(crate) const fn spare(self, spare: u8) -> Self {
        Self { spare, ..self }
    }
}

/// Writes rows of cells to standard output in the requested format.
pub(crate) fn print<R>(format: Format, columns: &[Column], rows: R) -> Result<(), Box<dyn StdError>>
where
    R: IntoIterator<Item = Vec<Value>>,
{
    let mut out = BufWriter::new(io::stdout().lock());
    match format {
        Format::Jsonl => {
            for row in rows {
                // Written without a map, which would sort the keys.
                for (index, (column, cell)) in columns.iter().zip(&row).enumerate() {
                    let begin = if index == 0 { "{" } else { "," };
                    write!(out, "{begin}\"{}\":{cell}", column.name)?;
                }
                out.write_all(b"}\n")?;
            }
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(&mut out);
            writer.write_record(columns.iter().map(|column| column.name)).map_err(io_error)?;
            // Programs get what there is; on a terminal it must do no harm.
            let cell: fn(&Value) -> String =
                if io::stdout().is_terminal() { |cell: &Value| safe(&plain(cell)).into_owned() } else { plain };
            for row in rows {
                writer.write_record(row.iter().map(cell)).map_err(io_error)?;
            }
            writer.flush()?;
        }
        Format::Table => {
            let (table, left_out) = lay_out(columns, rows, terminal_width());
            writeln!(out, "{table}")?;
            out.flush()?;
            if !left_out.is_empty() {
                let left_out = left_out.join(", ");
                crate::terminal::say!(
                    "note: the terminal is too narrow for {left_out}; --format csv shows every column"
                );
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// An aligned table without frames, fitted to the terminal if standard output is one.
pub(crate) fn render(columns: &[Column], rows: impl IntoIterator<Item = Vec<Value>>) -> String {
    lay_out(columns, rows, terminal_width()).0
}

/// Width of the terminal in characters; none for a file or a pipe.
pub(crate) fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    // As in other programs, `COLUMNS` overrides the width.
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    said.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0.into()))
}

/// The table, and the names of the columns that were omitted to fit it to `width`.
fn lay_out(
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<Value>>,
    width: Option<usize>,
) -> (String, Vec<&'static str>) {
    let rows = rows.into_iter().map(|row| row.iter().map(shown).collect());
    let (columns, rows, left_out) = match width {
        Some(width) => fit::fit(columns, rows.collect(), width),
        None => (columns.to_vec(), rows.collect::<Vec<Vec<String>>>(), Vec::new()),
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|column| column.name));
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(cells) = table.column_mut(index) {
            cells.set_padding((0, 2));
            if column.kind == ColumnKind::Number {
                cells.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    (lines.join("\n"), left_out)
}

/// A cell as people read it.
fn shown(cell: &Value) -> String {
    match cell {
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (Some(whole), _) => thousands(whole),
            (None, Some(value)) if number.is_f64() => rounded(value),
            _ => number.to_string(),
        },
        other => safe_line(&plain(other)),
    }
}

/// A measure as people read it: three decimals, fewer of large numbers, and digits with an exponent for very small ones.
fn rounded(value: f64) -> String {
    match value.abs() {
        size if size >= 999.95 => {
            let sign = if value < 0.0 { "-" } else { "" };
            format!("{sign}{}", thousands(size.round() as u64))
        }
        size if size >= 99.995 => format!("{value:.1}"),
        size if size >= 9.9995 => format!("{value:.2}"),
        size if size >= 0.0005 || size == 0.0 => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

fn plain(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A CSV error is nearly always an error of writing; keep that one, so that a closed pipe is recognised.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: [Column; 5] =
        [id("entity").spare(1), text("name"), word("type").spare(2), number("mentions"), number("documents")];

    fn rows() -> Vec<Vec<Value>> {
        vec![
            vec!["us".into(), "United States".into(), "place".into(), 1_234_567.into(), 1_837.into()],
            vec![
                "t/chief-executive-officer".into(),
                "Chief Executive Officer of the Company".into(),
                "title".into(),
                9.into(),
                2.into(),
            ],
            vec!["gn:1816670".into(), "北京市的一个很长的名字".into(), "place".into(), 12.into(), 3.into()],
        ]
    }

    fn check(width: usize, expected: &str, expected_left_out: &[&str]) {
        let (table, left_out) = lay_out(&TOP, rows(), Some(width));
        assert_eq!(table, expected.trim_start_matches('\n').trim_end(), "\n{table}");
        assert_eq!(left_out, expected_left_out);
    }

    #[test]
    fn a_table_that_fits_is_left_alone() {
        assert_eq!(lay_out(&TOP, rows(), Some(200)), lay_out(&TOP, rows(), None));
    }

    #[test]
    fn names_are_cut_before_ids_and_numbers_never() {
        check(
            80,
            "
entity                     name                      type    mentions  documents
us                         United States             place  1,234,567      1,837
t/chief-executive-officer  Chief Executive Officer…  title          9          2
gn:1816670                 北京市的一个很长的名字    place         12          3
",
            &[],
        );
        check(
            60,
            "
entity             name          type    mentions  documents
us                 United Stat…  place  1,234,567      1,837
t/chief-executiv…  Chief Execu…  title          9          2
gn:1816670         北京市的一…   place         12          3
",
            &[],
        );
    }

    #[test]
    fn sentences_are_broken_and_the_longest_word_kept() {
        let columns = [word("rule"), prose("meaning")];
        let rows = vec![vec!["pair".into(), "Accepted: a weak name before a state".into()]];
        let (table, left_out) = lay_out(&columns, rows, Some(30));
        assert_eq!(table, "rule  meaning\npair  Accepted: a weak name\n      before a state");
        assert!(left_out.is_empty());
    }

    #[test]
    fn a_narrow_terminal_loses_columns_and_says_so() {
        check(
            40,
            "
name                 mentions  documents
United States       1,234,567      1,837
Chief Executive O…          9          2
北京市的一个很长…          12          3
",
            &["entity", "type"],
        );
    }
}
