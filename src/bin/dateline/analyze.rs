//! `dateline analyze`: from an archive to a run, with a summary.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use dateline::archive::FileFormat;
use dateline::export::Filter;
use dateline::store::REJECTS_FILE;
use dateline::{AnalyzeOptions, Analyzer, Archive, Gazetteer, Progress, RunSummary, ScanOptions, StopFlag};
use indicatif::ProgressBar;

use crate::args::{Analyze, Args};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{self, plural};
use crate::table::thousands;
use crate::top::{FoundEntity, entities};
use crate::{pairs, progress};

pub(crate) fn run(command: &Analyze, args: &Args) -> CommandResult {
    let started = Instant::now();
    let job = Prepared::new(command, args)?;
    let summary = dateline::analyze_archive(&job.analyzer, &job.archive, &command.out, job.options())?;
    job.bar.finish_and_clear();
    if !args.quiet {
        let printed = print_summary(&summary, job.archive.inputs().len() as u64, started.elapsed());
        exit_code::unless_closed(printed)?;
    }
    report(&summary, &job.gazetteer, args);
    Ok(if command.input.strict && summary.books.rejected > 0 { Outcome::Differs } else { Outcome::Done })
}

/// Everything that is needed to analyse an archive.
pub(crate) struct Prepared<'c> {
    command: &'c Analyze,
    pub(crate) archive: Archive,
    pub(crate) gazetteer: Gazetteer,
    pub(crate) analyzer: Analyzer,
    pub(crate) bar: ProgressBar,
    stop: StopFlag,
    on_progress: Box<dyn Fn(Progress)>,
}

impl<'c> Prepared<'c> {
    pub(crate) fn new(command: &'c Analyze, args: &Args) -> Result<Self, Box<dyn StdError>> {
        if command.parts.shard.is_some() && command.furniture.recurring_lines.is_some() {
            let message = "--recurring-lines counts lines in the whole archive, and --shard reads only a share of it; \
                           remove one of them";
            return Err(message.into());
        }
        let archive = command.parts.select(inputs::open_archive(&command.input, args)?);
        let gazetteer = inputs::load_gazetteer(&command.gazetteer)?;
        let stop = inputs::stop_on_signal();
        let bar = progress::bar(&archive, &command.input, args);
        let shown = bar.clone();
        let on_progress: Box<dyn Fn(Progress)> = Box::new(move |done| progress::advance(&shown, done));
        let scan = ScanOptions { threads: command.input.threads, on_progress: Some(&*on_progress), stop: Some(&stop) };
        let (names, furniture) = (&command.gazetteer, &command.furniture);
        let analyzer = inputs::build_analyzer(names, furniture, &command.exclude, &gazetteer, &archive, scan)?;
        Ok(Self { command, archive, gazetteer, analyzer, bar, stop, on_progress })
    }

    pub(crate) fn options(&self) -> AnalyzeOptions<'_> {
        let threads = self.command.input.threads;
        AnalyzeOptions {
            scan: ScanOptions { threads, on_progress: Some(&*self.on_progress), stop: Some(&self.stop) },
            mentions: !self.command.no_mentions,
            force: self.command.force,
            checkpoint: self.command.parts.checkpoint as u64,
            is_part: self.command.parts.shard.is_some(),
        }
    }
}

/// Says what a user should know about the records of a finished run.
pub(crate) fn report(summary: &RunSummary, gazetteer: &Gazetteer, args: &Args) {
    if summary.kept_inputs > 0 && !args.quiet {
        let kept = plural(summary.kept_inputs, "input was", "inputs were");
        anstream::eprintln!("{kept} not read again: an interrupted command had finished with them");
    }
    let listed_in = summary.run.path().join(REJECTS_FILE);
    inputs::report_rejects(summary.books.rejected, &summary.first_rejects, Some(&listed_in), args);
    inputs::report_notes(&summary.notes, gazetteer);
}

const TYPES: [(&str, &str); 3] = [("place", "Places"), ("organisation", "Organisations"), ("title", "Titles")];

/// Rows of each list in the summary.
const ROWS: usize = 5;

/// Prints what a run holds, as people read it.
pub(crate) fn print_summary(summary: &RunSummary, n_files: u64, elapsed: Duration) -> Result<(), Box<dyn StdError>> {
    let found = entities(&summary.run)?;
    let mut text = String::new();
    let (books, totals) = (summary.books, summary.totals);
    writeln!(
        text,
        "{} from {}{}: {} of {} in {}",
        plural(books.counted, "document", "documents"),
        plural(n_files, "file", "files"),
        formats(summary),
        plural(totals.mentions, "mention", "mentions"),
        plural(totals.entities, "entity", "entities"),
        seconds(elapsed),
    )?;
    if books.empty > 0 {
        writeln!(text, "{} without text", plural(books.empty, "record was", "records were"))?;
    }
    if books.filtered > 0 {
        let documents = plural(books.filtered, "document was", "documents were");
        writeln!(text, "{documents} left out: not of the days or languages asked for, or of no known day")?;
    }
    let dates = summary.notes.dates;
    if dates.documents() > dates.missing && dates.missing > 0 {
        writeln!(text, "{} no date", plural(dates.missing, "document has", "documents have"))?;
    } else if dates.missing > 0 {
        writeln!(text, "no document has a date")?;
    }
    for (type_name, heading) in TYPES {
        write_top(&mut text, heading, found.iter().filter(|entity| entity.type_name() == type_name).collect())?;
    }
    let others = found.iter().filter(|entity| TYPES.iter().all(|(name, _)| *name != entity.type_name()));
    write_top(&mut text, "Others", others.collect())?;
    write_pairs(&mut text, summary, &found)?;
    let out = summary.run.path().display();
    writeln!(text, "\nThe results are in {out}. To read them, run")?;
    writeln!(text, "  dateline top {out}      dateline pairs {out}      dateline verify {out}")?;
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(())
}

/// What the inputs were read as, if not all were read as the same.
fn formats(summary: &RunSummary) -> String {
    let mut files: BTreeMap<FileFormat, u64> = BTreeMap::new();
    for format in summary.run.manifest().inputs.iter().filter_map(|input| input.format) {
        *files.entry(format).or_default() += 1;
    }
    let named: Vec<String> = files.iter().map(|(format, n)| format!("{} {}", thousands(*n), format.name())).collect();
    if named.len() > 1 { format!(" ({})", named.join(", ")) } else { String::new() }
}

fn write_top(text: &mut String, heading: &str, mut entities: Vec<&FoundEntity>) -> std::fmt::Result {
    if entities.is_empty() {
        return Ok(());
    }
    let total = entities.len();
    entities.sort_by_key(|entity| (Reverse(entity.mentions), &entity.name, &entity.id));
    entities.truncate(ROWS);
    let most = entities[0].mentions.max(1);
    let width = entities.iter().map(|entity| entity.name.chars().count()).max().unwrap_or(0).clamp(20, 40);
    let digits = thousands(most).len();
    writeln!(text, "\n\x1b[1m{heading}\x1b[0m ({})", thousands(total as u64))?;
    for entity in entities {
        let bar = bar(entity.mentions, most);
        let name: String = entity.name.chars().take(width).collect();
        let documents = plural(u64::from(entity.documents), "document", "documents");
        writeln!(
            text,
            "  {name:width$}  \x1b[36m{bar:16}\x1b[0m  {:>digits$} in {documents}",
            thousands(entity.mentions)
        )?;
    }
    Ok(())
}

/// A bar with a resolution of an eighth of a character.
fn bar(value: u64, most: u64) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = (value * 128 / most.max(1)).max(1) as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

fn write_pairs(text: &mut String, summary: &RunSummary, found: &[FoundEntity]) -> Result<(), Box<dyn StdError>> {
    let filter = Filter { min_documents: 2, ..Filter::default() };
    let pairs = pairs::strongest(&summary.run, found, &filter, ROWS)?;
    if pairs.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n\x1b[1mTogether\x1b[0m ({})", plural(summary.totals.pairs, "pair", "pairs"))?;
    for (Reverse(documents), a, b) in pairs {
        writeln!(text, "  {} and {} in {}", a.name, b.name, plural(u64::from(documents), "document", "documents"))?;
    }
    Ok(())
}

fn seconds(elapsed: Duration) -> String {
    match elapsed.as_secs_f64() {
        seconds if seconds < 10.0 => format!("{seconds:.1} s"),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds => format!("{} min {} s", seconds as u64 / 60, seconds as u64 % 60),
    }
}
