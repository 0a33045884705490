//! The search itself: candidates, filter, table, walk. The same for all levels; what differs is behind [`Simd`].

use std::hint::select_unpredictable;
use std::iter;
use std::ops::Range;

use super::classes::{Bits, Classes, WINDOW, long_word_length};
use super::hash::{self, Kind};
use super::layout::{Answer, Filter, LINE, Record, SPILLED_AT, Sense, View, tag_of};
use super::probe::{Place, find_record, first_line, offset_in};
use super::scalar::Scalar;
use super::segments::{MAX_EDGE, MAX_GAP, MAX_SEGMENT};
use super::simd::Simd;
use crate::ids::AliasId;
use crate::matcher::gathered::Gathered;
use crate::normalize::{FoldedText, Stretch};
use crate::span::Span;

/// How many `u64`s of classes are worked on at a time: what is noted on the way stays in the first caches.
const CHUNK: usize = 128;

/// Buffers of one thread, reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    classes: Classes,
    words: Words,
    found: Vec<Found>,
    runs: Runs,
    /// Where the record of each of them may be.
    offsets: Vec<u32>,
}

impl Scratch {
    /// Whether the text searched last holds a character of a script beside whose letters words end.
    pub(crate) fn has_other_scripts(&self) -> bool {
        self.classes.other_scripts
    }

    /// Whether it may hold something that can be read otherwise.
    pub(crate) fn may_be_read_otherwise(&self) -> bool {
        self.classes.droppable || self.classes.breaks != 0
    }

    /// Of the text searched last.
    #[cfg(test)]
    pub(super) fn classes(&self) -> &Classes {
        &self.classes
    }
}

/// Words of a chunk of text, the first of each that may begin a key up to another that may go on with it: a column for each
/// thing that is known of them, with room for the most there can be and [`GROUP`] more. Empty before the first text.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Where they begin. [`FLAG`] is set for words that begin with a small letter, until they have passed.
    pub(super) starts: Vec<u32>,
    /// Where they end.
    pub(super) ends: Vec<u32>,
    pub(super) hashes: Vec<u64>,
    /// How many bytes the next word has with the signs before it: 0 if no key could go on with that.
    pub(super) next_lengths: Vec<u32>,
    /// The hash of both.
    pub(super) next_hashes: Vec<u64>,
}

/// A bit no position needs.
pub(super) const FLAG: u32 = 1 << 31;

/// How many words may be read or written at once, at most.
pub(super) const GROUP: usize = 16;

/// Words that may be a key, or those of one with signs around them.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub(super) struct Found {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) hash: u64,
}

impl Words {
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
    /// What passes.
    pub(crate) sure: Gathered,
    /// What passes if the caller's look at the text says so.
    pub(crate) doubtful: Vec<(Span, AliasId)>,
    /// Whether a stop name is among what passes.
    pub(crate) stopped: bool,
    /// Whether the search took too many steps, and was broken off.
    pub(crate) gave_up: bool,
}

impl Hits {
    /// For an engine that is sure of all its hits and does not tell stop names apart.
    pub(crate) fn cleared(&mut self) -> &mut Gathered {
        self.sure.clear();
        self.stopped = true;
        &mut self.sure
    }
}

/// How many steps a search may take before it is broken off: looks at words that a name may go on with.
///
/// In ordinary text there is one for 20 bytes; where names have long beginnings in common and the text is made of these, there
/// may be as many at each word as the longest name has words. An automaton then needs fewer steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Five times as many as in ordinary text of the length searched so far.
    Short,
    /// Any number.
    Endless,
}

/// How many bytes of text allow one step more.
const BYTES_PER_STEP: usize = 4;

impl Patience {
    /// Before the text is searched.
    fn first_steps(self) -> usize {
        match self {
            Self::Short => 256,
            Self::Endless => usize::MAX,
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
    patience: Patience,
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
    let mut steps_left = patience.first_steps();
    let mut report = Report { folded, classes, bits: classes.bits(), near: Stretch::default(), hits };
    let without_small = smalls.is_empty();
    for from in (0..classes.len()).step_by(CHUNK) {
        steps_left = steps_left.saturating_add(64 * CHUNK / BYTES_PER_STEP);
        let chunk = from..(from + CHUNK).min(classes.len());
        let n = simd.note(classes, chunk, without_small, words);
        found.clear();
        let mut n = simd.pass(&search.text, words, n, found);
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
            n = simd.go_on(&search.text, words, n, found);
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

/// What the rounds of a search found: each round in order, longer ones later.
#[derive(Debug, Default)]
struct Runs {
    /// Where the runs begin, without the first.
    starts: Vec<usize>,
    last: Vec<Found>,
}

impl Runs {
    /// Puts all runs in order: by start, longer ones first.
    ///
    /// Words of a later run that begin where others do are longer, so no ends need to be compared.
    #[inline(always)]
    fn merge(&mut self, found: &mut [Found]) {
        while let Some(start) = self.starts.pop() {
            let first = self.starts.last().map_or(0, |before| *before);
            self.last.clear();
            self.last.extend_from_slice(&found[start..]);
            let (mut ours, mut theirs) = (start, self.last.len());
            // From the back, where the room is; what is left of the run before stands where it belongs.
            while theirs > 0 && ours > first {
                let (our, their) = (found[ours - 1], self.last[theirs - 1]);
                let is_ours = our.start >= their.start;
                // Which one it is cannot be foreseen.
                found[ours + theirs - 1] = Found {
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

/// Notes where the words that begin in a chunk begin and end, without those in small letters if they are of no use; returns how
/// many.
#[inline(always)]
pub(super) fn note<S: Simd>(
    simd: S,
    classes: &Classes,
    chunk: Range<usize>,
    without_small: bool,
    words: &mut Words,
) -> usize {
    if without_small {
        note_words::<S, false>(simd, classes, chunk, words)
    } else {
        note_words::<S, true>(simd, classes, chunk, words)
    }
}

/// [`note`], with words in small letters only if `SMALL` is set.
#[inline(always)]
fn note_words<S: Simd, const SMALL: bool>(simd: S, classes: &Classes, chunk: Range<usize>, words: &mut Words) -> usize {
    let mut before = chunk.start.checked_sub(1).map_or(0, |last| classes.at(last).0 >> 63);
    let (mut n_starts, mut n_ends, mut open) = (0, 0, false);
    for index in chunk.clone() {
        let (word, small) = classes.at(index);
        let begins = word & !((word << 1) | before);
        before = word >> 63;
        let begins = if SMALL { begins } else { begins & !small };
        // Added to the bits of its word, the first one is carried to where the word ends, maybe in the next block.
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

/// A folded text and the filters its words are held against.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) bits: Bits<'t>,
    /// With [`READ_AHEAD`](super::hash::READ_AHEAD) bytes behind the text.
    pub(super) bytes: &'t [u8],
    pub(super) firsts: Filter<'t>,
    pub(super) smalls: Filter<'t>,
    pub(super) nexts: Filter<'t>,
}

/// Hashes the first `n` words and asks the filter of first words for them. Those with which a key may end are put behind
/// `found`, those that one may go on from stay in front; returns how many.
#[inline(always)]
pub(super) fn pass(text: &Text<'_>, words: &mut Words, n: usize, found: &mut Vec<Found>) -> usize {
    let mut kept = 0;
    for index in 0..n {
        let (start, end) = (words.starts[index] & !FLAG, words.ends[index]);
        let filter = if words.starts[index] & FLAG == 0 { text.firsts } else { text.smalls };
        let hash = hash::segment(0, text.bytes, start as usize, (end - start) as usize);
        sort_out(filter.ask(hash), Found { start, end, hash }, words, &mut kept, found);
    }
    kept
}

/// Looks on from the first `n` words to those behind them, and asks the filter for both together; sorts them out as [`pass`]
/// does.
#[inline(always)]
pub(super) fn go_on<S: Simd>(simd: S, text: &Text<'_>, words: &mut Words, n: usize, found: &mut Vec<Found>) -> usize {
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
            let longer = Found { start: words.starts[index], end: words.ends[index] + length, hash };
            sort_out(text.nexts.ask(hash), longer, words, &mut kept, found);
        }
    }
    kept
}

/// Keeps words where the answer wants them.
#[inline(always)]
fn sort_out(answer: Answer, longer: Found, words: &mut Words, kept: &mut usize, found: &mut Vec<Found>) {
    let Found { start, end, hash } = longer;
    if answer.ends {
        found.push(longer);
    }
    // Written in any case, kept if a key goes on: no branch to be mispredicted.
    (words.starts[*kept], words.ends[*kept], words.hashes[*kept]) = (start, end, hash);
    *kept += usize::from(answer.goes_on);
}

impl Text<'_> {
    /// The length of the next word with the signs before it, and its hash behind `hash`; the length is 0 if there is none that
    /// a name could go on with.
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

/// [`Simd::positions`] without wide instructions: in groups, so that the processor need not guess their number exactly.
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
            // The flag's bit is the lowest then, and the highest in the end.
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
    /// Of the text without the bytes behind it.
    length: usize,
}

impl<S: Simd> Search<'_, S> {
    /// Lets the lines that will be looked at come to the caches.
    #[inline(always)]
    fn ask_for_lines(&self, found: &[Found]) {
        for words in found {
            self.simd.prefetch(self.view.lines, first_line(self.view.lines, words.hash));
        }
    }

    /// Drops what has no tag in its line of the table. What will be read of the records is on its way to the caches then.
    #[inline(always)]
    fn look_up(&self, found: &mut Vec<Found>, offsets: &mut Vec<u32>) {
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

    /// Reports the key of these words, and those with signs around them. Its record is nearly always at `offset`.
    #[inline(always)]
    fn report(&self, words: &Found, offset: u32, report: &mut Report<'_>) {
        let (start, end) = (words.start as usize, words.end as usize);
        let View { records, .. } = self.view;
        let place = Place { bytes: self.text.bytes, start, length: end - start };
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

    /// The record of a key that is not the first with its tag, if there is one.
    #[cold]
    #[inline(never)]
    fn look_further(&self, hash: u64, place: Place<'_>) -> Option<Record> {
        // Not compiled for the level of the search: its instructions would be calls here.
        find_record(Scalar, self.view.lines, self.view.records, hash, place).map(|(_, record)| record)
    }

    /// Reports the keys that have signs around the words `start..end`, whose hash is `hash`.
    #[cold]
    #[inline(never)]
    fn edges(&self, hash: u64, edges: u8, start: usize, end: usize, report: &mut Report<'_>) {
        let has = |length: usize, first: usize| length == 0 || (edges >> (first + length - 1)) & 1 != 0;
        // No key in the tables begins or ends with a blank.
        let is_sign = |at: usize| self.text.bytes[at] != b' ';
        let has_tail =
            |tail: &usize| has(*tail, 0) && end + tail <= self.length && (*tail == 0 || is_sign(end + tail - 1));
        let has_lead = |lead: &usize| has(*lead, MAX_EDGE) && (*lead == 0 || is_sign(start - lead));
        for tail in (0..=MAX_EDGE).filter(has_tail) {
            for lead in (0..=MAX_EDGE.min(start)).filter(has_lead).filter(|lead| lead + tail != 0) {
                self.edge(hash, (start - lead, start), (end, end + tail), report);
            }
        }
    }

    /// Reports the key that is words with the signs `lead` before and `tail` behind them.
    fn edge(&self, mut hash: u64, lead: (usize, usize), tail: (usize, usize), report: &mut Report<'_>) {
        for (kind, (start, end)) in [(Kind::Tail, tail), (Kind::Lead, lead)] {
            if start < end {
                hash = hash::segment(hash::seed(hash, kind), self.text.bytes, start, end - start);
            }
        }
        let (start, end) = (lead.0, tail.1);
        let place = Place { bytes: self.text.bytes, start, length: end - start };
        if let Some(record) = self.look_further(hash, place) {
            report.add(start, end, record.senses(self.view.records));
        }
    }
}

/// Takes the hits in a folded text to the original, and judges them.
struct Report<'r> {
    folded: &'r FoldedText,
    classes: &'r Classes,
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
