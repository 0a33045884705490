//! What the benchmarks share: texts that look like news, gazetteers of several sizes, a checksum for answers.
//!
//! Everything made here depends on a seed and the built-in gazetteer only. Real articles can take the place of the made-up
//! ones: `DATELINE_BENCH_CORPUS` names a JSON Lines file (also `.gz` or `.zst`) whose first megabytes are read.

// Each benchmark is a program of its own and uses a part of this module.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use criterion::Criterion;
use dateline::archive::{Archive, ArchiveOptions};
use dateline::gazetteer::{AliasKind, EntityType};
use dateline::{AliasId, Document, Gazetteer};
use serde::Serialize;

/// Names the file with real articles.
const CORPUS_VARIABLE: &str = "DATELINE_BENCH_CORPUS";

/// Few samples and short times, so that a file takes a minute or so; options of the command line override them.
pub(crate) fn short() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
}

/// SplitMix64: enough for texts, and the same numbers everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In `0..1`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// In `low..high`, each equally likely.
    pub(crate) fn range(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low) as u64) as usize
    }

    /// In `0..n`, about as Zipf's law with exponent 1 has it: rank `r` as often as `1 / r`.
    pub(crate) fn zipf(&mut self, n: usize) -> usize {
        let rank = ((n as f64 + 1.0).ln() * self.unit()).exp();
        (rank as usize - 1).min(n - 1)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.range(0, items.len())]
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.range(0, last + 1));
        }
    }
}

/// One article; serialised, it is a line of JSON Lines as an archive has it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) date: String,
    pub(crate) source: String,
    pub(crate) text: String,
}

impl Article {
    pub(crate) fn document(&self) -> Document<'_> {
        Document { title: Some(self.title.as_str().into()), ..Document::new(self.id.as_str(), self.text.as_str()) }
    }
}

/// Articles of one sort; `name` is the axis in the names of benchmarks.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) articles: Vec<Article>,
}

impl Corpus {
    /// Bytes of the texts, titles left out: what the throughput of a matcher is measured in.
    pub(crate) fn text_bytes(&self) -> u64 {
        self.articles.iter().map(|article| article.text.len() as u64).sum()
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.articles.iter().map(|article| article.text.as_str())
    }

    pub(crate) fn json_lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for article in &self.articles {
            serde_json::to_writer(&mut lines, article).expect("an article is plain text");
            lines.push(b'\n');
        }
        lines
    }

    /// Beginnings of articles, about `bytes` together: what the oracle can search in bearable time.
    pub(crate) fn sample(&self, bytes: usize) -> Vec<Article> {
        let pieces = bytes.div_ceil(400).min(self.articles.len());
        let cut = |article: &Article| {
            let text = &article.text;
            let end = (0..=text.len().min(bytes / pieces)).rev().find(|end| text.is_char_boundary(*end));
            Article { title: String::new(), text: text[..end.expect("0 is a boundary")].to_owned(), ..article.clone() }
        };
        self.articles.iter().step_by(self.articles.len() / pieces).take(pieces).map(cut).collect()
    }
}

/// What made-up articles are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextOptions {
    pub(crate) seed: u64,
    pub(crate) documents: usize,
    /// Mean length of a text in bytes.
    pub(crate) mean_length: usize,
    /// Share of words that are names of the gazetteer.
    pub(crate) names: f64,
    /// Share of documents with curly quotes, dashes and accented names; the others are ASCII.
    pub(crate) curly: f64,
}

impl Default for TextOptions {
    /// A megabyte of wire stories: 3 KB each, a name in every thirty words.
    fn default() -> Self {
        Self { seed: 20_260_101, documents: 350, mean_length: 3000, names: 1.0 / 30.0, curly: 0.0 }
    }
}

/// The texts to measure on, about `bytes` each: ASCII and curly quotes, or the file named by the environment.
pub(crate) fn corpora(gazetteer: &Gazetteer, bytes: usize) -> Vec<Corpus> {
    if let Some(path) = std::env::var_os(CORPUS_VARIABLE) {
        return vec![Corpus { name: "corpus", articles: read(PathBuf::from(path), bytes) }];
    }
    let ascii = TextOptions { documents: bytes / TextOptions::default().mean_length, ..TextOptions::default() };
    vec![
        Corpus { name: "ascii", articles: generate(gazetteer, ascii) },
        Corpus { name: "curly", articles: generate(gazetteer, TextOptions { curly: 1.0, ..ascii }) },
    ]
}

/// Half of the documents with curly quotes, as archives of several decades are; or the file named by the environment.
pub(crate) fn mixed_corpus(gazetteer: &Gazetteer, bytes: usize) -> Corpus {
    if std::env::var_os(CORPUS_VARIABLE).is_some() {
        return corpora(gazetteer, bytes).remove(0);
    }
    let options = TextOptions { documents: bytes / TextOptions::default().mean_length, ..TextOptions::default() };
    Corpus { name: "mixed", articles: generate(gazetteer, TextOptions { curly: 0.5, ..options }) }
}

/// The first articles of a file, until they hold `bytes` of text.
fn read(path: PathBuf, bytes: usize) -> Vec<Article> {
    let archive = Archive::open(&[path], ArchiveOptions::default()).expect("the corpus can be opened");
    let (mut articles, mut length) = (Vec::new(), 0);
    for batch in archive.batches() {
        let batch = batch.expect("the corpus can be read");
        for document in batch.records().iter().filter_map(|record| batch.document(record).ok()) {
            if length >= bytes {
                return articles;
            }
            length += document.text.len();
            articles.push(Article {
                id: document.id.into_owned(),
                title: document.title.unwrap_or_default().into_owned(),
                date: document.date.unwrap_or_default().into_owned(),
                source: document.source.unwrap_or_default().into_owned(),
                text: document.text.into_owned(),
            });
        }
    }
    assert!(!articles.is_empty(), "{CORPUS_VARIABLE} names a file without articles");
    articles
}

/// Makes up articles.
pub(crate) fn generate(gazetteer: &Gazetteer, options: TextOptions) -> Vec<Article> {
    let mut random = Random::new(options.seed);
    let ascii = Names::new(gazetteer, true);
    let all = Names::new(gazetteer, false);
    let fillers = invented_words();
    let write = |number| {
        let curly = random.chance(options.curly);
        let names = if curly { &all } else { &ascii };
        let mut writer = Writer { random: &mut random, names, fillers: &fillers, share: options.names, curly };
        writer.article(number, options.mean_length)
    };
    (0..options.documents).map(write).collect()
}

/// The names texts are made of, by what they name, the frequent ones first.
struct Names<'g> {
    places: Vec<&'g str>,
    organisations: Vec<&'g str>,
    titles: Vec<&'g str>,
}

impl<'g> Names<'g> {
    fn new(gazetteer: &'g Gazetteer, ascii: bool) -> Self {
        let mut random = Random::new(7);
        let mut names = |wanted: EntityType<'_>| {
            let mut names: Vec<(bool, &str)> = Vec::new();
            for alias in gazetteer.aliases() {
                let entity = gazetteer.entity(alias.entity);
                let usual = !alias.flags.stop && !alias.flags.after_comma && alias.kind != AliasKind::Misspelling;
                if usual && entity.entity_type() == wanted && (!ascii || alias.text.is_ascii()) {
                    names.push((entity.kind == "place.country", alias.text));
                }
            }
            random.shuffle(&mut names);
            // News speaks of countries more than of towns.
            names.sort_by_key(|(country, _)| !*country);
            names.into_iter().map(|(_, name)| name).collect()
        };
        Self {
            places: names(EntityType::Place),
            organisations: names(EntityType::Organisation),
            titles: names(EntityType::Title),
        }
    }
}

struct Writer<'a> {
    random: &'a mut Random,
    names: &'a Names<'a>,
    fillers: &'a [String],
    share: f64,
    curly: bool,
}

impl Writer<'_> {
    fn article(&mut self, number: usize, mean_length: usize) -> Article {
        let length = self.random.range(mean_length / 2, mean_length * 3 / 2);
        let mut text = String::with_capacity(length + 200);
        if self.random.chance(0.7) {
            let place = self.name_of(0).to_uppercase();
            let dash = if self.curly { "—" } else { "-" };
            let _ = write!(text, "{place}, {} {} {dash} ", self.random.pick(&MONTHS), self.random.range(1, 29));
        }
        let mut sentences_left = self.random.range(1, 4);
        while text.len() < length {
            self.sentence(&mut text);
            sentences_left -= 1;
            if sentences_left == 0 {
                text.push_str("\n\n");
                sentences_left = self.random.range(1, 4);
            } else {
                text.push(' ');
            }
        }
        if self.random.chance(0.2) {
            text = hard_wrapped(&text);
        }
        let mut title = String::new();
        for _ in 0..self.random.range(4, 9) {
            let word = if self.random.chance(0.2) { self.name() } else { capitalised(self.word()) };
            title.push_str(if title.is_empty() { "" } else { " " });
            title.push_str(&word);
        }
        let day = self.random.range(1, 29);
        let month = self.random.range(1, 13);
        Article {
            id: format!("made-{number:06}"),
            title,
            date: format!("{}-{month:02}-{day:02}", self.random.range(1990, 2027)),
            source: format!("{} Courier", self.random.pick(self.fillers)),
            text: text.trim_end().to_owned(),
        }
    }

    fn sentence(&mut self, text: &mut String) {
        let quoted = self.random.chance(0.2);
        if quoted {
            text.push_str(if self.curly { "“" } else { "\"" });
        }
        let words = self.random.range(8, 30);
        for index in 0..words {
            let mut word = if self.random.chance(self.share) {
                let mut name = self.name();
                if self.random.chance(0.1) {
                    name.push_str(if self.curly { "’s" } else { "'s" });
                }
                name
            } else if self.random.chance(self.share / 2.0) {
                self.person()
            } else if self.random.chance(0.01) {
                self.random.range(2, 2030).to_string()
            } else {
                self.word().to_owned()
            };
            if index == 0 {
                word = capitalised(&word);
            }
            text.push_str(&word);
            if index + 1 < words {
                text.push_str(if self.random.chance(0.06) { ", " } else { " " });
            }
        }
        if quoted {
            text.push_str(if self.curly { ",” said " } else { ",\" said " });
            text.push_str(&self.person());
        }
        text.push('.');
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.random.zipf(WORDS.len())]
    }

    fn person(&mut self) -> String {
        format!("{} {}", self.random.pick(self.fillers), self.random.pick(self.fillers))
    }

    /// A name; a title with a person behind it half of the time.
    fn name(&mut self) -> String {
        let class = match self.random.range(0, 100) {
            0..64 => 0,
            64..80 => 1,
            _ => 2,
        };
        let mut name = self.name_of(class).to_owned();
        if class == 2 && self.random.chance(0.5) {
            name.push(' ');
            name.push_str(&self.person());
        }
        name
    }

    fn name_of(&mut self, class: usize) -> &str {
        let names = [&self.names.places, &self.names.organisations, &self.names.titles][class];
        names[self.random.zipf(names.len())]
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Breaks lines at about 72 columns, inside names too.
fn hard_wrapped(text: &str) -> String {
    let mut column = 0;
    let wrap = |c| {
        column = if c == '\n' { 0 } else { column + 1 };
        if c == ' ' && column > 66 {
            column = 0;
            '\n'
        } else {
            c
        }
    };
    text.chars().map(wrap).collect()
}

/// How the ids of invented entities begin.
pub(crate) const INVENTED: &str = "made/";

/// The built-in world and as many invented names as asked for on top, each its own entity.
///
/// The invented names are pairs of words from which the persons of the texts are named too, so that their first words are
/// met often and the whole names seldom: the common case in a large gazetteer.
pub(crate) fn enlarged_world(names: usize) -> Gazetteer {
    let mut random = Random::new(11);
    let words = invented_words();
    let mut invented = BTreeSet::new();
    while invented.len() < names {
        invented.insert(format!("{} {}", random.pick(&words), random.pick(&words)));
    }
    let mut layer = String::new();
    for (number, name) in invented.iter().enumerate() {
        let _ = writeln!(layer, "{INVENTED}{number:06}  place.city  {name}");
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("invented.gaz");
    std::fs::write(&path, layer).expect("the layer can be written");
    Gazetteer::load(["world", &path.to_string_lossy()]).expect("the layer has the native format")
}

/// Capitalised words that sound like names.
fn invented_words() -> Vec<String> {
    const BEGIN: [&str; 16] =
        ["Ba", "Cor", "Del", "El", "Fan", "Gri", "Hol", "Jas", "Kel", "Lo", "Mar", "Nor", "Os", "Per", "Ri", "Tam"];
    const MIDDLE: [&str; 12] = ["", "a", "be", "di", "la", "me", "ni", "ro", "si", "ta", "ve", "wi"];
    const END: [&str; 10] = ["bury", "dale", "ford", "ham", "ley", "man", "nov", "rez", "sen", "ton"];
    let mut words = Vec::new();
    for begin in BEGIN {
        for middle in MIDDLE {
            words.extend(END.map(|end| format!("{begin}{middle}{end}")));
        }
    }
    Random::new(3).shuffle(&mut words);
    words
}

/// FNV-1a over what was found: equal answers, equal sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checksum(u64);

impl Default for Checksum {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Checksum {
    pub(crate) fn add(&mut self, document: usize, start: usize, end: usize, alias: AliasId) {
        for number in [document as u64, start as u64, end as u64, u64::from(alias.0)] {
            for byte in number.to_le_bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
    }
}

const MONTHS: [&str; 12] =
    ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];

/// Ordinary words of news, the frequent ones first.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "the", "of", "to", "and", "in", "a", "that", "for", "on", "was", "with", "is", "he", "by", "said", "at", "as", "it",
    "from", "his", "be", "have", "were", "are", "not", "has", "an", "had", "they", "which", "their", "will", "would",
    "who", "its", "been", "but", "more", "this", "after", "people", "one", "also", "about", "over", "year", "than",
    "when", "could", "two", "or", "new", "there", "some", "we", "against", "last", "up", "into", "out", "before", "other",
    "first", "officials", "talks", "government", "told", "under", "years", "between", "three", "since", "during", "what",
    "percent", "million", "week", "no", "most", "country", "while", "where", "all", "city", "can", "if", "only",
    "time", "because", "police", "early", "reporters", "statement", "month", "made", "market", "company",
    "shares", "prices", "oil", "workers", "troops", "border", "election", "party", "court", "law", "trade", "water",
    "health", "attack", "killed", "wounded", "agreed", "meeting", "visit", "leaders", "security", "military", "economic",
    "growth", "bank", "rate", "debt", "budget", "ferry", "harbour", "bridge", "school", "hospital", "farmers", "rain",
    "storm", "season", "team", "match", "final", "goal", "crowd", "report", "study", "research", "energy", "power",
    "plant", "minister", "president", "spokesman", "mayor", "general", "chief", "reading", "nice", "turkey", "mobile",
    "jordan", "compared", "woman", "climate",
];
