//! What the tables of the word-start engine must know of an alias: its flags in the form in which the engine judges hits.

use super::word_start::{KeyTraits, Policy, Sense};
use crate::gazetteer::{Alias, Boundary, CasePolicy};
use crate::ids::AliasId;
use crate::normalize::{CasePattern, FoldedChar, fold_char, fold_keeping_accents, is_upper, is_word_char};

/// What the word-start tables must know of an alias.
pub(super) fn traits(alias: &Alias<'_>) -> KeyTraits {
    let open = !matches!(alias.flags.boundary, Boundary::Word | Boundary::NoHyphen);
    KeyTraits { lower_start: may_start_small(alias), open }
}

/// How the word-start engine judges the hits of an alias in plain text; `key` is what the alias folds to. `pattern` is a buffer.
pub(super) fn sense(id: AliasId, alias: &Alias<'_>, key: &[u8], pattern: &mut CasePattern) -> Sense {
    let flags = alias.flags;
    // What an ASCII name keeps is its key: asking would cost more than all the rest.
    let kept = (flags.accents_matter && !alias.text.is_ascii()).then(|| fold_keeping_accents(alias.text));
    // Plain text has no accents, so where they matter only a name without them is judged like any other.
    let accented = kept.filter(|kept| kept.as_bytes() != key);
    let checked = flags.boundary != Boundary::Word || flags.after_comma || accented.is_some();
    let mut small_letters = || {
        CasePattern::ascii_small_letters(alias.text, key).or_else(|| {
            pattern.set(alias.text);
            pattern.small_letters(key)
        })
    };
    let (policy, small) = match flags.case {
        _ if accented.is_some_and(|kept| kept.contains(|c: char| !c.is_ascii() && is_word_char(c))) => {
            (Policy::ACCENTED, 0)
        }
        _ if checked => (Policy::CHECKED, 0),
        CasePolicy::Any => (Policy::ANY, 0),
        CasePolicy::Title => small_letters().map_or((Policy::CHECKED, 0), |small| {
            (if small_first(alias.text).is_some() { Policy::SMALL_TITLE } else { Policy::TITLE }, small)
        }),
        CasePolicy::Exact => small_letters().map_or((Policy::CHECKED, 0), |small| (Policy::EXACT, small)),
    };
    Sense { alias: id.0, policy, stop: flags.stop, small }
}

/// Whether a hit whose first word begins with a lower-case letter can pass. A capital there forbids it: the hit is neither as
/// written nor in capitals.
fn may_start_small(alias: &Alias<'_>) -> bool {
    alias.flags.case == CasePolicy::Any || !first_of_word(alias.text).is_some_and(is_upper)
}

/// The number of the first letter of a name in its [`CasePattern`] if it is a small one, which may then be a capital where the
/// default policy judges.
pub(super) fn small_first(name: &str) -> Option<usize> {
    let mut number = 0;
    for c in name.chars() {
        if let FoldedChar::Text(folded) = fold_char(c) {
            if folded.as_str().chars().any(is_word_char) {
                return c.is_lowercase().then_some(number);
            }
            number += folded.as_str().chars().count();
        }
    }
    None
}

/// The first character of a name that folds to a word.
fn first_of_word(name: &str) -> Option<char> {
    let is_word = |c: &char| match fold_char(*c) {
        FoldedChar::Text(folded) => folded.as_str().chars().any(is_word_char),
        _ => false,
    };
    name.chars().find(is_word)
}
