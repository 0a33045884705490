//! Cheap facts about a site, computed once, so that rules which cannot apply there are skipped.

/// Facts about a site as a set of bits. [`site_cues`](super::site_cues) computes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cues(u16);

impl Cues {
    /// Every site has this one: a rule that needs no other cue states it.
    pub(super) const ANY: Self = Self(1);
    /// The site lies in a person's name after a title.
    pub(super) const IN_HEAD: Self = Self(1 << 1);
    /// Another site ends where the blanks before this one begin.
    pub(super) const NAME_BEFORE: Self = Self(1 << 2);
    /// The word before is capitalised.
    pub(super) const CAPITAL_BEFORE: Self = Self(1 << 3);
    /// The word after is capitalised.
    pub(super) const CAPITAL_AFTER: Self = Self(1 << 4);
    /// The word before is "of".
    pub(super) const OF_BEFORE: Self = Self(1 << 5);
    /// A currency sign or word follows, which makes a country's name a unit of money.
    pub(super) const MONEY_AFTER: Self = Self(1 << 6);
    /// A hyphen follows.
    pub(super) const HYPHEN_AFTER: Self = Self(1 << 7);
    /// A comma and a blank come before or follow.
    pub(super) const COMMA: Self = Self(1 << 8);
    /// The name is two or three capital letters of English.
    pub(super) const SHORT_CAPITALS: Self = Self(1 << 9);
    /// One of the aliases is a town's, its name is seldom a place in news, and no preposition says that here it is one.
    pub(super) const SELDOM_PLACE: Self = Self(1 << 10);
    /// The name looks like a code of a share or an index, or is in brackets as such codes are.
    pub(super) const CODE: Self = Self(1 << 11);
    /// The name is an organisation's and a legal form of firms follows.
    pub(super) const LEGAL_FORM: Self = Self(1 << 12);
    /// A punctuation mark that joins the pieces of an address is directly before or after the name.
    pub(super) const SIGN_BESIDE: Self = Self(1 << 13);

    /// A hyphen comes directly before the name.
    pub(super) const HYPHEN_BEFORE: Self = Self(1 << 14);

    /// The set with this cue if something is so.
    pub(super) fn when(self, is_so: bool) -> Self {
        Self(self.0 * u16::from(is_so))
    }

    /// Whether the two sets share a cue.
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
