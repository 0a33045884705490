//! Patterns for spaCy's `EntityRuler`, one a line: `{"label", "pattern", "id"}`, the canonical name first.
//!
//! A string pattern matches as written. So a name that also matches in capitals gets a second pattern, and a name that
//! matches in any case becomes a list of `LOWER` tokens, if spaCy certainly splits it into its words.

use std::path::Path;

use serde::Serialize;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::gazetteer::CasePolicy;
use crate::interchange::output::create_file;

pub(super) struct Spacy;

#[derive(Serialize)]
struct Pattern<'a> {
    label: &'a str,
    pattern: Body<'a>,
    id: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Text(&'a str),
    Tokens(Vec<Token>),
}

#[derive(Serialize)]
struct Token {
    #[serde(rename = "LOWER")]
    lower: String,
}

impl Exporter for Spacy {
    fn holds(&self) -> Holds {
        Holds { case: true, id: true, ..Holds::default() }
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let mut file = create_file(out, force)?;
        let mut line = |pattern: Pattern<'_>| {
            file.write(|out| {
                serde_json::to_writer(&mut *out, &pattern)?;
                std::io::Write::write_all(out, b"\n")
            })
        };
        for id in view.ids() {
            let entity = view.take(id, report);
            let label = label_of(&entity.record.kind);
            for name in &entity.names {
                report.names += 1;
                let pattern = |pattern| Pattern { label: &label, pattern, id: &entity.record.id };
                match name.flags.case {
                    CasePolicy::Any => match tokens_of(&name.name) {
                        Some(tokens) => line(pattern(Body::Tokens(tokens)))?,
                        None => {
                            report.lose("names of any case with punctuation, which match there as written");
                            line(pattern(Body::Text(&name.name)))?;
                        }
                    },
                    CasePolicy::Exact => line(pattern(Body::Text(&name.name)))?,
                    CasePolicy::Title => {
                        line(pattern(Body::Text(&name.name)))?;
                        let capitals = name.name.to_uppercase();
                        if capitals != name.name {
                            line(pattern(Body::Text(&capitals)))?;
                        }
                    }
                }
            }
        }
        file.commit().map(drop)
    }
}

/// The label that spaCy's models use for such a kind, else the kind in capitals.
fn label_of(kind: &str) -> String {
    let mut parts = kind.split('.');
    let label = match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        ("place", "water" | "land" | "region" | "island" | "undersea") => "LOC",
        ("place", "landmark" | "airport" | "road") => "FAC",
        ("place", _) => "GPE",
        ("org" | "organisation", _) => "ORG",
        ("title", _) => "TITLE",
        _ => return kind.to_uppercase(),
    };
    label.to_owned()
}

/// The words of a name, if every one of them is certainly a token: letters and digits only.
fn tokens_of(name: &str) -> Option<Vec<Token>> {
    let words: Vec<&str> = name.split(' ').collect();
    // spaCy splits some words of letters only ("cannot"), and units after digits ("10km").
    let plain = |word: &str| word.chars().all(char::is_alphabetic) && !["cannot", "gonna", "gotta"].contains(&word);
    let plain = words.iter().all(|word| plain(word));
    plain.then(|| words.iter().map(|word| Token { lower: word.to_lowercase() }).collect())
}
