//! Fits a table to the width of a terminal.

use unicode_width::UnicodeWidthStr;

use super::{Column, ColumnKind};

/// Blanks between two columns.
const GAP: usize = 2;

/// A text or an id is never cut to less than this.
const SHORTEST: usize = 12;

/// A column of sentences is never narrower than this.
const NARROWEST: usize = 20;

/// Omits spare columns and cuts texts until a row takes no more than `width` characters.
///
/// Returns the remaining columns, the rows, and the names of the omitted columns. A table whose numbers alone are wider
/// than the terminal stays wider.
pub(super) fn fit(
    columns: &[Column],
    mut rows: Vec<Vec<String>>,
    width: usize,
) -> (Vec<Column>, Vec<Vec<String>>, Vec<&'static str>) {
    let mut columns = columns.to_vec();
    let mut widths: Vec<usize> = columns.iter().map(|column| column.name.width()).collect();
    for row in &rows {
        for (most, cell) in widths.iter_mut().zip(row) {
            *most = cell.width().max(*most);
        }
    }
    let mut left_out = Vec::new();
    while shortest(&columns, &widths) > width {
        let Some(rank) = columns.iter().map(|column| column.spare).max().filter(|rank| *rank > 0) else { break };
        for at in (0..columns.len()).rev() {
            if columns[at].spare == rank {
                left_out.push(columns.remove(at).name);
                widths.remove(at);
                rows.iter_mut().for_each(|row| _ = row.remove(at));
            }
        }
    }
    for kind in [ColumnKind::Prose, ColumnKind::Text, ColumnKind::Id] {
        while total(&widths) > width {
            let is_long = |&at: &usize| columns[at].kind == kind && widths[at] > least(columns[at], widths[at]);
            let Some(longest) = (0..columns.len()).filter(is_long).max_by_key(|&at| widths[at]) else { break };
            widths[longest] -= 1;
        }
    }
    for row in &mut rows {
        for ((cell, width), column) in row.iter_mut().zip(&widths).zip(&columns) {
            match column.kind {
                ColumnKind::Prose => break_lines(cell, *width),
                _ => cut(cell, *width),
            }
        }
    }
    left_out.reverse();
    (columns, rows, left_out)
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// The width of the table when every text is cut as far as possible.
fn shortest(columns: &[Column], widths: &[usize]) -> usize {
    total(&columns.iter().zip(widths).map(|(column, width)| least(*column, *width)).collect::<Vec<_>>())
}

/// How far a column of this width may be cut.
fn least(column: Column, width: usize) -> usize {
    match column.kind {
        ColumnKind::Prose => width.min(NARROWEST.max(column.name.width())),
        ColumnKind::Text | ColumnKind::Id => width.min(SHORTEST.max(column.name.width())),
        ColumnKind::Number | ColumnKind::Word => width,
    }
}

/// Breaks a sentence into lines of at most `width` columns, except for longer words.
fn break_lines(cell: &mut String, width: usize) {
    if cell.width() <= width {
        return;
    }
    let mut lines: Vec<String> = Vec::new();
    for word in cell.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    *cell = lines.join("\n");
}

/// Cuts a cell to `width` columns of characters, the last of which is an ellipsis.
fn cut(cell: &mut String, width: usize) {
    if cell.width() <= width {
        return;
    }
    let fits = |&end: &usize| cell[..end].width() < width;
    let ends = cell.char_indices().map(|(at, _)| at).take_while(fits);
    let end = ends.last().unwrap_or(0);
    cell.truncate(end);
    let blank = cell.trim_end().len();
    cell.truncate(blank);
    cell.push('…');
}
