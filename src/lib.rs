//! Who and where a news archive is about.
//!
//! dateline compiles a *gazetteer* (places, organisations and titles with their aliases) into tables of word starts,
//! matches them in parallel over batches of news articles, and writes per-document counts and co-occurrence matrices.
//!
//! Data flows in one direction, and the rooms are listed in that order:
//!
//! ```text
//! Source → Batch → Document → Segment → Matcher → Resolver → Mention → Collector::Partial ⇄ merge → store → query → export | report
//! ```
//!
//! - A [`Gazetteer`] is built in, or read from files ([`gazetteer`]); [`interchange`] takes in those of others.
//! - [`segments`] separates headline, dateline, byline, lede and body from the furniture of the page.
//! - A [`Matcher`] finds every name that passes its checks; a [`Resolver`] decides which of them are meant, and which entities they denote.
//! - An [`Analyzer`] is both, ready for documents; [`analyze`] and [`tag`] drive it over an [`Archive`].
//! - A [`Run`] opens and verifies what [`analyze`] wrote ([`store`]); [`export`](mod@export) turns it into what other tools open,
//!   [`report`](report()) into a page for people.
//!
//! ```
//! use dateline::{Analyzer, Document, Gazetteer};
//! let gazetteer = Gazetteer::from_text(
//!     "iq  place.country  Iraq     -      cc=IQ\n\
//!      +   adj            Iraqi    exact\n\
//!      pm  title.gov      Prime Minister  any\n",
//!     "mine.gaz",
//! )?;
//! let analyzer = Analyzer::new(&gazetteer)?;
//! let document = Document::new("a1", "The Iraqi prime minister left Iraq’s capital.");
//! let surfaces: Vec<&str> = analyzer.analyze(&document).iter().map(|mention| mention.surface).collect();
//! assert_eq!(surfaces, ["prime minister", "Iraq"]);
//! # Ok::<(), dateline::Error>(())
//! ```

// The homes of disk and threads; see clippy.toml.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

// Foundations
pub mod diagnostics;
mod error;
mod files;
mod hash;
mod ids;
pub mod normalize;
mod parallel;
mod progress;
mod span;
pub mod text;
// Sources
pub mod archive;
mod builtin;
pub mod copies;
mod document;
pub mod gazetteer;
pub mod interchange;
pub mod lint;
mod offsets;
mod segment;
// Finding
mod analyzer;
mod matcher;
mod mention;
mod resolve;
// Counting
pub mod association;
mod cooccurrence;
mod counts;
pub mod evaluation;
mod focus;
mod holders;
pub mod network;
// Results
pub mod collect;
pub mod export;
pub mod query;
mod report;
pub mod store;
// Conductor
mod pipeline;

pub use analyzer::{Analyzer, AnalyzerBuilder, FoundMention, IdleWorker, Worker};
pub use archive::{Archive, ArchiveOptions, FieldMap, InputFormat};
pub use builtin::NOTICES;
pub use collect::{InputNotes, Noted};
pub use cooccurrence::{CooccurrenceBuilder, CooccurrenceMatrix, PairSums, RoundUps};
pub use counts::{CountMatrix, DocumentCounts};
pub use diagnostics::{Diagnostic, Reject, RejectReason};
pub use document::{Document, Part};
pub use error::{Error, ErrorKind, Result};
pub use focus::{Focus, PlaceMention, focus};
pub use gazetteer::Gazetteer;
pub use holders::{Holder, HolderCounts, Office, offices};
pub use ids::{AliasId, DocumentIndex, EntityId};
pub use matcher::{
    Engine, Matcher, MatcherBuilder, MatcherScratch, Matches, Overlap, Refusal, SimdLevel, compile, compile_to,
    load_cached,
};
pub use mention::{Contest, Mention, UnlistedMention};
pub use offsets::OffsetUnit;
pub use pipeline::{
    About, AnalyzeOptions, AuditedName, Difference, Edited, Edits, EntityChange, Extended, Forgotten, FoundDocument,
    FoundDocuments, HolderSummary, LostInputs, MergeOptions, Passage, PassageName, PassageOrder, PassageQuery,
    Passages, ReadSummary, Rerun, Retried, RunSummary, Sampled, ScanOptions, SelfcheckReport, Suggestion, Suggestions,
    Suspicion, TagOptions, TagSummary, TaggedHead, TaggedRunnerUp, TaggedSpan, analyze, analyze_archive, analyzer_with,
    audit, changes, changes_by_gazetteer, check_inputs, check_sample, count_lines, edit, extend, find_documents,
    forget, holders, inputs_of_run, merge, passages, quotations, read_documents, rerun, retry, sample, selfcheck,
    suggest, tag, tagged_spans, write_run,
};
pub use progress::{Progress, StopFlag};
pub use report::{
    Compared, PlotKind, PlotOptions, Quotation, Quotations, Report, ReportOptions, Subject, plot, report,
};
pub use resolve::{Meant, Outcome, PartMatches, Profile, Resolution, Resolver, Rule, RuleSet, Verdict};
pub use segment::{Furniture, LineCounts, Reason, RecurringLines, Section, Sections, Segment, segments};
pub use span::Span;
pub use store::{Run, RunManifest, RunWriter};
