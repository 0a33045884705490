//! Which rows of a run are wanted: the one set of conditions for lists of entities, for pairs and for exports.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::condition::Condition;
use super::entity::{EntityNames, RunEntity, find_entity};
use super::kept::KeptField;
use super::kinds::{RunKinds, is_of};
use super::mentions::{DocumentTest, MentionTest};
use super::roll_up::RollUp;
use super::stories::chosen_copies;
use super::view::View;
use crate::error::Result;
use crate::gazetteer::{Gazetteer, LoadOptions};
use crate::segment::Section;
use crate::store::{DocumentRow, PairRow, Run};

/// The kind of news agencies. In an article they are mostly its author and not its subject ("Reuters reported"), so that
/// lists of what articles are about leave them out.
const AGENCY: &str = "org.media.agency";

/// Whether an entity with this kind is a news agency.
///
/// ```
/// use dateline::query::is_agency;
/// assert!(is_agency("org.media.agency") && !is_agency("org.media"));
/// ```
#[must_use]
pub fn is_agency(kind: &str) -> bool {
    is_of(kind, AGENCY)
}

/// Conditions on entities and pairs; the default wants everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Only entities of this type (`place`, `organisation`, `title`) or kind (`place.city`); of pairs, both.
    pub kind: Option<String>,
    /// Only pairs with this entity, by its id or by any of its names ([`find_entity`]). Of the other conditions on a single
    /// entity, only the type must hold for it.
    pub with: Option<String>,
    /// Only pairs with at least this many documents together.
    pub min_documents: u32,
    /// Only entities in at least this many documents; of pairs, both.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_each: u32,
    /// Only entities that meet what this says about entities (of pairs, both), in the view of the documents that meet
    /// what it says about documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Counts stories instead of articles: of the documents that are copies of one article, only one
    /// ([`View::of_stories`]).
    #[serde(skip_serializing_if = "is_false")]
    pub stories: bool,
    /// Leaves out news agencies (kind `org.media.agency`), unless `kind` or the condition names
    /// their kind or `org.media`.
    #[serde(skip_serializing_if = "is_false")]
    pub without_agencies: bool,
    /// Leaves out pairs of two titles ("Doctor" and "Professor"), unless `kind` or the condition names a kind of
    /// titles.
    #[serde(skip_serializing_if = "is_false")]
    pub without_title_pairs: bool,
    /// Only mentions in these sections; all if it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Only mentions that are not inside a longer one ([`MentionTest::without_nested`]).
    #[serde(skip_serializing_if = "is_false")]
    pub without_nested: bool,
    /// Places count for a larger one that they are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roll_up: Option<RollUp>,
    /// Leaves out pairs of a country and a place in it ("China" and "Beijing").
    #[serde(skip_serializing_if = "is_false")]
    pub without_own_country: bool,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Filter {
    /// Whether every row passes.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.kind.is_none()
            && self.condition.is_none()
            && self.min_each <= 1
            && !self.stories
            && !self.without_agencies
            && !self.is_of_pairs()
            && self.mention_test().is_everything()
            && self.roll_up.is_none()
    }

    /// Whether there is a condition that only a pair can meet.
    #[must_use]
    pub fn is_of_pairs(&self) -> bool {
        self.with.is_some() || self.min_documents > 1 || self.without_title_pairs || self.without_own_country
    }

    /// Which mentions count.
    #[must_use]
    pub fn mention_test(&self) -> MentionTest {
        let sections = (!self.sections.is_empty()).then(|| self.sections.iter().copied().collect());
        MentionTest { sections, without_nested: self.without_nested }
    }

    /// The view of a run that the conditions on documents and mentions make.
    ///
    /// # Errors
    ///
    /// If the run cannot be read, has not the fields that are asked for, or stores no mentions although only some are wanted.
    ///
    /// # Complexity
    ///
    /// As [`View::whole`], [`View::of_documents`] or [`View::of_stories`]; reads the mentions instead of the counts if only some are wanted.
    pub fn view<'r>(&self, run: &'r Run) -> Result<View<'r>> {
        let condition = self.condition.as_ref().filter(|condition| condition.is_of_documents());
        let read = |name: &str| Ok((name.to_owned(), KeptField::read(run, name)?));
        let names = condition.map(Condition::kept_fields).unwrap_or_default();
        let kept = names.into_iter().map(read).collect::<Result<BTreeMap<_, _>>>()?;
        let mut test = |row: usize, document: DocumentRow<'_>| {
            condition.is_none_or(|condition| condition.document(document, |name| kept[name].value(row)))
        };
        if self.stories {
            let chosen = chosen_copies(run, &mut test)?;
            return View::new(run, Some(&mut |row, _| chosen[row]), self.mention_test(), self.roll_up);
        }
        let documents: Option<DocumentTest<'_>> = if condition.is_some() { Some(&mut test) } else { None };
        View::new(run, documents, self.mention_test(), self.roll_up)
    }

    /// Looks up the conditions in a view of a run.
    ///
    /// # Errors
    ///
    /// If none of the entities has the type wanted, or `with` names no entity or several.
    ///
    /// # Complexity
    ///
    /// Linear in the entities; keeps two bytes for each. For a name that is not an id, the run's gazetteer is loaded,
    /// which is slow if it contains files of the user: find the id first, with a cache
    /// ([`load_cached`](crate::load_cached)).
    pub fn select(&self, view: &View<'_>) -> Result<Selection> {
        let run = view.run();
        let wanted = self.kind.as_deref();
        let condition = self.condition.as_ref();
        if wanted.is_some() || condition.is_some_and(Condition::is_of_entities) {
            let mut kinds = RunKinds::default();
            view.entities().iter().for_each(|entity| kinds.add(&entity.kind));
            let checked = wanted.map_or(Ok(()), |wanted| kinds.check(wanted));
            let checked = checked.and_then(|()| condition.map_or(Ok(()), |condition| condition.check(&kinds)));
            checked.map_err(|error| error.at(run.path()))?;
        }
        let names = |test: &dyn Fn(&str) -> bool| {
            wanted.is_some_and(test) || condition.is_some_and(|condition| condition.names_kind(test))
        };
        let without_agencies = self.without_agencies && !names(&|kind| kind.contains('.') && is_of(AGENCY, kind));
        let mut selection = Selection {
            wanted: Vec::with_capacity(view.entities().len()),
            titles: Vec::new(),
            countries: Vec::new(),
            with: None,
            min_documents: self.min_documents,
        };
        for entity in view.entities() {
            selection.wanted.push(
                wanted.is_none_or(|wanted| is_of(&entity.kind, wanted))
                    && entity.documents >= self.min_each
                    && !(without_agencies && is_agency(&entity.kind))
                    && condition.is_none_or(|condition| condition.entity(entity)),
            );
        }
        if self.without_title_pairs && !names(&|kind| is_of(kind, "title")) {
            selection.titles = view.entities().iter().map(|entity| is_of(&entity.kind, "title")).collect();
        }
        if self.without_own_country {
            selection.countries = view.entities().iter().map(Located::of).collect();
        }
        if let Some(given) = &self.with {
            let load = |layers: &[String], without: &[String]| {
                Gazetteer::load_with(layers, &LoadOptions { without: without.to_vec(), ..LoadOptions::default() })
            };
            // A country that the run does not mention itself is only in the view.
            let mut added = view.entities().iter().skip(run.manifest().totals.entities as usize);
            let row = match added.find(|entity| entity.id == *given) {
                Some(entity) => entity.row,
                None => view.counts_as(find_entity(run, given, wanted, || EntityNames::of_run(run, load))?.row),
            };
            selection = selection.around(row);
        }
        Ok(selection)
    }
}

/// The conditions as options of the command line.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_ref().map(|kind| format!("--type {kind}"));
        let with = self.with.as_ref().map(|with| format!("--with {with:?}"));
        let documents = (self.min_documents > 1).then(|| format!("--min-documents {}", self.min_documents));
        let each = (self.min_each > 1).then(|| format!("--min-each {}", self.min_each));
        let condition = self.condition.as_ref().map(|condition| format!("--where {:?}", condition.to_string()));
        let names = self.sections.iter().map(|section| section.as_str()).collect::<Vec<_>>().join(",");
        let sections = (!self.sections.is_empty()).then(|| format!("--section {names}"));
        let nested = self.without_nested.then(|| "--no-nested".to_owned());
        let roll_up = self.roll_up.map(|roll_up| format!("--roll-up {roll_up}"));
        let stories = self.stories.then(|| "--count stories".to_owned());
        let all = [kind, with, documents, each, condition, sections, nested, roll_up, stories];
        f.write_str(&all.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// A [`Filter`] looked up in a view of a run: entities and pairs by row.
#[derive(Debug, Clone)]
pub struct Selection {
    /// By row, whether the entity meets the conditions.
    wanted: Vec<bool>,
    /// By row, whether it is a title; empty if two titles may be a pair.
    titles: Vec<bool>,
    /// By row, the country of a place; empty if a country and a place in it may be a pair.
    countries: Vec<Option<Located>>,
    with: Option<u32>,
    min_documents: u32,
}

impl Selection {
    /// Number of entities in the run.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.wanted.len()
    }

    /// Whether the entity is wanted; `false` if there is no such row.
    #[must_use]
    pub fn entity(&self, row: u32) -> bool {
        self.wanted.get(row as usize).copied().unwrap_or(false)
    }

    /// Only pairs with this entity, by its row, which need not meet the conditions itself.
    #[must_use]
    pub fn around(mut self, row: u32) -> Self {
        if let Some(is_wanted) = self.wanted.get_mut(row as usize) {
            *is_wanted = true;
        }
        self.with = Some(row);
        self
    }

    /// Only those of the entities that pass this test, too, by their rows.
    #[must_use]
    pub fn among(mut self, mut test: impl FnMut(u32) -> bool) -> Self {
        for (row, is_wanted) in self.wanted.iter_mut().enumerate() {
            *is_wanted = *is_wanted && test(row as u32);
        }
        self
    }

    /// Whether the pair meets all conditions.
    #[must_use]
    pub fn pair(&self, pair: PairRow) -> bool {
        let is_title = |row: u32| self.titles.get(row as usize).copied().unwrap_or(false);
        pair.joint >= self.min_documents
            && self.entity(pair.a)
            && self.entity(pair.b)
            && self.with.is_none_or(|entity| pair.a == entity || pair.b == entity)
            && !(is_title(pair.a) && is_title(pair.b))
            && !self.is_of_own_country(pair)
    }

    /// Whether the pair is a country and a place in it.
    fn is_of_own_country(&self, pair: PairRow) -> bool {
        let located = |row: u32| self.countries.get(row as usize).copied().flatten();
        match (located(pair.a), located(pair.b)) {
            (Some(a), Some(b)) => a.code == b.code && a.is_country != b.is_country,
            _ => false,
        }
    }

    /// How many pairs the wanted entities could make, if each occurred with each. Pairs of a country and a place in it are
    /// always among them, even if they are not wanted.
    #[must_use]
    pub fn n_possible_pairs(&self) -> u64 {
        let pairs_of = |n: u64| n * n.saturating_sub(1) / 2;
        let rows = || (0..self.wanted.len() as u32).filter(|row| self.entity(*row));
        let n_titles = rows().filter(|row| self.titles.get(*row as usize).copied().unwrap_or(false)).count() as u64;
        match self.with {
            Some(with) => rows()
                .filter(|row| *row != with && self.pair(PairRow { a: *row, b: with, joint: u32::MAX }))
                .count() as u64,
            None => pairs_of(rows().count() as u64) - pairs_of(n_titles),
        }
    }
}

/// Where a place is.
#[derive(Debug, Clone, Copy)]
struct Located {
    /// The two letters of its country's code.
    code: [u8; 2],
    /// Whether it is that country.
    is_country: bool,
}

impl Located {
    fn of(entity: &RunEntity) -> Option<Self> {
        let code = entity.country.as_bytes().try_into().ok()?;
        is_of(&entity.kind, "place").then(|| Self { code, is_country: is_of(&entity.kind, "place.country") })
    }
}
