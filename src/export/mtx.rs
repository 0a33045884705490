//! Matrix Market: `counts.mtx` (general) and `cooccurrence.mtx` (symmetric, lower triangle), with the names beside them.

use std::io::Write as _;
use std::path::Path;

use super::matrix::{Matrix, write_names};
use super::source::Source;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;

pub(super) struct Mtx;

impl Exporter for Mtx {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::Directory
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut written = write_names(source, path, options.csv_safe)?;
        for matrix in Matrix::ALL {
            let name = format!("{}.mtx", matrix.name());
            written.push((name.clone(), write_matrix(source, matrix, &path.join(name))?));
        }
        Ok(written)
    }
}

fn write_matrix(source: &mut Source<'_>, matrix: Matrix, path: &Path) -> Result<u64> {
    let [n_rows, n_columns, n_entries] = matrix.shape(source)?;
    let symmetry = if matrix == Matrix::Counts { "general" } else { "symmetric" };
    let mut file = Writer::create(path)?;
    file.put(format!("%%MatrixMarket matrix coordinate integer {symmetry}\n"))?;
    if let Some(notice) = source.attribution() {
        file.put(format!("% {notice}\n"))?;
    }
    file.put(format!("{n_rows} {n_columns} {n_entries}\n"))?;
    matrix.entries(source, |row, column, value| {
        // For a symmetric matrix the format requires the lower triangle.
        let (row, column) = if matrix == Matrix::Counts { (row, column) } else { (column, row) };
        file.put_with(|output| writeln!(output, "{} {} {value}", u64::from(row) + 1, u64::from(column) + 1))
    })?;
    file.finish()?;
    Ok(n_entries)
}
