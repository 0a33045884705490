//! Firms: their names with a legal form, and what a name means that the article also has as a firm's or a body's.
//!
//! A word such as "Berkshire" may be a county or short for a holding company. The article usually decides: it has the longer
//! name ("Berkshire Hathaway"), or says what only a firm has ("Berkshire shares", "a stake in Berkshire"). Such a use
//! anywhere in the article outweighs the country, the other mentions, and for a small place a preposition.

use super::cues::Cues;
use super::facts::{AliasFacts, Candidate, Class, Tier};
use super::lexicon::{Classes, FoldedNames, Lexicon};
use super::rules::Rule;
use super::scene::{Look, Scene, Site, Verdicts};
use super::traits::Traits;
use super::words::{Word, word_after, word_before};
use crate::ids::{AliasId, EntityId};

/// Legal forms that are abbreviations and so have a period of their own.
const ABBREVIATED: [&str; 8] = ["Bhd", "Co", "Corp", "Cos", "Inc", "Ltd", "Pte", "Pvt"];

/// Whether a word, without its period, is a legal form or what else ends the registered name of a firm.
pub(super) fn is_legal_form(word: &str) -> bool {
    matches!(
        word,
        "AB" | "AG"
            | "ASA"
            | "Berhad"
            | "Bhd"
            | "Co"
            | "Companies"
            | "Company"
            | "Corp"
            | "Corporation"
            | "Cos"
            | "GmbH"
            | "Group"
            | "Groupe"
            | "Holding"
            | "Holdings"
            | "Inc"
            | "Incorporated"
            | "JSC"
            | "KGaA"
            | "LLC"
            | "LLP"
            | "LP"
            | "Limited"
            | "Ltd"
            | "NV"
            | "OAO"
            | "OJSC"
            | "Oyj"
            | "PJSC"
            | "PLC"
            | "Plc"
            | "Pte"
            | "Pty"
            | "Pvt"
            | "SA"
            | "SE"
            | "SpA"
            | "Tbk"
            | "plc"
    )
}

/// Where the legal form ends that follows a name: "Inc", ", Inc.", "Holdings Plc", "& Co Inc".
pub(super) fn legal_form_end(text: &str, name_end: usize) -> Option<usize> {
    // Few names are followed by one of these.
    let mut after = text.as_bytes()[name_end..].iter();
    let first = after.find(|byte| !matches!(**byte, b',' | b' ' | b'\n' | b'&'));
    if !first.is_some_and(|first| first.is_ascii_uppercase() || *first == b'p') {
        return None;
    }
    let mut end = name_end;
    let mut found = None;
    for _ in 0..4 {
        let rest = &text[end..];
        let (comma, rest) = rest.strip_prefix(',').map_or((false, rest), |rest| (true, rest));
        let Some(rest) = rest.strip_prefix([' ', '\n']) else { break };
        let rest = rest.trim_start_matches(' ');
        let (joined, rest) = rest.strip_prefix("& ").map_or((false, rest), |rest| (true, rest));
        let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let word = &rest[..length];
        let usual = match (comma, joined) {
            (_, true) => matches!(word, "Co" | "Cos" | "Company" | "Companies"),
            (true, false) => matches!(
                word,
                "Inc" | "Incorporated" | "LLC" | "LLP" | "LP" | "Ltd" | "Limited" | "Corp" | "Plc" | "PLC"
            ),
            (false, false) => true,
        };
        // "Acme Group-led", "Acme Co-operative".
        let whole =
            !rest[length..].starts_with(['-', '&', '‑']) && !rest[length..].starts_with(|c: char| c.is_alphanumeric());
        if !usual || !whole || !is_legal_form(word) {
            break;
        }
        end = text.len() - rest.len() + length;
        found = Some(end);
        // "Acme Co. Ltd.": the period of an abbreviation, when the name goes on.
        if text[end..].starts_with('.') && ABBREVIATED.contains(&word) {
            let after = word_after(text, end + 1);
            if after.is_some_and(|next| is_legal_form(next.text)) {
                end += 1;
            }
        }
    }
    found
}

/// The end with the period that belongs to it: "Acme Corp. said", but not "the Acme Corp. It rained".
pub(super) fn with_own_point(text: &str, end: usize) -> usize {
    let Some(rest) = text[end..].strip_prefix('.') else { return end };
    let word = &text[..end];
    let word = &word[word
        .rfind(|c: char| !c.is_alphabetic())
        .map_or(0, |at| at + word[at..].chars().next().map_or(1, char::len_utf8))..];
    if !ABBREVIATED.contains(&word) {
        return end;
    }
    let after = rest.trim_start_matches([' ', '\n', ')', '"', '”']);
    let goes_on = match after.chars().next() {
        None => false,
        Some(c) if rest.starts_with("\n\n") => c.is_lowercase(),
        Some(c) => c.is_lowercase() || matches!(c, ',' | ';' | '(' | '[' | '\'' | '’' | '-' | '&'),
    };
    if goes_on { end + 1 } else { end }
}

/// A listed firm directly before its legal form.
pub(super) fn has_legal_form(look: &Look<'_, '_>) -> bool {
    look.alias.firm && look.site.cues.any(Cues::LEGAL_FORM)
}

/// Words between a bank's name and the end of the name of its unit: "Acme Bank Asset Management".
fn unit_end(text: &str, name_end: usize) -> Option<usize> {
    let is_unit = |word: &Word<'_>| {
        matches!(
            word.text,
            "Advisers"
                | "Advisors"
                | "Asset"
                | "Assets"
                | "Bank"
                | "Banking"
                | "Capital"
                | "Commercial"
                | "Corporate"
                | "Equity"
                | "Global"
                | "Institutional"
                | "International"
                | "Investment"
                | "Investments"
                | "Investors"
                | "Management"
                | "Markets"
                | "Private"
                | "Research"
                | "Retail"
                | "Securities"
                | "Strategic"
                | "Wealth"
        )
    };
    const LAST: [&str; 10] = [
        "Advisers",
        "Advisors",
        "Bank",
        "Banking",
        "Investments",
        "Investors",
        "Management",
        "Markets",
        "Research",
        "Securities",
    ];
    let (mut end, mut last) = (name_end, "");
    let mut n_words = 0;
    while n_words < 4
        && let Some(word) = word_after(text, end).filter(is_unit)
    {
        (end, last) = (word.span.end, word.text);
        n_words += 1;
    }
    if !LAST.contains(&last) {
        return None;
    }
    let goes_on =
        word_after(text, end).is_some_and(|word| word.is_capitalised() && word.is(Classes::ORGANISATION_LAST));
    (!goes_on).then(|| legal_form_end(text, end).unwrap_or(end))
}

/// What follows a listed firm and belongs to its name: where it ends, and the rule.
pub(super) fn name_end(scene: &Scene<'_>, site: &Site<'_>, listed: &Candidate) -> Option<(usize, Rule)> {
    if !listed.alias.firm {
        return None;
    }
    let text = scene.parts[site.part].text;
    if site.cues.any(Cues::LEGAL_FORM) {
        let end = legal_form_end(text, site.span.end)?;
        return Some((with_own_point(text, end), Rule::LegalForm));
    }
    // "Acme Inc. Investors": a sentence may end there.
    let unit = site
        .right
        .filter(|_| !site.surface().ends_with('.'))
        .is_some_and(Word::is_capitalised)
        .then(|| unit_end(text, site.span.end))??;
    Some((unit, Rule::BranchName))
}

/// How an article uses a name somewhere, as far as it says what bears the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// It says or does something, as persons and firms do.
    Agent,
    /// Firms are written about so, and seldom small places.
    Firm,
    /// Only a firm is written about so, or a firm's longer name begins with it.
    Traded,
}

/// The names of an article that mean a firm in it.
#[derive(Debug, Default)]
pub(super) struct Firms {
    names: FoldedNames,
    /// Those that cannot be a public body's.
    traded: FoldedNames,
    agents: FoldedNames,
    /// Names of towns that before a number name a set of rules ("Basel III").
    series: FoldedNames,
    /// Names that somewhere follow "in" or the like, or are in a dateline or a pair.
    placed: FoldedNames,
    /// The listed firms whose name begins with one of them, by the rows of the site.
    pub(super) short: Vec<(usize, AliasId, EntityId)>,
}

impl Firms {
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.traded.clear();
        self.agents.clear();
        self.series.clear();
        self.placed.clear();
        self.short.clear();
    }

    /// Notes how the contested names are used.
    pub(super) fn gather(&mut self, scene: &Scene<'_>, verdicts: &Verdicts) {
        for (row, site) in scene.sites.iter().enumerate() {
            if site.traits.any(Traits::TOWN) && is_numbered(site) {
                self.series.insert(site.surface());
            }
            if !is_contested(site) {
                continue;
            }
            let longer = longer_firm(scene, verdicts, row);
            if let Some(Candidate { id, alias, .. }) = longer {
                self.short.push((row, *id, alias.entity));
            }
            match if longer.is_some() { Some(Use::Traded) } else { use_of(scene, site) } {
                Some(Use::Traded) => {
                    self.names.insert(site.surface());
                    self.traded.insert(site.surface());
                }
                Some(Use::Firm) => self.names.insert(site.surface()),
                Some(Use::Agent) => self.agents.insert(site.surface()),
                None => {}
            }
            let located = || is_surely_located(site);
            let placed = |rule: &Option<Rule>| match rule {
                Some(Rule::Dateline | Rule::Pair) => true,
                Some(Rule::Preposition | Rule::Free) => located(),
                _ => false,
            };
            if verdicts.of(site).iter().any(placed) {
                self.placed.insert(site.surface());
            }
        }
        self.names.close();
        self.traded.close();
        self.agents.close();
        self.series.close();
        self.placed.close();
    }

    /// Whether the article says of the name what it would say of a firm only.
    pub(super) fn is_firm(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether the name is surely a place's somewhere in the article.
    pub(super) fn is_placed(&self, name: &str) -> bool {
        self.placed.contains(name)
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.agents.is_empty()
    }
}

/// Whether some candidate gives way to a firm of the same name.
fn is_contested(site: &Site<'_>) -> bool {
    site.traits.any(Traits::GIVES_WAY) && !site.surface().contains(' ')
}

/// The listed firm whose longer name begins with the site at `row`.
fn longer_firm<'s>(scene: &'s Scene<'_>, verdicts: &Verdicts, row: usize) -> Option<&'s Candidate> {
    let site = &scene.sites[row];
    // Longer names that begin at the same place come first.
    let same = |other: &&Site<'_>| other.part == site.part && other.span.start == site.span.start;
    let longer = scene.sites[..row].iter().rev().take_while(same).filter(|other| other.surface().contains(' '));
    longer
        .flat_map(|other| scene.candidates(other).iter().zip(verdicts.of(other)))
        .find(|(Candidate { alias, .. }, rule)| alias.firm && rule.is_some_and(Rule::accepts))
        .map(|(candidate, _)| candidate)
}

/// How a name is used at one place.
fn use_of(scene: &Scene<'_>, site: &Site<'_>) -> Option<Use> {
    let text = site.text;
    if belongs_to_firm_noun(site) || legal_form_end(text, site.span.end).is_some() || begins_firm(scene, site) {
        return Some(Use::Traded);
    }
    if employs(site) {
        return Some(Use::Firm);
    }
    let after = after_possessive_ending(text, site.span.end);
    let next = if after == site.span.end { site.right } else { word_after(text, after) }?;
    if next.text.starts_with(|c: char| c.is_ascii_uppercase()) {
        let chief = matches!(next.text, "CEO" | "CFO" | "Chief");
        let officer = next.text != "Chief"
            || word_after(text, next.span.end)
                .is_some_and(|next| matches!(next.text, "Executive" | "Financial" | "Operating"));
        return (chief && officer).then_some(Use::Firm);
    }
    if next.is(Classes::FIRM_NOUN) {
        let traded = ["earnings", "profit", "profits", "share", "shareholder", "shareholders", "shares", "stock"];
        return Some(if traded.contains(&next.text) { Use::Traded } else { Use::Firm });
    }
    (after == site.span.end && next.is(Classes::SPEECH)).then_some(Use::Agent)
}

fn after_possessive_ending(text: &str, end: usize) -> usize {
    match text.as_bytes()[end..] {
        [b'\'', b's', ..] => end + 2,
        [first, ..] if !first.is_ascii() && text[end..].starts_with("’s") => end + "’s".len(),
        _ => end,
    }
}

/// "Chesapeake Energy Corp", "Stanford Financial Group": the capitalised words after the name end like a firm's.
fn begins_firm(scene: &Scene<'_>, site: &Site<'_>) -> bool {
    let mut next = site.right;
    for _ in 0..3 {
        let Some(word) = next.filter(|word| word.is_capitalised()) else { return false };
        if scene.sites_at(site.part, word.span.start).any(|other| other.has(Class::Title)) {
            return false;
        }
        if word.is(Classes::COMPANY) && !matches!(word.text, "Foundation" | "Gaming") {
            return true;
        }
        next = word_after(site.text, word.span.end);
    }
    false
}

/// Whether the words before a name take a firm: "a stake in X", "shares of X", "acquire X".
pub(super) fn belongs_to_firm_noun(site: &Site<'_>) -> bool {
    let Some(left) = site.left.filter(|left| !left.text.starts_with(|c: char| c.is_uppercase())) else { return false };
    if left.is(Classes::FIRM_VERB) {
        return true;
    }
    if !matches!(left.text, "in" | "of" | "for" | "with" | "by") {
        return false;
    }
    word_before(site.text, left.span.start).is_some_and(|noun| match left.text {
        "in" => noun.is(Classes::TAKES_IN),
        _ => noun.is(Classes::TAKES_OF),
    })
}

/// Whether the name is that of an employer, and so not of a place: "a strategist at X".
pub(super) fn employs(site: &Site<'_>) -> bool {
    const STAFF: [&str; 22] = [
        "adviser",
        "advisor",
        "analyst",
        "analysts",
        "banker",
        "bankers",
        "broker",
        "brokers",
        "consultant",
        "consultants",
        "dealer",
        "dealers",
        "economist",
        "economists",
        "executive",
        "executives",
        "lecturer",
        "professor",
        "strategist",
        "strategists",
        "trader",
        "traders",
    ];
    site.left
        .filter(|left| left.text == "at")
        .and_then(|at| word_before(site.text, at.span.start))
        .is_some_and(|staff| STAFF.contains(&staff.text))
}

/// Whether what it owns follows: "in X's budget" and "in the X budget" do not say that X is a place.
pub(super) fn owns_something(site: &Site<'_>) -> bool {
    let rest = &site.text[site.span.end..];
    rest.starts_with("'s")
        || rest.starts_with("’s")
        || site.right.is_some_and(|right| {
            matches!(
                right.text,
                "administration"
                    | "bid"
                    | "budget"
                    | "campaign"
                    | "case"
                    | "deal"
                    | "era"
                    | "lawsuit"
                    | "plan"
                    | "policies"
                    | "policy"
                    | "probe"
                    | "scandal"
                    | "speech"
            )
        })
}

/// Whether a name follows a preposition that only places follow, so that it is evidence for other mentions.
pub(super) fn is_surely_located(site: &Site<'_>) -> bool {
    let is_sure = |word: &str| {
        matches!(
            word,
            "in" | "near"
                | "outside"
                | "across"
                | "around"
                | "throughout"
                | "leaving"
                | "visiting"
                | "In"
                | "Near"
                | "Outside"
                | "Across"
                | "Around"
                | "Throughout"
        )
    };
    site.left.is_some_and(|left| is_sure(left.text)) && !owns_something(site) && !belongs_to_firm_noun(site)
}

/// Rejects the places and public bodies whose name means a firm in this article.
pub(super) fn reject_known(scene: &Scene<'_>, verdicts: &mut Verdicts, firms: &Firms) {
    const LARGE: u64 = 100_000;
    if !firms.series.is_empty() {
        reject_series(scene, verdicts, firms);
    }
    if firms.is_empty() {
        return;
    }
    for site in scene.sites.iter().filter(|site| is_contested(site)) {
        let surface = site.surface();
        let (firm, agent) = (firms.names.contains(surface), firms.agents.contains(surface));
        if !(firm || agent) {
            continue;
        }
        let traded = firms.traded.contains(surface);
        let located = is_surely_located(site);
        for (row, Candidate { alias, entity, .. }) in scene.candidates(site).iter().enumerate() {
            if !alias.traits.any(Traits::GIVES_WAY) {
                continue;
            }
            let large = entity.population >= LARGE;
            let verdict = &mut verdicts.of_mut(site)[row];
            let rejected = match verdict {
                None | Some(Rule::Preposition | Rule::Free) if alias.class == Class::Organisation => traded,
                None => firm || agent && entity.tier == Tier::Town && !large && !firms.is_placed(surface),
                Some(Rule::Preposition) => {
                    firm && !(located && large) || agent && !located && !firms.is_placed(surface)
                }
                Some(Rule::Free) => firm && !firms.is_placed(surface),
                _ => false,
            };
            if rejected {
                *verdict = Some(Rule::KnownFirm);
            }
        }
    }
}

/// Rejects the towns whose name means a set of rules ("Basel III", then "the Basel rules").
fn reject_series(scene: &Scene<'_>, verdicts: &mut Verdicts, firms: &Firms) {
    let sites =
        scene.sites.iter().filter(|site| site.traits.any(Traits::TOWN) && firms.series.contains(site.surface()));
    for site in sites.filter(|site| !is_surely_located(site) && !scene.is_in_dateline(site)) {
        // "the Swiss city of Basel".
        let settled = site.left.filter(|left| left.text == "of").and_then(|of| word_before(site.text, of.span.start));
        if settled.is_some_and(|noun| noun.is(Classes::SETTLEMENT)) {
            continue;
        }
        for (row, candidate) in scene.candidates(site).iter().enumerate() {
            let verdict = &mut verdicts.of_mut(site)[row];
            if candidate.alias.traits.any(Traits::TOWN)
                && matches!(verdict, None | Some(Rule::Free | Rule::Preposition))
            {
                *verdict = Some(Rule::CapitalRunRight);
            }
        }
    }
}

/// "Basel III".
fn is_numbered(site: &Site<'_>) -> bool {
    site.right.is_some_and(is_numeral)
}

/// Whether a capitalised title belongs to a longer name: "General Growth Properties", "Private Equity", "Elizabeth Duke".
pub(super) fn is_title_of_name(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    let surface = site.surface();
    let before = site.text[..site.span.start].chars().next_back();
    // "J.M. Smucker", "Kevin M. Warsh".
    if is_single_letter(surface) && (before == Some('.') || site.left.is_some_and(Word::is_capitalised)) {
        return true;
    }
    if !may_be_in_name(surface, look.alias) {
        return false;
    }
    if !surface.starts_with(char::is_uppercase) {
        return is_adjective(site);
    }
    // "Elizabeth Duke".
    if site.left.is_some_and(|left| left.is_capitalised() && left.is(Classes::FIRST_NAME)) {
        return true;
    }
    // A given name before a surname, where the title needs a given name itself.
    let first = site.right.filter(|right| right.is_capitalised());
    if matches!(surface, "Don" | "Dean") && first.is_none_or(|first| !first.is(Classes::FIRST_NAME)) {
        return true;
    }
    let acronym = surface.len() <= 3 && surface.bytes().all(|byte| byte.is_ascii_uppercase());
    if acronym
        && first
            .is_none_or(|first| first.is_acronym() || !site.head.is_some_and(|head| head.of(site.text).contains(' ')))
    {
        return true;
    }
    goes_on_as_body(look.scene, site)
}

/// Whether a title is a word that names begin with, and so needs more than a capitalised word after it.
fn may_be_in_name(surface: &str, alias: &AliasFacts) -> bool {
    !surface.contains(' ')
        && (alias.weak || surface.starts_with("Gen") || surface == "general")
        && (!alias.honorific || surface == "Don")
}

/// Whether the words after a title are not a person's name but the rest of a longer one: "General Growth Properties".
pub(super) fn is_in_name(scene: &Scene<'_>, site: &Site<'_>) -> bool {
    let surface = site.surface();
    scene
        .candidates(site)
        .iter()
        .any(|Candidate { alias, .. }| alias.class == Class::Title && may_be_in_name(surface, alias))
        && goes_on_as_body(scene, site)
}

/// "M.", "J".
fn is_single_letter(surface: &str) -> bool {
    let mut letters = surface.trim_end_matches('.').chars();
    letters.next().is_some() && letters.next().is_none()
}

/// Whether the capitalised words after a title make it the beginning of a body's or a thing's name.
fn goes_on_as_body(scene: &Scene<'_>, site: &Site<'_>) -> bool {
    let kinds =
        Classes::ORGANISATION_LAST | Classes::COMPANY | Classes::FACILITY | Classes::WORK | Classes::INSTITUTION;
    let is_thing = |word: &str| {
        matches!(
            word,
            "Atlantic"
                | "Banks"
                | "Cable"
                | "Capital"
                | "Client"
                | "Communication"
                | "Dynamics"
                | "Electric"
                | "Equity"
                | "Foods"
                | "Growth"
                | "Instrument"
                | "Investors"
                | "Maritime"
                | "Moly"
                | "Price"
                | "Properties"
                | "Re"
                | "Sector"
                | "Wealth"
        )
    };
    let mut next = site.right;
    for n_words in 0..5 {
        let Some(word) = next.filter(|word| word.is_capitalised()) else { return false };
        if site.text[site.span.end..word.span.start].contains('\n') {
            return false;
        }
        // "Major U.S. banks": the name of a country or a body follows.
        if n_words == 0
            && scene.sites_at(site.part, word.span.start).any(|other| {
                scene.candidates(other).iter().any(|Candidate { alias, entity, .. }| {
                    !alias.weak && (alias.demonym || entity.is_sovereign() || alias.class == Class::Place && alias.long)
                }) && !other.has(Class::Title)
            })
        {
            return true;
        }
        if scene.sites_at(site.part, word.span.start).any(|other| other.has(Class::Title)) {
            return false;
        }
        if word.is(kinds) || is_thing(word.text) {
            return true;
        }
        if word.is(Classes::FIRST_NAME) || word.is_initial() {
            return false;
        }
        next = word_after(site.text, word.span.end);
    }
    false
}

/// "general retailers", "private producer of oil": an adjective, or a firm.
fn is_adjective(site: &Site<'_>) -> bool {
    const ADJECTIVES: [&str; 4] = ["general", "major", "principal", "private"];
    const AFTER_PERSONS: [&str; 26] = [
        "about", "after", "and", "as", "at", "because", "before", "but", "by", "during", "for", "from", "has", "in",
        "is", "of", "on", "or", "said", "says", "that", "to", "told", "was", "who", "with",
    ];
    let surface = site.surface();
    let Some(right) = site.right.filter(|right| !right.is_capitalised()) else {
        return surface == "producer" && site.right.is_some_and(|right| !right.is(Classes::FIRST_NAME));
    };
    ADJECTIVES.contains(&surface) && !AFTER_PERSONS.contains(&right.text) && !right.text.ends_with("ed")
        || surface == "producer" && right.text == "of"
}

/// Rejects the titles that begin a name which goes on as a body's elsewhere in the article: "General Growth said".
pub(super) fn reject_titles(scene: &Scene<'_>, verdicts: &mut Verdicts) {
    if !verdicts.any(Rule::TitleOfName) {
        return;
    }
    let mut names = std::collections::BTreeSet::new();
    for site in scene.sites.iter().filter(|site| site.has(Class::Title)) {
        if verdicts.of(site).contains(&Some(Rule::TitleOfName)) {
            names.extend(name_begun_by(site));
        }
    }
    if names.is_empty() {
        return;
    }
    for site in scene.sites.iter().filter(|site| site.has(Class::Title)) {
        if name_begun_by(site).is_some_and(|name| names.contains(&name)) {
            for (row, candidate) in scene.candidates(site).iter().enumerate() {
                if candidate.alias.class == Class::Title {
                    verdicts.of_mut(site)[row] = Some(Rule::TitleOfName);
                }
            }
        }
    }
}

/// A title and the capitalised word after it.
fn name_begun_by<'a>(site: &Site<'a>) -> Option<(&'a str, &'a str)> {
    site.right.filter(|right| right.is_capitalised()).map(|right| (site.surface(), right.text))
}

/// Whether a numeral makes the name before it one of a series: "Basel III".
pub(super) fn is_numeral(word: Word<'_>) -> bool {
    matches!(word.text, "II" | "III" | "IV" | "VI" | "VII" | "VIII" | "IX")
        && Lexicon::shared().is(word.text, Classes::COMMON_ACRONYM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = legal_form_end(text, "Acme".len()).map(|end| &text[..with_own_point(text, end)]);
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn legal_forms_end_names() {
        check("Acme Inc said", Some("Acme Inc"));
        check("Acme, Inc. said", Some("Acme, Inc."));
        check("Acme Corp. said", Some("Acme Corp."));
        check("Acme Corp. It rained", Some("Acme Corp"));
        check("Acme Corp.", Some("Acme Corp"));
        check("Acme & Co, which", Some("Acme & Co"));
        check("Acme Group Holdings Plc (ACM.L)", Some("Acme Group Holdings Plc"));
        check("Acme Co. Ltd. (ACM.L)", Some("Acme Co. Ltd."));
        check("Acme Co-operative", None);
        check("Acme, Group", None);
        check("Acme said", None);
        check("Acme", None);
    }
}
