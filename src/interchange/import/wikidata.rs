//! The JSON dump of Wikidata: an array with one entity a line, read twice. The first pass collects the superclass of
//! each class and the codes of countries (some 10 bytes a class and 60 a country are held); the second makes entities
//! of the items whose class is wanted. A dump that is cut is an error, whether compressed or not.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;

use memchr::memmem;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::sink::{Fragment, Role};
use super::source::{self, Content, Line, Lines};
use super::wikidata_classes::{CLASSES, Classes, number};
use super::{ImportOptions, Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Wikidata;

type Labels = BTreeMap<String, Label>;

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    id: String,
    #[serde(default, rename = "type")]
    entity_type: String,
    #[serde(default)]
    labels: Table<Labels>,
    #[serde(default)]
    aliases: Table<BTreeMap<String, Vec<Label>>>,
    #[serde(default)]
    claims: Table<Claims>,
    #[serde(default)]
    sitelinks: Table<BTreeMap<String, IgnoredAny>>,
}

#[derive(Deserialize)]
struct Label {
    value: String,
}

/// The properties that are used; the parser skips the many others.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "UPPERCASE")]
struct Claims {
    p17: Vec<Statement>,
    p31: Vec<Statement>,
    p131: Vec<Statement>,
    p279: Vec<Statement>,
    p297: Vec<Statement>,
    p300: Vec<Statement>,
    p361: Vec<Statement>,
    p571: Vec<Statement>,
    p576: Vec<Statement>,
    p625: Vec<Statement>,
    p749: Vec<Statement>,
    p1082: Vec<Statement>,
    p1278: Vec<Statement>,
    p1448: Vec<Statement>,
    p1549: Vec<Statement>,
    p1566: Vec<Statement>,
    p1705: Vec<Statement>,
    p1813: Vec<Statement>,
    p6782: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    mainsnak: Snak,
    #[serde(default)]
    rank: String,
}

#[derive(Deserialize)]
struct Snak {
    #[serde(default)]
    datavalue: Option<DataValue>,
}

#[derive(Deserialize)]
struct DataValue {
    value: Value,
}

/// An object; the dump writes an empty one as `[]`.
struct Table<T>(T);

impl<T: Default> Default for Table<T> {
    fn default() -> Self {
        Self(T::default())
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectOrEmpty<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for ObjectOrEmpty<T> {
            type Value = Table<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, or an empty array")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Table)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
                match elements.next_element::<IgnoredAny>()? {
                    None => Ok(Table(T::default())),
                    Some(_) => Err(serde::de::Error::custom("an array where an object should be")),
                }
            }
        }
        deserializer.deserialize_any(ObjectOrEmpty(PhantomData))
    }
}

/// The values of the statements that are not deprecated, the preferred first.
fn values(statements: &[Statement]) -> impl Iterator<Item = &Value> {
    let of_rank = |wanted: bool| {
        statements
            .iter()
            .filter(move |statement| statement.rank != "deprecated" && (statement.rank == "preferred") == wanted)
    };
    let chosen = of_rank(true).chain(of_rank(false));
    chosen.filter_map(|statement| statement.mainsnak.datavalue.as_ref()).map(|data| &data.value)
}

fn items(statements: &[Statement]) -> impl Iterator<Item = u32> {
    values(statements).filter_map(|value| {
        let id = value.get("id").and_then(Value::as_str).and_then(number);
        id.or_else(|| value.get("numeric-id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()))
    })
}

fn text(statements: &[Statement]) -> Option<&str> {
    values(statements).find_map(Value::as_str)
}

/// What the first pass collects.
#[derive(Default)]
struct Gathered {
    edges: Vec<(u32, u32)>,
    /// ISO codes of countries.
    countries: HashMap<u32, String>,
}

/// What the second pass needs.
struct Wanted {
    classes: Classes,
    kinds: Vec<String>,
    countries: HashMap<u32, String>,
}

impl Importer for Wikidata {
    fn prefix(&self) -> &'static str {
        "wd:"
    }

    fn source(&self) -> Option<&'static str> {
        Some("wikidata")
    }

    fn has_ids_of_authority(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        if let Some(stdin) = inputs.iter().find(|path| source::is_stdin(path)) {
            return Err(Error::usage("the dump is read twice, which standard input cannot be")
                .at(stdin)
                .with_remedy("name the file; .gz and .bz2 are read as they are"));
        }
        let options = sink.options;
        let roots = roots(options)?;
        let mut gathered = Gathered::default();
        for path in inputs {
            source::visit(path, options, &mut |content| gathered.read(content, options))?;
        }
        let wanted = Wanted {
            classes: Classes::new(roots.iter().map(|(class, _)| *class), gathered.edges),
            kinds: roots.into_iter().map(|(_, kind)| kind).collect(),
            countries: gathered.countries,
        };
        for path in inputs {
            source::visit(path, options, &mut |content| read_items(content, &wanted, sink))?;
        }
        Ok(())
    }
}

/// The classes given by the user, then the built-in ones.
fn roots(options: &ImportOptions<'_>) -> Result<Vec<(u32, String)>> {
    let mut roots = Vec::new();
    for (class, kind) in &options.classes {
        let class = number(class).ok_or_else(|| {
            Error::usage(format!("{class:?} is not a class of Wikidata")).with_remedy("write --class Q515=place.city")
        })?;
        roots.push((class, kind.clone()));
    }
    roots.extend(CLASSES.iter().map(|(class, kind)| (*class, (*kind).to_owned())));
    Ok(roots)
}

/// The JSON of a line of the dump, without the comma between elements.
fn element(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(',').trim_end();
    (!matches!(line, "" | "[" | "]")).then_some(line)
}

impl Gathered {
    fn read(&mut self, content: Content<'_>, options: &ImportOptions<'_>) -> Result<()> {
        let subclass = memmem::Finder::new("\"P279\"");
        let country = memmem::Finder::new("\"P297\"");
        let mut lines = Lines::new(content, options);
        while let Some((_, line)) = lines.next()? {
            // Faults are counted in the second pass.
            let Line::Text(line) = line else { continue };
            let Some(json) = element(line) else { continue };
            if subclass.find(json.as_bytes()).is_none() && country.find(json.as_bytes()).is_none() {
                continue;
            }
            let Ok(item) = serde_json::from_str::<Item>(json) else { continue };
            let Some(id) = number(&item.id) else { continue };
            self.edges.extend(items(&item.claims.0.p279).map(|above| (above, id)));
            if let Some(code) = text(&item.claims.0.p297) {
                self.countries.insert(id, code.to_owned());
            }
        }
        Ok(())
    }
}

fn read_items(content: Content<'_>, wanted: &Wanted, sink: &mut Sink<'_>) -> Result<()> {
    sink.enter(&content.label);
    let label = content.label.clone();
    let options = sink.options;
    let instance = memmem::Finder::new("\"P31\"");
    let mut lines = Lines::new(content, options);
    let (mut opened, mut closed) = (false, false);
    // The last line, if it was malformed.
    let mut faulty = None;
    while let Some((number, line)) = lines.next()? {
        sink.at(number);
        faulty = None;
        let json = match line {
            Line::Bad(reason) => {
                sink.refuse(reason);
                continue;
            }
            Line::Text(line) => {
                opened |= line.trim() == "[";
                closed = line.trim() == "]";
                match element(line) {
                    Some(json) => json,
                    None => continue,
                }
            }
        };
        sink.read_record();
        let is_candidate = instance.find(json.as_bytes()).is_some();
        match serde_json::from_str::<Item>(json) {
            Ok(item) if is_candidate => read_item(&item, wanted, sink)?,
            Ok(_) => sink.drop_record("an item without a class (P31)"),
            Err(error) => {
                sink.drop_record("JSON that is cut or malformed");
                faulty = Some((number, error.is_eof()));
            }
        }
    }
    if opened && !closed {
        return Err(Error::format(label, "the dump is cut: its closing ] is missing").with_remedy("fetch it again"));
    }
    match faulty {
        Some((number, true)) => {
            let message = format!("the dump is cut: line {number}, the last, ends within an entity");
            Err(Error::format(label, message).with_remedy("fetch it again"))
        }
        _ => Ok(()),
    }
}

fn read_item(item: &Item, wanted: &Wanted, sink: &mut Sink<'_>) -> Result<()> {
    let claims = &item.claims.0;
    if item.entity_type != "item" || number(&item.id).is_none() {
        sink.drop_record("not an item: a property or a lexeme");
        return Ok(());
    }
    let Some(root) = items(&claims.p31).filter_map(|class| wanted.classes.root_of(class)).min() else {
        sink.drop_record("an item whose class is not asked for");
        return Ok(());
    };
    let sitelinks = item.sitelinks.0.len() as u64;
    if sitelinks < sink.options.min_sitelinks {
        sink.drop_record("fewer pages than --min-sitelinks");
        return Ok(());
    }
    let mut fragment = Fragment::new(Role::Whole, sink.id(&item.id));
    fragment.kind = Some(wanted.kinds[root].clone());
    add_names(item, &mut fragment, sink);
    if fragment.names.is_empty() {
        sink.drop_record("no label in a language that is asked for");
        return Ok(());
    }
    fragment.key("wd", &item.id);
    let country = items(&claims.p17).next();
    let code = text(&claims.p297).or_else(|| country.and_then(|id| wanted.countries.get(&id)).map(String::as_str));
    fragment.key("cc", code.unwrap_or_default());
    let parents = [&claims.p131, &claims.p749, &claims.p361, &claims.p17];
    let own = number(&item.id);
    if let Some(parent) = parents.iter().find_map(|statements| items(statements).find(|id| Some(*id) != own)) {
        fragment.key("parent", &sink.id(&format!("Q{parent}")));
    }
    let point = values(&claims.p625).find(|point| is_on_earth(point));
    let degrees = |axis: &str| point.and_then(|point| point[axis].as_f64());
    if let (Some(lat), Some(lon)) = (degrees("latitude"), degrees("longitude")) {
        fragment.key("lat", &lat.to_string());
        fragment.key("lon", &lon.to_string());
    }
    if let Some(amount) = values(&claims.p1082).find_map(|value| value["amount"].as_str()) {
        fragment.key("pop", amount.trim_start_matches('+').split('.').next().unwrap_or_default());
    }
    fragment.key("gn", text(&claims.p1566).unwrap_or_default());
    fragment.key("iso", text(&claims.p300).unwrap_or_default());
    fragment.key("ror", text(&claims.p6782).unwrap_or_default());
    fragment.key("lei", text(&claims.p1278).unwrap_or_default());
    for (key, statements) in [("from", &claims.p571), ("to", &claims.p576)] {
        fragment.key(key, &values(statements).find_map(date).unwrap_or_default());
    }
    fragment.key("prio", &sitelinks.to_string());
    sink.accept(fragment)
}

/// Labels, aliases, and names given as statements, in the languages that are asked for.
fn add_names(item: &Item, fragment: &mut Fragment, sink: &mut Sink<'_>) {
    // `mul` holds names that are common to most languages.
    let rank = |language: &str| if language == "mul" { Some(u8::MAX) } else { sink.options.language_rank(language) };
    let mut labels: Vec<(u8, &str, &str)> = Vec::new();
    let mut unwanted = 0;
    // In the order of ranks and languages, whatever the order of the map.
    for (language, label) in &item.labels.0 {
        match rank(language) {
            Some(rank) => labels.push((rank, language, &label.value)),
            None => unwanted += 1,
        }
    }
    labels.sort_unstable();
    for (index, (_, _, name)) in labels.iter().enumerate() {
        let kind = if index == 0 { AliasKind::Name } else { AliasKind::Alias };
        fragment.name(name, kind, Flags::default());
    }
    let mut aliases: Vec<(u8, &str, &[Label])> = Vec::new();
    for (language, names) in &item.aliases.0 {
        match rank(language) {
            Some(rank) => aliases.push((rank, language, names)),
            None => unwanted += names.len() as u64,
        }
    }
    aliases.sort_unstable_by_key(|(rank, language, _)| (*rank, *language));
    for name in aliases.iter().flat_map(|(_, _, names)| names.iter()) {
        fragment.name(&name.value, AliasKind::Alias, Flags::default());
    }
    let claims = &item.claims.0;
    let exact = Flags { case: CasePolicy::Exact, ..Flags::default() };
    let statements = [
        (&claims.p1448, AliasKind::Alias, Flags::default()),
        (&claims.p1813, AliasKind::Abbreviation, exact),
        (&claims.p1549, AliasKind::Demonym, exact),
        (&claims.p1705, AliasKind::Native, Flags::default()),
    ];
    for (statements, kind, mut flags) in statements {
        for value in values(statements) {
            let (Some(name), Some(language)) = (value["text"].as_str(), value["language"].as_str()) else { continue };
            // A native label is in the language of the place, whichever that is.
            if rank(language).is_none() && kind != AliasKind::Native {
                unwanted += 1;
                continue;
            }
            flags.weak = kind == AliasKind::Abbreviation && name.chars().count() <= 3;
            fragment.name(name, kind, flags);
        }
    }
    sink.drop_names("a language that is not asked for", unwanted);
}

/// Whether a point is on Earth: craters of the Moon have coordinates, too.
fn is_on_earth(point: &Value) -> bool {
    point["globe"].as_str().is_none_or(|globe| globe.ends_with("/Q2"))
}

/// `+1945-10-24T00:00:00Z` by its precision: `1945`, `1945-10` or `1945-10-24`. `None` for decades and for years BC.
fn date(value: &Value) -> Option<String> {
    let digits = value["time"].as_str()?.strip_prefix('+')?;
    let length = match value["precision"].as_u64()? {
        9 => 4,
        10 => 7,
        11 => 10,
        _ => return None,
    };
    let date = digits.get(..length)?;
    date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then(|| date.to_owned())
}
