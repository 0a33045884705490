//! Gazetteers and texts made against the engines, not for them.

use std::fmt::Write as _;

use dateline::Gazetteer;

/// One gazetteer, one text.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) gazetteer: Gazetteer,
    pub(crate) text: String,
}

/// All cases, with texts of about `bytes`; `builtin` names the gazetteer of those whose names are real.
pub(crate) fn cases(builtin: &str, bytes: usize) -> Vec<Case> {
    let real = || Gazetteer::builtin(builtin).expect("built in");
    let fill = |piece: &str| piece.repeat(bytes / piece.len() + 1);
    let case = |name, gazetteer, text| Case { name, gazetteer, text };
    let a_400 = "Abcdefg ".repeat(50).trim_end().to_owned();
    let long_words = ["Supercalifragilistic", "Supercalifragilisticexpialidocious"];
    vec![
        case("empty text", real(), String::new()),
        case("one endless word", real(), fill("Aachenerin")),
        case("one endless word of accents", real(), fill("Éàüñçø")),
        case("only punctuation", real(), fill(".,;:!?-–—'’\"“” ()…\n")),
        case("random bytes, repaired", real(), random_bytes(bytes)),
        case("only capitals of one letter", real(), fill("A B C D U S ")),
        case("only first words of names", real(), first_words(&real(), bytes)),
        case("only first words, one to a paragraph", real(), first_words(&real(), bytes).replace(' ', "\n\n")),
        case("one name, everywhere", named(["York"]), fill("York ")),
        case("one name, nowhere", named(["York"]), fill("Yorc Yord ")),
        case("a name of 400 bytes, found", named([&a_400]), fill(&format!("{a_400}; "))),
        case("a name of 400 bytes, missed at its end", named([&a_400]), fill(&format!("{}s; ", &a_400[..399]))),
        case("a name of 400 bytes, begun at each word", named([&a_400]), fill("Abcdefg ")),
        case("240 entities on one name", sharing(240), fill("Springfield ")),
        case("names that begin each other, short words", chain(&["a"], 60), fill("a ")),
        case("names that begin each other, real words", chain(&["new", "york", "city"], 60), fill("new york city ")),
        case("a name missed at its last word", named([&format!("{}b", "a ".repeat(60))]), fill("a ")),
        case("many names missed at their last words", fans(60), fill("a ")),
        case("every word begins a name", pairs(), fill("Ba Be Bi Bo Bu Da De Di Do Du ")),
        case("long words that differ at the end", named(long_words), fill("Supercalifragilisticexpialidocioux ")),
        case("nothing but blanks inside a name", named(["New York"]), fill(&format!("New{}York ", " ".repeat(60)))),
    ]
}

/// Names that may stand in small letters, each its own entity.
fn named<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Gazetteer {
    let mut layer = String::new();
    for (number, name) in names.into_iter().enumerate() {
        let _ = writeln!(layer, "x{number:05}  place  {}  any", name.as_ref());
    }
    Gazetteer::from_text(&layer, "worst.gaz").expect("the layer has the native format")
}

/// One name of many entities.
fn sharing(entities: usize) -> Gazetteer {
    named(std::iter::repeat_n("Springfield", entities))
}

/// The first word, the first two words, and so on.
fn chain(words: &[&str], length: usize) -> Gazetteer {
    let mut name = String::new();
    let longer = words.iter().cycle().take(length).map(|word| {
        name.push_str(if name.is_empty() { "" } else { " " });
        name.push_str(word);
        name.clone()
    });
    named(longer)
}

/// `a b`, `a a b`, `a a a b`: at each word of a text of `a` all of them begin and none ends.
fn fans(length: usize) -> Gazetteer {
    named((1..=length).map(|count| format!("{}b", "a ".repeat(count))))
}

/// All pairs of short words but those the text has.
fn pairs() -> Gazetteer {
    let words: Vec<String> = ["B", "D"]
        .iter()
        .flat_map(|first| ["a", "e", "i", "o", "u"].map(|second| format!("{first}{second}")))
        .collect();
    named(words.iter().map(|word| format!("{word} {word} Xx")))
}

/// The first words of all names, over and over, in an order without sense.
fn first_words(gazetteer: &Gazetteer, bytes: usize) -> String {
    let mut words: Vec<&str> = gazetteer.aliases().filter_map(|alias| alias.text.split(' ').next()).collect();
    words.sort_unstable();
    words.dedup();
    let mut text = String::new();
    // A step that shares no divisor with any number of words below it visits all of them.
    for index in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(words[index * 1_000_003 % words.len()]);
        text.push(' ');
    }
    text
}

fn random_bytes(length: usize) -> String {
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let bytes: Vec<u8> = (0..length).map(|_| byte()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
