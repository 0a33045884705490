//! Input made against the word starts: still exact, and how fast beside the Aho-Corasick engine.
//!
//! Axis: the case (`common/worst_cases.rs`). Both engines must find the same, under every overlap policy; how many times as
//! fast the word starts are is printed for each case, from the fastest of a few passes.
//!
//! And texts that repeat themselves, at n, 2n and 4n bytes: reading them should take time in proportion to their length.

#[path = "common/worst_cases.rs"]
mod worst_cases;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::{Analyzer, Document, Engine, Gazetteer, Matcher, MatcherScratch, Matches, Overlap};
use worst_cases::Case;

/// Enough for a rate, little enough for the slower engine.
const TEXT_BYTES: usize = 1 << 17;

/// Passes for the printed figure.
const PASSES: usize = 5;

fn matcher(case: &Case, engine: Engine, overlap: Overlap) -> Matcher {
    Matcher::builder().engine(engine).overlap(overlap).build(&case.gazetteer).expect("the names fit")
}

fn fastest(matcher: &Matcher, text: &str) -> Duration {
    let (mut scratch, mut matches) = (MatcherScratch::default(), Matches::default());
    let mut pass = || {
        let start = Instant::now();
        matcher.find_into(black_box(text), &mut scratch, &mut matches);
        start.elapsed()
    };
    (0..PASSES).map(|_| pass()).min().expect("there are passes")
}

fn worst(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("worst");
    for case in worst_cases::cases("world", TEXT_BYTES) {
        for overlap in [Overlap::Longest, Overlap::All, Overlap::NoNested] {
            let [found, expected] =
                [Engine::WordStart, Engine::AhoCorasick].map(|engine| matcher(&case, engine, overlap).find(&case.text));
            assert!(found == expected, "{overlap:?}: the engines differ: {}", case.name);
        }
        let engines = [("word-start", Engine::WordStart), ("aho-corasick", Engine::AhoCorasick)];
        let matchers = engines.map(|(name, engine)| (name, matcher(&case, engine, Overlap::Longest)));
        let [ours, theirs] = [0, 1].map(|index| fastest(&matchers[index].1, &case.text).as_secs_f64());
        let rate = |seconds: f64| case.text.len() as f64 / 1e6 / seconds;
        eprintln!(
            "{:<44} {:>8.2} times as fast: {:>8.1} and {:>8.1} MB/s",
            case.name,
            theirs / ours,
            rate(ours),
            rate(theirs)
        );
        group.throughput(Throughput::BytesDecimal(case.text.len() as u64));
        for (engine, matcher) in &matchers {
            let (mut scratch, mut matches) = (MatcherScratch::default(), Matches::default());
            group.bench_function(BenchmarkId::new(*engine, case.name), |bencher| {
                bencher.iter(|| {
                    matcher.find_into(&case.text, &mut scratch, &mut matches);
                    matches.len()
                });
            });
        }
    }
    group.finish();
}

/// Pieces of tables, lists, datelines and captions.
const REPEATED: &[(&str, &str)] = &[
    ("names", "Iraq "),
    ("persons", "Mr. Smith "),
    ("figures", "Iraq 17 0.5\n"),
    ("pairs", "Paris, Texas; "),
    ("datelines", "LONDON (Reuters) - Rain fell.\n"),
    ("agencies", "(Reuters) "),
    ("titles", "President of Iraq "),
    ("unlisted", "Harale Corp and Kisumu Corp and "),
    ("villages", "in Harale, Kenya. Harale "),
    ("capitals", "Harale London "),
    ("crossings", "New York Times Square "),
];

fn repeated(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("repeated");
    let gazetteer = Gazetteer::builtin("world").expect("built in");
    let analyzer = Analyzer::new(&gazetteer).expect("the names fit");
    let mut worker = analyzer.worker();
    for (name, piece) in REPEATED {
        let mut found = Vec::new();
        for times in [1, 2, 4] {
            let text = piece.repeat(times * TEXT_BYTES / piece.len());
            let document = Document::new("d", text.as_str());
            found.push(worker.mentions(&document).len());
            group.throughput(Throughput::BytesDecimal(text.len() as u64));
            group.bench_function(BenchmarkId::new(*name, times), |bencher| {
                bencher.iter(|| worker.mentions(&document).len());
            });
        }
        assert!(found.is_sorted(), "{name}: {found:?}");
    }
    group.finish();
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
}

criterion_group! { name = benches; config = short(); targets = worst, repeated }
criterion_main!(benches);
