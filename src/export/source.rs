//! The rows of a run for the exporters: filtered, checked for range and order, block by block.

use std::collections::BTreeMap;

use super::output::{About, GEONAMES};
use crate::error::{Error, Result};
use crate::gazetteer::builtin_names;
use crate::query::{Filter, JointCounts, Selection, Slice, SliceBy, Together, View};
use crate::store::{
    Block, COOCCURRENCE_FILE, COUNTS_FILE, CountRow, CountRows, DOCUMENTS_FILE, DocumentRows, EntityRow, EntityRows,
    MENTIONS_FILE, MarginalRow, MarginalRows, MentionRows, PairRow, PairRows, Run,
};

/// A run, and which of its rows are wanted.
pub(super) struct Source<'r> {
    pub(super) run: &'r Run,
    pub(super) filter: &'r Filter,
    view: View<'r>,
    selection: Selection,
    /// The pairs of the view, if it is not the whole run.
    joint: Option<JointCounts<'r>>,
    /// By row of the entities: whether it is in the export.
    kept: Vec<bool>,
    /// Documents of the run.
    n_documents: u64,
    /// What the user should know about the output.
    pub(super) notes: Vec<String>,
    /// Whether rows of GeoNames are in the export.
    pub(super) geonames: bool,
    on_rows: &'r dyn Fn(u64) -> bool,
    rows_read: u64,
}

/// What a document is about, as cells of a table: the country, its share of the places, and the places.
pub(super) type FocusCells = (Option<String>, f64, String);

impl<'r> Source<'r> {
    pub(super) fn new(run: &'r Run, filter: &'r Filter, on_rows: &'r dyn Fn(u64) -> bool) -> Result<Self> {
        let view = filter.view(run)?;
        let selection = filter.select(&view)?;
        let is_there = |row: u32| view.is_whole() || view.entities()[row as usize].documents > 0;
        let kept = (0..selection.n_entities() as u32).map(|row| selection.entity(row) && is_there(row)).collect();
        let n_documents = run.file(DOCUMENTS_FILE)?.rows::<DocumentRows>();
        let joint = if view.is_whole() { None } else { Some(view.joint_counts()?) };
        let mut source = Self {
            run,
            filter,
            view,
            selection,
            joint,
            kept,
            n_documents,
            notes: Vec::new(),
            geonames: false,
            on_rows,
            rows_read: 0,
        };
        if filter.is_of_pairs() {
            let mut in_pair = vec![false; source.kept.len()];
            source.pairs(|pairs| {
                pairs.a.iter().chain(&pairs.b).for_each(|&entity| in_pair[entity as usize] = true);
                Ok(())
            })?;
            source.kept = in_pair;
        }
        let built_in = run.manifest().gazetteer.names.iter().any(|name| builtin_names().contains(&name.as_str()));
        let mut geonames = false;
        source.entities(|_, entities| {
            let mut rows = entities.iter();
            geonames |= rows.any(|row| {
                row.id.starts_with("gn:") || row.id.starts_with("geonames:") || built_in && !row.latitude.is_nan()
            });
            Ok(())
        })?;
        source.geonames = geonames;
        Ok(source)
    }

    /// The export's description of itself.
    pub(super) fn about(&self, to: &'static str) -> About<'r> {
        let gazetteer = &self.run.manifest().gazetteer.fingerprint;
        About::new(to, gazetteer, self.filter, self.attribution())
    }

    /// The notice that the export must carry, if any.
    pub(super) fn attribution(&self) -> Option<&'static str> {
        self.geonames.then_some(GEONAMES)
    }

    /// Number of documents in the export.
    pub(super) fn n_documents(&self) -> u64 {
        self.view.n_documents()
    }

    /// By row of the documents, its number among those in the export, from 0.
    pub(super) fn document_numbers(&self) -> Vec<u32> {
        let mut next = 0;
        let numbers = (0..self.n_documents as usize).map(|row| {
            let number = next;
            next += u32::from(self.view.has_document(row));
            number
        });
        numbers.collect()
    }

    /// Whether the conditions leave no entity.
    pub(super) fn keeps_nothing(&self) -> bool {
        !self.filter.is_everything() && !self.kept.contains(&true)
    }

    pub(super) fn is_kept(&self, entity: u32) -> bool {
        self.kept[entity as usize]
    }

    /// By row of the entities, its number among those in the export, from 0; and the number of these.
    pub(super) fn renumbered(&self) -> (Vec<u32>, u32) {
        let mut next = 0;
        let numbers = self.kept.iter().map(|&kept| {
            let number = next;
            next += u32::from(kept);
            number
        });
        (numbers.collect(), next)
    }

    /// The entities in the export with their rows in the run.
    pub(super) fn entities(&mut self, mut each: impl FnMut(&[u32], &EntityRows) -> Result<()>) -> Result<()> {
        let mut first = 0;
        for block in self.run.entities()? {
            let mut block = block?;
            let rows = row_numbers(&mut first, block.rows())?;
            let keep: Vec<bool> = rows.iter().map(|&row| self.is_kept(row)).collect();
            self.advance(block.rows())?;
            if !self.view.is_whole() {
                for (at, row) in rows.iter().enumerate() {
                    let counted = &self.view.entities()[*row as usize];
                    (block.mentions[at], block.documents[at]) = (counted.mentions, counted.documents);
                }
            }
            block.retain(&keep);
            each(&rows.iter().zip(keep).filter_map(|(&row, keep)| keep.then_some(row)).collect::<Vec<_>>(), &block)?;
        }
        // Countries that no document mentions itself, but that places count for.
        let added = self.view.entities().iter().skip(first as usize);
        let added: Vec<_> = added.filter(|entity| self.is_kept(entity.row)).collect();
        if added.is_empty() {
            return Ok(());
        }
        let mut block = EntityRows::default();
        for entity in &added {
            block.push(EntityRow {
                id: &entity.id,
                name: &entity.name,
                kind: &entity.kind,
                country: &entity.country,
                parent: "",
                wikidata: "",
                population: 0,
                latitude: f64::NAN,
                longitude: f64::NAN,
                mentions: entity.mentions,
                documents: entity.documents,
            });
        }
        each(&added.iter().map(|entity| entity.row).collect::<Vec<_>>(), &block)
    }

    /// The documents of the view with their rows in the run, even those without wanted entities: rates need them as denominators.
    pub(super) fn documents(&mut self, mut each: impl FnMut(&[u32], &DocumentRows) -> Result<()>) -> Result<()> {
        let mut first = 0;
        for block in self.run.documents()? {
            let mut block = block?;
            let mut rows = row_numbers(&mut first, block.rows())?;
            self.advance(block.rows())?;
            let keep: Vec<bool> = rows.iter().map(|row| self.view.has_document(*row as usize)).collect();
            if keep.contains(&false) {
                block.retain(&keep);
                rows.retain(|row| self.view.has_document(*row as usize));
            }
            each(&rows, &block)?;
        }
        Ok(())
    }

    /// The counts of the entities in the export.
    pub(super) fn counts(&mut self, mut each: impl FnMut(&CountRows) -> Result<()>) -> Result<()> {
        if !self.view.is_whole() {
            let (mut block, mut n_rows) = (CountRows::default(), self.rows_read);
            self.view.for_each_document(|document, entries| {
                for (entity, count) in entries.iter().filter(|(entity, _)| self.kept[entity.index()]) {
                    block.push(CountRow { document, entity: entity.0, count: *count });
                }
                self.hand_on_if_full(&mut block, &mut n_rows, &mut each)
            })?;
            return each(&block);
        }
        let key = |rows: &CountRows, row: usize| [rows.document[row], rows.entity[row], 0];
        self.walk(COUNTS_FILE, |rows: &CountRows| (Some(&rows.document), &rows.entity), key, true, each)
    }

    /// The pairs that meet the conditions.
    pub(super) fn pairs(&mut self, mut each: impl FnMut(&PairRows) -> Result<()>) -> Result<()> {
        if let Some(joint) = &self.joint {
            let (mut block, mut n_rows) = (PairRows::default(), self.rows_read);
            joint.for_each(|pair| {
                if self.selection.pair(pair) {
                    block.push(pair);
                }
                self.hand_on_if_full(&mut block, &mut n_rows, &mut each)
            })?;
            return each(&block);
        }
        let selection = self.selection.clone();
        let everything = self.filter.is_everything();
        // `walk` checks the range and order of all pairs, so its filter by entity must not drop any before.
        let kept = std::mem::replace(&mut self.kept, vec![true; selection.n_entities()]);
        let key = |rows: &PairRows, row: usize| [rows.a[row], rows.b[row], 0];
        let walked = self.walk(
            COOCCURRENCE_FILE,
            |rows: &PairRows| (None, &rows.b),
            key,
            true,
            |rows: &PairRows| {
                if everything {
                    return each(rows);
                }
                let mut rows = rows.clone();
                let keep: Vec<bool> = rows.iter().map(|pair| selection.pair(pair)).collect();
                rows.retain(&keep);
                each(&rows)
            },
        );
        self.kept = kept;
        walked
    }

    /// The marginals of the entities in the export.
    pub(super) fn marginals(&mut self, mut each: impl FnMut(&MarginalRows) -> Result<()>) -> Result<()> {
        if let Some(joint) = &self.joint {
            let mut block = MarginalRows::default();
            for entity in (0..self.kept.len() as u32).filter(|entity| self.kept[*entity as usize]) {
                let contexts = u32::try_from(joint.contexts_of(entity));
                let contexts = contexts.map_err(|_| Error::limit("a marginal does not fit into 32 bits"))?;
                if contexts > 0 {
                    block.push(MarginalRow { entity, contexts });
                }
            }
            return each(&block);
        }
        let key = |rows: &MarginalRows, row: usize| [rows.entity[row], 0, 0];
        self.walk(COOCCURRENCE_FILE, |rows: &MarginalRows| (None, &rows.entity), key, true, each)
    }

    /// The mentions of the entities in the export; the run must have stored them.
    pub(super) fn mentions(&mut self, mut each: impl FnMut(&MentionRows) -> Result<()>) -> Result<()> {
        if !self.view.is_whole() {
            let (mut block, mut n_rows) = (MentionRows::default(), self.rows_read);
            self.view.for_each_text(|_, mentions| {
                mentions.iter().filter(|mention| self.is_kept(mention.entity)).for_each(|mention| block.push(*mention));
                self.hand_on_if_full(&mut block, &mut n_rows, &mut each)
            })?;
            return each(&block);
        }
        let key = |rows: &MentionRows, row: usize| [rows.document[row], rows.part[row], rows.start[row]];
        self.walk(MENTIONS_FILE, |rows: &MentionRows| (Some(&rows.document), &rows.entity), key, false, each)
    }

    /// Gives a block that is full to `each`, and empties it.
    fn hand_on_if_full<B: Block + Default>(
        &self,
        block: &mut B,
        n_rows: &mut u64,
        each: &mut impl FnMut(&B) -> Result<()>,
    ) -> Result<()> {
        if block.is_full() {
            *n_rows += block.rows() as u64;
            self.tell(*n_rows)?;
            each(block)?;
            *block = B::default();
        }
        Ok(())
    }

    /// Reads the blocks of a kind. Rejects rows that refer to nothing or are out of order; drops those of other
    /// entities.
    fn walk<B: Block>(
        &mut self,
        file: &str,
        columns: impl Fn(&B) -> (Option<&Vec<u32>>, &Vec<u32>),
        key: impl Fn(&B, usize) -> [u32; 3],
        strictly: bool,
        mut each: impl FnMut(&B) -> Result<()>,
    ) -> Result<()> {
        let all = self.kept.iter().all(|&kept| kept);
        let mut last = None;
        let refuse = |fault: String| {
            let error = Error::format(self.run.path().join(file), format!("damaged: {fault}"));
            Err(error.with_remedy("`dateline verify` says more"))
        };
        for block in self.run.blocks::<B>(file)? {
            let mut block = block?;
            if block.rows() == 0 {
                continue;
            }
            let (documents, entities) = columns(&block);
            if let Some(entity) = entities.iter().find(|&&entity| entity as usize >= self.kept.len()) {
                return refuse(format!("a row of {} is of entity {entity} of {}", B::NAME, self.kept.len()));
            }
            let documents = documents.into_iter().flatten();
            if let Some(document) = documents.into_iter().find(|&&document| u64::from(document) >= self.n_documents) {
                return refuse(format!("a row of {} is of document {document} of {}", B::NAME, self.n_documents));
            }
            let first = key(&block, 0);
            if last.is_some_and(|last| if strictly { last >= first } else { last > first }) {
                return refuse(format!("the rows of {} are out of order from one block to the next", B::NAME));
            }
            last = Some(key(&block, block.rows() - 1));
            self.rows_read += block.rows() as u64;
            if !(self.on_rows)(self.rows_read) {
                return Err(Error::interrupted());
            }
            if !all {
                let keep: Vec<bool> = entities.iter().map(|&entity| self.kept[entity as usize]).collect();
                block.retain(&keep);
            }
            each(&block)?;
        }
        Ok(())
    }

    fn advance(&mut self, rows: usize) -> Result<()> {
        self.rows_read += rows as u64;
        self.tell(self.rows_read)
    }

    /// Tells how many rows were read; stops if nobody wants more.
    fn tell(&self, rows: u64) -> Result<()> {
        if (self.on_rows)(rows) { Ok(()) } else { Err(Error::interrupted()) }
    }

    /// What the documents are about, by their rows: the code of the country, its share, and the ids of the places. Those without are
    /// missing.
    pub(super) fn focuses(&self) -> Result<BTreeMap<u32, FocusCells>> {
        let mut focuses = BTreeMap::new();
        self.view.for_each_focus(|document, focus, _| {
            if focus.country.is_some() || !focus.places.is_empty() {
                let ids = focus.places.iter().map(|place| self.view.entities()[*place as usize].id.as_str());
                focuses.insert(document, (focus.country, focus.share, ids.collect::<Vec<_>>().join(";")));
            }
            Ok(())
        })?;
        Ok(focuses)
    }

    /// The slices of the documents.
    pub(super) fn slices(&self, by: &SliceBy) -> Result<Vec<Slice>> {
        Ok(self.view.slices(by)?.slices)
    }

    /// The pairs that meet the conditions over all slices, each with its joint count in those slices that have it.
    ///
    /// 16 bytes of memory for each pair in each slice.
    pub(super) fn sliced_pairs(
        &mut self,
        by: &SliceBy,
        mut each: impl FnMut(PairRow, &[(usize, u32)]) -> Result<()>,
    ) -> Result<()> {
        let slices = self.view.slices(by)?;
        let mut pairs: Vec<(u32, u32, u32, u32)> = Vec::new();
        for (slice, joint) in self.view.joint_counts_by(Together::default(), &slices)?.into_iter().enumerate() {
            joint.for_each(|row| {
                if self.selection.pair(PairRow { joint: u32::MAX, ..row }) {
                    pairs.push((row.a, row.b, slice as u32, row.joint));
                }
                Ok(())
            })?;
            self.tell(self.rows_read + pairs.len() as u64)?;
        }
        pairs.sort_unstable();
        let mut in_slices: Vec<(usize, u32)> = Vec::new();
        for same in pairs.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)) {
            in_slices.clear();
            in_slices.extend(same.iter().map(|(.., slice, joint)| (*slice as usize, *joint)));
            let (a, b) = (same[0].0, same[0].1);
            let total = PairRow { a, b, joint: in_slices.iter().map(|(_, joint)| joint).sum() };
            if self.selection.pair(total) {
                each(total, &in_slices)?;
            }
        }
        Ok(())
    }

    /// Number of rows of a kind in the file, before any condition.
    pub(super) fn n_rows<B: Block>(&self, file: &str) -> Result<u64> {
        Ok(self.run.file(file)?.rows::<B>())
    }

    /// Names and ids of all entities, by row.
    pub(super) fn names(&self) -> Result<Vec<(String, String)>> {
        Ok(self.view.entities().iter().map(|entity| (entity.id.clone(), entity.name.clone())).collect())
    }
}

/// The row numbers of the next block.
fn row_numbers(first: &mut u32, n_rows: usize) -> Result<Vec<u32>> {
    let end = u32::try_from(n_rows).ok().and_then(|n_rows| first.checked_add(n_rows));
    let end = end.ok_or_else(|| Error::limit("a table has more rows than a 32-bit index can count"))?;
    Ok((std::mem::replace(first, end)..end).collect())
}
