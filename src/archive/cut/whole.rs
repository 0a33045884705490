//! A file that is one record.

use std::sync::Arc;

use super::{Cutter, Open};
use crate::archive::compressed_name;
use crate::archive::parse::{Fault, Parser};

/// The parser of the record.
pub(super) struct Whole(pub(super) Arc<dyn Parser>);

impl Cutter for Whole {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        if !last {
            open.drop_excess();
            return Ok(());
        }
        let end = open.batch.buffer.len();
        let length = open.length(end);
        if open.is_too_long(length) {
            open.reject_too_long("text", length);
        } else if open.at.bytes_read > 0 || !compressed_name(&open.at.path) {
            // A compressed file of no bytes at all is not even an empty text.
            open.push(&self.0, end, false);
        }
        Ok(())
    }
}
