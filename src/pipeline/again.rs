//! A stored run held against its archive: are the inputs still those, does a sample of documents give the same mentions, does all of it
//! give the same bytes, and what would another gazetteer change?

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::analyze::AnalyzeOptions;
use super::recurring::count_lines;
use super::resume::analyze_archive;
use super::scan::{ScanOptions, pool, scan};
use crate::analyzer::Analyzer;
use crate::archive::{Archive, ArchiveOptions, Record};
use crate::collect::{Collector, ReadDocument, RunCollector, RunPartial, RunWorker};
use crate::diagnostics::Reject;
use crate::error::{Error, Result};
use crate::files::FileSummary;
use crate::gazetteer::Gazetteer;
use crate::progress::StopFlag;
use crate::resolve::Rule;
use crate::store::{Check, MENTIONS_FILE, MentionRow, Run, RunSettings};

const ROOT: &str = "name the folder in which the inputs are with --root";

/// Whether each input of the run is as it was: one [`Check`] for each. They are looked for under `root`.
///
/// # Errors
///
/// If it was stopped. An input that cannot be read is a check that failed.
///
/// # Complexity
///
/// Reads every byte of the inputs.
pub fn check_inputs(run: &Run, root: &Path, stop: Option<&StopFlag>) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for input in &run.manifest().inputs {
        if let Some(stop) = stop {
            stop.check()?;
        }
        let found = match (&*input.path, input.sha256.is_empty()) {
            (_, true) => Err("it was never read".to_owned()),
            ("-", _) => Err("standard input cannot be read again".to_owned()),
            _ => FileSummary::of(root.join(&input.path)).map_err(|error| error.to_string()),
        };
        let outcome = found.and_then(|found| match found.sha256 == input.sha256 {
            true => Ok(format!("{} bytes, SHA-256 as in the manifest", found.bytes)),
            false => Err(format!(
                "{} bytes, SHA-256 {}; the manifest says {} bytes, {}",
                found.bytes, found.sha256, input.bytes, input.sha256
            )),
        });
        checks.push(check(format!("input {}", input.path), outcome));
    }
    Ok(checks)
}

fn check(name: String, outcome: Result<String, String>) -> Check {
    let ok = outcome.is_ok();
    let (Ok(detail) | Err(detail)) = outcome;
    Check { name, detail, ok }
}

/// The analyzer that a run was made with.
///
/// # Errors
///
/// If the gazetteer is another one, or a setting is not known to this version.
fn analyzer_of(run: &Run, gazetteer: &Gazetteer) -> Result<Analyzer> {
    let manifest = run.manifest();
    if gazetteer.fingerprint() != manifest.gazetteer.fingerprint {
        let names = manifest.gazetteer.names.join(" + ");
        let error = Error::usage(format!("the run was made with another gazetteer than this one: {names}"));
        return Err(error
            .at(run.path())
            .with_remedy("name the files of the gazetteer, as they were, with --gazetteer"));
    }
    analyzer_with(&manifest.settings, gazetteer)
}

/// An analyzer with the settings of a run; the lines that recur in its archive are not known to it yet.
///
/// # Errors
///
/// If a rule that was left out is not known to this version, or the gazetteer does not fit an automaton.
///
/// # Complexity
///
/// That of building an analyzer: linear in the names of the gazetteer.
pub fn analyzer_with(settings: &RunSettings, gazetteer: &Gazetteer) -> Result<Analyzer> {
    let builder = Analyzer::builder().profile(settings.profile).overlap(settings.overlap).furniture(settings.furniture);
    let builder = builder.exclude(settings.exclude.iter().copied().collect());
    let rules = settings.without_rules.iter().map(|rule| rule.parse::<Rule>()).collect::<Result<Vec<_>, _>>();
    let rules = rules.map_err(|_| {
        let error = Error::usage(format!("a rule of {:?} is not known", settings.without_rules.join(", ")));
        error.with_remedy("use the version of dateline that wrote the run")
    })?;
    rules.into_iter().fold(builder, |builder, rule| builder.without_rule(rule)).build(gazetteer)
}

/// The inputs of a run where they are now, under the names that they had, with the options with which they were read.
fn archive_of(run: &Run, root: &Path) -> Result<Archive> {
    let manifest = run.manifest();
    let Some(input) = &manifest.settings.input else {
        let error = Error::usage("the documents of the run came from a program, so they cannot be read again");
        return Err(error.at(run.path()));
    };
    let named = |path: &String| -> Result<(String, PathBuf)> {
        let place = root.join(path);
        if path == "-" {
            return Err(Error::usage("the run was made of standard input, which cannot be read again").at(run.path()));
        }
        if !place.is_file() {
            return Err(Error::usage("the input of the run is not there any more").at(place).with_remedy(ROOT));
        }
        Ok((path.clone(), place))
    };
    let files = manifest.inputs.iter().map(|input| named(&input.path)).collect::<Result<Vec<_>>>()?;
    Archive::open_as(&files, ArchiveOptions::from(input))
}

/// A run that was repeated.
#[derive(Debug)]
pub struct Rerun {
    /// The new run.
    pub run: Run,
    /// Everything in which it differs from the old one, one sentence each.
    pub differences: Vec<String>,
}

/// Repeats a run from its manifest, and compares all files of the new one, which is written to `out`, with those of the old one.
///
/// # Errors
///
/// If the gazetteer is another one, an input is missing, documents were taken out of the run, or as [`analyze`](super::analyze).
///
/// # Complexity
///
/// That of [`analyze_archive`].
pub fn rerun(
    run: &Run,
    root: &Path,
    gazetteer: &Gazetteer,
    out: &Path,
    force: bool,
    options: ScanOptions<'_>,
) -> Result<Rerun> {
    let analyzer = analyzer_of(run, gazetteer)?;
    let again = read_again(run, root, analyzer, out, force, options)?;
    let differences = differences(run, &again);
    Ok(Rerun { run: again, differences })
}

/// Reads the archive of a run again with its settings.
fn read_again(
    run: &Run,
    root: &Path,
    analyzer: Analyzer,
    out: &Path,
    force: bool,
    options: ScanOptions<'_>,
) -> Result<Run> {
    let manifest = run.manifest();
    if manifest.inputs.iter().any(|input| input.forgotten > 0) {
        let error = Error::usage("documents were taken out of the run, and reading its inputs would bring them back");
        return Err(error.at(run.path()));
    }
    let archive = archive_of(run, root)?;
    let analyzer = match manifest.settings.recurring_lines {
        None => analyzer,
        Some(at_least) => {
            let scan = ScanOptions { on_progress: None, ..options };
            analyzer.with_recurring_lines(count_lines(&archive, scan)?.recurring(at_least))
        }
    };
    let options = AnalyzeOptions {
        scan: options,
        mentions: run.has(MENTIONS_FILE),
        force,
        round_ups: manifest.settings.round_ups,
        // A run in which nothing could be read is repeated, too.
        is_part: true,
        ..AnalyzeOptions::default()
    };
    analyze_archive(&analyzer, &archive, out, options).map(|summary| summary.run)
}

/// In what two runs differ, the causes before the effects.
fn differences(before: &Run, after: &Run) -> Vec<String> {
    let (old, new) = (before.manifest(), after.manifest());
    let mut found = Vec::new();
    if old.producer != new.producer {
        found.push(format!("the run was written by {}, and is repeated by {}", old.producer, new.producer));
    }
    for (before, after) in old.inputs.iter().zip(&new.inputs) {
        if before.sha256 != after.sha256 {
            found.push(format!("the input {} has changed", before.path));
        } else if before != after {
            found.push(format!("the input {} was read as {after:?}, before as {before:?}", before.path));
        }
    }
    if let Some(setting) = old.settings.difference(&new.settings) {
        found.push(format!("the setting {} was {} and is {}", setting.field, setting.ours, setting.theirs));
    }
    if old.gazetteer != new.gazetteer {
        found.push(format!("the gazetteer is described as {:?}, before as {:?}", new.gazetteer, old.gazetteer));
    }
    let names: BTreeSet<&String> = old.files.keys().chain(new.files.keys()).collect();
    for name in names {
        match (old.files.get(name), new.files.get(name)) {
            (Some(before), Some(after)) if before.sha256 == after.sha256 => {}
            (Some(before), Some(after)) => {
                found.push(format!("{name} has {} bytes, before {}, or other ones", after.bytes, before.bytes));
            }
            (Some(_), None) => found.push(format!("{name} is not written any more")),
            (None, _) => found.push(format!("{name} is new")),
        }
    }
    if found.is_empty() && old.digest() != new.digest() {
        found.push("the manifest differs, although all tables are the same".to_owned());
    }
    found
}

/// An entity whose numbers differ between two runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityChange {
    /// Its id.
    pub id: String,
    /// Its canonical name in the later run, or else in the earlier one.
    pub name: String,
    /// Mentions and documents before.
    pub before: (u64, u64),
    /// Mentions and documents after.
    pub after: (u64, u64),
}

impl EntityChange {
    /// By how many mentions the two differ.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.before.0.abs_diff(self.after.0)
    }
}

/// Reads the archive of a run again with another gazetteer, and compares the numbers of each entity: the greatest changes first. The
/// new run is written to `out`.
///
/// # Errors
///
/// As [`rerun`], but the gazetteer may be any.
///
/// # Complexity
///
/// That of [`analyze_archive`].
pub fn changes_by_gazetteer(
    run: &Run,
    root: &Path,
    gazetteer: &Gazetteer,
    out: &Path,
    options: ScanOptions<'_>,
) -> Result<Vec<EntityChange>> {
    let analyzer = analyzer_with(&run.manifest().settings, gazetteer)?;
    let after = read_again(run, root, analyzer, out, false, options)?;
    changes(run, &after)
}

/// The entities whose mentions or documents differ between two runs, the greatest changes first.
///
/// # Errors
///
/// If a run cannot be read.
pub fn changes(before: &Run, after: &Run) -> Result<Vec<EntityChange>> {
    let mut all: BTreeMap<String, EntityChange> = BTreeMap::new();
    for (run, is_after) in [(before, false), (after, true)] {
        for block in run.entities()? {
            for row in block?.iter() {
                let change = all.entry(row.id.to_owned()).or_insert_with(|| EntityChange {
                    id: row.id.to_owned(),
                    name: String::new(),
                    before: (0, 0),
                    after: (0, 0),
                });
                row.name.clone_into(&mut change.name);
                let numbers = (row.mentions, u64::from(row.documents));
                *(if is_after { &mut change.after } else { &mut change.before }) = numbers;
            }
        }
    }
    let mut changes: Vec<EntityChange> = all.into_values().filter(|change| change.before != change.after).collect();
    changes.sort_by(|a, b| b.size().cmp(&a.size()).then_with(|| a.id.cmp(&b.id)));
    Ok(changes)
}

/// Analyses `n` documents of the run again, chosen at random by the number `seed`, and compares all that the run says of them.
///
/// # Errors
///
/// If the gazetteer is another one, an input is missing or cannot be read, or lines that recur in the archive were left out, which a sample does
/// not show. A difference is a check that failed.
///
/// # Complexity
///
/// Reads the tables of the run, and every input with a chosen document to its end.
pub fn check_sample(
    run: &Run,
    root: &Path,
    gazetteer: &Gazetteer,
    (n, seed): (usize, u64),
    options: ScanOptions<'_>,
) -> Result<Check> {
    if run.manifest().settings.recurring_lines.is_some() {
        let error = Error::usage("lines that recur in the archive were left out, and a sample does not show which");
        return Err(error.at(run.path()).with_remedy("repeat all of the run with `dateline rerun`"));
    }
    let analyzer = analyzer_of(run, gazetteer)?;
    let archive = archive_of(run, root)?;
    let chosen = choose(run.manifest().books.counted, n, seed)?;
    let stored = stored_documents(run, &chosen)?;
    let inputs: BTreeSet<u32> = stored.iter().map(|document| document.place.0).collect();
    let inputs: Vec<u32> = inputs.into_iter().collect();
    if let Some(missing) = inputs.iter().find(|input| **input as usize >= archive.inputs().len()) {
        let message = format!("damaged: a document is of input {missing}, which the manifest does not list");
        return Err(Error::format(run.path(), message));
    }
    let mut wanted: BTreeMap<(u32, u64, u64), Vec<usize>> = BTreeMap::new();
    for (index, document) in stored.iter().enumerate() {
        let (file, offset, length) = document.place;
        let file = inputs.binary_search(&file).expect("it is among them") as u32;
        wanted.entry((file, offset, length)).or_default().push(index);
    }
    let inner = RunCollector::new(&analyzer).with_mentions(run.has(MENTIONS_FILE));
    let again = Again { inner, wanted: &wanted, stored: &stored };
    let mut found: Vec<Option<Described>> = vec![None; stored.len()];
    let selected: Vec<usize> = inputs.iter().map(|input| *input as usize).collect();
    if !selected.is_empty() {
        let batches = archive.select(&selected).continued().batches();
        scan(&pool(options)?, batches, &again, options, |(partial, indices)| {
            for (described, index) in describe(&partial, gazetteer).into_iter().zip(indices) {
                found[index] = Some(described);
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    let different: Vec<String> = stored
        .iter()
        .zip(&found)
        .filter(|(stored, found)| found.as_ref() != Some(&stored.described))
        .map(|(stored, found)| match found {
            None => format!("{:?} is not in its input any more", stored.id),
            Some(found) => format!("{:?} has {}", stored.id, found.difference(&stored.described)),
        })
        .collect();
    let outcome = match different.split_first() {
        None => Ok(format!("{} documents analysed again, all as stored", stored.len())),
        Some((first, more)) => Err(format!("{} of {} documents differ: {first}", more.len() + 1, stored.len())),
    };
    Ok(check("sample of documents".to_owned(), outcome))
}

/// The rows of `n` of so many documents, sorted.
fn choose(n_documents: u64, n: usize, seed: u64) -> Result<BTreeSet<u32>> {
    let n_documents = u32::try_from(n_documents).map_err(|_| Error::limit("more documents than a run can hold"))?;
    let mut hashed: Vec<([u8; 32], u32)> = (0..n_documents)
        .map(|row| {
            let hash = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(row.to_le_bytes()).finalize();
            (hash.into(), row)
        })
        .collect();
    hashed.sort_unstable();
    Ok(hashed.into_iter().take(n).map(|(_, row)| row).collect())
}

/// All that a run says of a document, with entities by their ids.
#[derive(Debug, Clone, PartialEq, Default)]
struct Described {
    /// The row of the document, without the number of its input.
    row: String,
    counts: Vec<(String, u32)>,
    mentions: Vec<(MentionRow, String)>,
}

impl Described {
    /// The first thing in which it differs from what is stored.
    fn difference(&self, stored: &Self) -> String {
        if self.mentions != stored.mentions {
            let is_in = |all: &[(MentionRow, String)], mention: &(MentionRow, String)| all.contains(mention);
            let new = self.mentions.iter().find(|mention| !is_in(&stored.mentions, mention));
            let gone = stored.mentions.iter().find(|mention| !is_in(&self.mentions, mention));
            let said = |(row, id): &(MentionRow, String)| format!("{id} at byte {} of part {}", row.start, row.part);
            return match (new, gone) {
                (Some(new), _) => format!("a mention that is not stored: {}", said(new)),
                (None, Some(gone)) => format!("no mention of {}, which is stored", said(gone)),
                (None, None) => "its mentions in another order".to_owned(),
            };
        }
        if self.counts != stored.counts {
            return format!("the counts {:?}, stored are {:?}", self.counts, stored.counts);
        }
        format!("the row {}, stored is {}", self.row, stored.row)
    }
}

struct StoredDocument {
    id: String,
    /// Input, offset and length.
    place: (u32, u64, u64),
    described: Described,
}

/// The chosen documents as they are stored.
fn stored_documents(run: &Run, chosen: &BTreeSet<u32>) -> Result<Vec<StoredDocument>> {
    let mut ids: Vec<String> = Vec::new();
    for block in run.entities()? {
        ids.extend(block?.id.iter().map(str::to_owned));
    }
    let id_of = |entity: u32| ids.get(entity as usize).cloned().unwrap_or_else(|| format!("entity {entity}"));
    let mut documents: BTreeMap<u32, StoredDocument> = BTreeMap::new();
    let mut row = 0;
    for block in run.documents()? {
        for document in block?.iter() {
            if chosen.contains(&row) {
                let place = (document.file, document.offset, document.length);
                let described = Described { row: row_of(document), ..Described::default() };
                documents.insert(row, StoredDocument { id: document.id.to_owned(), place, described });
            }
            row += 1;
        }
    }
    for block in run.counts()? {
        for count in block?.iter() {
            if let Some(document) = documents.get_mut(&count.document) {
                document.described.counts.push((id_of(count.entity), count.count));
            }
        }
    }
    if let Some(mentions) = run.mentions()? {
        for block in mentions {
            for mention in block?.iter() {
                if let Some(document) = documents.get_mut(&mention.document) {
                    let place = MentionRow { document: 0, entity: 0, ..mention };
                    document.described.mentions.push((place, id_of(mention.entity)));
                }
            }
        }
    }
    Ok(documents.into_values().collect())
}

fn row_of(document: crate::store::DocumentRow<'_>) -> String {
    format!("{:?}", crate::store::DocumentRow { file: 0, ..document })
}

/// What was gathered of each document.
fn describe(partial: &RunPartial, gazetteer: &Gazetteer) -> Vec<Described> {
    let id_of = |entity: u32| gazetteer.entity(crate::ids::EntityId(entity)).id.to_owned();
    let mut all: Vec<Described> =
        partial.documents.iter().map(|document| Described { row: row_of(document), ..Described::default() }).collect();
    for count in partial.counts.iter() {
        all[count.document as usize].counts.push((id_of(count.entity), count.count));
    }
    for mention in partial.mentions.iter() {
        let place = MentionRow { document: 0, entity: 0, ..mention };
        all[mention.document as usize].mentions.push((place, id_of(mention.entity)));
    }
    all
}

/// Analyses the documents at the given places, and says which they are.
struct Again<'a> {
    inner: RunCollector<'a>,
    /// By input, offset and length; members of a container can have the same offset and length.
    wanted: &'a BTreeMap<(u32, u64, u64), Vec<usize>>,
    stored: &'a [StoredDocument],
}

impl Collector for Again<'_> {
    type Worker<'a>
        = RunWorker<'a>
    where
        Self: 'a;
    type Partial = (RunPartial, Vec<usize>);

    fn worker(&self, stop: Option<&StopFlag>) -> RunWorker<'_> {
        self.inner.worker(stop)
    }

    fn begin(&self) -> Self::Partial {
        Self::Partial::default()
    }

    fn document(&self, worker: &mut RunWorker<'_>, read: &ReadDocument<'_>, into: &mut Self::Partial) -> Result<()> {
        let place = (read.record.file, read.record.offset, read.batch.length(read.record));
        let wanted = self.wanted.get(&place).into_iter().flatten();
        for index in wanted.filter(|index| self.stored[**index].id == read.document.id) {
            let n_documents = into.0.n_documents();
            self.inner.gather(worker, read, &mut into.0)?;
            if into.0.n_documents() > n_documents {
                into.1.push(*index);
            }
        }
        Ok(())
    }

    fn filtered(&self, _: &Record, _: &mut Self::Partial) {}

    fn reject(&self, _: u32, _: Reject, _: &mut Self::Partial) {}

    fn merge(&self, into: &mut Self::Partial, next: Self::Partial) -> Result<()> {
        into.1.extend(next.1);
        self.inner.merge(&mut into.0, next.0)
    }
}
