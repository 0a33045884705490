//! `dateline explain`: why, or why not.

use std::error::Error as StdError;

use dateline::gazetteer::{Alias, Gazetteer};
use dateline::{Document, FoundDocument, FoundDocuments, Meant, OffsetUnit, Part, Rule, ScanOptions, Verdict};
use serde_json::Value;

use crate::args::{Args, Explain, Format, ProfileArg};
use crate::exit_code::{self, CommandResult};
use crate::inputs::{self, plural};
use crate::table::{self, id, number, prose, text, word};

/// The rows of a document.
type Rows = Vec<Vec<Value>>;

pub(crate) fn run(command: &Explain, args: &Args) -> CommandResult {
    if command.rules {
        return print_rules(command);
    }
    if command.gazetteer.profile == ProfileArg::Plain {
        return Err(
            "the plain profile applies no rules: every name that matches counts; explain another profile".into()
        );
    }
    let archive = inputs::open_archive(&command.input, args)?;
    let gazetteer = inputs::load_gazetteer(&command.gazetteer)?;
    let stop = inputs::stop_on_signal();
    let scan = ScanOptions { threads: command.input.threads, on_progress: None, stop: Some(&stop) };
    let (names, furniture) = (&command.gazetteer, &command.furniture);
    let analyzer = inputs::build_analyzer(names, furniture, &[], &gazetteer, &archive, scan)?;
    let at_most = command.nth.and_then(|nth| usize::try_from(nth).ok()).unwrap_or(usize::MAX);
    let documents = dateline::find_documents(&archive, command.doc.as_deref(), at_most, scan, |document| {
        let verdicts = analyzer.worker().explain(document)?;
        Ok::<_, dateline::Error>(rows(command, document, &gazetteer, &verdicts))
    })?;
    let documents = chosen(command, documents)?;
    let several = documents.len() > 1;
    let mut columns = vec![
        word("part").spare(3),
        number("start"),
        number("end").spare(5),
        text("surface"),
        word("verdict"),
        id("entity"),
        text("name").spare(4),
        word("kind").spare(6),
        text("alias").spare(7),
        text("flags").spare(8),
        word("rule"),
        prose("meaning").spare(2),
    ];
    if several {
        columns.insert(0, number("document"));
    }
    let mut rows = Vec::new();
    for (index, document) in documents.into_iter().enumerate() {
        let (nth, FoundDocument { id, file, record, read }) = (index + 1, document);
        if several && !args.quiet {
            crate::terminal::say!("document {nth} of the id {id:?} is record {record} of {file}");
        }
        rows.extend(read?.into_iter().map(|mut row| {
            if several {
                row.insert(0, nth.into());
            }
            row
        }));
    }
    if rows.is_empty() {
        let place = if command.at.is_some() { "at this place" } else { "in this document" };
        crate::terminal::say!("the gazetteer has no name that occurs {place}");
    }
    table::print(command.format, &columns, rows)?;
    Ok(exit_code::Outcome::Done)
}

/// The documents to show, or why there are none.
fn chosen<T>(command: &Explain, documents: FoundDocuments<T>) -> Result<Vec<FoundDocument<T>>, Box<dyn StdError>> {
    let FoundDocuments { mut found, documents: total, first_ids, rejected, first_reject } = documents;
    if let (Some(nth), Some(id)) = (command.nth, &command.doc)
        && !found.is_empty()
    {
        let n = plural(found.len() as u64, "document has", "documents have");
        let at = usize::try_from(nth - 1).ok().filter(|at| *at < found.len());
        let Some(at) = at else { return Err(format!("only {n} the id {id:?}, so --nth {nth} is too many").into()) };
        return Ok(vec![found.swap_remove(at)]);
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let more = if total > first_ids.len() as u64 { ", ..." } else { "" };
    let ids: Vec<String> = first_ids.iter().map(|id| format!("{id:?}")).collect();
    let ids = format!("{}{more}", ids.join(", "));
    let unread = match (rejected, first_reject) {
        (0, _) | (_, None) => String::new(),
        (_, Some(reject)) => {
            let (records, place) =
                (plural(rejected, "record", "records"), format!("{}:{}", reject.file, reject.record));
            format!("; {records} could not be read, the first at {place}: {}", reject.message)
        }
    };
    Err(match &command.doc {
        _ if total == 0 => format!("no document in the inputs{unread}"),
        None => format!("the inputs have {} documents; choose one with --doc: {ids}", dateline::text::thousands(total)),
        Some(id) => {
            let total = plural(total, "document", "documents");
            format!("no document has the id {id:?}; the inputs have {total}: {ids}{unread}")
        }
    }
    .into())
}

/// Every rule and its meaning.
fn print_rules(command: &Explain) -> CommandResult {
    let columns = [word("rule"), word("verdict").spare(2), word("optional").spare(3), prose("meaning")];
    let yes = |is: bool| -> Value {
        match command.format {
            Format::Table => if is { "yes" } else { "no" }.into(),
            _ => is.into(),
        }
    };
    let rows = Rule::ALL
        .iter()
        .map(|rule| vec![rule.name().into(), yes(rule.accepts()), yes(rule.is_optional()), rule.meaning().into()]);
    table::print(command.format, &columns, rows)?;
    Ok(exit_code::Outcome::Done)
}

fn rows(command: &Explain, document: &Document<'_>, gazetteer: &Gazetteer, verdicts: &[Verdict]) -> Rows {
    let unit: OffsetUnit = command.offsets.into();
    let part: Part = command.part.into();
    let mut rows = Vec::new();
    for verdict in verdicts {
        let text = document.part(verdict.part);
        let start = unit.length(&text[..verdict.span.start]);
        let end = start + unit.length(verdict.span.of(text));
        if command.at.is_some_and(|at| verdict.part != part || !(start..end).contains(&at)) {
            continue;
        }
        let yes: Value = match command.format {
            Format::Table => if verdict.outcome.is_mention() { "yes" } else { "no" }.into(),
            _ => verdict.outcome.is_mention().into(),
        };
        let mut row: Vec<Value> =
            vec![verdict.part.as_str().into(), start.into(), end.into(), one_line(verdict.span.of(text)).into(), yes];
        row.extend(match verdict.meant {
            Meant::Listed { alias, entity } => {
                let (entity, alias) = (gazetteer.entity(entity), gazetteer.alias(alias));
                [entity.id, entity.name, entity.kind, alias.text, &flags(&alias)].map(Value::from)
            }
            Meant::Unlisted(mention) => {
                [&mention.id(document), mention.name(document), mention.entity_type.as_str(), "", ""].map(Value::from)
            }
        });
        row.push(verdict.outcome.rule_name().into());
        row.push(verdict.meaning(document, gazetteer).into());
        rows.push(row);
    }
    rows
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The flags of an alias, in the notation of the gazetteer.
fn flags(alias: &Alias<'_>) -> String {
    let case = match alias.flags.case {
        dateline::gazetteer::CasePolicy::Exact => Some("exact"),
        dateline::gazetteer::CasePolicy::Any => Some("any"),
        dateline::gazetteer::CasePolicy::Title => None,
    };
    let flags: Vec<&str> = alias.flags.weak.then_some("weak").into_iter().chain(case).collect();
    flags.join(",")
}
