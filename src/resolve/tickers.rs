//! Codes of shares, indexes and stories: `(RIO.L)`, `$EU`, `.DJI`, `NASDAQ: EU`, `<GE.N>`. What they spell is not a name.
//!
//! Only the characters beside a span are read: a code looks the same in any article. An exchange before the colon is not
//! part of the code, so it stays an organisation.

use super::cues::Cues;
use super::facts::Candidate;
use super::scene::{Look, Site};
use crate::span::Span;

/// Exchanges as they are written before a code, in capitals, sorted.
const EXCHANGES: [&str; 47] = [
    "AIM", "AMEX", "AMS", "ASX", "B3", "BIT", "BME", "BMV", "BSE", "BVMF", "CSE", "EBR", "EPA", "ETR", "EURONEXT",
    "FRA", "FSE", "FWB", "HEL", "HKEX", "HKG", "HKSE", "JSE", "KOSPI", "KRX", "LON", "LSE", "MCX", "MOEX", "NASDAQ",
    "NSE", "NYSE", "NZX", "OTC", "OTCBB", "OTCMKTS", "OTCQB", "OTCQX", "PINK", "SEHK", "SGX", "SIX", "SWX", "TSE",
    "TSX", "TSXV", "XETRA",
];

/// Suffixes of exchanges after the period of a code, sorted. Outside of brackets only these make one.
const SUFFIXES: [&str; 49] = [
    "AS", "AX", "BA", "BK", "BO", "BR", "CO", "DE", "F", "HE", "HK", "JK", "JO", "KL", "KQ", "KS", "L", "LM", "LS",
    "MC", "MI", "MX", "N", "NS", "NZ", "O", "OB", "OL", "OQ", "P", "PA", "PK", "PS", "QA", "SA", "SI", "SS", "ST",
    "SZ", "T", "TA", "TO", "TW", "TWO", "UL", "V", "VI", "VX", "WA",
];

/// Words before a code.
const ANNOUNCING: [&str; 8] = ["cusip", "isin", "ric", "sedol", "symbol", "symbols", "ticker", "wkn"];

/// The most bytes from an opening bracket to a code in it.
const LONGEST_BRACKET: usize = 100;

/// The longest code.
const LONGEST_CODE: usize = 12;

/// Whether the name at a site may be a code: the letters of most names exclude it.
pub(super) fn may_be_code(site: &Site<'_>) -> bool {
    let bytes = site.text.as_bytes();
    let before = &bytes[..site.span.start];
    // Nearly every name has a lower-case second letter and no currency sign before it.
    if bytes.get(site.span.start + 1).is_some_and(u8::is_ascii_lowercase) && site.span.len() > 1 {
        return before.last() == Some(&b'$') && is_code(site.text, site.span);
    }
    let capitals = bytes[site.span.start..site.span.end].iter().take(2).all(|byte| is_code_sign(*byte));
    if !capitals {
        return before.last() == Some(&b'$') && is_code(site.text, site.span);
    }
    opens_bracket(before) || is_code(site.text, site.span)
}

/// Whether the name is a code.
pub(super) fn is_ticker(look: &Look<'_, '_>) -> bool {
    look.site.cues.any(Cues::CODE) && (is_code(look.site.text, look.site.span) || is_code_of_firm(look))
}

/// Whether the span is, or belongs to, a code of a share, an index or a story.
fn is_code(text: &str, span: Span) -> bool {
    let bytes = text.as_bytes();
    let before = span.start.checked_sub(1).map(|at| bytes[at]);
    if before == Some(b'$') {
        // Not "US$".
        return bytes[span.start].is_ascii_alphabetic() && !ends_with_word(&bytes[..span.start - 1]);
    }
    if span.len() > LONGEST_CODE || !bytes[span.start..span.end].iter().all(|byte| is_code_sign(*byte)) {
        return false;
    }
    let after = bytes.get(span.end).copied();
    if !matches!(
        after,
        Some(b'.' | b'=' | b'/' | b'>' | b')' | b',' | b';' | b':' | b' ' | b']' | b'"' | b'\'' | b'^' | 0xE2) | None
    ) && !matches!(before, Some(b'.' | b'^' | b':'))
    {
        return false;
    }
    has_suffix(bytes, span)
        || is_suffix(bytes, span)
        || after == Some(b'=')
        || matches!(before, Some(b'.' | b'^'))
            && !ends_with_word(&bytes[..span.start - 1])
            && !is_sentence_end(bytes, span)
        || is_in_link(bytes, span)
        || is_after_exchange(text, span)
        || is_before_exchange(bytes, span)
        || is_announced(text, span)
}

fn is_code_sign(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'&'
}

fn ends_with_word(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii() || *byte == b'.')
}

/// "..EU": a period that nothing separates from an earlier one.
fn is_sentence_end(bytes: &[u8], span: Span) -> bool {
    bytes.get(span.end) == Some(&b'.') && bytes.get(span.end + 1).is_some_and(u8::is_ascii_uppercase)
}

/// The suffix of an exchange that begins at the period at `at`: "`.L`".
fn suffix_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?.strip_prefix(b".")?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (suffix, rest) = rest.split_at(length);
    // "U.S.", "EU.As": neither ends a code.
    let ends = match rest {
        [] => true,
        [b'.', next, ..] => !next.is_ascii_alphanumeric(),
        [next, ..] => !next.is_ascii_alphanumeric() && next.is_ascii(),
    };
    ((1..=3).contains(&length) && ends).then_some(suffix)
}

fn is_listed(suffix: &[u8]) -> bool {
    SUFFIXES.binary_search_by(|known| known.as_bytes().cmp(suffix)).is_ok()
}

/// Whether the word that begins at `at` is a code with the suffix of an exchange; its end.
pub(super) fn code_end(text: &str, span: Span) -> Option<usize> {
    let bytes = text.as_bytes();
    let code = &bytes[span.start..span.end];
    if code.len() > LONGEST_CODE || bytes.get(span.end) != Some(&b'.') {
        return None;
    }
    // "BRKa.N": the class of a share is in lower case.
    let (last, first) = code.split_last()?;
    let plain = first.iter().all(|byte| is_code_sign(*byte))
        && (is_code_sign(*last) || code.len() > 2 && last.is_ascii_lowercase());
    let suffix = suffix_at(bytes, span.end).filter(|suffix| plain && is_listed(suffix))?;
    // "U.S": a single letter is not a code outside of brackets.
    (code.len() > 1 || opens_bracket(&bytes[..span.start])).then_some(span.end + 1 + suffix.len())
}

fn opens_bracket(before: &[u8]) -> bool {
    matches!(before.trim_ascii_end().last(), Some(b'(' | b'[' | b'<'))
}

/// "RIO.L": the code before the period.
fn has_suffix(bytes: &[u8], span: Span) -> bool {
    if bytes.get(span.end) != Some(&b'.') || span.start > 0 && bytes[span.start - 1] == b'.' {
        return false;
    }
    suffix_at(bytes, span.end).is_some_and(|suffix| is_listed(suffix) || opens_bracket(&bytes[..span.start]))
}

/// "0005.HK": the suffix after the period.
fn is_suffix(bytes: &[u8], span: Span) -> bool {
    if span.len() > 3 || span.start < 3 || bytes[span.start - 1] != b'.' {
        return false;
    }
    let before = &bytes[..span.start - 1];
    let length = before.iter().rev().take(LONGEST_CODE).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let (before, code) = before.split_at(before.len() - length);
    let capitals = code.iter().filter(|byte| is_code_sign(**byte)).count();
    let apart =
        before.last().is_none_or(|byte| matches!(byte, b' ' | b'\n' | b'(' | b'[' | b'<' | b'/' | b',' | b'\''));
    code.len() >= 2 && capitals + 1 >= code.len() && code[0].is_ascii_uppercase() | code[0].is_ascii_digit() && apart
}

/// "<EIA/S>": links of an agency.
fn is_in_link(bytes: &[u8], span: Span) -> bool {
    let is_inside = |byte: &&u8| is_code_sign(**byte) || matches!(**byte, b'.' | b'/' | b'=' | b'-' | b'_');
    let before = bytes[..span.start].iter().rev().take(LONGEST_CODE).take_while(is_inside).count();
    let opens = span.start > before && bytes[span.start - before - 1] == b'<';
    let after = || bytes[span.end..].iter().take(LONGEST_CODE).take_while(is_inside).count();
    opens && bytes.get(span.end + after()) == Some(&b'>')
}

fn is_exchange(word: &str) -> bool {
    let mut name = [0; 8];
    let mut length = 0;
    for byte in word.bytes().filter(|byte| !matches!(byte, b'-' | b'.' | b' ')) {
        let Some(slot) = name.get_mut(length) else { return false };
        *slot = byte.to_ascii_uppercase();
        length += 1;
    }
    EXCHANGES.binary_search_by(|known| known.as_bytes().cmp(&name[..length])).is_ok()
}

/// "NASDAQ:EU", and in brackets "NASDAQ: EU", "(NYSE, TSX: CN; LSE: UK)".
fn is_after_exchange(text: &str, span: Span) -> bool {
    let bytes = text.as_bytes();
    let first = span.start.saturating_sub(LONGEST_BRACKET);
    let near = &bytes[first..span.start];
    // Most codes follow their colon; a list of codes may lie between.
    let in_list = |byte: &u8| is_code_sign(*byte) || matches!(*byte, b' ' | b',' | b'/' | b'.' | b'\n');
    let listed = near.iter().rev().take_while(|byte| in_list(byte)).count();
    let Some(b':') = near.len().checked_sub(listed + 1).map(|at| near[at]) else { return false };
    let colon = span.start - listed - 1;
    let start = text[first_boundary(text, first)..colon].rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let start = start.map_or(first_boundary(text, first), |at| first_boundary(text, first) + at);
    let word = text[start..colon].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if !is_exchange(word) {
        return false;
    }
    let open = near.iter().rposition(|byte| matches!(byte, b'(' | b'['))
        > near.iter().rposition(|byte| matches!(byte, b')' | b']'));
    listed == 0 || open
}

fn first_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// "(EU:US)", "(AAPL:NASDAQ)": codes on both sides of the colon, and nothing else in the brackets.
fn is_before_exchange(bytes: &[u8], span: Span) -> bool {
    let codes =
        |part: &[u8]| !part.is_empty() && part.len() <= LONGEST_CODE && part.iter().all(|byte| is_code_sign(*byte));
    let side = |byte: &&u8| is_code_sign(**byte);
    if bytes.get(span.end) == Some(&b':') {
        let rest = &bytes[span.end + 1..];
        let length = rest.iter().take(LONGEST_CODE).take_while(side).count();
        return codes(&rest[..length])
            && matches!(rest.get(length), Some(b')' | b']'))
            && opens_bracket(&bytes[..span.start]);
    }
    if span.start > 1 && bytes[span.start - 1] == b':' && matches!(bytes.get(span.end), Some(b')' | b']')) {
        let before = &bytes[..span.start - 1];
        let length = before.iter().rev().take(LONGEST_CODE).take_while(side).count();
        let (before, code) = before.split_at(before.len() - length);
        return codes(code) && opens_bracket(before);
    }
    false
}

/// "under the ticker symbol \"EU\"", "ISIN: EU".
fn is_announced(text: &str, span: Span) -> bool {
    let before = text[..span.start].trim_end_matches(['"', '“', '‘', '\'', ':', ' ', '\n', '(']);
    let letters = before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let word = &before[before.len() - letters..];
    let is_known = || ANNOUNCING.iter().any(|known| known.eq_ignore_ascii_case(word));
    (3..=7).contains(&word.len()) && before.len() < span.start && is_known()
}

/// "Comerica Inc (CMA)": a weak acronym in brackets after the name of a firm that it is not known to be short for.
fn is_code_of_firm(look: &Look<'_, '_>) -> bool {
    let Span { start, end } = look.site.span;
    let text = look.site.text;
    if !look.alias.weak || !text[end..].trim_start_matches(' ').starts_with(')') {
        return false;
    }
    let Some(before) = text[..start].trim_end_matches(' ').strip_suffix('(') else { return false };
    let before = before.trim_end();
    let Some((firm, legal_form)) = before.rsplit_once([' ', '\n']) else { return false };
    let legal_form = legal_form.trim_end_matches('.');
    if !super::firms::is_legal_form(legal_form) {
        return false;
    }
    let mut letters = text[start..end].chars();
    let first = firm
        .split([' ', '\n'])
        .rev()
        .take(6)
        .find(|word| word.starts_with(text[start..end].chars().next().unwrap_or(' ')));
    let spelled = first.is_some_and(|first| {
        let run = &firm[firm.rfind(first).unwrap_or(0)..];
        let mut initials =
            run.split([' ', '\n']).filter_map(|word| word.chars().next()).chain(legal_form.chars().next());
        letters.all(|letter| initials.any(|initial| initial == letter))
    });
    let same = |end: usize| {
        look.scene.sites_ending(look.site.part, end).any(|other| {
            look.scene.candidates(other).iter().any(|Candidate { alias, .. }| alias.entity == look.alias.entity)
        })
    };
    !spelled && !same(before.len()) && !same(firm.trim_end_matches(',').len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the name in square brackets «» is a code.
    fn check(marked: &str, expected: bool) {
        let (before, rest) = marked.split_once('«').unwrap();
        let (name, after) = rest.split_once('»').unwrap();
        let text = format!("{before}{name}{after}");
        let span = Span::new(before.len(), before.len() + name.len());
        assert_eq!(is_code(&text, span), expected, "{marked}");
    }

    #[test]
    fn lists_are_sorted() {
        assert!(EXCHANGES.is_sorted() && SUFFIXES.is_sorted());
    }

    #[test]
    fn codes_of_shares() {
        for text in [
            "Example Ore («RIO».L) fell",
            "Example ( «RIO».AX ) fell",
            "and «HK».O rose",
            "The average (.«DJI») rose",
            "volatility .«VIX», known",
            "Bank ( 0005.«HK» ) and",
            "a firm (TLMM.«KL»)",
            "(NASDAQ: «EU»)",
            "(NYSE:«CN»)",
            "NYSE:«CN» rose",
            "(TSX-V: «CN»)",
            "(NYSE, TSX: «CN»; LSE: UK)",
            "(NYSE: BRK, «CN»)",
            "<«GE».N>",
            "<«EIA»/S>",
            "buy $«EU» now",
            "the «EUR»= rate",
            "under the ticker symbol “«EU»”",
            "ISIN: «US»",
            "(«EU»:US)",
            "(EU:«US»)",
            "«RIO».L",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn names_that_are_not_codes() {
        for text in [
            "the («EU») said",
            "the «EU».Then it rained",
            "the «EU». A man",
            "the U.S.-«EU» pact",
            "«US»$5",
            "US$«EU»",
            "The LSE: «EU» rules apply",
            "he said: «EU» rules",
            "(Editing: «EU» desk)",
            "the «UK»/France tunnel",
            "the «EU», Iraq",
            "in the «U.S.» today",
            "the N.«UK» coast",
        ] {
            check(text, false);
        }
    }
}
