//! VOSviewer's JSON network: items with weights, links with strengths.

use std::path::Path;

use super::graph::{edges, nodes};
use super::jsonl::json;
use super::source::Source;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;
use crate::gazetteer::EntityType;

pub(super) struct Vosviewer;

impl Exporter for Vosviewer {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, _options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut file = Writer::create(path)?;
        file.put("{\n\"network\": {\n\"items\": [\n")?;
        let mut between = "";
        let n_items = nodes(source, |row, entity| {
            let item = format!(
                "{between}{{\"id\":{},\"label\":{},\"description\":{},\"weights\":{{\"Mentions\":{},\"Documents\":{}}}}}",
                u64::from(row) + 1,
                json(entity.name),
                json(&format!("{} ({})", entity.id, EntityType::of_kind(entity.kind).as_str())),
                entity.mentions,
                entity.documents,
            );
            between = ",\n";
            file.put(&item)
        })?;
        file.put("\n],\n\"links\": [\n")?;
        between = "";
        let n_links = edges(source, None, |pair, _| {
            let (a, b, joint) = (u64::from(pair.a) + 1, u64::from(pair.b) + 1, pair.joint);
            let link = format!("{between}{{\"source_id\":{a},\"target_id\":{b},\"strength\":{joint}}}");
            between = ",\n";
            file.put(&link)
        })?;
        file.put("\n]\n}")?;
        if let Some(notice) = source.attribution() {
            file.put(format!(",\n\"info\": {{\"description\": {}}}", json(notice)))?;
        }
        file.put("\n}\n")?;
        file.finish()?;
        Ok(vec![("items".to_owned(), n_items), ("links".to_owned(), n_links)])
    }
}
