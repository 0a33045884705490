//! `dateline report`: a run as a page that people look at; `dateline plot`: one of its pictures.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dateline::query::{Filter, View};
use dateline::{Archive, ArchiveOptions, Compared, PlotKind, PlotOptions, ReportOptions, Run, ScanOptions};
use indicatif::ProgressBar;

use crate::args::Args;
use crate::exit_code::{CommandResult, Outcome};
use crate::filter::documents_that;
use crate::inputs;
use crate::progress;

#[derive(Debug, clap::Args)]
#[command(after_help = REPORT_HELP)]
pub(crate) struct Report {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The page to write; it appears when it is complete, or not at all
    #[arg(short, long, value_name = "F.html")]
    out: PathBuf,
    /// What the page is called
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Add sentences: those of up to N articles for each name and pair of the page, shown when it is chosen. Reads the inputs of the run
    /// again, which must be as they were. Without this, nothing of the articles' texts is in the page
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    kwic: Option<u32>,
    /// Add who held which office, when, as the articles say ("Foreign Minister Hoshyar Zebari"). Reads the inputs of the run again; the
    /// names of persons are from their texts
    #[arg(long)]
    holders: bool,
    /// Set this other run beside it: which names are more frequent in which
    #[arg(long, value_name = "RUN", conflicts_with = "compare_where")]
    compare: Option<PathBuf>,
    /// Set two parts of the run side by side: the articles that meet a condition, and those that meet another or, if one is given,
    /// all others. The conditions are those of --where in `dateline top --help`: 'date<2010', 'source~Times', ...
    #[arg(long, value_name = "CONDITION", num_args = 1..=2)]
    compare_where: Vec<String>,
    /// Folder in which the inputs of the run are, if it is not the current one
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    root: PathBuf,
    /// Threads; 0 for one on each core
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Replace an earlier report of that name, and nothing that is not recognisable as one
    #[arg(long)]
    force: bool,
}

const REPORT_HELP: &str = "\
The page is one file and needs no network: send it by e-mail, or open it in ten years. It has a map, a network, a matrix, timelines, \
tables that can be sorted, searched and saved as CSV, and the account of what was read and what was not. It shows at most 400 names, \
300 places and every country, and the 4,000 strongest pairs among them, and says what else there is; `dateline export` has everything.

g2 is the log-likelihood ratio (Dunning 1993): how sure it is that two names have to do with each other; it favours frequent names. \
npmi is the normalised pointwise mutual information (Bouma 2009): 1 if two names occur only together, 0 if independent; it favours rare \
ones. Both are of the four cells k11 (documents with both), k12 (only the first), k21 (only the second) and k22 (neither). Shares have \
95 % intervals (Wilson). Entities, pairs and shares are those of `dateline top`, \
`pairs` and `trend`: pairs of two titles, rare names and pairs that are not together more often than by chance are left out, and so are \
pairs in a single document of an archive of 20 or more. News agencies, which articles name as their source, are listed apart. Communities \
(Louvain) are found among the names of the network and the matrix; a tie weighs as much as its documents.

A period can be chosen on the timeline. It divides the time shown into at most 36 slices, and the map, the matrix, the lists of names and the \
joint documents of pairs then count that period alone; measures, sources and sentences that the page cannot count for it are marked.

With --compare or --compare-where, the page begins with a comparison, in which g2 and log_ratio are those of `dateline trend --compare`: \
g2 says how sure a difference is, log_ratio how large (1: twice as often in the first). All else on the page is about RUN alone.

With --kwic, articles are chosen by a hash, so that they are spread over the archive; for a pair, those first in which a sentence has both. \
A sentence has at most 600 characters and all together at most 1,000,000 bytes; the page says for how many names and pairs there was no room. Without \
--kwic and --holders, the page holds nothing of the articles' texts. It is then smaller than 2 MB, however large the run, unless names are very long.

Examples:
  dateline report results --out report.html
  dateline report results --out report.html --kwic 3 --holders
  dateline report results --out years.html --compare-where 'date<2010' 'date>=2010'
  dateline report 2023 --out years.html --compare 2024";

#[derive(Debug, clap::Args)]
#[command(after_help = PLOT_HELP)]
pub(crate) struct Plot {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Which picture
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Kind,
    /// The file to write, .svg, .png or .pdf; it appears when it is complete, or not at all
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Dots of a PNG in an inch; pictures are about ten inches wide
    #[arg(long, value_name = "N", default_value_t = PlotOptions::default().dpi, value_parser = clap::value_parser!(u32).range(30..=1200))]
    dpi: u32,
    /// Replace an earlier drawing of that name, and nothing that is not recognisable as one
    #[arg(long)]
    force: bool,
}

const PLOT_HELP: &str = "\
The pictures are those of `dateline report`, on white paper, with a legend and a line that says what was counted. SVG opens in browsers, \
Inkscape and word processors and PDF in LaTeX; both keep their lines and letters at any size. A PNG has as many dots as --dpi says. PNG and PDF are set in \
Arimo, which is as wide as Arial and Helvetica; names in other scripts than Latin, Greek, Cyrillic and Hebrew need a font that is installed.";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Countries shaded by documents, other places as circles
    Map,
    /// The strongest ties, coloured by community
    Network,
    /// In how many documents two of the 40 most frequent names occur together
    Matrix,
    /// The share of the documents that mention each of the 12 most frequent names, over time
    Trend,
}

/// Office-holders on the page, those first that most documents name.
const HOLDERS: usize = 300;

pub(crate) fn report(command: &Report, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let mut options = ReportOptions::default();
    options.title.clone_from(&command.title);
    options.force = command.force;
    let mut page = dateline::Report::begin(&run, &options, &command.out)?;
    page.know(inputs::names_of(&run));
    if let Some(other) = &command.compare {
        let other = Run::open(other)?;
        let (here, there) = (View::whole(&run)?, View::whole(&other)?);
        page.compare(&Compared { views: [&here, &there], names: [called(&command.run), called(other.path())] })?;
    }
    if let Some(condition) = command.compare_where.first() {
        compare_parts(&mut page, &run, condition, command.compare_where.get(1))?;
    }
    let stop = inputs::stop_on_signal();
    let reads = command.kwic.is_some() || command.holders;
    let bar = if reads { progress::of_runs([&run], args) } else { ProgressBar::hidden() };
    let on_progress = |done| progress::advance(&bar, done);
    let scan = || ScanOptions { threads: command.threads, on_progress: Some(&on_progress), stop: Some(&stop) };
    if let Some(per_subject) = command.kwic {
        let subjects = page.subjects();
        let found = dateline::quotations(page.view(), &command.root, &subjects, per_subject as usize, scan())?;
        page.quote(&found);
    }
    if command.holders {
        bar.reset();
        let gazetteer = &run.manifest().gazetteer.names;
        let gazetteer = inputs::load_layers(gazetteer, &run.manifest().settings.without, false)?;
        let analyzer = dateline::Analyzer::builder().profile(dateline::Profile::Wide).build(&gazetteer)?;
        let archive = archive_of(&run, &command.root)?;
        let found = dateline::holders(&analyzer, &archive, scan())?;
        page.hold(&found.holders, &gazetteer, HOLDERS);
    }
    bar.finish_and_clear();
    written(page.write()?, args)
}

/// The last part of a path: what people call a run.
fn called(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Adds the documents that meet a condition, and those that meet another, or all others.
fn compare_parts(
    page: &mut dateline::Report<'_>,
    run: &Run,
    given: &str,
    other: Option<&String>,
) -> Result<(), Box<dyn StdError>> {
    let first = part_of(run, given)?;
    let (second, name) = match other {
        Some(other) => (part_of(run, other)?, other.clone()),
        None => {
            let mut row = 0;
            let rest = View::of_documents(run, |_| {
                row += 1;
                !first.has_document(row - 1)
            })?;
            (rest, "all others".to_owned())
        }
    };
    for (view, condition) in [(&first, Some(given)), (&second, other.map(String::as_str))] {
        if view.n_documents() > 0 {
            continue;
        }
        let run = run.path().display();
        return Err(match condition {
            Some(condition) => format!("{run}: no document meets {condition:?}"),
            None => {
                format!("{run}: all documents meet {given:?}, so that there are no others to compare them with")
            }
        }
        .into());
    }
    page.compare(&Compared { views: [&first, &second], names: [given.to_owned(), name] })?;
    Ok(())
}

fn part_of<'r>(run: &'r Run, condition: &str) -> Result<View<'r>, Box<dyn StdError>> {
    let condition = documents_that(condition, run)?;
    Ok(Filter { condition: Some(condition), ..Filter::default() }.view(run)?)
}

/// The inputs of a run, which must be as they were, to be read as they were.
fn archive_of(run: &Run, root: &Path) -> Result<Archive, Box<dyn StdError>> {
    let Some(settings) = &run.manifest().settings.input else {
        let run = run.path().display();
        return Err(format!("{run}: its documents came from a program, so their text cannot be read again").into());
    };
    Ok(Archive::open(&dateline::inputs_of_run(run, root)?, ArchiveOptions::from(settings))?)
}

pub(crate) fn plot(command: &Plot, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let kind = match command.kind {
        Kind::Map => PlotKind::Map,
        Kind::Network => PlotKind::Network,
        Kind::Matrix => PlotKind::Matrix,
        Kind::Trend => PlotKind::Trend,
    };
    let mut options = PlotOptions::default();
    (options.dpi, options.force) = (command.dpi, command.force);
    written(dateline::plot(&run, kind, &command.out, &options)?, args)
}

fn written(out: PathBuf, args: &Args) -> CommandResult {
    if !args.quiet {
        crate::terminal::say!("{}", out.display());
    }
    Ok(Outcome::Done)
}
