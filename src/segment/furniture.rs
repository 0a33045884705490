//! Whether one line is page furniture, and why.

use super::Reason;
use super::lists::{Lists, begins_credit, begins_notice, has_part, labels_beginning, may_be_labelled};
use super::phrases::{CREDIT_PARTS, NOTICE_PARTS};

/// Why a line is furniture, and whether it is the heading of a list of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) reason: Reason,
    pub(super) opens_list: bool,
}

impl From<Reason> for Verdict {
    fn from(reason: Reason) -> Self {
        Self { reason, opens_list: false }
    }
}

/// Longer lines are paragraphs, in bytes.
const LONGEST: usize = 400;
/// The longest item of a menu, in words.
const LONGEST_ITEM: usize = 6;
/// Characters between the items of a menu. A slash is not one: "REUTERS / Ama Example / File Photo" is a credit.
const BARS: [char; 8] = ['|', '·', '•', '›', '»', '>', '∙', '●'];

fn is_bar(c: char) -> bool {
    // The first comparison decides nearly every character.
    !c.is_ascii_alphabetic() && BARS.contains(&c)
}

/// Judges one line without blanks at its ends. `flows` says that it continues a wrapped sentence; then only what could
/// be nothing else is furniture. `lowered` is a buffer; after the call it holds the line in lower case, unless the line
/// is a paragraph.
pub(super) fn judge(line: &str, flows: bool, lowered: &mut String) -> Option<Verdict> {
    if line.len() > LONGEST {
        return None;
    }
    lower_into(line, lowered);
    let lower: &str = lowered;
    if is_share_bar(lower) {
        return Some(Reason::ShareBar.into());
    }
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '…' | '?' | ')' | '©' | '#'));
    let word = bare.trim_end_matches(['.', '…', '?', ')']);
    // The last word of a wrapped sentence is not a button: "…16 cents a / share."
    let sentence = flows && (line.starts_with(char::is_lowercase) || line.ends_with('.'));
    if !sentence && (is_button(bare) || is_button(word) || is_comment_count(word)) {
        return Some(Reason::Navigation.into());
    }
    if !sentence && Lists::of(word).any(Lists::ADVERTISEMENT) {
        return Some(Reason::Advertisement.into());
    }
    if let Some(verdict) = labelled(line, lower) {
        return Some(verdict);
    }
    if lower.split_whitespace().all(|token| token.starts_with('#') && token.len() > 1) {
        return Some(Reason::Tags.into());
    }
    if !sentence && is_time(lower) {
        return Some(Reason::Timestamp.into());
    }
    if has_part(lower) {
        if CREDIT_PARTS.iter().any(|part| lower.contains(part)) {
            return Some(Reason::Copyright.into());
        }
        if lower.len() <= 300 && NOTICE_PARTS.iter().any(|part| lower.contains(part)) {
            return Some(Reason::Notice.into());
        }
    }
    if flows {
        return None;
    }
    if begins_credit(lower) {
        return Some(Reason::Copyright.into());
    }
    if bare.starts_with("advertisement ") && word.len() <= 60 && !line.ends_with('.') {
        return Some(Reason::Advertisement.into());
    }
    if begins_notice(bare) || is_follow_line(bare) {
        return Some(Reason::Notice.into());
    }
    is_menu(line, lower).then_some(Reason::Navigation.into())
}

/// Sets `lowered` to the line in lower case, converted character by character.
fn lower_into(line: &str, lowered: &mut String) {
    lowered.clear();
    let mut rest = line;
    loop {
        let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let from = lowered.len();
        lowered.push_str(&rest[..plain]);
        lowered[from..].make_ascii_lowercase();
        let mut after = rest[plain..].chars();
        let Some(c) = after.next() else { return };
        lowered.extend(c.to_lowercase());
        rest = after.as_str();
    }
}

fn is_button(line: &str) -> bool {
    Lists::of(line).any(Lists::BUTTON)
}

/// "12 comments", "Comments (3)", "214 shares".
fn is_comment_count(line: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let thing = |word: &str| matches!(word, "comment" | "comments" | "shares" | "share" | "views" | "likes");
    let Some(first) = words.next().filter(|first| number(first) || thing(first)) else { return false };
    let (Some(second), None) = (words.next(), words.next()) else { return false };
    number(first) && thing(second) || thing(first) && number(second)
}

/// Whether a line has only networks, icons and words that accompany them: at least two words, one of them a network.
fn is_share_bar(lower: &str) -> bool {
    let (mut words, mut networks) = (0, 0);
    for token in lower.split(|c: char| c.is_whitespace() || is_bar(c) || matches!(c, ',' | ':' | '(' | ')' | '/')) {
        let token = token.trim_matches(['.', '!', '-', '–', '—', '+', '[', ']', '&']);
        if token.is_empty() {
            continue;
        }
        words += 1;
        let icon = ["icon-", "fa-", "ico-", "social-", "share-"].iter().any(|prefix| token.starts_with(prefix));
        let lists = Lists::of(token);
        if icon || lists.any(Lists::NETWORK) {
            networks += 1 + i32::from(icon);
        } else if !lists.any(Lists::SHARE_WORD) && !token.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
    }
    networks > 0 && words + networks > 2
}

/// "READ ALSO: …", "Tags: …", "Most read".
fn labelled(line: &str, lower: &str) -> Option<Verdict> {
    let strip = |text| str::trim_start_matches(text, |c: char| !c.is_alphanumeric());
    let (line, lower) = (strip(line), strip(lower));
    if !may_be_labelled(lower) {
        return None;
    }
    // Labels are short. The text before the first such mark after a word is compared as a whole.
    let mark = |c: char| matches!(c, ':' | '|' | '»' | '>' | '→' | '–' | '—' | '…') || c == '\u{FF1A}';
    let (head, marked) = match lower.find(mark) {
        Some(at) => (lower[..at].trim_end_matches(|c: char| c.is_whitespace() || c == '-'), true),
        None => (lower.trim_end_matches(['.', ')', ']', ' ']), false),
    };
    let rest_is_empty = !marked || lower[head.len()..].chars().all(|c| !c.is_alphanumeric());
    let lists = Lists::of(head);
    if lists.any(Lists::TAG_LABEL) && (marked || head != "more on" && head != "more about") {
        return Some(Verdict { reason: Reason::Tags, opens_list: rest_is_empty });
    }
    let more_from = lower.starts_with("more from ") && line.len() <= 60 && !line.ends_with('.');
    if lists.any(Lists::LIST_LABEL) || more_from {
        return Some(Verdict { reason: Reason::LinkLine, opens_list: rest_is_empty });
    }
    if lists.any(Lists::LINK_LABEL) && (marked || rest_is_empty && !lists.any(Lists::PLAIN_LABEL)) {
        return Some(Verdict { reason: Reason::LinkLine, opens_list: rest_is_empty });
    }
    // "READ ALSO Over 200 …": a label in capitals before a headline that is not in capitals.
    let shouted = |label: &str| {
        let own: String = line.chars().take(label.chars().count()).collect();
        let follows = lower.strip_prefix(label).is_some_and(|rest| rest.starts_with(' '));
        follows && !own.chars().any(char::is_lowercase) && line.chars().any(char::is_lowercase)
    };
    labels_beginning(lower).any(shouted).then_some(Reason::LinkLine.into())
}

/// Whether a line is a date or a time with words of publishing around it; a number alone is not.
fn is_time(lower: &str) -> bool {
    if lower.len() > 90 || !lower.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let (mut words, mut tokens) = (0, 0);
    for token in lower.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()) {
        tokens += 1;
        let number = token.trim_end_matches(|c: char| c.is_alphabetic());
        let ending = &token[number.len()..];
        let numeric = !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(ending, "" | "am" | "pm" | "st" | "nd" | "rd" | "th" | "h" | "m" | "min" | "z" | "s");
        let zoned = !number.is_empty() && number.contains('t') && ending.is_empty();
        let word = Lists::of(token).any(Lists::TIME_WORD);
        if !numeric && !word && !zoned {
            return false;
        }
        words += i32::from(word || number.len() >= 4);
    }
    words > 0 && tokens > 1
}

/// "Follow Example on Instagram, TikTok and Facebook".
fn is_follow_line(lower: &str) -> bool {
    let begins = ["follow ", "like ", "join ", "find us ", "connect with ", "message us ", "watch us "];
    if lower.len() > 120 || !begins.iter().any(|begin| lower.starts_with(begin)) {
        return false;
    }
    let Some((_, networks)) = lower.rsplit_once(" on ") else { return false };
    let mut tokens = networks.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).peekable();
    tokens.peek().is_some() && tokens.all(|token| Lists::of(token).any(Lists::NETWORK | Lists::SHARE_WORD))
}

/// "Home > Markets > Asia", "Sign in   Subscribe for $1": short items with bars or wide gaps between them.
fn is_menu(line: &str, lower: &str) -> bool {
    if line.len() > 200 || line.ends_with(['.', '!', '?', ':', '”', '"']) {
        return false;
    }
    let (mut items, mut buttons, mut numbers) = (0, 0, 0);
    let barred = lower.contains(is_bar);
    // A line of one item is not a menu.
    if !barred && !lower.as_bytes().contains(&b'\t') && !lower.as_bytes().windows(3).any(|gap| gap == b"   ") {
        return false;
    }
    // A bar separates items only with blanks around it.
    let pieces: Box<dyn Iterator<Item = &str>> = if barred {
        if !lower.contains(" | ") && !BARS.iter().any(|bar| lower.contains(&format!(" {bar} "))) {
            return false;
        }
        Box::new(lower.split(BARS))
    } else {
        Box::new(lower.split("   ").flat_map(|piece| piece.split('\t')))
    };
    for item in pieces.map(str::trim).filter(|item| !item.is_empty()) {
        items += 1;
        if item.split_whitespace().count() > LONGEST_ITEM || item.contains([',', ';', '“', '"']) {
            return false;
        }
        numbers += u32::from(item.bytes().any(|byte| byte.is_ascii_digit()));
        let button = Lists::of(item).any(Lists::BUTTON | Lists::NETWORK) || begins_notice(item) || is_share_bar(item);
        buttons += u32::from(button);
    }
    items >= 2 && buttons == items || barred && items >= 3 && (numbers == 0 || buttons * 2 > items)
}
