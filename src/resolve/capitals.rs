//! Acronyms that are ordinary words where every letter is a capital: "TELL US", "WHO WON".

use super::evidence::pair;
use super::facts::{Class, Tier};
use super::lines::LineCase;
use super::scene::{Look, Site};
use super::words::{Word, word_before};

/// Verbs, in the forms that address or speak of persons, after which "US" is a pronoun.
const PERSONAL_VERBS: &[&str] = &[
    "TELL", "TELLS", "TOLD", "TELLING", "JOIN", "JOINS", "JOINED", "JOINING", "GIVE", "GIVES", "GAVE", "GIVING", "OWE",
    "OWES", "OWED", "CONTACT", "LET", "LETS", "LETTING", "ASK", "ASKS", "ASKED", "SHOW", "SHOWS", "SHOWED", "SEND",
    "SENDS", "SENT", "BRING", "BRINGS", "BROUGHT", "TEACH", "TEACHES", "TAUGHT", "LEND", "REMIND", "REMINDS",
    "REMINDED", "THANK", "THANKS", "FOLLOW", "CALL", "EMAIL", "TEXT", "TRUST", "FORGIVE", "SAVE", "MAKE", "MAKES",
    "MADE", "MAKING", "KEEP", "KEEPS", "HELP", "HELPS", "HELPED", "HELPING", "WATCH", "PUSHING", "FORCING", "PROMISE",
    "PROMISED", "WANT", "NEED", "NEEDS", "LOVE", "LOVES", "HATE", "HATES", "BELIEVE", "PAY", "PAYS", "FEED", "FIND",
    "PROTECT", "PROTECTS", "OFFER", "OFFERED", "INSPIRE", "INSPIRES", "INSPIRED", "UNITES", "UNITE", "DIVIDE",
    "DIVIDES", "SPARE", "ALLOW", "SCARE", "SCARES",
];

/// Prepositions after which "US" may be a pronoun at the end of a clause.
const PERSONAL_PREPOSITIONS: &[&str] = &[
    "ABOUT", "BETWEEN", "AMONG", "AMONGST", "WITH", "FOR", "OF", "LIKE", "UPON", "BEHIND", "BEFORE", "AROUND", "ABOVE",
    "BESIDE", "WITHOUT", "TO",
];

/// Words that follow a pronoun and no adjective.
const AFTER_PRONOUN: &[&str] = &[
    "ALL",
    "BOTH",
    "THE",
    "A",
    "AN",
    "THIS",
    "THAT",
    "THESE",
    "THOSE",
    "YOUR",
    "OUR",
    "YOU",
    "WHAT",
    "HOW",
    "WHY",
    "WHERE",
    "WHEN",
    "WHO",
    "WHETHER",
    "IF",
    "TO",
    "IN",
    "ON",
    "AT",
    "FOR",
    "WITH",
    "FROM",
    "BY",
    "OF",
    "AND",
    "OR",
    "BUT",
    "MORE",
    "SOME",
    "ANY",
    "NO",
    "NOT",
    "NOW",
    "TODAY",
    "TONIGHT",
    "HERE",
    "THERE",
    "BACK",
    "ANOTHER",
    "ABOUT",
    "OUT",
    "UP",
    "DOWN",
    "OFF",
    "OVER",
    "ALONE",
    "AGAIN",
    "ANYMORE",
    "FREE",
    "ONE",
    "MOVE",
    "HIS",
    "HER",
    "THEIR",
    "ITS",
    "NOTHING",
    "EVERYTHING",
    "SAFE",
    "KNOW",
    "FIND",
    "GO",
    "LIVE",
    "STAY",
    "PLAY",
    "WIN",
    "BE",
    "DO",
    "HAVE",
    "AS",
    "EVERY",
    "THROUGH",
    "ARE",
    "WERE",
    "WILL",
    "WOULD",
    "CAN",
    "COULD",
    "MUST",
    "SHOULD",
    "HAD",
    "DID",
    "LOST",
    "WON",
    "FEEL",
    "THINK",
    "WANT",
    "NEED",
    "AGREE",
    "SAY",
    "WENT",
    "GOT",
    "DIE",
    "DIED",
];

/// Quantities before "OF US".
const SOME_OF: &[&str] = &[
    "ALL",
    "SOME",
    "MOST",
    "MANY",
    "BOTH",
    "EACH",
    "NONE",
    "REST",
    "ONE",
    "HALF",
    "TWO",
    "THREE",
    "FOUR",
    "FIVE",
    "EITHER",
    "NEITHER",
    "FEW",
    "ANY",
    "SEVERAL",
    "BEST",
    "WORST",
    "MILLIONS",
    "THOUSANDS",
    "LOTS",
    "EVERYONE",
    "MUCH",
];

/// What follows "WHO" where it asks or relates.
const AFTER_WHO: &[&str] = &[
    "IS", "ARE", "WAS", "WERE", "WON", "LOST", "DID", "DO", "DOES", "DIED", "ELSE", "KILLED", "SHOT", "STOLE", "MADE",
    "GETS", "GOT", "KNOWS", "KNEW", "CAN", "COULD", "I", "WE", "YOU", "THEY", "HE", "SHE", "REALLY", "NEEDS", "LOVED",
    "WENT", "CAME", "FELL", "SHOULD", "MIGHT", "NEVER",
];

/// Words before "WHO" where it asks or relates.
const BEFORE_WHO: &[&str] = &[
    "MAN", "MEN", "WOMAN", "WOMEN", "BOY", "GIRL", "TEEN", "MOTHER", "FATHER", "COUPLE", "DRIVER", "SUSPECT", "PEOPLE",
    "THOSE", "ONE", "ONES", "ANYONE", "EVERYONE", "SOMEONE", "GUESS", "KNOW", "KNOWS", "AND", "SEE", "DECIDE",
    "DECIDES", "OVER", "TELL", "ASK",
];

/// Postal codes of divisions that are words of English, French or Spanish in capitals.
const CODE_WORDS: &[&str] = &["IN", "ME", "OR", "OK", "HI", "OH", "MA", "PA", "LA", "ID", "ON", "DE", "AL", "CO"];

/// Whether a name is as short as those that may be words.
pub(super) fn is_short(site: &Site<'_>) -> bool {
    site.span.len() <= 3 && site.surface().bytes().all(|byte| byte.is_ascii_uppercase())
}

pub(super) fn is_word_in_capitals(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    match site.surface() {
        "US" if look.alias.class == Class::Place => is_pronoun(look),
        "WHO" => is_question(site),
        code if site.line == LineCase::Upper && look.entity.tier == Tier::Division && CODE_WORDS.contains(&code) => {
            pair(look.scene, site, look.alias, look.entity) < 2
        }
        _ => false,
    }
}

/// Whether "US" is the pronoun: after what takes a person, all in capitals.
fn is_pronoun(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    let Some(left) = site.left.filter(|left| left.is_acronym()) else { return false };
    // "HIT US-LED FORCES", "FOR US$ 5".
    let rest = &site.text[site.span.end..];
    if rest.starts_with(['-', '$', '\'', '’', '/', '‐', '‑']) {
        return false;
    }
    // "US" in capitals among lower-case words is the country: the words around it must have capitals, too.
    let after = site.right.map(|right| right.text);
    let closed = ends_clause(site);
    let function_word = after.is_some_and(|after| AFTER_PRONOUN.contains(&after));
    let is = |words: &[&str]| words.contains(&left.text);
    let pronoun = if is(PERSONAL_VERBS) {
        closed || function_word || left.text == "LET"
    } else if left.text == "OF" {
        let counted = word_before(site.text, left.span.start);
        (closed || function_word) && counted.is_some_and(|word| SOME_OF.contains(&word.text))
    } else if left.text == "BETWEEN" {
        closed
    } else if left.text == "TO" {
        after == Some("ALL")
    } else {
        is(PERSONAL_PREPOSITIONS)
            && (closed || after.is_some_and(|after| matches!(after, "ALL" | "BOTH" | "TODAY" | "TONIGHT" | "NOW")))
    };
    pronoun && !follows_country(look)
}

/// "IRAN TELLS US", "CHINA TALKS WITH US": states speak with states.
fn follows_country(look: &Look<'_, '_>) -> bool {
    let site = look.site;
    // A headline is no longer than this.
    let from = site.span.start.saturating_sub(200);
    let line = memchr::memrchr(b'\n', &site.text.as_bytes()[from..site.span.start]).map_or(from, |end| from + end + 1);
    let first = look.scene.first_at(site.part, line);
    let before = look.scene.sites[first..].iter();
    before
        .take_while(|other| other.part == site.part && other.span.start < site.span.start)
        .any(|other| look.scene.candidates(other).iter().any(|candidate| candidate.entity.is_sovereign()))
}

/// Whether nothing of the clause follows.
fn ends_clause(site: &Site<'_>) -> bool {
    let rest = &site.text[site.span.end..];
    rest.trim_start_matches([' ', '\t', '\r', '"', '”', '’', ')'])
        .chars()
        .next()
        .is_none_or(|c| matches!(c, '\n' | '.' | '!' | '?' | ',' | ';' | ':' | '|' | '-' | '–' | '—'))
}

/// Whether "WHO" asks or relates, in capitals.
fn is_question(site: &Site<'_>) -> bool {
    let upper = |word: &Word<'_>| word.text.chars().all(|c| !c.is_lowercase());
    let right = site.right.filter(upper);
    let asks = right.is_some_and(|right| AFTER_WHO.contains(&right.text))
        || site.text[site.span.end..].starts_with(['?', '’', '\'']) && site.line == LineCase::Upper;
    let relates =
        site.line == LineCase::Upper && site.left.filter(upper).is_some_and(|left| BEFORE_WHO.contains(&left.text));
    asks || relates
}
