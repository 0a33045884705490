//! Writes `.dln` files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::codec;
use super::compress::{Compressor, split};
use super::frame::{BLOCK_HEADER_LEN, BlockEntry, Codec, END_MAGIC, FileHeader, FooterIndex, MAX_BLOCK, frame_of};
use super::wire::Block;
use crate::error::{Error, Result};
use crate::files::{FileSummary, Hashing, Writer};
use crate::hash::hex;
use crate::parallel;

/// Writes one `.dln` file, block by block; the hash of the file is computed on the way.
///
/// Until [`finish`](Self::finish) the file has no footer, and a reader refuses it.
///
/// ```
/// use dateline::store::{CountRow, CountRows, FileHeader, FileReader, FileWriter};
/// # let directory = tempfile::tempdir()?;
/// let path = directory.path().join("counts.dln");
/// let mut rows = CountRows::default();
/// rows.push(CountRow { document: 0, entity: 7, count: 2 });
///
/// let header = FileHeader::new("dateline-counts", "0badcafe").describe::<CountRows>();
/// let mut writer = FileWriter::create(&path, &header)?;
/// writer.write_block(&rows)?;
/// writer.finish()?;
///
/// let mut reader = FileReader::open(&path)?;
/// assert_eq!(reader.read::<CountRows>(0)?, rows);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a file without a footer is refused by readers"]
pub struct FileWriter {
    file: Hashing<Writer>,
    header: FileHeader,
    compressor: Option<Compressor>,
    index: FooterIndex,
    /// The bytes of the headers of the blocks so far.
    block_headers: Vec<u8>,
}

impl FileWriter {
    /// Begins a new file at `path`, whose blocks will be stored by the [default codec](Codec).
    ///
    /// # Errors
    ///
    /// If the file exists already or cannot be created.
    pub fn create(path: impl Into<PathBuf>, header: &FileHeader) -> Result<Self> {
        Self::with_codec(path, header, Codec::default())
    }

    /// Begins a new file at `path`, whose blocks will be stored by `codec`.
    ///
    /// # Errors
    ///
    /// If the file exists already or cannot be created.
    pub fn with_codec(path: impl Into<PathBuf>, header: &FileHeader, codec: Codec) -> Result<Self> {
        Self::from_writer(Writer::create(&path.into())?, header, codec)
    }

    /// Begins in an empty file.
    pub(super) fn from_writer(file: Writer, header: &FileHeader, codec: Codec) -> Result<Self> {
        let mut file = Hashing::new(file);
        let compressor = match codec {
            Codec::None => None,
            Codec::Zstd | Codec::Split => {
                let compressor = Compressor::new();
                Some(compressor.map_err(|error| Error::io(file.label(), "compress", error))?)
            }
        };
        file.put(&header.to_bytes())?;
        Ok(Self { file, header: header.clone(), compressor, index: FooterIndex::default(), block_headers: Vec::new() })
    }

    /// Writes one block. Split long tables where [`Block::is_full`] says so.
    ///
    /// # Errors
    ///
    /// If the rows are not [valid](Block::validate), are not described in the header or take more than 256 MiB, or if
    /// writing fails. The file is useless afterwards.
    ///
    /// # Complexity
    ///
    /// Linear in the rows; holds their payload twice, as columns and compressed.
    pub fn write_block<B: Block>(&mut self, block: &B) -> Result<()> {
        let stored = Stored::new(block, self.file.label(), &self.header, self.compressor.as_mut())?;
        self.put(stored)
    }

    /// Writes blocks one after the other, but compresses them in the threads of the current pool.
    ///
    /// # Errors
    ///
    /// As [`write_block`](Self::write_block).
    ///
    /// # Complexity
    ///
    /// As [`write_block`](Self::write_block), for all blocks at a time.
    pub fn write_blocks<B: Block + Sync>(&mut self, blocks: &[B]) -> Result<()> {
        let (path, header) = (self.file.label(), &self.header);
        let is_compressed = self.compressor.is_some();
        let compressor = || is_compressed.then(Compressor::new).transpose();
        let store = |compressor: &mut io::Result<Option<Compressor>>, block| match compressor {
            Ok(compressor) => Stored::new(block, path, header, compressor.as_mut()),
            Err(error) => Err(Error::io(path, "compress", io::Error::new(error.kind(), error.to_string()))),
        };
        let stored = parallel::map(blocks.iter().collect(), compressor, store);
        stored.into_iter().try_for_each(|stored| self.put(stored?))
    }

    fn put(&mut self, Stored { entry, payload }: Stored) -> Result<()> {
        let entry = BlockEntry { offset: self.file.n_bytes(), ..entry };
        self.index.kind.push(entry.kind);
        self.index.offset.push(entry.offset);
        self.index.rows.push(entry.rows);
        let header = entry.to_bytes();
        self.block_headers.extend_from_slice(&header[..BLOCK_HEADER_LEN - 4]);
        self.file.put(&header)?;
        self.file.put(&payload)
    }

    /// Writes the footer and makes sure that all of the file is on the disk.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(mut self) -> Result<FileSummary> {
        let footer_offset = self.file.n_bytes();
        let index = codec::encode(&self.index);
        let length = u32::try_from(index.len())
            .map_err(|_| Error::limit("more blocks than the footer of one file can list").at(self.file.label()))?;
        let mut footer = length.to_le_bytes().to_vec();
        footer.extend(index);
        footer.extend(crc32fast::hash(&footer).to_le_bytes());
        footer.extend(footer_offset.to_le_bytes());
        footer.extend(END_MAGIC);
        self.file.put(&footer)?;
        let header = self.header.to_bytes();
        let frame = frame_of(&header[header.len() - 4..], &self.block_headers);
        Ok(FileSummary { frame: Some(frame), ..self.file.finish()? })
    }
}

impl fmt::Debug for FileWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWriter").field("file", &self.file).field("blocks", &self.index.kind.len()).finish()
    }
}

/// A block as it will stand in the file.
struct Stored {
    /// The offset is not known yet.
    entry: BlockEntry,
    payload: Vec<u8>,
}

impl Stored {
    fn new<B: Block>(block: &B, path: &Path, header: &FileHeader, compressor: Option<&mut Compressor>) -> Result<Self> {
        let described = header.columns(B::KIND).is_some_and(|described| described.columns == B::COLUMNS);
        if !described {
            return Err(Error::format(path, format!("blocks of {} are not described in its header", B::NAME)));
        }
        block.validate().map_err(|fault| Error::format(path, format!("invalid rows of {}: {fault}", B::NAME)))?;
        if block.raw_len() as u64 > MAX_BLOCK {
            let message = format!("a block of {} takes {} bytes, at most {MAX_BLOCK} fit", B::NAME, block.raw_len());
            return Err(Error::limit(message).at(path));
        }
        let raw = codec::encode_columns(&block.columns());
        let raw_len = raw.len() as u64;
        let (codec, payload) = match compressor {
            None => (Codec::None, raw),
            Some(compressor) => {
                let codec = Codec::for_columns(B::COLUMNS);
                let stored = match codec {
                    Codec::Split => compressor.compress(&split(&raw)),
                    _ => compressor.compress(&raw),
                };
                let stored = stored.map_err(|error| Error::io(path, "compress", error))?;
                match BlockEntry::may_compress(raw_len, stored.len() as u64, B::COLUMNS) {
                    true => (codec, stored),
                    // So much smaller that readers would refuse it.
                    false => (Codec::None, raw),
                }
            }
        };
        let entry = BlockEntry {
            kind: B::KIND,
            offset: 0,
            rows: block.rows() as u64,
            stored_len: payload.len() as u64,
            raw_len,
            codec: codec.number(),
            payload_crc: crc32fast::hash(&payload),
        };
        Ok(Self { entry, payload })
    }
}

/// SHA-256 of `bytes`, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
