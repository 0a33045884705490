//! `dateline eval`: how accurate the mentions are, measured on a hand-annotated file.

use std::error::Error as StdError;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use dateline::evaluation::{Compared, Comparison, Interval, Measure, Score, SpanFile, SpanUnit, Value as Measured};
use dateline::evaluation::{compared, differences, intervals, score};
use dateline::{Archive, ArchiveOptions, InputFormat, ScanOptions, StopFlag, TagOptions};
use serde_json::Value;

use crate::args::{Args, Eval, Format, GazetteerArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs;
use crate::review::print_sheet;
use crate::table::{self, number, text, word};

/// The types that dateline finds, which are measured by default.
const TYPES: [&str; 3] = ["place", "organisation", "title"];

pub(crate) fn run(command: &Eval, args: &Args) -> CommandResult {
    if command.errors > 0 && command.format == Format::Csv {
        return Err("--errors prints a second list; print it with --format table or jsonl".into());
    }
    if let Some(sheet) = &command.sheet {
        return print_sheet(sheet, command.format);
    }
    let mut gold = SpanFile::gold(&read(gold_path(command))?, gold_path(command))?;
    check_renamings(command, &gold)?;
    gold.rename(&command.map);
    if let Some(split) = &command.split
        && !gold.documents().iter().any(|document| document.split.as_ref() == Some(split))
    {
        return Err(format!("{}: no document of the split {split:?}", gold_path(command).display()).into());
    }
    let types = types(command, &gold, args)?;
    let stop = inputs::stop_on_signal();
    let first = match &command.pred {
        Some(path) => predictions(command, path, &gold)?,
        None => own(command, &command.gazetteer, &gold, &stop)?,
    };
    let second = match command.compare.as_deref() {
        None => None,
        Some(other) if other.contains('=') => Some(own(command, &changed(&command.gazetteer, other)?, &gold, &stop)?),
        Some(path) => Some(predictions(command, Path::new(path), &gold)?),
    };
    let comparison = Comparison { split: command.split.as_deref(), ignore: &command.ignore };
    let of_type = |file: &SpanFile, name: &str| score(&gold, file, name, &comparison);
    let scores: Vec<(&str, Score)> =
        types.iter().map(|name| (name.as_str(), of_type(&first, name))).filter(|(_, score)| is_used(score)).collect();
    match &second {
        None => print_scores(command, &scores)?,
        Some(second) => {
            let pairs = types.iter().map(|name| (name.as_str(), of_type(&first, name), of_type(second, name)));
            print_differences(command, pairs.filter(|(_, a, b)| is_used(a) || is_used(b)).collect())?;
        }
    }
    if command.errors > 0 {
        print_errors(command, &scores)?;
    }
    Ok(Outcome::Done)
}

/// The gold file, which there is unless there is a sheet.
fn gold_path(command: &Eval) -> &Path {
    command.gold.as_deref().unwrap_or(Path::new(""))
}

/// Refuses to rename a type that the gold file lacks, unless another file may have it.
fn check_renamings(command: &Eval, gold: &SpanFile) -> Result<(), Box<dyn StdError>> {
    let only_gold = command.pred.is_none() && command.compare.is_none();
    let types = gold.types();
    match command.map.iter().find(|renaming| !types.contains(&renaming.from.as_str())) {
        Some(renaming) if only_gold => {
            let (path, from) = (gold_path(command).display(), &renaming.from);
            let has = if types.is_empty() { "no type at all".to_owned() } else { types.join(", ") };
            Err(format!("{path}: no span of the type {from:?}, which --map names; it has {has}").into())
        }
        _ => Ok(()),
    }
}

/// The types to measure; reports which types of the gold file are not compared with anything.
fn types(command: &Eval, gold: &SpanFile, args: &Args) -> Result<Vec<String>, Box<dyn StdError>> {
    let path = gold_path(command).display();
    let judge = |wanted: &[String]| compared(gold, wanted, &command.ignore, command.split.as_deref());
    let mut types = match command.types.as_slice() {
        [] => TYPES.map(str::to_owned).to_vec(),
        types => types.to_vec(),
    };
    let found = judge(&types);
    if found.spans == 0 && !found.left.is_empty() {
        let lacking = listed(&types);
        return Err(format!("{path}: it has {} and none of {lacking}; {}", found.left_over(), remedy(&found)).into());
    }
    let say = |text: String| {
        if !args.quiet {
            crate::terminal::say!("{text}");
        }
    };
    if found.spans == 0 {
        return Err(format!("{path}: no span is annotated in it, so there is nothing to compare with").into());
    }
    if command.types.is_empty() {
        types.retain(|name| !found.lacking.contains(name));
    } else if !found.lacking.is_empty() {
        let lacking = listed(&found.lacking);
        say(format!("{path}: it has no {lacking}, so its figures mean nothing"));
    }
    // A user who names the types knows that others are not compared, but not that places may have another name, too.
    if !found.left.is_empty() && (command.types.is_empty() || !found.renamings.is_empty()) {
        let remedy = if found.renamings.is_empty() { String::new() } else { format!("; {}", remedy(&found)) };
        say(format!("{path}: never compared: {}{remedy}", found.left_over()));
    }
    Ok(types)
}

/// How to have the remaining types compared.
fn remedy(found: &Compared<'_>) -> String {
    match found.renamings.as_slice() {
        [] => "name them with --types, or map them, e.g. --map TYPE=place".to_owned(),
        renamings => format!("map them: --map {}", renamings.join(",")),
    }
}

/// "place, organisation or title".
fn listed(types: &[String]) -> String {
    match types.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => types.concat(),
    }
}

/// Whether there are any spans of the type.
fn is_used(score: &Score) -> bool {
    score.total.gold + score.total.predicted > 0
}

fn read(path: &Path) -> Result<String, Box<dyn StdError>> {
    fs::read_to_string(path).map_err(|error| {
        let error = error.to_string().to_lowercase();
        let error = error.split(" (os error").next().unwrap_or_default();
        format!("{}: cannot read: {error}; name a file of JSON Lines with id, text and spans", path.display()).into()
    })
}

fn predictions(command: &Eval, path: &Path, gold: &SpanFile) -> Result<SpanFile, Box<dyn StdError>> {
    let mut predicted = SpanFile::predicted(&read(path)?, path, gold, command.offsets.into())?;
    predicted.rename(&command.map);
    Ok(predicted)
}

/// The mentions that dateline itself finds in the gold file.
fn own(command: &Eval, names: &GazetteerArgs, gold: &SpanFile, stop: &StopFlag) -> Result<SpanFile, Box<dyn StdError>> {
    let options = ArchiveOptions { input_format: InputFormat::JsonLines, ..ArchiveOptions::default() };
    let archive = Archive::open(&[gold_path(command).to_path_buf()], options)?;
    let gazetteer = inputs::load_gazetteer(names)?;
    let scan = ScanOptions { threads: command.threads, on_progress: None, stop: Some(stop) };
    let analyzer = inputs::build_analyzer(names, &command.furniture, &[], &gazetteer, &archive, scan)?;
    let mut lines = Vec::new();
    let summary = dateline::tag(&analyzer, archive.batches(), TagOptions::default(), scan, &mut lines)?;
    if let Some(reject) = summary.rejects.first() {
        return Err(format!("{}:{}: {}", reject.file, reject.record, reject.message).into());
    }
    Ok(SpanFile::predicted(&String::from_utf8(lines)?, "dateline tag", gold, SpanUnit::Char)?)
}

/// The settings with some of them changed: "profile=wide,gazetteer=core".
fn changed(names: &GazetteerArgs, changes: &str) -> Result<GazetteerArgs, Box<dyn StdError>> {
    let mut names = names.clone();
    let mut gazetteers = Vec::new();
    for change in changes.split(',') {
        let (key, value) = change.split_once('=').unwrap_or((change, ""));
        match key.trim() {
            "profile" => names.profile = setting(key, value)?,
            "overlap" => names.overlap = setting(key, value)?,
            "gazetteer" => gazetteers.push(value.to_owned()),
            "without-rule" => names.without_rule.push(value.parse()?),
            key => {
                let known = "profile, overlap, gazetteer or without-rule";
                return Err(format!("--compare: unknown setting {key:?}; use {known}").into());
            }
        }
    }
    if !gazetteers.is_empty() {
        names.gazetteer = gazetteers;
    }
    Ok(names)
}

/// Parses a value of the option with this name.
fn setting<T: ValueEnum>(key: &str, value: &str) -> Result<T, Box<dyn StdError>> {
    T::from_str(value.trim(), false).map_err(|_| {
        let known = T::value_variants().iter().filter_map(|variant| variant.to_possible_value());
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        format!("--compare: there is no {} {value:?}; use {}", key.trim(), listed(&known)).into()
    })
}

/// Four decimals for people, as in published figures; programs get all digits.
fn share(command: &Eval, value: Option<f64>) -> Value {
    match value {
        None => Value::Null,
        Some(value) if command.format == Format::Table => format!("{value:.4}").into(),
        Some(value) => value.into(),
    }
}

fn print_scores(command: &Eval, scores: &[(&str, Score)]) -> Result<(), Box<dyn StdError>> {
    let columns = [
        word("type"),
        word("measure"),
        number("precision"),
        number("recall"),
        number("value"),
        number("low").spare(1),
        number("high").spare(1),
        number("of").spare(4),
        number("gold").spare(3),
        number("predicted").spare(3),
        number("documents").spare(5),
    ];
    let mut rows = Vec::new();
    for (name, score) in scores {
        for (measure, interval) in Measure::ALL.into_iter().zip(intervals(score, command.draws)) {
            let Some(Measured { precision, recall, value }) = score.total.value(measure) else { continue };
            let Interval { low, high } = interval.unwrap_or(Interval { low: f64::NAN, high: f64::NAN });
            let bound = |bound: f64| share(command, Some(bound).filter(|bound| !bound.is_nan()));
            rows.push(vec![
                (*name).into(),
                measure.name().into(),
                share(command, precision),
                share(command, recall),
                share(command, Some(value)),
                bound(low),
                bound(high),
                score.total.basis(measure).into(),
                score.total.gold.into(),
                score.total.predicted.into(),
                score.documents.len().into(),
            ]);
        }
    }
    table::print(command.format, &columns, rows)
}

fn print_differences(command: &Eval, pairs: Vec<(&str, Score, Score)>) -> Result<(), Box<dyn StdError>> {
    let columns = [
        word("type"),
        word("measure"),
        number("first").spare(1),
        number("second").spare(1),
        number("difference"),
        number("low").spare(2),
        number("high").spare(2),
        word("sure"),
        number("documents").spare(3),
    ];
    let mut rows = Vec::new();
    for (name, first, second) in &pairs {
        for (measure, interval) in Measure::ALL.into_iter().zip(differences(first, second, command.draws)) {
            let value = |score: &Score| score.total.value(measure).map(|measured| measured.value);
            let (Some(a), Some(b)) = (value(first), value(second)) else { continue };
            let sure = interval.map(|interval| interval.low > 0.0 || interval.high < 0.0);
            let sure = match (sure, command.format) {
                (Some(sure), Format::Table) => if sure { "yes" } else { "no" }.into(),
                (sure, _) => sure.into(),
            };
            rows.push(vec![
                (*name).into(),
                measure.name().into(),
                share(command, Some(a)),
                share(command, Some(b)),
                share(command, Some(b - a)),
                share(command, interval.map(|interval| interval.low)),
                share(command, interval.map(|interval| interval.high)),
                sure,
                first.documents.len().into(),
            ]);
        }
    }
    table::print(command.format, &columns, rows)
}

fn print_errors(command: &Eval, scores: &[(&str, Score)]) -> Result<(), Box<dyn StdError>> {
    let columns = [word("type"), word("error"), text("surface"), number("count")];
    let mut rows = Vec::new();
    for (name, score) in scores {
        for (error, surfaces) in [("false positive", &score.false_positives), ("missed", &score.missed)] {
            let mut surfaces: Vec<(&String, &u64)> = surfaces.iter().collect();
            surfaces.sort_by_key(|(surface, count)| (std::cmp::Reverse(**count), *surface));
            for (surface, count) in surfaces.into_iter().take(command.errors) {
                rows.push(vec![(*name).into(), error.into(), surface.as_str().into(), (*count).into()]);
            }
        }
    }
    if command.format == Format::Table {
        use std::io::Write;
        writeln!(anstream::stdout())?;
    }
    table::print(command.format, &columns, rows)
}
