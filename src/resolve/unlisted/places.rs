//! Places by the look of their names or by the words beside them: "Harale River", "the village of Harale",
//! "in Harale, Kenya".

use super::Found;
use super::capitals::{Capital, Joint};
use crate::resolve::Profile;
use crate::resolve::facts::{Candidate, Class, Tier};
use crate::resolve::lexicon::Classes;
use crate::resolve::rules::Rule;
use crate::resolve::scene::{Scene, Verdicts};
use crate::resolve::traits::Traits;
use crate::resolve::words::{Word, word_after, word_before};
use crate::span::Span;

/// Words of the longest place that only its surroundings explain.
pub(super) const LONGEST_BARE: usize = 3;

/// The places in one capitalised run.
pub(super) fn find(scene: &Scene<'_>, verdicts: &Verdicts, part: usize, run: &[Capital<'_>], found: &mut Vec<Found>) {
    let mut first = 0;
    for end in 1..=run.len() {
        if end == run.len() || !matches!(run[end].joint, Joint::Blank | Joint::Particle) {
            let words = Words { scene, verdicts, part, words: &run[first..end] };
            if let Some((span, rule)) = words.place() {
                found.push(Found::new(part, span, Class::Place, rule));
            }
            first = end;
        }
    }
}

/// Whether the word is "in" or the like; with a capital only "In" opens no name.
fn is_locative(left: Word<'_>) -> bool {
    !left.is_capitalised() && left.is(Classes::LOCATIVE) || left.text == "In"
}

/// "the village of Harale", "in Harale district".
pub(super) fn is_called_settlement(text: &str, span: Span) -> bool {
    word_before(text, span.start).is_some_and(|left| makes_settlement(text, left, span))
}

/// Like [`is_called_settlement`], given the word before the span.
fn makes_settlement(text: &str, left: Word<'_>, span: Span) -> bool {
    let says_kind = |word: Word<'_>| !word.is_capitalised() && word.is(Classes::SETTLEMENT);
    let kind = if left.text == "of" { word_before(text, left.span.start) } else { None };
    kind.is_some_and(|kind| says_kind(kind) && !kind.text.ends_with('s'))
        || is_locative(left) && word_after(text, span.end).is_some_and(says_kind)
}

/// Whether words could name a place that only its surroundings explain, by the first and the last.
pub(super) fn may_be_bare(first: Word<'_>, last: Word<'_>) -> bool {
    let ordinary = Classes::COMMON | Classes::CALENDAR | Classes::FIRST_NAME | Classes::AFTER_NAME | Classes::DIRECTION;
    let body = Classes::ORGANISATION_LAST | Classes::FACILITY | Classes::ORGANISATION_FIRST;
    !first.is(ordinary) && !last.is(body) && !first.is_acronym() && !first.is_initial()
}

/// "the Southern District of New York": where a court sits, and what its prosecutors call themselves.
fn is_court_district(first: Word<'_>, last: Word<'_>) -> bool {
    last.text == "District"
        && matches!(first.text, "Central" | "Eastern" | "Middle" | "Northern" | "Southern" | "Western")
}

/// Capitalised words joined by blanks alone.
struct Words<'s, 'a> {
    scene: &'s Scene<'a>,
    verdicts: &'s Verdicts,
    part: usize,
    words: &'s [Capital<'a>],
}

impl<'a> Words<'_, 'a> {
    fn place(&self) -> Option<(Span, Rule)> {
        let text = self.scene.parts[self.part].text;
        let mut words = self.words;
        while let [first, second, ..] = words
            && (first.word.is(Classes::CALENDAR)
                || matches!(first.word.text, "Democratic" | "Republican")
                || first.word.is(Classes::COMMON | Classes::AFTER_NAME)
                    && super::opens_sentence(text, first.word.span.start))
            && second.joint == Joint::Blank
        {
            words = &words[1..];
        }
        let (first, last) = (words.first()?.word, words.last()?.word);
        let span = Span::new(first.span.start, last.span.end);
        if words.len() >= 2 && words.len() <= 5 {
            let person = first.is(Classes::FIRST_NAME) && words.len() == 2;
            if last.is(Classes::FEATURE_LAST) && !self.is_title(first) && !person && !is_court_district(first, last) {
                return Some((span, Rule::FeatureName));
            }
            let wide = self.scene.profile == Profile::Wide;
            if wide && last.is(Classes::STREET) && !self.is_title(first) {
                return Some((span, Rule::StreetName));
            }
            if wide && last.is(Classes::FACILITY) && !self.is_house(first, last) && !self.is_title(first) {
                return Some((span, Rule::FacilityName));
            }
            if first.is(Classes::FEATURE_FIRST)
                && words.len() <= 3
                && !last.is(Classes::ORGANISATION_LAST | Classes::FACILITY)
                && !self.is_demonym(last)
            {
                return Some((span, Rule::FeatureName));
            }
        }
        if words.len() > LONGEST_BARE || !may_be_bare(first, last) {
            return None;
        }
        let left = word_before(text, span.start)?;
        let located = is_locative(left);
        if !located && left.text != "of" || !self.is_bare(span) {
            return None;
        }
        if makes_settlement(text, left, span) {
            return Some((span, Rule::SettlementName));
        }
        if !located {
            return None;
        }
        let state = text[span.end..].starts_with(", ").then_some(span.end + 2)?;
        let paired = self.scene.sites_at(self.part, state).any(|site| {
            let mut judged = self.scene.candidates(site).iter().zip(self.verdicts.of(site));
            judged.any(|(Candidate { alias, entity, .. }, rule)| {
                let large = matches!(entity.tier, Tier::Sovereign | Tier::Division | Tier::Capital);
                alias.class == Class::Place && !alias.demonym && large && rule.is_some_and(Rule::accepts)
            })
        });
        paired.then_some((span, Rule::UnlistedPair))
    }

    /// Whether a building is not a place of its own: a house, or one that is called after the town it serves ("Harale Library").
    fn is_house(&self, first: Word<'_>, last: Word<'_>) -> bool {
        let of_town = || {
            let mut sites = self.scene.sites_at(self.part, first.span.start);
            sites.any(|site| site.has(Class::Place) && self.verdicts.accepted(site))
        };
        match last.text {
            "House" | "Restaurant" => true,
            // "the Town Hall", "Public Square": no name of one of them.
            _ if matches!(first.text, "City" | "Public" | "Town" | "Village") && self.words.len() == 2 => true,
            "Hall" | "Library" | "Museum" => of_town(),
            _ => false,
        }
    }

    /// "Gulf Arab", "Cape Verdean": people, not a gulf or a cape.
    fn is_demonym(&self, word: Word<'_>) -> bool {
        self.scene.sites_at(self.part, word.span.start).any(|site| site.traits.any(Traits::DEMONYM))
    }

    fn is_title(&self, word: Word<'_>) -> bool {
        self.scene.sites_at(self.part, word.span.start).any(|site| site.has(Class::Title))
    }

    /// Whether the span contains no known name, so that only the words around it explain it.
    fn is_bare(&self, span: Span) -> bool {
        let mut sites = self.scene.sites_in(self.part, span);
        !sites.any(|site| site.has_other_than(Class::Place) || site.solid || self.verdicts.accepted(site))
    }
}
