//! How fast names are found: the matcher, its parts and the plain automaton people would write instead.
//!
//! Axes: size of the gazetteer (core, world, world and 100,000 invented names), text (ASCII, curly quotes). Every answer is
//! held against the oracle on a sample (the largest gazetteer against the smaller one) before anything is timed. One thread.

mod common;
#[path = "common/leftmost.rs"]
mod leftmost;

use std::collections::BTreeSet;
use std::hint::black_box;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dateline::normalize::FoldedText;
use dateline::{
    Analyzer, Engine, Gazetteer, Matcher, MatcherScratch, Matches, Overlap, Part, PartMatches, Profile, Resolution,
    Resolver, SimdLevel,
};

use common::{Article, Checksum, Corpus};
use leftmost::Leftmost;

/// Text of each sort: more than a core's caches hold, soon read.
const TEXT_BYTES: usize = 1 << 20;

struct Names {
    size: &'static str,
    gazetteer: Gazetteer,
}

/// Gazetteers of several sizes.
fn gazetteers() -> Vec<Names> {
    let builtin = |name| Gazetteer::builtin(name).expect("built in");
    vec![
        Names { size: "core", gazetteer: builtin("core") },
        Names { size: "world", gazetteer: builtin("world") },
        Names { size: "world+100k", gazetteer: common::enlarged_world(100_000) },
    ]
}

fn matcher(gazetteer: &Gazetteer, overlap: Overlap, engine: Engine) -> Matcher {
    Matcher::builder().overlap(overlap).engine(engine).build(gazetteer).expect("the names fit")
}

fn word_start(gazetteer: &Gazetteer, level: SimdLevel) -> (SimdLevel, Matcher) {
    let builder = Matcher::builder().engine(Engine::WordStart).simd_level(level);
    (level, builder.build(gazetteer).expect("the names fit"))
}

/// Holds the word starts against the automaton on the whole text, and the two crates against each other.
fn check_word_starts(compiled: &Compiled, corpus: &Corpus) {
    let expected = checksum(&compiled.longest, corpus.texts());
    for (level, matcher) in &compiled.word_starts {
        assert_eq!(checksum(matcher, corpus.texts()), expected, "{level:?} differs: {}", compiled.names.size);
    }
    for text in corpus.texts() {
        assert!(compiled.leftmost.aho_corasick(text).eq(compiled.leftmost.daachorse(text)));
    }
}

/// What people write in an afternoon: lower-case everything, leftmost-longest, drop what is inside a word.
///
/// It knows no case policy, no curly quotes and no broken lines, and a long hit that is dropped hides the shorter ones.
struct Afternoon(AhoCorasick);

impl Afternoon {
    fn new(gazetteer: &Gazetteer) -> Self {
        let names: BTreeSet<String> = gazetteer.aliases().map(|alias| alias.text.to_lowercase()).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(names)
            .expect("the names fit");
        Self(automaton)
    }

    fn find_into(&self, text: &str, spans: &mut Vec<(usize, usize)>) {
        spans.clear();
        let text = text.to_lowercase();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        for found in self.0.find_iter(&text) {
            let before = text[..found.start()].chars().next_back();
            let after = text[found.end()..].chars().next();
            if !is_word(before) && !is_word(after) {
                spans.push((found.start(), found.end()));
            }
        }
    }
}

/// A gazetteer with everything that searches for its names.
struct Compiled {
    names: Names,
    longest: Matcher,
    all: Matcher,
    /// The word starts at each level of instructions, leftmost-longest.
    word_starts: Vec<(SimdLevel, Matcher)>,
    leftmost: Leftmost,
    afternoon: Afternoon,
}

impl Compiled {
    fn new(names: Names) -> Self {
        Self {
            longest: matcher(&names.gazetteer, Overlap::Longest, Engine::AhoCorasick),
            all: matcher(&names.gazetteer, Overlap::All, Engine::AhoCorasick),
            word_starts: SimdLevel::available().into_iter().map(|level| word_start(&names.gazetteer, level)).collect(),
            leftmost: Leftmost::new(&names.gazetteer),
            afternoon: Afternoon::new(&names.gazetteer),
            names,
        }
    }
}

/// Every span with its aliases.
fn checksum<'t>(matcher: &Matcher, texts: impl Iterator<Item = &'t str>) -> Checksum {
    let mut checksum = Checksum::default();
    for (document, text) in texts.enumerate() {
        for (span, aliases) in matcher.find(text).iter() {
            aliases.iter().for_each(|alias| checksum.add(document, span.start, span.end, *alias));
        }
    }
    checksum
}

/// Holds the automaton against the oracle on a sample, where the oracle is bearable: it needs some 30 ns for each name at
/// each character. One policy is enough, because the code that reduces the matches stands behind either engine.
fn check_against_oracle(compiled: &Compiled, corpus: &Corpus) {
    let Names { size, gazetteer } = &compiled.names;
    let sample = corpus.sample(12_000_000 / gazetteer.aliases().len());
    let search = |matcher: &Matcher| checksum(matcher, sample.iter().map(|article| article.text.as_str()));
    let expected = search(&matcher(gazetteer, Overlap::All, Engine::Naive));
    assert_eq!(search(&compiled.all), expected, "the automaton and the oracle differ: {size} names, {}", corpus.name);
}

/// Holds two sizes of gazetteer against each other on the whole text: names on top change nothing for those below.
fn check_against_world(larger: &Compiled, world: &Compiled, corpus: &Corpus) {
    for text in corpus.texts() {
        let [found, expected] = [larger, world].map(|compiled| {
            let gazetteer = &compiled.names.gazetteer;
            let mut found = Vec::new();
            for (span, aliases) in compiled.all.find(text).iter() {
                let aliases = aliases.iter().map(|alias| gazetteer.alias(*alias));
                let entities = aliases.map(|alias| (gazetteer.entity(alias.entity).id, alias.text));
                let builtin = entities.filter(|(id, _)| !id.starts_with(common::INVENTED));
                found.extend(builtin.map(|(id, name)| (span.start, span.end, id, name)));
            }
            found
        });
        assert_eq!(found, expected, "{} names find the world otherwise, {}", larger.names.size, corpus.name);
    }
}

/// Holds the plain automaton against the matcher: how many of the matcher's spans it finds, and how many others.
fn compare_afternoon(compiled: &Compiled, corpus: &Corpus) {
    let Compiled { names, longest, afternoon, .. } = compiled;
    let (mut both, mut ours, mut theirs, mut spans) = (0, 0, 0, Vec::new());
    for text in corpus.texts().filter(|text| text.to_lowercase().len() == text.len()) {
        afternoon.find_into(text, &mut spans);
        let matches = longest.find(text);
        ours += matches.len();
        theirs += spans.len();
        both += matches.iter().filter(|(span, _)| spans.binary_search(&(span.start, span.end)).is_ok()).count();
    }
    let per_kilobyte = ours as f64 * 1024.0 / corpus.text_bytes() as f64;
    eprintln!(
        "{} names, {} text: {ours} spans ({per_kilobyte:.1} per KiB, {:.1} MB of memory); the plain automaton finds \
         {:.1} % of them and {} others",
        names.size,
        corpus.name,
        longest.memory_usage() as f64 / 1e6,
        100.0 * both as f64 / ours as f64,
        theirs - both,
    );
    assert!(both * 10 >= ours * 7, "two searches for the same names should mostly agree");
}

fn find(criterion: &mut Criterion) {
    let gazetteers: Vec<Compiled> = gazetteers().into_iter().map(Compiled::new).collect();
    let world = &gazetteers[1];
    for corpus in common::corpora(&world.names.gazetteer, TEXT_BYTES) {
        let mut group = criterion.benchmark_group(format!("find/{}", corpus.name));
        group.throughput(Throughput::BytesDecimal(corpus.text_bytes()));
        let mut scratch = MatcherScratch::default();
        let mut matches = Matches::default();
        for compiled in &gazetteers {
            let size = compiled.names.size;
            if size == "world+100k" {
                check_against_world(compiled, world, &corpus);
            } else {
                check_against_oracle(compiled, &corpus);
            }
            check_word_starts(compiled, &corpus);
            compare_afternoon(compiled, &corpus);

            let mut bench_matcher = |name: &str, matcher: &Matcher| {
                group.bench_function(BenchmarkId::new(name, size), |bencher| {
                    bencher.iter(|| {
                        let mut n_spans = 0;
                        for text in corpus.texts() {
                            matcher.find_into(text, &mut scratch, &mut matches);
                            n_spans += matches.len();
                        }
                        n_spans
                    });
                });
            };
            bench_matcher("longest", &compiled.longest);
            for (level, matcher) in &compiled.word_starts {
                bench_matcher(&format!("word-start-{}", level.as_str()), matcher);
            }
            if size == "world" {
                bench_matcher("all", &compiled.all);
            }
            let mut bench_leftmost = |name: &str, count: fn(&Leftmost, &str) -> usize| {
                group.bench_function(BenchmarkId::new(name, size), |bencher| {
                    bencher.iter(|| corpus.texts().map(|text| count(&compiled.leftmost, text)).sum::<usize>());
                });
            };
            bench_leftmost("leftmost-aho-corasick", |leftmost, text| leftmost.aho_corasick(text).count());
            bench_leftmost("leftmost-daachorse", |leftmost, text| leftmost.daachorse(text).count());
            let mut spans = Vec::new();
            group.bench_function(BenchmarkId::new("plain-automaton", size), |bencher| {
                bencher.iter(|| {
                    let mut n_spans = 0;
                    for text in corpus.texts() {
                        compiled.afternoon.find_into(text, &mut spans);
                        n_spans += spans.len();
                    }
                    n_spans
                });
            });
        }
        check_folding(&corpus);
        let mut folded = FoldedText::default();
        group.bench_function("fold", |bencher| {
            bencher.iter(|| {
                let mut n_bytes = 0;
                for text in corpus.texts() {
                    folded.fold(text);
                    n_bytes += folded.bytes().len();
                }
                n_bytes
            });
        });
        group.finish();
    }
}

/// Folding ASCII is lower-casing, blanks apart.
fn check_folding(corpus: &Corpus) {
    let mut folded = FoldedText::default();
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() || b" \n".contains(&byte));
    for text in corpus.texts().filter(|text| is_plain(text)) {
        folded.fold(text);
        let found = folded.bytes().iter().filter(|byte| !byte.is_ascii_whitespace());
        let lower = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| byte.to_ascii_lowercase());
        assert!(found.copied().eq(lower.map(|byte| if byte == b'`' { b'\'' } else { byte })));
    }
}

/// From text to mentions, and the rules alone.
fn resolve(criterion: &mut Criterion) {
    let gazetteer = Gazetteer::builtin("world").expect("built in");
    let analyzer = |engine| Analyzer::builder().engine(engine).build(&gazetteer).expect("the names fit");
    let automaton = analyzer(Engine::AhoCorasick);
    let all = matcher(&gazetteer, Overlap::All, Engine::AhoCorasick);
    let resolver = Resolver::new(&gazetteer, Profile::default(), Overlap::default());
    let oracle = analyzer(Engine::Naive);
    for corpus in common::corpora(&gazetteer, TEXT_BYTES) {
        for article in corpus.sample(500) {
            let document = article.document();
            let mentions = |analyzer: &Analyzer| analyzer.worker().mentions(&document).to_vec();
            assert_eq!(mentions(&automaton), mentions(&oracle), "the engines lead to different mentions");
        }
        let documents: Vec<_> = corpus.articles.iter().map(Article::document).collect();
        let matches: Vec<_> = documents.iter().map(|document| all.find(&document.text)).collect();
        let mut group = criterion.benchmark_group(format!("resolve/{}", corpus.name));
        let (elements, bytes) = (documents.len() as u64, corpus.text_bytes());
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        let mut worker = automaton.worker();
        group.bench_function("mentions", |bencher| {
            bencher.iter(|| documents.iter().map(|document| worker.mentions(document).len()).sum::<usize>());
        });
        let mut resolution = Resolution::default();
        group.bench_function("rules-alone", |bencher| {
            bencher.iter(|| {
                let mut n_mentions = 0;
                for (document, matches) in documents.iter().zip(&matches) {
                    let part = PartMatches { part: Part::Text, text: &document.text, matches };
                    resolver.resolve(&[part], &mut resolution);
                    n_mentions += resolution.mentions.len();
                }
                n_mentions
            });
        });
        group.finish();
    }
}

/// From a gazetteer to a matcher; what is built was checked by `find`.
fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    for names in gazetteers() {
        group.throughput(Throughput::Elements(names.gazetteer.aliases().len() as u64));
        group.bench_function(BenchmarkId::new("matcher", names.size), |bencher| {
            bencher.iter(|| matcher(black_box(&names.gazetteer), Overlap::Longest, Engine::AhoCorasick));
        });
        group.bench_function(BenchmarkId::new("plain-automaton", names.size), |bencher| {
            bencher.iter(|| Afternoon::new(black_box(&names.gazetteer)));
        });
        if names.size == "world" {
            let again = Gazetteer::builtin("world").expect("built in");
            assert_eq!(again.fingerprint(), names.gazetteer.fingerprint());
            group.bench_function(BenchmarkId::new("gazetteer", names.size), |bencher| {
                bencher.iter(|| Gazetteer::builtin(black_box("world")).expect("built in"));
            });
        }
    }
    group.finish();
}

criterion_group! { name = benches; config = common::short(); targets = find, resolve, build }
criterion_main!(benches);
