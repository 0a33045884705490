//! Every engine finds what the oracle finds, whatever the names and the text.

#![no_main]

use dateline::gazetteer::{AliasKind, parse_flags};
use dateline::{Engine, Gazetteer, Matcher, Overlap, SimdLevel};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    names: Vec<(&'a str, u8)>,
    text: &'a str,
    /// Which name is repeated in the text, behind what.
    pieces: Vec<(u8, &'a str)>,
}

const FLAGS: [&str; 10] =
    ["-", "any", "exact", "open", "open,any", "hyphen-", "comma,any", "nofold,any", "prefix,any", "prefix,suffix"];

fuzz_target!(|input: Input<'_>| {
    // The oracle needs the time of all names at all characters.
    let names: Vec<(&str, u8)> = input.names.into_iter().take(12).collect();
    let mut text = input.text.to_owned();
    for (number, joint) in input.pieces.into_iter().take(40) {
        text.push_str(joint);
        text.push_str(names.get(usize::from(number) % names.len().max(1)).map_or("", |(name, _)| name));
    }
    if text.len() > 4000 {
        return;
    }
    let entities = names.iter().enumerate().filter_map(|(number, (name, flags))| {
        let flags = parse_flags(FLAGS[usize::from(*flags) % FLAGS.len()]).expect("known flags");
        let name = name.trim();
        let alone = Gazetteer::from_entities([(
            "e".to_owned(),
            "place".to_owned(),
            vec![(name.to_owned(), AliasKind::Alias, flags)],
        )]);
        let entity = (format!("e{number}"), "place".to_owned(), vec![(name.to_owned(), AliasKind::Alias, flags)]);
        alone.is_ok().then_some(entity)
    });
    let gazetteer = Gazetteer::from_entities(entities).expect("each name alone is one");
    let builder = Matcher::builder().overlap(Overlap::All);
    let expected = builder.engine(Engine::Naive).build(&gazetteer).expect("few names").find(&text);
    let automaton = builder.engine(Engine::AhoCorasick).build(&gazetteer).expect("few names");
    assert_eq!(automaton.find(&text), expected, "the automaton");
    for level in SimdLevel::available() {
        let word_start = builder.engine(Engine::WordStart).simd_level(level).build(&gazetteer).expect("few names");
        assert_eq!(word_start.find(&text), expected, "{level:?}");
    }
});
