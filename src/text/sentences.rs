//! Where sentences end in the prose of newspapers.

use super::abbreviations::{Period, begins_sentences, is_speech, period_after};

/// Signs that close what a sentence opened; they belong to it.
const CLOSERS: [char; 9] = ['"', '”', '’', '\'', '»', ')', ']', '›', '}'];
/// Signs that open, before the first word of a sentence.
const OPENERS: [char; 11] = ['"', '“', '‘', '\'', '«', '(', '[', '‹', '{', '¿', '¡'];

/// Puts the beginnings of the sentences of one paragraph into `starts`, in bytes of `text`; `start..end` is the paragraph.
///
/// A sentence ends at `.`, `!`, `?` or `…`, with quotes and brackets that close after it, if a blank follows and what comes then
/// can begin a sentence. The period of an abbreviation, of initials and of a number ends it only if the next word is one that
/// begins sentences ("in the U.S. The talks"); a question in quotes does not if somebody is said to have asked it.
///
/// # Complexity
///
/// Linear in the paragraph: what is looked at beside a sign is a few words.
pub(super) fn sentence_starts(text: &str, start: usize, end: usize, starts: &mut Vec<usize>) {
    starts.push(start);
    let paragraph = &text[start..end];
    let (mut sentence, mut done) = (0, 0);
    for at in ends(paragraph) {
        if at < done {
            continue;
        }
        let stop = Stop::at(paragraph, sentence, at);
        done = stop.end;
        if let Some(next) = stop.next_sentence(paragraph) {
            sentence = next;
            starts.push(start + next);
        }
    }
}

/// Where marks are that may end a sentence.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    // Of marks in other scripts the first byte is looked for.
    let mut ascii = memchr::memchr3_iter(b'.', b'!', b'?', text.as_bytes()).peekable();
    let mut others = memchr::memchr3_iter(0xe2, 0xe3, 0xef, text.as_bytes())
        .filter(|&at| text[at..].starts_with(['…', '。', '！', '？']))
        .peekable();
    std::iter::from_fn(move || match (ascii.peek(), others.peek()) {
        (Some(a), Some(b)) if a < b => ascii.next(),
        (Some(_), None) => ascii.next(),
        _ => others.next(),
    })
}

/// One or more marks that may end a sentence, and what is around them.
struct Stop {
    /// Where the sentence begins that it may end.
    sentence: usize,
    /// The first of the marks.
    start: usize,
    /// After the marks, before what closes.
    bare_end: usize,
    /// After what closes.
    end: usize,
}

impl Stop {
    fn at(text: &str, sentence: usize, start: usize) -> Self {
        // The usual case: one mark, then a blank.
        if let [mark, b' ' | b'\n', ..] = text.as_bytes()[start..]
            && mark.is_ascii()
        {
            return Self { sentence, start, bare_end: start + 1, end: start + 1 };
        }
        let rest = &text[start..];
        let bare = rest.trim_start_matches(['.', '!', '?', '…', '。', '！', '？']);
        let closed = bare.trim_start_matches(CLOSERS);
        Self { sentence, start, bare_end: text.len() - bare.len(), end: text.len() - closed.len() }
    }

    /// Where the next sentence begins, if one ends here.
    fn next_sentence(&self, text: &str) -> Option<usize> {
        let marks = &text[self.start..self.bare_end];
        let after = &text[self.end..];
        let next = after.trim_start();
        if next.is_empty() {
            return None;
        }
        let begin = text.len() - next.len();
        if marks.ends_with(['。', '！', '？']) {
            return Some(begin);
        }
        let word = match next.as_bytes()[0].is_ascii_alphanumeric() {
            true => next,
            false => next.trim_start_matches(OPENERS),
        };
        let blank = next.len() < after.len();
        let is_one_period = marks == ".";
        let ends = if !blank {
            is_one_period && self.bare_end == self.end && is_run_together(&text[..self.start], after)
        } else if !can_begin(word) {
            false
        } else if is_one_period {
            self.period_ends(text, word, next.len() > word.len())
        } else if marks.starts_with(['.', '…']) {
            let spaced = text[..self.start].ends_with(char::is_whitespace);
            !spaced || self.end > self.bare_end || begins_sentences(first_word(word))
        } else {
            self.end == self.bare_end || !is_said(word)
        };
        ends.then_some(begin)
    }

    /// Whether a single period ends the sentence before `next`, which may have a quote or bracket before it.
    fn period_ends(&self, text: &str, next: &str, opened: bool) -> bool {
        let before = &text[..self.start];
        // Most sentences end with a long word, and no abbreviation is so long.
        if before.as_bytes().last_chunk::<7>().is_some_and(|word| word.iter().all(u8::is_ascii_alphabetic)) {
            return true;
        }
        let word = last_word(before);
        if word.is_empty() {
            // A period by itself, or after a bracket or quote.
            return true;
        }
        let is_number = next.starts_with(|character: char| character.is_ascii_digit());
        match period_after(word) {
            Period::Ends => !(is_list_number(word) && before.len() == self.sentence + word.len()),
            Period::GoesOn => self.end > self.bare_end,
            Period::GoesOnBeforeNumber => !is_number,
            // A quote that begins, or one that ended before, is a sentence of its own; so is what begins like one.
            Period::AskNext => {
                !is_number
                    && (begins_sentences(first_word(next))
                        || opened && !text[self.end..].trim_start().starts_with('(')
                        || self.end > self.bare_end && text[self.bare_end..].starts_with(['"', '”']))
            }
        }
    }
}

/// Whether a sentence can begin with this: not with a lower-case word, but with "iPhone".
fn can_begin(next: &str) -> bool {
    let mut characters = next.chars();
    match characters.next() {
        Some(first) if first.is_lowercase() => characters.next().is_some_and(char::is_uppercase),
        Some(first) => {
            first.is_alphanumeric() || matches!(first, '$' | '£' | '€' | '#' | '@' | '-' | '–' | '—' | '•' | '*' | '…')
        }
        None => false,
    }
}

/// Two sentences without a blank between them: "resumed.The".
fn is_run_together(before: &str, after: &str) -> bool {
    let word = last_word(before);
    let mut next = after.chars();
    let begins = next.next().is_some_and(char::is_uppercase) && next.next().is_some_and(char::is_lowercase);
    let is_address = after.split_whitespace().next().is_some_and(|token| token.trim_end_matches('.').contains('.'));
    let word_ends = word.chars().count() > 1 && word.ends_with(char::is_lowercase) && !word.contains('.');
    begins && !is_address && word_ends && period_after(word) == Period::Ends
}

/// Whether `next` says that somebody spoke: a name or two, then the verb.
fn is_said(next: &str) -> bool {
    next.split_whitespace().take(4).skip(1).any(|word| is_speech(word.trim_end_matches([',', '.', ':'])))
}

/// Whether a word is the number of an item in a list, if a sentence begins with it: "1."
fn is_list_number(word: &str) -> bool {
    word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The word that `text` ends with; periods inside belong to it.
fn last_word(text: &str) -> &str {
    const LONGEST: usize = 24;
    // The usual case: an ASCII word after an ASCII character, which needs no decoding.
    let bytes = text.as_bytes();
    let length = bytes.iter().rev().take(LONGEST).take_while(|byte| is_of_word(**byte)).count();
    if length < LONGEST && bytes.len().checked_sub(length + 1).is_none_or(|before| bytes[before].is_ascii()) {
        return text[text.len() - length..].trim_start_matches(['.', '\'']);
    }
    let from =
        (text.len().saturating_sub(LONGEST)..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let tail = &text[from..];
    let word =
        tail.rsplit(|character: char| !character.is_alphanumeric() && !matches!(character, '.' | '\'' | '’')).next();
    word.unwrap_or(tail).trim_start_matches(['.', '\'', '’'])
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'\'')
}

/// The word that `text` begins with.
fn first_word(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line of the file is a paragraph in which `|` divides the sentences.
    #[test]
    fn sentences_of_news() {
        let mut wrong = Vec::new();
        let mut n_sentences = 0;
        let lines = include_str!("sentences.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            let expected: Vec<&str> = line.split(" | ").collect();
            n_sentences += expected.len();
            let text = expected.join(" ");
            let found = sentences(&text);
            if found != expected {
                wrong.push(format!("{}\n  found {}", line, found.join(" | ")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(n_sentences >= 150, "{n_sentences}");
    }

    #[test]
    fn a_missing_blank_is_forgiven() {
        assert_eq!(sentences("Talks resumed.The minister left."), ["Talks resumed.", "The minister left."]);
        assert_eq!(sentences("See www.Example.com today."), ["See www.Example.com today."]);
        assert_eq!(sentences("他离开了。会谈继续。"), ["他离开了。", "会谈继续。"]);
    }

    fn sentences(text: &str) -> Vec<&str> {
        let mut starts = Vec::new();
        sentence_starts(text, 0, text.len(), &mut starts);
        let ends = starts.iter().skip(1).copied().chain(std::iter::once(text.len()));
        starts.iter().zip(ends).map(|(&start, end)| text[start..end].trim_end()).collect()
    }
}
