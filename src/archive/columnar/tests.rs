//! Rows of Parquet and Arrow files, good and damaged.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{StringDictionaryBuilder, StringViewBuilder};
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Float64Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StructArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    UInt64Array,
};
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_ipc::{CompressionType, MetadataVersion};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::archive::{Archive, ArchiveOptions, ArrowSource, FieldMap, FileFormat, Source};
use crate::diagnostics::RejectReason;
use crate::document::Document;

fn rows<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn texts(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

fn numbered(n: usize) -> RecordBatch {
    let ids: Vec<i64> = (1..=n as i64).collect();
    let words: Vec<String> = (1..=n).map(|n| format!("Talks number {n} in York went on.")).collect();
    rows([
        ("unused", texts(&vec!["x"; n])),
        ("id", Arc::new(Int64Array::from(ids))),
        ("text", Arc::new(StringArray::from(words))),
    ])
}

fn parquet_of(rows: &RecordBatch, group: usize, compression: Compression) -> Vec<u8> {
    let properties =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(group)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).unwrap();
    writer.write(rows).unwrap();
    writer.into_inner().unwrap()
}

fn arrow_of(rows: &RecordBatch, batch: usize, compression: Option<CompressionType>, is_file: bool) -> Vec<u8> {
    let options = IpcWriteOptions::try_new(64, false, MetadataVersion::V5).unwrap();
    let options = options.try_with_compression(compression).unwrap();
    let parts = (0..rows.num_rows()).step_by(batch).map(|at| rows.slice(at, batch.min(rows.num_rows() - at)));
    if is_file {
        let mut writer = FileWriter::try_new_with_options(Vec::new(), &rows.schema(), options).unwrap();
        parts.for_each(|part| writer.write(&part).unwrap());
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    } else {
        let mut writer = StreamWriter::try_new_with_options(Vec::new(), &rows.schema(), options).unwrap();
        parts.for_each(|part| writer.write(&part).unwrap());
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    }
}

type Found = Result<Document<'static>, (u64, RejectReason, String)>;

/// What becomes of the records of a file, which is on a disk.
fn read_file(path: &Path, fields: FieldMap) -> (Vec<Found>, Option<FileFormat>) {
    let options = ArchiveOptions { fields, batch_bytes: 300, ..ArchiveOptions::default() };
    read(&Archive::open(&[path.to_owned()], options).unwrap())
}

fn read(archive: &Archive) -> (Vec<Found>, Option<FileFormat>) {
    let mut batches = archive.batches();
    let mut found = Vec::new();
    for batch in batches.by_ref() {
        let batch = batch.unwrap();
        for (n, record) in batch.records().iter().enumerate() {
            let before = batch.rejects_after(n);
            found.extend(before.map(|(_, reject)| Err((reject.record, reject.reason, reject.message))));
            let document = batch.document(record).unwrap();
            let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(|text| text.into_owned().into());
            found.push(Ok(Document {
                id: document.id.into_owned().into(),
                title: owned(document.title),
                text: document.text.into_owned().into(),
                date: owned(document.date),
                source: owned(document.source),
                kept: document.kept.into_iter().map(owned).collect(),
                replaced: document.replaced,
            }));
        }
        let after = batch.rejects_after(batch.records().len());
        found.extend(after.map(|(_, reject)| Err((reject.record, reject.reason, reject.message))));
    }
    let summary = batches.finish().remove(0);
    assert_eq!(summary.records, found.len() as u64);
    (found, summary.format)
}

fn read_bytes(name: &str, bytes: &[u8], fields: FieldMap) -> (Vec<Found>, Option<FileFormat>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_file(&path, fields)
}

/// The same bytes from a pipe.
fn read_piped(bytes: &[u8]) -> Vec<Found> {
    let bytes: Arc<[u8]> = bytes.into();
    let open = move || Box::new(Cursor::new(bytes.clone())) as Box<dyn std::io::Read + Send>;
    read(&Archive::of_reader("piped", open, ArchiveOptions::default())).0
}

/// As Parquet, and as Arrow in every form.
fn forms(rows: &RecordBatch) -> Vec<(FileFormat, Vec<u8>)> {
    let parquet = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::LZ4_RAW,
    ];
    let arrow = [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)];
    let parquet = parquet.into_iter().map(|compression| (FileFormat::Parquet, parquet_of(rows, 3, compression)));
    let files = arrow.into_iter().map(|compression| (FileFormat::Arrow, arrow_of(rows, 3, compression, true)));
    parquet.chain(files).chain([(FileFormat::Arrow, arrow_of(rows, 2, None, false))]).collect()
}

#[track_caller]
fn check(rows: &RecordBatch, expected: &[Document<'static>]) {
    for (format, bytes) in forms(rows) {
        let (found, read_as) = read_bytes("news", &bytes, FieldMap::default());
        assert_eq!(read_as, Some(format));
        let found: Vec<Document<'_>> = found.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            found.iter().map(|d| d.id.rsplit('/').next().unwrap()).collect::<Vec<_>>(),
            expected.iter().map(|d| &*d.id).collect::<Vec<_>>()
        );
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(Document { id: expected.id.clone(), ..found }, *expected, "{format:?}");
        }
    }
}

#[test]
fn texts_of_every_type_and_nulls() {
    let mut sources = StringDictionaryBuilder::<Int8Type>::new();
    ["daily.example", "weekly.example", "daily.example"].iter().for_each(|source| sources.append_value(source));
    sources.append_null();
    let mut views = StringViewBuilder::new();
    views.append_value("Short");
    views.append_value("A headline of more than a dozen bytes");
    views.append_null();
    views.append_value("  ");
    let table = rows([
        ("text", Arc::new(LargeStringArray::from(vec![Some("One."), None, Some("Three: caf\u{e9}."), Some("")]))),
        ("ID", Arc::new(UInt64Array::from(vec![Some(u64::MAX), Some(2), None, Some(4)]))),
        ("headline", Arc::new(views.finish())),
        ("source", Arc::new(sources.finish())),
        ("published", Arc::new(Date32Array::from(vec![Some(0), Some(19_784), None, Some(i32::MAX)]))),
    ]);
    let document = |id: &'static str, title: Option<&'static str>, text: &'static str| Document {
        title: title.map(Into::into),
        ..Document::new(id, text)
    };
    let with = |document, date: Option<&'static str>, source: Option<&'static str>| Document {
        date: date.map(Into::into),
        source: source.map(Into::into),
        ..document
    };
    check(
        &table,
        &[
            with(document("18446744073709551615", Some("Short"), "One."), Some("1970-01-01"), Some("daily.example")),
            with(
                document("2", Some("A headline of more than a dozen bytes"), ""),
                Some("2024-03-02"),
                Some("weekly.example"),
            ),
            with(document("news#3", None, "Three: caf\u{e9}."), None, Some("daily.example")),
            with(document("4", None, ""), Some("185542587100800 seconds"), None),
        ],
    );
    // Bytes that are not said to be text.
    let bytes = Arc::new(BinaryArray::from(vec![&b"Caf\xc3\xa9"[..], b"Caf\xe9 in York"]));
    let found: Vec<_> =
        read_bytes("news", &parquet_of(&rows([("text", bytes)]), 9, Compression::SNAPPY), FieldMap::default()).0;
    let found: Vec<_> = found.into_iter().map(|found| found.unwrap().text).collect();
    assert_eq!(found, ["Caf\u{e9}", "Caf\u{e9} in York"]);
}

/// Columns that are said to be text, but one value of which is not UTF-8: nobody else's row is lost, and the value is repaired and counted.
#[test]
fn texts_that_are_not_utf8_cost_no_row() {
    // Long enough to be known as UTF-8 with one damaged character.
    let damaged = format!("{}a MARK b", "S\u{e3}o Paulo e Bras\u{ed}lia. ".repeat(20));
    let values = ["Talks.", &damaged, "More talks."];
    let mut views = StringViewBuilder::new();
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    for value in values {
        views.append_value(value);
        dictionary.append_value(value);
    }
    let member = Arc::new(arrow_schema::Field::new("rendered", arrow_schema::DataType::Utf8, true));
    let columns: [(&str, ArrayRef); 5] = [
        ("text", texts(&values)),
        ("text", Arc::new(LargeStringArray::from(values.to_vec()))),
        ("text", Arc::new(views.finish())),
        ("text", Arc::new(dictionary.finish())),
        ("content", Arc::new(StructArray::from(vec![(member, texts(&values))]))),
    ];
    for (name, column) in columns {
        let table = rows([(name, column), ("id", texts(&["1", "2", "3"]))]);
        let files = [
            parquet_of(&table, 9, Compression::UNCOMPRESSED),
            arrow_of(&table, 9, None, true),
            arrow_of(&table, 9, None, false),
        ];
        for (form, mut bytes) in files.into_iter().enumerate() {
            let mut n_marks = 0;
            for at in 0..bytes.len() - 4 {
                if bytes[at..].starts_with(b"MARK") {
                    bytes[at + 1] = 0xff;
                    n_marks += 1;
                }
            }
            assert!(n_marks > 0);
            let found = read_bytes("a", &bytes, FieldMap::default()).0;
            let found: Vec<_> = found.into_iter().map(Result::unwrap).map(|d| (d.text, d.replaced)).collect();
            let repaired = damaged.replace("MARK", "M\u{fffd}RK");
            let expected = [("Talks.", false), (&*repaired, true), ("More talks.", false)];
            assert_eq!(found, expected.map(|(text, replaced)| (text.into(), replaced)), "{name} in form {form}");
        }
    }
}

#[test]
fn times_are_written_as_dates() {
    let dates: [(ArrayRef, &str); 8] = [
        (Arc::new(Date64Array::from(vec![1_709_337_600_000])), "2024-03-02"),
        (Arc::new(TimestampSecondArray::from(vec![1_709_371_800])), "2024-03-02T09:30:00"),
        (Arc::new(TimestampMillisecondArray::from(vec![-1]).with_timezone("UTC")), "1969-12-31T23:59:59.999Z"),
        (
            Arc::new(TimestampNanosecondArray::from(vec![1_709_337_600_000_000_001]).with_timezone("America/New_York")),
            "2024-03-02T00:00:00.000000001Z",
        ),
        (
            Arc::new(TimestampSecondArray::from(vec![1_709_337_600]).with_timezone("-05:30")),
            "2024-03-01T18:30:00-05:30",
        ),
        (Arc::new(TimestampSecondArray::from(vec![i64::MAX])), "9223372036854775807 seconds"),
        (Arc::new(Int64Array::from(vec![20_240_302])), "20240302"),
        (Arc::new(Float64Array::from(vec![1_709_337_600.5])), "1709337600.5"),
    ];
    for (column, expected) in dates {
        let rows = rows([("text", texts(&["Talks."])), ("date", column)]);
        let found = read_bytes("a", &arrow_of(&rows, 1, None, true), FieldMap::default()).0.remove(0).unwrap();
        assert_eq!(found.date.as_deref(), Some(expected));
    }
    let nan = rows([("text", texts(&["Talks."])), ("id", Arc::new(Float64Array::from(vec![f64::NAN])))]);
    let found = read_bytes("a", &arrow_of(&nan, 1, None, true), FieldMap::default()).0.remove(0).unwrap();
    assert!(found.id.ends_with("a#1"));
}

#[test]
fn members_of_structures_are_columns() {
    let inner: ArrayRef = texts(&["Talks.", "hidden", "More talks."]);
    let name: ArrayRef = texts(&["daily.example", "b", "c"]);
    let field = |name: &str| Arc::new(arrow_schema::Field::new(name, arrow_schema::DataType::Utf8, true));
    let content = StructArray::new(vec![field("rendered")].into(), vec![inner], Some(vec![true, false, true].into()));
    let source = StructArray::from(vec![(field("id"), texts(&["1", "2", "3"])), (field("name"), name)]);
    let table = rows([("content", Arc::new(content)), ("source", Arc::new(source))]);
    for (_, bytes) in forms(&table) {
        for text in [None, Some("/content/rendered".to_owned())] {
            let found = read_bytes("a", &bytes, FieldMap { text, ..FieldMap::default() }).0;
            let found: Vec<_> = found.into_iter().map(Result::unwrap).map(|d| (d.text, d.source.unwrap())).collect();
            let expected = [("Talks.", "daily.example"), ("", "b"), ("More talks.", "c")];
            assert_eq!(found, expected.map(|(text, source)| (text.into(), source.into())));
        }
    }
}

#[test]
fn columns_that_cannot_be_read_are_named() {
    let refusal = |rows: &RecordBatch, fields: FieldMap| {
        let mut messages = forms(rows).into_iter().map(|(_, bytes)| {
            let found = read_bytes("a", &bytes, fields.clone()).0;
            assert_eq!(found.len(), 1, "{found:?}");
            found.into_iter().next().unwrap().unwrap_err().2
        });
        let first = messages.next().unwrap();
        assert!(messages.all(|message| message.contains(first.split(" is of").next().unwrap())), "{first}");
        first
    };
    let flag: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    let table = rows([("text", texts(&["Talks."])), ("date", flag.clone()), ("lede", texts(&["x"]))]);
    let message = refusal(&table, FieldMap::default());
    assert!(message.contains("`date` is of the type Boolean") && message.contains("--date-field"), "{message}");
    let message = refusal(&rows([("body", flag)]), FieldMap::default());
    assert!(message.contains("`body` is of the type Boolean, which is not read as a text"), "{message}");
    let named = |name: &str| FieldMap { date: Some(name.to_owned()), ..FieldMap::default() };
    let message = refusal(&table, named("day"));
    assert!(message.contains("the file has no column `day` (--date-field)") && message.contains("`lede`"), "{message}");
    let message = refusal(&rows([("lede", texts(&["x"]))]), FieldMap::default());
    assert!(message.contains("no column of the file is known to be the text"), "{message}");
    // No field is the date.
    for (_, bytes) in forms(&table) {
        assert_eq!(read_bytes("a", &bytes, named("")).0.remove(0).unwrap().text, "Talks.");
    }
}

#[test]
fn arrow_is_read_from_pipes_and_parquet_is_not() {
    let table = numbered(40);
    for (format, bytes) in forms(&table) {
        let found = read_piped(&bytes);
        match format {
            FileFormat::Arrow => {
                let ids: Vec<String> = found.into_iter().map(|found| found.unwrap().id.into_owned()).collect();
                assert_eq!(ids, (1..=40).map(|n| n.to_string()).collect::<Vec<_>>());
            }
            _ => assert!(found[0].as_ref().unwrap_err().2.contains("directory at its end"), "{found:?}"),
        }
    }
}

#[test]
fn a_row_that_is_too_long_is_one_reject() {
    let table = rows([("text", texts(&["Talks.", &"x".repeat(2000), "More talks."]))]);
    for (_, bytes) in forms(&table) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, bytes).unwrap();
        let options = ArchiveOptions { max_record: 1000, ..ArchiveOptions::default() };
        let found = read(&Archive::open(&[path], options).unwrap()).0;
        assert_eq!(found.len(), 3);
        assert_eq!(
            (found[0].as_ref().unwrap().id.ends_with("#1"), found[2].as_ref().unwrap().id.ends_with("#3")),
            (true, true)
        );
        assert_eq!(
            found[1].as_ref().map_err(|(record, reason, _)| (*record, *reason)),
            Err((2, RejectReason::TooLong))
        );
    }
}

/// Rows in order, and one fault at most. The numbers of the rows that were read.
fn survivors(found: Vec<Found>) -> (Vec<u64>, Vec<(u64, RejectReason, String)>) {
    let (mut ids, mut faults) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Ok(document) => ids.push(document.id.rsplit('#').next().unwrap().parse().unwrap_or(0)),
            Err(fault) => faults.push(fault),
        }
    }
    (ids, faults)
}

#[test]
fn files_that_are_cut_say_so_and_arrow_keeps_what_came_before() {
    let table = numbered(30);
    let whole = arrow_of(&table, 10, Some(CompressionType::LZ4_FRAME), true);
    let stream = arrow_of(&table, 10, None, false);
    for (bytes, is_file) in [(&whole, true), (&stream, false)] {
        for length in 16..bytes.len() {
            let found = read_piped(&bytes[..length]);
            let (ids, faults) = survivors(found);
            assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
            assert_eq!(ids.len() % 10, 0);
            // A stream may end after any message.
            assert!(faults.len() <= 1 && (!is_file || faults.len() == 1), "{length}: {faults:?}");
            if let [(record, reason, message)] = &*faults {
                assert!(
                    *reason != RejectReason::Truncated || *record == ids.len() as u64 + 1,
                    "{length}: {record} {message}"
                );
            }
        }
    }
    // On a disk, where the directory is looked for first.
    for (length, n_rows) in [(whole.len(), 30), (whole.len() - 1, 30), (whole.len() * 2 / 3, 10)] {
        let (ids, faults) = survivors(read_bytes("a", &whole[..length], FieldMap::default()).0);
        assert!(ids.len() >= n_rows && faults.len() == usize::from(length < whole.len()), "{ids:?} {faults:?}");
    }
    let whole = parquet_of(&table, 10, Compression::SNAPPY);
    for length in [8, 100, whole.len() - 1] {
        let (ids, faults) = survivors(read_bytes("a", &whole[..length], FieldMap::default()).0);
        assert_eq!((ids.len(), faults.len()), (0, 1));
        assert_eq!(faults[0].1, RejectReason::Truncated, "{length}: {}", faults[0].2);
    }
}

#[test]
fn damage_costs_one_row_group_and_never_the_program() {
    let table = numbered(30);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let whole = parquet_of(&table, 10, Compression::ZSTD(ZstdLevel::default()));
    fs::write(&path, &whole).unwrap();
    // The second row group.
    let group = |n: usize| {
        use parquet::file::reader::FileReader;
        let reader = parquet::file::reader::SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
        reader.metadata().row_group(n).column(2).byte_range()
    };
    let (start, length) = group(1);
    let mut damaged = whole.clone();
    damaged[start as usize..(start + length) as usize].fill(0xa5);
    fs::write(&path, &damaged).unwrap();
    let (ids, faults) = survivors(read_file(&path, FieldMap::default()).0);
    assert_eq!(ids, (1..=10).chain(21..=30).collect::<Vec<_>>());
    assert_eq!((faults.len(), faults[0].0, faults[0].1), (1, 11, RejectReason::Damaged));
    assert!(faults[0].2.contains("rows 11 to 20 cannot be read"), "{}", faults[0].2);
    // Any byte, changed in any way, is a fault or another value, but no crash and no memory.
    for bytes in [whole, arrow_of(&table, 10, None, true), arrow_of(&table, 10, Some(CompressionType::ZSTD), true)] {
        for at in 0..bytes.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= mask;
                fs::write(&path, &damaged).unwrap();
                let archive = Archive::open(std::slice::from_ref(&path), ArchiveOptions::default()).unwrap();
                for batch in archive.batches() {
                    let batch = batch.unwrap();
                    batch.records().iter().for_each(|record| drop(batch.document(record)));
                }
            }
        }
    }
}

#[test]
fn a_value_that_occurs_often_is_decoded_once() {
    // 2,000 rows of 100,000 bytes each in a file of little more than that.
    let text = "Talks in York went on. ".repeat(4_000);
    let mut column = StringDictionaryBuilder::<Int32Type>::new();
    (0..2_000).for_each(|_| column.append_value(&text));
    let bytes = parquet_of(&rows([("text", Arc::new(column.finish()))]), 2_000, Compression::UNCOMPRESSED);
    assert!(bytes.len() < 1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, bytes).unwrap();
    let archive = Archive::open(&[path], ArchiveOptions::default()).unwrap();
    let mut n_records = 0;
    for batch in archive.batches() {
        let batch = batch.unwrap();
        n_records += batch.records().len();
        assert!(batch.records().iter().map(|record| batch.length(record)).sum::<u64>() < 2 << 20);
    }
    assert_eq!(n_records, 2_000);
}

/// Rows in memory are the documents of a file of them, with the same places however they are divided.
#[test]
fn rows_in_memory() {
    let rows = numbered(70);
    let options = || ArchiveOptions { batch_bytes: 300, max_record: 41, ..ArchiveOptions::default() };
    let archive = |bytes: Vec<u8>| {
        let bytes: Arc<[u8]> = bytes.into();
        Archive::of_reader("mine", move || Box::new(Cursor::new(bytes.clone())), options())
    };
    let (expected, _) = read(&archive(arrow_of(&rows, 70, None, true)));
    // Ids of two digits make the row too long.
    assert_eq!(expected.iter().filter(|found| found.is_err()).count(), 61);
    let mut places = Vec::new();
    for size in [1, 7, 70] {
        let parts: Vec<RecordBatch> =
            (0..70).step_by(size).map(|at| rows.slice(at, size.min(70 - at))).chain([rows.slice(0, 0)]).collect();
        let mut source = ArrowSource::new("mine", &rows.schema(), parts, options()).unwrap();
        let (mut found, mut found_places, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(batch) = source.next_batch().unwrap() {
            bytes += batch.bytes_read;
            for record in batch.records() {
                let document = batch.document(record).unwrap();
                found.push((record.number, document.id.into_owned(), document.text.into_owned()));
                found_places.push((record.number, record.offset, batch.length(record)));
            }
            found_places.extend(batch.rejects().iter().map(|reject| (reject.record, reject.offset, 0)));
        }
        found_places.sort_unstable();
        let wanted: Vec<_> = expected.iter().flatten().zip(1..).collect();
        assert_eq!(found.len(), wanted.len());
        for ((number, id, text), (document, at)) in found.iter().zip(wanted) {
            assert_eq!((*number, &**id, &**text), (at, &*document.id, &*document.text));
        }
        let (last, offset, _) = *found_places.last().unwrap();
        assert_eq!(last, 70);
        assert!(offset < bytes);
        places.push((found_places, bytes, source.inputs()));
    }
    assert!(places.iter().all(|found| *found == places[0]));
    assert_eq!((places[0].2[0].records, places[0].2[0].bytes), (70, places[0].1));
    let lacking = rows.project(&[0]).unwrap();
    let error = ArrowSource::new("mine", &lacking.schema(), [lacking], options()).unwrap_err().to_string();
    assert!(error.starts_with("mine: no column of the file is known to be the text"), "{error}");
}
