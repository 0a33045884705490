//! Lists of entities, pairs and slices: values computed by hand, and a part of a run beside a run of that part.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use crate::association::{ContingencyTable, Measure};
use crate::query::*;
use crate::{AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Gazetteer, Profile, Run, analyze};

const NAMES: &str = "\
al      place.country     Alland       -      cc=AL
be      place.city        Bevil        -      cc=AL
ce      place.city        Cedon        -      cc=FR
de      org.bank          Dembank      -
ea      org.media.agency  Eagency      -
t/fi    title.gov         Firster      -
t/se    title.gov         Seconder     -
";

/// Id, date and source of a document, and the first letters of the names in it, as often as they are mentioned.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

fn run_of(folder: &Path, documents: &[Row<'_>]) -> Run {
    fs::create_dir_all(folder).unwrap();
    let names = ["Alland", "Bevil", "Cedon", "Dembank", "Eagency", "Firster", "Seconder"];
    let line = |(id, date, source, letters): &Row<'_>| {
        let named = |c: char| names.iter().find(|name| name.starts_with(c.to_ascii_uppercase())).unwrap().to_string();
        let text = format!("Text: {}.", letters.chars().map(named).collect::<Vec<_>>().join(", "));
        json!({"id": id, "date": date, "source": source, "text": text}).to_string() + "\n"
    };
    fs::write(folder.join("a.jsonl"), documents.iter().map(line).collect::<String>()).unwrap();
    let gazetteer = Gazetteer::from_text(NAMES, "mine.gaz").unwrap();
    let analyzer = Analyzer::builder().profile(Profile::Plain).build(&gazetteer).unwrap();
    let archive = Archive::open(&[folder.join("a.jsonl")], ArchiveOptions::default()).unwrap();
    analyze(&analyzer, archive.batches(), &folder.join("run"), AnalyzeOptions::default()).unwrap().run
}

const SIX: [Row<'static>; 6] = [
    ("1", "2024-01-05", "Post", "aabde"),
    ("2", "2024-01-31", "Post", "abe"),
    ("3", "2024-03-01", "Daily", "cdfs"),
    ("4", "2024-03-02", "", "cdfs"),
    ("5", "", "Daily", "ea"),
    ("6", "2024-03-02", "Daily", "e"),
];

fn names_of(pairs: &[Pair<'_>]) -> Vec<String> {
    pairs.iter().map(|pair| format!("{} {} {}", pair.a.id, pair.b.id, pair.table.k11)).collect()
}

#[track_caller]
fn check_pairs(filter: Filter, options: PairOptions, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), &SIX);
    let view = filter.view(&run).unwrap();
    let joint = view.joint_counts().unwrap();
    let pairs = strongest_pairs(&view, &joint, &filter.select(&view).unwrap(), options).unwrap();
    assert_eq!(names_of(&pairs), expected);
    for rows in 1..=expected.len() {
        let first =
            strongest_pairs(&view, &joint, &filter.select(&view).unwrap(), PairOptions { rows, ..options }).unwrap();
        assert_eq!(names_of(&first), expected[..rows]);
    }
}

fn by_documents() -> PairOptions {
    PairOptions { order: PairOrder::Joint, attracted: false, ..PairOptions::usual(0) }
}

#[test]
fn pairs_are_listed_in_the_order_asked_for() {
    let all = [
        "al ea 3",
        "al be 2",
        "be ea 2",
        "ce de 2",
        "ce t/fi 2",
        "ce t/se 2",
        "de t/fi 2",
        "de t/se 2",
        "t/fi t/se 2",
        "al de 1",
        "be de 1",
        "de ea 1",
    ];
    check_pairs(Filter::default(), by_documents(), &all);
    // G² is 7.64 for the first three, which occur only together, 3.82 for the next five, and 2.09.
    let attracted =
        ["ce t/fi 2", "ce t/se 2", "t/fi t/se 2", "al ea 3", "al be 2", "ce de 2", "de t/fi 2", "de t/se 2", "be ea 2"];
    check_pairs(Filter::default(), PairOptions::usual(0), &attracted);
    let filter = Filter { without_agencies: true, without_title_pairs: true, ..Filter::default() };
    check_pairs(
        filter.clone(),
        PairOptions::usual(0),
        &["ce t/fi 2", "ce t/se 2", "al be 2", "ce de 2", "de t/fi 2", "de t/se 2"],
    );
    check_pairs(
        Filter { without_own_country: true, ..filter.clone() },
        PairOptions::usual(0),
        &["ce t/fi 2", "ce t/se 2", "ce de 2", "de t/fi 2", "de t/se 2"],
    );
    // Whoever asks for agencies or titles gets them.
    let asked = |kind: &str| Filter { kind: Some(kind.to_owned()), ..filter.clone() };
    check_pairs(asked("title"), by_documents(), &["t/fi t/se 2"]);
    check_pairs(asked("organisation"), by_documents(), &[]);
    let asked = |text: &str| Filter { condition: Some(text.parse().unwrap()), ..filter.clone() };
    check_pairs(asked("kind=org.media,place.country"), by_documents(), &["al ea 3"]);
    check_pairs(asked("documents>=3"), by_documents(), &["al de 1"]);
    let with = Filter { with: Some("Eagency".to_owned()), ..filter.clone() };
    check_pairs(with, by_documents(), &["al ea 3", "be ea 2", "de ea 1"]);
    check_pairs(Filter { min_each: 3, ..Filter::default() }, by_documents(), &["al ea 3", "al de 1", "de ea 1"]);
}

#[test]
fn pairs_have_their_four_cells() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), &SIX);
    let view = View::whole(&run).unwrap();
    let everything = Filter::default().select(&view).unwrap();
    let pairs = strongest_pairs(&view, &view.joint_counts().unwrap(), &everything, by_documents()).unwrap();
    let pair = pairs.iter().find(|pair| (pair.a.id.as_str(), pair.b.id.as_str()) == ("al", "de")).unwrap();
    assert_eq!(pair.table, ContingencyTable { k11: 1, k12: 2, k21: 2, k22: 1 });
    let turned = pair.seen_from(pair.b.row);
    assert_eq!((turned.a.id.as_str(), turned.b.id.as_str()), ("de", "al"));
    assert_eq!(everything.n_possible_pairs(), 21);
    let filter = Filter { without_title_pairs: true, ..Filter::default() };
    assert_eq!(filter.select(&view).unwrap().n_possible_pairs(), 20);
    // Two of them, of which one does not meet the condition: only the other is left.
    let [al, de] = [pair.a.row, pair.b.row];
    let both = |filter: Filter| filter.select(&view).unwrap().among(|row| row == al || row == de);
    assert_eq!(both(Filter::default()).n_possible_pairs(), 1);
    let selection = both(Filter { kind: Some("place".to_owned()), ..Filter::default() });
    assert_eq!([al, de].map(|row| selection.entity(row)), [true, false]);
}

#[test]
fn discoveries_are_few_in_small_archives() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), &SIX);
    let view = View::whole(&run).unwrap();
    let everything = Filter::default().select(&view).unwrap();
    let found = |level| {
        let options = PairOptions { max_false_discovery_rate: Some(level), ..by_documents() };
        strongest_pairs(&view, &view.joint_counts().unwrap(), &everything, options).map(|pairs| names_of(&pairs))
    };
    // The smallest p-value: ce and t/fi together in 2 of 6, by chance 1 in 15, as mid-p 1 in 30; three such pairs of 21.
    assert_eq!(found(0.2).unwrap(), Vec::<String>::new());
    assert_eq!(found(0.24).unwrap(), ["ce t/fi 2", "ce t/se 2", "t/fi t/se 2"]);
    for wrong in [0.0, -1.0, 0.6, f64::NAN] {
        assert!(found(wrong).unwrap_err().to_string().contains("not a false discovery rate"));
    }
}

#[test]
fn slices_sum_to_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), &SIX);
    let view = View::whole(&run).unwrap();
    let row = |id: &str| view.entities().iter().find(|entity| entity.id == id).unwrap().row;
    let of = |by| {
        let found = trend(&view, &[row("al"), row("de")], by).unwrap();
        let slices = found.slices.iter().enumerate();
        let text = slices.map(|(at, slice)| {
            let [al, de] = [found.counts[0][at], found.counts[1][at]];
            format!(
                "{} {}: {}/{} {}/{}",
                slice.label, slice.articles, al.documents, al.mentions, de.documents, de.mentions
            )
        });
        text.collect::<Vec<_>>()
    };
    let months = ["2024-01 2: 2/3 1/1", "2024-02 0: 0/0 0/0", "2024-03 3: 0/0 2/2", "no date 1: 1/1 0/0"];
    assert_eq!(of(&SliceBy::Period(Period::Month)), months);
    assert_eq!(of(&SliceBy::Source), ["Daily 3: 1/1 1/1", "Post 2: 2/3 1/1", "no source 1: 0/0 1/1"]);
    for (_, period) in Period::ALL {
        let found = trend(&view, &[row("al")], &SliceBy::Period(period)).unwrap();
        assert_eq!(found.slices.iter().map(|slice| slice.articles).sum::<u64>(), 6, "{period}");
        let sums = found.counts[0].iter().fold((0, 0), |sum, cell| (sum.0 + cell.mentions, sum.1 + cell.documents));
        assert_eq!(sums, (4, 3), "{period}");
        let words: u32 = run.documents().unwrap().map(|block| block.unwrap().words.iter().sum::<u32>()).sum();
        assert_eq!(found.slices.iter().map(|slice| slice.words).sum::<u64>(), u64::from(words), "{period}");
    }
    assert_eq!(SliceCount { mentions: 9, documents: 1 }.rate(4).unwrap().0, 250.0);
    assert_eq!(SliceCount::default().rate(0), None);
}

#[test]
fn a_date_far_away_does_not_make_endless_slices() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), &[("1", "2024-01-05", "", "a"), ("2", "1924-01-05", "", "a")]);
    let view = View::whole(&run).unwrap();
    let days = trend(&view, &[0], &SliceBy::Period(Period::Day)).unwrap();
    assert_eq!((days.slices.len(), days.empty_left_out), (2, 36_524));
    let years = trend(&view, &[0], &SliceBy::Period(Period::Year)).unwrap();
    assert_eq!((years.slices.len(), years.empty_left_out), (101, 0));
}

#[test]
fn two_groups_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of(folder.path(), &SIX);
    let view = |text: &str| {
        let condition = Some(text.parse().unwrap());
        Filter { condition, ..Filter::default() }.view(&run).unwrap()
    };
    let (january, march) = (view("date=2024-01"), view("date=2024-03"));
    let compared = keyness([&january, &march], |_| true, 0).unwrap();
    let be = compared.iter().find(|row| row.entity.id == "be").unwrap();
    assert_eq!(be.table, ContingencyTable { k11: 2, k12: 0, k21: 0, k22: 3 });
    assert!((be.table.log_ratio() - 6_f64.log2()).abs() < 1e-12);
    // 2 (2 ln(5/2) + 3 ln(5/3))
    assert!(
        (Measure::LogLikelihood.of(be.table) - 2.0 * (2.0 * 2.5_f64.ln() + 3.0 * (5_f64 / 3.0).ln())).abs() < 1e-12
    );
    assert_eq!((compared[0].entity.id.as_str(), compared[1].entity.id.as_str()), ("al", "be"));
    assert_eq!(compared.last().unwrap().entity.id, "de");
    let error = keyness([&january, &View::whole(&run).unwrap()], |_| true, 0).unwrap_err().to_string();
    assert!(error.contains("2 documents are in both groups"), "{error}");
}

/// Documents; by id mentions and documents of each entity; by their ids the table of each pair.
type Numbers = (u64, BTreeMap<String, (u64, u32)>, BTreeMap<String, ContingencyTable>);

/// All numbers of a view.
fn numbers(view: &View<'_>) -> Numbers {
    let everything = Filter::default().select(view).unwrap();
    let top = top_entities(view, &everything, Frequency::Mentions, 0);
    let entities = top.iter().map(|entity| (entity.id.clone(), (entity.mentions, entity.documents))).collect();
    let pairs = strongest_pairs(view, &view.joint_counts().unwrap(), &everything, by_documents()).unwrap();
    let pairs = pairs.iter().map(|pair| (format!("{} {}", pair.a.id, pair.b.id), pair.table)).collect();
    (view.n_documents(), entities, pairs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What a view of some documents says is what a run of these documents alone says.
    #[test]
    fn a_part_of_a_run_is_the_run_of_that_part(
        documents in prop::collection::vec(("[abcdefs]{0,6}", 1..4_u32, 0..3_usize), 1..30),
        month in 1..4_u32,
        source in 0..3_usize,
    ) {
        let sources = ["Post", "Daily", ""];
        let owned: Vec<(String, String)> =
            documents.iter().enumerate().map(|(at, (_, month, _))| (at.to_string(), format!("2024-{month:02}-15"))).collect();
        let rows: Vec<Row<'_>> = documents.iter().zip(&owned)
            .map(|((letters, _, source), (id, date))| (id.as_str(), date.as_str(), sources[*source], letters.as_str()))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let whole = run_of(&folder.path().join("whole"), &rows);
        let text = format!("date=2024-{month:02} | source={:?}", sources[source]);
        let filter = Filter { condition: Some(text.parse().unwrap()), ..Filter::default() };
        let view = filter.view(&whole).unwrap();
        let part: Vec<Row<'_>> = rows.iter().copied()
            .filter(|row| row.1 == format!("2024-{month:02}-15") || row.2 == sources[source])
            .collect();
        prop_assert_eq!(view.n_documents(), part.len() as u64);
        if !part.is_empty() {
            let run = run_of(&folder.path().join("part"), &part);
            prop_assert_eq!(numbers(&view), numbers(&View::whole(&run).unwrap()));
        }
        // Everything is a part, too.
        let all = View::of_documents(&whole, |_| true).unwrap();
        prop_assert_eq!(numbers(&all), numbers(&View::whole(&whole).unwrap()));
    }
}
