//! Facts about an alias by itself, so that rules which cannot apply to it are skipped.

/// Rules of a list, a bit for each by its row; [`order`](super::order) holds the lists.
pub(super) type Rows = u32;

/// Traits of an alias, or those of all aliases at a site, as a set of bits. They are computed once for each alias, which a thread
/// then keeps from document to document ([`traits_of`](super::facts::traits_of)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Traits(u32);

impl Traits {
    /// Every alias has this one: a rule that needs no other trait states it.
    pub(super) const ANY: Self = Self(1);
    /// The alias names a place.
    pub(super) const PLACE: Self = Self(1 << 1);
    /// The alias is a demonym.
    pub(super) const DEMONYM: Self = Self(1 << 2);
    /// The alias is not a demonym.
    pub(super) const NO_DEMONYM: Self = Self(1 << 3);
    /// The alias needs no evidence.
    pub(super) const FREE: Self = Self(1 << 4);
    /// If the alias is weak, a preposition of place is evidence enough.
    pub(super) const BY_PREPOSITION: Self = Self(1 << 5);
    /// If the alias is weak, a dateline is evidence enough.
    pub(super) const BY_DATELINE: Self = Self(1 << 6);
    /// If the alias is weak, a pair ("City, State") is evidence enough.
    pub(super) const BY_PAIR: Self = Self(1 << 7);
    /// If the alias is weak, a title after it is evidence enough.
    pub(super) const BY_HEAD: Self = Self(1 << 8);
    /// The alias is a weak name of a division, for which words such as "state" and "governor" are evidence enough.
    pub(super) const BY_KIND: Self = Self(1 << 9);
    /// The line of the alias says in which period it is in use.
    pub(super) const PERIOD: Self = Self(1 << 10);
    /// The alias names a firm.
    pub(super) const FIRM: Self = Self(1 << 11);
    /// The alias is the name of a town, of one word.
    pub(super) const TOWN: Self = Self(1 << 12);
    /// The alias gives way to a firm of the same name.
    pub(super) const GIVES_WAY: Self = Self(1 << 13);
    /// The alias names a club in scores and reports of matches.
    pub(super) const CLUB: Self = Self(1 << 14);
    /// The alias names a place after which a club may be called.
    pub(super) const HOME_OF_CLUB: Self = Self(1 << 15);
    /// The alias names a place that is not a feature of the landscape.
    pub(super) const SETTLED: Self = Self(1 << 16);
    /// The alias names the capital of a country.
    pub(super) const CAPITAL: Self = Self(1 << 17);
    /// The alias names something so small that it is at one point of the map.
    pub(super) const POINT: Self = Self(1 << 18);

    /// The set with this trait if something is so.
    pub(super) fn when(self, is_so: bool) -> Self {
        Self(self.0 * u32::from(is_so))
    }

    /// Whether the two sets share a trait.
    #[inline]
    pub(super) fn any(self, traits: Self) -> bool {
        self.0 & traits.0 != 0
    }
}

impl std::ops::BitOr for Traits {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
