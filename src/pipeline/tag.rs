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
use crate::focus::{PlaceMention, focus};
use crate::gazetteer::Gazetteer;
use crate::ids::EntityId;
use crate::mention::{Mention, UnlistedMention};
use crate::offsets::{OffsetCursor, OffsetUnit};
use crate::progress::StopFlag;
use crate::query::is_of;
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
    spans: Vec<TaggedSpan<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    focus: Option<FocusLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<Vec<SegmentLine>>,
}

#[derive(Serialize)]
struct FocusLine<'a> {
    country: Option<String>,
    share: f64,
    places: Vec<&'a str>,
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
    /// Also write which country and which places each document is about ([`focus`]).
    pub focus: bool,
}

/// A mention as `tag` prints it: one of an entity, or of a name that is in no list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaggedSpan<'a> {
    /// The text that it is in.
    pub part: Part,
    /// Where it begins in its part.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its characters.
    pub surface: &'a str,
    /// `place`, `organisation`, `title`, or another first part of a kind.
    #[serde(rename = "type")]
    pub entity_type: &'a str,
    /// The id of its entity.
    pub entity: Cow<'a, str>,
    /// The canonical name of its entity; a name that is in no list as the document writes it.
    pub name: &'a str,
    /// The kind of its entity; `None` if the name is in no list, as for all that a list would say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'a str>,
    /// The country of its entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<&'a str>,
    /// Latitude in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Longitude in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Whether the name is one of inhabitants.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub demonym: bool,
    /// The person's name after a title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<TaggedHead<'a>>,
    /// The section of the article.
    pub section: &'static str,
    /// Whether it is in page furniture that is marked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub furniture: bool,
    /// Whether it is in a line that repeats the title.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// The rule that accepted it.
    pub rule: &'static str,
    /// Points of its entity, if the name may denote several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<i32>,
    /// The next best entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner_up: Option<TaggedRunnerUp<'a>>,
}

/// An entity that a name may also denote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaggedRunnerUp<'a> {
    /// Its id.
    pub entity: &'a str,
    /// Its canonical name.
    pub name: &'a str,
    /// Its points.
    pub score: i32,
}

/// The name of the person who has a title.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaggedHead<'a> {
    /// Where it begins in the part of its title.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its characters.
    pub surface: &'a str,
}

/// The mentions of one document as `tag` prints them, with offsets in this unit.
///
/// ```
/// use dateline::{Analyzer, Document, Gazetteer, OffsetUnit, tagged_spans};
/// let analyzer = Analyzer::new(&Gazetteer::builtin("core")?)?;
/// let document = Document::new("a1", "Zoë left GENEVA.");
/// let spans = tagged_spans(&mut analyzer.worker(), &document, OffsetUnit::Char);
/// assert_eq!((spans[0].start, spans[0].surface, spans[0].name), (9, "GENEVA", "Geneva"));
/// # Ok::<(), dateline::Error>(())
/// ```
///
/// # Panics
///
/// As [`Worker::resolve`].
#[must_use]
pub fn tagged_spans<'a, 'w: 'a>(
    worker: &mut Worker<'w>,
    document: &'a Document<'_>,
    unit: OffsetUnit,
) -> Vec<TaggedSpan<'a>> {
    let analyzer = worker.analyzer();
    let mark = analyzer.furniture() == Furniture::Mark;
    span_lines(analyzer.gazetteer(), document, worker.resolve(document), unit, mark)
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
        let about = self.how.focus.then(|| focus_line(self.analyzer.gazetteer(), resolution));
        let spans = span_lines(self.analyzer.gazetteer(), document, resolution, unit, mark);
        into.documents += 1;
        into.spans += spans.len() as u64;
        let segments = self.how.segments.then(|| segment_lines(document, worker.segments(), unit));
        let line = Line { id: &document.id, spans, focus: about, segments };
        serde_json::to_writer(&mut into.lines, &line).expect("writing to memory does not fail");
        into.lines.push(b'\n');
        Ok(())
    }

    fn filtered(&self, _: &Record, into: &mut TaggedLines) {
        into.filtered += 1;
    }

    fn reject(&self, _: u32, reject: Reject, into: &mut TaggedLines) {
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

/// What a document is about, from the mentions that `analyze` would count.
fn focus_line<'a>(gazetteer: &'a Gazetteer, resolution: &Resolution) -> FocusLine<'a> {
    let mut places = Vec::new();
    for mention in resolution.mentions.iter().filter(|mention| !mention.repeated) {
        let entity = gazetteer.entity(mention.entity);
        if is_of(entity.kind, "place") {
            let (country, is_country) = (entity.country().unwrap_or_default(), is_of(entity.kind, "place.country"));
            places.push(PlaceMention { place: mention.entity.0, country, is_country, section: mention.section });
        }
    }
    let found = focus(&places);
    let places = found.places.iter().map(|place| gazetteer.entity(EntityId(*place)).id).collect();
    FocusLine { country: found.country, share: found.share, places }
}

/// Listed and unlisted mentions, in order of part and span.
fn span_lines<'a>(
    gazetteer: &'a Gazetteer,
    document: &'a Document<'_>,
    resolution: &Resolution,
    unit: OffsetUnit,
    mark: bool,
) -> Vec<TaggedSpan<'a>> {
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
) -> TaggedSpan<'a> {
    let text = document.part(mention.part);
    let entity = gazetteer.entity(mention.entity);
    let (start, end) = offsets.convert(document, mention.part, mention.span);
    let head = mention.head.map(|head| {
        let head_start = end + offsets.unit.length(&text[mention.span.end..head.start]);
        TaggedHead { start: head_start, end: head_start + offsets.unit.length(head.of(text)), surface: head.of(text) }
    });
    TaggedSpan {
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
            TaggedRunnerUp { entity: entity.id, name: entity.name, score: contest.runner_up_score }
        }),
    }
}

fn unlisted_line<'a>(
    document: &'a Document<'_>,
    mention: &UnlistedMention,
    offsets: &mut OffsetCursor,
    mark: bool,
) -> TaggedSpan<'a> {
    let (start, end) = offsets.convert(document, mention.part, mention.span);
    TaggedSpan {
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
