//! Firms and other bodies that no list has, recognised by the words beside their names: "retailer Harale", "a stake in Harale",
//! "Harale shares".

use super::capitals::{Capital, Joint};
use crate::resolve::lexicon::Classes;
use crate::resolve::scene::Scene;
use crate::resolve::words::{Word, word_after, word_before};
use crate::span::Span;

/// Words of the longest name that only the words beside it explain.
const LONGEST: usize = 3;

/// The names in one capitalised run, as spans with the number of their words.
pub(super) fn names_in_run(scene: &Scene<'_>, part: usize, run: &[Capital<'_>]) -> Vec<(Span, usize)> {
    let text = scene.parts[part].text;
    let mut names = Vec::new();
    let mut first = 0;
    for end in 1..=run.len() {
        if end < run.len() && matches!(run[end].joint, Joint::Blank | Joint::Ampersand) {
            continue;
        }
        let words = &run[first..end];
        // "Harale of Kisumu", "Harale for All": the name goes on.
        let ends = run.get(end).is_none_or(|next| matches!(next.joint, Joint::Comma | Joint::And));
        let begins = matches!(words[0].joint, Joint::None | Joint::Comma | Joint::And);
        if ends && begins && words.len() <= LONGEST {
            let span = Span::new(words[0].word.span.start, words[words.len() - 1].word.span.end);
            if may_be_name(scene, part, words) && is_used_like_a_firm(text, span) {
                names.push((span, words.len()));
            }
        }
        first = end;
    }
    names
}

/// Whether nothing else is known of the words.
fn may_be_name(scene: &Scene<'_>, part: usize, words: &[Capital<'_>]) -> bool {
    let is_known = |word: Word<'_>| scene.sites_at(part, word.span.start).any(|site| site.n_candidates() > 0);
    let first = words[0].word;
    let known = Classes::FIRST_NAME | Classes::COMMON | Classes::CALENDAR | Classes::AFTER_NAME | Classes::DIRECTION;
    let usable = |word: Word<'_>| !word.is_initial() && !word.is(known) && !is_known(word);
    match words {
        [_] => first.is_unknown() && !first.is_acronym() && first.text.chars().count() > 3 && !is_known(first),
        // "retailer Harale Stores", but not "Democratic President".
        _ => {
            words.iter().all(|capital| usable(capital.word))
                && words.iter().any(|capital| capital.word.is_unknown() && !capital.word.is_acronym())
        }
    }
}

/// Whether the words beside a name are those beside a firm's.
pub(super) fn is_used_like_a_firm(text: &str, span: Span) -> bool {
    word_before(text, span.start).is_some_and(|left| is_before_firm(text, left)) || is_after_firm(text, span)
}

fn is_before_firm(text: &str, left: Word<'_>) -> bool {
    if left.is_capitalised() {
        return false;
    }
    let noun = |word: Word<'_>| word_before(text, word.span.start).filter(|noun| !noun.is_capitalised());
    match left.text {
        "in" => noun(left).is_some_and(|noun| matches!(noun.text, "stake" | "stakes" | "shares" | "shareholding")),
        "of" => noun(left).is_some_and(|noun| {
            matches!(
                noun.text,
                "shares" | "shareholders" | "stock" | "subsidiary" | "unit" | "affiliate" | "acquisition" | "takeover"
            )
        }),
        "acquire" | "acquires" | "acquired" | "acquiring" => true,
        _ => left.is(Classes::FIRM_KIND),
    }
}

fn is_after_firm(text: &str, span: Span) -> bool {
    // Any word has a capital at the beginning of a sentence.
    let rest = &text[span.end..];
    let possessive = ["'s", "’s"].into_iter().find(|ending| rest.starts_with(ending));
    if possessive.is_none() && super::opens_sentence(text, span.start) {
        return false;
    }
    word_after(text, span.end + possessive.map_or(0, str::len)).is_some_and(|right| {
        matches!(
            right.text,
            "CEO" | "CFO" | "shareholder" | "shareholders" | "shares" | "spokesman" | "spokeswoman" | "stock"
        )
    })
}
