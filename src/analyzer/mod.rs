//! One document in, its mentions out.
//!
//! An [`Analyzer`] binds a gazetteer, a matcher and a resolver; it is immutable and shared. Each thread has a [`Worker`] that
//! owns the buffers. This room starts no threads and opens no files.

mod divide;
mod idle;

use std::collections::BTreeSet;

pub use idle::IdleWorker;

use crate::document::{Document, Part};
use crate::error::{Error, Result};
use crate::gazetteer::{Entity, Gazetteer};
use crate::ids::AliasId;
use crate::matcher::{Engine, Matcher, MatcherScratch, Matches, Overlap};
use crate::mention::Mention;
use crate::normalize::FoldedText;
use crate::progress::StopFlag;
use crate::resolve::{
    Meant, Outcome as VerdictOutcome, PartMatches, Profile, Resolution, Resolver, ResolverScratch, Rule, RuleSet,
    Verdict, Wanted, sort_verdicts,
};
use crate::segment::{self, Furniture, RecurringLines, Sections, Segment};
use crate::span::Span;

/// A gazetteer, ready to be found in documents.
///
/// ```
/// use dateline::{Analyzer, Document, Gazetteer};
/// let gazetteer = Gazetteer::builtin("world")?;
/// let analyzer = Analyzer::new(&gazetteer)?;
/// let document = Document::new("a1", "GENEVA: The Pentagon said Gen. Ada Example would visit Iraq.");
/// let found = analyzer.analyze(&document);
/// let names: Vec<&str> = found.iter().map(|mention| mention.entity.name).collect();
/// assert_eq!(names, ["Geneva", "United States Department of Defense", "General", "Iraq"]);
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug)]
pub struct Analyzer {
    gazetteer: Gazetteer,
    matcher: Matcher,
    resolver: Resolver,
    options: AnalyzerBuilder,
    recurring: Option<RecurringLines>,
    /// Which analyzer it is.
    number: u64,
}

/// Options of an [`Analyzer`].
#[derive(Debug, Clone, Copy, Default)]
pub struct AnalyzerBuilder {
    profile: Profile,
    overlap: Overlap,
    engine: Engine,
    rules: RuleSet,
    furniture: Furniture,
    exclude: Sections,
}

impl AnalyzerBuilder {
    /// Which labelling convention to follow; strict by default. The plain one does not tell page furniture or sections apart.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Which of overlapping names are kept. By default ([`Overlap::Longest`]) those that together cover the most characters; the
    /// plain profile keeps the leftmost-longest.
    #[must_use]
    pub fn overlap(mut self, overlap: Overlap) -> Self {
        self.overlap = overlap;
        self
    }

    /// Which implementation searches; never changes a result.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Leaves out a rule of resolution: to see what it is worth. May be called more than once.
    #[must_use]
    pub fn without_rule(mut self, rule: Rule) -> Self {
        self.rules = self.rules.without(rule);
        self
    }

    /// What becomes of mentions in page furniture; skipped by default.
    #[must_use]
    pub fn furniture(mut self, furniture: Furniture) -> Self {
        self.furniture = furniture;
        self
    }

    /// The sections whose mentions are not counted; none by default. They still help to read the rest.
    #[must_use]
    pub fn exclude(mut self, sections: Sections) -> Self {
        self.exclude = sections;
        self
    }

    /// Compiles the gazetteer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the names do not fit the matcher;
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the plain profile is to tell furniture or sections apart
    /// or to do without a rule.
    pub fn build(self, gazetteer: &Gazetteer) -> Result<Analyzer> {
        if self.profile == Profile::Plain && (self.furniture == Furniture::Mark || self.exclude.iter().next().is_some())
        {
            return Err(Error::usage("the plain profile distinguishes neither page furniture nor sections")
                .with_remedy("leave out `--furniture mark` and `--exclude`, or use another profile"));
        }
        if self.profile == Profile::Plain && self.rules.missing().next().is_some() {
            return Err(Error::usage("the plain profile asks no rules, so none can be left out")
                .with_remedy("leave out `--without-rule`, or use another profile"));
        }
        // The resolver judges every candidate and selects last, so that a rejected long name hides nothing.
        let overlap = if self.profile == Profile::Plain { self.overlap } else { Overlap::All };
        let matcher = Matcher::builder().overlap(overlap).engine(self.engine).build(gazetteer)?;
        let resolver = Resolver::new(gazetteer, self.profile, self.overlap).with_rules(self.rules);
        Ok(Analyzer {
            gazetteer: gazetteer.clone(),
            matcher,
            resolver,
            options: self,
            recurring: None,
            number: idle::next_number(),
        })
    }
}

/// One mention with its text and its entity, for programs that use the library.
#[derive(Debug, Clone, Copy)]
pub struct FoundMention<'d> {
    /// The mention: part, span, rule.
    pub mention: Mention,
    /// The characters of the span.
    pub surface: &'d str,
    /// The entity it was resolved to.
    pub entity: Entity<'d>,
}

impl Analyzer {
    /// Compiles the gazetteer with default options.
    ///
    /// # Errors
    ///
    /// See [`AnalyzerBuilder::build`].
    pub fn new(gazetteer: &Gazetteer) -> Result<Self> {
        Self::builder().build(gazetteer)
    }

    /// Options for an analyzer.
    #[must_use]
    pub fn builder() -> AnalyzerBuilder {
        AnalyzerBuilder::default()
    }

    /// The gazetteer it was compiled from.
    #[must_use]
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// This analyzer with the lines that recur in the archive taken for page furniture ([`count_lines`](crate::count_lines)).
    #[must_use]
    pub fn with_recurring_lines(self, recurring: RecurringLines) -> Self {
        Self { recurring: Some(recurring), number: idle::next_number(), ..self }
    }

    /// Buffers for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        let buffers = Buffers {
            scratch: MatcherScratch::default(),
            matches: Default::default(),
            aside: Default::default(),
            segments: Vec::new(),
            reading: ResolverScratch::for_many(),
            resolution: Resolution::default(),
            marked: Resolution::default(),
        };
        Worker { analyzer: self, buffers }
    }

    /// Buffers for one thread that leaves long documents in the middle once the flag is set.
    pub(crate) fn stoppable_worker(&self, stop: Option<&StopFlag>) -> Worker<'_> {
        let mut worker = self.worker();
        stop.inspect(|stop| worker.stop_when(stop));
        worker
    }

    /// The mentions of one document. Allocates; a [`Worker`] reuses its buffers.
    ///
    /// # Panics
    ///
    /// If a part is longer than [`FoldedText::MAX_LEN`] (1 GiB).
    #[must_use]
    pub fn analyze<'d>(&'d self, document: &'d Document<'_>) -> Vec<FoundMention<'d>> {
        let mut worker = self.worker();
        let mentions = worker.mentions(document);
        let found = mentions.iter().map(|mention| FoundMention {
            mention: *mention,
            surface: mention.span.of(document.part(mention.part)),
            entity: self.gazetteer.entity(mention.entity),
        });
        found.collect()
    }

    /// The labelling convention it follows.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.options.profile
    }

    /// Which of overlapping names it keeps.
    #[must_use]
    pub fn overlap(&self) -> Overlap {
        self.options.overlap
    }

    /// What becomes of mentions in page furniture; the plain profile counts them whatever was asked for.
    #[must_use]
    pub fn furniture(&self) -> Furniture {
        if self.options.profile == Profile::Plain { Furniture::Count } else { self.options.furniture }
    }

    /// The sections whose mentions are not counted.
    #[must_use]
    pub fn excluded(&self) -> Sections {
        self.options.exclude
    }

    /// The rules that were left out.
    pub fn rules_left_out(&self) -> impl Iterator<Item = Rule> {
        self.options.rules.missing()
    }

    /// The lines that are taken for page furniture because they recur in the archive.
    #[must_use]
    pub fn recurring_lines(&self) -> Option<&RecurringLines> {
        self.recurring.as_ref()
    }
}

/// One thread's buffers, reused from document to document.
#[derive(Debug)]
pub struct Worker<'a> {
    analyzer: &'a Analyzer,
    buffers: Buffers,
}

/// What a worker keeps from document to document.
#[derive(Debug)]
struct Buffers {
    scratch: MatcherScratch,
    matches: [Matches; 2],
    /// Matches in page furniture, when they are to be marked.
    aside: [Matches; 2],
    segments: Vec<Segment>,
    reading: ResolverScratch,
    resolution: Resolution,
    marked: Resolution,
}

impl<'a> Worker<'a> {
    /// Leaves a long document in the middle once the flag is set; what was read of it has no meaning then.
    pub fn stop_when(&mut self, flag: &StopFlag) {
        self.buffers.reading.stop_when(flag);
    }

    /// The analyzer it works for.
    #[must_use]
    pub fn analyzer(&self) -> &'a Analyzer {
        self.analyzer
    }

    /// All places of names in a text, whatever they mean: before any rule is asked.
    pub(crate) fn matches_in(&mut self, text: &str) -> &Matches {
        let Buffers { scratch, matches: [matches, _], .. } = &mut self.buffers;
        self.analyzer.matcher.find_into(text, scratch, matches);
        matches
    }

    /// The mentions of one document in order of part and span, valid until the next call.
    ///
    /// Those in page furniture are left out, unless it is to be marked or counted; they are known by their section.
    ///
    /// # Panics
    ///
    /// If a part is longer than [`FoldedText::MAX_LEN`] (1 GiB).
    ///
    /// # Complexity
    ///
    /// Linear in the text.
    pub fn mentions(&mut self, document: &Document<'_>) -> &[Mention] {
        self.read(document, Wanted::Mentions);
        &self.buffers.resolution.mentions
    }

    /// The mentions of one document and the names in it that no list has, valid until the next call.
    ///
    /// # Panics
    ///
    /// As [`Worker::mentions`].
    pub fn resolve(&mut self, document: &Document<'_>) -> &Resolution {
        self.read(document, Wanted::All);
        &self.buffers.resolution
    }

    fn read(&mut self, document: &Document<'_>, wanted: Wanted) {
        self.find(document, wanted);
        let day = document.date.as_deref().and_then(crate::archive::day_of);
        let analyzer = self.analyzer;
        let Buffers { matches, aside, segments, reading, resolution, marked, .. } = &mut self.buffers;
        analyzer.resolver.read(&parts(document, matches), day, wanted, reading, resolution);
        if analyzer.options.profile == Profile::Plain {
            return;
        }
        divide::label(segments, resolution);
        let furniture = analyzer.options.furniture;
        if furniture != Furniture::Count {
            // Names are also found by the look of the text, whose furniture the resolver still sees.
            resolution.mentions.retain(|mention| !mention.section.is_outside_article());
        }
        if furniture == Furniture::Skip {
            resolution.unlisted.retain(|mention| !mention.section.is_outside_article());
        }
        if furniture == Furniture::Mark {
            // Resolved by themselves, so that what is marked changes nothing else.
            analyzer.resolver.read(&parts(document, aside), day, wanted, reading, marked);
            divide::label(segments, marked);
            resolution
                .mentions
                .extend(marked.mentions.drain(..).filter(|mention| mention.section.is_outside_article()));
            let place = |mention: &Mention| (mention.part, mention.span.start, std::cmp::Reverse(mention.span.end));
            resolution.mentions.sort_by_key(place);
        }
    }

    /// The mentions that count: not in furniture unless it is to be counted, not in an excluded section, and a headline that
    /// is repeated in the text only once.
    ///
    /// # Panics
    ///
    /// As [`mentions`](Self::mentions).
    pub fn counted(&mut self, document: &Document<'_>) -> &[Mention] {
        self.mentions(document);
        let options = &self.analyzer.options;
        self.buffers.resolution.mentions.retain(|mention| {
            let furniture = mention.section.is_outside_article() && options.furniture != Furniture::Count;
            !mention.repeated && !furniture && !options.exclude.contains(mention.section)
        });
        &self.buffers.resolution.mentions
    }

    /// Every candidate of one document with the rule that decided over it, in order of part and span. The plain profile asks no
    /// rules, so what this says of its matches is what the strict one would.
    ///
    /// # Panics
    ///
    /// As [`mentions`](Self::mentions).
    ///
    /// Names that the flags of their alias refuse and names in page furniture are among them, and so is every mention that
    /// [`resolve`](Self::resolve) gives, listed or not.
    ///
    /// # Errors
    ///
    /// If the names do not fit an automaton: names that flags refuse are found by one.
    ///
    /// # Complexity
    ///
    /// Linear in the text and in the names of the gazetteer.
    pub fn explain(&mut self, document: &Document<'_>) -> Result<Vec<Verdict>> {
        self.read(document, Wanted::All);
        let day = document.date.as_deref().and_then(crate::archive::day_of);
        let analyzer = self.analyzer;
        let Buffers { scratch, matches, resolution, .. } = &mut self.buffers;
        let mut verdicts = analyzer.resolver.explain_as(&parts(document, matches), day, resolution);
        let judged: BTreeSet<_> = verdicts.iter().filter_map(listed_place).collect();
        let mut all = Matches::default();
        for (part, text) in document.parts() {
            let verdict = |span: Span, alias: AliasId, outcome: VerdictOutcome| {
                let entity = analyzer.gazetteer.alias(alias).entity;
                Verdict { part, span, meant: Meant::Listed { alias, entity }, outcome, contest: None }
            };
            analyzer.matcher.find_into(text, scratch, &mut all);
            let found = all.iter().flat_map(|(span, aliases)| aliases.iter().map(move |alias| (span, *alias)));
            let in_furniture = found.map(|(span, alias)| verdict(span, alias, VerdictOutcome::Furniture));
            verdicts.extend(
                in_furniture.filter(|verdict| listed_place(verdict).is_some_and(|place| !judged.contains(&place))),
            );
            let refused = analyzer.matcher.refused(text)?.into_iter();
            verdicts
                .extend(refused.map(|(span, alias, refusal)| verdict(span, alias, VerdictOutcome::Refused(refusal))));
        }
        sort_verdicts(&mut verdicts);
        Ok(verdicts)
    }

    /// Calls `each` with the stretches of the document read last that are of the article: its title and its text without furniture,
    /// bylines, and the line that repeats the title. Of a document without any match, and in the plain profile, nothing is left out.
    pub(crate) fn article(&self, document: &Document<'_>, mut each: impl FnMut(Part, &str)) {
        if self.buffers.segments.is_empty() {
            return document.parts().for_each(|(part, text)| each(part, text));
        }
        let is_left_out = |segment: &Segment| segment.repeated || segment.section.is_outside_article();
        let is_apart = |one: &Segment, two: &Segment| one.part != two.part || is_left_out(one) != is_left_out(two);
        for stretch in self.buffers.segments.chunk_by(|one, two| !is_apart(one, two)) {
            if let [first, ..] = stretch
                && !is_left_out(first)
                && let Some(last) = stretch.last()
            {
                each(first.part, Span::new(first.span.start, last.span.end).of(document.part(first.part)));
            }
        }
    }

    /// The stretches of the document that was [resolved](Self::resolve) last.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.buffers.segments
    }

    /// Matches and divides one document; what lies in furniture is set aside unless it is to be counted.
    fn find(&mut self, document: &Document<'_>, wanted: Wanted) {
        let options = &self.analyzer.options;
        let Buffers { scratch, matches, aside, segments, .. } = &mut self.buffers;
        let mut any = false;
        for ((_, text), matches) in document.parts().zip(&mut *matches) {
            self.analyzer.matcher.find_into(text, scratch, matches);
            any |= !matches.is_empty();
        }
        // Without a match, nobody asks for the section of a match.
        if options.profile == Profile::Plain || !any && wanted == Wanted::Mentions {
            segments.clear();
            aside.iter_mut().for_each(Matches::clear);
            return;
        }
        segment::segments(document, self.analyzer.recurring.as_ref(), segments);
        for ((part, _), (matches, aside)) in document.parts().zip(matches.iter_mut().zip(aside)) {
            if options.furniture == Furniture::Mark {
                aside.clone_from(matches);
                divide::keep_furniture(segments, part, aside);
            }
            if options.furniture != Furniture::Count {
                divide::drop_furniture(segments, part, matches);
            }
        }
    }
}

/// Where a verdict over a listed name is.
fn listed_place(verdict: &Verdict) -> Option<(Part, usize, usize, AliasId)> {
    match verdict.meant {
        Meant::Listed { alias, .. } => Some((verdict.part, verdict.span.start, verdict.span.end, alias)),
        Meant::Unlisted(_) => None,
    }
}

/// The matches of each part of a document, as the resolver takes them.
fn parts<'a>(document: &'a Document<'_>, matches: &'a [Matches; 2]) -> Vec<PartMatches<'a>> {
    document.parts().zip(matches).map(|((part, text), matches)| PartMatches { part, text, matches }).collect()
}

/// # Errors
///
/// If a text is longer than the matcher can hold; archives reject such records long before.
pub(crate) fn check_length(document: &Document<'_>) -> Result<()> {
    match document.parts().find(|(_, text)| text.len() > FoldedText::MAX_LEN) {
        None => Ok(()),
        Some((part, text)) => {
            let message = format!("the {} of document {:?} has {} bytes", part.as_str(), document.id, text.len());
            Err(Error::limit(message).with_remedy("split texts of more than 1 GiB"))
        }
    }
}
