//! FlashText: lines `alias=>canonical`, or a JSON object `{canonical: [names]}` if the output is called `.json`.
//!
//! FlashText ignores case and gives a keyword one meaning. Of several entities with a name, the one with most
//! inhabitants keeps it, and of equal ones the one with the smallest id.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::interchange::output::create_file;

pub(super) struct Flashtext;

impl Exporter for Flashtext {
    fn holds(&self) -> Holds {
        Holds::default()
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let is_json = out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let mut file = create_file(out, force)?;
        let mut taken: HashSet<String> = HashSet::new();
        let mut canonicals: HashSet<String> = HashSet::new();
        let mut n_written = 0;
        for id in view.by_population() {
            let entity = view.take(id, report);
            let mut names: Vec<&str> = Vec::new();
            for name in &entity.names {
                let text = name.name.as_str();
                if !is_json && text.contains("=>") {
                    report.leave_out("names that hold =>");
                } else if taken.insert(text.to_lowercase()) {
                    names.push(text);
                } else {
                    report.leave_out("names that another entity has, or that differ by case only");
                }
            }
            let mut canonical = entity.record.name.clone();
            if !is_json && canonical.contains("=>") {
                report.lose("canonical names that hold =>, shown with a blank in it");
                canonical = canonical.replace("=>", "= >");
            }
            if names.is_empty() {
                report.lose("entities of which no name is left");
                continue;
            }
            // A second object member with this name would replace the first.
            if canonicals.contains(&canonical) {
                report.lose("entities shown with their id, as another has their canonical name");
                canonical = format!("{canonical} ({})", entity.record.id);
            }
            canonicals.insert(canonical.clone());
            report.names += names.len() as u64;
            file.write(|out| {
                if is_json {
                    out.write_all(if n_written == 0 { b"{\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut *out, &canonical)?;
                    out.write_all(b": ")?;
                    serde_json::to_writer(&mut *out, &names)?;
                } else {
                    names.iter().try_for_each(|name| writeln!(out, "{name}=>{canonical}"))?;
                }
                Ok(())
            })?;
            n_written += 1;
        }
        if is_json {
            file.write(|out| out.write_all(if n_written == 0 { b"{}\n" } else { b"\n}\n" }))?;
        }
        file.commit().map(drop)
    }
}
