//! One bit for each byte of a folded text: what belongs to a word, and what was a small letter. And which bytes tell less than
//! the original text.

use super::hash::{load, low_bits};
use super::segments::{is_mark_of_sign, is_word};
use super::simd::Simd;
use crate::normalize::{FoldedText, Watch, is_word_char};

/// The classes of a folded text. Reused from text to text.
#[derive(Debug, Default)]
pub(super) struct Classes {
    word: Vec<[u8; 8]>,
    small: Vec<[u8; 8]>,
    /// The bits that do not fill a `u64` yet, and how many.
    last_word: u64,
    last_small: u64,
    n_last: u32,
    /// Bytes, in order, that stand for something a judgement of case or boundary must look at in the original text: the first
    /// and last ones of letters that were not ASCII, and those beside what folding hides.
    odd: Vec<u32>,
    hidden: bool,
}

impl Classes {
    /// Folds `text` and classifies what it becomes.
    #[inline(always)]
    pub(super) fn fold<S: Simd>(&mut self, simd: S, folded: &mut FoldedText, text: &str) {
        self.word.clear();
        self.small.clear();
        self.odd.clear();
        (self.last_word, self.last_small, self.n_last, self.hidden) = (0, 0, 0, false);
        folded.fold_watched(text, &mut Watcher { simd, classes: self });
        // What is looked up behind the text is no word.
        self.word.extend([self.last_word.to_le_bytes(), [0; 8], [0; 8]]);
        self.small.extend([self.last_small.to_le_bytes(), [0; 8], [0; 8]]);
    }

    /// Number of `u64`s that stand for bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.word.len() - 2
    }

    /// The bits of bytes `64 * index` to `64 * index + 63`: words and small letters.
    #[inline(always)]
    pub(super) fn at(&self, index: usize) -> (u64, u64) {
        (u64::from_le_bytes(self.word[index]), u64::from_le_bytes(self.small[index]))
    }

    /// What the search for words looks at.
    #[inline(always)]
    pub(super) fn bits(&self) -> Bits<'_> {
        Bits { word: self.word.as_flattened(), small: self.small.as_flattened() }
    }

    /// Whether the folded bytes `start..end` and their neighbours show all that the original text does.
    #[inline(always)]
    pub(super) fn is_plain(&self, start: usize, end: usize) -> bool {
        self.odd.is_empty() || self.is_plain_among_odd(start, end)
    }

    fn is_plain_among_odd(&self, start: usize, end: usize) -> bool {
        let next = self.odd.partition_point(|at| (*at as usize) + 1 < start);
        self.odd.get(next).is_none_or(|at| *at as usize > end)
    }

    /// How many bytes have been classified.
    #[inline(always)]
    fn n_bytes(&self) -> u32 {
        (64 * self.word.len()) as u32 + self.n_last
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
            self.word.push(self.last_word.to_le_bytes());
            self.small.push(self.last_small.to_le_bytes());
            self.n_last -= 64;
            // The bits that did not fit; none if they filled the last `u64` exactly.
            let taken = n - self.n_last;
            self.last_word = word.checked_shr(taken).unwrap_or(0);
            self.last_small = small.checked_shr(taken).unwrap_or(0);
        }
    }
}

/// The classes of a text, as bytes whose lowest bit comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits<'c> {
    pub(super) word: &'c [u8],
    pub(super) small: &'c [u8],
}

/// How many bits a look at an arbitrary place is sure to give.
pub(super) const WINDOW: u32 = 57;

/// [`WINDOW`] bits or more, the first being number `at`; zeros behind the last.
#[inline(always)]
fn window(bytes: &[u8], at: usize) -> u64 {
    load(bytes, at / 8) >> (at % 8)
}

impl Bits<'_> {
    /// [`WINDOW`] bits of words, the first for the byte at `at`.
    #[inline(always)]
    pub(super) fn words_from(self, at: usize) -> u64 {
        window(self.word, at)
    }

    /// Whether the byte at `at` was a small letter.
    #[inline(always)]
    pub(super) fn is_small(self, at: usize) -> bool {
        self.small.get(at / 8).is_some_and(|small| (small >> (at % 8)) & 1 != 0)
    }

    /// Which of the bytes `start..end` were small letters; of the first 64 if there are more.
    #[inline(always)]
    pub(super) fn smalls_in(self, start: usize, end: usize) -> u64 {
        let length = end - start;
        let small = window(self.small, start);
        if length <= WINDOW as usize {
            return low_bits(small, length);
        }
        let (middle, rest) = (start + 32, (length - 32).min(32));
        low_bits(small, 32) | (low_bits(window(self.small, middle), rest) << 32)
    }

    /// Length of the word or rest of a word at `at`.
    #[inline(always)]
    pub(super) fn word_length(self, at: usize) -> usize {
        let length = self.words_from(at).trailing_ones();
        if length < WINDOW { length as usize } else { long_word_length(self.word, at) }
    }
}

/// Length of the word or rest of a word at `at`, in bits that may reach further than a window.
#[cold]
#[inline(never)]
pub(super) fn long_word_length(word: &[u8], at: usize) -> usize {
    let mut length = 0;
    loop {
        let more = window(word, at + length).trailing_ones().min(WINDOW);
        length += more as usize;
        if more < WINDOW {
            return length;
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
        if self.classes.hidden && !input.is_empty() {
            self.classes.hidden = false;
            self.classes.odd.push(self.classes.n_bytes());
        }
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
            let stops = block.other | (block.blank & ((hard >> 1) | (u64::from(behind) << 63)));
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
        let first = self.classes.n_bytes();
        let mut in_word = false;
        for c in folded.chars() {
            let bits = u64::MAX >> (64 - c.len_utf8());
            let word = if is_word(c) { bits } else { 0 };
            in_word |= word != 0;
            self.classes.push(word, if small { bits } else { 0 }, c.len_utf8() as u32);
        }
        // What belongs to no word and has no case shows all that matters when it is folded. That a sign is no word character
        // need not be asked again if it stayed what it was.
        let stayed = || folded.len() == c.len_utf8() && folded.starts_with(c) && !is_mark_of_sign(c);
        let is_plain = !in_word && !small && (stayed() || !is_word_char(c) && !folded.contains(is_word_char));
        if std::mem::take(&mut self.classes.hidden) || !is_plain {
            self.classes.odd.push(first);
            if folded.len() > 1 {
                self.classes.odd.push(first + folded.len() as u32 - 1);
            }
        }
    }

    #[inline(always)]
    fn sign(&mut self, length: u32) {
        if std::mem::take(&mut self.classes.hidden) {
            self.classes.odd.push(self.classes.n_bytes());
        }
        self.classes.push(0, 0, length);
    }

    fn hidden(&mut self) {
        self.classes.hidden = true;
        if let Some(last) = self.classes.n_bytes().checked_sub(1) {
            self.classes.odd.push(last);
        }
    }
}
