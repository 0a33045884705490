//! The wording right beside a place that makes it something else: money, an adjective, a piece of a body's name.

use super::Profile;
use super::cues::Cues;
use super::facts::Class;
use super::lexicon::{Classes, Lexicon};
use super::scene::{Look, Site};
use super::words::word_before;
use crate::normalize::is_hyphen;

pub(super) fn is_currency(look: &Look<'_, '_>) -> bool {
    look.alias.class == Class::Place && look.site.cues.any(Cues::MONEY_AFTER)
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

/// "IIT-Delhi": the place distinguishes the branches of an organisation. "UAE-India" and "NATO-Russia" are two names.
pub(super) fn is_branch_of_acronym(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    if look.scene.profile == Profile::Wide || look.alias.class != Class::Place {
        return false;
    }
    let Some(before) = site.text[..site.span.start].strip_suffix('-') else { return false };
    let n_letters = before.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    let apart = before[..before.len() - n_letters].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '-');
    n_letters >= 3 && apart && look.scene.sites_ending(site.part, before.len()).next().is_none()
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
