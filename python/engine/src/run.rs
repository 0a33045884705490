//! Finished runs, and what can be asked of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray, UInt32Array, UInt64Array};
use dateline::association::{ContingencyTable, Measure};
use dateline::gazetteer::LoadOptions;
use dateline::query::{
    Condition, EntityNames, Filter, Frequency, JointCounts, Pair, PairOptions, PairOrder, RunEntity, Slice, SliceBy,
    SliceCount, View, Within, strongest_pairs, top_entities, trend,
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
    sections: Vec<String>,
    roll_up: Option<String>,
    stories: bool,
    cache: Option<PathBuf>,
}

impl Conditions {
    fn filter(&self, run: &dateline::Run) -> dateline::Result<Filter> {
        let of_run = |text: &str| Condition::for_fields(text, run.kept_fields());
        let condition = self.condition.as_deref().map(of_run).transpose()?;
        let sections = self.sections.iter().map(|name| name.parse()).collect::<dateline::Result<_>>()?;
        let roll_up = self.roll_up.as_deref().map(str::parse).transpose()?;
        let (kind, stories) = (self.kind.clone(), self.stories);
        Ok(Filter { kind, condition, sections, roll_up, stories, ..Filter::default() })
    }

    /// The entity that a word means.
    fn entity(&self, view: &View<'_>, given: &str) -> dateline::Result<RunEntity> {
        let load = |layers: &[String], without: &[String]| {
            let options = LoadOptions { without: without.to_vec(), ..LoadOptions::default() };
            match &self.cache {
                Some(cache) => dateline::load_cached(layers, &options, cache),
                None => dateline::Gazetteer::load_with(layers, &options),
            }
        };
        view.find_entity(given, self.kind.as_deref(), || EntityNames::of_run(view.run(), load))
    }
}

/// Which pairs are listed, and with which columns.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct PairList {
    context: String,
    measures: Vec<String>,
    order: String,
    by: Option<String>,
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

    /// The entities in most documents or with most mentions, of each slice if `by` names one.
    fn top(
        &self,
        py: Python<'_>,
        order: &str,
        rows: usize,
        by: Option<String>,
        conditions: Conditions,
    ) -> PyResult<Table> {
        let order = match order {
            "documents" => Frequency::Documents,
            "mentions" => Frequency::Mentions,
            _ => {
                let known = "use \"documents\" or \"mentions\"";
                return Err(errors::usage(py, format!("order={order:?} is not known"), known));
            }
        };
        work::released(py, || {
            let filter = conditions.filter(&self.0)?;
            let view = filter.view(&self.0)?;
            let list = |view: &View<'_>| -> dateline::Result<Vec<RunEntity>> {
                Ok(top_entities(view, &filter.select(view)?, order, rows).into_iter().cloned().collect())
            };
            let mut found: Vec<(Option<&Slice>, RunEntity)> = Vec::new();
            let slices = by.as_deref().map(|by| view.slices(&by.parse::<SliceBy>()?)).transpose()?;
            if let Some(slices) = &slices {
                let counts = view.counts_by(slices)?;
                for (at, slice) in slices.slices.iter().enumerate() {
                    let listed = list(&view.of_slice(slices, at, &counts[at]))?;
                    found.extend(listed.into_iter().map(|entity| (Some(slice), entity)));
                }
            } else {
                found.extend(list(&view)?.into_iter().map(|entity| (None, entity)));
            }
            let entities = found.iter().map(|(_, entity)| entity);
            let mut columns = Vec::new();
            if slices.is_some() {
                columns.push((
                    "slice",
                    strings(found.iter().filter_map(|(slice, _)| Some(slice.as_ref()?.label.as_str()))),
                ));
            }
            columns.extend(entity_columns(["entity", "name", "type"], entities.clone()));
            columns.push(("mentions", u64s(entities.clone().map(|entity| entity.mentions))));
            columns.push(("documents", u64s(entities.map(|entity| u64::from(entity.documents)))));
            if slices.is_some() {
                let counted = found.iter().filter_map(|(slice, entity)| {
                    let count = SliceCount { mentions: entity.mentions, documents: entity.documents.into() };
                    slice.map(|slice| (slice, count))
                });
                columns.extend(rate_columns(&counted.collect::<Vec<_>>()));
            }
            Ok(Table::of(columns))
        })
    }

    /// The pairs of entities that belong together, of each slice if the list has one.
    fn pairs(&self, py: Python<'_>, list: PairList, conditions: Conditions) -> PyResult<Table> {
        let measures = list.measures.iter().map(|name| name.parse::<Measure>());
        let measures = measures.collect::<dateline::Result<Vec<_>>>().map_err(|error| errors::exception(py, &error))?;
        let order = match (list.order.as_str(), measures.first()) {
            ("measure", Some(measure)) => PairOrder::Measure(*measure),
            ("documents", _) => PairOrder::Joint,
            ("measure", None) => {
                let remedy = "name one, or use order=\"documents\"";
                return Err(errors::usage(py, "there is no measure to order the pairs by", remedy));
            }
            (order, _) => {
                let known = "use \"measure\" or \"documents\"";
                return Err(errors::usage(py, format!("order={order:?} is not known"), known));
            }
        };
        work::released(py, || {
            let within: Within = list.context.parse()?;
            let min_each = list.min_each.unwrap_or(0);
            let mut filter = Filter { min_documents: list.min_documents, min_each, ..conditions.filter(&self.0)? };
            let view = filter.view(&self.0)?;
            if let Some(with) = &list.with {
                filter.with = Some(conditions.entity(&view, with)?.id);
            }
            let options = PairOptions {
                order,
                rows: list.rows,
                attracted: order != PairOrder::Joint && !list.all_pairs,
                max_false_discovery_rate: list.fdr,
            };
            let mut found = PairColumns::default();
            let mut add = |view: &View<'_>, joint: &JointCounts<'_>, slice: &str| -> dateline::Result<()> {
                let mut filter = filter.clone();
                if !list.all_pairs {
                    filter = filter.for_pairs_by(order, view.n_documents(), list.min_each);
                }
                for pair in strongest_pairs(view, joint, &filter.select(view)?, options)? {
                    found.push(slice, &pair);
                }
                Ok(())
            };
            let by = list.by.as_deref().map(str::parse::<SliceBy>).transpose()?;
            if let Some(by) = &by {
                let slices = view.slices(by)?;
                let counts = view.counts_by(&slices)?;
                let joints = view.joint_counts_by(within.into(), &slices)?;
                for (at, (slice, joint)) in slices.slices.iter().zip(&joints).enumerate() {
                    add(&view.of_slice(&slices, at, &counts[at]), joint, &slice.label)?;
                }
            } else {
                add(&view, &view.joint_counts_within(within)?, "")?;
            }
            Ok(Table::of(found.columns(by.is_some(), &measures, list.fdr.is_some())))
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
            let named = entities.iter().map(|given| Ok::<u32, dateline::Error>(conditions.entity(&view, given)?.row));
            let wanted: Vec<u32> = wanted.into_iter().map(Ok).chain(named).collect::<dateline::Result<_>>()?;
            let found = trend(&view, &wanted, &by)?;
            let mut cells: Vec<(&RunEntity, &Slice, SliceCount)> = Vec::new();
            for (row, counts) in wanted.iter().zip(&found.counts) {
                let entity = &view.entities()[*row as usize];
                cells.extend(found.slices.iter().zip(counts).map(|(slice, count)| (entity, slice, *count)));
            }
            let counted: Vec<_> = cells.iter().map(|(_, slice, count)| (*slice, *count)).collect();
            let mut columns = vec![
                ("entity", strings(cells.iter().map(|(entity, _, _)| entity.id.as_str()))),
                ("name", strings(cells.iter().map(|(entity, _, _)| entity.name.as_str()))),
                ("slice", strings(cells.iter().map(|(_, slice, _)| slice.label.as_str()))),
                ("mentions", u64s(cells.iter().map(|(_, _, count)| count.mentions))),
                ("documents", u64s(cells.iter().map(|(_, _, count)| count.documents))),
            ];
            columns.extend(rate_columns(&counted));
            Ok(Table::of(columns))
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
            let view = conditions.filter(&self.0)?.view(&self.0)?;
            let row = |given: &str| Ok::<_, dateline::Error>(conditions.entity(&view, given)?.row);
            let about = match (about, given.as_slice()) {
                ("pair", [a, b]) => About::Pair(row(a)?, row(b)?),
                ("document", [id]) => About::Document(id.clone()),
                _ => About::Entity(row(given.first().map_or("", String::as_str))?),
            };
            let order = seed.map_or(PassageOrder::Archive, PassageOrder::Random);
            let query = PassageQuery { about, together: context.parse::<Within>()?.into(), documents, order };
            let scan = ScanOptions { threads, on_progress: None, stop: Some(&stop) };
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

/// The columns of a list of pairs.
#[derive(Default)]
struct PairColumns {
    slices: Vec<String>,
    a: Vec<(String, String)>,
    b: Vec<(String, String)>,
    tables: Vec<ContingencyTable>,
    q: Vec<Option<f64>>,
}

impl PairColumns {
    fn push(&mut self, slice: &str, pair: &Pair<'_>) {
        self.slices.push(slice.to_owned());
        self.a.push((pair.a.id.clone(), pair.a.name.clone()));
        self.b.push((pair.b.id.clone(), pair.b.name.clone()));
        self.tables.push(pair.table);
        self.q.push(pair.q);
    }

    fn columns(self, sliced: bool, measures: &[Measure], with_q: bool) -> Vec<(&'static str, ArrayRef)> {
        let mut columns = Vec::new();
        if sliced {
            columns.push(("slice", strings(self.slices.iter().map(String::as_str))));
        }
        for (id, name, entities) in [("a", "name_a", &self.a), ("b", "name_b", &self.b)] {
            columns.push((id, strings(entities.iter().map(|(id, _)| id.as_str()))));
            columns.push((name, strings(entities.iter().map(|(_, name)| name.as_str()))));
        }
        columns.push(("k11", u64s(self.tables.iter().map(|table| table.k11))));
        columns.push(("k12", u64s(self.tables.iter().map(|table| table.k12))));
        columns.push(("k21", u64s(self.tables.iter().map(|table| table.k21))));
        columns.push(("k22", u64s(self.tables.iter().map(|table| table.k22))));
        for measure in measures {
            columns.push((measure.name(), f64s(self.tables.iter().map(|table| Some(measure.of(*table))))));
        }
        if with_q {
            columns.push(("q", f64s(self.q.into_iter())));
        }
        columns
    }
}

/// The denominators of counts, and their rates.
fn rate_columns(counted: &[(&Slice, SliceCount)]) -> Vec<(&'static str, ArrayRef)> {
    let rates: Vec<_> = counted.iter().map(|(slice, count)| count.rate(slice.articles)).collect();
    vec![
        ("articles", u64s(counted.iter().map(|(slice, _)| slice.articles))),
        ("words", u64s(counted.iter().map(|(slice, _)| slice.words))),
        ("rate", f64s(rates.iter().map(|rate| rate.map(|rate| rate.0)))),
        ("low", f64s(rates.iter().map(|rate| rate.map(|rate| rate.1)))),
        ("high", f64s(rates.iter().map(|rate| rate.map(|rate| rate.2)))),
        ("mention_rate", f64s(counted.iter().map(|(slice, count)| count.mention_rate(slice.words)))),
    ]
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
