//! GraphML, for networkx, igraph, Gephi, yEd and Cytoscape.

use std::path::Path;

use super::graph::{NODE_ATTRIBUTES, edges, node_values, nodes};
use super::source::Source;
use super::xml::XmlText;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;

pub(super) struct Graphml;

impl Exporter for Graphml {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let slices = options.by.as_ref().map(|by| source.slices(by)).transpose()?;
        let mut file = Writer::create(path)?;
        let mut xml = XmlText::default();
        file.put(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
        ))?;
        if let Some(notice) = source.attribution() {
            file.put(format!("  <desc>{}</desc>\n", xml.escape(notice)))?;
        }
        file.put("  <key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n")?;
        for attribute in &NODE_ATTRIBUTES {
            let (name, kind) = (attribute.name, attribute.kind);
            file.put(format!("  <key id=\"{name}\" for=\"node\" attr.name=\"{name}\" attr.type=\"{kind}\"/>\n"))?;
        }
        file.put("  <key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"long\"/>\n")?;
        if slices.is_some() {
            file.put("  <key id=\"slice\" for=\"edge\" attr.name=\"slice\" attr.type=\"string\"/>\n")?;
        }
        file.put("  <graph id=\"cooccurrence\" edgedefault=\"undirected\">\n")?;
        let n_nodes = nodes(source, |row, entity| {
            let mut node = format!("    <node id=\"n{row}\"><data key=\"name\">{}</data>", xml.escape(entity.name));
            for (attribute, value) in NODE_ATTRIBUTES.iter().zip(node_values(&entity)) {
                if let Some(value) = value {
                    node += &format!("<data key=\"{}\">{}</data>", attribute.name, xml.escape(&value));
                }
            }
            node += "</node>\n";
            file.put(&node)
        })?;
        let n_edges = edges(source, options.by.as_ref(), |pair, slice| {
            let (a, b, joint) = (pair.a, pair.b, pair.joint);
            let slice = slices.as_ref().zip(slice).map_or_else(String::new, |(slices, slice)| {
                format!("<data key=\"slice\">{}</data>", xml.escape(&slices[slice].label))
            });
            let edge =
                format!("<edge source=\"n{a}\" target=\"n{b}\"><data key=\"weight\">{joint}</data>{slice}</edge>");
            file.put(format!("    {edge}\n"))
        })?;
        file.put("  </graph>\n</graphml>\n")?;
        file.finish()?;
        source.notes.extend(xml.note());
        Ok(vec![("nodes".to_owned(), n_nodes), ("edges".to_owned(), n_edges)])
    }
}
