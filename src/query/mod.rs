//! Questions to a finished run: which of its entities does the user mean, and which of its kinds?
//!
//! In come words that somebody typed, out come rows of the run, or an [`Error`](crate::Error) that says what the run has
//! instead. Every command that takes an entity or a type asks here, so that all of them understand the same words. Which
//! rows a command then shows is no concern of this room.

mod entity;
mod kinds;
#[cfg(test)]
mod tests;

pub use entity::{EntityNames, RunEntity, find_entity};
pub use kinds::{RunKinds, is_of};
