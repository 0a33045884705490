//! From files to a run directory, and to tagged lines: everything a user waits for.
//!
//! Axes: threads (1, 2), compression (none, zstd, gzip). Throughput is in bytes of the decompressed JSON Lines. Before timing,
//! results must be the same to the byte for both numbers of threads, and the same tables for all compressions.

mod common;

#[path = "common/afternoon.rs"]
mod afternoon;

use std::io::{self, Write};
use std::path::Path;

use afternoon::Afternoon;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::store::{COOCCURRENCE_FILE, COUNTS_FILE, DOCUMENTS_FILE, ENTITIES_FILE};
use dateline::{
    AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Gazetteer, Profile, RunManifest, ScanOptions, TagOptions,
    analyze, tag,
};
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// Some batches, so that two threads have something to share.
const TEXT_BYTES: usize = 4 << 20;

const THREADS: [usize; 2] = [1, 2];

struct Input {
    compression: &'static str,
    archive: Archive,
}

/// The same records three times, with their size and number.
fn inputs(gazetteer: &Gazetteer, directory: &Path) -> (Vec<Input>, Throughput) {
    let corpus = common::mixed_corpus(gazetteer, TEXT_BYTES);
    let lines = corpus.json_lines();
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&lines).expect("memory takes it");
    let files = [
        ("none", "news.jsonl", lines.clone()),
        ("zstd", "news.jsonl.zst", zstd::encode_all(&lines[..], 3).expect("memory takes it")),
        ("gzip", "news.jsonl.gz", gzip.finish().expect("memory takes it")),
    ];
    let inputs = files.map(|(compression, name, bytes)| {
        let path = directory.join(name);
        std::fs::write(&path, bytes).expect("the temporary directory is writable");
        Input { compression, archive: Archive::open(&[path], ArchiveOptions::default()).expect("it was just written") }
    });
    let (elements, bytes) = (corpus.articles.len() as u64, lines.len() as u64);
    (inputs.into(), Throughput::ElementsAndBytes { elements, bytes })
}

fn scan_options(threads: usize) -> ScanOptions<'static> {
    ScanOptions { threads, ..ScanOptions::default() }
}

/// One run in a new directory, which goes away with the guard.
fn run(analyzer: &Analyzer, archive: &Archive, threads: usize) -> (TempDir, RunManifest) {
    let directory = new_directory();
    let manifest = run_in(&directory, analyzer, archive, threads);
    (directory, manifest)
}

fn run_in(directory: &TempDir, analyzer: &Analyzer, archive: &Archive, threads: usize) -> RunManifest {
    let options = AnalyzeOptions { scan: scan_options(threads), ..AnalyzeOptions::default() };
    let summary =
        analyze(analyzer, archive.batches(), &directory.path().join("run"), options).expect("a clean archive");
    summary.run.manifest().clone()
}

fn new_directory() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn analyze_archive(criterion: &mut Criterion) {
    let gazetteer = Gazetteer::builtin("world").expect("built in");
    let analyzer = Analyzer::new(&gazetteer).expect("the names fit");
    let directory = new_directory();
    let (inputs, throughput) = inputs(&gazetteer, directory.path());
    check_runs(&analyzer, &inputs, throughput.clone());

    let mut group = criterion.benchmark_group("analyze");
    group.throughput(throughput);
    for input in &inputs {
        for threads in THREADS {
            group.bench_function(BenchmarkId::new(input.compression, threads), |bencher| {
                bencher.iter_batched(
                    new_directory,
                    |directory| {
                        let manifest = run_in(&directory, &analyzer, &input.archive, threads);
                        (directory, manifest.totals)
                    },
                    BatchSize::PerIteration,
                );
            });
        }
    }
    // The rest of what runs is compared by `examples/analyze_rate.rs`, on any file.
    let afternoon = Afternoon::new(&gazetteer);
    let plain = Analyzer::builder().profile(Profile::Plain).build(&gazetteer).expect("the names fit");
    let input = directory.path().join("news.jsonl");
    let theirs = afternoon.run(&input, &directory.path().join("afternoon"));
    let (_guard, ours) = run(&plain, &inputs[0].archive, 1);
    assert!(ours.totals.mentions > theirs / 2, "both count names: {} and {theirs}", ours.totals.mentions);
    for threads in THREADS {
        group.bench_function(BenchmarkId::new("plain", threads), |bencher| {
            bencher.iter_batched(
                new_directory,
                |directory| (run_in(&directory, &plain, &inputs[0].archive, threads).totals, directory),
                BatchSize::PerIteration,
            );
        });
    }
    group.bench_function(BenchmarkId::new("afternoon", 1), |bencher| {
        bencher.iter_batched(
            new_directory,
            |directory| (afternoon.run(&input, &directory.path().join("out")), directory),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Threads change no byte; compression changes nothing but the list of inputs.
fn check_runs(analyzer: &Analyzer, inputs: &[Input], throughput: Throughput) {
    let (_guard, expected) = run(analyzer, &inputs[0].archive, 1);
    if let Throughput::ElementsAndBytes { elements, .. } = throughput {
        assert_eq!(expected.books.seen, elements, "every article is accounted for");
    }
    assert!(expected.books.balanced() && expected.totals.pairs > 0);
    for input in inputs {
        let (_guard, one) = run(analyzer, &input.archive, 1);
        let (_guard, two) = run(analyzer, &input.archive, 2);
        assert_eq!(one.to_json(), two.to_json(), "two threads give another run than one");
        assert_eq!((one.books, one.totals), (expected.books, expected.totals), "{} input", input.compression);
        for file in [ENTITIES_FILE, DOCUMENTS_FILE, COUNTS_FILE, COOCCURRENCE_FILE] {
            assert_eq!(one.files[file], expected.files[file], "{file} of {} input", input.compression);
        }
    }
}

fn tag_archive(criterion: &mut Criterion) {
    let gazetteer = Gazetteer::builtin("world").expect("built in");
    let analyzer = Analyzer::new(&gazetteer).expect("the names fit");
    let directory = new_directory();
    let (inputs, throughput) = inputs(&gazetteer, directory.path());
    let archive = &inputs[0].archive;
    let lines = |threads| {
        let mut lines = Vec::new();
        tag(&analyzer, archive.batches(), TagOptions::default(), scan_options(threads), &mut lines)
            .expect("memory takes it");
        lines
    };
    assert!(lines(1) == lines(2), "two threads give other lines than one");

    let mut group = criterion.benchmark_group("tag");
    group.throughput(throughput);
    for threads in THREADS {
        group.bench_function(BenchmarkId::new("none", threads), |bencher| {
            bencher.iter(|| {
                tag(&analyzer, archive.batches(), TagOptions::default(), scan_options(threads), &mut io::sink())
                    .expect("a sink")
            });
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = common::short(); targets = analyze_archive, tag_archive }
criterion_main!(benches);
