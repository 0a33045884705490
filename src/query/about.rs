//! Which country and which places each document of a view is about.

use super::kinds::is_of;
use super::view::View;
use crate::error::Result;
use crate::focus::{Focus, PlaceMention, focus};
use crate::segment::Section;

impl View<'_> {
    /// Calls `each` with every document that has mentions, in order: its row, its [`Focus`], whose places are rows of the view,
    /// and the codes of all countries that it mentions or of whose places it mentions one, each once. Documents without a mention have
    /// no focus.
    ///
    /// # Errors
    ///
    /// If the run stores no mentions, cannot be read or is damaged, or as `each` says.
    ///
    /// # Complexity
    ///
    /// Reads the mentions.
    pub fn for_each_focus(&self, mut each: impl FnMut(u32, Focus, &[&str]) -> Result<()>) -> Result<()> {
        let mut places: Vec<PlaceMention<'_>> = Vec::new();
        self.for_each_text(|document, mentions| {
            places.clear();
            for mention in mentions {
                let entity = &self.entities()[mention.entity as usize];
                let section = Section::ALL.get(mention.section as usize).copied().unwrap_or(Section::Body);
                let is_country = is_of(&entity.kind, "place.country");
                if is_of(&entity.kind, "place") {
                    places.push(PlaceMention { place: mention.entity, country: &entity.country, is_country, section });
                }
            }
            let mut countries: Vec<&str> = places.iter().map(|place| place.country).collect();
            countries.retain(|country| !country.is_empty());
            countries.sort_unstable();
            countries.dedup();
            each(document, focus(&places), &countries)
        })
    }
}
