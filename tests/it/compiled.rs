//! Compiled gazetteers: the same mentions as their sources, or a refusal with a reason.

use std::fs;

use crate::support::Folder;

const ARTICLE: &str = "GENEVA: Gen. Ada Lovelace flew from New York to meet staff in Bath, and the World Bank's prime minister saw UN staff.\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("article.txt", ARTICLE);
    folder
}

/// What `tag` prints, by the compiled file and by its source, with and without the cache.
#[test]
fn mentions_are_those_of_the_source() {
    let folder = folder();
    folder.run("gazetteer compile small.gaz -o small.dlz").expect(0).says(&["small.dlz: ", " names, ", " bytes"]);
    let by_text = folder.run("tag article.txt -g small.gaz --no-cache");
    assert!(by_text.expect(0).stdout.contains("Bath"));
    for how in ["small.dlz", "small.gaz", "small.gaz --engine aho-corasick", "small.dlz --engine naive"] {
        assert_eq!(folder.run(&format!("tag article.txt -g {how}")).expect(0).stdout, by_text.stdout, "{how}");
    }
    folder.run("analyze article.txt -g small.gaz --out by-text").expect(0);
    folder.run("analyze article.txt -g small.dlz --out by-compiled").expect(0);
    assert_eq!(
        folder.manifest("by-text")["gazetteer"]["fingerprint"],
        folder.manifest("by-compiled")["gazetteer"]["fingerprint"]
    );
    // Compiled twice, and in one step with what it was compiled from: the same bytes.
    folder.run("gazetteer compile small.gaz -o again.dlz").expect(0);
    assert_eq!(fs::read(folder.path("small.dlz")).unwrap(), fs::read(folder.path("again.dlz")).unwrap());
}

#[test]
fn layers_and_sources_can_be_chosen() {
    let folder = folder();
    folder.write("more.gaz", "!default src=mine\nzz  place.city  Lovelace  -\n");
    folder.run("gazetteer compile core more.gaz -o both.dlz").expect(0);
    let found = folder.run("tag article.txt -g both.dlz").expect(0).stdout.clone();
    assert!(found.contains("New York") && found.contains("World Bank"), "{found}");
    folder
        .run("gazetteer compile small.gaz more.gaz --without mine -o some.dlz")
        .expect(0)
        .says(&["left out 1 entity of mine"]);
    folder.run("gazetteer compile small.gaz more.gaz --without mime -o none.dlz").expect_refusal(&["`mime`", "mine"]);
    assert!(!folder.path("none.dlz").exists());
    let all = folder.run("gazetteer compile small.gaz -o all.dlz");
    all.expect(0);
    assert_eq!(folder.run("tag article.txt -g some.dlz").stdout, folder.run("tag article.txt -g all.dlz").stdout);
}

#[test]
fn a_changed_source_is_noticed() {
    let folder = folder();
    folder.run("gazetteer compile small.gaz -o small.dlz").expect(0);
    let text = fs::read_to_string(folder.path("small.gaz")).unwrap();
    folder.write("small.gaz", text.replace("Bath  ", "Bonn  "));
    folder.run("tag article.txt -g small.dlz").expect_refusal(&[
        "small.dlz",
        "small.gaz has changed",
        "compile it again",
    ]);
    folder.run("gazetteer compile small.gaz -o small.dlz --force").expect(0);
    folder.run("tag article.txt -g small.dlz").expect(0);
    fs::remove_file(folder.path("small.gaz")).unwrap();
    folder.run("tag article.txt -g small.dlz").expect(0);
}

#[test]
fn damage_is_refused_with_a_reason() {
    let folder = folder();
    folder.run("gazetteer compile small.gaz -o whole.dlz").expect(0);
    let whole = fs::read(folder.path("whole.dlz")).unwrap();
    let refused = |bytes: &[u8], parts: &[&str]| {
        folder.write("damaged.dlz", bytes);
        folder.run("tag article.txt -g damaged.dlz").expect_refusal(&[&["damaged.dlz"], parts].concat());
    };
    // Every byte is covered; the library's tests flip each bit, here it is the program's answer that counts.
    for at in (8..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        refused(&damaged, &["refused"]);
    }
    for length in [8, 20, 31, 32, 100, whole.len() / 2, whole.len() - 1] {
        refused(&whole[..length], &["refused"]);
    }
    for (version, age) in [(whole[8] + 1, "a newer version"), (whole[8] - 1, "an older version")] {
        let mut other = whole.clone();
        other[8] = version;
        refused(&other, &[age, "compile it again"]);
    }
    let mut forged = whole.clone();
    forged[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    refused(&forged, &["4294967295 sections"]);
    let mut forged = whole.clone();
    forged[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
    refused(&forged, &["says it has 18446744073709551615"]);
}

#[test]
fn nothing_is_overwritten_or_half_written() {
    let folder = folder();
    folder.run("gazetteer compile small.gaz -o article.txt").expect_refusal(&["article.txt", "--force"]);
    folder
        .run("gazetteer compile small.gaz -o article.txt --force")
        .expect_refusal(&["article.txt", "not recognisable"]);
    assert_eq!(fs::read_to_string(folder.path("article.txt")).unwrap(), ARTICLE);
    folder.write("faulty.gaz", "x  place.city\n");
    folder.run("gazetteer compile faulty.gaz -o faulty.dlz").expect_refusal(&["faulty.gaz:1:1"]);
    folder.run("gazetteer compile none.gaz -o none.dlz").expect_refusal(&["none.gaz", "built-in gazetteers"]);
    folder.run("gazetteer compile small.gaz -o no/such/folder.dlz").expect_refusal(&["no/such/folder.dlz"]);
    assert_eq!(folder.list("."), ["article.txt", "faulty.gaz", "small.gaz"]);
}
