//! Which names does the gazetteer lack? Frequent capitalised sequences that it does not cover.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::scan::{ScanOptions, gather};
use crate::analyzer::{Analyzer, Worker};
use crate::archive::Archive;
use crate::collect::{Collector, ReadDocument};
use crate::diagnostics::Reject;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::gazetteer::EntityType;
use crate::lint::words::Words;
use crate::normalize::{fold, is_word_char};
use crate::progress::StopFlag;
use crate::span::Span;
use crate::store::{FileSummary, Run};

/// Contexts kept of each sequence.
const CONTEXTS: usize = 3;
/// Words of a context on either side.
const CONTEXT_WORDS: usize = 5;
/// Longest sequence in words: longer ones are headlines.
const MAX_WORDS: usize = 8;
/// Small words that join the parts of a name.
const JOINERS: [&str; 16] =
    ["of", "the", "for", "de", "del", "della", "di", "do", "da", "du", "des", "la", "el", "al", "van", "von"];
/// Words that headlines write small.
const HEADLINE_SMALL: [&str; 17] =
    ["a", "an", "the", "and", "or", "of", "in", "on", "at", "to", "by", "for", "from", "with", "as", "is", "are"];

/// A capitalised sequence that no name of the gazetteer covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The sequence as it was written, with single blanks.
    pub text: String,
    /// How often it was met.
    pub count: u64,
    /// In how many documents.
    pub documents: u64,
    /// The first places, with a few words on either side, in the order of the archive.
    pub contexts: Vec<String>,
}

/// What [`suggest`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suggestions {
    /// The sequences: most documents first, then most often met, then by text.
    pub suggestions: Vec<Suggestion>,
    /// Documents read.
    pub documents: u64,
    /// Records skipped.
    pub rejected: u64,
}

/// Finds the capitalised sequences of an archive that the gazetteer does not cover.
///
/// A sequence is a run of capitalised words, joined by blanks or by words such as "of". It is covered if each of its words
/// lies in a name of the gazetteer, weak ones included. Left out are persons (a given name, an initial or a title
/// begins the sequence, or the word before it is one), days and months, lines in which every word has a capital, and
/// single words at the beginning of a sentence. The result does not depend on threads or the order of the inputs.
///
/// # Errors
///
/// If the scan was stopped or a text is too long.
///
/// # Complexity
///
/// Linear in the text; memory grows with the distinct sequences.
pub fn suggest(analyzer: &Analyzer, archive: &Archive, options: ScanOptions<'_>) -> Result<Suggestions> {
    let found = gather(archive.batches(), &SequenceCollector { analyzer }, options)?;
    let mut suggestions: Vec<Suggestion> = found
        .sequences
        .into_iter()
        .map(|(text, Met { count, documents, contexts })| Suggestion { text, count, documents, contexts })
        .collect();
    suggestions.sort_by(|a, b| (b.documents, b.count, &a.text).cmp(&(a.documents, a.count, &b.text)));
    Ok(Suggestions { suggestions, documents: found.documents, rejected: found.rejected })
}

/// Gathers the capitalised sequences that no name covers.
struct SequenceCollector<'a> {
    analyzer: &'a Analyzer,
}

/// The sequences of some documents.
#[derive(Default)]
struct SequenceCounts {
    sequences: BTreeMap<String, Met>,
    documents: u64,
    rejected: u64,
}

/// How often a sequence was met, and where first.
#[derive(Default)]
struct Met {
    count: u64,
    documents: u64,
    contexts: Vec<String>,
}

impl Met {
    fn add(&mut self, later: Self) {
        self.count += later.count;
        self.documents += later.documents;
        let free = CONTEXTS - self.contexts.len();
        self.contexts.extend(later.contexts.into_iter().take(free));
    }
}

impl Collector for SequenceCollector<'_> {
    type Worker<'a>
        = Worker<'a>
    where
        Self: 'a;
    type Partial = SequenceCounts;

    fn worker(&self, stop: Option<&StopFlag>) -> Worker<'_> {
        self.analyzer.stoppable_worker(stop)
    }

    fn begin(&self) -> SequenceCounts {
        SequenceCounts::default()
    }

    fn document(&self, worker: &mut Worker<'_>, read: &ReadDocument<'_>, into: &mut SequenceCounts) -> Result<()> {
        into.documents += 1;
        for (text, (count, contexts)) in sequences_in(worker, read.document) {
            into.sequences.entry(text).or_default().add(Met { count, documents: 1, contexts });
        }
        Ok(())
    }

    fn reject(&self, _: u32, _: Reject, into: &mut SequenceCounts) {
        into.rejected += 1;
    }

    fn merge(&self, into: &mut SequenceCounts, next: SequenceCounts) -> Result<()> {
        into.documents += next.documents;
        into.rejected += next.rejected;
        for (text, met) in next.sequences {
            into.sequences.entry(text).or_default().add(met);
        }
        Ok(())
    }
}

/// The inputs of a run, which has no text itself, where the manifest says they were (relative to `root`).
///
/// # Errors
///
/// If one is no longer there, or is not what the run has read.
pub fn inputs_of_run(run: &Run, root: &Path) -> Result<Vec<PathBuf>> {
    const REMEDY: &str = "name the articles themselves instead of the run";
    let inputs = run.manifest().inputs.iter().map(|input| {
        let path = root.join(&input.path);
        let found = FileSummary::of(&path).map_err(|error| error.with_remedy(REMEDY))?;
        if found.sha256 == input.sha256 {
            return Ok(path);
        }
        let message = format!("the file has changed since {} was made", run.path().display());
        Err(Error::usage(message).at(path).with_remedy(REMEDY))
    });
    inputs.collect()
}

/// The sequences of one document: how often, and where first.
type Found = BTreeMap<String, (u64, Vec<String>)>;

fn sequences_in(worker: &mut Worker<'_>, document: &Document<'_>) -> Found {
    let mut found = Found::new();
    for (_, text) in document.parts() {
        let known = known_spans(worker, text);
        for line in lines(text) {
            let tokens = tokens(text, line);
            if is_headline(&tokens) {
                continue;
            }
            let mut next = 0;
            while next < tokens.len() {
                let end = run_end(text, &tokens, next);
                if end > next {
                    note(text, &tokens, next..end, &known, &mut found);
                }
                next = end.max(next + 1);
            }
        }
    }
    found
}

/// The places of all names of the gazetteer, and whether each is a title's.
fn known_spans(worker: &mut Worker<'_>, text: &str) -> Vec<(Span, bool)> {
    let gazetteer = worker.analyzer().gazetteer().clone();
    let matches = worker.matches_in(text);
    let is_title = |alias| {
        let entity = gazetteer.entity(gazetteer.alias(alias).entity);
        entity.entity_type() == EntityType::Title
    };
    matches.iter().map(|(span, aliases)| (span, aliases.iter().any(|alias| is_title(*alias)))).collect()
}

/// A word of the text.
#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    span: Span,
    capital: bool,
}

fn lines(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let span = Span::new(at, at + line.len());
        at = span.end;
        span
    })
}

fn tokens(text: &str, line: Span) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = None;
    let inside = |c: char, rest: &str| {
        // An apostrophe or hyphen between letters belongs to the word; "'s" does not.
        let next = rest[c.len_utf8()..].chars().next();
        is_word_char(c)
            || c == '-' && next.is_some_and(is_word_char)
            || matches!(c, '\'' | '’') && next.is_some_and(char::is_uppercase)
    };
    let words = line.of(text);
    for (at, c) in words.char_indices().chain([(words.len(), '\n')]) {
        let within = at < words.len() && inside(c, &words[at..]) && (start.is_some() || is_word_char(c));
        match (within, start) {
            (true, None) => start = Some(at),
            (false, Some(begun)) => {
                let word = &words[begun..at];
                let span = Span::new(line.start + begun, line.start + at);
                tokens.push(Token { text: word, span, capital: word.starts_with(char::is_uppercase) });
                start = None;
            }
            _ => {}
        }
    }
    tokens
}

/// Whether every word but the smallest has a capital: then capitals say nothing.
fn is_headline(tokens: &[Token<'_>]) -> bool {
    tokens.len() > 3 && tokens.iter().all(|token| token.capital || HEADLINE_SMALL.contains(&token.text))
}

/// Where the sequence that begins at `first` ends; `first` if none begins there.
fn run_end(text: &str, tokens: &[Token<'_>], first: usize) -> usize {
    if !tokens[first].capital {
        return first;
    }
    let mut end = first + 1;
    let mut next = end;
    while next < tokens.len() && &text[tokens[next - 1].span.end..tokens[next].span.start] == " " {
        if tokens[next].capital {
            end = next + 1;
        } else if !JOINERS.contains(&tokens[next].text) || next - end >= 2 || tokens[next].text == "the" && next == end
        {
            // "the" joins only behind another: "Bank of the South", not "On Friday the Trust".
            break;
        }
        next += 1;
    }
    end
}

fn note(
    text: &str,
    tokens: &[Token<'_>],
    mut range: std::ops::Range<usize>,
    known: &[(Span, bool)],
    found: &mut Found,
) {
    let words = Words::shared();
    let opens_sentence = |at: usize| {
        let before = text[..tokens[at].span.start].trim_end_matches(['"', '“', '‘', '\'', '(', ' ']);
        before.is_empty() || before.ends_with(['.', '!', '?', ':', '\n', '”', '"', '…', '•', ';'])
    };
    // "The", "But", "Officials": a capital that the beginning of the sentence gave.
    if opens_sentence(range.start) && words.is_ordinary(&fold(tokens[range.start].text)) {
        range.start += 1;
        while range.start < range.end && !tokens[range.start].capital {
            range.start += 1;
        }
    } else if opens_sentence(range.start) && range.len() == 1 {
        return;
    }
    let Some(first) = tokens[range.clone()].first() else { return };
    let name = &tokens[range.clone()];
    if name.len() > MAX_WORDS || name.iter().all(|token| token.text.chars().count() < 2) {
        return;
    }
    let is_person = |token: &Token<'_>| {
        let folded = fold(token.text);
        words.is_first_name(&folded) || token.text.chars().count() == 1
    };
    let in_title = |span: Span| known.iter().any(|(known, title)| *title && known.contains(span));
    let person_before = range.start > 0 && {
        let before = tokens[range.start - 1];
        text[before.span.end..first.span.start].trim_start_matches('.').len() <= 1
            && (before.capital && is_person(&before) || in_title(before.span))
    };
    if is_person(first) || in_title(first.span) || person_before {
        return;
    }
    if name.iter().filter(|token| token.capital).any(|token| words.is_calendar(&fold(token.text))) {
        return;
    }
    let covered = |token: &&Token<'_>| known.iter().any(|(span, _)| span.contains(token.span));
    if name.iter().filter(|token| token.capital).all(|token| covered(&token)) {
        return;
    }
    let span = Span::new(first.span.start, name[name.len() - 1].span.end);
    let entry = found.entry(span.of(text).to_owned()).or_default();
    entry.0 += 1;
    if entry.1.len() < CONTEXTS {
        entry.1.push(context(text, tokens, &range));
    }
}

/// The sequence with a few words of its line on either side.
fn context(text: &str, tokens: &[Token<'_>], range: &std::ops::Range<usize>) -> String {
    let first = &tokens[range.start.saturating_sub(CONTEXT_WORDS)];
    let last = &tokens[(range.end - 1 + CONTEXT_WORDS).min(tokens.len() - 1)];
    text[first.span.start..last.span.end].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::Gazetteer;

    /// The sequences of one text beside a small gazetteer, with how often each was met.
    fn check(text: &str, expected: &[(&str, u64)]) {
        let gazetteer = Gazetteer::from_text(
            "iq  place.country  Iraq  -\n+  adj  Iraqi  exact\nt  title.gov  Minister  any\no  org.gov  Board of Trade  -\n",
            "test.gaz",
        )
        .unwrap();
        let analyzer = Analyzer::new(&gazetteer).unwrap();
        let document = Document::new("a", text);
        let found = sequences_in(&mut analyzer.worker(), &document);
        let found: Vec<(&str, u64)> = found.iter().map(|(text, (count, _))| (text.as_str(), *count)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_the_gazetteer_lacks() {
        check(
            "He left the Harbour Trust of Exampleton. The Harbour Trust of Exampleton wept.",
            &[("Harbour Trust of Exampleton", 2)],
        );
        check("They met the Iraqi Board of Trade in Iraq.", &[]);
        check("They met the Iraqi Harbour Trust.", &[("Iraqi Harbour Trust", 1)]);
        check("Reporters came. Exampleton slept, and all Exampleton knew.", &[("Exampleton", 1)]);
        check("They met Minister Exampleman, Maria Exampleman, J. Exampleman on Monday.", &[]);
        check("On Friday the Harbour Trust of the North slept.", &[("Harbour Trust of the North", 1)]);
        check("Harbour Trust Of Exampleton Closes Its Doors", &[]);
        check(
            "the Trust’s Board and the O'Exampleton Bridge",
            &[("Board", 1), ("O'Exampleton Bridge", 1), ("Trust", 1)],
        );
    }

    #[test]
    fn a_context_is_a_few_words() {
        let text = "one two three four five six seven Harbour Trust eight nine ten eleven twelve thirteen";
        let tokens = tokens(text, Span::new(0, text.len()));
        assert_eq!(
            context(text, &tokens, &(7..9)),
            "three four five six seven Harbour Trust eight nine ten eleven twelve"
        );
    }
}
