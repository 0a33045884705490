//! `dateline neighbours`: what belongs to one entity.

use dateline::Run;
use dateline::association::Measure;
use dateline::query::{Filter, PairOptions, PairOrder, strongest_pairs};
use serde_json::Value;
use std::path::PathBuf;

use crate::args::{Args, Format, ListArgs, whole};
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::{KindArg, TogetherArgs};
use crate::inputs::entity_in;
use crate::pairs::{TOGETHER_HELP, measure_help, measures};
use crate::table::{self, Column, id, number, text, word};

/// Lists the entities that are mentioned in the same documents as one entity more often than by chance, the strongest
/// association first.
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub(crate) struct Neighbours {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The entity, by its id or by any of its names
    #[arg(value_name = "ENTITY")]
    entity: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    kind: KindArg,
    /// Columns of measures; the list is ordered by the first
    #[arg(long, value_delimiter = ',', default_value = "g2,npmi,p_b_a", value_name = "NAME,...", value_parser = measures(), hide_possible_values = true)]
    measure: Vec<Measure>,
    #[command(flatten)]
    together: TogetherArgs,
    /// Only neighbours in at least this many documents [default: 5, or one of a hundred documents if that is fewer]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<u32>)]
    min_each: Option<u32>,
    /// Also list news agencies, rare names, and neighbours that are not there more often than by chance
    #[arg(long)]
    all_pairs: bool,
}

fn help() -> String {
    format!(
        "\
Columns (and keys; in this order in jsonl and csv, names first in a table):
  neighbour        id of the neighbour
  name type        its canonical name and its type
  k11              documents that mention both (in a table: documents)
  k12 k21 k22      documents that mention only the entity, only the neighbour, neither
  g2 npmi ...      the measures of --measure; a is the entity, b is the neighbour

Measures (e = a b / n is the number of documents with both that chance alone would give):
{}
{}
--type and --where choose neighbours; conditions on documents choose the documents in which all is counted.

Examples:
  dateline neighbours results Iraq --type organisation
  dateline neighbours results Iraq --where 'date>=2024-06' --measure npmi,g2 --min-each 20",
        measure_help(),
        TOGETHER_HELP
    )
}

pub(crate) fn run(command: &Neighbours, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let mut filter = Filter { without_nested: command.together.no_nested, ..command.kind.filter(&run)? };
    let view = filter.view(&run)?;
    // With --roll-up a city is asked for as its country.
    let entity = entity_in(&view, &command.entity, None)?;
    let row = entity.row;
    if !command.all_pairs {
        filter.without_agencies = true;
        filter.min_each = PairOptions::usual_minimum(view.n_documents());
    }
    filter.min_each = command.min_each.unwrap_or(filter.min_each);
    let selection = filter.select(&view)?.around(row);
    let options = PairOptions {
        order: PairOrder::Measure(command.measure[0]),
        attracted: !command.all_pairs,
        ..PairOptions::usual(command.list.rows)
    };
    let pairs = strongest_pairs(&view, &view.joint_counts_within(command.together.together())?, &selection, options)?;
    let as_table = command.list.format == Format::Table;
    let measured = command.measure.iter().map(|measure| number(measure.name()));
    let columns: Vec<Column> = if as_table {
        let first = [text("name"), word("type").spare(2), number(command.together.together().plural())];
        first.into_iter().chain(measured).chain([id("neighbour").spare(1)]).collect()
    } else {
        let cells = ["k11", "k12", "k21", "k22"].map(number);
        [id("neighbour"), text("name"), word("type")].into_iter().chain(cells).chain(measured).collect()
    };
    let rows = pairs.iter().map(|pair| {
        let pair = pair.seen_from(row);
        let measured = command.measure.iter().map(|measure| Value::from(measure.of(pair.table)));
        let [id, name]: [Value; 2] = [pair.b.id.as_str().into(), pair.b.name.as_str().into()];
        let kind: Value = pair.b.type_name().into();
        let cells = [pair.table.k11, pair.table.k12, pair.table.k21, pair.table.k22].map(Value::from);
        if as_table {
            [name, kind, pair.table.k11.into()].into_iter().chain(measured).chain([id]).collect()
        } else {
            [id, name, kind].into_iter().chain(cells).chain(measured).collect::<Vec<Value>>()
        }
    });
    table::print(command.list.format, &columns, rows)?;
    if pairs.is_empty() && !args.quiet {
        let more = if command.all_pairs { "" } else { "; --all-pairs lists those that are left out, too" };
        crate::terminal::say!("{}: {} has no such neighbour{more}", command.run.display(), entity.name);
    }
    Ok(Outcome::Done)
}
