//! The built-in oracle: a sample of an archive is matched again by the slow, independent matcher.

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::scan::{ScanOptions, pool, scan};
use crate::archive::Archive;
use crate::collect::{Collector, ReadDocument};
use crate::diagnostics::Reject;
use crate::document::Part;
use crate::error::Result;
use crate::gazetteer::Gazetteer;
use crate::matcher::{Engine, Matcher, Overlap};
use crate::progress::StopFlag;

/// What a self-check compared and found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SelfcheckReport {
    /// Documents of the archive.
    pub documents: u64,
    /// Documents compared.
    pub compared: u64,
    /// Bytes of text compared.
    pub bytes: u64,
    /// Spans the engine found in them.
    pub spans: u64,
    /// The first differences, in order of document id.
    pub differences: Vec<Difference>,
    /// Number of differences.
    pub n_differences: u64,
}

/// A document part on which the engine and the oracle disagree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Id of the document.
    pub id: String,
    /// The part.
    pub part: Part,
    /// Byte where the first difference begins.
    pub at: usize,
    /// The text around it.
    pub context: String,
}

/// Differences kept to be shown.
const DIFFERENCES_SHOWN: usize = 20;

/// A document of the sample; ordered by a hash of its id, so that the sample does not depend on threads or order.
type Sampled = ([u8; 32], String, Vec<(Part, String)>);

/// Takes a sample: the documents whose ids have the least hashes.
struct Sampler {
    size: usize,
}

/// Some documents of an archive.
#[derive(Default)]
struct Sample {
    /// Documents it was drawn from.
    documents: u64,
    chosen: BinaryHeap<Sampled>,
}

impl Sampler {
    fn add(&self, sampled: Sampled, sample: &mut Sample) {
        sample.chosen.push(sampled);
        if sample.chosen.len() > self.size {
            sample.chosen.pop();
        }
    }
}

impl Collector for Sampler {
    type Worker<'a> = ();
    type Partial = Sample;

    fn worker(&self, _: Option<&StopFlag>) {}

    fn begin(&self) -> Sample {
        Sample::default()
    }

    fn document(&self, (): &mut (), read: &ReadDocument<'_>, into: &mut Sample) -> Result<()> {
        let document = read.document;
        let parts = document.parts().map(|(part, text)| (part, text.to_owned())).collect();
        let hash = Sha256::digest(document.id.as_bytes()).into();
        into.documents += 1;
        self.add((hash, document.id.clone().into_owned(), parts), into);
        Ok(())
    }

    fn reject(&self, _: u32, _: Reject, _: &mut Sample) {}

    fn merge(&self, into: &mut Sample, next: Sample) -> Result<()> {
        into.documents += next.documents;
        next.chosen.into_iter().for_each(|sampled| self.add(sampled, into));
        Ok(())
    }
}

/// Matches a sample of the archive with the engine in use and with the oracle, under every overlap policy.
///
/// The sample is the same for the same documents.
///
/// # Errors
///
/// If the scan was stopped or the gazetteer does not fit a matcher.
///
/// # Complexity
///
/// The oracle takes time proportional to the text times the number of names.
pub fn selfcheck(
    gazetteer: &Gazetteer,
    archive: &Archive,
    engine: Engine,
    sample: usize,
    options: ScanOptions<'_>,
) -> Result<SelfcheckReport> {
    let pool = pool(options)?;
    let sampler = Sampler { size: sample };
    let mut all = sampler.begin();
    scan(&pool, archive.batches(), &sampler, options, |part| {
        sampler.merge(&mut all, part)?;
        Ok(ControlFlow::Continue(()))
    })?;
    let Sample { documents, chosen } = all;

    let matchers = |engine| -> Result<Vec<Matcher>> {
        let overlaps = [Overlap::All, Overlap::Longest, Overlap::NoNested];
        overlaps
            .into_iter()
            .map(|overlap| Matcher::builder().engine(engine).overlap(overlap).build(gazetteer))
            .collect()
    };
    let (engines, oracles) = (matchers(engine)?, matchers(Engine::Naive)?);
    let compared = chosen.len() as u64;
    let compare = |(id, part, text): (String, Part, String)| {
        let spans = engines[0].find(&text).len() as u64;
        let at = engines.iter().zip(&oracles).find_map(|(engine, oracle)| first_difference(engine, oracle, &text));
        let difference = at.map(|at| Difference { id, part, at, context: context(&text, at) });
        (text.len() as u64, spans, difference)
    };
    let found: Vec<(u64, u64, Option<Difference>)> = pool.install(|| {
        let parts = chosen
            .into_par_iter()
            .flat_map_iter(|(_, id, parts)| parts.into_iter().map(move |(part, text)| (id.clone(), part, text)));
        parts.map(compare).collect()
    });
    let mut report = SelfcheckReport { documents, compared, ..SelfcheckReport::default() };
    for (bytes, spans, difference) in found {
        report.bytes += bytes;
        report.spans += spans;
        report.n_differences += u64::from(difference.is_some());
        report.differences.extend(difference);
    }
    report.differences.sort();
    report.differences.truncate(DIFFERENCES_SHOWN);
    Ok(report)
}

/// Where two matchers first disagree.
fn first_difference(engine: &Matcher, oracle: &Matcher, text: &str) -> Option<usize> {
    let (found, expected) = (engine.find(text), oracle.find(text));
    if found == expected {
        return None;
    }
    let starts = found.iter().zip(expected.iter()).find(|(a, b)| a != b).map(|(a, b)| a.0.start.min(b.0.start));
    let longer = if found.len() > expected.len() { &found } else { &expected };
    let beyond = longer.iter().nth(found.len().min(expected.len())).map(|(span, _)| span.start);
    starts.or(beyond).or(Some(0))
}

fn context(text: &str, at: usize) -> String {
    let start = text[..at].char_indices().rev().nth(20).map_or(0, |(start, _)| start);
    text[start..].chars().take(60).collect()
}
