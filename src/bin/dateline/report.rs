//! `dateline report`: a run as a page that people look at; `dateline plot`: one of its pictures.

use std::path::PathBuf;

use clap::ValueEnum;
use dateline::{PlotKind, ReportOptions, Run};

use crate::args::Args;
use crate::exit_code::{CommandResult, Outcome};

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

The page holds nothing of the articles' texts.";

#[derive(Debug, clap::Args)]
#[command(after_help = PLOT_HELP)]
pub(crate) struct Plot {
    /// The run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Which picture
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Kind,
    /// The SVG file to write; it appears when it is complete, or not at all
    #[arg(short, long, value_name = "F.svg")]
    out: PathBuf,
    /// Replace an earlier drawing of that name, and nothing that is not recognisable as one
    #[arg(long)]
    force: bool,
}

const PLOT_HELP: &str = "\
The pictures are those of `dateline report`, on white paper, with a legend and a line that says what was counted. SVG opens in browsers, \
Inkscape and word processors.";

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

pub(crate) fn report(command: &Report, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let mut options = ReportOptions::default();
    options.title.clone_from(&command.title);
    options.force = command.force;
    written(dateline::report(&run, &options, &command.out)?, args)
}

pub(crate) fn plot(command: &Plot, args: &Args) -> CommandResult {
    let run = Run::open(&command.run)?;
    let kind = match command.kind {
        Kind::Map => PlotKind::Map,
        Kind::Network => PlotKind::Network,
        Kind::Matrix => PlotKind::Matrix,
        Kind::Trend => PlotKind::Trend,
    };
    written(dateline::plot(&run, kind, &command.out, command.force)?, args)
}

fn written(out: PathBuf, args: &Args) -> CommandResult {
    if !args.quiet {
        crate::terminal::say!("{}", out.display());
    }
    Ok(Outcome::Done)
}
