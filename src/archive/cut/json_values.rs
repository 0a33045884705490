//! One record a JSON object, where objects are not one a line: the elements of an array, or objects one after the other, however
//! they are laid out.

use std::sync::Arc;

use super::{Cutter, Open};
use crate::archive::parse::{Fault, Parser};
use crate::diagnostics::RejectReason;

pub(super) struct JsonValues {
    parser: Arc<dyn Parser>,
    /// Whether the opening bracket of an array was read, and the closing one was not.
    in_array: bool,
    /// The value that is open.
    value: Option<Extent>,
}

impl JsonValues {
    pub(super) fn new(parser: Arc<dyn Parser>) -> Self {
        Self { parser, in_array: false, value: None }
    }

    /// The open value ends before `end`; `unterminated` if the file does, too.
    fn close(&mut self, open: &mut Open<'_>, end: usize, unterminated: bool) {
        let length = open.length(end);
        if open.is_too_long(length) {
            open.reject_too_long("record", length);
        } else {
            open.push(&self.parser, end, unterminated);
        }
        open.at.offset += length;
        open.at.start = end;
        open.at.number += 1;
        open.at.dropped = 0;
        self.value = None;
    }
}

impl Cutter for JsonValues {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        let mut at = open.unseen;
        loop {
            if self.value.is_none() {
                let between = &open.batch.buffer[at..];
                let begin = between.iter().position(|byte| match byte {
                    // 0x1e begins each record of a JSON text sequence (RFC 7464).
                    b' ' | b'\t' | b'\r' | b'\n' | b',' | 0x1e => false,
                    b'[' if !self.in_array => {
                        self.in_array = true;
                        false
                    }
                    b']' if self.in_array => {
                        self.in_array = false;
                        false
                    }
                    _ => true,
                });
                at += begin.unwrap_or(between.len());
                open.advance(at - open.at.start);
                if begin.is_none() {
                    break;
                }
            }
            match self.value.get_or_insert_default().end(&open.batch.buffer[at..]) {
                Some(length) => {
                    at += length;
                    self.close(open, at, false);
                }
                None => break,
            }
        }
        if !last {
            open.drop_excess();
        } else if self.value.is_some() {
            self.close(open, open.batch.buffer.len(), true);
        } else if self.in_array {
            let message = "the file ends before its array is closed; fetch it again".to_owned();
            open.reject(RejectReason::Truncated, message);
        }
        Ok(())
    }
}

/// Where the JSON value at the beginning of `bytes` ends, if it does.
pub(in crate::archive) fn first_value_end(bytes: &[u8]) -> Option<usize> {
    Extent::default().end(bytes)
}

/// Finds where a value ends, in bytes that come piece by piece. Brackets and quotation marks are all it knows; whether the
/// value is valid is for the parser to say.
#[derive(Debug, Default)]
struct Extent {
    begun: bool,
    depth: usize,
    in_string: bool,
    /// The byte before was a backslash in a string.
    is_escaped: bool,
}

impl Extent {
    /// How many of the next bytes belong to the value; `None` if all do and it goes on after them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_string {
                if std::mem::take(&mut self.is_escaped) {
                    at += 1;
                    continue;
                }
                let length = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..])?;
                at += length + 1;
                match bytes[at - 1] {
                    b'\\' => self.is_escaped = true,
                    // A string holds no line break: here one was not closed, and the faulty value must not swallow the others.
                    _ => self.in_string = false,
                }
                if !self.in_string && self.depth == 0 {
                    return Some(at);
                }
                continue;
            }
            let first = !std::mem::replace(&mut self.begun, true);
            match bytes[at] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                // A number or a word ends where something else begins.
                b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 && !first => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a text, whatever the pieces in which it comes.
    fn values(text: &str) -> Vec<&str> {
        let whole = in_pieces(text, text.len());
        for piece in 1..text.len() {
            assert_eq!(in_pieces(text, piece), whole, "pieces of {piece}");
        }
        whole
    }

    fn in_pieces(text: &str, piece: usize) -> Vec<&str> {
        let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
        let mut extent = Extent::default();
        while at < text.len() {
            let next = (at + piece).min(text.len());
            match extent.end(&text.as_bytes()[at..next]) {
                Some(length) => {
                    at += length;
                    found.push(text[start..at].trim());
                    extent = Extent::default();
                    start = at;
                }
                None => at = next,
            }
        }
        found
    }

    #[test]
    fn values_end_with_their_brackets() {
        assert_eq!(
            values("{\"a\": {\"b\": [1, \"}]\\\"\"]}}{\"c\": 1}"),
            ["{\"a\": {\"b\": [1, \"}]\\\"\"]}}", "{\"c\": 1}"]
        );
        assert_eq!(values("\"a\\\\\"{}"), ["\"a\\\\\"", "{}"]);
        assert_eq!(values("12 {}"), ["12", "{}"]);
    }

    #[test]
    fn an_open_string_ends_with_its_line() {
        assert_eq!(values("{\"a\": \"no end\n}{\"b\": 1}"), ["{\"a\": \"no end\n}", "{\"b\": 1}"]);
    }
}
