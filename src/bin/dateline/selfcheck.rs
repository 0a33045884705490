//! `dateline selfcheck`: compares the engine with the oracle.

use std::io::Write;

use dateline::ScanOptions;

use crate::args::{Args, Selfcheck};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::{self, plural};
use crate::progress;

pub(crate) fn run(command: &Selfcheck, args: &Args) -> CommandResult {
    if !command.gazetteer.without_rule.is_empty() {
        return Err("selfcheck compares matches, before any rule; remove --without-rule".into());
    }
    let archive = inputs::open_archive(&command.input, args)?;
    let gazetteer = inputs::load_gazetteer(&command.gazetteer)?;
    let stop = inputs::stop_on_signal();
    let bar = progress::bar(&archive, &command.input, args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.input.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let engine = command.gazetteer.engine.into();
    let report = dateline::selfcheck(&gazetteer, &archive, engine, command.sample, scan)?;
    bar.finish_and_clear();
    let mut out = crate::terminal::stdout();
    writeln!(
        out,
        "{} of {}, {} bytes, {}: {} with a difference",
        report.compared,
        plural(report.documents, "document", "documents"),
        dateline::text::thousands(report.bytes),
        plural(report.spans, "span", "spans"),
        plural(report.n_differences, "part", "parts"),
    )?;
    for difference in &report.differences {
        let (id, part, at) = (&difference.id, difference.part.as_str(), difference.at);
        writeln!(out, "  {id} {part} byte {at}: …{}…", difference.context.replace('\n', " "))?;
    }
    Ok(if report.n_differences > 0 { Outcome::Differs } else { Outcome::Done })
}
