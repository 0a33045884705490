//! Reads matches as a careful person would: which names are meant, and which entities they denote.
//!
//! In come all matches of one document's parts (with [`Overlap::All`](crate::Overlap::All)); out come [`Mention`]s.
//! No model, no statistics of other documents: an ordered list of rules ([`Rule`]) decides over each alias at each place, in
//! two passes. The first looks at the words around the name; the second at what the whole document says (people met, countries
//! mentioned, long forms). Of accepted names that overlap, those are kept that together cover most; each means the likeliest of its
//! entities.
//!
//! Two conventions exist in the field, hence two [`Profile`]s.

mod addresses;
mod capitals;
mod cover;
mod cues;
mod distance;
mod divisions;
mod evidence;
mod explain;
mod facts;
mod firms;
mod gathered;
mod lexicon;
mod lines;
mod order;
mod periods;
mod persons;
mod plain;
mod rank;
mod rules;
mod runs;
mod scene;
mod scratch;
mod select;
mod site_cues;
mod sport;
mod steps;
mod tables;
mod teams;
mod tickers;
mod titles;
mod traits;
mod unlisted;
mod wording;
mod words;

use serde::{Deserialize, Serialize};

use crate::document::Part;
use crate::gazetteer::Gazetteer;
use crate::matcher::{Matches, Overlap};
use crate::mention::{Mention, UnlistedMention};
use crate::progress::StopFlag;
use facts::GazetteerFacts;
use gathered::Gathered;
use order::Order;
use scene::{Memory, Scene, Verdicts};

/// Whether a word is a given name and little else.
pub(crate) fn is_given_name(word: &str) -> bool {
    lexicon::Lexicon::shared().is(word, lexicon::Classes::FIRST_NAME)
}

pub(crate) use explain::sort as sort_verdicts;
pub use explain::{Meant, Outcome, Verdict};
pub use rules::{Rule, RuleSet};

/// Which labelling convention to follow.
///
/// ```
/// use dateline::{Analyzer, Document, Gazetteer, Profile};
/// let gazetteer = Gazetteer::builtin("core")?;
/// let found = |profile| {
///     let analyzer = Analyzer::builder().profile(profile).build(&gazetteer)?;
///     let document = Document::new("a", "The Iraqi team wrote to the Bank of England.");
///     let mentions = analyzer.analyze(&document);
///     Ok::<_, dateline::Error>(mentions.iter().map(|mention| mention.surface.to_owned()).collect::<Vec<_>>())
/// };
/// assert_eq!(found(Profile::Strict)?, ["Bank of England"]);
/// assert_eq!(found(Profile::Wide)?, ["Iraqi", "Bank of England", "England"]);
/// assert_eq!(found(Profile::Plain)?, ["Iraqi", "Bank of England"]);
/// # Ok::<(), dateline::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Neither a place inside an organisation's name nor a demonym is a place.
    #[default]
    Strict,
    /// Both are.
    Wide,
    /// No reading at all: every name that matches, the longest first, in page furniture too; weak names, parts of persons'
    /// names and titles of any sort included. What a dictionary counts, and several times as fast.
    Plain,
}

/// The matches of one part of a document, as the resolver takes them.
#[derive(Debug, Clone, Copy)]
pub struct PartMatches<'a> {
    /// Which part.
    pub part: Part,
    /// Its text.
    pub text: &'a str,
    /// All its matches.
    pub matches: &'a Matches,
}

/// What was read in one document, each list in order of part and span.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The mentions of the gazetteer's entities.
    pub mentions: Vec<Mention>,
    /// The mentions of organisations and places that no list has.
    pub unlisted: Vec<UnlistedMention>,
}

/// What is asked of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The mentions alone: unlisted names are read only where they matter to one, which is several times as fast.
    Mentions,
    /// Also the names that no list has.
    All,
}

/// What one thread keeps from document to document.
#[derive(Debug)]
pub(crate) struct ResolverScratch {
    memory: Memory,
    verdicts: Verdicts,
    gathered: Gathered,
    words: unlisted::Memory,
    stop: StopFlag,
}

impl ResolverScratch {
    /// For one document.
    fn for_one() -> Self {
        Self::new(64)
    }

    /// For many: most names of an archive are among a few thousand.
    pub(crate) fn for_many() -> Self {
        Self::new(8192)
    }

    fn new(n_aliases: usize) -> Self {
        Self {
            memory: Memory::new(n_aliases),
            verdicts: Verdicts::default(),
            gathered: Gathered::default(),
            words: unlisted::Memory::default(),
            stop: StopFlag::default(),
        }
    }

    /// Leaves long documents in the middle once the flag is set.
    pub(crate) fn stop_when(&mut self, stop: &StopFlag) {
        self.stop = stop.clone();
    }
}

/// The rules, bound to a gazetteer; immutable and shared between threads.
#[derive(Debug)]
pub struct Resolver {
    profile: Profile,
    overlap: Overlap,
    rules: RuleSet,
    order: Order,
    gazetteer: GazetteerFacts,
}

impl Resolver {
    /// Binds the rules to a gazetteer.
    #[must_use]
    pub fn new(gazetteer: &Gazetteer, profile: Profile, overlap: Overlap) -> Self {
        let rules = RuleSet::ALL;
        Self {
            profile,
            overlap,
            rules,
            order: Order::new(rules),
            gazetteer: GazetteerFacts::new(gazetteer, order::rows_of),
        }
    }

    /// Applies only these rules, to see what each is worth.
    #[must_use]
    pub fn with_rules(self, rules: RuleSet) -> Self {
        Self { rules, order: Order::new(rules), ..self }
    }

    /// Resolves one document: replaces the content of `resolution`.
    ///
    /// # Complexity
    ///
    /// Linear in the number of matches, times the words looked at around each.
    pub fn resolve(&self, parts: &[PartMatches<'_>], resolution: &mut Resolution) {
        self.read(parts, None, Wanted::All, &mut ResolverScratch::for_one(), resolution);
    }

    /// Resolves a document of some day (since 1970-01-01), or reads no more of it than is asked for.
    pub(crate) fn read(
        &self,
        parts: &[PartMatches<'_>],
        day: Option<i32>,
        wanted: Wanted,
        scratch: &mut ResolverScratch,
        resolution: &mut Resolution,
    ) {
        if self.profile == Profile::Plain {
            resolution.mentions.clear();
            resolution.unlisted.clear();
            return plain::read(&self.gazetteer, parts, resolution);
        }
        self.judged(parts, day, wanted, scratch, resolution).give_back(&mut scratch.memory);
        if wanted == Wanted::Mentions {
            resolution.unlisted.clear();
        }
    }

    /// Like `read`, and returns every site; the verdicts on its aliases are left in `scratch`.
    fn judged<'a>(
        &'a self,
        parts: &'a [PartMatches<'a>],
        day: Option<i32>,
        wanted: Wanted,
        scratch: &mut ResolverScratch,
        resolution: &mut Resolution,
    ) -> Scene<'a> {
        let ResolverScratch { memory, verdicts, gathered, words, stop } = scratch;
        resolution.mentions.clear();
        resolution.unlisted.clear();
        let cues_of = |site: &scene::Site<'_>| site_cues::of(site, self.profile);
        let mut scene = Scene::new(&self.gazetteer, self.profile, parts, memory, stop, cues_of);
        scene.day = day;
        verdicts.open(&scene);
        if scene.is_stopped() {
            return scene;
        }
        if self.rules.contains(Rule::TitleHead) || self.rules.contains(Rule::Head) {
            persons::find_heads(&mut scene);
        }
        // The words around a name decide most cases; the rest is left to the second pass.
        verdicts.judge_all(&scene, |site| self.order.at(site), |allowed, look| self.order.decide(*allowed, look));
        let teams = teams::find(&scene, verdicts);
        teams::reject_places(&scene, verdicts, &teams, self.rules);
        gathered.gather_names(&scene, verdicts);
        if self.rules.contains(Rule::KnownPerson) {
            persons::reject_known(&scene, verdicts, gathered);
        }
        if self.rules.contains(Rule::KnownFirm) {
            firms::reject_known(&scene, verdicts, &gathered.firms);
        }
        if self.rules.contains(Rule::TitleOfName) {
            firms::reject_titles(&scene, verdicts);
        }
        gathered.gather_entities(&scene, verdicts);
        verdicts.judge(&scene, None, |look| order::by_document(self.rules, look, gathered));
        // What news seldom means is meant where the article has it as a place elsewhere.
        if self.rules.contains(Rule::LongForm) && verdicts.any(Rule::LowPrior) {
            verdicts.judge(&scene, Some(Rule::LowPrior), |look| {
                Some(if gathered.is_sure(look.alias.entity) { Rule::LongForm } else { Rule::LowPrior })
            });
        }
        let mut found = unlisted::find(&scene, verdicts, self.rules, wanted, &gathered.firms, words);
        teams::join(&scene, verdicts, teams, self.rules, &mut found);
        select::select(&scene, verdicts, gathered, &found, (self.overlap, self.rules), resolution);
        scene
    }
}

#[cfg(test)]
mod tests;
