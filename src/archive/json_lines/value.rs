//! The values of a record, and how serde_json reads them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::archive::fields::{Fields, Name, Names, SLOTS};

/// The values of one record, by slot; the last of several under one name.
pub(in crate::archive) type Values<'a> = [Value<'a>; SLOTS];

#[derive(Debug, Clone, PartialEq)]
pub(in crate::archive) enum Value<'a> {
    Absent,
    Null,
    Text(Cow<'a, str>),
    /// As it is written.
    Number(Cow<'a, str>),
    Bool(bool),
    Array,
    Object,
}

impl<'a> Value<'a> {
    pub(super) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// As one that is kept: text, a number, or true or false; `None` if there is nothing in it, or more than that.
    pub(super) fn to_word(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) if text.trim().is_empty() => None,
            Self::Text(text) | Self::Number(text) => Some(text.clone()),
            Self::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
            Self::Absent | Self::Null | Self::Array | Self::Object => None,
        }
    }

    pub(in crate::archive) fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Number(_))
    }

    /// An id must tell records apart, which a blank does not.
    pub(super) fn is_name(&self) -> bool {
        self.is_scalar() && !matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Null => "null",
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
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
        read_members(&mut map, &self.tree, &mut values)?;
        Ok(values)
    }
}

/// Reads the wanted members of an object into their slots.
fn read_members<'de, A: MapAccess<'de>>(map: &mut A, wanted: &Names, values: &mut Values<'de>) -> Result<(), A::Error> {
    while let Some(name) = map.next_key_seed(AnyName(wanted))? {
        let Some(name) = name else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        name.members.each_slot(&mut |slot| values[slot] = Value::Absent);
        let value = map.next_value_seed(AnyValue { members: &name.members, values })?;
        if let Some(slot) = name.slot {
            values[slot] = value;
        }
    }
    Ok(())
}

/// Looks a name up.
struct AnyName<'f>(&'f Names);

impl<'de, 'f> DeserializeSeed<'de> for AnyName<'f> {
    type Value = Option<&'f Name>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'f> Visitor<'_> for AnyName<'f> {
    type Value = Option<&'f Name>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(name))
    }
}

/// Reads a value, borrowed if it is a string without escapes; arrays and objects only as what they are, but for the members of
/// an object that are wanted.
struct AnyValue<'f, 'v, 'de> {
    members: &'f Names,
    values: &'v mut Values<'de>,
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_, '_, 'de> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_, '_, 'de> {
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
        Ok(Value::Number(number.to_string().into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.to_string().into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::Number(number.to_string().into()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        for index in 0_usize.. {
            let name = self.members.find_index(index);
            let Some(name) = name else {
                if array.next_element::<IgnoredAny>()?.is_none() {
                    break;
                }
                continue;
            };
            name.members.each_slot(&mut |slot| self.values[slot] = Value::Absent);
            let element = AnyValue { members: &name.members, values: self.values };
            let Some(value) = array.next_element_seed(element)? else { break };
            if let Some(slot) = name.slot {
                self.values[slot] = value;
            }
        }
        Ok(Value::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        read_members(&mut object, self.members, self.values)?;
        Ok(Value::Object)
    }
}
