//! Cells of columns as texts.

use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::archive::columns::Role;

/// A column that is no structure.
pub(super) struct Leaf {
    /// Its name, after those of the structures that it is in.
    pub(super) path: Vec<String>,
    pub(super) kind: DataType,
}

/// All columns, the members of structures in place of these.
pub(super) fn leaves(schema: &SchemaRef) -> Vec<Leaf> {
    fn add(fields: &Fields, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
        for field in fields {
            path.push(field.name().clone());
            match field.data_type() {
                DataType::Struct(members) => add(members, path, leaves),
                kind => leaves.push(Leaf { path: path.clone(), kind: kind.clone() }),
            }
            path.pop();
        }
    }
    let mut leaves = Vec::new();
    add(schema.fields(), &mut Vec::new(), &mut leaves);
    leaves
}

/// The schema with bytes in place of texts. Decoders check that texts are UTF-8 and refuse all rows of a page or a batch for the sake of one;
/// bytes are decoded when the row is read, and what cannot be is repaired and counted.
pub(super) fn as_bytes(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new_with_metadata(fields_as_bytes(schema.fields()), schema.metadata().clone()))
}

fn fields_as_bytes(fields: &Fields) -> Fields {
    fields.iter().map(|field| Field::clone(field).with_data_type(type_as_bytes(field.data_type()))).collect()
}

/// The type of bytes that lie in memory as the text does.
fn type_as_bytes(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8 => DataType::Binary,
        DataType::LargeUtf8 => DataType::LargeBinary,
        DataType::Utf8View => DataType::BinaryView,
        DataType::Struct(members) => DataType::Struct(fields_as_bytes(members)),
        DataType::Dictionary(key, values) => DataType::Dictionary(key.clone(), Box::new(type_as_bytes(values))),
        other => other.clone(),
    }
}

/// Whether a column of this type can be what it is wanted for. A text is text; anything else may also be a number or a time.
pub(super) fn will_do(kind: &DataType, role: Role) -> bool {
    match kind {
        DataType::Dictionary(_, values) => will_do(values, role),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        // A column of nulls alone, as pandas writes one that was never filled.
        DataType::Null => true,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => role != Role::Text,
        DataType::Boolean => role == Role::Kept,
        kind => role != Role::Text && (kind.is_integer() || matches!(kind, DataType::Float32 | DataType::Float64)),
    }
}

/// The cells of one column.
pub(super) struct Cells {
    column: ArrayRef,
    /// Structures that it is in; where one is null, so is the cell.
    outer: Vec<ArrayRef>,
}

impl Cells {
    /// The column of this path; `None` if there is none.
    pub(super) fn find(rows: &RecordBatch, path: &[String]) -> Option<Self> {
        let (first, members) = path.split_first()?;
        let mut column = Arc::clone(rows.column_by_name(first)?);
        let mut outer = Vec::new();
        for member in members {
            let inner = Arc::clone(column.as_struct_opt()?.column_by_name(member)?);
            outer.push(std::mem::replace(&mut column, inner));
        }
        Some(Self { column, outer })
    }

    /// Appends a cell and its length; [`read`] reads it. A text of more than `most` bytes is left out, and its length returned: it is too long
    /// for a record, and need not be in memory twice to be refused.
    pub(super) fn append(&self, row: usize, most: usize, into: &mut Vec<u8>) -> usize {
        let start = into.len();
        into.extend(NULL.to_le_bytes());
        if self.column.is_null(row) || self.outer.iter().any(|outer| outer.is_null(row)) {
            return 0;
        }
        if let Some(text) = text(&*self.column, row).filter(|text| text.len() > most) {
            return text.len();
        }
        if write(&*self.column, row, into) {
            // What is longer is longer than any record may be.
            let length = u32::try_from(into.len() - start - WIDTH).unwrap_or(NULL);
            into[start..start + WIDTH].copy_from_slice(&length.to_le_bytes());
        }
        0
    }
}

const WIDTH: usize = size_of::<u32>();
const NULL: u32 = u32::MAX;

/// The cells that were appended, each with `None` for null.
pub(super) fn read(mut bytes: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<WIDTH>()?;
        let length = match u32::from_le_bytes(*length) {
            NULL => None,
            length => Some(length as usize),
        };
        let (cell, rest) = rest.split_at_checked(length.unwrap_or_default())?;
        bytes = rest;
        Some(length.map(|_| cell))
    })
}

/// The bytes of a cell that is a text.
fn text(column: &dyn Array, row: usize) -> Option<&[u8]> {
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).as_bytes(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).as_bytes(),
        DataType::Utf8View => column.as_string_view().value(row).as_bytes(),
        DataType::Binary => column.as_binary::<i32>().value(row),
        DataType::LargeBinary => column.as_binary::<i64>().value(row),
        DataType::BinaryView => column.as_binary_view().value(row),
        _ => return None,
    })
}

/// Writes a cell as text; whether there is anything in it.
fn write(column: &dyn Array, row: usize, into: &mut Vec<u8>) -> bool {
    if column.is_null(row) {
        return false;
    }
    if let Some(text) = text(column, row) {
        into.extend_from_slice(text);
        return true;
    }
    match column.data_type() {
        DataType::Boolean => put(into, format_args!("{}", column.as_boolean().value(row))),
        DataType::Dictionary(..) => return write_of_dictionary(column, row, into),
        DataType::Int8 => number::<Int8Type>(column, row, into),
        DataType::Int16 => number::<Int16Type>(column, row, into),
        DataType::Int32 => number::<Int32Type>(column, row, into),
        DataType::Int64 => number::<Int64Type>(column, row, into),
        DataType::UInt8 => number::<UInt8Type>(column, row, into),
        DataType::UInt16 => number::<UInt16Type>(column, row, into),
        DataType::UInt32 => number::<UInt32Type>(column, row, into),
        DataType::UInt64 => number::<UInt64Type>(column, row, into),
        // pandas has no other null for numbers.
        DataType::Float32 if column.as_primitive::<Float32Type>().value(row).is_nan() => return false,
        DataType::Float64 if column.as_primitive::<Float64Type>().value(row).is_nan() => return false,
        DataType::Float32 => number::<Float32Type>(column, row, into),
        DataType::Float64 => number::<Float64Type>(column, row, into),
        DataType::Date32 => {
            let days = i64::from(column.as_primitive::<Date32Type>().value(row));
            date(days.saturating_mul(86_400), into);
        }
        DataType::Date64 => date(column.as_primitive::<Date64Type>().value(row).div_euclid(1000), into),
        DataType::Timestamp(unit, zone) => {
            let (value, per_second) = match unit {
                TimeUnit::Second => (column.as_primitive::<TimestampSecondType>().value(row), 1),
                TimeUnit::Millisecond => (column.as_primitive::<TimestampMillisecondType>().value(row), 1_000),
                TimeUnit::Microsecond => (column.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000),
                TimeUnit::Nanosecond => (column.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000),
            };
            let nanoseconds = value.rem_euclid(per_second) * (1_000_000_000 / per_second);
            time(value.div_euclid(per_second), nanoseconds, zone.as_deref(), into);
        }
        _ => return false,
    }
    true
}

fn write_of_dictionary(column: &dyn Array, row: usize, into: &mut Vec<u8>) -> bool {
    let Some(dictionary) = column.as_any_dictionary_opt() else { return false };
    let keys = dictionary.keys();
    let at = |key: usize| (key < dictionary.values().len()).then_some(key);
    let key = match keys.data_type() {
        DataType::Int8 => usize::try_from(keys.as_primitive::<Int8Type>().value(row)).ok(),
        DataType::Int16 => usize::try_from(keys.as_primitive::<Int16Type>().value(row)).ok(),
        DataType::Int32 => usize::try_from(keys.as_primitive::<Int32Type>().value(row)).ok(),
        DataType::Int64 => usize::try_from(keys.as_primitive::<Int64Type>().value(row)).ok(),
        DataType::UInt8 => Some(usize::from(keys.as_primitive::<UInt8Type>().value(row))),
        DataType::UInt16 => Some(usize::from(keys.as_primitive::<UInt16Type>().value(row))),
        DataType::UInt32 => usize::try_from(keys.as_primitive::<UInt32Type>().value(row)).ok(),
        DataType::UInt64 => usize::try_from(keys.as_primitive::<UInt64Type>().value(row)).ok(),
        _ => None,
    };
    key.and_then(at).is_some_and(|key| write(&**dictionary.values(), key, into))
}

fn number<T: ArrowPrimitiveType<Native: std::fmt::Display>>(column: &dyn Array, row: usize, into: &mut Vec<u8>) {
    put(into, format_args!("{}", column.as_primitive::<T>().value(row)));
}

fn put(into: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    into.write_fmt(text).expect("writing to memory does not fail");
}

/// The date and time so many seconds after 1970 began; none beyond the years that dates have.
fn civil(seconds: i64, nanoseconds: i64) -> Option<DateTime> {
    let instant = jiff::Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()?;
    Some(Offset::UTC.to_datetime(instant))
}

/// `2024-03-02`.
fn date(seconds: i64, into: &mut Vec<u8>) {
    match civil(seconds, 0) {
        Some(civil) => put(into, format_args!("{}", civil.date())),
        // No date, and said to be none when it is read.
        None => put(into, format_args!("{seconds} seconds")),
    }
}

/// `2024-03-02T09:30:00`, with `Z` or an offset if the column has a time zone. The times of a named zone are those of UTC, which are
/// what the file holds.
fn time(seconds: i64, nanoseconds: i64, zone: Option<&str>, into: &mut Vec<u8>) {
    let offset = zone.and_then(offset_of);
    let local = seconds.saturating_add(offset.map_or(0, i64::from));
    match civil(local, nanoseconds) {
        None => put(into, format_args!("{seconds} seconds")),
        Some(civil) => {
            put(into, format_args!("{civil}"));
            match offset {
                Some(offset) => {
                    let sign = if offset < 0 { '-' } else { '+' };
                    let minutes = offset.abs() / 60;
                    put(into, format_args!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
                }
                None if zone.is_some() => into.push(b'Z'),
                None => {}
            }
        }
    }
}

/// The seconds of `+02:00`.
fn offset_of(zone: &str) -> Option<i32> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?);
    Some(sign * (hours * 3600 + minutes * 60)).filter(|seconds| *seconds != 0)
}
