//! Long work in parts: after an interruption the same command goes on, and a run grows by what is new.
//!
//! The inputs are divided into parts of about equal size. Each part becomes a run of its own in the journal, and in the end all are
//! merged; so an interruption loses at most one part, and the result is that of one reading.

use std::path::{Path, PathBuf};

use super::analyze::{self, AnalyzeOptions};
use super::kept::REMEMBERED;
use super::memory::{PER_ENTITY, Shares};
use super::merge::{self, MergeOptions, PER_NAME, PER_RUN, Part, check_mergeable};
use super::scan::ScanOptions;
use super::sink::RunSummary;
use crate::analyzer::Analyzer;
use crate::archive::{Archive, ArchiveOptions, Input};
use crate::collect::RunCollector;
use crate::cooccurrence::RoundUps;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::store::{InputSettings, Job, JobInput, Journal, ManifestInput, Run, RunSettings, RunWriter, is_of_input};

/// Analyses an archive, in parts if it is large, and goes on where an interrupted command with the same arguments has stopped.
///
/// # Errors
///
/// As [`analyze`](analyze::analyze); also if parts of another job are in the way, or another program is at work on them.
///
/// # Complexity
///
/// As [`analyze`](analyze::analyze); an archive of several parts is written twice.
pub fn analyze_archive(
    analyzer: &Analyzer,
    archive: &Archive,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<RunSummary> {
    let parts = divide(archive, options.checkpoint);
    if parts.len() <= 1 && !Journal::exists(out) {
        return analyze::analyze(analyzer, archive.batches(), out, options);
    }
    in_parts(analyzer, archive, &parts, None, out, options)
}

/// A run that has grown.
#[derive(Debug)]
pub struct Extended {
    /// The new run.
    pub summary: RunSummary,
    /// Inputs that were not read, because the run has them as they are.
    pub unchanged: u64,
    /// Inputs that were read again because they have changed.
    pub changed: u64,
    /// Inputs that the run did not have.
    pub added: u64,
}

/// Writes the run that results if the inputs of `archive` are added to `run`. Only those are read that the run does not have, or that
/// have changed since: an input is unchanged if it has the same size and was not modified after the run was written, or else has the
/// same hash. Inputs of the run that are not in the archive stay.
///
/// # Errors
///
/// If the run was made with another gazetteer or other settings, or as [`analyze_archive`].
///
/// # Complexity
///
/// That of reading what is new, and of [`merge`](merge::merge).
pub fn extend(
    run: &Run,
    analyzer: &Analyzer,
    archive: &Archive,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<Extended> {
    check_same(run, &settings(analyzer, archive, options.round_ups), analyzer)?;
    let options = AnalyzeOptions { mentions: run.mentions()?.is_some(), ..options };
    let mut base = Part::whole(run);
    let mut fresh = Vec::new();
    let (mut unchanged, mut changed, mut added) = (0, 0, 0);
    for (index, input) in archive.inputs().iter().enumerate() {
        let known = run.manifest().inputs.iter().position(|known| known.path == input.path());
        match known {
            Some(known) if is_unchanged(input, run, known)? => unchanged += 1,
            Some(known) => {
                base.wanted[known] = false;
                changed += 1;
                fresh.push(index);
            }
            None => {
                added += 1;
                fresh.push(index);
            }
        }
    }
    let archive = archive.select(&fresh);
    let parts = divide(&archive, options.checkpoint);
    let summary = in_parts(analyzer, &archive, &parts, Some(base), out, options)?;
    Ok(Extended { summary, unchanged, changed, added })
}

/// A run some of whose inputs were read again.
#[derive(Debug)]
pub struct Retried {
    /// The new run.
    pub summary: RunSummary,
    /// Inputs that were read again: those with rejected records.
    pub inputs: u64,
    /// Records that `run` had rejected.
    pub rejected_before: u64,
    /// Documents that it had counted.
    pub counted_before: u64,
}

/// Writes the run that results if the inputs of `run` that have rejected records are read again: after they were mended, or with longer
/// records allowed. It is the run that one reading of all inputs would give now, if the others have not changed.
///
/// # Errors
///
/// If nothing was rejected, if an input to be read is not there any more, if records were to be shorter than before, or if the analyzer is
/// not that of the run; and as [`analyze_archive`].
///
/// # Complexity
///
/// That of reading these inputs, and of [`merge`](merge::merge).
pub fn retry(
    run: &Run,
    analyzer: &Analyzer,
    max_record: Option<usize>,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<Retried> {
    let manifest = run.manifest();
    let Some(input) = &manifest.settings.input else {
        let error = Error::usage("the documents of the run came from a program, so they cannot be read again");
        return Err(error.at(run.path()));
    };
    let mut read_as = ArchiveOptions::from(input);
    if let Some(max_record) = max_record {
        if (max_record as u64) < input.max_record {
            let message = format!("the run allowed records of {} bytes, more than are allowed now", input.max_record);
            let error = Error::usage(message).at(run.path());
            return Err(error.with_remedy("retry with the same length or a greater one"));
        }
        read_as.max_record = max_record;
    }
    let mut base = Part::whole(run);
    let mut paths: Vec<PathBuf> = Vec::new();
    let rejected_before = manifest.books.rejected;
    // Of each input that has rejects, the first are listed. They are in the order of the inputs.
    let mut next = 0;
    for reject in run.rejects()? {
        let reject = reject?;
        while !manifest.inputs.get(next).is_some_and(|input| is_of_input(&reject.file, &input.path)) {
            next += 1;
            if next >= manifest.inputs.len() {
                let message = format!("damaged: a reject is of {:?}, which is no input of the run", reject.file);
                return Err(Error::format(run.path(), message).with_remedy("`dateline verify` says more"));
            }
        }
        if std::mem::replace(&mut base.wanted[next], false) {
            paths.push(PathBuf::from(&manifest.inputs[next].path));
        }
    }
    if paths.is_empty() {
        return Err(Error::usage("the run rejected no record, so there is nothing to retry").at(run.path()));
    }
    if let Some(path) = paths.iter().find(|path| !path.is_file()) {
        let error = Error::usage("the input is not there any more").at(path);
        return Err(error.with_remedy("start the command in the folder in which the run was made"));
    }
    // That the fields which are named occur was found out when the whole archive was read.
    let archive = Archive::open(&paths, read_as)?.continued();
    let mut wanted = settings(analyzer, &archive, manifest.settings.round_ups);
    if let Some(now) = &mut wanted.input {
        now.max_record = input.max_record;
    }
    check_same(run, &wanted, analyzer)?;
    let options =
        AnalyzeOptions { mentions: run.mentions()?.is_some(), round_ups: manifest.settings.round_ups, ..options };
    let parts = divide(&archive, options.checkpoint);
    let counted_before = manifest.books.counted;
    let inputs = paths.len() as u64;
    let summary = in_parts(analyzer, &archive, &parts, Some(base), out, options)?;
    Ok(Retried { summary, inputs, rejected_before, counted_before })
}

fn is_unchanged(input: &Input, run: &Run, known: usize) -> Result<bool> {
    let ManifestInput { bytes, sha256, .. } = &run.manifest().inputs[known];
    input.is_unchanged(*bytes, sha256, run.written_at())
}

fn settings(analyzer: &Analyzer, archive: &Archive, round_ups: RoundUps) -> RunSettings {
    let collector = RunCollector::new(analyzer).round_ups(round_ups);
    RunSettings { input: Some(InputSettings::from(archive.options())), ..collector.settings() }
}

/// Whether what is read now can be added to the run.
fn check_same(run: &Run, settings: &RunSettings, analyzer: &Analyzer) -> Result<()> {
    const REMEDY: &str = "use the gazetteer and the options of the run, or analyze the whole archive again";
    let manifest = run.manifest();
    let refuse = |message: String| Err(Error::usage(message).at(run.path()).with_remedy(REMEDY));
    if manifest.settings.recurring_lines.is_some() {
        return refuse(
            "lines that recur in the whole archive were left out, and more documents make them others".into(),
        );
    }
    if manifest.gazetteer.fingerprint != analyzer.gazetteer().fingerprint() {
        return refuse(format!("it was made with another gazetteer ({})", manifest.gazetteer.names.join(" + ")));
    }
    match manifest.settings.difference(settings) {
        Some(difference) => {
            let (field, theirs, ours) = (difference.field, difference.ours, difference.theirs);
            refuse(format!("it was made with another setting: {field} is {theirs} there and {ours} here"))
        }
        None => Ok(()),
    }
}

/// Consecutive inputs of at least `least` bytes together; all of them if it is 0 or a size is not known.
fn divide(archive: &Archive, least: u64) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..archive.inputs().len()).collect();
    if least == 0 || archive.total_bytes().is_none() {
        return if all.is_empty() { Vec::new() } else { vec![all] };
    }
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for index in all {
        let bytes = archive.inputs()[index].bytes().unwrap_or(0);
        match parts.last_mut() {
            Some(part) if room > 0 => part.push(index),
            _ => {
                room = least;
                parts.push(vec![index]);
            }
        }
        room = room.saturating_sub(bytes.max(1));
    }
    parts
}

/// Analyses each part that the journal does not have, and merges all of them, with `base` if there is one.
fn in_parts(
    analyzer: &Analyzer,
    archive: &Archive,
    parts: &[Vec<usize>],
    base: Option<Part<'_>>,
    out: &Path,
    options: AnalyzeOptions<'_>,
) -> Result<RunSummary> {
    if Journal::exists(out) {
        Journal::discard_if_done(out)?;
    }
    // What cannot become the result is said before the work.
    let gazetteer = analyzer.gazetteer();
    let keeps_fields = !archive.options().keep.is_empty();
    let shares = analyze::shares(analyzer, options, keeps_fields)?;
    // While parts are merged, the gazetteer is there, too, and a block of each table of a part and of the base.
    let merged = gazetteer.image().bytes().len() as u64
        + gazetteer.entities().len() as u64 * (PER_NAME + PER_ENTITY)
        + (PER_RUN + if keeps_fields { REMEMBERED as u64 * 2 } else { 0 }) * (1 + u64::from(base.is_some()));
    let merging = Shares::of(options.memory, options.scan.n_threads(), merged)?;
    drop(RunWriter::create(out, options.force)?);
    let inputs = |part: &Vec<usize>| part.iter().map(|&index| job_input(archive, index)).collect();
    let fingerprint = analyzer.gazetteer().fingerprint();
    let parts_of_job = parts.iter().map(inputs).collect();
    let mut job = Job::new(settings(analyzer, archive, options.round_ups), fingerprint, options.mentions, parts_of_job);
    job.extends = base.as_ref().map(|base| base.run.manifest().digest());
    let journal = Journal::open(out, &job, options.force)?;
    let mut done = Progress::default();
    let mut finished = Vec::new();
    let mut kept = 0;
    for (number, part) in (1..).zip(parts) {
        let run = match journal.finished(number)? {
            Some(run) => {
                kept += part.len() as u64;
                run
            }
            None => {
                let on_progress = |progress: Progress| {
                    if let Some(report) = options.scan.on_progress {
                        report(Progress {
                            bytes: done.bytes + progress.bytes,
                            records: done.records + progress.records,
                        });
                    }
                };
                let scan = ScanOptions { on_progress: Some(&on_progress), ..options.scan };
                let options = AnalyzeOptions { scan, force: false, is_part: true, ..options };
                let archive = archive.select(part);
                let archive = if number > 1 { archive.continued() } else { archive };
                analyze::analyze_within(analyzer, archive.batches(), &journal.part(number), options, shares)?.run
            }
        };
        let manifest = run.manifest();
        done.bytes += manifest.inputs.iter().map(|input| input.bytes).sum::<u64>();
        done.records += manifest.books.seen;
        finished.push(run);
    }
    if let [first, others @ ..] = &*finished {
        others.iter().try_for_each(|other| check_mergeable(first, other))?;
    }
    // The settings of the result are those of the first: of what was read now.
    let all: Vec<Part<'_>> = finished.iter().map(Part::whole).chain(base).collect();
    let scan = ScanOptions { on_progress: None, ..options.scan };
    let options_of_merge = MergeOptions { scan, force: options.force, memory: options.memory };
    let mut summary = merge::write(&all, out, options_of_merge, None, Some(merging))?;
    summary.kept_inputs = kept;
    if !options.is_part {
        let first = summary.first_rejects.first();
        analyze::nothing_read(summary.books, first)?;
    }
    journal.finish().map_err(|error| error.with_remedy("the run is complete: remove the parts yourself"))?;
    Ok(summary)
}

fn job_input(archive: &Archive, index: usize) -> JobInput {
    let input = &archive.inputs()[index];
    JobInput { path: input.path().to_owned(), bytes: input.bytes(), modified: input.modified() }
}
