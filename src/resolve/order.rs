//! The order in which the rules are tried, and a quick way to skip those that cannot apply.
//!
//! Most rules cannot apply to most names. Each rule therefore states a cue of the site and a trait of the alias without which it
//! never applies. [`Order`] turns these lists into tables of bits: two look-ups for a site and one number of the alias give all
//! rules that may apply.

use super::cues::Cues;
use super::facts::Class;
use super::gathered::Gathered;
use super::rules::{Rule, RuleSet};
use super::scene::{Look, Site};
use super::traits::{Rows, Traits};
use super::{addresses, capitals, divisions, evidence, firms, persons, runs, tickers, titles, wording};

/// Whether a rule applies to one alias at one site.
type Check = fn(&Look<'_, '_>) -> bool;

/// Whether a rule applies, given what the whole document says.
type DocumentCheck = fn(&Look<'_, '_>, &Gathered) -> bool;

/// A rule that looks at the words around a name, with a cue and a trait without which it never applies.
type Entry = (Rule, Cues, Traits, Check);

/// The rules for titles, in the order in which they are tried.
const FOR_TITLES: &[Entry] = &[
    (Rule::OutOfPeriod, Cues::ANY, Traits::PERIOD, evidence::is_out_of_period),
    (Rule::Ticker, Cues::CODE, Traits::ANY, tickers::is_ticker),
    (Rule::TitleOfName, Cues::ANY, Traits::ANY, firms::is_title_of_name),
    (Rule::InAddress, Cues::SIGN_BESIDE, Traits::ANY, addresses::is_in_address),
    (Rule::Head, Cues::ANY, Traits::ANY, titles::has_company),
    (Rule::LowerCaseTitle, Cues::ANY, Traits::ANY, titles::is_lower_case),
    (Rule::TitleWithoutHead, Cues::ANY, Traits::ANY, titles::lacks_head),
    (Rule::Free, Cues::ANY, Traits::ANY, titles::is_capitalised),
];

/// The rules for other names that look at the words around them.
const FOR_NAMES: &[Entry] = &[
    (Rule::OutOfPeriod, Cues::ANY, Traits::PERIOD, evidence::is_out_of_period),
    (Rule::Ticker, Cues::CODE, Traits::ANY, tickers::is_ticker),
    (Rule::InAddress, Cues::SIGN_BESIDE, Traits::ANY, addresses::is_in_address),
    (Rule::WordInCapitals, Cues::SHORT_CAPITALS, Traits::ANY, capitals::is_word_in_capitals),
    (Rule::TitleHead, Cues::IN_HEAD, Traits::NO_DEMONYM, persons::is_title_head),
    (Rule::AfterTitle, Cues::NAME_BEFORE, Traits::NO_DEMONYM, persons::is_after_title),
    (Rule::AfterFirstName, Cues::CAPITAL_BEFORE, Traits::NO_DEMONYM, persons::is_after_first_name),
    (Rule::Currency, Cues::MONEY_AFTER, Traits::PLACE, wording::is_currency),
    (Rule::DemonymInStrict, Cues::ANY, Traits::DEMONYM, wording::is_demonym_in_strict),
    (Rule::PartOfOrganisation, Cues::OF_BEFORE, Traits::PLACE, wording::is_part_of_organisation),
    (Rule::PartOfOrganisation, Cues::HYPHEN_BEFORE, Traits::PLACE, wording::is_branch_of_acronym),
    (Rule::CompoundAdjective, Cues::HYPHEN_AFTER, Traits::PLACE, wording::is_compound_adjective),
    (Rule::CapitalRunLeft, Cues::CAPITAL_BEFORE, Traits::ANY, runs::continues_left),
    (Rule::LegalForm, Cues::LEGAL_FORM, Traits::FIRM, firms::has_legal_form),
    (Rule::CapitalRunRight, Cues::CAPITAL_AFTER, Traits::NO_DEMONYM, runs::continues_right),
    (Rule::LowPrior, Cues::SELDOM_PLACE, Traits::TOWN, evidence::has_low_prior),
    (Rule::Free, Cues::ANY, Traits::FREE, evidence::is_free),
    (Rule::Division, Cues::ANY, Traits::BY_KIND, divisions::is_division),
    (Rule::Preposition, Cues::ANY, Traits::BY_PREPOSITION, evidence::has_preposition),
    (Rule::Dateline, Cues::ANY, Traits::BY_DATELINE, evidence::is_in_dateline),
    (Rule::Pair, Cues::COMMA, Traits::BY_PAIR, evidence::is_in_pair),
    (Rule::Head, Cues::ANY, Traits::BY_HEAD, evidence::precedes_title),
];

/// The rules for names that are still undecided once the whole document has been read.
const BY_DOCUMENT: &[(Rule, DocumentCheck)] = &[
    (Rule::Division, divisions::is_at_home),
    (Rule::Region, evidence::has_region_in_document),
    (Rule::SameCountry, evidence::has_country_in_document),
    (Rule::LongForm, evidence::has_long_form_in_document),
    (Rule::NoEvidence, |_, _| true),
];

/// The first rule that applies to a name, given what the whole document says.
pub(super) fn by_document(rules: RuleSet, look: &Look<'_, '_>, gathered: &Gathered) -> Option<Rule> {
    let mut wanted = BY_DOCUMENT.iter().filter(|(rule, _)| rules.contains(*rule));
    wanted.find(|(_, check)| check(look, gathered)).map(|(rule, _)| *rule)
}

/// The rules for a class of entity.
fn entries(class: Class) -> &'static [Entry] {
    if class == Class::Title { FOR_TITLES } else { FOR_NAMES }
}

/// The rules that an alias of these traits allows, as rows of the list for its class.
pub(super) fn rows_of(class: Class, traits: Traits) -> Rows {
    rows(entries(class), |(_, _, needed, _)| traits.any(*needed))
}

fn rows(entries: &[Entry], is_in: impl Fn(&Entry) -> bool) -> Rows {
    entries.iter().enumerate().fold(0, |rows, (row, entry)| rows | Rows::from(is_in(entry)) << row)
}

/// The rules that look at the words around a name, without those that the user has switched off.
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
        debug_assert_eq!(decided, list.first(list.wanted, look), "a rule applies without the cue or trait it states");
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
