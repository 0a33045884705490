//! Words the rules know, by class. Compiled by hand; no statistics.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::normalize::fold;
use crate::span::Span;

/// Classes of one word, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Classes(u32);

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $section:literal,)*) => {
        impl Classes {
            $($(#[$doc])* pub(super) const $name: Self = Self(1 << Section::$name as u32);)*
        }

        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the numbers of the constants above")]
        enum Section { $($name),* }

        /// The sections of `data/words.txt`.
        const SECTIONS: &[(&str, Classes)] = &[$(($section, Classes::$name)),*];
    };
}

classes! {
    /// A given name and little else.
    FIRST_NAME = "first names",
    /// Capitalised only because it opens a sentence or a headline.
    COMMON = "common words",
    /// Days, months, festivals.
    CALENDAR = "calendar",
    /// Directions and sizes before a place that do not change which place it is.
    DIRECTION = "directions",
    /// Prepositions of place.
    LOCATIVE = "locatives",
    /// The second half of compounds that make a place an adjective.
    ADJECTIVE_ENDING = "adjective endings",
    /// Capitalised words that follow a name without being part of it.
    AFTER_NAME = "after names",
    /// First words of "X of PLACE" and "X for Y".
    ORGANISATION_FIRST = "organisations, first",
    /// Last words of organisations' names.
    ORGANISATION_LAST = "organisations, last",
    /// The part of a firm's name that news drops: "Harale Group", then "Harale".
    COMPANY = "companies",
    /// Last words of names of buildings and grounds.
    FACILITY = "facilities",
    /// Other words after a place in the name of something there.
    INSTITUTION = "institutions",
    /// Streets and roads.
    STREET = "streets",
    /// Last words of names of rivers, parks, provinces.
    FEATURE_LAST = "features, last",
    /// First words of names of lakes and mountains.
    FEATURE_FIRST = "features, first",
    /// "village", "town", "district": the small words that say what a place is.
    SETTLEMENT = "settlements",
    /// Money.
    CURRENCY = "currencies",
    /// Small words inside persons' names.
    PARTICLE = "particles",
    /// Words that stay small where all others have a capital.
    SMALL_IN_HEADLINE = "small in headlines",
    /// Last words of long names that are not organisations: laws, cups, diseases, offices.
    WORK = "works",
    /// What only firms have or are: "shares", "earnings".
    FIRM_NOUN = "firm nouns",
    /// Nouns before "in" and a firm or a person: "a stake in", "faith in".
    TAKES_IN = "nouns with in",
    /// Nouns before "of", "for", "with" or "by" and a firm: "a unit of", "a bid for".
    TAKES_OF = "nouns with of",
    /// Verbs whose object is a firm.
    FIRM_VERB = "firm verbs",
    /// What a firm or another body is, directly before its name: "retailer Harale".
    FIRM_KIND = "kinds of firm",
    /// What persons and firms do: "said".
    SPEECH = "verbs of speech",
    /// Acronyms of things that are not organisations.
    COMMON_ACRONYM = "common acronyms",
    /// Sports, their positions and what only their reports speak of.
    SPORT = "sport",
    /// Words of sport that other articles use too.
    SPORT_HINT = "sport, hints",
    /// What a team does: the verb after its name, or before the name of the other.
    RESULT = "results",
    /// Who belongs to a team: the word after its name.
    PLAYER = "players",
    /// First words in tables of scores that are not names of teams.
    NO_TEAM = "no teams",
}

impl Classes {
    /// Whether the word is of any of these classes.
    pub(super) fn any(self, classes: Self) -> bool {
        self.0 & classes.0 != 0
    }
}

impl std::ops::BitOr for Classes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Word lists, folded; built once for the process.
#[derive(Debug)]
pub(super) struct Lexicon {
    words: WordTable,
    /// Words too long for a key.
    long_words: HashMap<String, Classes, FixedState>,
    /// The classes of all words that two first bytes may begin, at their [`beginning`].
    beginnings: Vec<Classes>,
    /// How often a name followed "in" or the like, and how often a given name, in an archive of news.
    priors: HashMap<Key, (u32, u32), FixedState>,
}

impl Lexicon {
    pub(super) fn shared() -> &'static Self {
        static SHARED: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);
        &SHARED
    }

    fn read() -> Self {
        let mut lexicon = Lists::default();
        lexicon.add_lines(include_str!("data/first_names.txt"), Classes::FIRST_NAME);
        lexicon.add_lines(include_str!("data/common_words.txt"), Classes::COMMON);
        lexicon.add_lines(include_str!("data/calendar.txt"), Classes::CALENDAR);
        let mut section = Classes::default();
        for line in include_str!("data/words.txt").lines().map(str::trim) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => {
                    let known = SECTIONS.iter().find(|(known, _)| *known == name);
                    section = known.expect("a section of words.txt is a class").1;
                }
                None if line.starts_with('#') => {}
                None => line.split_whitespace().for_each(|word| lexicon.add(word, section)),
            }
        }
        Self {
            beginnings: lexicon.beginnings(),
            words: WordTable::new(lexicon.words),
            long_words: lexicon.long_words,
            priors: priors(include_str!("data/priors.txt")),
        }
    }

    /// The classes of a word, whatever its case, accents and final period.
    pub(super) fn classes(&self, word: &str) -> Classes {
        let word = word.trim_end_matches('.');
        if let Some(key) = plain_key(word) {
            return self.words.classes(key);
        }
        let folded = fold(word);
        match key(folded.as_bytes()) {
            Some(key) => self.words.classes(key),
            None => self.long_words.get(&folded).copied().unwrap_or_default(),
        }
    }

    /// Whether a word is of any of these classes. Its first two letters exclude nearly all words that are not.
    #[inline]
    pub(super) fn is(&self, word: &str, classes: Classes) -> bool {
        let may_be = beginning(word.as_bytes()).is_none_or(|beginning| self.beginnings[beginning].any(classes));
        may_be && self.classes(word).any(classes)
    }

    /// Like [`classes`](Self::classes), of a word in its text.
    pub(super) fn classes_in(&self, text: &str, span: Span) -> Classes {
        // The bytes after the word are read with it and masked out, so that no branch depends on its length.
        if let Some(window) = text.as_bytes()[span.start..].first_chunk()
            && span.len() <= LONGEST_KEY
        {
            let points = span.of(text).bytes().rev().take_while(|byte| *byte == b'.').count();
            let length = span.len() - points;
            if let Some(key) = lowered(Key::from_le_bytes(*window) & MASKS[length], length) {
                return self.words.classes(key);
            }
        }
        self.classes(span.of(text))
    }

    /// How place-like the name is in news, in per cent: 0 is a surname; `None` where it is a place in most cases.
    pub(super) fn prior(&self, name: &str) -> Option<u32> {
        let key = plain_key(name).or_else(|| with_folded(name, |name| key(name.as_bytes())))?;
        let (located, joined) = *self.priors.get(&key)?;
        Some(located * 100 / (located + joined).max(1))
    }
}

/// The lists while they are read.
#[derive(Debug, Default)]
struct Lists {
    words: HashMap<Key, Classes, FixedState>,
    long_words: HashMap<String, Classes, FixedState>,
}

impl Lists {
    /// The classes of the words by their [`beginning`]. Those of which folding left no plain letter are found without.
    fn beginnings(&self) -> Vec<Classes> {
        let mut beginnings = vec![Classes::default(); BEGINNINGS];
        let short = self.words.iter().map(|(key, classes)| {
            let word = key.to_le_bytes();
            let length = word.iter().position(|byte| *byte == 0).unwrap_or(word.len());
            (beginning(&word[..length]), *classes)
        });
        let long = self.long_words.iter().map(|(word, classes)| (beginning(word.as_bytes()), *classes));
        short.chain(long).filter_map(|(beginning, classes)| Some((beginning?, classes))).for_each(|(row, classes)| {
            beginnings[row] = beginnings[row] | classes;
        });
        beginnings
    }

    fn add_lines(&mut self, text: &'static str, class: Classes) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.for_each(|word| self.add(word, class));
    }

    fn add(&mut self, word: &str, class: Classes) {
        let word = word.trim_end_matches('.');
        let classes = match plain_key(word) {
            Some(key) => self.words.entry(key).or_default(),
            None => {
                let folded = fold(word);
                let folded = folded.trim_end_matches('.');
                match key(folded.as_bytes()) {
                    Some(key) => self.words.entry(key).or_default(),
                    None => self.long_words.entry(folded.to_owned()).or_default(),
                }
            }
        };
        *classes = *classes | class;
    }
}

/// Values of [`beginning`].
const BEGINNINGS: usize = 32 * 32;

/// A number made of the first two bytes of a word, whatever its case and final periods; other words may have it, too. `None` if
/// folding may do more to them than make letters small.
#[inline]
fn beginning(word: &[u8]) -> Option<usize> {
    let bits = |byte: u8| usize::from(byte & 0x1F);
    match *word {
        // After a period there may be another period.
        [first] | [first, b'.', ..] if is_plain(first) && first != b'.' => Some(bits(first) << 5),
        [first, second, ..] if is_plain(first) && is_plain(second) && first != b'.' => {
            Some(bits(first) << 5 | bits(second))
        }
        _ => None,
    }
}

/// Words by key. Most words of a text are in no list: a filter small enough for the nearest cache excludes them.
#[derive(Debug)]
struct WordTable {
    /// A bit for each value of the first bits of a hash.
    filter: Vec<u64>,
    /// A bit for each [`opening`]: no more than a few thousand are those of words.
    openings: Vec<u64>,
    /// The row of a word, plus one, at its hash or in a later slot; 0 where there is none.
    slots: Vec<u16>,
    rows: Vec<(Key, Classes)>,
}

impl WordTable {
    /// Twenty bits for each word, of which one is set.
    const FILTER_BITS: u32 = 17;
    const SLOTS: usize = 1 << 14;

    fn new(words: HashMap<Key, Classes, FixedState>) -> Self {
        let mut rows: Vec<(Key, Classes)> = words.into_iter().collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        assert!(rows.len() < Self::SLOTS / 2, "the lists have outgrown their table");
        let filter = vec![0; 1 << (Self::FILTER_BITS - 6)];
        let mut table = Self { filter, openings: vec![0; 1 << (15 - 6)], slots: vec![0; Self::SLOTS], rows };
        for (row, (key, _)) in table.rows.iter().enumerate() {
            let hash = Self::hash(*key);
            let opening = Self::opening(*key);
            table.openings[opening / 64] |= 1 << (opening % 64);
            let bit = hash >> (u64::BITS - Self::FILTER_BITS);
            table.filter[bit as usize / 64] |= 1 << (bit % 64);
            let mut slot = hash as usize % Self::SLOTS;
            while table.slots[slot] != 0 {
                slot = (slot + 1) % Self::SLOTS;
            }
            table.slots[slot] = row as u16 + 1;
        }
        table
    }

    fn hash(key: Key) -> u64 {
        let product =
            Key::from(key as u64 ^ 0x9E37_79B9_7F4A_7C15) * Key::from((key >> 64) as u64 ^ 0xD6E8_FEB8_6659_FD93);
        product as u64 ^ (product >> 64) as u64
    }

    /// A number made of the last five bits of the first three bytes.
    fn opening(key: Key) -> usize {
        let bits = |at: u32| (key >> (8 * at)) as usize & 0x1F;
        bits(0) << 10 | bits(1) << 5 | bits(2)
    }

    fn classes(&self, key: Key) -> Classes {
        let opening = Self::opening(key);
        if self.openings[opening / 64] & 1 << (opening % 64) == 0 {
            return Classes::default();
        }
        let hash = Self::hash(key);
        let bit = hash >> (u64::BITS - Self::FILTER_BITS);
        if self.filter[bit as usize / 64] & 1 << (bit % 64) == 0 {
            return Classes::default();
        }
        let mut slot = hash as usize % Self::SLOTS;
        while let Some(row) = self.slots[slot].checked_sub(1) {
            let (known, classes) = self.rows[usize::from(row)];
            if known == key {
                return classes;
            }
            slot = (slot + 1) % Self::SLOTS;
        }
        Classes::default()
    }
}

fn priors(table: &str) -> HashMap<Key, (u32, u32), FixedState> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let rows = rows.map(|row| {
        let mut fields = row.split(' ');
        let mut next = || fields.next().expect("three fields in a row of priors.txt");
        let name = key(next().as_bytes()).expect("a short name in priors.txt");
        let mut number = || next().parse().expect("a count in priors.txt");
        (name, (number(), number()))
    });
    rows.collect()
}

/// A folded word of up to sixteen bytes as one number, which is compared and hashed in one step.
type Key = u128;

const LONGEST_KEY: usize = 16;

/// The key of a folded word; `None` if it is too long. Zeros fill it up, so a word with one has none.
fn key(folded: &[u8]) -> Option<Key> {
    if folded.contains(&0) {
        return None;
    }
    let mut bytes = [0; LONGEST_KEY];
    bytes.get_mut(..folded.len())?.copy_from_slice(folded);
    Some(Key::from_le_bytes(bytes))
}

/// The key of a word whose folding is to make its letters small; `None` for others, and for long ones.
fn plain_key(word: &str) -> Option<Key> {
    lowered(padded(word.as_bytes())?, word.len())
}

/// The key of a word of this length, whose bytes after the length are 0.
fn lowered(bytes: Key, length: usize) -> Option<Key> {
    // Works on all bytes in one step; the high bit of each byte is the result. Sums of two ASCII bytes do not carry.
    const ONES: Key = Key::from_ne_bytes([1; LONGEST_KEY]);
    const HIGH: Key = 0x80 * ONES;
    let least = |bytes: Key, byte: u8| bytes + (0x80 - Key::from(byte)) * ONES;
    let low = bytes & !HIGH;
    let no_backtick = least(low ^ (Key::from(b'`') * ONES), 1);
    let plain = least(low, b'!') & !least(low, b'~' + 1) & no_backtick & !bytes & HIGH;
    let capitals = least(low, b'A') & !least(low, b'Z' + 1) & HIGH;
    (plain == HIGH & MASKS[length]).then_some(bytes | capitals >> 2)
}

/// The first bytes of a key, by their number.
const MASKS: [Key; LONGEST_KEY + 1] = {
    let mut masks = [0; LONGEST_KEY + 1];
    let mut length = 1;
    while length <= LONGEST_KEY {
        masks[length] = masks[length - 1] << 8 | 0xFF;
        length += 1;
    }
    masks
};

/// Up to sixteen bytes as a number, from loads that may overlap.
fn padded(bytes: &[u8]) -> Option<Key> {
    let n = bytes.len();
    if n > LONGEST_KEY {
        return None;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return Some(Key::from(u64::from_le_bytes(*first)) | Key::from(u64::from_le_bytes(*last)) << (8 * (n - 8)));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let key = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (n - 4));
        return Some(Key::from(key));
    }
    Some(bytes.iter().rev().fold(0, |key, byte| key << 8 | Key::from(*byte)))
}

/// Whether folding only makes the character lower case, if it changes it at all, in any context.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'`'
}

/// A set of names by what they fold to, whole before anything is asked.
#[derive(Debug, Default)]
pub(super) struct FoldedNames {
    /// Sorted when the set is whole.
    short: Vec<Key>,
    long: BTreeSet<String>,
    /// [`initial`] of each.
    initials: u32,
}

/// A bit for the letter of English that begins a folded name; all bits if another character does.
fn initial(name: &[u8]) -> u32 {
    name.first().filter(|first| first.is_ascii_alphabetic()).map_or(u32::MAX, |first| 1 << (first & 0x1F))
}

impl FoldedNames {
    /// Adds a name.
    pub(super) fn insert(&mut self, name: &str) {
        let Self { short, long, initials } = self;
        with_folded(name, |name| {
            *initials |= initial(name.as_bytes());
            match key(name.as_bytes()) {
                Some(key) => short.push(key),
                None => drop(long.insert(name.to_owned())),
            }
        });
    }

    /// Forgets all names.
    pub(super) fn clear(&mut self) {
        self.short.clear();
        self.long.clear();
        self.initials = 0;
    }

    /// Makes the set whole.
    pub(super) fn close(&mut self) {
        self.short.sort_unstable();
        self.short.dedup();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.short.is_empty() && self.long.is_empty()
    }

    #[inline]
    pub(super) fn contains(&self, name: &str) -> bool {
        initial(name.as_bytes()) & self.initials != 0 && self.has(name)
    }

    fn has(&self, name: &str) -> bool {
        let has = |key: Key| self.short.binary_search(&key).is_ok();
        plain_key(name).map_or_else(
            || with_folded(name, |name| key(name.as_bytes()).map_or_else(|| self.long.contains(name), has)),
            has,
        )
    }
}

/// Calls `read` with the folded word; allocates only for a word with other letters than those of English, or a long one.
pub(super) fn with_folded<T>(word: &str, read: impl FnOnce(&str) -> T) -> T {
    let mut small = [0_u8; 48];
    let bytes = word.as_bytes();
    // A single blank between two words is left alone too.
    let blank = |at: usize| bytes[at] == b' ' && at > 0 && bytes.get(at + 1).is_some_and(|next| is_plain(*next));
    if bytes.len() > small.len() || !(0..bytes.len()).all(|at| is_plain(bytes[at]) || blank(at)) {
        return read(&fold(word));
    }
    let small = &mut small[..bytes.len()];
    small.copy_from_slice(bytes);
    small.make_ascii_lowercase();
    read(std::str::from_utf8(small).expect("the word is ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_in_any_dress() {
        let lexicon = Lexicon::shared();
        for word in ["Jan.", "jan", "JAN"] {
            assert!(lexicon.classes(word).any(Classes::CALENDAR), "{word}");
        }
        assert!(lexicon.classes("José").any(Classes::FIRST_NAME));
        assert!(!lexicon.classes("Xyzzy").any(Classes::FIRST_NAME | Classes::COMMON));
    }

    #[test]
    fn plain_signs_fold_to_themselves() {
        for byte in (0..=127).filter(|byte| is_plain(*byte)) {
            let word = format!("a{0} {0}b{0}", char::from(byte));
            assert_eq!(fold(&word), word.to_ascii_lowercase());
            with_folded(&word, |folded| assert_eq!(folded, fold(&word)));
            let word = char::from(byte).to_string();
            assert_eq!(plain_key(&word), key(fold(&word).as_bytes()));
        }
        for word in ["", "a  b", " a", "a ", "a\nb", "`a", "É", "a\0", "\u{a0}b", "a \u{301}b"] {
            with_folded(word, |folded| assert_eq!(folded, fold(word), "{word:?}"));
        }
        assert_eq!(plain_key("a\0"), None);
    }

    #[test]
    fn keys_are_made_of_all_bytes() {
        for length in 0..=LONGEST_KEY + 1 {
            let word = "Abcdefghijklmnopq"[..length].to_owned();
            assert_eq!(plain_key(&word), key(word.to_ascii_lowercase().as_bytes()), "{word}");
            for at in 0..length {
                for byte in 0..=127_u8 {
                    let mut word = word.clone().into_bytes();
                    word[at] = byte;
                    let word = String::from_utf8(word).unwrap();
                    let key = key(word.to_ascii_lowercase().as_bytes()).filter(|_| is_plain(byte));
                    assert_eq!(plain_key(&word), key, "{word:?}");
                }
            }
        }
        assert_eq!(plain_key("é"), None);
    }

    #[test]
    fn names_are_found_by_what_they_fold_to() {
        let mut names = FoldedNames::default();
        assert!(names.is_empty());
        let known = ["Harale", "ÉVIAN", "New York", "Harale-Kisumu-Zandvoort", "Zúñiga-Harale-Kisumu"];
        known.iter().for_each(|name| names.insert(name));
        names.close();
        for name in known.iter().copied().chain(["HARALE", "evian", "new york", "zuniga-harale-kisumu"]) {
            assert!(names.contains(name), "{name}");
        }
        for name in ["", "York", "Harale-Kisumu-Zandvoor", "évia"] {
            assert!(!names.contains(name), "{name}");
        }
    }

    #[test]
    fn a_word_in_a_text_is_known_as_by_itself() {
        let lexicon = Lexicon::shared();
        for text in
            ["Jan. 5 it rained in the north", "JAN", "Jan..", "José, 3 Jan", "x January", "... and more of the same"]
        {
            let ends = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
            for start in ends() {
                for end in ends().filter(|end| *end >= start) {
                    let span = Span::new(start, end);
                    assert_eq!(lexicon.classes_in(text, span), lexicon.classes(span.of(text)), "{}", span.of(text));
                }
            }
        }
    }

    #[test]
    fn first_letters_hide_no_class() {
        let lexicon = Lexicon::shared();
        for word in
            ["in", "In", "dollars", "PESOS", "Évian", "`a", "xyzzy", "", ".", "José", "d'or", "université", "jan."]
        {
            for (_, class) in SECTIONS {
                assert_eq!(lexicon.is(word, *class), lexicon.classes(word).any(*class), "{word}");
            }
        }
        for (key, classes) in &lexicon.words.rows {
            let word = String::from_utf8(key.to_le_bytes().to_vec()).unwrap();
            assert!(lexicon.is(word.trim_end_matches('\0'), *classes), "{word}");
        }
    }

    #[test]
    fn the_table_has_every_word_and_no_other() {
        let table = &Lexicon::shared().words;
        for (key, classes) in &table.rows {
            assert_eq!(table.classes(*key), *classes);
            let other = *key ^ 0xFF << 64;
            assert_eq!(table.classes(other), Classes::default());
        }
    }

    #[test]
    fn every_class_has_words() {
        let lexicon = Lexicon::shared();
        for (section, class) in SECTIONS {
            let short = lexicon.words.rows.iter().map(|(_, classes)| classes);
            let mut classes = short.chain(lexicon.long_words.values());
            assert!(classes.any(|classes| classes.any(*class)), "{section}");
        }
    }
}
