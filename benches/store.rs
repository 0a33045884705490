//! Writing and reading result tables, and counting pairs.
//!
//! Axes: kind of rows (counts, pairs), codec (none, zstd) for files; entities in a context (5, 20, 100) and size of the
//! vocabulary (500, 5,000, 100,000, 10 million) for co-occurrence. What is read must be what was written, and the pairs those
//! of a hash map. The peak memory of both is printed.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::store::{Block, Codec, CountRow, CountRows, FileHeader, FileReader, FileWriter, PairRow, PairRows};
use dateline::{CooccurrenceBuilder, CooccurrenceMatrix, EntityId};

use common::Random;
use peak_alloc::PeakAlloc;
use rustc_hash::FxHashMap;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Some megabytes of rows.
const ROWS: usize = 500_000;

/// Contexts are made until they hold this many pairs.
const PAIRS: usize = 4_000_000;

/// Fifteen entities in each document, most of them mentioned once.
fn count_rows() -> CountRows {
    let mut random = Random::new(1);
    let mut rows = CountRows::default();
    for document in 0.. {
        for entity in context(&mut random, 15, 20_000) {
            if rows.rows() == ROWS {
                return rows;
            }
            rows.push(CountRow { document, entity: entity.0, count: 1 + random.zipf(20) as u32 });
        }
    }
    unreachable!("rows are added for ever")
}

/// Thirty partners for each entity, most of them seldom.
fn pair_rows() -> PairRows {
    let mut random = Random::new(2);
    let mut rows = PairRows::default();
    for a in 0.. {
        for partner in context(&mut random, 30, 20_000) {
            if rows.rows() == ROWS {
                return rows;
            }
            rows.push(PairRow { a, b: a + 1 + partner.0, joint: 1 + random.zipf(1000) as u32 });
        }
    }
    unreachable!("rows are added for ever")
}

/// Distinct entities, sorted, the frequent ones with small ids.
fn context(random: &mut Random, k: usize, vocabulary: usize) -> BTreeSet<EntityId> {
    let mut entities = BTreeSet::new();
    while entities.len() < k {
        entities.insert(EntityId::new(random.zipf(vocabulary)));
    }
    entities
}

fn write_file<B: Block>(path: &Path, rows: &B, codec: Codec) -> u64 {
    let header = FileHeader::new("dateline-benchmark", "none").describe::<B>();
    let mut writer = FileWriter::with_codec(path, &header, codec).expect("a new file");
    writer.write_block(rows).expect("valid rows");
    writer.finish().expect("the disk has room").bytes
}

fn tables(criterion: &mut Criterion) {
    bench_table(criterion, &count_rows());
    bench_table(criterion, &pair_rows());
}

fn bench_table<B: Block + PartialEq>(criterion: &mut Criterion, rows: &B) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut group = criterion.benchmark_group(format!("table/{}", B::NAME));
    group.throughput(Throughput::BytesDecimal(rows.raw_len() as u64));
    for (name, codec) in [("none", Codec::None), ("zstd", Codec::Zstd)] {
        let path = directory.path().join(name);
        let stored = write_file(&path, rows, codec);
        let read = |bytes: &[u8]| {
            let mut reader = FileReader::new(Cursor::new(bytes), name).expect("a whole file");
            reader.read::<B>(0).expect("a whole block")
        };
        let bytes = fs::read(&path).expect("it was just written");
        assert!(read(&bytes) == *rows, "what was written is read");
        eprintln!("{}, {name}: {:.2} times smaller than its columns", B::NAME, rows.raw_len() as f64 / stored as f64);

        let mut number = 0;
        group.bench_function(BenchmarkId::new("write", name), |bencher| {
            bencher.iter_batched(
                || {
                    let _ = fs::remove_file(directory.path().join(format!("{name}-{number}")));
                    number += 1;
                    directory.path().join(format!("{name}-{number}"))
                },
                |path| write_file(&path, rows, codec),
                BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("read", name), |bencher| bencher.iter(|| read(&bytes)));
    }
    group.finish();
}

/// Contexts of one size.
fn contexts(k: usize, vocabulary: usize) -> Vec<Vec<(EntityId, u32)>> {
    let mut random = Random::new(3);
    let n_contexts = PAIRS / (k * (k - 1) / 2);
    let mut one = || context(&mut random, k, vocabulary).into_iter().map(|entity| (entity, 1)).collect();
    (0..n_contexts).map(|_| one()).collect()
}

fn count_by_rows(contexts: &[Vec<(EntityId, u32)>]) -> CooccurrenceMatrix {
    let mut builder = CooccurrenceBuilder::default();
    contexts.iter().for_each(|context| builder.push(context));
    builder.finish()
}

/// What people write in an afternoon: a hash map of pairs, in no order.
fn count_by_hash_map(contexts: &[Vec<(EntityId, u32)>]) -> FxHashMap<u64, u32> {
    let mut joint = FxHashMap::default();
    for context in contexts {
        for (index, (a, _)) in context.iter().enumerate() {
            for (b, _) in &context[index + 1..] {
                *joint.entry(u64::from(a.0) << 32 | u64::from(b.0)).or_insert(0) += 1;
            }
        }
    }
    joint
}

/// Megabytes at the peak of `work`, beyond what was in use before.
fn peak<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    (result, (MEMORY.peak_usage() - before) as f64 / 1e6)
}

fn cooccurrence(criterion: &mut Criterion) {
    // The builder would use all cores and the hash map one.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let mut group = criterion.benchmark_group("cooccurrence");
    for vocabulary in [500, 5_000, 100_000, 10_000_000] {
        for k in [5, 20, 100] {
            let contexts = contexts(k, vocabulary);
            let name = format!("{k}-of-{vocabulary}");
            let (joint, their_peak) = peak(|| count_by_hash_map(&contexts));
            let mut expected: Vec<(u64, u32)> = joint.into_iter().collect();
            expected.sort_unstable();
            let (matrix, peak) = peak(|| pool.install(|| count_by_rows(&contexts)));
            let found = matrix.pairs().map(|(a, b, joint)| (u64::from(a.0) << 32 | u64::from(b.0), joint));
            assert!(found.eq(expected.iter().copied()), "the pairs of {name} differ from those of the hash map");
            eprintln!(
                "{name}: {} pairs, {:.1} bytes each; peak {peak:.1} MB, hash map {their_peak:.1} MB: {:.2}",
                matrix.nnz(),
                matrix.memory_usage() as f64 / matrix.nnz() as f64,
                peak / their_peak,
            );

            group.throughput(Throughput::Elements((contexts.len() * k * (k - 1) / 2) as u64));
            group.bench_function(BenchmarkId::new("rows", &name), |bencher| {
                pool.install(|| bencher.iter(|| count_by_rows(&contexts)));
            });
            group.bench_function(BenchmarkId::new("hash-map", &name), |bencher| {
                bencher.iter(|| count_by_hash_map(&contexts));
            });
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = common::short(); targets = tables, cooccurrence }
criterion_main!(benches);
