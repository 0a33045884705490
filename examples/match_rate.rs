//! How fast names are found in a text, beside the automata one would take instead, all in one program and in turn.
//!
//!     cargo run --release --example match_rate -- --names world corpus/news/*.jsonl.zst
//!
//! `benches/compare/run` calls it; `benches/README.md` says what the figures mean.

#[path = "../benches/common/leftmost.rs"]
mod leftmost;

use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Write as _, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use dateline::archive::{Archive, ArchiveOptions};
use dateline::{Engine, Gazetteer, Matcher, MatcherScratch, Matches, SimdLevel, Span};
use leftmost::Leftmost;

/// Times searching alone: reading, compiling and writing are left out.
///
/// Every engine searches all texts once to warm up, then in turn, round after round, on one thread, each time an eighth of the texts
/// before its time begins. One line for each engine:
///
///   engine    word-start-LEVEL and aho-corasick are the matcher's, leftmost-longest, with folding, case policies and the aliases
///             of each span; leftmost-* are crates over the names as written, with a filter for word boundaries
///             memchr looks for a byte that is nowhere: what reading the texts takes
///   MB/s      text bytes (10^6) by the time of a round: the median, then the slowest and the fastest round
///   times     the median of its rate by that of leftmost-aho-corasick, round by round
///   spans     places found in one pass
///   shared    share of word-start's spans it finds too, in per cent
///   checksum  of the number of the text, start and end of every span, in order
///
/// Engines of one family must agree in every span, else nothing is timed.
#[derive(Debug, Parser)]
#[command(name = "match_rate", verbatim_doc_comment)]
struct Args {
    /// Gazetteer layers: built-in ones by name, `.gaz` and `.dlz` files by path.
    #[arg(long, required = true, value_delimiter = ',')]
    names: Vec<String>,
    /// Texts: `.jsonl` (also `.gz`, `.zst`) as an archive of articles; any other file as plain text, each line for itself.
    #[arg(required = true)]
    texts: Vec<PathBuf>,
    /// Times each engine searches everything.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Leave out the reference engine, which looks at every overlapping hit: neither timed nor compared.
    #[arg(long)]
    no_reference: bool,
    /// Time these engines only, besides the yardstick; all are compared.
    #[arg(long, value_delimiter = ',', value_name = "ENGINE")]
    time: Vec<String>,
    /// Only print the places the fastest engine finds, each on a line, as `grep -o` does: to be timed from outside.
    #[arg(long)]
    once: bool,
    /// Print JSON Lines instead: engine, bytes, rounds (seconds), spans, shared, checksum.
    #[arg(long)]
    json: bool,
}

/// The engine all others are compared with.
const YARDSTICK: &str = "leftmost-aho-corasick";

/// Looks for a byte that is nowhere: what reading the texts alone takes.
const PASS: &str = "memchr";

/// One way to find the spans of a text.
type Search<'a> = Box<dyn FnMut(&str, &mut Vec<Span>) + 'a>;

struct Contestant<'a> {
    name: String,
    search: Search<'a>,
    /// Every span, by text.
    found: Vec<Vec<Span>>,
    seconds: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let gazetteer = Gazetteer::load(&args.names)?;
    if args.once {
        return print_all(&Matcher::new(&gazetteer)?, &args.texts);
    }
    let texts = read(&args.texts)?;
    let bytes: usize = texts.iter().map(String::len).sum();
    let leftmost = Leftmost::new(&gazetteer);
    let mut contestants = contestants(&gazetteer, &leftmost, !args.no_reference)?;
    for contestant in &mut contestants {
        for text in &texts {
            let mut spans = Vec::new();
            (contestant.search)(text, &mut spans);
            contestant.found.push(spans);
        }
    }
    agree(&contestants)?;
    let is_timed = |name: &str| {
        [YARDSTICK, PASS].contains(&name) || args.time.is_empty() || args.time.iter().any(|timed| timed == name)
    };
    contestants.retain(|contestant| is_timed(&contestant.name));
    for _ in 0..args.rounds.max(1) {
        for contestant in &mut contestants {
            contestant.seconds.push(time(&mut contestant.search, &texts).as_secs_f64());
        }
    }
    let yardstick = contestants.iter().position(|contestant| contestant.name == YARDSTICK);
    let yardstick = &contestants[yardstick.expect("it always takes part")].seconds;
    if !args.json {
        println!(
            "{:<22} {:>7} {:>7} {:>7} {:>6} {:>9} {:>7}  checksum",
            "engine", "MB/s", "slowest", "fastest", "times", "spans", "shared"
        );
    }
    for contestant in &contestants {
        let spans: usize = contestant.found.iter().map(Vec::len).sum();
        let shared = share(&contestants[0].found, &contestant.found);
        let checksum = checksum(&contestant.found);
        if args.json {
            let line = serde_json::json!({
                "engine": contestant.name, "bytes": bytes, "rounds": contestant.seconds, "spans": spans,
                "shared": shared, "checksum": format!("{checksum:016x}"),
            });
            println!("{line}");
            continue;
        }
        let mut rates: Vec<f64> = contestant.seconds.iter().map(|seconds| bytes as f64 / 1e6 / seconds).collect();
        rates.sort_by(f64::total_cmp);
        let mut times: Vec<f64> = yardstick.iter().zip(&contestant.seconds).map(|(a, b)| a / b).collect();
        times.sort_by(f64::total_cmp);
        let (slowest, fastest) = (rates[0], rates[rates.len() - 1]);
        println!(
            "{:<22} {:>7.0} {slowest:>7.0} {fastest:>7.0} {:>6.2} {spans:>9} {:>7.2}  {checksum:016x}",
            contestant.name,
            median(&rates),
            median(&times),
            100.0 * shared,
        );
    }
    Ok(())
}

fn print_all(matcher: &Matcher, paths: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
    let (mut scratch, mut matches) = (MatcherScratch::default(), Matches::default());
    each_text(paths, |text| {
        matcher.find_into(text, &mut scratch, &mut matches);
        for (span, _) in matches.iter() {
            out.write_all(span.of(text).as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })?;
    Ok(out.flush()?)
}

/// All engines, the matcher's fastest first.
fn contestants<'a>(
    gazetteer: &'a Gazetteer,
    leftmost: &'a Leftmost,
    reference: bool,
) -> dateline::Result<Vec<Contestant<'a>>> {
    let mut all: Vec<(String, Search<'a>)> = Vec::new();
    for level in SimdLevel::available().into_iter().rev() {
        let matcher = Matcher::builder().engine(Engine::WordStart).simd_level(level).build(gazetteer)?;
        all.push((format!("word-start-{}", level.as_str()), search_with(matcher)));
    }
    if reference {
        let matcher = Matcher::builder().engine(Engine::AhoCorasick).build(gazetteer)?;
        all.push(("aho-corasick".to_owned(), search_with(matcher)));
    }
    let search: Search<'a> = Box::new(|text, spans| spans.extend(leftmost.aho_corasick(text)));
    all.push((YARDSTICK.to_owned(), search));
    let search: Search<'a> = Box::new(|text, spans| spans.extend(leftmost.daachorse(text)));
    all.push(("leftmost-daachorse".to_owned(), search));
    // No text holds this byte: one look at every byte.
    let search: Search<'a> = Box::new(|text, _| {
        black_box(memchr::memchr(0xFF, text.as_bytes()));
    });
    all.push((PASS.to_owned(), search));
    let contestant = |(name, search)| Contestant { name, search, found: Vec::new(), seconds: Vec::new() };
    Ok(all.into_iter().map(contestant).collect())
}

fn search_with<'a>(matcher: Matcher) -> Search<'a> {
    let (mut scratch, mut matches) = (MatcherScratch::default(), Matches::default());
    Box::new(move |text, spans| {
        matcher.find_into(text, &mut scratch, &mut matches);
        spans.extend(matches.iter().map(|(span, _)| span));
    })
}

/// Articles of JSON Lines files, lines of others.
fn read(paths: &[PathBuf]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut texts = Vec::new();
    each_text(paths, |text| {
        texts.push(text.to_owned());
        Ok(())
    })?;
    Ok(texts)
}

/// Gives every text to `work`, one after the other.
fn each_text(paths: &[PathBuf], mut work: impl FnMut(&str) -> std::io::Result<()>) -> Result<(), Box<dyn Error>> {
    for path in paths {
        let name = path.to_string_lossy();
        if !name.contains(".jsonl") && !name.contains(".ndjson") {
            let mut lines = BufReader::with_capacity(1 << 18, File::open(path)?);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line)? > 0 {
                // Whether all is well is known sooner than where it is not.
                let text = str::from_utf8(&line).map_or_else(|_| String::from_utf8_lossy(&line), Cow::Borrowed);
                let text = text.trim_end_matches(['\n', '\r']);
                if !text.is_empty() {
                    work(text)?;
                }
                line.clear();
            }
            continue;
        }
        let archive = Archive::open(std::slice::from_ref(path), ArchiveOptions::default())?;
        let mut batches = archive.batches();
        while let Some(batch) = batches.next().transpose()? {
            for document in batch.records().iter().filter_map(|record| batch.document(record).ok()) {
                work(&document.text)?;
            }
            batches.recycle(batch);
        }
    }
    Ok(())
}

/// Spans of the matcher by each of its engines, and of the crates, must be the same within each family.
fn agree(contestants: &[Contestant<'_>]) -> Result<(), String> {
    let crates = |contestant: &Contestant<'_>| contestant.name.starts_with("leftmost-");
    let searching = contestants.iter().filter(|contestant| contestant.name != PASS);
    let searching: Vec<_> = searching.collect();
    for pair in searching.windows(2).filter(|pair| crates(pair[0]) == crates(pair[1])) {
        if let Some(text) = (0..pair[0].found.len()).find(|text| pair[0].found[*text] != pair[1].found[*text]) {
            return Err(format!("{} and {} differ in text {}", pair[0].name, pair[1].name, text + 1));
        }
    }
    Ok(())
}

/// One pass over all texts, in processor time of this thread where the system tells it: others may be using the machine.
fn time(search: &mut Search<'_>, texts: &[String]) -> Duration {
    let mut spans = Vec::new();
    // What another engine has left in the caches is none of this one's business.
    for text in &texts[..texts.len() / 8] {
        spans.clear();
        search(text, &mut spans);
    }
    let (start, cpu) = (Instant::now(), thread_time());
    for text in texts {
        spans.clear();
        search(text, &mut spans);
        black_box(&spans);
    }
    match (cpu, thread_time()) {
        (Some(before), Some(after)) => after - before,
        _ => start.elapsed(),
    }
}

/// Processor time of this thread so far.
fn thread_time() -> Option<Duration> {
    // The kernel brings the figure up to date when it looks for something else to run, or at the next tick.
    std::thread::yield_now();
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn share(wanted: &[Vec<Span>], found: &[Vec<Span>]) -> f64 {
    let (mut all, mut both) = (0, 0);
    for (wanted, found) in wanted.iter().zip(found) {
        all += wanted.len();
        both += wanted.iter().filter(|span| found.binary_search(span).is_ok()).count();
    }
    if all == 0 { 1.0 } else { both as f64 / all as f64 }
}

/// FNV-1a.
fn checksum(found: &[Vec<Span>]) -> u64 {
    let mut sum = 0xCBF2_9CE4_8422_2325_u64;
    for (text, spans) in found.iter().enumerate() {
        for number in spans.iter().flat_map(|span| [text, span.start, span.end]) {
            for byte in (number as u64).to_le_bytes() {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
    }
    sum
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}
