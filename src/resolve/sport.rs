//! Whether an article reports sport, and what beside a name shows that there it is a team's.

use super::lexicon::{Classes, Lexicon};
use super::lines::LineCase;
use super::scene::{Scene, Site};
use super::words::{Word, joined_end, word_before};

/// What an article says of sport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sport {
    None,
    /// Sport of teams.
    Teams,
    /// Tennis, golf, athletics: persons win, and teams do not.
    Persons,
}

/// Words read of an article; its subject is clear long before.
const MOST_WORDS: usize = 1500;

/// Reads the words of an article: the longer it is, the more of them must be those of sport, each counted once.
pub(super) fn of(scene: &Scene<'_>) -> Sport {
    const LEAST: usize = 4;
    const WORDS_FOR_ONE: usize = 150;
    /// By then a report of sport has said so.
    const OPENING: usize = 120;
    let mut met: Vec<&str> = Vec::with_capacity(16);
    let (mut points, mut persons, mut teams, mut n_words) = (0, 0, 0, 0);
    let lexicon = Lexicon::shared();
    let words = scene.parts.iter().flat_map(|part| Letters { text: part.text, at: 0 });
    for word in words.take(MOST_WORDS) {
        n_words += 1;
        if n_words == OPENING && points < 2 {
            return Sport::None;
        }
        if !lexicon.is(word, Classes::SPORT | Classes::SPORT_HINT)
            || met.iter().any(|known| known.eq_ignore_ascii_case(word))
        {
            continue;
        }
        let sport = lexicon.is(word, Classes::SPORT);
        met.push(word);
        points += if sport { 2 } else { 1 };
        if sport {
            *(if is_of_persons(word) { &mut persons } else { &mut teams }) += 1;
        }
        if points > LEAST + MOST_WORDS / WORDS_FOR_ONE {
            break;
        }
    }
    match persons + teams {
        0 => Sport::None,
        _ if points < LEAST + n_words / WORDS_FOR_ONE => Sport::None,
        _ if persons > 0 && teams <= persons => Sport::Persons,
        _ => Sport::Teams,
    }
}

fn is_of_persons(word: &str) -> bool {
    const WORDS: [&str; 13] = [
        "tennis",
        "badminton",
        "squash",
        "cycling",
        "athletics",
        "skiing",
        "boxing",
        "golf",
        "snooker",
        "racing",
        "rallying",
        "gymnastics",
        "swimming",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The words of a text.
struct Letters<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Letters<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let start = self.at + bytes[self.at..].iter().position(u8::is_ascii_alphabetic)?;
        let end = joined_end(self.text, start);
        self.at = end;
        // A strip for each ending costs less than a search for them all.
        let mut word = &self.text[start..end];
        while let Some(owner) = word.strip_suffix("'s") {
            word = owner;
        }
        Some(word)
    }
}

/// Whether the words beside a name are those beside a team's: "beat Harale", "Harale striker", "over Harale".
/// What a capital does may be what its government does: there the verb alone shows nothing.
pub(super) fn is_beside(site: &Site<'_>, capital: bool) -> bool {
    is_before(site, capital) || is_after(site) || has_record(site)
}

/// Whether a nickname is used as one: "the Harale", in a headline, or beside what a team does.
pub(super) fn may_be_nickname(site: &Site<'_>) -> bool {
    let goes_on = site.line != LineCase::Upper
        && site.right.is_some_and(|right| right.is_capitalised() && !right.is(Classes::RESULT | Classes::PLAYER))
        && site.text[site.span.end..].starts_with(' ');
    let article = || site.left.is_some_and(|left| matches!(left.text, "the" | "The"));
    !goes_on && (article() || site.line != LineCase::Sentence || is_beside(site, false))
}

/// "Harale (6-6) improved": games won and lost.
fn has_record(site: &Site<'_>) -> bool {
    let Some(rest) = site.text[site.span.end..].strip_prefix(" (") else { return false };
    let rest = rest.trim_start_matches(' ').as_bytes();
    let won = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let lost = rest.get(won + 1..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    (1..=2).contains(&won) && rest.get(won) == Some(&b'-') && (1..=2).contains(&lost)
}

fn is_before(site: &Site<'_>, capital: bool) -> bool {
    let Some(right) = site.right else { return false };
    let article = site.left.is_some_and(|left| matches!(left.text, "and" | "the" | "The"));
    match &site.text[site.span.end..right.span.start] {
        "'s " | "’s " | "'S " => right.is(Classes::PLAYER | Classes::SPORT_HINT),
        _ if article || capital => right.is(Classes::PLAYER),
        _ => right.is(Classes::RESULT | Classes::PLAYER) || is_past(right),
    }
}

/// "Kent stepped up": what a team did.
fn is_past(word: Word<'_>) -> bool {
    word.text.ends_with("ed") && word.text.len() > 4 && !word.is_capitalised() && !word.text.contains('-')
}

fn is_after(site: &Site<'_>) -> bool {
    let Some(left) = site.left else { return false };
    let before = |word: Word<'_>| word_before(site.text, word.span.start);
    match left.text {
        "against" | "versus" | "v" | "vs" | "AGAINST" => true,
        "over" | "OVER" => before(left).is_some_and(|word| {
            matches!(
                word.text,
                "victory"
                    | "win"
                    | "triumph"
                    | "wins"
                    | "victories"
                    | "winners"
                    | "success"
                    | "lead"
                    | "VICTORY"
                    | "WIN"
            )
        }),
        "to" | "TO" => before(left).is_some_and(|word| {
            matches!(word.text, "lost" | "loss" | "defeat" | "losing" | "lose" | "loses" | "LOSE" | "LOSES")
        }),
        "with" | "WITH" => {
            before(left).is_some_and(|word| matches!(word.text, "draw" | "drew" | "tied" | "match" | "DRAW"))
        }
        "for" => before(left).is_some_and(|word| {
            word.is(Classes::SPORT | Classes::RESULT)
                || matches!(
                    word.text,
                    "played"
                        | "plays"
                        | "playing"
                        | "play"
                        | "signed"
                        | "signs"
                        | "goals"
                        | "goal"
                        | "runs"
                        | "scoring"
                        | "homered"
                )
        }),
        "club" | "side" | "rivals" | "champions" | "neighbours" | "neighbors" | "leaders" | "strugglers" | "joined"
        | "outfit" | "contenders" | "joins" => true,
        "have" | "were" | "are" | "need" | "won" | "scored" => false,
        _ => !left.is_capitalised_name() && left.is(Classes::RESULT),
    }
}

impl Word<'_> {
    /// A capitalised word that is not all capitals.
    fn is_capitalised_name(self) -> bool {
        self.is_capitalised() && !self.is_acronym()
    }
}
