//! What must not change a result does not: threads, order, compression, batches, engines, the folder a run is made in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use dateline::{AnalyzeOptions, Analyzer, Archive, ArchiveOptions, Gazetteer, ScanOptions};
use serde_json::Value;

use crate::support::{Article, Folder, Outcome, Random, copy_tree, corpus, gzip, in_members, json_lines, zstd};

/// Writes 300 articles in all the ways articles come, and returns them in canonical order: that of their paths.
fn generate(folder: &Folder, name: &str) -> Vec<Article> {
    generate_with(folder, name, false)
}

/// The same, some of them long enough that one batch does not hold all.
fn generate_long(folder: &Folder, name: &str) -> Vec<Article> {
    generate_with(folder, name, true)
}

fn generate_with(folder: &Folder, name: &str, long: bool) -> Vec<Article> {
    let mut random = Random::new(20_240_501);
    let mut articles = Vec::new();
    for (file, line_end, compress) in [
        ("a.jsonl", "\r\n", None),
        ("b.jsonl.gz", "\n", Some(gzip as fn(&[u8]) -> Vec<u8>)),
        ("c.jsonl.zst", "\n", Some(zstd)),
    ] {
        let mut content = Vec::new();
        for number in 0..80 {
            let mut article = Article::random(format!("{file}-{number}"), &mut random);
            if long && number % 40 == 7 {
                article.text = article.text.repeat(120_000 / article.text.len());
            }
            content.extend([article.line().as_bytes(), line_end.as_bytes()].concat());
            articles.push(article);
        }
        let bytes = compress.map_or(content.clone(), |compress| in_members(&content, 5, compress));
        folder.write(&format!("{name}/{file}"), bytes);
    }
    for number in 0..60 {
        let path = format!("{name}/tree/{}/{number:02}.txt", number / 10);
        let mut article = Article::random(path.clone(), &mut random);
        article.title = None;
        match number % 4 {
            0 => article.text = article.text.replace("\r\n", "\n").replace('\n', "\r\n"),
            1 => article.text.insert(0, '\u{feff}'),
            _ => {}
        }
        folder.write(&path, &article.text);
        articles.push(article);
    }
    articles
}

#[track_caller]
fn analyze(folder: &Folder, args: &str) {
    folder.run(&format!("analyze -q {args}")).expect(0);
}

fn count(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap()
}

#[test]
fn threads_change_no_byte_of_the_sample_corpus() {
    let folder = Folder::new();
    copy_tree(&corpus("news"), &folder.path("news"));
    for threads in [1, 2, 5] {
        analyze(&folder, &format!("news -j {threads} --out run{threads}"));
        assert_eq!(folder.hashes("run1"), folder.hashes(&format!("run{threads}")), "{threads} threads");
    }
    assert_eq!(folder.manifest("run1")["books"]["counted"], 46);
    folder.run("verify run1").expect(0);
}

#[test]
fn neither_threads_nor_the_order_of_inputs_change_a_byte() {
    let folder = Folder::new();
    generate_long(&folder, "in");
    for (number, args) in [
        "in -j 1",
        "in -j 2",
        "in -j 5",
        "in/tree/3 in/c.jsonl.zst in/tree ./in/b.jsonl.gz in/a.jsonl",
        "in/a.jsonl in ./in//tree/5/50.txt",
    ]
    .iter()
    .enumerate()
    {
        analyze(&folder, &format!("{args} -g small.gaz --out run{number}"));
        assert_eq!(folder.hashes("run0"), folder.hashes(&format!("run{number}")), "{args}");
    }
    assert_eq!(folder.manifest("run0")["books"]["counted"], 300);
    folder.run("verify run0").expect(0);
}

#[test]
fn the_folder_of_a_run_changes_no_byte() {
    let (one, other) = (Folder::new(), Folder::new());
    assert_eq!(generate(&one, "in"), generate(&other, "in"));
    analyze(&one, "in -g small.gaz --out run");
    other.write("deep/down/x", "");
    analyze(&other, "in -g small.gaz --out deep/down/another");
    assert_eq!(one.hashes("run"), other.hashes("deep/down/another"));
}

#[test]
fn the_size_of_batches_changes_no_byte() {
    let folder = Folder::new();
    generate(&folder, "in");
    let paths: Vec<PathBuf> = vec![folder.path("in")];
    let gazetteer = Gazetteer::load([folder.path("small.gaz").to_str().unwrap()]).unwrap();
    let analyzer = Analyzer::new(&gazetteer).unwrap();
    for (run, batch_bytes, threads) in
        [("whole", 1 << 30, 1), ("usual", 512 << 10, 3), ("odd", 7_777, 5), ("single", 1, 2)]
    {
        let archive = Archive::open(&paths, ArchiveOptions { batch_bytes, ..ArchiveOptions::default() }).unwrap();
        let scan = ScanOptions { threads, ..ScanOptions::default() };
        let options = AnalyzeOptions { scan, ..AnalyzeOptions::default() };
        let summary = dateline::analyze(&analyzer, archive.batches(), &folder.path(run), options).unwrap();
        assert_eq!(summary.books.counted, 300);
        assert_eq!(folder.hashes("whole"), folder.hashes(run), "batches of {batch_bytes} bytes");
    }
}

/// The least that the error names does, and any ceiling gives the bytes of none: in one reading, in parts, merged, extended.
#[test]
fn the_ceiling_on_memory_changes_no_byte() {
    let folder = Folder::new();
    generate_long(&folder, "in");
    analyze(&folder, "in -g small.gaz --out whole");
    let refused = folder.run("analyze in -g small.gaz --out none --memory 1M -j 2");
    refused.expect_refusal(&["1 MiB are less than the command needs with 2 threads", "--memory ", "M would do"]);
    assert!(!folder.path("none").exists());
    let least = refused.stderr.split("--memory ").nth(1).and_then(|rest| rest.split('M').next()).unwrap();
    for (number, args) in [
        format!("-j 2 --memory {least}M"),
        "-j 1 --memory 200M".to_owned(),
        "-j 3 --memory 1G --checkpoint 20K".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        analyze(&folder, &format!("in -g small.gaz --out run{number} {args}"));
        assert_eq!(folder.hashes("whole"), folder.hashes(&format!("run{number}")), "{args}");
    }
    analyze(&folder, "in/tree -g small.gaz --out tree");
    analyze(&folder, "in/a.jsonl in/b.jsonl.gz in/c.jsonl.zst -g small.gaz --out files");
    folder.run("merge tree files --out none -j 2 --memory 1M").expect_refusal(&["1 MiB are less", "M would do"]);
    folder.run("merge tree files --out merged -j 2 --memory 200M").expect(0);
    assert_eq!(folder.hashes("whole"), folder.hashes("merged"));
    folder.run("extend tree in -g small.gaz --out none -j 2 --memory 1M").expect_refusal(&["1 MiB are less"]);
    folder.run("extend tree in -g small.gaz --out extended -j 2 --memory 250M").expect(0);
    assert_eq!(folder.hashes("whole"), folder.hashes("extended"));
}

#[test]
fn a_batch_may_be_as_large_as_a_number_can_say() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    let options = ArchiveOptions { batch_bytes: usize::MAX, ..ArchiveOptions::default() };
    let archive = Archive::open(&[folder.path("a.txt")], options).unwrap();
    let records: usize = archive.batches().map(|batch| batch.unwrap().records().len()).sum();
    assert_eq!(records, 1);
}

#[test]
fn engines_change_no_byte() {
    let folder = Folder::new();
    generate(&folder, "in");
    let clinic = corpus("news/local/valley-post/2024-01-08-clinic.txt");
    folder.write("news/clinic.txt", fs::read(clinic).unwrap());
    for (number, args) in
        ["in/tree -g small.gaz", "in/tree -g small.gaz --profile wide --overlap all", "news -g core"].iter().enumerate()
    {
        for engine in ["auto", "aho-corasick", "naive"] {
            analyze(&folder, &format!("{args} --engine {engine} --out {engine}{number}"));
            assert_eq!(folder.hashes(&format!("auto{number}")), folder.hashes(&format!("{engine}{number}")), "{args}");
        }
    }
}

#[test]
fn the_order_of_gazetteer_lines_changes_no_byte() {
    let folder = Folder::new();
    generate(&folder, "in");
    let mut entities: Vec<String> = Vec::new();
    for line in crate::support::SMALL.lines() {
        match entities.last_mut() {
            Some(entity) if line.starts_with('+') => *entity += &format!("\n{line}"),
            _ => entities.push(line.to_owned()),
        }
    }
    entities.reverse();
    folder.write("other/small.gaz", entities.join("\r\n# a comment\n"));
    analyze(&folder, "in/tree -g small.gaz --out run");
    analyze(&folder, "in/tree -g other/small.gaz --out other/run");
    assert_eq!(folder.hashes("run"), folder.hashes("other/run"));
}

#[test]
fn compression_and_splitting_change_no_count() {
    let folder = Folder::new();
    let mut random = Random::new(7);
    let lines: Vec<String> =
        (0..120).map(|number| Article::random(format!("a{number}"), &mut random).line() + "\n").collect();
    let whole = lines.concat().into_bytes();
    let third = |part: usize| lines[part * 40..][..40].concat().into_bytes();
    folder.write("plain/all.jsonl", &whole);
    folder.write("crlf/all.ndjson", lines.concat().replace('\n', "\r\n"));
    folder.write("unended/all.jsonl", whole.trim_ascii_end());
    folder.write("gzip/all.jsonl.gz", in_members(&whole, 7, gzip));
    folder.write("zstd/all.jsonl.zst", in_members(&whole, 7, zstd));
    folder.write("three/1.jsonl", third(0));
    folder.write("three/2.jsonl.zst", in_members(&third(1), 3, zstd));
    folder.write("three/more/3.json.gz", in_members(&third(2), 40, gzip));
    folder.write("single/blank.jsonl", "\n\n \r\n");
    for (number, line) in lines.iter().enumerate() {
        folder.write(&format!("single/{number}.jsonl"), line);
    }
    let mut expected = None;
    for name in ["plain", "crlf", "unended", "gzip", "zstd", "three", "single"] {
        let run = format!("run-{name}");
        analyze(&folder, &format!("{name} -g small.gaz --out {run}"));
        let found = (folder.rows("top", &run), folder.rows("pairs", &run), folder.manifest(&run)["totals"].clone());
        let expected = expected.get_or_insert_with(|| found.clone());
        assert!(found.0.len() > 12 && found.1.len() > 50);
        assert_eq!(*expected, found, "{name}");
    }
}

#[test]
fn ten_copies_count_ten_times() {
    let folder = Folder::new();
    generate(&folder, "in/0");
    analyze(&folder, "in -g small.gaz --out once");
    for copy in 1..10 {
        copy_tree(&folder.path("in/0"), &folder.path(&format!("in/{copy}")));
    }
    analyze(&folder, "in -g small.gaz --out tenfold");
    assert_eq!(folder.manifest("tenfold")["books"]["counted"], 3000);
    for (command, keys) in [("top", &["mentions", "documents"][..]), ("pairs", &["k11", "k12", "k21", "k22"])] {
        let (mut once, mut tenfold) = (folder.rows(command, "once"), folder.rows(command, "tenfold"));
        for (row, of_ten) in once.iter_mut().zip(&mut tenfold) {
            for key in keys {
                row[*key] = (10 * count(row, key)).into();
            }
            // Evidence grows with the documents, closeness does not; both but for the last digits.
            for (measure, factor) in [("g2", 10.0), ("npmi", 1.0)] {
                let [Some(one), Some(ten)] = [&*row, &*of_ten].map(|row| row[measure].as_f64()) else { continue };
                assert!((factor * one - ten).abs() <= 1e-9 * ten.abs().max(1.0), "{measure} of {row}");
                row[measure] = of_ten[measure].clone();
            }
        }
        assert_eq!(once, tenfold);
    }
}

#[test]
fn tagged_documents_keep_the_order_of_the_archive() {
    let folder = Folder::new();
    let articles = generate_long(&folder, "in");
    let tagged: Vec<String> = ["in -j 1", "in -j 5", "in/tree in/c.jsonl.zst in/b.jsonl.gz in/a.jsonl"]
        .iter()
        .map(|args| {
            let outcome = folder.run(&format!("tag {args} -g small.gaz"));
            outcome.expect(0);
            assert_eq!(outcome.stderr, "");
            outcome.stdout
        })
        .collect();
    let ids: Vec<String> = json_lines(&tagged[0]).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
    assert_eq!(ids, expected);
    for other in &tagged[1..] {
        assert!(tagged[0] == *other, "threads or the order of inputs changed what tag prints");
    }
}

/// The slice of a text in the unit of `--offsets`, as a program in a language that counts so would cut it.
fn slice(text: &str, unit: &str, start: usize, end: usize) -> String {
    match unit {
        "char" => text.chars().skip(start).take(end - start).collect(),
        "byte" => text[start..end].to_owned(),
        "utf16" => String::from_utf16(&text.encode_utf16().collect::<Vec<u16>>()[start..end]).unwrap(),
        other => panic!("{other}"),
    }
}

#[test]
fn tagged_spans_slice_the_text_in_every_unit() {
    let folder = Folder::new();
    let articles: BTreeMap<String, Article> =
        generate(&folder, "in").into_iter().map(|article| (article.id.clone(), article)).collect();
    let mut surfaces = BTreeSet::new();
    for unit in ["char", "byte", "utf16"] {
        let outcome = folder.run(&format!("tag in -g small.gaz --profile wide --offsets {unit}"));
        let mut n_spans = 0;
        for line in json_lines(&outcome.expect(0).stdout) {
            let article = &articles[line["id"].as_str().unwrap()];
            for span in line["spans"].as_array().unwrap() {
                let text = article.part(span["part"].as_str().unwrap());
                for place in [Some(span), span.get("head")].into_iter().flatten() {
                    let (start, end) = (count(place, "start") as usize, count(place, "end") as usize);
                    let surface = place["surface"].as_str().unwrap();
                    assert_eq!(slice(text, unit, start, end), surface, "{unit} {span} of {article:?}");
                    surfaces.insert(surface.to_owned());
                }
                n_spans += 1;
            }
        }
        assert!(n_spans > 1000, "only {n_spans} spans");
    }
    // Those were not all easy ones.
    for surface in
        ["Zu\u{308}rich", "Sa\u{303}o Paulo", "São\r\nPaulo", "Ki\u{ad}ev", "New\nYork", "New\u{a0}York Times"]
    {
        assert!(surfaces.contains(surface), "{surface:?} is not in {surfaces:?}");
    }
}

/// Offsets that were counted by hand.
#[test]
fn offsets_count_what_they_say() {
    let folder = Folder::new();
    folder.write("bom.txt", "\u{feff}👩‍🚀 in Zu\u{308}rich\r\nIraq");
    for (unit, spans) in
        [("char", [[8, 15], [17, 21]]), ("byte", [[18, 26], [28, 32]]), ("utf16", [[10, 17], [19, 23]])]
    {
        let outcome = folder.run(&format!("tag bom.txt -g small.gaz --offsets {unit}"));
        let line = &json_lines(&outcome.expect(0).stdout)[0];
        assert_eq!(line["id"], "bom.txt");
        let found: Vec<[u64; 2]> =
            line["spans"].as_array().unwrap().iter().map(|span| [count(span, "start"), count(span, "end")]).collect();
        assert_eq!(found, spans, "{unit}");
    }
}

/// What `tag` prints and what `analyze` counts are the same mentions: sums and pairs recomputed in the plainest way.
#[test]
fn tagged_spans_add_up_to_the_run() {
    let folder = Folder::new();
    generate(&folder, "in");
    copy_tree(&corpus("news"), &folder.path("news"));
    for (number, args) in
        ["in -g small.gaz", "in -g small.gaz --profile wide --overlap all", "news -g core"].iter().enumerate()
    {
        let run = format!("run{number}");
        analyze(&folder, &format!("{args} --out {run}"));
        let outcome = folder.run(&format!("tag {args}"));
        let (mut mentions, mut documents) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
        let mut pairs = BTreeMap::<(String, String), u64>::new();
        for line in json_lines(&outcome.expect(0).stdout) {
            let mut here = BTreeSet::new();
            // A headline that the text repeats counts once.
            for span in line["spans"].as_array().unwrap().iter().filter(|span| span["repeated"] != true) {
                let entity = span["entity"].as_str().unwrap().to_owned();
                // What no list has is printed, not counted.
                if entity.starts_with("unlisted:") {
                    continue;
                }
                *mentions.entry(entity.clone()).or_default() += 1;
                here.insert(entity);
            }
            let here: Vec<String> = here.into_iter().collect();
            for (row, a) in here.iter().enumerate() {
                *documents.entry(a.clone()).or_default() += 1;
                for b in &here[row + 1..] {
                    *pairs.entry((a.clone(), b.clone())).or_default() += 1;
                }
            }
        }
        let id = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        let top = folder.rows("top", &run);
        let sums = |key: &str| top.iter().map(|row| (id(row, "entity"), count(row, key))).collect::<BTreeMap<_, _>>();
        assert_eq!(sums("mentions"), mentions, "{args}");
        assert_eq!(sums("documents"), documents, "{args}");
        let listed = folder.rows("pairs", &run);
        let both = |row: &Value| {
            let (a, b) = (id(row, "a"), id(row, "b"));
            if a < b { (a, b) } else { (b, a) }
        };
        let joint: BTreeMap<_, _> = listed.iter().map(|row| (both(row), count(row, "k11"))).collect();
        assert_eq!(joint.len(), listed.len(), "a pair is listed twice");
        assert_eq!(joint, pairs, "{args}");
    }
}

#[test]
fn the_program_can_read_standard_input_instead_of_a_file() {
    let folder = Folder::new();
    generate(&folder, "in");
    analyze(&folder, "in/a.jsonl -g small.gaz --out run");
    for name in ["a.jsonl", "b.jsonl.gz", "c.jsonl.zst"] {
        analyze(&folder, &format!("in/{name} -g small.gaz --out named --force"));
        let bytes = fs::read(folder.path("in").join(name)).unwrap();
        folder.run_with_input("analyze -q - -g small.gaz --out piped --force", &bytes).expect(0);
        for command in ["top", "pairs"] {
            assert_eq!(folder.rows(command, "named"), folder.rows(command, "piped"), "{name}");
        }
        let tagged = folder.run_with_input("tag - -g small.gaz", &bytes);
        assert_eq!(tagged.expect(0).stdout, folder.run(&format!("tag in/{name} -g small.gaz")).stdout);
    }
}

/// The thread count may also come from the environment; what is typed wins.
#[test]
fn the_environment_can_set_the_threads() {
    let folder = Folder::new();
    folder.write("a.txt", "Iraq");
    let outcome = |threads: &str, args: &[&str]| {
        let args = ["tag", "a.txt", "-g", "small.gaz"].iter().chain(args);
        Outcome::of(folder.command(args).env("DATELINE_THREADS", threads))
    };
    outcome("2", &[]).expect(0);
    outcome("many", &[]).expect(2);
    outcome("2", &["-j", "1"]).expect(0);
}
