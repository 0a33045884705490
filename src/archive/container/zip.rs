//! Zip archives, read where they are: the directory at the end says which members there are, and each is read from its place.
//!
//! The directory is read entry by entry, so that memory does not grow with the number of members. Meanwhile the file is read through
//! for its hash.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crc32fast::Hasher;
#[cfg(feature = "compression")]
use flate2::bufread::DeflateDecoder;

use super::{Found, Next, is_bomb};
use crate::archive::decompress::{Content, Fault};
use crate::diagnostics::RejectReason;

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: u64 = 22;
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_LENGTH: u64 = 20;
const END_64: &[u8] = b"PK\x06\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: u64 = 30;
/// What a field of 32 bits holds whose value is in the attributes of zip64.
const ELSEWHERE: u32 = u32::MAX;
const BUFFER: usize = 64 << 10;

/// A zip archive at one of its members, whose bytes are those to be read.
pub(super) struct Zip {
    content: Content,
    file: File,
    directory: BufReader<Range>,
    /// Where offsets count from: something may precede the archive.
    base: u64,
    /// Compressed bytes of the members before this one.
    before: u64,
    member: Option<Member>,
}

struct Member {
    data: Data,
    /// Its bytes as they come, decompressed.
    buffer: Vec<u8>,
    start: usize,
    entry: Entry,
    sum: Hasher,
    decompressed: u64,
}

enum Data {
    Stored(BufReader<Range>),
    #[cfg(feature = "compression")]
    Deflated(Box<DeflateDecoder<BufReader<Range>>>),
}

/// What the directory says about a member.
#[derive(Debug)]
struct Entry {
    path: Vec<u8>,
    is_file: bool,
    is_encrypted: bool,
    method: u16,
    sum: u32,
    compressed: u64,
    size: u64,
    offset: u64,
}

impl Zip {
    /// # Errors
    ///
    /// If there is no directory, or the file is another format in the shape of a zip archive.
    pub(super) fn open(file: File, content: Content) -> Result<Self, Box<(Content, Fault)>> {
        let found = directory(&file).and_then(|(range, base)| {
            refuse_documents(range.again()?)?;
            Ok((range, base))
        });
        let (range, base) = match found {
            Ok(found) => found,
            Err(fault) => return Err(Box::new((content, fault))),
        };
        Ok(Self { content, directory: BufReader::with_capacity(BUFFER, range), file, base, before: 0, member: None })
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        &mut self.content
    }

    /// Where in the directory the reading has come to.
    pub(super) fn at(&self) -> u64 {
        self.directory.get_ref().at - self.directory.buffer().len() as u64
    }

    pub(super) fn next(&mut self) -> Result<Next, Fault> {
        if let Some(member) = self.member.take() {
            self.before += member.entry.compressed;
        }
        // Hash about as much as was read, so that progress is shown.
        while self.content.bytes() < self.before && !self.content.drain() {}
        let Some(entry) = next_entry(&mut self.directory)? else { return Ok(Next::End) };
        let fault = if !entry.is_file {
            None
        } else if entry.is_encrypted {
            Some(unread("this member is encrypted; unpack it with its password first".to_owned()))
        } else {
            None
        };
        let mut found = Found { path: entry.path.clone(), is_file: entry.is_file, fault };
        if found.is_file && found.fault.is_none() {
            match self.member(entry) {
                Ok(member) => self.member = Some(member),
                Err(fault) => found.fault = Some(fault),
            }
        }
        Ok(Next::Found(found))
    }

    /// Goes to where a member is.
    fn member(&self, entry: Entry) -> Result<Member, Fault> {
        let at = self.base.saturating_add(entry.offset);
        let mut header = [0; LOCAL_LENGTH as usize];
        let mut local = Range::new(&self.file, at, LOCAL_LENGTH)?;
        local.read_exact(&mut header).map_err(|error| fault_of(&error))?;
        if !header.starts_with(LOCAL) {
            return Err(damaged("a member is not where the directory says"));
        }
        let start = at + LOCAL_LENGTH + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let source = BufReader::with_capacity(BUFFER, Range::new(&self.file, start, entry.compressed)?);
        let data = match entry.method {
            0 => Data::Stored(source),
            #[cfg(feature = "compression")]
            8 => Data::Deflated(Box::new(DeflateDecoder::new(source))),
            #[cfg(not(feature = "compression"))]
            8 => {
                let message =
                    "this member is compressed, and this dateline was built without the cargo feature `compression`";
                return Err(unread(message.to_owned()));
            }
            method => {
                let message =
                    format!("this member is compressed by method {method}; only deflate is read; unpack it first");
                return Err(unread(message));
            }
        };
        Ok(Member { data, buffer: Vec::new(), start: 0, entry, sum: Hasher::new(), decompressed: 0 })
    }

    /// Bytes of the member that are still to be decompressed.
    pub(super) fn left(&self) -> u64 {
        self.member.as_ref().map_or(0, |member| member.entry.size.saturating_sub(member.decompressed))
    }

    /// The beginning of what is left of the member: at least `n` bytes, if it has so many and they are sound.
    pub(super) fn peek(&mut self, n: usize) -> &[u8] {
        let Some(member) = &mut self.member else { return &[] };
        while member.buffer.len() - member.start < n {
            match member.fill() {
                Ok(true) => {}
                // What is wrong is found again when the bytes are read.
                Ok(false) | Err(_) => break,
            }
        }
        &member.buffer[member.start..]
    }
}

impl BufRead for Zip {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some(member) = &mut self.member else { return Ok(&[]) };
        if member.start == member.buffer.len() {
            member.fill()?;
        }
        Ok(&member.buffer[member.start..])
    }

    fn consume(&mut self, n: usize) {
        if let Some(member) = &mut self.member {
            member.start += n;
        }
    }
}

impl Read for Zip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        super::read_buffered(self, buffer)
    }
}

impl Member {
    /// Reads some more. Whether there was more.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        self.buffer.resize(before + BUFFER, 0);
        let room = &mut self.buffer[before..];
        let read = match &mut self.data {
            Data::Stored(source) => source.read(room),
            #[cfg(feature = "compression")]
            Data::Deflated(decoder) => decoder.read(room),
        };
        self.buffer.truncate(before + read.as_ref().map_or(0, |read| *read));
        let read = read?;
        self.sum.update(&self.buffer[before..]);
        self.decompressed += read as u64;
        let wrong = |message| Err(io::Error::new(io::ErrorKind::InvalidData, message));
        if is_bomb(self.decompressed, self.entry.compressed) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, Bomb));
        }
        if read == 0 && self.decompressed != self.entry.size {
            return wrong("its length is not that in the directory");
        }
        if read == 0 && self.sum.clone().finalize() != self.entry.sum {
            return wrong("its checksum is wrong");
        }
        Ok(read > 0)
    }
}

/// A member that is made to exhaust its reader: the error inside of the [`io::Error`].
#[derive(Debug)]
pub(in crate::archive) struct Bomb;

impl std::fmt::Display for Bomb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a zip bomb")
    }
}

impl std::error::Error for Bomb {}

/// Finds the directory, and where its offsets count from.
fn directory(file: &File) -> Result<(Range, u64), Fault> {
    let length = file.metadata().map_err(|error| fault_of(&error))?.len();
    // The end is followed by a comment of up to 64 KiB.
    let tail_at = length.saturating_sub(END_LENGTH + u64::from(u16::MAX));
    let mut tail = Vec::new();
    Range::new(file, tail_at, length - tail_at)?.read_to_end(&mut tail).map_err(|error| fault_of(&error))?;
    let has_its_comment = |at: &usize| {
        let end = &tail[*at..];
        end.len() >= END_LENGTH as usize && usize::from(u16_at(end, 20)) <= end.len() - END_LENGTH as usize
    };
    let at = memchr::memmem::rfind_iter(&tail, END).find(has_its_comment).ok_or_else(|| Fault {
        reason: RejectReason::Truncated,
        message: "the zip archive is cut: the directory at its end is missing; fetch it again".to_owned(),
    })?;
    let end = &tail[at..];
    let end_at = tail_at + at as u64;
    let (mut size, mut start) = (u64::from(u32_at(end, 12)), u64::from(u32_at(end, 16)));
    let mut directory_end = end_at;
    if u16_at(end, 4) != 0 && u16_at(end, 4) != u16::MAX {
        return Err(unread(
            "this is one part of a zip archive in several; join the parts with zip -s 0 --out".to_owned(),
        ));
    }
    let locator = at.checked_sub(LOCATOR_LENGTH as usize).map(|at| &tail[at..]);
    if let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR)) {
        let mut end = [0; 56];
        // The offset is wrong if something precedes the archive; the place before the locator is right unless the end has been extended.
        let places = [u64_at(locator, 8), (end_at - LOCATOR_LENGTH).saturating_sub(56)];
        let place = places.into_iter().find(|place| {
            let read = Range::new(file, *place, 56).is_ok_and(|mut range| range.read_exact(&mut end).is_ok());
            read && end.starts_with(END_64)
        });
        directory_end = place.ok_or_else(|| damaged("the end of its directory is not where it should be"))?;
        (size, start) = (u64_at(&end, 40), u64_at(&end, 48));
    }
    let found = directory_end.checked_sub(size).and_then(|at| Some((at, at.checked_sub(start)?)));
    let (at, base) = found.ok_or_else(|| damaged("its directory is longer than the file"))?;
    Ok((Range::new(file, at, size)?, base))
}

/// The next entry of the directory.
fn next_entry(directory: &mut BufReader<Range>) -> Result<Option<Entry>, Fault> {
    if directory.fill_buf().map_err(|error| fault_of(&error))?.is_empty() {
        return Ok(None);
    }
    let mut fixed = [0; 46];
    directory.read_exact(&mut fixed).map_err(|error| fault_of(&error))?;
    if !fixed.starts_with(ENTRY) {
        return Err(damaged("its directory is damaged"));
    }
    let mut rest = vec![0; [28, 30, 32].map(|at| usize::from(u16_at(&fixed, at))).iter().sum()];
    directory.read_exact(&mut rest).map_err(|error| fault_of(&error))?;
    let (path, rest) = rest.split_at(usize::from(u16_at(&fixed, 28)));
    let mut extra = &rest[..usize::from(u16_at(&fixed, 30))];
    let short = [24, 20, 42].map(|at| u32_at(&fixed, at));
    let mut long = short.map(u64::from);
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2)).min(extra.len() - 4);
        let (id, mut value) = (u16_at(extra, 0), &extra[4..4 + length]);
        if id == 1 {
            for (long, _) in long.iter_mut().zip(short).filter(|(_, short)| *short == ELSEWHERE) {
                if value.len() >= 8 {
                    *long = u64_at(value, 0);
                    value = &value[8..];
                }
            }
        }
        extra = &extra[4 + length..];
    }
    let [size, compressed, offset] = long;
    // The kind of the file is known where the archive was made on Unix; then links are.
    let (made_on, mode) = (fixed[5], u32_at(&fixed, 38) >> 16);
    let is_special = made_on == 3 && !matches!(mode & 0o170_000, 0 | 0o100_000);
    Ok(Some(Entry {
        path: path.to_owned(),
        is_file: !is_special && !path.ends_with(b"/"),
        is_encrypted: u16_at(&fixed, 8) & 1 != 0,
        method: u16_at(&fixed, 10),
        sum: u32_at(&fixed, 16),
        compressed,
        size,
        offset,
    }))
}

/// Documents and programs in the shape of a zip archive are known by the members that they must have.
fn refuse_documents(range: Range) -> Result<(), Fault> {
    let mut directory = BufReader::with_capacity(BUFFER, range);
    while let Some(entry) = next_entry(&mut directory)? {
        let name = match &entry.path[..] {
            b"[Content_Types].xml" => "an office document (docx, xlsx, pptx)",
            b"mimetype" => "an office document or an e-book (odt, ods, epub)",
            b"META-INF/MANIFEST.MF" => "a Java archive",
            b"AndroidManifest.xml" => "an Android program",
            _ => continue,
        };
        let message = format!("this is {name}, not text; unpack or convert it first");
        return Err(Fault { reason: RejectReason::Binary, message });
    }
    Ok(())
}

/// A part of a file.
struct Range {
    file: File,
    start: u64,
    at: u64,
    end: u64,
}

impl Range {
    fn new(file: &File, start: u64, length: u64) -> Result<Self, Fault> {
        let file = file.try_clone().map_err(|error| fault_of(&error))?;
        Ok(Self { file, start, at: start, end: start.saturating_add(length) })
    }

    fn again(&self) -> Result<Self, Fault> {
        Self::new(&self.file, self.start, self.end - self.start)
    }
}

/// Several parts share a file, so each read goes to its own place first. The end of the file within the part is an error.
impl Read for Range {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        if left == 0 {
            return Ok(0);
        }
        self.file.seek(SeekFrom::Start(self.at))?;
        let read = self.file.read(&mut buffer[..left])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += read as u64;
        Ok(read)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

fn damaged(what: &str) -> Fault {
    Fault { reason: RejectReason::Damaged, message: format!("the zip archive is damaged: {what}; fetch it again") }
}

fn unread(message: String) -> Fault {
    Fault { reason: RejectReason::OtherFormat, message }
}

fn fault_of(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("something that its directory names is not in it"),
        _ => Fault::unreadable(error),
    }
}
