//! `dateline explain`: why, or why not.

use dateline::gazetteer::{Alias, Gazetteer};
use dateline::{Document, OffsetUnit, Part, ScanOptions, Verdict};
use serde_json::Value;

use crate::args::{Args, Explain, Format, PartArg, ProfileArg};
use crate::exit_code::{CommandResult, Outcome};
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
        let verdicts = analyzer.worker().explain(document);
        rows(command, document, &gazetteer, &verdicts)
    })?;
    let Some(rows) = rows else {
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
    Ok(Outcome::Done)
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
        let (entity, alias) = (gazetteer.entity(verdict.entity), gazetteer.alias(verdict.alias));
        let yes: Value = match command.format {
            Format::Table => if verdict.outcome.is_mention() { "yes" } else { "no" }.into(),
            _ => verdict.outcome.is_mention().into(),
        };
        rows.push(vec![
            verdict.part.as_str().into(),
            start.into(),
            end.into(),
            verdict.span.of(text).split_whitespace().collect::<Vec<_>>().join(" ").into(),
            yes,
            entity.id.to_owned().into(),
            entity.name.to_owned().into(),
            entity.kind.to_owned().into(),
            alias.text.to_owned().into(),
            flags(&alias).into(),
            verdict.outcome.rule_name().into(),
            verdict.outcome.meaning().into(),
        ]);
    }
    rows
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
