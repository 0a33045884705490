//! Compiles folded names, in ascending order, into the bytes that [`Layout`] describes.
//!
//! A name is identified by a hash that is chained over its words, each with the punctuation or blank before it: "new
//! york" is "new", then " york". The hash of every beginning goes into the filters, so that a text is followed word by
//! word as long as some name continues. Where one may end, its record is looked up and its bytes are compared.
//! Punctuation after the last word and before the first one ("yahoo!", "'s-hertogenbosch") adds steps of its own, after
//! those of the words.

use std::collections::BTreeMap;
use std::ops::Range;

use super::hash::{self, Kind};
use super::layout::{
    Answer, COMPARED, Filter, HEADER, LINE, Layout, MAX_KEY, MAX_SPILL, OFFSETS_AT, PADDING, Record, SLOTS, SPILLED_AT,
    Sense, Sizes, USED_AT, line_of, tag_of,
};
use super::probe::{PaddedSlice, find_record};
use super::scalar::Scalar;
use super::segments::{MAX_EDGE, Segments};
use crate::error::{Error, Result};

/// Mean number of records in a line of [`SLOTS`]. More records a line make the tables smaller, but spill more of them
/// into later lines, where a look-up takes five times as long: one record in 200 with 5, one in 30 with 7.
const RECORDS_PER_LINE: usize = 5;
/// What the tables must know of the aliases of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyTraits {
    /// Some alias may match where the first word begins with a lower-case letter.
    pub(crate) lower_start: bool,
    /// Some alias may begin or end inside a word.
    pub(crate) open: bool,
}

/// The first word or words of keys.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    hash: u64,
    /// It has one word only.
    is_first: bool,
    /// Some key that begins so may match where the first word begins with a lower-case letter.
    is_small: bool,
    answer: Answer,
}

/// Builds the tables from keys in ascending order.
#[derive(Debug)]
pub(crate) struct Builder {
    /// Room for the header, which is written last, then the records and [`PADDING`] bytes.
    bytes: Vec<u8>,
    /// The hash and the offset of each record.
    records: Vec<(u64, u32)>,
    beginnings: Vec<Beginning>,
    padded: Padded,
    n_keys: usize,
    longest: usize,
    /// The last key in the tables that has no punctuation before its first word.
    last: String,
    /// The beginnings of `last` that it shares with any earlier key: where each ends, and its index in `beginnings`.
    path: Vec<(usize, usize)>,
    segments: Segments,
    /// The words of keys with punctuation around them, with their hash and the bits of [`Record::edges`].
    edged: BTreeMap<String, (u64, u8)>,
    leftovers: Vec<u32>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; HEADER + PADDING],
            records: Vec::new(),
            beginnings: Vec::new(),
            padded: Padded::default(),
            n_keys: 0,
            longest: 0,
            last: String::new(),
            path: Vec::new(),
            segments: Segments::default(),
            edged: BTreeMap::new(),
            leftovers: Vec::new(),
        }
    }

    /// Adds the next key, with its aliases; the first key has number 0.
    ///
    /// # Panics
    ///
    /// If the key does not follow the last one in byte order (checked among the keys the tables hold).
    ///
    /// # Complexity
    ///
    /// Linear in the key and its aliases.
    pub(crate) fn push(&mut self, key: &str, traits: KeyTraits, senses: &[Sense]) {
        let number = self.n_keys as u32;
        self.n_keys += 1;
        self.longest = self.longest.max(key.len());
        let fits = key.len() <= MAX_KEY && u16::try_from(senses.len()).is_ok();
        if traits.open || !fits || !self.segments.cut(key) {
            self.leftovers.push(number);
            return;
        }
        let first = self.segments.first;
        let words_end = *self.segments.ends.last().expect("a word");
        self.padded.set(key.as_bytes());
        let mut hash = self.push_words(key, traits.lower_start);
        let (lead, tail) = (&key[..first], &key[words_end..]);
        if !(lead.is_empty() && tail.is_empty()) {
            let edges = edge(tail.len(), 0) | edge(lead.len(), MAX_EDGE);
            self.edged.entry(key[first..words_end].to_owned()).or_insert((hash, 0)).1 |= edges;
            for (kind, punctuation) in [(Kind::Tail, words_end..key.len()), (Kind::Lead, 0..first)] {
                if !punctuation.is_empty() {
                    hash = self.padded.hash(hash, kind, punctuation);
                }
            }
        }
        self.push_record(hash, key.as_bytes(), senses);
    }

    /// Adds the beginnings of the key in `segments` and `padded`; returns the hash of all its words.
    fn push_words(&mut self, key: &str, is_small: bool) -> u64 {
        let first = self.segments.first;
        let in_order = first == 0;
        if in_order {
            assert!(self.last.is_empty() || *self.last < *key, "keys come in ascending order");
            let shared = self.last.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
            // The last key shares everything this one shares with any earlier key, so nothing that is needed is
            // dropped.
            self.path.truncate(self.path.partition_point(|(end, _)| *end <= shared));
            self.last.clear();
            self.last.push_str(key);
        }
        let n_words = self.segments.ends.len();
        let (mut hash, mut start) = (0, first);
        for word in 0..n_words {
            let end = self.segments.ends[word];
            let at = self.path.partition_point(|(other, _)| *other < end);
            let index = match self.path.get(at).filter(|(other, _)| in_order && *other == end) {
                Some((_, index)) => *index,
                None => {
                    let hash = self.padded.hash(hash, Kind::Word, start..end);
                    let answer = Answer { ends: false, goes_on: false };
                    self.beginnings.push(Beginning { hash, is_first: word == 0, is_small: false, answer });
                    let index = self.beginnings.len() - 1;
                    if in_order {
                        self.path.insert(at, (end, index));
                    }
                    index
                }
            };
            let beginning = &mut self.beginnings[index];
            beginning.is_small |= is_small && word == 0;
            beginning.answer.ends |= word + 1 == n_words;
            beginning.answer.goes_on |= word + 1 < n_words;
            (hash, start) = (beginning.hash, end);
        }
        hash
    }

    fn push_record(&mut self, hash: u64, key: &[u8], senses: &[Sense]) {
        let offset = Record::push(&mut self.bytes, key, senses);
        // An offset beyond 32 bits is an error at the end; until then it only has to be harmless.
        self.records.push((hash, u32::try_from(offset).unwrap_or(HEADER as u32)));
    }

    /// Returns the tables.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if keys or records need more than 32 bits.
    ///
    /// # Complexity
    ///
    /// Linear in the bytes of all keys.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>> {
        let edged = std::mem::take(&mut self.edged);
        let mut n_lines = (self.records.len() + edged.len()).div_ceil(RECORDS_PER_LINE).max(1);
        let mut is_complete = edged.is_empty();
        loop {
            self.check_limits(n_lines)?;
            match self.hash_all(n_lines) {
                Some(lines) if is_complete => return self.assemble(n_lines, &lines),
                Some(lines) => {
                    self.push_edged(&lines, &edged);
                    is_complete = true;
                }
                // Too many records fall on neighbouring lines; more lines scatter them.
                None => n_lines += n_lines / 8 + 1,
            }
        }
    }

    fn check_limits(&self, n_lines: usize) -> Result<()> {
        let too_many = |what: &str| Error::limit(format!("the gazetteer has too many {what} for word-start tables"));
        let remedy = "use fewer names, or `--engine aho-corasick`";
        if u32::try_from(self.n_keys).is_err() {
            return Err(too_many("names").with_remedy(remedy));
        }
        if u32::try_from(self.bytes.len()).is_err() || u32::try_from(n_lines).is_err() {
            return Err(too_many("letters").with_remedy(remedy));
        }
        Ok(())
    }

    /// Puts all records into lines; `None` if they do not fit.
    fn hash_all(&self, n_lines: usize) -> Option<Vec<u8>> {
        let mut lines = vec![0; n_lines * LINE];
        for (hash, offset) in &self.records {
            insert(&mut lines, *hash, *offset)?;
        }
        Some(lines)
    }

    /// Marks the words of keys that have punctuation around them with the lengths of that punctuation. Adds a record
    /// where the words alone are not a key. `lines` hold all keys.
    fn push_edged(&mut self, lines: &[u8], edged: &BTreeMap<String, (u64, u8)>) {
        for (words, (hash, edges)) in edged {
            self.padded.set(words.as_bytes());
            let place = PaddedSlice { bytes: &self.padded.0, start: 0, length: words.len() };
            let offset = match find_record(Scalar, lines, &self.bytes, *hash, place) {
                Some((offset, _)) => offset,
                None => {
                    self.push_record(*hash, words.as_bytes(), &[]);
                    self.records.last().expect("just pushed").1
                }
            };
            Record::add_edges(&mut self.bytes, offset, *edges);
        }
    }

    /// Fills the filters and concatenates the parts.
    fn assemble(self, n_lines: usize, lines: &[u8]) -> Result<Vec<u8>> {
        self.check_limits(n_lines)?;
        let filter = |is_in: fn(&Beginning) -> bool| {
            filter_words(self.beginnings.iter().filter(|beginning| is_in(beginning)).count())
        };
        let layout = Layout::new(&Sizes {
            n_keys: self.n_keys as u32,
            n_records: self.records.len() as u32,
            n_lines: n_lines as u32,
            records_end: self.bytes.len(),
            firsts: filter(|beginning| beginning.is_first),
            smalls: filter(|beginning| beginning.is_small),
            nexts: filter(|beginning| !beginning.is_first),
            n_leftovers: self.leftovers.len(),
            longest: self.longest,
        });
        let mut bytes = self.bytes;
        bytes.resize(layout.lines().start, 0);
        bytes.extend_from_slice(lines);
        bytes.extend(self.leftovers.iter().flat_map(|key| key.to_le_bytes()));
        layout.write(&mut bytes);
        for Beginning { hash, is_first, is_small, answer } in self.beginnings {
            let part = if is_first { layout.firsts() } else { layout.nexts() };
            Filter::add(&mut bytes[part], hash, answer);
            if is_small {
                Filter::add(&mut bytes[layout.smalls()], hash, answer);
            }
        }
        Ok(bytes)
    }
}

/// The bit of [`Record::edges`] for `length` bytes of punctuation; `first` is the bit of length 1. 0 for no
/// punctuation.
fn edge(length: usize, first: usize) -> u8 {
    if length == 0 { 0 } else { 1 << (first + length - 1) }
}

/// A key followed by padding, for hashing.
#[derive(Debug, Default)]
struct Padded(Vec<u8>);

impl Padded {
    fn set(&mut self, key: &[u8]) {
        self.0.clear();
        self.0.extend_from_slice(key);
        self.0.extend([0; COMPARED]);
    }

    fn hash(&self, before: u64, kind: Kind, segment: Range<usize>) -> u64 {
        hash::segment(hash::seed(before, kind), &self.0, segment.start, segment.len())
    }
}

/// The number of 64-bit words of a filter for `n` beginnings: a power of two, or 0. A larger filter costs more cache
/// misses and gives fewer false positives.
fn filter_words(n: usize) -> usize {
    let n_bits = match n {
        0 => return 0,
        1..0x4000 => 32 * n,
        0x4000..0x40000 => 16 * n,
        _ => 8 * n,
    };
    n_bits.div_ceil(64).next_power_of_two()
}

/// Puts the offset of a record into the first line with room.
fn insert(lines: &mut [u8], hash: u64, offset: u32) -> Option<()> {
    let n_lines = lines.len() / LINE;
    let first = line_of(hash, n_lines as u32);
    for spill in 0..MAX_SPILL {
        let at = (first + spill) % n_lines * LINE;
        let line = &mut lines[at..at + LINE];
        let used = usize::from(line[USED_AT]);
        if used < SLOTS {
            line[2 * used..2 * used + 2].copy_from_slice(&tag_of(hash).to_le_bytes());
            line[OFFSETS_AT + 4 * used..OFFSETS_AT + 4 * used + 4].copy_from_slice(&offset.to_le_bytes());
            line[USED_AT] += 1;
            return Some(());
        }
        line[SPILLED_AT] = 1;
    }
    None
}
