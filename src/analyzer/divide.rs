//! Puts matches and mentions into the stretches of their document.

use crate::document::Part;
use crate::matcher::Matches;
use crate::resolve::Resolution;
use crate::segment::{Section, Segment};
use crate::span::Span;

/// Forgets the matches that touch page furniture.
pub(super) fn drop_furniture(segments: &[Segment], part: Part, matches: &mut Matches) {
    retain(segments, part, matches, false);
}

/// Forgets the matches that do not lie in page furniture.
pub(super) fn keep_furniture(segments: &[Segment], part: Part, matches: &mut Matches) {
    retain(segments, part, matches, true);
}

fn retain(segments: &[Segment], part: Part, matches: &mut Matches, inside: bool) {
    let mut furniture =
        segments.iter().filter(|segment| segment.part == part && segment.section.is_outside_article()).peekable();
    matches.retain(|span| {
        // Matches come in order of their starts.
        while furniture.peek().is_some_and(|segment| segment.span.end <= span.start) {
            furniture.next();
        }
        match furniture.peek() {
            Some(segment) if inside => segment.span.contains(span),
            Some(segment) => !segment.span.overlaps(span),
            None => !inside,
        }
    });
}

/// Tells each mention in which section it begins.
pub(super) fn label(segments: &[Segment], resolution: &mut Resolution) {
    let mut stretches = Stretches::new(segments);
    for mention in &mut resolution.mentions {
        (mention.section, mention.repeated) = stretches.at(mention.part, mention.span);
    }
    let mut stretches = Stretches::new(segments);
    for mention in &mut resolution.unlisted {
        (mention.section, mention.repeated) = stretches.at(mention.part, mention.span);
    }
}

/// Walks the stretches of a document beside spans in order of part and start.
struct Stretches<'s> {
    segments: std::iter::Peekable<std::slice::Iter<'s, Segment>>,
}

impl<'s> Stretches<'s> {
    fn new(segments: &'s [Segment]) -> Self {
        Self { segments: segments.iter().peekable() }
    }

    /// The section in which the span begins, and whether that repeats the title.
    fn at(&mut self, part: Part, span: Span) -> (Section, bool) {
        let behind = |segment: &&Segment| (segment.part, segment.span.end) <= (part, span.start);
        while self.segments.peek().is_some_and(&behind) {
            self.segments.next();
        }
        let own = self.segments.peek().filter(|segment| segment.part == part && segment.span.start <= span.start);
        own.map_or((Section::Body, false), |own| (own.section, own.repeated))
    }
}
