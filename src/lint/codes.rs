//! The codes by number: how severe each is, and what it means. `docs/lint.md` has an example of each; a test runs them.

use std::fmt;

use crate::diagnostics::FaultCode;

/// How severe a finding is; the most severe comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The loader refuses the line, or its content is certainly wrong.
    Error,
    /// The name or the entity will probably not work as its author intends.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word used in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $id:literal $severity:ident: $meaning:literal,)*) => {
        /// The class of a finding. Codes are stable: a code is never reused for another fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it is written, e.g. `G302`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// How severe it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }

            /// Its meaning, in one line.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }
    };
}

codes! {
    // Lines that the loader refuses; the message is the loader's own.
    Refused = "G001" Error: "The loader refuses the line for a reason that has no code of its own.",
    Encoding = "G002" Error: "The line is not UTF-8.",
    NulByte = "G003" Error: "The line contains a NUL byte.",
    FewFields = "G004" Error: "The line has fewer than three fields.",
    NoKind = "G005" Error: "The second field is not a kind.",
    DuplicateId = "G006" Error: "The file defines the id twice.",
    UnknownFlag = "G007" Error: "A flag is unknown, or two exclude each other.",
    NotKeyValue = "G008" Error: "A field after the flags is not key=value.",
    BadNumber = "G009" Error: "A latitude, longitude or population is out of range or not a number.",
    UnknownEvidence = "G010" Error: "ctx= lists an unknown kind of evidence.",
    UnknownAliasKind = "G011" Error: "A + line has an unknown kind of name.",
    AliasWithoutEntity = "G012" Error: "A + line comes before any entity.",
    BadDirective = "G013" Error: "A directive is unknown, incomplete or cannot be followed.",
    NoLetter = "G014" Error: "The name has no letter to match.",
    // Faults of entity lines.
    PlainKind = "G101" Warning: "The kind has no dot.",
    DanglingParent = "G102" Error: "parent= names no entity.",
    ParentCycle = "G103" Error: "parent= forms a cycle.",
    HalfPoint = "G104" Warning: "Of lat= and lon= only one is given.",
    NullPoint = "G105" Error: "lat=0 lon=0 is a missing value, not a place.",
    UnknownCountry = "G106" Error: "cc= is not an ISO 3166 country code.",
    BadDate = "G107" Error: "from= or to= is not an ISO date.",
    DatesReversed = "G108" Error: "from= is later than to=.",
    IdReplaced = "G109" Warning: "The id is defined in an earlier file too, whose entity is replaced.",
    MisspeltKey = "G110" Warning: "The key is unknown and looks like a known one.",
    ReplacesBelow = "G111" Warning: "An entity of a layer below is replaced, and names of it are lost.",
    // Faults in how a name is written.
    Invisible = "G201" Warning: "The name contains an invisible character or an unusual blank.",
    MixedScript = "G202" Error: "A word mixes letters of two scripts that look alike.",
    Mojibake = "G203" Error: "The name was read in a wrong encoding once.",
    HtmlEntity = "G204" Error: "The name contains an HTML entity.",
    StrayPunctuation = "G205" Warning: "The name begins or ends with punctuation, or a bracket or quote has no partner.",
    SmallLetters = "G206" Warning: "The case policy prevents a match where every word is capitalised.",
    IdleFlag = "G207" Warning: "A flag has no effect.",
    OpenLetters = "G208" Warning: "An open name of a script with blanks matches inside words.",
    NameList = "G209" Warning: "The name looks like a list of names.",
    CatalogueName = "G210" Warning: "The name is in the form of a catalogue, which running text does not have.",
    // Other meanings of a name.
    TooShort = "G301" Warning: "A free name of three letters or fewer.",
    CommonWord = "G302" Warning: "A free name that is an ordinary English word.",
    Surname = "G303" Warning: "A free name that is a frequent surname.",
    FirstName = "G304" Warning: "A free name that is a given name.",
    AirportCode = "G305" Warning: "Three capitals as the name of a city: an airport code.",
    ShortAcronym = "G306" Note: "A free acronym of three letters or fewer.",
    ShortWithoutBlanks = "G307" Note: "A free name of one or two letters of a script without blanks.",
    // A name compared with others.
    Clash = "G401" Warning: "Another entity has the same free name, and nothing decides between the two.",
    Redundant = "G402" Warning: "Another name of the same entity already matches all that this one matches.",
    Vetoed = "G403" Warning: "A stop name covers the name: it is never reported.",
    NoEvidencePossible = "G404" Warning: "The evidence the weak name asks for can never occur.",
    Outranked = "G405" Warning: "Another entity has the name and is always preferred.",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// The code under which `lint` reports what the loader refuses.
impl From<FaultCode> for Code {
    fn from(fault: FaultCode) -> Self {
        match fault {
            FaultCode::Encoding => Self::Encoding,
            FaultCode::NulByte => Self::NulByte,
            FaultCode::FewFields => Self::FewFields,
            FaultCode::DuplicateId => Self::DuplicateId,
            FaultCode::UnknownFlag => Self::UnknownFlag,
            FaultCode::NotKeyValue => Self::NotKeyValue,
            FaultCode::BadNumber => Self::BadNumber,
            FaultCode::UnknownEvidence => Self::UnknownEvidence,
            FaultCode::UnknownAliasKind => Self::UnknownAliasKind,
            FaultCode::AliasWithoutEntity => Self::AliasWithoutEntity,
            FaultCode::BadDirective => Self::BadDirective,
            FaultCode::NoLetter => Self::NoLetter,
            FaultCode::UnknownKind => Self::NoKind,
            FaultCode::NotShown => Self::Refused,
        }
    }
}
