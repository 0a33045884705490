//! Names in catalogue form, and their form in running text: "Korea, Republic of", "Marshall Islands (the)", "Alphabet
//! Inc. (Class A)", "Hague, The", "Everest, Mount", "Smith, John".
//!
//! Everything here is judged by form. A form that may belong to something else (what remains of "Mercury (planet)") is
//! marked so.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::country;
use crate::gazetteer::{AliasKind, EntityType};
use crate::normalize::fold;

/// The form in running text of a name in catalogue form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunningForm {
    pub(crate) text: String,
    pub(crate) kind: AliasKind,
    pub(crate) strength: Strength,
}

/// How surely a form is a name of the entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// As surely as the catalogue form.
    Free,
    /// Other entities have it, too: the bracket said which of them is meant ("Springfield (Illinois)").
    Weak,
    /// Perhaps a name of another entity: the bracket may belong to the name.
    Doubtful,
}

/// The forms of a name in running text, the likeliest first; none if the name is not in catalogue form. `kind` is the
/// kind of the entity.
pub(crate) fn running_forms(name: &str, kind: &str) -> Vec<RunningForm> {
    let mut forms: Vec<RunningForm> = Vec::new();
    let mut push = |text: &str, kind: AliasKind, strength: Strength| {
        let text = text.trim();
        if text != name && text.chars().any(char::is_alphabetic) && forms.iter().all(|form| form.text != text) {
            forms.push(RunningForm { text: text.to_owned(), kind, strength });
        }
    };
    let (base, brackets) = without_brackets(name);
    let base = without_shares(&base);
    // The name with its brackets, and how surely it is a name without them.
    let mut strength = Strength::Free;
    for bracket in &brackets {
        match *bracket {
            Bracket::Inside => {}
            Bracket::End(text) => match qualifier(text, base) {
                Qualifier::Nothing => {}
                Qualifier::Inverted => {
                    let full = join(text, base);
                    push(&full, AliasKind::Alias, Strength::Free);
                    if !is_short_for(base, &full) {
                        strength = Strength::Doubtful;
                    }
                }
                Qualifier::Other(word, kind) => push(word, kind, Strength::Free),
                Qualifier::Place if strength == Strength::Free => strength = Strength::Weak,
                Qualifier::Place => {}
                Qualifier::Unknown if country::named(base).is_some() => {}
                Qualifier::Unknown => strength = Strength::Doubtful,
            },
        }
    }
    let inverted = inversions_of(base, kind);
    if inverted.is_empty() {
        if base != name && (strength != Strength::Doubtful || forms.is_empty()) {
            let plain = RunningForm { text: base.to_owned(), kind: AliasKind::Alias, strength };
            // "Ministry of Defence (MoD)": the longer form first.
            let first = forms.first().is_some_and(|form| form.kind != AliasKind::Alias);
            forms.insert(if first { 0 } else { forms.len() }, plain);
        }
    } else {
        for form in inverted {
            let form = RunningForm { text: form, kind: AliasKind::Alias, strength };
            if forms.iter().all(|other| other.text != form.text) {
                forms.push(form);
            }
        }
    }
    forms
}

/// The forms that undo inversions ("Republic of Korea" for "Korea, Rep." and "Korea (Republic of)"), then the rest
/// without brackets.
pub(super) fn inversions(name: &str) -> Vec<String> {
    let (base, brackets) = without_brackets(name);
    let mut forms: Vec<String> = brackets
        .iter()
        .filter_map(|bracket| match bracket {
            Bracket::End(text) if is_inverted(text) => Some(join(text, &base)),
            _ => None,
        })
        .collect();
    let is_inverted = !forms.is_empty();
    if let Some((head, tail)) = base.rsplit_once(", ") {
        forms.extend(undo(head, tail));
    } else if !is_inverted {
        forms.push(base);
    }
    forms
}

enum Bracket<'t> {
    /// At the end of the name.
    End(&'t str),
    /// Before other words.
    Inside,
}

/// A name without its round or square brackets that follow a blank, and the content of these.
fn without_brackets(name: &str) -> (String, Vec<Bracket<'_>>) {
    let mut base = String::new();
    let mut brackets = Vec::new();
    let mut rest = name;
    while let Some(open) = rest.find(" (").or_else(|| rest.find(" [")) {
        let close = if rest[open + 1..].starts_with('(') { ')' } else { ']' };
        let Some(end) = rest[open + 2..].find(close) else { break };
        let inner = rest[open + 2..open + 2 + end].trim();
        base.push_str(&rest[..open]);
        rest = &rest[open + 2 + end + 1..];
        let is_end = without_marks(rest).is_empty() || rest.starts_with(" (") || rest.starts_with(" [");
        brackets.push(if is_end { Bracket::End(inner) } else { Bracket::Inside });
    }
    base.push_str(rest);
    // "Cuba[a]": a footnote mark.
    let plain = base.trim_end();
    if let Some((word, note)) = plain.strip_suffix(']').and_then(|text| text.rsplit_once('['))
        && note.chars().count() <= 2
    {
        base = word.to_owned();
    }
    if base.trim().is_empty() {
        return (name.to_owned(), Vec::new());
    }
    (base.split_whitespace().collect::<Vec<_>>().join(" "), brackets)
}

fn without_marks(text: &str) -> &str {
    text.trim_matches([' ', '*', '†', ','])
}

/// What a bracket at the end of a name contains.
enum Qualifier<'t> {
    /// Nothing about the name: an article, a class of shares, a ticker, a footnote mark.
    Nothing,
    /// The beginning of the full name: "Plurinational State of".
    Inverted,
    /// Another name.
    Other(&'t str, AliasKind),
    /// The country or division that distinguishes entities with the same name.
    Place,
    Unknown,
}

fn qualifier<'t>(text: &'t str, base: &str) -> Qualifier<'t> {
    let lower = text.to_lowercase();
    if lower == "the" || text.chars().count() <= 1 || is_shares(text) || text.contains(':') {
        return Qualifier::Nothing;
    }
    if is_inverted(text) {
        return Qualifier::Inverted;
    }
    for (mark, kind) in [
        ("formerly ", AliasKind::Former),
        ("fka ", AliasKind::Former),
        ("f/k/a ", AliasKind::Former),
        ("aka ", AliasKind::Alias),
        ("a.k.a. ", AliasKind::Alias),
        ("also known as ", AliasKind::Alias),
        ("or ", AliasKind::Alias),
    ] {
        if lower.starts_with(mark)
            && let Some(name) = text.get(mark.len()..).filter(|name| name.starts_with(char::is_uppercase))
        {
            return Qualifier::Other(name, kind);
        }
    }
    if country::is_country_or_division(text) {
        // "Falkland Islands (Malvinas)": another name of the same country.
        let is_same = country::named(base).is_some() && country::named(base) == country::code_of(text);
        return if is_same { Qualifier::Nothing } else { Qualifier::Place };
    }
    if is_initials(text, base) {
        return Qualifier::Other(text, AliasKind::Abbreviation);
    }
    let is_capitals = text.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || ".&-".contains(c));
    if is_capitals && text.chars().count() <= 10 {
        // An acronym of another language, or a ticker.
        return Qualifier::Nothing;
    }
    Qualifier::Unknown
}

/// Words at the end of the first half of a name whose second half comes before it in a catalogue.
const LINKS: [&str; 9] = ["of", "for", "de", "du", "des", "del", "di", "da", "d'"];

fn is_inverted(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(' ').rev();
    let last = words.next().unwrap_or_default();
    // "Democratic Republic of the".
    let before = if matches!(last, "the" | "la" | "los") { words.next().unwrap_or_default() } else { last };
    LINKS.contains(&before) && lower.contains(' ') && text.chars().any(char::is_uppercase)
}

/// "the Republic of" and "Korea".
fn join(first: &str, second: &str) -> String {
    let first = first.strip_prefix("the ").or_else(|| first.strip_prefix("The ")).unwrap_or(first);
    format!("{first} {second}")
}

/// Whether "Bolivia" is short for "Plurinational State of Bolivia": both are known as names of one country, or only the
/// short one is known. "Korea" is not short for the Democratic People's Republic.
fn is_short_for(short: &str, full: &str) -> bool {
    let known = country::named(short);
    known.is_some() && (country::named(full).is_none() || country::named(full) == known)
}

/// The forms of a name with a comma, by the kind of its entity.
fn inversions_of(base: &str, kind: &str) -> Vec<String> {
    let Some((head, tail)) = base.rsplit_once(", ") else { return Vec::new() };
    let mut forms = undo(head, tail);
    if let Some(full) = forms.first()
        && is_short_for(head, full)
    {
        forms.push(head.to_owned());
    }
    let may_be_person = matches!(EntityType::of_kind(kind), EntityType::Other(_));
    if forms.is_empty() && may_be_person && is_person(head, tail) {
        forms.push(format!("{tail} {head}"));
    }
    forms
}

/// Moves the part after the comma to the front, if running text has it there.
fn undo(head: &str, tail: &str) -> Vec<String> {
    const ARTICLES: [&str; 10] = ["The", "La", "Le", "Les", "El", "Los", "Las", "Il", "Der", "Das"];
    const BEFORE: [&str; 27] = [
        "North",
        "South",
        "East",
        "West",
        "Northern",
        "Southern",
        "Eastern",
        "Western",
        "Central",
        "New",
        "Great",
        "Greater",
        "Upper",
        "Lower",
        "British",
        "French",
        "American",
        "Equatorial",
        "Saint",
        "St.",
        "St",
        "Mount",
        "Mt.",
        "Lake",
        "Cape",
        "Isle of",
        "Port",
    ];
    const SHORTENED: [(&str, &str); 9] = [
        ("Rep.", "Republic"),
        ("Rep", "Republic"),
        ("Dem.", "Democratic"),
        ("Fed.", "Federated"),
        ("Sts.", "States"),
        ("Dept.", "Department"),
        ("Univ.", "University"),
        ("Min.", "Ministry"),
        ("Is.", "Islands"),
    ];
    let tail = without_marks(tail);
    if ARTICLES.iter().any(|article| article.eq_ignore_ascii_case(tail)) {
        let mut article = tail.to_lowercase();
        article[..1].make_ascii_uppercase();
        let mut forms = vec![format!("{article} {head}")];
        if country::named(head).is_some() {
            forms.insert(0, head.to_owned());
        }
        return forms;
    }
    if is_inverted(tail) || LINKS.iter().any(|link| tail.to_lowercase().ends_with(&format!(" {link}"))) {
        return vec![join(tail, head)];
    }
    if BEFORE.contains(&tail) {
        return vec![format!("{tail} {head}")];
    }
    // "Egypt, Arab Rep.", "Iran, Islamic Republic", "Defense, Dept.".
    let long = |word: &str| {
        SHORTENED.iter().find(|(short, _)| *short == word).map_or(word.to_owned(), |(_, long)| (*long).to_owned())
    };
    let words: Vec<String> = tail.split(' ').map(long).collect();
    let ends = ["Republic", "States", "Department", "University", "Ministry"];
    if words.last().is_some_and(|last| ends.contains(&last.as_str())) {
        return vec![format!("{} of {head}", words.join(" "))];
    }
    Vec::new()
}

/// Whether the words before and after a comma are a surname and given names.
fn is_person(surname: &str, given: &str) -> bool {
    static GIVEN: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let lines = include_str!("../resolve/data/first_names.txt").lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(fold).collect()
    });
    let is_capitalised = |word: &str| word.starts_with(char::is_uppercase);
    let is_initial = |word: &str| word.trim_end_matches('.').chars().count() == 1 && is_capitalised(word);
    let words: Vec<&str> = given.split(' ').collect();
    let Some(first) = words.iter().find(|word| !is_initial(word)).or(words.first()) else { return false };
    words.len() <= 3
        && surname.split(' ').count() <= 3
        && surname.split(' ').next_back().is_some_and(is_capitalised)
        && words.iter().all(|word| is_capitalised(word))
        && (GIVEN.contains(&fold(first)) || words.len() > 1 && words.iter().all(|word| is_initial(word)))
        && !country::is_country_or_division(given)
}

/// Whether the letters are the initials of the words, with or without small words such as "of": "MoD", "DB", "UNAM".
fn is_initials(text: &str, name: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let words = name.split([' ', '-', '/']).filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    let mut initials = words.flat_map(char::to_lowercase);
    text.chars().filter(|c| c.is_uppercase()).count() >= 2
        && !text.contains(' ')
        && letters.iter().all(|letter| initials.any(|initial| initial == *letter))
}

const SHARES: [&str; 27] = [
    "class",
    "cl",
    "cl.",
    "series",
    "ser",
    "ser.",
    "common",
    "ordinary",
    "ord",
    "preferred",
    "pref",
    "stock",
    "stocks",
    "share",
    "shares",
    "american",
    "global",
    "depositary",
    "receipt",
    "receipts",
    "adr",
    "ads",
    "gdr",
    "voting",
    "non-voting",
    "capital",
    "registered",
];

/// Whether all words are about a class of shares: "Class A", "A shares", "ADR", "Series B Preferred Stock".
fn is_shares(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(' ').collect();
    let is_letter = |word: &str| word.chars().count() == 1;
    let anchor = |at: usize| match words[at] {
        "class" | "cl" | "cl." | "series" | "ser" | "ser." => words.get(at + 1).is_some_and(|next| is_letter(next)),
        "stock" | "stocks" | "share" | "shares" | "receipt" | "receipts" => words.len() > 1,
        "adr" | "ads" | "gdr" => true,
        _ => false,
    };
    words.iter().all(|word| SHARES.contains(word) || is_letter(word)) && (0..words.len()).any(anchor)
}

/// A name without a class of shares at its end: "Example Inc. - Class A Common Stock", "Example plc ADR".
fn without_shares(name: &str) -> &str {
    let starts = name.match_indices(' ').map(|(at, _)| at);
    let found =
        starts.filter(|at| *at > 0).find(|at| is_shares(name[at + 1..].trim_start_matches(['-', '–', ',', ' '])));
    found.map_or(name, |at| name[..at].trim_end_matches([' ', '-', '–', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, kind: &str, expected: &[(&str, Strength)]) {
        let forms = running_forms(name, kind);
        let found: Vec<(&str, Strength)> = forms.iter().map(|form| (form.text.as_str(), form.strength)).collect();
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn catalogue_names_have_running_forms() {
        use Strength::{Doubtful, Free, Weak};
        let country = "place.country";
        check("Marshall Islands (the)", country, &[("Marshall Islands", Free)]);
        check("Korea, Republic of", country, &[("Republic of Korea", Free), ("Korea", Free)]);
        check(
            "Korea (the Democratic People's Republic of)",
            country,
            &[("Democratic People's Republic of Korea", Free)],
        );
        check("Korea, Democratic People's Republic of", country, &[("Democratic People's Republic of Korea", Free)]);
        check(
            "Bolivia (Plurinational State of)",
            country,
            &[("Plurinational State of Bolivia", Free), ("Bolivia", Free)],
        );
        check(
            "Tanzania, the United Republic of",
            country,
            &[("United Republic of Tanzania", Free), ("Tanzania", Free)],
        );
        check("Egypt, Arab Rep.", country, &[("Arab Republic of Egypt", Free), ("Egypt", Free)]);
        check("Gambia, The", country, &[("Gambia", Free), ("The Gambia", Free)]);
        check("Falkland Islands (Malvinas)", country, &[("Falkland Islands", Free)]);
        check("Cocos (Keeling) Islands (the)", "place.territory", &[("Cocos Islands", Free)]);
        check("Hague, The", "place.city", &[("The Hague", Free)]);
        check("Paz, La", "place.city", &[("La Paz", Free)]);
        check("Everest, Mount", "place.land", &[("Mount Everest", Free)]);
        check("Samoa, American", "place.territory", &[("American Samoa", Free)]);
        check("Springfield (Illinois)", "place.city", &[("Springfield", Weak)]);
        check("Alphabet Inc. (Class A)", "org.company", &[("Alphabet Inc.", Free)]);
        check("Example Inc. - Class B Common Stock", "org.company", &[("Example Inc.", Free)]);
        check("Example plc ADR", "org.company", &[("Example plc", Free)]);
        check("Example Corp. (NYSE: EXC)", "org.company", &[("Example Corp.", Free)]);
        check("Example Works (Germany)", "org.company", &[("Example Works", Weak)]);
        check(
            "Example Works (formerly Sample Mills)",
            "org.company",
            &[("Example Works", Free), ("Sample Mills", Free)],
        );
        check("Ministry of Defence (MoD)", "org.government", &[("Ministry of Defence", Free), ("MoD", Free)]);
        check("Defense, Department of", "org.government", &[("Department of Defense", Free)]);
        check("Mercury (planet)", "org.company", &[("Mercury", Doubtful)]);
        check("Smith, John", "person", &[("John Smith", Free)]);
        check("Example, J. R.", "person", &[("J. R. Example", Free)]);
        check("Cuba[a]", country, &[("Cuba", Free)]);
    }

    #[test]
    fn names_of_running_text_have_none() {
        for (name, kind) in [
            ("Washington, D.C.", "place.city"),
            ("Paris, Texas", "place.city"),
            ("Paris, Texas", "person"),
            ("Atlanta, Georgia", "topic"),
            ("Acme, Inc.", "org.company"),
            ("Smith, Barney, Harris & Co.", "org.company"),
            ("CPI(M)", "org.party"),
            ("Laughing Stock", "org.media"),
            ("First Class", "org.company"),
            ("Pan American", "org.company"),
            ("Bank of the West", "org.bank"),
            ("Trinidad and Tobago", "place.country"),
            ("(the)", "place"),
        ] {
            check(name, kind, &[]);
        }
    }
}
