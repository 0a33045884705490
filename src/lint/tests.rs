use std::fs;

use super::{Code, lint};

/// Lints files with these contents, named `0.gaz`, `1.gaz` ..., without a base.
fn codes(texts: &[&[u8]]) -> Vec<Code> {
    let folder = tempfile::tempdir().unwrap();
    let paths = texts.iter().enumerate().map(|(row, text)| {
        let path = folder.path().join(format!("{row}.gaz"));
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let paths: Vec<String> = paths.collect();
    lint(&paths, &[]).unwrap().iter().map(|finding| finding.code).collect()
}

fn check(text: &str, expected: &[Code]) {
    assert_eq!(codes(&[text.as_bytes()]), expected, "{text}");
}

/// `docs/lint.md` explains every code, in order, and each example gives exactly the finding of its heading.
#[test]
fn the_manual_is_true() {
    let manual = include_str!("../../docs/lint.md");
    let sections: Vec<&str> = manual.split("\n### ").skip(1).collect();
    let ids: Vec<&str> = sections.iter().map(|section| &section[..4]).collect();
    assert_eq!(ids, Code::ALL.iter().map(|code| code.id()).collect::<Vec<_>>());
    for (section, code) in sections.iter().zip(Code::ALL) {
        let Some((_, example)) = section.split_once("```gaz\n") else {
            // Markdown cannot show certain bytes, or several files; the next test covers these codes.
            assert!(matches!(code.id(), "G001" | "G002" | "G003" | "G109" | "G111"), "{code} has no example");
            continue;
        };
        let example = example.split("```").next().unwrap();
        assert_eq!(codes(&[example.as_bytes()]), [*code], "{example}");
    }
}

#[test]
fn bytes_and_several_files() {
    assert_eq!(codes(&[b"x  place.city  M\xE1laga  -\n"]), [Code::Encoding]);
    assert_eq!(codes(&[b"x  place.city  Mal\0aga  -\n"]), [Code::NulByte]);
    let (one, two) = (b"x  place.city  Ankara  -\n".as_slice(), b"x  place.city  Baghdad  -\n".as_slice());
    assert_eq!(codes(&[one, two]), [Code::IdReplaced]);
    // The loader shows a hundred faults and counts the rest; lint shows each of them once.
    let many: String = (0..150).map(|row| format!("{row}  place.city\n")).collect();
    let found = codes(&[many.as_bytes()]);
    assert_eq!(found.iter().filter(|code| **code == Code::FewFields).count(), 100);
    assert_eq!(found.iter().filter(|code| **code == Code::Refused).count(), 1);
    assert_eq!(found.len(), 101);
}

#[test]
fn every_fault_of_the_loader_has_a_code() {
    for (line, code) in [
        ("x  place.city  A1  -\n!remove", Code::BadDirective),
        ("x  place.city  A1  -\n!remove y", Code::BadDirective),
        ("x  place.city  A1  -\n!extend y", Code::BadDirective),
        ("x  place.city  A1  -\n!include", Code::BadDirective),
        ("x  place.city  A1  -\n!include no-such.gaz", Code::BadDirective),
        ("x  place.city  A1  -\n!include 0.gaz", Code::BadDirective),
        ("x  place.city  A1  -\n!default lang", Code::NotKeyValue),
        ("x  place.city  A1  exact,any", Code::UnknownFlag),
        ("x  place.city  A1  -  lon=x", Code::BadNumber),
        ("x  place.city  A1  -  pop=1e5", Code::BadNumber),
        ("x  place.city  A1  -\n+  alias", Code::FewFields),
    ] {
        let found = codes(&[line.as_bytes()]);
        assert!(found.contains(&code), "{line}: {found:?}");
        assert!(!found.contains(&Code::Refused), "{line}: {found:?}");
    }
}

#[test]
fn what_is_well_is_not_reported() {
    check(
        "us  place.country  United States  -  cc=US\n\
         +  adj  American  exact\n\
         nyc  place.city  New York  -  cc=US parent=us lat=40.7 lon=-74.0 pop=8804190\n\
         +  alias  New York City  -\n\
         +  abbr  NYC  exact,weak\n\
         ca  place.admin1  California  -  cc=US parent=us\n\
         +  abbr  Calif.  comma\n\
         org/yahoo  org.company  Yahoo!  -  from=1994-01 to=2017-06-13\n\
         t/pm  title.gov  prime minister  any  role=head\n\
         nice  place.city  Nice  weak  cc=FR\n\
         +  native  Niça  weak,nofold\n",
        &[],
    );
}

#[test]
fn a_wider_name_hides_a_narrower_one_and_not_the_other_way() {
    check("x  place.city  Exampleton  -\n+  alias  EXAMPLETON  exact\n", &[Code::Redundant]);
    check("x  org.igo  Exampleton Works  -\n+  abbr  EXW Group  exact\n+  alias  Exw Group  exact\n", &[]);
    // A free name makes a weak one that matches the same texts useless.
    check("x  place.city  Exampleham  -\n+  alias  Exampleton  weak\n+  alias  exampletón  any\n", &[Code::Redundant]);
    // The canonical name is needed for output.
    check("x  org.igo  EXAMPLEF  -\n+  alias  Examplef  -\n", &[]);
    // In the strict profile an adjective is not a place, but a name that is the same word is.
    check("x  place.city  Exampleton  exact\n+  adj  Exampleton  exact\n", &[]);
}

#[test]
fn dominance_decides_a_clash() {
    let two = |first: &str, second: &str| format!("a  {first}\nb  {second}\n");
    check(&two("place.city  Exampleton  -  cc=US pop=9000", "place.city  Exampleton  -  cc=GB pop=90000"), &[]);
    check(&two("place.admin1  Exampleton  -  cc=US", "place.city  Exampleton  -  cc=GB pop=90000"), &[]);
    check(&two("place.city  Exampleton  weak  cc=US", "place.city  Exampleton  -  cc=GB"), &[]);
    check(&two("place.city  Exampleton  exact  cc=US", "place.city  exampleton  any  cc=GB"), &[Code::Clash]);
    // Names that no text matches together do not clash.
    check(&two("org.igo  Exa Bank  exact", "org.igo  EXA Bank  exact"), &[]);
}

#[test]
fn layers_below_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let base = write("base.gaz", "iq  place.country  Iraq  -  cc=IQ\nb  place.city  Exampleton  -  cc=IQ\n");
    let over = write("over.gaz", "x  place.city  Exampleton  -  cc=US parent=iq\n!extend iq\n+  alias  IRAQ  -\n");
    let found = lint(&[&over], &[&base]).unwrap();
    let found: Vec<(u32, Code)> = found.iter().map(|finding| (finding.line, finding.code)).collect();
    assert_eq!(found, [(1, Code::Clash), (3, Code::Redundant)]);
    // An entity that the overlay removes does not count.
    let over = write("over.gaz", "!remove b\nx  place.city  Exampleton  -  cc=US parent=b\n");
    let found: Vec<Code> = lint(&[&over], &[&base]).unwrap().iter().map(|finding| finding.code).collect();
    assert_eq!(found, [Code::DanglingParent]);
}

/// Once, a list that reused an id of a lower layer removed names of that entity silently.
#[test]
fn a_replaced_entity_below_is_reported_unless_it_is_removed_first() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let found = |text: &str| -> Vec<(Code, String)> {
        let found = lint(&[write("over.gaz", text)], &["world".to_owned()]).unwrap();
        found.into_iter().map(|finding| (finding.code, finding.message)).collect()
    };
    let us = found("us  place.country  United States  -  cc=US\n");
    assert_eq!(us.len(), 1, "{us:?}");
    assert_eq!(us[0].0, Code::ReplacesBelow);
    assert!(us[0].1.contains("replaces United States of world"), "{us:?}");
    assert_eq!(found("!remove us\nus  place.country  United States  -  cc=US\n"), []);
    assert_eq!(found("my:us  place.country  Sampleland  -  cc=US\n"), []);
    assert_eq!(found("!extend us\n+  alias  Uncle Sam's land  -\n"), []);
    assert_eq!(found("!remove us  United States\n")[0].0, Code::BadDirective);
    assert_eq!(found("!remove us  Atlantis\n")[0].0, Code::BadDirective);
}

#[test]
fn removed_names_are_not_compared() {
    check("a  place.city  Exampleton  -\n+  alias  Sampleton  -\n+  alias  SAMPLETON  -\n!remove a  SAMPLETON\n", &[]);
    check("a  place.city  Exampleton  -\n!remove a\n+  alias  Sampleton  -\n", &[Code::AliasWithoutEntity]);
    check("a  place.city  Exampleton  -\n!remove a Sampleton\n", &[Code::BadDirective]);
}

#[test]
fn lists_and_catalogue_names() {
    check("x  place.country  Marshall Islands (the)  -  cc=MH\n", &[Code::CatalogueName]);
    check("x  place.country  Korea, Republic of  -  cc=KR\n", &[Code::CatalogueName]);
    check("x  org.company  Example Inc. (Class A)  -\n", &[Code::CatalogueName]);
    check("x  org.university  Exampleton, University of  -\n+  alias  University of Exampleton  -\n", &[]);
    check("x  person.politician  Smith, John  -\n", &[Code::CatalogueName]);
    check("x  place.city  Portland, Oregon  -\n+  alias  Acme, Inc.  -\n", &[]);
    check("x  org.company  United Example  -\n+  alias  [\"UEX\", \"Uniex\"]  -\n", &[Code::NameList]);
    check("x  org.company  United Example  -\n+  alias  AF,Afġānistān  -\n", &[Code::NameList]);
    for name in ["京", "กก", "うみ", "ပု", "ភូ"] {
        let found = codes(&[format!("x  place.city  {name}  -\n").as_bytes()]);
        assert_eq!(found, [Code::ShortWithoutBlanks], "{name}");
        check(&format!("x  place.city  {name}  weak\n"), &[]);
    }
    for name in ["北京", "กรุงเทพ", "とうきょう", "ပုဂံ", "ភ្នំពេញ", "ວຽງຈັນ"]
    {
        check(&format!("x  place.city  {name}  -\n"), &[]);
    }
    check("x  place.city  서울  -\n+  native  القاهرة  -\n", &[]);
}

/// The built-in gazetteer has no error, and new warnings do not go unnoticed.
#[test]
fn the_built_in_gazetteer_has_no_error() {
    let findings = lint(&["world"], &[]).unwrap();
    let errors: Vec<_> = findings.iter().filter(|finding| finding.code.severity() == super::Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

proptest::proptest! {
    /// Lint accepts any bytes, and gives the same findings again.
    #[test]
    fn arbitrary_bytes_are_answered(lines in proptest::collection::vec("(x|y|\\+|!extend|!remove|#)?(  |\t)?[ -~é\u{ad}а]{0,24}((  )[a-z=.,0-9-]{0,12}){0,4}", 0..12)) {
        let text = lines.join("\n");
        proptest::prop_assert_eq!(codes(&[text.as_bytes()]), codes(&[text.as_bytes()]));
    }
}
