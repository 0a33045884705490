//! What a page says about itself: headline, date of publication, publisher, language.
//!
//! The structured data for search engines (JSON-LD, schema.org) comes first, because it is written by the publisher's own system
//! and names its fields; then `meta` elements (Open Graph, Dublin Core and others); then what a reader sees.

use serde_json::Value;

use super::Page;
use super::tree::{Attribute, Tag, Tree};

/// Everything but the text, and what the page says of the fields in `keep`, each under any of its names.
pub(super) fn read(tree: &Tree, keep: &[Vec<String>]) -> Page {
    let mut found = Found { keep, ..Found::default() };
    found.structured.kept = vec![String::new(); keep.len()];
    found.meta.kept.clone_from(&found.structured.kept);
    let mut body = false;
    for (row, node) in tree.nodes.iter().enumerate() {
        let Some(tag) = node.tag else { continue };
        match tag {
            Tag::Html => set(&mut found.language, tree.attribute(row, Attribute::Lang).unwrap_or_default()),
            Tag::Body => body = true,
            Tag::Meta => found.read_meta(tree, row),
            Tag::Script if is_structured_data(tree, row) => found.read_structured_data(&tree.inner_text(row)),
            Tag::Title if !body => set(&mut found.title, &tree.inner_text(row)),
            Tag::H1 => found.headings.push(row),
            Tag::Time => found.read_time(tree, row),
            _ => {}
        }
    }
    found.into_page(tree)
}

fn is_structured_data(tree: &Tree, row: usize) -> bool {
    tree.attribute(row, Attribute::Type).is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"))
}

/// Sets what is not known yet.
fn set(known: &mut String, value: &str) {
    if known.is_empty() {
        *known = value.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// What the sources say, each by itself.
#[derive(Default)]
struct Found<'k> {
    keep: &'k [Vec<String>],
    structured: Page,
    meta: Page,
    language: String,
    /// The `title` element.
    title: String,
    /// The rows of the `h1` elements.
    headings: Vec<usize>,
    /// The first date in a `time` element, and the first that is marked as that of publication.
    time: String,
    published: String,
}

impl Found<'_> {
    fn read_meta(&mut self, tree: &Tree, row: usize) {
        let Some(content) = tree.attribute(row, Attribute::Content) else { return };
        let names =
            tree.attributes(row).filter(|(attribute, _)| matches!(attribute, Attribute::Name | Attribute::ItemProp));
        for (_, name) in names {
            for (wanted, known) in self.keep.iter().zip(&mut self.meta.kept) {
                // `article:section`, `dc.creator`.
                let local = name.rsplit([':', '.']).next().unwrap_or_default();
                if wanted.iter().any(|wanted| [name, local].iter().any(|name| name.eq_ignore_ascii_case(wanted))) {
                    set(known, content);
                }
            }
            match name.to_ascii_lowercase().as_str() {
                "og:title" | "dc.title" | "dcterms.title" | "headline" => set(&mut self.meta.title, content),
                "article:published_time"
                | "datepublished"
                | "date"
                | "dc.date"
                | "dc.date.issued"
                | "dcterms.created"
                | "dcterms.date"
                | "pubdate"
                | "publishdate"
                | "publish-date"
                | "publication_date"
                | "parsely-pub-date"
                | "sailthru.date"
                | "article.published"
                | "ptime"
                | "originalpublicationdate"
                | "og:published_time" => {
                    set(&mut self.meta.date, content);
                }
                "og:site_name" | "dc.publisher" | "dcterms.publisher" | "application-name" => {
                    set(&mut self.meta.source, content);
                }
                "og:locale" | "content-language" | "dc.language" | "inlanguage" => {
                    set(&mut self.meta.language, &content.replace('_', "-"));
                }
                _ => {}
            }
        }
    }

    fn read_time(&mut self, tree: &Tree, row: usize) {
        let Some(date) = tree.attribute(row, Attribute::Datetime) else { return };
        set(&mut self.time, date);
        let marks = tree.attributes(row).any(|(attribute, value)| {
            matches!(attribute, Attribute::ItemProp | Attribute::Class)
                && value.to_ascii_lowercase().contains("publish")
        });
        if marks {
            set(&mut self.published, date);
        }
    }

    fn read_structured_data(&mut self, json: &str) {
        // Some sites put it into a comment or a character data section.
        let json = json.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[");
        let json = json.trim_end_matches("-->").trim_end_matches("//]]>");
        if let Ok(data) = serde_json::from_str::<Value>(json) {
            self.read_value(&data, 0);
        }
    }

    /// Looks for an article in structured data: an object, a list of them, or a `@graph`.
    fn read_value(&mut self, value: &Value, depth: usize) {
        const DEEPEST: usize = 4;
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.read_value(item, depth + 1)),
            Value::Object(fields) => {
                if fields.get("@type").is_some_and(is_article) {
                    self.read_article(fields);
                }
                for nested in ["@graph", "mainEntity", "mainEntityOfPage"] {
                    if let Some(nested) = fields.get(nested) {
                        self.read_value(nested, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn read_article(&mut self, fields: &serde_json::Map<String, Value>) {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        set(&mut self.structured.title, &unescaped(text("headline")));
        set(&mut self.structured.date, text("datePublished"));
        let publisher = match fields.get("publisher") {
            Some(Value::Array(several)) => several.first(),
            publisher => publisher,
        };
        let name = publisher.and_then(|publisher| publisher.get("name")).and_then(Value::as_str).unwrap_or_default();
        set(&mut self.structured.source, &unescaped(name));
        let language = fields.get("inLanguage").map_or("", |language| {
            language.as_str().or_else(|| language.get("alternateName")?.as_str()).unwrap_or_default()
        });
        set(&mut self.structured.language, language);
        for (wanted, known) in self.keep.iter().zip(&mut self.structured.kept) {
            // schema.org calls the section of an article `articleSection`.
            let found = fields.iter().find(|(name, _)| {
                wanted.iter().any(|wanted| {
                    name.eq_ignore_ascii_case(wanted)
                        || name.strip_prefix("article").is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                })
            });
            found.and_then(|(_, value)| word(value)).inspect(|word| set(known, &unescaped(word)));
        }
    }

    fn into_page(self, tree: &Tree) -> Page {
        let heading = match self.headings[..] {
            [only] => tree.inner_text(only),
            _ => String::new(),
        };
        let first = |values: &[&str]| {
            let mut chosen = String::new();
            values.iter().for_each(|value| set(&mut chosen, value));
            chosen
        };
        Page {
            title: first(&[&self.structured.title, &self.meta.title, &heading, &self.title]),
            text: String::new(),
            date: first(&[&self.structured.date, &self.meta.date, &self.published, &self.time]),
            source: first(&[&self.structured.source, &self.meta.source]),
            language: first(&[&self.language, &self.structured.language, &self.meta.language]),
            kept: self
                .structured
                .kept
                .iter()
                .zip(&self.meta.kept)
                .map(|(structured, meta)| first(&[structured, meta]))
                .collect(),
        }
    }
}

/// A value of structured data in words: text, a number, the name of an object, or the first of several that has one.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(several) => several.iter().find_map(word),
        Value::Object(fields) => fields.get("name").and_then(Value::as_str).map(str::to_owned),
        Value::Null | Value::Bool(_) => None,
    }
}

/// Whether a `@type` of schema.org is one of articles.
fn is_article(kind: &Value) -> bool {
    match kind {
        Value::String(kind) => {
            let kind = kind.rsplit(['/', ':']).next().unwrap_or_default();
            kind.ends_with("Article")
                || matches!(kind, "BlogPosting" | "LiveBlogPosting" | "Report" | "SocialMediaPosting")
        }
        Value::Array(kinds) => kinds.iter().any(is_article),
        _ => false,
    }
}

/// Structured data should hold plain text, and often holds HTML's character references.
fn unescaped(text: &str) -> String {
    if text.contains(['&', '<']) { Tree::read(text).inner_text(0) } else { text.to_owned() }
}
