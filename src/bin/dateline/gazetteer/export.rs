//! `dateline gazetteer export`: a gazetteer for other tools.

use std::path::PathBuf;

use clap::ValueEnum;
use dateline::Gazetteer;
use dateline::interchange::export::{ExportFormat, ExportReport, export};

use crate::args::Args;
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::plural;
use crate::table::{self, number, text};

/// Writes a gazetteer in the format of another tool. Losses are counted.
#[derive(Debug, clap::Args)]
#[command(after_help = "See --help for what each format can express.", after_long_help = HELP)]
pub(crate) struct Export {
    /// Built-in gazetteer (world, core, towns) or .gaz file; repeat it to add layers, the later over the earlier
    #[arg(short, long, value_name = "NAME|FILE", default_value = "world")]
    gazetteer: Vec<String>,
    /// Format to write
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Format,
    /// File to write, for gate a folder. It appears when it is complete, or not at all
    #[arg(short, long, value_name = "PATH")]
    out: PathBuf,
    /// Replace an earlier export of that name, and nothing that is not recognisable as one (files of solr and flashtext are not)
    #[arg(long)]
    force: bool,
}

const HELP: &str = "\
Formats, and what they keep of a gazetteer:
  gaz        everything: the native format
  jsonl      everything: {\"id\", \"kind\", \"name\", \"flags\", \"keys\", \"names\": [{\"name\", \"kind\", \"flags\", \"keys\"}]}
  csv        id, kind, name, its flags, aliases (a|b), a column for each key; not the flags and kinds of aliases
  spacy      EntityRuler patterns with label and id; case, but no other flags. Load them with the default phrase_matcher_attr
  gate       a folder: lists.def, a list for each kind; everything, as features after tabs (gazetteerFeatureSeparator)
  flashtext  alias=>canonical lines, or JSON if PATH ends in .json; a name means one entity, case is ignored
  solr       a line with all names of an entity; no ids, kinds or flags
  quanteda   YAML: kind, canonical name, names; import it with --leaf entity
  skos       N-Triples: labels, broader, kind (inScheme), exactMatch, coordinates; no flags

The report on standard error:
  left out   names that are not in the output, because
  lost       what was written without something that the format cannot express

Weak names match everywhere in other tools, and vetoes (stop) cannot be expressed there: they are left out.";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Gaz,
    Jsonl,
    Csv,
    Spacy,
    Gate,
    Flashtext,
    Solr,
    Quanteda,
    Skos,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Gaz => Self::Gaz,
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
            Format::Spacy => Self::Spacy,
            Format::Gate => Self::Gate,
            Format::Flashtext => Self::Flashtext,
            Format::Solr => Self::Solr,
            Format::Quanteda => Self::Quanteda,
            Format::Skos => Self::Skos,
        }
    }
}

pub(crate) fn run(command: &Export, args: &Args) -> CommandResult {
    let gazetteer = Gazetteer::load(&command.gazetteer)?;
    let report = export(&gazetteer, command.to.into(), &command.out, command.force)?;
    if !args.quiet {
        print_report(&report, command);
    }
    Ok(Outcome::Done)
}

fn print_report(report: &ExportReport, command: &Export) {
    let mut rows: Vec<Vec<serde_json::Value>> = Vec::new();
    for (what, counts) in [("left out", &report.left_out), ("lost", &report.lost)] {
        rows.extend(counts.iter().map(|(reason, count)| vec![what.into(), (*reason).into(), (*count).into()]));
    }
    if !rows.is_empty() {
        let columns = [text(""), text("what"), number("count")];
        crate::terminal::say!("{}\n", table::render(&columns, rows));
    }
    let entities = plural(report.entities, "entity", "entities");
    crate::terminal::say!("{entities} with {} in {}", plural(report.names, "name", "names"), command.out.display());
}
