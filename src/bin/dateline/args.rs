//! The arguments. The help texts are the first manual: they define every column of every output.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use dateline::archive::InputFormat;
use dateline::evaluation::{Renaming, SpanUnit};
use dateline::export::{ExportFormat, Table};
use dateline::{Engine, Furniture, OffsetUnit, Overlap, Part, Profile, Rule, Section};

use crate::analyze::PairArgs;
use crate::filter::{FilterArgs, SliceArg};
use crate::parts::{self, PartArgs};
use crate::selection::SelectionArgs;

/// Version of the program and date of the built-in names, as `--version` prints them.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (built-in gazetteer of 2026-11-22)");

/// Who and where a news archive is about: finds places, organisations and titles in news articles, and counts them.
#[derive(Debug, Parser)]
#[command(name = "dateline", version = VERSION, max_term_width = 100, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Print the origins of the built-in data and their notices
    #[arg(long, exclusive = true)]
    pub(crate) licenses: bool,
    /// Print only errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print more: files passed over, every reject
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// When to use colour (NO_COLOR is respected)
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 done, but records were skipped under --strict or a check found a difference; 3 done, but an input was lost, in part or \
whole: it is cut short, damaged or cannot be read, or every record of it was rejected; \
2 usage or a fatal error; 130 stopped by Ctrl-C.";

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Applies the choice to everything this process prints.
    pub(crate) fn write_global(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Count an archive: entities in each document, and which occur together
    Analyze(Analyze),
    /// Combine runs over different inputs into one
    Merge(parts::Merge),
    /// Add inputs to a run, reading only what is new or has changed
    Extend(parts::Extend),
    /// List mentions of an entity in their sentences
    Kwic(crate::passages::Kwic),
    /// Print the sentences that a number counts
    Show(crate::passages::Show),
    /// Take documents out of a run
    Forget(parts::Forget),
    /// Read the inputs with rejected records again, and add what can be read now
    Retry(parts::Retry),
    /// Correct a run: merge, divide, remove and rename entities without reading the archive
    Edit(crate::again::Edit),
    /// Repeat a run from its manifest and compare
    Rerun(crate::again::Rerun),
    /// Look at the beginning of the inputs: formats, fields, dates, and what analysing all of it would take
    Plan(Plan),
    /// Print every document as the readers understand it, as JSON Lines
    Read(Read),
    /// Print the mentions of each document as JSON Lines
    Tag(Tag),
    /// List the entities of a run
    Top(crate::top::Top),
    /// List the pairs of entities that belong together in a run
    Pairs(crate::pairs::Pairs),
    /// List the entities that belong to one entity
    Neighbours(crate::neighbours::Neighbours),
    /// List the groups of entities that belong together
    Communities(crate::communities::Communities),
    /// Count entities month by month, or compare two periods or groups
    Trend(crate::trend::Trend),
    /// List which country and which places articles are about
    Focus(crate::focus::Focus),
    /// List the names that are most likely to be wrong
    Audit(crate::review::Audit),
    /// Write a sheet of random mentions to judge
    Sample(crate::review::Sample),
    /// Write a run for another tool: Parquet, CSV, SQLite, Matrix Market, Gephi, ...
    Export(Export),
    /// Make a page about a run for people: map, network, timelines, tables, in one HTML file
    Report(crate::report::Report),
    /// Draw a picture of a run for a paper: map, network, matrix or trend, as SVG, PDF or PNG
    Plot(crate::report::Plot),
    /// Show what a result file or a run contains
    Inspect(Inspect),
    /// Show for each candidate of a document which rule accepted or rejected it
    Explain(Explain),
    /// Measure how accurate the mentions are, against a hand-annotated file
    Eval(Eval),
    /// List who holds which office, according to the articles
    Holders(Holders),
    /// Match a sample of an archive again with the slow oracle, and compare
    Selfcheck(Selfcheck),
    /// Check that a run is complete and that its sums agree
    Verify(Verify),
    /// Compile, check, import, export and inspect gazetteers
    #[command(subcommand)]
    Gazetteer(crate::gazetteer::GazetteerCommand),
    /// Write the manual page or shell completions
    #[command(subcommand)]
    Generate(crate::generate::Generate),
}

/// What INPUT is, in the help of every command that reads articles.
macro_rules! input_help {
    () => {
        "\
INPUT is a file, a directory tree, or - for standard input. The content of a file decides its format: plain text or a web page \
(one article a file), JSON Lines or other JSON (one an object), CSV, TSV, Parquet or Arrow (one a row), a feed (RSS or Atom), NITF or SGML (one \
an element), a crawl in WARC or ARC (one a page), each also compressed (.gz, .zst, .bz2, .xz, .lz4) and in a tar or zip archive, whose \
members are read like files. In a directory, files with the usual endings of these are read; others are passed over and counted, \
unless --input-format says what they contain. Other XML, mailboxes, office documents and other formats are refused by name."
    };
}

const INPUT_HELP: &str = input_help!();

/// Where the articles come from.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, directory trees, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Format of all inputs, whatever they contain; in directories then all files except hidden and binary ones are
    /// read. By default the content of each file decides
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    pub(crate) input_format: InputFormatArg,
    /// Field of a record with the text: a name, outer.inner or /json/0/pointer; a|b is the first of them that there is,
    /// a,b both with a blank line between. A field that no record has is an error [default: text, body, content, ...]
    #[arg(long, value_name = "NAME")]
    pub(crate) text_field: Option<String>,
    /// Field with the id [default: id, doc_id, guid, url, ...; else file#line]
    #[arg(long, value_name = "NAME")]
    pub(crate) id_field: Option<String>,
    /// Field with the headline [default: title, headline, ...]
    #[arg(long, value_name = "NAME")]
    pub(crate) title_field: Option<String>,
    /// Field with the date [default: date, published, publishedAt, pubDate, ...]
    #[arg(long, value_name = "NAME")]
    pub(crate) date_field: Option<String>,
    /// Field with the publisher [default: source, domain, source.name, ...]
    #[arg(long, value_name = "NAME")]
    pub(crate) source_field: Option<String>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Longest record that is read; longer ones are rejected and listed
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = parse_size)]
    pub(crate) max_record: usize,
    /// Worker threads; 0 means one for each core. Never changes a result
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, env = "DATELINE_THREADS")]
    pub(crate) threads: usize,
    /// Exit with 1 if a record was skipped
    #[arg(long)]
    pub(crate) strict: bool,
    /// Show no progress bar (there is never one unless standard error is a terminal)
    #[arg(long)]
    pub(crate) no_progress: bool,
}

/// What to look for, and how to read it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Gazetteer and reading")]
pub(crate) struct GazetteerArgs {
    /// Built-in gazetteer (world, core, towns), .gaz file or compiled .dlz; repeat it to add layers, the later over the
    /// earlier
    #[arg(short, long, value_name = "NAME|FILE", default_value = "world")]
    pub(crate) gazetteer: Vec<String>,
    /// Leave out the entities of this origin (src=), e.g. geonames; repeat it for several. One that no entity has is an error
    #[arg(long, value_name = "SOURCE")]
    pub(crate) without: Vec<String>,
    /// Do not keep compiled gazetteers in the user's cache folder (DATELINE_CACHE, else XDG_CACHE_HOME/dateline)
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// strict: neither "York" in "New York Times" nor "Iraqi" is a place; wide: both are; plain: every name that
    /// matches counts, also in page furniture, whatever the text around it, as with a dictionary (several times as
    /// fast)
    #[arg(long, value_enum, default_value = "strict")]
    pub(crate) profile: ProfileArg,
    /// Which of overlapping names are kept: longest (those that together cover the most characters, not counting a
    /// leading "the"; in the plain profile the leftmost-longest), all, or those not inside another
    #[arg(long, value_enum, default_value = "longest")]
    pub(crate) overlap: OverlapArg,
    /// Do not apply this rule of `dateline explain --rules`, to see its effect; repeat it for several. The run records
    /// it
    #[arg(long, value_name = "RULE", value_parser = optional_rules(), hide_possible_values = true)]
    pub(crate) without_rule: Vec<Rule>,
    /// Search engine; all give the same mentions (auto is word-start, the fastest; naive is the slow oracle)
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) engine: EngineArg,
}

/// Uses the library's names, so that there is one list of rules.
fn optional_rules() -> impl TypedValueParser<Value = Rule> {
    let names = Rule::ALL.iter().filter(|rule| rule.is_optional()).map(|rule| rule.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Rule>())
}

/// Text that belongs to the page and not to the article.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Page furniture")]
pub(crate) struct FurnitureArgs {
    /// Share bars, links to other articles, tags, menus, notices, bylines: skip omits their mentions, count treats them
    /// like any others, mark prints them with "furniture":true (tag; elsewhere like skip)
    #[arg(long, value_enum, default_value = "skip", value_name = "HOW")]
    pub(crate) furniture: FurnitureArg,
    /// Also treat as furniture each line of up to 200 bytes that occurs in at least N documents of the same source.
    /// Reads the inputs twice; the result depends on the whole archive, so parts analysed separately may not add up
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) recurring_lines: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FurnitureArg {
    Skip,
    Count,
    Mark,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SectionArg {
    Headline,
    Dateline,
    Byline,
    Lede,
    Body,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum InputFormatArg {
    /// The content of each file decides: text, JSON Lines, CSV, HTML, XML or WARC
    Auto,
    /// Each file is one article in plain text
    Text,
    /// Each line is one article as a JSON object
    Jsonl,
    /// Each row is one article; the first row names the columns
    Csv,
    /// Each file is a web page with one article
    Html,
    /// Each page of a crawl (WARC, ARC, WET) is one article
    Warc,
    /// Each article of a feed (RSS, Atom), of NITF or of SGML (Gigaword, TREC, Reuters-21578) is one element
    Xml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    Strict,
    Wide,
    Plain,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum OverlapArg {
    Longest,
    All,
    NoNested,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum EngineArg {
    Auto,
    WordStart,
    AhoCorasick,
    Naive,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum OffsetArg {
    Char,
    Byte,
    Utf16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Jsonl,
    Csv,
}

impl From<InputFormatArg> for InputFormat {
    fn from(format: InputFormatArg) -> Self {
        match format {
            InputFormatArg::Auto => Self::Auto,
            InputFormatArg::Text => Self::Text,
            InputFormatArg::Jsonl => Self::JsonLines,
            InputFormatArg::Csv => Self::Csv,
            InputFormatArg::Html => Self::Html,
            InputFormatArg::Warc => Self::Warc,
            InputFormatArg::Xml => Self::Xml,
        }
    }
}

impl From<FurnitureArg> for Furniture {
    fn from(furniture: FurnitureArg) -> Self {
        match furniture {
            FurnitureArg::Skip => Self::Skip,
            FurnitureArg::Count => Self::Count,
            FurnitureArg::Mark => Self::Mark,
        }
    }
}

impl From<SectionArg> for Section {
    fn from(section: SectionArg) -> Self {
        match section {
            SectionArg::Headline => Self::Headline,
            SectionArg::Dateline => Self::Dateline,
            SectionArg::Byline => Self::Byline,
            SectionArg::Lede => Self::Lede,
            SectionArg::Body => Self::Body,
        }
    }
}

impl From<OffsetArg> for SpanUnit {
    fn from(unit: OffsetArg) -> Self {
        match unit {
            OffsetArg::Char => Self::Char,
            OffsetArg::Byte => Self::Byte,
            OffsetArg::Utf16 => Self::Utf16,
        }
    }
}

impl From<ProfileArg> for Profile {
    fn from(profile: ProfileArg) -> Self {
        match profile {
            ProfileArg::Strict => Self::Strict,
            ProfileArg::Wide => Self::Wide,
            ProfileArg::Plain => Self::Plain,
        }
    }
}

impl From<OverlapArg> for Overlap {
    fn from(overlap: OverlapArg) -> Self {
        match overlap {
            OverlapArg::Longest => Self::Longest,
            OverlapArg::All => Self::All,
            OverlapArg::NoNested => Self::NoNested,
        }
    }
}

impl From<EngineArg> for Engine {
    fn from(engine: EngineArg) -> Self {
        match engine {
            EngineArg::Auto => Self::Auto,
            EngineArg::WordStart => Self::WordStart,
            EngineArg::AhoCorasick => Self::AhoCorasick,
            EngineArg::Naive => Self::Naive,
        }
    }
}

impl From<OffsetArg> for OffsetUnit {
    fn from(unit: OffsetArg) -> Self {
        match unit {
            OffsetArg::Char => Self::Char,
            OffsetArg::Byte => Self::Byte,
            OffsetArg::Utf16 => Self::Utf16,
        }
    }
}

/// Reads every article, counts the mentions of each entity in each document, and counts for each pair of entities the
/// documents that mention both.
#[derive(Debug, clap::Args)]
#[command(after_help = INPUT_HELP, after_long_help = ANALYZE_HELP)]
pub(crate) struct Analyze {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) gazetteer: GazetteerArgs,
    #[command(flatten)]
    pub(crate) furniture: FurnitureArgs,
    /// Sections whose mentions are not counted: headline, dateline, byline, lede, body
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SECTION,...", help_heading = "Page furniture")]
    pub(crate) exclude: Vec<SectionArg>,
    /// Directory to write; it appears when the run is complete, or not at all
    #[arg(short, long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Replace an earlier run of that name; a directory with any other file in it stays
    #[arg(long)]
    pub(crate) force: bool,
    /// Do not store the mentions: no contexts but documents, and no way back to the text
    #[arg(long)]
    pub(crate) no_mentions: bool,
    #[command(flatten)]
    pub(crate) pairs: PairArgs,
    #[command(flatten)]
    pub(crate) parts: PartArgs,
}

const ANALYZE_HELP: &str = concat!(
    input_help!(),
    "

RUN contains:
  manifest.json     settings, versions, inputs with sizes and hashes, how many records were counted and skipped, sums
  entities.dln      the entities found: id, name, kind, country, parent, Wikidata item, population, coordinates, mentions, documents
  documents.dln     the documents counted: id, date, source, where the record is, characters, mentions
  signatures.dln    for each document, by what copies of an article are recognised
  counts.dln        document × entity counts, sparse: document, entity, count
  cooccurrence.dln  entity × entity, upper triangle: a, b, joint (documents that mention both); and the marginals
  mentions.dln      every mention: document, part, start and end in bytes and characters, section, paragraph, sentence, word, entity
  fields.dln        with --keep: the values of the fields kept, and which document has which
  rejects.jsonl     the records that were skipped, of each input the first 1,000: file, byte offset, record number, reason, message

The same inputs and settings give the same bytes, whatever the number of threads or the order of the inputs. An entity
mentioned twice in a document counts twice in its counts, but once for its pairs. A title that the text repeats as its
headline counts once; page furniture does not count unless --furniture count says so.

Examples:
  dateline analyze news/ --out results
  dateline analyze archive.jsonl.zst --out results --text-field body --id-field url --date-field published
  zcat articles.jsonl.gz | dateline analyze - --out results -g world -g mine.gaz"
);

/// Looks at the beginning of the inputs and says how they would be read: before a long run, and to see immediately whether the
/// right fields are used.
///
/// Up to 200 files are looked into, evenly spread, and of each no more than the first 4 MB.
#[derive(Debug, clap::Args)]
#[command(mut_arg("inputs", |inputs| inputs.required(false).required_unless_present("presets")),
    after_help = INPUT_HELP, after_long_help = PLAN_HELP)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) gazetteer: GazetteerArgs,
    /// List the presets instead: archives that many people have, and the fields they are read by
    #[arg(long, conflicts_with = "inputs")]
    pub(crate) presets: bool,
}

const PLAN_HELP: &str = "\
Lines of the plan:
  formats    files by what their content is
  fields     the fields or columns that are used as id, title, text, date and source; in how
             many records, if not in all; and the names of those that are not used
  documents  how many there are; \"about\" says that it is an estimate, as is all that follows
  rejected   records that cannot be read, and the first of them
  dates      first and last day, and the share of documents with no date or an unreadable one
  language   share of documents in English, of those that are long enough to judge
  analyze    how long dateline analyze would take with so many threads
  its run    how large its results would be at most, without mentions and pairs
and the first three documents as they are read.

With --presets: the name of each preset, what archives it is for, the fields that it reads where their names are not the usual ones, and where the shape \
of these archives is documented.";

/// Prints one line of JSON for each document, in input order, as it is read: to check before a run, and for other tools.
///
/// The output can be read again: dateline read DIR > all.jsonl; dateline analyze all.jsonl
#[derive(Debug, clap::Args)]
#[command(after_help = INPUT_HELP, after_long_help = READ_HELP)]
pub(crate) struct Read {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Print only the first N documents
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

const READ_HELP: &str = "\
Keys of a line (those without a value are left out):
  id         the document's id; FILE#RECORD if it has none of its own
  title      its headline, if it has one apart from the text
  text       its text: of a web page the article, without the page around it
  date       its date as delivered
  day        the date as it is understood, e.g. 2024-05-09
  source     its publisher or site
  file       the input file, or - for standard input
  record     the number of the record in the file, from 1
  offset     where the record begins, in bytes of the decompressed file";

/// Prints one line of JSON for each document, in input order:
/// {"id", "spans": [{"part", "start", "end", "surface", "type", "entity", "name", ...}]}
#[derive(Debug, clap::Args)]
#[command(after_help = INPUT_HELP, after_long_help = TAG_HELP)]
pub(crate) struct Tag {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) gazetteer: GazetteerArgs,
    #[command(flatten)]
    pub(crate) furniture: FurnitureArgs,
    /// Unit of start and end: characters (Python), bytes (Rust, Go) or UTF-16 units (JavaScript, Java)
    #[arg(long, value_enum, default_value = "char", value_name = "UNIT")]
    pub(crate) offsets: OffsetArg,
    /// Also print where the headline, lede, furniture ... of each document are
    #[arg(long)]
    pub(crate) segments: bool,
    /// Also print which country and which places each document is about
    #[arg(long)]
    pub(crate) focus: bool,
}

const TAG_HELP: &str = "\
Keys of a span:
  part       title or text: the text to which the offsets refer
  start end  half-open range from the beginning of the part, in --offsets units
  surface    the characters of the range, as delivered
  type       place, organisation, title, or the first part of another kind
  entity     id of the entity in the gazetteer; unlisted:TYPE/NAME for an organisation or a place that is in no list and
             was recognised by the form of its name (X Trading Corp, the village of X)
  name       its canonical name; for an unlisted one the full name, as the article writes it
  kind       its full kind, e.g. place.city; not for an unlisted one
  country    its ISO 3166 code, if known
  lat lon    its coordinates, if known
  demonym    true for an adjective or a name of inhabitants (only in the wide profile)
  head       for a title, the person's name after it: {start, end, surface}
  section    the part of the article: headline, dateline, byline, lede (the first paragraph), body, or furniture;
             furniture and byline only with --furniture mark or count
  furniture  true in page furniture and bylines (only with --furniture mark)
  repeated   true in a line of the text that repeats the title; analyze counts the title alone
  rule       the rule that accepted the mention
  score      if the name may mean several entities, the points of the one chosen
  runner_up  the next best of them: {entity, name, score}; a small distance means a doubtful choice

Unlisted names are printed here but never counted: analyze counts the entities of the gazetteer.

With --focus each line also has \"focus\": {country, share, places}: the ISO 3166 code of the country that the document is about, or null;
that country's share of the points; and the ids of up to three places. `dateline focus --help` states the rule.

With --segments each line also has \"segments\": [{part, start, end, section, reason?}]: every part of the document, in order;
reason says why it is furniture: share-bar, link-line, link-list, tags, timestamp, navigation, notice, advertisement,
copyright, recurring.

INPUT is a file, a directory tree, or - for standard input; see dateline analyze --help.

Examples:
  dateline tag article.txt
  dateline tag --profile wide archive.jsonl.gz > mentions.jsonl";

/// How to print a list.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// How many rows to print; 0 prints all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, allow_negative_numbers = true, value_parser = whole::<usize>)]
    pub(crate) rows: usize,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

const EXPORT_HELP: &str = "\
P is a directory for parquet, arrow, csv, jsonl (a file for each table), mtx, npz (both matrices, with documents.csv and \
entities.csv naming rows and columns) and duckdb (Parquet and load.sql), with an export.json that describes the content; with --table it \
is one file. For all others P is one file.

Tables (sqlite: also the views named_pairs and named_counts):
  entities   entity (row number), id, name, kind, country, parent, wikidata, population (0: unknown),
             latitude, longitude, mentions, documents
  documents  document (row number), id, date (as delivered), day, source, language, file, offset,
             length, characters, words, paragraphs, sentences, mentions, notes (bits: 1 markup, 2 replaced, 4 language judged,
             8 not English, 16 a text file without the separator of --split-on), story (copies of one article have the same number; docs/stories.md)
  counts     document, entity, count (mentions of the entity in the document)
  pairs      a, b (entities, a < b), joint (contexts that mention both)
  marginals  entity, contexts (that mention it)
  mentions   document, part (0 title, 1 text), start, end (bytes), start_char, end_char (characters),
             section (0 headline, 1 dateline, 2 byline, 3 lede, 4 body), paragraph, sentence, word
             (from 0, through title and text), entity
Unknown days and coordinates are null (in CSV empty), an unknown country, date or source is an empty text.

Matrices: counts is documents × entities; cooccurrence is entities × entities with the contexts of each entity on its diagonal, as the \
triangle only: mtx says symmetric, so readers fill it; npz is the upper triangle, fill it with m + scipy.sparse.triu(m, 1).T.
Networks (gexf, graphml, pajek, vosviewer): entities are nodes, pairs are undirected edges, the weight is joint.
edges: Source, Target (ids), Type (Undirected), Weight, SourceLabel, TargetLabel. geojson: places with coordinates, with mentions and documents.

Conditions work as in `dateline pairs`. --type keeps entities of a type and the pairs among them; --with and --min-documents keep only \
entities that are in a remaining pair. Conditions on documents, --section, --roll-up and --count stories make an export of this part of the run: what a run of \
these documents and mentions would give. Documents without a remaining entity are kept, so that shares keep their denominators. Row numbers are \
those of the run, but matrices and pajek number the remaining rows from the beginning; with --roll-up, countries that no document \
mentions itself have numbers after those of the run.

With --by, gexf has edges whose weights change with time, for Gephi's timeline (attribute total: the weight in all documents), and edges, graphml \
and --table pairs have a row for each slice of a pair with a column slice. Slices sum to the pair; conditions such as --min-documents are those of \
the sum.

Every format preserves every character of a name, except XML (gexf, graphml), which does not allow most control characters: they \
become U+FFFD, and their number is reported. Pajek's labels write quotes, ampersands, backslashes and control characters as &#34; and distinguish equal names by ids. A cell of a \
CSV that begins with = + - or @ is a formula to a spreadsheet: before you open names that you do not trust in one, export with --csv-safe, which \
puts an apostrophe before such names. A reader must not treat the country code NA (Namibia) as a missing value.

Rows of GeoNames (CC BY 4.0) carry its notice inside the export if the format can hold it; otherwise it is printed: keep it with the file.

Examples:
  dateline export results --to parquet --out results.parquet
  dateline export results --to csv --table pairs --min-documents 5 --out pairs.csv
  dateline export results --to gexf --type place --min-documents 3 --out places.gexf
  dateline export results --to gexf --by month --roll-up country --type place --out months.gexf
  dateline export results --to parquet --table pairs --by source --out pairs.parquet";

/// Writes a run, or a part of it, for another tool. The same run and options give the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "See --help for the tables and columns of each format.", after_long_help = EXPORT_HELP)]
pub(crate) struct Export {
    /// The run
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Format of the export
    #[arg(long, value_name = "FORMAT", value_parser = export_formats())]
    pub(crate) to: ExportFormat,
    /// File or directory to write; it appears when it is complete, or not at all
    #[arg(short, long, value_name = "P")]
    pub(crate) out: PathBuf,
    /// One table instead of all (parquet, arrow, csv, jsonl); P is then a file
    #[arg(long, value_enum, value_name = "TABLE")]
    pub(crate) table: Option<TableArg>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    #[command(flatten)]
    pub(crate) slice: SliceArg,
    /// Add to the documents what they are about (`dateline focus --help` states the rule): columns focus (ISO 3166 code of the country),
    /// focus_share, and focus_places (ids of up to three places, with semicolons between them)
    #[arg(long)]
    pub(crate) focus: bool,
    /// In CSV, put an apostrophe before texts that a spreadsheet would read as formulas
    #[arg(long)]
    pub(crate) csv_safe: bool,
    /// Replace an earlier export of that name, and nothing that is not recognisable as one
    #[arg(long)]
    pub(crate) force: bool,
    /// Show no progress bar (there is never one unless standard error is a terminal)
    #[arg(long)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum TableArg {
    Entities,
    Documents,
    Counts,
    Pairs,
    Marginals,
    Mentions,
}

impl From<TableArg> for Table {
    fn from(table: TableArg) -> Self {
        match table {
            TableArg::Entities => Self::Entities,
            TableArg::Documents => Self::Documents,
            TableArg::Counts => Self::Counts,
            TableArg::Pairs => Self::Pairs,
            TableArg::Marginals => Self::Marginals,
            TableArg::Mentions => Self::Mentions,
        }
    }
}

/// Uses the library's names, so that there is one list of formats.
fn export_formats() -> impl TypedValueParser<Value = ExportFormat> {
    PossibleValuesParser::new(ExportFormat::ALL.map(|(name, _)| name)).map(|name| {
        let found = ExportFormat::ALL.into_iter().find(|(known, _)| *known == name);
        found.expect("clap accepts only names of the list").1
    })
}

/// Shows the description in a .dln file, or in each file of a run: format, columns, blocks, properties.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns:
  file     name of the file
  block    kind of block
  columns  its columns with their types
  blocks   number of blocks of that kind
  rows     rows in all of them
  bytes    size of the file

--format jsonl prints one object for each file, with its whole header; for a run the manifest comes first.")]
pub(crate) struct Inspect {
    /// A run or a .dln file
    #[arg(value_name = "FILE")]
    pub(crate) path: PathBuf,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Checks the matches. Matches a sample of the articles with the engine in use and with the oracle, a slow and
/// independent matcher, under every overlap policy, and compares the spans and their names.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints how many documents and bytes were compared, how many spans were found, and how many documents differ, and where. \
The same documents give the same sample. Exit code 1 if anything differs.")]
pub(crate) struct Selfcheck {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) gazetteer: GazetteerArgs,
    /// Documents to compare
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) sample: usize,
}

/// Reads a whole run: every checksum, every column, every sum that must agree with another.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns (and keys):
  check   what was checked
  ok      yes, or NO if something differs
  detail  what was found and, if it differs, what was expected

Exit code 0 if all checks pass, 1 if one fails, 2 if the run cannot be opened.")]
pub(crate) struct Verify {
    /// The run
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    #[command(flatten)]
    pub(crate) archive: crate::verify::ArchiveArgs,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Why, or why not? Lists every candidate of one document: each name whose letters occur, for each entity it may
/// denote, with the one rule that decided, and the names that are in no list. Candidates with "yes" are exactly what
/// `tag` prints.
#[derive(Debug, clap::Args)]
#[command(mut_arg("inputs", |inputs| inputs.required(false).required_unless_present("rules")), after_help = "\
Columns (and keys):
  document   which of several documents with that id: 1, 2, ... in archive order (only if there are several)
  part       title or text
  start end  range of the name, in --offsets units from the beginning of the part
  surface    the characters there
  verdict    yes, or no
  entity     id of the entity it could mean
  name       its canonical name
  kind       its full kind, e.g. place.city
  alias      the name as in the gazetteer
  flags      its flags in the gazetteer: weak, the required case
  rule       the rule that decided
  meaning    meaning of the rule; in brackets the name or entity preferred, or the points of the entity and of the runner-up

A candidate that a rule accepted may still lose to a longer name that covers it (covered), to names that share words with it
and cover more of the text (crossed), or to another entity with the same name (less-likely). Candidates that the flags of their
name refuse are listed by the flag: case, accents, boundary, hyphen, comma, stop. With --furniture count, names in page
furniture are included.

With --rules: every rule with its verdict (yes: it accepts, no: it rejects), whether --without-rule can remove it, and its
meaning, in columns rule, verdict, optional, meaning.

On a terminal that is too narrow for the table some columns are left out and named; pipes and files get every column.

Examples:
  dateline explain archive.jsonl --doc wire-2024-001
  dateline explain article.txt --at 1843
  dateline explain archive.jsonl --doc 7 --nth 2      the second of the documents that have the id 7
  dateline explain --rules")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) gazetteer: GazetteerArgs,
    #[command(flatten)]
    pub(crate) furniture: FurnitureArgs,
    /// Id of the document, as `tag` prints it; not needed if the input is a single document. All documents with that id
    /// are shown
    #[arg(long, value_name = "ID")]
    pub(crate) doc: Option<String>,
    /// Only the Nth of the documents that have the id, in archive order
    #[arg(long, value_name = "N", requires = "doc", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) nth: Option<u64>,
    /// List the rules instead, in the order in which they are applied
    #[arg(long, conflicts_with_all = ["inputs", "doc", "at"])]
    pub(crate) rules: bool,
    /// Only candidates at this offset (in --offsets units)
    #[arg(long, value_name = "OFFSET")]
    pub(crate) at: Option<usize>,
    /// The text in which --at counts
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) part: PartArg,
    /// Unit of start, end and --at
    #[arg(long, value_enum, default_value = "char", value_name = "UNIT")]
    pub(crate) offsets: OffsetArg,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PartArg {
    Title,
    Text,
}

impl From<PartArg> for Part {
    fn from(part: PartArg) -> Self {
        match part {
            PartArg::Title => Self::Title,
            PartArg::Text => Self::Text,
        }
    }
}

/// Measures accuracy. Compares mentions with those a person marked in a gold file. Each line of it is a document:
/// {"id", "text", "title"?, "split"?, "spans": [{"start", "end", "type", "lat"?, "lon"?}]}, offsets in characters of
/// the text.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The mentions are those dateline finds in the gold file, or with --pred those of a file of {\"id\", \"spans\"} lines
(dateline tag, or another program). A document that is not in that file has no mentions. Only spans of the text are compared.

Measures:
  exact    same start, end and type
  overlap  one-to-one pairs that share a character, exact pairs first
  docset   in each document the set of surface forms, in lower case
  docmac   mean over documents of the F1 of docset (documents with neither gold nor mentions excluded)
  acc@161  of the exactly found spans with coordinates, the share located within 161 km
  end@161  of all gold spans with coordinates, the share found and located within 161 km

Columns (and keys):
  type       the type measured
  measure    one of the above
  precision  of what was found, the share that is right
  recall     of what is right, the share that was found
  value      F1 (2PR / (P + R)); for docmac, acc@161 and end@161 the mean or the share itself
  low high   95 % interval of the value: documents resampled --draws times (percentile bootstrap, always the same samples)
  of         number of items the value is based on: gold spans, surface forms, documents or located spans
  gold predicted documents  how many of each

With --compare: first and second value, their difference (second less first) with the 95 % interval of the difference on the
same samples, and whether it is sure (the interval does not contain 0). With --errors N a second list: type, error (false positive
or missed), surface, count.

With --sheet, a row for all entities of each type, then one for each entity that was judged:
  labelled right   documents judged, and those in which the name means the entity
  precision        right / labelled; of a type, the share of all documents of its entities, each as often right as in its sample
  low high         95 % interval (Wilson 1927; of a type, with the effective number of judgements, Kish 1965)
  documents        documents that mention the entity according to the run
  articles articles_low articles_high  how many of these mention it in fact: documents times precision, low and high
What the run did not find is not in a sheet, so it says nothing about recall.

If the gold file does not annotate a type, its precision has no meaning. Types of other label sets (GPE, ORG) are compared
only if --map maps them; types never compared are reported, and a gold file of which nothing is compared is refused.

Examples:
  dateline eval --gold gold.jsonl --types place --errors 20
  dateline eval --gold gold.jsonl --compare profile=wide
  dateline eval --gold gold.jsonl --compare without-rule=same-country      the effect of a rule
  dateline eval --gold spacy.jsonl --map GPE=place,LOC=place,ORG=organisation
  dateline eval --gold gold.jsonl --pred old.jsonl --compare new.jsonl
  dateline eval --sheet sheet.csv")]
pub(crate) struct Eval {
    /// Hand-annotated JSON Lines
    #[arg(long, value_name = "FILE", required_unless_present = "sheet")]
    pub(crate) gold: Option<PathBuf>,
    /// Instead of a gold file, a sheet of `dateline sample` that somebody has filled in
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gold", "pred", "compare", "types", "map", "split", "errors"])]
    pub(crate) sheet: Option<PathBuf>,
    /// Mentions to measure; by default those that dateline finds
    #[arg(long, value_name = "FILE")]
    pub(crate) pred: Option<PathBuf>,
    /// Other mentions (a file), or other settings (profile=, overlap=, gazetteer=, without-rule=, with commas) to
    /// compare with
    #[arg(long, value_name = "FILE|SETTINGS")]
    pub(crate) compare: Option<String>,
    /// Types to measure [default: those of place, organisation and title that the gold file has]
    #[arg(long, value_delimiter = ',', value_name = "TYPE,...")]
    pub(crate) types: Vec<String>,
    /// Compare the spans of one type as another, in the gold file and in those of --pred and --compare:
    /// GPE=place,LOC=place,ORG=organisation
    #[arg(long, value_delimiter = ',', value_name = "FROM=TO,...", value_parser = |text: &str| text.parse::<Renaming>())]
    pub(crate) map: Vec<Renaming>,
    /// Gold types that are neutral: a mention that touches one is not an error
    #[arg(long, value_delimiter = ',', default_value = "ignore", value_name = "TYPE,...")]
    pub(crate) ignore: Vec<String>,
    /// Only gold documents of this split
    #[arg(long, value_name = "NAME")]
    pub(crate) split: Option<String>,
    /// Unit of the offsets of --pred and --compare
    #[arg(long, value_enum, default_value = "char", value_name = "UNIT")]
    pub(crate) offsets: OffsetArg,
    /// Also list the N most frequent errors of each kind
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = whole::<usize>)]
    pub(crate) errors: usize,
    /// Samples of the bootstrap
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = whole::<usize>)]
    pub(crate) draws: usize,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Worker threads; 0 means one for each core. Never changes a result
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, env = "DATELINE_THREADS")]
    pub(crate) threads: usize,
    #[command(flatten)]
    pub(crate) gazetteer: GazetteerArgs,
    #[command(flatten)]
    pub(crate) furniture: FurnitureArgs,
}

/// Who holds which office? Lists the persons named after titles, with the country or organisation beside the title. No
/// list of persons is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns (and keys):
  title         canonical name of the title
  of            the country, place or organisation whose office it is, if the text says so: \"Iraqi Prime Minister Ada
                Example\", \"Kenya's President ...\", \"President Ada Example of Kenya\"
  name          the person's name as written, in its longest form
  first last    first and last date of these documents
  documents     documents that say so
  title_entity  id of the title in the gazetteer
  of_entity     id of the owner in the gazetteer

Most documents first, then by name. A short form is merged with a longer one if only one fits. The list shows what was written, so a
person who left office is listed as long as articles give the title; \"former\" and \"late\" holders and courtesy titles (Mr.,
Dr.) are left out.

Examples:
  dateline holders archive.jsonl.zst
  dateline holders news/ --min-documents 3 --format csv > holders.csv")]
pub(crate) struct Holders {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Built-in gazetteer (world, core, towns) or .gaz file; repeat it to add layers, the later over the earlier
    #[arg(short, long, value_name = "NAME|FILE", default_value = "world")]
    pub(crate) gazetteer: Vec<String>,
    /// Leave out the entities of this origin (src=), e.g. geonames; repeat it for several. One that no entity has is an error
    #[arg(long, value_name = "SOURCE")]
    pub(crate) without: Vec<String>,
    /// Do not keep compiled gazetteers in the user's cache folder (DATELINE_CACHE, else XDG_CACHE_HOME/dateline)
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Only holders in at least this many documents
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) min_documents: u32,
    /// How many rows to print; 0 prints all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, allow_negative_numbers = true, value_parser = whole::<usize>)]
    pub(crate) rows: usize,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// A whole number.
pub(crate) fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "write a whole number, such as 20".to_owned())
}

/// "64M", "1G", "500000": bytes, with binary multiples.
pub(crate) fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let factor: usize = match text[digits.len()..].to_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        unit => return Err(format!("unknown unit {unit}; use K, M or G")),
    };
    let number: usize = digits.trim().parse().map_err(|_| "write a whole number such as 64M".to_owned())?;
    number.checked_mul(factor).filter(|size| *size > 0).ok_or_else(|| "the size must be positive".to_owned())
}
