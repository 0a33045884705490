//! The algebra of runs: parts become one run, and documents are taken back, without reading the archive again.
//!
//! A run is its own partial result. Documents, counts and mentions of the parts are read in the canonical order of all inputs and
//! given to the sink that also writes a first run, so the result has the bytes of one reading of everything. If all documents are
//! wanted, the pairs that the parts have counted are summed, else pairs are counted anew. Memory depends on the entities and the distinct
//! pairs, not on the documents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::kept::REMEMBERED;
use super::memory::{PER_ENTITY, Shares};
use super::scan::{ScanOptions, pool};
use super::sink::{Origin, RunSink, RunSummary};
use super::stored::{Stored, Union};
use crate::collect::RunPartial;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::store::{DocumentRow, FIELDS_FILE, ManifestInput, Run, RunManifest};

/// How to write a run that is made of others.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergeOptions<'a> {
    /// Threads, progress, stop.
    pub scan: ScanOptions<'a>,
    /// Replace an earlier run of the same name.
    pub force: bool,
    /// A ceiling on memory in bytes; `None` for none. What does not fit goes to temporary files, and the result is the same.
    pub memory: Option<u64>,
}

/// Merges runs over different inputs into the run that one reading of all of them gives, byte for byte.
///
/// The order in which the runs are named does not matter, nor in which groups they are merged.
///
/// # Errors
///
/// If the runs differ in gazetteer, settings or version (the error names the first difference), if two hold the same input, if lines
/// that recur were counted in each by itself, if a run is damaged, if the memory allowed is less than is needed, or if `out` exists and may
/// not be replaced.
///
/// # Complexity
///
/// Linear in the rows of the runs, and their pairs are summed a logarithmic number of times; memory for the entities, a few blocks of each run whose
/// inputs lie between those of others, and the distinct pairs, unless there is a ceiling.
pub fn merge(runs: &[Run], out: &Path, options: MergeOptions<'_>) -> Result<RunSummary> {
    merge_within(runs, out, options, None)
}

/// Like [`merge`], with these shares of the memory instead of those by the options.
pub(super) fn merge_within(
    runs: &[Run],
    out: &Path,
    options: MergeOptions<'_>,
    shares: Option<Shares>,
) -> Result<RunSummary> {
    let Some(first) = runs.first() else {
        return Err(Error::usage("nothing to merge").with_remedy("name the directories of at least two runs"));
    };
    for run in &runs[1..] {
        check_mergeable(first, run)?;
    }
    if runs.len() > 1 && first.manifest().settings.recurring_lines.is_some() {
        let message = "the lines that recur were counted in each run by itself, so together they would be others";
        let remedy = "analyze the whole archive with one command, or the parts without --recurring-lines";
        return Err(Error::usage(message).at(first.path()).with_remedy(remedy));
    }
    let parts: Vec<Part<'_>> = runs.iter().map(Part::whole).collect();
    write(&parts, out, options, None, shares)
}

/// A run without some of its documents.
#[derive(Debug)]
pub struct Forgotten {
    /// The new run.
    pub summary: RunSummary,
    /// Documents that were left out.
    pub documents: u64,
    /// Ids that no document of the run has, sorted.
    pub unknown: Vec<String>,
}

/// Writes the run that `run` would be had it never seen the documents with these ids.
///
/// All its tables are those of such a run. In the manifest, the inputs keep sizes and hashes of the files as they were read; `forgotten`
/// says how many of their records are left out.
///
/// # Errors
///
/// If no document has any of the ids, if the run is damaged, or if `out` exists and may not be replaced.
///
/// # Complexity
///
/// As [`merge`], but counts the pairs of each document anew, and reads the documents twice.
pub fn forget(
    run: &Run,
    ids: impl IntoIterator<Item = String>,
    out: &Path,
    options: MergeOptions<'_>,
) -> Result<Forgotten> {
    let unwanted: BTreeSet<String> = ids.into_iter().collect();
    let mut unknown = unwanted.clone();
    let mut n_documents = 0;
    for block in run.documents()? {
        for document in block?.iter().filter(|document| unwanted.contains(document.id)) {
            unknown.remove(document.id);
            n_documents += 1;
        }
    }
    if n_documents == 0 {
        let error = Error::usage("no document of the run has one of the ids to forget").at(run.path());
        return Err(error.with_remedy("`dateline export --to csv` lists the ids in documents.csv"));
    }
    let keep = |document: DocumentRow<'_>| !unwanted.contains(document.id);
    let summary = write(&[Part::whole(run)], out, options, Some(&keep), None)?;
    Ok(Forgotten { summary, documents: n_documents, unknown: unknown.into_iter().collect() })
}

/// A run, and which of its inputs are wanted.
pub(super) struct Part<'r> {
    pub(super) run: &'r Run,
    /// By input of the run.
    pub(super) wanted: Vec<bool>,
}

impl<'r> Part<'r> {
    pub(super) fn whole(run: &'r Run) -> Self {
        Self { run, wanted: vec![true; run.manifest().inputs.len()] }
    }
}

/// Writes the run of the wanted inputs of all parts, without the documents that `keep`, if there is one, does not want, with these shares of the
/// memory or those that follow from the options.
///
/// The parts must be mergeable.
pub(super) fn write(
    parts: &[Part<'_>],
    out: &Path,
    options: MergeOptions<'_>,
    keep: Option<&dyn Fn(DocumentRow<'_>) -> bool>,
    shares: Option<Shares>,
) -> Result<RunSummary> {
    // Before anything is written.
    let order = inputs_in_order(parts)?;
    let shares = match shares {
        Some(shares) => shares,
        None => Shares::of(options.memory, options.scan.n_threads(), needed(parts, &order))?,
    };
    let runs: Vec<&Run> = parts.iter().map(|part| part.run).collect();
    let union = Union::of(&runs, options.scan.stop)?;
    let is_whole = keep.is_none() && parts.iter().all(|part| part.wanted.iter().all(|wanted| *wanted));
    let union = if is_whole { union } else { union.of_some_documents() };
    let keep = keep.unwrap_or(&|_| true);
    let manifest = runs[0].manifest();
    let origin = Origin {
        settings: manifest.settings.clone(),
        gazetteer: manifest.gazetteer.clone(),
        with_mentions: runs[0].mentions()?.is_some(),
    };
    let mut sink = RunSink::create(&union, origin, out, options.force, shares)?;
    let stored = runs.iter().enumerate().map(|(index, run)| Stored::open(run, &union, index));
    let stored: Vec<Stored<'_>> = stored.collect::<Result<_>>()?;
    let inputs = copy_inputs(parts, stored, &mut sink, options, keep)?;
    sink.finish(inputs, &pool(options.scan)?, options.scan.stop)
}

/// Gives the wanted inputs of all parts to the sink, in canonical order, without the documents that `keep` does not want; says what they
/// are.
pub(super) fn copy_inputs(
    parts: &[Part<'_>],
    mut stored: Vec<Stored<'_>>,
    sink: &mut RunSink<'_>,
    options: MergeOptions<'_>,
    keep: &dyn Fn(DocumentRow<'_>) -> bool,
) -> Result<Vec<ManifestInput>> {
    let order = inputs_in_order(parts)?;
    let mut inputs: Vec<ManifestInput> = Vec::new();
    let mut progress = Progress::default();
    for (part, input) in order {
        let mut described = parts[part].run.manifest().inputs[input].clone();
        progress.bytes += described.bytes;
        progress.records += described.records;
        if !parts[part].wanted[input] {
            stored[part].skip_rejects(input);
            continue;
        }
        let file = inputs.len() as u32;
        let left_out = stored[part].copy_input(input, file, keep, sink)?;
        described.records = described.records.saturating_sub(left_out);
        described.forgotten += left_out;
        let (empty, filtered) = (described.empty, described.filtered);
        if empty + filtered > 0 {
            let (empty, filtered) = ([(file, empty)].into(), [(file, filtered)].into());
            sink.add(RunPartial { empty, filtered, ..RunPartial::default() })?;
        }
        inputs.push(described);
        if let Some(stop) = options.scan.stop {
            stop.check()?;
        }
        if let Some(on_progress) = options.scan.on_progress {
            on_progress(progress);
        }
    }
    stored.into_iter().try_for_each(Stored::finish)?;
    Ok(inputs)
}

/// Bytes of memory that a merge takes whatever the documents: for the entities of the runs, and for blocks of the runs that are read at the same
/// time, because their inputs lie between each other.
fn needed(parts: &[Part<'_>], order: &[(usize, usize)]) -> u64 {
    let entities: u64 = parts.iter().map(|part| part.run.manifest().totals.entities).sum();
    let most = parts.iter().map(|part| part.run.manifest().totals.entities).max().unwrap_or(0);
    let mut spans: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (at, (part, _)) in order.iter().enumerate() {
        spans.entry(*part).or_insert((at, at)).1 = at;
    }
    let (mut begins, mut ends): (Vec<usize>, Vec<usize>) = spans.into_values().unzip();
    begins.sort_unstable();
    ends.sort_unstable();
    let at_a_time = begins.iter().zip(1..).map(|(at, begun)| begun - ends.partition_point(|end| end < at)).max();
    let keeps_fields = parts.iter().any(|part| part.run.has(FIELDS_FILE));
    let per_run = if keeps_fields { PER_RUN + REMEMBERED as u64 + (4 << 20) } else { PER_RUN };
    let blocks = at_a_time.unwrap_or(0) as u64 * per_run;
    entities * 4 + most * (PER_NAME + PER_ENTITY) + blocks
}

/// A run that is read: a block of each of its tables.
pub(super) const PER_RUN: u64 = 14 << 20;
/// An entity of several runs while its rows are brought together: ids, names, and where they are.
pub(super) const PER_NAME: u64 = 256;

/// All inputs in canonical order, as part and number in its run.
fn inputs_in_order(parts: &[Part<'_>]) -> Result<Vec<(usize, usize)>> {
    let mut order: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut unwanted = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        for (index, input) in part.run.manifest().inputs.iter().enumerate() {
            if !part.wanted[index] {
                unwanted.push((&*input.path, (number, index)));
                continue;
            }
            if let Some((other, _)) = order.insert(&input.path, (number, index)) {
                let (here, there) = (part.run.path().display(), parts[other].run.path().display());
                let message = format!("{here} and {there} both hold the input {}", input.path);
                let remedy = "records must not be counted twice: leave one of the runs out, or analyze again with \
                              the inputs divided among the runs";
                return Err(Error::usage(message).with_remedy(remedy));
            }
        }
    }
    let mut order: Vec<(&str, (usize, usize))> = order.into_iter().chain(unwanted).collect();
    order.sort();
    Ok(order.into_iter().map(|(_, place)| place).collect())
}

/// Whether two runs can be parts of one.
///
/// # Errors
///
/// Names the first thing in which they differ.
pub(super) fn check_mergeable(ours: &Run, theirs: &Run) -> Result<()> {
    let (a, b) = (ours.manifest(), theirs.manifest());
    let differ = |what: &str, ours_is: &str, theirs_is: &str| {
        let (a, b) = (ours.path().display(), theirs.path().display());
        let message = format!("the runs differ in {what}: {ours_is} in {a}, {theirs_is} in {b}");
        Error::usage(message).with_remedy("analyze all parts with the same program, gazetteer and options")
    };
    if version(a) != version(b) {
        return Err(differ("the program that wrote them", &a.producer, &b.producer));
    }
    if a.gazetteer.fingerprint != b.gazetteer.fingerprint {
        let fingerprint = |manifest: &RunManifest| {
            let short = manifest.gazetteer.fingerprint.get(..12).unwrap_or_default().to_owned();
            format!("{} ({short})", manifest.gazetteer.names.join(" + "))
        };
        return Err(differ("the gazetteer", &fingerprint(a), &fingerprint(b)));
    }
    if a.gazetteer != b.gazetteer {
        return Err(differ(
            "the names of the gazetteer's files",
            &a.gazetteer.names.join(" + "),
            &b.gazetteer.names.join(" + "),
        ));
    }
    if let Some(difference) = a.settings.difference(&b.settings) {
        return Err(differ(&format!("the setting {}", difference.field), &difference.ours, &difference.theirs));
    }
    let stores = |run: &Run| if run.has(crate::store::MENTIONS_FILE) { "stored" } else { "not stored" };
    if stores(ours) != stores(theirs) {
        return Err(differ("their mentions", stores(ours), stores(theirs)));
    }
    Ok(())
}

/// Program and version without the last number.
fn version(manifest: &RunManifest) -> &str {
    manifest.producer.rsplit_once('.').map_or(&manifest.producer, |(version, _)| version)
}
