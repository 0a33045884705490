//! Gazetteers in the formats of other tools: [`import`] reads them, [`mod@export`] writes them.
//!
//! A [`Record`] connects the two: one entity with all its names as data. Input: files, or a [`Gazetteer`]. Output:
//! files, each of which appears complete or not at all. [`crate::gazetteer`] reads the native format.
//!
//! [`Gazetteer`]: crate::Gazetteer

pub(crate) mod catalogue;
mod compare;
pub(crate) mod country;
#[cfg(feature = "interchange")]
pub mod export;
#[cfg(feature = "interchange")]
pub mod import;
#[cfg(feature = "interchange")]
mod iri;
pub(crate) mod name_list;
#[cfg(feature = "interchange")]
mod output;
mod record;

pub use compare::{Change, EntityDifference, compare};
pub use record::{Keys, Record, RecordName, write_gaz};
