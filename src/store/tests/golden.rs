//! The files of the format's version 1, as committed: written today as they were then, and still read.

use std::env;
use std::path::PathBuf;

use super::*;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/v1").join(name)
}

fn blessing() -> bool {
    env::var_os("DATELINE_BLESS").is_some_and(|value| value == "1")
}

/// Today's writer gives the very bytes.
fn check(name: &str, bytes: &[u8]) {
    let path = golden(name);
    if blessing() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    let committed = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(committed == bytes, "{name}: today's bytes differ from the committed ones; see tests/format/README.md");
}

#[test]
fn each_kind_is_written_and_read_as_ever() {
    let Sample { entities, documents, signatures, counts, pairs, marginals, mentions, contexts, .. } = sample();
    let mentions = mentions.unwrap();
    let plain = Codec::None;
    let head = header("dateline-entities").describe::<EntityRows>();
    check("entities.dln", &file_of(&head, plain, |file| file.write_block(&entities)));
    let head = header("dateline-documents").describe::<DocumentRows>();
    check("documents.dln", &file_of(&head, plain, |file| file.write_block(&documents)));
    let head = header("dateline-counts").describe::<CountRows>();
    check("counts.dln", &file_of(&head, plain, |file| file.write_block(&counts)));
    let matrix = file_of(&cooccurrence_header(contexts), plain, |file| {
        file.write_block(&marginals)?;
        file.write_block(&pairs)
    });
    check("cooccurrence.dln", &matrix);
    let head = header("dateline-mentions").describe::<MentionRows>();
    check("mentions.dln", &file_of(&head, plain, |file| file.write_block(&mentions)));
    let head = header("dateline-signatures").describe::<SignatureRows>();
    check("signatures.dln", &file_of(&head, plain, |file| file.write_block(&signatures)));

    let read = |name| FileReader::open(golden(name)).unwrap();
    let today: EntityRows = read("entities.dln").read(0).unwrap();
    assert_eq!((&today.name, &today.mentions), (&entities.name, &entities.mentions));
    assert!(today.latitude[2].is_nan() && today.latitude[0] == 46.202_22);
    assert_eq!(read("documents.dln").read::<DocumentRows>(0).unwrap(), documents);
    assert_eq!(read("counts.dln").read::<CountRows>(0).unwrap(), counts);
    assert_eq!(read("cooccurrence.dln").read::<MarginalRows>(0).unwrap(), marginals);
    assert_eq!(read("cooccurrence.dln").read::<PairRows>(1).unwrap(), pairs);
    assert_eq!(read("mentions.dln").read::<MentionRows>(0).unwrap(), mentions);
    assert_eq!(read("signatures.dln").read::<SignatureRows>(0).unwrap(), signatures);
}

#[test]
fn a_run_is_written_and_read_as_ever() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("run");
    let run = sample().write(&out, false).unwrap();
    let files = run.manifest().files.keys().map(String::as_str).chain([MANIFEST_FILE]);
    for name in files {
        check(&format!("run/{name}"), &fs::read(out.join(name)).unwrap());
    }

    let committed = Run::open(golden("run")).unwrap();
    let report = committed.verify();
    assert!(report.is_ok() && report.notes.is_empty(), "{report}");
    assert_eq!(committed.counts().unwrap().next().unwrap().unwrap(), sample().counts);
}
