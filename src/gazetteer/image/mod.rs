//! The compiled form: one position-independent, checksummed, versioned run of bytes, in memory or in a file (`.dlz`).
//!
//! ```text
//! 0   8  magic "DLGAZ\r\n\x1A"
//! 8   2  major version      a reader refuses a newer one
//! 10  2  minor version
//! 12  4  number of sections
//! 16  8  length of the whole
//! 24  4  CRC-32 of bytes 0..24 and of the table
//! 28  4  zero
//! 32     the table, 24 bytes a section: tag (4), CRC-32 (4), offset (8), length (8)
//!        the sections in the order of the table, each at the next multiple of 64; zero bytes between them
//! ```
//!
//! Numbers are little-endian. Every byte is covered: by the header's CRC, by its section's, or because it must be zero.
//! This file does not know the meaning of the sections. A compiled gazetteer is a cache that starts fast, never a form
//! for exchange: that is the `.gaz` text, from which it can always be compiled again.

mod bytes;

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Result};
use crate::files::wire::{u16_at, u32_at, u64_at};
use crate::files::{AtomicFile, File, FileSort, temporary_failed};
pub(crate) use bytes::Bytes;

const MAGIC: [u8; 8] = *b"DLGAZ\r\n\x1A";
/// Incremented when an older program would misread the file: another layout, another folding, other tables.
const MAJOR: u16 = 6;
const MINOR: u16 = 0;
const HEADER: usize = 32;
const TABLE_ROW: usize = 24;
const ALIGN: usize = 64;
/// More sections than any version has, so that a forged count does not allocate memory.
const MAX_SECTIONS: usize = 64;
/// A section beyond this size goes to a temporary file while it is being written.
const SPILL: usize = 64 << 20;

/// The name of a section.
pub(crate) type Tag = [u8; 4];

/// Sections of bytes that belong together. Cloning shares them.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    bytes: Bytes,
    sections: Vec<(Tag, u32, Range<usize>)>,
}

impl Image {
    /// Whether a file that begins with these bytes claims to be an image.
    pub(crate) fn is_image(start: &[u8]) -> bool {
        start.starts_with(&MAGIC)
    }

    /// Maps a file and checks every byte of it.
    ///
    /// # Errors
    ///
    /// `Io` if it cannot be read; `Format` with the reason if it is not an image, damaged, cut, or newer than this
    /// program.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = fs::File::open(path).map_err(|error| Error::io(path, "open the compiled gazetteer", error))?;
        let bytes = Bytes::map(&file).map_err(|error| Error::io(path, "map the compiled gazetteer", error))?;
        Self::check(bytes).map_err(|reason| refused(path, &reason))
    }

    /// An image that is part of the program.
    pub(crate) fn embedded(bytes: &'static [u8]) -> Self {
        Self::parse(Bytes::Static(bytes)).expect("the build made it")
    }

    /// An image whose checksums are not verified, for tests of forged ones.
    #[cfg(test)]
    pub(crate) fn unchecked(bytes: Vec<u8>) -> Self {
        Self::parse(Bytes::heap(&bytes)).unwrap()
    }

    /// Reads the header and the table, then every checksum.
    pub(crate) fn check(bytes: Bytes) -> std::result::Result<Self, String> {
        let image = Self::parse(bytes)?;
        let mut end = HEADER + TABLE_ROW * image.sections.len();
        for (tag, crc, range) in &image.sections {
            if image.bytes[end..range.start].iter().any(|byte| *byte != 0) {
                return Err(format!("a byte between its sections is damaged (at {end} to {})", range.start));
            }
            if crc32fast::hash(&image.bytes[range.clone()]) != *crc {
                return Err(format!("its section {:?} is damaged", String::from_utf8_lossy(tag)));
            }
            end = range.end;
        }
        Ok(image)
    }

    fn parse(bytes: Bytes) -> std::result::Result<Self, String> {
        if !Self::is_image(&bytes) {
            return Err("it is not a compiled gazetteer".to_owned());
        }
        if bytes.len() < HEADER {
            return Err("it is cut off within its header".to_owned());
        }
        let (major, minor) = (u16_at(&bytes, 8), u16_at(&bytes, 10));
        if major != MAJOR {
            let age = if major > MAJOR { "a newer" } else { "an older" };
            return Err(format!(
                "it was compiled by {age} version (format {major}.{minor}; this program reads {MAJOR})"
            ));
        }
        let length = u64_at(&bytes, 16);
        if length != bytes.len() as u64 {
            return Err(format!("it has {} bytes and says it has {length}", bytes.len()));
        }
        let count = u32_at(&bytes, 12) as usize;
        let table = HEADER..HEADER + TABLE_ROW * count.min(MAX_SECTIONS);
        if count > MAX_SECTIONS || bytes.len() < table.end {
            return Err(format!("its header says that it has {count} sections"));
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(&bytes[..24]);
        crc.update(&bytes[table.clone()]);
        if crc.finalize() != u32_at(&bytes, 24) || u32_at(&bytes, 28) != 0 {
            return Err("its header is damaged".to_owned());
        }
        let mut sections = Vec::with_capacity(count);
        let mut end = table.end;
        for row in bytes[table].chunks_exact(TABLE_ROW) {
            let tag: Tag = *row.first_chunk().expect("a row has 24 bytes");
            let start = end.next_multiple_of(ALIGN);
            let length = usize::try_from(u64_at(row, 16)).unwrap_or(usize::MAX);
            match start.checked_add(length) {
                Some(stop) if u64_at(row, 8) == start as u64 && stop <= bytes.len() => end = stop,
                _ => return Err(format!("its section {:?} is outside the file", String::from_utf8_lossy(&tag))),
            }
            sections.push((tag, u32_at(row, 4), start..end));
        }
        if end != bytes.len() {
            return Err(format!("{} bytes follow its last section", bytes.len() - end));
        }
        Ok(Self { bytes, sections })
    }

    /// The range of a section in [`Image::bytes`].
    pub(crate) fn section(&self, tag: Tag) -> Option<Range<usize>> {
        self.sections.iter().find(|(name, _, _)| *name == tag).map(|(_, _, range)| range.clone())
    }

    /// All bytes of the image.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes the image to `path`, whole or not at all. With `force` it replaces an earlier image.
    pub(crate) fn save(&self, path: &Path, force: bool) -> Result<()> {
        save(path, force, |out| out.write_all(&self.bytes))
    }
}

static COMPILED: FileSort = FileSort { noun: "compiled gazetteer", is_own: |head, _| Image::is_image(head) };

fn save(path: &Path, force: bool, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let mut file = AtomicFile::create(path, force, &COMPILED)?;
    file.write(|out| write(out))?;
    file.commit().map(drop)
}

/// The error for a file that is refused.
pub(crate) fn refused(path: &Path, reason: &str) -> Error {
    let remedy = "compile it again with `dateline gazetteer compile`";
    Error::format(path, format!("the compiled gazetteer is refused: {reason}")).with_remedy(remedy)
}

/// A section being written; large ones go to a temporary file.
#[derive(Debug)]
pub(crate) struct Section {
    tag: Tag,
    buffer: Vec<u8>,
    spilled: Option<File>,
    length: u64,
    crc: crc32fast::Hasher,
}

impl Section {
    pub(crate) fn new(tag: Tag) -> Self {
        Self { tag, buffer: Vec::new(), spilled: None, length: 0, crc: crc32fast::Hasher::new() }
    }

    /// A section of bytes that are in memory anyway.
    pub(crate) fn of(tag: Tag, bytes: Vec<u8>) -> Self {
        Self { length: bytes.len() as u64, buffer: bytes, ..Self::new(tag) }
    }

    /// Bytes so far: the position of what is pushed next.
    pub(crate) fn len(&self) -> u64 {
        self.length
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(bytes);
        self.length += bytes.len() as u64;
        if self.buffer.len() >= SPILL { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> Result<()> {
        self.crc.update(&self.buffer);
        let file = match &mut self.spilled {
            Some(file) => file,
            None => self.spilled.insert(File::temporary().map_err(temporary_failed)?),
        };
        file.write_all(&self.buffer).map_err(temporary_failed)?;
        self.buffer.clear();
        Ok(())
    }

    /// Copies the content to `out`.
    fn drain(mut self, out: &mut dyn Write) -> std::io::Result<()> {
        if let Some(mut file) = self.spilled.take() {
            file.seek(SeekFrom::Start(0))?;
            let mut block = vec![0; 1 << 20];
            loop {
                let read = file.read(&mut block)?;
                if read == 0 {
                    break;
                }
                out.write_all(&block[..read])?;
            }
        }
        out.write_all(&self.buffer)
    }
}

enum Part {
    Written(Section),
    /// A section of another image, taken over as it is.
    Copied(Tag, u32, Bytes, Range<usize>),
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Self::Written(section) => section.length as usize,
            Self::Copied(_, _, _, range) => range.len(),
        }
    }

    /// Where it lies in an image that ends at `end` without it.
    fn range(&self, end: usize) -> Range<usize> {
        let start = end.next_multiple_of(ALIGN);
        start..start + self.len()
    }
}

/// Puts an image together from sections.
#[derive(Default)]
pub(crate) struct ImageWriter {
    parts: Vec<Part>,
}

impl ImageWriter {
    /// All sections of another image.
    pub(crate) fn copy_all(&mut self, image: &Image) {
        for (tag, crc, range) in &image.sections {
            self.parts.push(Part::Copied(*tag, *crc, image.bytes.clone(), range.clone()));
        }
    }

    pub(crate) fn add(&mut self, section: Section) {
        self.parts.push(Part::Written(section));
    }

    /// The finished image: on the heap, or in a mapped temporary file if a section is as large as those that go to one.
    pub(crate) fn finish(self) -> Result<Image> {
        let bytes = if self.parts.iter().any(|part| part.len() >= SPILL) {
            let mut file = File::temporary().map_err(temporary_failed)?;
            self.write(&mut file).map_err(temporary_failed)?;
            Bytes::map(file.as_read()).map_err(temporary_failed)?
        } else {
            let length = self.parts.iter().fold(HEADER + TABLE_ROW * self.parts.len(), |end, part| part.range(end).end);
            Bytes::written(length, |bytes| self.write(bytes)).map_err(temporary_failed)?
        };
        Ok(Image::parse(bytes).expect("an image just written is whole"))
    }

    /// Writes the image to `path` without keeping it: as [`Image::save`] would.
    pub(crate) fn save(self, path: &Path, force: bool) -> Result<()> {
        save(path, force, |out| self.write(out))
    }

    fn write(self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut table = Vec::new();
        let mut end = HEADER + TABLE_ROW * self.parts.len();
        let mut gaps = Vec::new();
        for part in &self.parts {
            let range = part.range(end);
            gaps.push(range.start - end);
            let (tag, crc) = match part {
                Part::Written(section) => {
                    let mut crc = section.crc.clone();
                    crc.update(&section.buffer);
                    (section.tag, crc.finalize())
                }
                Part::Copied(tag, crc, _, _) => (*tag, *crc),
            };
            table.extend_from_slice(&tag);
            table.extend_from_slice(&crc.to_le_bytes());
            table.extend_from_slice(&(range.start as u64).to_le_bytes());
            table.extend_from_slice(&(part.len() as u64).to_le_bytes());
            end = range.end;
        }
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&MAJOR.to_le_bytes());
        header.extend_from_slice(&MINOR.to_le_bytes());
        header.extend_from_slice(&(self.parts.len() as u32).to_le_bytes());
        header.extend_from_slice(&(end as u64).to_le_bytes());
        let mut crc = crc32fast::Hasher::new();
        crc.update(&header);
        crc.update(&table);
        header.extend_from_slice(&crc.finalize().to_le_bytes());
        header.extend_from_slice(&[0; 4]);
        out.write_all(&header)?;
        out.write_all(&table)?;
        for (part, gap) in self.parts.into_iter().zip(gaps) {
            out.write_all(&[0; ALIGN][..gap])?;
            match part {
                Part::Written(section) => section.drain(out)?,
                Part::Copied(_, _, bytes, range) => out.write_all(&bytes[range])?,
            }
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Vec<u8> {
        let mut writer = ImageWriter::default();
        for (tag, content) in [(*b"ONE ", &b"first"[..]), (*b"TWO ", b""), (*b"THRE", &[7; 100])] {
            let mut section = Section::new(tag);
            section.push(content).unwrap();
            writer.add(section);
        }
        writer.finish().unwrap().bytes().to_vec()
    }

    fn check(bytes: Vec<u8>) -> std::result::Result<Image, String> {
        Image::check(Bytes::heap(&bytes))
    }

    #[test]
    fn sections_come_back() {
        let image = check(image()).unwrap();
        let content = |tag| &image.bytes()[image.section(tag).unwrap()];
        assert_eq!(content(*b"ONE "), b"first");
        assert_eq!(content(*b"TWO "), b"");
        assert_eq!(content(*b"THRE"), [7; 100]);
        assert!(image.section(*b"FOUR").is_none());
        let mut again = ImageWriter::default();
        again.copy_all(&image);
        assert_eq!(again.finish().unwrap().bytes(), image.bytes());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let whole = image();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                assert!(check(damaged).is_err(), "byte {at}, bit {bit}");
            }
        }
        for length in 0..whole.len() {
            assert!(check(whole[..length].to_vec()).is_err(), "cut to {length}");
        }
        let mut longer = whole;
        longer.push(0);
        assert!(check(longer).is_err());
    }

    #[test]
    fn a_newer_version_and_a_forged_length_say_so() {
        let mut newer = image();
        newer[8] = 9;
        assert!(check(newer).unwrap_err().contains("newer version"));
        let mut forged = image();
        forged[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(check(forged).unwrap_err().contains("4294967295 sections"));
    }

    #[test]
    fn large_sections_go_through_a_file() {
        let mut writer = ImageWriter::default();
        let mut section = Section::new(*b"BIG ");
        let block = vec![5; 1 << 20];
        for _ in 0..70 {
            section.push(&block).unwrap();
        }
        section.push(b"end").unwrap();
        writer.add(section);
        let image = writer.finish().unwrap();
        assert!(matches!(image.bytes, Bytes::Mapped(_)));
        let image = Image::check(image.bytes).unwrap();
        let content = &image.bytes()[image.section(*b"BIG ").unwrap()];
        assert_eq!((content.len(), &content[70 << 20..]), ((70 << 20) + 3, &b"end"[..]));
        let mut writer = ImageWriter::default();
        writer.add(Section::of(*b"BIG ", content.to_vec()));
        let again = writer.finish().unwrap();
        assert!(matches!(again.bytes, Bytes::Mapped(_)));
        assert!(again.bytes() == image.bytes());
    }
}
