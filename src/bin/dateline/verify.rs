//! `dateline verify`: is a run complete and consistent?

use dateline::{Run, ScanOptions, check_inputs, check_sample};
use serde_json::Value;

use crate::again::PlaceArgs;
use crate::args::{Args, Format, Verify};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{plural, stop_on_signal};
use crate::table::{self, prose, text, word};

/// What of the archive is compared, too.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Archive")]
pub(crate) struct ArchiveArgs {
    /// Also read every input and compare its hash with that of the manifest
    #[arg(long)]
    inputs: bool,
    /// Also analyse N documents again, chosen at random, and compare everything that the run says of them
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Number that decides which documents; the same number gives the same ones
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    place: PlaceArgs,
}

pub(crate) fn run(command: &Verify, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let ArchiveArgs { inputs, sample, seed, place } = &command.archive;
    let mut report = run.verify();
    if *inputs || sample.is_some() {
        let stop = stop_on_signal();
        if *inputs {
            report.checks.extend(check_inputs(&run, &place.root, Some(&stop))?);
        }
        if let Some(n) = sample {
            let scan = ScanOptions { threads: 0, on_progress: None, stop: Some(&stop) };
            report.checks.push(check_sample(&run, &place.root, &place.load(&run)?, (*n, *seed), scan)?);
        }
    }
    let columns = [text("check"), word("ok"), prose("detail")];
    if !args.quiet {
        let table = command.format == Format::Table;
        let rows = report.checks.iter().map(|check| {
            let ok: Value = match (table, check.ok) {
                (false, ok) => ok.into(),
                (true, true) => "yes".into(),
                (true, false) => "NO".into(),
            };
            vec![check.name.as_str().into(), ok, check.detail.as_str().into()]
        });
        exit_code::unless_closed(table::print(command.format, &columns, rows))?;
        report.notes.iter().for_each(|note| crate::terminal::say!("note: {note}"));
    }
    let failed = report.failures().count() as u64;
    if failed > 0 {
        let path = command.run.display();
        crate::terminal::say!(
            "{path}: {} failed; do not use this run, repeat the analysis",
            plural(failed, "check", "checks")
        );
        return Ok(Outcome::Differs);
    }
    if !args.quiet && command.format == Format::Table {
        crate::terminal::say!(
            "{}: all {} passed",
            command.run.display(),
            plural(report.checks.len() as u64, "check", "checks")
        );
    }
    Ok(Outcome::Done)
}
