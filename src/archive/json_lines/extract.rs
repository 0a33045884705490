//! The fields of a record of the common shape, found without a general parser.
//!
//! Nearly all of a news record is strings, and here they are skipped or copied from escape to escape. Other values are read
//! by serde_json one by one, and a record with anything unusual is left to it as a whole: [`extract`] then gives up, whatever
//! is wrong, so that faults are told in one voice.

use std::borrow::Cow;

use memchr::memchr2;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::value::{Value, Values};
use crate::archive::fields::{Fields, SLOTS};

/// Room for the text of a usual article, where more may be left of the record.
const USUAL_TEXT: usize = 16 << 10;

/// The values of a record, exactly as serde_json reads them; `None` if it must be asked.
///
/// It must for all that is no JSON object, and for control characters (tabs between fields), escapes in names and escaped
/// surrogates without a partner.
///
/// # Complexity
///
/// Linear in the record; no allocation but for wanted strings with escapes.
pub(super) fn extract<'a>(json: &'a str, fields: &Fields) -> Option<Values<'a>> {
    // A minimum compiles to vector instructions, a search for the first does not.
    if json.bytes().fold(u8::MAX, u8::min) < b' ' {
        return None;
    }
    let mut rest = Rest { json, at: 0 };
    let mut values = [const { Value::Absent }; SLOTS];
    rest.expect(b'{')?;
    if rest.peek()? == b'}' {
        rest.expect(b'}')?;
    } else {
        loop {
            let slot = fields.slot(rest.name()?);
            rest.expect(b':')?;
            match (rest.peek()?, slot) {
                (b'"', Some(slot)) => values[slot] = Value::Text(rest.string()?),
                (b'"', None) => rest.skip_string()?,
                (_, Some(slot)) => values[slot] = rest.other()?,
                (_, None) => drop(rest.other::<IgnoredAny>()?),
            }
            match rest.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
    }
    rest.peek().is_none().then_some(values)
}

/// What is left of a record: the bytes from `at` on.
struct Rest<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    /// The next byte that is not blank. Blanks other than spaces do not get here.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.json.as_bytes().get(self.at)? {
                b' ' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// Where the next quote or backslash stands.
    fn mark(&self, from: usize) -> Option<usize> {
        memchr2(b'"', b'\\', self.json.as_bytes().get(from..)?).map(|length| from + length)
    }

    fn name(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let (start, end) = (self.at, self.mark(self.at)?);
        self.at = end + 1;
        (self.json.as_bytes()[end] == b'"').then(|| &self.json[start..end])
    }

    /// Reads a string, borrowed if it has no escapes.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.expect(b'"')?;
        let (json, bytes) = (self.json, self.json.as_bytes());
        let mut from = self.at;
        let mut mark = self.mark(from)?;
        if bytes[mark] == b'"' {
            self.at = mark + 1;
            return Some(Cow::Borrowed(&json[from..mark]));
        }
        let mut text = String::with_capacity((bytes.len() - from).min(USUAL_TEXT));
        loop {
            text.push_str(&json[from..mark]);
            if bytes[mark] == b'"' {
                self.at = mark + 1;
                return Some(Cow::Owned(text));
            }
            from = mark + 2;
            match *bytes.get(mark + 1)? {
                // Stands for itself, so it goes with what follows.
                b'"' | b'\\' | b'/' => from = mark + 1,
                b'n' => text.push('\n'),
                b't' => text.push('\t'),
                b'r' => text.push('\r'),
                b'b' => text.push('\x08'),
                b'f' => text.push('\x0c'),
                b'u' => {
                    let (c, length) = unicode_escape(&bytes[mark..])?;
                    text.push(c);
                    from = mark + length;
                }
                _ => return None,
            }
            mark = self.mark(from.max(mark + 2))?;
        }
    }

    /// Goes behind a string; like serde_json, it has no objection to lone surrogates here.
    fn skip_string(&mut self) -> Option<()> {
        self.expect(b'"')?;
        loop {
            let mark = self.mark(self.at)?;
            let bytes = &self.json.as_bytes()[mark..];
            self.at = mark
                + match bytes {
                    [b'"', ..] => 1,
                    [_, b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f', ..] => 2,
                    [_, b'u', ..] => unit(bytes).map(|_| 6)?,
                    _ => return None,
                };
            if bytes[0] == b'"' {
                return Some(());
            }
        }
    }

    /// Has serde_json read one value.
    fn other<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(&self.json[self.at..]).into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }
}

/// The character of `\u` and four digits, or of two of them that are a pair of surrogates, and their length.
fn unicode_escape(escape: &[u8]) -> Option<(char, usize)> {
    let first = unit(escape)?;
    match first {
        0xd800..0xdc00 => {
            let second = unit(&escape[6..]).filter(|second| (0xdc00..0xe000).contains(second))?;
            Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 12))
        }
        _ => Some((char::from_u32(first)?, 6)),
    }
}

/// The number behind `\u`.
fn unit(escape: &[u8]) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = escape.first_chunk::<6>()? else { return None };
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}
