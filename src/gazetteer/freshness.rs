//! Checks whether a compiled gazetteer agrees with its sources.

use std::path::{Path, PathBuf};

use super::Gazetteer;
use super::compile::{PROGRAM, Source};
use super::image::refused;
use crate::error::{Error, Result};
use crate::files::FileSummary;

impl Gazetteer {
    /// Refuses a compiled file of another version of this program, whose folding and tables may differ.
    pub(super) fn check_program(&self, path: &Path) -> Result<()> {
        if self.meta.program == PROGRAM {
            return Ok(());
        }
        Err(refused(path, &format!("it was compiled by dateline {}, and this is {PROGRAM}", self.meta.program)))
    }

    /// Refuses the compiled file `path` if one of its sources has changed. Sources are looked for at their recorded
    /// path and beside the file; a missing one is ignored, since compiled files may be copied without them.
    pub(super) fn check_sources(&self, path: &Path) -> Result<()> {
        for source in &self.meta.sources {
            let beside = path.with_file_name(Path::new(&source.path).file_name().unwrap_or_default());
            let found = [PathBuf::from(&source.path), beside].into_iter().find(|candidate| candidate.is_file());
            if let Some(found) = found
                && !is_current(source, &found, path)?
            {
                let reason = format!("{} has changed since it was compiled", found.display());
                return Err(refused(path, &reason));
            }
        }
        Ok(())
    }

    /// Whether every source exists and has the content it was compiled from.
    pub(crate) fn has_current_sources(&self) -> bool {
        self.meta.sources.iter().all(|source| {
            let path = Path::new(&source.path);
            path.is_file() && has_content(source, path).unwrap_or(false)
        })
    }
}

/// A source older than the compiled file and with the recorded size is assumed to be unchanged: hashing it would take
/// longer than starting.
fn is_current(source: &Source, found: &Path, compiled: &Path) -> Result<bool> {
    let metadata = |path: &Path| path.metadata().map_err(|error| Error::io(path, "read the gazetteer", error));
    let of_source = metadata(found)?;
    if of_source.len() != source.bytes {
        return Ok(false);
    }
    let older = match (of_source.modified(), metadata(compiled)?.modified()) {
        (Ok(source), Ok(compiled)) => source < compiled,
        _ => false,
    };
    Ok(older || has_content(source, found)?)
}

fn has_content(source: &Source, path: &Path) -> Result<bool> {
    let metadata = path.metadata().map_err(|error| Error::io(path, "read the gazetteer", error))?;
    Ok(metadata.len() == source.bytes && FileSummary::of(path)?.sha256 == source.sha256)
}
