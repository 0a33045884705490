//! `dateline pairs`: the pairs of entities that occur together.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use dateline::Run;
use serde_json::Value;

use crate::args::Pairs;
use crate::exit_code::{CommandResult, Outcome};
use crate::table::{self, number, text};
use crate::top::{FoundEntity, entities};

/// A pair in the order of the list: more documents first, then by name.
type Ranked<'e> = (Reverse<u32>, &'e FoundEntity, &'e FoundEntity);

pub(crate) fn run(command: &Pairs) -> CommandResult {
    let run = Run::open(&command.run)?;
    let entities = entities(&run)?;
    let pairs = strongest(&run, &entities, command)?;
    let columns = [text("a"), text("name_a"), text("b"), text("name_b"), number("documents")];
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
    Ok(Outcome::Done)
}

/// The first pairs of the list, in order. Holds no more than are asked for.
pub(crate) fn strongest<'e>(
    run: &Run,
    entities: &'e [FoundEntity],
    command: &Pairs,
) -> Result<Vec<Ranked<'e>>, dateline::Error> {
    let limit = if command.list.rows == 0 { usize::MAX } else { command.list.rows };
    let kind = command.list.kind.as_deref();
    let wanted = |a: &FoundEntity, b: &FoundEntity| {
        let with =
            command.with.as_deref().is_none_or(|name| [&a.id, &a.name, &b.id, &b.name].iter().any(|own| *own == name));
        with && a.is_of(kind) && b.is_of(kind)
    };
    // The greatest of the heap is the last of the list.
    let mut first: BinaryHeap<Ranked<'e>> = BinaryHeap::new();
    for block in run.pairs()? {
        for row in block?.iter().filter(|row| row.joint >= command.min_documents) {
            let (a, b) = (&entities[row.a as usize], &entities[row.b as usize]);
            if !wanted(a, b) {
                continue;
            }
            let pair = (Reverse(row.joint), a, b);
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
