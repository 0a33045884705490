//! Tables as archives: each row of a CSV or TSV file is a document, its columns are named by the first row.
//!
//! Cells are cut and unquoted by `csv-core`, the reader inside the `csv` crate: quoted cells may hold separators, line breaks and
//! doubled quotes. [`RowEnds`] finds where rows end while the file is read; [`Columns::parse_row`] makes documents of rows in any thread.

use std::borrow::Cow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::charset;
use super::columns::ColumnMap;
use super::fields::Fields;
use super::parse::{Fault, Mapping};
use crate::diagnostics::RejectReason;
use crate::document::Document;

fn reader(separator: u8) -> Reader {
    ReaderBuilder::new().delimiter(separator).build()
}

/// Finds the ends of rows in bytes that come piece by piece.
#[derive(Debug)]
pub(super) struct RowEnds {
    separator: u8,
    reader: Reader,
}

impl RowEnds {
    pub(super) fn new(separator: u8) -> Self {
        Self { separator, reader: reader(separator) }
    }

    /// How many of the next bytes belong to the row that is open; `None` if all do and it goes on after them. Adds the cells
    /// that end in them to `n_cells`.
    pub(super) fn next(&mut self, mut bytes: &[u8], n_cells: &mut usize) -> Option<usize> {
        let (mut cells, mut ends) = ([0; 4096], [0; 64]);
        let before = bytes.len();
        while !bytes.is_empty() {
            let (result, read, _, n_ends) = self.reader.read_record(bytes, &mut cells, &mut ends);
            *n_cells += n_ends;
            bytes = &bytes[read..];
            if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                return Some(before - bytes.len());
            }
        }
        None
    }

    /// Begins anew at the start of a row.
    pub(super) fn restart(&mut self) {
        self.reader = reader(self.separator);
    }
}

/// Whether something other than a separator or a line end follows the closing quotation mark of a cell. In a row of one line that
/// is somebody's way to write; in a row of several lines the quotation mark is one that should not have opened the cell.
pub(super) fn has_stray_quote(row: &[u8], separator: u8) -> bool {
    let mut at = 0;
    while at < row.len() {
        if row[at] == b'"' {
            at += 1;
            // The end of the cell: a quotation mark that is not doubled.
            loop {
                match memchr::memchr(b'"', &row[at..]) {
                    Some(length) if row.get(at + length + 1) == Some(&b'"') => at += length + 2,
                    Some(length) => {
                        at += length + 1;
                        break;
                    }
                    None => return true,
                }
            }
            if row.get(at).is_some_and(|next| *next != separator && !matches!(next, b'\r' | b'\n')) {
                return true;
            }
        }
        at += memchr::memchr3(separator, b'\r', b'\n', &row[at..]).map_or(row.len(), |length| length + 1);
    }
    false
}

/// The columns of a table, and which of them are the parts of a document.
#[derive(Debug)]
pub(super) struct Columns {
    separator: u8,
    map: ColumnMap,
}

impl Columns {
    /// Reads the first row of a table.
    ///
    /// # Errors
    ///
    /// If no column is the text, or a column that the user named is missing; the fault of the whole file.
    pub(super) fn new(header: &[u8], separator: u8, fields: &Fields) -> Result<Self, Fault> {
        let (header, _) = charset::decode(header, &[]);
        let names = cells(header.as_bytes(), separator).iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self { separator, map: ColumnMap::new(names, fields, "table", |_, _| None)? })
    }

    /// Which column is which.
    pub(super) fn mapping_of_columns(&self) -> Mapping {
        self.map.mapping()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.map.names.len()
    }

    /// Makes a document of a row. One without an id of its own comes back with an empty one.
    pub(super) fn parse_row(&self, row: &[u8]) -> Result<Document<'static>, Fault> {
        let (decoded, replaced) = charset::decode(row, &[]);
        let mut cells = cells(decoded.as_bytes(), self.separator);
        if cells.len() != self.map.names.len() {
            let message = format!(
                "the row has {} cells, the header {}; quote cells that hold the separator",
                cells.len(),
                self.map.names.len()
            );
            return Err((RejectReason::InvalidRow, message));
        }
        let present = |cell: Option<String>| cell.filter(|cell| !cell.trim().is_empty()).map(Cow::Owned);
        // A column may also be kept, so these are copied before the others are moved.
        let kept = self.map.kept.iter().map(|column| present(column.map(|column| cells[column].clone()))).collect();
        let mut take = |column: Option<usize>| column.map(|column| std::mem::take(&mut cells[column]));
        Ok(Document {
            id: present(take(self.map.id)).unwrap_or_default(),
            title: present(take(self.map.title)),
            date: present(take(self.map.date)),
            source: present(take(self.map.source)),
            text: Cow::Owned(match self.map.text.as_slice() {
                [text] => take(Some(*text)).unwrap_or_default(),
                parts => {
                    let parts =
                        parts.iter().filter_map(|part| take(Some(*part)).filter(|cell| !cell.trim().is_empty()));
                    parts.collect::<Vec<_>>().join("\n\n")
                }
            }),
            kept,
            replaced: replaced > 0,
        })
    }
}

/// The cells of one row, unquoted.
fn cells(row: &[u8], separator: u8) -> Vec<String> {
    let mut reader = reader(separator);
    let (mut output, mut ends) = (vec![0; row.len() + 1], vec![0; 16]);
    let (mut read, mut written, mut n_cells) = (0, 0, 0);
    loop {
        let (result, n_read, n_written, n_ends) =
            reader.read_record(&row[read..], &mut output[written..], &mut ends[n_cells..]);
        (read, written, n_cells) = (read + n_read, written + n_written, n_cells + n_ends);
        match result {
            // Asked again without bytes, the reader ends the row.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => output.resize(2 * output.len(), 0),
            ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
            ReadRecordResult::Record | ReadRecordResult::End => break,
        }
    }
    let mut start = 0;
    ends[..n_cells]
        .iter()
        .map(|end| {
            let cell = String::from_utf8_lossy(&output[start..*end]).into_owned();
            start = *end;
            cell
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::FieldMap;

    fn columns(header: &str, separator: u8, map: FieldMap) -> Result<Columns, Fault> {
        Columns::new(header.as_bytes(), separator, &Fields::new(&map))
    }

    #[test]
    fn rows_end_where_no_quote_is_open() {
        let table = "id,text\n1,\"a, \"\"b\"\"\nc\"\n2,d\r\n\n3,5\" tall\n";
        let mut found = Vec::new();
        // Whatever the pieces are.
        for piece in 1..table.len() {
            let mut ends = RowEnds::new(b',');
            let (mut rows, mut start, mut at) = (Vec::new(), 0, 0);
            while at < table.len() {
                let end = (at + piece).min(table.len());
                match ends.next(&table.as_bytes()[at..end], &mut 0) {
                    Some(length) => {
                        rows.push(table[start..at + length].trim());
                        at += length;
                        start = at;
                    }
                    None => at = end,
                }
            }
            rows.retain(|row| !row.is_empty());
            if found.is_empty() {
                found.clone_from(&rows);
            }
            assert_eq!(rows, found, "{piece}");
        }
        assert_eq!(found, ["id,text", "1,\"a, \"\"b\"\"\nc\"", "2,d", "3,5\" tall"]);
    }

    #[test]
    fn stray_quotes() {
        for row in ["a,b", "\"a\",b\r\n", "\"a\n\"\"b\"\"\",c", "5\" tall,b", "\"\",\"\""] {
            assert!(!has_stray_quote(row.as_bytes(), b','), "{row}");
        }
        for row in ["\"a\nb,\"c\"", "x,\"open", "\"a\"b"] {
            assert!(has_stray_quote(row.as_bytes(), b','), "{row}");
        }
    }

    #[test]
    fn columns_are_known_by_usual_names_and_by_those_of_the_user() {
        let table = columns("ID;Published At;Headline;Body;Source", b';', FieldMap::default()).unwrap();
        let document = table.parse_row("7;2024-03-02;\"Talks; again\";They met.;".as_bytes()).unwrap();
        assert_eq!(
            (&*document.id, document.title.as_deref(), &*document.text),
            ("7", Some("Talks; again"), "They met.")
        );
        assert_eq!((document.date.as_deref(), document.source), (Some("2024-03-02"), None));
        let map = FieldMap { text: Some("lede".to_owned()), ..FieldMap::default() };
        assert!(columns("id,text", b',', map.clone()).unwrap_err().1.contains("no column `lede` (--text-field)"));
        assert_eq!(&*columns("id,lede,text", b',', map).unwrap().parse_row(b"1,a,b").unwrap().text, "a");
        let message = columns("a,b", b',', FieldMap::default()).unwrap_err().1;
        assert!(message.contains("`a`, `b`") && message.contains("--text-field"), "{message}");
    }

    #[test]
    fn rows_of_other_lengths_are_faulty_and_latin_is_decoded() {
        let table = columns("id,text", b',', FieldMap::default()).unwrap();
        assert!(table.parse_row(b"1,a,b").unwrap_err().1.contains("3 cells, the header 2"));
        assert!(table.parse_row(b"1").unwrap_err().1.contains("1 cells"));
        assert_eq!(&*table.parse_row(b"1,Z\xfcrich f\xfcr alle").unwrap().text, "Zürich für alle");
        assert_eq!(&*table.parse_row(b"1,").unwrap().text, "");
    }
}
