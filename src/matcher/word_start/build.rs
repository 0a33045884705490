//! Compiles folded names, in order, into the bytes that [`Layout`] describes.
//!
//! The names form a trie whose steps are words, each with the signs before it: "new york" is "new", then " york". A step
//! leads from the offset of one record to that of the next, so that comparing parent and bytes proves a whole name. Signs
//! behind the last word and before the first one ("yahoo!", "'s-hertogenbosch") are steps of their own.

use super::hash::{self, Kind, READ_AHEAD};
use super::layout::{
    EDGES_AT, FLAGS_AT, GOES_ON, HEADER, LINE, Layout, MAX_SPILL, OFFSETS_AT, ROOT, Record, SLOTS, SMALL, SPILLED_AT,
    Sense, Sizes, USED_AT, add_to_filter, line_of, tag_of,
};
use super::probe::{Place, find_record};
use super::scalar::Scalar;
use super::segments::{MAX_EDGE, Segments};
use crate::error::{Error, Result};

/// Mean number of records in a line of [`SLOTS`]. More make the tables smaller and spill more records into later lines.
const RECORDS_PER_LINE: usize = 7;
/// Bits of filter for each word; rounded to a power of two words.
const FILTER_BITS: usize = 16;

/// What the tables must know of the aliases of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyTraits {
    /// Some alias may match where the first word begins with a small letter.
    pub(crate) lower_start: bool,
    /// Some alias may begin or end inside a word.
    pub(crate) open: bool,
}

/// A key with signs before its first word.
#[derive(Debug)]
struct Led {
    key: String,
    traits: KeyTraits,
    senses: Vec<Sense>,
}

/// Makes the tables of keys that come in ascending order.
#[derive(Debug)]
pub(crate) struct Builder {
    /// The header, to be written at last, the records, and [`READ_AHEAD`] bytes.
    bytes: Vec<u8>,
    /// The hash of each record.
    hashes: Vec<u64>,
    segment: Segment,
    n_keys: usize,
    n_firsts: usize,
    n_smalls: usize,
    n_nexts: usize,
    /// The last key without a lead that the tables hold.
    last: String,
    /// The records of its beginnings, by their length: every beginning that any key before it had in common with it.
    path: Vec<(usize, Node)>,
    segments: Segments,
    /// Keys with signs before the first word: they hang on the records of the rest, which comes elsewhere in the order.
    led: Vec<Led>,
    /// No fewer than the records they need.
    led_steps: usize,
    leftovers: Vec<u32>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; HEADER + READ_AHEAD],
            hashes: Vec::new(),
            segment: Segment::default(),
            n_keys: 0,
            n_firsts: 0,
            n_smalls: 0,
            n_nexts: 0,
            last: String::new(),
            path: Vec::new(),
            segments: Segments::default(),
            led: Vec::new(),
            led_steps: 0,
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
        if traits.open || u16::try_from(senses.len()).is_err() || !self.segments.cut(key) {
            self.leftovers.push(number);
        } else if self.segments.first > 0 {
            self.led_steps += self.segments.ends.len() + 2;
            self.led.push(Led { key: key.to_owned(), traits, senses: senses.to_vec() });
        } else {
            self.push_in_order(key, traits, senses);
        }
    }

    fn push_in_order(&mut self, key: &str, traits: KeyTraits, senses: &[Sense]) {
        assert!(self.last.is_empty() || *self.last < *key, "keys come in ascending order");
        let shared = self.last.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
        // What an earlier key had in common with this one, the last key had too, so nothing needed is dropped.
        self.path.truncate(self.path.partition_point(|(end, _)| *end <= shared));
        self.last.clear();
        self.last.push_str(key);

        let n_words = self.segments.ends.len();
        let (mut parent, mut start) = (Node::ROOT, 0);
        for word in 0..n_words {
            let end = self.segments.ends[word];
            let ending = if end == key.len() { senses } else { &[] };
            let at = self.path.partition_point(|(other, _)| *other < end);
            let node = match self.path.get(at) {
                Some((other, node)) if *other == end => *node,
                _ => {
                    let segment = &key.as_bytes()[start..end];
                    let hash = self.segment.hash(parent.hash, Kind::Word, segment);
                    let node = self.push_record(hash, Kind::Word, parent, ending, segment);
                    self.path.insert(at, (end, node));
                    node
                }
            };
            if word == 0 && traits.lower_start {
                self.mark_small(node);
            }
            (parent, start) = (node, end);
        }
        if start < key.len() {
            let tail = &key.as_bytes()[start..];
            let hash = self.segment.hash(parent.hash, Kind::Tail, tail);
            self.push_record(hash, Kind::Tail, parent, senses, tail);
        }
    }

    /// Appends a record and tells its parent.
    fn push_record(&mut self, hash: u64, kind: Kind, parent: Node, senses: &[Sense], segment: &[u8]) -> Node {
        let offset = Record::push(&mut self.bytes, kind, parent.offset, senses, segment);
        self.hashes.push(hash);
        let at = parent.offset as usize;
        match kind {
            Kind::Word if parent.offset == ROOT => self.n_firsts += 1,
            Kind::Word => {
                self.n_nexts += 1;
                self.bytes[at + FLAGS_AT] |= GOES_ON;
            }
            Kind::Tail => self.bytes[at + EDGES_AT] |= 1 << (segment.len() - 1),
            Kind::Lead => self.bytes[at + EDGES_AT] |= 1 << (MAX_EDGE + segment.len() - 1),
        }
        // An offset beyond 32 bits is refused at the end; until then it only has to be harmless.
        Node { offset: u32::try_from(offset).unwrap_or(HEADER as u32), hash }
    }

    fn mark_small(&mut self, node: Node) {
        let flags = &mut self.bytes[node.offset as usize + FLAGS_AT];
        self.n_smalls += usize::from(*flags & SMALL == 0);
        *flags |= SMALL;
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
        let led = std::mem::take(&mut self.led);
        let mut n_lines = (self.hashes.len() + self.led_steps).div_ceil(RECORDS_PER_LINE).max(1);
        let records_end = self.bytes.len() - READ_AHEAD;
        let (n_records, counts) = (self.hashes.len(), (self.n_firsts, self.n_smalls, self.n_nexts));
        loop {
            self.check_limits(n_lines)?;
            if let Some(lines) = self.hash_all(n_lines, &led) {
                return self.assemble(n_lines, &lines);
            }
            // Too many records in one place, which a few more lines scatter.
            n_lines += n_lines / 8 + 1;
            self.bytes.truncate(records_end);
            self.bytes.extend([0; READ_AHEAD]);
            self.hashes.truncate(n_records);
            (self.n_firsts, self.n_smalls, self.n_nexts) = counts;
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

    /// Puts all records into lines, then the keys with leads; `None` if they do not fit.
    fn hash_all(&mut self, n_lines: usize, led: &[Led]) -> Option<Vec<u8>> {
        let mut lines = vec![0; n_lines * LINE];
        for ((offset, _), hash) in records(&self.bytes).zip(&self.hashes) {
            insert(&mut lines, *hash, offset)?;
        }
        for led in led {
            self.push_led(&mut lines, led)?;
        }
        Some(lines)
    }

    /// Adds a key with signs before its first word: the steps of the rest, then the signs.
    fn push_led(&mut self, lines: &mut [u8], led: &Led) -> Option<()> {
        let Led { key, traits, senses } = led;
        assert!(self.segments.cut(key), "it was cut before");
        let ends = std::mem::take(&mut self.segments.ends);
        let first = self.segments.first;
        let mut steps: Vec<(Kind, usize, usize)> = Vec::new();
        let mut start = first;
        for end in &ends {
            steps.push((Kind::Word, start, *end));
            start = *end;
        }
        if start < key.len() {
            steps.push((Kind::Tail, start, key.len()));
        }
        steps.push((Kind::Lead, 0, first));
        let mut node = Node::ROOT;
        for (index, (kind, start, end)) in steps.into_iter().enumerate() {
            let bytes = &key.as_bytes()[start..end];
            let hash = self.segment.hash(node.hash, kind, bytes);
            let place = Place { bytes: self.segment.padded(), start: 0, length: bytes.len() };
            let found = find_record(Scalar, lines, &self.bytes, hash, node.offset, kind, place);
            node = match found {
                Some((offset, _)) => Node { offset, hash },
                None => {
                    let ending: &[Sense] = if kind == Kind::Lead { senses } else { &[] };
                    let node = self.push_record(hash, kind, node, ending, bytes);
                    insert(lines, hash, node.offset)?;
                    node
                }
            };
            if index == 0 && traits.lower_start {
                self.mark_small(node);
            }
        }
        self.segments.ends = ends;
        Some(())
    }

    /// Fills the filters and puts everything into its place.
    fn assemble(self, n_lines: usize, lines: &[u8]) -> Result<Vec<u8>> {
        self.check_limits(n_lines)?;
        let layout = Layout::new(&Sizes {
            n_keys: self.n_keys as u32,
            n_nodes: self.hashes.len() as u32,
            n_lines: n_lines as u32,
            records_end: self.bytes.len(),
            firsts: filter_words(self.n_firsts),
            smalls: filter_words(self.n_smalls),
            nexts: filter_words(self.n_nexts),
            n_leftovers: self.leftovers.len(),
        });
        let mut bytes = self.bytes;
        bytes.resize(layout.lines().start, 0);
        bytes.extend_from_slice(lines);
        bytes.extend(self.leftovers.iter().flat_map(|key| key.to_le_bytes()));
        layout.write(&mut bytes);

        let (head, filters) = bytes.split_at_mut(layout.firsts().start);
        let start = head.len();
        let part = |range: std::ops::Range<usize>| range.start - start..range.end - start;
        for ((_, record), hash) in records(&head[..layout.records_end()]).zip(&self.hashes) {
            if record.kind() != Some(Kind::Word) {
                continue;
            }
            if record.parent != ROOT {
                add_to_filter(&mut filters[part(layout.nexts())], *hash, false);
                continue;
            }
            add_to_filter(&mut filters[part(layout.firsts())], *hash, record.may_end());
            if record.flags & SMALL != 0 {
                add_to_filter(&mut filters[part(layout.smalls())], *hash, record.may_end());
            }
        }
        Ok(bytes)
    }
}

/// A record with its hash.
#[derive(Debug, Clone, Copy)]
struct Node {
    offset: u32,
    hash: u64,
}

impl Node {
    const ROOT: Self = Self { offset: ROOT, hash: 0 };
}

/// A segment with room behind it, for hashing.
#[derive(Debug, Default)]
struct Segment(Vec<u8>);

impl Segment {
    fn hash(&mut self, before: u64, kind: Kind, segment: &[u8]) -> u64 {
        self.0.clear();
        self.0.extend_from_slice(segment);
        self.0.extend([0; READ_AHEAD]);
        hash::segment(hash::seed(before, kind), &self.0, 0, segment.len())
    }

    fn padded(&self) -> &[u8] {
        &self.0
    }
}

/// All records in order, each with its offset.
fn records(bytes: &[u8]) -> impl Iterator<Item = (u32, Record)> {
    let mut offset = HEADER;
    std::iter::from_fn(move || {
        if offset + READ_AHEAD >= bytes.len() {
            return None;
        }
        let record = Record::read(bytes, offset as u32).expect("written by this builder");
        Some((std::mem::replace(&mut offset, record.end(bytes)) as u32, record))
    })
}

/// A power of two; 0 without words.
fn filter_words(words: usize) -> usize {
    if words == 0 { 0 } else { (words * FILTER_BITS).div_ceil(64).next_power_of_two() }
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
