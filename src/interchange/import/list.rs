//! One name a line; `#` begins a comment line. Every name is an entity of the kind the user names.

use std::path::PathBuf;

use super::sink::{Fragment, Role};
use super::source;
use super::{Importer, Sink};
use crate::error::{Error, Result};
use crate::gazetteer::{AliasKind, Flags};

pub(super) struct List;

impl Importer for List {
    fn prefix(&self) -> &'static str {
        "list:"
    }

    fn is_catalogue(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[PathBuf], sink: &mut Sink<'_>) -> Result<()> {
        if sink.options.kind.is_none() {
            return Err(Error::usage("a plain list says nothing about its names")
                .with_remedy("add --kind org.company or another kind"));
        }
        let options = sink.options;
        for path in inputs {
            source::visit(path, options, &mut |content| {
                source::each_line(content, sink, &mut |line, sink| {
                    let name = line.trim();
                    if name.is_empty() || name.starts_with('#') {
                        return Ok(());
                    }
                    sink.read_record();
                    let mut fragment = Fragment::new(Role::Part, sink.id(name));
                    fragment.name(name, AliasKind::Name, Flags::default());
                    sink.accept(fragment)
                })
            })?;
        }
        Ok(())
    }
}
