//! Archives of plain texts and archives that many people have: what the options and presets for them do, from the file to the sentences.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, gzip, json_lines, tar, zip};

fn run(folder: &Folder, args: &[&str]) -> Outcome {
    Outcome::of(&mut folder.command(args))
}

const WIRE: &str = "Daily news\r\n\r\n   1 of 2 DOCUMENTS\r\nTitle: Talks in Baghdad\nDate: May 9, 2023\nPublication: The Daily\nAuthor: Ada\n\n\
    The UN met in Wash-\nington and York.\r\n   2 of 2 DOCUMENTS\n\nTitle: Rain\n\nKyiv was wet.\n";

/// Every piece is a document, with offsets into the file, and whatever reads it again finds it.
#[test]
fn a_text_file_with_many_articles() {
    let folder = Folder::new();
    folder.write("news/wire.txt", WIRE);
    folder.write("more.gaz", "wash\tplace.city\tWashington\t-\tcc=US\n");
    let how = ["--split-on", r"/^ *\d+ of \d+ DOCUMENTS$/", "--header-lines", "--keep", "author"];
    let read = run(&folder, &[&["read", "news"], &how[..]].concat());
    let documents = json_lines(&read.expect(0).stdout);
    let ids: Vec<&str> = documents.iter().map(|document| document["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["news/wire.txt#1", "news/wire.txt#2", "news/wire.txt#3"]);
    let second = &documents[1];
    let fields = ["title", "date", "day", "source", "author"].map(|name| second[name].as_str().unwrap());
    assert_eq!(fields, ["Talks in Baghdad", "May 9, 2023", "2023-05-09", "The Daily", "Ada"]);
    let offset = second["offset"].as_u64().unwrap() as usize;
    assert!(WIRE[offset..].starts_with("Title: Talks in Baghdad"));

    let analyze = [&["analyze", "news", "-g", "small.gaz", "-g", "more.gaz", "--out", "results"], &how[..]].concat();
    let summary = run(&folder, &analyze);
    summary.expect(0);
    assert!(!summary.stderr.contains("no separator"), "{}", summary.stderr);
    folder.run("verify results --inputs --sample 3").expect(0);
    // The sentences come from the file, which is divided as it was then; a name broken at the line end is whole, and stays as it is written.
    let shown = folder.run("show results --entity Washington --format jsonl").expect(0).stdout.clone();
    assert!(shown.contains("Wash-\\nington") || shown.contains("Wash- ington"), "{shown}");
    let kwic = folder.run("kwic results Kyiv --format jsonl").expect(0).stdout.clone();
    assert_eq!(json_lines(&kwic).len(), 1, "{kwic}");
    folder.run("rerun results").expect(0);

    let tag = run(&folder, &[&["tag", "news", "-g", "small.gaz", "-g", "more.gaz"], &how[..]].concat());
    let spans = json_lines(&tag.expect(0).stdout)[1]["spans"].as_array().unwrap().clone();
    let text: Vec<char> = second["text"].as_str().unwrap().chars().collect();
    let broken = spans.iter().find(|span| span["entity"] == "wash").unwrap();
    let at = |key: &str| broken[key].as_u64().unwrap() as usize;
    assert_eq!(text[at("start")..at("end")].iter().collect::<String>(), "Wash-\nington");
    assert_eq!(broken["surface"], "Wash-\nington");
}

#[test]
fn a_separator_that_is_not_there_is_reported() {
    let folder = Folder::new();
    folder.write("a.txt", "Talks in York.\n=====\nTalks in Baghdad.\n");
    let outcome = folder.run("analyze a.txt -g small.gaz --split-on ----- --out results");
    outcome.expect(0).says(&["1 document holds no separator, e.g. a.txt:1", "--split-on"]);
    assert_eq!(folder.manifest("results")["notes"]["undivided"], 1);
    folder.run("verify results").expect(0);
    folder.run("read a.txt --split-on -----").expect(0).says(&["1 document holds no separator"]);
    let divided = folder.run("analyze a.txt -g small.gaz --split-on ===== --out divided");
    assert!(!divided.expect(0).stderr.contains("separator"), "{}", divided.stderr);
    assert_eq!(folder.manifest("divided")["books"]["counted"], 2);
    run(&folder, &["read", "a.txt", "--split-on", "/[/"]).expect_refusal(&["--split-on is not understood"]);
}

/// Members of containers are chosen by globs, and the run remembers how.
#[test]
fn members_are_chosen_by_globs() {
    let folder = Folder::new();
    let line = |id: &str| json!({"id": id, "text": "Talks in York."}).to_string();
    let members: [(&str, Vec<u8>); 5] = [
        ("2021/a.jsonl", line("a").into()),
        ("2021/drafts/b.jsonl", line("b").into()),
        ("2022/c.jsonl.gz", gzip(line("c").as_bytes())),
        ("2022/d.txt", "Talks in Bath.".into()),
        ("photo.bin", "x".into()),
    ];
    folder.write("news.tar", tar(&members));
    folder.write("news.zip", zip(&members));
    let ids = |options: &[&str]| {
        let of = |file: &str| {
            let read = run(&folder, &[&["read", file], options].concat());
            let ids = json_lines(&read.expect(0).stdout);
            ids.iter().map(|row| row["id"].as_str().unwrap().replace(file, "")).collect::<Vec<_>>()
        };
        let found = of("news.tar");
        assert_eq!(found, of("news.zip"));
        found
    };
    assert_eq!(ids(&[]), ["a", "b", "c", "/2022/d.txt"]);
    assert_eq!(ids(&["--include-members", "*.jsonl"]), ["a", "b"]);
    assert_eq!(ids(&["--include-members", "2021/**", "--exclude-members", "drafts/"]), ["a"]);
    assert_eq!(ids(&["--exclude-members", "/2021", "--exclude-members", "*.txt"]), ["c"]);
    folder.run("analyze news.tar -g small.gaz --include-members *.jsonl --out results").expect(0);
    let manifest = folder.manifest("results");
    assert_eq!(manifest["inputs"][0]["passed_over"], 3);
    assert_eq!(manifest["settings"]["input"]["include_members"], json!(["*.jsonl"]));
    folder.run("rerun results").expect(0);
    folder.run("verify results --inputs --sample 2").expect(0);
}

#[cfg(unix)]
#[test]
fn links_out_of_a_directory_are_reported() {
    let folder = Folder::new();
    folder.write("news/a.txt", "Talks in York.");
    folder.write("other/b.txt", "Talks in Baghdad.");
    std::os::unix::fs::symlink("../other", folder.path("news/more")).unwrap();
    let count = |args: &str| {
        let read = folder.run(args);
        (json_lines(&read.expect(0).stdout).len(), read.stderr)
    };
    let (n, said) = count("read news");
    assert!(n == 1 && said.contains("passed over 1 link out of the directory, e.g. news/more"), "{said}");
    let (n, said) = count("read news --follow-links");
    assert!(n == 2 && said.is_empty(), "{said}");
    assert_eq!(count("read news other").0, 2);
}

/// A preset, the name of a file, its bytes, and the ids, titles, days, sources and beginnings of the texts that it gives.
type PresetArchive = (&'static str, &'static str, Vec<u8>, Vec<[&'static str; 5]>);

/// One small archive in the shape of each preset.
fn archives() -> Vec<PresetArchive> {
    let crawl = |kind: &str, content_type: &str, body: &str| {
        let head = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://daily.example/2021/03/05/talks\r\nWARC-Date: 2021-03-05T10:00:00Z\r\n\
             WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        gzip(format!("{head}{body}\r\n\r\n").as_bytes())
    };
    let page = "<!DOCTYPE html><html><head><title>Talks</title><meta property=\"og:site_name\" content=\"The Daily\"></head><body><nav>Kyiv</nav>\
        <article><h1>Talks</h1><p>Talks in Baghdad resumed on Friday, officials said, after a break of many weeks.</p><p>Nobody knew \
        when they would end, or what they were about.</p></article></body></html>";
    let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
    let nitf = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nitf SYSTEM \"nitf-3-3.dtd\">\n<nitf><head><title>Talks</title><docdata>\
        <doc-id id-string=\"1815718\"/></docdata><pubdata date.publication=\"20070101T000000\" name=\"The New York Times\"/></head><body>\
        <body.head><hedline><hl1>Talks</hl1></hedline></body.head><body.content><block class=\"full_text\"><p>Talks in Baghdad.</p></block>\
        </body.content></body></nitf>\n";
    vec![
        (
            "all-the-news-2",
            "all-the-news-2-1.csv",
            "date,year,month,day,author,title,article,url,section,publication\n2016-12-09 18:31:00,2016,12.0,9,Ada Example,Talks,\"Talks in \
             Baghdad, again.\",https://daily.example/1,World,The Daily\n"
                .into(),
            vec![["https://daily.example/1", "Talks", "2016-12-09", "The Daily", "Talks in Baghdad, again."]],
        ),
        (
            "cc-news",
            "CC-NEWS-20210305000000-00001.warc.gz",
            crawl("response", "application/http; msgtype=response", &response),
            vec![["https://daily.example/2021/03/05/talks", "Talks", "2021-03-05", "The Daily", "Talks in Baghdad resumed"]],
        ),
        (
            "cc-news-articles",
            "cc_news.jsonl",
            (json!({"title": "Talks", "text": "Talks in Baghdad.", "domain": "daily.example", "date": "2021-03-05 00:00:00", "description":
                "Talks", "url": "https://daily.example/1", "image_url": "https://daily.example/1.jpg"})
            .to_string()
                + "\n")
                .into(),
            vec![["https://daily.example/1", "Talks", "2021-03-05", "daily.example", "Talks in Baghdad."]],
        ),
        (
            "gigaword",
            "afp_eng_201001",
            "<DOC id=\"AFP_ENG_20100101.0001\" type=\"story\" >\n<HEADLINE>\nTalks\n</HEADLINE>\n<TEXT>\n<P>\nTalks in Baghdad.\n</P>\n</TEXT>\n\
             </DOC>\n"
                .into(),
            vec![["AFP_ENG_20100101.0001", "Talks", "2010-01-01", "", "Talks in Baghdad."]],
        ),
        (
            "news-please",
            "1.json",
            serde_json::to_vec_pretty(&json!({"authors": ["Ada"], "date_download": "2021-03-06 10:00:00", "date_modify": null,
                "date_publish": "2021-03-05 09:00:00", "description": "Talks", "filename": "1.json", "image_url": null, "language": "en",
                "localpath": null, "maintext": "Talks in Baghdad.", "source_domain": "daily.example", "title": "Talks", "title_page": null,
                "title_rss": null, "url": "https://daily.example/1"}))
            .unwrap(),
            vec![["https://daily.example/1", "Talks", "2021-03-05", "daily.example", "Talks in Baghdad."]],
        ),
        (
            "nyt-annotated",
            "01.tgz",
            gzip(&tar(&[("01/01/1815718.xml", nitf.as_bytes().to_vec())])),
            vec![["1815718", "Talks", "2007-01-01", "The New York Times", "Talks in Baghdad."]],
        ),
        (
            "reuters-21578",
            "reut2-000.sgm",
            "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" CGISPLIT=\"TRAINING-SET\" OLDID=\"5544\" \
             NEWID=\"1\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TOPICS><D>talks</D></TOPICS>\n<PLACES><D>iraq</D></PLACES>\n<TEXT>&#2;\n<TITLE>\
             TALKS</TITLE>\n<DATELINE>    BAGHDAD, Feb 26 - </DATELINE><BODY>Talks resumed.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n"
                .into(),
            vec![["1", "TALKS", "1987-02-26", "", "BAGHDAD, Feb 26 - Talks resumed."]],
        ),
        (
            "wet",
            "CC-MAIN-1.warc.wet.gz",
            crawl("conversion", "text/plain", "Talks in Baghdad."),
            vec![["https://daily.example/2021/03/05/talks", "", "2021-03-05", "", "Talks in Baghdad."]],
        ),
    ]
}

#[test]
fn presets_read_archives_of_their_shape() {
    let listed = Folder::new().run("plan --presets").expect(0).stdout.clone();
    let names: Vec<&str> = listed.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(names, archives().iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (preset, file, bytes, expected) in archives() {
        let folder = Folder::new();
        folder.write(&format!("archive/{file}"), bytes);
        let read = folder.run(&format!("read archive --preset {preset}"));
        let documents = json_lines(&read.expect(0).stdout);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found: Vec<[String; 5]> =
            documents.iter().map(|row| ["id", "title", "day", "source", "text"].map(|name| text(&row[name]))).collect();
        assert_eq!(found.len(), expected.len(), "{preset}: {}", read.stderr);
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found[..4], expected.map(str::to_owned)[..4], "{preset}");
            assert!(found[4].starts_with(expected[4]), "{preset}: {}", found[4]);
        }
        folder.run(&format!("analyze archive --preset {preset} -g small.gaz --out results")).expect(0);
        folder.run("rerun results").expect(0);
    }
    // What the user says goes before the preset.
    let folder = Folder::new();
    folder.write("a.csv", "title,article,url,date,publication,lede\nTalks,York.,u,2021,D,Bath.\n");
    let read = folder.run("read a.csv --preset all-the-news-2 --text-field lede --keep title");
    assert_eq!(json_lines(&read.expect(0).stdout)[0]["text"], "Bath.");
    folder.run("read a.csv --preset all-the-news-2").expect_refusal(&["no column `author` (--keep)"]);
    assert!(fs::read_to_string(folder.path("a.csv")).unwrap().starts_with("title"));
}
