//! Containers: archives of files, whose members are read one after the other as if each were a file.
//!
//! A member may itself be compressed; a container in a container is refused. Nothing is unpacked to the disk, and nothing but the
//! place where the reading has come to is held in memory. A fault of a member costs that member; a fault of the container, all that
//! follows.

mod stream;
mod tar;
#[cfg(all(test, feature = "compression"))]
mod tests;
mod zip;

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::Arc;

use ignore::overrides::Override;

use super::decompress::{Content, End, Fault};
use super::walk::{Globs, is_known, printable};
use super::{ArchiveOptions, compressed_name};
use crate::error::Error;
use crate::files::{Compression, Decoder};

use stream::Stream;
use tar::Tar;
pub(super) use zip::Bomb;
use zip::Zip;

/// What is decompressed may be so many times as large as what it is decompressed from, beyond the first bytes.
const MOST_RATIO: u64 = 1000;
const FREE: u64 = 64 << 20;

/// Whether something so small that becomes so large is made to exhaust its reader.
fn is_bomb(decompressed: u64, compressed: u64) -> bool {
    decompressed > FREE && decompressed / MOST_RATIO > compressed
}

/// The kinds of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Tar,
    /// Read only from a file in which one can go back and forth.
    Zip,
}

impl Kind {
    /// What the file is whose content begins like this, if it is a container.
    pub(super) fn of(head: &[u8], path: &str) -> Option<Self> {
        // An archive without members is nothing but zeros.
        let is_empty = || head.len() >= 512 && path.ends_with(".tar") && head.iter().all(|byte| *byte == 0);
        if tar::is_tar(head) || is_empty() {
            return Some(Self::Tar);
        }
        // The second begins an archive without members.
        (head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")).then_some(Self::Zip)
    }
}

/// What comes next in a container.
#[derive(Debug)]
pub(super) enum Step {
    /// A member to be read; this is its path, after that of the container.
    Member(Arc<str>),
    /// A member that cannot be read.
    Refused(Arc<str>, Fault),
    /// A member that is not a file of a known kind.
    PassedOver,
    /// Ask again.
    Busy,
    /// Nothing: this is the end.
    End,
}

/// The next member, as the formats see it.
enum Next {
    Found(Found),
    Busy,
    End,
}

struct Found {
    path: Vec<u8>,
    is_file: bool,
    /// Why it cannot be read.
    fault: Option<Fault>,
}

/// How the content of a member ends.
#[derive(Debug)]
pub(super) enum Ended {
    Member(End),
    /// With the container, too early.
    Container(Fault),
}

/// A container that is being read.
pub(super) struct Container {
    wanted: Wanted,
    /// The member, which is in the hands of the decoder.
    decoder: Option<Decoder<Source>>,
    is_compressed: bool,
    /// Bytes of the member: before decompression, if it is compressed, when it began, and after it so far.
    size: u64,
    decompressed: u64,
    ended: Option<Ended>,
}

/// The container as it is called, and which members of it are read.
pub(super) struct Wanted {
    pub(super) path: String,
    /// Whether members of every name are read, as the user asked for.
    pub(super) reads_all: bool,
    pub(super) members: Option<Arc<Members>>,
}

impl Wanted {
    fn takes(&self, name: &str) -> bool {
        (self.reads_all || is_known(name)) && self.members.as_ref().is_none_or(|members| members.take(name))
    }
}

/// Globs that choose members.
#[derive(Debug)]
pub(super) struct Members(Override);

impl Members {
    /// `None` if all are wanted.
    ///
    /// # Errors
    ///
    /// If a glob is not understood.
    pub(super) fn new(options: &ArchiveOptions) -> Result<Option<Self>, Error> {
        let globs = Globs { include: &options.include_members, exclude: &options.exclude_members };
        if globs.is_empty() { Ok(None) } else { Ok(Some(Self(globs.under(Path::new(""))?))) }
    }

    /// As in a directory: neither a folder of the member nor the member itself is left out.
    fn take(&self, name: &str) -> bool {
        let is_out = |path: &str, is_folder| self.0.matched(path, is_folder).is_ignore();
        !name.match_indices('/').any(|(at, _)| is_out(&name[..at], true)) && !is_out(name, false)
    }
}

/// A container at one of its members.
enum Source {
    Tar(Box<Tar>),
    Zip(Box<Zip>),
}

impl Ended {
    /// The end of a file that is no container.
    pub(super) fn of_file(self) -> End {
        match self {
            Self::Member(end) => end,
            Self::Container(fault) => End::Fault(fault),
        }
    }
}

const LENT: &str = "a member is exchanged in one step";

impl Container {
    /// The tar archive of which `head` was read already, and the `end` if that is all.
    pub(super) fn tar(wanted: Wanted, content: Content, head: Vec<u8>, end: Option<End>) -> Self {
        Self::new(wanted, Source::Tar(Box::new(Tar::new(Stream::new(content, head, end)))))
    }

    /// The zip archive in a file, of which `content` is read for the hash.
    ///
    /// # Errors
    ///
    /// Why nothing can be read of it; the content is given back.
    pub(super) fn zip(wanted: Wanted, content: Content, file: File) -> Result<Self, Box<(Content, Fault)>> {
        Ok(Self::new(wanted, Source::Zip(Box::new(Zip::open(file, content)?))))
    }

    fn new(wanted: Wanted, source: Source) -> Self {
        Self {
            wanted,
            decoder: Some(Decoder::new(None, source)),
            is_compressed: false,
            size: 0,
            decompressed: 0,
            ended: None,
        }
    }

    fn source(&self) -> &Source {
        self.decoder.as_ref().expect(LENT).source()
    }

    fn source_mut(&mut self) -> &mut Source {
        self.decoder.as_mut().expect(LENT).source_mut()
    }

    /// Goes on to the next member, past what is left of this one.
    ///
    /// # Errors
    ///
    /// The fault of the container, after which nothing more can be read of it.
    pub(super) fn next(&mut self) -> Result<Step, Fault> {
        let Found { path, is_file, fault } = match self.source_mut().next()? {
            Next::Found(found) => found,
            Next::Busy => return Ok(Step::Busy),
            Next::End => return Ok(Step::End),
        };
        let Some(name) = name_of(&path).filter(|name| is_file && self.wanted.takes(name)) else {
            return Ok(Step::PassedOver);
        };
        let path = Arc::from(format!("{}/{name}", self.wanted.path));
        if let Some(fault) = fault {
            return Ok(Step::Refused(path, fault));
        }
        let mut source = self.decoder.take().expect(LENT).into_source();
        let size = source.left();
        let head = source.peek(Compression::MAGIC);
        let compression = Compression::of(head);
        let broken_promise = compression.is_none() && compressed_name(&name) && !head.is_empty();
        let broken_promise = broken_promise.then(|| Fault::without_magic(head));
        (self.is_compressed, self.size, self.decompressed, self.ended) = (compression.is_some(), size, 0, None);
        self.decoder = Some(Decoder::new(compression, source));
        Ok(match broken_promise {
            Some(fault) => Step::Refused(path, fault),
            None => Step::Member(path),
        })
    }

    /// Appends so many bytes of the member to `buffer` unless it ends before; says so once it does.
    pub(super) fn read(&mut self, buffer: &mut Vec<u8>, n: usize) -> Option<Ended> {
        let full = buffer.len() + n;
        while buffer.len() < full && self.ended.is_none() {
            let decoder = self.decoder.as_mut().expect(LENT);
            let fault = match decoder.append(buffer, full - buffer.len()) {
                Ok(0) => None,
                Ok(length) => {
                    self.decompressed += length as u64;
                    let compressed = self.size - self.source().left();
                    if !(self.is_compressed && is_bomb(self.decompressed, compressed)) {
                        continue;
                    }
                    Some(Fault::bomb())
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Some(Fault::of(&error)),
            };
            self.ended = Some(match (self.source_mut().failure(), fault) {
                (Some(fault), _) => Ended::Container(fault),
                (None, Some(fault)) => Ended::Member(End::Fault(fault)),
                (None, None) => Ended::Member(End::Whole),
            });
        }
        self.ended.take()
    }

    /// Where in the container the reading has come to.
    pub(super) fn at(&self) -> u64 {
        self.source().at()
    }

    /// The file as it is on the disk.
    pub(super) fn content(&self) -> &Content {
        match self.source() {
            Source::Tar(tar) => tar.stream().content(),
            Source::Zip(zip) => zip.content(),
        }
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        match self.source_mut() {
            Source::Tar(tar) => tar.stream_mut().content_mut(),
            Source::Zip(zip) => zip.content_mut(),
        }
    }
}

impl Source {
    fn next(&mut self) -> Result<Next, Fault> {
        match self {
            Self::Tar(tar) => tar.next(),
            Self::Zip(zip) => zip.next(),
        }
    }

    fn peek(&mut self, n: usize) -> &[u8] {
        match self {
            Self::Tar(tar) => tar.peek(n),
            Self::Zip(zip) => zip.peek(n),
        }
    }

    /// Bytes of the member that are still to come.
    fn left(&self) -> u64 {
        match self {
            Self::Tar(tar) => tar.left(),
            Self::Zip(zip) => zip.left(),
        }
    }

    /// Why the container ended before the member did, if it has.
    fn failure(&mut self) -> Option<Fault> {
        match self {
            Self::Tar(tar) => tar.failure(),
            // A zip archive is whole once its directory was found.
            Self::Zip(_) => None,
        }
    }

    fn at(&self) -> u64 {
        match self {
            Self::Tar(tar) => tar.stream().at(),
            Self::Zip(zip) => zip.at(),
        }
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Tar(tar) => tar.fill_buf(),
            Self::Zip(zip) => zip.fill_buf(),
        }
    }

    fn consume(&mut self, n: usize) {
        match self {
            Self::Tar(tar) => tar.consume(n),
            Self::Zip(zip) => zip.consume(n),
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buffer)
    }
}

fn read_buffered(source: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let read = source.fill_buf()?.read(buffer)?;
    source.consume(read);
    Ok(read)
}

/// The path of a member without `.` and empty parts; `None` if nothing is left, or a part is hidden.
fn name_of(path: &[u8]) -> Option<String> {
    let mut name = String::new();
    for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".") {
        if part.starts_with(b".") && part != b".." {
            return None;
        }
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(&printable(part));
    }
    (!name.is_empty()).then_some(name)
}
