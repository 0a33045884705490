//! From an archive to one line of JSON for each document.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;

use super::analyze::all_rejected;
use super::notes::InputNotes;
use super::scan::{ScanOptions, pool, scan};
use super::{Analyzer, Worker, check_length, part_number};
use crate::archive::{Archive, Batch, day_of};
use crate::diagnostics::Reject;
use crate::document::{Document, Part};
use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;
use crate::mention::{Mention, UnlistedMention};
use crate::resolve::Resolution;
use crate::segment::{Furniture, Reason, Section, Segment};
use crate::span::Span;

/// In which unit `tag` counts offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Unicode code points, as Python counts.
    #[default]
    Char,
    /// Bytes of UTF-8, as Rust and Go count.
    Byte,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
}

/// What became of the records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TagSummary {
    /// Lines written.
    pub documents: u64,
    /// Spans written.
    pub spans: u64,
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

/// Writes the mentions of every document of the archive to `out`, one line of JSON each, in archive order.
///
/// If standard input is among the inputs, each line is written out as soon as its document has come.
///
/// # Errors
///
/// If writing fails, if a field that was named is in no record, if every record is faulty, or if the scan was stopped. A closed pipe is an [`ErrorKind::Io`](crate::ErrorKind::Io) error whose source
/// says so.
pub fn tag(
    analyzer: &Analyzer<'_>,
    archive: &Archive,
    how: TagOptions,
    options: ScanOptions<'_>,
    out: &mut dyn Write,
) -> Result<TagSummary> {
    let mut summary = TagSummary::default();
    let promptly = archive.reads_stdin();
    let archive = &if promptly { archive.clone().promptly() } else { archive.clone() };
    let work = |worker: &mut Worker<'_>, batch: &Batch| tag_batch(worker, batch, archive, how);
    scan(&pool(options)?, analyzer, archive, options, work, |part| {
        let part = part?;
        let written = out.write_all(&part.lines).and_then(|()| if promptly { out.flush() } else { Ok(()) });
        written.map_err(|error| Error::io("standard output", "write", error))?;
        summary.notes.add(part.notes);
        summary.documents += part.documents;
        summary.spans += part.spans;
        summary.rejected += part.rejects.len() as u64;
        let free = REJECTS_KEPT.saturating_sub(summary.rejects.len());
        summary.rejects.extend(part.rejects.into_iter().take(free));
        Ok(())
    })?;
    out.flush().map_err(|error| Error::io("standard output", "write", error))?;
    match summary.rejects.first() {
        Some(first) if summary.documents == 0 => Err(all_rejected(summary.rejected, first)),
        _ => Ok(summary),
    }
}

#[derive(Default)]
struct TaggedBatch {
    lines: Vec<u8>,
    documents: u64,
    spans: u64,
    rejects: Vec<Reject>,
    notes: InputNotes,
}

fn tag_batch(worker: &mut Worker<'_>, batch: &Batch, archive: &Archive, how: TagOptions) -> Result<TaggedBatch> {
    let mut tagged = TaggedBatch { rejects: batch.rejects().to_vec(), ..TaggedBatch::default() };
    let gazetteer = worker.analyzer.gazetteer();
    let mark = worker.analyzer.options.furniture == Furniture::Mark;
    for record in batch.records() {
        let document = match batch.document(record, archive) {
            Ok(document) => document,
            Err(reject) => {
                tagged.rejects.push(reject);
                continue;
            }
        };
        check_length(&document)?;
        tagged.notes.look(&document, document.date.as_deref().and_then(day_of), record, archive);
        let resolution = worker.resolve(&document);
        let spans = span_lines(gazetteer, &document, resolution, how.unit, mark);
        tagged.documents += 1;
        tagged.spans += spans.len() as u64;
        let segments = how.segments.then(|| segment_lines(&document, worker.segments(), how.unit));
        let line = Line { id: &document.id, spans, segments };
        serde_json::to_writer(&mut tagged.lines, &line).expect("writing to memory does not fail");
        tagged.lines.push(b'\n');
    }
    Ok(tagged)
}

/// Listed and unlisted mentions, in order of part and span.
fn span_lines<'a>(
    gazetteer: &'a Gazetteer,
    document: &'a Document<'_>,
    resolution: &Resolution,
    unit: OffsetUnit,
    mark: bool,
) -> Vec<SpanLine<'a>> {
    let place = |part: Part, span: Span| (part_number(part), span.start, std::cmp::Reverse(span.end));
    let mut offsets = Offsets { unit, ..Offsets::default() };
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
    offsets: &mut Offsets,
    mark: bool,
) -> SpanLine<'a> {
    let text = document.part(mention.part);
    let entity = gazetteer.entity(mention.entity);
    let (start, end) = offsets.of(document, mention.part, mention.span);
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
    offsets: &mut Offsets,
    mark: bool,
) -> SpanLine<'a> {
    let (start, end) = offsets.of(document, mention.part, mention.span);
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
    let mut offsets = Offsets { unit, ..Offsets::default() };
    let line = |segment: &Segment| {
        let (start, end) = offsets.of(document, segment.part, segment.span);
        SegmentLine { part: segment.part, start, end, section: segment.section, reason: segment.reason }
    };
    segments.iter().map(line).collect()
}

impl OffsetUnit {
    /// How long a text is in this unit.
    #[must_use]
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Char => text.chars().count(),
            Self::Byte => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// Turns byte spans into another unit, walking each part once: mentions come in order.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    unit: OffsetUnit,
    part: Option<Part>,
    byte: usize,
    count: usize,
}

impl Offsets {
    /// Start and end of a mention in characters.
    pub(super) fn characters(&mut self, document: &Document<'_>, mention: &Mention) -> (usize, usize) {
        self.unit = OffsetUnit::Char;
        self.of(document, mention.part, mention.span)
    }

    /// Start and end of a span that begins no earlier than the one before.
    fn of(&mut self, document: &Document<'_>, part: Part, span: Span) -> (usize, usize) {
        if self.part != Some(part) {
            (self.part, self.byte, self.count) = (Some(part), 0, 0);
        }
        let text = document.part(part);
        self.count += self.unit.length(&text[self.byte..span.start]);
        self.byte = span.start;
        (self.count, self.count + self.unit.length(span.of(text)))
    }
}
