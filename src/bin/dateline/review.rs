//! `dateline audit` and `dateline sample`: names of a run for people to judge; and what they judged, for `eval --sheet`.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use dateline::evaluation::{LabelledEntity, Precision, labelled, pooled};
use dateline::query::{Filter, Frequency, View, top_entities};
use dateline::{AuditedName, Run, Sampled, ScanOptions, Suspicion, audit, sample};
use serde_json::Value;

use crate::args::{Args, Format, ListArgs, whole};
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::KindArg;
use crate::inputs::{self, plural};
use crate::progress;
use crate::table::{self, Column, id, number, text, word};

/// Lists the names that are most likely to be wrong, the most suspicious first, with sentences.
///
/// A run holds no text: the inputs are read again, and must be as they were.
#[derive(Debug, clap::Args)]
#[command(after_help = AUDIT_HELP)]
pub(crate) struct Audit {
    #[command(flatten)]
    of: ReviewArgs,
    #[command(flatten)]
    list: ListArgs,
    /// Documents to look at for each entity, chosen at random; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = whole::<usize>)]
    per_entity: usize,
    /// Only names in at least so many of the documents looked at
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = whole::<u64>)]
    min_documents: u64,
    /// Sentences for each name
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole::<usize>)]
    contexts: usize,
    /// List instead the names that were counted for more than one entity, with how often for each
    #[arg(long)]
    ambiguous: bool,
}

const AUDIT_HELP: &str = "\
Columns (and keys), a row for each name of an entity as it was written:
  entity name type  the entity
  surface           the name in lower case, without accents
  score             how suspicious it is: the sum of the lower ends of the 95 % intervals (Wilson 1927) of the shares below, each times its
                    weight, so that one odd mention of one says little, and twenty of twenty much
  mentions          mentions looked at; the other columns are numbers of these
  lower_case        written without a capital letter (weight 3; titles do not count, here and in the next three)
  sentence_start    at the beginning of a sentence, where every word has a capital letter; datelines do not count (1)
  after_capital     immediately after another capitalised word, as a family name is: \"Jack London\" (1.5)
  before_capital    immediately before another capitalised word, as a given name is: \"Paris Hilton\" (1)
  furniture         in menus, share bars and the like, if the run counts them (1)
  documents         documents looked at; the last two are numbers of these
  without_country   of a place that is not a country: documents with neither its country nor another place there (0.5)
  one_source        all documents, if they are of one source although those looked at have several (0.25)
  contexts          in jsonl: the sentences, with the name between 【 and 】; a table has them below each row

With --ambiguous, a row for each entity of a name that was counted for several, the most frequent names first:
  surface entity name type
  mentions          mentions looked at that were counted for the entity
  share             their share of the mentions of the surface
How close the choice was is not stored: `dateline tag` and `dateline explain` print the runner-up of each mention.

What is wrong can be corrected in a .gaz file of your own (docs/gazetteer.md), and `dateline analyze` run again with it.

Examples:
  dateline audit results -n 30
  dateline audit results --type place.city --per-entity 0 --format jsonl > audit.jsonl
  dateline audit results --ambiguous";

/// Writes a sheet in CSV to fill in: for each entity a few random documents, each with the first sentence that mentions it.
///
/// Write yes or no into the column correct (a spreadsheet will do; save it as CSV), and give the sheet to `dateline eval --sheet`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns:
  entity name type  the entity
  documents         documents that mention it, according to the run (with the conditions given)
  document date source part sentence start  where the sentence is, as in `dateline show`; start is that of the name
  left surface right  the sentence, divided at the name
  correct           empty: write yes if the name means the entity here, no if not

Entities come in the order of `dateline top --count articles`. The same seed gives the same documents of an entity, whatever else is chosen.
A cell that begins with = + - or @ is a formula to a spreadsheet; an apostrophe is put before such texts.

Examples:
  dateline sample results -n 100 --per-entity 5 --seed 1 > sheet.csv
  dateline sample results --type organisation --where 'date=2024' > sheet.csv
  dateline eval --sheet sheet.csv")]
pub(crate) struct Sample {
    #[command(flatten)]
    of: ReviewArgs,
    /// How many entities, those in most documents; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50, value_parser = whole::<usize>)]
    rows: usize,
    /// Documents for each entity
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    per_entity: u32,
}

/// What both take.
#[derive(Debug, clap::Args)]
struct ReviewArgs {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    kind: KindArg,
    /// Number that decides which random documents; the same number gives the same ones
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder in which the inputs of the run are, if it is not the current one
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    root: PathBuf,
    /// Threads; 0 for one on each core
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

impl ReviewArgs {
    /// The rows of the entities wanted, those in most documents first.
    fn entities(&self, view: &View<'_>, filter: &Filter, rows: usize) -> Result<Vec<u32>, dateline::Error> {
        let selection = filter.select(view)?;
        let listed = top_entities(view, &selection, Frequency::Documents, rows);
        Ok(listed.iter().map(|entity| entity.row).collect())
    }
}

pub(crate) fn audit_names(command: &Audit, args: &Args) -> CommandResult {
    let run = Run::open(&command.of.run)?;
    let filter = command.of.kind.filter(&run)?;
    let view = filter.view(&run)?;
    let entities = command.of.entities(&view, &filter, 0)?;
    let stop = inputs::stop_on_signal();
    let bar = progress::of_runs([&run], args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.of.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let of = &command.of;
    let mut names = audit(&view, &of.root, &entities, command.per_entity, of.seed, command.contexts, scan)?;
    bar.finish_and_clear();
    if command.ambiguous {
        return print_ambiguous(command, &view, &names);
    }
    names.retain(|name| name.documents >= command.min_documents);
    let n_names = names.len() as u64;
    names.truncate(if command.list.rows == 0 { usize::MAX } else { command.list.rows });
    let format = command.list.format;
    let odd = |index: usize| number(Suspicion::ALL[index].1);
    let mut columns: Vec<Column> = vec![id("entity").spare(3), text("name"), word("type").spare(2), text("surface")];
    columns.extend([number("score"), number("mentions")]);
    columns.extend((0..5).map(odd));
    columns.push(number("documents"));
    columns.extend((5..7).map(odd));
    let cells = |name: &AuditedName| {
        let entity = &view.entities()[name.entity as usize];
        let mut row: Vec<Value> = vec![
            entity.id.as_str().into(),
            entity.name.as_str().into(),
            entity.type_name().into(),
            name.surface.as_str().into(),
            name.score.into(),
            name.mentions.into(),
        ];
        row.extend(name.odd[..5].iter().map(|count| Value::from(*count)));
        row.push(name.documents.into());
        row.extend(name.odd[5..].iter().map(|count| Value::from(*count)));
        row
    };
    match format {
        Format::Csv => table::print(format, &columns, names.iter().map(cells))?,
        Format::Jsonl => {
            columns.push(text("contexts"));
            let rows = names.iter().map(|name| {
                let mut row = cells(name);
                row.push(name.contexts.iter().map(marked).collect::<Vec<_>>().into());
                row
            });
            table::print(format, &columns, rows)?;
        }
        Format::Table => {
            table::print(format, &columns, names.iter().map(cells))?;
            let mut out = String::new();
            for name in names.iter().filter(|name| !name.contexts.is_empty()) {
                out += &format!("\n{} ({})\n", name.surface, view.entities()[name.entity as usize].name);
                for context in &name.contexts {
                    out += &format!("  {}\n", marked(context));
                }
            }
            anstream::print!("{out}");
        }
    }
    if !args.quiet {
        let looked = match command.per_entity {
            0 => "all documents".to_owned(),
            n => format!("up to {n} documents of each entity"),
        };
        anstream::eprintln!("{} in {looked}", plural(n_names, "name", "names"));
    }
    Ok(Outcome::Done)
}

/// The sentence on one line, with the name marked.
fn marked(sampled: &Sampled) -> String {
    let (text, span) = (&sampled.passage.text, sampled.name.span);
    let marked = format!("{}【{}】{}", &text[..span.start], &text[span.start..span.end], &text[span.end..]);
    marked.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn print_ambiguous(command: &Audit, view: &View<'_>, names: &[AuditedName]) -> CommandResult {
    let mut names: Vec<&AuditedName> = names.iter().collect();
    names.sort_by(|a, b| (&a.surface, b.mentions, a.entity).cmp(&(&b.surface, a.mentions, b.entity)));
    let of_several = names.chunk_by(|a, b| a.surface == b.surface).filter(|group| group.len() > 1);
    let mut groups: Vec<(u64, &[&AuditedName])> =
        of_several.map(|group| (group.iter().map(|name| name.mentions).sum(), group)).collect();
    groups.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1[0].surface.cmp(&b.1[0].surface)));
    groups.truncate(if command.list.rows == 0 { usize::MAX } else { command.list.rows });
    let columns = [
        text("surface"),
        id("entity").spare(1),
        text("name"),
        word("type").spare(2),
        number("mentions"),
        number("share"),
    ];
    let rows = groups.iter().flat_map(|(all, group)| {
        group.iter().map(|name| {
            let entity = &view.entities()[name.entity as usize];
            vec![
                name.surface.as_str().into(),
                entity.id.as_str().into(),
                entity.name.as_str().into(),
                entity.type_name().into(),
                name.mentions.into(),
                (name.mentions as f64 / *all as f64).into(),
            ]
        })
    });
    table::print(command.list.format, &columns, rows)?;
    Ok(Outcome::Done)
}

pub(crate) fn write_sample(command: &Sample, args: &Args) -> CommandResult {
    let run = Run::open(&command.of.run)?;
    let filter = command.of.kind.filter(&run)?;
    let view = filter.view(&run)?;
    let entities = command.of.entities(&view, &filter, command.rows)?;
    let stop = inputs::stop_on_signal();
    let bar = progress::of_runs([&run], args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads: command.of.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let of = &command.of;
    let sampled = sample(&view, &of.root, &entities, command.per_entity as usize, of.seed, scan)?;
    bar.finish_and_clear();
    let names = [
        "entity",
        "name",
        "type",
        "documents",
        "document",
        "date",
        "source",
        "part",
        "sentence",
        "start",
        "left",
        "surface",
        "right",
        "correct",
    ];
    // Sentences of others are opened in a spreadsheet here, so that no cell may be a formula.
    let safe = |text: &str| -> Value {
        let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if is_formula { format!("'{text}").into() } else { text.into() }
    };
    let rows = sampled.iter().map(|sampled| {
        let entity = &view.entities()[sampled.entity as usize];
        let (passage, span) = (&sampled.passage, sampled.name.span);
        let left = &passage.text[..span.start];
        vec![
            entity.id.as_str().into(),
            safe(&entity.name),
            entity.type_name().into(),
            entity.documents.into(),
            safe(&passage.id),
            safe(&passage.date),
            safe(&passage.source),
            passage.part.as_str().into(),
            passage.sentence.into(),
            (passage.start + left.chars().count()).into(),
            safe(left),
            safe(&passage.text[span.start..span.end]),
            safe(&passage.text[span.end..]),
            "".into(),
        ]
    });
    table::print(Format::Csv, &names.map(text), rows)?;
    if !args.quiet {
        let documents = plural(sampled.len() as u64, "sentence", "sentences");
        anstream::eprintln!(
            "{documents} of {}; write yes or no into the column correct, then run dateline eval --sheet",
            plural(entities.len() as u64, "entity", "entities")
        );
    }
    Ok(Outcome::Done)
}

/// What a sheet says, for `eval`.
pub(crate) fn print_sheet(path: &Path, format: Format) -> Result<Outcome, Box<dyn StdError>> {
    let sheet = std::fs::read_to_string(path).map_err(|error| format!("{}: cannot read: {error}", path.display()))?;
    let entities = labelled(&sheet, path)?;
    let columns = [
        text("name"),
        word("type"),
        number("labelled"),
        number("right"),
        number("precision"),
        number("low"),
        number("high"),
        number("documents"),
        number("articles"),
        number("articles_low"),
        number("articles_high"),
        id("entity").spare(1),
    ];
    let mut types: Vec<&str> = entities.iter().map(|entity| entity.kind.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for kind in types {
        let of_kind: Vec<&LabelledEntity> = entities.iter().filter(|entity| entity.kind == kind).collect();
        let judged = || of_kind.iter().filter(|entity| entity.labelled > 0);
        let sum = |of: fn(&LabelledEntity) -> u64| judged().map(|entity| of(entity)).sum::<u64>();
        if let Some(precision) = pooled(of_kind.iter().copied()) {
            let all = format!("all of {}", plural(judged().count() as u64, "entity", "entities"));
            let numbers = [sum(|entity| entity.labelled), sum(|entity| entity.right)];
            rows.push(sheet_row(&all, kind, numbers, precision, None, ""));
        }
    }
    for entity in &entities {
        if let Some(precision) = entity.precision() {
            let numbers = [entity.labelled, entity.right];
            rows.push(sheet_row(
                &entity.name,
                &entity.kind,
                numbers,
                precision,
                Some(entity.documents),
                &entity.entity,
            ));
        }
    }
    table::print(format, &columns, rows)?;
    Ok(Outcome::Done)
}

fn sheet_row(
    name: &str,
    kind: &str,
    numbers: [u64; 2],
    precision: Precision,
    documents: Option<u64>,
    id: &str,
) -> Vec<Value> {
    let articles = |share: f64| documents.map(|documents| (share * documents as f64).round() as u64);
    let Precision { value, low, high } = precision;
    vec![
        name.into(),
        kind.into(),
        numbers[0].into(),
        numbers[1].into(),
        value.into(),
        low.into(),
        high.into(),
        documents.into(),
        articles(value).into(),
        articles(low).into(),
        articles(high).into(),
        id.into(),
    ]
}
