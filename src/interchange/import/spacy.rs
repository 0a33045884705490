//! spaCy's `EntityRuler` and `SpanRuler`: `{"label", "pattern", "id"}` lines, where a pattern is a string or a list of tokens.
//!
//! A string matches as written (flag `exact`), tokens with `LOWER` match in any case (`any`). Patterns of other attributes are
//! rules, not names, and are dropped. Lines with the same label and id are one entity; without an id each pattern is one.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::sink::{Fragment, Role, kind_word};
use super::source;
use super::{Importer, Sink};
use crate::error::Result;
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Spacy;

/// The labels of spaCy's own models; another label becomes a kind of its own.
const KINDS: [(&str, &str); 5] =
    [("GPE", "place"), ("LOC", "place"), ("FAC", "place.landmark"), ("ORG", "org"), ("NORP", "group")];

#[derive(Deserialize)]
struct Pattern {
    label: String,
    pattern: Value,
    #[serde(default)]
    id: Option<String>,
}

impl Importer for Spacy {
    fn prefix(&self) -> &'static str {
        "spacy:"
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| {
                source::each_line(content, sink, &mut |line, sink| {
                    if line.trim().is_empty() {
                        return Ok(());
                    }
                    sink.read_record();
                    match serde_json::from_str(line) {
                        Ok(pattern) => read_pattern(pattern, sink),
                        Err(_) => {
                            sink.drop_record("not an object with a label and a pattern");
                            Ok(())
                        }
                    }
                })
            })?;
        }
        Ok(())
    }
}

fn read_pattern(pattern: Pattern, sink: &mut Sink<'_>) -> Result<()> {
    let found = match &pattern.pattern {
        Value::String(text) => Ok((text.clone(), CasePolicy::Exact)),
        Value::Array(tokens) => name_of(tokens),
        _ => Err("a pattern that is neither a string nor a list of tokens"),
    };
    let (text, case) = match found {
        Ok(found) => found,
        Err(reason) => {
            sink.drop_record(reason);
            return Ok(());
        }
    };
    let label = pattern.label.as_str();
    let known = KINDS.iter().find(|(known, _)| *known == label).map(|(_, kind)| (*kind).to_owned());
    let kind = sink.options.kind_of(label).map(str::to_owned).or_else(|| sink.options.kind.clone()).or(known);
    // The export of this program writes ids of its own; they are kept.
    let id = match pattern.id.as_deref().filter(|id| !id.trim().is_empty()) {
        Some(id) if sink.options.prefix.is_none() => id.to_owned(),
        Some(id) => sink.id(id),
        None => sink.id(&format!("{label}/{text}")),
    };
    let mut fragment = Fragment::new(Role::Part, id);
    fragment.kind = Some(kind.unwrap_or_else(|| kind_word(label)));
    fragment.name(&text, AliasKind::Name, Flags { case, ..Flags::default() });
    sink.accept(fragment)
}

/// The name that tokens spell, if they do nothing else.
fn name_of(tokens: &[Value]) -> Result<(String, CasePolicy), &'static str> {
    let mut words = Vec::with_capacity(tokens.len());
    let (mut exact, mut lower) = (false, false);
    for token in tokens {
        let Value::Object(token) = token else { return Err("a token that is not an object") };
        let (word, is_lower) = word_of(token)?;
        words.push(word);
        exact |= !is_lower;
        lower |= is_lower;
    }
    if words.is_empty() {
        return Err("a pattern without tokens");
    }
    if exact && lower {
        return Err("tokens of which some match in any case and some do not");
    }
    Ok((join_tokens(&words), if lower { CasePolicy::Any } else { CasePolicy::Exact }))
}

fn word_of(token: &Map<String, Value>) -> Result<(&str, bool), &'static str> {
    let mut members = token.iter();
    let (Some((attribute, value)), None) = (members.next(), members.next()) else {
        return Err(match token.keys().find(|key| key.eq_ignore_ascii_case("OP")) {
            Some(_) => "a token with an operator (OP)",
            None => "a token with none or several attributes",
        });
    };
    let lower = match attribute.to_ascii_uppercase().as_str() {
        "TEXT" | "ORTH" => false,
        "LOWER" => true,
        "LEMMA" | "POS" | "TAG" | "DEP" | "MORPH" => {
            return Err("a token of a grammatical attribute (LEMMA, POS, TAG, ...)");
        }
        "IS_PUNCT" | "LIKE_NUM" | "SHAPE" | "IS_TITLE" | "IS_UPPER" | "IS_DIGIT" | "LENGTH" => {
            return Err("a token of a shape (SHAPE, IS_TITLE, LIKE_NUM, ...)");
        }
        "ENT_TYPE" | "ENT_ID" | "ENT_KB_ID" => return Err("a token of an entity (ENT_TYPE, ...)"),
        _ => return Err("a token of another attribute"),
    };
    match value {
        Value::String(word) => Ok((word, lower)),
        _ => Err("a token that is not a plain word (REGEX, IN, FUZZY, ...)"),
    }
}

/// spaCy's tokens are cut at punctuation; a name is written with blanks only where text has them.
fn join_tokens(words: &[&str]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let glued = index == 0
            || matches!(
                *word,
                "," | "." | ":" | ";" | "!" | "?" | ")" | "-" | "/" | "'" | "\u{2019}" | "'s" | "\u{2019}s"
            )
            || text.ends_with(['-', '/', '(', '\'', '\u{2019}']);
        if !glued {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}
