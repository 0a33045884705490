//! Header lines of plain texts, which are read only when somebody asks for them: `Title: …` before the article, or front matter between
//! two lines `---`.

use std::borrow::Cow;
use std::collections::HashMap;

use super::columns::plain;
use super::fields::{FieldMap, Fields};
use super::parse::Mapping;
use crate::document::Document;

/// Names that are usual in headers and are no part of a document; with `--keep` they are kept.
const OTHERS: [&str; 16] = [
    "author",
    "authors",
    "byline",
    "section",
    "edition",
    "page",
    "pages",
    "length",
    "language",
    "copyright",
    "keywords",
    "subject",
    "tags",
    "category",
    "categories",
    "load-date",
];

/// The longest name of a header line, and the most lines of front matter.
const LONGEST_NAME: usize = 40;
const MOST_LINES: usize = 1000;

/// One header line: its name, and its value with that of the lines that continue it.
type Line<'a> = (&'a str, Cow<'a, str>);

/// For each name of a header line, the part of the document that it gives.
#[derive(Debug)]
pub(super) struct HeaderNames {
    fields: Fields,
    /// The slot of each name, as people vary it.
    slots: HashMap<String, usize>,
    others: Vec<String>,
}

impl HeaderNames {
    pub(super) fn new(fields: &Fields) -> Self {
        let mut slots = HashMap::new();
        for (slot, name) in fields.names.iter().enumerate() {
            slots.entry(plain(name)).or_insert(slot);
        }
        Self { fields: fields.clone(), slots, others: OTHERS.map(plain).to_vec() }
    }

    fn is_usual(&self, name: &str) -> bool {
        let name = plain(name);
        self.slots.contains_key(&name) || self.others.contains(&name)
    }

    fn is_text(&self, name: &str) -> bool {
        let slot = self.slots.get(&plain(name));
        slot.is_some_and(|slot| self.fields.text.iter().flatten().any(|text| text == slot))
    }

    /// The document of a text, without an id if its header has none; the whole text is the article if it has no header.
    pub(super) fn document<'a>(&self, text: &'a str) -> Document<'a> {
        let Some((lines, rest)) = self.split(text) else {
            return Document { kept: vec![None; self.fields.kept.len()], ..Document::new("", text) };
        };
        let mut values: Vec<Option<Cow<'a, str>>> = vec![None; self.fields.names.len()];
        for (name, value) in lines {
            if let Some(slot) = self.slots.get(&plain(name))
                && values[*slot].is_none()
                && !value.is_empty()
            {
                values[*slot] = Some(value);
            }
        }
        let first = |slots: &[usize]| slots.iter().find_map(|slot| values[*slot].clone());
        let Fields { id, title, date, source, kept, .. } = &self.fields;
        Document {
            id: first(id).unwrap_or_default(),
            title: first(title),
            text: Cow::Borrowed(rest),
            date: first(date),
            source: first(source),
            kept: kept.iter().map(|slots| first(slots)).collect(),
            replaced: false,
        }
    }

    /// From which header line each part of the document was taken; `None` if the text has no header.
    pub(super) fn mapping(&self, text: &str) -> Option<Mapping> {
        let (lines, _) = self.split(text)?;
        let names: Vec<&str> = lines.iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| *name).collect();
        let used = |slots: &[usize]| {
            let of_slot = |slot: &usize| names.iter().find(|name| self.slots.get(&plain(name)) == Some(slot));
            slots.iter().find_map(of_slot).map(|name| (*name).to_owned())
        };
        let Fields { id, title, date, source, .. } = &self.fields;
        let used = FieldMap { id: used(id), title: used(title), text: None, date: used(date), source: used(source) };
        Some(Mapping { used, fields: lines.iter().map(|(name, _)| (*name).to_owned()).collect() })
    }

    /// The lines of a header, and the article after it.
    fn split<'a>(&self, text: &'a str) -> Option<(Vec<Line<'a>>, &'a str)> {
        let begin = text.trim_start_matches('\u{feff}').trim_start();
        front_matter(begin).or_else(|| self.header_lines(begin))
    }

    /// Lines `Name: value` before a blank line; without a blank line only those of usual names. The first must have a usual name.
    fn header_lines<'a>(&self, text: &'a str) -> Option<(Vec<Line<'a>>, &'a str)> {
        let mut lines: Vec<Line<'a>> = Vec::new();
        // How many of the lines have usual names, without exception, and what comes after them.
        let mut usual = (0, text);
        let mut rest = text;
        while !rest.is_empty() {
            let (line, after) = first_line(rest);
            if line.trim().is_empty() {
                return (usual.0 > 0).then_some((lines, without_blank_lines(rest)));
            }
            if line.starts_with([' ', '\t']) {
                let Some((_, value)) = lines.last_mut() else { break };
                *value = Cow::Owned(format!("{value} {}", line.trim()).trim().to_owned());
            } else {
                let Some((name, value)) = named(line) else { break };
                let is_usual = self.is_usual(name);
                if lines.is_empty() && !is_usual {
                    return None;
                }
                if self.is_text(name) {
                    // The article begins in this line.
                    let start = text.len() - rest.len() + line.len() - value.len();
                    return Some((lines, without_blank_lines(text[start..].trim_start_matches([' ', '\t']))));
                }
                lines.push((name, Cow::Borrowed(value.trim())));
                if !is_usual {
                    rest = after;
                    continue;
                }
            }
            if lines.iter().all(|(name, _)| self.is_usual(name)) {
                usual = (lines.len(), after);
            }
            rest = after;
        }
        lines.truncate(usual.0);
        (!lines.is_empty()).then(|| (lines, without_blank_lines(usual.1)))
    }
}

/// Front matter, as static pages have it: `name: value` between two lines `---`, of which lists and indented lines become one value.
fn front_matter(text: &str) -> Option<(Vec<Line<'_>>, &str)> {
    let (line, mut rest) = first_line(text);
    if line.trim_end() != "---" {
        return None;
    }
    let mut lines: Vec<Line<'_>> = Vec::new();
    for _ in 0..MOST_LINES {
        if rest.is_empty() {
            break;
        }
        let (line, after) = first_line(rest);
        rest = after;
        let bare = line.trim();
        if matches!(line.trim_end(), "---" | "...") {
            return Some((lines, without_blank_lines(rest)));
        }
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if let Some(item) = bare.strip_prefix("- ") {
            if let Some((_, value)) = lines.last_mut() {
                let comma = if value.is_empty() { "" } else { ", " };
                *value = Cow::Owned(format!("{value}{comma}{}", unquoted(item)));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = lines.last_mut() {
                *value = Cow::Owned(format!("{value} {bare}").trim().to_owned());
            }
        } else if let Some((name, value)) = named(line) {
            // What follows in indented lines.
            let value = if matches!(value.trim(), "|" | ">" | "|-" | ">-") { "" } else { unquoted(value) };
            lines.push((name, Cow::Borrowed(value)));
        }
    }
    None
}

/// A value without the quotation marks around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let quoted = |mark: char| value.strip_prefix(mark)?.strip_suffix(mark);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

/// A line without its end, and what follows.
fn first_line(text: &str) -> (&str, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    (line.strip_suffix('\r').unwrap_or(line), rest)
}

fn without_blank_lines(text: &str) -> &str {
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = first_line(rest);
        if !line.trim().is_empty() {
            break;
        }
        rest = after;
    }
    rest
}

/// The name and the value of a line `Name: value`.
fn named(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= LONGEST_NAME
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'));
    (is_name && (value.is_empty() || value.starts_with([' ', '\t']))).then(|| (name.trim_end(), value))
}
