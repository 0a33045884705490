//! Are the fields that a user named there at all?

use super::batch::Batch;
use super::fields::Given;
use super::{Origin, json_lines};
use crate::error::{Error, Result};

/// Looks at the first records of an archive for the fields that its user named.
///
/// A name that no record has is a slip: the run would quietly go on without dates or ids. A field that only some records have
/// is as it should be.
#[derive(Debug)]
pub(super) struct NamedFields {
    /// Fields that have not been met.
    missing: Vec<Given>,
    records: u64,
    /// Records of any kind.
    looked_at: u64,
    names: Vec<String>,
}

impl NamedFields {
    /// Records looked at; the fields of an archive are seldom so rare.
    const RECORDS: u64 = 1000;
    /// Names kept for the message.
    const NAMES: usize = 100;

    /// `None` if no field was named.
    pub(super) fn of(origin: &Origin) -> Option<Self> {
        let missing = origin.fields.given.clone();
        (!missing.is_empty()).then(|| Self { missing, records: 0, looked_at: 0, names: Vec::new() })
    }

    /// Whether few records have been looked at, so that the results so far can be held back.
    pub(super) fn is_early(&self) -> bool {
        self.looked_at < Self::RECORDS
    }

    /// Looks at the records of the next batch; says whether all fields have been met, so that there is nothing left to look for.
    ///
    /// # Errors
    ///
    /// If so many records have been looked at and one of the fields is in none of them.
    pub(super) fn look(&mut self, batch: &Batch) -> Result<bool> {
        let origin = &batch.origin;
        self.looked_at += (batch.records().len() + batch.rejects().len()) as u64;
        for record in batch.records().iter().filter(|record| batch.parsers[record.parser as usize].is_json()) {
            let Ok(json) = std::str::from_utf8(batch.bytes(record)) else { continue };
            let Some(found) = json_lines::extract(json, &origin.fields) else { continue };
            self.missing.retain(|given| given.slots.iter().all(|slot| found.values[*slot].is_absent()));
            if self.missing.is_empty() {
                return Ok(true);
            }
            if self.names.len() < Self::NAMES {
                for name in json_lines::names(json, true) {
                    if !self.names.contains(&name) {
                        self.names.push(name);
                    }
                }
            }
            self.records += 1;
            if self.records == Self::RECORDS {
                return Err(self.fault(origin));
            }
        }
        Ok(false)
    }

    /// The archive has ended.
    ///
    /// # Errors
    ///
    /// If there were records, and one of the fields is in none of them.
    pub(super) fn finish(&self, origin: &Origin) -> Result<()> {
        if self.records > 0 { Err(self.fault(origin)) } else { Ok(()) }
    }

    fn fault(&self, origin: &Origin) -> Error {
        let missing: Vec<String> = self
            .missing
            .iter()
            .map(|Given { slots, option }| {
                let name = slots.iter().map(|slot| origin.fields.names[*slot].as_str()).collect::<Vec<_>>().join("|");
                let like = self.names.iter().find(|known| plain(known) == plain(&name));
                match like {
                    Some(like) => format!("`{name}` ({option}; did you mean `{like}`?)"),
                    None => format!("`{name}` ({option})"),
                }
            })
            .collect();
        let of = match self.records {
            1 => "the record has no field".to_owned(),
            records if records < Self::RECORDS => format!("none of the {records} records has a field"),
            records => format!("none of the first {records} records has a field"),
        };
        let (names, more) = json_lines::listed(self.names.clone());
        let remedy = match names.as_slice() {
            [] => "the records have no fields at all".to_owned(),
            names => format!("the fields there are: {}{more}", names.join(", ")),
        };
        Error::usage(format!("{of} {}", missing.join(" or "))).with_remedy(remedy)
    }
}

/// A name without what people mistype: case, `_` and `-`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}
