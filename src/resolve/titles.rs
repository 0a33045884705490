//! Titles: accepted with a capital, or beside a name that makes the word a title.

use super::facts::{Candidate, Class};
use super::lines::LineCase;
use super::scene::Look;
use super::words::is_all_caps;

/// In lower case, or in any case on a line of capitals: "the prime minister".
fn is_small(look: &Look<'_, '_>) -> bool {
    let surface = look.site.surface();
    surface.starts_with(char::is_lowercase)
        || look.alias.any_case && look.site.line == LineCase::Upper && is_all_caps(surface)
}

/// A person's name after it, or a country or an organisation before it.
pub(super) fn has_company(look: &Look<'_, '_>) -> bool {
    if look.site.head.is_some() {
        return true;
    }
    let noun = !look.alias.honorific
        && !look.site.right.is_some_and(|right| {
            // "weapons chief inspects": a verb, and the title an adjective.
            right.text.starts_with(char::is_lowercase) && look.alias.weak && right.text.ends_with('s')
        });
    let small = is_small(look);
    noun && look.scene.sites_before(look.site).any(|other| {
        look.scene.candidates(other).iter().any(|Candidate { alias: owner, .. }| {
            matches!(owner.class, Class::Place | Class::Organisation) && (!owner.weak || owner.demonym || !small)
        })
    })
}

pub(super) fn is_lower_case(look: &Look<'_, '_>) -> bool {
    is_small(look)
}

pub(super) fn lacks_head(look: &Look<'_, '_>) -> bool {
    look.alias.weak || look.alias.honorific
}

pub(super) fn is_capitalised(_: &Look<'_, '_>) -> bool {
    true
}
