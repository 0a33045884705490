//! The page about a run that people look at, and its pictures as files.
//!
//! Input: a [`Run`]. Output: one HTML file that needs nothing else ([`report`], [`Report`]), or one picture as SVG ([`plot`]). Both draw
//! with the same code: `facts` asks [`query`](crate::query), so that numbers are those of the lists, `map`, `network`, `matrix`,
//! `trend` and `compare` draw what was found, and `page` puts the drawings into the page, whose program only makes them answer to
//! the pointer. `slices` counts what a chosen period leaves, `quality` what speaks against the numbers.
//!
//! The same run gives the same bytes. Nothing of the articles' texts is in either, only names of the gazetteer and what the
//! run stores of the documents: ids, dates, sources and counts; unless whoever makes a [`Report`] gives it [`Quotations`] or
//! the [holders](crate::Holder) of offices, both of which are read from the articles. Text from outside is escaped wherever it goes.

mod compare;
mod facts;
mod labels;
mod layout;
mod map;
mod matrix;
mod network;
mod page;
mod paper;
mod period;
mod quality;
mod sentences;
mod slices;
mod svg;
mod trend;
mod world;

use std::path::{Path, PathBuf};

use crate::Holder;
use crate::error::Result;
use crate::export::attribution;
use crate::files::{AtomicFile, FileSort};
use crate::gazetteer::Gazetteer;
use crate::query::{EntityNames, View};
use crate::store::Run;
use crate::text::thousands;

pub use compare::Compared;
pub use sentences::{Quotation, Quotations, Subject};

use compare::Comparison;
use facts::Facts;
use network::Network;
use page::{Offices, Page};
use paper::Form;
use quality::Quality;
use sentences::Embedded;
use slices::Slices;
use svg::Sheet;

static PAGE: FileSort = FileSort { noun: "report", is_own: |head, _| head.starts_with(page::HEAD.as_bytes()) };
static DRAWING: FileSort = FileSort { noun: "drawing", is_own: paper::is_drawing };

/// How a report is made.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ReportOptions {
    /// What the page is called; by default it says what it is about.
    pub title: Option<String>,
    /// Replaces an earlier report of that name.
    pub force: bool,
}

/// Writes the page about a run to `out`, and returns its path.
///
/// ```
/// use dateline::{PlotKind, PlotOptions, ReportOptions, plot, report};
/// # use dateline::{Analyzer, AnalyzeOptions, Archive, ArchiveOptions, Gazetteer, analyze};
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("a.txt"), "Iraq and Oslo. Oslo!")?;
/// # let gazetteer = Gazetteer::from_text("iq\tplace.country\tIraq\t-\tcc=IQ\nos\tplace.city\tOslo\t-\tcc=NO\n", "mine.gaz")?;
/// # let archive = Archive::open(&[folder.path().join("a.txt")], ArchiveOptions::default())?;
/// # let summary = analyze(&Analyzer::new(&gazetteer)?, archive.batches(), &folder.path().join("run"), AnalyzeOptions::default())?;
/// # let run = summary.run;
/// let page = report(&run, &ReportOptions::default(), folder.path().join("report.html"))?;
/// assert!(std::fs::read_to_string(page)?.starts_with("<!doctype html>"));
/// let map = plot(&run, PlotKind::Map, folder.path().join("map.svg"), &PlotOptions::default())?;
/// assert!(std::fs::read_to_string(map)?.starts_with("<svg "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If `out` exists already, the run is damaged, or reading or writing fails. Nothing appears at `out` then.
///
/// # Complexity
///
/// As [`Report::begin`].
pub fn report(run: &Run, options: &ReportOptions, out: impl AsRef<Path>) -> Result<PathBuf> {
    Report::begin(run, options, out)?.write()
}

/// A page about a run in the making, to which more can be added than the run holds.
///
/// ```
/// use dateline::query::View;
/// use dateline::{Compared, Report, ReportOptions};
/// # use dateline::{Analyzer, AnalyzeOptions, Archive, ArchiveOptions, Gazetteer, analyze};
/// # let folder = tempfile::tempdir()?;
/// # let gazetteer = Gazetteer::from_text("iq\tplace.country\tIraq\t-\tcc=IQ\nos\tplace.city\tOslo\t-\tcc=NO\n", "mine.gaz")?;
/// # let mut run_of = |name: &str, text: &str| -> dateline::Result<_> {
/// #     std::fs::write(folder.path().join(name), text).expect("a temporary folder");
/// #     let archive = Archive::open(&[folder.path().join(name)], ArchiveOptions::default())?;
/// #     Ok(analyze(&Analyzer::new(&gazetteer)?, archive.batches(), &folder.path().join(name).with_extension("run"), AnalyzeOptions::default())?.run)
/// # };
/// # let (run, other) = (run_of("a.txt", "Iraq and Oslo. Oslo!")?, run_of("b.txt", "Oslo.")?);
/// let mut page = Report::begin(&run, &ReportOptions::default(), folder.path().join("report.html"))?;
/// let (here, there) = (View::whole(&run)?, View::whole(&other)?);
/// page.compare(&Compared { views: [&here, &there], names: ["2023".to_owned(), "2024".to_owned()] })?;
/// let page = std::fs::read_to_string(page.write()?)?;
/// assert!(page.contains("2024"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Report<'r> {
    run: &'r Run,
    view: View<'r>,
    title: String,
    file: AtomicFile,
    facts: Facts,
    network: Network,
    names: EntityNames,
    sentences: Option<Embedded>,
    offices: Option<Offices>,
    comparison: Option<Comparison>,
}

impl<'r> Report<'r> {
    /// Asks the run for what the page shows.
    ///
    /// # Errors
    ///
    /// If `out` exists already, the run is damaged, or reading fails.
    ///
    /// # Complexity
    ///
    /// Reads the tables a few times each, once more if documents lie outside of the time shown. Memory: the entities, 5 bytes
    /// for each document, and the pairs among the names of the page, whose limits it states.
    pub fn begin(run: &'r Run, options: &ReportOptions, out: impl AsRef<Path>) -> Result<Self> {
        let file = AtomicFile::create(out.as_ref(), options.force, &PAGE)?;
        let view = View::whole(run)?;
        let (facts, network) = read(&view)?;
        let title = options.title.clone().unwrap_or_else(|| "Who and where the news is about".to_owned());
        let names = EntityNames::default();
        Ok(Self { run, view, title, file, facts, network, names, sentences: None, offices: None, comparison: None })
    }

    /// The run as the page counts it; the rows of [`Subject`]s are its.
    #[must_use]
    pub fn view(&self) -> &View<'r> {
        &self.view
    }

    /// The names and pairs that the page shows, those first that should have sentences first.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        sentences::subjects(&self.facts, &self.network.edges)
    }

    /// Adds sentences, as many as find room. Without them nothing of the articles' texts is in the page.
    pub fn quote(&mut self, quotations: &Quotations) {
        self.sentences = Some(Embedded::of(quotations, &self.facts, &self.network.edges));
    }

    /// Adds who held which office, as [`holders`](crate::holders()) found it with this gazetteer: the first `rows` of them.
    pub fn hold(&mut self, holders: &[Holder], gazetteer: &Gazetteer, rows: usize) {
        self.offices = Some(Offices::of(holders, gazetteer, rows));
    }

    /// Says by which other names the entities of the run are known, so that the page can list those that several have. Without this, it
    /// knows canonical names alone.
    pub fn know(&mut self, names: EntityNames) {
        self.names = names;
    }

    /// Sets two views side by side: two parts of this run, or this run and another.
    ///
    /// # Errors
    ///
    /// If the two are parts of one run and have a document in common, or a run cannot be read.
    ///
    /// # Complexity
    ///
    /// Reads the documents of both, and sorts their entities.
    pub fn compare(&mut self, compared: &Compared<'_, '_>) -> Result<()> {
        self.comparison = Some(Comparison::of(compared, &self.facts)?);
        Ok(())
    }

    /// Writes the page, and returns its path.
    ///
    /// # Errors
    ///
    /// If the run is damaged, or reading or writing fails. Nothing appears at the path then.
    pub fn write(mut self) -> Result<PathBuf> {
        let drawn = self.network.edges.iter().copied().chain(matrix::pairs(&self.facts));
        let page = Page {
            title: &self.title,
            slices: Slices::of(&self.view, &self.facts, drawn)?,
            quality: Quality::of(&self.view, &self.names)?,
            facts: &self.facts,
            network: &self.network,
            manifest: self.run.manifest(),
            attribution: attribution(self.run)?,
            sentences: self.sentences.as_ref(),
            offices: self.offices.as_ref(),
            comparison: self.comparison.as_ref(),
        };
        let page = page.assemble();
        self.file.write(|writer| std::io::Write::write_all(writer, page.as_bytes()))?;
        self.file.commit()
    }
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlotKind {
    /// Countries by documents, other places as circles.
    Map,
    /// The entities that belong together most.
    Network,
    /// How many documents mention two of the most frequent entities.
    Matrix,
    /// The share of the documents that mention each of the most frequent entities, over time.
    Trend,
}

impl PlotKind {
    /// Every kind with its name.
    pub const ALL: [(&'static str, Self); 4] =
        [("map", Self::Map), ("network", Self::Network), ("matrix", Self::Matrix), ("trend", Self::Trend)];
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlotOptions {
    /// Dots of a PNG in an inch; by default the 300 that journals ask for.
    pub dpi: u32,
    /// Replaces an earlier drawing of that name.
    pub force: bool,
}

impl Default for PlotOptions {
    fn default() -> Self {
        Self { dpi: 300, force: false }
    }
}

/// Draws one picture of a run into the file `out`, and returns its path. Its ending says what it is: `.svg`, or `.png` and `.pdf` with
/// the feature `pictures`. In a PDF, lines stay lines and text stays text, with its font embedded; an SVG
/// only names its fonts.
///
/// # Errors
///
/// If `out` exists already or has another ending, there is nothing to draw, a name has letters that no installed font has (PNG, PDF), the
/// run is damaged, or reading or writing fails.
///
/// # Complexity
///
/// As [`report`].
pub fn plot(run: &Run, kind: PlotKind, out: impl AsRef<Path>, options: &PlotOptions) -> Result<PathBuf> {
    let form = Form::of(out.as_ref())?;
    let mut file = AtomicFile::create(out.as_ref(), options.force, &DRAWING)?;
    let (facts, network) = read(&View::whole(run)?)?;
    let drawing =
        form.bytes(draw(run, kind, &facts, &network)?, options.dpi).map_err(|error| error.at(out.as_ref()))?;
    file.write(|writer| std::io::Write::write_all(writer, &drawing))?;
    file.commit()
}

fn read(view: &View<'_>) -> Result<(Facts, Network)> {
    let mut facts = Facts::of(view)?;
    let network = Network::of(&facts);
    network::assign_communities(&mut facts, &network);
    Ok((facts, network))
}

fn draw(run: &Run, kind: PlotKind, facts: &Facts, network: &Network) -> Result<String> {
    let nothing = |what: &str| Err(crate::error::Error::usage(format!("nothing to draw: {what}")).at(run.path()));
    let least = facts.least_joint;
    let (title, picture, counted) = match kind {
        PlotKind::Map => (
            "Where the articles are about",
            map::draw(facts, true),
            "Shade: documents that mention the country or a place in it. Circles: documents that mention the city, island or landmark. \
             Borders: Natural Earth 1:110m; some are disputed."
                .to_owned(),
        ),
        PlotKind::Network if network.edges.is_empty() => return nothing("no two entities occur together often enough"),
        PlotKind::Network => (
            "Who is mentioned together",
            network::draw(facts, network, true),
            format!(
                "The {} strongest ties by log-likelihood (G²), each in {least} documents or more, without titles and agencies. Width: NPMI. \
                 Colour: communities (Louvain).",
                thousands(network.edges.len() as u64)
            ),
        ),
        PlotKind::Matrix if facts.in_matrix.is_empty() => return nothing("the run has no entities"),
        PlotKind::Matrix => (
            "How often names are mentioned together",
            matrix::draw(facts, true),
            "Shade: documents that mention both. The entities in most documents, without titles and news agencies, ordered by community (Louvain)."
                .to_owned(),
        ),
        PlotKind::Trend if facts.timeline.bins.is_empty() => return nothing("no document has a readable date"),
        PlotKind::Trend => (
            "How often names are mentioned over time",
            trend::draw(facts),
            "Line: share of the documents that mention the name. Band: 95 % interval (Wilson). Bar above: a burst (Kleinberg). Each panel has its own scale.".to_owned(),
        ),
    };
    let manifest = run.manifest();
    let mut notes = vec![counted];
    notes.push(format!(
        "{} documents; dateline run {}, gazetteer {}.",
        thousands(manifest.books.counted),
        &manifest.digest()[..12],
        manifest.gazetteer.names.join(" + ")
    ));
    notes.extend(attribution(run)?.map(str::to_owned));
    Ok(Sheet { title, notes }.draw(&picture))
}
