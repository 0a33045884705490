//! One line of JSON into one document.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::str;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::batch::Fault;
use super::fields::{Fields, SLOTS};
use crate::diagnostics::RejectReason;
use crate::document::Document;

/// Parses a record. A document without an id of its own comes back with an empty one.
///
/// `unterminated` says that the file ended before the line did: JSON that stops in the middle is then the file's fault.
pub(super) fn parse<'a>(record: &'a [u8], fields: &Fields, unterminated: bool) -> Result<Document<'a>, Fault> {
    let json = match str::from_utf8(record) {
        Ok(json) => json,
        Err(error) if error.error_len().is_none() && unterminated => return Err(truncated()),
        Err(error) => {
            let at = error.valid_up_to();
            let message = format!("not UTF-8: byte 0x{:02x} at byte {at} of the record", record[at]);
            return Err((RejectReason::InvalidUtf8, message));
        }
    };
    if let Some(first) = json.trim_start_matches([' ', '\t', '\r', '\n']).chars().next()
        && first != '{'
    {
        let message = format!("a record must be a JSON object; this one begins with {first:?}");
        return Err((RejectReason::InvalidJson, message));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let mut values = (&mut deserializer)
        .deserialize_map(fields)
        .and_then(|values| deserializer.end().map(|()| values))
        .map_err(|error| if error.is_eof() && unterminated { truncated() } else { invalid(&error, json) })?;
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

/// The values of one record, by slot; the last of several under one name.
pub(super) type Values<'a> = [Value<'a>; SLOTS];

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Absent,
    Null,
    Text(Cow<'a, str>),
    Number(Number),
    Bool,
    Array,
    Object,
}

impl<'a> Value<'a> {
    fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn is_scalar(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Number(_))
    }

    /// An id must tell records apart, which a blank does not.
    fn is_name(&self) -> bool {
        self.is_scalar() && !matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    fn describe(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Null => "null",
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Bool => "true or false",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

impl<'de> Visitor<'de> for &Fields {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = [const { Value::Absent }; SLOTS];
        while let Some(slot) = map.next_key_seed(Name(&self.names))? {
            match slot {
                Some(slot) => values[slot] = map.next_value_seed(AnyValue)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(values)
    }
}

/// Reads a name as its slot.
struct Name<'f>(&'f [String]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| known == name))
    }
}

/// Reads a value, borrowed if it is a string without escapes; arrays and objects only as what they are.
struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Number::from_f64(number).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::FieldMap;

    /// What a document comes to in one line: `id|title|text|date|source`, or the reason and the message of the fault.
    fn parsed(record: &[u8], map: &FieldMap, unterminated: bool) -> String {
        match parse(record, &Fields::new(map), unterminated) {
            Ok(Document { id, title, text, date, source }) => {
                let part = |part: Option<Cow<'_, str>>| part.unwrap_or("-".into()).into_owned();
                format!("{id}|{}|{text}|{}|{}", part(title), part(date), part(source))
            }
            Err((reason, message)) => format!("{reason}: {message}"),
        }
    }

    #[track_caller]
    fn check(record: &str, expected: &str) {
        assert_eq!(parsed(record.as_bytes(), &FieldMap::default(), false), expected);
    }

    #[track_caller]
    fn check_fault(record: &[u8], unterminated: bool, expected: &str) {
        assert_eq!(parsed(record, &FieldMap::default(), unterminated), expected);
    }

    #[test]
    fn fields_are_found_by_their_usual_names_in_order() {
        check(r#"{"id":"a","title":"T","text":"x","date":"2006","source":"S"}"#, "a|T|x|2006|S");
        check(r#"{"url":"u","headline":"T","body":"x","published":"2006","domain":"S"}"#, "u|T|x|2006|S");
        check(r#"{"body":"b","url":"u","text":"t","id":"i"}"#, "i|-|t|-|-");
        check(r#" {"maintext":"m","content":"c"} "#, "|-|c|-|-");
        check(r#"{"text":null,"content":"c","id":" ","link":"l"}"#, "l|-|c|-|-");
    }

    #[test]
    fn numbers_are_ids_and_dates_but_not_texts() {
        check(r#"{"id":17,"title":3,"text":"x","date":20061021,"source":-1}"#, "17|-|x|20061021|-1");
        check(r#"{"id":1.5,"text":"x","date":true,"source":{"a":[1]}}"#, "1.5|-|x|-|-");
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        check(r#"{"text":"a","text":"b"}"#, "|-|b|-|-");
        check(
            r#"{"text":"a","text":null}"#,
            "no-text: no text: `text` is null, not a string; the record has the fields text",
        );
    }

    #[test]
    fn escapes_and_what_lies_between_fields() {
        check(r#"{"t\u0065xt":"Z\u00fcrich\n\ud83d\ude00","x":{"text":[{}, "\u00e9"]}}"#, "|-|Zürich\n😀|-|-");
        for field in ["x", "title"] {
            let deep = format!(r#"{{"{field}":{}{},"text":"t"}}"#, "[".repeat(100_000), "]".repeat(100_000));
            check(&deep, "|-|t|-|-");
        }
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        let fields = Fields::new(&FieldMap::default());
        assert!(matches!(parse(br#"{"text":"plain"}"#, &fields, false).unwrap().text, Cow::Borrowed(_)));
    }

    #[test]
    fn a_given_name_is_the_only_one_and_belongs_to_its_field() {
        let map = FieldMap { text: Some("title".to_owned()), ..FieldMap::default() };
        assert_eq!(parsed(br#"{"title":"x","text":"y","head":"h"}"#, &map, false), "|h|x|-|-");
        assert_eq!(
            parsed(br#"{"text":"y"}"#, &map, false),
            "no-text: no text: there is no `title`; the record has the fields text"
        );
        let map = FieldMap { id: Some("u".to_owned()), source: Some("u".to_owned()), ..FieldMap::default() };
        assert_eq!(parsed(br#"{"u":"U","text":"y"}"#, &map, false), "U|-|y|-|U");
    }

    #[test]
    fn faults_say_what_and_where() {
        check_fault(
            br#"{"text":["a"],"id":1}"#,
            false,
            "no-text: no text: `text` is an array, not a string; the record has the fields text, id",
        );
        check_fault(
            b"{}",
            false,
            "no-text: no text: there is no `text`, `body`, `content`, `maintext`, `article`, `full_text`; the record has no \
             fields",
        );
        check_fault(b"[1]", false, "invalid-json: a record must be a JSON object; this one begins with '['");
        check_fault(b"{\"text\" \"x\"}", false, "invalid-json: invalid JSON: expected `:` at byte 8 of the record");
        check_fault(
            b"{\"text\":\"x\"} {}",
            false,
            "invalid-json: invalid JSON: trailing characters at byte 13 of the record",
        );
        check_fault(
            b"{\"text\":\"a\0\"}",
            false,
            "invalid-json: invalid JSON: control character (\\u0000-\\u001F) found while parsing a string at byte 10 of the \
             record (the record holds NUL bytes)",
        );
        check_fault(b"{\"text\":\"a\xff\"}", false, "invalid-utf8: not UTF-8: byte 0xff at byte 10 of the record");
        check_fault(
            br#"{"text":"a\ud83d!"}"#,
            false,
            "invalid-json: invalid JSON: unexpected end of hex escape at byte 16 of the record",
        );
    }

    #[test]
    fn a_record_that_stops_with_its_file_is_truncated() {
        check_fault(b"{\"text\":\"a", true, "truncated: the file ends inside this record; fetch it again");
        check_fault(b"{\"text\":\"a\xc3", true, "truncated: the file ends inside this record; fetch it again");
        check_fault(
            b"{\"text\":\"a",
            false,
            "invalid-json: invalid JSON: EOF while parsing a string at byte 9 of the record",
        );
        check_fault(b"{\"text\":\"a\xc3\",", true, "invalid-utf8: not UTF-8: byte 0xc3 at byte 10 of the record");
    }
}
