//! Writing a run for other tools.
//!
//! Axis: the format. For comparison, `bytes` writes the columns of the pairs, 12 bytes a row, to a file and forces them to the disk;
//! an export of pairs to Parquet should take at most three times as long. `DATELINE_BENCH_PAIRS` sets the number of pairs (500,000).

mod common;
#[path = "common/run.rs"]
mod run;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::Run;
use dateline::export::{ExportFormat, ExportOptions, Table, export};

use run::{Size, make_run, number_from};

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
    let n_pairs = number_from("DATELINE_BENCH_PAIRS", 500_000);
    let run = make_run(&folder.path().join("run"), Size { documents: 1_000, pairs: n_pairs }).expect("a run");
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
