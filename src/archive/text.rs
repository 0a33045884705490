//! A text file as one document, and what its bytes are if they are not UTF-8 text.

use std::str;

use super::parse::Fault;
use crate::diagnostics::RejectReason;

/// The text of a file, as it stands.
pub(super) fn parse(bytes: &[u8]) -> Result<&str, Fault> {
    if let Some(fault) = utf16(bytes).or_else(|| binary(bytes)) {
        return Err(fault);
    }
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let hint = match latin(bytes) {
            true => "; perhaps Latin-1 or Windows-1252: convert it with iconv -f WINDOWS-1252 -t UTF-8",
            false => "",
        };
        (RejectReason::InvalidUtf8, format!("not UTF-8: byte 0x{:02x} at byte {at}{hint}", bytes[at]))
    })
}

/// UTF-16 and UTF-32 by their byte order marks.
pub(super) fn utf16(bytes: &[u8]) -> Option<Fault> {
    let encoding = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => "UTF-32",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16",
        _ => return None,
    };
    let message = format!(
        "not UTF-8: the byte order mark at byte 0 is of {encoding}; convert it with iconv -f {encoding} -t UTF-8"
    );
    Some((RejectReason::InvalidUtf8, message))
}

/// NUL bytes do not occur in text.
pub(super) fn binary(bytes: &[u8]) -> Option<Fault> {
    let at = memchr::memchr(0, bytes)?;
    let hint = match alternating_nul(&bytes[..bytes.len().min(4096)]) {
        true => "perhaps UTF-16: convert it with iconv -f UTF-16LE -t UTF-8",
        false => "this is a binary file, not text",
    };
    Some((RejectReason::Binary, format!("NUL byte at byte {at}; {hint}")))
}

/// Most Latin letters are one byte and one NUL in UTF-16.
fn alternating_nul(bytes: &[u8]) -> bool {
    let nul = |first: usize| bytes.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (nul(0), nul(1));
    even.max(odd) * 4 > bytes.len() && even.min(odd) * 16 < even.max(odd)
}

/// Few bytes above ASCII, each alone between ASCII bytes, as accented letters are in the one-byte encodings.
fn latin(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(64 << 10)];
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let alone =
        bytes.chunk_by(|a, b| a.is_ascii() == b.is_ascii()).filter(|run| run.len() == 1 && !run[0].is_ascii()).count();
    high > 0 && high * 4 <= bytes.len() && alone * 4 >= high * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Result<&str, (RejectReason, &str)>) {
        match (parse(bytes), expected) {
            (Ok(text), Ok(expected)) => assert_eq!(text, expected),
            (Err((reason, message)), Err((expected, part))) => {
                assert_eq!(reason, expected, "{message}");
                assert!(message.contains(part), "{message}");
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn text_stays_as_it_is() {
        check(b"", Ok(""));
        check("\u{feff}Zürich\r\n".as_bytes(), Ok("\u{feff}Zürich\r\n"));
    }

    #[test]
    fn faults_name_the_byte_and_the_remedy() {
        check(b"abc\0", Err((RejectReason::Binary, "NUL byte at byte 3; this is a binary file")));
        check(b"a\0b\0c\0d\0", Err((RejectReason::Binary, "perhaps UTF-16")));
        check(b"\xff\xfea\0", Err((RejectReason::InvalidUtf8, "UTF-16")));
        check(b"in Z\xfcrich today", Err((RejectReason::InvalidUtf8, "0xfc at byte 4; perhaps Latin-1")));
        check(b"abc\xf0\x9f", Err((RejectReason::InvalidUtf8, "0xf0 at byte 3")));
    }
}
