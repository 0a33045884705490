//! The wording right beside a place that makes it something else: money, an adjective, a piece of a body's name.

use super::Profile;
use super::cues::Cues;
use super::facts::Class;
use super::lexicon::{Classes, Lexicon};
use super::scene::{Look, Site};
use super::words::word_before;
use crate::normalize::is_hyphen;

pub(super) fn is_currency(look: &Look<'_, '_>) -> bool {
    look.alias.class == Class::Place && look.site.cues.any(Cues::MONEY_BEHIND)
}

/// "US$ 5", and in the strict profile "U.S. dollars".
pub(super) fn is_before_money(site: &Site<'_>, profile: Profile) -> bool {
    let word = || site.right.is_some_and(|right| right.is(Classes::CURRENCY));
    site.text[site.span.end..].starts_with('$') || profile == Profile::Strict && word()
}

pub(super) fn is_demonym_in_strict(look: &Look<'_, '_>) -> bool {
    look.alias.demonym && look.scene.profile == Profile::Strict
}

/// "University of Nairobi": the place is part of a longer name.
pub(super) fn is_part_of_organisation(look: &Look<'_, '_>) -> bool {
    if look.scene.profile == Profile::Wide || look.alias.class != Class::Place {
        return false;
    }
    let of = look.site.left.filter(|left| matches!(left.text, "of" | "Of"));
    let head = of.and_then(|of| word_before(look.site.text, of.span.start));
    head.is_some_and(|head| head.is_capitalised() && head.is(Classes::ORGANISATION_FIRST))
}

/// "China-based" in the strict profile.
pub(super) fn is_compound_adjective(look: &Look<'_, '_>) -> bool {
    if look.scene.profile == Profile::Wide || look.alias.class != Class::Place {
        return false;
    }
    let mut rest = look.site.text[look.site.span.end..].chars();
    if !rest.next().is_some_and(is_hyphen) {
        return false;
    }
    let rest = rest.as_str();
    let word = &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())];
    Lexicon::shared().is(word, Classes::ADJECTIVE_ENDING)
}
