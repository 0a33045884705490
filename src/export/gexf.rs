//! GEXF 1.3, for Gephi; with `by`, with weights that change with time.

use std::path::Path;

use super::graph::{NODE_ATTRIBUTES, edges, node_values, nodes};
use super::source::Source;
use super::xml::XmlText;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;
use crate::query::{SliceBy, date_of};
use crate::store::PRODUCER;

pub(super) struct Gexf;

impl Exporter for Gexf {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
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
        let time = " mode=\"dynamic\" timeformat=\"date\" timerepresentation=\"interval\"";
        let mode = if options.by.is_some() { time } else { " mode=\"static\"" };
        file.put(format!("  <graph defaultedgetype=\"undirected\"{mode}>\n"))?;
        let mode = if options.by.is_some() { " mode=\"static\"" } else { "" };
        file.put(format!("    <attributes class=\"node\"{mode}>\n"))?;
        for (number, attribute) in NODE_ATTRIBUTES.iter().enumerate() {
            let (name, kind) = (attribute.name, attribute.kind);
            file.put(format!("      <attribute id=\"{number}\" title=\"{name}\" type=\"{kind}\"/>\n"))?;
        }
        file.put("    </attributes>\n")?;
        if options.by.is_some() {
            file.put(EDGE_ATTRIBUTES)?;
        }
        file.put("    <nodes>\n")?;
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
        let n_edges = match &options.by {
            Some(by) => dynamic_edges(source, by, &mut file)?,
            None => {
                let mut number = 0_u64;
                edges(source, None, |pair, _| {
                    let (a, b, joint) = (pair.a, pair.b, pair.joint);
                    let edge = format!("<edge id=\"{number}\" source=\"n{a}\" target=\"n{b}\" weight=\"{joint}\"/>");
                    number += 1;
                    file.put(format!("      {edge}\n"))
                })?
            }
        };
        file.put("    </edges>\n  </graph>\n</gexf>\n")?;
        file.finish()?;
        source.notes.extend(xml.note());
        Ok(vec![("nodes".to_owned(), n_nodes), ("edges".to_owned(), n_edges)])
    }
}

/// `weight` is the id by which Gephi knows the weight of an edge at each time; `total` is that of the whole run.
const EDGE_ATTRIBUTES: &str = "    <attributes class=\"edge\" mode=\"dynamic\">\n      \
    <attribute id=\"weight\" title=\"Weight\" type=\"double\"/>\n    </attributes>\n    \
    <attributes class=\"edge\" mode=\"static\">\n      \
    <attribute id=\"total\" title=\"total\" type=\"long\"/>\n    </attributes>\n";

/// Every edge with its weight in each period that has it; an end is the last day of its period. Documents without a date count in the total
/// only.
fn dynamic_edges(source: &mut Source<'_>, by: &SliceBy, file: &mut Writer) -> Result<u64> {
    let mut days = Vec::new();
    for slice in source.slices(by)? {
        let day = |day: i32| date_of(day).map(|date| date.to_string());
        days.push(
            slice
                .days
                .map(|(first, after)| Ok::<_, crate::error::Error>((day(first)?, day(after - 1)?)))
                .transpose()?,
        );
    }
    let (mut n_edges, mut undated) = (0_u64, 0_u64);
    source.sliced_pairs(by, |pair, in_slices| {
        let (mut values, mut spells) = (String::new(), String::new());
        for (slice, joint) in in_slices {
            match &days[*slice] {
                Some((start, end)) => {
                    let during = format!("start=\"{start}\" end=\"{end}\"");
                    values += &format!("<attvalue for=\"weight\" value=\"{joint}\" {during}/>");
                    spells += &format!("<spell {during}/>");
                }
                None => undated += u64::from(*joint),
            }
        }
        let (a, b, total) = (pair.a, pair.b, pair.joint);
        // Without a spell an edge would be there at all times.
        if spells.is_empty() {
            return Ok(());
        }
        let values = format!("<attvalue for=\"total\" value=\"{total}\"/>{values}");
        let inner = format!("<attvalues>{values}</attvalues><spells>{spells}</spells>");
        file.put(format!("      <edge id=\"{n_edges}\" source=\"n{a}\" target=\"n{b}\">{inner}</edge>\n"))?;
        n_edges += 1;
        Ok(())
    })?;
    if undated > 0 {
        let note = "common contexts are in documents without a date: they are in totals, but in no period, and edges of only such are left out";
        source.notes.push(format!("{undated} {note}"));
    }
    Ok(n_edges)
}
