//! The rules by name: what each means, and the order in which they are asked.
//!
//! Each rule is one function over one alias at one place ([`Check`]), in the file of its topic. The first that applies
//! decides. `cases.toml` holds at least four cases for each that come out otherwise without it.

use std::fmt;
use std::str::FromStr;

use super::cues::Cues;
use super::gathered::Gathered;
use super::scene::Look;
use super::traits::Traits;
use super::{addresses, capitals, divisions, evidence, firms, periods, persons, runs, tickers, titles, wording};
use crate::error::{Error, Result};

/// Whether a rule applies to one alias at one place.
pub(super) type Check = fn(&Look<'_, '_>) -> bool;

/// Whether a rule applies, knowing the whole document.
pub(super) type DocumentCheck = fn(&Look<'_, '_>, &Gathered) -> bool;

macro_rules! rules {
    ($($variant:ident = $name:literal: $meaning:literal,)*) => {
        /// The one rule that decided over a candidate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $meaning] $variant,)*
        }

        impl Rule {
            /// Every rule: those that reject, then those that accept.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in output.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What it means, in one line.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }
    };
}

rules! {
    Ticker = "ticker": "The name is a code of a share, an index or a story ((RIO.L), $EU, NASDAQ: EU): it names nothing else.",
    OutOfPeriod = "out-of-period": "The document is older or newer than the name: its line has from= or to=.",
    InAddress = "in-address": "The name is part of a web or e-mail address, a file path, a handle or a hashtag.",
    WordInCapitals = "word-in-capitals": "In capitals the name is an ordinary word here (TELL US, WHO WON).",
    DemonymInStrict = "demonym-in-strict": "Demonyms and adjectives are no places in the strict profile.",
    CompoundAdjective = "compound-adjective": "A place joined by a hyphen to a word that makes it an adjective (China-based) is no place in the strict profile.",
    Currency = "currency": "A country before a currency sign or word (US$, U.S. dollars) is a unit of money.",
    PartOfOrganisation = "part-of-organisation": "The place stands behind \"University of\" or the like: it is part of an organisation's name (strict profile).",
    TitleHead = "title-head": "The name stands in the capitalised run behind a title: it is a person's.",
    AfterTitle = "after-title": "A title or courtesy title stands directly before the name: it is a person's.",
    AfterFirstName = "after-first-name": "A given name or an initial stands directly before the name: it is a person's.",
    CapitalRunLeft = "capital-run-left": "An unknown capitalised word stands directly before: the name is part of a longer one.",
    CapitalRunRight = "capital-run-right": "An unknown capitalised word stands directly behind: the name is part of a longer one.",
    LowPrior = "low-prior": "In news the name is seldom a place, and no preposition, dateline or pair says that here it is one.",
    TeamName = "team-name": "In a table of scores or the report of a match the name is a team's, not the place's.",
    KnownPerson = "known-person": "The name is the surname of a person met in the article.",
    KnownFirm = "known-firm": "The article has the name as a firm's (X shares, a stake in X, X Energy Corp): it is no place and no public body here.",
    TitleOfName = "title-of-name": "The title's word belongs to a longer name, or is an adjective (General Growth Properties, Major U.S. banks).",
    LowerCaseTitle = "lower-case-title": "A title in small letters counts only beside a country, an organisation or a person's name.",
    TitleWithoutHead = "title-without-head": "A weak title needs a name behind it, or a country or an organisation before it.",
    NoEvidence = "no-evidence": "A weak name without evidence.",
    Covered = "covered": "A longer accepted name covers it.",
    Crossed = "crossed": "It shares words with another accepted name, and the names kept cover more of the text.",
    Preposition = "preposition": "Accepted: a weak name behind a locative preposition.",
    Dateline = "dateline": "Accepted: a weak name in the dateline.",
    Pair = "pair": "Accepted: a weak name in \"City, State\" or \"City, Country\".",
    Division = "division": "Accepted: a weak name of a state or province, and the words beside it, its neighbours in a list or the dateline say that the division is meant (X state, the governor of X).",
    Region = "region": "Accepted: a weak name behind a locative preposition, and the division it lies in (abroad, its country) is in the article.",
    SameCountry = "same-country": "Accepted: a weak name, and its country is in the article.",
    LongForm = "long-form": "Accepted: a weak name, and a longer name of the same entity is in the article.",
    Head = "head": "Accepted: a title with a person's name or a country beside it.",
    Free = "free": "Accepted: a free name and nothing against it.",
    LegalForm = "legal-form": "Accepted: a listed firm with its legal form (X Inc, X Holdings Plc).",
    OrganisationName = "organisation-name": "Accepted: no list has it, but it is worded like an organisation's name (X Corp, Ministry of X).",
    BranchName = "branch-name": "Accepted: an organisation of a list with a place behind it (X Bank Kenya).",
    ShortName = "short-name": "Accepted: the article has the firm's full name elsewhere (X Group, then X).",
    DefinedAcronym = "defined-acronym": "Accepted: an acronym in brackets behind the long name of an organisation, there and later.",
    UsedAcronym = "used-acronym": "Accepted: no list has the acronym, but the article uses it like an organisation's name (the LN said; LN's chief).",
    Team = "team": "Accepted: the name of a team in a table of scores, a fixture or the report of a match.",
    FeatureName = "feature-name": "Accepted: no list has it, but it is worded like a river's, a park's, a county's (X River, Mount X).",
    StreetName = "street-name": "Accepted: no list has it, but it is worded like a street's (X Road); wide profile.",
    FacilityName = "facility-name": "Accepted: no list has it, but it is worded like a building's (X Hospital); wide profile.",
    SettlementName = "settlement-name": "Accepted: no list has it, but the article says what it is (the village of X, in X district).",
    UnlistedPair = "unlisted-pair": "Accepted: no list has it, but it stands in \"in X, State\" or \"in X, Country\".",
    PairElsewhere = "pair-elsewhere": "Accepted as a place no list has: \"City, State\" puts it in a division where no listed place of the name lies.",
    RepeatedName = "repeated-name": "Accepted: no list has it, but the article says elsewhere that it is a place.",
    Listed = "listed": "Accepted: the plain profile takes every name of the gazetteer.",
}

/// A rule that decides from the neighbourhood, with a cue and a trait without which it never applies.
pub(super) type Entry = (Rule, Cues, Traits, Check);

/// Titles, in the order in which they are asked.
pub(super) const FOR_TITLES: &[Entry] = &[
    (Rule::OutOfPeriod, Cues::ANY, Traits::PERIOD, periods::is_out_of_period),
    (Rule::Ticker, Cues::CODE, Traits::ANY, tickers::is_ticker),
    (Rule::TitleOfName, Cues::ANY, Traits::ANY, firms::is_title_of_name),
    (Rule::InAddress, Cues::SIGN_BESIDE, Traits::ANY, addresses::is_in_address),
    (Rule::Head, Cues::ANY, Traits::ANY, titles::has_company),
    (Rule::LowerCaseTitle, Cues::ANY, Traits::ANY, titles::is_lower_case),
    (Rule::TitleWithoutHead, Cues::ANY, Traits::ANY, titles::lacks_head),
    (Rule::Free, Cues::ANY, Traits::ANY, titles::stands_alone),
];

/// Other names: what stands around them.
pub(super) const FOR_NAMES: &[Entry] = &[
    (Rule::OutOfPeriod, Cues::ANY, Traits::PERIOD, periods::is_out_of_period),
    (Rule::Ticker, Cues::CODE, Traits::ANY, tickers::is_ticker),
    (Rule::InAddress, Cues::SIGN_BESIDE, Traits::ANY, addresses::is_in_address),
    (Rule::WordInCapitals, Cues::SHORT_CAPITALS, Traits::ANY, capitals::is_word_in_capitals),
    (Rule::TitleHead, Cues::IN_HEAD, Traits::NO_DEMONYM, persons::is_title_head),
    (Rule::AfterTitle, Cues::NAME_BEFORE, Traits::NO_DEMONYM, persons::is_after_title),
    (Rule::AfterFirstName, Cues::CAPITAL_BEFORE, Traits::NO_DEMONYM, persons::is_after_first_name),
    (Rule::Currency, Cues::MONEY_BEHIND, Traits::PLACE, wording::is_currency),
    (Rule::DemonymInStrict, Cues::ANY, Traits::DEMONYM, wording::is_demonym_in_strict),
    (Rule::PartOfOrganisation, Cues::OF_BEFORE, Traits::PLACE, wording::is_part_of_organisation),
    (Rule::CompoundAdjective, Cues::HYPHEN_BEHIND, Traits::PLACE, wording::is_compound_adjective),
    (Rule::CapitalRunLeft, Cues::CAPITAL_BEFORE, Traits::ANY, runs::continues_left),
    (Rule::LegalForm, Cues::LEGAL_FORM, Traits::FIRM, firms::has_legal_form),
    (Rule::CapitalRunRight, Cues::CAPITAL_BEHIND, Traits::NO_DEMONYM, runs::continues_right),
    (Rule::LowPrior, Cues::SELDOM_PLACE, Traits::TOWN, evidence::has_low_prior),
    (Rule::Free, Cues::ANY, Traits::FREE, evidence::is_free),
    (Rule::Division, Cues::ANY, Traits::BY_KIND, divisions::is_division),
    (Rule::Preposition, Cues::ANY, Traits::BY_PREPOSITION, evidence::has_preposition),
    (Rule::Dateline, Cues::ANY, Traits::BY_DATELINE, evidence::is_in_dateline),
    (Rule::Pair, Cues::COMMA, Traits::BY_PAIR, evidence::is_in_pair),
    (Rule::Head, Cues::ANY, Traits::BY_HEAD, evidence::precedes_title),
];

/// Names that nothing around them decided: what the document says.
pub(super) const BY_DOCUMENT: &[(Rule, DocumentCheck)] = &[
    (Rule::Division, divisions::is_at_home),
    (Rule::Region, evidence::has_region_in_document),
    (Rule::SameCountry, evidence::has_country_in_document),
    (Rule::LongForm, evidence::has_long_form_in_document),
    (Rule::NoEvidence, |_, _| true),
];

impl Rule {
    /// Whether the rule accepts.
    #[must_use]
    pub fn accepts(self) -> bool {
        self >= Self::Preposition
    }

    /// Whether the reading can do without it: not without the outcomes that remain when no other rule applies.
    #[must_use]
    pub fn is_optional(self) -> bool {
        !matches!(self, Self::Covered | Self::NoEvidence | Self::Listed)
    }
}

impl FromStr for Rule {
    type Err = Error;

    /// The rule of this name.
    ///
    /// ```
    /// use dateline::Rule;
    /// assert_eq!("pair".parse::<Rule>()?, Rule::Pair);
    /// assert!("pear".parse::<Rule>().unwrap_err().to_string().contains("dateline explain --rules"));
    /// # Ok::<(), dateline::Error>(())
    /// ```
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name).ok_or_else(|| {
            Error::usage(format!("no rule has the name {name:?}")).with_remedy("`dateline explain --rules` lists them")
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSet(u64);

impl Default for RuleSet {
    fn default() -> Self {
        Self::ALL
    }
}

impl RuleSet {
    /// Every rule.
    pub const ALL: Self = Self(u64::MAX);

    /// The set without one rule.
    #[must_use]
    pub fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u32))
    }

    /// Whether the set has a rule.
    #[must_use]
    pub fn contains(self, rule: Rule) -> bool {
        self.0 & 1 << rule as u32 != 0
    }

    /// The rules it lacks, in the order of [`Rule::ALL`].
    pub fn missing(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.iter().copied().filter(move |rule| !self.contains(*rule))
    }
}
