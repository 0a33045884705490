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

/// What an import must give: the file, then the books as comments. `DATELINE_BLESS=1` writes what it gives now.
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

/// Whatever the bytes, an import gives a gazetteer that loads and books that balance, or an error; `run` checks both.
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
