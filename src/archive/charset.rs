//! Bytes into characters, for content that may be in another encoding than UTF-8.
//!
//! A declaration counts (of the transfer, a byte order mark, or the page itself), but UTF-8 goes before all: text in another
//! encoding is practically never valid UTF-8 by chance, and declarations are often wrong. Without a declaration the encoding is
//! detected from the bytes as browsers do (chardetng).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// The characters of `bytes`, and how many could not be decoded and became U+FFFD.
///
/// `declared` are labels as in `charset=…`, the surest first; unknown ones are passed over.
pub(super) fn decode<'a>(bytes: &'a [u8], declared: &[&[u8]]) -> (Cow<'a, str>, usize) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return with(encoding, &bytes[length..]);
    }
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return (Cow::Borrowed(text), 0);
    }
    let by_label = declared.iter().filter_map(|label| Encoding::for_label(label)).find(|encoding| *encoding != UTF_8);
    match by_label {
        Some(encoding) => with(encoding, bytes),
        // One damaged character in a long UTF-8 text does not make it Latin.
        None if is_mostly_utf8(bytes) => with(UTF_8, bytes),
        None => with(detect(bytes), bytes),
    }
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> (Cow<'a, str>, usize) {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let replaced = if had_errors { text.matches('\u{FFFD}').count() } else { 0 };
    (text, replaced)
}

/// Whether nearly all characters beyond ASCII are valid UTF-8.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > 20 * invalid
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    /// Bytes that are looked at: enough for any encoding to show itself.
    const SAMPLE: usize = 64 << 10;
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(SAMPLE)], true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], declared: &[&[u8]], expected: &str, replaced: usize) {
        assert_eq!(decode(bytes, declared), (Cow::Borrowed(expected), replaced));
    }

    #[test]
    fn declarations_marks_and_detection() {
        check("Zürich".as_bytes(), &[b"iso-8859-1"], "Zürich", 0);
        check(b"Z\xfcrich", &[b"iso-8859-1"], "Zürich", 0);
        check(b"Z\xfcrich", &[b"utf-8", b"nonsense", b"windows-1252"], "Zürich", 0);
        check(b"\xff\xfeP\0a\0", &[], "Pa", 0);
        check(b"\xef\xbb\xbfPa", &[b"latin1"], "Pa", 0);
        check(
            b"Der Fluss in Z\xfcrich f\xfchrt sch\xf6nes Wasser.",
            &[],
            "Der Fluss in Zürich führt schönes Wasser.",
            0,
        );
        let mut cut = "São Paulo e Brasília são cidades. ".repeat(20).into_bytes();
        cut.push(0xc3);
        let (text, replaced) = decode(&cut, &[]);
        assert!(text.starts_with("São Paulo") && replaced == 1, "{text}");
    }
}
