//! SciPy's `.npz` of sparse matrices (`scipy.sparse.load_npz`): `counts.npz` and `cooccurrence.npz`, both CSR.
//!
//! Each array is a member of its own and takes another pass over the rows, so memory stays that of a block.

use std::cell::Cell;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::matrix::{Matrix, write_names};
use super::source::Source;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::{Error, Result};
use crate::files::File;

pub(super) struct Npz;

impl Exporter for Npz {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::Directory
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut written = write_names(source, path, options.csv_safe)?;
        for matrix in Matrix::ALL {
            let name = format!("{}.npz", matrix.name());
            written.push((name.clone(), write_matrix(source, matrix, &path.join(name))?));
        }
        Ok(written)
    }
}

fn write_matrix(source: &mut Source<'_>, matrix: Matrix, path: &Path) -> Result<u64> {
    let [n_rows, n_columns, n_entries] = matrix.shape(source)?;
    let mut file = NpzFile::create(path)?;
    // SciPy requires one type for both arrays.
    let wide = n_entries.max(n_columns) > i32::MAX as u64;
    let index = if wide { "<i8" } else { "<i4" };
    let width = if wide { 8 } else { 4 };

    file.begin("indices", index, &[n_entries], width)?;
    matrix.entries(source, |_, column, _| file.put(&u64::from(column).to_le_bytes()[..width]))?;
    file.begin("indptr", index, &[n_rows + 1], width)?;
    let (mut next_row, mut entries) = (0, 0_u64);
    matrix.entries(source, |row, _, _| {
        while next_row <= u64::from(row) {
            file.put(&entries.to_le_bytes()[..width])?;
            next_row += 1;
        }
        entries += 1;
        Ok(())
    })?;
    while next_row <= n_rows {
        file.put(&entries.to_le_bytes()[..width])?;
        next_row += 1;
    }
    file.begin("format", "|S3", &[], 3)?;
    file.put(b"csr")?;
    file.begin("shape", "<i8", &[2], 8)?;
    file.put(&n_rows.to_le_bytes())?;
    file.put(&n_columns.to_le_bytes())?;
    file.begin("data", "<i8", &[n_entries], 8)?;
    matrix.entries(source, |_, _, value| file.put(&u64::from(value).to_le_bytes()))?;
    file.finish()?;
    Ok(n_entries)
}

struct NpzFile<'p> {
    path: &'p Path,
    zip: BufWriter<ZipWriter<Target>>,
    failure: Rc<Cell<Option<io::Error>>>,
}

/// The file below a `ZipWriter`. That one writes the end of the archive when it is dropped, also after a failed write, and
/// panics or prints if it cannot; so a failure is never reported to it, but kept for [`NpzFile`].
struct Target {
    file: File,
    position: u64,
    has_failed: bool,
    failure: Rc<Cell<Option<io::Error>>>,
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.has_failed
            && let Err(error) = self.file.write_all(bytes)
        {
            self.has_failed = true;
            self.failure.set(Some(error));
        }
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Target {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            _ if !self.has_failed => self.file.seek(to)?,
            SeekFrom::Start(position) => position,
            SeekFrom::Current(distance) | SeekFrom::End(distance) => self.position.saturating_add_signed(distance),
        };
        Ok(self.position)
    }
}

impl<'p> NpzFile<'p> {
    fn create(path: &'p Path) -> Result<Self> {
        let failure = Rc::default();
        let target = Target { file: File::create(path)?, position: 0, has_failed: false, failure: Rc::clone(&failure) };
        Ok(Self { path, zip: BufWriter::with_capacity(1 << 16, ZipWriter::new(target)), failure })
    }

    /// Begins an array in NumPy's own format (version 1.0).
    fn begin(&mut self, name: &str, dtype: &str, shape: &[u64], width: usize) -> Result<()> {
        let shape_text = match shape {
            [] => "()".to_owned(),
            [n] => format!("({n},)"),
            _ => format!("({})", shape.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
        };
        let mut header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape_text}, }}");
        // Magic, version, length and header together fill a multiple of 64 bytes.
        let unpadded = 10 + header.len() + 1;
        header.push_str(&" ".repeat(unpadded.next_multiple_of(64) - unpadded));
        header.push('\n');
        let bytes = shape.iter().product::<u64>() * width as u64 + 10 + header.len() as u64;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644)
            .large_file(bytes >= u64::from(u32::MAX));
        self.check(|zip| {
            zip.flush()?;
            zip.get_mut().start_file(format!("{name}.npy"), options).map_err(io::Error::from)?;
            zip.write_all(b"\x93NUMPY\x01\x00")?;
            zip.write_all(&(header.len() as u16).to_le_bytes())?;
            zip.write_all(header.as_bytes())
        })
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.check(|zip| zip.write_all(bytes))
    }

    fn finish(mut self) -> Result<()> {
        self.check(io::Write::flush)?;
        let Self { path, zip, failure } = self;
        let finished = zip.into_inner().map_err(io::IntoInnerError::into_error);
        let finished = finished.and_then(|zip| zip.finish().map_err(io::Error::from));
        let synced = finished.and_then(|target| failure.take().map_or_else(|| target.file.sync(), Err));
        synced.map_err(|error| Error::io(path, "write", error))
    }

    fn check(&mut self, write: impl FnOnce(&mut BufWriter<ZipWriter<Target>>) -> io::Result<()>) -> Result<()> {
        let written = write(&mut self.zip).and_then(|()| self.failure.take().map_or(Ok(()), Err));
        written.map_err(|error| Error::io(self.path, "write", error))
    }
}
