//! spaCy's `EntityRuler` and `SpanRuler`: `{"label", "pattern", "id"}` lines, where a pattern is a string or a list of
//! tokens.
//!
//! A string matches as written (flag `exact`), tokens with `LOWER` match in any case (`any`). Patterns of other
//! attributes are rules, not names, and are dropped. Lines with the same label and id are one entity; without an id
//! each pattern is one.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::sink::{Fragment, Role, kind_word};
use super::source;
use super::{Importer, Sink};
use crate::error::Result;
use crate::gazetteer::{AliasKind, CasePolicy, Flags};

pub(super) struct Spacy;

/// The labels of spaCy's own models; any other label becomes a kind of its own.
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
    // Ids that the export of this program wrote are kept.
    let id = match pattern.id.as_deref().filter(|id| !id.trim().is_empty()) {
        Some(id) if sink.options.prefix.is_none() => id.to_owned(),
        Some(id) => sink.stated_id(id),
        None => sink.id(&format!("{label}/{text}")),
    };
    let mut fragment = Fragment::new(Role::Part, id);
    fragment.kind = Some(kind.unwrap_or_else(|| kind_word(label)));
    fragment.name(&text, AliasKind::Name, Flags { case, ..Flags::default() });
    sink.accept(fragment)
}

/// The name that tokens spell, if they have no other condition.
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
    Ok((join_tokens(&words)?, if lower { CasePolicy::Any } else { CasePolicy::Exact }))
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

/// How a token of punctuation is joined to its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glue {
    /// Like a word: between blanks.
    None,
    /// Joined to the word before.
    Left,
    /// Joined to the word after.
    Right,
    /// Joined to both.
    Both,
}

/// The name that tokens spell. spaCy splits text at punctuation without blanks; a name gets blanks only where text has
/// them.
fn join_tokens(words: &[&str]) -> Result<String, &'static str> {
    let mut text = String::new();
    let mut after = Glue::Right;
    for (index, word) in words.iter().enumerate() {
        if word.trim().is_empty() {
            return Err("an empty token");
        }
        let glue = glue_of(words, index)?;
        if !matches!(after, Glue::Right | Glue::Both) && !matches!(glue, Glue::Left | Glue::Both) {
            text.push(' ');
        }
        text.push_str(word);
        after = glue;
    }
    Ok(text)
}

fn glue_of(words: &[&str], index: usize) -> Result<Glue, &'static str> {
    let word = words[index];
    let (is_first, is_last) = (index == 0, index + 1 == words.len());
    let before = index.checked_sub(1).map_or("", |index| words[index]);
    let next = words.get(index + 1).copied().unwrap_or_default();
    let count = |mark: &str, words: &[&str]| words.iter().filter(|word| **word == mark).count();
    Ok(match word {
        "," | "." | ":" | ";" | "!" | "?" | ")" | "]" | "}" | "\u{201d}" | "\u{bb}" | "%" | "..." | "\u{2026}"
        | "\u{2122}" | "\u{ae}" | "\u{a9}" => Glue::Left,
        "(" | "[" | "{" | "\u{201c}" | "\u{201e}" | "\u{ab}" | "\u{a1}" | "\u{bf}" | "@" => Glue::Right,
        "-" | "/" | "\u{2010}" | "\u{2011}" | "\u{2013}" | "\u{2014}" => Glue::Both,
        // "C#" and "#1": a symbol before a word, unless no word follows.
        "#" | "$" | "\u{a3}" | "\u{20ac}" | "\u{a5}" => match is_last {
            true if is_first => Glue::None,
            true => Glue::Left,
            false => Glue::Right,
        },
        // Straight quotation marks open and close in turn.
        "\"" => match (count(word, words).is_multiple_of(2), count(word, &words[..index]).is_multiple_of(2)) {
            (false, _) => return Err("a quotation mark without its partner"),
            (_, true) => Glue::Right,
            (_, false) => Glue::Left,
        },
        "'" | "\u{2019}" | "\u{2018}" => {
            let is_letter = |word: &str| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
            let marks = count("'", words) + count("\u{2018}", words) + count("\u{2019}", words);
            let earlier =
                count("'", &words[..index]) + count("\u{2018}", &words[..index]) + count("\u{2019}", &words[..index]);
            match (marks, earlier) {
                // "L'Exemple" in three tokens.
                (1, _) if is_letter(before) && next.starts_with(char::is_alphabetic) => Glue::Both,
                // "Workers' Party", or an apostrophe before a year.
                (1, _) if is_first => Glue::Right,
                (1, _) => Glue::Left,
                (_, earlier) if earlier.is_multiple_of(2) && !is_last => Glue::Right,
                _ => Glue::Left,
            }
        }
        "&" => Glue::None,
        "+" | "*" if is_last && !is_first => Glue::Left,
        "+" => Glue::None,
        _ if is_contraction(word) && !is_first => Glue::Left,
        // "L'" and "d'" in languages where spaCy splits such words.
        _ if word.chars().count() <= 3
            && word.ends_with(['\'', '\u{2019}'])
            && word.starts_with(char::is_alphabetic) =>
        {
            Glue::Right
        }
        _ if word.ends_with('-') && word.chars().count() > 1 => Glue::Right,
        _ if word.starts_with('-') && word.chars().count() > 1 => Glue::Left,
        _ if word.chars().any(char::is_alphanumeric) => Glue::None,
        _ => return Err("a token of punctuation with unknown spacing"),
    })
}

/// What English attaches to a word without a blank.
fn is_contraction(word: &str) -> bool {
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    matches!(lower.as_str(), "'s" | "n't" | "'re" | "'ve" | "'ll" | "'m" | "'d" | "'em")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_joined_as_text_has_them() {
        for (tokens, expected) in [
            ("Toys \" R \" Us", "Toys \"R\" Us"),
            ("The \" Exa \" and \" Ple \" Group", "The \"Exa\" and \"Ple\" Group"),
            ("\u{201c} Exa \u{201d} Works", "\u{201c}Exa\u{201d} Works"),
            ("Toys ' R ' Us", "Toys 'R' Us"),
            ("Workers ' Party", "Workers' Party"),
            ("Exa \u{2019}s Mill", "Exa\u{2019}s Mill"),
            ("Do n't Panic Ltd .", "Don't Panic Ltd."),
            ("Example ( UK ) Ltd", "Example (UK) Ltd"),
            ("US $ 5 Shop", "US $5 Shop"),
            ("A$AP $ 1", "A$AP $1"),
            ("C #", "C#"),
            ("# MeToo", "#MeToo"),
            ("Port - au - Prince", "Port-au-Prince"),
            ("Paris \u{2013} Exampleton", "Paris\u{2013}Exampleton"),
            ("Yahoo !", "Yahoo!"),
            ("L' Exemple", "L'Exemple"),
            ("L ' Exemple", "L'Exemple"),
            ("Johnson & Johnson", "Johnson & Johnson"),
            ("Canal +", "Canal+"),
            ("AT&T Inc .", "AT&T Inc."),
            ("9 / 11", "9/11"),
        ] {
            let tokens: Vec<&str> = tokens.split(' ').collect();
            assert_eq!(join_tokens(&tokens), Ok(expected.to_owned()));
        }
        for tokens in ["Toys \" R Us", "Exa = Ple", "Exa \u{1f600}"] {
            assert!(join_tokens(&tokens.split(' ').collect::<Vec<_>>()).is_err(), "{tokens}");
        }
    }
}
