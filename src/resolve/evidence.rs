//! Evidence that lets a weak name stand, and the free name that needs none.

use super::cues::Cues;
use super::facts::{AliasFacts, Candidate, Class, EntityFacts, Tier};
use super::firms;
use super::gathered::Gathered;
use super::lexicon::Lexicon;
use super::lines::in_dateline;
use super::scene::{Look, Scene, Site};
use crate::gazetteer::Evidence;

fn takes(look: &Look<'_, '_>, evidence: Evidence) -> bool {
    look.alias.evidence.contains(evidence)
}

pub(super) fn is_free(look: &Look<'_, '_>) -> bool {
    !look.alias.weak
}

/// A name that in news is seldom a place, without a sign that here it is one.
pub(super) fn has_low_prior(look: &Look<'_, '_>) -> bool {
    look.site.cues.any(Cues::SELDOM_PLACE)
        && is_town(look.alias, look.entity)
        && !in_dateline(look.site.text, look.site.span)
        && pair(look.scene, look.site, look.alias, look.entity) == 0
}

/// A town under a name of one word.
pub(super) fn is_town(alias: &AliasFacts, entity: &EntityFacts) -> bool {
    matches!(entity.tier, Tier::Capital | Tier::Town) && !alias.long && !alias.demonym
}

/// Whether the name is seldom a place in news, and is behind no preposition that says that here it is one.
pub(super) fn is_seldom_place(site: &Site<'_>) -> bool {
    const SURNAME: u32 = 12;
    const DOUBTFUL: u32 = 35;
    Lexicon::shared().prior(site.surface()).is_some_and(|prior| {
        // "in" tells a place from any surname, "from" and "to" only from a rare one.
        prior < DOUBTFUL && (!site.is_in() || firms::owns_something(site)) && !(prior >= SURNAME && site.has_locative())
    })
}

pub(super) fn has_preposition(look: &Look<'_, '_>) -> bool {
    takes(look, Evidence::Preposition)
        && look.site.has_locative()
        // "in X's budget", "a stake in X": X need not be a place.
        && !firms::owns_something(look.site)
        && !firms::belongs_to_firm_noun(look.site)
}

pub(super) fn is_in_dateline(look: &Look<'_, '_>) -> bool {
    takes(look, Evidence::Dateline) && in_dateline(look.site.text, look.site.span)
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
    let behind = site.text[site.span.end..].starts_with(", ");
    let mut sites = behind.then(|| look.scene.sites_at(site.part, site.span.end + 2)).into_iter().flatten();
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
    let behind = site.text[site.span.end..].starts_with(", ");
    let mut sites = behind.then(|| look.scene.sites_at(site.part, site.span.end + 2)).into_iter().flatten();
    sites.any(|other| {
        let mut candidates = look.scene.candidates(other).iter();
        look.entity.country != 0
            && candidates.any(|other| other.entity.is_sovereign() && other.entity.country == look.entity.country)
    })
}

/// "Air Force" before "Major General": a title follows directly.
pub(super) fn precedes_title(look: &Look<'_, '_>) -> bool {
    takes(look, Evidence::Head) && look.scene.sites_behind(look.site).any(|other| other.has(Class::Title))
}

/// Inhabitants of a town that an article may mean by its bare name, although the name needs evidence.
const METROPOLIS: u64 = 1_000_000;

pub(super) fn has_country_in_document(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    takes(look, Evidence::Country)
        && gathered.mentions_country(look.entity.country)
        && !is_of_another_country(look)
        && (look.entity.tier != Tier::Town || look.entity.population >= METROPOLIS || is_placed(look, gathered))
}

/// "the Spanish Treasury" is not Britain's.
fn is_of_another_country(look: &Look<'_, '_>) -> bool {
    look.alias.class == Class::Organisation
        && look.scene.sites_before(look.site).any(|other| {
            let mut demonyms =
                look.scene.candidates(other).iter().filter(|candidate| candidate.alias.demonym).peekable();
            demonyms.peek().is_some() && demonyms.all(|candidate| candidate.entity.country != look.entity.country)
        })
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

/// A small town, behind a preposition of place, and what it lies in is in the article. A country of the size of the United
/// States is in too many articles to say anything about its towns.
pub(super) fn has_region_in_document(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    takes(look, Evidence::Region)
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
        let behind = scene.sites_at(site.part, site.span.end + 2).map(strength);
        best = best.max(behind.max().unwrap_or(0));
    }
    if site.text[..site.span.start].ends_with(", ") {
        let before = scene.sites_ending(site.part, site.span.start - 2).map(strength);
        best = best.max(before.max().unwrap_or(0));
    }
    best
}
