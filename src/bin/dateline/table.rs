//! Rows for people and for programs: aligned tables, JSON Lines, CSV.

use std::error::Error as StdError;
use std::io::{self, BufWriter, Write};

use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;

use crate::args::Format;

/// A column: its name (the key in JSON), and whether it holds numbers.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) numeric: bool,
}

/// A column of text.
pub(crate) const fn text(name: &'static str) -> Column {
    Column { name, numeric: false }
}

/// A column of numbers, aligned to the right.
pub(crate) const fn number(name: &'static str) -> Column {
    Column { name, numeric: true }
}

/// Writes rows of cells to standard output in the format asked for.
pub(crate) fn print<R>(format: Format, columns: &[Column], rows: R) -> Result<(), Box<dyn StdError>>
where
    R: IntoIterator<Item = Vec<Value>>,
{
    let mut out = BufWriter::new(io::stdout().lock());
    match format {
        Format::Jsonl => {
            for row in rows {
                // Written by hand: a map would put the keys in alphabetical order.
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
            for row in rows {
                writer.write_record(row.iter().map(plain)).map_err(io_error)?;
            }
            writer.flush()?;
        }
        Format::Table => writeln!(out, "{}", render(columns, rows))?,
    }
    out.flush()?;
    Ok(())
}

/// An aligned table without frames.
pub(crate) fn render(columns: &[Column], rows: impl IntoIterator<Item = Vec<Value>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|column| column.name));
    for row in rows {
        table.add_row(row.iter().map(|cell| match cell {
            Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), thousands),
            other => plain(other),
        }));
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(cells) = table.column_mut(index) {
            cells.set_padding((0, 2));
            if column.numeric {
                cells.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

fn plain(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A CSV error is nearly always one of writing; keep that, so that a closed pipe is recognised.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// 1234567 as "1,234,567".
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
