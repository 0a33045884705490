//! SKOS as N-Triples: labels become names, `broader` the parent, `exactMatch` the ids of Wikidata and GeoNames. The triples of
//! a concept may stand anywhere; sorting brings them together.

use std::path::PathBuf;

use oxrdf::{NamedOrBlankNode, Term};
use oxttl::NTriplesParser;

use super::sink::{Fragment, Role};
use super::source;
use super::{Importer, Sink};
use crate::error::Result;
use crate::gazetteer::{AliasKind, Flags};
use crate::interchange::iri;

pub(super) struct Skos;

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const GEO: &str = "http://www.w3.org/2003/01/geo/wgs84_pos#";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
/// Schemes that our export makes of kinds.
const KIND: &str = "urn:dateline:kind:";

impl Importer for Skos {
    fn prefix(&self) -> &'static str {
        ""
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| {
                source::each_line(content, sink, &mut |line, sink| {
                    for triple in NTriplesParser::new().for_slice(line.as_bytes()) {
                        sink.read_record();
                        match triple {
                            Ok(triple) => read_triple(&triple, sink)?,
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
        Ok(())
    }
}

fn read_triple(triple: &oxrdf::Triple, sink: &mut Sink<'_>) -> Result<()> {
    let NamedOrBlankNode::NamedNode(subject) = &triple.subject else {
        sink.drop_record("about a node without a name");
        return Ok(());
    };
    let id = iri::to_id(subject.as_str());
    let id = if sink.options.prefix.is_some() { sink.id(&id) } else { id };
    let mut fragment = Fragment::new(Role::Part, id);
    let predicate = triple.predicate.as_str();
    let property = predicate.strip_prefix(SKOS).unwrap_or(predicate);
    match (property, &triple.object) {
        ("prefLabel" | "altLabel" | "hiddenLabel", Term::Literal(literal)) => {
            let Some(rank) = sink.options.language_rank(literal.language().unwrap_or_default()) else {
                sink.drop_names("a language that is not asked for", 1);
                sink.drop_record("a label in a language that is not asked for");
                return Ok(());
            };
            let kind = match property {
                "prefLabel" => AliasKind::Name,
                "altLabel" => AliasKind::Alias,
                _ => AliasKind::Misspelling,
            };
            fragment.rank = rank;
            fragment.name(literal.value(), kind, Flags::default());
        }
        ("broader", Term::NamedNode(parent)) => fragment.key("parent", &iri::to_id(parent.as_str())),
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
        ("inScheme", Term::NamedNode(scheme)) => match scheme.as_str().strip_prefix(KIND) {
            Some(kind) => fragment.kind = Some(iri::to_id(&format!("urn:dateline:{kind}"))),
            None => match sink.options.kind_of(scheme.as_str()) {
                Some(kind) => fragment.kind = Some(kind.to_owned()),
                None => {
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
            sink.drop_record("a statement of a type, which needs no place");
            return Ok(());
        }
        _ => {
            sink.drop_record("a property that a gazetteer has no place for");
            return Ok(());
        }
    }
    sink.accept(fragment)
}
