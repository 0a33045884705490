//! Decompression while reading, of whatever compression the first bytes show.
//!
//! A format is a [`Compression`] with its magic bytes and a variant of `Coded`, which wraps the decoder of a crate; what several
//! members after each other mean is decided here for all of them. Without the feature `compression` a compressed file is
//! recognised, and refused.

#[cfg(feature = "compression")]
mod coded;
#[cfg(not(feature = "compression"))]
#[path = "decode/no_codec.rs"]
mod coded;

use std::io::{self, BufRead, Read};

use coded::Coded;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Skippable zstd frames begin with any of `50..5f` and then these.
const ZSTD_SKIPPABLE: &[u8] = &[0x2a, 0x4d, 0x18];
/// The block size, 1 to 9, is between these; the second is pi.
const BZIP2: &[u8] = b"BZh";
const BZIP2_BLOCK: &[u8] = b"1AY&SY";
const XZ: &[u8] = b"\xfd7zXZ\0";
const LZ4: &[u8] = &[0x04, 0x22, 0x4d, 0x18];

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Lz4,
}

impl Compression {
    /// The most bytes that show how a file is compressed.
    pub(crate) const MAGIC: usize = 10;
    /// The endings of compressed files.
    pub(crate) const ENDINGS: [&str; 5] = ["gz", "zst", "bz2", "xz", "lz4"];

    /// How the file that begins like this is compressed, if it is.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            head if head.starts_with(GZIP) => Some(Self::Gzip),
            head if head.starts_with(ZSTD) => Some(Self::Zstd),
            [0x50..=0x5f, rest @ ..] if rest.starts_with(ZSTD_SKIPPABLE) => Some(Self::Zstd),
            head if head.starts_with(BZIP2) && head.get(4..10) == Some(BZIP2_BLOCK) => Some(Self::Bzip2),
            head if head.starts_with(XZ) => Some(Self::Xz),
            head if head.starts_with(LZ4) => Some(Self::Lz4),
            _ => None,
        }
    }

    /// Whether a file that ends within these bytes may have been cut off within its magic bytes.
    pub(crate) fn is_cut_magic(head: &[u8]) -> bool {
        let bzip2 = |level: u8| [BZIP2, &[level], BZIP2_BLOCK].concat();
        [GZIP, ZSTD, XZ, LZ4].iter().any(|magic| magic.starts_with(head))
            || (b'1'..=b'9').any(|level| bzip2(level).starts_with(head))
    }
}

/// Reads the decompressed content of `R`, over all members and frames. The end of a read is the end of the content.
pub(crate) struct Decoder<R: BufRead> {
    /// Absent only while one member is exchanged for the next.
    kind: Option<Kind<R>>,
}

enum Kind<R: BufRead> {
    Plain(R),
    Coded(Coded<R>),
    /// Everything was decompressed, or cannot be because of this error.
    Spent(R, Option<io::Error>),
}

/// What follows compressed data is not compressed: the error inside of the [`io::Error`].
#[derive(Debug)]
pub(crate) struct TrailingGarbage;

impl std::fmt::Display for TrailingGarbage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("something that is not compressed follows the compressed data")
    }
}

impl std::error::Error for TrailingGarbage {}

const PUT_BACK: &str = "a member is exchanged in one step";

impl<R: BufRead> Decoder<R> {
    /// Content that is compressed like this.
    pub(crate) fn new(compression: Option<Compression>, source: R) -> Self {
        let kind = match compression {
            None => Kind::Plain(source),
            Some(compression) => match Coded::new(compression, source) {
                Ok(coded) => Kind::Coded(coded),
                Err((source, error)) => Kind::Spent(source, Some(error)),
            },
        };
        Self { kind: Some(kind) }
    }

    /// What is decompressed.
    pub(crate) fn source(&self) -> &R {
        match self.kind.as_ref().expect(PUT_BACK) {
            Kind::Plain(source) | Kind::Spent(source, _) => source,
            Kind::Coded(coded) => coded.source(),
        }
    }

    /// Gives back what is decompressed, from where the decoder has come to.
    pub(crate) fn into_source(self) -> R {
        match self.kind.expect(PUT_BACK) {
            Kind::Plain(source) | Kind::Spent(source, _) => source,
            Kind::Coded(coded) => coded.into_source(),
        }
    }

    /// What is decompressed, to read on without decompressing.
    pub(crate) fn source_mut(&mut self) -> &mut R {
        match self.kind.as_mut().expect(PUT_BACK) {
            Kind::Plain(source) | Kind::Spent(source, _) => source,
            Kind::Coded(coded) => coded.source_mut(),
        }
    }

    /// Appends what one read gives to `buffer`, at most so many bytes. Plain content is copied without clearing memory first.
    pub(crate) fn append(&mut self, buffer: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        if let Some(Kind::Plain(source)) = &mut self.kind {
            let bytes = source.fill_buf()?;
            let bytes = &bytes[..bytes.len().min(most)];
            buffer.extend_from_slice(bytes);
            let read = bytes.len();
            source.consume(read);
            return Ok(read);
        }
        let start = buffer.len();
        buffer.resize(start + most, 0);
        let read = self.read(&mut buffer[start..]);
        buffer.truncate(start + read.as_ref().map_or(0, |read| *read));
        read
    }

    /// A gzip member or an lz4 frame has ended: goes on to the next one, if there is one. The other decoders go on by themselves.
    fn next_member(&mut self) -> io::Result<bool> {
        let ends_alone = |kind: &mut Kind<R>| matches!(kind, Kind::Coded(coded) if coded.ends_with_member());
        let Some(Kind::Coded(coded)) = self.kind.take_if(ends_alone) else { return Ok(false) };
        let (compression, is_cut) = (coded.compression(), coded.is_cut());
        let mut source = coded.into_source();
        if is_cut {
            self.kind = Some(Kind::Spent(source, None));
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // Zeros after the last member are padding, as gzip itself and Python see it.
        let next = skip_zeros(&mut source);
        let magic = if compression == Compression::Gzip { GZIP } else { LZ4 };
        let is_member = matches!(next, Ok(Some(first)) if first == magic[0]);
        *self = if is_member {
            Self::new(Some(compression), source)
        } else {
            Self { kind: Some(Kind::Spent(source, None)) }
        };
        match next? {
            Some(_) if !is_member => Err(io::Error::new(io::ErrorKind::InvalidData, TrailingGarbage)),
            _ => Ok(is_member),
        }
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match self.kind.as_mut().expect(PUT_BACK) {
                Kind::Plain(source) => source.read(buffer),
                Kind::Coded(coded) => coded.read(buffer),
                Kind::Spent(_, error) => error.take().map_or(Ok(0), Err),
            }?;
            if read > 0 || !self.next_member()? {
                return Ok(read);
            }
        }
    }
}

/// Reads on to the first byte that is not zero, which is left to be read.
fn skip_zeros(source: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = source.fill_buf()?;
        let zeros = buffer.iter().position(|&byte| byte != 0);
        let (first, length) = (zeros.map(|at| buffer[at]), zeros.unwrap_or(buffer.len()));
        source.consume(length);
        if first.is_some() || length == 0 {
            return Ok(first);
        }
    }
}

#[cfg(feature = "compression")]
#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Compresses a text by each format.
    fn compressed(text: &str) -> [(Compression, Vec<u8>); 5] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(text.as_bytes()).unwrap();
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(text.as_bytes()).unwrap();
        let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
        lz4.write_all(text.as_bytes()).unwrap();
        [
            (Compression::Gzip, gzip.finish().unwrap()),
            (Compression::Zstd, zstd::encode_all(text.as_bytes(), 1).unwrap()),
            (Compression::Bzip2, bzip2.finish().unwrap()),
            (Compression::Xz, xz.finish().unwrap()),
            (Compression::Lz4, lz4.finish().unwrap()),
        ]
    }

    fn read(bytes: &[u8]) -> io::Result<String> {
        // A buffer so small that every read ends somewhere in the middle.
        let source = io::BufReader::with_capacity(3, bytes);
        let mut text = String::new();
        Decoder::new(Compression::of(bytes), source).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn all_members_are_read_and_no_cut_is_passed_over() {
        assert_eq!(read(b"plain").unwrap(), "plain");
        for (compression, bytes) in compressed("Iraq\n") {
            assert_eq!(Compression::of(&bytes), Some(compression));
            assert_eq!(read(&bytes).unwrap(), "Iraq\n");
            assert_eq!(read(&bytes.repeat(2)).unwrap(), "Iraq\nIraq\n", "{compression:?}");
            for length in Compression::MAGIC..bytes.len() {
                assert!(read(&bytes[..length]).is_err(), "{compression:?} cut to {length}");
            }
        }
    }

    #[test]
    fn zeros_after_gzip_are_padding_and_other_bytes_are_not() {
        let [(_, gzip), ..] = compressed("Iraq\n");
        assert_eq!(read(&[&gzip[..], &[0; 9]].concat()).unwrap(), "Iraq\n");
        assert_eq!(read(&[&gzip[..], &[0; 9], &gzip[..]].concat()).unwrap(), "Iraq\nIraq\n");
        let error = read(&[&gzip[..], b"mine"].concat()).unwrap_err();
        assert!(error.get_ref().is_some_and(|inner| inner.is::<TrailingGarbage>()), "{error}");
    }
}
