//! The page of `report` and the pictures of `plot`: their numbers are the run's, their bytes are always the same, and no name
//! gets out of its place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, copy_tree, corpus, json_lines};

/// A run of the sample corpus, and its report.
fn sample() -> (Folder, String) {
    let folder = Folder::new();
    copy_tree(&corpus("news"), &folder.path("news"));
    folder.run("analyze news --out run --quiet").expect(0);
    folder.run("report run --out report.html").expect(0);
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    (folder, page)
}

/// The data in the page.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

fn list<'v>(value: &'v Value, at: &str) -> &'v [Value] {
    value.pointer(at).and_then(Value::as_array).unwrap_or_else(|| panic!("{at} is a list"))
}

#[test]
fn the_numbers_of_the_page_are_those_of_the_run() {
    let (folder, page) = sample();
    let data = data(&page);
    let manifest = folder.manifest("run");
    for field in ["books", "dates", "totals", "notes", "settings", "gazetteer", "rejected_by_reason"] {
        assert_eq!(data["manifest"][field], manifest[field], "{field}");
    }
    assert_eq!(data["digest"], manifest["digest"]);

    // Entities: the first rows of `top`, and beyond them places alone.
    let top = folder.run("top run --count articles --format jsonl -n 0");
    let top = json_lines(&top.expect(0).stdout);
    let shown: Vec<Value> = list(&data, "/facts/entities")
        .iter()
        .map(|entity| json!([entity["id"], entity["name"], entity["mentions"], entity["documents"]]))
        .collect();
    let row = |row: &Value| json!([row["entity"], row["name"], row["mentions"], row["documents"]]);
    assert_eq!(shown[..400], top.iter().take(400).map(row).collect::<Vec<_>>()[..]);
    let all: BTreeSet<String> = top.iter().map(|entity| row(entity).to_string()).collect();
    assert!(shown.iter().all(|entity| all.contains(&entity.to_string())));

    // The pairs listed: those of `pairs`, in its order, with its numbers.
    let facts = &data["facts"];
    let least = &facts["least_joint"];
    let rows = folder.run(&format!("pairs run --min-documents {least} --format jsonl -n 0"));
    let rows = json_lines(&rows.expect(0).stdout);
    let entities = list(facts, "/entities");
    let ids: BTreeSet<&str> = entities.iter().map(|entity| entity["id"].as_str().unwrap()).collect();
    let on_page = |row: &&Value| ["a", "b"].iter().all(|key| ids.contains(row[*key].as_str().unwrap()));
    let rows: Vec<&Value> = rows.iter().filter(on_page).collect();
    let pairs = list(facts, "/pairs");
    let n_listed = facts["pairs_listed"].as_u64().unwrap() as usize;
    assert!(n_listed > 300, "{n_listed} pairs");
    assert_eq!((n_listed, &facts["pairs_eligible"]), (rows.len().min(4000), &json!(rows.len())));
    let rounded = |value: &Value, to: f64| (value.as_f64().unwrap() * to).round() / to;
    for (pair, row) in pairs[..n_listed].iter().zip(rows) {
        let [a, b] = [0, 1].map(|at| &entities[pair[at].as_u64().unwrap() as usize]);
        let both = |one: &Value, other: &Value| BTreeSet::from([one.to_string(), other.to_string()]);
        assert_eq!(both(&a["id"], &b["id"]), both(&row["a"], &row["b"]));
        let numbers = json!([row["k11"], rounded(&row["g2"], 100.0), rounded(&row["npmi"], 1000.0)]);
        assert_eq!(json!(pair.as_array().unwrap()[2..]), numbers, "{row}");
        assert!(a["group"] != "title" || b["group"] != "title");
        assert!(a["group"] != "agency" && b["group"] != "agency");
        let [k11, k12, k21, k22] = ["k11", "k12", "k21", "k22"].map(|cell| row[cell].as_u64().unwrap());
        let contexts = [a, b].map(|entity| entity["contexts"].as_u64().unwrap());
        assert_eq!(contexts.iter().collect::<BTreeSet<_>>(), [k11 + k12, k11 + k21].iter().collect::<BTreeSet<_>>());
        assert_eq!(facts["contexts"], k11 + k12 + k21 + k22);
    }
    // And all pairs of the matrix, which shows those that meet by chance, too.
    let in_matrix: BTreeSet<u64> = list(&data, "/matrix").iter().map(|entity| entity.as_u64().unwrap()).collect();
    let id = |at: u64| entities[at as usize]["id"].to_string();
    let of_matrix: BTreeMap<BTreeSet<String>, Value> = pairs
        .iter()
        .map(|pair| ([0, 1].map(|at| pair[at].as_u64().unwrap()), pair[2].clone()))
        .filter(|(ends, _)| ends.iter().all(|end| in_matrix.contains(end)))
        .map(|(ends, joint)| (ends.map(id).into(), joint))
        .collect();
    let wanted: BTreeSet<String> = in_matrix.iter().map(|at| id(*at)).collect();
    let counted: BTreeMap<BTreeSet<String>, Value> = folder
        .rows("pairs", "run")
        .iter()
        .map(|row| ([row["a"].to_string(), row["b"].to_string()].into(), row["k11"].clone()))
        .filter(|(ends, _): &(BTreeSet<String>, _)| ends.is_subset(&wanted))
        .collect();
    assert_eq!(of_matrix, counted);
}

/// One old date does not stretch the timeline over a century; its document is counted as outside.
#[test]
fn a_strange_date_is_outside_of_the_timeline() {
    let folder = Folder::new();
    let article = |number: usize| {
        let date = if number == 300 { "1901-05-06".to_owned() } else { format!("2024-01-{:02}", number % 30 + 1) };
        let text = if number.is_multiple_of(3) { "Iraq and Baghdad." } else { "Baghdad." };
        json!({"id": number, "date": date, "text": text}).to_string() + "\n"
    };
    folder.write("news.jsonl", (0..=300).map(article).collect::<String>());
    folder.run("analyze news.jsonl -g small.gaz --out run --quiet").expect(0);
    folder.run("report run --out report.html --quiet").expect(0);
    let data = data(&fs::read_to_string(folder.path("report.html")).unwrap());
    let timeline = &data["facts"]["timeline"];
    assert_eq!((&timeline["unit"], &timeline["outside"]), (&json!("day"), &json!(1)));
    assert_eq!((&timeline["first_day"], &timeline["last_day"]), (&json!("1901-05-06"), &json!("2024-01-30")));
    let bins: Vec<Value> = (1..=30).map(|day| json!({"label": format!("2024-01-{day:02}"), "documents": 10})).collect();
    assert_eq!(timeline["bins"], json!(bins));
    let series: BTreeMap<String, u64> = list(timeline, "/series")
        .iter()
        .map(|one| {
            let entity = &data["facts"]["entities"][one["entity"].as_u64().unwrap() as usize];
            let documents = one["documents"].as_array().unwrap().iter().map(|documents| documents.as_u64().unwrap());
            (entity["name"].as_str().unwrap().to_owned(), documents.sum())
        })
        .collect();
    assert_eq!((series["Iraq"], series["Baghdad"]), (100, 300));
}

/// Countries and the timeline, counted once more from the tables of an export.
#[test]
fn countries_and_shares_are_counted_right() {
    let (folder, page) = sample();
    let data = data(&page);
    folder.run("export run --to jsonl --out tables --quiet").expect(0);
    let table = |name: &str| json_lines(&fs::read_to_string(folder.path("tables").join(name)).unwrap());
    let (entities, documents, counts) = (table("entities.jsonl"), table("documents.jsonl"), table("counts.jsonl"));
    let country = |entity: usize| {
        let row = &entities[entity];
        let is_place = row["kind"].as_str().unwrap().starts_with("place.");
        row["country"].as_str().filter(|code| is_place && !code.is_empty()).map(str::to_owned)
    };
    let mut in_documents: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let mut of_entity: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for row in &counts {
        let [document, entity] = ["document", "entity"].map(|column| row[column].as_u64().unwrap());
        if let Some(code) = country(entity as usize) {
            in_documents.entry(code).or_default().insert(document);
        }
        of_entity.entry(entities[entity as usize]["id"].to_string()).or_default().insert(document);
    }
    let shown: BTreeMap<String, u64> = list(&data, "/facts/countries")
        .iter()
        .map(|row| (row["code"].as_str().unwrap().to_owned(), row["documents"].as_u64().unwrap()))
        .collect();
    assert_eq!(shown, in_documents.iter().map(|(code, of)| (code.clone(), of.len() as u64)).collect());

    let month = |document: usize| {
        let date = documents[document]["day"].as_str().or(documents[document]["date"].as_str()).unwrap_or_default();
        date.get(..7).unwrap_or_default().to_owned()
    };
    let bins: Vec<&str> =
        list(&data, "/facts/timeline/bins").iter().map(|bin| bin["label"].as_str().unwrap()).collect();
    assert!(bins.iter().all(|label| label.len() == 7), "months: {bins:?}");
    let series = list(&data, "/facts/timeline/series");
    assert!(series.len() > 20);
    for one in series {
        let entity = &list(&data, "/facts/entities")[one["entity"].as_u64().unwrap() as usize];
        let mut expected = vec![0_u64; bins.len()];
        for &document in &of_entity[&entity["id"].to_string()] {
            let month = month(document as usize);
            bins.iter().position(|bin| *bin == month).into_iter().for_each(|bin| expected[bin] += 1);
        }
        assert_eq!(one["documents"], json!(expected), "{}", entity["name"]);
    }
    let dated: u64 = list(&data, "/facts/timeline/bins").iter().map(|bin| bin["documents"].as_u64().unwrap()).sum();
    let dates = &data["manifest"]["dates"];
    assert_eq!(dated, dates["read"].as_u64().unwrap() + dates["named"].as_u64().unwrap_or(0));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (folder, page) = sample();
    folder.run("analyze news --out other --quiet --threads 3").expect(0);
    folder.run("report other --out other.html").expect(0);
    assert!(fs::read_to_string(folder.path("other.html")).unwrap() == page);
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    for kind in ["map", "network", "matrix", "trend"] {
        folder.run(&format!("plot run --kind {kind} --out {kind}.svg")).expect(0);
        folder.run(&format!("plot other --kind {kind} --out {kind}-other.svg")).expect(0);
        let [one, other] = [kind.to_owned(), format!("{kind}-other")]
            .map(|name| fs::read(folder.path(&format!("{name}.svg"))).unwrap());
        assert!(one == other, "{kind}");
        assert!(one.starts_with(b"<svg xmlns=") && one.len() < 200_000, "{kind}: {} bytes", one.len());
    }
}

/// Nothing that a name, an id, a source or a date says becomes markup, a program, or changes the direction of other text.
#[test]
fn hostile_names_stay_names() {
    const NAMES: [&str; 6] = [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "\"'><svg onload=alert(3)>",
        "<!--<script>",
        "evil\u{202e}gnp.exe",
        "]]>&lt;b&gt;",
    ];
    let folder = Folder::new();
    let huge = "x".repeat(1500);
    let mut gazetteer = format!("huge\tplace.city\t{huge}\t-\tlat=1 lon=2\nir\tplace.country\tIraq\t-\tcc=IQ\n");
    for (number, name) in NAMES.iter().enumerate() {
        gazetteer += &format!(
            "id{number}\tplace.city\t{name}\tany\tcc=FR lat=4{number} lon={number}\n+\talias\tTown{number}\t-\n"
        );
    }
    folder.write("evil.gaz", gazetteer);
    let towns: String = (0..NAMES.len()).map(|number| format!("Town{number} and Iraq. ")).collect();
    let articles: String = (0..30)
        .map(|number| {
            let source = NAMES[number % NAMES.len()].to_owned() + "\0\u{7}\u{2028}";
            let id = format!("{number}</script><script>alert(4)</script>");
            json!({"id": id, "source": source, "date": format!("2024-01-{:02}", number + 1), "text": format!("{towns}{huge}")}).to_string() + "\n"
        })
        .collect();
    // Names that are in every article would not belong together more than by chance.
    let others: String = (30..40).map(|number| json!({"id": number, "text": "Nothing."}).to_string() + "\n").collect();
    folder.write("news.jsonl", articles + &others);
    folder.run("analyze news.jsonl -g evil.gaz --out run --quiet --profile plain").expect(0);
    let title = "<b>A & \"B\"</b></title><script>alert(5)</script>";
    crate::support::Outcome::of(&mut folder.command(["report", "run", "--out", "report.html", "--title", title]))
        .expect(0);
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    // The two elements of the page itself.
    for tag in ["<script", "</script"] {
        assert_eq!(page.to_lowercase().matches(tag).count(), 2, "{tag}");
    }
    for tag in ["<img", "onerror=alert(2)>", "<svg onload", "<!--<", "<b>"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(!page.contains('\u{202e}') || data(&page).to_string().contains("evil\u{202e}gnp.exe"));
    let names: BTreeSet<String> = list(&data(&page), "/facts/entities")
        .iter()
        .map(|entity| entity["name"].as_str().unwrap().to_owned())
        .collect();
    for name in NAMES {
        assert!(names.contains(name), "{name:?} in {names:?}");
    }
    assert!(names.contains(&format!("{}…", "x".repeat(200))));
    assert_eq!(data(&page)["title"], title);
    for kind in ["map", "network", "matrix", "trend"] {
        folder.run(&format!("plot run --kind {kind} --out {kind}.svg")).expect(0);
        let svg = fs::read_to_string(folder.path(&format!("{kind}.svg"))).unwrap();
        assert!(svg.contains("&lt;") && !svg.contains("<script") && !svg.contains("<img"), "{kind}");
        assert!(!svg.contains(['\u{202e}', '\0', '\u{7}', '\u{2028}']), "{kind}");
    }
}

#[test]
fn only_reports_and_drawings_are_replaced() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq and Baghdad.");
    folder.run("analyze a.txt -g small.gaz --out run --quiet").expect(0);
    folder.write("mine.html", "my own page");
    folder.run("report run --out mine.html").expect_refusal(&["mine.html"]);
    folder.run("report run --out mine.html --force").expect_refusal(&["mine.html"]);
    assert_eq!(fs::read(folder.path("mine.html")).unwrap(), b"my own page");
    folder.run("report run --out report.html --quiet").expect(0);
    folder.run("report run --out report.html").expect_refusal(&["report.html", "--force"]);
    folder.run("report run --out report.html --force --quiet").expect(0);
    folder.run("plot run --kind map --out map.svg --quiet").expect(0);
    folder.run("plot run --kind map --out map.svg").expect_refusal(&["map.svg", "--force"]);
    folder.run("plot run --kind matrix --out map.svg --force --quiet").expect(0);
    folder.run("plot run --kind map --out report.html --force").expect_refusal(&["report.html"]);
    folder.run("plot run --kind trend --out trend.svg").expect_refusal(&["run", "no document has a readable date"]);
    folder.run("report mine.html --out other.html").expect_refusal(&["mine.html", "not a directory"]);
    assert!(!folder.path("other.html").exists() && !folder.path("trend.svg").exists());
}

/// A run in which nothing was found has a page, too.
#[test]
fn an_empty_run_has_a_page() {
    let folder = Folder::new();
    folder.write("a.txt", "Nothing to see here.");
    folder.run("analyze a.txt -g small.gaz --out run --quiet").expect(0);
    folder.run("report run --out report.html --quiet").expect(0);
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    assert_eq!(data(&page)["facts"]["entities"], json!([]));
    folder.run("plot run --kind map --out map.svg --quiet").expect(0);
    folder.run("plot run --kind network --out n.svg").expect_refusal(&["nothing to draw"]);
    folder.run("plot run --kind matrix --out m.svg").expect_refusal(&["nothing to draw"]);
}
