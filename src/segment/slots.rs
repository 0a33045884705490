//! Headline, dateline and byline, recognised by their form.

use super::lines::{Line, ends_sentence};
use super::lists::{Lists, begins_reporters};
use super::phrases::{TRADES, TRAILING_CREDITS};
use crate::normalize::fold;

/// The letters and digits of a line, folded, for comparing headlines without punctuation and blanks.
pub(super) fn letters(line: &str) -> String {
    if line.is_ascii() {
        let mut letters = String::with_capacity(line.len());
        line.split(|c: char| !c.is_ascii_alphanumeric()).for_each(|word| letters.push_str(word));
        letters.make_ascii_lowercase();
        return letters;
    }
    let mut letters = fold(line);
    letters.retain(char::is_alphanumeric);
    letters
}

/// Whether the letters of a line may begin like those of a title; decided without folding, and rarely wrong.
fn may_begin_alike(title: &str, line: &str) -> bool {
    let mut title = title.bytes();
    let plain = line.bytes().take_while(u8::is_ascii).filter(u8::is_ascii_alphanumeric);
    plain.map(|letter| letter.to_ascii_lowercase()).all(|letter| title.next().is_none_or(|other| other == letter))
}

/// Whether a line repeats the title, given as its letters; the name of the site may follow in either.
pub(super) fn repeats(title: &str, line: &str) -> bool {
    const SITE_NAME: usize = 40;
    const LEAST: usize = 16;
    if line.len() > 4 * title.len() + 4 * SITE_NAME || !may_begin_alike(title, line) {
        return false;
    }
    let own = letters(line);
    if own == title {
        return true;
    }
    let (short, long) = if own.len() < title.len() { (own.as_str(), title) } else { (title, own.as_str()) };
    let marked =
        |line: &str| line.contains(" | ") || line.contains(" - ") || line.contains(" – ") || line.contains(" — ");
    short.len() >= LEAST
        && long.strip_prefix(short).is_some_and(|site| site.len() <= SITE_NAME)
        && (own.len() < title.len() || marked(line))
}

/// Whether a line has the form of a headline: not a sentence, separated from what follows, and not the last line.
pub(super) fn is_headline(text: &str, lines: &[Line], index: usize) -> bool {
    let line = lines[index].span.of(text);
    let Some(next) = lines.get(index + 1) else { return false };
    if line.chars().count() > 200 || ends_sentence(line) && !line.ends_with(['?', '!']) || dateline(line).is_some() {
        return false;
    }
    let apart = next.blank_before;
    let words = || line.split_whitespace().filter(|word| word.chars().count() > 3);
    let capitals = words().filter(|word| word.starts_with(|c: char| !c.is_lowercase())).count();
    let capitalised = words().count() > 1 && capitals * 5 >= words().count() * 4;
    apart || capitalised && next.span.of(text).starts_with(|c: char| !c.is_lowercase())
}

/// The length of the dateline at the beginning of a paragraph, with the mark that ends it.
pub(super) fn dateline(line: &str) -> Option<usize> {
    const LONGEST: usize = 90;
    /// Words in capitals before a colon that are not places.
    const LABELS: [&str; 22] = [
        "ANALYSIS",
        "BREAKING",
        "COMMENT",
        "CORRECTION",
        "EDITORIAL",
        "EXCLUSIVE",
        "EXPLAINER",
        "FACTBOX",
        "FEATURE",
        "GALLERY",
        "INTERVIEW",
        "LIVE",
        "NOTE",
        "OPINION",
        "PHOTOS",
        "POLL",
        "PROFILE",
        "REVIEW",
        "TIMELINE",
        "UPDATE",
        "VIDEO",
        "WATCH",
    ];
    let mut after_place = 0;
    let mut all_capitals = true;
    let mut words = 0;
    // The name: capitalised words, and commas between them.
    let mut rest = line;
    loop {
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '.' | '-' | '/')))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        let month = words > 0 && Lists::of(&word.trim_end_matches('.').to_lowercase()).any(Lists::TIME_WORD);
        let number = words > 0 && !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let joins = words > 0 && matches!(word, "de" | "del" | "la" | "of" | "and" | "the" | "al" | "el" | "du" | "le");
        if !word.starts_with(char::is_uppercase) && !number && !joins {
            break;
        }
        if after_place == 0 && !month && !joins {
            all_capitals &= !word.chars().any(char::is_lowercase);
        }
        words += 1;
        after_place = line.len() - rest.len() + length;
        rest = &rest[length..];
        let gap = rest.trim_start_matches([',', ' ', '\u{A0}']);
        if gap.len() == rest.len() || words > 9 {
            break;
        }
        rest = gap;
    }
    let place = line.get(..after_place).filter(|place| !place.is_empty() && place.len() <= LONGEST)?;
    let first = place.split([',', ' ', ':']).next().unwrap_or_default();
    let capitals = first.chars().filter(|c| c.is_uppercase()).count() >= 3 && !first.chars().any(char::is_lowercase);
    if LABELS.contains(&first) || !all_capitals && words > 6 {
        return None;
    }
    let tail = line[after_place..].trim_start_matches([' ', '\u{A0}', ',']);
    let (tail, agency) = match tail.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        Some((agency, tail)) if agency.len() <= 40 => (tail.trim_start_matches([' ', '\u{A0}']), true),
        _ => (tail, false),
    };
    let spaced = tail.len() < line[after_place..].len();
    let mark = ["--", "—", "–", "―", "-", ":"].iter().find(|mark| tail.starts_with(**mark))?;
    let after = &tail[mark.len()..];
    let ends = match *mark {
        ":" => capitals && after.starts_with(char::is_whitespace) || agency,
        "-" => spaced && (after.is_empty() || after.starts_with(char::is_whitespace)) && (capitals || agency),
        "--" => capitals || agency,
        _ => capitals || agency || spaced && words <= 3 && after.starts_with(char::is_whitespace),
    };
    // Without a sentence after it, the line is a headline with a dash in it.
    (ends && after.trim().len() >= 20).then(|| line.len() - after.len())
}

/// Whether a line names the author. Before the first sentence "By Ama Example" does, and so does "Ama Example, Staff
/// Writer"; after it, more than "By" is needed. `lower` is the line in lower case, unless it is a paragraph; `flows`
/// says that the line continues a wrapped sentence.
pub(super) fn is_byline(text: &str, line: Line, lower: &str, flows: bool, prose_begun: bool, first: bool) -> bool {
    const LONGEST: usize = 160;
    const MOST_WORDS: usize = 20;
    let whole = line;
    let line = line.span.of(text);
    if line.starts_with('(') {
        return is_credit(line);
    }
    if flows || whole.is_wrapped() || line.len() > LONGEST || line.contains(['(', '“', '"', '?']) {
        return false;
    }
    let named = |rest: &str| {
        let words = rest.split_whitespace().count();
        (1..=MOST_WORDS).contains(&words)
            && rest.split_whitespace().all(is_name_word)
            && rest.starts_with(char::is_uppercase)
            && (!ends_sentence(rest) || rest.ends_with("Jr.") || rest.ends_with("Sr."))
    };
    if begins_reporters(lower) {
        return named(line.trim_end_matches('.'));
    }
    if prose_begun {
        return false;
    }
    let by = line.get(..3).filter(|by| ["by ", "von", "par", "por"].iter().any(|word| by.eq_ignore_ascii_case(word)));
    if let Some(rest) = by.and_then(|by| line[by.trim_end().len()..].strip_prefix(' ')).map(str::trim) {
        return named(rest) && !(first && rest.split_whitespace().count() > 4);
    }
    line.len() <= 80
        && line.contains([',', '|', '·', '-', '–'])
        && TRADES.iter().any(|trade| lower.ends_with(trade))
        && named(line)
}

/// Whether a text is only credits in brackets; the last bracket may be left open.
fn is_credit(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut rest = lower.as_str();
    let mut credits = 0;
    while rest.starts_with('(') && begins_reporters(rest) {
        credits += 1;
        let end = rest.find(')').map_or(rest.len(), |end| end + 1);
        rest = rest[end..].trim_start_matches([' ', '.', '\u{A0}', ';']);
    }
    credits > 0 && rest.is_empty()
}

/// Whether a line leaves a bracket of credits open, which a later line closes.
pub(super) fn opens_credit(line: &str) -> bool {
    line.rfind('(').is_some_and(|open| !line[open..].contains(')'))
}

/// A word of a byline: a name, a number, or one of the small words between them.
fn is_name_word(word: &str) -> bool {
    const SMALL: [&str; 31] = [
        "additional",
        "by",
        "editing",
        "reporting",
        "writing",
        "al",
        "and",
        "at",
        "bin",
        "da",
        "dan",
        "de",
        "del",
        "der",
        "di",
        "dos",
        "el",
        "for",
        "in",
        "la",
        "le",
        "of",
        "on",
        "the",
        "van",
        "von",
        "with",
        "y",
        "und",
        "et",
        "&",
    ];
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    !bare.starts_with(char::is_lowercase)
        || SMALL.contains(&bare)
        || Lists::of(bare).any(Lists::TIME_WORD)
        || bare.contains('@')
}

/// Where "(Reporting by …)" begins at the end of a paragraph.
pub(super) fn trailing_credit(line: &str) -> Option<usize> {
    const LONGEST: usize = 400;
    if !line.ends_with([')', '.']) {
        return None;
    }
    let mut from = line.len().saturating_sub(LONGEST);
    while !line.is_char_boundary(from) {
        from += 1;
    }
    let tail = &line[from..];
    let begins = |at: &usize| TRAILING_CREDITS.iter().any(|credit| tail[*at..].starts_with(credit));
    let at = memchr::memchr_iter(b'(', tail.as_bytes()).find(begins)?;
    is_credit(&tail[at..]).then_some(from + at)
}
