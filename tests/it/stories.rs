//! Copies of articles are counted as stories when asked, whatever the run was made of.

use std::fs;

use serde_json::json;

use crate::support::{Folder, json_lines};

const STORY: &str = "The harbour bridge was closed on Monday after engineers found cracks in two of its pillars, the ministry of \
    transport of Iraq said. Drivers were sent along the coastal road, where traffic stood still through the evening. Repairs \
    should begin before winter, although the ministry did not name the company that would carry them out. Shopkeepers near \
    the harbour complained about empty streets, and fishermen asked for a ferry until the bridge is open again.";

const OTHER: &str = "The central bank of Iran left its rate unchanged, as most economists had expected after a quiet month of \
    prices. Its governor said that bread would become cheaper before winter if the harvest held, and that the currency needed \
    no help. Investors had sold shares of builders in the morning, then bought them back when the decision was announced.";

fn line(id: &str, day: &str, title: &str, text: &str) -> String {
    json!({"id": id, "date": day, "title": title, "text": text}).to_string() + "\n"
}

#[test]
fn copies_are_one_story_in_lists_trends_and_exports() {
    let folder = Folder::new();
    let cut = &STORY[..STORY.find("Shopkeepers").unwrap()];
    folder.write(
        "news/a.jsonl",
        [line("a1", "2024-02-03", "Bridge closed", STORY), line("a2", "2024-01-09", "Bank holds", OTHER)].concat(),
    );
    folder.write(
        "news/b.jsonl",
        [
            line("b1", "2024-01-30", "No way over the harbour", cut),
            line("b2", "2024-02-04", "Cracks!", &format!("Read more from Bath\n\n{STORY}")),
            line("b3", "2024-02-05", "In short", "Iraq."),
        ]
        .concat(),
    );
    let gazetteer =
        "iq\tplace.country\tIraq\t-\tcc=IQ\nir\tplace.country\tIran\t-\tcc=IR\nba\tplace.city\tBath\t-\tcc=GB\n";
    folder.write("names.gaz", gazetteer);
    folder.run("analyze news -g names.gaz --out whole").expect(0);
    folder.run("analyze news/a.jsonl -g names.gaz --out a").expect(0);
    folder.run("analyze news/b.jsonl -g names.gaz --out b").expect(0);
    folder.run("merge b a --out merged").expect(0);
    for run in ["whole", "merged"] {
        let top = |more: &str| {
            let rows = json_lines(&folder.run(&format!("top {run} --format jsonl {more}")).expect(0).stdout);
            rows.iter().map(|row| (row["name"].to_string(), row["documents"].as_u64().unwrap())).collect::<Vec<_>>()
        };
        let counts = |iraq, iran| [("\"Iraq\"".to_owned(), iraq), ("\"Iran\"".to_owned(), iran)];
        assert_eq!(top("--type place --where country=IQ,IR --count articles"), counts(4, 1));
        assert_eq!(top("--where country=IQ,IR --count stories"), counts(2, 1));
        // Of the copies that meet the condition, one is counted.
        assert_eq!(top("--where country=IQ&id=a1,b2 --count stories"), counts(1, 0)[..1]);
        // The earliest copy stands for the story.
        let trend =
            folder.run(&format!("trend {run} iq --by month --count stories --format jsonl")).expect(0).stdout.clone();
        let months: Vec<(String, u64)> = json_lines(&trend)
            .iter()
            .map(|row| {
                (
                    row["slice"].as_str().or(row["month"].as_str()).unwrap_or_default().to_owned(),
                    row["documents"].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(months.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [1, 1], "{trend}");
        folder.run(&format!("export {run} --to jsonl --table documents --out {run}.jsonl")).expect(0);
        let documents = json_lines(&fs::read_to_string(folder.path(&format!("{run}.jsonl"))).unwrap());
        let stories: Vec<u64> = documents.iter().map(|row| row["story"].as_u64().unwrap()).collect();
        assert_eq!(stories, [0, 1, 0, 0, 2]);
        // An export of the stories is one of the documents that represent them.
        for table in ["entities", "documents", "counts", "pairs", "marginals", "mentions"] {
            let export = |conditions: &str| {
                folder.run(&format!("export {run} --to jsonl --table {table} {conditions} --force --out t")).expect(0);
                fs::read_to_string(folder.path("t")).unwrap()
            };
            let stories = export("--count stories");
            assert_eq!(stories, export("--where id=a2,b1,b3"), "{table}");
            assert!(table == "pairs" || stories != export("--count articles"), "{table}");
        }
        let matrix = |conditions: &str, out: &str| {
            folder.run(&format!("export {run} --to mtx {conditions} --force --out {out}")).expect(0);
            ["counts.mtx", "cooccurrence.mtx", "documents.csv"]
                .map(|file| fs::read_to_string(folder.path(&format!("{out}/{file}"))).unwrap())
        };
        assert_eq!(matrix("--count stories", "m1"), matrix("--where id=a2,b1,b3", "m2"));
        folder.run(&format!("verify {run}")).expect(0);
    }
}
