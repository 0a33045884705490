//! `dateline eval`: how right are the mentions, measured on a hand-annotated file.

use std::error::Error as StdError;
use std::fs;
use std::path::Path;

use dateline::evaluation::{Comparison, Interval, Measure, Score, SpanFile, SpanUnit, Value as Measured};
use dateline::evaluation::{differences, intervals, score};
use dateline::{Archive, ArchiveOptions, InputFormat, ScanOptions, StopFlag, TagOptions};
use serde_json::Value;

use crate::args::{Eval, Format, GazetteerArgs};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs;
use crate::table::{self, number, text};

pub(crate) fn run(command: &Eval) -> CommandResult {
    if command.errors > 0 && command.format == Format::Csv {
        return Err("--errors makes a second list; print it with --format table or jsonl".into());
    }
    let gold = SpanFile::gold(&read(&command.gold)?, &command.gold)?;
    if let Some(split) = &command.split
        && !gold.documents().iter().any(|document| document.split.as_ref() == Some(split))
    {
        return Err(format!("{}: no document of the split {split:?}", command.gold.display()).into());
    }
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
    let scores: Vec<(&str, Score)> = command
        .types
        .iter()
        .map(|name| (name.as_str(), of_type(&first, name)))
        .filter(|(_, score)| is_used(score))
        .collect();
    match &second {
        None => print_scores(command, &scores)?,
        Some(second) => {
            let pairs = command.types.iter().map(|name| (name.as_str(), of_type(&first, name), of_type(second, name)));
            print_differences(command, pairs.filter(|(_, a, b)| is_used(a) || is_used(b)).collect())?;
        }
    }
    if command.errors > 0 {
        print_errors(command, &scores)?;
    }
    Ok(Outcome::Done)
}

/// Whether there is anything to say about the type.
fn is_used(score: &Score) -> bool {
    score.total.gold + score.total.predicted > 0
}

fn read(path: &Path) -> Result<String, Box<dyn StdError>> {
    fs::read_to_string(path).map_err(|error| format!("{}: cannot read: {error}", path.display()).into())
}

fn predictions(command: &Eval, path: &Path, gold: &SpanFile) -> Result<SpanFile, Box<dyn StdError>> {
    Ok(SpanFile::predicted(&read(path)?, path, gold, command.offsets.into())?)
}

/// What dateline itself finds in the gold file.
fn own(command: &Eval, names: &GazetteerArgs, gold: &SpanFile, stop: &StopFlag) -> Result<SpanFile, Box<dyn StdError>> {
    let options = ArchiveOptions { input_format: InputFormat::JsonLines, ..ArchiveOptions::default() };
    let archive = Archive::open(std::slice::from_ref(&command.gold), options)?;
    let gazetteer = inputs::load_gazetteer(names)?;
    let scan = ScanOptions { threads: command.threads, on_progress: None, stop: Some(stop) };
    let analyzer = inputs::build_analyzer(names, &command.furniture, &[], &gazetteer, &archive, scan)?;
    let mut lines = Vec::new();
    let summary = dateline::tag(&analyzer, &archive, TagOptions::default(), scan, &mut lines)?;
    if let Some(reject) = summary.rejects.first() {
        return Err(format!("{}:{}: {}", reject.file, reject.record, reject.message).into());
    }
    Ok(SpanFile::predicted(&String::from_utf8(lines)?, "dateline tag", gold, SpanUnit::Char)?)
}

/// The settings with some of them changed: "profile=wide,gazetteer=core".
fn changed(names: &GazetteerArgs, changes: &str) -> Result<GazetteerArgs, Box<dyn StdError>> {
    use clap::ValueEnum;
    let mut names = names.clone();
    let mut gazetteers = Vec::new();
    for change in changes.split(',') {
        let (key, value) = change.split_once('=').unwrap_or((change, ""));
        match key.trim() {
            "profile" => names.profile = ValueEnum::from_str(value, false)?,
            "overlap" => names.overlap = ValueEnum::from_str(value, false)?,
            "gazetteer" => gazetteers.push(value.to_owned()),
            key => return Err(format!("--compare: unknown setting {key:?}; use profile, overlap or gazetteer").into()),
        }
    }
    if !gazetteers.is_empty() {
        names.gazetteer = gazetteers;
    }
    Ok(names)
}

/// Four decimals, as published figures have them; the programs get all.
fn share(command: &Eval, value: Option<f64>) -> Value {
    match value {
        None => Value::Null,
        Some(value) if command.format == Format::Table => format!("{value:.4}").into(),
        Some(value) => value.into(),
    }
}

fn print_scores(command: &Eval, scores: &[(&str, Score)]) -> Result<(), Box<dyn StdError>> {
    let columns = [
        text("type"),
        text("measure"),
        number("precision"),
        number("recall"),
        number("value"),
        number("low"),
        number("high"),
        number("of"),
        number("gold"),
        number("predicted"),
        number("documents"),
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
        text("type"),
        text("measure"),
        number("first"),
        number("second"),
        number("difference"),
        number("low"),
        number("high"),
        text("sure"),
        number("documents"),
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
    let columns = [text("type"), text("error"), text("surface"), number("count")];
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
