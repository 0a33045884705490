//! Ids as IRIs and back, for SKOS.

use std::fmt::Write as _;

/// The beginning of the IRIs of ids that are not IRIs themselves.
const PREFIX: &str = "urn:dateline:";

/// The IRI of an id: the id itself if it is an HTTP address, else a URN with percent-encoding.
pub(super) fn of_id(id: &str) -> String {
    if (id.starts_with("http://") || id.starts_with("https://")) && oxrdf::NamedNode::new(id).is_ok() {
        return id.to_owned();
    }
    let mut iri = PREFIX.to_owned();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/@!$&'()*+,;=".contains(&byte) {
            iri.push(char::from(byte));
        } else {
            let _ = write!(iri, "%{byte:02X}");
        }
    }
    iri
}

/// The id that [`of_id`] turned into this IRI.
pub(super) fn to_id(iri: &str) -> String {
    let Some(encoded) = iri.strip_prefix(PREFIX) else { return iri.to_owned() };
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| iri.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_survive(id in prop_oneof![".{1,8}", "[a-z:/%2 ]{1,8}", "https?://[a-z]{1,4}/[ a-z%<]{0,3}"]) {
            let iri = of_id(&id);
            prop_assert!(oxrdf::NamedNode::new(&iri).is_ok(), "{iri}");
            prop_assert_eq!(to_id(&iri), id);
        }
    }
}
