//! What is told of an alias by itself, so that most rules need not be asked about it.

use super::facts::{AliasFacts, Class, EntityFacts, Tier};
use super::{divisions, evidence, firms, teams};
use crate::gazetteer::Evidence;

/// Traits of an alias, or those of all aliases at a site, as a set of bits. They are told once of each alias, which a thread then
/// keeps from document to document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Traits(u32);

impl Traits {
    /// None in particular: every alias has it.
    pub(super) const ANY: Self = Self(1);
    /// It names a place.
    pub(super) const PLACE: Self = Self(1 << 1);
    /// It is a demonym.
    pub(super) const DEMONYM: Self = Self(1 << 2);
    /// It is none.
    pub(super) const NO_DEMONYM: Self = Self(1 << 3);
    /// It stands without evidence.
    pub(super) const FREE: Self = Self(1 << 4);
    /// If it is weak, it stands behind a preposition, in a dateline, in a pair, before a title.
    pub(super) const BY_PREPOSITION: Self = Self(1 << 5);
    pub(super) const BY_DATELINE: Self = Self(1 << 6);
    pub(super) const BY_PAIR: Self = Self(1 << 7);
    pub(super) const BY_HEAD: Self = Self(1 << 8);
    /// It is a weak name of a division, and words for its kind let it stand.
    pub(super) const BY_KIND: Self = Self(1 << 9);
    /// Its line says when it is in use.
    pub(super) const PERIOD: Self = Self(1 << 10);
    /// It names a firm.
    pub(super) const FIRM: Self = Self(1 << 11);
    /// It is a town's, in one word.
    pub(super) const TOWN: Self = Self(1 << 12);
    /// It gives way to a firm of the same name.
    pub(super) const GIVES_WAY: Self = Self(1 << 13);
    /// It names a club in scores and reports of matches.
    pub(super) const CLUB: Self = Self(1 << 14);
    /// It names what a club may be called like.
    pub(super) const HOME_OF_CLUB: Self = Self(1 << 15);
    /// It names a place that is no feature of the landscape.
    pub(super) const SETTLED: Self = Self(1 << 16);
    /// It names the capital of a country.
    pub(super) const CAPITAL: Self = Self(1 << 17);
    /// It names what is so small that it is at one point of the map.
    pub(super) const POINT: Self = Self(1 << 18);

    /// Those of an alias.
    pub(super) fn of(alias: &AliasFacts, entity: &EntityFacts) -> Self {
        let place = alias.class == Class::Place;
        let by = |evidence: Evidence| alias.evidence.contains(evidence);
        let told = [
            (Self::PLACE, place),
            (Self::DEMONYM, alias.demonym),
            (Self::NO_DEMONYM, !alias.demonym),
            (Self::FREE, !alias.weak),
            (Self::BY_PREPOSITION, by(Evidence::Preposition)),
            (Self::BY_DATELINE, by(Evidence::Dateline)),
            (Self::BY_PAIR, by(Evidence::Pair)),
            (Self::BY_HEAD, by(Evidence::Head)),
            (Self::BY_KIND, divisions::may_be_division(alias, entity)),
            (Self::PERIOD, alias.period.ends()),
            (Self::FIRM, alias.firm),
            (Self::TOWN, evidence::is_town(alias, entity)),
            (Self::GIVES_WAY, firms::gives_way(alias, entity)),
            (Self::CLUB, teams::is_club(alias)),
            (Self::HOME_OF_CLUB, place && teams::may_have_club(entity)),
            (Self::SETTLED, place && entity.tier != Tier::Other),
            (Self::CAPITAL, entity.tier == Tier::Capital),
            (Self::POINT, entity.tier >= Tier::Capital),
        ];
        told.into_iter().fold(Self::ANY, |traits, (one, told)| if told { traits | one } else { traits })
    }

    /// Whether one of these is among them.
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
