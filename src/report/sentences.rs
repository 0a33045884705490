//! Sentences of the articles for the names and pairs of the page. Who reads the articles gives them; here they are cut and
//! embedded, up to a limit.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::facts::{Facts, embedded};
use super::matrix;
use crate::span::Span;

/// Bytes of sentences on the page, at most.
const MOST_BYTES: usize = 1_000_000;
/// Characters of a sentence: a table can be one of thousands. Those around the first name are shown.
const LONGEST: usize = 600;

/// What the page wants sentences for: an entity or a pair, by their rows in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Sentences that mention the entity.
    Entity(u32),
    /// Sentences that mention both; or, of articles without one, a sentence with each. The lower row comes first.
    Pair(u32, u32),
}

/// A sentence of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    /// Id of the article.
    pub id: String,
    /// Its date as delivered.
    pub date: String,
    /// Its day, in days since 1970-01-01, if it is known.
    pub day: Option<i32>,
    /// Its source as delivered.
    pub source: String,
    /// The sentence.
    pub text: String,
    /// The names in it that the page may mark: bytes of the text, and rows of the entities.
    pub names: Vec<(Span, u32)>,
}

/// Sentences, and what each of them is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotations {
    /// Every sentence once.
    pub sentences: Vec<Quotation>,
    /// For a subject, its sentences by their positions, in the order in which they are to be shown.
    pub of: BTreeMap<Subject, Vec<usize>>,
    /// At most so many articles were chosen for each subject.
    pub per_subject: usize,
}

/// As the page's data has them.
#[derive(Debug, Serialize)]
pub(super) struct Embedded {
    sentences: Vec<Sentence>,
    /// By position of the entity on the page.
    entities: BTreeMap<usize, Vec<usize>>,
    /// By position of the pair on the page.
    pairs: BTreeMap<usize, Vec<usize>>,
    per_subject: usize,
    /// Names and pairs whose sentences found no room.
    left_out: usize,
    most_bytes: usize,
}

#[derive(Debug)]
struct Sentence {
    id: String,
    date: String,
    source: String,
    /// The first bin of the timeline that is not after its day, if it is in the time shown.
    bin: Option<usize>,
    /// The text in pieces, and for each whether it is a name, by the position of its entity on the page.
    pieces: Vec<(String, Option<usize>)>,
}

/// As `[id, date, source, bin, [text, entity, text, ...]]`: there are thousands. A number follows a piece that is a name.
impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Piece<'p> {
            Text(&'p str),
            Entity(usize),
        }
        let pieces: Vec<Piece<'_>> = self
            .pieces
            .iter()
            .flat_map(|(text, entity)| [Some(Piece::Text(text)), entity.map(Piece::Entity)])
            .flatten()
            .collect();
        (&self.id, &self.date, &self.source, self.bin, pieces).serialize(serializer)
    }
}

/// For what the page wants sentences, in the order in which they find room: the ties of the network, the names, the other pairs of the
/// matrix, and the other pairs listed, the strongest first.
pub(super) fn subjects(facts: &Facts, edges: &[usize]) -> Vec<Subject> {
    let in_matrix: BTreeSet<usize> = matrix::pairs(facts).collect();
    let is_edge: BTreeSet<usize> = edges.iter().copied().collect();
    let (drawn, others): (Vec<usize>, Vec<usize>) =
        (0..facts.pairs.len()).filter(|at| !is_edge.contains(at)).partition(|at| in_matrix.contains(at));
    let mut subjects: Vec<Subject> = edges.iter().map(|&at| pair(facts, at)).collect();
    subjects.extend(facts.entities.iter().map(|entity| Subject::Entity(entity.row)));
    subjects.extend(drawn.into_iter().chain(others).map(|at| pair(facts, at)));
    subjects
}

fn pair(facts: &Facts, at: usize) -> Subject {
    let tie = facts.pairs[at];
    let (a, b) = (facts.entities[tie.a].row, facts.entities[tie.b].row);
    Subject::Pair(a.min(b), a.max(b))
}

impl Embedded {
    /// Takes the sentences of the subjects in their order while there is room.
    pub(super) fn of(quotations: &Quotations, facts: &Facts, edges: &[usize]) -> Self {
        let position: BTreeMap<u32, usize> =
            facts.entities.iter().enumerate().map(|(at, entity)| (entity.row, at)).collect();
        let of_pair: BTreeMap<Subject, usize> = (0..facts.pairs.len()).map(|at| (pair(facts, at), at)).collect();
        let mut embedded = Self {
            sentences: Vec::new(),
            entities: BTreeMap::new(),
            pairs: BTreeMap::new(),
            per_subject: quotations.per_subject,
            left_out: 0,
            most_bytes: MOST_BYTES,
        };
        let mut at: BTreeMap<usize, usize> = BTreeMap::new();
        let mut bytes = 0;
        for subject in subjects(facts, edges) {
            let Some(wanted) = quotations.of.get(&subject).filter(|wanted| !wanted.is_empty()) else { continue };
            let new = wanted.iter().filter(|number| !at.contains_key(number));
            let more: usize = new.map(|number| quotations.sentences[*number].text.len().min(LONGEST) + 80).sum();
            if bytes + more > MOST_BYTES {
                embedded.left_out += 1;
                continue;
            }
            bytes += more;
            let places: Vec<usize> = wanted
                .iter()
                .map(|&number| {
                    *at.entry(number).or_insert_with(|| {
                        embedded.sentences.push(Sentence::of(&quotations.sentences[number], facts, &position));
                        embedded.sentences.len() - 1
                    })
                })
                .collect();
            match subject {
                Subject::Entity(row) => drop(embedded.entities.insert(position[&row], places)),
                Subject::Pair(..) => drop(embedded.pairs.insert(of_pair[&subject], places)),
            }
        }
        embedded
    }
}

impl Sentence {
    fn of(quotation: &Quotation, facts: &Facts, position: &BTreeMap<u32, usize>) -> Self {
        let timeline = &facts.timeline;
        let bin = quotation
            .day
            .filter(|day| *day < timeline.after)
            .and_then(|day| timeline.bins.partition_point(|bin| bin.first_day <= day).checked_sub(1));
        Self {
            id: embedded(&quotation.id),
            date: embedded(&quotation.date),
            source: embedded(&quotation.source),
            bin,
            pieces: pieces(quotation, position),
        }
    }
}

/// The text, cut at the names and shortened.
fn pieces(quotation: &Quotation, position: &BTreeMap<u32, usize>) -> Vec<(String, Option<usize>)> {
    let text = quotation.text.as_str();
    let first = quotation.names.first().map_or(0, |(span, _)| span.start);
    let shown = window(text, first);
    let mut pieces: Vec<(String, Option<usize>)> = Vec::new();
    let mut next = shown.start;
    if shown.start > 0 {
        pieces.push(("… ".to_owned(), None));
    }
    for (span, row) in &quotation.names {
        if span.start < next || span.end > shown.end {
            continue;
        }
        let (Some(before), Some(name)) = (text.get(next..span.start), text.get(span.start..span.end)) else { continue };
        if !before.is_empty() {
            pieces.push((before.to_owned(), None));
        }
        pieces.push((name.to_owned(), position.get(row).copied()));
        next = span.end;
    }
    let rest = text.get(next..shown.end).unwrap_or_default();
    if !rest.is_empty() {
        pieces.push((rest.to_owned(), None));
    }
    if shown.end < text.len() {
        pieces.push((" …".to_owned(), None));
    }
    pieces
}

/// The bytes of a text that are shown: all, or so many characters about this byte.
fn window(text: &str, about: usize) -> Span {
    let n_before = text.get(..about).map_or(0, |before| before.chars().count());
    let n = text.chars().count();
    if n <= LONGEST {
        return Span::new(0, text.len());
    }
    let from = n_before.saturating_sub(LONGEST / 3).min(n - LONGEST);
    let byte = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(at, _)| at);
    Span::new(byte(from), byte(from + LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotation(text: &str, names: &[(&str, u32)]) -> Quotation {
        let span = |name: &str| {
            let start = text.find(name).unwrap();
            Span::new(start, start + name.len())
        };
        Quotation {
            id: String::new(),
            date: String::new(),
            day: None,
            source: String::new(),
            text: text.to_owned(),
            names: names.iter().map(|(name, row)| (span(name), *row)).collect(),
        }
    }

    #[track_caller]
    fn check(text: &str, names: &[(&str, u32)], expected: &[(&str, Option<usize>)]) {
        let position = BTreeMap::from([(7, 0), (9, 1)]);
        let expected: Vec<(String, Option<usize>)> =
            expected.iter().map(|(text, entity)| ((*text).to_owned(), *entity)).collect();
        assert_eq!(pieces(&quotation(text, names), &position), expected);
    }

    #[test]
    fn a_sentence_is_cut_at_its_names() {
        check(
            "Çad met Iraq.",
            &[("Çad", 9), ("Iraq", 7)],
            &[("Çad", Some(1)), (" met ", None), ("Iraq", Some(0)), (".", None)],
        );
        check("Nothing.", &[], &[("Nothing.", None)]);
        // A name that the page does not list is text like the others, and one inside another is not cut out twice.
        check("New York", &[("New York", 7), ("York", 9)], &[("New York", Some(0))]);
        check("Oslo.", &[("Oslo", 1)], &[("Oslo", None), (".", None)]);
    }

    #[test]
    fn a_long_sentence_is_shortened_about_its_first_name() {
        let text = format!("{} Iraq {}", "ä".repeat(3000), "ö".repeat(3000));
        let position = BTreeMap::from([(7, 0)]);
        let pieces = pieces(&quotation(&text, &[("Iraq", 7)]), &position);
        let length: usize = pieces.iter().map(|(text, _)| text.chars().count()).sum();
        assert_eq!(length, LONGEST + 4);
        assert_eq!(pieces[2], ("Iraq".to_owned(), Some(0)));
        assert!(pieces[0].0 == "… " && pieces.last().unwrap().0 == " …");
    }
}
