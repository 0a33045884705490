//! A name compared with others: another name of the same entity, a name of another entity, a veto.

use std::collections::BTreeMap;

use super::Report;
use super::codes::Code;
use super::source::{NameLine, Sources};
use crate::gazetteer::{
    Alias, AliasKind, Boundary, CasePolicy, Entity, EntityType, Evidence, EvidenceSet, Flags, Gazetteer, prior_of,
    rank_of,
};
use crate::normalize::{CasePattern, fold, fold_keeping_accents};

/// How many times larger a population must be to decide between two entities with the same name.
const DOMINANCE: u64 = 10;

/// One entity that has a name, from the files or from the base.
struct Candidate<'a> {
    /// `None` for a name of the base.
    line: Option<&'a NameLine>,
    id: &'a str,
    entity_name: &'a str,
    kind: &'a str,
    text: &'a str,
    alias_kind: AliasKind,
    flags: Flags,
    evidence: EvidenceSet,
    rank: u8,
    population: u64,
}

pub(super) fn check(sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    let mut by_name: BTreeMap<&str, Vec<Candidate<'_>>> = BTreeMap::new();
    for line in sources.names.iter().filter(|line| sources.is_alive(line)) {
        by_name.entry(&line.folded).or_default().push(of_line(line, sources));
    }
    if let Some(base) = base {
        for alias in base.aliases() {
            let entity = base.entity(alias.entity);
            if sources.gone.contains(entity.id) {
                continue;
            }
            let is_gone = || sources.gone_names.contains(&(entity.id.to_owned(), alias.text.to_owned()));
            if let Some(candidates) = by_name.get_mut(fold(alias.text).as_str())
                && !is_gone()
            {
                candidates.push(of_base(alias, entity));
            }
        }
    }
    for candidates in by_name.values() {
        let namesakes = Namesakes::new(candidates);
        for (row, candidate) in candidates.iter().enumerate() {
            let Some(line) = candidate.line.filter(|line| !line.flags.stop) else { continue };
            check_veto(candidate, line, &namesakes, report);
            check_redundant(row, line, &namesakes, report);
            check_outranked(candidate, line, &namesakes, sources, base, report);
        }
        check_clash(candidates, report);
    }
    for line in sources.names.iter().filter(|line| sources.is_alive(line)) {
        check_evidence(line, sources, base, report);
    }
}

/// All entities that have a name, so arranged that a hundred thousand of them need not be compared with each other.
struct Namesakes<'c> {
    all: &'c [Candidate<'c>],
    /// The rows of each entity.
    by_id: BTreeMap<&'c str, Vec<usize>>,
    stops: Vec<&'c Candidate<'c>>,
    /// Free names by the type of their entities and whether they are demonyms, the likeliest entity first.
    free: BTreeMap<(EntityType<'c>, bool), Vec<&'c Candidate<'c>>>,
}

impl<'c> Namesakes<'c> {
    fn new(all: &'c [Candidate<'c>]) -> Self {
        let (mut by_id, mut free) = (BTreeMap::<_, Vec<usize>>::new(), BTreeMap::<_, Vec<&Candidate<'_>>>::new());
        for (row, candidate) in all.iter().enumerate() {
            by_id.entry(candidate.id).or_default().push(row);
            if !candidate.flags.stop && !candidate.flags.weak {
                free.entry(candidate.group()).or_default().push(candidate);
            }
        }
        free.values_mut().for_each(|names| names.sort_by_key(|name| std::cmp::Reverse(name.likelihood())));
        Self { all, by_id, stops: all.iter().filter(|name| name.flags.stop).collect(), free }
    }
}

fn of_line<'a>(line: &'a NameLine, sources: &'a Sources) -> Candidate<'a> {
    let entity = &sources.entities[line.entity];
    Candidate {
        line: Some(line),
        id: &entity.id,
        entity_name: &entity.name,
        kind: &entity.kind,
        text: &line.text,
        alias_kind: line.kind,
        flags: line.flags,
        evidence: line.evidence,
        rank: rank_of(&entity.kind, entity.field("capital").is_some()),
        population: entity.field("pop").and_then(|value| value.parse().ok()).unwrap_or(0),
    }
}

fn of_base<'a>(alias: Alias<'a>, entity: Entity<'a>) -> Candidate<'a> {
    Candidate {
        line: None,
        id: entity.id,
        entity_name: entity.name,
        kind: entity.kind,
        text: alias.text,
        alias_kind: alias.kind,
        flags: alias.flags,
        evidence: alias.evidence,
        rank: rank_of(entity.kind, entity.field("capital").is_some()),
        population: entity.population().unwrap_or(0),
    }
}

/// Whether a name of the first boundary matches wherever the same name with the second boundary does.
fn is_as_wide(ours: Boundary, theirs: Boundary) -> bool {
    match ours {
        Boundary::NoHyphen => theirs == ours,
        Boundary::Word => matches!(theirs, Boundary::NoHyphen | Boundary::Word),
        Boundary::Prefix | Boundary::Suffix => matches!(theirs, Boundary::NoHyphen | Boundary::Word) || theirs == ours,
        Boundary::Open | Boundary::Infix => true,
    }
}

impl<'a> Candidate<'a> {
    /// How likely the name means this entity if the article gives no evidence.
    fn likelihood(&self) -> (i32, u64) {
        (prior_of(self.rank, self.population, false), self.population)
    }

    /// Names of one group can stand for one another.
    fn group(&self) -> (EntityType<'a>, bool) {
        (EntityType::of_kind(self.kind), self.alias_kind.is_demonym())
    }

    /// Whether every text that `other` matches is matched by this name, too; both have the same folded form.
    fn covers(&self, other: &Self) -> bool {
        let same_case = || CasePattern::of(self.text).agrees(&CasePattern::of(other.text));
        let other_in_capitals = !other.text.chars().any(char::is_lowercase);
        let case = match (self.flags.case, other.flags.case) {
            (CasePolicy::Any, _) => true,
            (_, CasePolicy::Any) => false,
            (CasePolicy::Title, _) => other_in_capitals || same_case(),
            (CasePolicy::Exact, CasePolicy::Title) => other_in_capitals && same_case(),
            (CasePolicy::Exact, CasePolicy::Exact) => same_case(),
        };
        let accents = !self.flags.accents_matter
            || other.flags.accents_matter && fold_keeping_accents(self.text) == fold_keeping_accents(other.text);
        case && accents
            && is_as_wide(self.flags.boundary, other.flags.boundary)
            && (!self.flags.after_comma || other.flags.after_comma)
    }

    /// Whether some text is matched by both; both have the same folded form.
    fn meets(&self, other: &Self) -> bool {
        let same_case = || CasePattern::of(self.text).agrees(&CasePattern::of(other.text));
        let in_capitals = |name: &Self| !name.text.chars().any(char::is_lowercase);
        let case = match (self.flags.case, other.flags.case) {
            (CasePolicy::Any, _) | (_, CasePolicy::Any) | (CasePolicy::Title, CasePolicy::Title) => true,
            (CasePolicy::Title, CasePolicy::Exact) => in_capitals(other) || same_case(),
            (CasePolicy::Exact, CasePolicy::Title) => in_capitals(self) || same_case(),
            (CasePolicy::Exact, CasePolicy::Exact) => same_case(),
        };
        let accents = self.flags.accents_matter && other.flags.accents_matter;
        case && (!accents || fold_keeping_accents(self.text) == fold_keeping_accents(other.text))
    }

    /// "Hamas (org/hamas), mine.gaz:3".
    fn describe(&self, report: &Report<'_>) -> String {
        let place = self.line.map_or("in the layers below".to_owned(), |line| report.describe(line.at));
        format!("{} ({}), {place}", self.entity_name, self.id)
    }
}

fn check_veto(candidate: &Candidate<'_>, line: &NameLine, among: &Namesakes<'_>, report: &mut Report<'_>) {
    if let Some(stop) = among.stops.iter().find(|other| other.covers(candidate)) {
        let message = format!("`{}` is never reported: it is a stop name of {}", line.text, stop.describe(report));
        report.add(Code::Vetoed, line.at, message, "remove this line, or the stop");
    }
}

fn check_redundant(row: usize, line: &NameLine, among: &Namesakes<'_>, report: &mut Report<'_>) {
    let candidate = &among.all[row];
    // The canonical name is also needed for output.
    if candidate.alias_kind == AliasKind::Name {
        return;
    }
    let replaces = |other: &Candidate<'_>| {
        let (weak, strict) = (other.flags.weak, candidate.flags.weak);
        let as_strong = !weak || strict && candidate.evidence.iter().all(|kind| other.evidence.contains(kind));
        let same_evidence = !weak || candidate.evidence.is_empty() == other.evidence.is_empty();
        other.id == candidate.id
            && !other.flags.stop
            && other.alias_kind.is_demonym() == candidate.alias_kind.is_demonym()
            && as_strong
            && same_evidence
            && other.covers(candidate)
    };
    let own = among.by_id.get(candidate.id).into_iter().flatten().map(|at| (*at, &among.all[*at]));
    let other = own.into_iter().find(|(at, other)| {
        // Of two equal names the later is redundant.
        let twin = *at > row && other.line.is_some() && replaces_each(candidate, other);
        *at != row && !twin && replaces(other)
    });
    if let Some((_, other)) = other {
        let place =
            other.line.map_or("the layers below have".to_owned(), |line| format!("{} has", report.describe(line.at)));
        let free = if line.flags.weak && !other.flags.weak { ", free" } else { "" };
        let message = format!("`{}` adds nothing: {place} `{}`{free}, which matches all of it", line.text, other.text);
        report.add(Code::Redundant, line.at, message, "remove one of the two; case, accents and quotes are folded");
    }
}

/// Whether two names match the same texts at the same strength.
fn replaces_each(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    a.id == b.id && a.covers(b) && b.covers(a) && a.flags.weak == b.flags.weak
}

/// Which entity is meant if the article gives no evidence: `Less` if `a` is decidedly likelier.
fn decided(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    a.rank < b.rank || a.rank == b.rank && a.population >= DOMINANCE * b.population.max(1)
}

fn check_clash(all: &[Candidate<'_>], report: &mut Report<'_>) {
    let free = |name: &&Candidate<'_>| !(name.flags.weak || name.flags.stop || name.flags.after_comma);
    let mut free: Vec<&Candidate<'_>> = all.iter().filter(free).collect();
    free.sort_by(|a, b| {
        (a.rank, b.population, a.line.is_some(), a.id).cmp(&(b.rank, a.population, b.line.is_some(), b.id))
    });
    let Some(best) = free.first() else { return };
    let undecided = |other: &&&Candidate<'_>| other.id != best.id && !decided(best, other) && best.meets(other);
    let mut rivals: Vec<&&Candidate<'_>> = free.iter().filter(undecided).collect();
    rivals.dedup_by_key(|rival| rival.id);
    // Once for each name, at the first line that gives it to an entity other than the likeliest.
    let rival = rivals.iter().filter_map(|rival| rival.line.map(|line| (line, *best))).min_by_key(|(line, _)| line.at);
    let own = best.line.and_then(|line| rivals.first().map(|rival| (line, **rival)));
    let Some((line, other)) = rival.or(own) else { return };
    let more = match rivals.len() {
        1 => String::new(),
        n => format!(" and of {} more", n - 1),
    };
    let message = format!(
        "`{}` is also a free name of {}{more}; nothing decides between them",
        line.text,
        other.describe(report)
    );
    report.add(Code::Clash, line.at, message, "make the rarer ones weak, or add cc= and pop= to each");
}

/// A name that another entity also has, which is preferred whatever the article contains.
fn check_outranked(
    candidate: &Candidate<'_>,
    line: &NameLine,
    among: &Namesakes<'_>,
    sources: &Sources,
    base: Option<&Gazetteer>,
    report: &mut Report<'_>,
) {
    let entity = &sources.entities[line.entity];
    // A mention of its country, or a longer name of it, may decide in its favour.
    let may_win = entity.field("cc").is_some() || names_of(line, sources, base).iter().any(|name| name.contains(' '));
    if may_win {
        return;
    }
    let free = among.free.get(&candidate.group()).into_iter().flatten();
    let likelier = free.take_while(|other| candidate.flags.weak || other.likelihood() > candidate.likelihood());
    let first = likelier.into_iter().find(|other| other.id != candidate.id && other.covers(candidate));
    if let Some(other) = first {
        let message = format!("`{}` always means {}, never {}", line.text, other.describe(report), entity.name);
        report.add(Code::Outranked, line.at, message, "add cc= and a longer name that distinguishes the two");
    }
}

/// A weak name whose required evidence can never occur.
fn check_evidence(line: &NameLine, sources: &Sources, base: Option<&Gazetteer>, report: &mut Report<'_>) {
    let entity = &sources.entities[line.entity];
    let entity_type = EntityType::of_kind(&entity.kind);
    if !line.flags.weak || line.flags.stop || entity_type == EntityType::Title {
        return;
    }
    // The resolver's defaults.
    let asked: Vec<Evidence> = match (line.evidence.is_empty(), entity_type) {
        (false, _) => line.evidence.iter().collect(),
        (true, EntityType::Place) => return,
        (true, _) => vec![Evidence::Country, Evidence::LongForm],
    };
    let possible = |kind: &Evidence| match kind {
        Evidence::Preposition | Evidence::Dateline | Evidence::Head | Evidence::Score => true,
        Evidence::Pair | Evidence::Country => entity.field("cc").is_some(),
        Evidence::Kind => entity.kind == "place.admin1",
        Evidence::Region => entity.field("parent").is_some(),
        Evidence::LongForm => names_of(line, sources, base).iter().any(|name| *name != line.folded),
    };
    if !asked.iter().any(possible) {
        let asked: Vec<&str> = asked.iter().map(|kind| kind.word()).collect();
        let message = format!("`{}` needs evidence that cannot occur: ctx={}", line.text, asked.join(","));
        let remedy = "add cc= for ctx=cc and ctx=pair, another name for ctx=long, or other evidence";
        report.add(Code::NoEvidencePossible, line.at, message, remedy);
    }
}

/// The folded names of the entity that a name belongs to, except vetoes.
fn names_of(line: &NameLine, sources: &Sources, base: Option<&Gazetteer>) -> Vec<String> {
    let entity = &sources.entities[line.entity];
    let own = entity.names.iter().map(|row| &sources.names[*row]).filter(|name| !name.flags.stop);
    let mut names: Vec<String> = own.map(|name| name.folded.clone()).collect();
    if let Some(base) = base.filter(|_| entity.extends)
        && let Some(id) = base.find(&entity.id)
    {
        let below = base.aliases_of(id).filter(|alias| !alias.flags.stop);
        names.extend(below.map(|alias| fold(alias.text)));
    }
    names
}
