//! What is an article about? Its country, and up to three places.
//!
//! Input: the places that an article mentions, with their sections. Output: the [`Focus`], by a rule that can be said in four
//! sentences ([`focus`]). Nothing is learned, and nothing outside of the article is looked at.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::segment::Section;

/// A mention of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceMention<'p> {
    /// A number for the place.
    pub place: u32,
    /// ISO 3166 code of its country; empty if it has none.
    pub country: &'p str,
    /// Whether it is a country.
    pub is_country: bool,
    /// Where it is mentioned.
    pub section: Section,
}

/// What an article is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Focus {
    /// ISO 3166 code of the country; `None` if there is no place, or no country has enough of the points.
    pub country: Option<String>,
    /// The share of the points that the first of the countries has, from 0 to 1, whether it is enough or not.
    pub share: f64,
    /// Up to three places that are not countries, by their numbers.
    pub places: Vec<u32>,
}

/// A country has the focus if it has more than this share of the points.
const ENOUGH: f64 = 1.0 / 3.0;
/// Points that a place needs.
const PLACE_POINTS: u32 = 2;
/// Most places.
const PLACES: usize = 3;

/// The points of a mention: 3 in the headline, 2 in the lede, 1 elsewhere, 0 in bylines and furniture.
///
/// The dateline has no more than a mention in the text, for it says where the reporter is.
#[must_use]
fn points(section: Section) -> u32 {
    match section {
        Section::Headline => 3,
        Section::Lede => 2,
        Section::Dateline | Section::Body => 1,
        Section::Byline | Section::Furniture => 0,
    }
}

/// Finds the focus of an article from its mentions of places, in the order of the text.
///
/// Each mention of a place has 3 points in the headline, 2 in the lede (the first paragraph) and 1 in the rest of the text or the
/// dateline. A country has the points of itself and of all places in it. The country with most points has the focus, if it has more
/// than a third of the points of all countries; of equal ones that which is mentioned first. The places are the three with most points,
/// at least two, that are not countries.
///
/// ```
/// use dateline::Section::{Body, Headline, Lede};
/// use dateline::{Focus, PlaceMention, focus};
/// let mention = |place, country, section| PlaceMention { place, country, is_country: place < 2, section };
/// // "Lyon strike spreads": "... in Lyon, France. ... Berlin ..."
/// let found = focus(&[mention(7, "FR", Headline), mention(7, "FR", Lede), mention(0, "FR", Lede), mention(8, "DE", Body)]);
/// assert_eq!(found, Focus { country: Some("FR".to_owned()), share: 7.0 / 8.0, places: vec![7] });
/// // A round-up is about no country.
/// let each = ["FR", "DE", "IT", "GB"].map(|country| mention(0, country, Body));
/// assert_eq!(focus(&each).country, None);
/// ```
///
/// # Complexity
///
/// Linear in the mentions, but for the logarithm of the number of places.
#[must_use]
pub fn focus(mentions: &[PlaceMention<'_>]) -> Focus {
    // Points, and the first mention.
    let mut countries: BTreeMap<&str, (u32, usize)> = BTreeMap::new();
    let mut places: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
    for (at, mention) in mentions.iter().enumerate() {
        let points = points(mention.section);
        if !mention.country.is_empty() {
            countries.entry(mention.country).or_insert((0, at)).0 += points;
        }
        if !mention.is_country {
            places.entry(mention.place).or_insert((0, at)).0 += points;
        }
    }
    let all: u32 = countries.values().map(|(points, _)| points).sum();
    let first = countries.iter().max_by_key(|(_, (points, at))| (*points, Reverse(*at)));
    let share = first.map_or(0.0, |(_, (points, _))| f64::from(*points) / f64::from(all.max(1)));
    let country = first.filter(|_| share > ENOUGH).map(|(country, _)| (*country).to_owned());
    let mut places: Vec<(u32, (u32, usize))> =
        places.into_iter().filter(|(_, (points, _))| *points >= PLACE_POINTS).collect();
    places.sort_by_key(|(_, (points, at))| (Reverse(*points), *at));
    Focus { country, share, places: places.into_iter().take(PLACES).map(|(place, _)| place).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mentions: &[(u32, &str, Section)], country: Option<&str>, share: f64, places: &[u32]) {
        let mentions: Vec<PlaceMention<'_>> = mentions
            .iter()
            .map(|&(place, country, section)| PlaceMention { place, country, is_country: place == 0, section })
            .collect();
        let found = focus(&mentions);
        assert_eq!((found.country.as_deref(), found.places.as_slice()), (country, places));
        assert!((found.share - share).abs() < 1e-12, "{}", found.share);
    }

    #[test]
    fn the_country_with_most_points_has_the_focus() {
        use Section::*;
        check(&[], None, 0.0, &[]);
        // The headline weighs more than two mentions in the text.
        check(&[(0, "KE", Headline), (0, "FR", Body), (0, "FR", Body)], Some("KE"), 0.6, &[]);
        // Cities count for their country, and the dateline no more than the text.
        check(&[(1, "FR", Dateline), (2, "IQ", Lede), (3, "IQ", Body)], Some("IQ"), 0.75, &[2]);
        // Of equal ones the first.
        check(&[(0, "KE", Body), (0, "FR", Body)], Some("KE"), 0.5, &[]);
        // A third is not enough.
        check(&[(0, "KE", Body), (0, "FR", Body), (0, "DE", Body)], None, 1.0 / 3.0, &[]);
        // Places without a country are places; bylines and furniture say nothing.
        check(&[(9, "", Headline), (1, "FR", Byline), (1, "FR", Furniture)], None, 0.0, &[9]);
        let four = [(1, "FR", Lede), (2, "FR", Headline), (3, "FR", Lede), (4, "FR", Lede), (5, "FR", Body)];
        check(&four, Some("FR"), 1.0, &[2, 1, 3]);
    }
}
