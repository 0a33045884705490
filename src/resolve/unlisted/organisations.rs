//! Organisations by the look of their names: "Harale Trading Corp", "Ministry of Trade and Industry".

use super::Found;
use super::capitals::{Capital, Joint};
use crate::resolve::cues::Cues;
use crate::resolve::facts::{Candidate, Class};
use crate::resolve::firms;
use crate::resolve::lexicon::{Classes, Lexicon};
use crate::resolve::lines::LineCase;
use crate::resolve::rules::{Rule, RuleSet};
use crate::resolve::scene::{Scene, Site, Verdicts};
use crate::resolve::steps;
use crate::resolve::traits::Traits;
use crate::resolve::words::Word;
use crate::span::Span;

/// The last word of a name after "School" only.
const SCHOOL_DISTRICT: &str = "District";

/// More words than this are a list, not a name.
const LONGEST: usize = 12;

/// The organisations in one capitalised run, from left to right.
pub(super) fn find(scene: &Scene<'_>, verdicts: &Verdicts, part: usize, run: &[Capital<'_>], found: &mut Vec<Found>) {
    // Most runs have no word that makes a name of a body.
    let is_head = |word: Word<'_>| {
        word.is(Classes::ORGANISATION_FIRST | Classes::ORGANISATION_LAST) || word.text == SCHOOL_DISTRICT
    };
    if !run.iter().any(|capital| is_head(capital.word)) {
        return;
    }
    let reader = Reader { scene, verdicts, part, run };
    let mut from = reader.skip_opening(0, run.len());
    while from + 1 < run.len() {
        let Some((first, last)) = reader.next(from) else { break };
        if last > first && !reader.is_person(first, last) {
            let span = Span::new(run[first].word.span.start, run[last].word.span.end);
            found.push(Found::new(part, span, Class::Organisation, Rule::OrganisationName));
        }
        from = last + 1;
    }
}

/// "Harale Group" gives "Harale": the one word before the words that news drops, if nothing else is called so.
pub(super) fn short_name<'a>(scene: &Scene<'a>, run: &[Capital<'a>], found: &Found) -> Option<Word<'a>> {
    let own = &run[run.partition_point(|capital| capital.word.span.start < found.span.start)..];
    let own = own.iter().map(|capital| capital.word);
    let mut words = own.inspect(|_| steps::count(1)).take_while(|word| found.span.contains(word.span));
    let first = words.next()?;
    let known = scene.sites_at(found.part, first.span.start).any(|site| site.n_candidates() > 0);
    let letters = first.text.chars().count();
    (!known && first.is_unknown() && letters >= 4 && words.all(|word| word.is(Classes::COMPANY))).then_some(first)
}

/// Branches: a listed organisation before a place, "Harale Bank Kenya".
pub(super) fn find_branches(scene: &Scene<'_>, verdicts: &Verdicts, found: &mut Vec<Found>) {
    for site in scene.sites.iter().filter(|site| site.line == LineCase::Sentence && site.has(Class::Organisation)) {
        let Some(right) = site.right.filter(|right| right.is_capitalised()) else { continue };
        let place = scene.sites_at(site.part, right.span.start).find(|other| {
            let mut candidates = scene.candidates(other).iter();
            let place =
                candidates.any(|Candidate { alias, .. }| alias.class == Class::Place && !alias.demonym && !alias.weak);
            place && !other.has_other_than(Class::Place) && other.right.is_none_or(|right| !right.is_capitalised())
        });
        let accepted =
            scene.candidates(site).iter().zip(verdicts.of(site)).find(|(candidate, rule)| {
                candidate.alias.class == Class::Organisation && rule.is_some_and(Rule::accepts)
            });
        if let (Some(place), Some((listed, _))) = (place, accepted)
            && !site.text[site.span.end..place.span.start].contains('\n')
        {
            let span = Span::new(site.span.start, place.span.end);
            let branch = Found::new(site.part, span, Class::Organisation, Rule::BranchName);
            found.push(Found { alias: Some((listed.id, listed.alias.entity)), ..branch });
        }
    }
}

/// Listed firms with a legal form, "Harale Holdings Plc", and units of them, "Harale Asset Management".
pub(super) fn find_forms(scene: &Scene<'_>, verdicts: &Verdicts, rules: RuleSet, found: &mut Vec<Found>) {
    let goes_on = |site: &&Site<'_>| {
        site.traits.any(Traits::FIRM)
            && (site.cues.any(Cues::LEGAL_FORM) || site.right.is_some_and(Word::is_capitalised))
    };
    for site in scene.sites.iter().filter(goes_on) {
        let mut accepted = scene.candidates(site).iter().zip(verdicts.of(site));
        let accepted = accepted.find(|(Candidate { alias, .. }, rule)| alias.firm && rule.is_some_and(Rule::accepts));
        let Some((listed, _)) = accepted else { continue };
        let Some((end, rule)) = firms::name_end(scene, site, listed) else { continue };
        let named = rule == Rule::LegalForm || site.line == LineCase::Sentence;
        if named && rules.contains(rule) {
            let form = Found::new(site.part, Span::new(site.span.start, end), Class::Organisation, rule);
            found.push(Found { alias: Some((listed.id, listed.alias.entity)), ..form });
        }
    }
}

struct Reader<'s, 'a> {
    scene: &'s Scene<'a>,
    verdicts: &'s Verdicts,
    part: usize,
    run: &'s [Capital<'a>],
}

impl<'a> Reader<'_, 'a> {
    fn word(&self, row: usize) -> Word<'a> {
        self.run[row].word
    }

    /// Whether nothing but a blank or "&" joins the word at `row` to the one before.
    fn is_joined(&self, row: usize) -> bool {
        matches!(self.run[row].joint, Joint::Blank | Joint::Ampersand)
    }

    /// Leaves out what opens a sentence, and titles: "But Harale Corp", "President Harale Bank".
    /// Goes no further than the word at `limit`.
    fn skip_opening(&self, mut row: usize, limit: usize) -> usize {
        while row + 1 < self.run.len() && row < limit {
            steps::count(1);
            let word = self.word(row);
            let opens = word.is(Classes::CALENDAR)
                || matches!(word.text, "The" | "A" | "An")
                || is_compound_adjective(word)
                || word.is(Classes::COMMON | Classes::AFTER_NAME)
                    && super::opens_sentence(self.text(), word.span.start);
            let office =
                self.is_title(row) && matches!(self.run[row + 1].joint, Joint::Blank | Joint::Ampersand | Joint::Of);
            if !opens && !office {
                break;
            }
            row += 1;
        }
        row
    }

    fn text(&self) -> &'a str {
        self.scene.parts[self.part].text
    }

    fn is_title(&self, row: usize) -> bool {
        let start = self.word(row).span.start;
        self.scene.sites_at(self.part, start).any(|site| {
            // "General Growth Properties": the word begins the name.
            let in_name = || self.verdicts.of(site).contains(&Some(Rule::TitleOfName));
            site.has(Class::Title) && !site.has(Class::Organisation) && !in_name()
        })
    }

    /// Whether a listed place or organisation begins here.
    fn is_listed(&self, row: usize) -> bool {
        let start = self.word(row).span.start;
        let mut sites = self.scene.sites_at(self.part, start);
        sites.any(|site| (site.has(Class::Organisation) || site.has(Class::Place)) && self.verdicts.accepted(site))
    }

    /// First and last word of the next organisation.
    fn next(&self, from: usize) -> Option<(usize, usize)> {
        (from..self.run.len()).find_map(|head| {
            let word = self.word(head);
            if word.is(Classes::ORGANISATION_FIRST) && self.is_followed_by_of(head) {
                return Some((self.extend_left(from, head), self.extend_right(head)));
            }
            let suffix = head > from && self.is_joined(head) && is_last(word, self.word(head - 1));
            let last = suffix.then(|| self.last_head(head))??;
            Some((self.extend_left(from, head), last))
        })
    }

    fn is_followed_by_of(&self, head: usize) -> bool {
        let word = self.word(head);
        // "He left Boston University for Boston."
        let for_what = lists_subjects(word) && !matches!(word.text, "College" | "School" | "Company" | "Club");
        self.run.get(head + 1).is_some_and(|next| {
            (next.joint == Joint::Of || next.joint == Joint::For && for_what) && !next.word.is(Classes::CALENDAR)
        })
    }

    /// The first word of the name whose head is at `head`.
    fn extend_left(&self, from: usize, head: usize) -> usize {
        let mut first = head;
        while first > from && head - first < LONGEST && !self.begins_apart(first) {
            let crosses = match self.run[first].joint {
                Joint::Blank | Joint::Ampersand | Joint::Particle => true,
                // "the Food and Drug Administration", but not "France and World Bank".
                Joint::And => {
                    first < head && !self.is_and_the(first) && self.is_after_the(from) && !self.is_listed(first - 1)
                }
                Joint::None | Joint::Of | Joint::For | Joint::Comma => false,
            };
            if !crosses {
                break;
            }
            first -= 1;
        }
        self.skip_opening(first, head)
    }

    /// Whether nothing before the word at `row` belongs to its name: it is "The", or a heading in capitals ends before it.
    fn begins_apart(&self, row: usize) -> bool {
        const SMALL: [&str; 15] =
            ["AN", "ARE", "AS", "AT", "BY", "FROM", "HAS", "IN", "IS", "ON", "OR", "SAYS", "THE", "TO", "WITH"];
        let (word, before) = (self.word(row), self.word(row - 1));
        let small = |word: Word<'_>| SMALL.contains(&word.text);
        // "RED SOX GAME IN EXTRA INNINGS The Times": four words in capitals, and the next is not.
        let heading = || {
            let upper = |row: usize| self.word(row).is_acronym() || small(self.word(row));
            !upper(row) && row >= 4 && (row - 4..row).all(upper)
        };
        matches!(word.text, "The" | "A" | "An") || small(before) && self.run.len() > 3 || heading()
    }

    fn is_after_the(&self, row: usize) -> bool {
        let before = &self.text()[..self.word(row).span.start];
        before.ends_with("the ") || before.ends_with("The ")
    }

    /// The last word of a name that ends with the word at `head`: "Police Service", "Co Ltd", "Trade Bank Pakistan Office".
    /// `None` if it goes on to be a building: "Police Station".
    fn last_head(&self, head: usize) -> Option<usize> {
        const REACH: usize = 2;
        let mut last = head;
        let mut row = head + 1;
        while row < self.run.len() && row <= last + REACH && self.is_joined(row) && !self.is_title(row) {
            let word = self.word(row);
            if word.is(Classes::CALENDAR | Classes::AFTER_NAME) {
                break;
            }
            if word.is(Classes::FACILITY) && row == last + 1 {
                return None;
            }
            let branch = row == last + 1 && row + 1 == self.run.len() && self.is_listed(row);
            if word.is(Classes::ORGANISATION_LAST) || branch {
                last = row;
            }
            row += 1;
        }
        if self.word(last).is(Classes::ORGANISATION_FIRST) && self.is_followed_by_of(last) {
            return Some(self.extend_right(last));
        }
        Some(last)
    }

    /// The last word of "Ministry of Trade and Industry".
    fn extend_right(&self, head: usize) -> usize {
        let mut last = head;
        for row in head + 1..self.run.len().min(head + LONGEST) {
            let word = self.word(row);
            let goes_on = match self.run[row].joint {
                // "the Office of the President" is a body, "the Government of President Hale" is the government.
                Joint::Of | Joint::For => !self.is_title(row) || self.word(head).text == "Office",
                Joint::Ampersand | Joint::Particle => true,
                Joint::Blank => !self.is_title(row) && !word.is(Classes::AFTER_NAME),
                Joint::And => {
                    let lists = lists_subjects(self.word(head)) || is_subject_of_study(self.word(row - 1));
                    lists && !self.is_and_the(row) && self.is_subject(row)
                }
                Joint::Comma => lists_subjects(self.word(head)) && self.is_list(row),
                Joint::None => false,
            };
            if !goes_on || word.is(Classes::CALENDAR) || word.text == "The" {
                break;
            }
            last = row;
        }
        last
    }

    /// "the Office of Trade and the Ministry": the article begins another name.
    fn is_and_the(&self, row: usize) -> bool {
        self.text()[self.word(row - 1).span.end..self.word(row).span.start].trim_end().ends_with(" the")
    }

    /// Whether the words from `row` to the next joint are a plain subject: no body of its own, no place.
    fn is_subject(&self, row: usize) -> bool {
        let mut rows = (row..self.run.len())
            .inspect(|_| steps::count(1))
            .take_while(|other| *other == row || self.is_joined(*other));
        // "the Association of Hong Kong and Macau Studies", but not "the Bank of Japan and Nissan".
        let plain = !self.is_listed(row) || self.is_listed(row - 1);
        plain && rows.all(|row| !self.word(row).is(Classes::ORGANISATION_FIRST))
    }

    /// "Ministry of Trade, Industry and Tourism": the list ends with "and".
    fn is_list(&self, row: usize) -> bool {
        let rest = self.run[row + 1..].iter().take(4).map(|next| next.joint);
        let mut rest = rest.filter(|joint| !matches!(joint, Joint::Blank | Joint::Comma));
        let closes = rest.next() == Some(Joint::And);
        closes && self.is_subject(row)
    }

    /// "Ada Church": a given name before a word that is also a surname.
    fn is_person(&self, first: usize, last: usize) -> bool {
        last == first + 1 && self.word(first).is(Classes::FIRST_NAME)
    }
}

/// "University of Science and Technology": what is taught, and not where.
fn is_subject_of_study(word: Word<'_>) -> bool {
    matches!(
        word.text,
        "Agriculture"
            | "Arts"
            | "Business"
            | "Commerce"
            | "Economics"
            | "Education"
            | "Engineering"
            | "Finance"
            | "Health"
            | "Law"
            | "Management"
            | "Medicine"
            | "Mines"
            | "Music"
            | "Science"
            | "Sciences"
            | "Technology"
            | "Trade"
    )
}

/// Whether the word ends a name of an organisation.
fn is_last(word: Word<'_>, before: Word<'_>) -> bool {
    word.is(Classes::ORGANISATION_LAST) || word.text == SCHOOL_DISTRICT && before.text == "School"
}

/// "Canberra-based", "State-run".
fn is_compound_adjective(word: Word<'_>) -> bool {
    let ending = word.text.rsplit_once('-').map(|(_, ending)| ending);
    ending.is_some_and(|ending| Lexicon::shared().classes(ending).any(Classes::ADJECTIVE_ENDING))
}

/// Heads after which "and" lists what the organisation is for; after the others it joins two organisations.
fn lists_subjects(head: Word<'_>) -> bool {
    !matches!(
        head.text,
        "Bank" | "University" | "Embassy" | "Consulate" | "Government" | "Party" | "Church" | "Parliament"
    )
}
