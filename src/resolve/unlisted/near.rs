//! Unlisted names that matter to the mentions: those that could cover one, and those that are short for a listed name.
//!
//! Who counts needs no others, and they are most of the work. What is found in a capitalised run overlaps nothing outside of it,
//! so the runs that touch an accepted name show which names cover one. Two things reach further: what the article explains in
//! one place and repeats elsewhere (a short form, a village) may cover a name there, and a short form of a listed name is a
//! mention wherever it appears. [`is_enough`] says whether neither can be.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::capitals::{
    Capital, Capitals, Joint, RunsNear, ends_alone, is_apart_after, is_apart_before, run_break_before,
};
use super::{Found, Memory, ShortForms, acronyms, places, used};
use crate::resolve::lexicon::Classes;
use crate::resolve::rules::Rule;
use crate::resolve::scene::{Scene, Site, Verdicts};
use crate::resolve::scratch::emptied;
use crate::resolve::steps;
use crate::span::Span;

/// The capitalised words of each part in the runs that touch an accepted name and go beyond it.
///
/// The sites of `short`, which a listed firm's short name takes, are accepted names, too.
pub(super) fn capitals<'a>(
    scene: &Scene<'a>,
    verdicts: &Verdicts,
    short: &[(usize, Found)],
    memory: &mut Memory,
) -> Vec<Vec<Capital<'a>>> {
    let mut list = || emptied(memory.0.pop().unwrap_or_default());
    (0..scene.parts.len()).map(|part| capitals_of_part(scene, verdicts, short, part, list())).collect()
}

/// The words of one part, in an empty list. A name that is joined to nothing, with no other before it, is taken first; what lies in it
/// changes nothing.
fn capitals_of_part<'a>(
    scene: &Scene<'a>,
    verdicts: &Verdicts,
    short: &[(usize, Found)],
    part: usize,
    list: Vec<Capital<'a>>,
) -> Vec<Capital<'a>> {
    let text = scene.parts[part].text;
    let mut runs = RunsNear::new(text, list);
    let mut furthest = 0;
    let mut alone = 0;
    let mut last_break = (0, 0);
    let first = scene.first_at(part, 0);
    for (row, site) in scene.sites_of(part).iter().enumerate() {
        let Span { start, end } = site.span;
        let touched = furthest > 0 && (furthest >= start || text[furthest..start].trim_start().is_empty());
        furthest = furthest.max(end);
        if !(verdicts.accepted(site) || is_short(short, first + row)) || end <= alone || runs.has_taken(end) {
            continue;
        }
        let bytes = text.as_bytes();
        if !touched && is_apart_before(bytes, start) && is_apart_after(bytes, end) {
            alone = end;
            continue;
        }
        let (run_break, alone_before) = run_break_before(bytes, start, last_break);
        last_break = (start, run_break);
        if !touched && alone_before && ends_alone(bytes, site.span) {
            alone = end;
        } else {
            runs.take(run_break, site.span);
        }
    }
    runs.into_words()
}

fn is_short(short: &[(usize, Found)], row: usize) -> bool {
    !short.is_empty() && short.binary_search_by_key(&row, |(row, _)| *row).is_ok()
}

/// The sites of a part at which a rule, or a firm's short name, accepted a name.
fn accepted<'s, 'a>(
    scene: &'s Scene<'a>,
    verdicts: &'s Verdicts,
    short: &'s [(usize, Found)],
    part: usize,
) -> impl Iterator<Item = &'s Site<'a>> + use<'s, 'a> {
    let first = scene.first_at(part, 0);
    let sites = scene.sites_of(part).iter().enumerate();
    sites.filter(move |(row, site)| verdicts.accepted(site) || is_short(short, first + row)).map(|(_, site)| site)
}

/// Whether nothing that the article explains elsewhere can change what is read near the accepted names.
pub(super) fn is_enough(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    short: &[(usize, Found)],
    near: &[Vec<Capital<'_>>],
    (found, short_forms): &(Vec<Found>, ShortForms<'_>),
) -> bool {
    let mut article = Article { scene, searched: BTreeMap::new() };
    // Short forms go before repeated names.
    found.iter().all(|found| found.rule != Rule::RepeatedName)
        && short_forms.values().all(|form| form.alias.is_none() && form.rule != Rule::UsedName)
        && near.iter().enumerate().filter(|(_, words)| !words.is_empty()).all(|(part, words)| {
            let mut row = 0;
            accepted(scene, verdicts, short, part).all(|site| {
                while words.get(row).is_some_and(|next| next.word.span.end <= site.span.start) {
                    row += 1;
                }
                !may_compete_with_repeated(&mut article, site, words, row)
            })
        })
}

/// Whether a name that is explained elsewhere could cover or cross the site. `row` is the first word that ends after the start
/// of the site.
fn may_compete_with_repeated<'a>(
    article: &mut Article<'_, 'a>,
    site: &Site<'a>,
    words: &[Capital<'a>],
    row: usize,
) -> bool {
    // No word is near: so it is with most sites.
    let is_apart = |next: &Capital<'_>| {
        next.word.span.start >= site.span.end && !matches!(next.joint, Joint::Blank | Joint::Particle)
    };
    if words.get(row).is_none_or(is_apart) {
        return false;
    }
    let word = |row: usize| words[row].word;
    let is_joined = |row: usize| row < words.len() && matches!(words[row].joint, Joint::Blank | Joint::Particle);
    let after = row + words[row..].iter().take_while(|next| next.word.span.start < site.span.end).count();
    let competes = |span: Span| span.overlaps(site.span) && !site.span.contains(span);
    // Nearly always: the words joined by blanks are those of the site.
    let sticks_out = |row: usize| row < after && !site.span.contains(word(row).span);
    if !is_joined(row) && !is_joined(after) && !sticks_out(row) && !sticks_out(after.saturating_sub(1).max(row)) {
        return false;
    }
    // A short form is one word: "Harale-Kisumu".
    if (row..after)
        .any(|row| competes(word(row).span) && article.has_elsewhere(site, word(row).span, Explained::ShortForm))
    {
        return true;
    }
    // A place ends where no word is joined by blanks alone, and begins at the first of joined words, or after one that opens
    // a sentence.
    let goes_on = |row: usize| {
        let next = words.get(row + 1).filter(|next| next.joint == Joint::Blank);
        next.is_some_and(|next| site.text[..next.word.span.start].trim_end().len() == word(row).span.end)
    };
    let before = (1..places::LONGEST_BARE).take_while(|back| *back <= row && is_joined(row + 1 - back)).count();
    let opens = |first: usize| !is_joined(first) || word(first - 1).is(Classes::CALENDAR | Classes::COMMON);
    (row - before..after.min(words.len())).filter(|first| opens(*first)).any(|first| {
        let mut lasts =
            (first..words.len()).take(places::LONGEST_BARE).take_while(|last| *last == first || is_joined(*last));
        lasts.any(|last| {
            let span = Span::new(word(first).span.start, word(last).span.end);
            competes(span)
                && !goes_on(last)
                && places::may_be_bare(word(first), word(last))
                && article.has_elsewhere(site, span, Explained::Settlement)
        })
    })
}

/// How an article may explain a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Explained {
    /// As a short form: "Harale-Kisumu Ltd", or an acronym.
    ShortForm,
    /// As a settlement: "the village of Harale".
    Settlement,
}

impl Explained {
    fn is_at(self, text: &str, span: Span) -> bool {
        match self {
            Self::ShortForm => may_be_explained(text, span),
            Self::Settlement => places::is_called_settlement(text, span),
        }
    }
}

/// The first two places, by part and offset, at which something is so.
type FirstTwo = [Option<(usize, usize)>; 2];

/// The whole article, in which names are looked for.
struct Article<'s, 'a> {
    scene: &'s Scene<'a>,
    /// Where each name is explained.
    searched: BTreeMap<(Explained, &'a str), FirstTwo>,
}

impl<'a> Article<'_, 'a> {
    /// More names than these are not looked for, so that the time does not grow with their number.
    const MOST_SEARCHES: usize = 32;

    /// Whether the characters of a span of the site's text are explained at another place, or may be.
    fn has_elsewhere(&mut self, site: &Site<'a>, span: Span, how: Explained) -> bool {
        let name = span.of(site.text);
        let n_searches = self.searched.len();
        let places = match self.searched.entry((how, name)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if n_searches == Self::MOST_SEARCHES => return true,
            Entry::Vacant(new) => *new.insert(first_places(self.scene, name, how)),
        };
        places.into_iter().flatten().any(|place| place != (site.part, span.start))
    }
}

/// The first two places at which a name is explained.
fn first_places(scene: &Scene<'_>, name: &str, how: Explained) -> [Option<(usize, usize)>; 2] {
    let finder = memchr::memmem::Finder::new(name);
    steps::count(scene.parts.iter().map(|input| input.text.len()).sum());
    let mut places = scene.parts.iter().enumerate().flat_map(|(part, input)| {
        let found = finder.find_iter(input.text.as_bytes()).inspect(|_| steps::count(1));
        let explained = found.filter(move |at| how.is_at(input.text, Span::new(*at, at + name.len())));
        explained.map(move |at| (part, at))
    });
    [places.next(), places.next()]
}

/// Whether a short form may be explained here: "Harale-Kisumu Ltd", or an acronym.
fn may_be_explained(text: &str, span: Span) -> bool {
    let mut words = Capitals::new(text, span.start);
    let first = words.next().filter(|first| first.word.span == span);
    first.is_some_and(|first| {
        acronyms::looks_like_acronym(first.word)
            || used::is_used_like_a_firm(text, span)
            || words.next().is_some_and(|next| next.joint != Joint::None && next.word.is(Classes::COMPANY))
    })
}
