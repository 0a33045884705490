//! Results on disk: `.dln` files of columns, and the run directory that holds them together.
//!
//! Rows come in as plain columns ([`CountRows`] and its like) and go out the same way; what they mean is for other rooms. A
//! [`FileWriter`] puts them into the blocks of a `.dln` file, a [`FileReader`] gets them back or says why not. A
//! [`RunWriter`] collects the files of a run and makes them appear together, under their final name, when all is on the disk;
//! a [`Run`] opens them and can [verify](Run::verify) that every sum agrees.
//!
//! # The frame
//!
//! A `.dln` file is a magic, a version, a JSON header that describes the columns, blocks, and a footer with an index. All
//! integers are little-endian, every byte is covered by a CRC-32 or an exact check, and a file that is damaged, cut short or
//! of a newer major version is refused with a reason, never read as numbers. Payloads are bincode of flat columns: for each
//! column a `u64` count and the values; strings are offsets and one text ([`StringColumn`]).
//!
//! ```
//! use dateline::store::{Block, FileHeader, FileReader, FileWriter, MarginalRow, MarginalRows};
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("cooccurrence.dln");
//! let header = FileHeader::new("dateline-cooccurrence", "0badcafe")
//!     .describe::<MarginalRows>()
//!     .with_property("context", "document")
//!     .with_property("contexts", 3);
//! let mut writer = FileWriter::create(&path, &header)?;
//! let mut rows = MarginalRows::default();
//! for (entity, contexts) in [(0, 2), (1, 3)] {
//!     rows.push(MarginalRow { entity, contexts });
//!     if rows.is_full() {
//!         writer.write_block(&rows)?;
//!         rows.clear();
//!     }
//! }
//! writer.write_block(&rows)?;
//! let summary = writer.finish()?;
//! assert_eq!(summary.bytes, std::fs::metadata(&path)?.len());
//!
//! for block in FileReader::open(&path)?.into_blocks::<MarginalRows>() {
//!     assert_eq!(block?.iter().map(|row| row.contexts).sum::<u32>(), 5);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod codec;
mod column;
mod compress;
mod frame;
mod journal;
mod manifest;
mod reader;
mod rejects;
mod run;
mod run_writer;
mod settings;
#[cfg(test)]
mod tests;
mod verify;
mod wire;
mod writer;

pub use crate::files::FileSummary;
pub use column::{ColumnRef, StringColumn};
pub use frame::{BlockColumns, BlockEntry, Codec, FORMAT_VERSION, FileHeader, PRODUCER};
pub use journal::{Job, JobInput, Journal};
pub use manifest::{
    DateTally, ManifestGazetteer, ManifestInput, ManifestNotes, RecordTally, RunManifest, RunVersion, Totals,
};
pub use reader::{Blocks, FileReader};
pub(crate) use rejects::is_of_input;
pub use rejects::{REJECTS_LISTED, Rejects, RejectsSummary, RejectsWriter};
pub use run::{
    COOCCURRENCE_FILE, COUNTS_FILE, DOCUMENTS_FILE, ENTITIES_FILE, FIELDS_FILE, MANIFEST_FILE, MENTIONS_FILE,
    REJECTS_FILE, Run, SIGNATURES_FILE, format_of,
};
pub use run_writer::RunWriter;
pub use settings::{Context, Counting, InputSettings, RunSettings, SettingsDifference};
pub use verify::{Check, VerifyReport};
pub(crate) use wire::payload_of;
pub use wire::{
    Block, CountRow, CountRows, DocumentNote, DocumentRow, DocumentRows, EntityRow, EntityRows, FieldRow, FieldRows,
    FieldValueRow, FieldValueRows, MarginalRow, MarginalRows, MentionRow, MentionRows, PairRow, PairRows, SignatureRow,
    SignatureRows,
};
pub use writer::FileWriter;
