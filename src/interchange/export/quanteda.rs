//! A dictionary of quanteda as YAML, for `dictionary(file = ...)`: kind, then canonical name, then the list of names.
//!
//! Names that may be part of a longer word (`prefix`, `suffix`) get `*` there.
//!
//! Every text is in double quotes, so that no name is read as a number, a truth value or YAML syntax.

use std::io::Write;
use std::path::Path;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::ids::EntityId;
use crate::interchange::output::create_file;
use crate::interchange::record::RecordName;

pub(super) struct Quanteda;

impl Exporter for Quanteda {
    fn holds(&self) -> Holds {
        Holds { entity_kind: true, wildcards: true, ..Holds::default() }
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let gazetteer = view.gazetteer;
        let mut ids: Vec<EntityId> = view.ids().collect();
        ids.sort_by(|a, b| {
            let (a, b) = (gazetteer.entity(*a), gazetteer.entity(*b));
            (&a.kind, &a.name, &a.id).cmp(&(&b.kind, &b.name, &b.id))
        });
        let mut file = create_file(out, force)?;
        let mut last_kind: Option<String> = None;
        for (index, &id) in ids.iter().enumerate() {
            let entity = view.take(id, report);
            let record = &entity.record;
            let mut names: Vec<String> = Vec::new();
            for name in &entity.names {
                if name.name.contains(['*', '?']) {
                    report.leave_out("names with * or ?, which are wildcards there");
                } else {
                    names.push(with_wildcards(name));
                }
            }
            if names.is_empty() {
                continue;
            }
            report.names += names.len() as u64;
            let same = |other: Option<&EntityId>| {
                other.is_some_and(|other| {
                    let other = gazetteer.entity(*other);
                    (other.kind, other.name) == (record.kind.as_str(), record.name.as_str())
                })
            };
            // Keys of a mapping must be unique.
            let is_shared = same(ids.get(index + 1)) || same(index.checked_sub(1).and_then(|before| ids.get(before)));
            let key = if is_shared { format!("{} ({})", record.name, record.id) } else { record.name.clone() };
            file.write(|out| {
                if last_kind.as_ref() != Some(&record.kind) {
                    writeln!(out, "{}:", quote(&record.kind))?;
                }
                writeln!(out, "  {}:", quote(&key))?;
                names.iter().try_for_each(|name| writeln!(out, "    - {}", quote(name)))
            })?;
            last_kind = Some(record.kind.clone());
        }
        if last_kind.is_none() {
            file.write(|out| writeln!(out, "{{}}"))?;
        }
        file.commit().map(drop)
    }
}

/// The name with a `*` on each side where the word may be longer.
fn with_wildcards(name: &RecordName) -> String {
    let boundary = name.flags.boundary;
    let star = |is_open: bool| if is_open { "*" } else { "" };
    format!("{}{}{}", star(boundary.begins_earlier()), name.name, star(boundary.goes_on()))
}

/// A double-quoted scalar. YAML allows fewer characters than JSON does; those are escaped.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            ' '..='~' => quoted.push(c),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c if u32::from(c) < 0xa0 => quoted.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
