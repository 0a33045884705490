//! The rows of result files: plain columns, kept apart from the working types.
//!
//! Each kind of block is a struct of columns. Its payload is the columns one after the other: numbers as a `u64` count and
//! then the little-endian values, strings as a column of `u32` offsets and then the text (see [`StringColumn`]). A reader in
//! another language needs no more than that and the column list in the file's header.
//!
//! A table goes on from block to block: row numbers and sort order run through all blocks of a kind.

use std::fmt::Debug;
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::codec;
use super::column::{Column, ColumnRef, StringColumn};
use crate::copies::Signature;
use crate::segment::Section;

/// A writer should end a block once its payload has this many bytes: 2 MiB.
const FULL_BLOCK: usize = 2 << 20;

/// Columns that make one kind of block in a `.dln` file.
pub trait Block: Serialize + DeserializeOwned {
    /// The number of the kind, never reused.
    const KIND: u32;
    /// The name of the kind in the file's header.
    const NAME: &'static str;
    /// Name and type of each column in the order of the payload, e.g. `document:u32`.
    const COLUMNS: &'static [&'static str];

    /// Bytes that each row takes in a payload, unless there are texts.
    const ROW_LEN: Option<usize>;

    /// Number of rows.
    fn rows(&self) -> usize;

    /// Appends some rows of another block.
    ///
    /// # Panics
    ///
    /// If it has no such rows.
    fn append(&mut self, from: &Self, rows: Range<usize>);

    /// Bytes of the payload before compression.
    fn raw_len(&self) -> usize;

    /// Checks what every reader may rely on: columns of equal length, offsets that cut the text, the promised order.
    ///
    /// # Errors
    ///
    /// In words, with the first row that breaks a promise.
    ///
    /// # Complexity
    ///
    /// One pass over the rows.
    fn validate(&self) -> Result<(), String>;

    /// The columns, in the order of [`COLUMNS`](Self::COLUMNS).
    fn columns(&self) -> Vec<ColumnRef<'_>>;

    /// Reads the columns of a decompressed payload, which are not [valid](Self::validate) yet.
    ///
    /// # Errors
    ///
    /// In words, if the payload is not exactly the columns.
    fn decode(payload: &[u8]) -> Result<Self, String>;

    /// Keeps the rows whose flag is set; rows without a flag go.
    fn retain(&mut self, keep: &[bool]);

    /// Whether it is time to write this block and begin the next; a function of the rows alone, so that the same rows
    /// always fall into the same blocks.
    fn is_full(&self) -> bool {
        self.raw_len() >= FULL_BLOCK
    }

    /// Appends the rows of another block from number `first` on, at least one, until this one is full; returns how many.
    ///
    /// # Panics
    ///
    /// If it has no row of that number.
    fn append_until_full(&mut self, from: &Self, first: usize) -> usize {
        let left = from.rows() - first;
        let n = Self::ROW_LEN.map_or(1, |length| FULL_BLOCK.saturating_sub(self.raw_len()).div_ceil(length));
        let n = n.clamp(1, left);
        self.append(from, first..first + n);
        n
    }
}

macro_rules! width {
    (str) => {
        None
    };
    ($number:tt) => {
        Some(size_of::<$number>())
    };
}

const fn sum(widths: &[Option<usize>]) -> Option<usize> {
    let (mut sum, mut at) = (0, 0);
    while at < widths.len() {
        match widths[at] {
            Some(width) => sum += width,
            None => return None,
        }
        at += 1;
    }
    Some(sum)
}

macro_rules! column {
    (str) => { StringColumn };
    ($number:tt) => { Vec<$number> };
}

/// Writes, for each kind, the struct of columns, the struct of one row, and what turns one into the other.
macro_rules! blocks {
    ($(
        $(#[$doc:meta])*
        $rows:ident of $row:ident $(<$life:lifetime>)? = $kind:literal $name:literal {
            $( $(#[$column_doc:meta])* $column:ident: $type:tt as $item:ty, )+
        }
    )+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
            pub struct $rows {
                $( $(#[$column_doc])* pub $column: column!($type), )+
            }

            #[doc = concat!("One row of [`", stringify!($rows), "`].")]
            #[derive(Debug, Clone, Copy, PartialEq, Default)]
            pub struct $row $(<$life>)? {
                $( $(#[$column_doc])* pub $column: $item, )+
            }

            impl $rows {
                /// Appends a row.
                pub fn push $(<$life>)? (&mut self, row: $row $(<$life>)?) {
                    $( self.$column.append_item(row.$column); )+
                }

                /// Row number `index` of this block.
                ///
                /// # Panics
                ///
                /// If there is no such row.
                #[must_use]
                pub fn row $(<$life>)? (& $($life)? self, index: usize) -> $row $(<$life>)? {
                    $row { $( $column: self.$column.at(index), )+ }
                }

                /// The rows in order.
                pub fn iter $(<$life>)? (& $($life)? self) -> impl ExactSizeIterator<Item = $row $(<$life>)?> {
                    (0..self.rows()).map(|index| self.row(index))
                }

                /// Forgets the rows and keeps the memory, for the next block.
                pub fn clear(&mut self) {
                    $( self.$column.reset(); )+
                }
            }

            impl Block for $rows {
                const KIND: u32 = $kind;
                const NAME: &'static str = $name;
                const COLUMNS: &'static [&'static str] =
                    &[$( concat!(stringify!($column), ":", stringify!($type)), )+];

                const ROW_LEN: Option<usize> = sum(&[$( width!($type), )+]);

                fn append(&mut self, from: &Self, rows: Range<usize>) {
                    $( self.$column.append_rows(&from.$column, rows.clone()); )+
                }

                fn rows(&self) -> usize {
                    let lengths = [$( self.$column.n_rows(), )+];
                    lengths[0]
                }

                fn raw_len(&self) -> usize {
                    0 $( + self.$column.raw_len() )+
                }

                fn columns(&self) -> Vec<ColumnRef<'_>> {
                    vec![$( Column::as_ref(&self.$column), )+]
                }

                fn decode(payload: &[u8]) -> Result<Self, String> {
                    let mut decoder = codec::ColumnDecoder::new(payload);
                    let rows = Self { $( $column: Column::decode(&mut decoder)?, )+ };
                    decoder.finish().map(|()| rows)
                }

                fn retain(&mut self, keep: &[bool]) {
                    $( Column::retain(&mut self.$column, keep); )+
                }

                fn validate(&self) -> Result<(), String> {
                    let rows = self.rows();
                    $(
                        self.$column.check().map_err(|fault| format!("column {}: {fault}", stringify!($column)))?;
                        if self.$column.n_rows() != rows {
                            let (name, n_rows) = (stringify!($column), self.$column.n_rows());
                            return Err(format!("column {name} has {n_rows} rows, the first column {rows}"));
                        }
                    )+
                    self.check_rows()
                }
            }
        )+

        /// The kind of block with this number, if this version knows it.
        pub(super) fn known_kind(kind: u32) -> Option<KnownKind> {
            match kind {
                $( $kind => Some(KnownKind::of::<$rows>()), )+
                _ => None,
            }
        }
    };
}

blocks! {
    /// The entities found in a run. An entity's id everywhere else in the run is its row number here.
    EntityRows of EntityRow<'a> = 1 "entities" {
        /// External id from the gazetteer.
        id: str as &'a str,
        /// Canonical name.
        name: str as &'a str,
        /// Kind, dotted from the general to the special: `place.city`.
        kind: str as &'a str,
        /// ISO 3166-1 alpha-2 code; empty if unknown.
        country: str as &'a str,
        /// External id of the entity that this one is part of: a city's province, an office's government; empty if unknown.
        parent: str as &'a str,
        /// Item of Wikidata, e.g. `Q142`; empty if unknown.
        wikidata: str as &'a str,
        /// Inhabitants; 0 if unknown.
        population: u64 as u64,
        /// Degrees north; NaN if unknown.
        latitude: f64 as f64,
        /// Degrees east; NaN if unknown.
        longitude: f64 as f64,
        /// Mentions in all documents.
        mentions: u64 as u64,
        /// Documents with at least one mention.
        documents: u32 as u32,
    }

    /// The documents counted in a run, in canonical order: input path, then record. A document's index everywhere else in
    /// the run is its row number here.
    DocumentRows of DocumentRow<'a> = 2 "documents" {
        /// External id.
        id: str as &'a str,
        /// Publication date as delivered; empty if there is none.
        date: str as &'a str,
        /// Publication day, in days since 1970-01-01; `i32::MIN` if unknown.
        day: i32 as i32,
        /// Publisher or site as delivered; empty if there is none.
        source: str as &'a str,
        /// ISO 639-1 code of the language; empty if unknown.
        language: str as &'a str,
        /// Row of the input file in the manifest's inputs.
        file: u32 as u32,
        /// Where the record begins, in bytes of the decompressed file.
        offset: u64 as u64,
        /// Length of the record in bytes.
        length: u64 as u64,
        /// Characters of title and text.
        characters: u32 as u32,
        /// Words of title and text ([`Positions`](crate::text::Positions)).
        words: u32 as u32,
        /// Paragraphs; the title is one.
        paragraphs: u32 as u32,
        /// Sentences; the title is one.
        sentences: u32 as u32,
        /// Mentions of entities.
        mentions: u32 as u32,
        /// What is odd about it, one bit each ([`DocumentNote`]).
        notes: u32 as u32,
    }

    /// The document × entity matrix as triplets, sorted by document, then entity.
    CountRows of CountRow = 3 "counts" {
        /// Row of the document.
        document: u32 as u32,
        /// Row of the entity.
        entity: u32 as u32,
        /// Mentions of the entity in the document; at least 1.
        count: u32 as u32,
    }

    /// The upper triangle of the entity × entity matrix as triplets, sorted by `a`, then `b`.
    PairRows of PairRow = 4 "pairs" {
        /// Row of the first entity; less than `b`.
        a: u32 as u32,
        /// Row of the second entity.
        b: u32 as u32,
        /// Contexts that mention both; at least 1.
        joint: u32 as u32,
    }

    /// The sums beside the entity × entity matrix, sorted by entity.
    MarginalRows of MarginalRow = 5 "marginals" {
        /// Row of the entity.
        entity: u32 as u32,
        /// Contexts that mention it (its document frequency, if contexts are documents); at least 1.
        contexts: u32 as u32,
    }

    /// Every mention with its place, sorted by document, part and start.
    MentionRows of MentionRow = 6 "mentions" {
        /// Row of the document.
        document: u32 as u32,
        /// 0 in the title, 1 in the text.
        part: u32 as u32,
        /// Where the mention begins: bytes from the start of the part.
        start: u32 as u32,
        /// Where it ends (exclusive): bytes from the start of the part.
        end: u32 as u32,
        /// Where it begins, in characters.
        start_char: u32 as u32,
        /// Where it ends (exclusive), in characters.
        end_char: u32 as u32,
        /// The part of the article: 0 headline, 1 dateline, 2 byline, 3 lede, 4 body, 5 furniture.
        section: u32 as u32,
        /// The paragraph that it begins in, from 0; the title is the first.
        paragraph: u32 as u32,
        /// The sentence that it begins in, from 0, counted through the document; the title is the first.
        sentence: u32 as u32,
        /// The word that it begins in, from 0, counted through the document.
        word: u32 as u32,
        /// Row of the entity.
        entity: u32 as u32,
    }

    /// The values of the fields that were kept, in the order of their first use.
    FieldValueRows of FieldValueRow<'a> = 7 "field-values" {
        /// Row of the field in the manifest's `settings.input.keep`.
        field: u32 as u32,
        /// The value as delivered; never empty.
        value: str as &'a str,
    }

    /// Which document has which value of which field, sorted by document, then field.
    FieldRows of FieldRow = 8 "fields" {
        /// Row of the document.
        document: u32 as u32,
        /// Row of the field in the manifest's `settings.input.keep`.
        field: u32 as u32,
        /// Row of the value.
        value: u32 as u32,
    }

    /// The [`Signature`] of each document, in their order: by it copies of an article are recognised.
    SignatureRows of SignatureRow = 9 "signatures" {
        /// Hash of title and text as delivered ([`Signature::content`]).
        content: u64 as u64,
        /// Bytes 0 to 7 of its samples.
        samples0: u64 as u64,
        /// Bytes 8 to 15 of its samples.
        samples1: u64 as u64,
        /// Bytes 16 to 23 of its samples.
        samples2: u64 as u64,
        /// Bytes 24 to 31 of its samples.
        samples3: u64 as u64,
        /// Bytes 32 to 39 of its samples.
        samples4: u64 as u64,
        /// Bytes 40 to 47 of its samples.
        samples5: u64 as u64,
        /// Bytes 48 to 55 of its samples.
        samples6: u64 as u64,
        /// Bytes 56 to 63 of its samples.
        samples7: u64 as u64,
    }
}

impl From<Signature> for SignatureRow {
    fn from(signature: Signature) -> Self {
        let [samples0, samples1, samples2, samples3, samples4, samples5, samples6, samples7] = signature.to_words();
        let content = signature.content;
        Self { content, samples0, samples1, samples2, samples3, samples4, samples5, samples6, samples7 }
    }
}

impl From<SignatureRow> for Signature {
    fn from(row: SignatureRow) -> Self {
        let SignatureRow { content, samples0, samples1, samples2, samples3, samples4, samples5, samples6, samples7 } =
            row;
        Self::from_words(content, [samples0, samples1, samples2, samples3, samples4, samples5, samples6, samples7])
    }
}

/// What may be odd about a document that is counted nevertheless: a bit of [`DocumentRow::notes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentNote {
    /// It holds HTML or XML markup.
    Markup,
    /// Half a surrogate pair in it, or bytes that are no characters of its encoding, became U+FFFD.
    Replaced,
    /// It is long enough for its language to be judged.
    LanguageJudged,
    /// It was judged, and is not in English.
    NotEnglish,
    /// It is a whole text file, in which a separator of articles was looked for in vain.
    Undivided,
}

impl DocumentNote {
    /// All notes, in the order of their bits.
    pub const ALL: [Self; 5] = [Self::Markup, Self::Replaced, Self::LanguageJudged, Self::NotEnglish, Self::Undivided];

    /// The bit: 1, 2, 4, 8 or 16.
    #[must_use]
    pub fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Whether it is among the bits.
    #[must_use]
    pub fn is_in(self, notes: u32) -> bool {
        notes & self.bit() != 0
    }
}

impl EntityRows {
    fn check_rows(&self) -> Result<(), String> {
        for (row, entity) in self.iter().enumerate() {
            let (latitude, longitude) = (entity.latitude, entity.longitude);
            let known = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
            let unknown = latitude.is_nan() && longitude.is_nan();
            if !known && !unknown {
                return Err(format!("row {row}: coordinates {latitude}, {longitude} are not on the globe"));
            }
            if u64::from(entity.documents) > entity.mentions {
                return Err(format!("row {row}: {} mentions in {} documents", entity.mentions, entity.documents));
            }
        }
        Ok(())
    }
}

impl DocumentRows {
    fn check_rows(&self) -> Result<(), String> {
        match self.file.windows(2).position(|files| files[0] > files[1]) {
            Some(row) => Err(format!("row {}: out of order, an earlier row is of a later file", row + 1)),
            None => Ok(()),
        }
    }
}

impl CountRows {
    fn check_rows(&self) -> Result<(), String> {
        strictly_ascending(self.iter().map(|row| (row.document, row.entity)))?;
        at_least_one("count", &self.count)
    }
}

impl PairRows {
    fn check_rows(&self) -> Result<(), String> {
        if let Some(row) = self.iter().position(|row| row.a >= row.b) {
            return Err(format!("row {row}: pair ({}, {}) is not above the diagonal", self.a[row], self.b[row]));
        }
        strictly_ascending(self.iter().map(|row| (row.a, row.b)))?;
        at_least_one("joint", &self.joint)
    }
}

impl MarginalRows {
    fn check_rows(&self) -> Result<(), String> {
        strictly_ascending(self.entity.iter().copied())?;
        at_least_one("contexts", &self.contexts)
    }
}

impl MentionRows {
    fn check_rows(&self) -> Result<(), String> {
        let mut last = None;
        for (row, mention) in self.iter().enumerate() {
            let MentionRow { part, start, end, start_char, end_char, section, .. } = mention;
            if part > 1 {
                return Err(format!("row {row}: part {part} is neither 0 (title) nor 1 (text)"));
            }
            if start >= end || start_char >= end_char || start_char > start || end_char - start_char > end - start {
                return Err(format!("row {row}: bytes {start}..{end} cannot be characters {start_char}..{end_char}"));
            }
            if section as usize >= Section::ALL.len() {
                return Err(format!("row {row}: there is no section {section}"));
            }
            let key = (mention.document, part, start);
            match last.replace(key) {
                Some(last) if last > key => return Err(format!("row {row}: out of order, {key:?} after {last:?}")),
                _ => {}
            }
        }
        Ok(())
    }
}

impl FieldValueRows {
    fn check_rows(&self) -> Result<(), String> {
        match self.iter().position(|row| row.value.is_empty()) {
            Some(row) => Err(format!("row {row}: the value is empty")),
            None => Ok(()),
        }
    }
}

impl FieldRows {
    fn check_rows(&self) -> Result<(), String> {
        strictly_ascending(self.iter().map(|row| (row.document, row.field)))
    }
}

impl SignatureRows {
    /// Any bytes are a signature.
    fn check_rows(&self) -> Result<(), String> {
        Ok(())
    }
}

/// A kind of block this version knows, for code that meets kinds by number.
pub(super) struct KnownKind {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
    /// Decodes and validates a payload and tells its rows.
    pub(super) check: fn(&[u8]) -> Result<usize, String>,
}

impl KnownKind {
    fn of<B: Block>() -> Self {
        Self { name: B::NAME, columns: B::COLUMNS, check: |payload| Ok(read_payload::<B>(payload)?.rows()) }
    }
}

/// The payload of a block, for files that only the program that writes them reads.
pub(crate) fn payload_of<B: Block>(rows: &B) -> Vec<u8> {
    codec::encode_columns(&rows.columns())
}

/// The rows in a payload, decoded and validated.
pub(super) fn read_payload<B: Block>(payload: &[u8]) -> Result<B, String> {
    let rows = B::decode(payload)?;
    rows.validate()?;
    Ok(rows)
}

fn strictly_ascending<K: PartialOrd + Debug>(keys: impl Iterator<Item = K>) -> Result<(), String> {
    let mut last: Option<K> = None;
    for (row, key) in keys.enumerate() {
        if let Some(last) = last.filter(|last| *last >= key) {
            return Err(format!("row {row}: out of order, {key:?} after {last:?}"));
        }
        last = Some(key);
    }
    Ok(())
}

fn at_least_one(column: &str, numbers: &[u32]) -> Result<(), String> {
    match numbers.iter().position(|&number| number == 0) {
        Some(row) => Err(format!("row {row}: {column} is 0")),
        None => Ok(()),
    }
}
