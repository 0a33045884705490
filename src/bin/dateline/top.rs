//! `dateline top`: the entities of a run.

use std::path::PathBuf;

use clap::ValueEnum;
use dateline::Run;
use dateline::query::{FIELDS, Filter, Frequency, top_entities};
use serde_json::Value;

use crate::args::{Args, KindArg, ListArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::plural;
use crate::table::{self, id, number, text, word};

/// Lists the entities of a run, most mentioned first.
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub(crate) struct Top {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    kind: KindArg,
    /// What to order by
    #[arg(long, value_enum, default_value = "mentions")]
    by: TopBy,
}

fn help() -> String {
    let field = |(name, _, meaning): &(&str, bool, &str)| format!("  {name:11} {meaning}\n");
    let fields: Vec<String> = FIELDS.iter().map(field).collect();
    format!(
        "\
Columns (and keys):
  entity     id of the entity in the gazetteer
  name       its canonical name
  type       place, organisation, title, or another
  mentions   mentions in all documents (collection frequency)
  documents  documents with at least one mention (document frequency)

On a terminal, long names are cut (…) and columns that do not fit are left out and named; pipes and files get everything.

Equal rows are ordered by name and id. By mentions, a long article has more weight than by documents.

Conditions (--where) compare a field with a value by = != < <= > >= or ~ (holds the text), and are joined by & (and), | (or), ! (not) and
parentheses; field=x,y is one of several; a value with blanks is written in quotes. Case and accents make no difference, except in ids.
{}
A date is a day, month, quarter, week or year (2024-03-05, 2024-03, 2024-Q1, 2024-W10, 2024), and stands for all its days. Conditions on
documents (date, source, id, language, words, characters) and those on entities are joined by & only. With conditions on documents, all numbers are
those of a run of these documents alone: mentions and documents here, and everything that pairs computes.

Examples:
  dateline top results --type place -n 50
  dateline top results --where 'kind=place.city & country=IQ,IR & date>=2024-01'
  dateline top results --where 'type=organisation & name~bank & !country=US'",
        fields.concat()
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TopBy {
    Mentions,
    Documents,
}

impl From<TopBy> for Frequency {
    fn from(by: TopBy) -> Self {
        match by {
            TopBy::Mentions => Self::Mentions,
            TopBy::Documents => Self::Documents,
        }
    }
}

pub(crate) fn run(command: &Top, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let filter = command.kind.filter()?;
    let view = filter.view(&run)?;
    let entities = top_entities(&view, &filter.select(&view)?, command.by.into(), command.list.rows);
    let columns = [id("entity").spare(1), text("name"), word("type").spare(2), number("mentions"), number("documents")];
    let rows = entities.iter().map(|entity| {
        let cells: [Value; 5] = [
            entity.id.as_str().into(),
            entity.name.as_str().into(),
            entity.type_name().into(),
            entity.mentions.into(),
            entity.documents.into(),
        ];
        cells.into()
    });
    table::print(command.list.format, &columns, rows)?;
    if entities.is_empty() && !args.quiet {
        let (path, total) = (command.run.display(), run.manifest().totals.entities);
        let of = plural(total, "entity", "entities");
        let conditions =
            if total == 0 || filter.is_everything() { String::new() } else { format!(" and none meets {filter}") };
        anstream::eprintln!("{path}: the run has {of}{conditions}");
    }
    Ok(Outcome::Done)
}
