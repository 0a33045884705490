//! `dateline read`: what the readers make of the inputs, as JSON Lines.

use std::io::{self, BufWriter};

use dateline::ScanOptions;

use crate::args::{Args, Read};
use crate::exit_code::{CommandResult, Outcome};
use crate::{inputs, progress};

pub(crate) fn run(command: &Read, args: &Args) -> CommandResult {
    let archive = inputs::open_archive(&command.input, args)?;
    // Whoever writes into standard input may wait for the answer.
    let archive = if archive.reads_stdin() { archive.promptly() } else { archive };
    let stop = inputs::stop_on_signal();
    let bar = progress::bar(&archive, &command.input, args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.input.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let summary = dateline::read_documents(archive.batches(), command.limit, scan, &mut out)?;
    bar.finish_and_clear();
    inputs::report_rejects(summary.rejected, &summary.rejects, None, args);
    inputs::report_oddities(&summary.notes);
    Ok(if command.input.strict && summary.rejected > 0 { Outcome::Differs } else { Outcome::Done })
}
