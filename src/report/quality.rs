//! Why not to trust a number blindly: copies, articles with too many names, and names that several entities share. The rest is in
//! the manifest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Serialize;

use super::facts::{Group, embedded};
use crate::error::Result;
use crate::query::{EntityNames, View, shared_names, stories_of};
use crate::store::SIGNATURES_FILE;

/// Articles among which copies are looked for: it takes a second for a million, and more if many are alike.
const COMPARED: u64 = 500_000;
/// Articles with too many names that are listed.
const ROUND_UPS: usize = 20;
/// Shared names listed, and entities of each.
const SHARED: usize = 100;
const SHARING: usize = 6;

/// What the page says about the run beside its manifest.
#[derive(Debug, Serialize)]
pub(super) struct Quality {
    /// Stories: articles, where copies are one. Absent if the run has too many articles, or no signatures.
    #[serde(skip_serializing_if = "Option::is_none")]
    stories: Option<Copied>,
    /// The most articles for which stories are counted.
    compared: u64,
    /// What the run does with articles that have very many names, as the option says it.
    policy: String,
    /// Those articles, the ones with most names first.
    round_ups: Vec<RoundUp>,
    pub(super) shared: Vec<Shared>,
}

/// How many articles are copies.
#[derive(Debug, Serialize)]
struct Copied {
    stories: u64,
    /// Stories with more than one article.
    copied: u64,
    /// Articles of the story with most.
    most: u64,
}

/// An article whose pairs are not all counted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct RoundUp {
    id: String,
    source: String,
    /// Different names in it.
    names: usize,
}

/// Names that several entities have.
#[derive(Debug, Serialize)]
pub(super) struct Shared {
    pub(super) names: Vec<String>,
    /// Those in most documents first.
    pub(super) entities: Vec<Sharing>,
    /// Entities with this name that are not listed.
    more: usize,
}

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct Sharing {
    pub(super) id: String,
    name: String,
    kind: String,
    group: Group,
    country: String,
    pub(super) documents: u32,
}

impl Quality {
    /// Asks a run. `names` are the other names of its entities.
    pub(super) fn of(view: &View<'_>, names: &EntityNames) -> Result<Self> {
        let run = view.run();
        let profile = run.manifest().settings.profile;
        let shared = shared_names(view.entities(), names, profile, SHARED).into_iter().map(|shared| Shared {
            names: shared.names.iter().map(|name| embedded(name)).collect(),
            more: shared.entities.len().saturating_sub(SHARING),
            entities: shared
                .entities
                .into_iter()
                .take(SHARING)
                .map(|entity| Sharing {
                    id: embedded(&entity.id),
                    name: embedded(&entity.name),
                    kind: embedded(&entity.kind),
                    group: Group::of_kind(&entity.kind),
                    country: embedded(&entity.country),
                    documents: entity.documents,
                })
                .collect(),
        });
        Ok(Self {
            stories: count_stories(view)?,
            compared: COMPARED,
            policy: run.manifest().settings.round_ups.to_string(),
            round_ups: round_ups(view)?,
            shared: shared.collect(),
        })
    }
}

fn count_stories(view: &View<'_>) -> Result<Option<Copied>> {
    let run = view.run();
    if run.manifest().books.counted > COMPARED || !run.has(SIGNATURES_FILE) {
        return Ok(None);
    }
    let stories = stories_of(run)?;
    let mut articles = vec![0_u64; stories.len()];
    stories.by_article().iter().for_each(|story| articles[*story as usize] += 1);
    let copied = articles.iter().filter(|articles| **articles > 1).count() as u64;
    let most = articles.iter().copied().max().unwrap_or(0);
    Ok(Some(Copied { stories: stories.len() as u64, copied, most }))
}

/// The articles whose pairs are not all counted, those with most names first.
fn round_ups(view: &View<'_>) -> Result<Vec<RoundUp>> {
    let run = view.run();
    if run.manifest().totals.round_ups == 0 {
        return Ok(Vec::new());
    }
    let policy = run.manifest().settings.round_ups;
    let mut most: BinaryHeap<Reverse<(usize, Reverse<u32>)>> = BinaryHeap::new();
    view.for_each_document(|document, entries| {
        if policy.applies_to(entries.len()) {
            most.push(Reverse((entries.len(), Reverse(document))));
            if most.len() > ROUND_UPS {
                most.pop();
            }
        }
        Ok(())
    })?;
    let mut rows: Vec<(usize, u32)> = most.into_iter().map(|Reverse((names, Reverse(row)))| (names, row)).collect();
    rows.sort_unstable_by_key(|(names, row)| (Reverse(*names), *row));
    let mut found: Vec<Option<RoundUp>> = rows.iter().map(|_| None).collect();
    let mut first = 0_usize;
    for block in run.documents()? {
        let block = block?;
        let documents = block.iter();
        let next = first + documents.len();
        for ((names, row), found) in rows.iter().zip(&mut found) {
            let row = *row as usize;
            if (first..next).contains(&row) {
                let document = block.row(row - first);
                let (id, source) = (embedded(document.id), embedded(document.source));
                *found = Some(RoundUp { id, source, names: *names });
            }
        }
        first = next;
    }
    Ok(found.into_iter().flatten().collect())
}
