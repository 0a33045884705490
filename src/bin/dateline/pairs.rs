//! `dateline pairs`: the pairs of entities that occur together.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use dateline::Run;
use dateline::export::Filter;
use serde_json::Value;

use crate::args::{Args, Pairs};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::{filter_of, plural};
use crate::table::{self, id, number, text};
use crate::top::{FoundEntity, entities};

/// The sort key of a pair: more documents first, then by name.
type Ranked<'e> = (Reverse<u32>, &'e FoundEntity, &'e FoundEntity);

pub(crate) fn run(command: &Pairs, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let entities = entities(&run)?;
    let filter = filter_of(&run, &command.filter)?;
    let pairs = strongest(&run, &entities, &filter, command.list.rows)?;
    let columns = [id("a").spare(1), text("name_a"), id("b").spare(1), text("name_b"), number("documents")];
    let rows = pairs.iter().map(|(Reverse(documents), a, b)| {
        let cells: [Value; 5] = [
            a.id.as_str().into(),
            a.name.as_str().into(),
            b.id.as_str().into(),
            b.name.as_str().into(),
            (*documents).into(),
        ];
        cells.into()
    });
    table::print(command.list.format, &columns, rows)?;
    if pairs.is_empty() && !args.quiet {
        let (path, of) = (command.run.display(), plural(run.manifest().totals.pairs, "pair", "pairs"));
        let nothing = run.manifest().totals.pairs == 0;
        let conditions =
            if nothing || filter.is_everything() { String::new() } else { format!(" and none meets {filter}") };
        anstream::eprintln!("{path}: the run has {of}{conditions}");
    }
    Ok(Outcome::Done)
}

/// The first `rows` pairs of the list (0 for all), in order. Memory holds no more than that.
pub(crate) fn strongest<'e>(
    run: &Run,
    entities: &'e [FoundEntity],
    filter: &Filter,
    rows: usize,
) -> Result<Vec<Ranked<'e>>, dateline::Error> {
    let limit = if rows == 0 { usize::MAX } else { rows };
    let selection = filter.select(run)?;
    // The greatest element of the heap is the last of the list.
    let mut first: BinaryHeap<Ranked<'e>> = BinaryHeap::new();
    for block in run.pairs()? {
        for row in block?.iter().filter(|row| selection.pair(*row)) {
            let pair = (Reverse(row.joint), &entities[row.a as usize], &entities[row.b as usize]);
            if first.len() < limit {
                first.push(pair);
            } else if first.peek().is_some_and(|last| pair < *last) {
                first.pop();
                first.push(pair);
            }
        }
    }
    Ok(first.into_sorted_vec())
}
