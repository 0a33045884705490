//! What is told of a place at once, so that most rules need not be asked.

use super::facts::Class;
use super::scene::Site;
use super::traits::Traits;
use super::words::Word;
use super::{Profile, addresses, capitals, evidence, firms, tickers, wording};
use crate::normalize::is_hyphen;

/// Cues at a site, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cues(u16);

impl Cues {
    /// None in particular: every site has it.
    pub(super) const ANY: Self = Self(1);
    /// It stands in the name behind a title.
    pub(super) const IN_HEAD: Self = Self(1 << 1);
    /// Another site ends where the blanks before it begin.
    pub(super) const NAME_BEFORE: Self = Self(1 << 2);
    /// A capitalised word stands before it.
    pub(super) const CAPITAL_BEFORE: Self = Self(1 << 3);
    /// A capitalised word stands behind it.
    pub(super) const CAPITAL_BEHIND: Self = Self(1 << 4);
    /// "of" stands before it.
    pub(super) const OF_BEFORE: Self = Self(1 << 5);
    /// What makes a country a unit of money stands behind it.
    pub(super) const MONEY_BEHIND: Self = Self(1 << 6);
    /// A hyphen stands behind it.
    pub(super) const HYPHEN_BEHIND: Self = Self(1 << 7);
    /// A comma and a blank stand before or behind it.
    pub(super) const COMMA: Self = Self(1 << 8);
    /// It is two or three capitals of English.
    pub(super) const SHORT_CAPITALS: Self = Self(1 << 9);
    /// One of its aliases is a town's, and what stands before it does not say that the name is a place here.
    pub(super) const SELDOM_PLACE: Self = Self(1 << 10);
    /// A sign that joins the pieces of an address stands right before or after it.
    pub(super) const SIGN_BESIDE: Self = Self(1 << 13);
    /// It looks like a code of a share or an index, or is in brackets as such codes are.
    pub(super) const CODE: Self = Self(1 << 11);
    /// A legal form of firms is behind the name of an organisation.
    pub(super) const LEGAL_FORM: Self = Self(1 << 12);

    /// Those of a site whose words are known, but for what the sites around it tell.
    pub(super) fn of(site: &Site<'_>, profile: Profile) -> Self {
        let bytes = site.text.as_bytes();
        let (before, behind) = (&bytes[..site.span.start], &bytes[site.span.end..]);
        let hyphen = || site.text[site.span.end..].starts_with(is_hyphen);
        let capitalised = |word: Option<Word<'_>>| word.is_some_and(Word::is_capitalised);
        let told = [
            (Self::CAPITAL_BEFORE, capitalised(site.left)),
            (Self::CAPITAL_BEHIND, capitalised(site.right)),
            (Self::OF_BEFORE, site.left.is_some_and(|left| matches!(left.text, "of" | "Of"))),
            (Self::MONEY_BEHIND, site.has(Class::Place) && wording::is_before_money(site, profile)),
            // Nearly always a blank, a mark or an apostrophe.
            (Self::HYPHEN_BEHIND, behind.first().is_some_and(|byte| *byte == b'-' || !byte.is_ascii()) && hyphen()),
            (Self::COMMA, matches!(behind, [b',', b' ', ..]) || matches!(before, [.., b',', b' '])),
            (Self::SHORT_CAPITALS, capitals::is_short(site)),
            (Self::CODE, tickers::may_be_code(site)),
            (
                Self::LEGAL_FORM,
                site.has(Class::Organisation) && firms::legal_form_end(site.text, site.span.end).is_some(),
            ),
            (Self::SIGN_BESIDE, addresses::may_be_in_address(site)),
            (Self::SELDOM_PLACE, site.traits.any(Traits::TOWN) && evidence::is_seldom_place(site)),
        ];
        told.into_iter().fold(Self::ANY, |cues, (cue, told)| cues | Self(cue.0 * u16::from(told)))
    }

    /// Whether one of these is among them.
    #[inline]
    pub(super) fn any(self, cues: Self) -> bool {
        self.0 & cues.0 != 0
    }

    /// Bytes of a set.
    pub(super) const BYTES: usize = 2;

    /// The bytes of the set, lowest first.
    #[inline]
    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    /// The set with one of its bytes, the others empty.
    pub(super) fn of_byte(byte: usize, value: u8) -> Self {
        Self(u16::from(value) << (8 * byte))
    }

    /// Adds a cue.
    pub(super) fn add(&mut self, cue: Self) {
        self.0 |= cue.0;
    }
}

impl std::ops::BitOr for Cues {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
