//! `dateline pairs`: the pairs of entities that belong together.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use dateline::association::Measure;
use dateline::query::{Filter, JointCounts, Pair, PairOptions, PairOrder, View, strongest_pairs};
use dateline::{Error, Run};
use serde_json::Value;

use crate::args::{Args, Format, ListArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::{FilterArgs, SliceArg, TogetherArgs};
use crate::inputs::plural;
use crate::table::{self, Column, id, number, text, word};

/// Lists the pairs of entities that are mentioned in the same documents, paragraphs or sentences, or near each other, more often than
/// by chance, the strongest association first.
#[derive(Debug, clap::Args)]
#[command(after_help = help())]
pub(crate) struct Pairs {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Columns of measures; the pairs are ordered by the first
    #[arg(long, value_delimiter = ',', default_value = "g2,npmi", value_name = "NAME,...", value_parser = measures(), hide_possible_values = true)]
    measure: Vec<Measure>,
    #[command(flatten)]
    together: TogetherArgs,
    #[command(flatten)]
    slice: SliceArg,
    /// What to order by: the first measure, or the documents with both (k11)
    #[arg(long, value_enum, default_value = "measure")]
    order: OrderArg,
    /// Only pairs that are discoveries at this false discovery rate, e.g. 0.01; adds the column q
    #[arg(long, value_name = "Q")]
    fdr: Option<f64>,
    /// Also list what is left out by default: pairs of two titles, news agencies, rare names, and pairs that are not
    /// together more often than by chance
    #[arg(long)]
    all_pairs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OrderArg {
    Measure,
    Documents,
}

/// Uses the library's names, so that there is one list of measures.
pub(crate) fn measures() -> impl TypedValueParser<Value = Measure> {
    let names = Measure::ALL.map(|measure| PossibleValue::new(measure.name()).help(measure.doc()));
    PossibleValuesParser::new(names).map(|name| name.parse().expect("clap accepts only names of the list"))
}

/// What the four cells count in each context.
pub(crate) const TOGETHER_HELP: &str = "\
Contexts (--context) and counting (--counting):
  document, paragraph, sentence   every cell is a number of documents, paragraphs or sentences; the title is one of each
  window:N                        two mentions are together if one begins at most N words (window:Ncharacters: characters) after the
                                  other, both in the title or both in the text, over the ends of sentences; k11 is the number of
                                  documents in which a and b are near each other
  --counting frequency            k11 counts every mention of a with every mention of b that is together with it
With a window, and by frequency, the cells count pairs: a = k11 + k12 are those of a with any entity, and n is all pairs, each seen from both
of its ends (Evert 2008). With a window any two entities give at most one pair in a document, unless counted by frequency.
Which of the two comes first makes no difference, and no entity is together with itself.
";

/// A line for each measure.
pub(crate) fn measure_help() -> String {
    Measure::ALL.map(|measure| format!("  {:10} {}\n", measure.name(), measure.doc())).concat()
}

fn help() -> String {
    let measures = measure_help();
    format!(
        "\
Columns (and keys, which are in this order in jsonl and csv; a table has names first, and documents for k11):
  a b              ids of the two entities (each pair is listed once)
  name_a name_b    their canonical names
  slice            with --by: the month, source, ...; each slice is listed by itself, with the numbers of its documents alone
  k11              documents that mention both (joint frequency); other contexts see below
  k12 k21 k22      documents that mention only a, only b, neither: the other cells of the table from which measures are
                   computed; a = k11 + k12, b = k11 + k21, and n is the sum of all four
  g2 npmi ...      the measures of --measure
  q                with --fdr: the lowest false discovery rate at which the pair is a discovery

Measures (e = a b / n is the number of documents with both that chance alone would give):
{measures}
{TOGETHER_HELP}
Ordered by the first measure, the strongest first (fisher: the smallest p first), then by k11 and names. G2 comes first by default
because it says how sure the association is, so that neither rare names that met once (as by pmi) nor names that are everywhere (as by
documents) are at the top. npmi says how close the two are, whatever their frequency.

Left out unless --all-pairs is given:
  pairs of two titles (\"Doctor\" and \"Professor\"); --type title lists them, too
  news agencies (kind org.media.agency), which are mostly the author of an article; --with one, or --type org.media, lists them
  names in fewer than 5 documents, or in fewer than one of a hundred if the run has less than 500; --min-each sets another minimum
  pairs that are in no more documents than chance would give (k11 <= e); by documents they are listed

--fdr computes q-values after Benjamini and Hochberg (1995) from the p-values of fisher; the tests are all pairs that the listed entities
could make. A q-value says that an association is no accident, not that it is close. Documents of one story, and copies of one
article, are not independent of each other: a small p-value is then no evidence.

Examples:
  dateline pairs results --with Iraq -n 10
  dateline pairs results --type place --measure npmi,lift --min-each 20
  dateline pairs results --by quarter -n 5               the strongest of each quarter
  dateline pairs results --context window:10             near each other
  dateline pairs results --order documents --all-pairs   every pair, the most frequent first"
    )
}

pub(crate) fn run(command: &Pairs, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let filter = Filter { without_nested: command.together.no_nested, ..command.filter.filter(&run)? };
    let view = filter.view(&run)?;
    let together = command.together.together();
    let format = command.list.format;
    let (mut columns, cells): (Vec<Column>, Vec<Cell>) = columns(command, format).into_iter().unzip();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut n_pairs = 0;
    if let Some(by) = &command.slice.by {
        columns.insert(0, word("slice"));
        let slices = view.slices(by)?;
        let counts = view.counts_by(&slices)?;
        let joints = view.joint_counts_by(together, &slices)?;
        for (at, (slice, joint)) in slices.slices.iter().zip(joints).enumerate() {
            let part = view.of_slice(&slices, at, &counts[at]);
            let label = Value::from(slice.label.as_str());
            rows.extend(list(command, &filter, &part, &joint, &cells)?.into_iter().map(|mut row| {
                row.insert(0, label.clone());
                row
            }));
            n_pairs += joint.n_pairs()?;
        }
    } else {
        let joint = view.joint_counts_within(together)?;
        rows = list(command, &filter, &view, &joint, &cells)?;
        n_pairs = joint.n_pairs()?;
    }
    let nothing = rows.is_empty();
    table::print(format, &columns, rows)?;
    if nothing && !args.quiet {
        let mut said = format!("{}: the run has {}", command.run.display(), plural(n_pairs, "pair", "pairs"));
        let conditions = filter.to_string();
        if n_pairs > 0 && !conditions.is_empty() {
            said += &format!(" and none meets {conditions}");
        }
        if n_pairs > 0 && !command.all_pairs {
            said += "; --all-pairs lists those that are left out, too";
        }
        anstream::eprintln!("{said}");
    }
    Ok(Outcome::Done)
}

/// The pairs of a view as rows.
fn list(
    command: &Pairs,
    filter: &Filter,
    view: &View<'_>,
    joint: &JointCounts<'_>,
    cells: &[Cell],
) -> Result<Vec<Vec<Value>>, Error> {
    let by_measure = command.order == OrderArg::Measure;
    let order = if by_measure { PairOrder::Measure(command.measure[0]) } else { PairOrder::Joint };
    let mut filter = filter.clone();
    if !command.all_pairs {
        filter = filter.for_pairs_by(order, view.n_documents(), command.filter.min_each);
    }
    let options = PairOptions {
        order,
        rows: command.list.rows,
        attracted: by_measure && !command.all_pairs,
        max_false_discovery_rate: command.fdr,
    };
    let pairs = strongest_pairs(view, joint, &filter.select(view)?, options)?;
    Ok(pairs.iter().map(|pair| cells.iter().map(|cell| cell(pair)).collect()).collect())
}

/// What a column shows of a pair.
type Cell = Box<dyn Fn(&Pair<'_>) -> Value>;

/// The columns of the list: names first for people, in the order of the help for programs.
fn columns(command: &Pairs, format: Format) -> Vec<(Column, Cell)> {
    let ids: [(Column, Cell); 2] = [
        (id("a").spare(1), Box::new(|pair| pair.a.id.as_str().into())),
        (id("b").spare(1), Box::new(|pair| pair.b.id.as_str().into())),
    ];
    let names: [(Column, Cell); 2] = [
        (text("name_a"), Box::new(|pair| pair.a.name.as_str().into())),
        (text("name_b"), Box::new(|pair| pair.b.name.as_str().into())),
    ];
    let mut measures: Vec<(Column, Cell)> = Vec::new();
    for &measure in &command.measure {
        measures.push((number(measure.name()), Box::new(move |pair| measure.of(pair.table).into())));
    }
    if command.fdr.is_some() {
        measures.push((number("q"), Box::new(|pair| pair.q.into())));
    }
    let [a, b] = ids;
    let [name_a, name_b] = names;
    let mut columns: Vec<(Column, Cell)> = Vec::new();
    if format == Format::Table {
        columns.extend([name_a, name_b]);
        columns.push((number(command.together.together().plural()), Box::new(|pair| pair.table.k11.into())));
        columns.extend(measures);
        columns.extend([a, b]);
    } else {
        columns.extend([a, name_a, b, name_b]);
        columns.push((number("k11"), Box::new(|pair| pair.table.k11.into())));
        columns.push((number("k12"), Box::new(|pair| pair.table.k12.into())));
        columns.push((number("k21"), Box::new(|pair| pair.table.k21.into())));
        columns.push((number("k22"), Box::new(|pair| pair.table.k22.into())));
        columns.extend(measures);
    }
    columns
}
