//! Who and where a news archive is about.
#![allow(dead_code)]

// Foundations
pub mod diagnostics;
mod error;
mod ids;
mod span;
// Sources
pub mod archive;
mod document;

pub use archive::{Archive, ArchiveOptions, FieldMap, InputFormat};
pub use diagnostics::{Diagnostic, Reject, RejectReason};
pub use document::{Document, Part};
pub use error::{Error, ErrorKind, Result};
pub use ids::{AliasId, DocumentIndex, EntityId};
pub use span::Span;
