//! Which documents and which of their mentions count.

use std::cmp::Reverse;

use crate::segment::{Section, Sections};
use crate::store::{DocumentRow, MentionRow};

/// Whether a document is wanted, by its row and what is known of it.
pub(super) type DocumentTest<'t> = &'t mut dyn FnMut(usize, DocumentRow<'_>) -> bool;

/// Which mentions count; by default all that the run stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MentionTest {
    /// Only mentions in these sections.
    pub sections: Option<Sections>,
    /// Only mentions that are not inside a longer one, such as "York" in "New York". A run has such mentions only if it
    /// was made with `--overlap all`.
    pub without_nested: bool,
}

impl MentionTest {
    pub(crate) fn is_everything(self) -> bool {
        self == Self::default()
    }

    /// Whether mentions in the section with this number count.
    pub(crate) fn has_section(self, number: u32) -> bool {
        let Some(sections) = self.sections else { return true };
        Section::ALL.get(number as usize).is_some_and(|section| sections.contains(*section))
    }
}

/// Removes from the mentions of a document those inside a longer one; the order of the others stays.
///
/// # Complexity
///
/// Sorts them: `n log n`.
pub(crate) fn without_nested(mentions: &mut Vec<MentionRow>) {
    let mut order: Vec<usize> = (0..mentions.len()).collect();
    // A mention is inside another only if it begins with it or later, so the longest of those that began decides.
    order.sort_unstable_by_key(|&at| (mentions[at].part, mentions[at].start, Reverse(mentions[at].end)));
    let mut keep = vec![true; mentions.len()];
    let mut longest: Option<MentionRow> = None;
    for at in order {
        let mention = mentions[at];
        match longest.filter(|longest| longest.part == mention.part && mention.end <= longest.end) {
            Some(longest) => keep[at] = (mention.start, mention.end) == (longest.start, longest.end),
            None => longest = Some(mention),
        }
    }
    let mut keep = keep.into_iter();
    mentions.retain(|_| keep.next().unwrap_or(true));
}
