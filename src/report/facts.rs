//! What the page shows, computed from the tables of a run: which entities, which pairs, when, from where.
//!
//! Every table is read block by block. Beside the block, memory holds six bytes for each entity of the run and what is
//! embedded in the page.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::cells::Cells;
use super::period::{Change, Period, Timeline};
use crate::error::{Error, Result};
use crate::gazetteer::EntityType;
use crate::query::is_of;
use crate::store::{Blocks, COOCCURRENCE_FILE, COUNTS_FILE, DocumentRows, Run};

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
/// Sources told apart while the documents are read; the documents of any more are counted together.
const SOURCES_IN_MEMORY: usize = 50_000;
/// Characters of a name or id that are embedded.
const LONGEST_NAME: usize = 200;

/// Everything that the pictures and tables of the page are made from.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// The entities shown, those in most documents first. Everything else refers to them by their position here.
    pub(super) entities: Vec<Entity>,
    /// The pairs shown, by descending G².
    pub(super) pairs: Vec<Tie>,
    /// A pair is listed if it has at least so many contexts.
    pub(super) least_joint: u64,
    /// Pairs that met all conditions, listed or not.
    pub(super) pairs_eligible: u64,
    /// Contexts in the run.
    pub(super) contexts: u64,
    /// Documents by the country of the places they mention, most first.
    pub(super) countries: Vec<Country>,
    pub(super) sources: Sources,
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
    /// News agencies, newspapers, broadcasters: articles name them as their source, so they are no sign of the topic.
    Media,
    /// A type of the user's own gazetteer.
    Other,
}

impl Group {
    fn of_kind(kind: &str) -> Self {
        match EntityType::of_kind(kind) {
            EntityType::Place => Self::Place,
            EntityType::Organisation if is_of(kind, "organisation.media") => Self::Media,
            EntityType::Organisation => Self::Organisation,
            EntityType::Title => Self::Title,
            EntityType::Other(_) => Self::Other,
        }
    }

    /// Whether the network and the matrix show it.
    pub(super) fn is_topic(self) -> bool {
        !matches!(self, Self::Title | Self::Media)
    }
}

/// One entity of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Entity {
    #[serde(skip)]
    row: u32,
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
    fn rank(&self) -> (Reverse<u32>, Reverse<u64>, &str, &str, u32) {
        (Reverse(self.documents), Reverse(self.mentions), &self.name, &self.id, self.row)
    }

    pub(super) fn is_country(&self) -> bool {
        self.kind == "place.country"
    }
}

/// Two entities that occur together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tie {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) cells: Cells,
    pub(super) log_likelihood: f64,
    pub(super) npmi: f64,
}

/// As `[a, b, k11, G², NPMI]`: there are thousands. The other cells follow from the contexts of the two.
impl Serialize for Tie {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let rounded = |value: f64, to: f64| (value * to).round() / to;
        (self.a, self.b, self.cells.k11, rounded(self.log_likelihood, 100.0), rounded(self.npmi, 1000.0))
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
    /// How many there are, as far as they were told apart.
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
    /// Reads a run.
    pub(super) fn of(run: &Run) -> Result<Self> {
        let (mut entities, by_row) = choose_entities(run)?;
        let (sources, period) = read_documents(run)?;
        let (timeline, countries) = read_counts(run, &entities, &by_row, period)?;
        read_margins(run, &mut entities, &by_row)?;
        let contexts = run.manifest().totals.contexts;
        let in_matrix: Vec<usize> =
            (0..entities.len()).filter(|&index| entities[index].group.is_topic()).take(MATRIX).collect();
        let least_joint = if contexts < 20 { 1 } else { 2 };
        let (pairs, pairs_eligible) = read_pairs(run, &entities, &by_row, &in_matrix, least_joint)?;
        Ok(Self { entities, pairs, least_joint, pairs_eligible, contexts, countries, sources, timeline, in_matrix })
    }
}

/// By row of the run's entities: which one it is here, and in which country it is.
struct ByRow {
    /// Position among the chosen ones; `u32::MAX` for the others.
    chosen: Vec<u32>,
    /// Position in `codes`; 0 for none.
    country: Vec<u16>,
    codes: Vec<String>,
}

impl ByRow {
    fn chosen(&self, row: u32, run: &Run, file: &str) -> Result<Option<usize>> {
        match self.chosen.get(row as usize) {
            Some(&u32::MAX) => Ok(None),
            Some(&index) => Ok(Some(index as usize)),
            None => Err(refers_to_nothing(run, file, "entity", row)),
        }
    }
}

fn refers_to_nothing(run: &Run, file: &str, what: &str, row: u32) -> Error {
    let error =
        Error::format(run.path().join(file), format!("damaged: a row is of {what} {row}, which is not in the run"));
    error.with_remedy("`dateline verify` says more")
}

/// The first few of a list that is met out of order.
struct Best {
    limit: usize,
    kept: Vec<Entity>,
}

impl Best {
    fn push(&mut self, entity: &Entity) {
        self.kept.push(entity.clone());
        if self.kept.len() >= 2 * self.limit {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.kept.sort_by(|a, b| a.rank().cmp(&b.rank()));
        self.kept.truncate(self.limit);
    }
}

/// A name as it is embedded: whole, but for monsters.
fn embedded(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

fn choose_entities(run: &Run) -> Result<(Vec<Entity>, ByRow)> {
    let mut all = Best { limit: ENTITIES, kept: Vec::new() };
    let mut places = Best { limit: PLACES, kept: Vec::new() };
    let mut countries = Best { limit: PLACES, kept: Vec::new() };
    let mut by_row = ByRow { chosen: Vec::new(), country: Vec::new(), codes: vec![String::new()] };
    let mut numbers: BTreeMap<String, u16> = BTreeMap::new();
    for block in run.entities()? {
        for row in block?.iter() {
            let number = u32::try_from(by_row.chosen.len()).ok().filter(|&number| number < u32::MAX);
            let number =
                number.ok_or_else(|| Error::limit("the run has more entities than a 32-bit index can count"))?;
            by_row.chosen.push(u32::MAX);
            let group = Group::of_kind(row.kind);
            let known = group == Group::Place && !row.country.is_empty();
            let country = if known { country_number(row.country, &mut numbers, &mut by_row.codes) } else { 0 };
            by_row.country.push(country);
            let degrees = |degrees: f64| (!degrees.is_nan()).then_some(degrees);
            let entity = Entity {
                row: number,
                id: embedded(row.id),
                name: embedded(row.name),
                kind: embedded(row.kind),
                group,
                country: embedded(row.country),
                latitude: degrees(row.latitude),
                longitude: degrees(row.longitude),
                mentions: row.mentions,
                documents: row.documents,
                contexts: 0,
                community: None,
            };
            all.push(&entity);
            if group == Group::Place {
                places.push(&entity);
            }
            if entity.is_country() {
                countries.push(&entity);
            }
        }
    }
    let mut entities = Vec::new();
    for mut best in [all, places, countries] {
        best.settle();
        entities.append(&mut best.kept);
    }
    entities.sort_by(|a, b| a.rank().cmp(&b.rank()));
    entities.dedup_by_key(|entity| entity.row);
    for (index, entity) in entities.iter().enumerate() {
        by_row.chosen[entity.row as usize] = index as u32;
    }
    Ok((entities, by_row))
}

/// Countries beyond the few thousand that a gazetteer can have in earnest are taken for none.
fn country_number(code: &str, numbers: &mut BTreeMap<String, u16>, codes: &mut Vec<String>) -> u16 {
    if let Some(&number) = numbers.get(code) {
        return number;
    }
    let Ok(number) = u16::try_from(codes.len()) else { return 0 };
    if number >= 2000 {
        return 0;
    }
    codes.push(embedded(code));
    numbers.insert(code.to_owned(), number);
    number
}

fn read_documents(run: &Run) -> Result<(Sources, Period)> {
    let mut tallies: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut days: BTreeMap<i32, u64> = BTreeMap::new();
    let mut sources = Sources::default();
    for block in run.documents()? {
        for row in block?.iter() {
            if row.day != i32::MIN {
                *days.entry(row.day).or_default() += 1;
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
    Ok((sources, Period::of(&days)))
}

/// The days of the documents, one after the other.
struct Days<'r> {
    run: &'r Run,
    blocks: Blocks<DocumentRows>,
    block: Vec<i32>,
    /// Row of the first document in `block`.
    first: u64,
}

impl Days<'_> {
    /// The day of a document; the rows asked for must ascend.
    fn of(&mut self, document: u32) -> Result<i32> {
        loop {
            let within = u64::from(document).checked_sub(self.first);
            if let Some(&day) = within.and_then(|within| self.block.get(within as usize)) {
                return Ok(day);
            }
            self.first += self.block.len() as u64;
            let next = self.blocks.next().transpose()?;
            let nothing = || refers_to_nothing(self.run, COUNTS_FILE, "document", document);
            self.block = next.ok_or_else(nothing)?.day;
        }
    }
}

fn read_counts(run: &Run, entities: &[Entity], by_row: &ByRow, period: Period) -> Result<(Timeline, Vec<Country>)> {
    let series: Vec<usize> =
        (0..entities.len()).filter(|&index| entities[index].group != Group::Title).take(SERIES).collect();
    let mut slot = vec![usize::MAX; entities.len()];
    series.iter().enumerate().for_each(|(at, &index)| slot[index] = at);
    let mut rows = vec![vec![0_u64; period.bins.len()]; series.len()];
    let mut by_country = vec![vec![0_u64; period.bins.len()]; by_row.codes.len()];
    let mut documents_of = vec![0_u64; by_row.codes.len()];
    let mut last_document = vec![None; by_row.codes.len()];
    let mut days = Days { run, blocks: run.documents()?, block: Vec::new(), first: 0 };
    let mut current: (Option<u32>, Option<usize>) = (None, None);
    for block in run.counts()? {
        for row in block?.iter() {
            if current.0 != Some(row.document) {
                if current.0.is_some_and(|last| last > row.document) {
                    return Err(refers_to_nothing(run, COUNTS_FILE, "document", row.document));
                }
                current = (Some(row.document), period.bin_of(days.of(row.document)?));
            }
            let chosen = by_row.chosen(row.entity, run, COUNTS_FILE)?;
            if let (Some(bin), Some(at)) = (current.1, chosen.map(|index| slot[index]).filter(|&at| at != usize::MAX)) {
                rows[at][bin] += 1;
            }
            let country = usize::from(by_row.country[row.entity as usize]);
            if country > 0 && last_document[country].replace(row.document) != Some(row.document) {
                documents_of[country] += 1;
                current.1.into_iter().for_each(|bin| by_country[country][bin] += 1);
            }
        }
    }
    let mut places_of = vec![0_u64; by_row.codes.len()];
    by_row.country.iter().for_each(|&country| places_of[usize::from(country)] += 1);
    let mut order: Vec<usize> = (1..by_row.codes.len()).collect();
    order.sort_by_key(|&country| (Reverse(documents_of[country]), &by_row.codes[country]));
    let countries = order.iter().map(|&country| Country {
        code: by_row.codes[country].clone(),
        documents: documents_of[country],
        places: places_of[country],
    });
    let countries = countries.collect();
    let changes = Change::all(&series, &rows, &period);
    Ok((period.into_timeline(run.manifest().dates, series, rows, changes), countries))
}

fn read_margins(run: &Run, entities: &mut [Entity], by_row: &ByRow) -> Result<()> {
    for block in run.marginals()? {
        for row in block?.iter() {
            if let Some(index) = by_row.chosen(row.entity, run, COOCCURRENCE_FILE)? {
                entities[index].contexts = u64::from(row.contexts);
            }
        }
    }
    Ok(())
}

/// The pairs to embed, and how many met the conditions.
fn read_pairs(
    run: &Run,
    entities: &[Entity],
    by_row: &ByRow,
    in_matrix: &[usize],
    least_joint: u64,
) -> Result<(Vec<Tie>, u64)> {
    let contexts = run.manifest().totals.contexts;
    let mut wanted = vec![false; entities.len()];
    in_matrix.iter().for_each(|&index| wanted[index] = true);
    let (mut strong, mut others, mut eligible) = (Vec::new(), Vec::new(), 0);
    for block in run.pairs()? {
        for row in block?.iter() {
            let a = by_row.chosen(row.a, run, COOCCURRENCE_FILE)?;
            let b = by_row.chosen(row.b, run, COOCCURRENCE_FILE)?;
            let (Some(a), Some(b)) = (a, b) else { continue };
            let (a, b) = (a.min(b), a.max(b));
            let groups = (entities[a].group, entities[b].group);
            if groups == (Group::Title, Group::Title) || groups.0 == Group::Media || groups.1 == Group::Media {
                continue;
            }
            let joint = u64::from(row.joint);
            let cells = Cells::new(joint, entities[a].contexts, entities[b].contexts, contexts).ok_or_else(|| {
                let names = (&entities[a].name, &entities[b].name);
                let message =
                    format!("damaged: {:?} and {:?} are together more often than their sums allow", names.0, names.1);
                Error::format(run.path().join(COOCCURRENCE_FILE), message).with_remedy("`dateline verify` says more")
            })?;
            let tie = Tie { a, b, cells, log_likelihood: cells.log_likelihood(), npmi: cells.npmi() };
            if joint >= least_joint && joint as f64 > cells.expected() {
                eligible += 1;
                strong.push(tie);
                if strong.len() >= 4 * PAIRS {
                    others.extend(settle(&mut strong, &wanted));
                }
            } else if wanted[a] && wanted[b] {
                others.push(tie);
            }
        }
    }
    others.extend(settle(&mut strong, &wanted));
    strong.append(&mut others);
    strong.sort_by(by_strength);
    Ok((strong, eligible))
}

/// Keeps the strongest, and returns the others that the matrix shows.
fn settle(ties: &mut Vec<Tie>, wanted: &[bool]) -> Vec<Tie> {
    ties.sort_by(by_strength);
    let rest = ties.split_off(PAIRS.min(ties.len()));
    rest.into_iter().filter(|tie| wanted[tie.a] && wanted[tie.b]).collect()
}

fn by_strength(a: &Tie, b: &Tie) -> std::cmp::Ordering {
    b.log_likelihood.total_cmp(&a.log_likelihood).then_with(|| (a.a, a.b).cmp(&(b.a, b.b)))
}
