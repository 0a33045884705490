//! GEXF 1.3, for Gephi.

use std::path::Path;

use super::graph::{NODE_ATTRIBUTES, edges, node_values, nodes};
use super::source::Source;
use super::xml::XmlText;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;
use crate::store::PRODUCER;

pub(super) struct Gexf;

impl Exporter for Gexf {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, _options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut file = Writer::create(path)?;
        let mut xml = XmlText::default();
        file.put(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">\n",
        ))?;
        let notice = source.attribution().unwrap_or_default();
        file.put(format!("  <meta>\n    <creator>{PRODUCER}</creator>\n"))?;
        let words = "Entities that are mentioned in the same contexts; weights are numbers of contexts.";
        let description = format!("{words} {notice}");
        file.put(format!("    <description>{}</description>\n  </meta>\n", xml.escape(description.trim_end())))?;
        file.put("  <graph defaultedgetype=\"undirected\" mode=\"static\">\n    <attributes class=\"node\">\n")?;
        for (number, attribute) in NODE_ATTRIBUTES.iter().enumerate() {
            let (name, kind) = (attribute.name, attribute.kind);
            file.put(format!("      <attribute id=\"{number}\" title=\"{name}\" type=\"{kind}\"/>\n"))?;
        }
        file.put("    </attributes>\n    <nodes>\n")?;
        let n_nodes = nodes(source, |row, entity| {
            let mut node = format!("      <node id=\"n{row}\" label=\"{}\"><attvalues>", xml.escape(entity.name));
            for (number, value) in node_values(&entity).into_iter().enumerate() {
                if let Some(value) = value {
                    node += &format!("<attvalue for=\"{number}\" value=\"{}\"/>", xml.escape(&value));
                }
            }
            node += "</attvalues></node>\n";
            file.put(&node)
        })?;
        file.put("    </nodes>\n    <edges>\n")?;
        let mut number = 0_u64;
        let n_edges = edges(source, |pair| {
            let (a, b, joint) = (pair.a, pair.b, pair.joint);
            let edge = format!("      <edge id=\"{number}\" source=\"n{a}\" target=\"n{b}\" weight=\"{joint}\"/>\n");
            number += 1;
            file.put(&edge)
        })?;
        file.put("    </edges>\n  </graph>\n</gexf>\n")?;
        file.finish()?;
        source.notes.extend(xml.note());
        Ok(vec![("nodes".to_owned(), n_nodes), ("edges".to_owned(), n_edges)])
    }
}
