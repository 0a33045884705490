//! The byte codec of block payloads, and the only file that names it.
//!
//! bincode 2.0.1 with `config::legacy()`: little-endian, integers of fixed width, a `u64` count before every sequence and
//! string, nothing between the fields of a struct. There is exactly one encoding of a value, so the same rows give the same
//! bytes. Two other implementations (bincode 1.3.3 `serialize` and wincode's default) give the same bytes too; tests hold
//! all three together, so that a successor touches this file alone.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use bincode::de::read::{BorrowReader, SliceReader};
use bincode::de::{BorrowDecoder, Decode, DecoderImpl};
use bincode::enc::write::Writer;
use bincode::enc::{Encode, Encoder};
use bincode::error::EncodeError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::column::{ColumnRef, ColumnSource};

/// Most bytes one payload may hold once decompressed: 256 MiB.
pub(crate) const MAX_PAYLOAD: usize = 256 << 20;

const CONFIG: Configuration<LittleEndian, Fixint, Limit<MAX_PAYLOAD>> =
    bincode::config::legacy().with_limit::<MAX_PAYLOAD>();

/// The bytes of `value`, which must be flat columns: no enums, options, maps or zero-sized types.
///
/// # Panics
///
/// If the type's `Serialize` fails, which columns of numbers and strings cannot.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    bincode::serde::encode_to_vec(value, CONFIG).expect("columns of numbers and strings always encode")
}

/// The same bytes as [`encode`] gives for a struct of these columns, but numbers are copied many at a time.
pub(crate) fn encode_columns(columns: &[ColumnRef<'_>]) -> Vec<u8> {
    struct Columns<'c>(&'c [ColumnRef<'c>]);

    impl Encode for Columns<'_> {
        fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
            self.0.iter().try_for_each(|column| column.encode(encoder))
        }
    }

    bincode::encode_to_vec(Columns(columns), CONFIG).expect("columns of numbers and strings always encode")
}

impl Encode for ColumnRef<'_> {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        match self {
            Self::U32(numbers) => encode_numbers(encoder, numbers, u32::to_le_bytes),
            Self::U64(numbers) => encode_numbers(encoder, numbers, u64::to_le_bytes),
            Self::I32(numbers) => encode_numbers(encoder, numbers, i32::to_le_bytes),
            Self::F64(numbers) => encode_numbers(encoder, numbers, f64::to_le_bytes),
            Self::Text(strings) => {
                encode_numbers(encoder, strings.offsets(), u32::to_le_bytes)?;
                strings.text().encode(encoder)
            }
        }
    }
}

fn encode_numbers<E: Encoder, T: Copy, const N: usize>(
    encoder: &mut E,
    numbers: &[T],
    to_bytes: impl Fn(T) -> [u8; N],
) -> Result<(), EncodeError> {
    const GROUP: usize = 512;
    (numbers.len() as u64).encode(encoder)?;
    let mut group = [[0; N]; GROUP];
    for numbers in numbers.chunks(GROUP) {
        group.iter_mut().zip(numbers).for_each(|(bytes, number)| *bytes = to_bytes(*number));
        encoder.writer().write(group[..numbers.len()].as_flattened())?;
    }
    Ok(())
}

/// The columns of a payload, one after the other: what [`decode`] gives for a struct of them, but numbers are copied many at a time.
///
/// A forged count is an error and allocates nothing: the bytes of a column are taken from the payload before they are copied.
pub(crate) struct ColumnDecoder<'p> {
    decoder: DecoderImpl<SliceReader<'p>, Configuration<LittleEndian, Fixint, Limit<MAX_PAYLOAD>>, ()>,
    left: usize,
    len: usize,
}

impl<'p> ColumnDecoder<'p> {
    pub(crate) fn new(payload: &'p [u8]) -> Self {
        let decoder = DecoderImpl::new(SliceReader::new(payload), CONFIG, ());
        Self { decoder, left: payload.len(), len: payload.len() }
    }

    /// The bytes of a count and as many values of `size` bytes.
    fn sequence(&mut self, size: usize) -> Result<&'p [u8], String> {
        let ends_early = |_| format!("a column goes on after the last of {} bytes", self.len);
        let count = u64::decode(&mut self.decoder).map_err(ends_early)?;
        self.left -= size_of::<u64>();
        let length = usize::try_from(count).ok().and_then(|count| count.checked_mul(size));
        let length = length.filter(|length| *length <= self.left);
        let length =
            length.ok_or_else(|| format!("a column claims {count} values, and {} bytes are left", self.left))?;
        let bytes = self.decoder.borrow_reader().take_bytes(length).map_err(|error| error.to_string())?;
        self.left -= length;
        Ok(bytes)
    }

    /// After the last column nothing may be left.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.left {
            0 => Ok(()),
            left => Err(format!("{left} of {} bytes are left over after the last column", self.len)),
        }
    }
}

impl ColumnSource for ColumnDecoder<'_> {
    fn numbers<T, const N: usize>(&mut self, from_bytes: impl Fn([u8; N]) -> T) -> Result<Vec<T>, String> {
        let bytes = self.sequence(N)?;
        Ok(bytes.as_chunks::<N>().0.iter().map(|bytes| from_bytes(*bytes)).collect())
    }

    fn text(&mut self) -> Result<String, String> {
        let text = std::str::from_utf8(self.sequence(1)?);
        text.map(str::to_owned).map_err(|error| format!("the text of a column is not UTF-8: {error}"))
    }
}

/// The value whose encoding is exactly `bytes`.
///
/// A forged count is an error and allocates nothing: numbers are read one by one, and strings are borrowed from `bytes`
/// before they are copied.
///
/// # Errors
///
/// In words, if the bytes end early, are not UTF-8 where text is expected, or go on after the value.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let (value, used) = bincode::serde::borrow_decode_from_slice(bytes, CONFIG).map_err(|error| error.to_string())?;
    match bytes.len() - used {
        0 => Ok(value),
        left => Err(format!("{left} of {} bytes are left over after the last column", bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::StringColumn;
    use super::*;

    #[test]
    fn one_value_has_one_encoding() {
        let bytes = encode(&(vec![1_u32, 2], "é"));
        assert_eq!(bytes, b"\x02\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0\x02\0\0\0\0\0\0\0\xc3\xa9");
        assert_eq!(decode::<(Vec<u32>, String)>(&bytes), Ok((vec![1, 2], "é".to_owned())));
    }

    #[test]
    fn columns_are_encoded_as_a_struct_of_them_is() {
        for rows in [0, 1, 511, 512, 513, 1500] {
            let small: Vec<u32> = (0..rows).map(|row| row * 77_777).collect();
            let signed: Vec<i32> = (0..rows).map(|row| -(row as i32)).collect();
            let large: Vec<u64> = (0..rows).map(|row| u64::from(row) << 33).collect();
            let floats: Vec<f64> = (0..rows).map(|row| f64::from(row) / 3.0).collect();
            let texts: StringColumn = (0..rows).map(|row| "é".repeat(row as usize % 3)).collect();
            let columns = [
                ColumnRef::U32(&small),
                ColumnRef::I32(&signed),
                ColumnRef::U64(&large),
                ColumnRef::F64(&floats),
                ColumnRef::Text(&texts),
            ];
            let bytes = encode_columns(&columns);
            assert_eq!(bytes, encode(&(&small, &signed, &large, &floats, &texts)), "{rows} rows");
            let mut decoder = ColumnDecoder::new(&bytes);
            assert_eq!(decoder.numbers(u32::from_le_bytes).unwrap(), small);
            assert_eq!(decoder.numbers(i32::from_le_bytes).unwrap(), signed);
            assert_eq!(decoder.numbers(u64::from_le_bytes).unwrap(), large);
            assert_eq!(decoder.numbers(f64::from_le_bytes).unwrap(), floats);
            assert_eq!(decoder.numbers(u32::from_le_bytes).unwrap(), texts.offsets());
            assert_eq!(decoder.text().unwrap(), texts.text());
            decoder.finish().unwrap();
        }
    }

    #[test]
    fn left_over_bytes_are_refused() {
        let mut bytes = encode(&vec![1_u64]);
        bytes.push(0);
        let mut decoder = ColumnDecoder::new(&bytes);
        assert_eq!(decoder.numbers(u64::from_le_bytes), Ok(vec![1]));
        assert_eq!(decoder.finish().unwrap_err(), "1 of 17 bytes are left over after the last column");
        assert_eq!(decode::<Vec<u64>>(&bytes).unwrap_err(), "1 of 17 bytes are left over after the last column");
    }

    #[test]
    fn forged_counts_are_refused() {
        for count in [3, 1 << 24, 1 << 33, 1 << 62, u64::MAX] {
            let mut bytes = count.to_le_bytes().to_vec();
            bytes.extend([0; 16]);
            assert!(decode::<Vec<u64>>(&bytes).is_err(), "{count} numbers");
            assert!(decode::<Vec<f64>>(&bytes).is_err(), "{count} floats");
            assert!(ColumnDecoder::new(&bytes).numbers(u64::from_le_bytes).is_err(), "{count} numbers of a column");
            assert!(ColumnDecoder::new(&bytes[..7]).text().is_err());
            bytes[16] = 0xFF;
            bytes[..8].copy_from_slice(&9_u64.to_le_bytes());
            assert!(ColumnDecoder::new(&bytes).text().is_err());
        }
    }
}
