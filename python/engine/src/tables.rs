//! The tables of a run as columns of Arrow, read block by block.

use std::iter::Peekable;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use dateline::store::{Block, Blocks, CountRows, DocumentRows, EntityRows, FieldRow, MentionRows, PairRows};
use dateline::{Run, Section};

use crate::arrow::{Rows, Table, in_stream};

/// The columns of a block.
type Columns = Vec<(&'static str, ArrayRef)>;

/// A table whose batches are the blocks of one kind.
fn table<B: Block + Send + 'static>(
    rows: usize,
    open: impl Fn() -> dateline::Result<Blocks<B>> + Send + Sync + 'static,
    columns: impl Fn(B) -> Columns + Send + Sync + Clone + 'static,
    empty: B,
) -> Table {
    let schema = schema_of(&columns(empty));
    let of_blocks = Arc::clone(&schema);
    Table::opened(schema, rows, move || {
        let (schema, columns) = (Arc::clone(&of_blocks), columns.clone());
        let blocks = open().map_err(in_stream)?;
        Ok(Box::new(blocks.map(move |block| batch(&schema, columns(block.map_err(in_stream)?)))) as Rows)
    })
}

fn schema_of(columns: &Columns) -> SchemaRef {
    let field = |(name, column): &(&'static str, ArrayRef)| Field::new(*name, column.data_type().clone(), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn batch(schema: &SchemaRef, columns: Columns) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_new(Arc::clone(schema), columns.into_iter().map(|(_, column)| column).collect())
}

/// Texts, of which an empty one is missing.
fn texts<'t>(texts: impl Iterator<Item = &'t str>) -> ArrayRef {
    Arc::new(texts.map(|text| (!text.is_empty()).then_some(text)).collect::<StringArray>())
}

fn u32s(numbers: Vec<u32>) -> ArrayRef {
    Arc::new(UInt32Array::from(numbers))
}

pub(crate) fn entities(run: &Run) -> dateline::Result<Table> {
    let n_rows = run.entities()?.reader().rows::<EntityRows>() as usize;
    let run = run.clone();
    Ok(table(n_rows, move || run.entities(), entity_columns, EntityRows::default()))
}

fn entity_columns(rows: EntityRows) -> Columns {
    let degrees = |degrees: Vec<f64>| -> ArrayRef {
        Arc::new(degrees.into_iter().map(|degrees| (!degrees.is_nan()).then_some(degrees)).collect::<Float64Array>())
    };
    let inhabitants = rows.population.iter().map(|n| (*n > 0).then_some(*n));
    vec![
        ("id", texts(rows.iter().map(|row| row.id))),
        ("name", texts(rows.iter().map(|row| row.name))),
        ("type", texts(rows.iter().map(|row| dateline::gazetteer::EntityType::of_kind(row.kind).as_str()))),
        ("kind", texts(rows.iter().map(|row| row.kind))),
        ("country", texts(rows.iter().map(|row| row.country))),
        ("parent", texts(rows.iter().map(|row| row.parent))),
        ("wikidata", texts(rows.iter().map(|row| row.wikidata))),
        ("population", Arc::new(inhabitants.collect::<UInt64Array>())),
        ("lat", degrees(rows.latitude.clone())),
        ("lon", degrees(rows.longitude.clone())),
        ("mentions", Arc::new(UInt64Array::from(rows.mentions))),
        ("documents", u32s(rows.documents)),
    ]
}

pub(crate) fn counts(run: &Run) -> dateline::Result<Table> {
    let n_rows = run.counts()?.reader().rows::<CountRows>() as usize;
    let run = run.clone();
    let columns = |rows: CountRows| -> Columns {
        vec![("document", u32s(rows.document)), ("entity", u32s(rows.entity)), ("count", u32s(rows.count))]
    };
    Ok(table(n_rows, move || run.counts(), columns, CountRows::default()))
}

/// The stored pairs: rows of two entities and the documents with both.
pub(crate) fn cooccurrence(run: &Run) -> dateline::Result<Table> {
    let n_rows = run.pairs()?.reader().rows::<PairRows>() as usize;
    let run = run.clone();
    let columns =
        |rows: PairRows| -> Columns { vec![("a", u32s(rows.a)), ("b", u32s(rows.b)), ("joint", u32s(rows.joint))] };
    Ok(table(n_rows, move || run.pairs(), columns, PairRows::default()))
}

pub(crate) fn mentions(run: &Run) -> dateline::Result<Table> {
    let n_rows = run.stored_mentions()?.reader().rows::<MentionRows>() as usize;
    let run = run.clone();
    Ok(table(n_rows, move || run.stored_mentions(), mention_columns, MentionRows::default()))
}

fn mention_columns(rows: MentionRows) -> Columns {
    let part = |part: &u32| if *part == 0 { "title" } else { "text" };
    let section = |section: &u32| Section::ALL.get(*section as usize).map_or("", |section| section.as_str());
    vec![
        ("document", u32s(rows.document)),
        ("entity", u32s(rows.entity)),
        ("part", texts(rows.part.iter().map(part))),
        ("section", texts(rows.section.iter().map(section))),
        ("start", u32s(rows.start_char)),
        ("end", u32s(rows.end_char)),
        ("start_byte", u32s(rows.start)),
        ("end_byte", u32s(rows.end)),
        ("paragraph", u32s(rows.paragraph)),
        ("sentence", u32s(rows.sentence)),
        ("word", u32s(rows.word)),
    ]
}

/// The documents, with a column for each field that was kept.
pub(crate) fn documents(run: &Run) -> dateline::Result<Table> {
    let n_rows = run.documents()?.reader().rows::<DocumentRows>() as usize;
    let own = schema_of(&document_columns(&DocumentRows::default()));
    let mut fields: Vec<_> = own.fields().iter().cloned().collect();
    for name in run.kept_fields() {
        let name = if own.index_of(name).is_ok() { format!("field_{name}") } else { name.clone() };
        fields.push(Arc::new(Field::new(name, DataType::Utf8, true)));
    }
    let schema = Arc::new(Schema::new(fields));
    let (run, of_blocks) = (run.clone(), Arc::clone(&schema));
    Ok(Table::opened(schema, n_rows, move || {
        let mut kept = Kept::open(&run).map_err(in_stream)?;
        let schema = Arc::clone(&of_blocks);
        let mut first = 0;
        let blocks = run.documents().map_err(in_stream)?;
        Ok(Box::new(blocks.map(move |block| {
            let rows = block.map_err(in_stream)?;
            let mut columns: Vec<ArrayRef> = document_columns(&rows).into_iter().map(|(_, column)| column).collect();
            columns.extend(kept.next(first, rows.rows()).map_err(in_stream)?);
            first += rows.rows() as u32;
            RecordBatch::try_new(Arc::clone(&schema), columns)
        })) as Rows)
    }))
}

fn document_columns(rows: &DocumentRows) -> Columns {
    let day = |day: &i32| (*day != i32::MIN).then_some(*day);
    vec![
        ("id", texts(rows.iter().map(|row| row.id))),
        ("date", texts(rows.iter().map(|row| row.date))),
        ("day", Arc::new(rows.day.iter().map(day).collect::<Date32Array>())),
        ("source", texts(rows.iter().map(|row| row.source))),
        ("language", texts(rows.iter().map(|row| row.language))),
        ("input", u32s(rows.file.clone())),
        ("offset", Arc::new(UInt64Array::from(rows.offset.clone()))),
        ("length", Arc::new(UInt64Array::from(rows.length.clone()))),
        ("characters", u32s(rows.characters.clone())),
        ("words", u32s(rows.words.clone())),
        ("paragraphs", u32s(rows.paragraphs.clone())),
        ("sentences", u32s(rows.sentences.clone())),
        ("mentions", u32s(rows.mentions.clone())),
    ]
}

/// The fields that were kept, document by document.
struct Kept {
    n_fields: usize,
    values: Vec<String>,
    rows: Option<Peekable<FieldRowsInOrder>>,
}

type FieldRowsInOrder = Box<dyn Iterator<Item = dateline::Result<FieldRow>> + Send>;

impl Kept {
    fn open(run: &Run) -> dateline::Result<Self> {
        let n_fields = run.kept_fields().len();
        if n_fields == 0 {
            return Ok(Self { n_fields, values: Vec::new(), rows: None });
        }
        let mut values = Vec::new();
        for block in run.field_values()? {
            values.extend(block?.iter().map(|row| row.value.to_owned()));
        }
        let rows = run.fields()?.flat_map(|block| match block {
            Ok(block) => block.iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        });
        let rows: FieldRowsInOrder = Box::new(rows);
        Ok(Self { n_fields, values, rows: Some(rows.peekable()) })
    }

    /// The columns of the next so many documents, of which the first has this row.
    fn next(&mut self, first: u32, n_documents: usize) -> dateline::Result<Vec<ArrayRef>> {
        let Some(rows) = &mut self.rows else { return Ok(Vec::new()) };
        let mut columns: Vec<StringBuilder> = (0..self.n_fields).map(|_| StringBuilder::new()).collect();
        for document in first..first + n_documents as u32 {
            let mut found = vec![None; self.n_fields];
            while let Some(row) =
                rows.next_if(|row| row.as_ref().is_ok_and(|row| row.document == document) || row.is_err())
            {
                let row = row?;
                found[row.field as usize] = self.values.get(row.value as usize).map(String::as_str);
            }
            columns.iter_mut().zip(found).for_each(|(column, value)| column.append_option(value));
        }
        Ok(columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect())
    }
}
