//! Pajek's `.net`: vertices numbered from 1, labels in quotes, edges with their weight. Equal names are distinguished
//! by their ids: "Georgia (ge)".

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use super::graph::{edges, nodes};
use super::output::PAJEK_LINE;
use super::source::Source;
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::Result;
use crate::files::Writer;

pub(super) struct Pajek;

impl Exporter for Pajek {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::File
    }

    fn write(&self, source: &mut Source<'_>, _options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut file = Writer::create(path)?;
        file.put(PAJEK_LINE)?;
        if let Some(notice) = source.attribution() {
            file.put(format!("% {notice}\n"))?;
        }
        let (numbers, n_vertices) = source.renumbered();
        // Readers that identify vertices by label would merge two with one label.
        let mut times: HashMap<String, u32> = HashMap::new();
        nodes(source, |_, entity| {
            *times.entry(entity.name.to_owned()).or_default() += 1;
            Ok(())
        })?;
        file.put(format!("*Vertices {n_vertices}\n"))?;
        let n_nodes = nodes(source, |row, entity| {
            let vertex = numbers[row as usize] + 1;
            let name = if times[entity.name] > 1 {
                format!("{} ({})", entity.name, entity.id)
            } else {
                entity.name.to_owned()
            };
            file.put(format!("{vertex} \"{}\"\n", label(&name)))
        })?;
        file.put("*Edges\n")?;
        let n_edges = edges(source, None, |pair, _| {
            let (a, b) = (numbers[pair.a as usize] + 1, numbers[pair.b as usize] + 1);
            file.put(format!("{a} {b} {}\n", pair.joint))
        })?;
        file.finish()?;
        Ok(vec![("vertices".to_owned(), n_nodes), ("edges".to_owned(), n_edges)])
    }
}

/// Pajek has no escape for a quote, but reads references like `&#34;`. So every character that could end a label or a
/// line is written as one.
fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' | '&' | '\\' => {
                let _ = write!(label, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(label, "&#{};", u32::from(c));
            }
            c => label.push(c),
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_end_where_they_should() {
        assert_eq!(label("Genève"), "Genève");
        assert_eq!(label("the \"Hill\" & co\n\\"), "the &#34;Hill&#34; &#38; co&#10;&#92;");
    }
}
