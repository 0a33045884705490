//! A stored run is corrected without reading the archive: its documents, counts and mentions are copied with other meanings.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::edition::{Edition, Edits};
use super::memory::{PER_ENTITY, Shares};
use super::merge::{MergeOptions, Part, copy_inputs};
use super::scan::pool;
use super::sink::{Origin, RunSink, RunSummary};
use super::stored::Stored;
use crate::error::Result;
use crate::hash::hex;
use crate::store::{MENTIONS_FILE, Run};

/// A run that was corrected.
#[derive(Debug)]
pub struct Edited {
    /// The new run.
    pub summary: RunSummary,
    /// Ids in the corrections that no document of the run mentions.
    pub unknown: Vec<String>,
}

/// Writes the run in which mentions mean what `edits` says. Its gazetteer has another fingerprint, so it can be merged only with runs
/// that were corrected in the same way.
///
/// # Errors
///
/// If mentions would be merged into an entity that is neither in the run nor described by the corrections, if a condition asks for
/// something that the run does not have, if the run is damaged, if the memory allowed is less than is needed, or if `out` exists and may not be replaced.
///
/// # Complexity
///
/// As [`forget`](super::forget); each condition reads the documents once.
pub fn edit(run: &Run, edits: &Edits, out: &Path, options: MergeOptions<'_>) -> Result<Edited> {
    let edition = Edition::new(run, edits)?;
    let manifest = run.manifest();
    let mut gazetteer = manifest.gazetteer.clone();
    gazetteer.names.push(edits.name.clone());
    gazetteer.fingerprint = hex(&Sha256::digest(format!("{} {}", gazetteer.fingerprint, edits.digest)));
    let origin = Origin { settings: manifest.settings.clone(), gazetteer, with_mentions: run.has(MENTIONS_FILE) };
    let needed = manifest.totals.entities.saturating_mul(PER_ENTITY);
    let shares = Shares::of(options.memory, options.scan.n_threads(), needed)?;
    let mut sink = RunSink::create(&edition, origin, out, options.force, shares)?;
    let parts = [Part::whole(run)];
    let stored = vec![Stored::open_edited(run, &edition)?];
    let inputs = copy_inputs(&parts, stored, &mut sink, options, &|_| true)?;
    let summary = sink.finish(inputs, &pool(options.scan)?, options.scan.stop)?;
    Ok(Edited { summary, unknown: edition.unknown.into_iter().collect() })
}
