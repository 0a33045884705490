//! What becomes of the pairs of a context with very many entities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Result};
use crate::ids::EntityId;

/// Which pairs count in a context that names very many entities: a list of all countries, a year in review.
///
/// Such a text makes `k · (k − 1) / 2` pairs of its `k` entities, which say little about any two of them: 50,000 entities are more than a
/// thousand million pairs. Mentions, documents of each entity and the number of contexts are not changed by the policy.
///
/// ```
/// use dateline::{CooccurrenceBuilder, EntityId, RoundUps};
/// let entries = [(EntityId(0), 1), (EntityId(1), 5), (EntityId(2), 3)];
/// let pairs = |round_ups: &str| {
///     let mut builder = CooccurrenceBuilder::default().round_ups(round_ups.parse().unwrap());
///     builder.push(&entries);
///     builder.finish().pairs().map(|(a, b, _)| (a.0, b.0)).collect::<Vec<_>>()
/// };
/// assert_eq!(pairs("keep"), [(0, 1), (0, 2), (1, 2)]);
/// assert_eq!(pairs("cap:2"), [(1, 2)]);
/// assert_eq!(pairs("skip:2"), []);
/// assert_eq!(pairs("skip:3"), pairs("keep"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundUps {
    /// All pairs of every context.
    Keep,
    /// In a context with more entities than this, only the pairs among so many that it mentions most; of equal ones those with the
    /// lower id.
    Cap(u32),
    /// In a context with more entities than this, no pairs.
    Skip(u32),
}

impl RoundUps {
    /// The limit if none is given. A news article names about ten entities, and hardly one of a million names a thousand.
    pub const USUAL_LIMIT: u32 = 1000;

    /// Whether the policy changes the pairs of a context with so many entities.
    #[must_use]
    pub fn applies_to(self, n_entities: usize) -> bool {
        match self {
            Self::Keep => false,
            Self::Cap(limit) | Self::Skip(limit) => n_entities > limit as usize,
        }
    }

    /// The entities of a context whose pairs count, if they are not all of them. Entities must be sorted, as are the ones returned.
    ///
    /// # Complexity
    ///
    /// `k log k` for the `k` entities that are kept, linear in the others.
    #[must_use]
    pub fn paired(self, entries: &[(EntityId, u32)]) -> Option<Vec<(EntityId, u32)>> {
        if !self.applies_to(entries.len()) {
            return None;
        }
        let Self::Cap(limit) = self else { return Some(Vec::new()) };
        let mut kept = entries.to_vec();
        kept.select_nth_unstable_by_key(limit as usize, |(entity, count)| (std::cmp::Reverse(*count), *entity));
        kept.truncate(limit as usize);
        kept.sort_unstable();
        Some(kept)
    }
}

impl Default for RoundUps {
    fn default() -> Self {
        Self::Cap(Self::USUAL_LIMIT)
    }
}

/// `keep`, `cap:1000` or `skip:1000`.
impl fmt::Display for RoundUps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Cap(limit) => write!(f, "cap:{limit}"),
            Self::Skip(limit) => write!(f, "skip:{limit}"),
        }
    }
}

/// As it is displayed; without a number the limit is [the usual one](RoundUps::USUAL_LIMIT).
impl FromStr for RoundUps {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self> {
        let (word, limit) = match given.split_once(':') {
            Some((word, limit)) => (word, limit.parse().ok().filter(|limit| *limit >= 2)),
            None => (given, Some(Self::USUAL_LIMIT)),
        };
        match (word, limit) {
            ("keep", _) if given == "keep" => Ok(Self::Keep),
            ("cap", Some(limit)) => Ok(Self::Cap(limit)),
            ("skip", Some(limit)) => Ok(Self::Skip(limit)),
            _ => {
                let error = Error::usage(format!("{given:?} is not a way to treat round-ups"));
                Err(error.with_remedy("give keep, cap:N or skip:N with N from 2, as in cap:1000"))
            }
        }
    }
}

impl Serialize for RoundUps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoundUps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was_written() {
        for policy in [RoundUps::Keep, RoundUps::Cap(7), RoundUps::Skip(9), RoundUps::default()] {
            assert_eq!(policy.to_string().parse::<RoundUps>().unwrap(), policy);
            let json = serde_json::to_string(&policy).unwrap();
            assert_eq!(serde_json::from_str::<RoundUps>(&json).unwrap(), policy);
        }
        assert_eq!("skip".parse::<RoundUps>().unwrap(), RoundUps::Skip(1000));
        for wrong in ["", "cap:", "cap:1", "cap:x", "keep:3", "drop", "skip:-1", "cap:99999999999"] {
            assert!(wrong.parse::<RoundUps>().unwrap_err().to_string().contains("cap:1000"), "{wrong}");
        }
    }

    /// The oracle sorts everything.
    #[test]
    fn the_most_mentioned_are_kept() {
        let mut seed = 7_u32;
        for n in 0..60_u32 {
            let mut entries: Vec<(EntityId, u32)> = Vec::new();
            for entity in 0..n {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                entries.push((EntityId(3 * entity), 1 + (seed >> 16) % 4));
            }
            for limit in [2, 10, 58] {
                let mut expected = entries.clone();
                expected.sort_by_key(|(entity, count)| (u32::MAX - count, *entity));
                expected.truncate(limit);
                expected.sort();
                let found = RoundUps::Cap(limit as u32).paired(&entries);
                assert_eq!(found.is_some(), entries.len() > limit);
                assert_eq!(found.unwrap_or_else(|| entries.clone()), expected);
            }
        }
    }
}
