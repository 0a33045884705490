//! Reads the spans of gold and prediction files: JSON Lines that other programs wrote.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::labels::Renaming;
use crate::error::{Error, Result};

/// The unit in which the offsets of a prediction count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpanUnit {
    /// Unicode code points.
    #[default]
    Char,
    /// Bytes of UTF-8.
    Byte,
    /// UTF-16 code units.
    Utf16,
}

/// One span of a file; start and end count characters of the text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SpanLine {
    /// Its first character.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// Its type, e.g. `place`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text its offsets refer to; the body if it is not given.
    #[serde(default)]
    part: Option<String>,
    #[serde(default)]
    lat: Option<f64>,
    #[serde(default)]
    lon: Option<f64>,
}

impl SpanLine {
    /// Latitude and longitude in degrees, if both are known.
    #[must_use]
    pub fn coordinates(&self) -> Option<(f64, f64)> {
        self.lat.zip(self.lon)
    }

    fn is_in_text(&self) -> bool {
        self.part.as_deref().is_none_or(|part| part == "text")
    }
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanDocument {
    /// Its id; a number is read as its digits.
    pub id: String,
    /// The part of the gold set it belongs to, if the file says so.
    pub split: Option<String>,
    /// The spans of its text, in the order of the file.
    pub spans: Vec<SpanLine>,
    text: Vec<char>,
}

impl SpanDocument {
    /// The characters of a span in lower case, with single blanks.
    pub(super) fn surface(&self, span: &SpanLine) -> String {
        let end = span.end.min(self.text.len());
        let characters: String = self.text[span.start.min(end)..end].iter().collect();
        // Python counts the separators U+001C to U+001F as blanks, and published figures come from Python.
        let blank = |c: char| c.is_whitespace() || ('\u{1C}'..='\u{1F}').contains(&c);
        let words: Vec<&str> = characters.split(blank).filter(|word| !word.is_empty()).collect();
        words.join(" ").to_lowercase()
    }
}

/// The documents of a file, each with its spans.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpanFile {
    documents: Vec<SpanDocument>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

#[derive(Deserialize)]
struct Row {
    id: Id,
    #[serde(default)]
    split: Option<String>,
    #[serde(default)]
    text: Option<String>,
    spans: Vec<SpanLine>,
}

/// The rows of a file with their line numbers.
fn rows<'t>(content: &'t str, path: &'t Path) -> impl Iterator<Item = Result<(usize, String, Row)>> + 't {
    // Files that begin with a byte order mark may have been concatenated.
    let lines = content.lines().map(|line| line.trim_start_matches('\u{feff}')).enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines.map(move |(index, line)| {
        let row: Row = serde_json::from_str(line).map_err(|error| {
            fault(path, index + 1, format!("column {}: {}", error.column(), without_place(&error.to_string())))
                .with_remedy("a line is {\"id\", \"text\", \"spans\": [{\"start\", \"end\", \"type\", ...}]}")
        })?;
        let id = match &row.id {
            Id::Text(id) => id.clone(),
            Id::Number(id) => id.to_string(),
        };
        Ok((index + 1, id, row))
    })
}

fn fault(path: &Path, line: usize, message: impl std::fmt::Display) -> Error {
    Error::format(path, format!("line {line}: {message}"))
}

/// Serde's message without its own " at line 1 column 7".
fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

impl SpanFile {
    /// The documents, in the order of the file.
    #[must_use]
    pub fn documents(&self) -> &[SpanDocument] {
        &self.documents
    }

    /// The types of all spans, sorted.
    #[must_use]
    pub fn types(&self) -> Vec<&str> {
        let mut types: Vec<&str> =
            self.documents.iter().flat_map(|document| &document.spans).map(|span| span.kind.as_str()).collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// Changes the type of spans as the renamings say.
    pub fn rename(&mut self, renamings: &[Renaming]) {
        for span in self.documents.iter_mut().flat_map(|document| &mut document.spans) {
            if let Some(renaming) = renamings.iter().find(|renaming| renaming.from == span.kind) {
                span.kind.clone_from(&renaming.to);
            }
        }
    }

    /// Reads a gold file; every document has a text, and offsets count its characters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) with the line: if a line is not such an object, a span is
    /// outside its text, an id occurs twice, or there is no document.
    pub fn gold(content: &str, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut documents = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows(content, path) {
            let (line, id, row) = row?;
            once(&mut seen, path, line, &id)?;
            let Some(text) = row.text else {
                return Err(fault(path, line, format!("document {id:?} has no text")));
            };
            let text: Vec<char> = text.chars().collect();
            let spans: Vec<SpanLine> = row.spans.into_iter().filter(SpanLine::is_in_text).collect();
            check(path, line, &id, &spans, text.len())?;
            documents.push(SpanDocument { id, split: row.split, spans, text });
        }
        if documents.is_empty() {
            return Err(Error::format(path, "no document in the gold file"));
        }
        Ok(Self { documents })
    }

    /// Reads predictions for the documents of a gold file and ignores other documents. Offsets become characters.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) with the line, as for [`gold`](Self::gold), or if an offset is
    /// within a character.
    pub fn predicted(content: &str, path: impl AsRef<Path>, gold: &Self, unit: SpanUnit) -> Result<Self> {
        let path = path.as_ref();
        let texts: BTreeMap<&str, &[char]> =
            gold.documents.iter().map(|document| (document.id.as_str(), document.text.as_slice())).collect();
        let mut documents = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows(content, path) {
            let (line, id, row) = row?;
            once(&mut seen, path, line, &id)?;
            let Some(text) = texts.get(id.as_str()) else { continue };
            let mut spans: Vec<SpanLine> = row.spans.into_iter().filter(SpanLine::is_in_text).collect();
            if unit != SpanUnit::Char {
                let characters = characters_of(text, unit);
                for span in &mut spans {
                    let find = |at: usize| {
                        characters.binary_search(&at).map_err(|_| {
                            fault(path, line, format!("document {id:?}: offset {at} is not where a character begins"))
                                .with_remedy("choose another --offsets")
                        })
                    };
                    (span.start, span.end) = (find(span.start)?, find(span.end)?);
                }
            }
            check(path, line, &id, &spans, text.len())?;
            documents.push(SpanDocument { id, split: None, spans, text: Vec::new() });
        }
        Ok(Self { documents })
    }
}

fn once(seen: &mut BTreeMap<String, usize>, path: &Path, line: usize, id: &str) -> Result<()> {
    match seen.insert(id.to_owned(), line) {
        None => Ok(()),
        Some(first) => Err(fault(path, line, format!("document {id:?} is in line {first} already"))
            .with_remedy("give each document an id of its own")),
    }
}

fn check(path: &Path, line: usize, id: &str, spans: &[SpanLine], length: usize) -> Result<()> {
    match spans.iter().find(|span| span.start >= span.end || span.end > length) {
        None => Ok(()),
        Some(span) => {
            let (start, end) = (span.start, span.end);
            let message = format!("document {id:?}: span {start}..{end} is outside its text ({length} characters)");
            Err(fault(path, line, message).with_remedy("are the offsets in characters? --offsets names other units"))
        }
    }
}

/// The offset of each character in `unit`, and of the end.
fn characters_of(text: &[char], unit: SpanUnit) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    for c in text {
        offsets.push(at);
        at += match unit {
            SpanUnit::Char => 1,
            SpanUnit::Byte => c.len_utf8(),
            SpanUnit::Utf16 => c.len_utf16(),
        };
    }
    offsets.push(at);
    offsets
}

/// The spans of one type sorted by start; of spans with equal offsets, only the last.
pub(super) fn of_type<'s>(spans: &'s [SpanLine], of_type: &str) -> Vec<&'s SpanLine> {
    let mut places: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut chosen: Vec<&SpanLine> = Vec::new();
    for span in spans.iter().filter(|span| span.kind == of_type) {
        let place = *places.entry((span.start, span.end)).or_insert(chosen.len());
        if place == chosen.len() {
            chosen.push(span);
        } else {
            chosen[place] = span;
        }
    }
    chosen.sort_by_key(|span| span.start);
    chosen
}
