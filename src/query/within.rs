//! What two entities must share to occur together, and how often that counts.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::joint::JointCounts;
use super::slices::Slices;
use super::view::{View, sum_entries};
use crate::cooccurrence::{CooccurrenceBuilder, PairSums};
use crate::error::{Error, Result};
use crate::ids::EntityId;
use crate::store::MentionRow;

/// Where two entities must both be mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Within {
    /// In one document.
    #[default]
    Document,
    /// In one paragraph; the title is one.
    Paragraph,
    /// In one sentence; the title is one.
    Sentence,
    /// In mentions that are not farther apart than this, both in the title or both in the text.
    Window(Window),
}

/// How far apart two mentions may be, from the beginning of one to the beginning of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// At most so many words or characters: in "Iraq and Iran" the two are two words apart.
    pub size: u32,
    /// Whether characters are counted instead of words.
    pub characters: bool,
}

impl Window {
    /// Whether two mentions of a document are near enough.
    ///
    /// ```
    /// use dateline::query::Window;
    /// use dateline::store::MentionRow;
    /// let [iraq, iran] = [(0, 0), (2, 9)].map(|(word, start_char)| MentionRow { word, start_char, ..MentionRow::default() });
    /// assert!(Window { size: 2, characters: false }.has(&iraq, &iran));
    /// assert!(!Window { size: 2, characters: true }.has(&iran, &iraq));
    /// ```
    #[must_use]
    pub fn has(self, a: &MentionRow, b: &MentionRow) -> bool {
        let distance = if self.characters { a.start_char.abs_diff(b.start_char) } else { a.word.abs_diff(b.word) };
        a.part == b.part && distance <= self.size
    }
}

impl Within {
    /// Those that need no size, the widest first.
    pub const ALL: [Self; 3] = [Self::Document, Self::Paragraph, Self::Sentence];

    /// `documents`, `paragraphs` or `sentences`: what is counted if a context counts once. With a window it is documents.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Document | Self::Window(_) => "documents",
            Self::Paragraph => "paragraphs",
            Self::Sentence => "sentences",
        }
    }

    /// The context that a mention is in; contexts of a run come in this order. With a window it is the document, in which only some
    /// mentions are near each other.
    #[must_use]
    pub fn of(self, mention: &MentionRow) -> (u32, u32) {
        match self {
            Self::Document | Self::Window(_) => (mention.document, 0),
            Self::Paragraph => (mention.document, mention.paragraph),
            Self::Sentence => (mention.document, mention.sentence),
        }
    }

    /// Whether two mentions of one document are together.
    #[must_use]
    pub fn has(self, a: &MentionRow, b: &MentionRow) -> bool {
        match self {
            Self::Window(window) => window.has(a, b),
            _ => self.of(a) == self.of(b),
        }
    }
}

/// As [`FromStr`] reads it.
impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => f.pad("document"),
            Self::Paragraph => f.pad("paragraph"),
            Self::Sentence => f.pad("sentence"),
            Self::Window(Window { size, characters: false }) => write!(f, "window:{size}"),
            Self::Window(Window { size, characters: true }) => write!(f, "window:{size}characters"),
        }
    }
}

/// ```
/// use dateline::query::Within;
/// for text in ["document", "sentence", "window:10", "window:80characters"] {
///     assert_eq!(text.parse::<Within>().unwrap().to_string(), text);
/// }
/// assert_eq!("window:10words".parse::<Within>().unwrap().to_string(), "window:10");
/// assert!("window:0".parse::<Within>().is_err() && "window".parse::<Within>().is_err());
/// ```
impl FromStr for Within {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let window = |size: &str| {
            let characters = size.strip_suffix("characters");
            let digits = characters.unwrap_or_else(|| size.strip_suffix("words").unwrap_or(size));
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let size = digits.parse().ok().filter(|size| is_number && *size > 0)?;
            Some(Self::Window(Window { size, characters: characters.is_some() }))
        };
        let named = Self::ALL.into_iter().find(|within| within.to_string() == text);
        let known = named.or_else(|| window(text.strip_prefix("window:")?));
        known.ok_or_else(|| {
            let error = Error::usage(format!("{text:?} is not a context"));
            error.with_remedy("write document, paragraph, sentence, window:10 (words) or window:80characters")
        })
    }
}

/// How often two entities count that are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counting {
    /// A context counts once, however often it mentions the two. With a window, a document counts once in which they are near
    /// each other.
    #[default]
    Boolean,
    /// Every pair of a mention of one and a mention of the other that are together counts.
    Frequency,
}

impl Counting {
    /// Both, with their names.
    pub const ALL: [(&'static str, Self); 2] = [("boolean", Self::Boolean), ("frequency", Self::Frequency)];
}

impl fmt::Display for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::ALL.iter().find(|(_, known)| known == self).map_or("", |(name, _)| name))
    }
}

/// What counts as being together, and how often.
///
/// The four cells of a pair are of one kind of event:
///
/// | | contexts that count once | pairs |
/// |---|---|---|
/// | for | documents, paragraphs and sentences, boolean | windows, and everything by frequency |
/// | one event | a context | two mentions of different entities that are together, seen from one of them |
/// | `k11` | contexts with both | pairs of a mention of `a` and one of `b` |
/// | `k11 + k12` | contexts with `a` | pairs of a mention of `a` and one of any other entity |
/// | sum of all | all contexts | all pairs, each seen from both of its ends |
///
/// With a window and boolean counting, any two entities give at most one pair in a document, so that `k11` is the number of documents in
/// which they are near each other. (Documents could not be the events: one that mentions both, but far apart, would be in no cell.) The
/// table of pairs is that of S. Evert, "Corpora and collocations", 2008, section 3.
///
/// So `k11` is never more than one of the marginals, the matrix is symmetric, and no entity is together with itself. Which mention comes
/// first makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Together {
    /// Where two entities must both be.
    pub within: Within,
    /// How often they count there.
    pub counting: Counting,
}

impl From<Within> for Together {
    fn from(within: Within) -> Self {
        Self { within, counting: Counting::Boolean }
    }
}

impl Together {
    /// Whether events are contexts that count once, and not pairs.
    fn counts_contexts(self) -> bool {
        self.counting == Counting::Boolean && !matches!(self.within, Within::Window(_))
    }

    /// What `k11` counts: `documents`, `paragraphs`, `sentences`, or `pairs` of mentions.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self.counting {
            Counting::Boolean => self.within.plural(),
            Counting::Frequency => "pairs",
        }
    }

    /// How often a mention of `a` and one of `b` are together in a document with these mentions.
    ///
    /// # Complexity
    ///
    /// Every mention of `a` is compared with every mention of `b`.
    #[must_use]
    pub fn contexts_with(self, mentions: &[MentionRow], a: u32, b: u32) -> u64 {
        let of = |entity: u32| mentions.iter().filter(move |mention| mention.entity == entity);
        let together = |mention: &&MentionRow| of(b).any(|other| self.within.has(mention, other));
        match self {
            Self { counting: Counting::Frequency, .. } => {
                of(a).map(|mention| of(b).filter(|other| self.within.has(mention, other)).count() as u64).sum()
            }
            Self { within: Within::Window(_), .. } => u64::from(of(a).any(|mention| together(&mention))),
            Self { within, .. } => {
                let mut contexts: Vec<(u32, u32)> = of(a).filter(together).map(|mention| within.of(mention)).collect();
                contexts.sort_unstable();
                contexts.dedup();
                contexts.len() as u64
            }
        }
    }
}

impl<'r> View<'r> {
    /// In how many documents each two entities occur together: those stored, or counted anew for a part of the run.
    ///
    /// # Errors
    ///
    /// If the run cannot be read or is damaged.
    ///
    /// # Complexity
    ///
    /// For the whole run, nothing but the marginals is read. For a part, reads the counts (or the mentions); memory as of a
    /// [`CooccurrenceBuilder`], two or three bytes for each distinct pair.
    pub fn joint_counts(&self) -> Result<JointCounts<'r>> {
        self.joint_counts_within(Within::Document)
    }

    /// How often each two entities occur together. Contexts without any entity count among all contexts, too: if only some sections
    /// are counted, still all sentences of the documents.
    ///
    /// # Errors
    ///
    /// If the run was made without mentions (for all but documents that count once), cannot be read or is damaged, or if a count does
    /// not fit into 32 bits.
    ///
    /// # Complexity
    ///
    /// Of documents, as [`joint_counts`](View::joint_counts). Else reads the documents and the mentions; memory as of a
    /// [`CooccurrenceBuilder`] or of [`PairSums`].
    pub fn joint_counts_within(&self, together: impl Into<Together>) -> Result<JointCounts<'r>> {
        let together = together.into();
        if together == Together::default() && self.is_whole() {
            return JointCounts::stored(self.run(), self.entities().len());
        }
        let mut counted = self.count_pairs(together, 1, |_| Some(0))?;
        Ok(counted.remove(0))
    }

    /// As [`joint_counts_within`](View::joint_counts_within), for each slice; the slices sum to the whole.
    ///
    /// # Errors
    ///
    /// As [`joint_counts_within`](View::joint_counts_within).
    ///
    /// # Complexity
    ///
    /// Reads the run once, whatever the number of slices; memory for the pairs of all slices.
    pub fn joint_counts_by(&self, together: Together, slices: &Slices) -> Result<Vec<JointCounts<'r>>> {
        self.count_pairs(together, slices.slices.len(), |document| slices.slice_of(document))
    }

    fn count_pairs(
        &self,
        together: Together,
        n_slices: usize,
        slice_of: impl Fn(usize) -> Option<usize>,
    ) -> Result<Vec<JointCounts<'r>>> {
        let mut tallies: Vec<Tally> = (0..n_slices).map(|_| Tally::new(together, n_slices, self)).collect();
        if together == Together::default() {
            self.for_each_document(|document, entries| {
                if let Some(slice) = slice_of(document as usize) {
                    tallies[slice].contexts.push(entries);
                }
                Ok(())
            })?;
        } else {
            self.for_each_text(|document, mentions| {
                if let Some(slice) = slice_of(document as usize) {
                    tallies[slice].add(mentions);
                }
                Ok(())
            })?;
        }
        if together.counts_contexts() {
            let mut row = 0;
            for block in self.run().documents()? {
                for document in block?.iter() {
                    if let Some(slice) = slice_of(row).filter(|_| self.has_document(row)) {
                        tallies[slice].n_contexts += u64::from(match together.within {
                            Within::Paragraph => document.paragraphs,
                            Within::Sentence => document.sentences,
                            _ => 1,
                        });
                    }
                    row += 1;
                }
            }
        }
        tallies.into_iter().map(Tally::finish).collect()
    }
}

/// The pairs of one slice.
struct Tally {
    together: Together,
    /// For contexts that count once.
    contexts: CooccurrenceBuilder,
    /// For pairs, with their marginals.
    sums: PairSums,
    marginals: Vec<u64>,
    n_contexts: u64,
}

impl Tally {
    fn new(together: Together, n_slices: usize, view: &View<'_>) -> Self {
        let n_entities = view.entities().len();
        let round_ups = view.run().manifest().settings.round_ups;
        // Buffers of all slices together as large as that of one.
        let share = |size: usize| (size / n_slices.max(1)).max(1 << 10);
        Self {
            together,
            contexts: CooccurrenceBuilder::with_chunk(share(1 << 19)).round_ups(round_ups),
            sums: PairSums::with_buffer(share(1 << 20)),
            marginals: if together.counts_contexts() { Vec::new() } else { vec![0; n_entities] },
            n_contexts: 0,
        }
    }

    /// Adds the mentions of a document.
    fn add(&mut self, mentions: &[MentionRow]) {
        match self.together {
            Together { within: Within::Window(window), counting } => self.add_near(mentions, window, counting),
            Together { within, counting } => {
                for context in mentions.chunk_by(|a, b| within.of(a) == within.of(b)) {
                    let mut entries: Vec<(EntityId, u32)> =
                        context.iter().map(|mention| (EntityId(mention.entity), 1)).collect();
                    sum_entries(&mut entries);
                    match counting {
                        Counting::Boolean => self.contexts.push(&entries),
                        Counting::Frequency => self.add_products(&entries),
                    }
                }
            }
        }
    }

    /// Every mention of one entity with every mention of another.
    fn add_products(&mut self, entries: &[(EntityId, u32)]) {
        let all: u64 = entries.iter().map(|(_, count)| u64::from(*count)).sum();
        for (at, (a, count)) in entries.iter().enumerate() {
            for (b, other) in &entries[at + 1..] {
                self.sums.add(*a, *b, count.saturating_mul(*other));
            }
            self.marginals[a.index()] += u64::from(*count) * (all - u64::from(*count));
        }
    }

    fn add_near(&mut self, mentions: &[MentionRow], window: Window, counting: Counting) {
        let mut near: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (at, mention) in mentions.iter().enumerate() {
            // Mentions are in the order of their beginnings, so the first that is too far ends the look back.
            for other in mentions[..at].iter().rev().take_while(|other| window.has(mention, other)) {
                let (a, b) = (mention.entity.min(other.entity), mention.entity.max(other.entity));
                if a != b {
                    *near.entry((a, b)).or_default() += 1;
                }
            }
        }
        for ((a, b), count) in near {
            let count = if counting == Counting::Boolean { 1 } else { count };
            self.sums.add(EntityId(a), EntityId(b), count);
            self.marginals[a as usize] += u64::from(count);
            self.marginals[b as usize] += u64::from(count);
        }
    }

    fn finish<'r>(self) -> Result<JointCounts<'r>> {
        if self.together.counts_contexts() {
            let matrix = self.contexts.finish();
            // A damaged run could have mentions in contexts that its documents do not count.
            let n_contexts = self.n_contexts.max(matrix.n_contexts());
            return Ok(JointCounts::counted(matrix, n_contexts));
        }
        let matrix = self.sums.finish();
        if matrix.pairs().any(|(.., joint)| joint == u32::MAX) {
            let error = Error::limit("two entities have more pairs of mentions than a 32-bit number can count");
            return Err(
                error.with_remedy("count each context once (--counting boolean), or a part of the run (--where)")
            );
        }
        let n_contexts = self.marginals.iter().sum();
        Ok(JointCounts::with_marginals(matrix, self.marginals, n_contexts))
    }
}
