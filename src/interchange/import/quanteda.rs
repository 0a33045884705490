//! quanteda's dictionaries as YAML: nested keys, and lists of words at the end. The file is held in memory.

use std::path::PathBuf;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::source::{self, Content};
use super::{Importer, Sink, category};
use crate::error::{Error, Result};

pub(super) struct Quanteda;

/// Deeper than any real dictionary; protects against forged files.
const MAX_DEPTH: usize = 100;

impl Importer for Quanteda {
    fn prefix(&self) -> &'static str {
        "quanteda:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| read_dictionary(content, sink))?;
        }
        Ok(())
    }
}

/// The parser's position in the tree.
enum Level {
    /// Between the pairs of a mapping; or after a key, which is then on the path.
    Mapping {
        behind_key: bool,
    },
    Sequence,
}

fn read_dictionary(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    sink.enter(&content.label);
    let label = content.label;
    let mut bytes = Vec::new();
    content.reader.read_to_end(&mut bytes).map_err(|error| source::failed(&label, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        Error::format(&label, format!("line {line} is not UTF-8")).with_remedy("save the file as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let fault = |line: usize, what: &str| {
        let remedy = "a dictionary is keys within keys, and lists of words at the end";
        Error::format(&label, format!("line {line}: {what}")).with_remedy(remedy)
    };
    let mut levels: Vec<Level> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| fault(error.marker().line(), error.info()))?;
        let line = span.start.line();
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if matches!(levels.last(), Some(Level::Mapping { behind_key: false })) {
                    return Err(fault(line, "a key that is itself a mapping or a list"));
                }
                if levels.len() >= MAX_DEPTH {
                    return Err(fault(line, "more than 100 levels"));
                }
                let is_mapping = matches!(event, Event::MappingStart(..));
                if levels.is_empty() && !is_mapping {
                    return Err(fault(line, "the file is a list, not a dictionary"));
                }
                levels.push(if is_mapping { Level::Mapping { behind_key: false } } else { Level::Sequence });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                end_value(&mut levels, &mut path);
            }
            Event::Scalar(value, style, ..) => match levels.last_mut() {
                Some(Level::Mapping { behind_key }) if !*behind_key => {
                    *behind_key = true;
                    path.push(value.into_owned());
                }
                Some(_) => {
                    let is_null = style == ScalarStyle::Plain && matches!(&*value, "" | "~" | "null");
                    if !is_null {
                        sink.at(line as u64);
                        sink.read_record();
                        category::accept(&value, &path, true, sink)?;
                    }
                    end_value(&mut levels, &mut path);
                }
                None => return Err(fault(line, "the file is a single value, not a dictionary")),
            },
            Event::Alias(_) => return Err(fault(line, "an alias (*name), which dictionaries do not have")),
            _ => {}
        }
    }
    Ok(())
}

/// Ends a value. If it belongs to a key, the key is removed from the path.
fn end_value(levels: &mut [Level], path: &mut Vec<String>) {
    if let Some(Level::Mapping { behind_key }) = levels.last_mut()
        && *behind_key
    {
        *behind_key = false;
        path.pop();
    }
}
