use super::*;
use proptest::prelude::*;

/// A matcher by every engine but the oracle, the word starts at every level of instructions.
fn matchers(gazetteer: &Gazetteer, overlap: Overlap) -> Vec<(String, Matcher)> {
    let builder = Matcher::builder().overlap(overlap);
    let levels = SimdLevel::available().into_iter();
    let word_starts = levels.map(|level| (format!("{level:?}"), builder.engine(Engine::WordStart).simd_level(level)));
    let automaton = [("Aho-Corasick".to_owned(), builder.engine(Engine::AhoCorasick))];
    automaton.into_iter().chain(word_starts).map(|(name, builder)| (name, builder.build(gazetteer).unwrap())).collect()
}

fn oracle(gazetteer: &Gazetteer, overlap: Overlap) -> Matcher {
    Matcher::builder().engine(Engine::Naive).overlap(overlap).build(gazetteer).unwrap()
}

/// The pieces found under the default options, by every engine.
#[track_caller]
fn check(names: &[&str], text: &str, expected: &[&str]) {
    let gazetteer = Gazetteer::from_names(names).unwrap();
    assert_eq!(oracle(&gazetteer, Overlap::Longest).surface_forms(text), expected, "the oracle");
    for (engine, matcher) in matchers(&gazetteer, Overlap::Longest) {
        assert_eq!(matcher.surface_forms(text), expected, "{engine}");
    }
}

#[test]
fn longer_name_wins() {
    check(&["York", "New York"], "in New York", &["New York"]);
}

#[test]
fn rejected_long_name_hides_nothing() {
    check(&["York", "New York City Hall"], "New York City Halls in York", &["York", "York"]);
}

#[test]
fn texts_that_try_the_patience_of_the_word_starts() {
    let name = format!("{}b", "a ".repeat(100));
    let text = format!("{}{name} a a B", "a ".repeat(2000));
    check(&[&name, "a B", "B"], &text, &[&name, "a B"]);
}

#[test]
fn texts_of_many_divided_words_take_no_longer_than_they_are() {
    let long = "x".repeat(2_000);
    let gazetteer = Gazetteer::from_names(["Washington", &long, "Oahu"]).unwrap();
    let text = format!("{}{}O\u{2BB}ahu", "Wash-\nington on a-\nb ".repeat(30_000), "far away\n".repeat(5000));
    for (engine, matcher) in matchers(&gazetteer, Overlap::Longest) {
        assert_eq!(matcher.find(&text).len(), 30_001, "{engine}");
    }
}

#[test]
fn no_match_across_a_blank_line() {
    check(&["New York"], "New\nYork New\n\nYork", &["New\nYork"]);
}

#[test]
fn words_that_go_on_are_matched_whole() {
    let gazetteer = |flags| {
        let names = ["Burundi", "anti-"].map(|name| named(name, flags, 0).expect("a name"));
        Gazetteer::from_entities(names).unwrap()
    };
    let text = "Burundis Burundi, Nordburundi NORDBURUNDI-anti-x; xanti-Burundische Bu\u{AD}rundi\u{301}an";
    for (flags, expected) in [
        ("prefix", "Burundis|Burundi|anti-x|Burundische|Bu\u{AD}rundi\u{301}an"),
        ("suffix", "Burundi|NORDBURUNDI|anti-|xanti-"),
        ("prefix,any", "Burundis|Burundi|anti-x|Burundische|Bu\u{AD}rundi\u{301}an"),
        ("suffix,any", "Burundi|Nordburundi|NORDBURUNDI|anti-|xanti-"),
        (
            "prefix,suffix,any",
            "Burundis|Burundi|Nordburundi|NORDBURUNDI|anti-x|xanti-Burundische|Bu\u{AD}rundi\u{301}an",
        ),
    ] {
        let gazetteer = gazetteer(flags);
        for (engine, matcher) in matchers(&gazetteer, Overlap::Longest) {
            assert_eq!(matcher.surface_forms(text).join("|"), expected, "{engine} {flags}");
        }
        assert_eq!(oracle(&gazetteer, Overlap::Longest).surface_forms(text).join("|"), expected, "the oracle, {flags}");
    }
}

/// Pieces that make trouble together: shared prefixes and suffixes, foldings of other lengths, invisible characters,
/// accents after everything, blanks and line breaks of all kinds.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b", "A", "ab", "ba", "é", "e\u{301}", "e", "ß", "ss", "S", "İ", "i", "ı", "ſ", "ﬁ", "fi", "Æ", "ae",
        "\u{212A}", "k", "'", "’", "-", "–", "—", ".", ",", ", ", " ", "  ", "\u{A0}", "\t", "\n", "\r\n", "\r",
        "\n\n", "\u{2029}", "\u{200B}", "\u{AD}", "\u{FEFF}", "\u{200D}", "\u{301}", "1", "_", "한", "ㅎ", "\u{1112}",
        "न", "\u{93F}", "東", "京", "😀", "ǅ", "Σ", "ς", "-\n", "\u{AD}\n", "-\n ", "¬\r\n", "\u{2BB}", "\u{2BF}",
        "ー", "ロ", "か", "\u{3099}", "ก", "\u{E31}", "เ", "의", "и",
    ])
}

fn flags() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "-",
        "-",
        "-",
        "any",
        "any",
        "exact",
        "open,any",
        "hyphen-,any",
        "comma,any",
        "nofold",
        "nofold,any",
        "nofold,exact",
        "stop,any",
        "prefix",
        "suffix,any",
        "prefix,suffix,any",
    ])
}

prop_compose! {
    fn text_of(max: usize)(pieces in prop::collection::vec(piece(), 0..max)) -> String {
        pieces.concat()
    }
}

/// Words and what stands between them, so that names and texts share many beginnings.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "New",
        "York",
        "new",
        "NEW",
        "York",
        "san",
        "San",
        "José",
        "Jose\u{301}",
        "Jose",
        "s",
        "S",
        "a",
        "A",
        "1",
        "7",
        "Straße",
        "STRASSE",
        "strasse",
        "İzmir",
        "izmir",
        "ſan",
        "\u{212A}ent",
        "Kent",
        "Llanfairpwllgwyngyllgogerychwyrn",
        "O",
        "Neil",
        "U",
        "x_y",
        "Bagh\u{AD}dad",
        "Baghdad",
        "نيو",
        "न\u{94D}\u{200D}य",
        "東京",
        "Þór",
        "de",
        "al",
        "ロンドン",
        "ー",
        "กรุงเทพ",
        "เท",
        "\u{E31}",
        "서울",
        "에서",
        "O\u{2BB}ahu",
        "Oahu",
        "O'ahu",
        "THÓR",
        "Thor",
        "Bía",
        "Bia",
        "\u{1D15E}",
        "\u{1D157}\u{1D165}",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    ])
}

fn joint() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        " ", " ", " ", " ", " ", "  ", "\n", "\r\n", "\n\n", "\u{A0}", "-", "–", "—", "'", "’", "'s ", "’s ", ".",
        ". ", ", ", "!", "! ", " (", ") ", "“", "” ", "/", " & ", "", "…", "\u{200B}", " \u{AD} ", "\u{2BC}", "´",
        "\u{301}", "-\n", "\u{AD}\n", "-\r\n  ", "‐ \n", "-\n\n", "\u{2BB}", "\u{2BF}", "\u{2B9}", "׳", "", "",
    ])
}

prop_compose! {
    fn text_of_words(max: usize)(pieces in prop::collection::vec((word(), joint()), 0..max)) -> String {
        pieces.into_iter().flat_map(|(word, joint)| [word, joint]).collect()
    }
}

prop_compose! {
    fn name_of_words()(
        before in prop::option::weighted(0.2, joint()), text in text_of_words(4), cut: bool, flags in flags(), entity in 0..4u8,
    ) -> Option<(String, String, Vec<(String, crate::gazetteer::AliasKind, crate::gazetteer::Flags)>)> {
        let mut text = format!("{}{text}", before.unwrap_or_default());
        // Most names end with a word.
        if cut {
            text.truncate(text.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
        }
        named(&text, flags, entity)
    }
}

prop_compose! {
    fn name()(text in text_of(5), flags in flags(), entity in 0..4u8) -> Option<EntityOfOneName> {
        named(&text, flags, entity)
    }
}

/// What [`Gazetteer::from_entities`] takes.
type EntityOfOneName = (String, String, Vec<(String, crate::gazetteer::AliasKind, crate::gazetteer::Flags)>);

/// An entity with one name, unless the text can be no name.
fn named(text: &str, flags: &str, entity: u8) -> Option<EntityOfOneName> {
    let text = text.trim().to_owned();
    let flags = crate::gazetteer::parse_flags(flags).unwrap();
    let id = format!("e{entity}");
    let folded = crate::normalize::fold(crate::normalize::trim(&text));
    // A name holds a letter and no blank line; `Gazetteer::from_entities` refuses others.
    (!folded.is_empty() && !folded.contains('\n'))
        .then(|| (id, "place".to_owned(), vec![(text, crate::gazetteer::AliasKind::Alias, flags)]))
}

/// 3,000 cases, unless `PROPTEST_CASES` says otherwise.
fn cases() -> u32 {
    if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { 3000 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Every engine returns exactly what the oracle returns, under every overlap policy.
    #[test]
    fn agrees_with_the_oracle(names in prop::collection::vec(name(), 1..8), text in text_of(24)) {
        let gazetteer = Gazetteer::from_entities(names.into_iter().flatten()).unwrap();
        for overlap in [Overlap::Longest, Overlap::All, Overlap::NoNested] {
            let expected = oracle(&gazetteer, overlap).find(&text);
            for (engine, matcher) in matchers(&gazetteer, overlap) {
                prop_assert_eq!(matcher.find(&text), expected.clone(), "{} {:?} {:?}", engine, overlap, text);
            }
        }
    }

    /// The same for names of several words in texts made of their pieces, at every place of a block.
    #[test]
    fn agrees_with_the_oracle_on_words(
        names in prop::collection::vec(name_of_words(), 1..12), text in text_of_words(40), shift in 0..70_usize,
    ) {
        let gazetteer = Gazetteer::from_entities(names.into_iter().flatten()).unwrap();
        let text = format!("{}{text}", "x ".repeat(35).split_at(shift).0);
        let expected = oracle(&gazetteer, Overlap::All).find(&text);
        for (engine, matcher) in matchers(&gazetteer, Overlap::All) {
            prop_assert_eq!(matcher.find(&text), expected.clone(), "{} {:?}", engine, text);
        }
    }

    /// Cutting the text into two at a blank line loses and adds nothing.
    #[test]
    fn halves_make_the_whole(names in prop::collection::vec(name(), 1..8), left in text_of(12), right in text_of(12)) {
        let gazetteer = Gazetteer::from_entities(names.into_iter().flatten()).unwrap();
        let matcher = Matcher::builder().overlap(Overlap::All).build(&gazetteer).unwrap();
        let (left, right) = (format!("{left}.\n\n"), format!(".{right}"));
        let whole = matcher.find(&format!("{left}{right}"));
        let parts: Vec<(Span, Vec<AliasId>)> = matcher.find(&left).iter().map(|(span, aliases)| (span, aliases.to_vec()))
            .chain(matcher.find(&right).iter().map(|(span, aliases)| (Span::new(span.start + left.len(), span.end + left.len()), aliases.to_vec())))
            .collect();
        // A name may hold ".\n\n."-like pieces only if it holds a line feed, which no folded name does.
        let whole: Vec<(Span, Vec<AliasId>)> = whole.iter().map(|(span, aliases)| (span, aliases.to_vec())).collect();
        prop_assert_eq!(whole, parts);
    }
}
