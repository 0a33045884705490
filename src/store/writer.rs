//! Writes `.dln` files and hashes whatever is written.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use super::codec;
use super::frame::{BlockEntry, Codec, END_MAGIC, FileHeader, FooterIndex, MAX_BLOCK};
use super::wire::Block;
use crate::error::{Error, Result};
use crate::hash::hex;
use crate::parallel;

const ZSTD_LEVEL: i32 = 3;

/// Size and hash of a finished file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSummary {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of all bytes, in hexadecimal as `sha256sum` prints it.
    pub sha256: String,
}

impl FileSummary {
    /// Reads the file at `path` through.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut file = File::open(path).map_err(|error| Error::io(path, "open", error))?;
        let (mut sha, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(Self { bytes, sha256: hex(&sha.finalize()) }),
                Ok(n) => {
                    sha.update(&buffer[..n]);
                    bytes += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io(path, "read", error)),
            }
        }
    }
}

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
    file: HashedFile,
    header: FileHeader,
    compressor: Option<Compressor<'static>>,
    index: FooterIndex,
}

impl FileWriter {
    /// Begins a new file at `path`, whose blocks will be compressed.
    ///
    /// # Errors
    ///
    /// If the file exists already or cannot be created.
    pub fn create(path: impl Into<PathBuf>, header: &FileHeader) -> Result<Self> {
        Self::with_codec(path, header, Codec::Zstd)
    }

    /// Begins a new file at `path`, whose blocks will be stored by `codec`.
    ///
    /// # Errors
    ///
    /// If the file exists already or cannot be created.
    pub fn with_codec(path: impl Into<PathBuf>, header: &FileHeader, codec: Codec) -> Result<Self> {
        let mut file = HashedFile::create(path)?;
        let compressor = match codec {
            Codec::None => None,
            Codec::Zstd => Some(Compressor::new(ZSTD_LEVEL).map_err(|error| file.error("compress", error))?),
        };
        file.put(&header.to_bytes())?;
        Ok(Self { file, header: header.clone(), compressor, index: FooterIndex::default() })
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
        let stored = Stored::new(block, &self.file.path, &self.header, self.compressor.as_mut())?;
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
        let (path, header) = (&self.file.path, &self.header);
        let is_compressed = self.compressor.is_some();
        let compressor = || is_compressed.then(|| Compressor::new(ZSTD_LEVEL)).transpose();
        let store = |compressor: &mut io::Result<Option<Compressor<'static>>>, block| match compressor {
            Ok(compressor) => Stored::new(block, path, header, compressor.as_mut()),
            Err(error) => Err(Error::io(path, "compress", io::Error::new(error.kind(), error.to_string()))),
        };
        let stored = parallel::map(blocks.iter().collect(), compressor, store);
        stored.into_iter().try_for_each(|stored| self.put(stored?))
    }

    fn put(&mut self, Stored { entry, payload }: Stored) -> Result<()> {
        let entry = BlockEntry { offset: self.file.bytes, ..entry };
        self.index.kind.push(entry.kind);
        self.index.offset.push(entry.offset);
        self.index.rows.push(entry.rows);
        self.file.put(&entry.to_bytes())?;
        self.file.put(&payload)
    }

    /// Writes the footer and makes sure that all of the file is on the disk.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(mut self) -> Result<FileSummary> {
        let footer_offset = self.file.bytes;
        let index = codec::encode(&self.index);
        let length = u32::try_from(index.len())
            .map_err(|_| Error::limit("more blocks than the footer of one file can list").at(&self.file.path))?;
        let mut footer = length.to_le_bytes().to_vec();
        footer.extend(index);
        footer.extend(crc32fast::hash(&footer).to_le_bytes());
        footer.extend(footer_offset.to_le_bytes());
        footer.extend(END_MAGIC);
        self.file.put(&footer)?;
        self.file.finish()
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
    fn new<B: Block>(
        block: &B,
        path: &Path,
        header: &FileHeader,
        compressor: Option<&mut Compressor<'static>>,
    ) -> Result<Self> {
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
                let stored = compressor.compress(&raw).map_err(|error| Error::io(path, "compress", error))?;
                (Codec::Zstd, stored)
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

/// A new file that hashes what is written to it.
pub(super) struct HashedFile {
    pub(super) path: PathBuf,
    output: BufWriter<File>,
    sha: Sha256,
    bytes: u64,
}

impl HashedFile {
    pub(super) fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let file = File::create_new(&path).map_err(|error| Error::io(&path, "create", error))?;
        Ok(Self { path, output: BufWriter::with_capacity(1 << 16, file), sha: Sha256::new(), bytes: 0 })
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.write_all(bytes).map_err(|error| Error::io(&self.path, "write", error))?;
        self.sha.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<FileSummary> {
        let Self { path, output, sha, bytes } = self;
        let file = output.into_inner().map_err(|error| Error::io(&path, "write", error.into_error()))?;
        file.sync_all().map_err(|error| Error::io(&path, "write", error))?;
        Ok(FileSummary { bytes, sha256: hex(&sha.finalize()) })
    }

    fn error(&self, action: &str, error: io::Error) -> Error {
        Error::io(&self.path, action, error)
    }
}

impl fmt::Debug for HashedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashedFile").field("path", &self.path).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// SHA-256 of `bytes`, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
