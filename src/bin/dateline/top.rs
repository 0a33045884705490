//! `dateline top`: the entities of a run.

use std::path::PathBuf;

use dateline::query::{FIELDS, Frequency, RunEntity, Slice, SliceCount, View, top_entities};
use dateline::{Error, Run};
use serde_json::Value;

use crate::args::{Args, Format, ListArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::{Count, KindArg, SliceArg};
use crate::inputs::plural;
use crate::table::{self, Column, id, number, text, word};

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
    #[command(flatten)]
    slice: SliceArg,
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
  and with --by, for each slice by itself:
  slice      the period, source, language or value; \"no date\", \"no source\", ... for documents without one, so that the slices
             sum to the whole
  articles   all documents of the slice
  words      words of their titles and texts
  rate       documents for each 1,000 articles
  low high   95 % interval of the rate (Wilson 1927)
  mention_rate  mentions for each 100,000 words

On a terminal, long names are cut (…) and columns that do not fit are left out and named; pipes and files get everything.

Equal rows are ordered by name and id. By mentions, a long article has more weight than by articles.

Conditions (--where) compare a field with a value by = != < <= > >= or ~ (holds the text), and are joined by & (and), | (or), ! (not) and
parentheses; field=x,y is one of several; a value with blanks is written in quotes. Case and accents make no difference, except in ids.
{}
A date is a day, month, quarter, week or year (2024-03-05, 2024-03, 2024-Q1, 2024-W10, 2024), and stands for all its days. Conditions on
documents (date, source, id, language, words, characters, and the fields that the run kept, by their names) and those on entities are
joined by & only. With conditions on documents, all numbers are those of a run of these documents alone: mentions and documents here, and
everything that pairs computes.

--section counts only mentions in these parts of the article, --roll-up counts a place for its country or division, where it counts once a
document (a document that mentions Paris and Lyon has one document and two mentions of France). Organisations and titles, and places
whose country is not known, count for themselves. --by, --where, --section and --roll-up are the same in top, pairs, neighbours, trend,
kwic, show, communities and export.

Examples:
  dateline top results --type place -n 50
  dateline top results --roll-up country --by year --count articles -n 5
  dateline top results --where 'kind=place.city & country=IQ,IR & date>=2024-01'
  dateline top results --where 'type=organisation & name~bank & !country=US'",
        fields.concat()
    )
}

pub(crate) fn run(command: &Top, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let filter = command.kind.filter(&run)?;
    let order = match command.kind.part.count {
        Count::Mentions => Frequency::Mentions,
        Count::Articles | Count::Stories => Frequency::Documents,
    };
    let view = filter.view(&run)?;
    let mut columns =
        vec![id("entity").spare(1), text("name"), word("type").spare(2), number("mentions"), number("documents")];
    let list = |view: &View<'_>, slice: Option<&Slice>| -> Result<Vec<Vec<Value>>, Error> {
        let entities = top_entities(view, &filter.select(view)?, order, command.list.rows);
        let row = |entity: &&RunEntity| {
            let mut cells: Vec<Value> = vec![
                entity.id.as_str().into(),
                entity.name.as_str().into(),
                entity.type_name().into(),
                entity.mentions.into(),
                entity.documents.into(),
            ];
            if let Some(slice) = slice {
                let count = SliceCount { mentions: entity.mentions, documents: entity.documents.into() };
                cells.insert(0, slice.label.as_str().into());
                cells.extend(rates(count, slice));
            }
            cells
        };
        Ok(entities.iter().map(row).collect())
    };
    let mut rows = Vec::new();
    if let Some(by) = &command.slice.by {
        columns.insert(0, word("slice"));
        columns.extend(rate_columns(command.list.format));
        let slices = view.slices(by)?;
        for (at, counts) in view.counts_by(&slices)?.iter().enumerate() {
            rows.extend(list(&view.of_slice(&slices, at, counts), Some(&slices.slices[at]))?);
        }
    } else {
        rows = list(&view, None)?;
    }
    let nothing = rows.is_empty();
    table::print(command.list.format, &columns, rows)?;
    if nothing && !args.quiet {
        let (path, total) = (command.run.display(), run.manifest().totals.entities);
        let of = plural(total, "entity", "entities");
        let conditions =
            if total == 0 || filter.is_everything() { String::new() } else { format!(" and none meets {filter}") };
        crate::terminal::say!("{path}: the run has {of}{conditions}");
    }
    Ok(Outcome::Done)
}

/// What a count is of: the slice and its rates.
pub(crate) fn rate_columns(format: Format) -> Vec<Column> {
    let names = ["articles", "words", "rate", "low", "high", "mention_rate"].map(number);
    let spare = |column: Column| if matches!(column.name, "words" | "mention_rate") { column.spare(2) } else { column };
    names.into_iter().map(|column| if format == Format::Table { spare(column) } else { column }).collect()
}

/// The cells of [`rate_columns`].
pub(crate) fn rates(count: SliceCount, slice: &Slice) -> Vec<Value> {
    let rate = count.rate(slice.articles);
    let rates = [rate.map(|rate| rate.0), rate.map(|rate| rate.1), rate.map(|rate| rate.2)];
    let mut cells: Vec<Value> = vec![slice.articles.into(), slice.words.into()];
    cells.extend(rates.map(Value::from));
    cells.push(count.mention_rate(slice.words).into());
    cells
}
