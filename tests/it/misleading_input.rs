//! Input that could mislead: read as what it is, or refused by its name, or counted and said.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, gzip, json_lines, zstd};

/// Ids and days of the documents of a run.
fn days(folder: &Folder, run: &str) -> Vec<(String, Value)> {
    folder.run(&format!("export {run} --to jsonl --table documents --out {run}-documents --force")).expect(0);
    let text = fs::read_to_string(folder.path(&format!("{run}-documents/documents.jsonl")))
        .or_else(|_| fs::read_to_string(folder.path(&format!("{run}-documents"))));
    let rows = json_lines(&text.unwrap());
    rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row["day"].clone())).collect()
}

/// The line that `analyze` and `tag` print on standard error for an archive that they refuse.
#[track_caller]
fn check_refused(name: &str, content: impl AsRef<[u8]>, parts: &[&str]) {
    let folder = Folder::new();
    let content = content.as_ref();
    folder.write(name, content);
    folder.write("as.txt", content);
    folder.write("plain.gz", gzip(content));
    folder.write("plain.zst", zstd(content));
    folder.write("tree/a.txt", content);
    folder.write("tree/b.txt", "Iraq");
    for input in [name, "as.txt", "plain.gz", "plain.zst"] {
        folder.run(&format!("analyze {input} -g small.gaz --out run")).expect_refusal(&[input]).says(parts);
        folder.run(&format!("tag {input} -g small.gaz")).expect_refusal(parts);
        assert!(!folder.path("run").exists());
    }
    folder.run_with_input("tag - -g small.gaz", content).expect_refusal(parts);
    // Among others it is one reject, and not one article.
    folder.run("analyze tree -g small.gaz --out run").expect(3).says(&["skipped 1 record", "tree/a.txt:1: "]);
    assert_eq!(folder.rejects("run").len(), 1);
    assert_eq!(folder.manifest("run")["books"]["counted"], 1);
}

#[test]
fn other_xml_mailboxes_and_documents_are_refused_by_name() {
    check_refused(
        "news.xml",
        "<?xml version=\"1.0\"?>\n<news><item><title>One</title><text>Iraq</text></item></news>\n",
        &["this is XML", "ElementTree"],
    );
    check_refused(
        "feed.rss",
        "<?xml version=\"1.0\"?>\n<newsMessage><itemSet>Iraq</itemSet></newsMessage>",
        &["NewsML", "JSON Lines"],
    );
    check_refused("box", "From ada@a.example Tue May  9 01:33:00 2023\nSubject: Iraq\n\nTalks.\n", &["mbox"]);
    check_refused("a.rtf", "{\\rtf1\\ansi Talks in Iraq.}", &["RTF"]);
}

#[test]
fn the_user_may_ask_for_text() {
    let folder = Folder::new();
    folder.write("news.csv", "id,title,text\n1,T,Iraq\n");
    folder.write("photo.png", b"\x89PNG\r\n\x1a\n\0\0");
    folder.run("analyze news.csv -g small.gaz --out run --input-format text").expect(0);
    assert_eq!(folder.manifest("run")["books"]["counted"], 1);
    folder.run("tag photo.png -g small.gaz --input-format text").expect_refusal(&["PNG"]);
}

#[test]
fn markup_in_texts_is_said() {
    let folder = Folder::new();
    let html = "<p>Talks ended.</p><a href=\"/World/Iraq/talks\" title=\"York summit\">more</a>";
    let lines =
        [json!({"id": "a", "text": "Iraq"}), json!({"id": "b", "text": html}), json!({"id": "c", "text": "5 < 6 & 7"})];
    folder.write("a.jsonl", lines.map(|line| line.to_string()).join("\n"));
    let parts = ["1 document holds HTML or XML markup, e.g. a.jsonl:2", "--text-is html"];
    folder.run("analyze a.jsonl -g small.gaz --out run").expect(0).says(&parts);
    folder.run("analyze a.jsonl -g small.gaz --out quiet -q").expect(0).says(&parts);
    folder.run("tag a.jsonl -g small.gaz").expect(0).says(&parts);
    assert_eq!(folder.manifest("run")["notes"]["markup"], 1);
    folder.write(
        "b.jsonl",
        [
            json!({"id": "1", "text": "&lt;div&gt;Iraq&lt;/div&gt;"}),
            json!({"id": "2", "title": "<b>York</b>", "text": ""}),
        ]
        .map(|line| line.to_string())
        .join("\n"),
    );
    folder.run("tag b.jsonl -g small.gaz").expect(0).says(&["2 documents hold HTML or XML markup, e.g. b.jsonl:1"]);
}

#[test]
fn dates_are_read_as_people_write_them_and_the_others_are_counted() {
    let folder = Folder::new();
    let dates = [
        json!("May 9, 2023 1:33 AM"),
        json!("9 May 2023"),
        json!("Tuesday, May 9, 2023"),
        json!("Tue, 09 May 2023 01:33:00 GMT"),
        json!("2023/05/09"),
        json!(20230509),
        json!(1683594000),
        json!(1683594000123_u64),
        json!(1683594000.5),
        json!("05/09/2023"),
        json!("yesterday"),
        json!(null),
        json!(""),
    ];
    let line = |(at, date): (usize, &Value)| json!({"id": at.to_string(), "text": "Iraq", "date": date}).to_string();
    folder.write("a.jsonl", dates.iter().enumerate().map(line).collect::<Vec<_>>().join("\n"));
    let outcome = folder.run("analyze a.jsonl -g small.gaz --out run");
    outcome.expect(0).says(&["the date of 2 documents cannot be read, e.g. \"05/09/2023\" in a.jsonl:10"]);
    assert!(outcome.stdout.contains("2 documents have no date"), "{}", outcome.stdout);
    assert_eq!(folder.manifest("run")["dates"], json!({"read": 9, "missing": 2, "unreadable": 2}));
    let days = days(&folder, "run");
    assert!(days[..9].iter().all(|(_, day)| *day == 19486 || *day == "2023-05-09"), "{days:?}");
    assert!(days[9..].iter().all(|(_, day)| day.is_null()), "{days:?}");
    folder.run("verify run").expect(0);
    // The books of dates are sealed, and hold for any number of threads.
    folder.run("analyze a.jsonl -g small.gaz --out one -j 1").expect(0);
    assert_eq!(folder.hashes("run"), folder.hashes("one"));
}

#[test]
fn a_named_field_that_no_record_has_is_an_error() {
    let folder = Folder::new();
    let record = "{\"url\":\"https://e.example/1\",\"title\":\"T\",\"content\":\"Iraq\",\"publishedAt\":\"2023-05-09T01:00:00Z\"}\n";
    folder.write("a.jsonl", record);
    let parts =
        ["no field `publishedat` (--date-field; did you mean `publishedAt`?)", "url, title, content, publishedAt"];
    for command in ["analyze a.jsonl --out run", "tag a.jsonl", "holders a.jsonl"] {
        folder.run(&format!("{command} -g small.gaz --date-field publishedat")).expect_refusal(&parts);
    }
    folder
        .run("analyze a.jsonl -g small.gaz --out run --id-field nosuch --title-field ttl")
        .expect_refusal(&["`nosuch` (--id-field)", "`ttl` (--title-field)"]);
    assert!(!folder.path("run").exists());
    // Not one line is printed before.
    folder.write("many.jsonl", record.repeat(5000));
    for threads in [1, 3] {
        folder
            .run(&format!("tag many.jsonl -g small.gaz --source-field agency -j {threads}"))
            .expect_refusal(&["none of the first 1000 records has a field `agency`"]);
    }
    // A field that only some records have is as it should be, and so is one that is null.
    folder.write("some.jsonl", format!("{}{}", record.repeat(900), "{\"text\":\"York\",\"agency\":null}\n"));
    folder.run("tag some.jsonl -g small.gaz --source-field agency -j 1").expect(0);
    // Nor does an archive without records lack fields.
    folder.run_with_input("tag - -g small.gaz --id-field x", b"").expect(0);
}

#[test]
fn usual_names_are_found_also_inside_objects() {
    let folder = Folder::new();
    folder.write(
        "a.jsonl",
        "{\"source\":{\"id\":null,\"name\":\"Daily\"},\"url\":\"u1\",\"content\":\"Iraq\",\"publishedAt\":\"2023-05-09T01:00:00Z\"}\n\
         {\"@id\":\"u2\",\"headline\":\"York\",\"articleBody\":\"Iraq\",\"datePublished\":\"2023-05-09\",\"publisher\":{\"name\":\"Daily\"}}\n\
         {\"guid\":{\"rendered\":\"u3\"},\"title\":{\"rendered\":\"York\"},\"content\":{\"rendered\":\"Iraq\"},\"pubDate\":\"Tue, 09 May 2023 01:00:00 GMT\"}\n",
    );
    folder.run("analyze a.jsonl -g small.gaz --out run").expect(0);
    let ids: Vec<String> = days(&folder, "run").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["u1", "u2", "u3"]);
    assert_eq!(folder.manifest("run")["dates"]["read"], 3);
    folder.run("tag a.jsonl -g small.gaz --source-field source.name").expect(0);
}

#[test]
fn ids_keep_their_digits_and_repeated_ones_are_said() {
    let folder = Folder::new();
    folder.write(
        "a.jsonl",
        "{\"id\":18446744073709551616,\"text\":\"Iraq\"}\n{\"id\":18446744073709551617,\"text\":\"York\"}\n{\"id\":1e5,\"text\":\"Bath\"}\n",
    );
    let outcome = folder.run("analyze a.jsonl -g small.gaz --out run");
    assert_eq!(outcome.expect(0).stderr, "");
    let ids: Vec<String> = days(&folder, "run").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["18446744073709551616", "18446744073709551617", "1e5"]);

    // Archives number from 1 in each file.
    folder.write("in/a.jsonl", "{\"id\":0,\"text\":\"Iraq\"}\n{\"id\":7,\"text\":\"Iraq\"}\n");
    folder.write(
        "in/b.jsonl",
        "{\"id\":\"7\",\"text\":\"York\"}\n{\"id\":7,\"text\":\"Iraq\"}\n{\"id\":8,\"text\":\"Iraq\"}\n",
    );
    let outcome = folder.run("analyze in -g small.gaz --out shared");
    outcome.expect(0).says(&[
        "3 documents share their id with another, e.g. \"7\"",
        "--id-field",
        "3 documents have the id of another one with another text, e.g. \"7\"",
    ]);
    assert_eq!(folder.manifest("shared")["notes"]["shared_ids"], 3);
    assert_eq!(folder.manifest("shared")["notes"]["differing_ids"], 3);
    assert_eq!(folder.manifest("shared")["books"]["counted"], 5);
}

#[test]
fn odd_json_in_a_field_that_nobody_asked_for_costs_nothing() {
    let folder = Folder::new();
    folder.write(
        "a.jsonl",
        "{\"id\":\"1\",\"text\":\"Iraq\",\"score\":NaN}\n{\"id\":\"2\",\"text\":\"York\",\"more\":{\"x\":[-Infinity]}}\n\
         {\"id\":\"3\",\"title\":\"Bath \\udc00\",\"text\":\"Iraq\"}\n{\"id\":\"4\",\"title\":\"Iraq\",\"text\":null}\n\
         {\"id\":\"5\",\"text\":NaN}\n",
    );
    let outcome = folder.run("analyze a.jsonl -g small.gaz --out run");
    outcome.expect(0).says(&["1 document holds what is no character, e.g. a.jsonl:3", "U+FFFD"]);
    assert!(outcome.stdout.contains("4 documents from 1 file"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("1 record was without text"), "{}", outcome.stdout);
    assert_eq!(folder.manifest("run")["notes"]["replaced"], 1);
}

#[test]
fn byte_order_marks_inside_are_passed_over() {
    let folder = Folder::new();
    let two = "\u{feff}{\"id\":\"1\",\"text\":\"Iraq\"}\n\u{feff}{\"id\":\"2\",\"text\":\"York\"}\n\u{feff}\n";
    folder.write("a.jsonl", two);
    folder.write("b.jsonl.gz", [gzip(two.as_bytes()), gzip(two.as_bytes())].concat());
    for (input, documents) in [("a.jsonl", 2), ("b.jsonl.gz", 4)] {
        let tagged = folder.run(&format!("tag {input} -g small.gaz"));
        assert_eq!(tagged.expect(0).stderr, "");
        assert_eq!(json_lines(&tagged.stdout).len(), documents);
    }
    let gold = "\u{feff}{\"id\":\"a\",\"text\":\"Iraq\",\"spans\":[{\"start\":0,\"end\":4,\"type\":\"place\"}]}\n";
    folder.write("gold.jsonl", gold.to_owned() + &gold.replace("\"a\"", "\"b\""));
    let outcome = folder.run("eval --gold gold.jsonl --types place --draws 10 -g small.gaz");
    outcome.expect(0);
}

#[test]
fn files_of_any_ending_are_read_when_the_format_is_given() {
    let folder = Folder::new();
    folder.write("news/20061020/story-one", "Iraq");
    folder.write("news/20061020/story-two", "York");
    folder.write("news/a.story", "Iraq");
    folder.write("news/.DS_Store", b"\0\0\0\x01Bud1\0");
    folder.write("news/logo.png", b"\x89PNG\r\n\x1a\n\0");
    folder.run("analyze news -g small.gaz --out run").expect_refusal(&["only 4 of other kinds", "--input-format text"]);
    let outcome = folder.run("analyze news --input-format text -g small.gaz --out run");
    outcome.expect(0).says(&["passed over 1 file of binary content, e.g. news/logo.png"]);
    assert_eq!(folder.manifest("run")["books"]["counted"], 3);
    folder.write("spool/1", "{\"id\":\"1\",\"text\":\"Iraq\"}\n");
    folder.write("spool/2.gz", gzip(b"{\"id\":\"2\",\"text\":\"Iraq\"}\n"));
    let tagged = folder.run("tag spool --input-format jsonl -g small.gaz");
    assert_eq!(json_lines(&tagged.expect(0).stdout).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_read_anyway_is_not_read_twice() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.write("news/2024-05-01.jsonl", "{\"id\":\"1\",\"text\":\"Iraq\"}\n");
    symlink("2024-05-01.jsonl", folder.path("news/latest.jsonl")).unwrap();
    symlink("2024-05-01.jsonl", folder.path("news/0-today.jsonl")).unwrap();
    let outcome = folder.run("analyze news -g small.gaz --out run");
    outcome.expect(0).says(&["passed over 2 links to files that are read anyway"]);
    assert_eq!(folder.manifest("run")["inputs"][0]["path"], "news/2024-05-01.jsonl");
    assert_eq!(folder.manifest("run")["books"]["counted"], 1);
    // A link out of the directory is followed if it leads to what is named, too, or when asked.
    folder.write("store/a.jsonl", "{\"id\":\"1\",\"text\":\"Iraq\"}\n");
    fs::create_dir(folder.path("links")).unwrap();
    symlink("../store/a.jsonl", folder.path("links/a.jsonl")).unwrap();
    folder
        .run("tag links -g small.gaz")
        .expect_refusal(&["only links out of it, e.g. links/a.jsonl", "--follow-links"]);
    assert_eq!(json_lines(&folder.run("tag links --follow-links -g small.gaz").expect(0).stdout).len(), 1);
    assert_eq!(json_lines(&folder.run("tag links store -g small.gaz").expect(0).stdout).len(), 1);
}

#[test]
fn another_language_is_said_where_the_builtin_names_are_used() {
    let folder = Folder::new();
    let german =
        "Die Minister trafen sich am Montag in Genf und sprachen über die Lage. Danach fuhren alle nach Paris weiter. ";
    let english = "The ministers met in Geneva and said that the talks with their partners would go on. ";
    let line = |id: usize, text: &str| json!({"id": id, "text": text.repeat(5)}).to_string() + "\n";
    folder.write("de.jsonl", (0..3).map(|id| line(id, german)).collect::<String>() + &line(3, english));
    folder.write("en.jsonl", (0..3).map(|id| line(id, english)).collect::<String>() + &line(3, german));
    let said = "most of these articles are not in English (3 of 4 articles";
    folder.run("analyze de.jsonl -g core --out run").expect(0).says(&[said, "the built-in rules and names are"]);
    folder.run("tag de.jsonl -g core").expect(0).says(&[said]);
    assert_eq!(folder.manifest("run")["notes"]["not_english"], 3);
    assert_eq!(folder.run("tag en.jsonl -g core").expect(0).stderr, "");
    assert_eq!(folder.run("tag de.jsonl -g small.gaz").expect(0).stderr, "");
}

#[test]
fn tag_answers_line_by_line() {
    let folder = Folder::new();
    for threads in ["1", "4"] {
        let mut command = folder.command(["tag", "-", "-g", "small.gaz", "-j", threads, "--id-field", "n"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while stdout.read_line(&mut line).unwrap() > 0 {
                if sender.send(std::mem::take(&mut line)).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        for number in 0..20 {
            // In two pieces, and sometimes after a blank line.
            let blank = if number % 3 == 0 { "\n" } else { "" };
            write!(stdin, "{blank}{{\"n\":{number},\"text\":").unwrap();
            stdin.flush().unwrap();
            writeln!(stdin, "\"Iraq and York\"}}").unwrap();
            stdin.flush().unwrap();
            let line = lines.recv_timeout(Duration::from_secs(30)).expect("an answer before the next question");
            let line: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(
                (line["id"].as_str(), line["spans"].as_array().map(Vec::len)),
                (Some(&*number.to_string()), Some(2))
            );
        }
        assert!(started.elapsed() < Duration::from_secs(30));
        drop(stdin);
        Outcome::from(child.wait_with_output().unwrap()).expect(0);
    }
    // Nothing else depends on how the input comes.
    let lines: String = (0..3000).map(|n| format!("{{\"id\":{n},\"text\":\"Iraq and York\"}}\n")).collect();
    folder.write("a.jsonl", &lines);
    let from_file = folder.run("tag a.jsonl -g small.gaz");
    assert_eq!(folder.run_with_input("tag - -g small.gaz", lines.as_bytes()).stdout, from_file.stdout);
    assert_eq!(folder.run_with_input("tag - -g small.gaz", &gzip(lines.as_bytes())).stdout, from_file.stdout);
}
