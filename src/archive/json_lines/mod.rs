//! One line of JSON into one document.

mod extract;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::str;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::batch::Fault;
use super::fields::Fields;
use crate::diagnostics::RejectReason;
use crate::document::Document;
use extract::extract;
use value::{Value, Values};

/// Parses a record. A document without an id of its own comes back with an empty one.
///
/// `unterminated` says that the file ended before the line did: JSON that stops in the middle is then the file's fault.
pub(super) fn parse<'a>(record: &'a [u8], fields: &Fields, unterminated: bool) -> Result<Document<'a>, Fault> {
    // The slower check says what is wrong, the faster one only that something is.
    let json = match simdutf8::basic::from_utf8(record).or_else(|_| str::from_utf8(record)) {
        Ok(json) => json,
        Err(error) if error.error_len().is_none() && unterminated => return Err(truncated()),
        Err(error) => {
            let at = error.valid_up_to();
            let message = format!("not UTF-8: byte 0x{:02x} at byte {at} of the record", record[at]);
            return Err((RejectReason::InvalidUtf8, message));
        }
    };
    let mut values = match extract(json, fields) {
        Some(values) => values,
        None => read(json, fields, unterminated)?,
    };
    let Some(text) = first(&values, &fields.text, Value::is_text) else {
        return Err((RejectReason::NoText, no_text(&values, fields, json)));
    };
    let copy = |slot: Option<usize>| values[slot?].clone().into_text();
    let id = copy(first(&values, &fields.id, Value::is_name)).unwrap_or_default();
    let title = copy(first(&values, &fields.title, Value::is_text));
    let date = copy(first(&values, &fields.date, Value::is_scalar));
    let source = copy(first(&values, &fields.source, Value::is_scalar));
    // Two fields may share a name, so the short ones are copied first and the text is moved last.
    let text = mem::replace(&mut values[text], Value::Absent).into_text().unwrap_or_default();
    Ok(Document { id, title, text, date, source })
}

/// Holds what [`extract`] makes of a record to what serde_json makes of it: the same values, and none that it refuses.
///
/// # Panics
///
/// If they differ.
#[cfg(any(test, fuzzing))]
pub fn check_extract(json: &str, map: &super::FieldMap) {
    let fields = Fields::new(map);
    if let Some(values) = extract(json, &fields) {
        assert_eq!(Ok(values), read(json, &fields, false), "{json}");
    }
}

/// What [`extract`] gives up, and what is faulty.
fn read<'a>(json: &'a str, fields: &Fields, unterminated: bool) -> Result<Values<'a>, Fault> {
    if let Some(first) = json.trim_start_matches([' ', '\t', '\r', '\n']).chars().next()
        && first != '{'
    {
        let message = format!("a record must be a JSON object; this one begins with {first:?}");
        return Err((RejectReason::InvalidJson, message));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    (&mut deserializer)
        .deserialize_map(fields)
        .and_then(|values| deserializer.end().map(|()| values))
        .map_err(|error| if error.is_eof() && unterminated { truncated() } else { invalid(&error, json) })
}

fn first<'a>(values: &Values<'a>, slots: &[usize], will_do: fn(&Value<'a>) -> bool) -> Option<usize> {
    slots.iter().copied().find(|&slot| will_do(&values[slot]))
}

fn truncated() -> Fault {
    (RejectReason::Truncated, "the file ends inside this record; fetch it again".to_owned())
}

fn invalid(error: &serde_json::Error, json: &str) -> Fault {
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let hint = if json.contains('\0') { " (the record holds NUL bytes)" } else { "" };
    let at = error.column().saturating_sub(1);
    (RejectReason::InvalidJson, format!("invalid JSON: {what} at byte {at} of the record{hint}"))
}

/// Names the field that was expected and the fields that are there.
fn no_text(values: &Values<'_>, fields: &Fields, json: &str) -> String {
    let wrong = fields.text.iter().find(|&&slot| values[slot] != Value::Absent);
    let fault = match wrong {
        Some(&slot) => format!("`{}` is {}, not a string", fields.names[slot], values[slot].describe()),
        None => {
            let names: Vec<String> = fields.text.iter().map(|&slot| format!("`{}`", fields.names[slot])).collect();
            format!("there is no {}", names.join(", "))
        }
    };
    let Keys(mut keys) = serde_json::from_str(json).unwrap_or_default();
    let more = if keys.len() > Keys::SHOWN { ", ..." } else { "" };
    keys.truncate(Keys::SHOWN);
    match keys.as_slice() {
        [] => format!("no text: {fault}; the record has no fields"),
        keys => format!("no text: {fault}; the record has the fields {}{more}", keys.join(", ")),
    }
}

/// The names of a record's fields, for messages: each once, shortened, and one more than are shown.
#[derive(Default)]
struct Keys(Vec<String>);

impl Keys {
    const SHOWN: usize = 12;
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Keys {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some((key, _)) = map.next_entry::<Cow<'de, str>, IgnoredAny>()? {
            let key: String = key.chars().take(40).collect();
            if self.0.len() <= Self::SHOWN && !self.0.contains(&key) {
                self.0.push(key);
            }
        }
        Ok(self)
    }
}
