//! Writing a run for other tools.
//!
//! Axis: the format. For comparison, `bytes` writes the columns of the pairs, 12 bytes a row, to a file and forces them to the disk;
//! an export of pairs to Parquet should take at most three times as long. `DATELINE_BENCH_PAIRS` sets the number of pairs (500,000).

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::export::{ExportFormat, ExportOptions, Table, export};
use dateline::store::{
    Block, COOCCURRENCE_FILE, COUNTS_FILE, CountRows, DOCUMENTS_FILE, DocumentRow, DocumentRows, ENTITIES_FILE,
    EntityRow, EntityRows, FileHeader, FileWriter, ManifestGazetteer, MarginalRow, MarginalRows, PairRow, PairRows,
    RunManifest, RunSettings, RunWriter,
};
use dateline::{Error, Run};

use common::Random;

const ENTITIES: u32 = 20_000;
const DOCUMENTS: u32 = 1_000;

fn n_pairs() -> u32 {
    std::env::var("DATELINE_BENCH_PAIRS").ok().and_then(|n| n.parse().ok()).unwrap_or(500_000)
}

/// Pairs spread evenly over the rows, seldom ones mostly.
fn pairs(n_pairs: u32) -> impl Iterator<Item = PairRow> {
    let mut random = Random::new(5);
    let per_row = n_pairs.div_ceil(ENTITIES / 2);
    let all = (0..ENTITIES / 2).flat_map(move |a| {
        let step = (ENTITIES / 2) / per_row.max(1);
        (0..per_row).map(move |k| (a, ENTITIES / 2 + k * step.max(1)))
    });
    all.take(n_pairs as usize).map(move |(a, b)| PairRow { a, b, joint: 1 + random.zipf(1000) as u32 })
}

fn make_run(out: &Path, n_pairs: u32) -> Result<Run, Error> {
    let mut run = RunWriter::create(out, false)?;
    let gazetteer = ManifestGazetteer { fingerprint: "none".to_owned(), ..ManifestGazetteer::default() };
    let header = |format: &str| FileHeader::new(format, "none");
    let mut file = run.file(ENTITIES_FILE, &header("dateline-entities").describe::<EntityRows>())?;
    let mut rows = EntityRows::default();
    for entity in 0..ENTITIES {
        let (id, name) = (format!("bench:{entity}"), format!("Entity Number {entity}"));
        let (latitude, longitude) = (f64::from(entity) / 1000.0, f64::from(entity) / 500.0);
        let (kind, country) = ("place.city", "CH");
        rows.push(EntityRow {
            id: &id,
            name: &name,
            kind,
            country,
            latitude,
            longitude,
            mentions: 9,
            documents: 9,
            ..EntityRow::default()
        });
    }
    file.write_block(&rows)?;
    run.add(ENTITIES_FILE, file.finish()?);
    let mut file = run.file(DOCUMENTS_FILE, &header("dateline-documents").describe::<DocumentRows>())?;
    let mut rows = DocumentRows::default();
    for document in 0..DOCUMENTS {
        let (id, date, source) = (document.to_string(), "2026-11-01", "daily.example");
        let (offset, length, characters) = (u64::from(document) * 100, 100, 90);
        rows.push(DocumentRow {
            id: &id,
            date,
            day: 20_758,
            source,
            file: 0,
            offset,
            length,
            characters,
            mentions: 9,
            ..DocumentRow::default()
        });
    }
    file.write_block(&rows)?;
    run.add(DOCUMENTS_FILE, file.finish()?);
    let file = run.file(COUNTS_FILE, &header("dateline-counts").describe::<CountRows>())?;
    run.add(COUNTS_FILE, file.finish()?);
    let described = header("dateline-cooccurrence").describe::<MarginalRows>().describe::<PairRows>();
    let mut file = run.file(COOCCURRENCE_FILE, &described.with_property("contexts", DOCUMENTS))?;
    let mut marginals = MarginalRows::default();
    (0..ENTITIES).for_each(|entity| marginals.push(MarginalRow { entity, contexts: DOCUMENTS }));
    file.write_block(&marginals)?;
    write_pairs(&mut file, pairs(n_pairs))?;
    run.add(COOCCURRENCE_FILE, file.finish()?);
    run.commit(RunManifest::new(RunSettings::default(), gazetteer))
}

fn write_pairs(file: &mut FileWriter, pairs: impl Iterator<Item = PairRow>) -> Result<(), Error> {
    let mut rows = PairRows::default();
    for pair in pairs {
        rows.push(pair);
        if rows.is_full() {
            file.write_block(&rows)?;
            rows.clear();
        }
    }
    file.write_block(&rows)
}

fn write_bytes(run: &Run, out: &Path) -> usize {
    let mut file = File::create(out).expect("a new file");
    let mut bytes = 0;
    for block in run.pairs().expect("a whole run") {
        let block = block.expect("a whole block");
        let columns = [&block.a, &block.b, &block.joint];
        let raw: Vec<u8> = columns.into_iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        file.write_all(&raw).expect("the disk has room");
        bytes += raw.len();
    }
    file.sync_all().expect("the disk has room");
    bytes
}

fn exports(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let n_pairs = n_pairs();
    let run = make_run(&folder.path().join("run"), n_pairs).expect("a run");
    let mut group = criterion.benchmark_group("export");
    group.throughput(Throughput::Elements(u64::from(n_pairs)));
    // An export replaces nothing but an export of the same format, so each of them, and the plain bytes, has a path of its own.
    let raw = folder.path().join("bytes");
    assert_eq!(write_bytes(&run, &raw), 12 * n_pairs as usize);
    group.bench_function("bytes", |bencher| bencher.iter(|| write_bytes(&run, &raw)));

    let options = |format, table| ExportOptions { table, force: true, ..ExportOptions::new(format) };
    for (name, options) in [
        ("parquet", options(ExportFormat::Parquet, Some(Table::Pairs))),
        ("arrow", options(ExportFormat::Arrow, Some(Table::Pairs))),
        ("csv", options(ExportFormat::Csv, Some(Table::Pairs))),
        ("gexf", options(ExportFormat::Gexf, None)),
    ] {
        let out = folder.path().join(name);
        let write = || export(&run, &options, &out, &|_| true).expect("an export");
        let written = write().written;
        assert_eq!(written.last().map(|(_, rows)| *rows), Some(u64::from(n_pairs)), "{name}");
        let bytes = fs::metadata(&out).expect("it was just written").len();
        eprintln!("{name}: {:.2} bytes a pair", bytes as f64 / f64::from(n_pairs));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(write));
    }
    group.finish();
}

criterion_group! { name = benches; config = common::short(); targets = exports }
criterion_main!(benches);
