//! How fast an archive is analysed, from file to run directory, beside the pipeline one writes in an afternoon.
//!
//!     cargo run --release --example analyze_rate -- --names world news.jsonl
//!
//! `benches/README.md` says what the figures mean.

#[path = "../benches/common/afternoon.rs"]
mod afternoon;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use afternoon::Afternoon;
use clap::Parser;
use dateline::archive::{Archive, ArchiveOptions};
use dateline::{AnalyzeOptions, Analyzer, Gazetteer, Profile, ScanOptions, analyze};

/// Times whole runs: compiling the gazetteer is left out, everything else is in. All pipelines run in turn, round after round.
///
/// One line for each pipeline:
///
///   pipeline  afternoon: serde_json, the aho-corasick crate's contiguous NFA over all names as written, overlapping, hash maps;
///             plain and strict: `dateline analyze` under these profiles, with the number of threads
///   MB/s      bytes of the file (10^6) by the time of a round: the median, then the slowest and the fastest round
///   times     the median of its rate by that of the afternoon's, round by round
///   mentions  found and counted
#[derive(Debug, Parser)]
#[command(name = "analyze_rate", verbatim_doc_comment)]
struct Args {
    /// Gazetteer layers: built-in ones by name, `.gaz` and `.dlz` files by path.
    #[arg(long, required = true, value_delimiter = ',')]
    names: Vec<String>,
    /// A JSON Lines file, not compressed.
    input: PathBuf,
    /// Times each pipeline runs.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// A pipeline: runs once in a folder of its own and returns the number of mentions.
type Pipeline<'a> = (String, Box<dyn Fn(&Path) -> Result<u64, Box<dyn Error>> + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let gazetteer = match args.names.as_slice() {
        [file] if file.ends_with(".dlz") => Gazetteer::open(file)?,
        layers => Gazetteer::load(layers)?,
    };
    let bytes = std::fs::metadata(&args.input)?.len() as f64 / 1e6;
    let archive = Archive::open(std::slice::from_ref(&args.input), ArchiveOptions::default())?;
    let afternoon = Afternoon::new(&gazetteer);
    let analyzer = |profile| Analyzer::builder().profile(profile).build(&gazetteer);
    let analyzers = [("plain", analyzer(Profile::Plain)?), ("strict", analyzer(Profile::Strict)?)];

    let mut pipelines: Vec<Pipeline<'_>> =
        vec![("afternoon".to_owned(), Box::new(|folder| Ok(afternoon.run(&args.input, &folder.join("out")))))];
    for (name, analyzer) in &analyzers {
        for threads in [1, 2] {
            let scan = ScanOptions { threads, ..ScanOptions::default() };
            let archive = &archive;
            let run = move |folder: &Path| {
                let options = AnalyzeOptions { scan, ..AnalyzeOptions::default() };
                Ok(analyze(analyzer, archive.batches(), &folder.join("run"), options)?.totals.mentions)
            };
            pipelines.push((format!("{name}, {threads} thread{}", if threads > 1 { "s" } else { "" }), Box::new(run)));
        }
    }

    let mut seconds = vec![Vec::new(); pipelines.len()];
    let mut mentions = vec![0; pipelines.len()];
    for _ in 0..args.rounds.max(1) {
        for (index, (_, run)) in pipelines.iter().enumerate() {
            let folder = tempfile::tempdir()?;
            let start = Instant::now();
            mentions[index] = run(folder.path())?;
            seconds[index].push(start.elapsed().as_secs_f64());
        }
    }
    println!("{} names, {bytes:.1} MB, {} rounds", gazetteer.n_aliases(), args.rounds);
    println!("{:<20} {:>8} {:>8} {:>8} {:>7} {:>10}", "pipeline", "MB/s", "slowest", "fastest", "times", "mentions");
    for (index, (name, _)) in pipelines.iter().enumerate() {
        let rates = sorted(seconds[index].iter().map(|seconds| bytes / seconds));
        let times = sorted(seconds[0].iter().zip(&seconds[index]).map(|(theirs, ours)| theirs / ours));
        let (middle, last) = (rates.len() / 2, rates.len() - 1);
        println!(
            "{name:<20} {:>8.1} {:>8.1} {:>8.1} {:>7.2} {:>10}",
            rates[middle], rates[0], rates[last], times[middle], mentions[index]
        );
    }
    Ok(())
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}
