//! SKOS as N-Triples: labels become names, `broader` the parent, `exactMatch` the ids of Wikidata and GeoNames. The
//! triples of a concept may be anywhere; sorting brings them together.
//!
//! Concept schemes and collections group concepts and are not concepts; deprecated concepts were withdrawn: both are
//! dropped. Labels of SKOS-XL are nodes of their own, which a second sort joins with their concepts.

use std::collections::BTreeSet;
use std::path::PathBuf;

use oxrdf::{NamedOrBlankNode, Term};
use oxttl::NTriplesParser;
use serde::{Deserialize, Serialize};

use super::sink::{Fragment, Role, Veto};
use super::source;
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::files::Sorter;
use crate::gazetteer::{AliasKind, Flags};
use crate::interchange::iri;

pub(super) struct Skos;

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const XL: &str = "http://www.w3.org/2008/05/skos-xl#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";
const DCT: &str = "http://purl.org/dc/terms/";
const GEO: &str = "http://www.w3.org/2003/01/geo/wgs84_pos#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
/// Schemes that our export creates from kinds.
const KIND: &str = "urn:dateline:kind:";
/// Classes whose members group concepts: those of SKOS, and of its extension for ISO 25964.
const HEADINGS: [&str; 5] = [
    "http://www.w3.org/2004/02/skos/core#ConceptScheme",
    "http://www.w3.org/2004/02/skos/core#Collection",
    "http://www.w3.org/2004/02/skos/core#OrderedCollection",
    "http://purl.org/iso25964/skos-thes#ConceptGroup",
    "http://purl.org/iso25964/skos-thes#ThesaurusArray",
];

impl Importer for Skos {
    fn prefix(&self) -> &'static str {
        ""
    }

    fn is_catalogue(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        let mut labels = Labels { sorter: Sorter::new(options.memory / 4), sequence: 0, input: 0 };
        let mut headings = Headings::default();
        for path in inputs {
            source::visit(path, options, &mut |content| {
                labels.input += 1;
                source::each_line(content, sink, &mut |line, sink| {
                    for triple in NTriplesParser::new().for_slice(line.as_bytes()) {
                        sink.read_record();
                        match triple {
                            Ok(triple) if labels.take(&triple, sink)? => {}
                            Ok(triple) => read_triple(&triple, &mut headings, sink)?,
                            Err(_) => {
                                sink.drop_record("not a triple");
                                break;
                            }
                        }
                    }
                    Ok(())
                })
            })?;
        }
        labels.join(sink)
    }
}

/// Schemes and collections that were already reported to the sink, since each of their concepts may mention them.
/// Beyond its limit some are reported again, which costs memory and has no other effect.
#[derive(Default)]
struct Headings(BTreeSet<String>);

impl Headings {
    fn is_new(&mut self, id: &str) -> bool {
        const LIMIT: usize = 100_000;
        !self.0.contains(id) && (self.0.len() >= LIMIT || self.0.insert(id.to_owned()))
    }

    /// Reports a scheme. Whatever contains concepts is a scheme, whether or not the input says so.
    fn is_scheme(&mut self, scheme: &str, sink: &mut Sink<'_>) -> Result<()> {
        let id = id_of(scheme, sink);
        if !self.is_new(&id) {
            return Ok(());
        }
        let mut fragment = Fragment::new(Role::Part, id);
        (fragment.veto, fragment.aside) = (Some(Veto::Heading), true);
        sink.accept(fragment)
    }
}

/// The labels of SKOS-XL, keyed by their nodes.
struct Labels {
    sorter: Sorter,
    sequence: u64,
    /// Blank nodes are local to a file, so they are keyed with its number.
    input: usize,
}

/// A statement about a label.
#[derive(Serialize, Deserialize)]
enum Said {
    /// A concept has it.
    Of(String, AliasProperty),
    /// Its text and language.
    Form(String, String),
}

/// The relation of a label to its concept.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum AliasProperty {
    Preferred,
    Alternative,
    Hidden,
}

impl AliasProperty {
    fn of(property: &str) -> Option<Self> {
        match property {
            "prefLabel" => Some(Self::Preferred),
            "altLabel" => Some(Self::Alternative),
            "hiddenLabel" => Some(Self::Hidden),
            _ => None,
        }
    }

    fn kind(self) -> AliasKind {
        match self {
            Self::Preferred => AliasKind::Name,
            Self::Alternative => AliasKind::Alias,
            Self::Hidden => AliasKind::Misspelling,
        }
    }
}

impl Labels {
    /// Takes the triple if it belongs to SKOS-XL; returns whether it did.
    fn take(&mut self, triple: &oxrdf::Triple, sink: &Sink<'_>) -> Result<bool> {
        let Some(property) = triple.predicate.as_str().strip_prefix(XL) else { return Ok(false) };
        let node = |text: String, is_blank: bool| if is_blank { format!("{} {text}", self.input) } else { text };
        let (label, said) = match (&triple.subject, &triple.object, AliasProperty::of(property)) {
            (NamedOrBlankNode::NamedNode(concept), Term::NamedNode(label), Some(property)) => {
                (node(label.as_str().to_owned(), false), Said::Of(concept.as_str().to_owned(), property))
            }
            (NamedOrBlankNode::NamedNode(concept), Term::BlankNode(label), Some(property)) => {
                (node(label.as_str().to_owned(), true), Said::Of(concept.as_str().to_owned(), property))
            }
            (subject, Term::Literal(literal), None) if property == "literalForm" => {
                let label = match subject {
                    NamedOrBlankNode::NamedNode(label) => node(label.as_str().to_owned(), false),
                    NamedOrBlankNode::BlankNode(label) => node(label.as_str().to_owned(), true),
                };
                let language = literal.language().unwrap_or_default().to_owned();
                (label, Said::Form(literal.value().to_owned(), language))
            }
            _ => return Ok(false),
        };
        let mut key = label.into_bytes();
        key.push(0);
        key.extend_from_slice(&self.sequence.to_be_bytes());
        self.sequence += 1;
        let value = serde_json::to_vec(&(sink.position(), said)).map_err(|error| Error::limit(error.to_string()))?;
        self.sorter.push(&key, &value)?;
        Ok(true)
    }

    /// Gives each label to the concepts that have it.
    fn join(self, sink: &mut Sink<'_>) -> Result<()> {
        let mut sorted = self.sorter.finish()?;
        let mut current: Vec<u8> = Vec::new();
        let mut said: Vec<((usize, u64), Said)> = Vec::new();
        while let Some((key, value)) = sorted.next()? {
            let label = &key[..key.len() - 9];
            if label != current {
                give(std::mem::take(&mut said), sink)?;
                current = label.to_vec();
            }
            let value =
                serde_json::from_slice(value).map_err(|error| Error::limit(format!("a temporary file: {error}")))?;
            said.push(value);
        }
        give(said, sink)
    }
}

/// Gives one label to its concepts; `said` are the statements about it.
fn give(said: Vec<((usize, u64), Said)>, sink: &mut Sink<'_>) -> Result<()> {
    let forms: Vec<(String, String)> = said
        .iter()
        .filter_map(|(_, said)| match said {
            Said::Form(text, language) => Some((text.clone(), language.clone())),
            Said::Of(..) => None,
        })
        .collect();
    let wanted = |language: &str, sink: &Sink<'_>| sink.options.language_rank(language).is_some();
    let is_used = said.iter().any(|(_, said)| matches!(said, Said::Of(..)));
    let any_wanted = forms.iter().any(|(_, language)| wanted(language, sink));
    for (place, said) in said {
        sink.back_to(place);
        match said {
            Said::Form(..) if !is_used => sink.drop_record("the text of a label (SKOS-XL) that no concept has"),
            Said::Form(_, language) if !wanted(&language, sink) => {
                sink.drop_names("a language that is not asked for", 1);
                sink.count_language(&language);
                sink.drop_record("a label in a language that is not asked for");
            }
            Said::Form(..) => {}
            Said::Of(..) if forms.is_empty() => sink.drop_record("a label (SKOS-XL) without a text"),
            Said::Of(..) if !any_wanted => sink.drop_record("a label in a language that is not asked for"),
            Said::Of(concept, property) => {
                let mut is_first = true;
                for (text, language) in &forms {
                    if let Some(rank) = sink.options.language_rank(language) {
                        let mut fragment = Fragment::new(Role::Part, id_of(&concept, sink));
                        fragment.rank = rank;
                        fragment.aside = !std::mem::take(&mut is_first);
                        fragment.name(text, property.kind(), Flags::default());
                        sink.accept(fragment)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The id of a concept.
fn id_of(concept: &str, sink: &Sink<'_>) -> String {
    let id = iri::to_id(concept);
    if sink.options.prefix.is_some() { sink.stated_id(&id) } else { id }
}

fn read_triple(triple: &oxrdf::Triple, headings: &mut Headings, sink: &mut Sink<'_>) -> Result<()> {
    let NamedOrBlankNode::NamedNode(subject) = &triple.subject else {
        sink.drop_record("about a node without a name");
        return Ok(());
    };
    let mut fragment = Fragment::new(Role::Part, id_of(subject.as_str(), sink));
    let predicate = triple.predicate.as_str();
    let property = predicate.strip_prefix(SKOS).unwrap_or(predicate);
    match (property, &triple.object) {
        ("prefLabel" | "altLabel" | "hiddenLabel", Term::Literal(literal)) => {
            let Some(rank) = sink.options.language_rank(literal.language().unwrap_or_default()) else {
                sink.drop_names("a language that is not asked for", 1);
                sink.count_language(literal.language().unwrap_or_default());
                sink.drop_record("a label in a language that is not asked for");
                return Ok(());
            };
            let kind = AliasProperty::of(property).map_or(AliasKind::Alias, AliasProperty::kind);
            fragment.rank = rank;
            fragment.name(literal.value(), kind, Flags::default());
        }
        ("broader", Term::NamedNode(parent)) => {
            let parent = iri::to_id(parent.as_str());
            fragment.key("parent", &if sink.options.prefix.is_some() { sink.parent_id(&parent) } else { parent });
        }
        // Only schemes have top concepts, and only collections have members.
        ("hasTopConcept" | "member" | "memberList", _) => {
            if !headings.is_new(&fragment.id) {
                sink.drop_record(Veto::Heading.reason());
                return Ok(());
            }
            fragment.veto = Some(Veto::Heading);
        }
        (property, Term::Literal(literal))
            if property.strip_prefix(OWL) == Some("deprecated") && matches!(literal.value(), "true" | "1") =>
        {
            fragment.veto = Some(Veto::Withdrawn);
        }
        (property, _) if property.strip_prefix(DCT) == Some("isReplacedBy") => fragment.veto = Some(Veto::Withdrawn),
        (TYPE, Term::NamedNode(class)) if HEADINGS.contains(&class.as_str()) => fragment.veto = Some(Veto::Heading),
        (TYPE, Term::NamedNode(class)) if class.as_str().strip_prefix(OWL) == Some("DeprecatedClass") => {
            fragment.veto = Some(Veto::Withdrawn);
        }
        ("notation", Term::Literal(literal)) => fragment.key("notation", literal.value()),
        ("exactMatch", Term::NamedNode(other)) => {
            let last = other.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            match other.as_str() {
                iri if iri.contains("wikidata.org/") && last.strip_prefix('Q').is_some_and(is_number) => {
                    fragment.key("wd", last)
                }
                iri if iri.contains("geonames.org/") && is_number(last) => fragment.key("gn", last),
                _ => {
                    sink.drop_record("an exactMatch with something other than Wikidata and GeoNames");
                    return Ok(());
                }
            }
        }
        ("topConceptOf", Term::NamedNode(scheme)) => {
            headings.is_scheme(scheme.as_str(), sink)?;
            sink.drop_record("a property that a gazetteer cannot hold");
            return Ok(());
        }
        ("inScheme", Term::NamedNode(scheme)) => match scheme.as_str().strip_prefix(KIND) {
            Some(kind) => fragment.kind = Some(iri::to_id(&format!("urn:dateline:{kind}"))),
            None => match sink.options.kind_of(scheme.as_str()) {
                Some(kind) => {
                    fragment.kind = Some(kind.to_owned());
                    headings.is_scheme(scheme.as_str(), sink)?;
                }
                None => {
                    headings.is_scheme(scheme.as_str(), sink)?;
                    sink.drop_record("a scheme that is mapped to no kind");
                    return Ok(());
                }
            },
        },
        (property, Term::Literal(literal)) if property.strip_prefix(GEO) == Some("lat") => {
            fragment.key("lat", literal.value());
        }
        (property, Term::Literal(literal)) if property.strip_prefix(GEO) == Some("long") => {
            fragment.key("lon", literal.value());
        }
        (TYPE, _) => {
            sink.drop_record("a statement of a type, which is not stored");
            return Ok(());
        }
        _ => {
            sink.drop_record("a property that a gazetteer cannot hold");
            return Ok(());
        }
    }
    sink.accept(fragment)
}
