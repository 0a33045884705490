//! Which of several entities a shared name means when the article says nothing: the order by kind, then by population.

use super::Entity;

/// How likely the kind of an entity makes it the one a shared name means; smaller is likelier.
///
/// Countries and territories come before regions, these before organisations, capitals, first-level divisions, and the rest.
/// Among equals the larger population decides, then the id. What the article says (a pair, a longer name, the country it is
/// about) comes before all of this.
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

/// [`kind_rank`] from the two facts it looks at.
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
