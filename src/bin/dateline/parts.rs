//! Runs that are made of others: merge, extend, forget, retry.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use dateline::{
    AnalyzeOptions, Archive, Error, Extended, Forgotten, MergeOptions, Progress, Retried, Run, ScanOptions, StopFlag,
    extend as extend_run, forget as forget_documents, merge as merge_runs, retry as retry_rejects,
};

use crate::analyze::print_summary;
use crate::args::{Analyze, Args, parse_size};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{self, plural};
use crate::progress;

/// How a large archive is divided.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Parts")]
pub(crate) struct PartArgs {
    /// Read only the I-th of N shares of the input files, from 1; `dateline merge` combines the shares into one run
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub(crate) shard: Option<(usize, usize)>,
    /// Keep what is finished in RUN.partial after each so many bytes of inputs, so that the same command goes on after an
    /// interruption; off to keep nothing. An input file is never divided
    #[arg(long, value_name = "BYTES", default_value = "256M", value_parser = parse_checkpoint)]
    pub(crate) checkpoint: usize,
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
}

/// A ceiling on memory.
#[derive(Debug, clap::Args)]
pub(crate) struct MemoryArgs {
    /// Take at most so much memory, as in 512M; without it as much as pairs need. What does not fit goes to temporary files, and the
    /// result is the same. The ceiling covers the gazetteer, threads, tables and pairs; a record longer than 512 KiB is
    /// read whole, one at a time, and takes several times its length besides. If the ceiling cannot be held, that is said before
    /// anything is read, with the least that would do
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    pub(crate) memory: Option<usize>,
}

impl PartArgs {
    /// The share of the archive that is to be read.
    pub(crate) fn select(&self, archive: Archive) -> Archive {
        match self.shard {
            Some((number, of)) => archive.shard(number, of),
            None => archive,
        }
    }
}

fn parse_checkpoint(given: &str) -> Result<usize, String> {
    if given == "off" { Ok(0) } else { parse_size(given) }
}

fn parse_shard(given: &str) -> Result<(usize, usize), String> {
    let numbers = given.split_once('/').and_then(|(i, n)| Some((i.parse::<usize>().ok()?, n.parse::<usize>().ok()?)));
    match numbers {
        Some((number, of)) if (1..=of).contains(&number) => Ok((number, of)),
        _ => Err("it is written as I/N with I from 1 to N, as in 2/8".to_owned()),
    }
}

/// Combines runs over different inputs into one run. It has the same bytes as one analysis of all inputs.
///
/// The runs must be made with the same gazetteer, settings and version, and no input may be in two of them. Their order does not
/// matter. The archive is not read.
#[derive(Debug, clap::Args)]
pub(crate) struct Merge {
    /// The directories of the runs
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Takes documents out of a run: what is left is as if they had never been read.
///
/// The archive is not read. The manifest says for each input how many of its documents were forgotten.
#[derive(Debug, clap::Args)]
pub(crate) struct Forget {
    /// The directory of the run
    run: PathBuf,
    /// A file with the id of a document on each line; - for standard input
    #[arg(long, value_name = "FILE")]
    ids: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

/// Adds inputs to a run, reading only those that it does not have or that have changed.
///
/// The result is the run over all of them, byte for byte. An input that the run has under the same path is unchanged if its size is
/// the same and it was not modified after the run was written; if it was, its hash decides. One that has changed is read
/// again and replaces what the run has of it. The gazetteer and the options must be those of the run.
#[derive(Debug, clap::Args)]
pub(crate) struct Extend {
    /// The directory of the run
    run: PathBuf,
    #[command(flatten)]
    analyze: Analyze,
}

/// Reads again the inputs of a run that have rejected records, and adds what can be read now: after they were mended, or with longer
/// records allowed.
///
/// Gazetteer and settings are those of the run, and the inputs are looked for under their names in it. The result is the run that
/// analysing all inputs would give now, byte for byte, if those without rejects have not changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dateline retry results --out results --force                  after the files that rejects.jsonl names were mended
  dateline retry results --out results-2 --max-record 256M      articles of up to 256 MiB")]
pub(crate) struct Retry {
    /// The directory of the run
    run: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    /// The longest record that is read now; at least that of the run
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    max_record: Option<usize>,
}

/// Where the new run goes.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Directory to write; it appears when the run is complete, or not at all
    #[arg(short, long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Replace an earlier run of that name, also one of those that are read
    #[arg(long)]
    force: bool,
    /// Threads; 0 for one on each core
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    memory: MemoryArgs,
}

impl OutputArgs {
    pub(crate) fn options<'a>(&self, stop: &'a StopFlag, on_progress: &'a dyn Fn(Progress)) -> MergeOptions<'a> {
        let scan = ScanOptions { threads: self.threads, on_progress: Some(on_progress), stop: Some(stop) };
        MergeOptions { scan, force: self.force, memory: self.memory.memory.map(|memory| memory as u64) }
    }
}

pub(crate) fn merge(command: &Merge, args: &Args) -> CommandResult {
    let started = Instant::now();
    let stop = inputs::stop_on_signal();
    let runs = command.runs.iter().map(Run::open).collect::<Result<Vec<Run>, Error>>()?;
    let bar = progress::of_runs(&runs, args);
    let on_progress = |done| progress::advance(&bar, done);
    let summary = merge_runs(&runs, &command.output.out, command.output.options(&stop, &on_progress))?;
    bar.finish_and_clear();
    if !args.quiet {
        let n_inputs = summary.run.manifest().inputs.len() as u64;
        exit_code::unless_closed(print_summary(&summary, n_inputs, started.elapsed()))?;
    }
    Ok(crate::analyze::outcome(&summary, false))
}

pub(crate) fn forget(command: &Forget, args: &Args) -> CommandResult {
    let stop = inputs::stop_on_signal();
    let run = Run::open(&command.run)?;
    let ids = match command.ids.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()).map_err(|error| format!("standard input: {error}"))?,
        false => fs::read_to_string(&command.ids).map_err(|error| format!("{}: {error}", command.ids.display()))?,
    };
    let ids: BTreeSet<String> = ids.lines().filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(format!("{}: it names no document; write an id on each line", command.ids.display()).into());
    }
    let n_ids = ids.len() as u64;
    let bar = progress::of_runs([&run], args);
    let on_progress = |done| progress::advance(&bar, done);
    let forgotten = forget_documents(&run, ids, &command.output.out, command.output.options(&stop, &on_progress))?;
    bar.finish_and_clear();
    let Forgotten { summary, documents, unknown } = forgotten;
    if !args.quiet {
        let left = plural(summary.books.counted, "document is", "documents are");
        let forgotten = plural(documents, "document", "documents");
        let path = crate::terminal::safe_line(&summary.run.path().display().to_string());
        anstream::println!("forgot {forgotten}; {left} left in {path}");
    }
    if let Some(first) = unknown.first() {
        let n_unknown = unknown.len() as u64;
        crate::terminal::say!("{} of {n_ids} ids are of no document of the run, e.g. {first}", n_unknown);
    }
    Ok(if unknown.is_empty() { Outcome::Done } else { Outcome::Differs })
}

pub(crate) fn retry(command: &Retry, args: &Args) -> CommandResult {
    let stop = inputs::stop_on_signal();
    let run = Run::open(&command.run)?;
    let (gazetteer, analyzer) = inputs::analyzer_of(&run)?;
    let MergeOptions { scan, force, memory } = command.output.options(&stop, &|_| {});
    let options = AnalyzeOptions { scan, force, memory, ..AnalyzeOptions::default() };
    let retried = retry_rejects(&run, &analyzer, command.max_record, &command.output.out, options)?;
    let Retried { summary, inputs: read, rejected_before, counted_before } = retried;
    if !args.quiet {
        let read = plural(read, "input", "inputs");
        let rejected = plural(rejected_before, "rejected record", "rejected records");
        let (counted, left) = (summary.books.counted, summary.books.rejected);
        let change = match counted.checked_sub(counted_before) {
            Some(more) => format!("{} more", plural(more, "document", "documents")),
            None => format!("{} fewer", plural(counted_before - counted, "document", "documents")),
        };
        let out = summary.run.path().display();
        anstream::println!(
            "read {read} with {rejected} again: {change}, {left} still rejected; {counted} counted in {out}"
        );
    }
    crate::analyze::report(&summary, &gazetteer, args);
    Ok(crate::analyze::outcome(&summary, false))
}

pub(crate) fn extend(command: &Extend, args: &Args) -> CommandResult {
    let started = Instant::now();
    let run = Run::open(&command.run)?;
    let job = crate::analyze::Prepared::new(&command.analyze, args)?;
    let (archive, options) = (&job.archive, job.options());
    let extended = extend_run(&run, &job.analyzer, archive, &command.analyze.out, options)?;
    job.bar.finish_and_clear();
    let Extended { summary, unchanged, changed, added } = extended;
    if !args.quiet {
        let n_inputs = summary.run.manifest().inputs.len() as u64;
        exit_code::unless_closed(print_summary(&summary, n_inputs, started.elapsed()))?;
        let inputs = plural(added, "input was", "inputs were");
        crate::terminal::say!("{inputs} new, {changed} changed, {unchanged} unchanged and not read");
    }
    crate::analyze::report(&summary, &job.gazetteer, args);
    Ok(crate::analyze::outcome(&summary, command.analyze.input.strict))
}
