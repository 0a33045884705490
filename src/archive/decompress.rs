//! One file's content: decompressed, counted and hashed while it is read.
//!
//! Compression is recognised by its magic bytes; the name only says what was promised.

use std::io::{self, BufRead, BufReader, Read};
use std::mem;

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use super::compressed_name;
use crate::diagnostics::RejectReason;

/// Larger than what is asked for at a time, so that files are read and hashed in here and then copied: to read into the memory of a
/// batch that another processor has just worked on takes several times as long.
const BUFFER: usize = 256 << 10;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Skippable zstd frames begin with any of `50..5f` and then these.
const ZSTD_SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];
/// Windows of up to 2 GiB, as `zstd --long=31` writes them; memory is taken only if a frame asks for it.
const WINDOW_LOG: u32 = 31;

/// The decompressed content of a file.
pub(super) struct Content {
    decoder: Decoder,
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
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: RejectReason,
    pub(super) message: String,
}

type Source = BufReader<Raw>;

enum Decoder {
    Plain(Source),
    Gzip(Box<GzDecoder<Source>>),
    Zstd(zstd::Decoder<'static, Source>),
    /// Nothing more to decode, because of the fault if there is one.
    Spent(Source, Option<Fault>),
    /// Only while one decoder is exchanged for another.
    Absent,
}

impl Content {
    /// Looks at the beginning of `source` to see how it is compressed.
    pub(super) fn new(source: Box<dyn Read + Send>, path: &str, promptly: bool) -> Self {
        let mut source = BufReader::with_capacity(BUFFER, Raw::new(source, promptly));
        let head = source.fill_buf().unwrap_or_default();
        let mistake = (compressed_name(path) && !head.is_empty()).then(|| Fault::without_magic(head));
        let decoder = match Compression::of(head) {
            Some(Compression::Gzip) => Decoder::Gzip(Box::new(GzDecoder::new(source))),
            Some(Compression::Zstd) => Decoder::zstd(source),
            None if mistake.is_some() => Decoder::Spent(source, mistake),
            None => Decoder::Plain(source),
        };
        Self { decoder }
    }

    /// Appends so many bytes to `buffer` unless the content ends before; says so once it does. With `promptly` it does not wait
    /// for more once there are some.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>, n: usize, promptly: bool) -> Option<End> {
        let full = buffer.len() + n;
        while buffer.len() < full {
            let left = full - buffer.len();
            let read = match &mut self.decoder {
                Decoder::Plain(source) => append_buffered(source, buffer, left),
                Decoder::Gzip(decoder) => append(decoder, buffer, left),
                Decoder::Zstd(decoder) => append(decoder, buffer, left),
                Decoder::Spent(source, fault) => return Some(end(source, fault.take())),
                Decoder::Absent => unreachable!("a decoder is put back at once"),
            };
            match read {
                Ok(0) => self.next_member(),
                Ok(_) if promptly => return None,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.spend(Some(Fault::of(&error))),
            }
        }
        None
    }

    /// Reads some more of a file whose content is of no use, so that its hash is that of the whole. Whether it is at its end.
    pub(super) fn drain(&mut self) -> bool {
        self.spend(None);
        let Decoder::Spent(source, _) = &mut self.decoder else { unreachable!("just spent") };
        for _ in 0..16 {
            let length = source.fill_buf().map_or(0, <[u8]>::len);
            if length == 0 {
                return true;
            }
            source.consume(length);
        }
        false
    }

    /// Bytes read on disk so far.
    pub(super) fn bytes(&self) -> u64 {
        self.raw().bytes
    }

    /// SHA-256 of all bytes read, or nothing if they are not all bytes of the file.
    pub(super) fn sha256(&self) -> String {
        let raw = self.raw();
        match raw.failure {
            Some(_) => String::new(),
            None => raw.hasher.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn raw(&self) -> &Raw {
        match &self.decoder {
            Decoder::Plain(source) | Decoder::Spent(source, _) => source.get_ref(),
            Decoder::Gzip(decoder) => decoder.get_ref().get_ref(),
            Decoder::Zstd(decoder) => decoder.get_ref().get_ref(),
            Decoder::Absent => unreachable!("a decoder is put back at once"),
        }
    }

    /// A gzip member has ended: goes on to the next one. The zstd decoder goes on to the next frame by itself.
    fn next_member(&mut self) {
        self.decoder = match mem::replace(&mut self.decoder, Decoder::Absent) {
            Decoder::Gzip(decoder) => {
                let mut source = decoder.into_inner();
                // Zeros after the last member are padding, as gzip itself and Python see it.
                match first_but_zeros(&mut source) {
                    None => Decoder::Spent(source, None),
                    Some(first) if first == GZIP[0] => Decoder::Gzip(Box::new(GzDecoder::new(source))),
                    Some(_) => Decoder::Spent(source, Some(Fault::garbage())),
                }
            }
            decoder => Decoder::Spent(decoder.into_source(), None),
        };
    }

    fn spend(&mut self, fault: Option<Fault>) {
        let decoder = mem::replace(&mut self.decoder, Decoder::Absent);
        self.decoder = Decoder::Spent(decoder.into_source(), fault);
    }
}

impl Decoder {
    fn zstd(source: Source) -> Self {
        match zstd::Decoder::try_with_buffer(source) {
            Ok(mut decoder) => match decoder.window_log_max(WINDOW_LOG) {
                Ok(()) => Self::Zstd(decoder),
                Err(error) => Self::Spent(decoder.finish(), Some(Fault::damaged(&error))),
            },
            Err((source, error)) => Self::Spent(source, Some(Fault::damaged(&error))),
        }
    }

    fn into_source(self) -> Source {
        match self {
            Self::Plain(source) | Self::Spent(source, _) => source,
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.finish(),
            Self::Absent => unreachable!("a decoder is put back at once"),
        }
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

/// Appends what one read gives, at most so many bytes.
fn append(source: &mut impl Read, buffer: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    let start = buffer.len();
    buffer.resize(start + most, 0);
    let read = source.read(&mut buffer[start..]);
    buffer.truncate(start + read.as_ref().map_or(0, |read| *read));
    read
}

/// The same without clearing memory first.
fn append_buffered(source: &mut impl BufRead, buffer: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    let bytes = source.fill_buf()?;
    let bytes = &bytes[..bytes.len().min(most)];
    buffer.extend_from_slice(bytes);
    let read = bytes.len();
    source.consume(read);
    Ok(read)
}

fn first_but_zeros(source: &mut Source) -> Option<u8> {
    loop {
        let buffer = source.fill_buf().unwrap_or_default();
        if buffer.is_empty() {
            return None;
        }
        match buffer.iter().position(|&byte| byte != 0) {
            Some(at) => {
                let first = buffer[at];
                source.consume(at);
                return Some(first);
            }
            None => {
                let length = buffer.len();
                source.consume(length);
            }
        }
    }
}

impl Fault {
    pub(super) fn unreadable(error: &io::Error) -> Self {
        let text = error.to_string();
        let words = text.split(" (os error").next().unwrap_or_default().to_lowercase();
        Self { reason: RejectReason::Unreadable, message: format!("the file cannot be read: {words}") }
    }

    fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::truncated(),
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
        let message = "something that is not compressed follows the compressed data".to_owned();
        Self { reason: RejectReason::Damaged, message }
    }

    fn without_magic(head: &[u8]) -> Self {
        if GZIP.starts_with(head) || ZSTD.starts_with(head) {
            return Self::truncated();
        }
        let message = "the name says compressed, but the content is neither gzip nor zstd; rename it".to_owned();
        Self { reason: RejectReason::Damaged, message }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            head if head.starts_with(&GZIP) => Some(Self::Gzip),
            head if head.starts_with(&ZSTD) => Some(Self::Zstd),
            [0x50..=0x5f, rest @ ..] if rest.starts_with(&ZSTD_SKIPPABLE) => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The bytes on disk, counted and hashed. Reads are always full, so that what a decoder sees does not depend on a pipe's mood,
/// unless whoever writes into the pipe waits for an answer.
struct Raw {
    source: Box<dyn Read + Send>,
    promptly: bool,
    hasher: Sha256,
    bytes: u64,
    ended: bool,
    failure: Option<io::Error>,
}

impl Raw {
    fn new(source: Box<dyn Read + Send>, promptly: bool) -> Self {
        Self { source, promptly, hasher: Sha256::new(), bytes: 0, ended: false, failure: None }
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        // The first bytes say how the rest is compressed.
        let least = if self.bytes == 0 { ZSTD.len() } else { 1 };
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
        self.hasher.update(&buffer[..filled]);
        self.bytes += filled as u64;
        Ok(filled)
    }
}
