//! How long names take to become what finds them, beside the automata one would build instead.
//!
//!     cargo run --release --example build_rate -- names.gaz
//!
//! `benches/README.md` says what the figures mean.

#[path = "../benches/common/leftmost.rs"]
#[expect(dead_code, reason = "what it builds is not searched with")]
mod leftmost;

use std::error::Error;
use std::time::Instant;

use clap::Parser;
use dateline::Gazetteer;
use dateline::gazetteer::LoadOptions;

/// Times building alone, once for each round, in turn, on one thread.
///
/// One line for each way:
///
///   built     tables: the tables of the word starts, from a gazetteer in memory, with what its names are checked for
///             file: all that `dateline gazetteer compile` does, from the text of the gazetteer to the compiled file on disk
///             aho-corasick: the crate's contiguous NFA, leftmost-longest, of the names as written
///             daachorse: that crate's double array, likewise
///   seconds   the median round, then the fastest and the slowest
///   times     the median of what aho-corasick takes by what this takes, round by round
///   MB        size: of the whole compiled gazetteer for `tables` and `file`, of the automaton in memory for the others
#[derive(Debug, Parser)]
#[command(name = "build_rate", verbatim_doc_comment)]
struct Args {
    /// A gazetteer (`.gaz`).
    names: String,
    /// Times each is built; two at least.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// A way to build: its name, and what builds once and returns the size in bytes.
type Way<'a> = (&'a str, Box<dyn Fn() -> Result<u64, Box<dyn Error>> + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("names.dlz");
    let gazetteer = Gazetteer::load([&args.names])?;
    let names = leftmost::names(&gazetteer);
    let options = LoadOptions::default();
    dateline::compile_to(&gazetteer, &options, &file, true)?;
    let compiled_bytes = std::fs::metadata(&file)?.len();
    let ways: [Way<'_>; 4] = [
        ("aho-corasick", Box::new(|| Ok(leftmost::build_aho_corasick(&names).memory_usage() as u64))),
        ("daachorse", Box::new(|| Ok(leftmost::build_daachorse(&names).heap_bytes() as u64))),
        ("tables", Box::new(|| Ok(dateline::compile(&gazetteer, &options).map(|_| compiled_bytes)?))),
        (
            "file",
            Box::new(|| {
                dateline::compile_to(&Gazetteer::load([&args.names])?, &options, &file, true)?;
                Ok(std::fs::metadata(&file)?.len())
            }),
        ),
    ];
    let mut seconds = vec![Vec::new(); ways.len()];
    let mut sizes = vec![0; ways.len()];
    for _ in 0..args.rounds.max(2) {
        for (way, (_, build)) in ways.iter().enumerate() {
            let start = Instant::now();
            sizes[way] = build()?;
            seconds[way].push(start.elapsed().as_secs_f64());
        }
    }
    println!("{:<14} {:>8} {:>8} {:>8} {:>6} {:>8}", "built", "seconds", "fastest", "slowest", "times", "MB");
    let yardstick = seconds[0].clone();
    for (way, (name, _)) in ways.iter().enumerate() {
        let mut times: Vec<f64> = yardstick.iter().zip(&seconds[way]).map(|(a, b)| a / b).collect();
        times.sort_by(f64::total_cmp);
        seconds[way].sort_by(f64::total_cmp);
        let [fastest, .., slowest] = seconds[way][..] else { unreachable!("two rounds or more") };
        println!(
            "{name:<14} {:>8.3} {fastest:>8.3} {slowest:>8.3} {:>6.1} {:>8.1}",
            seconds[way][seconds[way].len() / 2],
            times[times.len() / 2],
            sizes[way] as f64 / 1e6,
        );
    }
    Ok(())
}
