use std::collections::BTreeSet;

use super::*;
use crate::span::Span;
use crate::{Analyzer, Document};

const NAMES: &str = include_str!("cases.gaz");

/// Part, span and id of everything read, in order.
fn read(analyzer: &Analyzer, document: &Document<'_>) -> Vec<(Span, String)> {
    let mut worker = analyzer.worker();
    let resolution = worker.resolve(document);
    let listed = resolution.mentions.iter().map(|mention| {
        let id = analyzer.gazetteer().entity(mention.entity).id.to_string();
        (mention.span, id)
    });
    let unlisted = resolution.unlisted.iter().map(|mention| (mention.span, mention.id(document)));
    let mut found: Vec<(Span, String)> = listed.chain(unlisted).collect();
    found.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    found
}

/// The surfaces of everything read under a profile.
#[track_caller]
fn check_in(profile: Profile, text: &str, expected: &[&str]) {
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let analyzer = Analyzer::builder().profile(profile).build(&gazetteer).unwrap();
    let found = read(&analyzer, &Document::new("d", text));
    let found: Vec<&str> = found.iter().map(|(span, _)| span.of(text)).collect();
    assert_eq!(found, expected, "{text:?}");
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_in(Profile::Strict, text, expected);
}

/// Id of the entity of the only mention of `surface`.
#[track_caller]
fn check_entity(text: &str, surface: &str, expected: &str) {
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    let document = Document::new("d", text);
    let found = analyzer.analyze(&document);
    let ids: Vec<&str> = found.iter().filter(|found| found.surface == surface).map(|found| found.entity.id).collect();
    assert_eq!(ids, [expected], "{text:?}");
}

#[test]
fn organisations_absorb_places() {
    check("The New York Times said so.", &["New York Times"]);
    check("He left Boston University for Boston.", &["Boston University", "Boston"]);
    check_in(Profile::Wide, "The New York Times said so.", &["New York Times", "New York"]);
    check_in(Profile::Wide, "at Boston University", &["Boston University", "Boston"]);
}

#[test]
fn demonyms_are_places_in_the_wide_profile() {
    check("Iraqi and American troops left Iraq.", &["Iraq"]);
    check_in(Profile::Wide, "Iraqi and American troops left Iraq.", &["Iraqi", "American", "Iraq"]);
}

#[test]
fn compound_adjectives_are_no_places_in_the_strict_profile() {
    check("a London-based firm", &[]);
    check("the U.S.-led coalition", &["U.S."]);
    check("Iraq-born writers", &[]);
    check("the Iraq-Jordan border", &["Iraq", "Jordan"]);
    check_in(Profile::Wide, "a London-based firm", &["London"]);
}

#[test]
fn the_plain_profile_takes_what_matches() {
    let check = |text, expected: &[&str]| check_in(Profile::Plain, text, expected);
    check("Lloyd Austin left the University of Texas.", &["Austin", "Texas"]);
    check("Lloyd Austin left Boston University.", &["Austin", "Boston University"]);
    check("a US dollar for Boston-based Mr. Jordan", &["US", "Boston", "Mr.", "Jordan"]);
    check("READ ALSO: Iraq and Texas", &["Iraq", "Texas"]);
}

#[test]
fn money_is_no_place() {
    check("It cost US$ 4.2 billion.", &[]);
    check("US$5 or 5 U.S. dollars", &[]);
    check("a US dollar", &[]);
    check("The US spent $5.", &["US"]);
}

#[test]
fn places_after_unknown_organisations_belong_to_them() {
    check("the University of Texas", &["University of Texas"]);
    check("the Press Trust Of Britain", &[]);
    check("the Embassy of Georgia", &["Embassy of Georgia"]);
    check("a note of the Central Bank of Iraq", &["Central Bank of Iraq"]);
    check("the people of Iraq", &["Iraq"]);
    check_in(Profile::Wide, "the University of Texas", &["University of Texas", "Texas"]);
}

#[test]
fn a_name_after_a_title_is_a_person() {
    check("President Jordan left.", &["President"]);
    check("Mr. Washington slept in Iraq.", &["Mr.", "Iraq"]);
    check("Prime Minister Alia Texas spoke.", &["Prime Minister"]);
    check("General Boston, a soldier", &["General"]);
    check("the president of Georgia", &["Georgia"]);
}

#[test]
fn a_name_after_a_given_name_is_a_person() {
    check("Lloyd Austin spoke in Texas.", &["Texas"]);
    check("He met Michael Jordan in London.", &["London"]);
    check("George J. Washington agreed.", &[]);
    check("Maria London agreed.", &[]);
}

#[test]
fn a_person_is_carried_through_the_article() {
    check("Lloyd Austin spoke. Before Austin’s illness it rained in Texas.", &["Texas"]);
    check("President Jordan left. Jordan said nothing.", &["President"]);
    check("Maria London agreed. London said so.", &[]);
    check("Mr. Boston agreed. Boston’s wife did not.", &["Mr."]);
    // "in" is no word before a person.
    check("Lloyd Austin spoke in Austin.", &["Austin"]);
}

#[test]
fn capital_runs_are_longer_names() {
    check("the Zandvoort London show", &[]);
    check("the London Palladium show", &[]);
    check("a visit to Texas Instruments today", &[]);
    check("the Fargo Boston road", &[]);
    check("In London Monday it rained.", &["London"]);
    check("Meanwhile London slept.", &["London"]);
    check("officials in London Thursday", &["London"]);
    check("South Texas is dry.", &["Texas"]);
    check("In Saudi Arabia it rained.", &["Saudi Arabia"]);
    check("the Zandvoort Saudi Arabia show", &[]);
    check("the old Arabia of Iraq", &["Arabia", "Iraq"]);
}

#[test]
fn a_body_of_one_country_is_not_anothers() {
    check("Iraq slept. Then the Central Bank fell.", &["Iraq", "Central Bank"]);
    check("IRAQ SLEPT AND SLEPT\nTHE CENTRAL BANK OF IRAQ FELL", &["IRAQ", "CENTRAL BANK OF IRAQ"]);
    check("IRAQ SLEPT AND SLEPT\nTHE CENTRAL BANK OF HARALE FELL", &["IRAQ"]);
    check("IRAQ SLEPT AND SLEPT\nTHE CENTRAL BANK OF THE TEXAS UNION FELL", &["IRAQ", "TEXAS"]);
}

#[test]
fn who_employs_is_no_place() {
    check("She slept at Reading and at London.", &["Reading", "London"]);
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    let found = read(&analyzer, &Document::new("d", "a strategist at Reading in Texas"));
    let ids: Vec<&str> = found.iter().map(|(_, id)| &**id).collect();
    assert_eq!(ids, ["unlisted:organisation/reading", "us/tx"]);
}

#[test]
fn headlines_have_capitals_everywhere() {
    check("Boston Says Nothing About Money From Texas\n\nx", &["Boston", "Texas"]);
    check("IRAQ SAYS TEXAS MAY FOLLOW\n\nx", &["IRAQ", "TEXAS"]);
}

#[test]
fn weak_names_need_evidence() {
    check("Reading was fun.", &[]);
    check("Reading is fun, and so is Britain.", &["Britain"]);
    check("She lives in Reading.", &["Reading"]);
    check("READING (Reuters) - It rained.", &["READING"]);
    check("Reading, Britain, is wet.", &["Reading", "Britain"]);
    check("She lives in Reading. Reading slept.", &["Reading", "Reading"]);
    check("IS fought.", &[]);
    check("Islamic State fought. IS lost.", &["Islamic State", "IS"]);
    check("WASHINGTON: The Pentagon", &["WASHINGTON", "Pentagon"]);
    check("Air Force Major General Patrick Ryder", &["Air Force", "Major General"]);
}

#[test]
fn small_titles_need_company() {
    check("The prime minister left.", &[]);
    check("The Iraqi prime minister left.", &["prime minister"]);
    check("an Iraqi general", &["general"]);
    check("the UN chief", &["UN", "chief"]);
    check("prime minister Alia Hale left.", &["prime minister"]);
    check("in general it rained", &[]);
    check("the Prime Minister left.", &["Prime Minister"]);
}

#[test]
fn weak_titles_need_a_head() {
    check("The King is dead.", &[]);
    check("King Harald is alive.", &["King"]);
    check("Chief Joseph Medicine met Chief Ouray.", &["Chief", "Chief"]);
    check("Mr. is a title.", &[]);
}

#[test]
fn heads_are_the_person_after_the_title() {
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    let head = |text: &str| {
        let document = Document::new("d", text.to_owned());
        let found = analyzer.analyze(&document);
        found[0].mention.head.map(|head| head.of(text).to_owned())
    };
    assert_eq!(head("Prime Minister Mohammed Shia al-Sudani’s office").as_deref(), Some("Mohammed Shia al-Sudani"));
    assert_eq!(head("Major General Patrick Ryder told").as_deref(), Some("Patrick Ryder"));
    assert_eq!(head("President Ursula von der Leyen on Monday").as_deref(), Some("Ursula von der Leyen"));
    assert_eq!(head("President J. D. Vance, who").as_deref(), Some("J. D. Vance"));
    assert_eq!(head("the President on Monday"), None);
}

#[test]
fn namesakes_follow_the_article() {
    check_entity("Georgia and Tbilisi", "Georgia", "ge");
    check_entity("Atlanta, Georgia", "Georgia", "us/ga");
    check_entity("Boston and Atlanta, Texas; Georgia too", "Georgia", "us/ga");
    check_entity("Georgia said so.", "Georgia", "ge");
}

#[test]
fn lists_of_states_hold_states() {
    check_entity("He saw Texas, Washington and Kentucky then.", "Washington", "us/wa");
    check_entity("a Washington state farm in Texas", "Washington", "us/wa");
    check_entity("She lives in Washington near Atlanta.", "Washington", "wa");
}

#[test]
fn every_rule_has_a_name_and_a_meaning() {
    let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names.len(), Rule::ALL.len());
    assert!(Rule::ALL.iter().all(|rule| rule.meaning().ends_with('.')));
    assert!(Rule::ALL.is_sorted());
}

/// One case of `cases.toml`: "He left [Paris|pa] for [Texas]." is the text "He left Paris for Texas." with the spans expected
/// in it, and their ids where given.
fn parse_case(marked: &str) -> (String, Vec<(Span, Option<String>)>) {
    let (mut text, mut spans) = (String::new(), Vec::new());
    let mut pieces = marked.split('[');
    text.push_str(pieces.next().unwrap());
    for piece in pieces {
        let (inside, after) = piece.split_once(']').expect("a bracket is closed");
        let (surface, id) =
            inside.split_once('|').map_or((inside, None), |(surface, id)| (surface, Some(id.to_owned())));
        let start = text.len();
        text.push_str(surface);
        spans.push((Span::new(start, text.len()), id));
        text.push_str(after);
    }
    (text, spans)
}

/// Rules that only name what is left when no other has decided, or where none is asked, and the one that needs a date.
const WITHOUT_CASES: [Rule; 5] = [Rule::OutOfPeriod, Rule::NoEvidence, Rule::Covered, Rule::Crossed, Rule::Listed];

#[test]
fn every_rule_has_four_cases_that_need_it() {
    let table: toml::Table = include_str!("cases.toml").parse().unwrap();
    let gazetteer = Gazetteer::from_text(NAMES, "cases.gaz").unwrap();
    let known: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert!(table.keys().all(|name| known.contains(name.as_str())), "a rule of cases.toml is unknown");
    let mut faults = Vec::new();
    for rule in Rule::ALL.iter().filter(|rule| !WITHOUT_CASES.contains(rule)) {
        let mut n_cases = 0;
        for (key, profile) in [("strict", Profile::Strict), ("wide", Profile::Wide)] {
            let cases = table.get(rule.name()).and_then(|cases| cases.get(key)).and_then(toml::Value::as_array);
            let builder = Analyzer::builder().profile(profile);
            let with = builder.build(&gazetteer).unwrap();
            let without = builder.without_rule(*rule).build(&gazetteer).unwrap();
            for case in cases.into_iter().flatten() {
                let marked = case.as_str().unwrap();
                let (text, expected) = parse_case(marked);
                let document = Document::new("d", text.as_str());
                let found = read(&with, &document);
                let agrees = found.len() == expected.len()
                    && found.iter().zip(&expected).all(|((span, id), (expected, expected_id))| {
                        span == expected && expected_id.as_ref().is_none_or(|expected| expected == id)
                    });
                if !agrees {
                    let found: Vec<_> = found.iter().map(|(span, id)| (span.of(&text), id)).collect();
                    faults.push(format!("{rule}: {marked:?} gives {found:?}"));
                } else if read(&without, &document) == found {
                    faults.push(format!("{rule}: {marked:?} is the same without the rule"));
                }
                n_cases += 1;
            }
        }
        if n_cases < 4 {
            faults.push(format!("{rule} has {n_cases} cases"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_result_does_not_depend_on_the_parts_before() {
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    let mut worker = analyzer.worker();
    let texts = ["Lloyd Austin met Mr. Boston.", "Austin and Boston are in Texas.", "", "in Austin"];
    let fresh: Vec<Vec<Mention>> =
        texts.iter().map(|text| analyzer.worker().mentions(&Document::new("x", *text)).to_vec()).collect();
    let reused: Vec<Vec<Mention>> =
        texts.iter().map(|text| worker.mentions(&Document::new("x", *text)).to_vec()).collect();
    assert_eq!(fresh, reused);
}

/// What names are made of, and what explains them elsewhere in an article.
const PIECES: [&str; 44] = [
    "London",
    "Harale",
    "Acme Bank",
    "Boston University",
    "Texas",
    "Kisumu",
    "New York",
    "Paris",
    "Iraq",
    "U.S.",
    "Harale-London",
    "Paris-Kisumu",
    "LON-Paris",
    "LN",
    "ABC",
    "(LN)",
    "(ABC)",
    "Group",
    "Ltd",
    "Institute",
    "Ministry",
    "River",
    "Mr.",
    "Ada",
    "In",
    "The",
    "the",
    "in",
    "of",
    "and",
    "&",
    "-",
    ", ",
    ". ",
    "\n",
    "\n\n",
    "'s ",
    " de ",
    "village",
    "district",
    " said ",
    "a village of ",
    " reported on the long and dusty road to ",
    "January",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        failure_persistence: None,
        ..proptest::test_runner::Config::with_cases(1000)
    })]

    /// Reading only what matters to the mentions gives the same mentions.
    #[test]
    fn unlisted_names_elsewhere_change_no_mention(
        pieces in proptest::collection::vec((0..PIECES.len(), proptest::bool::weighted(0.9)), 1..60),
    ) {
        let mut text = String::new();
        for (piece, blank) in pieces {
            text.push_str(PIECES[piece]);
            text.push_str(if blank { " " } else { "" });
        }
        let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
        let document = Document::new("d", text.as_str());
        for profile in [Profile::Strict, Profile::Wide] {
            for overlap in [Overlap::Longest, Overlap::NoNested] {
                let analyzer = Analyzer::builder().profile(profile).overlap(overlap).build(&gazetteer).unwrap();
                let mut worker = analyzer.worker();
                let all = worker.resolve(&document).mentions.clone();
                proptest::prop_assert_eq!(worker.mentions(&document), all, "{:?}", text);
            }
        }
    }
}

/// Pieces of text that people repeat: tables, lists, datelines, captions; and some that only an adversary would.
const REPEATED: &[&str] = &[
    "Mr. Boston ",
    "Iraq ",
    "Iraq\n",
    "Iraq. ",
    "Iraq 17 0.5\n",
    "LONDON (Reuters) - Rain fell.\n",
    "Paris, Texas; ",
    "(Reuters) ",
    "Paris ",
    "in Paris ",
    "President ",
    "President of Iraq ",
    "Prime Minister Ada Harale ",
    "prime minister ",
    "Harale Trading Organisation (HTO) ",
    "the LNX said ",
    "Harale Corp ",
    "Harale Corp and Kisumu Corp and ",
    "Ministry of Trade and Industry, ",
    "Ministry of ",
    "the village of Harale ",
    "in Harale, Iraq. Harale ",
    "in Harale, Iraq. Harale # ",
    "Harale ",
    "Harale London ",
    "Paris-Kisumu ",
    "Paris-Kisumu# ",
    "Paris-",
    "New York Times Square ",
    "Iraq and Britain and ",
    "Iraq, Britain, ",
    "Texas, Kentucky and ",
    "Iraq's ",
    "\"Iraq\" ",
    "[Iraq] ",
    "Iraq\t\t\t",
    "Georgia ",
    "Washington, Atlanta; ",
    "Mr. Jordan in Jordan ",
    "Lloyd Austin said Austin ",
    "World Bank Iraq ",
    "Boston University (BU) BU ",
    "Harale Group. Harale ",
    "Harale# Group. Harale# ",
    "Harale River ",
    "of the Bank of the ",
    "Harale & Kisumu & ",
    "Harale de la Harale de ",
    "IRAQ SAYS BRITAIN ",
    "Iraq Says Britain May Follow\n",
    "Boston University Harale Corp and ",
];

/// A text of so many pieces; a number stands for `#`, in letters.
fn repeated(piece: &str, n_pieces: usize) -> String {
    let number = |number: usize| -> String { number.to_string().bytes().map(|digit| char::from(digit + 49)).collect() };
    (0..n_pieces).map(|at| piece.replace('#', &number(at))).collect()
}

#[test]
fn steps_grow_no_faster_than_the_text() {
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let mut faults = Vec::new();
    for profile in [Profile::Strict, Profile::Wide] {
        let analyzer = Analyzer::builder().profile(profile).build(&gazetteer).unwrap();
        let mut worker = analyzer.worker();
        for piece in REPEATED {
            let [few, many] = [500, 2000].map(|n_pieces| {
                let document = Document::new("d", repeated(piece, n_pieces));
                steps::of(|| {
                    worker.mentions(&document);
                    worker.resolve(&document);
                })
            });
            // What is done once for any text does not count.
            if many > 6 * few.max(2000) {
                faults.push(format!("{piece:?} ({profile:?}): {few} steps, and {many} for a text four times as long"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What `tag` prints is what `explain` calls a mention, and the other way round.
#[test]
fn explanations_agree_with_the_reading() {
    let gazetteer = Gazetteer::from_text(NAMES, "names.gaz").unwrap();
    let table: toml::Table = include_str!("cases.toml").parse().unwrap();
    for profile in [Profile::Strict, Profile::Wide] {
        for overlap in [Overlap::Longest, Overlap::NoNested, Overlap::All] {
            let analyzer = Analyzer::builder().profile(profile).overlap(overlap).build(&gazetteer).unwrap();
            let cases = table.values().flat_map(|cases| cases.as_table().unwrap().values());
            for case in cases.flat_map(|cases| cases.as_array().unwrap()) {
                let (text, _) = parse_case(case.as_str().unwrap());
                let document = Document::new("d", text.as_str());
                let verdicts = analyzer.worker().explain(&document).unwrap();
                let mut mentions: Vec<(Span, String)> = Vec::new();
                for verdict in verdicts.iter().filter(|verdict| verdict.outcome.is_mention()) {
                    mentions.push(match verdict.meant {
                        Meant::Listed { entity, .. } => (verdict.span, gazetteer.entity(entity).id.to_owned()),
                        Meant::Unlisted(mention) => (verdict.span, mention.id(&document)),
                    });
                }
                assert_eq!(mentions, read(&analyzer, &document), "{text:?} ({profile:?}, {overlap:?})");
                for verdict in &verdicts {
                    match verdict.outcome {
                        Outcome::Covered(other) => assert!(other.contains(verdict.span) && other != verdict.span),
                        Outcome::Crossed(other) => {
                            assert!(other.overlaps(verdict.span) && !other.contains(verdict.span), "{text:?}");
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

#[test]
fn explanations_hold_what_flags_refuse() {
    let names = "\
us     place.country  United States  -
+      abbr           US             exact
york   place.city     York           hyphen-
x      place.city     Harale         stop
h      place.city     Harale         -
";
    let gazetteer = Gazetteer::from_text(names, "names.gaz").unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    let outcomes = |text: &str| -> Vec<(String, &'static str)> {
        let document = Document::new("d", text);
        let verdicts = analyzer.worker().explain(&document).unwrap();
        verdicts.iter().map(|verdict| (verdict.span.of(text).to_owned(), verdict.outcome.rule_name())).collect()
    };
    let check = |text: &str, expected: &[(&str, &'static str)]| {
        let expected: Vec<(String, &str)> = expected.iter().map(|(name, rule)| ((*name).to_owned(), *rule)).collect();
        assert_eq!(outcomes(text), expected, "{text:?}");
    };
    check("He told us so.", &[("us", "case")]);
    check("because of york", &[("york", "case")]);
    check("a Yorkshire pudding", &[("York", "boundary")]);
    check("the York-Leeds line", &[("York", "hyphen")]);
    check("in Harale", &[("Harale", "stop"), ("Harale", "stop")]);
    check("READ ALSO: York fell\n\nIn York it rained.", &[("York", "furniture"), ("York", "free")]);
}
