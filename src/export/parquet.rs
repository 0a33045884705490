//! Parquet and Arrow IPC files, and DuckDB's own way to load them.
//!
//! Row numbers and counts of 32 bits are `UInt32`, those of 64 bits `Int64` (which every reader has), days are dates, unknown
//! days and coordinates are null.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field as ArrowField, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::source::Source;
use super::table::{Batch, Field, FieldKind, Table, TableSink, signed};
use super::tabular::{layout, path_of, write_files};
use super::{ExportOptions, Exporter, Layout, Written};
use crate::error::{Error, Result};
use crate::files::{File, Writer};
use crate::store::ColumnRef;

/// Rows of a group: a reader must hold at least one group, and the writer holds at most one, encoded.
const ROW_GROUP: usize = 1 << 20;

pub(super) struct Parquet;

impl Exporter for Parquet {
    fn layout(&self, options: &ExportOptions) -> Layout {
        layout(options)
    }

    fn has_tables(&self) -> bool {
        true
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let about = source.about("parquet").pairs();
        let create = |file, schema: &SchemaRef| {
            let keys = about.iter().map(|(key, value)| KeyValue::new(format!("dateline.{key}"), value.clone()));
            let mut properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_max_row_group_row_count(Some(ROW_GROUP))
                .set_key_value_metadata(Some(keys.collect()));
            // Numbers are sorted and small, so differences are smaller and faster than dictionaries.
            for field in schema.fields().iter().filter(|field| field.data_type() != &DataType::Utf8) {
                let column = parquet::schema::types::ColumnPath::from(field.name().as_str());
                properties = properties.set_column_dictionary_enabled(column.clone(), false);
                if field.data_type() != &DataType::Float64 {
                    properties = properties.set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
                }
            }
            let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties.build()));
            writer.map(FileOf::Parquet).map_err(ArrowError::from)
        };
        write_files(source, options, "parquet", &mut Columns::new(path_of(options, path, "parquet"), create))
    }
}

pub(super) struct Arrow;

impl Exporter for Arrow {
    fn layout(&self, options: &ExportOptions) -> Layout {
        layout(options)
    }

    fn has_tables(&self) -> bool {
        true
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let about = source.about("arrow").pairs();
        let create = |file, schema: &SchemaRef| {
            let keys: HashMap<String, String> =
                about.iter().map(|(key, value)| (format!("dateline.{key}"), value.clone())).collect();
            let schema = Schema::clone(schema).with_metadata(keys);
            FileWriter::try_new(file, &schema).map(FileOf::Arrow)
        };
        write_files(source, options, "arrow", &mut Columns::new(path_of(options, path, "arrow"), create))
    }
}

pub(super) struct Duckdb;

impl Exporter for Duckdb {
    fn layout(&self, _options: &ExportOptions) -> Layout {
        Layout::Directory
    }

    fn has_documents(&self) -> bool {
        true
    }

    fn write(&self, source: &mut Source<'_>, options: &ExportOptions, path: &Path) -> Result<Written> {
        let mut written = Parquet.write(source, options, path)?;
        let mut sql = String::new();
        if let Some(notice) = source.attribution() {
            sql += &format!("-- {notice}\n");
        }
        for (file, _) in &written {
            let table = file.trim_end_matches(".parquet");
            sql += &format!("CREATE TABLE {table} AS SELECT * FROM read_parquet('{file}');\n");
        }
        sql += super::table::NAMED_VIEWS;
        let mut file = Writer::create(&path.join("load.sql"))?;
        file.put(&sql)?;
        file.finish()?;
        written.push(("load.sql".to_owned(), 0));
        Ok(written)
    }
}

/// A file being written, in one of two formats.
enum FileOf {
    Parquet(ArrowWriter<File>),
    Arrow(FileWriter<File>),
}

/// One file of columns for each table.
struct Columns<F, C> {
    path_of: F,
    create: C,
    current: Option<(PathBuf, SchemaRef, FileOf)>,
}

impl<F, C> Columns<F, C>
where
    F: Fn(Table) -> PathBuf,
    C: Fn(File, &SchemaRef) -> Result<FileOf, ArrowError>,
{
    fn new(path_of: F, create: C) -> Self {
        Self { path_of, create, current: None }
    }
}

impl<F, C> TableSink for Columns<F, C>
where
    F: Fn(Table) -> PathBuf,
    C: Fn(File, &SchemaRef) -> Result<FileOf, ArrowError>,
{
    fn begin(&mut self, table: Table, fields: &[Field]) -> Result<()> {
        let path = (self.path_of)(table);
        let fields: Vec<ArrowField> =
            fields.iter().map(|field| ArrowField::new(&*field.name, data_type(field.kind), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let file = File::create(&path)?;
        let file = (self.create)(file, &schema).map_err(|error| cannot_write(&path, error))?;
        self.current = Some((path, schema, file));
        Ok(())
    }

    fn write(&mut self, batch: &Batch<'_>) -> Result<()> {
        let (path, schema, file) = self.current.as_mut().expect("a table was begun");
        let columns = batch.columns.iter().map(array).collect::<Result<Vec<_>>>()?;
        let written = RecordBatch::try_new(schema.clone(), columns).and_then(|batch| match file {
            FileOf::Parquet(writer) => writer.write(&batch).map_err(ArrowError::from),
            FileOf::Arrow(writer) => writer.write(&batch),
        });
        written.map_err(|error| cannot_write(path, error))
    }

    fn end(&mut self) -> Result<()> {
        let (path, _, file) = self.current.take().expect("a table was begun");
        let finished = match file {
            FileOf::Parquet(writer) => writer.into_inner().map_err(ArrowError::from),
            FileOf::Arrow(mut writer) => writer.finish().and_then(|()| writer.into_inner()),
        };
        let file = finished.map_err(|error| cannot_write(&path, error))?;
        file.sync().map_err(|error| Error::io(path, "write", error))
    }
}

fn cannot_write(path: &Path, error: ArrowError) -> Error {
    Error::io(path, "write", std::io::Error::other(error))
}

fn data_type(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::U32 => DataType::UInt32,
        FieldKind::U64 => DataType::Int64,
        FieldKind::Day => DataType::Date32,
        FieldKind::F64 => DataType::Float64,
        FieldKind::Text => DataType::Utf8,
    }
}

fn array(column: &ColumnRef<'_>) -> Result<ArrayRef> {
    Ok(match column {
        ColumnRef::U32(numbers) => Arc::new(UInt32Array::from(numbers.to_vec())),
        ColumnRef::U64(numbers) => {
            Arc::new(Int64Array::from(numbers.iter().map(|&number| signed(number)).collect::<Result<Vec<_>>>()?))
        }
        ColumnRef::I32(days) => {
            Arc::new(days.iter().map(|&day| (day != i32::MIN).then_some(day)).collect::<Date32Array>())
        }
        ColumnRef::F64(numbers) => {
            Arc::new(numbers.iter().map(|&number| (!number.is_nan()).then_some(number)).collect::<Float64Array>())
        }
        ColumnRef::Text(texts) => Arc::new(StringArray::from_iter_values(texts.iter())),
    })
}
