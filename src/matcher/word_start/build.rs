//! Compiles folded names, in order, into the bytes that [`Layout`] describes.
//!
//! A name is told by the hash of its words, one behind the other, each with the signs before it: "new york" is "new", then
//! " york". The hash of every beginning goes into the filters, so that a text is followed word by word as far as some name goes;
//! where one may end, its record is looked up, and its bytes are compared. Signs behind the last word and before the first one
//! ("yahoo!", "'s-hertogenbosch") are steps of their own, behind the words.

use std::collections::BTreeMap;
use std::ops::Range;

use super::hash::{self, Kind};
use super::layout::{
    Answer, BEHIND, COMPARED, Filter, HEADER, LINE, Layout, MAX_KEY, MAX_SPILL, OFFSETS_AT, Record, SLOTS, SPILLED_AT,
    Sense, Sizes, USED_AT, line_of, tag_of,
};
use super::probe::{Place, find_record};
use super::scalar::Scalar;
use super::segments::{MAX_EDGE, Segments};
use crate::error::{Error, Result};

/// Mean number of records in a line of [`SLOTS`]. More make the tables smaller and spill more records into later lines, where
/// they take five times as long to be found: one in 200 with 5, one in 30 with 7.
const RECORDS_PER_LINE: usize = 5;
/// What the tables must know of the aliases of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyTraits {
    /// Some alias may match where the first word begins with a small letter.
    pub(crate) lower_start: bool,
    /// Some alias may begin or end inside a word.
    pub(crate) open: bool,
}

/// Words with which keys begin.
#[derive(Debug, Clone, Copy)]
struct Beginning {
    hash: u64,
    /// One word only.
    is_first: bool,
    /// Of a key that may match where the first word begins with a small letter.
    is_small: bool,
    answer: Answer,
}

/// Makes the tables of keys that come in ascending order.
#[derive(Debug)]
pub(crate) struct Builder {
    /// The header, to be written at last, the records, and [`BEHIND`] bytes.
    bytes: Vec<u8>,
    /// The hash and the offset of each record.
    records: Vec<(u64, u32)>,
    beginnings: Vec<Beginning>,
    padded: Padded,
    n_keys: usize,
    longest: usize,
    /// The last key without signs before its first word that the tables hold.
    last: String,
    /// Where its beginnings end, and which they are: every one that any key before it had in common with it.
    path: Vec<(usize, usize)>,
    segments: Segments,
    /// The words of keys with signs around them; with their hash, and what [`Record::edges`] says.
    edged: BTreeMap<String, (u64, u8)>,
    leftovers: Vec<u32>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; HEADER + BEHIND],
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

    /// Adds the next key, with its aliases; the first has number 0.
    ///
    /// # Panics
    ///
    /// If the key is not behind the last one in the order of bytes (checked among the keys the tables hold).
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
            for (kind, signs) in [(Kind::Tail, words_end..key.len()), (Kind::Lead, 0..first)] {
                if !signs.is_empty() {
                    hash = self.padded.hash(hash, kind, signs);
                }
            }
        }
        self.push_record(hash, key.as_bytes(), senses);
    }

    /// Adds the beginnings of a key that has been cut and padded; returns the hash of all its words.
    fn push_words(&mut self, key: &str, is_small: bool) -> u64 {
        let first = self.segments.first;
        let in_order = first == 0;
        if in_order {
            assert!(self.last.is_empty() || *self.last < *key, "keys come in ascending order");
            let shared = self.last.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
            // What an earlier key had in common with this one, the last key had too, so nothing needed is dropped.
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
        // An offset beyond 32 bits is refused at the end; until then it only has to be harmless.
        self.records.push((hash, u32::try_from(offset).unwrap_or(HEADER as u32)));
    }

    /// The tables.
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
                // Too many records in one place, which a few more lines scatter.
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

    /// Says at the words of keys with signs around them how many signs there may be; adds a record for them if they are no key.
    /// `lines` are those of all keys.
    fn push_edged(&mut self, lines: &[u8], edged: &BTreeMap<String, (u64, u8)>) {
        for (words, (hash, edges)) in edged {
            self.padded.set(words.as_bytes());
            let place = Place { bytes: &self.padded.0, start: 0, length: words.len() };
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

    /// Fills the filters and puts everything into its place.
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

/// The bit of [`Record::edges`] for `length` bytes of signs, of those from `first` on; none without signs.
fn edge(length: usize, first: usize) -> u8 {
    if length == 0 { 0 } else { 1 << (first + length - 1) }
}

/// A key with room behind it, for hashing.
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

/// The words of a filter for `n` beginnings, a power of two; 0 without any. The larger a filter is, the more it costs to ask it
/// and the less to ask in vain.
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
