//! `dateline top`: the entities of a run.

use std::cmp::Reverse;

use dateline::export::Filter;
use dateline::gazetteer::EntityType;
use dateline::{Error, Run};
use serde_json::Value;

use crate::args::{Args, Top, TopBy};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::plural;
use crate::table::{self, id, number, text, word};

/// One entity of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FoundEntity {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) mentions: u64,
    pub(crate) documents: u32,
}

impl FoundEntity {
    pub(crate) fn type_name(&self) -> &str {
        EntityType::of_kind(&self.kind).as_str()
    }
}

/// All entities of a run; the row is the entity's number in the run's other files.
pub(crate) fn entities(run: &Run) -> Result<Vec<FoundEntity>, Error> {
    let mut entities = Vec::new();
    for block in run.entities()? {
        entities.extend(block?.iter().map(|row| FoundEntity {
            name: row.name.to_owned(),
            id: row.id.to_owned(),
            kind: row.kind.to_owned(),
            mentions: row.mentions,
            documents: row.documents,
        }));
    }
    Ok(entities)
}

pub(crate) fn run(command: &Top, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let mut entities = entities(&run)?;
    let filter = Filter { kind: command.kind.kind.clone(), ..Filter::default() };
    let selection = filter.select(&run)?;
    let mut row = 0..;
    entities.retain(|_| row.next().is_some_and(|row| selection.entity(row)));
    entities.sort_by_cached_key(|entity| {
        let (mentions, documents) = (entity.mentions, u64::from(entity.documents));
        let keys = if command.by == TopBy::Mentions { (mentions, documents) } else { (documents, mentions) };
        (Reverse(keys), entity.name.clone(), entity.id.clone())
    });
    if command.list.rows > 0 {
        entities.truncate(command.list.rows);
    }
    let columns = [id("entity").spare(1), text("name"), word("type").spare(2), number("mentions"), number("documents")];
    let rows = entities.iter().map(|entity| {
        let cells: [Value; 5] = [
            entity.id.as_str().into(),
            entity.name.as_str().into(),
            entity.type_name().into(),
            entity.mentions.into(),
            entity.documents.into(),
        ];
        cells.into()
    });
    table::print(command.list.format, &columns, rows)?;
    if entities.is_empty() && !args.quiet {
        let (path, of) = (command.run.display(), plural(run.manifest().totals.entities, "entity", "entities"));
        let nothing = run.manifest().totals.entities == 0;
        let conditions =
            if nothing || filter.is_everything() { String::new() } else { format!(" and none meets {filter}") };
        anstream::eprintln!("{path}: the run has {of}{conditions}");
    }
    Ok(Outcome::Done)
}
