//! The rules by name, and what each of them means.
//!
//! Each rule is one function in the file of its topic; [`order`](super::order) lists the functions in the order in which they are
//! tried. `cases.toml` holds at least four cases for each rule that have another result without it.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

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
    DemonymInStrict = "demonym-in-strict": "Demonyms and adjectives are not places in the strict profile.",
    CompoundAdjective = "compound-adjective": "A place joined by a hyphen to a word that makes it an adjective (China-based) is not a place in the strict profile.",
    Currency = "currency": "A country before a currency sign or word (US$, U.S. dollars) is a unit of money.",
    PartOfOrganisation = "part-of-organisation": "The place follows \"University of\" or the like: it is part of an organisation's name (strict profile).",
    TitleHead = "title-head": "The name is in the capitalised run after a title: it is a person's.",
    AfterTitle = "after-title": "A title or courtesy title comes directly before the name: it is a person's.",
    AfterFirstName = "after-first-name": "A given name or an initial comes directly before the name: it is a person's.",
    CapitalRunLeft = "capital-run-left": "An unknown capitalised word comes directly before: the name is part of a longer one.",
    CapitalRunRight = "capital-run-right": "An unknown capitalised word or a numeral follows, here or elsewhere (X III): the name is part of a longer one.",
    LowPrior = "low-prior": "In news the name is seldom a place, and no preposition, dateline or pair says that here it is one.",
    TeamName = "team-name": "In a table of scores or the report of a match the name is a team's, not the place's.",
    KnownPerson = "known-person": "The name is the surname of a person met in the article.",
    KnownFirm = "known-firm": "The article has the name as a firm's (X shares, a stake in X, X Energy Corp): it is not a place or a public body here.",
    TitleOfName = "title-of-name": "The title's word belongs to a longer name, or is an adjective (General Growth Properties, Major U.S. banks).",
    LowerCaseTitle = "lower-case-title": "A title in lower case counts only beside a country, an organisation or a person's name.",
    TitleWithoutHead = "title-without-head": "A weak title needs a name after it, or a country or an organisation before it.",
    NoEvidence = "no-evidence": "A weak name without evidence.",
    Covered = "covered": "A longer accepted name covers it.",
    Crossed = "crossed": "It shares words with another accepted name, and the names kept cover more of the text.",
    Preposition = "preposition": "Accepted: a weak name after a locative preposition, or beside a word for what it is or for a building (X district, the village of X, its X office).",
    Dateline = "dateline": "Accepted: a weak name in the dateline.",
    Pair = "pair": "Accepted: a weak name in \"City, State\" or \"City, Country\".",
    Division = "division": "Accepted: a weak name of a state or province, and the words beside it, its neighbours in a list or the dateline say that the division is meant (X state, the governor of X).",
    Region = "region": "Accepted: a weak name after a locative preposition, and the division it lies in (abroad, its country) is in the article; or a weak name beside places of its country in a list.",
    SameCountry = "same-country": "Accepted: a weak name, and its country is in the article.",
    LongForm = "long-form": "Accepted: a weak name, and a longer name of the same entity is in the article.",
    Head = "head": "Accepted: a title with a person's name or a country beside it.",
    Free = "free": "Accepted: a free name and nothing against it.",
    LegalForm = "legal-form": "Accepted: a listed firm with its legal form (X Inc, X Holdings Plc).",
    OrganisationName = "organisation-name": "Accepted: no list has it, but it is worded like an organisation's name (X Corp, Ministry of X).",
    BranchName = "branch-name": "Accepted: a listed organisation before a place (X Bank Kenya).",
    ShortName = "short-name": "Accepted: the article has the firm's full name elsewhere (X Group, then X).",
    DefinedAcronym = "defined-acronym": "Accepted: an acronym in brackets after the long name of an organisation, there and later.",
    UsedAcronym = "used-acronym": "Accepted: no list has the acronym, but the article uses it like an organisation's name (the LN said; LN's chief).",
    UsedName = "used-name": "Accepted: no list has the name, but the article uses it like a firm's (retailer X; a stake in X; X shares).",
    Team = "team": "Accepted: the name of a team in a table of scores, a fixture or the report of a match.",
    FeatureName = "feature-name": "Accepted: no list has it, but it is worded like a river's, a park's, a county's (X River, Mount X).",
    StreetName = "street-name": "Accepted: no list has it, but it is worded like a street's (X Road); wide profile.",
    FacilityName = "facility-name": "Accepted: no list has it, but it is worded like a building's (X Hospital); wide profile.",
    SettlementName = "settlement-name": "Accepted: no list has it, but the article says what it is (the village of X, in X district).",
    UnlistedPair = "unlisted-pair": "Accepted: no list has it, but it appears in \"in X, State\" or \"in X, Country\".",
    PairElsewhere = "pair-elsewhere": "Accepted as a place no list has: \"City, State\" puts it in a division where no listed place of the name lies.",
    RepeatedName = "repeated-name": "Accepted: no list has it, but the article says elsewhere that it is a place.",
    Listed = "listed": "Accepted: the plain profile takes every name of the gazetteer.",
}

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
