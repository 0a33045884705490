//! `dateline gazetteer info`: the content of a gazetteer in figures.

use std::collections::BTreeMap;
use std::io::Write;

use dateline::gazetteer::{DATA_DATE, builtin_names};
use dateline::normalize::fold;
use dateline::{EntityId, Gazetteer};
use serde_json::Value;

use crate::args::Format;
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::load_layers;
use crate::table::{self, Column, number, text, word};

/// Shows the content of a gazetteer: entities and names by kind and by origin, and how many entities share a name.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The table begins with the layers, the date of the built-in data and the fingerprint (SHA-256 over entities and names).

Columns (and keys):
  section   kind, source (src= of the entity), names (by their kind), ambiguity (entities that share a name after folding)
            or all
  value     the kind, the source, the kind of name, or the number of entities: 1, 2, 3-4, 5-9, 10+
  entities  entities in it; for ambiguity, entities that have such a name
  names     their names; for ambiguity, distinct names after folding
  free      names that need no evidence
  weak      names that need evidence
  stop      names that are never reported
  located   entities with coordinates

Examples:
  dateline gazetteer info world
  dateline gazetteer info world mine.gaz --format csv")]
pub(crate) struct Info {
    /// Built-in gazetteer, .gaz file or compiled .dlz; several are layers, the later over the earlier
    #[arg(value_name = "NAME|FILE", default_value = "world")]
    gazetteer: Vec<String>,
    /// Leave out the entities of this origin (src=); repeat it for several. One that no entity has is an error
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default)]
struct Row {
    entities: u64,
    names: u64,
    free: u64,
    weak: u64,
    stop: u64,
    located: u64,
}

const COLUMNS: [Column; 8] = [
    word("section"),
    text("value"),
    number("entities"),
    number("names"),
    number("free"),
    number("weak"),
    number("stop").spare(2),
    number("located").spare(1),
];

pub(crate) fn run(command: &Info) -> CommandResult {
    let gazetteer = load_layers(&command.gazetteer, &command.without, false)?;
    if command.format == Format::Table {
        let mut out = crate::terminal::stdout();
        let dated = gazetteer.layers().iter().any(|layer| builtin_names().contains(&layer.as_str()));
        writeln!(out, "layers       {}", gazetteer.layers().join(" + "))?;
        if dated {
            writeln!(out, "data of      {DATA_DATE}")?;
        }
        writeln!(out, "fingerprint  {}\n", gazetteer.fingerprint())?;
    }
    let rows = sections(&gazetteer).into_iter().flat_map(|(section, rows)| {
        rows.into_iter().map(move |(value, row)| -> Vec<Value> {
            let figures = [row.entities, row.names, row.free, row.weak, row.stop, row.located];
            [section.into(), value.into()].into_iter().chain(figures.map(Value::from)).collect()
        })
    });
    table::print(command.format, &COLUMNS, rows)?;
    Ok(Outcome::Done)
}

/// The sections of the table, each with its rows in order.
fn sections(gazetteer: &Gazetteer) -> Vec<(&'static str, Vec<(String, Row)>)> {
    let mut all = Row::default();
    let mut kinds: BTreeMap<String, Row> = BTreeMap::new();
    let mut sources: BTreeMap<String, Row> = BTreeMap::new();
    let mut name_kinds: BTreeMap<String, Row> = BTreeMap::new();
    let mut owners: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (number, entity) in gazetteer.entities().enumerate() {
        let source = entity.field("src").unwrap_or("(none)").to_owned();
        let aliases = gazetteer.aliases_of(EntityId::new(number));
        let rows = [&mut all, kinds.entry(entity.kind.to_owned()).or_default(), sources.entry(source).or_default()];
        for row in rows {
            row.entities += 1;
            row.located += u64::from(entity.coordinates.is_some());
            aliases.clone().for_each(|alias| row.add(alias.flags));
        }
        for alias in aliases {
            let row = name_kinds.entry(alias.kind.as_str().to_owned()).or_default();
            row.add(alias.flags);
            row.entities += 1;
            owners.entry(fold(alias.text)).or_default().push(number as u32);
        }
    }
    // Here names are counted; an entity may have several of one kind.
    for row in name_kinds.values_mut() {
        row.entities = row.names;
    }
    let mut ambiguity = ["1", "2", "3-4", "5-9", "10+"].map(|value| (value.to_owned(), Row::default()));
    for mut entities in owners.into_values() {
        entities.sort_unstable();
        entities.dedup();
        let row = &mut ambiguity[match entities.len() {
            1 => 0,
            2 => 1,
            3 | 4 => 2,
            5..=9 => 3,
            _ => 4,
        }];
        row.1.names += 1;
        row.1.entities += entities.len() as u64;
    }
    vec![
        ("all", vec![(String::new(), all)]),
        ("kind", kinds.into_iter().collect()),
        ("source", sources.into_iter().collect()),
        ("names", name_kinds.into_iter().collect()),
        ("ambiguity", ambiguity.into()),
    ]
}

impl Row {
    fn add(&mut self, flags: dateline::gazetteer::Flags) {
        self.names += 1;
        match (flags.stop, flags.weak) {
            (true, _) => self.stop += 1,
            (false, true) => self.weak += 1,
            (false, false) => self.free += 1,
        }
    }
}
