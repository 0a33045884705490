//! From a source of documents to one line of JSON for each document.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::io::Write;
use std::ops::ControlFlow;

use serde::Serialize;

use super::analyze::all_rejected;
use super::scan::{ScanOptions, pool, scan};
use crate::analyzer::{Analyzer, Worker};
use crate::archive::{Record, Source};
use crate::collect::{Collector, InputNotes, ReadDocument, RejectTally};
use crate::diagnostics::Reject;
use crate::document::{Document, Part};
use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;
use crate::mention::{Mention, UnlistedMention};
use crate::offsets::{OffsetCursor, OffsetUnit};
use crate::progress::StopFlag;
use crate::resolve::Resolution;
use crate::segment::{Furniture, Reason, Section, Segment};
use crate::span::Span;

/// What became of the records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TagSummary {
    /// Lines written.
    pub documents: u64,
    /// Spans written.
    pub spans: u64,
    /// Documents that do not meet the conditions on them.
    pub filtered: u64,
    /// Records skipped.
    pub rejected: u64,
    /// The first thousand of them, in order.
    pub rejects: Vec<Reject>,
    /// What is odd about records that were read nevertheless. Ids are not compared.
    pub notes: InputNotes,
}

/// Rejects kept; beyond them only the number is known.
const REJECTS_KEPT: usize = 1000;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    spans: Vec<SpanLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<Vec<SegmentLine>>,
}

#[derive(Serialize)]
struct SegmentLine {
    part: Part,
    start: usize,
    end: usize,
    section: Section,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

/// How `tag` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TagOptions {
    /// In which unit it counts.
    pub unit: OffsetUnit,
    /// Also write the stretches of each document: where its headline, lede and furniture are.
    pub segments: bool,
}

#[derive(Serialize)]
struct SpanLine<'a> {
    part: Part,
    start: usize,
    end: usize,
    surface: &'a str,
    #[serde(rename = "type")]
    entity_type: &'a str,
    entity: Cow<'a, str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    demonym: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<HeadLine<'a>>,
    section: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    furniture: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_up: Option<RunnerUpLine<'a>>,
}

#[derive(Serialize)]
struct RunnerUpLine<'a> {
    entity: &'a str,
    name: &'a str,
    score: i32,
}

#[derive(Serialize)]
struct HeadLine<'a> {
    start: usize,
    end: usize,
    surface: &'a str,
}

/// Writes the mentions of every document of a source to `out`, one line of JSON each, in archive order.
///
/// If somebody may wait for the answer ([`Source::is_interactive`]), each line is written out as soon as its document has come.
///
/// # Errors
///
/// If writing fails, if a field that was named is in no record, if every record is faulty, or if the scan was stopped. A closed
/// pipe is an [`ErrorKind::Io`](crate::ErrorKind::Io) error whose source says so.
pub fn tag(
    analyzer: &Analyzer,
    source: impl Source,
    how: TagOptions,
    options: ScanOptions<'_>,
    out: &mut dyn Write,
) -> Result<TagSummary> {
    let tagger = Tagger { analyzer, how };
    let mut summary = TagSummary::default();
    let promptly = source.is_interactive();
    let mut rejects = RejectTally::default();
    scan(&pool(options)?, source, &tagger, options, |part| {
        let written = out.write_all(&part.lines).and_then(|()| if promptly { out.flush() } else { Ok(()) });
        written.map_err(|error| Error::io("standard output", "write", error))?;
        summary.notes.add(part.notes);
        summary.documents += part.documents;
        summary.spans += part.spans;
        summary.filtered += part.filtered;
        rejects.append(part.rejects, REJECTS_KEPT);
        Ok(ControlFlow::Continue(()))
    })?;
    out.flush().map_err(|error| Error::io("standard output", "write", error))?;
    (summary.rejected, summary.rejects) = (rejects.total, rejects.first);
    match summary.rejects.first() {
        Some(first) if summary.documents + summary.filtered == 0 => Err(all_rejected(summary.rejected, first)),
        _ => Ok(summary),
    }
}

/// Writes the mentions of documents as lines of JSON.
struct Tagger<'a> {
    analyzer: &'a Analyzer,
    how: TagOptions,
}

#[derive(Default)]
struct TaggedLines {
    lines: Vec<u8>,
    documents: u64,
    spans: u64,
    filtered: u64,
    rejects: RejectTally,
    notes: InputNotes,
}

impl Collector for Tagger<'_> {
    type Worker<'a>
        = Worker<'a>
    where
        Self: 'a;
    type Partial = TaggedLines;

    fn worker(&self, stop: Option<&StopFlag>) -> Worker<'_> {
        self.analyzer.stoppable_worker(stop)
    }

    fn begin(&self) -> TaggedLines {
        TaggedLines::default()
    }

    fn document(&self, worker: &mut Worker<'_>, read: &ReadDocument<'_>, into: &mut TaggedLines) -> Result<()> {
        let (document, unit) = (read.document, self.how.unit);
        into.notes.look(read);
        let mark = self.analyzer.furniture() == Furniture::Mark;
        let resolution = worker.resolve(document);
        let spans = span_lines(self.analyzer.gazetteer(), document, resolution, unit, mark);
        into.documents += 1;
        into.spans += spans.len() as u64;
        let segments = self.how.segments.then(|| segment_lines(document, worker.segments(), unit));
        let line = Line { id: &document.id, spans, segments };
        serde_json::to_writer(&mut into.lines, &line).expect("writing to memory does not fail");
        into.lines.push(b'\n');
        Ok(())
    }

    fn filtered(&self, _: &Record, into: &mut TaggedLines) {
        into.filtered += 1;
    }

    fn reject(&self, reject: Reject, into: &mut TaggedLines) {
        into.rejects.add(reject, REJECTS_KEPT);
    }

    fn merge(&self, into: &mut TaggedLines, next: TaggedLines) -> Result<()> {
        into.lines.extend(next.lines);
        into.documents += next.documents;
        into.spans += next.spans;
        into.filtered += next.filtered;
        into.rejects.append(next.rejects, REJECTS_KEPT);
        into.notes.add(next.notes);
        Ok(())
    }
}

/// Listed and unlisted mentions, in order of part and span.
fn span_lines<'a>(
    gazetteer: &'a Gazetteer,
    document: &'a Document<'_>,
    resolution: &Resolution,
    unit: OffsetUnit,
    mark: bool,
) -> Vec<SpanLine<'a>> {
    let place = |part: Part, span: Span| (part, span.start, Reverse(span.end));
    let mut offsets = OffsetCursor::new(unit);
    let mut unlisted = resolution.unlisted.iter().peekable();
    let mut lines = Vec::with_capacity(resolution.mentions.len() + resolution.unlisted.len());
    for mention in &resolution.mentions {
        let here = place(mention.part, mention.span);
        while let Some(before) = unlisted.next_if(|other| place(other.part, other.span) < here) {
            lines.push(unlisted_line(document, before, &mut offsets, mark));
        }
        lines.push(listed_line(gazetteer, document, mention, &mut offsets, mark));
    }
    lines.extend(unlisted.map(|mention| unlisted_line(document, mention, &mut offsets, mark)));
    lines
}

fn listed_line<'a>(
    gazetteer: &'a Gazetteer,
    document: &'a Document<'_>,
    mention: &Mention,
    offsets: &mut OffsetCursor,
    mark: bool,
) -> SpanLine<'a> {
    let text = document.part(mention.part);
    let entity = gazetteer.entity(mention.entity);
    let (start, end) = offsets.convert(document, mention.part, mention.span);
    let head = mention.head.map(|head| {
        let head_start = end + offsets.unit.length(&text[mention.span.end..head.start]);
        HeadLine { start: head_start, end: head_start + offsets.unit.length(head.of(text)), surface: head.of(text) }
    });
    SpanLine {
        part: mention.part,
        start,
        end,
        surface: mention.span.of(text),
        entity_type: entity.entity_type().as_str(),
        entity: Cow::Borrowed(entity.id),
        name: entity.name,
        kind: Some(entity.kind),
        country: entity.country(),
        lat: entity.coordinates.map(|(lat, _)| lat),
        lon: entity.coordinates.map(|(_, lon)| lon),
        demonym: gazetteer.alias(mention.alias).kind.is_demonym(),
        head,
        section: mention.section.as_str(),
        furniture: mark && mention.section.is_outside_article(),
        repeated: mention.repeated,
        rule: mention.rule.name(),
        score: mention.contest.map(|contest| contest.score),
        runner_up: mention.contest.map(|contest| {
            let entity = gazetteer.entity(contest.runner_up);
            RunnerUpLine { entity: entity.id, name: entity.name, score: contest.runner_up_score }
        }),
    }
}

fn unlisted_line<'a>(
    document: &'a Document<'_>,
    mention: &UnlistedMention,
    offsets: &mut OffsetCursor,
    mark: bool,
) -> SpanLine<'a> {
    let (start, end) = offsets.convert(document, mention.part, mention.span);
    SpanLine {
        part: mention.part,
        start,
        end,
        surface: mention.span.of(document.part(mention.part)),
        entity_type: mention.entity_type.as_str(),
        entity: Cow::Owned(mention.id(document)),
        name: mention.name(document),
        kind: None,
        country: None,
        lat: None,
        lon: None,
        demonym: false,
        head: None,
        section: mention.section.as_str(),
        furniture: mark && mention.section.is_outside_article(),
        repeated: mention.repeated,
        rule: mention.rule.name(),
        score: None,
        runner_up: None,
    }
}

fn segment_lines(document: &Document<'_>, segments: &[Segment], unit: OffsetUnit) -> Vec<SegmentLine> {
    let mut offsets = OffsetCursor::new(unit);
    let line = |segment: &Segment| {
        let (start, end) = offsets.convert(document, segment.part, segment.span);
        SegmentLine { part: segment.part, start, end, section: segment.section, reason: segment.reason }
    };
    segments.iter().map(line).collect()
}
