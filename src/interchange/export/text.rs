//! The native format and its twin: everything, in the order of ids.

use std::path::Path;

use super::{ExportFormat, ExportReport, Exporter, Holds, View, unwritable};
use crate::error::Result;
use crate::interchange::output::{Output, TextFormat};

pub(super) struct Text {
    pub(super) format: ExportFormat,
}

impl Exporter for Text {
    fn holds(&self) -> Holds {
        Holds {
            case: true,
            flags: true,
            wildcards: true,
            kind: true,
            entity_kind: true,
            id: true,
            all_keys: true,
            keys: &[],
        }
    }

    fn write(&self, view: &View<'_>, out: &Path, force: bool, report: &mut ExportReport) -> Result<()> {
        let format = if self.format == ExportFormat::Gaz { TextFormat::Gaz } else { TextFormat::JsonLines };
        let mut output = Output::create(out, force, format)?;
        for id in view.ids() {
            let entity = view.take(id, report);
            entity.record.check().map_err(|fault| unwritable(&entity.record, fault))?;
            report.names += entity.names.len() as u64;
            output.write(&entity.record)?;
        }
        output.commit()
    }
}
