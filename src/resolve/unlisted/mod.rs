//! Names that no list holds, read by their look: organisations, acronyms, places.
//!
//! The gazetteer decides first; what is found here has no entity of its own, only a key made from its name. It consumes its
//! span like any other name, so no place is counted inside an unlisted organisation in the strict profile.

mod acronyms;
mod capitals;
mod near;
mod organisations;
mod places;
mod used;

use std::collections::BTreeMap;

use super::Wanted;
use super::facts::{Candidate, Class};
use super::firms::Firms;
use super::lexicon::Classes;
use super::lines::{LineCase, Lines};
use super::rules::{Rule, RuleSet};
use super::scene::{Scene, Verdicts};
use super::scratch::emptied;
use super::steps;
use super::words::{joins_word, word_end};
use crate::ids::{AliasId, EntityId};
use crate::span::Span;
use capitals::{Capital, Joint, capitals};

/// Words of the longest place read by its look.
const LONGEST_PLACE: usize = 6;

/// The lists of the words near names, kept for the next document.
#[derive(Debug, Default)]
pub(super) struct Memory(Vec<Vec<Capital<'static>>>);

/// A name found by its look.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) part: usize,
    pub(super) span: Span,
    pub(super) class: Class,
    pub(super) rule: Rule,
    /// The part and span of the name that gives it its key: its own, or the long form of an acronym.
    pub(super) named: (usize, Span),
    /// The listed name it is short for, and its entity.
    pub(super) alias: Option<(AliasId, EntityId)>,
}

impl Found {
    pub(super) fn new(part: usize, span: Span, class: Class, rule: Rule) -> Self {
        Self { part, span, class, rule, named: (part, span), alias: None }
    }

    /// Its position, in the order of selection.
    pub(super) fn place(&self) -> (usize, usize, std::cmp::Reverse<usize>) {
        (self.part, self.span.start, std::cmp::Reverse(self.span.end))
    }
}

/// Finds the unlisted names of a document, in order of part and span (start, then longer first): all of them, or those that
/// change what is read of the listed ones.
pub(super) fn find(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    rules: RuleSet,
    wanted: Wanted,
    firms: &Firms,
    memory: &mut Memory,
) -> Vec<Found> {
    let all = || -> Vec<_> { scene.parts.iter().map(|part| capitals(part.text)).collect() };
    let mut short =
        if rules.contains(Rule::ShortName) { listed_short_names(scene, verdicts, &firms.short) } else { Vec::new() };
    if rules.contains(Rule::UsedName) {
        add_rejected_firms(scene, verdicts, firms, &mut short);
    }
    match wanted {
        Wanted::All => find_among(scene, verdicts, rules, &all(), &short).0,
        Wanted::Mentions => {
            let near = near::capitals(scene, verdicts, &short, memory);
            let read = find_among(scene, verdicts, rules, &near, &short);
            let found = if near::is_enough(scene, verdicts, &short, &near, &read) {
                read.0
            } else {
                find_among(scene, verdicts, rules, &all(), &short).0
            };
            memory.0.extend(near.into_iter().map(emptied));
            found
        }
    }
}

/// The places where a listed firm has the short name that the article gives it, by the rows of their sites: sorted.
fn listed_short_names(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    short: &[(usize, AliasId, EntityId)],
) -> Vec<(usize, Found)> {
    if short.is_empty() {
        return Vec::new();
    }
    let mut named: BTreeMap<&str, (usize, AliasId, EntityId)> = BTreeMap::new();
    for (row, alias, entity) in short {
        named.entry(scene.sites[*row].surface()).or_insert((*row, *alias, *entity));
    }
    let mut found = Vec::new();
    for (row, site) in scene.sites.iter().enumerate().take_while(|_| !scene.is_stopped()) {
        let Some((first, alias, entity)) = named.get(site.surface()) else { continue };
        let is_word = word_end(site.text, site.span.start) == site.span.end
            && !site.text[..site.span.start].ends_with(|c: char| joins_word(c) || c == '.');
        // "Allen Stanford": a person's name is not short for a firm's.
        let is_person = site.left.is_some_and(|left| left.is_capitalised() && left.is(Classes::FIRST_NAME));
        let is_code = verdicts.of(site).contains(&Some(Rule::Ticker));
        if is_word && !is_person && !is_code && !is_listed(scene, verdicts, site.part, site.span) {
            let first = &scene.sites[*first];
            let form = Found::new(site.part, site.span, Class::Organisation, Rule::ShortName);
            found.push((row, Found { named: (first.part, first.span), alias: Some((*alias, *entity)), ..form }));
        }
    }
    found
}

/// Adds the sites where a place or a public body was rejected because the article has a firm of its name.
fn add_rejected_firms(scene: &Scene<'_>, verdicts: &Verdicts, firms: &Firms, found: &mut Vec<(usize, Found)>) {
    if !verdicts.any(Rule::KnownFirm) {
        return;
    }
    let n_short = found.len();
    for (row, site) in scene.sites.iter().enumerate() {
        let verdicts = verdicts.of(site);
        let all = !verdicts.is_empty() && verdicts.iter().all(|rule| *rule == Some(Rule::KnownFirm));
        let alone = site.left.is_none_or(|left| !left.is_capitalised() || left.is(Classes::COMMON | Classes::CALENDAR))
            && site.right.is_none_or(|right| !right.is_capitalised() || right.is_acronym());
        if all
            && alone
            && site.line == LineCase::Sentence
            && firms.is_firm(site.surface())
            && found[..n_short].binary_search_by_key(&row, |(row, _)| *row).is_err()
        {
            found.push((row, Found::new(site.part, site.span, Class::Organisation, Rule::UsedName)));
        }
    }
    found.sort_by_key(|(row, _)| *row);
}

/// The short forms of a document by their text.
type ShortForms<'a> = BTreeMap<&'a str, ShortForm>;

/// Finds the names among the capitalised words of each part.
fn find_among<'a>(
    scene: &Scene<'a>,
    verdicts: &Verdicts,
    rules: RuleSet,
    words: &[Vec<Capital<'a>>],
    short: &[(usize, Found)],
) -> (Vec<Found>, ShortForms<'a>) {
    let mut found = Vec::new();
    let mut short_forms = BTreeMap::new();
    for (part, words) in words.iter().enumerate() {
        let mut lines = Lines::new(scene.parts[part].text);
        for run in runs(words).take_while(|_| !scene.is_stopped()) {
            find_in_run(scene, verdicts, (part, run), &mut lines, &mut found, &mut short_forms);
        }
    }
    organisations::find_branches(scene, verdicts, &mut found);
    organisations::find_forms(scene, verdicts, rules, &mut found);
    found.retain(|found| rules.contains(found.rule));
    short_forms.retain(|_, form: &mut ShortForm| rules.contains(form.rule));
    forget_persons(words, &mut short_forms);
    repeat(scene, verdicts, words, &short_forms, rules, &mut found);
    found.extend(short.iter().map(|(_, found)| found.clone()));
    // A listed firm explains a name better than its look does.
    found.sort_by_key(|found| (found.place(), found.alias.is_none(), found.rule));
    found.dedup_by_key(|found| (found.part, found.span));
    (found, short_forms)
}

/// Drops the names used like a firm's that are a person's surname elsewhere ("producer Harale", then "Ada Harale").
fn forget_persons(words: &[Vec<Capital<'_>>], short_forms: &mut ShortForms<'_>) {
    if short_forms.values().all(|form| form.rule != Rule::UsedName) {
        return;
    }
    for pair in words.iter().flat_map(|words| words.windows(2)) {
        let [first, last] = pair else { continue };
        let given = || first.word.is(Classes::FIRST_NAME) || first.word.is_initial();
        if last.joint == Joint::Blank
            && short_forms.get(last.word.text).is_some_and(|form| form.rule == Rule::UsedName)
            && given()
        {
            short_forms.remove(last.word.text);
        }
    }
}

/// A short name and what it means.
#[derive(Debug, Clone)]
struct ShortForm {
    rule: Rule,
    named: (usize, Span),
    alias: Option<(AliasId, EntityId)>,
}

/// The capitalised words cut into runs.
fn runs<'w, 't>(words: &'w [Capital<'t>]) -> impl Iterator<Item = &'w [Capital<'t>]> {
    words.chunk_by(|_, next| next.joint != Joint::None)
}

fn find_in_run<'a>(
    scene: &Scene<'a>,
    verdicts: &Verdicts,
    (part, run): (usize, &[Capital<'a>]),
    lines: &mut Lines<'a>,
    found: &mut Vec<Found>,
    short_forms: &mut ShortForms<'a>,
) {
    let known = found.len();
    organisations::find(scene, verdicts, part, run, found);
    let n_organisations = found.len();
    places::find(scene, verdicts, part, run, found);
    // "the U.S. Federal Reserve" is not a nature reserve: a listed organisation explains the words.
    let is_body = |span: Span| {
        scene.sites_in(part, span).filter(|site| site.span.end == span.end).any(|site| {
            let mut judged = scene.candidates(site).iter().zip(verdicts.of(site));
            judged.any(|(Candidate { alias, .. }, rule)| {
                alias.class == Class::Organisation && alias.long && rule.is_some_and(Rule::accepts)
            })
        })
    };
    let mut row = 0;
    found.retain(|found| {
        row += 1;
        row <= n_organisations || !is_body(found.span)
    });
    let text = scene.parts[part].text;
    let last = run[run.len() - 1].word;
    let acronym = acronyms::in_brackets(text, last.span.end);
    let used = run.iter().filter(|capital| acronyms::is_used_like_a_body(text, capital.word));
    let used: Vec<_> = used.map(|capital| capital.word).collect();
    let firms = used::names_in_run(scene, part, run);
    // Where every word has a capital, capitals say nothing.
    let interesting = found.len() > known || acronym.is_some() || !used.is_empty() || !firms.is_empty();
    if !interesting || scene.case_at(part, run[0].word.span.start, lines) != LineCase::Sentence {
        found.truncate(known);
        return;
    }
    for found in found[known..].iter().filter(|found| found.rule == Rule::OrganisationName) {
        if let Some(word) = organisations::short_name(scene, run, found) {
            let form = ShortForm { rule: Rule::ShortName, named: (part, found.span), alias: None };
            short_forms.entry(word.text).or_insert(form);
        }
    }
    if let Some(acronym) = acronym.filter(|acronym| !is_listed(scene, verdicts, part, acronym.span)) {
        let listed = scene
            .sites_ending(part, last.span.end)
            .flat_map(|site| scene.candidates(site).iter().zip(verdicts.of(site)))
            .find(|(Candidate { alias, .. }, rule)| {
                alias.class == Class::Organisation && alias.long && rule.is_some_and(Rule::accepts)
            });
        let by_look =
            found[known..].iter().find(|found| found.span.end == last.span.end && found.class == Class::Organisation);
        let is_title = |row: &usize| scene.sites_at(part, run[*row].word.span.start).any(|site| site.has(Class::Title));
        let spelled = || acronyms::spelled_by(run, acronym).filter(|first| !is_title(first));
        let named = match (listed, by_look) {
            (Some(_), _) => Some(last.span),
            (None, Some(found)) => Some(found.span),
            (None, None) => spelled()
                .filter(|_| !last.is(Classes::FEATURE_LAST | Classes::FACILITY | Classes::STREET | Classes::WORK))
                // "the Convention on Trade (CT)".
                .filter(|first| !run[*first].word.is(Classes::WORK))
                .map(|first| Span::new(run[first].word.span.start, last.span.end)),
        };
        if let Some(named) = named {
            let form = ShortForm {
                rule: Rule::DefinedAcronym,
                named: (part, named),
                alias: listed.map(|(listed, _)| (listed.id, listed.alias.entity)),
            };
            if listed.is_none() && by_look.is_none() {
                found.push(Found::new(part, named, Class::Organisation, Rule::DefinedAcronym));
            }
            short_forms.insert(acronym.text, form);
        }
    }
    for (span, n_words) in firms {
        // "retailer Harale Stores Group": the form of the name says more than its use.
        if found[known..].iter().any(|found| found.span.overlaps(span)) {
            continue;
        }
        if n_words == 1 {
            let form = ShortForm { rule: Rule::UsedName, named: (part, span), alias: None };
            short_forms.entry(span.of(text)).or_insert(form);
        } else {
            found.push(Found::new(part, span, Class::Organisation, Rule::UsedName));
        }
    }
    for word in used {
        if !is_listed(scene, verdicts, part, word.span) {
            let form = ShortForm { rule: Rule::UsedAcronym, named: (part, word.span), alias: None };
            short_forms.entry(word.text).or_insert(form);
        }
    }
}

/// Whether an accepted name of the gazetteer has exactly this span.
fn is_listed(scene: &Scene<'_>, verdicts: &Verdicts, part: usize, span: Span) -> bool {
    scene.sites_at(part, span.start).any(|site| site.span == span && verdicts.accepted(site))
}

/// Finds the short forms, and the names that the article explains once, wherever else they appear.
fn repeat(
    scene: &Scene<'_>,
    verdicts: &Verdicts,
    words: &[Vec<Capital<'_>>],
    short_forms: &ShortForms<'_>,
    rules: RuleSet,
    found: &mut Vec<Found>,
) {
    // The first place of each name.
    let mut places: BTreeMap<&str, (usize, Span)> = BTreeMap::new();
    if rules.contains(Rule::RepeatedName) {
        for place in found.iter().filter(|found| matches!(found.rule, Rule::SettlementName | Rule::UnlistedPair)) {
            places.entry(place.span.of(scene.parts[place.part].text)).or_insert(place.named);
        }
    }
    if short_forms.is_empty() && places.is_empty() {
        return;
    }
    for (part, words) in words.iter().enumerate() {
        let text = scene.parts[part].text;
        for (row, capital) in words.iter().enumerate() {
            let word = capital.word;
            if let Some(form) = short_forms.get(word.text) {
                if form.rule == Rule::UsedName && is_part_of_longer(words, row) {
                    continue;
                }
                if !is_listed(scene, verdicts, part, word.span) {
                    found.push(Found {
                        named: form.named,
                        alias: form.alias,
                        ..acronyms::found(part, word, form.rule)
                    });
                }
                continue;
            }
            // A person's name does not become a place because a village is called like it.
            let joined = |capital: &Capital<'_>| matches!(capital.joint, Joint::Blank | Joint::Particle);
            if joined(capital) && !words[row - 1].word.is(Classes::CALENDAR | Classes::COMMON) {
                continue;
            }
            if places.is_empty() {
                continue;
            }
            // A place has no more words than that.
            for last in words[row..].iter().take(places::LONGEST_BARE) {
                let span = Span::new(word.span.start, last.word.span.end);
                steps::count(1);
                let Some(named) = places.get(span.of(text)) else { continue };
                let goes_on = words[row..].iter().take(LONGEST_PLACE).any(|other| {
                    other.word.span.start < span.end && other.word.span.end > span.end
                        || joined(other) && text[..other.word.span.start].trim_end().len() == span.end
                });
                if !goes_on {
                    found.push(Found { named: *named, ..Found::new(part, span, Class::Place, Rule::RepeatedName) });
                }
            }
        }
    }
}

/// Whether the capitalised word at `row` is joined to others that nothing is known of: "Ada Harale", "Harale Zandvoort".
fn is_part_of_longer(words: &[Capital<'_>], row: usize) -> bool {
    let joined = |row: usize| words.get(row).is_some_and(|next| matches!(next.joint, Joint::Blank | Joint::Particle));
    joined(row) && !words[row - 1].word.is(Classes::CALENDAR | Classes::COMMON | Classes::AFTER_NAME)
        || joined(row + 1) && words[row + 1].word.is_unknown() && !words[row + 1].word.is_acronym()
}

/// Whether a sentence, a quotation or a line begins at `at`.
fn opens_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '\u{a0}']);
    before.is_empty()
        || before.ends_with(" -")
        || before.ends_with(['.', '!', '?', ':', '"', '“', '”', '\n', '(', '—', '–', '‘', '|', '*', '•'])
}
