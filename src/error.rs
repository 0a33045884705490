//! The one error type of the library.
//!
//! An [`Error`] says what was expected and what was found, the path and position, and what the user can do. It stops a
//! run; a bad record among millions does not: that is a [`Reject`](crate::diagnostics::Reject), counted and listed.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, shortened};

/// A `Result` whose error is dateline's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The fault, in one line with its position and the remedy.
///
/// ```
/// let error = dateline::Gazetteer::from_text("x place.city", "mine.gaz").unwrap_err();
/// assert_eq!(error.kind(), dateline::ErrorKind::Gazetteer);
/// assert!(error.to_string().starts_with("mine.gaz:1"));
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    path: Option<PathBuf>,
    message: String,
    remedy: Option<String>,
    diagnostics: Vec<Diagnostic>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The classes of errors that a caller may want to distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to read or write.
    Io,
    /// The request is not possible: an unknown name, an existing output, an empty directory.
    Usage,
    /// A gazetteer could not be read; [`Error::diagnostics`] lists every fault.
    Gazetteer,
    /// The file is not a result file, or it is damaged, incomplete or of a newer major version.
    Format,
    /// More documents, entities or names than a 32-bit index can count.
    Limit,
    /// The run was stopped by its user.
    Interrupted,
}

impl Error {
    /// Which class of error this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file or directory of the error, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The fault alone, without its file and the remedy; empty if there are [`diagnostics`](Self::diagnostics).
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the user can do, if that is known. Options are those of the command line.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// Every fault found in a gazetteer, in file order; empty for other kinds.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// An operation on `path` failed; `action` completes "cannot …".
    pub(crate) fn io(path: impl Into<PathBuf>, action: &str, source: io::Error) -> Self {
        let remedy = match source.kind() {
            io::ErrorKind::NotFound => Some("check the spelling of the path"),
            io::ErrorKind::PermissionDenied => Some("check the permissions of the file and its directory"),
            io::ErrorKind::StorageFull => Some("free some space or choose another disk with --out"),
            io::ErrorKind::ReadOnlyFilesystem => Some("choose a writable place with --out"),
            _ => None,
        };
        let mut error = Self::new(ErrorKind::Io, format!("cannot {action}: {}", describe_io(&source)));
        error.path = Some(path.into());
        error.remedy = remedy.map(str::to_owned);
        error.source = Some(Box::new(source));
        error
    }

    /// A usage error without a file.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message.into())
    }

    /// A result file that is refused.
    pub(crate) fn format(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Format, message.into()).at(path)
    }

    /// A count that does not fit.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message.into())
    }

    /// The user stopped the run.
    pub(crate) fn interrupted() -> Self {
        Self::new(ErrorKind::Interrupted, "stopped; nothing was written".to_owned())
    }

    /// All faults of the gazetteers read together; `diagnostics` must not be empty.
    pub(crate) fn gazetteer(diagnostics: Vec<Diagnostic>) -> Self {
        let mut error = Self::new(ErrorKind::Gazetteer, String::new());
        error.path = diagnostics.first().map(|diagnostic| diagnostic.path.clone());
        error.diagnostics = diagnostics;
        error
    }

    pub(crate) fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self { kind, path: None, message, remedy: None, diagnostics: Vec::new(), source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.diagnostics.is_empty() {
            for (index, diagnostic) in self.diagnostics.iter().enumerate() {
                if index > 0 {
                    writeln!(f)?;
                }
                write!(f, "{diagnostic}")?;
            }
            return Ok(());
        }
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&shortened(&self.message))?;
        if let Some(remedy) = &self.remedy {
            write!(f, "; {remedy}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// The system's message without "(os error N)", which means nothing to a reader.
fn describe_io(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_file_the_fault_and_the_remedy() {
        let missing = io::Error::from_raw_os_error(2);
        let error = Error::io("news/x.jsonl", "open", missing);
        assert_eq!(
            error.to_string(),
            "news/x.jsonl: cannot open: no such file or directory; check the spelling of the path"
        );
        assert_eq!(error.kind(), ErrorKind::Io);
    }
}
