//! SKOS as N-Triples: a concept for each entity with its labels, its parent (`broader`), its kind (`inScheme`), its ids in
//! Wikidata and GeoNames (`exactMatch`) and its coordinates.

use std::path::Path;

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{LiteralRef, NamedNodeRef, TermRef, TripleRef};
use oxttl::NTriplesSerializer;

use super::{ExportReport, Exporter, Holds, View};
use crate::error::Result;
use crate::gazetteer::AliasKind;
use crate::interchange::iri;
use crate::interchange::output::create_file;

pub(super) struct Skos;

const CONCEPT: &str = "http://www.w3.org/2004/02/skos/core#Concept";
const PREF_LABEL: &str = "http://www.w3.org/2004/02/skos/core#prefLabel";
const ALT_LABEL: &str = "http://www.w3.org/2004/02/skos/core#altLabel";
const HIDDEN_LABEL: &str = "http://www.w3.org/2004/02/skos/core#hiddenLabel";
const BROADER: &str = "http://www.w3.org/2004/02/skos/core#broader";
const EXACT_MATCH: &str = "http://www.w3.org/2004/02/skos/core#exactMatch";
const IN_SCHEME: &str = "http://www.w3.org/2004/02/skos/core#inScheme";
const LAT: &str = "http://www.w3.org/2003/01/geo/wgs84_pos#lat";
const LONG: &str = "http://www.w3.org/2003/01/geo/wgs84_pos#long";

impl Exporter for Skos {
    fn holds(&self) -> Holds {
        Holds { entity_kind: true, id: true, keys: &["parent", "wd", "gn", "lat", "lon"], ..Holds::default() }
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let mut file = create_file(out, force)?;
        for id in view.ids() {
            let entity = view.take(id, report);
            let Some((canonical, others)) = entity.names.split_first() else { continue };
            report.names += entity.names.len() as u64;
            let record = &entity.record;
            let subject = iri::of_id(&record.id);
            let scheme = iri::of_id(&format!("kind:{}", record.kind));
            let linked = |key: &str, make: &dyn Fn(&str) -> String| record.keys.get(key).map(make);
            let parent = linked("parent", &iri::of_id);
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let wikidata = record.keys.get("wd").filter(|id| id.strip_prefix('Q').is_some_and(is_number));
            let wikidata = wikidata.map(|id| format!("http://www.wikidata.org/entity/{id}"));
            let geonames = record.keys.get("gn").or_else(|| record.id.strip_prefix("gn:")).filter(|id| is_number(id));
            let geonames = geonames.map(|id| format!("https://sws.geonames.org/{id}/"));
            let mut triples: Vec<(&str, TermRef<'_>)> = vec![
                (rdf::TYPE.as_str(), NamedNodeRef::new_unchecked(CONCEPT).into()),
                (IN_SCHEME, NamedNodeRef::new_unchecked(&scheme).into()),
                (PREF_LABEL, LiteralRef::new_simple_literal(&canonical.name).into()),
            ];
            for name in others {
                let label = if name.kind == AliasKind::Misspelling { HIDDEN_LABEL } else { ALT_LABEL };
                triples.push((label, LiteralRef::new_simple_literal(&name.name).into()));
            }
            for (property, target) in [(BROADER, &parent), (EXACT_MATCH, &wikidata), (EXACT_MATCH, &geonames)] {
                if let Some(target) = target {
                    triples.push((property, NamedNodeRef::new_unchecked(target).into()));
                }
            }
            for (property, key) in [(LAT, "lat"), (LONG, "lon")] {
                if let Some(value) = record.keys.get(key) {
                    triples.push((property, LiteralRef::new_typed_literal(value, xsd::DECIMAL).into()));
                }
            }
            file.write(|out| {
                let mut serializer = NTriplesSerializer::new().for_writer(out);
                for (property, object) in triples {
                    let subject = NamedNodeRef::new_unchecked(&subject);
                    serializer.serialize_triple(TripleRef::new(
                        subject,
                        NamedNodeRef::new_unchecked(property),
                        object,
                    ))?;
                }
                serializer.finish();
                Ok(())
            })?;
        }
        file.commit().map(drop)
    }
}
