//! A made-up run of any size, written without reading an article.
//!
//! Its tables are not sums of each other: pairs are spread evenly over the entities, however many there should be, and mentions do not
//! know of them. Whoever reads one table does as much work as with a real run of that size.

use std::path::Path;

use dateline::store::{
    Block, COOCCURRENCE_FILE, COUNTS_FILE, CountRow, CountRows, DOCUMENTS_FILE, DocumentRow, DocumentRows,
    ENTITIES_FILE, EntityRow, EntityRows, FileHeader, FileWriter, MENTIONS_FILE, ManifestGazetteer, MarginalRow,
    MarginalRows, MentionRow, MentionRows, PairRow, PairRows, RecordTally, RunManifest, RunSettings, RunWriter, Totals,
};
use dateline::{Error, Run};

use crate::common::Random;

/// Entities of every made-up run.
pub(crate) const ENTITIES: u32 = 20_000;
/// Entities that each document mentions, each once.
pub(crate) const PER_DOCUMENT: u32 = 8;
/// 2024-01-01 in days since 1970.
const FIRST_DAY: i32 = 19_723;
/// Documents are spread over two years.
const DAYS: u32 = 731;

#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) documents: u32,
    pub(crate) pairs: u32,
}

/// The number in a variable of the environment.
pub(crate) fn number_from(variable: &str, otherwise: u32) -> u32 {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

/// The entities of a document, in order of their rows: few of them are frequent.
fn entities_of(random: &mut Random) -> Vec<u32> {
    let mut entities = Vec::new();
    while entities.len() < PER_DOCUMENT as usize {
        let entity = random.zipf(ENTITIES as usize) as u32;
        if !entities.contains(&entity) {
            entities.push(entity);
        }
    }
    entities.sort_unstable();
    entities
}

/// Pairs spread evenly over the rows, most of them rare.
fn pairs(size: Size) -> impl Iterator<Item = PairRow> {
    let mut random = Random::new(5);
    let per_row = size.pairs.div_ceil(ENTITIES / 2);
    let step = (ENTITIES / 2 / per_row.max(1)).max(1);
    let all = (0..ENTITIES / 2).flat_map(move |a| (0..per_row).map(move |k| (a, ENTITIES / 2 + k * step)));
    let most = (size.documents / 4).clamp(1, 1000) as usize;
    all.take(size.pairs as usize).map(move |(a, b)| PairRow { a, b, joint: 1 + random.zipf(most) as u32 })
}

/// Writes the run: `documents` with eight entities each, and `pairs` of entities.
pub(crate) fn make_run(out: &Path, size: Size) -> Result<Run, Error> {
    let mut run = RunWriter::create(out, false)?;
    let gazetteer = ManifestGazetteer { fingerprint: "none".to_owned(), ..ManifestGazetteer::default() };
    let header = |format: &str| FileHeader::new(format, "none");

    let mut n_documents = vec![0_u32; ENTITIES as usize];
    let mut random = Random::new(6);
    for _ in 0..size.documents {
        entities_of(&mut random).into_iter().for_each(|entity| n_documents[entity as usize] += 1);
    }
    let mut file = run.file(ENTITIES_FILE, &header("dateline-entities").describe::<EntityRows>())?;
    let mut rows = EntityRows::default();
    for (entity, &documents) in (0..ENTITIES).zip(&n_documents) {
        rows.push(EntityRow {
            id: &format!("bench:{entity}"),
            name: &format!("Entity Number {entity}"),
            kind: "place.city",
            country: "CH",
            latitude: f64::from(entity) / 1000.0,
            longitude: f64::from(entity) / 500.0,
            mentions: documents.into(),
            documents,
            ..EntityRow::default()
        });
    }
    file.write_block(&rows)?;
    run.add(ENTITIES_FILE, file.finish()?);

    let mut file = run.file(DOCUMENTS_FILE, &header("dateline-documents").describe::<DocumentRows>())?;
    let rows = (0..size.documents).map(|document| (document.to_string(), document));
    write(&mut file, rows, |block: &mut DocumentRows, (id, document)| {
        block.push(DocumentRow {
            id: &id,
            date: "2024",
            day: FIRST_DAY + (document % DAYS) as i32,
            source: if document % 3 == 0 { "daily.example" } else { "weekly.example" },
            offset: u64::from(document) * 100,
            length: 100,
            characters: 90,
            words: 15,
            paragraphs: 2,
            sentences: 3,
            mentions: PER_DOCUMENT,
            ..DocumentRow::default()
        });
    })?;
    run.add(DOCUMENTS_FILE, file.finish()?);

    let mut file = run.file(COUNTS_FILE, &header("dateline-counts").describe::<CountRows>())?;
    let mut random = Random::new(6);
    let rows = (0..size.documents).flat_map(|document| {
        entities_of(&mut random).into_iter().map(move |entity| CountRow { document, entity, count: 1 })
    });
    write(&mut file, rows, |block: &mut CountRows, row| block.push(row))?;
    run.add(COUNTS_FILE, file.finish()?);

    let mut file = run.file(MENTIONS_FILE, &header("dateline-mentions").describe::<MentionRows>())?;
    let mut random = Random::new(6);
    let rows = (0..size.documents).flat_map(|document| {
        let places = entities_of(&mut random).into_iter().zip(0..);
        places.map(move |(entity, at)| {
            let (start, end) = (11 * at, 11 * at + 6);
            let (paragraph, sentence, word) = (1 + at / 4, 1 + at / 3, 2 * at);
            let (start_char, end_char, section) = (start, end, 4);
            MentionRow {
                document,
                part: 1,
                start,
                end,
                start_char,
                end_char,
                section,
                paragraph,
                sentence,
                word,
                entity,
            }
        })
    });
    write(&mut file, rows, |block: &mut MentionRows, row| block.push(row))?;
    run.add(MENTIONS_FILE, file.finish()?);

    let described = header("dateline-cooccurrence").describe::<MarginalRows>().describe::<PairRows>();
    let mut file = run.file(COOCCURRENCE_FILE, &described.with_property("contexts", size.documents))?;
    let mut marginals = MarginalRows::default();
    for entity in 0..ENTITIES {
        // At least the joint count of any pair.
        let least = size.documents.div_ceil(4).max(1);
        marginals.push(MarginalRow { entity, contexts: least + entity % least.max(2) });
    }
    file.write_block(&marginals)?;
    write(&mut file, pairs(size), |block: &mut PairRows, row| block.push(row))?;
    run.add(COOCCURRENCE_FILE, file.finish()?);
    let manifest = RunManifest::new(RunSettings::default(), gazetteer);
    let documents = u64::from(size.documents);
    let totals = Totals {
        mentions: documents * u64::from(PER_DOCUMENT),
        entities: ENTITIES.into(),
        pairs: size.pairs.into(),
        contexts: documents,
        ..manifest.totals
    };
    let books = RecordTally { seen: documents, counted: documents, ..manifest.books };
    run.commit(RunManifest { totals, books, ..manifest })
}

/// Writes rows block by block.
fn write<B: Block + Default, R>(
    file: &mut FileWriter,
    rows: impl Iterator<Item = R>,
    push: impl Fn(&mut B, R),
) -> Result<(), Error> {
    let mut block = B::default();
    for row in rows {
        push(&mut block, row);
        if block.is_full() {
            file.write_block(&block)?;
            block = B::default();
        }
    }
    file.write_block(&block)
}
