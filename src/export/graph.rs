//! The network of a run: entities are nodes, pairs are undirected edges weighted by their number of contexts.
//!
//! Every entity in the export is a node, even without an edge. A node's number is its entity's row in the run.

use super::source::Source;
use crate::error::Result;
use crate::gazetteer::EntityType;
use crate::query::SliceBy;
use crate::store::{EntityRow, PairRow};

/// An attribute of a node.
pub(super) struct NodeAttribute {
    pub(super) name: &'static str,
    /// `string`, `long` or `double`: the name that GEXF and GraphML share.
    pub(super) kind: &'static str,
}

/// The attributes of every node, beside its label, which is the entity's name.
pub(super) const NODE_ATTRIBUTES: [NodeAttribute; 11] = [
    NodeAttribute { name: "entity", kind: "string" },
    NodeAttribute { name: "type", kind: "string" },
    NodeAttribute { name: "kind", kind: "string" },
    NodeAttribute { name: "country", kind: "string" },
    NodeAttribute { name: "parent", kind: "string" },
    NodeAttribute { name: "wikidata", kind: "string" },
    NodeAttribute { name: "population", kind: "long" },
    NodeAttribute { name: "latitude", kind: "double" },
    NodeAttribute { name: "longitude", kind: "double" },
    NodeAttribute { name: "mentions", kind: "long" },
    NodeAttribute { name: "documents", kind: "long" },
];

/// The values of [`NODE_ATTRIBUTES`] as text; `None` if unknown.
pub(super) fn node_values(entity: &EntityRow<'_>) -> [Option<String>; 11] {
    let degrees = |number: f64| (!number.is_nan()).then(|| number.to_string());
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    [
        Some(entity.id.to_owned()),
        text(EntityType::of_kind(entity.kind).as_str()),
        text(entity.kind),
        text(entity.country),
        text(entity.parent),
        text(entity.wikidata),
        (entity.population > 0).then(|| entity.population.to_string()),
        degrees(entity.latitude),
        degrees(entity.longitude),
        Some(entity.mentions.to_string()),
        Some(entity.documents.to_string()),
    ]
}

/// Every node with its number.
pub(super) fn nodes(source: &mut Source<'_>, mut each: impl FnMut(u32, EntityRow<'_>) -> Result<()>) -> Result<u64> {
    let mut n_nodes = 0;
    source.entities(|rows, entities| {
        n_nodes += rows.len() as u64;
        rows.iter().zip(entities.iter()).try_for_each(|(&row, entity)| each(row, entity))
    })?;
    Ok(n_nodes)
}

/// Every edge; with `by`, once for each slice that has it, with its weight there and the number of the slice.
pub(super) fn edges(
    source: &mut Source<'_>,
    by: Option<&SliceBy>,
    mut each: impl FnMut(PairRow, Option<usize>) -> Result<()>,
) -> Result<u64> {
    let mut n_edges = 0;
    if let Some(by) = by {
        source.sliced_pairs(by, |pair, in_slices| {
            n_edges += in_slices.len() as u64;
            in_slices.iter().try_for_each(|(slice, joint)| each(PairRow { joint: *joint, ..pair }, Some(*slice)))
        })?;
        return Ok(n_edges);
    }
    source.pairs(|pairs| {
        n_edges += pairs.a.len() as u64;
        pairs.iter().try_for_each(|pair| each(pair, None))
    })?;
    Ok(n_edges)
}
