use std::collections::BTreeSet;

use proptest::prelude::*;

use super::scalar::Scalar;
use super::segments::is_word;
use super::simd::Simd as _;
use super::*;
use crate::normalize::{FoldedChar, fold, fold_char, is_word_char};
use crate::span::Span;

const ANY: KeyTraits = KeyTraits { lower_start: true, open: false };

fn tables(keys: &BTreeSet<String>, traits: KeyTraits) -> Vec<u8> {
    let mut builder = Builder::new();
    keys.iter().zip(0..).for_each(|(key, number)| builder.push(key, traits, &[numbered(number)]));
    builder.finish().unwrap()
}

/// The alias for the key of this number.
fn numbered(alias: u32) -> Sense {
    Sense { alias, policy: Policy::ANY, ..Sense::default() }
}

fn search(bytes: &[u8], level: SimdLevel, text: &str) -> Vec<(Span, u32)> {
    let mut hits = Hits::default();
    let view = Layout::open(bytes).unwrap().view(bytes);
    view.find(level, text, &mut FoldedText::default(), StepLimit::Unbounded, &mut Scratch::default(), &mut hits);
    let found = hits.sure.iter().chain(hits.doubtful.iter().copied());
    let mut found: Vec<_> = found.map(|(span, alias)| (span, alias.0)).collect();
    found.sort_unstable();
    found
}

/// Every occurrence of every key between word boundaries of the folded text, by trying all.
fn brute_force(keys: &BTreeSet<String>, leftovers: &[u32], text: &str) -> Vec<(Span, u32)> {
    let mut folded = FoldedText::default();
    folded.fold(text);
    let bytes = std::str::from_utf8(folded.bytes()).unwrap();
    let mut hits = Vec::new();
    for (number, key) in keys.iter().enumerate().filter(|(number, _)| !leftovers.contains(&(*number as u32))) {
        for start in (0..bytes.len()).filter(|at| bytes.is_char_boundary(*at) && bytes[*at..].starts_with(key.as_str()))
        {
            let end = start + key.len();
            let is_word = |c: Option<char>| c.is_some_and(is_word);
            let starts_inside = is_word(bytes[..start].chars().next_back()) && is_word(key.chars().next());
            let ends_inside = is_word(bytes[end..].chars().next()) && is_word(key.chars().next_back());
            if !starts_inside && !ends_inside {
                hits.extend(folded.original(start, end).map(|span| (span, number as u32)));
            }
        }
    }
    hits.sort_unstable();
    hits
}

/// The tables find exactly what trying all names finds, at every level, at every offset within the blocks.
#[track_caller]
fn check(names: &[&str], text: &str) {
    let keys: BTreeSet<String> = names.iter().map(|name| fold(name)).collect();
    let bytes = tables(&keys, ANY);
    let leftovers: Vec<u32> = Layout::open(&bytes).unwrap().view(&bytes).leftovers().collect();
    for shift in 0..=70 {
        let text = format!("{}{text}", ".".repeat(shift));
        let expected = brute_force(&keys, &leftovers, &text);
        for level in SimdLevel::available() {
            assert_eq!(search(&bytes, level, &text), expected, "{level:?} {names:?} {text:?}");
        }
    }
}

#[test]
fn names_that_share_beginnings() {
    let text = "New York City, New York, York; NEW-YORK new  york\ncity New\n\nYork newyork New York Cit New Yorks";
    check(&["New", "York", "New York", "New York City", "New-York", "Newark", "new1", "new:x", "new1 x"], text);
}

#[test]
fn names_with_punctuation_around() {
    let text = "'s-Hertogenbosch ’s-Hertogenbosch Yahoo! Yahoo!! Yahoo U.S. U.S.A. (U.S.) U.S U. S. ¿qué? C++ .NET «x»";
    check(
        &[
            "'s-Hertogenbosch",
            "Yahoo!",
            "Yahoo",
            "U.S.",
            "U.S",
            "U.S.A.",
            ".NET",
            "C++",
            "¿qué?",
            "qué",
            "«x»",
            "'s",
            "s",
        ],
        text,
    );
    check(&["-a-", "a-", "-a", "a", "--a", "a--", "-a--", "- a", "a -a"], "-a- --a-- - a -a a a--a- -a -a");
}

#[test]
fn words_of_every_length() {
    for length in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 255, 256, 400] {
        let word = "Abcdefghij".repeat(40)[..length].to_owned();
        let longer = format!("{word}x");
        let names = [word.as_str(), &format!("{word} {word}"), &format!("x {word}"), &longer];
        check(&names, &format!("{word} {word} {longer} x {word}"));
    }
}

#[test]
fn texts_of_every_length() {
    for length in (0..=200).chain([255, 256, 257, 16_383, 16_384, 16_385, 40_000]) {
        let text: String = "Ab Ab-Ab ab. ".chars().cycle().take(length).collect();
        let keys: BTreeSet<String> = ["ab", "ab-ab", "ab ab"].map(str::to_owned).into();
        let bytes = tables(&keys, ANY);
        let expected = brute_force(&keys, &[], &text);
        for level in SimdLevel::available() {
            assert_eq!(search(&bytes, level, &text), expected, "{level:?} {length}");
        }
    }
}

#[test]
fn lower_case_starts_only_names_that_allow_it() {
    let mut builder = Builder::new();
    builder.push("king", KeyTraits { lower_start: true, open: false }, &[numbered(0)]);
    builder.push("paris", KeyTraits::default(), &[numbered(1)]);
    builder.push("paris king", KeyTraits::default(), &[numbered(2)]);
    builder.push("pope", KeyTraits { lower_start: true, open: true }, &[numbered(3)]);
    let bytes = builder.finish().unwrap();
    let layout = Layout::open(&bytes).unwrap();
    assert_eq!(layout.n_keys(), 4);
    assert_eq!(layout.view(&bytes).leftovers().collect::<Vec<_>>(), [3]);
    for level in SimdLevel::available() {
        let found = search(&bytes, level, "king Paris paris king Paris King");
        let found: Vec<(usize, u32)> = found.into_iter().map(|(span, key)| (span.start, key)).collect();
        assert_eq!(found, [(0, 0), (5, 1), (17, 0), (22, 1), (22, 2), (28, 0)], "{level:?}");
    }
}

#[test]
fn case_is_judged_in_plain_text_only() {
    let senses = |small| {
        let sense = |alias, policy| Sense { alias, policy, stop: alias == 3, small };
        [sense(0, Policy::CHECKED), sense(1, Policy::ANY), sense(2, Policy::EXACT), sense(3, Policy::TITLE)]
    };
    let mut builder = Builder::new();
    // "Paris" and "U.S.": bit `n` for a lower-case letter at byte `n`.
    builder.push("paris", ANY, &senses(0b11110));
    builder.push("u.s.", ANY, &senses(0));
    let bytes = builder.finish().unwrap();
    let layout = Layout::open(&bytes).unwrap();
    for level in SimdLevel::available() {
        let check = |text: &str, sure: &[u32], doubtful: &[u32], stopped: bool| {
            let mut hits = Hits::default();
            let (mut folded, mut scratch) = (FoldedText::default(), Scratch::default());
            layout.view(&bytes).find(level, text, &mut folded, StepLimit::Bounded, &mut scratch, &mut hits);
            let sure_found: Vec<u32> = hits.sure.iter().map(|(_, alias)| alias.0).collect();
            let doubtful_found: Vec<u32> = hits.doubtful.iter().map(|(_, alias)| alias.0).collect();
            let found = (sure_found, doubtful_found, hits.stopped);
            assert_eq!(found, (sure.to_vec(), doubtful.to_vec(), stopped), "{level:?} {text:?}");
        };
        check("in Paris.", &[1, 2, 3], &[0], true);
        check("in PARIS.", &[1, 3], &[0], true);
        check("in paris.", &[1], &[0], false);
        check("the U.S.", &[1, 2, 3], &[0], true);
        check("the u.s.", &[1], &[0], false);
        check("“Paris” – Paris’s", &[1, 2, 3, 1, 2, 3], &[0, 0], true);
        // Only the original text shows what folding hides beside a name or how it changed the letters of one.
        check("in Pari\u{17F}.", &[], &[0, 1, 2, 3], false);
        check("in Par\u{AD}is.", &[], &[0, 1, 2, 3], false);
        check("in \u{301}Paris.", &[], &[0, 1, 2, 3], false);
        check("in Paris\u{301}.", &[], &[0, 1, 2, 3], false);
        check("é Paris", &[1, 2, 3], &[0], true);
    }
}

#[test]
fn long_beginnings_in_common_are_given_up() {
    let name = format!("{}b", "a ".repeat(100));
    let bytes = tables(&[name.clone(), "a b".to_owned()].into(), ANY);
    let text = format!("{}{name}", "a ".repeat(2000));
    let view = Layout::open(&bytes).unwrap();
    for level in SimdLevel::available() {
        let find = |step_limit| {
            let (mut folded, mut scratch, mut hits) = (FoldedText::default(), Scratch::default(), Hits::default());
            view.view(&bytes).find(level, &text, &mut folded, step_limit, &mut scratch, &mut hits);
            hits
        };
        assert!(find(StepLimit::Bounded).gave_up);
        let hits = find(StepLimit::Unbounded);
        assert!(!hits.gave_up && hits.sure.iter().count() == 2);
    }
}

#[test]
fn many_keys_of_few_words() {
    // Tables with spilled lines, long extensions, and a filter that always says yes.
    let words = ["a", "b", "c", "d", "e", "f", "g"];
    let mut keys = BTreeSet::new();
    for number in 0..7_usize.pow(4) {
        let key = [number % 7, number / 7 % 7, number / 49 % 7, number / 343].map(|word| words[word]);
        keys.insert(key[..2 + number % 3].join(" "));
    }
    let text: String = (0..400_usize).map(|at| words[at * at % 11 % 7]).collect::<Vec<_>>().join(" ");
    let bytes = tables(&keys, ANY);
    let expected = brute_force(&keys, &[], &text);
    assert!(expected.len() > 500);
    for level in SimdLevel::available() {
        assert_eq!(search(&bytes, level, &text), expected, "{level:?}");
    }
}

/// Where the folded text shows no word boundary, the original shows none either. Only for that reason may the tables
/// look at the folded text alone, and only at the first character of a folded word.
#[test]
fn folding_makes_no_word_of_punctuation() {
    for c in '\0'..=char::MAX {
        if let FoldedChar::Text(folded) = fold_char(c) {
            let n_words = folded.as_str().chars().filter(|c| is_word(*c)).count();
            assert!(
                n_words == 0 || n_words == folded.as_str().chars().count(),
                "{c:?} folds to a word and punctuation"
            );
            assert!(n_words == 0 || is_word_char(c), "{c:?} is not a word character and folds to one");
        }
    }
}

#[test]
fn blocks_are_the_same_at_every_level() {
    type Classify = fn(&[u8; 64], &mut [u8; 64]) -> simd::BlockClasses;
    let scalar: Classify = |input, out| Scalar.block(input, out);
    #[cfg(any(not(target_arch = "x86_64"), dateline_portable))]
    let classify = [scalar];
    #[cfg(all(target_arch = "x86_64", not(dateline_portable)))]
    let classify: Vec<Classify> = {
        let levels: [(SimdLevel, Classify); 2] =
            [(SimdLevel::Avx2, avx2::tests::block), (SimdLevel::Avx512, avx512::tests::block)];
        let available = levels.into_iter().filter(|(level, _)| has(*level)).map(|(_, classify)| classify);
        std::iter::once(scalar).chain(available).collect()
    };
    for offset in 0..=255_u8 {
        let input: [u8; 64] = std::array::from_fn(|index| offset.wrapping_add((index * 37) as u8));
        for classify in &classify {
            let mut out = [0; 64];
            let block = classify(&input, &mut out);
            for (index, byte) in input.iter().enumerate() {
                let bit = |bits: u64| (bits >> index) & 1 != 0;
                assert_eq!(bit(block.other), !byte.is_ascii());
                if !byte.is_ascii() {
                    continue;
                }
                let c = char::from(*byte);
                assert_eq!(out[index], fold(&c.to_string()).as_bytes()[0], "{byte}");
                assert_eq!(bit(block.word), is_word_char(c), "{byte}");
                assert_eq!(bit(block.small), c.is_lowercase(), "{byte}");
                assert_eq!(bit(block.blank), crate::normalize::is_ascii_blank(*byte), "{byte}");
            }
        }
    }
}

#[test]
fn same_keys_same_bytes() {
    let keys: BTreeSet<String> = (0..500).map(|number| format!("'x{} y{number}!", number % 7)).collect();
    assert_eq!(tables(&keys, ANY), tables(&keys, ANY));
}

#[test]
fn cut_and_foreign_bytes_are_refused() {
    let bytes = tables(&["new york".to_owned()].into(), ANY);
    assert!(Layout::open(&bytes).is_ok());
    for length in 0..bytes.len() {
        assert!(Layout::open(&bytes[..length]).is_err(), "cut to {length}");
    }
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert!(Layout::open(&longer).is_err());
    let mut other = bytes.clone();
    other[8] += 1;
    assert!(Layout::open(&other).unwrap_err().to_string().contains("version"));
}

fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)
}

/// Pieces of text that are folded in one step, and pieces that interrupt this.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "Ab c",
        " ",
        "  ",
        "\n\n",
        "\r\n",
        "\r\n\r\n",
        "\r\r\n",
        " \n ",
        "\t\u{B}\u{C}",
        "                 ",
        "’",
        "“",
        "”",
        "–",
        "—",
        "…",
        "\u{2028}",
        "\u{2003}",
        "\u{200B}",
        "\u{2060}",
        "\u{203F}",
        "\u{2032}",
        "\u{A0}",
        "é",
        "\u{301}",
        "\u{AD}",
        "€",
        "Sentences of ordinary length; with commas, and 12 numbers.",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

/// Where a folded byte comes from; whether it is part of a word, a lower-case letter, odd.
type Seen = (Option<Span>, [bool; 3]);

/// A folded text, and all that is known of each byte.
fn folded_at(level: SimdLevel, text: &str) -> (String, Vec<Seen>) {
    let (mut folded, mut scratch) = (FoldedText::default(), Scratch::default());
    let tables = tables(&["z".to_owned()].into(), ANY);
    let view = Layout::open(&tables).unwrap();
    view.view(&tables).find(level, text, &mut folded, StepLimit::Unbounded, &mut scratch, &mut Hits::default());
    let classes = scratch.classes();
    let of_byte = |at: usize| {
        let (word, small) = (classes.bits().words_from(at) & 1 != 0, classes.bits().smalls_in(at, at + 1) != 0);
        (folded.original(at, at + 1), [word, small, !classes.is_plain(at, at + 1)])
    };
    (String::from_utf8(folded.bytes().to_vec()).unwrap(), (0..folded.bytes().len()).map(of_byte).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every level folds and classifies alike.
    #[test]
    fn texts_are_folded_alike_at_every_level(text in pieces()) {
        let expected = folded_at(SimdLevel::Scalar, &text);
        prop_assert_eq!(&expected.0, &fold(&text));
        for level in SimdLevel::available() {
            prop_assert_eq!(&folded_at(level, &text), &expected, "{:?}", level);
        }
    }

    #[test]
    /// Damaged tables may be refused or give wrong results, but nothing panics and every search ends.
    fn damaged_tables_do_no_harm(damage in damage(), after_header: bool) {
        let long = "x".repeat(70);
        let names = ["a", "a b", "a b c", "'s a", "a!", "'a!", "new york", "new york city", "york", &long];
        let mut bytes = tables(&names.map(str::to_owned).into(), ANY);
        let start = if after_header { layout::HEADER } else { 0 };
        for (at, value) in damage {
            let at = start + at.index(bytes.len() - start);
            bytes[at] = value;
        }
        if let Ok(layout) = Layout::open(&bytes) {
            let view = layout.view(&bytes);
            let text = "New York City 'a! a b c 's a a! ".repeat(20);
            for level in SimdLevel::available() {
                let mut hits = Hits::default();
                view.find(level, &text, &mut FoldedText::default(), StepLimit::Unbounded, &mut Scratch::default(), &mut hits);
                prop_assert!(hits.sure.iter().chain(hits.doubtful.iter().copied()).all(|(span, _)| text.get(span.start..span.end).is_some()));
            }
        }
    }
}
