//! The frame around the blocks of a `.dln` file, in bytes.
//!
//! All integers are little-endian. Every byte is covered by a CRC-32 (zlib's polynomial, found in the standard library of
//! most languages) or by an exact check, so that no damage is ever read as numbers:
//!
//! ```text
//! file    = magic[8]  89 'D' 'L' 'N' 0D 0A 1A 0A      (line ends as in PNG: damage by a text-mode copy shows at once)
//!           u16 major, u16 minor, u32 header_len, header[header_len]  (UTF-8 JSON)
//!           u32 crc32 of everything before it
//!           block*  footer
//! block   = u32 kind, u32 codec (0 none, 1 zstd), u64 stored_len, u64 raw_len, u64 rows,
//!           u32 crc32 of payload, u32 crc32 of the 36 bytes before
//!           payload[stored_len]: the columns, compressed as one zstd frame if codec is 1
//! footer  = u32 len, index[len], u32 crc32 of len and index
//!           u64 footer_offset, magic[8]  89 'D' 'L' 'N' 'E' 'N' 'D' 0A
//! index   = u64 n, n × u32 kind, u64 n, n × u64 offset, u64 n, n × u64 rows
//! ```
//!
//! Blocks lie end to end from the header to `footer_offset`, and the file ends with the second magic. A reader refuses an
//! unknown major version; it skips kinds of blocks it does not know, which is what a new minor version may bring.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::codec::MAX_PAYLOAD;
use super::wire::Block;

/// First bytes of a `.dln` file.
pub(super) const MAGIC: [u8; 8] = *b"\x89DLN\r\n\x1a\n";
/// Last bytes of a finished `.dln` file.
pub(super) const END_MAGIC: [u8; 8] = *b"\x89DLNEND\n";
/// Magic, version and header length.
pub(super) const PREFIX_LEN: u64 = 16;
pub(super) const BLOCK_HEADER_LEN: usize = 40;
/// Footer offset and end magic.
pub(super) const TRAILER_LEN: u64 = 16;
/// Most bytes a block's payload has before compression.
pub(super) const MAX_BLOCK: u64 = MAX_PAYLOAD as u64;
/// Most bytes it has as stored: zstd adds a little to what cannot be compressed.
const MAX_STORED: u64 = MAX_BLOCK + MAX_BLOCK / 128;
/// The best zstd can do: a block of 128 KiB takes at least 4 bytes.
const MAX_ZSTD_RATIO: u64 = (128 << 10) / 4;
/// Times that a compressed block may be larger once decompressed, so that a few bytes do not fill the memory of who reads them. Rows with
/// text take at least a byte or two each, for their texts begin at different places: 30 times is usual for them. What compresses
/// better is stored as it is.
const MAX_RATIO: u64 = 128;
/// Blocks of numbers alone may compress better, up to this size: rows that repeat, such as the counts of copies of one document. That is twice
/// the size at which a writer ends a block.
const FREE_NUMBERS: u64 = 4 << 20;

/// Major and minor version of the file format that this library writes.
///
/// A reader refuses another major version and reads any minor version.
pub const FORMAT_VERSION: (u16, u16) = (1, 0);

/// Who writes: `dateline` and its version, as it stands in every file.
pub const PRODUCER: &str = concat!("dateline ", env!("CARGO_PKG_VERSION"));

/// How the payload of a block is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Codec {
    /// As it is, for readers without zstd; the default of a build without the feature `compression`.
    #[cfg_attr(not(feature = "compression"), default)]
    None,
    /// One zstd frame of level 3. Blocks without texts are written as [`Split`](Self::Split) instead.
    #[cfg_attr(feature = "compression", default)]
    Zstd,
    /// As `Zstd`, but the bytes are reordered first: the first of every four, then the second of every four, the third, the fourth. The upper
    /// bytes of numbers are mostly alike, so that mentions are a quarter smaller and compressed in half the time. Writers choose it
    /// themselves; given to a writer, it means the same as `Zstd`.
    Split,
}

impl Codec {
    pub(super) fn number(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Zstd => 1,
            Self::Split => 2,
        }
    }

    /// The codec of a compressed block with these columns.
    pub(super) fn for_columns(columns: &[impl AsRef<str>]) -> Self {
        if are_numbers(columns) { Self::Split } else { Self::Zstd }
    }

    pub(super) fn from_number(number: u32) -> Option<Self> {
        [Self::None, Self::Zstd, Self::Split].into_iter().find(|codec| codec.number() == number)
    }
}

fn are_numbers(columns: &[impl AsRef<str>]) -> bool {
    columns.iter().all(|column| !column.as_ref().ends_with(":str"))
}

/// The JSON header that makes a `.dln` file describe itself.
///
/// ```
/// use dateline::store::{CountRows, FileHeader};
/// let header = FileHeader::new("dateline-counts", "0badcafe").describe::<CountRows>();
/// assert_eq!(header.blocks["3"].columns, ["document:u32", "entity:u32", "count:u32"]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileHeader {
    /// What the file holds: `dateline-entities`, `dateline-documents`, `dateline-counts`, `dateline-cooccurrence` or
    /// `dateline-mentions`.
    pub format: String,
    /// Program and version that wrote the file.
    pub producer: String,
    /// Fingerprint of the gazetteer, SHA-256 in hexadecimal.
    pub gazetteer: String,
    /// The kinds of blocks in the file, by their number.
    pub blocks: BTreeMap<String, BlockColumns>,
    /// What else a reader must know to understand the numbers, e.g. context and counting of a co-occurrence matrix.
    #[serde(default)]
    pub properties: BTreeMap<String, Value>,
}

/// Name and columns of one kind of block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockColumns {
    /// Name of the kind.
    pub name: String,
    /// Name and type of each column, e.g. `document:u32`.
    pub columns: Vec<String>,
}

impl FileHeader {
    /// A header of this program and version, without blocks or properties yet.
    #[must_use]
    pub fn new(format: impl Into<String>, gazetteer: impl Into<String>) -> Self {
        Self {
            format: format.into(),
            producer: PRODUCER.to_owned(),
            gazetteer: gazetteer.into(),
            blocks: BTreeMap::new(),
            properties: BTreeMap::new(),
        }
    }

    /// Says that the file may hold blocks of kind `B`; a writer refuses any other.
    #[must_use]
    pub fn describe<B: Block>(mut self) -> Self {
        let columns = B::COLUMNS.iter().map(|&column| column.to_owned()).collect();
        self.blocks.insert(B::KIND.to_string(), BlockColumns { name: B::NAME.to_owned(), columns });
        self
    }

    /// Adds a property.
    #[must_use]
    pub fn with_property(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.properties.insert(name.into(), value.into());
        self
    }

    /// The columns of a kind of block, if the file may hold it.
    #[must_use]
    pub fn columns(&self, kind: u32) -> Option<&BlockColumns> {
        self.blocks.get(&kind.to_string())
    }

    /// Magic, version, header and checksum: the file up to its first block.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("a header has string keys only");
        let length = u32::try_from(json.len()).expect("a header is short");
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT_VERSION.0.to_le_bytes());
        bytes.extend(FORMAT_VERSION.1.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(json);
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }
}

/// One block of a file as its index and its own header tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockEntry {
    /// Number of the kind of block.
    pub kind: u32,
    /// Where the block's own header begins, in bytes from the start of the file.
    pub offset: u64,
    /// Rows in the block.
    pub rows: u64,
    /// Bytes of the payload in the file.
    pub stored_len: u64,
    /// Bytes of the payload once decompressed.
    pub raw_len: u64,
    pub(super) codec: u32,
    pub(super) payload_crc: u32,
}

impl BlockEntry {
    pub(super) fn to_bytes(self) -> [u8; BLOCK_HEADER_LEN] {
        let mut bytes = [0; BLOCK_HEADER_LEN];
        bytes[0..4].copy_from_slice(&self.kind.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.codec.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.stored_len.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.raw_len.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.rows.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..36]);
        bytes[36..40].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the header of the block at `offset`, of which `room` bytes follow it before the footer.
    pub(super) fn from_bytes(bytes: &[u8], offset: u64, room: u64) -> Result<Self, String> {
        if crc32fast::hash(&bytes[..36]) != u32_at(bytes, 36) {
            return Err("its header does not match its checksum".to_owned());
        }
        let entry = Self {
            kind: u32_at(bytes, 0),
            codec: u32_at(bytes, 4),
            stored_len: u64_at(bytes, 8),
            raw_len: u64_at(bytes, 16),
            rows: u64_at(bytes, 24),
            payload_crc: u32_at(bytes, 32),
            offset,
        };
        entry.check_lengths(room)?;
        Ok(entry)
    }

    /// Whether a reader accepts such a block compressed: a few bytes must not become many, except in blocks of numbers of usual size.
    pub(super) fn may_compress(raw_len: u64, stored_len: u64, columns: &[impl AsRef<str>]) -> bool {
        raw_len <= stored_len.saturating_mul(MAX_RATIO) || raw_len <= FREE_NUMBERS && are_numbers(columns)
    }

    /// Refuses lengths that cannot be true before anything of that length is allocated.
    fn check_lengths(&self, room: u64) -> Result<(), String> {
        let Self { stored_len, raw_len, rows, .. } = *self;
        if stored_len > room {
            return Err(format!("it claims {stored_len} stored bytes, but only {room} follow before the footer"));
        }
        if raw_len > MAX_BLOCK || stored_len > MAX_STORED {
            return Err(format!("it claims {raw_len} bytes ({stored_len} stored); a block has at most {MAX_BLOCK}"));
        }
        let possible = match Codec::from_number(self.codec) {
            Some(Codec::None) => raw_len == stored_len,
            Some(Codec::Zstd | Codec::Split) => raw_len <= stored_len * MAX_ZSTD_RATIO,
            None => true,
        };
        if !possible {
            return Err(format!("its {stored_len} stored bytes cannot hold the {raw_len} bytes it claims"));
        }
        if rows > raw_len {
            return Err(format!("it claims {rows} rows in {raw_len} bytes"));
        }
        Ok(())
    }
}

/// The index in the footer, one row for each block.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct FooterIndex {
    pub(super) kind: Vec<u32>,
    pub(super) offset: Vec<u64>,
    pub(super) rows: Vec<u64>,
}

/// The checksum of a frame in eight hexadecimal digits, from the checksum of the file's header and what the headers of its blocks say.
/// Their own checksums are left out: a CRC over something and its own CRC is always the same.
pub(super) fn frame_of(header_crc: &[u8], block_headers: &[u8]) -> String {
    let mut crc = crc32fast::Hasher::new();
    crc.update(header_crc);
    crc.update(block_headers);
    format!("{:08x}", crc.finalize())
}

pub(super) fn u16_at(bytes: &[u8], position: usize) -> u16 {
    u16::from_le_bytes([bytes[position], bytes[position + 1]])
}

pub(super) fn u32_at(bytes: &[u8], position: usize) -> u32 {
    u32::from_le_bytes(bytes[position..position + 4].try_into().expect("four bytes"))
}

pub(super) fn u64_at(bytes: &[u8], position: usize) -> u64 {
    u64::from_le_bytes(bytes[position..position + 8].try_into().expect("eight bytes"))
}
