//! Plain texts with many articles, one after the other, and a separator between two.
//!
//! A separator is found line by line ([`Separator`]): a line that is a certain text, or what a regular expression matches in a line. It
//! belongs to no article, and neither do the blanks around an article. A file without a separator is one article, and that is noted.

use std::ops::Range;
use std::sync::Arc;

use regex::bytes::Regex;

use super::{Cutter, Open};
use crate::archive::compressed_name;
use crate::archive::parse::{Fault, Parser};
use crate::archive::sniff::MARK;
use crate::error::{Error, Result};

/// Longer lines are not searched for a separator: they are prose, and would have to be held in memory whole.
const LONGEST_LINE: usize = 64 << 10;

/// The separator between two articles of a text file.
#[derive(Debug, Clone)]
pub(in crate::archive) enum Separator {
    /// A line that is this text, but for blanks at both ends.
    Line(Vec<u8>),
    /// What an expression matches in a line. What its group `next` holds begins the next article.
    Match(Regex),
}

impl Separator {
    /// `/.../` is an expression, everything else a text.
    ///
    /// # Errors
    ///
    /// If the text is empty or of several lines, or the expression is not understood.
    pub(in crate::archive) fn parse(given: &str) -> Result<Self> {
        if let Some(expression) = given.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'))
            && !expression.is_empty()
        {
            return Regex::new(expression).map(Self::Match).map_err(|error| {
                let said = error.to_string();
                let last = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                Error::usage(format!("the expression {expression:?} of --split-on is not understood: {last}"))
                    .with_remedy("write it like /^Document \\d+ of \\d+$/, or give a whole line, like -----")
            });
        }
        let text = given.trim();
        if text.is_empty() || text.contains('\n') {
            let error = Error::usage(format!("the separator {given:?} of --split-on is not the text of a line"));
            return Err(error.with_remedy("write a line that is between two articles, or an expression like /^\\f/"));
        }
        Ok(Self::Line(text.as_bytes().to_vec()))
    }

    /// The first separator in a line from `from` on: what it covers, and where the next article begins.
    fn find(&self, line: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
        match self {
            Self::Line(text) => {
                let is_it = from == 0 && line.strip_prefix(MARK).unwrap_or(line).trim_ascii() == text.as_slice();
                is_it.then_some((0..line.len(), line.len()))
            }
            Self::Match(expression) => {
                let found = expression.captures_at(line, from)?;
                let whole = found.get(0)?.range();
                let next = found.name("next").map_or(whole.end, |next| next.start());
                Some((whole, next))
            }
        }
    }
}

/// Cuts a text at its separators.
pub(super) struct Pieces {
    separator: Arc<Separator>,
    piece: Arc<dyn Parser>,
    /// Of a text without a separator.
    whole: Arc<dyn Parser>,
    /// Whether a separator was found.
    is_divided: bool,
    /// Whether nothing but blanks has come since the article could begin.
    is_blank: bool,
    /// Where the line begins that has not ended, counted from the open record; `None` within a line that is too long.
    line: Option<usize>,
    /// Whether anything was added.
    has_records: bool,
}

impl Pieces {
    pub(super) fn new(separator: Arc<Separator>, piece: Arc<dyn Parser>, whole: Arc<dyn Parser>) -> Self {
        Self { separator, piece, whole, is_divided: false, is_blank: true, line: Some(0), has_records: false }
    }

    /// Leaves out the blanks before `end` if the article has not begun; says whether it still has not.
    fn skip_blanks(&mut self, open: &mut Open<'_>, end: usize) {
        if self.is_blank {
            let bytes = &open.batch.buffer[open.at.start..end];
            let blanks = bytes.len() - bytes.trim_ascii_start().len();
            self.is_blank = blanks == bytes.len();
            open.advance(blanks);
        }
    }

    /// Looks for separators in the line of the buffer that ends before `end`.
    fn line(&mut self, open: &mut Open<'_>, start: usize, end: usize) {
        let separator = Arc::clone(&self.separator);
        let mut from = 0;
        let find = |open: &Open<'_>, from: usize| {
            let line = &open.batch.buffer[start..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.len() > LONGEST_LINE || from > line.len() { None } else { separator.find(line, from) }
        };
        while let Some((found, next)) = find(open, from) {
            self.is_divided = true;
            self.close(open, start + found.start);
            self.begin(open, start + next);
            // What matches nothing at all matches again in the same place.
            from = next.max(found.end) + usize::from(found.is_empty());
        }
        self.skip_blanks(open, end);
    }

    /// The open article ends before `end` in the buffer.
    fn close(&mut self, open: &mut Open<'_>, end: usize) {
        self.skip_blanks(open, end);
        let length = open.length(end);
        if open.is_too_long(length) {
            open.reject_too_long("text", length);
        } else if self.is_blank {
            return;
        } else {
            let parser = if self.is_divided { &self.piece } else { &self.whole };
            let text = open.batch.buffer[open.at.start..end].trim_ascii_end().len();
            let end = open.at.start + text;
            open.push(parser, end, false);
        }
        self.has_records = true;
        open.at.number += 1;
    }

    /// The next article begins at `start` in the buffer, or after blanks.
    fn begin(&mut self, open: &mut Open<'_>, start: usize) {
        open.at.offset += open.length(start);
        open.at.start = start;
        open.at.dropped = 0;
        self.is_blank = true;
    }
}

impl Cutter for Pieces {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        let mut from = open.unseen;
        let mut start = self.line.map(|line| open.at.start + line);
        while let Some(length) = memchr::memchr(b'\n', &open.batch.buffer[from..]) {
            let end = from + length;
            match start {
                Some(start) => self.line(open, start, end),
                None => self.skip_blanks(open, end),
            }
            from = end + 1;
            start = Some(from);
            self.skip_blanks(open, from);
        }
        let end = open.batch.buffer.len();
        if last {
            if let Some(start) = start.filter(|start| *start < end) {
                self.line(open, start, end);
            }
            self.close(open, end);
            // A file without any text is an empty one, unless it is compressed and has no bytes at all.
            if !self.is_divided && !self.has_records && (open.at.bytes_read > 0 || !compressed_name(&open.at.path)) {
                open.push(&self.piece, end, false);
            }
            return Ok(());
        }
        if start.is_some_and(|start| end - start > LONGEST_LINE) {
            start = None;
        }
        let held = match start {
            Some(start) => end - start,
            None => {
                self.skip_blanks(open, end);
                0
            }
        };
        open.drop_excess_before(held);
        let end = open.batch.buffer.len();
        self.line = start.map(|_| end - held - open.at.start);
        Ok(())
    }
}
