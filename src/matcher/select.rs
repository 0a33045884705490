//! Selection among the candidates that passed: overlaps and vetoes.

use super::names::NameTable;
use super::{Matches, Overlap};

/// Reduces all passing candidates, in order, to those the policy keeps; then drops the spans a stop name holds.
///
/// `stopped` is false only if there is no stop name among them. A stop name competes like any other name: what it covers under
/// the policy is gone even though it reports nothing.
pub(super) fn select(overlap: Overlap, names: &NameTable, stopped: bool, matches: &mut Matches) {
    match overlap {
        Overlap::All => {}
        Overlap::Longest => {
            let mut last_end = 0;
            matches.spans.retain(|found| {
                let keep = found.span.start >= last_end;
                if keep {
                    last_end = found.span.end;
                }
                keep
            });
        }
        Overlap::NoNested => {
            // In order of start, longer first: a span is inside an earlier one exactly if it does not reach further.
            let mut furthest = 0;
            matches.spans.retain(|found| {
                let keep = found.span.end > furthest;
                furthest = furthest.max(found.span.end);
                keep
            });
        }
    }
    if !stopped {
        return;
    }
    let aliases = &matches.aliases;
    matches.spans.retain(|found| !aliases[found.aliases.clone()].iter().any(|alias| names.is_stop(*alias)));
}
