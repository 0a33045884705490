//! `dateline gazetteer compile`: from text layers to one file that opens immediately.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use dateline::Gazetteer;
use dateline::gazetteer::{LoadOptions, LoadProgress, LoadStage};
use dateline::text::thousands;
use indicatif::ProgressBar;

use crate::args::Args;
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::{plural, say_what_is_replaced};

/// Compiles gazetteers into one file (.dlz) that is memory-mapped: -g FILE.dlz starts immediately, whatever its size.
///
/// The file contains all that matching needs, and the hashes of its sources: it is refused if one of them has changed
/// since, if another version of the format wrote it, or if a byte of it is damaged. It is a cache, not a form for
/// exchange: keep the .gaz. Text gazetteers given with -g are compiled automatically, and kept in the user's cache
/// folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Memory is bounded: beyond about 1 GiB, data is sorted in temporary files (in $TMPDIR).

Examples:
  dateline gazetteer compile mine.gaz -o mine.dlz
  dateline gazetteer compile world mine.gaz -o both.dlz
  dateline gazetteer compile world --without geonames -o free.dlz")]
pub(crate) struct Compile {
    /// Built-in gazetteers (world, core, towns), .gaz files, or compiled ones; the later over the earlier
    #[arg(required = true, value_name = "NAME|FILE")]
    layers: Vec<String>,
    /// File to write
    #[arg(short, long, value_name = "FILE.dlz")]
    out: PathBuf,
    /// Leave out the entities of this origin (src=), e.g. geonames; repeat it for several. One that no entity has is an error
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// Replace an earlier compiled gazetteer
    #[arg(long)]
    force: bool,
    /// Show no progress (there is never any unless standard error is a terminal)
    #[arg(long)]
    no_progress: bool,
}

pub(crate) fn run(command: &Compile, args: &Args) -> CommandResult {
    let started = Instant::now();
    let spinner = spinner(args.quiet || command.no_progress);
    let on_progress = |progress| spinner.set_message(describe(progress));
    let options = LoadOptions { without: command.without.clone(), on_progress: Some(&on_progress) };
    let gazetteer = Gazetteer::load_with(&command.layers, &options)?;
    dateline::compile_to(&gazetteer, &options, &command.out, command.force)?;
    spinner.finish_and_clear();
    say_what_is_replaced(&gazetteer);
    if !args.quiet {
        let bytes = command.out.metadata().map_or(0, |metadata| metadata.len());
        crate::terminal::say!(
            "{}: {}, {}, {} bytes, in {:.1} s",
            command.out.display(),
            plural(gazetteer.n_entities() as u64, "entity", "entities"),
            plural(gazetteer.n_aliases() as u64, "name", "names"),
            thousands(bytes),
            started.elapsed().as_secs_f64(),
        );
        if gazetteer.left_out() > 0 {
            let left_out = plural(gazetteer.left_out(), "entity", "entities");
            crate::terminal::say!("left out {left_out} of {}", command.without.join(", "));
        }
    }
    Ok(Outcome::Done)
}

/// A line that shows the progress, on a terminal.
pub(super) fn spinner(hidden: bool) -> ProgressBar {
    if hidden || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}

fn describe(progress: LoadProgress) -> String {
    let done = thousands(progress.done);
    match progress.stage {
        LoadStage::Read => format!("read {done} entities"),
        LoadStage::Order => format!("ordered {done} entities"),
        LoadStage::Index => format!("indexed {done} names"),
    }
}
