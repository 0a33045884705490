//! What belongs to the page is not counted, and what is said twice counts once.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{Folder, corpus, json_lines};

/// A page as scrapers deliver it, of the shape that the program exists for.
const TITLE: &str = "UN Says No Plan to Move Troops From Mali";
const TEXT: &str = "\
UN Says No Plan to Move Troops From Mali

Thu Mar 14 2024
icon-facebook icon-twitter icon-whatsapp

GENEVA: The United Nations said on Wednesday that it had no plan to move its 900 troops from Mali, although Bamako wants \
them gone by June.

Brigadier General Sydney Marsh told reporters that Malian officers had asked for more time. Marsh’s own men, he said, would \
stay in Gao.

Troops to be housed in Gao until June

Malian Prime Minister Jordan Coulibaly wrote to French President Paris Delacroix on Tuesday. Coulibaly’s letter named Niger \
and Chad.

READ ALSO: Over 300 Libyans Stranded in Tunisia After Storm

The World Bank has lent Mali 40 million euros since the Mali-Niger pipeline opened on Labour Day.

Tags: Mali | Niger | Sahel
icon-facebook icon-twitter icon-whatsapp";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("page.jsonl", json!({"id": "page", "title": TITLE, "text": TEXT}).to_string());
    folder
}

/// The spans of the text as "section surface = name", and a star for those marked as furniture.
fn tagged(args: &str) -> Vec<String> {
    let outcome = folder().run(&format!("tag page.jsonl {args}"));
    let line: Value = serde_json::from_str(&outcome.expect(0).stdout).unwrap();
    let characters: Vec<char> = TEXT.chars().collect();
    let mut spans = Vec::new();
    for span in line["spans"].as_array().unwrap().iter().filter(|span| span["part"] == "text") {
        let (start, end) = (span["start"].as_u64().unwrap() as usize, span["end"].as_u64().unwrap() as usize);
        let surface: String = characters[start..end].iter().collect();
        assert_eq!(surface, span["surface"].as_str().unwrap());
        let mut shown = format!("{} {surface} = {}", span["section"].as_str().unwrap(), span["name"].as_str().unwrap());
        if span["furniture"] == true {
            shown.push('*');
        }
        spans.push(shown);
    }
    spans
}

const STRICT: [&str; 17] = [
    "headline UN = United Nations",
    "headline Mali = Mali",
    "dateline GENEVA = Geneva",
    "lede United Nations = United Nations",
    "lede Mali = Mali",
    "lede Bamako = Bamako",
    "body Brigadier General = Brigadier General",
    "body Gao = Gao",
    "body Gao = Gao",
    "body Prime Minister = Prime Minister",
    "body President = President",
    "body Niger = Niger",
    "body Chad = Chad",
    "body World Bank = World Bank",
    "body Mali = Mali",
    "body Mali = Mali",
    "body Niger = Niger",
];

#[test]
fn a_scraped_page_comes_out_exactly() {
    assert_eq!(tagged(""), STRICT);
    let in_body = |list: &mut Vec<&str>, before: &str, demonym| {
        let at = list.iter().position(|span| *span == before).unwrap();
        list.insert(at, demonym);
    };
    let mut wide = STRICT.to_vec();
    in_body(&mut wide, "body Gao = Gao", "body Malian = Mali");
    in_body(&mut wide, "body Prime Minister = Prime Minister", "body Malian = Mali");
    in_body(&mut wide, "body President = President", "body French = France");
    assert_eq!(tagged("--profile wide"), wide);
}

#[test]
fn marked_furniture_changes_nothing_else() {
    for profile in ["strict", "wide"] {
        let marked = tagged(&format!("--profile {profile} --furniture mark"));
        let rest: Vec<&String> = marked.iter().filter(|span| !span.ends_with('*')).collect();
        assert_eq!(rest, tagged(&format!("--profile {profile}")).iter().collect::<Vec<_>>());
        let furniture: Vec<&str> =
            marked.iter().filter(|span| span.ends_with('*')).map(|span| span.trim_end_matches('*')).collect();
        let expected = [
            "furniture Libyans = Libya",
            "furniture Tunisia = Tunisia",
            "furniture Mali = Mali",
            "furniture Niger = Niger",
            "furniture Sahel = Sahel",
        ];
        assert_eq!(furniture, expected[usize::from(profile == "strict")..]);
        let counted = tagged(&format!("--profile {profile} --furniture count"));
        assert!(counted.iter().any(|span| span == "furniture Tunisia = Tunisia"), "{counted:?}");
    }
}

#[test]
fn segments_say_what_is_furniture_and_why() {
    let outcome = folder().run("tag page.jsonl --segments");
    let line: Value = serde_json::from_str(&outcome.expect(0).stdout).unwrap();
    let characters: Vec<char> = TEXT.chars().collect();
    let mut shown = String::new();
    for segment in line["segments"].as_array().unwrap().iter().filter(|segment| segment["part"] == "text") {
        let at = |key: &str| segment[key].as_u64().unwrap() as usize;
        let text: String = characters[at("start")..at("end")].iter().take(12).collect();
        let (section, reason) = (segment["section"].as_str().unwrap(), segment["reason"].as_str().unwrap_or("-"));
        writeln!(shown, "{section} {reason} {text}").unwrap();
    }
    assert_eq!(
        shown,
        "headline - UN Says No P\nfurniture timestamp Thu Mar 14 2\nfurniture share-bar icon-faceboo\n\
         dateline - GENEVA:\nlede - The United N\nbody - Brigadier Ge\nfurniture link-line READ ALSO: O\n\
         body - The World Ba\nfurniture tags Tags: Mali |\nfurniture share-bar icon-faceboo\n"
    );
}

/// Mentions of each entity, as `analyze` counts them.
fn counted(folder: &Folder, args: &str) -> Vec<(String, u64)> {
    folder.run(&format!("analyze page.jsonl --out run --force -q {args}")).expect(0);
    let rows = folder.rows("top", "run");
    let mut rows: Vec<(String, u64)> =
        rows.iter().map(|row| (row["name"].as_str().unwrap().to_owned(), row["mentions"].as_u64().unwrap())).collect();
    rows.sort();
    folder.run("verify run -q").expect(0);
    rows
}

fn count_of(rows: &[(String, u64)], name: &str) -> u64 {
    rows.iter().find(|row| row.0 == name).map_or(0, |row| row.1)
}

#[test]
fn a_repeated_headline_counts_once() {
    let folder = folder();
    let rows = counted(&folder, "");
    // Title, lede and twice in the body; the line that repeats the title and the tags do not count.
    assert_eq!(count_of(&rows, "Mali"), 4, "{rows:?}");
    assert_eq!(count_of(&rows, "Tunisia"), 0);
    assert_eq!(folder.manifest("run")["settings"]["furniture"], "skip");
    assert_eq!(counted(&folder, "--furniture mark"), rows);
    assert_eq!(folder.manifest("run")["settings"]["furniture"], "skip");
    let all = counted(&folder, "--furniture count");
    assert_eq!((count_of(&all, "Mali"), count_of(&all, "Tunisia")), (5, 1));
    assert_eq!(folder.manifest("run")["settings"]["furniture"], "count");
}

#[test]
fn sections_can_be_left_out() {
    let folder = folder();
    let rows = counted(&folder, "--exclude dateline,headline");
    assert_eq!((count_of(&rows, "Geneva"), count_of(&rows, "Mali")), (0, 3), "{rows:?}");
    assert_eq!(folder.manifest("run")["settings"]["exclude"], json!(["headline", "dateline"]));
    let rows = counted(&folder, "--exclude lede,body");
    assert_eq!(rows, [("Geneva", 1), ("Mali", 1), ("United Nations", 1)].map(|(name, n)| (name.to_owned(), n)));
}

/// Every stretch of the golden pages that is furniture or a byline, and nothing else.
#[test]
fn the_furniture_of_the_golden_pages_is_found() {
    let folder = Folder::new();
    let pages = std::fs::read_to_string(corpus("golden/pages.jsonl")).unwrap();
    folder.write("pages.jsonl", &pages);
    let outcome = folder.run("tag pages.jsonl --segments -g small.gaz");
    let found = json_lines(&outcome.expect(0).stdout);
    // Characters that are not blank: right, wrong, missed.
    let mut tally = std::collections::BTreeMap::<String, [usize; 3]>::new();
    let mut wrong_lines = Vec::new();
    for (page, found) in json_lines(&pages).iter().zip(&found) {
        let text: Vec<char> = page["text"].as_str().unwrap().chars().collect();
        let mut expected = vec![false; text.len()];
        for stretch in ["furniture", "bylines"].iter().flat_map(|key| page[*key].as_array().unwrap()) {
            let at = |index: usize| stretch[index].as_u64().unwrap() as usize;
            expected[at(0)..at(1)].fill(true);
        }
        let mut marked = vec![false; text.len()];
        for segment in found["segments"].as_array().unwrap().iter().filter(|segment| segment["part"] == "text") {
            if segment["section"] == "furniture" || segment["section"] == "byline" {
                let at = |key: &str| segment[key].as_u64().unwrap() as usize;
                marked[at("start")..at("end")].fill(true);
                if !expected[at("start")] {
                    wrong_lines.push(text[at("start")..at("end")].iter().collect::<String>());
                }
            }
        }
        let tally = tally.entry(page["split"].as_str().unwrap().to_owned()).or_default();
        for at in (0..text.len()).filter(|at| !text[*at].is_whitespace()) {
            match (expected[at], marked[at]) {
                (true, true) => tally[0] += 1,
                (false, true) => tally[1] += 1,
                (true, false) => tally[2] += 1,
                (false, false) => {}
            }
        }
    }
    println!("characters of furniture, right, wrong, missed: {tally:?}; wrong: {wrong_lines:?}");
    // Text of an article is never taken for furniture.
    assert!(wrong_lines.is_empty(), "{wrong_lines:?}");
    for (split, floor) in [("dev", 62), ("test", 62)] {
        let [right, _, missed] = tally[split];
        let recall = 100 * right / (right + missed);
        assert!(recall >= floor, "{split}: {recall} % of the furniture is found, expected at least {floor}");
    }
}

#[test]
fn recurring_lines_do_not_depend_on_threads_or_order() {
    let folder = Folder::new();
    let page = |number: usize, source: &str| {
        let text =
            format!("Iraq said number {number} was enough.\n\nVoice of Baghdad and Kyiv since 1902\n\nIt rained.");
        json!({"id": format!("{source}{number}"), "source": source, "text": text}).to_string()
    };
    for (file, numbers) in [("a.jsonl", 0..40), ("b.jsonl", 40..90)] {
        let lines: Vec<String> = numbers.map(|number| page(number, if number < 80 { "one" } else { "two" })).collect();
        folder.write(&format!("news/{file}"), lines.join("\n"));
    }
    folder.run("analyze news --out one -g small.gaz -q -j 1 --recurring-lines 20").expect(0);
    folder.run("analyze news --out many -g small.gaz -q -j 4 --recurring-lines 20").expect(0);
    folder.run("analyze news/b.jsonl news/a.jsonl --out files -g small.gaz -q --recurring-lines 20").expect(0);
    assert_eq!(folder.hashes("one"), folder.hashes("many"));
    assert_eq!(folder.rows("top", "one"), folder.rows("top", "files"));
    assert_eq!(folder.manifest("one")["settings"]["recurring_lines"], 20);
    // In the other source the line stands ten times only.
    let rows = folder.rows("top", "one");
    let baghdad = rows.iter().find(|row| row["name"] == "Baghdad").unwrap();
    assert_eq!(baghdad["documents"], 10);
    folder.run("analyze news --out all -g small.gaz -q").expect(0);
    let rows = folder.rows("top", "all");
    assert_eq!(rows.iter().find(|row| row["name"] == "Baghdad").unwrap()["documents"], 90);
    let refused = folder.run_with_input("analyze - --out x -g small.gaz --recurring-lines 2", b"{\"text\":\"Iraq\"}");
    refused.expect_refusal(&["recurring lines need two readings", "--recurring-lines"]);
}
