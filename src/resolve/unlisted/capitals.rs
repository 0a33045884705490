//! The capitalised runs of a text: what a name that no list holds looks like.

use crate::resolve::steps;
use crate::resolve::tickers;
use crate::resolve::words::{Word, is_break, joined_end, joins_word, word_end};
use crate::span::Span;

/// What joins two capitalised words of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing that joins: a new run begins.
    None,
    Blank,
    /// "of", "of the".
    Of,
    /// "for", "for the", "on".
    For,
    /// "de", "del" and the like.
    Particle,
    And,
    Ampersand,
    Comma,
}

/// Bytes of the longest gap between two words of one run.
const LONGEST_JOINT: usize = 12;

/// A capitalised word with what joins it to the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capital<'t> {
    pub(super) word: Word<'t>,
    pub(super) joint: Joint,
}

/// All capitalised words of a text, in order. Linear in the text.
pub(super) fn capitals(text: &str) -> Vec<Capital<'_>> {
    Capitals::new(text, 0).collect()
}

/// The capitalised words of a text in the runs that touch some spans; whole runs, and perhaps some beside them.
pub(super) struct RunsNear<'t> {
    text: &'t str,
    capitals: std::iter::Peekable<Capitals<'t>>,
    /// Up to here every run was taken.
    taken: usize,
    found: Vec<Capital<'t>>,
}

impl<'t> RunsNear<'t> {
    /// Finds them in an empty list.
    pub(super) fn new(text: &'t str, found: Vec<Capital<'t>>) -> Self {
        Self { text, capitals: Capitals::new(text, 0).peekable(), taken: 0, found }
    }

    /// Whether the runs that touch a span with this end were taken.
    pub(super) fn has_taken(&self, end: usize) -> bool {
        end <= self.taken
    }

    /// Takes the runs that touch a span, which begins no earlier than those before it; no run spans `run_break`.
    pub(super) fn take(&mut self, run_break: usize, span: Span) {
        if run_break > self.taken {
            self.capitals = Capitals::new(self.text, run_break).peekable();
        }
        let opens_after = |capital: &Capital<'_>| capital.joint == Joint::None && capital.word.span.start >= span.end;
        while let Some(capital) = self.capitals.next_if(|capital| !opens_after(capital)) {
            self.found.push(capital);
        }
        self.taken = self.capitals.peek().map_or(self.text.len(), |capital| capital.word.span.start);
    }

    pub(super) fn into_words(self) -> Vec<Capital<'t>> {
        self.found
    }
}

/// A place at or before `at` that no run spans: where a gap begins that is too long for a [`joint`]. And whether no capital
/// is between the two. `known` is a place no later than `at` with its own break: what is before it is not read again.
pub(super) fn run_break_before(bytes: &[u8], at: usize, known: (usize, usize)) -> (usize, bool) {
    let mut capital = at;
    while capital >= LONGEST_JOINT {
        steps::count(1);
        if capital < at && capital <= known.0 {
            return (known.1, false);
        }
        let (gap, near) = bytes[..capital].split_at(capital - LONGEST_JOINT);
        capital = match last_capital(near) {
            Some(after) => gap.len() + after,
            None => match gap.iter().rposition(|byte| *byte == b' ' || !is_plain(byte)) {
                Some(blank) if bytes[blank] == b' ' => return (blank, capital == at),
                Some(before) => before,
                None => break,
            },
        };
    }
    (0, capital == at && bytes[..at.min(LONGEST_JOINT)].iter().all(is_plain))
}

/// Whether no [`joint`] ends at `at`, where a name begins: a punctuation mark or a lower-case word comes before it that joins nothing. Doubtful
/// cases are `false`.
pub(super) fn is_apart_before(bytes: &[u8], at: usize) -> bool {
    let mut rest = &bytes[..at];
    for n_words in 0..MOST_JOINING {
        rest = match rest {
            [] => return n_words == 0,
            [.., mark] if is_separating(*mark) => return true,
            [before @ .., b' '] => before,
            _ => return false,
        };
        rest = match rest {
            // Of words that end with a period, initials alone are joined to what follows.
            [.., before, last, b'.'] if before.is_ascii_alphabetic() && last.is_ascii_lowercase() => return true,
            [.., b','] if n_words > 0 => return true,
            [before @ .., b','] => before,
            _ => rest,
        };
        let comma = bytes[rest.len()] == b',';
        let n_letters = rest.iter().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
        let (before, word) = rest.split_at(rest.len() - n_letters);
        if word.is_empty() || !matches!(before.last(), Some(b' ' | b'\n') | None) {
            return !comma && before.last().is_some_and(|mark| word.is_empty() && is_separating(*mark));
        }
        if comma || !may_join(word) {
            return true;
        }
        rest = before;
    }
    false
}

/// Whether no [`joint`] begins at `at`, where a name ends: like [`is_apart_before`].
pub(super) fn is_apart_after(bytes: &[u8], at: usize) -> bool {
    let mut rest = match &bytes[at..] {
        [] => return true,
        [mark, ..] if is_separating(*mark) => return true,
        [b'.', ..] => {
            let name = &bytes[..at];
            return matches!(name, [.., before, last] if before.is_ascii_alphabetic() && last.is_ascii_lowercase());
        }
        // "Harale's bank": only an owner's name is joined to what it owns.
        [b'\'', b's', b' ', next, ..] => return next.is_ascii_lowercase(),
        [b',', after @ ..] => after,
        after => after,
    };
    for _ in 0..MOST_JOINING {
        let [b' ', after @ ..] = rest else { return false };
        let n_letters = after.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let (word, after) = after.split_at(n_letters);
        if word.is_empty() || after.first().is_some_and(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            return false;
        }
        if !may_join(word) {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a mark belongs neither to a word nor to a [`joint`].
fn is_separating(mark: u8) -> bool {
    matches!(mark, b'(' | b')' | b'[' | b']' | b'"' | b':' | b';' | b'!' | b'?' | b'/')
}

/// Words of the longest [`joint`], and one more.
const MOST_JOINING: usize = 3;

/// Whether a small word is one of those in a [`joint`].
fn may_join(word: &[u8]) -> bool {
    matches!(
        word,
        b"of"
            | b"the"
            | b"for"
            | b"on"
            | b"de"
            | b"del"
            | b"la"
            | b"los"
            | b"las"
            | b"du"
            | b"des"
            | b"da"
            | b"do"
            | b"dos"
            | b"and"
            | b"y"
    )
}

/// Whether no run that touches the span goes beyond its end; doubtful cases are `false`.
pub(super) fn ends_alone(bytes: &[u8], span: Span) -> bool {
    let after = &bytes[span.end..];
    // What may belong to the last word: a hyphen and more, an ending, the period of an initial.
    let ends = after
        .first()
        .is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'\'' | b'&' | b'_' | b'.'));
    ends && match after.first_chunk::<{ LONGEST_JOINT + 1 }>() {
        Some(after) => last_capital(after).is_none(),
        None => after.iter().all(is_plain),
    }
}

/// Whether a byte is of no capital: none of English, and none of another alphabet.
fn is_plain(byte: &u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_uppercase()
}

/// The capitalised words of a text from some place on.
pub(super) struct Capitals<'t> {
    text: &'t str,
    from: usize,
    last: Option<Word<'t>>,
}

impl<'t> Capitals<'t> {
    pub(super) fn new(text: &'t str, from: usize) -> Self {
        Self { text, from, last: None }
    }
}

impl<'t> Iterator for Capitals<'t> {
    type Item = Capital<'t>;

    fn next(&mut self) -> Option<Capital<'t>> {
        let text = self.text;
        steps::count(1);
        while let Some(at) = next_capital(text.as_bytes(), self.from) {
            let c = text[at..].chars().next().expect("inside the text");
            if is_inside_word(&text.as_bytes()[self.from..at]) {
                self.from = joined_end(text, at).max(at + c.len_utf8());
                continue;
            }
            if !c.is_uppercase() {
                self.from = if joins_word(c) { joined_end(text, at) } else { at + c.len_utf8() };
                continue;
            }
            let end = dotted_end(text, word_end(text, at).max(at + c.len_utf8()));
            // "Acme Inc ACM.N": the code is not a word of the name.
            if let Some(code_end) = tickers::code_end(text, Span::new(at, end)) {
                self.last = None;
                self.from = code_end;
                continue;
            }
            let word = Word::capitalised(text, Span::new(at, end));
            let joint = self.last.map_or(Joint::None, |last| {
                let gap = &text[last.span.end..at];
                if gap != " " && gap.contains('\n') && is_break(text, last.span.end, gap) {
                    Joint::None
                } else {
                    joint(last, gap)
                }
            });
            self.last = Some(word);
            self.from = joined_end(text, end);
            return Some(Capital { word, joint });
        }
        self.from = text.len();
        None
    }
}

/// The high bits of those of eight bytes that are capitals of English or not ASCII.
fn capitals_of(block: [u8; 8]) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const BEFORE_A: u64 = 0x0101_0101_0101_0101 * (0x80 - b'A' as u64);
    const AFTER_Z: u64 = 0x0101_0101_0101_0101 * (0x7F - b'Z' as u64);
    // Sums of ASCII bytes do not carry, and other bytes are in the result in any case.
    let block = u64::from_le_bytes(block);
    let low = block & !HIGH;
    (block | (low + BEFORE_A) & !(low + AFTER_Z)) & HIGH
}

/// The next capital of English, or character that may be one of another alphabet, at or after `from`.
fn next_capital(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let found = capitals_of(*block);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| !is_plain(byte)).map(|length| at + length)
}

/// The last capital of English, or byte of a character that may be one of another alphabet.
fn last_capital(mut bytes: &[u8]) -> Option<usize> {
    while let Some((before, block)) = bytes.split_last_chunk() {
        let found = capitals_of(*block);
        if found != 0 {
            return Some(before.len() + 7 - found.leading_zeros() as usize / 8);
        }
        bytes = before;
    }
    bytes.iter().rposition(|byte| !is_plain(byte))
}

/// Whether a lower-case word goes on where these bytes end; they begin outside of any word.
fn is_inside_word(before: &[u8]) -> bool {
    let joined = before.iter().rev().find(|byte| !matches!(byte, b'-' | b'\'' | b'&'));
    joined.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// "U.S.", "N.W.T.": letters with periods are one word.
fn dotted_end(text: &str, mut end: usize) -> usize {
    let bytes = text.as_bytes();
    while bytes[end - 1] == b'.'
        && bytes.get(end).is_some_and(u8::is_ascii_uppercase)
        && bytes.get(end + 1) == Some(&b'.')
    {
        end += 2;
    }
    end
}

fn joint(before: Word<'_>, gap: &str) -> Joint {
    // "Zandvoort People's Party": whose it is belongs to the name.
    const OWNERS: [&str; 8] = ["People", "Women", "Men", "Children", "Workers", "Farmers", "Teachers", "Veterans"];
    // Longer gaps hold other words.
    if gap.len() > LONGEST_JOINT {
        return Joint::None;
    }
    match gap {
        " " => return Joint::Blank,
        ", " => return Joint::Comma,
        ". " => return Joint::None,
        _ => {}
    }
    // No word that joins begins with another letter.
    if let [b' ', first, ..] = gap.as_bytes()
        && first.is_ascii_lowercase()
        && !matches!(first, b'a' | b'd' | b'f' | b'o' | b'y')
    {
        return Joint::None;
    }
    let blank = gap.starts_with(char::is_whitespace);
    match gap.trim() {
        "" if blank && gap.bytes().filter(|byte| *byte == b'\n').count() < 2 => Joint::Blank,
        "of" | "of the" if blank => Joint::Of,
        "for" | "for the" | "on" if blank => Joint::For,
        "de" | "del" | "de la" | "de los" | "de las" | "du" | "des" | "da" | "do" | "dos" if blank => Joint::Particle,
        "and" | "and the" | "y" if blank => Joint::And,
        "'s" | "’s" | "'" | "’" if OWNERS.contains(&before.text) => Joint::Blank,
        "&" => Joint::Ampersand,
        "," if gap.ends_with(char::is_whitespace) => Joint::Comma,
        _ => Joint::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Joint)]) {
        let found: Vec<_> = capitals(text).iter().map(|found| (found.word.text, found.joint)).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn words_are_joined_by_what_joins_names() {
        use Joint::{And, Blank, Comma, None, Of};
        check("the Ministry of Trade and Industry said", &[("Ministry", None), ("Trade", Of), ("Industry", And)]);
        check("Évian, Lyon. The Alps", &[("Évian", None), ("Lyon", Comma), ("The", None), ("Alps", Blank)]);
        check("Harale's Big Band\n\nNew", &[("Harale", None), ("Big", None), ("Band", Blank), ("New", None)]);
        check("eBay aB 3D éA – Ü", &[("Ü", None)]);
        check("the U.S. Army", &[("U.S.", None), ("Army", Blank)]);
        check("", &[]);
    }

    #[test]
    fn the_first_letter_hides_no_word_that_joins() {
        for gap in [
            "of", "of the", "for", "for the", "on", "de", "del", "de la", "de los", "de las", "du", "des", "da", "do",
            "dos", "and", "and the", "y",
        ] {
            let text = format!("Harale {gap} Bo");
            assert_ne!(capitals(&text)[1].joint, Joint::None, "{gap}");
        }
    }

    #[test]
    fn what_stands_apart_is_joined_to_nothing() {
        let pieces = [
            "A", "Bo", "B.", "of", "the", "for", "on", "de", "la", "los", "and", "y", "said", "ofx", "é", ",", ".",
            "&", "'s", "-", "(", ")", "\"", ":", " ", " ", " ", "\n", "\u{a0}",
        ];
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % pieces.len()
        };
        let (mut n_before, mut n_after) = (0, 0);
        for _ in 0..200_000 {
            let gap: String = (0..8).map(|_| pieces[next()]).collect();
            let name = ["Harale", "Harale B", "H", "U.S", "A.b"][next() % 5];
            let text = format!("{gap}{name}{gap}");
            let words = capitals(&text);
            let Span { start, end } = Span::new(gap.len(), gap.len() + name.len());
            let touches = |word: &Word<'_>| word.span.start < end && word.span.end > start;
            let Some(first) = words.iter().position(|word| touches(&word.word)) else { continue };
            let last = words.iter().rposition(|word| touches(&word.word)).unwrap_or(first);
            if is_apart_before(text.as_bytes(), start) {
                assert!(words[first].word.span.start >= start && words[first].joint == Joint::None, "{text:?}");
                n_before += 1;
            }
            if is_apart_after(text.as_bytes(), end) {
                assert!(words[last].word.span.end <= end, "{text:?}");
                assert!(words.get(last + 1).is_none_or(|next| next.joint == Joint::None), "{text:?}");
                n_after += 1;
            }
        }
        assert!(n_before > 1000 && n_after > 1000);
    }

    #[test]
    fn capitals_are_found_in_blocks() {
        for byte in 0..=255_u8 {
            for at in 0..20 {
                let mut bytes = [b'.'; 20];
                bytes[at] = byte;
                let capital = byte.is_ascii_uppercase() || !byte.is_ascii();
                assert_eq!(next_capital(&bytes, 0), capital.then_some(at), "{byte} at {at}");
                assert_eq!(last_capital(&bytes), capital.then_some(at), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn a_capital_inside_a_word_opens_none() {
        use Joint::None;
        check("x-Ray 'Twas -Xyl & a&B é-F ’G o’Harale 1A _B -'C, d--E", &[("Twas", None), ("Xyl", None), ("C", None)]);
    }
}
