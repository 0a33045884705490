//! GeoJSON (RFC 7946): a point for each place with coordinates, with its counts.

use std::path::Path;

use super::graph::nodes;
use super::jsonl::json;
use super::source::Source;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;

pub(super) struct Geojson;

impl Exporter for Geojson {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, _options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut file = Writer::create(path)?;
        file.put("{\n\"type\": \"FeatureCollection\",\n")?;
        if let Some(notice) = source.attribution() {
            file.put(format!("\"attribution\": {},\n", json(notice)))?;
        }
        file.put("\"features\": [\n")?;
        let (mut n_features, mut n_elsewhere) = (0, 0_u64);
        nodes(source, |row, entity| {
            if entity.latitude.is_nan() {
                n_elsewhere += 1;
                return Ok(());
            }
            let between = if n_features == 0 { "" } else { ",\n" };
            n_features += 1;
            let country = if entity.country.is_empty() { "null".to_owned() } else { json(entity.country) };
            file.put(format!(
                "{between}{{\"type\":\"Feature\",\"id\":{row},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{},{}]}},\
                 \"properties\":{{\"entity\":{},\"name\":{},\"kind\":{},\"country\":{country},\"mentions\":{},\"documents\":{}}}}}",
                json(&entity.longitude),
                json(&entity.latitude),
                json(entity.id),
                json(entity.name),
                json(entity.kind),
                entity.mentions,
                entity.documents,
            ))
        })?;
        file.put("\n]\n}\n")?;
        file.finish()?;
        if n_elsewhere > 0 {
            let entities = if n_elsewhere == 1 { "entity has" } else { "entities have" };
            source.notes.push(format!("{n_elsewhere} {entities} no coordinates and are not on the map"));
        }
        Ok(vec![("features".to_owned(), n_features)])
    }
}
