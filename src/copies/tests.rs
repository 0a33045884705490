//! The signatures compared with sets of phrases, and stories with the words of articles.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What a signature samples, from the text by the definition: character by character, with the sets themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exact {
    phrases: Vec<[String; PHRASE_TOKENS]>,
    numbers: BTreeSet<String>,
}

fn is_punctuation(character: char) -> bool {
    let is_separator = !character.is_ascii_alphanumeric() && character.is_ascii()
        || matches!(character, '\u{80}'..='\u{bf}' if !matches!(character, 'ª' | 'µ' | 'º'));
    is_separator
        || matches!(character, '\u{2000}'..='\u{207f}' | '\u{3000}'..='\u{303f}')
        || matches!(character, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

impl Exact {
    fn of(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let digit = |at: usize| characters.get(at).is_some_and(char::is_ascii_digit);
        let is_joined = |at: usize| {
            at > 0 && matches!(characters[at], '.' | ',' | ':' | '/' | '-') && digit(at - 1) && digit(at + 1)
        };
        let in_word = |at: usize| !is_punctuation(characters[at]) || is_joined(at);
        let (mut tokens, mut numbers) = (Vec::new(), BTreeSet::new());
        let mut word = String::new();
        for at in 0..=characters.len() {
            if at < characters.len() && in_word(at) {
                word.push(characters[at]);
                continue;
            }
            let word = std::mem::take(&mut word).to_lowercase();
            if word.starts_with(|first: char| first.is_ascii_digit()) {
                numbers.insert(word.clone());
                tokens.push(word);
            } else if word.len() >= 6 {
                tokens.push(word);
            }
        }
        let phrases = tokens.windows(PHRASE_TOKENS).map(|phrase| phrase.to_vec().try_into().unwrap()).collect();
        Self { phrases, numbers }
    }

    fn set(&self) -> BTreeSet<&[String; PHRASE_TOKENS]> {
        self.phrases.iter().collect()
    }

    fn resemblance(&self, other: &Self) -> f64 {
        let (one, two) = (self.set(), other.set());
        one.intersection(&two).count() as f64 / one.union(&two).count().max(1) as f64
    }
}

/// Numbers that follow no pattern, the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (sketch::spread(sketch::spread(self.0)) % n as u64) as usize
    }
}

/// A text of so many made-up words, with a number now and then.
fn article(random: &mut Random, n_words: usize) -> Vec<String> {
    let syllables = ["ba", "ko", "ru", "ti", "men", "sal", "dor", "vek", "lin", "pas", "gol", "nu"];
    let word = |random: &mut Random| -> String {
        match random.below(12) {
            0 => random.below(3000).to_string(),
            1..5 => ["the", "of", "and", "in"][random.below(4)].to_owned(),
            n => (0..3 + n % 3).map(|_| syllables[random.below(12)]).collect(),
        }
    };
    (0..n_words).map(|_| word(random)).collect()
}

#[test]
fn tokens_are_those_of_the_definition() {
    for text in [
        "",
        "one",
        "Some words, Sɒme \"words\": don't; 1,000 and 3.5-4/16, 7th of F-16s in covid19",
        "Zoë’s “École” – ÉCOLE\u{a0}naïve… MÜLLER müller",
        "東京都は、大きな都市です。　人口１４００万人！",
        &"abcd—".repeat(40),
        &"12:30 ".repeat(30),
    ] {
        check_tokens(text);
    }
}

fn check_tokens(text: &str) {
    let mut tokens = Tokens::default();
    tokens.push(text);
    let exact = Exact::of(text);
    let expected = exact.phrases.len() + PHRASE_TOKENS - 1;
    if !exact.phrases.is_empty() {
        assert_eq!(tokens.hashes().len(), expected, "{text:?}");
    }
    let numbers: BTreeSet<u64> = tokens.numbers().iter().copied().collect();
    assert_eq!(numbers.len(), exact.numbers.len(), "{text:?}");
    // The same words have the same hashes, and different words different ones.
    let windows: Vec<_> = tokens.hashes().windows(PHRASE_TOKENS).map(<[u64]>::to_vec).collect();
    for (one, hashes) in exact.phrases.iter().zip(&windows) {
        for (two, others) in exact.phrases.iter().zip(&windows) {
            assert_eq!(one == two, hashes == others, "{one:?} and {two:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn tokens_are_those_of_the_definition_in_any_text(text in "([a-d]{1,12}|[0-9]{1,3}|[.,:/ -]|[\u{a0}’—é。、]|[ \n]){0,120}") {
        check_tokens(&text);
    }

    #[test]
    fn any_signature_is_stored_as_it_is(text in "[a-z0-9 ]{0,300}", title in "[a-z ]{0,20}") {
        let signature = Signature::of(Some(&title), &text);
        prop_assert_eq!(Signature::from_words(signature.content, signature.to_words()), signature);
        prop_assert!(signature.is_copy_of(&signature));
    }
}

/// The estimates are those that theory promises: right on average, with a standard error of at most .085.
#[test]
fn samples_estimate_the_resemblance_of_the_sets() {
    let mut random = Random(1);
    let (mut worst, mut sums) = (0.0_f64, [0.0; 2]);
    let rounds = 400;
    for round in 0..rounds {
        let length = [30, 60, 120, 400][round % 4];
        let words = article(&mut random, length);
        let mut changed = words.clone();
        for _ in 0..random.below(1 + length / 8) {
            let at = random.below(length);
            changed[at] = format!("other{}", random.below(1000));
        }
        let (one, two) = (words.join(" "), changed.join(" "));
        let exact = Exact::of(&one).resemblance(&Exact::of(&two));
        let [a, b] = [&one, &two].map(|text| Signature::of(None, text));
        let error = resemblance(&a.phrases, &b.phrases) - exact;
        worst = worst.max(error.abs());
        sums = [sums[0] + error, sums[1] + error * error];
    }
    let (bias, deviation) = (sums[0] / rounds as f64, (sums[1] / rounds as f64).sqrt());
    assert!(
        bias.abs() < 0.012 && deviation < 0.085 && worst < 0.3,
        "bias {bias}, deviation {deviation}, worst {worst}"
    );
}

/// Forty variants of one story among two thousand articles.
#[test]
fn variants_are_one_story_and_nothing_else_is() {
    let mut random = Random(2);
    let mut articles: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for _ in 0..2000 {
        let length = 80 + random.below(500);
        articles.push((article(&mut random, 8), article(&mut random, length)));
    }
    let original = article(&mut random, 320);
    let furniture = article(&mut random, 40);
    let mut planted = BTreeSet::new();
    for number in 0..40 {
        let mut text = original.clone();
        if number % 3 == 1 {
            text.truncate(320 - 12 * (number % 20));
        }
        if number % 4 >= 2 {
            let at = if number % 8 < 4 { 0 } else { text.len() };
            text.splice(at..at, furniture.iter().take(10 + number % 30).cloned());
        }
        if number % 5 < 3 {
            let numbers: Vec<usize> = (0..text.len()).filter(|at| text[*at].parse::<u32>().is_ok()).collect();
            for at in numbers.iter().step_by(4) {
                text[*at] = random.below(3000).to_string();
            }
        }
        let at = random.below(articles.len() + 1);
        articles.insert(at, (article(&mut random, 8), text));
        planted = planted.into_iter().map(|row| row + usize::from(row >= at)).chain([at]).collect();
    }
    let signature = |(title, text): &(Vec<String>, Vec<String>)| Signature::of(Some(&title.join(" ")), &text.join(" "));
    let stories = Stories::of(&articles.iter().map(signature).collect::<Vec<_>>());
    assert_eq!((stories.len(), stories.not_compared()), (2001, 0));
    let of_planted: BTreeSet<u32> = planted.iter().map(|row| stories.by_article()[*row]).collect();
    assert_eq!((planted.len(), of_planted.len()), (40, 1));
}

/// With all pairs compared, the stories of copies that have most of their text in common are those of the groups.
#[test]
fn groups_find_what_a_comparison_of_all_finds() {
    let mut random = Random(3);
    let mut texts = Vec::new();
    for _ in 0..40 {
        let words = article(&mut random, 150);
        for _ in 0..1 + random.below(6) {
            let mut copy = words.clone();
            copy.truncate(150 - random.below(25));
            for _ in 0..random.below(5) {
                let at = random.below(copy.len());
                copy[at] = format!("other{}", random.below(1000));
            }
            texts.push(copy.join(" "));
        }
    }
    let signatures: Vec<Signature> = texts.iter().map(|text| Signature::of(None, text)).collect();
    let mut story_of: Vec<usize> = (0..signatures.len()).collect();
    for one in 0..signatures.len() {
        for two in one + 1..signatures.len() {
            if signatures[one].is_copy_of(&signatures[two]) {
                let (kept, gone) = (story_of[one].min(story_of[two]), story_of[one].max(story_of[two]));
                story_of.iter_mut().filter(|story| **story == gone).for_each(|story| *story = kept);
            }
        }
    }
    let found = Stories::of(&signatures);
    for (one, story) in story_of.iter().enumerate() {
        for (two, other) in story_of.iter().enumerate() {
            assert_eq!(story == other, found.by_article()[one] == found.by_article()[two], "{one} and {two}");
        }
    }
    // Turned round, the articles are in the same stories.
    let turned = Stories::of(&signatures.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(turned.len(), found.len());
    let pairs = |stories: &[u32]| -> BTreeSet<(usize, usize)> {
        let all = (0..stories.len()).flat_map(|one| (0..one).map(move |two| (two, one)));
        all.filter(|(one, two)| stories[*one] == stories[*two]).collect()
    };
    let back: Vec<u32> = turned.by_article().iter().rev().copied().collect();
    assert_eq!(pairs(&back), pairs(found.by_article()));
}

#[test]
fn a_report_with_other_numbers_is_another_report() {
    let fed = |amount: &str, rate: &str| {
        format!(
            "The Federal Reserve entered the government securities market to arrange {amount} billion dollars of customer \
             repurchase agreements, a spokesman said. Dealers said federal funds were trading at {rate} percent when the Reserve \
             began its temporary and indirect supply of reserves to the banking system."
        )
    };
    let weather = |rain: u32| {
        (0..12)
            .map(|hour| {
                format!(
                    "At {}:{:02} the gauge at station {} showed {} millimetres. ",
                    hour,
                    rain % 60,
                    31 * hour + rain,
                    hour * rain + 3
                )
            })
            .collect::<String>()
    };
    let copies = |one: &str, two: &str| Signature::of(None, one).is_copy_of(&Signature::of(None, two));
    assert!(!copies(&fed("1.5", "6-1/16"), &fed("2.25", "5-7/8")));
    assert!(!copies(&weather(17), &weather(44)));
    // The same report again, with another ending.
    assert!(copies(&fed("1.5", "6-1/16"), &(fed("1.5", "6-1/16") + " Other banks declined to comment on Tuesday.")));
}

#[test]
fn agencies_write_their_own_stories() {
    let mut random = Random(4);
    let words = article(&mut random, 300);
    let mut other = words.clone();
    other[250..].clone_from_slice(&article(&mut random, 50));
    let text = |agency: &str, words: &[String]| format!("ODA ({agency}) - {}", words.join(" "));
    let copies = |one: &str, two: &str| Signature::of(None, one).is_copy_of(&Signature::of(None, two));
    assert!(copies(&text("AP", &words), &text("AP", &other)));
    assert!(!copies(&text("AP", &words), &text("Reuters", &other)));
    assert!(copies(&text("AP", &words), &text("Reuters", &words)));
}

#[test]
fn short_texts_are_copies_only_to_the_letter() {
    let texts = ["Photo of the day", "Photo of the day", "Photo of the week", "", ""];
    let stories = Stories::of(&texts.map(|text| Signature::of(None, text)));
    assert_eq!(stories.by_article(), [0, 0, 1, 2, 2]);
    let titled = |title| Signature::of(Some(title), "Subscribe to read on.");
    assert!(!titled("Floods").is_copy_of(&titled("Fires")));
}

/// A form that thousands of articles fill in costs no comparison of all with all.
#[test]
fn a_common_form_is_compared_within_bounds() {
    let form = article(&mut Random(5), 50).join(" ");
    let mut random = Random(6);
    let signatures: Vec<Signature> =
        (0..3000).map(|_| Signature::of(None, &format!("{form} {}", article(&mut random, 140).join(" ")))).collect();
    let stories = Stories::of(&signatures);
    assert!(stories.not_compared() > 0);
    assert_eq!(stories.len(), 3000);
}
