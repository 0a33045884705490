//! Drives the rooms over an archive, in parallel.
//!
//! [`analyze`] turns a source of documents into a run directory, [`tag`] into one line of JSON for each document; [`holders`],
//! [`suggest`] and the others answer one question each. All of them hand a [`Collector`](crate::collect::Collector) to one loop
//! (`scan`). Threads live here and nowhere else; whatever their number, documents keep the order of the archive and the result
//! has the same bytes.

mod again;
mod analyze;
mod edit;
mod edition;
mod find;
mod holders;
mod kept;
mod memory;
mod merge;
mod passages;
mod quotes;
mod read;
mod recurring;
mod resume;
mod review;
mod scan;
mod selfcheck;
mod sink;
mod spool;
mod stored;
mod suggest;
mod tag;

pub use again::{EntityChange, Rerun, analyzer_with, changes, changes_by_gazetteer, check_inputs, check_sample, rerun};
pub use analyze::{AnalyzeOptions, analyze, write_run};
pub use edit::{Edited, edit};
pub use edition::Edits;
pub use find::{FoundDocument, FoundDocuments, find_documents};
pub use holders::{HolderSummary, holders};
pub use merge::{Forgotten, MergeOptions, forget, merge};
pub use passages::{About, Passage, PassageName, PassageOrder, PassageQuery, Passages, passages};
pub use quotes::quotations;
pub use read::{ReadSummary, read_documents};
pub use recurring::count_lines;
pub use resume::{Extended, Retried, analyze_archive, extend, retry};
pub use review::{AuditedName, Sampled, Suspicion, audit, sample};
pub use scan::ScanOptions;
pub use selfcheck::{Difference, SelfcheckReport, selfcheck};
pub use sink::{LostInputs, RunSummary};
pub use suggest::{Suggestion, Suggestions, inputs_of_run, suggest};
pub use tag::{TagOptions, TagSummary, TaggedHead, TaggedRunnerUp, TaggedSpan, tag, tagged_spans};
