//! Unlisted names that matter to the mentions: those that could cover one, and those that are short for a listed name.
//!
//! Who counts needs no others, and they are most of the work. What is found in a capitalised run overlaps nothing outside of it,
//! so the runs that touch an accepted name tell which names cover one. Two things reach further: what the article explains in
//! one place and repeats elsewhere (a short form, a village) may cover a name there, and a short form of a listed name is a
//! mention wherever it stands. [`is_enough`] says whether neither can be.

use super::capitals::{
    Capital, Capitals, Joint, RunsNear, is_apart_before, is_apart_behind, run_break_before, stands_alone_behind,
};
use super::{Found, Memory, ShortForms, acronyms, places};
use crate::resolve::lexicon::Classes;
use crate::resolve::rules::Rule;
use crate::resolve::scene::{Scene, Site, Verdicts, emptied};
use crate::span::Span;

/// The capitalised words of each part in the runs that touch an accepted name and go beyond it.
pub(super) fn capitals<'a>(scene: &Scene<'a>, verdicts: &Verdicts, memory: &mut Memory) -> Vec<Vec<Capital<'a>>> {
    let mut list = || emptied(memory.0.pop().unwrap_or_default());
    (0..scene.parts.len()).map(|part| capitals_of_part(scene, verdicts, part, list())).collect()
}

/// The same of one part, in an empty list. A name that stands alone, with no other before it, is taken first; what lies in it
/// changes nothing.
fn capitals_of_part<'a>(
    scene: &Scene<'a>,
    verdicts: &Verdicts,
    part: usize,
    list: Vec<Capital<'a>>,
) -> Vec<Capital<'a>> {
    let text = scene.parts[part].text;
    let mut runs = RunsNear::new(text, list);
    let mut furthest = 0;
    let mut alone = 0;
    for site in scene.sites_of(part) {
        let Span { start, end } = site.span;
        let touched = furthest > 0 && (furthest >= start || text[furthest..start].trim_start().is_empty());
        furthest = furthest.max(end);
        if !verdicts.accepted(site) || end <= alone || runs.has_taken(end) {
            continue;
        }
        let bytes = text.as_bytes();
        if !touched && is_apart_before(bytes, start) && is_apart_behind(bytes, end) {
            alone = end;
            continue;
        }
        let (run_break, alone_before) = run_break_before(bytes, start);
        if !touched && alone_before && stands_alone_behind(bytes, site.span) {
            alone = end;
        } else {
            runs.take(run_break, site.span);
        }
    }
    runs.into_words()
}

/// The sites of a part at which a rule accepted a name.
fn accepted<'s, 'a>(
    scene: &'s Scene<'a>,
    verdicts: &'s Verdicts,
    part: usize,
) -> impl Iterator<Item = &'s Site<'a>> + use<'s, 'a> {
    scene.sites_of(part).iter().filter(|site| verdicts.accepted(site))
}

/// Whether nothing that the article explains elsewhere can change what is read near the accepted names.
pub(super) fn is_enough(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    near: &[Vec<Capital<'_>>],
    (found, short_forms): &(Vec<Found>, ShortForms<'_>),
) -> bool {
    // Short forms go before repeated names.
    found.iter().all(|found| found.rule != Rule::RepeatedName)
        && short_forms.values().all(|form| form.alias.is_none())
        && near.iter().enumerate().filter(|(_, words)| !words.is_empty()).all(|(part, words)| {
            let mut row = 0;
            accepted(scene, verdicts, part).all(|site| {
                while words.get(row).is_some_and(|next| next.word.span.start <= site.span.start) {
                    row += 1;
                }
                row == 0 || !may_be_covered_by_repeated(scene, site, words, row - 1)
            })
        })
}

/// Whether a name that is explained elsewhere could cover the site and not be the same name. `row` is the last word that
/// begins no later than the site.
fn may_be_covered_by_repeated(scene: &Scene<'_>, site: &Site<'_>, words: &[Capital<'_>], row: usize) -> bool {
    let Span { start, end } = site.span;
    let word = |row: usize| words[row].word;
    let is_joined = |row: &usize| matches!(words[*row].joint, Joint::Blank | Joint::Particle);
    // Nearly always: a name that stands alone, behind words of other runs.
    if word(row).span.end <= start && !(row + 1 < words.len() && is_joined(&(row + 1))) {
        return false;
    }
    let covers = |span: Span| (span.start..span.end).contains(&start) && (span.start < start || end < span.end);
    // A short form is one word: "Harale-Kisumu".
    if covers(word(row).span) && stands_elsewhere(scene, site, word(row).span, may_be_explained) {
        return true;
    }
    // A place ends where no word is joined by blanks alone, and begins at the first of joined words, or behind one that opens
    // a sentence.
    let goes_on = |row: usize| {
        let next = words.get(row + 1).filter(|next| next.joint == Joint::Blank);
        next.is_some_and(|next| site.text[..next.word.span.start].trim_end().len() == word(row).span.end)
    };
    let last = row + (row + 1..words.len()).take_while(is_joined).count();
    let joined = (1..=row).rev().take_while(is_joined).count();
    // Nearly always: the words joined by blanks are the site.
    if !covers(Span::new(word(row - joined).span.start, word(last).span.end)) {
        return false;
    }
    (row - joined..=row).any(|first| {
        let opens = first == row - joined || word(first - 1).is(Classes::CALENDAR | Classes::COMMON);
        opens
            && (row..=last).take(places::LONGEST_BARE).any(|last| {
                let span = Span::new(word(first).span.start, word(last).span.end);
                last - first < places::LONGEST_BARE
                    && covers(span)
                    && !goes_on(last)
                    && places::may_be_bare(word(first), word(last))
                    && stands_elsewhere(scene, site, span, places::is_called_settlement)
            })
    })
}

/// Whether a short form may be explained here: "Harale-Kisumu Ltd", or an acronym.
fn may_be_explained(text: &str, span: Span) -> bool {
    let mut words = Capitals::new(text, span.start);
    let first = words.next().filter(|first| first.word.span == span);
    first.is_some_and(|first| {
        acronyms::looks_like_acronym(first.word)
            || words.next().is_some_and(|next| next.joint != Joint::None && next.word.is(Classes::COMPANY))
    })
}

/// Whether the characters of a span stand elsewhere in the article where `is` holds.
fn stands_elsewhere(scene: &Scene<'_>, site: &Site<'_>, span: Span, is: impl Fn(&str, Span) -> bool) -> bool {
    let finder = memchr::memmem::Finder::new(span.of(site.text));
    let own = (site.part, span.start);
    scene.parts.iter().enumerate().any(|(part, input)| {
        let mut places = finder.find_iter(input.text.as_bytes()).filter(|at| (part, *at) != own);
        places.any(|at| is(input.text, Span::new(at, at + span.len())))
    })
}
