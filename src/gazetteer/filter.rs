//! A gazetteer without the entities of a source.

use std::collections::BTreeSet;

use super::{Draft, DraftAlias, Gazetteer};
use crate::error::{Error, Result};

impl Gazetteer {
    /// The gazetteer without the entities whose `src=` is one of `sources`, and how many these were. A source joined with
    /// others (`cldr+geonames`) counts as each of them. The layers tell what is missing.
    ///
    /// ```
    /// use dateline::Gazetteer;
    /// let gazetteer = Gazetteer::from_text(
    ///     "!default src=hand\n\
    ///      iq     place.country  Iraq   -\n\
    ///      basra  place.city     Basra  -  src=geonames\n",
    ///     "mine.gaz",
    /// )?;
    /// let (rest, dropped) = gazetteer.without(&["geonames"])?;
    /// assert_eq!((rest.entities().len(), dropped), (1, 1));
    /// assert_eq!(rest.layers(), ["mine.gaz", "without geonames"]);
    /// # Ok::<(), dateline::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if no entity is of a source, or none is left.
    pub fn without<S: AsRef<str>>(&self, sources: &[S]) -> Result<(Self, usize)> {
        let mut known = BTreeSet::new();
        let mut kept = Vec::new();
        let mut dropped = 0;
        for entity in self.entities() {
            let own = entity.field("src").unwrap_or_default();
            known.extend(own.split('+').filter(|source| !source.is_empty()));
            if own.split('+').any(|source| sources.iter().any(|dropped| dropped.as_ref() == source)) {
                dropped += 1;
            } else {
                kept.push(entity);
            }
        }
        let known: Vec<&str> = known.into_iter().collect();
        if let Some(unknown) = sources.iter().map(AsRef::as_ref).find(|source| !known.contains(source)) {
            let message = format!("no entity of {} has src={unknown}", self.layers().join(" + "));
            return Err(Error::usage(message).with_remedy(format!("its sources are {}", known.join(", "))));
        }
        if kept.is_empty() {
            return Err(Error::usage(format!("nothing is left of {}", self.layers().join(" + "))));
        }
        let drafts = kept.into_iter().map(|entity| {
            let id = self.find(&entity.id).expect("the entity is one of ours");
            let aliases = self.aliases_of(id).iter().map(|alias| DraftAlias {
                text: alias.text.clone(),
                kind: alias.kind,
                flags: alias.flags,
                evidence: alias.evidence.clone(),
            });
            Draft {
                id: entity.id.clone(),
                kind: entity.kind.clone(),
                name: entity.name.clone(),
                fields: entity.fields.clone(),
                aliases: aliases.collect(),
            }
        });
        let mut layers = self.layers().to_vec();
        layers.extend(sources.iter().map(|source| format!("without {}", source.as_ref())));
        Ok((Self::assemble(drafts.collect(), layers), dropped))
    }
}
