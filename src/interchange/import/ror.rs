//! The dump of the Research Organization Registry, schema 2: an array of organisations, as JSON or in its zip archive.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::Value;

use super::flashtext::json_failed;
use super::sink::{Fragment, Role};
use super::source::{self, Content, Guarded};
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Ror;

/// Types of organisations. The first of these that an organisation has determines its kind.
const KINDS: [(&str, &str); 8] = [
    ("education", "org.university"),
    ("government", "org.gov"),
    ("healthcare", "org.health"),
    ("company", "org.company"),
    ("nonprofit", "org.ngo"),
    ("archive", "org.culture"),
    ("facility", "org.research"),
    ("funder", "org.funder"),
];

#[derive(Deserialize)]
struct Organisation {
    id: String,
    #[serde(default)]
    status: String,
    names: Vec<Name>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    relationships: Vec<Relationship>,
    #[serde(default)]
    external_ids: Vec<ExternalId>,
    #[serde(default)]
    established: Option<i32>,
}

#[derive(Deserialize)]
struct Name {
    value: String,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    lang: Option<String>,
}

#[derive(Deserialize)]
struct Location {
    #[serde(default)]
    geonames_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    country_code: Option<String>,
    #[serde(default)]
    lat: Option<f64>,
    #[serde(default)]
    lng: Option<f64>,
}

#[derive(Deserialize)]
struct Relationship {
    #[serde(default, rename = "type")]
    relation: String,
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct ExternalId {
    #[serde(default, rename = "type")]
    scheme: String,
    #[serde(default)]
    preferred: Option<String>,
    #[serde(default)]
    all: Vec<String>,
}

impl Importer for Ror {
    fn prefix(&self) -> &'static str {
        "ror:"
    }

    fn source(&self) -> Option<&'static str> {
        Some("ror")
    }

    fn is_catalogue(&self) -> bool {
        true
    }

    fn has_ids_of_authority(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |mut content| {
                if content.label.contains('!') && !content.file_name.ends_with(".json") {
                    sink.pass_over(&content.label, "not a .json file");
                    return Ok(());
                }
                if content.head()?.trim_ascii_start().starts_with(b"[") {
                    return read_array(content, sink);
                }
                source::each_line(content, sink, &mut |line, sink| {
                    if line.trim().is_empty() {
                        return Ok(());
                    }
                    sink.read_record();
                    match serde_json::from_str(line) {
                        Ok(value) => read_value(value, sink),
                        Err(_) => {
                            sink.drop_record("JSON that is cut or malformed");
                            Ok(())
                        }
                    }
                })
            })?;
        }
        Ok(())
    }
}

/// Reads the elements of an array one by one.
fn read_array(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    struct Elements<'a, 'o> {
        sink: &'a mut Sink<'o>,
        left: &'a Cell<usize>,
        limit: usize,
        failure: &'a mut Option<Error>,
    }
    impl<'de> Visitor<'de> for Elements<'_, '_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of organisations")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
            let mut number = 0;
            while let Some(value) = elements.next_element::<Value>()? {
                self.left.set(self.limit);
                number += 1;
                self.sink.at(number);
                self.sink.read_record();
                if let Err(error) = read_value(value, self.sink) {
                    *self.failure = Some(error);
                    return Ok(());
                }
            }
            Ok(())
        }
    }
    sink.enter(&content.label);
    let label = content.label;
    let left = Cell::new(0);
    let limit = sink.options.max_record;
    let guarded = std::io::BufReader::new(Guarded::new(content.reader, limit, &left));
    let mut failure = None;
    let mut json = serde_json::Deserializer::from_reader(guarded);
    let elements = Elements { sink, left: &left, limit, failure: &mut failure };
    let read = json.deserialize_seq(elements).and_then(|()| json.end());
    match failure {
        Some(error) => Err(error),
        None => read.map_err(|error| json_failed(&label, error)),
    }
}

fn read_value(value: Value, sink: &mut Sink<'_>) -> Result<()> {
    if value.get("name").is_some_and(Value::is_string) && value.get("names").is_none() {
        sink.drop_record("a record of schema 1; fetch a dump of schema 2");
        return Ok(());
    }
    match serde_json::from_value::<Organisation>(value) {
        Ok(organisation) => read_organisation(&organisation, sink),
        Err(_) => {
            sink.drop_record("not an organisation with an id and names");
            Ok(())
        }
    }
}

fn read_organisation(organisation: &Organisation, sink: &mut Sink<'_>) -> Result<()> {
    if organisation.status == "withdrawn" {
        sink.drop_record("a withdrawn record");
        return Ok(());
    }
    let local = |id: &str| id.trim_end_matches('/').rsplit('/').next().unwrap_or(id).to_owned();
    let mut fragment = Fragment::new(Role::Whole, sink.id(&local(&organisation.id)));
    let kind = KINDS.iter().find(|(label, _)| organisation.types.iter().any(|kind| kind == label));
    let mapped = organisation.types.iter().find_map(|label| sink.options.kind_of(label));
    fragment.kind = Some(mapped.unwrap_or(kind.map_or("org", |(_, kind)| kind)).to_owned());
    for name in &organisation.names {
        let has = |kind: &str| name.types.iter().any(|known| known == kind);
        let language = name.lang.as_deref().unwrap_or_default();
        if !has("ror_display") && sink.options.language_rank(language).is_none() {
            sink.drop_names("a language that is not asked for", 1);
        } else if has("ror_display") {
            fragment.name(&name.value, AliasKind::Name, Flags::default());
        } else if has("acronym") {
            let weak = name.value.chars().count() <= 3;
            fragment.name(
                &name.value,
                AliasKind::Abbreviation,
                Flags { case: CasePolicy::Exact, weak, ..Flags::default() },
            );
        } else {
            fragment.name(&name.value, AliasKind::Alias, Flags::default());
        }
    }
    if fragment.names.is_empty() {
        sink.drop_record("no name in a language that is asked for");
        return Ok(());
    }
    if let Some(details) = organisation.locations.first().and_then(|location| location.geonames_details.as_ref()) {
        fragment.key("cc", details.country_code.as_deref().unwrap_or_default());
        if let (Some(lat), Some(lon)) = (details.lat, details.lng) {
            fragment.key("lat", &lat.to_string());
            fragment.key("lon", &lon.to_string());
        }
    }
    if let Some(parent) = organisation.relationships.iter().find(|relation| relation.relation == "parent") {
        fragment.key("parent", &sink.id(&local(&parent.id)));
    }
    if let Some(wikidata) = organisation.external_ids.iter().find(|id| id.scheme == "wikidata") {
        fragment.key("wd", wikidata.preferred.as_ref().or(wikidata.all.first()).map_or("", String::as_str));
    }
    if let Some(year) = organisation.established {
        fragment.key("from", &year.to_string());
    }
    if organisation.status == "inactive" {
        fragment.key("status", "inactive");
    }
    sink.accept(fragment)
}
