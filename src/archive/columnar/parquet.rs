//! Parquet files, a row group after the other and some rows at a time.
//!
//! The directory is at the end of the file, so the file is read a second time, from its beginning, for its hash. A row group that cannot
//! be read costs its rows that were not read yet, and no others.

use std::fs::File;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FileMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::schema::types::{SchemaDescriptor, Type};

use super::cells::as_bytes;
use super::{Chosen, Next, damaged, of_content, truncated, unharmed};
use crate::archive::decompress::{Content, Fault as ContentFault};
use crate::archive::fields::Fields;
use crate::archive::parse::Fault;
use crate::diagnostics::RejectReason;

/// Decoded bytes that are to be held at a time, as far as the directory lets one guess, and rows.
const BYTES: u64 = 1 << 20;
const ROWS: u64 = 1024;

pub(super) struct ParquetFile {
    file: File,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// The row group that comes next.
    next: usize,
    /// The one that is being read, and its rows that were not read yet.
    current: Option<(ParquetRecordBatchReader, u64)>,
    rows_before: u64,
    /// The same file, read for its hash.
    content: Option<Content>,
    bytes: u64,
}

const HELD: &str = "the content is set when the file is opened";

impl ParquetFile {
    /// Reads the directory of the file.
    pub(super) fn open(file: Option<File>, fields: &Fields) -> Result<(Self, Chosen), Fault> {
        let Some(file) = file else {
            return Err(of_content(ContentFault::not_a_file("a Parquet file", "write it to a file")));
        };
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        let options = || ArrowReaderOptions::new();
        let metadata =
            unharmed(|| ArrowReaderMetadata::load(&file, options()))?.map_err(|error| of_directory(&error))?;
        check_places(&metadata, bytes)?;
        // A view shares the bytes of its page, so that a value that occurs often is decoded once. Texts are read as bytes, so that one
        // that is not UTF-8 costs no more than its own characters.
        let metadata = with_bytes_for_texts(metadata.metadata())
            .and_then(|bytes| {
                let views = with_views(&as_bytes(metadata.schema()));
                ArrowReaderMetadata::try_new(Arc::new(bytes), options().with_schema(views))
            })
            .unwrap_or(metadata);
        let chosen = Chosen::of(metadata.schema(), fields)?;
        let names: Vec<String> = chosen.paths.iter().map(|path| path.join(".")).collect();
        let mask = ProjectionMask::columns(metadata.parquet_schema(), names.iter().map(String::as_str));
        let file = Self { file, metadata, mask, next: 0, current: None, rows_before: 0, content: None, bytes };
        Ok((file, chosen))
    }

    pub(super) fn hashing(self, content: Content) -> Self {
        Self { content: Some(content), ..self }
    }

    pub(super) fn content(&self) -> &Content {
        self.content.as_ref().expect(HELD)
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        self.content.as_mut().expect(HELD)
    }

    /// The next rows.
    pub(super) fn next(&mut self) -> Result<Next, Fault> {
        loop {
            let Some((reader, left)) = &mut self.current else {
                if self.next == self.metadata.metadata().num_row_groups() {
                    return Ok(Next::End);
                }
                if let Err(error) = self.begin_group() {
                    return Ok(self.lose(self.rows_of(self.next - 1), &error));
                }
                continue;
            };
            let next = match unharmed(|| reader.next()) {
                Ok(next) => next,
                Err(_) => {
                    let left = *left;
                    return Ok(self.lose(left, &"it cannot be decoded"));
                }
            };
            match next {
                Some(Ok(rows)) => {
                    *left = left.saturating_sub(rows.num_rows() as u64);
                    self.rows_before += rows.num_rows() as u64;
                    self.hash_on();
                    return Ok(Next::Rows(rows, self.offset()));
                }
                Some(Err(error)) => {
                    let left = *left;
                    return Ok(self.lose(left, &error));
                }
                None if *left > 0 => {
                    let left = *left;
                    return Ok(self.lose(left, &"it has fewer rows than the directory says"));
                }
                None => self.current = None,
            }
        }
    }

    fn begin_group(&mut self) -> Result<(), ParquetError> {
        let index = self.next;
        self.next += 1;
        let group = self.metadata.metadata().row_group(index);
        let rows = self.rows_of(index);
        let columns = group.columns().iter().enumerate().filter(|(leaf, _)| self.mask.leaf_included(*leaf));
        let bytes: u64 = columns.map(|(_, column)| u64::try_from(column.uncompressed_size()).unwrap_or(0)).sum();
        let fitting = (BYTES / (bytes / rows.max(1)).max(1)).clamp(1, ROWS);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.try_clone()?, self.metadata.clone())
            .with_row_groups(vec![index])
            .with_projection(self.mask.clone())
            .with_batch_size(fitting as usize)
            .build()?;
        self.current = Some((reader, rows));
        Ok(())
    }

    /// The rest of the row group cannot be read.
    fn lose(&mut self, n_rows: u64, error: &dyn std::fmt::Display) -> Next {
        self.current = None;
        let from = self.rows_before + 1;
        self.rows_before = self.rows_before.saturating_add(n_rows);
        self.hash_on();
        let message = error.to_string();
        // A codec that was left out of the program.
        let is_codec = message.contains("Disabled feature") || message.contains("not supported");
        let fault = if is_codec {
            let remedy = "write it with snappy, gzip, zstd or lz4";
            (
                RejectReason::OtherFormat,
                format!("rows {from} to {} are not read: {message}; {remedy}", self.rows_before),
            )
        } else {
            damaged(format!("rows {from} to {} cannot be read: {message}", self.rows_before))
        };
        Next::Lost { n_rows, offset: self.offset(), fault }
    }

    fn rows_of(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or(0)
    }

    /// Where the row group that is being read begins.
    fn offset(&self) -> u64 {
        let group: &RowGroupMetaData = self.metadata.metadata().row_group(self.next - 1);
        let starts = group.columns().iter().map(|column| {
            let data = column.data_page_offset();
            column.dictionary_page_offset().filter(|dictionary| *dictionary > 0).map_or(data, |first| first.min(data))
        });
        starts.min().and_then(|start| u64::try_from(start).ok()).unwrap_or(0)
    }

    /// Hashes about as much as was read, so that progress is shown.
    fn hash_on(&mut self) {
        let n_rows = self.metadata.metadata().file_metadata().num_rows().max(1) as f64;
        let reached = (self.bytes as f64 * (self.rows_before as f64 / n_rows).min(1.0)) as u64;
        let content = self.content.as_mut().expect(HELD);
        while content.bytes() < reached && !content.drain() {}
    }
}

/// Refuses columns that do not lie in the file: the decoder trusts their places.
fn check_places(metadata: &ArrowReaderMetadata, bytes: u64) -> Result<(), Fault> {
    for (number, group) in metadata.metadata().row_groups().iter().enumerate() {
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let (start, length) = (u64::try_from(start).ok(), u64::try_from(column.compressed_size()).ok());
            let end = start.zip(length).and_then(|(start, length)| start.checked_add(length));
            if end.is_none_or(|end| end > bytes) {
                return Err(damaged(format!("row group {number} extends beyond the end of the file")));
            }
        }
    }
    Ok(())
}

/// The schema with views of bytes in place of bytes.
fn with_views(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Binary | DataType::LargeBinary => Arc::new(Field::clone(field).with_data_type(DataType::BinaryView)),
        _ => Arc::clone(field),
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

/// The directory with columns of bytes in place of texts.
fn with_bytes_for_texts(metadata: &ParquetMetaData) -> Result<ParquetMetaData, ParquetError> {
    let file = metadata.file_metadata();
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(without_texts(file.schema())?)));
    let (created_by, pairs) = (file.created_by().map(str::to_owned), file.key_value_metadata().cloned());
    let file =
        FileMetaData::new(file.version(), file.num_rows(), created_by, pairs, schema, file.column_orders().cloned());
    Ok(ParquetMetaData::new(file, metadata.row_groups().to_vec()))
}

/// A column, or several in one, with bytes in place of texts.
fn without_texts(column: &Type) -> Result<Type, ParquetError> {
    let info = column.get_basic_info();
    let id = info.has_id().then(|| info.id());
    if column.is_group() {
        let fields = column.get_fields().iter().map(|field| without_texts(field).map(Arc::new));
        let mut group = Type::group_type_builder(column.name())
            .with_fields(fields.collect::<Result<_, _>>()?)
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_id(id);
        if info.has_repetition() {
            group = group.with_repetition(info.repetition());
        }
        return group.build();
    }
    let is_text = matches!(
        (info.logical_type_ref(), info.converted_type()),
        (Some(LogicalType::String | LogicalType::Json), _) | (None, ConvertedType::UTF8 | ConvertedType::JSON)
    );
    if !is_text || column.get_physical_type() != PhysicalType::BYTE_ARRAY {
        return Ok(column.clone());
    }
    let bytes = Type::primitive_type_builder(column.name(), PhysicalType::BYTE_ARRAY);
    bytes.with_repetition(info.repetition()).with_id(id).build()
}

/// What is wrong with the directory.
fn of_directory(error: &ParquetError) -> Fault {
    let message = error.to_string();
    let is_cut = matches!(error, ParquetError::EOF(_) | ParquetError::NeedMoreData(_))
        || message.contains("Corrupt footer")
        || message.contains("Invalid Parquet file");
    if is_cut {
        return truncated(
            "the Parquet file is cut: its directory, which is at its end, is missing, so nothing of it can be read",
        );
    }
    damaged(format!("its directory cannot be read: {message}"))
}
