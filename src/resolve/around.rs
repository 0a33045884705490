//! The words beside one name, looked up once, and the word lists they are asked against.

use super::context::{Token, gap_before, word_after, word_before};
use super::lexicon::Lexicon;
use super::{Profile, Site, sites_ending};
use crate::span::Span;

/// Directions and sizes that stand before a place without changing it.
pub(super) const DIRECTIONS: [&str; 24] = [
    "North",
    "South",
    "East",
    "West",
    "Northern",
    "Southern",
    "Eastern",
    "Western",
    "Central",
    "Greater",
    "Downtown",
    "Upper",
    "Lower",
    "Inner",
    "Outer",
    "Northeast",
    "Northwest",
    "Southeast",
    "Southwest",
    "Mid",
    "Metro",
    "Northeastern",
    "Northwestern",
    "Mainland",
];

const LOCATIVES: [&str; 21] = [
    "in",
    "at",
    "near",
    "from",
    "to",
    "outside",
    "around",
    "across",
    "throughout",
    "through",
    "inside",
    "into",
    "toward",
    "towards",
    "via",
    "leaving",
    "visiting",
    "within",
    "beyond",
    "of",
    "between",
];

/// The second half of compounds that make a place an adjective.
const ADJECTIVE_ENDINGS: [&str; 18] = [
    "based",
    "led",
    "born",
    "backed",
    "style",
    "style",
    "controlled",
    "owned",
    "made",
    "listed",
    "run",
    "occupied",
    "held",
    "bound",
    "dominated",
    "funded",
    "trained",
    "mediated",
];

/// Words that stand capitalised behind a name without being part of it: new sentences without a point, credits, offices.
pub(super) const BEHIND_NAMES: [&str; 40] = [
    "A",
    "After",
    "An",
    "And",
    "As",
    "At",
    "But",
    "By",
    "Comments",
    "Compiled",
    "Copyright",
    "Credit",
    "Democrat",
    "Democrats",
    "Editing",
    "For",
    "From",
    "He",
    "I",
    "If",
    "Image",
    "In",
    "It",
    "Its",
    "Of",
    "On",
    "Photo",
    "Photograph",
    "Published",
    "Reporting",
    "Republican",
    "Republicans",
    "She",
    "The",
    "They",
    "This",
    "To",
    "We",
    "When",
    "Writing",
];

/// First words of names of the form "X of PLACE", which are organisations and not the place.
const ORGANISATION_HEADS: [&str; 44] = [
    "Academy",
    "Agency",
    "Assembly",
    "Association",
    "Authority",
    "Bank",
    "Board",
    "Bureau",
    "Chamber",
    "Church",
    "Club",
    "College",
    "Commission",
    "Committee",
    "Company",
    "Confederation",
    "Congress",
    "Consulate",
    "Corporation",
    "Council",
    "Court",
    "Department",
    "Embassy",
    "Federation",
    "Foundation",
    "Front",
    "Government",
    "Institute",
    "Institution",
    "League",
    "Legislature",
    "Library",
    "Ministry",
    "Museum",
    "Office",
    "Parliament",
    "Party",
    "Senate",
    "Society",
    "Supreme Court",
    "Trust",
    "Union",
    "Universities",
    "University",
];

/// Last words of names of the form "PLACE X", which are institutions at the place.
const INSTITUTIONS: [&str; 46] = [
    "Academy",
    "Airport",
    "Arena",
    "Association",
    "Authority",
    "Bank",
    "Board",
    "Centre",
    "Center",
    "Chamber",
    "Church",
    "City",
    "Club",
    "Coalition",
    "College",
    "Commission",
    "Committee",
    "Corporation",
    "Council",
    "Court",
    "Department",
    "District",
    "Festival",
    "Government",
    "High",
    "Hospital",
    "House",
    "Institute",
    "League",
    "Library",
    "Marathon",
    "Municipality",
    "Museum",
    "Office",
    "Parliament",
    "Police",
    "Port",
    "School",
    "Schools",
    "Society",
    "Stadium",
    "Theatre",
    "Trust",
    "Union",
    "University",
    "Zoo",
];

/// Words of money behind a country's name.
const CURRENCY_WORDS: [&str; 8] = ["dollar", "dollars", "Dollar", "Dollars", "cents", "peso", "pesos", "rupees"];

/// The words beside a span, looked up once.
pub(super) struct Around<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
    pub(super) left: Option<Token<'t>>,
    pub(super) right: Option<Token<'t>>,
}

impl<'t> Around<'t> {
    pub(super) fn new(text: &'t str, span: Span) -> Self {
        Self { text, span, left: word_before(text, span.start), right: word_after(text, span.end) }
    }

    /// The sites that end where the blanks before the span begin.
    pub(super) fn sites_before<'s>(&self, sites: &'s [Site], part: usize) -> impl Iterator<Item = &'s Site> {
        let end = gap_before(self.text, self.span.start);
        end.into_iter().flat_map(move |end| sites_ending(sites, part, end))
    }

    pub(super) fn has_locative(&self) -> bool {
        self.left.is_some_and(|left| LOCATIVES.contains(&left.text.to_lowercase().as_str()))
    }

    /// "in", "at" or "near": what no person's name follows.
    pub(super) fn is_in(&self) -> bool {
        self.left.is_some_and(|left| matches!(left.text, "in" | "at" | "near" | "In" | "At" | "Near"))
    }

    pub(super) fn right_is_free(&self, lexicon: &Lexicon) -> bool {
        self.right.is_none_or(|right| !right.is_capitalised() || lexicon.is_calendar(right.text))
    }

    /// "US$ 5", and in the strict profile "U.S. dollars".
    pub(super) fn is_currency(&self, profile: Profile) -> bool {
        let word = self.right.is_some_and(|right| CURRENCY_WORDS.contains(&right.text));
        self.text[self.span.end..].starts_with('$') || profile == Profile::Strict && word
    }

    /// "London Police", "Glasgow Police Department": one of the next capitalised words names an institution.
    pub(super) fn precedes_institution(&self) -> bool {
        let mut next = self.right;
        for _ in 0..4 {
            let Some(token) = next.filter(|token| token.is_capitalised()) else { return false };
            if INSTITUTIONS.contains(&token.text) {
                return true;
            }
            next = word_after(self.text, token.span.end);
        }
        false
    }

    /// "University of Nairobi": the place is part of a longer name.
    pub(super) fn follows_organisation(&self) -> bool {
        let of = self.left.filter(|left| matches!(left.text, "of" | "Of"));
        let head = of.and_then(|of| word_before(self.text, of.span.start));
        head.is_some_and(|head| ORGANISATION_HEADS.contains(&head.text))
    }

    pub(super) fn is_compound_adjective(&self) -> bool {
        let mut rest = self.text[self.span.end..].chars();
        if !rest.next().is_some_and(crate::normalize::is_hyphen) {
            return false;
        }
        let rest = rest.as_str();
        let word = &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())];
        ADJECTIVE_ENDINGS.contains(&word.to_lowercase().as_str())
    }
}

pub(super) fn is_line_break(gap: &str) -> bool {
    gap.contains('\n')
}
