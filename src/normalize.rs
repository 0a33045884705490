//! Folding: the one function that makes names and texts comparable, and the mapping back to the original bytes.
//!
//! Two strings that differ only in case, accents, the shape of quotes and hyphens, invisible characters or the amount
//! of blanks fold to the same bytes. Folding is done character by character; [`FoldedText`] keeps the mapping from
//! folded positions to the original text, so that every span still slices the text as it was delivered.
//!
//! This module does not judge hits: the matcher checks boundaries and case policy on the original text.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::span::Span;

/// What one character becomes when it is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FoldedChar {
    /// Folds to these bytes (UTF-8, never empty).
    Text(FoldedBytes),
    /// A blank inside a line.
    Blank,
    /// A line break; CR LF counts as one.
    LineBreak,
    /// A paragraph separator: ends a name as a blank line does.
    ParagraphBreak,
    /// An accent: removed, and part of the character before it.
    Accent,
    /// An invisible character: removed, and not part of any other character.
    Invisible,
}

/// Up to fifteen folded bytes; the longest folding of one character in Unicode has twelve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoldedBytes {
    length: u8,
    bytes: [u8; 15],
}

impl FoldedBytes {
    fn empty() -> Self {
        Self { length: 0, bytes: [0; 15] }
    }

    fn push(&mut self, c: char) {
        let start = usize::from(self.length);
        let length = c.encode_utf8(&mut self.bytes[start..]).len();
        self.length += length as u8;
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("whole characters are pushed")
    }

    fn n_chars(&self) -> usize {
        self.bytes[..usize::from(self.length)].iter().filter(|byte| **byte & 0xC0 != 0x80).count()
    }
}

/// Whether `c` is a word character: Alphabetic, Mark, `Decimal_Number`, `Connector_Punctuation` or `Join_Control`.
///
/// This is the definition of `\w` in UTS #18, annex C.
#[must_use]
pub fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    // Dashes, curly quotes and similar characters, which often occur next to names.
    if matches!(c, '\u{2010}'..='\u{203E}') {
        return false;
    }
    if c.is_alphabetic() || matches!(c, '\u{200C}' | '\u{200D}') {
        return true;
    }
    use GeneralCategory::{ConnectorPunctuation, DecimalNumber};
    is_mark(c) || matches!(c.general_category(), DecimalNumber | ConnectorPunctuation)
}

/// Whether `c` is a combining mark of any script: it belongs to the character before it.
#[must_use]
pub fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    !c.is_ascii() && matches!(c.general_category(), NonspacingMark | SpacingMark | EnclosingMark)
}

/// Whether `c` is invisible and therefore ignored inside names: soft hyphen, word joiner, byte order mark, direction marks,
/// variation selectors.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether `c` folds to the ASCII hyphen. The em dash does not: it separates sentences, not the parts of a name.
#[must_use]
pub fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}')
}

/// Whether `c` folds to the ASCII apostrophe: quotes and primes, and letters that are often written as apostrophes,
/// such as the ʻokina, the marks for hamza and ayin, the saltillo and the geresh.
#[must_use]
pub fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '\u{B4}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{FF07}' | '\u{2B9}' | '\u{2BB}'
            ..='\u{2BF}' | '\u{55A}' | '\u{5F3}' | '\u{A78B}' | '\u{A78C}'
    )
}

/// Whether `c` is an accent: a combining mark of a script whose readers omit it (Latin, Greek, Cyrillic, Hebrew points,
/// Arabic vowel signs). The vowel signs of Indic scripts function as letters and are kept.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Folds one character. Constant time: a table serves everything below U+3000.
pub(crate) fn fold_char(c: char) -> FoldedChar {
    static TABLE: LazyLock<Vec<FoldedChar>> =
        LazyLock::new(|| (0..0x3000).map(|code| char::from_u32(code).map_or(FoldedChar::Invisible, compute)).collect());
    match TABLE.get(c as usize) {
        Some(folded) => *folded,
        None => compute(c),
    }
}

fn compute(c: char) -> FoldedChar {
    match c {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' => return FoldedChar::LineBreak,
        '\u{2029}' => return FoldedChar::ParagraphBreak,
        '\u{200B}' => return FoldedChar::Blank,
        _ if c.is_whitespace() => return FoldedChar::Blank,
        _ if is_invisible(c) => return FoldedChar::Invisible,
        _ if is_accent(c) => return FoldedChar::Accent,
        _ => {}
    }
    let mut out = FoldedBytes::empty();
    if let Some(plain) = plain_punctuation(c) {
        out.push(plain);
        return FoldedChar::Text(out);
    }
    decompose_canonical(c, |part| {
        if !is_accent(part) {
            fold_case(part, &mut out);
        }
    });
    if out.length == 0 { FoldedChar::Accent } else { FoldedChar::Text(out) }
}

fn plain_punctuation(c: char) -> Option<char> {
    match c {
        _ if is_apostrophe(c) => Some('\''),
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{FF02}' | '\u{2BA}' | '\u{5F4}' => Some('"'),
        _ if is_hyphen(c) => Some('-'),
        _ => None,
    }
}

/// Full case folding (lower of upper of lower also folds ẞ, ſ, final sigma and ligatures). Then letters whose stroke or
/// ligature readers treat as an accent although Unicode does not decompose them.
fn fold_case(c: char, out: &mut FoldedBytes) {
    for upper in c.to_lowercase().flat_map(char::to_uppercase) {
        for lower in upper.to_lowercase() {
            match lower {
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'ħ' => out.push('h'),
                'ŧ' => out.push('t'),
                'þ' => ['t', 'h'].into_iter().for_each(|c| out.push(c)),
                'æ' => ['a', 'e'].into_iter().for_each(|c| out.push(c)),
                'œ' => ['o', 'e'].into_iter().for_each(|c| out.push(c)),
                _ if is_accent(lower) => {}
                _ => out.push(lower),
            }
        }
    }
}

/// Whether the letter `c` counts as upper case when the case of a hit is compared.
pub(crate) fn is_upper(c: char) -> bool {
    c.is_uppercase() || !c.is_ascii() && c.general_category() == GeneralCategory::TitlecaseLetter
}

/// The folded form of a name: its key in the automaton and the tables.
///
/// ```
/// use dateline::normalize::fold;
/// assert_eq!(fold("São  Paulo"), fold("SAO PAULO"));
/// assert_eq!(fold("Côte d’Ivoire"), "cote d'ivoire");
/// ```
#[must_use]
pub fn fold(name: &str) -> String {
    let mut folded = FoldedText::default();
    folded.fold(name);
    folded.bytes.truncate(folded.length);
    String::from_utf8(folded.bytes).expect("folding pushes whole characters")
}

/// The case of each letter of [`fold`]`(name)`, for comparing two names with the same folded form.
///
/// A capital that folds to two letters ("Þ" to "th") may be written "TH" or "Th", so the case of the second is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CasePattern(Vec<LetterCase>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LetterCase {
    /// A capital.
    Upper,
    /// Not a capital: a lower-case letter or a character without case.
    Other,
    /// After the first of several letters from one capital.
    Open,
}

impl CasePattern {
    /// The pattern of a name.
    pub(crate) fn of(name: &str) -> Self {
        let mut pattern = Self::default();
        pattern.set(name);
        pattern
    }

    /// Replaces the pattern by that of another name, reusing the memory.
    pub(crate) fn set(&mut self, name: &str) {
        self.0.clear();
        for c in name.chars() {
            if let FoldedChar::Text(folded) = fold_char(c) {
                let (first, rest) = match is_upper(c) {
                    true => (LetterCase::Upper, LetterCase::Open),
                    false => (LetterCase::Other, LetterCase::Other),
                };
                self.0.push(first);
                self.0.extend((1..folded.n_chars()).map(|_| rest));
            }
        }
    }

    /// Whether `hit` and `name`, which have the same folded form, are written in the same case. `None` unless bytes can
    /// be compared: both are ASCII, with their blanks at the same positions.
    pub(crate) fn ascii_agrees(hit: &str, name: &str) -> Option<bool> {
        if hit.len() != name.len() {
            return None;
        }
        let mut agrees = true;
        for (hit, name) in hit.bytes().zip(name.bytes()) {
            if !hit.is_ascii() || !name.is_ascii() || is_ascii_blank(hit) != is_ascii_blank(name) {
                return None;
            }
            agrees &= hit.is_ascii_uppercase() == name.is_ascii_uppercase();
        }
        Some(agrees)
    }

    /// [`CasePattern::small_letters`] of a name that has as many bytes as its folded form. `None` unless bytes can be
    /// compared: the name is ASCII, and short.
    pub(crate) fn ascii_small_letters(name: &str, folded: &[u8]) -> Option<u64> {
        if name.len() != folded.len() || name.len() > 64 || !name.is_ascii() {
            return None;
        }
        Some(name.bytes().rev().fold(0, |small, byte| small << 1 | u64::from(byte.is_ascii_lowercase())))
    }

    /// Which bytes of `folded`, the folded form of this pattern's name, are lower-case letters: bit `n` is byte `n`.
    /// `None` if 64 bits are not enough.
    pub(crate) fn small_letters(&self, folded: &[u8]) -> Option<u64> {
        if !folded.is_ascii() || folded.len() > 64 {
            return None;
        }
        let mut cases = self.0.iter();
        let mut small = 0;
        for (at, byte) in folded.iter().enumerate().filter(|(_, byte)| **byte != b' ') {
            match cases.next()? {
                LetterCase::Open => return None,
                LetterCase::Other if byte.is_ascii_lowercase() => small |= 1 << at,
                LetterCase::Upper | LetterCase::Other => {}
            }
        }
        cases.next().is_none().then_some(small)
    }

    /// Whether two names with the same folded form are written in the same case.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.differences(other).next().is_none()
    }

    /// Whether two names with the same folded form are written in the same case, except that letter number `first` is a
    /// capital only in this one.
    pub(crate) fn agrees_but_for_a_capital(&self, other: &Self, first: usize) -> bool {
        self.0.len() == other.0.len()
            && self.0.get(first) == Some(&LetterCase::Upper)
            && self.differences(other).eq([first])
    }

    /// The positions at which the case of two names differs.
    fn differences(&self, other: &Self) -> impl Iterator<Item = usize> {
        let open = |a: LetterCase, b: LetterCase| a == LetterCase::Open || b == LetterCase::Open;
        let letters = self.0.iter().zip(&other.0).enumerate();
        letters.filter(move |(_, (a, b))| a != b && !open(**a, **b)).map(|(at, _)| at)
    }
}

/// Like [`fold`], but keeps accents, for the flag `nofold`. Composed and decomposed accents are equal.
#[must_use]
pub fn fold_keeping_accents(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    // ASCII is never decomposed, and no mark is reordered across it, so the text between is decomposed separately.
    while !rest.is_empty() {
        let (ascii, after) = rest.split_at(rest.bytes().take_while(u8::is_ascii).count());
        let (others, after) = after.split_at(after.bytes().take_while(|byte| !byte.is_ascii()).count());
        rest = after;
        for byte in ascii.bytes() {
            match ASCII[usize::from(byte)] {
                AsciiClass::Plain(folded) => out.push(char::from(folded)),
                _ => push_blank(&mut out),
            }
        }
        others.chars().filter(|c| !is_invisible(*c)).nfd().for_each(|c| push_keeping_accents(&mut out, c));
    }
    out
}

/// Appends a decomposed character for [`fold_keeping_accents`].
fn push_keeping_accents(out: &mut String, c: char) {
    match fold_char(c) {
        FoldedChar::Accent => out.push(c),
        FoldedChar::Text(_) => match plain_punctuation(c) {
            Some(plain) => out.push(plain),
            None => out.extend(c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)),
        },
        _ => push_blank(out),
    }
}

fn push_blank(out: &mut String) {
    if !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The name without leading and trailing blanks and invisible characters.
#[must_use]
pub(crate) fn trim(name: &str) -> &str {
    name.trim_matches(|c| !matches!(fold_char(c), FoldedChar::Text(_) | FoldedChar::Accent))
}

/// Folds the plain stretches of a text for [`FoldedText::fold_watched`], and is notified of the other characters.
pub(crate) trait Watch {
    /// Folds ASCII from the beginning of `input` into `out`, byte for byte. It must stop before any byte that is not
    /// ASCII, and before a blank that is followed by another blank or a byte that is not ASCII; it may stop earlier.
    /// `out` is [`PADDING`] bytes longer than `input`, and bytes after the last folded one are ignored.
    ///
    /// It need not stop before characters in [`PUNCTUATION`] if it adds those that fold to `punctuation`. Returns how
    /// many bytes were read, and how many written.
    fn plain(&mut self, input: &[u8], out: &mut [u8], punctuation: &mut FoldedPunctuation<'_>) -> (usize, usize);

    /// The original character `c` was folded to `folded`; for a run of blanks, `c` is its first character.
    fn unit(&mut self, c: char, folded: &str);

    /// Blanks, or a punctuation character (not a word character, without case), were folded to `length` bytes.
    fn punctuation(&mut self, length: u32);

    /// A character was removed by folding: an accent of the last character, or an invisible character.
    fn hidden(&mut self);

    /// There are blanks after a hyphen.
    fn blanks_after_hyphen(&mut self);
}

/// Collects the punctuation of three bytes that [`Watch::plain`] folded to one.
pub(crate) struct FoldedPunctuation<'f> {
    edges: &'f mut Vec<Edge>,
    /// Where its input begins in the text, and its output in the folded text.
    start: u32,
    folded_start: u32,
}

impl FoldedPunctuation<'_> {
    /// Adds the character at `at` of the input, which became the byte at `folded_at` of the output; in order.
    #[inline(always)]
    pub(crate) fn push(&mut self, at: usize, folded_at: usize) {
        let (start, folded_start) = (self.start + at as u32, self.folded_start + folded_at as u32);
        self.edges.push(Edge { folded_start, folded_end: folded_start + 1, start, end: start + 3 });
    }
}

/// Readable bytes after a folded text.
pub(crate) const PADDING: usize = 64;

/// Whether an ASCII byte folds to a blank if no other blank is next to it.
pub(crate) fn is_ascii_blank(byte: u8) -> bool {
    matches!(ASCII[usize::from(byte)], AsciiClass::Blank)
}

/// Whether a blank followed by the byte `next` is a run of its own.
fn is_single_blank(next: Option<&u8>) -> bool {
    next.is_none_or(|next| matches!(ASCII[usize::from(*next)], AsciiClass::Plain(_)))
}

/// Folds one byte at a time, for callers that need no notification.
struct Unwatched;

impl Watch for Unwatched {
    fn plain(&mut self, input: &[u8], out: &mut [u8], _: &mut FoldedPunctuation<'_>) -> (usize, usize) {
        for (at, (byte, out)) in input.iter().zip(out).enumerate() {
            *out = match ASCII[usize::from(*byte)] {
                AsciiClass::Plain(folded) => folded,
                AsciiClass::Blank if is_single_blank(input.get(at + 1)) => b' ',
                _ => return (at, at),
            };
        }
        (input.len(), input.len())
    }

    fn unit(&mut self, _: char, _: &str) {}

    fn punctuation(&mut self, _: u32) {}

    fn hidden(&mut self) {}

    fn blanks_after_hyphen(&mut self) {}
}

/// A folded text with the mapping to the original. Reused from text to text: folding allocates only to grow.
#[derive(Debug, Default)]
pub struct FoldedText {
    /// The folded text in the first `length` bytes, and at least [`PADDING`] others.
    bytes: Vec<u8>,
    length: usize,
    /// The ranges at which folded and original positions do not advance together, in order.
    edges: Vec<Edge>,
}

/// The folded range `folded_start..folded_end` comes from the original bytes `start..end`; an empty folded range is
/// invisible text. Between two edges, positions advance together.
#[derive(Debug, Clone, Copy)]
struct Edge {
    folded_start: u32,
    folded_end: u32,
    start: u32,
    end: u32,
}

/// A stretch of a folded text in which positions advance together: between two edges, neither of which begins in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    /// The number of edges before it.
    before: usize,
    start: u32,
    end: u32,
    /// Added to a folded position to get the original one, modulo 2^32: most texts get shorter, a few characters
    /// longer.
    shift: u32,
}

impl Stretch {
    /// The stretch after the first `before` edges.
    fn after(edges: &[Edge], before: usize) -> Self {
        let (start, shift) = before.checked_sub(1).map_or((0, 0), |last| {
            let edge = edges[last];
            (edge.folded_end, edge.end.wrapping_sub(edge.folded_end))
        });
        Self { before, start, end: edges.get(before).map_or(u32::MAX, |next| next.folded_start), shift }
    }
}

impl Default for Stretch {
    /// Contains no range.
    fn default() -> Self {
        Self { before: 0, start: 1, end: 0, shift: 0 }
    }
}

impl FoldedText {
    /// The longest text that can be folded, in bytes: positions are stored in 32 bits.
    pub const MAX_LEN: usize = (u32::MAX / 4) as usize;

    /// The folded bytes: valid UTF-8. A blank represents blanks with at most one line break; a line feed, which no name
    /// contains, represents a blank line.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The folded bytes and [`PADDING`] more without meaning.
    pub(crate) fn padded(&self) -> &[u8] {
        &self.bytes[..self.length + PADDING]
    }

    /// Folds `text`, replacing the text folded before.
    ///
    /// # Panics
    ///
    /// If `text` is longer than [`FoldedText::MAX_LEN`].
    ///
    /// # Complexity
    ///
    /// Linear in the text; a table look-up for each non-ASCII character.
    pub fn fold(&mut self, text: &str) {
        self.fold_watched(text, &mut Unwatched);
    }

    /// [`FoldedText::fold`], with plain stretches folded by `watch`.
    #[inline(always)]
    pub(crate) fn fold_watched(&mut self, text: &str, watch: &mut impl Watch) {
        assert!(text.len() <= Self::MAX_LEN, "a text of {} bytes is too long to fold", text.len());
        self.length = 0;
        self.edges.clear();
        let input = text.as_bytes();
        let mut at = 0;
        loop {
            self.make_room(input.len() - at);
            let mut punctuation =
                FoldedPunctuation { edges: &mut self.edges, start: at as u32, folded_start: self.length as u32 };
            let (read, written) = watch.plain(&input[at..], &mut self.bytes[self.length..], &mut punctuation);
            self.length += written;
            at += read;
            if at == input.len() {
                return;
            }
            at = match self.fold_punctuation_or_blanks(input, at, watch) {
                Some(end) => end,
                None => self.fold_one(text, at, watch),
            };
        }
    }

    /// Folds the most frequent interruptions of plain ASCII: a curly quote, a dash, or a run of ASCII blanks. Returns
    /// where it ends.
    #[inline(always)]
    fn fold_punctuation_or_blanks(&mut self, input: &[u8], at: usize, watch: &mut impl Watch) -> Option<usize> {
        let (folded, end) = match input[at..] {
            [0xE2, 0x80, third, ..] => match PUNCTUATION[usize::from(third & 0x3F)] {
                0 => return None,
                UNCHANGED => {
                    self.bytes[self.length..self.length + 3].copy_from_slice(&[0xE2, 0x80, third]);
                    self.length += 3;
                    watch.punctuation(3);
                    return Some(at + 3);
                }
                folded => (folded, at + 3),
            },
            [first, ..] if is_ascii_blank(first) => {
                let (mut end, mut line_breaks, mut last) = (at, 0, b' ');
                while let Some(byte) = input.get(end).filter(|byte| is_ascii_blank(**byte)) {
                    let is_break = !(matches!(byte, b' ' | b'\t') || last == b'\r' && *byte == b'\n');
                    (line_breaks, last, end) = (line_breaks + u32::from(is_break), *byte, end + 1);
                }
                if at > 0 && input[at - 1] == b'-' {
                    watch.blanks_after_hyphen();
                }
                if input.get(end).is_some_and(|byte| !byte.is_ascii()) {
                    return None;
                }
                (if line_breaks < 2 { b' ' } else { b'\n' }, end)
            }
            _ => return None,
        };
        if end != at + 1 {
            self.push_edge(1, at, end);
        }
        // `make_room` reserved room for outputs that are not longer than their input.
        self.bytes[self.length] = folded;
        self.length += 1;
        watch.punctuation(1);
        Some(end)
    }

    /// Folds one character, or one run of blanks; returns where it ends.
    fn fold_one(&mut self, text: &str, at: usize, watch: &mut impl Watch) -> usize {
        let c = text[at..].chars().next().expect("`at` is on a character boundary");
        let end = at + c.len_utf8();
        match fold_char(c) {
            FoldedChar::Text(folded) => {
                self.push_unit(folded.as_str(), at, end);
                watch.unit(c, folded.as_str());
            }
            FoldedChar::Accent => {
                self.extend_unit(text, at, end);
                watch.hidden();
            }
            FoldedChar::Invisible => {
                self.push_edge(0, at, end);
                watch.hidden();
            }
            _ => {
                let (end, folded) = self.fold_blanks(text, at);
                watch.unit(c, folded);
                return end;
            }
        }
        end
    }

    /// Makes room for `more` folded bytes and the padding.
    fn make_room(&mut self, more: usize) {
        let needed = self.length + more + PADDING;
        if self.bytes.len() < needed {
            // Zeroed when allocated, not for each text.
            self.bytes.resize(needed.max(self.bytes.len() * 2), 0);
        }
    }

    fn push(&mut self, folded: &str) {
        self.make_room(folded.len());
        self.bytes[self.length..self.length + folded.len()].copy_from_slice(folded.as_bytes());
        self.length += folded.len();
    }

    /// The original span of the folded range `start..end`, or `None` if the range begins or ends inside the folding of
    /// one original character. Accents at the end belong to the span; invisible characters around it do not.
    ///
    /// # Complexity
    ///
    /// Logarithmic in the number of edges.
    #[must_use]
    pub fn original(&self, start: usize, end: usize) -> Option<Span> {
        let before = self.edges.partition_point(|edge| (edge.folded_start as usize) < start);
        self.original_near(start, end, &mut Stretch { before, ..Stretch::default() })
    }

    /// Like [`FoldedText::original`], but starts at the stretch where the last search ended: fast for ascending ranges,
    /// none of which may be empty.
    #[inline(always)]
    pub(crate) fn original_near(&self, start: usize, end: usize, near: &mut Stretch) -> Option<Span> {
        let (from, to) = (start as u32, end as u32);
        if near.start <= from && to <= near.end {
            let original = |at: u32| at.wrapping_add(near.shift) as usize;
            return Some(Span::new(original(from), original(to)));
        }
        self.original_among_edges(from, to, near)
    }

    fn original_among_edges(&self, from: u32, to: u32, near: &mut Stretch) -> Option<Span> {
        let (mut before, edges) = (near.before.min(self.edges.len()), self.edges.as_slice());
        while before > 0 && edges[before - 1].folded_start > from {
            before -= 1;
        }
        while before < edges.len() && edges[before].folded_start <= from {
            before += 1;
        }
        *near = Stretch::after(edges, before);
        // The last edge that begins at or before `start`; of equal edges, invisible text before the range comes first.
        let original_start = match before.checked_sub(1).map(|index| edges[index]) {
            None => from,
            Some(edge) if edge.folded_start == from && edge.folded_end > from => edge.start,
            Some(edge) if edge.folded_end > from => return None,
            Some(edge) => edge.end + (from - edge.folded_end),
        };
        while before < edges.len() && edges[before].folded_start < to {
            before += 1;
        }
        // The last edge that begins before `end`; invisible text at `end` is excluded.
        let inside = edges[..before].iter().rev().find(|edge| edge.folded_start < to);
        let original_end = match inside {
            None => to,
            Some(edge) if edge.folded_end > to => return None,
            Some(edge) => edge.end + (to - edge.folded_end),
        };
        Some(Span::new(original_start as usize, original_end as usize))
    }

    /// Folds all blanks from `at` on to one unit; returns where they end, and the unit.
    fn fold_blanks(&mut self, text: &str, at: usize) -> (usize, &'static str) {
        let mut end = at;
        let mut line_breaks = 0;
        let mut after_return = false;
        for c in text[at..].chars() {
            match fold_char(c) {
                FoldedChar::Blank => after_return = false,
                FoldedChar::LineBreak => {
                    line_breaks += u32::from(!(after_return && c == '\n'));
                    after_return = c == '\r';
                }
                FoldedChar::ParagraphBreak => line_breaks += 2,
                // Invisible characters between blanks are removed with them.
                FoldedChar::Invisible if self.blank_follows(text, end) => after_return = false,
                _ => break,
            }
            end += c.len_utf8();
        }
        let folded = if line_breaks < 2 { " " } else { "\n" };
        if end != at + 1 {
            self.push_edge(1, at, end);
        }
        self.push(folded);
        (end, folded)
    }

    /// Whether the first visible character from `at` on is a blank.
    fn blank_follows(&self, text: &str, at: usize) -> bool {
        let visible = text[at..].chars().map(fold_char).find(|folded| *folded != FoldedChar::Invisible);
        matches!(visible, Some(FoldedChar::Blank | FoldedChar::LineBreak | FoldedChar::ParagraphBreak))
    }

    fn push_unit(&mut self, folded: &str, start: usize, end: usize) {
        // One character that becomes one of the same length keeps positions aligned and needs no edge.
        if folded.len() != end - start || folded.chars().nth(1).is_some() {
            self.push_edge(folded.len(), start, end);
        }
        self.push(folded);
    }

    /// Adds an edge for `length` folded bytes that are about to be pushed.
    fn push_edge(&mut self, length: usize, start: usize, end: usize) {
        let folded_start = self.length as u32;
        self.edges.push(Edge {
            folded_start,
            folded_end: folded_start + length as u32,
            start: start as u32,
            end: end as u32,
        });
    }

    /// Adds the accent at `start..end` to the character before it, across invisible characters.
    fn extend_unit(&mut self, text: &str, start: usize, end: usize) {
        let folded_end = self.length as u32;
        while self.edges.last().is_some_and(|edge| edge.folded_start == folded_end) {
            self.edges.pop();
        }
        match self.edges.last_mut() {
            Some(edge) if edge.folded_end == folded_end => edge.end = end as u32,
            _ if folded_end == 0 => self.edges.push(Edge { folded_start: 0, folded_end: 0, start: 0, end: end as u32 }),
            _ => {
                // The unit before has no edge, so it is one character whose folding has the same length.
                let is_inside = |byte: &&u8| **byte & 0xC0 == 0x80;
                let length = 1 + self.bytes().iter().rev().take_while(is_inside).count() as u32;
                let base = self.edges.last().map_or(folded_end, |edge| edge.end + (folded_end - edge.folded_end));
                debug_assert!(base as usize <= start && text.is_char_boundary((base - length) as usize));
                self.edges.push(Edge {
                    folded_start: folded_end - length,
                    folded_end,
                    start: base - length,
                    end: end as u32,
                });
            }
        }
    }
}

#[derive(Clone, Copy)]
enum AsciiClass {
    /// Folds to one byte.
    Plain(u8),
    /// Blank or line break.
    Blank,
    /// Not ASCII.
    Other,
}

/// In [`PUNCTUATION`]: the character is not changed by folding.
pub(crate) const UNCHANGED: u8 = 0x80;

/// What the characters U+2000 to U+203F fold to, indexed by their lowest six bits: an ASCII character, or
/// [`UNCHANGED`]; 0 if [`fold_char`] must decide. None is a word character or has a case.
pub(crate) static PUNCTUATION: [u8; 64] = {
    let mut table = [0; 64];
    let mut low = 0x10;
    while low < 0x3F {
        table[low] = match low {
            // U+2010 and U+2011 may divide a word at the end of a line, which [`fold_char`] handles.
            0x10 | 0x11 => 0,
            0x12 | 0x13 => b'-',
            0x18 | 0x19 | 0x1B | 0x32 => b'\'',
            0x1C..=0x1F | 0x33 => b'"',
            0x28..=0x2F => 0,
            _ => UNCHANGED,
        };
        low += 1;
    }
    table
};

static ASCII: [AsciiClass; 256] = {
    let mut table = [AsciiClass::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        let code = byte as u8;
        table[byte] = match code {
            b' ' | b'\t' | b'\n' | b'\r' | 0xB | 0xC => AsciiClass::Blank,
            b'`' => AsciiClass::Plain(b'\''),
            _ => AsciiClass::Plain(code.to_ascii_lowercase()),
        };
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, folded: &str) {
        assert_eq!(fold(text), folded, "{text:?}");
    }

    #[test]
    fn the_short_cut_knows_no_word_character() {
        use GeneralCategory::{ConnectorPunctuation, DecimalNumber};
        for c in '\u{2010}'..='\u{203E}' {
            let category = c.general_category();
            assert!(
                !c.is_alphabetic() && !is_mark(c) && !matches!(category, DecimalNumber | ConnectorPunctuation),
                "{c:?}"
            );
        }
    }

    #[test]
    fn the_table_of_signs_agrees() {
        for (low, punctuation) in PUNCTUATION.iter().enumerate() {
            let c = char::from_u32(0x2000 + low as u32).unwrap();
            let folded = match *punctuation {
                0 => continue,
                UNCHANGED => c.to_string(),
                byte => char::from(byte).to_string(),
            };
            assert!(matches!(fold_char(c), FoldedChar::Text(text) if text.as_str() == folded), "{c:?}");
            assert!(!is_word_char(c) && !c.is_lowercase(), "{c:?}");
        }
    }

    #[test]
    fn folds_case_fully() {
        check("Straße", "strasse");
        check("STRAẞE", "strasse");
        check("İstanbul", "istanbul");
        check("Diyarbakır", "diyarbakir");
        check("ΣΊΣΥΦΟΣ", "σισυφοσ");
        check("σίσυφος", "σισυφοσ");
        check("\u{212A}abul ſ ﬁ", "kabul s fi");
    }

    #[test]
    fn folds_accents_composed_and_decomposed() {
        check("São Paulo", "sao paulo");
        check("Sa\u{303}o Paulo", "sao paulo");
        check("Łódź Ørsted Æthel", "lodz orsted aethel");
        check("Киёв", "киев");
        assert_eq!(fold("한국"), fold("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"));
    }

    #[test]
    fn folds_punctuation_and_blanks() {
        check("Côte d’Ivoire", "cote d'ivoire");
        check("al‐Qaeda – “x”", "al-qaeda - \"x\"");
        check("New \t\u{A0}York", "new york");
        check("New\r\n  York", "new york");
        check("New \n \n York", "new\nyork");
        check("Bagh\u{AD}dad", "baghdad");
    }

    #[test]
    fn keeps_case_or_accents_when_asked() {
        let agree = |a: &str, b: &str| CasePattern::of(a).agrees(&CasePattern::of(b));
        assert!(agree("Zürich’s  ẞ", "Zurich's SS") && !agree("Zürich", "zurich"));
        assert!(agree("Þór", "Thor") && agree("Þór", "THor") && !agree("þór", "Thor"));
        assert_eq!(fold_keeping_accents("É"), fold_keeping_accents("e\u{301}"));
        assert_ne!(fold_keeping_accents("é"), fold_keeping_accents("e"));
    }

    /// Texts of ASCII, of characters that fold in special ways, and of any others.
    fn texts() -> impl Strategy<Value = String> {
        let special = "\u{301}\u{327}\u{AD}\u{FEFF}\u{200B}\u{2028}\u{2029}\u{85}éÉßẞÞæǅİıſﬁΣς’´‑\u{212B}\u{1E0B}\u{1112}\u{1161}한";
        let special: Vec<char> = special.chars().collect();
        let character = prop_oneof![
            4 => prop::char::range('\0', '\u{7F}'),
            1 => prop::sample::select(vec![' ', '\n', '\r']),
            2 => prop::sample::select(special),
            1 => any::<char>(),
        ];
        prop::collection::vec(character, 0..80).prop_map(|characters| characters.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        /// The text between ASCII characters can be decomposed separately.
        #[test]
        fn accents_are_kept_as_in_the_whole_decomposed(text in texts()) {
            let mut whole = String::new();
            text.chars().filter(|c| !is_invisible(*c)).nfd().for_each(|c| push_keeping_accents(&mut whole, c));
            prop_assert_eq!(fold_keeping_accents(&text), whole);
        }

        #[test]
        fn ascii_keeps_what_it_folds_to(text in "[ -~\t]{0,40}|[\0-\x7F]{0,40}") {
            prop_assert_eq!(fold_keeping_accents(&text), fold(&text).replace('\n', " "));
        }

        /// Where lower-case letters can be found byte by byte, the pattern gives the same result.
        #[test]
        fn small_letters_are_those_of_the_pattern(text in "[ -~]{0,70}|[\0-\x7F]{0,70}", other in texts()) {
            for text in [text, other] {
                let folded = fold(trim(&text));
                if let Some(small) = CasePattern::ascii_small_letters(trim(&text), folded.as_bytes()) {
                    prop_assert_eq!(CasePattern::of(trim(&text)).small_letters(folded.as_bytes()), Some(small));
                }
            }
        }
    }

    /// Every folded range that is a whole number of units maps to the text it came from.
    fn round_trip(text: &str, name: &str, surface: &str) {
        let mut folded = FoldedText::default();
        folded.fold(text);
        let key = fold(name);
        let at = memchr::memmem::find(folded.bytes(), key.as_bytes()).expect("the name is in the text");
        let span = folded.original(at, at + key.len()).expect("whole characters");
        assert_eq!(span.of(text), surface);
    }

    #[test]
    fn spans_slice_the_original() {
        round_trip("é\u{FEFF}in São\u{AD} Paulo.", "Sao", "São");
        round_trip("x  Sa\u{303}o\nPaulo.", "São Paulo", "Sa\u{303}o\nPaulo");
        round_trip("über Bagh\u{AD}dad", "Baghdad", "Bagh\u{AD}dad");
        round_trip("😀 Cafe\u{301}\u{301} x", "cafe", "Cafe\u{301}\u{301}");
        round_trip("xe\u{AD}\u{301} y", "xe", "xe\u{AD}\u{301}");
    }

    #[test]
    fn half_a_character_is_no_span() {
        let mut folded = FoldedText::default();
        folded.fold("Straße");
        assert_eq!(folded.bytes(), b"strasse");
        assert_eq!(folded.original(0, 5), None);
        assert_eq!(folded.original(5, 7), None);
        assert_eq!(folded.original(0, 6), Some(Span::new(0, 6)));
    }

    #[test]
    fn stretches_know_what_edges_know() {
        let text = "\u{AD}x  São\u{AD}\u{AD} Paulo\n \n  Straße ﬀ\u{301} …n’t \u{FEFF}İst 😀  \u{301}b";
        let mut folded = FoldedText::default();
        for text in [text, "plain", "  ", "\u{AD}"] {
            folded.fold(text);
            let n = folded.bytes().len();
            let mut near = Stretch::default();
            // Forwards, as hits come, and in jumps.
            let ordered = (0..n).flat_map(|start| (start + 1..=n).map(move |end| (start, end)));
            let leaps = (0..n * n).map(|at| (at * 7 % n, at * 13 % n + 1)).filter(|(start, end)| start < end);
            for (start, end) in ordered.chain(leaps) {
                let slow = folded.original_among_edges(start as u32, end as u32, &mut Stretch::default());
                assert_eq!(folded.original_near(start, end, &mut near), slow, "{text:?} {start}..{end}");
            }
        }
    }
}
