use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::error::ErrorKind;
use crate::interchange::export::{ExportFormat, export};

fn input(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats-in").join(name)
}

/// Imports into a fresh folder; gives the report and the text written, which must be a gazetteer.
fn run(format: ImportFormat, inputs: &[PathBuf], options: &ImportOptions<'_>) -> Result<(ImportReport, String)> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.gaz");
    let result = import(format, inputs, &out, options);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    match result {
        Ok(report) => {
            assert_eq!(left, ["out.gaz"], "nothing else is left behind");
            for tally in [&report.records, &report.names] {
                assert_eq!(tally.read, tally.kept + tally.dropped(), "{report:#?}");
            }
            let text = fs::read_to_string(&out).unwrap();
            let gazetteer = Gazetteer::load([out.to_str().unwrap()]).unwrap();
            assert_eq!(gazetteer.entities().len() as u64, report.entities);
            Ok((report, text))
        }
        Err(error) => {
            assert!(left.is_empty(), "a failed import leaves {left:?}");
            Err(error)
        }
    }
}

/// Compares an import with its expected output: the file, then the tallies as comments. `DATELINE_BLESS=1` writes the
/// current output.
#[track_caller]
fn check(format: ImportFormat, inputs: &[&str], expected: &str, set: impl FnOnce(&mut ImportOptions<'_>)) {
    let mut options = ImportOptions::default();
    set(&mut options);
    let inputs: Vec<PathBuf> = inputs.iter().map(|name| input(name)).collect();
    let (report, mut text) = run(format, &inputs, &options).unwrap();
    let folder = format!("{}/", input("").display()).replace("//", "/");
    let tallies = [("records", &report.records), ("names", &report.names)];
    for (what, tally) in tallies {
        writeln!(text, "#: {} {what} read, {} kept", tally.read, tally.kept).unwrap();
    }
    let values = ("values", &report.values);
    for (what, all) in [("records", &report.records.dropped), ("names", &report.names.dropped), values] {
        for (reason, dropped) in all {
            let first = dropped.first.replace(&folder, "");
            writeln!(text, "#: {} {what} dropped: {reason} ({first})", dropped.count).unwrap();
        }
    }
    report.notes.iter().for_each(|(what, count)| writeln!(text, "#: note: {count} {what}").unwrap());
    for (input, reason) in &report.passed_over {
        writeln!(text, "#: passed over {}: {reason}", input.replace(&folder, "")).unwrap();
    }
    for (name, entities) in &report.shared.examples {
        writeln!(text, "#: shared by {entities}: {name}").unwrap();
    }
    let golden = input("expected").join(expected);
    if std::env::var_os("DATELINE_BLESS").is_some() {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        fs::write(&golden, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&golden).unwrap_or_default(), "{}", golden.display());
}

#[test]
fn csv_with_mapped_columns() {
    check(ImportFormat::Csv, &["companies.csv"], "companies.gaz", |options| {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        options.columns = vec![
            pair("id", "Key"),
            pair("name", "Company"),
            pair("aliases", "Also known as"),
            pair("ticker", "Ticker"),
        ];
        options.kind = Some("org.company".to_owned());
    });
}

#[test]
fn tsv_without_ids() {
    check(ImportFormat::Tsv, &["places.tsv"], "places.gaz", |_| {});
}

/// In TSV a quotation mark is a character; once, an opening one swallowed the lines up to the next.
#[test]
fn quotation_marks_between_tabs_are_characters() {
    check(ImportFormat::Tsv, &["quotes.tsv"], "quotes.gaz", |options| {
        options.kind = Some("org.company".to_owned());
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in");
    let names = |format, text: &str, options: &ImportOptions<'_>| -> Vec<String> {
        fs::write(&path, text).unwrap();
        let (_, text) = run(format, std::slice::from_ref(&path), options).unwrap();
        text.lines().skip(1).map(|line| line.split('\t').nth(2).unwrap().to_owned()).collect()
    };
    let plain = ImportOptions::default();
    let quote = ImportOptions { quote: true, ..Default::default() };
    let text = "name\tcc\n\"Best\" Mill\tGB\n\"Exa\tple\"\tGB\nRest\tGB\n";
    assert_eq!(names(ImportFormat::Tsv, text, &plain), ["\"Best\" Mill", "Rest"], "a row of three fields is dropped");
    assert_eq!(names(ImportFormat::Tsv, text, &quote), ["Best Mill", "Exa ple", "Rest"]);
    assert_eq!(
        names(ImportFormat::Csv, "name,cc\n\"Exa, Ple\",GB\n\"A \"\"B\"\" C\",GB\n", &plain),
        ["A \"B\" C", "Exa, Ple"]
    );
    assert_eq!(names(ImportFormat::Csv, "name,cc\r\n\"Exa\r\nPle\",GB\r\n", &plain), ["Exa Ple"]);
    // What opens and is not closed in its field is an error that names the line.
    let fails = |format, text: &str, options: &ImportOptions<'_>| {
        fs::write(&path, text).unwrap();
        run(format, std::slice::from_ref(&path), options).unwrap_err().to_string()
    };
    for (text, line) in [
        ("name,cc\nAldgate,GB\n\"Quoted Works,GB\nBeta,GB\n", 3),
        ("name,cc\n\"Quoted Works,GB\nIle de l\" Union Works,SC\nBeta,GB\n", 2),
        ("name,cc\nA,B\nC,D\nE,\"F\nG,\"H\"\n", 4),
    ] {
        let error = fails(ImportFormat::Csv, text, &plain);
        assert!(error.contains(&format!("the quotation mark that opens in line {line} is not closed")), "{error}");
        let error = fails(ImportFormat::Tsv, &text.replace(',', "\t"), &quote);
        assert!(error.contains(&format!("opens in line {line} ")), "{error}");
    }
    let error = fails(ImportFormat::Csv, "name,cc\n\"Quoted Works,GB\nBeta Works\",GB\n", &plain);
    assert!(error.contains("as if a quotation mark were not closed (first"), "{error}");
}

/// Once, ids of a table removed the names of countries from `world`.
#[test]
fn ids_have_a_prefix_and_replace_nothing_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in");
    let world = Gazetteer::builtin("world").unwrap();
    let ids = |format, text: &str, set: &dyn Fn(&mut ImportOptions<'_>)| -> Result<Vec<String>> {
        fs::write(&path, text).unwrap();
        let mut options = ImportOptions { kind: Some("place.country".to_owned()), ..Default::default() };
        options.against = Some(&world);
        set(&mut options);
        let (_, text) = run(format, std::slice::from_ref(&path), &options)?;
        let lines = text.lines().skip(1).filter(|line| !line.starts_with('+'));
        Ok(lines.map(|line| line.split('\t').next().unwrap().to_owned()).collect())
    };
    let list = "id,name,parent\nus,United States,\ntr,Turkey,us\nx,Exampleton,tr2\n";
    let my = |options: &mut ImportOptions<'_>| options.prefix = Some("my:".to_owned());
    let none = |options: &mut ImportOptions<'_>| options.prefix = Some(String::new());
    assert_eq!(ids(ImportFormat::Csv, list, &my).unwrap(), ["my:tr", "my:us", "my:x"]);
    assert_eq!(ids(ImportFormat::Csv, list, &|_| {}).unwrap(), ["csv:tr", "csv:us", "csv:x"]);
    assert_eq!(ids(ImportFormat::Tsv, &list.replace(',', "\t"), &my).unwrap(), ["my:tr", "my:us", "my:x"]);
    assert_eq!(ids(ImportFormat::Csv, "id,name\nmy:a,Exampleton\n", &my).unwrap(), ["my:a"], "not twice");
    let error = ids(ImportFormat::Csv, list, &none).unwrap_err().to_string();
    assert!(error.contains("2 of the ids are ids of world: tr (Turkey), us (United States)"), "{error}");
    assert!(error.contains("--prefix my:") && error.contains("--replace"), "{error}");
    let asked = |options: &mut ImportOptions<'_>| (options.prefix, options.replace) = (Some(String::new()), true);
    assert_eq!(ids(ImportFormat::Csv, list, &asked).unwrap(), ["tr", "us", "x"]);
    // Ids that other formats state.
    let spacy = "{\"label\":\"GPE\",\"pattern\":\"Germany\",\"id\":\"de\"}\n";
    assert!(ids(ImportFormat::Spacy, spacy, &|_| {}).unwrap_err().to_string().contains("de (Germany)"));
    assert_eq!(ids(ImportFormat::Spacy, spacy, &my).unwrap(), ["my:de"]);
    assert!(ids(ImportFormat::Gate, "Germany\tid=de\n", &|_| {}).unwrap_err().to_string().contains("de (Germany)"));
    assert_eq!(ids(ImportFormat::Gate, "Germany\tid=de\n", &my).unwrap(), ["my:de"]);
}

/// The import, layered over `below`, finds these surface forms in the text.
#[track_caller]
fn finds(format: ImportFormat, content: &str, below: Option<&str>, text: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("in"), content).unwrap();
    let options = ImportOptions { kind: Some("place.country".to_owned()), ..Default::default() };
    import(format, &[path("in")], &path("out.gaz"), &options).unwrap();
    let own = path("out.gaz").to_string_lossy().into_owned();
    let gazetteer = Gazetteer::load(below.map(str::to_owned).into_iter().chain([own])).unwrap();
    let analyzer = crate::Analyzer::new(&gazetteer).unwrap();
    let document = crate::Document::new("", text);
    let found: Vec<String> = analyzer.analyze(&document).iter().map(|found| found.surface.to_owned()).collect();
    for surface in expected {
        assert!(found.iter().any(|found| found == surface), "{surface} is not among {found:?}");
    }
}

#[test]
fn what_is_imported_is_found() {
    let countries = "id,name\nus,United States\ntr,Turkey\nde,Germany\n";
    let text =
        "The U.S. and T\u{fc}rkiye signed in Berlin. America agreed, and so did the Federal Republic of Germany.";
    finds(ImportFormat::Csv, countries, Some("world"), text, &["U.S.", "T\u{fc}rkiye", "America", "Berlin"]);
    let tokens = |words: &[&str]| {
        let list: Vec<String> = words.iter().map(|word| format!("{{\"TEXT\":{word:?}}}")).collect();
        format!("{{\"label\":\"ORG\",\"pattern\":[{}]}}\n", list.join(","))
    };
    let spacy = tokens(&["Toys", "\"", "R", "\"", "Us"])
        + &tokens(&["Example", "(", "UK", ")"])
        + &tokens(&["Muster", "'s", "Bank"]);
    let text = "Shares of Toys \"R\" Us fell, those of Example (UK) rose, and Muster's Bank said so.";
    finds(ImportFormat::Spacy, &spacy, None, text, &["Toys \"R\" Us", "Example (UK)", "Muster's Bank"]);
    let dictionary = "PLACES:\n  et: [Addis_Ababa]\n  bi: [burundisch*]\n  stan: [\"*kistan\", San_Exempel_Norte]\n";
    let text = "Talks in Addis Ababa. Die burundische Regierung, in Tadschikistan and San Exempel Norte.";
    let expected = ["Addis Ababa", "burundische", "Tadschikistan", "San Exempel Norte"];
    finds(ImportFormat::Quanteda, dictionary, None, text, &expected);
}

/// Names, old codes and catalogue forms of countries become codes; other values are dropped and counted.
#[test]
fn countries_become_codes() {
    check(ImportFormat::Csv, &["countries.csv"], "countries.gaz", |options| {
        options.kind = Some("place.city".to_owned());
    });
}

#[test]
fn aliases_are_taken_apart_as_their_column_has_them() {
    let inputs = ["aliases-semicolon.csv", "aliases-json.csv", "aliases-python.csv", "aliases-comma.csv"];
    for input in inputs {
        check(ImportFormat::Csv, &[input], &input.replace("csv", "gaz"), |options| {
            options.kind = Some("org.company".to_owned());
        });
    }
    check(ImportFormat::Csv, &["aliases-comma.csv"], "aliases-comma-asked.gaz", |options| {
        options.kind = Some("org.company".to_owned());
        options.alias_separator = Some(",".to_owned());
    });
}

/// Names that catalogues sort by another word also get the form of running text.
#[test]
fn catalogue_names_get_their_running_form() {
    check(ImportFormat::Csv, &["catalogue.csv"], "catalogue.gaz", |_| {});
    check(ImportFormat::List, &["catalogue.txt"], "catalogue-list.gaz", |options| {
        options.kind = Some("org.government".to_owned());
    });
    check(ImportFormat::Csv, &["catalogue.csv"], "catalogue-as-written.gaz", |options| options.as_written = true);
}

#[test]
fn plain_list() {
    check(ImportFormat::List, &["names.txt"], "names.gaz", |options| options.kind = Some("org.company".to_owned()));
    let error = run(ImportFormat::List, &[input("names.txt")], &ImportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("--kind"), "{error}");
}

const GEONAMES: [&str; 5] = [
    "geonames-alternateNamesV2.txt",
    "geonames-places.txt",
    "geonames-admin2Codes.txt",
    "geonames-admin1CodesASCII.txt",
    "geonames-countryInfo.txt",
];

#[test]
fn geonames_tables_join() {
    check(ImportFormat::Geonames, &GEONAMES, "geonames.gaz", |_| {});
    check(
        ImportFormat::Geonames,
        &["geonames-places.txt", "geonames-alternateNames.txt"],
        "geonames-old.gaz",
        |options| {
            options.languages = vec!["de".to_owned()];
            options.feature_classes = vec!["P".to_owned()];
            options.min_population = 1000;
        },
    );
}

#[test]
fn wikidata_in_two_passes() {
    check(ImportFormat::Wikidata, &["wikidata.json"], "wikidata.gaz", |_| {});
    check(ImportFormat::Wikidata, &["wikidata.json"], "wikidata-fr.gaz", |options| {
        options.languages = vec!["fr".to_owned(), "en".to_owned()];
        options.classes = vec![("Q515".to_owned(), "place.town".to_owned())];
        options.min_sitelinks = 0;
    });
}

#[test]
fn spacy_patterns() {
    check(ImportFormat::Spacy, &["spacy.jsonl"], "spacy.gaz", |options| {
        options.kinds = vec![("My Label".to_owned(), "place.parish".to_owned())];
    });
}

#[test]
fn gate_lists() {
    check(ImportFormat::Gate, &["gate/lists.def"], "gate.gaz", |_| {});
    check(ImportFormat::Gate, &["gate/company.lst"], "gate-list.gaz", |options| {
        options.kind = Some("org".to_owned());
        options.separator = "\tcc=".to_owned();
    });
}

#[test]
fn flashtext_lines_and_object() {
    check(ImportFormat::Flashtext, &["flashtext.txt"], "flashtext.gaz", |_| {});
    check(ImportFormat::Flashtext, &["flashtext.json"], "flashtext-json.gaz", |_| {});
}

#[test]
fn solr_synonyms() {
    check(ImportFormat::Solr, &["solr.txt"], "solr.gaz", |_| {});
}

#[test]
fn quanteda_dictionary() {
    check(ImportFormat::Quanteda, &["quanteda.yml"], "quanteda.gaz", |_| {});
    check(ImportFormat::Quanteda, &["quanteda.yml"], "quanteda-entities.gaz", |options| {
        options.leaf = Leaf::Entity;
        options.wildcards = Wildcards::Open;
    });
}

#[test]
fn liwc_dictionary() {
    check(ImportFormat::Liwc, &["liwc.dic"], "liwc.gaz", |options| options.wildcards = Wildcards::Drop);
}

#[test]
fn skos_triples() {
    check(ImportFormat::Skos, &["skos.nt"], "skos.gaz", |options| options.kind = Some("place".to_owned()));
    check(ImportFormat::Skos, &["skos.nt"], "skos-fr.gaz", |options| {
        options.languages = vec!["fr".to_owned(), "en".to_owned()];
    });
}

/// Headings are not entities, withdrawn concepts are dropped, labels of SKOS-XL are read.
#[test]
fn skos_headings_withdrawn_concepts_and_labels_as_nodes() {
    check(ImportFormat::Skos, &["skos-vocabulary.nt"], "skos-vocabulary.gaz", |options| {
        options.kind = Some("org.research".to_owned());
    });
    check(ImportFormat::Skos, &["skos-vocabulary.nt"], "skos-vocabulary-fi.gaz", |options| {
        options.kind = Some("org.research".to_owned());
        options.languages = vec!["fi".to_owned()];
    });
}

#[test]
fn a_vocabulary_in_other_languages_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.nt");
    let label = |id: u32, language: &str| {
        format!(
            "<http://e.example/{id}> <http://www.w3.org/2004/02/skos/core#prefLabel> \"Muster {id}\"@{language} .\n"
        )
    };
    let xl = "<http://e.example/9> <http://www.w3.org/2008/05/skos-xl#prefLabel> _:l .\n\
              _:l <http://www.w3.org/2008/05/skos-xl#literalForm> \"Muster\"@fi .\n";
    for (text, remedy) in [
        (label(1, "fi"), "add --lang fi: the labels are in fi (1)"),
        (label(1, "sv-FI") + &label(1, "fi") + &label(2, "sv"), "add --lang sv: the labels are in sv (2), fi (1)"),
        (xl.to_owned(), "add --lang fi: the labels are in fi (1)"),
    ] {
        fs::write(&path, text).unwrap();
        let error = run(ImportFormat::Skos, std::slice::from_ref(&path), &ImportOptions::default()).unwrap_err();
        assert!(error.to_string().contains(remedy), "{error}");
    }
}

/// The twin removes entities and names of lower layers, as `!remove` does.
#[test]
fn the_twin_removes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let twin = "{\"remove\":\"b\"}\n{\"id\":\"c\",\"kind\":\"place.city\",\"name\":\"Gamma\",\"flags\":\"-\"}\n\
                {\"remove\":\"a\",\"name\":\"Aleph\"}\n{\"remove\":\"a\",\"what\":1}\n";
    fs::write(path("over.jsonl"), twin).unwrap();
    let report =
        import(ImportFormat::Jsonl, &[path("over.jsonl")], &path("over.gaz"), &ImportOptions::default()).unwrap();
    assert_eq!((report.entities, report.removals, report.records.kept, report.records.dropped()), (1, 2, 3, 1));
    let text = fs::read_to_string(path("over.gaz")).unwrap();
    assert_eq!(text, "# dateline gazetteer\n!remove\ta\tAleph\n!remove\tb\nc\tplace.city\tGamma\t-\n");
    fs::write(path("base.gaz"), "a  place.city  Alpha  -\n+  alias  Aleph  -\nb  place.city  Beta  -\n").unwrap();
    let layers = [path("base.gaz"), path("over.gaz")].map(|path| path.to_string_lossy().into_owned());
    let both = Gazetteer::load(layers).unwrap();
    let names: Vec<String> = both.aliases().map(|alias| alias.text.to_owned()).collect();
    assert_eq!(names, ["Alpha", "Gamma"]);
    import(ImportFormat::Jsonl, &[path("over.jsonl")], &path("again.jsonl"), &ImportOptions::default()).unwrap();
    let again = fs::read_to_string(path("again.jsonl")).unwrap();
    assert!(again.contains("{\"remove\":\"a\",\"name\":\"Aleph\"}") && again.contains("{\"remove\":\"b\"}"), "{again}");
}

#[test]
fn cameo_actors_and_agents() {
    check(ImportFormat::Cameo, &["cameo.actors", "cameo.agents"], "cameo.gaz", |_| {});
}

#[test]
fn ror_dump() {
    check(ImportFormat::Ror, &["ror.json"], "ror.gaz", |_| {});
}

#[test]
fn twin() {
    check(ImportFormat::Jsonl, &["twin.jsonl"], "twin.gaz", |_| {});
}

/// Neither the order of the files nor the size of the sort buffer changes a byte.
#[test]
fn order_and_memory_change_nothing() {
    let mut inputs: Vec<PathBuf> = GEONAMES.iter().map(|name| input(name)).collect();
    let (_, first) = run(ImportFormat::Geonames, &inputs, &ImportOptions::default()).unwrap();
    inputs.reverse();
    let (_, second) = run(ImportFormat::Geonames, &inputs, &ImportOptions { memory: 1, ..Default::default() }).unwrap();
    assert_eq!(first, second);
}

/// The same content gives the same file, however it is compressed.
#[test]
fn compressed_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let content = fs::read(input("geonames-places.txt")).unwrap();
    let (_, plain) = run(ImportFormat::Geonames, &[input("geonames-places.txt")], &ImportOptions::default()).unwrap();
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &content).unwrap();
        encoder.finish().unwrap()
    };
    let bzip = {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &content).unwrap();
        encoder.finish().unwrap()
    };
    let zip = {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in [("readme.txt", b"no table".as_slice()), ("XX.txt", &content)] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let zstd = zstd::encode_all(content.as_slice(), 1).unwrap();
    for (name, bytes) in [("a.gz", gzip), ("a.bz2", bzip), ("a.zst", zstd), ("a.zip", zip)] {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let (_, text) = run(ImportFormat::Geonames, std::slice::from_ref(&path), &ImportOptions::default()).unwrap();
        assert_eq!(text, plain, "{name}");
        // Cut anywhere in its second half, it is refused.
        for cut in [bytes.len() / 2, bytes.len() * 3 / 4, bytes.len() - 5] {
            fs::write(&path, &bytes[..cut]).unwrap();
            let error =
                run(ImportFormat::Geonames, std::slice::from_ref(&path), &ImportOptions::default()).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Format), "{name} cut at {cut}: {error}");
        }
    }
}

#[test]
fn a_dump_that_is_cut_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    for (format, name) in [(ImportFormat::Wikidata, "wikidata.json"), (ImportFormat::Ror, "ror.json")] {
        let content = fs::read(input(name)).unwrap();
        for cut in (content.len() / 3..content.len() - 3).step_by(97) {
            fs::write(&path, &content[..cut]).unwrap();
            let error = run(format, std::slice::from_ref(&path), &ImportOptions::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Format, "{name} cut at {cut}: {error}");
        }
    }
}

#[test]
fn faulty_inputs_name_the_place_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in");
    let fails = |format, bytes: &[u8], options: &ImportOptions<'_>, part: &str| {
        fs::write(&path, bytes).unwrap();
        let error = run(format, std::slice::from_ref(&path), options).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    let plain = ImportOptions::default();
    let short = ImportOptions { max_record: 50, kind: Some("org".to_owned()), ..Default::default() };
    fails(ImportFormat::Csv, b"a,b\n1,2\n", &plain, "--column name=HEADER; the columns are a, b");
    fails(ImportFormat::Csv, b"", &plain, "the file is empty");
    fails(ImportFormat::Csv, format!("name\n\"{}", "x".repeat(1000)).as_bytes(), &short, "longer than 50 bytes");
    fails(ImportFormat::Ror, format!("[{{\"id\":\"{}", "x".repeat(1000)).as_bytes(), &short, "longer than 50 bytes");
    fails(ImportFormat::List, "x".repeat(1000).as_bytes(), &short, "longer than the limit for a record (first");
    fails(ImportFormat::List, b"\xff\xfeN\0a\0", &short, "iconv -f UTF-16");
    fails(ImportFormat::List, b"N\xfcrnberg\n", &short, "not UTF-8");
    fails(ImportFormat::Geonames, b"one\ttwo\n", &plain, "has 2 columns");
    fails(ImportFormat::Quanteda, b"a:\n - *x\n", &plain, "line 2");
    fails(ImportFormat::Quanteda, b"- a\n", &plain, "a list, not a dictionary");
    fails(ImportFormat::Liwc, b"happy\t1\n", &plain, "the first line is not %");
    fails(ImportFormat::Jsonl, b"[1]\n", &plain, "not a JSON object");
    fails(ImportFormat::Wikidata, b"[\n{\"type\":\"item\"},\n", &plain, "closing ] is missing");
    let out = folder.path().join("out.gaz");
    fs::write(&out, "mine").unwrap();
    fs::write(&path, "Acme\n").unwrap();
    let error = import(ImportFormat::List, std::slice::from_ref(&path), &out, &short).unwrap_err();
    assert!(error.to_string().contains("--force"), "{error}");
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    let error = import(ImportFormat::List, &[path], &folder.path().join("out.txt"), &short).unwrap_err();
    assert!(error.to_string().contains(".gaz"), "{error}");
}

#[test]
fn the_user_can_break_off() {
    let stop = |_: u64| ControlFlow::Break(());
    let options = ImportOptions { kind: Some("org".to_owned()), on_progress: Some(&stop), ..Default::default() };
    let error = run(ImportFormat::List, &[input("names.txt")], &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[test]
fn collisions_are_counted_as_the_matcher_compares() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.csv");
    fs::write(&path, "id,name\n1,Zürich\n2,ZURICH\n3,Bern\n").unwrap();
    let known = Gazetteer::from_names(["bern", "Basel"]).unwrap();
    let options = ImportOptions { against: Some(&known), ..Default::default() };
    let (report, _) = run(ImportFormat::Csv, &[path], &options).unwrap();
    assert_eq!((report.shared.names, report.shared.examples), (1, vec![("zurich".to_owned(), 2)]));
    assert_eq!(report.known.unwrap().examples, [("bern".to_owned(), 1)]);
}

/// gaz → jsonl → gaz and gaz → gaz, over everything that is built in.
#[test]
fn the_twin_holds_the_whole_world() {
    let folder = tempfile::tempdir().unwrap();
    let world = Gazetteer::builtin("world").unwrap();
    let path = |name: &str| folder.path().join(name);
    let report = export(&world, ExportFormat::Jsonl, &path("world.jsonl"), false).unwrap();
    assert!(report.left_out.is_empty() && report.lost.is_empty(), "{report:?}");
    assert_eq!(report.names, world.aliases().len() as u64);
    let options = ImportOptions::default();
    let report = import(ImportFormat::Jsonl, &[path("world.jsonl")], &path("again.gaz"), &options).unwrap();
    assert_eq!((report.records.dropped(), report.names.dropped()), (0, 0), "{report:?}");
    let again = Gazetteer::load([path("again.gaz").to_str().unwrap()]).unwrap();
    assert_eq!(again.fingerprint(), world.fingerprint());
    export(&world, ExportFormat::Gaz, &path("world.gaz"), false).unwrap();
    let gaz = Gazetteer::load([path("world.gaz").to_str().unwrap()]).unwrap();
    assert_eq!(gaz.fingerprint(), world.fingerprint());
    export(&again, ExportFormat::Jsonl, &path("again.jsonl"), false).unwrap();
    assert_eq!(fs::read(path("world.jsonl")).unwrap(), fs::read(path("again.jsonl")).unwrap());
}

const ALL: [ImportFormat; 15] = [
    ImportFormat::Csv,
    ImportFormat::Tsv,
    ImportFormat::List,
    ImportFormat::Geonames,
    ImportFormat::Wikidata,
    ImportFormat::Spacy,
    ImportFormat::Gate,
    ImportFormat::Flashtext,
    ImportFormat::Solr,
    ImportFormat::Quanteda,
    ImportFormat::Liwc,
    ImportFormat::Skos,
    ImportFormat::Cameo,
    ImportFormat::Ror,
    ImportFormat::Jsonl,
];

/// A file of the format, to be damaged.
fn sample(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Csv => "companies.csv",
        ImportFormat::Tsv => "places.tsv",
        ImportFormat::List => "names.txt",
        ImportFormat::Geonames => "geonames-places.txt",
        ImportFormat::Wikidata => "wikidata.json",
        ImportFormat::Spacy => "spacy.jsonl",
        ImportFormat::Gate => "gate/cities.lst",
        ImportFormat::Flashtext => "flashtext.json",
        ImportFormat::Solr => "solr.txt",
        ImportFormat::Quanteda => "quanteda.yml",
        ImportFormat::Liwc => "liwc.dic",
        ImportFormat::Skos => "skos.nt",
        ImportFormat::Cameo => "cameo.agents",
        ImportFormat::Ror => "ror.json",
        ImportFormat::Jsonl => "twin.jsonl",
    }
}

/// Whatever the bytes, an import gives a gazetteer that loads and tallies that balance, or an error; `run` checks both.
fn survives(format: ImportFormat, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.lst");
    fs::write(&path, bytes).unwrap();
    let mut options =
        ImportOptions { kind: Some("org".to_owned()), max_record: 4000, memory: 2000, ..Default::default() };
    options.columns =
        vec![("name".to_owned(), if format == ImportFormat::Csv { "Company" } else { "name" }.to_owned())];
    let _ = run(format, &[path], &options);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        ALL.iter().for_each(|format| survives(*format, &bytes));
    }

    #[test]
    fn damaged_files_never_panic(
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(vec!["", "\"", "\n", "\t", "\0", "\u{a0}", "[", "{", "\\", "!", "=>", "*", "  ", "\u{7f}", "#", ":"]),
        delete in 0usize..40,
    ) {
        for format in ALL {
            let mut bytes = fs::read(input(sample(format))).unwrap();
            let at = at.index(bytes.len());
            let end = (at + delete).min(bytes.len());
            bytes.splice(at..end, with.bytes());
            survives(format, &bytes);
        }
    }
}
