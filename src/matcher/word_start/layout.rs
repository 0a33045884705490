//! The bytes of the tables: where each part is, and how it is read without trusting it.
//!
//! All numbers are little-endian, and all positions are offsets from the beginning, so that the bytes can be mapped
//! from a file at any address. The parts, in order:
//!
//! | part | what it holds |
//! |---|---|
//! | header, 128 bytes | magic, version, numbers of keys, records and lines, sizes of the parts, bytes of the longest key |
//! | records | one for each key, with its bytes and aliases (see [`Record`]) |
//! | filters | the first words of keys; those of them that may begin in lower case; longer beginnings (see [`Filter`]) |
//! | lines | hash table of records in lines of 64 bytes (see [`LINE`]) |
//! | leftovers | numbers of the keys that are not in the tables, ascending |
//!
//! A reader of damaged bytes finds wrong names or none, but never reads outside the bytes and always terminates: every
//! access is checked, and every loop is bounded by the text or by a constant.

use std::ops::Range;

use super::hash::{load, low_bits};
use super::probe::PaddedSlice;
use super::simd::Simd;
use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"DLWORDS\0";
/// Changes with the bytes, the hash, the filters or the way names are cut.
const VERSION: u64 = 7;
pub(super) const HEADER: usize = 128;
/// The name of the section in errors; callers that read it from a file put the file's name in its place.
const SECTION: &str = "word-start tables";

/// A line holds [`SLOTS`] tags of 16 bits, as many offsets of 32 bits, the number of slots in use (one byte), and
/// whether records were moved to the next line for lack of room (one byte).
pub(super) const LINE: usize = 64;
pub(super) const SLOTS: usize = 10;
pub(super) const OFFSETS_AT: usize = 2 * SLOTS;
pub(super) const USED_AT: usize = 6 * SLOTS;
pub(super) const SPILLED_AT: usize = USED_AT + 1;
/// How many lines a record is searched in: its own and those after it.
pub(super) const MAX_SPILL: usize = 16;

/// Where the parts are: all that is known of the tables without reading them. Cheap to copy; opened in constant time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    n_keys: u32,
    n_records: u32,
    n_lines: u32,
    records_end: usize,
    /// Numbers of 64-bit words, each a power of two; 0 is an empty filter.
    firsts: usize,
    smalls: usize,
    nexts: usize,
    n_leftovers: usize,
    longest: usize,
}

/// The sizes a builder has to state.
pub(super) struct Sizes {
    pub(super) n_keys: u32,
    pub(super) n_records: u32,
    pub(super) n_lines: u32,
    pub(super) records_end: usize,
    pub(super) firsts: usize,
    pub(super) smalls: usize,
    pub(super) nexts: usize,
    pub(super) n_leftovers: usize,
    pub(super) longest: usize,
}

impl Layout {
    pub(super) fn new(sizes: &Sizes) -> Self {
        let Sizes { n_keys, n_records, n_lines, records_end, firsts, smalls, nexts, n_leftovers, longest } = *sizes;
        Self { n_keys, n_records, n_lines, records_end, firsts, smalls, nexts, n_leftovers, longest }
    }

    /// Reads the header and checks that the parts fill the bytes exactly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the bytes are not tables, are cut, or have another version.
    ///
    /// # Complexity
    ///
    /// Constant.
    pub(crate) fn open(bytes: &[u8]) -> Result<Self> {
        let damaged = |what: &str| Error::format(SECTION, what).with_remedy("compile the gazetteer again");
        if bytes.len() < HEADER || !bytes.starts_with(MAGIC) {
            return Err(damaged("expected the header of word-start tables"));
        }
        let mut fields = (1..).map(|index| load(bytes, 8 * index));
        let mut field = || fields.next().expect("endless");
        let version = field();
        if version != VERSION {
            return Err(damaged(&format!("expected version {VERSION}, found {version}")));
        }
        let small = |value: u64| u32::try_from(value).map_err(|_| damaged("a number in the header is too large"));
        let size = |value: u64| usize::try_from(value).map_err(|_| damaged("a size in the header is too large"));
        let layout = Self {
            n_keys: small(field())?,
            n_records: small(field())?,
            n_lines: small(field())?,
            records_end: size(field())?,
            firsts: size(field())?,
            smalls: size(field())?,
            nexts: size(field())?,
            n_leftovers: size(field())?,
            longest: size(field())?,
        };
        let filters = [layout.firsts, layout.smalls, layout.nexts];
        if filters.iter().any(|words| *words != 0 && !words.is_power_of_two()) {
            return Err(damaged("the size of a filter is not a power of two"));
        }
        match layout.checked_len() {
            Some(length) if length == bytes.len() => Ok(layout),
            Some(length) => Err(damaged(&format!("expected {length} bytes, found {}", bytes.len()))),
            None => Err(damaged("the parts are larger than memory")),
        }
    }

    /// Writes the header over the first bytes.
    pub(super) fn write(&self, bytes: &mut [u8]) {
        bytes[..8].copy_from_slice(MAGIC);
        let sizes = [self.records_end, self.firsts, self.smalls, self.nexts, self.n_leftovers, self.longest];
        let numbers = [VERSION, self.n_keys.into(), self.n_records.into(), self.n_lines.into()];
        let fields = numbers.into_iter().chain(sizes.into_iter().map(|size| size as u64));
        for (field, bytes) in fields.zip(bytes[8..HEADER].chunks_exact_mut(8)) {
            bytes.copy_from_slice(&field.to_le_bytes());
        }
    }

    /// Number of keys that were pushed, leftovers included.
    pub(crate) fn n_keys(&self) -> u32 {
        self.n_keys
    }

    /// Bytes of the longest key, leftovers included.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    fn checked_len(&self) -> Option<usize> {
        let filters = self.firsts.checked_add(self.smalls)?.checked_add(self.nexts)?.checked_mul(8)?;
        let lines = (self.n_lines as usize).checked_mul(LINE)?;
        let start = self.records_end.checked_next_multiple_of(LINE).filter(|start| *start >= HEADER)?;
        start
            .checked_add(filters)?
            .checked_next_multiple_of(LINE)?
            .checked_add(lines)?
            .checked_add(self.n_leftovers.checked_mul(4)?)
    }

    fn filters_start(&self) -> usize {
        self.records_end.next_multiple_of(LINE)
    }

    pub(super) fn firsts(&self) -> Range<usize> {
        let start = self.filters_start();
        start..start + 8 * self.firsts
    }

    pub(super) fn smalls(&self) -> Range<usize> {
        let start = self.firsts().end;
        start..start + 8 * self.smalls
    }

    pub(super) fn nexts(&self) -> Range<usize> {
        let start = self.smalls().end;
        start..start + 8 * self.nexts
    }

    pub(super) fn lines(&self) -> Range<usize> {
        let start = self.nexts().end.next_multiple_of(LINE);
        start..start + LINE * self.n_lines as usize
    }

    pub(super) fn leftovers(&self) -> Range<usize> {
        let start = self.lines().end;
        start..start + 4 * self.n_leftovers
    }

    /// The tables, ready to be searched. `bytes` must be those the layout was opened on.
    ///
    /// # Panics
    ///
    /// If there are fewer bytes.
    pub(crate) fn view<'t>(&self, bytes: &'t [u8]) -> View<'t> {
        View {
            records: &bytes[..self.records_end],
            firsts: Filter(bytes[self.firsts()].as_chunks().0),
            smalls: Filter(bytes[self.smalls()].as_chunks().0),
            nexts: Filter(bytes[self.nexts()].as_chunks().0),
            lines: &bytes[self.lines()],
            leftovers: &bytes[self.leftovers()],
        }
    }
}

/// The tables as borrowed bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'t> {
    pub(super) records: &'t [u8],
    /// First words of names.
    pub(super) firsts: Filter<'t>,
    /// First words of names that may begin with a lower-case letter.
    pub(super) smalls: Filter<'t>,
    /// Beginnings of two words or more.
    pub(super) nexts: Filter<'t>,
    pub(super) lines: &'t [u8],
    leftovers: &'t [u8],
}

impl<'t> View<'t> {
    /// The numbers of the keys that are not in the tables, ascending.
    pub(crate) fn leftovers(&self) -> impl ExactSizeIterator<Item = u32> + 't {
        self.leftovers.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes")))
    }
}

/// The line in which the search for a hash begins.
#[inline(always)]
pub(super) fn line_of(hash: u64, n_lines: u32) -> usize {
    (((hash >> 32) * u64::from(n_lines)) >> 32) as usize
}

/// Distinguishes the records in a line, nearly always.
#[inline(always)]
pub(super) fn tag_of(hash: u64) -> u16 {
    (hash >> 8) as u16
}

/// The hashes of the beginnings of keys, from the first word to the end of any other: a blocked Bloom filter, which may
/// give false positives but no false negatives. Each beginning sets two bits in one 64-bit word, a third one if a key
/// ends there, and a fourth one if a key continues.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter<'t>(pub(super) &'t [[u8; 8]]);

/// What a [`Filter`] says of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether a key may end there, or with punctuation after it, or begin with punctuation before it.
    pub(super) ends: bool,
    /// Whether a key may continue with another word.
    pub(super) goes_on: bool,
}

impl Filter<'_> {
    #[inline(always)]
    pub(super) fn ask(&self, hash: u64) -> Answer {
        match self.0.get(self.at(hash)) {
            Some(word) => Self::answer(u64::from_le_bytes(*word), hash),
            None => Answer { ends: false, goes_on: false },
        }
    }

    /// The index of the word that holds the bits of a hash.
    #[inline(always)]
    pub(super) fn at(&self, hash: u64) -> usize {
        (hash >> Self::INDEX) as usize & self.0.len().wrapping_sub(1)
    }

    /// Where in a hash the index of its word begins, and the numbers of its bits after the first (which begins at 0).
    pub(super) const INDEX: u32 = 12;
    pub(super) const BIT: u32 = 6;
    pub(super) const ENDS: u32 = 40;
    pub(super) const GOES_ON: u32 = 46;

    /// Whether the hash may be in the set, given its word.
    #[inline(always)]
    pub(super) fn holds(word: u64, hash: u64) -> bool {
        (word >> (hash & 63)) & (word >> ((hash >> Self::BIT) & 63)) & 1 != 0
    }

    /// What the word of a hash says.
    #[inline(always)]
    pub(super) fn answer(word: u64, hash: u64) -> Answer {
        let has = |bit: u32| (word >> ((hash >> bit) & 63)) & 1 != 0;
        let holds = Self::holds(word, hash);
        Answer { ends: holds & has(Self::ENDS), goes_on: holds & has(Self::GOES_ON) }
    }

    /// Adds a hash to the bytes of a filter, whose number of words is a power of two.
    pub(super) fn add(filter: &mut [u8], hash: u64, answer: Answer) {
        let at = ((hash >> Self::INDEX) as usize & (filter.len() / 8 - 1)) * 8;
        let bit = |bit: u32, is_set: bool| u64::from(is_set) << ((hash >> bit) & 63);
        let bits =
            bit(0, true) | bit(Self::BIT, true) | bit(Self::ENDS, answer.ends) | bit(Self::GOES_ON, answer.goes_on);
        let word = load(filter, at) | bits;
        filter[at..at + 8].copy_from_slice(&word.to_le_bytes());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How the case of a hit is judged in plain text: a set of flags, of which one must apply for the hit to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Policy(u8);

impl Policy {
    /// It is not judged: the caller must look at the text.
    pub(crate) const CHECKED: Self = Self(0);
    /// The alias may be written in any case.
    pub(crate) const ANY: Self = Self(1);
    /// Only as the alias is written.
    pub(crate) const EXACT: Self = Self(2);
    /// As the alias is written, or without lower-case letters.
    pub(crate) const TITLE: Self = Self(Self::EXACT.0 | 4);
    /// Does not match plain text, because the alias has accents that matter. Where this is not known, read as
    /// [`Policy::CHECKED`].
    pub(crate) const ACCENTED: Self = Self(16);
    /// As [`Policy::TITLE`]; besides, the first letter of the alias is lower case and may be written as a capital.
    pub(crate) const SMALL_TITLE: Self = Self(Self::TITLE.0 | 32);
    const ALL: u8 = Self::ANY.0 | Self::SMALL_TITLE.0 | Self::ACCENTED.0;
}

/// One alias that folds to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sense {
    pub(crate) alias: u32,
    pub(crate) policy: Policy,
    /// Whether it is a stop name.
    pub(crate) stop: bool,
    /// Which bytes of the key are lower-case letters in the alias; for [`Policy::EXACT`] and [`Policy::TITLE`].
    pub(crate) small: u64,
}

impl Sense {
    /// Bytes before the case bits: the alias, policy and stop flag.
    const HEAD: usize = 5;
    /// Bytes of a sense of a long key.
    pub(crate) const MAX_LEN: usize = Self::HEAD + 8;
    /// The bit beside those of the policy.
    const STOP: u8 = 8;

    /// Bytes of a sense of a key of this length: the case bits take one byte for eight letters, at most eight.
    #[inline(always)]
    fn len(key_length: usize) -> usize {
        Self::HEAD + key_length.div_ceil(8).min(8)
    }

    /// The sense as it is stored for a long key.
    pub(crate) fn to_bytes(self) -> [u8; Self::MAX_LEN] {
        let mut bytes = [0; Self::MAX_LEN];
        bytes[..4].copy_from_slice(&self.alias.to_le_bytes());
        bytes[4] = self.policy.0 | if self.stop { Self::STOP } else { 0 };
        bytes[Self::HEAD..].copy_from_slice(&self.small.to_le_bytes());
        bytes
    }

    /// The alias of the key at `place`, if its record at `offset` has exactly one and no key has punctuation around
    /// these words. This fast path serves nearly all keys that are short enough to be compared in one step.
    #[inline(always)]
    pub(super) fn only<S: Simd>(simd: S, records: &[u8], offset: u32, place: PaddedSlice<'_>) -> Option<Self> {
        let PaddedSlice { bytes, start, length } = place;
        if length > COMPARED {
            return None;
        }
        let record: &[u8; PADDING] = records.get(offset as usize..)?.first_chunk()?;
        if u32::from_le_bytes(*record.first_chunk()?) != u32::from(IS_KEY) | ((length as u32) << 16) {
            return None;
        }
        let is_same = simd.equal(record[HEAD..].first_chunk()?, bytes.get(start..)?.first_chunk()?, length);
        is_same.then(|| Self::read(record, HEAD + length, length))
    }

    #[inline(always)]
    fn read(bytes: &[u8], at: usize, key_length: usize) -> Self {
        let head = load(bytes, at);
        let flags = (head >> 32) as u8;
        let small = low_bits(load(bytes, at + Self::HEAD), key_length);
        Self { alias: head as u32, policy: Policy(flags & Policy::ALL), stop: flags & Self::STOP != 0, small }
    }

    /// Reads what [`Sense::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8; Self::MAX_LEN]) -> Self {
        Self::read(bytes, 0, usize::MAX)
    }

    /// Whether a hit with these lower-case letters passes; `None` if that depends on the original text.
    #[inline(always)]
    pub(super) fn judge(self, small: u64) -> Option<bool> {
        let as_written = u8::from(small == self.small) << 1;
        let without_small = u8::from(small == 0) << 2;
        // The first letter is the lowest bit.
        let capitalised = u8::from(small == self.small & self.small.wrapping_sub(1)) << 5;
        let passes = self.policy.0 & (Policy::ANY.0 | as_written | without_small | capitalised) != 0;
        (self.policy != Policy::CHECKED).then_some(passes)
    }
}

/// One key as it is stored: flags and edges (one byte each), length (two), its bytes, and its aliases (see [`Sense`]),
/// after their number (two bytes) unless there is exactly one. Only records longer than a cache line cross a line; the
/// bytes read in one comparison are included.
///
/// The words of a key with punctuation around it have a record, too, which says how many bytes of punctuation to look
/// for. If the words alone are a key, it is the record of that key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// Bit `n - 1`: a key has `n` bytes of punctuation after it; bit `n + 3`: before it.
    pub(super) edges: u8,
    flags: u8,
    /// Where its bytes are, and how many.
    start: usize,
    length: usize,
}

/// The record is a key, not only the words of one.
const IS_KEY: u8 = 1;
/// The record states the number of its aliases.
const MANY: u8 = 2;

const EDGES_AT: usize = 1;
const HEAD: usize = 4;
/// How many bytes are compared in one step; as many can be read after the start of any name or text.
pub(super) const COMPARED: usize = 32;
/// How many bytes are compared in one step if the key is no longer.
pub(super) const COMPARED_SHORT: usize = 16;
/// Bytes after the records, so that this many can be read from the start of each: [`Sense::only`] reads no more.
pub(super) const PADDING: usize = LINE;
/// The most bytes of a key.
pub(super) const MAX_KEY: usize = u16::MAX as usize;

impl Record {
    /// Reads the record at `offset`; `None` if it is not within the bytes.
    #[inline(always)]
    pub(super) fn read(records: &[u8], offset: u32) -> Option<Self> {
        let at = offset as usize;
        let head = load(records, at);
        let [flags, edges] = [head as u8, (head >> (8 * EDGES_AT)) as u8];
        let (start, length) = (at + HEAD, usize::from((head >> 16) as u16));
        (start + length + COMPARED <= records.len()).then_some(Self { edges, flags, start, length })
    }

    /// The aliases of the key; none if the record is only the words of one.
    #[inline(always)]
    pub(super) fn senses(self, records: &[u8]) -> impl Iterator<Item = Sense> {
        let end = self.start + self.length;
        let (n_senses, first) = match self.flags & (IS_KEY | MANY) {
            IS_KEY => (1, end),
            0 | MANY => (0, end),
            _ => (usize::from(load(records, end) as u16), end + 2),
        };
        let length = Sense::len(self.length);
        (0..n_senses).map(move |index| Sense::read(records, first + index * length, self.length))
    }

    /// Inserts a record before the last [`PADDING`] bytes; returns its offset, which may exceed 32 bits.
    pub(super) fn push(records: &mut Vec<u8>, key: &[u8], senses: &[Sense]) -> usize {
        let end = records.len() - PADDING;
        let length = HEAD + key.len() + if senses.len() > 1 { 2 } else { 0 } + senses.len() * Sense::len(key.len());
        let compared = match key.len() {
            0..=COMPARED_SHORT => HEAD + COMPARED_SHORT,
            _ => HEAD + COMPARED,
        };
        let fits = end % LINE + length.max(compared) <= LINE || length > LINE;
        let offset = if fits { end } else { end.next_multiple_of(LINE) };
        records.resize(offset, 0);
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        records.extend([flag(!senses.is_empty(), IS_KEY) | flag(senses.len() > 1, MANY), 0]);
        records.extend(u16::try_from(key.len()).expect("longer keys are left over").to_le_bytes());
        records.extend_from_slice(key);
        if senses.len() > 1 {
            records.extend(u16::try_from(senses.len()).expect("more aliases are left over").to_le_bytes());
        }
        for sense in senses {
            // Copying a fixed number of bytes and dropping some is faster than copying a variable number.
            let end = records.len() + Sense::len(key.len());
            records.extend_from_slice(&sense.to_bytes());
            records.truncate(end);
        }
        records.extend([0; PADDING]);
        offset
    }

    /// Adds bits of [`Record::edges`] to the record at `offset`.
    pub(super) fn add_edges(records: &mut [u8], offset: u32, edges: u8) {
        records[offset as usize + EDGES_AT] |= edges;
    }

    /// Whether its bytes equal those of `place`.
    #[inline(always)]
    pub(super) fn is<S: Simd>(self, simd: S, records: &[u8], place: PaddedSlice<'_>) -> bool {
        let PaddedSlice { bytes, start, length } = place;
        if self.length != length {
            return false;
        }
        if length > COMPARED {
            return records.get(self.start..self.start + length) == bytes.get(start..start + length);
        }
        let from = |bytes: &[u8], start: usize| bytes.get(start..).and_then(|bytes| bytes.first_chunk().copied());
        match (from(records, self.start), from(bytes, start)) {
            (Some(ours), Some(theirs)) => simd.equal(&ours, &theirs, length),
            _ => false,
        }
    }
}
