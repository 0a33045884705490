//! What the page shows, asked of `query`: which entities, which pairs, when, from where.
//!
//! Lists, pairs and slices are those of `dateline top`, `pairs` and `trend`. Beside what these need, memory holds what is
//! embedded in the page.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::period::Timeline;
use crate::association::Measure;
use crate::error::Result;
use crate::gazetteer::EntityType;
use crate::query::{
    Filter, Frequency, Pair, PairOptions, RunEntity, View, is_agency, is_of, strongest_pairs, top_entities,
};
use crate::store::Run;

/// Entities embedded, of any type.
const ENTITIES: usize = 400;
/// Places embedded, so that the map has its own even if organisations fill the other list.
const PLACES: usize = 300;
/// Pairs embedded.
const PAIRS: usize = 4000;
/// Rows of the matrix.
const MATRIX: usize = 40;
/// Entities with a series in the timeline.
const SERIES: usize = 60;
/// Sources listed.
const SOURCES: usize = 300;
/// Most sources that are counted one by one; the documents of all others are counted together.
const SOURCES_IN_MEMORY: usize = 50_000;
/// Languages listed.
const LANGUAGES: usize = 20;
/// Characters of a name or id that are embedded.
const LONGEST_NAME: usize = 200;

/// Everything that the pictures and tables of the page are made from.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// The entities shown, those in most documents first. Everything else refers to them by their position here.
    pub(super) entities: Vec<Entity>,
    /// The pairs listed, by descending G², and then the others that the matrix shows.
    pub(super) pairs: Vec<Tie>,
    /// How many are listed.
    pub(super) pairs_listed: usize,
    /// A pair is listed if it has at least so many contexts.
    pub(super) least_joint: u32,
    /// A pair is listed if each of the two has at least so many.
    pub(super) least_each: u32,
    /// Pairs that met all conditions, listed or not.
    pub(super) pairs_eligible: usize,
    /// Contexts in the run.
    pub(super) contexts: u64,
    /// Documents by the country of the places they mention, most first.
    pub(super) countries: Vec<Country>,
    pub(super) sources: Sources,
    /// Articles by the code of their language, most first; empty if it is not known.
    pub(super) languages: Vec<(String, u64)>,
    pub(super) timeline: Timeline,
    /// Entities of the matrix, by rank.
    #[serde(skip)]
    pub(super) in_matrix: Vec<usize>,
}

/// What an entity is listed among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Group {
    Place,
    Organisation,
    Title,
    /// News agencies: articles name them as their source, so they are no sign of the topic.
    Agency,
    /// A type of the user's own gazetteer.
    Other,
}

impl Group {
    pub(super) fn of_kind(kind: &str) -> Self {
        match EntityType::of_kind(kind) {
            EntityType::Place => Self::Place,
            EntityType::Organisation if is_agency(kind) => Self::Agency,
            EntityType::Organisation => Self::Organisation,
            EntityType::Title => Self::Title,
            EntityType::Other(_) => Self::Other,
        }
    }

    /// Whether the network and the matrix show it.
    pub(super) fn is_topic(self) -> bool {
        !matches!(self, Self::Title | Self::Agency)
    }
}

/// One entity of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Entity {
    /// Its row in the run.
    #[serde(skip)]
    pub(super) row: u32,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) group: Group,
    pub(super) country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) longitude: Option<f64>,
    pub(super) mentions: u64,
    pub(super) documents: u32,
    /// Contexts that mention it, from the margin of the matrix.
    pub(super) contexts: u64,
    /// The community of the network and the matrix, from 0, the largest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) community: Option<usize>,
}

impl Entity {
    fn of(entity: &RunEntity) -> Self {
        Self {
            row: entity.row,
            id: embedded(&entity.id),
            name: embedded(&entity.name),
            kind: embedded(&entity.kind),
            group: Group::of_kind(&entity.kind),
            country: embedded(&entity.country),
            latitude: None,
            longitude: None,
            mentions: entity.mentions,
            documents: entity.documents,
            contexts: 0,
            community: None,
        }
    }
}

/// Two entities that occur together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tie {
    pub(super) a: usize,
    pub(super) b: usize,
    /// Contexts with both.
    pub(super) joint: u64,
    pub(super) log_likelihood: f64,
    pub(super) npmi: f64,
}

impl Tie {
    /// A pair of entities that the page shows; `index` has their positions by row.
    fn of(pair: &Pair<'_>, index: &BTreeMap<u32, usize>) -> Self {
        let (a, b) = (index[&pair.a.row], index[&pair.b.row]);
        Self {
            a: a.min(b),
            b: a.max(b),
            joint: pair.table.k11,
            log_likelihood: Measure::LogLikelihood.of(pair.table),
            npmi: Measure::Npmi.of(pair.table),
        }
    }
}

/// As `[a, b, k11, G², NPMI]`: there are thousands. The other cells follow from the contexts of the two.
impl Serialize for Tie {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let rounded = |value: f64, to: f64| (value * to).round() / to;
        (self.a, self.b, self.joint, rounded(self.log_likelihood, 100.0), rounded(self.npmi, 1000.0))
            .serialize(serializer)
    }
}

/// What the run says about a country: the country itself and every place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Country {
    pub(super) code: String,
    /// Documents that mention a place of this country.
    pub(super) documents: u64,
    /// Its places in the run.
    pub(super) places: u64,
}

/// Who published the documents.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sources {
    /// Those with most documents.
    pub(super) listed: Vec<SourceTally>,
    /// How many there are, up to the limit.
    pub(super) n: usize,
    /// Documents without a source.
    pub(super) unnamed: u64,
    /// Documents of sources that are not listed.
    pub(super) others: u64,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct SourceTally {
    pub(super) name: String,
    pub(super) documents: u64,
    pub(super) mentions: u64,
}

impl Facts {
    /// Asks a whole run.
    pub(super) fn of(view: &View<'_>) -> Result<Self> {
        let run = view.run();
        let mut entities = choose_entities(view)?;
        locate(&mut entities, run)?;
        let Documents { sources, days, languages } = read_documents(run)?;
        let with_series = entities.iter().enumerate().filter(|(_, entity)| entity.group != Group::Title);
        let with_series: Vec<(usize, u32)> =
            with_series.map(|(index, entity)| (index, entity.row)).take(SERIES).collect();
        let timeline = Timeline::of(view, run.manifest().dates, days, &with_series)?;
        let countries = count_countries(view)?;

        let joint = view.joint_counts()?;
        let contexts = joint.n_contexts();
        entities.iter_mut().for_each(|entity| entity.contexts = joint.contexts_of(entity.row));
        let index: BTreeMap<u32, usize> =
            entities.iter().enumerate().map(|(index, entity)| (entity.row, index)).collect();
        let least_joint = if contexts < 20 { 1 } else { 2 };
        let filter = Filter { min_documents: least_joint, ..Filter::default().for_pairs(contexts) };
        let selection = filter.select(view)?.among(|row| index.contains_key(&row));
        let listed = strongest_pairs(view, &joint, &selection, PairOptions::usual(0))?;
        let mut pairs: Vec<Tie> = listed.iter().take(PAIRS).map(|pair| Tie::of(pair, &index)).collect();
        let (pairs_listed, pairs_eligible) = (pairs.len(), listed.len());

        let topical = (0..entities.len()).filter(|&index| entities[index].group.is_topic());
        let in_matrix: Vec<usize> = topical.take(MATRIX).collect();
        let is_shown = |row: u32| index.get(&row).is_some_and(|index| in_matrix.contains(index));
        let selection = Filter::default().select(view)?.among(is_shown);
        let options = PairOptions { attracted: false, ..PairOptions::usual(0) };
        let known: BTreeSet<(usize, usize)> = pairs.iter().map(|tie| (tie.a, tie.b)).collect();
        let of_matrix = strongest_pairs(view, &joint, &selection, options)?;
        let of_matrix = of_matrix.iter().map(|pair| Tie::of(pair, &index));
        pairs.extend(of_matrix.filter(|tie| !known.contains(&(tie.a, tie.b))));
        Ok(Self {
            entities,
            pairs,
            pairs_listed,
            least_joint,
            least_each: filter.min_each,
            pairs_eligible,
            contexts,
            countries,
            sources,
            languages,
            timeline,
            in_matrix,
        })
    }

    /// The pairs that are listed.
    pub(super) fn listed(&self) -> &[Tie] {
        &self.pairs[..self.pairs_listed]
    }
}

/// A name as it is embedded: whole, but for monsters.
pub(super) fn embedded(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// Those in most documents of any type, of places and of countries, in this order.
fn choose_entities(view: &View<'_>) -> Result<Vec<Entity>> {
    let (mut places, mut countries) = (0, 0);
    let ranked = top_entities(view, &Filter::default().select(view)?, Frequency::Documents, 0);
    let chosen = ranked.into_iter().enumerate().filter(|(rank, entity)| {
        let is_place = is_of(&entity.kind, "place");
        let is_country = is_of(&entity.kind, "place.country");
        places += usize::from(is_place);
        countries += usize::from(is_country);
        *rank < ENTITIES || is_place && places <= PLACES || is_country && countries <= PLACES
    });
    Ok(chosen.map(|(_, entity)| Entity::of(entity)).collect())
}

/// Looks up where the entities are.
fn locate(entities: &mut [Entity], run: &Run) -> Result<()> {
    let mut by_row: BTreeMap<u32, &mut Entity> = entities.iter_mut().map(|entity| (entity.row, entity)).collect();
    let degrees = |degrees: f64| (!degrees.is_nan()).then_some(degrees);
    let mut row = 0;
    for block in run.entities()? {
        for found in block?.iter() {
            if let Some(entity) = by_row.get_mut(&row) {
                (entity.latitude, entity.longitude) = (degrees(found.latitude), degrees(found.longitude));
            }
            row += 1;
        }
    }
    Ok(())
}

/// Who published the documents, and how many there are of each day and of each language.
struct Documents {
    sources: Sources,
    days: BTreeMap<i32, u64>,
    languages: Vec<(String, u64)>,
}

fn read_documents(run: &Run) -> Result<Documents> {
    let mut tallies: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut days: BTreeMap<i32, u64> = BTreeMap::new();
    let mut languages: BTreeMap<String, u64> = BTreeMap::new();
    let mut sources = Sources::default();
    for block in run.documents()? {
        for row in block?.iter() {
            if row.day != i32::MIN {
                *days.entry(row.day).or_default() += 1;
            }
            match languages.get_mut(row.language) {
                Some(documents) => *documents += 1,
                None => drop(languages.insert(row.language.to_owned(), 1)),
            }
            if row.source.is_empty() {
                sources.unnamed += 1;
            } else if let Some((documents, mentions)) = tallies.get_mut(row.source) {
                *documents += 1;
                *mentions += u64::from(row.mentions);
            } else if tallies.len() < SOURCES_IN_MEMORY {
                tallies.insert(row.source.to_owned(), (1, u64::from(row.mentions)));
            } else {
                sources.others += 1;
            }
        }
    }
    sources.n = tallies.len();
    let mut listed: Vec<SourceTally> = tallies
        .into_iter()
        .map(|(name, (documents, mentions))| SourceTally { name: embedded(&name), documents, mentions })
        .collect();
    listed.sort_by(|a, b| (Reverse(a.documents), &a.name).cmp(&(Reverse(b.documents), &b.name)));
    sources.others += listed.iter().skip(SOURCES).map(|source| source.documents).sum::<u64>();
    listed.truncate(SOURCES);
    sources.listed = listed;
    let mut languages: Vec<(String, u64)> =
        languages.into_iter().map(|(code, documents)| (embedded(&code), documents)).collect();
    languages.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    languages.truncate(LANGUAGES);
    Ok(Documents { sources, days, languages })
}

/// In how many documents each country or a place in it is mentioned, most first.
fn count_countries(view: &View<'_>) -> Result<Vec<Country>> {
    let is_placed = |entity: &&RunEntity| is_of(&entity.kind, "place") && !entity.country.is_empty();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut countries: Vec<Country> = Vec::new();
    let mut number_of = vec![None; view.entities().len()];
    for entity in view.entities().iter().filter(is_placed) {
        let number = *numbers.entry(&entity.country).or_insert_with(|| {
            countries.push(Country { code: embedded(&entity.country), documents: 0, places: 0 });
            countries.len() - 1
        });
        countries[number].places += 1;
        number_of[entity.row as usize] = Some(number);
    }
    let mut last_document = vec![None; countries.len()];
    view.for_each_document(|document, entries| {
        for number in entries.iter().filter_map(|(entity, _)| number_of[entity.index()]) {
            if last_document[number].replace(document) != Some(document) {
                countries[number].documents += 1;
            }
        }
        Ok(())
    })?;
    countries.sort_by(|a, b| (Reverse(a.documents), &a.code).cmp(&(Reverse(b.documents), &b.code)));
    Ok(countries)
}
