//! A flat list of edges in CSV, with the columns that Gephi, Cytoscape and bibliometric tools look for.

use std::path::Path;

use super::csv::CsvFile;
use super::graph::edges;
use super::source::Source;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;

pub(super) struct Edges;

impl Exporter for Edges {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let names = source.names()?;
        let slices = options.by.as_ref().map(|by| source.slices(by)).transpose()?;
        let mut file = CsvFile::create(path, options.csv_safe)?;
        for column in ["Source", "Target", "Type", "Weight", "SourceLabel", "TargetLabel"] {
            file.plain(column)?;
        }
        if slices.is_some() {
            file.plain("Slice")?;
        }
        file.end_row()?;
        let n_edges = edges(source, options.by.as_ref(), |pair, slice| {
            let [(id_a, name_a), (id_b, name_b)] = [pair.a, pair.b].map(|entity| &names[entity as usize]);
            file.text(id_a)?;
            file.text(id_b)?;
            file.plain("Undirected")?;
            file.plain(pair.joint)?;
            file.text(name_a)?;
            file.text(name_b)?;
            if let Some((slices, slice)) = slices.as_ref().zip(slice) {
                file.text(&slices[slice].label)?;
            }
            file.end_row()
        })?;
        file.finish()?;
        if let Some(notice) = source.attribution() {
            source.notes.push(format!("keep with the file, which cannot hold it: {notice}"));
        }
        Ok(vec![("edges".to_owned(), n_edges)])
    }
}
