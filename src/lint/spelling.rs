//! How a name is written: misleading characters, and flags that do not fit the name.

use super::Report;
use super::codes::Code;
use super::source::NameLine;
use crate::gazetteer::{Boundary, CasePolicy};
use crate::normalize::is_invisible;

pub(super) fn check(name: &NameLine, report: &mut Report<'_>) {
    check_characters(name, report);
    check_punctuation(name, report);
    check_flags(name, report);
}

fn check_characters(name: &NameLine, report: &mut Report<'_>) {
    let text = name.text.as_str();
    if let Some(c) = text.chars().find(|c| is_hidden(*c) || is_joiner(*c) && is_european(text)) {
        let code = c as u32;
        let message = format!("{text:?} contains the invisible character or unusual blank U+{code:04X}");
        report.add(Code::Invisible, name.at, message, "retype the name with ordinary letters and blanks");
    }
    if let Some((word, c, script)) = mixed_word(text) {
        let message = format!("`{word}` mixes Latin letters with the {script} `{c}` (U+{:04X})", c as u32);
        report.add(Code::MixedScript, name.at, message, "write the whole word in one script");
    }
    if let Some(meant) = misread(text) {
        let remedy = match meant {
            Some(meant) => format!("write `{meant}`, and read the source of the name as UTF-8"),
            None => "look the name up again: a character was lost".to_owned(),
        };
        report.add(Code::Mojibake, name.at, format!("`{text}` was read in a wrong encoding"), remedy);
    }
    if let Some(entity) = html_entity(text) {
        let message = format!("`{text}` contains the HTML entity `{entity}`, which no article shows");
        report.add(Code::HtmlEntity, name.at, message, "write the character itself");
    }
}

fn check_punctuation(name: &NameLine, report: &mut Report<'_>) {
    let text = name.text.as_str();
    let message = if let Some(c) = text.chars().next_back().filter(|c| ",;:-–—/&(".contains(*c)) {
        format!("`{text}` ends with `{c}`")
    } else if let Some(c) = text.chars().next().filter(|c| ",;:.-–—/&)!?".contains(*c)) {
        format!("`{text}` begins with `{c}`")
    } else if text.matches('(').count() != text.matches(')').count() {
        format!("`{text}` has a bracket without its partner")
    } else if text.chars().filter(|c| *c == '"').count() % 2 == 1 || is_quoted(text) {
        format!("`{text}` has quotation marks that are hardly part of the name")
    } else {
        return;
    };
    report.add(Code::StrayPunctuation, name.at, message, "write the name as in running text");
}

fn check_flags(name: &NameLine, report: &mut Report<'_>) {
    let (text, flags) = (name.text.as_str(), name.flags);
    let at = super::Position { column: name.flags_column, ..name.at };
    let cased = text.chars().any(is_cased);
    let mut idle = |what: &str, why: &str| {
        report.add(Code::IdleFlag, at, format!("`{what}` has no effect: {why}"), format!("leave out `{what}`"));
    };
    match flags.case {
        CasePolicy::Exact if !cased => idle("exact", &format!("`{text}` has no upper or lower case")),
        CasePolicy::Any if !cased => idle("any", &format!("`{text}` has no upper or lower case")),
        _ => {}
    }
    if flags.stop && flags.weak {
        idle("weak", "a stop name needs no evidence");
    }
    if !name.evidence.is_empty() && (flags.stop || !flags.weak) {
        idle("ctx=", if flags.stop { "a stop name needs no evidence" } else { "a free name needs no evidence" });
    }
    if flags.boundary == Boundary::Open && is_european(text) {
        let message = format!("`{text}` is open: it also matches inside longer words");
        report.add(Code::OpenLetters, at, message, "leave out `open`; it is for scripts without blanks");
    }
    // `exact` shows that lower case is intended.
    let n_words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
    if cased && n_words > 1 && flags.case == CasePolicy::Title && !flags.stop && !text.chars().any(char::is_uppercase) {
        let message = format!("`{text}` in lower case does not match in a headline that capitalises every word");
        report.add(Code::SmallLetters, at, message, "add the flag `any`, or a second name with capitals");
    }
}

pub(super) fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase()
}

/// Latin, Greek or Cyrillic: scripts with capitals and blanks.
fn is_european(text: &str) -> bool {
    text.chars().any(is_cased)
}

/// Invisible characters, and blanks other than the ordinary one.
fn is_hidden(c: char) -> bool {
    is_invisible(c) || c.is_control() || c == '\u{200B}' || c != ' ' && c.is_whitespace()
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_quoted(text: &str) -> bool {
    text.len() > 1 && text.starts_with(['"', '“', '”']) && text.ends_with(['"', '“', '”'])
}

/// The first word that has Latin letters and also a Cyrillic or Greek letter.
fn mixed_word(text: &str) -> Option<(&str, char, &'static str)> {
    text.split(|c: char| !c.is_alphabetic()).find_map(|word| {
        let latin = word
            .chars()
            .any(|c| c.is_ascii_alphabetic() || matches!(c, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}'));
        let other = word.chars().find_map(|c| match c {
            '\u{400}'..='\u{52F}' => Some((c, "Cyrillic")),
            '\u{370}'..='\u{3FF}' => Some((c, "Greek")),
            _ => None,
        });
        other.filter(|_| latin).map(|(c, script)| (word, c, script))
    })
}

/// The name before its UTF-8 was read as Windows-1252, if that happened; `Some(None)` if characters were lost.
fn misread(text: &str) -> Option<Option<String>> {
    if text.contains('\u{FFFD}') {
        return Some(None);
    }
    let mut meant = Vec::with_capacity(text.len());
    let mut found = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = &rest[..rest.find(|c: char| c.is_ascii()).unwrap_or(rest.len())];
        let bytes: Option<Vec<u8>> = run.chars().map(windows_byte).collect();
        match bytes.filter(|bytes| !bytes.is_empty() && std::str::from_utf8(bytes).is_ok()) {
            Some(bytes) => {
                found = true;
                meant.extend(bytes);
            }
            None if run.is_empty() => meant.push(c as u8),
            None => meant.extend(run.as_bytes()),
        }
        rest = &rest[run.len().max(1)..];
    }
    found.then(|| String::from_utf8(meant).ok())
}

/// The byte that Windows-1252 reads as `c`.
fn windows_byte(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    let high = HIGH.iter().position(|high| *high == c).map(|at| at as u8 + 0x80);
    high.or_else(|| u8::try_from(c as u32).ok().filter(|byte| *byte >= 0xA0))
}

/// The first `&name;`, `&#8217;` or `&#x2019;`.
fn html_entity(text: &str) -> Option<&str> {
    text.match_indices('&').find_map(|(at, _)| {
        let end = at + text[at..].find(';')?;
        let name = &text[at + 1..end];
        let digits = name.strip_prefix('#').unwrap_or(name);
        (!digits.is_empty() && digits.chars().all(|c| c.is_ascii_alphanumeric())).then(|| &text[at..=end])
    })
}
