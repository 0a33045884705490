//! Tar archives, read as they come: header by header, nothing is unpacked.

use std::io::{self, BufRead, Read};
use std::mem;

use ::tar::{EntryType, Header};

use super::stream::Stream;
use super::{Found, Next};
use crate::archive::decompress::Fault;
use crate::diagnostics::RejectReason;

const BLOCK: usize = 512;
/// The longest name, or list of attributes, that is read: more than any system allows.
const MOST_ATTRIBUTES: u64 = 1 << 20;
/// Bytes passed over in one step.
const STEP: u64 = 1 << 20;

/// Whether a file that begins like this is a tar archive: by its mark, which archives before 1988 lack, or by the checksum.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
        || head.get(..BLOCK).is_some_and(|block| is_sound(Header::from_byte_slice(block)))
}

/// Whether a header's checksum is right; bytes are summed as numbers with a sign or without, because both were in use.
fn is_sound(header: &Header) -> bool {
    let bytes = header.as_bytes();
    let others = || bytes[..148].iter().chain(&bytes[156..]);
    let unsigned: i64 = others().map(|byte| i64::from(*byte)).sum::<i64>() + 8 * i64::from(b' ');
    let signed: i64 = others().map(|byte| i64::from(*byte as i8)).sum::<i64>() + 8 * i64::from(b' ');
    header.cksum().is_ok_and(|sum| [unsigned, signed].contains(&i64::from(sum)))
}

/// A tar archive at one of its members, whose bytes are those to be read.
pub(super) struct Tar {
    stream: Stream,
    /// Bytes of the member that are still to come, and of the padding after it.
    left: u64,
    padding: u64,
    /// A block of zeros, which is the end, was met.
    ended: bool,
    /// What the blocks before a header say about its member.
    attributes: Attributes,
}

#[derive(Debug, Default)]
struct Attributes {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Tar {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, left: 0, padding: 0, ended: false, attributes: Attributes::default() }
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    pub(super) fn stream_mut(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// Goes on to the next header.
    pub(super) fn next(&mut self) -> Result<Next, Fault> {
        let step_end = self.stream.at() + STEP;
        loop {
            while self.left + self.padding > 0 {
                if self.stream.at() >= step_end {
                    return Ok(Next::Busy);
                }
                let length = self.stream.peek(1).len() as u64;
                if length == 0 {
                    return Err(self.stream.cut());
                }
                let of_member = length.min(self.left);
                let of_padding = (length - of_member).min(self.padding);
                (self.left, self.padding) = (self.left - of_member, self.padding - of_padding);
                self.stream.consume((of_member + of_padding) as usize);
            }
            if self.stream.at() >= step_end {
                return Ok(Next::Busy);
            }
            let block = self.stream.peek(BLOCK);
            if block.len() < BLOCK {
                let is_padding = self.ended && block.iter().all(|byte| *byte == 0);
                return if is_padding && !self.stream.is_faulty() { Ok(Next::End) } else { Err(self.stream.cut()) };
            }
            if block[..BLOCK].iter().all(|byte| *byte == 0) {
                self.ended = true;
                self.stream.consume(BLOCK);
                continue;
            }
            let header = Header::from_byte_slice(&block[..BLOCK]);
            if !is_sound(header) {
                return Err(damaged(match self.ended {
                    true => "something that is no part of it follows the tar archive".to_owned(),
                    false => {
                        "the header of a member is damaged: its checksum is wrong; the rest cannot be read".to_owned()
                    }
                }));
            }
            let header = header.clone();
            // Archives may be joined.
            self.ended = false;
            self.stream.consume(BLOCK);
            if let Some(found) = self.member(&header)? {
                return Ok(Next::Found(found));
            }
        }
    }

    /// What a header says; nothing if it is about the header after it.
    fn member(&mut self, header: &Header) -> Result<Option<Found>, Fault> {
        let kind = header.entry_type();
        let size =
            header.entry_size().map_err(|_| damaged("the header of a member is damaged: it has no size".to_owned()))?;
        match kind {
            EntryType::XHeader => {
                let attributes = self.data(size)?;
                self.attributes.read(&attributes)?;
                return Ok(None);
            }
            EntryType::GNULongName => {
                let mut name = self.data(size)?;
                name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
                self.attributes.path = Some(name);
                return Ok(None);
            }
            EntryType::XGlobalHeader | EntryType::GNULongLink => {
                self.expect(size);
                return Ok(None);
            }
            _ => {}
        }
        let Attributes { path, size: pax_size, sparse } = mem::take(&mut self.attributes);
        let size = pax_size.unwrap_or(size);
        let path = path.unwrap_or_else(|| header.path_bytes().into_owned());
        // Only files have content, whatever the size of the others says: that of a link is the file's.
        let has_content = !matches!(
            kind,
            EntryType::Link
                | EntryType::Symlink
                | EntryType::Char
                | EntryType::Block
                | EntryType::Directory
                | EntryType::Fifo
        );
        self.expect(if has_content { size } else { 0 });
        let is_sparse = sparse || kind == EntryType::GNUSparse;
        if kind == EntryType::GNUSparse {
            let mut more = header.as_gnu().is_some_and(|header| header.is_extended());
            while more {
                let block = self.stream.peek(BLOCK);
                if block.len() < BLOCK {
                    return Err(self.stream.cut());
                }
                more = block[504] == 1;
                self.stream.consume(BLOCK);
            }
        }
        let is_file = is_sparse || matches!(kind, EntryType::Regular | EntryType::Continuous) && !path.ends_with(b"/");
        let fault = is_sparse.then(|| {
            let message = "this member is stored with holes; pack it without --sparse".to_owned();
            Fault { reason: RejectReason::OtherFormat, message }
        });
        Ok(Some(Found { path, is_file, fault }))
    }

    /// So many bytes come next, and then the padding of their last block.
    fn expect(&mut self, size: u64) {
        (self.left, self.padding) = (size, size.wrapping_neg() % BLOCK as u64);
    }

    /// The content of a member that describes another.
    fn data(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        if size > MOST_ATTRIBUTES {
            return Err(damaged(format!("the name of a member has {size} bytes; the rest cannot be read")));
        }
        self.expect(size);
        let mut data = Vec::new();
        self.read_to_end(&mut data).expect("a stream keeps its faults to itself");
        if self.left > 0 { Err(self.stream.cut()) } else { Ok(data) }
    }

    /// Why the archive ended before the member did, if it has.
    pub(super) fn failure(&mut self) -> Option<Fault> {
        (self.left > 0 && self.stream.peek(1).is_empty()).then(|| self.stream.cut())
    }

    /// The beginning of what is left of the member: at least `n` bytes, if it has so many.
    pub(super) fn peek(&mut self, n: usize) -> &[u8] {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        if left == 0 {
            return &[];
        }
        let bytes = self.stream.peek(n.min(left));
        &bytes[..bytes.len().min(left)]
    }

    pub(super) fn left(&self) -> u64 {
        self.left
    }
}

/// Reads the member. Faults of the archive look like its end; [`Tar::failure`] has them.
impl BufRead for Tar {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.peek(1))
    }

    fn consume(&mut self, n: usize) {
        self.left -= n as u64;
        self.stream.consume(n);
    }
}

impl Read for Tar {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::read_buffered(self, buffer)
    }
}

impl Attributes {
    /// Reads the records of a pax header: `length key=value` and a line feed, where a value may hold line feeds.
    fn read(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        let fault = || damaged("the attributes of a member are damaged; the rest cannot be read".to_owned());
        // Some writers fill the block with zeros.
        while bytes.first().is_some_and(|byte| *byte != 0) {
            let blank = memchr::memchr(b' ', bytes).ok_or_else(fault)?;
            let length = std::str::from_utf8(&bytes[..blank]).ok().and_then(|digits| digits.parse().ok());
            let length: usize = length.filter(|length| *length > blank + 1).ok_or_else(fault)?;
            let record =
                bytes.get(blank + 1..length).and_then(|record| record.strip_suffix(b"\n")).ok_or_else(fault)?;
            let equals = memchr::memchr(b'=', record).ok_or_else(fault)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" if !value.is_empty() => self.path = Some(value.to_owned()),
                b"size" if !value.is_empty() => {
                    let size = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
                    self.size = Some(size.ok_or_else(fault)?);
                }
                b"GNU.sparse.name" => (self.path, self.sparse) = (Some(value.to_owned()), true),
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            bytes = &bytes[length..];
        }
        Ok(())
    }
}

fn damaged(message: String) -> Fault {
    Fault { reason: RejectReason::Damaged, message }
}
