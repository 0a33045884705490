//! Finds names: which aliases occur where in one text.
//!
//! In comes a text, out come [`Matches`]: every span at which at least one alias passes its boundary and case policy, with
//! all aliases that pass there, reduced by an [`Overlap`] policy. Selection happens among the candidates that pass, so a
//! long hit that fails a check never hides a valid shorter one. Which entity is meant, and whether a weak name is accepted,
//! is not decided here.
//!
//! Three engines give the same matches: the word starts (module `word_start`), which is fast; the automaton (module
//! `automaton`), which is the reference; and the oracle (module `naive`), which is slow and obvious.

mod automaton;
mod boundary;
mod compiled;
mod gathered;
mod index;
mod naive;
mod names;
mod readings;
mod refused;
mod select;
mod senses;
mod tables;
mod word_start;

use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::gazetteer::Gazetteer;
use crate::ids::AliasId;
use crate::normalize::{CasePattern, FoldedText};
use crate::span::Span;

use automaton::Automaton;
use gathered::Gathered;
use naive::Naive;
use names::NameTable;
use readings::{Places, Reading};
use tables::WordStart;

pub use refused::Refusal;
pub use word_start::SimdLevel;

pub use compiled::{compile, compile_to, load_cached};

/// Which of the passing candidates are kept where they overlap.
///
/// ```
/// use dateline::{Gazetteer, Matcher, Overlap};
/// let gazetteer = Gazetteer::from_names(["York", "New York", "York City"])?;
/// let matches = |overlap| {
///     let matcher = Matcher::builder().overlap(overlap).build(&gazetteer)?;
///     Ok::<_, dateline::Error>(matcher.surface_forms("in New York City").join(" | "))
/// };
/// assert_eq!(matches(Overlap::Longest)?, "New York");
/// assert_eq!(matches(Overlap::All)?, "New York | York City | York");
/// assert_eq!(matches(Overlap::NoNested)?, "New York | York City");
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// Leftmost-longest: from the left, the candidate that begins first; of those, the longest; then on after it. The resolver
    /// of the strict and wide profiles, which knows more of each name, keeps those that together cover the most characters.
    #[default]
    Longest,
    /// Every candidate.
    All,
    /// Every candidate that is not inside another, longer one.
    NoNested,
}

/// Which implementation searches. All give the same matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// The fastest engine that serves all names.
    #[default]
    Auto,
    /// Word starts, a filter and a table of word prefixes; an automaton for the few names they do not serve.
    WordStart,
    /// One Aho-Corasick automaton over all folded names.
    AhoCorasick,
    /// The oracle: tries every name at every character. For tests and `selfcheck`.
    Naive,
}

/// The aliases of a gazetteer, compiled for searching; immutable and shared between threads.
///
/// ```
/// use dateline::{Gazetteer, Matcher};
/// let gazetteer = Gazetteer::from_names(["York", "New York"])?;
/// let matcher = Matcher::new(&gazetteer)?;
/// assert_eq!(matcher.surface_forms("NEW YORK, York’s, Yorkshire"), ["NEW YORK", "York"]);
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug)]
pub struct Matcher {
    names: NameTable,
    search: Search,
    overlap: Overlap,
    /// The folded names, once an explanation asks for them.
    keys: OnceLock<Vec<String>>,
}

#[derive(Debug)]
enum Search {
    WordStart(WordStart),
    Automaton(Automaton),
    Naive(Naive),
}

/// Options of a [`Matcher`].
#[derive(Debug, Clone, Copy, Default)]
pub struct MatcherBuilder {
    overlap: Overlap,
    engine: Engine,
    simd_level: Option<SimdLevel>,
}

impl MatcherBuilder {
    /// Which overlapping candidates are kept; leftmost-longest by default.
    #[must_use]
    pub fn overlap(mut self, overlap: Overlap) -> Self {
        self.overlap = overlap;
        self
    }

    /// Which implementation searches; the fastest by default.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Which instructions [`Engine::WordStart`] uses; by default the best of the processor, or what `DATELINE_SIMD` names.
    #[must_use]
    pub fn simd_level(mut self, level: SimdLevel) -> Self {
        self.simd_level = Some(level);
        self
    }

    /// Compiles the gazetteer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the names do not fit the engine;
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the processor lacks the instructions asked for.
    ///
    /// # Complexity
    ///
    /// Linear in the bytes of all names.
    pub fn build(self, gazetteer: &Gazetteer) -> Result<Matcher> {
        let names = NameTable::new(gazetteer)?;
        let search = match self.engine {
            Engine::Auto | Engine::WordStart => {
                let level = self.simd_level.map_or_else(SimdLevel::chosen, SimdLevel::checked)?;
                Search::WordStart(WordStart::new(&names, level)?)
            }
            Engine::AhoCorasick => Search::Automaton(Automaton::new(names.keys())?),
            Engine::Naive => Search::Naive(Naive::new(gazetteer)),
        };
        Ok(Matcher { names, search, overlap: self.overlap, keys: OnceLock::new() })
    }
}

/// Buffers of one thread, reused from text to text.
#[derive(Debug, Default)]
pub struct MatcherScratch {
    folded: FoldedText,
    pattern: CasePattern,
    hits: word_start::Hits,
    word_start: word_start::Scratch,
}

/// The matches of one text: spans in order (start, then longer first), each with the aliases that pass there, sorted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Matches {
    spans: Vec<MatchSpan>,
    aliases: Vec<AliasId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct MatchSpan {
    span: Span,
    aliases: Range<usize>,
}

impl Matches {
    /// Each span with its aliases.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Span, &[AliasId])> {
        self.spans.iter().map(|found| (found.span, &self.aliases[found.aliases.clone()]))
    }

    /// Number of spans.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Forgets all matches, keeping the memory.
    pub fn clear(&mut self) {
        self.spans.clear();
        self.aliases.clear();
    }

    /// Forgets the spans that `keep` refuses.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(Span) -> bool) {
        self.spans.retain(|found| keep(found.span));
    }
}

impl Matcher {
    /// Compiles the gazetteer with default options.
    ///
    /// # Errors
    ///
    /// See [`MatcherBuilder::build`].
    pub fn new(gazetteer: &Gazetteer) -> Result<Self> {
        Self::builder().build(gazetteer)
    }

    /// Options for a matcher.
    #[must_use]
    pub fn builder() -> MatcherBuilder {
        MatcherBuilder::default()
    }

    /// The overlap policy it was built with.
    #[must_use]
    pub fn overlap(&self) -> Overlap {
        self.overlap
    }

    /// Finds all matches of one text, replacing the content of `matches`.
    ///
    /// # Panics
    ///
    /// If the text is longer than [`FoldedText::MAX_LEN`] (1 GiB).
    ///
    /// # Complexity
    ///
    /// Linear in the text plus the number of hits for the automaton; characters times names for the oracle. The words of a text
    /// cost the word starts more than its bytes.
    pub fn find_into(&self, text: &str, scratch: &mut MatcherScratch, matches: &mut Matches) {
        let has_other_readings = self.search(text, scratch);
        scratch.hits.sure.take(matches);
        let mut stopped = scratch.hits.stopped;
        if has_other_readings {
            stopped |= self.read_otherwise(text, scratch, matches);
        }
        select::select(self.overlap, &self.names, stopped, matches);
    }

    /// Fills `scratch.hits` with what is found in the text as delivered; returns whether it may have other readings that are still to be
    /// searched.
    fn search(&self, text: &str, scratch: &mut MatcherScratch) -> bool {
        match &self.search {
            Search::WordStart(word_start) => {
                word_start.find(&self.names, text, scratch);
                scratch.word_start.may_be_read_otherwise()
            }
            Search::Automaton(automaton) => {
                automaton.find(&self.names, text, scratch);
                true
            }
            Search::Naive(naive) => {
                naive.find(text, scratch.hits.cleared());
                false
            }
        }
    }

    /// Adds what is found where the text is read otherwise; returns whether a stop name may be among it.
    #[cold]
    fn read_otherwise(&self, text: &str, scratch: &mut MatcherScratch, matches: &mut Matches) -> bool {
        let places = Places::of(text);
        if places.is_empty() {
            return false;
        }
        let mut all = Gathered::default();
        let mut add = |span: Span, aliases: &[AliasId]| aliases.iter().for_each(|alias| all.push(span, *alias));
        matches.iter().for_each(|(span, aliases)| add(span, aliases));
        let mut stopped = false;
        for reading in Reading::ALL {
            let Some(other) = places.read(text, reading, self.names.longest()) else { continue };
            self.search(other.text(), scratch);
            stopped |= scratch.hits.stopped;
            scratch.hits.sure.take(matches);
            for (span, aliases) in matches.iter() {
                if let Some(span) = other.original(span) {
                    add(span, aliases);
                }
            }
        }
        all.take(matches);
        stopped
    }

    /// Finds all matches of one text. Allocates; [`Matcher::find_into`] reuses buffers.
    #[must_use]
    pub fn find(&self, text: &str) -> Matches {
        let mut matches = Matches::default();
        self.find_into(text, &mut MatcherScratch::default(), &mut matches);
        matches
    }

    /// The matched pieces of the text, in order: for examples and tests.
    #[must_use]
    pub fn surface_forms<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.find(text).iter().map(|(span, _)| span.of(text)).collect()
    }

    /// Heap memory of the compiled names, in bytes.
    #[must_use]
    pub fn memory_usage(&self) -> usize {
        match &self.search {
            Search::WordStart(word_start) => word_start.memory_usage(&self.names),
            Search::Automaton(automaton) => automaton.memory_usage(),
            Search::Naive(_) => 0,
        }
    }
}

/// The automaton's own limits, as an error of ours.
fn too_many_names(error: &dyn std::fmt::Display) -> Error {
    Error::limit(format!("the gazetteer does not fit an automaton: {error}"))
        .with_remedy("use fewer names, or split the gazetteer over several runs")
}

#[cfg(test)]
mod tests;
