//! The order in which rules are asked, and which of them need not be.
//!
//! Most rules cannot apply to most names: each states a cue of the place and a trait of the alias without which it never does.
//! Here that is turned around, so that a few look-ups tell all the rules that may apply.

use super::facts::Class;
use super::rules::{Check, Entry, FOR_NAMES, FOR_TITLES, Rule, RuleSet};
use super::scene::{Look, Site};

/// A bit for each rule of a list, by the place in it.
type Rows = u32;

/// The rules that decide from the neighbourhood, as far as they are wanted.
#[derive(Debug)]
pub(super) struct Order {
    titles: List,
    names: List,
}

/// The rules that the cues of a site allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    titles: Rows,
    names: Rows,
}

#[derive(Debug)]
struct List {
    rules: Vec<(Rule, Check)>,
    /// The rules that each cue and each trait allows, by its number.
    by_cue: [Rows; 32],
    by_trait: [Rows; 32],
}

impl Order {
    pub(super) fn new(rules: RuleSet) -> Self {
        Self { titles: List::new(FOR_TITLES, rules), names: List::new(FOR_NAMES, rules) }
    }

    /// The rules that may apply at a site.
    pub(super) fn at(&self, site: &Site<'_>) -> Allowed {
        let any = |list: &List| site.cues.numbers().fold(0, |rows, cue| rows | list.by_cue[cue]);
        Allowed {
            titles: if site.has(Class::Title) { any(&self.titles) } else { 0 },
            names: if site.has_other_than(Class::Title) || site.has_teams() { any(&self.names) } else { 0 },
        }
    }

    /// The first rule that applies.
    pub(super) fn decide(&self, allowed: Allowed, look: &Look<'_, '_>) -> Option<Rule> {
        let (list, allowed) = match look.alias.class {
            Class::Title => (&self.titles, allowed.titles),
            _ => (&self.names, allowed.names),
        };
        let rows = look.alias.traits.numbers().fold(0, |rows, number| rows | list.by_trait[number]);
        let mut possible = super::cues::bits(rows & allowed).map(|row| list.rules[row]);
        let decided = possible.find(|(_, check)| check(look)).map(|(rule, _)| rule);
        debug_assert_eq!(decided, list.asked_in_turn(look), "a rule does not need its cue or trait");
        decided
    }
}

impl List {
    fn new(entries: &[Entry], wanted: RuleSet) -> Self {
        let mut list = Self { rules: Vec::new(), by_cue: [0; 32], by_trait: [0; 32] };
        for (rule, cues, traits, check) in entries.iter().filter(|(rule, ..)| wanted.contains(*rule)) {
            let row: Rows = 1 << list.rules.len();
            cues.numbers().for_each(|cue| list.by_cue[cue] |= row);
            traits.numbers().for_each(|number| list.by_trait[number] |= row);
            list.rules.push((*rule, *check));
        }
        list
    }

    /// The first rule that applies, each asked whatever is told of the name: what the cues and traits must not change.
    fn asked_in_turn(&self, look: &Look<'_, '_>) -> Option<Rule> {
        self.rules.iter().find(|(_, check)| check(look)).map(|(rule, _)| *rule)
    }
}
