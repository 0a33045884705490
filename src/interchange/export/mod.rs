//! Writes a gazetteer in other tools' formats.
//!
//! Every format is one `Exporter` in a file of its own. Only the native format and its JSON Lines twin are lossless;
//! what another format cannot express is counted in the [`ExportReport`]. Output is in the order of ids (or as a
//! format's file says), and appears complete or not at all.

mod csv;
mod flashtext;
mod gate;
mod quanteda;
mod skos;
mod solr;
mod spacy;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use super::record::{Record, RecordName};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, Boundary, CasePolicy, Flags, Gazetteer};
use crate::ids::EntityId;

/// The formats that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExportFormat {
    /// The native line format.
    Gaz,
    /// Its JSON Lines twin.
    Jsonl,
    /// A row for each entity; further names in one cell, separated by bars.
    Csv,
    /// Patterns for spaCy's `EntityRuler` and `SpanRuler`.
    Spacy,
    /// A folder with `lists.def` and a `.lst` file for each kind.
    Gate,
    /// `alias=>canonical` lines; a JSON object if the name of the output ends in `.json`.
    Flashtext,
    /// Solr and Lucene synonyms.
    Solr,
    /// A dictionary of quanteda as YAML: kind, canonical name, names.
    Quanteda,
    /// SKOS as N-Triples.
    Skos,
}

/// What was written, and what was lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Entities written.
    pub entities: u64,
    /// Names written, canonical ones included.
    pub names: u64,
    /// Names omitted, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// By kind of loss, how many things were written without something the format cannot express.
    pub lost: BTreeMap<&'static str, u64>,
}

impl ExportReport {
    fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    fn lose(&mut self, what: &'static str) {
        *self.lost.entry(what).or_default() += 1;
    }
}

/// What a format can express about a name.
#[derive(Debug, Clone, Copy, Default)]
struct Holds {
    /// Whether case matters.
    case: bool,
    /// All other flags.
    flags: bool,
    /// `prefix` and `suffix`.
    wildcards: bool,
    /// How the name relates to its entity.
    kind: bool,
    /// The kind of the entity.
    entity_kind: bool,
    /// The id of the entity.
    id: bool,
    /// Keys of the entity: all of them, or these.
    all_keys: bool,
    keys: &'static [&'static str],
}

/// Writes one format.
trait Exporter {
    /// What the format can express.
    fn holds(&self) -> Holds;

    /// Writes everything; counts what this format omits for reasons of its own.
    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()>;
}

/// The gazetteer as exporters see it: records without vetoes.
struct View<'g> {
    gazetteer: &'g Gazetteer,
    holds: Holds,
}

/// One entity with the names that match.
struct Visible {
    record: Record,
    /// The canonical name first; empty if all names are vetoes.
    names: Vec<RecordName>,
}

impl View<'_> {
    /// All entities in the order of their ids.
    fn ids(&self) -> impl Iterator<Item = EntityId> + use<> {
        (0..self.gazetteer.entities().len()).map(EntityId::new)
    }

    /// An entity with its names; counts what the format cannot express.
    fn take(&self, id: EntityId, report: &mut ExportReport) -> Visible {
        let record = Record::of(self.gazetteer, id);
        let canonical = RecordName { flags: record.flags, ..RecordName::new(record.name.as_str(), AliasKind::Name) };
        let all = std::iter::once(canonical).chain(record.names.iter().cloned());
        let mut names = Vec::new();
        for name in all {
            if name.flags.stop && !self.holds.flags {
                report.leave_out("vetoes (stop), which would match there");
                continue;
            }
            self.count_losses(&name, report);
            names.push(name);
        }
        if !names.is_empty() {
            report.entities += 1;
            self.count_entity_losses(&record, report);
        }
        Visible { record, names }
    }

    fn count_losses(&self, name: &RecordName, report: &mut ExportReport) {
        let Flags { case, boundary, weak, after_comma, accents_matter, stop: _ } = name.flags;
        if !self.holds.case && case != CasePolicy::Any {
            report.lose("names whose case matters, without saying so");
        }
        if !self.holds.flags {
            if weak {
                report.lose("weak names, which match there without evidence");
            }
            let is_held =
                boundary == Boundary::Word || self.holds.wildcards && (boundary.goes_on() || boundary.begins_earlier());
            if !is_held || after_comma || accents_matter {
                report.lose("names with other flags (open, hyphen-, prefix, suffix, comma, nofold)");
            }
            if !name.keys.is_empty() {
                report.lose("names with keys of their own (ctx)");
            }
        }
        if !self.holds.kind && !matches!(name.kind, AliasKind::Name | AliasKind::Alias) {
            report.lose("names without their kind (abbr, adj, demonym, former, ...)");
        }
    }

    fn count_entity_losses(&self, record: &Record, report: &mut ExportReport) {
        if !self.holds.id {
            report.lose("entities without their id");
        }
        if !self.holds.entity_kind {
            report.lose("entities without their full kind");
        }
        let held = |key: &str| self.holds.all_keys || self.holds.keys.contains(&key);
        let lost = record.keys.0.iter().filter(|(key, _)| !held(key)).count() as u64;
        if lost > 0 {
            *report.lost.entry("keys and their values").or_default() += lost;
        }
    }

    /// The ids, entities with more inhabitants first.
    fn by_population(&self) -> Vec<EntityId> {
        let mut ids: Vec<EntityId> = self.ids().collect();
        ids.sort_by_cached_key(|id| (std::cmp::Reverse(self.gazetteer.entity(*id).population().unwrap_or(0)), *id));
        ids
    }
}

fn exporter(format: ExportFormat) -> Box<dyn Exporter> {
    match format {
        ExportFormat::Gaz | ExportFormat::Jsonl => Box::new(text::Text { format }),
        ExportFormat::Csv => Box::new(csv::Csv),
        ExportFormat::Spacy => Box::new(spacy::Spacy),
        ExportFormat::Gate => Box::new(gate::Gate),
        ExportFormat::Flashtext => Box::new(flashtext::Flashtext),
        ExportFormat::Solr => Box::new(solr::Solr),
        ExportFormat::Quanteda => Box::new(quanteda::Quanteda),
        ExportFormat::Skos => Box::new(skos::Skos),
    }
}

/// Writes a gazetteer in another format.
///
/// ```
/// use dateline::Gazetteer;
/// use dateline::interchange::export::{ExportFormat, export};
/// # let folder = tempfile::tempdir()?;
/// let gazetteer = Gazetteer::from_text("us  place.country  United States  -\n+  abbr  U.S.  exact\n", "mine.gaz")?;
/// let out = folder.path().join("synonyms.txt");
/// let report = export(&gazetteer, ExportFormat::Solr, &out, false)?;
/// assert_eq!(std::fs::read_to_string(out)?, "United States, U.S.\n");
/// assert_eq!(report.lost["names without their kind (abbr, adj, demonym, former, ...)"], 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If `out` exists and `force` is not set, if it cannot be written, or if the gazetteer contains something the native
/// format cannot express (possible only if a program built it).
///
/// # Complexity
///
/// Linear in the gazetteer, after a sort of the ids for some formats; memory for that sort and, for FlashText, for all
/// names.
pub fn export(gazetteer: &Gazetteer, format: ExportFormat, out: &Path, force: bool) -> Result<ExportReport> {
    let exporter = exporter(format);
    let mut report = ExportReport::default();
    let view = View { gazetteer, holds: exporter.holds() };
    exporter.write(&view, out, force, &mut report)?;
    Ok(report)
}

/// An entity that the native format cannot hold.
fn unwritable(record: &Record, fault: &str) -> Error {
    Error::usage(format!("the entity {:?} cannot be written: {fault}", record.id))
}

#[cfg(test)]
mod tests;
