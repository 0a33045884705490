//! The content of inputs, decompressed: as lines, or as a stream with a limit for each record.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use super::{ImportOptions, Sink};
use crate::error::{Error, Result};
use crate::files::{Compression, Decoder};

const BUFFER: usize = 256 << 10;
/// Bytes between two calls of the progress function.
const PROGRESS_STEP: u64 = 4 << 20;

/// One file, or one member of a zip archive.
pub(super) struct Content<'a> {
    /// The name for messages.
    pub(super) label: String,
    /// The name of the file itself.
    pub(super) file_name: String,
    pub(super) reader: &'a mut dyn BufRead,
}

impl Content<'_> {
    /// The beginning of the content, without consuming it: up to 256 KiB, and not empty unless the content is.
    pub(super) fn head(&mut self) -> Result<&[u8]> {
        let head = self.reader.fill_buf().map_err(|error| failed(&self.label, &error))?;
        Ok(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head))
    }
}

/// Opens an input and passes its content, or that of each member of a zip archive, to `visit`.
pub(super) fn visit(
    path: &Path,
    options: &ImportOptions<'_>,
    visit: &mut dyn FnMut(Content<'_>) -> Result<()>,
) -> Result<()> {
    let label = path.display().to_string();
    let file_name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let raw: Box<dyn Read + '_> = if is_stdin(path) {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::usage("a directory").at(path).with_remedy("name the files in it"));
        }
        Box::new(file)
    };
    let mut source = BufReader::with_capacity(BUFFER, Watched { source: raw, options, read: 0, reported: 0 });
    let head = source.fill_buf().map_err(|error| failed(&label, &error))?;
    if head.starts_with(b"PK\x03\x04") {
        if is_stdin(path) {
            let remedy = "unpack it first, or name the file: its index is at its end";
            return Err(Error::usage("a zip archive on standard input").at(path).with_remedy(remedy));
        }
        drop(source);
        return visit_zip(path, &label, options, visit);
    }
    let mut reader: Box<dyn BufRead + '_> = match Compression::of(head) {
        None => Box::new(source),
        compression => Box::new(BufReader::with_capacity(BUFFER, Decoder::new(compression, source))),
    };
    look(&mut reader, &label)?;
    visit(Content { label, file_name, reader: &mut reader })
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn visit_zip(
    path: &Path,
    label: &str,
    options: &ImportOptions<'_>,
    visit: &mut dyn FnMut(Content<'_>) -> Result<()>,
) -> Result<()> {
    let damaged = |error: zip::result::ZipError| {
        Error::format(path, format!("the zip archive is damaged: {error}")).with_remedy("fetch it again")
    };
    let file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(damaged)?;
        if member.is_dir() {
            continue;
        }
        let name = member.name().map_err(damaged)?.into_owned();
        let label = format!("{label}!{name}");
        let file_name = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
        let mut reader =
            BufReader::with_capacity(BUFFER, Watched { source: Box::new(member), options, read: 0, reported: 0 });
        look(&mut reader, &label)?;
        visit(Content { label, file_name, reader: &mut reader })?;
    }
    Ok(())
}

/// Refuses content that cannot be UTF-8 text, instead of reporting every line.
fn look(reader: &mut dyn BufRead, label: &str) -> Result<()> {
    const KINDS: [(&[u8], &str, &str); 8] = [
        (b"\xff\xfe", "UTF-16", "convert it with iconv -f UTF-16 -t UTF-8"),
        (b"\xfe\xff", "UTF-16", "convert it with iconv -f UTF-16 -t UTF-8"),
        (b"\xfd7zXZ\0", "compressed twice", "unpack it first"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
        (b"\x1f\x8b", "compressed twice", "unpack it first"),
        (b"PAR1", "a Parquet file", "convert it to CSV first"),
        (b"SQLite format 3\0", "an SQLite database", "export it as CSV first"),
        (b"%PDF-", "a PDF document", "extract its text first"),
    ];
    let head = reader.fill_buf().map_err(|error| failed(label, &error))?;
    match KINDS.iter().find(|(magic, _, _)| head.starts_with(magic)) {
        Some((_, kind, remedy)) => Err(Error::format(label, format!("this is {kind}, not text")).with_remedy(*remedy)),
        None => Ok(()),
    }
}

/// The error for an input that cannot be read further.
pub(super) fn failed(label: &str, error: &io::Error) -> Error {
    let breach = error.get_ref().and_then(|inner| inner.downcast_ref::<Breach>());
    match breach {
        Some(Breach::Stopped) => return Error::interrupted(),
        Some(breach) => {
            let remedy = "is a quote or a bracket missing? --max-record raises the limit";
            return Error::format(label, breach.to_string()).with_remedy(remedy);
        }
        None => {}
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Error::format(label, "the compressed file ends too early").with_remedy("fetch it again")
        }
        _ if error.raw_os_error().is_some() => {
            let copy = io::Error::from_raw_os_error(error.raw_os_error().unwrap_or_default());
            Error::io(label, "read", copy)
        }
        _ => Error::format(label, format!("the data is damaged: {error}")).with_remedy("fetch it again"),
    }
}

/// Counts bytes, calls the progress function, and turns its request to stop into an error.
struct Watched<'a, 'o> {
    source: Box<dyn Read + 'a>,
    options: &'a ImportOptions<'o>,
    read: u64,
    reported: u64,
}

impl Read for Watched<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Fills the buffer, so that the beginning of a file is available even if a pipe delivers it in pieces.
        let mut read = 0;
        while read < buffer.len() {
            match self.source.read(&mut buffer[read..]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.read += read as u64;
        if let Some(report) = self.options.on_progress
            && (self.read - self.reported >= PROGRESS_STEP || read == 0)
        {
            if let ControlFlow::Break(()) = report(self.read - self.reported) {
                return Err(io::Error::other(Breach::Stopped));
            }
            self.reported = self.read;
        }
        Ok(read)
    }
}

/// Conditions that are not errors of reading, but must pass through decoders and parsers that know no others.
#[derive(Debug, Clone, Copy)]
enum Breach {
    /// The user stopped the import.
    Stopped,
    /// A record is longer than this limit.
    TooLong(usize),
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped"),
            Self::TooLong(limit) => write!(f, "a record is longer than {limit} bytes"),
        }
    }
}

impl std::error::Error for Breach {}

/// A line that was read, or why it could not be.
pub(super) enum Line<'b> {
    Text(&'b str),
    Bad(&'static str),
}

/// Reads lines with a bounded buffer.
pub(super) struct Lines<'a> {
    label: String,
    reader: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    limit: usize,
    number: u64,
    /// Whether the last line ended with a line break.
    pub(super) terminated: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(content: Content<'a>, options: &ImportOptions<'_>) -> Self {
        Self {
            label: content.label,
            reader: content.reader,
            buffer: Vec::new(),
            limit: options.max_record,
            number: 0,
            terminated: true,
        }
    }

    /// The next line without its line break and, at the beginning, without a byte order mark.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let mut too_long = false;
        self.terminated = false;
        let mut any = false;
        while !self.terminated {
            let chunk = self.reader.fill_buf().map_err(|error| failed(&self.label, &error))?;
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            if self.buffer.len() + part.len() > self.limit {
                too_long = true;
                self.buffer.clear();
            }
            if !too_long {
                self.buffer.extend_from_slice(part);
            }
            self.terminated = end.is_some();
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.reader.consume(used);
        }
        if !any {
            self.terminated = true;
            return Ok(None);
        }
        self.number += 1;
        if too_long {
            return Ok(Some((self.number, Line::Bad("longer than the limit for a record"))));
        }
        let mut line = self.buffer.as_slice();
        if self.number == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = match std::str::from_utf8(line) {
            Ok(text) if text.contains('\0') => Line::Bad("a NUL byte in the line"),
            Ok(text) => Line::Text(text),
            Err(_) => Line::Bad("not UTF-8"),
        };
        Ok(Some((self.number, line)))
    }
}

/// Passes every valid line of a text to `visit`; the others are dropped records.
pub(super) fn each_line(
    content: Content<'_>,
    sink: &mut Sink<'_>,
    visit: &mut dyn FnMut(&str, &mut Sink<'_>) -> Result<()>,
) -> Result<()> {
    sink.enter(&content.label);
    let mut lines = Lines::new(content, sink.options);
    while let Some((number, line)) = lines.next()? {
        sink.at(number);
        match line {
            Line::Text(text) => visit(text, sink)?,
            Line::Bad(reason) => {
                sink.read_record();
                sink.drop_record(reason);
            }
        }
    }
    Ok(())
}

/// A stream whose records are not lines: reading fails when one record is longer than the limit.
pub(super) struct Guarded<'a> {
    reader: &'a mut dyn BufRead,
    limit: usize,
    left: &'a Cell<usize>,
    begun: bool,
}

impl<'a> Guarded<'a> {
    /// The caller must set `left` to the limit again after each record.
    pub(super) fn new(reader: &'a mut dyn BufRead, limit: usize, left: &'a Cell<usize>) -> Self {
        left.set(limit);
        Self { reader, limit, left, begun: false }
    }
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begun = true;
            if self.reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
                self.reader.consume(3);
            }
        }
        if self.left.get() == 0 {
            return Err(io::Error::other(Breach::TooLong(self.limit)));
        }
        let most = buffer.len().min(self.left.get());
        let read = self.reader.read(&mut buffer[..most])?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}
