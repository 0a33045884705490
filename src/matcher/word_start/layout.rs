//! The bytes of the tables: what stands where, and how it is read without trusting it.
//!
//! All numbers are little-endian, and all places are offsets from the beginning, so that the bytes can be mapped from a file
//! at any address. In order:
//!
//! | part | what it holds |
//! |---|---|
//! | header, 128 bytes | magic, version, numbers of keys, nodes and lines, sizes of the parts |
//! | records | the trie of words, one record for each node (see [`Record`]) |
//! | filters | first words, marked if a name may end there; the same for first words that may begin small; later words |
//! | lines | hash table of records in lines of 64 bytes (see [`LINE`]) |
//! | leftovers | numbers of the keys that are not in the tables, ascending |
//!
//! A reader of damaged bytes finds wrong names or none, but never leaves the bytes and always comes to an end: every access
//! is checked, and every loop is bounded by the text or by a constant.

use std::ops::Range;

use super::hash::{Kind, READ_AHEAD, load, low_bytes};
use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"DLWORDS\0";
/// Changes with the bytes, the hash, the filters or the cutting of names.
const VERSION: u64 = 3;
pub(super) const HEADER: usize = 128;
/// How the section is called in errors; who reads it from a file puts the file's name in its place.
const SECTION: &str = "word-start tables";

/// A line holds [`SLOTS`] tags of 16 bits, as many offsets of 32 bits, the number of slots in use (one byte), and whether
/// records went on to the next line (one byte).
pub(super) const LINE: usize = 64;
pub(super) const SLOTS: usize = 10;
pub(super) const OFFSETS_AT: usize = 2 * SLOTS;
pub(super) const USED_AT: usize = 6 * SLOTS;
pub(super) const SPILLED_AT: usize = USED_AT + 1;
/// The most lines a record may stand behind its own.
pub(super) const MAX_SPILL: usize = 16;

/// Where the parts are: all that is known of the tables without reading them. Copied freely, opened in constant time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    n_keys: u32,
    n_nodes: u32,
    n_lines: u32,
    records_end: usize,
    /// Numbers of 64-bit words, each a power of two; 0 is an empty filter.
    firsts: usize,
    smalls: usize,
    nexts: usize,
    n_leftovers: usize,
}

/// The sizes a builder has to state.
pub(super) struct Sizes {
    pub(super) n_keys: u32,
    pub(super) n_nodes: u32,
    pub(super) n_lines: u32,
    pub(super) records_end: usize,
    pub(super) firsts: usize,
    pub(super) smalls: usize,
    pub(super) nexts: usize,
    pub(super) n_leftovers: usize,
}

impl Layout {
    pub(super) fn new(sizes: &Sizes) -> Self {
        let Sizes { n_keys, n_nodes, n_lines, records_end, firsts, smalls, nexts, n_leftovers } = *sizes;
        Self { n_keys, n_nodes, n_lines, records_end, firsts, smalls, nexts, n_leftovers }
    }

    /// Reads the header and checks that the parts fill the bytes exactly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if these are no tables, or cut, or of another version.
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
            n_nodes: small(field())?,
            n_lines: small(field())?,
            records_end: size(field())?,
            firsts: size(field())?,
            smalls: size(field())?,
            nexts: size(field())?,
            n_leftovers: size(field())?,
        };
        let filters = [layout.firsts, layout.smalls, layout.nexts];
        if filters.iter().any(|words| *words != 0 && !words.is_power_of_two()) {
            return Err(damaged("the size of a filter is no power of two"));
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
        let sizes = [self.records_end, self.firsts, self.smalls, self.nexts, self.n_leftovers];
        let numbers = [VERSION, self.n_keys.into(), self.n_nodes.into(), self.n_lines.into()];
        let fields = numbers.into_iter().chain(sizes.into_iter().map(|size| size as u64));
        for (field, bytes) in fields.zip(bytes[8..HEADER].chunks_exact_mut(8)) {
            bytes.copy_from_slice(&field.to_le_bytes());
        }
    }

    /// Number of keys that were pushed, leftovers included.
    pub(crate) fn n_keys(&self) -> u32 {
        self.n_keys
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

    /// Where the records end, with the bytes behind them.
    pub(super) fn records_end(&self) -> usize {
        self.records_end
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

    /// The tables, ready to be searched: `bytes` must be those the layout was opened on.
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
    /// First words of names that may begin with a small letter.
    pub(super) smalls: Filter<'t>,
    /// Later words of names.
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

/// What tells the records in a line apart, nearly always.
#[inline(always)]
pub(super) fn tag_of(hash: u64) -> u16 {
    (hash >> 8) as u16
}

/// A set of hashes that may say yes wrongly, never no: two bits in one 64-bit word for each, and a third one for hashes with
/// a mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter<'t>(pub(super) &'t [[u8; 8]]);

impl Filter<'_> {
    /// Whether the set may hold the hash, and whether it may do so with the mark.
    #[inline(always)]
    pub(super) fn may_hold(&self, hash: u64) -> (bool, bool) {
        let last = self.0.len().wrapping_sub(1);
        let Some(word) = self.0.get(Self::index(hash) & last) else { return (false, false) };
        let word = u64::from_le_bytes(*word);
        (Self::holds(word, hash), Self::is_marked(word, hash))
    }

    /// Where the word that tells of a hash begins among the bytes.
    #[inline(always)]
    pub(super) fn at(&self, hash: u64) -> usize {
        8 * (Self::index(hash) & self.0.len().wrapping_sub(1))
    }

    /// Which word tells of a hash, to be reduced to their number.
    #[inline(always)]
    pub(super) fn index(hash: u64) -> usize {
        (hash >> 12) as usize
    }

    /// Whether the hash may be in the set, by the word that tells of it.
    #[inline(always)]
    pub(super) fn holds(word: u64, hash: u64) -> bool {
        (word >> (hash & 63)) & (word >> ((hash >> 6) & 63)) & 1 != 0
    }

    /// Whether it may have the mark.
    #[inline(always)]
    pub(super) fn is_marked(word: u64, hash: u64) -> bool {
        (word >> ((hash >> 40) & 63)) & 1 != 0
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Puts a hash into a filter of bytes, the number of whose words is a power of two.
pub(super) fn add_to_filter(filter: &mut [u8], hash: u64, marked: bool) {
    let at = ((hash >> 12) as usize & (filter.len() / 8 - 1)) * 8;
    let bits = (1 << (hash & 63)) | (1 << ((hash >> 6) & 63)) | (u64::from(marked) << ((hash >> 40) & 63));
    let word = load(filter, at) | bits;
    filter[at..at + 8].copy_from_slice(&word.to_le_bytes());
}

/// How a hit of an alias in plain text is judged by its small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Policy {
    /// It is not: the caller must look at the text.
    #[default]
    Checked = 0,
    /// It may be written in any case.
    Any = 1,
    /// Exactly as the alias is.
    Exact = 2,
    /// As the alias is, or without small letters.
    Title = 3,
}

/// One alias that folds to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sense {
    pub(crate) alias: u32,
    pub(crate) policy: Policy,
    /// Whether it is a stop name.
    pub(crate) stop: bool,
    /// Which bytes of the key are small letters in the alias; for [`Policy::Exact`] and [`Policy::Title`].
    pub(crate) small: u64,
}

impl Sense {
    /// Bytes of a sense: the alias, policy and stop, small letters.
    const LEN: usize = 13;
    /// The bit beside the policy.
    const STOP: u8 = 4;

    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.alias.to_le_bytes());
        bytes.push(self.policy as u8 | if self.stop { Self::STOP } else { 0 });
        bytes.extend(self.small.to_le_bytes());
    }

    #[inline(always)]
    fn read(bytes: &[u8; Self::LEN]) -> Self {
        let policy = match bytes[4] & 3 {
            1 => Policy::Any,
            2 => Policy::Exact,
            3 => Policy::Title,
            _ => Policy::Checked,
        };
        Self { alias: load(bytes, 0) as u32, policy, stop: bytes[4] & Self::STOP != 0, small: load(bytes, 5) }
    }

    /// Whether a hit with these small letters passes; `None` if only the text can tell.
    #[inline(always)]
    pub(super) fn judge(self, small: u64) -> Option<bool> {
        match self.policy {
            Policy::Checked => None,
            Policy::Any => Some(true),
            Policy::Exact => Some(small == self.small),
            Policy::Title => Some(small == self.small || small == 0),
        }
    }
}

/// One node of the trie, as it lies in the bytes: flags, edges and length (one byte each), the offset of the parent unless
/// that is the root, and the bytes of the segment. If a name ends here, its aliases follow (see [`Sense`]), behind their
/// number (two bytes) unless there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) flags: u8,
    /// Bit `n - 1`: a tail of `n` bytes follows; bit `n + 3`: a lead of `n` bytes may stand before.
    pub(super) edges: u8,
    pub(super) parent: u32,
    /// Where the bytes of the segment are, and how many.
    pub(super) start: usize,
    pub(super) length: usize,
}

/// Bits of the flags; the lowest two are the [`Kind`].
const KIND: u8 = 3;
/// A name ends here.
pub(super) const ENDS: u8 = 4;
/// Names go on with another word.
pub(super) const GOES_ON: u8 = 8;
/// The parent is the root.
const AT_ROOT: u8 = 16;
/// A first word of names that may begin small.
pub(super) const SMALL: u8 = 32;
/// The number of aliases is stated.
const MANY: u8 = 64;

/// The offset that stands for the root.
pub(super) const ROOT: u32 = 0;

pub(super) const FLAGS_AT: usize = 0;
pub(super) const EDGES_AT: usize = 1;
const LENGTH_AT: usize = 2;

impl Record {
    /// Reads the record at `offset`; `None` if it is not within the bytes.
    #[inline(always)]
    pub(super) fn read(records: &[u8], offset: u32) -> Option<Self> {
        let at = offset as usize;
        let header = load(records, at);
        let [flags, edges, length] = [FLAGS_AT, EDGES_AT, LENGTH_AT].map(|byte| (header >> (8 * byte)) as u8);
        let at_root = flags & AT_ROOT != 0;
        let parent = if at_root { ROOT } else { (header >> 24) as u32 };
        let (start, length) = (at + if at_root { 3 } else { 7 }, usize::from(length));
        (start + length + READ_AHEAD <= records.len()).then_some(Self { flags, edges, parent, start, length })
    }

    /// The aliases of the name that ends here; none if none does.
    #[inline(always)]
    pub(super) fn senses(self, records: &[u8]) -> impl Iterator<Item = Sense> {
        let range = self.senses_range(records);
        records.get(range).unwrap_or_default().as_chunks().0.iter().map(Sense::read)
    }

    #[inline(always)]
    fn senses_range(self, records: &[u8]) -> Range<usize> {
        let at = self.start + self.length;
        match self.flags & (ENDS | MANY) {
            0 | MANY => at..at,
            ENDS => at..at + Sense::LEN,
            _ => at + 2..at + 2 + Sense::LEN * usize::from(load(records, at) as u16),
        }
    }

    /// Where the next record begins.
    pub(super) fn end(self, records: &[u8]) -> usize {
        self.senses_range(records).end
    }

    /// Puts a record before the last [`READ_AHEAD`] bytes; returns its offset, which may exceed 32 bits. A name ends here if it
    /// has senses.
    pub(super) fn push(records: &mut Vec<u8>, kind: Kind, parent: u32, senses: &[Sense], segment: &[u8]) -> usize {
        let offset = records.len() - READ_AHEAD;
        records.truncate(offset);
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let flags =
            kind as u8 | flag(parent == ROOT, AT_ROOT) | flag(!senses.is_empty(), ENDS) | flag(senses.len() > 1, MANY);
        records.extend([flags, 0, u8::try_from(segment.len()).expect("segments are short")]);
        if parent != ROOT {
            records.extend(parent.to_le_bytes());
        }
        records.extend_from_slice(segment);
        if senses.len() > 1 {
            records.extend(u16::try_from(senses.len()).expect("more aliases are left over").to_le_bytes());
        }
        senses.iter().for_each(|sense| sense.write(records));
        records.extend([0; READ_AHEAD]);
        offset
    }

    /// Whether a name may end here, or behind the signs that follow.
    pub(super) fn may_end(self) -> bool {
        self.flags & ENDS != 0 || self.edges != 0
    }

    pub(super) fn kind(self) -> Option<Kind> {
        [Kind::Word, Kind::Tail, Kind::Lead].into_iter().find(|kind| *kind as u8 == self.flags & KIND)
    }

    /// Whether it is the step `kind` from `parent` over `bytes[start..start + length]`.
    #[inline(always)]
    pub(super) fn is(self, records: &[u8], parent: u32, kind: Kind, bytes: &[u8], start: usize, length: usize) -> bool {
        if self.flags & KIND != kind as u8 || self.parent != parent || self.length != length {
            return false;
        }
        if length <= 8 {
            return low_bytes(load(records, self.start) ^ load(bytes, start), length) == 0;
        }
        if length <= 16 {
            let last = length - 8;
            return load(records, self.start) == load(bytes, start)
                && load(records, self.start + last) == load(bytes, start + last);
        }
        records.get(self.start..self.start + length) == bytes.get(start..start + length)
    }
}
