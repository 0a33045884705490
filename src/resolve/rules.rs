//! The rules by name: what each means, in the order in which they are asked.

use std::fmt;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $meaning:literal,)*) => {
        /// The one rule that decided over a candidate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $meaning] $variant,)*
        }

        impl Rule {
            /// Every rule, in the order in which they are asked.
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
    DemonymInStrict = "demonym-in-strict": "Demonyms and adjectives are no places in the strict profile.",
    CompoundAdjective = "compound-adjective": "A place joined by a hyphen to a word that makes it an adjective (China-based) is no place in the strict profile.",
    Currency = "currency": "A country before a currency sign or word (US$, U.S. dollars) is a unit of money.",
    PartOfOrganisation = "part-of-organisation": "The place stands behind \"University of\" or the like: it is part of an organisation's name (strict profile).",
    TitleHead = "title-head": "The name stands in the capitalised run behind a title: it is a person's.",
    AfterTitle = "after-title": "A title or courtesy title stands directly before the name: it is a person's.",
    AfterFirstName = "after-first-name": "A given name or an initial stands directly before the name: it is a person's.",
    CapitalRunLeft = "capital-run-left": "An unknown capitalised word stands directly before: the name is part of a longer one.",
    CapitalRunRight = "capital-run-right": "An unknown capitalised word stands directly behind: the name is part of a longer one.",
    KnownPerson = "known-person": "The name is the surname of a person met in the article.",
    LowerCaseTitle = "lower-case-title": "A title in small letters counts only beside a country, an organisation or a person's name.",
    TitleWithoutHead = "title-without-head": "A weak title needs a name behind it, or a country or an organisation before it.",
    NoEvidence = "no-evidence": "A weak name without evidence.",
    Covered = "covered": "A longer accepted name covers it.",
    Preposition = "preposition": "Accepted: a weak name behind a locative preposition.",
    Dateline = "dateline": "Accepted: a weak name in the dateline.",
    Pair = "pair": "Accepted: a weak name in \"City, State\" or \"City, Country\".",
    SameCountry = "same-country": "Accepted: a weak name, and its country is in the article.",
    LongForm = "long-form": "Accepted: a weak name, and a longer name of the same entity is in the article.",
    Head = "head": "Accepted: a title with a person's name or a country beside it.",
    Free = "free": "Accepted: a free name and nothing against it.",
}

impl Rule {
    /// Whether the rule accepts.
    #[must_use]
    pub fn accepts(self) -> bool {
        self >= Self::Preposition
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
