//! Checks gazetteer files: lines that the loader refuses, and lines that it accepts but that will probably not work as
//! their author intends.
//!
//! Input: `.gaz` files and the layers below them. Output: a list of [`Finding`]s, each with file, line, column, a
//! stable [`Code`], the fault and its remedy. For lines that the loader refuses, the message is the loader's. Nothing
//! is changed.
//!
//! `docs/lint.md` explains each code, with an example that a test runs.

mod among;
mod codes;
mod entities;
mod forms;
mod source;
mod spelling;
mod strength;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::{ErrorKind, Result};
use crate::gazetteer::{Gazetteer, builtin_names};
use source::{Position, Sources};

pub use codes::{Code, Severity};

/// One fault, with its position and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The class of the fault.
    pub code: Code,
    /// The file, by the name it was given or included by.
    pub path: PathBuf,
    /// Line, from 1; 0 in a compiled gazetteer, which has no lines.
    pub line: u32,
    /// Column in characters, from 1; 0 in a compiled gazetteer.
    pub column: u32,
    /// The fault, with the text found.
    pub message: String,
    /// The remedy.
    pub remedy: String,
}

/// Checks `files` (paths, also of compiled gazetteers, or names of built-in ones) as layers over `base`.
///
/// Findings are in the order of files, lines and columns. A built-in gazetteer among the files is checked by itself.
///
/// ```no_run
/// for finding in dateline::lint::lint(&["mine.gaz"], &["world"])? {
///     println!("{}:{} {} {}", finding.path.display(), finding.line, finding.code, finding.message);
/// }
/// # Ok::<(), dateline::Error>(())
/// ```
///
/// # Errors
///
/// If a file cannot be read, or a layer of the base is faulty.
///
/// # Complexity
///
/// Linear in the names of files and base together; every line of the files is kept in memory.
pub fn lint<S: AsRef<str>>(files: &[S], base: &[S]) -> Result<Vec<Finding>> {
    let files: Vec<&str> = files.iter().map(AsRef::as_ref).collect();
    let is_builtin = |layer: &str| builtin_names().contains(&layer);
    let over_builtin = !files.iter().any(|file| is_builtin(file));
    let base: Vec<&str> = base.iter().map(AsRef::as_ref).filter(|layer| over_builtin || !is_builtin(layer)).collect();
    let below = if base.is_empty() { None } else { Some(Gazetteer::load(&base)?) };
    let mut findings = Vec::new();
    let mut faulty = BTreeSet::new();
    if let Err(error) = Gazetteer::load(base.iter().chain(&files)) {
        match error.kind() {
            ErrorKind::Gazetteer => {}
            // The fault is not in a line: the file has none.
            ErrorKind::Usage => findings.push(Finding {
                code: Code::Refused,
                path: files.first().map_or_else(PathBuf::new, PathBuf::from),
                line: 1,
                column: 1,
                message: error.to_string(),
                remedy: "is it the right file?".to_owned(),
            }),
            _ => return Err(error),
        }
        for diagnostic in error.diagnostics() {
            faulty.insert((diagnostic.path.clone(), diagnostic.line));
            findings.push(Finding {
                code: diagnostic.code.into(),
                path: diagnostic.path.clone(),
                line: diagnostic.line,
                column: diagnostic.column,
                message: diagnostic.message.clone(),
                remedy: diagnostic.remedy.clone(),
            });
        }
    }
    let mut sources = Sources::default();
    for file in files {
        match Gazetteer::compiled_layer(file)? {
            Some(gazetteer) => sources.read_compiled(file, &gazetteer),
            None => sources.read_file(Path::new(file), &faulty, below.as_ref())?,
        }
    }
    let mut report = Report { sources: &sources, findings };
    entities::check(&sources, below.as_ref(), &mut report);
    for name in &sources.names {
        spelling::check(name, &mut report);
        forms::check(name, &sources, below.as_ref(), &mut report);
        strength::check(name, &sources, &mut report);
    }
    among::check(&sources, below.as_ref(), &mut report);
    Ok(report.sorted())
}

/// The findings so far.
struct Report<'s> {
    sources: &'s Sources,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn add(&mut self, code: Code, at: Position, message: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding {
            code,
            path: self.sources.files[at.file].clone(),
            line: at.line,
            column: at.column,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// `file:line` of a position, for messages about another line.
    fn describe(&self, at: Position) -> String {
        let file = self.sources.files[at.file].display();
        if at.line == 0 { file.to_string() } else { format!("{file}:{}", at.line) }
    }

    fn sorted(mut self) -> Vec<Finding> {
        let order = |path: &Path| self.sources.files.iter().position(|file| file == path);
        self.findings.sort_by_cached_key(|finding| {
            (order(&finding.path), finding.line, finding.column, finding.code, finding.message.clone())
        });
        self.findings.dedup();
        self.findings
    }
}

#[cfg(test)]
mod tests;
