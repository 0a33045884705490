//! `dateline gazetteer diff`: in what two gazetteers differ, and what that changes in a run.

use std::path::PathBuf;

use dateline::interchange::{Change, compare};
use dateline::{Run, ScanOptions, changes_by_gazetteer};
use serde_json::Value;

use crate::args::{Args, Format};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{self, load_layers, plural};
use crate::table::{self, id, number, text, word};

/// Lists the entities in which two gazetteers differ or, with --on, those of a run whose numbers change.
///
/// With --on the archive of the run is read again with NEW and the settings of the run, because other names may be found in it; the run
/// stays as it is, and was usually made with OLD.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns (and keys):
  change   added, removed or changed
  entity   id of the entity
  name     its canonical name
  what     fields with old and new value; + and - before names that are new or gone, or have other rules

With --on:
  entity            id of the entity
  name              its canonical name
  mentions          in the run
  mentions_after    with NEW
  documents         in the run
  documents_after   with NEW

Several layers of one gazetteer are joined by a plus sign: world+mine.gaz.

Exit code 0 if there is no difference, 1 if there is one.

Examples:
  dateline gazetteer diff core world -n 20
  dateline gazetteer diff world world+mine.gaz --on results")]
pub(crate) struct Diff {
    /// The older gazetteer: built-in names or files, joined by +
    #[arg(value_name = "OLD")]
    old: String,
    /// The newer one
    #[arg(value_name = "NEW")]
    new: String,
    /// List what changes in this run
    #[arg(long, value_name = "RUN")]
    on: Option<PathBuf>,
    /// Folder in which the inputs of the run are, if it is not the current one
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    root: PathBuf,
    /// How many rows; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    rows: usize,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Threads; 0 for one on each core
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

pub(super) fn run(command: &Diff, args: &Args) -> CommandResult {
    let layers = |given: &str| given.split('+').map(str::to_owned).collect::<Vec<_>>();
    let new = load_layers(&layers(&command.new), &[], false)?;
    let (n_found, columns, rows) = match &command.on {
        None => {
            let found = compare(&load_layers(&layers(&command.old), &[], false)?, &new);
            let rows = found.iter().map(|difference| {
                let (change, what) = match &difference.change {
                    Change::Added => ("added", String::new()),
                    Change::Removed => ("removed", String::new()),
                    Change::Changed { fields, new_names, lost_names } => {
                        let new_names = new_names.iter().map(|name| format!("+ {name}"));
                        let lost_names = lost_names.iter().map(|name| format!("- {name}"));
                        let all: Vec<String> = fields.iter().cloned().chain(new_names).chain(lost_names).collect();
                        ("changed", all.join("; "))
                    }
                };
                vec![change.into(), difference.id.as_str().into(), difference.name.as_str().into(), what.into()]
            });
            let rows: Vec<Vec<Value>> = rows.collect();
            (found.len(), vec![word("change"), id("entity"), text("name"), text("what")], rows)
        }
        Some(path) => {
            let stop = inputs::stop_on_signal();
            let run = Run::open(path)?;
            let old = load_layers(&layers(&command.old), &run.manifest().settings.without, false)?;
            if old.fingerprint() != run.manifest().gazetteer.fingerprint {
                let names = run.manifest().gazetteer.names.join("+");
                let message = format!("{}: it was made with another gazetteer than OLD: {names}", path.display());
                return Err(message.into());
            }
            let without = &run.manifest().settings.without;
            let new = if without.is_empty() { new } else { load_layers(&layers(&command.new), without, false)? };
            let folder = tempfile::tempdir()?;
            let scan = ScanOptions { threads: command.threads, on_progress: None, stop: Some(&stop) };
            let found = changes_by_gazetteer(&run, &command.root, &new, &folder.path().join("run"), scan)?;
            let rows = found.iter().map(|change| {
                let numbers = [change.before.0, change.after.0, change.before.1, change.after.1];
                let named = [Value::from(change.id.as_str()), change.name.as_str().into()];
                named.into_iter().chain(numbers.map(Value::from)).collect()
            });
            let rows: Vec<Vec<Value>> = rows.collect();
            let columns = vec![
                id("entity"),
                text("name"),
                number("mentions"),
                number("mentions_after"),
                number("documents"),
                number("documents_after"),
            ];
            (found.len(), columns, rows)
        }
    };
    let shown = if command.rows == 0 { rows.len() } else { command.rows.min(rows.len()) };
    exit_code::unless_closed(table::print(command.format, &columns, rows.into_iter().take(shown)))?;
    if !args.quiet {
        let what = if command.on.is_some() { "with other numbers" } else { "that differ" };
        let entities = plural(n_found as u64, "entity", "entities");
        let more = if shown < n_found { format!(", {shown} shown (-n 0 shows all)") } else { String::new() };
        crate::terminal::say!("{entities} {what}{more}");
    }
    Ok(if n_found == 0 { Outcome::Done } else { Outcome::Differs })
}
