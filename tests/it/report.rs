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

/// What a command with blanks in its arguments says.
fn rows_of(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let args = [args, &["--format", "jsonl", "-n", "0", "--quiet"]].concat();
    json_lines(&crate::support::Outcome::of(&mut folder.command(args)).expect(0).stdout)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is a number"))
}

/// The sum of a column over a period, as the page's program takes it.
fn in_period(list: &Value, width: usize, column: usize, period: std::ops::RangeInclusive<u64>) -> u64 {
    let numbers: Vec<u64> = list.as_array().unwrap().iter().map(number).collect();
    numbers.chunks_exact(width).filter(|row| period.contains(&row[0])).map(|row| row[column]).sum()
}

/// What the page counts for a chosen period is what every list says of it with a condition on the dates.
#[test]
fn a_chosen_period_counts_what_the_condition_counts() {
    let (folder, page) = sample();
    let data = data(&page);
    let (facts, slices) = (&data["facts"], &data["slices"]);
    let label = |slice: usize| {
        let bin = number(&slices["first_bins"][slice]) as usize;
        facts["timeline"]["bins"][bin]["label"].as_str().unwrap().to_owned()
    };
    let n = list(slices, "/first_bins").len();
    assert!((6..=36).contains(&n), "{n} slices");
    let entities = list(facts, "/entities");
    let mut n_compared = 0;
    for (from, to) in [(0, n - 2), (n / 3, n / 2), (n - 3, n - 3)] {
        let period = from as u64..=to as u64;
        let condition = format!("date>={} & date<{}", label(from), label(to + 1));
        let top = rows_of(&folder, &["top", "run", "--where", &condition]);
        let counted: BTreeMap<&str, [u64; 2]> = top
            .iter()
            .map(|row| (row["entity"].as_str().unwrap(), ["documents", "mentions"].map(|key| number(&row[key]))))
            .collect();
        for (entity, numbers) in entities.iter().zip(list(slices, "/entities")) {
            let shown = [1, 2].map(|column| in_period(numbers, 3, column, period.clone()));
            let id = entity["id"].as_str().unwrap();
            assert_eq!(shown, counted.get(id).copied().unwrap_or_default(), "{id}, {condition}");
        }
        let pairs = rows_of(&folder, &["pairs", "run", "--where", &condition, "--min-each", "1"]);
        let ends = |a: &Value, b: &Value| BTreeSet::from([a.to_string(), b.to_string()]);
        let joint: BTreeMap<BTreeSet<String>, u64> =
            pairs.iter().map(|row| (ends(&row["a"], &row["b"]), number(&row["k11"]))).collect();
        for (at, numbers) in slices["pairs"].as_object().unwrap() {
            let pair = &facts["pairs"][at.parse::<usize>().unwrap()];
            let [a, b] = [0, 1].map(|end| &entities[number(&pair[end]) as usize]["id"]);
            let shown = in_period(numbers, 2, 1, period.clone());
            // `pairs` lists those that attract each other; what is not listed is no evidence.
            if let Some(joint) = joint.get(&ends(a, b)) {
                assert_eq!(shown, *joint, "{a}, {b}, {condition}");
                n_compared += 1;
            }
        }
        let countries = rows_of(&folder, &["top", "run", "--where", &condition, "--roll-up", "country"]);
        let is_country =
            |row: &&Value| row["type"] == "place" && row["entity"].as_str().is_some_and(|id| id.len() == 2);
        let counted: BTreeMap<String, u64> = countries
            .iter()
            .filter(is_country)
            .map(|row| (row["entity"].as_str().unwrap().to_uppercase(), number(&row["documents"])))
            .collect();
        let compared = list(facts, "/countries").iter().zip(list(slices, "/countries")).filter(|(country, numbers)| {
            let code = country["code"].as_str().unwrap();
            let shown = in_period(numbers, 2, 1, period.clone());
            counted.get(code).is_some_and(|documents| {
                assert_eq!(shown, *documents, "{code}, {condition}");
                true
            })
        });
        assert!(compared.count() > 5, "{condition}");
    }
    assert!(n_compared > 100, "{n_compared} pairs were compared");
    // Every pair of a picture has numbers, and all slices together are the whole.
    for at in list(&data, "/edges") {
        let numbers = &slices["pairs"][number(at).to_string()];
        assert_eq!(in_period(numbers, 2, 1, 0..=99), number(&facts["pairs"][number(at) as usize][2]));
    }
}

/// A run of articles with a word that must not get out, and with markup in their sentences.
fn canary() -> Folder {
    let folder = Folder::new();
    let sentence = |day: usize| match day % 3 {
        0 => "The CANARY sang in Iraq, and Iran heard it </script><b>loudly</b>.",
        1 => "Iraq kept its CANARY. Nobody in Iran knew\u{202e}.",
        _ => "Iran, it was said, was silent about the CANARY.",
    };
    let articles: String = (1..=24)
        .map(|day| json!({"id": format!("a{day}"), "date": format!("2024-01-{day:02}"), "source": "Wire", "text": sentence(day)}).to_string() + "\n")
        .collect();
    // Names that are in every article would not belong together more than by chance.
    let others: String = (25..=40)
        .map(|day| json!({"id": format!("a{day}"), "date": "2024-02-01", "text": "No CANARY."}).to_string() + "\n")
        .collect();
    folder.write("news.jsonl", articles + &others);
    folder.write("two.gaz", "iq\tplace.country\tIraq\t-\tcc=IQ\nir\tplace.country\tIran\t-\tcc=IR\n");
    folder.run("analyze news.jsonl -g two.gaz --out run --quiet").expect(0);
    folder
}

/// The sentences of a page, in one piece each.
fn sentences(data: &Value) -> Vec<String> {
    let text = |sentence: &Value| {
        let parts = sentence[4].as_array().unwrap();
        parts.iter().filter_map(Value::as_str).collect::<String>()
    };
    list(data, "/sentences/sentences").iter().map(text).collect()
}

#[test]
fn the_articles_texts_are_in_the_page_only_if_asked_for() {
    let folder = canary();
    folder.run("report run --out bare.html --quiet").expect(0);
    let bare = fs::read_to_string(folder.path("bare.html")).unwrap();
    assert!(!bare.contains("CANARY") && data(&bare)["sentences"].is_null());

    folder.run("report run --out quoted.html --kwic 4 --quiet").expect(0);
    let page = fs::read_to_string(folder.path("quoted.html")).unwrap();
    assert!(page.contains("CANARY"));
    for tag in ["<script", "</script"] {
        assert_eq!(page.to_lowercase().matches(tag).count(), 2, "{tag}");
    }
    assert!(!page.contains("<b>loudly"));
    let data = data(&page);
    let texts = sentences(&data);
    let entities = list(&data, "/facts/entities");
    // They are sentences that `show` prints, of as many articles as were asked for, and those of a pair have both if they can.
    for (at, chosen) in data["sentences"]["entities"].as_object().unwrap() {
        let id = entities[at.parse::<usize>().unwrap()]["id"].as_str().unwrap();
        let shown: BTreeSet<String> = rows_of(&folder, &["show", "run", "--entity", id])
            .iter()
            .map(|row| row["text"].as_str().unwrap().to_owned())
            .collect();
        let chosen = chosen.as_array().unwrap();
        assert_eq!(chosen.len(), 4, "{id}");
        for sentence in chosen {
            assert!(shown.contains(&texts[number(sentence) as usize]), "{id}: {}", texts[number(sentence) as usize]);
        }
    }
    let pairs = data["sentences"]["pairs"].as_object().unwrap();
    assert_eq!(pairs.len(), 1, "Iraq and Iran");
    let chosen = pairs.values().next().unwrap().as_array().unwrap();
    assert_eq!(chosen.len(), 4);
    for sentence in chosen {
        let text = &texts[number(sentence) as usize];
        assert!(text.contains("Iraq") && text.contains("Iran"), "{text}");
    }
    assert_eq!(data["sentences"]["left_out"], 0);
    // The same again, with another number of threads.
    folder.run("report run --out again.html --kwic 4 --quiet --threads 3").expect(0);
    assert!(fs::read_to_string(folder.path("again.html")).unwrap() == page);

    // An archive that has changed is refused, and so is one that is not there; nothing is written.
    folder.write("news.jsonl", "{\"id\": \"a1\", \"text\": \"Iraq.\"}\n");
    folder.run("report run --out third.html --kwic 1").expect_refusal(&["news.jsonl", "has changed", "--root"]);
    fs::remove_file(folder.path("news.jsonl")).unwrap();
    folder.run("report run --out third.html --kwic 1").expect_refusal(&["news.jsonl", "not there", "--root"]);
    folder.run("report run --out third.html --kwic 0").expect(2).says(&["1..=20"]);
    assert!(!folder.path("third.html").exists());
}

/// With sentences of a whole corpus, the page says what found no room, and is no larger than it says.
#[test]
fn sentences_have_a_limit() {
    let (folder, bare) = sample();
    folder.run("report run --out quoted.html --kwic 20 --quiet").expect(0);
    let page = fs::read_to_string(folder.path("quoted.html")).unwrap();
    let data = data(&page);
    let most = number(&data["sentences"]["most_bytes"]) as usize;
    assert!(sentences(&data).iter().map(String::len).sum::<usize>() <= most);
    assert!(page.len() < bare.len() + 2 * most, "{} bytes", page.len());
    // An entity that is said to have sentences has them in its documents.
    assert!(data["sentences"]["entities"].as_object().unwrap().len() > 100);
}

/// Two runs, two parts of their union and `trend --compare` say the same.
#[test]
fn a_comparison_says_what_trend_says() {
    let folder = Folder::new();
    let text = |number: usize| match number % 7 {
        0 => "Iraq and Baghdad.",
        1 | 2 => "Baghdad.",
        3 => "The United Nations met in Geneva.",
        _ => "Nothing.",
    };
    let article = |source: &str, number: usize| {
        let text = if source == "B" { text(number / 2) } else { text(number) };
        json!({"id": format!("{source}{number}"), "source": source, "date": format!("2024-01-{:02}", number % 28 + 1), "text": text}).to_string() + "\n"
    };
    folder.write("a.jsonl", (0..150).map(|number| article("A", number)).collect::<String>());
    folder.write("b.jsonl", (0..90).map(|number| article("B", number * number)).collect::<String>());
    folder.run("analyze a.jsonl -g small.gaz --out a --quiet").expect(0);
    folder.run("analyze b.jsonl -g small.gaz --out b --quiet").expect(0);
    folder.run("merge a b --out both --quiet").expect(0);
    folder.run("report a --compare b --out runs.html --quiet").expect(0);
    folder.run("report both --compare-where source=A source=B --out parts.html --quiet").expect(0);
    folder.run("report both --compare-where source=A --out rest.html --quiet").expect(0);
    let comparison = |name: &str| {
        let mut comparison = data(&fs::read_to_string(folder.path(name)).unwrap())["comparison"].take();
        for row in comparison["rows"].as_array_mut().unwrap() {
            // Where on the page it is.
            row.as_object_mut().unwrap().remove("entity");
        }
        comparison
    };
    let (runs, parts, rest) = (comparison("runs.html"), comparison("parts.html"), comparison("rest.html"));
    assert_eq!(runs["rows"], parts["rows"]);
    assert_eq!(parts["rows"], rest["rows"]);
    assert_eq!((&runs["parts"], &parts["parts"]), (&json!(false), &json!(true)));
    assert_eq!(parts["sides"][0]["name"], "source=A");
    assert_eq!(rest["sides"][1]["name"], "all others");
    for field in ["articles", "mentions", "names", "sources", "first_day", "last_day", "top"] {
        for side in [0, 1] {
            assert_eq!(runs["sides"][side][field], parts["sides"][side][field], "{field}");
        }
    }
    let trend = rows_of(&folder, &["trend", "both", "--compare", "source=A", "source=B"]);
    let rounded = |value: &Value, to: f64| (value.as_f64().unwrap() * to).round() / to;
    let expected: Vec<Value> = trend
        .iter()
        .map(|row| {
            json!([
                row["entity"],
                row["documents_a"],
                row["documents_b"],
                rounded(&row["log_ratio"], 1000.0),
                rounded(&row["g2"], 100.0)
            ])
        })
        .collect();
    let shown: Vec<Value> = list(&parts, "/rows")
        .iter()
        .map(|row| json!([row["id"], row["documents"][0], row["documents"][1], row["log_ratio"], row["g2"]]))
        .collect();
    assert!(shown.len() >= 3, "{shown:?}");
    assert_eq!(shown, expected);

    let refused = |args: &[&str], parts: &[&str]| {
        let args = [&["report", "both", "--out", "no.html"], args].concat();
        crate::support::Outcome::of(&mut folder.command(args)).expect_refusal(parts);
    };
    refused(&["--compare-where", "date<2024-02", "source=A"], &["150 documents are in both groups"]);
    refused(&["--compare-where", "type=place"], &["does not choose documents"]);
    refused(&["--compare-where", "source=C"], &["no document meets", "source=C"]);
    refused(&["--compare", "both"], &["240 documents are in both groups"]);
    folder
        .run("report both --out no.html --compare a --compare-where source=A")
        .expect(2)
        .says(&["cannot be used with"]);
    assert!(!folder.path("no.html").exists());
}

/// Runs that were not counted in the same way, or of the same files, are compared with a word about it.
#[test]
fn a_comparison_says_what_is_not_the_same() {
    let folder = canary();
    folder.write("other.gaz", "iq\tplace.country\tIraq\t-\tcc=IQ\n");
    folder.run("analyze news.jsonl -g other.gaz --profile wide --out other --quiet").expect(0);
    folder.run("report run --compare other --out report.html --quiet").expect(0);
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    let comparison = &data(&page)["comparison"];
    assert_eq!(comparison["same_inputs"], 1);
    let differences = comparison["differences"].to_string();
    assert!(differences.contains("two.gaz and other.gaz") && differences.contains("profile"), "{differences}");
    // Iraq is as frequent in both; Iran, which the second gazetteer lacks, is not, and is drawn.
    assert!(page.contains("<svg id=\"compared-svg\"") && page.contains("<title>Iran: "), "a bar");
}

/// Names that can be confused, articles with too many names, stories and languages.
#[test]
fn the_page_says_what_speaks_against_its_numbers() {
    let folder = Folder::new();
    folder.write(
        "names.gaz",
        "ge\tplace.country\tGeorgia\t-\tcc=GE\nga\tplace.admin1\tGeorgia\t-\tcc=US\nus\tplace.country\tUnited States\t-\tcc=US\n\
         pf\tplace.city\tParis\t-\tcc=FR pop=2000000\npt\tplace.city\tParis, Texas\t-\tcc=US\n+\talias\tParis\t-\n\
         tb\tplace.city\tTbilisi\t-\tcc=GE\natl\tplace.city\tAtlanta\t-\tcc=US\n",
    );
    let texts = [
        "Tbilisi is in Georgia. The talks in Tbilisi went on for a while, and nobody said when they would end.",
        "Atlanta, Georgia, in the United States. The mayor of Atlanta opened a bridge over the river on Monday morning.",
        "Atlanta, Georgia, in the United States. The mayor of Atlanta opened a bridge over the river on Monday morning.",
        "Paris.",
        "Paris, Texas.",
        "Georgia, Tbilisi, Atlanta, Paris, and the United States.",
    ];
    let articles: String = texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            json!({"id": format!("a{number}"), "source": "The Post", "text": text}).to_string() + "\n"
        })
        .collect();
    folder.write("news.jsonl", articles);
    folder.run("analyze news.jsonl -g names.gaz --round-up cap:3 --out run --quiet").expect(0);
    folder.run("report run --out report.html --quiet").expect(0);
    let data = data(&fs::read_to_string(folder.path("report.html")).unwrap());
    let quality = &data["quality"];
    assert_eq!(quality["policy"], "cap:3");
    assert_eq!(quality["round_ups"], json!([{"id": "a5", "source": "The Post", "names": 5}]));
    assert_eq!(quality["stories"], json!({"stories": 5, "copied": 1, "most": 2}));
    // The others are too short for their language to be known.
    assert_eq!(data["facts"]["languages"], json!([["", 3], ["en", 3]]));
    let documents: BTreeMap<String, u64> = list(&data, "/facts/entities")
        .iter()
        .map(|entity| (entity["id"].as_str().unwrap().to_owned(), number(&entity["documents"])))
        .collect();
    let shared: Vec<(String, Vec<String>)> = list(quality, "/shared")
        .iter()
        .map(|shared| {
            let ids = list(shared, "/entities").iter().map(|entity| {
                let id = entity["id"].as_str().unwrap().to_owned();
                assert_eq!(number(&entity["documents"]), documents[&id]);
                id
            });
            (shared["names"].to_string(), ids.collect())
        })
        .collect();
    let names: Vec<&str> = shared.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["[\"Georgia\"]", "[\"Paris\"]"], "{shared:?}");
    assert_eq!(BTreeSet::from_iter(shared[0].1.iter().map(String::as_str)), BTreeSet::from(["ge", "ga"]));
    // By the alias that only the gazetteer knows; those in most documents first.
    assert_eq!(BTreeSet::from_iter(shared[1].1.iter().map(String::as_str)), BTreeSet::from(["pf", "pt"]));
    assert!(shared.iter().all(|(_, ids)| documents[&ids[0]] >= documents[&ids[1]]), "{shared:?}, {documents:?}");

    // Without the gazetteer the canonical names are left.
    fs::remove_file(folder.path("names.gaz")).unwrap();
    folder.run("report run --out bare.html --quiet").expect(0);
    let bare = self::data(&fs::read_to_string(folder.path("bare.html")).unwrap());
    assert_eq!(list(&bare, "/quality/shared").len(), 1);
}

/// Persons are named only if they are asked for.
#[test]
fn office_holders_are_those_of_the_archive() {
    let folder = Folder::new();
    let article = |day: usize| {
        let text = "Iraqi Foreign Minister Hoshyar Zebari met President Ada Example of Kenya.";
        json!({"id": day, "date": format!("2024-01-{day:02}"), "text": text}).to_string() + "\n"
    };
    folder.write("news.jsonl", (3..=9).map(article).collect::<String>());
    folder.run("analyze news.jsonl --out run --quiet").expect(0);
    folder.run("report run --out bare.html --quiet").expect(0);
    assert!(!fs::read_to_string(folder.path("bare.html")).unwrap().contains("Zebari"));
    folder.run("report run --out holders.html --holders --quiet").expect(0);
    let page = data(&fs::read_to_string(folder.path("holders.html")).unwrap());
    let listed = rows_of(&folder, &["holders", "news.jsonl"]);
    let expected: Vec<Value> = listed
        .iter()
        .map(|row| json!([row["title"], row["of"], row["name"], row["first"], row["last"], row["documents"]]))
        .collect();
    let shown: Vec<Value> = list(&page, "/offices/rows")
        .iter()
        .map(|row| json!([row["title"], row["of"], row["name"], row["first"], row["last"], row["documents"]]))
        .collect();
    assert_eq!(shown, expected);
    assert!(shown.iter().any(|row| row[2] == "Hoshyar Zebari" && row[3] == "2024-01-03" && row[4] == "2024-01-09"));
    fs::write(folder.path("news.jsonl"), "{}\n").unwrap();
    folder.run("report run --out third.html --holders").expect_refusal(&["news.jsonl", "has changed"]);
}
