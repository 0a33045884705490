//! The same articles in every format that is read give the same counts, and each planted fault is exactly one reject.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, Random, bzip2, gzip, lz4, tar, xz, zip, zstd};

/// An article of the test, in words that no format needs to escape but for quotes and separators.
struct Article {
    id: String,
    title: String,
    text: String,
}

fn articles(n: usize) -> Vec<Article> {
    let mut random = Random::new(7);
    let names = ["Iraq", "York", "Bath", "the NATO", "Baghdad", "nowhere"];
    (0..n)
        .map(|number| {
            let paragraph = |random: &mut Random| {
                let (one, other) = (random.pick(&names), random.pick(&names));
                format!(
                    "Officials said on Tuesday that talks in {one} would go on; a visit to {other}, \"planned for years\", \
                     is not certain, and nobody expects an agreement before the summer."
                )
            };
            let text = (0..1 + random.below(3)).map(|_| paragraph(&mut random)).collect::<Vec<_>>().join("\n\n");
            Article { id: format!("http://news.example/{number}"), title: format!("Talks in {}", random.pick(&names)), text }
        })
        .collect()
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn csv(articles: &[Article], separator: char) -> String {
    let row = |article: &Article| {
        [&article.id, &article.title, &article.text].map(|cell| quoted(cell)).join(&separator.to_string())
    };
    let header = ["URL", "Headline", "Body"].join(&separator.to_string());
    std::iter::once(header).chain(articles.iter().map(row)).map(|row| row + "\r\n").collect()
}

fn page(article: &Article) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let paragraphs: String = article.text.split("\n\n").map(|text| format!("<p>{}</p>\n", escaped(text))).collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} | News</title>\
         <meta property=\"og:title\" content=\"{title}\"></head><body><nav><a href=\"/\">Iraq</a> <a href=\"/y\">York</a></nav>\
         <main><h1>{title}</h1><div class=\"article-body\">{paragraphs}</div></main>\
         <div class=\"related\"><p>The mayor of Bath said on Friday that nothing of this was known in the town.</p></div>\
         <footer>Baghdad office</footer></body></html>",
        title = escaped(&article.title),
    )
}

fn record(kind: &str, address: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-03-02T10:00:00Z\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

fn response(address: &str, header: &str, body: &[u8]) -> Vec<u8> {
    let content = [format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n").as_bytes(), body].concat();
    record("response", address, "application/http; msgtype=response", &content)
}

/// A crawl with the requests, images and revisits that crawls have, a record a gzip member.
fn warc(articles: &[Article]) -> Vec<u8> {
    let mut crawl = gzip(&record("warcinfo", "", "application/warc-fields", b"software: test"));
    for (number, article) in articles.iter().enumerate() {
        let page = page(article);
        crawl.extend(gzip(&record(
            "request",
            &article.id,
            "application/http; msgtype=request",
            b"GET / HTTP/1.1\r\n\r\n",
        )));
        let html = "Content-Type: text/html; charset=utf-8";
        crawl.extend(gzip(&match number % 3 {
            0 => response(&article.id, html, page.as_bytes()),
            1 => response(&article.id, &format!("{html}\r\nContent-Encoding: gzip"), &gzip(page.as_bytes())),
            _ => {
                let chunks = format!("{:x}\r\n{page}\r\n0\r\n\r\n", page.len());
                response(&article.id, &format!("{html}\r\nTransfer-Encoding: chunked"), chunks.as_bytes())
            }
        }));
        crawl.extend(gzip(&response("http://news.example/logo", "Content-Type: image/png", b"\x89PNG")));
        crawl.extend(gzip(&record("revisit", &article.id, "application/http; msgtype=response", b"")));
    }
    crawl
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The paragraphs of an article in elements of this name.
fn paragraphs(article: &Article, name: &str) -> String {
    article.text.split("\n\n").map(|text| format!("<{name}>\n{}\n</{name}>\n", escaped(text))).collect()
}

/// A feed whose texts are in CDATA sections, escaped, or plain.
fn rss(articles: &[Article]) -> String {
    let item = |(number, article): (usize, &Article)| {
        let text = match number % 3 {
            0 => format!(
                "<description>short</description><content:encoded><![CDATA[{}]]></content:encoded>",
                paragraphs(article, "p")
            ),
            1 => format!("<description>{}</description>", escaped(&paragraphs(article, "p"))),
            _ => format!("<description>{}</description>", escaped(&article.text)),
        };
        format!(
            "<item>\n<title>{}</title><media:content url=\"a>b\"><media:title>Iraq</media:title></media:content>\n\
             <guid>{}</guid>{text}<pubDate>Sat, 02 Mar 2024 10:00:00 GMT</pubDate>\n</item>\n",
            escaped(&article.title),
            article.id
        )
    };
    let items: String = articles.iter().enumerate().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- <item>Iraq</item> -->\n<rss version=\"2.0\"><channel><title>Iraq News</title>\n{items}</channel></rss>\n"
    )
}

fn atom(articles: &[Article]) -> String {
    let entry = |(number, article): (usize, &Article)| {
        let paragraphs = paragraphs(article, "p");
        let text = match number % 2 {
            0 => format!(
                "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{paragraphs}</div></content>"
            ),
            _ => format!("<content type=\"html\">{}</content>", escaped(&paragraphs)),
        };
        let title = escaped(&article.title);
        format!(
            "<entry><title>{title}</title><id>{}</id><updated>2024-03-02T10:00:00Z</updated>{text}</entry>\n",
            article.id
        )
    };
    let entries: String = articles.iter().enumerate().map(entry).collect();
    format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Iraq News</title>\n{entries}</feed>")
}

fn nitf(article: &Article) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE nitf SYSTEM \"nitf-3-3.dtd\">\n<nitf><head><title>Iraq</title><docdata><doc-id id-string=\"{}\"/>\
         <date.issue norm=\"20240302T100000Z\"/></docdata></head><body><body.head><hedline><hl1>{}</hl1></hedline></body.head>\
         <body.content>{}</body.content></body></nitf>",
        article.id,
        escaped(&article.title),
        paragraphs(article, "p")
    )
}

fn gigaword(articles: &[Article]) -> String {
    let doc = |(number, article): (usize, &Article)| {
        format!(
            "<DOC id=\"XYZ_ENG_20240302.{number:04}\" type=\"story\" >\n<HEADLINE>\n{}\n</HEADLINE>\n<TEXT>\n{}</TEXT>\n</DOC>\n",
            escaped(&article.title),
            paragraphs(article, "P")
        )
    };
    articles.iter().enumerate().map(doc).collect()
}

/// Mentions and documents of each entity, and of each pair.
fn counts(folder: &Folder, run: &str) -> Vec<Value> {
    let mut rows = folder.rows("top", run);
    rows.extend(folder.rows("pairs", run));
    rows
}

#[test]
fn the_same_articles_give_the_same_counts_in_every_format() {
    let folder = Folder::new();
    let articles = articles(60);
    let line =
        |article: &Article| json!({"id": article.id, "title": article.title, "text": article.text}).to_string() + "\n";
    folder.write("news.jsonl", articles.iter().map(line).collect::<String>());
    let lines: String = articles.iter().map(line).collect();
    // Titles and texts alone, so that they are what is counted in plain text, too.
    let texts: Vec<(String, Vec<u8>)> = articles
        .iter()
        .enumerate()
        .map(|(n, article)| (format!("{n:03}.txt"), format!("{}\n\n{}", article.title, article.text).into_bytes()))
        .collect();
    let texts: Vec<(&str, Vec<u8>)> = texts.iter().map(|(name, text)| (&**name, text.clone())).collect();
    folder.write("texts.tar", tar(&texts));
    let middle = lines[..lines.len() / 2].rfind('\n').unwrap() + 1;
    let (first, second) = lines.split_at(middle);
    let members = [("news/2.jsonl", first.into()), ("news/1.jsonl.xz", xz(second.as_bytes())), ("notes.pdf", vec![0])];
    let lines_tar = tar(&members);
    folder.write("lines.tar.gz", gzip(&lines_tar));
    folder.write("lines.tgz", gzip(&lines_tar));
    folder.write("lines.tar.bz2", bzip2(&lines_tar));
    folder.write("lines.tar.xz", xz(&lines_tar));
    let (rows, lone) = articles.split_at(40);
    let lone: Vec<(String, Vec<u8>)> = lone
        .iter()
        .enumerate()
        .map(|(n, article)| (format!("{n}.txt"), format!("{}\n\n{}", article.title, article.text).into_bytes()))
        .collect();
    let mut mixed = vec![("rows.csv", csv(rows, ',').into_bytes()), ("a/photo.jpg", vec![0xff; 9])];
    mixed.extend(lone.iter().map(|(name, text)| (&**name, text.clone())));
    folder.write("mixed.zip", zip(&mixed));
    let pages: Vec<(String, Vec<u8>)> =
        articles.iter().enumerate().map(|(n, article)| (format!("{n:03}.html"), page(article).into_bytes())).collect();
    let pages: Vec<(&str, Vec<u8>)> = pages.iter().map(|(name, page)| (&**name, page.clone())).collect();
    folder.write("pages.tar.zst", zstd(&tar(&pages)));
    folder.write("news.jsonl.bz2", bzip2(lines.as_bytes()));
    folder.write("news.jsonl.xz", xz(lines.as_bytes()));
    folder.write("news.jsonl.lz4", lz4(lines.as_bytes()));
    folder.write("news.json", format!("[{}]", articles.iter().map(line).collect::<Vec<_>>().join(",")));
    folder.write("news.csv", csv(&articles, ','));
    folder.write("news.tsv", csv(&articles, '\t'));
    folder.write("semicolons.csv.zst", zstd(csv(&articles, ';').as_bytes()));
    folder.write("news.warc.gz", warc(&articles));
    folder.write("news.rss", rss(&articles));
    folder.write("news.atom.gz", gzip(atom(&articles).as_bytes()));
    folder.write("xyz_eng_202403", gigaword(&articles));
    for (number, article) in articles.iter().enumerate() {
        folder.write(&format!("pages/{number:03}.html"), page(article));
        folder.write(&format!("nitf/{number:03}.xml"), nitf(article));
    }
    let columns = columns(&folder, &articles);
    folder.run("analyze news.jsonl -g small.gaz --out jsonl").expect(0);
    let expected = counts(&folder, "jsonl");
    assert!(expected.len() > 5);
    let compressed = ["news.jsonl.bz2", "news.jsonl.xz", "news.jsonl.lz4"];
    let others = ["news.json", "news.csv", "news.tsv", "semicolons.csv.zst", "news.warc.gz", "pages"];
    let containers =
        ["texts.tar", "lines.tar.gz", "lines.tgz", "lines.tar.bz2", "lines.tar.xz", "pages.tar.zst", "mixed.zip"];
    let elements = ["news.rss", "news.atom.gz", "nitf", "xyz_eng_202403"];
    for input in compressed.into_iter().chain(others).chain(containers).chain(elements).chain(columns) {
        for threads in [1, 4] {
            folder.run(&format!("analyze {input} -g small.gaz --out run --force -j {threads}")).expect(0);
            assert_eq!(counts(&folder, "run"), expected, "{input}");
            assert_eq!(folder.manifest("run")["books"]["counted"], 60, "{input}");
            assert!(folder.rejects("run").is_empty(), "{input}");
        }
        folder.run("verify run").expect(0);
    }
    folder.run("analyze lines.tar.gz -g small.gaz --out run --force").expect(0);
    let manifest = folder.manifest("run");
    assert_eq!((&manifest["inputs"][0]["format"], &manifest["inputs"][0]["passed_over"]), (&json!("tar"), &json!(1)));
    let zip = fs::read(folder.path("mixed.zip")).unwrap();
    folder.run("analyze mixed.zip -g small.gaz --out run --force").expect(0);
    let input = &folder.manifest("run")["inputs"][0];
    assert_eq!(input["sha256"], crate::support::sha256(&zip));
    assert_eq!(
        (&input["format"], &input["passed_over"], &input["bytes"]),
        (&json!("zip"), &json!(1), &json!(zip.len()))
    );
    let read = folder.run("read texts.tar").expect(0).stdout.clone();
    assert_eq!(crate::support::json_lines(&read)[2]["id"], "texts.tar/002.txt");
    folder.run("plan lines.tar.gz -g small.gaz").expect(0);
    let of_crawl = folder.run("analyze news.warc.gz -g small.gaz --out crawl");
    of_crawl.expect(0);
    assert_eq!(folder.manifest("crawl")["inputs"][0]["passed_over"], 1 + 3 * 60);
}

#[test]
fn days_are_taken_from_names_and_chosen() {
    let folder = Folder::new();
    let line = |id: &str, date: Value| json!({"id": id, "text": "Talks in Iraq.", "date": date}).to_string() + "\n";
    folder.write(
        "news/a.jsonl",
        [
            line("1", json!("2021-03-04")),
            line("https://news.example/2021/03/05/talks-2020-01-01", Value::Null),
            line("3", json!("0001-01-01")),
            line("4", json!("soon, 2021/03/05")),
            line("5", Value::Null),
            line("6", json!("2021-03-31T23:00:00-05:00")),
        ]
        .concat(),
    );
    folder.write("news/2021-04-01.txt", "Talks in York.");
    folder.write("news/b.jsonl", "broken\n");
    // Of one file no record can be read.
    folder.run("analyze news -g small.gaz --out all").expect(3);
    let days = |run: &str| -> Vec<Value> { documents(&folder, run).iter().map(|row| row["day"].clone()).collect() };
    let unknown = Value::Null;
    let of_march = ["2021-03-04", "2021-03-05"].map(Value::from);
    let last = Value::from("2021-03-31");
    let expected = [
        json!("2021-04-01"),
        of_march[0].clone(),
        of_march[1].clone(),
        unknown.clone(),
        unknown.clone(),
        unknown,
        last.clone(),
    ];
    assert_eq!(days("all"), expected);
    // What was delivered is not changed.
    assert_eq!(documents(&folder, "all")[2]["date"], "");
    let dates = json!({"read": 2, "named": 2, "missing": 1, "unreadable": 1, "impossible": 1});
    assert_eq!(folder.manifest("all")["dates"], dates);
    folder.run("verify all").expect(0);
    for (args, expected, filtered) in [
        ("--since 2021-03-05 --until 2021-03", vec![of_march[1].clone(), last.clone()], 5),
        ("--until 2021-03-04", vec![of_march[0].clone()], 6),
        ("--since 2021-03-31", vec![json!("2021-04-01"), last], 5),
        ("--since 2022", vec![], 7),
    ] {
        for threads in [1, 3] {
            folder.run(&format!("analyze news -g small.gaz --out some --force {args} -j {threads}")).expect(3);
            assert_eq!(days("some"), expected, "{args}");
            let books = &folder.manifest("some")["books"];
            let seen = json!(expected.len() as u64 + filtered + 1);
            assert_eq!((&books["filtered"], &books["rejected"], &books["seen"]), (&json!(filtered), &json!(1), &seen));
            folder.run("verify some").expect(0);
        }
        let read = folder.run(&format!("read news {args}")).expect(0).stdout.clone();
        assert_eq!(crate::support::json_lines(&read).len(), expected.len());
        let tagged = folder.run(&format!("tag news -g small.gaz {args}")).expect(0).stdout.clone();
        assert_eq!(crate::support::json_lines(&tagged).len(), expected.len());
    }
    let input = &folder.manifest("some")["settings"]["input"];
    assert_eq!((&input["since"], &input["until"]), (&json!("2022-01-01"), &Value::Null));
    folder.run("analyze news -g small.gaz --out x --since 05/03/2021").expect(2);
}

/// Parquet and Arrow files of the articles, in small row groups and record batches; their names.
#[cfg(feature = "parquet")]
fn columns(folder: &Folder, articles: &[Article]) -> Vec<&'static str> {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use parquet::basic::{Compression, ZstdLevel};

    let column = |of: fn(&Article) -> &str| -> ArrayRef {
        Arc::new(articles.iter().map(|article| Some(of(article))).collect::<StringArray>())
    };
    let number: ArrayRef = Arc::new(arrow_array::Float64Array::from_iter_values((0..articles.len()).map(|n| n as f64)));
    let rows = RecordBatch::try_from_iter([
        ("score", number),
        ("url", column(|article| &article.id)),
        ("headline", column(|article| &article.title)),
        ("body", column(|article| &article.text)),
    ])
    .unwrap();
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(7))
        .build();
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).unwrap();
    writer.write(&rows).unwrap();
    folder.write("news.parquet", writer.into_inner().unwrap());
    let options = arrow_ipc::writer::IpcWriteOptions::default()
        .try_with_compression(Some(arrow_ipc::CompressionType::LZ4_FRAME))
        .unwrap();
    let parts = || (0..articles.len()).step_by(9).map(|at| rows.slice(at, 9.min(articles.len() - at)));
    let mut file = arrow_ipc::writer::FileWriter::try_new_with_options(Vec::new(), &rows.schema(), options).unwrap();
    parts().for_each(|part| file.write(&part).unwrap());
    file.finish().unwrap();
    folder.write("news.feather", file.into_inner().unwrap());
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &rows.schema()).unwrap();
    parts().for_each(|part| stream.write(&part).unwrap());
    stream.finish().unwrap();
    folder.write("news.arrows.gz", gzip(&stream.into_inner().unwrap()));
    vec!["news.parquet", "news.feather", "news.arrows.gz"]
}

#[cfg(not(feature = "parquet"))]
fn columns(folder: &Folder, _: &[Article]) -> Vec<&'static str> {
    folder.write("news.parquet", b"PAR1\0\0\0\0");
    folder.run("analyze news.parquet -g small.gaz --out run").expect_refusal(&["a Parquet file", "feature `parquet`"]);
    Vec::new()
}

#[test]
#[cfg(feature = "parquet")]
fn columns_are_shown_by_plan_and_refused_where_they_cannot_be_read() {
    let folder = Folder::new();
    let articles = articles(20);
    columns(&folder, &articles);
    let plan = folder.run("plan news.parquet news.feather -g small.gaz").expect(0).stdout.clone();

    for part in ["1 Parquet, 1 Arrow", "id      `url`", "title   `headline`", "text    `body`", "unused  score"] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    folder.run("analyze news.parquet -g small.gaz --out run").expect(0);
    let manifest = folder.manifest("run");
    let bytes = fs::read(folder.path("news.parquet")).unwrap();
    assert_eq!(manifest["inputs"][0]["format"], "parquet");
    assert_eq!(manifest["inputs"][0]["sha256"], crate::support::sha256(&bytes));
    // The offset of a row is that of its row group.
    let read = folder.run("read news.parquet").expect(0).stdout.clone();
    let lines = crate::support::json_lines(&read);
    assert_eq!((&lines[0]["offset"], &lines[6]["offset"], &lines[6]["record"]), (&json!(4), &json!(4), &json!(7)));
    assert!(lines[7]["offset"].as_u64().unwrap() > 4);
    folder
        .run("analyze news.parquet -g small.gaz --out run --force --date-field day")
        .expect_refusal(&["no column `day` (--date-field)", "`headline`"]);
    // Parquet cannot be read from a pipe, nor in an archive.
    folder.write("packed.tar", tar(&[("a/news.parquet", bytes.clone()), ("a/1.txt", b"Talks in Iraq.".to_vec())]));
    folder.run("analyze packed.tar -g small.gaz --out run --force").expect(3);
    let reject = &folder.rejects("run")[0];
    assert_eq!((&reject["file"], &reject["reason"]), (&json!("packed.tar/a/news.parquet"), &json!("binary")));
    assert!(reject["message"].as_str().unwrap().contains("unpack it first"), "{reject}");
    folder.write("news.parquet.gz", gzip(&bytes));
    folder.run("analyze news.parquet.gz -g small.gaz --out run --force").expect_refusal(&["directory at its end"]);
    folder
        .run("analyze news.parquet -g small.gaz --out run --force --input-format jsonl")
        .expect_refusal(&["a Parquet file"]);
}

/// `documents` of a run as JSON Lines has them.
fn documents(folder: &Folder, run: &str) -> Vec<Value> {
    folder.run(&format!("export {run} --to jsonl --table documents --out documents.export --force")).expect(0);
    crate::support::json_lines(&fs::read_to_string(folder.path("documents.export")).unwrap())
}

#[test]
fn fields_are_kept_from_every_format() {
    let folder = Folder::new();
    let lines = [
        json!({"id": "1", "text": "Talks in Iraq.", "section": "World", "meta": {"by": "Ada"}, "n": 7, "date": "2024-03-02"}),
        json!({"id": "2", "text": "Talks in York.", "section": null, "meta": {}, "flag": true, "n": ["x"]}),
        json!({"id": "3", "text": "Talks in Bath.", "section": "World", "meta": {"by": " "}}),
    ];
    folder.write("a.jsonl", lines.map(|line| line.to_string() + "\n").concat());
    folder.run("analyze a.jsonl -g small.gaz --out run --keep section,meta.by,n,flag,date,section").expect(0);
    let found: Vec<Value> = documents(&folder, "run")
        .iter()
        .map(|row| json!([row["section"], row["meta.by"], row["n"], row["flag"], row["date"], row["field_date"]]))
        .collect();
    let date = "2024-03-02";
    let expected = [
        json!(["World", "Ada", "7", "", date, date]),
        json!(["", "", "", "true", "", ""]),
        json!(["World", "", "", "", "", ""]),
    ];
    assert_eq!(found, expected);
    folder.run("verify run").expect(0);
    assert_eq!(folder.manifest("run")["settings"]["input"]["keep"], json!(["section", "meta.by", "n", "flag", "date"]));
    let read = folder.run("read a.jsonl --keep section,n,text").expect(0).stdout.clone();
    let first = &crate::support::json_lines(&read)[0];
    assert_eq!((&first["section"], &first["n"], &first["field_text"]), (&json!("World"), &json!("7"), &first["text"]));
    // A run that keeps nothing has no such file, and a field that no record has is an error.
    folder.run("analyze a.jsonl -g small.gaz --out plain").expect(0);
    assert!(!folder.path("plain/fields.dln").exists());
    folder.run("analyze a.jsonl -g small.gaz --out x --keep nosuch").expect_refusal(&["`nosuch` (--keep)", "section"]);
    // Other formats.
    let text = "Officials in York said on Tuesday that the talks would go on until the summer, whatever happens there.";
    folder.write("b.csv", format!("id,Section,text\n4,Sport,\"{text}\"\n"));
    folder.write(
        "c.html",
        format!("<html><head><meta property='article:section' content='Home'></head><body><article><p>{text}</p></article></body></html>"),
    );
    folder.write(
        "d.rss",
        format!(
            "<rss><channel><item><dc:section>Feed</dc:section><description>{text}</description></item></channel></rss>"
        ),
    );
    folder.write("e.txt", text);
    for threads in [1, 3] {
        folder.run(&format!("analyze . -g small.gaz --out run{threads} --keep section -j {threads}")).expect(0);
    }
    let sections: Vec<Value> = documents(&folder, "run1").iter().map(|row| row["section"].clone()).collect();
    assert_eq!(sections, ["World", "", "World", "Sport", "Home", "Feed", ""]);
    let bytes = |run: &str| fs::read(folder.path(&format!("{run}/fields.dln"))).unwrap();
    assert_eq!(bytes("run1"), bytes("run3"));
    // Every export has the column.
    folder.run("export run1 --to csv --table documents --out d.csv").expect(0);
    let csv = fs::read_to_string(folder.path("d.csv")).unwrap();
    assert!(csv.lines().next().unwrap().ends_with(",section"), "{csv}");
    // dateline knows its own export again.
    folder.run("export run1 --to csv --table documents --out d.csv --force").expect(0);
    #[cfg(feature = "parquet")]
    {
        folder.run("export run1 --to parquet --table documents --out d.parquet").expect(0);
        let kept = folder.run("read d.parquet --text-field id --keep section").expect(0).stdout.clone();
        assert_eq!(crate::support::json_lines(&kept)[3]["section"], "Sport");
    }
}

#[test]
fn faults_of_tables_are_one_reject_each() {
    let folder = Folder::new();
    let table = b"id,text\n1,Talks in Iraq.\n2,York,more\n3\n4,\"Bath is open.\n5,\"Iraq \"\"again\"\"\"\n\n6,Caf\xe9 in York\n7,\"Bath, too\"";
    folder.write("news.csv", table);
    folder.run("analyze news.csv -g small.gaz --out run").expect(0);
    let rejects: Vec<(Value, Value)> =
        folder.rejects("run").iter().map(|reject| (reject["record"].clone(), reject["reason"].clone())).collect();
    let row = |number: u64| (json!(number), json!("invalid-row"));
    assert_eq!(rejects, [row(2), row(3), row(4)]);
    assert_eq!(folder.manifest("run")["books"]["counted"], 4);
    // Offsets are those of the rows.
    let third = &folder.rejects("run")[1];
    assert_eq!(third["offset"], 37);
}

#[test]
fn a_table_without_a_text_is_refused_with_its_columns() {
    let folder = Folder::new();
    folder.write("news.csv", "number,lede,datum\n1,Talks in Iraq.,2024-03-02\n");
    let refusal = folder.run("analyze news.csv -g small.gaz --out run");
    refusal.expect_refusal(&["`number`, `lede`, `datum`", "--text-field"]);
    folder.run("analyze news.csv -g small.gaz --out run --text-field lede --date-field datum").expect(0);
    assert_eq!(folder.manifest("run")["books"]["counted"], 1);
    folder
        .run("tag news.csv -g small.gaz --text-field body")
        .expect_refusal(&["no column `body` (--text-field)", "`lede`"]);
}

#[test]
fn a_broken_record_of_a_crawl_does_not_cost_the_others() {
    let folder = Folder::new();
    let good = |n: u32| {
        response(&format!("http://e.example/{n}"), "Content-Type: text/html", page(&articles(1)[0]).as_bytes())
    };
    let broken = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: many\r\n\r\nIraq\r\n\r\n";
    let lzma = response("http://e.example/l", "Content-Type: text/html\r\nContent-Encoding: lzma", b"x");
    folder.write("crawl.warc", [&good(1)[..], broken, &good(2), &lzma, &good(3)].concat());
    folder.run("analyze crawl.warc -g small.gaz --out run").expect(0);
    assert_eq!(folder.manifest("run")["books"]["counted"], 3);
    let reasons: Vec<Value> = folder.rejects("run").iter().map(|reject| reject["reason"].clone()).collect();
    assert_eq!(reasons, ["invalid-record", "invalid-record"]);
    // A crawl that is cut says so, also where it is cut inside a record that is passed over.
    let request = record("request", "http://e.example/r", "application/http", b"GET / HTTP/1.1\r\n\r\n");
    folder.write("cut.warc", [&good(2)[..], &request[..request.len() - 10]].concat());
    folder.run("analyze cut.warc -g small.gaz --out run --force").expect(3);
    assert_eq!(folder.rejects("run")[0]["reason"], "truncated");
    assert_eq!(folder.manifest("run")["books"]["counted"], 1);
    let whole = good(1);
    for end in [whole.len() - 10, 40] {
        folder.write("cut.warc", [&good(2)[..], &whole[..end]].concat());
        folder.run("analyze cut.warc -g small.gaz --out run --force").expect(3);
        assert_eq!(folder.rejects("run")[0]["reason"], "truncated", "{end}");
        assert_eq!(folder.manifest("run")["books"]["counted"], 1);
    }
}

#[test]
fn pages_in_other_encodings_are_decoded() {
    let folder = Folder::new();
    let text =
        "Officials said on Tuesday that the Caf\u{e9} in York would stay closed until the summer, whatever happens.";
    let page =
        |charset: &str| format!("<html><head>{charset}</head><body><article><p>{text}</p></article></body></html>");
    let latin = |page: String| page.chars().map(|c| c as u32 as u8).collect::<Vec<u8>>();
    folder.write("declared.html", latin(page("<meta charset=iso-8859-1>")));
    folder.write("guessed.html", latin(page("")));
    folder.write("wrong.html", page("<meta charset=iso-8859-1>"));
    for input in ["declared.html", "guessed.html", "wrong.html"] {
        let out = folder.run(&format!("tag {input} -g small.gaz")).expect(0).stdout.clone();
        let span = &crate::support::json_lines(&out)[0]["spans"][0];
        assert_eq!(
            (&span["surface"], &span["start"]),
            (&json!("York"), &json!(text.chars().position(|c| c == 'Y').unwrap()))
        );
    }
}

/// What becomes of an input: texts of its documents, reasons of its rejects, and documents in which a character was replaced.
#[track_caller]
fn check_elements(content: impl AsRef<[u8]>, texts: &[&str], reasons: &[&str], replaced: u64) {
    let folder = Folder::new();
    let content = content.as_ref();
    let shown = String::from_utf8_lossy(content);
    folder.write("news.xml", content);
    let is_lost = reasons.contains(&"truncated");
    folder.run("analyze news.xml -g small.gaz --out run").expect(if is_lost { 3 } else { 0 });
    let found: Vec<Value> = folder.rejects("run").iter().map(|reject| reject["reason"].clone()).collect();
    assert_eq!(found, reasons, "{shown}");
    let manifest = folder.manifest("run");
    assert_eq!(manifest["inputs"][0]["records"], (texts.len() + reasons.len()) as u64, "{shown}");
    assert_eq!(manifest["notes"]["replaced"].as_u64().unwrap_or_default(), replaced, "{manifest:#}");
    let read = folder.run("read news.xml").expect(0).stdout.clone();
    let found: Vec<Value> = crate::support::json_lines(&read).iter().map(|document| document["text"].clone()).collect();
    assert_eq!(found, texts, "{shown}");
}

#[test]
fn faults_of_feeds_and_sgml_are_one_reject_or_one_repair() {
    let item = |text: &str| format!("<item><title>Talks</title><description>{text}</description></item>\n");
    let feed = |items: &str| format!("<rss><channel>{}{items}{}</channel></rss>", item("Iraq one."), item("York two."));
    let between = |middle: &[&'static str]| [&["Iraq one."], middle, &["York two."]].concat();
    // The file is cut: in a record, between two, and in the last tag.
    let whole = feed("");
    let cut = |end: &str| &whole[..whole.rfind(end).unwrap() + 3];
    check_elements(cut("York"), &["Iraq one."], &["truncated"], 0);
    check_elements(cut("<item>"), &["Iraq one."], &["truncated"], 0);
    check_elements(cut("</channel>"), &["Iraq one.", "York two."], &["truncated"], 0);
    // An element, or a record, is not closed.
    check_elements(
        feed("<item><title>Bath<description>Bath</description></item>"),
        &between(&[]),
        &["invalid-record"],
        0,
    );
    check_elements(feed("<item><description>Bath</description>"), &between(&[]), &["invalid-record"], 0);
    check_elements(feed(&item("<b>Bath <i>is</b> open.")), &between(&["Bath is open."]), &[], 0);
    check_elements(feed(&item("Bath <!-- is open.")), &between(&[]), &["invalid-record"], 0);
    // References to characters that do not exist, and some that do.
    check_elements(
        feed(&item("Bath &nosuch; & &#xD800; &amp;amp; &#8217;")),
        &between(&["Bath &nosuch; & \u{fffd} & ’"]),
        &[],
        1,
    );
    // Another encoding.
    let latin = |text: String| text.chars().map(|c| c as u32 as u8).collect::<Vec<u8>>();
    check_elements(latin(feed(&item("Caf\u{e9} in Bath"))), &between(&["Caf\u{e9} in Bath"]), &[], 0);
    let declared = format!("<?xml version='1.0' encoding='iso-8859-2'?>{}", feed(&item("\u{a3}")));
    check_elements(latin(declared), &between(&["\u{141}"]), &[], 0);
    // What only looks like the end.
    let cdata = feed(&item("<![CDATA[Bath </item> <item> ]]&gt;<br>York]]>"));
    check_elements(cdata, &between(&["Bath ]]>\nYork"]), &[], 0);
    check_elements(feed(&item("")), &between(&[""]), &[], 0);
    // SGML.
    let doc = |text: &str| format!("<DOC id=\"X_ENG_20100101.0001\">\n<TEXT>\n<P>\n{text}\n</P>\n</TEXT>\n</DOC>\n");
    let docs = |middle: &str| [&*doc("Iraq one."), middle, &doc("York two.")].concat();
    check_elements(docs("<DOC><TEXT><P>Bath.\n"), &between(&[]), &["invalid-record"], 0);
    check_elements(docs("<TEXT>Bath</TEXT></DOC>\n"), &between(&[]), &["invalid-record"], 0);
    check_elements(docs("<DOC><TEXT>Bath</DOC>\n"), &between(&[]), &["invalid-record"], 0);
    check_elements(docs(&doc("")), &between(&[""]), &[], 0);
    let whole = docs("");
    check_elements(&whole[..whole.len() - 3], &["Iraq one."], &["truncated"], 0);
}

#[test]
fn feeds_nitf_and_sgml_say_who_when_and_where() {
    let folder = Folder::new();
    folder.write("a.rss", rss(&articles(1)));
    folder.write("b.sgm", "<REUTERS NEWID=\"17\"><DATE>26-FEB-1987 15:01:01.79</DATE><TEXT><DATELINE>   YORK, Feb 26 - </DATELINE><BODY>Talks.</BODY></TEXT></REUTERS>");
    let read = folder.run("read .").expect(0).stdout.clone();
    let documents = crate::support::json_lines(&read);
    let of = |number: usize, field: &str| documents[number][field].clone();
    assert_eq!((of(0, "id"), of(0, "source")), (json!("http://news.example/0"), json!("Iraq News")));
    assert_eq!((of(1, "id"), of(1, "text")), (json!("17"), json!("YORK, Feb 26 - Talks.")));
    // The gazetteer in the folder is no XML.
    folder.run("analyze . -g small.gaz --out run --input-format xml").expect(3);
    assert_eq!(folder.manifest("run")["dates"]["read"], 2);
    folder.write("c.xml", "Talks in Iraq.");
    folder.run("analyze c.xml -g small.gaz --out c").expect_refusal(&["c.xml", "XML by its name"]);
    folder.run("analyze c.xml -g small.gaz --out c --input-format xml").expect_refusal(&["XML by its name"]);
}
