//! One record a line.

use std::sync::Arc;

use super::{Cutter, Open};
use crate::archive::parse::{Fault, Parser};
use crate::archive::sniff::MARK;

/// The parser of the lines.
pub(super) struct Lines(pub(super) Arc<dyn Parser>);

impl Cutter for Lines {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        let mut from = open.unseen;
        while let Some(length) = memchr::memchr(b'\n', &open.batch.buffer[from..]) {
            let end = from + length;
            self.close(open, end, false);
            from = end + 1;
            open.at.start = from;
        }
        let end = open.batch.buffer.len();
        if !last {
            open.drop_excess();
        } else if open.length(end) > 0 {
            self.close(open, end, true);
        }
        Ok(())
    }
}

impl Lines {
    /// The open line ends before `end`; `unterminated` if the file does, too.
    fn close(&self, open: &mut Open<'_>, end: usize, unterminated: bool) {
        // Files that begin with a byte order mark were joined.
        while open.at.dropped == 0 && open.batch.buffer[open.at.start..end].starts_with(MARK) {
            open.advance(MARK.len());
        }
        let length = open.length(end);
        let line = &open.batch.buffer[open.at.start..end];
        if open.is_too_long(length) {
            open.reject_too_long("line", length);
        } else if !line.trim_ascii_start().is_empty() {
            let carriage_return = usize::from(line.ends_with(b"\r"));
            open.push(&self.0, end - carriage_return, unterminated);
        }
        open.at.offset += length + 1;
        open.at.number += 1;
        open.at.dropped = 0;
    }
}
