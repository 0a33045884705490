use std::fs;

use proptest::prelude::*;

use super::*;
use crate::interchange::import::{ImportFormat, ImportOptions, Leaf, import};

const POOL: &str = "\
!default src=hand
us     place.country  United States   -           cc=US wd=Q30 parent=america
+      abbr           U.S.            exact
+      misspelling    Untied States   weak        ctx=prep,cc
gn:1   place.city     Washington      weak        cc=US lat=38.895 lon=-77.036 pop=689545 ctx=dateline
+      alias          Washington, D.C.  any,hyphen-
gn:2   place.city     Washington      -           pop=15
acme   org.company    Acme => Sons    -
+      alias          Who?            any
+      alias          the acme        any
+      alias          A|B             -
+      alias          Nothing         stop
#x     nothing
t/pm   title.gov      Prime \"Minister\"  any
veto   stop           Nobody          stop
";

/// Exports the pool to a format; returns the output and the report.
fn write(format: ExportFormat, name: &str) -> (String, ExportReport) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(name);
    let gazetteer = Gazetteer::from_text(POOL, "pool.gaz").unwrap();
    let report = export(&gazetteer, format, &out, false).unwrap();
    let read = |path: &std::path::Path| fs::read_to_string(path).unwrap();
    let text = if out.is_dir() {
        let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let part = |path: &std::path::PathBuf| format!("== {}\n{}", path.file_name().unwrap().display(), read(path));
        files.iter().map(part).collect()
    } else {
        read(&out)
    };
    (text, report)
}

#[track_caller]
fn check(format: ExportFormat, name: &str, expected: &str) -> ExportReport {
    let (text, report) = write(format, name);
    assert_eq!(text, expected);
    report
}

#[test]
fn csv_rows() {
    let report = check(
        ExportFormat::Csv,
        "x.csv",
        "id,kind,name,flags,aliases,cc,ctx,lat,lon,parent,pop,src,wd\n\
         acme,org.company,Acme => Sons,-,A\\|B|Who?|the acme,,,,,,,hand,\n\
         gn:1,place.city,Washington,weak,\"Washington, D.C.\",US,dateline,38.895,-77.036,,689545,hand,\n\
         gn:2,place.city,Washington,-,,,,,,,15,hand,\n\
         t/pm,title.gov,\"Prime \"\"Minister\"\"\",any,,,,,,,,hand,\n\
         us,place.country,United States,-,U.S.|Untied States,US,,,,america,,hand,Q30\n",
    );
    assert_eq!((report.entities, report.names), (5, 11));
    assert_eq!(report.left_out["vetoes (stop), which would match there"], 2);
}

#[test]
fn spacy_patterns() {
    check(
        ExportFormat::Spacy,
        "x.jsonl",
        r#"{"label":"ORG","pattern":"Acme => Sons","id":"acme"}
{"label":"ORG","pattern":"ACME => SONS","id":"acme"}
{"label":"ORG","pattern":"A|B","id":"acme"}
{"label":"ORG","pattern":"Who?","id":"acme"}
{"label":"ORG","pattern":[{"LOWER":"the"},{"LOWER":"acme"}],"id":"acme"}
{"label":"GPE","pattern":"Washington","id":"gn:1"}
{"label":"GPE","pattern":"WASHINGTON","id":"gn:1"}
{"label":"GPE","pattern":"Washington, D.C.","id":"gn:1"}
{"label":"GPE","pattern":"Washington","id":"gn:2"}
{"label":"GPE","pattern":"WASHINGTON","id":"gn:2"}
{"label":"TITLE","pattern":"Prime \"Minister\"","id":"t/pm"}
{"label":"GPE","pattern":"United States","id":"us"}
{"label":"GPE","pattern":"UNITED STATES","id":"us"}
{"label":"GPE","pattern":"U.S.","id":"us"}
{"label":"GPE","pattern":"Untied States","id":"us"}
{"label":"GPE","pattern":"UNTIED STATES","id":"us"}
"#,
    );
}

#[test]
fn flashtext_lines_and_object() {
    let report = check(
        ExportFormat::Flashtext,
        "x.txt",
        "Washington=>Washington\nWashington, D.C.=>Washington\nA|B=>Acme => Sons\nWho?=>Acme => Sons\nthe acme=>Acme => Sons\n\
         Prime \"Minister\"=>Prime \"Minister\"\nUnited States=>United States\nU.S.=>United States\n\
         Untied States=>United States\n"
            .replace("=>Acme => Sons", "=>Acme = > Sons")
            .as_str(),
    );
    assert_eq!(report.left_out["names that another entity has, or that differ by case only"], 1);
    assert_eq!(report.left_out["names that hold =>"], 1);
    let (text, _) = write(ExportFormat::Flashtext, "x.json");
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(object["Acme => Sons"], serde_json::json!(["Acme => Sons", "A|B", "Who?", "the acme"]));
    assert_eq!(object["Washington"], serde_json::json!(["Washington", "Washington, D.C."]));
}

#[test]
fn solr_lines() {
    check(
        ExportFormat::Solr,
        "x.txt",
        "Acme \\=> Sons, A|B, Who?, the acme\nWashington, Washington\\, D.C.\nWashington\nPrime \"Minister\"\n\
         United States, U.S., Untied States\n",
    );
}

#[test]
fn quanteda_keys() {
    let report = check(
        ExportFormat::Quanteda,
        "x.yml",
        r#""org.company":
  "Acme => Sons":
    - "Acme => Sons"
    - "A|B"
    - "the acme"
"place.city":
  "Washington (gn:1)":
    - "Washington"
    - "Washington, D.C."
  "Washington (gn:2)":
    - "Washington"
"place.country":
  "United States":
    - "United States"
    - "U.S."
    - "Untied States"
"title.gov":
  "Prime \"Minister\"":
    - "Prime \"Minister\""
"#,
    );
    assert_eq!(report.left_out["names with * or ?, which are wildcards there"], 1);
}

#[test]
fn skos_triples() {
    let (text, report) = write(ExportFormat::Skos, "x.nt");
    let us: Vec<&str> = text.lines().filter(|line| line.starts_with("<urn:dateline:us>")).collect();
    assert_eq!(us.len(), 7, "{us:#?}");
    for line in [
        "<urn:dateline:us> <http://www.w3.org/2004/02/skos/core#broader> <urn:dateline:america> .",
        "<urn:dateline:us> <http://www.w3.org/2004/02/skos/core#hiddenLabel> \"Untied States\" .",
        "<urn:dateline:us> <http://www.w3.org/2004/02/skos/core#exactMatch> <http://www.wikidata.org/entity/Q30> .",
        "<urn:dateline:t/pm> <http://www.w3.org/2004/02/skos/core#prefLabel> \"Prime \\\"Minister\\\"\" .",
        "<urn:dateline:gn:1> <http://www.w3.org/2003/01/geo/wgs84_pos#lat> \"38.895\"^^<http://www.w3.org/2001/XMLSchema#decimal> .",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert_eq!(report.lost["weak names, which match there without evidence"], 2);
}

#[test]
fn gate_folder() {
    let (text, _) = write(ExportFormat::Gate, "gate");
    assert!(text.contains("== lists.def\norg.company.lst:org:company::Lookup\n"), "{text}");
    assert!(text.contains("U.S.\tid=us\tflags=exact\tas=abbr\n"), "{text}");
    assert!(text.contains("Nothing\tid=acme\tflags=stop\tas=alias\n"), "{text}");
}

#[test]
fn names_that_go_on_come_back_through_quanteda() {
    let text = "bi  place.country  Burundi  any,prefix\n+  alias  kistan  any,suffix\n+  alias  rund  any,prefix,suffix\n\
                +  alias  Bujumbura  any\n";
    let gazetteer = Gazetteer::from_text(text, "x.gaz").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x.yml");
    let report = export(&gazetteer, ExportFormat::Quanteda, &out, false).unwrap();
    assert!(!report.lost.keys().any(|what| what.contains("flags")), "{report:?}");
    let yaml = fs::read_to_string(&out).unwrap();
    for word in ["\"Burundi*\"", "\"*kistan\"", "\"*rund*\"", "\"Bujumbura\""] {
        assert!(yaml.contains(word), "{yaml}");
    }
    let back = folder.path().join("back.gaz");
    let options = ImportOptions { leaf: Leaf::Entity, ..Default::default() };
    import(ImportFormat::Quanteda, &[out], &back, &options).unwrap();
    let back = Gazetteer::load([back.to_str().unwrap()]).unwrap();
    let names = |gazetteer: &Gazetteer| -> Vec<(String, String)> {
        gazetteer.aliases().map(|alias| (alias.text.to_owned(), alias.flags.to_string())).collect()
    };
    assert_eq!(names(&back), names(&gazetteer));
}

/// `--force` replaces what an export wrote, and nothing else: once, files of the user beside a `lists.def` were
/// deleted.
#[test]
fn files_of_others_are_never_replaced() {
    let gazetteer = Gazetteer::from_text(POOL, "pool.gaz").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let gate = |name: &str| export(&gazetteer, ExportFormat::Gate, &folder.path().join(name), true);
    let refuses = |name: &str, file: &str, content: &str| {
        let before = fs::read_dir(folder.path().join(name)).unwrap().count();
        let error = gate(name).unwrap_err().to_string();
        assert!(error.contains(file) && error.contains("--force does not replace it"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join(name).join(file)).unwrap(), content);
        assert_eq!(fs::read_dir(folder.path().join(name)).unwrap().count(), before);
    };
    // A folder of GATE itself, with an index like ours.
    fs::create_dir(folder.path().join("annie")).unwrap();
    fs::write(folder.path().join("annie/lists.def"), "city.lst:location:city\n").unwrap();
    fs::write(folder.path().join("annie/city.lst"), "Exampleton\n").unwrap();
    refuses("annie", "city.lst", "Exampleton\n");
    // A file added to an export, a list that was edited, a mark of another program.
    gate("ours").unwrap();
    gate("ours").unwrap();
    fs::write(folder.path().join("ours/thesis.txt"), "three years").unwrap();
    refuses("ours", "thesis.txt", "three years");
    fs::remove_file(folder.path().join("ours/thesis.txt")).unwrap();
    fs::write(folder.path().join("ours/place.city.lst"), "by hand\n").unwrap();
    refuses("ours", "place.city.lst", "by hand\n");
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/export.json"), "{\"format\":\"mine\",\"files\":{}}").unwrap();
    refuses("other", "export.json", "{\"format\":\"mine\",\"files\":{}}");
    // A folder inside an export, and a file in place of one, are kept; an empty folder may be replaced.
    gate("nested").unwrap();
    fs::create_dir_all(folder.path().join("nested/notes/old")).unwrap();
    let error = gate("nested").unwrap_err().to_string();
    assert!(error.contains("notes") && folder.path().join("nested/notes/old").is_dir(), "{error}");
    fs::write(folder.path().join("file"), "mine").unwrap();
    assert!(gate("file").unwrap_err().to_string().contains("not a directory"));
    fs::create_dir(folder.path().join("empty")).unwrap();
    gate("empty").unwrap();
    assert!(folder.path().join("empty/lists.def").is_file());
}

/// Writes the pool to a format and reads it back: for each entity its kind, and its names with kinds and flags.
fn around(
    to: ExportFormat,
    name: &str,
    from: ImportFormat,
    inner: &str,
    set: impl Fn(&mut ImportOptions<'_>),
) -> Gazetteer {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(name);
    let gazetteer = Gazetteer::from_text(POOL, "pool.gaz").unwrap();
    export(&gazetteer, to, &out, false).unwrap();
    assert!(export(&gazetteer, to, &out, false).unwrap_err().to_string().contains("--force"));
    // Lines of synonyms do not show who wrote them.
    assert_eq!(export(&gazetteer, to, &out, true).is_err(), to == ExportFormat::Solr);
    let back = folder.path().join("back.gaz");
    let mut options = ImportOptions::default();
    set(&mut options);
    import(from, &[out.join(inner)].map(|path| path.components().collect()), &back, &options).unwrap();
    Gazetteer::load([back.to_str().unwrap()]).unwrap()
}

#[test]
fn what_a_format_holds_comes_back() {
    let pool = Gazetteer::from_text(POOL, "pool.gaz").unwrap();
    let gate = around(ExportFormat::Gate, "gate", ImportFormat::Gate, "lists.def", |_| {});
    assert_eq!(gate.fingerprint(), pool.fingerprint());
    let twin = around(ExportFormat::Jsonl, "x.jsonl", ImportFormat::Jsonl, "", |_| {});
    assert_eq!(twin.fingerprint(), pool.fingerprint());

    let names = |gazetteer: &Gazetteer, id: &str| -> Vec<String> {
        let id = gazetteer.find(id).unwrap_or_else(|| panic!("{id}"));
        gazetteer.aliases_of(id).map(|alias| alias.text.to_string()).collect()
    };
    let csv = around(ExportFormat::Csv, "x.csv", ImportFormat::Csv, "", |options| {
        options.columns = ["ctx", "wd", "src"].map(|key| (key.to_owned(), key.to_owned())).into();
        options.prefix = Some(String::new());
    });
    let skos = around(ExportFormat::Skos, "x.nt", ImportFormat::Skos, "", |_| {});
    for (back, keys) in
        [(&csv, &["cc", "lat", "lon", "pop", "parent", "ctx", "wd"][..]), (&skos, &["lat", "lon", "parent", "wd"])]
    {
        assert_eq!(back.entities().len(), 5);
        for id in ["us", "gn:1", "gn:2", "t/pm"] {
            assert_eq!(names(back, id), names(&pool, id));
            let (ours, theirs) = (pool.entity(pool.find(id).unwrap()), back.entity(back.find(id).unwrap()));
            assert_eq!((&ours.kind, &ours.name), (&theirs.kind, &theirs.name));
            for key in keys {
                assert_eq!(ours.field(key), theirs.field(key), "{id} {key}");
            }
        }
    }
    let quanteda =
        around(ExportFormat::Quanteda, "x.yml", ImportFormat::Quanteda, "", |options| options.leaf = Leaf::Entity);
    assert_eq!(names(&quanteda, "quanteda:place.country/United_States"), names(&pool, "us"));
    assert_eq!(quanteda.entity(quanteda.find("quanteda:place.country/United_States").unwrap()).kind, "place.country");
    let solr = around(ExportFormat::Solr, "x.txt", ImportFormat::Solr, "", |_| {});
    assert_eq!(names(&solr, "solr:United_States"), names(&pool, "us"));
    assert_eq!(names(&solr, "solr:Washington"), names(&pool, "gn:1"));
    let flashtext = around(ExportFormat::Flashtext, "x.json", ImportFormat::Flashtext, "", |_| {});
    assert_eq!(names(&flashtext, "flashtext:Acme_=>_Sons"), ["Acme => Sons", "A|B", "Who?", "the acme"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Names of all shapes: every format is written, and the lossless ones return them unchanged.
    #[test]
    fn every_name_can_be_written(names in prop::collection::vec("[A-Za-z,=>\\\\|#*?\"':{}\\[\\]éß&%@!`~ \u{85}\u{2028}\u{7f}]{1,8}", 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let mut text = String::new();
        for (index, name) in names.iter().enumerate() {
            let name: Vec<&str> = name.split_whitespace().collect();
            text.push_str(&format!("e{index}\tplace\tX{}\t-\n+\talias\t{}y\t-\n", name.join(" "), name.join(" ")));
        }
        let gazetteer = Gazetteer::from_text(&text, "x.gaz").unwrap();
        for (format, name) in [
            (ExportFormat::Csv, "x.csv"), (ExportFormat::Spacy, "s.jsonl"), (ExportFormat::Flashtext, "f.txt"),
            (ExportFormat::Flashtext, "f.json"), (ExportFormat::Solr, "solr"), (ExportFormat::Quanteda, "q.yml"),
            (ExportFormat::Skos, "x.nt"), (ExportFormat::Gate, "gate"), (ExportFormat::Gaz, "x.gaz"),
        ] {
            export(&gazetteer, format, &folder.path().join(name), false).unwrap();
        }
        let again = Gazetteer::load([folder.path().join("x.gaz").to_str().unwrap()]).unwrap();
        prop_assert_eq!(again.fingerprint(), gazetteer.fingerprint());
        let options = ImportOptions { leaf: Leaf::Entity, ..Default::default() };
        for (format, name) in [
            (ImportFormat::Csv, "x.csv"), (ImportFormat::Flashtext, "f.json"), (ImportFormat::Solr, "solr"),
            (ImportFormat::Quanteda, "q.yml"), (ImportFormat::Skos, "x.nt"), (ImportFormat::Gate, "gate/lists.def"),
        ] {
            // The import refuses control characters, so there may be nothing left to import.
            let _ = import(format, &[folder.path().join(name)], &folder.path().join("back.gaz"), &ImportOptions { force: true, ..options.clone() });
        }
    }
}
