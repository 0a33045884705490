//! `dateline gazetteer suggest`: names that a gazetteer lacks.

use std::path::{Path, PathBuf};

use dateline::{Analyzer, Run, ScanOptions};
use serde_json::{Value, json};

use crate::args::{Args, Format, InputArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::{self, load_layers, plural};
use crate::progress;
use crate::table::{self, number, prose, text};

/// Lists the capitalised sequences of articles that no name of the gazetteer covers, in most documents first:
/// candidates for a gazetteer of your own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
INPUT is a file, a directory tree, - for standard input, or a run: a run has no text, so its inputs are read from the paths in its \
manifest (relative to the current directory), if they are unchanged.

Columns (and keys):
  name       the sequence as written: capitalised words, joined by blanks or by words such as \"of\"
  documents  documents it is in
  count      how often it occurs
  contexts   up to three occurrences with five words on either side, separated by | (a list in jsonl)

Left out: persons (after a given name, an initial or a title), days and months, headlines, and single words at the \
beginning of a sentence. A sequence may still be a person's: read the contexts. The result does not depend on -j.

Example:
  dateline gazetteer suggest news/ -g world -g mine.gaz -n 100")]
pub(crate) struct Suggest {
    #[command(flatten)]
    input: InputArgs,
    /// Built-in gazetteer (world, core, towns), .gaz file or compiled .dlz; repeat it to add layers, the later over the
    /// earlier
    #[arg(short, long, value_name = "NAME|FILE", default_value = "world")]
    gazetteer: Vec<String>,
    /// Leave out the entities of this origin (src=); repeat it for several. One that no entity has is an error
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// How many rows to print; 0 prints all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    rows: usize,
    /// Only sequences in at least this many documents
    #[arg(long, value_name = "N", default_value_t = 2)]
    min_documents: u64,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(crate) fn run(command: &Suggest, args: &Args) -> CommandResult {
    let paths = inputs_of(&command.input.inputs)?;
    let archive = inputs::open_paths(&paths, &command.input, args)?;
    let gazetteer = load_layers(&command.gazetteer, &command.without, false)?;
    let analyzer = Analyzer::new(&gazetteer)?;
    let stop = inputs::stop_on_signal();
    let bar = progress::bar(&archive, &command.input, args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.input.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let found = dateline::suggest(&analyzer, &archive, scan)?;
    bar.finish_and_clear();
    let frequent: Vec<_> =
        found.suggestions.iter().filter(|suggestion| suggestion.documents >= command.min_documents).collect();
    let limit = if command.rows == 0 { usize::MAX } else { command.rows };
    let columns = [text("name"), number("documents"), number("count"), prose("contexts")];
    let rows = frequent.iter().take(limit).map(|suggestion| -> Vec<Value> {
        let contexts = match command.format {
            Format::Jsonl => json!(suggestion.contexts),
            Format::Table | Format::Csv => suggestion.contexts.join(" | ").into(),
        };
        vec![suggestion.text.as_str().into(), suggestion.documents.into(), suggestion.count.into(), contexts]
    });
    table::print(command.format, &columns, rows)?;
    if !args.quiet {
        let shown = frequent.len().min(limit) as u64;
        let of = plural(frequent.len() as u64, "sequence", "sequences");
        let documents = plural(found.documents, "document", "documents");
        crate::terminal::say!("{} of {of} in {documents}", dateline::text::thousands(shown));
        if found.rejected > 0 {
            crate::terminal::say!("skipped {}", plural(found.rejected, "record", "records"));
        }
    }
    Ok(if command.input.strict && found.rejected > 0 { Outcome::Differs } else { Outcome::Done })
}

/// The given inputs; a run is replaced by the inputs it was made from.
fn inputs_of(typed: &[PathBuf]) -> Result<Vec<PathBuf>, dateline::Error> {
    let mut paths = Vec::new();
    for path in typed {
        if path.join("manifest.json").is_file() {
            paths.extend(dateline::inputs_of_run(&Run::open(path)?, Path::new(""))?);
        } else {
            paths.push(path.clone());
        }
    }
    Ok(paths)
}
