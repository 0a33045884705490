//! The order in which rules are asked, and which of them need not be.
//!
//! Most rules cannot apply to most names: each states a cue of the place and a trait of the alias without which it never does.
//! Here that is turned around, so that two look-ups for a place and one number of the alias tell all the rules that may apply.

use super::cues::Cues;
use super::facts::Class;
use super::rules::{Entry, FOR_NAMES, FOR_TITLES, Rule, RuleSet};
use super::scene::{Look, Site};
use super::traits::Traits;

/// Rules of a list: a bit for each, by the place in it.
pub(super) type Rows = u32;

/// The list in which the rules for a class stand.
fn entries(class: Class) -> &'static [Entry] {
    if class == Class::Title { FOR_TITLES } else { FOR_NAMES }
}

/// The rules that an alias of these traits allows.
pub(super) fn rows_of(class: Class, traits: Traits) -> Rows {
    rows(entries(class), |(_, _, needed, _)| traits.any(*needed))
}

fn rows(entries: &[Entry], is_in: impl Fn(&Entry) -> bool) -> Rows {
    entries.iter().enumerate().fold(0, |rows, (row, entry)| rows | Rows::from(is_in(entry)) << row)
}

/// The rules that decide from the neighbourhood, as far as they are wanted.
#[derive(Debug)]
pub(super) struct Order {
    titles: ByCues,
    names: ByCues,
}

/// The rules that the cues of a site allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    titles: Rows,
    names: Rows,
}

/// The rules of a list that each value of each byte of the cues allows.
#[derive(Debug)]
struct ByCues {
    entries: &'static [Entry],
    wanted: Rows,
    rows: Box<[[Rows; 256]; Cues::BYTES]>,
}

impl Order {
    pub(super) fn new(rules: RuleSet) -> Self {
        Self { titles: ByCues::new(FOR_TITLES, rules), names: ByCues::new(FOR_NAMES, rules) }
    }

    /// The rules that may apply at a site.
    pub(super) fn at(&self, site: &Site<'_>) -> Allowed {
        let titles = if site.has(Class::Title) { self.titles.allowed(site.cues) } else { 0 };
        Allowed { titles, names: self.names.allowed(site.cues) }
    }

    /// The first rule that applies.
    pub(super) fn decide(&self, allowed: Allowed, look: &Look<'_, '_>) -> Option<Rule> {
        let (list, allowed) = match look.alias.class {
            Class::Title => (&self.titles, allowed.titles),
            _ => (&self.names, allowed.names),
        };
        let decided = list.first(look.alias.rows & allowed, look);
        debug_assert_eq!(decided, list.first(list.wanted, look), "a rule does not need its cue or trait");
        decided
    }
}

impl ByCues {
    fn new(entries: &'static [Entry], rules: RuleSet) -> Self {
        let wanted = rows(entries, |(rule, ..)| rules.contains(*rule));
        let allowed = |byte: usize, value: usize| {
            let cues = Cues::of_byte(byte, value as u8);
            wanted & rows(entries, |(_, needed, ..)| cues.any(*needed))
        };
        let of_byte = |byte| std::array::from_fn(|value| allowed(byte, value));
        Self { entries, wanted, rows: Box::new(std::array::from_fn(of_byte)) }
    }

    #[inline]
    fn allowed(&self, cues: Cues) -> Rows {
        cues.bytes().into_iter().zip(self.rows.iter()).fold(0, |all, (byte, rows)| all | rows[usize::from(byte)])
    }

    /// The first of some rules that applies.
    #[inline]
    fn first(&self, mut rows: Rows, look: &Look<'_, '_>) -> Option<Rule> {
        while rows != 0 {
            let (rule, _, _, check) = self.entries[rows.trailing_zeros() as usize];
            if check(look) {
                return Some(rule);
            }
            rows &= rows - 1;
        }
        None
    }
}
