//! One bit for each byte of a folded text: what belongs to a word, and what was a small letter.

use super::segments::is_word;
use super::simd::Simd;
use crate::normalize::{FoldedText, Watch};

/// The classes of a folded text. Reused from text to text.
#[derive(Debug, Default)]
pub(super) struct Classes {
    word: Vec<u64>,
    small: Vec<u64>,
    /// The bits that do not fill a `u64` yet, and how many.
    last_word: u64,
    last_small: u64,
    n_last: u32,
}

impl Classes {
    /// Folds `text` and classifies what it becomes.
    #[inline(always)]
    pub(super) fn fold<S: Simd>(&mut self, simd: S, folded: &mut FoldedText, text: &str) {
        self.word.clear();
        self.small.clear();
        (self.last_word, self.last_small, self.n_last) = (0, 0, 0);
        folded.fold_watched(text, &mut Watcher { simd, classes: self });
        // What is looked up behind the text is no word.
        self.word.extend([self.last_word, 0, 0]);
        self.small.extend([self.last_small, 0, 0]);
    }

    /// Number of `u64`s that stand for bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.word.len() - 2
    }

    /// The bits of bytes `64 * index` to `64 * index + 63`: words and small letters.
    #[inline(always)]
    pub(super) fn at(&self, index: usize) -> (u64, u64) {
        (self.word[index], self.small[index])
    }

    /// Sixty-four bits of words, the first for the byte at `at`; zeros behind the text.
    #[inline(always)]
    pub(super) fn words_from(&self, at: usize) -> u64 {
        let (index, shift) = (at / 64, at % 64);
        match self.word.get(index..index + 2) {
            Some(two) => two[0] >> shift | two[1] << 1 << (63 - shift),
            None => 0,
        }
    }

    /// Length of the word or rest of a word at `at`.
    #[inline(always)]
    pub(super) fn word_length(&self, at: usize) -> usize {
        let length = self.words_from(at).trailing_ones() as usize;
        if length < 64 { length } else { self.long_word_length(at) }
    }

    #[cold]
    fn long_word_length(&self, at: usize) -> usize {
        let mut length = 0;
        loop {
            let more = self.words_from(at + length).trailing_ones() as usize;
            length += more;
            if more < 64 {
                return length;
            }
        }
    }

    /// Appends the lowest `n` bits; `n` is at most 64.
    #[inline(always)]
    fn push(&mut self, word: u64, small: u64, n: u32) {
        if n == 0 {
            return;
        }
        let mask = u64::MAX >> (64 - n);
        let (word, small) = (word & mask, small & mask);
        self.last_word |= word << self.n_last;
        self.last_small |= small << self.n_last;
        self.n_last += n;
        if self.n_last >= 64 {
            self.word.push(self.last_word);
            self.small.push(self.last_small);
            self.n_last -= 64;
            // The bits that did not fit; none if they filled the last `u64` exactly.
            let taken = n - self.n_last;
            self.last_word = word.checked_shr(taken).unwrap_or(0);
            self.last_small = small.checked_shr(taken).unwrap_or(0);
        }
    }
}

/// Folds plain ASCII in blocks and notes the classes of everything.
struct Watcher<'c, S> {
    simd: S,
    classes: &'c mut Classes,
}

impl<S: Simd> Watch for Watcher<'_, S> {
    #[inline(always)]
    fn plain(&mut self, input: &[u8], out: &mut [u8]) -> usize {
        let mut at = 0;
        loop {
            let mut last = [0; 64];
            let rest = &input[at..];
            let (block, n) = match rest.first_chunk() {
                Some(block) => (block, 64),
                None => {
                    last[..rest.len()].copy_from_slice(rest);
                    (&last, rest.len())
                }
            };
            let out = out[at..].first_chunk_mut().expect("padding");
            let block = self.simd.block(block, out);
            // A blank is plain if what follows is neither a blank nor beyond ASCII.
            let behind =
                rest.get(64).is_some_and(|byte| !byte.is_ascii() || byte.is_ascii_whitespace() || *byte == 0xB);
            let hard = block.blank | block.other;
            let stops = block.other | block.blank & (hard >> 1 | u64::from(behind) << 63);
            let plain = n.min(stops.trailing_zeros() as usize);
            self.classes.push(block.word, block.small, plain as u32);
            at += plain;
            if plain < 64 {
                return at;
            }
        }
    }

    fn unit(&mut self, c: char, folded: &str) {
        let small = c.is_lowercase();
        for c in folded.chars() {
            let bits = u64::MAX >> (64 - c.len_utf8());
            let word = if is_word(c) { bits } else { 0 };
            self.classes.push(word, if small { bits } else { 0 }, c.len_utf8() as u32);
        }
    }
}
