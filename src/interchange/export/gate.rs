//! A folder for GATE: `lists.def`, and one list for each kind. A line is a name, followed by its features after tabs:
//! `id`, and `flags` and `as` (the kind of name) if they are not the default. The canonical name carries the keys of
//! the entity.
//!
//! `export.json` in the folder lists the files with their hashes, so that a later export knows that it may replace the
//! folder. GATE ignores it.
//!
//! GATE must be configured with a tab between features (`gazetteerFeatureSeparator`).

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::gazetteer::{AliasKind, Flags};
use crate::ids::EntityId;
use crate::interchange::output::Folder;

pub(super) struct Gate;

impl Exporter for Gate {
    fn holds(&self) -> Holds {
        Holds {
            case: true,
            flags: true,
            wildcards: true,
            kind: true,
            entity_kind: true,
            id: true,
            all_keys: true,
            keys: &[],
        }
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let mut kinds: BTreeMap<String, Vec<EntityId>> = BTreeMap::new();
        for id in view.ids() {
            kinds.entry(view.gazetteer.entity(id).kind.to_string()).or_default().push(id);
        }
        let mut folder = Folder::create(out, force)?;
        let mut index = String::new();
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        for (kind, ids) in kinds {
            let list = file_name(&kind, &mut taken);
            let (major, minor) = kind.split_once('.').unwrap_or((&kind, ""));
            let part = |text: &str| text.replace([':', '\t'], "_");
            index.push_str(&format!("{list}:{}:{}::Lookup\n", part(major), part(minor)));
            folder.write_file(&list, |out| {
                for id in ids {
                    let entity = view.take(id, report);
                    for name in &entity.names {
                        report.names += 1;
                        write!(out, "{}\tid={}", name.name, entity.record.id)?;
                        if name.flags != Flags::default() {
                            write!(out, "\tflags={}", name.flags)?;
                        }
                        let keys = match name.kind {
                            AliasKind::Name => &entity.record.keys,
                            kind => {
                                write!(out, "\tas={}", kind.as_str())?;
                                &name.keys
                            }
                        };
                        for (key, value) in &keys.0 {
                            write!(out, "\t{key}={value}")?;
                        }
                        writeln!(out)?;
                    }
                }
                Ok(())
            })?;
        }
        folder.write_file("lists.def", |out| out.write_all(index.as_bytes()))?;
        folder.commit()
    }
}

/// A file name that every system accepts and no other kind has.
fn file_name(kind: &str, taken: &mut BTreeMap<String, u32>) -> String {
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let name: String =
        kind.chars().map(|c| if safe(c.to_ascii_lowercase()) { c.to_ascii_lowercase() } else { '_' }).collect();
    let count = taken.entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 { format!("{name}.lst") } else { format!("{name}~{count}.lst") }
}
