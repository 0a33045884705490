//! Looks up what the user names: which entity of a finished run, and which of its kinds?
//!
//! Input: words that somebody typed. Output: rows of the run, or an [`Error`](crate::Error) that says what the run has
//! instead. Every command that takes an entity or a type asks here, so that all of them accept the same words. This
//! room does not decide which rows a command shows.

mod entity;
mod kinds;
#[cfg(test)]
mod tests;

pub use entity::{EntityNames, RunEntity, find_entity};
pub use kinds::{RunKinds, is_of};
