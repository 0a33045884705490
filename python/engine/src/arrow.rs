//! Tables from Python and to Python, by the C data interface of Arrow.
//!
//! A *capsule* is an object of Python that holds a pointer of C. Every package with Arrow columns makes them on request
//! (`__arrow_c_array__` for one batch, `__arrow_c_stream__` for several), and takes them; columns are not copied.

// The contents of a capsule are reached by a pointer, whatever crate does it.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::mem;
use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::types::{
    Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayReader, ArrayRef, RecordBatch, RecordBatchIterator, StructArray, make_array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use dateline::StopFlag;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyCapsuleMethods, PyList};

use crate::analyzer::string;
use crate::errors;
use crate::work::Raised;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// What a single column is called, which has no name of its own here: it is the text.
const SINGLE: &str = "text";

/// The columns of anything that has Arrow columns.
pub(crate) struct Columns {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Rows,
}

impl Columns {
    /// Takes the columns of a data frame, a table, a record batch, an array, a column in chunks or a reader.
    ///
    /// # Errors
    ///
    /// If it has none, or its maker cannot give them.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.hasattr("__arrow_c_stream__")? {
            return stream(&given(object, "__arrow_c_stream__")?);
        }
        if object.hasattr("__arrow_c_array__")? {
            return array(&given(object, "__arrow_c_array__")?);
        }
        let name = object.get_type().name()?;
        Err(errors::wrong_type(
            object.py(),
            format!("expected Arrow columns, got an object of the type {name}"),
            "give a DataFrame of pandas (2.2 or later, with pyarrow) or polars, a table of pyarrow, a relation of DuckDB, or another \
             object with __arrow_c_stream__",
        ))
    }

    /// The batches without their errors: the first one is kept in `raised`, stops the work, and ends the batches.
    pub(crate) fn until_error(
        self,
        raised: Raised,
        stop: StopFlag,
    ) -> impl Iterator<Item = RecordBatch> + Send + use<> {
        self.batches.map_while(move |batch| match batch {
            Ok(batch) => Some(batch),
            Err(error) => {
                // Stopped before the batches end: else what came so far would be taken for all.
                stop.stop();
                Python::attach(|py| raised.keep(of_stream(py, &error)));
                None
            }
        })
    }
}

/// The exception for a table that cannot be read to its end.
fn of_table(py: Python<'_>, error: ArrowError) -> PyErr {
    match &error {
        ArrowError::ExternalError(source) => match source.downcast_ref::<dateline::Error>() {
            Some(error) => errors::exception(py, error),
            None => of_stream(py, &error),
        },
        _ => of_stream(py, &error),
    }
}

/// The exception for columns that cannot be taken.
pub(crate) fn of_stream(py: Python<'_>, error: &ArrowError) -> PyErr {
    errors::usage(py, format!("the columns cannot be read: {error}"), "write them to a Parquet file and read it again")
}

/// What the maker of the columns gives. A data frame of objects finds out only now that they are no texts.
fn given<'py>(object: &Bound<'py, PyAny>, method: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    object.call_method0(method).map_err(|cause| {
        if !cause.is_instance_of::<PyException>(py) {
            return cause;
        }
        let message = format!("the columns cannot be given as Arrow: {}", cause.value(py));
        let remedy = "make each column of one type: texts of str or None, without half of a surrogate pair";
        let error = errors::wrong_type(py, message, remedy);
        error.set_cause(py, Some(cause));
        error
    })
}

fn stream(capsule: &Bound<'_, PyAny>) -> PyResult<Columns> {
    let capsule = capsule.cast::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a stream, says the interface, and whoever takes it out leaves an empty one, which has no
    // `release`, so that nobody releases it a second time.
    let taken = unsafe { mem::replace(&mut *pointer.as_ptr(), FFI_ArrowArrayStream::empty()) };
    let arrays = ArrayStreamReader::try_new(taken).map_err(|error| of_stream(capsule.py(), &error))?;
    let field = Arc::clone(arrays.field());
    let schema = match field.data_type() {
        DataType::Struct(columns) => Arc::new(Schema::new(columns.clone())),
        kind => Arc::new(Schema::new(vec![Field::new(SINGLE, kind.clone(), true)])),
    };
    Ok(Columns { schema, batches: Box::new(arrays.map(|array| rows_of(array?))) })
}

fn array(pair: &Bound<'_, PyAny>) -> PyResult<Columns> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = pair.extract()?;
    let schema_pointer = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array_pointer = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: as in `stream`; the capsule keeps the schema, which is only looked at.
    let (taken, ffi_schema) =
        unsafe { (mem::replace(&mut *array_pointer.as_ptr(), FFI_ArrowArray::empty()), &*schema_pointer.as_ptr()) };
    let batch = || {
        // SAFETY: the array is the one that came with this schema.
        rows_of(make_array(unsafe { from_ffi(taken, ffi_schema) }?))
    };
    let batch = batch().map_err(|error| of_stream(pair.py(), &error))?;
    Ok(Columns { schema: batch.schema(), batches: Box::new(std::iter::once(Ok(batch))) })
}

/// The batch of an array: its members if it is a structure, else itself as the one column. What another program wrote is checked, texts
/// for being UTF-8 among others, because the engine relies on it.
fn rows_of(array: ArrayRef) -> Result<RecordBatch, ArrowError> {
    array.to_data().validate_full()?;
    match array.as_any().downcast_ref::<StructArray>() {
        Some(rows) if rows.null_count() > 0 => {
            Err(ArrowError::InvalidArgumentError("some rows are null as a whole, not only their cells".to_owned()))
        }
        Some(rows) => Ok(RecordBatch::from(rows.clone())),
        None => {
            let field = Field::new(SINGLE, array.data_type().clone(), true);
            RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![array])
        }
    }
}

/// Batches of rows, or the fault that ends them.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// Columns of equal length with names, in batches of rows. The batches are made when they are asked for, so that a table of a run is
/// read from the disk block by block.
#[pyclass(frozen, module = "dateline._engine")]
pub(crate) struct Table {
    schema: SchemaRef,
    n_rows: usize,
    open: Box<dyn Fn() -> Result<Rows, ArrowError> + Send + Sync>,
}

impl Table {
    /// A table in memory.
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let n_rows = batches.iter().map(RecordBatch::num_rows).sum();
        Self::opened(schema, n_rows, move || Ok(Box::new(batches.clone().into_iter().map(Ok))))
    }

    /// A table of these columns.
    pub(crate) fn of(columns: Vec<(&str, ArrayRef)>) -> Self {
        let field = |(name, column): &(&str, ArrayRef)| Field::new(*name, column.data_type().clone(), true);
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).expect("columns of equal length");
        Self::new(schema, vec![batch])
    }

    /// A table that is read whenever it is used.
    pub(crate) fn opened(
        schema: SchemaRef,
        n_rows: usize,
        open: impl Fn() -> Result<Rows, ArrowError> + Send + Sync + 'static,
    ) -> Self {
        Self { schema, n_rows, open: Box::new(open) }
    }
}

/// An error of the library where Arrow wants its own.
pub(crate) fn in_stream(error: dateline::Error) -> ArrowError {
    ArrowError::ExternalError(Box::new(error))
}

#[pymethods]
impl Table {
    /// The columns by the C stream interface of Arrow.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Whoever wants other types converts them, as the interface allows.
        let _ = requested_schema;
        let batches = py.detach(|| (self.open)()).map_err(|error| of_table(py, error))?;
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
    }

    /// The names and types of the columns, by the C interface of Arrow.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(|error| of_stream(py, &error))?;
        PyCapsule::new_with_value(py, schema, SCHEMA)
    }

    fn __len__(&self) -> usize {
        self.n_rows
    }

    /// The names of the columns with their types.
    #[getter]
    fn columns(&self) -> Vec<(String, String)> {
        let fields = self.schema.fields().iter();
        fields.map(|field| (field.name().clone(), field.data_type().to_string())).collect()
    }

    /// The cells of a column in rows `start` to `end`, as objects of Python.
    fn cells(&self, py: Python<'_>, name: &str, start: usize, end: usize) -> PyResult<Vec<Py<PyAny>>> {
        let mut cells = Vec::new();
        let mut before = 0;
        let column = self.index_of(py, name)?;
        let mut batches = (self.open)().map_err(|error| of_table(py, error))?;
        while let Some(batch) = py.detach(|| batches.next()).filter(|_| before < end) {
            let batch = batch.map_err(|error| of_table(py, error))?;
            let n_rows = batch.num_rows();
            for row in start.saturating_sub(before)..end.saturating_sub(before).min(n_rows) {
                cells.push(cell(py, batch.column(column), row)?);
            }
            before += n_rows;
        }
        Ok(cells)
    }

    /// The numbers of a column without nulls as bytes, in the order of the machine.
    fn numbers<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let column = self.index_of(py, name)?;
        let mut bytes = Vec::new();
        let mut batches = (self.open)().map_err(|error| of_table(py, error))?;
        while let Some(batch) = py.detach(|| batches.next()) {
            let batch = batch.map_err(|error| of_table(py, error))?;
            let data = batch.column(column).to_data();
            let Some(width) = data.data_type().primitive_width().filter(|_| data.null_count() == 0) else {
                return Err(errors::wrong_type(
                    py,
                    format!("the column {name:?} is not one of numbers alone"),
                    "take it as a list: table.column(name)",
                ));
            };
            let (start, end) = (data.offset() * width, (data.offset() + data.len()) * width);
            bytes.extend_from_slice(&data.buffers()[0].as_slice()[start..end]);
        }
        Ok(PyBytes::new(py, &bytes))
    }
}

impl Table {
    fn index_of(&self, py: Python<'_>, name: &str) -> PyResult<usize> {
        self.schema.index_of(name).map_err(|_| {
            let names: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
            errors::usage(py, format!("the table has no column {name:?}"), &format!("use {}", names.join(", ")))
        })
    }
}

/// A list of `str` and `None` as a table with the column `text`.
#[pyfunction]
pub(crate) fn texts(list: &Bound<'_, PyList>) -> PyResult<Table> {
    let mut texts = LargeStringBuilder::new();
    for (number, text) in list.iter().enumerate() {
        match text.is_none() {
            true => texts.append_null(),
            false => texts.append_value(string(&format!("text {number}"), &text)?),
        }
    }
    Ok(Table::of(vec![("text", Arc::new(texts.finish()))]))
}

/// One cell as an object of Python.
fn cell(py: Python<'_>, column: &ArrayRef, row: usize) -> PyResult<Py<PyAny>> {
    if column.is_null(row) {
        return Ok(py.None());
    }
    macro_rules! number {
        ($type:ty) => {
            column.as_primitive::<$type>().value(row).into_py_any(py)
        };
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into_py_any(py),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).into_py_any(py),
        DataType::Utf8View => column.as_string_view().value(row).into_py_any(py),
        DataType::Boolean => column.as_boolean().value(row).into_py_any(py),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            let date = py.import("datetime")?.getattr("date")?;
            // 1 January 1970 is day 719,163 of Python's calendar.
            date.call_method1("fromordinal", (719_163 + days,))?.into_py_any(py)
        }
        kind => Err(errors::wrong_type(
            py,
            format!("cells of the type {kind} have no object of Python here"),
            "convert the table first, e.g. with pyarrow.table(table)",
        )),
    }
}
