//! Computes the [`Cues`] of a site from the words beside it.

use super::cues::Cues;
use super::facts::Class;
use super::scene::Site;
use super::traits::Traits;
use super::words::Word;
use super::{Profile, addresses, capitals, evidence, firms, tickers, wording};
use crate::normalize::is_hyphen;

/// The cues of a site whose neighbouring words are known. [`Cues::IN_HEAD`] and [`Cues::NAME_BEFORE`] depend on other sites and
/// are added later.
pub(super) fn of(site: &Site<'_>, profile: Profile) -> Cues {
    let bytes = site.text.as_bytes();
    let (before, after) = (&bytes[..site.span.start], &bytes[site.span.end..]);
    let hyphen = || site.text[site.span.end..].starts_with(is_hyphen);
    let capitalised = |word: Option<Word<'_>>| word.is_some_and(Word::is_capitalised);
    let organisation = site.has(Class::Organisation);
    let found = [
        Cues::CAPITAL_BEFORE.when(capitalised(site.left)),
        Cues::CAPITAL_AFTER.when(capitalised(site.right)),
        Cues::OF_BEFORE.when(site.left.is_some_and(|left| matches!(left.text, "of" | "Of"))),
        Cues::MONEY_AFTER.when(site.has(Class::Place) && wording::is_before_money(site, profile)),
        // The next character is nearly always a blank, a comma, a period or an apostrophe.
        Cues::HYPHEN_AFTER.when(after.first().is_some_and(|byte| *byte == b'-' || !byte.is_ascii()) && hyphen()),
        Cues::COMMA.when(matches!(after, [b',', b' ', ..]) || matches!(before, [.., b',', b' '])),
        Cues::SHORT_CAPITALS.when(capitals::is_short(site)),
        Cues::CODE.when(tickers::may_be_code(site)),
        Cues::LEGAL_FORM.when(organisation && firms::legal_form_end(site.text, site.span.end).is_some()),
        Cues::HYPHEN_BEFORE.when(before.last() == Some(&b'-')),
        Cues::SIGN_BESIDE.when(addresses::may_be_in_address(site)),
        Cues::SELDOM_PLACE.when(site.traits.any(Traits::TOWN) && evidence::is_seldom_place(site)),
    ];
    found.into_iter().fold(Cues::ANY, |cues, cue| cues | cue)
}
