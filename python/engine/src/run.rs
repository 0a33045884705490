//! Finished runs, and what can be asked of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray, UInt32Array, UInt64Array};
use dateline::association::Measure;
use dateline::gazetteer::LoadOptions;
use dateline::query::{
    Condition, EntityNames, Filter, Frequency, PairOptions, PairOrder, RunEntity, Slice, SliceBy, SliceCount, View,
    Within, find_entity, strongest_pairs, top_entities, trend,
};
use dateline::{About, Passage, PassageName, PassageOrder, PassageQuery, ScanOptions, StopFlag, passages};
use pyo3::prelude::*;

use crate::arrow::Table;
use crate::work::{self, Raised};
use crate::{errors, tables};

/// A finished run on the disk.
#[pyclass(frozen, module = "dateline._engine")]
pub(crate) struct Run(dateline::Run);

impl Run {
    pub(crate) fn of(run: dateline::Run) -> Self {
        Self(run)
    }
}

/// Conditions that lists share.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Conditions {
    kind: Option<String>,
    condition: Option<String>,
    cache: Option<PathBuf>,
}

impl Conditions {
    fn filter(&self, run: &dateline::Run) -> dateline::Result<Filter> {
        let of_run = |text: &str| Condition::for_fields(text, run.kept_fields());
        let condition = self.condition.as_deref().map(of_run).transpose()?;
        Ok(Filter { kind: self.kind.clone(), condition, ..Filter::default() })
    }

    /// The entity that a word means.
    fn entity(&self, run: &dateline::Run, given: &str) -> dateline::Result<RunEntity> {
        let load = |layers: &[String], without: &[String]| {
            let options = LoadOptions { without: without.to_vec(), ..LoadOptions::default() };
            match &self.cache {
                Some(cache) => dateline::load_cached(layers, &options, cache),
                None => dateline::Gazetteer::load_with(layers, &options),
            }
        };
        find_entity(run, given, self.kind.as_deref(), || EntityNames::of_run(run, load))
    }
}

/// Which pairs are listed, and with which columns.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct PairList {
    context: String,
    measures: Vec<String>,
    by: String,
    with: Option<String>,
    min_documents: u32,
    min_each: Option<u32>,
    fdr: Option<f64>,
    all_pairs: bool,
    rows: usize,
}

#[pymethods]
impl Run {
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        work::released(py, || dateline::Run::open(path)).map(Self)
    }

    #[getter]
    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The manifest as JSON.
    #[getter]
    fn manifest(&self, py: Python<'_>) -> PyResult<String> {
        serde_json::to_string(self.0.manifest()).map_err(|error| errors::bug(py, &error.to_string()))
    }

    /// `entities`, `documents`, `counts`, `cooccurrence` or `mentions`.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let open = match name {
            "entities" => tables::entities,
            "documents" => tables::documents,
            "counts" => tables::counts,
            "cooccurrence" => tables::cooccurrence,
            "mentions" => tables::mentions,
            _ => {
                return Err(errors::usage(
                    py,
                    format!("a run has no table {name:?}"),
                    "use entities, documents, counts, cooccurrence or mentions",
                ));
            }
        };
        work::released(py, || open(&self.0))
    }

    /// The entities in most documents or with most mentions.
    fn top(&self, py: Python<'_>, by: &str, rows: usize, conditions: Conditions) -> PyResult<Table> {
        let by = match by {
            "documents" => Frequency::Documents,
            "mentions" => Frequency::Mentions,
            _ => return Err(errors::usage(py, format!("by={by:?} is not known"), "use \"documents\" or \"mentions\"")),
        };
        work::released(py, || {
            let filter = conditions.filter(&self.0)?;
            let view = filter.view(&self.0)?;
            let entities = top_entities(&view, &filter.select(&view)?, by, rows);
            let mut columns = entity_columns(["entity", "name", "type"], entities.iter().copied());
            columns.push(("mentions", u64s(entities.iter().map(|entity| entity.mentions))));
            columns.push(("documents", u64s(entities.iter().map(|entity| u64::from(entity.documents)))));
            Ok(Table::of(columns))
        })
    }

    /// The pairs of entities that belong together.
    fn pairs(&self, py: Python<'_>, list: PairList, conditions: Conditions) -> PyResult<Table> {
        let measures = list.measures.iter().map(|name| name.parse::<Measure>());
        let measures = measures.collect::<dateline::Result<Vec<_>>>().map_err(|error| errors::exception(py, &error))?;
        let order = match (list.by.as_str(), measures.first()) {
            ("measure", Some(measure)) => PairOrder::Measure(*measure),
            ("documents", _) => PairOrder::Joint,
            ("measure", None) => {
                return Err(errors::usage(
                    py,
                    "there is no measure to order the pairs by",
                    "name one, or use order=\"documents\"",
                ));
            }
            (by, _) => {
                return Err(errors::usage(
                    py,
                    format!("order={by:?} is not known"),
                    "use \"measure\" or \"documents\"",
                ));
            }
        };
        let by_measure = order != PairOrder::Joint;
        work::released(py, || {
            let within: Within = list.context.parse()?;
            let mut filter = Filter { min_documents: list.min_documents, ..conditions.filter(&self.0)? };
            filter.min_each = list.min_each.unwrap_or(0);
            let view = filter.view(&self.0)?;
            if let Some(with) = &list.with {
                filter.with = Some(conditions.entity(&self.0, with)?.id);
            }
            if !list.all_pairs {
                let given = filter.min_each;
                filter = filter.for_pairs(view.n_documents());
                if !by_measure || list.min_each.is_some() {
                    filter.min_each = given;
                }
            }
            let options = PairOptions {
                order,
                rows: list.rows,
                attracted: by_measure && !list.all_pairs,
                max_false_discovery_rate: list.fdr,
            };
            let joint = view.joint_counts_within(within)?;
            let pairs = strongest_pairs(&view, &joint, &filter.select(&view)?, options)?;
            let mut columns = vec![
                ("a", strings(pairs.iter().map(|pair| pair.a.id.as_str()))),
                ("name_a", strings(pairs.iter().map(|pair| pair.a.name.as_str()))),
                ("b", strings(pairs.iter().map(|pair| pair.b.id.as_str()))),
                ("name_b", strings(pairs.iter().map(|pair| pair.b.name.as_str()))),
                ("k11", u64s(pairs.iter().map(|pair| pair.table.k11))),
                ("k12", u64s(pairs.iter().map(|pair| pair.table.k12))),
                ("k21", u64s(pairs.iter().map(|pair| pair.table.k21))),
                ("k22", u64s(pairs.iter().map(|pair| pair.table.k22))),
            ];
            for measure in measures {
                columns.push((measure.name(), f64s(pairs.iter().map(|pair| Some(measure.of(pair.table))))));
            }
            if list.fdr.is_some() {
                columns.push(("q", f64s(pairs.iter().map(|pair| pair.q))));
            }
            Ok(Table::of(columns))
        })
    }

    /// Entities in the periods or sources of the documents.
    fn trend(
        &self,
        py: Python<'_>,
        entities: Vec<String>,
        by: &str,
        rows: usize,
        conditions: Conditions,
    ) -> PyResult<Table> {
        work::released(py, || {
            let by: SliceBy = by.parse()?;
            let filter = Filter { without_agencies: true, ..conditions.filter(&self.0)? };
            let view = filter.view(&self.0)?;
            let wanted = if entities.is_empty() { usual(&filter, &view, rows)? } else { Vec::new() };
            let named = entities.iter().map(|given| Ok::<u32, dateline::Error>(conditions.entity(&self.0, given)?.row));
            let wanted: Vec<u32> = wanted.into_iter().map(Ok).chain(named).collect::<dateline::Result<_>>()?;
            let found = trend(&view, &wanted, &by)?;
            let mut cells: Vec<(&RunEntity, &Slice, SliceCount)> = Vec::new();
            for (row, counts) in wanted.iter().zip(&found.counts) {
                let entity = &view.entities()[*row as usize];
                cells.extend(found.slices.iter().zip(counts).map(|(slice, count)| (entity, slice, *count)));
            }
            let rates: Vec<Option<(f64, f64, f64)>> =
                cells.iter().map(|(_, slice, count)| count.rate(slice.articles)).collect();
            Ok(Table::of(vec![
                ("entity", strings(cells.iter().map(|(entity, _, _)| entity.id.as_str()))),
                ("name", strings(cells.iter().map(|(entity, _, _)| entity.name.as_str()))),
                ("slice", strings(cells.iter().map(|(_, slice, _)| slice.label.as_str()))),
                ("mentions", u64s(cells.iter().map(|(_, _, count)| count.mentions))),
                ("documents", u64s(cells.iter().map(|(_, _, count)| count.documents))),
                ("articles", u64s(cells.iter().map(|(_, slice, _)| slice.articles))),
                ("words", u64s(cells.iter().map(|(_, slice, _)| slice.words))),
                ("rate", f64s(rates.iter().map(|rate| rate.map(|rate| rate.0)))),
                ("low", f64s(rates.iter().map(|rate| rate.map(|rate| rate.1)))),
                ("high", f64s(rates.iter().map(|rate| rate.map(|rate| rate.2)))),
                ("mention_rate", f64s(cells.iter().map(|(_, slice, count)| count.mention_rate(slice.words)))),
            ]))
        })
    }

    /// The sentences that mention an entity (`about` is `entity`), or either of a `pair`, or that are in a `document`; one row for each name in
    /// them.
    #[pyo3(signature = (about, given, context, documents, seed, root, threads, conditions))]
    #[allow(clippy::too_many_arguments)]
    fn passages(
        &self,
        py: Python<'_>,
        about: &str,
        given: Vec<String>,
        context: &str,
        documents: usize,
        seed: Option<u64>,
        root: PathBuf,
        threads: usize,
        conditions: Conditions,
    ) -> PyResult<Table> {
        let (raised, stop) = (Raised::default(), StopFlag::default());
        work::run(py, None, &raised, &stop, |_| {
            let row = |given: &str| Ok::<_, dateline::Error>(conditions.entity(&self.0, given)?.row);
            let about = match (about, given.as_slice()) {
                ("pair", [a, b]) => About::Pair(row(a)?, row(b)?),
                ("document", [id]) => About::Document(id.clone()),
                _ => About::Entity(row(given.first().map_or("", String::as_str))?),
            };
            let order = seed.map_or(PassageOrder::Archive, PassageOrder::Random);
            let query = PassageQuery { about, together: context.parse::<Within>()?.into(), documents, order };
            let scan = ScanOptions { threads, on_progress: None, stop: Some(&stop) };
            let view = conditions.filter(&self.0)?.view(&self.0)?;
            let found = passages(&view, &root, &query, scan)?;
            let mut names: Vec<(&Passage, &PassageName)> = Vec::new();
            for sentence in &found.sentences {
                names.extend(sentence.names.iter().map(|name| (sentence, name)));
            }
            let start =
                |sentence: &Passage, byte: usize| (sentence.start + sentence.text[..byte].chars().count()) as u32;
            Ok(Table::of(vec![
                ("document", strings(names.iter().map(|(sentence, _)| sentence.id.as_str()))),
                ("date", strings(names.iter().map(|(sentence, _)| sentence.date.as_str()))),
                ("source", strings(names.iter().map(|(sentence, _)| sentence.source.as_str()))),
                ("part", strings(names.iter().map(|(sentence, _)| sentence.part.as_str()))),
                ("sentence", u32s(names.iter().map(|(sentence, _)| sentence.sentence))),
                ("start", u32s(names.iter().map(|(sentence, name)| start(sentence, name.span.start)))),
                ("end", u32s(names.iter().map(|(sentence, name)| start(sentence, name.span.end)))),
                ("left", strings(names.iter().map(|(sentence, name)| &sentence.text[..name.span.start]))),
                ("surface", strings(names.iter().map(|(sentence, name)| name.span.of(&sentence.text)))),
                ("right", strings(names.iter().map(|(sentence, name)| &sentence.text[name.span.end..]))),
                ("entity", strings(names.iter().map(|(_, name)| view.entities()[name.entity as usize].id.as_str()))),
            ]))
        })
    }

    /// Every check of the run: name, detail, whether all is well; and notes.
    fn verify(&self, py: Python<'_>) -> PyResult<(Vec<(String, String, bool)>, Vec<String>)> {
        let report = work::released(py, || Ok(self.0.verify()))?;
        let checks = report.checks.into_iter().map(|check| (check.name, check.detail, check.ok)).collect();
        Ok((checks, report.notes))
    }
}

/// The places and organisations in most documents; titles are in every article, so whoever wants them says so.
fn usual(filter: &Filter, view: &View<'_>, rows: usize) -> dateline::Result<Vec<u32>> {
    let says = filter.kind.is_some() || filter.condition.as_ref().is_some_and(Condition::is_of_entities);
    let mut entities = top_entities(view, &filter.select(view)?, Frequency::Documents, 0);
    entities.retain(|entity| says || entity.type_name() != "title");
    entities.truncate(if rows == 0 { usize::MAX } else { rows });
    Ok(entities.into_iter().map(|entity| entity.row).collect())
}

fn entity_columns<'e>(
    [id, name, type_name]: [&'static str; 3],
    entities: impl Iterator<Item = &'e RunEntity> + Clone,
) -> Vec<(&'static str, ArrayRef)> {
    vec![
        (id, strings(entities.clone().map(|entity| entity.id.as_str()))),
        (name, strings(entities.clone().map(|entity| entity.name.as_str()))),
        (type_name, strings(entities.map(RunEntity::type_name))),
    ]
}

fn strings<'s>(strings: impl Iterator<Item = &'s str>) -> ArrayRef {
    Arc::new(strings.map(Some).collect::<StringArray>())
}

fn u32s(numbers: impl Iterator<Item = u32>) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(numbers))
}

fn u64s(numbers: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(numbers))
}

fn f64s(numbers: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(numbers.collect::<Float64Array>())
}
