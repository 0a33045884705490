//! One bit for each byte of a folded text: what belongs to a word, and what was a small letter. And which bytes tell less than
//! the original text.

use super::hash::{load, low_bits};
use super::segments::{ends_words, is_mark_of_sign, is_word};
use super::simd::{Block, SignedBlock, Simd};
use crate::matcher::readings::{is_droppable, is_line_hyphen};
use crate::normalize::{FoldedText, SIGNS, STAYS, Signs, Watch, is_mark, is_word_char};

/// The classes of a folded text. Reused from text to text.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Bits of words and of small letters, in the first `n_full` places, and room for more.
    word: Vec<[u8; 8]>,
    small: Vec<[u8; 8]>,
    n_full: usize,
    /// The bits that do not fill a `u64` yet, and how many.
    last_word: u64,
    last_small: u64,
    n_last: u32,
    /// Bytes, in order, that stand for something a judgement of case or boundary must look at in the original text: the first
    /// and last ones of letters that were not ASCII, and those beside what folding hides.
    odd: Vec<u32>,
    hidden: bool,
    /// Whether there is a character of a script that ends words ([`ends_words`]).
    pub(super) other_scripts: bool,
    /// Whether there is a mark that may be left out ([`is_droppable`]).
    pub(super) droppable: bool,
    /// Not 0 if there may be a hyphen at the end of a line.
    pub(super) breaks: u64,
}

/// How many bytes before they are read the bytes of a text are asked for.
const AHEAD: usize = 4096;

/// How many `u64`s of zeros follow the bits of a text: what is looked up behind it is no word.
const BEHIND: usize = 2;

impl Classes {
    /// Folds `text` and classifies what it becomes.
    #[inline(always)]
    pub(super) fn fold<S: Simd>(&mut self, simd: S, folded: &mut FoldedText, text: &str) {
        self.odd.clear();
        (self.other_scripts, self.droppable, self.breaks) = (false, false, 0);
        (self.n_full, self.last_word, self.last_small, self.n_last, self.hidden) = (0, 0, 0, 0, false);
        folded.fold_watched(text, &mut Watcher { simd, classes: self });
        self.make_room(0);
        for (bits, last) in [(&mut self.word, self.last_word), (&mut self.small, self.last_small)] {
            bits[self.n_full] = last.to_le_bytes();
            bits[self.n_full + 1..][..BEHIND].fill([0; 8]);
        }
    }

    /// Number of `u64`s that stand for bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.n_full + 1
    }

    /// Makes room for the bits of so many bytes, and what stands behind the last ones.
    #[inline(always)]
    fn make_room(&mut self, n_bytes: usize) {
        let needed = self.n_full + n_bytes / 64 + 2 + BEHIND;
        if self.word.len() < needed {
            // Zeroed once, not for each text.
            let room = needed.max(2 * self.word.len());
            self.word.resize(room, [0; 8]);
            self.small.resize(room, [0; 8]);
        }
    }

    /// The bits of bytes `64 * index` to `64 * index + 63`: words and small letters.
    #[inline(always)]
    pub(super) fn at(&self, index: usize) -> (u64, u64) {
        (u64::from_le_bytes(self.word[index]), u64::from_le_bytes(self.small[index]))
    }

    /// What the search for words looks at.
    #[inline(always)]
    pub(super) fn bits(&self) -> Bits<'_> {
        let length = self.len() + BEHIND;
        Bits { word: self.word[..length].as_flattened(), small: self.small[..length].as_flattened() }
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
        (64 * self.n_full) as u32 + self.n_last
    }

    /// Appends the lowest `n` bits; `n` is at most 64. There must be room.
    ///
    /// Never inlined: the compiler would carry what the bits are taken from over its branches, byte by byte.
    #[inline(never)]
    fn push(&mut self, word: u64, small: u64, n: u32) {
        if n == 0 {
            return;
        }
        let mask = u64::MAX >> (64 - n);
        let shift = self.n_last;
        let is_full = shift + n >= 64;
        for (last, bits, all) in
            [(&mut self.last_word, word, &mut self.word), (&mut self.last_small, small, &mut self.small)]
        {
            let bits = bits & mask;
            let full = *last | (bits << shift);
            // Written in any case: no branch to be mispredicted. What does not fit is nothing without a shift.
            all[self.n_full] = full.to_le_bytes();
            *last = if is_full { (bits >> 1) >> (63 - shift) } else { full };
        }
        self.n_full += usize::from(is_full);
        self.n_last = (shift + n) % 64;
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

/// [`Simd::signs`], sign by sign.
#[inline(always)]
pub(super) fn signs<S: Simd>(simd: S, input: &[u8], out: &mut [u8]) -> SignedBlock {
    let bytes: &[u8; 64] = input.first_chunk().expect("a block");
    let mut folded = [0; 128];
    let block = simd.block(bytes, folded.first_chunk_mut().expect("it is longer"));
    let mut others = block.other;
    let (mut signs, mut other) = (0, block.other);
    while others != 0 {
        let at = others.trailing_zeros();
        if !matches!(bytes[at as usize..], [0xE2, 0x80, third, ..] if SIGNS[usize::from(third & 0x3F)] != 0) {
            break;
        }
        signs |= 1 << at;
        other &= !(7 << at);
        others &= !(7 << at);
    }
    let joins = input.get(64).is_some_and(|byte| joins_blank(*byte));
    let n_read = Block { other, ..block }.stops(joins).trailing_zeros();
    let mut folds = 0;
    let (mut word, mut small, mut n_written) = (block.word, block.small, n_read);
    let mut put = |folded: &[u8; 128], from: u32, to: u32| {
        let piece: [u8; 64] = *folded[from as usize..].first_chunk().expect("the first half");
        *out[to as usize..].first_chunk_mut().expect("room for two blocks") = piece;
    };
    put(&folded, 0, 0);
    signs &= low_bits(u64::MAX, n_read as usize);
    while signs != 0 {
        let at = signs.trailing_zeros();
        signs &= signs - 1;
        let sign = SIGNS[usize::from(bytes[at as usize + 2] & 0x3F)];
        if sign == STAYS {
            continue;
        }
        // Two bytes are gone for each sign before.
        let to = at - (n_read - n_written);
        folded[at as usize + 2] = sign;
        put(&folded, at + 2, to);
        let close = |bits: u64| low_bits(bits, to as usize) | ((bits >> 2) & (u64::MAX << to));
        (word, small) = (close(word), close(small));
        folds |= 1 << at;
        n_written -= 2;
    }
    SignedBlock { word, small, folds, breaks: block.breaks, n_read, n_written }
}

/// Folds plain ASCII in blocks and notes the classes of everything.
struct Watcher<'c, S> {
    simd: S,
    classes: &'c mut Classes,
}

/// Why blocks end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// There is no whole one left.
    End,
    /// At one with a sign.
    Sign,
    /// At a byte that is for others.
    Other,
}

/// Whether a blank before this byte does not stand for itself: before another blank or what is not ASCII.
#[inline(always)]
pub(super) fn joins_blank(byte: u8) -> bool {
    !byte.is_ascii() || byte.is_ascii_whitespace() || byte == 0xB
}

impl<S: Simd> Watcher<'_, S> {
    /// Whole blocks, to the first byte that does not stand for itself, or to the block it is in if that is for [`Simd::signs`];
    /// returns how many bytes, and why no more.
    #[inline(always)]
    fn blocks(&mut self, input: &[u8], out: &mut [u8]) -> (usize, Stop) {
        let Classes { word, small, n_full, last_word, last_small, n_last, breaks, .. } = &mut *self.classes;
        let shift = *n_last;
        let bits = word[*n_full..].iter_mut().zip(&mut small[*n_full..]);
        let blocks = input.as_chunks().0.iter().zip(out.as_chunks_mut().0);
        let mut n = 0;
        for ((bytes, out), (word, small)) in blocks.zip(bits) {
            self.simd.prefetch(input, 64 * n + AHEAD);
            let block = self.simd.block(bytes, out);
            let behind_hyphen = n == 0 || input[64 * n - 1] == b'-';
            *breaks |= block.breaks & !u64::from(!behind_hyphen);
            // Shifted on this side of the branch: the compiler would carry what the bits are taken from over it, byte by byte.
            let (full_word, full_small) = (*last_word | (block.word << shift), *last_small | (block.small << shift));
            // Those that do not fit; none without a shift.
            let (more_word, more_small) = ((block.word >> 1) >> (63 - shift), (block.small >> 1) >> (63 - shift));
            (*word, *small) = (full_word.to_le_bytes(), full_small.to_le_bytes());
            let stops = block.stops(input.get(64 * n + 64).is_some_and(|byte| joins_blank(*byte)));
            if stops != 0 {
                let plain = stops.trailing_zeros();
                let at = 64 * n + plain as usize;
                let is_sign = |at: usize| input.get(at..).is_some_and(|rest| rest.starts_with(&[0xE2, 0x80]));
                // A blank before it stops, too.
                if is_sign(at) || is_sign(at + 1) {
                    *n_full += n;
                    return (64 * n, Stop::Sign);
                }
                let is_full = shift + plain >= 64;
                *n_full += n + usize::from(is_full);
                *n_last = (shift + plain) % 64;
                let mask = (1 << *n_last) - 1;
                let (word, small) = if is_full { (more_word, more_small) } else { (full_word, full_small) };
                (*last_word, *last_small) = (word & mask, small & mask);
                return (at, Stop::Other);
            }
            (*last_word, *last_small) = (more_word, more_small);
            n += 1;
        }
        *n_full += n;
        (64 * n, Stop::End)
    }

    /// The last bytes, fewer than a block; returns how many stand for themselves before the first that does not.
    #[inline(never)]
    fn last_block(&mut self, input: &[u8], out: &mut [u8; 64]) -> usize {
        let mut last = [0; 64];
        last[..input.len()].copy_from_slice(input);
        let block = self.simd.block(&last, out);
        self.classes.breaks |= block.breaks;
        let plain = block.stops(false).trailing_zeros().min(input.len() as u32);
        self.classes.push(block.word, block.small, plain);
        plain as usize
    }
}

impl<S: Simd> Watch for Watcher<'_, S> {
    #[inline(always)]
    fn plain(&mut self, input: &[u8], out: &mut [u8], signs: &mut Signs<'_>) -> (usize, usize) {
        if self.classes.hidden && !input.is_empty() {
            self.classes.hidden = false;
            self.classes.odd.push(self.classes.n_bytes());
        }
        self.classes.make_room(input.len());
        let (mut read, mut written) = (0, 0);
        loop {
            let (plain, stop) = self.blocks(&input[read..], &mut out[written..]);
            (read, written) = (read + plain, written + plain);
            if stop == Stop::Other {
                return (read, written);
            }
            if stop == Stop::End {
                let rest = &input[read..];
                if !rest.is_empty() {
                    let plain = self.last_block(rest, out[written..].first_chunk_mut().expect("padding"));
                    (read, written) = (read + plain, written + plain);
                }
                return (read, written);
            }
            let block = self.simd.signs(&input[read..], &mut out[written..]);
            self.classes.breaks |= block.breaks;
            let mut folds = block.folds;
            let mut folded_at = written;
            while folds != 0 {
                let at = folds.trailing_zeros() as usize;
                signs.push(read + at, folded_at.wrapping_add(at));
                // What follows stands two bytes earlier.
                folded_at = folded_at.wrapping_sub(2);
                folds &= folds - 1;
            }
            self.classes.push(block.word, block.small, block.n_written);
            (read, written) = (read + block.n_read as usize, written + block.n_written as usize);
            if block.stops() {
                return (read, written);
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
        let ends_words = ends_words(c);
        self.classes.other_scripts |= ends_words;
        self.classes.droppable |= is_droppable(c);
        self.classes.breaks |= u64::from(is_line_hyphen(c));
        let is_mark = || is_mark_of_sign(c) || ends_words && is_mark(c);
        let stayed = || folded.len() == c.len_utf8() && folded.starts_with(c) && !is_mark();
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

    fn blanks_behind_hyphen(&mut self) {
        self.classes.breaks |= 1;
    }

    fn hidden(&mut self) {
        self.classes.hidden = true;
        // It may be a soft hyphen.
        self.classes.breaks |= 1;
        if let Some(last) = self.classes.n_bytes().checked_sub(1) {
            self.classes.odd.push(last);
        }
    }
}
