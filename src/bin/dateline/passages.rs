//! `dateline kwic` and `dateline show`: the sentences that a number counts.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dateline::query::{Condition, Counting, Filter, Together, View, Within};
use dateline::{About, Error, Passage, PassageOrder, PassageQuery, Passages, Run, ScanOptions, Span};
use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::args::{Args, Format};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::filter::{PartOfRun, TogetherArgs};
use crate::inputs::{self, plural};
use crate::progress;
use crate::table::{self, Column, id, number, text, word};

/// Lists mentions of an entity in their sentences, one a line, with the name in the middle.
///
/// A run holds no text: the inputs are read again, and must be as they were.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns of jsonl and csv (and keys):
  document  id of the document
  date      its date as delivered
  source    its source as delivered
  part      title or text
  sentence  number of the sentence in the document, from 0; the title is the first
  start     where the name begins, in characters of the part
  left      the sentence before the name
  name      the name as written
  right     the sentence after it

Examples:
  dateline kwic results Geneva
  dateline kwic results org/un --order random --seed 7 -n 50
  dateline kwic results iq --sort right --format csv > iraq.csv")]
pub(crate) struct Kwic {
    /// The directory of the run
    run: PathBuf,
    /// The entity, by its id or by any of its names
    entity: String,
    /// How many documents; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    documents: usize,
    #[command(flatten)]
    choice: ChoiceArgs,
    /// Order of the lines: as chosen, by the words left of the name from right to left, or by those right of it
    #[arg(long, value_enum, default_value = "none")]
    sort: Sort,
    #[command(flatten)]
    output: OutputArgs,
}

/// Prints the sentences that mention an entity or a pair, or all sentences of a document that have names.
///
/// The first line says how many documents (or paragraphs, sentences, pairs of mentions) there are: for a pair, the number in its cell. A run holds no
/// text: the inputs are read again, and must be as they were.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)), after_help = "\
Columns of jsonl and csv (and keys), one line a sentence:
  document  id of the document
  date      its date as delivered
  source    its source as delivered
  part      title or text
  sentence  number of the sentence in the document, from 0; the title is the first
  start     where it begins, in characters of the part
  end       where it ends (exclusive), in characters of the part
  text      the sentence as delivered

--context and --counting are those of `dateline pairs`, whose help defines them; with the same conditions, the number in the first line is
the k11 of the pair there. With a window, only names that are near one of the other entity are shown.

Examples:
  dateline show results --pair Iraq Iran
  dateline show results --pair iq ir --context sentence -n 0 --format jsonl
  dateline show results --pair iq ir --where 'date=2024-03 & source~post'
  dateline show results --document 2024-05-03/17")]
pub(crate) struct Show {
    /// The directory of the run
    run: PathBuf,
    /// Sentences that mention this entity, by its id or by any of its names
    #[arg(long, value_name = "ENTITY", group = "what")]
    entity: Option<String>,
    /// Sentences that mention one of these entities, where both are
    #[arg(long, value_name = "ENTITY", num_args = 2, value_names = ["A", "B"], group = "what")]
    pair: Option<Vec<String>>,
    /// Sentences with names of the document with this id
    #[arg(long, value_name = "ID", group = "what")]
    document: Option<String>,
    #[command(flatten)]
    together: TogetherArgs,
    /// How many documents; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    documents: usize,
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which documents.
#[derive(Debug, clap::Args)]
struct ChoiceArgs {
    /// Which documents: those that come first in the archive, the earliest by date, or random ones
    #[arg(long, value_enum, default_value = "archive")]
    order: Order,
    /// Number that decides which random documents; the same number gives the same ones
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    part: PartOfRun,
    /// Folder in which the inputs of the run are, if it is not the current one
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    root: PathBuf,
}

#[derive(Debug, clap::Args)]
struct OutputArgs {
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Threads; 0 for one on each core
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    Archive,
    Date,
    Random,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sort {
    None,
    Left,
    Right,
}

impl ChoiceArgs {
    fn order(&self) -> PassageOrder {
        match self.order {
            Order::Archive => PassageOrder::Archive,
            Order::Date => PassageOrder::Date,
            Order::Random => PassageOrder::Random(self.seed),
        }
    }
}

fn find(view: &View<'_>, root: &Path, query: &PassageQuery, threads: usize, args: &Args) -> Result<Passages, Error> {
    let stop = inputs::stop_on_signal();
    let bar = progress::of_runs([view.run()], args);
    let on_progress = |done| progress::advance(&bar, done);
    let scan = ScanOptions { threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    let found = dateline::passages(view, root, query, scan);
    bar.finish_and_clear();
    found
}

/// The part of the run that is wanted; the entity is given apart.
fn filter_of(part: &PartOfRun, run: &Run) -> Result<Filter, Box<dyn StdError>> {
    let filter = part.filter(run)?;
    match filter.condition.as_ref().filter(|condition| Condition::is_of_entities(condition)) {
        None => Ok(filter),
        Some(condition) => {
            let message =
                format!("{:?} chooses entities; here --where can only choose documents", condition.to_string());
            Err(message.into())
        }
    }
}

/// A name between what is left and right of it.
struct Line {
    passage: usize,
    start: usize,
    left: String,
    name: String,
    right: String,
}

pub(crate) fn kwic(command: &Kwic, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let view = filter_of(&command.choice.part, &run)?.view(&run)?;
    let entity = inputs::entity_in(&view, &command.entity, None)?;
    let query = PassageQuery {
        about: About::Entity(entity.row),
        together: Together::default(),
        documents: command.documents,
        order: command.choice.order(),
    };
    let found = find(&view, &command.choice.root, &query, command.output.threads, args)?;
    let mut lines: Vec<Line> = Vec::new();
    for (passage, sentence) in found.sentences.iter().enumerate() {
        for name in &sentence.names {
            let Span { start, end } = name.span;
            let [left, name, right] =
                [&sentence.text[..start], &sentence.text[start..end], &sentence.text[end..]].map(str::to_owned);
            lines.push(Line { passage, start: sentence.start + left.chars().count(), left, name, right });
        }
    }
    match command.sort {
        Sort::None => {}
        Sort::Left => lines
            .sort_by_cached_key(|line| line.left.split_whitespace().rev().map(str::to_lowercase).collect::<Vec<_>>()),
        Sort::Right => {
            lines.sort_by_cached_key(|line| line.right.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>());
        }
    }
    if command.output.format == Format::Table {
        exit_code::unless_closed(print_concordance(&lines, &found.sentences))?;
    } else {
        let columns = columns([number("start"), text("left"), text("name"), text("right")]);
        let rows = lines.into_iter().map(|line| {
            let mut row = place_cells(&found.sentences[line.passage]);
            row.extend([line.start.into(), line.left.into(), line.name.into(), line.right.into()]);
            row
        });
        table::print(command.output.format, &columns, rows)?;
    }
    if !args.quiet {
        let documents = plural(found.documents, "document mentions", "documents mention");
        crate::terminal::say!("{documents} {}{}", entity.name, shown_of(&found, command.documents));
    }
    Ok(Outcome::Done)
}

/// That not all documents are shown.
fn shown_of(found: &Passages, at_most: usize) -> String {
    match u64::try_from(at_most) {
        Ok(at_most) if at_most > 0 && at_most < found.documents => {
            format!("; {at_most} of them are shown, -n 0 shows all")
        }
        _ => String::new(),
    }
}

/// The place of a passage, and what else a list has.
fn columns<const N: usize>(own: [Column; N]) -> Vec<Column> {
    let mut columns = vec![id("document"), text("date"), text("source"), word("part"), number("sentence")];
    columns.extend(own);
    columns
}

fn place_cells(passage: &Passage) -> Vec<Value> {
    vec![
        passage.id.as_str().into(),
        passage.date.as_str().into(),
        passage.source.as_str().into(),
        passage.part.as_str().into(),
        passage.sentence.into(),
    ]
}

/// Names one below the other, with as much beside them as the terminal has room for.
fn print_concordance(lines: &[Line], passages: &[Passage]) -> Result<(), Box<dyn StdError>> {
    const PLACE: usize = 24;
    let terminal = table::terminal_width().unwrap_or(120).max(60);
    let names = lines.iter().map(|line| width(&flat(&line.name))).max().unwrap_or(0).min(40);
    let room = terminal.saturating_sub(PLACE + names + 6) / 2;
    let mut out = String::new();
    for line in lines {
        let passage = &passages[line.passage];
        let (left, name, right) = (flat(&line.left), flat(&line.name), flat(&line.right));
        let (left, right) = (last_columns(&left, room), first_columns(&right, room));
        let pad = " ".repeat(room.saturating_sub(width(&left)));
        let after = " ".repeat(room.saturating_sub(width(&right)) + names.saturating_sub(width(&name)));
        let place = first_columns(&flat(&format!("{} {}", passage.date, passage.id)), PLACE);
        writeln!(out, "{pad}{left}\x1b[1m{name}\x1b[0m{right}{after}  \x1b[2m{}\x1b[0m", place.trim())?;
    }
    anstream::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// As much of the beginning of a text as fits into so many columns.
fn first_columns(text: &str, columns: usize) -> String {
    let mut room = columns;
    text.chars().take_while(|character| take(&mut room, *character)).collect()
}

/// As much of the end of a text as fits into so many columns.
fn last_columns(text: &str, columns: usize) -> String {
    let mut room = columns;
    let reversed: Vec<char> = text.chars().rev().take_while(|character| take(&mut room, *character)).collect();
    reversed.into_iter().rev().collect()
}

fn take(room: &mut usize, character: char) -> bool {
    let columns = UnicodeWidthChar::width(character).unwrap_or(0);
    let fits = columns <= *room;
    *room = room.saturating_sub(columns);
    fits
}

/// On one line, without characters that a terminal would obey.
fn flat(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    for character in text.chars() {
        let blank = character.is_whitespace() || crate::terminal::is_unsafe(character);
        if !blank {
            flat.push(character);
        } else if !flat.ends_with(' ') {
            flat.push(' ');
        }
    }
    flat
}

pub(crate) fn show(command: &Show, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let filter = filter_of(&command.choice.part, &run)?;
    let view = Filter { without_nested: command.together.no_nested, ..filter }.view(&run)?;
    let row = |given: &String| inputs::entity_in(&view, given, None);
    let (about, named) = if let Some(given) = &command.entity {
        let entity = row(given)?;
        (About::Entity(entity.row), entity.name)
    } else if let Some(pair) = &command.pair {
        let (a, b) = (row(&pair[0])?, row(&pair[1])?);
        (About::Pair(a.row, b.row), format!("{} and {}", a.name, b.name))
    } else {
        let id = command.document.clone().unwrap_or_default();
        (About::Document(id.clone()), id)
    };
    let is_document = matches!(about, About::Document(_));
    let query = PassageQuery {
        about,
        together: command.together.together(),
        documents: command.documents,
        order: command.choice.order(),
    };
    let found = find(&view, &command.choice.root, &query, command.output.threads, args)?;
    if !args.quiet {
        let contexts = match query.together {
            _ if is_document => plural(found.documents, "document has the id", "documents have the id"),
            Together { counting: Counting::Frequency, .. } if command.pair.is_none() => {
                plural(found.contexts, "mention of", "mentions of")
            }
            Together { counting: Counting::Frequency, .. } => {
                plural(found.contexts, "pair of mentions of", "pairs of mentions of")
            }
            Together { within: Within::Document | Within::Window(_), .. } => {
                plural(found.contexts, "document mentions", "documents mention")
            }
            Together { within: Within::Paragraph, .. } => {
                plural(found.contexts, "paragraph mentions", "paragraphs mention")
            }
            Together { within: Within::Sentence, .. } => {
                plural(found.contexts, "sentence mentions", "sentences mention")
            }
        };
        crate::terminal::say!("{contexts} {named}{}", shown_of(&found, command.documents));
    }
    if command.output.format == Format::Table {
        exit_code::unless_closed(print_sentences(&found.sentences))?;
        return Ok(Outcome::Done);
    }
    let columns = columns([number("start"), number("end"), text("text")]);
    let rows = found.sentences.into_iter().map(|passage| {
        let mut row = place_cells(&passage);
        row.extend([passage.start.into(), passage.end.into(), passage.text.into()]);
        row
    });
    table::print(command.output.format, &columns, rows)?;
    Ok(Outcome::Done)
}

/// Each document with its sentences, names in bold.
fn print_sentences(passages: &[Passage]) -> Result<(), Box<dyn StdError>> {
    let mut out = String::new();
    let mut last = None;
    for passage in passages {
        if last.replace(passage.document) != Some(passage.document) {
            let place: Vec<String> = [&passage.date, &passage.source]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(|text| format!("  {}", flat(text)))
                .collect();
            let gap = if out.is_empty() { "" } else { "\n" };
            writeln!(out, "{gap}\x1b[2m{}{}\x1b[0m", flat(&passage.id), place.concat())?;
        }
        let mut at = 0;
        out.push_str("  ");
        for name in &passage.names {
            let Span { start, end } = name.span;
            if start >= at {
                write!(out, "{}\x1b[1m{}\x1b[0m", flat(&passage.text[at..start]), flat(&passage.text[start..end]))?;
                at = end;
            }
        }
        writeln!(out, "{}", flat(&passage.text[at..]))?;
    }
    anstream::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}
