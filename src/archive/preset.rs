//! Archives that many people have, and how each is read: the names of its fields, its format.

use super::{ArchiveOptions, FieldMap, InputFormat};

/// How an archive of a known kind is read.
///
/// ```
/// use dateline::ArchiveOptions;
/// use dateline::archive::Preset;
/// let preset = Preset::ALL.iter().find(|preset| preset.name == "all-the-news-2").unwrap();
/// let options = preset.fill(ArchiveOptions::default());
/// assert_eq!(options.fields.text.as_deref(), Some("article"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Preset {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Which archives it is for.
    pub about: &'static str,
    /// Where the shape of these archives is documented.
    pub documented: &'static str,
    format: InputFormat,
    fields: Option<Names>,
    keep: &'static [&'static str],
}

/// The names of the fields.
#[derive(Debug)]
struct Names {
    id: &'static str,
    title: &'static str,
    text: &'static str,
    date: &'static str,
    source: &'static str,
}

impl Preset {
    /// All presets, by name.
    pub const ALL: &'static [Self] = &[
        Self {
            name: "all-the-news-2",
            about: "All the News 2.0, the CSV of 2.7 million articles from 27 American publications",
            documented: "https://components.one/datasets/all-the-news-2-news-articles-dataset",
            format: InputFormat::Csv,
            fields: Some(Names { id: "url", title: "title", text: "article", date: "date", source: "publication" }),
            keep: &["author", "section"],
        },
        Self {
            name: "cc-news",
            about: "CC-NEWS, the daily WARC files of news pages by Common Crawl",
            documented: "https://commoncrawl.org/blog/news-dataset-available",
            format: InputFormat::Warc,
            fields: None,
            keep: &[],
        },
        Self {
            name: "cc-news-articles",
            about: "cc_news on Hugging Face, articles cut from CC-NEWS, as JSON Lines, CSV or Parquet",
            documented: "https://huggingface.co/datasets/vblagoje/cc_news",
            format: InputFormat::Auto,
            fields: Some(Names { id: "url", title: "title", text: "text", date: "date", source: "domain" }),
            keep: &[],
        },
        Self {
            name: "gigaword",
            about: "English Gigaword of the LDC, SGML files without an ending, by agency and month",
            documented: "https://catalog.ldc.upenn.edu/LDC2011T07",
            format: InputFormat::Xml,
            fields: None,
            keep: &[],
        },
        Self {
            name: "news-please",
            about: "articles that news-please stored, an object a file or a line",
            documented: "https://github.com/fhamborg/news-please",
            format: InputFormat::JsonLines,
            fields: Some(Names {
                id: "url",
                title: "title",
                text: "maintext",
                date: "date_publish",
                source: "source_domain",
            }),
            keep: &["language"],
        },
        Self {
            name: "nyt-annotated",
            about: "The New York Times Annotated Corpus of the LDC, NITF in tar archives by month",
            documented: "https://catalog.ldc.upenn.edu/LDC2008T19",
            format: InputFormat::Xml,
            fields: None,
            keep: &[],
        },
        Self {
            name: "reuters-21578",
            about: "Reuters-21578, the SGML files reut2-000.sgm to reut2-021.sgm",
            documented: "https://kdd.ics.uci.edu/databases/reuters21578/README.txt",
            format: InputFormat::Xml,
            fields: None,
            keep: &[],
        },
        Self {
            name: "wet",
            about: "WET files of Common Crawl, the plain texts of pages",
            documented: "https://commoncrawl.org/get-started",
            format: InputFormat::Warc,
            fields: None,
            keep: &[],
        },
    ];

    /// Options with what the preset says in place of what they leave open. The fields that are kept are those of the options, if they
    /// name any.
    #[must_use]
    pub fn fill(&self, mut options: ArchiveOptions) -> ArchiveOptions {
        if options.input_format == InputFormat::Auto {
            options.input_format = self.format;
        }
        let names = self.fields();
        let fields = &mut options.fields;
        for (given, name) in [
            (&mut fields.id, names.id),
            (&mut fields.title, names.title),
            (&mut fields.text, names.text),
            (&mut fields.date, names.date),
            (&mut fields.source, names.source),
        ] {
            *given = given.take().or(name);
        }
        if options.keep.is_empty() {
            options.keep = self.keep.iter().map(|name| (*name).to_owned()).collect();
        }
        options
    }

    /// The names of the fields, where they are not the usual ones.
    #[must_use]
    pub fn fields(&self) -> FieldMap {
        let Some(Names { id, title, text, date, source }) = &self.fields else { return FieldMap::default() };
        let name = |name: &str| Some(name.to_owned());
        FieldMap { id: name(id), title: name(title), text: name(text), date: name(date), source: name(source) }
    }

    /// The fields that it keeps.
    #[must_use]
    pub fn keep(&self) -> &'static [&'static str] {
        self.keep
    }
}
