//! The JSON Lines twin of the native format: one [`Record`] a line.

use std::path::PathBuf;

use super::sink::{Fragment, Role};
use super::source;
use super::{Importer, Sink};
use crate::error::Result;
use crate::gazetteer::{AliasKind, Flags};
use crate::interchange::record::{Record, RecordName, Removal};

pub(super) struct Jsonl;

impl Importer for Jsonl {
    fn prefix(&self) -> &'static str {
        ""
    }

    fn is_lossless(&self) -> bool {
        true
    }

    fn has_ids_of_authority(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| {
                source::each_line(content, sink, &mut |line, sink| {
                    if line.trim().is_empty() {
                        return Ok(());
                    }
                    sink.read_record();
                    match serde_json::from_str::<Record>(line) {
                        Ok(record) => sink.accept(fragment_of(record, sink)),
                        Err(_) if let Ok(removal) = serde_json::from_str::<Removal>(line) => {
                            let mut fragment = Fragment::new(Role::Remove, removal.remove);
                            if let Some(name) = &removal.name {
                                fragment.name(name, AliasKind::Alias, Flags::default());
                            }
                            sink.accept(fragment)
                        }
                        Err(error) => {
                            sink.drop_record(fault_of(line, &error));
                            Ok(())
                        }
                    }
                })
            })?;
        }
        Ok(())
    }
}

fn fragment_of(record: Record, sink: &Sink<'_>) -> Fragment {
    let mut fragment =
        Fragment::new(Role::Whole, format!("{}{}", sink.options.prefix.as_deref().unwrap_or(""), record.id));
    fragment.kind = Some(record.kind);
    fragment.keys = record.keys;
    if sink.options.prefix.is_some() {
        let parents = fragment.keys.0.iter_mut().filter(|(key, _)| key == "parent");
        parents.for_each(|(_, parent)| *parent = sink.parent_id(parent));
    }
    let canonical = RecordName { flags: record.flags, ..RecordName::new(record.name, AliasKind::Name) };
    fragment.names = std::iter::once(canonical).chain(record.names).collect();
    fragment
}

/// Describes why a line is not a record.
fn fault_of(line: &str, error: &serde_json::Error) -> &'static str {
    if !line.trim_start().starts_with('{') {
        return "not a JSON object";
    }
    if error.is_data() {
        let text = error.to_string();
        let known = ["unknown flag", "exclude each other", "unknown kind of name", "unknown field", "missing field"];
        let found = known.iter().find(|part| text.contains(**part));
        return match found {
            Some(&"unknown flag" | &"exclude each other") => "an unknown flag, or two that exclude each other",
            Some(&"unknown kind of name") => "an unknown kind of name",
            Some(&"unknown field") => "a member other than id, kind, name, flags, keys and names",
            Some(&"missing field") => "no id, kind or name",
            _ => "a member of another type than the format has",
        };
    }
    "JSON that is cut or malformed"
}
