//! What is together: definitions that other tools dispute, and every count beside one by the definition alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use crate::association::Measure;
use crate::query::*;
use crate::store::MentionRow;
use crate::{AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Gazetteer, Overlap, Profile, Run, Section, analyze};

/// A word of a text for each letter, so that words are counted as in the examples; "hotel india" has "hotel" inside.
const WORDS: [&str; 10] =
    ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "hotel india", "juliet"];

const NAMES: &str = "\
a  place.country  alpha        any  cc=AA
b  place.admin1   bravo        any  cc=AA parent=a
c  place.city     charlie      any  cc=AA parent=b
d  place.city     delta        any  cc=BB
e  org.bank       echo         any  cc=AA
f  place.city     foxtrot      any  cc=AA parent=k
g  place.ocean    golf         any
h  org.hotel      hotel        any
i  org.hotel      hotel india  any
j  title          juliet       any
k  place.admin1   kilo         any  cc=AA parent=a
l  place.country  lima         any  cc=BB
";

fn text_of(letters: &str) -> String {
    let word = |letter: char| match letter {
        '.' => ".".to_owned(),
        '/' => "\n\n".to_owned(),
        '-' => "and".to_owned(),
        letter => WORDS[(letter as u8).to_ascii_lowercase() as usize - 'a' as usize].to_owned(),
    };
    letters.chars().filter(|letter| !letter.is_whitespace()).map(word).collect::<Vec<_>>().join(" ").replace(" .", ".")
}

/// A run of documents with these ids, dates, titles and texts, all in letters.
fn run_of(folder: &Path, documents: &[(String, String, String, String)]) -> Run {
    fs::create_dir_all(folder).unwrap();
    let line = |(id, date, title, text): &(String, String, String, String)| {
        json!({"id": id, "date": date, "title": text_of(title), "text": text_of(text), "desk": id.len().to_string()})
            .to_string()
            + "\n"
    };
    fs::write(folder.join("a.jsonl"), documents.iter().map(line).collect::<String>()).unwrap();
    fs::write(folder.join("mine.gaz"), NAMES).unwrap();
    let gazetteer = Gazetteer::load([folder.join("mine.gaz").to_str().unwrap()]).unwrap();
    let analyzer = Analyzer::builder().profile(Profile::Plain).overlap(Overlap::All).build(&gazetteer).unwrap();
    let options = ArchiveOptions { keep: vec!["desk".to_owned()], ..ArchiveOptions::default() };
    let archive = Archive::open(&[folder.join("a.jsonl")], options).unwrap();
    analyze(&analyzer, archive.batches(), &folder.join("run"), AnalyzeOptions::default()).unwrap().run
}

fn run_of_texts(folder: &Path, texts: &[&str]) -> Run {
    let document = |(at, text): (usize, &&str)| (at.to_string(), String::new(), String::new(), (*text).to_owned());
    run_of(folder, &texts.iter().enumerate().map(document).collect::<Vec<_>>())
}

fn window(size: u32, counting: Counting) -> Together {
    Together { within: Within::Window(Window { size, characters: false }), counting }
}

const DOCUMENT_FREQUENCY: Together = Together { within: Within::Document, counting: Counting::Frequency };

/// Every pair by the ids of its entities, with `k11`; and the marginals.
fn counted(view: &View<'_>, joint: &JointCounts<'_>) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let id = |row: u32| view.entities()[row as usize].id.as_str();
    let mut pairs = BTreeMap::new();
    joint
        .for_each(|row| {
            // Every table is one: no cell is negative, so that measures have their bounds.
            let npmi = Measure::Npmi.of(joint.table(row)?);
            assert!(npmi.is_nan() || npmi.abs() <= 1.0 + 1e-9, "{npmi}");
            let mut ids = [id(row.a), id(row.b)];
            ids.sort_unstable();
            pairs.insert(ids.concat(), row.joint.into());
            Ok(())
        })
        .unwrap();
    let marginals = view.entities().iter().map(|entity| (entity.id.clone(), joint.contexts_of(entity.row)));
    (pairs, marginals.filter(|(_, contexts)| *contexts > 0).collect())
}

#[track_caller]
fn check(texts: &[&str], together: Together, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of_texts(folder.path(), texts);
    let view = View::whole(&run).unwrap();
    let (pairs, _) = counted(&view, &view.joint_counts_within(together).unwrap());
    let found: Vec<String> = pairs.iter().map(|(pair, count)| format!("{pair}{count}")).collect();
    assert_eq!(found.join(" "), expected);
}

/// Questions that users and authors of quanteda's `fcm` asked in public, with the answer here and its reason. The numbers
/// of its pairs of different words are those of quanteda where both define the same.
mod disputed {
    use super::*;

    /// quanteda#2113: with a window, does boolean mean once a document or once for each mention? Once a document, so that the number is
    /// one of documents that can be read; whoever wants every mention counts by frequency. Measures need marginals of the same events: here
    /// they are sums of such pairs, so that NPMI is never more than 1.
    #[test]
    fn boolean_windows_count_documents() {
        let text = "A B C D E C E A D F E B A C E D";
        let frequency = "ab2 ac3 ad1 ae3 af1 bc2 bd1 be1 bf1 cd3 ce4 de4 df1 ef1";
        check(&[text], window(2, Counting::Frequency), frequency);
        check(
            &[text, "C E", "C - - E"],
            window(2, Counting::Boolean),
            "ab1 ac1 ad1 ae1 af1 bc1 bd1 be1 bf1 cd1 ce2 de1 df1 ef1",
        );
    }

    /// quanteda#237: what is a document as a context? A window as wide as the document, not more and not less.
    #[test]
    fn a_document_is_the_widest_window() {
        let texts = ["A B A C", "C B"];
        check(&texts, DOCUMENT_FREQUENCY, "ab2 ac2 bc2");
        check(&texts, window(100, Counting::Frequency), "ab2 ac2 bc2");
    }

    /// quanteda#327: the order in which words are first read must not change the matrix. Pairs are sorted by entity.
    #[test]
    fn the_order_of_first_appearance_does_not_matter() {
        let text = "A D A C E A D F E B A C E D";
        let expected = "ab1 ac4 ad4 ae5 af2 bc1 bd1 be2 bf1 cd3 ce3 de4 df1 ef2";
        check(&[text], window(3, Counting::Frequency), expected);
        let reversed: String = text.chars().rev().collect();
        check(&[&reversed], window(3, Counting::Frequency), expected);
    }

    /// quanteda#1528: how far apart is allowed? `window:1` is side by side, so a and c are not together here.
    #[test]
    fn a_window_of_one_is_side_by_side() {
        check(&["A B C D A", "A B E E C"], window(1, Counting::Frequency), "ab2 ad1 bc1 be1 cd1 ce1");
        check(&["A B A B"], window(1, Counting::Frequency), "ab3");
        check(&["A B A B"], window(1, Counting::Boolean), "ab1");
    }

    /// quanteda#1707, #2031: how often is a word together with itself? Never: the diagonal is no pair. What people look for
    /// there is in the marginals, which in documents are the document frequency.
    #[test]
    fn nothing_is_together_with_itself() {
        check(&["A A A"], window(2, Counting::Frequency), "");
        check(&["A A A B"], DOCUMENT_FREQUENCY, "ab3");
        let folder = tempfile::tempdir().unwrap();
        // "the quick brown fox jumped over the lazy dog", "the dog jumped and ate the fox"
        let run = run_of_texts(folder.path(), &["A B C D E F A G H", "A H E - - A D"]);
        let view = View::whole(&run).unwrap();
        let (pairs, marginals) = counted(&view, &view.joint_counts().unwrap());
        assert_eq!([pairs["ad"], pairs["ah"], pairs["de"], pairs["ab"], pairs["bc"]], [2, 2, 2, 1, 1]);
        assert_eq!((marginals["a"], marginals["b"], pairs.get("aa")), (2, 1, None));
    }

    /// quanteda#2035: should a document and a window agree? Only where the window holds the document.
    #[test]
    fn a_window_counts_each_mention_and_its_neighbours() {
        check(&["B A B C"], DOCUMENT_FREQUENCY, "ab2 ac1 bc2");
        check(&["B A B C"], window(2, Counting::Frequency), "ab2 ac1 bc1");
    }

    /// quanteda#2458, #2459: does it matter which comes first? No, a pair has no direction.
    #[test]
    fn pairs_have_no_direction() {
        for together in [Together::default(), DOCUMENT_FREQUENCY, window(1, Counting::Frequency)] {
            check(&["A B", "A B", "B A"], together, "ab3");
        }
    }

    /// quanteda#2141: sums over one triangle of the matrix depend on the order of the words. The marginals are counted for
    /// themselves and do not.
    #[test]
    fn marginals_are_no_sums_over_a_triangle() {
        let folder = tempfile::tempdir().unwrap();
        let run = run_of_texts(folder.path(), &["A B C D", "A A B C D", "C D"]);
        let view = View::whole(&run).unwrap();
        let joint = view.joint_counts_within(DOCUMENT_FREQUENCY).unwrap();
        let (pairs, marginals) = counted(&view, &joint);
        assert_eq!(pairs.values().copied().collect::<Vec<_>>(), [3, 3, 3, 2, 2, 3]);
        assert_eq!(marginals.values().copied().collect::<Vec<_>>(), [9, 7, 8, 8]);
        assert_eq!(joint.n_contexts(), 32);
    }
}

/// The mentions of each document that count, by the definitions alone.
fn mentions_of(view: &View<'_>, test: MentionTest) -> BTreeMap<u32, Vec<MentionRow>> {
    let mut all: BTreeMap<u32, Vec<MentionRow>> = BTreeMap::new();
    for block in view.run().stored_mentions().unwrap() {
        for mention in block.unwrap().iter().filter(|mention| view.has_document(mention.document as usize)) {
            all.entry(mention.document).or_default().push(mention);
        }
    }
    for mentions in all.values_mut() {
        let every = mentions.clone();
        let inside = |inner: &MentionRow, outer: &MentionRow| {
            inner.part == outer.part
                && outer.start <= inner.start
                && inner.end <= outer.end
                && (inner.start, inner.end) != (outer.start, outer.end)
        };
        mentions.retain(|mention| {
            let section = Section::ALL[mention.section as usize];
            test.sections.is_none_or(|sections| sections.contains(section))
                && !(test.without_nested && every.iter().any(|outer| inside(mention, outer)))
        });
        mentions.iter_mut().for_each(|mention| mention.entity = view.counts_as(mention.entity));
    }
    all
}

fn documents_of(run: &Run) -> Vec<(u32, u32)> {
    let blocks = run.documents().unwrap().map(|block| block.unwrap());
    blocks.flat_map(|block| block.iter().map(|row| (row.paragraphs, row.sentences)).collect::<Vec<_>>()).collect()
}

/// Pairs, marginals and the number of contexts by the table in the documentation of [`Together`].
fn by_definition(view: &View<'_>, test: MentionTest, together: Together) -> (BTreeMap<(u32, u32), u64>, Vec<u64>, u64) {
    let mut pairs: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let mut marginals = vec![0_u64; view.entities().len()];
    let mut n = 0;
    let all = mentions_of(view, test);
    let entities = view.entities().len() as u32;
    let counts_pairs = together.counting == Counting::Frequency || matches!(together.within, Within::Window(_));
    for mentions in all.values() {
        let every_two = || (0..entities).flat_map(|a| (a + 1..entities).map(move |b| (a, b)));
        for (a, b) in every_two() {
            let both = mentions.iter().flat_map(|x| mentions.iter().map(move |y| (x, y)));
            let both: Vec<_> =
                both.filter(|(x, y)| x.entity == a && y.entity == b && together.within.has(x, y)).collect();
            let count = match together.counting {
                Counting::Frequency => both.len() as u64,
                Counting::Boolean => {
                    let mut contexts: Vec<_> = both.iter().map(|(x, _)| together.within.of(x)).collect();
                    contexts.sort_unstable();
                    contexts.dedup();
                    contexts.len() as u64
                }
            };
            if count > 0 {
                *pairs.entry((a, b)).or_default() += count;
            }
        }
        if !counts_pairs {
            for entity in 0..entities {
                let of = mentions.iter().filter(|mention| mention.entity == entity);
                let mut contexts: Vec<_> = of.map(|mention| together.within.of(mention)).collect();
                contexts.sort_unstable();
                contexts.dedup();
                marginals[entity as usize] += contexts.len() as u64;
            }
        }
    }
    if counts_pairs {
        for (&(a, b), count) in &pairs {
            marginals[a as usize] += count;
            marginals[b as usize] += count;
            n += 2 * count;
        }
    } else {
        let documents = documents_of(view.run());
        let wanted = documents.iter().enumerate().filter(|(row, _)| view.has_document(*row));
        n = wanted
            .map(|(_, (paragraphs, sentences))| match together.within {
                Within::Document | Within::Window(_) => 1,
                Within::Paragraph => u64::from(*paragraphs),
                Within::Sentence => u64::from(*sentences),
            })
            .sum();
    }
    (pairs, marginals, n)
}

fn cells(view: &View<'_>, joint: &JointCounts<'_>) -> (BTreeMap<(u32, u32), u64>, Vec<u64>, u64) {
    let mut pairs = BTreeMap::new();
    joint
        .for_each(|row| {
            joint.table(row)?;
            pairs.insert((row.a, row.b), row.joint.into());
            Ok(())
        })
        .unwrap();
    let marginals = (0..view.entities().len() as u32).map(|row| joint.contexts_of(row)).collect();
    (pairs, marginals, joint.n_contexts())
}

fn every_way() -> impl Iterator<Item = Together> {
    let windows = [(1, false), (3, false), (8, false), (15, true)];
    let windows = windows.map(|(size, characters)| Within::Window(Window { size, characters }));
    let all = Within::ALL.into_iter().chain(windows);
    all.flat_map(|within| Counting::ALL.map(|(_, counting)| Together { within, counting }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever is together, whichever documents and mentions count and as what: the counts are those of the definition, the slices
    /// sum to them, and each slice is the view of its documents.
    #[test]
    fn counts_are_those_of_the_definition(
        documents in prop::collection::vec(("[a-j.-]{0,3}", "[a-j./-]{0,12}", 0..4_u32), 1..7),
        of_part in any::<bool>(),
        section in 0..3_usize,
        without_nested in any::<bool>(),
        roll_up in 0..3_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<_> = documents.iter().enumerate().map(|(at, (title, text, month))| {
            let date = if *month == 0 { String::new() } else { format!("2024-{month:02}-15") };
            ("d".repeat(at % 2 + 1) + &at.to_string(), date, title.clone(), text.clone())
        }).collect();
        let run = run_of(folder.path(), &rows);
        let filter = Filter {
            condition: of_part.then(|| "date<2024-03".parse().unwrap()),
            sections: [vec![], vec![Section::Headline], vec![Section::Lede, Section::Body]][section].clone(),
            without_nested,
            roll_up: [None, Some(RollUp::Country), Some(RollUp::Admin1)][roll_up],
            ..Filter::default()
        };
        let view = filter.view(&run).unwrap();
        let mentions = mentions_of(&view, filter.mention_test());
        for entity in view.entities() {
            let of = |mentions: &Vec<MentionRow>| mentions.iter().filter(|mention| mention.entity == entity.row).count();
            prop_assert_eq!(entity.mentions, mentions.values().map(|mentions| of(mentions) as u64).sum::<u64>());
            prop_assert_eq!(entity.documents, mentions.values().filter(|mentions| of(mentions) > 0).count() as u32);
        }
        for by in [SliceBy::Period(Period::Month), SliceBy::Field("desk".to_owned())] {
            let slices = view.slices(&by).unwrap();
            let counts = view.counts_by(&slices).unwrap();
            let parts: Vec<View<'_>> = (0..counts.len()).map(|at| view.of_slice(&slices, at, &counts[at])).collect();
            prop_assert_eq!(parts.iter().map(View::n_documents).sum::<u64>(), view.n_documents());
            for together in every_way() {
                let joint = view.joint_counts_within(together).unwrap();
                let found = cells(&view, &joint);
                prop_assert_eq!(&found, &by_definition(&view, filter.mention_test(), together), "{:?}", together);
                let mut sum = (BTreeMap::new(), vec![0; view.entities().len()], 0);
                for (part, joint) in parts.iter().zip(view.joint_counts_by(together, &slices).unwrap()) {
                    let slice = cells(part, &joint);
                    prop_assert_eq!(&slice, &cells(part, &part.joint_counts_within(together).unwrap()));
                    slice.0.iter().for_each(|(pair, count)| *sum.0.entry(*pair).or_default() += count);
                    sum.1.iter_mut().zip(&slice.1).for_each(|(sum, count)| *sum += count);
                    sum.2 += slice.2;
                }
                prop_assert_eq!(&sum, &found, "{:?} by {}", together, by);
            }
        }
        // A slice says what a condition on its documents says.
        let desk = Condition::for_fields("desk=2", run.kept_fields()).unwrap();
        let conditions = filter.condition.clone().map_or(desk.clone(), |condition| condition.and(desk));
        let asked = Filter { condition: Some(conditions), ..filter.clone() }.view(&run).unwrap();
        let slices = view.slices(&SliceBy::Field("desk".to_owned())).unwrap();
        let counts = view.counts_by(&slices).unwrap();
        if let Some(at) = slices.slices.iter().position(|slice| slice.label == "2") {
            let slice = view.of_slice(&slices, at, &counts[at]);
            prop_assert_eq!(slice.entities(), asked.entities());
        }
    }
}

#[test]
fn places_count_for_what_they_are_part_of() {
    let folder = tempfile::tempdir().unwrap();
    // Kilo and lima are mentioned nowhere; foxtrot is in kilo, and delta in the country of lima.
    let run = run_of_texts(folder.path(), &["A B C C F D E G", "C F", "D D J", "E"]);
    let of = |roll_up| {
        let view = Filter { roll_up: Some(roll_up), ..Filter::default() }.view(&run).unwrap();
        let there = view.entities().iter().filter(|entity| entity.documents > 0);
        let mut found: Vec<String> = there
            .map(|entity| format!("{} {} {}/{}", entity.id, entity.name, entity.documents, entity.mentions))
            .collect();
        found.sort();
        let asked = find_entity(&run, "c", None, EntityNames::default).unwrap();
        found.push(format!("c is {}", view.entities()[view.counts_as(asked.row) as usize].id));
        found
    };
    assert_eq!(
        of(RollUp::Country),
        ["a alpha 2/7", "e echo 2/2", "g golf 1/1", "j juliet 1/1", "l lima 2/3", "c is a"]
    );
    assert_eq!(
        of(RollUp::Admin1),
        [
            "a alpha 1/1",
            "b bravo 2/4",
            "d delta 2/3",
            "e echo 2/2",
            "g golf 1/1",
            "j juliet 1/1",
            "k kilo 2/2",
            "c is b"
        ]
    );
    // Without the gazetteer, the code still says which country it is; divisions that no document mentions are not known.
    fs::remove_file(folder.path().join("mine.gaz")).unwrap();
    assert!(of(RollUp::Country).contains(&"bb BB 2/3".to_owned()));
    assert!(of(RollUp::Admin1).contains(&"f foxtrot 2/2".to_owned()));
}

#[test]
fn kept_fields_are_asked_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of_texts(folder.path(), &["A B", "A", "B"]);
    let refused = |text: &str| Condition::for_fields(text, run.kept_fields()).unwrap_err().to_string();
    assert!(refused("des=1").contains("did you mean desk?"), "{}", refused("des=1"));
    assert!(refused("section=1").contains("words, characters, desk"), "{}", refused("section=1"));
    let view = View::whole(&run).unwrap();
    let error = view.slices(&SliceBy::Field("section".to_owned())).unwrap_err().to_string();
    assert!(
        error.contains("there is no field \"section\": the run kept desk") && error.contains("language"),
        "{error}"
    );
    let slices = view.slices(&SliceBy::Field("DESK".to_owned())).unwrap();
    assert_eq!(
        slices.slices.iter().map(|slice| (slice.label.as_str(), slice.articles)).collect::<Vec<_>>(),
        [("1", 3)]
    );
    let languages = view.slices(&"language".parse().unwrap()).unwrap();
    assert_eq!(languages.slices.iter().map(|slice| slice.articles).sum::<u64>(), 3);
    assert_eq!(view.of_slice(&slices, 0, &view.counts_by(&slices).unwrap()[0]).entities(), view.entities());
}
