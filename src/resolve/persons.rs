//! Persons: whose name follows a title, and which later names are theirs.

use super::cues::Cues;
use super::evidence;
use super::facts::{Candidate, Class, Tier};
use super::firms;
use super::gathered::Gathered;
use super::lexicon::Classes;
use super::lines::{LineCase, follows_byline};
use super::rules::Rule;
use super::scene::{Look, Scene, Site, Verdicts};
use super::words::{Word, capitalised_run};
use crate::span::Span;

/// Finds the person's name after each title.
pub(super) fn find_heads(scene: &mut Scene<'_>) {
    for row in 0..scene.sites.len() {
        let site = &scene.sites[row];
        if !site.has(Class::Title) || site.line == LineCase::Upper {
            continue;
        }
        let Some(run) = head_of(scene, site) else { continue };
        let part = site.part;
        scene.sites[row].head = Some(run);
        let first = scene.first_at(part, run.start);
        let after = scene.sites[first..].iter_mut();
        for site in after.take_while(|site| site.part == part && site.span.start < run.end) {
            if run.contains(site.span) {
                site.cues.add(Cues::IN_HEAD);
            }
        }
    }
}

fn head_of(scene: &Scene<'_>, site: &Site<'_>) -> Option<Span> {
    let ends_run = |word: Word<'_>| {
        if word.is(Classes::CALENDAR) || word.is(Classes::COMMON) && !word.is_initial() {
            return true;
        }
        let mut here = scene.sites_at(site.part, word.span.start).peekable();
        let acronym = word.is_acronym() && (here.peek().is_some() || word.text.chars().count() > 2);
        acronym
            || here.any(|other| {
                other.solid
                    || other.has(Class::Title) && !is_surname_after(site, other)
                    || is_place_for_sure(scene, other)
            })
    };
    if site.right.is_some_and(Word::is_capitalised) && firms::is_in_name(scene, site) {
        return None;
    }
    let run = capitalised_run(site.text, site.span.end, |word| !ends_run(word))?;
    let name = run.of(site.text);
    // A small common word ("general", "chief") before one capitalised name is an ordinary adjective.
    let small = site.surface().starts_with(char::is_lowercase);
    if small && !name.contains(' ') && scene.sites_at(site.part, run.start).any(|other| !other.has(Class::Title)) {
        return None;
    }
    // In a headline every word has a capital: only a name that is known as a given name shows a person.
    let first = name.split(' ').next().unwrap_or_default();
    let given = || super::lexicon::Lexicon::shared().classes(first).any(Classes::FIRST_NAME);
    (site.line != LineCase::Title || given()).then_some(run)
}

/// "U.S.", "Wall Street": nobody is called so.
fn is_place_for_sure(scene: &Scene<'_>, site: &Site<'_>) -> bool {
    let dotted =
        site.surface().ends_with('.') && site.surface().len() <= 6 && !site.surface().contains(char::is_lowercase);
    scene.candidates(site).iter().any(|Candidate { alias, .. }| {
        alias.class == Class::Place && !alias.weak && (dotted || alias.long && !alias.demonym)
    })
}

/// "Governor Mervyn King said": a title's word between a given name and the end of the name is a surname.
fn is_surname_after(site: &Site<'_>, other: &Site<'_>) -> bool {
    let one_word = other.surface().chars().all(char::is_alphabetic) && !other.surface().chars().all(char::is_uppercase);
    let given = || {
        other
            .left
            .is_some_and(|left| left.span.start > site.span.end && left.is(Classes::FIRST_NAME) && !left.is_acronym())
    };
    one_word && given() && other.right.is_none_or(|right| !right.is_capitalised())
}

pub(super) fn is_title_head(look: &Look<'_, '_>) -> bool {
    // "US", "U.K.": nobody is called so.
    look.site.cues.any(Cues::IN_HEAD) && !look.alias.demonym && !look.site.solid && !look.site.is_acronym()
}

/// A long name of an organisation is nobody's, and so is a demonym or an acronym.
fn may_be_person(look: &Look<'_, '_>) -> bool {
    let body = look.alias.long && look.alias.class == Class::Organisation;
    !look.alias.demonym && !body && !look.site.is_acronym()
}

pub(super) fn is_after_title(look: &Look<'_, '_>) -> bool {
    may_be_person(look)
        && !matches!(look.site.line, LineCase::Upper | LineCase::Title)
        && !look.site.solid
        && look.scene.sites_before(look.site).any(|other| {
            other.has(Class::Title) && (other.honorific || other.surface().starts_with(char::is_uppercase))
        })
}

pub(super) fn is_after_first_name(look: &Look<'_, '_>) -> bool {
    let Some(left) = look.site.left.filter(|left| left.is_capitalised() && may_be_person(look)) else { return false };
    let upper = look.site.line == LineCase::Upper;
    let given = left.is(Classes::FIRST_NAME) && (upper || !left.is_acronym());
    let initial = left.is_initial() && left.text.ends_with('.');
    // A given name that is also a town's, "Allen", does not make "Austin Texas" a person.
    let other_name = |other: &Site<'_>| {
        other.has_other_than(Class::Title) && !(other.only_weak_places && look.entity.tier >= Tier::Town)
    };
    if !(given || initial)
        || follows_byline(look.site.text, look.site.span)
        || look.scene.sites_before(look.site).any(other_name)
    {
        return false;
    }
    // "Chad said" after a given name is a person; "Michael Jordan's" too, but "Barack Obama Kenya trip" is not.
    let open = look.site.right.is_none_or(|right| !right.is_capitalised() || right.is(Classes::CALENDAR));
    open || !look.entity.is_sovereign()
}

/// Rejects later names of the persons met.
pub(super) fn reject_known(scene: &Scene<'_>, verdicts: &mut Verdicts, gathered: &Gathered) {
    if gathered.has_no_persons() {
        return;
    }
    for site in &scene.sites {
        if site.is_acronym() || !gathered.is_surname(site.surface()) || site.surface().contains(' ') {
            continue;
        }
        // "in" comes before a place, unless hardly any place has the surname ("the Obama overhaul"). A country that is used as a
        // place anywhere remains one: few surnames are countries.
        let surname = evidence::is_surname(site);
        if site.is_in() && !firms::owns_something(site) && !surname {
            continue;
        }
        for (row, candidate) in scene.candidates(site).iter().enumerate() {
            let look = scene.look(site, candidate);
            let verdict = &mut verdicts.of_mut(site)[row];
            let located = firms::is_surely_located(site) && *verdict != Some(Rule::Free) && !surname
                || look.entity.is_sovereign() && gathered.is_located(site.surface());
            let open = matches!(verdict, None | Some(Rule::Free | Rule::Preposition | Rule::LowPrior));
            if open
                && !look.alias.demonym
                && (!look.alias.armed || look.alias.weak)
                && look.alias.class != Class::Title
                && !located
            {
                *verdict = Some(Rule::KnownPerson);
            }
        }
    }
}
