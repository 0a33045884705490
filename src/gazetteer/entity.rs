//! Entities and names as a gazetteer returns them: small borrowing views; and the meaning of their words.

use super::line;
use crate::files::wire::Cursor;
use crate::ids::EntityId;

/// One referent: an id that is stable across runs, a canonical name, a kind, and the other fields of its line. A view
/// that borrows from its [`Gazetteer`](crate::Gazetteer) and is cheap to copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entity<'g> {
    /// The external id, e.g. `us` or `gn:4140963`.
    pub id: &'g str,
    /// Dotted kind, e.g. `position.city`.
    pub kind: &'g str,
    /// The name shown in output.
    pub name: &'g str,
    /// Latitude and longitude in degrees, if both are known.
    pub coordinates: Option<(f64, f64)>,
    pub(super) country: Option<&'g str>,
    pub(super) population: Option<u64>,
    pub(super) fields: Fields<'g>,
}

impl<'g> Entity<'g> {
    /// Place, organisation, title or another type.
    #[must_use]
    pub fn entity_type(&self) -> EntityType<'g> {
        EntityType::of_kind(self.kind)
    }

    /// The value of a `key=value` field.
    ///
    /// # Complexity
    ///
    /// Linear in the number of fields.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&'g str> {
        self.fields().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The `key=value` fields in file order, unknown keys included.
    #[must_use]
    pub fn fields(&self) -> Fields<'g> {
        self.fields
    }

    /// ISO 3166 code of the country the entity belongs to, if its line has `cc=`.
    #[must_use]
    pub fn country(&self) -> Option<&'g str> {
        self.country
    }

    /// Inhabitants, if its line has `pop=`.
    #[must_use]
    pub fn population(&self) -> Option<u64> {
        self.population
    }
}

/// The `key=value` fields of an entity or a name, in file order.
#[derive(Clone, Copy)]
pub struct Fields<'g> {
    left: u64,
    cursor: Cursor<'g>,
    keys: &'g [String],
}

impl<'g> Fields<'g> {
    /// Reads a list written by the compiler; `keys` are the keys by number.
    pub(super) fn read(mut cursor: Cursor<'g>, keys: &'g [String]) -> Self {
        Self { left: cursor.number().unwrap_or(0), cursor, keys }
    }

    /// The bytes after the list, which is skipped unread: only values that are asked for are checked to be text.
    pub(super) fn rest(mut self) -> Cursor<'g> {
        while self.left > 0 && self.cursor.number().is_some() && self.cursor.slice().is_some() {
            self.left -= 1;
        }
        self.cursor
    }
}

impl<'g> Iterator for Fields<'g> {
    type Item = (&'g str, &'g str);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = usize::try_from(self.cursor.number()?).ok()?;
        Some((self.keys.get(key)?.as_str(), self.cursor.str()?))
    }
}

impl std::fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(*self).finish()
    }
}

impl PartialEq for Fields<'_> {
    fn eq(&self, other: &Self) -> bool {
        Iterator::eq(*self, *other)
    }
}

/// The three types of mention that the tool knows, and any other type of a gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType<'a> {
    /// Kinds `position.*`.
    Place,
    /// Kinds `org.*`.
    Organisation,
    /// Kinds `title.*`.
    Title,
    /// The first part of any other kind, as written.
    Other(&'a str),
}

impl<'a> EntityType<'a> {
    /// The type of a dotted kind.
    #[must_use]
    pub fn of_kind(kind: &'a str) -> Self {
        match kind.split('.').next().unwrap_or(kind) {
            "place" => Self::Place,
            "org" | "organisation" => Self::Organisation,
            "title" => Self::Title,
            other => Self::Other(other),
        }
    }

    /// The word used in output: `position`, `organisation`, `title`, or the kind's own first part.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Place => "place",
            Self::Organisation => "organisation",
            Self::Title => "title",
            Self::Other(kind) => kind,
        }
    }
}

/// One name of one entity, with the rules under which it may match. A view that borrows from its
/// [`Gazetteer`](crate::Gazetteer).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias<'g> {
    /// The entity named.
    pub entity: EntityId,
    /// The name as its line writes it.
    pub text: &'g str,
    /// How the name relates to the entity.
    pub kind: AliasKind,
    /// Case, boundary, strength and vetoes.
    pub flags: Flags,
    /// Evidence that a weak name accepts (`ctx=`); empty means the default of its type.
    pub evidence: EvidenceSet,
}

/// How a name relates to its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AliasKind {
    /// The canonical name.
    Name,
    /// Another name.
    Alias,
    /// An abbreviation or acronym.
    Abbreviation,
    /// An adjective made from a place ("Iraqi").
    Adjective,
    /// A name of the inhabitants ("Iraqis").
    Demonym,
    /// A plural.
    Plural,
    /// A name no longer in use.
    Former,
    /// The name in a local language.
    Native,
    /// A common misspelling.
    Misspelling,
    /// A nickname.
    Nickname,
}

impl AliasKind {
    /// All kinds, in order.
    pub(crate) const ALL: [Self; 10] = [
        Self::Name,
        Self::Alias,
        Self::Abbreviation,
        Self::Adjective,
        Self::Demonym,
        Self::Plural,
        Self::Former,
        Self::Native,
        Self::Misspelling,
        Self::Nickname,
    ];

    /// The words of the native format.
    pub(crate) const WORDS: [(&'static str, Self); 9] = [
        ("alias", Self::Alias),
        ("abbr", Self::Abbreviation),
        ("adj", Self::Adjective),
        ("demonym", Self::Demonym),
        ("plural", Self::Plural),
        ("former", Self::Former),
        ("native", Self::Native),
        ("misspelling", Self::Misspelling),
        ("nick", Self::Nickname),
    ];

    /// The word of the native format; `name` for the canonical name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("name", |(word, _)| word)
    }

    /// Whether the name is an adjective or a demonym, which means a place in the wide profile but not in the strict
    /// one.
    #[must_use]
    pub fn is_demonym(self) -> bool {
        matches!(self, Self::Adjective | Self::Demonym)
    }
}

/// Which letters of a hit must be upper or lower case. Checked on the original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum CasePolicy {
    /// Every letter as written: `US` is not "us".
    Exact,
    /// As written; or without any lower-case letter; or with a capital for a lower-case first letter. `Washington` also
    /// matches "WASHINGTON", and `de Castel` matches "De Castel" at the beginning of a sentence.
    #[default]
    Title,
    /// Any case.
    Any,
}

/// Where a name may begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Boundary {
    /// On word boundaries; a hyphen, slash, quote or apostrophe ends a name. So does a change of script to or from Han,
    /// Hiragana, Katakana, Hangul, Thai, Lao, Khmer or Myanmar, and any letter of these except Katakana and Hangul,
    /// since they have no blanks.
    #[default]
    Word,
    /// On word boundaries, and not next to a hyphen.
    NoHyphen,
    /// Anywhere.
    Open,
    /// It begins on a word boundary, and the word may continue after it: `Burundi` finds "Burundians". The match is the
    /// whole word.
    Prefix,
    /// It ends on a word boundary, and the word may begin before it: `ministerium` finds "Finanzministerium". The match is the
    /// whole word.
    Suffix,
    /// Anywhere in a word. The match is the whole word.
    Infix,
}

impl Boundary {
    const ALL: [Self; 6] = [Self::Word, Self::NoHyphen, Self::Open, Self::Prefix, Self::Suffix, Self::Infix];

    /// Whether the word may continue after the name, and then belongs to the match.
    #[must_use]
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Prefix | Self::Infix)
    }

    /// Whether the word may begin before the name, and then belongs to the match.
    #[must_use]
    pub fn begins_earlier(self) -> bool {
        matches!(self, Self::Suffix | Self::Infix)
    }

    /// Adds a side on which the word may be longer than the name.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Prefix, Self::Suffix) | (Self::Suffix, Self::Prefix) => Self::Infix,
            _ => other,
        }
    }
}

/// The rules of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Flags {
    /// Case policy.
    pub case: CasePolicy,
    /// Boundary policy.
    pub boundary: Boundary,
    /// Matches only with evidence.
    pub weak: bool,
    /// Matches only directly after ", ".
    pub after_comma: bool,
    /// Accents must be equal.
    pub accents_matter: bool,
    /// Never reported: where it wins, nothing is reported.
    pub stop: bool,
}

impl std::fmt::Display for Flags {
    /// The comma-separated list of the native format; `-` without flags.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = line::FLAG_WORDS.iter().filter(|(_, sets, _)| sets(self));
        let list: Vec<&str> = words.map(|(word, _, _)| *word).collect();
        f.write_str(if list.is_empty() { "-" } else { "" })?;
        f.write_str(&list.join(","))
    }
}

/// Evidence that makes a weak name acceptable; the words of `ctx=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// A locative preposition before it.
    Preposition,
    /// It occurs in the dateline of the article.
    Dateline,
    /// "City, State" or "City, Country".
    Pair,
    /// Another entity of the same country in the document.
    Country,
    /// A longer name of the same entity in the document.
    LongForm,
    /// A run of capitalised words follows.
    Head,
    /// The words next to it, or its neighbours in a list, indicate a state or province ("X state", "the governor of
    /// X").
    Kind,
    /// A locative preposition before it, and its division (abroad, its country) in the document.
    Region,
    /// A table of scores, a fixture or the report of a match names it as a team.
    Score,
}

impl Evidence {
    pub(crate) const WORDS: [(&'static str, Self); 9] = [
        ("prep", Self::Preposition),
        ("dateline", Self::Dateline),
        ("pair", Self::Pair),
        ("cc", Self::Country),
        ("long", Self::LongForm),
        ("head", Self::Head),
        ("kind", Self::Kind),
        ("region", Self::Region),
        ("score", Self::Score),
    ];

    /// The word of `ctx=`.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// A set of kinds of evidence, in the order of [`Evidence`].
///
/// ```
/// use dateline::gazetteer::{Evidence, EvidenceSet};
/// let set: EvidenceSet = [Evidence::Pair, Evidence::Preposition].into_iter().collect();
/// assert!(set.contains(Evidence::Pair) && !set.contains(Evidence::Head));
/// assert_eq!(set.iter().collect::<Vec<_>>(), [Evidence::Preposition, Evidence::Pair]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EvidenceSet(pub(super) u16);

impl EvidenceSet {
    /// The set of these.
    #[must_use]
    pub const fn of(evidence: &[Evidence]) -> Self {
        let (mut set, mut index) = (0, 0);
        while index < evidence.len() {
            set |= 1 << evidence[index] as u8;
            index += 1;
        }
        Self(set)
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `evidence` is in the set.
    #[must_use]
    pub fn contains(self, evidence: Evidence) -> bool {
        self.0 & 1 << evidence as u8 != 0
    }

    /// Each kind, in order.
    pub fn iter(self) -> impl Iterator<Item = Evidence> {
        Evidence::WORDS.into_iter().map(|(_, evidence)| evidence).filter(move |evidence| self.contains(*evidence))
    }
}

impl FromIterator<Evidence> for EvidenceSet {
    fn from_iter<I: IntoIterator<Item = Evidence>>(evidence: I) -> Self {
        evidence.into_iter().fold(Self::default(), |set, evidence| Self(set.0 | Self::of(&[evidence]).0))
    }
}

impl std::fmt::Debug for EvidenceSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Kind, case and boundary by their common number.
static COMBINED: [(AliasKind, CasePolicy, Boundary); 256] = {
    // The default, for numbers without a meaning.
    let mut table = [(AliasKind::Alias, CasePolicy::Title, Boundary::Word); 256];
    let mut code = 0;
    while code < N_COMBINED {
        let case = match code / 10 % 3 {
            0 => CasePolicy::Exact,
            1 => CasePolicy::Title,
            _ => CasePolicy::Any,
        };
        table[code] = (AliasKind::ALL[code % 10], case, Boundary::ALL[code / 30]);
        code += 1;
    }
    table
};
const N_COMBINED: usize = AliasKind::ALL.len() * 3 * Boundary::ALL.len();

/// The rules of a name in 21 bits: kind, case and boundary together (8), four switches, evidence (9), from low to high.
pub(super) fn pack(kind: AliasKind, flags: Flags, evidence: EvidenceSet) -> u32 {
    let kind = AliasKind::ALL.iter().position(|known| *known == kind).expect("all kinds are listed") as u32;
    let combined = kind + 10 * (flags.case as u32 + 3 * flags.boundary as u32);
    let switches = [flags.weak, flags.after_comma, flags.accents_matter, flags.stop];
    let switches = switches.iter().enumerate().fold(0, |bits, (position, on)| bits | u32::from(*on) << position);
    combined | switches << 8 | u32::from(evidence.0) << 12
}

/// Inverse of [`pack`]; bits without a meaning give the defaults.
#[inline]
pub(super) fn unpack(bits: u32) -> (AliasKind, Flags, EvidenceSet) {
    let (kind, case, boundary) = COMBINED[(bits & 255) as usize];
    let on = |position: u32| bits >> (8 + position) & 1 == 1;
    let flags = Flags { case, boundary, weak: on(0), after_comma: on(1), accents_matter: on(2), stop: on(3) };
    (kind, flags, EvidenceSet((bits >> 12 & 511) as u16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn packed_rules_come_back(bits in 0..1u32 << 21) {
            let (kind, flags, evidence) = unpack(bits);
            let again = pack(kind, flags, evidence);
            prop_assert_eq!(unpack(again), (kind, flags, evidence));
            prop_assert!((bits & 255) as usize >= N_COMBINED || again == bits);
        }
    }
}
