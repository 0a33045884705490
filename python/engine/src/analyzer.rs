//! Mentions in single texts and in columns of them.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use dateline::archive::{ArrowSource, Batch, Source, language_of};
use dateline::normalize::FoldedText;
use dateline::{
    AnalyzerBuilder, ArchiveOptions, Document, Furniture, IdleWorker, OffsetUnit, Profile, Progress, Reject, Rule,
    ScanOptions, Section, StopFlag, TaggedSpan, Worker, tagged_spans,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::arrow::{Columns, Table};
use crate::settings::{Reading, word};
use crate::work::{self, Raised};
use crate::{errors, gazetteer};

/// A gazetteer, ready to be found in texts; immutable, for any number of threads.
#[pyclass(frozen, module = "dateline._engine")]
pub(crate) struct Analyzer {
    pub(crate) builder: AnalyzerBuilder,
    pub(crate) analyzer: dateline::Analyzer,
    /// Buffers for single texts: making them takes longer than reading a short one.
    idle: Mutex<Vec<IdleWorker>>,
}

#[pymethods]
impl Analyzer {
    #[new]
    fn new(
        py: Python<'_>,
        gazetteer: &Bound<'_, gazetteer::Gazetteer>,
        profile: &str,
        overlap: &str,
        furniture: &str,
        exclude: Vec<String>,
        without_rules: Vec<String>,
    ) -> PyResult<Self> {
        let exclude = exclude.iter().map(|section| word::<Section>(py, "exclude", section));
        let exclude: Vec<Section> = exclude.collect::<PyResult<_>>()?;
        let mut builder = dateline::Analyzer::builder()
            .profile(word::<Profile>(py, "profile", profile)?)
            .overlap(word(py, "overlap", overlap)?)
            .furniture(word::<Furniture>(py, "furniture", furniture)?)
            .exclude(exclude.into_iter().collect());
        for rule in &without_rules {
            let rule: Rule = rule.parse().map_err(|error: dateline::Error| errors::exception(py, &error))?;
            builder = builder.without_rule(rule);
        }
        let gazetteer = gazetteer.get();
        let analyzer = work::released(py, || builder.build(&gazetteer.0))?;
        Ok(Self { builder, analyzer, idle: Mutex::default() })
    }

    /// The mentions of one text, as keywords of `dateline.Mention` each.
    fn tag<'py>(
        &self,
        py: Python<'py>,
        text: &Bound<'py, PyAny>,
        title: Option<&Bound<'py, PyAny>>,
        date: Option<&Bound<'py, PyAny>>,
        class: &Bound<'py, PyAny>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let document = document(text, title, date)?;
        let spans = work::released(py, || {
            // Of a panic nothing is kept: its worker does not come back.
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut worker = idle.map_or_else(|| self.analyzer.worker(), |idle| self.analyzer.resume(idle));
            let spans = tagged_spans(&mut worker, &document, OffsetUnit::Char);
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker.into_idle());
            Ok(spans)
        })?;
        spans.iter().map(|span| mention(span, class)).collect()
    }

    /// The mentions of each row of some columns.
    #[pyo3(signature = (columns, reading, threads, progress))]
    fn tag_table(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyAny>,
        reading: Reading,
        threads: usize,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let (raised, stop) = (Raised::default(), StopFlag::default());
        let options = ArchiveOptions { batch_bytes: BATCH_BYTES, ..reading.options(py)? };
        let columns = Columns::of(columns)?;
        let schema = Arc::clone(&columns.schema);
        let batches = columns.until_error(raised.clone(), stop.clone());
        let source = ArrowSource::new("the columns", &schema, batches, options)
            .map_err(|error| errors::exception(py, &error))?;
        let with_ids = source.mapping().used.id.is_some();
        let analyzer = &self.analyzer;
        let batches = work::run(py, progress, &raised, &stop, |on_progress| {
            tag_all(analyzer, source, with_ids, threads, (&raised, &stop), on_progress)
        })?;
        Ok(Table::new(mention_schema(with_ids), batches))
    }

    /// Every candidate of a text with the rule that decided over it: part, start, end, surface, whether it is a mention, entity, name, kind,
    /// alias, rule, meaning.
    fn explain<'py>(
        &self,
        py: Python<'py>,
        text: &Bound<'py, PyAny>,
        title: Option<&Bound<'py, PyAny>>,
        date: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let document = document(text, title, date)?;
        let analyzer = &self.analyzer;
        let gazetteer = analyzer.gazetteer();
        let verdicts = work::released(py, || analyzer.worker().explain(&document))?;
        let mut rows = Vec::new();
        for verdict in verdicts {
            let text = document.part(verdict.part);
            let start = OffsetUnit::Char.length(&text[..verdict.span.start]);
            let surface = verdict.span.of(text);
            let row = PyDict::new(py);
            row.set_item("part", verdict.part.as_str())?;
            row.set_item("start", start)?;
            row.set_item("end", start + OffsetUnit::Char.length(surface))?;
            row.set_item("surface", surface)?;
            row.set_item("mention", verdict.outcome.is_mention())?;
            match verdict.meant {
                dateline::Meant::Listed { alias, entity } => {
                    let (entity, alias) = (gazetteer.entity(entity), gazetteer.alias(alias));
                    row.set_item("entity", entity.id)?;
                    row.set_item("name", entity.name)?;
                    row.set_item("kind", entity.kind)?;
                    row.set_item("alias", alias.text)?;
                }
                dateline::Meant::Unlisted(mention) => {
                    row.set_item("entity", mention.id(&document))?;
                    row.set_item("name", mention.name(&document))?;
                    row.set_item("kind", mention.entity_type.as_str())?;
                    row.set_item("alias", py.None())?;
                }
            }
            row.set_item("rule", verdict.outcome.rule_name())?;
            row.set_item("meaning", verdict.meaning(&document, gazetteer))?;
            rows.push(row);
        }
        Ok(rows)
    }

    #[getter]
    fn gazetteer(&self) -> gazetteer::Gazetteer {
        gazetteer::Gazetteer(self.analyzer.gazetteer().clone())
    }
}

/// The text of a call as a document.
fn document<'a>(
    text: &'a Bound<'_, PyAny>,
    title: Option<&'a Bound<'_, PyAny>>,
    date: Option<&'a Bound<'_, PyAny>>,
) -> PyResult<Document<'a>> {
    let mut document = Document::new("text", string("text", text)?);
    document.title = title.map(|title| string("title", title)).transpose()?.map(Into::into);
    document.date = date.map(|date| string("date", date)).transpose()?.map(Into::into);
    Ok(document)
}

/// A string of Python, which may hold what no text holds: half of a surrogate pair.
pub(crate) fn string<'a>(argument: &str, value: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    let py = value.py();
    let Ok(text) = value.cast::<PyString>() else {
        let kind = value.get_type().name()?;
        let message = format!("{argument} must be a str, not {kind}");
        return Err(errors::wrong_type(py, message, "leave out what is missing; convert bytes with bytes.decode()"));
    };
    let text = text.to_str().map_err(|_| {
        let message = format!("{argument} holds half of a surrogate pair, which is no character");
        let remedy = "repair it: text.encode(\"utf-16\", \"surrogatepass\").decode(\"utf-16\", \"replace\")";
        errors::usage(py, message, remedy)
    })?;
    if text.len() > FoldedText::MAX_LEN {
        let message = format!("{argument} has {} bytes; at most 1 GiB is read", text.len());
        return Err(errors::usage(py, message, "split it"));
    }
    Ok(text)
}

fn mention<'py>(span: &TaggedSpan<'_>, class: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let head = span.head.as_ref().map(|head| head.surface);
    let runner_up = span.runner_up.as_ref().map(|other| other.entity);
    class.call1((
        (span.part.as_str(), span.start, span.end, span.surface, &*span.entity, span.name, span.entity_type),
        (span.kind, span.country, span.lat, span.lon, span.demonym, head),
        (span.section, span.furniture, span.repeated, span.rule, span.score, runner_up),
    ))
}

/// Bytes of text that a thread takes at a time: short tables keep all threads busy, too.
const BATCH_BYTES: usize = 64 << 10;

/// The mentions of all rows, by as many threads as are wanted (0: one for each core). Each takes the next batch of rows, so that
/// they come to the end together.
fn tag_all(
    analyzer: &dateline::Analyzer,
    source: ArrowSource,
    with_ids: bool,
    threads: usize,
    (raised, stop): (&Raised, &StopFlag),
    on_progress: &(dyn Fn(Progress) + Sync),
) -> dateline::Result<Vec<RecordBatch>> {
    let n_threads = ScanOptions { threads, ..ScanOptions::default() }.n_threads();
    let source = Mutex::new((0_u64, source));
    let found = Mutex::new(BTreeMap::new());
    let (bytes, records) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || -> dateline::Result<()> {
        let mut worker = analyzer.worker();
        worker.stop_when(stop);
        loop {
            let (number, batch) = {
                // Of a poisoned lock nothing is used: the panic of the thread that held it is raised below.
                let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                if stop.is_stopped() {
                    return Ok(());
                }
                let Some(batch) = source.1.next_batch()? else { return Ok(()) };
                source.0 += 1;
                (source.0, batch)
            };
            let rows = mentions_of(&mut worker, &batch, with_ids, raised, stop);
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(number, rows);
            let bytes = bytes.fetch_add(batch.bytes_read, Ordering::Relaxed) + batch.bytes_read;
            let n_records = batch.records().len() as u64;
            on_progress(Progress { bytes, records: records.fetch_add(n_records, Ordering::Relaxed) + n_records });
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(found.into_values().filter(|rows| rows.num_rows() > 0).collect())
}

/// The columns of mentions. All may be null, as far as their schema says: some consumers refuse a column that is stricter than theirs.
fn mention_schema(with_ids: bool) -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let whole = |name: &str| Field::new(name, DataType::Int64, true);
    let real = |name: &str| Field::new(name, DataType::Float64, true);
    let mut fields = vec![whole("row")];
    fields.extend(with_ids.then(|| text("id")));
    fields.extend([text("part"), whole("start"), whole("end"), text("surface"), text("entity"), text("name")]);
    fields.extend([text("type"), text("kind"), text("country"), real("lat"), real("lon")]);
    fields.extend([Field::new("demonym", DataType::Boolean, true), text("section"), text("rule")]);
    Arc::new(Schema::new(fields))
}

/// The mentions of the rows of a batch.
fn mentions_of(
    worker: &mut Worker<'_>,
    batch: &Batch,
    with_ids: bool,
    raised: &Raised,
    stop: &StopFlag,
) -> RecordBatch {
    let mut row = Int64Builder::new();
    let [mut start, mut end] = [(); 2].map(|()| Int64Builder::new());
    let [mut id, mut part, mut surface, mut entity, mut name] = [(); 5].map(|()| StringBuilder::new());
    let [mut entity_type, mut kind, mut country, mut section, mut rule] = [(); 5].map(|()| StringBuilder::new());
    let [mut lat, mut lon] = [(); 2].map(|()| Float64Builder::new());
    let mut demonym = BooleanBuilder::new();
    for record in batch.records() {
        let document = match batch.document(record) {
            Ok(document) => document,
            Err(reject) => {
                unreadable(&reject, raised, stop);
                break;
            }
        };
        let day = batch.day(record, &document);
        if !batch.selection().takes(day, language_of(&document.text)) {
            continue;
        }
        for span in tagged_spans(worker, &document, OffsetUnit::Char) {
            row.append_value(record.number as i64 - 1);
            id.append_value(&document.id);
            part.append_value(span.part.as_str());
            start.append_value(span.start as i64);
            end.append_value(span.end as i64);
            surface.append_value(span.surface);
            entity.append_value(&span.entity);
            name.append_value(span.name);
            entity_type.append_value(span.entity_type);
            kind.append_option(span.kind);
            country.append_option(span.country);
            lat.append_option(span.lat);
            lon.append_option(span.lon);
            demonym.append_value(span.demonym);
            section.append_value(span.section);
            rule.append_value(span.rule);
        }
    }
    batch.rejects().iter().for_each(|reject| unreadable(reject, raised, stop));
    let mut columns: Vec<ArrayRef> = vec![Arc::new(row.finish())];
    if with_ids {
        columns.push(Arc::new(id.finish()));
    }
    columns.extend([Arc::new(part.finish()) as ArrayRef, Arc::new(start.finish()), Arc::new(end.finish())]);
    columns.extend(
        [surface, entity, name, entity_type, kind, country].map(|mut column| Arc::new(column.finish()) as ArrayRef),
    );
    columns.extend([lat, lon].map(|mut column| Arc::new(column.finish()) as ArrayRef));
    columns.extend([Arc::new(demonym.finish()) as ArrayRef, Arc::new(section.finish()), Arc::new(rule.finish())]);
    RecordBatch::try_new(mention_schema(with_ids), columns).expect("the columns are those of the schema")
}

/// A row that cannot be read must not be missing silently: there is no list of rejects beside a table of mentions.
fn unreadable(reject: &Reject, raised: &Raised, stop: &StopFlag) {
    stop.stop();
    Python::attach(|py| {
        let message = format!("row {} cannot be read: {}", reject.record - 1, reject.message);
        raised.keep(errors::usage(py, message, "leave the row out, or split its text"));
    });
}
