//! Office-holders: who held which office, of which country or organisation, and when the archive said so.
//!
//! In come the mentions of documents, one document after another ([`offices`], [`HolderCounts`]); out come [`Holder`]s. No
//! list of persons is needed: the name is the one written after the title.
//!
//! What it says is what was written: a former minister who is introduced as "Minister" is one. Persons introduced as former
//! or late are left out, and so are courtesy titles ("Mr.", "Dr.").

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::document::Document;
use crate::gazetteer::{EntityType, Gazetteer};
use crate::ids::EntityId;
use crate::mention::Mention;
use crate::normalize::fold;
use crate::resolve::is_given_name;
use crate::span::Span;

/// An office and a name as one document has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Office {
    /// The title.
    pub title: EntityId,
    /// The country, place or organisation beside it, if one is.
    pub of: Option<EntityId>,
    /// The longest form of the person's name in the document, blanks made single.
    pub name: String,
}

/// One person in one office, over the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What is held.
    pub office: Office,
    /// First and last day on which a document says so, in days since 1970-01-01; `None` if no such document has a date.
    pub days: Option<(i32, i32)>,
    /// Documents that say so.
    pub documents: u32,
}

/// Words before a title that say the office is no longer held.
const PAST: [&str; 6] = ["former", "ex", "ex-", "late", "onetime", "then"];

/// The offices in one document, sorted, each once. `mentions` must be in order and hold demonyms, as the wide profile has
/// them: without "Iraqi" it is not known what a prime minister is of.
///
/// The country or organisation of an office comes directly before the title ("Iraqi Prime Minister", "Kenya's President"), or after the name
/// ("President Ada Example of Kenya").
///
/// # Complexity
///
/// Linear in the mentions, and quadratic in the forms of one surname.
#[must_use]
pub fn offices(gazetteer: &Gazetteer, document: &Document<'_>, mentions: &[Mention]) -> Vec<Office> {
    let mut found: Vec<Office> = Vec::new();
    let type_of = |mention: &Mention| EntityType::of_kind(gazetteer.entity(mention.entity).kind).as_str();
    let types: Vec<&str> = mentions.iter().map(type_of).collect();
    // From the right, so that of two titles ("Defence Minister Gen. …") the first takes the name after the second.
    let mut heads: Vec<Option<Span>> = vec![None; mentions.len()];
    for index in (0..mentions.len()).rev() {
        let mention = &mentions[index];
        if types[index] != "title" {
            continue;
        }
        let text = document.part(mention.part);
        let next = || (index + 1..mentions.len()).find(|next| types[*next] == "title");
        heads[index] = mention.head.or_else(|| {
            let next = next()?;
            let behind = &mentions[next];
            let beside = behind.part == mention.part && is_gap(text.get(mention.span.end..behind.span.start)?);
            heads[next].filter(|_| beside)
        });
        let Some(head) = heads[index] else { continue };
        let owner = owner(document, mentions, &types, index, head);
        let start =
            owner.filter(|owner| owner.span.start < mention.span.start).map_or(mention.span, |owner| owner.span);
        if is_past(text, start.start) || gazetteer.entity(mention.entity).kind == "title.honorific" {
            continue;
        }
        let name = head.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
        if is_cut_off(&name, gazetteer.entity(mention.entity).kind) {
            continue;
        }
        found.push(Office { title: mention.entity, of: owner.map(|owner| owner.entity), name });
    }
    carry(found)
}

/// Whether a name cannot be all that was written: an initial ("U."), an abbreviation ("FX"), or a given name alone
/// ("Mervyn"), with which only royals and the clergy are named.
fn is_cut_off(name: &str, title_kind: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or(name);
    let letters = last.chars().filter(|c| c.is_alphabetic()).count();
    let initial = letters < 2 || last.ends_with('.') && !matches!(last, "Jr." | "Sr.");
    let acronym = letters < 4 && !name.contains(' ') && !last.chars().any(char::is_lowercase);
    let by_given_name = matches!(title_kind, "title.royal" | "title.noble" | "title.religious");
    initial || acronym || !name.contains(' ') && !by_given_name && is_given_name(name)
}

/// A blank, no line between.
fn is_gap(gap: &str) -> bool {
    !gap.is_empty() && gap.chars().all(char::is_whitespace) && gap.bytes().filter(|byte| *byte == b'\n').count() < 2
}

/// The country, place or organisation whose office it is.
fn owner<'m>(
    document: &Document<'_>,
    mentions: &'m [Mention],
    types: &[&str],
    index: usize,
    head: Span,
) -> Option<&'m Mention> {
    let title = &mentions[index];
    let text = document.part(title.part);
    let can_own = |other: usize| mentions[other].part == title.part && types[other] != "title";
    let before =
        (0..index).rev().take(4).filter(|other| can_own(*other) && mentions[*other].span.end < title.span.start);
    let beside = before.filter(|other| {
        let gap = &text[mentions[*other].span.end..title.span.start];
        let gap = ["'s", "’s", "'", "’"].iter().find_map(|possessive| gap.strip_prefix(possessive)).unwrap_or(gap);
        is_gap(gap)
    });
    // Of names that end there, the longest begins first.
    if let Some(owner) = beside.min_by_key(|other| mentions[*other].span.start) {
        return Some(&mentions[owner]);
    }
    let behind = (index + 1..mentions.len()).take_while(|other| mentions[*other].part == title.part);
    let behind = behind.filter(|other| can_own(*other)).find(|other| mentions[*other].span.start > head.end)?;
    let gap = text[head.end..mentions[behind].span.start].trim();
    (gap == "of" || gap == "of the").then_some(&mentions[behind])
}

/// Whether "former" or the like comes before `at`.
fn is_past(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches(|c: char| c.is_whitespace() || c == '-');
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    PAST.contains(&word.to_lowercase().as_str())
}

/// The words of a name, folded; joined particles are words of their own ("al-Sudani" is named "Sudani" too).
fn words(name: &str) -> Vec<String> {
    fold(name).split([' ', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The last word of a name, folded.
fn surname(name: &str) -> String {
    words(name).pop().unwrap_or_default()
}

/// Whether the short form can be the long one's: its words are in it in order, the surname at the end.
fn is_form_of(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    short.len() < long.len() && short.last() == long.last() && short.iter().all(|word| rest.any(|other| other == word))
}

/// Gives every person of one document the longest form of the name, and an office the owner it has elsewhere in it.
fn carry(mut found: Vec<Office>) -> Vec<Office> {
    let mut by_surname: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for office in &found {
        by_surname.entry(surname(&office.name)).or_default().insert(office.name.clone());
    }
    for office in &mut found {
        let own = words(&office.name);
        let names = by_surname.get(&surname(&office.name)).into_iter().flatten();
        let longer = names.map(|name| (words(name), name)).filter(|(long, _)| is_form_of(&own, long));
        if let Some((_, longest)) = longer.max_by_key(|(long, name)| (long.len(), Reverse(*name))) {
            office.name.clone_from(longest);
        }
    }
    let owned: BTreeMap<(EntityId, String), Option<EntityId>> = found
        .iter()
        .rev()
        .filter(|office| office.of.is_some())
        .map(|office| ((office.title, office.name.clone()), office.of))
        .collect();
    for office in found.iter_mut().filter(|office| office.of.is_none()) {
        office.of = owned.get(&(office.title, office.name.clone())).copied().flatten();
    }
    found.sort();
    found.dedup();
    found
}

/// Offices counted over documents.
#[derive(Debug, Default, Clone)]
pub struct HolderCounts {
    seen: BTreeMap<Office, Seen>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    days: Option<(i32, i32)>,
    documents: u32,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.documents += other.documents;
        self.days = match (self.days, other.days) {
            (Some((first, last)), Some((other_first, other_last))) => {
                Some((first.min(other_first), last.max(other_last)))
            }
            (own, other) => own.or(other),
        };
    }
}

impl HolderCounts {
    /// Counts the offices of one document, published on `day` if that is known.
    pub fn add(&mut self, offices: Vec<Office>, day: Option<i32>) {
        for office in offices {
            let seen = Seen { days: day.map(|day| (day, day)), documents: 1 };
            self.seen.entry(office).or_default().add(seen);
        }
    }

    /// Adds what was counted in other documents.
    pub fn merge(&mut self, other: Self) {
        for (office, seen) in other.seen {
            self.seen.entry(office).or_default().add(seen);
        }
    }

    /// The holders, most documents first, then by the names of title, owner and person.
    ///
    /// Forms of one name are joined where the archive leaves little doubt: an office without an owner joins the owner that
    /// title and name have in four of five other documents, a short name ("President Example") the longer one of the same
    /// office that is as common among its like. One document never decides for more than ten.
    #[must_use]
    pub fn finish(self, gazetteer: &Gazetteer) -> Vec<Holder> {
        let mut seen = self.seen;
        let by_name = |office: &Office| (office.title, None, fold(&office.name));
        join(&mut seen, by_name, |office, others| {
            if office.of.is_some() {
                return None;
            }
            dominant(office, others, |other| other.of.is_some())
        });
        let by_surname = |office: &Office| (office.title, None, surname(&office.name));
        join(&mut seen, by_surname, |office, others| {
            let own = words(&office.name);
            let same_owner = |other: &Office| office.of.is_none() || other.of == office.of;
            dominant(office, others, |other| same_owner(other) && is_form_of(&own, &words(&other.name)))
        });
        let name_of = |entity: Option<EntityId>| entity.map(|entity| gazetteer.entity(entity).name.to_owned());
        let mut holders: Vec<Holder> = seen
            .into_iter()
            .map(|(office, seen)| Holder { office, days: seen.days, documents: seen.documents })
            .collect();
        holders.sort_by_cached_key(|holder| {
            let office = &holder.office;
            (Reverse(holder.documents), name_of(Some(office.title)), name_of(office.of), office.clone())
        });
        holders
    }
}

/// The one of the other forms that has nearly all of the documents, and enough of them to be evidence for `office`.
fn dominant(office: &Office, others: &[(Office, u32)], possible: impl Fn(&Office) -> bool) -> Option<Office> {
    let of_office = others.iter().find(|(other, _)| other == office).map_or(0, |(_, documents)| *documents);
    let possible = || others.iter().filter(|(other, _)| other != office && possible(other));
    let total: u32 = possible().map(|(_, documents)| documents).sum();
    let (best, documents) = possible().max_by_key(|(_, documents)| documents)?;
    (documents.saturating_mul(5) >= total.saturating_mul(4) && documents.saturating_mul(10) >= of_office)
        .then(|| best.clone())
}

/// What offices must share to be compared.
type Key = (EntityId, Option<EntityId>, String);

/// Adds each office to the one that `target` names among those of the same key.
fn join(
    seen: &mut BTreeMap<Office, Seen>,
    key: impl Fn(&Office) -> Key,
    target: impl Fn(&Office, &[(Office, u32)]) -> Option<Office>,
) {
    let mut groups: BTreeMap<Key, Vec<(Office, u32)>> = BTreeMap::new();
    for (office, seen) in &*seen {
        groups.entry(key(office)).or_default().push((office.clone(), seen.documents));
    }
    let targets = |group: &Vec<(Office, u32)>| -> Vec<(Office, Office)> {
        group.iter().filter_map(|(office, _)| Some((office.clone(), target(office, group)?))).collect()
    };
    let moves: BTreeMap<Office, Office> = groups.values().filter(|group| group.len() > 1).flat_map(targets).collect();
    for from in moves.keys() {
        let mut to = &moves[from];
        // A target may itself have moved; each is longer than the one before or has an owner, so this ends.
        while let Some(further) = moves.get(to) {
            to = further;
        }
        if let Some(moved) = seen.remove(from) {
            seen.entry(to.clone()).or_default().add(moved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Analyzer, Profile};

    const NAMES: &str = "\
ke    place.country    Kenya           -      cc=KE
+     adj              Kenyan          exact
gh    place.country    Ghana           -      cc=GH
+     adj              Ghanaian        exact
un    org.int          United Nations  -
+     abbr             UN              exact
pr    title.gov        President       any
pm    title.gov        Prime Minister  any
dm    title.gov        Defence Minister  any
ge    title.mil        General         any
+     abbr             Gen.            exact
mr    title.honorific  Mr.             -
";

    /// Rows "title of owner: name, first..last, documents" of an archive of (day, text).
    #[track_caller]
    fn check(archive: &[(i32, &str)], expected: &[&str]) {
        let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
        let analyzer = Analyzer::builder().profile(Profile::Wide).build(&gazetteer).unwrap();
        let rows = |archive: &mut dyn Iterator<Item = &(i32, &str)>| -> Vec<String> {
            let mut counts = HolderCounts::default();
            let mut worker = analyzer.worker();
            for (day, text) in archive {
                let document = Document::new("d", *text);
                let found = offices(&gazetteer, &document, worker.mentions(&document));
                counts.add(found, Some(*day));
            }
            let row = |holder: &Holder| {
                let (title, of) = (holder.office.title, holder.office.of);
                let of = of.map(|of| format!(" of {}", gazetteer.entity(of).name)).unwrap_or_default();
                let (first, last) = holder.days.unwrap();
                let (name, documents) = (&holder.office.name, holder.documents);
                format!("{}{of}: {name}, {first}..{last}, {documents}", gazetteer.entity(title).name)
            };
            counts.finish(&gazetteer).iter().map(row).collect()
        };
        let forward = rows(&mut archive.iter());
        assert_eq!(forward, expected);
        assert_eq!(rows(&mut archive.iter().rev()), forward, "the order of documents");
    }

    #[test]
    fn offices_have_owners() {
        check(&[(1, "Kenyan President Ada Example spoke.")], &["President of Kenya: Ada Example, 1..1, 1"]);
        check(&[(1, "Kenya’s President Ada Example spoke.")], &["President of Kenya: Ada Example, 1..1, 1"]);
        check(&[(1, "President Ada Example of Ghana spoke.")], &["President of Ghana: Ada Example, 1..1, 1"]);
        check(&[(1, "UN President Ada Example spoke.")], &["President of United Nations: Ada Example, 1..1, 1"]);
        check(&[(1, "President Ada Example spoke in Ghana.")], &["President: Ada Example, 1..1, 1"]);
    }

    #[test]
    fn courtesy_and_past_offices_are_left_out() {
        check(&[(1, "Mr. Ada Example spoke.")], &[]);
        check(&[(1, "Former President Ada Example spoke.")], &[]);
        check(&[(1, "The former Kenyan President Ada Example spoke.")], &[]);
        check(&[(1, "The Kenyan President spoke.")], &[]);
    }

    #[test]
    fn two_titles_share_a_name() {
        check(
            &[(1, "Ghanaian Defence Minister Gen. Kofi Example spoke.")],
            &["Defence Minister of Ghana: Kofi Example, 1..1, 1", "General: Kofi Example, 1..1, 1"],
        );
    }

    #[test]
    fn the_longest_form_is_carried() {
        check(
            &[(1, "President Example spoke. Kenyan President Ada Example left. President Example slept.")],
            &["President of Kenya: Ada Example, 1..1, 1"],
        );
        check(
            &[
                (3, "President Example spoke."),
                (1, "Kenyan President Ada Example left."),
                (2, "President Ada Example sat."),
            ],
            &["President of Kenya: Ada Example, 1..3, 3"],
        );
    }

    #[test]
    fn one_document_does_not_decide_for_many() {
        let mut archive: Vec<(i32, &str)> = (1..12).map(|day| (day, "President Ada Example sat.")).collect();
        archive.push((12, "Kenyan President Ada Example left."));
        check(&archive, &["President: Ada Example, 1..11, 11", "President of Kenya: Ada Example, 12..12, 1"]);
        let mut archive: Vec<(i32, &str)> = (1..9).map(|day| (day, "Kenyan President Ada Example sat.")).collect();
        archive.push((9, "Ghanaian President Ada Example left."));
        archive.push((10, "President Ada Example slept."));
        check(&archive, &["President of Kenya: Ada Example, 1..10, 9", "President of Ghana: Ada Example, 9..9, 1"]);
    }

    #[test]
    fn names_are_not_cut_off() {
        check(&[(1, "President U. spoke.")], &[]);
        check(&[(1, "President Peter left.")], &[]);
        check(&[(1, "Kenyan President Peter General said so.")], &["President of Kenya: Peter General, 1..1, 1"]);
        check(&[(1, "President Xu spoke.")], &["President: Xu, 1..1, 1"]);
    }

    #[test]
    fn what_is_in_doubt_stays_apart() {
        check(
            &[
                (1, "Kenyan President Ada Example left."),
                (2, "Kenyan President Kofi Example left."),
                (3, "Kenyan President Example sat."),
            ],
            &[
                "President of Kenya: Ada Example, 1..1, 1",
                "President of Kenya: Example, 3..3, 1",
                "President of Kenya: Kofi Example, 2..2, 1",
            ],
        );
        check(
            &[
                (1, "Kenyan President Ada Example left."),
                (2, "Ghanaian President Ada Example left."),
                (3, "President Ada Example sat."),
            ],
            &[
                "President: Ada Example, 3..3, 1",
                "President of Ghana: Ada Example, 2..2, 1",
                "President of Kenya: Ada Example, 1..1, 1",
            ],
        );
    }
}
