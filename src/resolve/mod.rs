//! Reads matches as a careful person would: which name stands, and for which entity.
//!
//! In come all matches of one document's parts (with [`Overlap::All`](crate::Overlap::All)); out come [`Mention`]s.
//! No model, no statistics of other documents: an ordered list of rules ([`Rule`]) decides over each alias at each place, in
//! two passes. The first uses what stands around the name; the second what the whole document says (people met, countries
//! mentioned, long forms). Among accepted names the longest wins; then the likeliest of its entities.
//!
//! Two conventions exist in the field, hence two [`Profile`]s.

mod around;
mod context;
mod explain;
mod lexicon;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::document::Part;
use crate::gazetteer::{AliasKind, CasePolicy, EntityType, Evidence, Gazetteer};
use crate::ids::{AliasId, EntityId};
use crate::matcher::{Matches, Overlap};
use crate::mention::Mention;
use crate::normalize::fold;
use crate::segment::Section;
use crate::span::Span;
use around::{Around, BEHIND_NAMES, DIRECTIONS, is_line_break};
use context::{LineCase, Token, capitalised_run, in_dateline, is_all_caps, line_case, word_after};
use lexicon::Lexicon;

pub use explain::{Outcome, Verdict};
pub use rules::Rule;

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

/// The rules, bound to a gazetteer; immutable and shared between threads.
#[derive(Debug)]
pub struct Resolver {
    profile: Profile,
    overlap: Overlap,
    aliases: Vec<AliasFacts>,
    entities: Vec<EntityFacts>,
    lexicon: &'static Lexicon,
}

/// What the rules ask about an alias.
#[derive(Debug)]
struct AliasFacts {
    entity: EntityId,
    class: Class,
    demonym: bool,
    weak: bool,
    any_case: bool,
    /// More than one word.
    long: bool,
    honorific: bool,
    evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Place,
    Organisation,
    Title,
    Other,
}

/// What the rules ask about an entity.
#[derive(Debug)]
struct EntityFacts {
    /// Number of the country code; 0 without one.
    country: u32,
    /// Smaller is likelier when nothing else decides: countries, regions, organisations, first-level divisions, towns.
    rank: u8,
    /// A country or what news uses like one: exempt from rules about small places.
    sovereign: bool,
    population: u64,
}

/// What the rules ask about a kind of entity.
#[derive(Debug, Clone, Copy)]
struct KindFacts {
    rank: u8,
    sovereign: bool,
    city: bool,
}

impl KindFacts {
    fn of(kind: &str) -> Self {
        let sovereign = matches!(kind, "place.country" | "place.territory" | "place.former");
        let rank = match kind {
            _ if sovereign => 0,
            "place.region" => 1,
            kind if kind.starts_with("org") => 2,
            "place.admin1" => 4,
            _ => 5,
        };
        Self { rank, sovereign, city: kind == "place.city" }
    }
}

/// One place in the text where aliases match, while it is being judged.
#[derive(Debug)]
struct Site {
    part: usize,
    span: Span,
    line: LineCase,
    verdicts: Vec<(AliasId, Option<Rule>)>,
    /// For a title, the person's name behind it.
    head: Option<Span>,
    /// Whether it stands in the name behind a title.
    in_head: bool,
    /// Whether it stands inside the longer name of an organisation.
    embedded: bool,
}

impl Site {
    /// Capitals only in running text: an abbreviation.
    fn is_acronym(&self, text: &str) -> bool {
        let surface = self.span.of(text);
        self.line == LineCase::Sentence && surface.len() <= 6 && is_all_caps(surface)
    }

    /// The best accepting rule so far.
    fn accepted(&self) -> bool {
        self.verdicts.iter().any(|(_, rule)| rule.is_some_and(Rule::accepts))
    }
}

/// What the document as a whole says, gathered between the passes.
#[derive(Debug, Default)]
struct Facts {
    /// Folded last words of persons' names.
    surnames: BTreeSet<String>,
    /// Entities with an accepted mention that needed no evidence from elsewhere.
    entities: BTreeMap<EntityId, u32>,
    /// Accepted mentions of each country, by country number.
    countries: BTreeMap<u32, u32>,
    /// The same without the countries themselves: towns, divisions and bodies, which tell namesakes apart.
    local: BTreeMap<u32, u32>,
    /// Entities mentioned under a long name.
    long_forms: BTreeSet<EntityId>,
}

impl Resolver {
    /// Binds the rules to a gazetteer.
    #[must_use]
    pub fn new(gazetteer: &Gazetteer, profile: Profile, overlap: Overlap) -> Self {
        let kinds: Vec<KindFacts> = gazetteer.kinds().iter().map(|kind| KindFacts::of(kind)).collect();
        let entities = (0..gazetteer.n_entities()).map(|row| {
            let id = EntityId::new(row);
            let KindFacts { rank, sovereign, city } =
                kinds.get(usize::from(gazetteer.kind_number(id))).copied().unwrap_or(KindFacts::of(""));
            EntityFacts {
                country: gazetteer.country_number(id),
                rank: if city && gazetteer.is_capital(id) { 3 } else { rank },
                sovereign,
                population: gazetteer.population(id),
            }
        });
        let aliases = gazetteer.aliases().map(|alias| {
            let entity = gazetteer.entity(alias.entity);
            let class = match entity.entity_type() {
                EntityType::Place => Class::Place,
                EntityType::Organisation => Class::Organisation,
                EntityType::Title => Class::Title,
                EntityType::Other(_) => Class::Other,
            };
            let evidence = match (alias.evidence.is_empty(), class) {
                (false, _) => alias.evidence.iter().collect(),
                (true, Class::Place) => {
                    vec![Evidence::Preposition, Evidence::Dateline, Evidence::Pair, Evidence::LongForm]
                }
                (true, Class::Title) => vec![Evidence::Head],
                (true, _) => vec![Evidence::Country, Evidence::LongForm],
            };
            AliasFacts {
                entity: alias.entity,
                class,
                demonym: alias.kind.is_demonym(),
                weak: alias.flags.weak,
                any_case: alias.flags.case == CasePolicy::Any,
                long: alias.text.contains(' ') && alias.kind != AliasKind::Plural,
                honorific: entity.kind == "title.honorific",
                evidence,
            }
        });
        Self { profile, overlap, aliases: aliases.collect(), entities: entities.collect(), lexicon: Lexicon::shared() }
    }

    /// Resolves one document: replaces the content of `mentions`, in order of part and span.
    ///
    /// # Complexity
    ///
    /// Linear in the number of matches, times the words looked at around each.
    pub fn resolve(&self, parts: &[PartMatches<'_>], mentions: &mut Vec<Mention>) {
        self.judged(parts, mentions);
    }

    /// The same, and every site with its verdicts.
    fn judged(&self, parts: &[PartMatches<'_>], mentions: &mut Vec<Mention>) -> Vec<Site> {
        mentions.clear();
        let mut sites = self.sites(parts);
        self.find_heads(parts, &mut sites);
        let mut facts = Facts::default();
        self.judge_locally(parts, &mut sites, &mut facts);
        self.judge_by_document(parts, &mut sites, &mut facts);
        self.select(parts, &sites, &facts, mentions);
        sites
    }

    fn sites(&self, parts: &[PartMatches<'_>]) -> Vec<Site> {
        let mut sites = Vec::new();
        for (part, input) in parts.iter().enumerate() {
            let mut organisation_end = 0;
            for (span, aliases) in input.matches.iter() {
                let embedded = span.end <= organisation_end;
                if aliases.iter().any(|alias| self.facts(*alias).class == Class::Organisation) {
                    organisation_end = organisation_end.max(span.end);
                }
                sites.push(Site {
                    part,
                    span,
                    line: line_case(input.text, span),
                    verdicts: aliases.iter().map(|alias| (*alias, None)).collect(),
                    head: None,
                    in_head: false,
                    embedded,
                });
            }
        }
        sites
    }

    fn facts(&self, alias: AliasId) -> &AliasFacts {
        &self.aliases[alias.index()]
    }

    fn has_class(&self, site: &Site, class: Class) -> bool {
        site.verdicts.iter().any(|(alias, _)| self.facts(*alias).class == class)
    }

    /// A name that certainly is no person's: several words of an organisation, a country or a title.
    fn is_solid(&self, site: &Site, text: &str) -> bool {
        site.verdicts.iter().any(|(alias, _)| {
            let facts = self.facts(*alias);
            let entity = &self.entities[facts.entity.index()];
            !facts.weak
                && match facts.class {
                    Class::Organisation => facts.long || is_all_caps(site.span.of(text)),
                    Class::Place => facts.demonym || entity.sovereign && facts.long,
                    Class::Title | Class::Other => false,
                }
        })
    }

    /// Finds the person behind each title.
    fn find_heads(&self, parts: &[PartMatches<'_>], sites: &mut [Site]) {
        for index in 0..sites.len() {
            let site = &sites[index];
            if !self.has_class(site, Class::Title) {
                continue;
            }
            let text = parts[site.part].text;
            if site.line == LineCase::Upper {
                continue;
            }
            let ends_run = |token: Token<'_>| {
                let known = sites_at(sites, site.part, token.span.start)
                    .any(|other| self.is_solid(other, text) || self.has_class(other, Class::Title));
                let common = !token.is_initial() && self.lexicon.is_common(token.text);
                let named = sites_at(sites, site.part, token.span.start).next().is_some();
                let acronym = token.is_acronym() && (named || token.text.chars().count() > 2);
                known || common || acronym || self.lexicon.is_calendar(token.text)
            };
            let run = capitalised_run(text, site.span.end, |token| !ends_run(token));
            let Some(run) = run else { continue };
            // A small common word ("general", "chief") before one capitalised name is an ordinary adjective.
            let small = site.span.of(text).starts_with(char::is_lowercase);
            let known = sites_at(sites, site.part, run.start).any(|other| !self.has_class(other, Class::Title));
            if small && known && !run.of(text).contains(' ') {
                continue;
            }
            // In a headline every word has a capital: only a name that is known as a given name shows a person.
            if site.line == LineCase::Title {
                let first = run.of(text).split(' ').next().unwrap_or_default();
                if !self.lexicon.is_first_name(first) {
                    continue;
                }
            }
            sites[index].head = Some(run);
            let part = sites[index].part;
            let first = sites.partition_point(|site| (site.part, site.span.start) < (part, run.start));
            for site in sites[first..].iter_mut().take_while(|site| site.part == part && site.span.start < run.end) {
                site.in_head |= run.contains(site.span);
            }
        }
    }

    /// First pass: what stands around each name.
    fn judge_locally(&self, parts: &[PartMatches<'_>], sites: &mut [Site], facts: &mut Facts) {
        for site in sites.iter() {
            if let Some(head) = site.head {
                facts.remember_person(head.of(parts[site.part].text));
            }
        }
        for index in 0..sites.len() {
            let text = parts[sites[index].part].text;
            let around = Around::new(text, sites[index].span);
            for slot in 0..sites[index].verdicts.len() {
                let alias = sites[index].verdicts[slot].0;
                let rule = self.local_rule(text, &around, sites, index, alias);
                if matches!(rule, Some(Rule::AfterFirstName | Rule::AfterTitle)) {
                    facts.remember_person(sites[index].span.of(text));
                }
                sites[index].verdicts[slot].1 = rule;
            }
        }
        for site in sites.iter().filter(|site| site.accepted()) {
            self.note(site, facts);
        }
    }

    /// Adds an accepted site to the facts of the document.
    fn note(&self, site: &Site, facts: &mut Facts) {
        for (alias, rule) in &site.verdicts {
            let alias = self.facts(*alias);
            // A demonym names its country even where the profile does not count it.
            if !rule.is_some_and(Rule::accepts) && *rule != Some(Rule::DemonymInStrict) {
                continue;
            }
            *facts.entities.entry(alias.entity).or_default() += 1;
            if alias.long {
                facts.long_forms.insert(alias.entity);
            }
            let entity = &self.entities[alias.entity.index()];
            if entity.country != 0 {
                *facts.countries.entry(entity.country).or_default() += 1;
                if !entity.sovereign && site.verdicts.len() == 1 {
                    *facts.local.entry(entity.country).or_default() += 1;
                }
            }
        }
    }

    /// The rule that decides from the neighbourhood alone; `None` leaves the alias to the second pass.
    fn local_rule(
        &self,
        text: &str,
        around: &Around<'_>,
        sites: &[Site],
        index: usize,
        alias: AliasId,
    ) -> Option<Rule> {
        let site = &sites[index];
        let facts = self.facts(alias);
        if facts.class == Class::Title {
            return Some(self.title_rule(text, around, sites, site, alias));
        }
        if let Some(rule) = self.person_rule(text, around, sites, site, facts) {
            return Some(rule);
        }
        if facts.class == Class::Place && around.is_currency(self.profile) {
            return Some(Rule::Currency);
        }
        if facts.demonym && self.profile == Profile::Strict {
            return Some(Rule::DemonymInStrict);
        }
        if self.profile == Profile::Strict && facts.class == Class::Place && around.follows_organisation() {
            return Some(Rule::PartOfOrganisation);
        }
        if self.profile == Profile::Strict && facts.class == Class::Place && around.is_compound_adjective() {
            return Some(Rule::CompoundAdjective);
        }
        if let Some(rule) = self.run_rule(text, around, sites, site, facts) {
            return Some(rule);
        }
        if !facts.weak {
            return Some(Rule::Free);
        }
        for evidence in &facts.evidence {
            let rule = match evidence {
                Evidence::Preposition if around.has_locative() => Rule::Preposition,
                Evidence::Dateline if in_dateline(text, site.span) => Rule::Dateline,
                Evidence::Pair if self.is_pair(text, sites, site, facts) => Rule::Pair,
                Evidence::Head if self.precedes_title(text, sites, site) => Rule::Head,
                _ => continue,
            };
            return Some(rule);
        }
        None
    }

    /// Rules by which a name belongs to a person.
    fn person_rule(
        &self,
        text: &str,
        around: &Around<'_>,
        sites: &[Site],
        site: &Site,
        facts: &AliasFacts,
    ) -> Option<Rule> {
        // "US", "U.K.": nobody is called so.
        if site.is_acronym(text) {
            return None;
        }
        if site.in_head && !facts.demonym && !self.is_solid(site, text) {
            return Some(Rule::TitleHead);
        }
        if facts.demonym || facts.long && facts.class == Class::Organisation {
            return None;
        }
        let left_title = around
            .sites_before(sites, site.part)
            .any(|other| self.has_class(other, Class::Title) && self.is_courtesy_or_capital(other, text));
        if left_title && site.line != LineCase::Upper && !self.is_solid(site, text) && site.line != LineCase::Title {
            return Some(Rule::AfterTitle);
        }
        let left = around.left?;
        let known_left = around.sites_before(sites, site.part).any(|other| !self.has_class(other, Class::Title));
        let first_name = left.is_capitalised()
            && !known_left
            && (self.lexicon.is_first_name(left.text) && !(left.is_acronym() && site.line != LineCase::Upper)
                || left.is_initial() && left.text.ends_with('.'));
        // "Chad said" after a given name is a person; "Michael Jordan's" too, but "Barack Obama Kenya trip" is not.
        let weighty = self.entities[facts.entity.index()].sovereign && !around.right_is_free(self.lexicon);
        (first_name && !weighty).then_some(Rule::AfterFirstName)
    }

    fn is_courtesy_or_capital(&self, site: &Site, text: &str) -> bool {
        let capital = site.span.of(text).starts_with(char::is_uppercase);
        site.verdicts.iter().any(|(alias, _)| {
            let facts = self.facts(*alias);
            facts.class == Class::Title && (facts.honorific || capital)
        })
    }

    /// Rules by which a name is a piece of a longer, unknown name.
    fn run_rule(
        &self,
        text: &str,
        around: &Around<'_>,
        sites: &[Site],
        site: &Site,
        facts: &AliasFacts,
    ) -> Option<Rule> {
        // Where every word has a capital, capitals say nothing.
        if site.line != LineCase::Sentence || facts.class == Class::Other {
            return None;
        }
        // A long name or an acronym stands by itself.
        if !facts.weak && (facts.class == Class::Organisation || site.is_acronym(text)) {
            return None;
        }
        // The wide convention counts embedded names: countries, regions and long names are safe inside a longer name, and a
        // town is before "Police Department" or the like.
        let large = self.entities[facts.entity.index()].rank <= 1 || facts.long && facts.class == Class::Place;
        let soft = self.profile == Profile::Wide && (site.embedded || large);
        if let Some(left) = around.left
            && !soft
            && left.is_capitalised()
            && !left.is_acronym()
            && around.sites_before(sites, site.part).next().is_none()
            && !self.lexicon.is_calendar(left.text)
            && !self.lexicon.is_common(left.text)
            && !DIRECTIONS.contains(&left.text)
        {
            return Some(Rule::CapitalRunLeft);
        }
        let division = self.entities[facts.entity.index()].rank == 4;
        let soft = soft || self.profile == Profile::Wide && (division || around.precedes_institution());
        if let Some(right) = around.right
            && !soft
            && !facts.demonym
            && right.is_capitalised()
            && !right.is_acronym()
            && !right.text.contains('.')
            && !site.span.of(text).ends_with('.')
            && !self.lexicon.is_calendar(right.text)
            && !BEHIND_NAMES.contains(&right.text)
            && !sites_at(sites, site.part, right.span.start).any(|other| !self.is_only_weak_place(other))
            && !is_line_break(&text[site.span.end..right.span.start])
        {
            return Some(Rule::CapitalRunRight);
        }
        None
    }

    fn is_only_weak_place(&self, site: &Site) -> bool {
        site.verdicts.iter().all(|(alias, _)| {
            let facts = self.facts(*alias);
            facts.class == Class::Place && facts.weak
        })
    }

    /// Titles stand in capitals, or beside what makes them a title.
    fn title_rule(&self, text: &str, around: &Around<'_>, sites: &[Site], site: &Site, alias: AliasId) -> Rule {
        let facts = self.facts(alias);
        let surface = site.span.of(text);
        let small = surface.starts_with(char::is_lowercase)
            || facts.any_case && is_all_caps(surface) && site.line == LineCase::Upper;
        if site.head.is_some() {
            return Rule::Head;
        }
        let owner = around.sites_before(sites, site.part).any(|other| {
            other.verdicts.iter().any(|(alias, _)| {
                let owner = self.facts(*alias);
                matches!(owner.class, Class::Place | Class::Organisation) && (!owner.weak || owner.demonym || !small)
            })
        });
        let noun = !facts.honorific
            && !around.right.is_some_and(|right| {
                right.text.starts_with(char::is_lowercase) && facts.weak && right.text.ends_with('s')
            });
        match (owner && noun, small, facts.weak || facts.honorific) {
            (true, _, _) => Rule::Head,
            (_, true, _) => Rule::LowerCaseTitle,
            (_, _, true) => Rule::TitleWithoutHead,
            _ => Rule::Free,
        }
    }

    /// "City, State" and "City, Country" on either side.
    fn is_pair(&self, text: &str, sites: &[Site], site: &Site, facts: &AliasFacts) -> bool {
        let country = self.entities[facts.entity.index()].country;
        let same_country = |other: &Site| {
            other.verdicts.iter().any(|(alias, _)| {
                let other = self.facts(*alias);
                let entity = &self.entities[other.entity.index()];
                other.class == Class::Place
                    && !other.demonym
                    && country != 0
                    && entity.country == country
                    && other.entity != facts.entity
            })
        };
        let behind = text[site.span.end..].strip_prefix(", ").map(|_| site.span.end + 2);
        let before = text[..site.span.start].strip_suffix(", ").map(str::len);
        behind.is_some_and(|at| sites_at(sites, site.part, at).any(same_country))
            || before.is_some_and(|at| sites_ending(sites, site.part, at).any(same_country))
    }

    /// "Air Force" before "Major General": a title follows directly.
    fn precedes_title(&self, text: &str, sites: &[Site], site: &Site) -> bool {
        let Some(right) = word_after(text, site.span.end) else { return false };
        sites_at(sites, site.part, right.span.start).any(|other| self.has_class(other, Class::Title))
    }

    /// Second pass: people met, countries mentioned, long forms.
    fn judge_by_document(&self, parts: &[PartMatches<'_>], sites: &mut [Site], facts: &mut Facts) {
        // A country's name that is used as a place anywhere in the article stays one: few surnames are countries.
        let mut located: BTreeSet<String> = BTreeSet::new();
        if !facts.surnames.is_empty() {
            for site in sites.iter().filter(|site| site.accepted()) {
                let text = parts[site.part].text;
                if Around::new(text, site.span).has_locative() {
                    located.insert(fold(site.span.of(text)));
                }
            }
        }
        for site in sites.iter_mut() {
            let text = parts[site.part].text;
            let surface = site.span.of(text);
            if surface.contains(' ')
                || facts.surnames.is_empty()
                || site.is_acronym(text)
                || !facts.surnames.contains(&fold(surface))
            {
                continue;
            }
            let around = Around::new(text, site.span);
            for (alias, rule) in &mut site.verdicts {
                let alias = &self.aliases[alias.index()];
                let open = matches!(rule, None | Some(Rule::Free | Rule::Preposition));
                let sovereign = self.entities[alias.entity.index()].sovereign;
                let place = around.has_locative() && *rule != Some(Rule::Free)
                    || around.is_in()
                    || sovereign && located.contains(&fold(surface));
                if open && !alias.demonym && alias.class != Class::Title && !place {
                    *rule = Some(Rule::KnownPerson);
                }
            }
        }
        for site in sites.iter_mut() {
            for (alias, rule) in &mut site.verdicts {
                if rule.is_none() {
                    *rule = Some(self.document_rule(self.facts(*alias), facts));
                }
            }
        }
    }

    fn document_rule(&self, alias: &AliasFacts, facts: &Facts) -> Rule {
        let entity = &self.entities[alias.entity.index()];
        for evidence in &alias.evidence {
            match evidence {
                Evidence::LongForm
                    if facts.long_forms.contains(&alias.entity) || facts.entities.contains_key(&alias.entity) =>
                {
                    return Rule::LongForm;
                }
                Evidence::Country if entity.country != 0 && facts.countries.contains_key(&entity.country) => {
                    return Rule::SameCountry;
                }
                _ => {}
            }
        }
        Rule::NoEvidence
    }

    /// Keeps the longest accepted names, picks the likeliest entity of each.
    fn select(&self, parts: &[PartMatches<'_>], sites: &[Site], facts: &Facts, mentions: &mut Vec<Mention>) {
        let mut last_end = 0;
        let mut furthest = 0;
        let mut part = usize::MAX;
        let mut cover: Option<(Span, Class)> = None;
        for site in sites {
            if site.part != part {
                (part, last_end, furthest, cover) = (site.part, 0, 0, None);
            }
            let text = parts[site.part].text;
            let Some((alias, rule)) = self.likeliest(text, sites, site, facts) else { continue };
            let class = self.facts(alias).class;
            let keep = match self.overlap {
                Overlap::All => true,
                Overlap::NoNested => site.span.end > furthest,
                Overlap::Longest => site.span.start >= last_end,
            };
            // The wide convention also counts the places inside an organisation's name.
            let embedded = self.profile == Profile::Wide
                && class == Class::Place
                && cover.is_some_and(|(span, covering)| covering == Class::Organisation && span.contains(site.span));
            if !keep && !embedded {
                continue;
            }
            if keep {
                last_end = site.span.end;
                furthest = furthest.max(site.span.end);
                cover = Some((site.span, class));
            }
            mentions.push(Mention {
                part: parts[site.part].part,
                span: site.span,
                alias,
                entity: self.facts(alias).entity,
                head: if class == Class::Title { site.head } else { None },
                rule,
                section: Section::Body,
                repeated: false,
            });
        }
    }

    /// The best of the accepted aliases of a site: free names first, then the country the article is about, then what is
    /// larger; equal candidates are decided by id, so that the result never depends on chance.
    fn likeliest(&self, text: &str, sites: &[Site], site: &Site, facts: &Facts) -> Option<(AliasId, Rule)> {
        let accepted = site
            .verdicts
            .iter()
            .filter_map(|(alias, rule)| rule.filter(|rule| rule.accepts()).map(|rule| (*alias, rule)));
        let several = site.verdicts.len() > 1;
        accepted.max_by_key(|(alias, rule)| {
            let alias_facts = self.facts(*alias);
            let entity = &self.entities[alias_facts.entity.index()];
            let near = several && (*rule == Rule::Pair || self.is_pair(text, sites, site, alias_facts));
            let known = facts.long_forms.contains(&alias_facts.entity);
            let local = facts.local.get(&entity.country).copied().unwrap_or(0);
            let local = if entity.country == 0 { 0 } else { local };
            (near, known, !alias_facts.weak, local, 255 - entity.rank, entity.population, std::cmp::Reverse(*alias))
        })
    }
}

impl Facts {
    fn remember_person(&mut self, name: &str) {
        if let Some(last) = name.split_whitespace().next_back() {
            self.surnames.insert(fold(last));
        }
    }
}

/// The sites of a part that begin at `start`.
fn sites_at(sites: &[Site], part: usize, start: usize) -> impl Iterator<Item = &Site> {
    let first = sites.partition_point(|site| (site.part, site.span.start) < (part, start));
    sites[first..].iter().take_while(move |site| (site.part, site.span.start) == (part, start))
}

/// The sites of a part that end at `end`.
fn sites_ending(sites: &[Site], part: usize, end: usize) -> impl Iterator<Item = &Site> {
    const LONGEST_NAME: usize = 200;
    let first = sites.partition_point(|site| (site.part, site.span.start) < (part, end.saturating_sub(LONGEST_NAME)));
    let near = sites[first..].iter().take_while(move |site| (site.part, site.span.start) < (part, end));
    near.filter(move |site| site.span.end == end)
}

#[cfg(test)]
mod tests;
