//! `eval`, `explain` and `holders` from outside.

use serde_json::Value;

use crate::support::{Folder, json_lines};

const GOLD: &str = r#"{"id":"a","split":"dev","text":"Iraq met York and Baghdad.","spans":[{"start":0,"end":4,"type":"place"},{"start":9,"end":13,"type":"place"},{"start":18,"end":25,"type":"place","lat":33.3,"lon":44.4}]}
{"id":"b","split":"test","text":"New York Times of Kyiv","spans":[{"start":0,"end":14,"type":"organisation"},{"start":18,"end":22,"type":"place"}]}
{"id":"c","split":"test","text":"It rained.","spans":[]}
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("gold.jsonl", GOLD);
    folder
}

fn eval(args: &str) -> Vec<Value> {
    let outcome = folder().run(&format!("eval --gold gold.jsonl -g small.gaz --format jsonl {args}"));
    json_lines(&outcome.expect(0).stdout)
}

fn measure<'r>(rows: &'r [Value], kind: &str, name: &str) -> &'r Value {
    rows.iter().find(|row| row["type"] == kind && row["measure"] == name).unwrap_or_else(|| panic!("{kind} {name}"))
}

#[test]
fn eval_runs_by_itself_and_on_predictions() {
    let own = eval("");
    let exact = measure(&own, "place", "exact");
    assert_eq!((&exact["precision"], &exact["recall"]), (&1.0.into(), &1.0.into()));
    assert_eq!((&exact["gold"], &exact["documents"], &exact["low"]), (&4.into(), &3.into(), &1.0.into()));
    assert_eq!(measure(&own, "place", "acc@161")["value"], 1.0);
    let folder = folder();
    let tagged = folder.run("tag gold.jsonl -g small.gaz --offsets byte");
    folder.write("pred.jsonl", &tagged.expect(0).stdout);
    let read = folder.run("eval --gold gold.jsonl --pred pred.jsonl --offsets byte --format jsonl");
    assert_eq!(json_lines(&read.expect(0).stdout), own);
}

#[test]
fn eval_compares_settings() {
    // In the wide profile the "New York" of the newspaper is a place.
    let rows = eval("--compare profile=wide");
    let exact = measure(&rows, "place", "exact");
    assert_eq!(exact["first"], 1.0);
    assert!(exact["difference"].as_f64().unwrap() < 0.0, "{exact}");
    assert_eq!(measure(&rows, "organisation", "exact")["difference"], 0.0);
    assert_eq!(rows, eval("--compare profile=wide -j 3"), "the same draws every time");
    assert_eq!(eval("--split dev").iter().filter(|row| row["documents"] == 1).count(), eval("--split dev").len());
}

#[test]
fn eval_lists_errors() {
    let folder = folder();
    folder.write("pred.jsonl", r#"{"id":"a","spans":[{"start":5,"end":8,"type":"place"}]}"#);
    let outcome = folder.run("eval --gold gold.jsonl --pred pred.jsonl --types place --errors 2 --format jsonl");
    let errors: Vec<String> = json_lines(&outcome.expect(0).stdout)
        .iter()
        .filter(|row| row["error"].is_string())
        .map(|row| format!("{} {} {}", row["error"].as_str().unwrap(), row["surface"].as_str().unwrap(), row["count"]))
        .collect();
    assert_eq!(errors, ["false positive met 1", "missed baghdad 1", "missed iraq 1"]);
}

#[test]
fn eval_refuses_what_it_cannot_read() {
    let folder = folder();
    folder.write("broken.jsonl", "{\"id\":\"a\",\n");
    folder.write("far.jsonl", r#"{"id":"a","spans":[{"start":0,"end":900,"type":"place"}]}"#);
    let run = |args: &str| folder.run(&format!("eval {args} -g small.gaz"));
    run("--gold broken.jsonl").expect_refusal(&["broken.jsonl: line 1: column"]);
    run("--gold missing.jsonl").expect_refusal(&["missing.jsonl: cannot read"]);
    run("--gold gold.jsonl --pred far.jsonl").expect_refusal(&["far.jsonl: line 1", "0..900", "26 characters"]);
    run("--gold gold.jsonl --split none").expect_refusal(&["no document of the split \"none\""]);
    run("--gold gold.jsonl --compare size=3").expect_refusal(&["unknown setting \"size\""]);
}

#[test]
fn explain_names_the_rule() {
    let folder = folder();
    let explain = |args: &str| {
        let outcome = folder.run(&format!("explain gold.jsonl -g small.gaz --format jsonl {args}"));
        json_lines(&outcome.expect(0).stdout)
    };
    let all = explain("--doc b");
    let shown: Vec<String> = all
        .iter()
        .map(|row| format!("{} {} {}", row["surface"].as_str().unwrap(), row["verdict"], row["rule"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, ["New York Times true free", "New York false covered", "York false covered", "Kyiv true free"]);
    assert!(all.iter().all(|row| row["meaning"].as_str().unwrap().ends_with('.')));
    let at = explain("--doc b --at 5");
    assert_eq!(at.len(), 3);
    assert_eq!(explain("--doc b --at 15").len(), 0);
    folder.run("explain gold.jsonl -g small.gaz --doc zzz").expect_refusal(&["no document has the id \"zzz\""]);
}

/// What `explain` calls a mention is what `tag` prints, on the whole sample corpus.
#[test]
fn explain_and_tag_agree() {
    let folder = Folder::new();
    let articles = std::fs::read_to_string(crate::support::corpus("news/wire-2024.jsonl")).unwrap();
    folder.write("wire.jsonl", &articles);
    for (number, tagged) in json_lines(&folder.run("tag wire.jsonl").expect(0).stdout).iter().enumerate().step_by(8) {
        let id = tagged["id"].as_str().unwrap();
        let outcome = folder.run(&format!("explain wire.jsonl --format jsonl --doc {id}"));
        let key = |row: &Value| (row["part"].clone(), row["start"].clone(), row["end"].clone(), row["entity"].clone());
        let yes: Vec<_> = json_lines(&outcome.expect(0).stdout)
            .iter()
            .filter(|row| row["verdict"] == true)
            .map(|row| format!("{:?} {}", key(row), row["rule"]))
            .collect();
        let spans = tagged["spans"].as_array().unwrap();
        let printed: Vec<_> = spans.iter().map(|row| format!("{:?} {}", key(row), row["rule"])).collect();
        assert_eq!(yes, printed, "document {number}");
    }
}

#[test]
fn holders_are_listed_the_same_for_any_number_of_threads() {
    let folder = Folder::new();
    let lines: Vec<String> = (0..200)
        .map(|day| {
            let name = ["Iraqi Prime Minister Ada Example", "Gen. Kofi Sample", "Prime Minister Example"][day % 3];
            let date = format!("2024-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
            serde_json::json!({"id": day, "date": date, "text": format!("{name} spoke in Baghdad.")}).to_string()
        })
        .collect();
    folder.write("news.jsonl", lines.join("\n"));
    let one = folder.run("holders news.jsonl -g small.gaz -j 1 --format csv");
    assert_eq!(
        one.expect(0).stdout,
        "title,of,name,first,last,documents,title_entity,of_entity\n\
         Prime Minister,Iraq,Ada Example,2024-01-01,2024-08-03,133,t/pm,iq\n\
         General,,Kofi Sample,2024-01-02,2024-08-04,67,t/gen,\n"
    );
    assert_eq!(folder.run("holders news.jsonl -g small.gaz -j 4 --format csv").stdout, one.stdout);
    folder.run("analyze news.jsonl -g small.gaz --out run -q").expect(0);
    folder.run("holders run").expect_refusal(&["run: a run does not store the names after titles", "articles"]);
}
