//! Counting words, many bytes at a time.

/// Bytes that are judged together: one bit each.
const BLOCK: usize = 64;

/// Counts the words of a text that is given piece by piece.
///
/// A word is a run of characters between blanks or dashes with at least one letter or digit in it: "U.S.-led", "don't" and "3.5" are
/// one word each, "–" and "..." none. In a script that writes no blanks between words, a whole clause is one.
///
/// ```
/// use dateline::text::WordCounter;
/// let mut counter = WordCounter::default();
/// counter.push("The U.S.-led force — 3,000 strong — left.");
/// assert_eq!(counter.words(), 6);
/// ```
///
/// # Complexity
///
/// Linear in the text; ASCII at several bytes a nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WordCounter {
    words: u64,
    state: State,
}

/// Where the last character has left the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Between two words, or at the beginning.
    #[default]
    Between,
    /// After marks that belong to a word if a letter follows: `"` in `"No`.
    Signs,
    /// In a word, which has been counted.
    Word,
}

/// What a character is in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Ends a word.
    Blank,
    /// Belongs to a word, but makes none.
    Sign,
    /// Makes a word.
    Letter,
}

impl WordCounter {
    /// The words so far; one that has begun is among them.
    #[must_use]
    pub fn words(&self) -> u64 {
        self.words
    }

    /// The number, from 0, of the word to which the next character belongs.
    #[must_use]
    pub fn current(&self) -> u64 {
        self.words - u64::from(self.state == State::Word)
    }

    /// Adds the next piece of the text.
    pub fn push(&mut self, piece: &str) {
        let bytes = piece.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at..].first_chunk::<BLOCK>() {
                Some(block) if block.is_ascii() => {
                    self.push_block(block);
                    at += BLOCK;
                }
                _ => {
                    let end = at + BLOCK;
                    let mut characters = piece[at..].char_indices();
                    let next = characters.find_map(|(offset, character)| {
                        if at + offset >= end {
                            return Some(at + offset);
                        }
                        self.push_character(character);
                        None
                    });
                    at = next.unwrap_or(bytes.len());
                }
            }
        }
    }

    /// A new word begins where the counter comes to the end of the text of one part and to the beginning of another.
    pub fn end_part(&mut self) {
        self.state = State::Between;
    }

    fn push_character(&mut self, character: char) {
        self.state = match (class(character), self.state) {
            (Class::Blank, _) => State::Between,
            (_, State::Word) => State::Word,
            (Class::Sign, _) => State::Signs,
            (Class::Letter, _) => {
                self.words += 1;
                State::Word
            }
        };
    }

    /// As [`push_character`](Self::push_character) for each byte, with one bit a byte.
    fn push_block(&mut self, block: &[u8; BLOCK]) {
        let (mut blank, mut letter) = (0, 0);
        for (index, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
            let bytes = Ascii(u64::from_le_bytes(*bytes));
            let in_lower_case = Ascii(bytes.0 | u64::from_ne_bytes([0x20; 8]));
            let letters = in_lower_case.within(b'a', b'z') | bytes.within(b'0', b'9');
            blank |= one_bit_each(bytes.within(b' ', b' ') | bytes.within(b'\t', b'\r')) << (8 * index);
            letter |= one_bit_each(letters) << (8 * index);
        }
        let mut token = !blank;
        if self.state == State::Word {
            // What goes on from the block before is counted.
            let counted = token.trailing_ones();
            token = token.checked_shr(counted).map_or(0, |rest| rest << counted);
        }
        let begins = token & !(token << 1);
        let marks = token & !letter;
        // An addition carries each beginning over the marks that follow; where it ends up on a letter, this is the first.
        let after_marks = marks.wrapping_add(begins & marks) & !marks;
        self.words += u64::from(((after_marks | begins) & letter & token).count_ones());
        self.state = match blank.leading_zeros() {
            0 => State::Between,
            64 if self.state == State::Word || letter != 0 => State::Word,
            64 => State::Signs,
            after if letter >> (64 - after) != 0 => State::Word,
            _ => State::Signs,
        };
    }
}

/// Eight ASCII characters.
#[derive(Clone, Copy)]
struct Ascii(u64);

impl Ascii {
    /// The highest bit of each byte that is from `first` to `last`.
    fn within(self, first: u8, last: u8) -> u64 {
        // No sum goes beyond its byte.
        let at_least = |least: u8| self.0 + u64::from_ne_bytes([0x80 - least; 8]);
        at_least(first) & !at_least(last + 1) & u64::from_ne_bytes([0x80; 8])
    }
}

/// The highest bits of eight bytes, side by side.
fn one_bit_each(bits: u64) -> u64 {
    (bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

fn class(character: char) -> Class {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Letter,
        ' ' | '\t'..='\r' | '\u{85}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' => {
            Class::Blank
        }
        '\u{205f}' | '\u{3000}' | '\u{2012}'..='\u{2015}' => Class::Blank,
        '\u{0}'..='\u{bf}' if !matches!(character, 'ª' | 'µ' | 'º') => Class::Sign,
        '\u{200b}'..='\u{206f}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' => Class::Sign,
        _ => Class::Letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(text: &str) -> u64 {
        let mut counter = WordCounter::default();
        counter.push(text);
        counter.words()
    }

    /// The definition, word for word.
    fn oracle(text: &str) -> u64 {
        let tokens = text.split(|character| class(character) == Class::Blank);
        tokens.filter(|token| token.chars().any(|character| class(character) == Class::Letter)).count() as u64
    }

    #[test]
    fn words_are_what_stands_between_blanks() {
        for (text, words) in [
            ("", 0),
            ("  \n", 0),
            ("Talks resumed.", 2),
            ("- ... \"--\" (!)", 0),
            ("U.S.-led don't 3.5", 3),
            ("war—and peace", 3),
            ("\u{a0}“No”, said\u{2009}Zoë…", 3),
            ("北京 上海", 2),
        ] {
            assert_eq!(count(text), words, "{text:?}");
            assert_eq!(oracle(text), words, "{text:?}");
        }
    }

    #[test]
    fn the_word_of_a_position() {
        let text = "\"The anti-Iraq vote";
        for (position, word) in [(0, 0), (1, 0), (5, 1), (10, 1), (15, 2)] {
            let mut counter = WordCounter::default();
            counter.push(&text[..position]);
            assert_eq!(counter.current(), word, "{position}");
        }
    }

    proptest! {
        #[test]
        fn pieces_give_what_the_whole_gives(text in "[ab.\"\n 1é—\u{a0}]{0,300}", cut in 0_usize..300) {
            let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let mut counter = WordCounter::default();
            counter.push(&text[..cut]);
            counter.push(&text[cut..]);
            prop_assert_eq!(counter.words(), oracle(&text));
            prop_assert_eq!(count(&text), oracle(&text));
        }

        #[test]
        fn whole_blocks_give_the_same(text in "([a. ]{0,9}|[a]{60,70}|[.]{60,70}|[ ]{60,70}){0,12}") {
            prop_assert_eq!(count(&text), oracle(&text));
        }
    }
}
