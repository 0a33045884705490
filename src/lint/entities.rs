//! Content of entity lines besides names: kind, keys, parents, places, dates.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::codes::Code;
use super::source::{EntityLine, KeyField, Position, Sources};
use crate::gazetteer::Gazetteer;
use crate::interchange::country;

/// The keys of `docs/gazetteer.md` and those of the built-in layers.
const KEYS: [&str; 21] = [
    "cc", "lat", "lon", "pop", "prio", "parent", "capital", "ctx", "role", "rank", "per", "parts", "wd", "gn", "ror",
    "lei", "iso", "lang", "from", "to", "src",
];

pub(super) fn check(sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    for entity in sources.entities.iter().filter(|entity| !entity.extends) {
        check_kind(entity, report);
        check_point(entity, report);
        check_country(entity, report);
        check_fields(&entity.fields, entity.at, report);
        check_parent(entity, sources, base, report);
    }
    for name in &sources.names {
        check_fields(&name.fields, name.at, report);
    }
    for (row, earlier) in &sources.replaced {
        let (entity, earlier) = (&sources.entities[*row], &sources.entities[*earlier]);
        let message = format!("the id `{}` replaces {} of {}", entity.id, earlier.name, report.describe(earlier.at));
        report.add(Code::IdReplaced, entity.at, message, "give it another id, or use !extend to add names");
    }
    if let Some(base) = base {
        sources.over_base.iter().for_each(|row| check_below(&sources.entities[*row], sources, base, report));
    }
    check_cycles(sources, base, report);
}

/// An entity of a lower layer that is replaced, and has names that the new one lacks.
fn check_below(entity: &EntityLine, sources: &Sources, base: &Gazetteer, report: &mut Report<'_>) {
    let Some(id) = base.find(&entity.id).filter(|_| !entity.dead) else { return };
    let own: BTreeSet<&str> = entity.names.iter().map(|row| sources.names[*row].text.as_str()).collect();
    let mut lost: Vec<_> = base.aliases_of(id).filter(|alias| !own.contains(alias.text)).collect();
    lost.sort_by_key(|alias| alias.kind.is_demonym());
    if lost.is_empty() {
        return;
    }
    let names = if lost.len() == 1 { "name is" } else { "names are" };
    let more = if lost.len() > 3 { ", ..." } else { "" };
    let message = format!(
        "the id `{}` replaces {} of {}; {} of its {names} lost: {}{more}",
        entity.id,
        base.entity(id).name,
        base.layers().join(" + "),
        lost.len(),
        lost.iter().take(3).map(|alias| alias.text).collect::<Vec<_>>().join(", "),
    );
    let remedy = format!(
        "give it another id, add names with !extend {}, or write !remove {} before it if this is meant",
        entity.id, entity.id
    );
    report.add(Code::ReplacesBelow, entity.at, message, remedy);
}

fn check_kind(entity: &EntityLine, report: &mut Report<'_>) {
    if !entity.kind.contains('.') {
        let message = format!("the kind `{}` has no dot", entity.kind);
        report.add(Code::PlainKind, entity.at, message, "write a dotted kind such as place.city or org.media");
    }
}

fn check_point(entity: &EntityLine, report: &mut Report<'_>) {
    let number = |key: &str| entity.field(key).and_then(|value| value.parse::<f64>().ok());
    match (number("lat"), number("lon")) {
        (Some(lat), Some(lon)) if lat == 0.0 && lon == 0.0 => {
            let remedy = "leave out lat= and lon= where they are not known";
            report.add(Code::NullPoint, entity.position_of("lat"), "lat=0 lon=0 is in the open sea", remedy);
        }
        (Some(_), None) => half_point("lat", "lon", entity, report),
        (None, Some(_)) => half_point("lon", "lat", entity, report),
        _ => {}
    }
}

fn half_point(given: &str, missing: &str, entity: &EntityLine, report: &mut Report<'_>) {
    let message = format!("{given}= without {missing}= places nothing");
    report.add(Code::HalfPoint, entity.position_of(given), message, format!("add {missing}=, or leave out {given}="));
}

fn check_country(entity: &EntityLine, report: &mut Report<'_>) {
    if let Some(code) = entity.field("cc").filter(|code| !country::is_code(code)) {
        // In values, `_` represents a blank.
        let remedy = match country::code_of(&code.replace('_', " ")) {
            Some(known) => format!("write cc={known}"),
            None => "write the two capitals of ISO 3166, or leave out cc=".to_owned(),
        };
        report.add(Code::UnknownCountry, entity.position_of("cc"), format!("cc={code} is not a country code"), remedy);
    }
}

fn check_fields(fields: &[KeyField], at: Position, report: &mut Report<'_>) {
    let mut dates: BTreeMap<&str, (&str, u32)> = BTreeMap::new();
    for (key, value, column) in fields.iter().filter(|(_, _, column)| *column != at.column) {
        let at = Position { column: *column, ..at };
        if matches!(key.as_str(), "from" | "to") {
            if is_date(value) {
                dates.insert(key, (value, *column));
            } else {
                let message = format!("{key}={value} is not a date");
                report.add(Code::BadDate, at, message, "write 1987, 1987-12 or 1987-12-08");
            }
        }
        let near = |known: &&&str| known.len() > 2 && is_near(known, key);
        if !KEYS.contains(&key.as_str())
            && let Some(known) = KEYS.iter().find(near)
        {
            let message = format!("the key `{key}` is kept, but nothing reads it");
            report.add(Code::MisspeltKey, at, message, format!("did you mean {known}=?"));
        }
    }
    if let (Some((from, column)), Some((to, _))) = (dates.get("from"), dates.get("to"))
        // Partial dates are compared as far as both go: "2014" is not later than "2014-05".
        && from.as_bytes().iter().zip(to.as_bytes()).find(|(a, b)| a != b).is_some_and(|(a, b)| a > b)
    {
        let at = Position { column: *column, ..at };
        report.add(
            Code::DatesReversed,
            at,
            format!("from={from} is later than to={to}"),
            "exchange the two, or correct one",
        );
    }
}

/// `1987`, `1987-12`, `1987-12-08`.
fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let number = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<i16>().ok())?
    };
    let Some(year) = number(parts[0], 4) else { return false };
    let month = parts.get(1).map_or(Some(1), |part| number(part, 2));
    let day = parts.get(2).map_or(Some(1), |part| number(part, 2));
    let (Some(month), Some(day)) = (month, day) else { return false };
    parts.len() <= 3 && jiff::civil::Date::new(year, month as i8, day as i8).is_ok()
}

/// Whether one letter more, less or different, or two letters exchanged, turn `known` into `key`.
fn is_near(known: &str, key: &str) -> bool {
    let (a, b) = (known.as_bytes(), key.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a.len() as i64) - (b.len() as i64) {
        0 => a.get(1..) == b.get(1..) || a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..],
        1 => a[1..] == *b,
        -1 => b[1..] == *a,
        _ => false,
    }
}

/// The parent that an id has after all files are read; `None` if the id is unknown.
fn parent_of<'a>(id: &str, sources: &'a Sources, base: Option<&'a Gazetteer>) -> Option<Option<String>> {
    if let Some(row) = sources.by_id.get(id) {
        return Some(sources.entities[*row].field("parent").map(str::to_owned));
    }
    let base = base.filter(|_| !sources.gone.contains(id))?;
    let entity = base.entity(base.find(id)?);
    Some(entity.field("parent").map(str::to_owned))
}

fn check_parent(entity: &EntityLine, sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    if let Some(parent) = entity.field("parent").filter(|parent| parent_of(parent, sources, base).is_none()) {
        let message = format!("parent={parent} names no entity");
        report.add(
            Code::DanglingParent,
            entity.position_of("parent"),
            message,
            "correct the id, or lint with the layer that has it (-g)",
        );
    }
}

/// Each cycle once, at its first line in the files.
fn check_cycles(sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    let mut settled: BTreeSet<String> = BTreeSet::new();
    for id in sources.by_id.keys() {
        let mut chain: Vec<String> = Vec::new();
        let mut next = Some(id.clone());
        while let Some(id) = next.filter(|id| !settled.contains(id)) {
            if let Some(start) = chain.iter().position(|earlier| *earlier == id) {
                report_cycle(&chain[start..], sources, report);
                break;
            }
            next = parent_of(&id, sources, base).flatten();
            chain.push(id);
        }
        settled.extend(chain);
    }
}

fn report_cycle(circle: &[String], sources: &Sources, report: &mut Report<'_>) {
    let lines = circle.iter().filter_map(|id| sources.by_id.get(id)).map(|row| &sources.entities[*row]);
    let Some(first) = lines.min_by_key(|entity| entity.at) else { return };
    let start = circle.iter().position(|id| *id == first.id).unwrap_or(0);
    let ids: Vec<&str> = circle[start..].iter().chain(&circle[..=start]).map(String::as_str).collect();
    let message = format!("parent= forms a cycle: {}", ids.join(" → "));
    report.add(Code::ParentCycle, first.position_of("parent"), message, "correct one parent= of the cycle");
}
