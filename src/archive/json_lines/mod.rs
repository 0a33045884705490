//! One line of JSON into one document.

mod extract;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;
use std::mem;
use std::str;

use serde::de::Deserializer;

use super::fields::{FieldMap, Fields};
use super::parse::{Fault, Mapping};
use crate::diagnostics::RejectReason;
use crate::document::Document;
use value::{Value, Values};

pub(super) use extract::{extract, names};

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
    let (mut values, replaced) = match extract(json, fields) {
        Some(extract::Extracted { values, replaced }) => (values, replaced),
        None => (read(json, fields, unterminated)?, false),
    };
    let texts: Vec<usize> = fields.text.iter().filter_map(|part| first(&values, part, Value::is_text)).collect();
    // Programs write null for a body they do not have, and the headline is there to be read.
    if texts.is_empty() && !fields.text.iter().flatten().any(|&slot| values[slot] == Value::Null) {
        return Err((RejectReason::NoText, no_text(&values, fields, json)));
    }
    let copy = |slot: Option<usize>| values[slot?].clone().into_text();
    let id = copy(first(&values, &fields.id, Value::is_name)).unwrap_or_default();
    let title = copy(first(&values, &fields.title, Value::is_text));
    let date = copy(first(&values, &fields.date, Value::is_scalar));
    let source = copy(first(&values, &fields.source, Value::is_scalar));
    let kept = fields.kept.iter().map(|slots| slots.iter().find_map(|&slot| values[slot].to_word())).collect();
    // Two fields may share a name, so the short ones are copied first and the text is moved last.
    let mut take = |slot: usize| mem::replace(&mut values[slot], Value::Absent).into_text().unwrap_or_default();
    let text = match texts.as_slice() {
        [] => Cow::Borrowed(""),
        [text] => take(*text),
        parts => Cow::Owned(
            parts.iter().map(|part| take(*part)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n"),
        ),
    };
    Ok(Document { id, title, text, date, source, kept, replaced })
}

/// Which fields of a record are which; `None` if it is faulty.
pub(super) fn mapping(record: &[u8], fields: &Fields) -> Option<Mapping> {
    let json = str::from_utf8(record).ok()?;
    let values = extract(json, fields)?.values;
    let name = |slots: &[usize], will_do: fn(&Value<'_>) -> bool| {
        slots.iter().find(|slot| will_do(&values[**slot])).map(|slot| fields.names[*slot].clone())
    };
    let text: Vec<String> = fields.text.iter().filter_map(|part| name(part, |value| value.is_text())).collect();
    let used = FieldMap {
        id: name(&fields.id, |value| value.is_name()),
        title: name(&fields.title, |value| value.is_text()),
        text: (!text.is_empty()).then(|| text.join(",")),
        date: name(&fields.date, |value| value.is_scalar()),
        source: name(&fields.source, |value| value.is_scalar()),
    };
    Some(Mapping { used, fields: names(json, true) })
}

/// Holds what [`extract`] makes of a record to what serde_json makes of it: the same values, and none that it refuses but for
/// the three things that it reads on purpose.
///
/// # Panics
///
/// If they differ.
#[cfg(any(test, fuzzing))]
pub fn check_extract(json: &str, map: &super::FieldMap) {
    let fields = Fields::new(map);
    let same = |a: &Value<'_>, b: &Value<'_>| match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.parse::<f64>() == b.parse::<f64>(),
        _ => a == b,
    };
    match (extract(json, &fields), read(json, &fields, false)) {
        (Some(found), Ok(values)) => {
            assert!(found.values.iter().zip(&values).all(|(a, b)| same(a, b)), "{json}: {found:?} is not {values:?}");
        }
        (None, Ok(values)) => panic!("{json}: given up, but it is {values:?}"),
        (Some(_), Err((_, fault))) => {
            let on_purpose = ["NaN", "Infinity", "\\u", "e", "E"].iter().any(|part| json.contains(part));
            assert!(on_purpose || json.len() > 300, "{json}: {fault}");
        }
        (None, Err(_)) => {}
    }
}

/// What [`extract`] gives up, read by serde_json, which says what is wrong.
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
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', json.as_bytes()).nth(line - 2).map_or(0, |newline| newline + 1),
    };
    let at = line_start + error.column().saturating_sub(1);
    (RejectReason::InvalidJson, format!("invalid JSON: {what} at byte {at} of the record{hint}"))
}

/// Names the field that was expected and the fields that are there.
fn no_text(values: &Values<'_>, fields: &Fields, json: &str) -> String {
    let wrong = fields.text.iter().flatten().find(|&&slot| values[slot] != Value::Absent);
    let fault = match wrong {
        Some(&slot) => format!("`{}` is {}, not a string", fields.names[slot], values[slot].describe()),
        None => {
            // The first of the usual names are enough to say what is meant.
            let names = fields.text.iter().flatten().take(6);
            let names: Vec<String> = names.map(|&slot| format!("`{}`", fields.names[slot])).collect();
            format!("there is no {}", names.join(", "))
        }
    };
    let (keys, more) = listed(names(json, false));
    match keys.as_slice() {
        [] => format!("no text: {fault}; the record has no fields"),
        keys => format!("no text: {fault}; the record has the fields {}{more}", keys.join(", ")),
    }
}

/// Names of fields for a message: each once, shortened, not too many, and what goes after them.
pub(super) fn listed(names: Vec<String>) -> (Vec<String>, &'static str) {
    const SHOWN: usize = 12;
    let mut keys: Vec<String> = Vec::new();
    for name in names {
        let key: String = name.chars().take(40).collect();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let more = if keys.len() > SHOWN { ", ..." } else { "" };
    keys.truncate(SHOWN);
    (keys, more)
}
