//! What is carried along from the inputs.

/// Which fields are carried along.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Fields to carry into the results as columns of documents, e.g. section,author; named like those above. In pages they are looked for
    /// in structured data and meta elements, in feeds, NITF and SGML among the elements
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = name)]
    pub(crate) keep: Vec<String>,
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("a name is empty".to_owned()) } else { Ok(name.to_owned()) }
}

impl SelectionArgs {
    /// The fields to keep, each once.
    pub(crate) fn keep(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in &self.keep {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
}
