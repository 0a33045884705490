//! Names of a run for people to judge: a sample to label, and those that are suspicious.
//!
//! A run holds no text, so both read the documents again. Which documents, is decided by a hash of a seed, the entity and the
//! document, so that the same seed gives the same ones whatever else is asked for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::passages::{Passage, PassageName, Wanted, read_again, sentences, wanted_rows};
use super::scan::ScanOptions;
use crate::association::wilson_interval;
use crate::document::Document;
use crate::error::Result;
use crate::normalize::fold;
use crate::query::{View, is_of};
use crate::segment::Section;
use crate::store::MentionRow;

/// A mention to judge: the first of an entity in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// Row of the entity in the view.
    pub entity: u32,
    /// The sentence.
    pub passage: Passage,
    /// The name in it.
    pub name: PassageName,
}

/// Chooses up to `per_entity` random documents of each of these entities, by their rows in the view, and gives the first mention in each.
///
/// # Errors
///
/// As [`passages`](super::passages()).
///
/// # Complexity
///
/// Reads the mentions twice, and every input with a chosen document once. Memory for what is chosen.
pub fn sample(
    view: &View<'_>,
    root: &Path,
    entities: &[u32],
    per_entity: usize,
    seed: u64,
    options: ScanOptions<'_>,
) -> Result<Vec<Sampled>> {
    let chosen = choose(view, entities, per_entity, seed)?;
    let mut wanted = wanted_rows(view.run(), &chosen.iter().map(|(_, document)| *document).collect())?;
    view.for_each_text(|document, mentions| {
        let Some(wanted) = wanted.get_mut(&document) else { return Ok(()) };
        let mut seen = BTreeSet::new();
        let is_first =
            |mention: &&MentionRow| chosen.contains(&(mention.entity, document)) && seen.insert(mention.entity);
        wanted.mentions.extend(mentions.iter().filter(is_first));
        Ok(())
    })?;
    let passages = read_again(view.run(), root, &wanted, options, &|wanted, document| sentences(wanted, document))?;
    let mut sampled = Vec::new();
    for passage in passages.values().flatten() {
        for name in &passage.names {
            sampled.push(Sampled { entity: name.entity, passage: passage.clone(), name: *name });
        }
    }
    let rank: BTreeMap<u32, usize> = entities.iter().enumerate().map(|(rank, entity)| (*entity, rank)).collect();
    sampled.sort_by_key(|sampled| (rank[&sampled.entity], sampled.passage.document));
    Ok(sampled)
}

/// Up to so many documents of each entity, as pairs of both; 0 for all.
fn choose(view: &View<'_>, entities: &[u32], per_entity: usize, seed: u64) -> Result<BTreeSet<(u32, u32)>> {
    let limit = if per_entity == 0 { usize::MAX } else { per_entity };
    let mut chosen: BTreeMap<u32, BinaryHeap<([u8; 8], u32)>> =
        entities.iter().map(|entity| (*entity, BinaryHeap::new())).collect();
    view.for_each_document(|document, entries| {
        for (entity, _) in entries {
            let Some(documents) = chosen.get_mut(&entity.0) else { continue };
            let mut digest = Sha256::new();
            for number in [seed, entity.0.into(), document.into()] {
                digest.update(number.to_le_bytes());
            }
            let digest = <[u8; 32]>::from(digest.finalize());
            let key: [u8; 8] = digest[..8].try_into().unwrap_or_default();
            documents.push((key, document));
            if documents.len() > limit {
                documents.pop();
            }
        }
        Ok(())
    })?;
    let pairs =
        chosen.into_iter().flat_map(|(entity, documents)| documents.into_iter().map(move |(_, row)| (entity, row)));
    Ok(pairs.collect())
}

/// What is odd about a name, as it was written in the documents looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspicion {
    /// Written without a capital letter, although titles apart names have one.
    Lowercase,
    /// At the beginning of a sentence, where every word has a capital letter; datelines do not count.
    SentenceStart,
    /// Immediately after a capitalised word that is not part of the name, as family names are: "Jack London".
    AfterCapital,
    /// Immediately before a capitalised word that is not part of the name, as given names are: "Paris Hilton".
    BeforeCapital,
    /// In page furniture.
    Furniture,
    /// A place in documents that mention neither its country nor another place there.
    WithoutCountry,
    /// In documents of one source only, although the run has several.
    OneSource,
}

impl Suspicion {
    /// All of them, with their names and what each weighs.
    pub const ALL: [(Self, &'static str, f64); 7] = [
        (Self::Lowercase, "lower_case", 3.0),
        (Self::SentenceStart, "sentence_start", 1.0),
        (Self::AfterCapital, "after_capital", 1.5),
        (Self::BeforeCapital, "before_capital", 1.0),
        (Self::Furniture, "furniture", 1.0),
        (Self::WithoutCountry, "without_country", 0.5),
        (Self::OneSource, "one_source", 0.25),
    ];
}

/// A name of an entity, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditedName {
    /// Row of the entity in the view.
    pub entity: u32,
    /// The name in lower case, without accents.
    pub surface: String,
    /// Mentions looked at.
    pub mentions: u64,
    /// Documents looked at that have them.
    pub documents: u64,
    /// By [`Suspicion::ALL`], how many of the mentions (of the last two, documents) are so.
    pub odd: [u64; 7],
    /// How suspicious it is: the sum of the lower ends of the 95 % intervals (Wilson 1927) of these shares, each times its weight.
    pub score: f64,
    /// The first mentions looked at, in the order of the archive.
    pub contexts: Vec<Sampled>,
}

/// The names of these entities, by their rows in the view, in up to `per_entity` random documents of each: the most suspicious first.
///
/// # Errors
///
/// As [`passages`](super::passages()).
///
/// # Complexity
///
/// Reads the mentions twice, and every input with a chosen document once. Memory for the mentions in what is chosen, and `contexts`
/// sentences for each name.
pub fn audit(
    view: &View<'_>,
    root: &Path,
    entities: &[u32],
    per_entity: usize,
    seed: u64,
    contexts: usize,
    options: ScanOptions<'_>,
) -> Result<Vec<AuditedName>> {
    let chosen = choose(view, entities, per_entity, seed)?;
    let mut wanted = wanted_rows(view.run(), &chosen.iter().map(|(_, document)| *document).collect())?;
    let mut alone: BTreeSet<(u32, u32)> = BTreeSet::new();
    view.for_each_text(|document, mentions| {
        let Some(wanted) = wanted.get_mut(&document) else { return Ok(()) };
        for mention in mentions.iter().filter(|mention| chosen.contains(&(mention.entity, document))) {
            wanted.mentions.push(*mention);
            let entity = &view.entities()[mention.entity as usize];
            let is_with = |other: &MentionRow| {
                let other = &view.entities()[other.entity as usize];
                other.row != entity.row && is_of(&other.kind, "place") && other.country == entity.country
            };
            let is_part = is_of(&entity.kind, "place") && !is_of(&entity.kind, "place.country");
            if is_part && !entity.country.is_empty() && !mentions.iter().any(is_with) {
                alone.insert((mention.entity, document));
            }
        }
        Ok(())
    })?;
    let sources: BTreeSet<&str> = wanted.values().map(|document| document.source.as_str()).collect();
    let looks = read_again(view.run(), root, &wanted, options, &|wanted, document| look(view, wanted, document))?;
    let mut names: BTreeMap<(u32, String), AuditedName> = BTreeMap::new();
    let mut sources_of: BTreeMap<(u32, String), BTreeSet<&str>> = BTreeMap::new();
    for (row, look) in &looks {
        let mut in_document = BTreeSet::new();
        for (sampled, surface, odd) in look {
            let key = (sampled.entity, surface.clone());
            let name = names.entry(key.clone()).or_insert_with(|| AuditedName {
                entity: sampled.entity,
                surface: surface.clone(),
                mentions: 0,
                documents: 0,
                odd: [0; 7],
                score: 0.0,
                contexts: Vec::new(),
            });
            name.mentions += 1;
            odd.iter().for_each(|suspicion| name.odd[*suspicion as usize] += 1);
            if name.contexts.len() < contexts {
                name.contexts.push(sampled.clone());
            }
            if in_document.insert(key.clone()) {
                name.documents += 1;
                name.odd[Suspicion::WithoutCountry as usize] += u64::from(alone.contains(&(sampled.entity, *row)));
                sources_of.entry(key).or_default().insert(&wanted[row].source);
            }
        }
    }
    let mut names: Vec<AuditedName> = names
        .into_iter()
        .map(|(key, mut name)| {
            if sources.len() > 1 && sources_of.get(&key).is_some_and(|sources| sources.len() == 1) {
                name.odd[Suspicion::OneSource as usize] = name.documents;
            }
            name.score = score(&name);
            name
        })
        .collect();
    let id = |name: &AuditedName| view.entities()[name.entity as usize].id.clone();
    names.sort_by(|a, b| {
        let key = |name: &AuditedName| (Reverse(name.mentions), id(name), name.surface.clone());
        b.score.total_cmp(&a.score).then_with(|| key(a).cmp(&key(b)))
    });
    Ok(names)
}

fn score(name: &AuditedName) -> f64 {
    let of = |(suspicion, _, weight): &(Suspicion, &str, f64)| {
        let is_of_documents = matches!(suspicion, Suspicion::WithoutCountry | Suspicion::OneSource);
        let all = if is_of_documents { name.documents } else { name.mentions };
        weight * wilson_interval(name.odd[*suspicion as usize], all).0
    };
    Suspicion::ALL.iter().map(of).sum()
}

/// The mentions of a document with their folded names, and what is odd about each.
type Looked = Vec<(Sampled, String, Vec<Suspicion>)>;

fn look(view: &View<'_>, wanted: &Wanted, document: &Document<'_>) -> Result<Looked> {
    let passages = sentences(wanted, document)?;
    let mut looked = Vec::new();
    let in_section = |section: Section| -> BTreeSet<(u32, u32)> {
        let mentions = wanted.mentions.iter().filter(|mention| mention.section as usize == section as usize);
        mentions.map(|mention| (mention.entity, mention.sentence)).collect()
    };
    let (furniture, datelines) = (in_section(Section::Furniture), in_section(Section::Dateline));
    for passage in passages {
        for name in &passage.names {
            let surface = name.span.of(&passage.text);
            let is_title = is_of(&view.entities()[name.entity as usize].kind, "title");
            let mut odd = oddities(&passage.text[..name.span.start], surface, &passage.text[name.span.end..], is_title);
            let place = (name.entity, passage.sentence);
            if furniture.contains(&place) {
                odd.push(Suspicion::Furniture);
            }
            // A dateline begins a sentence, and with a name.
            if datelines.contains(&place) {
                odd.retain(|suspicion| *suspicion != Suspicion::SentenceStart);
            }
            let sampled = Sampled { entity: name.entity, passage: passage.clone(), name: *name };
            looked.push((sampled, fold(surface), odd));
        }
    }
    Ok(looked)
}

/// What is odd about a name between these texts of its sentence.
fn oddities(before: &str, surface: &str, after: &str, is_title: bool) -> Vec<Suspicion> {
    let mut odd = Vec::new();
    let is_capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    if is_title {
        return odd;
    }
    if surface.chars().any(char::is_lowercase) && !surface.chars().any(char::is_uppercase) {
        odd.push(Suspicion::Lowercase);
    }
    if !before.chars().any(char::is_alphanumeric) {
        odd.push(Suspicion::SentenceStart);
    }
    // Only a blank between: a comma or a full stop ends a name.
    let last = before.strip_suffix(' ').and_then(|before| before.rsplit(char::is_whitespace).next());
    let is_first = |word: &str| !before[..before.len() - 1 - word.len()].chars().any(char::is_alphanumeric);
    if last.is_some_and(|word| is_capital(word) && word.chars().all(char::is_alphabetic) && !is_first(word)) {
        odd.push(Suspicion::AfterCapital);
    }
    let next = after.strip_prefix(' ').and_then(|after| after.split(char::is_whitespace).next());
    if next.is_some_and(|word| is_capital(word) && word.chars().filter(|c| c.is_alphabetic()).count() > 1) {
        odd.push(Suspicion::BeforeCapital);
    }
    odd
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_about_a_name() {
        use Suspicion::*;
        let check = |before: &str, surface: &str, after: &str, expected: &[Suspicion]| {
            assert_eq!(oddities(before, surface, after, false), expected, "{before}|{surface}|{after}");
        };
        check("He went to ", "London", " today.", &[]);
        check("He read Jack ", "London", ".", &[AfterCapital]);
        check("", "Reading", " is fun.", &[SentenceStart]);
        check("“", "Reading", " is fun.", &[SentenceStart]);
        check("She was ", "reading", " it.", &[Lowercase]);
        check("In ", "Paris", " Hilton's words", &[BeforeCapital]);
        // The first word of a sentence has a capital for another reason; a comma ends a name.
        check("In ", "London", ", Paris and Rome", &[]);
        check("He saw Paris, ", "London", " and Rome", &[]);
        check("He asked the ", "UN", " A Team", &[]);
        assert!(oddities("the ", "prime minister", " Ada", true).is_empty());
    }
}
