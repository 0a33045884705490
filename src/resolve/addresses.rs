//! Names inside web and e-mail addresses, file paths, handles and hashtags: those are labels, not prose.

use super::facts::Class;
use super::scene::{Look, Site};
use crate::span::Span;

/// Characters that join the pieces of an address. A name in prose has one beside it, too ("Israel/Gaza", "London-based"): they
/// only say that the whole token must be read.
fn joins_address(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\' | b'@' | b'#' | b'.' | b'_' | b'-' | b'=' | b'&' | b'?' | b'%' | b'~' | b'+' | b':')
}

/// Whether a character that joins addresses is right before or after the name.
pub(super) fn may_be_in_address(site: &Site<'_>) -> bool {
    let bytes = site.text.as_bytes();
    let before = site.span.start.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(site.span.end).copied();
    // A period or colon after a name, and then a blank, is the usual end of a sentence or clause.
    let goes_on = || bytes.get(site.span.end + 1).is_some_and(|next| !next.is_ascii_whitespace());
    before.is_some_and(joins_address) || after.is_some_and(joins_address) && goes_on()
}

/// Whether the name is a piece of an address, a path, a handle or a hashtag.
pub(super) fn is_in_address(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    if !may_be_in_address(site) {
        return false;
    }
    let text = site.text;
    has_sign_of_address(text.as_bytes(), site.span) && is_piece_of_address(text, site.span, look.alias.class)
}

/// Like [`is_in_address`], without the quick exclusions: reads the whole token.
fn is_piece_of_address(text: &str, span: Span, class: Class) -> bool {
    let token = token_around(text, span.start, span.end);
    let before = &text[token.start..span.start];
    if before.starts_with('#') || before.starts_with('@') {
        return true;
    }
    let whole = &text[token.clone()];
    if is_address(whole) || is_path(whole) {
        return true;
    }
    // "Amazon.com" is the firm's own name; "Paris.com" is not the town.
    is_host(whole) && class != Class::Organisation && token.end > span.end
}

/// Whether the token that holds a span has one of the punctuation marks that every address has. Most tokens, such as
/// "London-based", have none. Blanks of other scripts are not recognised, so a token may be taken for longer than it is.
fn has_sign_of_address(bytes: &[u8], span: Span) -> bool {
    let goes_on = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(**byte, b'<' | b'>' | b'"' | b'(' | b')');
    let is_sign = |byte: &u8| matches!(byte, b'/' | b'\\' | b'@' | b'#' | b'.' | b':');
    // A character has up to four bytes, of which the first is within reach.
    const REACH: usize = LONGEST_TOKEN + 4;
    bytes[..span.start].iter().rev().take(REACH).take_while(goes_on).any(is_sign)
        || bytes[span.start..].iter().take(span.len()).any(is_sign)
        || bytes[span.end..].iter().take(REACH).take_while(goes_on).any(is_sign)
}

/// The longest token that is read: addresses may have long queries, and a text without blanks is not one.
const LONGEST_TOKEN: usize = 400;

/// The token without blanks that holds a span, and without the brackets, quotes and punctuation around it.
fn token_around(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let closes = |c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”' | '(' | ')' | '[' | ']' | '{' | '}' | '|')
    };
    let mut first = start;
    for (at, c) in text[..start].char_indices().rev() {
        if closes(c) || start - at > LONGEST_TOKEN {
            break;
        }
        first = at;
    }
    let mut last = end;
    for (at, c) in text[end..].char_indices() {
        if closes(c) || at > LONGEST_TOKEN {
            break;
        }
        last = end + at + c.len_utf8();
    }
    let head = text[first..start].trim_start_matches(['\'', '‘', ',', ';', '*']);
    // "Source: Wire/www.example.org": another address begins there.
    let tail = &text[end..last];
    let next = memchr::memchr2_iter(b'w', b'h', tail.as_bytes()).find(|at| {
        ["www.", "http://", "https://"].iter().any(|start| tail.as_bytes()[*at..].starts_with(start.as_bytes()))
    });
    let tail = next.map_or(tail, |next| tail[..next].trim_end_matches('/'));
    let tail = tail.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '*']);
    start - head.len()..end + tail.len()
}

/// A scheme, `www.` or the sign of an e-mail address.
fn is_address(token: &str) -> bool {
    let scheme = || {
        token.find("://").is_some_and(|at| {
            let scheme = &token[..at];
            let start = scheme.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
            !scheme[start..].is_empty()
        })
    };
    let www = || token.len() > 4 && token.is_char_boundary(4) && token[..4].eq_ignore_ascii_case("www.");
    let mail = || {
        token.split_once('@').is_some_and(|(user, host)| {
            let host = host.strip_prefix('@').unwrap_or(host);
            !user.is_empty() && host.starts_with(|c: char| c.is_alphanumeric())
        })
    };
    let to = || token.starts_with("mailto:");
    scheme() || www() || mail() || to() || token.split_once('/').is_some_and(|(host, _)| is_host(host))
}

/// Endings of hosts: the generic ones, and those of countries that are seldom an ordinary word after a full stop.
const ENDINGS: [&str; 44] = [
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "io", "example", "test", "news", "online", "site",
    "app", "dev", "tv", "uk", "de", "fr", "es", "it", "nl", "ru", "cn", "jp", "in", "au", "ca", "br", "mx", "za", "ke",
    "ng", "eu", "ch", "se", "pl", "ie", "nz", "kr", "tr", "us",
];

/// "news.example.org", "Paris.com": labels joined by periods, and a known ending in lower case.
fn is_host(token: &str) -> bool {
    let host = token.split_once(':').map_or(token, |(host, _)| host);
    let Some((labels, ending)) = host.rsplit_once('.') else { return false };
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    ENDINGS.contains(&ending) && labels.split('.').all(is_label)
}

/// "/home/Paris/x", "~/Paris", "C:\Paris", "data/Paris.csv".
fn is_path(token: &str) -> bool {
    let bytes = token.as_bytes();
    if bytes.contains(&b'\\') {
        let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'\\';
        let pieces = token.split('\\').filter(|piece| !piece.is_empty()).count();
        return drive
            || token.starts_with("\\\\")
            || token.starts_with(".\\")
            || pieces > 2
            || ends_with_extension(token, '\\');
    }
    if !bytes.contains(&b'/') {
        return false;
    }
    let root = ["/", "~/", "./", "../", "$"].iter().find_map(|root| token.strip_prefix(root));
    let drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'/';
    // "/Paris" alone, and "/Paris and Lyon/", are not enough.
    root.is_some_and(|rest| rest.trim_end_matches('/').contains('/') || rest.ends_with('/') || !token.starts_with('/'))
        || drive
        || ends_with_extension(token, '/')
}

/// Whether the last piece of a path is a file name: "Paris.csv".
fn ends_with_extension(token: &str, separator: char) -> bool {
    let Some((_, file)) = token.rsplit_once(separator) else { return false };
    let Some((stem, extension)) = file.rsplit_once('.') else { return false };
    let plausible = (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && extension.bytes().any(|byte| byte.is_ascii_lowercase());
    !stem.is_empty() && plausible
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, expected: bool) {
        let start = text.find(name).unwrap();
        let token = &text[token_around(text, start, start + name.len())];
        assert_eq!(is_address(token) || is_path(token) || is_host(token), expected, "{text}: {token}");
    }

    #[test]
    fn no_address_is_without_a_sign() {
        let pieces = [
            "/", "\\", "@", "#", ".", ":", "-", "www.", "http://", "com", "a", "É", " ", "\u{a0}", "(", "“", "mailto:",
            "~",
        ];
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            pieces[(state >> 33) as usize % pieces.len()]
        };
        let mut n_without = 0;
        for _ in 0..100_000 {
            let (before, after) = ([next(), next(), next()].concat(), [next(), next(), next()].concat());
            let text = format!("{before}Paris{after}");
            let span = Span::new(before.len(), before.len() + "Paris".len());
            let has_sign = has_sign_of_address(text.as_bytes(), span);
            n_without += usize::from(!has_sign);
            assert!(has_sign || !is_piece_of_address(&text, span, Class::Place), "{text}");
        }
        assert!(n_without > 100, "{n_without}");
    }

    #[test]
    fn addresses_and_paths() {
        for (text, name) in [
            ("See http://news.example/Asia/Japan/index.html for more.", "Japan"),
            ("see www.Paris-guide.example.", "Paris"),
            ("(example.org/Asia-news)", "Asia"),
            ("write to Paris.desk@news.example, please", "Paris"),
            ("write to desk@Paris.example", "Paris"),
            ("saved in /home/Paris/x", "Paris"),
            ("saved in C:\\Paris\\x.txt", "Paris"),
            ("saved in C:\\Paris", "Paris"),
            ("saved in data/Paris.csv.", "Paris"),
            ("ftp://Kenya", "Kenya"),
            ("on Paris.com today", "Paris"),
        ] {
            check(text, name, true);
        }
        for (text, name) in [
            ("LONDON/PARIS (Wire) - x", "PARIS"),
            ("the Israel/Gaza border", "Israel"),
            ("a London-based firm", "London"),
            ("from Kenya.It rained", "Kenya"),
            ("rain in Kenya/Uganda.", "Kenya"),
            ("U.S./Canada trade", "Canada"),
            ("Source: Kenya/www.example.org", "Kenya"),
            ("and/or Kenya", "Kenya"),
        ] {
            check(text, name, false);
        }
    }
}
