//! Gazetteers and texts made against the engines: every engine finds what the oracle finds.

#[path = "../../benches/common/worst_cases.rs"]
mod cases;

use dateline::{Engine, Matcher, Overlap, SimdLevel};

#[test]
fn every_engine_is_exact_in_the_worst_case() {
    for case in cases::cases("core", 2_000) {
        // The oracle tries every name at every character: of real names, it bears a few hundred bytes.
        let most = if case.gazetteer.aliases().len() > 500 { 500 } else { case.text.len() };
        let end = (0..=most.min(case.text.len())).rev().find(|end| case.text.is_char_boundary(*end)).unwrap();
        let text = &case.text[..end];
        for overlap in [Overlap::Longest, Overlap::All, Overlap::NoNested] {
            let builder = Matcher::builder().overlap(overlap);
            let expected = builder.engine(Engine::Naive).build(&case.gazetteer).unwrap().find(text);
            let automaton = builder.engine(Engine::AhoCorasick).build(&case.gazetteer).unwrap();
            assert!(automaton.find(text) == expected, "the automaton, {overlap:?}: {}", case.name);
            for level in SimdLevel::available() {
                let word_start = builder.engine(Engine::WordStart).simd_level(level).build(&case.gazetteer).unwrap();
                assert!(word_start.find(text) == expected, "{level:?}, {overlap:?}: {}", case.name);
                assert!(word_start.find(&case.text) == automaton.find(&case.text), "{level:?}: {}", case.name);
            }
        }
    }
}
