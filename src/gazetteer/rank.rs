//! Which of several entities a shared name means if the article gives no evidence: one order for the resolver, the
//! plain profile, `dateline gazetteer show` and lint.

use super::Entity;

/// How strongly the kind of an entity suggests it as the meaning of a shared name; smaller is likelier.
///
/// Countries and territories come before regions, these before organisations, capitals, first-level divisions, and the rest.
/// [`prior`] also weighs the population and the strength of the name.
///
/// ```
/// use dateline::Gazetteer;
/// use dateline::gazetteer::kind_rank;
/// let gazetteer = Gazetteer::from_text(
///     "ge     place.country  Georgia  -  cc=GE\n\
///      us/ga  place.admin1   Georgia  -  cc=US\n",
///     "mine.gaz",
/// )?;
/// let rank = |id| kind_rank(gazetteer.entity(gazetteer.find(id).unwrap()));
/// assert!(rank("ge") < rank("us/ga"));
/// # Ok::<(), dateline::Error>(())
/// ```
#[must_use]
pub fn kind_rank(entity: Entity<'_>) -> u8 {
    rank_of(entity.kind, entity.field("capital").is_some())
}

/// [`kind_rank`] from the two facts it depends on.
pub(crate) fn rank_of(kind: &str, capital: bool) -> u8 {
    match kind {
        "place.country" | "place.territory" | "place.former" => 0,
        "place.region" => 1,
        kind if kind.starts_with("org") => 2,
        "place.city" if capital => 3,
        "place.admin1" => 4,
        _ => 5,
    }
}

/// How likely an entity is the meaning of a shared name if the article gives no evidence: points for its kind and for
/// each doubling of its population, fewer for a name that is `weak` there. Of equals the larger is preferred, then the
/// one whose id comes first.
///
/// Evidence of the article (a pair, a longer name, the country it is about) is added to this, in the same points.
///
/// ```
/// use dateline::Gazetteer;
/// use dateline::gazetteer::prior;
/// let gazetteer = Gazetteer::from_text(
///     "ny     place.city    New York  -  cc=US pop=8800000\n\
///      us/ny  place.admin1  New York  -  cc=US\n",
///     "mine.gaz",
/// )?;
/// let prior = |id| prior(gazetteer.entity(gazetteer.find(id).unwrap()), false);
/// assert!(prior("ny") > prior("us/ny"));
/// # Ok::<(), dateline::Error>(())
/// ```
#[must_use]
pub fn prior(entity: Entity<'_>, weak: bool) -> i32 {
    prior_of(kind_rank(entity), entity.population().unwrap_or(0), weak)
}

/// [`prior`] from the three facts it depends on.
pub(crate) fn prior_of(rank: u8, population: u64, weak: bool) -> i32 {
    const WEAK: i32 = -240;
    const DOUBLING: i32 = 12;
    let kind = match rank {
        0 => 400,
        1 => 220,
        2 => 150,
        3 => 160,
        4 => 120,
        _ => 0,
    };
    kind + DOUBLING * (u64::BITS - population.leading_zeros()) as i32 + if weak { WEAK } else { 0 }
}
