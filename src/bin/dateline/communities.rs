//! `dateline communities`: the groups into which the network of a run falls.

use std::cmp::Reverse;
use std::path::PathBuf;

use dateline::Run;
use dateline::network::{communities, disparity};
use dateline::query::{RunEntity, edges};
use serde_json::Value;

use crate::args::{Args, Format};
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::FilterArgs;
use crate::inputs::plural;
use crate::table::{self, id, number, prose, text, word};

/// Lists the communities of the network of a run: groups of entities that occur together more often than with others.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The network has an edge between two entities that are together in more documents than chance would give; its weight is the number of
documents with both. Pairs of two titles, news agencies and rare names are left out as in `dateline pairs`. Communities are found by
the method of Louvain (Blondel and others 2008): the same run and conditions give the same communities.

Columns of a table, a row for each community, the largest first:
  community  its number, from 0
  entities   how many entities it has
  names      those with the greatest strength

Columns (and keys) of jsonl and csv, a row for each entity:
  entity     id of the entity
  name type  its canonical name and its type
  community  number of its community
  degree     edges of the entity
  strength   weight of its edges
  documents  documents that mention it

--backbone A keeps the edges that are exceptional for one of their ends, by the disparity filter (Serrano and others 2009): in how many
of 1 / A cases would an edge of a random network take up so much of the weight? Lower values keep fewer edges. --with keeps the edges of
one entity, so that all its neighbours are one community.

Examples:
  dateline communities results --type organisation --min-documents 3
  dateline communities results --backbone 0.05 --format csv > communities.csv")]
pub(crate) struct Communities {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    filter: FilterArgs,
    /// Keep only edges with a disparity below this, e.g. 0.05
    #[arg(long, value_name = "A")]
    backbone: Option<f64>,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Names of a community in a table.
const NAMES: usize = 12;

/// An entity of the network.
struct Node<'v> {
    entity: &'v RunEntity,
    community: u32,
    degree: u64,
    strength: u64,
}

pub(crate) fn run(command: &Communities, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let filter = command.filter.filter(&run)?;
    let view = filter.view(&run)?;
    let mut filter = filter.for_pairs(view.n_documents());
    filter.min_each = command.filter.min_each.unwrap_or(filter.min_each);
    let mut edges = edges(&view.joint_counts()?, &filter.select(&view)?, true)?;
    let n_edges = edges.len();
    if let Some(level) = command.backbone {
        let values = disparity(&edges, view.entities().len());
        let mut values = values.iter();
        edges.retain(|_| values.next().is_some_and(|value| *value < level));
    }
    let found = communities(&edges, view.entities().len());
    let mut nodes: Vec<Node<'_>> = view
        .entities()
        .iter()
        .zip(&found.of_node)
        .map(|(entity, community)| Node { entity, community: *community, degree: 0, strength: 0 })
        .collect();
    for edge in &edges {
        for end in [edge.a, edge.b] {
            nodes[end as usize].degree += 1;
            nodes[end as usize].strength += u64::from(edge.weight);
        }
    }
    // The others are communities of their own, and come last.
    nodes.retain(|node| node.degree > 0);
    nodes.sort_by_key(|node| (node.community, Reverse(node.strength), &node.entity.name, &node.entity.id));
    if command.format == Format::Table {
        let columns = [number("community"), number("entities"), prose("names")];
        let rows = nodes.chunk_by(|a, b| a.community == b.community).map(|group| {
            let names: Vec<&str> = group.iter().take(NAMES).map(|node| node.entity.name.as_str()).collect();
            let more = if group.len() > NAMES { ", ..." } else { "" };
            let cells: [Value; 3] = [group[0].community.into(), group.len().into(), (names.join(", ") + more).into()];
            cells.to_vec()
        });
        table::print(command.format, &columns, rows)?;
    } else {
        let numbers = ["community", "degree", "strength", "documents"].map(number);
        let columns = [&[id("entity"), text("name"), word("type")][..], &numbers].concat();
        let rows = nodes.iter().map(|node| {
            let cells: [Value; 7] = [
                node.entity.id.as_str().into(),
                node.entity.name.as_str().into(),
                node.entity.type_name().into(),
                node.community.into(),
                node.degree.into(),
                node.strength.into(),
                node.entity.documents.into(),
            ];
            cells.to_vec()
        });
        table::print(command.format, &columns, rows)?;
    }
    if !args.quiet {
        let of = if command.backbone.is_some() {
            format!(" of {}", dateline::text::thousands(n_edges as u64))
        } else {
            String::new()
        };
        let (entities, edges) =
            (plural(nodes.len() as u64, "entity", "entities"), plural(edges.len() as u64, "edge", "edges"));
        crate::terminal::say!("{entities}, {edges}{of}, modularity {:.3}", found.modularity);
    }
    Ok(Outcome::Done)
}
