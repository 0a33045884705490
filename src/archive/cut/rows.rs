//! One record a row of a table, whose first row names the columns.

use std::mem;
use std::sync::Arc;

use super::{Cutter, Open};
use crate::archive::Origin;
use crate::archive::parse::{Fault, Parser};
use crate::archive::rows::{Columns, RowEnds, has_stray_quote};
use crate::diagnostics::RejectReason;

pub(super) struct Rows {
    separator: u8,
    origin: Arc<Origin>,
    ends: RowEnds,
    /// Known once the header was read: the number of cells in a row, and what makes documents of rows.
    columns: Option<(usize, Arc<dyn Parser>)>,
    /// Cells of the open row so far.
    n_cells: usize,
}

impl Rows {
    pub(super) fn new(separator: u8, origin: Arc<Origin>) -> Self {
        Self { separator, origin, ends: RowEnds::new(separator), columns: None, n_cells: 0 }
    }

    /// The open row ends before `end`.
    fn close(&mut self, open: &mut Open<'_>, end: usize) -> Result<(), Fault> {
        let length = open.length(end);
        let row = &open.batch.buffer[open.at.start..end];
        // Other blanks at the end may be those of the last cell.
        let line_end = row.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let cells = &row[..row.len() - line_end];
        if open.is_too_long(length) {
            open.reject_too_long("row", length);
            open.at.number += 1;
        } else if !cells.trim_ascii().is_empty() {
            match &self.columns {
                // Excel writes the separator into a line of its own.
                None if row.len() < 12 && row[..4.min(row.len())].eq_ignore_ascii_case(b"sep=") => {}
                None => {
                    let columns = Columns::new(cells, self.separator, &self.origin.fields)?;
                    self.columns = Some((columns.len(), Arc::new(columns)));
                }
                Some((_, parser)) => {
                    open.push(parser, end - line_end, false);
                    open.at.number += 1;
                }
            }
        }
        Ok(())
    }
}

impl Cutter for Rows {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        let mut from = open.unseen;
        loop {
            let found = self.ends.next(&open.batch.buffer[from..], &mut self.n_cells);
            let end = match found {
                Some(length) => from + length,
                None if last && !open.bytes().is_empty() => open.batch.buffer.len(),
                None => break,
            };
            if open.at.dropped == 0 {
                let row = &open.batch.buffer[open.at.start..end];
                let blank = row.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                open.advance(blank);
            }
            let row = &open.batch.buffer[open.at.start..end];
            let n_cells = self.n_cells + usize::from(found.is_none());
            let is_uneven = |separator| {
                let expected = self.columns.as_ref().map(|(length, _)| *length);
                expected.is_some_and(|expected| expected != n_cells || has_stray_quote(row, separator))
            };
            let line_end = memchr::memchr(b'\n', row).filter(|line_end| line_end + 1 < row.len());
            let next = match line_end {
                // A row over several lines that does not fit the header: a quotation mark is open that should not be. It
                // costs one line, and the reading goes on after it.
                Some(line_end) if open.at.dropped == 0 && is_uneven(self.separator) => {
                    let message = "a quotation mark in this row is not closed, or the row has another number of cells than the header";
                    open.reject(RejectReason::InvalidRow, message.to_owned());
                    open.at.number += 1;
                    self.ends.restart();
                    open.at.start + line_end + 1
                }
                _ => {
                    self.close(open, end)?;
                    end
                }
            };
            open.at.offset += (next - open.at.start) as u64 + mem::take(&mut open.at.dropped);
            open.at.start = next;
            from = next;
            self.n_cells = 0;
            if found.is_none() && next == open.batch.buffer.len() {
                break;
            }
        }
        if !last {
            open.drop_excess();
        }
        Ok(())
    }
}
