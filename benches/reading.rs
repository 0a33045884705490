//! What comes before the matcher: files cut into records, and records into fields.
//!
//! `extract` has the records in memory: `dateline` gives the documents of a batch; `serde_json` the same five fields of each line,
//! borrowed where nothing is escaped. `read` goes from a file to batches, with the hash of the file: what a run's reader does while
//! its workers search. Throughput is in bytes of the decompressed JSON Lines. Before timing, fields and records must be the same.

mod common;

use std::borrow::Cow;
use std::hint::black_box;
use std::io::Write;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::archive::{Archive, ArchiveOptions, Batch};
use dateline::{Document, Gazetteer};
use flate2::write::GzEncoder;
use serde::Deserialize;

const TEXT_BYTES: usize = 4 << 20;

/// The fields that an archive has.
#[derive(Debug, Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    date: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
}

impl<'a> From<Record<'a>> for Document<'a> {
    fn from(Record { id, title, text, date, source }: Record<'a>) -> Self {
        Self { id, title, text, date, source, ..Self::default() }
    }
}

fn batches_of(archive: &Archive) -> Vec<Batch> {
    archive.batches().collect::<Result<_, _>>().expect("it can be read")
}

fn documents(batches: &[Batch]) -> impl Iterator<Item = Document<'_>> {
    let records = batches.iter().flat_map(|batch| batch.records().iter().map(move |record| (batch, record)));
    records.map(|(batch, record)| batch.document(record).expect("a clean archive"))
}

fn records<'a>(batches: &'a [Batch]) -> impl Iterator<Item = Document<'a>> {
    let records = batches.iter().flat_map(|batch| batch.records().iter().map(move |record| batch.bytes(record)));
    records.map(|line| serde_json::from_slice::<Record<'a>>(line).expect("a clean archive").into())
}

fn extract(criterion: &mut Criterion) {
    let gazetteer = Gazetteer::builtin("world").expect("built in");
    let mut group = criterion.benchmark_group("extract");
    for corpus in common::corpora(&gazetteer, TEXT_BYTES) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("news.jsonl");
        let lines = corpus.json_lines();
        std::fs::write(&path, &lines).expect("the temporary directory is writable");
        let archive = Archive::open(&[path], ArchiveOptions::default()).expect("it was just written");
        let batches = batches_of(&archive);
        assert_eq!(documents(&batches).count(), corpus.articles.len());
        assert!(documents(&batches).eq(records(&batches)), "both read the same fields");

        group.throughput(Throughput::Bytes(lines.len() as u64));
        group.bench_function(BenchmarkId::new("dateline", corpus.name), |bencher| {
            bencher.iter(|| documents(&batches).for_each(|document| drop(black_box(document))));
        });
        group.bench_function(BenchmarkId::new("serde_json", corpus.name), |bencher| {
            bencher.iter(|| records(&batches).for_each(|document| drop(black_box(document))));
        });
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let gazetteer = Gazetteer::builtin("world").expect("built in");
    let corpus = common::mixed_corpus(&gazetteer, TEXT_BYTES);
    let lines = corpus.json_lines();
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&lines).expect("memory takes it");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Bytes(lines.len() as u64));
    for (compression, name, bytes) in [
        ("none", "news.jsonl", lines.clone()),
        ("zstd", "news.jsonl.zst", zstd::encode_all(&lines[..], 3).expect("memory takes it")),
        ("gzip", "news.jsonl.gz", gzip.finish().expect("memory takes it")),
    ] {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).expect("the temporary directory is writable");
        let archive = Archive::open(&[path], ArchiveOptions::default()).expect("it was just written");
        let n_records: usize = batches_of(&archive).iter().map(|batch| batch.records().len()).sum();
        assert_eq!(n_records, corpus.articles.len());
        group.bench_function(compression, |bencher| {
            bencher.iter(|| {
                let mut batches = archive.batches();
                while let Some(batch) = batches.next() {
                    batches.recycle(batch.expect("it can be read"));
                }
                batches.finish()
            });
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = common::short(); targets = extract, read }
criterion_main!(benches);
