//! Words that end with a period in the middle of a sentence, and words that begin one.
//!
//! All lists are lower case and sorted.

/// Before a name, a number or a place: the sentence goes on whatever follows.
const LEADING: &[&str] = &[
    "adm", "amb", "asst", "atty", "ave", "bp", "brig", "capt", "card", "cf", "chas", "cmdr", "col", "comdr", "cpl",
    "cpt", "det", "dr", "e.g", "ens", "fr", "ft", "gen", "geo", "gov", "hon", "i.e", "insp", "lt", "maj", "messrs",
    "mlle", "mme", "mr", "mrs", "ms", "msgr", "mt", "mx", "pfc", "phila", "pres", "prof", "pte", "pvt", "rep", "reps",
    "rev", "rt", "sen", "sens", "sgt", "st", "ste", "supt", "treas", "v", "viz", "vs",
];

/// Before a number only: elsewhere they are words or end a sentence.
const BEFORE_NUMBER: &[&str] = &[
    "apr", "art", "aug", "ca", "ch", "dec", "eq", "est", "feb", "fig", "figs", "jan", "jul", "jun", "mar", "no", "nos",
    "nov", "oct", "op", "p", "para", "pp", "sec", "sect", "sep", "sept", "vol",
];

/// After a name, or before another word: the sentence goes on unless the next word is one that begins sentences.
const TRAILING: &[&str] = &[
    "a.k.a", "a.m", "ala", "approx", "apr", "apt", "ariz", "ark", "assn", "assoc", "aug", "bldg", "blvd", "bros",
    "calif", "cie", "co", "colo", "conn", "corp", "cos", "cu", "dec", "del", "dept", "dist", "div", "ed", "eds", "esq",
    "est", "etc", "feb", "fla", "fri", "ga", "govt", "hosp", "hwy", "ill", "inc", "ind", "inst", "intl", "jan", "jr",
    "jul", "jun", "kan", "kans", "ky", "la", "ltd", "ltda", "mar", "mass", "max", "md", "mfg", "mgr", "mich", "min",
    "minn", "miss", "mo", "mon", "mont", "nat", "natl", "neb", "nebr", "nev", "nov", "oct", "okla", "ont", "ore", "oz",
    "p.m", "pa", "pct", "penn", "ph.d", "phd", "plc", "prov", "pt", "pty", "que", "r.i", "rd", "s.a", "sat", "sec",
    "sen", "sep", "sept", "sq", "sr", "sta", "sun", "tel", "tenn", "tex", "thu", "thurs", "tue", "tues", "twp", "univ",
    "va", "vt", "wash", "wed", "wis", "wisc", "wyo",
];

/// Words that, with a capital after an abbreviation, begin a sentence.
const STARTERS: &[&str] = &[
    "a",
    "about",
    "according",
    "after",
    "all",
    "also",
    "although",
    "among",
    "an",
    "and",
    "another",
    "any",
    "as",
    "at",
    "authorities",
    "because",
    "before",
    "both",
    "but",
    "by",
    "critics",
    "despite",
    "during",
    "each",
    "earlier",
    "even",
    "every",
    "few",
    "first",
    "following",
    "for",
    "from",
    "he",
    "her",
    "here",
    "hers",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "indeed",
    "instead",
    "investigators",
    "it",
    "its",
    "just",
    "last",
    "later",
    "like",
    "many",
    "meanwhile",
    "more",
    "moreover",
    "most",
    "my",
    "neither",
    "nevertheless",
    "no",
    "nobody",
    "none",
    "nor",
    "not",
    "now",
    "of",
    "officials",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "others",
    "our",
    "over",
    "people",
    "police",
    "residents",
    "several",
    "shares",
    "she",
    "similarly",
    "since",
    "so",
    "some",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "through",
    "thus",
    "to",
    "today",
    "two",
    "under",
    "until",
    "we",
    "what",
    "when",
    "whenever",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "whose",
    "why",
    "with",
    "without",
    "witnesses",
    "yesterday",
    "yet",
    "you",
    "your",
];

/// Verbs after a question or an exclamation that is quoted: the sentence goes on.
const SPEECH: &[&str] = &[
    "added",
    "asked",
    "asks",
    "cried",
    "demanded",
    "exclaimed",
    "joked",
    "quipped",
    "replied",
    "said",
    "says",
    "shouted",
    "told",
    "wondered",
    "wrote",
];

/// What a period after `word` says about the end of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    /// It ends the sentence.
    Ends,
    /// It belongs to the word, and the sentence goes on.
    GoesOn,
    /// It belongs to the word if a number follows.
    GoesOnBeforeNumber,
    /// It belongs to the word; the next word determines whether it also ends the sentence.
    AskNext,
}

/// Judges the period after `word`, which has no blanks in it.
pub(super) fn period_after(word: &str) -> Period {
    let mut buffer = [0; 12];
    let Some(word) = lower_case(word, &mut buffer) else { return Period::Ends };
    if !ABBREVIATIONS.may_contain(word) && !is_initials(word) {
        Period::Ends
    } else if contains(LEADING, word) {
        Period::GoesOn
    } else if is_initials(word) {
        if word.len() == 1 && word != b"i" { Period::GoesOn } else { Period::AskNext }
    } else if contains(TRAILING, word) {
        Period::AskNext
    } else if contains(BEFORE_NUMBER, word) {
        Period::GoesOnBeforeNumber
    } else {
        Period::Ends
    }
}

/// Whether a capitalised word is one that begins sentences.
pub(super) fn begins_sentences(word: &str) -> bool {
    let mut buffer = [0; 16];
    lower_case(word, &mut buffer).is_some_and(|word| contains(STARTERS, word))
}

/// Whether a word says that somebody spoke.
pub(super) fn is_speech(word: &str) -> bool {
    let mut buffer = [0; 12];
    lower_case(word, &mut buffer).is_some_and(|word| contains(SPEECH, word))
}

/// Single letters with periods between them: `u.s`, `j`.
fn is_initials(word: &[u8]) -> bool {
    word.len() % 2 == 1
        && word.iter().enumerate().all(|(at, byte)| if at % 2 == 0 { byte.is_ascii_lowercase() } else { *byte == b'.' })
}

fn contains(list: &[&str], word: &[u8]) -> bool {
    list.binary_search_by(|listed| listed.as_bytes().cmp(word)).is_ok()
}

/// A set of the shapes of words (length, first and last letter) that occur in some lists. Most other words have another shape, so that one
/// look here saves searching the lists.
struct Shapes([u64; Self::BITS / 64]);

static ABBREVIATIONS: Shapes = Shapes::of(&[LEADING, BEFORE_NUMBER, TRAILING]);

impl Shapes {
    const BITS: usize = 1 << 13;

    const fn of(lists: &[&[&str]]) -> Self {
        let mut bits = [0; Self::BITS / 64];
        let (mut list, mut at) = (0, 0);
        while list < lists.len() {
            if at == lists[list].len() {
                (list, at) = (list + 1, 0);
                continue;
            }
            let shape = Self::shape(lists[list][at].as_bytes());
            bits[shape / 64] |= 1 << (shape % 64);
            at += 1;
        }
        Self(bits)
    }

    const fn shape(word: &[u8]) -> usize {
        match word {
            [first, .., last] => (word.len() & 7) << 10 | (*first as usize & 31) << 5 | *last as usize & 31,
            [only] => *only as usize & 31,
            [] => 0,
        }
    }

    fn may_contain(&self, word: &[u8]) -> bool {
        let shape = Self::shape(word);
        self.0[shape / 64] >> (shape % 64) & 1 != 0
    }
}

/// A short ASCII word in lower case; longer ones and others are in no list.
fn lower_case<'b>(word: &str, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let buffer = buffer.get_mut(..word.len()).filter(|_| word.is_ascii())?;
    buffer.copy_from_slice(word.as_bytes());
    buffer.make_ascii_lowercase();
    Some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_abbreviation_is_long() {
        assert!([LEADING, BEFORE_NUMBER, TRAILING].concat().iter().all(|word| word.len() < 7));
    }

    #[test]
    fn the_lists_are_sorted() {
        for list in [LEADING, BEFORE_NUMBER, TRAILING, STARTERS, SPEECH] {
            assert!(list.is_sorted(), "{list:?}");
            assert!(
                list.iter().all(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || ". ".contains(letter)))
            );
        }
    }

    #[test]
    fn the_period_of_a_word() {
        for (word, expected) in [
            ("Gen", Period::GoesOn),
            ("W", Period::GoesOn),
            ("U.S", Period::AskNext),
            ("Inc", Period::AskNext),
            ("No", Period::GoesOnBeforeNumber),
            ("resumed", Period::Ends),
            ("Köln", Period::Ends),
        ] {
            assert_eq!(period_after(word), expected, "{word}");
        }
    }
}
