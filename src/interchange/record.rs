//! One entity as data: importers produce it, exporters consume it, and both text formats write it.
//!
//! The JSON Lines twin is this type through serde, one object a line; the native format is [`write_gaz`]. Both refuse
//! what the line format cannot express, so everything written can be read again.

use std::fmt;
use std::io::{self, Write};

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::gazetteer::{
    AliasKind, Evidence, EvidenceSet, Fields, Flags, Gazetteer, MAX_NAME, name_fault, parse_evidence, parse_flags,
};
use crate::ids::{AliasId, EntityId};

/// An entity with all its names: a line of the JSON Lines twin.
///
/// ```
/// use dateline::interchange::Record;
/// let line = r#"{"id":"us","kind":"place.country","name":"United States","flags":"-","keys":{"cc":"US"},
///     "names":[{"name":"U.S.","kind":"abbr","flags":"exact"}]}"#;
/// let record: Record = serde_json::from_str(line)?;
/// let mut gaz = Vec::new();
/// dateline::interchange::write_gaz(&record, &mut gaz)?;
/// assert_eq!(gaz, b"us\tplace.country\tUnited States\t-\tcc=US\n+\tabbr\tU.S.\texact\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The id, unique in a file.
    pub id: String,
    /// Dotted kind.
    pub kind: String,
    /// The canonical name.
    pub name: String,
    /// The rules of the canonical name.
    #[serde(default, with = "flag_words")]
    pub flags: Flags,
    /// The keys of the entity in order; `ctx` belongs to the canonical name.
    #[serde(default, skip_serializing_if = "Keys::is_empty")]
    pub keys: Keys,
    /// The further names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<RecordName>,
}

/// One further name of a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordName {
    /// The name.
    pub name: String,
    /// How it relates to the entity.
    #[serde(default = "plain_alias", with = "kind_word")]
    pub kind: AliasKind,
    /// Its rules.
    #[serde(default, with = "flag_words")]
    pub flags: Flags,
    /// Its keys, e.g. `ctx`, `from`, `to`.
    #[serde(default, skip_serializing_if = "Keys::is_empty")]
    pub keys: Keys,
}

/// A line of the JSON Lines twin that removes an entity of a lower layer, or one name of it: the directive `!remove`.
#[cfg(feature = "interchange")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Removal {
    /// The id of the entity.
    pub(super) remove: String,
    /// The name, as the lower layer writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

/// `key=value` pairs in order; in JSON an object. A key may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Keys(pub Vec<(String, String)>);

impl Keys {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(crate) fn push(&mut self, key: &str, value: impl Into<String>) {
        self.0.push((key.to_owned(), value.into()));
    }
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    keys.push(pair);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

fn plain_alias() -> AliasKind {
    AliasKind::Alias
}

/// Flags as the comma list of the native format.
mod flag_words {
    use super::{Deserialize, Deserializer, Flags, Serializer, parse_flags};

    pub(super) fn serialize<S: Serializer>(flags: &Flags, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(flags)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Flags, D::Error> {
        let list = std::borrow::Cow::<str>::deserialize(deserializer)?;
        parse_flags(&list).map_err(serde::de::Error::custom)
    }
}

/// A kind of name as the word of the native format.
mod kind_word {
    use super::{AliasKind, Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(kind: &AliasKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AliasKind, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        if word == AliasKind::Name.as_str() {
            return Ok(AliasKind::Name);
        }
        let known = AliasKind::WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, kind)| *kind).ok_or_else(|| serde::de::Error::custom(format!("unknown kind of name `{word}`")))
    }
}

impl RecordName {
    /// A name with the default rules.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: AliasKind) -> Self {
        Self { name: name.into(), kind, flags: Flags::default(), keys: Keys::default() }
    }
}

impl Record {
    /// Everything a gazetteer knows about one entity.
    #[must_use]
    pub fn of(gazetteer: &Gazetteer, id: EntityId) -> Self {
        let entity = gazetteer.entity(id);
        let pairs = |fields: Fields<'_>| Keys(fields.map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
        let mut record = Self {
            id: entity.id.to_owned(),
            kind: entity.kind.to_owned(),
            name: entity.name.to_owned(),
            flags: Flags::default(),
            keys: pairs(entity.fields()),
            names: Vec::new(),
        };
        let mut canonical = false;
        for alias_id in gazetteer.alias_ids_of(id).map(AliasId) {
            let alias = gazetteer.alias(alias_id);
            if alias.kind == AliasKind::Name && !canonical {
                canonical = true;
                record.flags = alias.flags;
                continue;
            }
            let mut name = RecordName { flags: alias.flags, ..RecordName::new(alias.text, alias.kind) };
            name.keys = pairs(gazetteer.alias_fields(alias_id));
            if !alias.evidence.is_empty() {
                name.keys.push("ctx", evidence_words(alias.evidence));
            }
            record.names.push(name);
        }
        record
    }

    /// Whether the native format can express this record, so that reading it again gives the same record.
    ///
    /// # Errors
    ///
    /// What it cannot express, in words.
    pub fn check(&self) -> Result<(), &'static str> {
        check_id(&self.id)?;
        check_kind(&self.kind)?;
        check_name(&self.name)?;
        self.keys.0.iter().try_for_each(|(key, value)| check_key(key, value))?;
        for name in &self.names {
            check_name(&name.name)?;
            name.keys.0.iter().try_for_each(|(key, value)| check_key(key, value))?;
        }
        Ok(())
    }
}

/// Writes a record in the native format: the entity line, then a line for each further name; fields are separated by
/// tabs.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] for what [`Record::check`] refuses, and errors of the writer.
pub fn write_gaz(record: &Record, out: &mut impl Write) -> io::Result<()> {
    record.check().map_err(|fault| io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {fault}", record.id)))?;
    write!(out, "{}\t{}\t{}\t{}", record.id, record.kind, record.name, record.flags)?;
    write_keys(&record.keys, out)?;
    for name in &record.names {
        let kind = if name.kind == AliasKind::Name { AliasKind::Alias } else { name.kind };
        write!(out, "+\t{}\t{}\t{}", kind.as_str(), name.name, name.flags)?;
        write_keys(&name.keys, out)?;
    }
    Ok(())
}

fn write_keys(keys: &Keys, out: &mut impl Write) -> io::Result<()> {
    for (index, (key, value)) in keys.0.iter().enumerate() {
        write!(out, "{}{key}={value}", if index == 0 { '\t' } else { ' ' })?;
    }
    writeln!(out)
}

/// The comma-separated list of `ctx=`.
fn evidence_words(evidence: EvidenceSet) -> String {
    let word = |kind: Evidence| Evidence::WORDS.iter().find(|(_, known)| *known == kind).map_or("", |(word, _)| word);
    evidence.iter().map(word).collect::<Vec<_>>().join(",")
}

/// Whether the text would end a field or a line of the native format.
fn splits(text: &str) -> bool {
    text.is_empty()
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.contains("  ")
        || text.contains(['\t', '\n', '\r', '\0'])
}

pub(super) fn check_id(id: &str) -> Result<(), &'static str> {
    if splits(id) {
        return Err("an id that is empty or holds tabs, line breaks or doubled blanks");
    }
    // At the beginning of a file it would be read as the file's byte order mark.
    if id.starts_with(['#', '!', '\u{feff}']) || id == "+" {
        return Err("an id that begins with #, ! or a byte order mark, or is +");
    }
    Ok(())
}

pub(super) fn check_kind(kind: &str) -> Result<(), &'static str> {
    if splits(kind) || kind.contains([' ', '=']) {
        return Err("a kind that is empty or holds blanks or =");
    }
    Ok(())
}

pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    if splits(name) {
        return Err("a name that is empty or holds tabs, line breaks or doubled blanks");
    }
    match name_fault(name) {
        None => Ok(()),
        Some(_) if name.len() > MAX_NAME => Err("a name that is too long to be one"),
        Some(_) => Err("a name without a letter to match"),
    }
}

/// Checks a key by the rules of the native format's reader.
pub(super) fn check_key(key: &str, value: &str) -> Result<(), &'static str> {
    if splits(key) || key.contains([' ', '=']) {
        return Err("a key that is empty or holds blanks or =");
    }
    if value.contains([' ', '\t', '\n', '\r', '\0']) {
        return Err("a value that holds blanks");
    }
    let within = |limit: f64| value.parse::<f64>().is_ok_and(|number| (-limit..=limit).contains(&number));
    match key {
        "lat" if !within(90.0) => Err("a latitude that is not between -90 and 90"),
        "lon" if !within(180.0) => Err("a longitude that is not between -180 and 180"),
        "pop" if value.parse::<u64>().is_err() => Err("a population that is not a whole number"),
        "ctx" if parse_evidence(value).is_err() => Err("an unknown word in ctx"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zA-Zé#!+ =\\-\u{a0}\u{85}\u{2028}\t\r\0]{0,8}", "[A-Z][a-z]{1,6}( [A-Z][a-z]{1,4})?", ".{0,6}"]
    }

    fn keys() -> impl Strategy<Value = Keys> {
        let key = prop_oneof![Just("lat".to_owned()), Just("ctx".to_owned()), "[a-z ]{0,3}"];
        let value = prop_oneof![Just("12.5".to_owned()), Just("prep,cc".to_owned()), "[a-z0-9= ,\u{a0}]{0,4}"];
        prop::collection::vec((key, value), 0..3).prop_map(Keys)
    }

    proptest! {
        /// Whatever `check` accepts is read as it was written; whatever it refuses is not written.
        #[test]
        fn what_is_written_is_read_again(
            id in prop_oneof!["[a-z:/]{1,5}", "[#!+ a]{0,3}", ".{0,4}"],
            kind in prop_oneof!["[a-z.]{1,6}", "[a= ]{0,3}"],
            canonical in name(),
            flags in prop::sample::select(vec!["-", "exact,weak", "any,hyphen-", "open,comma,nofold,stop", "any,prefix", "prefix,suffix,weak"]),
            keys in keys(),
            others in prop::collection::vec((name(), 0..AliasKind::WORDS.len()), 0..3),
        ) {
            let flags = parse_flags(flags).unwrap();
            let others = others.into_iter().map(|(name, kind)| RecordName::new(name, AliasKind::WORDS[kind].1));
            let record = Record { id, kind, name: canonical, flags, keys, names: others.collect() };
            let mut text = b"# head\n".to_vec();
            let written = write_gaz(&record, &mut text);
            prop_assert_eq!(written.is_ok(), record.check().is_ok());
            if written.is_ok() {
                let text = String::from_utf8(text).unwrap();
                let gazetteer = Gazetteer::from_text(&text, "x.gaz").unwrap();
                let id = gazetteer.find(&record.id).unwrap();
                let read = Record::of(&gazetteer, id);
                prop_assert_eq!((&read.kind, &read.name, read.flags), (&record.kind, &record.name, record.flags));
                prop_assert_eq!(&read.keys, &record.keys);
                let mut again = Vec::new();
                write_gaz(&read, &mut again).unwrap();
                let again = String::from_utf8(again).unwrap();
                let fingerprint = Gazetteer::from_text(&again, "x.gaz").unwrap().fingerprint().to_owned();
                prop_assert_eq!(fingerprint, gazetteer.fingerprint());
                let twin = serde_json::to_string(&read).unwrap();
                prop_assert_eq!(serde_json::from_str::<Record>(&twin).unwrap(), read);
            }
        }
    }
}
