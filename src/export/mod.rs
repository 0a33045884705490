//! Results for other tools: one file per format, all behind the function [`export`].
//!
//! Input: a [`Run`]. Output: a file or a directory under a new name, complete or not at all. Rows are read, filtered
//! and written block by block; memory holds a block, and a few bytes for each entity (its name, if a format needs names
//! with pairs). The same run and options give the same bytes.
//!
//! Nothing is computed here that is not in the run, and nothing of a run is omitted silently: what a format cannot
//! express is escaped as its file says, or counted in the [notes](ExportSummary::notes).
//!
//! To add a format, add a file with an `Exporter` and a line in [`ExportFormat`].

mod csv;
mod edges;
mod geojson;
mod gexf;
mod graph;
mod graphml;
mod jsonl;
mod kept;
mod matrix;
mod mtx;
#[cfg(feature = "compression")]
mod npz;
mod output;
mod pajek;
#[cfg(feature = "parquet")]
mod parquet;
mod source;
#[cfg(feature = "sqlite")]
mod sqlite;
mod table;
mod tabular;
#[cfg(test)]
mod tests;
mod vosviewer;
mod xml;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::query::{Filter, SliceBy};
use crate::store::Run;

pub use output::EXPORT_FILE;
pub use table::Table;

use output::Output;
use source::Source;

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// Parquet, a file for each table (cargo feature `parquet`).
    Parquet,
    /// Arrow IPC files ("Feather 2"), one for each table (cargo feature `parquet`).
    Arrow,
    /// CSV, a file for each table.
    Csv,
    /// JSON Lines, a file for each table.
    Jsonl,
    /// Matrix Market, both matrices, with the names of rows and columns.
    Mtx,
    /// SciPy's sparse matrices, both, with the names of rows and columns.
    Npz,
    /// Parquet and the SQL that loads it into DuckDB (cargo feature `parquet`).
    Duckdb,
    /// A database of SQLite 3 (cargo feature `sqlite`).
    Sqlite,
    /// GEXF 1.3, for Gephi.
    Gexf,
    /// GraphML, for networkx, igraph, yEd and Cytoscape.
    Graphml,
    /// Pajek's `.net`.
    Pajek,
    /// VOSviewer's JSON.
    Vosviewer,
    /// GeoJSON: places as points with their counts.
    Geojson,
    /// A flat list of edges in CSV, with names.
    Edges,
}

impl ExportFormat {
    /// Every format with its name.
    pub const ALL: [(&'static str, Self); 14] = [
        ("parquet", Self::Parquet),
        ("arrow", Self::Arrow),
        ("csv", Self::Csv),
        ("jsonl", Self::Jsonl),
        ("mtx", Self::Mtx),
        ("npz", Self::Npz),
        ("duckdb", Self::Duckdb),
        ("sqlite", Self::Sqlite),
        ("gexf", Self::Gexf),
        ("graphml", Self::Graphml),
        ("pajek", Self::Pajek),
        ("vosviewer", Self::Vosviewer),
        ("geojson", Self::Geojson),
        ("edges", Self::Edges),
    ];

    /// The name of the format, as `--to` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).expect("every format has a name").0
    }

    fn exporter(self) -> Result<Box<dyn Exporter>> {
        Ok(match self {
            #[cfg(feature = "parquet")]
            Self::Parquet => Box::new(parquet::Parquet),
            #[cfg(feature = "parquet")]
            Self::Arrow => Box::new(parquet::Arrow),
            #[cfg(feature = "parquet")]
            Self::Duckdb => Box::new(parquet::Duckdb),
            #[cfg(not(feature = "parquet"))]
            Self::Parquet | Self::Arrow | Self::Duckdb => return Err(self.left_out("parquet")),
            #[cfg(feature = "sqlite")]
            Self::Sqlite => Box::new(sqlite::Sqlite),
            #[cfg(not(feature = "sqlite"))]
            Self::Sqlite => return Err(self.left_out("sqlite")),
            Self::Csv => Box::new(tabular::Csv),
            Self::Jsonl => Box::new(tabular::Jsonl),
            Self::Mtx => Box::new(mtx::Mtx),
            #[cfg(feature = "compression")]
            Self::Npz => Box::new(npz::Npz),
            #[cfg(not(feature = "compression"))]
            Self::Npz => return Err(self.left_out("compression")),
            Self::Gexf => Box::new(gexf::Gexf),
            Self::Graphml => Box::new(graphml::Graphml),
            Self::Pajek => Box::new(pajek::Pajek),
            Self::Vosviewer => Box::new(vosviewer::Vosviewer),
            Self::Geojson => Box::new(geojson::Geojson),
            Self::Edges => Box::new(edges::Edges),
        })
    }

    #[cfg_attr(
        all(feature = "compression", feature = "parquet", feature = "sqlite"),
        allow(dead_code, reason = "every exporter is compiled in")
    )]
    fn left_out(self, feature: &str) -> Error {
        let error = Error::usage(format!("this dateline was built without the cargo feature `{feature}`"));
        let name = self.name();
        error.with_remedy(format!("install it with `--features {feature}` for {name}, or export to csv or jsonl"))
    }
}

/// What to export, and how.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// The format.
    pub format: ExportFormat,
    /// Which rows.
    pub filter: Filter,
    /// One table instead of all, for the formats that have a file for each; the export is then that file.
    pub table: Option<Table>,
    /// Divides the pairs: by month, by source, ... With GEXF the weights of edges change with time; in tables and lists of edges each
    /// pair has a row for each slice that has it. The slices sum to the whole.
    pub by: Option<SliceBy>,
    /// Adds to the documents what they are about, in columns `focus`, `focus_share` and `focus_places`. The run must have stored its mentions.
    pub focus: bool,
    /// In CSV, puts an apostrophe before texts that a spreadsheet would read as formulas.
    pub csv_safe: bool,
    /// Replaces an earlier export of that name.
    pub force: bool,
}

impl ExportOptions {
    /// All rows; an existing export is not replaced.
    #[must_use]
    pub fn new(format: ExportFormat) -> Self {
        Self { format, filter: Filter::default(), table: None, by: None, focus: false, csv_safe: false, force: false }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportSummary {
    /// The file or directory.
    pub out: PathBuf,
    /// The parts, with the number of rows (edges, features, entries) of each.
    pub written: Vec<(String, u64)>,
    /// What the user should know: characters replaced, places omitted, a notice to keep.
    pub notes: Vec<String>,
}

/// Exports a run to `out`.
///
/// `on_rows` is called now and then with the number of rows read so far. If it returns `false`, the export stops and
/// leaves no file.
///
/// ```
/// use dateline::export::{ExportFormat, ExportOptions, export};
/// # use dateline::{Analyzer, AnalyzeOptions, Archive, ArchiveOptions, Gazetteer, analyze};
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("a.txt"), "Iraq and Oslo. Oslo!")?;
/// # let gazetteer = Gazetteer::from_text("iq\tplace.country\tIraq\t-\tcc=IQ\nos\tplace.city\tOslo\t-\tcc=NO\n", "mine.gaz")?;
/// # let archive = Archive::open(&[folder.path().join("a.txt")], ArchiveOptions::default())?;
/// # let summary = analyze(&Analyzer::new(&gazetteer)?, archive.batches(), &folder.path().join("run"), AnalyzeOptions::default())?;
/// # let (run, out) = (summary.run, folder.path().join("edges.csv"));
/// let summary = export(&run, &ExportOptions::new(ExportFormat::Edges), &out, &|_| true)?;
/// assert_eq!(summary.written, [("edges".to_owned(), 1)]);
/// assert!(std::fs::read_to_string(&out)?.ends_with("iq,os,Undirected,1,Iraq,Oslo\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the format is not compiled into this build, an option does not apply to it, `out` exists already, the run is
/// damaged, or reading or writing fails. Nothing appears at `out` then.
///
/// # Complexity
///
/// Linear in the rows; reads each table once to three times. Memory: a block (for Parquet a row group of a million
/// rows), and a few bytes for each entity.
pub fn export(
    run: &Run,
    options: &ExportOptions,
    out: impl AsRef<Path>,
    on_rows: &dyn Fn(u64) -> bool,
) -> Result<ExportSummary> {
    let exporter = options.format.exporter()?;
    let layout = exporter.layout(options);
    if options.table.is_some() && !exporter.has_tables() {
        let error = Error::usage(format!("{} is always exported whole", options.format.name()));
        return Err(error.with_remedy("--table goes with parquet, arrow, csv and jsonl"));
    }
    let has_documents = exporter.has_documents() && options.table.is_none_or(|table| table == Table::Documents);
    if options.focus && !has_documents {
        let error =
            Error::usage(format!("this export to {} has no documents to add their focus to", options.format.name()));
        return Err(error.with_remedy(
            "--focus goes with parquet, arrow, csv, jsonl, duckdb and sqlite, and with --table documents",
        ));
    }
    if let Some(by) = &options.by {
        let is_pairs = exporter.has_tables() && options.table == Some(Table::Pairs);
        if !is_pairs && !matches!(options.format, ExportFormat::Gexf | ExportFormat::Graphml | ExportFormat::Edges) {
            let error = Error::usage(format!("{} cannot be divided by {by}", options.format.name()));
            return Err(error.with_remedy("--by goes with gexf, graphml and edges, and with --table pairs"));
        }
        if options.format == ExportFormat::Gexf && !by.is_time() {
            let error = Error::usage(format!("gexf has edges that change with time, and a {by} is no time"));
            return Err(error.with_remedy("give --by month or another period, or export to edges or graphml"));
        }
    }
    let output = match layout {
        Layout::File => Output::file(out.as_ref(), options.force)?,
        Layout::Directory => Output::directory(out.as_ref(), options.force)?,
    };
    let mut source = Source::new(run, &options.filter, on_rows)?;
    if source.keeps_nothing() {
        source.notes.push(format!("nothing in the run meets the conditions: {}", options.filter));
    }
    let written = exporter.write(&mut source, options, output.path())?;
    let mut about = source.about(options.format.name());
    about.files = written.iter().cloned().collect();
    let out = output.place(&about)?;
    Ok(ExportSummary { out, written, notes: source.notes })
}

/// The notice that whatever is made from this run must carry, if any.
pub(crate) fn attribution(run: &Run) -> Result<Option<&'static str>> {
    Ok(Source::new(run, &Filter::default(), &|_| true)?.attribution())
}

/// What an exporter writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    File,
    Directory,
}

/// Names of files, or of other parts, with the number of rows of each.
type Written = Vec<(String, u64)>;

/// One format.
trait Exporter {
    fn layout(&self, options: &ExportOptions) -> Layout;

    /// Whether one table can be exported alone.
    fn has_tables(&self) -> bool {
        false
    }

    /// Whether it has the columns of the documents.
    fn has_documents(&self) -> bool {
        self.has_tables()
    }

    /// Writes to `path`, an empty file or an empty directory, and flushes to disk what it wrote into a directory (the
    /// caller flushes a single file).
    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written>;
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
