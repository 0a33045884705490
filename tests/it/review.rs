//! Names for people to judge: the planted ones come first, and a sheet goes back to `eval`.

use std::fs;

use dateline::association::wilson_interval;

use crate::support::{Folder, json_lines};

/// "AIMS" matches the verb and "European" the adjective, as they did in archives of real users; the other names are right.
const GAZETTEER: &str = "\
aims   org.ngo        AIMS           any
mine   place.mine     European       -    cc=US
lo     place.city     London         -    cc=GB
gb     place.country  Great Britain  -    cc=GB
fr     place.country  France         -    cc=FR
us     place.country  United States  -    cc=US
";

/// A folder with a run of twelve articles of two papers.
fn analysed() -> Folder {
    let folder = Folder::new();
    folder.write("mine.gaz", GAZETTEER);
    let line = |n: usize| {
        let text = match n % 3 {
            0 => "The plan aims to help. In London, Great Britain and France met.",
            1 => {
                "The European Commission aims high, said France. European Parliament members left London for Great Britain."
            }
            _ => "Nobody aims at France.",
        };
        let source = if n.is_multiple_of(2) { "Post" } else { "Daily" };
        serde_json::json!({"id": format!("d{n}"), "date": "2024-03-05", "source": source, "text": text}).to_string()
            + "\n"
    };
    folder.write("a.jsonl", (0..12).map(line).collect::<String>());
    folder.run("analyze a.jsonl -g mine.gaz --profile plain --out run -q").expect(0);
    folder
}

#[test]
fn planted_names_come_first() {
    let folder = analysed();
    let audited = json_lines(&folder.run("audit run --format jsonl -q").expect(0).stdout);
    let names: Vec<&str> = audited.iter().map(|name| name["surface"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["aims", "european"], "{names:?}");
    assert_eq!(names.len(), 5);
    let aims = &audited[0];
    assert_eq!((&aims["mentions"], &aims["lower_case"], &aims["documents"]), (&12.into(), &12.into(), &12.into()));
    let european = &audited[1];
    assert_eq!((&european["mentions"], &european["before_capital"]), (&8.into(), &8.into()));
    assert_eq!((&european["sentence_start"], &european["without_country"]), (&4.into(), &4.into()));
    // All are in lower case, and a third come after "Commission".
    let expected = 3.0 * wilson_interval(12, 12).0 + 1.5 * wilson_interval(4, 12).0;
    assert_eq!(aims["after_capital"], 4);
    assert!((aims["score"].as_f64().unwrap() - expected).abs() < 1e-12, "{aims}");
    let contexts = aims["contexts"].as_array().unwrap();
    assert_eq!(contexts.len(), 3);
    assert!(contexts.iter().all(|context| context.as_str().unwrap().contains("【aims】")), "{contexts:?}");
    let right = &audited[4];
    assert!(right["score"].as_f64().unwrap() < 0.2, "{right}");
    // The same documents are looked at each time; a table says what it shows.
    let table = |args: &str| folder.run(&format!("audit run {args}"));
    assert_eq!(table("--per-entity 2").expect(0).stdout, table("--per-entity 2 -j 1").expect(0).stdout);
    table("--per-entity 2").says(&["names in up to 2 documents of each entity"]);
    assert!(table("-n 1").expect(0).stdout.contains("  The plan 【aims】 to help."));
    fs::remove_file(folder.path("a.jsonl")).unwrap();
    folder.run("audit run").expect_refusal(&["is not there any more", "--root"]);
}

#[test]
fn names_of_several_entities_are_in_the_ledger() {
    let folder = Folder::new();
    let names = "tx\tplace.city\tParis, Texas\t-\tcc=US\n+\talias\tParis\t-\nfr\tplace.city\tParis\t-\tcc=FR\n";
    folder.write("mine.gaz", names);
    folder.write("a.jsonl", "{\"id\":\"1\",\"text\":\"He came to Paris, Texas. Paris was hot.\"}\n{\"id\":\"2\",\"text\":\"Talks in Paris, France.\"}\n");
    folder.run("analyze a.jsonl -g mine.gaz --out run -q").expect(0);
    let ledger = json_lines(&folder.run("audit run --ambiguous --format jsonl").expect(0).stdout);
    let counted: Vec<(&str, u64)> =
        ledger.iter().map(|row| (row["entity"].as_str().unwrap(), row["mentions"].as_u64().unwrap())).collect();
    assert_eq!(counted.len(), 2, "{ledger:?}");
    assert_eq!(counted.iter().map(|(_, mentions)| mentions).sum::<u64>(), 2);
    assert!(ledger.iter().all(|row| row["surface"] == "paris" && row["share"] == 0.5));
}

#[test]
fn a_sheet_goes_there_and_back() {
    let folder = analysed();
    let sampled = folder.run("sample run --per-entity 3 --seed 7");
    sampled.expect(0).says(&["eval --sheet"]);
    let sheet = sampled.stdout.clone();
    assert_eq!(sheet, folder.run("sample run --per-entity 3 --seed 7 -j 1 -q").expect(0).stdout);
    assert_ne!(sheet, folder.run("sample run --per-entity 3 --seed 8 -q").expect(0).stdout);
    // Three documents of each of five entities; what is chosen for one does not depend on the others.
    assert_eq!(sheet.lines().count(), 1 + 5 * 3);
    let alone = folder.run("sample run --per-entity 3 --seed 7 --type place.city -q").expect(0).stdout.clone();
    assert_eq!(alone.lines().count(), 4);
    assert!(alone.lines().all(|line| sheet.contains(line)));
    let judge = |line: &str| match line {
        line if line.starts_with("entity,") => format!("{line}\n"),
        line if line.starts_with("aims,") || line.starts_with("mine,") => format!("{line}no\n"),
        line => format!("{line}yes\n"),
    };
    folder.write("sheet.csv", sheet.lines().map(judge).collect::<String>());
    let rows = json_lines(&folder.run("eval --sheet sheet.csv --format jsonl").expect(0).stdout);
    let row = |name: &str, kind: &str| {
        rows.iter().find(|row| row["name"] == name && row["type"] == kind).unwrap_or_else(|| panic!("{rows:?}")).clone()
    };
    let france = row("France", "place");
    assert_eq!((&france["labelled"], &france["right"], &france["precision"]), (&3.into(), &3.into(), &1.0.into()));
    assert_eq!(
        (&france["documents"], &france["articles"], &france["articles_high"]),
        (&12.into(), &12.into(), &12.into())
    );
    // Wilson's interval of 3 in 3 begins at 0.4385.
    assert_eq!(france["articles_low"], 5);
    assert_eq!(row("AIMS", "organisation")["articles"], 0);
    // Of places, France has 12 documents, London and Great Britain 8, and the mine, which is wrong, 4.
    let places = row("all of 4 entities", "place");
    assert!((places["precision"].as_f64().unwrap() - 28.0 / 32.0).abs() < 1e-12, "{places}");
    assert_eq!((&places["labelled"], &places["right"]), (&12.into(), &9.into()));
    folder.write("empty.csv", sheet);
    folder.run("eval --sheet empty.csv").expect_refusal(&["no row is judged"]);
    folder.run("eval --sheet sheet.csv --gold x.jsonl").expect(2);
}
