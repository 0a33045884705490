//! Which articles are copies of one another?
//!
//! Agencies send one story to hundreds of papers, which change its headline, cut its end and put their own notices around it.
//! Input: the parts of an article without page furniture. Output: a [`Signature`] of fixed size for each article, which is all
//! that a run stores, and the [`Stories`] that the signatures of many articles make. Pure functions of the texts: the stories of
//! a run do not depend on how it was divided, merged or read.
//!
//! # The rule
//!
//! What is compared are *phrases*: three words in a row, not counting words of fewer than six letters, with numbers as words.
//! Two articles are copies if their texts are equal, or if all of this holds:
//!
//! - Each has at least 12 phrases, which are about 40 words; less is too little to judge by.
//! - At least half of all phrases that occur in either occur in both (resemblance, Broder 1997). Two fifths are enough if both
//!   credit the same agency, "(AP)" or "(Reuters)"; of different agencies it must be nearly everything, since each writes its
//!   own story of an event. A text that was cut is a copy, too, if it begins like the other and three fifths of its phrases
//!   are in the other.
//! - At least a third of the different numbers of the article with fewer numbers are in the other; or both are long and have at most
//!   one number for twelve phrases. A report that comes every day, of a market or of the weather, uses the same words with other
//!   numbers and is another report.
//!
//! Copies of copies are one story. The signatures hold samples of the phrases, so the shares are estimates: resemblance has a
//! standard error of at most 0.085.
//!
//! What is deliberately not done: nothing is looked up in the gazetteer, and no date is compared, because a reprint is a copy.

mod sketch;
mod stories;
mod tokens;

#[cfg(test)]
mod tests;

pub use stories::Stories;

use twox_hash::XxHash3_64;

use crate::document::Part;
use sketch::{Sampler, resemblance};
use tokens::Tokens;

/// Bytes that sample all phrases.
const PHRASES: usize = 36;
/// Bytes that sample the phrases with which the text begins.
const OPENING: usize = 12;
/// Bytes that sample the numbers of the text.
const NUMBERS: usize = 12;
/// Tokens of a phrase.
const PHRASE_TOKENS: usize = 3;
/// The phrases with which a text begins: those of about a hundred words.
const OPENING_PHRASES: usize = 36;

/// Fewer phrases than this are too little to judge by.
const LEAST_PHRASES: u16 = 12;
/// The least resemblance of copies.
const COPY: f64 = 0.5;
/// As [`COPY`], if both articles credit the same agency.
const SAME_AGENCY: f64 = 0.4;
/// As [`COPY`], if they credit different ones.
const OTHER_AGENCY: f64 = 0.85;
/// The least resemblance of a text to one from which its end was cut,
const CUT: f64 = 0.2;
/// of their openings,
const CUT_OPENING: f64 = 0.5;
/// and the least share of the phrases of the shorter one that are in the longer one.
const CUT_CONTAINED: f64 = 0.6;
/// The least share of the numbers of one article that are in the other. Copies have at least half of them in common; the estimate
/// is from few samples, so that it is asked to be a third.
const NUMBERS_CONTAINED: f64 = 1.0 / 3.0;
/// How many phrases an article has at least for each of its different numbers, if numbers are a small part of what it says,
const PHRASES_FOR_A_NUMBER: u16 = 12;
/// and how many it has at all: of a short text, the numbers may be all that is new.
const PHRASES_BESIDE_NUMBERS: u16 = 60;

/// Agencies as articles credit them, in parentheses near the beginning. The number of an agency is its place here, from 1.
const AGENCIES: [&str; 20] = [
    "AP",
    "Reuters",
    "AFP",
    "UPI",
    "dpa",
    "Xinhua",
    "TASS",
    "Interfax",
    "ANSA",
    "EFE",
    "Kyodo",
    "Yonhap",
    "PTI",
    "IANS",
    "ANI",
    "AAP",
    "PA",
    "CP",
    "Bloomberg",
    "Anadolu",
];
/// How far into the text a credit is looked for, in bytes.
const CREDIT_WITHIN: usize = 400;

/// What is known of the words of an article, in 72 bytes: enough to recognise copies of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// XXH3-64 of the text, as delivered, with that of the title as its seed (0 without a title).
    pub content: u64,
    phrases: [u8; PHRASES],
    opening: [u8; OPENING],
    numbers: [u8; NUMBERS],
    n_phrases: u16,
    n_numbers: u8,
    agency: u8,
}

/// Samples in a group: articles that have a group in common are compared.
const IN_GROUP: usize = 3;
/// Groups of a signature.
const GROUPS: usize = (PHRASES + OPENING) / IN_GROUP;
/// Number of 64-bit words in which a signature is stored, besides the hash of the content.
pub(crate) const WORDS: usize = (PHRASES + OPENING + NUMBERS + 4) / 8;

impl Signature {
    /// The signature of an article without furniture, for callers that have no `Signer`.
    ///
    /// ```
    /// use dateline::copies::Signature;
    /// let story = "The harbour bridge at Oda was closed on Monday after engineers found cracks in two of its pillars. Drivers \
    ///     were sent along the coastal road, where traffic stood still through the evening. The ministry promised repairs \
    ///     before winter, without naming the company that would carry them out.";
    /// let longer = format!("{story} Nobody was hurt.");
    /// let other = "The central bank left its rate unchanged on Monday, as most economists had expected after a quiet month \
    ///     of prices. Its governor said that food would become cheaper before winter if the harvest held.";
    /// let [story, longer, other] = [story, &longer, other].map(|text| Signature::of(None, text));
    /// assert!(story.is_copy_of(&longer) && !story.is_copy_of(&other));
    /// ```
    #[must_use]
    pub fn of(title: Option<&str>, text: &str) -> Self {
        let mut signer = Signer::default();
        signer.push(Part::Title, title.unwrap_or_default());
        signer.push(Part::Text, text);
        signer.finish(title, text)
    }

    /// Whether two articles are copies, by the [rule](self).
    #[must_use]
    pub fn is_copy_of(&self, other: &Self) -> bool {
        if self.content == other.content {
            return true;
        }
        if self.n_phrases.min(other.n_phrases) < LEAST_PHRASES {
            return false;
        }
        let phrases = resemblance(&self.phrases, &other.phrases);
        let least = match (self.agency, other.agency) {
            (0, _) | (_, 0) => COPY,
            (one, two) if one == two => SAME_AGENCY,
            _ => OTHER_AGENCY,
        };
        let is_cut = || {
            least < OTHER_AGENCY
                && phrases >= CUT
                && resemblance(&self.opening, &other.opening) >= CUT_OPENING
                && contained(phrases, self.n_phrases.into(), other.n_phrases.into()) >= CUT_CONTAINED
        };
        (phrases >= least || is_cut())
            && (self.shares_numbers(other) || self.has_few_numbers() && other.has_few_numbers())
    }

    fn has_few_numbers(&self) -> bool {
        self.n_phrases >= PHRASES_BESIDE_NUMBERS && u16::from(self.n_numbers) * PHRASES_FOR_A_NUMBER <= self.n_phrases
    }

    fn shares_numbers(&self, other: &Self) -> bool {
        let (one, two) = (self.n_numbers, other.n_numbers);
        one == 0
            || two == 0
            || contained(resemblance(&self.numbers, &other.numbers), one.into(), two.into()) >= NUMBERS_CONTAINED
    }

    /// The samples of each group. Two articles have at least one group in common with a probability that grows with the resemblance
    /// of their phrases: .80 at one half, .99 at .7; and more if they begin alike.
    fn groups(&self) -> [[u8; IN_GROUP]; GROUPS] {
        let (phrases, _) = self.phrases.as_chunks();
        let (opening, _) = self.opening.as_chunks();
        let mut groups = phrases.iter().chain(opening).copied();
        std::array::from_fn(|_| groups.next().unwrap_or_default())
    }

    /// As it is stored.
    pub(crate) fn to_words(self) -> [u64; WORDS] {
        let mut bytes = [0; 8 * WORDS];
        let (phrases, rest) = bytes.split_at_mut(PHRASES);
        let (opening, rest) = rest.split_at_mut(OPENING);
        let (numbers, rest) = rest.split_at_mut(NUMBERS);
        phrases.copy_from_slice(&self.phrases);
        opening.copy_from_slice(&self.opening);
        numbers.copy_from_slice(&self.numbers);
        rest[..2].copy_from_slice(&self.n_phrases.to_le_bytes());
        rest[2..].copy_from_slice(&[self.n_numbers, self.agency]);
        let (words, _) = bytes.as_chunks::<8>();
        std::array::from_fn(|index| u64::from_le_bytes(words[index]))
    }

    /// The reverse of [`to_words`](Self::to_words); any words are a signature.
    pub(crate) fn from_words(content: u64, words: [u64; WORDS]) -> Self {
        let bytes = words.map(u64::to_le_bytes);
        let mut bytes = bytes.as_flattened().iter().copied();
        let mut next = || bytes.next().unwrap_or_default();
        Self {
            content,
            phrases: std::array::from_fn(|_| next()),
            opening: std::array::from_fn(|_| next()),
            numbers: std::array::from_fn(|_| next()),
            n_phrases: u16::from_le_bytes([next(), next()]),
            n_numbers: next(),
            agency: next(),
        }
    }
}

/// The share of the smaller of two sets that is in the larger one, from their resemblance and sizes.
fn contained(resemblance: f64, one: f64, two: f64) -> f64 {
    let common = resemblance / (1.0 + resemblance) * (one + two);
    (common / one.min(two)).min(1.0)
}

/// Computes signatures. The buffers are used again for the next article.
#[derive(Debug, Default)]
pub(crate) struct Signer {
    tokens: Tokens,
    /// Phrases of the title, then those of the text.
    phrases: Vec<u64>,
    /// How many of the tokens are of the title.
    in_title: usize,
    numbers: Vec<u64>,
    agency: u8,
    /// Bytes of the text that were searched for a credit.
    searched: usize,
}

impl Signer {
    /// Adds the next stretch of the article; those of the title come first. No word goes on from one stretch to the next.
    pub(crate) fn push(&mut self, part: Part, stretch: &str) {
        let numbers_before = self.tokens.numbers().len();
        self.tokens.push(stretch);
        match part {
            // The numbers of a headline are repeated in the text, or the headline was changed.
            Part::Title => {
                self.tokens.forget_numbers(numbers_before);
                self.in_title = self.tokens.hashes().len();
            }
            Part::Text => {
                if self.agency == 0 && self.searched < CREDIT_WITHIN {
                    self.agency = agency_in(stretch, CREDIT_WITHIN - self.searched);
                    self.searched += stretch.len();
                }
            }
        }
    }

    /// The signature of what was pushed; the content is hashed as it was delivered. Begins anew.
    pub(crate) fn finish(&mut self, title: Option<&str>, text: &str) -> Signature {
        let (title_tokens, text_tokens) = self.tokens.hashes().split_at(self.in_title);
        self.phrases.clear();
        let phrase = |tokens: &[u64]| sketch::combine(tokens);
        self.phrases.extend(title_tokens.windows(PHRASE_TOKENS).map(phrase));
        let in_title = self.phrases.len();
        self.phrases.extend(text_tokens.windows(PHRASE_TOKENS).map(phrase));
        self.numbers.clear();
        self.numbers.extend_from_slice(self.tokens.numbers());
        self.numbers.sort_unstable();
        self.numbers.dedup();
        let opening = &self.phrases[in_title..];
        let opening = &opening[..opening.len().min(OPENING_PHRASES)];
        let signature = Signature {
            content: content_of(title, text),
            phrases: Sampler::default().sample(&self.phrases),
            opening: Sampler::default().sample(opening),
            numbers: Sampler::default().sample(&self.numbers),
            n_phrases: u16::try_from(self.phrases.len()).unwrap_or(u16::MAX),
            n_numbers: u8::try_from(self.numbers.len()).unwrap_or(u8::MAX),
            agency: self.agency,
        };
        self.tokens.clear();
        (self.in_title, self.agency, self.searched) = (0, 0, 0);
        signature
    }
}

/// The hash of title and text by which exact copies are recognised.
fn content_of(title: Option<&str>, text: &str) -> u64 {
    let seed = title.map_or(0, |title| XxHash3_64::oneshot(title.as_bytes()));
    XxHash3_64::oneshot_with_seed(seed, text.as_bytes())
}

/// The number of the agency that is credited first within so many bytes; 0 if there is none.
fn agency_in(text: &str, within: usize) -> u8 {
    let bytes = &text.as_bytes()[..text.len().min(within)];
    for open in memchr::memchr_iter(b'(', bytes) {
        let inside = &bytes[open + 1..];
        for (agency, number) in AGENCIES.iter().zip(1..) {
            let name = agency.as_bytes();
            if inside.len() > name.len()
                && inside[name.len()] == b')'
                && inside[..name.len()].eq_ignore_ascii_case(name)
            {
                return number;
            }
        }
    }
    0
}
