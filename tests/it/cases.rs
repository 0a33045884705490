//! The matching cases of `tests/cases/*.toml`, over every engine.

use std::collections::BTreeSet;
use std::path::Path;

use dateline::gazetteer::{AliasKind, parse_flags};
use dateline::{Engine, Gazetteer, Matcher, MatcherBuilder, Overlap, SimdLevel};

fn text_of<'t>(table: &'t toml::Table, key: &str) -> Option<&'t str> {
    table.get(key).and_then(toml::Value::as_str)
}

fn gazetteer_of(case: &toml::Table) -> Gazetteer {
    let names = case["names"].as_array().expect("names is a list");
    let entities = names.iter().map(|name| {
        let (text, flags, entity) = match name {
            toml::Value::String(text) => (text.as_str(), "-", None),
            toml::Value::Table(name) => (
                text_of(name, "text").expect("a name has a text"),
                text_of(name, "flags").unwrap_or("-"),
                text_of(name, "entity"),
            ),
            other => panic!("{other} is no name"),
        };
        let flags = parse_flags(flags).expect("flags");
        (entity.unwrap_or(text).to_owned(), "place".to_owned(), vec![(text.to_owned(), AliasKind::Alias, flags)])
    });
    Gazetteer::from_entities(entities).expect("names")
}

/// One case under one engine; returns what differs.
fn run(case: &toml::Table, engine: MatcherBuilder) -> Result<(), String> {
    let gazetteer = gazetteer_of(case);
    let overlap = match text_of(case, "overlap") {
        None => Overlap::Longest,
        Some("all") => Overlap::All,
        Some("no-nested") => Overlap::NoNested,
        Some(other) => return Err(format!("unknown overlap {other}")),
    };
    let text = text_of(case, "text").ok_or("the case has no text")?;
    let matcher = engine.overlap(overlap).build(&gazetteer).map_err(|e| e.to_string())?;
    let matches = matcher.find(text);
    let number = |value: &toml::Value| usize::try_from(value.as_integer().expect("an offset")).expect("an offset");
    let expected: Vec<(usize, usize)> = case["spans"]
        .as_array()
        .ok_or("spans is no list")?
        .iter()
        .map(|span| (number(&span[0]), number(&span[1])))
        .collect();
    let found: Vec<(usize, usize)> = matches.iter().map(|(span, _)| (span.start, span.end)).collect();
    if found != expected {
        let pieces: Vec<&str> = matches.iter().map(|(span, _)| span.of(text)).collect();
        return Err(format!("expected {expected:?}, found {found:?} {pieces:?}"));
    }
    if let Some(surfaces) = case.get("surfaces").and_then(toml::Value::as_array) {
        let pieces: Vec<&str> = matches.iter().map(|(span, _)| span.of(text)).collect();
        let surfaces: Vec<&str> = surfaces.iter().filter_map(toml::Value::as_str).collect();
        if pieces != surfaces {
            return Err(format!("expected {surfaces:?}, found {pieces:?}"));
        }
    }
    if let Some(entities) = case.get("entities").and_then(toml::Value::as_array) {
        for ((span, aliases), ids) in matches.iter().zip(entities) {
            let found: BTreeSet<&str> =
                aliases.iter().map(|alias| gazetteer.entity(gazetteer.alias(*alias).entity).id).collect();
            let ids: BTreeSet<&str> = ids.as_array().ok_or("ids")?.iter().filter_map(toml::Value::as_str).collect();
            if found != ids {
                return Err(format!("at {span:?} expected {ids:?}, found {found:?}"));
            }
        }
    }
    Ok(())
}

/// Every engine, the word starts at every level of instructions that this processor has.
fn engines() -> Vec<MatcherBuilder> {
    let with = |engine| Matcher::builder().engine(engine);
    let levels = SimdLevel::available().into_iter();
    let word_starts = levels.map(|level| with(Engine::WordStart).simd_level(level));
    [Engine::Auto, Engine::AhoCorasick, Engine::Naive].map(with).into_iter().chain(word_starts).collect()
}

#[test]
fn every_case_on_every_engine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut names = BTreeSet::new();
    let mut failures = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let table: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        for case in table["case"].as_array().unwrap() {
            let case = case.as_table().unwrap();
            let name = text_of(case, "name").expect("a case has a name").to_owned();
            assert!(names.insert(name.clone()), "two cases are called {name}");
            for engine in engines() {
                if let Err(difference) = run(case, engine) {
                    failures
                        .push(format!("{}: {name} ({engine:?}): {difference}", file.file_name().unwrap().display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {} cases fail:\n{}", failures.len(), names.len(), failures.join("\n"));
    assert!(names.len() >= 120, "only {} cases were found", names.len());
}
