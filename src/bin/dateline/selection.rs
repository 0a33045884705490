//! Which documents are wanted, and which of their fields are carried along.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use dateline::archive::{Preset, Selection, TextIs, days_of, languages};

/// Which documents are wanted, and which of their fields are carried along.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Fields to carry into the results as columns of documents, e.g. section,author; named like those above. In pages they are looked for
    /// in structured data and meta elements, in feeds, NITF and SGML among the elements
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = name)]
    pub(crate) keep: Vec<String>,
    /// Only files of directories that match this glob, e.g. *.jsonl or 2021/**; repeat it for several. Named files are read anyway
    #[arg(long, value_name = "GLOB")]
    pub(crate) include_files: Vec<String>,
    /// No files or folders in directories that match this glob, e.g. drafts/; repeat it for several
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude_files: Vec<String>,
    /// Follow links that lead out of a directory. Those within it are followed anyway, and named files are read
    #[arg(long)]
    pub(crate) follow_links: bool,
    /// Only members of tar and zip archives that match this glob, which starts at the root of the archive if it contains a /; repeat it for several
    #[arg(long, value_name = "GLOB")]
    pub(crate) include_members: Vec<String>,
    /// No members or folders of tar and zip archives that match this glob; repeat it for several
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude_members: Vec<String>,
    /// Divide plain text files into articles: TEXT is a line between two of them, /REGEX/ matches what is between them in a line
    /// (/^Document \d+ of \d+$/). It belongs to neither; what a group (?<next>...) matches begins the next article
    #[arg(long, value_name = "TEXT|/REGEX/", allow_hyphen_values = true)]
    pub(crate) split_on: Option<String>,
    /// Read lines like "Title: ..." at the beginning of plain texts, or front matter between two lines ---, as fields: title, date, source,
    /// id and those of --keep. They are then no part of the text
    #[arg(long)]
    pub(crate) header_lines: bool,
    /// Read the inputs as an archive of this kind has to be read; options that are given go before it. `dateline plan --presets` lists them
    #[arg(long, value_name = "NAME", value_parser = presets(), hide_possible_values = true)]
    pub(crate) preset: Option<&'static Preset>,
    /// What texts and titles of JSON, tables, Parquet, Arrow and text files are written in; html leaves out tags, keeps paragraphs and decodes
    /// &amp; and the like. Offsets then count in the text without them, as `dateline read` prints it
    #[arg(long, value_name = "KIND", default_value = "plain", value_parser = text_is())]
    pub(crate) text_is: TextIs,
    /// Only documents of this day or later: 2021, 2021-03 or 2021-03-05. Others, and those of no known day, are counted as filtered
    #[arg(long, value_name = "DATE", value_parser = first_day)]
    pub(crate) since: Option<i32>,
    /// Only documents of this day or earlier; 2021 is its last day, 2021-03 the last of March
    #[arg(long, value_name = "DATE", value_parser = last_day)]
    pub(crate) until: Option<i32>,
    /// Only documents in these languages, e.g. en,de (ISO 639-1), and those too short for their language to be known; others are
    /// counted as filtered
    #[arg(long, value_name = "CODE,...", value_delimiter = ',', value_parser = language)]
    pub(crate) language: Vec<String>,
}

fn text_is() -> impl TypedValueParser<Value = TextIs> {
    PossibleValuesParser::new(["plain", "html"]).map(|kind| if kind == "html" { TextIs::Html } else { TextIs::Plain })
}

fn presets() -> impl TypedValueParser<Value = &'static Preset> {
    PossibleValuesParser::new(Preset::ALL.iter().map(|preset| preset.name)).map(|name| {
        let known = Preset::ALL.iter().find(|preset| preset.name == name);
        known.expect("clap accepts only names of the list")
    })
}

fn language(text: &str) -> Result<String, String> {
    match languages().find(|code| code.eq_ignore_ascii_case(text.trim())) {
        Some(code) => Ok(code.to_owned()),
        None => {
            let mut known: Vec<&str> = languages().collect();
            known.sort_unstable();
            Err(format!("this language is not recognised; those that are: {}", known.join(", ")))
        }
    }
}

fn first_day(text: &str) -> Result<i32, String> {
    days_of(text).map(|days| *days.start()).ok_or_else(no_date)
}

fn last_day(text: &str) -> Result<i32, String> {
    days_of(text).map(|days| *days.end()).ok_or_else(no_date)
}

fn no_date() -> String {
    "write a year, a month or a day from 1600 to 2199: 2021, 2021-03 or 2021-03-05".to_owned()
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("a name is empty".to_owned()) } else { Ok(name.to_owned()) }
}

impl SelectionArgs {
    /// The documents that are wanted.
    pub(crate) fn select(&self) -> Selection {
        let mut languages = self.language.clone();
        languages.sort();
        languages.dedup();
        Selection { since: self.since, until: self.until, languages }
    }

    /// The fields to keep, each once.
    pub(crate) fn keep(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in &self.keep {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
}
