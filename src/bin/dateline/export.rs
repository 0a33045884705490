//! `dateline export`: a run for another tool.

use dateline::Run;
use dateline::export::{ExportOptions, export};
use dateline::text::thousands;

use crate::args::{Args, Export};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs;
use crate::progress;

pub(crate) fn run(command: &Export, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let options = ExportOptions {
        format: command.to,
        filter: command.filter.filter(&run)?,
        table: command.table.map(Into::into),
        by: command.slice.by.clone(),
        focus: command.focus,
        csv_safe: command.csv_safe,
        force: command.force,
    };
    let stop = inputs::stop_on_signal();
    let bar = progress::rows(args.quiet || command.no_progress);
    let on_rows = |rows| {
        bar.set_position(rows);
        !stop.is_stopped()
    };
    let summary = export(&run, &options, &command.out, &on_rows)?;
    bar.finish_and_clear();
    if !args.quiet {
        let parts = summary.written.iter().filter(|(_, rows)| *rows > 0);
        let parts: Vec<String> = parts.map(|(name, rows)| format!("{name} {}", thousands(*rows))).collect();
        let parts =
            if parts.is_empty() { "empty, since no row meets the conditions".to_owned() } else { parts.join(", ") };
        crate::terminal::say!("{}: {parts}", summary.out.display());
        summary.notes.iter().for_each(|note| crate::terminal::say!("note: {note}"));
    }
    Ok(Outcome::Done)
}
