//! Columns: the vectors that blocks are made of.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The columns of a payload, one after the other; the codec knows how.
pub(crate) trait ColumnSource {
    /// The next column, of numbers of `N` bytes.
    fn numbers<T, const N: usize>(&mut self, from_bytes: impl Fn([u8; N]) -> T) -> Result<Vec<T>, String>;

    /// The next text.
    fn text(&mut self) -> Result<String, String>;
}

/// Strings laid end to end in one text, with the offsets between them.
///
/// The layout is Arrow's: `offsets` begins with 0, holds one number more than there are strings, and string `i` is
/// `text[offsets[i]..offsets[i + 1]]`. Offsets count bytes, hence one column holds at most 4 GiB.
///
/// ```
/// use dateline::store::StringColumn;
/// let column: StringColumn = ["Genève", "", "Oslo"].into_iter().collect();
/// assert_eq!(column.offsets(), [0, 7, 7, 11]);
/// assert_eq!(column.get(2), "Oslo");
/// assert_eq!(column.iter().collect::<Vec<_>>(), ["Genève", "", "Oslo"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StringColumn {
    offsets: Vec<u32>,
    #[serde(deserialize_with = "copy_text")]
    text: String,
}

impl StringColumn {
    /// A column without strings.
    #[must_use]
    pub fn new() -> Self {
        Self { offsets: vec![0], text: String::new() }
    }

    /// Number of strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there are no strings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a string.
    ///
    /// # Panics
    ///
    /// If the column would grow beyond 4 GiB; a block is full long before ([`Block::is_full`](super::Block::is_full)).
    pub fn push(&mut self, string: &str) {
        self.text.push_str(string);
        self.offsets.push(u32::try_from(self.text.len()).expect("a string column holds at most 4 GiB"));
    }

    /// String number `row`.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        &self.text[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// The strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.offsets.windows(2).map(|ends| &self.text[ends[0] as usize..ends[1] as usize])
    }

    /// The offsets between the strings: 0 first, the length of [`text`](Self::text) last.
    #[must_use]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// All strings end to end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Default for StringColumn {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: AsRef<str>> FromIterator<S> for StringColumn {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut column = Self::new();
        for string in strings {
            column.push(string.as_ref());
        }
        column
    }
}

/// One column of a block, borrowed, for code that goes over the columns of any kind of block.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ColumnRef<'b> {
    /// Numbers of 32 bits.
    U32(&'b [u32]),
    /// Numbers of 64 bits.
    U64(&'b [u64]),
    /// Numbers of 32 bits with a sign.
    I32(&'b [i32]),
    /// Floating-point numbers.
    F64(&'b [f64]),
    /// Texts.
    Text(&'b StringColumn),
}

/// What blocks need of their columns, whatever their type.
pub(super) trait Column {
    /// What one row holds.
    type Item<'a>
    where
        Self: 'a;

    fn n_rows(&self) -> usize;

    fn append_item(&mut self, item: Self::Item<'_>);

    fn at(&self, row: usize) -> Self::Item<'_>;

    fn append_rows(&mut self, from: &Self, rows: Range<usize>);

    /// Forgets the rows and keeps the memory.
    fn reset(&mut self);

    fn as_ref(&self) -> ColumnRef<'_>;

    /// Keeps the rows whose flag is set.
    fn retain(&mut self, keep: &[bool]);

    /// Bytes of the column in a payload.
    fn raw_len(&self) -> usize;

    /// Reads the column from a payload.
    fn decode(payload: &mut impl ColumnSource) -> Result<Self, String>
    where
        Self: Sized;

    /// Whether indexing any row is safe.
    fn check(&self) -> Result<(), String>;
}

impl Column for StringColumn {
    type Item<'a> = &'a str;

    fn n_rows(&self) -> usize {
        self.len()
    }

    fn append_item(&mut self, item: &str) {
        self.push(item);
    }

    fn at(&self, row: usize) -> &str {
        self.get(row)
    }

    fn append_rows(&mut self, from: &Self, rows: Range<usize>) {
        rows.for_each(|row| self.push(from.get(row)));
    }

    fn reset(&mut self) {
        self.offsets.truncate(1);
        self.text.clear();
    }

    fn as_ref(&self) -> ColumnRef<'_> {
        ColumnRef::Text(self)
    }

    fn retain(&mut self, keep: &[bool]) {
        *self = self.iter().zip(keep).filter(|(_, keep)| **keep).map(|(string, _)| string).collect();
    }

    fn raw_len(&self) -> usize {
        8 + 4 * self.offsets.len() + 8 + self.text.len()
    }

    fn decode(payload: &mut impl ColumnSource) -> Result<Self, String> {
        Ok(Self { offsets: payload.numbers(u32::from_le_bytes)?, text: payload.text()? })
    }

    fn check(&self) -> Result<(), String> {
        if self.offsets.first() != Some(&0) {
            return Err("string offsets do not begin with 0".to_owned());
        }
        let length = self.text.len();
        for (row, ends) in self.offsets.windows(2).enumerate() {
            if ends[0] > ends[1] || ends[1] as usize > length {
                return Err(format!("row {row}: string offsets {}..{} in a text of {length} bytes", ends[0], ends[1]));
            }
            if !self.text.is_char_boundary(ends[1] as usize) {
                return Err(format!("row {row}: string offset {} is inside a character", ends[1]));
            }
        }
        match self.offsets.last() {
            Some(&last) if last as usize != length => {
                Err(format!("string offsets end at {last} in a text of {length} bytes"))
            }
            _ => Ok(()),
        }
    }
}

macro_rules! number_column {
    ($($number:ty, $variant:ident, $canonical:expr;)+) => {$(
        impl Column for Vec<$number> {
            type Item<'a> = $number;

            fn n_rows(&self) -> usize {
                self.len()
            }

            fn append_item(&mut self, item: $number) {
                let canonical: fn($number) -> $number = $canonical;
                self.push(canonical(item));
            }

            fn at(&self, row: usize) -> $number {
                self[row]
            }

            fn append_rows(&mut self, from: &Self, rows: Range<usize>) {
                self.extend_from_slice(&from[rows]);
            }

            fn reset(&mut self) {
                self.clear();
            }

            fn as_ref(&self) -> ColumnRef<'_> {
                ColumnRef::$variant(self)
            }

            fn retain(&mut self, keep: &[bool]) {
                let mut keep = keep.iter();
                Vec::retain(self, |_| keep.next().copied().unwrap_or(false));
            }

            fn raw_len(&self) -> usize {
                8 + size_of::<$number>() * self.len()
            }

            fn decode(payload: &mut impl ColumnSource) -> Result<Self, String> {
                payload.numbers(<$number>::from_le_bytes)
            }

            fn check(&self) -> Result<(), String> {
                Ok(())
            }
        }
    )+};
}

number_column! {
    u32, U32, |number| number;
    u64, U64, |number| number;
    i32, I32, |number| number;
    // "Not a number" has many bit patterns, "the same bytes every time" allows one. Adding zero turns -0 into 0.
    f64, F64, |number| if number.is_nan() { f64::NAN } else { number + 0.0 };
}

/// Reads a string by borrowing it first, so that a forged length is noticed before anything is allocated.
fn copy_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Copy;

    impl de::Visitor<'_> for Copy {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }

    deserializer.deserialize_str(Copy)
}

#[cfg(test)]
mod tests {
    use super::super::codec;
    use super::*;

    fn check(offsets: &[u32], text: &str, expected: Result<(), &str>) {
        let column = StringColumn { offsets: offsets.to_vec(), text: text.to_owned() };
        assert_eq!(column.check(), expected.map_err(str::to_owned), "{offsets:?} in {text:?}");
    }

    #[test]
    fn offsets_must_cut_the_text() {
        check(&[0], "", Ok(()));
        check(&[0, 2, 2, 6], "éOslo", Ok(()));
        check(&[], "", Err("string offsets do not begin with 0"));
        check(&[1, 2], "é", Err("string offsets do not begin with 0"));
        check(&[0, 1, 2], "é", Err("row 0: string offset 1 is inside a character"));
        check(&[0, 9], "Oslo", Err("row 0: string offsets 0..9 in a text of 4 bytes"));
        check(&[0, 3, 2, 4], "Oslo", Err("row 1: string offsets 3..2 in a text of 4 bytes"));
        check(&[0, 3], "Oslo", Err("string offsets end at 3 in a text of 4 bytes"));
        check(&[0], "Oslo", Err("string offsets end at 0 in a text of 4 bytes"));
    }

    #[test]
    fn forged_text_lengths_are_refused() {
        for length in [5_u64, 200 << 20, 1 << 33, u64::MAX] {
            let mut bytes = codec::encode(&vec![0_u32, 4]);
            bytes.extend(length.to_le_bytes());
            bytes.extend(b"Oslo");
            assert!(codec::decode::<StringColumn>(&bytes).is_err(), "{length} bytes of text");
        }
    }

    #[test]
    fn equal_numbers_have_equal_bytes() {
        let mut column: Vec<f64> = Vec::new();
        for number in [-f64::NAN, f64::from_bits(0x7ff0_0000_0000_0001), -0.0] {
            column.append_item(number);
        }
        assert_eq!(codec::encode(&column), codec::encode(&vec![f64::NAN, f64::NAN, 0.0]));
    }
}
