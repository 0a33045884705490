//! A row for each entity: `id,kind,name,flags,aliases` and a column for each key that occurs.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::interchange::output::create_file;

pub(super) struct Csv;

impl Exporter for Csv {
    fn holds(&self) -> Holds {
        Holds { entity_kind: true, id: true, all_keys: true, ..Holds::default() }
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let mut keys: BTreeSet<String> = BTreeSet::new();
        for id in view.ids() {
            for (key, _) in view.gazetteer.entity(id).fields() {
                if !keys.contains(key) {
                    keys.insert(key.to_owned());
                }
            }
        }
        let mut file = create_file(out, force)?;
        let fixed = ["id", "kind", "name", "flags", "aliases"];
        file.write(|out| write_row(out, fixed.into_iter().chain(keys.iter().map(String::as_str))))?;
        for id in view.ids() {
            let entity = view.take(id, report);
            let Some((canonical, others)) = entity.names.split_first() else { continue };
            report.names += entity.names.len() as u64;
            let aliases: Vec<String> = others.iter().map(|name| escape(&name.name)).collect();
            let (flags, aliases) = (canonical.flags.to_string(), aliases.join("|"));
            let record = &entity.record;
            let first = [record.id.as_str(), &record.kind, &canonical.name, &flags, &aliases];
            let rest = keys.iter().map(|key| record.keys.get(key).unwrap_or_default());
            file.write(|out| write_row(out, first.into_iter().chain(rest)))?;
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            for _ in record.keys.0.iter().filter(|(key, _)| !seen.insert(key)) {
                report.lose("further values of a key");
            }
        }
        file.commit().map(drop)
    }
}

fn write_row<'a>(out: &mut impl Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(cells).map_err(io::Error::other)?;
    writer.flush()
}

/// A name in the column of aliases: characters that separate names there, or begin a list, are escaped.
fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '\\' | '|' | ';' | '[') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
