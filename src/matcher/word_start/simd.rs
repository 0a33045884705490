//! What differs between processors, behind one safe interface, and the choice at run time.

use std::ops::Range;
use std::sync::LazyLock;

use super::classes::{self, ByteClasses};
use super::layout::{COMPARED, LINE};
use super::search::{PossibleKey, Text, WordColumns};
use crate::error::{Error, Result};
use crate::normalize::FoldedText;

/// Names the level to be used instead of the best one.
const VARIABLE: &str = "DATELINE_SIMD";

/// The instructions the word-start engine may use. All give the same matches.
///
/// The best level of the processor is used, unless the environment variable `DATELINE_SIMD` names another (`scalar`,
/// `avx2`, `avx512`). It is read once; a level that is unknown or that the processor lacks is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SimdLevel {
    /// Only what Rust compiles for the target.
    Scalar,
    /// AVX2 with the bit counting instructions of its time.
    Avx2,
    /// AVX-512 with the byte and bit instructions of Ice Lake (VBMI, VBMI2, VPOPCNTDQ).
    Avx512,
}

impl SimdLevel {
    /// The simplest first.
    const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// Every level this processor has, the simplest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    /// The name that `DATELINE_SIMD` uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    fn is_available(self) -> bool {
        super::has(self)
    }

    /// This level, if the processor has it.
    pub(crate) fn checked(self) -> Result<Self> {
        if self.is_available() { Ok(self) } else { Err(refused(self.as_str(), "this processor does not have")) }
    }

    /// The level named by the environment, or the best one.
    pub(crate) fn chosen() -> Result<Self> {
        static CHOSEN: LazyLock<std::result::Result<SimdLevel, String>> = LazyLock::new(|| {
            let best = *SimdLevel::available().last().expect("scalar is always there");
            match std::env::var_os(VARIABLE) {
                None => Ok(best),
                Some(name) => {
                    let level = SimdLevel::ALL.into_iter().find(|level| name == level.as_str());
                    level.ok_or_else(|| name.to_string_lossy().into_owned())
                }
            }
        });
        match &*CHOSEN {
            Ok(level) => level.checked(),
            Err(name) => Err(refused(name, "is unknown to")),
        }
    }
}

fn refused(name: &str, why: &str) -> Error {
    let known: Vec<&str> = SimdLevel::available().into_iter().map(SimdLevel::as_str).collect();
    let message = match why {
        "is unknown to" => format!("{VARIABLE}={name} is not a level of instructions"),
        _ => format!("{VARIABLE}={name} asks for instructions that {why}"),
    };
    Error::usage(message).with_remedy(format!("unset it, or use one of: {}", known.join(", ")))
}

/// The steps that have an implementation for each level.
pub(super) trait Simd: Copy {
    /// [`ByteClasses::fold`], compiled for these instructions.
    fn fold(self, classes: &mut ByteClasses, folded: &mut FoldedText, text: &str);

    /// [`search::list_words`](super::search::list_words), compiled for these instructions.
    fn list_words(
        self,
        classes: &ByteClasses,
        chunk: Range<usize>,
        without_small: bool,
        words: &mut WordColumns,
    ) -> usize;

    /// [`search::filter_first_words`](super::search::filter_first_words), with these instructions.
    fn filter_first_words(
        self,
        text: &Text<'_>,
        words: &mut WordColumns,
        n: usize,
        found: &mut Vec<PossibleKey>,
    ) -> usize;

    /// [`search::extend_words`](super::search::extend_words), with these instructions.
    fn extend_words(self, text: &Text<'_>, words: &mut WordColumns, n: usize, found: &mut Vec<PossibleKey>) -> usize;

    /// Folds 64 bytes, as far as they are ASCII, and classifies them.
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> BlockClasses;

    /// Like [`Simd::block`], but also folds the punctuation of [`PUNCTUATION`](crate::normalize::SIGNS), up to the first byte
    /// that needs the general folding. There must be 64 bytes of input, and 128 of output.
    #[inline(always)]
    fn fold_punctuation(self, input: &[u8], out: &mut [u8]) -> PunctuatedBlock {
        classes::fold_punctuation(self, input, out)
    }

    /// Appends the position of each bit of `mask`, counted from `base`, to the first `n` of `positions`. If `FLAGS` is
    /// set, adds [`FLAG`](super::search::FLAG) where `flags` has the bit, too. Returns the new number. Up to
    /// [`GROUP`](super::search::GROUP) elements more may be overwritten.
    fn positions<const FLAGS: bool>(self, positions: &mut [u32], n: usize, base: u32, mask: u64, flags: u64) -> usize;

    /// Which slots of a line hold the tag; bit `n` is slot `n`.
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32;

    /// Whether the first `length` of these bytes are equal. If `length` is at most
    /// [`COMPARED_SHORT`](super::layout::COMPARED_SHORT), no later byte is read.
    fn equal(self, ours: &[u8; COMPARED], theirs: &[u8; COMPARED], length: usize) -> bool;

    /// Asks the processor to load `bytes` at `at` into its caches.
    fn prefetch(self, bytes: &[u8], at: usize);
}

/// The classes of 64 bytes; bit `n` is byte `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct BlockClasses {
    /// Letters, digits and the underscore.
    pub(super) word: u64,
    /// Lower-case letters.
    pub(super) small: u64,
    /// Blanks and line breaks.
    pub(super) blank: u64,
    /// Not ASCII.
    pub(super) other: u64,
    /// Bit 0: the block begins with a line feed. Others are set if a line feed follows a hyphen in the block.
    pub(super) breaks: u64,
}

/// The classes of bytes some of which were punctuation that was folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PunctuatedBlock {
    /// Bits for what was written.
    pub(super) word: u64,
    pub(super) small: u64,
    /// Where characters of three bytes begin that were folded to one; bits for what was read.
    pub(super) folds: u64,
    /// [`BlockClasses::breaks`] for what was read and more.
    pub(super) breaks: u64,
    pub(super) n_read: u32,
    pub(super) n_written: u32,
}

impl PunctuatedBlock {
    /// Whether the next byte needs the general folding. Near the end of a block it may be only a character that is cut
    /// off, or a blank whose successor is not known yet; the next block decides.
    pub(super) fn stops(self) -> bool {
        self.n_read < 62
    }
}

impl BlockClasses {
    /// The bytes that need the general folding: those that are not ASCII, and blanks followed by another blank or such
    /// a byte. `joins` is whether the byte after the block is one of these.
    #[inline(always)]
    pub(super) fn stops(self, joins: bool) -> u64 {
        let hard = self.blank | self.other;
        self.other | (self.blank & ((hard >> 1) | (u64::from(joins) << 63)))
    }
}
