//! Hits on their way to matches.

use std::mem;

use super::{MatchSpan, Matches};
use crate::ids::AliasId;
use crate::span::Span;

/// The hits of one text. Those that come in order, which nearly all do, are grouped by span at once.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    in_order: Matches,
    others: Vec<(Span, AliasId)>,
}

impl Gathered {
    #[inline(always)]
    pub(crate) fn push(&mut self, span: Span, alias: AliasId) {
        let Matches { spans, aliases } = &mut self.in_order;
        match (spans.last_mut(), aliases.last()) {
            (Some(last), Some(last_alias)) if last.span == span && *last_alias < alias => last.aliases.end += 1,
            (Some(last), _)
                if last.span.start > span.start || last.span.start == span.start && last.span.end <= span.end =>
            {
                self.others.push((span, alias));
                return;
            }
            _ => spans.push(MatchSpan { span, aliases: aliases.len()..aliases.len() + 1 }),
        }
        aliases.push(alias);
    }

    pub(crate) fn clear(&mut self) {
        self.in_order.clear();
        self.others.clear();
    }

    /// Every hit once, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Span, AliasId)> {
        let in_order = self.in_order.iter().flat_map(|(span, aliases)| aliases.iter().map(move |alias| (span, *alias)));
        in_order.chain(self.others.iter().copied())
    }

    /// Puts all hits into `matches`, sorted, in place of what is there; what is left here is of no meaning.
    pub(super) fn take(&mut self, matches: &mut Matches) {
        if !self.others.is_empty() {
            let mut hits: Vec<_> = self.iter().collect();
            hits.sort_unstable_by_key(|(span, alias)| (span.start, usize::MAX - span.end, *alias));
            hits.dedup();
            self.clear();
            hits.into_iter().for_each(|(span, alias)| self.push(span, alias));
        }
        mem::swap(&mut self.in_order, matches);
    }
}
