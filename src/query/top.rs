//! The entities of a view, the most frequent first.

use std::cmp::Reverse;

use super::entity::RunEntity;
use super::filter::Selection;
use super::view::View;

/// What frequent means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// Mentions in all documents (collection frequency).
    Mentions,
    /// Documents with at least one mention (document frequency).
    Documents,
}

/// The selected entities of the view, the first `rows` in order (0 for all): the most frequent first, equal ones by name
/// and id.
///
/// # Complexity
///
/// Sorts the selected entities.
#[must_use]
pub fn top_entities<'v>(view: &'v View<'_>, selection: &Selection, by: Frequency, rows: usize) -> Vec<&'v RunEntity> {
    // A run has only entities that occur; a part of its documents may lack some.
    let is_there = |entity: &RunEntity| view.is_whole() || entity.documents > 0;
    let wanted = |entity: &&RunEntity| selection.entity(entity.row) && is_there(entity);
    let mut entities: Vec<&RunEntity> = view.entities().iter().filter(wanted).collect();
    entities.sort_unstable_by_key(|entity| {
        let (mentions, documents) = (entity.mentions, u64::from(entity.documents));
        let keys = if by == Frequency::Mentions { (mentions, documents) } else { (documents, mentions) };
        (Reverse(keys), entity.name.as_str(), entity.id.as_str())
    });
    entities.truncate(if rows == 0 { usize::MAX } else { rows });
    entities
}
