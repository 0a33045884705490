//! The words and numbers of a text as hashes, many bytes at a time.

use wide::u8x16;

use super::sketch::spread;
use crate::text::lanes::{self, BLOCK, Blocks};

/// The tokens of an article: its words of at least six bytes, and its numbers.
///
/// A word is a run of letters and digits; case makes no difference in most letters, and punctuation none. A point, comma, colon,
/// stroke or hyphen between two digits belongs to the word ("1.5", "6-1/16"). A number is a word that begins with a digit. Other
/// short words are left out, because they are the same in all texts.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    hashes: Vec<u64>,
    numbers: Vec<u64>,
    /// For each byte of the text whether it belongs to a word, and whether it is a digit; one element more than needed, of zeros.
    word: Vec<u64>,
    digit: Vec<u64>,
}

impl Tokens {
    /// All tokens so far, in order.
    pub(super) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The numbers among them.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// Forgets all numbers but the first few, which stay tokens.
    pub(super) fn forget_numbers(&mut self, but: usize) {
        self.numbers.truncate(but);
    }

    /// Forgets everything but the memory.
    pub(super) fn clear(&mut self) {
        self.hashes.clear();
        self.numbers.clear();
    }

    /// Adds the tokens of a text.
    ///
    /// # Complexity
    ///
    /// Linear in the text; about a nanosecond for two bytes.
    pub(super) fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.classify(bytes);
        let mut before = 0;
        for ((index, block), digit) in self.word.windows(2).enumerate().zip(&self.digit) {
            let (word, next) = (block[0], block[1]);
            let begins = word & !(word << 1 | before >> 63);
            before = word;
            // Six bytes in a row, the last ones perhaps in the next block.
            let long = (1..6).fold(begins, |long, n| long & (word >> n | next << (64 - n)));
            let mut tokens = long | begins & digit;
            while tokens != 0 {
                let at = tokens.trailing_zeros();
                tokens &= tokens - 1;
                let ahead = word >> at | next << 1 << (63 - at);
                let hash = hash(bytes, BLOCK * index + at as usize, (!ahead).trailing_zeros() as usize);
                self.hashes.push(hash);
                if digit >> at & 1 != 0 {
                    self.numbers.push(hash);
                }
            }
        }
    }

    /// Fills `word` and `digit` for a text.
    fn classify(&mut self, bytes: &[u8]) {
        self.word.clear();
        self.digit.clear();
        // Bytes at the beginning of a block that belong to punctuation in the block before.
        let mut carried = 0;
        // The block before: its digits and signs, and whether its last sign is between digits, which the next block says.
        let (mut digits_before, mut open) = (0, 0);
        for (index, block) in Blocks::of(bytes).iter().enumerate() {
            let Classes { mut word, digit, sign, mut high } = classes(block);
            let first = BLOCK * index;
            // A sign between two digits belongs to their number.
            if open & digit & 1 != 0
                && let Some(before) = self.word.last_mut()
            {
                *before |= 1 << 63;
            }
            let after_digit = sign & (digit << 1 | digits_before >> 63);
            word |= after_digit & digit >> 1;
            (digits_before, open) = (digit, after_digit >> 63);
            word &= !carried;
            carried = 0;
            while high != 0 {
                let at = high.trailing_zeros();
                high &= high - 1;
                let length = punctuation(&bytes[first + at as usize..]);
                if length > 0 {
                    let bits = ((1_u128 << length) - 1) << at;
                    word &= !(bits as u64);
                    carried |= (bits >> 64) as u64;
                }
            }
            self.word.push(word);
            self.digit.push(digit);
        }
        self.word.push(0);
        self.digit.push(0);
    }
}

/// One bit for each byte of a block.
struct Classes {
    /// It belongs to a word, or to a character that is not ASCII.
    word: u64,
    digit: u64,
    /// It may be within a number.
    sign: u64,
    /// It is not ASCII.
    high: u64,
}

fn classes(block: &[u8; BLOCK]) -> Classes {
    let [word, digit, sign, high] = lanes::masks(block, |bytes| {
        let digits = lanes::digits(bytes);
        // The comma, the hyphen, the point and the stroke follow each other.
        let signs = lanes::among(bytes, b',', 4) | bytes.simd_eq(u8x16::splat(b':'));
        [lanes::letters(bytes) | digits | bytes, digits, signs, bytes]
    });
    Classes { word, digit, sign, high }
}

const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The length of the character in bytes if it begins here and is punctuation or a blank; 0 if not.
fn punctuation(bytes: &[u8]) -> u32 {
    match bytes {
        // U+0080 to U+00BF without ª, µ and º.
        [0xc2, second, ..] if !matches!(second, 0xaa | 0xb5 | 0xba) => 2,
        // General punctuation, U+2000 to U+207F.
        [0xe2, 0x80 | 0x81, ..] => 3,
        // Ideographic punctuation, U+3000 to U+303F.
        [0xe3, 0x80, ..] => 3,
        // Full-width punctuation before and after the digits.
        [0xef, 0xbc, 0x81..=0x8f | 0x9a..=0xa0, ..] => 3,
        _ => 0,
    }
}

/// The hash of the word or number at `start`: of its length, and of its first and last eight bytes, in lower case. Words that differ
/// only in the middle are rare, and phrases have three words.
fn hash(bytes: &[u8], start: usize, length: usize) -> u64 {
    // In UTF-8 this bit is also the difference between accented letters, or Cyrillic ones, and their capitals.
    let own = u64::MAX >> (64 - 8 * length.min(8));
    let first = (load(bytes, start) | each(0x20)) & own;
    let last = (load(bytes, start + length.max(8) - 8) | each(0x20)) & own;
    spread(first ^ last.rotate_left(29) ^ length as u64)
}

/// Eight bytes; zeros after the end.
fn load(bytes: &[u8], start: usize) -> u64 {
    match bytes[start..].first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => {
            let rest = &bytes[start..];
            let mut chunk = [0; 8];
            chunk[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(chunk)
        }
    }
}
