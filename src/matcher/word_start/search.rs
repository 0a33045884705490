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
const CHUNK: usize = 256;
/// How many look-ups ahead memory is asked for.
const AHEAD: usize = 12;

/// Buffers of one thread, reused from text to text.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    classes: Classes,
    /// Words that passed a filter.
    words: Vec<Word>,
}

/// A word of the text that may begin a name.
#[derive(Debug, Clone, Copy, Default)]
struct Word {
    start: u32,
    length: u32,
    hash: u64,
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
    let Scratch { classes, words } = scratch;
    classes.fold(simd, folded, text);
    let search = Search { simd, view, folded, classes, bytes: folded.padded(), length: folded.bytes().len() };
    for from in (0..classes.len()).step_by(CHUNK) {
        search.candidates(from..(from + CHUNK).min(classes.len()), words);
        search.look_up(words);
        for word in words.iter() {
            search.walk(*word, hits);
        }
    }
}

#[derive(Clone, Copy)]
struct Search<'t, S> {
    simd: S,
    view: View<'t>,
    folded: &'t FoldedText,
    classes: &'t Classes,
    /// The folded text, with readable bytes behind it.
    bytes: &'t [u8],
    length: usize,
}

impl<S: Simd> Search<'_, S> {
    /// Fills `words` with the words of a chunk that pass the filters.
    #[inline(always)]
    fn candidates(&self, chunk: std::ops::Range<usize>, words: &mut Vec<Word>) {
        // Every second byte may begin a word.
        words.resize(32 * CHUNK + 1, Word::default());
        let mut n = 0;
        let mut before = chunk.start.checked_sub(1).map_or(0, |last| self.classes.at(last).0 >> 63);
        let with_small = !self.view.smalls.is_empty();
        for index in chunk {
            let (word, small) = self.classes.at(index);
            let starts = word & !(word << 1 | before);
            before = word >> 63;
            self.pass(64 * index, starts & !small, self.view.firsts, words, &mut n);
            if with_small {
                self.pass(64 * index, starts & small, self.view.smalls, words, &mut n);
            }
        }
        words.truncate(n);
    }

    /// Appends the words that begin at the bits of `starts` and pass the filter.
    #[inline(always)]
    fn pass(&self, base: usize, mut starts: u64, filter: Filter<'_>, words: &mut [Word], n: &mut usize) {
        while starts != 0 {
            let start = base + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            let length = self.classes.word_length(start);
            let hash = hash::segment(0, self.bytes, start, length);
            // Written in any case, kept if it passes: no branch to be mispredicted.
            words[*n] = Word { start: start as u32, length: length as u32, hash };
            *n += usize::from(filter.may_hold(hash));
        }
    }

    /// Drops the words whose line of the table does not hold their tag.
    #[inline(always)]
    fn look_up(&self, words: &mut Vec<Word>) {
        let View { lines, records, .. } = self.view;
        for word in words.iter().take(AHEAD) {
            self.simd.prefetch(lines, first_line(lines, word.hash));
        }
        let mut n = 0;
        for index in 0..words.len() {
            if let Some(word) = words.get(index + AHEAD) {
                self.simd.prefetch(lines, first_line(lines, word.hash));
            }
            let word = words[index];
            let Some(line) = lines.get(first_line(lines, word.hash)..).and_then(|lines| lines.first_chunk::<LINE>())
            else {
                continue;
            };
            let slots = self.simd.slots(line, tag_of(word.hash));
            self.simd.prefetch(records, offset_in(line, slots.trailing_zeros() % 32) as usize);
            words[n] = word;
            n += usize::from(slots != 0 || line[SPILLED_AT] != 0);
        }
        words.truncate(n);
    }

    /// Reports all names that begin with the word.
    #[inline(always)]
    fn walk(&self, word: Word, hits: &mut Vec<(Span, u32)>) {
        let start = word.start as usize;
        let mut at = start;
        let mut length = word.length as usize;
        let mut parent = ROOT;
        let mut hash = word.hash;
        while let Some((offset, record)) = self.find_record(hash, parent, Kind::Word, at, length) {
            at += length;
            if record.flags & ENDS != 0 {
                self.report(start, at, record.key, hits);
            }
            if record.edges != 0 {
                self.edges(offset, record, start, at, hits);
            }
            if record.flags & GOES_ON == 0 {
                return;
            }
            let gap = self.classes.words_from(at).trailing_zeros() as usize;
            if gap > MAX_GAP {
                return;
            }
            length = gap + self.classes.word_length(at + gap);
            if length > MAX_SEGMENT {
                return;
            }
            parent = offset;
            hash = hash::segment(hash::seed(parent, Kind::Word), self.bytes, at, length);
            if !self.view.nexts.may_hold(hash) {
                return;
            }
        }
    }

    /// Reports the names that have signs around the words `start..end`, which lead to `record`.
    #[cold]
    fn edges(&self, offset: u32, record: Record, start: usize, end: usize, hits: &mut Vec<(Span, u32)>) {
        self.leads(offset, record, start, end, hits);
        for length in (1..=MAX_EDGE).filter(|length| record.edges >> (length - 1) & 1 != 0) {
            if end + length > self.length {
                return;
            }
            if let Some((offset, record)) = self.find_step(offset, Kind::Tail, end, length) {
                if record.flags & ENDS != 0 {
                    self.report(start, end + length, record.key, hits);
                }
                self.leads(offset, record, start, end + length, hits);
            }
        }
    }

    fn leads(&self, offset: u32, record: Record, start: usize, end: usize, hits: &mut Vec<(Span, u32)>) {
        for length in (1..=MAX_EDGE.min(start)).filter(|length| record.edges >> (MAX_EDGE + length - 1) & 1 != 0) {
            if let Some((_, record)) = self.find_step(offset, Kind::Lead, start - length, length)
                && record.flags & ENDS != 0
            {
                self.report(start - length, end, record.key, hits);
            }
        }
    }

    fn find_step(&self, parent: u32, kind: Kind, start: usize, length: usize) -> Option<(u32, Record)> {
        let hash = hash::segment(hash::seed(parent, kind), self.bytes, start, length);
        self.find_record(hash, parent, kind, start, length)
    }

    #[inline(always)]
    fn find_record(&self, hash: u64, parent: u32, kind: Kind, start: usize, length: usize) -> Option<(u32, Record)> {
        let place = Place { bytes: self.bytes, start, length };
        find_record(self.simd, self.view.lines, self.view.records, hash, parent, kind, place)
    }

    #[inline(always)]
    fn report(&self, start: usize, end: usize, key: u32, hits: &mut Vec<(Span, u32)>) {
        if let Some(span) = self.folded.original(start, end) {
            hits.push((span, key));
        }
    }
}
