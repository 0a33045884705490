//! `dateline trend`: entities month by month, and two groups of documents compared.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::path::PathBuf;

use dateline::Run;
use dateline::association::Measure;
use dateline::query::{
    Condition, Filter, Frequency, RunEntity, Slice, SliceBy, SliceCount, View, bursts, keyness, top_entities, trend,
};
use serde_json::Value;

use crate::args::{Args, Format, whole};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::filter::{KindArg, documents_that};
use crate::inputs::{entity_in, plural};
use crate::table::{self, id, number, text, word};
use crate::terminal::safe_line;
use crate::top::{rate_columns, rates};

/// Counts entities in each month, week, quarter, year, day, source, language or value of a field; or compares two groups of documents.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Trend {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Entities, by id or by any of their names [default: the places and organisations in most documents]
    #[arg(value_name = "ENTITY", conflicts_with = "compare")]
    entities: Vec<String>,
    /// What a slice is: day, week, month, quarter, year, source, language, or a field that the run kept
    #[arg(long, value_parser = |text: &str| text.parse::<SliceBy>(), default_value = "month", value_name = "SLICE")]
    by: SliceBy,
    /// How many entities if none is named [default: 5, with --compare 20]; 0 is all
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true, value_parser = whole::<usize>)]
    rows: Option<usize>,
    #[command(flatten)]
    kind: KindArg,
    /// Instead of slices, compare the documents that meet one condition with those that meet another
    #[arg(long, num_args = 2, value_names = ["CONDITION", "CONDITION"])]
    compare: Vec<String>,
    /// Instead of slices, list the bursts: stretches of slices with markedly more documents than usual
    #[arg(long, conflicts_with = "compare")]
    bursts: bool,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

const HELP: &str = "\
Columns (and keys; a table has names first):
  entity     id of the entity
  name       its canonical name
  slice      the period (2024-03-05, 2024-W10, 2024-03, 2024-Q1, 2024), the source, the language or the value; \"no date\",
             \"no source\", ... for documents without one, so that the slices sum to the whole
  mentions   mentions of the entity in the slice
  documents  documents of the slice that mention it
  articles   all documents of the slice
  words      words of their titles and texts
  rate       documents for each 1,000 articles; empty if the slice has no article
  low high   95 % interval of the rate (Wilson 1927)
  mention_rate  mentions for each 100,000 words; empty if the slice has no word

Slices without an article between the first and the last are listed, too. A table begins with a line for each entity: its documents, and
its rate from slice to slice (blank where there is no article; long series are drawn with several slices a character).

With --compare, for each entity, the surest difference first:
  entity name
  documents_a documents_b  documents of the first and of the second group that mention it
  articles_a articles_b    all documents of the groups
  rate_a rate_b            documents for each 1,000 articles
  log_ratio                log2(rate_a / rate_b): 1 is twice as often in the first group, -1 half as often; 0.5 takes the place of a count of 0
                           (Hardie 2014)
  g2                       log-likelihood ratio of the table documents with and without the entity x groups (Dunning 1993): how sure the
                           difference is; above 10.83 it is by chance less than once in a thousand, but many entities are compared

With --bursts, for each entity in the order of time (two states, scale 2, gamma 1; Kleinberg 2002):
  entity name
  from to    the first and the last slice of the burst
  documents  documents in these slices that mention it
  articles   all documents of these slices
  rate       documents for each 1,000 articles
  weight     how much better a doubled rate explains these slices than the usual one (natural logarithm of the odds)

Copies of one article count as often as they are there, in every figure.

Without ENTITY, news agencies and titles are left out unless --type or --where names them. --where chooses documents and entities as in
`dateline top --help`.

Examples:
  dateline trend results Greece Spain --by quarter
  dateline trend results Greece --by week --bursts
  dateline trend results --by source --type place.country -n 10
  dateline trend results --compare 'date=2010' 'date=2011' --type organisation";

pub(crate) fn run(command: &Trend, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let filter = Filter { without_agencies: true, ..command.kind.filter(&run)? };
    if command.bursts && !command.by.is_time() {
        let message =
            format!("bursts are stretches of time, and a {} has no order; choose --by month, week, ...", command.by);
        return Err(message.into());
    }
    let view = filter.view(&run)?;
    let selection = filter.select(&view)?;
    // Titles are in every article; whoever wants them says so.
    let says = filter.kind.is_some() || filter.condition.as_ref().is_some_and(Condition::is_of_entities);
    let is_wanted = |entity: &RunEntity| selection.entity(entity.row) && (says || entity.type_name() != "title");
    if let [first, second] = command.compare.as_slice() {
        return compare(command, &run, &filter, [first, second], |row| is_wanted(&view.entities()[row as usize]));
    }
    let entities: Vec<&RunEntity> = if command.entities.is_empty() {
        let mut first = top_entities(&view, &selection, Frequency::Documents, 0);
        first.retain(|entity| is_wanted(entity));
        first.truncate(match command.rows.unwrap_or(5) {
            0 => usize::MAX,
            rows => rows,
        });
        first
    } else {
        let find = |given: &String| entity_in(&view, given, filter.kind.as_deref());
        let rows = command.entities.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        rows.iter().map(|entity| &view.entities()[entity.row as usize]).collect()
    };
    let rows: Vec<u32> = entities.iter().map(|entity| entity.row).collect();
    let found = trend(&view, &rows, &command.by)?;
    if command.bursts {
        return print_bursts(command, args, &entities, &found);
    }
    if command.format == Format::Table {
        exit_code::unless_closed(print_lines(&view, &entities, &found))?;
    }
    let ids = id("entity").spare(1);
    let mut numbers = vec![number("mentions"), number("documents")];
    numbers.extend(rate_columns(command.format));
    let columns = if command.format == Format::Table {
        [&[text("name"), word("slice")][..], &numbers, &[ids]].concat()
    } else {
        [&[ids, text("name"), word("slice")][..], &numbers].concat()
    };
    let cells = entities.iter().zip(&found.counts).flat_map(|(entity, counts)| {
        found.slices.iter().zip(counts).map(|(slice, count)| {
            let [id, name, slice_label]: [Value; 3] =
                [entity.id.as_str().into(), entity.name.as_str().into(), slice.label.as_str().into()];
            let numbers = [count.mentions, count.documents].map(Value::from).into_iter().chain(rates(*count, slice));
            if command.format == Format::Table {
                [name, slice_label].into_iter().chain(numbers).chain([id]).collect()
            } else {
                [id, name, slice_label].into_iter().chain(numbers).collect::<Vec<Value>>()
            }
        })
    });
    table::print(command.format, &columns, cells)?;
    if !args.quiet && found.empty_left_out > 0 {
        let slices = plural(found.empty_left_out, "slice", "slices");
        crate::terminal::say!(
            "left out {slices} without articles: dates of the run are far apart; choose those that are right with --where"
        );
    }
    if !args.quiet && entities.is_empty() {
        crate::terminal::say!("{}: the run has no such entity", command.run.display());
    }
    Ok(Outcome::Done)
}

/// The bursts of each entity.
fn print_bursts(
    command: &Trend,
    args: &Args,
    entities: &[&RunEntity],
    found: &dateline::query::Trend,
) -> CommandResult {
    let mut rows = Vec::new();
    for (entity, counts) in entities.iter().zip(&found.counts) {
        let slices = &found.slices[..found.n_named];
        let series: Vec<(u64, u64)> =
            counts.iter().zip(slices).map(|(count, slice)| (count.documents, slice.articles)).collect();
        for burst in bursts(&series, 2.0, 1.0) {
            let within = &series[burst.first..=burst.last];
            let (documents, articles) = within.iter().fold((0, 0), |sum, slice| (sum.0 + slice.0, sum.1 + slice.1));
            let row: [Value; 8] = [
                entity.id.as_str().into(),
                entity.name.as_str().into(),
                slices[burst.first].label.as_str().into(),
                slices[burst.last].label.as_str().into(),
                documents.into(),
                articles.into(),
                (1000.0 * documents as f64 / articles.max(1) as f64).into(),
                burst.weight.into(),
            ];
            rows.push(row.to_vec());
        }
    }
    let numbers = ["documents", "articles", "rate", "weight"].map(number);
    let mut columns = [&[id("entity").spare(1), text("name"), word("from"), word("to")][..], &numbers].concat();
    if command.format == Format::Table {
        columns.rotate_left(1);
        rows.iter_mut().for_each(|row| row.rotate_left(1));
    }
    let none = rows.is_empty();
    table::print(command.format, &columns, rows)?;
    if none && !args.quiet {
        crate::terminal::say!("{}: no burst", command.run.display());
    }
    Ok(Outcome::Done)
}

/// A line for each entity: documents, and the rate from slice to slice.
fn print_lines(
    view: &View<'_>,
    entities: &[&RunEntity],
    found: &dateline::query::Trend,
) -> Result<(), Box<dyn StdError>> {
    let width = entities.iter().map(|entity| entity.name.chars().count()).max().unwrap_or(0).min(40);
    let mut text = String::new();
    let slices = &found.slices[..found.n_named];
    if let (Some(first), Some(last)) = (slices.first(), slices.last()) {
        let documents = plural(view.n_documents(), "document", "documents");
        writeln!(text, "{documents}, {} to {}", safe_line(&first.label), safe_line(&last.label))?;
    }
    for (entity, counts) in entities.iter().zip(&found.counts) {
        let name: String = safe_line(&entity.name).chars().take(width).collect();
        let documents = plural(u64::from(entity.documents), "document", "documents");
        let line = sparkline(slices, &counts[..found.n_named]);
        writeln!(text, "  {name:width$}  \x1b[36m{line}\x1b[0m  {documents}")?;
    }
    writeln!(text)?;
    std::io::Write::write_all(&mut anstream::stdout().lock(), text.as_bytes())?;
    Ok(())
}

/// The rates as bars of eight heights, the highest of which is the highest rate.
fn sparkline(slices: &[Slice], counts: &[SliceCount]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const WIDEST: usize = 60;
    let step = slices.len().div_ceil(WIDEST).max(1);
    let sum = |slices: &[Slice], counts: &[SliceCount]| {
        let articles: u64 = slices.iter().map(|slice| slice.articles).sum();
        let documents: u64 = counts.iter().map(|count| count.documents).sum();
        (articles > 0).then(|| documents as f64 / articles as f64)
    };
    let rates: Vec<Option<f64>> =
        slices.chunks(step).zip(counts.chunks(step)).map(|(slices, counts)| sum(slices, counts)).collect();
    let most = rates.iter().flatten().fold(0.0, |most: f64, rate| most.max(*rate));
    let bar = |rate: &Option<f64>| match rate {
        None => ' ',
        Some(rate) if *rate <= 0.0 => BARS[0],
        Some(rate) => BARS[((rate / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
    };
    rates.iter().map(bar).collect()
}

fn compare(
    command: &Trend,
    run: &Run,
    filter: &Filter,
    groups: [&String; 2],
    is_wanted: impl Fn(u32) -> bool,
) -> CommandResult {
    let mut views = Vec::new();
    for group in groups {
        let group = documents_that(group, run)?;
        let condition = match &filter.condition {
            Some(condition) => condition.clone().and(group),
            None => group,
        };
        views.push(Filter { condition: Some(condition), ..filter.clone() }.view(run)?);
    }
    let [first, second] = [&views[0], &views[1]];
    let rows = keyness([first, second], is_wanted, command.rows.unwrap_or(20))?;
    let numbers = ["documents_a", "documents_b", "articles_a", "articles_b", "rate_a", "rate_b", "log_ratio", "g2"];
    let ids = id("entity").spare(1);
    let as_table = command.format == Format::Table;
    let columns = if as_table {
        let number =
            |name: &&'static str| if name.starts_with("articles") { number(name).spare(2) } else { number(name) };
        [&[text("name")][..], &numbers.iter().map(number).collect::<Vec<_>>(), &[ids]].concat()
    } else {
        [&[ids, text("name")][..], &numbers.map(number)].concat()
    };
    let articles = [first.n_documents(), second.n_documents()];
    let cells = rows.iter().map(|row| {
        let documents = [row.table.k11, row.table.k12];
        let rate = |group: usize| match articles[group] {
            0 => Value::Null,
            n => (1000.0 * documents[group] as f64 / n as f64).into(),
        };
        let [id, name]: [Value; 2] = [row.entity.id.as_str().into(), row.entity.name.as_str().into()];
        let numbers = documents.into_iter().chain(articles).map(Value::from).chain([
            rate(0),
            rate(1),
            row.table.log_ratio().into(),
            Measure::LogLikelihood.of(row.table).into(),
        ]);
        if as_table {
            [name].into_iter().chain(numbers).chain([id]).collect()
        } else {
            [id, name].into_iter().chain(numbers).collect::<Vec<Value>>()
        }
    });
    table::print(command.format, &columns, cells)?;
    for (view, group) in views.iter().zip(groups).filter(|(view, _)| view.n_documents() == 0) {
        crate::terminal::say!("{}: no document meets {group:?}", view.run().path().display());
    }
    Ok(Outcome::Done)
}
