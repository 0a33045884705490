//! Puts matches and mentions into the stretches of their document.

use crate::document::Part;
use crate::matcher::Matches;
use crate::mention::Mention;
use crate::segment::{Section, Segment};

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
        segments.iter().filter(|segment| segment.part == part && segment.section.is_furniture()).peekable();
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

/// Tells each mention, in order of part and span, in which section it begins.
pub(super) fn label(segments: &[Segment], mentions: &mut [Mention]) {
    let mut stretches = segments.iter().peekable();
    for mention in mentions {
        let behind = |segment: &&Segment| (segment.part, segment.span.end) <= (mention.part, mention.span.start);
        while stretches.peek().is_some_and(|segment| behind(segment)) {
            stretches.next();
        }
        let own =
            stretches.peek().filter(|segment| segment.part == mention.part && segment.span.start <= mention.span.start);
        (mention.section, mention.repeated) = own.map_or((Section::Body, false), |own| (own.section, own.repeated));
    }
}
