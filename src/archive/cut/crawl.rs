//! One record a web page of a crawl; what is not a page is passed over.

use std::mem;
use std::sync::Arc;

use super::{Cutter, Open};
use crate::archive::parse::{CrawledPage, Fault, Parser};
use crate::archive::warc::{self, Kind, Next};
use crate::diagnostics::RejectReason;

/// So many bytes may be missing at the end of a file: writers count line ends that they do not write.
const LINE_ENDS: u64 = 4;

pub(super) struct Crawl {
    parser: Arc<dyn Parser>,
    /// Bytes that are still to be passed over.
    skip: u64,
    /// Whether no record began at the last place where one had to.
    lost: bool,
}

impl Crawl {
    /// Pages are decompressed up to so many bytes.
    pub(super) fn new(max_page: usize, keep: Vec<Vec<String>>) -> Self {
        Self { parser: Arc::new(CrawledPage { max_page, keep }), skip: 0, lost: false }
    }
}

/// The file ends inside the record that `which` names.
fn reject_cut(open: &mut Open<'_>, which: &str) {
    open.reject(RejectReason::Truncated, format!("the file ends inside {which}; fetch it again"));
}

impl Cutter for Crawl {
    fn cut(&mut self, open: &mut Open<'_>, last: bool) -> Result<(), Fault> {
        loop {
            let held = open.bytes().len();
            let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(held);
            open.advance(passed);
            self.skip -= passed as u64;
            if last && self.skip > 0 {
                reject_cut(open, "the record before");
            }
            let bytes = open.bytes();
            if self.skip > 0 || bytes.is_empty() {
                return Ok(());
            }
            match warc::next(bytes, last) {
                Next::Incomplete if last => {
                    let length = bytes.len();
                    reject_cut(open, "this record");
                    open.advance(length);
                    return Ok(());
                }
                Next::Incomplete => return Ok(()),
                Next::Blank(length) => open.advance(length),
                Next::Broken { skip, message } => {
                    if !mem::replace(&mut self.lost, true) {
                        open.reject(RejectReason::InvalidRecord, message);
                        open.at.number += 1;
                    }
                    open.advance(skip);
                }
                Next::Record { length, kind } => {
                    self.lost = false;
                    let at_hand = bytes.len() as u64;
                    if kind == Kind::Other {
                        open.at.passed_over += 1;
                        self.skip = length;
                    } else if open.is_too_long(length) {
                        open.reject_too_long("record", length);
                        self.skip = length;
                    } else if length <= at_hand || last && length - at_hand <= LINE_ENDS {
                        let length = length.min(at_hand) as usize;
                        open.push(&self.parser, open.at.start + length, false);
                        open.advance(length);
                    } else if last {
                        reject_cut(open, "this record");
                        open.advance(at_hand as usize);
                    } else {
                        return Ok(());
                    }
                    open.at.number += 1;
                }
            }
        }
    }
}
