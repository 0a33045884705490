//! Reads `.dln` files, and refuses what is not whole.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::codec;
use super::compress::{decompress, join};
use super::frame::{
    BLOCK_HEADER_LEN, BlockEntry, Codec, END_MAGIC, FORMAT_VERSION, FileHeader, FooterIndex, MAGIC, PREFIX_LEN,
    TRAILER_LEN, frame_of, u16_at, u32_at, u64_at,
};
use super::wire::{Block, known_kind, read_payload};
use crate::error::{Error, Result};

/// An open `.dln` file.
///
/// Opening checks all of the frame: header, footer and every block's own header, so that a file which was cut short,
/// extended or damaged there is refused at once. The checksum of a payload is checked when the block is read, or for all
/// blocks by [`verify`](Self::verify).
pub struct FileReader<R = File> {
    source: Source<R>,
    header: FileHeader,
    version: (u16, u16),
    index: Vec<BlockEntry>,
    frame: String,
}

impl FileReader {
    /// Opens the file at `path`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no `.dln` file, is not whole, or is of a newer major version.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let file = open_plain(&path)?;
        Self::new(file, path)
    }
}

/// Opens a plain file. A pipe would wait for somebody to write, and a device may have no end.
pub(super) fn open_plain(path: &Path) -> Result<File> {
    let metadata = path.metadata().map_err(|error| Error::io(path, "open", error))?;
    if !metadata.is_file() {
        return Err(damaged(path, "it is not a plain file"));
    }
    File::open(path).map_err(|error| Error::io(path, "open", error))
}

impl<R: Read + Seek> FileReader<R> {
    /// Opens a file that is not on a disk; errors call it `name`.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use dateline::store::FileReader;
    /// let error = FileReader::new(Cursor::new("{}"), "upload").unwrap_err();
    /// assert!(error.to_string().starts_with("upload: not a dateline result file"));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open`](FileReader::open).
    ///
    /// # Complexity
    ///
    /// Two reads for the ends of the file and one of 40 bytes for each block.
    pub fn new(input: R, name: impl Into<PathBuf>) -> Result<Self> {
        let mut source = Source::new(input, name.into())?;
        let (header, version, start) = read_header(&mut source)?;
        let (index, end) = read_footer(&mut source, start)?;
        let (index, block_headers) = read_index(&mut source, &header, &index, start..end)?;
        let header_crc = source.read_at(start - 4, 4)?;
        let frame = frame_of(&header_crc, &block_headers);
        Ok(Self { source, header, version, index, frame })
    }

    /// The CRC-32 of the header's checksum and of the blocks' headers, in eight hexadecimal digits. These hold the checksums of the payloads,
    /// so files with other contents have other frames, and it costs nothing to compare them. It is no protection from a forger.
    #[must_use]
    pub fn frame(&self) -> &str {
        &self.frame
    }

    /// What the file says of itself.
    #[must_use]
    pub fn header(&self) -> &FileHeader {
        &self.header
    }

    /// Major and minor version of the format the file was written in.
    #[must_use]
    pub fn version(&self) -> (u16, u16) {
        self.version
    }

    /// The blocks in file order.
    #[must_use]
    pub fn index(&self) -> &[BlockEntry] {
        &self.index
    }

    /// Size of the file in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.source.len
    }

    /// Rows in all blocks of kind `B`, from the index alone.
    #[must_use]
    pub fn rows<B: Block>(&self) -> u64 {
        let entries = self.index.iter().filter(|entry| entry.kind == B::KIND);
        entries.map(|entry| entry.rows).sum()
    }

    /// Reads block number `index`, checked and validated.
    ///
    /// # Errors
    ///
    /// If there is no such block, it is of another kind, or it is damaged.
    pub fn read<B: Block>(&mut self, index: usize) -> Result<B> {
        let entry = match self.index.get(index) {
            Some(entry) if entry.kind == B::KIND => *entry,
            Some(entry) => {
                let message = format!("block {index} is of kind {}, {} are of kind {}", entry.kind, B::NAME, B::KIND);
                return Err(Error::format(&self.source.path, message));
            }
            None => {
                let message = format!("there is no block {index}, the file has {}", self.index.len());
                return Err(Error::format(&self.source.path, message));
            }
        };
        let described = self.header.columns(B::KIND).is_some_and(|described| described.columns == B::COLUMNS);
        if !described {
            let message = format!("block {index} ({}) has other columns than this version knows", B::NAME);
            return Err(Error::format(&self.source.path, message));
        }
        let payload = self.payload(index, &entry)?;
        let block: B = read_payload(&payload).map_err(|fault| self.damaged_block(index, &fault))?;
        self.check_rows(index, &entry, block.rows())?;
        Ok(block)
    }

    /// Reads all blocks of kind `B`, one at a time, in file order.
    #[must_use = "blocks are read while the iterator is driven"]
    pub fn into_blocks<B: Block>(self) -> Blocks<B, R> {
        Blocks { reader: self, next: 0, kind: PhantomData }
    }

    /// Reads every block and checks its checksum and, if this version knows its kind, its columns.
    ///
    /// # Errors
    ///
    /// With the first fault.
    ///
    /// # Complexity
    ///
    /// Reads all of the file, holding one block at a time.
    pub fn verify(&mut self) -> Result<()> {
        for (index, entry) in self.index.clone().into_iter().enumerate() {
            match known_kind(entry.kind) {
                Some(known) => {
                    let payload = self.payload(index, &entry)?;
                    let rows = (known.check)(&payload).map_err(|fault| self.damaged_block(index, &fault))?;
                    self.check_rows(index, &entry, rows)?;
                }
                None => drop(self.stored(index, &entry)?),
            }
        }
        Ok(())
    }

    /// The payload of a block as it is stored, checked.
    fn stored(&mut self, index: usize, entry: &BlockEntry) -> Result<Vec<u8>> {
        let stored = self.source.read_at(entry.offset + BLOCK_HEADER_LEN as u64, entry.stored_len)?;
        if crc32fast::hash(&stored) != entry.payload_crc {
            return Err(self.damaged_block(index, "its payload does not match its checksum"));
        }
        Ok(stored)
    }

    /// The payload of a block, checked and decompressed.
    fn payload(&mut self, index: usize, entry: &BlockEntry) -> Result<Vec<u8>> {
        let stored = self.stored(index, entry)?;
        match Codec::from_number(entry.codec) {
            Some(Codec::None) => Ok(stored),
            Some(codec @ (Codec::Zstd | Codec::Split)) => {
                // The lengths were checked against each other and against the limit when the file was opened.
                let raw = decompress(&stored, entry.raw_len as usize)
                    .map_err(|error| self.damaged_block(index, &format!("it cannot be decompressed: {error}")))?;
                if raw.len() as u64 != entry.raw_len {
                    let fault = format!("it holds {} bytes and claims {}", raw.len(), entry.raw_len);
                    return Err(self.damaged_block(index, &fault));
                }
                Ok(if codec == Codec::Split { join(&raw) } else { raw })
            }
            None => Err(self.damaged_block(index, &format!("its codec {} is unknown", entry.codec))),
        }
    }

    fn check_rows(&self, index: usize, entry: &BlockEntry, rows: usize) -> Result<()> {
        if rows as u64 == entry.rows {
            return Ok(());
        }
        Err(self.damaged_block(index, &format!("it holds {rows} rows and claims {}", entry.rows)))
    }

    fn damaged_block(&self, index: usize, fault: &str) -> Error {
        let entry = &self.index[index];
        let name = self.header.columns(entry.kind).map_or("", |described| described.name.as_str());
        self.source.damaged(format!("damaged: block {index} ({name}) at byte {}: {fault}", entry.offset))
    }
}

impl<R> fmt::Debug for FileReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileReader")
            .field("path", &self.source.path)
            .field("header", &self.header)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// All blocks of one kind in a file, read one at a time; see [`FileReader::into_blocks`].
#[derive(Debug)]
pub struct Blocks<B, R = File> {
    reader: FileReader<R>,
    next: usize,
    kind: PhantomData<B>,
}

impl<B: Block, R> Blocks<B, R> {
    /// The file the blocks are of.
    #[must_use]
    pub fn reader(&self) -> &FileReader<R> {
        &self.reader
    }
}

impl<B: Block, R: Read + Seek> Iterator for Blocks<B, R> {
    type Item = Result<B>;

    fn next(&mut self) -> Option<Result<B>> {
        let index = self.next + self.reader.index.get(self.next..)?.iter().position(|entry| entry.kind == B::KIND)?;
        self.next = index + 1;
        Some(self.reader.read(index))
    }
}

/// Bytes with a known length; the one place that allocates by a length from a file.
struct Source<R> {
    input: R,
    path: PathBuf,
    len: u64,
}

impl<R: Read + Seek> Source<R> {
    fn new(mut input: R, path: PathBuf) -> Result<Self> {
        let len = input.seek(SeekFrom::End(0)).map_err(|error| Error::io(&path, "read", error))?;
        Ok(Self { input, path, len })
    }

    fn read_at(&mut self, offset: u64, len: u64) -> Result<Vec<u8>> {
        if offset.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(self.damaged(format!("it ends too early: {len} bytes at byte {offset} of {}", self.len)));
        }
        let mut bytes = vec![0; len as usize];
        self.input
            .seek(SeekFrom::Start(offset))
            .and_then(|_| self.input.read_exact(&mut bytes))
            .map_err(|error| Error::io(&self.path, "read", error))?;
        Ok(bytes)
    }
}

impl<R> Source<R> {
    fn damaged(&self, message: impl Into<String>) -> Error {
        damaged(&self.path, message)
    }
}

pub(super) fn damaged(path: &Path, message: impl Into<String>) -> Error {
    Error::format(path, message).with_remedy("copy it again from its source, or repeat the run")
}

/// The header, the version, and where the first block begins.
fn read_header<R: Read + Seek>(source: &mut Source<R>) -> Result<(FileHeader, (u16, u16), u64)> {
    let head = source.read_at(0, PREFIX_LEN.min(source.len))?;
    let n = head.len().min(MAGIC.len());
    if head[..n] != MAGIC[..n] || n == 0 {
        let message = match n {
            0 => "not a dateline result file: it is empty",
            _ => "not a dateline result file: it does not begin like one",
        };
        return Err(Error::format(&source.path, message).with_remedy("name a .dln file of a finished run"));
    }
    if (head.len() as u64) < PREFIX_LEN {
        return Err(source.damaged(format!("it was cut short: {} bytes are left", source.len)));
    }
    let version = (u16_at(&head, 8), u16_at(&head, 10));
    if version.0 != FORMAT_VERSION.0 {
        let (major, minor) = version;
        let message = format!(
            "written by a newer dateline (format {major}.{minor}, this one reads {}.x), or damaged",
            FORMAT_VERSION.0
        );
        return Err(Error::format(&source.path, message).with_remedy("install a newer dateline"));
    }
    let header_len = u64::from(u32_at(&head, 12));
    let start = PREFIX_LEN + header_len + 4;
    let bytes = source.read_at(0, start)?;
    let (covered, crc) = bytes.split_at(bytes.len() - 4);
    if crc32fast::hash(covered) != u32_at(crc, 0) {
        return Err(source.damaged("damaged: the header does not match its checksum"));
    }
    let header = serde_json::from_slice(&covered[PREFIX_LEN as usize..])
        .map_err(|error| source.damaged(format!("damaged: the header is not what it should be: {error}")))?;
    Ok((header, version, start))
}

/// The footer's index, and where the footer begins.
fn read_footer<R: Read + Seek>(source: &mut Source<R>, start: u64) -> Result<(FooterIndex, u64)> {
    // Length and checksum of the index, then the trailer.
    let Some(last_offset) = source.len.checked_sub(4 + 4 + TRAILER_LEN).filter(|&offset| offset >= start) else {
        return Err(source.damaged(format!("it was cut short: {} bytes are left", source.len)));
    };
    let trailer = source.read_at(source.len - TRAILER_LEN, TRAILER_LEN)?;
    if trailer[8..] != END_MAGIC {
        return Err(source.damaged("it was cut short or never finished: its end mark is missing"));
    }
    let offset = u64_at(&trailer, 0);
    if !(start..=last_offset).contains(&offset) {
        return Err(source.damaged(format!("damaged: its footer cannot be at byte {offset}")));
    }
    let footer = source.read_at(offset, source.len - TRAILER_LEN - offset)?;
    let (covered, crc) = footer.split_at(footer.len() - 4);
    if u64::from(u32_at(covered, 0)) != covered.len() as u64 - 4 || crc32fast::hash(covered) != u32_at(crc, 0) {
        return Err(source.damaged("damaged: the footer does not match its length and checksum"));
    }
    let index: FooterIndex =
        codec::decode(&covered[4..]).map_err(|fault| source.damaged(format!("damaged: the footer: {fault}")))?;
    if index.kind.len() != index.offset.len() || index.kind.len() != index.rows.len() {
        return Err(source.damaged("damaged: the columns of the footer differ in length"));
    }
    Ok((index, offset))
}

/// Walks the blocks' own headers: they must fill `range` exactly and agree with the footer. Returns their bytes, too.
fn read_index<R: Read + Seek>(
    source: &mut Source<R>,
    header: &FileHeader,
    footer: &FooterIndex,
    range: std::ops::Range<u64>,
) -> Result<(Vec<BlockEntry>, Vec<u8>)> {
    let (mut entries, mut headers) = (Vec::new(), Vec::new());
    let mut offset = range.start;
    for (index, &listed) in footer.offset.iter().enumerate() {
        let fail = |source: &Source<R>, fault: &str| {
            Err(source.damaged(format!("damaged: block {index} at byte {offset}: {fault}")))
        };
        let Some(room) = (range.end - offset).checked_sub(BLOCK_HEADER_LEN as u64) else {
            return fail(source, "the footer begins inside of it");
        };
        let bytes = source.read_at(offset, BLOCK_HEADER_LEN as u64)?;
        headers.extend_from_slice(&bytes[..BLOCK_HEADER_LEN - 4]);
        let entry = match BlockEntry::from_bytes(&bytes, offset, room) {
            Ok(entry) => entry,
            Err(fault) => return fail(source, &fault),
        };
        if (entry.kind, entry.offset, entry.rows) != (footer.kind[index], listed, footer.rows[index]) {
            return fail(source, "the footer tells otherwise");
        }
        let Some(described) = header.columns(entry.kind) else {
            return fail(source, "the header does not describe its kind");
        };
        let is_compressed = matches!(Codec::from_number(entry.codec), Some(Codec::Zstd | Codec::Split));
        if is_compressed && !BlockEntry::may_compress(entry.raw_len, entry.stored_len, &described.columns) {
            let BlockEntry { raw_len, stored_len, .. } = entry;
            return fail(source, &format!("its {stored_len} stored bytes claim to be {raw_len}, more than is allowed"));
        }
        if let Some(known) = known_kind(entry.kind) {
            if described.name != known.name || described.columns != known.columns {
                return fail(source, "the header describes other columns than this version knows");
            }
            if Codec::from_number(entry.codec).is_none() {
                return fail(source, &format!("its codec {} is unknown", entry.codec));
            }
        }
        offset += BLOCK_HEADER_LEN as u64 + entry.stored_len;
        entries.push(entry);
    }
    if offset != range.end {
        return Err(source.damaged(format!("damaged: bytes {offset} to {} belong to no block", range.end)));
    }
    Ok((entries, headers))
}
