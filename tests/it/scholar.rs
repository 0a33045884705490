//! A whole piece of research with nothing but the program: a table of 2,000 articles, counts for each country and month and for each
//! outlet, a network with a measure, a check of the contexts, a correction, and figures.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Folder, corpus, json_lines};

const ARTICLES: usize = 2000;
const OUTLETS: [&str; 4] = ["The Post", "Daily Herald", "Evening Wire", "Observer"];

/// The texts of the sample archive again and again, each time cut after another paragraph, as a table with unusual names of columns.
fn table() -> String {
    let articles = json_lines(&fs::read_to_string(corpus("news/wire-2024.jsonl")).unwrap());
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut table = "headline,published,outlet,article,desk\n".to_owned();
    for n in 0..ARTICLES {
        let article = &articles[n % articles.len()];
        let text = article["text"].as_str().unwrap();
        let paragraphs: Vec<&str> = text.split("\n\n").collect();
        let kept = 1 + (n / articles.len()) % paragraphs.len();
        let row = [
            quoted(article["title"].as_str().unwrap()),
            format!("2024-{:02}-{:02}", 1 + n % 12, 1 + n % 28),
            quoted(OUTLETS[n % 7 % OUTLETS.len()]),
            quoted(&format!("{}\n\nNumber {n}.", paragraphs[..kept].join("\n\n"))),
            if n % 3 == 0 { "foreign".to_owned() } else { String::new() },
        ];
        table += &(row.join(",") + "\n");
    }
    table
}

fn rows(folder: &Folder, args: &str) -> Vec<Value> {
    json_lines(&folder.run(&format!("{args} --format jsonl -q")).expect(0).stdout)
}

fn sum(rows: &[Value], key: &str) -> u64 {
    rows.iter().map(|row| row[key].as_u64().unwrap()).sum()
}

#[test]
fn a_table_of_articles_becomes_a_paper() {
    let folder = Folder::new();
    folder.write("articles.csv", table());
    folder.run("analyze articles.csv --out results --keep desk -q").expect(0);
    assert_eq!(folder.manifest("results")["books"]["counted"], ARTICLES);
    folder.run("verify results --quiet").expect(0);

    // For each country and month: cities count for their countries, once an article.
    let by_month = rows(&folder, "top results -t place.country --roll-up country --count articles --by month -n 0");
    let months: BTreeMap<&str, u64> =
        by_month.iter().map(|row| (row["slice"].as_str().unwrap(), row["articles"].as_u64().unwrap())).collect();
    assert_eq!((months.len(), months.values().sum::<u64>()), (12, ARTICLES as u64));
    let whole = rows(&folder, "top results -t place.country --roll-up country -n 0");
    assert_eq!(sum(&by_month, "documents"), sum(&whole, "documents"));
    assert_eq!(sum(&by_month, "mentions"), sum(&whole, "mentions"));
    let bare = rows(&folder, "top results -t place.country -n 0");
    assert!(sum(&whole, "documents") > sum(&bare, "documents"));

    // For each outlet, with intervals, and where two outlets differ.
    let by_outlet = rows(&folder, "trend results Jordan --by source");
    assert_eq!((by_outlet.len(), sum(&by_outlet, "articles")), (OUTLETS.len(), ARTICLES as u64));
    assert!(
        by_outlet
            .iter()
            .all(|row| row["low"].as_f64() <= row["rate"].as_f64() && row["rate"].as_f64() <= row["high"].as_f64())
    );
    let foreign = rows(&folder, "trend results Jordan --by desk");
    assert_eq!(foreign.iter().map(|row| row["slice"].as_str().unwrap()).collect::<Vec<_>>(), ["foreign", "no desk"]);

    // A network with a measure, over time, of the countries that articles mention in one sentence.
    let pairs = rows(&folder, "pairs results -t place.country --context sentence --measure npmi,g2 -n 5");
    assert_eq!(pairs.len(), 5);
    folder
        .run("export results --to gexf -t place.country --min-documents 5 --by month --out countries.gexf -q")
        .expect(0);
    let gexf = fs::read_to_string(folder.path("countries.gexf")).unwrap();
    assert!(gexf.contains("mode=\"dynamic\"") && gexf.contains("start=\"2024-12-01\" end=\"2024-12-31\""));

    // The sentences behind the first of these pairs, as many as its cell says.
    let [a, b] = ["a", "b"].map(|key| pairs[0][key].as_str().unwrap());
    let shown = folder.run(&format!("show results --pair {a} {b} --context sentence -n 0 --format jsonl"));
    assert_eq!(json_lines(&shown.expect(0).stdout).len() as u64, pairs[0]["k11"].as_u64().unwrap());

    // A name that is wrong is corrected in a file of one's own, and nothing else changes.
    let suspects = rows(&folder, "audit results -n 10");
    assert_eq!(suspects.len(), 10);
    let wrong = "td";
    let before = rows(&folder, "top results -n 0");
    assert!(before.iter().any(|row| row["entity"] == wrong));
    folder.write("mine.gaz", format!("!remove {wrong}\n"));
    folder.run("analyze articles.csv --out corrected --keep desk -g world -g mine.gaz -q").expect(0);
    let after = rows(&folder, "top corrected -n 0");
    assert!(!after.iter().any(|row| row["entity"] == wrong));

    // What the articles are about, and figures.
    let about = rows(&folder, "focus corrected -n 0 --by quarter");
    assert_eq!(sum(&about, "articles"), ARTICLES as u64);
    for kind in ["map", "network", "matrix", "trend"] {
        folder.run(&format!("plot corrected --kind {kind} --out {kind}.svg")).expect(0);
        assert!(fs::read_to_string(folder.path(&format!("{kind}.svg"))).unwrap().starts_with("<svg "));
    }
    folder.run("report corrected --out report.html").expect(0);
}
