//! One bit for each byte of a folded text: whether it belongs to a word, and whether it was a lower-case letter. Also
//! the bytes for which the folded text shows less than the original.

use super::hash::{load, low_bits};
use super::segments::{ends_words, is_mark_of_note, is_word};
use super::simd::{BlockClasses, PunctuatedBlock, Simd};
use crate::matcher::readings::{is_droppable, is_line_hyphen};
use crate::normalize::{FoldedPunctuation, FoldedText, PUNCTUATION, UNCHANGED, Watch, is_mark, is_word_char};

/// The classes of a folded text. Reused from text to text.
#[derive(Debug, Default)]
pub(super) struct ByteClasses {
    /// Bits of words and of lower-case letters. The first `n_full` elements are complete; more are allocated.
    word: Vec<[u8; 8]>,
    small: Vec<[u8; 8]>,
    n_full: usize,
    /// The bits that do not fill a `u64` yet, and their number.
    last_word: u64,
    last_small: u64,
    n_last: u32,
    /// Ascending positions of bytes for which case or boundary must be judged on the original text: the first and last
    /// byte of letters that were not ASCII, and the neighbours of characters that folding removes.
    odd: Vec<u32>,
    hidden: bool,
    /// Whether there is a character of a script that ends words ([`ends_words`]).
    pub(super) other_scripts: bool,
    /// Whether there is a mark that may be left out ([`is_droppable`]).
    pub(super) droppable: bool,
    /// Not 0 if there may be a hyphen at the end of a line.
    pub(super) breaks: u64,
}

/// How many bytes ahead of the reading position the text is prefetched.
const AHEAD: usize = 4096;

/// How many `u64`s of zeros follow the bits of a text, so that nothing after its end looks like a word.
const PADDING: usize = 2;

impl ByteClasses {
    /// Folds `text` and classifies the result.
    #[inline(always)]
    pub(super) fn fold<S: Simd>(&mut self, simd: S, folded: &mut FoldedText, text: &str) {
        self.odd.clear();
        (self.other_scripts, self.droppable, self.breaks) = (false, false, 0);
        (self.n_full, self.last_word, self.last_small, self.n_last, self.hidden) = (0, 0, 0, 0, false);
        folded.fold_watched(text, &mut Watcher { simd, classes: self });
        self.make_room(0);
        for (bits, last) in [(&mut self.word, self.last_word), (&mut self.small, self.last_small)] {
            bits[self.n_full] = last.to_le_bytes();
            bits[self.n_full + 1..][..PADDING].fill([0; 8]);
        }
    }

    /// Number of `u64`s that describe bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.n_full + 1
    }

    /// Makes room for the bits of `n_bytes` more bytes and the padding after them.
    #[inline(always)]
    fn make_room(&mut self, n_bytes: usize) {
        let needed = self.n_full + n_bytes / 64 + 2 + PADDING;
        if self.word.len() < needed {
            // Zeroed when allocated, not for each text.
            let room = needed.max(2 * self.word.len());
            self.word.resize(room, [0; 8]);
            self.small.resize(room, [0; 8]);
        }
    }

    /// The bits of bytes `64 * index` to `64 * index + 63`: words and lower-case letters.
    #[inline(always)]
    pub(super) fn at(&self, index: usize) -> (u64, u64) {
        (u64::from_le_bytes(self.word[index]), u64::from_le_bytes(self.small[index]))
    }

    /// Borrows the bits for the search.
    #[inline(always)]
    pub(super) fn bits(&self) -> Bits<'_> {
        let length = self.len() + PADDING;
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
    /// Never inlined: the compiler would move the computation of the bits past its branches, byte by byte.
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
            // Written in any case, to avoid a branch that would be mispredicted. Without a shift no bits are left over.
            all[self.n_full] = full.to_le_bytes();
            *last = if is_full { (bits >> 1) >> (63 - shift) } else { full };
        }
        self.n_full += usize::from(is_full);
        self.n_last = (shift + n) % 64;
    }
}

/// The classes of a text as bytes; the lowest bit of each byte comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits<'c> {
    pub(super) word: &'c [u8],
    pub(super) small: &'c [u8],
}

/// How many bits [`window`] returns at least.
pub(super) const WINDOW: u32 = 57;

/// [`WINDOW`] bits or more, the first being number `at`; zeros after the last.
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

    /// Which of the bytes `start..end` were lower-case letters; only the first 64 if there are more.
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

    /// Length of the word, or of its rest, at `at`.
    #[inline(always)]
    pub(super) fn word_length(self, at: usize) -> usize {
        let length = self.words_from(at).trailing_ones();
        if length < WINDOW { length as usize } else { long_word_length(self.word, at) }
    }
}

/// [`Bits::word_length`] for a word that may be longer than a window.
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

/// [`Simd::fold_punctuation`], one character at a time.
#[inline(always)]
pub(super) fn fold_punctuation<S: Simd>(simd: S, input: &[u8], out: &mut [u8]) -> PunctuatedBlock {
    let bytes: &[u8; 64] = input.first_chunk().expect("a block");
    let mut folded = [0; 128];
    let block = simd.block(bytes, folded.first_chunk_mut().expect("it is longer"));
    let mut others = block.other;
    let (mut punctuation, mut other) = (0, block.other);
    while others != 0 {
        let at = others.trailing_zeros();
        if !matches!(bytes[at as usize..], [0xE2, 0x80, third, ..] if PUNCTUATION[usize::from(third & 0x3F)] != 0) {
            break;
        }
        punctuation |= 1 << at;
        other &= !(7 << at);
        others &= !(7 << at);
    }
    let joins = input.get(64).is_some_and(|byte| joins_blank(*byte));
    let n_read = BlockClasses { other, ..block }.stops(joins).trailing_zeros();
    let mut folds = 0;
    let (mut word, mut small, mut n_written) = (block.word, block.small, n_read);
    let mut put = |folded: &[u8; 128], from: u32, to: u32| {
        let piece: [u8; 64] = *folded[from as usize..].first_chunk().expect("the first half");
        *out[to as usize..].first_chunk_mut().expect("room for two blocks") = piece;
    };
    put(&folded, 0, 0);
    punctuation &= low_bits(u64::MAX, n_read as usize);
    while punctuation != 0 {
        let at = punctuation.trailing_zeros();
        punctuation &= punctuation - 1;
        let folds_to = PUNCTUATION[usize::from(bytes[at as usize + 2] & 0x3F)];
        if folds_to == UNCHANGED {
            continue;
        }
        // Each folded character before this one has lost two bytes.
        let to = at - (n_read - n_written);
        folded[at as usize + 2] = folds_to;
        put(&folded, at + 2, to);
        let close = |bits: u64| low_bits(bits, to as usize) | ((bits >> 2) & (u64::MAX << to));
        (word, small) = (close(word), close(small));
        folds |= 1 << at;
        n_written -= 2;
    }
    PunctuatedBlock { word, small, folds, breaks: block.breaks, n_read, n_written }
}

/// Folds plain ASCII in blocks and records the classes of everything.
struct Watcher<'c, S> {
    simd: S,
    classes: &'c mut ByteClasses,
}

/// Why [`Watcher::blocks`] stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// No whole block is left.
    End,
    /// The next block contains foldable punctuation.
    Punctuation,
    /// The next byte needs the general folding.
    Other,
}

/// Whether a blank before this byte cannot be copied as it is: the byte is another blank or not ASCII.
#[inline(always)]
pub(super) fn joins_blank(byte: u8) -> bool {
    !byte.is_ascii() || byte.is_ascii_whitespace() || byte == 0xB
}

impl<S: Simd> Watcher<'_, S> {
    /// Folds whole blocks, up to the first byte that cannot be folded alone. If [`Simd::fold_punctuation`] can handle
    /// that byte, up to its block. Returns the number of bytes, and why it stopped.
    #[inline(always)]
    fn blocks(&mut self, input: &[u8], out: &mut [u8]) -> (usize, Stop) {
        let ByteClasses { word, small, n_full, last_word, last_small, n_last, breaks, .. } = &mut *self.classes;
        let shift = *n_last;
        let bits = word[*n_full..].iter_mut().zip(&mut small[*n_full..]);
        let blocks = input.as_chunks().0.iter().zip(out.as_chunks_mut().0);
        let mut n = 0;
        for ((bytes, out), (word, small)) in blocks.zip(bits) {
            self.simd.prefetch(input, 64 * n + AHEAD);
            let block = self.simd.block(bytes, out);
            let after_hyphen = n == 0 || input[64 * n - 1] == b'-';
            *breaks |= block.breaks & !u64::from(!after_hyphen);
            // Shifted before the branch: otherwise the compiler would move the computation past it, byte by byte.
            let (full_word, full_small) = (*last_word | (block.word << shift), *last_small | (block.small << shift));
            // The bits that do not fit; none without a shift.
            let (more_word, more_small) = ((block.word >> 1) >> (63 - shift), (block.small >> 1) >> (63 - shift));
            (*word, *small) = (full_word.to_le_bytes(), full_small.to_le_bytes());
            let stops = block.stops(input.get(64 * n + 64).is_some_and(|byte| joins_blank(*byte)));
            if stops != 0 {
                let plain = stops.trailing_zeros();
                let at = 64 * n + plain as usize;
                let is_punctuation = |at: usize| input.get(at..).is_some_and(|rest| rest.starts_with(&[0xE2, 0x80]));
                // The blank before such a character stops the block, too.
                if is_punctuation(at) || is_punctuation(at + 1) {
                    *n_full += n;
                    return (64 * n, Stop::Punctuation);
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

    /// Folds the last bytes, fewer than a block; returns how many come before the first that cannot be folded alone.
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
    fn plain(&mut self, input: &[u8], out: &mut [u8], punctuation: &mut FoldedPunctuation<'_>) -> (usize, usize) {
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
            let block = self.simd.fold_punctuation(&input[read..], &mut out[written..]);
            self.classes.breaks |= block.breaks;
            let mut folds = block.folds;
            let mut folded_at = written;
            while folds != 0 {
                let at = folds.trailing_zeros() as usize;
                punctuation.push(read + at, folded_at.wrapping_add(at));
                // The character became two bytes shorter, so what follows moves two bytes to the front.
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
        // A character that belongs to no word and has no case loses nothing by folding. If folding left it unchanged,
        // there is no need to check again that it is not a word character.
        let ends_words = ends_words(c);
        self.classes.other_scripts |= ends_words;
        self.classes.droppable |= is_droppable(c);
        self.classes.breaks |= u64::from(is_line_hyphen(c));
        let is_mark = || is_mark_of_note(c) || ends_words && is_mark(c);
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
    fn punctuation(&mut self, length: u32) {
        if std::mem::take(&mut self.classes.hidden) {
            self.classes.odd.push(self.classes.n_bytes());
        }
        self.classes.push(0, 0, length);
    }

    fn blanks_after_hyphen(&mut self) {
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
