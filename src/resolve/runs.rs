//! Runs of capitals: a name that goes on is a piece of a longer, unknown one.

use super::Profile;
use super::facts::{Class, Tier};
use super::firms;
use super::lexicon::Classes;
use super::lines::{LineCase, follows_byline};
use super::scene::Look;
use super::words::word_after;

/// Where every word has a capital, capitals say nothing; a long name or an acronym stands by itself.
fn depends_on_run(look: &Look<'_, '_>) -> bool {
    look.site.line == LineCase::Sentence
        && look.alias.class != Class::Other
        && (look.alias.weak || look.alias.class != Class::Organisation && !look.site.is_acronym())
}

/// The wide convention counts embedded names: countries, regions and long names are safe inside a longer name.
fn is_safe_inside(look: &Look<'_, '_>) -> bool {
    let large = look.entity.tier <= Tier::Region || look.alias.long && look.alias.class == Class::Place;
    look.scene.profile == Profile::Wide && (look.site.embedded || large)
}

pub(super) fn continues_left(look: &Look<'_, '_>) -> bool {
    let Some(left) = look.site.left else { return false };
    left.is_capitalised()
        && !left.is_acronym()
        && !left.is(Classes::CALENDAR | Classes::COMMON | Classes::DIRECTION)
        && depends_on_run(look)
        && !is_safe_inside(look)
        && look.scene.sites_before(look.site).all(|other| other.n_candidates() == 0)
        && !follows_byline(look.site.text, look.site.span)
}

pub(super) fn continues_right(look: &Look<'_, '_>) -> bool {
    let Some(right) = look.site.right else { return false };
    let (site, text) = (look.site, look.site.text);
    let embedded =
        look.scene.profile == Profile::Wide && (look.entity.tier == Tier::Division || precedes_institution(look));
    right.is_capitalised()
        && !look.alias.demonym
        && (!right.is_acronym() || firms::is_numeral(right) && look.alias.class == Class::Place)
        && !right.is(Classes::CALENDAR | Classes::BEHIND_NAME)
        && !right.text.contains('.')
        && depends_on_run(look)
        && !is_safe_inside(look)
        && !embedded
        && !site.surface().ends_with('.')
        && !text[site.span.end..right.span.start].contains('\n')
        && !look.scene.sites_behind(site).any(|other| !other.only_weak_places)
}

/// "London Police", "Glasgow Police Department": one of the next capitalised words names an institution.
fn precedes_institution(look: &Look<'_, '_>) -> bool {
    let kinds = Classes::ORGANISATION_LAST | Classes::FACILITY | Classes::INSTITUTION;
    let mut next = look.site.right;
    for _ in 0..4 {
        let Some(word) = next.filter(|word| word.is_capitalised()) else { return false };
        if word.is(kinds) {
            return true;
        }
        next = word_after(look.site.text, word.span.end);
    }
    false
}
