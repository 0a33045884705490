//! The search itself: candidates, filter, table, walk. The same for all levels; what differs is behind [`Simd`].

use super::classes::Classes;
use super::hash::{self, Kind};
use super::layout::{ENDS, Filter, GOES_ON, LINE, ROOT, Record, SPILLED_AT, View, tag_of};
use super::probe::{Place, find_record, first_line, offset_in};
use super::segments::{MAX_EDGE, MAX_GAP, MAX_SEGMENT};
use super::simd::Simd;
use crate::normalize::FoldedText;
use crate::span::Span;

/// How many `u64`s of classes are worked on at a time: what is noted on the way stays in the first caches.
const CHUNK: usize = 128;

/// Buffers of one thread, reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    classes: Classes,
    /// Room for what is noted of a chunk; empty before the first text.
    starts: Starts,
    words: Vec<Word>,
}

/// Where words begin: those with a small letter, and the others.
#[derive(Debug, Default)]
struct Starts {
    others: Vec<u32>,
    small: Vec<u32>,
}

/// A word of the text that may begin a name.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    start: u32,
    length: u32,
    hash: u64,
    /// Whether a name may consist of it alone.
    may_end: bool,
}

/// Finds every occurrence of every key in the tables. See [`View::find`].
#[inline(always)]
pub(super) fn find<S: Simd>(
    simd: S,
    view: View<'_>,
    text: &str,
    folded: &mut FoldedText,
    scratch: &mut Scratch,
    hits: &mut Vec<(Span, u32)>,
) {
    hits.clear();
    let Scratch { classes, starts, words } = scratch;
    classes.fold(simd, folded, text);
    let search = Search { simd, view, classes, bytes: folded.padded(), length: folded.bytes().len() };
    // Every second byte may begin a word; some more places are written to and not kept.
    words.resize(32 * CHUNK + 1, Word::default());
    starts.others.resize(32 * CHUNK + GROUP, 0);
    starts.small.resize(32 * CHUNK + GROUP, 0);
    let mut near = 0;
    for from in (0..classes.len()).step_by(CHUNK) {
        let n = search.candidates(from..(from + CHUNK).min(classes.len()), starts, words);
        let n = search.look_up(&mut words[..n]);
        for word in &words[..n] {
            search.walk(*word, &mut Report { folded, near: &mut near, hits });
        }
    }
}

/// A record that was reached.
#[derive(Clone, Copy)]
struct Node {
    offset: u32,
    record: Record,
    hash: u64,
}

/// How many positions are written at once.
const GROUP: usize = 8;

/// Writes the positions of the bits of `mask` behind the first `n` of `positions`; returns how many there are then.
#[inline(always)]
fn note_positions(positions: &mut [u32], n: usize, base: usize, mut mask: u64) -> usize {
    let end = n + mask.count_ones() as usize;
    let mut at = n;
    // In groups, so that the processor need not guess their number exactly.
    while at < end {
        let group: &mut [u32; GROUP] = positions[at..].first_chunk_mut().expect("room for a group more");
        for position in group {
            *position = base as u32 + mask.trailing_zeros();
            mask &= mask.wrapping_sub(1);
        }
        at += GROUP;
    }
    end
}

#[derive(Clone, Copy)]
struct Search<'t, S> {
    simd: S,
    view: View<'t>,
    classes: &'t Classes,
    /// The folded text, with readable bytes behind it.
    bytes: &'t [u8],
    length: usize,
}

impl<S: Simd> Search<'_, S> {
    /// Fills `words` with the words of a chunk that pass the filters; returns how many.
    #[inline(always)]
    fn candidates(&self, chunk: std::ops::Range<usize>, starts: &mut Starts, words: &mut [Word]) -> usize {
        let with_small = !self.view.smalls.is_empty();
        let mut before = chunk.start.checked_sub(1).map_or(0, |last| self.classes.at(last).0 >> 63);
        let (mut n_others, mut n_small) = (0, 0);
        for index in chunk {
            let (word, small) = self.classes.at(index);
            let begins = word & !((word << 1) | before);
            before = word >> 63;
            n_others = note_positions(&mut starts.others, n_others, 64 * index, begins & !small);
            if with_small {
                n_small = note_positions(&mut starts.small, n_small, 64 * index, begins & small);
            }
        }
        let n = self.pass(&starts.others[..n_others], self.view.firsts, words, 0);
        self.pass(&starts.small[..n_small], self.view.smalls, words, n)
    }

    /// Appends those of the words at `starts` that pass the filter to the first `n`; returns how many there are then.
    #[inline(always)]
    fn pass(&self, starts: &[u32], filter: Filter<'_>, words: &mut [Word], mut n: usize) -> usize {
        for &start in starts {
            let length = self.classes.word_length(start as usize);
            let hash = hash::segment(0, self.bytes, start as usize, length);
            let (may_begin, may_end) = filter.may_hold(hash);
            // Written in any case, kept if it passes: no branch to be mispredicted.
            words[n] = Word { start, length: length as u32, hash, may_end };
            n += usize::from(may_begin);
        }
        n
    }

    /// Drops the words that are no name and do not go on as one, then those whose line of the table does not hold their tag;
    /// returns how many are left in front.
    #[inline(always)]
    fn look_up(&self, words: &mut [Word]) -> usize {
        let View { lines, records, .. } = self.view;
        let mut kept = 0;
        for index in 0..words.len() {
            let word = words[index];
            if word.may_end || self.next_word(word.start as usize + word.length as usize, word.hash).is_some() {
                self.simd.prefetch(lines, first_line(lines, word.hash));
                words[kept] = word;
                kept += 1;
            }
        }
        let mut n = 0;
        for index in 0..kept {
            let word = words[index];
            let line = lines.get(first_line(lines, word.hash)..).and_then(|lines| lines.first_chunk::<LINE>());
            let Some(line) = line else { continue };
            let slots = self.simd.slots(line, tag_of(word.hash));
            self.simd.prefetch(records, offset_in(line, slots.trailing_zeros() % 32) as usize);
            words[n] = word;
            n += usize::from(slots != 0 || line[SPILLED_AT] != 0);
        }
        n
    }

    /// The length of the next word with the signs before it, and its hash behind `hash`, if some name may go on with it.
    #[inline(always)]
    fn next_word(&self, at: usize, hash: u64) -> Option<(usize, u64)> {
        let gap = self.classes.words_from(at).trailing_zeros() as usize;
        if gap > MAX_GAP {
            return None;
        }
        let length = gap + self.classes.word_length(at + gap);
        if length > MAX_SEGMENT {
            return None;
        }
        let hash = hash::segment(hash::seed(hash, Kind::Word), self.bytes, at, length);
        self.view.nexts.may_hold(hash).0.then_some((length, hash))
    }

    /// Reports all names that begin with the word.
    #[inline(always)]
    fn walk(&self, word: Word, report: &mut Report<'_>) {
        let start = word.start as usize;
        let mut at = start;
        let mut length = word.length as usize;
        let mut parent = ROOT;
        let mut hash = word.hash;
        while let Some((offset, record)) = self.find_record(hash, parent, Kind::Word, at, length) {
            at += length;
            if record.flags & ENDS != 0 {
                report.add(start, at, record.key);
            }
            if record.edges != 0 {
                self.edges(Node { offset, record, hash }, start, at, report);
            }
            if record.flags & GOES_ON == 0 {
                return;
            }
            let Some(next) = self.next_word(at, hash) else { return };
            parent = offset;
            (length, hash) = next;
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
                    report.add(start, end + length, tail.record.key);
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
                report.add(start - length, end, lead.record.key);
            }
        }
    }

    fn find_step(&self, from: Node, kind: Kind, start: usize, length: usize) -> Option<Node> {
        let hash = hash::segment(hash::seed(from.hash, kind), self.bytes, start, length);
        let (offset, record) = self.find_record(hash, from.offset, kind, start, length)?;
        Some(Node { offset, record, hash })
    }

    #[inline(always)]
    fn find_record(&self, hash: u64, parent: u32, kind: Kind, start: usize, length: usize) -> Option<(u32, Record)> {
        let place = Place { bytes: self.bytes, start, length };
        find_record(self.simd, self.view.lines, self.view.records, hash, parent, kind, place)
    }
}

/// Takes the hits in a folded text to the original.
struct Report<'r> {
    folded: &'r FoldedText,
    /// Where the last hit was among the edges of the folded text.
    near: &'r mut usize,
    hits: &'r mut Vec<(Span, u32)>,
}

impl Report<'_> {
    #[inline(always)]
    fn add(&mut self, start: usize, end: usize, key: u32) {
        if let Some(span) = self.folded.original_near(start, end, self.near) {
            self.hits.push((span, key));
        }
    }
}
