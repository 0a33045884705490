//! Hits on their way to matches.

use std::cmp::Reverse;
use std::mem;

use super::{MatchSpan, Matches};
use crate::ids::AliasId;
use crate::span::Span;

/// The hits of one text. Hits that come in order, as nearly all do, are grouped by span when they are added.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    in_order: Matches,
    others: Vec<(Span, AliasId)>,
}

impl Gathered {
    #[inline(always)]
    pub(crate) fn push(&mut self, span: Span, alias: AliasId) {
        if !append(&mut self.in_order, span, alias) {
            self.others.push((span, alias));
        }
    }

    pub(crate) fn clear(&mut self) {
        self.in_order.clear();
        self.others.clear();
    }

    /// Every hit, in no particular order; some perhaps twice.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Span, AliasId)> {
        pairs(&self.in_order).chain(self.others.iter().copied())
    }

    /// Puts all hits into `matches`, sorted, in place of what is there; what is left here is of no meaning.
    pub(super) fn take(&mut self, matches: &mut Matches) {
        let Self { in_order, others } = self;
        if !others.is_empty() {
            others.extend(pairs(in_order));
            others.sort_unstable_by_key(|(span, alias)| (span.start, Reverse(span.end), *alias));
            others.dedup();
            in_order.clear();
            others.drain(..).for_each(|(span, alias)| assert!(append(in_order, span, alias), "just sorted"));
        }
        mem::swap(in_order, matches);
    }
}

fn pairs(matches: &Matches) -> impl Iterator<Item = (Span, AliasId)> {
    matches.iter().flat_map(|(span, aliases)| aliases.iter().map(move |alias| (span, *alias)))
}

/// Adds a hit if it comes after all others: by start, longer ones first, then by alias.
#[inline(always)]
fn append(matches: &mut Matches, span: Span, alias: AliasId) -> bool {
    let Matches { spans, aliases } = matches;
    if let (Some(last), Some(last_alias)) = (spans.last_mut(), aliases.last()) {
        if last.span == span && *last_alias < alias {
            last.aliases.end += 1;
            aliases.push(alias);
            return true;
        }
        if (last.span.start, Reverse(last.span.end)) >= (span.start, Reverse(span.end)) {
            return false;
        }
    }
    spans.push(MatchSpan { span, aliases: aliases.len()..aliases.len() + 1 });
    aliases.push(alias);
    true
}
