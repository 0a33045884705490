//! Evidence for which a weak name is accepted; a free name needs none.

use super::cues::Cues;
use super::facts::{AliasFacts, Candidate, Class, EntityFacts, Tier};
use super::gathered::Gathered;
use super::lexicon::{Classes, Lexicon};
use super::scene::{Look, Scene, Site};
use super::traits::Traits;
use super::words::{Word, word_after, word_before};
use super::{divisions, firms};
use crate::gazetteer::Evidence;

fn takes(look: &Look<'_, '_>, evidence: Evidence) -> bool {
    look.alias.evidence.contains(evidence)
}

/// Whether the document is of a day on which the name was not in use.
pub(super) fn is_out_of_period(look: &Look<'_, '_>) -> bool {
    look.scene.day.is_some_and(|day| !look.alias.period.contains(day))
}

pub(super) fn is_free(look: &Look<'_, '_>) -> bool {
    !look.alias.weak
}

/// A name that in news is seldom a place, with nothing beside it that says that here it is one.
pub(super) fn has_low_prior(look: &Look<'_, '_>) -> bool {
    look.site.cues.any(Cues::SELDOM_PLACE)
        && look.alias.traits.any(Traits::TOWN)
        && !look.scene.is_in_dateline(look.site)
        && pair(look.scene, look.site, look.alias, look.entity) == 0
}

/// Whether the name is seldom a place in news, and no preposition before it says that here it is one.
pub(super) fn is_seldom_place(site: &Site<'_>) -> bool {
    const DOUBTFUL: u32 = 35;
    Lexicon::shared().prior(site.surface()).is_some_and(|prior| {
        // No surname follows "in" as often as a place does; after "from" and "to" only a rare surname is out of the question.
        prior < DOUBTFUL && (!site.is_in() || firms::owns_something(site)) && !(prior >= SURNAME && site.has_locative())
    })
}

/// Below this share of uses as a place, in per cent, a name is a surname.
const SURNAME: u32 = 12;

/// Whether the name is nearly always a person's in news.
pub(super) fn is_surname(site: &Site<'_>) -> bool {
    Lexicon::shared().prior(site.surface()).is_some_and(|prior| prior < SURNAME)
}

pub(super) fn has_preposition(look: &Look<'_, '_>) -> bool {
    takes(look, Evidence::Preposition)
        && (is_seat(look.site)
            || is_called_place(look.site)
            || look.site.has_locative()
                // "in X's budget", "a stake in X": X need not be a place.
                && !firms::owns_something(look.site)
                && !firms::belongs_to_firm_noun(look.site)
                && !firms::employs(look.site))
}

/// "the Harale region", "Harale residents", "the town of Harale".
fn is_called_place(site: &Site<'_>) -> bool {
    const PEOPLE: [&str; 5] = ["mayor", "police", "residents", "suburb", "suburbs"];
    let is_kind = |word: Word<'_>| {
        !word.is_capitalised() && (word.is(Classes::SETTLEMENT) || matches!(word.text, "island" | "diocese"))
    };
    let after = site.right.is_some_and(|right| is_kind(right) || PEOPLE.contains(&right.text));
    after && !firms::belongs_to_firm_noun(site)
        || site.left.filter(|left| left.text == "of").is_some_and(|of| {
            word_before(site.text, of.span.start).is_some_and(|kind| is_kind(kind) && !kind.text.ends_with('s'))
        })
}

/// "the agency's Reading office", "its Reading plant": where an organisation has a building.
fn is_seat(site: &Site<'_>) -> bool {
    const BUILDINGS: [&str; 14] = [
        "branch",
        "bureau",
        "campus",
        "factory",
        "headquarters",
        "office",
        "offices",
        "outlet",
        "plant",
        "refinery",
        "shipyard",
        "store",
        "studio",
        "warehouse",
    ];
    site.right.is_some_and(|right| BUILDINGS.contains(&right.text))
        && site.left.is_some_and(|left| {
            let owner = left.text.strip_suffix("'s").or_else(|| left.text.strip_suffix("’s"));
            matches!(left.text, "its" | "their") || owner.is_some_and(|owner| owner.starts_with(char::is_lowercase))
        })
}

pub(super) fn is_in_dateline(look: &Look<'_, '_>) -> bool {
    takes(look, Evidence::Dateline) && look.scene.is_in_dateline(look.site)
}

pub(super) fn is_in_pair(look: &Look<'_, '_>) -> bool {
    if !takes(look, Evidence::Pair) {
        return false;
    }
    // A town of one division is not meant beside another: "Washington, D.C." says nothing of Washington, Illinois.
    match pair(look.scene, look.site, look.alias, look.entity) {
        0 => false,
        1 => {
            let apart = || takes(look, Evidence::Kind) || lies_in_division(look) && !is_beside_sibling(look);
            !takes(look, Evidence::Region) && !apart() || is_before_nation(look)
        }
        _ => true,
    }
}

/// "Ontario, Stockton": a town of the same division after the comma.
fn is_beside_sibling(look: &Look<'_, '_>) -> bool {
    let (gazetteer, site) = (look.scene.gazetteer, look.site);
    let after = site.text[site.span.end..].starts_with(", ");
    let mut sites = after.then(|| look.scene.sites_at(site.part, site.span.end + 2)).into_iter().flatten();
    let parent = gazetteer.parent(look.alias.entity);
    sites.any(|other| {
        look.scene
            .candidates(other)
            .iter()
            .any(|other| other.alias.entity != look.alias.entity && gazetteer.parent(other.alias.entity) == parent)
    })
}

fn lies_in_division(look: &Look<'_, '_>) -> bool {
    let gazetteer = look.scene.gazetteer;
    gazetteer.parent(look.alias.entity).is_some_and(|parent| !gazetteer.is_sovereign(parent))
}

/// "Town, Country".
fn is_before_nation(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    let after = site.text[site.span.end..].starts_with(", ");
    let mut sites = after.then(|| look.scene.sites_at(site.part, site.span.end + 2)).into_iter().flatten();
    sites.any(|other| {
        let mut candidates = look.scene.candidates(other).iter();
        look.entity.country != 0
            && candidates.any(|other| other.entity.is_sovereign() && other.entity.country == look.entity.country)
    })
}

/// "Air Force" before "Major General": a title follows directly.
pub(super) fn precedes_title(look: &Look<'_, '_>) -> bool {
    takes(look, Evidence::Head) && look.scene.sites_after(look.site).any(|other| other.has(Class::Title))
}

/// Inhabitants of a town that an article may mean by its bare name, although the name needs evidence.
const METROPOLIS: u64 = 1_000_000;

pub(super) fn has_country_in_document(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    takes(look, Evidence::Country)
        && gathered.mentions_country(look.entity.country)
        && !is_of_another_country(look)
        && (look.entity.tier != Tier::Town || look.entity.population >= METROPOLIS || is_placed(look, gathered))
}

/// "the Spanish Treasury" is not Britain's, and "the Central Bank of Harale" is not Chile's.
fn is_of_another_country(look: &Look<'_, '_>) -> bool {
    let (scene, site) = (look.scene, look.site);
    let is_other = |candidate: &Candidate| candidate.entity.country != look.entity.country;
    let is_adjective_of_another = || {
        scene.sites_before(site).any(|other| {
            let mut demonyms = scene.candidates(other).iter().filter(|candidate| candidate.alias.demonym).peekable();
            demonyms.peek().is_some() && demonyms.all(is_other)
        })
    };
    let owner = || {
        let of = site.right.filter(|right| matches!(right.text, "of" | "OF"))?;
        let next = word_after(site.text, of.span.end)?;
        let owner = if next.text.eq_ignore_ascii_case("the") { word_after(site.text, next.span.end)? } else { next };
        owner.is_capitalised().then_some(owner)
    };
    let is_anothers = |owner: Word<'_>| {
        scene.sites_at(site.part, owner.span.start).all(|other| scene.candidates(other).iter().all(is_other))
    };
    // "House" in "House of Representatives": what follows "of" belongs to a longer name of the same body.
    let is_own = || {
        let longer = scene.sites_at(site.part, site.span.start).filter(|other| other.span.end > site.span.end);
        longer.flat_map(|other| scene.candidates(other)).any(|candidate| candidate.alias.entity == look.alias.entity)
    };
    look.alias.class == Class::Organisation
        && (is_adjective_of_another() || owner().is_some_and(is_anothers) && !is_own())
}

/// "Mycenae and Kalamata", "Bondo, Nyando or Siaya": the neighbours in a list are places of the same country that the article
/// has, in the United States of the same state.
fn is_beside_kin(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    let gazetteer = look.scene.gazetteer;
    let parent = gazetteer.parent(look.alias.entity);
    let by_state = gazetteer.country_code(look.alias.entity) == Some("US");
    let is_kin = |other: &Candidate| {
        other.alias.class == Class::Place
            && !other.alias.demonym
            && !other.entity.is_sovereign()
            && other.entity.country == look.entity.country
            && other.alias.entity != look.alias.entity
            && (!by_state || gazetteer.parent(other.alias.entity) == parent)
            && gathered.mentions(other.alias.entity)
    };
    look.alias.class == Class::Place
        && divisions::neighbours(look.scene, look.site).any(|other| look.scene.candidates(other).iter().any(is_kin))
}

/// Whether the article surely means the town somewhere, or has the division it lies in: many firms and persons have its name.
fn is_placed(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    let gazetteer = look.scene.gazetteer;
    let parent = gazetteer.parent(look.alias.entity).filter(|parent| !gazetteer.is_sovereign(*parent));
    gathered.is_sure(look.alias.entity)
        || look.site.has_locative() && !firms::owns_something(look.site) && !firms::belongs_to_firm_noun(look.site)
        || gathered.firms.is_placed(look.site.surface())
        || parent.is_some_and(|parent| gathered.mentions(parent))
}

/// A small town after a preposition of place, whose division or country is in the article. A country of the size of the United
/// States is in too many articles to say anything about its towns.
pub(super) fn has_region_in_document(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    let may_pair = takes(look, Evidence::Pair) || takes(look, Evidence::Region) || takes(look, Evidence::Country);
    may_pair && is_beside_kin(look, gathered)
        || takes(look, Evidence::Region)
            && look.site.has_locative()
            && look.scene.gazetteer.parent(look.alias.entity).is_some_and(|parent| {
                let abroad = || look.scene.gazetteer.country_code(look.alias.entity) != Some("US");
                gathered.mentions(parent)
                    || gathered.n_towns(parent) > 0
                    || abroad() && gathered.mentions_nation(look.entity.country)
            })
}

pub(super) fn has_long_form_in_document(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    takes(look, Evidence::LongForm)
        && (gathered.has_long_form(look.alias.entity) || gathered.is_sure(look.alias.entity))
}

/// "City, State" and "City, Country" on either side: 2 if the other is the division or country it lies in, 1 if it is of
/// the same country.
pub(super) fn pair(scene: &Scene<'_>, site: &Site<'_>, alias: &AliasFacts, entity: &EntityFacts) -> u32 {
    if !site.cues.any(Cues::COMMA) {
        return 0;
    }
    let lies_in = |entity, parent| scene.gazetteer.parent(entity) == Some(parent);
    let strength = |other: &Site<'_>| {
        let kin = scene.candidates(other).iter().map(|Candidate { alias: other, entity: facts, .. }| {
            let place = other.class == Class::Place && !other.demonym && other.entity != alias.entity;
            if !place || entity.country == 0 || facts.country != entity.country {
                0
            } else if lies_in(alias.entity, other.entity) || lies_in(other.entity, alias.entity) {
                2
            } else {
                1
            }
        });
        kin.max().unwrap_or(0)
    };
    let mut best = 0;
    if site.text[site.span.end..].starts_with(", ") {
        let after = scene.sites_at(site.part, site.span.end + 2).map(strength);
        best = best.max(after.max().unwrap_or(0));
    }
    if site.text[..site.span.start].ends_with(", ") {
        let before = scene.sites_ending(site.part, site.span.start - 2).map(strength);
        best = best.max(before.max().unwrap_or(0));
    }
    best
}
