//! `dateline gazetteer import`: gazetteers of other projects as `.gaz` or JSON Lines.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use dateline::Gazetteer;
use dateline::interchange::import::{Collisions, ImportFormat, ImportOptions, ImportReport, Leaf, Wildcards, import};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{Args, parse_size};
use crate::exit_code::{CommandResult, Outcome};
use crate::inputs::{self, plural};
use crate::table::{self, number, prose, text};

/// Reads gazetteers, dictionaries and dumps of other projects as streams, and writes a .gaz file (or its JSON Lines
/// twin) for -g.
#[derive(Debug, clap::Args)]
#[command(after_help = "See --help for what each format is, and which columns the report has.", after_long_help = HELP)]
pub(crate) struct Import {
    /// Files; gzip, bzip2, zstd and zip are decompressed; - is standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Format of the inputs
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Format,
    /// File to write: name.gaz, or name.jsonl for the JSON Lines twin. It appears when it is complete, or not at all
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Replace an earlier import of that name, and nothing that is not recognisable as one
    #[arg(long)]
    force: bool,
    /// Kind of entities whose record has none, e.g. org.company
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Kind for a label of the format (spaCy label, GATE major:minor, key, feature code); repeat it
    #[arg(long = "map", value_name = "LABEL=KIND", value_parser = parse_pair)]
    kinds: Vec<(String, String)>,
    /// Prefix of the ids, also of stated ones; "" for none [default: csv: gn: wd: ror: list: ... by format; none for
    /// jsonl and skos, nor for ids that gate and spacy files state]
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Allow ids of --against: used over it, the imported entities replace those there, with all their names
    #[arg(long)]
    replace: bool,
    /// Value of src= of every entity [default: geonames, wikidata or ror; else none]
    #[arg(long, value_name = "NAME")]
    src: Option<String>,
    /// Languages whose names are kept, the preferred first; names without a language are always kept
    #[arg(long, value_name = "CODES", default_value = "en", value_delimiter = ',')]
    lang: Vec<String>,
    /// CSV, TSV: the header of the column with name, id, kind, aliases, flags or any key; repeat it
    #[arg(long = "column", value_name = "WHAT=HEADER", value_parser = parse_pair)]
    columns: Vec<(String, String)>,
    /// CSV, TSV: another separator of fields
    #[arg(long, value_name = "CHAR", value_parser = parse_delimiter)]
    delimiter: Option<u8>,
    /// TSV: fields may be enclosed in quotation marks; otherwise a quotation mark is an ordinary character
    #[arg(long)]
    quote: bool,
    /// CSV, TSV: what separates the names in the column of aliases [default: | or, if the column shows it, ; or lists
    /// of JSON and Python]
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    alias_separator: Option<String>,
    /// Add no form of running text to catalogue names ("Republic of Korea" to "Korea, Republic of")
    #[arg(long)]
    as_written: bool,
    /// GATE: what separates a name from its features [default: a tab]
    #[arg(long, value_name = "TEXT")]
    separator: Option<String>,
    /// quanteda, LIWC: what "tax*" becomes: tax with the flag prefix (also taxes; "*tax" gets suffix), the whole word tax, tax
    /// anywhere in a word (also in syntax), or nothing
    #[arg(long, value_enum, default_value = "flags", value_name = "HOW")]
    wildcards: WildcardArg,
    /// quanteda, LIWC: whether the innermost key is a kind of many entities, or one entity with many names
    #[arg(long, value_enum, default_value = "kind", value_name = "WHAT")]
    leaf: LeafArg,
    /// Wikidata: another class to keep and its kind, before the built-in ones; repeat it
    #[arg(long = "class", value_name = "QID=KIND", value_parser = parse_pair)]
    classes: Vec<(String, String)>,
    /// Wikidata: fewest pages in Wikipedia and its sisters (5 suits news)
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_sitelinks: u64,
    /// GeoNames: fewest inhabitants of a populated place
    #[arg(long, value_name = "N", default_value_t = 0)]
    min_population: u64,
    /// GeoNames: populated places with fewer inhabitants are weak
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    strong_population: u64,
    /// GeoNames: feature classes to keep, e.g. A,P [default: all]
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    feature_class: Vec<String>,
    /// Gazetteers whose names are compared with the imported ones; none compares with nothing
    #[arg(long, value_name = "NAME|FILE", default_value = "world")]
    against: Vec<String>,
    /// Longest record that is read
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = parse_size)]
    max_record: usize,
    /// Size of the sort buffer; what does not fit is sorted in temporary files (TMPDIR)
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = parse_size)]
    memory: usize,
    /// Show no progress (there is never any unless standard error is a terminal)
    #[arg(long)]
    no_progress: bool,
}

const HELP: &str = "\
Formats:
  csv tsv    a header line; a|b in the column of aliases means two names (\\| is a bar), and so do a; b and lists of JSON or Python
             if the column has them. Rows with the same id are one entity; without an id column, rows with the same name are.
             cc is a code or a name of a country. In tsv a quotation mark is an ordinary character unless --quote is given
  list       one name a line, # begins a comment line; needs --kind
  geonames   allCountries, citiesN or XX; alternateNamesV2 (or alternateNames), admin1CodesASCII, admin2Codes, countryInfo give
             names and parents. Recognised by their columns; give them in one command
  wikidata   the JSON dump (latest-all.json.bz2), read twice
  spacy      EntityRuler and SpanRuler patterns: strings, and lists of TEXT, ORTH or LOWER tokens
  gate       lists.def with the lists it names, or single .lst files with --kind
  flashtext  alias=>canonical lines, or a JSON object {canonical: [aliases]}
  solr       a, b => c and a, b, c
  quanteda   YAML dictionary: nested keys, lists of words
  liwc       .dic
  skos       N-Triples, also with labels of SKOS-XL; schemes, collections and deprecated concepts are left out
  cameo      .actors and .agents of CAMEO, TABARI and PETRARCH
  ror        the JSON dump, schema 2, also in its zip archive
  jsonl      the JSON Lines twin of .gaz

The report on standard error:
  records    units of the format (lines, rows, objects): read = kept + dropped
  names      names of those records: read = kept + dropped
  entities   entities written; several records may form one
  dropped    how many for each reason, and the position of the first (file:line, or number of the record)
  shared     different names, compared as the matcher compares them, that several imported entities have
  known      different names that the gazetteers of --against also have

Memory is the sort buffer, one record and one entity. GeoNames also holds the tables of divisions and countries,
Wikidata some 10 bytes for each class, quanteda its file.

Examples:
  dateline gazetteer import --from csv companies.csv --column name=Company --kind org.company --out companies.gaz
  dateline gazetteer import --from geonames cities500.zip alternateNamesV2.zip admin1CodesASCII.txt countryInfo.txt --out cities.gaz
  dateline gazetteer import --from wikidata latest-all.json.bz2 --min-sitelinks 5 --lang en,fr --out wikidata.gaz";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Tsv,
    List,
    Geonames,
    Wikidata,
    Spacy,
    Gate,
    Flashtext,
    Solr,
    Quanteda,
    Liwc,
    Skos,
    Cameo,
    Ror,
    Jsonl,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WildcardArg {
    Flags,
    Word,
    Open,
    Drop,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LeafArg {
    Kind,
    Entity,
}

impl From<Format> for ImportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Tsv => Self::Tsv,
            Format::List => Self::List,
            Format::Geonames => Self::Geonames,
            Format::Wikidata => Self::Wikidata,
            Format::Spacy => Self::Spacy,
            Format::Gate => Self::Gate,
            Format::Flashtext => Self::Flashtext,
            Format::Solr => Self::Solr,
            Format::Quanteda => Self::Quanteda,
            Format::Liwc => Self::Liwc,
            Format::Skos => Self::Skos,
            Format::Cameo => Self::Cameo,
            Format::Ror => Self::Ror,
            Format::Jsonl => Self::Jsonl,
        }
    }
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => Ok((left.to_owned(), right.to_owned())),
        _ => Err("write two words with = between them".to_owned()),
    }
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] => Ok(*byte),
        b"\\t" => Ok(b'\t'),
        _ => Err("write one ASCII character, or \\t for a tab".to_owned()),
    }
}

pub(crate) fn run(command: &Import, args: &Args) -> CommandResult {
    let layers: Vec<&String> = command.against.iter().filter(|layer| *layer != "none").collect();
    let against = if layers.is_empty() { None } else { Some(Gazetteer::load(layers)?) };
    let bar = progress_bar(command, args);
    let stop = inputs::stop_on_signal();
    let on_progress = |bytes| {
        bar.inc(bytes);
        if stop.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut options = ImportOptions::default();
    options.kind = command.kind.clone();
    options.kinds = command.kinds.clone();
    options.prefix = command.prefix.clone();
    options.source = command.src.clone();
    options.languages = command.lang.clone();
    options.columns = command.columns.clone();
    options.delimiter = command.delimiter;
    options.quote = command.quote;
    options.alias_separator = command.alias_separator.as_ref().map(|text| text.replace("\\t", "\t"));
    options.as_written = command.as_written;
    options.replace = command.replace;
    if let Some(separator) = &command.separator {
        options.separator = separator.replace("\\t", "\t");
    }
    options.wildcards = match command.wildcards {
        WildcardArg::Flags => Wildcards::Flags,
        WildcardArg::Word => Wildcards::Word,
        WildcardArg::Open => Wildcards::Open,
        WildcardArg::Drop => Wildcards::Drop,
    };
    options.leaf = match command.leaf {
        LeafArg::Kind => Leaf::Kind,
        LeafArg::Entity => Leaf::Entity,
    };
    options.classes = command.classes.clone();
    options.min_sitelinks = command.min_sitelinks;
    options.min_population = command.min_population;
    options.strong_population = command.strong_population;
    options.feature_classes = command.feature_class.clone();
    options.max_record = command.max_record;
    options.memory = command.memory;
    options.against = against.as_ref();
    options.force = command.force;
    options.on_progress = Some(&on_progress);
    let report = import(command.from.into(), &command.inputs, &command.out, &options);
    bar.finish_and_clear();
    let report = report?;
    if !args.quiet {
        print_report(&report, command);
    }
    Ok(Outcome::Done)
}

/// Progress in bytes of the inputs, on a terminal.
fn progress_bar(command: &Import, args: &Args) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if args.quiet || command.no_progress || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        return bar;
    }
    bar.set_style(ProgressStyle::with_template("{spinner} {bytes} read  {elapsed}").expect("the template is valid"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn print_report(report: &ImportReport, command: &Import) {
    let columns = [text(""), number("read"), number("kept"), number("dropped")];
    let tallies = [("records", &report.records), ("names", &report.names)];
    let mut rows: Vec<Vec<serde_json::Value>> = Vec::new();
    for (name, tally) in tallies {
        rows.push(vec![name.into(), tally.read.into(), tally.kept.into(), tally.dropped().into()]);
    }
    crate::terminal::say!("{}", table::render(&columns, rows));
    let mut reasons: Vec<Vec<serde_json::Value>> = Vec::new();
    let values = ("value", &report.values);
    for (what, dropped) in [("record", &report.records.dropped), ("name", &report.names.dropped), values] {
        for (reason, dropped) in dropped {
            reasons.push(vec![what.into(), (*reason).into(), dropped.count.into(), dropped.first.as_str().into()]);
        }
    }
    if !reasons.is_empty() {
        crate::terminal::say!();
        let columns = [text("dropped"), prose("because"), number("count"), text("first")];
        crate::terminal::say!("{}", table::render(&columns, reasons));
    }
    crate::terminal::say!();
    for (what, count) in &report.notes {
        crate::terminal::say!("note: {what}: {}", dateline::text::thousands(*count));
    }
    for (input, reason) in &report.passed_over {
        crate::terminal::say!("passed over {input}: {reason}");
    }
    if !report.languages.is_empty() {
        let mut languages: Vec<(&String, &u64)> = report.languages.iter().collect();
        languages.sort_by_key(|(language, count)| (std::cmp::Reverse(**count), *language));
        let list: Vec<String> = languages
            .iter()
            .take(10)
            .map(|(language, count)| format!("{language} ({})", dateline::text::thousands(**count)))
            .collect();
        crate::terminal::say!("labels in languages that --lang does not ask for: {}", list.join(", "));
    }
    if report.replaced.count > 0 {
        let entities = plural(report.replaced.count, "entity replaces", "entities replace");
        crate::terminal::say!(
            "used over {}, {entities} one with all its names: {}",
            command.against.join(" + "),
            report.replaced
        );
    }
    if report.removals > 0 {
        crate::terminal::say!("{} of lower layers", plural(report.removals, "removal", "removals"));
    }
    print_collisions("shared by several of its entities", &report.shared);
    if let Some(known) = &report.known {
        print_collisions(&format!("in {} too", command.against.join(" + ")), known);
    }
    crate::terminal::say!("{} in {}", plural(report.entities, "entity", "entities"), command.out.display());
}

fn print_collisions(what: &str, collisions: &Collisions) {
    let examples: Vec<String> = collisions.examples.iter().map(|(name, n)| format!("{name} ({n})")).collect();
    let examples = if examples.is_empty() { String::new() } else { format!(": {}", examples.join(", ")) };
    crate::terminal::say!("{} {what}{examples}", plural(collisions.names, "name", "names"));
}
