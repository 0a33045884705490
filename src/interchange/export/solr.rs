//! Solr and Lucene synonyms: a line for each entity with all its names, the canonical one first.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::interchange::output::create_file;

pub(super) struct Solr;

impl Exporter for Solr {
    fn holds(&self) -> Holds {
        Holds::default()
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let mut file = create_file(out, force)?;
        let mut canonicals: HashSet<String> = HashSet::new();
        for id in view.ids() {
            let entity = view.take(id, report);
            let names: Vec<String> = entity.names.iter().map(|name| escape(&name.name)).collect();
            if names.is_empty() {
                continue;
            }
            report.names += names.len() as u64;
            if !canonicals.insert(names[0].to_lowercase()) {
                report.lose("entities that merge with another of the same canonical name");
            }
            file.write(|out| writeln!(out, "{}", names.join(", ")))?;
        }
        file.commit().map(drop)
    }
}

fn escape(name: &str) -> String {
    let escaped = name.replace('\\', "\\\\").replace(',', "\\,").replace("=>", "\\=>");
    if escaped.starts_with('#') { format!("\\{escaped}") } else { escaped }
}
