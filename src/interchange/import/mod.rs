//! Gazetteers of other tools, read as streams into the native format or its JSON Lines twin.
//!
//! Every format is one `Importer` in a file of its own. It turns records into fragments of entities. The `Sink` sorts
//! the fragments by id on disk, joins those of one entity, and writes the entities in the order of their ids. So the
//! order of lines or files only affects which of two canonical names comes first. Memory holds the sort buffer
//! ([`ImportOptions::memory`]), one record and one entity, whatever the size of the input; the files of the formats say
//! what they need beyond that.
//!
//! Nothing is lost silently: [`ImportReport`] counts what was read, kept, and dropped, with the reason and the position
//! of the first case.

mod cameo;
mod category;
mod delimited;
mod flashtext;
mod gate;
mod geonames;
mod jsonl;
mod list;
mod liwc;
mod quanteda;
mod report;
mod ror;
mod sink;
mod skos;
mod solr;
mod source;
mod spacy;
mod wikidata;
mod wikidata_classes;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;

pub use report::{Collisions, Dropped, Examples, ImportReport, Tally};
use sink::Sink;

/// The formats that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ImportFormat {
    /// Comma-separated values with a header line; `a|b` in a cell means two names.
    Csv,
    /// Like [`Csv`](Self::Csv), but separated by tabs.
    Tsv,
    /// One name a line.
    List,
    /// The tables of GeoNames: places, alternate names, divisions, countries.
    Geonames,
    /// The JSON dump of Wikidata.
    Wikidata,
    /// Patterns of spaCy's `EntityRuler` and `SpanRuler`, as JSON Lines.
    Spacy,
    /// GATE: `lists.def` with its `.lst` files, or single lists.
    Gate,
    /// FlashText: `alias=>canonical` lines, or a JSON object.
    Flashtext,
    /// Solr and Lucene synonyms.
    Solr,
    /// A dictionary of quanteda as YAML.
    Quanteda,
    /// A LIWC dictionary (`.dic`).
    Liwc,
    /// SKOS as N-Triples.
    Skos,
    /// CAMEO, TABARI and PETRARCH: `.actors` and `.agents`.
    Cameo,
    /// The JSON dump of the Research Organization Registry, schema 2.
    Ror,
    /// The JSON Lines twin of the native format.
    Jsonl,
}

/// What happens to a word of a dictionary with a `*` at its beginning or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Wildcards {
    /// It gets the flags `prefix` (the word may continue) and `suffix` (it may begin earlier).
    #[default]
    Flags,
    /// The stem matches as a whole word; longer words are missed.
    Word,
    /// The stem matches anywhere in a word (flag `open`), even in the middle.
    Open,
    /// The pattern is counted as dropped.
    Drop,
}

/// What the innermost key of a dictionary means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Leaf {
    /// A kind: each of its words is an entity.
    #[default]
    Kind,
    /// An entity: its words are its names.
    Entity,
}

/// How to import. The defaults are those of the command line.
#[derive(Clone)]
#[non_exhaustive]
pub struct ImportOptions<'a> {
    /// Kind of entities whose record has none. Each format except the plain list has a default.
    pub kind: Option<String>,
    /// Labels of the format (spaCy label, GATE major:minor, dictionary key) and their kinds.
    pub kinds: Vec<(String, String)>,
    /// The prefix of the ids; each format has a default.
    pub prefix: Option<String>,
    /// Value of `src` of every entity; some formats have a default.
    pub source: Option<String>,
    /// Languages whose names are kept, the preferred first. Names without a language are always kept.
    pub languages: Vec<String>,
    /// CSV: the role of a column (`id` `name` `kind` `aliases` `flags` or a key), and its header.
    pub columns: Vec<(String, String)>,
    /// CSV: separator of fields, instead of the format's own.
    pub delimiter: Option<u8>,
    /// TSV: fields may be enclosed in quotation marks, as in CSV. Otherwise a quotation mark is an ordinary character.
    pub quote: bool,
    /// CSV: what separates the names in the column of aliases; `None` detects it from the column.
    pub alias_separator: Option<String>,
    /// If set, names in catalogue form ("Korea, Republic of") get no alias in the form of running text ("Republic of
    /// Korea").
    pub as_written: bool,
    /// Ids of [`against`](Self::against) may be used: in a layer, the imported entity replaces the one there.
    pub replace: bool,
    /// GATE: what separates a name from its features.
    pub separator: String,
    /// quanteda, LIWC, CAMEO: how open-ended patterns are imported.
    pub wildcards: Wildcards,
    /// quanteda, LIWC: what the innermost key means.
    pub leaf: Leaf,
    /// Wikidata: further classes (`Q515`) and their kinds; they have precedence over the built-in ones.
    pub classes: Vec<(String, String)>,
    /// Wikidata: fewest pages about an entity in Wikipedia and its sisters.
    pub min_sitelinks: u64,
    /// GeoNames: fewest inhabitants of a populated place.
    pub min_population: u64,
    /// GeoNames: populated places below this are weak.
    pub strong_population: u64,
    /// GeoNames: feature classes that are kept; empty keeps all.
    pub feature_classes: Vec<String>,
    /// Longest record that is read, in bytes; longer lines are dropped, longer CSV and JSON records are an error.
    pub max_record: usize,
    /// Bytes of the sort buffer; larger inputs are sorted in temporary files.
    pub memory: usize,
    /// A gazetteer whose names and ids are compared with the imported ones.
    pub against: Option<&'a Gazetteer>,
    /// Replace an existing file.
    pub force: bool,
    /// Called now and then with the number of bytes read; may stop the import.
    pub on_progress: Option<&'a dyn Fn(u64) -> ControlFlow<()>>,
}

impl Default for ImportOptions<'_> {
    fn default() -> Self {
        Self {
            kind: None,
            kinds: Vec::new(),
            prefix: None,
            source: None,
            languages: vec!["en".to_owned()],
            columns: Vec::new(),
            delimiter: None,
            quote: false,
            alias_separator: None,
            as_written: false,
            replace: false,
            separator: "\t".to_owned(),
            wildcards: Wildcards::default(),
            leaf: Leaf::default(),
            classes: Vec::new(),
            min_sitelinks: 1,
            min_population: 0,
            strong_population: 100_000,
            feature_classes: Vec::new(),
            max_record: 64 << 20,
            memory: 256 << 20,
            against: None,
            force: false,
            on_progress: None,
        }
    }
}

impl ImportOptions<'_> {
    /// The kind to which a label is mapped.
    fn kind_of(&self, label: &str) -> Option<&str> {
        self.kinds.iter().find(|(known, _)| known.eq_ignore_ascii_case(label)).map(|(_, kind)| kind.as_str())
    }

    /// The rank of a language in the order of preference; `None` if its names are not wanted. A language with a region
    /// counts as the language.
    fn language_rank(&self, language: &str) -> Option<u8> {
        let base = |tag: &str| tag.split(['-', '_']).next().unwrap_or(tag).to_ascii_lowercase();
        if language.is_empty() {
            return Some(u8::MAX);
        }
        let exact = self.languages.iter().position(|wanted| wanted.eq_ignore_ascii_case(language));
        let rank = exact.or_else(|| self.languages.iter().position(|wanted| base(wanted) == base(language)));
        rank.map(|rank| u8::try_from(rank).unwrap_or(u8::MAX - 1))
    }
}

/// Reads one format: passes records to the sink, each counted, kept or dropped with a reason.
trait Importer {
    /// The prefix of the ids unless the user gives another.
    fn prefix(&self) -> &'static str;

    /// Value of `src` unless the user gives another.
    fn source(&self) -> Option<&'static str> {
        None
    }

    /// A line that the licence of the data requires at the head of the output.
    fn notice(&self) -> Option<&'static str> {
        None
    }

    /// Whether every record is kept exactly: only names that are equal in every respect are joined.
    fn is_lossless(&self) -> bool {
        false
    }

    /// Whether equal ids mean the same entity everywhere, as in GeoNames: then they may be ids of other layers.
    fn has_ids_of_authority(&self) -> bool {
        false
    }

    /// Whether names come from lists that may sort them by a word other than their first.
    fn is_catalogue(&self) -> bool {
        false
    }

    /// Reads all inputs.
    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()>;
}

fn importer(format: ImportFormat) -> Box<dyn Importer> {
    match format {
        ImportFormat::Csv => Box::new(delimited::Delimited::Commas),
        ImportFormat::Tsv => Box::new(delimited::Delimited::Tabs),
        ImportFormat::List => Box::new(list::List),
        ImportFormat::Geonames => Box::new(geonames::Geonames),
        ImportFormat::Wikidata => Box::new(wikidata::Wikidata),
        ImportFormat::Spacy => Box::new(spacy::Spacy),
        ImportFormat::Gate => Box::new(gate::Gate),
        ImportFormat::Flashtext => Box::new(flashtext::Flashtext),
        ImportFormat::Solr => Box::new(solr::Solr),
        ImportFormat::Quanteda => Box::new(quanteda::Quanteda),
        ImportFormat::Liwc => Box::new(liwc::Liwc),
        ImportFormat::Skos => Box::new(skos::Skos),
        ImportFormat::Cameo => Box::new(cameo::Cameo),
        ImportFormat::Ror => Box::new(ror::Ror),
        ImportFormat::Jsonl => Box::new(jsonl::Jsonl),
    }
}

/// Imports `inputs` into `out`, a `.gaz` or `.jsonl` file, which appears complete or not at all.
///
/// Inputs are decompressed as they are read (gzip, bzip2, zstd and zip, by content); `-` is standard input.
///
/// # Errors
///
/// If an input cannot be read to its end (cut short, damaged, of another kind), if `out` exists and
/// [`force`](ImportOptions::force) is not set, if nothing was kept, if an id is one of
/// [`against`](ImportOptions::against) and [`replace`](ImportOptions::replace) is not set, or if the progress function
/// stopped the import.
///
/// # Complexity
///
/// One pass over the input (two for Wikidata) and a sort of what is kept; memory as described in the [module](self).
pub fn import(
    format: ImportFormat,
    inputs: &[PathBuf],
    out: &Path,
    options: &ImportOptions<'_>,
) -> Result<ImportReport> {
    if inputs.is_empty() {
        return Err(Error::usage("no input is named").with_remedy("name a file, or - for standard input"));
    }
    let importer = importer(format);
    let mut sink = Sink::create(importer.as_ref(), out, options)?;
    importer.read(inputs, &mut sink)?;
    sink.finish()
}

#[cfg(test)]
mod tests;
