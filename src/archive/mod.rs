//! News files in, documents out.
//!
//! An [`Archive`] is a list of files in canonical order, made of the files, directory trees and `-` (standard input) a user
//! named. Its [`Batches`] read them one after the other, decompress, cut them into records and hash what they read; a
//! [`Batch`] turns its records into [`Document`](crate::Document)s wherever that suits, in any thread. A faulty record or
//! file gives one [`Reject`](crate::Reject) and shifts nobody else's number or offset.
//!
//! Memory is bounded by the batch size and the longest record allowed, whatever the size of the archive. The room starts no
//! threads and keeps nothing but the list of files.

mod batch;
mod batches;
mod charset;
#[cfg(any(test, fuzzing))]
mod check;
#[cfg(feature = "parquet")]
mod columnar;
mod columns;
mod container;
mod cut;
mod date;
mod decompress;
mod elements;
mod fields;
mod foreign;
mod header;
mod html;
mod json_lines;
mod language;
mod markup;
mod named_fields;
mod parse;
mod preset;
mod rows;
mod selection;
mod sniff;
mod source;
mod table;
#[cfg(all(test, feature = "compression"))]
mod tests;
mod text;
mod walk;
mod warc;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use batch::{Batch, Record};
pub use batches::{Batches, InputSummary};
#[cfg(any(test, fuzzing))]
pub use check::check_reading;
#[cfg(feature = "parquet")]
pub use columnar::ArrowSource;
pub(crate) use date::calendar_date;
pub(crate) use date::is_impossible;
pub use date::{date_of, day_in_name, day_of, days_of};
pub use fields::FieldMap;
#[cfg(any(test, fuzzing))]
pub use json_lines::check_extract;
pub use language::{language_of, languages};
pub(crate) use markup::holds_markup;
pub use parse::Mapping;
pub use preset::Preset;
pub use selection::Selection;
pub use source::{MemorySource, Source};
pub use walk::Input;

use crate::error::{Error, Result};
use crate::files::Compression;
use container::Members;
use cut::Separator;
use fields::Fields;
use header::HeaderNames;

/// News files in canonical order.
///
/// The order is that of the path strings, byte by byte, so that the same files give the same results in whatever order they
/// were named; a file that is named twice, or that also lies under a named directory, is read once.
///
/// ```
/// use dateline::archive::{Archive, ArchiveOptions};
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("news.jsonl");
/// # std::fs::write(&path, "{\"id\": \"a1\", \"text\": \"GENEVA: Talks resumed.\"}\n{\"id\": \"a2\"}\n")?;
/// let archive = Archive::open(&[path], ArchiveOptions::default())?;
/// for batch in archive.batches() {
///     let batch = batch?;
///     let documents: Vec<_> = batch.records().iter().map(|record| batch.document(record)).collect();
///     assert_eq!(documents[0].as_ref().unwrap().id, "a1");
///     assert!(documents[1].as_ref().unwrap_err().message.starts_with("no text: "));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Archive {
    origin: Arc<Origin>,
    skipped: Vec<PathBuf>,
    links: Vec<PathBuf>,
    outside: Vec<PathBuf>,
    promptly: bool,
    /// Whether it goes on with another archive, in which the user's fields were looked for.
    continues: bool,
}

/// What all batches of an archive share, so that each can be read by itself.
#[derive(Debug)]
struct Origin {
    inputs: Vec<Input>,
    options: ArchiveOptions,
    fields: Fields,
    /// The separator between the articles of a text file, if one was given.
    separator: Option<Arc<Separator>>,
    /// If texts begin with header lines.
    header: Option<Arc<HeaderNames>>,
    /// Which members of containers are wanted, if not all.
    members: Option<Arc<Members>>,
}

impl Origin {
    /// Ignores settings that are not understood, which [`check`](Self::check) refuses.
    fn new(inputs: Vec<Input>, options: ArchiveOptions) -> Self {
        let fields = Fields::keeping(&options.fields, &options.keep);
        let header = options.header_lines.then(|| Arc::new(HeaderNames::new(&fields)));
        let separator = options.split_on.as_deref().and_then(|given| Separator::parse(given).ok());
        let members = Members::new(&options).ok().flatten();
        Self { inputs, fields, separator: separator.map(Arc::new), header, members: members.map(Arc::new), options }
    }

    /// Refuses settings that are not understood.
    fn check(options: &ArchiveOptions) -> Result<()> {
        Members::new(options)?;
        options.split_on.as_deref().map_or(Ok(()), |given| Separator::parse(given).map(drop))
    }

    /// Of documents that a program holds, as one input.
    fn in_memory(name: &str, options: ArchiveOptions) -> Self {
        Self::new(vec![Input::in_memory(name)], options)
    }
}

impl Archive {
    /// Lists the inputs under `paths`: files, directory trees, and `-` for standard input. No content is read yet.
    ///
    /// Files in trees are known by their extension: `.txt`, `.text`, `.html` and `.htm` hold one document each, `.jsonl`, `.ndjson`
    /// and `.json` one a line, `.csv` and `.tsv` one a row, `.warc`, `.arc` and `.wet` one a page, `.xml`, `.rss`, `.atom`, `.nitf`, `.sgml`
    /// and `.sgm` one an element, all also compressed (`.gz`, `.zst`, `.bz2`, `.xz`, `.lz4`); `.parquet`, `.arrow` and `.feather` hold one
    /// a row (with the feature `parquet`); `.tar` and `.zip` hold such files; others are
    /// listed by [`skipped`](Self::skipped). A file named by itself is read whatever it is called, and so are all files of a tree that are not binary if
    /// [`ArchiveOptions::input_format`] says what they hold. In trees, names that begin with a dot are left out, and `.gitignore`
    /// files have no say. Links within the tree are followed, and those out of it if [`ArchiveOptions::follow_links`] says so; a file that
    /// is reached in several ways is read once, under its own name and not that of a link.
    ///
    /// # Errors
    ///
    /// If `paths` is empty, if a glob or a separator is not understood, if a file or directory does not exist, if a directory cannot be listed or holds no article file.
    pub fn open(paths: &[PathBuf], options: ArchiveOptions) -> Result<Self> {
        if paths.is_empty() {
            return Err(Error::usage("no input").with_remedy("name files, directories, or - for standard input"));
        }
        Origin::check(&options)?;
        let globs = walk::Globs { include: &options.include_files, exclude: &options.exclude_files };
        let wanted = walk::Wanted { format: options.input_format, globs, follow_links: options.follow_links };
        let walk::Listing { inputs, skipped, links, outside } = walk::list_matching(paths, wanted)?;
        if u32::try_from(inputs.len()).is_err() {
            return Err(Error::limit(format!("{} input files are more than 2^32 - 1", inputs.len())));
        }
        let origin = Origin::new(inputs, options);
        if origin.fields.names.len() > Fields::MOST_NAMES {
            let message = format!("more than {} names of fields are looked for", Fields::MOST_NAMES);
            return Err(Error::limit(message).with_remedy("name fewer fields"));
        }
        Ok(Self { origin: Arc::new(origin), skipped, links, outside, promptly: false, continues: false })
    }

    /// An archive of one input called `name`, whose bytes a program gives: `open` is called whenever it is read, and gives them from the
    /// beginning. What they hold is found by the name and the content, as of a file.
    ///
    /// ```
    /// use dateline::archive::{Archive, ArchiveOptions};
    /// let lines = "{\"id\": \"a1\", \"text\": \"GENEVA: Talks resumed.\"}\n";
    /// let archive = Archive::of_reader("mine.jsonl", move || Box::new(lines.as_bytes()), ArchiveOptions::default());
    /// let batch = archive.batches().next().unwrap()?;
    /// assert_eq!(batch.document(&batch.records()[0]).unwrap().id, "a1");
    /// # Ok::<(), dateline::Error>(())
    /// ```
    pub fn of_reader(
        name: &str,
        open: impl Fn() -> Box<dyn Read + Send> + Send + Sync + 'static,
        options: ArchiveOptions,
    ) -> Self {
        Self::of(Origin::new(vec![Input::made(name, open)], options))
    }

    /// An archive of which nothing was passed over.
    fn of(origin: Origin) -> Self {
        let (skipped, links, outside) = (Vec::new(), Vec::new(), Vec::new());
        Self { origin: Arc::new(origin), skipped, links, outside, promptly: false, continues: false }
    }

    /// The archive of these files alone, each under a name of its own: `(name, path)`, in canonical order of the names.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); also if two paths are of one file.
    pub(crate) fn open_as(files: &[(String, PathBuf)], options: ArchiveOptions) -> Result<Self> {
        if files.is_empty() {
            return Ok(Self::of(Origin::new(Vec::new(), options)));
        }
        let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
        let archive = Self::open(&paths, options)?;
        let found: BTreeMap<&str, &Input> = archive.inputs().iter().map(|input| (input.path(), input)).collect();
        let named = files.iter().map(|(name, path)| match found.get(&*walk::name_of(path)) {
            Some(input) => Ok(input.renamed(name)),
            None => Err(Error::usage("another of the inputs is the same file").at(path)),
        });
        let inputs = named.collect::<Result<Vec<Input>>>()?;
        let origin = Origin::new(inputs, archive.options().clone());
        Ok(Self { origin: Arc::new(origin), ..archive })
    }

    /// The files to read, in canonical order; [`Record::file`] counts in it.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.origin.inputs
    }

    /// Sizes on disk of all inputs together; `None` if one is a pipe or standard input.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.inputs().iter().map(Input::bytes).sum()
    }

    /// Files of walked trees that are left out because their extension is not known, or because they are binary where a format
    /// was asked for; sorted.
    #[must_use]
    pub fn skipped(&self) -> &[PathBuf] {
        &self.skipped
    }

    /// Other names of inputs, which are links to them; sorted.
    #[must_use]
    pub fn links(&self) -> &[PathBuf] {
        &self.links
    }

    /// Links of walked trees that lead out of them and are not followed; sorted.
    #[must_use]
    pub fn outside(&self) -> &[PathBuf] {
        &self.outside
    }

    /// Whether standard input is one of the inputs.
    #[must_use]
    pub fn reads_stdin(&self) -> bool {
        self.inputs().iter().any(|input| input.path() == "-")
    }

    /// The same archive, whose batches end where the input waits for more: for a program that writes a record into a pipe and
    /// waits for the answer. The records are the same.
    #[must_use]
    pub fn promptly(self) -> Self {
        Self { promptly: true, ..self }
    }

    /// The settings the archive was opened with.
    #[must_use]
    pub fn options(&self) -> &ArchiveOptions {
        &self.origin.options
    }

    /// The archive of some of its [inputs](Self::inputs) alone.
    ///
    /// # Panics
    ///
    /// If there is no such input.
    #[must_use]
    pub fn select(&self, inputs: &[usize]) -> Self {
        let inputs = inputs.iter().map(|&index| self.origin.inputs[index].clone()).collect();
        let origin = Origin::new(inputs, self.origin.options.clone());
        Self { promptly: self.promptly, continues: self.continues, ..Self::of(origin) }
    }

    /// The share `number`, from 1, of `of` shares of the archive: every input is in one of them.
    ///
    /// # Panics
    ///
    /// If `number` is 0.
    #[must_use]
    pub fn shard(&self, number: usize, of: usize) -> Self {
        assert!(number > 0, "shards are numbered from 1");
        let inputs: Vec<usize> = (number - 1..self.inputs().len()).step_by(of.max(1)).collect();
        self.select(&inputs)
    }

    /// The same archive, read as the continuation of another one, in which the fields that the user named were looked for: it is no error
    /// if none of its own records has one of them.
    pub(crate) fn continued(self) -> Self {
        Self { continues: true, ..self }
    }

    /// Reads all inputs from the beginning, lazily. Standard input and pipes can be read only once.
    pub fn batches(&self) -> Batches {
        Batches::new(self)
    }
}

/// How to read an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArchiveOptions {
    /// What the files hold; found by name and content by default.
    pub input_format: InputFormat,
    /// Which fields of a JSON Lines record are which.
    pub fields: FieldMap,
    /// Globs of which a file of a directory tree must match one, if there are any: `*.jsonl`, `2021/**`. One that holds a `/` counts from
    /// the tree.
    pub include_files: Vec<String>,
    /// Globs of files and directories of trees that are left out.
    pub exclude_files: Vec<String>,
    /// Whether links of trees that lead out of them are followed.
    pub follow_links: bool,
    /// Globs of which a member of a tar or zip archive must match one, if there are any. One that contains a `/` starts at the root of the archive.
    pub include_members: Vec<String>,
    /// Globs of members, and of folders of members, that are left out.
    pub exclude_members: Vec<String>,
    /// The separator between the articles of a plain text file, each of which is then a document: a line that is this text, but for blanks
    /// around it, or what a regular expression between slashes matches in a line (`/^Document \d+ of \d+$/`). It belongs to neither
    /// article; what a group named `next` matches begins the one that follows (`/(?<next>^TITLE: )/`).
    pub split_on: Option<String>,
    /// Whether header lines of plain texts (`Title: …`, or front matter between two lines `---`) are fields and no part of the text.
    pub header_lines: bool,
    /// Fields whose values are carried into the documents, named like those of [`FieldMap`]: `section`, `source.country`, `a|b`. In a
    /// page they are looked for in its structured data and its `meta` elements, in feeds, NITF and SGML among the elements.
    pub keep: Vec<String>,
    /// Which documents are wanted; all by default.
    #[serde(skip)]
    pub select: Selection,
    /// What the texts and titles of records with fields and of text files are written in.
    pub text_is: TextIs,
    /// About how many bytes of decompressed content a batch holds; 512 KiB by default.
    pub batch_bytes: usize,
    /// The longest record that is read, in bytes: a line of JSON Lines, a whole text file. 64 MiB by default.
    pub max_record: usize,
}

impl Default for ArchiveOptions {
    fn default() -> Self {
        Self {
            input_format: InputFormat::Auto,
            fields: FieldMap::default(),
            include_files: Vec::new(),
            exclude_files: Vec::new(),
            follow_links: false,
            include_members: Vec::new(),
            exclude_members: Vec::new(),
            split_on: None,
            header_lines: false,
            keep: Vec::new(),
            select: Selection::default(),
            text_is: TextIs::Plain,
            batch_bytes: 512 << 10,
            max_record: 64 << 20,
        }
    }
}

/// What a text is written in. Web pages, crawls, feeds, NITF and SGML say it themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextIs {
    /// Plain text: `&amp;` and `<p>` are characters of the article.
    #[default]
    Plain,
    /// HTML: tags are left out, paragraphs and line breaks kept, and character references decoded, also where they are escaped twice.
    Html,
}

impl TextIs {
    /// Whether it is plain text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// What the input files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputFormat {
    /// By content, then by extension: tables, web pages, feeds, NITF, SGML and crawls are known by how they begin; a file is JSON Lines if its first
    /// byte that is not blank is `{`, else text. Mailboxes, other XML and what is binary are refused by their names.
    #[default]
    Auto,
    /// Every file is one document of plain text, whatever it looks like unless it is binary.
    Text,
    /// Every file holds JSON objects, each one document: one a line, as the elements of an array, or one after the other.
    JsonLines,
    /// Every file is a table whose first row names its columns, and every other row is one document.
    Csv,
    /// Every file is a web page with one article.
    Html,
    /// Every file is a crawl, whose pages are one document each.
    Warc,
    /// Every file holds elements of XML or SGML that are one document each: a feed (RSS, Atom), NITF, or SGML of the LDC, TREC or
    /// Reuters-21578.
    Xml,
}

/// What a file was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileFormat {
    /// One plain text.
    Text,
    /// JSON objects, one a line.
    JsonLines,
    /// JSON objects in an array, or one after the other.
    Json,
    /// A table of comma- or tab-separated values, or the like.
    Table,
    /// A web page.
    Html,
    /// A crawl: WARC or ARC.
    Warc,
    /// RSS, Atom, NITF, or SGML.
    Xml,
    /// A tar archive, whose members are read as if each were a file.
    Tar,
    /// A zip archive, likewise.
    Zip,
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC file (Feather) or stream.
    Arrow,
}

impl FileFormat {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "plain text",
            Self::JsonLines => "JSON Lines",
            Self::Json => "JSON",
            Self::Table => "CSV or TSV",
            Self::Html => "HTML",
            Self::Warc => "WARC or ARC",
            Self::Xml => "XML or SGML",
            Self::Tar => "tar",
            Self::Zip => "zip",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
        }
    }
}

impl From<Format> for FileFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::JsonLines => Self::JsonLines,
            Format::JsonValues => Self::Json,
            Format::Table { .. } => Self::Table,
            Format::Page => Self::Html,
            Format::Crawl => Self::Warc,
            Format::Xml => Self::Xml,
        }
    }
}

/// How one file is cut into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    JsonLines,
    /// Objects of JSON in an array, or one after the other.
    JsonValues,
    Table {
        separator: u8,
    },
    Page,
    Crawl,
    /// Elements of XML or SGML.
    Xml,
}

/// Whether a file of this name is one of columns that is read, as the ending of the name says, which is in lower case.
fn is_columnar(ending: &str) -> bool {
    cfg!(feature = "parquet")
        && matches!(ending, "parquet" | "pq" | "parq" | "arrow" | "arrows" | "feather" | "ftr" | "ipc")
}

/// Whether the name promises compressed content.
fn compressed_name(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| Compression::ENDINGS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}
