//! Tables: what the row-and-column formats (CSV, JSON Lines, Parquet, Arrow, SQLite) share.

use std::borrow::Cow;

use jiff::civil::Date;

use super::ExportOptions;
use super::kept::{KeptFields, STORY};
use super::source::Source;
use crate::copies::Stories;
use crate::error::{Error, Result};
use crate::query::{date_of, stories_of};
use crate::store::{
    Block, COOCCURRENCE_FILE, COUNTS_FILE, ColumnRef, CountRows, DOCUMENTS_FILE, DocumentRows, ENTITIES_FILE,
    EntityRows, MENTIONS_FILE, MarginalRows, MentionRows, PairRow, PairRows, Run, StringColumn,
};

/// A table of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Table {
    /// The entities found, with their row number `entity` first.
    Entities,
    /// The documents, with their row number `document` first.
    Documents,
    /// Mentions of each entity in each document.
    Counts,
    /// Common contexts of two entities.
    Pairs,
    /// Contexts of each entity.
    Marginals,
    /// Every mention with its position, if the run stored them.
    Mentions,
}

impl Table {
    pub(super) const ALL: [Self; 6] =
        [Self::Entities, Self::Documents, Self::Counts, Self::Pairs, Self::Marginals, Self::Mentions];

    /// The word for the table: `entities`, `counts`, ...
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entities => EntityRows::NAME,
            Self::Documents => DocumentRows::NAME,
            Self::Counts => CountRows::NAME,
            Self::Pairs => PairRows::NAME,
            Self::Marginals => MarginalRows::NAME,
            Self::Mentions => MentionRows::NAME,
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Entities => ENTITIES_FILE,
            Self::Documents => DOCUMENTS_FILE,
            Self::Counts => COUNTS_FILE,
            Self::Pairs | Self::Marginals => COOCCURRENCE_FILE,
            Self::Mentions => MENTIONS_FILE,
        }
    }

    /// Whether the run has the table.
    pub(super) fn is_in(self, source: &Source<'_>) -> bool {
        source.run.has(self.file())
    }

    /// Whether its rows have a column [`STORY`] after those of the run.
    fn has_stories(self) -> bool {
        self == Self::Documents
    }

    pub(super) fn fields(self) -> Vec<Field> {
        let (number, columns) = match self {
            Self::Entities => (Some("entity"), EntityRows::COLUMNS),
            Self::Documents => (Some("document"), DocumentRows::COLUMNS),
            Self::Counts => (None, CountRows::COLUMNS),
            Self::Pairs => (None, PairRows::COLUMNS),
            Self::Marginals => (None, MarginalRows::COLUMNS),
            Self::Mentions => (None, MentionRows::COLUMNS),
        };
        let row = |name: &'static str| Field { name: name.into(), kind: FieldKind::U32 };
        let columns = columns.iter().map(|column| Field::of(column));
        number.map(row).into_iter().chain(columns).chain(self.has_stories().then(|| row(STORY))).collect()
    }
}

/// Pairs and counts with their names, in SQL that both DuckDB and SQLite accept.
#[cfg_attr(not(any(feature = "parquet", feature = "sqlite")), allow(dead_code, reason = "only these use SQL"))]
pub(super) const NAMED_VIEWS: &str = "\
CREATE VIEW named_pairs AS
  SELECT x.id AS id_a, x.name AS name_a, y.id AS id_b, y.name AS name_b, pairs.joint
  FROM pairs JOIN entities x ON x.entity = pairs.a JOIN entities y ON y.entity = pairs.b;
CREATE VIEW named_counts AS
  SELECT documents.id AS document_id, entities.id AS entity_id, entities.name, counts.count
  FROM counts JOIN documents ON documents.document = counts.document
  JOIN entities ON entities.entity = counts.entity;
";

/// A column of an export.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: Cow<'static, str>,
    #[cfg_attr(
        not(any(feature = "parquet", feature = "sqlite")),
        allow(dead_code, reason = "text formats need no types")
    )]
    pub(super) kind: FieldKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    U32,
    U64,
    /// A day; the smallest number means unknown.
    Day,
    /// A number; NaN means unknown.
    F64,
    Text,
}

impl Field {
    fn of(column: &'static str) -> Self {
        let (name, kind) = column.split_once(':').expect("every column has a type");
        let kind = match kind {
            "u32" => FieldKind::U32,
            "u64" => FieldKind::U64,
            "i32" => FieldKind::Day,
            "f64" => FieldKind::F64,
            _ => FieldKind::Text,
        };
        Self { name: name.into(), kind }
    }
}

/// Some rows of a table; the columns are those of its [`Table::fields`].
pub(super) struct Batch<'b> {
    pub(super) rows: usize,
    pub(super) columns: Vec<ColumnRef<'b>>,
}

impl<'b> Batch<'b> {
    fn new<B: Block>(numbers: Option<&'b [u32]>, block: &'b B) -> Self {
        let numbers = numbers.map(ColumnRef::U32);
        Self { rows: block.rows(), columns: numbers.into_iter().chain(block.columns()).collect() }
    }

    pub(super) fn cell(&self, column: usize, row: usize) -> Result<Cell<'b>> {
        Ok(match self.columns[column] {
            ColumnRef::U32(numbers) => Cell::Integer(i64::from(numbers[row])),
            ColumnRef::U64(numbers) => Cell::Integer(signed(numbers[row])?),
            ColumnRef::I32(days) if days[row] == i32::MIN => Cell::Unknown,
            ColumnRef::I32(days) => Cell::Day(date_of(days[row])?),
            ColumnRef::F64(numbers) if numbers[row].is_nan() => Cell::Unknown,
            ColumnRef::F64(numbers) => Cell::Float(numbers[row]),
            ColumnRef::Text(texts) => Cell::Text(texts.get(row)),
        })
    }
}

/// One value of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'b> {
    Unknown,
    Integer(i64),
    Float(f64),
    Day(Date),
    Text(&'b str),
}

/// The number as signed 64 bits, which SQL, Arrow readers and Spark all support.
pub(super) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::limit(format!("{number} does not fit in 63 bits")))
}

/// Receives tables one after the other.
pub(super) trait TableSink {
    fn begin(&mut self, table: Table, fields: &[Field]) -> Result<()>;

    fn write(&mut self, batch: &Batch<'_>) -> Result<()>;

    /// Ends the table.
    fn end(&mut self) -> Result<()>;
}

/// Writes the tables of a run to a sink, and returns the number of rows of each.
///
/// With `by`, pairs have a row for each slice that has them, and its label in a column `slice`; documents can have their focus.
pub(super) fn write_tables(
    source: &mut Source<'_>,
    tables: &[Table],
    options: Option<&ExportOptions>,
    sink: &mut impl TableSink,
) -> Result<Vec<(Table, u64)>> {
    let by = options.and_then(|options| options.by.as_ref());
    let with_focus = options.is_some_and(|options| options.focus);
    let mut written = Vec::new();
    for &table in tables {
        let mut kept = match table {
            Table::Documents => KeptFields::open(source.run)?,
            _ => None,
        };
        let stories = if table.has_stories() { stories_of(source.run)? } else { Stories::default() };
        let mut fields = table.fields();
        let names = kept.iter().flat_map(KeptFields::names);
        fields.extend(names.map(|name| Field { name: name.clone().into(), kind: FieldKind::Text }));
        if by.is_some() && table == Table::Pairs {
            fields.push(Field { name: "slice".into(), kind: FieldKind::Text });
        }
        let focuses = if with_focus && table == Table::Documents { Some(source.focuses()?) } else { None };
        if focuses.is_some() {
            let kinds = [FieldKind::Text, FieldKind::F64, FieldKind::Text];
            let names = ["focus", "focus_share", "focus_places"].into_iter().zip(kinds);
            fields.extend(names.map(|(name, kind)| Field { name: name.into(), kind }));
        }
        sink.begin(table, &fields)?;
        let run = source.run;
        let mut n_rows = 0;
        let mut put = |batch: Batch<'_>| {
            n_rows += batch.rows as u64;
            if batch.rows == 0 { Ok(()) } else { sink.write(&batch) }
        };
        match table {
            Table::Entities => source.entities(|numbers, rows| put(Batch::new(Some(numbers), rows)))?,
            Table::Documents => source.documents(|numbers, rows| {
                let kept = kept.as_mut().map(|kept| kept.columns(run, numbers)).transpose()?.unwrap_or_default();
                let mut batch = Batch::new(Some(numbers), rows);
                batch.columns.push(ColumnRef::U32(stories_at(stories.by_article(), numbers, run)?));
                batch.columns.extend(kept.iter().map(ColumnRef::Text));
                let Some(focuses) = &focuses else { return put(batch) };
                let (mut countries, mut places) = (StringColumn::new(), StringColumn::new());
                let mut shares = Vec::with_capacity(numbers.len());
                for document in numbers {
                    let focus = focuses.get(document);
                    let country = focus.and_then(|(country, ..)| country.as_deref());
                    countries.push(country.unwrap_or_default());
                    shares.push(focus.filter(|_| country.is_some()).map_or(f64::NAN, |(_, share, _)| *share));
                    places.push(focus.map_or("", |(.., places)| places));
                }
                batch.columns.extend([ColumnRef::Text(&countries), ColumnRef::F64(&shares), ColumnRef::Text(&places)]);
                put(batch)
            })?,
            Table::Counts => source.counts(|rows| put(Batch::new(None, rows)))?,
            Table::Pairs if by.is_some() => {
                let by = by.expect("it was looked at");
                let labels: Vec<String> = source.slices(by)?.into_iter().map(|slice| slice.label).collect();
                let (mut rows, mut slices) = (PairRows::default(), StringColumn::new());
                let mut flush = |rows: &mut PairRows, slices: &mut StringColumn| -> Result<()> {
                    let mut batch = Batch::new(None, &*rows);
                    batch.columns.push(ColumnRef::Text(slices));
                    put(batch)?;
                    rows.clear();
                    *slices = StringColumn::new();
                    Ok(())
                };
                source.sliced_pairs(by, |pair, in_slices| {
                    for (slice, joint) in in_slices {
                        rows.push(PairRow { joint: *joint, ..pair });
                        slices.push(&labels[*slice]);
                    }
                    if rows.is_full() { flush(&mut rows, &mut slices) } else { Ok(()) }
                })?;
                flush(&mut rows, &mut slices)?;
            }
            Table::Pairs => source.pairs(|rows| put(Batch::new(None, rows)))?,
            Table::Marginals => source.marginals(|rows| put(Batch::new(None, rows)))?,
            Table::Mentions => source.mentions(|rows| put(Batch::new(None, rows)))?,
        }
        sink.end()?;
        written.push((table, n_rows));
    }
    Ok(written)
}

/// The stories of documents with these rows, which follow each other.
fn stories_at<'s>(stories: &'s [u32], documents: &[u32], run: &Run) -> Result<&'s [u32]> {
    let first = documents.first().map_or(0, |first| *first as usize);
    stories.get(first..first + documents.len()).ok_or_else(|| {
        let error = Error::format(run.path().join(DOCUMENTS_FILE), "damaged: it has more rows than the manifest says");
        error.with_remedy("`dateline verify` says more")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!(date_of(0).unwrap().to_string(), "1970-01-01");
        assert_eq!(date_of(20_758).unwrap().to_string(), "2026-11-01");
        assert_eq!(date_of(-61).unwrap().to_string(), "1969-11-01");
        assert!(date_of(i32::MAX).unwrap_err().to_string().contains("day 2147483647"));
        assert!(signed(u64::MAX).is_err());
    }
}
