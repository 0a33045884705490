//! The search itself: candidates, filter, table, walk. The same for all levels; what differs is behind [`Simd`].

use std::cmp::Reverse;

use super::classes::{Bits, Classes, WINDOW, long_word_length};
use super::hash::{self, Kind};
use super::layout::{ENDS, Filter, GOES_ON, LINE, ROOT, Record, SPILLED_AT, View, tag_of};
use super::probe::{Place, find_record, first_line, offset_in};
use super::scalar::Scalar;
use super::segments::{MAX_EDGE, MAX_GAP, MAX_SEGMENT};
use super::simd::Simd;
use crate::ids::AliasId;
use crate::normalize::FoldedText;
use crate::span::Span;

/// How many `u64`s of classes are worked on at a time: what is noted on the way stays in the first caches.
const CHUNK: usize = 128;

/// Buffers of one thread, reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    classes: Classes,
    /// Where the words of a chunk begin. Like the others room for the most there can be; empty before the first text.
    starts: Vec<u32>,
    firsts: Vec<First>,
    words: Vec<Word>,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    /// What passes.
    pub(crate) sure: Vec<(Span, AliasId)>,
    /// What passes if the caller's look at the text says so.
    pub(crate) doubtful: Vec<(Span, AliasId)>,
    /// Whether a stop name is among what passes.
    pub(crate) stopped: bool,
    /// Whether the search took too many steps, and was broken off.
    pub(crate) gave_up: bool,
}

impl Hits {
    /// For an engine that is sure of all its hits and does not tell stop names apart.
    pub(crate) fn cleared(&mut self) -> &mut Vec<(Span, AliasId)> {
        self.sure.clear();
        self.stopped = true;
        &mut self.sure
    }
}

/// How many steps a search may take before it is broken off: words that may begin a name, and nodes of the trie where none ends.
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

/// A word of the text that may begin a name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct First {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) hash: u64,
}

/// The same with the word behind it and the signs between them: 0 bytes if no name goes on with that.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Word {
    pub(super) first: First,
    pub(super) next_length: u32,
    pub(super) next_hash: u64,
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
    let Scratch { classes, starts, firsts, words } = scratch;
    classes.fold(simd, folded, text);
    let View { firsts: first_filter, smalls, nexts, .. } = view;
    let looked_at = Text { bits: classes.bits(), bytes: folded.padded(), firsts: first_filter, smalls, nexts };
    let search = Search { simd, view, text: looked_at, length: folded.bytes().len() };
    // Every second byte may begin a word; some more places are written to and not kept.
    starts.resize(32 * CHUNK + GROUP, 0);
    firsts.resize(32 * CHUNK + 1, First::default());
    words.resize(32 * CHUNK + 1, Word::default());
    let steps_left = patience.first_steps();
    let mut report = Report { folded, classes, bits: classes.bits(), records: view.records, near: 0, steps_left, hits };
    for from in (0..classes.len()).step_by(CHUNK) {
        report.steps_left = report.steps_left.saturating_add(64 * CHUNK / BYTES_PER_STEP);
        let n = note_starts(classes, from..(from + CHUNK).min(classes.len()), view.smalls.is_empty(), starts);
        let n = simd.pass(&search.text, &starts[..n], firsts);
        let n = simd.go_on(&search.text, &firsts[..n], words);
        // A word that may begin a name costs a step, too, whatever comes of it.
        report.steps_left = report.steps_left.saturating_sub(n);
        if report.steps_left == 0 {
            report.hits.gave_up = true;
            return;
        }
        let n = search.look_up(&mut words[..n]);
        for word in &words[..n] {
            search.walk(word, &mut report);
        }
        if report.hits.gave_up {
            return;
        }
    }
}

/// Notes where the words of a chunk begin, without those in small letters if there is no need; returns how many.
#[inline(always)]
fn note_starts(classes: &Classes, chunk: std::ops::Range<usize>, without_small: bool, starts: &mut [u32]) -> usize {
    let mut before = chunk.start.checked_sub(1).map_or(0, |last| classes.at(last).0 >> 63);
    let mut n = 0;
    for index in chunk {
        let (word, small) = classes.at(index);
        let begins = word & !((word << 1) | before);
        before = word >> 63;
        n = if without_small {
            note_positions::<4>(starts, n, 64 * index, begins & !small)
        } else {
            note_positions::<GROUP>(starts, n, 64 * index, begins)
        };
    }
    n
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

/// Fills `firsts` with those of the words at `starts` that pass the filter of first words; returns how many.
#[inline(always)]
pub(super) fn pass(text: &Text<'_>, starts: &[u32], firsts: &mut [First]) -> usize {
    let Text { bits, bytes, .. } = *text;
    let mut n = 0;
    for &start in starts {
        let at = start as usize;
        let filter = if bits.is_small(at) { text.smalls } else { text.firsts };
        let length = bits.word_length(at);
        let hash = hash::segment(0, bytes, at, length);
        // Written in any case, kept if it passes: no branch to be mispredicted.
        firsts[n] = First { start, length: length as u32, hash };
        n += usize::from(filter.may_hold(hash).0);
    }
    n
}

/// Fills `words` with `firsts` and what follows them, as far as a name may go on with it; returns how many may be a name or go
/// on as one, which stand in front.
#[inline(always)]
pub(super) fn go_on<S: Simd>(simd: S, text: &Text<'_>, firsts: &[First], words: &mut [Word]) -> usize {
    for (first, word) in firsts.iter().zip(&mut *words) {
        let (next_length, next_hash) = text.next_word((first.start + first.length) as usize, first.hash);
        simd.prefetch(text.nexts.0.as_flattened(), text.nexts.at(next_hash));
        *word = Word { first: *first, next_length, next_hash };
    }
    let mut n = 0;
    for index in 0..firsts.len() {
        let mut word = words[index];
        let goes_on = text.nexts.may_hold(word.next_hash).0;
        word.next_length = if goes_on { word.next_length } else { 0 };
        words[n] = word;
        n += usize::from(text.firsts.may_hold(word.first.hash).1 | (word.next_length != 0));
    }
    n
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

/// A record that was reached.
#[derive(Clone, Copy)]
struct Node {
    offset: u32,
    record: Record,
    hash: u64,
}

/// How many positions are written at once, at most.
const GROUP: usize = 8;

/// Writes the positions of the bits of `mask` behind the first `n` of `positions`; returns how many there are then.
#[inline(always)]
fn note_positions<const N: usize>(positions: &mut [u32], n: usize, base: usize, mut mask: u64) -> usize {
    let end = n + mask.count_ones() as usize;
    let mut at = n;
    // In groups, so that the processor need not guess their number exactly.
    while at < end {
        let group: &mut [u32; N] = positions[at..].first_chunk_mut().expect("room for a group more");
        for position in group {
            *position = base as u32 + mask.trailing_zeros();
            mask &= mask.wrapping_sub(1);
        }
        at += N;
    }
    end
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
    /// Drops the words whose line of the table does not hold their tag; returns how many are left in front. What the walk will
    /// read of the tables is on its way to the caches then.
    #[inline(always)]
    fn look_up(&self, words: &mut [Word]) -> usize {
        let View { lines, .. } = self.view;
        for word in words.iter() {
            self.simd.prefetch(lines, first_line(lines, word.first.hash));
            self.simd.prefetch(lines, first_line(lines, word.next_hash));
        }
        let mut n = 0;
        for index in 0..words.len() {
            let word = words[index];
            let may_be = self.prefetch_record(word.first.hash);
            if word.next_length != 0 {
                self.prefetch_record(word.next_hash);
            }
            words[n] = word;
            n += usize::from(may_be);
        }
        n
    }

    /// Whether there may be a record of this hash. The first that may be it is asked for.
    #[inline(always)]
    fn prefetch_record(&self, hash: u64) -> bool {
        let View { lines, records, .. } = self.view;
        let Some(line) = lines.get(first_line(lines, hash)..).and_then(|lines| lines.first_chunk::<LINE>()) else {
            return false;
        };
        let slots = self.simd.slots(line, tag_of(hash));
        let at = offset_in(line, slots.trailing_zeros() % 32) as usize;
        self.simd.prefetch(records, at);
        // With its aliases a record often reaches into the next line of the cache.
        self.simd.prefetch(records, at + 32);
        slots != 0 || line[SPILLED_AT] != 0
    }

    /// Reports all names that begin with the word, longer ones first.
    #[inline(always)]
    fn walk(&self, word: &Word, report: &mut Report<'_>) {
        let Word { first, mut next_length, mut next_hash } = *word;
        let start = first.start as usize;
        let n_before = report.hits.sure.len();
        let (mut at, mut length, mut hash, mut parent) = (start, first.length as usize, first.hash, ROOT);
        while let Some((offset, record)) = self.find_record(hash, parent, Kind::Word, at, length) {
            at += length;
            if record.flags & ENDS != 0 {
                report.add(start, at, record);
            } else if report.steps_left == 0 {
                report.hits.gave_up = true;
                return;
            } else {
                report.steps_left -= 1;
            }
            if record.edges != 0 {
                self.edges(Node { offset, record, hash }, start, at, report);
            }
            if parent != ROOT && record.flags & GOES_ON != 0 {
                (next_length, next_hash) = self.text.next_word(at, hash);
                next_length = if self.view.nexts.may_hold(next_hash).0 { next_length } else { 0 };
            }
            if record.flags & GOES_ON == 0 || next_length == 0 {
                break;
            }
            parent = offset;
            (length, hash) = (next_length as usize, next_hash);
        }
        if let Some(found @ [_, _, ..]) = report.hits.sure.get_mut(n_before..)
            && !found.is_sorted_by_key(order)
        {
            found.sort_unstable_by_key(order);
        }
    }

    /// Reports the names that have signs around the words `start..end`, which lead to `node`.
    #[cold]
    fn edges(&self, node: Node, start: usize, end: usize, report: &mut Report<'_>) {
        self.leads(node, start, end, report);
        for length in (1..=MAX_EDGE).filter(|length| (node.record.edges >> (length - 1)) & 1 != 0) {
            if end + length > self.length {
                return;
            }
            if let Some(tail) = self.find_step(node, Kind::Tail, end, length) {
                if tail.record.flags & ENDS != 0 {
                    report.add(start, end + length, tail.record);
                }
                self.leads(tail, start, end + length, report);
            }
        }
    }

    fn leads(&self, node: Node, start: usize, end: usize, report: &mut Report<'_>) {
        let lengths = 1..=MAX_EDGE.min(start);
        for length in lengths.filter(|length| (node.record.edges >> (MAX_EDGE + length - 1)) & 1 != 0) {
            if let Some(lead) = self.find_step(node, Kind::Lead, start - length, length)
                && lead.record.flags & ENDS != 0
            {
                report.add(start - length, end, lead.record);
            }
        }
    }

    fn find_step(&self, from: Node, kind: Kind, start: usize, length: usize) -> Option<Node> {
        let hash = hash::segment(hash::seed(from.hash, kind), self.text.bytes, start, length);
        let place = Place { bytes: self.text.bytes, start, length };
        // Not compiled for the level of the search: its instructions would be calls here.
        let found = find_record(Scalar, self.view.lines, self.view.records, hash, from.offset, kind, place);
        found.map(|(offset, record)| Node { offset, record, hash })
    }

    #[inline(always)]
    fn find_record(&self, hash: u64, parent: u32, kind: Kind, start: usize, length: usize) -> Option<(u32, Record)> {
        let place = Place { bytes: self.text.bytes, start, length };
        find_record(self.simd, self.view.lines, self.view.records, hash, parent, kind, place)
    }
}

/// How hits are listed: by start, longer ones first.
#[inline(always)]
pub(crate) fn order(hit: &(Span, AliasId)) -> (usize, Reverse<usize>, AliasId) {
    (hit.0.start, Reverse(hit.0.end), hit.1)
}

/// Takes the hits in a folded text to the original, and judges them.
struct Report<'r> {
    folded: &'r FoldedText,
    classes: &'r Classes,
    bits: Bits<'r>,
    records: &'r [u8],
    /// Where the last hit was among the edges of the folded text.
    near: usize,
    /// How many more steps may be taken.
    steps_left: usize,
    hits: &'r mut Hits,
}

impl Report<'_> {
    #[inline(always)]
    fn add(&mut self, start: usize, end: usize, record: Record) {
        let Some(span) = self.folded.original_near(start, end, &mut self.near) else { return };
        let is_plain = self.classes.is_plain(start, end);
        let small = self.bits.smalls_in(start, end);
        for sense in record.senses(self.records) {
            let alias = AliasId(sense.alias);
            match sense.judge(small).filter(|_| is_plain) {
                Some(true) => {
                    self.hits.stopped |= sense.stop;
                    self.hits.sure.push((span, alias));
                }
                Some(false) => {}
                None => self.hits.doubtful.push((span, alias)),
            }
        }
    }
}
