//! `dateline rerun` and `dateline edit`: a stored run that is repeated or corrected.

use std::fs;
use std::path::{Path, PathBuf};

use dateline::{Edited, Edits, Run, ScanOptions, edit as edit_run, rerun as repeat_run};

use crate::args::Args;
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{self, plural};
use crate::parts::OutputArgs;
use crate::progress;

/// Repeats a run from its manifest, and compares all of its files with those of the run.
///
/// The inputs are read where they are now, with the settings and under the names that the manifest has. The new run is removed again
/// unless --out says where it should stay.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints one line for each difference, causes before effects: the program, inputs that have changed, the gazetteer, tables.

Exit code 0 if the run has the same bytes, 1 if not, 2 if it cannot be repeated: an input or the gazetteer is missing, or
documents were taken out of the run.

Examples:
  dateline rerun results
  dateline rerun results --root /archive --gazetteer world --gazetteer names/mine.gaz --out again")]
pub(crate) struct Rerun {
    /// The directory of the run
    run: PathBuf,
    #[command(flatten)]
    place: PlaceArgs,
    /// Keep the new run in this directory
    #[arg(short, long, value_name = "RUN")]
    out: Option<PathBuf>,
    /// Replace an earlier run of that name
    #[arg(long, requires = "out")]
    force: bool,
    /// Threads; 0 for one on each core
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

/// Where the inputs and the gazetteer of a run are now.
#[derive(Debug, clap::Args)]
pub(crate) struct PlaceArgs {
    /// Folder in which the inputs of the run are, if it is not the current one
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(crate) root: PathBuf,
    /// The gazetteer of the run, layer by layer, if its files are not in the current folder
    #[arg(short, long, value_name = "NAME|FILE")]
    pub(crate) gazetteer: Vec<String>,
}

impl PlaceArgs {
    /// The layers that are named, or those that the manifest names.
    pub(crate) fn load(&self, run: &Run) -> Result<dateline::Gazetteer, dateline::Error> {
        let manifest = run.manifest();
        let layers = if self.gazetteer.is_empty() { &manifest.gazetteer.names } else { &self.gazetteer };
        inputs::load_layers(layers, &manifest.settings.without, false)
    }
}

pub(crate) fn rerun(command: &Rerun, args: &Args) -> CommandResult {
    let stop = inputs::stop_on_signal();
    let run = Run::open(&command.run)?;
    let gazetteer = command.place.load(&run)?;
    let bar = progress::of_runs([&run], args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let folder = match &command.out {
        Some(_) => None,
        None => Some(tempfile::tempdir()?),
    };
    let out = match (&command.out, &folder) {
        (Some(out), _) => out.clone(),
        (None, Some(folder)) => folder.path().join("run"),
        (None, None) => return Err("no place for the new run".into()),
    };
    let again = repeat_run(&run, &command.place.root, &gazetteer, &out, command.force, scan)?;
    bar.finish_and_clear();
    for difference in &again.differences {
        exit_code::unless_closed(write_line(difference))?;
    }
    if again.differences.is_empty() {
        if !args.quiet {
            let digest = run.manifest().digest();
            exit_code::unless_closed(write_line(&format!("the same in every byte: digest {digest}")))?;
        }
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Differs)
}

fn write_line(line: &str) -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write;
    Ok(writeln!(crate::terminal::stdout(), "{line}")?)
}

/// Corrects a run without reading the archive: entities are merged, divided, removed, renamed or described anew.
///
/// A run knows what its mentions mean, and not which other names its articles hold. So a line that adds or removes a name is listed and
/// needs a new analysis; all others are applied to the stored counts and mentions.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Lines of the file, words separated by blanks:
  !merge ID INTO            mentions of the one entity mean the other
  !split ID NEW CONDITION   mentions in documents that meet the condition (on date, source, ... as for --where) mean NEW
  !remove ID                mentions of the entity do not count
  !rename ID NAME           its canonical name
and lines of entities as in a .gaz file, which describe an entity anew, or one that others are merged into.
# begins a comment.

Removing an entity does not bring back names that it covered: that needs a new analysis, too.

Exit code 0 if all is done; 1 if a line needs a new analysis, or is about an entity that no document mentions.

Example:
  dateline edit results --with edits.gaz --out corrected")]
pub(crate) struct Edit {
    /// The directory of the run
    run: PathBuf,
    /// File with the corrections
    #[arg(long = "with", value_name = "FILE")]
    edits: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn edit(command: &Edit, args: &Args) -> CommandResult {
    let stop = inputs::stop_on_signal();
    let path = &command.edits;
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_name().unwrap_or(Path::new("edits").as_os_str()).to_string_lossy();
    let edits = Edits::parse(&text, &name)?;
    let run = Run::open(&command.run)?;
    let bar = progress::of_runs([&run], args);
    let on_progress = |done| progress::advance(&bar, done);
    let options = command.output.options(&stop, &on_progress);
    let Edited { summary, unknown } = edit_run(&run, &edits, &command.output.out, options)?;
    bar.finish_and_clear();
    if !args.quiet {
        let totals = summary.totals;
        let mentions = plural(totals.mentions, "mention", "mentions");
        let entities = plural(totals.entities, "entity", "entities");
        let line = format!("{mentions} of {entities} in {}", summary.run.path().display());
        exit_code::unless_closed(write_line(&line))?;
    }
    for id in &unknown {
        crate::terminal::say!("no document of the run mentions {id}");
    }
    for line in edits.need_reading() {
        crate::terminal::say!("needs a new analysis: {line}");
    }
    Ok(if unknown.is_empty() && edits.need_reading().is_empty() { Outcome::Done } else { Outcome::Differs })
}
