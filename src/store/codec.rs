//! The byte codec of block payloads, and the only file that names it.
//!
//! bincode 2.0.1 with `config::legacy()`: little-endian, integers of fixed width, a `u64` count before every sequence and
//! string, nothing between the fields of a struct. There is exactly one encoding of a value, so the same rows give the same
//! bytes. Two other implementations (bincode 1.3.3 `serialize` and wincode's default) give the same bytes too; tests hold
//! all three together, so that a successor touches this file alone.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::Serialize;
use serde::de::DeserializeOwned;

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
    use super::*;

    #[test]
    fn one_value_has_one_encoding() {
        let bytes = encode(&(vec![1_u32, 2], "é"));
        assert_eq!(bytes, b"\x02\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0\x02\0\0\0\0\0\0\0\xc3\xa9");
        assert_eq!(decode::<(Vec<u32>, String)>(&bytes), Ok((vec![1, 2], "é".to_owned())));
    }

    #[test]
    fn left_over_bytes_are_refused() {
        let mut bytes = encode(&vec![1_u64]);
        bytes.push(0);
        assert_eq!(decode::<Vec<u64>>(&bytes).unwrap_err(), "1 of 17 bytes are left over after the last column");
    }

    #[test]
    fn forged_counts_are_refused() {
        for count in [3, 1 << 24, 1 << 33, 1 << 62, u64::MAX] {
            let mut bytes = count.to_le_bytes().to_vec();
            bytes.extend([0; 16]);
            assert!(decode::<Vec<u64>>(&bytes).is_err(), "{count} numbers");
            assert!(decode::<Vec<f64>>(&bytes).is_err(), "{count} floats");
        }
    }
}
