//! `dateline gazetteer show`: every entity that has a name.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::io::{self, Write};

use dateline::gazetteer::{Alias, Entity, prior};
use dateline::normalize::fold;
use dateline::{Analyzer, Document, EntityId, Gazetteer, Profile};
use serde_json::{Value, json};

use crate::args::Format;
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::{load_layers, plural};
use crate::table::{self, text};

/// Shows every entity that has a name after folding (case, accents, quotes), likeliest first, or the entity of an id.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For each entity the table shows its canonical name, kind and id, the reason for its rank, its keys, the chain of its \
parents, and its names:

  name      the name as the gazetteer writes it
  kind      name (the canonical one), alias, abbr, adj, demonym, plural, former, native, misspelling or nick
  flags     case, boundary, strength (docs/gazetteer.md); - for the defaults
  evidence  evidence that makes a weak name acceptable: prep, dateline, pair, cc, long, head, kind, region; empty: the default of its type

csv has one row for each name with entity, entity_name, entity_kind and order besides; jsonl one object for each entity: \
entity, name, kind, order, why, means (whether the name means it in a sentence without other evidence), fields, parents \
(entity and name), names.

The order applies if the article gives no evidence: a free name before a weak one, then more points before fewer: 400 for a \
country, 220 for a region, 160 for a capital, 150 for an organisation, 120 for a division, and 12 for each doubling of the \
population; then the larger population, then the id. An article that names the country, a longer name or \"City, State\" \
may change it; dateline tag shows the result.

Exit code 1 if nothing has the name.")]
pub(crate) struct Show {
    /// A name in any case, or the id of an entity
    #[arg(value_name = "NAME|ID")]
    name: String,
    /// Built-in gazetteer (world, core, towns), .gaz file or compiled .dlz; repeat it to add layers, the later over the
    /// earlier
    #[arg(short, long, value_name = "NAME|FILE", default_value = "world")]
    gazetteer: Vec<String>,
    /// Leave out the entities of this origin (src=); repeat it for several. One that no entity has is an error
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// One entity of the list.
struct Shown<'g> {
    id: EntityId,
    entity: Entity<'g>,
    /// Whether the name is free for this entity.
    free: bool,
    stop: bool,
    why: String,
    /// Whether the resolver chooses this entity for the name in a sentence without other evidence.
    means: bool,
}

impl Shown<'_> {
    /// The sort key without evidence from an article, most important first.
    fn key(&self) -> (bool, bool, Reverse<i32>, Reverse<u64>, &str) {
        let population = Reverse(self.entity.population().unwrap_or(0));
        (self.stop, !self.free, Reverse(prior(self.entity, false)), population, self.entity.id)
    }

    /// Why this entity comes before `next`.
    fn before(&self, next: &Self) -> String {
        let (own, other) = (self.key(), next.key());
        let rival = format!("{} ({})", next.entity.name, next.entity.id);
        if own.0 != other.0 {
            format!("before {rival}: there the name is a veto")
        } else if own.1 != other.1 {
            format!("before {rival}: the name is free here and weak there")
        } else if own.2 != other.2 && self.entity.kind != next.entity.kind {
            let (Reverse(own), Reverse(other)) = (own.2, other.2);
            format!("before {rival}: {own} points as {} against {other} as {}", self.entity.kind, next.entity.kind)
        } else if own.3 != other.3 {
            let people =
                |key: Reverse<u64>| if key.0 == 0 { "unknown".to_owned() } else { dateline::text::thousands(key.0) };
            format!("before {rival}: population {} against {}", people(own.3), people(other.3))
        } else {
            format!("before {rival}: only by the order of their ids")
        }
    }
}

pub(crate) fn run(command: &Show) -> CommandResult {
    let gazetteer = load_layers(&command.gazetteer, &command.without, false)?;
    let mut shown = find(&gazetteer, &command.name);
    mark_meant(&gazetteer, &mut shown, &command.name)?;
    if shown.is_empty() {
        let layers = gazetteer.layers().join(" + ");
        crate::terminal::say!("nothing in {layers} has the name or id {:?}", command.name);
        return Ok(Outcome::Differs);
    }
    match command.format {
        Format::Table => print_table(&gazetteer, &shown)?,
        Format::Jsonl => print_json(&gazetteer, &shown)?,
        Format::Csv => print_csv(&gazetteer, &shown)?,
    }
    Ok(Outcome::Done)
}

/// The entities with this name or id, in order.
fn find<'g>(gazetteer: &'g Gazetteer, name: &str) -> Vec<Shown<'g>> {
    let folded = fold(name.trim());
    let mut shown: Vec<Shown<'g>> = Vec::new();
    for alias in gazetteer.aliases().filter(|alias| fold(alias.text) == folded) {
        let (free, stop) = (!alias.flags.weak && !alias.flags.stop, alias.flags.stop);
        match shown.last_mut().filter(|last| last.id == alias.entity) {
            Some(last) => {
                last.free |= free;
                last.stop &= stop;
            }
            None => {
                let entity = gazetteer.entity(alias.entity);
                shown.push(Shown { id: alias.entity, entity, free, stop, why: String::new(), means: false });
            }
        }
    }
    if let Some(id) = gazetteer.find(name).filter(|id| shown.iter().all(|shown| shown.id != *id)) {
        shown.push(Shown {
            id,
            entity: gazetteer.entity(id),
            free: true,
            stop: false,
            why: "it has this id".to_owned(),
            means: false,
        });
    }
    shown.sort_by(|a, b| a.key().cmp(&b.key()));
    let whys: Vec<String> = shown.windows(2).map(|pair| pair[0].before(&pair[1])).collect();
    let n_shown = shown.len();
    for (row, shown) in shown.iter_mut().enumerate().filter(|(_, shown)| shown.why.is_empty()) {
        shown.why = match whys.get(row) {
            Some(why) => why.clone(),
            None if n_shown == 1 => "the only entity with this name".to_owned(),
            None => "the last".to_owned(),
        };
    }
    shown
}

/// Asks the resolver which entity the name means in a sentence without other evidence, in each entity's spelling.
fn mark_meant(gazetteer: &Gazetteer, shown: &mut [Shown<'_>], name: &str) -> Result<(), Box<dyn StdError>> {
    let folded = fold(name.trim());
    // The wide profile counts demonyms, too.
    let analyzer = Analyzer::builder().profile(Profile::Wide).build(gazetteer)?;
    for shown in shown {
        let written = gazetteer.aliases_of(shown.id).filter(|alias| fold(alias.text) == folded);
        let texts: BTreeSet<String> = written.map(|alias| format!("It was about {} then.", alias.text)).collect();
        shown.means = texts.iter().any(|text| {
            let document = Document::new("", text.as_str());
            analyzer
                .analyze(&document)
                .iter()
                .any(|found| fold(found.surface) == folded && found.mention.entity == shown.id)
        });
    }
    Ok(())
}

/// The parents of an entity, the nearest first.
fn parents<'g>(gazetteer: &'g Gazetteer, entity: Entity<'g>) -> Vec<Entity<'g>> {
    let mut chain: Vec<Entity<'_>> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::from([entity.id]);
    let mut next = entity;
    while let Some(id) = next.field("parent").and_then(|id| gazetteer.find(id)) {
        next = gazetteer.entity(id);
        // Parents may form a cycle; lint reports it.
        if !seen.insert(next.id) {
            break;
        }
        chain.push(next);
    }
    chain
}

fn evidence(alias: &Alias<'_>) -> String {
    alias.evidence.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(",")
}

fn print_table(gazetteer: &Gazetteer, shown: &[Shown<'_>]) -> Result<(), Box<dyn StdError>> {
    let columns = [text("  name"), text("kind"), text("flags"), text("evidence")];
    let mut out = crate::terminal::stdout();
    for (row, shown) in shown.iter().enumerate() {
        let entity = shown.entity;
        if row > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}. {}  {}  {}", row + 1, entity.name, entity.kind, entity.id)?;
        writeln!(out, "   {}", shown.why)?;
        if shown.means {
            writeln!(out, "   in a sentence without other evidence the name means this entity")?;
        }
        let fields: Vec<String> = entity.fields().map(|(key, value)| format!("{key}={value}")).collect();
        if !fields.is_empty() {
            writeln!(out, "   {}", fields.join(" "))?;
        }
        let parents: Vec<&str> = parents(gazetteer, entity).iter().map(|parent| parent.name).collect();
        if !parents.is_empty() {
            writeln!(out, "   in {}", parents.join(", in "))?;
        }
        let names = gazetteer.aliases_of(shown.id).map(|alias| -> Vec<Value> {
            vec![
                format!("  {}", alias.text).into(),
                alias.kind.as_str().into(),
                alias.flags.to_string().into(),
                evidence(&alias).into(),
            ]
        });
        writeln!(out, "{}", table::render(&columns, names))?;
    }
    writeln!(out, "\n{}", plural(shown.len() as u64, "entity", "entities"))?;
    Ok(())
}

fn print_json(gazetteer: &Gazetteer, shown: &[Shown<'_>]) -> Result<(), Box<dyn StdError>> {
    let mut out = io::stdout().lock();
    for (row, shown) in shown.iter().enumerate() {
        let entity = shown.entity;
        let parents: Vec<Value> =
            parents(gazetteer, entity).iter().map(|parent| json!({"entity": parent.id, "name": parent.name})).collect();
        let names: Vec<Value> = gazetteer
            .aliases_of(shown.id)
            .map(|alias| {
                let (kind, flags) = (alias.kind.as_str(), alias.flags.to_string());
                json!({"name": alias.text, "kind": kind, "flags": flags, "evidence": evidence(&alias)})
            })
            .collect();
        let fields: serde_json::Map<String, Value> =
            entity.fields().map(|(key, value)| (key.to_owned(), value.into())).collect();
        let line = json!({
            "entity": entity.id,
            "name": entity.name,
            "kind": entity.kind,
            "order": row + 1,
        "why": shown.why,
            "means": shown.means,
            "fields": fields,
            "parents": parents,
            "names": names,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn print_csv(gazetteer: &Gazetteer, shown: &[Shown<'_>]) -> Result<(), Box<dyn StdError>> {
    let columns = ["entity", "entity_name", "entity_kind", "order", "name", "kind", "flags", "evidence"].map(text);
    let rows = shown.iter().enumerate().flat_map(|(row, shown)| {
        gazetteer.aliases_of(shown.id).map(move |alias| -> Vec<Value> {
            vec![
                shown.entity.id.into(),
                shown.entity.name.into(),
                shown.entity.kind.into(),
                (row + 1).into(),
                alias.text.into(),
                alias.kind.as_str().into(),
                alias.flags.to_string().into(),
                evidence(&alias).into(),
            ]
        })
    });
    table::print(Format::Csv, &columns, rows)
}
