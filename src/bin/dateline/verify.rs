//! `dateline verify`: is a run complete and consistent?

use dateline::Run;
use serde_json::Value;

use crate::args::{Args, Format, Verify};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::plural;
use crate::table::{self, prose, text, word};

pub(crate) fn run(command: &Verify, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let report = run.verify();
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
        report.notes.iter().for_each(|note| anstream::eprintln!("note: {note}"));
    }
    let failed = report.failures().count() as u64;
    if failed > 0 {
        let path = command.run.display();
        anstream::eprintln!(
            "{path}: {} failed; do not use this run, repeat the analysis",
            plural(failed, "check", "checks")
        );
        return Ok(Outcome::Differs);
    }
    if !args.quiet && command.format == Format::Table {
        anstream::eprintln!(
            "{}: all {} passed",
            command.run.display(),
            plural(report.checks.len() as u64, "check", "checks")
        );
    }
    Ok(Outcome::Done)
}
