//! Conditions on what is shown, as people type them: types, names, rules, documents.

use crate::support::{Folder, Outcome, json_lines};

/// A folder with a run of this text.
fn analysed(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("a.jsonl", format!("{}\n", serde_json::json!({"id": "1", "text": text})));
    folder.run("analyze a.jsonl -g world --out run -q").expect(0);
    folder
}

#[test]
fn a_type_that_nothing_has_is_refused() {
    // shared case 62
    let folder = analysed("The BBC said talks in Paris ended.");
    folder.run("top run --type organization").expect_refusal(&["\"organization\"", "place and organisation"]);
    folder.run("top run --type city").expect_refusal(&["did you mean place.city?"]);
    folder.run("export run --to gexf --type organization --out run2").expect_refusal(&["did you mean organisation?"]);
    assert!(!folder.path("run2").exists());
    folder.run("pairs run --type plce").expect_refusal(&["did you mean place?"]);
    // siblings
    let folder = analysed("The Bank of England and the Prime Minister spoke in Nairobi, Kenya.");
    folder.run("top run --type country").expect_refusal(&["did you mean place.country?"]);
    folder.run("pairs run --type person").expect_refusal(&["persons are not counted"]);
    folder.run("export run --to csv --type companies --out out").expect_refusal(&["did you mean organisation?"]);
    assert!(folder.run("top run --type place.country --format csv").expect(0).stdout.contains("ke,Kenya,place"));
}

#[test]
fn a_filter_that_leaves_nothing_says_so() {
    let folder = analysed("The BBC said talks in Paris ended.");
    folder.run("top run --type title").expect(0).says(&["the run has 2 entities and none meets --type title"]);
    folder.run("pairs run --min-documents 9").expect(0).says(&["the run has 1 pair and none meets --min-documents 9"]);
    folder.run("export run --to edges --type title --out e.csv").expect(0).says(&["--type title"]);
    assert_eq!(folder.run("pairs run --min-documents 9 -q").expect(0).stderr, "");
}

#[test]
fn an_entity_is_given_by_any_of_its_names() {
    let folder = analysed(
        "Talks between the United States and Germany ended in Paris, as did those with Georgia. Tbilisi agreed.",
    );
    for name in ["us", "US", "USA", "united states", "U.S."] {
        let command = &mut folder.command(["pairs", "run", "--all-pairs", "--format", "jsonl", "--with", name]);
        let pairs = json_lines(&Outcome::of(command).expect(0).stdout);
        assert!(!pairs.is_empty() && pairs.iter().all(|pair| pair["a"] == "us" || pair["b"] == "us"), "{name}");
    }
    folder
        .run("pairs run --with Atlantis")
        .expect_refusal(&["no entity of the run has the id or the name \"Atlantis\""]);
    folder
        .run("pairs run --with US --type organisation")
        .expect_refusal(&["us (United States, place.country, 1 document)"]);
}

#[test]
fn a_name_of_two_entities_is_never_chosen_silently() {
    let folder = Folder::new();
    let names = "a\tplace.city\tSpringfield Town\t-\tcc=US\n+\talias\tSpringfield\t-\nb\torg.club\tSpringfield FC\t-\n+\talias\tSpringfield\t-\nc\tplace.city\tOslo\t-\n";
    folder.write("mine.gaz", names);
    folder.write("a.txt", "Springfield Town met Springfield FC in Oslo.");
    folder.run("analyze a.txt -g mine.gaz --profile plain --out run -q").expect(0);
    let said =
        ["2 entities", "a (Springfield Town, place.city, 1 document)", "b (Springfield FC, org.club, 1 document)"];
    folder.run("pairs run --with Springfield").expect_refusal(&said);
    folder.run("export run --to edges --out e.csv --with springfield").expect_refusal(&said);
    assert!(
        folder
            .run("pairs run --all-pairs --with Springfield --type place --format csv")
            .expect(0)
            .stdout
            .contains("Oslo")
    );
    assert!(folder.run("pairs run --all-pairs --with b --format csv").expect(0).stdout.contains("Springfield FC"));
}

#[test]
fn a_rule_can_be_left_out_and_the_run_says_so() {
    let folder = Folder::new();
    folder.write("a.txt", "He was born in Bath. Iraq spoke.");
    let surfaces = |args: &str| {
        let tagged = folder.run(&format!("tag a.txt -g small.gaz {args}"));
        json_lines(&tagged.expect(0).stdout)[0]["spans"].as_array().unwrap().len()
    };
    assert_eq!(surfaces("") - surfaces("--without-rule preposition"), 1);
    folder.run("analyze a.txt -g small.gaz --out run -q --without-rule preposition").expect(0);
    assert_eq!(folder.manifest("run")["settings"]["without_rules"], serde_json::json!(["preposition"]));
    folder.run("tag a.txt --without-rule prepositions").expect(2).says(&["preposition", "title-head"]);
    folder.run("tag a.txt --without-rule no-evidence").expect(2);
    folder.run("tag a.txt --without-rule pair --profile plain").expect_refusal(&["the plain profile asks no rules"]);
    folder.run("selfcheck a.txt --without-rule pair").expect_refusal(&["before any rule"]);
    let rules = json_lines(&folder.run("explain --rules --format jsonl").expect(0).stdout);
    assert!(rules.iter().any(|rule| rule["rule"] == "preposition" && rule["optional"] == true));
}

#[test]
fn documents_that_share_an_id_are_all_explained() {
    let folder = Folder::new();
    // shared case 66
    folder
        .write("a.jsonl", "{\"id\": 7, \"text\": \"Talks in Baghdad.\"}\n{\"id\": 7, \"text\": \"Talks in Kyiv.\"}\n");
    let both = folder.run("explain a.jsonl -g small.gaz --doc 7 --format csv");
    both.expect(0).says(&["document 1 of the id \"7\" is record 1 of a.jsonl", "document 2"]);
    assert!(both.stdout.contains("1,text,9,16,Baghdad,true") && both.stdout.contains("2,text,9,13,Kyiv,true"));
    let second = folder.run("explain a.jsonl -g small.gaz --doc 7 --nth 2 --format csv");
    assert!(second.expect(0).stdout.contains("Kyiv") && !second.stdout.contains("Baghdad") && second.stderr.is_empty());
    folder.run("explain a.jsonl -g small.gaz --doc 7 --nth 3").expect_refusal(&["only 2 documents have the id \"7\""]);
    // siblings: ids that begin anew in each file; one document; none
    folder.write("y/1.jsonl", "{\"id\": \"1\", \"text\": \"Iraq.\"}\n{\"id\": \"2\", \"text\": \"York.\"}\n");
    folder.write("y/2.jsonl", "{\"id\": \"1\", \"text\": \"Zürich.\"}\n");
    folder.run("explain y -g small.gaz --doc 1").expect(0).says(&["record 1 of y/1.jsonl", "record 1 of y/2.jsonl"]);
    folder
        .run("explain y -g small.gaz")
        .expect_refusal(&["have 3 documents; choose one with --doc: \"1\", \"2\", \"1\""]);
    folder.run("explain y -g small.gaz --doc 9").expect_refusal(&["no document has the id \"9\"", "\"1\", \"2\""]);
    folder.write("one.txt", "Talks in Iraq.");
    assert!(folder.run("explain one.txt -g small.gaz").expect(0).stdout.contains("Iraq"));
}

#[test]
fn a_gold_type_that_is_never_compared_is_said_or_refused() {
    let folder = Folder::new();
    let gold =
        |spans: &str| format!("{{\"id\":\"a\",\"text\":\"Iraq, the World Bank and Kyiv.\",\"spans\":[{spans}]}}\n");
    let span = |start: u32, end: u32, kind: &str| format!("{{\"start\":{start},\"end\":{end},\"type\":\"{kind}\"}}");
    let rows = |outcome: Outcome| json_lines(&outcome.expect(0).stdout);
    // shared case 64
    let spans = [span(0, 4, "GPE"), span(10, 20, "ORG"), span(25, 29, "GPE")].join(",");
    folder.write("onto.jsonl", gold(&spans));
    let eval = |args: &str| folder.run(&format!("eval -g small.gaz --draws 10 --format jsonl --gold {args}"));
    let said = "onto.jsonl: it has GPE (2), ORG (1) and none of place";
    eval("onto.jsonl --types place").expect_refusal(&[said, "map them: --map GPE=place"]);
    eval("onto.jsonl").expect_refusal(&[said, "--map GPE=place,ORG=organisation"]);
    let mapped = eval("onto.jsonl --map GPE=place,ORG=organisation");
    assert_eq!(mapped.expect(0).stderr, "");
    assert!(rows(mapped).iter().all(|row| row["value"] == 1.0));
    eval("onto.jsonl --map GPE=place").expect(0).says(&["never compared: ORG (1); map them: --map ORG=organisation"]);
    eval("onto.jsonl --map LOC=place").expect_refusal(&["no span of the type \"LOC\"", "GPE, ORG"]);
    // siblings: another label set; a type that the file lacks; a file without spans
    folder.write("conll.jsonl", gold(&[span(0, 4, "location"), span(10, 20, "organization")].join(",")));
    eval("conll.jsonl").expect_refusal(&["--map location=place,organization=organisation"]);
    folder.write("places.jsonl", gold(&[span(0, 4, "place"), span(25, 29, "place")].join(",")));
    assert!(rows(eval("places.jsonl")).iter().all(|row| row["type"] == "place"), "no figures of what is not annotated");
    eval("places.jsonl --types place,organisation").expect(0).says(&["it has no organisation"]);
    eval("places.jsonl --types plce").expect_refusal(&["it has place (2) and none of plce"]);
    folder.write("none.jsonl", gold(""));
    eval("none.jsonl").expect_refusal(&["none.jsonl: no span is annotated"]);
}
