//! Gazetteers in the formats of others: [`import`] reads them, [`mod@export`] writes them.
//!
//! Between the two stands the [`Record`]: one entity with all its names as data. In come files and a [`Gazetteer`]; out go files,
//! each of which appears whole or not at all. The native format itself is read by [`crate::gazetteer`].
//!
//! [`Gazetteer`]: crate::Gazetteer

pub(crate) mod catalogue;
pub(crate) mod country;
pub mod export;
pub mod import;
mod iri;
pub(crate) mod name_list;
mod output;
mod record;

pub use record::{Keys, Record, RecordName, write_gaz};
