//! The decoders of the compression formats, each from a crate (feature `compression`).

use std::io::{self, BufRead, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream as XzStream};
use lz4_flex::frame::FrameDecoder;

use super::Compression;

/// Windows of up to 2 GiB, as `zstd --long=31` writes them; memory is taken only if a frame asks for it.
const WINDOW_LOG: u32 = 31;
/// What a file may make the decoder of xz allocate: a window of 2 GiB and the decoder itself.
const XZ_MEMORY: u64 = (2 << 30) + (1 << 20);

/// Compressed content and its decoder.
pub(super) enum Coded<R: BufRead> {
    Gzip(Box<GzDecoder<R>>),
    Zstd(zstd::Decoder<'static, R>),
    Bzip2(MultiBzDecoder<R>),
    Xz(XzDecoder<R>),
    Lz4(Box<FrameDecoder<Watched<R>>>),
}

impl<R: BufRead> Coded<R> {
    /// # Errors
    ///
    /// If the library of the format cannot start; the source is given back.
    pub(super) fn new(compression: Compression, source: R) -> Result<Self, (R, io::Error)> {
        Ok(match compression {
            Compression::Gzip => Self::Gzip(Box::new(GzDecoder::new(source))),
            Compression::Bzip2 => Self::Bzip2(MultiBzDecoder::new(source)),
            Compression::Xz => match XzStream::new_stream_decoder(XZ_MEMORY, CONCATENATED) {
                Ok(stream) => Self::Xz(XzDecoder::new_stream(source, stream)),
                Err(error) => return Err((source, error.into())),
            },
            Compression::Lz4 => Self::Lz4(Box::new(FrameDecoder::new(Watched { source, ended: false }))),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::try_with_buffer(source)?;
                match decoder.window_log_max(WINDOW_LOG) {
                    Ok(()) => Self::Zstd(decoder),
                    Err(error) => return Err((decoder.finish(), error)),
                }
            }
        })
    }

    pub(super) fn compression(&self) -> Compression {
        match self {
            Self::Gzip(_) => Compression::Gzip,
            Self::Zstd(_) => Compression::Zstd,
            Self::Bzip2(_) => Compression::Bzip2,
            Self::Xz(_) => Compression::Xz,
            Self::Lz4(_) => Compression::Lz4,
        }
    }

    /// Whether the decoder ends after one member or frame; the others go on to the next by themselves.
    pub(super) fn ends_with_member(&self) -> bool {
        matches!(self, Self::Gzip(_) | Self::Lz4(_))
    }

    /// Whether a decoder that has ended did so because its source ended too early, which only that of lz4 does not report.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Lz4(decoder) if decoder.get_ref().ended)
    }

    /// What is decompressed.
    pub(super) fn source(&self) -> &R {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.get_ref(),
            Self::Bzip2(decoder) => decoder.get_ref(),
            Self::Xz(decoder) => decoder.get_ref(),
            Self::Lz4(decoder) => &decoder.get_ref().source,
        }
    }

    pub(super) fn source_mut(&mut self) -> &mut R {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
            Self::Bzip2(decoder) => decoder.get_mut(),
            Self::Xz(decoder) => decoder.get_mut(),
            Self::Lz4(decoder) => &mut decoder.get_mut().source,
        }
    }

    pub(super) fn into_source(self) -> R {
        match self {
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(decoder) => decoder.finish(),
            Self::Bzip2(decoder) => decoder.into_inner(),
            Self::Xz(decoder) => decoder.into_inner(),
            Self::Lz4(decoder) => decoder.into_inner().source,
        }
    }
}

impl<R: BufRead> Read for Coded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
            Self::Bzip2(decoder) => decoder.read(buffer),
            Self::Xz(decoder) => decoder.read(buffer),
            Self::Lz4(decoder) => decoder.read(buffer),
        }
    }
}

/// Remembers that its source has ended: the decoder of lz4 takes the end of a file for that of a frame.
pub(super) struct Watched<R> {
    source: R,
    ended: bool,
}

impl<R: BufRead> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.ended |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}
