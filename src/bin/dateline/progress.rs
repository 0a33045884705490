//! The progress bar of long work: only on a terminal, only on standard error.

use std::io::IsTerminal;
use std::time::Duration;

use dateline::{Archive, Progress, Run};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{Args, InputArgs};

/// A count of rows whose total is not known.
pub(crate) fn rows(hidden: bool) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if hidden || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        return bar;
    }
    bar.set_style(
        ProgressStyle::with_template("{spinner} {human_pos} rows  {elapsed}").expect("the template is valid"),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A bar over the bytes of the archive, with documents a second and the remaining time.
pub(crate) fn bar(archive: &Archive, input: &InputArgs, args: &Args) -> ProgressBar {
    over(archive.total_bytes(), args.quiet || input.no_progress)
}

/// A bar for work on runs; its length is the bytes of all their inputs.
pub(crate) fn of_runs<'r>(runs: impl IntoIterator<Item = &'r Run>, args: &Args) -> ProgressBar {
    let inputs = runs.into_iter().flat_map(|run| &run.manifest().inputs);
    over(Some(inputs.map(|input| input.bytes).sum()), args.quiet)
}

fn over(bytes: Option<u64>, hidden: bool) -> ProgressBar {
    let bar = bytes.map_or_else(ProgressBar::no_length, ProgressBar::new);
    if hidden || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        return bar;
    }
    let template = match bytes {
        Some(_) => "{bar:30} {percent:>3}%  {bytes} of {total_bytes}  {msg}  {eta} left",
        None => "{spinner} {bytes}  {msg}  {elapsed}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    bar.set_style(style.progress_chars("━╸ "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Advances the bar.
pub(crate) fn advance(bar: &ProgressBar, progress: Progress) {
    bar.set_position(progress.bytes);
    let seconds = bar.elapsed().as_secs_f64().max(1e-3);
    let rate = (progress.records as f64 / seconds) as u64;
    bar.set_message(format!("{} documents/s", dateline::text::thousands(rate)));
}
