//! The tables of GeoNames, distinguished by their shape: places (19 columns), alternate names (10, or 8 in the older
//! file), first and second divisions (4), countries (19, beginning with a code).
//!
//! The tables of divisions and countries are read first and held in memory, some 60 bytes a line, to give places their
//! parents. Alternate names find their places by sorting, so no table of places is held. Quotes have no meaning in
//! these files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::sink::{Fragment, Role};
use super::source::{self, Content, Line, Lines};
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, CasePolicy, Flags};
use crate::normalize::fold;

pub(super) struct Geonames;

/// Which table a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Places,
    AlternateNames,
    Divisions,
    Countries,
}

/// Ids by code: `US`, `US.CA`, `US.CA.037`.
type Codes = HashMap<String, String>;

impl Importer for Geonames {
    fn prefix(&self) -> &'static str {
        "gn:"
    }

    fn source(&self) -> Option<&'static str> {
        Some("geonames")
    }

    fn notice(&self) -> Option<&'static str> {
        Some("Data: GeoNames (geonames.org), CC BY 4.0; filtered and converted, without warranty.")
    }

    fn has_ids_of_authority(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        let mut codes = Codes::new();
        // Standard input can be read only once; it is assumed to be a table of places or names.
        let files: Vec<&PathBuf> = inputs.iter().filter(|path| !source::is_stdin(path)).collect();
        for path in files {
            source::visit(path, options, &mut |mut content| match shape(&mut content, path)? {
                Some(table @ (Table::Countries | Table::Divisions)) => read_codes(content, table, &mut codes, sink),
                _ => Ok(()),
            })?;
        }
        for path in inputs {
            source::visit(path, options, &mut |mut content| match shape(&mut content, path)? {
                Some(Table::Countries | Table::Divisions) if source::is_stdin(path) => {
                    Err(Error::usage("a table of divisions or countries on standard input")
                        .at(path)
                        .with_remedy("name it as a file"))
                }
                Some(Table::Countries) => read_countries(content, sink),
                Some(Table::Divisions) => read_divisions(content, &codes, sink),
                Some(Table::Places) => read_places(content, &codes, sink),
                Some(Table::AlternateNames) => read_names(content, sink),
                None => {
                    sink.pass_over(&content.label, "not one of the tables");
                    Ok(())
                }
            })?;
        }
        Ok(())
    }
}

/// Detects the table from its first line that is not a comment. A member of an archive may be another file, such as a
/// readme.
fn shape(content: &mut Content<'_>, path: &Path) -> Result<Option<Table>> {
    // Comment lines at the head of countryInfo.txt are a few kilobytes.
    let head = content.head()?;
    let line = head.split(|&byte| byte == b'\n').find(|line| !line.is_empty() && line[0] != b'#').unwrap_or_default();
    let fields: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
    let is_number = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    let table = match fields.as_slice() {
        [first, ..] if fields.len() == 19 && !is_number(first) => Some(Table::Countries),
        [_, ..] if fields.len() == 19 => Some(Table::Places),
        [first, second, ..] if matches!(fields.len(), 8 | 10) && is_number(first) && is_number(second) => {
            Some(Table::AlternateNames)
        }
        [code, _, _, id] if code.contains(&b'.') && is_number(id.trim_ascii_end()) => Some(Table::Divisions),
        _ => None,
    };
    let found = fields.len();
    if table.is_none() && !content.label.contains('!') {
        return Err(Error::usage(format!("the first line has {found} columns; it is not a table of GeoNames"))
            .at(path)
            .with_remedy(
                "tables have 19 (places, countries), 10 or 8 (alternate names) or 4 (divisions), separated by tabs",
            ));
    }
    Ok(table)
}

fn known(code: &str) -> Option<&str> {
    Some(code.trim()).filter(|code| !code.is_empty() && *code != "00")
}

/// Collects the ids for the codes of a table; its faults are counted when it is read again.
fn read_codes(content: Content<'_>, table: Table, codes: &mut Codes, sink: &Sink<'_>) -> Result<()> {
    let mut lines = Lines::new(content, sink.options);
    let id_column = if table == Table::Countries { 16 } else { 3 };
    while let Some((_, line)) = lines.next()? {
        let Line::Text(line) = line else { continue };
        let fields: Vec<&str> = line.split('\t').collect();
        if let (Some(code), Some(id)) = (fields.first(), fields.get(id_column))
            && !line.starts_with('#')
            && !id.trim().is_empty()
        {
            codes.insert((*code).to_owned(), sink.id(id));
        }
    }
    Ok(())
}

fn read_countries(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    source::each_line(content, sink, &mut |line, sink| {
        if line.starts_with('#') || line.trim().is_empty() {
            return Ok(());
        }
        sink.read_record();
        let fields: Vec<&str> = line.split('\t').collect();
        let [iso, iso3, _, _, name, _, _, population, ..] = fields.as_slice() else {
            sink.drop_record("another number of columns than the table has");
            return Ok(());
        };
        let id = fields.get(16).map_or("", |id| id.trim());
        if id.is_empty() {
            sink.drop_record("a country without a geonameid, which no longer exists");
            return Ok(());
        }
        let mut fragment = Fragment::new(Role::Part, sink.id(id));
        fragment.rank = 1;
        fragment.kind = Some("place.country".to_owned());
        fragment.name(name, AliasKind::Name, Flags::default());
        fragment.key("cc", iso);
        fragment.key("iso", iso3);
        fragment.key("pop", population);
        sink.accept(fragment)
    })
}

fn read_divisions(content: Content<'_>, codes: &Codes, sink: &mut Sink<'_>) -> Result<()> {
    source::each_line(content, sink, &mut |line, sink| {
        if line.trim().is_empty() {
            return Ok(());
        }
        sink.read_record();
        let fields: Vec<&str> = line.split('\t').collect();
        let [code, name, ascii, id] = fields.as_slice() else {
            sink.drop_record("another number of columns than the table has");
            return Ok(());
        };
        let depth = code.matches('.').count();
        let mut fragment = Fragment::new(Role::Part, sink.id(id));
        fragment.rank = 1;
        fragment.kind = Some(format!("place.admin{depth}"));
        let weak = depth > 1;
        fragment.name(name, AliasKind::Name, Flags { weak, ..Flags::default() });
        add_ascii(&mut fragment, name, ascii, weak);
        fragment.key("cc", code.split('.').next().unwrap_or_default());
        if let Some((parent, _)) = code.rsplit_once('.')
            && let Some(parent) = codes.get(parent)
        {
            fragment.key("parent", parent);
        }
        sink.accept(fragment)
    })
}

/// Adds the name in ASCII, if folding does not find it anyway.
fn add_ascii(fragment: &mut Fragment, name: &str, ascii: &str, weak: bool) {
    if !ascii.trim().is_empty() && fold(ascii) != fold(name) {
        fragment.name(ascii, AliasKind::Alias, Flags { weak, ..Flags::default() });
    }
}

fn read_places(content: Content<'_>, codes: &Codes, sink: &mut Sink<'_>) -> Result<()> {
    source::each_line(content, sink, &mut |line, sink| {
        if line.trim().is_empty() {
            return Ok(());
        }
        sink.read_record();
        let fields: Vec<&str> = line.split('\t').collect();
        let &[id, name, ascii, alternates, lat, lon, class, code, country, _, admin1, admin2, _, _, population, ..] =
            fields.as_slice()
        else {
            sink.drop_record("another number of columns than the table has");
            return Ok(());
        };
        if fields.len() != 19 {
            sink.drop_record("another number of columns than the table has");
            return Ok(());
        }
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            sink.drop_record("an id that is not a number");
            return Ok(());
        }
        let options = sink.options;
        let wanted = &options.feature_classes;
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(class)) {
            sink.drop_record("a feature class that is not asked for");
            return Ok(());
        }
        let inhabitants: u64 = population.parse().unwrap_or(0);
        if class == "P" && inhabitants < options.min_population {
            sink.drop_record("fewer inhabitants than --min-population");
            return Ok(());
        }
        let (kind, strong) = kind_of(class, code, inhabitants >= options.strong_population);
        let mut fragment = Fragment::new(Role::Whole, sink.id(id));
        fragment.rank = 1;
        let label = format!("{class}.{code}");
        fragment.kind = Some(options.kind_of(&label).or_else(|| options.kind_of(class)).unwrap_or(kind).to_owned());
        let weak = !strong;
        fragment.name(name, AliasKind::Name, Flags { weak, ..Flags::default() });
        add_ascii(&mut fragment, name, ascii, weak);
        let n_alternates = alternates.split(',').filter(|name| !name.is_empty()).count() as u64;
        sink.drop_names("an alternate name without a language; give alternateNamesV2 too", n_alternates);
        fragment.key("cc", country);
        fragment.key("lat", lat);
        fragment.key("lon", lon);
        if inhabitants > 0 {
            fragment.key("pop", population);
        }
        let own_level = match code {
            "ADM1" => 0,
            "ADM2" => 1,
            _ => 2,
        };
        let first = known(admin1).map(|admin1| format!("{country}.{admin1}")).filter(|_| own_level >= 1);
        let second = first.as_ref().zip(known(admin2)).map(|(first, admin2)| format!("{first}.{admin2}"));
        let second = second.filter(|_| own_level >= 2);
        let above = [second, first, Some(country.to_owned())];
        if let Some(parent) =
            above.iter().flatten().find_map(|code| codes.get(code)).filter(|parent| **parent != fragment.id)
        {
            fragment.key("parent", parent);
        }
        if code == "PPLC" {
            fragment.key("capital", codes.get(country).map_or(country, String::as_str));
        }
        sink.accept(fragment)
    })
}

/// The kind of a feature, and whether its name may match without evidence.
fn kind_of(class: &str, code: &str, is_large: bool) -> (&'static str, bool) {
    match (class, code) {
        ("A", "PCLI" | "PCL" | "PCLF") => ("place.country", true),
        ("A", "PCLD" | "PCLS" | "PCLIX" | "TERR") => ("place.territory", true),
        ("A", "PCLH" | "ADM1H" | "ADM2H" | "ADM3H" | "ADM4H") => ("place.former", false),
        ("A", "ADM1") => ("place.admin1", true),
        ("A", "ADM2") => ("place.admin2", false),
        ("A", "ADM3") => ("place.admin3", false),
        ("A", "ADM4") => ("place.admin4", false),
        ("A", "ADM5") => ("place.admin5", false),
        ("A", _) => ("place.region", false),
        ("P", "PPLC") => ("place.city", true),
        ("P", "PPLH" | "PPLQ" | "PPLW" | "PPLCH") => ("place.former", false),
        ("P", "PPLX") => ("place.district", false),
        ("P", _) => ("place.city", is_large),
        ("H", _) => ("place.water", false),
        ("T", "ISL" | "ISLS" | "ATOL") => ("place.island", false),
        ("T", _) => ("place.land", false),
        ("L", _) => ("place.region", false),
        ("S", "AIRP") => ("place.airport", false),
        ("S", _) => ("place.landmark", false),
        ("R", _) => ("place.road", false),
        ("U", _) => ("place.undersea", false),
        ("V", _) => ("place.land", false),
        _ => ("place", false),
    }
}

fn read_names(content: Content<'_>, sink: &mut Sink<'_>) -> Result<()> {
    source::each_line(content, sink, &mut |line, sink| {
        if line.trim().is_empty() {
            return Ok(());
        }
        sink.read_record();
        let fields: Vec<&str> = line.split('\t').collect();
        let &[_, id, language, name, preferred, short, colloquial, historic, ref dates @ ..] = fields.as_slice() else {
            sink.drop_record("another number of columns than the table has");
            return Ok(());
        };
        if !matches!(dates.len(), 0 | 2) {
            sink.drop_record("another number of columns than the table has");
            return Ok(());
        }
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            sink.drop_record("an id that is not a number");
            return Ok(());
        }
        let mut fragment = Fragment::new(Role::Extra, sink.id(id));
        let mut flags = Flags::default();
        let mut kind = AliasKind::Alias;
        match language {
            "wkdt" => {
                fragment.key("wd", name);
                return sink.accept(fragment);
            }
            "abbr" => {
                kind = AliasKind::Abbreviation;
                flags.case = CasePolicy::Exact;
                flags.weak = name.chars().count() <= 3;
            }
            "post" | "iata" | "icao" | "faac" | "tcid" | "unlc" | "link" | "phon" | "piny" => {
                sink.drop_names("a code, a link or a transcription (post, iata, icao, link, phon, ...)", 1);
                sink.drop_record("a code, a link or a transcription (post, iata, icao, link, phon, ...)");
                return Ok(());
            }
            language => match sink.options.language_rank(language) {
                // The preferred name in a requested language is better known than the local one.
                Some(rank)
                    if preferred == "1"
                        && short != "1"
                        && colloquial != "1"
                        && historic != "1"
                        && !language.is_empty() =>
                {
                    fragment.rank = 0;
                    kind = if rank == 0 { AliasKind::Name } else { AliasKind::Alias };
                }
                Some(_) => {}
                None => {
                    sink.drop_names("a language that is not asked for", 1);
                    sink.drop_record("a name in a language that is not asked for");
                    return Ok(());
                }
            },
        }
        if colloquial == "1" {
            kind = AliasKind::Nickname;
            flags.weak = true;
        }
        if historic == "1" {
            kind = AliasKind::Former;
        }
        fragment.name(name, kind, flags);
        if let [from, to] = dates {
            for (key, value) in [("from", from), ("to", to)] {
                if !value.trim().is_empty() {
                    fragment.names[0].keys.push(key, value.trim());
                }
            }
        }
        sink.accept(fragment)
    })
}
