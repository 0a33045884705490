//! `dateline analyze`: from an archive to a run, with a summary.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use dateline::archive::FileFormat;
use dateline::query::{Filter, Frequency, PairOptions, RunEntity, View, is_agency, strongest_pairs, top_entities};
use dateline::store::{REJECTS_FILE, REJECTS_LISTED};
use dateline::text::thousands;
use dateline::{AnalyzeOptions, Analyzer, Archive, Gazetteer, Progress, RoundUps, RunSummary, ScanOptions, StopFlag};
use indicatif::ProgressBar;

use crate::args::{Analyze, Args};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{self, plural};
use crate::progress;
use crate::terminal::{safe_line, say};

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
    Ok(outcome(&summary, command.input.strict))
}

/// Whether something of the inputs was lost, or skipped where nothing may be.
pub(crate) fn outcome(summary: &RunSummary, strict: bool) -> Outcome {
    if strict && summary.books.rejected > 0 {
        return Outcome::Differs;
    }
    if let Some(first) = &summary.lost.first {
        let files = plural(summary.lost.files.len() as u64, "input", "inputs");
        say!(
            "{files} could not be read to the end or not at all, e.g. {first}: the run is complete without it (exit code 3)"
        );
        return Outcome::InputLost;
    }
    Outcome::Done
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
            round_ups: self.command.pairs.round_up,
            memory: self.command.parts.memory.memory.map(|memory| memory as u64),
            is_part: self.command.parts.shard.is_some(),
        }
    }
}

/// Which pairs are counted.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Pairs")]
pub(crate) struct PairArgs {
    /// What to count of a document that mentions more than N different entities, as a list of all countries does. keep: all its
    /// pairs, k·(k−1)/2 for k entities; cap:N: those among the N that it mentions most; skip:N: none. Without :N the limit is
    /// 1,000. Mentions and documents count in any case, and the summary and `dateline verify` say how many documents it were
    #[arg(long, value_name = "HOW", default_value = "cap:1000", value_parser = parse_round_up)]
    pub(crate) round_up: RoundUps,
}

fn parse_round_up(given: &str) -> Result<RoundUps, String> {
    given.parse().map_err(|error: dateline::Error| error.to_string())
}

/// Says what a user should know about the records of a finished run.
pub(crate) fn report(summary: &RunSummary, gazetteer: &Gazetteer, args: &Args) {
    if summary.kept_inputs > 0 && !args.quiet {
        let kept = plural(summary.kept_inputs, "input was", "inputs were");
        crate::terminal::say!("{kept} not read again: an interrupted command had finished with them");
    }
    let list = summary.run.path().join(REJECTS_FILE);
    let are_listed = match summary.run.manifest().inputs.iter().all(|input| input.unlisted.is_empty()) {
        true => "all are".to_owned(),
        false => format!("the first {} of each input are", thousands(REJECTS_LISTED)),
    };
    let listed = format!("{are_listed} in {}", list.display());
    inputs::report_rejects(summary.books.rejected, &summary.first_rejects, Some(&listed), args);
    inputs::report_notes(&summary.notes, gazetteer);
}

const TYPES: [(&str, &str); 3] = [("place", "Places"), ("organisation", "Organisations"), ("title", "Titles")];

/// Rows of each list in the summary.
const ROWS: usize = 5;

/// Prints what a run holds, as people read it.
pub(crate) fn print_summary(summary: &RunSummary, n_files: u64, elapsed: Duration) -> Result<(), Box<dyn StdError>> {
    let view = View::whole(&summary.run)?;
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
    if totals.round_ups > 0 {
        let documents = plural(totals.round_ups, "document mentions", "documents mention");
        let limit_and_rest = match summary.run.manifest().settings.round_ups {
            RoundUps::Cap(limit) => (limit, "of their pairs, only those among the most mentioned are counted"),
            RoundUps::Skip(limit) => (limit, "their pairs are not counted"),
            RoundUps::Keep => (0, "all their pairs are counted"),
        };
        let (limit, rest) = limit_and_rest;
        writeln!(text, "{documents} more than {} entities: {rest}", thousands(limit.into()))?;
    }
    let dates = summary.notes.dates;
    if dates.documents() > dates.missing && dates.missing > 0 {
        writeln!(text, "{} no date", plural(dates.missing, "document has", "documents have"))?;
    } else if dates.missing > 0 {
        writeln!(text, "no document has a date")?;
    }
    let all = top_entities(&view, &Filter::default().select(&view)?, Frequency::Mentions, 0);
    for (type_name, heading) in TYPES {
        write_top(&mut text, heading, all.iter().copied().filter(|entity| entity.type_name() == type_name))?;
    }
    let is_other = |entity: &&RunEntity| TYPES.iter().all(|(name, _)| *name != entity.type_name());
    write_top(&mut text, "Others", all.iter().copied().filter(is_other))?;
    write_pairs(&mut text, &view)?;
    let out = safe_line(&summary.run.path().display().to_string());
    writeln!(text, "\nThe results are in {out}. To read them, run")?;
    writeln!(text, "  dateline top {out}      dateline pairs {out}      dateline verify {out}")?;
    writeln!(text, "To look at them, run")?;
    writeln!(text, "  dateline report {out} --out report.html")?;
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

/// The first entities of a list. News agencies are counted, but not listed: they write the articles.
fn write_top<'v>(text: &mut String, heading: &str, entities: impl Iterator<Item = &'v RunEntity>) -> std::fmt::Result {
    let (agencies, mut entities): (Vec<_>, Vec<_>) = entities.partition(|entity| is_agency(&entity.kind));
    let total = entities.len() as u64;
    entities.truncate(ROWS);
    let Some(first) = entities.first() else { return Ok(()) };
    let most = first.mentions.max(1);
    let width = entities.iter().map(|entity| entity.name.chars().count()).max().unwrap_or(0).clamp(20, 40);
    let digits = thousands(most).len();
    let and_agencies = match agencies.len() as u64 {
        0 => String::new(),
        n => format!(" and {}", plural(n, "news agency", "news agencies")),
    };
    writeln!(text, "\n\x1b[1m{heading}\x1b[0m ({}{and_agencies})", thousands(total))?;
    for entity in entities {
        let bar = bar(entity.mentions, most);
        let name: String = safe_line(&entity.name).chars().take(width).collect();
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

/// The first pairs in the order of `dateline pairs`, with its conditions, and without those that are no news: a place and
/// its own country.
fn write_pairs(text: &mut String, view: &View<'_>) -> Result<(), Box<dyn StdError>> {
    let usual = Filter::default().for_pairs(view.n_documents());
    let filter = Filter { min_documents: 2, without_own_country: true, ..usual };
    let joint = view.joint_counts()?;
    let pairs = strongest_pairs(view, &joint, &filter.select(view)?, PairOptions::usual(ROWS))?;
    if pairs.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n\x1b[1mTogether\x1b[0m ({})", plural(joint.n_pairs()?, "pair", "pairs"))?;
    for pair in pairs {
        let [a, b] = [&pair.a.name, &pair.b.name].map(|name| safe_line(name));
        writeln!(text, "  {a} and {b} in {}", plural(pair.table.k11, "document", "documents"))?;
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
