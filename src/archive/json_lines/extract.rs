//! The fields of a record, found without a general parser.
//!
//! Nearly all of a news record is strings, and here they are skipped or copied from escape to escape. Faulty records are left to
//! serde_json, which says what is wrong: [`extract`] then gives up.
//!
//! Three things are read that JSON does not allow and that programs write nevertheless: `NaN`, `Infinity` and `-Infinity`
//! (Python's `json` writes them by default), which are read like `null`; a `\u` escape of half a surrogate pair, which becomes
//! U+FFFD; and numbers beyond any range, which keep their digits.

use std::borrow::Cow;

use memchr::memchr2;

use super::value::{Value, Values};
use crate::archive::fields::{Fields, Name, Names, SLOTS};

/// Room for the text of a usual article, where more may be left of the record.
const USUAL_TEXT: usize = 16 << 10;

/// The values of a record.
#[derive(Debug, PartialEq)]
pub(in crate::archive) struct Extracted<'a> {
    pub(in crate::archive) values: Values<'a>,
    /// Whether half a surrogate pair became U+FFFD in one of them.
    pub(in crate::archive) replaced: bool,
}

/// The values of a record; `None` if it is faulty.
///
/// # Complexity
///
/// Linear in the record; no allocation but for wanted strings with escapes and for brackets inside brackets.
pub(in crate::archive) fn extract<'a>(json: &'a str, fields: &Fields) -> Option<Extracted<'a>> {
    let mut rest = Rest::new(json);
    let mut values = [const { Value::Absent }; SLOTS];
    rest.members(&fields.tree, &mut values)?;
    let replaced = rest.replaced;
    rest.peek().is_none().then_some(Extracted { values, replaced })
}

/// The names of a record's fields in their order; with `nested`, also those of the objects in it, as `source.name`. What comes
/// before a fault if there is one.
pub(in crate::archive) fn names(json: &str, nested: bool) -> Vec<String> {
    let mut names = Vec::new();
    Rest::new(json).names("", nested, &mut names);
    names
}

/// What is left of a record: the bytes from `at` on.
struct Rest<'a> {
    json: &'a str,
    at: usize,
    /// There are control characters, which may be blanks but not in strings.
    careful: bool,
    replaced: bool,
}

impl<'a> Rest<'a> {
    fn new(json: &'a str) -> Self {
        // A minimum compiles to vector instructions, a search for the first does not.
        let careful = json.bytes().fold(u8::MAX, u8::min) < b' ';
        Self { json, at: 0, careful, replaced: false }
    }

    /// Reads an object: its wanted members into their slots.
    fn members(&mut self, wanted: &Names, values: &mut Values<'a>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let name = wanted.find(&self.string()?);
            self.expect(b':')?;
            match name {
                None => self.skip()?,
                Some(name) => self.wanted(name, values)?,
            }
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Reads an array: its wanted elements, which are named by their numbers, into their slots.
    fn elements(&mut self, wanted: &Names, values: &mut Values<'a>) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            return self.expect(b']');
        }
        for index in 0_usize.. {
            match wanted.find_index(index) {
                None => self.skip()?,
                Some(name) => self.wanted(name, values)?,
            }
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
        None
    }

    /// Reads the value of a wanted member into its slots.
    fn wanted(&mut self, name: &Name, values: &mut Values<'a>) -> Option<()> {
        // The last of several members of one name wins.
        name.members.each_slot(&mut |slot| values[slot] = Value::Absent);
        let value = match self.peek()? {
            b'{' if !name.members.is_empty() => {
                self.members(&name.members, values)?;
                Value::Object
            }
            b'[' if !name.members.is_empty() => {
                self.elements(&name.members, values)?;
                Value::Array
            }
            _ => self.value()?,
        };
        if let Some(slot) = name.slot {
            values[slot] = value;
        }
        Some(())
    }

    fn names(&mut self, prefix: &str, nested: bool, names: &mut Vec<String>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let name = format!("{prefix}{}", self.string()?);
            self.expect(b':')?;
            names.push(name);
            match self.peek()? {
                b'{' if nested && prefix.is_empty() => {
                    let prefix = format!("{}.", names[names.len() - 1]);
                    self.names(&prefix, nested, names)?;
                }
                _ => self.skip()?,
            }
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.json.as_bytes().get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
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

    /// Where the next quote or backslash is; before it is no control character.
    fn mark(&self, from: usize) -> Option<usize> {
        let bytes = self.json.as_bytes().get(from..)?;
        let length = memchr2(b'"', b'\\', bytes)?;
        if self.careful && bytes[..length].iter().any(|byte| *byte < b' ') {
            return None;
        }
        Some(from + length)
    }

    /// Reads any value, an array or object only as what it is.
    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => Some(Value::Text(self.string()?)),
            b'{' => self.skip_nested().map(|()| Value::Object),
            b'[' => self.skip_nested().map(|()| Value::Array),
            _ => self.scalar(),
        }
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
                // Means itself, so it goes with what follows.
                b'"' | b'\\' | b'/' => from = mark + 1,
                b'n' => text.push('\n'),
                b't' => text.push('\t'),
                b'r' => text.push('\r'),
                b'b' => text.push('\x08'),
                b'f' => text.push('\x0c'),
                b'u' => {
                    let (c, length) = unicode_escape(&bytes[mark..])?;
                    self.replaced |= c.is_none();
                    text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                    from = mark + length;
                }
                _ => return None,
            }
            mark = self.mark(from.max(mark + 2))?;
        }
    }

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

    fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_nested(),
            _ => self.scalar().map(drop),
        }
    }

    /// Skips an array or object of any depth; the brackets to come are kept on the heap.
    fn skip_nested(&mut self) -> Option<()> {
        let mut brackets: Vec<u8> = Vec::new();
        loop {
            // A value begins here.
            match self.peek()? {
                b'{' => {
                    self.at += 1;
                    if self.peek()? == b'}' {
                        self.at += 1;
                    } else {
                        brackets.push(b'}');
                        self.skip_string()?;
                        self.expect(b':')?;
                        continue;
                    }
                }
                b'[' => {
                    self.at += 1;
                    if self.peek()? == b']' {
                        self.at += 1;
                    } else {
                        brackets.push(b']');
                        continue;
                    }
                }
                b'"' => self.skip_string()?,
                _ => drop(self.scalar()?),
            }
            // And ends here.
            loop {
                let Some(&bracket) = brackets.last() else { return Some(()) };
                match self.next()? {
                    b',' if bracket == b'}' => {
                        self.skip_string()?;
                        self.expect(b':')?;
                        break;
                    }
                    b',' => break,
                    byte if byte == bracket => drop(brackets.pop()),
                    _ => return None,
                }
            }
        }
    }

    /// A number as it is written, or one of the words.
    fn scalar(&mut self) -> Option<Value<'a>> {
        let first = self.peek()?;
        let rest = &self.json[self.at..];
        let (word, value) = match first {
            b't' => ("true", Value::Bool(true)),
            b'f' => ("false", Value::Bool(false)),
            b'n' => ("null", Value::Null),
            b'N' => ("NaN", Value::Null),
            b'I' => ("Infinity", Value::Null),
            b'-' if rest.starts_with("-I") => ("-Infinity", Value::Null),
            _ => {
                let number = &rest[..number_length(rest.as_bytes())?];
                (number, Value::Number(Cow::Borrowed(number)))
            }
        };
        self.at += word.len();
        rest.starts_with(word).then_some(value)
    }
}

/// The length of the number at the beginning of `bytes`.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += match (digits(at), bytes.get(at)?) {
        (_, b'0') => 1,
        (0, _) => return None,
        (length, _) => length,
    };
    if bytes.get(at) == Some(&b'.') {
        let length = digits(at + 1);
        at += (length > 0).then_some(1 + length)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let length = digits(at + 1 + sign);
        at += (length > 0).then_some(1 + sign + length)?;
    }
    Some(at)
}

/// The character of `\u` and four digits, or of two of them that are a pair of surrogates, and their length; no character if it
/// is half a pair.
fn unicode_escape(escape: &[u8]) -> Option<(Option<char>, usize)> {
    let first = unit(escape)?;
    match first {
        0xd800..0xdc00 => Some(match unit(&escape[6..]).filter(|second| (0xdc00..0xe000).contains(second)) {
            Some(second) => (char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12),
            None => (None, 6),
        }),
        _ => Some((char::from_u32(first), 6)),
    }
}

/// The number after `\u`.
fn unit(escape: &[u8]) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = escape.first_chunk::<6>()? else { return None };
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}
