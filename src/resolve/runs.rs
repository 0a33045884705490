//! Runs of capitals: a name that goes on is a piece of a longer, unknown one.

use super::Profile;
use super::facts::{Class, Tier};
use super::firms;
use super::lexicon::Classes;
use super::lines::{LineCase, follows_byline};
use super::scene::{Look, Scene, Site};
use super::words::{Word, word_after, word_before};

/// Where every word has a capital, capitals say nothing; a long name or an acronym needs no context.
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
    let (scene, site) = (look.scene, look.site);
    // In "Zandvoort Saudi Arabia", "Saudi Arabia" is part of an unknown name; then so is "Arabia", which ends it.
    let is_end_of_piece = || {
        let longer = scene.sites_ending(site.part, site.span.end).filter(|other| other.span.start < site.span.start);
        longer.filter(|other| other.has(look.alias.class)).any(|other| follows_unknown(scene, other))
    };
    site.left.is_some_and(Word::is_capitalised)
        && depends_on_run(look)
        && !is_safe_inside(look)
        && (follows_unknown(scene, site) || is_end_of_piece())
}

/// Whether the capitalised word before it begins a longer name, which the gazetteer does not have.
fn follows_unknown(scene: &Scene<'_>, site: &Site<'_>) -> bool {
    site.left.is_some_and(|left| {
        left.is_capitalised()
            && !left.is_acronym()
            && !ends_name(left)
            && !left.is(Classes::CALENDAR | Classes::COMMON | Classes::DIRECTION)
    }) && scene.sites_before(site).all(|other| other.n_candidates() == 0)
        && !follows_byline(site.text, site.span)
}

/// "Egypt's Sinai", "Acme Inc. Paris": a possessive or a cut legal form ends the name before.
fn ends_name(left: Word<'_>) -> bool {
    let cut = left.text.strip_suffix('.').is_some_and(firms::is_legal_form);
    cut || left.text.ends_with("'s") || left.text.ends_with("’s") || left.text.ends_with("s’")
}

pub(super) fn continues_right(look: &Look<'_, '_>) -> bool {
    let Some(right) = look.site.right else { return false };
    let (site, text) = (look.site, look.site.text);
    let embedded =
        look.scene.profile == Profile::Wide && (look.entity.tier == Tier::Division || precedes_institution(look));
    right.is_capitalised()
        && !look.alias.demonym
        && (!right.is_acronym() || firms::is_numeral(right) && look.alias.class == Class::Place)
        && !right.is(Classes::CALENDAR | Classes::AFTER_NAME)
        && !right.text.contains('.')
        && depends_on_run(look)
        && !is_safe_inside(look)
        && !embedded
        && (!site.surface().ends_with('.') || is_initials(look))
        && !precedes_person(look)
        && !text[site.span.end..right.span.start].contains('\n')
        && !look.scene.sites_after(site).any(|other| !other.only_weak_places)
}

/// "S.C. Johnson", "N.M. Rothschild": the abbreviation of a division, where two initials and a capitalised word are a person's or
/// a firm's.
fn is_initials(look: &Look<'_, '_>) -> bool {
    let initials = |surface: &[u8]| matches!(surface, [first, b'.', second, b'.'] if first.is_ascii_uppercase() && second.is_ascii_uppercase());
    look.entity.tier == Tier::Division
        && initials(look.site.surface().as_bytes())
        && !look.site.text[..look.site.span.start].ends_with(", ")
}

/// "ambassador to Canada Ada Lee": an office has the country, and the name of its holder follows.
fn precedes_person(look: &Look<'_, '_>) -> bool {
    const ENVOYS: [&str; 22] = [
        "ambassador",
        "commissioner",
        "consul",
        "delegate",
        "envoy",
        "minister",
        "rapporteur",
        "representative",
        "Ambassador",
        "Chancellor",
        "Consul",
        "Emir",
        "Envoy",
        "Governor",
        "King",
        "Mayor",
        "Minister",
        "Premier",
        "President",
        "Queen",
        "Representative",
        "Sultan",
    ];
    const OFFICES: [&str; 9] =
        ["chief", "coordinator", "correspondent", "director", "head", "manager", "president", "secretary", "spokesman"];
    let (scene, site) = (look.scene, look.site);
    if look.entity.tier > Tier::Capital {
        return false;
    }
    let Some(left) = site.left.filter(|left| matches!(left.text, "to" | "of" | "for" | "in")) else { return false };
    let Some(office) = word_before(site.text, left.span.start) else { return false };
    let envoy = ENVOYS.contains(&office.text);
    let held = envoy
        || OFFICES.contains(&office.text)
        || scene.sites_ending(site.part, office.span.end).any(|other| other.has(Class::Title));
    let Some(first) = site.right.filter(|_| held) else { return false };
    let Some(second) = word_after(site.text, first.span.end).filter(|second| second.is_capitalised()) else {
        return false;
    };
    let body = Classes::ORGANISATION_LAST | Classes::COMPANY | Classes::FACILITY | Classes::INSTITUTION | Classes::WORK;
    let third = word_after(site.text, second.span.end).filter(|third| third.is_capitalised());
    let is_body = [Some(first), Some(second), third].into_iter().flatten().any(|word| word.is(body));
    !is_body && (envoy || first.is(Classes::FIRST_NAME))
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
