//! Parts of a run: the same conditions in every command, and numbers that agree.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Folder, json_lines};

fn analysed() -> Folder {
    let folder = Folder::new();
    let text = |n: usize| match n % 4 {
        0 => "Talks in Baghdad and Paris. France and Iraq agreed.",
        1 => "Lyon is in France.\\n\\nBaghdad is far from Nairobi, said the World Bank.",
        2 => "The World Bank sent help to Kenya and Iraq.",
        _ => "Nothing happened.",
    };
    let line = |n: usize| {
        let (month, source, desk) = (1 + n % 3, ["Post", "Daily"][n % 2], ["world", "home", ""][n % 3]);
        format!(
            "{{\"id\":\"d{n}\",\"date\":\"2024-{month:02}-10\",\"source\":\"{source}\",\"desk\":\"{desk}\",\
             \"title\":\"Kenya waits\",\"text\":\"{}\"}}\n",
            text(n)
        )
    };
    folder.write("a.jsonl", (0..24).map(line).collect::<String>());
    folder.run("analyze a.jsonl --keep desk --out run -q").expect(0);
    folder
}

fn rows(folder: &Folder, args: &str) -> Vec<Value> {
    json_lines(&folder.run(&format!("{args} --format jsonl -q")).expect(0).stdout)
}

fn number(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("{key} of {row}"))
}

#[test]
fn slices_sum_to_the_whole_in_every_command() {
    let folder = analysed();
    for part in ["", "--where date<2024-03", "--section headline,lede", "--roll-up country"] {
        for by in ["month", "quarter", "source", "language", "desk"] {
            let key = |row: &Value| row["entity"].as_str().unwrap().to_owned();
            let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            for row in rows(&folder, &format!("top run -n 0 --by {by} {part}")) {
                let sum = sums.entry(key(&row)).or_default();
                *sum = (sum.0 + number(&row, "mentions"), sum.1 + number(&row, "documents"));
                assert!(number(&row, "documents") <= number(&row, "articles"));
            }
            let whole = rows(&folder, &format!("top run -n 0 {part}"));
            let whole = whole.iter().map(|row| (key(row), (number(row, "mentions"), number(row, "documents"))));
            assert_eq!(sums, whole.collect(), "top --by {by} {part}");

            let pair = |row: &Value| format!("{} {}", row["a"], row["b"]);
            let mut sums: BTreeMap<String, u64> = BTreeMap::new();
            for row in rows(&folder, &format!("pairs run -n 0 --all-pairs --by {by} {part}")) {
                *sums.entry(pair(&row)).or_default() += number(&row, "k11");
            }
            let whole = rows(&folder, &format!("pairs run -n 0 --all-pairs {part}"));
            assert_eq!(
                sums,
                whole.iter().map(|row| (pair(row), number(row, "k11"))).collect(),
                "pairs --by {by} {part}"
            );
        }
    }
    let focus = rows(&folder, "focus run -n 0 --by month");
    let articles: u64 = focus.iter().map(|row| number(row, "articles")).sum();
    assert_eq!(articles, 24);
}

#[test]
fn one_grammar_everywhere() {
    let folder = analysed();
    let says = |args: &str, expected: &[&str]| {
        folder.run(args).expect(2).says(expected);
    };
    for command in [
        "top run",
        "pairs run",
        "neighbours run Iraq",
        "trend run Iraq",
        "kwic run Iraq",
        "show run --entity Iraq",
        "communities run",
        "focus run",
        "audit run",
        "sample run",
        "export run --to edges --out e.csv",
    ] {
        says(&format!("{command} --where desc=home"), &["there is no field \"desc\"; did you mean desk?", "^^^^"]);
        folder.run(&format!("{command} --where desk=home --section body,lede --roll-up country")).expect(0);
        let _ = std::fs::remove_file(folder.path("e.csv"));
        says(&format!("{command} --section title"), &["headline"]);
        says(&format!("{command} --roll-up continent"), &["country"]);
    }
    for command in ["kwic run Iraq", "show run --entity Iraq"] {
        says(&format!("{command} --where type=place"), &["here --where can only choose documents"]);
    }
    says("top run --by desks", &["there is no field \"desks\": the run kept desk", "language"]);
    says("trend run --by source --bursts", &["a source has no order"]);
    says("export run --to gexf --by source --out x.gexf", &["a source is no time"]);
    says("export run --to csv --by month --out x", &["csv cannot be divided by month", "--table pairs"]);
    says("export run --to gexf --focus --out x.gexf", &["no documents to add their focus to"]);
    says("pairs run --context window", &["window:10"]);
    says("pairs run --context window:0", &["window:10"]);
}

#[test]
fn a_cell_leads_to_its_sentences_under_every_condition() {
    let folder = analysed();
    for part in [
        "",
        "--where desk=world|desk=home",
        "--section body,lede",
        "--roll-up country",
        "--where source=Post --roll-up country",
    ] {
        for context in ["document", "sentence", "window:6", "window:30characters", "document --counting frequency"] {
            let pairs = rows(&folder, &format!("pairs run -n 0 --all-pairs --context {context} {part}"));
            assert!(!pairs.is_empty());
            for pair in pairs {
                let (a, b) = (pair["a"].as_str().unwrap(), pair["b"].as_str().unwrap());
                let shown = folder.run(&format!("show run --pair {a} {b} -n 0 --context {context} {part}"));
                let count: u64 = shown.expect(0).stderr.split(' ').next().unwrap().parse().unwrap();
                assert_eq!(count, number(&pair, "k11"), "{pair} {context} {part}: {}", shown.stderr);
            }
        }
    }
}

#[test]
fn an_export_of_a_part_is_that_part() {
    let folder = analysed();
    let csv = |args: &str, file: &str| {
        let _ = std::fs::remove_file(folder.path(file));
        folder.run(&format!("export run --out {file} {args} -q")).expect(0);
        std::fs::read_to_string(folder.path(file)).unwrap()
    };
    for part in
        ["--where date=2024-01", "--section headline", "--roll-up country", "--where desk=home --roll-up country"]
    {
        let mut exported: Vec<String> =
            csv(&format!("--to edges {part}"), "e.csv").lines().skip(1).map(str::to_owned).collect();
        let pairs = rows(&folder, &format!("pairs run -n 0 --all-pairs --order documents {part}"));
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        let mut expected: Vec<String> = pairs
            .iter()
            .map(|row| {
                let [a, b, name_a, name_b] = ["a", "b", "name_a", "name_b"].map(|key| text(row, key));
                format!("{a},{b},Undirected,{},{name_a},{name_b}", number(row, "k11"))
            })
            .collect();
        exported.sort();
        expected.sort();
        assert_eq!(exported, expected, "{part}");
        let entities = csv(&format!("--to csv --table entities {part}"), "n.csv");
        let top = rows(&folder, &format!("top run -n 0 {part}"));
        assert_eq!(entities.lines().count() - 1, top.len(), "{part}");
        for row in &top {
            let counts = format!(",{},{}", row["mentions"], row["documents"]);
            let id = format!(",{},", text(row, "entity"));
            assert!(entities.lines().any(|line| line.contains(&id) && line.ends_with(&counts)), "{row} in {entities}");
        }
        let counts = csv(&format!("--to csv --table counts {part}"), "c.csv");
        let sum: u64 =
            counts.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum();
        assert_eq!(sum, top.iter().map(|row| number(row, "mentions")).sum::<u64>(), "{part}");
        let mentions = csv(&format!("--to csv --table mentions {part}"), "m.csv");
        assert_eq!(mentions.lines().count() as u64 - 1, sum, "{part}");
    }
    let documents = csv("--to csv --table documents --where desk=home", "d.csv");
    assert_eq!(documents.lines().count(), 9);
    assert!(documents.lines().skip(1).all(|line| line.ends_with(",home")));
    // The matrix has a row for each document that is left.
    folder.run("export run --to mtx --out m --where desk=home -q").expect(0);
    let matrix = std::fs::read_to_string(folder.path("m/counts.mtx")).unwrap();
    let shape = matrix.lines().find(|line| !line.starts_with('%')).unwrap();
    assert!(shape.starts_with("8 "), "{shape}");
    assert!(matrix.lines().skip(3).all(|line| line.split(' ').next().unwrap().parse::<u32>().unwrap() <= 8));
    let sliced = csv("--to csv --table pairs --by month", "p.csv");
    assert!(sliced.starts_with("a,b,joint,slice\n") && sliced.contains(",2024-02\n"), "{sliced}");
}

#[test]
fn what_an_article_is_about_is_the_same_everywhere() {
    let folder = analysed();
    let about = rows(&folder, "focus run --documents -n 0");
    assert_eq!(about.len(), 24);
    // "Kenya waits" is every headline, and has more points than two places in the lede only where a city shares them.
    let of = |n: usize| &about[n];
    assert_eq!((of(3)["country"].as_str(), of(3)["share"].as_f64()), (Some("KE"), Some(1.0)));
    assert_eq!(of(3)["name"], "Kenya");
    // In the lede Baghdad, Paris, France and Iraq, 2 points each; of equal countries that which is mentioned first.
    assert_eq!(of(0)["country"], "IQ");
    assert_eq!(of(0)["place_names"], "Baghdad; Paris");
    folder.run("export run --to jsonl --table documents --focus --out d.jsonl -q").expect(0);
    let exported = json_lines(&std::fs::read_to_string(folder.path("d.jsonl")).unwrap());
    let tagged = json_lines(&folder.run("tag a.jsonl --focus").expect(0).stdout);
    for ((about, exported), tagged) in about.iter().zip(&exported).zip(&tagged) {
        assert_eq!((&about["document"], &about["document"]), (&exported["id"], &tagged["id"]));
        assert_eq!(about["country"], exported["focus"]);
        assert_eq!((&about["share"], &about["places"]), (&exported["focus_share"], &exported["focus_places"]));
        assert_eq!(about["country"].as_str().filter(|code| !code.is_empty()), tagged["focus"]["country"].as_str());
        let places: Vec<&str> =
            tagged["focus"]["places"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(about["places"].as_str().unwrap(), places.join(";"));
    }
    let countries = rows(&folder, "focus run");
    assert_eq!(countries.iter().map(|row| number(row, "articles")).sum::<u64>(), 24);
}
