//! The readings of `tests/readings/*.toml`: which names of the built-in gazetteer a short text means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dateline::{Analyzer, Document, Gazetteer, Profile};

fn text_of<'t>(table: &'t toml::Table, key: &str) -> Option<&'t str> {
    table.get(key).map(|value| value.as_str().unwrap_or_else(|| panic!("{key} is a text")))
}

fn is_set(table: &toml::Table, key: &str) -> bool {
    table.get(key).is_some_and(|value| value.as_bool().unwrap_or_else(|| panic!("{key} is true or false")))
}

fn list_of<'t>(table: &'t toml::Table, key: &str) -> Option<&'t [toml::Value]> {
    table.get(key).map(|value| value.as_array().unwrap_or_else(|| panic!("{key} is a list")).as_slice())
}

/// Surface and entity of each pair of a list.
fn pairs_of(table: &toml::Table, key: &str) -> Option<Vec<(String, String)>> {
    let text = |value: &toml::Value| value.as_str().expect("a pair holds a surface and an entity").to_owned();
    let pair = |pair: &toml::Value| (text(&pair[0]), text(&pair[1]));
    list_of(table, key).map(|list| list.iter().map(pair).collect())
}

const KEYS: [&str; 11] = [
    "name",
    "text",
    "title",
    "profile",
    "gazetteer",
    "expect",
    "includes",
    "absent",
    "with_titles",
    "with_unlisted",
    "why",
];

/// Surface and entity of everything read, in order of part and span.
fn read(analyzer: &Analyzer, case: &toml::Table) -> Vec<(String, String)> {
    let mut document = Document::new("a", text_of(case, "text").expect("a reading has a text"));
    document.title = text_of(case, "title").map(Into::into);
    let mut worker = analyzer.worker();
    let resolution = worker.resolve(&document);
    let gazetteer = analyzer.gazetteer();
    let mut found = Vec::new();
    for mention in &resolution.mentions {
        let entity = gazetteer.entity(mention.entity);
        if entity.entity_type().as_str() != "title" || is_set(case, "with_titles") {
            found.push((mention.part, mention.span, entity.id.to_owned()));
        }
    }
    if is_set(case, "with_unlisted") {
        found.extend(resolution.unlisted.iter().map(|name| (name.part, name.span, name.id(&document))));
    }
    found.sort_by_key(|(part, span, _)| (*part, span.start, std::cmp::Reverse(span.end)));
    found.into_iter().map(|(part, span, id)| (span.of(document.part(part)).to_owned(), id)).collect()
}

/// What differs from the reading that the case expects.
fn difference(case: &toml::Table, found: &[(String, String)]) -> Option<String> {
    let is_missing = |pair: &&(String, String)| !found.contains(*pair);
    let wrong = pairs_of(case, "expect").filter(|expected| expected != found).map(|pairs| format!("not {pairs:?}"));
    let missing = pairs_of(case, "includes").and_then(|pairs| pairs.iter().find(is_missing).cloned());
    let surface = |value: &toml::Value| value.as_str().expect("a surface").to_owned();
    let mut absent = list_of(case, "absent").unwrap_or_default().iter().map(surface);
    let unwanted = absent.find(|surface| found.iter().any(|(found, _)| found == surface));
    wrong.or(missing.map(|pair| format!("without {pair:?}"))).or(unwanted.map(|surface| format!("with {surface:?}")))
}

#[test]
fn every_reading() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readings");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let tables: Vec<(String, toml::Table)> = files
        .iter()
        .map(|file| {
            let table = std::fs::read_to_string(file).unwrap().parse();
            (file.file_stem().unwrap().to_string_lossy().into_owned(), table.unwrap())
        })
        .collect();
    let cases: Vec<(&str, &toml::Table)> = tables
        .iter()
        .flat_map(|(kind, table)| {
            let readings = table["reading"].as_array().expect("readings").iter();
            readings.map(|case| (kind.as_str(), case.as_table().expect("a reading is a table")))
        })
        .collect();

    let mut gazetteers = BTreeMap::new();
    for (_, case) in &cases {
        let name = text_of(case, "gazetteer").unwrap_or("world");
        gazetteers.entry(name).or_insert_with(|| Gazetteer::builtin(name).unwrap());
    }
    let mut analyzers: BTreeMap<(&str, &str), Analyzer> = BTreeMap::new();
    let (mut names, mut faults) = (BTreeSet::new(), Vec::new());
    for (kind, case) in &cases {
        let name = text_of(case, "name").expect("a reading has a name");
        assert!(names.insert(name), "two readings are called {name}");
        assert!(text_of(case, "why").is_some(), "{name} does not say why");
        let unknown = case.keys().find(|key| !KEYS.contains(&key.as_str()));
        assert_eq!(unknown, None, "{name} has an unknown key");
        assert!(KEYS[5..8].iter().any(|key| case.contains_key(*key)), "{name} expects nothing");
        let profiles: &[&str] = match text_of(case, "profile") {
            None | Some("strict") => &["strict"],
            Some("wide") => &["wide"],
            Some("both") => &["strict", "wide"],
            Some(other) => panic!("{name}: unknown profile {other}"),
        };
        let gazetteer = text_of(case, "gazetteer").unwrap_or("world");
        for profile in profiles {
            let analyzer = analyzers.entry((gazetteer, *profile)).or_insert_with(|| {
                let profile = if *profile == "wide" { Profile::Wide } else { Profile::Strict };
                Analyzer::builder().profile(profile).build(&gazetteers[gazetteer]).unwrap()
            });
            let found = read(analyzer, case);
            if let Some(difference) = difference(case, &found) {
                faults.push(format!("{kind}: {name} ({profile}): {found:?}, {difference}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {} readings fail:\n{}", faults.len(), names.len(), faults.join("\n"));
}
