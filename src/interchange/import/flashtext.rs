//! FlashText: lines `alias=>canonical` (or the name alone), or a JSON object `{canonical: [aliases]}`.
//!
//! FlashText matches in any case. There a canonical name is not a keyword unless it is listed; here it always matches.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;

use serde::de::{DeserializeSeed, Deserializer as _, MapAccess, Visitor};

use super::sink::{Fragment, Role};
use super::source::{self, Content, Guarded};
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Flashtext;

const ANY: Flags = Flags {
    case: CasePolicy::Any,
    boundary: crate::gazetteer::Boundary::Word,
    weak: false,
    after_comma: false,
    accents_matter: false,
    stop: false,
};

impl Importer for Flashtext {
    fn prefix(&self) -> &'static str {
        "flashtext:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |mut content| {
                if content.head()?.trim_ascii_start().starts_with(b"{") {
                    read_object(content, sink)
                } else {
                    source::each_line(content, sink, &mut read_line)
                }
            })?;
        }
        Ok(())
    }
}

fn read_line(line: &str, sink: &mut Sink<'_>) -> Result<()> {
    if line.trim().is_empty() {
        return Ok(());
    }
    sink.read_record();
    let (alias, canonical) = match line.split_once("=>") {
        Some((_, canonical)) if canonical.contains("=>") => {
            sink.drop_record("a line with more than one =>");
            return Ok(());
        }
        Some((alias, canonical)) => (alias.trim(), canonical.trim()),
        None => (line.trim(), line.trim()),
    };
    accept(canonical, [alias], sink)
}

fn accept<'a>(canonical: &str, aliases: impl IntoIterator<Item = &'a str>, sink: &mut Sink<'_>) -> Result<()> {
    let mut fragment = Fragment::new(Role::Part, sink.id(canonical));
    fragment.name(canonical, AliasKind::Name, ANY);
    for alias in aliases.into_iter().filter(|alias| *alias != canonical) {
        fragment.name(alias, AliasKind::Alias, ANY);
    }
    sink.accept(fragment)
}

/// Reads the members of the object one by one.
fn read_object(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    sink.enter(&content.label);
    let label = content.label;
    let left = Cell::new(0);
    let limit = sink.options.max_record;
    let guarded = std::io::BufReader::new(Guarded::new(content.reader, limit, &left));
    let mut failure = None;
    let mut json = serde_json::Deserializer::from_reader(guarded);
    let members = Members { sink, left: &left, limit, failure: &mut failure };
    let read = json.deserialize_map(members).and_then(|()| json.end());
    if let Some(error) = failure {
        return Err(error);
    }
    read.map_err(|error| json_failed(&label, error))
}

/// The error for JSON that cannot be read to its end.
pub(super) fn json_failed(label: &str, error: serde_json::Error) -> Error {
    if error.is_io() {
        return source::failed(label, &error.into());
    }
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.is_eof() {
        return Error::format(label, format!("the JSON ends too early, at {place}")).with_remedy("fetch it again");
    }
    Error::format(label, error.to_string()).with_remedy("is --from the right format?")
}

struct Members<'a, 'o> {
    sink: &'a mut Sink<'o>,
    left: &'a Cell<usize>,
    limit: usize,
    failure: &'a mut Option<Error>,
}

impl<'de> Visitor<'de> for Members<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of lists of names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(canonical) = map.next_key::<String>()? {
            let aliases = map.next_value_seed(Names)?;
            self.left.set(self.limit);
            number += 1;
            self.sink.at(number);
            self.sink.read_record();
            match aliases {
                Some(aliases) => {
                    if !aliases.contains(&canonical) {
                        self.sink.note("canonical names that were no keywords, and match now too");
                    }
                    if let Err(error) = accept(&canonical, aliases.iter().map(String::as_str), self.sink) {
                        *self.failure = Some(error);
                        return Ok(());
                    }
                }
                None => self.sink.drop_record("a value that is not a list of names"),
            }
        }
        Ok(())
    }
}

/// A list of strings, or `None` for anything else.
struct Names;

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Option<Vec<String>>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
        let serde_json::Value::Array(items) = value else { return Ok(None) };
        Ok(items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect())
    }
}
