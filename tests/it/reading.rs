//! `plan` and `read`: what is in the inputs, before anything is counted. And `generate`, which needs no inputs.

use serde_json::{Value, json};

use crate::support::Folder;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Three files of three formats, one of them with a faulty record.
fn archive() -> Folder {
    let folder = Folder::new();
    folder.write("in/a.csv", "url,headline,body,date,section\nhttp://e/1,Talks,\"Iraq, again\",2024-05-09,World\n");
    folder.write(
        "in/b.jsonl",
        "{\"id\": 7, \"content\": {\"text\": \"York\"}, \"text\": \"Bath\", \"date\": \"soon\"}\nno\n",
    );
    folder.write("in/c.txt", "BAGHDAD: Talks resumed.\n");
    folder
}

#[test]
fn documents_are_printed_as_they_are_read_and_can_be_read_again() {
    let folder = archive();
    let outcome = folder.run("read in");
    outcome.expect(0);
    let read = lines(&outcome.stdout);
    let field = |row: usize, name: &str| read[row][name].as_str().unwrap_or_default().to_owned();
    assert_eq!([field(0, "id"), field(0, "title"), field(0, "text")], ["http://e/1", "Talks", "Iraq, again"]);
    assert_eq!([field(0, "date"), field(0, "day"), field(0, "file")], ["2024-05-09", "2024-05-09", "in/a.csv"]);
    assert_eq!((&read[1]["id"], &read[1]["record"], &read[1]["day"]), (&"7".into(), &1.into(), &Value::Null));
    assert_eq!([field(2, "id"), field(2, "text")], ["in/c.txt", "BAGHDAD: Talks resumed.\n"]);
    assert!(
        outcome.stderr.contains("skipped 1 record") && outcome.stderr.contains("in/b.jsonl:2"),
        "{}",
        outcome.stderr
    );
    folder.run("read in --strict").expect(1);

    folder.write("again.jsonl", &outcome.stdout);
    for input in ["in", "again.jsonl"] {
        folder.run(&format!("analyze {input} -g small.gaz --out run-{input}")).expect(0);
    }
    assert_eq!(folder.rows("top", "run-in"), folder.rows("top", "run-again.jsonl"));

    let outcome = folder.run("read in -n 1");
    outcome.expect(0);
    assert_eq!(lines(&outcome.stdout), read[..1]);
    assert_eq!(folder.run_with_input("read -", b"{\"text\": \"Iraq\"}\n").expect(0).stdout.lines().count(), 1);
}

#[test]
fn a_plan_names_formats_fields_and_dates() {
    let folder = archive();
    let outcome = folder.run("plan in -g small.gaz");
    outcome.expect(0);
    for part in [
        "3 files, ",
        "1 plain text, 1 JSON Lines, 1 CSV or TSV",
        "text    `body` in 1 of 2, `text` in 1 of 2",
        "unused  content, content.text, section",
        "documents  3\n",
        "rejected   1\n",
        "in/b.jsonl:2: ",
        "2024-05-09 to 2024-05-09; 33.3 % of the documents have none, 33.3 % one that is not understood",
        "  in/a.csv, record 1\n    id      http://e/1\n    title   Talks\n",
        "    text    BAGHDAD: Talks resumed.\n",
    ] {
        assert!(outcome.stdout.contains(part), "no {part:?} in\n{}", outcome.stdout);
    }
    let pointed = folder.run("plan in/b.jsonl -g small.gaz --text-field /content/text");
    assert!(pointed.expect(0).stdout.contains("`/content/text`"), "{}", pointed.stdout);
    folder.run_with_input("plan -", b"x").expect(2);
    assert!(!folder.path("run").exists());
}

#[test]
fn the_program_writes_its_manual_and_completions() {
    let folder = Folder::new();
    let page = folder.run("generate man");
    assert!(page.expect(0).stdout.starts_with(".ie") || page.stdout.contains(".TH dateline 1"), "{}", page.stdout);
    let page = folder.run("generate man gazetteer show");
    assert!(page.expect(0).stdout.contains(".TH dateline-gazetteer-show 1"), "{}", page.stdout);
    assert!(folder.run("generate man nothing").expect(2).stderr.contains("the commands are analyze"));
    for (shell, part) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef dateline"),
        ("fish", "complete -c dateline"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let completions = folder.run(&format!("generate completions {shell}"));
        assert!(completions.expect(0).stdout.contains(part), "{shell}: {}", completions.stdout);
        assert!(completions.stdout.contains("recurring-lines"), "{shell}");
    }
}

#[test]
fn texts_in_html_are_read_without_their_markup() {
    let folder = Folder::new();
    let text = "<p>Talks in <b>Iraq</b> &amp; Oman.</p><p>They &lt;ended&gt;<br>at noon.</p>";
    folder.write("a.jsonl", json!({"id": "1", "title": "AT&amp;T &amp; others", "text": text}).to_string());
    folder.write("b.csv", "id,title,text\n2,One,\"<p>York</p>\n<p>Bath &#8211; again</p>\"\n");
    folder.write("c.txt", "Plain & simple: 1 < 2");
    let read = |more: &str| lines(&folder.run(&format!("read a.jsonl b.csv c.txt {more}")).expect(0).stdout);
    let plain = read("");
    assert_eq!(plain[0]["text"], text);
    let texts = |rows: &[Value]| rows.iter().map(|row| row["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let html = read("--text-is html");
    assert_eq!(
        texts(&html),
        ["Talks in Iraq & Oman.\n\nThey <ended>\nat noon.", "York\n\nBath \u{2013} again", "Plain & simple: 1 < 2"]
    );
    assert_eq!(html[0]["title"], "AT&T & others");

    // The sentences behind a number are those of the text that was counted, and the run says how it was read.
    folder.run("analyze a.jsonl b.csv c.txt -g small.gaz --out plain").expect(0).says(&["--text-is html"]);
    folder.run("analyze a.jsonl b.csv c.txt -g small.gaz --out run --text-is html").expect(0);
    assert_eq!(folder.manifest("run")["settings"]["input"]["text_is"], "html");
    assert_eq!(folder.manifest("run")["notes"]["markup"], 0);
    assert!(folder.run("show run --entity Iraq").expect(0).stdout.contains("Talks in Iraq & Oman."));
}
