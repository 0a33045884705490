//! What differs between processors, behind one safe interface, and the choice at run time.

use std::ops::Range;
use std::sync::LazyLock;

use super::classes::{self, Classes};
use super::layout::{COMPARED, LINE};
use super::search::{Found, Text, Words};
use crate::error::{Error, Result};
use crate::normalize::FoldedText;

/// Names the level to be used instead of the best one.
const VARIABLE: &str = "DATELINE_SIMD";

/// The instructions the word-start engine may use. All give the same matches.
///
/// The best level of the processor is taken, unless the environment variable `DATELINE_SIMD` names another
/// (`scalar`, `avx2`, `avx512`). It is read once; a level that is unknown or that the processor lacks is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SimdLevel {
    /// Nothing beyond what Rust compiles for the target.
    Scalar,
    /// AVX2 with the bit counting instructions of its time.
    Avx2,
    /// AVX-512 with the byte and bit instructions of Ice Lake (VBMI, VBMI2, VPOPCNTDQ).
    Avx512,
}

impl SimdLevel {
    /// The plainest first.
    const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// Every level this processor has, the plainest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    /// As `DATELINE_SIMD` has it.
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
        "is unknown to" => format!("{VARIABLE}={name} names no level of instructions"),
        _ => format!("{VARIABLE}={name} asks for instructions that {why}"),
    };
    Error::usage(message).with_remedy(format!("unset it, or use one of: {}", known.join(", ")))
}

/// The steps that have an implementation for each level.
pub(super) trait Simd: Copy {
    /// [`Classes::fold`], compiled for these instructions.
    fn fold(self, classes: &mut Classes, folded: &mut FoldedText, text: &str);

    /// [`search::note`](super::search::note), compiled for these instructions.
    fn note(self, classes: &Classes, chunk: Range<usize>, without_small: bool, words: &mut Words) -> usize;

    /// [`search::pass`](super::search::pass), with these instructions.
    fn pass(self, text: &Text<'_>, words: &mut Words, n: usize, found: &mut Vec<Found>) -> usize;

    /// [`search::go_on`](super::search::go_on), with these instructions.
    fn go_on(self, text: &Text<'_>, words: &mut Words, n: usize, found: &mut Vec<Found>) -> usize;

    /// Folds 64 bytes, as far as they are ASCII, and classifies them.
    fn block(self, input: &[u8; 64], out: &mut [u8; 64]) -> Block;

    /// Like [`Simd::block`], with the signs of [`SIGNS`](crate::normalize::SIGNS), up to the first byte of other things that do not
    /// stand for themselves. There must be 64 bytes of input, and 128 of output.
    #[inline(always)]
    fn signs(self, input: &[u8], out: &mut [u8]) -> SignedBlock {
        classes::signs(self, input, out)
    }

    /// Writes the position of each bit of `mask` behind the first `n` of `positions`, counted from `base`, if `FLAGS` is set with
    /// [`FLAG`](super::search::FLAG) where `flags` has the bit, too; returns how many there are then. Up to
    /// [`GROUP`](super::search::GROUP) more are written to.
    fn positions<const FLAGS: bool>(self, positions: &mut [u32], n: usize, base: u32, mask: u64, flags: u64) -> usize;

    /// Which slots of a line hold the tag; bit `n` is slot `n`.
    fn slots(self, line: &[u8; LINE], tag: u16) -> u32;

    /// Whether the first `length` of these bytes are the same. Of those behind [`COMPARED_SHORT`](super::layout::COMPARED_SHORT)
    /// none is read if there are no more than that.
    fn equal(self, ours: &[u8; COMPARED], theirs: &[u8; COMPARED], length: usize) -> bool;

    /// Tells the processor that `bytes` will soon be read at `at`.
    fn prefetch(self, bytes: &[u8], at: usize);
}

/// The classes of 64 bytes; bit `n` is byte `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Block {
    /// Letters, digits and the underscore.
    pub(super) word: u64,
    /// Small letters.
    pub(super) small: u64,
    /// Blanks and line breaks.
    pub(super) blank: u64,
    /// Not ASCII.
    pub(super) other: u64,
    /// Bit 0: a line feed comes first. Others are set if a line feed behind a hyphen is in the block.
    pub(super) breaks: u64,
}

/// The classes of bytes some of which were folded signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SignedBlock {
    /// Bits for what was written.
    pub(super) word: u64,
    pub(super) small: u64,
    /// Where signs of three bytes begin that were folded to one; bits for what was read.
    pub(super) folds: u64,
    /// Of [`Block::breaks`], for what was read and more.
    pub(super) breaks: u64,
    pub(super) n_read: u32,
    pub(super) n_written: u32,
}

impl SignedBlock {
    /// Whether what follows does not stand for itself. At the end of a block, a sign may be cut off, or what follows a blank: the
    /// next one will tell.
    pub(super) fn stops(self) -> bool {
        self.n_read < 62
    }
}

impl Block {
    /// The bytes that do not stand for themselves: those that are not ASCII, and blanks with another blank or such a byte
    /// behind them. `joins` is whether the byte behind the block is one of these.
    #[inline(always)]
    pub(super) fn stops(self, joins: bool) -> u64 {
        let hard = self.blank | self.other;
        self.other | (self.blank & ((hard >> 1) | (u64::from(joins) << 63)))
    }
}
