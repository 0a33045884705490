//! `dateline explain`: why, or why not.

use dateline::gazetteer::{Alias, Gazetteer};
use dateline::{Document, Meant, OffsetUnit, Outcome, Part, ScanOptions, Verdict};
use serde_json::Value;

use crate::args::{Args, Explain, Format, PartArg, ProfileArg};
use crate::exit_code::{self, CommandResult};
use crate::inputs;
use crate::table::{self, number, text};

pub(crate) fn run(command: &Explain, args: &Args) -> CommandResult {
    if command.gazetteer.profile == ProfileArg::Plain {
        return Err("the plain profile asks no rules: every name that matches counts; explain another profile".into());
    }
    let archive = inputs::open_archive(&command.input, args)?;
    let gazetteer = inputs::load_gazetteer(&command.gazetteer)?;
    let stop = inputs::stop_on_signal();
    let scan = ScanOptions { threads: command.input.threads, on_progress: None, stop: Some(&stop) };
    let (names, furniture) = (&command.gazetteer, &command.furniture);
    let analyzer = inputs::build_analyzer(names, furniture, &[], &gazetteer, &archive, scan)?;
    let rows = dateline::find_document(&archive, &command.doc, scan, |document| {
        let verdicts = analyzer.worker().explain(document)?;
        Ok::<_, dateline::Error>(rows(command, document, &gazetteer, &verdicts))
    })?;
    let Some(rows) = rows.transpose()? else {
        let doc = &command.doc;
        return Err(format!("no document with the id {doc:?} in the inputs; dateline tag prints the ids").into());
    };
    let columns = [
        text("part"),
        number("start"),
        number("end"),
        text("surface"),
        text("verdict"),
        text("entity"),
        text("name"),
        text("kind"),
        text("alias"),
        text("flags"),
        text("rule"),
        text("meaning"),
    ];
    if rows.is_empty() {
        let place = if command.at.is_some() { "at this place" } else { "in this document" };
        anstream::eprintln!("the gazetteer has no name that stands {place}");
    }
    table::print(command.format, &columns, rows)?;
    Ok(exit_code::Outcome::Done)
}

fn rows(command: &Explain, document: &Document<'_>, gazetteer: &Gazetteer, verdicts: &[Verdict]) -> Vec<Vec<Value>> {
    let unit: OffsetUnit = command.offsets.into();
    let part = match command.part {
        PartArg::Title => Part::Title,
        PartArg::Text => Part::Text,
    };
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
        row.push(meaning(verdict, text, gazetteer).into());
        rows.push(row);
    }
    rows
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the verdict means, with the name or the entity that was preferred.
fn meaning(verdict: &Verdict, text: &str, gazetteer: &Gazetteer) -> String {
    let meaning = verdict.outcome.meaning();
    let preferred = match verdict.outcome {
        Outcome::Covered(other) | Outcome::Crossed(other) => Some(one_line(other.of(text))),
        Outcome::LessLikely(entity) => Some(gazetteer.entity(entity).id.to_owned()),
        Outcome::SameEntity(alias) => Some(gazetteer.alias(alias).text.to_owned()),
        _ => verdict.contest.map(|contest| {
            let runner_up = gazetteer.entity(contest.runner_up).id;
            format!("{} points, {runner_up} has {}", contest.score, contest.runner_up_score)
        }),
    };
    preferred
        .map_or_else(|| meaning.to_owned(), |preferred| format!("{} ({preferred}).", meaning.trim_end_matches('.')))
}

/// The flags of an alias, as a gazetteer writes them.
fn flags(alias: &Alias<'_>) -> String {
    let case = match alias.flags.case {
        dateline::gazetteer::CasePolicy::Exact => Some("exact"),
        dateline::gazetteer::CasePolicy::Any => Some("any"),
        dateline::gazetteer::CasePolicy::Title => None,
    };
    let flags: Vec<&str> = alias.flags.weak.then_some("weak").into_iter().chain(case).collect();
    flags.join(",")
}
