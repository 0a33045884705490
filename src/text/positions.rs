//! How many words and characters are before each position of a text, many bytes at a time.

use wide::u8x16;

use super::lanes::{self, BLOCK, Blocks};

/// How many words and characters a text has, and how many of them are before any position. The buffer is used again for the next text.
///
/// A word is a run of characters between blanks or dashes with at least one letter or digit in it: "U.S.-led", "don't" and "3.5" are
/// one word each, "–" and "..." none. In a script that writes no blanks between words, a whole clause is one.
///
/// ```
/// use dateline::text::Positions;
/// let text = "The U.S.-led force — 3,000 strong — left.";
/// let positions = Positions::of(text);
/// assert_eq!((positions.words(), positions.characters()), (6, 41));
/// let left = text.find("left").unwrap();
/// assert_eq!((positions.word(left), positions.characters_before(left)), (5, 36));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions {
    blocks: Vec<Block>,
    words: u32,
    characters: u32,
}

/// 64 bytes of the text: a mask for each question about them, whose lowest bit is the first byte, and the sums of all blocks before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    words_before: u32,
    characters_before: u32,
    /// The first letter or digit of each word.
    words: u64,
    /// All bytes of words, from the first letter or digit of each to its end.
    inside: u64,
    /// The first byte of each character.
    characters: u64,
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

/// What the bytes of a block are: signs if neither.
struct Classes {
    blank: u64,
    letter: u64,
}

/// Where the bytes before a block have left off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between two words, or at the beginning.
    Between,
    /// After signs that belong to a word if a letter follows: `"` in `"No`.
    Signs,
    /// In a word, after its first letter.
    Word,
}

impl Positions {
    /// The positions of a text.
    ///
    /// # Complexity
    ///
    /// Linear in the text; about four bytes a nanosecond if they are ASCII. Holds half as many bytes as the text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut positions = Self::default();
        positions.read(text);
        positions
    }

    /// Becomes the positions of another text, which is shorter than 4 GiB.
    pub fn read(&mut self, text: &str) {
        self.blocks.clear();
        (self.words, self.characters) = (0, 0);
        let mut state = State::Between;
        // Bytes at the beginning of a block that belong to a character of the block before, and its class.
        let mut carried = (0, Class::Letter);
        for (index, block) in Blocks::of(text.as_bytes()).iter().enumerate() {
            let (classes, characters) = classes(block, text, BLOCK * index, &mut carried);
            let (words, inside) = words_of(&classes, &mut state);
            self.blocks.push(Block {
                words_before: self.words,
                characters_before: self.characters,
                words,
                inside,
                characters,
            });
            self.words += words.count_ones();
            self.characters += characters.count_ones();
        }
        // The blanks that fill the last block up.
        self.characters -= (BLOCK - text.len() % BLOCK) as u32;
    }

    /// The words of the text.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words as usize
    }

    /// The characters of the text.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.characters as usize
    }

    /// The number, from 0, of the word to which the character at a byte belongs; between two words, of the second.
    ///
    /// # Panics
    ///
    /// If the position is after the end of the text.
    ///
    /// # Complexity
    ///
    /// Constant.
    #[must_use]
    pub fn word(&self, position: usize) -> usize {
        let (block, before) = self.at(position);
        let begun = block.words_before + (block.words & before).count_ones();
        // In a word, it is the last one that has begun.
        let is_in_word = match position % BLOCK {
            0 => position > 0 && self.blocks[position / BLOCK - 1].inside >> (BLOCK - 1) != 0,
            bit => block.inside >> (bit - 1) & 1 != 0,
        };
        (begun - u32::from(is_in_word)) as usize
    }

    /// The characters before a byte.
    ///
    /// # Panics
    ///
    /// If the position is after the end of the text.
    ///
    /// # Complexity
    ///
    /// Constant.
    #[must_use]
    pub fn characters_before(&self, position: usize) -> usize {
        let (block, before) = self.at(position);
        (block.characters_before + (block.characters & before).count_ones()) as usize
    }

    /// The block with a position, and the bits before it.
    fn at(&self, position: usize) -> (&Block, u64) {
        (&self.blocks[position / BLOCK], (1 << (position % BLOCK)) - 1)
    }
}

/// What the bytes of a block are, and which of them begin a character.
fn classes(block: &[u8; BLOCK], text: &str, first: usize, carried: &mut (u32, Class)) -> (Classes, u64) {
    let [mut blank, mut letter, high] = lanes::masks(block, |bytes| {
        let blanks = bytes.simd_eq(u8x16::splat(b' ')) | lanes::among(bytes, b'\t', 5);
        [blanks, lanes::letters(bytes) | lanes::digits(bytes), bytes]
    });
    if high == 0 {
        return (Classes { blank, letter }, u64::MAX);
    }
    let mut characters = !high;
    let mut assign = |bits: u64, class| match class {
        Class::Blank => blank |= bits,
        Class::Letter => letter |= bits,
        Class::Sign => {}
    };
    let (length, class) = *carried;
    assign((1 << length) - 1, class);
    let mut unread = high >> length << length;
    *carried = (0, Class::Letter);
    while unread != 0 {
        let at = unread.trailing_zeros();
        characters |= 1 << at;
        let character = text[first + at as usize..].chars().next().expect("a character begins here");
        let bits = ((1_u128 << character.len_utf8()) - 1) << at;
        assign(bits as u64, class_of(character));
        unread &= !(bits as u64);
        *carried = ((bits >> BLOCK).count_ones(), class_of(character));
    }
    (Classes { blank, letter }, characters)
}

/// Two masks of a block: the first letter or digit of each word; and all bytes of words from that letter to the end of the word.
fn words_of(classes: &Classes, state: &mut State) -> (u64, u64) {
    let &Classes { blank, letter } = classes;
    let token = !blank;
    let begins = token & !(token << 1);
    // What goes on from the block before has been counted there.
    let counted = if *state == State::Word { ones_from_the_first(token) } else { 0 };
    // An addition carries each beginning over the signs that follow; where it ends up on a letter, this is the first.
    let signs = token & !letter;
    let first = (signs.wrapping_add(begins & signs) & !signs | begins) & letter & !counted;
    // And each first letter over the rest of its word.
    let rest = token & !counted;
    let inside = counted | rest & !rest.wrapping_add(first) | first;
    *state = match blank.leading_zeros() {
        0 => State::Between,
        _ if inside >> (BLOCK - 1) != 0 => State::Word,
        _ => State::Signs,
    };
    (first, inside)
}

/// The bits from the lowest one on that are set without a gap.
fn ones_from_the_first(bits: u64) -> u64 {
    bits & !bits.wrapping_add(1)
}

fn class_of(character: char) -> Class {
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

    /// The words before each position, and the number of the word there, by the definition.
    fn oracle(text: &str) -> (usize, Vec<usize>) {
        let (mut words, mut in_word) = (0, false);
        let mut numbers = vec![0; text.len() + 1];
        for (at, character) in text.char_indices() {
            numbers[at] = words - usize::from(in_word);
            match class_of(character) {
                Class::Blank => in_word = false,
                Class::Letter if !in_word => (words, in_word) = (words + 1, true),
                _ => {}
            }
        }
        numbers[text.len()] = words - usize::from(in_word);
        (words, numbers)
    }

    fn check(text: &str) {
        let positions = Positions::of(text);
        let (words, numbers) = oracle(text);
        assert_eq!((positions.words(), positions.characters()), (words, text.chars().count()), "{text:?}");
        let tokens = text.split(|character| class_of(character) == Class::Blank);
        let has_letter = |token: &&str| token.chars().any(|character| class_of(character) == Class::Letter);
        assert_eq!(words, tokens.filter(has_letter).count(), "{text:?}");
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(positions.word(at), numbers[at], "{text:?} at {at}");
            assert_eq!(positions.characters_before(at), text[..at].chars().count(), "{text:?} at {at}");
        }
    }

    #[test]
    fn words_are_what_is_between_blanks() {
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
            assert_eq!(Positions::of(text).words(), words, "{text:?}");
            check(text);
        }
    }

    #[test]
    fn the_word_of_a_position() {
        let positions = Positions::of("\"The anti-Iraq vote");
        for (position, word) in [(0, 0), (1, 0), (5, 1), (10, 1), (15, 2)] {
            assert_eq!(positions.word(position), word, "{position}");
        }
    }

    #[test]
    fn characters_over_the_edge_of_a_block() {
        for piece in ["a", "é", "—", "“No”, said Zoë", "😀", ". ", "…"] {
            for before in 59..66 {
                check(&format!("{}{}", "a".repeat(before), piece.repeat(70)));
                check(&format!("{}{piece}a b", ".".repeat(before)));
                check(&format!("{}{piece}", " ".repeat(before)));
            }
        }
    }

    proptest! {
        #[test]
        fn any_text(text in "[ab.\"\n 1é—\u{a0}]{0,300}") {
            check(&text);
        }

        #[test]
        fn whole_blocks(text in "([a. ]{0,9}|[a]{60,70}|[.]{60,70}|[ ]{60,70}|[é]{30,35}|[—]{20,23}){0,12}") {
            check(&text);
        }
    }
}
