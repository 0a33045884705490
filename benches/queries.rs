//! Questions to a finished run: opening it, pairs by any measure and in any context, trends.
//!
//! The run is made up (`common/run.rs`). `DATELINE_BENCH_PAIRS` sets its pairs (200,000), `DATELINE_BENCH_DOCUMENTS` its documents
//! (20,000), of eight mentions each; what a question costs grows with one of the two.

mod common;
#[path = "common/run.rs"]
mod run;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::Run;
use dateline::association::Measure;
use dateline::query::{Filter, PairOptions, PairOrder, Period, SliceBy, View, Within, strongest_pairs, trend};

use run::{PER_DOCUMENT, Size, make_run, number_from};

/// Rows that a list shows.
const ROWS: usize = 20;

fn queries(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let pairs = number_from("DATELINE_BENCH_PAIRS", 200_000);
    let documents = number_from("DATELINE_BENCH_DOCUMENTS", 20_000);
    let path = folder.path().join("run");
    let run = make_run(&path, Size { documents, pairs }).expect("a run");
    let view = View::whole(&run).expect("a whole run");
    let everything = Filter::default().select(&view).expect("no condition");

    // From a path to the first pairs by the order in which they are stored, and by a measure.
    let list = |view: &View<'_>, order| {
        let options = PairOptions { order, attracted: false, ..PairOptions::usual(ROWS) };
        let joint = view.joint_counts().expect("stored pairs");
        let listed = strongest_pairs(view, &joint, &everything, options).expect("a list");
        listed.iter().map(|pair| (pair.a.row, pair.b.row)).collect::<Vec<_>>()
    };
    assert_eq!(list(&view, PairOrder::Joint).len(), ROWS);
    let mut group = criterion.benchmark_group("pairs");
    group.throughput(Throughput::Elements(pairs.into()));
    group.bench_function("open-and-list", |bencher| {
        bencher.iter(|| {
            let run = Run::open(&path).expect("a run");
            let view = View::whole(&run).expect("a whole run");
            list(&view, PairOrder::Joint)
        });
    });
    for measure in [Measure::LogLikelihood, Measure::Npmi, Measure::Fisher] {
        group.bench_function(BenchmarkId::new("measure", measure.name()), |bencher| {
            bencher.iter(|| list(&view, PairOrder::Measure(measure)));
        });
    }
    group.finish();

    // Pairs counted from the stored mentions: a context never has more pairs than a larger one.
    let mut group = criterion.benchmark_group("context");
    group.throughput(Throughput::Elements(u64::from(documents) * u64::from(PER_DOCUMENT)));
    let contexts =
        ["paragraph", "window:10", "sentence"].map(|name| (name, name.parse::<Within>().expect("a context")));
    let count = |within| view.joint_counts_within(within).and_then(|joint| joint.n_pairs()).expect("mentions");
    let [paragraphs, _, sentences] = contexts.map(|(_, within)| count(within));
    assert!(0 < sentences && sentences <= paragraphs);
    for (name, within) in contexts {
        group.bench_function(name, |bencher| bencher.iter(|| count(within)));
    }
    group.finish();

    let mut group = criterion.benchmark_group("trend");
    group.throughput(Throughput::Elements(documents.into()));
    let wanted: Vec<u32> = (0..ROWS as u32).collect();
    for (name, by) in [("month", SliceBy::Period(Period::Month)), ("source", SliceBy::Source)] {
        let found = trend(&view, &wanted, &by).expect("a trend");
        let counted: u64 = found.counts[0].iter().map(|count| count.documents).sum();
        assert_eq!(counted, u64::from(view.entities()[0].documents));
        group.bench_function(name, |bencher| bencher.iter(|| trend(&view, &wanted, &by)));
    }
    group.finish();
}

criterion_group! { name = benches; config = common::short(); targets = queries }
criterion_main!(benches);
