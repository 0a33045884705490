use super::*;

fn gold() -> SpanFile {
    let lines = r#"
{"id":"a","split":"dev","text":"Accra and Kumasi, Ghana","spans":[{"start":0,"end":5,"type":"place","lat":5.56,"lon":-0.2},{"start":10,"end":16,"type":"place","lat":6.69,"lon":-1.62},{"start":18,"end":23,"type":"place"},{"part":"title","start":0,"end":90,"type":"place"}]}
{"id":7,"split":"test","text":"Zürich sleeps","spans":[{"start":0,"end":6,"type":"place"},{"start":7,"end":13,"type":"ignore"}]}
{"id":"c","split":"dev","text":"nothing","spans":[]}
"#;
    SpanFile::gold(lines, "gold.jsonl").unwrap()
}

fn scored(predicted: &str, unit: SpanUnit) -> Score {
    let gold = gold();
    let predicted = SpanFile::predicted(predicted, "pred.jsonl", &gold, unit).unwrap();
    score(&gold, &predicted, "place", &Comparison { split: None, ignore: &["ignore".to_owned()] })
}

#[track_caller]
fn check(score: &Score, measure: Measure, precision: f64, recall: f64) {
    let value = score.total.value(measure).unwrap();
    assert_eq!((value.precision, value.recall), (Some(precision), Some(recall)), "{measure:?}");
}

#[test]
fn exact_overlap_and_sets() {
    let score = scored(
        r#"{"id":"a","spans":[{"start":0,"end":5,"type":"place","lat":5.6,"lon":-0.2},{"start":10,"end":23,"type":"place"},{"start":6,"end":9,"type":"title"}]}
{"id":"7","spans":[{"start":0,"end":6,"type":"place"},{"start":8,"end":13,"type":"place"}]}"#,
        SpanUnit::Char,
    );
    // A span that touches an ignored one is not an error.
    check(&score, Measure::Exact, 2.0 / 3.0, 2.0 / 4.0);
    check(&score, Measure::Overlap, 1.0, 3.0 / 4.0);
    check(&score, Measure::DocumentSet, 2.0 / 3.0, 2.0 / 4.0);
    assert_eq!(score.total.value(Measure::AccuracyAt161).unwrap().value, 1.0);
    assert_eq!(score.total.value(Measure::EndToEndAt161).unwrap().value, 0.5);
    assert_eq!(score.total.value(Measure::DocumentMean).unwrap().value, (0.4 + 1.0) / 2.0);
    assert_eq!(score.false_positives, BTreeMap::from([("kumasi, ghana".to_owned(), 1)]));
    assert_eq!(score.missed, BTreeMap::from([("ghana".to_owned(), 1), ("kumasi".to_owned(), 1)]));
}

#[test]
fn nothing_predicted_has_no_recall() {
    let score = scored("", SpanUnit::Char);
    check(&score, Measure::Exact, 0.0, 0.0);
    assert_eq!(score.total.value(Measure::AccuracyAt161), None);
    assert_eq!(score.total.basis(Measure::Exact), 4);
}

#[test]
fn other_units_are_converted() {
    for (unit, end) in [(SpanUnit::Byte, 7), (SpanUnit::Utf16, 6), (SpanUnit::Char, 6)] {
        let line = format!(r#"{{"id":7,"spans":[{{"start":0,"end":{end},"type":"place"}}]}}"#);
        check(&scored(&line, unit), Measure::Exact, 1.0, 0.25);
    }
    let within = r#"{"id":7,"spans":[{"start":0,"end":2,"type":"place"}]}"#;
    let error = SpanFile::predicted(within, "pred.jsonl", &gold(), SpanUnit::Byte).unwrap_err();
    assert!(error.to_string().contains("line 1: document \"7\": offset 2 is not where a character begins"), "{error}");
}

#[test]
fn faulty_files_are_refused_with_the_line() {
    let fault = |lines: &str, said: &str| {
        let error = SpanFile::gold(lines, "gold.jsonl").unwrap_err().to_string();
        assert!(error.starts_with("gold.jsonl: ") && error.contains(said), "{error}");
    };
    fault("", "no document");
    fault("\n{\"id\":1}", "line 2: column");
    fault("[1]", "line 1: column");
    fault(r#"{"id":"a","spans":[]}"#, "line 1: document \"a\" has no text");
    fault(r#"{"id":"a","text":"ab","spans":[{"start":1,"end":3,"type":"x"}]}"#, "span 1..3 is outside its text (2");
    fault(r#"{"id":"a","text":"ab","spans":[{"start":1,"end":1,"type":"x"}]}"#, "span 1..1");
    fault(r#"{"id":"a","text":"ab","spans":[{"start":-1,"end":1,"type":"x"}]}"#, "line 1: column");
    fault(
        "{\"id\":\"a\",\"text\":\"\",\"spans\":[]}\n{\"id\":\"a\",\"text\":\"\",\"spans\":[]}",
        "line 2: document \"a\" is in line 1",
    );
}

#[test]
fn intervals_hold_the_value_and_are_the_same_every_time() {
    let score = scored(r#"{"id":"a","spans":[{"start":0,"end":5,"type":"place"}]}"#, SpanUnit::Char);
    let first = intervals(&score, 200);
    assert_eq!(first, intervals(&score, 200));
    let exact = first[0].unwrap();
    let value = score.total.value(Measure::Exact).unwrap().value;
    assert!(exact.low <= value && value <= exact.high && exact.low < exact.high, "{exact:?} {value}");
    let none = differences(&score, &score, 200);
    assert_eq!(none[0], Some(Interval { low: 0.0, high: 0.0 }));
    let better = scored(
        r#"{"id":"a","spans":[{"start":0,"end":5,"type":"place"},{"start":10,"end":16,"type":"place"},{"start":18,"end":23,"type":"place"}]}"#,
        SpanUnit::Char,
    );
    assert!(differences(&score, &better, 200)[0].unwrap().high > 0.0);
}

#[test]
fn distances_are_great_circles() {
    // London to Paris.
    let distance = kilometres((51.5074, -0.1278), (48.8566, 2.3522));
    assert!((distance - 343.6).abs() < 0.5, "{distance}");
}
