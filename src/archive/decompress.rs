//! One file's content: decompressed, counted and hashed while it is read.
//!
//! Compression is recognised by its magic bytes; the name only says what was promised.

use std::io::{self, BufRead, BufReader, Read};

use super::compressed_name;
use super::container::Bomb;
use crate::diagnostics::RejectReason;
use crate::files::{Compression, Decoder, Hashing, TrailingGarbage};

/// Larger than what is asked for at a time, so that files are read and hashed in here and then copied: to read into the memory of a
/// batch that another processor has just worked on takes several times as long.
const BUFFER: usize = 256 << 10;

/// The decompressed content of a file.
pub(super) struct Content {
    decoder: Decoder<Source>,
    is_compressed: bool,
    /// Whether nothing more is to be decoded, because of the fault if there is one.
    is_spent: bool,
    fault: Option<Fault>,
}

/// How the content ends.
#[derive(Debug)]
pub(super) enum End {
    /// As it should.
    Whole,
    /// With a fault; what came before is as good as it can be.
    Fault(Fault),
}

/// Why a file cannot be read to its end.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) reason: RejectReason,
    pub(super) message: String,
}

type Source = BufReader<Raw>;

impl Content {
    /// Looks at the beginning of `source` to see how it is compressed.
    pub(super) fn new(source: Box<dyn Read + Send>, path: &str, promptly: bool) -> Self {
        let mut source = BufReader::with_capacity(BUFFER, Raw::new(source, promptly));
        let head = source.fill_buf().unwrap_or_default();
        let compression = Compression::of(head);
        let mistake = compression.is_none() && compressed_name(path) && !head.is_empty();
        let fault = mistake.then(|| Fault::without_magic(head));
        Self {
            decoder: Decoder::new(compression, source),
            is_compressed: compression.is_some(),
            is_spent: mistake,
            fault,
        }
    }

    /// Appends so many bytes to `buffer` unless the content ends before; says so once it does. With `promptly` it does not wait
    /// for more once there are some.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>, n: usize, promptly: bool) -> Option<End> {
        let full = buffer.len() + n;
        while buffer.len() < full {
            if self.is_spent {
                return Some(end(self.decoder.source(), self.fault.take()));
            }
            match self.decoder.append(buffer, full - buffer.len()) {
                Ok(0) => self.is_spent = true,
                Ok(_) if promptly => return None,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => (self.is_spent, self.fault) = (true, Some(Fault::of(&error))),
            }
        }
        None
    }

    /// Reads some more of a file whose content is of no use, so that its hash is that of the whole. Whether it is at its end.
    pub(super) fn drain(&mut self) -> bool {
        (self.is_spent, self.fault) = (true, None);
        let source = self.decoder.source_mut();
        for _ in 0..16 {
            let length = source.fill_buf().map_or(0, <[u8]>::len);
            if length == 0 {
                return true;
            }
            source.consume(length);
        }
        false
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.is_compressed
    }

    /// Bytes read on disk so far.
    pub(super) fn bytes(&self) -> u64 {
        self.raw().source.n_bytes()
    }

    /// SHA-256 of all bytes read, or nothing if they are not all bytes of the file.
    pub(super) fn sha256(&self) -> String {
        let raw = self.raw();
        if raw.failure.is_some() { String::new() } else { raw.source.summary().sha256 }
    }

    fn raw(&self) -> &Raw {
        self.decoder.source().get_ref()
    }
}

/// A disk that failed looks like an early end to the decoders; here it gets its own name.
fn end(source: &Source, fault: Option<Fault>) -> End {
    match (&source.get_ref().failure, fault) {
        (Some(error), _) => End::Fault(Fault::unreadable(error)),
        (None, Some(fault)) => End::Fault(fault),
        (None, None) => End::Whole,
    }
}

impl Fault {
    pub(super) fn unreadable(error: &io::Error) -> Self {
        let text = error.to_string();
        let words = text.split(" (os error").next().unwrap_or_default().to_lowercase();
        Self { reason: RejectReason::Unreadable, message: format!("the file cannot be read: {words}") }
    }

    pub(super) fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::truncated(),
            _ if error.get_ref().is_some_and(|inner| inner.is::<TrailingGarbage>()) => Self::garbage(),
            _ if error.get_ref().is_some_and(|inner| inner.is::<Bomb>()) => Self::bomb(),
            io::ErrorKind::Unsupported => Self { reason: RejectReason::OtherFormat, message: error.to_string() },
            _ => Self::damaged(error),
        }
    }

    fn truncated() -> Self {
        let message = "the compressed file ends too early; fetch it again".to_owned();
        Self { reason: RejectReason::Truncated, message }
    }

    fn damaged(error: &io::Error) -> Self {
        Self {
            reason: RejectReason::Damaged,
            message: format!("the compressed data is damaged: {error}; fetch it again"),
        }
    }

    fn garbage() -> Self {
        Self { reason: RejectReason::Damaged, message: TrailingGarbage.to_string() }
    }

    /// A file whose directory cannot be reached; the remedy comes last.
    pub(super) fn not_a_file(what: &str, remedy: &str) -> Self {
        let message = format!(
            "{what} has its directory at its end, so it is read only from a file that is not compressed, and not from a pipe; {remedy}"
        );
        Self { reason: RejectReason::OtherFormat, message }
    }

    pub(super) fn bomb() -> Self {
        let message =
            "this decompresses to more than 1,000 times its size: it looks like a zip bomb, and the rest is not read";
        Self { reason: RejectReason::Damaged, message: message.to_owned() }
    }

    pub(super) fn without_magic(head: &[u8]) -> Self {
        if Compression::is_cut_magic(head) {
            return Self::truncated();
        }
        let message = "the name says compressed, but the content is not; rename it".to_owned();
        Self { reason: RejectReason::Damaged, message }
    }
}

/// The bytes on disk, counted and hashed. Reads are always full, so that what a decoder sees does not depend on a pipe's mood,
/// unless whoever writes into the pipe waits for an answer.
struct Raw {
    source: Hashing<Box<dyn Read + Send>>,
    promptly: bool,
    ended: bool,
    failure: Option<io::Error>,
}

impl Raw {
    fn new(source: Box<dyn Read + Send>, promptly: bool) -> Self {
        Self { source: Hashing::new(source), promptly, ended: false, failure: None }
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        // The first bytes say how the rest is compressed.
        let least = if self.source.n_bytes() == 0 { Compression::MAGIC } else { 1 };
        while filled < buffer.len() && !self.ended && !(self.promptly && filled >= least) {
            match self.source.read(&mut buffer[filled..]) {
                Ok(0) => self.ended = true,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error);
                }
            }
        }
        Ok(filled)
    }
}
