//! Sentences for the names and pairs of a report.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::passages::{Passage, read_again, sentences, wanted_rows};
use super::scan::ScanOptions;
use crate::error::Result;
use crate::query::View;
use crate::report::{Quotation, Quotations, Subject};

/// Chooses up to `per_subject` documents of each name and pair, and reads their sentences. The inputs are looked for where the manifest
/// says they were, relative to `root`.
///
/// Which documents, a hash of the document decides, so that they are spread over the archive, and a document that is read for one
/// name serves others, too. Of a pair those come first in which a sentence has both.
///
/// # Errors
///
/// As [`passages`](super::passages()).
///
/// # Complexity
///
/// Reads the mentions twice, and every input with a chosen document once. Memory for what is chosen.
pub fn quotations(
    view: &View<'_>,
    root: &Path,
    subjects: &[Subject],
    per_subject: usize,
    options: ScanOptions<'_>,
) -> Result<Quotations> {
    let chosen = choose(view, subjects, per_subject)?;
    let mut entities_in: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (subject, documents) in &chosen {
        for document in documents {
            let entities = entities_in.entry(*document).or_default();
            match subject {
                Subject::Entity(entity) => drop(entities.insert(*entity)),
                Subject::Pair(a, b) => entities.extend([*a, *b]),
            }
        }
    }
    let run = view.run();
    let mut wanted = wanted_rows(run, &entities_in.keys().copied().collect())?;
    let mut days: BTreeMap<u32, i32> = BTreeMap::new();
    let mut first = 0_u32;
    for block in run.documents()? {
        let block = block?;
        let next = first + block.day.len() as u32;
        for (document, _) in entities_in.range(first..next) {
            days.extend(block.day.get((document - first) as usize).map(|day| (*document, *day)));
        }
        first = next;
    }
    view.for_each_text(|document, mentions| {
        let (Some(wanted), Some(entities)) = (wanted.get_mut(&document), entities_in.get(&document)) else {
            return Ok(());
        };
        wanted.mentions.extend(mentions.iter().filter(|mention| entities.contains(&mention.entity)));
        Ok(())
    })?;
    let read = read_again(run, root, &wanted, options, &|wanted, document| sentences(wanted, document))?;

    let mut found = Quotations { per_subject, ..Quotations::default() };
    let mut numbers: BTreeMap<(u32, usize), usize> = BTreeMap::new();
    for (subject, documents) in chosen {
        let mut quoted = Vec::new();
        for document in documents {
            let passages = read.get(&document).map_or(&[][..], Vec::as_slice);
            for at in about(passages, subject) {
                let number = *numbers.entry((document, at)).or_insert_with(|| {
                    found.sentences.push(quotation(&passages[at], days.get(&document).copied()));
                    found.sentences.len() - 1
                });
                quoted.push(number);
            }
        }
        found.of.insert(subject, quoted);
    }
    Ok(found)
}

/// A document for a subject, the best last in a heap: that no sentence has both, a hash, and its row.
type Ranked = (bool, [u8; 8], u32);

/// For each subject its documents, in the order of the archive.
fn choose(view: &View<'_>, subjects: &[Subject], per_subject: usize) -> Result<BTreeMap<Subject, Vec<u32>>> {
    let mut chosen: BTreeMap<Subject, BinaryHeap<Ranked>> = BTreeMap::new();
    // By row, whether the entity itself is a subject, and those with which it is a pair as the first.
    let mut wanted: BTreeMap<u32, (bool, Vec<u32>)> = BTreeMap::new();
    for subject in subjects {
        match *subject {
            Subject::Entity(entity) => wanted.entry(entity).or_default().0 = true,
            Subject::Pair(a, b) => wanted.entry(a).or_default().1.push(b),
        }
        chosen.insert(*subject, BinaryHeap::new());
    }
    view.for_each_text(|document, mentions| {
        let mut sentences_of: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for mention in mentions {
            sentences_of.entry(mention.entity).or_default().insert(mention.sentence);
        }
        let mut hash: Option<[u8; 8]> = None;
        let mut take = |subject: Subject, apart: bool| {
            let Some(documents) = chosen.get_mut(&subject) else { return };
            let hash = *hash.get_or_insert_with(|| {
                let digest = <[u8; 32]>::from(Sha256::digest(document.to_le_bytes()));
                digest[..8].try_into().unwrap_or_default()
            });
            documents.push((apart, hash, document));
            if documents.len() > per_subject {
                documents.pop();
            }
        };
        for (entity, sentences) in &sentences_of {
            let Some((is_subject, partners)) = wanted.get(entity) else { continue };
            if *is_subject {
                take(Subject::Entity(*entity), false);
            }
            for partner in partners {
                if let Some(others) = sentences_of.get(partner) {
                    take(Subject::Pair(*entity, *partner), sentences.is_disjoint(others));
                }
            }
        }
        Ok(())
    })?;
    let in_order = |documents: BinaryHeap<Ranked>| {
        let mut ranked = documents.into_vec();
        ranked.sort_unstable_by_key(|(apart, _, document)| (*apart, *document));
        ranked.into_iter().map(|(.., document)| document).collect()
    };
    Ok(chosen.into_iter().map(|(subject, documents)| (subject, in_order(documents))).collect())
}

/// Which of a document's sentences are about a subject: the first with the entity; the first with both, or the first with each.
fn about(passages: &[Passage], subject: Subject) -> Vec<usize> {
    let first = |entities: &[u32]| {
        passages
            .iter()
            .position(|passage| entities.iter().all(|entity| passage.names.iter().any(|name| name.entity == *entity)))
    };
    match subject {
        Subject::Entity(entity) => first(&[entity]).into_iter().collect(),
        Subject::Pair(a, b) => match first(&[a, b]) {
            Some(both) => vec![both],
            None => {
                let mut each: Vec<usize> = [first(&[a]), first(&[b])].into_iter().flatten().collect();
                each.sort_unstable();
                each
            }
        },
    }
}

fn quotation(passage: &Passage, day: Option<i32>) -> Quotation {
    let Passage { id, date, source, text, names, .. } = passage;
    Quotation {
        id: id.clone(),
        date: date.clone(),
        day: day.filter(|day| *day != i32::MIN),
        source: source.clone(),
        text: text.clone(),
        names: names.iter().map(|name| (name.span, name.entity)).collect(),
    }
}
