//! The search itself: candidate words, filters, hash table, records. Common to all levels; [`Simd`] hides what differs.

use std::hint::select_unpredictable;
use std::iter;
use std::ops::Range;

use super::classes::{Bits, ByteClasses, WINDOW, long_word_length};
use super::hash::{self, Kind};
use super::layout::{Answer, Filter, LINE, Record, SPILLED_AT, Sense, View, tag_of};
use super::probe::{PaddedSlice, find_record, first_line, offset_in};
use super::scalar::Scalar;
use super::segments::{MAX_EDGE, MAX_GAP, MAX_SEGMENT};
use super::simd::Simd;
use crate::ids::AliasId;
use crate::matcher::gathered::Gathered;
use crate::normalize::{FoldedText, Stretch};
use crate::span::Span;

/// How many `u64`s of classes are processed at a time, so that the positions found stay in the first caches.
const CHUNK: usize = 128;

/// Buffers of one thread, reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    classes: ByteClasses,
    words: WordColumns,
    found: Vec<PossibleKey>,
    runs: Runs,
    /// For each element of `found`, where its record may be.
    offsets: Vec<u32>,
}

impl Scratch {
    /// Whether the text searched last has a character of a script whose letters end the words of other scripts.
    pub(crate) fn has_other_scripts(&self) -> bool {
        self.classes.other_scripts
    }

    /// Whether the text searched last may contain something that can be read in another way.
    pub(crate) fn may_be_read_otherwise(&self) -> bool {
        self.classes.droppable || self.classes.breaks != 0
    }

    /// The classes of the text searched last.
    #[cfg(test)]
    pub(super) fn classes(&self) -> &ByteClasses {
        &self.classes
    }
}

/// Words of a chunk of text, one column for each property. An element is at first one word that may begin a key, and
/// later grows by the words that may continue it. There is room for the most words a chunk can have and [`GROUP`] more.
/// Empty before the first text.
#[derive(Debug, Default)]
pub(super) struct WordColumns {
    /// Where they begin. [`FLAG`] is set for words that begin with a lower-case letter, until they have passed the
    /// filter.
    pub(super) starts: Vec<u32>,
    /// Where they end.
    pub(super) ends: Vec<u32>,
    pub(super) hashes: Vec<u64>,
    /// The length of the next word with the punctuation before it, in bytes; 0 if no key could continue with it.
    pub(super) next_lengths: Vec<u32>,
    /// The hash including the next word.
    pub(super) next_hashes: Vec<u64>,
}

/// A bit that no position uses.
pub(super) const FLAG: u32 = 1 << 31;

/// The most words that are read or written in one step.
pub(super) const GROUP: usize = 16;

/// One or more words that may be a key, or the words of a key with punctuation around them.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub(super) struct PossibleKey {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) hash: u64,
}

impl WordColumns {
    fn make_room(&mut self) {
        // Every second byte may begin a word.
        let room = 32 * CHUNK + GROUP;
        self.starts.resize(room, 0);
        self.ends.resize(room, 0);
        self.hashes.resize(room, 0);
        self.next_lengths.resize(room, 0);
        self.next_hashes.resize(room, 0);
    }
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    /// Hits that pass.
    pub(crate) sure: Gathered,
    /// Hits that pass if the caller's check on the original text succeeds.
    pub(crate) doubtful: Vec<(Span, AliasId)>,
    /// Whether a stop name is among the hits that pass.
    pub(crate) stopped: bool,
    /// Whether the search reached its [`StepLimit`] and stopped.
    pub(crate) gave_up: bool,
}

impl Hits {
    /// For an engine that is sure of all its hits and does not distinguish stop names.
    pub(crate) fn cleared(&mut self) -> &mut Gathered {
        self.sure.clear();
        self.stopped = true;
        &mut self.sure
    }
}

/// How many steps a search may take before it stops. A step looks up one word that may continue a name.
///
/// Ordinary text takes one step for 20 bytes. Where names have long beginnings in common and the text is made of these,
/// each word may take as many as the longest name has words. An automaton then needs fewer steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepLimit {
    /// Five times as many as ordinary text of the length searched so far.
    Bounded,
    /// Any number.
    Unbounded,
}

/// How many bytes of text allow one more step.
const BYTES_PER_STEP: usize = 4;

impl StepLimit {
    /// How many steps are allowed before the text is searched.
    fn first_steps(self) -> usize {
        match self {
            Self::Bounded => 256,
            Self::Unbounded => usize::MAX,
        }
    }
}

/// Finds every occurrence of every key in the tables. See [`View::find`].
#[inline(always)]
pub(super) fn find<S: Simd>(
    simd: S,
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    step_limit: StepLimit,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    hits.sure.clear();
    hits.doubtful.clear();
    (hits.stopped, hits.gave_up) = (false, false);
    let Scratch { classes, words, found, runs, offsets } = scratch;
    simd.fold(classes, folded, text);
    let View { firsts, smalls, nexts, .. } = view;
    let looked_at = Text { bits: classes.bits(), bytes: folded.padded(), firsts, smalls, nexts };
    let search = Search { simd, view, text: looked_at, length: folded.bytes().len() };
    words.make_room();
    let mut steps_left = step_limit.first_steps();
    let mut report = Report { folded, classes, bits: classes.bits(), near: Stretch::default(), hits };
    let without_small = smalls.is_empty();
    for from in (0..classes.len()).step_by(CHUNK) {
        steps_left = steps_left.saturating_add(64 * CHUNK / BYTES_PER_STEP);
        let chunk = from..(from + CHUNK).min(classes.len());
        let n = simd.list_words(classes, chunk, without_small, words);
        found.clear();
        let mut n = simd.filter_first_words(&search.text, words, n, found);
        let mut n_asked = 0;
        runs.starts.clear();
        loop {
            search.ask_for_lines(&found[n_asked..]);
            if n == 0 {
                break;
            }
            if n >= steps_left {
                report.hits.gave_up = true;
                return;
            }
            steps_left -= n;
            n_asked = found.len();
            n = simd.extend_words(&search.text, words, n, found);
            if found.len() > n_asked {
                runs.starts.push(n_asked);
            }
        }
        runs.merge(found);
        search.look_up(found, offsets);
        for (words, offset) in found.iter().zip(&*offsets) {
            search.report(words, *offset, &mut report);
        }
    }
}

/// What the rounds of a search found. Each round is sorted, and later rounds have longer matches.
#[derive(Debug, Default)]
struct Runs {
    /// Where the runs begin, except the first.
    starts: Vec<usize>,
    last: Vec<PossibleKey>,
}

impl Runs {
    /// Merges all runs into one order: by start, longer matches first.
    ///
    /// Where matches of two runs begin at one place, those of the later run are longer, so ends need not be compared.
    #[inline(always)]
    fn merge(&mut self, found: &mut [PossibleKey]) {
        while let Some(start) = self.starts.pop() {
            let first = self.starts.last().map_or(0, |before| *before);
            self.last.clear();
            self.last.extend_from_slice(&found[start..]);
            let (mut ours, mut theirs) = (start, self.last.len());
            // Merged from the end, where there is room; the rest of the earlier run is already in place.
            while theirs > 0 && ours > first {
                let (our, their) = (found[ours - 1], self.last[theirs - 1]);
                let is_ours = our.start >= their.start;
                // Which one it is cannot be predicted.
                found[ours + theirs - 1] = PossibleKey {
                    start: select_unpredictable(is_ours, our.start, their.start),
                    end: select_unpredictable(is_ours, our.end, their.end),
                    hash: select_unpredictable(is_ours, our.hash, their.hash),
                };
                ours -= usize::from(is_ours);
                theirs -= usize::from(!is_ours);
            }
            found[first..first + theirs].copy_from_slice(&self.last[..theirs]);
        }
    }
}

/// Lists where the words that begin in a chunk begin and end, except words in lower case if `without_small`; returns
/// their number.
#[inline(always)]
pub(super) fn list_words<S: Simd>(
    simd: S,
    classes: &ByteClasses,
    chunk: Range<usize>,
    without_small: bool,
    words: &mut WordColumns,
) -> usize {
    if without_small {
        list_words_of::<S, false>(simd, classes, chunk, words)
    } else {
        list_words_of::<S, true>(simd, classes, chunk, words)
    }
}

/// [`list_words`]; includes words in lower case only if `SMALL` is set.
#[inline(always)]
fn list_words_of<S: Simd, const SMALL: bool>(
    simd: S,
    classes: &ByteClasses,
    chunk: Range<usize>,
    words: &mut WordColumns,
) -> usize {
    let mut before = chunk.start.checked_sub(1).map_or(0, |last| classes.at(last).0 >> 63);
    let (mut n_starts, mut n_ends, mut open) = (0, 0, false);
    for index in chunk.clone() {
        let (word, small) = classes.at(index);
        let begins = word & !((word << 1) | before);
        before = word >> 63;
        let begins = if SMALL { begins } else { begins & !small };
        // Adding the first bit of a word to the bits of the word carries it to where the word ends, maybe in the next
        // block.
        let (carried, more) = word.carrying_add(begins, open);
        open = more;
        let base = 64 * index as u32;
        n_starts = simd.positions::<SMALL>(&mut words.starts, n_starts, base, begins, small);
        n_ends = simd.positions::<false>(&mut words.ends, n_ends, base, carried & !word, 0);
    }
    if open {
        let end = 64 * chunk.end;
        words.ends[n_ends] = (end + classes.bits().word_length(end)) as u32;
    }
    n_starts
}

/// A folded text and the filters for its words.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) bits: Bits<'t>,
    /// Followed by [`READ_AHEAD`](super::hash::READ_AHEAD) bytes of padding.
    pub(super) bytes: &'t [u8],
    pub(super) firsts: Filter<'t>,
    pub(super) smalls: Filter<'t>,
    pub(super) nexts: Filter<'t>,
}

/// Hashes the first `n` words and looks them up in the filter of first words. Words with which a key may end are
/// appended to `found`; words that a key may continue stay in front. Returns the number of the latter.
#[inline(always)]
pub(super) fn filter_first_words(
    text: &Text<'_>,
    words: &mut WordColumns,
    n: usize,
    found: &mut Vec<PossibleKey>,
) -> usize {
    let mut kept = 0;
    for index in 0..n {
        let (start, end) = (words.starts[index] & !FLAG, words.ends[index]);
        let filter = if words.starts[index] & FLAG == 0 { text.firsts } else { text.smalls };
        let hash = hash::segment(0, text.bytes, start as usize, (end - start) as usize);
        partition_one(filter.ask(hash), PossibleKey { start, end, hash }, words, &mut kept, found);
    }
    kept
}

/// Extends the first `n` elements by the next word and looks both up in the filter; partitions them as
/// [`filter_first_words`] does.
#[inline(always)]
pub(super) fn extend_words<S: Simd>(
    simd: S,
    text: &Text<'_>,
    words: &mut WordColumns,
    n: usize,
    found: &mut Vec<PossibleKey>,
) -> usize {
    for index in 0..n {
        let (length, hash) = text.next_word(words.ends[index] as usize, words.hashes[index]);
        simd.prefetch(text.nexts.0.as_flattened(), 8 * text.nexts.at(hash));
        words.next_lengths[index] = length;
        words.next_hashes[index] = hash;
    }
    let mut kept = 0;
    for index in 0..n {
        let (length, hash) = (words.next_lengths[index], words.next_hashes[index]);
        if length != 0 {
            let longer = PossibleKey { start: words.starts[index], end: words.ends[index] + length, hash };
            partition_one(text.nexts.ask(hash), longer, words, &mut kept, found);
        }
    }
    kept
}

/// Moves one element to where the answer wants it.
#[inline(always)]
fn partition_one(
    answer: Answer,
    longer: PossibleKey,
    words: &mut WordColumns,
    kept: &mut usize,
    found: &mut Vec<PossibleKey>,
) {
    let PossibleKey { start, end, hash } = longer;
    if answer.ends {
        found.push(longer);
    }
    // Written in any case, kept if a key continues: this avoids a branch that would be mispredicted.
    (words.starts[*kept], words.ends[*kept], words.hashes[*kept]) = (start, end, hash);
    *kept += usize::from(answer.goes_on);
}

impl Text<'_> {
    /// The length of the next word with the punctuation before it, and the hash that continues `hash`. The length is 0
    /// if no name could continue there.
    #[inline(always)]
    pub(super) fn next_word(&self, at: usize, hash: u64) -> (u32, u64) {
        let ahead = self.bits.words_from(at);
        let gap = ahead.trailing_zeros();
        if gap > MAX_GAP as u32 {
            return (0, hash);
        }
        let mut length = (gap + (ahead >> gap).trailing_ones()) as usize;
        if length >= WINDOW as usize {
            length = gap as usize + long_word_length(self.bits.word, at + gap as usize);
            if length > MAX_SEGMENT {
                return (0, hash);
            }
        }
        let hash = hash::segment(hash::seed(hash, Kind::Word), self.bytes, at, length);
        (length as u32, hash)
    }
}

/// [`Simd::positions`] without wide instructions: in groups of four, so that fewer branches depend on the exact number.
#[inline(always)]
pub(super) fn positions_in_groups<const FLAGS: bool>(
    positions: &mut [u32],
    n: usize,
    base: u32,
    mut mask: u64,
    flags: u64,
) -> usize {
    let end = n + mask.count_ones() as usize;
    let mut at = n;
    loop {
        let group: &mut [u32; 4] = positions[at..].first_chunk_mut().expect("room for a group more");
        for position in group {
            let bit = mask.trailing_zeros();
            // The flag is moved from the lowest bit to the highest.
            *position = (base + bit) | if FLAGS { ((flags >> (bit % 64)) as u32) << 31 } else { 0 };
            mask &= mask.wrapping_sub(1);
        }
        at += 4;
        if at >= end {
            return end;
        }
    }
}

#[derive(Clone, Copy)]
struct Search<'t, S> {
    simd: S,
    view: View<'t>,
    text: Text<'t>,
    /// Length of the text without the padding.
    length: usize,
}

impl<S: Simd> Search<'_, S> {
    /// Prefetches the lines that will be read.
    #[inline(always)]
    fn ask_for_lines(&self, found: &[PossibleKey]) {
        for words in found {
            self.simd.prefetch(self.view.lines, first_line(self.view.lines, words.hash));
        }
    }

    /// Drops elements whose tag is not in their line of the table, and prefetches the records of the others.
    #[inline(always)]
    fn look_up(&self, found: &mut Vec<PossibleKey>, offsets: &mut Vec<u32>) {
        let View { lines, records, .. } = self.view;
        offsets.resize(found.len().max(offsets.len()), 0);
        let mut kept = 0;
        for index in 0..found.len() {
            let words = found[index];
            let line = lines.get(first_line(lines, words.hash)..).and_then(|lines| lines.first_chunk::<LINE>());
            let Some(line) = line else { continue };
            let slots = self.simd.slots(line, tag_of(words.hash));
            let offset = offset_in(line, slots.trailing_zeros() % 32);
            self.simd.prefetch(records, offset as usize);
            (found[kept], offsets[kept]) = (words, offset);
            kept += usize::from(slots != 0 || line[SPILLED_AT] != 0);
        }
        found.truncate(kept);
    }

    /// Reports the key of these words, and keys with punctuation around them. The record is nearly always at `offset`.
    #[inline(always)]
    fn report(&self, words: &PossibleKey, offset: u32, report: &mut Report<'_>) {
        let (start, end) = (words.start as usize, words.end as usize);
        let View { records, .. } = self.view;
        let place = PaddedSlice { bytes: self.text.bytes, start, length: end - start };
        if let Some(sense) = Sense::only(self.simd, records, offset, place) {
            return report.add(start, end, iter::once(sense));
        }
        let first = Record::read(records, offset).filter(|record| record.is(self.simd, records, place));
        let Some(record) = first.or_else(|| self.look_further(words.hash, place)) else { return };
        report.add(start, end, record.senses(records));
        if record.edges != 0 {
            self.edges(words.hash, record.edges, start, end, report);
        }
    }

    /// The record of a key if it is not the first with its tag.
    #[cold]
    #[inline(never)]
    fn look_further(&self, hash: u64, place: PaddedSlice<'_>) -> Option<Record> {
        // [`Scalar`], because this function is not compiled for the level of the search: its instructions would be
        // calls.
        find_record(Scalar, self.view.lines, self.view.records, hash, place).map(|(_, record)| record)
    }

    /// Reports the keys that have punctuation around the words `start..end`, whose hash is `hash`.
    #[cold]
    #[inline(never)]
    fn edges(&self, hash: u64, edges: u8, start: usize, end: usize, report: &mut Report<'_>) {
        let has = |length: usize, first: usize| length == 0 || (edges >> (first + length - 1)) & 1 != 0;
        // No key in the tables begins or ends with a blank.
        let is_punctuation = |at: usize| self.text.bytes[at] != b' ';
        let has_tail =
            |tail: &usize| has(*tail, 0) && end + tail <= self.length && (*tail == 0 || is_punctuation(end + tail - 1));
        let has_lead = |lead: &usize| has(*lead, MAX_EDGE) && (*lead == 0 || is_punctuation(start - lead));
        for tail in (0..=MAX_EDGE).filter(has_tail) {
            for lead in (0..=MAX_EDGE.min(start)).filter(has_lead).filter(|lead| lead + tail != 0) {
                self.edge(hash, (start - lead, start), (end, end + tail), report);
            }
        }
    }

    /// Reports the key that is the words with the punctuation `lead` before them and `tail` after them.
    fn edge(&self, mut hash: u64, lead: (usize, usize), tail: (usize, usize), report: &mut Report<'_>) {
        for (kind, (start, end)) in [(Kind::Tail, tail), (Kind::Lead, lead)] {
            if start < end {
                hash = hash::segment(hash::seed(hash, kind), self.text.bytes, start, end - start);
            }
        }
        let (start, end) = (lead.0, tail.1);
        let place = PaddedSlice { bytes: self.text.bytes, start, length: end - start };
        if let Some(record) = self.look_further(hash, place) {
            report.add(start, end, record.senses(self.view.records));
        }
    }
}

/// Maps hits in a folded text to the original, and judges them.
struct Report<'r> {
    folded: &'r FoldedText,
    classes: &'r ByteClasses,
    bits: Bits<'r>,
    /// Where the last hit was in the folded text.
    near: Stretch,
    hits: &'r mut Hits,
}

impl Report<'_> {
    #[inline(always)]
    fn add(&mut self, start: usize, end: usize, senses: impl Iterator<Item = Sense>) {
        let Some(span) = self.folded.original_near(start, end, &mut self.near) else { return };
        let is_plain = self.classes.is_plain(start, end);
        let small = self.bits.smalls_in(start, end);
        for sense in senses {
            let alias = AliasId(sense.alias);
            match sense.judge(small).filter(|_| is_plain) {
                Some(true) => {
                    self.hits.stopped |= sense.stop;
                    self.hits.sure.push(span, alias);
                }
                Some(false) => {}
                None => self.hits.doubtful.push((span, alias)),
            }
        }
    }
}
