//! States and provinces that share their name with a country or a town: what in the article says that the division is meant.
//!
//! "Washington state", "the governor of Georgia", "Punjab voters" and "Washington, Oregon and Idaho" mean divisions. A country
//! in a list of countries ("Georgia and Ukraine") is the country.

use super::distance::distance_km;
use super::facts::{Candidate, Class, Tier};
use super::gathered::Gathered;
use super::scene::{Look, Scene, Site};
use super::words::{Word, word_after, word_before};

/// Words for kinds of division after a name: "Kandahar province".
const KINDS: &[&str] = &[
    "province",
    "governorate",
    "prefecture",
    "oblast",
    "voivodeship",
    "canton",
    "emirate",
    "krai",
    "Province",
    "Governorate",
    "Prefecture",
    "Oblast",
];

/// Offices and bodies that a division has and a town has not, after its name.
const OFFICES: &[&str] = &[
    "governor",
    "governors",
    "gov",
    "gubernatorial",
    "legislature",
    "legislatures",
    "legislator",
    "legislators",
    "statehouse",
    "senator",
    "senators",
    "congressman",
    "congresswoman",
    "representative",
    "voters",
    "premier",
    "lt",
    "sen",
    "rep",
];

/// Offices after a division's name that a capital's politicians have as well.
const PARTISANS: &[&str] =
    &["democrat", "republican", "democrats", "republicans", "lawmaker", "lawmakers", "gop", "assembly", "assemblyman"];

/// Two words of this sort.
const PHRASES: &[(&str, &str)] = &[
    ("supreme", "court"),
    ("attorney", "general"),
    ("lieutenant", "governor"),
    ("secretary", "of"),
    ("national", "guard"),
    ("general", "assembly"),
    ("chief", "minister"),
];

/// Words before "of", "of the" or "from" and a division.
const HEADS: &[&str] = &[
    "state",
    "province",
    "prefecture",
    "governorate",
    "oblast",
    "governor",
    "governors",
    "legislature",
    "senator",
    "senators",
    "congressman",
    "congresswoman",
    "democrat",
    "republican",
    "democrats",
    "republicans",
    "premier",
];

/// What follows "state" where the word means the nation: "Kuwait state media".
const NATIONAL: &[&str] = &[
    "media",
    "television",
    "tv",
    "radio",
    "news",
    "newspaper",
    "newspapers",
    "agency",
    "broadcaster",
    "oil",
    "gas",
    "energy",
    "bank",
    "banks",
    "firm",
    "company",
    "companies",
    "department",
    "visit",
    "funeral",
    "aid",
    "secretary",
    "budget",
    "bonds",
    "debt",
    "pension",
    "railway",
    "railways",
    "airline",
    "utility",
    "telecom",
    "security",
    "secrets",
    "dinner",
    "banquet",
    "support",
    "bailout",
    "guarantees",
    "intervention",
    "owned",
    "run",
    "university",
];

/// Whether the words beside a division's name, or its neighbours in a list, say that the division is meant.
pub(super) fn is_called_division(look: &Look<'_, '_>) -> bool {
    look.entity.tier == Tier::Division
        && !look.alias.demonym
        && (is_worded(look) || list_votes(look, Tier::Division) > 0)
}

/// A weak name of a division, under which nothing else is accepted.
pub(super) fn is_division(look: &Look<'_, '_>) -> bool {
    look.alias.may_be_division(look.entity)
        && if has_sovereign_rival(look) { is_named_state(look) } else { is_called_division(look) }
}

/// "Niger state", "Mexico state": what no country is called. Its offices and neighbours may be the country's.
fn is_named_state(look: &Look<'_, '_>) -> bool {
    let is_kind = |right: Word<'_>| right.text.eq_ignore_ascii_case("state") || KINDS.contains(&right.text);
    look.site.right.is_some_and(|right| is_kind(right) && is_worded_right(look, right, false))
}

/// The same, and nothing beside it says so, but the dateline is a town of it, and no mention of the country lets the name mean
/// the country's capital.
pub(super) fn is_at_home(look: &Look<'_, '_>, gathered: &Gathered) -> bool {
    look.alias.may_be_division(look.entity)
        && has_capital_rival(look)
        && gathered.is_home(look.alias.entity)
        && !gathered.mentions_nation(look.entity.country)
}

/// Whether another entity of the same name is a country.
fn has_sovereign_rival(look: &Look<'_, '_>) -> bool {
    rivals(look).any(|other| other.entity.is_sovereign())
}

/// Whether another entity of the same name is the capital of the country in which the division lies.
fn has_capital_rival(look: &Look<'_, '_>) -> bool {
    rivals(look).any(|other| other.entity.tier == Tier::Capital && other.entity.country == look.entity.country)
}

fn rivals<'s>(look: &Look<'s, '_>) -> impl Iterator<Item = &'s Candidate> {
    let entity = look.alias.entity;
    look.scene.candidates(look.site).iter().filter(move |other| other.alias.entity != entity && !other.alias.demonym)
}

fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether the words right beside the name are those of a division.
fn is_worded(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    let possessive = site.text[site.span.end..].starts_with(['\'', '’']);
    let right = site.right.or_else(|| possessive.then(|| after_possessive(site)).flatten());
    right.is_some_and(|right| is_worded_right(look, right, possessive))
        || site.left.is_some_and(|left| is_worded_left(look, left))
}

/// The word after "X's".
fn after_possessive<'a>(site: &Site<'a>) -> Option<Word<'a>> {
    let rest = &site.text[site.span.end..];
    let end = ["'s", "’s", "'", "’"].iter().find(|ending| rest.starts_with(**ending))?.len();
    word_after(site.text, site.span.end + end)
}

fn is_worded_right(look: &Look<'_, '_>, right: Word<'_>, possessive: bool) -> bool {
    let text = look.site.text;
    // A period ends "Gov." and "Sen."; the word after an abbreviation is the next one.
    let word = right.text.trim_end_matches('.');
    let next = || {
        let end = right.span.end + usize::from(text[right.span.end..].starts_with('.'));
        word_after(text, end).map_or("", |next| next.text)
    };
    if KINDS.contains(&word) {
        return !possessive;
    }
    if word.eq_ignore_ascii_case("state") {
        let next = next();
        let first = next.split('-').next().unwrap_or_default();
        if possessive || is_any(first, NATIONAL) {
            return false;
        }
        // A nation has a state, too: "in Niger state" and "Niger state governor" are the division.
        let placed = look.site.has_locative() || is_any(next, OFFICES) || is_any(next, PARTISANS);
        return placed || !has_sovereign_rival(look);
    }
    // Only some countries call their divisions regions, and a town has a region around it.
    if word == "region" {
        return !possessive && has_regions(look);
    }
    if is_any(word, OFFICES) {
        // A country has voters and a premier.
        let national =
            is_any(word, &["premier", "voters", "legislature", "representative"]) && has_sovereign_rival(look);
        return !national || !possessive && is_any(word, &["voters", "legislature"]);
    }
    if is_any(word, PARTISANS) {
        // A nation has lawmakers, and a capital's Democrats come from everywhere.
        let of_one_state = is_any(word, &["democrat", "republican"]);
        return !possessive && (of_one_state || !has_capital_rival(look) && !has_sovereign_rival(look));
    }
    let is_phrase = PHRASES.iter().any(|(first, _)| first.eq_ignore_ascii_case(word));
    is_phrase && {
        let next = next();
        let phrase =
            PHRASES.iter().any(|(first, second)| first.eq_ignore_ascii_case(word) && second.eq_ignore_ascii_case(next));
        phrase && !(possessive && has_sovereign_rival(look))
    }
}

fn is_worded_left(look: &Look<'_, '_>, left: Word<'_>) -> bool {
    let text = look.site.text;
    if !matches!(left.text, "of" | "from" | "Of") {
        return left.text.eq_ignore_ascii_case("upstate");
    }
    let Some(head) = word_before(text, left.span.start) else { return false };
    if !is_any(head.text, HEADS) {
        // "the Western District of Washington"
        let district = head.text == "District" && left.text == "of";
        return district && word_before(text, head.span.start).is_some_and(|word| word.text.ends_with("ern"));
    }
    let of_only = is_any(head.text, &["state", "province", "governor", "governors", "legislature", "premier"]);
    if of_only && left.text == "from" {
        return false;
    }
    // "the state of Georgia" may be the country's condition; with an article it is a state.
    let national = is_any(head.text, &["premier"]) && has_sovereign_rival(look);
    !national
}

/// Whether the country calls its divisions regions, or English-language news does.
fn has_regions(look: &Look<'_, '_>) -> bool {
    const COUNTRIES: &[&str] = &[
        "RU", "UA", "BY", "KZ", "KG", "UZ", "TJ", "IT", "FR", "ES", "CZ", "SK", "GR", "CL", "PE", "GH", "NA", "ER",
        "ET", "SO", "TD", "ML", "NE", "BF", "GN", "SN", "TG", "TZ", "MA", "CM", "CI", "MR", "PH", "MM", "SA", "DK",
        "NZ",
    ];
    look.scene.gazetteer.country_code(look.alias.entity).is_some_and(|code| COUNTRIES.contains(&code))
}

/// How many more neighbours in its list are of the kind of the candidate (a division of the same country; a country) than
/// speak against it. A list has commas, "and", "or" between its items, and ends where an item is not a known place.
///
/// Items that may be something else themselves ("New York and Washington") do not vote.
fn list_votes(look: &Look<'_, '_>, tier: Tier) -> i32 {
    const ITEMS: usize = 4;
    let (scene, site) = (look.scene, look.site);
    let mut votes = 0;
    let mut here = site;
    for _ in 0..ITEMS {
        let Some(next) = next_item(scene, here) else { break };
        votes += vote(look, next, tier);
        here = next;
    }
    let mut here = site;
    for _ in 0..ITEMS {
        let Some(previous) = previous_item(scene, here) else { break };
        votes += vote(look, previous, tier);
        here = previous;
    }
    votes
}

const JOINTS: [&str; 6] = [", and ", ", or ", ", ", " and ", " or ", " & "];

/// The places before and after a name in a list.
pub(super) fn neighbours<'s, 'a>(scene: &'s Scene<'a>, site: &Site<'a>) -> impl Iterator<Item = &'s Site<'a>> {
    previous_item(scene, site).into_iter().chain(next_item(scene, site))
}

fn next_item<'s, 'a>(scene: &'s Scene<'a>, site: &Site<'a>) -> Option<&'s Site<'a>> {
    let rest = &site.text[site.span.end..];
    let joint = JOINTS.iter().find(|joint| rest.starts_with(**joint))?;
    longest(scene.sites_at(site.part, site.span.end + joint.len()))
}

fn previous_item<'s, 'a>(scene: &'s Scene<'a>, site: &Site<'a>) -> Option<&'s Site<'a>> {
    let before = &site.text[..site.span.start];
    let joint = JOINTS.iter().find(|joint| before.ends_with(**joint))?;
    longest(scene.sites_ending(site.part, site.span.start - joint.len()))
}

/// The longest place among the sites of one beginning or end.
fn longest<'s, 'a: 's>(sites: impl Iterator<Item = &'s Site<'a>>) -> Option<&'s Site<'a>> {
    sites.filter(|site| site.has(Class::Place)).max_by_key(|site| site.span.len())
}

fn vote(look: &Look<'_, '_>, item: &Site<'_>, tier: Tier) -> i32 {
    let candidates = look.scene.candidates(item);
    let is_kin = |other: &&Candidate| {
        other.entity.tier == tier && (tier == Tier::Sovereign || other.entity.country == look.entity.country)
    };
    let is_other = |other: &&Candidate| !is_kin(other) && !other.alias.weak && other.entity.tier <= Tier::Capital;
    let Some(kin) = candidates.iter().find(is_kin) else {
        return if candidates.iter().any(|other| is_other(&other)) { -1 } else { 0 };
    };
    let sure = candidates.iter().all(|other| is_kin(&other) || other.alias.weak);
    if !sure || kin.alias.demonym || candidates.iter().any(|other| other.alias.entity == look.alias.entity) {
        return 0;
    }
    // Maryland and Virginia speak for the capital beside them, Oregon for the state.
    let nearer = || {
        let is_capital =
            |rival: &&Candidate| rival.entity.tier == Tier::Capital && rival.entity.country == look.entity.country;
        let capital = rivals(look).find(is_capital)?;
        let point = |entity| look.scene.gazetteer.point(entity);
        let (own, rival, other) = (point(look.alias.entity)?, point(capital.alias.entity)?, point(kin.alias.entity)?);
        Some(distance_km(own, other) < distance_km(rival, other))
    };
    if nearer() == Some(false) { -1 } else { 1 }
}

/// Whether its neighbours in a list say that a country is meant.
pub(super) fn is_in_list_of_countries(look: &Look<'_, '_>) -> bool {
    look.entity.is_sovereign() && list_votes(look, Tier::Sovereign) > 0
}
