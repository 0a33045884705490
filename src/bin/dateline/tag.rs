//! `dateline tag`: mentions as JSON Lines.

use std::io::{self, BufWriter};

use dateline::{ScanOptions, TagOptions};

use crate::args::{Args, ProfileArg, Tag};
use crate::exit_code::{CommandResult, Outcome};
use crate::{inputs, progress};

pub(crate) fn run(command: &Tag, args: &Args) -> CommandResult {
    if command.segments && command.gazetteer.profile == ProfileArg::Plain {
        return Err("the plain profile does not divide articles; remove --segments, or use another".into());
    }
    // Whoever writes into standard input may wait for the answer.
    let archive = inputs::open_archive(&command.input, args)?;
    let archive = if archive.reads_stdin() { archive.promptly() } else { archive };
    let gazetteer = inputs::load_gazetteer(&command.gazetteer)?;
    let stop = inputs::stop_on_signal();
    let bar = progress::bar(&archive, &command.input, args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.input.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let (names, furniture) = (&command.gazetteer, &command.furniture);
    let analyzer = inputs::build_analyzer(names, furniture, &[], &gazetteer, &archive, scan)?;
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let how = TagOptions { unit: command.offsets.into(), segments: command.segments, focus: command.focus };
    let summary = dateline::tag(&analyzer, archive.batches(), how, scan, &mut out)?;
    bar.finish_and_clear();
    inputs::report_rejects(summary.rejected, &summary.rejects, None, args);
    inputs::report_notes(&summary.notes, &gazetteer);
    Ok(if command.input.strict && summary.rejected > 0 { Outcome::Differs } else { Outcome::Done })
}
